//! Sets of the calls of one ABI, one bit each.

use core::fmt;
use core::iter::FusedIterator;
use core::ops::{BitAnd, BitAndAssign, Not, Sub, SubAssign};

use crate::abi::Abi;
use crate::row::MAX_ROWS;
use crate::syscall::Syscall;
use crate::table::Table;

const WORDS: usize = MAX_ROWS / 64;

/// A set of calls of one ABI, for allow lists and trace filters.
///
/// It is a plain value of some 130 bytes, made at compile time with [`of`](SyscallSet::of) or at run time with
/// [`from_names`](SyscallSet::from_names).
///
/// ```
/// # #[cfg(all(feature = "native", target_arch = "x86_64"))] {
/// use syscall_meta::SyscallSet;
/// use syscall_meta::tables::X86_64;
///
/// const BASIC: SyscallSet = SyscallSet::of(X86_64, &["read", "write", "exit_group"]);
/// const FILES: SyscallSet = SyscallSet::of(X86_64, &["openat", "close", "read"]);
/// const ALLOWED: SyscallSet = BASIC.union(&FILES).unwrap();
///
/// assert!(ALLOWED.contains_number(257));
/// let names: Vec<_> = ALLOWED.iter().map(|call| call.name()).collect();
/// assert_eq!(names, ["read", "write", "close", "exit_group", "openat"]);
/// assert_eq!(BASIC & FILES, SyscallSet::of(X86_64, &["read"]));
/// # }
/// ```
///
/// # Two ABIs
///
/// A set has the calls of one ABI, and a call belongs to one ABI, so that `openat` of i386 is never in a set of x86_64.
/// What follows from that is the answer wherever there is one: sets of two ABIs have nothing in common (`&`), taking
/// one from the other takes nothing away (`-`), and [`contains`](SyscallSet::contains) is false. Their union is no set
/// of either: [`union`](SyscallSet::union) is `None`, which is why there is no `|`, and
/// [`insert`](SyscallSet::insert) is an error. [`Syscall::on`] leads from one ABI to the other.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SyscallSet {
    table: Table,
    words: [u64; WORDS],
}

impl SyscallSet {
    /// The set of no call.
    #[inline]
    pub const fn empty(table: Table) -> SyscallSet {
        SyscallSet { table, words: [0; WORDS] }
    }

    /// The set of every call of the table.
    #[inline]
    pub const fn full(table: Table) -> SyscallSet {
        let (mut set, mut row) = (SyscallSet::empty(table), 0);
        while row < table.len() {
            set.words[row / 64] |= 1 << (row % 64);
            row += 1;
        }
        set
    }

    /// The set of the calls with these names (or aliases), for constants: a name that the ABI does not have fails to
    /// compile.
    ///
    /// ```compile_fail
    /// # use syscall_meta::SyscallSet;
    /// # use syscall_meta::tables::X86_64;
    /// const SET: SyscallSet = SyscallSet::of(X86_64, &["raed"]);
    /// ```
    ///
    /// # Panics
    /// Where it is not evaluated at compile time and a name is unknown. [`from_names`](SyscallSet::from_names) is for
    /// names that are not written in the program.
    #[track_caller]
    pub const fn of(table: Table, names: &[&str]) -> SyscallSet {
        let (mut set, mut i) = (SyscallSet::empty(table), 0);
        while i < names.len() {
            match table.by_name(names[i]) {
                Some(call) => set.words[call.row() as usize / 64] |= 1 << (call.row() % 64),
                None => panic!("{}", names[i]),
            }
            i += 1;
        }
        set
    }

    /// The set of the calls with these names (or aliases).
    ///
    /// # Errors
    /// The first name that the ABI does not have.
    ///
    /// ```
    /// # #[cfg(all(feature = "native", target_arch = "x86_64"))] {
    /// use syscall_meta::{SyscallSet, tables};
    ///
    /// let config = "read write raed";
    /// let error = SyscallSet::from_names(tables::X86_64, config.split(' ')).unwrap_err();
    /// assert_eq!(error.name(), "raed");
    /// assert_eq!(error.to_string(), "x86_64 has no call named `raed`");
    /// # }
    /// ```
    pub fn from_names<'n, I>(table: Table, names: I) -> Result<SyscallSet, UnknownName<'n>>
    where
        I: IntoIterator<Item = &'n str>,
    {
        let mut set = SyscallSet::empty(table);
        for name in names {
            let call = table.by_name(name).ok_or(UnknownName { abi: table.abi(), name })?;
            set.set(call.row(), true);
        }
        Ok(set)
    }

