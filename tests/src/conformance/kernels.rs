//! The kernels that are at hand, and what their own build makes of them: headers as programs get them, and tables.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::targets::{ABIS, Abi, Release};

/// The kernels in the folder that `SYSCALL_META_KERNELS` names, as `linux-X.Y/` or `linux-X.Y.tar.xz`; none, and a word
/// about it, where it names none.
pub fn kernels(test: &str) -> Option<(PathBuf, BTreeSet<String>)> {
    let Some(folder) = std::env::var_os("SYSCALL_META_KERNELS") else {
        say(&format!("{test}: skipped: SYSCALL_META_KERNELS does not name a folder of kernels (scripts/real-kernels)"));
        return None;
    };
    let folder = PathBuf::from(folder);
    let mut kernels = BTreeSet::new();
    for entry in fs::read_dir(&folder).unwrap_or_else(|cause| panic!("{}: {cause}", folder.display())) {
        let name = entry.expect("a readable folder").file_name().into_string().expect("UTF-8 in a file name");
        let version = name.strip_prefix("linux-").map(|rest| rest.strip_suffix(".tar.xz").unwrap_or(rest));
        kernels.extend(version.filter(|version| release(version).is_some()).map(str::to_string));
    }
    assert!(!kernels.is_empty(), "{} holds neither linux-X.Y/ nor linux-X.Y.tar.xz", folder.display());
    Some((folder, kernels))
}

/// Whether `SYSCALL_META_ABIS`, a list with commas, has an ABI; without it, everyone is asked for.
fn is_asked_for(abi: &str) -> bool {
    std::env::var("SYSCALL_META_ABIS").map_or(true, |asked| asked.split(',').any(|one| one == abi))
}

