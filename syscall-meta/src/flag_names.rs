//! A value of a set as the names and numbers that make it up.

use core::fmt;
use core::iter::FusedIterator;

use crate::abi::Abi;
use crate::constants::{DEPTH, FlagSet};
use crate::flag_pool::{P, Pool, S, Scan, holds};
use crate::word::Word;

/// The names that make up a value; see [`FlagSet::names`]. It prints as C would have it: `O_RDWR|O_CLOEXEC|0x40000000`.
///
/// Parts that hold one of several values come first, then flags, then parts that are numbers, and last the bits that
/// have no name. A part that is 0 is told where 0 has a name (`O_RDONLY`); where nothing is told, that is `0`.
#[derive(Clone, Copy)]
pub struct Names {
    set: FlagSet,
    abi: Abi,
    value: u64,
}

impl Names {
    #[inline]
    pub(crate) const fn new(set: FlagSet, abi: Abi, value: u64) -> Names {
        Names { set, abi, value }
    }

    /// The set whose names they are.
    pub const fn set(self) -> FlagSet {
        self.set
    }

    /// The ABI on which they have that meaning.
    pub const fn abi(self) -> Abi {
        self.abi
    }

    /// The value.
    pub const fn value(self) -> u64 {
        self.value
    }

    /// The pieces, one after the other; at least one.
    pub fn iter(self) -> Pieces {
        let first = Frame::new(self.set.set(), self.value, 0);
        Pieces { pool: self.set.pool(), abi: self.abi, frames: [Some(first), None, None], depth: 1, told: false }
    }

    /// Hands over the pieces as [`iter`](Names::iter) has them, but for the bits that have no name, which it returns. Nothing
    /// is kept from piece to piece, which makes this the fast way to all of them.
    #[inline]
    pub(crate) fn each<T: Tell>(self, tell: &mut T) -> Result<u64, T::Error> {
        each(self.set.pool(), self.set.set(), self.abi, self.value, tell)
    }

    /// Whether all of the value has a name.
    pub fn is_known(self) -> bool {
        self.iter().all(|piece| piece.kind != Kind::Unknown)
    }
}

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = Told { f, any: false };
        let rest = self.each(&mut told)?;
        if rest == 0 && told.any {
            return Ok(());
        }
        told.other(Piece::unnamed(rest))
    }
}

/// Pieces as C has them.
struct Told<'f, 'g> {
    f: &'f mut fmt::Formatter<'g>,
    any: bool,
}

impl Told<'_, '_> {
    fn next(&mut self) -> fmt::Result {
        if core::mem::replace(&mut self.any, true) { self.f.write_str("|") } else { Ok(()) }
    }
}

impl Tell for Told<'_, '_> {
    type Error = fmt::Error;

    fn name(&mut self, name: Word) -> fmt::Result {
        self.next()?;
        self.f.write_str(name.text())
    }

    fn other(&mut self, piece: Piece) -> fmt::Result {
        self.next()?;
        fmt::Display::fmt(&piece, self.f)
    }
}

/// What takes the pieces of a value.
pub(crate) trait Tell {
    /// Why it may end before all are told.
    type Error;

    /// A name that stands where it has it.
    fn name(&mut self, name: Word) -> Result<(), Self::Error>;

    /// Any other piece.
    fn other(&mut self, piece: Piece) -> Result<(), Self::Error>;
}

/// The pieces of a value; returns the bits of it that have none.
#[inline]
pub(crate) fn each<T: Tell>(
    pool: &'static Pool,
    set: &'static S,
    abi: Abi,
    value: u64,
    tell: &mut T,
) -> Result<u64, T::Error> {
    if set.1 && set.5 == 0 {
        return members(pool, set, abi, value, 0, tell);
    }
    each_at(pool, set, (abi, value), (0, 0), tell)
}

/// The pieces of a value that lies so deep in others and so far to the left.
#[inline(never)]
fn each_at<T: Tell>(
    pool: &'static Pool,
    set: &'static S,
    (abi, value): (Abi, u64),
    (depth, shift): (usize, u32),
    tell: &mut T,
) -> Result<u64, T::Error> {
    if !set.1 {
        return match pool.named(set, set.6, abi, value) {
            Some(name) => at_shift(Kind::Name(name), value, shift, 0, tell).map(|()| 0),
            None => Ok(value),
        };
    }
    let (mut rest, mut parts) = (value, 0);
    for part in pool.parts(set) {
        let (mask, by) = pool.mask(part, abi);
        parts |= mask;
        let bits = value & mask;
        let name = match part.3 {
            _ if mask == 0 => None,
            holds::MEMBERS => pool.named(set, part.5, abi, bits >> by),
            holds::SET => {
                let inner = pool.set(part.4);
                if !inner.1 {
                    pool.named(inner, inner.6, abi, bits >> by)
                } else {
                    // What lies too deep stays a number.
                    if depth + 1 < DEPTH {
                        rest &= !mask;
                        let more = each_at(pool, inner, (abi, bits >> by), (depth + 1, shift + by), tell)?;
                        // What an inner set does not know joins what the outer one does not.
                        rest |= more.checked_shl(by).unwrap_or(0);
                    }
                    None
                }
            }
            _ => None,
        };
        if let Some(name) = name {
            rest &= !mask;
            at_shift(Kind::Name(name), bits, shift, by, tell)?;
        }
    }
    rest = rest & parts | members(pool, set, abi, rest & !parts, shift, tell)?;
    for part in pool.parts(set) {
        let Some(kind) = Kind::of_number(part) else { continue };
        let (mask, by) = pool.mask(part, abi);
        let bits = rest & mask;
        rest &= !mask;
        if bits != 0 {
            at_shift(kind, bits, shift, by, tell)?;
        }
    }
    Ok(rest)
}

