//! The BPF program of a plan.
//!
//! It asks for the architecture first and for the number next: by bisection where an ABI has many, so that no call waits for
//! long. Jumps of classic BPF lead forward alone, and so a program is made from its end on: what is jumped to is there already.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use syscall_meta::{Abi, ByteOrder};

use crate::check::Check;
use crate::plan::{Plan, Wish};
use crate::rule::Test;

/// An instruction of classic BPF: `struct sock_filter` of `include/uapi/linux/filter.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instruction {
    pub(crate) code: u16,
    /// How many instructions are passed over where the comparison holds.
    pub(crate) yes: u8,
    pub(crate) no: u8,
    pub(crate) value: u32,
}

impl Instruction {
    /// As a machine of this byte order has it in memory.
    pub(crate) fn bytes(self, order: ByteOrder) -> [u8; 8] {
        let ([a, b], [c, d, e, f]) = match order {
            ByteOrder::Little => (self.code.to_le_bytes(), self.value.to_le_bytes()),
            ByteOrder::Big => (self.code.to_be_bytes(), self.value.to_be_bytes()),
        };
        [a, b, self.yes, self.no, c, d, e, f]
    }
}

/// Classes and modes of the same header, put together as filters use them.
pub(crate) mod code {
    pub(crate) const LOAD: u16 = 0x20;
    pub(crate) const JUMP: u16 = 0x05;
    pub(crate) const EQUAL: u16 = 0x15;
    pub(crate) const GREATER: u16 = 0x25;
    pub(crate) const AT_LEAST: u16 = 0x35;
    pub(crate) const ANY_BIT: u16 = 0x45;
    pub(crate) const AND: u16 = 0x54;
    pub(crate) const XOR: u16 = 0xa4;
    pub(crate) const RETURN: u16 = 0x06;
}

/// Places in `struct seccomp_data`.
pub(crate) const NUMBER: u32 = 0;
pub(crate) const ARCH: u32 = 4;

/// A kernel takes no longer program: `BPF_MAXINSNS`.
const MOST: usize = 4096;

/// So many numbers are asked for one by one.
const FEW: usize = 4;

/// The program for the parts of some ABIs, which are in one byte order.
pub(crate) fn program(plans: &[Plan], wish: &Wish) -> Result<Vec<Instruction>, String> {
    let first = wish.abis.first().ok_or("no ABI is asked for")?;
    let foreign = wish.foreign.value(*first)?;
    let mut code = Code::default();
    let mut next = code.answer(foreign);
    for (arch, plans) in by_arch(plans, wish.order)?.into_iter().rev() {
        let part = code.part(&plans, foreign);
        next = code.jump(code::EQUAL, arch, part, next);
    }
    code.lead_to(next);
    code.push(code::LOAD, ARCH);
    let length = code.reversed.len();
    if length > MOST {
        return Err(format!(
            "the filter has {length} instructions, and a kernel takes {MOST}: give fewer conditions, or fewer ABIs"
        ));
    }
    code.reversed.reverse();
    Ok(code.reversed)
}

/// The `AUDIT_ARCH` values that calls are reported under, with the ABIs that are told apart by their numbers.
fn by_arch(plans: &[Plan], order: ByteOrder) -> Result<BTreeMap<u32, Vec<&Plan>>, String> {
    let mut archs: BTreeMap<u32, Vec<&Plan>> = BTreeMap::new();
    for plan in plans {
        let values = archs_of(plan.abi, order);
        if values.is_empty() {
            let order = if order == ByteOrder::Little { "little" } else { "big" };
            return Err(format!("no machine of {} is {order}-endian: make a filter of its own for it", plan.abi));
        }
        values.into_iter().for_each(|value| archs.entry(value).or_default().push(plan));
    }
    for (value, plans) in &mut archs {
        plans.sort_by_key(|plan| *numbers(plan.abi).start());
        for pair in plans.windows(2) {
            if numbers(pair[0].abi).end() >= numbers(pair[1].abi).start() {
                let (one, other) = (pair[0].abi, pair[1].abi);
                return Err(format!(
                    "kernels report {one} and {other} alike, as {value:#x}, and no filter tells them apart: ask for one"
                ));
            }
        }
    }
    Ok(archs)
}

