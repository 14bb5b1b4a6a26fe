//! What the macros know of calls: a reader of the blob that `cargo xtask gen` packs out of the tables.
//!
//! A blob, and no Rust text: it costs nothing to compile, 35 ABIs take a twelfth of what the generated tables do, and
//! an expansion looks at no more than the ABIs that it was asked for. What it says can be reviewed in those tables, which
//! come out of the same run; a test holds one against the other.
//!
//! All numbers are in little-endian order:
//!
//! ```text
//! head      magic with the version of the form: 8 bytes; hash of all that follows: 8 bytes
//! sections  how many: u16; where each starts and the last one ends, from the start of the blob: u32 each
//!   0 names, 1 entries, 2 C types, 3 names of parameters, 4 classes    texts
//!   5 classes of each entry                                            u16: a bit a class
//!   6 parameters        type u16, name u16, bits and sign u8, part u8, the value it is a part of u16, who writes what it
//!                       points to u8, how the bytes there are told u8, and by which name or number u16
//!   7 lists of these                                                   chunks of u16
//!   8 sides             entry u16, list u16, list behind its pointer u16, why nothing is there u8
//!   9 calls             name u16, side u16, side as compat u16
//!  10 what ABIs are called: own name, name in Rust, others; a space between
//!  11 facts of ABIs     number base u32, the kernel's u32, long u8, word u8, pairs u8, byte orders u8
//!  12 calls behind others: ABI u8, word that tells u8, words in memory u8, how many words u8, number of the other one
//!                       u32, what tells u32, name u16, list u16, words of the other one 8 bytes
//!  13 and on, an ABI each:
//!       runs            how many: u16; each: first number u32, how many u16, calls u16 each
//!       further names   number u32, name u16, to the end of the section
//! chunks    how many: u16; where each starts and the last one ends, from where they begin: u16 each; their bytes
//! ```
//!
//! Whatever the bytes are, nothing here panics: what is not there is none.

#![allow(dead_code, reason = "a test of the library has this file, too, and looks at all of it")]

/// The blob.
pub(crate) static BLOB: &[u8] = include_bytes!("catalogue.bin");

const MAGIC: [u8; 8] = *b"syscall\x02";
const NONE: u16 = u16::MAX;

mod section {
    pub(super) const NAMES: usize = 0;
    pub(super) const ENTRIES: usize = 1;
    pub(super) const TYPES: usize = 2;
    pub(super) const PARAM_NAMES: usize = 3;
    pub(super) const CLASSES: usize = 4;
    pub(super) const ENTRY_CLASSES: usize = 5;
    pub(super) const PARAMS: usize = 6;
    pub(super) const LISTS: usize = 7;
    pub(super) const SIDES: usize = 8;
    pub(super) const CALLS: usize = 9;
    pub(super) const ABI_NAMES: usize = 10;
    pub(super) const ABI_FACTS: usize = 11;
    pub(super) const BEHIND: usize = 12;
    pub(super) const ABIS: usize = 13;
}

/// All ABIs.
#[derive(Clone, Copy)]
pub(crate) struct Catalogue<'a> {
    bytes: &'a [u8],
}

/// A name, by its place among all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name(u16);

impl<'a> Catalogue<'a> {
    /// None where the bytes are no catalogue of this form.
    pub(crate) fn new(bytes: &'a [u8]) -> Option<Self> {
        bytes.starts_with(&MAGIC).then_some(Catalogue { bytes })
    }

    /// Which catalogue it is: the library has the same number where the two belong together.
    pub(crate) fn version(self) -> u64 {
        let bytes = self.bytes.get(8..16).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(0, u64::from_le_bytes)
    }

    /// Whether it is that of the library's own tables.
    pub(crate) fn is_built_in(self) -> bool {
        std::ptr::eq(self.bytes, BLOB)
    }

