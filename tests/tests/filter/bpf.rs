//! Classic BPF as seccomp has it: the kernel's check of a program, and a run of it over `struct seccomp_data`.

use syscall_meta::ByteOrder;

use crate::program::Instruction;

/// `struct seccomp_data`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Data {
    pub(crate) nr: u32,
    pub(crate) arch: u32,
    pub(crate) args: [u64; 6],
}

impl Data {
    /// As a kernel of this byte order has it in memory.
    pub(crate) fn bytes(&self, order: ByteOrder) -> [u8; 64] {
        let mut bytes = [0; 64];
        let words = [self.nr, self.arch].into_iter().map(|word| match order {
            ByteOrder::Little => word.to_le_bytes(),
            ByteOrder::Big => word.to_be_bytes(),
        });
        bytes.chunks_exact_mut(4).zip(words).for_each(|(to, from)| to.copy_from_slice(&from));
        let words = self.args.into_iter().map(|word| match order {
            ByteOrder::Little => word.to_le_bytes(),
            ByteOrder::Big => word.to_be_bytes(),
        });
        bytes[16..].chunks_exact_mut(8).zip(words).for_each(|(to, from)| to.copy_from_slice(&from));
        bytes
    }
}

/// What `bpf_check_classic` and `seccomp_check_filter` of Linux ask of a program, as far as ours have such instructions.
pub(crate) fn check_as_the_kernel_does(program: &[Instruction]) {
    assert!(!program.is_empty() && program.len() <= 4096, "{} instructions", program.len());
    for (at, Instruction { code, yes, no, value }) in program.iter().enumerate() {
        let left = program.len() - at - 1;
        match code {
            0x20 => assert!(*value < 64 && value % 4 == 0, "{at}: a word of seccomp_data"),
            0x54 | 0xa4 => {}
            0x05 => assert!((*value as usize) < left, "{at}: a jump out of the program"),
            0x15 | 0x25 | 0x35 | 0x45 => {
                assert!(usize::from(*yes) < left && usize::from(*no) < left, "{at}: a jump out of the program");
            }
            0x06 => {}
            _ => panic!("{at}: {code:#x} is no instruction for seccomp"),
        }
    }
    assert_eq!(program.last().map(|last| last.code), Some(0x06), "it ends in an answer");
}

/// What a program answers.
pub(crate) fn run(program: &[Instruction], data: &[u8; 64], order: ByteOrder) -> u32 {
    let (mut at, mut a) = (0, 0_u32);
    loop {
        let Instruction { code, yes, no, value } = program[at];
        at += 1;
        let mut branch = |holds: bool| at += usize::from(if holds { yes } else { no });
        match code {
            0x20 => {
                let place = value as usize;
                let bytes: [u8; 4] = data[place..place + 4].try_into().expect("four bytes");
                a = if order == ByteOrder::Big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) };
            }
            0x54 => a &= value,
            0xa4 => a ^= value,
            0x05 => at += value as usize,
            0x15 => branch(a == value),
            0x25 => branch(a > value),
            0x35 => branch(a >= value),
            0x45 => branch(a & value != 0),
            0x06 => return value,
            _ => panic!("{code:#x} is no instruction for seccomp"),
        }
    }
}

#[test]
fn the_interpreter_and_the_check_refuse_what_a_kernel_does() {
    let of = |code, yes, no, value| Instruction { code, yes, no, value };
    let wrong = [
        vec![],
        vec![of(0x20, 0, 0, 0)],
        vec![of(0x20, 0, 0, 64), of(0x06, 0, 0, 0)],
        vec![of(0x20, 0, 0, 2), of(0x06, 0, 0, 0)],
        vec![of(0x15, 0, 1, 0), of(0x06, 0, 0, 0)],
        vec![of(0x05, 0, 0, 1), of(0x06, 0, 0, 0)],
        vec![of(0x28, 0, 0, 0), of(0x06, 0, 0, 0)],
        vec![of(0x06, 0, 0, 0); 4097],
    ];
    for program in wrong {
        assert!(std::panic::catch_unwind(|| check_as_the_kernel_does(&program)).is_err(), "{program:?}");
    }
    // The second argument's low half is 7, in either order.
    let data = Data { nr: 1, arch: 2, args: [0, 0xffff_ffff_0000_0007, 0, 0, 0, 0] };
    for (order, low) in [(ByteOrder::Little, 24), (ByteOrder::Big, 28)] {
        let program = [of(0x20, 0, 0, low), of(0x15, 0, 1, 7), of(0x06, 0, 0, 1), of(0x06, 0, 0, 0)];
        check_as_the_kernel_does(&program);
        assert_eq!(run(&program, &data.bytes(order), order), 1);
    }
}
