//! A call's words and the memory of its program → typed values, when it starts and when it has returned.

mod control;
mod descriptors;
mod follow;
mod length;
mod slots;
pub(crate) mod tape;

use core::fmt;

use crate::abi::{Abi, ByteOrder};
use crate::call::RawCall;
use crate::habit::Habit;
use crate::kind::{Kind, Plain, Returns};
use crate::limits::Limits;
use crate::meaning::{IN, NO, OUT, tag};
use crate::memory::{Memory, Scratch};
use crate::names;
use crate::outcome::Outcome;
use crate::prototype::{self, ParamData};
use crate::side::Side;
use crate::syscall::Syscall;
use crate::value::{Number, Place, Value, is_pointer};
use crate::word::Word;

pub use descriptors::{Descriptors, FdKind};
pub(crate) use follow::CHUNK;
use follow::{Follow, Phase};
pub(crate) use slots::{Decides, Slots, choose_all, kind_at};

/// How many arguments a call can have.
pub(crate) const MAX_ARGS: usize = 8;

/// Turns words into values: [`enter`](Decoder::enter) when a call starts, [`Entered::exit`] when it has returned.
///
/// ```
/// # #[cfg(all(feature = "native", target_arch = "x86_64"))] {
/// use syscall_meta::{Abi, Decoder, Outcome, RawCall, Region, Scratch};
///
/// let memory = [Region::new(0x1000, b"/etc/ld.so.cache\0")];
/// let call = RawCall::new(Abi::X86_64, 257, [0xffff_ff9c, 0x1000, 0x8_0000, 0, 0, 0]);
/// let mut room = [0; 4096];
/// let mut scratch = Scratch::new(&mut room);
///
/// let entered = Decoder::new().enter(&call, &memory, &mut scratch);
/// let done = entered.exit(Outcome::from_word(Abi::X86_64, 3), &memory, &mut scratch);
/// assert_eq!(done.to_string(), r#"openat(AT_FDCWD, "/etc/ld.so.cache", O_RDONLY|O_CLOEXEC) = 3"#);
/// # }
/// ```
///
/// # What a second reading can promise
///
/// The kernel reads a program's memory itself, at a moment that no tracer sees; what is read here is read again. Another
/// thread, or whoever shares the memory, may change it in between, so that what is shown need not be what the kernel acted
/// on: nothing that is decided on these values is safe against a program that does not want it (for seccomp's user
/// notifications, see `SECCOMP_USER_NOTIF_FLAG_CONTINUE` in `include/uapi/linux/seccomp.h`). What the kernel reads has to be
/// read when the call starts: afterwards the call itself may have written there (`in-out`), the memory may be another
/// program's (`execve`) or gone (`munmap`). What it writes is there only when it has returned.
///
/// Whatever words and memory hold, decoding ends: what it reads is bounded by [`Limits`] and by the scratch, and it never
/// panics.
#[derive(Clone, Copy, Debug, Default)]
pub struct Decoder {
    limits: Limits,
    order: Option<ByteOrder>,
    compat: bool,
}

impl Decoder {
    /// One with default limits.
    pub const fn new() -> Decoder {
        Decoder { limits: Limits::DEFAULT, order: None, compat: false }
    }

    /// One with these limits.
    pub const fn with_limits(self, limits: Limits) -> Decoder {
        Decoder { limits, ..self }
    }

    /// One for a machine of this byte order, where an ABI has both; else it is the ABI's usual one.
    pub const fn with_byte_order(self, order: ByteOrder) -> Decoder {
        Decoder { order: Some(order), ..self }
    }

    /// One that takes the prototypes of the compat side, where a call has one: those of the functions that a 64-bit kernel
    /// enters for a 32-bit program. What the program passes is the same but in a few calls.
    pub const fn with_compat(self, compat: bool) -> Decoder {
        Decoder { compat, ..self }
    }

    /// How far memory is read.
    #[inline]
    pub(crate) const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether it takes the prototypes of the compat side.
    #[inline]
    pub(crate) const fn takes_compat(&self) -> bool {
        self.compat
    }

    /// The byte order of the machine for an ABI.
    #[inline]
    pub(crate) fn order(&self, abi: Abi) -> ByteOrder {
        self.order.unwrap_or_else(|| abi.usual_order())
    }

