//! Named sets of constants: what the values of a domain are called on each ABI, and the values of these names.

use core::fmt;
use core::iter::FusedIterator;

use crate::abi::Abi;
use crate::flag_names::{Names, Pieces};
use crate::flag_text::ParseFlagsError;
use crate::generated::sets;

/// What a generated file says of a set. Everything of a set is in statics of its own: what a program does not name is
/// not linked.
pub(crate) struct SetData {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    /// Any of the members may be there; else a value is one of them.
    pub(crate) is_flags: bool,
    /// The ABIs that a value can be that of, each set of them once; a bit is an ABI, in the order of [`Abi::ALL`].
    pub(crate) abis: &'static [u64],
    pub(crate) members: MemberData,
    pub(crate) parts: &'static [PartData],
}

/// Members in the order in which they are looked for.
#[derive(Clone, Copy)]
pub(crate) struct MemberData {
    /// All names, one behind the other.
    pub(crate) names: &'static str,
    pub(crate) values: &'static [M],
}

/// A value of a member on some ABIs: how long the name is that begins here, or 0 for a further value of the same one; a
/// place in [`SetData::abis`]; the value. The thousands of these are no calls of a function, since that takes a third of
/// the crate's build time. Packed, they are 10 bytes and not 16.
#[derive(Clone, Copy)]
#[repr(Rust, packed(2))]
pub(crate) struct M(pub(crate) u8, pub(crate) u8, pub(crate) u64);

/// A part of a value.
pub(crate) struct PartData {
    /// The bits, with a place in [`SetData::abis`].
    pub(crate) masks: &'static [(u8, u64)],
    /// Values are those after a shift down to bit 0.
    pub(crate) shifted: bool,
    pub(crate) holds: Holds,
}

/// What a part is.
#[allow(dead_code, reason = "which of them occur depends on the sets")]
pub(crate) enum Holds {
    Members(MemberData),
    Set(&'static SetData),
    Decimal,
    Octal,
    Hexadecimal,
}

/// How deep a set may refer to others; what is deeper is shown as a number.
pub(crate) const DEPTH: usize = 3;

/// A domain of values that the kernel's headers have names for, such as the flags of `open`: bits, or one of several
/// values, or both, which differ from ABI to ABI.
///
/// A set is a handle, as cheap as a reference. Those that there are stand in [`sets`](crate::sets), each a constant, so
/// that what a program does not name is not linked; [`by_name`](FlagSet::by_name) finds any, and links all.
///
/// ```
/// use syscall_meta::{Abi, FlagSet};
///
/// assert!(FlagSet::by_name("no_such_set").is_none());
/// for set in FlagSet::all() {
///     let value = 0x8002;
///     let text = set.names(Abi::Alpha, value).to_string();
///     assert_eq!(set.parse(Abi::Alpha, &text), Ok(value), "{}: {text}", set.name());
/// }
/// ```
///
/// # Values
///
/// A value is 64 bits. One that the headers make negative, such as `AT_FDCWD`, has its sign extended, and so must have
/// what is looked up: what stands above an `int` in a register is cut off or extended before.
#[derive(Clone, Copy)]
pub struct FlagSet {
    data: &'static SetData,
}

impl FlagSet {
    #[allow(dead_code, reason = "there may be no set")]
    #[inline]
    pub(crate) const fn new(data: &'static SetData) -> FlagSet {
        FlagSet { data }
    }

    /// The set of this name: `open_flags`. A program that calls this has all sets linked.
    pub fn by_name(name: &str) -> Option<FlagSet> {
        let at = sets::ALL.binary_search_by(|set| set.name.cmp(name)).ok()?;
        sets::ALL.get(at).map(|data| FlagSet { data })
    }

    /// Every set, in the order of names. A program that calls this has all of them linked.
    pub fn all() -> impl ExactSizeIterator<Item = FlagSet> + Clone {
        sets::ALL.iter().map(|data| FlagSet { data })
    }

    /// Its name: `open_flags`.
    #[inline]
    pub const fn name(self) -> &'static str {
        self.data.name
    }

