//! The form of the generated rows, and all that follows from them while the crate compiles: checks, the number index
//! and the name index of each table.

// Which of these are used depends on the ABIs that are built in; there may be none.
#![allow(dead_code, unused_imports, unused_macros)]

use crate::generated::releases::RELEASES;
use crate::kernel::KernelVersion;
use crate::names::{ENTRY_COUNT, NAME_COUNT};
use crate::prototype::{CONFIG_COUNT, LIST_COUNT};

pub(crate) use crate::generated::releases::*;
pub(crate) use crate::names::NONE;

/// One call of one ABI, as integers alone.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    /// The number of the uapi header, base included.
    pub(crate) number: u32,
    /// The line of the name in `names.rs`.
    pub(crate) name: u16,
    /// The first and the last release that has it, as places in `releases.rs`.
    pub(crate) first: u8,
    pub(crate) last: u8,
    /// The ways in, as the newest release that has it has them.
    pub(crate) main: SideData,
    pub(crate) compat: SideData,
}

/// One way in.
#[derive(Clone, Copy)]
pub(crate) struct SideData {
    /// The line of the entry in `entries.rs`, or [`NONE`].
    pub(crate) entry: u16,
    /// The list of parameters in `prototypes.rs`, or [`NONE`].
    pub(crate) params: u16,
    /// The line of the condition in `configs.rs`, or [`NO_CONFIG`].
    pub(crate) config: u8,
    /// Why nothing is behind it, one of the codes below, and the bits after them.
    pub(crate) flags: u8,
}

/// A bulk of rows is what the tables weigh.
const _: () = assert!(size_of::<Row>() <= 20);

/// What a row said up to a release, where newer ones say something else.
#[derive(Clone, Copy)]
pub(crate) struct Older {
    pub(crate) number: u32,
    pub(crate) last: u8,
    pub(crate) main: SideData,
    pub(crate) compat: SideData,
}

/// When a call came or went, where more releases were read than the tables describe.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) number: u32,
    /// It went; else it came.
    pub(crate) went: bool,
    /// The last release before.
    pub(crate) before: KernelVersion,
    /// The first release after.
    pub(crate) after: KernelVersion,
}

/// The words behind the one pointer that a call takes.
#[derive(Clone, Copy)]
pub(crate) struct Block {
    pub(crate) number: u32,
    pub(crate) compat: bool,
    pub(crate) params: u16,
}

/// A tracepoint that bears another name than the entry: the line of an entry in `entries.rs`.
#[derive(Clone, Copy)]
pub(crate) struct Event {
    pub(crate) number: u32,
    pub(crate) entry: u16,
}

/// What stands before an entry's name in a symbol, over a range of releases.
#[derive(Clone, Copy)]
pub(crate) struct Prefix {
    pub(crate) first: u8,
    pub(crate) last: u8,
    /// Which entries: bits of [`MAIN`] and [`COMPAT`], [`DEFINED`] and [`COMPAT_DEFINED`], [`NO_PARAMS`].
    pub(crate) of: u8,
    pub(crate) text: &'static str,
    pub(crate) linkage: u8,
    /// In which configurations: in all where it is empty.
    pub(crate) when: &'static str,
}

/// In place of the last release: still there in the newest one, so that a new release leaves the row alone.
pub(crate) const NEWEST: u8 = u8::MAX;

/// Something is behind the entry.
pub(crate) const OK: u8 = 0;
/// The table itself says so: `sys_ni_syscall`, or no entry.
pub(crate) const NI: u8 = 1;
/// The entry has no definition left.
pub(crate) const NO_DEFINITION: u8 = 2;
/// The entry is defined for other architectures only.
pub(crate) const NOT_ON_THIS_ARCH: u8 = 3;
/// The entry is there and always returns `ENOSYS`.
pub(crate) const ALWAYS_ENOSYS: u8 = 4;
/// No kernel serves this ABI as compat, or none has this call there.
pub(crate) const ABSENT: u8 = 5;
/// The bits of the flags that hold one of these codes.
pub(crate) const MISSING: u8 = 7;

