//! A call as a tracer's own type: at its start, and when it has returned.

use core::fmt;

use super::reader::{Found, Place, Reader, Words};
use super::{ArgError, Argument, FromArg};
use crate::abi::{Abi, ByteOrder};
use crate::call::RawCall;
use crate::limits::Limits;
use crate::memory::{Fault, Memory, Scratch};
use crate::outcome::Outcome;

/// How a call is read: its ABI, the byte order of the machine, how far memory is read. An [`Abi`] is one, with its usual
/// order and [`Limits::WHOLE`].
///
/// ```
/// use syscall_meta::args::Reading;
/// use syscall_meta::{Abi, ByteOrder};
///
/// let reading = Reading::new(Abi::Arm).with_byte_order(ByteOrder::Big);
/// assert_eq!((reading.abi(), reading.byte_order()), (Abi::Arm, ByteOrder::Big));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    abi: Abi,
    order: ByteOrder,
    limits: Limits,
}

impl Reading {
    /// One of an ABI.
    pub const fn new(abi: Abi) -> Reading {
        // Every ABI has one.
        let order = abi.audit_archs()[0].byte_order();
        Reading { abi, order, limits: Limits::WHOLE }
    }

    /// One on a machine of this order.
    pub const fn with_byte_order(self, order: ByteOrder) -> Reading {
        Reading { order, ..self }
    }

    /// One that reads no further than this.
    pub const fn with_limits(self, limits: Limits) -> Reading {
        Reading { limits, ..self }
    }

    /// The ABI.
    pub const fn abi(&self) -> Abi {
        self.abi
    }

    /// The byte order.
    pub const fn byte_order(&self) -> ByteOrder {
        self.order
    }

    /// How far memory is read.
    pub const fn limits(&self) -> Limits {
        self.limits
    }
}

impl From<Abi> for Reading {
    fn from(abi: Abi) -> Reading {
        Reading::new(abi)
    }
}

/// What a type that decodes calls holds of one that has started. The derive implements it.
pub trait Holds: Sized {
    #[doc(hidden)]
    type Held;
}

/// Calls as a type of one's own, derived: an enumeration with a variant a call, or a structure that is one.
///
/// `'b` is for how long the scratch is lent, which values that are borrowed point into; a type without such values
/// implements it for any. The macro of the same name says what can be written, and [`args`](crate::args) which types fields
/// have.
#[diagnostic::on_unimplemented(message = "`{Self}` decodes no calls", note = "put `#[derive(DecodeSyscall)]` at it")]
pub trait DecodeSyscall<'b>: Holds {
    #[doc(hidden)]
    fn __find(call: &mut Words<'_>) -> Found;

    #[doc(hidden)]
    fn __enter(which: u16, reader: &mut Reader<'_, 'b>) -> Result<Self::Held, DecodeError>;

    #[doc(hidden)]
    fn __exit(held: Self::Held, reader: &mut Reader<'_, 'b>) -> Result<Self, DecodeError>;

    #[doc(hidden)]
    fn __finish(held: Self::Held) -> Result<Self, DecodeError>;

    /// What stands for a call that is none of those named, if something does.
    #[doc(hidden)]
    fn __other(raw: RawCall) -> Option<Self::Held>;

    /// What is known of a call when it starts: all arguments but those of `#[syscall(exit)]`.
    ///
    /// `reading` is the ABI of the call, or a [`Reading`] where the machine's byte order is not the usual one. A call that
    /// stands behind `socketcall`, `ipc` or mips's `syscall` is found as itself.
    ///
    /// # Errors
    /// [`DecodeError::Other`] where no variant has the call; what could not be read of it.
    fn enter<M: Memory + ?Sized>(
        reading: impl Into<Reading>,
        call: &RawCall,
        memory: &M,
        scratch: &mut Scratch<'b>,
    ) -> Result<Started<Self>, DecodeError> {
        begin(reading.into(), call, &memory, scratch)
    }

    /// A call in one step, when it starts. There is this only where nothing waits for the exit.
    ///
    /// # Errors
    /// As [`enter`](DecodeSyscall::enter).
    fn decode<M: Memory + ?Sized>(
        reading: impl Into<Reading>,
        call: &RawCall,
        memory: &M,
        scratch: &mut Scratch<'b>,
    ) -> Result<Self, DecodeError>
    where
        Self: WholeAtEntry,
    {
        // What is kept for the exit is not built.
        let begun: Started<Self> = begin(reading.into(), call, &memory, scratch)?;
        Self::__finish(begun.held)
    }
}

