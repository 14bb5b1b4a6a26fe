//! What a tracer knows of a program's descriptors, and what that makes of the bytes that go through them.

use super::Slots;
use super::follow::Follow;
use super::tape::{Tape, node};
use crate::habit::Habit;
use crate::kind::Plain;
use crate::meaning;
use crate::memory::Memory;

/// What a descriptor is, as far as it says what the bytes mean that go through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FdKind {
    /// A socket of netlink, with its protocol: the third argument of `socket`.
    Netlink(u32),
}

/// What a tracer knows of a program's descriptors; a closure will do.
///
/// See [`Decoder::enter_knowing`](super::Decoder::enter_knowing).
pub trait Descriptors {
    /// What a descriptor is; `None` where it is not known or nothing of the kinds that there are.
    fn kind(&self, fd: i32) -> Option<FdKind>;
}

impl<F: Fn(i32) -> Option<FdKind> + ?Sized> Descriptors for F {
    fn kind(&self, fd: i32) -> Option<FdKind> {
        self(fd)
    }
}

/// The one protocol whose messages are text without a header (`include/uapi/linux/netlink.h`, `lib/kobject_uevent.c`).
const NETLINK_KOBJECT_UEVENT: u16 = 15;

/// The protocol of netlink in whose messages a call's bytes are.
pub(super) fn netlink<D: Descriptors + ?Sized>(slots: &Slots, descriptors: &D) -> Option<u16> {
    if !matches!(slots.habit, Habit::Through | Habit::Receive) {
        return None;
    }
    let is_fd = |kind: u16| meaning::kind(kind).is_some_and(|kind| kind.0 == Plain::Fd as u8);
    let fd = slots.get().iter().find(|slot| is_fd(slot.kind))?.value()?;
    let FdKind::Netlink(protocol) = descriptors.kind(fd as i32)?;
    u16::try_from(protocol).ok().filter(|protocol| *protocol != NETLINK_KOBJECT_UEVENT)
}

impl<M: Memory + ?Sized> Follow<'_, M> {
    /// Messages of netlink: as many bytes as the limits allow, half of what is left.
    pub(super) fn netlink_messages(&mut self, protocol: u16, address: u64, len: u64, tape: &mut Tape) -> bool {
        let mark = tape.open(node::NETLINK);
        tape.u16(protocol);
        tape.u64(len);
        tape.u32(u32::try_from(self.limits.text).unwrap_or(u32::MAX));
        let most = (self.budget / 2).min(tape.left() / 2);
        let len = usize::try_from(len).unwrap_or(usize::MAX).min(most);
        let read = self.read_whole(address, len, tape);
        read && tape.close(mark)
    }
}