    /// What is known of a call when it starts: all but what the kernel will write.
    pub fn enter<'b, M: Memory + ?Sized>(&self, call: &RawCall, memory: &M, scratch: &mut Scratch<'b>) -> Entered<'b> {
        self.enter_knowing(call, memory, &|_| None, scratch)
    }

    /// As [`enter`](Decoder::enter), with what the tracer knows of the program's descriptors: the bytes that go through a
    /// socket of netlink are decoded as messages, at both ends of the call.
    pub fn enter_knowing<'b, M: Memory + ?Sized, D: Descriptors + ?Sized>(
        &self,
        call: &RawCall,
        memory: &M,
        descriptors: &D,
        scratch: &mut Scratch<'b>,
    ) -> Entered<'b> {
        let mut entered = Entered::NONE;
        self.begin(&mut entered, call, memory, descriptors, scratch);
        entered
    }

    /// A call of which both ends are known, for as long as somebody looks at it: it is large, and not moved.
    #[inline]
    pub(crate) fn both_ends<M: Memory + ?Sized, N: Memory + ?Sized, R>(
        &self,
        call: &RawCall,
        outcome: Outcome,
        (before, after): (&M, &N),
        scratch: &mut Scratch<'_>,
        look: impl FnOnce(&Decoded<'_>) -> R,
    ) -> R {
        let mut decoded = Decoded { entered: Entered::NONE, after: Nodes::NONE, outcome: Some(outcome) };
        self.begin(&mut decoded.entered, call, before, &|_| None, scratch);
        if decoded.entered.is_written(outcome) {
            decoded.entered.written(outcome, after, scratch, &mut decoded.after);
        }
        look(&decoded)
    }

    #[inline]
    fn begin<'b, M: Memory + ?Sized, D: Descriptors + ?Sized>(
        &self,
        entered: &mut Entered<'b>,
        call: &RawCall,
        memory: &M,
        descriptors: &D,
        scratch: &mut Scratch<'b>,
    ) {
        let order = self.order(call.abi());
        (entered.call, entered.limits, entered.order) = (*call, self.limits, order);
        let Some(of) = call.syscall() else { return };
        let slots = &mut entered.slots;
        slots.fill(of, self.compat, call, order, memory);
        entered.is_behind = slots.behind != NO || slots.call != Some(of);
        entered.netlink = descriptors::netlink(slots, descriptors);
        if slots.directions & IN != 0 {
            let mut follow = Follow::new((slots, call.abi()), self.limits, order, memory, Phase::Entry, &Nodes::NONE);
            follow.netlink = entered.netlink;
            follow.arguments(scratch, &mut entered.before);
        }
        entered.taken = scratch.taken();
    }
}

/// An argument: what its words hold, and what they mean. Small, since a call has eight of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    word: u64,
    /// The place of the parameter among all.
    param: u16,
    pub(crate) kind: u16,
    /// A decision that says which fields of what it points to matter.
    pub(crate) fields: u16,
    /// What its kind is.
    pub(crate) tag: u8,
    /// Who reads and writes what it leads to, as kinds have it; [`KNOWN`] and [`HALVES`].
    bits: u8,
}

/// Of a slot: what its words hold is known.
const KNOWN: u8 = 0x80;
/// The parameter is a half of it.
const HALVES: u8 = 0x40;

impl Slot {
    pub(crate) const NONE: Slot = Slot { word: 0, param: NO, kind: NO, fields: NO, tag: tag::NOTHING, bits: 0 };

    /// What its words hold, where these are known.
    #[inline]
    pub(crate) const fn value(&self) -> Option<u64> {
        if self.bits & KNOWN != 0 { Some(self.word) } else { None }
    }

    /// Who reads and writes what it leads to.
    #[inline]
    pub(crate) const fn direction(&self) -> u8 {
        self.bits & !(KNOWN | HALVES)
    }

    /// Whether the kernel does not look at it.
    #[inline]
    pub(crate) const fn is_unused(&self) -> bool {
        self.tag == Plain::Unused as u8
    }

    /// What the kernel's C says of it.
    #[inline]
    pub(crate) fn param(&self) -> ParamData {
        prototype::param_data(self.param, self.bits & HALVES != 0)
    }

    /// The number, where it is one on an ABI and leads to nothing.
    #[inline]
    pub(crate) fn number(&self, abi: Abi) -> Option<Number> {
        if self.bits & KNOWN == 0 || self.tag >= tag::PATH {
            return None;
        }
        let param = self.param();
        if is_pointer(self.tag, param.is_pointer()) {
            return None;
        }
        Some(Number::new(self.kind, param.bits(abi) as u8, param.is_signed(), self.word, abi))
    }

