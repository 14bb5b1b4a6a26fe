//! Where tracers attach: every symbol, companion and event of every table leads back to its call, and to no other that it
//! is not of.

use std::collections::BTreeMap;

use syscall_meta::{Abi, EventRules, KernelSymbol, KernelVersion, Linkage, Passed, PointKind, Release, Side, Table};

fn tables() -> impl Iterator<Item = Table> {
    Abi::ALL.iter().filter_map(|abi| abi.table())
}

/// Every way in of the newest release that has the call.
fn sides(table: Table) -> impl Iterator<Item = Side> {
    table.iter().flat_map(|call| [Some(call.side()), call.compat_side()]).flatten()
}

#[test]
fn symbols_and_companions_lead_back_to_their_calls() {
    let step = if cfg!(miri) { 97 } else { 1 };
    for table in tables() {
        for side in sides(table).step_by(step).filter(|side| side.is_implemented()) {
            let own = |symbol: &str, kind: PointKind| {
                table.by_symbol(symbol).any(|(found, of)| {
                    of == kind && found.syscall() == side.syscall() && found.is_compat() == side.is_compat()
                })
            };
            if let Some(symbol) = side.symbol() {
                assert!(own(&symbol.to_string(), PointKind::Entry), "{side:?} {symbol}");
            }
            for (symbol, _) in side.companions() {
                assert!(own(&symbol.to_string(), PointKind::Companion), "{side:?} {symbol}");
            }
        }
    }
}

#[test]
fn what_is_no_function_of_a_call_leads_nowhere() {
    for table in tables().step_by(if cfg!(miri) { 9 } else { 1 }) {
        for symbol in
            ["", "_", "sys_", "read", "sys_ni_syscall", "__x64_sys_ni_syscall", "ksys_read", "é", "x__x64_sys_read"]
        {
            assert!(table.by_symbol(symbol).next().is_none(), "{} {symbol}", table.abi());
        }
        for event in ["", "sys_enter_", "sys_exit", "sys_enter", "sys_enter_no_such_call", "read"] {
            assert!(table.by_event(event).is_none(), "{} {event}", table.abi());
        }
    }
}

#[test]
fn an_event_is_of_one_call_or_of_several_numbers_of_one_entry() {
    for table in tables() {
        let mut events: BTreeMap<String, Side> = BTreeMap::new();
        for side in table.iter().map(|call| call.side()) {
            let Some(event) = side.event() else { continue };
            let event = event.to_string();
            let found = table.by_event(&event).unwrap();
            assert_eq!(table.by_event(&event.replace("enter", "exit")), Some(found));
            if let Some(other) = events.insert(event.clone(), side) {
                let entries = (other.entry(), side.entry());
                // mips and powerpc take two functions for one event: one stands for the other in the rule of the kernel.
                let is_stub = entries.0 != entries.1 && side.syscall().abi().native_arch().is_some();
                assert!(entries.0 == entries.1 || is_stub, "{} {event}: {entries:?}", table.abi());
            } else {
                assert_eq!(found, side.syscall(), "{} {event}", table.abi());
            }
        }
    }
}

