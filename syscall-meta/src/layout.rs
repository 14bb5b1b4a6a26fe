//! Layouts of structures and unions on each ABI, by name.

use core::fmt;
use core::iter::FusedIterator;

use crate::abi::{Abi, ByteOrder};
use crate::field::Field;
use crate::layout_text::{Place, bare};

/// A structure or union of a header, on whichever ABIs have it.
///
/// It is a handle, as cheap as a reference. What a header calls a structure may differ in all but the name from what
/// another does, so that a name alone can be several.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Struct {
    text: &'static str,
}

impl Struct {
    /// Every structure, in the order of names.
    pub fn all() -> impl Iterator<Item = Struct> + Clone {
        Struct::from(Place::at_or_after(b"", b""))
    }

    /// The structures of a name, one for each header that has its own: `struct statx` as C says it, or `statx`, which
    /// may be the name of a typedef alone, too.
    pub fn named(name: &str) -> impl Iterator<Item = Struct> + Clone {
        let bare = bare(name.as_bytes());
        let of_name = Struct::from(Place::at_or_after(bare, b"")).take_while(move |of| of.name().as_bytes() == bare);
        of_name.filter(move |of| bare.len() == name.len() || name.starts_with(of.head().1))
    }

    /// The structure of a header: `linux/stat.h`, `statx`. With [`structure!`](crate::structure), a program has that one
    /// linked alone; this needs all.
    pub fn in_header(header: &str, name: &str) -> Option<Struct> {
        Place::find(name, header).map(|place| Struct { text: place.text() })
    }

    fn from(place: Place) -> impl Iterator<Item = Struct> + Clone {
        let places = core::iter::successors(Some(place), |place| Some(place.after()));
        places.take_while(|place| place.len() > 0).map(|place| Struct { text: place.text() })
    }

    #[doc(hidden)]
    pub const fn from_text(text: &'static [u8]) -> Struct {
        match core::str::from_utf8(text) {
            Ok(text) => Struct { text },
            Err(_) => Struct { text: "" },
        }
    }

    /// Its name without `struct`: `statx`.
    pub fn name(self) -> &'static str {
        self.head().0
    }

    /// The header that declares it, as `#include` names it; one of the kernel's own bears its path.
    pub fn header(self) -> &'static str {
        self.head().2
    }

    /// What C calls it: `struct statx`, `union bpf_attr`, `siginfo_t` where a typedef alone names it.
    pub fn c_type(self) -> impl fmt::Display {
        let (name, keyword, _) = self.head();
        CType { keyword, name }
    }

    /// Its layout on an ABI that has it.
    pub fn on(self, abi: Abi) -> Option<StructLayout> {
        let mut rest = self.text.split_once('\n')?.1;
        let (mut found, mut place) = (None, 0u32);
        while let Some(line) = rest.strip_prefix('=') {
            let (line, after) = line.split_once('\n').unwrap_or((line, ""));
            let mut words = line.split(' ');
            let abis = u64::from_str_radix(words.next()?, 16).ok()?;
            if abis >> (abi as u32) & 1 == 1 {
                found = Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?, place));
            }
            (rest, place) = (after, place + 1);
        }
        let (size, align, place) = found?;
        Some(StructLayout { of: self, abi, fields: rest, place, size, align })
    }

    #[cfg(test)]
    pub(crate) const fn text(self) -> &'static str {
        self.text
    }

    /// Name, keyword, header.
    fn head(self) -> (&'static str, &'static str, &'static str) {
        let line = self.text.split('\n').next().unwrap_or("");
        let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
        let (header, keyword) = rest.split_once(' ').unwrap_or((rest, ""));
        (name, keyword, header)
    }
}

struct CType {
    keyword: &'static str,
    name: &'static str,
}

impl fmt::Display for CType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.keyword {
            "-" => f.write_str(self.name),
            keyword => write!(f, "{keyword} {}", self.name),
        }
    }
}

impl fmt::Debug for Struct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Struct({} of {})", self.c_type(), self.header())
    }
}

