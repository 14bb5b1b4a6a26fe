//! The frame that a signal's handler returns by: the mask that is restored, which is no argument of `rt_sigreturn`.

use syscall_meta::{Abi, Decoder, Memory, Outcome, RawCall, Scratch};

/// Where a mask is, from the place of its `struct ucontext`: behind the flags, the link, the stack and the registers.
const MASK: [(Abi, u64); 2] = [(Abi::X86_64, 8 + 8 + 24 + 256), (Abi::I386, 4 + 4 + 12 + 88)];

/// What is told of a call of `rt_sigreturn` with this stack; none where it is another call, or the frame cannot be read.
///
/// The kernel finds the frame just so: `struct rt_sigframe` of `arch/x86/include/asm/sigframe.h`, of which the handler's
/// return has taken the first word.
pub(crate) fn told(call: &RawCall, stack: u64, memory: &impl Memory) -> Option<String> {
    let context = match (call.abi(), call.kernel_number()) {
        (Abi::X86_64, 15) => stack,
        // The signal, and two pointers, of which this is the second.
        (Abi::I386, 173) => {
            let mut bytes = [0; 4];
            memory.read_exact(stack.wrapping_add(8), &mut bytes).ok()?;
            u32::from_le_bytes(bytes).into()
        }
        _ => return None,
    };
    let (abi, offset) = MASK.into_iter().find(|(abi, _)| *abi == call.abi())?;
    // As the call shows it that sets a mask.
    let sets = abi.table()?.by_name("rt_sigprocmask")?;
    let call = RawCall::new(abi, sets.kernel_number(), [2, context.wrapping_add(offset), 0, 8, 0, 0]);
    let mut room = [0; 256];
    let mut scratch = Scratch::new(&mut room);
    let entered = Decoder::new().enter(&call, memory, &mut scratch);
    let done = entered.exit(Outcome::from_word(abi, 0), memory, &mut scratch);
    let value = done.args().nth(1)?.value()?;
    matches!(value, syscall_meta::Value::SigSet(_)).then(|| format!("rt_sigreturn({{mask={value}}})"))
}