    /// The name of its parameter, as a place.
    #[inline]
    pub(crate) fn name(&self) -> u16 {
        self.param().name()
    }
}

/// An integer of 1 to 8 bytes.
#[inline]
pub(crate) fn integer(bytes: &[u8], order: ByteOrder) -> u64 {
    // Most are of these sizes.
    let little = match bytes.len() {
        8 => bytes.first_chunk().map(|all| u64::from_le_bytes(*all)),
        4 => bytes.first_chunk().map(|all| u64::from(u32::from_le_bytes(*all))),
        2 => bytes.first_chunk().map(|all| u64::from(u16::from_le_bytes(*all))),
        _ => None,
    };
    let little = little.unwrap_or_else(|| bytes.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte)));
    match order {
        ByteOrder::Little => little,
        ByteOrder::Big => little.swap_bytes() >> (64 - 8 * bytes.len().clamp(1, 8)),
    }
}

/// What was read for arguments: nodes behind each other, of which an argument may have none.
#[derive(Clone, Copy)]
pub(crate) struct Nodes<'b> {
    bytes: &'b [u8],
    /// Where each argument's starts and ends.
    places: [(u32, u32); MAX_ARGS],
}

impl<'b> Nodes<'b> {
    pub(crate) const NONE: Nodes<'static> = Nodes { bytes: &[], places: [(0, 0); MAX_ARGS] };

    /// The node of an argument, or nothing.
    #[inline]
    pub(crate) fn get(&self, at: usize) -> &'b [u8] {
        let (start, end) = self.places.get(at).copied().unwrap_or_default();
        if end == 0 { &[] } else { self.bytes.get(start as usize..end as usize).unwrap_or_default() }
    }
}

/// A call that has started. It borrows from the scratch's buffer, not from the scratch.
#[derive(Clone, Copy)]
pub struct Entered<'b> {
    call: RawCall,
    limits: Limits,
    order: ByteOrder,
    slots: Slots,
    before: Nodes<'b>,
    /// How many bytes of the scratch's buffer were taken when all was read.
    taken: usize,
    /// Whether it is another call than the one by which it came.
    is_behind: bool,
    /// The protocol of netlink in whose messages its bytes are.
    netlink: Option<u16>,
}

/// A call that has started, without the borrow of its buffer: what a tracer keeps beside the buffer while the call runs.
///
/// ```
/// # #[cfg(all(feature = "native", target_arch = "x86_64"))] {
/// use syscall_meta::{Abi, Decoder, Kept, Outcome, RawCall, Region, Scratch};
///
/// struct Thread { buffer: Vec<u8>, call: Option<Kept> }
///
/// let memory = [Region::new(0x1000, b"/tmp\0")];
/// let mut thread = Thread { buffer: vec![0; 4096], call: None };
/// let call = RawCall::new(Abi::X86_64, 80, [0x1000, 0, 0, 0, 0, 0]);
/// let entered = Decoder::new().enter(&call, &memory, &mut Scratch::new(&mut thread.buffer));
/// thread.call = Some(entered.keep());
///
/// let (entered, mut scratch) = thread.call.take().unwrap().resume(&mut thread.buffer);
/// let done = entered.exit(Outcome::from_word(Abi::X86_64, 0), &memory, &mut scratch);
/// assert_eq!(done.to_string(), r#"chdir("/tmp") = 0"#);
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Kept {
    entered: Entered<'static>,
    len: usize,
}

impl Kept {
    /// The call again, with the buffer in which its values were left, and what is free of that.
    ///
    /// With another buffer, or one that was written to since, the values are other ones; nothing worse happens.
    pub fn resume<'b>(self, buffer: &'b mut [u8]) -> (Entered<'b>, Scratch<'b>) {
        let taken = self.entered.taken.min(buffer.len());
        let (used, free) = buffer.split_at_mut(taken);
        let bytes = used.get(taken.saturating_sub(self.len)..).unwrap_or_default();
        let before = Nodes { bytes, ..self.entered.before };
        (Entered { before, ..self.entered }, Scratch::behind(taken, free))
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Kept").field(self.entered.raw()).finish()
    }
}

