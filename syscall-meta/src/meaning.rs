//! The form of the generated meaning: kinds of parameters and results, choices, structures; and the lookups in it.
//!
//! Everything is integers that refer to each other by place, and one pool of names, so that nothing needs relocation.
//! `xtask/src/emit/meaning/` writes what stands here; each accessor answers for any place, also one that there is not.

#![allow(dead_code, reason = "generated code takes what it needs")]

use crate::abi::Abi;
use crate::generated::meaning as data;
use crate::kind::Plain;
use crate::word::Word;

mod built;
mod messages;
mod sets;

use built::short;
pub(crate) use messages::{
    A, H, M, N, attribute, attribute_named, control, held, held_at, how, instead, messages, space_of,
};
pub(crate) use sets::{of as set_of, set, whole as whole_set};

/// In place of a place: nothing.
pub(crate) const NO: u16 = u16::MAX;
/// The kind of a number that is shown in hex.
pub(crate) const HEX: u16 = {
    let mut at = 0;
    while data::KINDS[at].0 != Plain::Hex as u8 {
        at += 1;
    }
    at as u16
};
/// In place of the kind of a result: 0, which says nothing.
pub(crate) const ZERO: u16 = u16::MAX - 1;
/// In place of the kind of a result: the call does not return.
pub(crate) const NEVER: u16 = u16::MAX - 2;

/// A kind: what it is; direction and nullability; what it is of; the length of what it points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct K(pub(crate) u8, pub(crate) u8, pub(crate) u16, pub(crate) u16, pub(crate) u16);

/// What a kind is. Numbers without a pointer come first, in the order of [`Plain`](crate::Plain).
pub(crate) mod tag {
    pub(crate) const SET: u8 = 64;
    pub(crate) const BY: u8 = 65;
    pub(crate) const BARE: u8 = 66;
    /// No kind is known.
    pub(crate) const NOTHING: u8 = 95;
    pub(crate) const TEXT_HERE: u8 = 96;
    pub(crate) const BYTES_HERE: u8 = 97;
    pub(crate) const PORT: u8 = 98;
    pub(crate) const IPV4: u8 = 99;
    pub(crate) const IPV6: u8 = 100;
    pub(crate) const HWADDR: u8 = 101;
    pub(crate) const SOCKADDR_HERE: u8 = 102;
    pub(crate) const SIGSET_HERE: u8 = 103;
    /// From here on: pointers.
    pub(crate) const PATH: u8 = 128;
    pub(crate) const STRING: u8 = 129;
    pub(crate) const STRINGS: u8 = 130;
    pub(crate) const BYTES: u8 = 131;
    pub(crate) const STRUCT: u8 = 132;
    pub(crate) const VALUE: u8 = 133;
    pub(crate) const BITSET: u8 = 134;
    pub(crate) const SIGSET: u8 = 135;
    pub(crate) const FDSET: u8 = 136;
    pub(crate) const SOCKADDR: u8 = 137;
    pub(crate) const IOVEC: u8 = 138;
    pub(crate) const MSGHDR: u8 = 139;
    pub(crate) const SIGINFO: u8 = 140;
    pub(crate) const DIRENTS: u8 = 141;
    pub(crate) const POINTER_BY: u8 = 142;
    pub(crate) const OPAQUE: u8 = 143;
    pub(crate) const CONTROL: u8 = 144;
}

/// Bits beside the tag.
pub(crate) const IN: u8 = 1;
pub(crate) const OUT: u8 = 2;
pub(crate) const NULLABLE: u8 = 4;

/// Of an entry: its parameters in `PARAMS` (start, count), its choices in `ENTRY_CHOICES` (start, count), the kind of its
/// result, its classes as bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct E(pub(crate) u16, pub(crate) u8, pub(crate) u16, pub(crate) u8, pub(crate) u16, pub(crate) u16);

/// A term of a length: what it is, and of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct T(pub(crate) u8, pub(crate) u16, pub(crate) u16);

/// What a term is.
pub(crate) mod term {
    pub(crate) const END: u8 = 0;
    pub(crate) const NUMBER: u8 = 1;
    pub(crate) const PARAM: u8 = 2;
    pub(crate) const BEHIND: u8 = 3;
    pub(crate) const FIELD: u8 = 4;
    pub(crate) const RESULT: u8 = 5;
}

