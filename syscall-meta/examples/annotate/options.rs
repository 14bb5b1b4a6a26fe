//! The command line.

use std::path::PathBuf;

use clap::Parser;
use syscall_meta::{Abi, ByteOrder};

/// Puts names and decoded arguments where logs of system calls have numbers or functions
#[derive(Debug, Parser)]
#[command(
    name = "annotate",
    after_help = "\
Calls are found in lines of these forms. What stands around them is kept; other lines pass.

  ftrace, perf  sys_enter: NR 257 (ffffff9c, 55e2757df5e0, 241, 1b6, 0, 20)
             -> sys_enter: openat(AT_FDCWD, 0x55e2757df5e0, O_WRONLY|O_CREAT|O_TRUNC, 0666)
                sys_exit: NR 3 = -9
             -> sys_exit: close(99) = -1 EBADF (Bad file descriptor)
  audit         arch=c000003e syscall=3 success=no exit=-9 a0=63 a1=0 a2=0 a3=0 items=0
             -> arch=x86_64 syscall=close(99) success=no exit=-1 EBADF (Bad file descriptor) items=0
  seccomp       sig=31 arch=c000003e syscall=39 compat=0 ip=0x7f00 code=0x80000000
             -> sig=31 arch=x86_64 syscall=getpid compat=0 ip=0x7f00 code=SECCOMP_RET_KILL_PROCESS
  functions     __x64_sys_newfstat <-do_syscall_64
             -> __x64_sys_newfstat <-do_syscall_64 /* fstat, x86_64 5 */

An argument that is not known is `?`: of a call whose start was not seen, and behind the four words
that audit records.

Functions of calls are known wherever they stand: in lines of function tracers and probes, in stacks
of ftrace, perf, bpftrace and the kernel's log; and so are tracepoints of single calls. Of ABIs that
share a function --abi counts first, then those that its kernels serve beside it. Where there are
several, it is told what all call it, and nothing if that differs. Where a line shows arguments, it
says if the function takes registers, or each argument as a long.

--json tells each call as the library serialises it, with `event` (sys_enter, sys_exit, audit or
seccomp), `task`, `pid` and `time`, null where the line has none; of a tracepoint `cpu`, of audit
`serial` and `arch`, of seccomp `action`. A function's line has the `event` symbol, `symbol`, and
what it `takes` in place of arguments and result. --keep tells each other line as
{\"line\": \"…\"}, one longer than 64 KiB in pieces.

Examples:
  annotate /sys/kernel/tracing/trace_pipe     live
  perf script | annotate                      what perf recorded of raw_syscalls:*
  annotate --abi i386 trace.txt               what a 32-bit program did on x86_64
  dmesg | annotate                            which calls an oops names
  journalctl -k | annotate | grep code=       what seccomp refused
  ausearch -r -m SYSCALL | annotate --json    audit records as data

The exit status is 2 after a wrong option, 1 where a file could not be read."
)]
pub(crate) struct Options {
    /// ABI of lines that do not tell it, of ftrace, perf and functions; this machine's own, if not given
    #[arg(long, value_name = "ABI")]
    pub(crate) abi: Option<Abi>,
    /// Byte order of the machine, where the line does not tell it: little or big; the ABI's usual one, if not given
    #[arg(long, value_name = "ORDER", value_parser = byte_order)]
    pub(crate) byte_order: Option<ByteOrder>,
    /// Names of arguments: `dfd=AT_FDCWD`
    #[arg(short = 'n', long)]
    pub(crate) names: bool,
    /// A line of JSON for each call
    #[arg(long)]
    pub(crate) json: bool,
    /// With --json, all other lines as well
    #[arg(long, requires = "json")]
    pub(crate) keep: bool,
    /// What is read; standard input without any, and for `-`
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

fn byte_order(text: &str) -> Result<ByteOrder, &'static str> {
    match text {
        "little" => Ok(ByteOrder::Little),
        "big" => Ok(ByteOrder::Big),
        _ => Err("expected `little` or `big`"),
    }
}
