//! What was found in a line: the call, and what of the line is to be replaced by what.

use std::ops::Range;

use syscall_meta::{Abi, Audited, ByteOrder, Outcome, RawCall};

/// A call that a line tells of.
pub(crate) struct Record<'l> {
    pub(crate) call: RawCall,
    /// The byte order of its machine, where the line says it.
    pub(crate) order: Option<ByteOrder>,
    /// How it ended, where the line says that.
    pub(crate) outcome: Option<Outcome>,
    /// In the order in which they stand in the line.
    pub(crate) edits: [Option<Edit>; 4],
    pub(crate) source: Source<'l>,
}

/// A piece of a line, and what stands there instead.
pub(crate) type Edit = (Range<usize>, Piece);

/// What stands in a line instead of numbers.
#[derive(Clone, Copy)]
pub(crate) enum Piece {
    /// The name of the ABI.
    Abi,
    /// The name of the call.
    Name,
    /// The call with its arguments.
    Call,
    /// The call and how it ended.
    Returned,
    /// How the call ended.
    Result,
    /// What a filter of seccomp returned.
    Action(u32),
    /// Nothing.
    Nothing,
}

/// Where a line is from.
pub(crate) enum Source<'l> {
    /// The tracepoint before a call.
    Enter(Prefix<'l>),
    /// The tracepoint behind a call.
    Exit(Prefix<'l>),
    /// An audit record of a call.
    Audit,
    /// An audit record of what a filter of seccomp did.
    Seccomp {
        /// What the filter returned.
        code: u32,
    },
}

/// What stands before a tracepoint's name.
#[derive(Clone, Copy, Default)]
pub(crate) struct Prefix<'l> {
    pub(crate) task: Option<&'l [u8]>,
    pub(crate) pid: Option<u32>,
    pub(crate) cpu: Option<u32>,
    pub(crate) time: Option<&'l [u8]>,
}

/// The ABI that a kernel reports so; of two that it does not tell apart, the one that is preferred.
///
/// -1 has x32's bit and every other one, and is no call of any: a tracer put it there, or the kernel has lost the number.
pub(crate) fn abi_of(arch: u32, number: u32, preferred: Option<Abi>) -> Option<Abi> {
    match Abi::from_audit(arch, if number == u32::MAX { 0 } else { number }) {
        Audited::Either(first, second) => Some(if preferred == Some(second) { second } else { first }),
        audited => audited.one(),
    }
}
