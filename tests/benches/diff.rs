//! `diff` beside a reading of one kernel, as ratios of one run, and the time between two releases that `data/` holds.
//!
//! `SYSCALL_META_KERNELS=DIR cargo bench -p syscall-meta-tests --bench diff`, where DIR holds `linux-X.Y` (trees) and
//! `linux.git` with tags `vX.Y`; what is not there is left out.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use syscall_meta_tests::bench::{Run, compare};

/// Two neighbours, and two that are far apart: of the kernel that the newer one needs, 13 of 100 bytes are shared.
const PAIRS: [(&str, &str); 2] = [("7.2", "7.3"), ("6.1", "6.12")];

fn main() {
    // Both releases are parsed from YAML, so that is what the command cannot be without.
    let list = || tool(&["list", "--kernel", "7.3"]);
    compare(
        "diff 5.10 7.3",
        Run::Command(&mut tool(&["diff", "5.10", "7.3"])),
        "list 7.3",
        Run::Command(&mut list()),
        None,
    );
    println!("  bound: under 0.5 s");
    let mut one_abi = tool(&["diff", "5.10", "7.3", "--abi", "x86_64"]);
    compare("diff 5.10 7.3 --abi x86_64", Run::Command(&mut one_abi), "list 7.3", Run::Command(&mut list()), None);
    println!("  bound: under 0.2 s");

    let Some(kernels) = env::var_os("SYSCALL_META_KERNELS").map(PathBuf::from) else {
        println!("SYSCALL_META_KERNELS names no folder with kernels, so nothing is compared on them");
        return;
    };
    let out = env::temp_dir().join("syscall-meta-bench.rs");
    for (old, new) in PAIRS {
        let trees = [old, new].map(|kernel| kernels.join(format!("linux-{kernel}")));
        if trees.iter().all(|tree| tree.is_dir()) {
            against(&trees.map(|tree| tree.display().to_string()), &out, Some(2.2));
        }
        let clone = kernels.join("linux.git");
        if [old, new].iter().all(|kernel| has_tag(&clone, kernel)) {
            // What is not shared has to be read in any case.
            let bound = (old == "7.2").then_some(1.5);
            against(&[old, new].map(|kernel| format!("{}@v{kernel}", clone.display())), &out, bound);
        }
    }
    let _ = std::fs::remove_file(out);
}

/// Two sources compared, beside the newer one read.
fn against(specs: &[String; 2], out: &Path, bound: Option<f64>) {
    let [old, new] = specs;
    let mut both = tool(&["diff", old, new]);
    let mut one = tool(&["gen", "--kernel", new, "--out", &out.display().to_string()]);
    compare(
        &format!("diff {old} {new}"),
        Run::Command(&mut both),
        "gen --kernel of the newer one",
        Run::Command(&mut one),
        bound,
    );
}

fn tool(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_syscall-meta-under-test"));
    command.args(arguments).arg("--data").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../data"));
    command
}

fn has_tag(clone: &Path, kernel: &str) -> bool {
    let mut verify = Command::new("git");
    verify.arg("-C").arg(clone).args(["rev-parse", "-q", "--verify", &format!("v{kernel}")]).stdout(Stdio::null());
    clone.is_dir() && verify.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
