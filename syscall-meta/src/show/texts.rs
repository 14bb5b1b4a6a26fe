//! Texts of values that were shown before: a program passes the same flags again and again, and a copy is the fast way.

use crate::abi::Abi;
use crate::value::Number;

/// How many texts are kept. A value whose place another one has takes that over.
const TEXTS: usize = 64;

/// How long a text is that is kept, in bytes.
pub(super) const LONG: usize = 96;

/// Texts of values that were shown before.
#[derive(Clone)]
pub(super) struct Texts {
    kept: [Kept; TEXTS],
}

#[derive(Clone, Copy)]
struct Kept {
    /// Whose text it is: the value, and what it is of.
    value: u64,
    of: u32,
    len: u8,
    text: [u8; LONG],
}

/// In place of what a value is of: none. All of nothing is zeros, so that it has not to be kept anywhere.
const NOTHING: u32 = 0;

/// Of any value.
const SOMETHING: u32 = 1 << 31;

impl Texts {
    pub(super) const NONE: Texts = Texts { kept: [Kept { value: 0, of: NOTHING, len: 0, text: [0; LONG] }; TEXTS] };

    /// The text of a value, in front of bytes of no meaning, and how long it is.
    #[inline(always)]
    pub(super) fn get(&self, number: &Number) -> Option<(&[u8; LONG], usize)> {
        let kept = self.kept.get(place(number))?;
        let is_it = kept.value == number.value() && kept.of == of(number);
        is_it.then_some((&kept.text, usize::from(kept.len)))
    }

    /// Keeps the text of a value, unless it is too long.
    #[inline(never)]
    pub(super) fn keep(&mut self, number: &Number, text: &[u8]) {
        let Some(kept) = self.kept.get_mut(place(number)) else { return };
        let Some(to) = kept.text.get_mut(..text.len()) else { return };
        to.copy_from_slice(text);
        (kept.value, kept.of, kept.len) = (number.value(), of(number), text.len() as u8);
    }
}

const _: () = assert!(Abi::ALL.len() <= 64, "six bits say which ABI it is");

/// All that its text depends on but for the value.
#[inline(always)]
fn of(number: &Number) -> u32 {
    // The kind, the ABI, which are fewer than 64, and how many bits it has, which are no more than that.
    let shape = (number.bits() & 0x7f) << 1 | u32::from(number.is_signed());
    SOMETHING | u32::from(number.kind_id()) | (number.abi() as u32 & 0x3f) << 16 | shape << 22
}

#[inline(always)]
fn place(number: &Number) -> usize {
    let mixed = (number.value() ^ u64::from(number.kind_id()) << 40).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> (64 - TEXTS.ilog2())) as usize
}
