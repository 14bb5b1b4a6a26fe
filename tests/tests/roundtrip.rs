//! What is written reads back as what it was: facts through YAML, and resolved tables through the library.

use std::collections::BTreeMap;
use std::fs;

use syscall_meta::{Abi, Missing, Params, Release, Side, Since, Syscall, Until};
use syscall_meta_gen::diagnostic::Sink;
use syscall_meta_gen::model::{self, History, Parameter, Scalar};
use syscall_meta_gen::resolve::{Resolved, UnionRow, resolve, union};
use syscall_meta_gen::store;
use syscall_meta_tests::{FIXTURES, Repository, data, diff, extracted, fixture};

#[test]
fn facts_of_fixtures_are_the_same_after_yaml() {
    let data = data();
    for name in FIXTURES {
        let (found, _) = extracted(&data, &fixture(name).display().to_string());
        let (facts, headers) = (found.facts, found.headers);
        let repository = Repository::empty();
        let folder = repository.at("data/linux").join(facts.release.kernel());
        fs::create_dir_all(&folder).unwrap();
        for (file, text) in store::files(&facts, &headers, &data.abis) {
            fs::write(folder.join(file), text).unwrap();
        }
        let held = store::Data::open(&repository.at("data")).unwrap();
        assert_eq!(held.kernels, [facts.release.kernel()]);
        let read = held.load(&held.kernels[0]).unwrap();
        assert!(read == facts, "{name}:\n{}", diff(&format!("{facts:#?}"), &format!("{read:#?}")));
        let read = held.load_headers(&held.kernels[0]).unwrap();
        assert!(read == headers, "{name}:\n{}", diff(&format!("{headers:#?}"), &format!("{read:#?}")));
        assert!(name != "kernel" || !(headers.constants.is_empty() || headers.records.is_empty()));
    }
}

#[test]
fn every_release_held_is_the_same_text_after_reading() {
    let data = data();
    assert!(data.kernels.len() >= 5, "{:?}", data.kernels);
    for kernel in &data.kernels {
        let (facts, headers) = (data.load(kernel).unwrap(), data.load_headers(kernel).unwrap());
        for (file, text) in store::files(&facts, &headers, &data.abis) {
            let held = fs::read_to_string(data.root.join(store::RELEASES).join(kernel).join(&file)).unwrap();
            assert!(held == text, "{kernel}/{file}:\n{}", diff(&held, &text));
        }
    }
}

#[test]
fn data_stays_within_its_size() {
    let data = data();
    let mut all = 0;
    for kernel in &data.kernels {
        let folder = data.root.join(store::RELEASES).join(kernel);
        let size = |file: &str| fs::metadata(folder.join(file)).unwrap().len();
        let without_lines: u64 = store::FILES.iter().filter(|file| **file != "lines.yaml").map(|file| size(file)).sum();
        assert!(without_lines <= 3 << 20, "{kernel}: {without_lines} bytes");
        all += store::FILES.iter().map(|file| size(file)).sum::<u64>();
    }
    assert!(all <= 20 << 20, "{all} bytes");
}

