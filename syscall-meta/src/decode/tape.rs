//! Where decoded values stand: nodes behind each other in the bytes that the caller lends.
//!
//! A node is a tag, the length of what follows, and that; numbers in it are little-endian. A node that does not fit is taken
//! back as a whole. Bytes of the traced program stand in a node as they were read, so that reading is one copy.

/// What a node is.
pub(crate) mod node {
    /// NULL.
    pub(crate) const NULL: u8 = 0;
    /// An address that was not followed: `address u64`.
    pub(crate) const ADDRESS: u8 = 1;
    /// `cut u8, text`
    pub(crate) const TEXT: u8 = 2;
    /// `total u64, bytes`
    pub(crate) const BYTES: u8 = 3;
    /// `layout u16, record u16, decision u16, parameter u16, size u32, bytes`, then `field u16, node` for each pointer that was followed.
    pub(crate) const STRUCT: u8 = 4;
    /// `what u8, cut u8, total u32`, nodes
    pub(crate) const LIST: u8 = 5;
    /// `kind u16, element u8, cut u8, one u8`, elements
    pub(crate) const NUMBERS: u8 = 6;
    /// Bytes of a set of signals.
    pub(crate) const SIGSET: u8 = 7;
    /// `bits u32`, bytes
    pub(crate) const FDSET: u8 = 8;
    /// `bits u32`, bytes
    pub(crate) const BITSET: u8 = 9;
    /// Bytes of a socket address.
    pub(crate) const SOCKADDR: u8 = 10;
    /// `address u64, form u8, count u32`, bytes
    pub(crate) const DIRENTS: u8 = 11;
    /// `address u64, total u64, text u32`, bytes of control messages
    pub(crate) const CONTROL: u8 = 12;
    /// `protocol u16, total u64, text u32`, bytes of messages of netlink
    pub(crate) const NETLINK: u8 = 13;
}

/// In the size of a structure: that is all which the program's form of it has, though layouts know more.
pub(crate) const STRUCT_WHOLE: u32 = 1 << 31;

/// Of entries of a folder: those of `getdents64`; not all of them were read.
pub(crate) const DIRENTS_64: u8 = 1;
pub(crate) const DIRENTS_CUT: u8 = 2;

/// What a list is of.
pub(crate) const LIST_PLAIN: u8 = 0;
pub(crate) const LIST_TEXTS: u8 = 1;

/// Tag and length.
pub(crate) const HEAD: usize = 5;

/// The place at which nodes are written.
pub(crate) struct Tape<'t> {
    buf: &'t mut [u8],
    at: usize,
    full: bool,
}

/// A node that is being written.
#[derive(Clone, Copy)]
pub(crate) struct Mark(usize);

impl<'t> Tape<'t> {
    pub(crate) fn new(buf: &'t mut [u8]) -> Tape<'t> {
        Tape { buf, at: 0, full: false }
    }

    /// What was written, and what is left.
    pub(crate) fn finish(self) -> (&'t mut [u8], &'t mut [u8]) {
        let at = self.at.min(self.buf.len());
        self.buf.split_at_mut(at)
    }

    #[inline]
    pub(crate) fn open(&mut self, tag: u8) -> Mark {
        self.open_with(tag, [])
    }

    /// Begins a node with what stands first in it.
    #[inline]
    pub(crate) fn open_with<const N: usize>(&mut self, tag: u8, first: [u8; N]) -> Mark {
        let mark = Mark(self.at);
        self.bytes(&[tag, 0, 0, 0, 0]);
        self.bytes(&first);
        mark
    }

    /// Ends a node; one that did not fit is taken back, which is told.
    #[inline]
    pub(crate) fn close(&mut self, mark: Mark) -> bool {
        if self.full {
            self.back(mark);
            return false;
        }
        let len = (self.at - mark.0).saturating_sub(HEAD) as u32;
        if let Some(place) = self.buf.get_mut(mark.0 + 1..mark.0 + HEAD) {
            place.copy_from_slice(&len.to_le_bytes());
        }
        true
    }

    /// Takes back what was written since.
    pub(crate) fn back(&mut self, mark: Mark) {
        self.at = mark.0;
        self.full = false;
    }

    /// Where the next byte will stand.
    pub(crate) fn here(&self) -> usize {
        self.at
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark(self.at)
    }

    #[inline]
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        match self.buf.get_mut(self.at..).and_then(|rest| rest.get_mut(..bytes.len())) {
            Some(place) if !self.full => {
                place.copy_from_slice(bytes);
                self.at += bytes.len();
            }
            _ => self.full = true,
        }
    }