/// A choice: the parameters that decide (the second may be [`NO`]), the bits of it (a place in `MASKS`, or [`NO`] for all), its
/// cases in `CASES` (start, count), what is decided where none fits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct C(pub(crate) u16, pub(crate) u16, pub(crate) u16, pub(crate) u16, pub(crate) u16, pub(crate) u16);

/// A case: on which ABIs, how it fits, the values, what is decided (a place in `DECIDED`).
#[derive(Clone, Copy, Debug)]
#[repr(Rust, packed(2))]
pub(crate) struct When(pub(crate) u16, pub(crate) u8, pub(crate) u32, pub(crate) u32, pub(crate) u16);

/// How a case fits.
pub(crate) mod fits {
    /// The first value is the one; what is decided holds, and no other case.
    pub(crate) const FIRST: u8 = 1;
    /// So is the second.
    pub(crate) const SECOND: u8 = 2;
    /// All bits of the first value are there.
    pub(crate) const WITH: u8 = 4;
    /// No bit of it is there.
    pub(crate) const WITHOUT: u8 = 8;
    /// The first value is one of the upper half.
    pub(crate) const HIGH: u8 = 16;
    /// The next case has to fit as well for what it decides.
    pub(crate) const AND: u8 = 32;
}

/// A structure: its name, its layouts in `LAYOUTS` (start, count), how many fields its short form has,
/// what its values decide in `BYS` (start, count), [`HOLDS`] and [`LEADS`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct R(
    pub(crate) u16,
    pub(crate) u16,
    pub(crate) u8,
    pub(crate) u8,
    pub(crate) u16,
    pub(crate) u8,
    pub(crate) u8,
);

/// Of a structure: there are pointers that are followed in it, or structures.
pub(crate) const HOLDS: u8 = 1;
/// What it holds makes something beside it be read: a pointer at any depth.
pub(crate) const LEADS: u8 = 2;
/// It begins with its size.
const GROWS: u8 = 4;
/// Its size stands four bytes further.
const GROWS_AT_4: u8 = 8;

/// What is so of a structure with a name, [`GROWS`] or [`GROWS_AT_4`].
const fn grows(name: u16) -> u8 {
    const NAMES: [(&str, u8); 4] =
        [("sched_attr", GROWS), ("mnt_id_req", GROWS), ("ns_id_req", GROWS), ("perf_event_attr", GROWS_AT_4)];
    let (start, end) = (data::STARTS[name as usize] as usize, data::STARTS[name as usize + 1] as usize);
    let (text, mut at) = (data::NAMES.as_bytes(), 0);
    while at < NAMES.len() {
        let (of, mut same) = (NAMES[at].0.as_bytes(), 0);
        while same < of.len() && start + same < end && text[start + same] == of[same] {
            same += 1;
        }
        if same == of.len() && start + same == end {
            return NAMES[at].1;
        }
        at += 1;
    }
    0
}

/// A layout: on which ABIs, the size, its fields in `FIELDS` (start, count).
#[derive(Clone, Copy, Debug)]
#[repr(Rust, packed(2))]
pub(crate) struct L(pub(crate) u16, pub(crate) u32, pub(crate) u16, pub(crate) u16);

/// A field: its name, offset, kind, structure, element, how many, and the shift and width of a bit-field; with the shift,
/// [`BRIEF`] for those of the short form and [`CALLED`].
///
/// An element is its bytes in the low five bits and what it is above; 0 bytes is a structure. [`FLEXIBLE`] are as many as are
/// there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct F(
    pub(crate) u16,
    pub(crate) u16,
    pub(crate) u16,
    pub(crate) u16,
    pub(crate) u8,
    pub(crate) u16,
    pub(crate) u8,
    pub(crate) u8,
);

/// Above a shift: the short form has the field.
pub(crate) const BRIEF: u8 = 0x80;
/// Above a shift: people call it otherwise than its name is.
pub(crate) const CALLED: u8 = 0x40;
/// The shift itself.
pub(crate) const SHIFT: u8 = 0x3f;

