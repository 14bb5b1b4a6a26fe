//! The part of the generated meaning that is of the ABIs that are built in: layouts, their fields, cases and what these decide.
//!
//! A call is decoded by the table of its ABI, so that what is said of others alone is never asked for. All of it is left out
//! while the crate compiles, and places are made those of what stays.

#![allow(clippy::large_const_arrays, reason = "none of these is linked; a constant is what lengths can be told by")]

use super::{B, C, F, L, NO, PlainField, R, When, tag};
use crate::abi::Abi;
use crate::generated::{meaning as data, table};
use crate::kind::Plain;
use crate::value::is_pointer;

/// The ABIs whose tables are built in, as bits.
pub(super) const BUILT: u64 = {
    let (mut built, mut at) = (0, 0);
    while at < Abi::ALL.len() {
        if table(Abi::ALL[at]).is_some() {
            built |= 1 << (Abi::ALL[at] as u32);
        }
        at += 1;
    }
    built
};

const fn stays(abis: u16) -> bool {
    data::ABIS[abis as usize] & BUILT != 0
}

/// Where each stays, and, at the end, how many do.
type Places<const N: usize> = [u16; N];

/// Turns 1 for what stays and 0 for what does not into places.
const fn places<const N: usize>(mut stays: Places<N>) -> Places<N> {
    let (mut at, mut count) = (0, 0);
    while at < N {
        let here = stays[at];
        stays[at] = count;
        count += here;
        at += 1;
    }
    stays
}

const LAYOUT_COUNT: usize = data::LAYOUTS.len();
const FIELD_COUNT: usize = data::FIELDS.len();
const BY_COUNT: usize = data::BYS.len();
const CASE_COUNT: usize = data::CASES.len();
const DECIDED_COUNT: usize = data::DECIDED.len();

/// A constant is evaluated anew at each use, hence the copies in all that follows.
const LAYOUT_PLACES: Places<{ LAYOUT_COUNT + 1 }> = {
    let (mut kept, layouts, mut at) = ([0; LAYOUT_COUNT + 1], data::LAYOUTS, 0);
    while at < LAYOUT_COUNT {
        kept[at] = stays(layouts[at].0) as u16;
        at += 1;
    }
    places(kept)
};

const FIELD_PLACES: Places<{ FIELD_COUNT + 1 }> = {
    let (mut kept, layouts, mut at) = ([0; FIELD_COUNT + 1], data::LAYOUTS, 0);
    while at < LAYOUT_COUNT {
        let L(abis, _, start, count) = layouts[at];
        let mut field = if stays(abis) { 0 } else { count };
        while field < count {
            kept[(start + field) as usize] = 1;
            field += 1;
        }
        at += 1;
    }
    places(kept)
};

/// A field as it stays: its name, its offset, a place in [`SHAPES`]. Of the other things that are said of one, few differ.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field(pub(super) u16, u16, u16);

/// The kind of a field, its structure, its element, how many, and the shift and width of a bit-field.
type Shape = (u16, u16, u16, u8, u8, u8);

impl Field {
    /// Whether the short form has it.
    #[inline]
    pub(super) fn is_brief(self) -> bool {
        SHAPES.get(usize::from(self.2)).is_some_and(|shape| shape.4 & super::BRIEF != 0)
    }

    #[inline]
    pub(super) fn get(self) -> F {
        let Field(name, offset, shape) = self;
        let (kind, record, count, element, shift, width) =
            SHAPES.get(usize::from(shape)).copied().unwrap_or((NO, NO, 0, 0, 0, 0));
        F(name, offset, kind, record, element, count, shift, width & !PLAIN)
    }

    /// Itself, where it is a number in bytes of its own, and whether the short form has it.
    #[inline(always)]
    pub(super) fn plain(self) -> (Option<PlainField>, bool) {
        let Field(name, offset, shape) = self;
        let Some((kind, _, _, class, shift, width)) = SHAPES.get(usize::from(shape)).copied() else {
            return (None, false);
        };
        let plain = PlainField { name, is_called: shift & super::CALLED != 0, offset, kind, class };
        (if width & PLAIN != 0 { Some(plain) } else { None }, shift & super::BRIEF != 0)
    }
}

