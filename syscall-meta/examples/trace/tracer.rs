//! A tracer in its smallest form: it stops a program and all that it starts at every system call, and tells each call as text.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::CString;
use std::io;
use std::os::raw::{c_int, c_long, c_void};

use syscall_meta::{
    Abi, ByteOrder, Decoded, Decoder, FdKind, Kept, ProcessMemory, Scratch, Style, SyscallInfo, SyscallStop,
};

/// What happened, one line at a time.
pub(crate) struct Line<'l> {
    /// The thread.
    pub(crate) pid: i32,
    /// The call, or how the thread ended.
    pub(crate) text: &'l str,
}

/// How calls are told.
#[derive(Clone, Copy, Default)]
pub(crate) struct Options {
    /// Decoding.
    pub(crate) decoder: Decoder,
    /// Text.
    pub(crate) style: Style,
}

/// Runs a command to its end, and tells its calls; the exit status comes back.
///
/// # Errors
/// Where the command cannot be started or traced.
pub(crate) fn run(command: &[String], options: Options, mut tell: impl FnMut(Line<'_>)) -> io::Result<i32> {
    let args: Vec<CString> = command.iter().map(|arg| CString::new(arg.as_bytes())).collect::<Result<_, _>>()?;
    let mut pointers: Vec<*const libc::c_char> = args.iter().map(|arg| arg.as_ptr()).collect();
    pointers.push(std::ptr::null());
    // SAFETY: between `fork` and `execvp` the child calls nothing but functions that may be called there.
    let first = unsafe { libc::fork() };
    match first {
        -1 => return Err(io::Error::last_os_error()),
        0 => unsafe {
            libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0);
            libc::raise(libc::SIGSTOP);
            libc::execvp(pointers[0], pointers.as_ptr());
            libc::_exit(127);
        },
        _ => {}
    }
    let mut tracer = Tracer { options, threads: HashMap::new(), first, status: 0 };
    wait(first)?;
    tracer.begin(first)?;
    resume(first, 0);
    while let Some((pid, status)) = next() {
        tracer.stopped(pid, status, &mut tell);
    }
    Ok(tracer.status)
}

struct Tracer {
    options: Options,
    threads: HashMap<i32, Thread>,
    first: i32,
    status: i32,
}

/// A traced thread.
struct Thread {
    memory: ProcessMemory,
    /// What was read of the call that it is in.
    buffer: Vec<u8>,
    call: Option<Kept>,
    /// The protocols of its sockets of netlink. Those that it got from elsewhere are not known.
    netlink: HashMap<i32, u32>,
}

impl Thread {
    fn new(pid: i32) -> io::Result<Thread> {
        Ok(Thread {
            memory: ProcessMemory::new(pid as u32)?,
            buffer: vec![0; ROOM],
            call: None,
            netlink: HashMap::new(),
        })
    }

    /// Takes in what a call has made of its descriptors.
    fn learn(netlink: &mut HashMap<i32, u32>, done: &Decoded<'_>) {
        let words = done.raw().words();
        match (done.name(), words, done.outcome()) {
            (Some("socket"), [family, _, protocol, ..], Some(outcome))
                if *family == libc::AF_NETLINK as u64 && outcome.errno().is_none() =>
            {
                netlink.insert(outcome.word() as i32, *protocol as u32);
            }
            (Some("close"), [fd, ..], _) => drop(netlink.remove(&(*fd as i32))),
            _ => {}
        }
    }
}

/// Bytes for what is read of a call.
const ROOM: usize = 128 * 1024;

impl Tracer {
    fn begin(&mut self, pid: i32) -> io::Result<()> {
        let options = libc::PTRACE_O_TRACESYSGOOD
            | libc::PTRACE_O_TRACEFORK
            | libc::PTRACE_O_TRACEVFORK
            | libc::PTRACE_O_TRACECLONE
            | libc::PTRACE_O_TRACEEXEC
            | libc::PTRACE_O_EXITKILL;
        // SAFETY: the request takes bits and no pointer.
        if unsafe { libc::ptrace(libc::PTRACE_SETOPTIONS, pid, 0, options as c_long) } != 0 {
            return Err(io::Error::last_os_error());
        }
        self.threads.insert(pid, Thread::new(pid)?);
        Ok(())
    }

