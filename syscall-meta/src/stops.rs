//! What kernels tell of a call by themselves: `PTRACE_GET_SYSCALL_INFO` and `seccomp_data`.

use crate::abi::{Abi, ByteOrder};
use crate::audit::Audited;
use crate::call::RawCall;
use crate::convention::Failure;
use crate::outcome::Outcome;

/// What `PTRACE_GET_SYSCALL_INFO` tells of a stopped thread: `struct ptrace_syscall_info` in
/// `include/uapi/linux/ptrace.h`, filled in by `ptrace_get_syscall_info` in `kernel/ptrace.c` (5.3 and later).
///
/// It is the surest source there is: the kernel tells the ABI, and words that it has overwritten in the registers.
///
/// ```
/// use syscall_meta::{Abi, ByteOrder, SyscallInfo};
///
/// // As a 64-bit x86 kernel fills it in: close(3) by a 32-bit program.
/// let mut bytes = [0; 88];
/// bytes[0] = 1;
/// bytes[4..8].copy_from_slice(&0x4000_0003_u32.to_le_bytes());
/// bytes[24..32].copy_from_slice(&6_u64.to_le_bytes());
/// bytes[32..40].copy_from_slice(&3_u64.to_le_bytes());
///
/// let info = SyscallInfo::parse(&bytes, ByteOrder::Little).unwrap();
/// let call = info.call().unwrap();
/// assert_eq!((call.abi(), call.kernel_number(), call.word(0)), (Abi::I386, 6, Some(3)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SyscallInfo {
    arch: u32,
    instruction_pointer: u64,
    stack_pointer: u64,
    stop: SyscallStop,
}

/// At which stop a thread is, and what the kernel tells there: `op` of `struct ptrace_syscall_info` and its union.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SyscallStop {
    /// None that has to do with a call: `PTRACE_SYSCALL_INFO_NONE`.
    None,
    /// Before a call: `PTRACE_SYSCALL_INFO_ENTRY`.
    Entry {
        /// The number, as the kernel shows it; a negative one extended by its sign.
        nr: u64,
        /// The first six words.
        args: [u64; 6],
    },
    /// Behind a call: `PTRACE_SYSCALL_INFO_EXIT`.
    Exit {
        /// The result; the negated errno where the call failed (nios2 kernels: the positive one).
        rval: i64,
        /// Whether the call failed.
        is_error: bool,
    },
    /// Before a call, by a filter's `SECCOMP_RET_TRACE`: `PTRACE_SYSCALL_INFO_SECCOMP`.
    Seccomp {
        /// The number, as the kernel shows it; a negative one extended by its sign.
        nr: u64,
        /// The first six words.
        args: [u64; 6],
        /// The filter's `SECCOMP_RET_DATA`.
        ret_data: u32,
    },
}

impl SyscallInfo {
    /// Reads the bytes that the kernel filled in; `order` is the byte order of its machine.
    ///
    /// `None` where there are fewer than the kernel fills in at such a stop (24, at entry 80, at exit 33, of seccomp 84), or
    /// where `op` is none that is known. Further bytes are left alone.
    pub fn parse(bytes: &[u8], order: ByteOrder) -> Option<SyscallInfo> {
        let integer = |at: usize, size: usize| Some(order.integer(bytes.get(at..at + size)?));
        let entry = || Some((integer(24, 8)?, words_at(bytes, 32, order)?));
        let stop = match bytes.first()? {
            0 => SyscallStop::None,
            1 => entry().map(|(nr, args)| SyscallStop::Entry { nr, args })?,
            2 => SyscallStop::Exit { rval: integer(24, 8)? as i64, is_error: integer(32, 1)? != 0 },
            3 => {
                let (nr, args) = entry()?;
                SyscallStop::Seccomp { nr, args, ret_data: integer(80, 4)? as u32 }
            }
            _ => return None,
        };
        Some(SyscallInfo::new(integer(4, 4)? as u32, integer(8, 8)?, integer(16, 8)?, stop))
    }

    /// The same from the fields of the structure.
    #[inline]
    pub const fn new(arch: u32, instruction_pointer: u64, stack_pointer: u64, stop: SyscallStop) -> SyscallInfo {
        SyscallInfo { arch, instruction_pointer, stack_pointer, stop }
    }