/// Above the width of a bit-field, which is none here: a number in bytes of its own, whose kind needs nothing more to be shown.
const PLAIN: u8 = 0x80;

const fn is_plain(kind: u16, record: u16, element: u8, count: u16, width: u8) -> bool {
    let is_one = record == NO && count == 1 && width == 0 && matches!(element & super::BYTES_OF, 1 | 2 | 4 | 8);
    if !is_one || kind as usize >= data::KINDS.len() {
        return false;
    }
    let what = data::KINDS[kind as usize].0;
    let is_shown = what < tag::TEXT_HERE && what != Plain::Unused as u8;
    is_shown && !is_pointer(what, element & super::POINTER != 0)
}

/// What people call otherwise than its name is.
const CALLED: [(u16, u16); data::CALLED.len()] = data::CALLED;

struct Shapes {
    all: [Shape; FIELD_COUNT],
    count: usize,
    /// That of each field.
    of: [u16; FIELD_COUNT],
}

const FIELD_SHAPES: Shapes = {
    let mut shapes = Shapes { all: [(0, 0, 0, 0, 0, 0); FIELD_COUNT], count: 0, of: [0; FIELD_COUNT] };
    assert!(FIELD_COUNT < SLOTS);
    let (mut slots, fields, places, mut at) = ([NO; SLOTS], data::FIELDS, FIELD_PLACES, 0);
    while at < FIELD_COUNT {
        if places[at] != places[at + 1] {
            let F(name, _, kind, record, element, count, mut shift, mut width) = fields[at];
            assert!(shift & super::CALLED == 0 && width & PLAIN == 0);
            if is_plain(kind, record, element, count, width) {
                width |= PLAIN;
            }
            let mut called = 0;
            while called < CALLED.len() {
                if CALLED[called].0 == name {
                    shift |= super::CALLED;
                }
                called += 1;
            }
            let mixed = kind as usize + record as usize * 7 + count as usize * 53 + element as usize * 1031;
            let mut slot = (mixed + shift as usize * 257 + width as usize * 4099) % SLOTS;
            loop {
                if slots[slot] == NO {
                    slots[slot] = shapes.count as u16;
                    shapes.all[shapes.count] = (kind, record, count, element, shift, width);
                    shapes.count += 1;
                }
                let of = shapes.all[slots[slot] as usize];
                if of.0 == kind && of.1 == record && of.2 == count && of.3 == element && of.4 == shift && of.5 == width
                {
                    break;
                }
                slot = (slot + 1) % SLOTS;
            }
            shapes.of[at] = slots[slot];
        }
        at += 1;
    }
    shapes
};

static SHAPES: [Shape; FIELD_SHAPES.count] = start_of(&FIELD_SHAPES.all);

pub(super) static FIELDS: [Field; FIELD_PLACES[FIELD_COUNT] as usize] = {
    let mut kept = [Field(0, 0, 0); FIELD_PLACES[FIELD_COUNT] as usize];
    let (fields, places, shapes, mut at) = (data::FIELDS, FIELD_PLACES, FIELD_SHAPES, 0);
    while at < FIELD_COUNT {
        if places[at] != places[at + 1] {
            kept[places[at] as usize] = Field(fields[at].0, fields[at].1, shapes.of[at]);
        }
        at += 1;
    }
    kept
};

pub(super) static LAYOUTS: [L; LAYOUT_PLACES[LAYOUT_COUNT] as usize] = {
    let (mut kept, layouts, places, fields, mut at) =
        ([L(0, 0, 0, 0); LAYOUT_PLACES[LAYOUT_COUNT] as usize], data::LAYOUTS, LAYOUT_PLACES, FIELD_PLACES, 0);
    while at < LAYOUT_COUNT {
        if places[at] != places[at + 1] {
            let L(abis, size, start, count) = layouts[at];
            kept[places[at] as usize] = L(abis, size, fields[start as usize], count);
        }
        at += 1;
    }
    kept
};

