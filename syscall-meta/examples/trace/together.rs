//! One processor for the tracer and the thread that it serves, while that thread alone stops.
//!
//! The two never run at the same time then: one waits for the other. On one processor, the switch from one to the other is
//! all that a stop takes; on two, each stop wakes a processor that has just gone to sleep, twice, which takes several times
//! as long. A program does not get to see it: it has the processors that it had before any call that shows them or hands them on
//! to another thread, and before it opens anything in `/proc`, unless it runs past the filter of chosen calls there. A thread that
//! is not served alone has its own, too.
//!
//! A tracer that is killed without a chance leaves a thread where it is: the kernel has no call for that.

use std::io::{self, Write};

use syscall_meta::{Entered, RawCall, SyscallSet, Value};

use crate::choice::{self, ABIS};
use crate::sys::{self, Processors};

/// So many stops without one of another thread make a thread the only one.
const ALONE: u32 = 32;
/// After so many, the scheduler has its choice again: the processor may have got other work.
const FOR: u32 = 1 << 16;

/// Calls that show the processors of a thread, set them, or hand them on to another.
const CONCERNED: [&str; 9] = [
    "sched_getaffinity",
    "sched_setaffinity",
    // A deadline is for threads that may run anywhere.
    "sched_setattr",
    "clone",
    "clone3",
    "fork",
    "vfork",
    // The thread may have another id afterwards.
    "execve",
    "execveat",
];

/// Calls that open what may tell of a thread's processors.
const OPENING: [&str; 3] = ["open", "openat", "openat2"];

/// Which thread has stopped last, how often, and whether it shares the tracer's processor.
pub(crate) struct Together {
    concerned: Vec<SyscallSet>,
    opening: Vec<SyscallSet>,
    /// What is there for who asks for all.
    all: Option<Processors>,
    pid: i32,
    stops: u32,
    shared: Option<Shared>,
}

/// What the two had before, and have now.
struct Shared {
    ours: Processors,
    theirs: Processors,
    one: Processors,
}

impl Together {
    pub(crate) fn new() -> Together {
        let sets = |names: &[&str]| {
            let tables = ABIS.iter().filter_map(|abi| abi.table());
            tables.map(|table| choice::set(table, |call| names.contains(&call.name()))).collect()
        };
        let (concerned, opening) = (sets(&CONCERNED), sets(&OPENING));
        Together { concerned, opening, all: all(), pid: 0, stops: 0, shared: None }
    }

    /// Calls that [`Together::begins`] has to be told of.
    pub(crate) fn concerned(&self) -> &[SyscallSet] {
        &self.concerned
    }

    /// A thread has stopped, and is to go on.
    pub(crate) fn stopped(&mut self, pid: i32) {
        if pid != self.pid || self.stops == FOR {
            self.part();
            self.pid = pid;
        }
        self.stops += 1;
        if self.stops == ALONE {
            self.shared = share(pid);
        }
    }

    /// A thread that has stopped is about to make a call.
    pub(crate) fn begins(&mut self, raw: &RawCall) {
        if self.shared.is_some() && choice::is_in(&self.concerned, raw) {
            self.part();
        }
    }

    /// A thread that has stopped is about to make a call, which is known in full.
    pub(crate) fn opens(&mut self, entered: &Entered<'_>) {
        if self.shared.is_some() && choice::is_in(&self.opening, entered.raw()) {
            let is_proc = |value| matches!(value, Value::Text(path) if path.bytes().starts_with(b"/proc/"));
            if entered.args().any(|arg| arg.value().is_some_and(is_proc)) {
                self.part();
            }
        }
    }

    /// A thread has ended.
    pub(crate) fn ended(&mut self, pid: i32) {
        if pid == self.pid {
            // Its id may be somebody else's.
            self.pid = 0;
            self.part();
        }
    }

    /// Gives both back what they had.
    pub(crate) fn part(&mut self) {
        self.stops = 0;
        let Some(shared) = self.shared.take() else { return };
        // Who had all has those, too, that are yet to come.
        let all = self.all;
        let had = |processors| if Some(processors) == all { Processors::ALL } else { processors };
        give(0, &had(shared.ours));
        // What somebody else has given it since, it keeps.
        if self.pid != 0 && sys::processors(self.pid).is_some_and(|now| now == shared.one) {
            give(self.pid, &had(shared.theirs));
        }
    }
}

impl Drop for Together {
    fn drop(&mut self) {
        self.part();
    }
}

/// What the kernel gives who asks for all.
fn all() -> Option<Processors> {
    let ours = sys::processors(0)?;
    sys::set_processors(0, &Processors::ALL).ok()?;
    let all = sys::processors(0);
    if all != Some(ours) {
        give(0, &ours);
    }
    all
}

/// Lets a thread run where it did, the tracer where it is 0.
fn give(pid: i32, processors: &Processors) {
    match sys::set_processors(pid, processors) {
        Err(error) if error.raw_os_error() != Some(libc::ESRCH) => {
            let who = if pid == 0 { "the tracer".to_string() } else { format!("process {pid}") };
            let _ = writeln!(io::stderr(), "trace: {who} stays on one processor: {error}");
        }
        // One that is gone in the meantime needs none.
        _ => {}
    }
}

/// Keeps a thread and the tracer on the processor that the tracer is on; none where the thread may not run there, or the tracer
/// may not say.
fn share(pid: i32) -> Option<Shared> {
    let (ours, theirs) = (sys::processors(0)?, sys::processors(pid)?);
    let one = theirs.only(sys::processor()?)?;
    sys::set_processors(pid, &one).ok()?;
    if sys::set_processors(0, &one).is_err() {
        give(pid, &theirs);
        return None;
    }
    Some(Shared { ours, theirs, one })
}
