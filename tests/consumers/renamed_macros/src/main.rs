//! The macros where their library bears another name, nothing is imported, and everything has a name that they might use.

#![no_implicit_prelude]
#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, clippy::all, clippy::pedantic)]

use ::calls::{SyscallName, name_map, syscall_set, sysno};

// None of these is what an expansion means by the word.
#[allow(dead_code)]
mod core {}
#[allow(dead_code)]
mod std {}
#[allow(dead_code)]
mod syscall_meta {}
#[allow(dead_code)]
struct Option;
#[allow(dead_code)]
struct Abi;
#[allow(dead_code)]
enum Result {
    Some,
    None,
    Ok,
    Err,
}
#[allow(unused_macros)]
macro_rules! assert {
    ($($tokens:tt)*) => {
        ::core::compile_error!("not this one")
    };
}
#[allow(unused_macros)]
macro_rules! panic {
    ($($tokens:tt)*) => {
        ::core::compile_error!("not this one")
    };
}

name_map! {
    /// At the top.
    pub(crate) static NAMES: x86_64, i386;
    openat, socketcall, %stat
}

name_map! { static ROWS: x86_64 as bytes; openat, read }

/// An enumeration that is seen from elsewhere.
pub mod watched {
    /// Many calls.
    #[derive(Clone, Copy, ::calls::SyscallName)]
    #[syscall(abis(x86_64, i386), crate = ::calls)]
    pub enum Watched {
        /// On both.
        Openat,
        /// On one.
        Socketcall,
        /// By two names.
        #[syscall(name = "newfstatat", or = "fstatat64")]
        Stat,
    }
}

#[derive(Clone, Copy, SyscallName)]
#[syscall(abis(aarch64, x86_64), crate = ::calls)]
enum Own {
    Read,
    Write,
}

struct Holder<T>(T);

impl<T> Holder<T> {
    const OPENAT: u32 = sysno!(x86_64, openat);
    // A number that a person would write otherwise.
    const WITH_A_BASE: u32 = sysno!(x32, openat);

    fn is_in<const N: u32>(&self) -> bool {
        const SET: ::calls::SyscallSet = syscall_set!(aarch64: openat, read, %network);
        let _ = &self.0;
        SET.contains_number(N)
            && Self::WITH_A_BASE != Self::OPENAT
            && syscall_set!(x86_64: %all).contains_number(Self::OPENAT)
    }

    fn local(&self) -> bool {
        // In a function, beside parameters and items of its own.
        #[derive(Clone, Copy, SyscallName)]
        #[syscall(abis(x86_64), crate = ::calls)]
        enum Inner {
            Close,
        }
        name_map! { static NAMES: aarch64; close }
        let _ = &self.0;
        let inner = Inner::Close.number(::calls::Abi::X86_64);
        ::core::matches!(inner, ::core::option::Option::Some(3))
            && NAMES.name(::calls::Abi::Aarch64, 57).is_some()
            && ::core::matches!(Inner::from_number(::calls::Abi::X86_64, 3), ::core::option::Option::Some(Inner::Close))
    }
}

/// What another crate's own macro makes of them.
macro_rules! of {
    ($($call:ident)*) => { [$(sysno!(x86_64, $call)),*] };
}

fn main() {
    use ::core::str::FromStr;
    let holder = Holder(());
    let numbers = of!(read write openat);
    ::core::assert!(holder.is_in::<56>() && holder.local());
    ::core::assert!(numbers == [0, 1, 257] && NAMES.name(::calls::Abi::I386, 102).is_some());
    ::core::assert!(ROWS.name(::calls::Abi::X86_64, 0).is_some());
    ::core::assert!(Own::from_str("read").is_ok() && Own::Write.as_str().len() == 5);
    ::core::assert!(watched::Watched::Stat.number(::calls::Abi::I386).is_some());
    ::std::println!("{} {}", Own::Read, watched::Watched::Openat);
}