pub(super) static RECORDS: [R; data::RECORDS.len()] = {
    let (mut records, places, by_places, mut at) = (data::RECORDS, LAYOUT_PLACES, BY_PLACES, 0);
    while at < records.len() {
        let (start, end) = (records[at].1 as usize, records[at].1 as usize + records[at].2 as usize);
        records[at].1 = places[start];
        records[at].2 = (places[end] - places[start]) as u8;
        let (start, end) = (records[at].4 as usize, records[at].4 as usize + records[at].5 as usize);
        records[at].4 = by_places[start];
        records[at].5 = (by_places[end] - by_places[start]) as u8;
        records[at].6 |= super::grows(records[at].0);
        at += 1;
    }
    records
};

const BY_PLACES: Places<{ BY_COUNT + 1 }> = {
    let (mut kept, bys, mut at) = ([0; BY_COUNT + 1], data::BYS, 0);
    while at < BY_COUNT {
        kept[at] = stays(bys[at].1) as u16;
        at += 1;
    }
    places(kept)
};

/// What a field's value decides, as it stays: the field, a place in [`BY_FITS`], the lower half of the value, the kinds in
/// `OVERRIDES` (start, count).
#[derive(Clone, Copy, Debug)]
#[repr(Rust, packed(2))]
pub(super) struct By(u16, u16, u32, u16, u8);

/// On which ABIs it is, the upper half of the value, the bits that decide.
type ByFit = (u16, u32, u64);

impl By {
    #[inline]
    pub(super) fn get(self) -> B {
        let By(field, fit, value, start, count) = self;
        let (abis, upper, decisive) = BY_FITS.get(usize::from(fit)).copied().unwrap_or((NO, 0, 0));
        B(field, abis, u64::from(upper) << 32 | value as u64, start, count, decisive)
    }
}

struct ByFits {
    all: [ByFit; BY_COUNT],
    count: usize,
    /// That of each.
    of: [u16; BY_COUNT],
}

const BYS_FIT: ByFits = {
    let mut fits = ByFits { all: [(0, 0, 0); BY_COUNT], count: 0, of: [0; BY_COUNT] };
    let (bys, mut at) = (data::BYS, 0);
    while at < BY_COUNT {
        let B(_, abis, value, _, _, decisive) = bys[at];
        let (upper, mut fit) = ((value >> 32) as u32, 0);
        while fit < fits.count {
            let of = fits.all[fit];
            if of.0 == abis && of.1 == upper && of.2 == decisive {
                break;
            }
            fit += 1;
        }
        if fit == fits.count {
            fits.all[fit] = (abis, upper, decisive);
            fits.count += 1;
        }
        fits.of[at] = fit as u16;
        at += 1;
    }
    fits
};

static BY_FITS: [ByFit; BYS_FIT.count] = start_of(&BYS_FIT.all);

pub(super) static BYS: [By; BY_PLACES[BY_COUNT] as usize] = {
    let mut kept = [By(0, 0, 0, 0, 0); BY_PLACES[BY_COUNT] as usize];
    let (bys, places, fits, mut at) = (data::BYS, BY_PLACES, BYS_FIT, 0);
    while at < BY_COUNT {
        if places[at] != places[at + 1] {
            let B(field, _, value, start, count, _) = bys[at];
            kept[places[at] as usize] = By(field, fits.of[at], value as u32, start, count);
        }
        at += 1;
    }
    kept
};

/// What the integer types are on each ABI, in one list: on which ABIs, and what as in [`F`].
pub(super) static SCALARS: [(u16, u8); SCALARS_MADE.count] = start_of(&SCALARS_MADE.all);

/// Where each type's part of [`SCALARS`] starts, and where the last one ends.
pub(super) static SCALAR_STARTS: [u8; SCALAR_COUNT + 1] = SCALARS_MADE.starts;

const SCALAR_COUNT: usize = data::SCALARS.len();

struct Scalars {
    all: [(u16, u8); 256],
    count: usize,
    starts: [u8; SCALAR_COUNT + 1],
}

const SCALARS_MADE: Scalars = {
    let mut made = Scalars { all: [(0, 0); 256], count: 0, starts: [0; SCALAR_COUNT + 1] };
    let (scalars, mut at) = (data::SCALARS, 0);
    while at < SCALAR_COUNT {
        let mut row = 0;
        while row < scalars[at].len() {
            if stays(scalars[at][row].0) {
                made.all[made.count] = scalars[at][row];
                made.count += 1;
            }
            row += 1;
        }
        assert!(made.count <= u8::MAX as usize, "a byte has no room for so many");
        made.starts[at + 1] = made.count as u8;
        at += 1;
    }
    made
};

