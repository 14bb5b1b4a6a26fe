//! One call of one ABI: its numbers, names and entries, and since when there is something behind it.

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::iter::FusedIterator;
use core::slice;

use crate::abi::Abi;
use crate::kernel::{KernelVersion, Release, Since, Span, Until};
use crate::names;
use crate::prototype::Params;
use crate::row::{self, Alias, Moment, NEWEST, Older, Row, SideData};
use crate::side::Side;
use crate::table::Table;

/// A system call of one ABI: a row of its [`Table`].
///
/// It is a handle, a reference and a place, compared by ABI and number. Where releases differ, it tells what the newest
/// release that has the call says.
///
/// ```
/// # #[cfg(all(feature = "native", target_arch = "x86_64"))] {
/// use syscall_meta::{Abi, tables};
///
/// let stat = tables::X86_64.by_name("stat").unwrap();
/// assert_eq!(stat.number(), 4);
/// assert_eq!(stat.entry(), Some("sys_newstat"));
/// assert_eq!(stat.on(Abi::I386).unwrap().number(), 106);
/// assert_eq!(stat.to_string(), "stat");
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Syscall {
    table: Table,
    row: u16,
}

impl Syscall {
    /// `row` must be a row of the table.
    #[inline]
    pub(crate) const fn new(table: Table, row: u16) -> Syscall {
        Syscall { table, row }
    }

    /// The table that it is a row of.
    #[inline]
    pub const fn table(self) -> Table {
        self.table
    }

    /// The ABI that it is a call of.
    #[inline]
    pub const fn abi(self) -> Abi {
        self.table.abi()
    }

    /// The number that a program of this ABI passes: `__NR_…` of its uapi header, x32's bit and the bases of mips and
    /// arm_oabi included.
    #[inline]
    pub const fn number(self) -> u32 {
        self.data().number
    }

    /// The number that the kernel shows in `seccomp_data`, audit records, tracepoints and `PTRACE_GET_SYSCALL_INFO`:
    /// the same but for arm_oabi, which is shown without its base.
    #[inline]
    pub const fn kernel_number(self) -> u32 {
        self.number() - self.abi().number_base() + self.abi().kernel_number_base()
    }