/// A [`Struct`] of a header as a constant, of which nothing but its own layouts is linked. One that there is not fails to
/// compile.
///
/// ```
/// const STATX: syscall_meta::Struct = syscall_meta::structure!("linux/stat.h", "struct statx");
/// assert_eq!(STATX.on(syscall_meta::Abi::I386).map(|layout| layout.size()), Some(256));
/// ```
///
/// ```compile_fail
/// const NONE: syscall_meta::Struct = syscall_meta::structure!("linux/stat.h", "no_such_struct");
/// ```
#[macro_export]
macro_rules! structure {
    ($header:expr, $name:expr) => {{
        const PLACE: $crate::StructText = $crate::StructText::find($header, $name);
        const TEXT: [u8; PLACE.len()] = PLACE.copy();
        $crate::Struct::from_text(&TEXT)
    }};
}

/// What [`structure!`](crate::structure) takes a structure's text by.
#[doc(hidden)]
#[derive(Clone, Copy)]
#[allow(missing_debug_implementations)]
pub struct StructText(Place);

impl StructText {
    #[doc(hidden)]
    #[track_caller]
    pub const fn find(header: &str, name: &str) -> StructText {
        match Place::find(name, header) {
            Some(place) => StructText(place),
            None => panic!("no header of that name has a structure of that name"),
        }
    }

    /// The structure of a name in whichever header, and how many there are that differ.
    #[cfg(feature = "derive")]
    pub(crate) const fn only(name: &str) -> (Option<StructText>, usize) {
        match Place::only(name) {
            (Some(place), count) => (Some(StructText(place)), count),
            (None, _) => (None, 0),
        }
    }

    #[cfg(feature = "derive")]
    pub(crate) const fn bytes(self) -> &'static [u8] {
        self.0.bytes()
    }

    #[doc(hidden)]
    #[allow(clippy::len_without_is_empty)]
    pub const fn len(self) -> usize {
        self.0.len()
    }

    #[doc(hidden)]
    pub const fn copy<const N: usize>(self) -> [u8; N] {
        let (mut copy, mut at, text) = ([0; N], 0, self.0.bytes());
        while at < N && at < text.len() {
            copy[at] = text[at];
            at += 1;
        }
        copy
    }
}

/// The layout of a structure or union on an ABI.
///
/// Values are read out of bytes that the caller owns, in the byte order of the machine that they come from:
///
/// ```
/// use syscall_meta::{Abi, ByteOrder, LayoutError, StructLayout};
///
/// fn size_of_file(stat: &[u8]) -> Result<u64, LayoutError> {
///     StructLayout::of(Abi::Sparc64, "struct stat")?.field("st_size")?.unsigned(stat, ByteOrder::Big)
/// }
/// // Whatever the bytes are, there is an answer or an error.
/// assert!(size_of_file(&[]).is_err());
/// ```
#[derive(Clone, Copy)]
pub struct StructLayout {
    of: Struct,
    abi: Abi,
    fields: &'static str,
    /// Which of the structure's layouts it is.
    place: u32,
    size: u32,
    align: u32,
}

impl StructLayout {
    /// The layout of the structure of this name, `statx` or `struct statx`, on an ABI.
    ///
    /// # Errors
    /// Where no header has it there, and where several have, each another one: [`Struct::in_header`] takes one of them.
    pub fn of(abi: Abi, name: &str) -> Result<StructLayout, LayoutError> {
        let mut found = Struct::named(name).filter_map(|of| of.on(abi));
        let first = found.next().ok_or(LayoutError(Cause::NoStruct(abi)))?;
        match found.find(|other| !other.is_like(&first)) {
            Some(other) => Err(LayoutError(Cause::Several(first.header(), other.header()))),
            None => Ok(first),
        }
    }

    /// The structure, on whichever ABI.
    pub const fn structure(&self) -> Struct {
        self.of
    }

