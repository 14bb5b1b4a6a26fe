//! Maps of what there is not.

use syscall_meta::{Abi, name_map};

name_map! {
    /// Two ABIs and six calls that are wrong.
    static MANY: x86_64, i387, x86_64;
    openat, raed, opnat, %fiel, %wrong, openat, osf_syscall
}

name_map! { static TWICE: x86_64, i386 as bytes; openat, !openat, %file, %file, umount2, umount2 }

name_map! { static ALPHA: x86_64; openat, !read, !%network, !opnat }

name_map! { static NOTHING: x86_64; }

name_map! { static TAKEN: x86_64; !read }

name_map! { static NONE: x86_64, aarch64; umount, socketcall }

name_map! { fn NAMES: x86_64; openat }

name_map! { static TEXT: x86_64 as text; openat }

name_map! { static BYTES: x86_64 as bytes, openat }

fn main() {
    // Nothing of this is wrong.
    let _ = MANY.name(Abi::X86_64, 257);
    let _ = TWICE.name(Abi::X86_64, 257);
    let _ = (TEXT.abis(), BYTES.abis());
}
