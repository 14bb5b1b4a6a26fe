//! What calls take: parameters with their C types, and the argument words that they occupy.

use core::fmt;
use core::iter::FusedIterator;

use crate::abi::{Abi, ByteOrder};
use crate::convention::Pairs;
use crate::generated::{configs, params, prototypes, types};
use crate::names;
pub(crate) use crate::names::NONE;

/// A parameter, as integers alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ParamData {
    /// The line of the type in `types.rs`.
    ty: u16,
    /// The line of the name in `params.rs`.
    name: u16,
    /// The bits that count, with [`SIGN`] where the highest is one; [`PTR`] for a pointer.
    class: u8,
    /// One of the codes below.
    part: u8,
    /// The line of the value's name in `params.rs`, or [`NONE`].
    of: u16,
}

/// The classes of parameters: the bits that count, with [`SIGN`](widths::SIGN) where the highest is one. Which of them
/// occur depends on the kernels held.
#[allow(dead_code, reason = "not every width occurs")]
mod widths {
    pub(crate) const SIGN: u8 = 0x80;
    pub(crate) const PTR: u8 = 0;
    pub(crate) const U8: u8 = 8;
    pub(crate) const U16: u8 = 16;
    pub(crate) const U32: u8 = 32;
    pub(crate) const U64: u8 = 64;
    pub(crate) const S8: u8 = SIGN | 8;
    pub(crate) const S16: u8 = SIGN | 16;
    pub(crate) const S32: u8 = SIGN | 32;
    pub(crate) const S64: u8 = SIGN | 64;
}
#[allow(unused_imports, reason = "generated code takes what it needs")]
pub(crate) use widths::*;

pub(crate) const WHOLE: u8 = 0;
pub(crate) const LOW: u8 = 1;
pub(crate) const HIGH: u8 = 2;
pub(crate) const FIRST: u8 = 3;
pub(crate) const SECOND: u8 = 4;
pub(crate) const DUMMY: u8 = 5;

/// One line of the generated parameters.
pub(crate) const fn param(ty: u16, name: u16, class: u8, part: u8, of: u16) -> ParamData {
    ParamData { ty, name, class, part, of }
}

/// How many lists of parameters there are; every id is below.
pub(crate) const LIST_COUNT: usize = prototypes::LISTS.len();
/// How many conditions there are; every id is below.
pub(crate) const CONFIG_COUNT: usize = configs::WORDS.len();

const _: () = assert!(CONFIG_COUNT < crate::row::NO_CONFIG as usize, "a condition's place fits into 8 bits");

const FLAT_COUNT: usize = {
    // A constant is evaluated anew at each use.
    let (lists, mut count, mut i) = (prototypes::LISTS, 0, 0);
    while i < lists.len() {
        count += lists[i].len();
        i += 1;
    }
    assert!(count < NONE as usize, "places fit into 16 bits");
    count
};

/// All lists behind each other, and where each starts.
static FLAT: [u16; FLAT_COUNT] = flat();
static STARTS: [u16; LIST_COUNT + 1] = starts();

static TYPE_STARTS: [u16; types::WORDS.len() + 1] = names::starts(types::WORDS);
static PARAM_STARTS: [u16; params::WORDS.len() + 1] = names::starts(params::WORDS);
static CONFIG_STARTS: [u16; CONFIG_COUNT + 1] = names::starts(configs::WORDS);

const fn flat() -> [u16; FLAT_COUNT] {
    let lists = prototypes::LISTS;
    let (mut out, mut at, mut i) = ([0; FLAT_COUNT], 0, 0);
    while i < lists.len() {
        let mut j = 0;
        while j < lists[i].len() {
            assert!((lists[i][j] as usize) < prototypes::PARAMS_COUNT, "a list holds parameters of prototypes.rs");
            out[at] = lists[i][j];
            at += 1;
            j += 1;
        }
        i += 1;
    }
    out
}

