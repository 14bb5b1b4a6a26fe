//! The form of the generated rows, and all that follows from them while the crate compiles: checks, the number index
//! and the name index of each table.

// Which of these are used depends on the ABIs that are built in; there may be none.
#![allow(dead_code, unused_imports, unused_macros)]

use crate::generated::releases::RELEASES;
use crate::names::{ENTRY_COUNT, NAME_COUNT};

pub(crate) use crate::generated::releases::*;
pub(crate) use crate::names::NONE;

/// One call of one ABI, as integers alone.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    /// The number of the uapi header, base included.
    pub(crate) number: u32,
    /// The line of the name in `names.rs`.
    pub(crate) name: u16,
    /// The lines of the entries in `entries.rs`, or [`NONE`].
    pub(crate) entry: u16,
    pub(crate) compat_entry: u16,
    /// The first and the last release that has it, as places in `releases.rs`.
    pub(crate) first: u8,
    pub(crate) last: u8,
    /// Why nothing is behind it: one of the codes below.
    pub(crate) missing: u8,
    pub(crate) compat_missing: u8,
}

/// A bulk of rows is what the tables weigh.
const _: () = assert!(size_of::<Row>() <= 16);

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

/// A further name of the call with this number.
#[derive(Clone, Copy)]
pub(crate) struct Alias {
    pub(crate) number: u32,
    pub(crate) name: u16,
}

/// One line of a generated table.
#[allow(clippy::too_many_arguments, reason = "the columns of a table")]
pub(crate) const fn row(
    number: u32,
    name: u16,
    entry: u16,
    compat_entry: u16,
    first: u8,
    last: u8,
    missing: u8,
    compat_missing: u8,
) -> Row {
    Row { number, name, entry, compat_entry, first, last, missing, compat_missing }
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
        assert!((row.entry as usize) < ENTRY_COUNT || row.entry == NONE, "an entry is one of entries.rs");
        assert!((row.compat_entry as usize) < ENTRY_COUNT || row.compat_entry == NONE, "an entry is one of entries.rs");
        assert!((row.last as usize) < releases || row.last == NEWEST, "a release is one of releases.rs");
        assert!((row.first as usize) < releases && row.first <= row.last, "the first release is not after the last");
        assert!(row.missing < ABSENT && row.compat_missing <= ABSENT, "a reason is one of those known");
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
            by_number: &INDEX.by_number,
            by_name: &INDEX.by_name,
        };

        pub(crate) const TABLE: crate::Table = crate::Table::new(&DATA);
    };
}
pub(crate) use table;
