//! Follows pointers: reads what they lead to into nodes of the tape, within the limits.

use super::length::Around;
use super::tape::{DIRENTS_64, DIRENTS_CUT, HEAD, LIST_PLAIN, LIST_TEXTS, Mark, STRUCT_WHOLE, Tape, node};
use super::{Nodes, Slot, Slots, integer};
use crate::abi::{Abi, ByteOrder};
use crate::habit::Habit;
use crate::kind::Plain;
use crate::limits::Limits;
use crate::meaning::{self, FLEXIBLE, HOLDS, IN, K, LEADS, NO, OUT, tag};
use crate::memory::{Memory, Scratch};
use crate::outcome::Outcome;
use crate::prototype;
use crate::value::{self, Place};

/// Which end of a call it is.
#[derive(Clone, Copy)]
pub(super) enum Phase {
    Entry,
    Exit(Outcome),
}

/// The reading of one end of a call.
pub(super) struct Follow<'a, M: ?Sized> {
    pub(super) slots: &'a Slots,
    abi: Abi,
    pub(super) limits: Limits,
    pub(super) order: ByteOrder,
    pub(super) memory: &'a M,
    phase: Phase,
    /// How many bytes the kernel put into the buffers of a message.
    filled: Option<u64>,
    /// The place of the argument at hand.
    at: usize,
    /// Who reads and writes what it leads to.
    direction: u8,
    /// What was read when the call started.
    pub(super) before: &'a Nodes<'a>,
    /// How many bytes may still be read.
    pub(super) budget: usize,
    /// The protocol of netlink in whose messages bytes are.
    pub(super) netlink: Option<u16>,
}

/// How many bytes a text is read by at once.
pub(crate) const CHUNK: usize = 256;

/// How many pointers of a list are counted.
const COUNTED: usize = 4096;

/// How many bytes a set of signals has: 64 signals, 128 on mips (`_NSIG` of `asm/signal.h`).
fn sigset_size(abi: Abi) -> u64 {
    if matches!(abi, Abi::MipsO32 | Abi::MipsN32 | Abi::MipsN64) { 16 } else { 8 }
}

/// How many bytes a call's pointer is of.
fn pointer_size(abi: Abi) -> usize {
    abi.pointer_bits() as usize / 8
}

impl<'a, M: Memory + ?Sized> Follow<'a, M> {
    pub(super) fn new(
        (slots, abi): (&'a Slots, Abi),
        limits: Limits,
        order: ByteOrder,
        memory: &'a M,
        phase: Phase,
        before: &'a Nodes<'a>,
    ) -> Self {
        let budget = limits.bytes;
        Follow {
            slots,
            abi,
            limits,
            order,
            memory,
            phase,
            filled: None,
            at: 0,
            direction: 0,
            before,
            budget,
            netlink: None,
        }
    }

    #[inline]
    pub(super) fn abi(&self) -> Abi {
        self.abi
    }

    fn place(&self) -> Place {
        Place { abi: self.abi(), order: self.order }
    }

    /// The result, where there is one that is no error.
    pub(super) fn result(&self) -> Option<u64> {
        match self.phase {
            Phase::Entry => None,
            Phase::Exit(outcome) if outcome.errno().is_some() => None,
            Phase::Exit(outcome) => Some(outcome.word()),
        }
    }

    /// The nodes of all arguments.
    pub(super) fn arguments<'b>(&mut self, scratch: &mut Scratch<'b>, nodes: &mut Nodes<'b>) {
        let mut tape = Tape::new(scratch.lend());
        let slots = self.slots;
        for (at, (slot, place)) in slots.get().iter().zip(&mut nodes.places).enumerate() {
            if slot.tag >= tag::PATH {
                let start = tape.here();
                self.at = at;
                self.argument(slot, &mut tape);
                if tape.here() > start {
                    *place = (start as u32, tape.here() as u32);
                }
            }
        }
        let (bytes, rest) = tape.finish();
        scratch.give(bytes.len(), rest);
        nodes.bytes = bytes;
    }

