//! The names of all calls and of all entry functions, each known by a number, its id.
//!
//! A pool is one text in which the words follow each other. It holds what thousands of pointers would, needs no
//! relocation, and is shared between all ABIs. Where the words start, and the hash table that finds a name's id, are
//! computed while the crate compiles. That takes most of its build time, hence the few calls in these functions.

use crate::generated::{entries, names};
#[cfg(feature = "decode")]
use crate::word::Word;

/// The id of no name.
pub(crate) const NONE: u16 = u16::MAX;

/// How many names there are; every id is below.
pub(crate) const NAME_COUNT: usize = names::WORDS.len();

/// How many entry functions there are; every id is below.
pub(crate) const ENTRY_COUNT: usize = entries::WORDS.len();

static NAME_STARTS: [u16; NAME_COUNT + 1] = starts(names::WORDS);
static ENTRY_STARTS: [u16; ENTRY_COUNT + 1] = starts(entries::WORDS);

/// An open hash table of name ids, at most half full, so that a search always meets a free slot.
static SLOTS: [u16; 1 << SLOT_BITS] = slots();
const SLOT_BITS: u32 = (2 * NAME_COUNT).next_power_of_two().trailing_zeros();

/// Makes the two forms of a generated pool: the text that is linked, a static so that it is so once, and the words that
/// constants are computed from.
macro_rules! pool {
    ($($word:literal,)*) => {
        pub(crate) static TEXT: &str = concat!($($word),*);
        pub(crate) const WORDS: &[&str] = &[$($word),*];
    };
}
pub(crate) use pool;

/// The name of an id; empty for an id that there is not.
#[inline]
pub(crate) fn name(id: u16) -> &'static str {
    text_at(names::TEXT, &NAME_STARTS, id)
}

/// The same with what stands behind it.
#[cfg(feature = "decode")]
#[inline]
pub(crate) fn name_word(id: u16) -> Word {
    match (NAME_STARTS.get(id as usize), NAME_STARTS.get(id as usize + 1)) {
        (Some(start), Some(end)) => Word::of(names::TEXT, (*start).into(), end.saturating_sub(*start).into()),
        _ => None,
    }
    .unwrap_or(Word::NONE)
}

/// The entry function of an id; none for [`NONE`].
pub(crate) fn entry(id: u16) -> Option<&'static str> {
    if id == NONE { None } else { Some(text_at(entries::TEXT, &ENTRY_STARTS, id)) }
}

/// The word of an id in a pool; empty for an id that there is not.
#[inline]
pub(crate) fn text_at(text: &'static str, starts: &'static [u16], id: u16) -> &'static str {
    match (starts.get(id as usize), starts.get(id as usize + 1)) {
        (Some(start), Some(end)) => text.get(*start as usize..*end as usize).unwrap_or(""),
        _ => "",
    }
}

/// The id of a name, if any ABI has a call of that name.
pub(crate) const fn find(name: &str) -> Option<u16> {
    let name = name.as_bytes();
    let slot = first_slot(name);
    let id = SLOTS[slot];
    if id as usize >= NAME_COUNT {
        None
    } else if is_name(id, name) {
        Some(id)
    } else {
        find_after(slot, name)
    }
}

/// The search beyond the slot where it started, which another name has.
#[cold]
const fn find_after(mut slot: usize, name: &[u8]) -> Option<u16> {
    loop {
        slot = (slot + 1) % SLOTS.len();
        let id = SLOTS[slot];
        if id as usize >= NAME_COUNT {
            return None;
        } else if is_name(id, name) {
            return Some(id);
        }
    }
}

#[inline(always)]
const fn is_name(id: u16, name: &[u8]) -> bool {
    let (start, end) = (NAME_STARTS[id as usize] as usize, NAME_STARTS[id as usize + 1] as usize);
    end - start == name.len() && equal(name, names::TEXT.as_bytes().split_at(start).1.split_at(name.len()).0)
}

/// Where each word starts in the text, and where the last one ends: `N` is one more than there are words.
pub(crate) const fn starts<const N: usize>(words: &[&str]) -> [u16; N] {
    let (mut starts, mut end, mut id) = ([0; N], 0, 0);
    while id + 1 < N {
        end += words[id].len();
        starts[id + 1] = end as u16;
        id += 1;
    }
    assert!(end <= u16::MAX as usize && N <= NONE as usize, "places and ids fit into 16 bits");
    starts
}

