//! How the words of a call travel: the `call` block of an ABI in `data/abis.yaml`.

use serde::{Deserialize, Serialize};

/// The registers of a call, as a tracer sees them at the instruction, and how its outcome is told.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CallSpec {
    /// Where the number stands.
    pub number: NumberPlace,
    /// Registers of the argument words in order, as many as the kernel takes.
    pub words: Vec<String>,
    /// Where further words stand, if any do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<StackWords>,
    /// Register of the result.
    pub result: String,
    /// Register of the second value that a few calls return (`pipe`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<String>,
    /// How failure is told.
    pub failure: Failure,
    /// A second instruction, with the same registers and another way to tell failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<OtherInstruction>,
    /// How a 64-bit argument travels.
    pub pairs: Pairs,
    /// What a 32-bit argument leaves in the upper half of a 64-bit word; none where words have 32 bits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<Extension>,
    /// Kernel files that these facts were read from.
    pub source: Vec<String>,
}

impl CallSpec {
    /// Bits of a word, which `long` does not tell: x32 and mips_n32 have 64-bit words.
    pub fn word_bits(&self) -> u32 {
        if self.pairs == Pairs::Whole { 64 } else { 32 }
    }
}

/// Where the number of a call stands.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum NumberPlace {
    /// In this register.
    Register(String),
    /// In the instruction.
    Instruction {
        /// The instruction: `swi`, `svc`.
        immediate: String,
        /// The register that holds the number where the instruction's field is zero.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        register: Option<String>,
    },
}

/// Argument words on the user's stack, after those in registers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct StackWords {
    /// The register that points to the stack.
    pub register: String,
    /// Bytes from there to the first of these words.
    pub offset: u32,
    /// How many there are.
    pub count: u32,
}

/// How a call tells that it failed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Failure {
    /// By the result alone.
    Result(FailedResult),
    /// By a register or a bit that is not zero; the result is then the positive errno.
    Flag {
        /// The register (`a3`), or a bit of one (`cr0.SO`).
        flag: String,
    },
}

/// Which results are failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FailedResult {
    /// -4095 to -1, the negated errno.
    Negative,
}

/// A second instruction that enters a call.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OtherInstruction {
    /// Its name.
    pub instruction: String,
    /// The trap number by which a tracer tells it from the usual one.
    pub trap: u32,
    /// How it tells failure.
    pub failure: Failure,
}

/// How a 64-bit argument travels. The halves of a pair stand in the machine's byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pairs {
    /// In two 32-bit words of which the first has an even index, so that a word before it can stay empty.
    Aligned,
    /// In the next two 32-bit words.
    Unaligned,
    /// In one 64-bit word.
    Whole,
}

/// What the upper half of a 64-bit word holds beyond a 32-bit argument of a C function.
///
/// A program need not keep to it at a system call: the kernel cuts each argument to its type, and so must a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Extension {
    /// Copies of bit 31, also of an `unsigned int`.
    Sign,
    /// Copies of bit 31 of an `int`, zeros of an `unsigned int`.
    ByType,
    /// Anything.
    Garbage,
}
