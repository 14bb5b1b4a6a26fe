//! Memory put together from pieces that were read before.

#[cfg(feature = "std")]
use std::{collections::BTreeMap, vec::Vec};

use crate::memory::{Fault, Memory};

/// Recorded memory: bytes at addresses, of which the latest count where pieces overlap.
///
/// For what does not change, and without an allocator, there is [`Region`](crate::Region).
///
/// ```
/// use syscall_meta::{Memory, RecordedMemory};
///
/// let mut memory = RecordedMemory::new();
/// memory.insert(0x1000, b"/etc/issue\0");
/// memory.insert(0x1005, b"group");
/// let mut path = [0; 11];
/// memory.read_exact(0x1000, &mut path)?;
/// assert_eq!(&path, b"/etc/group\0");
/// # Ok::<(), syscall_meta::Fault>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(docsrs, doc(cfg(feature = "std")))]
pub struct RecordedMemory {
    /// By their first addresses. None is empty, overlaps another or goes beyond the last address.
    pieces: BTreeMap<u64, Vec<u8>>,
}

impl RecordedMemory {
    /// Nothing recorded yet: every address faults.
    pub const fn new() -> RecordedMemory {
        RecordedMemory { pieces: BTreeMap::new() }
    }

    /// Records bytes, the first of which lies at `address`, in the place of those that were there. Bytes whose addresses
    /// would lie beyond `u64::MAX` are left out.
    pub fn insert(&mut self, address: u64, bytes: &[u8]) {
        let room = usize::try_from(u64::MAX - address).unwrap_or(usize::MAX).saturating_add(1);
        let bytes = bytes.get(..room).unwrap_or(bytes);
        let Some(last) = (bytes.len() as u64).checked_sub(1).map(|beyond| address + beyond) else { return };
        // A piece that reaches in from before is cut in two, so that only pieces that begin here are in the way.
        if let Some((start, before)) = self.pieces.range_mut(..address).next_back() {
            let offset = usize::try_from(address - start).unwrap_or(usize::MAX);
            if offset < before.len() {
                let rest = before.split_off(offset);
                self.pieces.insert(address, rest);
            }
        }
        while let Some((start, _)) = self.pieces.range(address..=last).next() {
            let start = *start;
            let mut old = self.pieces.remove(&start).unwrap_or_default();
            let covered = usize::try_from(last - start).unwrap_or(usize::MAX).saturating_add(1);
            if covered < old.len() {
                self.pieces.insert(last + 1, old.split_off(covered));
            }
        }
        self.pieces.insert(address, bytes.to_vec());
    }

    /// Records all that the other one has, in the place of what was there.
    pub fn merge(&mut self, other: &RecordedMemory) {
        for (address, bytes) in other.pieces() {
            self.insert(address, bytes);
        }
    }

    /// The pieces, by their addresses: none is empty and no two overlap, and two may touch.
    pub fn pieces(&self) -> impl Iterator<Item = (u64, &[u8])> {
        self.pieces.iter().map(|(address, bytes)| (*address, bytes.as_slice()))
    }
}

/// A read ends with the piece that has the address.
impl Memory for RecordedMemory {
    fn read(&self, address: u64, buf: &mut [u8]) -> Result<usize, Fault> {
        if buf.is_empty() {
            return Ok(0);
        }
        let bytes = self.borrow(address).ok_or(Fault::at(address))?;
        let count = bytes.len().min(buf.len());
        buf[..count].copy_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn borrow(&self, address: u64) -> Option<&[u8]> {
        let (start, bytes) = self.pieces.range(..=address).next_back()?;
        bytes.get(usize::try_from(address - start).ok()?..).filter(|bytes| !bytes.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_bytes_count_whatever_overlaps() {
        // Against the plain way to say it: one byte an address.
        let mut random = 1_u64;
        let mut below = |end: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % end
        };
        for base in [0, 1000, u64::MAX - 40] {
            let (mut memory, mut plain) = (RecordedMemory::new(), BTreeMap::new());
            for round in 0..if cfg!(miri) { 12 } else { 400 } {
                let (start, bytes) = (base + below(40), std::vec![round as u8; below(20) as usize]);
                memory.insert(start, &bytes);
                for (address, byte) in (start..=u64::MAX).zip(&bytes) {
                    plain.insert(address, *byte);
                }
                let held = memory.pieces().flat_map(|(start, bytes)| (start..=u64::MAX).zip(bytes.iter().copied()));
                assert!(held.eq(plain.iter().map(|(address, byte)| (*address, *byte))), "{base} {round}");
                assert!(memory.pieces().all(|(_, bytes)| !bytes.is_empty()));
                let (at, mut buf) = (base + below(40), [0; 64]);
                let read = memory.read(at, &mut buf).ok().map(|count| &buf[..count]);
                assert_eq!(memory.borrow(at), read, "{at}");
                let mut buf = [0; 8];
                let known = (at..=u64::MAX).take(8).take_while(|address| plain.contains_key(address)).count();
                match memory.read_exact(at, &mut buf) {
                    Ok(()) => assert!((at..=u64::MAX).zip(buf).all(|(address, byte)| plain[&address] == byte)),
                    Err(fault) if known == 0 => assert_eq!(fault, Fault::at(at)),
                    Err(fault) => assert_eq!(fault.address(), at.saturating_add(known as u64)),
                }
            }
            let mut merged = RecordedMemory::new();
            merged.insert(base, &[0xff; 10]);
            merged.merge(&memory);
            assert_eq!(merged.read(base, &mut [0]), Ok(1));
            assert!(memory.pieces().all(|(start, bytes)| {
                let mut read = bytes.to_vec();
                merged.read_exact(start, &mut read).is_ok() && read == bytes
            }));
        }
    }

    #[test]
    fn nothing_is_read_that_was_not_recorded() {
        let mut memory = RecordedMemory::new();
        assert_eq!(memory.read(0, &mut [0]), Err(Fault::at(0)));
        assert_eq!(memory.read(0, &mut []), Ok(0));
        memory.insert(u64::MAX, b"ab");
        memory.insert(5, b"");
        assert_eq!(memory.pieces().collect::<Vec<_>>(), [(u64::MAX, &b"a"[..])]);
        assert_eq!(memory.read(u64::MAX, &mut [0; 2]), Ok(1));
        assert_eq!(memory.read(u64::MAX - 1, &mut [0; 2]), Err(Fault::at(u64::MAX - 1)));
    }
}
