//! Each rule of `diff`: a kernel changed as a developer would change it has that one finding, and seen from the other
//! end its mirror.

use std::collections::BTreeSet;

use syscall_meta_gen::judge::{Finding, Judged, Level, Profile, RULES, judge};
use syscall_meta_gen::model::{Site, Spot, Subject};
use syscall_meta_gen::store::Data;
use syscall_meta_tests::{Compared, Tree, data, fixture};

const X86_64: &str = "arch/x86/entry/syscalls/syscall_64.tbl";
const PROBE: &str = "arch/x86/include/uapi/asm/stat_probe.h";
const FCNTL: &str = "arch/x86/include/uapi/asm/fcntl.h";
const X86_WRAPPER: &str = "arch/x86/include/asm/syscall_wrapper.h";

/// What the fixture makes of a compat call.
const OF_COMPAT: &str = "IA32(STUB, compat_sys_##name) X32(STUB, compat_sys_##name)";

/// A change to a kernel, and what is found of it.
struct Case {
    /// The fingerprint of the one finding.
    finding: &'static str,
    /// That of the one finding with the two kernels the other way round.
    mirror: &'static str,
    /// What the fixture lacks for it: both kernels have that.
    before: Option<fn(&Tree)>,
    /// What the newer kernel has changed.
    change: fn(&Tree),
    /// Where it is found: `way call old → new`, each with its number and place; and what follows from it.
    sites: &'static [&'static str],
}

