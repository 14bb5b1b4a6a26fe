//! A field of a structure as a derive finds it, and its value.

use crate::abi::{Abi, ByteOrder};

/// What an element of a field is, as [`FieldClass`](crate::FieldClass) has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// An unsigned integer or a plain `char`.
    Unsigned,
    /// A signed integer.
    Signed,
    /// A pointer.
    Pointer,
    /// A floating number.
    Float,
    /// A structure or union.
    Record,
}

/// Where a field is in one layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Bytes from the beginning of the structure.
    pub offset: u32,
    /// Bytes of an element.
    pub size: u32,
    /// Whether it is an array.
    pub is_array: bool,
    /// How many elements there are: 1 where it is no array, 0 where it is a flexible tail.
    pub count: u32,
    /// What an element is.
    pub class: Class,
    /// Of a bit-field, how many bits it has, else 0; and how far the unit is shifted to the right for them.
    pub bits: u8,
    /// See `bits`.
    pub shift: u8,
    /// Where the C type is in the structure's text.
    pub c_type: (u32, u32),
}

impl Spot {
    #[cfg(feature = "layouts")]
    pub(crate) const NONE: Spot =
        Spot { offset: 0, size: 0, is_array: false, count: 0, class: Class::Record, bits: 0, shift: 0, c_type: (0, 0) };
}

/// What a Rust type can hold of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fits {
    /// An integer or pointer of no more than so many bits.
    Integer(u32),
    /// So many integers of no more than so many bits.
    Array(u32, u32),
    /// The structure of this name.
    Record(&'static str),
    /// What its own reading says.
    Anything,
}

/// The number of a field that is no array, in the bytes of its structure: with its sign, where it has one.
pub(crate) fn integer_of(bytes: &[u8], spot: &Spot, at: usize, abi: Abi, order: ByteOrder) -> Option<u64> {
    let size = spot.size as usize;
    let start = (spot.offset as usize).checked_add(at.checked_mul(size)?)?;
    let unit = bytes.get(start..start.checked_add(size)?).filter(|unit| unit.len() <= 8)?;
    let unit = order.integer(unit);
    // Where bits are is known in the order in which headers were read.
    let (value, width) = match spot.bits {
        0 => (unit, 8 * spot.size),
        bits if order == abi.usual_order() => (unit.checked_shr(spot.shift.into()).unwrap_or(0), u32::from(bits)),
        _ => return None,
    };
    let above = 64u32.checked_sub(width).filter(|above| *above < 64)?;
    let value = value << above;
    Some(if spot.class == Class::Signed { (value as i64 >> above) as u64 } else { value >> above })
}
