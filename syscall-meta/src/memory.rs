//! A traced program's memory, and the scratch that decoded values point into.

use core::fmt;

/// The memory of a traced program, read at addresses of that program.
///
/// This is all that decoding knows of where bytes come from: a live process, a recording, a core dump, a test.
///
/// # Contract
/// - [`read`](Memory::read) puts bytes from `address` on into the front of `buf`, and returns how many: at least one,
///   at most all of `buf`. It may stop early anywhere, so at the end of a mapping, and the caller asks again from there.
///   An empty `buf` is `Ok(0)`.
/// - Where not even the byte at `address` can be read it returns a [`Fault`].
/// - Addresses do not wrap: nothing is read past `u64::MAX`.
/// - It reads no more than `buf` asks for, and is called a bounded number of times for one decoded call.
/// - No read is atomic, and two reads need not agree: another thread of the program may write between them, as it may
///   between the kernel's own reading and this one. Callers must cope with any bytes.
/// - A caller must cope with a wrong count as well; [`read_exact`](Memory::read_exact) takes one for a fault.
///
/// ```
/// use syscall_meta::{Memory, Region};
///
/// let recorded = [Region::new(0x1000, b"/etc"), Region::new(0x1004, b"/passwd\0")];
/// let mut path = [0; 11];
/// recorded.read_exact(0x1000, &mut path)?;
/// assert_eq!(&path, b"/etc/passwd");
/// assert_eq!(recorded.read(0x2000, &mut path).unwrap_err().address(), 0x2000);
/// # Ok::<(), syscall_meta::Fault>(())
/// ```
pub trait Memory {
    /// Reads bytes from `address` on into the front of `buf`, and returns how many.
    ///
    /// # Errors
    /// A [`Fault`] where the byte at `address` cannot be read.
    fn read(&self, address: u64, buf: &mut [u8]) -> Result<usize, Fault>;

    /// The bytes from `address` on where they lie, for memory that this process holds and that does not change while it is
    /// decoded: a recording, a core dump. As many as lie behind each other, at least one; a shorter piece than
    /// [`read`](Memory::read) would give is as good. `None` says nothing: the caller reads.
    #[inline]
    fn borrow(&self, address: u64) -> Option<&[u8]> {
        let _ = address;
        None
    }

    /// Fills all of `buf` with the bytes from `address` on, by as many [`read`](Memory::read)s as that takes.
    ///
    /// # Errors
    /// A [`Fault`] at the first address that cannot be read. The front of `buf` is overwritten all the same.
    fn read_exact(&self, address: u64, buf: &mut [u8]) -> Result<(), Fault> {
        let mut done = 0;
        while let Some(rest) = buf.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let at = address.checked_add(done as u64).ok_or(Fault::at(u64::MAX))?;
            match self.read(at, rest)? {
                count if (1..=rest.len()).contains(&count) => done += count,
                _ => return Err(Fault::at(at)),
            }
        }
        Ok(())
    }
}

/// An address that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fault {
    address: u64,
}

impl Fault {
    /// A fault at this address.
    #[inline]
    pub const fn at(address: u64) -> Fault {
        Fault { address }
    }

    /// The address.
    #[inline]
    pub const fn address(self) -> u64 {
        self.address
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read the traced program's memory at {:#x}", self.address)
    }
}

impl core::error::Error for Fault {}

impl<M: Memory + ?Sized> Memory for &M {
    #[inline]
    fn read(&self, address: u64, buf: &mut [u8]) -> Result<usize, Fault> {
        (**self).read(address, buf)
    }

    #[inline]
    fn borrow(&self, address: u64) -> Option<&[u8]> {
        (**self).borrow(address)
    }
}

/// No memory: every address faults. For tracers that see words alone.
impl Memory for () {
    #[inline]
    fn read(&self, address: u64, buf: &mut [u8]) -> Result<usize, Fault> {
        if buf.is_empty() { Ok(0) } else { Err(Fault::at(address)) }
    }
}

/// Bytes at an address: a piece of recorded memory. A slice or an array of regions is a memory, too.
///
/// A byte whose address would lie beyond `u64::MAX` is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region<'m> {
    address: u64,
    bytes: &'m [u8],
}

impl<'m> Region<'m> {
    /// The bytes, the first of which lies at `address`.
    #[inline]
    pub const fn new(address: u64, bytes: &'m [u8]) -> Region<'m> {
        Region { address, bytes }
    }

    /// The address of the first byte.
    #[inline]
    pub const fn address(&self) -> u64 {
        self.address
    }

    /// The bytes.
    #[inline]
    pub const fn bytes(&self) -> &'m [u8] {
        self.bytes
    }

