//! One derived event type, live: a program of x86_64 and the same of i386 make the same calls, and are told as the same
//! events.
//!
//! It needs a C compiler and leave to trace; without them it says that it was skipped, or fails where `SYSCALL_META_LIVE` is
//! set.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

#[path = "../../syscall-meta/examples/trace/sys.rs"]
#[allow(dead_code, reason = "the example takes more of it")]
mod sys;

use std::ffi::CString;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use syscall_meta::args::{Bytes, DirFd, Errno, Fd, Flags, Mode, OpenFlags, SockAddr};
use syscall_meta::{ByteOrder, DecodeSyscall, ProcessMemory, RawCall, Scratch, SyscallInfo, SyscallStop};

#[allow(dead_code, reason = "it is told by its Debug")]
#[derive(Debug, DecodeSyscall)]
#[syscall(abis(x86_64, i386, aarch64))]
enum Event {
    Openat {
        dfd: DirFd,
        filename: CString,
        flags: Flags<OpenFlags>,
        mode: Mode,
    },
    #[syscall(name = "newfstatat", or = "fstatat64")]
    Stat {
        filename: CString,
    },
    Connect {
        fd: Fd,
        #[syscall(arg = "uservaddr")]
        addr: SockAddr,
    },
    Execve {
        filename: CString,
        argv: Vec<CString>,
    },
    Read {
        fd: Fd,
        count: usize,
        #[syscall(exit)]
        buf: Bytes,
        #[syscall(ret)]
        result: Result<usize, Errno>,
    },
    #[syscall(other)]
    Other(RawCall),
}

/// Needs neither a library nor more of a compiler than that it can. Its exec fails, so that it is there to the end.
const SOURCE: &str = r#"
#ifdef __x86_64__
enum { READ = 0, CONNECT = 42, SOCKET = 41, EXECVE = 59, EXIT = 231, OPENAT = 257, FSTATAT = 262 };
static long call(long number, long a, const void *b, const void *c, long d) {
    register long r10 __asm__("r10") = d;
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
    return result;
}
#else
enum { READ = 3, CONNECT = 362, SOCKET = 359, SOCKETCALL = 102, EXECVE = 11, EXIT = 252, OPENAT = 295, FSTATAT = 300 };
static long call(long number, long a, const void *b, const void *c, long d) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d) : "memory");
    return result;
}
#endif

static char room[256];
static const char *argv[] = { "first", "second", 0 };
static const unsigned char address[16] = { 2, 0, 0, 1, 127, 0, 0, 1 };

__attribute__((force_align_arg_pointer)) void _start(void) {
    long fd = call(OPENAT, -100, "/dev/zero", (void *)02000000, 0);
    call(FSTATAT, -100, "/dev/null", room, 0);
    call(READ, fd, room, (void *)5, 0);
    call(READ, 99, room, (void *)5, 0);
    long peer = call(SOCKET, 2, (void *)1, 0, 0);
    call(CONNECT, peer, address, (void *)16, 0);
#ifndef __x86_64__
    long words[3] = { peer, (long)address, 16 };
    call(SOCKETCALL, 3, words, 0, 0);
#endif
    call(EXECVE, (long)"/none", argv, 0, 0);
    call(EXIT, 0, 0, 0, 0);
}
"#;

