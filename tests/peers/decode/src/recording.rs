//! The recording (`record.c` has its form), laid out so that both libraries read it with as little ado as there can be.
//!
//! A call's memory is copied into this process, and its pointers lead there: `reverie-syscalls` has them as references.
//! There are two copies of the same form, with what was there when the call started and when it had returned.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{CStr, CString};
use std::io::{IoSlice, IoSliceMut, Read};

use reverie_syscalls::{Addr, AddrMut, Displayable, Errno, MemoryAccess, Syscall, SyscallArgs, Sysno};
use syscall_meta::{Fault, Memory};

/// `cc -O2 -o record record.c`, then
/// `env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 ./record ls ls -laR /usr/include/x86_64-linux-gnu >/dev/null`, then
/// `xz -9e ls`.
const RECORDED: &[u8] = include_bytes!("../ls.xz");

/// A call, its pointers leading into the copies.
#[derive(Clone)]
pub struct Call {
    pub sysno: Sysno,
    pub number: u32,
    pub words: [u64; 6],
    pub result: i64,
}

impl Call {
    pub fn args(&self) -> SyscallArgs {
        let [a, b, c, d, e, f] = self.words.map(|word| word as usize);
        SyscallArgs::new(a, b, c, d, e, f)
    }
}

/// What of the memory can be read.
#[derive(Clone, Copy)]
pub enum Part {
    /// What `reverie-syscalls` reads: of other pointers it prints the address.
    Followed,
    All,
}

pub struct Recording {
    pub calls: Vec<Call>,
    before: Vec<u8>,
    after: Vec<u8>,
    /// Where what `reverie-syscalls` reads ends.
    followed: usize,
}

/// A call as it was recorded; for each address what was there at the start and at the end.
struct Recorded {
    number: u32,
    words: [u64; 6],
    result: i64,
    regions: BTreeMap<u64, [Vec<u8>; 2]>,
}

impl Recording {
    pub fn load() -> Recording {
        let mut bytes = Vec::new();
        liblzma::read::XzDecoder::new(RECORDED).read_to_end(&mut bytes).expect("an xz file");
        let recorded = parse(&bytes);
        // What it reads is what its text tells of.
        let all = recorded.iter().map(|call| call.regions.keys().copied().collect()).collect::<Vec<BTreeSet<u64>>>();
        let (recording, places) = Recording::laid_out(&recorded, &all);
        let memory = recording.direct();
        let followed = |(call, places): (&Call, &BTreeMap<u64, u64>)| {
            let text = Syscall::from_raw(call.sysno, call.args()).display_with_outputs(&memory).to_string();
            places
                .iter()
                .filter(|(_, at)| text.contains(&format!("{at:#x} -> ")))
                .map(|(address, _)| *address)
                .collect()
        };
        let followed: Vec<_> = recording.calls.iter().zip(&places).map(followed).collect();
        Recording::laid_out(&recorded, &followed).0
    }

    /// The copies, with what is followed in front; and where the regions of each call came to.
    fn laid_out(recorded: &[Recorded], followed: &[BTreeSet<u64>]) -> (Recording, Vec<BTreeMap<u64, u64>>) {
        let mut offsets = vec![BTreeMap::new(); recorded.len()];
        let (mut size, mut border) = (0, 0);
        for in_front in [true, false] {
            for ((call, followed), offsets) in recorded.iter().zip(followed).zip(&mut offsets) {
                for (address, states) in call.regions.iter().filter(|(at, _)| followed.contains(at) == in_front) {
                    offsets.insert(*address, size);
                    // Aligned, and with zeros behind.
                    size += states[1].len().next_multiple_of(8) + 8;
                }
            }
            if in_front {
                border = size;
            }
        }
        let (mut before, mut after) = (vec![0; size], vec![0; size]);
        let base = after.as_ptr() as u64;
        let places: Vec<BTreeMap<u64, u64>> = offsets
            .iter()
            .map(|of| of.iter().map(|(address, offset)| (*address, base + *offset as u64)).collect())
            .collect();
        let mut calls = Vec::new();
        for ((call, offsets), places) in recorded.iter().zip(&offsets).zip(&places) {
            let sysno = Sysno::new(call.number as usize).expect("a known number");
            for (address, [old, new]) in &call.regions {
                let offset = offsets[address];
                before[offset..][..old.len()].copy_from_slice(old);
                after[offset..][..new.len()].copy_from_slice(new);
                if sysno == Sysno::execve && call.words[1..3].contains(address) {
                    // Lists of pointers, that NULL ends.
                    for bytes in [&mut before[offset..][..old.len()], &mut after[offset..][..new.len()]] {
                        let mut ended = false;
                        for word in bytes.chunks_exact_mut(8) {
                            let pointer = u64::from_le_bytes((&*word).try_into().expect("eight bytes"));
                            ended |= pointer == 0;
                            let place = if ended { 0 } else { places[&pointer] };
                            word.copy_from_slice(&place.to_le_bytes());
                        }
                    }
                }
            }
            let words = call.words.map(|word| places.get(&word).copied().unwrap_or(word));
            calls.push(Call { sysno, number: call.number, words, result: call.result });
        }
        (Recording { calls, before, after, followed: border }, places)
    }

