//! How a call ended: a result, or the errno by the ABI's own rule.

use crate::abi::Abi;
use crate::convention::Failure;

/// The highest errno that a negative result can be: `MAX_ERRNO` in `include/linux/err.h`.
const MAX_ERRNO: u64 = 4095;

/// How a call ended. Whatever the ABI's rule, failure reads the same here: a value of the negated errno.
///
/// Results are cut to the bits that a word of the ABI has ([`Abi::word_bits`]).
///
/// ```
/// use syscall_meta::{Abi, Outcome};
///
/// // i386 has 32 bits, which a 64-bit tracer may see without their sign.
/// let failed = Outcome::from_word(Abi::I386, 0xffff_fff2);
/// assert_eq!((failed.errno(), failed.value()), (Some(14), -14));
/// assert_eq!(Outcome::from_word(Abi::X86_64, 0xffff_fff2).errno(), None);
///
/// // An address is the word, not the signed value.
/// let mapped = Outcome::from_word(Abi::I386, 0xf7f0_0000);
/// assert_eq!((mapped.errno(), mapped.word()), (None, 0xf7f0_0000));
///
/// // mips has the positive errno, and `a3` beside it.
/// assert_eq!(Outcome::new(Abi::MipsO32, 14, true), Outcome::from_word(Abi::MipsO32, 0xffff_fff2));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Outcome {
    abi: Abi,
    value: i64,
    failed: bool,
    second: Option<u64>,
}

impl Outcome {
    /// By a result register and whether it says failure, where that is a flag: with it, the register is the positive errno
    /// ([`Failure::Flag`]).
    pub const fn new(abi: Abi, result: u64, failed: bool) -> Outcome {
        let value = if failed { -(abi.cut(result) as u32 as i64) } else { signed(abi, result) };
        Outcome { abi, value, failed, second: None }
    }

    /// By a result that tells failure itself, from -4095 to -1 ([`Failure::Negative`]).
    ///
    /// So do the ABIs without a flag, powerpc64's `scv`, and on every ABI what the function returns that the table leads to.
    pub const fn from_word(abi: Abi, result: u64) -> Outcome {
        let value = signed(abi, result);
        let failed = value < 0 && value.unsigned_abs() <= MAX_ERRNO;
        Outcome { abi, value, failed, second: None }
    }

    /// By the ABI's rule, out of the registers at the stop behind the call.
    ///
    /// `register` is asked for the names of [`Abi::convention`]: the result, the flag where failure is one, the second
    /// value where calls have one. A flag is a register or a bit of one, and not zero on failure:
    ///
    /// | ABI | flag | where it is |
    /// |---|---|---|
    /// | alpha, mips_o32, mips_n32, mips_n64 | `a3` | the register |
    /// | ia64 | `r10` | the register, -1 on failure |
    /// | nios2 | `r7` | the register |
    /// | powerpc, powerpc64 | `cr0.SO` | bit `0x1000_0000` of `ccr` in `pt_regs` |
    /// | sparc | `icc.c` | bit `0x0010_0000` of `psr`; on a 64-bit kernel bit 32 of `tstate` |
    /// | sparc64 | `xcc.c` | bit 36 of `tstate` |
    ///
    /// The sources are `syscall_get_error` in `arch/*/include/asm/syscall.h`, and `TSTATE_XCARRY` and `PSR_C` in
    /// `arch/sparc/include/uapi/asm`.
    ///
    /// `trap` is what [`RawCall::trap`](crate::RawCall::trap) says of the call; it matters on powerpc64.
    ///
    /// `None` where result or flag are not known.
    pub fn from_registers(
        abi: Abi,
        trap: Option<u16>,
        mut register: impl FnMut(&str) -> Option<u64>,
    ) -> Option<Outcome> {
        let convention = abi.convention();
        let result = register(convention.result())?;
        let outcome = match convention.failure(trap) {
            Failure::Negative => Outcome::from_word(abi, result),
            Failure::Flag(flag) => Outcome::new(abi, result, abi.cut(register(flag)?) != 0),
        };
        match convention.second().and_then(register) {
            Some(second) => Some(outcome.with_second(second)),
            None => Some(outcome),
        }
    }

    /// The same with the second value that a few calls return, such as `pipe` on mips ([`Convention::second`]).
    ///
    /// [`Convention::second`]: crate::Convention::second
    #[inline]
    pub const fn with_second(self, second: u64) -> Outcome {
        Outcome { second: Some(self.abi.cut(second)), ..self }
    }

    /// The ABI of the call.
    #[inline]
    pub const fn abi(&self) -> Abi {
        self.abi
    }