    /// The name, as in `__NR_…`: `openat`.
    #[inline]
    pub fn name(self) -> &'static str {
        names::name(self.data().name)
    }

    #[cfg(feature = "decode")]
    #[inline]
    pub(crate) const fn name_id(self) -> u16 {
        self.data().name
    }

    /// The function that its main way in enters and that one's parameters, as places.
    #[cfg(feature = "decode")]
    #[inline]
    pub(crate) const fn ids(self) -> (u16, u16) {
        let main = &self.data().main;
        (main.entry, main.params)
    }

    /// Whether calls of its ABI may have their words in memory.
    #[cfg(feature = "decode")]
    #[inline]
    pub(crate) const fn has_blocks(self) -> bool {
        !self.table.data().blocks.is_empty()
    }

    /// Further names that the ABI's header gives the same number: `getpid` beside `getxpid` on alpha.
    pub fn aliases(self) -> Aliases {
        let number = self.number();
        let aliases = self.table.data().aliases;
        let start = aliases.partition_point(|alias| alias.number < number);
        let end = aliases.partition_point(|alias| alias.number <= number);
        Aliases { aliases: aliases.get(start..end).unwrap_or_default().iter() }
    }

    /// The kernel function that the table names for a program of this ABI: `sys_newstat` for `stat`.
    ///
    /// It is that of the kernel whose own ABI this is, and of the compat side for the ABIs that exist as compat only
    /// ([`Abi::native_arch`] is `None`). `None` where the row names none.
    pub fn entry(self) -> Option<&'static str> {
        names::entry(self.data().main.entry)
    }

    /// The kernel function that serves this call as compat, on a kernel whose own ABI is another: `compat_sys_ioctl`
    /// for `ioctl` of i386. `None` where no kernel does so.
    #[inline]
    pub fn compat_entry(self) -> Option<&'static str> {
        names::entry(self.data().compat.entry)
    }

    /// Whether some configuration of the kernel whose own ABI this is builds something behind the call that does not
    /// always return `ENOSYS`; [`missing`](Syscall::missing) says why not.
    #[inline]
    pub const fn is_implemented(self) -> bool {
        self.missing().is_none()
    }

    /// Why nothing is behind [`entry`](Syscall::entry), or `None` where there is.
    #[inline]
    pub const fn missing(self) -> Option<Missing> {
        Missing::from_code(self.data().main.flags & row::MISSING)
    }

    /// Whether a kernel whose own ABI is another serves this call as compat: whether there is a compat side at all.
    #[inline]
    pub const fn has_compat(self) -> bool {
        self.data().compat.flags & row::MISSING != row::ABSENT
    }

    /// Why nothing is behind [`compat_entry`](Syscall::compat_entry), or `None` where there is, and where there is no
    /// compat side.
    #[inline]
    pub const fn compat_missing(self) -> Option<Missing> {
        Missing::from_code(self.data().compat.flags & row::MISSING)
    }

    /// What it enters on the kernel whose own ABI this is, or on the only kernel that serves it, in the newest release
    /// that has it.
    #[inline]
    pub const fn side(self) -> Side {
        Side::new(self, self.data().main, false, self.span().last)
    }

    /// What it enters on a kernel that serves its ABI as compat. `None` where no kernel does so.
    #[inline]
    pub const fn compat_side(self) -> Option<Side> {
        if self.has_compat() { Some(Side::new(self, self.data().compat, true, self.span().last)) } else { None }
    }

    /// What its entry takes, in the newest release that has it: the parameters of [`side`](Syscall::side).
    pub fn params(self) -> Option<Params> {
        self.side().params()
    }

    /// What it entered in a kernel release. `None` where it was not there, or where the releases that were read do not
    /// tell: between two that differ.
    pub fn side_in(self, version: KernelVersion) -> Option<Side> {
        let (main, _, last) = self.sides_in(version)?;
        Some(Side::new(self, main, false, last))
    }

    /// What it entered as compat in a kernel release, as [`side_in`](Syscall::side_in) tells it.
    pub fn compat_side_in(self, version: KernelVersion) -> Option<Side> {
        let (_, compat, last) = self.sides_in(version)?;
        (compat.flags & row::MISSING != row::ABSENT).then(|| Side::new(self, compat, true, last))
    }

    /// What its entry took in a kernel release: `bpf` has three parameters in 6.12 and five in 7.3.
    pub fn prototype_in(self, version: KernelVersion) -> Option<Params> {
        self.side_in(version)?.params()
    }

    /// The ways in at a release, and the last release that has them so.
    fn sides_in(self, version: KernelVersion) -> Option<(SideData, SideData, usize)> {
        let span = self.span();
        let mut first = span.first;
        for older in self.older() {
            let last = older.last as usize;
            if (Span { first, last }).contains(version, Release::ALL) == Some(true) {
                return Some((older.main, older.compat, last));
            }
            first = last + 1;
        }
        let now = Span { first, last: span.last }.contains(version, Release::ALL) == Some(true);
        now.then(|| (self.data().main, self.data().compat, span.last))
    }

    /// Whether some way in of some release leads to an entry by which a symbol's name ends.
    pub(crate) fn may_have(self, symbol: &str) -> bool {
        let ends = |side: SideData| names::entry(side.entry).is_some_and(|entry| symbol.ends_with(entry));
        let row = self.data();
        ends(row.main) || ends(row.compat) || self.older().iter().any(|older| ends(older.main) || ends(older.compat))
    }

    /// What older releases say of it, oldest first.
    fn older(self) -> &'static [Older] {
        let (number, older) = (self.number(), self.table.data().older);
        let start = older.partition_point(|older| older.number < number);
        let rest = older.get(start..).unwrap_or_default();
        let count = rest.iter().take_while(|older| older.number == number).count();
        rest.get(..count).unwrap_or_default()
    }

    /// Every way in of every release, newest first.
    pub(crate) fn sides(self) -> impl Iterator<Item = Side> {
        let older = self.older();
        let of = move |main: SideData, compat: SideData, last: usize| {
            let has_compat = compat.flags & row::MISSING != row::ABSENT;
            [Some(Side::new(self, main, false, last)), has_compat.then(|| Side::new(self, compat, true, last))]
        };
        let newest = of(self.data().main, self.data().compat, self.span().last);
        newest
            .into_iter()
            .chain(older.iter().rev().flat_map(move |older| of(older.main, older.compat, older.last as usize)))
            .flatten()
    }

    /// Since when the ABI has it.
    pub const fn since(self) -> Since {
        match self.moment(false) {
            Some(came) => Since::between(came.before, came.after),
            None => self.span().since(Release::ALL),
        }
    }

    /// Until when the ABI has it.
    pub const fn until(self) -> Until {
        match self.moment(true) {
            Some(went) => Until::between(went.before, went.after),
            None => self.span().until(Release::ALL),
        }
    }

    /// Whether the ABI has it in a kernel release: `None` where the releases that were read do not tell, which is so
    /// between one that has it and one that has not, and beyond the oldest and the newest.
    pub fn in_release(self, version: KernelVersion) -> Option<bool> {
        let span = self.span();
        if let Some(has) = span.contains(version, Release::ALL) {
            return Some(has);
        }
        // Where two releases differ, those between them may have been read as well.
        if version < Release::ALL[span.first].version() {
            self.moment(false)?.tells(version)
        } else {
            self.moment(true)?.tells(version)
        }
    }

    /// The call of the same name on another ABI, found by an alias of either where the names differ. In what the two
    /// differ, [`Side::differs`] tells.
    ///
    /// `None` where that ABI has none of these names or is not built in.
    pub fn on(self, abi: Abi) -> Option<Syscall> {
        let table = abi.table()?;
        table
            .by_name_id(self.data().name)
            .or_else(|| self.aliases().aliases.find_map(|alias| table.by_name_id(alias.name)))
    }

    #[inline]
    pub(crate) const fn row(self) -> u16 {
        self.row
    }

    #[inline]
    const fn data(self) -> &'static Row {
        &self.table.data().rows[self.row as usize]
    }

    /// When it came or went, where that is known better than by the first and the last release.
    const fn moment(self, went: bool) -> Option<Moment> {
        let (moments, number) = (self.table.data().moments, self.number());
        let mut at = 0;
        while at < moments.len() {
            if moments[at].number == number && moments[at].went == went {
                return Some(moments[at]);
            }
            at += 1;
        }
        None
    }

    #[inline]
    const fn span(self) -> Span {
        let row = self.data();
        let last = if row.last == NEWEST { Release::ALL.len() - 1 } else { row.last as usize };
        Span { first: row.first as usize, last }
    }
}