/// A field that is a number in bytes of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlainField {
    name: u16,
    is_called: bool,
    pub(crate) offset: u16,
    pub(crate) kind: u16,
    /// An element, as in [`F`].
    pub(crate) class: u8,
}

/// In place of a count.
pub(crate) const FLEXIBLE: u16 = u16::MAX;

/// Above the bytes of an element.
pub(crate) const SIGNED: u8 = 0x80;
pub(crate) const POINTER: u8 = 0x40;
pub(crate) const CHAR: u8 = 0x20;
pub(crate) const BYTES_OF: u8 = 0x1f;

/// What the value of a field decides: the field, on which ABIs it has which value, the kinds in `OVERRIDES` (start, count), and
/// which of its bits decide.
#[derive(Clone, Copy, Debug)]
pub(crate) struct B(pub(crate) u16, pub(crate) u16, pub(crate) u64, pub(crate) u16, pub(crate) u8, pub(crate) u64);

/// Whether an ABI is one of those at a place of `ABIS`.
#[inline]
pub(crate) fn has(abis: u16, abi: Abi) -> bool {
    data::ABIS.get(usize::from(abis)).is_some_and(|abis| abis >> (abi as u32) & 1 == 1)
}

/// A name of a field, a structure or a constant.
#[inline]
pub(crate) fn name(id: u16) -> &'static str {
    word(id).text()
}

#[inline]
fn word(id: u16) -> Word {
    let at = usize::from(id);
    match (data::STARTS.get(at), data::STARTS.get(at + 1)) {
        (Some(start), Some(end)) => {
            Word::of(data::NAMES, *start as usize, usize::from(end.saturating_sub(*start))).unwrap_or(Word::NONE)
        }
        _ => Word::NONE,
    }
}

/// What a field is called: by its name, or as people call it.
#[inline]
pub(crate) fn field_word(field: &F) -> Word {
    word(if field.6 & CALLED == 0 { field.0 } else { called(field.0) })
}

/// The same of a number.
#[inline]
pub(crate) fn plain_word(field: &PlainField) -> Word {
    word(if field.is_called { called(field.name) } else { field.name })
}

#[cold]
#[inline(never)]
fn called(id: u16) -> u16 {
    let called = data::CALLED.binary_search_by_key(&id, |(of, _)| *of).ok().and_then(|at| data::CALLED.get(at));
    called.map_or(id, |(_, called)| *called)
}

/// The kind at a place.
#[inline]
pub(crate) fn kind(id: u16) -> Option<K> {
    data::KINDS.get(usize::from(id)).copied()
}

/// Why nothing better can be said of a value: a sentence of `REASONS`.
pub(crate) fn reason(id: u16) -> &'static str {
    data::REASONS.get(usize::from(id)).copied().unwrap_or("")
}

/// The terms of a length.
pub(crate) fn terms(start: u16) -> impl Iterator<Item = T> {
    let terms = data::TERMS.get(usize::from(start)..).unwrap_or_default();
    terms.iter().copied().take_while(|term| term.0 != term::END)
}

/// What is said of an entry.
#[inline]
pub(crate) fn entry(id: u16) -> Option<E> {
    data::ENTRIES.get(usize::from(id)).copied()
}

/// The name of each parameter of an entry, with its kind.
#[inline]
pub(crate) fn params(entry: E) -> &'static [(u16, u16)] {
    slice(&data::PARAMS, entry.0, entry.1.into())
}

/// The choices of an entry.
#[inline]
pub(crate) fn choices(entry: E) -> impl Iterator<Item = C> {
    slice(&data::ENTRY_CHOICES, entry.2, entry.3.into())
        .iter()
        .filter_map(|at| built::CHOICES.get(usize::from(*at)).copied())
}

/// The cases of a choice.
#[inline]
pub(crate) fn cases(choice: C) -> impl Iterator<Item = When> + Clone {
    slice(&built::CASES, choice.3, choice.4).iter().map(|case| case.when())
}

/// The bits of a value that decide.
pub(crate) fn mask(choice: C, abi: Abi) -> u64 {
    let masks = data::MASKS.get(usize::from(choice.2)).copied().unwrap_or_default();
    masks.iter().find(|(abis, _)| has(*abis, abi)).map_or(u64::MAX, |(_, mask)| *mask)
}

