//! Named sets of constants: what the values of a domain are called on each ABI, and the values of these names.

use core::fmt;
use core::iter::FusedIterator;

use crate::abi::Abi;
use crate::flag_names::{Names, Pieces};
use crate::flag_pool::{L, P, Pool, S, Scan, holds};
use crate::flag_text::ParseFlagsError;
use crate::generated::sets;
use crate::word::Word;

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
    pool: &'static Pool,
    /// The place in the pool.
    at: u16,
}

impl FlagSet {
    /// The set that a pool is made for.
    #[allow(dead_code, reason = "there may be no set")]
    #[inline]
    pub(crate) const fn new(pool: &'static Pool) -> FlagSet {
        FlagSet { pool, at: 0 }
    }

    /// The set at a place of a pool.
    #[cfg(feature = "decode")]
    #[inline]
    pub(crate) const fn of(pool: &'static Pool, at: u16) -> FlagSet {
        FlagSet { pool, at }
    }

    /// The set of this name: `open_flags`. A program that calls this has all sets linked.
    pub fn by_name(name: &str) -> Option<FlagSet> {
        let at = sets::ALL.binary_search_by(|set| set.name().cmp(name)).ok()?;
        sets::ALL.get(at).copied()
    }

    /// Every set, in the order of names. A program that calls this has all of them linked.
    pub fn all() -> impl ExactSizeIterator<Item = FlagSet> + Clone {
        sets::ALL.iter().copied()
    }

    /// Its name: `open_flags`.
    #[inline]
    pub const fn name(self) -> &'static str {
        self.pool.name
    }

    /// What its values are, in a few words.
    #[inline]
    pub const fn title(self) -> &'static str {
        self.pool.title
    }

    /// Whether some bits of a value are a part of their own.
    #[cfg(feature = "decode")]
    #[inline]
    pub(crate) const fn has_parts(self) -> bool {
        self.set().5 > 0
    }

    /// Where it and what it refers to stands.
    #[inline]
    pub(crate) const fn pool(self) -> &'static Pool {
        self.pool
    }

    /// What a generated file says of it.
    #[inline]
    pub(crate) const fn set(self) -> &'static S {
        self.pool.set(self.at)
    }

    /// Its place among all.
    #[inline]
    pub(crate) const fn id(self) -> u16 {
        self.set().0
    }

    /// Whether a value is made of several members; else it is one of them.
    #[inline]
    pub const fn is_flags(self) -> bool {
        self.set().1
    }

    /// The names that make up a value on an ABI, to print or to go through. What has no name is a number among them, so
    /// that nothing of the value is lost.
    #[inline]
    pub const fn names(self, abi: Abi, value: u64) -> Names {
        Names::new(self, abi, value)
    }

    /// The name that is the whole of a value on an ABI: `ENOENT` for 2.
    pub fn name_of(self, abi: Abi, value: u64) -> Option<&'static str> {
        self.word_of(abi, value).map(Word::text)
    }

    #[inline]
    pub(crate) fn word_of(self, abi: Abi, value: u64) -> Option<Word> {
        name_of(self.pool, self.set(), abi, value, DEPTH)
    }

    /// The value of a name on an ABI, where that has it. Names of a part, and of the set that a part refers to, are among
    /// those known; of a part that is shifted, the value is the one of the headers, which is not shifted.
    pub fn value_of(self, abi: Abi, name: &str) -> Option<u64> {
        value_of(self.pool, self.set(), abi, name, DEPTH)
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
        Members { set: self, abi, part: 0, list: self.set().6, scan: Scan::default() }
    }
}

fn name_of(pool: &'static Pool, set: &S, abi: Abi, value: u64, depth: usize) -> Option<Word> {
    let own = pool.named(set, set.6, abi, value).filter(|_| value != 0 || !set.1);
    own.or_else(|| {
        let in_place = |part: &&P| {
            let (mask, shift) = pool.mask(part, abi);
            shift == 0 && mask != 0 && value & !mask == 0
        };
        pool.parts(set).iter().filter(in_place).find_map(|part| match part.3 {
            holds::MEMBERS => pool.named(set, part.5, abi, value),
            holds::SET => name_of(pool, pool.set(part.4), abi, value, depth.checked_sub(1)?),
            _ => None,
        })
    })
}