/// Which call it is, and the fields of its start.
#[inline]
fn begin<'b, T: DecodeSyscall<'b>>(
    reading: Reading,
    call: &RawCall,
    memory: &dyn Memory,
    scratch: &mut Scratch<'b>,
) -> Result<Started<T>, DecodeError> {
    if reading.abi != call.abi() {
        return Err(DecodeError::OtherAbi(call.abi()));
    }
    let mut words = Words::new(call, reading.order, memory);
    let (which, places) = match T::__find(&mut words) {
        Err(DecodeError::Other) => {
            let held = T::__other(*call).ok_or(DecodeError::Other)?;
            return Ok(Started { held, raw: *call, words: words.known(), reading, places: &[], room: None });
        }
        found => found?,
    };
    let words = words.known();
    let mut reader = Reader::new(memory, scratch, words, reading, places);
    let room = reader.room();
    let held = T::__enter(which, &mut reader)?;
    Ok(Started { held, raw: *call, words, reading, places, room })
}

/// Calls of which everything is known when they start: no field is of `#[syscall(exit)]` or `#[syscall(ret)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has fields that are known only when a call has returned",
    note = "use `enter` when it starts, and `exit` of what that returns"
)]
pub trait WholeAtEntry {}

/// A call that has started, held until it returns. It borrows of the scratch's buffer what its values do.
pub struct Started<T: Holds> {
    held: T::Held,
    raw: RawCall,
    words: crate::args::reader::Known,
    reading: Reading,
    places: &'static [Place],
    /// How many bytes there are where the kernel writes back how many it wrote.
    room: Option<u32>,
}

impl<T: Holds> Started<T> {
    /// The call as it was caught.
    pub const fn raw(&self) -> &RawCall {
        &self.raw
    }

    /// The call when it has returned.
    ///
    /// # Errors
    /// What could not be read of it.
    pub fn exit<'b, M: Memory + ?Sized>(
        self,
        outcome: Outcome,
        memory: &M,
        scratch: &mut Scratch<'b>,
    ) -> Result<T, DecodeError>
    where
        T: DecodeSyscall<'b>,
    {
        let mut reader = Reader::new(&memory, scratch, self.words, self.reading, self.places);
        reader.returned(outcome, self.room);
        T::__exit(self.held, &mut reader)
    }

    /// The call without its exit: it is of no interest, or there is none.
    ///
    /// # Errors
    /// [`DecodeError::NotReturned`] for a variant that has fields of the exit.
    pub fn finish<'b>(self) -> Result<T, DecodeError>
    where
        T: DecodeSyscall<'b>,
    {
        T::__finish(self.held)
    }
}

impl<T: Holds> fmt::Debug for Started<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Started").field(&self.raw).finish()
    }
}

impl<'b> Reader<'_, 'b> {
    /// The argument of a field.
    pub fn get<T: FromArg<'b>>(&mut self, place: usize, name: &'static str) -> Result<T, DecodeError> {
        let read = |mut arg: Argument<'_, 'b>| T::from_arg(&mut arg);
        self.argument(place).and_then(read).map_err(|error| DecodeError::Field { name, error })
    }

    /// The result.
    pub fn result<T: FromArg<'b>>(&mut self, name: &'static str) -> Result<T, DecodeError> {
        let read = |mut arg: Argument<'_, 'b>| T::from_arg(&mut arg);
        self.of_result().and_then(read).map_err(|error| DecodeError::Field { name, error })
    }
}

/// Why a call could not be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// It is none of the calls that are named, and no variant is `#[syscall(other)]`.
    Other,
    /// It came through another ABI than it was to be read by.
    OtherAbi(Abi),
    /// Its words are in memory, which cannot be read.
    Words(Fault),
    /// It has fields that are known only when it has returned.
    NotReturned,
    /// A field could not be read.
    Field {
        /// The field.
        name: &'static str,
        /// Why.
        error: ArgError,
    },
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DecodeError::Other => f.write_str("none of the calls that are named"),
            DecodeError::OtherAbi(abi) => write!(f, "a call of {abi}"),
            DecodeError::Words(fault) => write!(f, "the words of the call: {fault}"),
            DecodeError::NotReturned => f.write_str("not all is known before the call has returned"),
            DecodeError::Field { name, error } => write!(f, "`{name}`: {error}"),
        }
    }
}

impl core::error::Error for DecodeError {}