/// Standard error past the capture of the test harness: what was compared is worth knowing when all is well, too.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// `6.12` as numbers.
pub(super) fn release(version: &str) -> Option<Release> {
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// A kernel tree, and where its build puts what it makes: a folder an architecture.
pub struct Kernel {
    /// What the command line reads: the tree, or the tarball that it came out of.
    pub source: PathBuf,
    /// The kernel's text.
    pub tree: PathBuf,
    /// The ABIs of the release.
    pub alive: Vec<&'static Abi>,
    out: PathBuf,
    /// Gone with the value.
    _scratch: Option<tempfile::TempDir>,
}

impl Kernel {
    /// One of [`kernels`]. What is unpacked and built stays in the folder that `SYSCALL_META_BUILT` names, for the next
    /// test of the same kernels, and else goes with the value.
    pub fn open(folder: &Path, version: &str) -> Kernel {
        let (scratch, place) = match std::env::var_os("SYSCALL_META_BUILT") {
            Some(built) => (None, PathBuf::from(built).join(version)),
            None => {
                let scratch = tempfile::Builder::new().prefix("syscall-meta-conformance-").tempdir();
                let scratch = scratch.expect("a scratch folder");
                let place = scratch.path().to_path_buf();
                (Some(scratch), place)
            }
        };
        let mut tree = folder.join(format!("linux-{version}"));
        let mut source = tree.clone();
        if !tree.is_dir() {
            source = folder.join(format!("linux-{version}.tar.xz"));
            tree = place.join("tree");
            if !tree.is_dir() {
                unpack(&source, &tree);
            }
        }
        let tree = tree.canonicalize().expect("a kernel tree");
        let now = release(version).expect("`kernels` has no other");
        let alive = ABIS.iter().filter(|abi| abi.alive.0 <= now && now < abi.alive.1);
        let alive = alive.filter(|abi| is_asked_for(abi.name)).collect();
        Kernel { source, tree, alive, out: place.join("out"), _scratch: scratch }
    }

    /// Builds headers and tables for every ABI of the release.
    pub fn build(&self) {
        let archs = self.alive.iter().flat_map(|abi| [Some(abi.arch), abi.compat.as_ref().map(|way| way.arch)]);
        self.build_all(&archs.flatten().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>());
    }

    /// The headers as programs of an architecture include them.
    pub fn installed(&self, arch: &str) -> PathBuf {
        self.out(arch).join("inst/include")
    }

    /// Builds headers and tables of all architectures, as many at once as there are processors.
    fn build_all(&self, archs: &[&str]) {
        let failed: Vec<String> =
            side_by_side(archs, |arch| self.build_one(arch)).into_iter().filter_map(Result::err).collect();
        assert!(failed.is_empty(), "make needs gcc, flex, bison, rsync and bc\n{}", failed.join("\n"));
    }

    fn build_one(&self, arch: &str) -> Result<(), String> {
        let out = self.out(arch);
        let done = out.join("done");
        if done.is_file() {
            return Ok(());
        }
        fs::create_dir_all(&out).map_err(|cause| cause.to_string())?;
        let mut make = Command::new("make");
        make.arg("-s").arg("-C").arg(&self.tree).arg(format!("ARCH={arch}")).arg(format!("O={}", out.display()));
        make.arg(format!("INSTALL_HDR_PATH={}", out.join("inst").display()));
        // The tables of x86 depend on its configuration, of which there is none.
        make.args(["CONFIG_X86_64=y", "CONFIG_X86_X32_ABI=y"]);
        // Not those of the cargo that runs this test.
        make.env_remove("MAKEFLAGS").env_remove("MFLAGS").env_remove("MAKELEVEL");
        make.args(["headers_install", "asm-generic"]).stdin(Stdio::null());
        let output = make.output().map_err(|cause| format!("make: {cause}"))?;
        if !output.status.success() {
            return Err(format!("{arch}: headers_install: {}", String::from_utf8_lossy(&output.stderr)));
        }
        self.tables_by_hand(arch)?;
        fs::write(done, "").map_err(|cause| cause.to_string())
    }

    /// Runs the scripts that make tables only on the way to a whole kernel, as the architecture's Makefile does.
    fn tables_by_hand(&self, arch: &str) -> Result<(), String> {
        let made = self.out(arch).join(format!("arch/{arch}/include/generated/asm"));
        let script = |arguments: &[&str]| {
            let mut sh = Command::new("sh");
            let output = sh.current_dir(&self.tree).args(arguments).stdin(Stdio::null()).output();
            let output = output.map_err(|cause| format!("{sh:?}: {cause}"))?;
            match output.status.success() {
                true => Ok(output.stdout),
                false => Err(format!("{sh:?}: {}", String::from_utf8_lossy(&output.stderr))),
            }
        };
        if arch == "arm" {
            let old = self.tree.join("arch/arm/tools/syscalltbl.sh").is_file();
            for abi in ["eabi", "oabi"] {
                let (abis, table) = (format!("common,{abi}"), "arch/arm/tools/syscall.tbl");
                let out = made.join(format!("calls-{abi}.h")).display().to_string();
                match old {
                    true => script(&["arch/arm/tools/syscalltbl.sh", table, &out, &abis])?,
                    false => script(&["scripts/syscalltbl.sh", "--abis", &abis, table, &out])?,
                };
            }
        }
        if arch == "s390" && !made.join("syscall_table.h").is_file() {
            let table =
                script(&["arch/s390/kernel/syscalls/syscalltbl", "-S", "-i", "arch/s390/kernel/syscalls/syscall.tbl"])?;
            fs::write(made.join("syscall_table.h"), table).map_err(|cause| cause.to_string())?;
        }
        if arch == "arm64" && !made.join("unistd_32.h").is_file() {
            let header = self.tree.join("arch/arm64/include/asm/unistd32.h");
            fs::copy(header, made.join("unistd32.h")).map_err(|cause| cause.to_string())?;
        }
        Ok(())
    }

    /// Where the build of an architecture puts what it makes.
    pub fn out(&self, arch: &str) -> PathBuf {
        self.out.join(arch)
    }

    /// A header that the build made for the kernel itself, if it did.
    pub fn made(&self, arch: &str, name: &str) -> Option<PathBuf> {
        let path = self.out(arch).join(format!("arch/{arch}/include/generated/asm/{name}"));
        path.is_file().then_some(path)
    }
}

/// Unpacks what `headers_install` and the tables need; the rest of a kernel is ten times as much.
fn unpack(tarball: &Path, tree: &Path) {
    fs::create_dir_all(tree).expect("a folder in the scratch folder");
    let mut tar = Command::new("tar");
    tar.arg("-xf").arg(tarball).arg("--strip-components=1").arg("-C").arg(tree);
    tar.args(["--anchored", "--no-wildcards-match-slash"]);
    tar.args(NOT_BUILT.map(|folder| format!("--exclude=*/{folder}")));
    run(&mut tar);
}

/// Folders at the top of a kernel that make no header and no table. `tools/include` has what x86's scripts include.
const NOT_BUILT: [&str; 21] = [
    "Documentation",
    "block",
    "certs",
    "crypto",
    "drivers",
    "fs",
    "init",
    "io_uring",
    "ipc",
    "kernel",
    "lib",
    "mm",
    "net",
    "rust",
    "samples",
    "security",
    "sound",
    "tools/perf",
    "tools/testing",
    "virt",
    "LICENSES",
];

/// Runs a command that must succeed; gives what it printed.
pub fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|cause| panic!("{command:?}: {cause}"));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{stderr}", output.status);
    String::from_utf8(output.stdout).expect("UTF-8 from a program")
}

/// The C compiler of this machine.
pub fn compiler() -> Command {
    Command::new(std::env::var_os("CC").unwrap_or_else(|| "gcc".into()))
}

/// Runs a function over each of these, as many at once as there are processors; the results in the same order.
pub fn side_by_side<T: Sync, R: Send>(all: &[T], function: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(one) = all.get(at) else { return };
                    let result = function(one);
                    results.lock().expect("no panic while it was held").push((at, result));
                }
            });
        }
    });
    let mut results = results.into_inner().expect("no panic while it was held");
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}