    /// Every ABI, by name.
    pub(crate) fn abis(self) -> impl Iterator<Item = Abi<'a>> {
        (0..self.chunks(section::ABI_NAMES).len()).filter_map(move |at| Abi::new(self, at))
    }

    /// The ABI of a name that is its own, no alias.
    pub(crate) fn abi(self, name: &str) -> Option<Abi<'a>> {
        self.abis().find(|abi| abi.name == name)
    }

    /// A name that some ABI has for a call.
    pub(crate) fn name(self, text: &str) -> Option<Name> {
        let names = self.chunks(section::NAMES);
        (0..names.len())
            .find(|at| names.get(*at) == Some(text.as_bytes()))
            .and_then(|at| u16::try_from(at).ok())
            .map(Name)
    }

    /// Every name that some ABI has for a call.
    pub(crate) fn names(self) -> impl Iterator<Item = &'a str> {
        let names = self.chunks(section::NAMES);
        (0..names.len()).map(move |at| names.text(at))
    }

    /// The classes of calls; the bit of each is its place.
    pub(crate) fn classes(self) -> impl Iterator<Item = &'a str> {
        let classes = self.chunks(section::CLASSES);
        (0..classes.len()).map(move |at| classes.text(at))
    }

    fn section(self, at: usize) -> &'a [u8] {
        let bounds = || {
            if at >= usize::from(u16_at(self.bytes, 16)?) {
                return None;
            }
            let place = |at: usize| u32_at(self.bytes, 18 + 4 * at).and_then(|place| usize::try_from(place).ok());
            self.bytes.get(place(at)?..place(at + 1)?)
        };
        bounds().unwrap_or_default()
    }

    fn chunks(self, at: usize) -> Chunks<'a> {
        Chunks { bytes: self.section(at) }
    }

    /// Every call behind another one, with the place of its ABI.
    fn behind(self) -> impl Iterator<Item = &'a [u8]> {
        self.section(section::BEHIND).chunks_exact(24)
    }

    /// A record of a section whose records have all one size.
    fn record<const SIZE: usize>(self, section: usize, at: u16) -> Option<&'a [u8]> {
        let start = usize::from(at) * SIZE;
        self.section(section).get(start..start + SIZE)
    }
}

/// An ABI.
#[derive(Clone, Copy)]
pub(crate) struct Abi<'a> {
    catalogue: Catalogue<'a>,
    place: u8,
    /// `x86_64`, which is the feature of the library, too.
    pub(crate) name: &'a str,
    /// `X86_64`
    pub(crate) variant: &'a str,
    /// Where numbers start in user space.
    pub(crate) number_base: u32,
    /// Where they start in what kernels show.
    pub(crate) kernel_number_base: u32,
    /// Bits of C's `long` and of a pointer.
    pub(crate) long_bits: u8,
    /// Bits of an argument word.
    pub(crate) word_bits: u8,
    /// How a value wider than a word travels.
    pub(crate) pairs: Pairs,
    /// Machines of it have the lowest byte first, have the highest first; some ABIs have both.
    pub(crate) little: bool,
    pub(crate) big: bool,
    words: &'a str,
    rows: &'a [u8],
}

/// How a value that is wider than a word travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pairs {
    /// There is none: words have 64 bits.
    Whole,
    /// In the next two words.
    Unaligned,
    /// In two words of which the first has an even place.
    Aligned,
}

impl<'a> Abi<'a> {
    fn new(catalogue: Catalogue<'a>, at: usize) -> Option<Self> {
        let words = catalogue.chunks(section::ABI_NAMES).text(at);
        let mut split = words.split(' ');
        let facts = catalogue.record::<12>(section::ABI_FACTS, u16::try_from(at).ok()?)?;
        Some(Abi {
            catalogue,
            place: u8::try_from(at).ok()?,
            name: split.next()?,
            variant: split.next()?,
            number_base: u32_at(facts, 0)?,
            kernel_number_base: u32_at(facts, 4)?,
            long_bits: *facts.get(8)?,
            word_bits: *facts.get(9)?,
            pairs: match facts.get(10)? {
                0 => Pairs::Whole,
                1 => Pairs::Unaligned,
                _ => Pairs::Aligned,
            },
            little: facts.get(11)? & 1 != 0,
            big: facts.get(11)? & 2 != 0,
            words,
            rows: catalogue.section(section::ABIS + at),
        })
    }

