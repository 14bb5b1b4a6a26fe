//! Calls, arguments and fields of what there is not.

use syscall_meta::args::{Behind, DirFd, Fd, Mode, SockAddr};
use syscall_meta::{Abi, DecodeSyscall, Outcome, RawCall, Scratch};

#[derive(DecodeSyscall)]
#[syscall(abis(x86_64, aarch46, i386), abi(x86_64))]
enum Names<'b> {
    // A call that there is not, and one that these ABIs have not.
    Opnat { dfd: DirFd },
    Getxpid,
    // Arguments that a call has not, on all ABIs or on one.
    Openat { dfd: DirFd, filname: &'b str, mdoe: Mode },
    Pread64 { fd: Fd, buf: u64, count: usize },
    Getpid { pid: i32 },
    Connect { fd: Fd, #[syscall(arg = "uservaddr", or = "address")] addr: SockAddr },
    // What is said twice.
    Dup { fildes: i32, #[syscall(arg = "fildes")] again: i32, #[syscall(or = "fildes")] third: i32 },
    #[syscall(name = "openat")]
    Again,
    #[syscall(name = "close", or = "close")]
    Close { fd: Fd },
    // What is no attribute, or not there.
    #[syscall(nam = "write")]
    Write { #[syscall(argument = "fd")] fd: Fd, #[syscall(name = "count")] count: usize, #[syscall(exit = 1)] buf: u64 },
    Fsync { #[syscall(ret, exit)] result: i64, #[syscall(ret)] another: i64, #[syscall(ret, arg = "fd")] fd: i64 },
    Tuple(u32),
    #[syscall(other)]
    Other(RawCall, RawCall),
    #[syscall(other, name = "read")]
    Rest,
}

// One number has two names there; and one call comes by two ways.
#[derive(DecodeSyscall)]
#[syscall(abis(alpha, s390x))]
enum Same {
    Getpid,
    Getxpid,
    Recv,
    Connect,
    #[syscall(name = "send", or = "connect")]
    Send,
}

#[derive(DecodeSyscall)]
#[syscall(abis(x86_64))]
enum Empty {}

#[derive(DecodeSyscall)]
#[syscall(abis(x86_64))]
enum OnlyOther {
    #[syscall(other)]
    Other,
}

#[derive(DecodeSyscall)]
struct NoAbis {
    #[allow(dead_code)]
    fd: Fd,
}

#[derive(DecodeSyscall)]
#[syscall(abis(x86_64))]
union Union {
    #[allow(dead_code)]
    fd: u32,
}

#[derive(DecodeSyscall)]
#[syscall(abis(x86_64), name = "close")]
struct Generic<T> {
    #[allow(dead_code)]
    fd: T,
}

#[derive(DecodeSyscall)]
#[syscall(abis(x86_64), name = "openat")]
struct Lifetimes<'a, 'b> {
    #[allow(dead_code)]
    filename: &'a &'b str,
}

#[derive(DecodeSyscall)]
#[syscall(abis(x86_64), name = "read")]
struct Bounds
where
    u8: Copy,
{
    #[allow(dead_code)]
    fd: Behind<i32>,
}

fn main() {
    // Nothing of this is wrong.
    let call = RawCall::new(Abi::X86_64, 257, [0; 6]);
    let mut scratch = Scratch::new(&mut []);
    let _ = Names::decode(Abi::X86_64, &call, &(), &mut scratch);
    let entered = Names::enter(Abi::X86_64, &call, &(), &mut scratch).unwrap();
    let _ = entered.exit(Outcome::from_word(Abi::X86_64, 0), &(), &mut scratch);
    let _ = Empty::decode(Abi::X86_64, &call, &(), &mut scratch);
    let _ = Generic::<Fd>::decode(Abi::X86_64, &call, &(), &mut scratch);
}