    /// What its values are, in a few words.
    #[inline]
    pub const fn title(self) -> &'static str {
        self.data.title
    }

    /// Whether some bits of a value are a part of their own.
    #[cfg(feature = "decode")]
    #[inline]
    pub(crate) const fn has_parts(self) -> bool {
        !self.data.parts.is_empty()
    }

    /// The members, of flags that have no parts.
    #[cfg(feature = "decode")]
    #[inline]
    pub(crate) fn plain_members(self) -> Option<PlainMembers> {
        (self.data.is_flags && self.data.parts.is_empty()).then_some(PlainMembers(self.data))
    }

    /// What a generated file says of it.
    #[cfg(feature = "decode")]
    pub(crate) const fn data(self) -> &'static SetData {
        self.data
    }

    /// Whether a value is made of several members; else it is one of them.
    #[inline]
    pub const fn is_flags(self) -> bool {
        self.data.is_flags
    }

    /// The names that make up a value on an ABI, to print or to go through. What has no name is a number among them, so
    /// that nothing of the value is lost.
    #[inline]
    pub const fn names(self, abi: Abi, value: u64) -> Names {
        Names::new(self.data, abi, value)
    }

    /// The name that is the whole of a value on an ABI: `ENOENT` for 2.
    pub fn name_of(self, abi: Abi, value: u64) -> Option<&'static str> {
        self.data.name_of(abi, value, DEPTH)
    }

    /// The value of a name on an ABI, where that has it. Names of a part, and of the set that a part refers to, are among
    /// those known; of a part that is shifted, the value is the one of the headers, which is not shifted.
    pub fn value_of(self, abi: Abi, name: &str) -> Option<u64> {
        self.data.value_of(abi, name, DEPTH)
    }

    /// Reads what [`names`](FlagSet::names) prints: names and numbers with `|` between them, `<<` and a number behind
    /// what is shifted. Numbers are written as in C: `8`, `010`, `0x8`.
    ///
    /// # Errors
    /// The first word that is neither a name that the ABI has nor a number.
    pub fn parse(self, abi: Abi, text: &str) -> Result<u64, ParseFlagsError<'_>> {
        crate::flag_text::parse(self, abi, text)
    }

    /// The members that an ABI has, with their values: first those of the set itself in the order in which they are
    /// looked for, then those of its parts. What a set has that a part refers to is not among them.
    pub fn members(self, abi: Abi) -> Members {
        Members { data: self.data, abi, part: 0, list: self.data.members, scan: Scan::default() }
    }
}

/// The members of flags that are bits and nothing else.
#[cfg(feature = "decode")]
#[derive(Clone, Copy)]
pub(crate) struct PlainMembers(&'static SetData);

#[cfg(feature = "decode")]
impl PlainMembers {
    /// Hands over the names of those that are in a value; returns the bits that have none.
    #[inline]
    pub(crate) fn each<E>(
        self,
        abi: Abi,
        value: u64,
        mut tell: impl FnMut(&'static str) -> Result<(), E>,
    ) -> Result<u64, E> {
        let (mut rest, mut start, mut end) = (value, 0, 0);
        for &M(len, abis, of) in self.0.members.values {
            if rest == 0 {
                break;
            }
            // A further value of the same name has no length.
            start = if len == 0 { start } else { end };
            end += usize::from(len);
            if of & !rest == 0 && of != 0 && self.0.has(abis, abi) {
                rest &= !of;
                tell(self.0.members.names.get(start..end).unwrap_or(""))?;
            }
        }
        Ok(rest)
    }
}

impl SetData {
    /// Whether an ABI is one of those at a place.
    #[inline]
    pub(crate) fn has(&self, abis: u8, abi: Abi) -> bool {
        self.abis.get(usize::from(abis)).is_some_and(|abis| abis >> (abi as u32) & 1 == 1)
    }

    /// The bits of a part on an ABI, and how far they are shifted.
    pub(crate) fn mask(&self, part: &PartData, abi: Abi) -> (u64, u32) {
        let mask = part.masks.iter().find(|(abis, _)| self.has(*abis, abi)).map_or(0, |(_, mask)| *mask);
        (mask, if part.shifted { mask.trailing_zeros() & 63 } else { 0 })
    }

    /// The first member of a list with a value; a member of flags that is 0 says nothing.
    pub(crate) fn named(&self, list: MemberData, abi: Abi, value: u64) -> Option<&'static str> {
        let at = list.values.iter().position(|&M(_, abis, of)| of == value && self.has(abis, abi))?;
        let before = list.values.get(..=at)?;
        // A further value of a name stands behind it.
        let (len, before) = (before.iter().rposition(|&M(len, ..)| len != 0))
            .and_then(|last| Some((before.get(last)?.0, before.get(..last)?)))?;
        let start = before.iter().map(|&M(len, ..)| usize::from(len)).sum::<usize>();
        list.names.get(start..start + usize::from(len))
    }

    fn name_of(&self, abi: Abi, value: u64, depth: usize) -> Option<&'static str> {
        let own = self.named(self.members, abi, value).filter(|_| value != 0 || !self.is_flags);
        own.or_else(|| {
            let in_place = |part: &&PartData| {
                let (mask, shift) = self.mask(part, abi);
                shift == 0 && mask != 0 && value & !mask == 0
            };
            self.parts.iter().filter(in_place).find_map(|part| match part.holds {
                Holds::Members(list) => self.named(list, abi, value),
                Holds::Set(set) => set.name_of(abi, value, depth.checked_sub(1)?),
                Holds::Decimal | Holds::Octal | Holds::Hexadecimal => None,
            })
        })
    }

    fn value_of(&self, abi: Abi, name: &str, depth: usize) -> Option<u64> {
        let in_list = |list: MemberData| {
            let mut scan = Scan::default();
            while let Some((of, value, abis)) = scan.next(list) {
                if of == name && self.has(abis, abi) {
                    return Some(value);
                }
            }
            None
        };
        in_list(self.members).or_else(|| {
            self.parts.iter().find_map(|part| match part.holds {
                Holds::Members(list) => in_list(list),
                Holds::Set(set) => set.value_of(abi, name, depth.checked_sub(1)?),
                Holds::Decimal | Holds::Octal | Holds::Hexadecimal => None,
            })
        })
    }
}

