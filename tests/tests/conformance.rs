//! What this project says of a kernel, held against what that kernel's own build and a C compiler say.
//!
//! `SYSCALL_META_KERNELS` names a folder that holds kernels as `linux-X.Y/` or `linux-X.Y.tar.xz`; without it there is
//! nothing to compare, and the test says so. `SYSCALL_META_TOOL` may name an optimised binary to ask, and `CC` another gcc.
//!
//! No table here comes from `data/` or from a parser of ours. For every architecture the kernel's `headers_install`
//! makes the headers that user programs get and its own scripts make the tables that it is built with. The compiler
//! reads both with the predefined macros of the ABI and compiles them into a small program of this machine, and that
//! program prints every name with its number, and every number with its entry. Compared is in both directions.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;

/// How many ABIs each of these releases has; others are compared too, but nobody counted theirs.
const COUNTED: [(&str, usize); 5] = [("5.10", 33), ("6.1", 31), ("6.12", 30), ("7.2", 30), ("7.3", 30)];

/// Names in headers that are no calls: bases, counts, masks.
const META: [&str; 16] = [
    "__ARM_NR_BASE",
    "__NR_32_Linux",
    "__NR_64_Linux",
    "__NR_64_Linux_syscalls",
    "__NR_Linux",
    "__NR_Linux_syscalls",
    "__NR_N32_Linux",
    "__NR_N32_Linux_syscalls",
    "__NR_O32_Linux",
    "__NR_O32_Linux_syscalls",
    "__NR_OABI_SYSCALL_BASE",
    "__NR_SYSCALL_BASE",
    "__NR_SYSCALL_MASK",
    "__NR_arch_specific_syscall",
    "__NR_compat_syscalls",
    "__NR_syscalls",
];

/// An ABI, as compilers and the kernel's build know it.
struct Abi {
    name: &'static str,
    arch: &'static str,
    /// What a compiler for it defines by itself.
    predefined: &'static [&'static str],
    /// What its numbers start at, in headers but not in every table.
    base: u64,
    native: Way,
    compat: Option<Way>,
    /// The releases that have it: from, and gone by. Of those counted above, that is exact.
    alive: (Release, Release),
}

/// A way into the kernel: the table it goes through.
struct Way {
    arch: &'static str,
    /// The table that the kernel's build makes, by its name in one release or another. Where there is none, the
    /// architecture's `asm/unistd.h` has the entries beside the numbers.
    tables: &'static [&'static str],
    /// What is defined where the kernel includes that table.
    defines: &'static [&'static str],
    /// Which of two entries of a row counts.
    second: bool,
    /// Kernel sources that give entries another name after the table.
    renames: &'static [&'static str],
}

type Release = (u32, u32);
const ALWAYS: (Release, Release) = ((0, 0), (u32::MAX, 0));

const WAY: Way = Way { arch: "", tables: &[], defines: &[], second: false, renames: &[] };
const ABI: Abi = Abi { name: "", arch: "", predefined: &[], base: 0, native: WAY, compat: None, alive: ALWAYS };

/// Architectures that have had `scripts/syscall.tbl` since 6.11, and nothing but headers before.
const fn generic(table: &'static [&'static str], renames: &'static [&'static str]) -> Way {
    Way { tables: table, renames, ..WAY }
}

const fn made(tables: &'static [&'static str]) -> Way {
    Way { tables, ..WAY }
}

