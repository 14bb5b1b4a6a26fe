//! What `probe` reads of a machine, as anything: symbols, lists, a configuration, BTF. Whatever could be read is held against
//! the tables, as x86_64's and as those of a kernel whose functions have descriptors.

#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use syscall_meta_gen::diagnostic::Sink;
use syscall_meta_gen::model::Facts;
use syscall_meta_gen::probe::{self, Claims, Machine, Question};
use syscall_meta_gen::resolve::{Resolved, resolve_some};
use syscall_meta_gen::store::Data;

struct Held {
    facts: Facts,
    resolved: Resolved,
}

static HELD: LazyLock<Vec<Held>> = LazyLock::new(|| {
    let data = Data::open(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../data"))).expect("data/ opens");
    let one = |kernel: &str| {
        let facts = data.load(kernel).expect("a release of data/");
        let is_wanted = |abi: &str| matches!(abi, "x86_64" | "i386" | "powerpc64" | "powerpc");
        let resolved = resolve_some(&facts, &data.abis, &data.curated, &is_wanted, &Sink::new());
        Held { facts, resolved }
    };
    vec![one("6.12"), one("5.10")]
});

fuzz_target!(|input: &[u8]| {
    let [which, rest @ ..] = input else { return };
    let sink = Sink::new();
    // Parts are divided by a byte that no text has.
    let mut parts = rest.split(|byte| *byte == 0xff);
    let mut part = || parts.next().unwrap_or_default();
    let machine = Machine {
        release: Some(String::from_utf8_lossy(part()).into_owned()),
        kallsyms: probe::kallsyms("kallsyms", part(), &|name| name.len() == 3, &sink).ok(),
        filter_functions: probe::filter_functions("functions", part(), &sink).ok(),
        events: probe::events("events", part(), &sink).ok(),
        config: probe::kernel_config("config", part(), &sink).ok(),
        btf: syscall_meta_gen::parse::btf_functions("btf", part()).ok(),
    };
    let kernel = machine.release.as_deref().and_then(probe::series);
    if let Some(kernel) = kernel {
        let _ = probe::nearest(&[(5, 10), (6, 12)], kernel);
    }
    // Reading is what hostile bytes meet first; the tables take a hundred times as long.
    if which & 0x30 != 0 {
        return;
    }
    let (held, other) = (&HELD[usize::from(which & 1)], &HELD[usize::from(!which & 1)]);
    let native = if which & 2 == 0 { "x86_64" } else { "powerpc64" };
    let (name, is_compat) = match which & 6 {
        0 | 2 => (native, false),
        4 => ("i386", true),
        _ => ("powerpc", true),
    };
    let of = |held: &'static Held| held.resolved.abis.iter().find(|abi| abi.name == name).expect("an ABI of both");
    let arch = if native == "x86_64" { "x86" } else { "powerpc" };
    let question = Question {
        abi: of(held),
        is_compat,
        is_beside: is_compat,
        has_events: true,
        needs: vec![("CONFIG_COMPAT".to_string(), true)],
        rules: &held.resolved.event_rules[arch],
        others: vec![("other".to_string(), of(other))],
        rows: &[],
        machine: &machine,
        kernel,
    };
    let calls = probe::probe(&question);
    assert_eq!(calls.len(), question.abi.syscalls.len());
    for point in calls.iter().flat_map(|call| &call.points) {
        if let probe::State::Absent(reason) | probe::State::Unknown(reason) = &point.state {
            assert!(!reason.to_string().is_empty());
        }
    }
    let ways = |held: &'static Held| {
        let beside = if native == "x86_64" { "i386" } else { "powerpc" };
        let abis = held.resolved.abis.iter().filter(|abi| abi.name == native || abi.name == beside);
        abis.map(|abi| (abi, abi.name == beside)).collect()
    };
    let claims = Claims { ways: ways(held), others: ways(other), facts: &held.facts, kernel: native };
    let _ = probe::leftovers(&claims, &machine);
});
