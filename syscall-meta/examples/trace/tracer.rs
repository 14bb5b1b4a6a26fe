//! The tracer: it stops a program and all that it starts at system calls, and tells what happened as events.

use std::collections::HashMap;
use std::collections::btree_map::{BTreeMap, Entry};
use std::ffi::{CString, OsStr, OsString};
use std::fs::File;
use std::io::{self, Write};
use std::os::raw::c_int;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use syscall_meta::{Abi, ByteOrder, Decoded, Decoder, FdKind, Kept, ProcessMemory, Scratch, SyscallInfo, SyscallStop};

use crate::choice::{self, Choice};
use crate::frame;
use crate::seccomp;
use crate::sys::{self, Stop, Until};
use crate::together::Together;

/// What happened to a thread.
pub(crate) enum Event<'e> {
    /// A call has returned.
    Returned {
        call: &'e Decoded<'e>,
        /// Its beginning was told before, by [`Event::Suspended`].
        resumed: bool,
        /// Microseconds in the kernel, where these are of interest.
        took: i64,
        /// The call as it is told with what the stack holds, where that is more than its arguments.
        frame: Option<&'e str>,
    },
    /// A call goes on while something else is told.
    Suspended(&'e Decoded<'e>),
    /// The thread ended in a call.
    Unfinished { call: &'e Decoded<'e>, resumed: bool },
    /// A signal is delivered: its number, and its `siginfo_t`.
    Signal(c_int, &'e [u8; 128]),
    /// A signal stopped the process.
    Stopped(c_int),
    /// A process or thread that is traced from now on.
    Attached,
    /// Another thread of its process has made an exec, and has its id now.
    Superseded(i32),
    /// Its program is of another ABI from now on.
    Runs(Abi),
    /// The thread ended, with this status of `wait`.
    Ended(c_int),
    /// Of no thread: the time has passed after which the tracer was to be woken.
    Woken,
}

/// What is traced, and how it is decoded.
#[derive(Default)]
pub(crate) struct Setup {
    pub(crate) decoder: Decoder,
    /// What the program starts is traced, too.
    pub(crate) follow: bool,
    /// The calls that are wanted; all, where it says nothing.
    pub(crate) choice: Option<Choice>,
    /// All events go to one place, so that a call of one thread is told in two parts where another one's come between.
    pub(crate) interleaved: bool,
    /// A thread goes on while its call is told: nobody sees in which order it and the tracer write.
    pub(crate) is_ahead: bool,
    /// How long calls take in the kernel is of interest.
    pub(crate) is_timed: bool,
    /// A thread of the command that alone makes calls may share the tracer's processor.
    pub(crate) is_together: bool,
}

/// How tracing ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The program returned this.
    Exited(i32),
    /// This signal killed it.
    Killed(c_int),
    /// Somebody asked for it, by this signal, and the program goes on.
    Detached(c_int),
    /// All that was attached to has ended.
    AllGone,
}

