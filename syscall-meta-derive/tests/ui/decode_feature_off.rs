//! An ABI that is not built in.

use syscall_meta::DecodeSyscall;
use syscall_meta::args::Fd;

#[derive(DecodeSyscall)]
#[syscall(abis(x86_64, hexagon))]
struct Close {
    #[allow(dead_code)]
    fd: Fd,
}

fn main() {}
