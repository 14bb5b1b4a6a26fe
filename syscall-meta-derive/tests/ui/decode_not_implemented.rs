//! A type that no argument can be read as, and one step where there are two.

use syscall_meta::args::Fd;
use syscall_meta::{Abi, DecodeSyscall, RawCall, Scratch};

struct Own;

#[derive(DecodeSyscall)]
#[syscall(abis(x86_64), name = "openat")]
struct OfOnesOwn {
    #[allow(dead_code)]
    dfd: Own,
}

#[derive(DecodeSyscall)]
#[syscall(abis(x86_64))]
struct Close {
    #[allow(dead_code)]
    fd: Fd,
    #[allow(dead_code)]
    #[syscall(ret)]
    result: i64,
}

struct NotDerived;

fn main() {
    let call = RawCall::new(Abi::X86_64, 3, [0; 6]);
    let _ = Close::decode(Abi::X86_64, &call, &(), &mut Scratch::new(&mut []));
    let _ = <NotDerived as DecodeSyscall>::enter(Abi::X86_64, &call, &(), &mut Scratch::new(&mut []));
}
