//! The sets that kinds name, as one pool: made while the crate compiles, of what the ABIs that are built in need.
//!
//! Pointers to each of the sets weigh as much as what they hold. What is told here of a set is its members; a set that is
//! handed to a program is the one of [`sets`], which knows all ABIs.

#![allow(clippy::large_const_arrays, reason = "none of these is linked; a constant is what lengths can be told by")]

use super::built::{BUILT, start_of};
use super::data;
use crate::constants::FlagSet;
use crate::flag_pool::{EACH, L, NO_MEMBERS, P, Pool, S, WIDTH};
use crate::generated::sets;

/// The set at a place.
#[inline]
pub(crate) fn set(id: u16) -> Option<FlagSet> {
    if usize::from(id) < data::SETS.len() { Some(FlagSet::of(&POOL, id)) } else { None }
}

/// The set at a place, as a program is to have it.
pub(crate) fn whole(id: u16) -> Option<FlagSet> {
    static WHOLE: [FlagSet; data::SETS.len()] = data::SETS;
    WHOLE.get(usize::from(id)).copied()
}

/// A set as it is in the pool, if it is in there: what the pool has need not be linked beside it.
pub(crate) const fn of(set: FlagSet) -> FlagSet {
    let (order, mut at) = (ORDER, 0);
    while at < order.count {
        if order.ids[at] == set.id() {
            return FlagSet::of(&POOL, at as u16);
        }
        at += 1;
    }
    set
}

/// Sets that no kind names, and decoding does.
const MORE: [FlagSet; 11] = [
    sets::CLOCKS,
    sets::KEY_SERIALS,
    sets::PTRACE_EVENTS,
    sets::SIGNALS,
    sets::CONTROL_MESSAGES,
    sets::RTNETLINK_TYPES,
    sets::SOCK_DIAG_TYPES,
    sets::AUDIT_MESSAGE_TYPES,
    sets::XFRM_MESSAGES,
    sets::CRYPTO_MESSAGES,
    sets::GENL_IDS,
];

const SET_COUNT: usize = data::SETS.len() + MORE.len();

const SETS: [FlagSet; SET_COUNT] = {
    let (mut all, named, mut at) = ([MORE[0]; SET_COUNT], data::SETS, 0);
    while at < SET_COUNT {
        all[at] = if at < named.len() { named[at] } else { MORE[at - named.len()] };
        at += 1;
    }
    all
};

/// In place of a place.
const NONE: u16 = u16::MAX;

/// More sets of ABIs than there are among members.
const WHOM: usize = 256;

/// How much there is at most.
struct Sizes {
    sets: usize,
    parts: usize,
    words: usize,
    names: usize,
    numbers: usize,
}

const MOST: Sizes = {
    let (mut most, sets, mut at) = (Sizes { sets: 0, parts: 0, words: 0, names: 0, numbers: 0 }, SETS, 0);
    while at < SET_COUNT {
        let pool = sets[at].pool();
        most.sets += pool.sets.len();
        most.parts += pool.parts.len();
        most.words += pool.words.len();
        most.names += pool.names.len();
        most.numbers += pool.numbers.len();
        at += 1;
    }
    most
};

/// The sets in their order: those that kinds name, and behind them those that these refer to alone.
struct Order {
    count: usize,
    ids: [u16; MOST.sets],
    sets: [FlagSet; MOST.sets],
    /// The place of each by its place among all sets.
    places: [u16; sets::ALL.len()],
}