const fn slots() -> [u16; 1 << SLOT_BITS] {
    // A constant is evaluated anew at each use.
    let (words, free) = (names::WORDS, NONE);
    let (mut slots, mut id) = ([free; 1 << SLOT_BITS], 0);
    while id < words.len() {
        let mut slot = first_slot(words[id].as_bytes());
        while slots[slot] != free {
            slot = (slot + 1) % (1 << SLOT_BITS);
        }
        slots[slot] = id as u16;
        id += 1;
    }
    slots
}

/// Where in the hash table the search for a name starts: by its length and three bytes, which tell nine names of ten
/// apart.
#[inline]
const fn first_slot(name: &[u8]) -> usize {
    let len = name.len();
    if len == 0 {
        return 0;
    }
    let (first, middle, last) = (name[0] as u64, name[len / 2] as u64, name[len - 1] as u64);
    let mixed = (first | middle << 8 | last << 16 | (len as u64 & 0xff) << 24) * 0x9e37_79b1;
    (mixed as u32 >> (32 - SLOT_BITS)) as usize
}

/// Equality of byte strings of one length, in words from both ends; `==` is not for constants yet.
#[inline(always)]
const fn equal(a: &[u8], b: &[u8]) -> bool {
    let len = a.len();
    if len >= 8 {
        let mut place = 8;
        while place + 8 < len {
            if word(a, place) != word(b, place) {
                return false;
            }
            place += 8;
        }
        word(a, 0) == word(b, 0) && word(a, len - 8) == word(b, len - 8)
    } else if len >= 4 {
        half_word(a, 0) == half_word(b, 0) && half_word(a, len - 4) == half_word(b, len - 4)
    } else {
        let mut place = 0;
        while place < len && a[place] == b[place] {
            place += 1;
        }
        place == len
    }
}

#[inline]
const fn word(bytes: &[u8], place: usize) -> u64 {
    match bytes.split_at(place).1.first_chunk() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => 0,
    }
}

#[inline]
const fn half_word(bytes: &[u8], place: usize) -> u32 {
    match bytes.split_at(place).1.first_chunk() {
        Some(chunk) => u32::from_le_bytes(*chunk),
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_c_identifiers() {
        for word in names::WORDS.iter().chain(entries::WORDS) {
            assert!(!word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'), "{word}");
        }
    }

    #[test]
    fn every_name_is_found() {
        for (id, word) in (0..).zip(names::WORDS) {
            assert_eq!(name(id), *word);
            assert_eq!(find(word), Some(id), "{word}");
        }
        for (id, word) in (0..).zip(entries::WORDS) {
            assert_eq!(entry(id), Some(*word));
        }
        assert_eq!((name(NONE), entry(NONE)), ("", None));
    }

    #[test]
    fn what_is_no_name_is_not_found() {
        for text in ["", "_", "op", "opena", "penat", "open\0", "no_such_call", "é", "sys_read", names::TEXT] {
            assert_eq!(find(text), None, "{text:?}");
        }
        for word in names::WORDS.iter().step_by(if cfg!(miri) { 100 } else { 1 }) {
            for end in 1..word.len() {
                assert_eq!(find(&word[..end]).is_some(), names::WORDS.contains(&&word[..end]));
            }
        }
    }

    #[test]
    fn byte_strings_compare_as_slices_do() {
        let text = *b"rt_sigtimedwait_time64_and_more";
        for len in 0..text.len() {
            assert!(equal(&text[..len], &text[..len]));
            for at in 0..len {
                let mut other = text;
                other[at] ^= 1;
                assert!(!equal(&text[..len], &other[..len]), "{len} {at}");
            }
        }
    }

    #[test]
    fn most_names_are_found_at_once() {
        let at_once = (0..).zip(names::WORDS).filter(|(id, word)| SLOTS[first_slot(word.as_bytes())] == *id).count();
        assert!(at_once * 4 > NAME_COUNT * 3, "{at_once} of {NAME_COUNT}");
    }
}
