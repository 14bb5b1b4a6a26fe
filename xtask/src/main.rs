//! The `syscall-meta` command, which `cargo xtask` runs; everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    syscall_meta_gen::cmd::main()
}
