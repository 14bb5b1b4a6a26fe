//! The arguments of a call before anything is followed: each with its value, and the kind that values of others leave it.

use super::{MAX_ARGS, Slot};
use crate::abi::{Abi, ByteOrder};
use crate::call::RawCall;
use crate::habit::{self, Habit};
use crate::meaning::{self, IN, NO, When, fits, tag};
use crate::memory::Memory;
use crate::names;
use crate::prototype::{POS_H, ParamData, Params, Part};
use crate::side::Side;
use crate::syscall::Syscall;

/// The arguments of a call, and what is known of its result.
#[derive(Clone, Copy)]
pub(crate) struct Slots {
    pub(crate) side: Side,
    pub(crate) slots: [Slot; MAX_ARGS],
    pub(crate) len: u8,
    /// Who reads and who writes what the arguments lead to, of all of them together.
    pub(crate) directions: u8,
    pub(crate) habit: Habit,
    /// The kind of the result, [`meaning::ZERO`], [`meaning::NEVER`] or [`NO`].
    pub(crate) returns: u16,
    /// What a value decided that names another call: the place of a decision, or [`NO`].
    call: u16,
    /// The name of the call that it is, where the ABI has no number for that: a place among the names, or [`NO`].
    pub(crate) behind: u16,
}

/// How often a call may turn out to be another one.
const CALLS: usize = 2;

impl Slots {
    /// None yet, of what enters this.
    #[inline]
    pub(crate) fn new(side: Side) -> Slots {
        Slots {
            side,
            slots: [Slot::NONE; MAX_ARGS],
            len: 0,
            directions: 0,
            habit: habit::of(side.syscall()),
            returns: NO,
            call: NO,
            behind: NO,
        }
    }

    /// The arguments of the call, which may turn out to be another one: `socketcall` is one of eighteen.
    pub(crate) fn fill<M: Memory + ?Sized>(&mut self, raw: &RawCall, order: ByteOrder, memory: &M) {
        of_side(self, raw.words(), order, memory);
        if self.call != NO || self.habit == Habit::Syscall {
            self.go_behind(raw.words(), order, memory);
        }
        self.settle();
    }

    /// The arguments of the call that it turns out to be.
    #[inline(never)]
    fn go_behind<M: Memory + ?Sized>(&mut self, words: &[u64], order: ByteOrder, memory: &M) {
        let mut before = Words::of(words);
        for _ in 0..CALLS {
            let Some((other, words)) = behind(self, before.get(), order, memory) else { break };
            let call = self.side.syscall();
            *self = Slots::new(other);
            if other.syscall() == call {
                self.behind = name_of_entry(other).unwrap_or(NO);
                self.habit = habit::of_name(self.behind);
            }
            of_side(self, words.get(), order, memory);
            before = words;
        }
    }
}

/// Argument words, as many as are known.
#[derive(Clone, Copy)]
struct Words {
    words: [u64; MAX_ARGS],
    len: usize,
}

impl Words {
    fn of(given: &[u64]) -> Words {
        let mut words = Words { words: [0; MAX_ARGS], len: 0 };
        for (to, from) in words.words.iter_mut().zip(given) {
            *to = *from;
            words.len += 1;
        }
        words
    }

    fn get(&self) -> &[u64] {
        self.words.get(..self.len).unwrap_or_default()
    }
}

fn of_side<M: Memory + ?Sized>(found: &mut Slots, words: &[u64], order: ByteOrder, memory: &M) {
    let side = found.side;
    let abi = side.syscall().abi();
    let Some(list) = side.params() else { return };
    let entry = meaning::entry(side.entry_id());
    let kinds = entry.map(meaning::params).unwrap_or_default();
    match if list.len() == 1 { block_words(side, list, words, order, memory) } else { None } {
        Some((block, words)) => found.any_words(block, words.get(), order, kinds),
        None if list.is_one_word_each() => found.one_word_each(list, words, abi, kinds),
        None => found.any_words(list, words, order, kinds),
    }
    if let Some(entry) = entry {
        found.returns = entry.4;
        for choice in meaning::choices(entry) {
            found.choose(choice, abi);
        }
    }
}

/// The kind of the parameter at a place, by its name; mostly kinds stand in the order of parameters.
#[inline]
fn kind_at(kinds: &[(u16, u16)], at: usize, name: u16) -> u16 {
    match kinds.get(at) {
        Some((of, kind)) if *of == name => *kind,
        _ => kinds.iter().find(|(of, _)| *of == name).map_or(NO, |(_, kind)| *kind),
    }
}