/// The values under which machines of this byte order report an ABI and no other that they are named after: a 64-bit riscv
/// kernel reports 32-bit programs as its own, and what may be one of either is none of theirs.
pub(crate) fn archs_of(abi: Abi, order: ByteOrder) -> Vec<u32> {
    let is_own = |value: u32| {
        value == abi.audit_archs()[0].value() || Abi::from_audit(value, *numbers(abi).start()).first() == Some(abi)
    };
    let all = abi.audit_archs().iter().filter(|arch| arch.byte_order() == order).map(|arch| arch.value());
    let mut values: Vec<u32> = all.filter(|value| is_own(*value)).collect();
    values.sort_unstable();
    values.dedup();
    values
}

/// The numbers that can be an ABI's: x32 has a bit of its own, and the ABIs of mips have a thousand each.
pub(crate) fn numbers(abi: Abi) -> RangeInclusive<u32> {
    let x32 = Abi::X32.kernel_number_base();
    match (abi, abi.kernel_number_base()) {
        (Abi::X86_64, _) => 0..=x32 - 1,
        (Abi::MipsO32 | Abi::MipsN32 | Abi::MipsN64, base) => base..=base + 999,
        (_, base) => base..=u32::MAX,
    }
}

/// A place in a program that can be jumped to: how many instructions there are from it to the end.
type Label = usize;

/// A program in the making, its last instruction first.
#[derive(Default)]
struct Code {
    reversed: Vec<Instruction>,
    answers: BTreeMap<u32, Label>,
}

/// Numbers behind each other that are treated alike.
struct Run {
    numbers: RangeInclusive<u32>,
    then: Label,
}

impl Code {
    fn push(&mut self, code: u16, value: u32) -> Label {
        self.reversed.push(Instruction { code, yes: 0, no: 0, value });
        self.reversed.len()
    }

    fn answer(&mut self, value: u32) -> Label {
        if let Some(label) = self.answers.get(&value) {
            return *label;
        }
        let label = self.push(code::RETURN, value);
        self.answers.insert(value, label);
        label
    }

    /// A comparison of what was loaded.
    fn jump(&mut self, code: u16, value: u32, yes: Label, no: Label) -> Label {
        if yes == no {
            return yes;
        }
        // The second of two steps between may move the first out of reach.
        let (yes, no) = (self.near(yes, 1), self.near(no, 0));
        let offset = |label: Label| u8::try_from(self.reversed.len() - label).unwrap_or(u8::MAX);
        self.reversed.push(Instruction { code, yes: offset(yes), no: offset(no), value });
        self.reversed.len()
    }

    /// The same place, or one that leads there, so near that a comparison behind so many more instructions can jump to it.
    fn near(&mut self, label: Label, more: usize) -> Label {
        let offset = self.reversed.len() - label;
        if offset + more <= usize::from(u8::MAX) {
            return label;
        }
        match self.reversed.get(label - 1) {
            Some(answer) if answer.code == code::RETURN => self.push(code::RETURN, answer.value),
            _ => self.push(code::JUMP, offset as u32),
        }
    }

    /// Makes sure that what comes before goes on there.
    fn lead_to(&mut self, label: Label) {
        if label != self.reversed.len() {
            self.push(code::JUMP, (self.reversed.len() - label) as u32);
        }
    }

    /// What calls of one architecture are answered.
    fn part(&mut self, plans: &[&Plan], foreign: u32) -> Label {
        let mut otherwise = self.answer(foreign);
        // From the highest numbers down, each part behind the question whether the number is so high.
        for plan in plans.iter().rev() {
            let numbers = numbers(plan.abi);
            let runs = self.runs(plan);
            let default = self.answer(plan.default);
            let part = self.bisect(&runs, default, *numbers.start());
            otherwise = match (*numbers.start(), *numbers.end()) {
                (0, u32::MAX) => part,
                (0, last) => self.jump(code::GREATER, last, otherwise, part),
                (first, u32::MAX) => {
                    let below = self.answer(foreign);
                    self.jump(code::AT_LEAST, first, part, below)
                }
                (first, last) => {
                    let below = self.answer(foreign);
                    let part = self.jump(code::GREATER, last, otherwise, part);
                    self.jump(code::AT_LEAST, first, part, below)
                }
            };
        }
        self.lead_to(otherwise);
        self.push(code::LOAD, NUMBER)
    }