/// Runs a command to its end, and tells what it does.
///
/// # Errors
/// Where the command cannot be started or traced, and those of `tell`, after which the program goes on by itself.
pub(crate) fn run(
    command: &[OsString],
    setup: Setup,
    tell: impl FnMut(i32, Event<'_>) -> io::Result<()>,
) -> io::Result<End> {
    let path = found(&command[0])?;
    let path = CString::new(path.as_os_str().as_bytes())?;
    let args: Vec<CString> = command.iter().map(|arg| CString::new(arg.as_bytes())).collect::<Result<_, _>>()?;
    // Without following, a child would have the filter and no tracer, so that its calls failed.
    let together = setup.is_together.then(Together::new);
    let filter = setup.choice.as_ref().filter(|_| setup.follow).and_then(|choice| {
        let concerned = together.as_ref().map_or(&[][..], Together::concerned);
        seccomp::filter(&[&choice.stops, concerned].concat())
    });
    let (ready, go) = sys::pipe()?;
    let pid = sys::start(&path, &args, (ready, &go), filter.as_deref())?;
    sys::seize(pid, setup.follow, filter.is_some())?;
    let mut tracer = Tracer::new(setup, filter.is_some(), tell);
    tracer.first = Some(pid);
    tracer.together = together;
    tracer.threads.insert(pid, Thread { is_hidden: true, ..Thread::new() });
    // It waits for this; its calls are of interest from then on.
    sys::interrupt(pid)?;
    File::from(go).write_all(&[0])?;
    tracer.serve()
}

/// Traces processes that run already, with all their threads where these are followed.
///
/// # Errors
/// Where one cannot be traced, and those of `tell`.
pub(crate) fn attach(
    pids: &[i32],
    setup: Setup,
    tell: impl FnMut(i32, Event<'_>) -> io::Result<()>,
) -> io::Result<End> {
    let mut tracer = Tracer::new(setup, false, tell);
    for pid in pids {
        let threads = if tracer.setup.follow { threads_of(*pid)? } else { vec![*pid] };
        for thread in threads {
            if tracer.threads.contains_key(&thread) {
                continue;
            }
            let why = |error: io::Error| io::Error::new(error.kind(), format!("process {thread}: {error}"));
            sys::seize(thread, tracer.setup.follow, false).map_err(why)?;
            tracer.threads.insert(thread, Thread::new());
            sys::interrupt(thread)?;
            (tracer.tell)(thread, Event::Attached)?;
        }
    }
    tracer.serve()
}

/// Where a command is: as a shell finds it.
fn found(command: &OsStr) -> io::Result<PathBuf> {
    let runs = |path: &PathBuf| path.metadata().is_ok_and(|of| of.is_file() && of.permissions().mode() & 0o111 != 0);
    let not_found = |why: &str| {
        io::Error::new(io::ErrorKind::NotFound, format!("cannot run `{}`: {why}", command.to_string_lossy()))
    };
    if command.as_bytes().contains(&b'/') {
        return Some(PathBuf::from(command)).filter(runs).ok_or_else(|| not_found("no such program"));
    }
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into());
    let mut places = std::env::split_paths(&path).map(|folder| folder.join(command));
    places.find(runs).ok_or_else(|| not_found("it is in no folder of PATH"))
}

fn threads_of(pid: i32) -> io::Result<Vec<i32>> {
    let folder = format!("/proc/{pid}/task");
    let why = |error: io::Error| io::Error::new(error.kind(), format!("process {pid}: {error}"));
    let mut threads = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(why)? {
        threads.extend(entry?.file_name().to_str().and_then(|name| name.parse::<i32>().ok()));
    }
    threads.sort_unstable();
    Ok(threads)
}

struct Tracer<T> {
    setup: Setup,
    /// Threads stop at wanted calls by a filter, and run from one to the next.
    is_filtered: bool,
    tell: T,
    threads: BTreeMap<i32, Thread>,
    /// The process of the command.
    first: Option<i32>,
    end: Option<End>,
    /// The thread whose call began last, where nothing was told since.
    open: Option<i32>,
    /// Somebody asked for an end, and threads have to be served to theirs.
    is_quiet: bool,
    /// None where the processors of threads are not ours to choose: those of processes that ran before.
    together: Option<Together>,
}

/// A traced thread.
struct Thread {
    memory: Option<ProcessMemory>,
    /// What was read of the call that it is in.
    buffer: Vec<u8>,
    call: Option<Kept>,
    /// What the stack says of the call, where it does.
    frame: Option<String>,
    /// The beginning of the call was told.
    is_suspended: bool,
    /// It is between the beginning and the end of a call.
    is_in_call: bool,
    /// Nothing is told of it before its first exec.
    is_hidden: bool,
    abi: Option<Abi>,
    /// Microseconds in the kernel when the call began.
    in_kernel: i64,
    /// The protocols of its sockets of netlink. Those that it got from elsewhere are not known.
    netlink: HashMap<i32, u32>,
}

/// Bytes for what is read of a call.
const ROOM: usize = 128 * 1024;

impl Thread {
    fn new() -> Thread {
        Thread {
            memory: None,
            buffer: Vec::new(),
            call: None,
            frame: None,
            is_suspended: false,
            is_in_call: false,
            is_hidden: false,
            abi: None,
            in_kernel: 0,
            netlink: HashMap::new(),
        }
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
            (Some("close"), [fd, ..], _) if !netlink.is_empty() => drop(netlink.remove(&(*fd as i32))),
            _ => {}
        }
    }
}