    /// Its name without `struct`.
    pub fn name(&self) -> &'static str {
        self.of.name()
    }

    /// The header that declares it.
    pub fn header(&self) -> &'static str {
        self.of.header()
    }

    /// The ABI.
    pub const fn abi(&self) -> Abi {
        self.abi
    }

    /// Bytes of it, without what a flexible tail adds.
    pub const fn size(&self) -> usize {
        self.size as usize
    }

    /// What its address is a multiple of.
    pub const fn align(&self) -> usize {
        self.align as usize
    }

    /// Its fields in their order. Those of an anonymous structure or union stand among them, those of a named one
    /// without a tag follow it, as `outer.inner`; of an array of these, `outer[].inner` is that of the first.
    pub fn fields(&self) -> Fields {
        Fields { rest: self.fields, place: self.place, order: self.abi.usual_order() }
    }

    /// The field of a name.
    ///
    /// # Errors
    /// Where there is none.
    pub fn field(&self, name: &str) -> Result<Field, LayoutError> {
        self.fields().find(|field| field.name() == name).ok_or(LayoutError(Cause::NoField(self.of, self.abi)))
    }

    /// The layout of an element of a field that is a structure with a name: the one of the same header, else the only
    /// one of that name. It is read out of the bytes of the [element](Field::element).
    ///
    /// # Errors
    /// Where the field is no structure, or one without a name, whose fields are those of this layout.
    pub fn layout_of(&self, field: &Field) -> Result<StructLayout, LayoutError> {
        let own = Struct::in_header(self.header(), field.c_type()).and_then(|of| of.on(self.abi));
        own.map_or_else(|| StructLayout::of(self.abi, field.c_type()), Ok)
    }

    /// Whether both have the same size and fields.
    fn is_like(&self, other: &StructLayout) -> bool {
        (self.size, self.align) == (other.size, other.align) && self.fields().eq(other.fields())
    }
}

impl fmt::Debug for StructLayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StructLayout({} on {}, {} bytes)", self.of.c_type(), self.abi, self.size)
    }
}

/// The fields of a layout; see [`StructLayout::fields`].
#[derive(Clone)]
pub struct Fields {
    rest: &'static str,
    place: u32,
    order: ByteOrder,
}

impl Iterator for Fields {
    type Item = Field;

    fn next(&mut self) -> Option<Field> {
        loop {
            let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
            if line.is_empty() {
                return None;
            }
            self.rest = rest;
            let line = match line.strip_prefix('@') {
                None => Some(line),
                Some(line) => line.split_once(' ').and_then(|(places, line)| {
                    let places = u64::from_str_radix(places, 16).ok()?;
                    (places.checked_shr(self.place)? & 1 == 1).then_some(line)
                }),
            };
            if let Some(field) = line.and_then(|line| Field::read(line, self.order)) {
                return Some(field);
            }
        }
    }
}

impl FusedIterator for Fields {}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// Why there is no layout, field or value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayoutError(Cause);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    NoStruct(Abi),
    Several(&'static str, &'static str),
    NoField(Struct, Abi),
    NoElement(usize, &'static str),
    NoInteger(&'static str),
    OtherOrder(&'static str, ByteOrder),
    Short { needed: u64, given: usize },
}

impl LayoutError {
    /// How many bytes there would have to be, where there were too few.
    pub const fn needed(&self) -> Option<u64> {
        match self.0 {
            Cause::Short { needed, .. } => Some(needed),
            _ => None,
        }
    }

    pub(crate) const fn short(needed: u64, given: usize) -> LayoutError {
        LayoutError(Cause::Short { needed, given })
    }

    pub(crate) const fn no_element(index: usize, field: &'static str) -> LayoutError {
        LayoutError(Cause::NoElement(index, field))
    }

    pub(crate) const fn no_integer(field: &'static str) -> LayoutError {
        LayoutError(Cause::NoInteger(field))
    }

    pub(crate) const fn other_order(field: &'static str, order: ByteOrder) -> LayoutError {
        LayoutError(Cause::OtherOrder(field, order))
    }
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Cause::NoStruct(abi) => write!(f, "no header has a structure of that name on {abi}"),
            Cause::Several(one, other) => {
                write!(f, "`{one}` and `{other}` have different structures of that name; name the header")
            }
            Cause::NoField(of, abi) => write!(f, "`{}` of `{}` has no such field on {abi}", of.c_type(), of.header()),
            Cause::NoElement(index, field) => write!(f, "`{field}` has no element {index}"),
            Cause::NoInteger(field) => write!(f, "`{field}` is not one integer that fits"),
            Cause::OtherOrder(field, order) => {
                let order = match order {
                    ByteOrder::Little => "little-endian",
                    ByteOrder::Big => "big-endian",
                };
                write!(f, "bit-field `{field}` is known in {order} order only")
            }
            Cause::Short { needed, given } => write!(f, "{needed} bytes are needed, {given} are there"),
        }
    }
}

impl core::error::Error for LayoutError {}

#[cfg(test)]
mod tests {
    use super::*;

