//! What the macros know of calls is what the tables say, on every ABI.

#[path = "../../syscall-meta-derive/src/catalogue.rs"]
mod catalogue;

use catalogue::{BLOB, Catalogue, Pairs, Part, Side};
use syscall_meta::{Abi, ByteOrder, Class, Params, Syscall};

#[test]
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
