//! Which ABI a call came through, judged by what a kernel shows of it.
//!
//! `AUDIT_ARCH_*` is no function of the ABI nor the other way round: x86_64 and x32 share one value, arm and arm_oabi
//! share theirs. [`Abi::from_audit`] takes the value and the number; the functions `Abi::on_…`, one for each kernel
//! architecture that serves several ABIs, take what a BPF program or perf can see of a task.

use crate::abi::Abi;

/// The bit that marks a number as x32's: `__X32_SYSCALL_BIT` in `arch/x86/include/uapi/asm/unistd.h`.
const X32_BIT: u32 = 0x4000_0000;

/// `__NR_OABI_SYSCALL_BASE` in `arch/arm/include/uapi/asm/unistd.h`.
const OABI_BASE: u32 = 0x90_0000;

/// What an `AUDIT_ARCH_*` value and a number say about the ABI: the answer of [`Abi::from_audit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Audited {
    /// This ABI and no other.
    One(Abi),
    /// One of two that cannot be told apart by value and number. The first is the one that the value is named after.
    Either(Abi, Abi),
    /// No ABI that is known here reports this value.
    Unknown,
}

impl Audited {
    /// The ABI where there is one alone.
    #[inline]
    pub const fn one(self) -> Option<Abi> {
        match self {
            Audited::One(abi) => Some(abi),
            _ => None,
        }
    }

    /// The ABI, and of two the first.
    #[inline]
    pub const fn first(self) -> Option<Abi> {
        match self {
            Audited::One(abi) | Audited::Either(abi, _) => Some(abi),
            Audited::Unknown => None,
        }
    }
}

impl Abi {
    /// The ABI of a call that a kernel reported with this `AUDIT_ARCH_*` value and number: `arch` and `nr` of
    /// `seccomp_data`, of `PTRACE_GET_SYSCALL_INFO`, of an audit record.
    ///
    /// - The value of x86_64 is x32's, too; bit 30 of the number decides, as in `in_x32_syscall` of
    ///   `arch/x86/include/asm/compat.h`.
    /// - arm and arm_oabi cannot be told apart: the kernel masks the base that would
    ///   (`syscall_get_nr` in `arch/arm/include/asm/syscall.h`).
    /// - A riscv64 kernel reports its own value for 32-bit tasks as well (`syscall_get_arch` in
    ///   `arch/riscv/include/asm/syscall.h`, 5.10 to 7.3).
    /// - On mips the value tells the task's registers, and the number the table that serves it: see
    ///   [`on_mips64`](Abi::on_mips64).
    ///
    /// ```
    /// use syscall_meta::{Abi, Audited};
    ///
    /// const AUDIT_ARCH_X86_64: u32 = 0xc000_003e;
    /// const AUDIT_ARCH_ARM: u32 = 0x4000_0028;
    ///
    /// assert_eq!(Abi::from_audit(AUDIT_ARCH_X86_64, 257), Audited::One(Abi::X86_64));
    /// assert_eq!(Abi::from_audit(AUDIT_ARCH_X86_64, 0x4000_0101), Audited::One(Abi::X32));
    /// assert_eq!(Abi::from_audit(AUDIT_ARCH_ARM, 322), Audited::Either(Abi::Arm, Abi::ArmOabi));
    /// assert_eq!(Abi::from_audit(0, 0), Audited::Unknown);
    /// ```
    pub const fn from_audit(arch: u32, nr: u32) -> Audited {
        match reported_as(arch) {
            (None, _) => Audited::Unknown,
            (Some(Abi::X86_64 | Abi::X32), _) => Audited::One(Abi::on_x86_64(false, nr)),
            (Some(abi @ (Abi::MipsO32 | Abi::MipsN32 | Abi::MipsN64)), _) => Audited::One(mips_by_number(nr, abi)),
            (Some(abi), None) => Audited::One(abi),
            (Some(abi), Some(other)) => Audited::Either(abi, other),
        }
    }

    /// The ABI of a call on an x86_64 kernel: i386, x32 or x86_64.
    ///
    /// `ts_compat` is `thread_info.status & TS_COMPAT` of the task: set for `int $0x80` and 32-bit `sysenter` and
    /// `syscall`, whatever the program (`syscall_get_arch` in `arch/x86/include/asm/syscall.h`). Without it, bit 30 of
    /// `nr` decides (`in_x32_syscall` in `arch/x86/include/asm/compat.h`). The kernel's `in_compat_syscall` is the two
    /// together, hence no substitute.
    #[inline]
    pub const fn on_x86_64(ts_compat: bool, nr: u32) -> Abi {
        if ts_compat {
            Abi::I386
        } else if nr & X32_BIT != 0 {
            Abi::X32
        } else {
            Abi::X86_64
        }
    }

    /// The ABI of a call on an arm64 kernel: arm where the task is 32-bit (`TIF_32BIT`; `is_compat_thread` in
    /// `arch/arm64/include/asm/compat.h`), else aarch64. Such a kernel never serves arm_oabi.
    #[inline]
    pub const fn on_arm64(tif_32bit: bool) -> Abi {
        if tif_32bit { Abi::Arm } else { Abi::Aarch64 }
    }