    /// The bytes from an address on; none where it lies outside.
    #[inline]
    fn from(&self, address: u64) -> &'m [u8] {
        let offset = address.checked_sub(self.address).and_then(|offset| usize::try_from(offset).ok());
        let bytes = offset.and_then(|offset| self.bytes.get(offset..)).unwrap_or_default();
        let room = usize::try_from(u64::MAX - address).unwrap_or(usize::MAX).saturating_add(1);
        bytes.get(..room).unwrap_or(bytes)
    }
}

impl Memory for Region<'_> {
    #[inline]
    fn read(&self, address: u64, buf: &mut [u8]) -> Result<usize, Fault> {
        core::slice::from_ref(self).read(address, buf)
    }

    #[inline]
    fn borrow(&self, address: u64) -> Option<&[u8]> {
        core::slice::from_ref(self).borrow(address)
    }
}

/// The first region that has the address is read, up to its end.
impl Memory for [Region<'_>] {
    #[inline]
    fn read(&self, address: u64, buf: &mut [u8]) -> Result<usize, Fault> {
        if buf.is_empty() {
            return Ok(0);
        }
        let bytes = self.borrow(address).ok_or(Fault::at(address))?;
        let count = bytes.len().min(buf.len());
        buf[..count].copy_from_slice(&bytes[..count]);
        Ok(count)
    }

    #[inline]
    fn borrow(&self, address: u64) -> Option<&[u8]> {
        self.iter().map(|region| region.from(address)).find(|bytes| !bytes.is_empty())
    }
}

impl<const N: usize> Memory for [Region<'_>; N] {
    #[inline]
    fn read(&self, address: u64, buf: &mut [u8]) -> Result<usize, Fault> {
        self.as_slice().read(address, buf)
    }

    #[inline]
    fn borrow(&self, address: u64) -> Option<&[u8]> {
        self.as_slice().borrow(address)
    }
}

/// Room for the bytes that decoded values point into, lent by the caller.
///
/// What is read from a traced program has to live somewhere, and nothing here allocates. The caller lends a buffer, and
/// values borrow from it for as long as it is lent (`'b`), not from the `Scratch`. Room is handed out from the front and
/// never given back one by one; [`nested`](Scratch::nested) gives back all that was taken through it.
///
/// ```
/// use syscall_meta::Scratch;
///
/// let mut room = [0; 64];
/// let mut scratch = Scratch::new(&mut room);
/// let path = scratch.alloc(11).unwrap();
/// path.copy_from_slice(b"/etc/passwd");
/// let link = scratch.alloc(4).unwrap();
/// assert_eq!(scratch.remaining(), 64 - 11 - 4);
/// assert!(scratch.alloc(50).is_none());
/// assert_eq!((path.len(), link.len()), (11, 4));
/// ```
pub struct Scratch<'b> {
    free: &'b mut [u8],
    /// How many bytes of the buffer stand before these.
    taken: usize,
}

impl<'b> Scratch<'b> {
    /// A scratch with all of the buffer free. What the bytes hold does not matter.
    #[inline]
    pub fn new(buf: &'b mut [u8]) -> Scratch<'b> {
        Scratch { free: buf, taken: 0 }
    }

    /// Takes `len` bytes, with whatever they hold, or `None` where fewer are left; nothing is taken then. No alignment
    /// is promised.
    #[inline]
    pub fn alloc(&mut self, len: usize) -> Option<&'b mut [u8]> {
        if len > self.free.len() {
            return None;
        }
        let (taken, free) = core::mem::take(&mut self.free).split_at_mut(len);
        self.free = free;
        self.taken += len;
        Some(taken)
    }

    /// All that is left, for a decoder that does not know how much it will take; [`give`](Scratch::give) returns the rest.
    #[cfg(any(feature = "decode", feature = "derive"))]
    #[inline]
    pub(crate) fn lend(&mut self) -> &'b mut [u8] {
        core::mem::take(&mut self.free)
    }

    /// Takes back what is left of what was lent; so many bytes before it are taken.
    #[cfg(any(feature = "decode", feature = "derive"))]
    #[inline]
    pub(crate) fn give(&mut self, taken: usize, rest: &'b mut [u8]) {
        self.free = rest;
        self.taken += taken;
    }

    /// How many bytes of the buffer are taken.
    #[cfg(feature = "decode")]
    #[inline]
    pub(crate) fn taken(&self) -> usize {
        self.taken
    }

    /// A scratch over the rest of a buffer, of which so many bytes are taken.
    #[cfg(feature = "decode")]
    pub(crate) fn behind(taken: usize, rest: &'b mut [u8]) -> Scratch<'b> {
        Scratch { free: rest, taken }
    }

    /// How many bytes are left.
    #[inline]
    pub fn remaining(&self) -> usize {
        self.free.len()
    }

    /// A scratch over what is left, for values that need not outlive it: afterwards this one has all of that again.
    #[inline]
    pub fn nested(&mut self) -> Scratch<'_> {
        Scratch { free: self.free, taken: self.taken }
    }
}