fn value_of(pool: &'static Pool, set: &S, abi: Abi, name: &str, depth: usize) -> Option<u64> {
    let in_list = |list: L| {
        let (rows, mut scan) = (pool.rows(list), Scan::default());
        while let Some((of, value, whom)) = rows.next(&mut scan) {
            if of.text() == name && pool.has(set, whom, abi) {
                return Some(value);
            }
        }
        None
    };
    in_list(set.6).or_else(|| {
        pool.parts(set).iter().find_map(|part| match part.3 {
            holds::MEMBERS => in_list(part.5),
            holds::SET => value_of(pool, pool.set(part.4), abi, name, depth.checked_sub(1)?),
            _ => None,
        })
    })
}

impl PartialEq for FlagSet {
    fn eq(&self, other: &FlagSet) -> bool {
        // It may stand in several pools.
        self.id() == other.id()
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
    set: FlagSet,
    abi: Abi,
    /// The part whose members come next.
    part: usize,
    list: L,
    scan: Scan,
}

impl Iterator for Members {
    type Item = (&'static str, u64);

    fn next(&mut self) -> Option<(&'static str, u64)> {
        let (pool, set) = (self.set.pool, self.set.set());
        loop {
            let rows = pool.rows(self.list);
            while let Some((name, value, whom)) = rows.next(&mut self.scan) {
                if pool.has(set, whom, self.abi) {
                    return Some((name.text(), value));
                }
            }
            let part = pool.parts(set).get(self.part)?;
            self.part += 1;
            if part.3 == holds::MEMBERS {
                (self.list, self.scan) = (part.5, Scan::default());
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
    use crate::flag_pool::{EACH, NO_MEMBERS, WIDTH};

    const ALL: u64 = u64::MAX;
    const ALPHA: u64 = 1 << Abi::Alpha as u64;

    const OPEN_NAMES: &str = "O_SYNCO_DSYNCO_CLOEXECO_LARGEFILEO_ALPHAO_RDONLYO_WRONLYO_RDWR";

    /// Signals as the low byte of what `clone` takes has them.
    static SIGNALS: Pool = Pool {
        name: "signals",
        title: "a signal",
        sets: &[S(1, false, 0, 3, 0, 0, L(0, 0, 4, 1 | EACH, 0))],
        parts: &[],
        words: &[ALL, ALL ^ ALPHA, ALPHA],
        names: "SIGHUPSIGCHLDSIGRT_1",
        numbers: &[6, 7, 0, 7, 0, 1, 2, 0, 1, 17, 20, 33],
    };

    /// What `open` takes, cut down: `O_SYNC` has a bit of `O_DSYNC`, `O_LARGEFILE` is 0 on alpha.
    static OPEN: Pool = Pool {
        name: "open_flags",
        title: "flags of open",
        sets: &[S(2, true, 0, 3, 0, 1, L(0, 0, 7, 4 | EACH, 0))],
        parts: &[P(3, 1, false, holds::MEMBERS, 0, L(40, 42, 3, 1, 0))],
        words: &[ALL, ALL ^ ALPHA, ALPHA, ALL, 3],
        names: OPEN_NAMES,
        numbers: OPEN_NUMBERS,
    };

    const OPEN_NUMBERS: &[u8] = b"\
        \x06\x07\x09\0\x0b\0\x07\
        \0\0\x01\x02\x01\x02\x02\
        \0\x10\x10\0\
        \0\x10\0\0\
        \0\0\x08\0\
        \0\0\x20\0\
        \0\x80\0\0\
        \0\0\0\0\
        \0\x40\0\0\
        \x08\x08\x06\0\x01\x02";

    /// A signal, a set of flags above it, and numbers. The sets that it refers to stand behind it.
    static MIXED: Pool = Pool {
        name: "mixed",
        title: "parts of each kind",
        sets: &[
            S(0, true, 0, 1, 0, 6, L(62, 48, 1, 8, 0)),
            S(1, false, 0, 3, 0, 0, L(65, 57, 4, 1 | EACH, 0)),
            S(2, true, 0, 3, 6, 1, L(0, 0, 7, 4 | EACH, 0)),
        ],
        parts: &[
            P(3, 1, false, holds::SET, 1, NO_MEMBERS),
            P(5, 1, true, holds::SET, 2, NO_MEMBERS),
            P(7, 1, true, holds::OCTAL, 0, NO_MEMBERS),
            P(9, 1, false, holds::HEXADECIMAL, 0, NO_MEMBERS),
            P(11, 1, true, holds::DECIMAL, 0, NO_MEMBERS),
            P(0, 0, true, holds::DECIMAL, 0, NO_MEMBERS),
            P(13, 1, false, holds::MEMBERS, 0, L(40, 42, 3, 1, 0)),
        ],
        words: &[
            ALL,
            ALL ^ ALPHA,
            ALPHA,
            ALL,
            0xff,
            ALL,
            0xffff_ff00,
            ALL,
            0x1ff << 32,
            ALL,
            0xf << 48,
            ALL,
            0xf << 52,
            ALL,
            3,
        ],
        names: "O_SYNCO_DSYNCO_CLOEXECO_LARGEFILEO_ALPHAO_RDONLYO_WRONLYO_RDWRTOPSIGHUPSIGCHLDSIGRT_1",
        numbers: b"\
            \x06\x07\x09\0\x0b\0\x07\
            \0\0\x01\x02\x01\x02\x02\
            \0\x10\x10\0\
            \0\x10\0\0\
            \0\0\x08\0\
            \0\0\x20\0\
            \0\x80\0\0\
            \0\0\0\0\
            \0\x40\0\0\
            \x08\x08\x06\0\x01\x02\
            \x03\0\0\0\0\0\0\0\x80\
            \x06\x07\0\x07\0\x01\x02\0\x01\x11\x14\x21",
    };

    /// A set that refers to itself has an end.
    static ENDLESS: Pool = Pool {
        name: "endless",
        title: "itself again",
        sets: &[S(3, true, 0, 1, 0, 1, L(0, 0, 1, 1, 0))],
        parts: &[P(1, 1, true, holds::SET, 0, NO_MEMBERS)],
        words: &[ALL, ALL, !1],
        names: "ONE",
        numbers: &[3, 1],
    };

    const SETS: [FlagSet; 4] =
        [FlagSet::new(&SIGNALS), FlagSet::new(&OPEN), FlagSet::new(&MIXED), FlagSet::new(&ENDLESS)];

    fn shown(set: &'static Pool, abi: Abi, value: u64) -> std::string::String {
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
            let pool = set.pool;
            assert!((0..pool.sets.len()).all(|at| FlagSet::all().any(|set| set.id() == pool.sets[at].0)), "{last}");
            for set in pool.sets {
                let parts = pool.parts(set);
                assert_eq!(parts.len(), usize::from(set.5), "{last}");
                let inner = parts.iter().filter(|part| part.3 == holds::SET);
                assert!(inner.clone().all(|part| usize::from(part.4) < pool.sets.len()), "{last}");
                for list in parts.iter().map(|part| part.5).chain([set.6]) {
                    let rows = pool.rows(list);
                    let (mut scan, mut count) = (Scan::default(), 0);
                    while let Some((name, value, whom)) = rows.next(&mut scan) {
                        assert!(!name.text().is_empty() && whom < set.3, "{last}");
                        let (len, of, is) = pool.row(list, count);
                        assert!((of, is) == (whom, value) && (len == 0 || usize::from(len) == name.len()), "{last}");
                        assert_eq!((rows.value(count), rows.name(count)), (Some(value), Some(name)), "{last}");
                        count += 1;
                    }
                    assert_eq!((count, rows.lens.len()), (list.2.into(), list.2.into()), "{last}");
                    assert!([1, 2, 4, 8].contains(&(list.3 & WIDTH)), "{last}");
                }
            }
        }
    }
}
