//! What the macros cost a build, beside `serde_derive`: the clean build of the macro crate, and what a rebuild takes longer
//! for ten calls of three ABIs.
//!
//! `cargo bench -p syscall-meta-tests --bench expansion`

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const CLEAN_BUILDS: usize = 5;
const REBUILDS: usize = 15;

/// Ten calls with the fields that kernels name, and the same for serde.
const TYPES: &str = "
#[allow(dead_code)]
#[derive(Debug, DERIVE)]
ATTRIBUTE
pub enum Event {
    Openat { dfd: i32, filename: CString, flags: u32, mode: u32 },
    Execve { filename: CString, argv: Vec<CString>, envp: Vec<CString> },
    Read { fd: i32, count: usize },
    Write { fd: i32, buf: Vec<u8>, count: usize },
    Close { fd: i32 },
    Lseek { fd: u32, offset: i64, whence: u32 },
    Kill { pid: i32, sig: i32 },
    Symlinkat { oldname: CString, newdfd: i32, newname: CString },
    Mprotect { start: u64, len: u64, prot: u64 },
    Prctl { option: i32, arg2: u64, arg3: u64, arg4: u64, arg5: u64 },
}
";

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let crate_at = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
        path.canonicalize().expect("the crate is there").display().to_string()
    };

    let ours = format!("syscall-meta-derive = {{ path = {:?} }}", crate_at("syscall-meta-derive"));
    let ours = package(folder.path(), "builds-ours", &ours, "");
    let serde = package(folder.path(), "builds-serde", "serde_derive = \"1\"", "");
    let (mut our_times, mut serde_times) = (Vec::new(), Vec::new());
    for _ in 0..CLEAN_BUILDS {
        our_times.push(clean_build(&ours));
        serde_times.push(clean_build(&serde));
    }
    let (our_time, serde_time) = (median(our_times), median(serde_times));
    let ratio = our_time.as_secs_f64() / serde_time.as_secs_f64();
    println!(
        "clean build: the macro crate {our_time:.2?}, serde_derive {serde_time:.2?}, ratio {ratio:.2} (bound 1.50)"
    );

    let library = format!(
        "syscall-meta = {{ path = {:?}, default-features = false, features = [\"derive\", \"alloc\", \"x86_64\", \"i386\", \
         \"aarch64\"] }}\nserde = {{ version = \"1\", features = [\"derive\"] }}",
        crate_at("syscall-meta")
    );
    let types = |derive: &str, attribute: &str| {
        let types = TYPES.replace(", DERIVE", derive).replace("ATTRIBUTE", attribute);
        format!("use std::ffi::CString;\n{types}")
    };
    let packages = [
        ("plain", types("", "")),
        ("ours", types(", syscall_meta::DecodeSyscall", "#[syscall(abis(x86_64, i386, aarch64))]")),
        ("serde", types(", serde::Serialize, serde::Deserialize", "")),
    ]
    .map(|(name, types)| package(folder.path(), name, &library, &types));
    for package in &packages {
        cargo(package, &["build"]);
    }
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..REBUILDS {
        for (package, times) in packages.iter().zip(&mut times) {
            times.push(rebuild(package));
        }
    }
    let [plain, ours, serde] = times.map(median);
    println!(
        "a rebuild with ten calls of three ABIs takes {:.0?} longer (bound 200ms), with Serialize and Deserialize of the same \
         {:.0?}; without either {plain:.0?}",
        ours.saturating_sub(plain),
        serde.saturating_sub(plain)
    );
}

fn package(folder: &Path, name: &str, dependencies: &str, lib: &str) -> PathBuf {
    let root = folder.join(name);
    fs::create_dir_all(root.join("src")).expect("a folder");
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[dependencies]\n{dependencies}\n[workspace]\n"
    );
    fs::write(root.join("Cargo.toml"), manifest).expect("a manifest");
    fs::write(root.join("src/lib.rs"), lib).expect("a source");
    root
}

fn cargo(root: &Path, arguments: &[&str]) {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(arguments).current_dir(root).env("CARGO_TARGET_DIR", root.join("target")).stderr(Stdio::null());
    // Without it a rebuild of one file measures what was kept of the one before.
    cargo.env("CARGO_INCREMENTAL", "0");
    assert!(cargo.status().expect("cargo runs").success(), "cargo {arguments:?} in {}", root.display());
}

fn clean_build(root: &Path) -> Duration {
    let _ = fs::remove_dir_all(root.join("target"));
    let start = Instant::now();
    cargo(root, &["build"]);
    start.elapsed()
}

fn rebuild(root: &Path) -> Duration {
    let source = root.join("src/lib.rs");
    let mut text = fs::read_to_string(&source).expect("a source");
    text.push_str("// Changed.\n");
    fs::write(&source, text).expect("a source");
    let start = Instant::now();
    cargo(root, &["build"]);
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
