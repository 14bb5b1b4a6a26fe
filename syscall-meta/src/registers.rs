//! Calls and outcomes out of registers: by the names of an ABI's convention, and out of the sets that `ptrace` fills in.

use crate::abi::{Abi, ByteOrder};
use crate::call::{MAX_WORDS, RawCall};
use crate::convention::NumberPlace;
use crate::memory::Memory;
use crate::outcome::Outcome;

impl RawCall {
    /// The call that stands in these registers, and in stack words where the ABI passes words so.
    ///
    /// `register` is asked for the names of [`Abi::convention`], for each once, and answers with what the register held
    /// *at the instruction*. A kernel that has stopped a call has put something else into some of them, and keeps the
    /// original, which is then the answer:
    ///
    /// | ABI | asked for | what holds it at a stop, in the kernel's `pt_regs` |
    /// |---|---|---|
    /// | x86_64, x32, i386 | `rax`, `eax` | `orig_ax`, at entry and exit |
    /// | aarch64 | `x0` | `x0` at entry, nothing that `ptrace` shows at exit |
    /// | arm, arm_oabi | `r0` | `ORIG_r0`, at entry and exit |
    /// | riscv64, riscv32 | `a0` | nothing that `ptrace` shows, on 6.12 and later; on 6.1 `a0`, at entry |
    /// | loongarch64, loongarch32, csky | `a0`, csky's `r0` | `orig_a0` |
    /// | powerpc64, powerpc | `r3` | `orig_gpr3` |
    /// | s390x, s390 | `r2` | `orig_gpr2`; `gprs[2]` is the number at entry |
    /// | m68k | `d0` | `orig_d0` |
    /// | xtensa | `a2` | `syscall` |
    /// | all others | the result's register | itself, at entry alone, if it is not -38 by then |
    ///
    /// Beside them it is asked
    /// - on arm_oabi for `swi` and on s390 and s390x for `svc`: the number field of the instruction, 24 and 8 bits wide,
    ///   arm_oabi's with the base. What s390 kernels keep does, too: the regset `NT_S390_SYSTEM_CALL`, the low 16 bits of
    ///   `int_code`. Where it is 0, `r1` holds the number on s390 and s390x (`__do_syscall` in
    ///   `arch/s390/kernel/syscall.c`), and on arm_oabi the call is none of that ABI (`vector_swi` in
    ///   `arch/arm/kernel/entry-common.S`);
    /// - on powerpc64 for `trap`, which becomes [`RawCall::trap`] without its four low bits, which are flags (`TRAP` in
    ///   `arch/powerpc/include/asm/ptrace.h`).
    ///
    /// Each word is cut to [`Abi::word_bits`]; the number to 32 bits, and it is told as the kernel shows it: without
    /// arm_oabi's base. Words from the first on that is not known are left out.
    ///
    /// `order` is the byte order of the traced machine, and `memory` the program's, for mips_o32's stack words; where it
    /// is `()`, or faults, the words before are known. Of calls through the call `syscall` of arm_oabi and mips_o32 the
    /// words are told as they stand, not as those of the call that is asked for.
    ///
    /// `None` where the number is not known.
    ///
    /// ```
    /// use syscall_meta::{Abi, ByteOrder, RawCall, Region};
    ///
    /// // mips_o32's fadvise64(33, …) as a debugger shows it, sign-extended by a 64-bit machine.
    /// let stack = [0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4];
    /// let memory = Region::new(0x7fff_0010, &stack);
    /// let register = |name: &str| match name {
    ///     "v0" => Some(4254),
    ///     "a0" => Some(33),
    ///     "a3" => Some(0xffff_ffff_8000_0000),
    ///     "sp" => Some(0x7fff_0000),
    ///     _ => Some(0),
    /// };
    /// let call = RawCall::from_registers(Abi::MipsO32, ByteOrder::Big, register, &memory).unwrap();
    /// assert_eq!(call.kernel_number(), 4254);
    /// assert_eq!(call.words(), [33, 0, 0, 0x8000_0000, 1, 2, 3, 4]);
    /// ```
    pub fn from_registers(
        abi: Abi,
        order: ByteOrder,
        mut register: impl FnMut(&str) -> Option<u64>,
        memory: &(impl Memory + ?Sized),
    ) -> Option<RawCall> {
        let convention = abi.convention();
        let number = match convention.number() {
            NumberPlace::Register(name) => register(name)? as u32,
            NumberPlace::Instruction { name, register: otherwise } => {
                let bits = if abi == Abi::ArmOabi { 24 } else { 16 };
                let field = |value: u64| value as u32 & ((1 << bits) - 1);
                match field(register(name)?) {
                    // The base is part of the field, and the kernel takes it off by an exclusive or.
                    number if number != 0 => number ^ abi.number_base() ^ abi.kernel_number_base(),
                    _ => field(register(otherwise?)?),
                }
            }
        };
        let mut words = [0; MAX_WORDS];
        let mut known = 0;
        for (to, name) in words.iter_mut().zip(convention.words()) {
            let Some(word) = register(name) else { break };
            *to = abi.cut(word);
            known += 1;
        }
        let mut call = RawCall::with_words(abi, number, words.get(..known).unwrap_or_default());
        if convention.other().is_some() {
            if let Some(trap) = register("trap") {
                call = call.with_trap(trap as u16 & !0xf);
            }
        }
        match convention.stack().and_then(|stack| register(stack.register)) {
            Some(stack_pointer) => Some(call.with_stack(order, stack_pointer, memory)),
            None => Some(call),
        }
    }

