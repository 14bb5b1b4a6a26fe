//! Names as a program for eBPF links them: one static without pointers, no standard library, no allocator.

#![no_std]
#![deny(warnings)]

use core::panic::PanicInfo;

use syscall_meta::{Abi, NameBytes, SyscallName, name_map};

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
