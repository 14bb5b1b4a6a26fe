//! Real kernels: what Makefiles and Kconfig say where a person can look it up.
//!
//! `SYSCALL_META_KERNELS` names a folder that holds kernels as `linux-X.Y/`, as for `tests/tests/conformance.rs`.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use super::super::{beside, built, config, wanted};
use crate::diagnostic::Sink;
use crate::model::{Abis, Guard};
use crate::parse;
use crate::source::{File, Kernel, Mode, Progress, Selection, Tree, Want};

/// A file and its condition, in every release that has the file; `1` where it is always built.
const BUILT: [(&str, &str); 18] = [
    ("arch/arc/kernel/entry.S", "CONFIG_ISA_ARCOMPACT || CONFIG_ISA_ARCV2"),
    ("arch/arm/kernel/sys_oabi-compat.c", "CONFIG_OABI_COMPAT"),
    ("arch/mips/kernel/linux32.c", "CONFIG_MIPS32_COMPAT"),
    ("arch/mips/kernel/scall64-o32.S", "CONFIG_MIPS32_O32"),
    ("arch/powerpc/kernel/signal_64.c", "CONFIG_PPC64"),
    ("arch/sparc/kernel/syscalls.S", "!CONFIG_SPARC32"),
    ("arch/x86/kernel/ldt.c", "CONFIG_MODIFY_LDT_SYSCALL"),
    ("drivers/char/random.c", "1"),
    ("ipc/msg.c", "CONFIG_SYSVIPC"),
    ("kernel/bpf/syscall.c", "CONFIG_BPF && CONFIG_BPF_SYSCALL"),
    ("kernel/compat.c", "CONFIG_COMPAT"),
    ("kernel/sched/membarrier.c", "CONFIG_MEMBARRIER"),
    ("kernel/sched/syscalls.c", "1"),
    ("kernel/time/posix-stubs.c", "!CONFIG_POSIX_TIMERS"),
    ("mm/mmap.c", "CONFIG_MMU"),
    ("mm/nommu.c", "!CONFIG_MMU"),
    ("net/compat.c", "CONFIG_COMPAT && CONFIG_NET"),
    ("security/keys/keyctl.c", "CONFIG_KEYS"),
];

/// A symbol with ways on which it is always set, never set, and as the configuration has it, in every release.
const SETTLED: [(&str, [&str; 3]); 21] = [
    ("64BIT", ["aarch64 arm.compat riscv64 s390x sparc64 x86_64", "arm i386 mips_o32 riscv32 sh sparc", ""]),
    ("32BIT", ["mips_o32 powerpc riscv32", "x86_64 i386 arm mips_n64", ""]),
    ("ARCH_SPLIT_ARG64", ["i386", "arm aarch64 mips_o32 riscv32 x86_64", ""]),
    ("ARCH_WANT_OLD_COMPAT_IPC", ["i386.compat powerpc.compat sparc.compat", "arm aarch64 arm.compat i386", "x86_64"]),
    ("BPF_SYSCALL", ["", "", "x86_64 arm"]),
    ("CLONE_BACKWARDS", ["aarch64 arm arm.compat i386 mips_o32 riscv32 riscv64", "x86_64 s390x microblaze sh", ""]),
    ("CLONE_BACKWARDS2", ["s390x", "x86_64 aarch64 i386", ""]),
    ("CLONE_BACKWARDS3", ["microblaze", "x86_64 s390x", ""]),
    ("COMPAT", ["arm.compat i386.compat mips_n32", "arm i386 riscv32", "aarch64 x86_64 mips_n64"]),
    ("COMPAT_32BIT_TIME", ["", "", "arm riscv32 x86_64"]),
    ("COMPAT_OLD_SIGACTION", ["i386.compat powerpc.compat", "arm i386 riscv64 mips_o32.compat", "aarch64 x86_64"]),
    ("CPU_BIG_ENDIAN", ["mips_o32 s390x sparc64", "aarch64 arm x86_64", ""]),
    ("HAVE_SYSCALL_TRACEPOINTS", ["aarch64 arm i386 riscv64 s390x x86_64 sh", "alpha hexagon m68k microblaze", ""]),
    ("KEXEC_FILE", ["", "arm i386 alpha mips_n64", "aarch64 s390x x86_64"]),
    ("MMU", ["aarch64 alpha i386 mips_o32 s390x sparc64 x86_64", "", "arm m68k riscv64 sh xtensa"]),
    ("NO_SUCH_SYMBOL", ["", "arm x86_64", ""]),
    ("ODD_RT_SIGACTION", ["alpha sparc64", "arm x86_64", ""]),
    ("OLD_SIGSUSPEND3", ["arm i386 m68k s390x", "riscv64 mips_o32 alpha", "aarch64 x86_64"]),
    ("SGETMASK_SYSCALL", ["", "", "i386 x86_64"]),
    ("SYSVIPC_COMPAT", ["", "arm i386 riscv32", "aarch64 x86_64 i386.compat"]),
    // Kconfig has it from 5.18 on; before, `arch/x86/Makefile` sets it.
    ("X86_X32_ABI", ["x32", "", "x86_64 i386.compat"]),
];