    /// Further names of the ABI: `amd64`.
    pub(crate) fn aliases(self) -> impl Iterator<Item = &'a str> {
        self.words.split(' ').skip(2)
    }

    /// Its calls, by number.
    pub(crate) fn calls(self) -> Calls<'a> {
        Calls { abi: self, runs: u16_at(self.rows, 0).unwrap_or(0), number: 0, left: 0, at: 2 }
    }

    /// The call of a name or alias.
    pub(crate) fn call(self, name: Name) -> Option<Call<'a>> {
        self.calls().find(|call| call.name_id == name.0).or_else(|| {
            let (number, _) = self.further().find(|(_, alias)| *alias == name.0)?;
            self.calls().find(|call| call.number == number)
        })
    }

    /// The call of a name or alias, as text.
    pub(crate) fn call_named(self, name: &str) -> Option<Call<'a>> {
        self.call(self.catalogue.name(name)?)
    }

    /// The calls behind others of it: `connect` behind `socketcall`.
    pub(crate) fn behind(self) -> impl Iterator<Item = Behind<'a>> {
        let own = self.catalogue.behind().filter(move |record| record.first() == Some(&self.place));
        own.filter_map(move |record| Behind::new(self, record))
    }

    /// The number of the call that takes another's number and words: `syscall` of mips_o32.
    pub(crate) fn indirect(self) -> Option<u32> {
        let is_it = |side: Side| matches!(side.entry(), Some("sys_syscall" | "sys32_syscall"));
        self.call_named("syscall").filter(|call| call.main().is_some_and(is_it)).map(|call| call.number)
    }

    /// Every name and alias of its calls.
    pub(crate) fn names(self) -> impl Iterator<Item = &'a str> {
        let names = self.catalogue.chunks(section::NAMES);
        self.calls().map(Call::name).chain(self.further().map(move |(_, name)| names.text(name.into())))
    }

    /// Numbers with a further name of each.
    fn further(self) -> impl Iterator<Item = (u32, u16)> {
        let mut end = 2;
        for _ in 0..u16_at(self.rows, 0).unwrap_or(0) {
            let Some(count) = u16_at(self.rows, end + 4) else { break };
            end += 6 + 2 * usize::from(count);
        }
        let all = self.rows.get(end..).unwrap_or_default().chunks_exact(6);
        all.filter_map(|alias| Some((u32_at(alias, 0)?, u16_at(alias, 4)?)))
    }
}

/// The calls of an ABI, by number.
pub(crate) struct Calls<'a> {
    abi: Abi<'a>,
    runs: u16,
    number: u32,
    left: u16,
    at: usize,
}

impl<'a> Iterator for Calls<'a> {
    type Item = Call<'a>;

    fn next(&mut self) -> Option<Call<'a>> {
        while self.left == 0 {
            self.runs = self.runs.checked_sub(1)?;
            self.number = u32_at(self.abi.rows, self.at)?;
            self.left = u16_at(self.abi.rows, self.at + 4)?;
            self.at += 6;
        }
        let (id, number) = (u16_at(self.abi.rows, self.at)?, self.number);
        self.at += 2;
        self.left -= 1;
        self.number = self.number.wrapping_add(1);
        let record = self.abi.catalogue.record::<6>(section::CALLS, id)?;
        Some(Call {
            abi: self.abi,
            number,
            name_id: u16_at(record, 0)?,
            main: u16_at(record, 2)?,
            compat: u16_at(record, 4)?,
        })
    }
}

/// A call of an ABI.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    abi: Abi<'a>,
    /// The number of the uapi header, base included.
    pub(crate) number: u32,
    name_id: u16,
    main: u16,
    compat: u16,
}

impl<'a> Call<'a> {
    /// What user space calls it.
    pub(crate) fn name(self) -> &'a str {
        self.abi.catalogue.chunks(section::NAMES).text(self.name_id.into())
    }

    /// Further names of the same number.
    pub(crate) fn aliases(self) -> impl Iterator<Item = &'a str> {
        let names = self.abi.catalogue.chunks(section::NAMES);
        let further = self.abi.further().filter(move |(number, _)| *number == self.number);
        further.map(move |(_, name)| names.text(name.into()))
    }

    /// What it enters on the kernel whose native ABI this is, or on the only one.
    pub(crate) fn main(self) -> Option<Side<'a>> {
        Side::new(self.abi, self.main)
    }

    /// What it enters on a kernel that serves the ABI as compat.
    pub(crate) fn compat(self) -> Option<Side<'a>> {
        Side::new(self.abi, self.compat)
    }

    /// The groups in which tracers have it, a bit each.
    pub(crate) fn classes(self) -> u16 {
        self.main().map_or(0, Side::classes)
    }
}