const fn second(arch: &'static str, tables: &'static [&'static str]) -> Way {
    Way { arch, tables, second: true, ..WAY }
}

const GENERIC_32: &[&str] = &["syscall_table_32.h"];
const GENERIC_64: &[&str] = &["syscall_table_64.h"];
const ONE: &[&str] = &["syscall_table.h"];

const ABIS: [Abi; 35] = [
    Abi {
        name: "aarch64",
        arch: "arm64",
        predefined: &["__aarch64__", "__AARCH64EL__", "__LP64__", "_LP64"],
        native: generic(GENERIC_64, &["arch/arm64/kernel/sys.c"]),
        ..ABI
    },
    Abi { name: "alpha", arch: "alpha", predefined: &["__alpha__", "__LP64__", "_LP64"], native: made(ONE), ..ABI },
    Abi {
        name: "arc",
        arch: "arc",
        predefined: &["__arc__", "__ARC__"],
        native: generic(GENERIC_32, &["arch/arc/kernel/sys.c"]),
        ..ABI
    },
    Abi {
        name: "arm",
        arch: "arm",
        predefined: &["__arm__", "__ARMEL__", "__ARM_EABI__", "__ARM_ARCH=7"],
        native: made(&["calls-eabi.h"]),
        compat: Some(second("arm64", &["syscall_table_32.h", "unistd32.h"])),
        ..ABI
    },
    Abi {
        name: "arm_oabi",
        arch: "arm",
        predefined: &["__arm__", "__ARMEL__", "__ARM_ARCH=4"],
        base: 0x90_0000,
        native: made(&["calls-oabi.h"]),
        compat: Some(second("arm", &["calls-oabi.h"])),
        ..ABI
    },
    Abi {
        name: "c6x",
        arch: "c6x",
        predefined: &["_TMS320C6X", "__tms320c6x__"],
        native: generic(&[], &["arch/c6x/kernel/sys_c6x.c"]),
        alive: ((0, 0), (6, 1)),
        ..ABI
    },
    Abi {
        name: "csky",
        arch: "csky",
        predefined: &["__csky__", "__CSKY__", "__CSKYABIV2__"],
        native: generic(GENERIC_32, &["arch/csky/kernel/syscall_table.c"]),
        ..ABI
    },
    Abi {
        name: "h8300",
        arch: "h8300",
        predefined: &["__H8300__", "__H8300H__"],
        native: generic(&[], &["arch/h8300/kernel/syscalls.c"]),
        alive: ((0, 0), (6, 1)),
        ..ABI
    },
    Abi {
        name: "hexagon",
        arch: "hexagon",
        predefined: &["__hexagon__", "__qdsp6__"],
        native: generic(GENERIC_32, &["arch/hexagon/kernel/syscalltab.c"]),
        ..ABI
    },
    Abi {
        name: "i386",
        arch: "x86",
        predefined: &["__i386__", "__i386", "__ILP32__", "_ILP32"],
        native: Way { tables: &["syscalls_32.h"], defines: &["CONFIG_X86_32"], ..WAY },
        compat: Some(second("x86", &["syscalls_32.h"])),
        ..ABI
    },
    Abi {
        name: "ia64",
        arch: "ia64",
        predefined: &["__ia64__", "__LP64__", "_LP64"],
        base: 1024,
        native: made(ONE),
        alive: ((0, 0), (6, 7)),
        ..ABI
    },
    Abi {
        name: "loongarch32",
        arch: "loongarch",
        predefined: &["__loongarch__", "__loongarch_grlen=32", "__loongarch_ilp32"],
        native: generic(GENERIC_32, &[]),
        alive: ((7, 2), (u32::MAX, 0)),
        ..ABI
    },
    Abi {
        name: "loongarch64",
        arch: "loongarch",
        predefined: &[
            "__loongarch__",
            "__loongarch64",
            "__loongarch_grlen=64",
            "__loongarch_lp64",
            "__LP64__",
            "_LP64",
        ],
        native: generic(GENERIC_64, &[]),
        alive: ((5, 19), (u32::MAX, 0)),
        ..ABI
    },
    Abi { name: "m68k", arch: "m68k", predefined: &["__m68k__", "__mc68000__"], native: made(ONE), ..ABI },
    Abi { name: "microblaze", arch: "microblaze", predefined: &["__microblaze__"], native: made(ONE), ..ABI },
    Abi {
        name: "mips_n32",
        arch: "mips",
        predefined: &["__mips__", "__mips=64", "_ABIN32=2", "_MIPS_SIM=_ABIN32", "_MIPS_SZLONG=32"],
        base: 6000,
        native: made(&["syscall_table_64_n32.h", "syscall_table_n32.h"]),
        ..ABI
    },
    Abi {
        name: "mips_n64",
        arch: "mips",
        predefined: &["__mips__", "__mips=64", "_ABI64=3", "_MIPS_SIM=_ABI64", "_MIPS_SZLONG=64", "__LP64__", "_LP64"],
        base: 5000,
        native: made(&["syscall_table_64_n64.h", "syscall_table_n64.h"]),
        ..ABI
    },
    Abi {
        name: "mips_o32",
        arch: "mips",
        predefined: &["__mips__", "__mips=32", "_ABIO32=1", "_MIPS_SIM=_ABIO32", "_MIPS_SZLONG=32"],
        base: 4000,
        native: made(&["syscall_table_32_o32.h", "syscall_table_o32.h"]),
        compat: Some(second("mips", &["syscall_table_64_o32.h", "syscall_table_o32.h"])),
        ..ABI
    },
    Abi {
        name: "nds32",
        arch: "nds32",
        predefined: &["__nds32__", "__NDS32_EL__"],
        native: generic(&[], &["arch/nds32/kernel/syscall_table.c"]),
        alive: ((0, 0), (6, 1)),
        ..ABI
    },
    Abi {
        name: "nios2",
        arch: "nios2",
        predefined: &["__nios2__", "__nios2_little_endian__"],
        native: generic(GENERIC_32, &["arch/nios2/kernel/syscall_table.c"]),
        ..ABI
    },
    Abi {
        name: "openrisc",
        arch: "openrisc",
        predefined: &["__or1k__", "__OR1K__"],
        native: generic(GENERIC_32, &["arch/openrisc/kernel/sys_call_table.c", "arch/openrisc/include/asm/syscalls.h"]),
        ..ABI
    },
    Abi {
        name: "parisc",
        arch: "parisc",
        predefined: &["__hppa__", "__hppa"],
        native: made(&["syscall_table_32.h"]),
        compat: Some(second("parisc", &["syscall_table_c32.h", "syscall_table_32.h"])),
        ..ABI
    },
    Abi {
        name: "parisc64",
        arch: "parisc",
        predefined: &["__hppa__", "__hppa", "__LP64__", "_LP64"],
        native: made(&["syscall_table_64.h"]),
        ..ABI
    },
    Abi {
        name: "powerpc",
        arch: "powerpc",
        predefined: &["__powerpc__", "__PPC__", "__BIG_ENDIAN__"],
        native: made(&["syscall_table_32.h"]),
        compat: Some(Way {
            renames: &["arch/powerpc/kernel/systbl.S"],
            ..second("powerpc", &["syscall_table_c32.h", "syscall_table_32.h"])
        }),
        ..ABI
    },
    Abi {
        name: "powerpc64",
        arch: "powerpc",
        predefined: &["__powerpc__", "__powerpc64__", "__PPC64__", "__LITTLE_ENDIAN__", "__LP64__", "_LP64"],
        native: made(&["syscall_table_64.h"]),
        ..ABI
    },
    Abi {
        name: "riscv32",
        arch: "riscv",
        predefined: &["__riscv", "__riscv_xlen=32", "__ILP32__", "_ILP32"],
        native: generic(GENERIC_32, &[]),
        compat: Some(Way {
            defines: &["__SYSCALL_COMPAT", "__riscv", "__riscv_xlen=64", "__LP64__"],
            ..second("riscv", GENERIC_32)
        }),
        ..ABI
    },
    Abi {
        name: "riscv64",
        arch: "riscv",
        predefined: &["__riscv", "__riscv_xlen=64", "__LP64__", "_LP64"],
        native: generic(GENERIC_64, &[]),
        ..ABI
    },
    Abi {
        name: "s390",
        arch: "s390",
        predefined: &["__s390__"],
        native: second("s390", ONE),
        alive: ((0, 0), (7, 2)),
        ..ABI
    },
    Abi {
        name: "s390x",
        arch: "s390",
        predefined: &["__s390__", "__s390x__", "__zarch__", "__LP64__", "_LP64"],
        native: made(ONE),
        ..ABI
    },
    Abi { name: "sh", arch: "sh", predefined: &["__sh__", "__SH4__", "__LITTLE_ENDIAN__"], native: made(ONE), ..ABI },
    Abi {
        name: "sparc",
        arch: "sparc",
        predefined: &["__sparc__", "__sparc"],
        native: made(&["syscall_table_32.h"]),
        compat: Some(second("sparc", &["syscall_table_c32.h", "syscall_table_32.h"])),
        ..ABI
    },
    Abi {
        name: "sparc64",
        arch: "sparc",
        predefined: &["__sparc__", "__sparc", "__sparc_v9__", "__arch64__", "__LP64__", "_LP64"],
        native: made(&["syscall_table_64.h"]),
        ..ABI
    },
    Abi {
        name: "x32",
        arch: "x86",
        predefined: &["__x86_64__", "__x86_64", "__ILP32__", "_ILP32"],
        base: 0x4000_0000,
        native: Way { tables: &["syscalls_x32.h", "syscalls_64.h"], defines: &["X32"], ..WAY },
        ..ABI
    },
    Abi {
        name: "x86_64",
        arch: "x86",
        predefined: &["__x86_64__", "__x86_64", "__LP64__", "_LP64"],
        native: made(&["syscalls_64.h"]),
        ..ABI
    },
    Abi { name: "xtensa", arch: "xtensa", predefined: &["__xtensa__", "__XTENSA__"], native: made(ONE), ..ABI },
];

#[test]
fn kernels_agree_with_their_own_headers() {
    let Some(folder) = std::env::var_os("SYSCALL_META_KERNELS") else {
        return say(
            "conformance: skipped: SYSCALL_META_KERNELS does not name a folder of kernels (scripts/real-kernels)",
        );
    };
    let folder = PathBuf::from(folder);
    let mut kernels = BTreeSet::new();
    for entry in fs::read_dir(&folder).unwrap_or_else(|cause| panic!("{}: {cause}", folder.display())) {
        let name = entry.expect("a readable folder").file_name().into_string().expect("UTF-8 in a file name");
        let version = name.strip_prefix("linux-").map(|rest| rest.strip_suffix(".tar.xz").unwrap_or(rest));
        kernels.extend(version.filter(|version| release(version).is_some()).map(str::to_string));
    }
    assert!(!kernels.is_empty(), "{} holds neither linux-X.Y/ nor linux-X.Y.tar.xz", folder.display());
    let mut differences = Vec::new();
    for version in kernels {
        differences.extend(compare_kernel(&folder, &version));
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

/// Standard error past the capture of the test harness: what was compared is worth knowing when all is well, too.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

fn release(version: &str) -> Option<Release> {
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Compares every ABI of one kernel, prints the figures, gives the differences.
fn compare_kernel(folder: &Path, version: &str) -> Vec<String> {
    let scratch = tempfile::Builder::new().prefix("syscall-meta-conformance-").tempdir().expect("a scratch folder");
    let mut tree = folder.join(format!("linux-{version}"));
    let listed = if tree.is_dir() {
        list(&tree)
    } else {
        let tarball = folder.join(format!("linux-{version}.tar.xz"));
        tree = scratch.path().join("tree");
        unpack(&tarball, &tree);
        list(&tarball)
    };
    let tree = tree.canonicalize().expect("a kernel tree");

    let now = release(version).expect("checked before");
    let alive: Vec<&Abi> = ABIS.iter().filter(|abi| abi.alive.0 <= now && now < abi.alive.1).collect();
    let expected: BTreeSet<&str> = alive.iter().map(|abi| abi.name).collect();
    let found: BTreeSet<&str> = listed.keys().map(String::as_str).collect();
    let mut differences = Vec::new();
    if expected != found {
        differences.push(format!("linux-{version}: expected the ABIs {expected:?}, listed are {found:?}"));
    }
    if let Some((_, count)) = COUNTED.iter().find(|(counted, _)| *counted == version) {
        assert_eq!(expected.len(), *count, "the table of this test has another number of ABIs for {version}");
    }

    let kernel = Kernel { tree, out: scratch.path().join("out") };
    let archs: BTreeSet<&str> =
        alive.iter().flat_map(|abi| [Some(abi.arch), abi.compat.as_ref().map(|way| way.arch)]).flatten().collect();
    kernel.build_all(&archs.into_iter().collect::<Vec<_>>());

    let mut total = Figures::default();
    for abi in alive.iter().filter(|abi| found.contains(abi.name)) {
        let mut compared = Comparison { place: format!("linux-{version}: {}", abi.name), ..Comparison::default() };
        compared.abi(&kernel, abi, &listed[abi.name]);
        say(&format!("conformance: linux-{version}: {:<12} {}", abi.name, compared.figures));
        total.add(&compared.figures);
        differences.extend(compared.differences);
    }
    say(&format!("conformance: linux-{version}: {} ABIs, {total}, {} differences", alive.len(), differences.len()));
    differences
}

/// Unpacks what `headers_install` and the tables need; the rest of a kernel is ten times as much.
fn unpack(tarball: &Path, tree: &Path) {
    fs::create_dir(tree).expect("a folder in the scratch folder");
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

/// Rows of every ABI, as `syscall-meta list` gives them.
fn list(tree: &Path) -> BTreeMap<String, Vec<Value>> {
    let tool = std::env::var_os("SYSCALL_META_TOOL").map(PathBuf::from);
    let tool = tool.unwrap_or_else(|| env!("CARGO_BIN_EXE_syscall-meta-under-test").into());
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data");
    let printed =
        run(Command::new(tool).arg("--data").arg(data).args(["list", "--format", "json", "--kernel"]).arg(tree));
    let listed: Vec<Value> = serde_json::from_str(&printed).expect("JSON from `list`");
    let name = |abi: &Value| abi["abi"].as_str().expect("the name of an ABI").to_string();
    listed.iter().map(|abi| (name(abi), abi["syscalls"].as_array().expect("rows").clone())).collect()
}

/// Runs a command that must succeed; gives what it printed.
fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|cause| panic!("{command:?}: {cause}"));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{stderr}", output.status);
    String::from_utf8(output.stdout).expect("UTF-8 from a program")
}

fn compiler() -> Command {
    Command::new(std::env::var_os("CC").unwrap_or_else(|| "gcc".into()))
}

/// A kernel tree, and where its build puts what it makes: a folder an architecture.
struct Kernel {
    tree: PathBuf,
    out: PathBuf,
}

impl Kernel {
    /// Builds headers and tables of all architectures, as many at once as there are processors.
    fn build_all(&self, archs: &[&str]) {
        let next = AtomicUsize::new(0);
        let failed = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
                scope.spawn(|| {
                    while let Some(arch) = archs.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if let Err(why) = self.build(arch) {
                            failed.lock().expect("no panic while it was held").push(why);
                        }
                    }
                });
            }
        });
        let failed = failed.into_inner().expect("no panic while it was held");
        assert!(failed.is_empty(), "make needs gcc, flex, bison, rsync and bc\n{}", failed.join("\n"));
    }

    fn build(&self, arch: &str) -> Result<(), String> {
        let out = self.out(arch);
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
        self.tables_by_hand(arch)
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

    fn out(&self, arch: &str) -> PathBuf {
        self.out.join(arch)
    }

    /// A header that the build made for the kernel itself, if it did.
    fn made(&self, arch: &str, name: &str) -> Option<PathBuf> {
        let path = self.out(arch).join(format!("arch/{arch}/include/generated/asm/{name}"));
        path.is_file().then_some(path)
    }

    /// The compiler, about to read headers of an architecture and nothing else.
    fn compiler(&self, arch: &str, defines: &[&str]) -> Command {
        let mut cc = compiler();
        cc.args(["-w", "-nostdinc", "-undef", "-I"]).arg(self.out(arch).join("inst/include"));
        cc.args(defines.iter().map(|define| format!("-D{define}")));
        let bytes = if defines.contains(&"__LP64__") { 8 } else { 4 };
        cc.arg("-D__CHAR_BIT__=8").args(["POINTER", "LONG"].map(|what| format!("-D__SIZEOF_{what}__={bytes}")));
        cc
    }

    /// Every name that a header defines for a number, with its value.
    fn names(&self, arch: &str, predefined: &[&str], header: &str) -> BTreeMap<String, u64> {
        let source = self.out(arch).join("names.c");
        fs::write(&source, format!("#include {header}\n")).expect("a scratch file");
        let defined = run(self.compiler(arch, predefined).args(["-E", "-dM"]).arg(&source));
        let names = defined.lines().filter_map(|line| line.strip_prefix("#define ")?.split([' ', '(']).next());
        let names = names.filter(|name| name.starts_with("__NR_") || name.starts_with("__ARM_NR_"));
        let rows: String = names.map(|name| format!("{{ ({name}), \"{name}\" }},\n")).collect();
        let printed = self.evaluate(arch, predefined, &format!("#include {header}\n"), &rows);
        printed.into_iter().map(|(number, name)| (name, number)).collect()
    }

    /// Compiles rows of number and text for this machine, and runs that.
    fn evaluate(&self, arch: &str, defines: &[&str], before: &str, rows: &str) -> Vec<(u64, String)> {
        let (source, program) = (self.out(arch).join("rows.c"), self.out(arch).join("rows"));
        let text = format!(
            "{before}
             static const struct {{ unsigned long long number; const char *text; }} rows[] = {{
             {rows}
             {{ 0, 0 }} }};
             extern int printf(const char *, ...);
             int main(void) {{
                 for (int i = 0; rows[i].text; i++) printf(\"%llu %s\\n\", rows[i].number, rows[i].text);
                 return 0;
             }}\n"
        );
        fs::write(&source, text).expect("a scratch file");
        // In two steps, for gcc hands `-undef` to the linker, where it means something else.
        let plain = self.out(arch).join("rows.i");
        run(self.compiler(arch, defines).args(["-E", "-P", "-o"]).args([&plain, &source]));
        run(compiler().arg("-w").arg("-o").args([&program, &plain]));
        let printed = run(&mut Command::new(&program));
        let row = |line: &str| {
            let (number, text) = line.split_once(' ').expect("two words");
            (number.parse().expect("a number"), text.to_string())
        };
        printed.lines().map(row).collect()
    }

    /// Number and entry of every row of a table that leads somewhere, without the base.
    fn entries(&self, abi: &Abi, way: &Way) -> BTreeMap<u64, String> {
        let arch = if way.arch.is_empty() { abi.arch } else { way.arch };
        let made = way.tables.iter().find_map(|name| self.made(arch, name));
        let table = made.map_or("<asm/unistd.h>".to_string(), |path| format!("\"{}\"", path.display()));
        let chosen = if way.second { "b" } else { "a" };
        let x32 = way.defines.contains(&"X32");
        let only = |yes: bool| if yes { "ROW(nr, a)" } else { "" };
        // Every macro by which some release's table gives a row.
        let before = format!(
            "#define TEXT(entry) TEXT_(entry)
             #define TEXT_(entry) #entry
             #define ROW(nr, entry) {{ (nr), TEXT(entry) }},
             #define __SYSCALL(nr, a, ...) ROW(nr, a)
             #define __SYSCALL_NORETURN(nr, a) ROW(nr, a)
             #define __SYSCALL_WITH_COMPAT(nr, a, b) ROW(nr, {chosen})
             #define __SYSCALL_COMPAT_NORETURN(nr, a, b) ROW(nr, {chosen})
             #define __SYSCALL_I386(nr, a) ROW(nr, a)
             #define __SYSCALL_COMMON(nr, a) ROW(nr, a)
             #define __SYSCALL_64(nr, a) {}
             #define __SYSCALL_X32(nr, a) {}
             #define NATIVE(nr, a) ROW(nr, a)
             #define COMPAT(nr, a, b) ROW(nr, {chosen})
             #define SYSCALL(a, b) ROW(__COUNTER__, {chosen})
             {}",
            only(!x32),
            only(x32),
            self.renames(way)
        );
        let defines = if way.second && !way.defines.is_empty() { way.defines } else { abi.predefined };
        let defines: Vec<&str> = defines.iter().chain(way.defines).copied().collect();
        let rows = self.evaluate(arch, &defines, &before, &format!("#include {table}\n"));
        let bare = |number: u64| if number >= abi.base { number - abi.base } else { number };
        rows.into_iter().filter(|(_, entry)| leads_somewhere(entry)).map(|(nr, entry)| (bare(nr), entry)).collect()
    }

    /// `#define sys_mmap2 sys_mmap_pgoff` and its like, out of the source that includes the table.
    fn renames(&self, way: &Way) -> String {
        let mut renames = String::new();
        for path in way.renames {
            let text = fs::read_to_string(self.tree.join(path)).unwrap_or_default();
            for line in text.lines() {
                let words: Vec<&str> = line.split_whitespace().collect();
                if let ["#define", from, to] = words[..] {
                    let bare = |word: &str| word.strip_prefix("__arm64_").unwrap_or(word).to_string();
                    let (from, to) = (bare(from), bare(to));
                    if from.starts_with("sys_") || from.starts_with("compat_sys_") {
                        renames.push_str(&format!("#define {from} {to}\n"));
                    }
                }
            }
        }
        renames
    }
}

/// How much was compared.
#[derive(Default)]
struct Figures {
    names: usize,
    native: usize,
    compat: usize,
}

impl Figures {
    fn add(&mut self, other: &Figures) {
        self.names += other.names;
        self.native += other.native;
        self.compat += other.compat;
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} names, {} entries, {} compat entries", self.names, self.native, self.compat)
    }
}

