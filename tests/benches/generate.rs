//! `gen` beside tools that do no more than read the same text, as ratios of one run.
//!
//! `SYSCALL_META_KERNELS=DIR cargo bench -p syscall-meta-tests --bench generate`, where DIR holds `linux-X.Y` (a tree),
//! `linux-X.Y.tar.xz` or `linux.git`; what is not there is left out. Needs `rg`, `xz` and `git`.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use syscall_meta_tests::bench::{Run, compare};

fn main() {
    let tool = env!("CARGO_BIN_EXE_syscall-meta-under-test");
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let yaml: Vec<PathBuf> = walkdir::WalkDir::new(repository.join("data/linux"))
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
        .collect();
    let mut generate = Command::new(tool);
    generate.args(["gen", "--check", "--data"]).arg(repository.join("data"));
    let read_yaml = || {
        for path in &yaml {
            let text = std::fs::read_to_string(path).expect("data/ is readable");
            let _: serde_yaml::Value = serde_yaml::from_str(&text).expect("data/ is YAML");
        }
    };
    compare("gen, no kernel", Run::Command(&mut generate), "reading that YAML", Run::Closure(&read_yaml), None);
    println!("  bound: under 1.5 s");

    let Some(kernels) = env::var_os("SYSCALL_META_KERNELS").map(PathBuf::from) else {
        println!("SYSCALL_META_KERNELS names no folder with kernels, so nothing is compared on them");
        return;
    };
    for kernel in ["5.10", "6.1", "6.12", "7.2", "7.3"] {
        let tree = kernels.join(format!("linux-{kernel}"));
        if tree.is_dir() {
            let mut rg = Command::new("rg");
            rg.args(["-c", "SYSCALL_DEFINE"]).arg(&tree);
            against(tool, &tree.display().to_string(), "rg -c", &mut rg, 8.0);
        }
        let tarball = kernels.join(format!("linux-{kernel}.tar.xz"));
        if tarball.is_file() {
            let mut xz = Command::new("xz");
            xz.args(["-T1", "-dc"]).arg(&tarball);
            against(tool, &tarball.display().to_string(), "xz -T1 -dc", &mut xz, 1.2);
        }
        let repository = kernels.join("linux.git");
        let tag = format!("v{kernel}");
        let mut verify = Command::new("git");
        verify.arg("-C").arg(&repository).args(["rev-parse", "-q", "--verify", &tag]).stdout(Stdio::null());
        if repository.is_dir() && verify.status().is_ok_and(|status| status.success()) {
            let mut grep = Command::new("git");
            grep.arg("-C").arg(&repository).args(["grep", "-c", "SYSCALL_DEFINE", &tag]);
            against(tool, &format!("{}@{tag}", repository.display()), "git grep -c", &mut grep, 4.0);
        }
    }
}

fn against(tool: &str, source: &str, peer_name: &str, peer: &mut Command, bound: f64) {
    let out = env::temp_dir().join("syscall-meta-bench.rs");
    let mut generate = Command::new(tool);
    generate.args(["gen", "--kernel", source, "--out"]).arg(&out);
    generate.arg("--data").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../data"));
    compare(&format!("gen --kernel {source}"), Run::Command(&mut generate), peer_name, Run::Command(peer), Some(bound));
    let _ = std::fs::remove_file(out);
}