/// Calls are equal if they are of one ABI and have one number.
impl PartialEq for Syscall {
    #[inline]
    fn eq(&self, other: &Syscall) -> bool {
        (self.abi(), self.row) == (other.abi(), other.row)
    }
}

impl Eq for Syscall {}

/// By ABI, then by number.
impl Ord for Syscall {
    #[inline]
    fn cmp(&self, other: &Syscall) -> Ordering {
        (self.abi(), self.row).cmp(&(other.abi(), other.row))
    }
}

impl PartialOrd for Syscall {
    #[inline]
    fn partial_cmp(&self, other: &Syscall) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Syscall {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.abi(), self.row).hash(state);
    }
}

/// The name.
impl fmt::Display for Syscall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for Syscall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Syscall({} {} {})", self.abi(), self.number(), self.name())
    }
}

/// The further names of a call: [`Syscall::aliases`].
#[derive(Clone)]
pub struct Aliases {
    aliases: slice::Iter<'static, Alias>,
}

impl Iterator for Aliases {
    type Item = &'static str;

    #[inline]
    fn next(&mut self) -> Option<&'static str> {
        self.aliases.next().map(|alias| names::name(alias.name))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.aliases.size_hint()
    }
}

impl ExactSizeIterator for Aliases {}

impl FusedIterator for Aliases {}