#[derive(Default)]
struct Comparison {
    place: String,
    figures: Figures,
    differences: Vec<String>,
}

impl Comparison {
    fn abi(&mut self, kernel: &Kernel, abi: &Abi, rows: &[Value]) {
        let named = kernel.names(abi.arch, abi.predefined, "<asm/unistd.h>");
        self.names(&named, &numbers(rows), "asm/unistd.h");
        let truth = kernel.entries(abi, &abi.native);
        self.figures.native = self.entries(&truth, &entries(rows, abi.base, false), "entry");
        let Some(way) = &abi.compat else {
            let serves = rows.iter().filter(|row| !row["compat"].is_null()).count();
            if serves > 0 {
                self.differ(format!("{serves} rows have a compat side, where the kernel serves none"));
            }
            return;
        };
        if way.arch == "riscv" && !kernel.tree.join("arch/riscv/include/asm/compat.h").is_file() {
            return;
        }
        let mut truth = kernel.entries(abi, way);
        if way.arch == "riscv" && kernel.made("riscv", "syscall_table_32.h").is_none() {
            self.drop_nameless(&mut truth, &named);
        }
        self.figures.compat = self.entries(&truth, &entries(rows, abi.base, true), "compat entry");
        if abi.name == "arm" {
            self.aarch32(kernel, way, rows);
        }
    }

