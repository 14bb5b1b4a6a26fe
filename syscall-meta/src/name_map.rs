//! Numbers and names of chosen calls on chosen ABIs: what `name_map!` makes.

use core::fmt;

use crate::abi::Abi;

/// Numbers and names of the calls that a program chose, on the ABIs that it chose: what [`name_map!`](crate::name_map)
/// makes.
///
/// It holds the chosen calls alone, and no table is linked for it. No lookup allocates or panics, and both ways can be
/// taken in constants.
///
/// ```
/// # #[cfg(all(feature = "native", target_arch = "x86_64"))] {
/// use syscall_meta::{Abi, name_map};
///
/// name_map! {
///     static NAMES: x86_64, i386;
///     openat, read, %stat
/// }
///
/// assert_eq!(NAMES.name(Abi::X86_64, 257), Some("openat"));
/// assert_eq!(NAMES.number(Abi::I386, "openat"), Some(295));
/// // Not among those chosen, though both ABIs have it.
/// assert_eq!(NAMES.number(Abi::I386, "write"), None);
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct NameMap {
    abis: &'static [AbiNames],
}

/// The part of one ABI.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct AbiNames {
    abi: Abi,
    /// By number; where one has several names, the one to show is first.
    calls: &'static [(u32, &'static str)],
    /// Places of calls, by name.
    by_name: &'static [u16],
}

impl AbiNames {
    #[doc(hidden)]
    pub const fn new(abi: Abi, calls: &'static [(u32, &'static str)], by_name: &'static [u16]) -> AbiNames {
        assert!(calls.len() == by_name.len(), "each call has a name");
        AbiNames { abi, calls, by_name }
    }
}

impl NameMap {
    #[doc(hidden)]
    pub const fn new(abis: &'static [AbiNames]) -> NameMap {
        NameMap { abis }
    }

    /// The name of a number, in the form of [`Table::get`](crate::Table::get).
    pub const fn name(&self, abi: Abi, number: u32) -> Option<&'static str> {
        let Some(of) = self.of(abi) else { return None };
        let (mut low, mut high) = (0, of.calls.len());
        while low < high {
            let middle = (low + high) / 2;
            if of.calls[middle].0 < number {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if low < of.calls.len() && of.calls[low].0 == number { Some(of.calls[low].1) } else { None }
    }

    /// The number of a name.
    pub const fn number(&self, abi: Abi, name: &str) -> Option<u32> {
        let Some(of) = self.of(abi) else { return None };
        let (mut low, mut high) = (0, of.by_name.len());
        while low < high {
            let middle = (low + high) / 2;
            let (number, text) = of.calls[of.by_name[middle] as usize];
            match compare(text.as_bytes(), name.as_bytes()) {
                0 => return Some(number),
                order if order < 0 => low = middle + 1,
                _ => high = middle,
            }
        }
        None
    }

    /// The ABIs, in the order in which they were named.
    pub fn abis(&self) -> impl Iterator<Item = Abi> + use<> {
        self.abis.iter().map(|of| of.abi)
    }

    /// The calls of an ABI as number and name, by number; none for an ABI that is not among those named.
    pub fn iter(&self, abi: Abi) -> impl Iterator<Item = (u32, &'static str)> + use<> {
        self.of(abi).map_or(&[][..], |of| of.calls).iter().copied()
    }

    const fn of(&self, abi: Abi) -> Option<AbiNames> {
        let mut at = 0;
        while at < self.abis.len() {
            if self.abis[at].abi as u8 == abi as u8 {
                return Some(self.abis[at]);
            }
            at += 1;
        }
        None
    }
}

impl fmt::Debug for NameMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calls = self.abis.iter().flat_map(|of| of.calls.iter().map(|(number, name)| ((of.abi, *number), *name)));
        f.debug_map().entries(calls).finish()
    }
}

/// Numbers and names as bytes alone, without a pointer: what [`name_map!`](crate::name_map) makes `as bytes`.
///
/// It is one piece of memory that needs no relocation, as a program for eBPF or a shared page must have it: `CALLS` rows
/// of [`NameRow`], by ABI in the order in which they were named, then by number, each with a name of up to `WIDTH` bytes.
///
/// ```
/// # #[cfg(all(feature = "native", target_arch = "x86_64"))] {
/// use syscall_meta::{Abi, name_map};
///
/// name_map! {
///     pub static NAMES: x86_64 as bytes;
///     openat, read
/// }
///
/// let row = NAMES.row(Abi::X86_64, 257).unwrap();
/// assert_eq!(row.name(), "openat");
/// assert_eq!(row.padded(), b"openat");
/// assert_eq!(NAMES.number(Abi::X86_64, "read"), Some(0));
/// # }
/// ```
#[derive(Clone, Copy)]
#[repr(C)]
pub struct NameBytes<const CALLS: usize, const WIDTH: usize> {
    rows: [NameRow<WIDTH>; CALLS],
}

/// A call in [`NameBytes`].
///
/// In memory: the number in four bytes, the ABI in one (its place in [`Abi::ALL`]), the length of the name in one, and
/// the name with zeros after it. `name_map!` chooses a width that leaves no gap.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct NameRow<const WIDTH: usize> {
    number: u32,
    abi: Abi,
    len: u8,
    name: [u8; WIDTH],
}