    /// The `AUDIT_ARCH_*` value.
    #[inline]
    pub const fn arch(&self) -> u32 {
        self.arch
    }

    /// The address at which the thread goes on.
    #[inline]
    pub const fn instruction_pointer(&self) -> u64 {
        self.instruction_pointer
    }

    /// The thread's stack pointer, as [`RawCall::with_stack`] takes it.
    #[inline]
    pub const fn stack_pointer(&self) -> u64 {
        self.stack_pointer
    }

    /// The stop.
    #[inline]
    pub const fn stop(&self) -> SyscallStop {
        self.stop
    }

    /// The ABI of the call before which the thread stands, by [`Abi::from_audit`]. At other stops there is no number, and
    /// the answer may be [`Audited::Unknown`] or the wrong one of two: x32's calls end as x86_64's, say.
    pub const fn abi(&self) -> Audited {
        match self.stop {
            SyscallStop::Entry { nr, .. } | SyscallStop::Seccomp { nr, .. } => Abi::from_audit(self.arch, nr as u32),
            _ => Abi::from_audit(self.arch, 0),
        }
    }

    /// The call before which the thread stands: of two ABIs that the kernel does not tell apart as the first one's, arm's
    /// and riscv64's ([`Abi::from_audit`]).
    ///
    /// Six words are known. mips_o32 can have more: [`RawCall::with_stack`]. `None` at other stops, and where no ABI is
    /// reported so.
    pub fn call(&self) -> Option<RawCall> {
        self.call_as(self.abi().first()?)
    }

    /// The same as a call of this ABI; `None` at other stops.
    pub fn call_as(&self, abi: Abi) -> Option<RawCall> {
        match self.stop {
            SyscallStop::Entry { nr, args } | SyscallStop::Seccomp { nr, args, .. } => {
                Some(reported(abi, nr as u32, args))
            }
            _ => None,
        }
    }

    /// How the call of this ABI ended, at the stop behind it; `None` at other stops. The ABI is that of the call as it was
    /// before. A second result is not told.
    pub const fn outcome(&self, abi: Abi) -> Option<Outcome> {
        match (self.stop, abi.convention().failure) {
            (SyscallStop::Exit { rval, is_error: true }, Failure::Flag(_)) => {
                Some(Outcome::new(abi, rval.unsigned_abs(), true))
            }
            (SyscallStop::Exit { rval, .. }, Failure::Flag(_)) => Some(Outcome::new(abi, rval as u64, false)),
            (SyscallStop::Exit { rval, .. }, Failure::Negative) => Some(Outcome::from_word(abi, rval as u64)),
            _ => None,
        }
    }
}

/// What a seccomp filter and its listeners see of a call: `struct seccomp_data` in `include/uapi/linux/seccomp.h`.
/// `struct seccomp_notif` has it from its 16th byte on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SeccompData {
    nr: u32,
    arch: u32,
    instruction_pointer: u64,
    args: [u64; 6],
}

impl SeccompData {
    /// How many bytes it has.
    pub const SIZE: usize = 64;

    /// Reads the bytes that the kernel filled in; `order` is the byte order of its machine.
    ///
    /// `None` where there are fewer than [`SIZE`](SeccompData::SIZE). Further bytes are left alone.
    pub fn parse(bytes: &[u8], order: ByteOrder) -> Option<SeccompData> {
        let integer = |at: usize, size: usize| Some(order.integer(bytes.get(at..at + size)?));
        let (nr, arch) = (integer(0, 4)? as u32, integer(4, 4)? as u32);
        Some(SeccompData::new(nr, arch, integer(8, 8)?, words_at(bytes, 16, order)?))
    }

    /// The same from the fields of the structure, of which `nr` is an `int` in C.
    #[inline]
    pub const fn new(nr: u32, arch: u32, instruction_pointer: u64, args: [u64; 6]) -> SeccompData {
        SeccompData { nr, arch, instruction_pointer, args }
    }

    /// The number, as the kernel shows it.
    #[inline]
    pub const fn nr(&self) -> u32 {
        self.nr
    }

