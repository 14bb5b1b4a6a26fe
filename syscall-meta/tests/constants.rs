//! What holds of all sets, requests and layouts that are built in, for every ABI and any values and bytes.

#![cfg(all(feature = "constants", feature = "layouts"))]

use syscall_meta::{Abi, ByteOrder, FlagSet, Ioctl, LayoutError, Struct, StructLayout};

/// The same numbers in every run.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 ^ self.0 >> 29
    }

    fn below(&mut self, end: usize) -> usize {
        (self.bits() % end.max(1) as u64) as usize
    }
}

#[test]
#[cfg_attr(miri, ignore = "too much for an interpreter")]
fn every_value_reads_back_as_it_was_printed() {
    let mut random = Random(7);
    for set in FlagSet::all() {
        for abi in Abi::ALL.iter().copied() {
            let members: Vec<u64> = set.members(abi).map(|(_, value)| value).collect();
            for round in 0..12 {
                let mut value = match round % 4 {
                    0 => 0,
                    1 => random.bits(),
                    2 => random.bits() & random.bits() & random.bits() & 0xffff_ffff,
                    _ => random.bits() >> random.below(64),
                };
                for _ in 0..random.below(3).min(members.len()) {
                    value |= members[random.below(members.len())];
                }
                let text = set.names(abi, value).to_string();
                assert_eq!(set.parse(abi, &text), Ok(value), "{} on {abi}: {text}", set.name());
                assert_eq!(set.names(abi, value).iter().fold(0, |all, piece| all | piece.bits()), value, "{text}");
            }
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "too much for an interpreter")]
fn every_member_is_a_name_with_its_value() {
    for set in FlagSet::all() {
        for abi in Abi::ALL.iter().copied() {
            for (name, value) in set.members(abi) {
                assert_eq!(set.value_of(abi, name), Some(value), "{name} of {} on {abi}", set.name());
                assert_eq!(set.parse(abi, name), Ok(value), "{name} of {} on {abi}", set.name());
            }
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "too much for an interpreter")]
fn no_text_makes_a_set_panic() {
    let mut random = Random(11);
    let words = ["O_RDWR", "|", "<<", "0x", "9", "0", " ", "é", "\0", "-", "SIGRT_1", "18446744073709551615", "x"];
    let sets: Vec<FlagSet> = FlagSet::all().collect();
    for _ in 0..20_000 {
        let text: String = (0..random.below(6)).map(|_| words[random.below(words.len())]).collect();
        let Some(set) = sets.get(random.below(sets.len())) else { return };
        let abi = Abi::ALL[random.below(Abi::ALL.len())];
        if let Err(error) = set.parse(abi, &text) {
            assert!(text.contains(error.word()) && !error.to_string().is_empty(), "{text:?}");
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "too much for an interpreter")]
fn no_number_makes_a_request_panic() {
    let mut random = Random(13);
    for _ in 0..20_000 {
        let request = Ioctl::new(Abi::ALL[random.below(Abi::ALL.len())], random.bits() as u32);
        assert!(!request.to_string().is_empty());
        for name in request.names() {
            let found = Ioctl::by_name(request.abi(), name.name());
            assert!(name.is_family() || found == Some(request), "{request:?}");
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "too much for an interpreter")]
fn no_bytes_make_a_layout_panic() {
    let mut random = Random(17);
    let bytes: Vec<u8> = (0..4096).map(|_| random.bits() as u8).collect();
    for of in Struct::all() {
        let abi = Abi::ALL[random.below(Abi::ALL.len())];
        let Some(layout) = of.on(abi) else { continue };
        for field in layout.fields() {
            let given = &bytes[..random.below(layout.size() * 2).min(bytes.len())];
            let order = [ByteOrder::Little, ByteOrder::Big][random.below(2)];
            let element = field.element(random.below(5)).and_then(|element| element.unsigned(given, order));
            let values = [field.bytes(given).map(|bytes| bytes.len() as u64), field.unsigned(given, order), element];
            for error in values.into_iter().filter_map(Result::err) {
                assert!(!error.to_string().is_empty());
            }
            if let (Ok(signed), Ok(unsigned)) = (field.signed(given, order), field.unsigned(given, order)) {
                assert!(signed < 0 || signed as u64 == unsigned, "{field} of {layout:?}");
            }
            let _ = layout.layout_of(&field).map(|inner| inner.size());
        }
    }
    let unknown: Result<StructLayout, LayoutError> = StructLayout::of(Abi::X86_64, "");
    assert!(unknown.is_err());
}