const fn starts() -> [u16; LIST_COUNT + 1] {
    let lists = prototypes::LISTS;
    let (mut out, mut i) = ([0; LIST_COUNT + 1], 0);
    while i < lists.len() {
        out[i + 1] = out[i] + lists[i].len() as u16;
        i += 1;
    }
    out
}

/// The condition of an id; none for an id that there is not.
pub(crate) fn config(id: u8) -> Option<&'static str> {
    if (id as usize) < CONFIG_COUNT { Some(names::text_at(configs::TEXT, &CONFIG_STARTS, u16::from(id))) } else { None }
}

/// The parameters of a call on one way into the kernel, in their order.
///
/// It is an iterator, and cheap to copy. Parameters are those of the function that the table leads to: where that takes
/// a 64-bit value in two halves, there are two ([`Param::part`]), and where the ABI passes one in two words, there is
/// one with two words.
#[derive(Clone, Copy)]
pub struct Params {
    list: &'static [u16],
    abi: Abi,
    /// How many words those before the next one take.
    word: u8,
}

impl Params {
    /// The list of an id; none where there is none.
    pub(crate) fn new(id: u16, abi: Abi) -> Option<Params> {
        let (start, end) = (*STARTS.get(id as usize)?, *STARTS.get(id as usize + 1)?);
        Some(Params { list: FLAT.get(start as usize..end as usize)?, abi, word: 0 })
    }

    /// The parameter that the kernel calls so.
    pub fn by_name(self, name: &str) -> Option<Param> {
        let mut all = self;
        all.find(|param| param.name() == name)
    }

    /// How many argument words the parameters take, holes included.
    pub fn word_count(self) -> usize {
        self.last().map_or(0, |param| param.words().end)
    }

    /// The value of a parameter, or of the one whose halves two parameters are, out of the call's argument words:
    /// cut to the bits that count, a signed one extended to 64 bits.
    ///
    /// `order` is the byte order of the traced machine. `None` where there is no such parameter, or where words lack.
    pub fn value(self, name: &str, words: &[u64], order: ByteOrder) -> Option<u64> {
        if let Some(param) = self.by_name(name).filter(|param| param.part() == Part::Whole) {
            return param.value(words, order);
        }
        let (mut low, mut high) = (None, None);
        for param in self {
            let first_is_high = order == ByteOrder::Big;
            match param.part() {
                Part::Low(of) if of == name => low = param.value(words, order),
                Part::High(of) if of == name => high = param.value(words, order),
                Part::First(of) if of == name && first_is_high => high = param.value(words, order),
                Part::First(of) if of == name => low = param.value(words, order),
                Part::Second(of) if of == name && first_is_high => low = param.value(words, order),
                Part::Second(of) if of == name => high = param.value(words, order),
                _ => {}
            }
        }
        Some(high? << 32 | (low? & 0xffff_ffff))
    }
}

impl Iterator for Params {
    type Item = Param;

    #[inline]
    fn next(&mut self) -> Option<Param> {
        let (id, rest) = self.list.split_first()?;
        let data = prototypes::PARAMS.get(*id as usize)?;
        let bits = data.bits(self.abi);
        let words = if bits > self.abi.word_bits() { 2 } else { 1 };
        if words == 2 && self.abi.pairs() == Pairs::Aligned {
            self.word += self.word % 2;
        }
        let param = Param { data, abi: self.abi, word: self.word, words };
        self.word += words;
        self.list = rest;
        Some(param)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.list.len(), Some(self.list.len()))
    }
}

impl ExactSizeIterator for Params {}

impl FusedIterator for Params {}

#[cfg(feature = "decode")]
impl ParamData {
    /// Of nothing.
    pub(crate) const NONE: ParamData = ParamData { ty: NONE, name: NONE, class: U64, part: WHOLE, of: NONE };

    #[inline]
    pub(crate) const fn name(&self) -> u16 {
        self.name
    }

    #[inline]
    pub(crate) const fn ty(&self) -> u16 {
        self.ty
    }

    #[inline]
    pub(crate) const fn is_pointer(&self) -> bool {
        self.class == PTR
    }

