//! Names as a program for eBPF links them, and calls with their arguments: one static without pointers, no standard library,
//! no allocator.

#![no_std]
#![deny(warnings)]

use core::ffi::CStr;
use core::panic::PanicInfo;

use syscall_meta::args::DirFd;
use syscall_meta::{Abi, DecodeSyscall, NameBytes, RawCall, Region, Scratch, SyscallName, name_map};

name_map! {
    /// What is watched, in one piece of memory.
    #[unsafe(no_mangle)]
    pub static WATCHED_NAMES: x86_64, i386 as bytes;
    openat, execve, %network, !socketcall
}

/// The same calls as an enumeration.
#[derive(Clone, Copy, PartialEq, Eq, SyscallName)]
#[syscall(abis(x86_64, i386))]
pub enum Watched {
    /// Opens a file.
    Openat,
    /// Starts a program.
    Execve,
}

/// The name of a call of x86_64, with zeros after it; nothing where it is not watched.
#[unsafe(no_mangle)]
pub extern "C" fn watched_name(number: u32) -> *const u8 {
    match WATCHED_NAMES.row(Abi::X86_64, number) {
        Some(row) => row.padded().as_ptr(),
        None => core::ptr::null(),
    }
}

/// The place of a call among those watched, or one that there is not.
#[unsafe(no_mangle)]
pub extern "C" fn watched_place(number: u32) -> u32 {
    Watched::from_number(Abi::X86_64, number).map_or(u32::MAX, |call| call as u32)
}

/// A call with its arguments, which borrow.
#[derive(DecodeSyscall)]
#[syscall(abis(x86_64, i386))]
pub struct Openat<'b> {
    /// Where a relative name begins.
    pub dfd: DirFd,
    /// The name.
    pub filename: &'b CStr,
}

/// How long the name is that a call of i386 opens, or -1.
#[unsafe(no_mangle)]
pub extern "C" fn opened_name_len(number: u32, words: &[u64; 6], memory: &[u8; 64]) -> isize {
    let (mut room, memory) = ([0; 64], [Region::new(0x1000, memory)]);
    let call = RawCall::new(Abi::I386, number, *words);
    let openat = Openat::decode(Abi::I386, &call, &memory, &mut Scratch::new(&mut room));
    openat.map_or(-1, |openat| openat.filename.count_bytes() as isize)
}

/// Nothing in it leads elsewhere.
const _: () = {
    const fn is_bytes<const CALLS: usize, const WIDTH: usize>(_: &NameBytes<CALLS, WIDTH>) -> bool {
        size_of::<NameBytes<CALLS, WIDTH>>() == CALLS * (WIDTH + 6)
    }
    assert!(is_bytes(&WATCHED_NAMES));
};

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    loop {}
}
