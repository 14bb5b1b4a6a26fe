//! The part of the generated meaning that is of the ABIs that are built in: layouts, their fields, cases and what these decide.
//!
//! A call is decoded by the table of its ABI, so that what is said of others alone is never asked for. All of it is left out
//! while the crate compiles, and places are made those of what stays.

#![allow(clippy::large_const_arrays, reason = "none of these is linked; a constant is what lengths can be told by")]

use super::{C, F, L, NO, R, When};
use crate::abi::Abi;
use crate::generated::{meaning as data, table};

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

pub(super) static FIELDS: [F; FIELD_PLACES[FIELD_COUNT] as usize] = {
    let (mut kept, fields, places, mut at) =
        ([F(0, 0, 0, 0, 0, 0, 0, 0); FIELD_PLACES[FIELD_COUNT] as usize], data::FIELDS, FIELD_PLACES, 0);
    while at < FIELD_COUNT {
        if places[at] != places[at + 1] {
            kept[places[at] as usize] = fields[at];
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
    let (mut records, places, mut at) = (data::RECORDS, LAYOUT_PLACES, 0);
    while at < records.len() {
        let (start, end) = (records[at].1 as usize, records[at].1 as usize + records[at].2 as usize);
        records[at].1 = places[start];
        records[at].2 = (places[end] - places[start]) as u8;
        at += 1;
    }
    records
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

/// The places of decisions that a case or a choice that stays leads to, each with all of its words.
const DECIDED_PLACES: Places<{ DECIDED_COUNT + 1 }> = {
    let (mut kept, decided) = ([0; DECIDED_COUNT + 1], data::DECIDED);
    let (cases, places_of_cases, choices, mut at) = (data::CASES, CASE_PLACES, data::CHOICES, 0);
    while at < CASE_COUNT + choices.len() {
        let id = if at >= CASE_COUNT {
            choices[at - CASE_COUNT].5
        } else if places_of_cases[at] != places_of_cases[at + 1] {
            cases[at].4
        } else {
            NO
        };
        if id != NO && kept[id as usize] == 0 {
            let (mut word, end) = (id as usize, end_of_decision(&decided, id as usize));
            while word < end {
                kept[word] = 1;
                word += 1;
            }
        }
        at += 1;
    }
    places(kept)
};

/// Where the words of a decision end; what they are stands at [`Decided`](super::Decided).
const fn end_of_decision(decided: &[u16], start: usize) -> usize {
    let params = decided[start + 3] as usize;
    let args = start + 4 + 2 * params;
    let lists = args + 1 + decided[args] as usize;
    let (mut at, mut list) = (lists + 1, 0);
    while list < decided[lists] {
        at += 2 + decided[at + 1] as usize;
        list += 1;
    }
    at
}

pub(super) static DECIDED: [u16; DECIDED_PLACES[DECIDED_COUNT] as usize] = {
    let (mut kept, decided, places, mut at) =
        ([0; DECIDED_PLACES[DECIDED_COUNT] as usize], data::DECIDED, DECIDED_PLACES, 0);
    while at < DECIDED_COUNT {
        if places[at] != places[at + 1] {
            kept[places[at] as usize] = decided[at];
        }
        at += 1;
    }
    kept
};

pub(super) static CASES: [When; CASE_PLACES[CASE_COUNT] as usize] = {
    let (mut kept, cases, places, decided, mut at) =
        ([When(0, 0, 0, 0, 0); CASE_PLACES[CASE_COUNT] as usize], data::CASES, CASE_PLACES, DECIDED_PLACES, 0);
    while at < CASE_COUNT {
        if places[at] != places[at + 1] {
            let When(abis, how, value, other, id) = cases[at];
            let id = if id == NO { NO } else { decided[id as usize] };
            kept[places[at] as usize] = When(abis, how, value, other, id);
        }
        at += 1;
    }
    kept
};

pub(super) static CHOICES: [C; data::CHOICES.len()] = {
    let (mut choices, places, decided, mut at) = (data::CHOICES, CASE_PLACES, DECIDED_PLACES, 0);
    while at < choices.len() {
        let (start, end) = (choices[at].3 as usize, choices[at].3 as usize + choices[at].4 as usize);
        choices[at].3 = places[start];
        choices[at].4 = places[end] - places[start];
        if choices[at].5 != NO {
            choices[at].5 = decided[choices[at].5 as usize];
        }
        at += 1;
    }
    choices
};
