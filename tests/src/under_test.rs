//! The command line as tests run it: the same one line as the `syscall-meta` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    syscall_meta_gen::cmd::main()
}
