//! The form of the generated sets of constants: integers that refer to each other by place, and one text of names.
//!
//! `xtask/src/emit/sets.rs` writes what stands here; each accessor answers for any place, also one that there is not.

use crate::abi::Abi;
use crate::word::Word;

/// A set, the first of `sets`, and those that its parts refer to. Everything of it is in statics of its own: what a
/// program does not name is not linked.
pub(crate) struct Pool {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) sets: &'static [S],
    pub(crate) parts: &'static [P],
    /// Sets of ABIs, a bit each in the order of [`Abi::ALL`]; and, for a part, pairs of such a set and a mask.
    pub(crate) words: &'static [u64],
    /// Names of members, one behind the other.
    pub(crate) names: &'static str,
    /// Of each list: how long each name is, for whom it is where that differs ([`EACH`]), and the values.
    pub(crate) numbers: &'static [u8],
}

/// A set: its place among all; whether any of the members may be there, else a value is one of them; the ABIs that a value
/// can be that of, in `words` (start, count); its parts (first, count); its members.
#[derive(Clone, Copy)]
#[allow(dead_code, reason = "decoding alone has things made of sets beforehand")]
pub(crate) struct S(
    pub(crate) u16,
    pub(crate) bool,
    pub(crate) u16,
    pub(crate) u8,
    pub(crate) u16,
    pub(crate) u8,
    pub(crate) L,
);

/// A part of a value: the bits, in `words` (start, count of pairs); whether values are those after a shift down to bit 0; what
/// it is, of [`holds`]; the place of the set that it refers to; its members.
#[derive(Clone, Copy)]
pub(crate) struct P(pub(crate) u16, pub(crate) u8, pub(crate) bool, pub(crate) u8, pub(crate) u16, pub(crate) L);

/// A list of members in the order in which they are looked for: where its names start, where its numbers do, how many values
/// it has, in which form, and for whom all are that are not [`EACH`] for others. A further value of a name has a length of 0.
#[derive(Clone, Copy)]
#[repr(Rust, packed(2))]
pub(crate) struct L(pub(crate) u32, pub(crate) u32, pub(crate) u16, pub(crate) u8, pub(crate) u8);

pub(crate) const NO_MEMBERS: L = L(0, 0, 0, 1, 0);

/// What a part is.
#[allow(dead_code, reason = "which of them occur depends on the sets")]
pub(crate) mod holds {
    pub(crate) const MEMBERS: u8 = 0;
    pub(crate) const SET: u8 = 1;
    pub(crate) const DECIMAL: u8 = 2;
    pub(crate) const OCTAL: u8 = 3;
    pub(crate) const HEXADECIMAL: u8 = 4;
}

/// Of the form of a list: how many bytes a value has.
pub(crate) const WIDTH: u8 = 0xf;
/// Values are signed.
#[allow(dead_code, reason = "whether there are such depends on the sets")]
pub(crate) const SIGNED: u8 = 0x10;
/// Each value says for whom it is.
pub(crate) const EACH: u8 = 0x20;

/// In place of a set that there is not.
static NOTHING: S = S(u16::MAX, false, 0, 0, 0, 0, NO_MEMBERS);

impl Pool {
    /// The set at a place.
    #[inline]
    pub(crate) const fn set(&'static self, at: u16) -> &'static S {
        if (at as usize) < self.sets.len() { &self.sets[at as usize] } else { &NOTHING }
    }

    /// The parts of a set.
    #[inline]
    pub(crate) fn parts(&self, set: &S) -> &'static [P] {
        let first = usize::from(set.4);
        self.parts.get(first..first + usize::from(set.5)).unwrap_or_default()
    }

    /// Whether an ABI is one of those that a set has at a place.
    #[inline]
    pub(crate) fn has(&self, set: &S, whom: u8, abi: Abi) -> bool {
        self.words.get(usize::from(set.2) + usize::from(whom)).is_some_and(|abis| abis >> (abi as u32) & 1 == 1)
    }

    /// The bits of a part on an ABI, and how far they are shifted.
    #[inline]
    pub(crate) fn mask(&self, part: &P, abi: Abi) -> (u64, u32) {
        let start = usize::from(part.0);
        let masks = self.words.get(start..start + 2 * usize::from(part.1)).unwrap_or_default();
        let mask = masks.chunks_exact(2).find(|pair| pair[0] >> (abi as u32) & 1 == 1).map_or(0, |pair| pair[1]);
        (mask, if part.2 { mask.trailing_zeros() & 63 } else { 0 })
    }

