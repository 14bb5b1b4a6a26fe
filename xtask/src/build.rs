//! For the build script of another crate: the calls of a kernel as a table of that crate's own.
//!
//! ```no_run
//! // build.rs, with `syscall-meta-gen` among the build-dependencies
//! let file = std::path::Path::new(&std::env::var("OUT_DIR").unwrap()).join("my_kernel.rs");
//! syscall_meta_gen::build::table("vendor/linux", &file).unwrap_or_else(|error| panic!("{error}"));
//! println!("cargo::rerun-if-changed=vendor/linux");
//! ```
//!
//! The crate says `include!(concat!(env!("OUT_DIR"), "/my_kernel.rs"));` and names the table: `#[syscall(table = my_kernel)]`.

use std::path::Path;

use crate::cmd;
use crate::diagnostic::Sink;

/// Reads a kernel, a directory, a tarball or `REPO@REV` of a git clone, and writes what `gen --kernel SRC --out FILE` does. The
/// macro in it is named as the file is. Warnings are told as those of the build.
///
/// # Errors
/// All that is wrong with the kernel, line by line with its place; nothing is written then.
pub fn table(kernel: &str, file: &Path) -> Result<(), String> {
    let sink = Sink::new();
    let done = cmd::write_table(kernel, file, &sink);
    let failed = done.is_err() || sink.errors() > 0;
    let mut said = sink.take();
    said.extend(done.err().map(|error| *error));
    let lines = said.iter().map(|diagnostic| diagnostic.to_string().replace('\n', " "));
    if failed {
        return Err(lines.collect::<Vec<_>>().join("\n"));
    }
    lines.for_each(|line| println!("cargo::warning={line}"));
    Ok(())
}
