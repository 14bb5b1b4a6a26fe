//! The form of what messages hold: control messages, and messages and attributes of netlink; and the lookups in it.

use crate::abi::Abi;
use crate::generated::meaning as data;

use super::{has, name};

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
    /// An address of IPv4 or IPv6.
    pub(crate) const ADDRESS: u8 = 6;
    /// Attributes of a space.
    pub(crate) const NESTED: u8 = 7;
    /// A structure, then attributes of a space.
    pub(crate) const THEN: u8 = 8;
    /// Many of these.
    pub(crate) const THEN_EACH: u8 = 9;
    /// What the text of the attribute of this name says.
    pub(crate) const BY: u8 = 10;
    /// Nothing better is known, for a reason.
    pub(crate) const OPAQUE: u8 = 12;
    /// Beside that of a number: it is in the order of networks.
    pub(crate) const BIG: u8 = 0x80;
}

/// A control message: on which ABIs, level, type, what is held, the name of its type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct M(pub(crate) u16, pub(crate) u32, pub(crate) u32, pub(crate) u16, pub(crate) u16);

/// A message of netlink: protocol, type, how, family or `NO`, payload, space or `NO`, the name of its type, the kinds of
/// fields in `INSTEAD` (start, count).
#[derive(Clone, Copy, Debug)]
pub(crate) struct N(
    pub(crate) u16,
    pub(crate) u16,
    pub(crate) u8,
    pub(crate) u16,
    pub(crate) u16,
    pub(crate) u16,
    pub(crate) u16,
    pub(crate) u16,
    pub(crate) u8,
);

/// What is said of a message beside that.
pub(crate) mod how {
    /// Which flags a request has.
    pub(crate) const GET: u8 = 1;
    pub(crate) const NEW: u8 = 2;
    pub(crate) const DELETE: u8 = 3;
    pub(crate) const FLAGS: u8 = 3;
    /// Only requests are so.
    pub(crate) const REQUEST: u8 = 16;
    /// Only what is none.
    pub(crate) const REPLY: u8 = 32;
}

/// An attribute: type, name, what is held.
#[derive(Clone, Copy, Debug)]
pub(crate) struct A(pub(crate) u16, pub(crate) u16, pub(crate) u16);

/// In place of the type of an attribute: any.
pub(crate) const ANY: u16 = u16::MAX;

/// What is held at a place.
pub(crate) fn held_at(id: u16) -> Option<H> {
    data::HELD.get(usize::from(id)).copied()
}

/// What is said of control messages of this level and type.
pub(crate) fn control(abi: Abi, level: u32, ty: u32) -> Option<M> {
    data::CONTROLS.iter().find(|of| of.1 == level && of.2 == ty && has(of.0, abi)).copied()
}

/// What is said of messages of this type.
pub(crate) fn messages(protocol: u16, ty: u16) -> impl Iterator<Item = N> {
    data::MESSAGES.iter().filter(move |of| of.0 == protocol && of.1 == ty).copied()
}

/// The attribute of a space that has this type.
pub(crate) fn attribute(space: u16, ty: u16) -> Option<A> {
    let (start, count) = *data::SPACES.get(usize::from(space))?;
    let of = super::slice(&data::ATTRIBUTES, start, count);
    of.iter().find(|of| of.0 == ty).or_else(|| of.iter().find(|of| of.0 == ANY)).copied()
}

/// The type of the attribute of a space that has this name.
pub(crate) fn attribute_named(space: u16, id: u16) -> Option<u16> {
    let (start, count) = *data::SPACES.get(usize::from(space))?;
    super::slice(&data::ATTRIBUTES, start, count).iter().find(|of| of.1 == id).map(|of| of.0)
}

/// The space for which a text of the attribute of this name stands.
pub(crate) fn space_of(attribute: u16, text: &[u8]) -> Option<u16> {
    let mut all = data::TEXTS.iter();
    all.find(|(of, id, _)| *of == attribute && name(*id).as_bytes() == text).map(|(.., space)| *space)
}

/// The kind that a field has in messages with these kinds.
pub(crate) fn instead(start: u16, count: u8, field: u16) -> Option<u16> {
    super::slice(&data::INSTEAD, start, count.into()).iter().find(|(name, _)| *name == field).map(|(_, kind)| *kind)
}