impl<'b> Entered<'b> {
    const NONE: Entered<'static> = Entered {
        call: RawCall::new(Abi::ALL[0], 0, [0; 6]),
        limits: Limits::DEFAULT,
        order: ByteOrder::Little,
        slots: Slots::NONE,
        before: Nodes::NONE,
        taken: 0,
        is_behind: false,
        netlink: None,
    };

    /// The call without the borrow of its buffer.
    pub fn keep(self) -> Kept {
        // Behind the nodes the scratch went on.
        let len = self.before.bytes.len();
        Kept { entered: Entered { before: Nodes { bytes: &[], ..self.before }, ..self }, len }
    }

    /// The call as it was caught.
    pub const fn raw(&self) -> &RawCall {
        &self.call
    }

    /// The call, where the ABI has one of that number. Behind `socketcall`, `ipc` and mips's `syscall` it is the one that
    /// they lead to, where that has a number of its own on the ABI; [`name`](Entered::name) tells it in any case.
    pub fn syscall(&self) -> Option<Syscall> {
        self.slots.call
    }

    /// The name of the call: `accept` behind `socketcall` of i386, which has no other.
    pub fn name(&self) -> Option<&'static str> {
        let (call, behind) = (self.slots.call?, self.slots.behind);
        Some(if behind == NO { call.name() } else { names::name(behind) })
    }

    /// What it enters.
    pub fn side(&self) -> Option<Side> {
        self.slots.side()
    }

    /// The call by which it came, where that is another one: `socketcall`.
    pub const fn through(&self) -> Option<Syscall> {
        if self.is_behind { self.call.syscall() } else { None }
    }

    /// The arguments, with what is known of them now.
    pub fn args(&self) -> impl ExactSizeIterator<Item = Arg<'b>> + '_ {
        args(self, None)
    }

    /// What is known of the call when it has returned.
    pub fn exit<M: Memory + ?Sized>(self, outcome: Outcome, memory: &M, scratch: &mut Scratch<'b>) -> Decoded<'b> {
        let mut after = Nodes::NONE;
        if self.is_written(outcome) {
            self.written(outcome, memory, scratch, &mut after);
        }
        Decoded { entered: self, after, outcome: Some(outcome) }
    }

    /// Whether the kernel wrote anything.
    #[inline]
    fn is_written(&self, outcome: Outcome) -> bool {
        self.slots.directions & OUT != 0 && (outcome.errno().is_none() || self.slots.habit == Habit::Sleep)
    }

    /// What the kernel wrote.
    fn written<M: Memory + ?Sized>(
        &self,
        outcome: Outcome,
        memory: &M,
        scratch: &mut Scratch<'b>,
        nodes: &mut Nodes<'b>,
    ) {
        let of = (&self.slots, self.call.abi());
        let mut follow = Follow::new(of, self.limits, self.order, memory, Phase::Exit(outcome), &self.before);
        follow.netlink = self.netlink;
        follow.arguments(scratch, nodes);
    }

    /// The call as one of which no result is known: it is still running, or the program ended in it.
    pub fn unfinished(self) -> Decoded<'b> {
        Decoded { entered: self, after: Nodes::NONE, outcome: None }
    }
}

fn args<'b, 'e>(entered: &'e Entered<'b>, after: Option<&'e Nodes<'b>>) -> impl ExactSizeIterator<Item = Arg<'b>> + 'e {
    let slots = entered.slots.get();
    let place = Place { abi: entered.call.abi(), order: entered.order };
    slots.iter().enumerate().map(move |(at, slot)| {
        // Nothing was read for a number.
        let (before, after): (&[u8], &[u8]) = match slot.tag {
            tag::PATH.. => (entered.before.get(at), after.map(|after| after.get(at)).unwrap_or_default()),
            _ => (&[], &[]),
        };
        Arg { slot: *slot, place, before, after }
    })
}

impl fmt::Debug for Entered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entered({})", self.unfinished())
    }
}

/// A call that has returned, or never will. It prints as strace does; [`Decoded::show`] says how.
#[derive(Clone, Copy)]
pub struct Decoded<'b> {
    entered: Entered<'b>,
    after: Nodes<'b>,
    outcome: Option<Outcome>,
}

impl<'b> Decoded<'b> {
    /// The call as it was caught.
    pub const fn raw(&self) -> &RawCall {
        self.entered.raw()
    }

    /// The call, as [`Entered::syscall`] has it.
    pub fn syscall(&self) -> Option<Syscall> {
        self.entered.syscall()
    }