#[test]
fn the_library_says_row_by_row_what_data_says() {
    let data = data();
    let sink = Sink::new();
    let facts: Vec<_> = data.kernels.iter().map(|kernel| data.load(kernel).unwrap()).collect();
    let resolved: Vec<Resolved> = facts.iter().map(|facts| resolve(facts, &data.abis, &data.curated, &sink)).collect();
    let releases: Vec<_> = facts.iter().map(|facts| &facts.release).zip(&resolved).collect();
    let union = union(&releases, &data.abis, &History::default(), &sink);
    assert_eq!(sink.take(), []);

    let held: Vec<(String, &str)> = union.releases.iter().map(|held| (held.kernel(), held.version.as_str())).collect();
    let built: Vec<(String, &str)> =
        Release::ALL.iter().map(|built| (built.version().to_string(), built.stable())).collect();
    assert_eq!(built, held);

    let mut rows = 0;
    for abi in &union.abis {
        let built: Abi = abi.name.parse().unwrap();
        let table = built.table().expect("all-abis");
        assert_eq!(table.len(), abi.rows.len(), "{}", abi.name);
        let held: Vec<String> = abi.rows.iter().map(|row| told_by_data(row, &held)).collect();
        let read: Vec<String> = table.iter().map(told_by_library).collect();
        assert!(held == read, "{}:\n{}", abi.name, diff(&held.join("\n"), &read.join("\n")));
        for row in &abi.rows {
            let call = &row.syscall;
            assert_eq!(table.get(call.number).map(Syscall::number), Some(call.number));
            assert_eq!(table.by_kernel_number(call.kernel_number).map(Syscall::number), Some(call.number));
            for name in std::iter::once(&call.name).chain(&call.aliases) {
                assert_eq!(table.by_name(name).map(Syscall::number), Some(call.number), "{} {name}", abi.name);
            }
        }
        // No number beside the rows is one, near any row or at any edge.
        let numbers: std::collections::BTreeSet<u32> = abi.rows.iter().map(|row| row.syscall.number).collect();
        let near = numbers.iter().flat_map(|number| [number.wrapping_sub(1), number + 1, number ^ 0x4000_0000]);
        for number in near.chain([0, 1, 0x3fff_ffff, 0x4000_0000, 0x9f_0001, u32::MAX]).filter(|n| !numbers.contains(n))
        {
            assert_eq!(table.get(number), None, "{} {number:#x}", abi.name);
        }
        rows += abi.rows.len();
    }
    assert!(rows > 10_000, "{rows} rows");
    // And an ABI that no release has is empty, not missing.
    for abi in Abi::ALL {
        let held = union.abis.iter().any(|held| held.name == abi.name());
        assert_eq!(abi.table().expect("all-abis").is_empty(), !held, "{abi}");
    }
}

/// A row as the union has it.
fn told_by_data(row: &UnionRow, releases: &[(String, &str)]) -> String {
    let call = &row.syscall;
    let compat = call.compat.as_ref();
    told(
        (call.number, call.kernel_number, &call.name),
        &call.aliases.iter().map(String::as_str).collect::<Vec<_>>(),
        side_of_data(&call.main),
        compat.map(side_of_data),
        (&releases[row.first].0, &releases[row.last].0),
    )
}

/// The same row as the library has it.
fn told_by_library(call: Syscall) -> String {
    assert_eq!(call.is_implemented(), call.missing().is_none());
    let first = match call.since() {
        Since::AtOrBefore(first) | Since::Exactly(first) => first,
        Since::Between { present, .. } => present,
    };
    let last = match call.until() {
        Until::AtOrAfter(last) => last,
        Until::Between { present, .. } => present,
        other => panic!("{other}"),
    };
    told(
        (call.number(), call.kernel_number(), call.name()),
        &call.aliases().collect::<Vec<_>>(),
        side_of_library(call.side()),
        call.compat_side().map(side_of_library),
        (&first.to_string(), &last.to_string()),
    )
}

/// Everything that the data says of a side, in the library's words.
fn side_of_data(side: &model::Side) -> String {
    let params = |params: &Option<Vec<Parameter>>| {
        let shown = params.as_ref()?.iter().map(|param| {
            let signed = matches!(param.scalar, Scalar::Signed(_));
            let first = usize::from(param.word.unwrap_or_default());
            let part = match &param.part {
                model::Part::Whole => "Whole".to_string(),
                model::Part::Low(of) => format!("Low({of:?})"),
                model::Part::High(of) => format!("High({of:?})"),
                model::Part::First(of) => format!("First({of:?})"),
                model::Part::Second(of) => format!("Second({of:?})"),
                model::Part::Dummy => "Dummy".to_string(),
            };
            let words = first..first + usize::from(param.words);
            format!("{} {} {} {signed} {words:?} {part}", param.ty, param.name, param.bits)
        });
        Some(shown.collect::<Vec<_>>().join(", "))
    };
    let linkage = |linkage: model::Linkage| match linkage {
        model::Linkage::Static => "Static",
        model::Linkage::Inline => "Inline",
        model::Linkage::Global | model::Linkage::Alias => "Global",
    };
    let mut companions: Vec<String> =
        side.companions.iter().map(|(symbol, seen)| format!("{symbol} {}", linkage(*seen))).collect();
    companions.sort();
    companions.dedup();
    let config = (side.config != model::Guard::TRUE).then(|| side.config.to_string());
    let event = side.event.as_ref().map(|name| format!("sys_enter_{name}"));
    let missing = side.missing.map(model::Missing::as_str);
    // Of a row that leads nowhere, no symbol is asked for.
    let symbol = side.symbol.as_ref().filter(|_| side.origin.is_some());
    format!(
        "{:?} {missing:?} {:?} {:?} {config:?} {event:?} {symbol:?} {companions:?}",
        side.entry,
        params(&side.params),
        params(&side.block)
    )
}