#[test]
fn kernels_find_the_events_that_the_tables_have() {
    let mut checked = 0;
    for release in Release::ALL {
        for table in tables() {
            let Some(arch) = table.abi().native_arch() else { continue };
            let Some(rules) = EventRules::of(arch, release.version()) else { continue };
            for side in
                table.iter().step_by(if cfg!(miri) { 97 } else { 1 }).filter_map(|call| call.side_in(release.version()))
            {
                let (Some(event), Some(symbol)) = (side.event(), side.symbol_in(release.version())) else { continue };
                // An event that only a newer release has is none of this one.
                if side.is_implemented() && side.symbol_in(release.version()) == side.symbol() {
                    let is_found = rules.matches(&symbol.to_string(), &event.to_string(), false);
                    assert!(is_found, "{} {side:?}: {symbol} {event}", release.stable());
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > if cfg!(miri) { 100 } else { 20_000 }, "{checked}");
}

/// Facts that are known from the kernel's documentation of these wrappers, release by release.
#[test]
#[cfg(feature = "all-abis")]
fn functions_take_what_the_release_has_them_take() {
    use syscall_meta::tables;
    let v = KernelVersion::new;
    let entry = |table: Table, call: &str, compat: bool, version: KernelVersion| {
        let call = table.by_name(call).unwrap();
        let side = if compat { call.compat_side_in(version) } else { call.side_in(version) }.unwrap();
        let mut points = side.points_in(version).unwrap();
        points.find(|point| point.kind() == PointKind::Entry).unwrap()
    };
    let passed = |table, call, compat, version| {
        let point = entry(table, call, compat, version);
        (point.symbol().to_string(), point.passed())
    };
    let pair = |symbol: &str, passed: Passed| (symbol.to_string(), passed);
    assert_eq!(passed(tables::X86_64, "read", false, v(5, 10)), pair("__x64_sys_read", Passed::Registers));
    assert_eq!(passed(tables::I386, "openat", true, v(6, 12)), pair("__ia32_compat_sys_openat", Passed::Registers));
    assert_eq!(passed(tables::AARCH64, "read", false, v(7, 3)), pair("__arm64_sys_read", Passed::Registers));
    // s390 took registers with 5.13, riscv with 6.6.
    assert_eq!(passed(tables::S390X, "read", false, v(5, 10)), pair("__s390x_sys_read", Passed::Arguments));
    assert_eq!(passed(tables::S390X, "read", false, v(6, 1)), pair("__s390x_sys_read", Passed::Registers));
    assert_eq!(passed(tables::RISCV64, "read", false, v(6, 1)), pair("sys_read", Passed::Arguments));
    assert_eq!(passed(tables::RISCV64, "read", false, v(6, 12)), pair("__riscv_sys_read", Passed::Registers));
    assert_eq!(passed(tables::MIPS_O32, "read", false, v(6, 12)), pair("sys_read", Passed::Arguments));
    // powerpc64 does as configured.
    let (symbol, takes) = passed(tables::POWERPC64, "read", false, v(6, 12));
    let Passed::RegistersIf(config) = takes else { panic!("{takes:?}") };
    assert_eq!((symbol.as_str(), config.as_str()), ("sys_read", "CONFIG_ARCH_HAS_SYSCALL_WRAPPER"));

    // BTF knows the function that an alias is of.
    let none = |_: &str| false;
    let btf = |table, call, version| entry(table, call, false, version).btf_function(none).unwrap().to_string();
    assert_eq!(btf(tables::X86_64, "read", v(6, 12)), "__x64_sys_read");
    assert_eq!(btf(tables::X86_64, "getpid", v(6, 12)), "__do_sys_getpid");
    assert_eq!(btf(tables::ARM, "read", v(6, 12)), "__se_sys_read");
    assert_eq!(btf(tables::POWERPC64, "read", v(6, 12)), "__se_sys_read");
    let wrapped = entry(tables::POWERPC64, "read", false, v(6, 12)).btf_function(|_| true).unwrap();
    assert_eq!(wrapped.to_string(), "sys_read");
}

#[test]
#[cfg(feature = "all-abis")]
fn points_come_from_the_outside_in() {
    use syscall_meta::tables;
    let openat = tables::X86_64.by_name("openat").unwrap();
    let points: Vec<_> = openat.side().points().collect();
    let shown: Vec<String> = points.iter().map(|point| point.symbol().to_string()).collect();
    assert_eq!(shown, ["sys_enter_openat", "sys_enter", "__x64_sys_openat", "__se_sys_openat", "__do_sys_openat"]);
    let kinds: Vec<_> = points.iter().map(|point| (point.kind(), point.passed(), point.can_miss())).collect();
    assert_eq!(
        kinds,
        [
            (PointKind::Event, Passed::Words, false),
            (PointKind::RawTracepoint, Passed::Registers, false),
            (PointKind::Entry, Passed::Registers, true),
            (PointKind::Companion, Passed::Longs, true),
            (PointKind::Companion, Passed::Arguments, true),
        ]
    );
    assert_eq!((points[1].id(), points[2].id()), (Some(257), None));
    assert_eq!(points[0].exit_event().unwrap().to_string(), "sys_exit_openat");
    assert_eq!((points[2].linkage(), points[4].linkage()), (Some(Linkage::Global), Some(Linkage::Inline)));
    assert!(points[4].may_be_inlined() && !points[2].may_be_inlined());
    // What leads nowhere has no function to attach to.
    let uselib = tables::X86_64.by_name("uselib").unwrap().side();
    assert!(uselib.points().all(|point| point.kind() == PointKind::RawTracepoint));
    // Between two releases that differ, nobody has looked.
    let read = tables::RISCV64.by_name("read").unwrap().side();
    assert!(read.points_in(KernelVersion::new(6, 6)).is_none());
    assert!(read.points_in(KernelVersion::new(7, 0)).is_some());
    assert!(read.points_in(KernelVersion::new(99, 0)).is_none());
    assert!(read.points_in(KernelVersion::new(5, 4)).is_none());
}

#[test]
fn symbols_as_kernels_write_them() {
    for (text, name, suffix, is_dotted) in [
        ("__x64_sys_read", "__x64_sys_read", "", false),
        (".sys_read", "sys_read", "", true),
        (" __do_sys_read.isra.0+0x1c/0x90", "__do_sys_read", ".isra.0", false),
        ("sys_read.constprop.0.isra.1\t[nfs]", "sys_read", ".constprop.0.isra.1", false),
        ("__arm64_sys_read+0x0/0x2c", "__arm64_sys_read", "", false),
        ("sys_read$hash", "sys_read", "$hash", false),
        ("", "", "", false),
        (".", "", "", true),
        ("..", "", ".", true),
        ("+", "", "", false),
        ("é.é", "é", ".é", false),
    ] {
        let symbol = KernelSymbol::new(text);
        assert_eq!((symbol.name(), symbol.suffix(), symbol.is_dotted()), (name, suffix, is_dotted), "{text:?}");
    }
}
