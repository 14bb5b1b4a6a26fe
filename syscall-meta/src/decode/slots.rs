//! The arguments of a call before anything is followed: each with its value, and the kind that values of others leave it.

use super::{HALVES, KNOWN, MAX_ARGS, Slot};
use crate::abi::{Abi, ByteOrder};
use crate::call::RawCall;
use crate::habit::{self, Habit};
use crate::meaning::{self, IN, NO, When, fits, tag};
use crate::memory::Memory;
use crate::names;
use crate::prototype::{self, POS_H, Params, Part};
use crate::side::Side;
use crate::syscall::Syscall;

/// The arguments of a call, and what is known of its result.
#[derive(Clone, Copy)]
pub(crate) struct Slots {
    /// The call whose way in it is; none where nobody knows the call.
    pub(crate) call: Option<Syscall>,
    way: Way,
    pub(crate) slots: [Slot; MAX_ARGS],
    pub(crate) len: usize,
    /// Who reads and who writes what the arguments lead to, of all of them together.
    pub(crate) directions: u8,
    pub(crate) habit: Habit,
    /// The kind of the result, [`meaning::ZERO`], [`meaning::NEVER`] or [`NO`].
    pub(crate) returns: u16,
    /// What a value decided that names another call: the place of a decision, or [`NO`].
    other: u16,
    /// The name of the call that it is, where the ABI has no number for that: a place among the names, or [`NO`].
    pub(crate) behind: u16,
}

/// A way into a call: the function, its parameters, whether it is the compat one.
#[derive(Clone, Copy)]
struct Way {
    entry: u16,
    params: u16,
    is_compat: bool,
}

impl Way {
    fn of(side: Side) -> Way {
        let (entry, params) = side.ids();
        Way { entry, params, is_compat: side.is_compat() }
    }
}

/// How often a call may turn out to be another one.
const CALLS: usize = 2;

impl Slots {
    pub(crate) const NONE: Slots = Slots {
        call: None,
        way: Way { entry: NO, params: NO, is_compat: false },
        slots: [Slot::NONE; MAX_ARGS],
        len: 0,
        directions: 0,
        habit: Habit::None,
        returns: NO,
        other: NO,
        behind: NO,
    };

    /// The arguments of the call, which may turn out to be another one: `socketcall` is one of eighteen.
    #[inline]
    pub(crate) fn fill<M: Memory + ?Sized>(
        &mut self,
        of: Syscall,
        takes_compat: bool,
        raw: &RawCall,
        order: ByteOrder,
        memory: &M,
    ) {
        self.habit = habit::of(of);
        let (entry, params) = of.ids();
        let way = if takes_compat { compat_way(of) } else { Way { entry, params, is_compat: false } };
        self.of_way(of, way, raw.words(), order, memory);
        if self.other != NO || self.habit == Habit::Syscall {
            self.go_behind(raw.words(), order, memory);
        }
    }

    /// The arguments of the call that it turns out to be.
    #[inline(never)]
    fn go_behind<M: Memory + ?Sized>(&mut self, words: &[u64], order: ByteOrder, memory: &M) {
        let mut before = Words::of(words);
        for _ in 0..CALLS {
            let Some((other, words)) = behind(self, before.get(), order, memory) else { break };
            let (call, of) = (self.call, other.syscall());
            *self = Slots { habit: habit::of(of), ..Slots::NONE };
            if Some(of) == call {
                self.behind = name_of_entry(other).unwrap_or(NO);
                self.habit = habit::of_name(self.behind);
            }
            self.of_way(of, Way::of(other), words.get(), order, memory);
            before = words;
        }
    }

    /// What is entered.
    pub(crate) fn side(&self) -> Option<Side> {
        let call = self.call?;
        let side = if self.way.is_compat { call.compat_side()? } else { call.side() };
        // Another one than the call's own is that of a call which has no number.
        Some(if side.ids().0 == self.way.entry { side } else { side.behind(self.way.entry, self.way.params) })
    }

