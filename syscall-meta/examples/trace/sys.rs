//! What the kernel is asked for, and nothing else: every `unsafe` of the tracer is here.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::raw::{c_int, c_long, c_void};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::Duration;

/// A stop or an end of a thread, as `wait4` tells it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stop {
    pub(crate) pid: i32,
    pub(crate) status: c_int,
    /// Microseconds that its process has spent in the kernel, where that was asked for.
    pub(crate) in_kernel: i64,
}

/// What a thread does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    /// It runs to the next beginning or end of a call.
    Call,
    /// It runs to the next stop of another kind.
    Event,
}

/// The request for what a thread stopped for, which libc has for some targets only.
const PTRACE_GET_SYSCALL_INFO: c_long = 0x420e;

/// What all threads are traced with; children and threads of theirs are, too, where they are followed.
pub(crate) fn seize(pid: i32, follow: bool, seccomp: bool) -> io::Result<()> {
    let mut options = libc::PTRACE_O_TRACESYSGOOD | libc::PTRACE_O_TRACEEXEC;
    if follow {
        options |= libc::PTRACE_O_TRACEFORK | libc::PTRACE_O_TRACEVFORK | libc::PTRACE_O_TRACECLONE;
    }
    if seccomp {
        options |= libc::PTRACE_O_TRACESECCOMP;
    }
    request(libc::PTRACE_SEIZE as c_long, pid, 0, options as c_long)
}

/// Lets a thread go on, with a signal or without (0).
pub(crate) fn resume(pid: i32, until: Until, signal: c_int) -> io::Result<()> {
    let how = match until {
        Until::Call => libc::PTRACE_SYSCALL,
        Until::Event => libc::PTRACE_CONT,
    };
    request(how as c_long, pid, 0, signal as c_long)
}

/// Lets a thread that was stopped by a signal stay so, until it is told to go on.
pub(crate) fn listen(pid: i32) -> io::Result<()> {
    request(libc::PTRACE_LISTEN as c_long, pid, 0, 0)
}

/// Asks a running thread to stop.
pub(crate) fn interrupt(pid: i32) -> io::Result<()> {
    request(libc::PTRACE_INTERRUPT as c_long, pid, 0, 0)
}

/// Leaves a stopped thread alone, with a signal or without (0).
pub(crate) fn detach(pid: i32, signal: c_int) -> io::Result<()> {
    request(libc::PTRACE_DETACH as c_long, pid, 0, signal as c_long)
}

