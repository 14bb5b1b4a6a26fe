//! Fields of structures: where each stands, and its value out of bytes that the caller owns.

use core::fmt;

use crate::abi::ByteOrder;
use crate::layout::LayoutError;

/// A field of a structure on an ABI; see [`StructLayout::field`](crate::StructLayout::field).
///
/// It is a plain value: what is looked up once can be kept and read with many times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    name: &'static str,
    c_type: &'static str,
    offset: u32,
    size: u32,
    class: FieldClass,
    bits: Option<Bits>,
    count: Count,
}

/// What an element of a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldClass {
    /// An unsigned integer, an enumeration.
    Unsigned,
    /// A signed integer, an enumeration with negative values.
    Signed,
    /// A plain `char`, which is signed or not as the compiler is told: mostly text.
    Char,
    /// A pointer.
    Pointer,
    /// A floating number.
    Float,
    /// A structure or union.
    Record,
}

/// How many elements a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Count {
    /// It is no array.
    One,
    /// An array; of several dimensions, all elements.
    Array(u32),
    /// As many as are there: a flexible tail.
    Flexible,
}

/// A bit-field in the unit that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bits {
    shift: u8,
    width: u8,
    /// The byte order in which the headers were read.
    order: ByteOrder,
}

impl Field {
    /// The name; that of a field of a structure without a tag follows the one that holds it: `outer.inner`.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The C type of an element as the headers write it: `__u32`, `struct timespec`, `char *`.
    pub const fn c_type(&self) -> &'static str {
        self.c_type
    }

    /// Where it begins, in bytes from the beginning of the whole; of a bit-field, where the unit does that holds it.
    pub const fn offset(&self) -> usize {
        self.offset as usize
    }

    /// Bytes of one element; of a bit-field, those of the unit that holds it.
    pub const fn size(&self) -> usize {
        self.size as usize
    }

    /// What an element is.
    pub const fn class(&self) -> FieldClass {
        self.class
    }

    /// How many elements there are.
    pub const fn count(&self) -> Count {
        self.count
    }

    /// How many bits of the unit are the field's, where it is a bit-field, and how far the unit is shifted to the right for them.
    pub const fn bit_field(&self) -> Option<(u32, u32)> {
        match self.bits {
            Some(bits) => Some((bits.width as u32, bits.shift as u32)),
            None => None,
        }
    }

    /// The bytes of the field in those of the whole: all elements, and of a flexible tail, all that is there.
    ///
    /// # Errors
    /// Where the bytes end before the field does.
    pub fn bytes<'b>(&self, whole: &'b [u8]) -> Result<&'b [u8], LayoutError> {
        let end = match self.count {
            Count::One => Some(self.end(1)),
            Count::Array(count) => Some(self.end(u64::from(count))),
            Count::Flexible => None,
        };
        let found = match end {
            Some(end) => usize::try_from(end).ok().and_then(|end| whole.get(self.offset()..end)),
            None => whole.get(self.offset()..),
        };
        found.ok_or(LayoutError::short(end.unwrap_or(u64::from(self.offset)), whole.len()))
    }

    /// An element of an array, as a field by itself. A field that is no array is its only element.
    ///
    /// # Errors
    /// Where there is no such element.
    pub fn element(&self, index: usize) -> Result<Field, LayoutError> {
        let count = match self.count {
            Count::One => 1,
            Count::Array(count) => count as usize,
            Count::Flexible => usize::MAX,
        };
        let offset = u32::try_from(index).ok().filter(|_| index < count);
        let offset = offset.and_then(|index| index.checked_mul(self.size)?.checked_add(self.offset));
        let offset = offset.ok_or(LayoutError::no_element(index, self.name))?;
        Ok(Field { offset, count: Count::One, ..*self })
    }

    /// The value of an integer or pointer in the bytes of the whole. Of a signed integer, the bits that it has.
    ///
    /// # Errors
    /// Where the bytes end before the field does, where it is no integer of at most 64 bits, or several, and where a
    /// bit-field is read in another byte order than it is known in.
    pub fn unsigned(&self, whole: &[u8], order: ByteOrder) -> Result<u64, LayoutError> {
        if self.size > 8 || self.count != Count::One || matches!(self.class, FieldClass::Float | FieldClass::Record) {
            return Err(LayoutError::no_integer(self.name));
        }
        let bytes = self.bytes(whole)?;
        let put = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        let unit = match order {
            ByteOrder::Little => bytes.iter().rev().fold(0, put),
            ByteOrder::Big => bytes.iter().fold(0, put),
        };
        match self.bits {
            None => Ok(unit),
            Some(bits) if bits.order != order && self.size > 0 => Err(LayoutError::other_order(self.name, bits.order)),
            Some(bits) => Ok(unit.checked_shr(u32::from(bits.shift)).unwrap_or(0) & low(u32::from(bits.width))),
        }
    }

    /// The value of an integer in the bytes of the whole, a signed one with its sign.
    ///
    /// # Errors
    /// As [`unsigned`](Field::unsigned), and where an unsigned integer has more than 63 bits.
    pub fn signed(&self, whole: &[u8], order: ByteOrder) -> Result<i64, LayoutError> {
        let value = self.unsigned(whole, order)?;
        if self.class != FieldClass::Signed {
            return i64::try_from(value).map_err(|_| LayoutError::no_integer(self.name));
        }
        let width = self.bits.map_or(self.size * 8, |bits| u32::from(bits.width));
        let unused = 64u32.saturating_sub(width);
        Ok(if width == 0 { 0 } else { (value << unused) as i64 >> unused })
    }

    /// Where the first elements end.
    fn end(&self, count: u64) -> u64 {
        u64::from(self.offset).saturating_add(u64::from(self.size).saturating_mul(count))
    }

    /// Reads the line of a field as generated text has it: `stx_mask 0 u32 __u32`, `flag 4 u32:3+5 __u32`,
    /// `tail 8 u8* __u8`, `name 16 c8*16 char`.
    pub(crate) fn read(line: &'static str, order: ByteOrder) -> Option<Field> {
        let (name, rest) = line.split_once(' ')?;
        let (offset, rest) = rest.split_once(' ')?;
        let (form, c_type) = rest.split_once(' ')?;
        let (form, count) = match form.split_once('*') {
            None => (form, Count::One),
            Some((form, "")) => (form, Count::Flexible),
            Some((form, count)) => (form, Count::Array(count.parse().ok()?)),
        };
        let (form, bits) = match form.split_once(':') {
            None => (form, None),
            Some((form, bits)) => {
                let (width, shift) = bits.split_once('+')?;
                (form, Some(Bits { width: width.parse().ok()?, shift: shift.parse().ok()?, order }))
            }
        };
        let class = match form.get(..1)? {
            "u" => FieldClass::Unsigned,
            "s" => FieldClass::Signed,
            "c" => FieldClass::Char,
            "p" => FieldClass::Pointer,
            "f" => FieldClass::Float,
            "r" => FieldClass::Record,
            _ => return None,
        };
        let size = u32::try_from(form.get(1..)?.parse::<u64>().ok()? / 8).ok()?;
        Some(Field { name, c_type, offset: offset.parse().ok()?, size, class, bits, count })
    }
}