impl<T: FnMut(i32, Event<'_>) -> io::Result<()>> Tracer<T> {
    fn new(setup: Setup, is_filtered: bool, tell: T) -> Self {
        let (threads, first, end, open, together) = (BTreeMap::new(), None, None, None, None);
        Tracer { setup, is_filtered, tell, threads, first, end, open, is_quiet: false, together }
    }

    /// Serves threads until none is left, or somebody asks for an end.
    fn serve(mut self) -> io::Result<End> {
        loop {
            let done = match sys::wait(self.setup.is_timed) {
                Ok(Some(stop)) => self.stopped(stop),
                Ok(None) => return Ok(self.end.unwrap_or(End::AllGone)),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
                Err(error) => return Err(error),
            };
            let done = if sys::was_woken() { done.and_then(|()| (self.tell)(0, Event::Woken)) } else { done };
            if let Err(error) = done {
                self.leave();
                return Err(error);
            }
            if let Some(signal) = sys::asked_to_end().filter(|_| !self.is_quiet) {
                // With a filter and no tracer, calls would fail: such a program is served to its end, in silence.
                if !self.is_filtered {
                    self.leave();
                    return Ok(End::Detached(signal));
                }
                self.is_quiet = true;
            }
        }
    }

    /// Lets all threads go on by themselves.
    fn leave(&mut self) {
        self.together = None;
        let pids: Vec<i32> = self.threads.keys().copied().collect();
        for pid in pids {
            // It may have stopped already, or ended.
            if sys::detach(pid, 0).is_ok() || sys::interrupt(pid).is_err() {
                continue;
            }
            while let Ok(Some(stop)) = sys::wait_for(pid, false) {
                if !libc::WIFSTOPPED(stop.status) {
                    break;
                }
                // A signal on its way to it is handed over.
                let is_signal = stop.status >> 16 == 0 && libc::WSTOPSIG(stop.status) & 0x80 == 0;
                let signal = if is_signal { libc::WSTOPSIG(stop.status) } else { 0 };
                if sys::detach(pid, signal).is_ok() {
                    break;
                }
            }
        }
        self.threads.clear();
    }

    fn stopped(&mut self, stop: Stop) -> io::Result<()> {
        let Stop { pid, status, .. } = stop;
        if libc::WIFEXITED(status) || libc::WIFSIGNALED(status) {
            if let Some(together) = &mut self.together {
                together.ended(pid);
            }
            return self.ended(pid, status);
        }
        if let Some(together) = &mut self.together {
            together.stopped(pid);
        }
        // A new one may stop before its parent tells of it.
        if let Entry::Vacant(free) = self.threads.entry(pid) {
            free.insert(Thread::new());
            self.tell(pid, Event::Attached)?;
        }
        let (signal, event) = (libc::WSTOPSIG(status), status >> 16);
        let mut deliver = 0;
        match event {
            0 if signal == libc::SIGTRAP | 0x80 => return self.at_call(stop),
            0 => {
                deliver = signal;
                // A thread that is gone has none any more.
                if let Some(info) = sys::signal_info(pid) {
                    self.tell(pid, Event::Signal(signal, &info))?;
                }
            }
            libc::PTRACE_EVENT_SECCOMP => return self.at_call(stop),
            libc::PTRACE_EVENT_EXEC => self.executed(pid)?,
            libc::PTRACE_EVENT_FORK | libc::PTRACE_EVENT_VFORK | libc::PTRACE_EVENT_CLONE => {
                let new = sys::event_message(pid).and_then(|new| i32::try_from(new).ok());
                if let Some(new) = new.filter(|new| !self.threads.contains_key(new)) {
                    self.threads.insert(new, Thread::new());
                    self.tell(new, Event::Attached)?;
                }
            }
            libc::PTRACE_EVENT_STOP if stops_a_group(signal) => {
                self.tell(pid, Event::Stopped(signal))?;
                // Gone in the meantime is no error.
                let _ = sys::listen(pid);
                return Ok(());
            }
            _ => {}
        }
        let is_in_call = self.threads.get(&pid).is_some_and(|thread| thread.is_in_call);
        go_on(pid, self.is_filtered && !is_in_call, deliver);
        Ok(())
    }

    /// Tells an event, and before it that the call of another thread goes on.
    fn tell(&mut self, pid: i32, event: Event<'_>) -> io::Result<()> {
        self.suspend_others(pid)?;
        let is_hidden = self.threads.get(&pid).is_some_and(|thread| thread.is_hidden);
        if self.is_quiet || is_hidden { Ok(()) } else { (self.tell)(pid, event) }
    }

    fn suspend_others(&mut self, pid: i32) -> io::Result<()> {
        let Some(open) = self.open.filter(|open| *open != pid && self.setup.interleaved) else { return Ok(()) };
        self.open = None;
        let Some(thread) = self.threads.get_mut(&open) else { return Ok(()) };
        let Some(call) = thread.call.take() else { return Ok(()) };
        let (entered, _) = call.resume(&mut thread.buffer);
        if !self.is_quiet {
            (self.tell)(open, Event::Suspended(&entered.unfinished()))?;
        }
        thread.call = Some(call);
        thread.is_suspended = true;
        Ok(())
    }

    fn at_call(&mut self, stop: Stop) -> io::Result<()> {
        let mut bytes = [0; 88];
        // None of a thread that is gone.
        let Some(info) = SyscallInfo::parse(sys::syscall_info(stop.pid, &mut bytes)?, ByteOrder::Little) else {
            go_on(stop.pid, self.is_filtered, 0);
            return Ok(());
        };
        match info.stop() {
            SyscallStop::Entry { .. } | SyscallStop::Seccomp { .. } => {
                self.begins(stop, &info)?;
                go_on(stop.pid, false, 0);
                Ok(())
            }
            _ => self.returns(stop, &info),
        }
    }

    fn begins(&mut self, stop: Stop, info: &SyscallInfo) -> io::Result<()> {
        let pid = stop.pid;
        let Some(raw) = info.call() else {
            let why = format!("process {pid}: a call of architecture {:#x}, which is not known", info.arch());
            return Err(io::Error::other(why));
        };
        if let Some(together) = &mut self.together {
            together.begins(&raw);
        }
        let Some(thread) = self.threads.get_mut(&pid) else { return Ok(()) };
        thread.is_in_call = true;
        if thread.is_hidden {
            if raw.syscall().is_none_or(|call| call.name() != "execve") {
                return Ok(());
            }
            thread.is_hidden = false;
        }
        let choice = self.setup.choice.as_ref();
        if choice.is_some_and(|choice| !choice::is_in(&choice.stops, &raw)) {
            return Ok(());
        }
        if thread.memory.is_none() {
            thread.memory = ProcessMemory::new(pid.unsigned_abs()).ok();
        }
        if thread.buffer.is_empty() {
            thread.buffer = vec![0; ROOM];
        }
        let mut scratch = Scratch::new(&mut thread.buffer);
        let known = |fd: i32| thread.netlink.get(&fd).copied().map(FdKind::Netlink);
        let decoder = &self.setup.decoder;
        let entered = match &thread.memory {
            Some(memory) => decoder.enter_knowing(&raw, memory, &known, &mut scratch),
            None => decoder.enter(&raw, &(), &mut scratch),
        };
        if let Some(together) = &mut self.together {
            together.opens(&entered);
        }
        if choice.is_some_and(|choice| !choice.has(&entered)) {
            return Ok(());
        }
        thread.call = Some(entered.keep());
        thread.frame = thread.memory.as_ref().and_then(|memory| frame::told(&raw, info.stack_pointer(), memory));
        thread.is_suspended = false;
        thread.in_kernel = stop.in_kernel;
        let other = thread.abi.replace(raw.abi()).is_some_and(|before| before != raw.abi());
        if other {
            self.tell(pid, Event::Runs(raw.abi()))?;
        }
        self.suspend_others(pid)?;
        self.open = Some(pid);
        Ok(())
    }

    fn returns(&mut self, stop: Stop, info: &SyscallInfo) -> io::Result<()> {
        let pid = stop.pid;
        self.suspend_others(pid)?;
        let is_filtered = self.is_filtered;
        let Some(thread) = self.threads.get_mut(&pid) else {
            go_on(pid, is_filtered, 0);
            return Ok(());
        };
        thread.is_in_call = false;
        let outcome = thread.abi.and_then(|abi| info.outcome(abi));
        let (Some(call), Some(outcome)) = (thread.call.take(), outcome) else {
            go_on(pid, is_filtered, 0);
            return Ok(());
        };
        let (entered, mut scratch) = call.resume(&mut thread.buffer);
        let done = match &thread.memory {
            Some(memory) => entered.exit(outcome, memory, &mut scratch),
            None => entered.exit(outcome, &(), &mut scratch),
        };
        // What there is to read is read.
        let is_ahead = self.setup.is_ahead;
        if is_ahead {
            go_on(pid, is_filtered, 0);
        }
        Thread::learn(&mut thread.netlink, &done);
        let resumed = std::mem::take(&mut thread.is_suspended);
        let took = (stop.in_kernel - thread.in_kernel).max(0);
        let frame = thread.frame.take();
        let returned = Event::Returned { call: &done, resumed, took, frame: frame.as_deref() };
        self.open = None;
        if !self.is_quiet {
            (self.tell)(pid, returned)?;
        }
        if !is_ahead {
            go_on(pid, is_filtered, 0);
        }
        Ok(())
    }

    /// A program is another one: its memory is new, and of its threads one is left, with the id of the first.
    fn executed(&mut self, pid: i32) -> io::Result<()> {
        let former = sys::event_message(pid).and_then(|former| i32::try_from(former).ok()).unwrap_or(pid);
        if former != pid {
            self.suspend_others(former)?;
            self.ends_in_call(pid)?;
            self.tell(pid, Event::Superseded(former))?;
            if let Some(thread) = self.threads.remove(&former) {
                self.threads.insert(pid, thread);
            }
            if self.open == Some(former) {
                self.open = Some(pid);
            }
        }
        if let Some(thread) = self.threads.get_mut(&pid) {
            // A filter may not have stopped it at the call.
            thread.is_hidden = false;
            thread.memory = None;
            if let Ok(memory) = ProcessMemory::new(pid.unsigned_abs()) {
                thread.memory = Some(memory);
            }
        }
        Ok(())
    }

    fn ended(&mut self, pid: i32, status: c_int) -> io::Result<()> {
        if Some(pid) == self.first {
            self.end = Some(match libc::WIFSIGNALED(status) {
                true => End::Killed(libc::WTERMSIG(status)),
                false => End::Exited(libc::WEXITSTATUS(status)),
            });
        }
        self.suspend_others(pid)?;
        self.open = self.open.filter(|open| *open != pid);
        self.ends_in_call(pid)?;
        let Some(thread) = self.threads.remove(&pid) else { return Ok(()) };
        if self.is_quiet || thread.is_hidden { Ok(()) } else { (self.tell)(pid, Event::Ended(status)) }
    }

    /// Tells of a call that will not return, since its thread is gone.
    fn ends_in_call(&mut self, pid: i32) -> io::Result<()> {
        let Some(thread) = self.threads.get_mut(&pid).filter(|thread| !self.is_quiet && !thread.is_hidden) else {
            return Ok(());
        };
        let Some(call) = thread.call.take() else { return Ok(()) };
        let done = call.resume(&mut thread.buffer).0.unfinished();
        (self.tell)(pid, Event::Unfinished { call: &done, resumed: thread.is_suspended })
    }
}

/// Lets a thread go on, to the next event or to the next call. One that is gone in the meantime is told of by `wait`.
fn go_on(pid: i32, to_event: bool, signal: c_int) {
    let _ = sys::resume(pid, if to_event { Until::Event } else { Until::Call }, signal);
}

fn stops_a_group(signal: c_int) -> bool {
    matches!(signal, libc::SIGSTOP | libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU)
}
