//! The tables of each ABI, written by `cargo xtask gen`; this file alone is written by hand.
//!
//! The list below says once which features and targets build an ABI in; everything that follows from that comes out of
//! the macro.

#[rustfmt::skip]
pub(crate) mod abis;
#[cfg(feature = "derive")]
#[rustfmt::skip]
pub(crate) mod catalogue;
#[rustfmt::skip]
pub(crate) mod configs;
#[rustfmt::skip]
pub(crate) mod entries;
#[rustfmt::skip]
pub(crate) mod event_rules;
#[cfg(feature = "constants")]
#[rustfmt::skip]
pub(crate) mod ioctls;
#[cfg(feature = "layouts")]
#[rustfmt::skip]
pub(crate) mod layouts;
#[cfg(feature = "decode")]
#[rustfmt::skip]
#[allow(clippy::identity_op, reason = "what a number is made of is written out")]
#[allow(clippy::large_const_arrays, reason = "statics are made of them, of what the ABIs that are built in need")]
pub(crate) mod meaning;
#[rustfmt::skip]
pub(crate) mod names;
#[rustfmt::skip]
pub(crate) mod params;
#[rustfmt::skip]
#[allow(unused_imports, reason = "which widths parameters have depends on the kernels held")]
pub(crate) mod prototypes;
#[rustfmt::skip]
#[allow(dead_code, reason = "which releases the tables name depends on the ABIs built in")]
pub(crate) mod releases;
#[cfg(feature = "constants")]
#[rustfmt::skip]
#[allow(unused_imports, reason = "which kinds of sets there are depends on the kernels held")]
pub mod sets;
#[rustfmt::skip]
pub(crate) mod types;

use crate::abi::Abi;
use crate::table::Table;

/// `feature module: Variant CONSTANT, the targets on which `native` builds it in;`
macro_rules! abis {
    ($($feature:literal $module:ident: $variant:ident $constant:ident, $native:meta;)*) => {
        $(
            #[cfg(any(feature = "all-abis", feature = $feature, all(feature = "native", $native)))]
            mod $module;
        )*

        /// The tables that are built in, each under the name of its ABI.
        ///
        /// A constant is there under the feature that bears the name of its ABI, under `all-abis`, and under `native`
        /// on the targets that it belongs to.
        pub mod tables {
            $(
                #[cfg(any(feature = "all-abis", feature = $feature, all(feature = "native", $native)))]
                #[cfg_attr(docsrs, doc(cfg(feature = $feature)))]
                #[doc = concat!("The table of [`Abi::", stringify!($variant), "`](crate::Abi::", stringify!($variant), ").")]
                pub const $constant: crate::Table = super::$module::TABLE;
            )*
        }

        pub(crate) const fn table(abi: Abi) -> Option<Table> {
            match abi {
                $(
                    #[cfg(any(feature = "all-abis", feature = $feature, all(feature = "native", $native)))]
                    Abi::$variant => Some($module::TABLE),
                )*
                #[allow(unreachable_patterns, reason = "all ABIs may be built in")]
                _ => None,
            }
        }
    };
}

abis! {
    "aarch64" aarch64: Aarch64 AARCH64, target_arch = "aarch64";
    "alpha" alpha: Alpha ALPHA, any();
    "arc" arc: Arc ARC, any();
    "arm" arm: Arm ARM, any(target_arch = "arm", target_arch = "aarch64");
    "arm_oabi" arm_oabi: ArmOabi ARM_OABI, target_arch = "arm";
    "c6x" c6x: C6x C6X, any();
    "csky" csky: Csky CSKY, target_arch = "csky";
    "h8300" h8300: H8300 H8300, any();
    "hexagon" hexagon: Hexagon HEXAGON, target_arch = "hexagon";
    "i386" i386: I386 I386, any(target_arch = "x86", target_arch = "x86_64");
    "ia64" ia64: Ia64 IA64, any();
    "loongarch32" loongarch32: Loongarch32 LOONGARCH32, any();
    "loongarch64" loongarch64: Loongarch64 LOONGARCH64, target_arch = "loongarch64";
    "m68k" m68k: M68k M68K, target_arch = "m68k";
    "microblaze" microblaze: Microblaze MICROBLAZE, any();
    "mips_n32" mips_n32: MipsN32 MIPS_N32, any(target_arch = "mips64", target_arch = "mips64r6");
    "mips_n64" mips_n64: MipsN64 MIPS_N64, any(target_arch = "mips64", target_arch = "mips64r6");
    "mips_o32" mips_o32: MipsO32 MIPS_O32, any(
        target_arch = "mips",
        target_arch = "mips32r6",
        target_arch = "mips64",
        target_arch = "mips64r6"
    );
    "nds32" nds32: Nds32 NDS32, any();
    "nios2" nios2: Nios2 NIOS2, any();
    "openrisc" openrisc: Openrisc OPENRISC, any();
    "parisc" parisc: Parisc PARISC, any();
    "parisc64" parisc64: Parisc64 PARISC64, any();
    "powerpc" powerpc: Powerpc POWERPC, any(target_arch = "powerpc", target_arch = "powerpc64");
    "powerpc64" powerpc64: Powerpc64 POWERPC64, target_arch = "powerpc64";
    "riscv32" riscv32: Riscv32 RISCV32, any(target_arch = "riscv32", target_arch = "riscv64");
    "riscv64" riscv64: Riscv64 RISCV64, target_arch = "riscv64";
    "s390" s390: S390 S390, target_arch = "s390x";
    "s390x" s390x: S390x S390X, target_arch = "s390x";
    "sh" sh: Sh SH, any();
    "sparc" sparc: Sparc SPARC, any(target_arch = "sparc", target_arch = "sparc64");
    "sparc64" sparc64: Sparc64 SPARC64, target_arch = "sparc64";
    "x32" x32: X32 X32, target_arch = "x86_64";
    "x86_64" x86_64: X86_64 X86_64, target_arch = "x86_64";
    "xtensa" xtensa: Xtensa XTENSA, target_arch = "xtensa";
}
