//! What the headers of one release define for each ABI: constants, requests of `ioctl`, structures.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// What the headers of one release define, per ABI.
///
/// A header is named as `#include` does: `linux/stat.h`, `asm/fcntl.h`. What `asm-generic/` holds stands under the
/// `asm/` header that leads to it. Headers of the kernel's own, which no program can include, bear their path below the
/// tree: `include/linux/socket.h`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    /// The ABIs of the release, in the order of `data/abis.yaml`; an [`AbiSet`] counts in it.
    pub abis: Vec<String>,
    /// Macros and enumerators with an integer value, by header and name.
    ///
    /// A macro with parameters that makes a request of `ioctl` stands under its name with them, `EVIOCGNAME(len)`, and
    /// has the value that comes out where all of them are 0.
    pub constants: BTreeMap<String, BTreeMap<String, NamedConstant>>,
    /// Structures and unions, by header and name: `struct statx`, `union bpf_attr`; one without a tag bears that of the
    /// typedef around it: `siginfo_t`.
    pub records: BTreeMap<String, BTreeMap<String, PerAbi<Record>>>,
    /// Macros and declarations that look like a constant or a structure and could not be evaluated, with the reason.
    pub open: BTreeMap<String, BTreeMap<String, PerAbi<String>>>,
}

/// Some of the ABIs of a release, as bits: the lowest is the first of [`Headers::abis`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AbiSet(pub u64);

/// A value that ABIs have in common or each of its own; the one that most have comes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PerAbi<T>(Vec<(AbiSet, T)>);

/// A constant of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedConstant {
    /// What it is on each ABI that has it.
    pub values: PerAbi<Constant>,
    /// The C type behind a request of `ioctl`, the third argument of `_IOR` and its kin: `struct input_id`, empty for
    /// `_IO`. None: it is no such request, or none that a macro of this family makes.
    pub argument: Option<String>,
}

/// An integer as C has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Constant {
    /// The value, within its type.
    pub value: i128,
    /// The type.
    pub ty: Integer,
}

/// The integer types of C, by rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Integer {
    Bool,
    Char,
    SChar,
    UChar,
    Short,
    UShort,
    Int,
    UInt,
    Long,
    ULong,
    LongLong,
    ULongLong,
}

/// The layout of a structure or union on an ABI.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Record {
    /// A union; else a structure.
    pub is_union: bool,
    /// Bytes, without what a flexible tail adds.
    pub size: u64,
    /// The address is a multiple of this.
    pub align: u64,
    /// Its fields in their order. What stands in an anonymous structure or union is among them, as C has it; what stands
    /// in a named one without a tag follows it as `outer.inner`, or `outer[].inner` for the first of several.
    pub fields: Vec<Field>,
}

/// A field of a structure or union.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Field {
    /// `stx_mask`, `outer.inner`.
    pub name: String,
    /// Bytes from the beginning of the whole; of a bit-field, those of the unit that holds it.
    pub offset: u64,
    /// What an element is.
    pub class: FieldClass,
    /// Bytes of an element, of the unit that holds a bit-field.
    pub size: u64,
    /// The bits of a bit-field.
    pub bits: Option<BitField>,
    /// How many elements there are.
    pub count: Count,
    /// The C type of an element as it is written: `__u32`, `struct timespec`, `char *`; `struct` or `union` for one
    /// without a tag.
    pub ty: String,
}

/// What an element of a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// Where a bit-field is in the unit that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BitField {
    /// How far the unit, read in the ABI's byte order, is shifted to the right.
    pub shift: u32,
    /// How many bits are left.
    pub width: u32,
}

/// How many elements a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Count {
    /// It is no array.
    One,
    /// An array; of several dimensions, all elements.
    Array(u64),
    /// As many as are there: `[]`, or `[0]` at the end.
    Flexible,
}

impl AbiSet {
    /// Whether the ABI at a place is one of them.
    pub fn has(self, abi: usize) -> bool {
        abi < 64 && self.0 >> abi & 1 == 1
    }

    /// Takes in the ABI at a place; there is room for 64.
    pub fn add(&mut self, abi: usize) {
        if abi < 64 {
            self.0 |= 1 << abi;
        }
    }

    /// How many there are.
    pub fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The places of those that are in it, in order.
    pub fn places(self) -> impl Iterator<Item = usize> {
        (0..64).filter(move |abi| self.has(*abi))
    }
}

impl<T: PartialEq> PerAbi<T> {
    /// Values by place of the ABI.
    pub fn new(values: impl IntoIterator<Item = (usize, T)>) -> Self {
        let mut all = PerAbi::default();
        values.into_iter().for_each(|(abi, value)| all.add(abi, value));
        all.sorted()
    }