/// `SYSCALL_DEFINEn` makes the entry.
pub(crate) const DEFINED: u8 = 8;
/// `COMPAT_SYSCALL_DEFINEn` makes it.
pub(crate) const COMPAT_DEFINED: u8 = 16;
/// It has a tracepoint.
pub(crate) const EVENT: u8 = 32;

/// In a [`Prefix`]: of entries that begin with `sys_`, on the main way and as compat; of those with `compat_sys_`.
pub(crate) const MAIN: u8 = 1;
pub(crate) const COMPAT: u8 = 2;
pub(crate) const COMPAT_ENTRY: u8 = 4;
/// In a [`Prefix`] of a companion: of entries without parameters.
pub(crate) const NO_PARAMS: u8 = 64;

/// Who sees a function.
pub(crate) const GLOBAL: u8 = 0;
pub(crate) const STATIC: u8 = 1;
pub(crate) const INLINE: u8 = 2;

/// In place of a condition: built in every configuration.
pub(crate) const NO_CONFIG: u8 = u8::MAX;

/// In place of a way in that there is not.
pub(crate) const NO_SIDE: SideData = SideData { entry: NONE, params: NONE, config: NO_CONFIG, flags: ABSENT };

/// A further name of the call with this number.
#[derive(Clone, Copy)]
pub(crate) struct Alias {
    pub(crate) number: u32,
    pub(crate) name: u16,
}

/// One line of a generated table.
pub(crate) const fn row(number: u32, name: u16, first: u8, last: u8, main: SideData, compat: SideData) -> Row {
    Row { number, name, first, last, main, compat }
}

/// One way in, in a line of a generated table.
pub(crate) const fn side(entry: u16, params: u16, config: u8, flags: u8) -> SideData {
    SideData { entry, params, config, flags }
}

/// One line of what older releases say.
pub(crate) const fn older(number: u32, last: u8, main: SideData, compat: SideData) -> Older {
    Older { number, last, main, compat }
}

/// One line of when calls came.
pub(crate) const fn came(number: u32, before: (u16, u16), after: (u16, u16)) -> Moment {
    moment(number, false, before, after)
}

/// One line of when calls went.
pub(crate) const fn went(number: u32, before: (u16, u16), after: (u16, u16)) -> Moment {
    moment(number, true, before, after)
}

impl Moment {
    /// Whether a release has the call: `None` between the two, where nobody has looked.
    pub(crate) fn tells(self, version: KernelVersion) -> Option<bool> {
        if version <= self.before {
            Some(self.went)
        } else if version >= self.after {
            Some(!self.went)
        } else {
            None
        }
    }
}

const fn moment(number: u32, went: bool, before: (u16, u16), after: (u16, u16)) -> Moment {
    let (before, after) = (KernelVersion::new(before.0, before.1), KernelVersion::new(after.0, after.1));
    Moment { number, went, before, after }
}

/// One line of a generated list of blocks.
pub(crate) const fn block(number: u32, compat: bool, params: u16) -> Block {
    Block { number, compat, params }
}

/// One line of a generated list of events.
pub(crate) const fn event(number: u32, entry: u16) -> Event {
    Event { number, entry }
}

/// One line of a generated list of symbols.
pub(crate) const fn symbol(first: u8, last: u8, of: u8, text: &'static str) -> Prefix {
    Prefix { first, last, of, text, linkage: GLOBAL, when: "" }
}

/// One line of a generated list of companions.
pub(crate) const fn companion(first: u8, last: u8, of: u8, text: &'static str, linkage: u8) -> Prefix {
    Prefix { first, last, of, text, linkage, when: "" }
}

/// One line of a generated list of functions that take registers: `when` says in which configurations, in all where it
/// is empty.
pub(crate) const fn registers(first: u8, last: u8, of: u8, when: &'static str) -> Prefix {
    Prefix { first, last, of, text: when, linkage: GLOBAL, when: "" }
}

/// One line of a generated list of functions that are another name of a companion, in some configurations.
pub(crate) const fn other_name(first: u8, last: u8, of: u8, text: &'static str, when: &'static str) -> Prefix {
    Prefix { first, last, of, text, linkage: GLOBAL, when }
}

/// One line of a generated list of aliases.
pub(crate) const fn alias(number: u32, name: u16) -> Alias {
    Alias { number, name }
}

