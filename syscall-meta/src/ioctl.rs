//! Requests of `ioctl`: the names that a number has on an ABI, and what its bits say by themselves.
//!
//! The generated columns have a row for each name and each type and number within the type (the low 16 bits, which stand in
//! the same place on all ABIs), sorted by these, so that a request is found by bisection. Above these bits most ABIs have one
//! of a few pairs of direction and size, which are shared by all rows; so are the beginnings of names.

use core::fmt;
use core::iter::FusedIterator;

use crate::abi::Abi;
use crate::generated::ioctls as data;

/// How an ABI puts a request together: what `_IOC` of its `asm/ioctl.h` does.
pub(crate) struct Scheme {
    /// Bits in the order of [`Abi::ALL`].
    pub(crate) abis: u64,
    pub(crate) none: u32,
    pub(crate) read: u32,
    pub(crate) write: u32,
    pub(crate) size_bits: u8,
}

/// Above the type and the number within it, of 8 bits each.
const SIZE_SHIFT: u32 = 16;

/// A request of `ioctl` on an ABI.
///
/// Numbers differ between ABIs in how they tell the direction and in the size of what is passed, and one number may be
/// the request of several drivers, so that there are several names. It prints as all of them; one that has none prints
/// as the `_IOC` that makes it.
///
/// ```
/// use syscall_meta::{Abi, Ioctl};
///
/// let request = Ioctl::new(Abi::X86_64, 0x8008_4502);
/// assert_eq!((request.letter(), request.number_in_type(), request.size()), (0x45, 2, 8));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ioctl {
    abi: Abi,
    number: u32,
}

impl Ioctl {
    /// The request of a number, which is the second argument of `ioctl`.
    #[inline]
    pub const fn new(abi: Abi, number: u32) -> Ioctl {
        Ioctl { abi, number }
    }

    /// The request of a name on an ABI; every row is looked at. A name with parameters, `EVIOCGNAME(len)`, is the one
    /// whose parameters are 0.
    pub fn by_name(abi: Abi, name: &str) -> Option<Ioctl> {
        let number = Rows::all().filter(|row| row.is_called(name)).find_map(|row| row.number(abi))?;
        Some(Ioctl { abi, number })
    }

    /// The ABI.
    #[inline]
    pub const fn abi(self) -> Abi {
        self.abi
    }

    /// The number.
    #[inline]
    pub const fn number(self) -> u32 {
        self.number
    }

    /// The byte that says whose requests it is one of, often a letter: `'E'`.
    #[inline]
    pub const fn letter(self) -> u8 {
        (self.number >> 8) as u8
    }

    /// The number among those with the same letter.
    #[inline]
    pub const fn number_in_type(self) -> u8 {
        self.number as u8
    }

    /// How many bytes the request says that it passes; 0 for one that says nothing.
    pub fn size(self) -> u32 {
        self.number >> SIZE_SHIFT & size_mask(self.scheme())
    }

    /// Whether the program gets something written to memory: `_IOC_READ`, as the headers see it from there.
    pub fn reads(self) -> bool {
        self.scheme().is_some_and(|scheme| self.direction() & scheme.read != 0)
    }

    /// Whether the kernel gets something read from memory: `_IOC_WRITE`.
    pub fn writes(self) -> bool {
        self.scheme().is_some_and(|scheme| self.direction() & scheme.write != 0)
    }

    /// The names that the number has on the ABI, in the order of names.
    pub fn names(self) -> IoctlNames {
        IoctlNames { rows: self.words() }
    }

    /// The names in the form in which they are written.
    #[inline]
    pub(crate) fn words(self) -> Words {
        let start = data::KEYS.partition_point(|key| *key < self.key());
        Words { request: self, rows: Rows::from(start) }
    }

    /// The low 16 bits.
    const fn key(self) -> u16 {
        self.number as u16
    }

    fn scheme(self) -> Option<&'static Scheme> {
        data::SCHEMES.iter().find(|scheme| has(scheme.abis, self.abi))
    }

    /// What stands above the size.
    fn direction(self) -> u32 {
        let bits = self.scheme().map_or(14, |scheme| u32::from(scheme.size_bits));
        self.number.checked_shr(SIZE_SHIFT + bits).unwrap_or(0)
    }
}