/// The lowest bits set.
const fn low(width: u32) -> u64 {
    if width >= 64 { u64::MAX } else { (1 << width) - 1 }
}

/// As C declares it, with where it is: `__u32 stx_mask at 0`.
impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.c_type, self.name)?;
        match (self.count, self.bits) {
            (Count::Array(count), _) => write!(f, "[{count}]")?,
            (Count::Flexible, _) => f.write_str("[]")?,
            (Count::One, Some(bits)) => write!(f, ":{}", bits.width)?,
            (Count::One, None) => {}
        }
        write!(f, " at {}", self.offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(line: &'static str) -> Field {
        Field::read(line, ByteOrder::Little).expect(line)
    }

    #[test]
    fn integers_are_read_in_either_order() {
        let bytes = [0xff, 1, 2, 3, 0xfc, 0xff, 0xff, 0xff, 9];
        let word = field("a 0 u32 __u32");
        assert_eq!(word.unsigned(&bytes, ByteOrder::Little), Ok(0x0302_01ff));
        assert_eq!(word.unsigned(&bytes, ByteOrder::Big), Ok(0xff01_0203));
        let signed = field("b 4 s32 int");
        assert_eq!(signed.signed(&bytes, ByteOrder::Little), Ok(-4));
        assert_eq!(signed.unsigned(&bytes, ByteOrder::Little), Ok(0xffff_fffc));
        assert_eq!(field("c 0 s8 signed char").signed(&bytes, ByteOrder::Big), Ok(-1));
        assert_eq!(field("c 0 c8 char").signed(&bytes, ByteOrder::Big), Ok(255));
        assert_eq!(field("d 0 s64 long").signed(&[0xff; 8], ByteOrder::Big), Ok(-1));
        assert!(field("d 0 u64 unsigned long").signed(&[0xff; 8], ByteOrder::Big).is_err());
    }

    #[test]
    fn bit_fields_are_read_in_the_order_that_they_are_known_in() {
        let bytes = [0b1011_0010, 0];
        assert_eq!(field("a 0 u16:3+4 __u16").unsigned(&bytes, ByteOrder::Little), Ok(0b011));
        assert_eq!(field("a 0 s16:2+4 int").signed(&bytes, ByteOrder::Little), Ok(-1));
        let error = field("a 0 u16:3+4 __u16").unsigned(&bytes, ByteOrder::Big).unwrap_err();
        assert_eq!(std::format!("{error}"), "bit-field `a` is known in little-endian order only");
        assert_eq!(field("a 0 u64:64+0 __u64").unsigned(&[0xff; 8], ByteOrder::Little), Ok(u64::MAX));
        assert_eq!(field("a 0 u8:200+200 __u8").unsigned(&[0xff; 8], ByteOrder::Little), Ok(0));
        assert_eq!(field("a 0 s8:0+0 __s8").signed(&[0xff; 8], ByteOrder::Little), Ok(0));
    }

    #[test]
    fn arrays_and_tails() {
        let bytes = *b"abcdefgh";
        let array = field("a 2 u16*2 __u16");
        assert_eq!(array.bytes(&bytes), Ok(&b"cdef"[..]));
        assert!(array.unsigned(&bytes, ByteOrder::Big).is_err());
        assert_eq!(array.element(1).and_then(|of| of.unsigned(&bytes, ByteOrder::Big)), Ok(0x6566));
        assert!(array.element(2).is_err());
        let tail = field("t 6 c8* char");
        assert_eq!(tail.bytes(&bytes), Ok(&b"gh"[..]));
        assert_eq!(tail.bytes(&bytes[..6]), Ok(&b""[..]));
        assert!(tail.bytes(&bytes[..5]).is_err());
        assert_eq!(tail.element(1).and_then(|of| of.unsigned(&bytes, ByteOrder::Big)), Ok(u64::from(b'h')));
        for index in [2, usize::MAX, u32::MAX as usize] {
            assert!(tail.element(index).and_then(|of| of.unsigned(&bytes, ByteOrder::Big)).is_err());
        }
        assert!(field("r 0 r64 struct x").unsigned(&bytes, ByteOrder::Big).is_err());
    }

    #[test]
    fn short_bytes_and_odd_lines_are_errors() {
        for len in 0..4 {
            let error = field("a 0 u32 __u32").unsigned(&[0; 4][..len], ByteOrder::Little).unwrap_err();
            assert_eq!(std::format!("{error}"), std::format!("4 bytes are needed, {len} are there"));
        }
        let far = field("a 4294967295 r34359738360*4294967295 struct x");
        assert!(far.bytes(&[0; 4]).is_err() && far.element(4_000_000_000).is_err());
        for line in ["", "a", "a 0", "a 0 u32", "a x u32 int", "a 0 x32 int", "a 0 u int", "a 0 u32:3 int", "a 0 é int"]
        {
            assert_eq!(Field::read(line, ByteOrder::Little), None, "{line}");
        }
    }
}
