//! The kernel's own view of its headers, over small kernels made here and over real ones.

mod kernels;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::Path;

use super::{inside, macros, pins, types, wanted};
use crate::diagnostic::Sink;
use crate::model::{Abis, Way};
use crate::source::{Kernel, Mode, Progress, Tree};

/// Reads a kernel as `extract` does, for its headers alone.
fn tree(root: &Path, abis: &Abis) -> Tree<()> {
    let (sink, wanted) = (Sink::new(), wanted::Wanted::new(abis));
    let kernel = Kernel::open(&root.display().to_string()).unwrap();
    kernel.read(&wanted.selection(), &|_| None, &Progress::new(Mode::Off), &sink).unwrap()
}

/// A kernel of these files.
fn made(files: &[(&str, &str)], abis: &Abis) -> Tree<()> {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files.iter().chain(&[("Makefile", "VERSION = 6\nPATCHLEVEL = 1\n")]) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    tree(folder.path(), abis)
}

fn abis() -> Abis {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data");
    crate::store::Data::open(&path).unwrap().abis
}

/// One ABI of each width, of a made-up architecture: `wide` serves `narrow` as compat.
fn two() -> Abis {
    let mut abis = abis();
    abis.abis.retain(|abi| ["x86_64", "i386"].contains(&abi.name.as_str()));
    abis
}

fn strings(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(ToString::to_string).collect()
}

/// What a map says, one name after the other: `size_t: i386 u32, x86_64 u64`.
fn said<T: ToString>(all: &BTreeMap<String, BTreeMap<String, T>>) -> Vec<String> {
    let one = |(name, by): (&String, &BTreeMap<String, T>)| {
        let by: Vec<String> = by.iter().map(|(key, value)| format!("{key} {}", value.to_string())).collect();
        format!("{name}: {}", by.join(", "))
    };
    all.iter().map(one).collect()
}

