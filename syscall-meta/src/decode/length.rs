//! How many, or how many bytes: the products of parameters, fields and the result that say so.

use super::follow::Follow;
use super::tape::{Reader, node};
use super::{Slots, integer};
use crate::meaning::{self, NO, T, term};
use crate::memory::Memory;
use crate::value::{self, Place};

/// Where the names of a length are.
#[derive(Clone, Copy)]
pub(super) enum Around<'r> {
    /// Among the parameters.
    Params,
    /// Among the fields of the structure with this layout and these bytes.
    Fields(u16, &'r [u8]),
}

impl<M: Memory + ?Sized> Follow<'_, M> {
    /// The length that begins at a place of the terms: 1 where nothing is said, none where it is not known.
    pub(super) fn length(&self, terms: u16, around: Around) -> Option<u64> {
        if terms == NO {
            return Some(1);
        }
        let mut product: u64 = 1;
        for term in meaning::terms(terms) {
            product = product.saturating_mul(self.term(term, around)?);
        }
        Some(product)
    }

    fn term(&self, of: T, around: Around) -> Option<u64> {
        let T(what, first, second) = of;
        match (what, around) {
            (term::NUMBER, _) => Some(u64::from(first) | u64::from(second) << 16),
            (term::RESULT, _) => self.result(),
            (term::PARAM, Around::Params) => {
                let slot = self.slots.slot(first)?;
                slot.value().map(|value| if slot.param().is_signed() { not_negative(value) } else { value })
            }
            (term::PARAM, Around::Fields(layout, bytes)) => self.field(layout, first, bytes),
            (term::BEHIND, Around::Params) => self.behind(self.slots, first),
            (term::FIELD, Around::Params) => self.field_behind(self.slots, first, second),
            _ => None,
        }
    }

    /// The number that a parameter points to.
    pub(super) fn behind(&self, slots: &Slots, name: u16) -> Option<u64> {
        let slot = slots.slot(name)?;
        let class = meaning::pointee_of_type(slot.param().ty(), self.abi()).or_else(|| {
            // One that a choice made a pointer says its type itself.
            meaning::kind(slot.kind).and_then(|kind| meaning::scalar(kind.3, self.abi()))
        })?;
        let mut bytes = [0; 8];
        let bytes = bytes.get_mut(..usize::from(class & meaning::BYTES_OF))?;
        self.memory.read_exact(slot.value()?, bytes).ok()?;
        let now = not_negative(value::extended(integer(bytes, self.order), class));
        // What the kernel puts there may be more than there was room for.
        let at = slots.get().iter().position(|of| of.name() == name)?;
        let before = self.before.get(at);
        let room = match Reader::new(before).node() {
            Some((node::NUMBERS, mut inner)) => {
                inner.take(5);
                Some(not_negative(value::extended(integer(inner.0, self.order), class)))
            }
            _ => None,
        };
        Some(room.map_or(now, |room| room.min(now)))
    }

    fn field_behind(&self, slots: &Slots, param: u16, field: u16) -> Option<u64> {
        let slot = slots.slot(param)?;
        let kind = meaning::kind(slot.kind)?;
        let record = if kind.2 == NO { meaning::record_of_type(slot.param().ty()) } else { kind.2 };
        let layout = meaning::layout(meaning::layout_on(record, self.abi())?)?;
        let field = meaning::field_named(layout, field)?;
        let mut bytes = [0; 8];
        let bytes = bytes.get_mut(..usize::from(field.4 & meaning::BYTES_OF))?;
        self.memory.read_exact(slot.value()?.checked_add(field.1.into())?, bytes).ok()?;
        Some(not_negative(value::extended(integer(bytes, self.order), field.4)))
    }

    fn field(&self, layout: u16, name: u16, bytes: &[u8]) -> Option<u64> {
        let layout = meaning::layout(layout)?;
        let field = meaning::field_named(layout, name)?;
        let number = value::field_number(&field, bytes, Place { abi: self.abi(), order: self.order })?;
        Some(not_negative(number))
    }
}

/// A length that is below 0 is none.
fn not_negative(value: u64) -> u64 {
    if value >> 63 == 1 { 0 } else { value }
}
