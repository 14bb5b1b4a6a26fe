//! The ABIs as compilers and the kernel's build know them, written apart from `data/`.

/// How many ABIs each of these releases has; others are compared too, but nobody counted theirs.
pub const COUNTED: [(&str, usize); 5] = [("5.10", 33), ("6.1", 31), ("6.12", 30), ("7.2", 30), ("7.3", 30)];

/// An ABI, as compilers and the kernel's build know it.
pub struct Abi {
    /// Canonical name.
    pub name: &'static str,
    /// The folder of `arch/` that has its headers.
    pub arch: &'static str,
    /// What a compiler for it defines by itself.
    pub predefined: &'static [&'static str],
    /// What its numbers start at, in headers but not in every table.
    pub base: u64,
    /// How a kernel whose native ABI it is is entered.
    pub native: Way,
    /// The same for a kernel that serves it beside another.
    pub compat: Option<Way>,
    /// The releases that have it: from, and gone by. Of those counted above, that is exact.
    pub alive: (Release, Release),
}

/// A way into the kernel: the table it goes through.
pub struct Way {
    /// The folder of `arch/`, where it is another.
    pub arch: &'static str,
    /// The table that the kernel's build makes, by its name in one release or another. Where there is none, the
    /// architecture's `asm/unistd.h` has the entries beside the numbers.
    pub tables: &'static [&'static str],
    /// What is defined where the kernel includes that table.
    pub defines: &'static [&'static str],
    /// Which of two entries of a row counts.
    pub second: bool,
    /// Kernel sources that give entries another name after the table.
    pub renames: &'static [&'static str],
}

/// Major and minor number.
pub type Release = (u32, u32);
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

/// Every ABI of some release.
pub const ABIS: [Abi; 35] = [
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
        predefined: &["__arc__", "__LITTLE_ENDIAN__"],
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
        predefined: &["__H8300H__"],
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
    Abi {
        name: "microblaze",
        arch: "microblaze",
        predefined: &["__microblaze__", "__MICROBLAZEEL__", "__LITTLE_ENDIAN__"],
        native: made(ONE),
        ..ABI
    },
    Abi {
        name: "mips_n32",
        arch: "mips",
        predefined: &[
            "__mips__",
            "__mips=64",
            "__mips64",
            "__MIPSEB__",
            "_ABIN32=2",
            "_MIPS_SIM=_ABIN32",
            "_MIPS_SZLONG=32",
        ],
        base: 6000,
        native: made(&["syscall_table_64_n32.h", "syscall_table_n32.h"]),
        ..ABI
    },
    Abi {
        name: "mips_n64",
        arch: "mips",
        predefined: &[
            "__mips__",
            "__mips=64",
            "__mips64",
            "__MIPSEB__",
            "_ABI64=3",
            "_MIPS_SIM=_ABI64",
            "_MIPS_SZLONG=64",
            "__LP64__",
            "_LP64",
        ],
        base: 5000,
        native: made(&["syscall_table_64_n64.h", "syscall_table_n64.h"]),
        ..ABI
    },
    Abi {
        name: "mips_o32",
        arch: "mips",
        predefined: &["__mips__", "__mips=32", "__MIPSEB__", "_ABIO32=1", "_MIPS_SIM=_ABIO32", "_MIPS_SZLONG=32"],
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
        predefined: &["__hppa__", "__hppa", "__BIG_ENDIAN__"],
        native: made(&["syscall_table_32.h"]),
        compat: Some(second("parisc", &["syscall_table_c32.h", "syscall_table_32.h"])),
        ..ABI
    },
    Abi {
        name: "parisc64",
        arch: "parisc",
        predefined: &["__hppa__", "__hppa", "__BIG_ENDIAN__", "__LP64__", "_LP64"],
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
        predefined: &["__powerpc__", "__powerpc64__", "__PPC64__", "__BIG_ENDIAN__", "__LP64__", "_LP64"],
        native: made(&["syscall_table_64.h"]),
        ..ABI
    },
    Abi {
        name: "riscv32",
        arch: "riscv",
        predefined: &["__riscv", "__riscv_xlen=32"],
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
    Abi {
        name: "xtensa",
        arch: "xtensa",
        predefined: &["__xtensa__", "__XTENSA__", "__XTENSA_EL__"],
        native: made(ONE),
        ..ABI
    },
];