fn size_mask(scheme: Option<&Scheme>) -> u32 {
    let bits = scheme.map_or(14, |scheme| u32::from(scheme.size_bits));
    1u32.checked_shl(bits).map_or(u32::MAX, |one| one - 1)
}

fn has(abis: u64, abi: Abi) -> bool {
    abis >> (abi as u32) & 1 == 1
}

/// Its names with ` or ` between them, and what it is made of where it has none: `_IOC(_IOC_READ, 0x45, 0x2, 0x8)`.
impl fmt::Display for Ioctl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut any = false;
        for name in self.words() {
            f.write_str(if any { " or " } else { "" })?;
            name.fmt(f)?;
            any = true;
        }
        if any {
            return Ok(());
        }
        f.write_str("_IOC(")?;
        let mut rest = self.direction();
        let mut told = false;
        if let Some(scheme) = self.scheme() {
            if rest == scheme.none {
                f.write_str("_IOC_NONE")?;
                (rest, told) = (0, true);
            }
            for (bits, name) in [(scheme.read, "_IOC_READ"), (scheme.write, "_IOC_WRITE")] {
                if bits != 0 && rest & bits == bits {
                    write!(f, "{}{name}", if told { "|" } else { "" })?;
                    rest &= !bits;
                    told = true;
                }
            }
        }
        if rest != 0 || !told {
            write!(f, "{}{rest:#x}", if told { "|" } else { "" })?;
        }
        write!(f, ", {:#x}, {:#x}, {:#x})", self.letter(), self.number_in_type(), self.size())
    }
}

impl fmt::Debug for Ioctl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ioctl({} {:#x} {self})", self.abi, self.number)
    }
}

/// A name of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IoctlName {
    name: &'static str,
    argument: &'static str,
    size: u32,
}

impl IoctlName {
    /// The name as the headers define it; one of a family has parameters: `EVIOCGNAME(len)`.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The C type of what is passed by pointer, where the request's macro says it: `struct input_id`.
    pub const fn argument(&self) -> Option<&'static str> {
        if self.argument.is_empty() { None } else { Some(self.argument) }
    }

    /// Whether it stands for a family of requests, which differ in what the macro takes.
    pub fn is_family(&self) -> bool {
        is_family(self.name)
    }
}

/// The name; of a family that passes as many bytes as the macro's one parameter says, with that: `EVIOCGNAME(256)`.
impl fmt::Display for IoctlName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        written(self.name, self.size, f)
    }
}

/// The names of a request; see [`Ioctl::names`].
#[derive(Clone)]
pub struct IoctlNames {
    rows: Words,
}

impl Iterator for IoctlNames {
    type Item = IoctlName;

    fn next(&mut self) -> Option<IoctlName> {
        let Word { row, size } = self.rows.next()?;
        Some(IoctlName { name: row.name(), argument: row.argument(), size })
    }
}

impl FusedIterator for IoctlNames {}

impl fmt::Debug for IoctlNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl Ioctl {
    /// Whether a name that has this number is one of the request's, and the size that a family leaves free.
    fn is(self, tail: &str, number: u32) -> Option<u32> {
        let size = size_mask(self.scheme()) << SIZE_SHIFT;
        if number == self.number {
            Some(0)
        } else if is_family(tail) && number & size == 0 && self.number & !size == number {
            Some(self.size())
        } else {
            None
        }
    }
}

fn is_family(name: &str) -> bool {
    name.contains('(')
}

/// A name of a request as it is written: in two parts, so that what many names begin with is there once.
#[derive(Clone, Copy)]
pub(crate) struct Word {
    row: Row,
    size: u32,
}

impl Word {
    /// What the name is made of; none for one of a family.
    #[cfg(feature = "decode")]
    #[inline]
    pub(crate) fn parts(&self) -> Option<[&'static str; 2]> {
        if is_family(self.row.tail) { None } else { Some([self.row.head(), self.row.tail]) }
    }

    /// Whether the name begins so.
    #[cfg(feature = "decode")]
    pub(crate) fn starts_with(&self, start: &str) -> bool {
        let (head, tail) = (self.row.head(), self.row.tail);
        match start.strip_prefix(head) {
            Some(rest) => tail.starts_with(rest),
            None => head.starts_with(start),
        }
    }
}