/// A call that stands behind another one's number.
#[derive(Clone, Copy)]
pub(crate) struct Behind<'a> {
    abi: Abi<'a>,
    name: u16,
    list: u16,
    /// The number of the other one.
    pub(crate) through: u32,
    /// The word of that which tells, and the 32 bits that say it is this one.
    pub(crate) by: u8,
    pub(crate) value: u32,
    /// Its words are in memory where the one word of `words` points.
    pub(crate) in_memory: bool,
    words: &'a [u8],
}

impl<'a> Behind<'a> {
    fn new(abi: Abi<'a>, record: &'a [u8]) -> Option<Self> {
        let count = usize::from(*record.get(3)?);
        Some(Behind {
            abi,
            by: *record.get(1)?,
            in_memory: *record.get(2)? != 0,
            through: u32_at(record, 4)?,
            value: u32_at(record, 8)?,
            name: u16_at(record, 12)?,
            list: u16_at(record, 14)?,
            words: record.get(16..)?.get(..count)?,
        })
    }

    /// What it is called, here or on other ABIs.
    pub(crate) fn name(self) -> &'a str {
        self.abi.catalogue.chunks(section::NAMES).text(self.name.into())
    }

    /// Whether it has this name.
    pub(crate) fn is(self, name: Name) -> bool {
        self.name == name.0
    }

    /// What it takes.
    pub(crate) fn params(self) -> Option<Params<'a>> {
        Params::new(self.abi, self.list)
    }

    /// The words of the other one that are its own, in its order, or the one that points to them.
    pub(crate) fn words(self) -> &'a [u8] {
        self.words
    }
}

/// A way in.
#[derive(Clone, Copy)]
pub(crate) struct Side<'a> {
    abi: Abi<'a>,
    entry: u16,
    params: u16,
    block: u16,
    /// Why nothing is behind it, 0 where there is: `ni`, `no_definition`, `not_on_this_arch`, `always_enosys`.
    pub(crate) missing: u8,
}

impl<'a> Side<'a> {
    fn new(abi: Abi<'a>, id: u16) -> Option<Self> {
        let record = abi.catalogue.record::<7>(section::SIDES, id)?;
        let [entry, params, block] = [u16_at(record, 0)?, u16_at(record, 2)?, u16_at(record, 4)?];
        Some(Side { abi, entry, params, block, missing: *record.get(6)? })
    }

    /// The function: `sys_openat`.
    pub(crate) fn entry(self) -> Option<&'a str> {
        (self.entry != NONE).then(|| self.abi.catalogue.chunks(section::ENTRIES).text(self.entry.into()))
    }

    /// What that takes.
    pub(crate) fn params(self) -> Option<Params<'a>> {
        Params::new(self.abi, self.params)
    }

    /// The words that its one parameter points to: the six of `mmap` on i386.
    pub(crate) fn block(self) -> Option<Params<'a>> {
        Params::new(self.abi, self.block)
    }

    fn classes(self) -> u16 {
        let record = self.abi.catalogue.record::<2>(section::ENTRY_CLASSES, self.entry);
        record.and_then(|record| u16_at(record, 0)).unwrap_or(0)
    }
}

/// Parameters, in their order.
#[derive(Clone, Copy)]
pub(crate) struct Params<'a> {
    abi: Abi<'a>,
    list: &'a [u8],
    word: u8,
}

impl<'a> Params<'a> {
    fn new(abi: Abi<'a>, id: u16) -> Option<Self> {
        Some(Params { abi, list: abi.catalogue.chunks(section::LISTS).get(id.into())?, word: 0 })
    }
}

impl<'a> Iterator for Params<'a> {
    type Item = Param<'a>;