    /// The table whose calls it has.
    #[inline]
    pub const fn table(&self) -> Table {
        self.table
    }

    /// The ABI whose calls it has.
    #[inline]
    pub const fn abi(&self) -> Abi {
        self.table.abi()
    }

    /// How many calls it has.
    #[inline]
    pub const fn len(&self) -> usize {
        let (mut len, mut i) = (0, 0);
        while i < WORDS {
            len += self.words[i].count_ones() as usize;
            i += 1;
        }
        len
    }

    /// Whether it has none.
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it has this call; false for calls of another ABI.
    #[inline]
    pub const fn contains(&self, call: Syscall) -> bool {
        self.is_of(call.abi()) && self.has(call.row())
    }

    /// Whether it has the call with this number, in the form of [`Table::get`].
    #[inline]
    pub const fn contains_number(&self, number: u32) -> bool {
        match self.table.get(number) {
            Some(call) => self.has(call.row()),
            None => false,
        }
    }

    /// Whether it has the call that the kernel shows as this number, as [`Table::by_kernel_number`] takes it.
    #[inline]
    pub const fn contains_kernel_number(&self, kernel_number: u32) -> bool {
        match self.table.by_kernel_number(kernel_number) {
            Some(call) => self.has(call.row()),
            None => false,
        }
    }

    /// Adds a call, and tells whether it is new.
    ///
    /// # Errors
    /// Where the call is of another ABI; the set stays as it was.
    #[inline]
    pub fn insert(&mut self, call: Syscall) -> Result<bool, OtherAbi> {
        if !self.is_of(call.abi()) {
            return Err(OtherAbi { expected: self.abi(), call });
        }
        let new = !self.has(call.row());
        self.set(call.row(), true);
        Ok(new)
    }

    /// Adds the call with this number, in the form of [`Table::get`], and tells whether it is new; `None` where the
    /// table has no such number.
    #[inline]
    pub fn insert_number(&mut self, number: u32) -> Option<bool> {
        let call = self.table.get(number)?;
        self.insert(call).ok()
    }

    /// Takes a call away, and tells whether it was there.
    #[inline]
    pub fn remove(&mut self, call: Syscall) -> bool {
        let had = self.contains(call);
        if had {
            self.set(call.row(), false);
        }
        had
    }

    /// Takes the call with this number away, in the form of [`Table::get`], and tells whether it was there.
    #[inline]
    pub fn remove_number(&mut self, number: u32) -> bool {
        self.table.get(number).is_some_and(|call| self.remove(call))
    }

    /// The calls that are in either set, or `None` for sets of two ABIs.
    #[inline]
    pub const fn union(&self, other: &SyscallSet) -> Option<SyscallSet> {
        if !self.is_of(other.abi()) {
            return None;
        }
        let (mut set, mut i) = (*self, 0);
        while i < WORDS {
            set.words[i] |= other.words[i];
            i += 1;
        }
        Some(set)
    }

    /// The calls that are in both sets; none for sets of two ABIs. Also written `&`.
    #[inline]
    pub const fn intersection(&self, other: &SyscallSet) -> SyscallSet {
        let (mut set, mut i) = (SyscallSet::empty(self.table), 0);
        while i < WORDS && self.is_of(other.abi()) {
            set.words[i] = self.words[i] & other.words[i];
            i += 1;
        }
        set
    }

    /// The calls of this set that are not in the other; all of them for sets of two ABIs. Also written `-`.
    #[inline]
    pub const fn difference(&self, other: &SyscallSet) -> SyscallSet {
        let (mut set, mut i) = (*self, 0);
        while i < WORDS && self.is_of(other.abi()) {
            set.words[i] &= !other.words[i];
            i += 1;
        }
        set
    }

    /// The calls of the table that are not in the set. Also written `!`.
    #[inline]
    pub const fn complement(&self) -> SyscallSet {
        SyscallSet::full(self.table).difference(self)
    }

    /// Whether the other set has every call of this one.
    #[inline]
    pub const fn is_subset(&self, other: &SyscallSet) -> bool {
        self.difference(other).is_empty()
    }

    /// Whether the sets have no call in common.
    #[inline]
    pub const fn is_disjoint(&self, other: &SyscallSet) -> bool {
        self.intersection(other).is_empty()
    }