    /// The same call with those words that the ABI passes on the stack and that are not known yet: those of mips_o32
    /// beyond six, which `seccomp_data` and `PTRACE_GET_SYSCALL_INFO` have no room for.
    ///
    /// `stack_pointer` is the register's value, of which [`Abi::pointer_bits`] count. What cannot be read stays unknown,
    /// as do all stack words where a register's word is not known. For other ABIs it is the same call.
    ///
    /// A kernel reports a call through mips_o32's `syscall` by its own number and with its words moved up by one
    /// (`syscall_get_arguments` in `arch/mips/include/asm/syscall.h`); further words would be those of another place.
    pub fn with_stack(self, order: ByteOrder, stack_pointer: u64, memory: &(impl Memory + ?Sized)) -> RawCall {
        let (abi, known) = (self.abi(), self.words().len());
        let registers = abi.convention().words().len();
        let Some(stack) = abi.convention().stack() else { return self };
        let Some(behind) = known.checked_sub(registers) else { return self };
        let size = abi.word_bits() as usize / 8;
        let count = (stack.count as usize).min(MAX_WORDS.saturating_sub(registers)).saturating_sub(behind);
        let start = low_bits(stack_pointer, abi.pointer_bits());
        let Some(start) = start.checked_add(u64::from(stack.offset) + (behind * size) as u64) else { return self };

        let mut bytes = [0; MAX_WORDS * 8];
        let room = bytes.get_mut(..count * size).unwrap_or_default();
        let mut done = 0;
        while let Some(rest) = room.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let address = start.checked_add(done as u64);
            match address.and_then(|address| memory.read(address, rest).ok()) {
                Some(read) if (1..=rest.len()).contains(&read) => done += read,
                _ => break,
            }
        }

        let mut words = [0; MAX_WORDS];
        let mut len = 0;
        let read = bytes.get(..done).unwrap_or_default().chunks_exact(size).map(|bytes| order.integer(bytes));
        for (to, word) in words.iter_mut().zip(self.words().iter().copied().chain(read)) {
            *to = word;
            len += 1;
        }
        let call = RawCall::with_words(abi, self.kernel_number(), words.get(..len).unwrap_or_default());
        match self.trap() {
            Some(trap) => call.with_trap(trap),
            None => call,
        }
    }
}