/// Numbers this far above the base are found by search instead of by index: the private calls of arm.
const DENSE: u32 = 0x1000;

/// How many rows a table may have: as many as a `SyscallSet` has bits.
pub(crate) const MAX_ROWS: usize = 1024;

/// How many rows lie near the base; they come first.
pub(crate) const fn dense_count(base: u32, rows: &[Row]) -> usize {
    let mut count = rows.len();
    while count > 0 && rows[count - 1].number - base >= DENSE {
        count -= 1;
    }
    count
}

/// How many numbers the index has to hold, from the base on.
pub(crate) const fn index_len(base: u32, rows: &[Row]) -> usize {
    match dense_count(base, rows) {
        0 => 0,
        count => (rows[count - 1].number - base) as usize + 1,
    }
}

/// The row of each number from the base on, and of each name in `names.rs`, or [`NONE`].
pub(crate) struct Index<const N: usize> {
    pub(crate) by_number: [u16; N],
    pub(crate) by_name: [u16; NAME_COUNT],
}

/// Makes the index of a table, and stops the build where the table is not in shape.
pub(crate) const fn index<const N: usize>(base: u32, rows: &[Row], aliases: &[Alias]) -> Index<N> {
    assert!(rows.len() <= MAX_ROWS, "a table has at most MAX_ROWS rows");
    let mut index = Index { by_number: [NONE; N], by_name: [NONE; NAME_COUNT] };
    let (releases, mut next, mut i) = (RELEASES.len(), base, 0);
    while i < rows.len() {
        let row = rows[i];
        assert!(row.number >= next, "rows are sorted by number, each once, from the base on");
        assert!(index.by_name[row.name as usize] == NONE, "a name is that of one row");
        check(row.main);
        check(row.compat);
        assert!((row.last as usize) < releases || row.last == NEWEST, "a release is one of releases.rs");
        assert!((row.first as usize) < releases && row.first <= row.last, "the first release is not after the last");
        assert!(row.main.flags & MISSING != ABSENT, "a call has a main way in");
        index.by_name[row.name as usize] = i as u16;
        if row.number - base < DENSE {
            index.by_number[(row.number - base) as usize] = i as u16;
        }
        next = row.number + 1;
        i += 1;
    }
    let (mut row, mut i) = (0, 0);
    while i < aliases.len() {
        while rows[row].number != aliases[i].number {
            row += 1;
        }
        assert!(index.by_name[aliases[i].name as usize] == NONE, "an alias is the name of one row");
        index.by_name[aliases[i].name as usize] = row as u16;
        i += 1;
    }
    index
}

const fn check(side: SideData) {
    assert!((side.entry as usize) < ENTRY_COUNT || side.entry == NONE, "an entry is one of entries.rs");
    assert!((side.params as usize) < LIST_COUNT || side.params == NONE, "a list is one of prototypes.rs");
    assert!((side.config as usize) < CONFIG_COUNT || side.config == NO_CONFIG, "a condition is one of configs.rs");
    assert!(side.flags & MISSING <= ABSENT, "a reason is one of those known");
}

/// Ends a generated table: checks `ROWS` and `ALIASES`, derives the index, and makes the `TABLE` of them.
macro_rules! table {
    ($abi:ident) => {
        const BASE: u32 = crate::Abi::$abi.number_base();

        static INDEX: Index<{ index_len(BASE, &ROWS) }> = index(BASE, &ROWS, &ALIASES);

        static DATA: crate::table::TableData = crate::table::TableData {
            abi: crate::Abi::$abi,
            base: BASE,
            dense_count: dense_count(BASE, &ROWS) as u16,
            rows: &ROWS,
            aliases: &ALIASES,
            older: &OLDER,
            moments: &MOMENTS,
            blocks: &BLOCKS,
            events: &EVENTS,
            symbols: &SYMBOLS,
            companions: &COMPANIONS,
            registers: &REGISTERS,
            other_names: &OTHER_NAMES,
            by_number: &INDEX.by_number,
            by_name: &INDEX.by_name,
        };

        pub(crate) const TABLE: crate::Table = crate::Table::new(&DATA);
    };
}
pub(crate) use table;