/// The list of parameters of an entry that a call may turn out to be, where a `long` has so many bits.
pub(crate) fn params_behind(entry: u16, long_bits: u32) -> Option<u16> {
    let at = data::BEHIND.binary_search_by_key(&entry, |(of, ..)| *of).ok()?;
    let (_, narrow, wide) = *data::BEHIND.get(at)?;
    Some(if long_bits == 64 { wide } else { narrow }).filter(|list| *list != NO)
}

/// What is decided.
pub(crate) fn decided(id: u16) -> Option<Decided> {
    let (form, mut rest) = built::DECIDED.get(usize::from(id)..)?.split_first()?;
    let mut one = |there: u16, otherwise: u16| match rest.split_first() {
        Some((word, after)) if form & there != 0 => {
            rest = after;
            *word
        }
        _ => otherwise,
    };
    let returns = one(short::RETURNS, if form & short::RETURNS_ZERO != 0 { ZERO } else { NO });
    let (call, words) = (one(short::CALL, NO), one(short::WORDS, NO));
    let (params, rest) = rest.split_at_checked(usize::from(form & short::PARAMS) * 2)?;
    let (args, rest) = if form & short::ARGS != 0 { counted(rest)? } else { (&[][..], rest) };
    let fields = if form & short::FIELDS != 0 { rest } else { &[] };
    Some(Decided { params, returns, call, words, args, fields })
}

/// What a value decides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decided {
    params: &'static [u16],
    /// The kind of the result, or [`NO`].
    pub(crate) returns: u16,
    /// The entry that the call is, or [`NO`].
    pub(crate) call: u16,
    /// The parameter that points to that entry's words, or [`NO`].
    pub(crate) words: u16,
    /// The parameters that are that entry's.
    pub(crate) args: &'static [u16],
    /// Lists of fields: how many lists; of each the parameter, how many names, the names.
    fields: &'static [u16],
}

impl Decided {
    /// Whether it says which fields matter of what some parameter points to.
    pub(crate) const fn has_fields(&self) -> bool {
        !self.fields.is_empty()
    }

    /// The names of parameters, with their kinds.
    pub(crate) fn params(&self) -> impl Iterator<Item = (u16, u16)> {
        self.params.chunks_exact(2).map(|pair| (pair[0], pair[1]))
    }

    /// The place in `DECIDED` of the names of the fields that matter of what a parameter points to, as a counted list.
    pub(crate) fn fields_of(&self, param: u16) -> Option<&'static [u16]> {
        let (lists, mut rest) = self.fields.split_first()?;
        for _ in 0..*lists {
            let [of, after @ ..] = rest else { return None };
            let (names, after) = counted(after)?;
            if *of == param {
                return Some(names);
            }
            rest = after;
        }
        None
    }
}

/// How many there are, and these.
fn counted(list: &'static [u16]) -> Option<(&'static [u16], &'static [u16])> {
    let (count, rest) = list.split_first()?;
    rest.split_at_checked(usize::from(*count))
}

/// The structure at a place.
#[inline]
pub(crate) fn record(id: u16) -> Option<R> {
    built::RECORDS.get(usize::from(id)).copied()
}

/// Where a structure that grows says itself how large it is, which the kernel reads first.
#[inline]
pub(crate) fn size_in(id: u16) -> Option<u64> {
    match record(id)?.6 & (GROWS | GROWS_AT_4) {
        0 => None,
        GROWS => Some(0),
        _ => Some(4),
    }
}

/// The place of the layout that a structure has on an ABI.
#[inline]
pub(crate) fn layout_on(id: u16, abi: Abi) -> Option<u16> {
    let record = record(id)?;
    let found = slice(&built::LAYOUTS, record.1, record.2.into()).iter().position(|layout| has(layout.0, abi))?;
    Some(record.1 + found as u16)
}

/// The layout at a place.
#[inline]
pub(crate) fn layout(id: u16) -> Option<L> {
    built::LAYOUTS.get(usize::from(id)).copied()
}