/// The flags of a set that are in a value so far to the left; returns the bits that are none.
#[inline(never)]
fn members<T: Tell>(
    pool: &'static Pool,
    set: &'static S,
    abi: Abi,
    value: u64,
    shift: u32,
    tell: &mut T,
) -> Result<u64, T::Error> {
    if shift == 0 {
        return pool.each_flag(
            set,
            abi,
            value,
            #[inline(always)]
            |name| tell.name(name),
        );
    }
    let has = |whom| pool.has(set, whom, abi);
    pool.rows(set.6).other_flags(value, has, &mut |name, bits| at_shift(Kind::Name(name), bits, shift, 0, tell))
}

/// A piece that is so far to the left in a value that is itself so far to the left.
fn at_shift<T: Tell>(kind: Kind, bits: u64, shift: u32, by: u32, tell: &mut T) -> Result<(), T::Error> {
    let bits = bits.checked_shl(shift).unwrap_or(0);
    match kind {
        Kind::Name(name) if shift + by == 0 => tell.name(name),
        _ => tell.other(Piece { kind, bits, shift: (shift + by).min(63) as u8 }),
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Names({self})")
    }
}

/// One name or number of a value, with the bits of the value that it stands for. It prints as it stands in the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    kind: Kind,
    bits: u64,
    shift: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Name(Word),
    Decimal,
    Octal,
    Hexadecimal,
    Unknown,
}

impl Kind {
    /// What a part is that is a number.
    fn of_number(part: &P) -> Option<Kind> {
        match part.3 {
            holds::DECIMAL => Some(Kind::Decimal),
            holds::OCTAL => Some(Kind::Octal),
            holds::HEXADECIMAL => Some(Kind::Hexadecimal),
            _ => None,
        }
    }
}

impl Piece {
    /// The name, or `None` for a number.
    pub fn name(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Name(name) => Some(name.text()),
            _ => None,
        }
    }

    /// Bits that have no name; none is told as the number 0.
    pub(crate) const fn unnamed(bits: u64) -> Piece {
        Piece { kind: if bits == 0 { Kind::Decimal } else { Kind::Unknown }, bits, shift: 0 }
    }

    /// The bits, where they stand in the value.
    pub const fn bits(&self) -> u64 {
        self.bits
    }

    /// Whether these are bits that nothing is known of; else they have a name, or are a part that is a number.
    pub const fn is_unknown(&self) -> bool {
        matches!(self.kind, Kind::Unknown)
    }
}

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.bits >> self.shift;
        match self.kind {
            Kind::Name(name) => f.write_str(name.text())?,
            _ if number == 0 => f.write_str("0")?,
            Kind::Decimal => write!(f, "{number}")?,
            Kind::Octal => write!(f, "0{number:o}")?,
            Kind::Hexadecimal | Kind::Unknown => write!(f, "{number:#x}")?,
        }
        if self.shift > 0 { write!(f, "<<{}", self.shift) } else { Ok(()) }
    }
}

/// The pieces of a value; see [`Names::iter`].
#[derive(Clone)]
pub struct Pieces {
    pool: &'static Pool,
    abi: Abi,
    /// The value, and those parts of it that are values of other sets.
    frames: [Option<Frame>; DEPTH],
    depth: usize,
    told: bool,
}

/// Where one value is being taken apart.
#[derive(Clone, Copy)]
struct Frame {
    set: &'static S,
    value: u64,
    /// The bits that nothing has been told of.
    rest: u64,
    /// How far the value is shifted in the whole.
    shift: u32,
    stage: Stage,
}

#[derive(Clone, Copy)]
enum Stage {
    /// A part that holds one of several values.
    Part(usize),
    Members(Scan),
    /// A part that is a number.
    Number(usize),
    Rest,
}

/// What a step of taking a value apart comes to.
enum Step {
    Piece(Piece),
    Into(Frame),
    Next,
    Done,
}

