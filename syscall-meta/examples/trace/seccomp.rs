//! A filter that stops a program at the calls that are wanted, so that all others run at full speed.

use syscall_meta::SyscallSet;

/// An instruction of classic BPF: `struct sock_filter` of `include/uapi/linux/filter.h`.
type Instruction = [u8; 8];

/// Classes and modes of the same header, put together as this filter uses them.
const LOAD_WORD: u16 = 0x20;
const JUMP: u16 = 0x05;
const JUMP_EQUAL: u16 = 0x15;
const JUMP_GREATER: u16 = 0x25;
const JUMP_AT_LEAST: u16 = 0x35;
const RETURN: u16 = 0x06;

/// Places in `struct seccomp_data`.
const NUMBER: u32 = 0;
const ARCH: u32 = 4;

const TRACE: u32 = 0x7ff0_0000;
const ALLOW: u32 = 0x7fff_0000;

/// A kernel takes no longer filter: `BPF_MAXINSNS`.
const MOST: usize = 4096;

/// The filter for these calls; none where it would be too long.
///
/// Sets of one ABI share a part, and those of ABIs with one `AUDIT_ARCH` value, x86_64 and x32, too: their numbers differ.
pub(crate) fn filter(sets: &[SyscallSet]) -> Option<Vec<Instruction>> {
    let mut archs: Vec<u32> = sets.iter().filter_map(arch).collect();
    archs.sort_unstable();
    archs.dedup();
    let mut all = vec![instruction(LOAD_WORD, 0, 0, ARCH)];
    for value in archs {
        let mut numbers: Vec<u32> = sets
            .iter()
            .filter(|set| arch(set) == Some(value))
            .flat_map(|set| set.iter().map(|call| call.kernel_number()))
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        let part = part(&numbers);
        all.push(instruction(JUMP_EQUAL, 1, 0, value));
        all.push(instruction(JUMP, 0, 0, u32::try_from(part.len()).ok()?));
        all.extend(part);
    }
    all.push(instruction(RETURN, 0, 0, ALLOW));
    (all.len() <= MOST).then_some(all)
}

fn arch(set: &SyscallSet) -> Option<u32> {
    set.abi().audit_archs().first().map(|arch| arch.value())
}

/// Tells numbers, which are sorted, from all others.
fn part(numbers: &[u32]) -> Vec<Instruction> {
    let mut all = vec![instruction(LOAD_WORD, 0, 0, NUMBER)];
    let mut rest = numbers;
    while let Some((first, _)) = rest.split_first() {
        let run = rest.iter().zip(*first..).take_while(|(number, expected)| *number == expected).count();
        let last = rest[run - 1];
        // Below the first of these, it is none of those behind either.
        all.push(instruction(JUMP_AT_LEAST, 1, 0, *first));
        all.push(instruction(RETURN, 0, 0, ALLOW));
        all.push(instruction(JUMP_GREATER, 1, 0, last));
        all.push(instruction(RETURN, 0, 0, TRACE));
        rest = &rest[run..];
    }
    all.push(instruction(RETURN, 0, 0, ALLOW));
    all
}

fn instruction(code: u16, if_true: u8, if_false: u8, value: u32) -> Instruction {
    let ([a, b], [c, d, e, f]) = (code.to_ne_bytes(), value.to_ne_bytes());
    [a, b, if_true, if_false, c, d, e, f]
}
