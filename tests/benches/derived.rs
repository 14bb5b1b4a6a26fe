//! Calls decoded as a derived event beside the table-driven decoder, as ratios of one run: the start of six calls of x86_64
//! and of i386; and how the number is found where no argument is asked for: of few calls, of many, and by a bare `match`.
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

/// An enumeration of numbers alone, and the same as a `match` by hand.
macro_rules! numbers {
    ($name:ident, $by_hand:ident: $($call:ident = $number:literal,)*) => {
        #[allow(dead_code, reason = "most are never met")]
        #[derive(DecodeSyscall)]
        #[syscall(abis(x86_64))]
        enum $name {
            $($call,)*
            #[syscall(other)]
            Other,
        }

        fn $by_hand(call: &RawCall) -> $name {
            match (call.abi(), call.kernel_number()) {
                $((Abi::X86_64, $number) => $name::$call,)*
                _ => $name::Other,
            }
        }
    };
}

numbers! { Few, few: Read = 0, Write = 1, Openat = 257, Close = 3, Execve = 59, Connect = 42, }

numbers! { Many, many:
    Read = 0, Write = 1, Open = 2, Close = 3, Stat = 4, Fstat = 5, Poll = 7, Lseek = 8, Mmap = 9, Mprotect = 10, Munmap = 11,
    Ioctl = 16, Pread64 = 17, Readv = 19, Access = 21, Pipe = 22, Select = 23, Madvise = 28, Dup2 = 33, Nanosleep = 35,
    Socket = 41, Connect = 42, Accept = 43, Sendto = 44, Recvfrom = 45, Bind = 49, Listen = 50, Clone = 56, Execve = 59,
    Exit = 60, Wait4 = 61, Kill = 62, Fcntl = 72, Fsync = 74, Getdents = 78, Rename = 82, Mkdir = 83, Unlink = 87,
    Chmod = 90, Ptrace = 101, Setuid = 105, Statfs = 137, Prctl = 157, Mount = 165, Reboot = 169, Futex = 202,
    EpollWait = 232, Openat = 257, Newfstatat = 262, Unlinkat = 263, Splice = 275, Accept4 = 288, PerfEventOpen = 298,
    Seccomp = 317, Bpf = 321, Execveat = 322, Statx = 332, IoUringEnter = 426, Clone3 = 435, Openat2 = 437,
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

    let numbers = (0..1024u32).map(|at| [0, 1, 257, 3, 59, 42, 39, 500][(at * 7 % 8) as usize]);
    let calls: Vec<RawCall> = numbers.map(|number| RawCall::new(Abi::X86_64, number, [0; 6])).collect();
    let sum =
        |one: fn(&RawCall) -> bool| calls.iter().map(|call| black_box(one(black_box(call))) as usize).sum::<usize>();
    let few_derived =
        |call: &RawCall| matches!(Few::decode(Abi::X86_64, call, &(), &mut Scratch::new(&mut [])), Ok(Few::Openat));
    let many_derived =
        |call: &RawCall| matches!(Many::decode(Abi::X86_64, call, &(), &mut Scratch::new(&mut [])), Ok(Many::Openat));
    let peers = [
        Peer::new("derived, 60 calls", || sum(many_derived)),
        Peer::new("derived, 6 calls", || sum(few_derived)),
        Peer::new("a match of 60 by hand", || sum(|call| matches!(many(call), Many::Openat))),
        Peer::new("a match of 6 by hand", || sum(|call| matches!(few(call), Few::Openat))),
    ];
    report("which call it is, of 1,024", "derived, 6 calls", 1.25, calls.len(), &peers);
}