impl Frame {
    fn new(set: &'static S, value: u64, shift: u32) -> Frame {
        let stage = if set.1 { Stage::Part(0) } else { Stage::Members(Scan::default()) };
        Frame { set, value, rest: value, shift, stage }
    }

    fn piece(&self, kind: Kind, bits: u64, shift: u32) -> Piece {
        let shift = self.shift + shift;
        Piece { kind, bits: bits.checked_shl(self.shift).unwrap_or(0), shift: shift.min(63) as u8 }
    }

    fn step(&mut self, pool: &'static Pool, abi: Abi, deeper: bool) -> Step {
        match self.stage {
            Stage::Part(at) => {
                let Some(part) = pool.parts(self.set).get(at) else {
                    self.stage = Stage::Members(Scan::default());
                    return Step::Next;
                };
                self.stage = Stage::Part(at + 1);
                self.part(pool, part, abi, deeper)
            }
            Stage::Members(scan) if self.set.1 => self.flag(pool, scan, abi),
            Stage::Members(_) => {
                self.stage = Stage::Rest;
                match pool.named(self.set, self.set.6, abi, self.value) {
                    Some(name) => {
                        self.rest = 0;
                        Step::Piece(self.piece(Kind::Name(name), self.value, 0))
                    }
                    None => Step::Next,
                }
            }
            Stage::Number(at) => {
                let Some(part) = pool.parts(self.set).get(at) else {
                    self.stage = Stage::Rest;
                    return Step::Next;
                };
                self.stage = Stage::Number(at + 1);
                let Some(kind) = Kind::of_number(part) else { return Step::Next };
                let (mask, shift) = pool.mask(part, abi);
                let bits = self.rest & mask;
                self.rest &= !mask;
                if bits == 0 { Step::Next } else { Step::Piece(self.piece(kind, bits, shift)) }
            }
            Stage::Rest => Step::Done,
        }
    }

    /// A part that holds one of several values, or a value of another set.
    fn part(&mut self, pool: &'static Pool, part: &P, abi: Abi, deeper: bool) -> Step {
        let (mask, shift) = pool.mask(part, abi);
        if mask == 0 {
            return Step::Next;
        }
        let bits = self.value & mask;
        let name = match part.3 {
            holds::MEMBERS => pool.named(self.set, part.5, abi, bits >> shift),
            holds::SET => {
                let set = pool.set(part.4);
                if !set.1 {
                    pool.named(set, set.6, abi, bits >> shift)
                } else if deeper {
                    self.rest &= !mask;
                    return Step::Into(Frame::new(set, bits >> shift, self.shift + shift));
                } else {
                    // What lies too deep stays a number.
                    return Step::Next;
                }
            }
            _ => return Step::Next,
        };
        match name {
            Some(name) => {
                self.rest &= !mask;
                Step::Piece(self.piece(Kind::Name(name), bits, shift))
            }
            None => Step::Next,
        }
    }

    /// The next member all of whose bits are there and not told yet.
    fn flag(&mut self, pool: &'static Pool, mut scan: Scan, abi: Abi) -> Step {
        let parts = pool.parts(self.set).iter().fold(0, |all, part| all | pool.mask(part, abi).0);
        let free = self.rest & !parts;
        let rows = pool.rows(self.set.6);
        while let Some((name, value, whom)) = rows.next_flag(&mut scan, free) {
            if pool.has(self.set, whom, abi) {
                self.rest &= !value;
                self.stage = Stage::Members(scan);
                return Step::Piece(self.piece(Kind::Name(name), value, 0));
            }
        }
        self.stage = Stage::Number(0);
        Step::Next
    }
}

impl Iterator for Pieces {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        loop {
            let top = self.depth.checked_sub(1)?;
            let frame = self.frames.get_mut(top)?.as_mut()?;
            match frame.step(self.pool, self.abi, top + 1 < DEPTH) {
                Step::Next => {}
                Step::Piece(piece) => {
                    self.told = true;
                    return Some(piece);
                }
                Step::Into(inner) => {
                    if let Some(free) = self.frames.get_mut(self.depth) {
                        *free = Some(inner);
                        self.depth += 1;
                    }
                }
                Step::Done => {
                    let (rest, shift) = (frame.rest, frame.shift);
                    self.depth = top;
                    match top.checked_sub(1).and_then(|below| self.frames.get_mut(below)?.as_mut()) {
                        // What an inner set does not know joins what the outer one does not.
                        Some(outer) => outer.rest |= rest.checked_shl(shift - outer.shift).unwrap_or(0),
                        None if rest != 0 || !self.told => {
                            self.told = true;
                            return Some(Piece::unnamed(rest));
                        }
                        None => {}
                    }
                }
            }
        }
    }
}

impl FusedIterator for Pieces {}

impl fmt::Debug for Pieces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}