impl Abi {
    /// A register's value, cut to the bits that a word of this ABI has.
    pub(crate) const fn cut(self, value: u64) -> u64 {
        low_bits(value, self.word_bits())
    }
}

impl ByteOrder {
    /// The unsigned integer that up to eight bytes are.
    pub(crate) fn integer(self, bytes: &[u8]) -> u64 {
        let put = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        match self {
            ByteOrder::Little => bytes.iter().rev().fold(0, put),
            ByteOrder::Big => bytes.iter().fold(0, put),
        }
    }
}

const fn low_bits(value: u64, bits: u32) -> u64 {
    if bits < 64 { value & ((1 << bits) - 1) } else { value }
}

/// What the registers of a traced thread are, as the bytes that `PTRACE_GETREGSET` (`NT_PRSTATUS`), `PTRACE_GETREGS` or a
/// core's `pr_reg` has: of x86, arm and riscv kernels. For others there is [`RawCall::from_registers`].
///
/// Bytes tell more than one ABI: [`abi`](Registers::abi) is what the set and the thread's mode say, and where a tracer
/// knows better (by [`SyscallInfo`](crate::SyscallInfo)) there are [`call_as`](Registers::call_as) and
/// [`outcome_as`](Registers::outcome_as).
///
/// ```
/// use syscall_meta::{Abi, Registers};
///
/// // A 32-bit program, seen by a 64-bit tracer: openat(AT_FDCWD, …) = -ENOENT.
/// let mut bytes = [0; 27 * 8];
/// let mut put = |place: usize, value: u64| bytes[place * 8..][..8].copy_from_slice(&value.to_le_bytes());
/// put(5, 0xffff_ff9c);
/// put(10, -2_i64 as u64);
/// put(15, 295);
/// put(17, 0x23);
///
/// let registers = Registers::x86(&bytes).unwrap();
/// assert_eq!(registers.get("ebx"), Some(0xffff_ff9c));
/// let call = registers.call().unwrap();
/// assert_eq!((call.abi(), call.kernel_number(), call.word(0)), (Abi::I386, 295, Some(0xffff_ff9c)));
/// assert_eq!(registers.outcome().unwrap().errno(), Some(2));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registers<'b> {
    set: Set,
    order: ByteOrder,
    bytes: &'b [u8],
}

/// Which registers there are, and how wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    X86_64,
    I386,
    Aarch64,
    Arm,
    Riscv64,
    Riscv32,
}

/// `struct user_regs_struct` in `arch/x86/include/asm/user_64.h`.
const X86_64: [&str; 27] = [
    "r15", "r14", "r13", "r12", "rbp", "rbx", "r11", "r10", "r9", "r8", "rax", "rcx", "rdx", "rsi", "rdi", "orig_rax",
    "rip", "cs", "eflags", "rsp", "ss", "fs_base", "gs_base", "ds", "es", "fs", "gs",
];

/// `struct user_regs_struct` in `arch/x86/include/asm/user_32.h`, `user_regs_struct32` in `user32.h`.
const I386: [&str; 17] = [
    "ebx", "ecx", "edx", "esi", "edi", "ebp", "eax", "ds", "es", "fs", "gs", "orig_eax", "eip", "cs", "eflags", "esp",
    "ss",
];

/// `struct user_pt_regs` in `arch/arm64/include/uapi/asm/ptrace.h`.
const AARCH64: [&str; 34] = [
    "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",
    "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "sp", "pc", "pstate",
];

/// `struct pt_regs` in `arch/arm/include/uapi/asm/ptrace.h`; `compat_get_user_reg` in `arch/arm64/kernel/ptrace.c`.
const ARM: [&str; 18] = [
    "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "sp", "lr", "pc", "cpsr",
    "orig_r0",
];

