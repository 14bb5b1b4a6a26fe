//! Where the arguments of a call are, and the reading of one: its number, and what it leads to.

use super::{ArgError, Reading, Takes, What};
use crate::abi::{Abi, ByteOrder};
use crate::args::DecodeError;
use crate::call::{MAX_WORDS, RawCall};
use crate::limits::Limits;
use crate::memory::{Fault, Memory, Scratch};
use crate::outcome::Outcome;

/// Where an argument is: its word, the word of its other half or the same again, how many bits count, whether the
/// highest is a sign and what else there is; how many bytes it leads to.
///
/// Of that the first says how it is told: 0 by nothing, 1 by the word that follows, of which so many bits count, 2 by the 32
/// bits that this word points to, 3 by the result, 4 by the last number itself.
#[derive(Clone, Copy, Debug)]
pub struct Place(pub u8, pub u8, pub u8, pub u8, pub (u8, u8, u16));

/// The highest bit is a sign.
const SIGNED: u8 = 1;
/// Which half is the high one follows from the machine's byte order; else the second is.
const ORDERED: u8 = 2;
/// The kernel writes what it leads to, and reads nothing there.
const WRITTEN: u8 = 4;

const BY_PARAM: u8 = 1;
const BY_POINTER: u8 = 2;
const BY_RESULT: u8 = 3;
const BY_NUMBER: u8 = 4;

/// Which of the calls that are named it is, and where its arguments are.
pub type Found = Result<(u16, &'static [Place]), DecodeError>;

/// The words that are known of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    words: [u64; MAX_WORDS],
    len: u8,
}

impl Known {
    const NONE: Known = Known { words: [0; MAX_WORDS], len: 0 };

    fn get(&self, at: u8) -> Option<u64> {
        if at < self.len { self.words.get(usize::from(at)).copied() } else { None }
    }

    fn push(&mut self, word: u64) {
        if let Some(place) = self.words.get_mut(usize::from(self.len)) {
            *place = word;
            self.len += 1;
        }
    }

    fn value(&self, place: &Place, order: ByteOrder) -> Option<u64> {
        let Place(first, second, bits, how, _) = *place;
        let word = self.get(first)?;
        let whole = if first == second {
            word
        } else {
            let other = self.get(second)?;
            let swapped = how & ORDERED != 0 && order == ByteOrder::Big;
            let (low, high) = if swapped { (other, word) } else { (word, other) };
            high << 32 | (low & 0xffff_ffff)
        };
        let above = 64u32.saturating_sub(u32::from(bits)) & 63;
        Some(if how & SIGNED != 0 { ((whole << above) as i64 >> above) as u64 } else { whole << above >> above })
    }
}

/// A call, as the number and words that it turns out to have.
pub struct Words<'m> {
    abi: Abi,
    order: ByteOrder,
    number: u32,
    known: Known,
    memory: &'m dyn Memory,
}