impl fmt::Debug for Scratch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scratch").field("remaining", &self.remaining()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_memory_always_faults() {
        assert_eq!(().read(0, &mut []), Ok(0));
        assert_eq!(().read(7, &mut [0]), Err(Fault::at(7)));
        assert_eq!((&&()).read_exact(7, &mut [0]), Err(Fault::at(7)));
    }

    #[test]
    fn regions_read_up_to_their_ends() {
        let memory = [Region::new(10, b"abc"), Region::new(13, b""), Region::new(13, b"de"), Region::new(20, b"f")];
        let mut buf = [0; 8];
        assert_eq!(memory.read(11, &mut buf), Ok(2));
        assert_eq!(&buf[..2], b"bc");
        assert_eq!(memory.read(12, &mut buf[..1]), Ok(1));
        assert_eq!(memory.read(9, &mut buf), Err(Fault::at(9)));
        assert_eq!(memory.read(15, &mut buf), Err(Fault::at(15)));
        assert_eq!(memory.read(15, &mut []), Ok(0));
        assert_eq!(memory.read_exact(10, &mut buf[..5]), Ok(()));
        assert_eq!(&buf[..5], b"abcde");
        assert_eq!(memory.read_exact(10, &mut buf), Err(Fault::at(15)));
        assert_eq!(memory.read_exact(99, &mut []), Ok(()));
        assert_eq!(Region::new(3, b"x").read_exact(3, &mut buf[..1]), Ok(()));
    }

    #[test]
    fn what_is_lent_is_what_is_read() {
        let memory = [Region::new(10, b"abc"), Region::new(13, b""), Region::new(13, b"de"), Region::new(20, b"f")];
        for address in (0..30).chain([u64::MAX]) {
            let mut buf = [0; 8];
            let read = memory.read(address, &mut buf).ok().map(|count| &buf[..count]);
            assert_eq!(memory.borrow(address), read, "{address}");
            assert_eq!((&&memory).borrow(address), read);
        }
        assert_eq!((memory[0].borrow(11), memory[0].borrow(13), ().borrow(11)), (Some(&b"bc"[..]), None, None));
    }

    #[test]
    fn addresses_do_not_wrap() {
        let memory = Region::new(u64::MAX - 1, b"abcd");
        let mut buf = [0; 4];
        assert_eq!(memory.read(u64::MAX - 1, &mut buf), Ok(2));
        assert_eq!(memory.read(0, &mut buf), Err(Fault::at(0)));
        assert_eq!(memory.read_exact(u64::MAX - 1, &mut buf), Err(Fault::at(u64::MAX)));
        assert_eq!(memory.read_exact(u64::MAX, &mut buf[..1]), Ok(()));
    }

    #[test]
    fn a_wrong_count_is_a_fault() {
        struct Wrong(usize);
        impl Memory for Wrong {
            fn read(&self, _: u64, _: &mut [u8]) -> Result<usize, Fault> {
                Ok(self.0)
            }
        }
        for count in [0, 5, usize::MAX] {
            assert_eq!(Wrong(count).read_exact(8, &mut [0; 4]), Err(Fault::at(8)));
        }
        assert_eq!(Wrong(1).read_exact(8, &mut [0; 4]), Ok(()));
    }

    #[test]
    fn scratch_hands_out_each_byte_once() {
        let mut room = [0; 8];
        let mut scratch = Scratch::new(&mut room);
        let (a, b) = (scratch.alloc(3).unwrap(), scratch.alloc(0).unwrap());
        assert_eq!((a.len(), b.len(), scratch.remaining()), (3, 0, 5));
        {
            let mut nested = scratch.nested();
            nested.alloc(4).unwrap().fill(9);
            assert_eq!(nested.remaining(), 1);
        }
        assert_eq!(scratch.remaining(), 5);
        assert!(scratch.alloc(6).is_none() && scratch.alloc(usize::MAX).is_none());
        a.fill(1);
        scratch.alloc(5).unwrap().fill(2);
        assert_eq!(scratch.remaining(), 0);
        assert_eq!(room, [1, 1, 1, 2, 2, 2, 2, 2]);
    }
}