/// `struct user_regs_struct` in `arch/riscv/include/uapi/asm/ptrace.h`, `compat_user_regs_struct` in
/// `arch/riscv/include/asm/compat.h`.
const RISCV: [&str; 32] = [
    "pc", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "s2",
    "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
];

/// Where i386's registers are in x86_64's.
const IN_X86_64: [(&str, &str); 10] = [
    ("eax", "rax"),
    ("ebx", "rbx"),
    ("ecx", "rcx"),
    ("edx", "rdx"),
    ("esi", "rsi"),
    ("edi", "rdi"),
    ("ebp", "rbp"),
    ("esp", "rsp"),
    ("eip", "rip"),
    ("orig_eax", "orig_rax"),
];

/// Code segments of 64-bit programs: `__USER_CS`, and `FLAT_USER_CS64` under Xen (`user_64bit_mode` in
/// `arch/x86/include/asm/ptrace.h`).
const USER_64BIT_CS: [u64; 2] = [0x33, 0xe033];

const ENOSYS: i64 = 38;

impl Set {
    const fn names(self) -> &'static [&'static str] {
        match self {
            Set::X86_64 => &X86_64,
            Set::I386 => &I386,
            Set::Aarch64 => &AARCH64,
            Set::Arm => &ARM,
            Set::Riscv64 | Set::Riscv32 => &RISCV,
        }
    }

    /// The bytes of one register.
    const fn size(self) -> usize {
        match self {
            Set::X86_64 | Set::Aarch64 | Set::Riscv64 => 8,
            Set::I386 | Set::Arm | Set::Riscv32 => 4,
        }
    }

    const fn len(self) -> usize {
        self.names().len() * self.size()
    }

    /// The ABI, if its calls can be in the set. Names alone do not tell: s390's are among arm's.
    const fn has(self, abi: Abi) -> Option<Abi> {
        match (self, abi) {
            (Set::X86_64, Abi::X86_64 | Abi::X32 | Abi::I386)
            | (Set::I386, Abi::I386)
            | (Set::Aarch64, Abi::Aarch64)
            | (Set::Arm, Abi::Arm | Abi::ArmOabi)
            | (Set::Riscv64, Abi::Riscv64)
            | (Set::Riscv32, Abi::Riscv32) => Some(abi),
            _ => None,
        }
    }
}

