//! The tables of three ABIs in a program without a standard library, an allocator or a C runtime.
//!
//! It runs on x86_64 Linux alone, asks tables of machines that it does not run on, and writes what they say.

#![no_std]
#![no_main]

use core::arch::{asm, global_asm};
use core::panic::PanicInfo;

use syscall_meta::tables::{I386, MIPS_O32, X86_64};
use syscall_meta::{Abi, Audited, Table};

// The kernel enters a program with its stack aligned, a function expects it one word further down.
global_asm!(".globl _start", "_start:", "xor ebp, ebp", "call {run}", run = sym run);

extern "C" fn run() -> ! {
    for table in [X86_64, I386, MIPS_O32] {
        show(table, "openat");
        show(table, "no_such_call");
    }
    // Everything that has a name has a number that leads back to it.
    let tables = [X86_64, I386, MIPS_O32];
    let whole = tables.iter().flat_map(|table| table.iter()).all(|call| call.table().get(call.number()) == Some(call));
    write(if whole { "every number leads back\n" } else { "a number is lost\n" });
    if let Audited::One(abi) = Abi::from_audit(0x4000_0003, 295) {
        write(abi.name());
        write("\n");
    }
    exit(if whole { 0 } else { 1 })
}

fn show(table: Table, name: &str) {
    write(table.abi().name());
    write(" ");
    write(name);
    match table.by_name(name) {
        Some(call) => {
            write(" ");
            write_number(call.number());
            write(" ");
            write(call.entry().unwrap_or("-"));
            write("\n");
        }
        None => write(" -\n"),
    }
}

fn write_number(mut number: u32) {
    let (mut digits, mut start) = ([0; 10], 10);
    while start == 10 || number > 0 {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    write(core::str::from_utf8(&digits[start..]).unwrap_or("?"));
}

/// Writes to standard output, by the number that the table itself knows.
fn write(text: &str) {
    let number = X86_64.by_name("write").map_or(u64::MAX, |call| call.number().into());
    call(number, 1, text.as_ptr() as u64, text.len() as u64);
}

fn exit(status: u64) -> ! {
    let number = X86_64.by_name("exit_group").map_or(u64::MAX, |call| call.number().into());
    call(number, status, 0, 0);
    loop {}
}

fn call(number: u64, a: u64, b: u64, c: u64) {
    // SAFETY: the calls made here read the text they are given, or end the program.
    unsafe {
        asm!("syscall", inlateout("rax") number => _, in("rdi") a, in("rsi") b, in("rdx") c, out("rcx") _, out("r11") _);
    }
}

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    exit(101)
}

/// The compiled `core` names it, though nothing here unwinds.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

/// What the compiler calls for copies and comparisons, and a C library has elsewhere.
mod memory {
    #[unsafe(no_mangle)]
    unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
        for at in 0..count {
            // SAFETY: the caller vouches for `count` bytes on both sides.
            unsafe { to.add(at).write_volatile(from.add(at).read()) };
        }
        to
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn memset(to: *mut u8, byte: i32, count: usize) -> *mut u8 {
        for at in 0..count {
            // SAFETY: the caller vouches for `count` bytes.
            unsafe { to.add(at).write_volatile(byte as u8) };
        }
        to
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, count: usize) -> i32 {
        for at in 0..count {
            // SAFETY: the caller vouches for `count` bytes on both sides.
            let (a, b) = unsafe { (a.add(at).read_volatile(), b.add(at).read_volatile()) };
            if a != b {
                return i32::from(a) - i32::from(b);
            }
        }
        0
    }
}