const CASE_PLACES: Places<{ CASE_COUNT + 1 }> = {
    let (mut kept, cases, mut at) = ([0; CASE_COUNT + 1], data::CASES, 0);
    // What has to fit as well stands behind a case, and stays only where that does: else it would be one by itself.
    let mut with = false;
    while at < CASE_COUNT {
        let case = cases[at];
        let is_more = with && case.1 & super::fits::WITHOUT != 0 && case.4 == cases[at - 1].4;
        let before = is_more && kept[at - 1] == 0;
        kept[at] = (stays(case.0) && !before) as u16;
        with = case.1 & super::fits::AND != 0 || is_more;
        at += 1;
    }
    places(kept)
};

/// Which decisions a case or a choice that stays leads to, by the place of the first word.
const DECIDED_KEPT: [bool; DECIDED_COUNT] = {
    let mut kept = [false; DECIDED_COUNT];
    let (cases, places_of_cases, choices, mut at) = (data::CASES, CASE_PLACES, data::CHOICES, 0);
    while at < CASE_COUNT + choices.len() {
        let id = if at >= CASE_COUNT {
            choices[at - CASE_COUNT].5
        } else if places_of_cases[at] != places_of_cases[at + 1] {
            cases[at].4
        } else {
            NO
        };
        if id != NO {
            kept[id as usize] = true;
        }
        at += 1;
    }
    kept
};

/// Of a decision that is put short, beside how many parameters there are: what follows.
pub(super) mod short {
    pub(crate) const PARAMS: u16 = 0xff;
    pub(crate) const RETURNS: u16 = 0x100;
    pub(crate) const RETURNS_ZERO: u16 = 0x200;
    pub(crate) const CALL: u16 = 0x400;
    pub(crate) const WORDS: u16 = 0x800;
    pub(crate) const ARGS: u16 = 0x1000;
    pub(crate) const FIELDS: u16 = 0x2000;
}

struct Short {
    words: [u16; DECIDED_COUNT],
    len: usize,
    /// Where the decision is that stood at a place.
    places: [u16; DECIDED_COUNT],
}

impl Short {
    const fn push(&mut self, word: u16) {
        self.words[self.len] = word;
        self.len += 1;
    }

    /// The words of a range.
    const fn copy(&mut self, from: &[u16], mut at: usize, end: usize) {
        while at < end {
            self.push(from[at]);
            at += 1;
        }
    }
}

/// The decisions that stay. Most are a result and a parameter, so that what a decision does not have takes no room; the long
/// form is that of the generated file: the result, the entry, the parameter of its words, how many parameters there are, these,
/// how many parameters of the entry, these, and lists of fields.
const SHORT: Short = {
    let mut short = Short { words: [0; DECIDED_COUNT], len: 0, places: [NO; DECIDED_COUNT] };
    let (decided, kept, mut start) = (data::DECIDED, DECIDED_KEPT, 0);
    while start < DECIDED_COUNT {
        let (returns, call, words, params) =
            (decided[start], decided[start + 1], decided[start + 2], decided[start + 3]);
        let args = start + 4 + 2 * params as usize;
        let lists = args + 1 + decided[args] as usize;
        let (mut end, mut list) = (lists + 1, 0);
        while list < decided[lists] {
            end += 2 + decided[end + 1] as usize;
            list += 1;
        }
        if kept[start] {
            assert!(params <= short::PARAMS);
            short.places[start] = short.len as u16;
            let at = short.len;
            short.push(params);
            if returns == super::ZERO {
                short.words[at] |= short::RETURNS_ZERO;
            } else if returns != NO {
                short.words[at] |= short::RETURNS;
                short.push(returns);
            }
            if call != NO {
                short.words[at] |= short::CALL;
                short.push(call);
            }
            if words != NO {
                short.words[at] |= short::WORDS;
                short.push(words);
            }
            short.copy(&decided, start + 4, args);
            if decided[args] != 0 {
                short.words[at] |= short::ARGS;
                short.copy(&decided, args, lists);
            }
            if decided[lists] != 0 {
                short.words[at] |= short::FIELDS;
                short.copy(&decided, lists, end);
            }
        }
        start = end;
    }
    short
};

