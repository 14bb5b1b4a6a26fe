//! What a few calls do unlike all others: known by name, and looked up by its place, since every call is asked.

use crate::names::{self, NAME_COUNT};
use crate::syscall::Syscall;

/// What a call does that its kinds do not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Habit {
    None,
    /// It writes where it failed, and not where it succeeded: what is left of a sleep.
    Sleep,
    /// It waits for descriptors; what it found stands behind the result.
    Poll,
    Ppoll,
    Select,
    /// A mapping, at a place in a file in bytes.
    Mmap,
    /// The same in pages of 4096 bytes.
    Mmap2,
    /// Its arguments mean something by the operation.
    Futex,
    /// The order of its arguments differs from ABI to ABI.
    Clone,
    /// Its bytes go through a descriptor.
    Through,
    /// The same, and it returns how many messages came.
    Receive,
    /// It returns the mask that holds, where others return the one before.
    Sgetmask,
    /// It takes the number of another call and that one's words.
    Syscall,
}

impl Habit {
    /// Whether all arguments of the call are shown as those of others are.
    #[inline]
    pub(crate) const fn shows_as_usual(self) -> bool {
        !matches!(
            self,
            Habit::Poll | Habit::Ppoll | Habit::Select | Habit::Mmap | Habit::Mmap2 | Habit::Futex | Habit::Clone
        )
    }
}

/// The calls with a habit.
const HABITS: [(Habit, &[&str]); 12] = [
    (Habit::Sleep, &["nanosleep", "clock_nanosleep", "clock_nanosleep_time64"]),
    (Habit::Poll, &["poll"]),
    (Habit::Ppoll, &["ppoll", "ppoll_time64"]),
    (Habit::Select, &["select", "_newselect", "pselect6", "pselect6_time64"]),
    (Habit::Mmap, &["mmap"]),
    (Habit::Mmap2, &["mmap2"]),
    (Habit::Futex, &["futex", "futex_time64"]),
    (Habit::Clone, &["clone", "clone2"]),
    (
        Habit::Through,
        &["read", "readv", "recv", "recvfrom", "recvmsg", "send", "sendmmsg", "sendmsg", "sendto", "write", "writev"],
    ),
    (Habit::Receive, &["recvmmsg", "recvmmsg_time64"]),
    (Habit::Sgetmask, &["sgetmask"]),
    (Habit::Syscall, &["syscall"]),
];

static BY_NAME: [Habit; NAME_COUNT] = by_name();

const fn by_name() -> [Habit; NAME_COUNT] {
    let (mut all, mut i) = ([Habit::None; NAME_COUNT], 0);
    while i < HABITS.len() {
        let (habit, of) = HABITS[i];
        let mut j = 0;
        while j < of.len() {
            match names::find(of[j]) {
                Some(id) => all[id as usize] = habit,
                None => panic!("no ABI has a call of that name"),
            }
            j += 1;
        }
        i += 1;
    }
    all
}

/// The habit of a call.
#[inline]
pub(crate) fn of(call: Syscall) -> Habit {
    of_name(call.name_id())
}

/// The habit of calls of a name.
#[inline]
pub(crate) fn of_name(id: u16) -> Habit {
    BY_NAME.get(usize::from(id)).copied().unwrap_or(Habit::None)
}
