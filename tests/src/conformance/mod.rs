//! What the comparisons with real kernels and compilers share.

mod asserted;
mod compilers;
mod constants;
mod headers;
mod kernels;
mod object;
mod structs;
mod targets;

pub use asserted::Checks;
pub use compilers::Compiler;
pub use constants::{Figures, Homes, Listed, compare_constants};
pub use headers::{Installed, Run};
pub use kernels::{Kernel, compiler, kernels, run, say, side_by_side};

pub use structs::{Laid, LaidField, StructFigures, by_header, compare_structs};
pub use targets::{ABIS, Abi, COUNTED, Release, Way};

use std::path::PathBuf;

/// The command line to ask: an optimised binary that `SYSCALL_META_TOOL` names, else that of these tests.
pub fn tool() -> PathBuf {
    std::env::var_os("SYSCALL_META_TOOL").map_or_else(crate::command::binary, PathBuf::from)
}