    /// The arguments of what is entered, with these words.
    #[inline(never)]
    fn of_way<M: Memory + ?Sized>(&mut self, of: Syscall, way: Way, words: &[u64], order: ByteOrder, memory: &M) {
        (self.call, self.way) = (Some(of), way);
        let abi = of.abi();
        let Some(list) = Params::new(way.params, abi) else { return };
        let entry = meaning::entry(way.entry);
        let kinds = entry.map(meaning::params).unwrap_or_default();
        match if of.has_blocks() { block_words(self.side(), list, words, order, memory) } else { None } {
            Some((block, words)) => self.any_words(block, words.get(), order, kinds),
            None if self.one_word_each(list, words, abi, kinds) => {}
            None => self.any_words(list, words, order, kinds),
        }
        let Some(entry) = entry else { return };
        self.returns = entry.4;
        if entry.3 > 0 {
            self.choose_all(entry, abi);
        }
    }

    /// What values decide.
    #[inline(never)]
    fn choose_all(&mut self, entry: meaning::E, abi: Abi) {
        choose_all(self, entry, abi);
        self.settle();
    }
}

/// That of the kernel that serves an ABI beside its own, where it has one that takes what the program passes.
#[inline(never)]
fn compat_way(of: Syscall) -> Way {
    Way::of(of.compat_side().filter(|side| !takes_kernels_stat(*side)).unwrap_or(of.side()))
}