    /// The errno, positive, where the call failed: 1 to 4095, of which the kernel's own such as `ERESTARTSYS` (512) are
    /// seen by tracers alone. By a flag it can be any number that a tracer put there.
    #[inline]
    pub const fn errno(&self) -> Option<u32> {
        if self.failed { Some(self.value.unsigned_abs() as u32) } else { None }
    }

    /// The result with its sign; the negated errno where the call failed.
    #[inline]
    pub const fn value(&self) -> i64 {
        self.value
    }

    /// The same bits as a word of the ABI, zero-extended: an address, or a size.
    #[inline]
    pub const fn word(&self) -> u64 {
        self.abi.cut(self.value as u64)
    }

    /// The second result register, zero-extended, where it is known and the ABI has one. It means something behind few
    /// calls; behind others it holds anything.
    #[inline]
    pub const fn second(&self) -> Option<u64> {
        self.second
    }
}

const fn signed(abi: Abi, result: u64) -> i64 {
    if abi.word_bits() == 32 { result as u32 as i32 as i64 } else { result as i64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negative_results_fail_from_minus_4095_on() {
        for &abi in Abi::ALL {
            let of = |value: i64| Outcome::from_word(abi, value as u64);
            for errno in [1_i64, 38, 512, 4095] {
                assert_eq!((of(-errno).errno(), of(-errno).value()), (Some(errno as u32), -errno), "{abi}");
                assert_eq!(of(-errno), Outcome::new(abi, errno as u64, true), "{abi}");
            }
            for value in [0, 1, -4096, i64::from(i32::MIN), i64::from(i32::MAX)] {
                assert_eq!((of(value).errno(), of(value).value()), (None, value), "{abi}");
                assert_eq!(of(value).word(), abi.cut(value as u64), "{abi}");
            }
        }
        // x32 has 64 bits: its `lseek` returns them.
        assert_eq!(Outcome::from_word(Abi::X32, 0xffff_fff2).value(), 0xffff_fff2);
        assert_eq!(Outcome::from_word(Abi::Arm, 0x1234_ffff_fff2).errno(), Some(14));
    }

    #[test]
    fn flags_make_the_result_an_errno() {
        let out_of = |abi, trap, flag: &str, set: u64| {
            let register = |name: &str| if name == flag { Some(set) } else { Some(0xffff_ffff_ffff_fff2) };
            Outcome::from_registers(abi, trap, register).unwrap()
        };
        // A positive errno is what the register has; this one a tracer made up.
        assert_eq!(out_of(Abi::MipsO32, None, "a3", 1).errno(), Some(0xffff_fff2));
        let done = out_of(Abi::MipsN64, None, "a3", 0);
        assert_eq!((done.errno(), done.value(), done.second()), (None, -14, Some(0xffff_ffff_ffff_fff2)));
        assert_eq!(out_of(Abi::MipsO32, None, "a3", 0).second(), Some(0xffff_fff2));
        assert_eq!(out_of(Abi::Ia64, None, "r10", u64::MAX).errno(), Some(0xffff_fff2));
        // `sc` and `scv`.
        assert_eq!(out_of(Abi::Powerpc64, Some(0xc00), "cr0.SO", 0).errno(), None);
        assert_eq!(out_of(Abi::Powerpc64, Some(0x3000), "cr0.SO", 0).errno(), Some(14));
        // The upper half of a 64-bit register is nothing to a 32-bit program.
        assert_eq!(out_of(Abi::MipsO32, None, "a3", 1 << 32).errno(), None);
    }

    #[test]
    fn what_lacks_makes_no_outcome() {
        for &abi in Abi::ALL {
            assert_eq!(Outcome::from_registers(abi, None, |_| None), None);
            let result = abi.convention().result();
            let only = Outcome::from_registers(abi, None, |name| (name == result).then_some(0));
            let has_flag = matches!(abi.convention().failure(None), Failure::Flag(_));
            assert_eq!(only.is_none(), has_flag, "{abi}");
        }
    }

    #[test]
    fn any_register_is_taken() {
        for &abi in Abi::ALL {
            for bits in [0, 1, u64::MAX, i64::MIN as u64, 1 << 31, u64::from(u32::MAX)] {
                for failed in [false, true] {
                    let outcome = Outcome::new(abi, bits, failed).with_second(bits);
                    assert_eq!(outcome.errno(), failed.then_some(bits as u32));
                    assert_eq!(outcome.second(), Some(abi.cut(bits)));
                    assert!(failed || outcome.word() == abi.cut(bits));
                }
            }
        }
    }
}
