//! What the macros know of calls is what the tables say, on every ABI.

#[path = "../../syscall-meta-derive/src/catalogue.rs"]
mod catalogue;

use catalogue::{BLOB, Catalogue, Extent, Pairs, Part, Side};
use syscall_meta::{Abi, ByteOrder, Class, Decoder, Direction, Params, RawCall, Region, Scratch, Syscall, Target};

#[test]
#[cfg_attr(miri, ignore = "too much for an interpreter")]
fn abis_and_classes() {
    let catalogue = Catalogue::new(BLOB).unwrap();
    assert_eq!(catalogue.abis().count(), Abi::ALL.len());
    for (abi, known) in Abi::ALL.iter().zip(catalogue.abis()) {
        assert_eq!((known.name, known.variant), (abi.name(), &*format!("{abi:?}")));
        assert_eq!(known.aliases().collect::<Vec<_>>(), abi.aliases());
        let bases = (known.number_base, known.kernel_number_base);
        assert_eq!(bases, (abi.number_base(), abi.kernel_number_base()), "{abi}");
        let bits = [known.long_bits, known.long_bits, known.word_bits].map(u32::from);
        assert_eq!(bits, [abi.long_bits(), abi.pointer_bits(), abi.word_bits()], "{abi}");
        let pairs = match abi.pairs() {
            syscall_meta::Pairs::Whole => Pairs::Whole,
            syscall_meta::Pairs::Unaligned => Pairs::Unaligned,
            _ => Pairs::Aligned,
        };
        assert_eq!(known.pairs, pairs, "{abi}");
        let has = |order| abi.byte_orders().contains(&order);
        assert_eq!((known.little, known.big), (has(ByteOrder::Little), has(ByteOrder::Big)), "{abi}");
    }
    let classes: Vec<&str> = Class::ALL.iter().map(|class| class.as_str()).collect();
    assert_eq!(catalogue.classes().collect::<Vec<_>>(), classes);
}

#[test]
#[cfg_attr(miri, ignore = "too much for an interpreter")]
fn every_call_of_every_abi() {
    let catalogue = Catalogue::new(BLOB).unwrap();
    let mut seen = 0;
    for known in catalogue.abis() {
        let table = known.name.parse::<Abi>().unwrap().table().unwrap();
        assert_eq!(known.calls().count(), table.len(), "{}", known.name);
        for (call, known_call) in table.iter().zip(known.calls()) {
            let at = format!("{} {call}", known.name);
            assert_eq!((known_call.number, known_call.name()), (call.number(), call.name()), "{at}");
            assert_eq!(known_call.aliases().collect::<Vec<_>>(), call.aliases().collect::<Vec<_>>(), "{at}");
            // What sysno! does.
            for name in std::iter::once(call.name()).chain(call.aliases()) {
                assert_eq!(known.call_named(name).unwrap().number, call.number(), "{at}");
                assert!(known.names().any(|other| other == name), "{at}");
            }
            let bits = Class::ALL.iter().enumerate().filter(|(_, class)| call.side().classes().has(**class));
            assert_eq!(known_call.classes(), bits.map(|(at, _)| 1 << at).sum::<u16>(), "{at}");
            same_side(known_call.main().unwrap(), call, call.side(), &at);
            assert_eq!(known_call.compat().is_some(), call.compat_side().is_some(), "{at}");
            if let (Some(known_side), Some(side)) = (known_call.compat(), call.compat_side()) {
                same_side(known_side, call, side, &at);
            }
            seen += 1;
        }
    }
    assert!(seen > 10_000, "{seen}");
}