impl fmt::Debug for Aliases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// Why a call that has a number does nothing but return `ENOSYS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Missing {
    /// The row says so: its entry is `sys_ni_syscall`, or it has none.
    Ni,
    /// The row names an entry that has no definition left in the tree: `sys_uselib` in 7.x.
    NoDefinition,
    /// The entry is defined for other architectures only: `map_shadow_stack` on alpha.
    NotOnThisArch,
    /// The entry is built and always returns `ENOSYS`: `clone3` on hexagon.
    AlwaysEnosys,
}

impl Missing {
    /// The word for it in the command line's output: `ni`, `no_definition`, `not_on_this_arch`, `always_enosys`.
    #[inline]
    pub const fn as_str(self) -> &'static str {
        match self {
            Missing::Ni => "ni",
            Missing::NoDefinition => "no_definition",
            Missing::NotOnThisArch => "not_on_this_arch",
            Missing::AlwaysEnosys => "always_enosys",
        }
    }

    #[inline]
    pub(crate) const fn from_code(code: u8) -> Option<Missing> {
        match code {
            row::NI => Some(Missing::Ni),
            row::NO_DEFINITION => Some(Missing::NoDefinition),
            row::NOT_ON_THIS_ARCH => Some(Missing::NotOnThisArch),
            row::ALWAYS_ENOSYS => Some(Missing::AlwaysEnosys),
            _ => None,
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::{NAME_COUNT, NONE};
    use crate::row::{NO_SIDE, came, row, went};
    use crate::table::TableData;

    const fn v(major: u16, minor: u16) -> KernelVersion {
        KernelVersion::new(major, minor)
    }

    /// The first two of `RELEASES` are 5.10 and 6.1.
    static DATA: TableData = TableData {
        abi: Abi::X86_64,
        base: 0,
        dense_count: 3,
        rows: &[
            row(0, 0, 0, NEWEST, NO_SIDE, NO_SIDE),
            row(1, 1, 1, NEWEST, NO_SIDE, NO_SIDE),
            row(2, 2, 0, 0, NO_SIDE, NO_SIDE),
        ],
        aliases: &[],
        older: &[],
        moments: &[came(1, (5, 11), (5, 12)), went(2, (5, 13), (5, 15))],
        blocks: &[],
        events: &[],
        symbols: &[],
        companions: &[],
        registers: &[],
        other_names: &[],
        by_number: &[0, 1, 2],
        by_name: &[NONE; NAME_COUNT],
    };

    #[test]
    fn when_a_call_came_and_went_is_told_as_exactly_as_it_is_known() {
        assert_eq!((Release::ALL[0].version(), Release::ALL[1].version()), (v(5, 10), v(6, 1)));
        let table = Table::new(&DATA);
        let [always, came, went] = [0, 1, 2].map(|number| table.get(number).unwrap());
        assert_eq!(always.since(), Since::AtOrBefore(v(5, 10)));
        assert_eq!(came.since(), Since::Exactly(v(5, 12)));
        assert_eq!(went.until(), Until::Between { present: v(5, 13), absent: v(5, 15) });
        let has = |call: Syscall, major, minor| call.in_release(v(major, minor));
        for (version, of_came, of_went) in [
            ((5, 10), Some(false), Some(true)),
            ((5, 11), Some(false), Some(true)),
            ((5, 12), Some(true), Some(true)),
            ((5, 14), Some(true), None),
            ((5, 15), Some(true), Some(false)),
            ((6, 1), Some(true), Some(false)),
        ] {
            assert_eq!(
                (has(came, version.0, version.1), has(went, version.0, version.1)),
                (of_came, of_went),
                "{version:?}"
            );
        }
        // Beyond what was read nobody knows.
        assert_eq!((has(came, 5, 4), has(went, 5, 4), has(came, 99, 0)), (Some(false), None, None));
    }
}