    /// Its name, as [`Entered::name`] has it.
    pub fn name(&self) -> Option<&'static str> {
        self.entered.name()
    }

    /// The call by which it came, where that is another one.
    pub const fn through(&self) -> Option<Syscall> {
        self.entered.through()
    }

    /// The arguments, with all that is known of them.
    pub fn args(&self) -> impl ExactSizeIterator<Item = Arg<'b>> + '_ {
        args(&self.entered, Some(&self.after))
    }

    /// What came out of it; none while it is running.
    pub const fn outcome(&self) -> Option<Outcome> {
        self.outcome
    }

    /// What a success of this call returns, for these arguments.
    pub fn returns(&self) -> Option<Returns> {
        Returns::at(self.returns_id())
    }

    /// The arguments up to the last one that the kernel looks at.
    #[inline]
    pub(crate) fn told(&self) -> &[Slot] {
        let mut slots = self.entered.slots.get();
        while let Some((last, before)) = slots.split_last() {
            if !last.is_unused() {
                break;
            }
            slots = before;
        }
        slots
    }

    /// What was read for the argument at a place, when the call started and when it had returned.
    #[inline]
    pub(crate) fn nodes(&self, at: usize) -> (&'b [u8], &'b [u8]) {
        (self.entered.before.get(at), self.after.get(at))
    }

    /// The argument at a place.
    #[inline(never)]
    pub(crate) fn arg(&self, at: usize) -> Option<Arg<'b>> {
        let (before, after) = self.nodes(at);
        Some(Arg { slot: *self.entered.slots.get().get(at)?, place: self.place(), before, after })
    }

    /// The argument of a name.
    #[inline(never)]
    pub(crate) fn arg_named(&self, name: &str) -> Option<Arg<'b>> {
        (0..MAX_ARGS).map_while(|at| self.arg(at)).find(|arg| arg.name() == name)
    }

    /// The name, with what stands behind it in the text of all.
    #[inline]
    pub(crate) fn word(&self) -> Option<Word> {
        let (call, behind) = (self.entered.slots.call?, self.entered.slots.behind);
        Some(names::name_word(if behind == NO { call.name_id() } else { behind }))
    }

    pub(crate) fn returns_id(&self) -> u16 {
        self.entered.slots.returns
    }

    pub(crate) fn habit(&self) -> Habit {
        self.entered.slots.habit
    }

    pub(crate) fn place(&self) -> Place {
        Place { abi: self.raw().abi(), order: self.entered.order }
    }
}

/// An argument of a call.
#[derive(Clone, Copy)]
pub struct Arg<'b> {
    slot: Slot,
    place: Place,
    before: &'b [u8],
    after: &'b [u8],
}

impl<'b> Arg<'b> {
    /// The kernel's name for it; of a value that travels in two halves, that of the whole.
    #[inline]
    pub fn name(&self) -> &'static str {
        prototype::param_name(self.slot.name())
    }

    /// The kernel's name for it, as a place.
    #[inline]
    pub(crate) fn param(&self) -> u16 {
        self.slot.name()
    }

    /// The kind that it has in this call: where another argument decides it, that is done.
    pub fn kind(&self) -> Option<Kind> {
        Kind::at(self.slot.kind)
    }

    /// Its number, cut to the bits that count, a signed one extended. None where the words are not known.
    #[inline]
    pub const fn number(&self) -> Option<u64> {
        self.slot.value()
    }

    /// What it is: the number, or what it leads to, as far as that was read. Of what the kernel both reads and writes, it is
    /// what the kernel left there, once that is known.
    #[inline]
    pub fn value(&self) -> Option<Value<'b>> {
        let number = self.slot.value()?;
        let node = if self.after.is_empty() { self.before } else { self.after };
        Some(self.value_of(node, number))
    }

    /// What the kernel read of what it both reads and writes; none for others.
    #[inline]
    pub fn before(&self) -> Option<Value<'b>> {
        if self.after.is_empty() || self.before.is_empty() {
            return None;
        }
        self.slot.value().map(|number| self.value_of(self.before, number))
    }

    #[inline]
    fn value_of(&self, node: &'b [u8], number: u64) -> Value<'b> {
        let mut reader = tape::Reader::new(node);
        match reader.node() {
            Some((tag, inner)) => Value::of_node(tag, inner, self.place),
            None => self.word(number),
        }
    }

    #[inline]
    fn word(&self, number: u64) -> Value<'b> {
        let (Slot { kind, tag, .. }, param) = (self.slot, self.slot.param());
        let abi = self.place.abi;
        let number = Number::new(kind, param.bits(abi) as u8, param.is_signed(), number, abi);
        Value::number_of(tag, number, param.is_pointer())
    }

    /// Whether the kernel does not look at it.
    pub(crate) fn is_unused(&self) -> bool {
        self.slot.is_unused()
    }
}

impl fmt::Debug for Arg<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Arg({}: {:?})", self.name(), self.value())
    }
}