    /// The first member of a list with a value; a member of flags that is 0 says nothing.
    pub(crate) fn named(&self, set: &S, list: L, abi: Abi, value: u64) -> Option<Word> {
        let rows = self.rows(list);
        let mut at = 0;
        loop {
            at = rows.position(at, value)?;
            if self.has(set, rows.whom(at), abi) {
                return rows.name(at);
            }
            at += 1;
        }
    }

    /// A list as its columns.
    #[inline]
    pub(crate) fn rows(&self, list: L) -> Rows {
        let L(names, start, count, form, one) = list;
        let (start, count) = (start as usize, usize::from(count));
        let lens = self.numbers.get(start..start + count).unwrap_or_default();
        let after = start + count;
        let whom = if form & EACH == 0 { &[] } else { self.numbers.get(after..after + count).unwrap_or_default() };
        let values = self.numbers.get(after + whom.len()..).unwrap_or_default();
        Rows { names: self.names, first: names as usize, lens, whom, values, form, one }
    }

    /// Hands over the name of each flag of a set that is of an ABI and whose bits are all there and in none before; returns the
    /// bits that have none. Most of the time of naming goes here, hence a loop for each form.
    #[inline(always)]
    pub(crate) fn each_flag<E>(
        &'static self,
        set: &'static S,
        abi: Abi,
        bits: u64,
        mut tell: impl FnMut(Word) -> Result<(), E>,
    ) -> Result<u64, E> {
        let L(_, start, count, form, one) = set.6;
        if bits == 0 || form & EACH == 0 && !self.has(set, one, abi) {
            return Ok(bits);
        }
        let (start, count) = (start as usize, usize::from(count));
        let (after, each) = (start + count, if form & EACH == 0 { 0 } else { count });
        let lens = self.numbers.get(start..after).unwrap_or_default();
        let whom = self.numbers.get(after..after + each).unwrap_or_default();
        let values = self.numbers.get(after + each..).unwrap_or_default();
        match form & !EACH {
            2 => self.flags_in::<E, 2>(set, abi, (lens, whom, values), bits, &mut tell),
            4 => self.flags_in::<E, 4>(set, abi, (lens, whom, values), bits, &mut tell),
            _ => self.rows(set.6).other_flags(bits, |whom| self.has(set, whom, abi), &mut |name, _| tell(name)),
        }
    }

    #[inline(always)]
    fn flags_in<E, const WIDTH: usize>(
        &'static self,
        set: &'static S,
        abi: Abi,
        (lens, whom, values): (&[u8], &[u8], &[u8]),
        mut bits: u64,
        tell: &mut impl FnMut(Word) -> Result<(), E>,
    ) -> Result<u64, E> {
        let mut end = set.6.0 as usize;
        for ((at, len), of) in lens.iter().enumerate().zip(values.chunks_exact(WIDTH)) {
            let start = end;
            end += usize::from(*len);
            let mut eight = [0; 8];
            for (to, from) in eight.iter_mut().zip(of) {
                *to = *from;
            }
            let value = u64::from_le_bytes(eight);
            if value & !bits != 0 || value == 0 || whom.get(at).is_some_and(|whom| !self.has(set, *whom, abi)) {
                continue;
            }
            bits &= !value;
            match Word::of(self.names, start, usize::from(*len)) {
                Some(name) if *len > 0 => tell(name)?,
                _ => tell(self.name_of_several(set, at))?,
            }
            if bits == 0 {
                break;
            }
        }
        Ok(bits)
    }

    /// The name of a further value of it, which has a length of 0.
    #[cold]
    #[inline(never)]
    fn name_of_several(&'static self, set: &S, at: usize) -> Word {
        self.rows(set.6).name(at).unwrap_or(Word::NONE)
    }

    /// The length of the name, the place of the ABIs and the value of a row of a list, while the crate compiles.
    #[allow(dead_code, reason = "decoding alone has things made of sets beforehand")]
    pub(crate) const fn row(&self, list: L, at: usize) -> (u8, u8, u64) {
        let L(_, start, count, form, one) = list;
        let (start, count, width) = (start as usize, count as usize, (form & WIDTH) as usize);
        let each = if form & EACH == 0 { 0 } else { count };
        let whom = if each == 0 { one } else { self.numbers[start + count + at] };
        let (first, mut byte, mut value) = (start + count + each + at * width, width, 0);
        if form & SIGNED != 0 && self.numbers[first + width - 1] >= 0x80 {
            value = u64::MAX;
        }
        while byte > 0 {
            byte -= 1;
            value = value << 8 | self.numbers[first + byte] as u64;
        }
        (self.numbers[start + at], whom, value)
    }
}