/// A request that takes numbers.
fn request(request: c_long, pid: i32, address: c_long, data: c_long) -> io::Result<()> {
    // SAFETY: with these requests, neither number is a pointer.
    let done = unsafe { libc::syscall(libc::SYS_ptrace, request, c_long::from(pid), address, data) };
    if done == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// The call that a thread stopped at, as the kernel tells it; nothing of a thread that is gone.
pub(crate) fn syscall_info(pid: i32, bytes: &mut [u8; 88]) -> io::Result<&[u8]> {
    // SAFETY: the kernel fills in at most as many bytes as it is told there are.
    let len = unsafe {
        libc::syscall(
            libc::SYS_ptrace,
            PTRACE_GET_SYSCALL_INFO,
            c_long::from(pid),
            bytes.len(),
            bytes.as_mut_ptr().cast::<c_void>(),
        )
    };
    match usize::try_from(len) {
        Ok(len) => Ok(&bytes[..len.min(bytes.len())]),
        Err(_) => match io::Error::last_os_error() {
            error if error.raw_os_error() == Some(libc::ESRCH) => Ok(&[]),
            error => Err(io::Error::new(
                error.kind(),
                format!("process {pid}: the kernel does not tell its calls, as it does since Linux 5.3: {error}"),
            )),
        },
    }
}

/// The signal that a thread stopped for: a `siginfo_t`. None where it did not stop for one to be delivered.
pub(crate) fn signal_info(pid: i32) -> Option<[u8; 128]> {
    let mut bytes = [0u8; 128];
    // SAFETY: the kernel fills in one `siginfo_t`, which has 128 bytes.
    let done = unsafe { libc::ptrace(libc::PTRACE_GETSIGINFO, pid, 0, bytes.as_mut_ptr().cast::<c_void>()) };
    (done == 0).then_some(bytes)
}

/// What an event is about: the new process, or the thread that made an exec.
pub(crate) fn event_message(pid: i32) -> Option<u64> {
    let mut message: libc::c_ulong = 0;
    // SAFETY: the kernel fills in one `unsigned long`.
    let done = unsafe { libc::ptrace(libc::PTRACE_GETEVENTMSG, pid, 0, &raw mut message) };
    (done == 0).then_some(message)
}

/// The next thread that stopped or ended. `None` where none is left; an error of kind `Interrupted` where a signal came.
///
/// `is_timed` asks for the time that its process has had, which costs the kernel something at each stop.
pub(crate) fn wait(is_timed: bool) -> io::Result<Option<Stop>> {
    wait_for(-1, is_timed)
}

/// The next stop or end of one thread.
pub(crate) fn wait_for(pid: i32, is_timed: bool) -> io::Result<Option<Stop>> {
    let mut status = 0;
    // SAFETY: a structure of numbers alone.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    let place = if is_timed { &raw mut usage } else { std::ptr::null_mut() };
    // SAFETY: both are places of ours of the types that the kernel fills in, or none.
    let pid = unsafe { libc::wait4(pid, &raw mut status, libc::__WALL, place) };
    if pid > 0 {
        let in_kernel = usage.ru_stime.tv_sec * 1_000_000 + usage.ru_stime.tv_usec;
        return Ok(Some(Stop { pid, status, in_kernel }));
    }
    let error = io::Error::last_os_error();
    if error.raw_os_error() == Some(libc::ECHILD) { Ok(None) } else { Err(error) }
}

/// The two ends of a pipe, which no program inherits.
pub(crate) fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut ends = [0; 2];
    // SAFETY: the kernel fills in two descriptors, which nobody else owns.
    unsafe {
        if libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok((OwnedFd::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1])))
    }
}

/// Starts a program that waits for a byte from `ready` before it does anything, and does nothing where none comes; with a
/// filter, which it has from its beginning.
pub(crate) fn start(
    path: &CString,
    args: &[CString],
    (ready, go): (OwnedFd, &OwnedFd),
    filter: Option<&[[u8; 8]]>,
) -> io::Result<i32> {
    let mut pointers: Vec<*const libc::c_char> = args.iter().map(|arg| arg.as_ptr()).collect();
    pointers.push(std::ptr::null());
    let program = filter.map(|filter| libc::sock_fprog {
        len: filter.len().try_into().unwrap_or(0),
        filter: filter.as_ptr().cast::<libc::sock_filter>().cast_mut(),
    });
    // SAFETY: the child calls nothing but system calls before it is another program, with what was made before.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => unsafe {
            libc::close(go.as_raw_fd());
            let mut byte = 0u8;
            let got = loop {
                let got = libc::read(ready.as_raw_fd(), (&raw mut byte).cast(), 1);
                if got != -1 || *libc::__errno_location() != libc::EINTR {
                    break got;
                }
            };
            if got != 1 {
                libc::_exit(126);
            }
            if let Some(program) = &program {
                libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
                if libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, std::ptr::from_ref(program)) != 0 {
                    libc::_exit(126);
                }
            }
            libc::signal(libc::SIGPIPE, libc::SIG_DFL);
            libc::execve(path.as_ptr(), pointers.as_ptr(), environ.cast());
            libc::_exit(127);
        },
        pid => Ok(pid),
    }
}

unsafe extern "C" {
    static environ: *const *const libc::c_char;
}

/// A signal that asked for an end of tracing; 0 where none did.
static ASKED: AtomicI32 = AtomicI32::new(0);

extern "C" fn asked(signal: c_int) {
    ASKED.store(signal, Ordering::Relaxed);
}

