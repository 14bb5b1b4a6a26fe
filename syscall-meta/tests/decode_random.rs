//! Random hostile calls, the same in every run: decoding and showing them never panics, and reads and writes no more than it may.
//!
//! `fuzz/` looks for such calls by what they reach in the code; these are the quick ones.

mod hostile;

use std::panic::catch_unwind;
use std::time::{Duration, Instant};

use hostile::run;
use syscall_meta::{Abi, Decoder, Limits, RawCall, Region, Scratch, Value};

/// SplitMix64.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.bits() as u8).collect()
    }
}

#[test]
#[cfg_attr(miri, ignore = "too much for an interpreter")]
fn hostile_calls_are_decoded_within_bounds() {
    let (mut bytes, mut values, mut depth) = (0, 0, 0);
    for seed in 0..1500 {
        let mut random = Random(seed);
        let len = 24 + random.bits() as usize % 600;
        let data = random.bytes(len);
        let start = Instant::now();
        let seen = catch_unwind(|| run(&data)).unwrap_or_else(|_| panic!("seed {seed} fails"));
        let took = start.elapsed();
        assert!(took < Duration::from_secs(20), "seed {seed} takes {took:?}");
        bytes += usize::from(seen.bytes > 0);
        values += usize::from(seen.values > 20);
        depth = depth.max(seen.depth);
    }
    // Calls of which little is read would test little.
    assert!(bytes > 300 && values > 60 && depth > 2, "{bytes} {values} {depth}");
}

#[test]
#[cfg_attr(miri, ignore = "too much for an interpreter")]
fn a_buffer_of_lists_in_each_other_has_a_bottom() {
    // Four thousand arguments of a program, each "aaaaaaa".
    let pointers = 0x2000_u64.to_le_bytes().repeat(4000);
    let memory =
        [Region::new(0x1000, b"/bin/true\0"), Region::new(0x10_0000, &pointers), Region::new(0x2000, b"aaaaaaa\0")];
    let mut limits = Limits::DEFAULT;
    limits.elements = usize::MAX;
    let call = execve(0x1000, 0x10_0000);
    let mut room = vec![0; 64 * 1024];
    let kept = Decoder::new().with_limits(limits).enter(&call, &memory, &mut Scratch::new(&mut room)).keep();

    // The head of a list, as long as can be, with nothing before the next one.
    for (byte, head) in room.iter_mut().zip([5, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0].iter().cycle()) {
        *byte = *head;
    }
    // Where the argument begins in that is anywhere; one of the places is the begin of a list.
    for _ in 0..11 {
        let (entered, _) = kept.resume(&mut room);
        let argv = entered.args().nth(1).and_then(|arg| arg.value());
        let (mut depth, mut value) = (0, argv);
        while let Some(Value::List(list)) = value {
            (depth, value) = (depth + 1, list.iter().next());
        }
        assert!(depth < 64, "{depth}");
        let done = entered.unfinished();
        assert!(done.to_string().len() < 4096);
        #[cfg(feature = "serde")]
        assert!(serde_json::to_string(&done).is_ok_and(|text| text.len() < 16 * 1024));
        room.rotate_left(1);
    }
}

#[test]
#[cfg_attr(miri, ignore = "too much for an interpreter")]
fn a_scratch_too_small_for_a_list_is_told() {
    let pointers = [0x2000_u64, 0x2008, 0x3000, 0x2000, 0].map(u64::to_le_bytes).concat();
    let memory =
        [Region::new(0x1000, b"true\0"), Region::new(0x4000, &pointers), Region::new(0x2000, b"aaaaaaa\0bc\0")];
    let (mut whole, mut cut, mut addresses) = (0, 0, 0);
    for size in 0..128 {
        let mut room = vec![0; size];
        let entered = Decoder::new().enter(&execve(0x1000, 0x4000), &memory, &mut Scratch::new(&mut room));
        match entered.args().nth(1).and_then(|arg| arg.value()) {
            Some(Value::List(list)) => {
                assert_eq!(list.total(), 4, "{size}");
                assert_eq!(list.iter().count() < 4, list.is_cut(), "{size}: {entered}");
                *if list.is_cut() { &mut cut } else { &mut whole } += 1;
            }
            Some(Value::Address(0x4000)) => addresses += 1,
            other => panic!("{size}: {other:?}"),
        }
    }
    assert!(whole > 20 && cut > 20 && addresses > 10, "{whole} {cut} {addresses}");
}

fn execve(path: u64, argv: u64) -> RawCall {
    let number = Abi::X86_64.table().unwrap().by_name("execve").unwrap().kernel_number();
    RawCall::new(Abi::X86_64, number, [path, argv, 0, 0, 0, 0])
}