    /// 64 bits wide on x86_64, 32 on i386, alike on both in a part.
    const SAMPLE: Struct = Struct {
        text: "sample linux/sample.h struct\n=200000000 24 8\n=200 16 4\nid 0 u32 __u32\n@1 time 8 r128 struct timespec\n\
               @2 time 4 r64 struct timespec\n@2 tail 12 u8* char\n",
    };

    #[test]
    fn a_layout_has_the_fields_of_its_abi() {
        assert_eq!((Abi::X86_64 as u32, Abi::I386 as u32), (33, 9));
        let wide = SAMPLE.on(Abi::X86_64).unwrap();
        let narrow = SAMPLE.on(Abi::I386).unwrap();
        assert_eq!((wide.size(), wide.align(), narrow.size(), narrow.align()), (24, 8, 16, 4));
        let names = |layout: StructLayout| layout.fields().map(|field| field.name()).collect::<std::vec::Vec<_>>();
        assert_eq!((names(wide), names(narrow)), (std::vec!["id", "time"], std::vec!["id", "time", "tail"]));
        assert_eq!(wide.field("time").map(|time| (time.offset(), time.size())), Ok((8, 16)));
        assert!(SAMPLE.on(Abi::Alpha).is_none());
        assert_eq!((wide.name(), wide.header()), ("sample", "linux/sample.h"));
        assert_eq!(std::format!("{wide:?}"), "StructLayout(struct sample on x86_64, 24 bytes)");
        let error = wide.field("tail").unwrap_err();
        assert_eq!(std::format!("{error}"), "`struct sample` of `linux/sample.h` has no such field on x86_64");
    }

    #[test]
    fn broken_text_has_no_layout() {
        for text in ["", "a", "a struct", "a b.h struct\n", "a b.h struct\n=", "a b.h struct\n=zz 1 1\n", "\n\n\n"] {
            assert!(Struct { text }.on(Abi::X86_64).is_none(), "{text}");
        }
        let odd = Struct { text: "a b.h struct\n=200000000 1 1\n@\n@zz a\n@1\nb\nc 0 u8 char\n" };
        assert_eq!(odd.on(Abi::X86_64).unwrap().fields().count(), 1);
    }

    #[test]
    fn every_structure_is_found_and_every_field_read_from_any_bytes() {
        let bytes = [0x5a; 512];
        let mut last = ("", "", "");
        for of in Struct::all().take(if cfg!(miri) { 12 } else { usize::MAX }) {
            let (name, keyword, header) = of.head();
            assert!(last < (name, header, keyword), "{last:?} {of:?}");
            last = (name, header, keyword);
            if keyword != "-" {
                assert_eq!(Struct::in_header(header, &std::format!("{keyword} {name}")), Some(of));
            }
            assert_eq!(Struct::in_header(header, name).map(|of| of.name()), Some(name));
            let lines = of.text.lines().skip(1).filter(|line| !line.starts_with('='));
            for line in lines {
                let line = line.strip_prefix('@').map_or(line, |line| line.split_once(' ').expect(line).1);
                assert!(Field::read(line, ByteOrder::Little).is_some(), "{of:?}: {line}");
            }
            // An interpreter has time for a few of them.
            let some = if cfg!(miri) { &[Abi::I386, Abi::Powerpc64, Abi::X86_64][..] } else { Abi::ALL };
            assert!(Abi::ALL.iter().any(|abi| of.on(*abi).is_some()), "{of:?}");
            for layout in some.iter().filter_map(|abi| of.on(*abi)) {
                assert!(layout.size() % layout.align().max(1) == 0, "{layout:?}");
                for field in layout.fields() {
                    // What stands in an element of a flexible tail lies beyond.
                    let inside = field.offset() <= layout.size() || field.name().contains("[]");
                    assert!(inside, "{layout:?} {field}");
                    for len in if cfg!(miri) { &[7, 512][..] } else { &[0, 1, 7, 64, 512] } {
                        for order in [ByteOrder::Little, ByteOrder::Big] {
                            let _ = field.unsigned(&bytes[..*len], order);
                            let _ = field.element(1).and_then(|field| field.signed(&bytes[..*len], order));
                        }
                    }
                }
            }
        }
        assert!(StructLayout::of(Abi::X86_64, "no_such_struct").is_err());
    }
}