    fn next(&mut self) -> Option<Param<'a>> {
        let catalogue = self.abi.catalogue;
        let record = catalogue.record::<12>(section::PARAMS, u16_at(self.list, 0)?)?;
        self.list = self.list.get(2..)?;
        let (class, names) = (*record.get(4)?, catalogue.chunks(section::PARAM_NAMES));
        let bits = if class & 0x7f == 0 { self.abi.long_bits } else { class & 0x7f };
        let words = if bits > self.abi.word_bits { 2 } else { 1 };
        if words == 2 && self.abi.pairs == Pairs::Aligned {
            self.word = self.word.checked_add(self.word % 2)?;
        }
        let word = self.word;
        self.word = self.word.checked_add(words)?;
        let of = names.text(u16_at(record, 6)?.into());
        let said = u16_at(record, 10)?;
        Some(Param {
            name: names.text(u16_at(record, 2)?.into()),
            ty: catalogue.chunks(section::TYPES).text(u16_at(record, 0)?.into()),
            bits,
            signed: class & 0x80 != 0,
            pointer: class & 0x7f == 0,
            part: match record.get(5)? {
                0 => Part::Whole,
                1 => Part::Low(of),
                2 => Part::High(of),
                3 => Part::First(of),
                4 => Part::Second(of),
                _ => Part::Dummy,
            },
            written: record.get(8)? & 2 != 0,
            read: record.get(8)? & 1 != 0,
            extent: match record.get(9)? {
                1 => Extent::Param(names.text(said.into())),
                2 => Extent::Behind(names.text(said.into())),
                3 => Extent::Result,
                4 => Extent::Number(said),
                _ => Extent::Unknown,
            },
            word,
            words,
        })
    }
}

/// A parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Param<'a> {
    /// The kernel's name for it.
    pub(crate) name: &'a str,
    /// Its type as C spells it.
    pub(crate) ty: &'a str,
    /// How many bits count, and what the highest of them is.
    pub(crate) bits: u8,
    pub(crate) signed: bool,
    pub(crate) pointer: bool,
    /// Which part of a value it is.
    pub(crate) part: Part<'a>,
    /// The kernel writes, and reads, what it points to.
    pub(crate) written: bool,
    pub(crate) read: bool,
    /// How many bytes are there.
    pub(crate) extent: Extent<'a>,
    /// The first of its argument words, and how many they are.
    pub(crate) word: u8,
    pub(crate) words: u8,
}

