//! Which call each task is in, as far as that fits into a fixed room.

use syscall_meta::RawCall;

/// The default of `kernel.pid_max`: where ids stay below it, no two tasks meet.
const SLOTS: usize = 1 << 15;

/// A call for each task that is in one. Of two tasks whose ids are equal modulo the number of slots, the later call is kept;
/// the other's end is then told without its arguments.
pub(crate) struct Tasks {
    slots: Vec<Option<(u32, RawCall)>>,
}

impl Tasks {
    pub(crate) fn new() -> Tasks {
        Tasks { slots: vec![None; SLOTS] }
    }

    /// A task enters a call.
    pub(crate) fn enter(&mut self, pid: u32, call: RawCall) {
        self.slots[pid as usize % SLOTS] = Some((pid, call));
    }

    /// The call that a task leaves, where its start was seen. Behind `rt_sigreturn` kernels have lost the number, and tell -1.
    pub(crate) fn exit(&mut self, pid: u32, number: u32) -> Option<RawCall> {
        let slot = &mut self.slots[pid as usize % SLOTS];
        let (_, call) = slot.take_if(|(of, _)| *of == pid)?;
        (call.kernel_number() == number || number == u32::MAX).then_some(call)
    }
}
