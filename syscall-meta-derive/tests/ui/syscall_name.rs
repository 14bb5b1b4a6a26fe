//! Enumerations of what there is not.

use syscall_meta::{Abi, SyscallName};

#[derive(Clone, Copy, SyscallName)]
#[syscall(abis(x86_64, aarch46, i386), abi(x86_64), crat = syscall_meta)]
enum Many {
    Openat,
    Opnat,
    Read(u32),
    Write { fd: u32 },
    #[syscall(name = "newfstatat", or = "fstatat46")]
    Stat,
    #[syscall(nam = "close")]
    Close,
    #[syscall(name = "openat")]
    Again,
    #[syscall(name = 3)]
    Three,
    #[syscall(name = "brk", name = "dup", or = "brk")]
    Brk,
}

#[derive(SyscallName)]
#[syscall(abis(x86_64, aarch64))]
enum Elsewhere {
    Openat,
    Socketcall,
    #[syscall(name = "openat2", or = "open64")]
    Open,
}

#[derive(SyscallName)]
#[syscall(abis(i386))]
enum Same {
    #[syscall(name = "umount2")]
    Unmount,
    Umount,
    #[syscall(name = "_llseek", or = "umount2")]
    Seek,
}

#[derive(SyscallName)]
#[syscall(abis(x86_64))]
enum Empty {}

#[derive(SyscallName)]
enum NoAbis {
    Openat,
}

#[derive(SyscallName)]
#[syscall(abis())]
enum EmptyAbis {
    Openat,
}

#[derive(SyscallName)]
#[syscall(abis(x86_64), abis(x86_64))]
struct Struct {
    fd: u32,
}

#[derive(SyscallName)]
#[syscall(abis(x86_64))]
enum Generic<T> {
    Openat,
    #[allow(dead_code)]
    Read(T),
}

fn main() {
    // Nothing of this is wrong.
    let _ = Many::from_number(Abi::X86_64, 257).map(|call| call.as_str());
    let _ = "openat".parse::<Elsewhere>().map(|call| call.to_string());
    let _ = Generic::<u32>::from_number(Abi::X86_64, 0);
    let _ = Empty::from_number(Abi::X86_64, 1).and_then(|call| call.number(Abi::X86_64));
}
