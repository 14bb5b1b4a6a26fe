//! A program in words: what each instruction does, with the names of architectures, calls, arguments and answers.
//!
//! What a comparison is with follows from what was loaded, and whose number it is from the comparisons on the way there.

use std::fmt::Write;

use syscall_meta::{Abi, ByteOrder, Syscall};

use crate::action::Action;
use crate::program::{ARCH, Instruction, NUMBER, code, numbers};

/// What is known before an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct State {
    loaded: Option<u32>,
    arch: Option<u32>,
    /// The least and the greatest that the number can be.
    number: (u32, u32),
}

impl State {
    const START: State = State { loaded: None, arch: None, number: (0, u32::MAX) };

    /// What is known on either way.
    fn or(self, other: State) -> State {
        State {
            loaded: self.loaded.filter(|_| self.loaded == other.loaded),
            arch: self.arch.filter(|_| self.arch == other.arch),
            number: (self.number.0.min(other.number.0), self.number.1.max(other.number.1)),
        }
    }

    /// The ABI of the program, one of those asked for.
    fn abi(self, abis: &[Abi]) -> Option<Abi> {
        let arch = self.arch?;
        let (first, last) = self.number;
        let reported = |abi: &&Abi| abi.audit_archs().iter().any(|of| of.value() == arch);
        let fits = |abi: &&Abi| numbers(**abi).contains(&first) && numbers(**abi).contains(&last);
        abis.iter().filter(reported).find(fits).or_else(|| abis.iter().find(reported)).copied()
    }

    /// The call, where no other number gets there.
    fn call(self, abis: &[Abi]) -> Option<Syscall> {
        let (first, last) = self.number;
        if first == last { self.abi(abis)?.table()?.by_kernel_number(first) } else { None }
    }
}

/// A line for each instruction.
pub(crate) fn disassemble(program: &[Instruction], abis: &[Abi], order: ByteOrder) -> String {
    let mut states: Vec<Option<State>> = vec![None; program.len()];
    if let Some(first) = states.first_mut() {
        *first = Some(State::START);
    }
    let mut text = String::new();
    for (at, instruction) in program.iter().enumerate() {
        let Instruction { code, yes, no, value } = *instruction;
        let Some(state) = states[at] else {
            let _ = writeln!(text, "{at:4}: never reached");
            continue;
        };
        let mut lead = |places: usize, state: State| {
            if let Some(next) = states.get_mut(at.saturating_add(places).saturating_add(1)) {
                *next = Some(next.map_or(state, |other| other.or(state)));
            }
        };
        let (told, note) = match code {
            code::LOAD => {
                lead(0, State { loaded: Some(value), ..state });
                loaded(value, state.call(abis), order)
            }
            code::AND | code::XOR => {
                lead(0, state);
                let name = if code == code::AND { "and" } else { "xor" };
                let note = if code == code::XOR && value == 1 << 31 { "the sign, so that more is greater" } else { "" };
                (format!("{name} {value:#x}"), note.to_string())
            }
            code::JUMP => {
                lead(value as usize, state);
                (format!("goto {}", at + 1 + value as usize), String::new())
            }
            code::RETURN => {
                let abi = state.abi(abis).or(abis.first().copied()).unwrap_or(Abi::X86_64);
                (format!("return {}", Action::told(value, abi)), String::new())
            }
            code::EQUAL | code::GREATER | code::AT_LEAST | code::ANY_BIT => {
                let (if_so, if_not) = branches(state, code, value);
                lead(yes.into(), if_so);
                lead(no.into(), if_not);
                let sign = match code {
                    code::EQUAL => "==",
                    code::GREATER => ">",
                    code::AT_LEAST => ">=",
                    _ => "&",
                };
                let (yes, no) = (at + 1 + usize::from(yes), at + 1 + usize::from(no));
                let (value, note) = compared(value, state, if_so, abis);
                (format!("if {sign} {value} goto {yes} else {no}"), note)
            }
            _ => {
                (format!("{{ {code:#x}, {yes}, {no}, {value:#x} }}"), "not an instruction of these filters".to_string())
            }
        };
        let line = format!("{at:4}: {told}");
        let _ = if note.is_empty() { writeln!(text, "{line}") } else { writeln!(text, "{line:<44} ; {note}") };
    }
    text
}

/// What is known where a comparison holds, and where it does not.
fn branches(state: State, code: u16, value: u32) -> (State, State) {
    let (first, last) = state.number;
    match (state.loaded, code) {
        (Some(ARCH), code::EQUAL) => (State { arch: Some(value), ..state }, state),
        (Some(NUMBER), code::EQUAL) => (State { number: (value, value), ..state }, state),
        (Some(NUMBER), code::GREATER) => (
            State { number: (first.max(value.saturating_add(1)), last), ..state },
            State { number: (first, last.min(value)), ..state },
        ),
        (Some(NUMBER), code::AT_LEAST) => (
            State { number: (first.max(value), last), ..state },
            State { number: (first, last.min(value.saturating_sub(1))), ..state },
        ),
        _ => (state, state),
    }
}

fn compared(value: u32, state: State, if_so: State, abis: &[Abi]) -> (String, String) {
    match state.loaded {
        Some(ARCH) => {
            let reported = abis.iter().filter(|abi| abi.audit_archs().iter().any(|arch| arch.value() == value));
            let names: Vec<&str> = reported.map(|abi| abi.name()).collect();
            (format!("{value:#x}"), names.join(", "))
        }
        Some(NUMBER) => {
            let call = if_so.abi(abis).and_then(Abi::table).and_then(|table| table.by_kernel_number(value));
            let is_x32 = value >= Abi::X32.kernel_number_base() - 1;
            let value = if is_x32 { format!("{value:#x}") } else { value.to_string() };
            (value, call.map_or(String::new(), |call| call.name().to_string()))
        }
        _ => (format!("{value:#x}"), String::new()),
    }
}

/// A place in `struct seccomp_data`, and the argument that is there.
fn loaded(offset: u32, call: Option<Syscall>, order: ByteOrder) -> (String, String) {
    let Some(place) = offset.checked_sub(16).filter(|place| *place < 48) else {
        let name = match offset {
            NUMBER => "number",
            ARCH => "arch",
            _ => "instruction pointer",
        };
        return (format!("load {name}"), String::new());
    };
    let (word, is_second) = (place as usize / 8, place % 8 != 0);
    let half = if is_second == (order == ByteOrder::Little) { "high" } else { "low" };
    let param = call.and_then(|call| {
        let mut params = call.params()?;
        let param = params.find(|param| param.words().contains(&word))?;
        Some(format!("{} of {call}", param.name()))
    });
    (format!("load args[{word}].{half}"), param.unwrap_or_default())
}