/// As an [`IoctlName`] is written.
impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row.head())?;
        written(self.row.tail, self.size, f)
    }
}

fn written(name: &str, size: u32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match name.split_once('(') {
        Some((name, parameters)) if !parameters.contains(',') && size > 0 => write!(f, "{name}({size})"),
        _ => f.write_str(name),
    }
}

/// The names of a request.
#[derive(Clone)]
pub(crate) struct Words {
    request: Ioctl,
    rows: Rows,
}

impl Iterator for Words {
    type Item = Word;

    #[inline]
    fn next(&mut self) -> Option<Word> {
        loop {
            let row = self.rows.next().filter(|row| row.key == self.request.key());
            let Some(row) = row else {
                self.rows = Rows::from(ROWS);
                return None;
            };
            let size = row.number(self.request.abi).and_then(|number| self.request.is(row.tail, number));
            if let Some(size) = size {
                return Some(Word { row, size });
            }
        }
    }
}

/// How many rows there are.
const ROWS: usize = data::KEYS.len();

/// Where the tail starts of every row whose place this divides.
const STEP: usize = 16;

static STARTS: [u32; ROWS / STEP + 1] = {
    let (mut starts, mut end, mut at) = ([0; ROWS / STEP + 1], 0, 0);
    while at < ROWS {
        if at % STEP == 0 {
            starts[at / STEP] = end;
        }
        end += data::TAIL_LEN[at] as u32;
        at += 1;
    }
    starts
};

const FULL_LEN: usize = {
    let (mut len, mut at) = (0, 0);
    while at < ROWS {
        let head = data::HEAD[at] as usize;
        let of_head = if head == 0 { 0 } else { data::HEAD_STARTS[head] - data::HEAD_STARTS[head - 1] };
        len += data::TAIL_LEN[at] as usize + of_head as usize;
        at += 1;
    }
    len
};

/// The names in one part, for who asks for one. Writing needs none of this, and a program that writes has it not linked.
static FULL: [u8; FULL_LEN] = {
    let (mut full, mut end, mut at, mut from) = ([0; FULL_LEN], 0, 0, 0);
    let (heads, tails) = (data::HEADS.as_bytes(), data::TAILS.as_bytes());
    while at < ROWS {
        let head = data::HEAD[at] as usize;
        let mut byte = if head == 0 { 0 } else { data::HEAD_STARTS[head - 1] as usize };
        while head != 0 && byte < data::HEAD_STARTS[head] as usize {
            full[end] = heads[byte];
            (end, byte) = (end + 1, byte + 1);
        }
        let stop = from + data::TAIL_LEN[at] as usize;
        while from < stop {
            full[end] = tails[from];
            (end, from) = (end + 1, from + 1);
        }
        at += 1;
    }
    full
};

/// Where the name starts of every row whose place [`STEP`] divides.
static FULL_STARTS: [u32; ROWS / STEP + 1] = {
    let (mut starts, mut end, mut at) = ([0; ROWS / STEP + 1], 0, 0);
    while at < ROWS {
        if at % STEP == 0 {
            starts[at / STEP] = end;
        }
        let head = data::HEAD[at] as usize;
        let of_head = if head == 0 { 0 } else { data::HEAD_STARTS[head] - data::HEAD_STARTS[head - 1] };
        end += data::TAIL_LEN[at] as u32 + of_head as u32;
        at += 1;
    }
    starts
};

/// A row of the columns.
#[derive(Clone, Copy)]
struct Row {
    at: usize,
    key: u16,
    tail: &'static str,
}

