//! Tables: number → call, name → call, iteration in the order of numbers.

use core::fmt;
use core::iter::FusedIterator;
use core::ops::Range;

use crate::abi::Abi;
use crate::names::{self, NAME_COUNT, NONE};
use crate::row::{Alias, Block, Event, Moment, Older, Prefix, Row};
use crate::syscall::Syscall;

/// What a generated file and `row.rs` make of an ABI.
pub(crate) struct TableData {
    pub(crate) abi: Abi,
    pub(crate) base: u32,
    /// The rows that `by_number` covers; those after them are searched.
    pub(crate) dense_count: u16,
    pub(crate) rows: &'static [Row],
    pub(crate) aliases: &'static [Alias],
    /// By number, then by release.
    pub(crate) older: &'static [Older],
    /// By number.
    pub(crate) moments: &'static [Moment],
    pub(crate) blocks: &'static [Block],
    pub(crate) events: &'static [Event],
    pub(crate) symbols: &'static [Prefix],
    pub(crate) companions: &'static [Prefix],
    pub(crate) registers: &'static [Prefix],
    pub(crate) other_names: &'static [Prefix],
    pub(crate) by_number: &'static [u16],
    pub(crate) by_name: &'static [u16; NAME_COUNT],
}

/// All calls of one ABI, in every kernel release that was read ([`Release::ALL`](crate::Release::ALL)).
///
/// A table is a handle, as cheap as a reference. It comes from [`Abi::table`], or from [`tables`](crate::tables) where
/// the ABI is certain to be built in. No lookup allocates, and none panics.
///
/// ```
/// # #[cfg(all(feature = "native", target_arch = "x86_64"))] {
/// use syscall_meta::tables::X86_64;
///
/// let openat = X86_64.get(257).unwrap();
/// assert_eq!(openat.name(), "openat");
/// assert_eq!(X86_64.by_name("openat"), Some(openat));
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Table {
    data: &'static TableData,
}

impl Table {
    #[allow(dead_code, reason = "no ABI may be built in")]
    #[inline]
    pub(crate) const fn new(data: &'static TableData) -> Table {
        Table { data }
    }

    /// The ABI whose calls these are.
    #[inline]
    pub const fn abi(self) -> Abi {
        self.data.abi
    }

    /// How many calls there are.
    #[inline]
    pub const fn len(self) -> usize {
        self.data.rows.len()
    }

    /// Whether there is none.
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.data.rows.is_empty()
    }

    /// The call with this number, as the ABI's own uapi header has it, base included.
    ///
    /// A number in another form is no call of the table: x86_64's has none with x32's bit 30 and x32's has none without,
    /// those of mips start at 4000, 5000 and 6000, that of arm_oabi at `0x90_0000`. Use
    /// [`by_kernel_number`](Table::by_kernel_number) for numbers that a kernel showed.
    #[inline]
    pub const fn get(self, number: u32) -> Option<Syscall> {
        let place = number.wrapping_sub(self.data.base) as usize;
        if place < self.data.by_number.len() {
            let row = self.data.by_number[place];
            return if row == NONE { None } else { Some(self.row(row)) };
        }
        let mut row = self.data.dense_count;
        while (row as usize) < self.data.rows.len() {
            if self.data.rows[row as usize].number == number {
                return Some(self.row(row));
            }
            row += 1;
        }
        None
    }

    /// The call that a kernel shows as this number in `seccomp_data`, audit records, tracepoints and
    /// `PTRACE_GET_SYSCALL_INFO`.
    ///
    /// It differs from [`get`](Table::get) for arm_oabi alone, whose base the kernel masks away.
    #[inline]
    pub const fn by_kernel_number(self, kernel_number: u32) -> Option<Syscall> {
        match kernel_number.checked_add(self.data.base - self.abi().kernel_number_base()) {
            Some(number) if kernel_number >= self.abi().kernel_number_base() => self.get(number),
            _ => None,
        }
    }

    /// The call with this name, or with this [alias](Syscall::aliases): `openat`, as in `__NR_openat`.
    #[inline]
    pub const fn by_name(self, name: &str) -> Option<Syscall> {
        match names::find(name) {
            Some(id) => self.by_name_id(id),
            None => None,
        }
    }

    /// The calls in the order of their numbers.
    #[inline]
    pub const fn iter(self) -> Syscalls {
        Syscalls { table: self, rows: 0..self.data.rows.len() as u16 }
    }

    #[inline]
    pub(crate) const fn by_name_id(self, id: u16) -> Option<Syscall> {
        match self.data.by_name[id as usize] {
            NONE => None,
            row => Some(self.row(row)),
        }
    }

    #[inline]
    pub(crate) const fn row(self, row: u16) -> Syscall {
        Syscall::new(self, row)
    }

    #[inline]
    pub(crate) const fn data(self) -> &'static TableData {
        self.data
    }
}

/// Tables are equal if they are of one ABI.
impl PartialEq for Table {
    #[inline]
    fn eq(&self, other: &Table) -> bool {
        self.abi() == other.abi()
    }
}

impl Eq for Table {}

impl core::hash::Hash for Table {
    #[inline]
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.abi().hash(state);
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table({})", self.abi())
    }
}

impl IntoIterator for Table {
    type Item = Syscall;
    type IntoIter = Syscalls;

    #[inline]
    fn into_iter(self) -> Syscalls {
        self.iter()
    }
}

/// The calls of a table in the order of their numbers: [`Table::iter`].
#[derive(Clone, Debug)]
pub struct Syscalls {
    table: Table,
    rows: Range<u16>,
}

impl Iterator for Syscalls {
    type Item = Syscall;

    #[inline]
    fn next(&mut self) -> Option<Syscall> {
        self.rows.next().map(|row| self.table.row(row))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rows.size_hint()
    }

    #[inline]
    fn nth(&mut self, n: usize) -> Option<Syscall> {
        self.rows.nth(n).map(|row| self.table.row(row))
    }
}

impl DoubleEndedIterator for Syscalls {
    #[inline]
    fn next_back(&mut self) -> Option<Syscall> {
        self.rows.next_back().map(|row| self.table.row(row))
    }
}

impl ExactSizeIterator for Syscalls {}

impl FusedIterator for Syscalls {}
