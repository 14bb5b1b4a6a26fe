//! Sets of what there is not.

use syscall_meta::{SyscallSet, syscall_set};

const MANY: SyscallSet = syscall_set!(aarch64: open, raed, %fiel, read, read);
const ABI: SyscallSet = syscall_set!(arm64: openat, opnat);
const TWO: SyscallSet = syscall_set!(aarch64, x86_64: openat);
const WORD: SyscallSet = syscall_set!(aarch64: openat read);

fn main() {
    // Nothing of this is wrong.
    let _ = MANY.contains_number(1);
    let _ = ABI.len() + TWO.len() + WORD.len();
}
