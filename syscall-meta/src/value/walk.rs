//! The walk over a structure's fields: which of them mean something, and what, where their values decide that.

use super::{F, Place, Struct, field_number};
use crate::kind::Plain;
use crate::meaning::{self, B, L, NO, PlainField, R};

/// Where in a structure's fields one is.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    fields: meaning::Fields,
    index: u16,
    active: Active,
    chosen: Option<&'static [u16]>,
    /// How many the short form has, where it is asked for and there is one.
    brief: u8,
    pub(crate) left_out: bool,
    /// How many of the short form were gone through.
    seen: u8,
}

impl Walk {
    /// A walk over the fields, or over those of the short form.
    #[inline]
    pub(crate) fn new(of: &Struct<'_>, is_brief: bool) -> Walk {
        let mut walk = Walk {
            fields: meaning::Fields::default(),
            index: 0,
            active: Active::NONE,
            chosen: None,
            brief: 0,
            left_out: false,
            seen: 0,
        };
        if let (Some(layout), Some(record)) = (meaning::layout(of.layout), meaning::record(of.record)) {
            walk.fields = meaning::fields(layout);
            walk.brief = if is_brief { record.3 } else { 0 };
            if record.5 > 0 {
                walk.active = Active::new(record, layout, of.bytes, of.place);
            }
            if of.decision != NO {
                walk.chosen = chosen(of);
            }
        }
        walk
    }

    /// The next field that means something: itself, its place, and the kind that it has here.
    #[inline(never)]
    pub(crate) fn step(&mut self, of: &Struct<'_>) -> Option<(F, u16, u16)> {
        loop {
            if self.brief > 0 && self.left_out {
                if self.seen >= self.brief {
                    return None;
                }
                self.index += self.fields.skip_long();
            }
            let field = self.fields.next()?;
            let index = self.index;
            self.index += 1;
            let is_brief = self.brief == 0 || field.6 & meaning::BRIEF != 0;
            self.seen = self.seen.saturating_add(u8::from(is_brief));
            let kind = if self.decides(of) { self.decided(of, &field) } else { Some(field.2) };
            let Some(kind) = kind else { continue };
            if meaning::kind(kind).is_some_and(|kind| kind.0 == Plain::Unused as u8) {
                continue;
            }
            if !is_brief {
                self.left_out = true;
                continue;
            }
            return Some((field, index, kind));
        }
    }

    /// Hands over the fields that come next, as long as these are numbers by themselves and nothing decides what they mean, as
    /// most do; whether that were all that there are.
    #[inline(always)]
    pub(crate) fn each_plain<E>(
        &mut self,
        of: &Struct<'_>,
        mut tell: impl FnMut(&PlainField) -> Result<(), E>,
    ) -> Result<bool, E> {
        if self.decides(of) || !of.children.0.is_empty() {
            return Ok(false);
        }
        let (mut fields, mut index, mut left_out, mut seen) =
            (self.fields.clone(), self.index, self.left_out, self.seen);
        let is_end = loop {
            let Some((plain, is_brief)) = fields.peek() else { break true };
            if self.brief > 0 && !is_brief {
                if left_out && seen >= self.brief {
                    break true;
                }
                if !left_out && plain.is_none() {
                    break false;
                }
                left_out = true;
            } else {
                let Some(field) = plain else { break false };
                tell(&field)?;
                seen = seen.saturating_add(1);
            }
            fields.next_raw();
            index += 1;
        };
        (self.fields, self.index, self.left_out, self.seen) = (fields, index, left_out, seen);
        Ok(is_end)
    }

    #[inline(always)]
    fn decides(&self, of: &Struct<'_>) -> bool {
        self.active.holds != 0 || of.instead.1 != 0 || self.chosen.is_some()
    }

    /// The kind that a field has here, where something decides that; none where it means nothing.
    #[inline(never)]
    fn decided(&self, of: &Struct<'_>, field: &F) -> Option<u16> {
        if self.chosen.is_some_and(|chosen| !is_chosen(chosen, field.0)) {
            return None;
        }
        Some(of.kind_instead(field).unwrap_or_else(|| self.active.kind(field)))
    }
}

/// The fields that matter, where a decision says which.
#[inline(never)]
fn chosen(of: &Struct<'_>) -> Option<&'static [u16]> {
    meaning::decided(of.decision).and_then(|decided| decided.fields_of(of.param))
}

/// Whether a field is one of these, or lies in one.
fn is_chosen(chosen: &[u16], field: u16) -> bool {
    let outer = || meaning::name(field).split('.').next().unwrap_or("");
    chosen.contains(&field) || chosen.iter().any(|of| meaning::name(*of) == outer())
}

/// The decisions of a structure's values that hold: small, since it is copied with each structure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Active {
    bys: meaning::Bys,
    /// A bit for each of them; a test holds that there are no more of any structure.
    holds: u64,
}

impl Active {
    pub(crate) const NONE: Active = Active { bys: meaning::Bys::NONE, holds: 0 };

    #[inline(never)]
    pub(crate) fn new(record: R, layout: L, bytes: &[u8], place: Place) -> Active {
        let mut active = Active { bys: meaning::bys(record), holds: 0 };
        for (by, bit) in active.bys.iter().zip(0..u64::BITS) {
            let B(name, abis, value, .., decisive) = by;
            if !meaning::has(abis, place.abi) {
                continue;
            }
            let Some(field) = meaning::field_named(layout, name) else { continue };
            let Some(number) = field_number(&field, bytes, place) else { continue };
            let size = u32::from(field.4 & meaning::BYTES_OF).clamp(1, 8);
            let mask = u64::MAX >> (64 - size * 8);
            if (number ^ value) & mask & decisive == 0 {
                active.holds |= 1 << bit;
            }
        }
        active
    }

    /// The kind that a field has.
    #[inline]
    pub(crate) fn kind(&self, field: &F) -> u16 {
        let (mut kind, mut rest) = (field.2, self.holds);
        while let Some(by) = self.bys.get(rest.trailing_zeros() as usize) {
            if let Some((_, other)) = meaning::overrides((by.3, by.4)).iter().find(|(name, _)| *name == field.0) {
                kind = *other;
            }
            rest &= rest.wrapping_sub(1);
        }
        kind
    }
}
