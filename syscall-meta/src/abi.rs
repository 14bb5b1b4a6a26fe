//! What a user program sees of a kernel: names, word sizes, byte orders and number bases of each ABI.
//!
//! The enumeration and its facts are generated from `data/abis.yaml`; this file gives them their methods. Which ABI a
//! call came through, judged by what a kernel shows of it, is answered in `audit.rs`.

use core::fmt;
use core::str::FromStr;

use crate::convention::{Convention, Pairs};
pub use crate::generated::abis::Abi;
use crate::generated::abis::{ALL, FACTS};
use crate::table::Table;

/// What `data/abis.yaml` says of an ABI, as it is generated. None of it is linked in this form: what decoding asks for are
/// integers, which need no relocation, and a program that asks for no register's name has none.
#[derive(Clone, Copy)]
pub(crate) struct Facts {
    pub(crate) name: &'static str,
    pub(crate) aliases: &'static [&'static str],
    pub(crate) long_bits: u8,
    pub(crate) pointer_bits: u8,
    pub(crate) number_base: u32,
    pub(crate) kernel_number_base: u32,
    pub(crate) audit_archs: &'static [AuditArch],
    pub(crate) native_arch: Option<&'static str>,
    pub(crate) compat_archs: &'static [&'static str],
    pub(crate) convention: Convention,
}

/// The integers of an ABI.
#[derive(Clone, Copy)]
struct Sizes {
    long_bits: u8,
    pointer_bits: u8,
    number_base: u32,
    kernel_number_base: u32,
    pairs: Pairs,
    usual_order: ByteOrder,
}

/// Its words.
#[derive(Clone, Copy)]
struct Words {
    name: &'static str,
    aliases: &'static [&'static str],
    native_arch: Option<&'static str>,
    compat_archs: &'static [&'static str],
}

impl Abi {
    /// Every ABI, in the order of their names.
    pub const ALL: &'static [Abi] = &ALL;

    /// The ABI of Linux programs built for this target, or `None` where Linux has none that is known here.
    ///
    /// It follows `target_arch` and `target_pointer_width` alone, so that a library built for a bare-metal or BPF-loading
    /// host has an answer, too.
    pub const fn native() -> Option<Abi> {
        let wide = cfg!(target_pointer_width = "64");
        if cfg!(target_arch = "x86_64") {
            Some(if wide { Abi::X86_64 } else { Abi::X32 })
        } else if cfg!(any(target_arch = "mips64", target_arch = "mips64r6")) {
            Some(if wide { Abi::MipsN64 } else { Abi::MipsN32 })
        } else if cfg!(target_arch = "aarch64") {
            if wide { Some(Abi::Aarch64) } else { None }
        } else if cfg!(target_arch = "x86") {
            Some(Abi::I386)
        } else if cfg!(target_arch = "arm") {
            Some(Abi::Arm)
        } else if cfg!(target_arch = "riscv64") {
            Some(Abi::Riscv64)
        } else if cfg!(target_arch = "riscv32") {
            Some(Abi::Riscv32)
        } else if cfg!(target_arch = "powerpc64") {
            Some(Abi::Powerpc64)
        } else if cfg!(target_arch = "powerpc") {
            Some(Abi::Powerpc)
        } else if cfg!(target_arch = "s390x") {
            Some(Abi::S390x)
        } else if cfg!(target_arch = "loongarch64") {
            Some(Abi::Loongarch64)
        } else if cfg!(any(target_arch = "mips", target_arch = "mips32r6")) {
            Some(Abi::MipsO32)
        } else if cfg!(target_arch = "sparc64") {
            Some(Abi::Sparc64)
        } else if cfg!(target_arch = "sparc") {
            Some(Abi::Sparc)
        } else if cfg!(target_arch = "m68k") {
            Some(Abi::M68k)
        } else if cfg!(target_arch = "csky") {
            Some(Abi::Csky)
        } else if cfg!(target_arch = "hexagon") {
            Some(Abi::Hexagon)
        } else if cfg!(target_arch = "xtensa") {
            Some(Abi::Xtensa)
        } else {
            None
        }
    }

    /// The table of this ABI's calls, or `None` where the crate is built without it.
    ///
    /// An ABI is built in by the feature of its [`name`](Abi::name), by `all-abis`, or by `native` on the targets that
    /// it belongs to. Where that is certain, the constants of [`tables`](crate::tables) need no `Option`.
    #[inline]
    pub const fn table(self) -> Option<Table> {
        crate::generated::table(self)
    }

