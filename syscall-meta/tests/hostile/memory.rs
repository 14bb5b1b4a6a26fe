//! A memory that does what it must not do, as a byte string says, and counts what is asked of it.

use std::cell::Cell;

use syscall_meta::{Abi, ByteOrder, Fault, Memory, Region};

use super::input::{Input, Word};

/// How many bytes it has at most.
const MOST: usize = 16 * 1024;

/// Without a limit of bytes it ends after so many, or reading would take long as it should.
const ENOUGH: usize = 256 * 1024;

pub(super) struct Hostile {
    image: Vec<u8>,
    base: u64,
    /// Everywhere, the image over and over; else only where the base says.
    everywhere: bool,
    faults: Faults,
    shortens: Shortens,
    miscounts: Miscounts,
    changes: Changes,
    is_unlimited: bool,
    /// Reads and bytes since the call began, and since the begin of its end.
    reads: Cell<usize>,
    bytes: Cell<usize>,
    before: Cell<(usize, usize)>,
    /// The most that was asked for at once.
    asked: Cell<usize>,
}

/// Where it cannot be read.
#[derive(Clone, Copy, Debug)]
enum Faults {
    Never,
    /// In places of so many bytes, of which one in so many is missing.
    Places(u64, u64),
    /// At every n-th read.
    Every(usize),
    /// From a read on.
    From(usize),
}

/// How much a read gives.
#[derive(Clone, Copy, Debug)]
enum Shortens {
    Never,
    To(usize),
    /// To a number of bytes that is another each time.
    Differently(usize),
    /// Up to the next multiple.
    AtPages(u64),
}

/// Which read tells a count that is wrong.
#[derive(Clone, Copy, Debug)]
enum Miscounts {
    Never,
    Zero(usize),
    More(usize),
    Most(usize),
}

/// When it holds something else.
#[derive(Clone, Copy, Debug)]
enum Changes {
    Never,
    EachRead,
    /// From a read on the image begins elsewhere.
    Moves(usize, usize),
    /// From a read on all bytes are this one.
    Becomes(usize, u8),
}

impl Hostile {
    pub(super) fn new(input: &mut Input<'_>, abi: Abi, order: ByteOrder, is_unlimited: bool) -> Hostile {
        let how = input.u8();
        let everywhere = how & 1 != 0;
        let high = how & 6 == 6;
        let faults = match (how >> 3) % 8 {
            0 => Faults::Places(1 << (input.u8() % 12), u64::from(input.u8() % 32) + 1),
            1 => Faults::Every(usize::from(input.u8() % 64) + 1),
            2 => Faults::From(input.u8().into()),
            _ => Faults::Never,
        };
        let how = input.u8();
        let shortens = match how % 8 {
            0 => Shortens::To(usize::from(input.u8() % 16) + 1),
            1 => Shortens::Differently(usize::from(input.u8()) + 1),
            2 => Shortens::AtPages(1 << (input.u8() % 13)),
            _ => Shortens::Never,
        };
        let miscounts = match how >> 4 {
            0 => Miscounts::Zero(input.u8().into()),
            1 => Miscounts::More(input.u8().into()),
            2 => Miscounts::Most(input.u8().into()),
            _ => Miscounts::Never,
        };
        let changes = match input.u8() % 8 {
            0 => Changes::EachRead,
            1 => Changes::Moves(input.u8().into(), input.u8().into()),
            2 => Changes::Becomes(input.u8().into(), input.u8()),
            _ => Changes::Never,
        };
        let bits = abi.pointer_bits();
        let room = MOST as u64;
        let base = match (high, bits) {
            (false, _) => 0x1_0000,
            (true, 32) => (1 << 32) - room,
            (true, _) => u64::MAX - room,
        };
        let image = image(input, base, bits as usize / 8, order);
        // The last byte of it is the last that there is.
        let base = if high { base + (MOST - image.len()) as u64 } else { base };
        let zero = || Cell::new(0);
        Hostile {
            image,
            base,
            everywhere,
            faults,
            shortens,
            miscounts,
            changes,
            is_unlimited,
            reads: zero(),
            bytes: zero(),
            before: Cell::new((0, 0)),
            asked: zero(),
        }
    }

    pub(super) fn word(&self, recipe: Word) -> u64 {
        let len = self.image.len() as u64;
        match recipe {
            Word::Plain(value) => value,
            Word::Inside(offset) => self.base + offset % len,
            Word::BeforeEnd(offset) => self.base + len - (offset % len) - 1,
        }
    }

    /// As if nothing had been read.
    pub(super) fn restart(&self) {
        self.reads.set(0);
        self.bytes.set(0);
    }

    pub(super) fn begin_end(&self) {
        self.before.set((self.reads.get(), self.bytes.get()));
        self.asked.set(0);
    }

    /// Reads and bytes since, and the most that was asked for at once.
    pub(super) fn end(&self) -> (usize, usize, usize) {
        let (reads, bytes) = self.before.get();
        (self.reads.get() - reads, self.bytes.get() - bytes, self.asked.get())
    }

    /// The image, as memory that does what it must.
    pub(super) fn calm(&self) -> Region<'_> {
        Region::new(self.base, &self.image)
    }

    /// The image over and over.
    pub(super) fn copy_into(&self, bytes: &mut [u8]) {
        for (to, from) in bytes.iter_mut().zip(self.image.iter().cycle()) {
            *to = *from;
        }
    }
}