    #[inline]
    pub(crate) const fn is_signed(&self) -> bool {
        self.class & SIGN != 0
    }

    /// The value out of its one word: cut to the bits that count, a signed one extended.
    #[inline]
    pub(crate) const fn cut(&self, word: u64, pointer_bits: u32) -> u64 {
        let bits = if self.class == PTR { pointer_bits } else { (self.class & !SIGN) as u32 };
        let above = 64u32.wrapping_sub(bits) & 63;
        if self.is_signed() { (((word << above) as i64) >> above) as u64 } else { word << above >> above }
    }
}

#[cfg(feature = "decode")]
impl Params {
    #[inline]
    pub(crate) const fn abi(self) -> Abi {
        self.abi
    }

    /// The place of each among all parameters.
    #[inline]
    pub(crate) const fn ids(self) -> &'static [u16] {
        self.list
    }
}

/// A parameter that takes a word of its own and is a value by itself.
#[cfg(feature = "decode")]
#[inline]
pub(crate) fn in_one_word(id: u16) -> Option<&'static ParamData> {
    prototypes::PARAMS.get(usize::from(id)).filter(|data| data.part == WHOLE && data.name != POS_H)
}

/// What is said of the parameter at a place; of the value whose half it is, where that is asked for.
#[cfg(feature = "decode")]
#[inline]
pub(crate) fn param_data(id: u16, is_halves: bool) -> ParamData {
    let data = prototypes::PARAMS.get(usize::from(id)).copied().unwrap_or(ParamData::NONE);
    if is_halves { ParamData { name: data.of, class: S64, part: WHOLE, of: NONE, ..data } } else { data }
}

/// The parameters as C writes them: `int dfd, const char __user * filename`, or `void`.
impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.list.is_empty() {
            return f.write_str("void");
        }
        for (index, param) in self.enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{param}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Params({self})")
    }
}

/// A parameter of a call.
#[derive(Clone, Copy)]
pub struct Param {
    data: &'static ParamData,
    abi: Abi,
    word: u8,
    words: u8,
}

impl ParamData {
    #[inline]
    pub(crate) fn bits(&self, abi: Abi) -> u32 {
        match self.class & !SIGN {
            PTR => abi.pointer_bits(),
            bits => u32::from(bits),
        }
    }
}

/// The id of the upper half of a place in a file.
#[cfg(feature = "decode")]
pub(crate) const POS_H: u16 = param_id(b"pos_h");

/// The id of the times that a file is to have.
#[cfg(feature = "decode")]
pub(crate) const UTIMES: u16 = param_id(b"utimes");

/// The ids of parameters that say how much is behind the one before them.
#[cfg(feature = "decode")]
pub(crate) const SIZE: u16 = param_id(b"size");
#[cfg(feature = "decode")]
pub(crate) const USIZE: u16 = param_id(b"usize");
#[cfg(feature = "decode")]
pub(crate) const RSEQ_LEN: u16 = param_id(b"rseq_len");
#[cfg(feature = "decode")]
pub(crate) const OPTLEN: u16 = param_id(b"optlen");

/// The id of a parameter's name, for constants.
#[cfg(feature = "decode")]
const fn param_id(name: &[u8]) -> u16 {
    let (words, mut id) = (params::WORDS, 0);
    while id < words.len() {
        let (word, mut at) = (words[id].as_bytes(), 0);
        while at < name.len() && at < word.len() && word[at] == name[at] {
            at += 1;
        }
        if at == name.len() && at == word.len() {
            return id as u16;
        }
        id += 1;
    }
    NONE
}

/// The name of a parameter by its id.
#[cfg(feature = "decode")]
pub(crate) fn param_name(id: u16) -> &'static str {
    names::text_at(params::TEXT, &PARAM_STARTS, id)
}

#[cfg(feature = "decode")]
impl Param {
    pub(crate) const fn name_id(self) -> u16 {
        self.data.name
    }

    /// The name of the value that it is a part of.
    pub(crate) const fn whole_id(self) -> u16 {
        self.data.of
    }
}