    /// Leaves out the numbers that the ABI's own header has no name for: where there is no name, there is no row.
    ///
    /// Before 6.11 the compat table of riscv64 is `asm/unistd.h` as a 64-bit kernel reads it, and has the calls of 32-bit
    /// time (include/uapi/asm-generic/unistd.h: `__BITS_PER_LONG != 32`). riscv32 never had names for them.
    fn drop_nameless(&mut self, truth: &mut BTreeMap<u64, String>, named: &BTreeMap<String, u64>) {
        let before = truth.len();
        truth.retain(|number, _| named.values().any(|named| named == number));
        say(&format!("conformance: {}: {} entries of the compat table have no name", self.place, before - truth.len()));
    }

    /// The names of the one compat table that has its own. It knows fewer aliases, and no row for what it does not serve.
    fn aarch32(&mut self, kernel: &Kernel, way: &Way, rows: &[Value]) {
        let header = ["unistd_32.h", "unistd32.h"].iter().find_map(|name| kernel.made(way.arch, name));
        let header = format!("\"{}\"", header.expect("a header of aarch32").display());
        let truth = calls(&kernel.names(way.arch, &[], &header));
        self.figures.names += truth.len();
        for (name, number) in truth.difference(&numbers(rows)) {
            self.differ(format!("the table of aarch32 has `{name}` {number}, which is not listed"));
        }
        let served =
            rows.iter().filter(|row| !is_private(row) && row["compat"]["entry"].as_str().is_some_and(leads_somewhere));
        for row in served {
            if numbers(std::slice::from_ref(row)).is_disjoint(&truth) {
                self.differ(format!("{} is listed as served by arm64, whose table has no such name", row["name"]));
            }
        }
    }

