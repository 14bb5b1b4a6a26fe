//! The library's examples, as programs.

use std::path::PathBuf;
use std::process::Command;

use crate::root;

/// Builds an example of the library as a user would, and gives the program.
///
/// # Panics
/// Where it cannot be built.
pub fn example(name: &str) -> PathBuf {
    let target = root().join("target/examples");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--offline", "--release", "--package", "syscall-meta", "--example", name]);
    cargo.args(["--features", "decode,serde,std"]).env("CARGO_TARGET_DIR", &target).current_dir(root());
    let ran = cargo.output().expect("cargo runs");
    assert!(ran.status.success(), "{name}: {}", String::from_utf8_lossy(&ran.stderr));
    target.join("release/examples").join(name)
}
