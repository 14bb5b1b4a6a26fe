//! Numbers with names for their bits or values.

use core::fmt;
use core::hash::{Hash, Hasher};
use core::marker::PhantomData;

use super::{ArgError, Argument, FromArg, Takes};
use crate::abi::Abi;
use crate::constants::FlagSet;
use crate::generated::sets;

/// A type that stands for a set of [`sets`], for [`Flags`].
///
/// ```
/// use syscall_meta::args::NamedSet;
/// use syscall_meta::{FlagSet, sets};
///
/// enum MemfdFlags {}
///
/// impl NamedSet for MemfdFlags {
///     const SET: FlagSet = sets::MEMFD_CREATE_FLAGS;
/// }
/// ```
pub trait NamedSet {
    /// The set.
    const SET: FlagSet;
}

/// Declares types for sets that many tracers look at.
macro_rules! named_sets {
    ($($name:ident $set:ident $about:literal;)*) => {
        $(
            #[doc = $about]
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            pub enum $name {}

            impl NamedSet for $name {
                const SET: FlagSet = sets::$set;
            }
        )*
    };
}

named_sets! {
    OpenFlags OPEN_FLAGS "Flags of `open` and `openat`.";
    AtFlags FSTATAT_FLAGS "Flags of `newfstatat`.";
    MmapProt MMAP_PROT "What a mapping allows.";
    MmapFlags MMAP_FLAGS "Flags of `mmap`.";
    CloneFlags CLONE_FLAGS "Flags of `clone`.";
    MessageFlags MESSAGE_FLAGS "Flags of `send` and `recv`.";
    MountFlags MOUNT_FLAGS "Flags of `mount`.";
}

/// A number that is of the set `S`, with the ABI by which its bits have names.
///
/// ```
/// # #[cfg(all(feature = "native", target_arch = "x86_64"))] {
/// use syscall_meta::args::{Flags, OpenFlags};
/// use syscall_meta::{Abi, DecodeSyscall, RawCall, Scratch};
///
/// #[derive(Debug, DecodeSyscall)]
/// #[syscall(abis(x86_64))]
/// struct Openat { flags: Flags<OpenFlags> }
///
/// let call = RawCall::new(Abi::X86_64, 257, [0, 0, 0x8_0001, 0, 0, 0]);
/// let openat = Openat::decode(Abi::X86_64, &call, &(), &mut Scratch::new(&mut []))?;
/// assert_eq!(openat.flags.to_string(), "O_WRONLY|O_CLOEXEC");
/// assert!(openat.flags.has("O_CLOEXEC") && !openat.flags.has("O_CREAT"));
/// assert_eq!(openat.flags.bits(), 0x8_0001);
/// # }
/// # Ok::<(), syscall_meta::args::DecodeError>(())
/// ```
pub struct Flags<S> {
    bits: u64,
    abi: Abi,
    set: PhantomData<fn() -> S>,
}

impl<S: NamedSet> Flags<S> {
    /// A number of an ABI.
    pub const fn new(abi: Abi, bits: u64) -> Flags<S> {
        Flags { bits, abi, set: PhantomData }
    }

    /// The number. Its bits differ from ABI to ABI.
    pub const fn bits(self) -> u64 {
        self.bits
    }

    /// Whether all bits of a name are there; not so where the ABI has no such name, or it stands for no bit.
    pub fn has(self, name: &str) -> bool {
        S::SET.value_of(self.abi, name).is_some_and(|bits| bits != 0 && self.bits & bits == bits)
    }
}

impl<S> FromArg<'_> for Flags<S> {
    const TAKES: Takes = Takes::number(64);

    fn from_arg(arg: &mut Argument<'_, '_>) -> Result<Flags<S>, ArgError> {
        Ok(Flags { bits: arg.value(), abi: arg.abi(), set: PhantomData })
    }
}

impl<S> Clone for Flags<S> {
    fn clone(&self) -> Flags<S> {
        *self
    }
}

impl<S> Copy for Flags<S> {}

/// Equal where bits and ABI are.
impl<S> PartialEq for Flags<S> {
    fn eq(&self, other: &Flags<S>) -> bool {
        (self.bits, self.abi) == (other.bits, other.abi)
    }
}

impl<S> Eq for Flags<S> {}

impl<S> Hash for Flags<S> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.bits, self.abi).hash(state);
    }
}

/// The names: `O_RDONLY|O_CLOEXEC`.
impl<S: NamedSet> fmt::Display for Flags<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&S::SET.names(self.abi, self.bits), f)
    }
}

impl<S: NamedSet> fmt::Debug for Flags<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