fn settled<'a>(ways: &'a [Way<'a>]) -> impl Fn(&str, &str) -> Option<bool> + 'a {
    |name, symbol| pins::settled(ways.iter().find(|way| way.name == name)?, symbol)
}

const TYPES_H: &str = "#ifndef _T\n#define _T\n#include <uapi/linux/types.h>\n#include <linux/elsewhere.h>\n\
    typedef __kernel_size_t size_t;\ntypedef unsigned int __bitwise gfp_t;\n\
    #ifdef CONFIG_HAVE_UID16\ntypedef __kernel_old_uid_t old_uid_t;\n#endif\n\
    #ifdef CONFIG_NOBODY_KNOWS\ntypedef int open_t;\n#endif\n\
    static inline int f(void) { typedef int inner_t; return 0; }\n#endif\n";

#[test]
fn a_typedef_is_followed_on_each_kernel() {
    let abis = two();
    let tree = made(
        &[
            ("include/linux/types.h", TYPES_H),
            ("include/linux/elsewhere.h", "#error not followed\n"),
            ("include/uapi/linux/types.h", "#include <asm/posix_types.h>\n"),
            ("include/uapi/asm-generic/posix_types.h", "typedef short __kernel_old_uid_t;\n"),
            (
                "arch/x86/include/asm/posix_types.h",
                "#ifdef CONFIG_X86_32\n#include <asm/posix_types_32.h>\n#endif\n#include <uapi/asm/posix_types.h>\n",
            ),
            ("arch/x86/include/uapi/asm/posix_types_32.h", "#define LESS\n"),
            (
                "arch/x86/include/uapi/asm/posix_types.h",
                "#ifdef LESS\ntypedef unsigned short __kernel_old_uid_t;\n#else\n#include <asm-generic/posix_types.h>\n\
                 #endif\n#ifndef __KERNEL__\n#error user space\n#endif\ntypedef unsigned long __kernel_size_t;\n",
            ),
            ("include/asm-generic/compat.h", "typedef unsigned int compat_size_t;\n"),
            (
                "include/linux/compat.h",
                "#include <asm/compat.h>\n#ifdef CONFIG_COMPAT\ntypedef struct { int x; } compat_sigset_t;\n#endif\n",
            ),
        ],
        &abis,
    );
    let (sink, ways) = (Sink::new(), abis.ways());
    let names =
        ["size_t", "old_uid_t", "gfp_t", "open_t", "inner_t", "compat_size_t", "compat_sigset_t", "enum e", "no_t"];
    let kernels = BTreeSet::from(["i386", "x86_64"]);
    let found = types::typedefs(&tree, &abis, &kernels, &strings(&names), &settled(&ways), &sink);
    let expected = [
        "compat_sigset_t: x86_64 aggregate",
        "compat_size_t: i386 u32, x86_64 u32",
        "enum e: i386 u32, x86_64 u32",
        "gfp_t: i386 u32, x86_64 u32",
        "old_uid_t: i386 u16, x86_64 s16",
        "size_t: i386 u32, x86_64 u64",
    ];
    assert_eq!(said(&found), expected);
    assert_eq!(sink.take(), []);
}

#[test]
fn a_call_is_wanted_where_every_setting_says_so() {
    let abis = two();
    let unistd = "#include <uapi/asm/unistd.h>\n#include <asm/unistd_32.h>\n#define __ARCH_WANT_ALWAYS\n\
        #ifdef CONFIG_X86_32\n#define __ARCH_WANT_NARROW\n#else\n#define __ARCH_WANT_WIDE\n#endif\n\
        #ifdef CONFIG_COMPAT\n#define __ARCH_WANT_COMPAT\n#endif\n\
        #if defined(CONFIG_ONE) != defined(CONFIG_OTHER)\n#define __ARCH_WANT_OPEN\n#endif\n\
        #if defined(CONFIG_ONE) || !defined(CONFIG_ONE)\n#define __ARCH_WANT_ANYHOW\n#endif\n";
    let tree = made(
        &[
            ("arch/x86/include/asm/unistd.h", unistd),
            ("arch/x86/include/uapi/asm/unistd.h", "#define __ARCH_WANT_UAPI\n#define LOCAL\n"),
            ("arch/x86/include/uapi/asm/bitsperlong.h", "#include <asm-generic/bitsperlong.h>\n"),
            (
                "include/asm-generic/bitsperlong.h",
                "#ifdef CONFIG_64BIT\n#define BITS_PER_LONG 64\n#else\n#define BITS_PER_LONG 32\n#endif\n",
            ),
        ],
        &abis,
    );
    let (sink, ways) = (Sink::new(), abis.ways());
    let symbols = [
        "__ARCH_WANT_ALWAYS",
        "__ARCH_WANT_NARROW",
        "__ARCH_WANT_WIDE",
        "__ARCH_WANT_COMPAT",
        "__ARCH_WANT_OPEN",
        "__ARCH_WANT_ANYHOW",
        "__ARCH_WANT_UAPI",
        "__ARCH_WANT_NEVER",
        "BITS_PER_LONG == 32",
        "PAGE_SHIFT == 12",
        "LOCAL",
        "OF_ANOTHER_HEADER",
        "__i386__",
        "__LITTLE_ENDIAN",
        "CONFIG_COMPAT",
        "1 +",
        "",
    ];
    let found = macros::settled(&tree, &abis, &ways, &strings(&symbols), &settled(&ways), &sink);
    let expected = [
        "BITS_PER_LONG == 32: i386 true, i386.compat false, x86_64 false",
        "LOCAL: i386 true, i386.compat true, x86_64 true",
        "__ARCH_WANT_ALWAYS: i386 true, i386.compat true, x86_64 true",
        "__ARCH_WANT_ANYHOW: i386 true, i386.compat true, x86_64 true",
        "__ARCH_WANT_COMPAT: i386 false, i386.compat true",
        "__ARCH_WANT_NARROW: i386 true, i386.compat false, x86_64 false",
        "__ARCH_WANT_NEVER: i386 false, i386.compat false, x86_64 false",
        "__ARCH_WANT_UAPI: i386 true, i386.compat true, x86_64 true",
        "__ARCH_WANT_WIDE: i386 false, i386.compat true, x86_64 true",
        "__LITTLE_ENDIAN: i386 true, i386.compat true, x86_64 true",
        "__i386__: i386 true, i386.compat false, x86_64 false",
    ];
    assert_eq!(said(&found), expected);
    assert_eq!(sink.take(), []);
}

#[test]
fn too_many_open_symbols_settle_nothing() {
    let abis = two();
    let unistd: String = (0..9).map(|number| format!("#ifdef CONFIG_{number}\n#endif\n")).collect();
    let tree = made(&[("arch/x86/include/asm/unistd.h", &unistd)], &abis);
    let (sink, ways) = (Sink::new(), abis.ways());
    let found = macros::settled(&tree, &abis, &ways, &strings(&["__ARCH_WANT_X"]), &settled(&ways), &sink);
    assert!(found.is_empty());
    assert_eq!(sink.take().len(), ways.len());
}

#[test]
fn a_header_is_followed_under_either_of_its_names() {
    for path in [
        "include/linux/types.h",
        "include/uapi/linux/types.h",
        "arch/mips/include/asm/unistd.h",
        "arch/mips/include/uapi/asm/signal.h",
        "include/asm-generic/int-ll64.h",
        "include/vdso/time32.h",
    ] {
        assert!(inside::is_followed(path), "{path}");
    }
    for path in ["include/linux/sched.h", "arch/mips/asm/types.h", "tools/include/linux/types.h", "linux/types.h"] {
        assert!(!inside::is_followed(path), "{path}");
    }
}

/// Types of parameters in some release, and what they come to; `long` is the width of the kernel's own.
const SCALARS: [(&str, &str); 30] = [
    ("__s32", "s32"),
    ("__sighandler_t", "pointer"),
    ("__u64", "u64"),
    ("aio_context_t", "u-long"),
    ("cap_user_data_t", "pointer"),
    ("cap_user_header_t", "pointer"),
    ("clockid_t", "s32"),
    ("compat_aio_context_t", "u32"),
    ("compat_long_t", "s32"),
    ("compat_off_t", "s32"),
    ("compat_size_t", "u32"),
    ("compat_uptr_t", "u32"),
    ("enum landlock_rule_type", "u32"),
    ("gid_t", "u32"),
    ("key_serial_t", "s32"),
    ("loff_t", "s64"),
    ("mqd_t", "s32"),
    ("off_t", "s-long"),
    ("old_sigset_t", "u-long"),
    ("old_time32_t", "s32"),
    ("pid_t", "s32"),
    ("qid_t", "u32"),
    ("rwf_t", "s32"),
    ("sigset_t", "aggregate"),
    ("size_t", "u-long"),
    ("timer_t", "s32"),
    ("u32", "u32"),
    ("uid_t", "u32"),
    ("umode_t", "u16"),
    ("__kernel_old_time_t", "s-long"),
];

/// Symbols of `#if` around calls, with the ways on which the configuration decides; the same in every release that was
/// looked at, as far as it has them.
const OPEN: [(&str, &[&str]); 12] = [
    ("BITS_PER_LONG == 32", &[]),
    ("__ARCH_WANT_COMPAT_FALLOCATE", &["riscv64"]),
    ("__ARCH_WANT_COMPAT_STAT", &["aarch64", "s390x"]),
    ("__ARCH_WANT_NEW_STAT", &[]),
    ("__ARCH_WANT_STAT64", &[]),
    ("__ARCH_WANT_SYS_CLONE", &[]),
    ("__ARCH_WANT_SYS_FORK", &["aarch64"]),
    ("__ARCH_WANT_SYS_IPC", &["arm"]),
    ("__ARCH_WANT_SYS_TIME", &[]),
    ("__ARCH_WANT_SYS_TIME32", &["arm", "mips_n32", "mips_n64", "s390x"]),
    ("__ARCH_WANT_SYS_WAITPID", &[]),
    ("__alpha__", &[]),
];

#[test]
fn real_kernels_say_what_is_known_of_them() {
    let Some(folder) = env::var_os("SYSCALL_META_KERNELS") else {
        eprintln!("skipped: SYSCALL_META_KERNELS names no folder of kernels");
        return;
    };
    let abis = abis();
    let kernels = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    for root in kernels.filter(|path| path.join("arch/x86").is_dir()) {
        let (tree, sink) = (tree(&root, &abis), Sink::new());
        let here = |arch: &str| tree.get(&format!("arch/{arch}/include/uapi/asm/unistd.h")).is_some();
        let ways: Vec<Way> = abis.ways().into_iter().filter(|way| here(way.arch())).collect();
        let native: BTreeSet<&str> = ways.iter().map(|way| way.kernel.name.as_str()).collect();
        let names = SCALARS.iter().map(|(name, _)| name.to_string()).collect();
        let found = types::typedefs(&tree, &abis, &native, &names, &settled(&ways), &sink);
        for (name, expected) in SCALARS {
            for kernel in &native {
                let scalar = found.get(name).and_then(|by| by.get(*kernel)).map(ToString::to_string);
                let expected = expected.replace("-long", &abis.get(kernel).unwrap().long.to_string());
                assert_eq!(scalar, Some(expected), "{name} of {kernel} in {}", root.display());
            }
        }
        let symbols = OPEN.iter().map(|(symbol, _)| symbol.to_string()).collect();
        let found = macros::settled(&tree, &abis, &ways, &symbols, &settled(&ways), &sink);
        for (symbol, open) in OPEN {
            let is_open = |way: &&Way| !found.get(symbol).is_some_and(|by| by.contains_key(&way.name));
            let others: Vec<&str> =
                ways.iter().filter(is_open).map(|way| way.name.as_str()).filter(|name| !open.contains(name)).collect();
            assert!(others.is_empty(), "{symbol} is open on {others:?} in {}", root.display());
        }
        assert_eq!(sink.take(), [], "{}", root.display());
    }
}