    /// The canonical name: `x86_64`, `mips_o32`. It is the name of the cargo feature, too.
    #[inline]
    pub const fn name(self) -> &'static str {
        WORDS[self as usize].name
    }

    /// Other names by which [`FromStr`] knows it: `amd64` for `x86_64`.
    #[inline]
    pub const fn aliases(self) -> &'static [&'static str] {
        WORDS[self as usize].aliases
    }

    /// How many bits a C `long` has: 32 or 64.
    #[inline]
    pub const fn long_bits(self) -> u32 {
        self.sizes().long_bits as u32
    }

    /// How many bits a pointer of a user program has: 32 or 64.
    #[inline]
    pub const fn pointer_bits(self) -> u32 {
        self.sizes().pointer_bits as u32
    }

    /// What is added to a call's place in the table to make the number of the uapi header: 0 for most, 4000 for
    /// `mips_o32`, `0x4000_0000` for `x32`, `0x90_0000` for `arm_oabi`.
    #[inline]
    pub const fn number_base(self) -> u32 {
        self.sizes().number_base
    }

    /// The same base as the kernel shows it in seccomp, audit and tracepoints.
    ///
    /// It differs from [`number_base`](Abi::number_base) for `arm_oabi` alone, where the kernel masks it away
    /// (`syscall_get_nr` in `arch/arm/include/asm/syscall.h`).
    #[inline]
    pub const fn kernel_number_base(self) -> u32 {
        self.sizes().kernel_number_base
    }

    /// The byte orders that machines of this ABI come in: one, or both with the little one first.
    pub const fn byte_orders(self) -> &'static [ByteOrder] {
        let archs = self.audit_archs();
        let (mut little, mut big) = (false, false);
        let mut i = 0;
        while i < archs.len() {
            match archs[i].byte_order {
                ByteOrder::Little => little = true,
                ByteOrder::Big => big = true,
            }
            i += 1;
        }
        match (little, big) {
            (true, true) => &[ByteOrder::Little, ByteOrder::Big],
            (true, false) => &[ByteOrder::Little],
            _ => &[ByteOrder::Big],
        }
    }

    /// The `AUDIT_ARCH_*` values under which kernels report calls of this ABI, each with the byte order of such a
    /// machine.
    ///
    /// A value can stand here for both byte orders (`aarch64`), a byte order with several values (`arc` by instruction
    /// set), and the same value with other ABIs (`x86_64` and `x32`): [`Abi::from_audit`] answers the other way round.
    ///
    /// ```
    /// use syscall_meta::{Abi, ByteOrder};
    ///
    /// let archs: Vec<_> = Abi::S390x.audit_archs().iter().map(|a| (a.value(), a.byte_order())).collect();
    /// assert_eq!(archs, [(0x8000_0016, ByteOrder::Big)]);
    /// ```
    #[inline]
    pub const fn audit_archs(self) -> &'static [AuditArch] {
        AUDIT_ARCHS[self as usize]
    }

    /// The directory under the kernel's `arch/` whose kernels have this ABI as their own, or `None` for the ABIs that
    /// exist as compat only: `s390`, `x32`, `mips_n32`.
    #[inline]
    pub const fn native_arch(self) -> Option<&'static str> {
        WORDS[self as usize].native_arch
    }

    /// The directories under the kernel's `arch/` whose kernels serve this ABI as compat, beside an ABI of their own:
    /// `arm64` for `arm`.
    #[inline]
    pub const fn compat_archs(self) -> &'static [&'static str] {
        WORDS[self as usize].compat_archs
    }

    /// The byte order of its machines, or of most of them.
    #[inline]
    pub(crate) const fn usual_order(self) -> ByteOrder {
        self.sizes().usual_order
    }

    /// How the words of a call travel.
    #[inline]
    pub const fn convention(self) -> &'static Convention {
        &CONVENTIONS[self as usize]
    }

    /// How a 64-bit argument travels.
    #[inline]
    pub const fn pairs(self) -> Pairs {
        self.sizes().pairs
    }

    #[inline]
    const fn sizes(self) -> &'static Sizes {
        &SIZES[self as usize]
    }
}

static SIZES: [Sizes; ALL.len()] = {
    let (facts, mut abi) = (FACTS, 0);
    let mut all = [sizes(&facts[0]); ALL.len()];
    while abi < all.len() {
        all[abi] = sizes(&facts[abi]);
        abi += 1;
    }
    all
};