/// The columns of a list.
#[derive(Clone, Copy)]
pub(crate) struct Rows {
    /// All names of the pool, and where the first of the list starts.
    names: &'static str,
    first: usize,
    pub(crate) lens: &'static [u8],
    whom: &'static [u8],
    /// With what stands behind them.
    values: &'static [u8],
    form: u8,
    one: u8,
}

/// A walk over a list: the next row, and where the name of the one before starts and ends.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Scan {
    at: usize,
    start: usize,
    end: usize,
}

impl Rows {
    /// The place of the ABIs of a row.
    #[inline]
    pub(crate) fn whom(&self, at: usize) -> u8 {
        self.whom.get(at).copied().unwrap_or(self.one)
    }

    /// The value of a row.
    #[inline]
    pub(crate) fn value(&self, at: usize) -> Option<u64> {
        self.lens.get(at)?;
        let width = usize::from(self.form & WIDTH);
        let bytes = self.values.get(at * width..).filter(|bytes| bytes.len() >= width)?;
        Some(match self.form & !EACH {
            1 => u64::from(*bytes.first()?),
            2 => two(bytes),
            4 => four(bytes),
            8 => eight(bytes),
            _ => signed(bytes),
        })
    }

    /// The first row from a place on that has a value.
    fn position(&self, from: usize, value: u64) -> Option<usize> {
        let width = usize::from(self.form & WIDTH);
        let bytes = self.values.get(from * width..self.lens.len() * width)?;
        let found = match self.form & !EACH {
            1 => bytes.iter().position(|byte| u64::from(*byte) == value),
            2 => bytes.chunks_exact(2).position(|of| two(of) == value),
            4 => bytes.chunks_exact(4).position(|of| four(of) == value),
            8 => bytes.chunks_exact(8).position(|of| eight(of) == value),
            _ => bytes.chunks_exact(4).position(|of| signed(of) == value),
        };
        found.map(|at| from + at)
    }

    /// The name of a row; a further value of a name stands behind it.
    pub(crate) fn name(&self, at: usize) -> Option<Word> {
        let lens = self.lens.get(..=at)?;
        let end = lens.iter().map(|len| usize::from(*len)).sum::<usize>();
        let len = lens.iter().rev().find(|len| **len != 0)?;
        self.text(end.checked_sub(usize::from(*len))?, end)
    }

    #[inline]
    fn text(&self, start: usize, end: usize) -> Option<Word> {
        Word::of(self.names, self.first + start, end.checked_sub(start)?)
    }

    /// The next row: its name, its value, and the place of its ABIs.
    #[inline]
    pub(crate) fn next(&self, scan: &mut Scan) -> Option<(Word, u64, u8)> {
        let at = scan.at;
        let (value, len) = (self.value(at)?, usize::from(*self.lens.get(at)?));
        let start = if len == 0 { scan.start } else { scan.end };
        *scan = Scan { at: at + 1, start, end: scan.end + len };
        Some((self.text(start, scan.end).unwrap_or(Word::NONE), value, self.whom(at)))
    }

    /// The next row whose bits are all there.
    pub(crate) fn next_flag(&self, scan: &mut Scan, bits: u64) -> Option<(Word, u64, u8)> {
        loop {
            let next = self.next(scan)?;
            if next.1 & !bits == 0 && next.1 != 0 {
                return Some(next);
            }
        }
    }

    /// Hands over the name and the value of each row that is of an ABI and whose bits are all there, without haste.
    #[inline(never)]
    pub(crate) fn other_flags<E>(
        &self,
        mut bits: u64,
        has: impl Fn(u8) -> bool,
        tell: &mut impl FnMut(Word, u64) -> Result<(), E>,
    ) -> Result<u64, E> {
        let mut scan = Scan::default();
        while let Some((name, value, whom)) = self.next_flag(&mut scan, bits) {
            if has(whom) {
                bits &= !value;
                tell(name, value)?;
            }
        }
        Ok(bits)
    }
}

/// Values as they stand in so many bytes.
#[inline(always)]
fn two(of: &[u8]) -> u64 {
    of.first_chunk().map_or(0, |of| u16::from_le_bytes(*of).into())
}

#[inline(always)]
fn four(of: &[u8]) -> u64 {
    of.first_chunk().map_or(0, |of| u32::from_le_bytes(*of).into())
}

#[inline(always)]
fn eight(of: &[u8]) -> u64 {
    of.first_chunk().map_or(0, |of| u64::from_le_bytes(*of))
}

#[inline(always)]
fn signed(of: &[u8]) -> u64 {
    of.first_chunk().map_or(0, |of| i32::from_le_bytes(*of) as u64)
}