pub(super) static DECIDED: [u16; SHORT.len] = start_of(&SHORT.words);

/// A case as it stays: a place in [`FITS`], the first value, what is decided.
#[derive(Clone, Copy)]
#[repr(Rust, packed(2))]
pub(super) struct Case(u16, u32, u16);

impl Case {
    #[inline]
    pub(super) fn when(self) -> When {
        let Case(fit, value, decided) = self;
        let (abis, how, other) = FITS.get(usize::from(fit)).copied().unwrap_or((NO, 0, 0));
        When(abis, how, value, other, decided)
    }
}

/// On which ABIs a case is, how it fits, the second value: few differ in these.
struct Fits {
    all: [(u16, u8, u32); CASE_COUNT],
    count: usize,
    /// That of each case.
    of: [u16; CASE_COUNT],
}

/// Room to look a thing up by some of its bits.
const SLOTS: usize = 1 << 14;

const CASE_FITS: Fits = {
    let mut fits = Fits { all: [(0, 0, 0); CASE_COUNT], count: 0, of: [0; CASE_COUNT] };
    // Sets of ABIs that are the same among those built in.
    let (mut alike, mut at) = ([0; data::ABIS.len()], 0);
    while at < alike.len() {
        while data::ABIS[alike[at] as usize] & BUILT != data::ABIS[at] & BUILT {
            alike[at] += 1;
        }
        at += 1;
    }
    assert!(CASE_COUNT < SLOTS);
    let (mut slots, cases, places) = ([NO; SLOTS], data::CASES, CASE_PLACES);
    at = 0;
    while at < CASE_COUNT {
        if places[at] != places[at + 1] {
            let When(abis, how, _, other, _) = cases[at];
            let abis = alike[abis as usize];
            let mut slot = (abis as usize * 73 + how as usize * 1031 + other as usize) % SLOTS;
            loop {
                if slots[slot] == NO {
                    slots[slot] = fits.count as u16;
                    fits.all[fits.count] = (abis, how, other);
                    fits.count += 1;
                }
                let (of_abis, of_how, of_other) = fits.all[slots[slot] as usize];
                if of_abis == abis && of_how == how && of_other == other {
                    break;
                }
                slot = (slot + 1) % SLOTS;
            }
            fits.of[at] = slots[slot];
        }
        at += 1;
    }
    fits
};

static FITS: [(u16, u8, u32); CASE_FITS.count] = start_of(&CASE_FITS.all);

pub(super) static CASES: [Case; CASE_PLACES[CASE_COUNT] as usize] = {
    let mut kept = [Case(0, 0, 0); CASE_PLACES[CASE_COUNT] as usize];
    let (cases, places, fits, decided, mut at) = (data::CASES, CASE_PLACES, CASE_FITS, SHORT, 0);
    while at < CASE_COUNT {
        if places[at] != places[at + 1] {
            let When(.., value, _, id) = cases[at];
            let id = if id == NO { NO } else { decided.places[id as usize] };
            kept[places[at] as usize] = Case(fits.of[at], value, id);
        }
        at += 1;
    }
    kept
};

pub(super) static CHOICES: [C; data::CHOICES.len()] = {
    let (mut choices, places, decided, mut at) = (data::CHOICES, CASE_PLACES, SHORT, 0);
    while at < choices.len() {
        let (start, end) = (choices[at].3 as usize, choices[at].3 as usize + choices[at].4 as usize);
        choices[at].3 = places[start];
        choices[at].4 = places[end] - places[start];
        if choices[at].5 != NO {
            choices[at].5 = decided.places[choices[at].5 as usize];
        }
        at += 1;
    }
    choices
};

/// The first of them, as many as there is room for.
pub(super) const fn start_of<T: Copy, const N: usize>(all: &[T]) -> [T; N] {
    match all.first_chunk() {
        Some(start) => *start,
        None => panic!("there is less"),
    }
}
