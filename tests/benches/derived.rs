//! Calls decoded as a derived event beside the table-driven decoder, as ratios of one run: the start of six calls of x86_64
//! and of i386; and what all of it costs where no argument is asked for, beside a bare `match` of the number.
//!
//! `cargo bench -p syscall-meta-tests --bench derived`

use std::ffi::CStr;
use std::hint::black_box;

use syscall_meta::args::{BytesRef, DirFd, Fd, Mode, SockAddr, TextList};
use syscall_meta::{Abi, DecodeSyscall, Decoder, RawCall, Region, Scratch};
use syscall_meta_tests::bench::{Peer, report};

#[allow(dead_code, reason = "what is decoded is not looked at")]
#[derive(DecodeSyscall)]
#[syscall(abis(x86_64, i386))]
enum Event<'b> {
    Openat {
        dfd: DirFd,
        filename: &'b CStr,
        flags: i32,
        mode: Mode,
    },
    Execve {
        filename: &'b CStr,
        argv: TextList<'b>,
    },
    Connect {
        fd: Fd,
        #[syscall(arg = "uservaddr")]
        address: SockAddr,
    },
    Write {
        fd: Fd,
        buf: BytesRef<'b>,
    },
    Close {
        fd: Fd,
    },
    Lseek {
        fd: Fd,
        offset: i64,
        whence: u32,
    },
}

/// The numbers alone.
#[derive(DecodeSyscall)]
#[syscall(abis(x86_64))]
enum Number {
    Read,
    Write,
    Openat,
    Close,
    Execve,
    Connect,
    #[syscall(other)]
    Other,
}

fn by_hand(number: u32) -> Number {
    match number {
        0 => Number::Read,
        1 => Number::Write,
        257 => Number::Openat,
        3 => Number::Close,
        59 => Number::Execve,
        42 => Number::Connect,
        _ => Number::Other,
    }
}

fn main() {
    let list = |size: usize| {
        let pointers = [0x2000u64, 0x2003, 0].map(u64::to_le_bytes);
        pointers.iter().flat_map(|pointer| pointer[..size].to_vec()).collect::<Vec<u8>>()
    };
    for (abi, numbers, size) in [(Abi::X86_64, [257, 59, 42, 1, 3, 8], 8), (Abi::I386, [295, 11, 362, 4, 6, 19], 4)] {
        let list = list(size);
        let memory = [
            Region::new(0x1000, b"/usr/lib/x86_64-linux-gnu/libc.so.6\0"),
            Region::new(0x2000, b"ls\0-l\0"),
            Region::new(0x3000, &list),
            Region::new(0x4000, &[2, 0, 0, 53, 8, 8, 8, 8, 0, 0, 0, 0, 0, 0, 0, 0]),
        ];
        let words: [[u64; 6]; 6] = [
            [0xffff_ff9c, 0x1000, 0x8_0000, 0, 0, 0],
            [0x1000, 0x3000, 0, 0, 0, 0],
            [3, 0x4000, 16, 0, 0, 0],
            [1, 0x1000, 32, 0, 0, 0],
            [3, 0, 0, 0, 0, 0],
            [3, 512, 0, 0, 0, 0],
        ];
        let calls: Vec<RawCall> =
            numbers.iter().zip(words).map(|(number, words)| RawCall::new(abi, *number, words)).collect();
        let derived = |call: &RawCall| {
            let mut room = [0; 1024];
            Event::decode(abi, black_box(call), &memory, &mut Scratch::new(&mut room)).is_ok()
        };
        let by_tables = |call: &RawCall| {
            let mut room = [0; 1024];
            let entered = Decoder::new().enter(black_box(call), &memory, &mut Scratch::new(&mut room));
            black_box(&entered).syscall().is_some()
        };
        assert!(calls.iter().all(derived) && calls.iter().all(by_tables));
        let peers = [
            Peer::new("derived", || calls.iter().map(|call| black_box(derived(call)) as usize).sum()),
            Peer::new("Decoder", || calls.iter().map(|call| black_box(by_tables(call)) as usize).sum()),
        ];
        report(&format!("the start of a call of {abi}"), "Decoder", 1.0, calls.len(), &peers);
    }

    let numbers: Vec<u32> = (0..1024u32).map(|at| [0, 1, 257, 3, 59, 42, 39, 500][(at * 7 % 8) as usize]).collect();
    let calls: Vec<RawCall> = numbers.iter().map(|number| RawCall::new(Abi::X86_64, *number, [0; 6])).collect();
    let kind = |event: Number| matches!(event, Number::Openat) as usize;
    let peers = [
        Peer::new("derived, from a RawCall", || {
            let event = |call| Number::decode(Abi::X86_64, black_box(call), &(), &mut Scratch::new(&mut []));
            calls.iter().map(|call| event(call).map_or(0, kind)).sum()
        }),
        Peer::new("a match by hand", || {
            numbers.iter().map(|number| kind(black_box(by_hand(black_box(*number))))).sum()
        }),
    ];
    report("a call of which no argument is asked for", "a match by hand", f64::INFINITY, calls.len(), &peers);
}