impl Memory for Hostile {
    fn read(&self, address: u64, buf: &mut [u8]) -> Result<usize, Fault> {
        assert!(!buf.is_empty(), "nothing is asked for at {address:#x}");
        let read = self.reads.get();
        self.reads.set(read + 1);
        self.asked.set(self.asked.get().max(buf.len()));
        let fault = Err(Fault::at(address));
        match self.faults {
            Faults::Places(size, of) if (address / size).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32 & 31 < 32 / of => {
                return fault;
            }
            Faults::Every(of) if read % of == of - 1 => return fault,
            Faults::From(of) if read >= of => return fault,
            _ if self.is_unlimited && self.bytes.get() > ENOUGH => return fault,
            _ => {}
        }
        match self.miscounts {
            Miscounts::Zero(at) if read == at => return Ok(0),
            Miscounts::More(at) if read == at => return Ok(buf.len() + 1),
            Miscounts::Most(at) if read == at => return Ok(usize::MAX),
            _ => {}
        }
        let len = self.image.len();
        let mut offset = address.wrapping_sub(self.base);
        if !self.everywhere && offset >= len as u64 {
            return fault;
        }
        if let Changes::Moves(at, by) = self.changes {
            if read >= at {
                offset = offset.wrapping_add(by as u64);
            }
        }
        let most = match self.shortens {
            Shortens::Never => usize::MAX,
            Shortens::To(most) => most,
            Shortens::Differently(by) => read % by + 1,
            Shortens::AtPages(size) => (size - address % size) as usize,
        };
        let to_end = if self.everywhere { usize::MAX } else { len - (offset % len as u64) as usize };
        let behind = usize::try_from(u64::MAX - address).unwrap_or(usize::MAX).saturating_add(1);
        let count = buf.len().min(most).min(to_end).min(behind);
        for (at, to) in buf[..count].iter_mut().enumerate() {
            let byte = self.image[(offset.wrapping_add(at as u64) % len as u64) as usize];
            *to = match self.changes {
                Changes::EachRead => byte.wrapping_add(read as u8),
                Changes::Becomes(from, other) if read >= from => other,
                _ => byte,
            };
        }
        self.bytes.set(self.bytes.get() + count);
        Ok(count)
    }

    /// By the address: nothing is lent, or all that is there, or some of it, of which there may be none.
    fn borrow(&self, address: u64) -> Option<&[u8]> {
        let offset = usize::try_from(address.wrapping_sub(self.base)).ok()?;
        let bytes = self.image.get(offset..)?;
        match address % 7 {
            0..=2 => None,
            3..=5 => Some(bytes),
            _ => bytes.get(..offset % 20),
        }
    }
}

/// The bytes, put together by what the input says: text, numbers, pointers into the image itself.
fn image(input: &mut Input<'_>, base: u64, size: usize, order: ByteOrder) -> Vec<u8> {
    let mut image = Vec::new();
    let mut pointers = Vec::new();
    let word = |image: &mut Vec<u8>, value: u64, size: usize| match order {
        ByteOrder::Little => image.extend(&value.to_le_bytes()[..size]),
        ByteOrder::Big => image.extend(&value.to_be_bytes()[8 - size..]),
    };
    while !input.is_empty() && image.len() < MOST {
        let at = image.len();
        match input.u8() % 16 {
            0 => {
                let len = input.u8();
                image.extend(input.take(len.into()));
            }
            1..=3 => {
                pointers.push((at, input.u16()));
                word(&mut image, 0, size);
            }
            4 => word(&mut image, base + at as u64, size),
            5 => word(&mut image, input.u8().into(), size),
            6 => word(&mut image, input.u8().into(), 4),
            7 => word(&mut image, input.u8().into(), 2),
            8 => word(&mut image, u64::MAX.rotate_left(input.u8().into()) >> (input.u8() % 64), size),
            9 => word(&mut image, input.u64(), 8),
            10 => word(&mut image, input.u32().into(), 4),
            11 => image.resize(at + usize::from(input.u8()), 0),
            12 => {
                let (len, byte) = (input.u8(), input.u8());
                image.resize(at + usize::from(len), byte);
            }
            13 => {
                image.extend(input.take(8));
                image.push(0);
            }
            // The last bytes once more, some times.
            14 => {
                let (len, times) = (usize::from(input.u8() % 64), input.u8());
                let piece = image[at - len.min(at)..].to_vec();
                for _ in 0..times {
                    image.extend(&piece);
                }
            }
            _ => image.resize(at.next_multiple_of(8), 0),
        }
    }
    image.truncate(MOST);
    if image.is_empty() {
        image.push(0);
    }
    let len = image.len();
    // Where the image ends with memory itself, its begin moves up.
    let begin = if base == 0x1_0000 { base } else { base + (MOST - len) as u64 };
    for (at, offset) in pointers {
        let mut bytes = Vec::new();
        word(&mut bytes, begin + u64::from(offset) % len as u64, size);
        for (to, from) in image[at.min(len)..].iter_mut().zip(bytes) {
            *to = from;
        }
    }
    image
}