    /// The memory at the start of calls.
    pub fn before(&self, part: Part) -> Copied<'_> {
        self.copied(&self.before, part)
    }

    /// The memory at the end of calls.
    pub fn after(&self, part: Part) -> Copied<'_> {
        self.copied(&self.after, part)
    }

    /// The memory at the end of calls, as a single part.
    pub fn direct(&self) -> Direct<'_> {
        Direct(self.after(Part::All))
    }

    fn copied<'r>(&'r self, bytes: &'r [u8], part: Part) -> Copied<'r> {
        let end = match part {
            Part::Followed => self.followed,
            Part::All => bytes.len(),
        };
        Copied { base: self.after.as_ptr() as u64, bytes: &bytes[..end] }
    }
}

fn parse(mut rest: &[u8]) -> Vec<Recorded> {
    fn take<'r>(rest: &mut &'r [u8], count: usize) -> &'r [u8] {
        rest.split_off(..count).expect("a whole recording")
    }
    fn number<const N: usize>(rest: &mut &[u8]) -> u64 {
        let mut bytes = [0; 8];
        bytes[..N].copy_from_slice(take(rest, N));
        u64::from_le_bytes(bytes)
    }
    let mut calls = Vec::new();
    while !rest.is_empty() {
        let number_of_call = number::<4>(&mut rest) as u32;
        let words = std::array::from_fn(|_| number::<8>(&mut rest));
        let result = number::<8>(&mut rest) as i64;
        let mut regions: BTreeMap<u64, [Vec<u8>; 2]> = BTreeMap::new();
        for _ in 0..number::<4>(&mut rest) {
            let address = number::<8>(&mut rest);
            let is_end = number::<1>(&mut rest) == 1;
            let len = number::<4>(&mut rest) as usize;
            let bytes = take(&mut rest, len);
            let [before, after] = regions.entry(address).or_default();
            // What is told of the end is what changed.
            if !is_end {
                *before = bytes.to_vec();
            }
            after.resize(after.len().max(len), 0);
            after[..len].copy_from_slice(bytes);
        }
        calls.push(Recorded { number: number_of_call, words, result, regions });
    }
    calls
}

/// Memory in bytes of this process, within their bounds.
pub struct Copied<'r> {
    base: u64,
    bytes: &'r [u8],
}

impl<'r> Copied<'r> {
    #[inline]
    fn from(&self, address: u64) -> &'r [u8] {
        let offset = address.wrapping_sub(self.base);
        usize::try_from(offset).ok().and_then(|offset| self.bytes.get(offset..)).unwrap_or_default()
    }
}

impl Memory for Copied<'_> {
    #[inline]
    fn read(&self, address: u64, buf: &mut [u8]) -> Result<usize, Fault> {
        let bytes = self.from(address);
        let count = bytes.len().min(buf.len());
        if count == 0 && !buf.is_empty() {
            return Err(Fault::at(address));
        }
        buf[..count].copy_from_slice(&bytes[..count]);
        Ok(count)
    }

    #[inline]
    fn borrow(&self, address: u64) -> Option<&[u8]> {
        Some(self.from(address)).filter(|bytes| !bytes.is_empty())
    }
}

/// The same for `reverie-syscalls`. A text is searched for its end and copied once, where what the trait has by itself
/// would read it by pieces of 512 bytes: the cheapest memory that it can have.
pub struct Direct<'r>(Copied<'r>);

impl MemoryAccess for Direct<'_> {
    fn read_vectored(&self, from: &[IoSlice], to: &mut [IoSliceMut]) -> Result<usize, Errno> {
        let (Some(from), Some(to)) = (from.first(), to.first_mut()) else { return Ok(0) };
        self.0.read(from.as_ptr() as u64, to).map_err(|_| Errno::EFAULT)
    }

    fn write_vectored(&mut self, _: &[IoSlice], _: &mut [IoSliceMut]) -> Result<usize, Errno> {
        Err(Errno::ENOSYS)
    }

    fn read<'a, A: Into<Addr<'a, u8>>>(&self, address: A, buf: &mut [u8]) -> Result<usize, Errno> {
        self.0.read(address.into().as_raw() as u64, buf).map_err(|_| Errno::EFAULT)
    }

    fn write(&mut self, _: AddrMut<u8>, _: &[u8]) -> Result<usize, Errno> {
        Err(Errno::ENOSYS)
    }

    fn read_cstring(&self, address: Addr<u8>) -> Result<CString, Errno> {
        let bytes = self.0.from(address.as_raw() as u64);
        CStr::from_bytes_until_nul(bytes).map(CStr::to_owned).map_err(|_| Errno::EFAULT)
    }
}