/// In the order of the rules. A rule that is another one's mirror stands with that one.
const CASES: &[Case] = &[
    Case {
        finding: "abi-ended alpha",
        mirror: "abi-added alpha",
        before: None,
        change: |tree| {
            tree.remove_folder("arch/alpha");
        },
        sites: &["alpha"],
    },
    Case {
        finding: "way-ended riscv32.compat",
        mirror: "way-added riscv32.compat",
        before: None,
        // A kernel without this header serves no 32-bit programs.
        change: |tree| {
            tree.remove("arch/riscv/include/asm/compat.h");
        },
        sites: &["riscv32.compat"],
    },
    Case {
        finding: "call-removed openat",
        mirror: "call-added openat",
        before: None,
        change: |tree| {
            tree.replace(X86_64, "257\tcommon\topenat\t\t\tsys_openat\n", "");
        },
        sites: &["x32 openat 0x40000101@fs/open.c:2 → -", "x86_64 openat 257@fs/open.c:2 → -"],
    },
    Case {
        finding: "call-unimplemented openat: -> ni",
        mirror: "call-implemented openat: ni ->",
        before: None,
        change: |tree| {
            tree.replace(X86_64, "sys_openat", "sys_ni_syscall");
        },
        sites: &[
            "x32 openat 0x40000101@fs/open.c:2 → 0x40000101@arch/x86/entry/syscalls/syscall_64.tbl:16",
            "x86_64 openat 257@fs/open.c:2 → 257@arch/x86/entry/syscalls/syscall_64.tbl:16",
        ],
    },
    Case {
        finding: "call-renumbered exit",
        mirror: "call-renumbered exit",
        before: None,
        change: |tree| {
            tree.replace(X86_64, "60\tcommon\texit", "61\tcommon\texit");
        },
        sites: &[
            "x32 exit 0x4000003c@arch/x86/entry/syscalls/syscall_64.tbl:9 → \
             0x4000003d@arch/x86/entry/syscalls/syscall_64.tbl:9",
            "x86_64 exit 60@arch/x86/entry/syscalls/syscall_64.tbl:9 → 61@arch/x86/entry/syscalls/syscall_64.tbl:9",
        ],
    },
    Case {
        finding: "number-reused stat: stat -> lchown",
        mirror: "number-reused lchown: lchown -> stat",
        before: None,
        change: |tree| {
            tree.replace(X86_64, "4\tcommon\tstat\t\t\tsys_newstat", "4\tcommon\tlchown\t\t\tsys_lchown");
        },
        sites: &[
            "x32 stat 0x40000004@arch/x86/entry/syscalls/syscall_64.tbl:3 → \
             0x40000004@arch/x86/entry/syscalls/syscall_64.tbl:3",
            "x86_64 stat 4@arch/x86/entry/syscalls/syscall_64.tbl:3 → 4@arch/x86/entry/syscalls/syscall_64.tbl:3",
        ],
    },
    Case {
        finding: "call-renamed stat: stat -> newstat",
        mirror: "call-renamed newstat: newstat -> stat",
        before: None,
        change: |tree| {
            tree.replace(X86_64, "4\tcommon\tstat", "4\tcommon\tnewstat");
        },
        sites: &[
            "x32 stat 0x40000004@arch/x86/entry/syscalls/syscall_64.tbl:3 → \
             0x40000004@arch/x86/entry/syscalls/syscall_64.tbl:3",
            "x86_64 stat 4@arch/x86/entry/syscalls/syscall_64.tbl:3 → 4@arch/x86/entry/syscalls/syscall_64.tbl:3",
        ],
    },
    Case {
        finding: "alias-removed shmat: osf_shmat ->",
        mirror: "alias-added shmat: -> osf_shmat",
        before: None,
        change: |tree| {
            tree.replace("arch/alpha/include/uapi/asm/unistd.h", "#define __NR_osf_shmat\t__NR_shmat\n", "");
        },
        sites: &[
            "alpha shmat 209@arch/alpha/kernel/syscalls/syscall.tbl:12 → 209@arch/alpha/kernel/syscalls/syscall.tbl:12",
        ],
    },
    Case {
        finding: "number-removed create_module: ni ->",
        mirror: "number-added create_module: -> ni",
        before: None,
        change: |tree| {
            tree.replace(X86_64, "174\t64\tcreate_module\n", "");
        },
        sites: &["x86_64 create_module 174@arch/x86/entry/syscalls/syscall_64.tbl:13 → -"],
    },
    Case {
        finding: "absence-changed uselib: no_definition -> ni",
        mirror: "absence-changed uselib: ni -> no_definition",
        before: None,
        // Its definition went before its row did.
        change: |tree| {
            tree.replace("arch/x86/entry/syscalls/syscall_32.tbl", "sys_uselib", "sys_ni_syscall");
        },
        sites: &[
            "i386 uselib 86@arch/x86/entry/syscalls/syscall_32.tbl:7 → 86@arch/x86/entry/syscalls/syscall_32.tbl:7",
            "i386.compat uselib 86@arch/x86/entry/syscalls/syscall_32.tbl:7 → \
             86@arch/x86/entry/syscalls/syscall_32.tbl:7",
        ],
    },
    Case {
        finding: "entry-changed getpid: sys_getpid -> sys_getpid_ns",
        mirror: "entry-changed getpid: sys_getpid_ns -> sys_getpid",
        before: None,
        change: |tree| {
            tree.replace(X86_64, "sys_getpid", "sys_getpid_ns");
            tree.append("kernel/calls.c", "SYSCALL_DEFINE0(getpid_ns)\n{\n}\n");
        },
        // A kernel tells events of its native table alone, and x32 runs beside it.
        sites: &[
            "x32 getpid 0x40000027@arch/x86/entry/syscalls/syscall_64.tbl:6 → \
             0x40000027@arch/x86/entry/syscalls/syscall_64.tbl:6 \
             (symbol __x64_sys_getpid → __x64_sys_getpid_ns)",
            "x86_64 getpid 39@arch/x86/entry/syscalls/syscall_64.tbl:6 → 39@arch/x86/entry/syscalls/syscall_64.tbl:6 \
             (symbol __x64_sys_getpid → __x64_sys_getpid_ns) (event getpid → getpid_ns)",
        ],
    },
    Case {
        finding: "params-reordered lseek: fd, offset, whence -> fd, whence, offset",
        mirror: "params-reordered lseek: fd, whence, offset -> fd, offset, whence",
        before: None,
        change: |tree| {
            tree.replace(
                "fs/read_write.c",
                "off_t, offset, unsigned int, whence",
                "unsigned int, whence, off_t, offset",
            );
        },
        sites: &[
            "aarch64 lseek 62@fs/read_write.c:13 → 62@fs/read_write.c:13",
            "riscv64 lseek 62@fs/read_write.c:13 → 62@fs/read_write.c:13",
        ],
    },
    Case {
        finding: "params-replaced cacheflush: void __user *addr, unsigned long bytes, int cache -> \
                  unsigned int op, struct range __user *ranges",
        mirror: "params-replaced cacheflush: unsigned int op, struct range __user *ranges -> \
                 void __user *addr, unsigned long bytes, int cache",
        before: None,
        change: |tree| {
            tree.replace(
                "arch/csky/kernel/syscall.c",
                "SYSCALL_DEFINE3(cacheflush, void __user *, addr, unsigned long, bytes, int, cache)",
                "SYSCALL_DEFINE2(cacheflush, unsigned int, op, struct range __user *, ranges)",
            );
        },
        sites: &["csky cacheflush 245@arch/csky/kernel/syscall.c:4 → 245@arch/csky/kernel/syscall.c:4"],
    },
    Case {
        finding: "param-removed bpf parameter 5: unsigned int size_common ->",
        mirror: "param-added bpf parameter 5: -> unsigned int size_common",
        before: None,
        change: |tree| {
            tree.replace("kernel/calls.c", "SYSCALL_DEFINE5(bpf,", "SYSCALL_DEFINE4(bpf,");
            tree.replace("kernel/calls.c", "uattr_common, unsigned int, size_common)", "uattr_common)");
        },
        sites: &[
            "x32 bpf 0x40000141@kernel/calls.c:55 → 0x40000141@kernel/calls.c:55",
            "x86_64 bpf 321@kernel/calls.c:55 → 321@kernel/calls.c:55",
        ],
    },
    Case {
        finding: "param-narrowed readv fd: unsigned long -> unsigned int",
        mirror: "param-widened readv fd: unsigned int -> unsigned long",
        before: None,
        // x32 has words of 64 bits, which its `long` has not.
        change: |tree| {
            tree.replace(
                "fs/read_write.c",
                "SYSCALL_DEFINE3(readv, unsigned long, fd",
                "SYSCALL_DEFINE3(readv, unsigned int, fd",
            );
        },
        sites: &["x32 readv 0x40000203@fs/read_write.c:10 → 0x40000203@fs/read_write.c:10"],
    },
    Case {
        finding: "param-sign-changed bpf cmd: int -> unsigned int",
        mirror: "param-sign-changed bpf cmd: unsigned int -> int",
        before: None,
        change: |tree| {
            tree.replace("kernel/calls.c", "bpf, int, cmd", "bpf, unsigned int, cmd");
        },
        sites: &[
            "x32 bpf 0x40000141@kernel/calls.c:55 → 0x40000141@kernel/calls.c:55",
            "x86_64 bpf 321@kernel/calls.c:55 → 321@kernel/calls.c:55",
        ],
    },
    Case {
        finding: "param-became-pointer set_thread_area addr: unsigned long -> void __user *",
        mirror: "param-became-integer set_thread_area addr: void __user * -> unsigned long",
        before: None,
        change: |tree| {
            tree.replace(
                "arch/csky/kernel/syscall.c",
                "set_thread_area, unsigned long, addr",
                "set_thread_area, void __user *, addr",
            );
        },
        sites: &["csky set_thread_area 244@arch/csky/kernel/syscall.c:1 → 244@arch/csky/kernel/syscall.c:1"],
    },
    Case {
        finding: "pointee-changed statfs buf: struct statfs __user * -> struct statx __user *",
        mirror: "pointee-changed statfs buf: struct statx __user * -> struct statfs __user *",
        before: None,
        change: |tree| {
            tree.replace("fs/calls.c", "struct statfs __user *, buf", "struct statx __user *, buf");
        },
        sites: &[
            "aarch64 statfs 43@fs/calls.c:17 → 43@fs/calls.c:17",
            "riscv64 statfs 43@fs/calls.c:17 → 43@fs/calls.c:17",
        ],
    },
    Case {
        finding: "words-changed pread64 pos: words 3 and 4, high half first -> words 3 and 4, low half first",
        mirror: "words-changed pread64 pos: words 3 and 4, low half first -> words 3 and 4, high half first",
        before: None,
        // The halves keep their names; each stands where the other stood.
        change: |tree| {
            tree.replace(
                "arch/parisc/kernel/sys_parisc.c",
                "size_t count,\n\t\t\t\t  unsigned int high, unsigned int low",
                "size_t count,\n\t\t\t\t  unsigned int low, unsigned int high",
            );
        },
        sites: &[
            "parisc pread64 108@arch/parisc/kernel/sys_parisc.c:1 → 108@arch/parisc/kernel/sys_parisc.c:1",
            "parisc.compat pread64 108@arch/parisc/kernel/sys_parisc.c:1 → 108@arch/parisc/kernel/sys_parisc.c:1",
        ],
    },
    Case {
        finding: "param-retyped readv vlen: unsigned long -> size_t",
        mirror: "param-retyped readv vlen: size_t -> unsigned long",
        before: None,
        change: |tree| {
            tree.replace("fs/read_write.c", "unsigned long, vlen", "size_t, vlen");
        },
        sites: &["x32 readv 0x40000203@fs/read_write.c:10 → 0x40000203@fs/read_write.c:10"],
    },
    Case {
        finding: "param-split fadvise64_64 offset: loff_t offset -> u32 offset_lo, u32 offset_hi",
        mirror: "param-joined fadvise64_64 offset: u32 offset_lo, u32 offset_hi -> loff_t offset",
        before: None,
        // csky passes it in two words, wherever these begin, and has one byte order.
        change: |tree| {
            tree.replace(
                "arch/csky/kernel/syscall.c",
                "SYSCALL_DEFINE4(csky_fadvise64_64, int, fd, int, advice, loff_t, offset,",
                "SYSCALL_DEFINE5(csky_fadvise64_64, int, fd, int, advice, SC_ARG64(offset),",
            );
        },
        sites: &["csky fadvise64_64 223@arch/csky/kernel/syscall.c:11 → 223@arch/csky/kernel/syscall.c:11"],
    },
    Case {
        finding: "param-renamed statfs: pathname -> path",
        mirror: "param-renamed statfs: path -> pathname",
        before: None,
        change: |tree| {
            tree.replace(
                "fs/calls.c",
                "SYSCALL_DEFINE2(statfs, const char __user *, pathname",
                "SYSCALL_DEFINE2(statfs, const char __user *, path",
            );
        },
        sites: &[
            "aarch64 statfs 43@fs/calls.c:17 → 43@fs/calls.c:17",
            "riscv64 statfs 43@fs/calls.c:17 → 43@fs/calls.c:17",
        ],
    },
    Case {
        finding: "padding-removed fadvise64_64 word 1: u32 __pad ->",
        mirror: "padding-added fadvise64_64 word 1: -> u32 __pad",
        before: Some(|tree| {
            tree.replace(
                "arch/hexagon/kernel/syscalltab.c",
                "SYSCALL_DEFINE6(hexagon_fadvise64_64, int, fd, int, advice, SC_ARG64(offset), SC_ARG64(len))",
                "SYSCALL_DEFINE4(hexagon_fadvise64_64, int, fd, u32, __pad, loff_t, offset, loff_t, len)",
            );
        }),
        // A pair begins at an even word there, so that word 1 stays free with and without it.
        change: |tree| {
            tree.replace(
                "arch/hexagon/kernel/syscalltab.c",
                "SYSCALL_DEFINE4(hexagon_fadvise64_64, int, fd, u32, __pad,",
                "SYSCALL_DEFINE3(hexagon_fadvise64_64, int, fd,",
            );
        },
        sites: &[
            "hexagon fadvise64_64 223@arch/hexagon/kernel/syscalltab.c:6 → 223@arch/hexagon/kernel/syscalltab.c:6",
        ],
    },
    Case {
        finding: "const-removed readv vec: const struct iovec __user * -> struct iovec __user *",
        mirror: "const-added readv vec: struct iovec __user * -> const struct iovec __user *",
        before: None,
        change: |tree| {
            tree.replace("fs/read_write.c", "const struct iovec", "struct iovec");
        },
        sites: &["x32 readv 0x40000203@fs/read_write.c:10 → 0x40000203@fs/read_write.c:10"],
    },
    Case {
        finding: "config-narrowed: always -> CONFIG_OLD_MMAP",
        mirror: "config-widened: CONFIG_OLD_MMAP -> always",
        before: Some(|tree| {
            tree.append("Kconfig", "\nconfig OLD_MMAP\n\tbool \"an mmap of one argument\"\n");
        }),
        change: |tree| {
            tree.replace("mm/calls.c", "SYSCALL_DEFINE1(old_mmap", "#ifdef CONFIG_OLD_MMAP\nSYSCALL_DEFINE1(old_mmap");
            tree.replace("mm/calls.c", "SYSCALL_DEFINE1(memfd_secret", "#endif\nSYSCALL_DEFINE1(memfd_secret");
        },
        sites: &[
            "arm_oabi mmap 0x90005a@mm/calls.c:5 → 0x90005a@mm/calls.c:6",
            "arm_oabi.compat mmap 0x90005a@mm/calls.c:5 → 0x90005a@mm/calls.c:6",
            "i386 mmap 90@mm/calls.c:5 → 90@mm/calls.c:6",
            "s390x mmap 90@mm/calls.c:5 → 90@mm/calls.c:6",
        ],
    },
    Case {
        finding: "config-changed: CONFIG_X86_USER_SHADOW_STACK -> CONFIG_IA32_EMULATION",
        mirror: "config-changed: CONFIG_IA32_EMULATION -> CONFIG_X86_USER_SHADOW_STACK",
        before: None,
        change: |tree| {
            tree.replace("arch/x86/kernel/Makefile", "CONFIG_X86_USER_SHADOW_STACK", "CONFIG_IA32_EMULATION");
        },
        sites: &["x86_64 map_shadow_stack 453@arch/x86/kernel/shstk.c:1 → 453@arch/x86/kernel/shstk.c:1"],
    },
    Case {
        finding: "symbol-renamed: __x64_compat_sys_* -> __x32_compat_sys_*",
        mirror: "symbol-renamed: __x32_compat_sys_* -> __x64_compat_sys_*",
        before: None,
        // So it was before 5.16.
        change: |tree| {
            tree.replace(
                X86_WRAPPER,
                "#define X32(stub, name) stub(x64, name)",
                "#define X32(stub, name) stub(x32, name)",
            );
        },
        sites: &[
            "x32 ioctl 0x40000202@fs/calls.c:29 → 0x40000202@fs/calls.c:29",
            "x32 rt_sigaction 0x40000200@kernel/calls.c:25 → 0x40000200@kernel/calls.c:25",
        ],
    },
    Case {
        finding: "entry-takes-registers: arguments -> registers",
        mirror: "entry-takes-arguments: registers -> arguments",
        before: Some(|tree| {
            let plain = "#define PLAIN(abi, name) long __##abi##_##name(long first) { return __se_##name(first); }\n";
            tree.replace(X86_WRAPPER, "#define STUB0(", &format!("{plain}#define STUB0("));
            tree.replace(X86_WRAPPER, OF_COMPAT, &OF_COMPAT.replace("STUB", "PLAIN"));
        }),
        change: |tree| {
            tree.replace(X86_WRAPPER, &OF_COMPAT.replace("STUB", "PLAIN"), OF_COMPAT);
        },
        sites: COMPAT_OF_X86,
    },
    Case {
        finding: "event-removed",
        mirror: "event-added",
        before: None,
        change: |tree| {
            tree.replace("arch/sparc/Kconfig", "\tselect HAVE_SYSCALL_TRACEPOINTS\n", "");
        },
        // Not `exit`, which is assembly there, and not the programs of 32 bits.
        sites: &[
            "sparc64 read 3@fs/read_write.c:2 → 3@fs/read_write.c:2 (event read → none)",
            "sparc64 restart_syscall 0@kernel/calls.c:10 → 0@kernel/calls.c:10 (event restart_syscall → none)",
            "sparc64 sendfile 39@fs/read_write.c:23 → 39@fs/read_write.c:23 (event sendfile64 → none)",
            "sparc64 sendfile64 140@fs/read_write.c:23 → 140@fs/read_write.c:23 (event sendfile64 → none)",
        ],
    },
    Case {
        finding: "event-renamed mmap2: mmap_pgoff -> mmap_pages",
        mirror: "event-renamed mmap2: mmap_pages -> mmap_pgoff",
        // What stands in arm's table is assembly, and the kernel is told whose event it has.
        before: Some(|tree| {
            let header = "#define ARCH_HAS_SYSCALL_MATCH_SYM_NAME\n\
                          static inline bool arch_syscall_match_sym_name(const char *sym, const char *name)\n{\n\
                          \tif (!strcmp(sym, \"sys_mmap2\"))\n\t\tsym = \"sys_mmap_pgoff\";\n\
                          \treturn !strcmp(sym, name);\n}\n";
            tree.write("arch/arm/include/asm/ftrace.h", header);
            let pages = "SYSCALL_DEFINE6(mmap_pages, unsigned long, addr, unsigned long, len, unsigned long, prot,\n\
                         \t\tunsigned long, flags, unsigned long, fd, unsigned long, pgoff)\n{\n}\n";
            tree.append("mm/calls.c", pages);
        }),
        change: |tree| {
            tree.replace("arch/arm/include/asm/ftrace.h", "\"sys_mmap_pgoff\"", "\"sys_mmap_pages\"");
        },
        sites: &[
            "arm mmap2 192@arch/arm/kernel/entry.S:3 → 192@arch/arm/kernel/entry.S:3",
            "arm_oabi mmap2 0x9000c0@arch/arm/kernel/entry.S:3 → 0x9000c0@arch/arm/kernel/entry.S:3",
        ],
    },
    Case {
        finding: "companion-removed: __do_compat_sys_* ->",
        mirror: "companion-added: -> __do_compat_sys_*",
        before: None,
        change: |tree| {
            tree.replace(
                X86_WRAPPER,
                "\tstatic __always_inline long __do_compat_sys_##name(type arg)",
                "\tstatic __always_inline long body_of_##name(type arg)",
            );
        },
        sites: COMPAT_OF_X86,
    },
    Case {
        finding: "companion-renamed: __do_compat_sys_* -> __do_sys_compat_*",
        mirror: "companion-renamed: __do_sys_compat_* -> __do_compat_sys_*",
        before: None,
        change: |tree| {
            tree.replace(X86_WRAPPER, "long __do_compat_sys_##name(type arg)", "long __do_sys_compat_##name(type arg)");
        },
        sites: COMPAT_OF_X86,
    },
    Case {
        finding: "companion-hidden __do_compat_sys_*: static -> inline",
        mirror: "companion-exposed __do_compat_sys_*: inline -> static",
        before: Some(|tree| {
            tree.replace(X86_WRAPPER, "static __always_inline long __do_compat_sys_", "static long __do_compat_sys_");
        }),
        change: |tree| {
            tree.replace(
                X86_WRAPPER,
                "static long __do_compat_sys_##name(type arg)",
                "static inline long __do_compat_sys_##name(type arg)",
            );
        },
        sites: COMPAT_OF_X86,
    },
    Case {
        finding: "definition-changed getxpid: SYSCALL_DEFINE -> function",
        mirror: "definition-changed getxpid: function -> SYSCALL_DEFINE",
        before: None,
        change: |tree| {
            tree.replace("arch/alpha/kernel/osf.c", "SYSCALL_DEFINE0(getxpid)", "asmlinkage long sys_getxpid(void)");
        },
        sites: &["alpha getxpid 20@arch/alpha/kernel/osf.c:1 → 20@arch/alpha/kernel/osf.c:1"],
    },
    Case {
        finding: "definition-moved: kernel/calls.c -> ipc/shm.c",
        mirror: "definition-moved: ipc/shm.c -> kernel/calls.c",
        before: None,
        change: |tree| {
            let shmat = "SYSCALL_DEFINE3(shmat, int, shmid, char __user *, shmaddr, int, shmflg)\n{\n}\n";
            tree.replace("kernel/calls.c", shmat, "").write("ipc/shm.c", shmat);
            tree.write("ipc/Makefile", "obj-y := shm.o\n").replace("Kbuild", "kernel/ mm/ fs/", "kernel/ ipc/ mm/ fs/");
        },
        sites: &["alpha shmat 209@kernel/calls.c:65 → 209@ipc/shm.c:1"],
    },
    Case {
        finding: "struct-shrank asm/stat_probe.h struct probe_grown second: 8 bytes -> 4 bytes",
        mirror: "struct-grew asm/stat_probe.h struct probe_grown second: 4 bytes -> 8 bytes",
        before: None,
        change: |tree| {
            tree.replace(
                PROBE,
                "struct probe_grown {\n\tunsigned int first;\n\tunsigned int second;",
                "struct probe_grown {\n\tunsigned int first;",
            );
        },
        sites: &["i386", "x32", "x86_64"],
    },
    Case {
        finding: "fields-moved asm/stat_probe.h struct probe_moved first: at 0 -> at 4",
        mirror: "fields-moved asm/stat_probe.h struct probe_moved first: at 4 -> at 0",
        before: None,
        change: |tree| {
            tree.replace(
                PROBE,
                "\tunsigned int first;\n\tunsigned int __pad;\n",
                "\tunsigned int __pad;\n\tunsigned int first;\n",
            );
        },
        sites: &["i386", "x32", "x86_64"],
    },
    Case {
        finding: "field-cut-out asm/stat_probe.h struct probe_cut second: unsigned int at 4 ->",
        mirror: "field-inserted asm/stat_probe.h struct probe_cut second: -> unsigned int at 4",
        before: None,
        change: |tree| {
            tree.replace(PROBE, "\tunsigned int second;\n\tchar name[8];", "\tchar name[8];");
        },
        sites: &[
            "i386 (size 16 → 12) (offsets name 8 → name 4)",
            "x32 (size 16 → 12) (offsets name 8 → name 4)",
            "x86_64 (size 16 → 12) (offsets name 8 → name 4)",
        ],
    },
    Case {
        finding: "field-resized asm/stat_probe.h struct probe_sized name: char[16] -> char[24]",
        mirror: "field-resized asm/stat_probe.h struct probe_sized name: char[24] -> char[16]",
        before: None,
        change: |tree| {
            tree.replace(PROBE, "name[16]", "name[24]");
        },
        sites: &[
            "i386 (size 20 → 28) (offsets last 16 → last 24)",
            "x32 (size 20 → 28) (offsets last 16 → last 24)",
            "x86_64 (size 20 → 28) (offsets last 16 → last 24)",
        ],
    },
    Case {
        finding: "constant-changed asm/fcntl.h O_PROBE: 16 -> 64",
        mirror: "constant-changed asm/fcntl.h O_PROBE: 64 -> 16",
        before: None,
        change: |tree| {
            tree.replace(FCNTL, "O_PROBE 16", "O_PROBE 64");
        },
        sites: &["i386", "x32", "x86_64"],
    },
    Case {
        finding: "constant-removed asm/fcntl.h O_PROBE: 16 ->",
        mirror: "constant-added asm/fcntl.h O_PROBE: -> 16",
        before: None,
        change: |tree| {
            tree.replace(FCNTL, "#define O_PROBE 16\n", "");
        },
        sites: &["i386", "x32", "x86_64"],
    },
    Case {
        finding: "request-changed asm/stat_probe.h PROBE_PASS: struct probe_moved -> struct probe_sort",
        mirror: "request-changed asm/stat_probe.h PROBE_PASS: struct probe_sort -> struct probe_moved",
        before: None,
        change: |tree| {
            tree.replace(PROBE, "1, struct probe_moved)", "1, struct probe_sort)");
        },
        sites: &["i386", "x32", "x86_64"],
    },
    Case {
        finding: "request-renumbered asm/stat_probe.h PROBE_PASS: 1074556929 -> 1074556930",
        mirror: "request-renumbered asm/stat_probe.h PROBE_PASS: 1074556930 -> 1074556929",
        before: None,
        change: |tree| {
            tree.replace(PROBE, "_IOW('p', 1,", "_IOW('p', 2,");
        },
        sites: &["i386", "x32", "x86_64"],
    },
    Case {
        finding: "other-constant-changed asm/stat_probe.h PROBE_LEVEL: 3 -> 4",
        mirror: "other-constant-changed asm/stat_probe.h PROBE_LEVEL: 4 -> 3",
        before: None,
        change: |tree| {
            tree.replace(PROBE, "LEVEL 3", "LEVEL 4");
        },
        sites: &["i386", "x32", "x86_64"],
    },
    Case {
        finding: "field-reinterpreted asm/stat_probe.h struct probe_sort value: unsigned int -> int",
        mirror: "field-reinterpreted asm/stat_probe.h struct probe_sort value: int -> unsigned int",
        before: None,
        change: |tree| {
            tree.replace(PROBE, "struct probe_sort {\n\tunsigned int value;", "struct probe_sort {\n\tint value;");
        },
        sites: &["i386", "x32", "x86_64"],
    },
    Case {
        finding: "field-uses-padding asm/stat_probe.h struct probe_padded flags: -> unsigned int at 4",
        mirror: "field-became-padding asm/stat_probe.h struct probe_padded flags: unsigned int at 4 ->",
        before: None,
        change: |tree| {
            tree.replace(
                PROBE,
                "\tunsigned int __reserved[3];",
                "\tunsigned int flags;\n\tunsigned int __reserved[2];",
            );
        },
        sites: &["i386", "x32", "x86_64"],
    },
    Case {
        finding: "field-removed asm/stat_probe.h struct probe_choice other: unsigned int at 0 ->",
        mirror: "field-added asm/stat_probe.h struct probe_choice other: -> unsigned int at 0",
        before: None,
        change: |tree| {
            tree.replace(PROBE, "\t\tunsigned int other;\n", "");
        },
        sites: &["i386", "x32", "x86_64"],
    },
    Case {
        finding: "field-became-flexible asm/stat_probe.h struct probe_tail values: unsigned int[1] -> unsigned int[]",
        mirror: "field-became-fixed asm/stat_probe.h struct probe_tail values: unsigned int[] -> unsigned int[1]",
        before: None,
        change: |tree| {
            tree.replace(PROBE, "values[1]", "values[]");
        },
        sites: &["i386 (size 8 → 4)", "x32 (size 8 → 4)", "x86_64 (size 8 → 4)"],
    },
    Case {
        finding: "struct-realigned asm/stat_probe.h struct probe_aligned: to 4 -> to 16",
        mirror: "struct-realigned asm/stat_probe.h struct probe_aligned: to 16 -> to 4",
        before: None,
        change: |tree| {
            tree.replace(PROBE, "values[4];\n}", "values[4];\n} __attribute__((aligned(16)))");
        },
        sites: &["i386", "x32", "x86_64"],
    },
    Case {
        finding: "struct-removed asm/stat_probe.h struct probe_lone: 4 bytes ->",
        mirror: "struct-added asm/stat_probe.h struct probe_lone: -> 4 bytes",
        before: None,
        change: |tree| {
            tree.replace(PROBE, "struct probe_lone {\n\tunsigned int value;\n};\n", "");
        },
        sites: &["i386", "x32", "x86_64"],
    },
    Case {
        finding: "field-renamed asm/stat_probe.h struct probe_sort: old_name -> new_name",
        mirror: "field-renamed asm/stat_probe.h struct probe_sort: new_name -> old_name",
        before: None,
        change: |tree| {
            tree.replace(PROBE, "old_name", "new_name");
        },
        sites: &["i386", "x32", "x86_64"],
    },
    Case {
        finding: "struct-extended asm/stat_probe.h struct clone_args pidfd: 8 bytes -> 16 bytes",
        mirror: "struct-cut-back asm/stat_probe.h struct clone_args pidfd: 16 bytes -> 8 bytes",
        before: None,
        change: |tree| {
            tree.replace(
                PROBE,
                "\tunsigned long long flags;\n",
                "\tunsigned long long flags;\n\tunsigned long long pidfd;\n",
            );
        },
        sites: &["i386", "x32", "x86_64"],
    },
    Case {
        finding: "other-constant-removed asm/stat_probe.h PROBE_WORDS: 8 ->",
        mirror: "other-constant-added asm/stat_probe.h PROBE_WORDS: -> 8",
        before: None,
        change: |tree| {
            tree.replace(PROBE, "#define PROBE_WORDS 8\n", "");
        },
        sites: &["i386", "x32", "x86_64"],
    },
    Case {
        finding: "bound-changed asm/stat_probe.h PROBE_MAX: 7 -> 8",
        mirror: "bound-changed asm/stat_probe.h PROBE_MAX: 8 -> 7",
        before: None,
        change: |tree| {
            tree.replace(PROBE, "PROBE_MAX 7", "PROBE_MAX 8");
        },
        sites: &["i386", "x32", "x86_64"],
    },
    Case {
        finding: "field-retyped asm/stat_probe.h struct probe_sort id: unsigned int -> probe_id",
        mirror: "field-retyped asm/stat_probe.h struct probe_sort id: probe_id -> unsigned int",
        before: None,
        change: |tree| {
            tree.replace(PROBE, "\tunsigned int id;", "\tprobe_id id;");
        },
        sites: &["i386", "x32", "x86_64"],
    },
    Case {
        finding: "struct-moved struct probe_home: asm/stat_probe.h -> asm/stat_homes.h",
        mirror: "struct-moved struct probe_home: asm/stat_homes.h -> asm/stat_probe.h",
        before: None,
        change: |tree| {
            let home = "struct probe_home {\n\tunsigned int value;\n};\n";
            tree.replace(PROBE, home, "").write("arch/x86/include/uapi/asm/stat_homes.h", home);
        },
        sites: &["i386", "x32", "x86_64"],
    },
    Case {
        finding: "constant-moved PROBE_SHARE: asm/stat_probe.h -> asm/stat_homes.h",
        mirror: "constant-moved PROBE_SHARE: asm/stat_homes.h -> asm/stat_probe.h",
        before: None,
        change: |tree| {
            let share = "#define PROBE_SHARE 5\n";
            tree.replace(PROBE, share, "").write("arch/x86/include/uapi/asm/stat_homes.h", share);
        },
        sites: &["i386", "x32", "x86_64"],
    },
    Case {
        finding: "constant-retyped asm/stat_probe.h PROBE_HINT: int -> unsigned int",
        mirror: "constant-retyped asm/stat_probe.h PROBE_HINT: unsigned int -> int",
        before: None,
        change: |tree| {
            tree.replace(PROBE, "HINT 2", "HINT 2U");
        },
        sites: &["i386", "x32", "x86_64"],
    },
    Case {
        finding: "struct-redeclared asm/stat_probe.h struct probe_spare: __pad unsigned int at 4 -> __pad unsigned short[2] at 4",
        mirror: "struct-redeclared asm/stat_probe.h struct probe_spare: __pad unsigned short[2] at 4 -> __pad unsigned int at 4",
        before: None,
        change: |tree| {
            tree.replace(
                PROBE,
                "struct probe_spare {\n\tunsigned int value;\n\tunsigned int __pad;",
                "struct probe_spare {\n\tunsigned int value;\n\tunsigned short __pad[2];",
            );
        },
        sites: &["i386", "x32", "x86_64"],
    },
];