    /// The `AUDIT_ARCH_*` value.
    #[inline]
    pub const fn arch(&self) -> u32 {
        self.arch
    }

    /// The address of the instruction, or behind it.
    #[inline]
    pub const fn instruction_pointer(&self) -> u64 {
        self.instruction_pointer
    }

    /// The first six words, as the kernel tells them.
    #[inline]
    pub const fn args(&self) -> [u64; 6] {
        self.args
    }

    /// The ABI of the call, by [`Abi::from_audit`].
    #[inline]
    pub const fn abi(&self) -> Audited {
        Abi::from_audit(self.arch, self.nr)
    }

    /// The call: of two ABIs that the kernel does not tell apart as the first one's, arm's and riscv64's.
    ///
    /// Six words are known, on m68k five. mips_o32 can have more: [`RawCall::with_stack`]. `None` where no ABI is reported
    /// so.
    pub fn call(&self) -> Option<RawCall> {
        Some(self.call_as(self.abi().first()?))
    }

    /// The same as a call of this ABI.
    pub fn call_as(&self, abi: Abi) -> RawCall {
        reported(abi, self.nr, self.args)
    }
}

/// The call that a kernel reports so. Words that it tells with a sign or with the rest of a register are cut.
///
/// m68k kernels put the number before the words, which leaves room for five (`syscall_get_arguments` in
/// `arch/m68k/include/asm/syscall.h`: `orig_d0`, then `d1` to `d5`; 6.12 to 7.3). One that came to do better would be
/// misread only for a call whose first word is its number.
fn reported(abi: Abi, nr: u32, args: [u64; 6]) -> RawCall {
    let words = args.map(|word| abi.cut(word));
    match words {
        [number, rest @ ..] if abi == Abi::M68k && number == u64::from(nr) => RawCall::with_words(abi, nr, &rest),
        _ => RawCall::new(abi, nr, words),
    }
}