    /// The ABI of a call on a 32-bit arm kernel, by `thread_info.abi_syscall`, which keeps arm_oabi's base
    /// (`__in_oabi_syscall` in `arch/arm/include/asm/syscall.h`).
    #[inline]
    pub const fn on_arm(abi_syscall: u32) -> Abi {
        if abi_syscall & OABI_BASE != 0 { Abi::ArmOabi } else { Abi::Arm }
    }

    /// The ABI of a call on a 64-bit s390 kernel: s390 where the task is 31-bit (`TIF_31BIT`; `is_compat_task` in
    /// `arch/s390/include/asm/compat.h`, until compat was removed before 7.2), else s390x.
    #[inline]
    pub const fn on_s390x(tif_31bit: bool) -> Abi {
        if tif_31bit { Abi::S390 } else { Abi::S390x }
    }

    /// The ABI of a call on a 64-bit powerpc kernel: powerpc where the task is 32-bit (`TIF_32BIT`; `is_compat_task` in
    /// `arch/powerpc/include/asm/compat.h` decides in `system_call_exception`), else powerpc64.
    #[inline]
    pub const fn on_powerpc64(tif_32bit: bool) -> Abi {
        if tif_32bit { Abi::Powerpc } else { Abi::Powerpc64 }
    }

    /// The ABI of a call on a 64-bit riscv kernel: riscv32 where the task is 32-bit (`TIF_32BIT` since compat came
    /// with 5.19; `is_compat_task` in `arch/riscv/include/asm/compat.h`), else riscv64.
    #[inline]
    pub const fn on_riscv64(tif_32bit: bool) -> Abi {
        if tif_32bit { Abi::Riscv32 } else { Abi::Riscv64 }
    }

    /// The ABI of a call on a 64-bit mips kernel: mips_o32, mips_n32 or mips_n64.
    ///
    /// The three ranges of numbers are disjoint, and the entry code picks the table by the number alone
    /// (`handle_sys` in `arch/mips/kernel/scall64-o32.S`, then `scall64-n32.S`, `scall64-n64.S`), so a number that
    /// lies in a range is that ABI's call, whatever the task. Any other number fails, and the task's flags
    /// `TIF_32BIT_REGS` (o32) and `TIF_32BIT_ADDR` (o32 and n32) say whose it would be (`syscall_get_arch` in
    /// `arch/mips/include/asm/syscall.h`).
    #[inline]
    pub const fn on_mips64(tif_32bit_regs: bool, tif_32bit_addr: bool, nr: u32) -> Abi {
        let task = match (tif_32bit_regs, tif_32bit_addr) {
            (true, _) => Abi::MipsO32,
            (false, true) => Abi::MipsN32,
            (false, false) => Abi::MipsN64,
        };
        mips_by_number(nr, task)
    }

    /// The ABI of a call on a 64-bit sparc kernel: sparc where the program trapped through vector 0x110 (`ta 0x10`),
    /// else sparc64.
    ///
    /// The trap picks the table (`tl0_linux32` in `arch/sparc/kernel/ttable_64.S`), and `in_compat_syscall` in
    /// `arch/sparc/include/asm/compat.h` asks for it; the task's `TIF_32BIT` says the same of every ordinary program.
    #[inline]
    pub const fn on_sparc64(trap_0x110: bool) -> Abi {
        if trap_0x110 { Abi::Sparc } else { Abi::Sparc64 }
    }

    /// The ABI of a call on a 64-bit parisc kernel: parisc where the task is 32-bit (`TIF_32BIT`; `__is_compat_task` in
    /// `arch/parisc/include/asm/compat.h`), else parisc64.
    #[inline]
    pub const fn on_parisc64(tif_32bit: bool) -> Abi {
        if tif_32bit { Abi::Parisc } else { Abi::Parisc64 }
    }
}

/// The mips ABI in whose thousand the number lies, or `otherwise`.
const fn mips_by_number(nr: u32, otherwise: Abi) -> Abi {
    match nr {
        4000..=4999 => Abi::MipsO32,
        5000..=5999 => Abi::MipsN64,
        6000..=6999 => Abi::MipsN32,
        _ => otherwise,
    }
}

/// The ABIs that are reported under an `AUDIT_ARCH_*` value, two at most; first the one that lists it first of its own.
const fn reported_as(arch: u32) -> (Option<Abi>, Option<Abi>) {
    let (mut own, mut other) = (None, None);
    let mut i = 0;
    while i < Abi::ALL.len() {
        let abi = Abi::ALL[i];
        let archs = abi.audit_archs();
        let mut k = 0;
        while k < archs.len() {
            if archs[k].value() == arch {
                if own.is_none() {
                    own = Some(abi);
                } else if k == 0 && !lists_first(own, arch) {
                    other = own;
                    own = Some(abi);
                } else {
                    other = Some(abi);
                }
                break;
            }
            k += 1;
        }
        i += 1;
    }
    (own, other)
}

const fn lists_first(abi: Option<Abi>, arch: u32) -> bool {
    match abi {
        Some(abi) => abi.audit_archs()[0].value() == arch,
        None => false,
    }
}