    fn runs(&mut self, plan: &Plan) -> Vec<Run> {
        let default = self.answer(plan.default);
        let mut known = BTreeMap::new();
        let mut runs: Vec<Run> = Vec::new();
        for (number, steps) in &plan.calls {
            let then = *known.entry(steps).or_insert_with(|| {
                let step = |next, step: &crate::plan::Step| {
                    let answer = self.answer(step.answer);
                    step.checks.iter().rev().fold(answer, |then, check| self.check(check, then, next))
                };
                steps.iter().rev().fold(default, step)
            });
            match runs.last_mut() {
                Some(run) if run.then == then && run.numbers.end() + 1 == *number => {
                    run.numbers = *run.numbers.start()..=*number;
                }
                _ => runs.push(Run { numbers: *number..=*number, then }),
            }
        }
        runs.retain(|run| run.then != default);
        runs
    }

    /// Which of some runs a number that is no less than `least` is in.
    fn bisect(&mut self, runs: &[Run], default: Label, least: u32) -> Label {
        if runs.len() > FEW {
            let (below, from) = runs.split_at(runs.len() / 2);
            let first = *from[0].numbers.start();
            let (below, from) = (self.bisect(below, default, least), self.bisect(from, default, first));
            return self.jump(code::AT_LEAST, first, from, below);
        }
        runs.iter().rev().fold(default, |next, run| match (*run.numbers.start(), *run.numbers.end()) {
            (first, last) if first == last => self.jump(code::EQUAL, first, run.then, next),
            (first, last) if first == least => self.jump(code::GREATER, last, next, run.then),
            (first, last) => {
                let inside = self.jump(code::GREATER, last, next, run.then);
                self.jump(code::AT_LEAST, first, inside, next)
            }
        })
    }

    /// Whether a check holds: the high half first, and the low one where the high ones are equal.
    fn check(&mut self, check: &Check, yes: Label, no: Label) -> Label {
        if yes == no {
            return yes;
        }
        let half = |value: u64, shift: u32| (value >> shift) as u32;
        let (test, yes, no) = match check.test {
            Test::Equal => (code::EQUAL, yes, no),
            Test::NotEqual => (code::EQUAL, no, yes),
            Test::Greater => (code::GREATER, yes, no),
            Test::AtMost => (code::GREATER, no, yes),
            Test::AtLeast => (code::AT_LEAST, yes, no),
            Test::Less => (code::AT_LEAST, no, yes),
        };
        let (mask, value, sign) = (check.mask, check.value ^ check.sign, check.sign);
        let is_any_bit = test == code::EQUAL && value == 0 && mask != u64::MAX;
        let high = check.high.filter(|_| half(mask, 32) != 0 || value >> 32 != 0);
        let low = match high {
            // Nothing of the low half counts.
            Some(_) if half(mask, 0) == 0 && test == code::EQUAL => yes,
            _ if is_any_bit && half(mask, 0) != u32::MAX => {
                self.jump(code::ANY_BIT, half(mask, 0), no, yes);
                self.push(code::LOAD, check.low)
            }
            _ => {
                self.jump(test, half(value, 0), yes, no);
                self.prepared(check.low, half(mask, 0), half(sign, 0))
            }
        };
        let Some(high) = high else { return low };
        let then = self.jump(code::EQUAL, half(value, 32), low, no);
        if test != code::EQUAL {
            self.jump(code::GREATER, half(value, 32), yes, then);
        }
        self.prepared(high, half(mask, 32), half(sign, 32))
    }

    /// Loads half an argument, without the bits that do not count, so that a greater number is one that is more.
    fn prepared(&mut self, offset: u32, mask: u32, sign: u32) -> Label {
        if sign != 0 {
            self.push(code::XOR, sign);
        }
        if mask != u32::MAX {
            self.push(code::AND, mask);
        }
        self.push(code::LOAD, offset)
    }
}