impl Slots {
    /// Parameters that are a word each, as most are on most ABIs.
    fn one_word_each(&mut self, list: Params, words: &[u64], abi: Abi, kinds: &[(u16, u16)]) {
        let pointer_bits = abi.pointer_bits();
        let mut len = 0;
        for ((at, slot), param) in self.slots.iter_mut().enumerate().zip(list.data()) {
            slot.param = *param;
            slot.kind = kind_at(kinds, at, param.name());
            if let Some(word) = words.get(at) {
                slot.set(Some(param.cut(*word, pointer_bits)));
            }
            len += 1;
        }
        self.len = len;
    }

    /// Parameters of any kind: in two words, or halves of a value.
    #[inline(never)]
    fn any_words(&mut self, list: Params, words: &[u64], order: ByteOrder, kinds: &[(u16, u16)]) {
        for (at, param) in list.enumerate() {
            let part = param.part();
            // A 64-bit kernel shifts the upper half out of `pos_l` and `pos_h` (pos_from_hilo in fs/read_write.c).
            if param.name_id() == POS_H && self.side.syscall().abi().word_bits() == 64 {
                continue;
            }
            // The halves of a value are one argument, at the place of the first.
            let (name, value) = match part {
                Part::Dummy => continue,
                Part::Whole => (param.name_id(), param.value(words, order)),
                Part::Low(of) | Part::High(of) | Part::First(of) | Part::Second(of) => {
                    let id = param.whole_id();
                    if self.slot(id).is_some() {
                        continue;
                    }
                    (id, list.value(of, words, order))
                }
            };
            let Some(slot) = self.slots.get_mut(usize::from(self.len)) else { break };
            let own = kind_at(kinds, at, param.name_id());
            let kind = if own == NO { kind_at(kinds, at, name) } else { own };
            slot.kind = kind;
            slot.param = if part == Part::Whole { param.data() } else { ParamData::of_halves(name, param.type_id()) };
            slot.set(value);
            self.len += 1;
        }
    }

    /// What is known of all arguments, once their kinds are decided.
    fn settle(&mut self) {
        for slot in self.slots.get_mut(..usize::from(self.len)).unwrap_or_default() {
            let Some(kind) = meaning::kind(slot.kind) else { continue };
            (slot.tag, slot.direction) = (kind.0, kind.1);
            if kind.0 >= tag::PATH {
                // Where buffers are is read in any case.
                self.directions |= kind.1 | if kind.0 == tag::IOVEC { IN } else { 0 };
            }
        }
    }
}

/// The parameters whose words the one parameter points to, and these words.
#[inline(never)]
fn block_words<M: Memory + ?Sized>(
    side: Side,
    mut list: Params,
    words: &[u64],
    order: ByteOrder,
    memory: &M,
) -> Option<(Params, Words)> {
    let block = side.block()?;
    let address = list.next()?.value(words, order)?;
    Some((block, read_words(side.syscall().abi(), order, address, block.word_count(), memory)?))
}

fn read_words<M: Memory + ?Sized>(abi: Abi, order: ByteOrder, address: u64, count: usize, memory: &M) -> Option<Words> {
    let size = abi.word_bits() as usize / 8;
    let mut bytes = [0; MAX_ARGS * 8];
    let bytes = bytes.get_mut(..count.min(MAX_ARGS) * size)?;
    memory.read_exact(address, bytes).ok()?;
    let mut words = Words { words: [0; MAX_ARGS], len: 0 };
    for (to, from) in words.words.iter_mut().zip(bytes.chunks_exact(size)) {
        *to = super::integer(from, order);
        words.len += 1;
    }
    Some(words)
}

/// The call that a call is by its arguments, and that one's words.
#[inline(never)]
fn behind<M: Memory + ?Sized>(found: &Slots, words: &[u64], order: ByteOrder, memory: &M) -> Option<(Side, Words)> {
    let abi = found.side.syscall().abi();
    // mips's `syscall` takes a number and the words of that call.
    if found.habit == Habit::Syscall && matches!(found.side.entry(), Some("sys_syscall" | "sys32_syscall")) {
        let (number, rest) = words.split_first()?;
        let call = abi.table()?.get(u32::try_from(*number).ok()?)?;
        return (call != found.side.syscall()).then(|| (call.side(), Words::of(rest)));
    }
    let decided = meaning::decided(found.call)?;
    let side = with_entry(found.side, decided.call)?;
    let count = side.params()?.word_count();
    if decided.words != NO {
        let address = found.value(decided.words)?;
        return Some((side, read_words(abi, order, address, count, memory)?));
    }
    let mut its = Words { words: [0; MAX_ARGS], len: 0 };
    for arg in decided.args {
        *its.words.get_mut(its.len)? = found.value(*arg)?;
        its.len += 1;
    }
    Some((side, its))
}