/// The same of the library's side.
fn side_of_library(side: Side) -> String {
    let params = |params: Option<Params>| {
        let shown = params?.map(|param| {
            let (ty, name, bits) = (param.c_type(), param.name(), param.bits());
            format!("{ty} {name} {bits} {} {:?} {:?}", param.is_signed(), param.words(), param.part())
        });
        Some(shown.collect::<Vec<_>>().join(", "))
    };
    let mut companions: Vec<String> =
        side.companions().map(|(symbol, linkage)| format!("{symbol} {linkage:?}")).collect();
    companions.sort();
    let config = side.config().map(|config| config.as_str().to_string());
    let event = side.event().map(|event| event.to_string());
    let missing = side.missing().map(Missing::as_str);
    let has_symbol = side.is_implemented() || side.missing() == Some(Missing::AlwaysEnosys);
    let symbol = side.symbol().filter(|_| has_symbol).map(|symbol| symbol.to_string());
    let entry = side.entry().map(str::to_string);
    format!(
        "{entry:?} {missing:?} {:?} {:?} {config:?} {event:?} {symbol:?} {companions:?}",
        params(side.params()),
        params(side.block())
    )
}

fn told(id: (u32, u32, &str), aliases: &[&str], main: String, compat: Option<String>, span: (&str, &str)) -> String {
    format!("{id:?} {aliases:?} {main:?} {compat:?} {span:?}")
}

#[test]
fn the_library_says_of_each_abi_what_abis_yaml_says() {
    let data = data();
    assert_eq!(data.abis.abis.len(), Abi::ALL.len());
    let mut audit: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
    for spec in &data.abis.abis {
        let abi: Abi = spec.name.parse().unwrap();
        assert_eq!((abi.name(), abi.long_bits(), abi.pointer_bits()), (spec.name.as_str(), spec.long, spec.long));
        assert_eq!((abi.number_base(), abi.kernel_number_base()), (spec.base, spec.kernel_base()));
        for alias in &spec.aliases {
            assert_eq!(alias.parse(), Ok(abi), "{alias}");
        }
        assert_eq!(abi.aliases(), spec.aliases);
        let orders: Vec<(u32, bool)> = abi
            .audit_archs()
            .iter()
            .map(|arch| (arch.value(), arch.byte_order() == syscall_meta::ByteOrder::Big))
            .collect();
        let held: Vec<(u32, bool)> =
            spec.orders.iter().map(|order| (order.audit, order.order == model::ByteOrder::Big)).collect();
        assert_eq!(orders, held, "{abi}");
        spec.orders.iter().for_each(|order| audit.entry(order.audit).or_default().push(&spec.name));
        let native = (spec.served == model::Served::Native).then_some(spec.arch.as_str());
        assert_eq!(abi.native_arch(), native, "{abi}");
        let compat = match &spec.compat {
            Some(compat) => vec![compat.arch.as_str()],
            None if native.is_none() => vec![spec.arch.as_str()],
            None => vec![],
        };
        assert_eq!(abi.compat_archs(), compat, "{abi}");
    }
    // Three pairs of ABIs share a value, and no others.
    let shared: Vec<Vec<&str>> = audit
        .into_values()
        .map(|mut abis| {
            abis.dedup();
            abis
        })
        .filter(|abis| abis.len() > 1)
        .collect();
    assert_eq!(shared, [["arm", "arm_oabi"], ["x32", "x86_64"], ["riscv32", "riscv64"]]);
}
