//! The library's examples, as programs, and programs for them to look at.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::root;

/// Builds an example of the library as a user would, with these features beside the default ones and a profile, and gives the program.
///
/// # Panics
/// Where it cannot be built.
pub fn example(name: &str, features: &str, profile: &str) -> PathBuf {
    let target = root().join("target/examples");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--offline", "--profile", profile, "--package", "syscall-meta", "--example", name]);
    cargo.args(["--features", features]).env("CARGO_TARGET_DIR", &target).current_dir(root());
    let ran = cargo.output().expect("cargo runs");
    assert!(ran.status.success(), "{name}: {}", String::from_utf8_lossy(&ran.stderr));
    target.join(profile).join("examples").join(name)
}

/// Builds the programs of `tests/live/programs/`, those that can be built here, and gives their folder.
///
/// # Panics
/// Where the folder cannot be written.
pub fn programs(folder: &Path) -> PathBuf {
    let bin = folder.join("bin");
    std::fs::create_dir(&bin).expect("a folder");
    for entry in std::fs::read_dir(root().join("tests/live/programs")).expect("programs").flatten() {
        let source = entry.path();
        let Some(name) = source.file_stem() else { continue };
        let mut gcc = Command::new("gcc");
        gcc.args(["-O1", "-w", "-o"]).arg(bin.join(name)).arg(&source);
        if name == "narrow" {
            // There is such a library, and neither its headers nor what a compiler links to begin with.
            gcc.args(["-m32", "-nostdlib", "-nostartfiles", "-fno-stack-protector", "/lib32/libc.so.6"]);
            gcc.arg("-Wl,-dynamic-linker,/lib/ld-linux.so.2");
        } else {
            gcc.arg("-pthread");
        }
        let _ = gcc.stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
    bin
}