impl<const CALLS: usize, const WIDTH: usize> NameBytes<CALLS, WIDTH> {
    #[doc(hidden)]
    pub const fn new(rows: [NameRow<WIDTH>; CALLS]) -> Self {
        NameBytes { rows }
    }

    /// The call with this number, in the form of [`Table::get`](crate::Table::get).
    #[inline]
    pub const fn row(&self, abi: Abi, number: u32) -> Option<&NameRow<WIDTH>> {
        let mut at = 0;
        // From row to row: a verifier follows a loop of so many steps more easily than a search.
        while at < CALLS {
            let row = &self.rows[at];
            if row.number == number && row.abi as u8 == abi as u8 {
                return Some(row);
            }
            at += 1;
        }
        None
    }

    /// The name of a number.
    #[inline]
    pub const fn name(&self, abi: Abi, number: u32) -> Option<&str> {
        match self.row(abi, number) {
            Some(row) => Some(row.name()),
            None => None,
        }
    }

    /// The number of a name.
    pub const fn number(&self, abi: Abi, name: &str) -> Option<u32> {
        let mut at = 0;
        while at < CALLS {
            let row = &self.rows[at];
            if row.abi as u8 == abi as u8 && compare(row.bytes(), name.as_bytes()) == 0 {
                return Some(row.number);
            }
            at += 1;
        }
        None
    }

    /// All rows.
    pub const fn rows(&self) -> &[NameRow<WIDTH>; CALLS] {
        &self.rows
    }
}

impl<const WIDTH: usize> NameRow<WIDTH> {
    #[doc(hidden)]
    pub const fn new(abi: Abi, number: u32, text: &str) -> Self {
        let (text, mut name, mut at) = (text.as_bytes(), [0; WIDTH], 0);
        assert!(text.len() <= WIDTH && WIDTH <= 255, "a name is no longer than the row is wide");
        while at < text.len() {
            name[at] = text[at];
            at += 1;
        }
        NameRow { number, abi, len: text.len() as u8, name }
    }

    /// The number.
    #[inline]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// The ABI.
    #[inline]
    pub const fn abi(&self) -> Abi {
        self.abi
    }

    /// The name.
    #[inline]
    pub const fn name(&self) -> &str {
        match core::str::from_utf8(self.bytes()) {
            Ok(name) => name,
            Err(_) => "",
        }
    }

    /// The name without the zeros after it.
    #[inline]
    pub const fn bytes(&self) -> &[u8] {
        match self.name.split_at_checked(self.len as usize) {
            Some((name, _)) => name,
            None => &[],
        }
    }

    /// The name with zeros after it.
    #[inline]
    pub const fn padded(&self) -> &[u8; WIDTH] {
        &self.name
    }
}

impl<const CALLS: usize, const WIDTH: usize> fmt::Debug for NameBytes<CALLS, WIDTH> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.rows).finish()
    }
}

impl<const WIDTH: usize> fmt::Debug for NameRow<WIDTH> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NameRow({} {} {})", self.abi, self.number, self.name())
    }
}

/// A text that names none of the calls of an enumeration that derives `SyscallName`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseNameError(());

impl ParseNameError {
    #[doc(hidden)]
    pub const fn new() -> ParseNameError {
        ParseNameError(())
    }
}

impl fmt::Display for ParseNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no call of this name is among those chosen")
    }
}

impl core::error::Error for ParseNameError {}

/// The order of byte strings, as the sign of a number; `Ord` is not for constants yet.
const fn compare(a: &[u8], b: &[u8]) -> i32 {
    let mut at = 0;
    while at < a.len() && at < b.len() {
        if a[at] != b[at] {
            return a[at] as i32 - b[at] as i32;
        }
        at += 1;
    }
    (a.len() > b.len()) as i32 - (a.len() < b.len()) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    static MAP: NameMap = NameMap::new(&[
        AbiNames::new(Abi::X86_64, &[(0, "read"), (3, "close"), (7, "a"), (7, "b")], &[2, 3, 1, 0]),
        AbiNames::new(Abi::I386, &[], &[]),
    ]);

    #[test]
    fn both_ways() {
        assert_eq!(
            [0, 1, 3, 7, 8].map(|at| MAP.name(Abi::X86_64, at)),
            [Some("read"), None, Some("close"), Some("a"), None]
        );
        let numbers = ["read", "close", "a", "b", "", "rea", "reads"].map(|name| MAP.number(Abi::X86_64, name));
        assert_eq!(numbers, [Some(0), Some(3), Some(7), Some(7), None, None, None]);
        for abi in [Abi::I386, Abi::Arm] {
            assert_eq!((MAP.name(abi, 0), MAP.number(abi, "read"), MAP.iter(abi).count()), (None, None, 0));
        }
        assert_eq!(MAP.abis().count(), 2);
    }

    #[test]
    fn rows_have_no_gaps() {
        static ROWS: NameBytes<2, 6> =
            NameBytes::new([NameRow::new(Abi::X86_64, 3, "close"), NameRow::new(Abi::X86_64, 0x102, "openat")]);
        assert_eq!((size_of_val(&ROWS), size_of::<NameRow<6>>()), (24, 12));
        assert_eq!(ROWS.name(Abi::X86_64, 0x102), Some("openat"));
        assert_eq!((ROWS.name(Abi::I386, 3), ROWS.number(Abi::X86_64, "close")), (None, Some(3)));
        assert_eq!((ROWS.number(Abi::X86_64, "clos"), ROWS.rows()[0].padded()), (None, b"close\0"));
    }
}
