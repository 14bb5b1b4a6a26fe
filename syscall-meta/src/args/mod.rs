//! The arguments of calls as a tracer's own types: what [`DecodeSyscall`] derives, and the types that its fields have.
//!
//! A field can have any type that implements [`FromArg`]. These do:
//!
//! | type | what it holds |
//! |---|---|
//! | `u8` … `u64`, `usize`, `i8` … `i64`, `isize` | a number that is no wider, or a pointer as a number |
//! | [`Fd`], [`DirFd`], [`Pid`], [`Mode`], [`Signal`], [`Errno`], [`Address`] | a number, by its meaning |
//! | `Flags<S>` (feature `constants`) | a number with the names of the set `S` for its bits |
//! | `&CStr`, `&str`, [`TextList`] | text up to its NUL, and lists of pointers to such |
//! | `&[u8]`, [`BytesRef`] | bytes, of which there are as many as the kernel takes or gives |
//! | `[u8; N]`, [`Behind<T>`](Behind) | so many bytes; a number or structure ([`FromTracee`]) behind the pointer |
//! | [`SockAddr`] | a socket's address |
//! | `CString`, `String`, `Vec<u8>`, `Bytes`, `Vec<CString>`, `Vec<String>` (feature `alloc`) | the same, owned |
//! | [`Option<T>`] | `None` for NULL, and at the exit of a call that failed |
//! | `Result<T, ArgError>` | what could not be read as a value, in place of an error of the whole |
//! | [`Result<T, Errno>`](Errno), [`Outcome`] | results |
//!
//! Borrowed types point into the [`Scratch`](crate::Scratch), of which owned ones take nothing. Everything that is read is
//! bounded by [`Limits`] ([`Limits::WHOLE`] unless said otherwise).
//!
//! # A type of one's own
//!
//! ```
//! # #[cfg(all(feature = "native", target_arch = "x86_64"))] {
//! use syscall_meta::args::{ArgError, Argument, FromArg, Takes};
//! use syscall_meta::{Abi, DecodeSyscall, RawCall, Scratch};
//!
//! /// Where `lseek` counts from.
//! #[derive(Debug, PartialEq)]
//! enum Whence { Start, Here, End, Other(u32) }
//!
//! impl FromArg<'_> for Whence {
//!     // A number, of which 32 bits are enough.
//!     const TAKES: Takes = Takes::number(32);
//!
//!     fn from_arg(arg: &mut Argument<'_, '_>) -> Result<Self, ArgError> {
//!         Ok(match arg.value() as u32 {
//!             0 => Whence::Start,
//!             1 => Whence::Here,
//!             2 => Whence::End,
//!             other => Whence::Other(other),
//!         })
//!     }
//! }
//!
//! #[derive(Debug, DecodeSyscall)]
//! #[syscall(abis(x86_64, i386))]
//! struct Lseek { offset: i64, whence: Whence }
//!
//! let call = RawCall::new(Abi::X86_64, 8, [3, 512, 2, 0, 0, 0]);
//! let lseek = Lseek::decode(Abi::X86_64, &call, &(), &mut Scratch::new(&mut []))?;
//! assert_eq!((lseek.offset, lseek.whence), (512, Whence::End));
//! # }
//! # Ok::<(), syscall_meta::args::DecodeError>(())
//! ```

pub(crate) mod call;
#[cfg(feature = "constants")]
mod flags;
mod numbers;
#[cfg(feature = "alloc")]
mod owned;
pub(crate) mod reader;
mod sockaddr;
pub(crate) mod spot;
mod texts;
pub(crate) mod tracee;

use core::fmt;

use crate::memory::Fault;

#[cfg(doc)]
use crate::{DecodeSyscall, Limits, Outcome};

pub use call::{DecodeError, Reading, Started, WholeAtEntry};
#[cfg(feature = "constants")]
pub use flags::{AtFlags, CloneFlags, Flags, MessageFlags, MmapFlags, MmapProt, MountFlags, NamedSet, OpenFlags};
pub use numbers::{Address, DirFd, Errno, Fd, Mode, Pid, Signal};
#[cfg(feature = "alloc")]
pub use owned::Bytes;
pub use reader::Argument;
pub use sockaddr::SockAddr;
#[cfg(feature = "layouts")]
pub use syscall_meta_derive::FromTracee;
pub use texts::{BytesRef, TextList, Texts};
pub use tracee::{Behind, FromTracee, Tracee};