/// A walk over a list of members.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Scan {
    at: usize,
    start: usize,
    end: usize,
}

impl Scan {
    /// The next value: its name, itself, and the place of its ABIs.
    #[inline]
    pub(crate) fn next(&mut self, list: MemberData) -> Option<(&'static str, u64, u8)> {
        let M(name, abis, value) = *list.values.get(self.at)?;
        self.at += 1;
        if name != 0 {
            self.start = self.end;
            self.end += usize::from(name);
        }
        Some((list.names.get(self.start..self.end).unwrap_or(""), value, abis))
    }
}

impl PartialEq for FlagSet {
    fn eq(&self, other: &FlagSet) -> bool {
        core::ptr::eq(self.data, other.data)
    }
}

impl Eq for FlagSet {}

impl fmt::Debug for FlagSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FlagSet").field(&self.name()).finish()
    }
}

/// The members that an ABI has; see [`FlagSet::members`].
#[derive(Clone)]
pub struct Members {
    data: &'static SetData,
    abi: Abi,
    /// The part whose members come next.
    part: usize,
    list: MemberData,
    scan: Scan,
}

impl Iterator for Members {
    type Item = (&'static str, u64);

    fn next(&mut self) -> Option<(&'static str, u64)> {
        loop {
            while let Some((name, value, abis)) = self.scan.next(self.list) {
                if self.data.has(abis, self.abi) {
                    return Some((name, value));
                }
            }
            let part = self.data.parts.get(self.part)?;
            self.part += 1;
            if let Holds::Members(list) = part.holds {
                (self.list, self.scan) = (list, Scan::default());
            }
        }
    }
}

impl FusedIterator for Members {}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl IntoIterator for Names {
    type Item = crate::flag_names::Piece;
    type IntoIter = Pieces;

