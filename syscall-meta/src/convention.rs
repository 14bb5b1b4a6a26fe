//! How the words of a call travel: the registers of each ABI, and how the outcome is told.

use crate::abi::Abi;

/// The registers of a call, as a tracer sees them at the instruction, and how its outcome is told: [`Abi::convention`].
///
/// Registers have the names that the kernel and debuggers use for user space: `rdi`, `a0`, `r3`.
#[derive(Clone, Copy, Debug)]
pub struct Convention {
    pub(crate) number: NumberPlace,
    pub(crate) words: &'static [&'static str],
    pub(crate) stack: Option<StackWords>,
    pub(crate) result: &'static str,
    pub(crate) second: Option<&'static str>,
    pub(crate) failure: Failure,
    pub(crate) other: Option<OtherInstruction>,
    pub(crate) pairs: Pairs,
    pub(crate) extension: Option<Extension>,
}

impl Convention {
    /// Where the number stands.
    pub const fn number(&self) -> NumberPlace {
        self.number
    }

    /// The registers of the argument words, in their order.
    pub const fn words(&self) -> &'static [&'static str] {
        self.words
    }

    /// Where further argument words stand: on the stack, for mips_o32.
    pub const fn stack(&self) -> Option<StackWords> {
        self.stack
    }

    /// The register of the result.
    pub const fn result(&self) -> &'static str {
        self.result
    }

    /// The register of the second value that a few calls return, such as `pipe` on mips.
    pub const fn second(&self) -> Option<&'static str> {
        self.second
    }

    /// How failure is told after the instruction with this trap number; `None` for the usual one.
    ///
    /// The trap matters on powerpc64 alone, where `scv` (0x3000) tells failure as no other instruction does.
    pub fn failure(&self, trap: Option<u16>) -> Failure {
        match &self.other {
            Some(other) if trap == Some(other.trap) => other.failure,
            _ => self.failure,
        }
    }

    /// The second instruction that enters a call, where there is one.
    pub const fn other(&self) -> Option<OtherInstruction> {
        self.other
    }

    /// How a 64-bit argument travels.
    pub const fn pairs(&self) -> Pairs {
        self.pairs
    }

    /// What a C compiler leaves in the upper half of a 64-bit word beyond a 32-bit argument. A program need not keep to
    /// it; the kernel cuts an argument to its type. `None` where words have 32 bits.
    pub const fn extension(&self) -> Option<Extension> {
        self.extension
    }
}

impl Abi {
    /// How many bits an argument word has: 32 or 64. x32 and mips_n32 have 64-bit words and 32-bit pointers.
    #[inline]
    pub const fn word_bits(self) -> u32 {
        if matches!(self.pairs(), Pairs::Whole) { 64 } else { 32 }
    }
}

/// Where the number of a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NumberPlace {
    /// In this register.
    Register(&'static str),
    /// In the instruction, or in a register where its field is zero and the ABI has one for that.
    Instruction {
        /// The instruction: `swi`, `svc`.
        name: &'static str,
        /// The register: `r1` on s390.
        register: Option<&'static str>,
    },
}

/// Argument words on the user's stack, after those in registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StackWords {
    /// The register that points to the stack.
    pub register: &'static str,
    /// Bytes from there to the first of these words.
    pub offset: u32,
    /// How many there are.
    pub count: u32,
}

/// How a call tells that it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// By a result from -4095 to -1, the negated errno.
    Negative,
    /// By this register, or bit of a register (`cr0.SO`), being not zero; the result is then the positive errno.
    Flag(&'static str),
}

/// A second instruction that enters a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherInstruction {
    /// Its name: `scv`.
    pub name: &'static str,
    /// The trap number by which a tracer tells it from the usual one.
    pub trap: u16,
    /// How it tells failure.
    pub failure: Failure,
}

/// How a 64-bit argument travels. The halves of a pair stand in the machine's byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Pairs {
    /// In two 32-bit words of which the first has an even place, so that a word before it can stay empty.
    Aligned,
    /// In the next two 32-bit words.
    Unaligned,
    /// In one 64-bit word.
    Whole,
}

/// What the upper half of a 64-bit word holds beyond a 32-bit argument of a C function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Extension {
    /// Copies of bit 31, also of an `unsigned int`.
    Sign,
    /// Copies of bit 31 of an `int`, zeros of an `unsigned int`.
    ByType,
    /// Anything.
    Garbage,
}