/// A type that an argument or a result of a call can be read as.
///
/// `'b` is for how long the scratch is lent; types that borrow nothing implement it for any.
#[diagnostic::on_unimplemented(
    message = "an argument of a call cannot be read as `{Self}`",
    label = "not a type of an argument",
    note = "`syscall_meta::args` lists the types that there are; implement `FromArg` for others",
    note = "owned ones such as `CString` need the feature `alloc` of `syscall-meta`, `Flags` needs `constants`"
)]
pub trait FromArg<'b>: Sized {
    /// Which arguments it can hold: one that it cannot stops the build.
    const TAKES: Takes;

    /// Reads it.
    ///
    /// # Errors
    /// Memory that cannot be read, no room for it, a value that the type has not.
    fn from_arg(arg: &mut Argument<'_, 'b>) -> Result<Self, ArgError>;
}

/// Which arguments a type can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Takes {
    pub(crate) what: What,
    pub(crate) bits: u8,
    /// Only results.
    pub(crate) result: bool,
    /// Only pointers, whatever else it takes.
    pub(crate) nullable: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Anything,
    Integer,
    Number,
    Pointee,
    Buffer,
}

impl Takes {
    const fn of(what: What, bits: u8) -> Takes {
        Takes { what, bits, result: false, nullable: false }
    }

    /// Every argument.
    pub const ANYTHING: Takes = Takes::of(What::Anything, 64);

    /// What is behind a pointer and says itself where it ends, or has a size of its own: text, a structure.
    pub const POINTEE: Takes = Takes::of(What::Pointee, 64);

    /// What is behind a pointer, of which [`Argument::length`] says the size: the build stops where nothing says so.
    pub const BUFFER: Takes = Takes::of(What::Buffer, 64);

    /// Numbers of so many bits or fewer, and pointers as numbers.
    pub const fn integer(bits: u8) -> Takes {
        Takes::of(What::Integer, bits)
    }

    /// Numbers of so many bits or fewer, and no pointers. A type that keeps what the kernel keeps takes wider ones, too: a
    /// file descriptor is an `unsigned long` for `mmap`.
    pub const fn number(bits: u8) -> Takes {
        Takes::of(What::Number, bits)
    }

    /// The same where it is a result, and nothing else.
    pub const fn only_result(self) -> Takes {
        Takes { result: true, ..self }
    }

    /// The same where it is a pointer, which may be NULL.
    pub const fn only_pointer(self) -> Takes {
        Takes { nullable: true, ..self }
    }
}

/// Why an argument could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArgError {
    /// The program's memory could not be read there. So it is with a pointer that the kernel refuses as well.
    Fault(Fault),
    /// The scratch has no room for it.
    NoRoom,
    /// It is longer than the limits allow, or has no end.
    TooLong,
    /// A word of it is not known: it is on the stack, which the tracer did not read.
    NoWord,
    /// How long it is could not be told.
    NoLength,
    /// The call failed, so that the kernel wrote nothing there.
    Failed,
    /// It is no UTF-8.
    NotText,
    /// The type has no such value.
    Value(u64),
}

impl From<Fault> for ArgError {
    fn from(fault: Fault) -> ArgError {
        ArgError::Fault(fault)
    }
}

impl fmt::Display for ArgError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ArgError::Fault(fault) => write!(f, "{fault}"),
            ArgError::NoRoom => f.write_str("the scratch has no room for it"),
            ArgError::TooLong => f.write_str("it is longer than the limits allow"),
            ArgError::NoWord => f.write_str("a word of it is not known"),
            ArgError::NoLength => f.write_str("how long it is cannot be told"),
            ArgError::Failed => f.write_str("the call failed and wrote nothing"),
            ArgError::NotText => f.write_str("it is not UTF-8"),
            ArgError::Value(value) => write!(f, "the type has no value {value:#x}"),
        }
    }
}

impl core::error::Error for ArgError {}