    /// Values with those who have them.
    pub fn of(variants: impl IntoIterator<Item = (AbiSet, T)>) -> Self {
        let mut all = PerAbi::default();
        for (whom, value) in variants.into_iter().filter(|(whom, _)| !whom.is_empty()) {
            match all.0.iter_mut().find(|(_, known)| *known == value) {
                Some((known, _)) => known.0 |= whom.0,
                None => all.0.push((whom, value)),
            }
        }
        all.sorted()
    }

    /// Takes in the value of one more ABI; [`sorted`](Self::sorted) has to follow the last.
    pub fn add(&mut self, abi: usize, value: T) {
        match self.0.iter_mut().find(|(_, known)| *known == value) {
            Some((whom, _)) => whom.add(abi),
            None => {
                let mut whom = AbiSet::default();
                whom.add(abi);
                self.0.push((whom, value));
            }
        }
    }

    /// The most common value first; of those that as many have, the one whose first ABI comes first.
    pub fn sorted(mut self) -> Self {
        self.0.sort_by_key(|(whom, _)| (std::cmp::Reverse(whom.len()), whom.0.trailing_zeros()));
        self
    }
}

impl<T> Default for PerAbi<T> {
    fn default() -> Self {
        PerAbi(Vec::new())
    }
}

impl<T> PerAbi<T> {
    /// What the ABI at a place has.
    pub fn get(&self, abi: usize) -> Option<&T> {
        self.0.iter().find(|(whom, _)| whom.has(abi)).map(|(_, value)| value)
    }

    /// The distinct values with those that have them, most common first.
    pub fn variants(&self) -> &[(AbiSet, T)] {
        &self.0
    }

    /// Other values for the same ABIs; those that come out the same are not put together.
    pub fn map<U>(&self, change: impl Fn(&T) -> U) -> PerAbi<U> {
        PerAbi(self.0.iter().map(|(whom, value)| (*whom, change(value))).collect())
    }

    /// Everybody who has a value.
    pub fn whom(&self) -> AbiSet {
        AbiSet(self.0.iter().fold(0, |all, (whom, _)| all | whom.0))
    }
}

impl Headers {
    /// The place of an ABI.
    pub fn place(&self, abi: &str) -> Option<usize> {
        self.abis.iter().position(|known| known == abi)
    }

    /// The value of a name in a header on an ABI.
    pub fn value(&self, header: &str, name: &str, abi: usize) -> Option<Constant> {
        self.constants.get(header)?.get(name)?.values.get(abi).copied()
    }
}

impl Integer {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Bool,
        Self::Char,
        Self::SChar,
        Self::UChar,
        Self::Short,
        Self::UShort,
        Self::Int,
        Self::UInt,
        Self::Long,
        Self::ULong,
        Self::LongLong,
        Self::ULongLong,
    ];

    /// What C calls it: `unsigned long`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bool => "_Bool",
            Self::Char => "char",
            Self::SChar => "signed char",
            Self::UChar => "unsigned char",
            Self::Short => "short",
            Self::UShort => "unsigned short",
            Self::Int => "int",
            Self::UInt => "unsigned int",
            Self::Long => "long",
            Self::ULong => "unsigned long",
            Self::LongLong => "long long",
            Self::ULongLong => "unsigned long long",
        }
    }

    /// What a number of this type has behind it: nothing for `int`, `ul` for `unsigned long`.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Bool => "b",
            Self::Char => "c",
            Self::SChar => "sc",
            Self::UChar => "uc",
            Self::Short => "s",
            Self::UShort => "us",
            Self::Int => "",
            Self::UInt => "u",
            Self::Long => "l",
            Self::ULong => "ul",
            Self::LongLong => "ll",
            Self::ULongLong => "ull",
        }
    }
}

/// `524288`, `2147483648u`
impl fmt::Display for Constant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.value, self.ty.suffix())
    }
}

impl FromStr for Constant {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let end = text.find(|c: char| !(c.is_ascii_digit() || c == '-')).unwrap_or(text.len());
        let (number, suffix) = text.split_at(end);
        let value = number.parse().map_err(|_| "a constant is a decimal number with a suffix for its type")?;
        let ty = Integer::ALL.into_iter().find(|ty| ty.suffix() == suffix).ok_or("no integer type has this suffix")?;
        Ok(Constant { value, ty })
    }
}

/// `struct 256 8`: the line that a layout begins with.
impl Record {
    /// What stands before the fields: `struct 256 8`, size and alignment.
    pub fn head(&self) -> String {
        format!("{} {} {}", if self.is_union { "union" } else { "struct" }, self.size, self.align)
    }