impl<'m> Words<'m> {
    pub(super) fn new(call: &RawCall, order: ByteOrder, memory: &'m dyn Memory) -> Words<'m> {
        let (words, len) = call.all_words();
        let known = Known { words, len };
        Words { abi: call.abi(), order, number: call.kernel_number(), known, memory }
    }

    pub(super) const fn known(&self) -> Known {
        self.known
    }

    /// The ABI.
    #[inline]
    pub const fn abi(&self) -> Abi {
        self.abi
    }

    /// The number, as the kernel shows it.
    #[inline]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// The 32 bits of a word that tell which call stands behind the number; a number that no call has where it is not known.
    pub fn told_by(&self, word: u8) -> u32 {
        self.known.get(word).map_or(u32::MAX, |word| word as u32)
    }

    /// A call whose words, so many, are in memory where a word points.
    pub fn in_memory(&mut self, word: u8, count: u8, found: (u16, &'static [Place])) -> Found {
        let pointer = Place(word, word, self.abi.pointer_bits() as u8, 0, (0, 0, 0));
        let Some(address) = self.known.value(&pointer, self.order) else { return Ok(found) };
        let size = self.abi.word_bits() as usize / 8;
        let mut bytes = [0; MAX_WORDS * 8];
        let bytes = bytes.get_mut(..usize::from(count).min(MAX_WORDS) * size).unwrap_or_default();
        self.memory.read_exact(address, bytes).map_err(DecodeError::Words)?;
        self.known = Known::NONE;
        for word in bytes.chunks_exact(size) {
            self.known.push(self.order.integer(word));
        }
        Ok(found)
    }

    /// A call whose words are some of these, in its own order.
    pub fn in_words(&mut self, words: &[u8], found: (u16, &'static [Place])) -> Found {
        let all = core::mem::replace(&mut self.known, Known::NONE);
        for at in words {
            // What is not known is not, and neither is what follows.
            let Some(word) = all.get(*at) else { break };
            self.known.push(word);
        }
        Ok(found)
    }

    /// Becomes the call whose number the first word is, and whose words follow; says whether that is another one.
    pub fn shift(&mut self) -> bool {
        let shown =
            |number: u32| number.wrapping_sub(self.abi.number_base()).wrapping_add(self.abi.kernel_number_base());
        let number = self.known.get(0).map(|word| shown(word as u32));
        let Some(number) = number.filter(|number| *number != self.number) else { return false };
        self.number = number;
        self.known.words.copy_within(1.., 0);
        self.known.len -= 1;
        true
    }
}

/// What the fields of a call are read from.
pub struct Reader<'m, 'b> {
    memory: &'m dyn Memory,
    scratch: &'m mut Scratch<'b>,
    words: Known,
    reading: Reading,
    places: &'static [Place],
    outcome: Option<Outcome>,
    room: Option<u32>,
    /// How many bytes may still be read.
    left: usize,
}

impl<'m, 'b> Reader<'m, 'b> {
    pub(super) fn new(
        memory: &'m dyn Memory,
        scratch: &'m mut Scratch<'b>,
        words: Known,
        reading: Reading,
        places: &'static [Place],
    ) -> Reader<'m, 'b> {
        let left = reading.limits().bytes;
        Reader { memory, scratch, words, reading, places, outcome: None, room: None, left }
    }

    pub(super) fn returned(&mut self, outcome: Outcome, room: Option<u32>) {
        self.outcome = Some(outcome);
        self.room = room;
    }

    /// The number behind the pointer that says how long something is, before the kernel writes another one there.
    pub(super) fn room(&self) -> Option<u32> {
        let place = self.places.iter().find(|place| place.4.0 == BY_POINTER)?;
        self.behind(place)
    }

    fn behind(&self, place: &Place) -> Option<u32> {
        let pointer = Place(place.4.1, place.4.1, self.reading.abi().pointer_bits() as u8, 0, (0, 0, 0));
        let mut bytes = [0; 4];
        let address = self.words.value(&pointer, self.reading.byte_order())?;
        self.memory.read_exact(address, &mut bytes).ok()?;
        Some(self.reading.byte_order().integer(&bytes) as u32)
    }

    /// How many bytes an argument leads to.
    fn length(&self, place: &Place) -> Option<u64> {
        let (how, word, number) = place.4;
        match how {
            BY_PARAM => {
                let of = Place(word, word, number as u8, 0, (0, 0, 0));
                self.words.value(&of, self.reading.byte_order())
            }
            BY_POINTER => {
                let now = self.behind(place)?;
                Some(self.room.map_or(now, |room| room.min(now)).into())
            }
            BY_RESULT => Some(self.outcome.and_then(|outcome| u64::try_from(outcome.value()).ok()).unwrap_or(0)),
            BY_NUMBER => Some(number.into()),
            _ => None,
        }
    }

    pub(super) fn argument(&mut self, place: usize) -> Result<Argument<'_, 'b>, ArgError> {
        let place = self.places.get(place).ok_or(ArgError::NoWord)?;
        let value = self.words.value(place, self.reading.byte_order()).ok_or(ArgError::NoWord)?;
        let length = self.length(place);
        let failed = self.outcome.is_some_and(|outcome| outcome.errno().is_some());
        let is_written = place.3 & WRITTEN != 0;
        Ok(Argument {
            value,
            length,
            failed: failed && is_written,
            outcome: self.outcome,
            reading: self.reading,
            memory: self.memory,
            scratch: &mut *self.scratch,
            left: &mut self.left,
        })
    }

    pub(super) fn of_result(&mut self) -> Result<Argument<'_, 'b>, ArgError> {
        let outcome = self.outcome.ok_or(ArgError::NoWord)?;
        Ok(Argument {
            value: outcome.value() as u64,
            length: None,
            failed: false,
            outcome: Some(outcome),
            reading: self.reading,
            memory: self.memory,
            scratch: &mut *self.scratch,
            left: &mut self.left,
        })
    }
}

/// An argument or the result of a call, as [`FromArg`](super::FromArg) finds it.
pub struct Argument<'a, 'b> {
    value: u64,
    length: Option<u64>,
    failed: bool,
    outcome: Option<Outcome>,
    reading: Reading,
    memory: &'a dyn Memory,
    scratch: &'a mut Scratch<'b>,
    left: &'a mut usize,
}

impl<'b> Argument<'_, 'b> {
    /// The number: cut to the bits that count, one with a sign extended by it. Of a result it is the value, which is the
    /// negated errno where the call failed.
    pub const fn value(&self) -> u64 {
        self.value
    }

    /// How many bytes it leads to, as the kernel has it: the value of another argument, what that points to, the result.
    ///
    /// # Errors
    /// [`ArgError::NoLength`] where nothing says so.
    pub fn length(&self) -> Result<u64, ArgError> {
        self.length.ok_or(ArgError::NoLength)
    }

    /// How the call ended, once it has.
    pub const fn outcome(&self) -> Option<Outcome> {
        self.outcome
    }

    /// Whether the call failed and so wrote nothing where this leads to.
    pub const fn has_failed(&self) -> bool {
        self.failed
    }

    /// The ABI.
    pub const fn abi(&self) -> Abi {
        self.reading.abi()
    }

    /// The byte order of the machine.
    pub const fn byte_order(&self) -> ByteOrder {
        self.reading.byte_order()
    }

    /// How far memory is read.
    pub const fn limits(&self) -> Limits {
        self.reading.limits()
    }

    /// The same with another number: what a pointer led to.
    pub fn with_value(&mut self, value: u64) -> Argument<'_, 'b> {
        Argument { value, scratch: &mut *self.scratch, left: &mut *self.left, ..*self }
    }

    /// Fills a buffer with the bytes from an address on.
    ///
    /// # Errors
    /// Memory that cannot be read, more than [`Limits::bytes`] of a call, a call that failed and wrote nothing.
    pub fn read(&mut self, address: u64, buf: &mut [u8]) -> Result<(), ArgError> {
        if self.failed {
            return Err(ArgError::Failed);
        }
        *self.left = self.left.checked_sub(buf.len()).ok_or(ArgError::TooLong)?;
        Ok(self.memory.read_exact(address, buf)?)
    }

    /// Reads a number of so many bytes, at most 8.
    ///
    /// # Errors
    /// As [`read`](Argument::read).
    pub fn number_at(&mut self, address: u64, size: usize) -> Result<u64, ArgError> {
        let mut bytes = [0; 8];
        let bytes = bytes.get_mut(..size).ok_or(ArgError::TooLong)?;
        self.read(address, bytes)?;
        Ok(self.byte_order().integer(bytes))
    }

    /// Reads so many bytes, which stay in the scratch.
    ///
    /// # Errors
    /// As [`read`](Argument::read); more than [`Limits::text`], or than the scratch has room for.
    pub fn bytes_at(&mut self, address: u64, len: u64) -> Result<&'b [u8], ArgError> {
        let len = usize::try_from(len).map_err(|_| ArgError::TooLong)?;
        if len > self.limits().text {
            return Err(ArgError::TooLong);
        }
        if len == 0 {
            return Ok(&[]);
        }
        if self.failed {
            return Err(ArgError::Failed);
        }
        *self.left = self.left.checked_sub(len).ok_or(ArgError::TooLong)?;
        let room = self.scratch.alloc(len).ok_or(ArgError::NoRoom)?;
        self.memory.read_exact(address, room)?;
        Ok(room)
    }

    /// How many bytes may be read of a buffer, at most.
    pub(super) fn most(&self) -> usize {
        self.limits().text.min(*self.left)
    }

    /// The same, where it has to stay in the scratch.
    pub(super) fn room(&self) -> u64 {
        self.most().min(self.scratch.remaining()) as u64
    }

    /// Reads so many bytes, which are of use no longer than that; they take room in the scratch for so long.
    ///
    /// # Errors
    /// As [`bytes_at`](Argument::bytes_at).
    pub fn read_for_now<T>(&mut self, address: u64, len: usize, with: impl FnOnce(&[u8]) -> T) -> Result<T, ArgError> {
        let mut few = [0; 64];
        if let Some(few) = few.get_mut(..len) {
            self.read(address, few)?;
            return Ok(with(few));
        }
        if self.failed {
            return Err(ArgError::Failed);
        }
        let mut nested = self.scratch.nested();
        let room = nested.alloc(len).ok_or(ArgError::NoRoom)?;
        *self.left = self.left.checked_sub(len).ok_or(ArgError::TooLong)?;
        self.memory.read_exact(address, room)?;
        Ok(with(room))
    }

    /// Reads text up to its NUL in pieces, which are handed over without it, and no more than `limit` bytes.
    ///
    /// # Errors
    /// As [`read`](Argument::read), and what `take` says.
    pub fn text_at(
        &mut self,
        address: u64,
        limit: usize,
        mut take: impl FnMut(&[u8]) -> Result<(), ArgError>,
    ) -> Result<(), ArgError> {
        if self.failed {
            return Err(ArgError::Failed);
        }
        let (mut chunk, mut at, mut done) = ([0; PIECE], address, 0);
        loop {
            // No piece goes over the end of a page, behind which there may be nothing.
            let to_end = PIECE - (at % PIECE as u64) as usize;
            let len = to_end.min((limit - done).saturating_add(1)).min(*self.left);
            let room = chunk.get_mut(..len).filter(|room| !room.is_empty()).ok_or(ArgError::TooLong)?;
            let count = self.memory.read(at, room)?;
            let read = room.get(..count).filter(|read| !read.is_empty()).ok_or(Fault::at(at))?;
            *self.left -= count;
            if let Some(end) = read.iter().position(|byte| *byte == 0) {
                return take(read.get(..end).unwrap_or_default());
            }
            done += count;
            if done > limit {
                return Err(ArgError::TooLong);
            }
            take(read)?;
            at = at.checked_add(count as u64).ok_or(Fault::at(u64::MAX))?;
        }
    }

    /// Puts what `fill` pushes into the scratch, where it stays; nothing is taken where that fails.
    pub(super) fn collect(
        &mut self,
        fill: impl FnOnce(&mut Self, &mut dyn FnMut(&[u8]) -> Result<(), ArgError>) -> Result<(), ArgError>,
    ) -> Result<&'b [u8], ArgError> {
        let (room, mut len) = (self.scratch.lend(), 0);
        let filled = fill(self, &mut |piece: &[u8]| {
            let place = room.get_mut(len..len + piece.len()).ok_or(ArgError::NoRoom)?;
            place.copy_from_slice(piece);
            len += piece.len();
            Ok(())
        });
        let (taken, rest) = room.split_at_mut(if filled.is_ok() { len } else { 0 });
        self.scratch.give(taken.len(), rest);
        filled.map(|()| &*taken)
    }