const fn sizes(facts: &Facts) -> Sizes {
    let Facts { long_bits, pointer_bits, number_base, kernel_number_base, audit_archs, convention, .. } = *facts;
    let usual_order = audit_archs[0].byte_order;
    Sizes { long_bits, pointer_bits, number_base, kernel_number_base, pairs: convention.pairs, usual_order }
}

static WORDS: [Words; ALL.len()] = {
    let (facts, mut abi) = (FACTS, 0);
    let mut all = [words(&facts[0]); ALL.len()];
    while abi < all.len() {
        all[abi] = words(&facts[abi]);
        abi += 1;
    }
    all
};

const fn words(facts: &Facts) -> Words {
    let Facts { name, aliases, native_arch, compat_archs, .. } = *facts;
    Words { name, aliases, native_arch, compat_archs }
}

static AUDIT_ARCHS: [&[AuditArch]; ALL.len()] = {
    let (facts, mut abi) = (FACTS, 0);
    let mut all: [&[AuditArch]; ALL.len()] = [&[]; ALL.len()];
    while abi < all.len() {
        all[abi] = facts[abi].audit_archs;
        abi += 1;
    }
    all
};

static CONVENTIONS: [Convention; ALL.len()] = {
    let (facts, mut abi) = (FACTS, 0);
    let mut all = [facts[0].convention; ALL.len()];
    while abi < all.len() {
        all[abi] = facts[abi].convention;
        abi += 1;
    }
    all
};

impl fmt::Display for Abi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Takes the canonical name or an alias, in any case of letters, with `-` as good as `_`.
///
/// ```
/// use syscall_meta::Abi;
///
/// assert_eq!("amd64".parse(), Ok(Abi::X86_64));
/// assert_eq!("MIPS-o32".parse(), Ok(Abi::MipsO32));
/// assert!("pdp11".parse::<Abi>().is_err());
/// ```
impl FromStr for Abi {
    type Err = ParseAbiError;

    fn from_str(text: &str) -> Result<Abi, ParseAbiError> {
        let is_text = |name: &str| {
            name.len() == text.len()
                && name
                    .bytes()
                    .zip(text.bytes())
                    .all(|(n, t)| n == if t == b'-' { b'_' } else { t.to_ascii_lowercase() })
        };
        let found = Abi::ALL.iter().find(|abi| is_text(abi.name()) || abi.aliases().iter().any(|alias| is_text(alias)));
        found.copied().ok_or(ParseAbiError(()))
    }
}

/// A name that no ABI has. Its message lists those that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseAbiError(());

impl fmt::Display for ParseAbiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown ABI, expected one of")?;
        for (i, abi) in Abi::ALL.iter().enumerate() {
            f.write_str(if i == 0 { " " } else { ", " })?;
            f.write_str(abi.name())?;
            for (i, alias) in abi.aliases().iter().enumerate() {
                f.write_str(if i == 0 { " (" } else { ", " })?;
                f.write_str(alias)?;
            }
            if !abi.aliases().is_empty() {
                f.write_str(")")?;
            }
        }
        Ok(())
    }
}

impl core::error::Error for ParseAbiError {}

/// The order of bytes in a traced program's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ByteOrder {
    /// The lowest byte first.
    Little,
    /// The highest byte first.
    Big,
}

/// One `AUDIT_ARCH_*` value under which an ABI is reported, and the byte order of the machines that do so.
///
/// Values are those of `include/uapi/linux/audit.h`; what a kernel reports is decided by `syscall_get_arch` in
/// `arch/*/include/asm/syscall.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AuditArch {
    value: u32,
    byte_order: ByteOrder,
}

impl AuditArch {
    #[inline]
    pub(crate) const fn new(value: u32, byte_order: ByteOrder) -> AuditArch {
        AuditArch { value, byte_order }
    }

    /// The value, as in `seccomp_data.arch` and in `arch` of `PTRACE_GET_SYSCALL_INFO`.
    #[inline]
    pub const fn value(self) -> u32 {
        self.value
    }

    /// The byte order of the machine.
    #[inline]
    pub const fn byte_order(self) -> ByteOrder {
        self.byte_order
    }
}

/// Checks of the generated facts.
const _: () = {
    assert!(ALL.len() == FACTS.len());
    let mut i = 0;
    while i < ALL.len() {
        assert!(ALL[i] as usize == i, "ABIs and their facts stand in one order");
        assert!(!FACTS[i].audit_archs.is_empty(), "each ABI is reported under some value");
        i += 1;
    }
};
