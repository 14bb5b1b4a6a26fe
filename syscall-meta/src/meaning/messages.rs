//! The form of what messages hold: the data of control messages; and the lookups in it.

use crate::abi::Abi;
use crate::generated::meaning as data;

use super::has;

/// What bytes hold: what it is, of what, and of which element or space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct H(pub(crate) u8, pub(crate) u16, pub(crate) u16);

/// What bytes hold.
pub(crate) mod held {
    pub(crate) const NOTHING: u8 = 0;
    /// A number: kind, element.
    pub(crate) const NUMBER: u8 = 1;
    /// Numbers: kind, element.
    pub(crate) const NUMBERS: u8 = 2;
    /// A structure.
    pub(crate) const STRUCT: u8 = 3;
    /// Structures.
    pub(crate) const STRUCTS: u8 = 4;
    /// What a kind of field says.
    pub(crate) const INLINE: u8 = 5;
    /// Nothing better is known, for a reason.
    pub(crate) const OPAQUE: u8 = 12;
    /// Beside that of a number: it is in the order of networks.
    pub(crate) const BIG: u8 = 0x80;
}

/// A control message: on which ABIs, level, type, what is held, the name of its type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct M(pub(crate) u16, pub(crate) u32, pub(crate) u32, pub(crate) u16, pub(crate) u16);

/// What is held at a place.
pub(crate) fn held_at(id: u16) -> Option<H> {
    data::HELD.get(usize::from(id)).copied()
}

/// What is said of control messages of this level and type.
pub(crate) fn control(abi: Abi, level: u32, ty: u32) -> Option<M> {
    data::CONTROLS.iter().find(|of| of.1 == level && of.2 == ty && has(of.0, abi)).copied()
}