    /// The calls in the order of their numbers.
    #[inline]
    pub const fn iter(&self) -> SetIter {
        SetIter { rest: *self }
    }

    #[inline]
    const fn is_of(&self, abi: Abi) -> bool {
        self.abi() as u8 == abi as u8
    }

    #[inline]
    const fn has(&self, row: u16) -> bool {
        self.words[row as usize / 64] >> (row % 64) & 1 != 0
    }

    #[inline]
    fn set(&mut self, row: u16, value: bool) {
        let (word, bit) = (&mut self.words[row as usize / 64], 1 << (row % 64));
        *word = if value { *word | bit } else { *word & !bit };
    }
}

impl fmt::Debug for SyscallSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

/// The calls that are in both sets: [`SyscallSet::intersection`].
impl BitAnd for SyscallSet {
    type Output = SyscallSet;

    #[inline]
    fn bitand(self, other: SyscallSet) -> SyscallSet {
        self.intersection(&other)
    }
}

impl BitAndAssign for SyscallSet {
    #[inline]
    fn bitand_assign(&mut self, other: SyscallSet) {
        *self = self.intersection(&other);
    }
}

/// The calls of the left set that are not in the right one: [`SyscallSet::difference`].
impl Sub for SyscallSet {
    type Output = SyscallSet;

    #[inline]
    fn sub(self, other: SyscallSet) -> SyscallSet {
        self.difference(&other)
    }
}

impl SubAssign for SyscallSet {
    #[inline]
    fn sub_assign(&mut self, other: SyscallSet) {
        *self = self.difference(&other);
    }
}

/// The calls of the table that are not in the set: [`SyscallSet::complement`].
impl Not for SyscallSet {
    type Output = SyscallSet;

    #[inline]
    fn not(self) -> SyscallSet {
        self.complement()
    }
}

impl IntoIterator for SyscallSet {
    type Item = Syscall;
    type IntoIter = SetIter;

    #[inline]
    fn into_iter(self) -> SetIter {
        self.iter()
    }
}

impl IntoIterator for &SyscallSet {
    type Item = Syscall;
    type IntoIter = SetIter;

    #[inline]
    fn into_iter(self) -> SetIter {
        self.iter()
    }
}

/// The calls of a set in the order of their numbers: [`SyscallSet::iter`].
#[derive(Clone, Debug)]
pub struct SetIter {
    rest: SyscallSet,
}

impl Iterator for SetIter {
    type Item = Syscall;

    #[inline]
    fn next(&mut self) -> Option<Syscall> {
        let (i, word) = self.rest.words.iter_mut().enumerate().find(|(_, word)| **word != 0)?;
        let bit = word.trailing_zeros();
        *word &= *word - 1;
        Some(self.rest.table.row((i * 64) as u16 + bit as u16))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.rest.len(), Some(self.rest.len()))
    }
}

impl DoubleEndedIterator for SetIter {
    #[inline]
    fn next_back(&mut self) -> Option<Syscall> {
        let (i, word) = self.rest.words.iter_mut().enumerate().rfind(|(_, word)| **word != 0)?;
        let bit = 63 - word.leading_zeros();
        *word &= !(1 << bit);
        Some(self.rest.table.row((i * 64) as u16 + bit as u16))
    }
}

impl ExactSizeIterator for SetIter {}

impl FusedIterator for SetIter {}

/// A name that an ABI has no call of: the error of [`SyscallSet::from_names`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownName<'n> {
    abi: Abi,
    name: &'n str,
}

impl<'n> UnknownName<'n> {
    /// The ABI that was asked.
    #[inline]
    pub const fn abi(&self) -> Abi {
        self.abi
    }

    /// The name, as it was given.
    #[inline]
    pub const fn name(&self) -> &'n str {
        self.name
    }
}

impl fmt::Display for UnknownName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} has no call named `{}`", self.abi, self.name)
    }
}

impl core::error::Error for UnknownName<'_> {}

/// A call of another ABI than the set's: the error of [`SyscallSet::insert`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtherAbi {
    expected: Abi,
    call: Syscall,
}

impl OtherAbi {
    /// The ABI of the set.
    #[inline]
    pub const fn expected(&self) -> Abi {
        self.expected
    }

    /// The call that was not added.
    #[inline]
    pub const fn call(&self) -> Syscall {
        self.call
    }
}

impl fmt::Display for OtherAbi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of {} cannot be in a set of {} calls", self.call, self.call.abi(), self.expected)
    }
}

impl core::error::Error for OtherAbi {}
