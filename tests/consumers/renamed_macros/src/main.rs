//! The macros where their library bears another name, nothing is imported, and everything has a name that they might use.

#![no_implicit_prelude]
#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, clippy::all, clippy::pedantic)]

use ::calls::{DecodeSyscall, FromTracee, SyscallName, name_map, syscall_set, sysno};

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

/// What a word of an expansion might be taken for.
#[allow(dead_code)]
struct Place;
#[derive(Debug)]
struct Held(::core::primitive::u64);
#[allow(dead_code)]
struct Inner;

impl ::calls::args::FromArg<'_> for Held {
    const TAKES: ::calls::args::Takes = ::calls::args::Takes::ANYTHING;

    fn from_arg(arg: &mut ::calls::args::Argument<'_, '_>) -> ::core::result::Result<Self, ::calls::args::ArgError> {
        ::core::result::Result::Ok(Held(arg.value()))
    }
}

/// Calls with their arguments, whose types are seen from here alone.
#[derive(Debug, DecodeSyscall)]
#[syscall(abis(x86_64, aarch64), crate = ::calls)]
enum Decoded<'reader> {
    Openat {
        filename: &'reader ::core::ffi::CStr,
        flags: u32,
    },
    Read {
        #[syscall(arg = "fd")]
        r#type: ::calls::args::Fd,
        count: Held,
        #[syscall(exit)]
        buf: &'reader [u8],
        #[syscall(ret)]
        held: ::core::result::Result<usize, ::calls::args::Errno>,
    },
    #[syscall(other)]
    Other,
}

/// What others see, and one call.
pub mod decoded {
    /// A call.
    #[derive(::calls::DecodeSyscall)]
    #[syscall(abis(x86_64), crate = ::calls)]
    pub struct Close {
        /// Which.
        pub fd: ::calls::args::Fd,
        /// What came of it.
        #[syscall(ret)]
        pub result: i64,
    }
}

fn decoded() -> bool {
    #[derive(DecodeSyscall)]
    #[syscall(abis(x86_64), crate = ::calls)]
    struct Getpid;
    let abi = ::calls::Abi::X86_64;
    let memory = [::calls::Region::new(16, b"name\0")];
    let mut room = [0; 64];
    let mut scratch = ::calls::Scratch::new(&mut room);
    let call = |number, word| ::calls::RawCall::new(abi, number, [0, word, 0, 0, 0, 0]);
    let outcome = ::calls::Outcome::from_word(abi, 4);
    let ::core::result::Result::Ok(started) = Decoded::enter(abi, &call(0, 16), &memory, &mut scratch) else {
        return false;
    };
    let read = started.exit(outcome, &memory, &mut scratch);
    let openat = Decoded::enter(abi, &call(257, 16), &memory, &mut scratch);
    let openat = openat.and_then(::calls::args::Started::finish);
    let is_named = ::core::matches!(
        openat,
        ::core::result::Result::Ok(Decoded::Openat { filename, flags: 0 }) if filename.to_bytes() == b"name"
    );
    let is_read = ::core::matches!(
        read,
        ::core::result::Result::Ok(Decoded::Read {
            r#type: ::calls::args::Fd(0),
            count: Held(0),
            buf: b"name",
            held: ::core::result::Result::Ok(4)
        })
    );
    let close = <decoded::Close as DecodeSyscall>::enter(abi, &call(3, 0), &(), &mut scratch);
    let close = close.and_then(|close| close.exit(outcome, &(), &mut scratch));
    let is_closed =
        ::core::matches!(close, ::core::result::Result::Ok(decoded::Close { fd: ::calls::args::Fd(0), result: 4 }));
    let getpid = Getpid::decode(abi, &call(39, 0), &(), &mut scratch);
    is_named && is_read && is_closed && getpid.is_ok()
}

/// What lies in memory.
mod lying {
    /// As others see it.
    #[derive(::calls::FromTracee)]
    #[tracee(struct = "iovec", crate = ::calls)]
    pub(super) struct Text {
        pub(super) iov_base: ::calls::args::Address,
        #[tracee(field = "iov_len")]
        pub(super) r#type: u64,
    }
}

fn lies() -> bool {
    // Lengths by names that an expansion might use.
    const ALL: usize = 65;
    const TEXT: usize = 65;
    #[derive(FromTracee)]
    #[tracee(struct = "new_utsname", abis(x86_64), crate = ::calls)]
    struct Found {
        sysname: [u8; ALL],
        machine: [u8; TEXT],
    }
    let sizes = <Found as ::calls::args::FromTracee>::size(::calls::Abi::X86_64);
    let memory = [::calls::Region::new(16, &[5, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0])];
    let (abi, mut room) = (::calls::Abi::X86_64, [0; 64]);
    let mut scratch = ::calls::Scratch::new(&mut room);
    let text = <lying::Text as ::calls::args::FromTracee>::read(abi, 16, &memory, &mut scratch);
    let names = <Found as ::calls::args::FromTracee>::read(abi, 16, &memory, &mut scratch);
    // There are too few bytes for it.
    let is_short = names.map_or(sizes, |names| names.sysname.len() + names.machine.len()) == 6 * ALL;
    let is_lying = ::core::matches!(
        text,
        ::core::result::Result::Ok(lying::Text { iov_base: ::calls::args::Address(5), r#type: 9 })
    );
    is_short && is_lying
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
    ::core::assert!(holder.is_in::<56>() && holder.local() && decoded() && lies());
    ::core::assert!(numbers == [0, 1, 257] && NAMES.name(::calls::Abi::I386, 102).is_some());
    ::core::assert!(ROWS.name(::calls::Abi::X86_64, 0).is_some());
    ::core::assert!(Own::from_str("read").is_ok() && Own::Write.as_str().len() == 5);
    ::core::assert!(watched::Watched::Stat.number(::calls::Abi::I386).is_some());
    ::std::println!("{} {}", Own::Read, watched::Watched::Openat);
}