const ORDER: Order = {
    let sets = SETS;
    let mut order =
        Order { count: 0, ids: [NONE; MOST.sets], sets: [sets[0]; MOST.sets], places: [NONE; sets::ALL.len()] };
    let (mut inner, mut at) = (0, 0);
    // First the set of each pool, then those behind it.
    while inner < WHOM {
        let mut more = false;
        while at < SET_COUNT {
            let pool = sets[at].pool();
            if inner < pool.sets.len() {
                let id = pool.sets[inner].0;
                if order.places[id as usize] == NONE {
                    order.places[id as usize] = order.count as u16;
                    order.ids[order.count] = id;
                    order.sets[order.count] = FlagSet::of(pool, inner as u16);
                    order.count += 1;
                }
                more = true;
            }
            at += 1;
        }
        (inner, at) = (if more { inner + 1 } else { WHOM }, 0);
    }
    order
};

/// What is put together.
struct Made {
    used: Sizes,
    sets: [S; MOST.sets],
    parts: [P; MOST.parts],
    /// Masks of parts.
    words: [u64; MOST.words],
    names: [u8; MOST.names],
    numbers: [u8; MOST.numbers],
    /// Whom members are of; all sets share these.
    whom: [u64; WHOM],
    whom_count: usize,
}

const MADE: Made = {
    let mut made = Made {
        used: Sizes { sets: ORDER.count, parts: 0, words: 0, names: 0, numbers: 0 },
        sets: [S(NONE, false, 0, 0, 0, 0, NO_MEMBERS); MOST.sets],
        parts: [P(0, 0, false, 0, 0, NO_MEMBERS); MOST.parts],
        words: [0; MOST.words],
        names: [0; MOST.names],
        numbers: [0; MOST.numbers],
        whom: [0; WHOM],
        whom_count: 0,
    };
    let (order, mut at) = (ORDER, 0);
    while at < order.count {
        let (pool, set) = (order.sets[at].pool(), order.sets[at].set());
        let (mut whom, mut row) = ([0; WHOM], 0);
        while row < set.3 as usize {
            whom[row] = place_of(&mut made, pool.words[set.2 as usize + row]);
            row += 1;
        }
        let (first, mut part) = (made.used.parts, 0);
        while part < set.5 as usize {
            let P(words, count, shifted, holds, of, list) = pool.parts[set.4 as usize + part];
            let start = made.used.words;
            let mut pair = 0;
            while pair < count as usize {
                let word = words as usize + 2 * pair;
                if pool.words[word] & BUILT != 0 {
                    made.words[made.used.words] = pool.words[word];
                    made.words[made.used.words + 1] = pool.words[word + 1];
                    made.used.words += 2;
                }
                pair += 1;
            }
            let count = ((made.used.words - start) / 2) as u8;
            let of = order.places[pool.sets[of as usize].0 as usize];
            let list = put(&mut made, pool, list, &whom);
            made.parts[made.used.parts] = P(start as u16, count, shifted, holds, of, list);
            made.used.parts += 1;
            part += 1;
        }
        let members = put(&mut made, pool, set.6, &whom);
        made.sets[at] = S(set.0, set.1, 0, 0, first as u16, set.5, members);
        at += 1;
    }
    // Masks stand behind whom members are of.
    at = 0;
    while at < made.used.parts {
        made.parts[at].0 += made.whom_count as u16;
        at += 1;
    }
    assert!(made.whom_count + made.used.words < NONE as usize && made.used.parts < NONE as usize);
    made
};

/// The place of those of some ABIs that are built in, or that of none.
const fn place_of(made: &mut Made, abis: u64) -> u8 {
    let (abis, mut at) = (abis & BUILT, 0);
    if abis == 0 {
        return u8::MAX;
    }
    while at < made.whom_count {
        if made.whom[at] == abis {
            return at as u8;
        }
        at += 1;
    }
    assert!(at < u8::MAX as usize, "a byte has no room for so many sets of ABIs");
    made.whom[at] = abis;
    made.whom_count += 1;
    at as u8
}