fn same_side(known: Side, call: Syscall, side: syscall_meta::Side, at: &str) {
    assert_eq!(known.entry(), side.entry(), "{at}");
    let words = ["", "ni", "no_definition", "not_on_this_arch", "always_enosys"];
    assert_eq!(words[usize::from(known.missing)], side.missing().map_or("", |missing| missing.as_str()), "{at}");
    same_params(known.params(), side.params(), call, at);
    same_params(known.block(), side.block(), call, at);
    for param in [known.params(), known.block()].into_iter().flatten().flatten() {
        let kind = side.kind(param.name);
        let direction = kind.and_then(|kind| kind.direction());
        let (reads, writes) = match direction {
            None => (false, false),
            Some(Direction::In) => (true, false),
            Some(Direction::Out) => (false, true),
            Some(_) => (true, true),
        };
        assert_eq!((param.read, param.written), (reads, writes), "{at} {}", param.name);
        let told = param.extent != Extent::Unknown;
        let is_bytes = matches!(
            kind,
            Some(syscall_meta::Kind::Pointer {
                target: Target::Bytes
                    | Target::Text
                    | Target::Path
                    | Target::SockAddr
                    | Target::Dirents
                    | Target::Control
                    | Target::SigSet,
                ..
            })
        );
        assert!(is_bytes || !told, "{at} {}", param.name);
        if let Extent::Param(of) | Extent::Behind(of) = param.extent {
            let lists = [known.params(), known.block()].into_iter().flatten().flatten();
            assert!(lists.into_iter().any(|param| param.name == of), "{at} {of}");
        }
    }
}

/// Every call behind another one is what the decoder finds, with the words that it finds.
#[test]
#[cfg_attr(miri, ignore = "too much for an interpreter")]
fn every_call_behind_another_one() {
    let catalogue = Catalogue::new(BLOB).unwrap();
    let mut seen = 0;
    for known in catalogue.abis() {
        let abi: Abi = known.name.parse().unwrap();
        let order = abi.byte_orders()[0];
        let size = abi.word_bits() as usize / 8;
        // Words that are numbers of one byte, so that no width cuts them.
        let mut bytes = vec![0; 8 * size];
        for (at, word) in bytes.chunks_exact_mut(size).enumerate() {
            word[if order == ByteOrder::Big { size - 1 } else { 0 }] = 0x40 + at as u8;
        }
        let memory = [Region::new(0x1000, &bytes)];
        for behind in known.behind() {
            let mut words = [0x21, 0x22, 0x23, 0x24, 0x25, 0x26];
            words[usize::from(behind.by)] = behind.value.into();
            if behind.in_memory {
                words[usize::from(behind.words()[0])] = 0x1000;
            }
            let number = behind.through - known.number_base + known.kernel_number_base;
            let call = RawCall::new(abi, number, words);
            let mut room = [0; 4096];
            let decoder = Decoder::new().with_byte_order(order);
            let entered = decoder.enter(&call, &memory, &mut Scratch::new(&mut room));
            let at = format!("{abi} {} {}", behind.through, behind.value);
            assert_eq!(entered.name(), Some(behind.name()), "{at}");
            let found: Vec<_> = entered.args().map(|arg| (arg.name(), arg.number())).collect();
            let params = behind.params().unwrap();
            assert_eq!(found.len(), params.count(), "{at}");
            for ((name, number), param) in found.into_iter().zip(params) {
                let word = usize::from(param.word);
                let expected = match behind.in_memory {
                    true => Some(0x40 + u64::from(param.word)),
                    false => behind.words().get(word).map(|at| words[usize::from(*at)]),
                };
                assert_eq!((name, number), (param.name, expected), "{at}");
            }
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}

fn same_params(known: Option<catalogue::Params>, params: Option<Params>, call: Syscall, at: &str) {
    assert_eq!(known.is_some(), params.is_some(), "{at}");
    let (Some(known), Some(params)) = (known, params) else { return };
    assert_eq!(known.count(), params.len(), "{at}");
    for (known, param) in known.zip(params) {
        assert_eq!((known.name, known.ty), (param.name(), param.c_type().as_str()), "{at}");
        let shape = (u32::from(known.bits), known.signed, known.pointer);
        assert_eq!(shape, (param.bits(), param.is_signed(), param.is_pointer()), "{at}");
        assert_eq!(
            usize::from(known.word)..usize::from(known.word + known.words),
            param.words(),
            "{at} {}",
            call.abi()
        );
        let part = match param.part() {
            syscall_meta::Part::Whole => Part::Whole,
            syscall_meta::Part::Low(of) => Part::Low(of),
            syscall_meta::Part::High(of) => Part::High(of),
            syscall_meta::Part::First(of) => Part::First(of),
            syscall_meta::Part::Second(of) => Part::Second(of),
            _ => Part::Dummy,
        };
        assert_eq!(known.part, part, "{at}");
    }
}
