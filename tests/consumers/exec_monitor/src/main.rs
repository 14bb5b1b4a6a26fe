//! Tells which programs a command starts and which files it opens, of 64-bit and of 32-bit programs: `exec_monitor COMMAND …`.

#![deny(warnings)]

use std::collections::HashMap;
use std::ffi::CString;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use libc::{c_int, c_void, pid_t};
use syscall_meta::args::{ArgError, DirFd, Errno, Fd, Flags, OpenFlags, Started};
use syscall_meta::{ByteOrder, DecodeSyscall, ProcessMemory, Scratch, SyscallInfo, SyscallStop};

/// What is told. What a program passes that cannot be read is told as such, and not left out.
#[derive(DecodeSyscall)]
#[syscall(abis(x86_64, i386))]
enum Event {
    Execve {
        filename: Result<CString, ArgError>,
        argv: Result<Vec<CString>, ArgError>,
        #[syscall(ret)]
        result: Result<(), Errno>,
    },
    Open {
        filename: Result<CString, ArgError>,
        flags: Flags<OpenFlags>,
        #[syscall(ret)]
        result: Result<Fd, Errno>,
    },
    Openat {
        dfd: DirFd,
        filename: Result<CString, ArgError>,
        flags: Flags<OpenFlags>,
        #[syscall(ret)]
        result: Result<Fd, Errno>,
    },
}

fn tell(pid: pid_t, event: Event) {
    let name =
        |name: Result<CString, ArgError>| name.map_or_else(|error| format!("({error})"), |name| format!("{name:?}"));
    let fd = |result: Result<Fd, Errno>| result.map_or_else(|errno| errno.to_string(), |fd| fd.0.to_string());
    match event {
        Event::Execve { filename, argv, result: Ok(()) } => {
            let argv = argv.map_or_else(|error| error.to_string(), |argv| format!("{argv:?}"));
            println!("{pid} exec {} {argv}", name(filename));
        }
        Event::Execve { filename, result: Err(errno), .. } => println!("{pid} exec {} {errno}", name(filename)),
        Event::Open { filename, flags, result } => println!("{pid} open {} {flags} {}", name(filename), fd(result)),
        Event::Openat { dfd, filename, flags, result } if dfd == DirFd::CWD => {
            println!("{pid} open {} {flags} {}", name(filename), fd(result));
        }
        Event::Openat { dfd, filename, flags, result } => {
            println!("{pid} open {}/{} {flags} {}", dfd.0, name(filename), fd(result));
        }
    }
}

fn ptrace(request: c_int, pid: pid_t, address: usize, data: usize) -> io::Result<usize> {
    // SAFETY: `data` is a number, or leads to as many bytes as `address` says.
    match unsafe { libc::ptrace(request as _, pid, address as *mut c_void, data as *mut c_void) } {
        -1 => Err(io::Error::last_os_error()),
        done => Ok(done as usize),
    }
}

/// Where a call of a thread stopped, and what has to be kept of it until it returns.
fn stopped(pid: pid_t, running: &mut HashMap<pid_t, Started<Event>>) -> io::Result<()> {
    let mut bytes = [0u8; 128];
    let len = ptrace(libc::PTRACE_GET_SYSCALL_INFO as c_int, pid, bytes.len(), bytes.as_mut_ptr() as usize)?;
    let Some(info) = SyscallInfo::parse(&bytes[..len.min(bytes.len())], ByteOrder::Little) else { return Ok(()) };
    // All values are their own, so none is in the scratch.
    let mut scratch = Scratch::new(&mut []);
    let memory = ProcessMemory::new(pid as u32)?;
    if let SyscallStop::Entry { .. } = info.stop() {
        let Some(call) = info.call() else { return Ok(()) };
        if let Ok(started) = Event::enter(call.abi(), &call, &memory, &mut scratch) {
            running.insert(pid, started);
        }
    } else if let Some(started) = running.remove(&pid) {
        let Some(outcome) = info.outcome(started.raw().abi()) else { return Ok(()) };
        match started.exit(outcome, &memory, &mut scratch) {
            Ok(event) => tell(pid, event),
            Err(error) => println!("{pid} {error}"),
        }
    }
    Ok(())
}

fn monitor(command: &mut Command) -> io::Result<u8> {
    // SAFETY: between fork and exec it makes two system calls.
    unsafe {
        command.pre_exec(|| {
            ptrace(libc::PTRACE_TRACEME as c_int, 0, 0, 0)?;
            libc::raise(libc::SIGSTOP);
            Ok(())
        })
    };
    // `spawn` would wait for an exec that waits for this.
    // SAFETY: there is one thread, and the child goes on in `exec` alone.
    let first = match unsafe { libc::fork() } {
        -1 => return Err(io::Error::last_os_error()),
        0 => return Err(command.exec()),
        pid => pid,
    };
    let (mut running, mut known, mut code) = (HashMap::new(), Vec::new(), 0);
    loop {
        let mut status = 0;
        // SAFETY: `status` is there.
        let pid = unsafe { libc::waitpid(-1, &mut status, libc::__WALL) };
        if pid == -1 {
            return Ok(code);
        }
        if !libc::WIFSTOPPED(status) {
            running.remove(&pid);
            code = if pid == first { libc::WEXITSTATUS(status) as u8 } else { code };
            continue;
        }
        let (mut signal, is_new) = (libc::WSTOPSIG(status), !known.contains(&pid));
        if is_new {
            known.push(pid);
            let options = libc::PTRACE_O_TRACESYSGOOD | libc::PTRACE_O_TRACEFORK | libc::PTRACE_O_TRACEVFORK;
            let options = options | libc::PTRACE_O_TRACECLONE | libc::PTRACE_O_TRACEEXEC | libc::PTRACE_O_EXITKILL;
            ptrace(libc::PTRACE_SETOPTIONS as c_int, pid, 0, options as usize)?;
            signal = 0;
        } else if signal & !0x80 == libc::SIGTRAP {
            // It may have been killed since.
            let _ = if signal == libc::SIGTRAP { Ok(()) } else { stopped(pid, &mut running) };
            signal = 0;
        }
        let _ = ptrace(libc::PTRACE_SYSCALL as c_int, pid, 0, signal as usize);
    }
}

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let program = arguments.next().expect("usage: exec_monitor COMMAND …");
    monitor(Command::new(program).args(arguments)).map_or_else(
        |error| {
            eprintln!("exec_monitor: {error}");
            ExitCode::from(2)
        },
        ExitCode::from,
    )
}