/// The time has passed.
static WOKEN: AtomicBool = AtomicBool::new(false);

extern "C" fn woken(_: c_int) {
    WOKEN.store(true, Ordering::Relaxed);
}

/// Has waiting end once after some time.
pub(crate) fn wake_in(time: Duration) {
    on_signal(libc::SIGALRM, woken);
    let value = libc::timeval { tv_sec: 0, tv_usec: time.subsec_micros().into() };
    let never = libc::timeval { tv_sec: 0, tv_usec: 0 };
    let timer = libc::itimerval { it_interval: never, it_value: value };
    // SAFETY: `setitimer` reads one such structure.
    unsafe { libc::syscall(libc::SYS_setitimer, libc::ITIMER_REAL, &raw const timer, std::ptr::null_mut::<c_void>()) };
}

/// Whether the time has passed since this was asked last.
pub(crate) fn was_woken() -> bool {
    WOKEN.load(Ordering::Relaxed) && WOKEN.swap(false, Ordering::Relaxed)
}

fn on_signal(signal: c_int, handler: extern "C" fn(c_int)) {
    // SAFETY: the handlers store a number, which may be done there. Without SA_RESTART, waiting ends.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = handler as usize;
        libc::sigaction(signal, &raw const action, std::ptr::null_mut());
    }
}

fn is_ignored(signal: c_int) -> bool {
    // SAFETY: the kernel fills in one such structure, of numbers and pointers that nobody follows.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        libc::sigaction(signal, std::ptr::null(), &raw mut action);
        action.sa_sigaction == libc::SIG_IGN
    }
}

/// Has signals that would end the tracer interrupt its waiting instead.
pub(crate) fn heed_signals() {
    for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP, libc::SIGQUIT] {
        // Who had it ignored, as `nohup` does, wants that of the program, too.
        if !is_ignored(signal) {
            on_signal(signal, asked);
        }
    }
}

/// The signal that asked for an end.
pub(crate) fn asked_to_end() -> Option<c_int> {
    Some(ASKED.load(Ordering::Relaxed)).filter(|signal| *signal != 0)
}

/// Ends as the traced program did that a signal killed.
pub(crate) fn die_of(signal: c_int) -> ! {
    // SAFETY: numbers alone; no core is to be left of the tracer.
    unsafe {
        let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        libc::setrlimit(libc::RLIMIT_CORE, &raw const none);
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
    // One that does not kill.
    std::process::exit(128 + signal)
}

/// The processors that a thread may run on, a bit for each.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Processors([u64; 16]);

impl Processors {
    /// More than there are.
    pub(crate) const ALL: Processors = Processors([u64::MAX; 16]);

    /// This one alone, where it is one of them.
    pub(crate) fn only(&self, one: usize) -> Option<Processors> {
        let mut set = [0; 16];
        *set.get_mut(one / 64)? = self.0[one / 64] & 1 << (one % 64);
        (set != [0; 16]).then_some(Processors(set))
    }
}

/// The processors that a thread may run on, the tracer where it is 0; none where the kernel does not say, or has more than fit.
pub(crate) fn processors(pid: i32) -> Option<Processors> {
    let mut set = [0u64; 16];
    // SAFETY: the kernel fills in at most as many bytes as it is told there are.
    let done = unsafe { libc::sched_getaffinity(pid, size_of_val(&set), set.as_mut_ptr().cast()) };
    (done == 0).then_some(Processors(set))
}

/// Says where a thread may run, the tracer where it is 0.
pub(crate) fn set_processors(pid: i32, processors: &Processors) -> io::Result<()> {
    // SAFETY: the kernel reads as many bytes as it is told there are.
    let done = unsafe { libc::sched_setaffinity(pid, size_of_val(&processors.0), processors.0.as_ptr().cast()) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// The processor that the tracer is on.
pub(crate) fn processor() -> Option<usize> {
    // SAFETY: it takes nothing, and returns a number.
    usize::try_from(unsafe { libc::sched_getcpu() }).ok()
}