    /// The node of an argument; nothing where it is a number, or where there is nothing to read at this end.
    #[inline]
    fn argument(&mut self, slot: &Slot, tape: &mut Tape) {
        let wanted = match self.phase {
            // Where buffers are is read in any case.
            Phase::Entry => slot.direction() & IN != 0 || slot.tag == tag::IOVEC,
            Phase::Exit(_) if slot.direction() & OUT == 0 => false,
            // A sleep tells what is left of it when it was interrupted, and then only.
            Phase::Exit(outcome) if self.is_sleep() => outcome.errno().is_some_and(interrupted),
            Phase::Exit(outcome) => outcome.errno().is_none(),
        };
        self.direction = slot.direction();
        let Some(address) = slot.value().filter(|address| wanted && *address != 0) else { return };
        // Addresses of 32 bits were not extended by their sign.
        let address = if self.abi().pointer_bits() == 32 { address & 0xffff_ffff } else { address };
        if let tag::PATH | tag::STRING = slot.tag {
            // Most are that.
            let start = tape.mark();
            let limit = if slot.tag == tag::PATH { self.limits.path } else { self.limits.text };
            if !self.short_text(address, limit, tape) && !self.text(address, limit, tape) {
                tape.back(start);
                self.address(address, tape);
            }
            return;
        }
        let Some(kind) = meaning::kind(slot.kind) else { return };
        self.pointer(kind, slot.param().ty(), slot.fields, slot.name(), address, Around::Params, 0, tape);
    }

    /// A node for what a pointer leads to: NULL, or an address where that cannot be read.
    #[allow(clippy::too_many_arguments, reason = "they are what a pointer is known by")]
    #[inline(never)]
    fn pointer(
        &mut self,
        kind: K,
        ty: u16,
        fields: u16,
        param: u16,
        address: u64,
        around: Around,
        depth: usize,
        tape: &mut Tape,
    ) {
        let start = tape.mark();
        if address == 0 {
            let mark = tape.open(node::NULL);
            tape.close(mark);
            return;
        }
        let known = depth <= self.limits.depth && self.target(kind, ty, fields, param, address, around, depth, tape);
        if !known {
            tape.back(start);
            self.address(address, tape);
        }
    }

    /// Whether the call writes where it failed and not where it succeeded.
    fn is_sleep(&self) -> bool {
        self.slots.habit == Habit::Sleep
    }

    /// How many bytes of a buffer the kernel wrote: where the result is a size, no more than that.
    fn written(&self, kind: K, len: u64) -> u64 {
        let is_size = meaning::kind(self.slots.returns).is_some_and(|kind| kind.0 == Plain::Size as u8);
        match self.result() {
            Some(result) if is_size && kind.1 & OUT != 0 => len.min(result),
            _ => len,
        }
    }

    /// How many structures mean something: of the messages that there was room for, those that came.
    fn received(&self, record: u16, count: u64) -> u64 {
        match self.result() {
            Some(result) if record == value::wanted().mmsghdr && self.slots.habit == Habit::Receive => {
                count.min(result)
            }
            _ => count,
        }
    }

    /// Whether the size of a buffer, which is the argument behind it, is 0 although the result is not about that.
    fn is_empty_buffer(&self, param: u16) -> bool {
        self.direction & IN == 0 && self.slot_behind(param).is_some_and(|slot| slot.value() == Some(0))
    }