/// The call of the ABI that enters this function; where it has none, the function itself, behind the call at hand.
fn with_entry(at_hand: Side, entry: u16) -> Option<Side> {
    let abi = at_hand.syscall().abi();
    let wanted = names::entry(entry)?;
    // ABIs without a kernel of their own have the compat entry alone.
    let is_entry = |side: Side| {
        side.entry_id() == entry || side.entry().is_some_and(|name| name.strip_prefix("compat_") == Some(wanted))
    };
    let is_it = |call: &Syscall| is_entry(call.side()) || call.compat_side().is_some_and(is_entry);
    let all = abi.table()?;
    // Most are called as their entry is.
    let by_name = wanted.strip_prefix("sys_").and_then(|name| all.by_name(name)).filter(is_it);
    let own = by_name.or_else(|| all.iter().find(is_it)).map(Syscall::side);
    own.or_else(|| Some(at_hand.behind(entry, meaning::params_behind(entry, abi.long_bits())?)))
}

/// The name of the call that an entry is on other ABIs: `msgctl` for `sys_old_msgctl`.
fn name_of_entry(side: Side) -> Option<u16> {
    let name = side.entry()?;
    let name = ["compat_sys_", "sys_"].iter().find_map(|prefix| name.strip_prefix(prefix))?;
    names::find(name).or_else(|| names::find(name.strip_prefix("old_").or_else(|| name.strip_prefix("oabi_"))?))
}

impl Slots {
    /// The value of the argument with that name.
    pub(crate) fn value(&self, name: u16) -> Option<u64> {
        self.slot(name)?.value()
    }

    pub(crate) fn slot(&self, name: u16) -> Option<&Slot> {
        self.get().iter().find(|slot| slot.param.name() == name)
    }

    pub(crate) fn get(&self) -> &[Slot] {
        self.slots.get(..usize::from(self.len)).unwrap_or_default()
    }

    #[inline(never)]
    fn choose(&mut self, choice: meaning::C, abi: Abi) {
        let Some(first) = self.value(choice.0) else { return };
        let second = if choice.1 == NO { Some(0) } else { self.value(choice.1) };
        let Some(second) = second else { return };
        let first = first & meaning::mask(choice, abi);
        let mut any = false;
        let mut cases = meaning::cases(choice);
        while let Some(case) = cases.next() {
            let When(abis, how, value, other, decided) = case;
            let mut fits = meaning::has(abis, abi) && case_fits(how, first, second, value, other);
            if how & fits::AND != 0 {
                // What must not be there follows, a line for each group of ABIs.
                let others = cases.clone().take_while(|next| next.1 & fits::WITHOUT != 0 && next.4 == decided);
                for next in others {
                    fits &= !meaning::has(next.0, abi) || case_fits(next.1, first, second, next.2, next.3);
                    cases.next();
                }
            }
            if fits {
                any = true;
                self.decide(decided);
                if how & (fits::WITH | fits::WITHOUT) == 0 {
                    return;
                }
            }
        }
        if !any && choice.5 != NO {
            self.decide(choice.5);
        }
    }

    fn decide(&mut self, id: u16) {
        let Some(decided) = meaning::decided(id) else { return };
        let slots = self.slots.get_mut(..usize::from(self.len)).unwrap_or_default();
        for (name, kind) in decided.params() {
            if let Some(slot) = slots.iter_mut().find(|slot| slot.param.name() == name) {
                slot.kind = kind;
            }
        }
        for slot in slots {
            if decided.fields_of(slot.param.name()).is_some() {
                slot.fields = id;
            }
        }
        if decided.returns != NO {
            self.returns = decided.returns;
        }
        if decided.call != NO {
            self.call = id;
        }
    }
}

fn case_fits(how: u8, first: u64, second: u64, value: u32, other: u32) -> bool {
    let high = how & fits::HIGH != 0;
    let value64 = if high { u64::from(value) << 32 } else { u64::from(value) };
    if how & fits::WITH != 0 {
        return first & value64 == value64;
    }
    if how & fits::WITHOUT != 0 {
        return first & value64 == 0;
    }
    let is = |given: u64, value: u32| {
        let above = given >> 32;
        given as u32 == value && (above == 0 || above == 0xffff_ffff)
    };
    let first_fits = how & fits::FIRST == 0 || if high { first == value64 } else { is(first, value) };
    first_fits && (how & fits::SECOND == 0 || is(second, other))
}