impl Param {
    /// The kernel's name for it: `dfd`.
    pub fn name(self) -> &'static str {
        names::text_at(params::TEXT, &PARAM_STARTS, self.data.name)
    }

    /// Its C type as the kernel spells it: `const char __user *`.
    pub fn c_type(self) -> CType {
        CType { text: names::text_at(types::TEXT, &TYPE_STARTS, self.data.ty) }
    }

    /// Whether it is a pointer.
    pub const fn is_pointer(self) -> bool {
        self.data.class == PTR
    }

    /// Whether it is a signed integer.
    pub const fn is_signed(self) -> bool {
        self.data.class & SIGN != 0
    }

    /// How many bits of its words count: 8 to 64. What is above them is not the program's to say: the kernel cuts an
    /// argument to its type.
    pub fn bits(self) -> u32 {
        self.data.bits(self.abi)
    }

    /// The argument words that it occupies: places in [`RawCall`](crate::RawCall)'s words.
    ///
    /// Of two words, which is the high half follows from the machine's byte order.
    pub const fn words(self) -> core::ops::Range<usize> {
        let start = self.word as usize;
        start..start + self.words as usize
    }

    /// Which part of a value it is.
    pub fn part(self) -> Part {
        let of = || names::text_at(params::TEXT, &PARAM_STARTS, self.data.of);
        match self.data.part {
            LOW => Part::Low(of()),
            HIGH => Part::High(of()),
            FIRST => Part::First(of()),
            SECOND => Part::Second(of()),
            DUMMY => Part::Dummy,
            _ => Part::Whole,
        }
    }

    /// Its value out of a call's argument words: cut to the bits that count, a signed one extended to 64 bits.
    ///
    /// `order` is the byte order of the traced machine. `None` where words lack.
    pub fn value(self, words: &[u64], order: ByteOrder) -> Option<u64> {
        let value = match words.get(self.words())? {
            // The usual one.
            [one] if self.data.class & !SIGN == U64 => return Some(*one),
            [one] => *one,
            [first, second] => {
                let (low, high) = if order == ByteOrder::Big { (second, first) } else { (first, second) };
                high << 32 | (low & 0xffff_ffff)
            }
            _ => return None,
        };
        let above = 64 - self.bits();
        let cut = value << above;
        Some(if self.is_signed() { ((cut as i64) >> above) as u64 } else { cut >> above })
    }
}

/// Name and type as C writes them: `int dfd`.
impl fmt::Display for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.c_type(), self.name())
    }
}

impl fmt::Debug for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Param({self} in {:?})", self.words())
    }
}

/// Parameters are equal if they have one name, type and width and stand in the same words.
impl PartialEq for Param {
    fn eq(&self, other: &Param) -> bool {
        (self.name(), self.c_type(), self.bits(), self.words())
            == (other.name(), other.c_type(), other.bits(), other.words())
            && (self.is_signed(), self.part()) == (other.is_signed(), other.part())
    }
}

impl Eq for Param {}