    fn into_iter(self) -> Pieces {
        self.iter()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    const ALL: u64 = u64::MAX;
    const ALPHA: u64 = 1 << Abi::Alpha as u64;

    /// Signals as the low byte of what `clone` takes has them.
    static SIGNALS: SetData = SetData {
        name: "signals",
        title: "a signal",
        is_flags: false,
        abis: &[ALL, ALL ^ ALPHA, ALPHA],
        members: MemberData {
            names: "SIGHUPSIGCHLDSIGRT_1",
            values: &[M(6, 0, 1), M(7, 1, 17), M(0, 2, 20), M(7, 0, 33)],
        },
        parts: &[],
    };

    /// What `open` takes, cut down: `O_SYNC` has a bit of `O_DSYNC`, `O_LARGEFILE` is 0 on alpha.
    static OPEN: SetData = SetData {
        name: "open_flags",
        title: "flags of open",
        is_flags: true,
        abis: &[ALL, ALL ^ ALPHA, ALPHA],
        members: MemberData {
            names: "O_SYNCO_DSYNCO_CLOEXECO_LARGEFILEO_ALPHA",
            values: &[
                M(6, 0, 0x10_1000),
                M(7, 0, 0x1000),
                M(9, 1, 0x8_0000),
                M(0, 2, 0x20_0000),
                M(11, 1, 0x8000),
                M(0, 2, 0),
                M(7, 2, 0x4000),
            ],
        },
        parts: &[PartData {
            masks: &[(0, 3)],
            shifted: false,
            holds: Holds::Members(MemberData {
                names: "O_RDONLYO_WRONLYO_RDWR",
                values: &[M(8, 0, 0), M(8, 0, 1), M(6, 0, 2)],
            }),
        }],
    };

    /// A signal, a set of flags above it, and numbers.
    static MIXED: SetData = SetData {
        name: "mixed",
        title: "parts of each kind",
        is_flags: true,
        abis: &[ALL],
        members: MemberData { names: "TOP", values: &[M(3, 0, 1 << 63)] },
        parts: &[
            PartData { masks: &[(0, 0xff)], shifted: false, holds: Holds::Set(&SIGNALS) },
            PartData { masks: &[(0, 0xffff_ff00)], shifted: true, holds: Holds::Set(&OPEN) },
            PartData { masks: &[(0, 0x1ff << 32)], shifted: true, holds: Holds::Octal },
            PartData { masks: &[(0, 0xf << 48)], shifted: false, holds: Holds::Hexadecimal },
            PartData { masks: &[(0, 0xf << 52)], shifted: true, holds: Holds::Decimal },
            PartData { masks: &[], shifted: true, holds: Holds::Decimal },
        ],
    };

    /// A set that refers to itself has an end.
    static ENDLESS: SetData = SetData {
        name: "endless",
        title: "itself again",
        is_flags: true,
        abis: &[ALL],
        members: MemberData { names: "ONE", values: &[M(3, 0, 1)] },
        parts: &[PartData { masks: &[(0, !1)], shifted: true, holds: Holds::Set(&ENDLESS) }],
    };

    const SETS: [FlagSet; 4] =
        [FlagSet::new(&SIGNALS), FlagSet::new(&OPEN), FlagSet::new(&MIXED), FlagSet::new(&ENDLESS)];

    fn shown(set: &'static SetData, abi: Abi, value: u64) -> std::string::String {
        std::format!("{}", FlagSet::new(set).names(abi, value))
    }

    #[test]
    fn values_print_as_c_would_have_them() {
        for (abi, value, text) in [
            (Abi::X86_64, 0, "O_RDONLY"),
            (Abi::X86_64, 0x4008_0002, "O_RDWR|O_CLOEXEC|0x40000000"),
            (Abi::X86_64, 0x10_1001, "O_WRONLY|O_SYNC"),
            (Abi::X86_64, 0x1001, "O_WRONLY|O_DSYNC"),
            (Abi::X86_64, 0x10_0003, "0x100003"),
            (Abi::Alpha, 0x20_4000, "O_RDONLY|O_CLOEXEC|O_ALPHA"),
            (Abi::X86_64, 0x20_4000, "O_RDONLY|0x204000"),
        ] {
            assert_eq!(shown(&OPEN, abi, value), text);
        }
        for (value, text) in [
            (0, "O_RDONLY<<8"),
            (17, "SIGCHLD|O_RDONLY<<8"),
            (1 << 63 | 0x0800_0000 | 33, "SIGRT_1|O_RDONLY<<8|O_CLOEXEC<<8|TOP"),
            (0o644 << 32, "O_RDONLY<<8|0644<<32"),
            (0xab << 48, "O_RDONLY<<8|0xb000000000000|10<<52"),
            (0x301, "SIGHUP|0x300"),
        ] {
            assert_eq!(shown(&MIXED, Abi::X86_64, value), text);
        }
        for (abi, value, text) in
            [(Abi::X86_64, 17, "SIGCHLD"), (Abi::Alpha, 17, "0x11"), (Abi::Alpha, 20, "SIGCHLD"), (Abi::Arc, 0, "0")]
        {
            assert_eq!(shown(&SIGNALS, abi, value), text);
        }
    }

    #[test]
    fn every_value_reads_back_as_it_was_printed() {
        let mut value = 1u64;
        for round in 0..if cfg!(miri) { 20 } else { 20_000 } {
            value = value.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let few = if round % 2 == 0 { value } else { value & value.rotate_left(17) & value.rotate_left(31) };
            for set in SETS {
                for abi in [Abi::X86_64, Abi::Alpha] {
                    let text = std::format!("{}", set.names(abi, few));
                    let pieces = set.names(abi, few).iter().map(|piece| std::format!("{piece}"));
                    assert_eq!(pieces.collect::<std::vec::Vec<_>>().join("|"), text);
                    assert_eq!(set.parse(abi, &text), Ok(few), "{} {few:#x}: {text}", set.name());
                    let bits = set.names(abi, few).iter().fold(0, |all, piece| all | piece.bits());
                    assert_eq!(bits, few, "{text}");
                }
            }
        }
    }

    #[test]
    fn names_and_values_lead_to_each_other() {
        let open = FlagSet::new(&OPEN);
        assert_eq!(open.value_of(Abi::Alpha, "O_CLOEXEC"), Some(0x20_0000));
        assert_eq!(open.value_of(Abi::X86_64, "O_ALPHA"), None);
        assert_eq!(open.value_of(Abi::Alpha, "O_LARGEFILE"), Some(0));
        assert_eq!((open.name_of(Abi::Alpha, 0), open.name_of(Abi::Alpha, 3)), (Some("O_RDONLY"), None));
        let mixed = FlagSet::new(&MIXED);
        assert_eq!(mixed.name_of(Abi::Alpha, 20), Some("SIGCHLD"));
        assert_eq!(mixed.value_of(Abi::Alpha, "O_RDWR"), Some(2));
        assert_eq!(open.members(Abi::X86_64).count(), 7);
        assert_eq!(FlagSet::new(&SIGNALS).members(Abi::Alpha).last(), Some(("SIGRT_1", 33)));
        assert!(open.names(Abi::X86_64, 2).is_known() && !open.names(Abi::X86_64, 1 << 40).is_known());
    }

    #[test]
    fn errors_name_the_word_at_fault() {
        let open = FlagSet::new(&OPEN);
        assert_eq!(open.parse(Abi::X86_64, " O_RDWR | 0x40000000|010 "), Ok(0x4000_000a));
        assert_eq!(FlagSet::new(&MIXED).parse(Abi::X86_64, "O_RDWR << 8|TOP"), Ok(1 << 63 | 0x200));
        for (text, word, message) in [
            ("O_RDWR|O_ALPHA", "O_ALPHA", "`O_ALPHA` is no name in `open_flags` on x86_64, only on alpha"),
            ("O_FOO", "O_FOO", "`O_FOO` is no name in `open_flags` on x86_64"),
            ("", "", "a name in `open_flags` or a number is missing; no bits are written `0`"),
            ("1||2", "", "a name in `open_flags` or a number is missing; no bits are written `0`"),
            ("08", "08", "`08` is no number of 64 bits as C writes them: `8`, `010`, `0x8`"),
            ("1<<64", "1<<64", "`1<<64` shifts bits out of a value of 64"),
            ("3<<63", "3<<63", "`3<<63` shifts bits out of a value of 64"),
            ("é", "é", "`é` is no name in `open_flags` on x86_64"),
        ] {
            let error = open.parse(Abi::X86_64, text).unwrap_err();
            assert_eq!((error.word(), &*std::format!("{error}")), (word, message));
        }
        for text in ["0x+1", "-1", "<<1", "1<<", "1<<-1", "1<<1<<1", "0x1_0", "99999999999999999999", "|", "+1", "0x"] {
            assert!(open.parse(Abi::X86_64, text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_set_that_is_built_in_is_whole() {
        let mut last = "";
        for set in FlagSet::all() {
            assert!(last < set.name(), "sets stand in the order of names: {last}, {}", set.name());
            last = set.name();
            assert_eq!(FlagSet::by_name(last), Some(set));
            let lists = set.data.parts.iter().filter_map(|part| match part.holds {
                Holds::Members(list) => Some(list),
                _ => None,
            });
            for list in lists.chain([set.data.members]) {
                let names: usize = list.values.iter().map(|value| usize::from(value.0)).sum();
                assert_eq!(names, list.names.len(), "{last}");
                assert!(list.values.iter().all(|value| usize::from(value.1) < set.data.abis.len()), "{last}");
            }
        }
    }
}
