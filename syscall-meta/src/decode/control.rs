//! Control messages of a socket, read whole: the header of each says where the next one is.

use super::follow::Follow;
use super::tape::{Tape, node};
use crate::memory::Memory;

/// How many bytes of them are read; strace stops there, too.
const MOST: usize = 4096;

impl<M: Memory + ?Sized> Follow<'_, M> {
    pub(super) fn control(&mut self, address: u64, len: u64, tape: &mut Tape) -> bool {
        let mark = tape.open(node::CONTROL);
        tape.u64(address);
        tape.u64(len);
        tape.u32(u32::try_from(self.limits.text).unwrap_or(u32::MAX));
        let len = usize::try_from(len).unwrap_or(usize::MAX).min(MOST).min(self.budget).min(tape.left());
        let read = self.read_whole(address, len, tape);
        read && tape.close(mark)
    }
}
