//! Numbers and structures behind a pointer, as the program's own machine has them.

use super::call::Reading;
use super::spot::{Class, Fits, Spot, integer_of};
use super::{Address, ArgError, Argument, FromArg, Takes};
use crate::abi::{Abi, ByteOrder};
use crate::memory::{Memory, Scratch};

/// A type that can be read from a traced program's memory: it knows how many bytes it takes there.
///
/// The macro of the same name (feature `layouts`) derives it for structures of the kernel's; this one is written by hand:
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

    /// Reads it out of a program's memory.
    ///
    /// # Errors
    /// Memory that cannot be read, no room for it, a value that the type has not, an ABI that has no such structure.
    fn read<M: Memory + ?Sized>(
        reading: impl Into<Reading>,
        address: u64,
        memory: &M,
        scratch: &mut Scratch<'_>,
    ) -> Result<Self, ArgError> {
        let (reading, mut nested) = (reading.into(), scratch.nested());
        let size = Self::size(reading.abi());
        if size > reading.limits().bytes {
            return Err(ArgError::TooLong);
        }
        let bytes = nested.alloc(size).ok_or(ArgError::NoRoom)?;
        memory.read_exact(address, bytes)?;
        let from = Tracee { bytes, abi: reading.abi(), order: reading.byte_order() };
        Self::from_tracee(from).ok_or(ArgError::Value(address))
    }

    #[doc(hidden)]
    const FITS: Fits = Fits::Anything;

    /// Reads it where it is a field of another structure.
    #[doc(hidden)]
    fn __field(from: &Tracee<'_>, spot: &Spot) -> Option<Self> {
        let is_it = spot.class == Class::Record && !spot.is_array && spot.size as usize == Self::size(from.abi);
        if is_it { from.at(spot.offset as usize) } else { None }
    }
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

    /// A field, for what is derived.
    #[doc(hidden)]
    pub fn field<T: FromTracee>(&self, spot: &Spot) -> Option<T> {
        T::__field(self, spot)
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

            const FITS: Fits = Fits::Integer($int::BITS);

            fn __field(from: &Tracee<'_>, spot: &Spot) -> Option<$int> {
                integer_of(from.bytes, spot, 0, from.abi, from.order).map(|number| number as $int)
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

            const FITS: Fits = Fits::Array(N as u32, $int::BITS);

            fn __field(from: &Tracee<'_>, spot: &Spot) -> Option<[$int; N]> {
                let mut all = [0; N];
                for (at, place) in all.iter_mut().enumerate() {
                    *place = integer_of(from.bytes, spot, at, from.abi, from.order)? as $int;
                }
                Some(all)
            }
        })*
    };
}

integers!(u8 u16 u32 u64 i8 i16 i32 i64);

/// A pointer of the program, as wide as its ABI has them.
impl FromTracee for Address {
    fn size(abi: Abi) -> usize {
        abi.pointer_bits() as usize / 8
    }

    fn from_tracee(from: Tracee<'_>) -> Option<Address> {
        from.unsigned(0, Self::size(from.abi)).map(Address)
    }

    const FITS: Fits = Fits::Integer(64);

    fn __field(from: &Tracee<'_>, spot: &Spot) -> Option<Address> {
        integer_of(from.bytes, spot, 0, from.abi, from.order).map(Address)
    }
}

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
