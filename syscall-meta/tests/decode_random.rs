//! Random hostile calls, the same in every run: decoding and showing them never panics, and reads and writes no more than it may.
//!
//! `fuzz/` looks for such calls by what they reach in the code; these are the quick ones.

mod hostile;

use std::panic::catch_unwind;
use std::time::{Duration, Instant};

use hostile::run;

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
fn hostile_calls_are_decoded_within_bounds() {
    let (mut bytes, mut values, mut depth) = (0, 0, 0);
    for seed in 0..2500 {
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
    assert!(bytes > 500 && values > 100 && depth > 2, "{bytes} {values} {depth}");
}
