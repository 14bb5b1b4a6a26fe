//! The `syscall-meta` command, which `cargo xtask` runs; everything it does is in the library.

use std::process::ExitCode;

/// A sixth of the time that reading a kernel takes is the allocator's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    syscall_meta_gen::cmd::main()
}
