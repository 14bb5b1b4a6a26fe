//! A byte string from which things are taken; zeros follow it.

use syscall_meta::ByteOrder;

/// The bytes that are left.
pub(super) struct Input<'d>(&'d [u8]);

/// How a word is made, once the memory is known.
#[derive(Clone, Copy, Debug)]
pub(super) enum Word {
    /// As it is.
    Plain(u64),
    /// So many bytes behind the begin of the memory, as often as it takes.
    Inside(u64),
    /// So many bytes before its end.
    BeforeEnd(u64),
}

impl<'d> Input<'d> {
    pub(super) fn new(data: &'d [u8]) -> Input<'d> {
        Input(data)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn take(&mut self, len: usize) -> &'d [u8] {
        let (taken, rest) = self.0.split_at(len.min(self.0.len()));
        self.0 = rest;
        taken
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut all = [0; N];
        for (to, from) in all.iter_mut().zip(self.take(N)) {
            *to = *from;
        }
        all
    }

    pub(super) fn u8(&mut self) -> u8 {
        u8::from_le_bytes(self.array())
    }

    pub(super) fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.array())
    }

    pub(super) fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }

    pub(super) fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.array())
    }

    pub(super) fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[usize::from(self.u8()) % all.len()]
    }

    pub(super) fn order(&mut self) -> ByteOrder {
        if self.u8() & 1 == 0 { ByteOrder::Little } else { ByteOrder::Big }
    }

    /// A limit: the usual one, a small one, none at all.
    pub(super) fn limit(&mut self, usual: usize) -> usize {
        match self.u8() % 8 {
            0 | 1 => usual,
            2 => 0,
            3 => usize::from(self.u8() % 8),
            4 => usize::from(self.u8()),
            5 => usize::from(self.u16()),
            6 => usize::MAX,
            _ => usize::MAX - usize::from(self.u8()),
        }
    }

    /// A word of a call.
    pub(super) fn word(&mut self) -> Word {
        match self.u8() % 10 {
            0 => Word::Plain(0),
            1 => Word::Plain(u64::from(self.u8())),
            2 => Word::Plain(self.u32().into()),
            3 => Word::Plain(self.u64()),
            4 => Word::Plain(u64::MAX - u64::from(self.u8())),
            5 => Word::Plain(1u64.rotate_left(self.u8().into())),
            6 => Word::BeforeEnd(self.u8().into()),
            7 => Word::Inside(0),
            _ => Word::Inside(self.u16().into()),
        }
    }
}