#[test]
fn the_same_events_of_a_wide_and_of_a_narrow_program() {
    let is_required = std::env::var_os("SYSCALL_META_LIVE").is_some();
    for (abi, option) in [("x86_64", "-m64"), ("i386", "-m32")] {
        let Some(program) = compiled(abi, option) else {
            assert!(!is_required || abi == "i386", "a C compiler is needed");
            eprintln!("skipped: no compiler for {abi}");
            continue;
        };
        let events = match events(&program) {
            Err(error) if error.raw_os_error() == Some(libc::EPERM) && !is_required => {
                eprintln!("skipped: no leave to trace");
                return;
            }
            events => events.expect("it is traced"),
        };
        let mut told =
            events.iter().filter(|event| !matches!(event, Event::Other(_))).map(|event| format!("{event:?}"));
        let first = told.next().unwrap_or_default();
        assert!(first.starts_with("Execve {") && first.contains(abi), "{first}");
        let connect = "Connect { fd: Fd(4), addr: 127.0.0.1:1 }";
        let mut expected = vec![
            "Openat { dfd: DirFd(-100), filename: \"/dev/zero\", flags: O_RDONLY|O_CLOEXEC, mode: Mode(0) }",
            "Stat { filename: \"/dev/null\" }",
            r#"Read { fd: Fd(3), count: 5, buf: "\x00\x00\x00\x00\x00", result: Ok(5) }"#,
            r#"Read { fd: Fd(99), count: 5, buf: "", result: Err(Errno(9)) }"#,
            connect,
            "Execve { filename: \"/none\", argv: [\"first\", \"second\"] }",
        ];
        if abi == "i386" {
            expected.insert(5, connect);
        }
        assert_eq!(told.collect::<Vec<_>>(), expected, "{abi}");
        // `socket`, which no variant is of, and the end, which has no exit.
        let others = events.iter().filter_map(|event| if let Event::Other(raw) = event { raw.syscall() } else { None });
        assert!(others.map(|call| call.name()).eq(["socket", "exit_group"]), "{abi}");
    }
}

fn compiled(abi: &str, option: &str) -> Option<PathBuf> {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("derived_{abi}"));
    let source = program.with_extension("c");
    std::fs::write(&source, SOURCE).expect("a source");
    let mut gcc = Command::new("gcc");
    gcc.args([option, "-O1", "-static", "-nostdlib", "-fno-pie", "-no-pie", "-fno-stack-protector", "-o"]);
    gcc.arg(&program).arg(&source).output().is_ok_and(|made| made.status.success()).then_some(program)
}

/// What a program does from its exec on.
fn events(program: &Path) -> io::Result<Vec<Event>> {
    let path = CString::new(program.as_os_str().as_bytes())?;
    let (ready, go) = sys::pipe()?;
    let pid = sys::start(&path, std::slice::from_ref(&path), (ready, &go), None)?;
    sys::seize(pid, false, false)?;
    sys::interrupt(pid)?;
    File::from(go).write_all(&[0])?;
    let (mut events, mut running) = (Vec::new(), None);
    while let Some(stop) = sys::wait_for(pid, false)? {
        if !libc::WIFSTOPPED(stop.status) {
            // Every program ends in a call.
            events.extend(running.take().map(|started: syscall_meta::args::Started<Event>| started.finish().unwrap()));
            break;
        }
        if libc::WSTOPSIG(stop.status) == libc::SIGTRAP | 0x80 {
            let mut bytes = [0; 88];
            let info = SyscallInfo::parse(sys::syscall_info(pid, &mut bytes)?, ByteOrder::Little).expect("a call");
            let memory = ProcessMemory::new(pid.unsigned_abs())?;
            // What the events hold is their own.
            let mut scratch = Scratch::new(&mut []);
            match (info.stop(), info.call()) {
                (SyscallStop::Entry { .. }, Some(call)) => {
                    let started = Event::enter(call.abi(), &call, &memory, &mut scratch).expect("it can be read");
                    let is_exec = call.syscall().is_some_and(|call| call.name() == "execve");
                    running = Some(started).filter(|_| is_exec || !events.is_empty());
                }
                _ => {
                    let Some(started) = running.take() else {
                        continue_until_call(pid)?;
                        continue;
                    };
                    let outcome = info.outcome(started.raw().abi()).expect("an end");
                    events.push(started.exit(outcome, &memory, &mut scratch).expect("it can be read"));
                }
            }
        }
        continue_until_call(pid)?;
    }
    Ok(events)
}

fn continue_until_call(pid: i32) -> io::Result<()> {
    sys::resume(pid, sys::Until::Call, 0)
}