    /// Names and numbers of a header against those listed.
    fn names(&mut self, truth: &BTreeMap<String, u64>, listed: &BTreeSet<(String, u64)>, header: &str) {
        let truth = calls(truth);
        self.figures.names += truth.len();
        for (name, number) in truth.difference(listed) {
            self.differ(format!("{header} has `{name}` {number}, which is not listed"));
        }
        for (name, number) in listed.difference(&truth) {
            self.differ(format!("listed is `{name}` {number}, which {header} has not"));
        }
    }

    /// Entries of a table against those listed.
    fn entries(&mut self, truth: &BTreeMap<u64, String>, listed: &BTreeMap<u64, String>, what: &str) -> usize {
        for (number, entry) in truth {
            match listed.get(number) {
                Some(listed) if listed == entry => {}
                listed => self.differ(format!("{what} of {number} is `{entry}`, listed is {listed:?}")),
            }
        }
        for (number, entry) in listed.iter().filter(|(number, _)| !truth.contains_key(number)) {
            self.differ(format!("{what} of {number} is listed as `{entry}`, the kernel's table has none"));
        }
        truth.len()
    }

    fn differ(&mut self, what: String) {
        self.differences.push(format!("{}: {what}", self.place));
    }
}

/// The calls among the names of a header.
fn calls(names: &BTreeMap<String, u64>) -> BTreeSet<(String, u64)> {
    let bare = |name: &str| name.trim_start_matches("__ARM_NR_").trim_start_matches("__NR_").to_string();
    let calls = names.iter().filter(|(name, _)| !META.contains(&name.as_str()));
    calls.map(|(name, number)| (bare(name), *number)).collect()
}

