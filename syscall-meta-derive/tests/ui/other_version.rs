//! A library whose tables are not those that the macros know.

mod library {
    pub use syscall_meta::Abi;

    pub mod __derive {
        pub const CATALOGUE: u64 = 1;
    }
}

const OPENAT: u32 = syscall_meta_derive::sysno!(crate = library; x86_64, openat);

fn main() {
    let _ = OPENAT;
}