/// Which part of a value a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    /// All of it.
    Whole,
    /// The low half of the value of this name.
    Low(&'a str),
    /// The high half.
    High(&'a str),
    /// The half that comes first in the machine's byte order.
    First(&'a str),
    /// The half that comes second.
    Second(&'a str),
    /// None.
    Dummy,
}

/// How many bytes a pointer leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent<'a> {
    /// What is there says so itself, or nothing does.
    Unknown,
    /// As many as the parameter says.
    Param(&'a str),
    /// As many as the number says that the parameter points to.
    Behind(&'a str),
    /// As many as the result says.
    Result,
    /// So many.
    Number(u16),
}

/// Pieces of different lengths.
#[derive(Clone, Copy)]
struct Chunks<'a> {
    bytes: &'a [u8],
}

impl<'a> Chunks<'a> {
    fn len(self) -> usize {
        u16_at(self.bytes, 0).map_or(0, usize::from)
    }

    fn get(self, at: usize) -> Option<&'a [u8]> {
        if at >= self.len() {
            return None;
        }
        let (start, end) = (u16_at(self.bytes, 2 + 2 * at)?, u16_at(self.bytes, 4 + 2 * at)?);
        self.bytes.get(4 + 2 * self.len()..)?.get(start.into()..end.into())
    }

    fn text(self, at: usize) -> &'a str {
        self.get(at).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built_in() -> Catalogue<'static> {
        Catalogue::new(BLOB).unwrap()
    }

    /// Everything that a catalogue says.
    fn read_all(catalogue: Catalogue) -> usize {
        let mut seen = catalogue.names().map(str::len).sum::<usize>() + catalogue.classes().count();
        for abi in catalogue.abis() {
            seen += abi.aliases().count() + abi.names().count();
            for call in abi.calls() {
                seen += call.name().len() + usize::from(call.classes());
                for side in [call.main(), call.compat()].into_iter().flatten() {
                    seen += side.entry().map_or(0, str::len);
                    let lists = [side.params(), side.block()].into_iter().flatten();
                    seen += lists.flatten().map(|param| param.name.len() + param.ty.len()).sum::<usize>();
                }
            }
            let lists = abi.behind().flat_map(|call| call.params());
            seen += lists.flatten().map(|param| param.name.len()).sum::<usize>();
        }
        seen
    }

    #[test]
    fn the_version_is_the_hash_of_what_follows() {
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        let hash = BLOB[16..].iter().fold(0xcbf2_9ce4_8422_2325, step);
        assert_eq!(built_in().version(), hash);
        assert!(BLOB.len() < 200_000, "{} bytes", BLOB.len());
    }

    #[test]
    fn what_openat_is_on_two_abis() {
        let (x86_64, i386) = (built_in().abi("x86_64").unwrap(), built_in().abi("i386").unwrap());
        assert_eq!((x86_64.variant, x86_64.aliases().collect::<Vec<_>>()), ("X86_64", vec!["amd64"]));
        let openat = i386.call_named("openat").unwrap();
        assert_eq!((openat.number, openat.name()), (295, "openat"));
        let (main, compat) = (openat.main().unwrap(), openat.compat().unwrap());
        assert_eq!((main.entry(), compat.entry()), (Some("sys_openat"), Some("compat_sys_openat")));
        let names: Vec<_> = main.params().unwrap().map(|param| (param.name, param.word, param.pointer)).collect();
        assert_eq!(names, [("dfd", 0, false), ("filename", 1, true), ("flags", 2, false), ("mode", 3, false)]);
        assert!(x86_64.call_named("opnat").is_none() && built_in().abi("amd64").is_none());
    }

    #[test]
    fn a_value_of_two_words_and_a_block() {
        let arm = built_in().abi("arm").unwrap();
        let pread = arm.call_named("pread64").unwrap().main().unwrap().params().unwrap();
        let pos = pread.last().unwrap();
        assert_eq!((pos.name, pos.bits, pos.word, pos.words), ("pos", 64, 4, 2));
        let mmap = built_in().abi("i386").unwrap().call_named("mmap").unwrap().main().unwrap();
        assert_eq!((mmap.params().unwrap().count(), mmap.block().unwrap().count()), (1, 6));
    }

    #[test]
    fn what_is_behind_a_pointer_and_behind_a_number() {
        let i386 = built_in().abi("i386").unwrap();
        let read = i386.call_named("read").unwrap().main().unwrap().params().unwrap().nth(1).unwrap();
        assert_eq!((read.written, read.read, read.extent), (true, false, Extent::Result));
        let connect = i386.behind().find(|call| call.name() == "connect").unwrap();
        assert_eq!((connect.through, connect.by, connect.value, connect.in_memory), (102, 0, 3, true));
        assert_eq!((connect.words(), connect.params().unwrap().count()), (&[1][..], 3));
        let names: Vec<_> = connect.params().unwrap().map(|param| (param.name, param.word, param.extent)).collect();
        assert_eq!(names[1], ("uservaddr", 1, Extent::Param("addrlen")));
        let msgrcv = i386.behind().find(|call| call.name() == "msgrcv").unwrap();
        assert_eq!((msgrcv.through, msgrcv.value, msgrcv.words()), (117, 0x1000c, &[1, 4, 2, 5, 3][..]));
        assert!(i386.behind().any(|call| call.name() == "accept") && i386.call_named("accept").is_none());
        assert_eq!(built_in().abi("x86_64").unwrap().behind().count(), 0);
        assert_eq!(built_in().abi("mips_o32").unwrap().indirect(), Some(4000));
    }

    #[test]
    fn no_blob_makes_it_panic() {
        assert!(Catalogue::new(b"").is_none() && Catalogue::new(b"syscall\x01").is_none());
        let whole = read_all(built_in());
        for end in (8..BLOB.len()).step_by(4099) {
            assert!(read_all(Catalogue::new(&BLOB[..end]).unwrap()) < whole, "{end}");
        }
        // Bytes that are wrong one by one, and at random.
        let mut seed = 1u32;
        for _ in 0..12 {
            let mut blob = BLOB.to_vec();
            for _ in 0..40 {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let at = 8 + seed as usize % (blob.len() - 8);
                blob[at] = (seed >> 9) as u8;
            }
            read_all(Catalogue::new(&blob).unwrap());
        }
        for at in 16..300 {
            let mut blob = BLOB.to_vec();
            blob[at] ^= 0xff;
            let catalogue = Catalogue::new(&blob).unwrap();
            assert!(catalogue.abis().map(|abi| abi.calls().take(9).count()).sum::<usize>() <= 9 * 0x1_0000);
        }
    }
}