impl<'b> Registers<'b> {
    /// The registers that an x86 kernel fills in: 216 bytes of `user_regs_struct` as a 64-bit tracer's `PTRACE_GETREGS`
    /// has them, for 32-bit programs as well, and as `PTRACE_GETREGSET` has them for 64-bit programs; 68 bytes as the
    /// latter has them for 32-bit programs (`task_user_regset_view` in `arch/x86/kernel/ptrace.c`), and as 32-bit kernels
    /// and tracers have them.
    ///
    /// `None` with any other number of bytes.
    pub fn x86(bytes: &'b [u8]) -> Option<Registers<'b>> {
        Registers::of([Set::X86_64, Set::I386], ByteOrder::Little, bytes)
    }

    /// The registers that an arm or arm64 kernel of this byte order fills in: 272 bytes of `user_pt_regs` for a 64-bit
    /// program, 72 bytes for a 32-bit one.
    ///
    /// `None` with any other number of bytes.
    pub fn arm(order: ByteOrder, bytes: &'b [u8]) -> Option<Registers<'b>> {
        Registers::of([Set::Aarch64, Set::Arm], order, bytes)
    }

    /// The registers that a riscv kernel fills in: 256 bytes of `user_regs_struct` for a 64-bit program, 128 bytes for a
    /// 32-bit one.
    ///
    /// `None` with any other number of bytes.
    pub fn riscv(bytes: &'b [u8]) -> Option<Registers<'b>> {
        Registers::of([Set::Riscv64, Set::Riscv32], ByteOrder::Little, bytes)
    }

    fn of(sets: [Set; 2], order: ByteOrder, bytes: &'b [u8]) -> Option<Registers<'b>> {
        let set = sets.into_iter().find(|set| set.len() == bytes.len())?;
        Some(Registers { set, order, bytes })
    }

    /// What a register holds now, zero-extended; `None` for a name that the set has not.
    ///
    /// Names are those of the ABIs' conventions and debuggers: `rdi`, `orig_rax`, `eflags`; `ebx`, `orig_eax`; `x0`, `sp`,
    /// `pc`, `pstate`; `r0`, `cpsr`, `orig_r0`; `a0`. i386's are known in the 64-bit set, too: the low half.
    pub fn get(&self, name: &str) -> Option<u64> {
        if let Some(value) = self.whole(name) {
            return Some(value);
        }
        let (_, wide) = IN_X86_64.iter().find(|(narrow, _)| *narrow == name)?;
        self.whole(wide).map(|value| low_bits(value, 32))
    }

    fn whole(&self, name: &str) -> Option<u64> {
        let place = self.set.names().iter().position(|known| *known == name)?;
        let size = self.set.size();
        let bytes = self.bytes.get(place * size..(place + 1) * size)?;
        Some(self.order.integer(bytes))
    }

    /// What a register held at the system call instruction, as [`RawCall::from_registers`] asks for it: `orig_rax` for
    /// `rax`, `orig_eax` for `eax`, `orig_r0` for arm's `r0`, all else as it is now.
    ///
    /// riscv's `a0` is `None` where it is -38: there a kernel has overwritten it at entry (`do_trap_ecall_u` in
    /// `arch/riscv/kernel/traps.c`, 6.12 and later) and shows the original by `PTRACE_GET_SYSCALL_INFO` alone.
    pub fn at_instruction(&self, name: &str) -> Option<u64> {
        match (self.set, name) {
            (Set::X86_64, "rax") => self.get("orig_rax"),
            (Set::X86_64 | Set::I386, "eax") => self.get("orig_eax"),
            (Set::Arm, "r0") => self.get("orig_r0"),
            (Set::Riscv64, "a0") => self.get(name).filter(|value| *value as i64 != -ENOSYS),
            (Set::Riscv32, "a0") => self.get(name).filter(|value| *value as u32 as i32 != -(ENOSYS as i32)),
            _ => self.get(name),
        }
    }

    /// The ABI that the set and the program's mode say, from which a call can differ:
    /// - x86: i386 in 32-bit mode, else x32 where the number has its bit, else x86_64. A 64-bit program that enters by
    ///   `int $0x80` makes a call of i386 all the same, and `cs` does not tell.
    /// - arm: aarch64 or arm, never arm_oabi.
    /// - riscv: riscv64 or riscv32.
    pub fn abi(&self) -> Abi {
        match self.set {
            Set::X86_64 => {
                let mode = self.whole("cs").unwrap_or_default() & 0xffff;
                let number = self.whole("orig_rax").unwrap_or_default();
                Abi::on_x86_64(!USER_64BIT_CS.contains(&mode), number as u32)
            }
            Set::I386 => Abi::I386,
            Set::Aarch64 => Abi::Aarch64,
            Set::Arm => Abi::Arm,
            Set::Riscv64 => Abi::Riscv64,
            Set::Riscv32 => Abi::Riscv32,
        }
    }

    /// The call at which the thread has stopped, as one of [`abi`](Registers::abi).
    ///
    /// At the stop before the call all is there, but for riscv's first word and with it all words
    /// ([`at_instruction`](Registers::at_instruction)). After it, words are as the kernel left them: on x86 and arm all are
    /// there, on aarch64 the first one is the result, on riscv, too. A tracer that skipped a call or gave it another
    /// number by `NT_ARM_SYSTEM_CALL` finds the old one here.
    ///
    /// On x86 a number of `0xffff_ffff` is no call: the thread was not in one, or the tracer skipped it.
    pub fn call(&self) -> Option<RawCall> {
        self.call_as(self.abi())
    }

    /// The same as a call of this ABI; `None` where such calls are not in the set, and for arm_oabi, whose number is not.
    pub fn call_as(&self, abi: Abi) -> Option<RawCall> {
        let register = |name: &str| self.at_instruction(name);
        RawCall::from_registers(self.set.has(abi)?, self.order, register, &())
    }

    /// How the call ended, at the stop behind it, as one of [`abi`](Registers::abi).
    pub fn outcome(&self) -> Option<Outcome> {
        self.outcome_as(self.abi())
    }

    /// The same for a call of this ABI; `None` where such calls are not in the set.
    pub fn outcome_as(&self, abi: Abi) -> Option<Outcome> {
        Outcome::from_registers(self.set.has(abi)?, None, |name| self.get(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{Fault, Region};
    use std::vec::Vec;

    /// A register set with these values, all others being 0xee.
    fn filled(set: Set, order: ByteOrder, values: &[(&str, u64)]) -> Vec<u8> {
        let of = |name: &&str| values.iter().find(|(known, _)| known == name).map_or(0xee, |(_, value)| *value);
        let bytes = |name| match order {
            ByteOrder::Little => of(name).to_le_bytes()[..set.size()].to_vec(),
            ByteOrder::Big => of(name).to_be_bytes()[8 - set.size()..].to_vec(),
        };
        set.names().iter().flat_map(bytes).collect()
    }

    #[test]
    fn the_number_of_bytes_tells_the_set() {
        let bytes = [0; 300];
        let found = |read: &dyn Fn(&[u8]) -> bool| -> Vec<usize> { (0..300).filter(|n| read(&bytes[..*n])).collect() };
        assert_eq!(found(&|bytes| Registers::x86(bytes).is_some()), [68, 216]);
        assert_eq!(found(&|bytes| Registers::arm(ByteOrder::Big, bytes).is_some()), [72, 272]);
        assert_eq!(found(&|bytes| Registers::riscv(bytes).is_some()), [128, 256]);
    }

    #[test]
    fn x86_programs_are_told_by_mode_and_number() {
        for (cs, number, abi) in [
            (0x33, 257, Abi::X86_64),
            (0xe033, 257, Abi::X86_64),
            (0x33, 0x4000_0101, Abi::X32),
            (0x23, 257, Abi::I386),
            (0x23, 0x4000_0101, Abi::I386),
        ] {
            let values = [("cs", cs), ("orig_rax", number), ("rdi", u64::MAX), ("rbx", 0xffff_ffff_8000_0000)];
            let bytes = filled(Set::X86_64, ByteOrder::Little, &values);
            let call = Registers::x86(&bytes).unwrap().call().unwrap();
            assert_eq!((call.abi(), u64::from(call.kernel_number())), (abi, number));
            let first = if abi == Abi::I386 { 0x8000_0000 } else { u64::MAX };
            assert_eq!((call.word(0), call.words().len()), (Some(first), 6));
        }
        // `int $0x80` of a 64-bit program.
        let bytes = filled(Set::X86_64, ByteOrder::Little, &[("cs", 0x33), ("orig_rax", 6), ("rax", -9_i64 as u64)]);
        let registers = Registers::x86(&bytes).unwrap();
        assert_eq!(registers.call_as(Abi::I386).unwrap().words(), [0xee; 6]);
        assert_eq!(registers.outcome_as(Abi::I386).unwrap().errno(), Some(9));
    }

    #[test]
    fn a_32_bit_result_keeps_its_sign_in_either_set() {
        let wide = filled(Set::X86_64, ByteOrder::Little, &[("cs", 0x23), ("rax", 0xffff_fff2)]);
        let narrow = filled(Set::I386, ByteOrder::Little, &[("eax", 0xffff_fff2)]);
        for bytes in [wide, narrow] {
            let outcome = Registers::x86(&bytes).unwrap().outcome().unwrap();
            assert_eq!((outcome.abi(), outcome.errno(), outcome.value()), (Abi::I386, Some(14), -14));
        }
        let same = filled(Set::X86_64, ByteOrder::Little, &[("cs", 0x33), ("rax", 0xffff_fff2)]);
        assert_eq!(Registers::x86(&same).unwrap().outcome().unwrap().value(), 0xffff_fff2);
    }

    #[test]
    fn arm_keeps_its_first_word() {
        for order in [ByteOrder::Little, ByteOrder::Big] {
            let values = [("r0", 0xffff_fffe), ("orig_r0", 7), ("r7", 322)];
            let bytes = filled(Set::Arm, order, &values);
            let registers = Registers::arm(order, &bytes).unwrap();
            let call = registers.call().unwrap();
            assert_eq!((call.abi(), call.kernel_number(), call.word(0)), (Abi::Arm, 322, Some(7)));
            assert_eq!(registers.outcome().unwrap().errno(), Some(2));
            assert_eq!((registers.get("r0"), registers.get("x0")), (Some(0xffff_fffe), None));
            assert_eq!(registers.call_as(Abi::ArmOabi), None);

            let bytes = filled(Set::Aarch64, order, &[("x0", u64::MAX), ("x8", 56)]);
            let registers = Registers::arm(order, &bytes).unwrap();
            assert_eq!(registers.call().unwrap().words(), [u64::MAX, 0xee, 0xee, 0xee, 0xee, 0xee]);
            assert_eq!(registers.outcome().unwrap().errno(), Some(1));
        }
    }

    #[test]
    fn riscv_knows_no_word_that_the_kernel_overwrote() {
        for (set, abi) in [(Set::Riscv64, Abi::Riscv64), (Set::Riscv32, Abi::Riscv32)] {
            for (first, len) in [(5, 6), (-38_i64 as u64, 0)] {
                let bytes = filled(set, ByteOrder::Little, &[("a7", 56), ("a0", first)]);
                let call = Registers::riscv(&bytes).unwrap().call().unwrap();
                assert_eq!((call.abi(), call.kernel_number(), call.words().len()), (abi, 56, len));
            }
        }
    }

    #[test]
    fn sets_have_the_calls_of_their_abis_and_no_others() {
        let sets = [Set::X86_64, Set::I386, Set::Aarch64, Set::Arm, Set::Riscv64, Set::Riscv32];
        for set in sets {
            let bytes = filled(set, ByteOrder::Little, &[("cs", 0x33)]);
            let registers = Registers { set, order: ByteOrder::Little, bytes: &bytes };
            let own = registers.abi();
            assert!(registers.call().is_some_and(|call| call.words().len() == 6) && registers.outcome().is_some());
            for &abi in Abi::ALL {
                let is_there = abi == own || set == Set::X86_64 && matches!(abi, Abi::X32 | Abi::I386);
                assert_eq!(registers.call_as(abi).is_some(), is_there, "{own} {abi}");
                let ends = is_there || set == Set::Arm && abi == Abi::ArmOabi;
                assert_eq!(registers.outcome_as(abi).is_some(), ends, "{own} {abi}");
            }
            for (at, name) in set.names().iter().enumerate() {
                assert_eq!(set.names().iter().position(|other| other == name), Some(at), "{name} twice");
            }
        }
        assert!(IN_X86_64.iter().all(|(narrow, wide)| I386.contains(narrow) && X86_64.contains(wide)));
    }

    #[test]
    fn numbers_in_the_instruction() {
        let call = |abi, known: &[(&str, u64)]| {
            let register = |name: &str| known.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
            RawCall::from_registers(abi, ByteOrder::Big, register, &()).map(|call| call.kernel_number())
        };
        for abi in [Abi::S390, Abi::S390x] {
            assert_eq!(call(abi, &[("svc", 5)]), Some(5));
            assert_eq!(call(abi, &[("svc", 0), ("r1", 0xabcd_0000_0123)]), Some(0x123));
            assert_eq!(call(abi, &[("svc", 0)]), None);
            assert_eq!(call(abi, &[("r1", 300)]), None);
        }
        // The field, and the whole instruction with its condition.
        assert_eq!(call(Abi::ArmOabi, &[("swi", 0x90_0004)]), Some(4));
        assert_eq!(call(Abi::ArmOabi, &[("swi", 0xef90_0142)]), Some(0x142));
        assert_eq!(call(Abi::ArmOabi, &[("swi", 0xef00_0000), ("r7", 4)]), None);
    }

    #[test]
    fn the_trap_is_told_where_it_matters() {
        for &abi in Abi::ALL {
            let call = RawCall::from_registers(abi, ByteOrder::Little, |_| Some(0x3001), &()).unwrap();
            assert_eq!(call.trap(), (abi == Abi::Powerpc64).then_some(0x3000), "{abi}");
        }
    }

    #[test]
    fn stack_words_are_read_as_far_as_they_can_be() {
        let stack: Vec<u8> = (1..=16).collect();
        let register = |name: &str| Some(if name == "sp" { 0xffff_ffff_8000_0000 } else { 0xffff_ffff_0000_0007 });
        for len in 0..=16 {
            let memory = Region::new(0x8000_0010, &stack[..len]);
            let call = RawCall::from_registers(Abi::MipsO32, ByteOrder::Little, register, &memory).unwrap();
            let read = stack[..len].chunks_exact(4).map(|word| u64::from(u32::from_le_bytes(word.try_into().unwrap())));
            let words: Vec<u64> = [7; 4].into_iter().chain(read).collect();
            assert_eq!(call.words(), words, "{len}");
        }
        // What a kernel told stays; the rest is behind it. `with_trap` stays, too.
        let memory = Region::new(0x1000, &[0xaa; 64]);
        let told = RawCall::new(Abi::MipsO32, 4305, [1, 2, 3, 4, 5, 6]).with_trap(9);
        let more = told.with_stack(ByteOrder::Big, 0x1000, &memory);
        assert_eq!(more.words(), [1, 2, 3, 4, 5, 6, 0xaaaa_aaaa, 0xaaaa_aaaa]);
        assert_eq!((more.trap(), more.with_stack(ByteOrder::Big, 0, &())), (Some(9), more));
        assert_eq!(told.with_stack(ByteOrder::Big, 0x1000, &()), told);
        let few = RawCall::with_words(Abi::MipsO32, 4305, &[1, 2, 3]);
        assert_eq!(few.with_stack(ByteOrder::Big, 0x1000, &memory), few);
    }

    #[test]
    fn no_register_and_no_memory_make_it_panic() {
        struct Wrong(usize);
        impl Memory for Wrong {
            fn read(&self, _: u64, _: &mut [u8]) -> Result<usize, Fault> {
                Ok(self.0)
            }
        }
        for &abi in Abi::ALL {
            for value in [0, 1, u64::MAX, 1 << 63, 0xffff_ffff, 0x7fff_ffff] {
                for order in [ByteOrder::Little, ByteOrder::Big] {
                    for count in [0, 1, 3, 16, 17, usize::MAX] {
                        let call = RawCall::from_registers(abi, order, |_| Some(value), &Wrong(count));
                        assert!(call.is_some() || abi == Abi::ArmOabi && value & 0xff_ffff == 0);
                        let Some(call) = call else { continue };
                        assert!(call.words().iter().all(|word| *word == abi.cut(*word)), "{abi}");
                        call.with_stack(order, value, &Wrong(count));
                    }
                }
            }
            assert_eq!(RawCall::from_registers(abi, ByteOrder::Little, |_| None, &()), None);
        }
    }
}
