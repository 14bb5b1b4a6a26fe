//! Types that do not hold what the kernel passes.

use std::ffi::CStr;

use syscall_meta::DecodeSyscall;
use syscall_meta::args::{Errno, Fd, SockAddr};

#[derive(DecodeSyscall)]
#[syscall(abis(x86_64, i386, aarch64))]
enum Widths<'b> {
    // 64 bits, on the ABIs that have them in a word and on those that have them in two.
    Pread64 { pos: u32 },
    Read { count: u32, #[syscall(ret)] result: Result<u32, Errno> },
    // Numbers behind which there is nothing, and pointers that are no numbers.
    Openat { dfd: &'b CStr, filename: Fd, flags: Option<u32>, mode: Result<u32, Errno> },
    // A pointer as a number is one; of a width that all ABIs have.
    Execve { filename: u64, argv: u32 },
    // What is not there yet.
    Getcwd { buf: &'b [u8], size: u64 },
    Pipe2 { fildes: [u8; 8] },
    // How long it is, nothing says.
    Ioctl { arg: SockAddr },
}

fn main() {}
