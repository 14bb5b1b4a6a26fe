//! Requests of `ioctl`: the names that a number has on an ABI, and what its bits say by themselves.
//!
//! The generated text has a line for each name and each type and number within the type (the low 16 bits, which stand in
//! the same place on all ABIs), sorted by these, so that a request is found by bisection:
//!
//! ```text
//! 4502 EVIOCGID 0=80084502 1=40084502 struct input_id
//! ```

use core::fmt;
use core::iter::FusedIterator;

use crate::abi::Abi;
use crate::generated::ioctls::{ABIS, SCHEMES, TEXT};

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

    /// The request of a name on an ABI; every line is looked at. A name with parameters, `EVIOCGNAME(len)`, is the one
    /// whose parameters are 0.
    pub fn by_name(abi: Abi, name: &str) -> Option<Ioctl> {
        let mut lines = TEXT.lines().filter_map(Line::read).filter(|line| line.name == name);
        lines.find_map(|line| line.number(abi)).map(|number| Ioctl { abi, number })
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
        IoctlNames { request: self, rest: from_key(self.key()) }
    }

    /// The low 16 bits.
    const fn key(self) -> u16 {
        self.number as u16
    }

    fn scheme(self) -> Option<&'static Scheme> {
        SCHEMES.iter().find(|scheme| has(scheme.abis, self.abi))
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
        for name in self.names() {
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
        match self.name.split_once('(') {
            Some((name, parameters)) if !parameters.contains(',') && self.size > 0 => {
                write!(f, "{name}({})", self.size)
            }
            _ => f.write_str(self.name),
        }
    }
}

/// The names of a request; see [`Ioctl::names`].
#[derive(Clone)]
pub struct IoctlNames {
    request: Ioctl,
    /// The lines that have not been looked at.
    rest: &'static str,
}

impl Iterator for IoctlNames {
    type Item = IoctlName;

    fn next(&mut self) -> Option<IoctlName> {
        loop {
            let (line, rest) = self.rest.split_once('\n')?;
            let line = Line::read(line).filter(|line| line.key == self.request.key());
            let Some(line) = line else {
                self.rest = "";
                return None;
            };
            self.rest = rest;
            if let Some(size) = line.number(self.request.abi).and_then(|number| self.request.is(line.name, number)) {
                return Some(IoctlName { name: line.name, argument: line.argument, size });
            }
        }
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
    fn is(self, name: &str, number: u32) -> Option<u32> {
        let size = size_mask(self.scheme()) << SIZE_SHIFT;
        if number == self.number {
            Some(0)
        } else if is_family(name) && number & size == 0 && self.number & !size == number {
            Some(self.size())
        } else {
            None
        }
    }
}

fn is_family(name: &str) -> bool {
    name.contains('(')
}

/// A line of the generated text.
struct Line {
    key: u16,
    name: &'static str,
    /// `0=80084502 1=40084502`: which ABIs, and the number.
    numbers: &'static str,
    argument: &'static str,
}

impl Line {
    fn read(line: &'static str) -> Option<Line> {
        let (key, rest) = line.split_once(' ')?;
        let (name, rest) = rest.split_once(' ')?;
        // What is passed comes after the last of the numbers.
        let last = rest.rfind('=')?;
        let end = rest.get(last..)?.find(' ').map_or(rest.len(), |end| last + end);
        Some(Line {
            key: u16::from_str_radix(key, 16).ok()?,
            name,
            numbers: rest.get(..end)?,
            argument: rest.get(end..)?.trim_start(),
        })
    }

    fn number(&self, abi: Abi) -> Option<u32> {
        self.numbers.split(' ').find_map(|number| {
            let (abis, number) = number.split_once('=')?;
            let abis = ABIS.get(abis.parse::<usize>().ok()?)?;
            if has(*abis, abi) { u32::from_str_radix(number, 16).ok() } else { None }
        })
    }
}

/// The text from the first line on that does not come before those of a key.
fn from_key(key: u16) -> &'static str {
    // The first such line begins at `low` or later, and not after `high`; both are beginnings of lines.
    let (mut low, mut high) = (0, TEXT.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let before = TEXT.as_bytes().get(..middle).unwrap_or_default();
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1).max(low);
        let line = TEXT.get(start..).unwrap_or("");
        let end = line.find('\n').map_or(TEXT.len(), |end| start + end + 1);
        match TEXT.get(start..end).and_then(|line| Line::read(line.trim_end())) {
            Some(line) if line.key < key => low = end,
            _ => high = start,
        }
    }
    TEXT.get(low..).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_reads_and_is_found_by_its_number() {
        let mut last = (0, "");
        for (at, text) in TEXT.lines().enumerate().take(if cfg!(miri) { 3 } else { usize::MAX }) {
            let line = Line::read(text).expect(text);
            assert!(last < (line.key, line.name), "{text} after {last:?}");
            last = (line.key, line.name);
            for abi in Abi::ALL {
                let Some(number) = line.number(*abi) else { continue };
                assert_eq!(number as u16, line.key, "{text}");
                let request = Ioctl::new(*abi, number);
                assert!(request.names().any(|name| name.name() == line.name), "{text}");
            }
            // By name, all lines are looked at.
            if at % 64 == 0 {
                assert!(Abi::ALL.iter().any(|abi| Ioctl::by_name(*abi, line.name).is_some()), "{text}");
            }
        }
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