/// Whether a compat side is a function that fills the 64-bit kernel's own `struct stat`, which programs of the ABI know as
/// another structure: mips_o32's `stat64` (`arch/mips/include/uapi/asm/stat.h`). Its main side says so.
fn takes_kernels_stat(side: Side) -> bool {
    side.syscall().abi() == Abi::MipsO32 && side.entry().is_some_and(|entry| entry.starts_with("sys_new"))
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

/// The kind of the parameter at a place, by its name; mostly kinds stand in the order of parameters.
#[inline]
pub(crate) fn kind_at(kinds: &[(u16, u16)], at: usize, name: u16) -> u16 {
    match kinds.get(at) {
        Some((of, kind)) if *of == name => *kind,
        _ => kinds.iter().find(|(of, _)| *of == name).map_or(NO, |(_, kind)| *kind),
    }
}

impl Slots {
    /// Parameters that are a word each, as most are on ABIs with words of 64 bits; whether they are.
    #[inline(never)]
    fn one_word_each(&mut self, list: Params, words: &[u64], abi: Abi, kinds: &[(u16, u16)]) -> bool {
        if abi.word_bits() != 64 {
            return false;
        }
        let pointer_bits = abi.pointer_bits();
        let (mut len, mut directions) = (0, 0);
        for (slot, id) in self.slots.iter_mut().zip(list.ids()) {
            let Some(param) = prototype::in_one_word(*id) else { return false };
            let word = words.get(len).map(|word| param.cut(*word, pointer_bits));
            let filled = Slot::filled(*id, word, kind_at(kinds, len, param.name()));
            directions |= filled.leads();
            *slot = filled;
            len += 1;
        }
        (self.len, self.directions) = (len, directions);
        true
    }

    /// Parameters of any kind: in two words, or halves of a value.
    #[inline(never)]
    fn any_words(&mut self, list: Params, words: &[u64], order: ByteOrder, kinds: &[(u16, u16)]) {
        self.len = 0;
        for ((at, param), place) in list.enumerate().zip(list.ids()) {
            let part = param.part();
            // A 64-bit kernel shifts the upper half out of `pos_l` and `pos_h` (pos_from_hilo in fs/read_write.c).
            if param.name_id() == POS_H && list.abi().word_bits() == 64 {
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
            let Some(slot) = self.slots.get_mut(self.len) else { break };
            let own = kind_at(kinds, at, param.name_id());
            let kind = if own == NO { kind_at(kinds, at, name) } else { own };
            *slot = Slot::filled(*place, value, kind);
            slot.bits |= if part == Part::Whole { 0 } else { HALVES };
            self.directions |= slot.leads();
            self.len += 1;
        }
    }

    /// What is known of all arguments, once their kinds are decided.
    fn settle(&mut self) {
        self.directions = 0;
        for slot in self.slots.get_mut(..self.len).unwrap_or_default() {
            slot.settle();
            self.directions |= slot.leads();
        }
    }
}

impl Slot {
    #[inline(always)]
    fn filled(param: u16, word: Option<u64>, kind: u16) -> Slot {
        let bits = if word.is_some() { KNOWN } else { 0 };
        let (tag, leads) = meaning::kind(kind).map_or((tag::NOTHING, 0), |kind| (kind.0, kind.1));
        Slot { word: word.unwrap_or(0), param, kind, fields: NO, tag, bits: bits | leads }
    }

    /// What the kind says.
    #[inline]
    fn settle(&mut self) {
        if let Some(kind) = meaning::kind(self.kind) {
            self.tag = kind.0;
            self.bits = self.bits & (KNOWN | HALVES) | kind.1;
        }
    }

    /// Who reads and who writes what it leads to, where it is a pointer.
    #[inline]
    fn leads(&self) -> u8 {
        match self.tag {
            // Where buffers are is read in any case.
            tag::IOVEC => self.bits | IN,
            tag::PATH.. => self.bits,
            _ => 0,
        }
    }
}

/// The parameters whose words the one parameter points to, and these words.
#[inline(never)]
fn block_words<M: Memory + ?Sized>(
    side: Option<Side>,
    mut list: Params,
    words: &[u64],
    order: ByteOrder,
    memory: &M,
) -> Option<(Params, Words)> {
    let block = side?.block()?;
    let address = list.next()?.value(words, order)?;
    Some((block, read_words(block.abi(), order, address, block.word_count(), memory)?))
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
    let side = found.side()?;
    let abi = side.syscall().abi();
    // mips's `syscall` takes a number and the words of that call.
    if found.habit == Habit::Syscall && matches!(side.entry(), Some("sys_syscall" | "sys32_syscall")) {
        let (number, rest) = words.split_first()?;
        let call = abi.table()?.get(u32::try_from(*number).ok()?)?;
        return (call != side.syscall()).then(|| (call.side(), Words::of(rest)));
    }
    let decided = meaning::decided(found.other)?;
    let side = with_entry(side, decided.call)?;
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
        side.ids().0 == entry || side.entry().is_some_and(|name| name.strip_prefix("compat_") == Some(wanted))
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
        self.get().iter().find(|slot| slot.name() == name)
    }

    pub(crate) fn get(&self) -> &[Slot] {
        self.slots.get(..self.len).unwrap_or_default()
    }
}

impl Decides for Slots {
    fn value(&self, name: u16) -> Option<u64> {
        Slots::value(self, name)
    }

    fn decide(&mut self, id: u16) {
        let Some(decided) = meaning::decided(id) else { return };
        let slots = self.slots.get_mut(..self.len).unwrap_or_default();
        for (name, kind) in decided.params() {
            if let Some(slot) = slots.iter_mut().find(|slot| slot.name() == name) {
                slot.kind = kind;
            }
        }
        for slot in slots {
            if decided.fields_of(slot.name()).is_some() {
                slot.fields = id;
            }
        }
        if decided.returns != NO {
            self.returns = decided.returns;
        }
        if decided.call != NO {
            self.other = id;
        }
    }
}

/// The arguments of a call, of which some decide what others mean.
pub(crate) trait Decides {
    /// The value of the argument with that name.
    fn value(&self, name: u16) -> Option<u64>;

    /// That a decision holds.
    fn decide(&mut self, id: u16);
}

/// All that values decide for an entry.
pub(crate) fn choose_all(on: &mut dyn Decides, entry: meaning::E, abi: Abi) {
    for choice in meaning::choices(entry) {
        choose(on, choice, abi);
    }
}

#[inline(never)]
fn choose(on: &mut dyn Decides, choice: meaning::C, abi: Abi) {
    let Some(first) = on.value(choice.0) else { return };
    let second = if choice.1 == NO { Some(0) } else { on.value(choice.1) };
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
            on.decide(decided);
            if how & (fits::WITH | fits::WITHOUT) == 0 {
                return;
            }
        }
    }
    if !any && choice.5 != NO {
        on.decide(choice.5);
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