    /// A layout without fields out of its [`head`](Self::head).
    pub fn from_head(text: &str) -> Result<Self, &'static str> {
        const FORM: &str = "a layout begins with `struct` or `union`, size and alignment";
        let mut words = text.split(' ');
        let is_union = match words.next() {
            Some("struct") => false,
            Some("union") => true,
            _ => return Err(FORM),
        };
        let mut number = || words.next().and_then(|word| word.parse().ok()).ok_or(FORM);
        let (size, align) = (number()?, number()?);
        if words.next().is_some() { Err(FORM) } else { Ok(Record { is_union, size, align, fields: Vec::new() }) }
    }
}

/// `stx_mask 0 u32 __u32`, `name 16 c8*16 char`, `flag 4 u32:3+5 __u32` (three bits, shifted by five), `tail 8 u8* __u8`
impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}{}", self.name, self.offset, self.class.letter(), self.size * 8)?;
        if let Some(bits) = self.bits {
            write!(f, ":{}+{}", bits.width, bits.shift)?;
        }
        match self.count {
            Count::One => {}
            Count::Array(count) => write!(f, "*{count}")?,
            Count::Flexible => f.write_str("*")?,
        }
        write!(f, " {}", self.ty)
    }
}

impl FromStr for Field {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "a field is its name, offset, class with bits, and C type: `stx_mask 0 u32 __u32`";
        let mut parts = text.splitn(4, ' ');
        let (name, offset) = (parts.next().ok_or(FORM)?, parts.next().ok_or(FORM)?);
        let (class, ty) = (parts.next().ok_or(FORM)?, parts.next().ok_or(FORM)?);
        let (class, count) = match class.split_once('*') {
            None => (class, Count::One),
            Some((class, "")) => (class, Count::Flexible),
            Some((class, count)) => (class, Count::Array(count.parse().map_err(|_| FORM)?)),
        };
        let (class, bits) = match class.split_once(':') {
            None => (class, None),
            Some((class, bits)) => {
                let (width, shift) = bits.split_once('+').ok_or(FORM)?;
                let parsed = (width.parse().map_err(|_| FORM)?, shift.parse().map_err(|_| FORM)?);
                (class, Some(BitField { width: parsed.0, shift: parsed.1 }))
            }
        };
        let letter = class.get(..1).ok_or(FORM)?;
        let class_of = FieldClass::ALL.into_iter().find(|class| class.letter() == letter).ok_or(FORM)?;
        let size: u64 = class.get(1..).and_then(|bits| bits.parse().ok()).ok_or(FORM)?;
        if name.is_empty() || ty.is_empty() || !size.is_multiple_of(8) {
            return Err(FORM);
        }
        Ok(Field {
            name: name.to_string(),
            offset: offset.parse().map_err(|_| FORM)?,
            class: class_of,
            size: size / 8,
            bits,
            count,
            ty: ty.to_string(),
        })
    }
}

impl FieldClass {
    const ALL: [Self; 6] = [Self::Unsigned, Self::Signed, Self::Char, Self::Pointer, Self::Float, Self::Record];

    fn letter(self) -> &'static str {
        match self {
            Self::Unsigned => "u",
            Self::Signed => "s",
            Self::Char => "c",
            Self::Pointer => "p",
            Self::Float => "f",
            Self::Record => "r",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_most_have_comes_first() {
        let values = PerAbi::new([(0, 7), (1, 9), (2, 9), (5, 8)]);
        assert_eq!(values.variants(), [(AbiSet(0b110), 9), (AbiSet(1), 7), (AbiSet(0b10_0000), 8)]);
        assert_eq!((values.get(2), values.get(3), values.whom()), (Some(&9), None, AbiSet(0b10_0111)));
    }

    #[test]
    fn constants_and_fields_read_back_as_they_were_written() {
        for text in ["524288", "-100", "4294967295u", "18446744073709551615ull", "-9223372036854775808l", "1uc"] {
            assert_eq!(text.parse::<Constant>().expect(text).to_string(), text);
        }
        for text in ["", "u", "1x", "1 u", "-"] {
            assert!(text.parse::<Constant>().is_err(), "{text}");
        }
        for text in
            ["stx_mask 0 u32 __u32", "a.b 16 c8*16 char", "flag 4 u32:3+5 unsigned int", "t 8 r192* struct timespec"]
        {
            assert_eq!(text.parse::<Field>().expect(text).to_string(), text);
        }
        for text in ["a 0 u32", "a 0 x32 int", "a 0 u7 int", "a 0 u32:3 int", "a b u32 int", ""] {
            assert!(text.parse::<Field>().is_err(), "{text}");
        }
        assert_eq!(Record::from_head("union 24 8").map(|record| record.head()), Ok("union 24 8".to_string()));
        assert!(Record::from_head("struct 24").is_err() && Record::from_head("enum 4 4").is_err());
    }
}
