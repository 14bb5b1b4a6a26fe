//! Text back to the value of a set: names, numbers, `|` and `<<`.

use core::fmt;

use crate::abi::Abi;
use crate::constants::FlagSet;

/// A word that is no value of a set on an ABI; see [`FlagSet::parse`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseFlagsError<'t> {
    word: &'t str,
    cause: Cause,
    set: FlagSet,
    abi: Abi,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// Neither a name of the ABI nor a number.
    Unknown,
    /// Nothing stands there.
    Empty,
    /// A number with a digit that its base does not have, or with more than 64 bits.
    Number,
    /// What stands behind `<<` is no number below 64, or moves bits out of the value.
    Shift,
}

impl<'t> ParseFlagsError<'t> {
    /// The word at fault; empty where one is missing.
    pub const fn word(&self) -> &'t str {
        self.word
    }
}

impl fmt::Display for ParseFlagsError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, set, abi) = (self.word, self.set.name(), self.abi);
        match self.cause {
            Cause::Unknown => {
                write!(f, "`{word}` is no name in `{set}` on {abi}")?;
                let mut others = Abi::ALL.iter().filter(|other| self.set.value_of(**other, word).is_some());
                match (others.next(), others.next()) {
                    (Some(only), None) => write!(f, ", only on {only}"),
                    (Some(one), Some(_)) => write!(f, ", but on others such as {one}"),
                    _ => Ok(()),
                }
            }
            Cause::Empty => write!(f, "a name in `{set}` or a number is missing; no bits are written `0`"),
            Cause::Number => write!(f, "`{word}` is no number of 64 bits as C writes them: `8`, `010`, `0x8`"),
            Cause::Shift => write!(f, "`{word}` shifts bits out of a value of 64"),
        }
    }
}

impl core::error::Error for ParseFlagsError<'_> {}

pub(crate) fn parse(set: FlagSet, abi: Abi, text: &str) -> Result<u64, ParseFlagsError<'_>> {
    let mut value = 0;
    for word in text.split('|') {
        let word = word.trim();
        let wrong = |cause| ParseFlagsError { word, cause, set, abi };
        let (base, shift) = match word.split_once("<<") {
            None => (word, 0),
            Some((base, shift)) => {
                let shift = shift.trim().parse::<u32>().ok().filter(|shift| *shift < 64);
                (base.trim(), shift.ok_or_else(|| wrong(Cause::Shift))?)
            }
        };
        let bits = match base.bytes().next() {
            None => return Err(wrong(Cause::Empty)),
            Some(b'0'..=b'9') => number(base).ok_or_else(|| wrong(Cause::Number))?,
            Some(_) => set.value_of(abi, base).ok_or_else(|| wrong(Cause::Unknown))?,
        };
        let shifted = bits << shift;
        if shifted >> shift != bits {
            return Err(wrong(Cause::Shift));
        }
        value |= shifted;
    }
    Ok(value)
}

/// `8`, `010`, `0x8`
fn number(text: &str) -> Option<u64> {
    let (digits, base) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None if text.len() > 1 && text.starts_with('0') => (text, 8),
        None => (text, 10),
    };
    if digits.starts_with('+') { None } else { u64::from_str_radix(digits, base).ok() }
}
