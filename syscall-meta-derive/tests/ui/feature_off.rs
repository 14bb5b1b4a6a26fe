//! ABIs that the library knows and has no table of, since their features are off.

use syscall_meta::{SyscallName, SyscallSet, name_map, syscall_set, sysno};

const OPENAT: u32 = sysno!(alpha, openat);

const SET: SyscallSet = syscall_set!(sparc64: openat, read);

name_map! { static NAMES: x86_64, mips_o32, s390x; openat }

#[derive(SyscallName)]
#[syscall(abis(x86_64, powerpc, riscv64))]
enum Call {
    Openat,
}

fn main() {
    let _ = (OPENAT, SET, NAMES, Call::Openat.as_str());
}
