//! Arguments that are numbers: integers, and those with a meaning.

use core::fmt;

use super::{ArgError, Argument, FromArg, Takes};
use crate::outcome::Outcome;

/// Integers: cut to their own width, which is no narrower than the argument's. A number of the same width is taken bit by
/// bit, and one with a sign keeps that in a wider type.
macro_rules! integers {
    ($($int:ident)*) => {
        $(impl FromArg<'_> for $int {
            const TAKES: Takes = Takes::integer($int::BITS as u8);

            #[inline]
            fn from_arg(arg: &mut Argument<'_, '_>) -> Result<$int, ArgError> {
                Ok(arg.value() as $int)
            }
        })*
    };
}

integers!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

/// Declares a number with a meaning: its type, what it takes.
macro_rules! numbers {
    ($($(#[$about:meta])* $name:ident($int:ident) takes $takes:expr;)*) => {
        $(
            $(#[$about])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name(pub $int);

            impl FromArg<'_> for $name {
                const TAKES: Takes = $takes;

                #[inline]
                fn from_arg(arg: &mut Argument<'_, '_>) -> Result<$name, ArgError> {
                    Ok($name(arg.value() as $int))
                }
            }
        )*
    };
}

numbers! {
    /// A file descriptor. The kernel looks at 32 bits of it, also where an argument has more.
    Fd(i32) takes Takes::number(64);
    /// A file descriptor of a folder, or [`DirFd::CWD`].
    DirFd(i32) takes Takes::number(64);
    /// A process or thread; negative for a group of them where a call takes that.
    Pid(i32) takes Takes::number(64);
    /// A signal.
    Signal(u32) takes Takes::number(32);
    /// Type and permissions of a file.
    Mode(u32) takes Takes::number(32);
    /// An address that is not followed.
    Address(u64) takes Takes::integer(64);
}

impl DirFd {
    /// `AT_FDCWD`: the working directory.
    pub const CWD: DirFd = DirFd(-100);
}

impl Mode {
    /// The permissions, and the bits beside them: 12 bits.
    pub const fn permissions(self) -> u32 {
        self.0 & 0o7777
    }
}

impl fmt::Octal for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Octal::fmt(&self.0, f)
    }
}

impl fmt::LowerHex for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::LowerHex::fmt(&self.0, f)
    }
}

/// Why a call failed. A field `#[syscall(ret)] result: Result<usize, Errno>` has this or the result.
///
/// ```
/// # #[cfg(all(feature = "native", target_arch = "x86_64"))] {
/// use syscall_meta::args::{Errno, Fd};
/// use syscall_meta::{Abi, DecodeSyscall, Outcome, RawCall, Scratch};
///
/// #[derive(Debug, DecodeSyscall)]
/// #[syscall(abis(x86_64))]
/// struct Dup { fildes: Fd, #[syscall(ret)] result: Result<Fd, Errno> }
///
/// let call = RawCall::new(Abi::X86_64, 32, [3, 0, 0, 0, 0, 0]);
/// let dup = |result| {
///     let mut scratch = Scratch::new(&mut []);
///     Dup::enter(Abi::X86_64, &call, &(), &mut scratch)?.exit(Outcome::from_word(Abi::X86_64, result), &(), &mut scratch)
/// };
/// assert_eq!(dup(4)?.result, Ok(Fd(4)));
/// assert_eq!(dup(-9_i64 as u64)?.result, Err(Errno(9)));
/// assert_eq!(dup(4)?.fildes, Fd(3));
/// # }
/// # Ok::<(), syscall_meta::args::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Errno(pub u32);

impl Errno {
    /// What it is called on an ABI: `ENOENT`.
    #[cfg(feature = "constants")]
    #[cfg_attr(docsrs, doc(cfg(feature = "constants")))]
    pub fn name(self, abi: crate::Abi) -> Option<&'static str> {
        crate::sets::ERRNO.name_of(abi, self.0.into())
    }
}

/// As an argument, a number; the result is [`Result<T, Errno>`](Errno).
impl FromArg<'_> for Errno {
    const TAKES: Takes = Takes::number(32);

    fn from_arg(arg: &mut Argument<'_, '_>) -> Result<Errno, ArgError> {
        Ok(Errno(arg.value() as u32))
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "errno {}", self.0)
    }
}

impl core::error::Error for Errno {}

/// A result, or the errno.
impl<'b, T: FromArg<'b>> FromArg<'b> for Result<T, Errno> {
    const TAKES: Takes = T::TAKES.only_result();

    fn from_arg(arg: &mut Argument<'_, 'b>) -> Result<Self, ArgError> {
        match arg.outcome().and_then(|outcome| outcome.errno()) {
            Some(errno) => Ok(Err(Errno(errno))),
            None => T::from_arg(arg).map(Ok),
        }
    }
}

/// What could not be read is a value of the field.
impl<'b, T: FromArg<'b>> FromArg<'b> for Result<T, ArgError> {
    const TAKES: Takes = T::TAKES;

    fn from_arg(arg: &mut Argument<'_, 'b>) -> Result<Self, ArgError> {
        Ok(T::from_arg(arg))
    }
}

/// None for NULL, and for what a call that failed did not write.
impl<'b, T: FromArg<'b>> FromArg<'b> for Option<T> {
    const TAKES: Takes = T::TAKES.only_pointer();

    fn from_arg(arg: &mut Argument<'_, 'b>) -> Result<Self, ArgError> {
        if arg.value() == 0 || arg.has_failed() { Ok(None) } else { T::from_arg(arg).map(Some) }
    }
}

/// A result that says nothing: `Result<(), Errno>`.
impl FromArg<'_> for () {
    const TAKES: Takes = Takes::ANYTHING.only_result();

    fn from_arg(_: &mut Argument<'_, '_>) -> Result<(), ArgError> {
        Ok(())
    }
}

/// The result as it came, of a field with `#[syscall(ret)]`.
impl FromArg<'_> for Outcome {
    const TAKES: Takes = Takes::ANYTHING.only_result();

    fn from_arg(arg: &mut Argument<'_, '_>) -> Result<Outcome, ArgError> {
        arg.outcome().ok_or(ArgError::NoWord)
    }
}