/// Names and aliases with their numbers.
fn numbers(rows: &[Value]) -> BTreeSet<(String, u64)> {
    let mut numbers = BTreeSet::new();
    for row in rows {
        let number = row["number"].as_u64().expect("a number");
        let aliases = row["aliases"].as_array().expect("aliases").iter();
        for name in std::iter::once(&row["name"]).chain(aliases) {
            let new = numbers.insert((name.as_str().expect("a name").to_string(), number));
            assert!(new, "{name} is listed twice");
        }
    }
    numbers
}

/// Entries of rows that lead somewhere, by number without the base. Private calls are in no table.
fn entries(rows: &[Value], base: u64, compat: bool) -> BTreeMap<u64, String> {
    let mut entries = BTreeMap::new();
    for row in rows.iter().filter(|row| !is_private(row)) {
        let side = if compat { &row["compat"] } else { row };
        let entry = side["entry"].as_str().filter(|entry| leads_somewhere(entry));
        if let Some(entry) = entry {
            let old = entries.insert(row["number"].as_u64().expect("a number") - base, entry.to_string());
            assert_eq!(old, None, "{row} has the number of another row");
        }
    }
    entries
}

/// Not so where the kernel fills a gap; sparc fills those of its own with another.
fn leads_somewhere(entry: &str) -> bool {
    !matches!(entry, "sys_ni_syscall" | "sys_nis_syscall")
}

/// arm's calls from `__ARM_NR_BASE` on, which the kernel handles before it looks into its table.
fn is_private(row: &Value) -> bool {
    matches!(row["entry"].as_str(), Some("arm_syscall"))
}