    fn stopped(&mut self, pid: i32, status: c_int, tell: &mut impl FnMut(Line<'_>)) {
        if libc::WIFEXITED(status) || libc::WIFSIGNALED(status) {
            self.ended(pid, status, tell);
            return;
        }
        if let Entry::Vacant(free) = self.threads.entry(pid) {
            // A new thread stops by itself; its options are its parent's.
            if let Ok(thread) = Thread::new(pid) {
                free.insert(thread);
            }
            resume(pid, 0);
            return;
        }
        let signal = libc::WSTOPSIG(status);
        match (signal, status >> 16) {
            (of, _) if of == libc::SIGTRAP | 0x80 => {
                self.at_call(pid, tell);
                resume(pid, 0);
            }
            (libc::SIGTRAP, event) if event != 0 => {
                if event == libc::PTRACE_EVENT_EXEC
                    && let (Some(thread), Ok(memory)) = (self.threads.get_mut(&pid), ProcessMemory::new(pid as u32))
                {
                    thread.memory = memory;
                }
                resume(pid, 0);
            }
            (signal, _) => resume(pid, signal),
        }
    }

    fn at_call(&mut self, pid: i32, tell: &mut impl FnMut(Line<'_>)) {
        let mut bytes = [0u8; 88];
        // SAFETY: the kernel fills in at most as many bytes as it is told there are.
        let len = unsafe { libc::ptrace(0x420e, pid, bytes.len(), bytes.as_mut_ptr().cast::<c_void>()) };
        let Some(info) = SyscallInfo::parse(&bytes[..(len.max(0) as usize).min(bytes.len())], ByteOrder::Little) else {
            return;
        };
        let Some(thread) = self.threads.get_mut(&pid) else { return };
        match info.stop() {
            SyscallStop::Entry { .. } | SyscallStop::Seccomp { .. } => {
                let Some(raw) = info.call() else { return };
                let mut scratch = Scratch::new(&mut thread.buffer);
                let known = |fd: i32| thread.netlink.get(&fd).copied().map(FdKind::Netlink);
                let entered = self.options.decoder.enter_knowing(&raw, &thread.memory, &known, &mut scratch);
                thread.call = Some(entered.keep());
            }
            _ => {
                let Some((entered, mut scratch)) = thread.call.take().map(|call| call.resume(&mut thread.buffer))
                else {
                    return;
                };
                let Some(outcome) = info.outcome(entered.raw().abi()) else { return };
                let done = entered.exit(outcome, &thread.memory, &mut scratch);
                Thread::learn(&mut thread.netlink, &done);
                let mut text = String::new();
                let _ = done.show(self.options.style, &mut text);
                tell(Line { pid, text: &text });
            }
        }
    }

    fn ended(&mut self, pid: i32, status: c_int, tell: &mut impl FnMut(Line<'_>)) {
        if let Some(mut thread) = self.threads.remove(&pid)
            && let Some(call) = thread.call.take()
        {
            let done = call.resume(&mut thread.buffer).0.unfinished();
            let mut text = String::new();
            let _ = done.show(self.options.style, &mut text);
            tell(Line { pid, text: &text });
        }
        let text = if libc::WIFEXITED(status) {
            format!("+++ exited with {} +++", libc::WEXITSTATUS(status))
        } else {
            let name = syscall_meta::sets::SIGNALS.name_of(Abi::X86_64, libc::WTERMSIG(status) as u64);
            let core = if libc::WCOREDUMP(status) { " (core dumped)" } else { "" };
            format!("+++ killed by {}{core} +++", name.unwrap_or("?"))
        };
        tell(Line { pid, text: &text });
        if pid == self.first {
            self.status = libc::WEXITSTATUS(status);
        }
    }
}

fn resume(pid: i32, signal: c_int) {
    // SAFETY: the request takes a number and no pointer.
    unsafe { libc::ptrace(libc::PTRACE_SYSCALL, pid, 0, signal as c_long) };
}

fn wait(pid: i32) -> io::Result<()> {
    let mut status = 0;
    // SAFETY: the status is written to a variable of ours.
    if unsafe { libc::waitpid(pid, &mut status, libc::__WALL) } == -1 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// The next thread that stopped or ended; none where all have ended.
fn next() -> Option<(i32, c_int)> {
    let mut status = 0;
    loop {
        // SAFETY: as above.
        let pid = unsafe { libc::waitpid(-1, &mut status, libc::__WALL) };
        if pid > 0 {
            return Some((pid, status));
        }
        if io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
            return None;
        }
    }
}