/// Puts the rows of a list behind what is there, without those of ABIs that are not built in.
const fn put(made: &mut Made, pool: &Pool, list: L, whom: &[u8; WHOM]) -> L {
    let (mut kept, mut one, mut is_each, mut at) = (0, u8::MAX, false, 0);
    while at < list.2 as usize {
        let of = whom[pool.row(list, at).1 as usize];
        if of != u8::MAX {
            is_each |= kept > 0 && of != one;
            one = of;
            kept += 1;
        }
        at += 1;
    }
    let (names, start, width) = (made.used.names, made.used.numbers, (list.3 & WIDTH) as usize);
    let each = if is_each { kept } else { 0 };
    let (mut row, mut name, mut next, mut len, mut byte) = (0, 0, list.0 as usize, 0, 0);
    at = 0;
    while at < list.2 as usize {
        let (here, of, value) = pool.row(list, at);
        if here != 0 {
            (len, name, next) = (here, next, next + here as usize);
        }
        let of = whom[of as usize];
        if of != u8::MAX {
            made.numbers[start + row] = len;
            if is_each {
                made.numbers[start + kept + row] = of;
            }
            while byte < width {
                made.numbers[start + kept + each + row * width + byte] = (value >> (8 * byte)) as u8;
                byte += 1;
            }
            byte = 0;
            while byte < len as usize {
                made.names[made.used.names] = pool.names.as_bytes()[name + byte];
                made.used.names += 1;
                byte += 1;
            }
            // A further value of the same name has no length.
            (len, byte) = (0, 0);
            row += 1;
        }
        at += 1;
    }
    made.used.numbers += kept * (1 + width) + each;
    let form = if is_each { list.3 | EACH } else { list.3 & !EACH };
    L(names as u32, start as u32, kept as u16, form, if kept == 0 { 0 } else { one })
}

static POOL: Pool = Pool {
    name: "",
    title: "",
    sets: &POOL_SETS,
    parts: &PARTS,
    words: &WORDS,
    names: match core::str::from_utf8(&NAMES) {
        Ok(names) => names,
        Err(_) => panic!("names are text"),
    },
    numbers: &NUMBERS,
};

static POOL_SETS: [S; MADE.used.sets] = start_of(&MADE.sets);
static PARTS: [P; MADE.used.parts] = start_of(&MADE.parts);
static NAMES: [u8; MADE.used.names] = start_of(&MADE.names);
static NUMBERS: [u8; MADE.used.numbers] = start_of(&MADE.numbers);
static WORDS: [u64; MADE.whom_count + MADE.used.words] = {
    let (mut words, made, mut at) = ([0; MADE.whom_count + MADE.used.words], MADE, 0);
    while at < words.len() {
        words[at] = if at < made.whom_count { made.whom[at] } else { made.words[at - made.whom_count] };
        at += 1;
    }
    words
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Abi;

    #[test]
    fn the_sets_that_calls_are_decoded_with_say_the_same() {
        // An interpreter has time for a few of them.
        let (some_sets, some_abis) = if cfg!(miri) { (80, 12) } else { (1, 1) };
        for (at, whole) in data::SETS.into_iter().enumerate().step_by(some_sets) {
            let made = set(at as u16).unwrap();
            assert_eq!((made, of(whole), super::whole(at as u16)), (whole, made, Some(whole)));
            assert_eq!((made.is_flags(), made.has_parts()), (whole.is_flags(), whole.has_parts()));
            for abi in Abi::ALL.iter().step_by(some_abis).filter(|abi| BUILT >> (**abi as u32) & 1 == 1) {
                assert!(made.members(*abi).eq(whole.members(*abi)), "{abi} {}", whole.name());
                let mut value = 1u64;
                for _ in 0..if cfg!(miri) { 1 } else { 20 } {
                    value = value.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    for value in [value, value & value.rotate_left(17), value >> 40, value >> 58] {
                        assert!(made.names(*abi, value).iter().eq(whole.names(*abi, value)), "{abi} {}", whole.name());
                        assert_eq!(made.name_of(*abi, value), whole.name_of(*abi, value));
                    }
                }
            }
        }
    }
}
