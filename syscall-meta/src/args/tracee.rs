//! Numbers and structures behind a pointer, as the program's own machine has them.

use super::{ArgError, Argument, FromArg, Takes};
use crate::abi::{Abi, ByteOrder};

/// A type that can be read from a traced program's memory: it knows how many bytes it takes there.
///
/// ```
/// # #[cfg(all(feature = "native", target_arch = "x86_64"))] {
/// use syscall_meta::args::{Behind, FromTracee, Tracee};
/// use syscall_meta::{Abi, DecodeSyscall, RawCall, Region, Scratch};
///
/// /// `struct __kernel_old_timespec`: two words of the program's.
/// #[derive(Debug, PartialEq)]
/// struct Timespec { sec: i64, nsec: i64 }
///
/// impl FromTracee for Timespec {
///     fn size(abi: Abi) -> usize {
///         abi.long_bits() as usize / 4
///     }
///
///     fn from_tracee(from: Tracee<'_>) -> Option<Self> {
///         let word = from.abi().long_bits() as usize / 8;
///         Some(Timespec { sec: from.signed(0, word)?, nsec: from.signed(word, word)? })
///     }
/// }
///
/// #[derive(Debug, DecodeSyscall)]
/// #[syscall(abis(x86_64, i386))]
/// struct Nanosleep { rqtp: Behind<Timespec> }
///
/// let memory = [Region::new(0x1000, &[5, 0, 0, 0, 0xff, 0xff, 0xff, 0xff])];
/// let call = RawCall::new(Abi::I386, 162, [0x1000, 0, 0, 0, 0, 0]);
/// let sleep = Nanosleep::decode(Abi::I386, &call, &memory, &mut Scratch::new(&mut [0; 64]))?;
/// assert_eq!(sleep.rqtp.0, Timespec { sec: 5, nsec: -1 });
/// # }
/// # Ok::<(), syscall_meta::args::DecodeError>(())
/// ```
pub trait FromTracee: Sized {
    /// How many bytes it takes.
    fn size(abi: Abi) -> usize;

    /// Reads it out of so many bytes; `None` where it has no such value.
    fn from_tracee(from: Tracee<'_>) -> Option<Self>;
}

/// Bytes of a traced program, with what has to be known to read numbers out of them.
#[derive(Clone, Copy, Debug)]
pub struct Tracee<'m> {
    bytes: &'m [u8],
    abi: Abi,
    order: ByteOrder,
}

impl<'m> Tracee<'m> {
    /// Bytes of a program.
    pub const fn new(bytes: &'m [u8], abi: Abi, order: ByteOrder) -> Tracee<'m> {
        Tracee { bytes, abi, order }
    }

    /// The bytes.
    pub const fn bytes(&self) -> &'m [u8] {
        self.bytes
    }

    /// The ABI.
    pub const fn abi(&self) -> Abi {
        self.abi
    }

    /// The number of `size` bytes at an offset, at most 8 of them.
    pub fn unsigned(&self, offset: usize, size: usize) -> Option<u64> {
        let end = offset.checked_add(size)?;
        let bytes = self.bytes.get(offset..end).filter(|_| size <= 8)?;
        Some(self.order.integer(bytes))
    }

    /// The same with a sign.
    pub fn signed(&self, offset: usize, size: usize) -> Option<i64> {
        let above = 64u32.checked_sub(u32::try_from(size).ok()?.checked_mul(8)?)? & 63;
        Some((self.unsigned(offset, size)? << above) as i64 >> above)
    }

    /// What stands at an offset.
    pub fn at<T: FromTracee>(&self, offset: usize) -> Option<T> {
        let end = offset.checked_add(T::size(self.abi))?;
        T::from_tracee(Tracee { bytes: self.bytes.get(offset..end)?, ..*self })
    }
}

macro_rules! integers {
    ($($int:ident)*) => {
        $(impl FromTracee for $int {
            fn size(_: Abi) -> usize {
                size_of::<$int>()
            }

            fn from_tracee(from: Tracee<'_>) -> Option<$int> {
                from.unsigned(0, size_of::<$int>()).map(|number| number as $int)
            }
        }

        impl<const N: usize> FromTracee for [$int; N] {
            fn size(_: Abi) -> usize {
                size_of::<[$int; N]>()
            }

            fn from_tracee(from: Tracee<'_>) -> Option<[$int; N]> {
                let (mut all, size) = ([0; N], size_of::<$int>());
                for (place, bytes) in all.iter_mut().zip(from.bytes.chunks_exact(size)) {
                    *place = from.order.integer(bytes) as $int;
                }
                (from.bytes.len() == size_of::<[$int; N]>()).then_some(all)
            }
        })*
    };
}

integers!(u8 u16 u32 u64 i8 i16 i32 i64);

/// What a pointer leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Behind<T>(
    /// What is there.
    pub T,
);

impl<T: FromTracee> FromArg<'_> for Behind<T> {
    const TAKES: Takes = Takes::POINTEE;

    fn from_arg(arg: &mut Argument<'_, '_>) -> Result<Behind<T>, ArgError> {
        let (abi, order, address) = (arg.abi(), arg.byte_order(), arg.value());
        arg.read_for_now(address, T::size(abi), |bytes| T::from_tracee(Tracee { bytes, abi, order }))
            .and_then(|value| value.map(Behind).ok_or(ArgError::Value(address)))
    }
}
