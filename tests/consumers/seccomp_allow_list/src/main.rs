//! A seccomp allow list from names: `seccomp_allow_list x86_64 write exit_group` prints the BPF program for it.
//!
//! A filter has to ask for the architecture before it looks at a number, and to know the numbers of that architecture's
//! own table. What programs cannot start without is allowed in any case, from a set made at compile time.

use std::process::ExitCode;

use syscall_meta::tables::{I386, X86_64};
use syscall_meta::{Abi, SyscallSet};

/// What a static program needs before `main` and after it.
const ALWAYS_64: SyscallSet = SyscallSet::of(X86_64, &["execve", "exit_group", "rt_sigreturn"]);
const ALWAYS_32: SyscallSet = SyscallSet::of(I386, &["execve", "exit_group", "rt_sigreturn", "sigreturn"]);

const SECCOMP_RET_ALLOW: u32 = 0x7fff_0000;
const SECCOMP_RET_KILL_PROCESS: u32 = 0x8000_0000;

/// One instruction of classic BPF: `struct sock_filter`.
#[derive(Clone, Copy)]
struct Instruction {
    code: u16,
    if_true: u8,
    if_false: u8,
    value: u32,
}

const LOAD_WORD: u16 = 0x20;
const JUMP_IF_EQUAL: u16 = 0x15;
const RETURN: u16 = 0x06;

/// Offsets in `struct seccomp_data`.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match allowed(&arguments) {
        Ok(set) => {
            println!("{} calls of {} are allowed:", set.len(), set.abi());
            for (place, instruction) in program(&set).iter().enumerate() {
                let Instruction { code, if_true, if_false, value } = instruction;
                println!("{place:4}: {{ {code:#04x}, {if_true}, {if_false}, {value:#010x} }}");
            }
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

/// The set that the command line asks for, with what is always needed.
fn allowed(arguments: &[String]) -> Result<SyscallSet, String> {
    let [abi, names @ ..] = arguments else { return Err("usage: seccomp_allow_list ABI NAME…".to_string()) };
    let abi: Abi = abi.parse().map_err(|error| format!("{error}"))?;
    let always = match abi {
        Abi::X86_64 => ALWAYS_64,
        Abi::I386 => ALWAYS_32,
        other => return Err(format!("no filter is made for {other}")),
    };
    let asked = SyscallSet::from_names(always.table(), names.iter().map(String::as_str)).map_err(|error| error.to_string())?;
    asked.union(&always).ok_or_else(|| "two ABIs cannot share a list".to_string())
}

/// Refuses other architectures, then allows the numbers of the set as the kernel shows them.
fn program(set: &SyscallSet) -> Vec<Instruction> {
    let load = |offset| Instruction { code: LOAD_WORD, if_true: 0, if_false: 0, value: offset };
    let equal = |value, if_true, if_false| Instruction { code: JUMP_IF_EQUAL, if_true, if_false, value };
    let answer = |value| Instruction { code: RETURN, if_true: 0, if_false: 0, value };
    let arch = set.abi().audit_archs().first().map_or(0, |arch| arch.value());
    let mut program = vec![load(ARCHITECTURE), equal(arch, 1, 0), answer(SECCOMP_RET_KILL_PROCESS), load(NUMBER)];
    // x32 shares the architecture's value: its numbers have bit 30, and so are in no set of x86_64.
    for call in set.iter() {
        program.push(equal(call.kernel_number(), 0, 1));
        program.push(answer(SECCOMP_RET_ALLOW));
    }
    program.push(answer(SECCOMP_RET_KILL_PROCESS));
    program
}