    /// The argument behind the one at hand, for what that itself leads to, and not something further.
    fn slot_behind(&self, param: u16) -> Option<&'a Slot> {
        if param == NO { None } else { self.slots.get().get(self.at + 1) }
    }

    /// Whether there was room for it.
    fn address(&self, address: u64, tape: &mut Tape) -> bool {
        let mark = tape.open(node::ADDRESS);
        tape.u64(address);
        tape.close(mark)
    }

    #[allow(clippy::too_many_arguments, reason = "as above")]
    fn target(
        &mut self,
        kind: K,
        ty: u16,
        fields: u16,
        param: u16,
        address: u64,
        around: Around,
        depth: usize,
        tape: &mut Tape,
    ) -> bool {
        let K(what, _, of, element, length) = kind;
        let count = |follow: &Self| follow.length(length, around);
        match what {
            tag::PATH => self.text(address, self.limits.path, tape),
            tag::STRING => self.text(address, self.limits.text, tape),
            tag::STRINGS => self.texts(address, tape),
            tag::BYTES => match count(self) {
                // A buffer of no size is asked how large it would have to be: nothing is written to it.
                Some(_) if self.is_empty_buffer(param) => false,
                Some(len) => self.bytes(address, self.written(kind, len), tape),
                None => false,
            },
            tag::STRUCT => {
                let record = if of == NO { meaning::record_of_type(ty) } else { of };
                match (length, count(self)) {
                    (NO, _) => self.structure(record, address, fields, param, depth, tape),
                    (_, Some(count)) => {
                        let count = self.received(record, count);
                        self.structures(record, address, count, depth, tape)
                    }
                    _ => false,
                }
            }
            tag::VALUE => {
                let class = if element == NO {
                    meaning::pointee_of_type(ty, self.abi())
                } else {
                    meaning::scalar(element, self.abi())
                };
                match (class, count(self)) {
                    (Some(class), Some(count)) => self.numbers(of, class, length == NO, address, count, tape),
                    _ => false,
                }
            }
            tag::BITSET | tag::FDSET => match count(self) {
                Some(bits) => {
                    self.bit_set(if what == tag::FDSET { node::FDSET } else { node::BITSET }, address, bits, tape)
                }
                None => false,
            },
            tag::SIGSET => {
                // The kernel takes a set of one size alone; that of the old calls is a word (`old_sigset_t`).
                let word = if length == NO { meaning::pointee_of_type(ty, self.abi()) } else { None };
                let size = word.map_or(sigset_size(self.abi()), |class| u64::from(class & meaning::BYTES_OF));
                let fits = length == NO || count(self) == Some(size);
                fits && self.whole(node::SIGSET, address, size, tape)
            }
            tag::SOCKADDR => match if length == NO { Some(16) } else { count(self) } {
                // Less than a family is no address.
                Some(len) if len >= 2 => self.whole(node::SOCKADDR, address, len.min(128), tape),
                _ => false,
            },
            tag::IOVEC => match count(self) {
                Some(count) => self.iovec(kind.1, address, count, depth, tape),
                None => false,
            },
            tag::MSGHDR => self.structure(meaning::record_of_type(ty), address, NO, NO, depth, tape),
            tag::SIGINFO => self.structure(value::wanted().siginfo, address, NO, NO, depth, tape),
            tag::DIRENTS => match count(self) {
                Some(len) => self.dirents(ty, address, len, tape),
                None => false,
            },
            tag::CONTROL => match count(self) {
                Some(len) => self.control(address, len, tape),
                None => false,
            },
            _ => false,
        }
    }

    /// Reads so many bytes to where the tape is, if the limits allow; how many came.
    fn read(&mut self, address: u64, len: usize, tape: &mut Tape) -> Option<usize> {
        if len > self.budget {
            return None;
        }
        let memory = self.memory;
        let room = tape.room(len)?;
        let mut done = 0;
        while let Some(rest) = room.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let Some(at) = address.checked_add(done as u64) else { break };
            match memory.read(at, rest) {
                Ok(count) if (1..=rest.len()).contains(&count) => done += count,
                _ => break,
            }
        }
        self.budget -= done;
        Some(done)
    }

    /// As many bytes as asked for, or nothing.
    pub(super) fn read_whole(&mut self, address: u64, len: usize, tape: &mut Tape) -> bool {
        match self.read(address, len, tape) {
            Some(done) if done == len => {
                tape.take(len);
                true
            }
            _ => false,
        }
    }

    /// A text that lies in this process and is not long, as most are where that can be; else nothing is done.
    #[inline]
    fn short_text(&mut self, address: u64, limit: usize, tape: &mut Tape) -> bool {
        let Some(bytes) = self.memory.borrow(address) else { return self.short_path(address, limit, tape) };
        let bytes = bytes.get(..limit.min(CHUNK) + 1).unwrap_or(bytes);
        let Some((head, room)) = tape.room(HEAD + 1 + CHUNK).and_then(|room| room.split_first_chunk_mut()) else {
            return false;
        };
        let Some(end) = text_to(bytes, room).filter(|end| *end < self.budget) else { return false };
        *head = text_head(end);
        tape.take(HEAD + 1 + end);
        self.budget -= end + 1;
        true
    }

    /// A path that one reading has the end of, as most do; else nothing is done.
    fn short_path(&mut self, address: u64, limit: usize, tape: &mut Tape) -> bool {
        if self.budget < CHUNK || limit < CHUNK {
            return false;
        }
        let Some((head, room)) = tape.room(HEAD + 1 + CHUNK).and_then(|room| room.split_first_chunk_mut()) else {
            return false;
        };
        let count = self.memory.read(address, room).unwrap_or(0);
        let Some(end) = room.get(..count).and_then(nul_in) else { return false };
        *head = text_head(end);
        tape.take(HEAD + 1 + end);
        self.budget -= count;
        true
    }

    fn text(&mut self, address: u64, limit: usize, tape: &mut Tape) -> bool {
        let mark = tape.open_with(node::TEXT, [0]);
        let cut = tape.here().saturating_sub(1);
        let mut done = 0;
        loop {
            // One more than is shown tells whether there is more.
            let want = limit.saturating_sub(done).saturating_add(1).min(CHUNK);
            let want = want.min(tape.left()).min(self.budget);
            let Some(at) = address.checked_add(done as u64).filter(|_| want > 0) else {
                return false;
            };
            // Behind the end of a page may be nothing: what comes is enough if the text ends in it.
            let Some(room) = tape.room(want) else { return false };
            let count = match self.memory.read(at, room) {
                Ok(count) if (1..=room.len()).contains(&count) => count,
                _ => return false,
            };
            let end = room.get(..count).and_then(nul_in);
            self.budget -= count;
            match end {
                Some(end) => {
                    tape.take(end);
                    break;
                }
                None => {
                    tape.take(count);
                    done += count;
                }
            }
            if done > limit {
                tape.take_back(1);
                tape.set_u8(cut, 1);
                break;
            }
        }
        tape.close(mark)
    }

    fn bytes(&mut self, address: u64, len: u64, tape: &mut Tape) -> bool {
        if let Some(protocol) = self.netlink {
            return self.netlink_messages(protocol, address, len, tape);
        }
        let mark = tape.open(node::BYTES);
        tape.u64(len);
        let shown = usize::try_from(len).unwrap_or(usize::MAX).min(self.limits.text);
        if !self.read_whole(address, shown, tape) {
            return false;
        }
        tape.close(mark)
    }

    /// So many bytes in a node of their own.
    fn whole(&mut self, tag: u8, address: u64, len: u64, tape: &mut Tape) -> bool {
        let mark = tape.open(tag);
        let read = self.read_whole(address, len as usize, tape);
        read && tape.close(mark)
    }

    fn bit_set(&mut self, tag: u8, address: u64, bits: u64, tape: &mut Tape) -> bool {
        // The kernel takes whole words.
        let word = u64::from(self.abi().word_bits());
        let bits = bits.min(64 * 1024);
        let mark = tape.open(tag);
        tape.u32(bits as u32);
        let len = bits.div_ceil(word) * word / 8;
        let read = self.read_whole(address, len as usize, tape);
        read && tape.close(mark)
    }

    fn numbers(&mut self, kind: u16, class: u8, one: bool, address: u64, count: u64, tape: &mut Tape) -> bool {
        let size = usize::from(class & meaning::BYTES_OF);
        let elements = usize::try_from(count).unwrap_or(usize::MAX);
        let shown = elements.min(self.limits.elements);
        let mark = tape.open(node::NUMBERS);
        tape.u16(kind);
        tape.u8(class);
        tape.u8(u8::from(shown < elements));
        tape.u8(u8::from(one));
        let read = self.read_whole(address, shown.saturating_mul(size), tape);
        read && tape.close(mark)
    }

    fn list(&self, what: u8, tape: &mut Tape) -> (Mark, usize) {
        let mark = tape.open(node::LIST);
        tape.u8(what);
        let cut = tape.here();
        tape.u8(0);
        tape.u32(0);
        (mark, cut)
    }

    fn texts(&mut self, address: u64, tape: &mut Tape) -> bool {
        let size = pointer_size(self.abi());
        let (mark, cut) = self.list(LIST_TEXTS, tape);
        if tape.room(0).is_none() {
            return false;
        }
        let mut count = 0usize;
        let mut cut_at_end = false;
        loop {
            let mut bytes = [0; 8];
            let Some(bytes) = bytes.get_mut(..size) else { return false };
            let at = address.checked_add((count * size) as u64);
            let at = at.filter(|_| self.budget >= size);
            // A read that fails half way counts, too.
            self.budget = self.budget.saturating_sub(size);
            let read = at.is_some_and(|at| self.memory.read_exact(at, bytes).is_ok());
            if !read {
                if count == 0 {
                    return false;
                }
                cut_at_end = true;
                break;
            }
            let text = integer(bytes, self.order);
            if text == 0 {
                break;
            }
            if count < self.limits.elements {
                let before = tape.mark();
                if !self.text(text, self.limits.text, tape) {
                    tape.back(before);
                    // Without room the list goes on beyond what is told of it.
                    cut_at_end |= !self.address(text, tape);
                }
            }
            count += 1;
            if count >= COUNTED {
                cut_at_end = true;
                break;
            }
        }
        tape.set_u8(cut, u8::from(cut_at_end || count > self.limits.elements));
        tape.set_u32(cut + 1, count as u32);
        tape.close(mark)
    }

    fn structures(&mut self, record: u16, address: u64, count: u64, depth: usize, tape: &mut Tape) -> bool {
        let Some(layout) = meaning::layout_on(record, self.abi()).and_then(meaning::layout) else { return false };
        let elements = usize::try_from(count).unwrap_or(usize::MAX);
        let shown = elements.min(self.limits.elements);
        let (mark, cut) = self.list(LIST_PLAIN, tape);
        tape.set_u32(cut + 1, elements.min(u32::MAX as usize) as u32);
        tape.set_u8(cut, u8::from(shown < elements));
        for at in 0..shown {
            let Some(at) = address.checked_add(at as u64 * u64::from(layout.1)) else { return false };
            let before = tape.mark();
            if !self.structure(record, at, NO, NO, depth, tape) {
                tape.back(before);
                if at == address {
                    return false;
                }
                let told = self.address(at, tape);
                tape.set_u8(cut, u8::from(!told));
                break;
            }
        }
        tape.close(mark)
    }

    fn structure(&mut self, record: u16, address: u64, fields: u16, param: u16, depth: usize, tape: &mut Tape) -> bool {
        let Some(at) = meaning::layout_on(record, self.abi()) else { return false };
        let (Some(layout), Some(of)) = (meaning::layout(at), meaning::record(record)) else { return false };
        let (passed, is_whole) = self.passed(record, param, address);
        let size = (layout.1 as usize).min(passed);
        let [a, b] = at.to_le_bytes();
        let [c, d] = record.to_le_bytes();
        let [e, f] = fields.to_le_bytes();
        let [g, h] = param.to_le_bytes();
        let mark = tape.open_with(node::STRUCT, [a, b, c, d, e, f, g, h]);
        tape.u32(size as u32 | if is_whole { STRUCT_WHOLE } else { 0 });
        let start = tape.here();
        if !self.read_whole(address, size, tape) {
            return false;
        }
        if (of.6 & LEADS != 0 || record == value::wanted().msgbuf) && depth < self.limits.depth {
            self.children(record, at, address, start, size, depth, tape);
        }
        tape.close(mark)
    }

    /// How many bytes of a structure the program passes: structures that grow have their size beside them or in them; and
    /// whether that is all that the program's form of it has.
    fn passed(&self, record: u16, param: u16, address: u64) -> (usize, bool) {
        let size = self.slot_behind(param).and_then(|slot| match slot.name() {
            prototype::SIZE | prototype::USIZE | prototype::RSEQ_LEN => Some((slot.value()?, true)),
            // The value of an option, which may be given and returned short.
            prototype::OPTLEN if slot.param().is_pointer() => Some((self.behind(self.slots, slot.name())?, false)),
            prototype::OPTLEN => Some((slot.value()?, false)),
            _ => None,
        });
        if let Some((size, is_whole)) = size {
            return (usize::try_from(size).unwrap_or(usize::MAX), is_whole);
        }
        if record == value::wanted().msgbuf {
            // The text has a length of its own, which may be less than the structure's.
            let layout = meaning::layout_on(record, self.abi()).and_then(meaning::layout);
            let text = layout.and_then(|layout| meaning::fields(layout).last());
            return (text.map_or(usize::MAX, |text| text.1.into()), true);
        }
        let Some(offset) = meaning::size_in(record) else { return (usize::MAX, true) };
        let mut bytes = [0; 4];
        let read = address.checked_add(offset).is_some_and(|at| self.memory.read_exact(at, &mut bytes).is_ok());
        match integer(&bytes, self.order) {
            size if read && size > 0 => (size as usize, true),
            // None is the first form that the structure had.
            _ => (usize::MAX, true),
        }
    }

    /// Nodes for the pointers of a structure, and for structures in it that have some.
    #[allow(clippy::too_many_arguments, reason = "they are what a structure is known by")]
    fn children(
        &mut self,
        record: u16,
        at: u16,
        address: u64,
        start: usize,
        size: usize,
        depth: usize,
        tape: &mut Tape,
    ) {
        let (Some(layout), Some(of)) = (meaning::layout(at), meaning::record(record)) else { return };
        // The bytes are needed while the tape is written behind them.
        let mut copy = [0; 512];
        let written = tape.written(start, size);
        let len = written.len().min(copy.len());
        let (Some(bytes), Some(from)) = (copy.get_mut(..len), written.get(..len)) else { return };
        bytes.copy_from_slice(from);
        let bytes = &*bytes;
        let active = value::Active::new(of, layout, bytes, self.place());
        if record == value::wanted().mmsghdr {
            let filled = meaning::fields(layout).find(|field| meaning::name(field.0) == "msg_len");
            self.filled = filled.and_then(|field| value::field_number(&field, bytes, self.place()));
        }
        for (index, field) in meaning::fields(layout).enumerate() {
            let kind = meaning::kind(active.kind(&field));
            let Some(kind) = kind else { continue };
            let before = tape.mark();
            if record == value::wanted().msgbuf && matches!(kind.0, tag::TEXT_HERE | tag::BYTES_HERE) {
                self.message(index as u16, address, field.1, tape);
                continue;
            }
            let ends_it = field.5 == FLEXIBLE && kind.0 >= tag::PATH;
            if field.3 != NO && kind.0 != Plain::Unused as u8 && !ends_it {
                let asked = if field.5 == 1 { LEADS } else { HOLDS };
                let follows = meaning::record(field.3).is_some_and(|inner| inner.6 & asked != 0);
                let Some(place) = address.checked_add(field.1.into()).filter(|_| follows) else { continue };
                tape.u16(index as u16);
                let count = if field.5 == FLEXIBLE { 0 } else { field.5 };
                let known = match count {
                    1 => self.structure(field.3, place, NO, NO, depth + 1, tape),
                    count => self.structures(field.3, place, count.into(), depth + 1, tape),
                };
                if !known {
                    tape.back(before);
                }
                continue;
            }
            if kind.0 < tag::PATH || !self.is_followed(kind) {
                continue;
            }
            // What ends a structure lies behind it, as much as its length says.
            let pointer = match ends_it {
                true => address.checked_add(field.1.into()),
                false => value::field_number(&field, bytes, self.place()),
            };
            let Some(pointer) = pointer.filter(|pointer| *pointer != 0) else { continue };
            tape.u16(index as u16);
            let node = tape.here();
            self.pointer(kind, NO, NO, NO, pointer, Around::Fields(at, bytes), depth + 1, tape);
            if tape.here() == node {
                tape.back(before);
            }
        }
    }

    /// The text of a message of System V, which is as long as another argument or the result says.
    fn message(&mut self, index: u16, address: u64, offset: u16, tape: &mut Tape) {
        let given = self.slots.get().iter().find(|slot| prototype::param_name(slot.name()) == "msgsz");
        let len = self.result().filter(|_| self.direction & OUT != 0).or(given.and_then(|slot| slot.value()));
        let (Some(len), Some(at)) = (len, address.checked_add(offset.into())) else { return };
        let before = tape.mark();
        tape.u16(index);
        if !self.bytes(at, len, tape) {
            tape.back(before);
        }
    }

    /// Whether a pointer in a structure is followed at this end: what the kernel only reads when the call starts, and all
    /// that a structure leads to which the kernel has written to.
    fn is_followed(&self, kind: K) -> bool {
        match self.phase {
            Phase::Entry => kind.1 & IN != 0 && kind.1 & self.direction & OUT == 0,
            Phase::Exit(_) => true,
        }
    }

    fn iovec(&mut self, direction: u8, address: u64, count: u64, depth: usize, tape: &mut Tape) -> bool {
        let record = value::wanted().iovec;
        let Some(at) = meaning::layout_on(record, self.abi()) else { return false };
        let Some(layout) = meaning::layout(at) else { return false };
        let mut fields = meaning::fields(layout);
        let (Some(base), Some(len)) = (fields.next(), fields.next()) else { return false };
        let size = layout.1 as usize;
        let elements = usize::try_from(count).unwrap_or(usize::MAX);
        let shown = elements.min(self.limits.elements);
        let (mark, cut) = self.list(LIST_PLAIN, tape);
        tape.set_u32(cut + 1, elements.min(u32::MAX as usize) as u32);
        tape.set_u8(cut, u8::from(shown < elements));
        // Of what the kernel fills, only so much was.
        let mut left = match self.phase {
            Phase::Exit(_) if direction & OUT != 0 => self.filled.or_else(|| self.result()).unwrap_or(0),
            _ => u64::MAX,
        };
        let is_followed = depth < self.limits.depth && (direction & IN != 0 || matches!(self.phase, Phase::Exit(_)));
        for element in 0..shown {
            let Some(here) = address.checked_add((element * size) as u64) else { return false };
            let before = tape.mark();
            let inner = tape.open(node::STRUCT);
            tape.u16(at);
            tape.u16(record);
            tape.u16(NO);
            tape.u16(NO);
            tape.u32(layout.1);
            let start = tape.here();
            if !self.read_whole(here, size, tape) {
                tape.back(before);
                if element == 0 {
                    return false;
                }
                let told = self.address(here, tape);
                tape.set_u8(cut, u8::from(!told));
                break;
            }
            let mut copy = [0; 16];
            let Some(bytes) = copy.get_mut(..size.min(16)) else { return false };
            bytes.copy_from_slice(tape.written(start, size));
            let (pointer, len) =
                (value::field_number(&base, bytes, self.place()), value::field_number(&len, bytes, self.place()));
            if let (Some(pointer), Some(len)) = (pointer, len) {
                let here = len.min(left);
                left -= here;
                let child = tape.mark();
                if pointer != 0 && is_followed {
                    tape.u16(0);
                    if !self.bytes(pointer, here, tape) {
                        tape.back(child);
                    }
                }
            }
            if !tape.close(inner) {
                return false;
            }
        }
        tape.close(mark)
    }

    fn dirents(&mut self, ty: u16, address: u64, len: u64, tape: &mut Tape) -> bool {
        let record = meaning::record_of_type(ty);
        let is_64 = record == value::wanted().dirent64;
        let mark = tape.open(node::DIRENTS);
        tape.u64(address);
        let form = tape.here();
        tape.u8(0);
        let count = tape.here();
        tape.u32(0);
        let start = tape.here();
        let asked = usize::try_from(len).unwrap_or(usize::MAX);
        let len = asked.min(self.budget).min(tape.left());
        let is_cut = len < asked;
        if is_cut && len == 0 || !self.read_whole(address, len, tape) {
            return false;
        }
        let is_64_bit = if is_64 { DIRENTS_64 } else { 0 };
        tape.set_u8(form, if is_cut { is_64_bit | DIRENTS_CUT } else { is_64_bit });
        let all = value::Dirents::new(tape.written(start, len), is_64, self.place());
        let entries = all.count();
        tape.set_u32(count, entries as u32);
        tape.close(mark)
    }
}