    #[inline]
    pub(crate) fn u8(&mut self, value: u8) {
        self.bytes(&[value]);
    }

    #[inline]
    pub(crate) fn u16(&mut self, value: u16) {
        self.bytes(&value.to_le_bytes());
    }

    #[inline]
    pub(crate) fn u32(&mut self, value: u32) {
        self.bytes(&value.to_le_bytes());
    }

    #[inline]
    pub(crate) fn u64(&mut self, value: u64) {
        self.bytes(&value.to_le_bytes());
    }

    /// Puts another value in the place of a number that was written before.
    pub(crate) fn set_u32(&mut self, at: usize, value: u32) {
        if let Some(place) = self.buf.get_mut(at..at.saturating_add(4)) {
            place.copy_from_slice(&value.to_le_bytes());
        }
    }

    pub(crate) fn set_u8(&mut self, at: usize, value: u8) {
        if let Some(place) = self.buf.get_mut(at) {
            *place = value;
        }
    }

    /// Room for so many bytes, which [`take`](Tape::take) keeps; none where that many are not left.
    #[inline]
    pub(crate) fn room(&mut self, len: usize) -> Option<&mut [u8]> {
        if self.full {
            return None;
        }
        self.buf.get_mut(self.at..)?.get_mut(..len)
    }

    /// How many bytes are left.
    pub(crate) fn left(&self) -> usize {
        if self.full { 0 } else { self.buf.len().saturating_sub(self.at) }
    }

    #[inline]
    pub(crate) fn take(&mut self, len: usize) {
        self.at = (self.at + len).min(self.buf.len());
    }

    /// Takes back bytes that were kept last.
    pub(crate) fn take_back(&mut self, len: usize) {
        self.at = self.at.saturating_sub(len);
    }

    /// Bytes that were written.
    pub(crate) fn written(&self, start: usize, len: usize) -> &[u8] {
        self.buf.get(start..start.saturating_add(len).min(self.at)).unwrap_or_default()
    }
}

/// How deep nodes may lie in each other. What was written lies less deep by far; in a buffer that is not the one that was left
/// there may be thousands, for which no stack is made.
const NESTED: u8 = 32;

/// Goes through what a node holds, so deep in others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'b>(pub(crate) &'b [u8], u8);

impl<'b> Reader<'b> {
    #[inline]
    pub(crate) fn new(bytes: &'b [u8]) -> Reader<'b> {
        Reader(bytes, 0)
    }

    #[inline]
    pub(crate) fn take(&mut self, len: usize) -> &'b [u8] {
        let (taken, rest) = self.0.split_at(len.min(self.0.len()));
        self.0 = rest;
        taken
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        self.take(N).try_into().unwrap_or([0; N])
    }

    #[inline]
    pub(crate) fn u8(&mut self) -> u8 {
        u8::from_le_bytes(self.array())
    }

    #[inline]
    pub(crate) fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.array())
    }

    #[inline]
    pub(crate) fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }

    #[inline]
    pub(crate) fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.array())
    }

    /// The next node: its tag and what it holds.
    #[inline]
    pub(crate) fn node(&mut self) -> Option<(u8, Reader<'b>)> {
        if self.0.len() < HEAD || self.1 >= NESTED {
            return None;
        }
        let tag = self.u8();
        let len = self.u32() as usize;
        Some((tag, Reader(self.take(len), self.1 + 1)))
    }
}