#[test]
fn real_kernels_say_what_is_built_and_settled() {
    let Some(folder) = std::env::var_os("SYSCALL_META_KERNELS") else {
        let _ = writeln!(std::io::stderr(), "real kernels: skipped: SYSCALL_META_KERNELS names no folder of kernels");
        return;
    };
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data");
    let abis = crate::store::Data::open(&data).expect("data/ opens").abis;
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() && path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("linux-")) {
            check(&path.display().to_string(), &abis);
        }
    }
}

fn check(folder: &str, abis: &Abis) {
    let tree = read(folder, abis);
    let sink = Sink::new();
    let mut pasted = built::Pasted::new();
    let mut sources = BTreeSet::new();
    for (path, found) in &tree.scanned {
        let (includes, is_asked) = &**found;
        for (other, guard) in includes {
            pasted.entry(beside(path, other)).or_default().push((path.to_string(), guard.clone()));
        }
        if *is_asked {
            sources.insert(&**path);
        }
    }
    let found = built::built(&tree, &sources.iter().copied().collect::<Vec<_>>(), &pasted, &sink);
    for (file, expected) in BUILT.iter().filter(|(file, _)| sources.contains(file)) {
        let guard = found.get(*file).map_or("1".to_string(), Guard::to_string);
        assert_eq!(guard, *expected, "{folder}/{file}");
    }
    let mut ways = abis.ways();
    ways.retain(|way| tree.get(&format!("arch/{}/Kconfig", way.arch())).is_some());
    let symbols = SETTLED.iter().map(|(name, _)| format!("CONFIG_{name}")).collect();
    let settled = config::settled(&tree, &ways, &symbols, &sink);
    for (name, expected) in SETTLED {
        for (names, answer) in expected.iter().zip([Some(true), Some(false), None]) {
            for way in names.split_whitespace() {
                let found = settled.get(&format!("CONFIG_{name}")).and_then(|by_way| by_way.get(way)).copied();
                assert_eq!(found, answer, "{name} on {way} in {folder}");
            }
        }
    }
    assert_eq!(sink.take(), [], "{folder}");
}

/// Of each source file, what it includes as text, and whether the test asks for it.
type Scanned = (Vec<(String, Guard)>, bool);

/// Only what this test needs of a kernel.
fn read(folder: &str, abis: &Abis) -> Tree<Scanned> {
    let wanted = wanted::Wanted::new(abis);
    let all = wanted.selection();
    let want = |path: &str| match (all.want)(path) {
        Want::Scan if !path.starts_with("drivers/") || path == "drivers/char/random.c" => Want::Scan,
        Want::Scan => Want::No,
        want => want,
    };
    let scan = |file: &File| {
        let found = (parse::pasted(file.path, file.bytes), BUILT.iter().any(|(path, _)| *path == file.path));
        (found.1 || !found.0.is_empty()).then_some(found)
    };
    let kernel = Kernel::open(folder).expect("a kernel");
    let selection = Selection { enter: all.enter, want: &want };
    kernel.read(&selection, &scan, &Progress::new(Mode::Off), &Sink::new()).expect("it is read")
}