/// Which part of a value a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Part {
    /// All of it.
    Whole,
    /// The low half of a 64-bit value of this name, the high half being another parameter.
    Low(&'static str),
    /// The high half.
    High(&'static str),
    /// The half that comes first in the machine's byte order: the low one on a little-endian machine.
    First(&'static str),
    /// The half that comes second.
    Second(&'static str),
    /// Nothing: it keeps the place of a word that the kernel does not read.
    Dummy,
}

/// A C type as the kernel spells it, with one space between its words and stars.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CType {
    text: &'static str,
}

/// What kind of type a tag names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tag {
    /// `struct`
    Struct,
    /// `union`
    Union,
    /// `enum`
    Enum,
}

impl CType {
    /// The spelling: `const struct iovec __user *`.
    pub const fn as_str(self) -> &'static str {
        self.text
    }

    /// How many pointers lead to what it is about: 2 for `const char __user * const __user *`, 1 for a function's.
    pub fn pointer_depth(self) -> usize {
        if self.is_function() { 1 } else { self.words().filter(|word| *word == "*").count() }
    }

    /// Whether it points to a function: `void (*)(int)`.
    pub fn is_function(self) -> bool {
        self.text.contains("(*)")
    }

    /// Whether the kernel may only read what it points to: the `const` is before the last star's pointee.
    pub fn points_to_const(self) -> bool {
        let Some((pointee, _)) = self.text.rsplit_once('*') else { return false };
        let pointee = pointee.rsplit_once('*').map_or(pointee, |(_, last)| last);
        pointee.split(' ').any(|word| word == "const")
    }

    /// Whether it points into the memory of the program.
    pub fn is_user(self) -> bool {
        self.words().any(|word| word == "__user")
    }

    /// What it is about, without pointers and qualifiers: `struct iovec`, `unsigned long`, `umode_t`.
    pub fn base(self) -> &'static str {
        let text = self.text.split('*').next().unwrap_or("").trim_end_matches('(').trim();
        let text = text.strip_prefix("const ").unwrap_or(text);
        let end = [" __user", " const", " volatile"].iter().filter_map(|word| text.find(word)).min();
        text.get(..end.unwrap_or(text.len())).unwrap_or(text)
    }

    /// The tag, of a `struct`, `union` or `enum`, or a pointer to one: (`Struct`, `iovec`).
    pub fn tag(self) -> Option<(Tag, &'static str)> {
        let (kind, name) = self.base().split_once(' ')?;
        let kind = match kind {
            "struct" => Tag::Struct,
            "union" => Tag::Union,
            "enum" => Tag::Enum,
            _ => return None,
        };
        Some((kind, name))
    }

    fn words(self) -> impl Iterator<Item = &'static str> {
        self.text.split(' ')
    }
}

impl fmt::Display for CType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text)
    }
}

impl fmt::Debug for CType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CType({})", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_tell_their_parts() {
        for (text, depth, is_const, is_user, base) in [
            ("unsigned long", 0, false, false, "unsigned long"),
            ("const char __user *", 1, true, true, "char"),
            ("const char __user * const __user *", 2, true, true, "char"),
            ("struct iovec __user *", 1, false, true, "struct iovec"),
            ("char __user * __user *", 2, false, true, "char"),
            ("const clockid_t", 0, false, false, "clockid_t"),
            ("void (*)(int)", 1, false, false, "void"),
        ] {
            let ty = CType { text };
            let told = (ty.pointer_depth(), ty.points_to_const(), ty.is_user(), ty.base());
            assert_eq!(told, (depth, is_const, is_user, base), "{text}");
        }
        assert_eq!(CType { text: "const struct iovec __user *" }.tag(), Some((Tag::Struct, "iovec")));
        assert_eq!(CType { text: "enum landlock_rule_type" }.tag(), Some((Tag::Enum, "landlock_rule_type")));
        assert_eq!(CType { text: "umode_t" }.tag(), None);
    }

    #[cfg(feature = "decode")]
    #[test]
    fn parameters_that_decoding_asks_for_are_there() {
        let ids = [POS_H, UTIMES, SIZE, USIZE, RSEQ_LEN, OPTLEN];
        assert_eq!(ids.map(param_name), ["pos_h", "utimes", "size", "usize", "rseq_len", "optlen"]);
    }

    #[test]
    fn every_list_and_every_word_of_it_is_there() {
        for id in 0..LIST_COUNT as u16 {
            let list = Params::new(id, Abi::ALL[0]).unwrap();
            assert_eq!(list.len(), prototypes::LISTS[id as usize].len());
            for param in list {
                assert!(!param.name().is_empty() && !param.c_type().as_str().is_empty());
                assert!((8..=64).contains(&param.bits()));
                // A typedef can be of a pointer: `cap_user_header_t`.
                assert!(param.is_pointer() || param.c_type().pointer_depth() == 0, "{param}");
            }
        }
        assert!(Params::new(NONE, Abi::ALL[0]).is_none() && Params::new(LIST_COUNT as u16, Abi::ALL[0]).is_none());
    }
}