/// The fields of a layout.
#[inline]
pub(crate) fn fields(layout: L) -> Fields {
    Fields(slice(&built::FIELDS, layout.2, layout.3).iter())
}

/// The field with this name.
#[inline]
pub(crate) fn field_named(layout: L, name: u16) -> Option<F> {
    slice(&built::FIELDS, layout.2, layout.3).iter().find(|field| field.0 == name).map(|field| field.get())
}

/// The fields of a layout, in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(core::slice::Iter<'static, built::Field>);

impl Fields {
    /// The next field as far as that is a number in bytes of its own, and whether the short form has it; it stays the next one.
    /// None where there is no field.
    #[inline(always)]
    pub(crate) fn peek(&self) -> Option<(Option<PlainField>, bool)> {
        self.0.as_slice().first().map(|field| field.plain())
    }

    /// Leaves out the next one.
    #[inline(always)]
    pub(crate) fn next_raw(&mut self) {
        self.0.next();
    }

    /// Leaves out those that the short form does not have, up to the next that it has; how many.
    #[inline]
    pub(crate) fn skip_long(&mut self) -> u16 {
        let mut count = 0;
        while self.0.as_slice().first().is_some_and(|field| !field.is_brief()) {
            self.0.next();
            count += 1;
        }
        count
    }
}

impl Iterator for Fields {
    type Item = F;

    #[inline]
    fn next(&mut self) -> Option<F> {
        self.0.next().map(|field| field.get())
    }

    #[inline]
    fn nth(&mut self, at: usize) -> Option<F> {
        self.0.nth(at).map(|field| field.get())
    }

    fn last(self) -> Option<F> {
        self.0.last().map(|field| field.get())
    }
}

/// What the values of a structure's fields decide.
#[inline]
pub(crate) fn bys(record: R) -> Bys {
    Bys(slice(&built::BYS, record.4, record.5.into()))
}

/// What values of a structure's fields decide, each at its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bys(&'static [built::By]);

impl Bys {
    pub(crate) const NONE: Bys = Bys(&[]);

    #[inline]
    pub(crate) fn get(self, at: usize) -> Option<B> {
        self.0.get(at).map(|by| by.get())
    }

    #[inline]
    pub(crate) fn iter(self) -> impl Iterator<Item = B> {
        self.0.iter().map(|by| by.get())
    }
}

/// The names of fields with the kinds that they have instead, from a place on so many.
#[inline]
pub(crate) fn overrides((start, count): (u16, u8)) -> &'static [(u16, u16)] {
    slice(&data::OVERRIDES, start, count.into())
}

/// The structure that a C type is of, or [`NO`].
#[inline]
pub(crate) fn record_of_type(ty: u16) -> u16 {
    data::TYPES.get(usize::from(ty)).map_or(NO, |ty| ty.0)
}

/// What an element is to which a pointer of this C type leads, as in [`F`].
#[inline]
pub(crate) fn pointee_of_type(ty: u16, abi: Abi) -> Option<u8> {
    scalar(data::TYPES.get(usize::from(ty))?.1, abi)
}

/// What an integer type is on an ABI, as in [`F`].
#[inline]
pub(crate) fn scalar(id: u16, abi: Abi) -> Option<u8> {
    let [start, end, ..] = *built::SCALAR_STARTS.get(usize::from(id)..)? else { return None };
    let of = built::SCALARS.get(usize::from(start)..usize::from(end))?;
    of.iter().find(|(abis, _)| has(*abis, abi)).map(|(_, class)| *class)
}

#[inline]
fn slice<T>(all: &'static [T], start: u16, count: u16) -> &'static [T] {
    let start = usize::from(start);
    all.get(start..start + usize::from(count)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    #[test]
    fn structures_that_grow_are_known_by_their_names() {
        let growing = |at: u64| {
            let ids = (0..data::RECORDS.len() as u16).filter(|id| size_in(*id) == Some(at));
            let mut names: Vec<_> = ids.filter_map(|id| record(id).map(|record| name(record.0))).collect();
            names.sort_unstable();
            names.dedup();
            names
        };
        assert_eq!(growing(4), ["perf_event_attr"]);
        assert_eq!(growing(0), ["mnt_id_req", "ns_id_req", "sched_attr"]);
    }
}