/// The calls of which x86 makes a function of their own for programs of 32 bits.
const COMPAT_OF_X86: &[&str] = &[
    "i386.compat ioctl 54@fs/calls.c:29 → 54@fs/calls.c:29",
    "i386.compat mmap 90@arch/x86/kernel/sys_ia32.c:3 → 90@arch/x86/kernel/sys_ia32.c:3",
    "i386.compat open 5@fs/open.c:15 → 5@fs/open.c:15",
    "i386.compat openat 295@fs/open.c:8 → 295@fs/open.c:8",
    "i386.compat stat 106@fs/calls.c:8 → 106@fs/calls.c:8",
    "x32 ioctl 0x40000202@fs/calls.c:29 → 0x40000202@fs/calls.c:29",
    "x32 rt_sigaction 0x40000200@kernel/calls.c:25 → 0x40000200@kernel/calls.c:25",
];

#[test]
fn each_rule_finds_its_change_alone_and_its_mirror_the_other_way_round() {
    let data = data();
    let fixture = Compared::read(&data, &fixture("kernel").display().to_string());
    let mut wrong = Vec::new();
    for case in CASES {
        let tree = Tree::of("kernel");
        let extended = case.before.map(|before| {
            before(&tree);
            Compared::read(&data, &tree.spec())
        });
        (case.change)(&tree);
        let (old, new) = (extended.as_ref().unwrap_or(&fixture), Compared::read(&data, &tree.spec()));
        let (there, back) = (found(&data, old, &new), found(&data, &new, old));
        if there.findings.len() != 1 || back.findings.len() != 1 {
            wrong.push(format!("{}: {:#?}, {:#?}", case.finding, fingerprints(&there), fingerprints(&back)));
            continue;
        }
        check(case, &there.findings[0], &back.findings[0], &mut wrong);
        let unknown = [&there, &back].map(|judged| judged.unknown.len());
        if unknown != [0, 0] {
            wrong.push(format!("{}: parameters stay unknown: {unknown:?}", case.finding));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The one finding is the expected one, where it is expected; from the other end it is the same, seen from there.
fn check(case: &Case, there: &Finding, back: &Finding, wrong: &mut Vec<String>) {
    let mut expect = |what: &str, found: &dyn std::fmt::Debug, expected: &dyn std::fmt::Debug| {
        let (found, expected) = (format!("{found:#?}"), format!("{expected:#?}"));
        if found != expected {
            wrong.push(format!("{}: {what} is {found}\nnot {expected}", case.finding));
        }
    };
    expect("the finding", &there.fingerprint, &case.finding);
    expect("the mirror", &back.fingerprint, &case.mirror);
    expect("the mirror's rule", &back.rule.kind, &there.rule.mirror);
    expect("where it is", &sites(&there.change.sites), &case.sites);
    let mut seen_back = there.change.sites.clone();
    seen_back.iter_mut().for_each(|site| turn(site, &back.change.subject));
    expect("where the mirror is", &sites(&back.change.sites), &sites(&seen_back));
    expect("what was", &back.change.new, &there.change.old);
    expect("what is", &back.change.old, &there.change.new);
    expect("the level", &there.level, &worse(there.rule.programs, there.rule.tracers));
}

/// A site from the other end. A call of which the two kernels have no name in common has the older one's.
fn turn(site: &mut Site, subject: &Subject) {
    std::mem::swap(&mut site.old, &mut site.new);
    site.follows.iter_mut().for_each(|(_, old, new)| std::mem::swap(old, new));
    if let Subject::Call(call) = subject {
        site.call = call.clone();
    }
}

fn worse(one: Option<Level>, other: Option<Level>) -> Level {
    let worst = Level::ALL.into_iter().find(|level| one == Some(*level) || other == Some(*level));
    worst.expect("a rule has a level for somebody")
}

#[test]
fn every_rule_has_a_case_in_the_order_of_the_rules() {
    let id = |fingerprint: &'static str| fingerprint.split([' ', ':']).next().unwrap_or_default();
    let places: Vec<Option<usize>> =
        CASES.iter().map(|case| RULES.iter().position(|rule| rule.id == id(case.finding))).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted_by(|a, b| a < b), "{places:?}");
    let tested: BTreeSet<&str> = CASES.iter().flat_map(|case| [id(case.finding), id(case.mirror)]).collect();
    let all: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(tested, all);
}

fn found(data: &Data, old: &Compared, new: &Compared) -> Judged {
    judge(old.diff(new, data), Profile::All, &[])
}

fn fingerprints(judged: &Judged) -> Vec<&str> {
    judged.findings.iter().map(|finding| finding.fingerprint.as_str()).collect()
}

fn sites(sites: &[Site]) -> Vec<String> {
    sites.iter().map(site).collect()
}

/// `x86_64 getpid 39@kernel/calls.c:4 → 39@kernel/calls.c:4 (event getpid → none)`; a whole ABI by its name.
fn site(site: &Site) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_string());
    let follows: String =
        site.follows.iter().map(|(what, old, new)| format!(" ({what} {} → {})", text(old), text(new))).collect();
    if site.call.is_empty() {
        return format!("{}{follows}", site.way);
    }
    format!("{} {} {} → {}{follows}", site.way, site.call, spot(&site.old), spot(&site.new))
}

fn spot(spot: &Spot) -> String {
    match (spot.number, &spot.place) {
        (None, None) => "-".to_string(),
        (Some(number), Some(place)) if number > 0xffff => format!("{number:#x}@{place}"),
        (number, place) => format!("{}@{}", number.unwrap_or_default(), place.as_deref().unwrap_or("?")),
    }
}