    /// Goes through a list of pointers up to NULL, no more than [`Limits::elements`].
    ///
    /// # Errors
    /// As [`read`](Argument::read), and what `each` says.
    pub fn pointers(&mut self, mut each: impl FnMut(&mut Self, u64) -> Result<(), ArgError>) -> Result<(), ArgError> {
        let (size, mut at) = (self.abi().pointer_bits() as usize / 8, self.value);
        for _ in 0..=self.limits().elements {
            let pointer = self.number_at(at, size)?;
            if pointer == 0 {
                return Ok(());
            }
            each(self, pointer)?;
            at = at.checked_add(size as u64).ok_or(Fault::at(u64::MAX))?;
        }
        Err(ArgError::TooLong)
    }
}

impl core::fmt::Debug for Argument<'_, '_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Argument").field("value", &self.value).field("length", &self.length).finish_non_exhaustive()
    }
}

/// How many bytes of a text are read at once; pages are a multiple of it.
const PIECE: usize = 256;

/// Of an argument: it is a pointer.
const POINTER: u8 = 1;
/// It can be one: the kernel takes it for a pointer where others say so.
const ADDRESS: u8 = 2;
/// How many bytes it leads to is told.
const LENGTH: u8 = 4;
/// The kernel will write there, and the field is read before.
const EARLY: u8 = 8;
/// It is no argument, but the result.
const RESULT: u8 = 16;

/// Whether a type holds an argument: 0; else 1 for one that is too wide, 2 for one of another kind, 3 for one that is not
/// there yet, 4 for one of which nobody says how long it is.
pub const fn fits(takes: Takes, bits: u8, is: u8) -> u8 {
    let may_point = is & (POINTER | ADDRESS) != 0 && is & RESULT == 0;
    if takes.result && is & RESULT == 0 || takes.nullable && !may_point {
        return 2;
    }
    match takes.what {
        What::Anything => 0,
        What::Number if is & POINTER != 0 => 2,
        What::Integer | What::Number => (bits > takes.bits) as u8,
        What::Pointee | What::Buffer if !may_point => 2,
        What::Pointee | What::Buffer if is & EARLY != 0 => 3,
        What::Buffer if is & LENGTH == 0 => 4,
        What::Pointee | What::Buffer => 0,
    }
}