impl Row {
    /// What its name begins with, before the tail.
    fn head(self) -> &'static str {
        let place = data::HEAD.get(self.at).map_or(0, |head| usize::from(*head));
        place.checked_sub(1).map_or("", |place| between(data::HEADS, &data::HEAD_STARTS, place))
    }

    fn is_called(self, name: &str) -> bool {
        name.strip_prefix(self.head()) == Some(self.tail)
    }

    fn name(self) -> &'static str {
        let len = |at: usize| {
            let head = data::HEAD.get(at).map_or(0, |head| usize::from(*head));
            let head = head.checked_sub(1).map_or(0, |place| between(data::HEADS, &data::HEAD_STARTS, place).len());
            head + data::TAIL_LEN.get(at).map_or(0, |len| usize::from(*len))
        };
        let start = FULL_STARTS.get(self.at / STEP).map_or(0, |start| *start as usize);
        let start = start + (self.at - self.at % STEP..self.at).map(len).sum::<usize>();
        let name = FULL.get(start..start + len(self.at)).unwrap_or_default();
        core::str::from_utf8(name).unwrap_or("")
    }

    fn argument(self) -> &'static str {
        let place = data::ARGUMENT.get(self.at).map_or(usize::MAX, |place| usize::from(*place));
        if place == usize::MAX { "" } else { between(data::ARGUMENTS, &data::ARGUMENT_STARTS, place) }
    }

    fn number(self, abi: Abi) -> Option<u32> {
        let shape = usize::from(*data::SHAPE.get(self.at)?);
        let (start, end) = (data::SHAPE_STARTS.get(shape)?, data::SHAPE_STARTS.get(shape + 1)?);
        let of = data::SHAPES.get(usize::from(*start)..usize::from(*end))?;
        let is_of = |abis: u16| data::ABIS.get(usize::from(abis)).is_some_and(|abis| has(*abis, abi));
        let (_, upper) = of.iter().find(|(abis, _)| is_of(*abis))?;
        Some(u32::from(*upper) << SIZE_SHIFT | u32::from(self.key))
    }
}

fn between(text: &'static str, starts: &'static [u16], place: usize) -> &'static str {
    match (starts.get(place), starts.get(place + 1)) {
        (Some(start), Some(end)) => text.get(usize::from(*start)..usize::from(*end)).unwrap_or(""),
        _ => "",
    }
}

/// Rows in their order.
#[derive(Clone)]
struct Rows {
    at: usize,
    /// Where the tail of the next starts.
    start: usize,
}

impl Rows {
    fn all() -> Rows {
        Rows::from(0)
    }

    /// From a place on.
    fn from(at: usize) -> Rows {
        let before = data::TAIL_LEN.get(at - at % STEP..at).unwrap_or_default();
        let start = STARTS.get(at / STEP).map_or(0, |start| *start as usize);
        Rows { at, start: start + before.iter().map(|len| usize::from(*len)).sum::<usize>() }
    }
}

impl Iterator for Rows {
    type Item = Row;

    #[inline]
    fn next(&mut self) -> Option<Row> {
        let (key, len) = (*data::KEYS.get(self.at)?, usize::from(*data::TAIL_LEN.get(self.at)?));
        let row = Row { at: self.at, key, tail: data::TAILS.get(self.start..self.start + len)? };
        (self.at, self.start) = (self.at + 1, self.start + len);
        Some(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_by_its_number() {
        let mut last = (0, "");
        for row in Rows::all().take(if cfg!(miri) { 3 } else { usize::MAX }) {
            let name = row.name();
            assert!(last < (row.key, name) && row.is_called(name), "{name} after {last:?}");
            last = (row.key, name);
            for abi in Abi::ALL {
                let Some(number) = row.number(*abi) else { continue };
                assert_eq!(number as u16, row.key, "{name}");
                let request = Ioctl::new(*abi, number);
                let found = request.names().find(|found| found.name() == name).expect(name);
                assert!(request.words().any(|word| std::format!("{word}") == std::format!("{found}")), "{name}");
            }
            // By name, all rows are looked at.
            if row.at % 64 == 0 {
                assert!(Abi::ALL.iter().any(|abi| Ioctl::by_name(*abi, name).is_some()), "{name}");
            }
        }
        assert_eq!(Rows::all().count(), ROWS);
    }

    #[test]
    fn every_number_prints() {
        let mut number = 1u32;
        for _ in 0..if cfg!(miri) { 5 } else { 20_000 } {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            for abi in [Abi::X86_64, Abi::MipsO32, Abi::Alpha] {
                let request = Ioctl::new(abi, number);
                let text = std::format!("{request}");
                assert!(!text.is_empty() && request.size() < 1 << 14, "{text}");
            }
        }
        for key in [0, 1, 0x5400, 0xfffe, 0xffff] {
            assert!(Ioctl::new(Abi::X86_64, key).names().count() < 100);
        }
    }
}
