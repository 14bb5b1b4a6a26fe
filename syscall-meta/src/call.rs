//! A call as a tracer meets it: a number and argument words, not yet read as anything.

use core::fmt;

use crate::abi::Abi;
use crate::syscall::Syscall;

/// How many argument words a call can have.
///
/// Six registers are the rule. A call with 64-bit arguments can need more on a 32-bit ABI: mips_o32 takes up to eight
/// words, of which four are registers and the rest lies on the user's stack (`handle_sys` in
/// `arch/mips/kernel/scall64-o32.S` loads them).
pub const MAX_WORDS: usize = 8;

/// One system call as a tracer caught it: ABI, number, argument words, and the trap where the result depends on it.
///
/// Nothing is interpreted or masked yet. A word is what the register or the stack slot held, zero-extended where the
/// tracer saw 32 bits of it; which of its bits count is the ABI's affair and the decoder's. `RawCall` is `Copy`, and
/// every value of its parts is valid.
///
/// ```
/// use syscall_meta::{Abi, RawCall};
///
/// let call = RawCall::new(Abi::X86_64, 257, [0xffff_ff9c, 0x7ffd_0000_1000, 0x8_0000, 0, 0, 0]);
/// assert_eq!(call.word(2), Some(0x8_0000));
/// # #[cfg(all(feature = "native", target_arch = "x86_64"))]
/// assert_eq!(call.syscall().unwrap().name(), "openat");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RawCall {
    abi: Abi,
    trap: Option<u16>,
    len: u8,
    kernel_number: u32,
    /// Those from `len` on are 0.
    words: [u64; MAX_WORDS],
}

impl RawCall {
    /// A call with six known words, as `seccomp_data`, `PTRACE_GET_SYSCALL_INFO` and `raw_syscalls:sys_enter` give it.
    ///
    /// `kernel_number` is the number that these show: the uapi header's, but for arm_oabi, whose base is not in it.
    #[inline]
    pub const fn new(abi: Abi, kernel_number: u32, words: [u64; 6]) -> RawCall {
        let [a, b, c, d, e, f] = words;
        RawCall { abi, trap: None, len: 6, kernel_number, words: [a, b, c, d, e, f, 0, 0] }
    }

    /// A call with as many known words as given: fewer where a tracer could not read the stack, more where it did.
    ///
    /// Words after [`MAX_WORDS`] are left out; no call has so many.
    pub fn with_words(abi: Abi, kernel_number: u32, words: &[u64]) -> RawCall {
        let mut call = RawCall { abi, trap: None, len: 0, kernel_number, words: [0; MAX_WORDS] };
        for (to, from) in call.words.iter_mut().zip(words) {
            *to = *from;
            call.len += 1;
        }
        call
    }

    /// The same call, with the trap by which it was entered.
    ///
    /// It is needed on powerpc64: `trap` of `struct pt_regs` is 0x3000 for `scv`, after which failure is a negative
    /// result, and 0xc00 for `sc`, after which it is a flag of the condition register (`trap_is_scv` and
    /// `syscall_get_error` in `arch/powerpc/include/asm`).
    #[inline]
    pub const fn with_trap(self, trap: u16) -> RawCall {
        RawCall { trap: Some(trap), ..self }
    }

    /// The ABI that it came through.
    #[inline]
    pub const fn abi(&self) -> Abi {
        self.abi
    }

    /// The number, as the kernel shows it.
    #[inline]
    pub const fn kernel_number(&self) -> u32 {
        self.kernel_number
    }

    /// The call of the ABI's table with this number: `None` where there is none, or no table is built in.
    #[inline]
    pub const fn syscall(&self) -> Option<Syscall> {
        match self.abi.table() {
            Some(table) => table.by_kernel_number(self.kernel_number),
            None => None,
        }
    }

    /// The words that are known, in the order in which the ABI passes them: registers first, then stack.
    #[inline]
    pub const fn words(&self) -> &[u64] {
        self.words.split_at(self.len as usize).0
    }

    /// All places, and how many of them are known.
    #[cfg(feature = "derive")]
    pub(crate) const fn all_words(&self) -> ([u64; MAX_WORDS], u8) {
        (self.words, self.len)
    }

    /// A word by its place from 0, or `None` where it is not known.
    #[inline]
    pub const fn word(&self, place: usize) -> Option<u64> {
        if place < self.len as usize { Some(self.words[place]) } else { None }
    }

    /// The trap by which it was entered, where the tracer gave it.
    #[inline]
    pub const fn trap(&self) -> Option<u16> {
        self.trap
    }
}

impl fmt::Debug for RawCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RawCall");
        shown.field("abi", &self.abi).field("kernel_number", &self.kernel_number);
        shown.field("words", &format_args!("{:#x?}", self.words())).field("trap", &self.trap).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_given_words_are_known() {
        let given = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        for len in 0..=given.len() {
            let call = RawCall::with_words(Abi::MipsO32, 4005, &given[..len]);
            let known = &given[..len.min(MAX_WORDS)];
            assert_eq!(call.words(), known);
            for place in 0..12 {
                assert_eq!(call.word(place), known.get(place).copied());
            }
        }
    }

    #[test]
    fn six_words_are_the_same_either_way() {
        let call = RawCall::new(Abi::Powerpc64, 0, [1, 2, 3, 4, 5, 6]);
        assert_eq!(call, RawCall::with_words(Abi::Powerpc64, 0, &[1, 2, 3, 4, 5, 6]));
        assert_eq!(call.trap(), None);
        assert_eq!(call.with_trap(0x3000).trap(), Some(0x3000));
    }
}
