//! The generated text of all layouts, and the search for one structure in it, which constants can do, too.
//!
//! Structures stand in the order of names, then of headers, each with a blank line behind it: name, header and keyword, `-` for
//! the name of a typedef; a line for each layout that ABIs have of it; the fields of these in order, of which one that not all layouts have
//! alike says which do, as bits:
//!
//! ```text
//! timespec linux/time.h struct
//! =7ff 16 8
//! =800 8 4
//! @1 tv_sec 0 s64 long
//! @2 tv_sec 0 s32 long
//! ```

use crate::generated::layouts::TEXT;

/// Where a structure's text begins and where it ends, without the blank line.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    start: usize,
    end: usize,
}

impl Place {
    /// The first structure that has this name and no header before this one, or one after it. The end of the text, where
    /// there is none.
    pub(crate) const fn at_or_after(name: &[u8], header: &[u8]) -> Place {
        let text = TEXT.as_bytes();
        // Both are beginnings of structures, or the end.
        let (mut low, mut high) = (0, text.len());
        while low < high {
            let mut start = low + (high - low) / 2;
            while start > low && !(start >= 2 && text[start - 1] == b'\n' && text[start - 2] == b'\n') {
                start -= 1;
            }
            if is_before(start, name, header) {
                low = Place::from(start).next();
            } else {
                high = start;
            }
        }
        Place::from(low)
    }

    /// The structure that begins there.
    const fn from(start: usize) -> Place {
        let text = TEXT.as_bytes();
        let mut end = start;
        while end < text.len() && !(text[end] == b'\n' && (end + 1 == text.len() || text[end + 1] == b'\n')) {
            end += 1;
        }
        Place { start, end }
    }

    /// Where the next one begins.
    pub(crate) const fn next(self) -> usize {
        let next = self.end + 2;
        if next < TEXT.len() { next } else { TEXT.len() }
    }

    /// The structure after this one; empty at the end.
    pub(crate) const fn after(self) -> Place {
        Place::from(self.next())
    }

    /// How many bytes it has.
    pub(crate) const fn len(self) -> usize {
        self.end - self.start
    }

    /// Its text; empty at the end.
    pub(crate) fn text(self) -> &'static str {
        TEXT.get(self.start..self.end).unwrap_or("")
    }

    /// Its text, as constants can have it.
    pub(crate) const fn bytes(self) -> &'static [u8] {
        TEXT.as_bytes().split_at(self.start).1.split_at(self.len()).0
    }

    /// The structure of this name, with or without `struct`, in this header.
    pub(crate) const fn find(name: &str, header: &str) -> Option<Place> {
        let (bare, header) = (bare(name.as_bytes()), header.as_bytes());
        let mut place = Place::at_or_after(bare, header);
        while place.is(bare, header) {
            // What C calls `struct x` is not what it calls `x`.
            let keyword = name.len() - bare.len();
            let at = place.start + bare.len() + 1 + header.len() + 1;
            if keyword == 0 || compare(TEXT.as_bytes(), at, b'\n', name.as_bytes().split_at(keyword - 1).0) == 0 {
                return Some(place);
            }
            place = place.after();
        }
        None
    }

    /// The first structure of this name, with or without `struct`, in whichever header; and how many there are that differ
    /// in more than the header.
    #[cfg(feature = "derive")]
    pub(crate) const fn only(name: &str) -> (Option<Place>, usize) {
        let bare = bare(name.as_bytes());
        let keyword = name.len() - bare.len();
        let (text, mut place) = (TEXT.as_bytes(), Place::at_or_after(bare, b""));
        let (mut found, mut count): (Option<Place>, usize) = (None, 0);
        while place.len() > 0 && compare(text, place.start, b' ', bare) == 0 {
            let mut at = place.start + bare.len() + 1;
            while text[at] != b' ' {
                at += 1;
            }
            if keyword == 0 || compare(text, at + 1, b'\n', name.as_bytes().split_at(keyword - 1).0) == 0 {
                match found {
                    None => (found, count) = (Some(place), 1),
                    Some(first) => count += !first.is_like(place) as usize,
                }
            }
            place = place.after();
        }
        (found, count)
    }

    /// Whether both have the same lines behind the first.
    #[cfg(feature = "derive")]
    const fn is_like(self, other: Place) -> bool {
        let (one, two) = (self.bytes(), other.bytes());
        let (mut at, mut there) = (0, 0);
        while at < one.len() && one[at] != b'\n' {
            at += 1;
        }
        while there < two.len() && two[there] != b'\n' {
            there += 1;
        }
        while at < one.len() && there < two.len() && one[at] == two[there] {
            at += 1;
            there += 1;
        }
        at == one.len() && there == two.len()
    }

    /// Whether name and header are those.
    const fn is(self, name: &[u8], header: &[u8]) -> bool {
        let text = TEXT.as_bytes();
        self.len() > 0
            && compare(text, self.start, b' ', name) == 0
            && compare(text, self.start + name.len() + 1, b' ', header) == 0
    }
}

/// Whether the structure that begins there comes before one of this name and header.
const fn is_before(start: usize, name: &[u8], header: &[u8]) -> bool {
    let text = TEXT.as_bytes();
    match compare(text, start, b' ', name) {
        0 => compare(text, start + name.len() + 1, b' ', header) < 0,
        order => order < 0,
    }
}

/// How a word of the text, up to `end`, stands to another: below 0 where it comes before that.
const fn compare(text: &[u8], start: usize, end: u8, word: &[u8]) -> i32 {
    let mut at = 0;
    loop {
        let ended = start + at >= text.len() || text[start + at] == end;
        match (ended, at >= word.len()) {
            (true, true) => return 0,
            (true, false) => return -1,
            (false, true) => return 1,
            (false, false) if text[start + at] != word[at] => {
                return text[start + at] as i32 - word[at] as i32;
            }
            (false, false) => at += 1,
        }
    }
}

/// `struct statx` without what C puts before the name.
pub(crate) const fn bare(name: &[u8]) -> &[u8] {
    match name {
        [b's', b't', b'r', b'u', b'c', b't', b' ', rest @ ..] | [b'u', b'n', b'i', b'o', b'n', b' ', rest @ ..] => rest,
        rest => rest,
    }
}