/// Where the first NUL is. Eight bytes are looked at together: taking 1 from each borrows from the highest bit of none but
/// a 0 and those behind it.
#[inline]
fn nul_in(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::MAX / 0xff;
    let mut at = 0;
    while let Some(word) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        let word = u64::from_le_bytes(*word);
        let zeros = word.wrapping_sub(ONES) & !word & (ONES << 7);
        if zeros != 0 {
            return Some(at + zeros.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().position(|byte| *byte == 0).map(|end| at + end)
}

/// What stands before a text of so many bytes that is not cut.
#[inline]
fn text_head(len: usize) -> [u8; HEAD + 1] {
    let [a, b, c, d] = (len as u32 + 1).to_le_bytes();
    [node::TEXT, a, b, c, d, 0]
}

/// Copies a text into the room that there is for it, with what lies behind it in the same bytes; how long it is without its
/// NUL. None where it does not end in the room: what that holds then does not matter.
#[inline]
fn text_to(bytes: &[u8], room: &mut [u8]) -> Option<usize> {
    const PIECE: usize = 16;
    let mut at = 0;
    for (some, place) in bytes.chunks_exact(PIECE).zip(room.chunks_exact_mut(PIECE)) {
        let (Some(some), Some(place)) = (some.first_chunk::<PIECE>(), place.first_chunk_mut::<PIECE>()) else { break };
        *place = *some;
        if some.iter().fold(false, |any, byte| any | (*byte == 0)) {
            return nul_in(some).map(|end| at + end);
        }
        at += PIECE;
    }
    let end = at + nul_in(bytes.get(at..)?)?;
    room.get_mut(at..end)?.copy_from_slice(bytes.get(at..end)?);
    Some(end)
}

/// EINTR, and the kernel's own ERESTART_RESTARTBLOCK, which a program sees as that.
fn interrupted(errno: u32) -> bool {
    matches!(errno, 4 | 516)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_nul_is_found_wherever_it_is() {
        for len in 0..40 {
            for filler in [1, 0x7f, 0x80, 0xff] {
                let mut bytes = std::vec![filler; len];
                assert_eq!(nul_in(&bytes), None);
                for at in (0..len).rev() {
                    bytes[at] = 0;
                    assert_eq!(nul_in(&bytes), Some(at), "{len} {filler}");
                }
            }
        }
    }
}