/// Six words from an offset on.
fn words_at(bytes: &[u8], offset: usize, order: ByteOrder) -> Option<[u64; 6]> {
    let mut words = [0; 6];
    let bytes = bytes.get(offset..offset + 48)?;
    for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(8)) {
        *word = order.integer(bytes);
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDERS: [ByteOrder; 2] = [ByteOrder::Little, ByteOrder::Big];

    /// Fields of so many bytes each behind one another.
    fn packed(order: ByteOrder, fields: &[(usize, u64)]) -> std::vec::Vec<u8> {
        let bytes = |(size, value): &(usize, u64)| match order {
            ByteOrder::Little => value.to_le_bytes()[..*size].to_vec(),
            ByteOrder::Big => value.to_be_bytes()[8 - size..].to_vec(),
        };
        fields.iter().flat_map(bytes).collect()
    }

    fn info(order: ByteOrder, op: u64, arch: u32, rest: &[(usize, u64)]) -> std::vec::Vec<u8> {
        let head = [(1, op), (1, 9), (2, 9), (4, u64::from(arch)), (8, 0x1234), (8, 0x5678)];
        packed(order, &[&head, rest].concat())
    }

    #[test]
    fn every_stop_is_read_in_either_order() {
        let words = [(8, 1), (8, 2), (8, 3), (8, 4), (8, 5), (8, u64::MAX)];
        for order in ORDERS {
            let args = [1, 2, 3, 4, 5, u64::MAX];
            let entry = [&[(8, 257)][..], &words].concat();
            let seccomp = [&entry[..], &[(4, 0xabcd), (4, 7)]].concat();
            for (op, rest, needed, stop) in [
                (0, &[][..], 24, SyscallStop::None),
                (1, &entry, 80, SyscallStop::Entry { nr: 257, args }),
                (2, &[(8, -2_i64 as u64), (1, 1)], 33, SyscallStop::Exit { rval: -2, is_error: true }),
                (3, &seccomp, 84, SyscallStop::Seccomp { nr: 257, args, ret_data: 0xabcd }),
            ] {
                let mut bytes = info(order, op, 0xc000_003e, rest);
                bytes.resize(88, 0xee);
                let parsed = SyscallInfo::new(0xc000_003e, 0x1234, 0x5678, stop);
                for len in 0..=bytes.len() {
                    let expected = (len >= needed).then_some(parsed);
                    assert_eq!(SyscallInfo::parse(&bytes[..len], order), expected, "{op} {len}");
                }
                assert_eq!(parsed.call().is_some(), matches!(op, 1 | 3));
                assert_eq!(parsed.outcome(Abi::X86_64).is_some(), op == 2);
            }
            assert_eq!(SyscallInfo::parse(&[4; 88], order), None);
        }
    }

    #[test]
    fn seccomp_data_is_read_in_either_order() {
        for order in ORDERS {
            let head = [(4, 0x4000_0101), (4, 0xc000_003e), (8, 0x1234)];
            let bytes = packed(order, &[&head[..], &[(8, 1), (8, 2), (8, 3), (8, 4), (8, 5), (8, u64::MAX)]].concat());
            for len in 0..bytes.len() {
                assert_eq!(SeccompData::parse(&bytes[..len], order), None);
            }
            let data = SeccompData::parse(&bytes, order).unwrap();
            assert_eq!(data, SeccompData::new(0x4000_0101, 0xc000_003e, 0x1234, [1, 2, 3, 4, 5, u64::MAX]));
            assert_eq!(data.call(), Some(RawCall::new(Abi::X32, 0x4000_0101, data.args())));
        }
        assert_eq!(SeccompData::new(0, 0, 0, [0; 6]).call(), None);
    }

    #[test]
    fn words_are_cut_to_the_abi() {
        let args = [u64::MAX; 6];
        let i386 = SeccompData::new(6, 0x4000_0003, 0, args).call().unwrap();
        assert_eq!((i386.abi(), i386.words()), (Abi::I386, &[0xffff_ffff; 6][..]));
        let arm = SeccompData::new(6, 0x4000_0028, 0, args);
        assert_eq!((arm.call().unwrap().abi(), arm.call_as(Abi::ArmOabi).abi()), (Abi::Arm, Abi::ArmOabi));
        let n32 = SeccompData::new(6000, 0xa000_0008, 0, args).call().unwrap();
        assert_eq!((n32.abi(), n32.words()), (Abi::MipsN32, &args[..]));
        // A negative number has its sign in 64 bits, and is one of 32 here.
        let stop = SyscallStop::Entry { nr: u64::MAX, args };
        assert_eq!(SyscallInfo::new(0xc000_003e, 0, 0, stop).call().unwrap().kernel_number(), u32::MAX);
    }

    #[test]
    fn m68k_has_its_number_before_its_words() {
        let of = |args| SeccompData::new(4, 4, 0, args).call().unwrap();
        assert_eq!(of([4, 1, 2, 3, 4, 5]).words(), [1, 2, 3, 4, 5]);
        assert_eq!(of([1, 2, 3, 4, 5, 6]).words(), [1, 2, 3, 4, 5, 6]);
        let other = SeccompData::new(4, 0xc000_003e, 0, [4, 1, 2, 3, 4, 5]);
        assert_eq!(other.call().unwrap().words(), [4, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn outcomes_follow_the_rule_of_the_abi() {
        let of = |abi, rval, is_error| {
            let stop = SyscallStop::Exit { rval, is_error };
            SyscallInfo::new(0, 0, 0, stop).outcome(abi).unwrap()
        };
        for &abi in Abi::ALL {
            assert_eq!(of(abi, -2, true).errno(), Some(2), "{abi}");
            assert_eq!(of(abi, 3, false).value(), 3, "{abi}");
        }
        assert_eq!(of(Abi::Nios2, 2, true).errno(), Some(2));
        assert_eq!(of(Abi::I386, 0xf7f0_0000, false).word(), 0xf7f0_0000);
        // A flag says that a call went well that returns what elsewhere is an errno.
        assert_eq!((of(Abi::Alpha, -2, false).errno(), of(Abi::Alpha, -2, false).value()), (None, -2));
        assert_eq!(of(Abi::Riscv64, i64::MIN, true).errno(), None);
        assert_eq!(of(Abi::Alpha, i64::MIN, true).errno(), Some(0));
    }
}
