//! What holds for every table that is built in, whatever the data.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use syscall_meta::{Abi, KernelVersion, RawCall, Release, Since, Syscall, SyscallSet, Table, Until};

fn tables() -> impl Iterator<Item = Table> {
    Abi::ALL.iter().filter_map(|abi| abi.table())
}

fn numbers(table: Table) -> BTreeMap<u32, Syscall> {
    table.iter().map(|call| (call.number(), call)).collect()
}

#[test]
fn the_targets_abi_is_built_in() {
    if cfg!(feature = "native") {
        assert!(Abi::native().is_none_or(|abi| abi.table().is_some()));
    }
    if cfg!(feature = "all-abis") {
        assert_eq!(tables().count(), Abi::ALL.len());
    }
}

#[test]
fn a_table_knows_its_abi() {
    for &abi in Abi::ALL {
        assert!(abi.table().is_none_or(|table| table.abi() == abi && table == abi.table().unwrap()));
    }
}

#[test]
#[cfg_attr(miri, ignore = "too much for an interpreter")]
fn every_call_is_found_by_its_number_and_names() {
    for table in tables() {
        for call in table {
            assert_eq!(table.get(call.number()), Some(call));
            assert_eq!(table.by_kernel_number(call.kernel_number()), Some(call));
            assert_eq!(table.by_name(call.name()), Some(call));
            assert_eq!(call.aliases().len(), call.aliases().count());
            for alias in call.aliases() {
                assert_eq!(table.by_name(alias), Some(call), "{alias}");
                assert_ne!(alias, call.name());
            }
            assert_eq!((call.table(), call.abi()), (table, table.abi()));
        }
    }
}

#[test]
fn no_other_number_is_found() {
    for table in tables() {
        let numbers = numbers(table);
        let base = table.abi().number_base();
        let places = [0, base, 0x90_0000, 0x9f_0000, 0xf_0000, 0x4000_0000, 0x8000_0000, u32::MAX - 0x1000];
        // An interpreter takes a few.
        let count = if cfg!(miri) { 0x40 } else { 0x1000 };
        for number in places.into_iter().flat_map(|place| place..=place + count) {
            assert_eq!(table.get(number), numbers.get(&number).copied(), "{} {number:#x}", table.abi());
            let kernel_number = number.checked_add(base - table.abi().kernel_number_base());
            let expected = kernel_number.and_then(|number| numbers.get(&number).copied());
            assert_eq!(table.by_kernel_number(number), expected, "{} {number:#x}", table.abi());
        }
    }
}

#[test]
fn no_other_name_is_found() {
    let all: BTreeSet<_> = tables().flat_map(|table| table.iter().map(|call| call.name())).collect();
    // An interpreter takes a few.
    for table in tables().step_by(if cfg!(miri) { 9 } else { 1 }) {
        let own: BTreeSet<_> = table.iter().flat_map(|call| call.aliases().chain([call.name()])).collect();
        for name in all.iter().step_by(if cfg!(miri) { 61 } else { 1 }) {
            assert_eq!(table.by_name(name).is_some(), own.contains(name), "{} {name}", table.abi());
            assert_eq!(table.by_name(&name.to_uppercase()), None);
            assert_eq!(table.by_name(&format!("{name}\0")), None);
        }
        for name in ["", "_", "syscalls", "arch_specific_syscall", "no_such_call", &"x".repeat(1000)] {
            assert_eq!(table.by_name(name), None, "{} {name}", table.abi());
        }
    }
}

#[test]
fn iteration_is_in_the_order_of_numbers_from_both_ends() {
    for table in tables() {
        let forward: Vec<_> = table.iter().collect();
        assert!(forward.is_sorted() && forward.is_sorted_by_key(|call| call.number()));
        assert_eq!(forward.len(), table.len());
        assert_eq!(table.iter().len(), table.len());
        assert_eq!(table.is_empty(), forward.is_empty());
        let mut backward: Vec<_> = table.iter().rev().collect();
        backward.reverse();
        assert_eq!(forward, backward);
        assert_eq!(table.iter().nth(3), forward.get(3).copied());
    }
}

#[test]
fn numbers_start_at_the_base() {
    for table in tables() {
        let abi = table.abi();
        for call in table {
            assert!(call.number() >= abi.number_base());
            assert_eq!(call.number() - abi.number_base(), call.kernel_number() - abi.kernel_number_base());
        }
    }
}

#[test]
fn a_call_tells_since_when_and_until_when() {
    for call in tables().flatten() {
        let first = match call.since() {
            Since::AtOrBefore(version) | Since::Exactly(version) => version,
            Since::Between { absent, present } => {
                assert!(absent < present);
                assert_eq!(call.in_release(absent), Some(false));
                present
            }
        };
        let last = match call.until() {
            Until::AtOrAfter(version) | Until::Exactly(version) => version,
            Until::Between { present, absent } => {
                assert!(present < absent);
                assert_eq!(call.in_release(absent), Some(false));
                present
            }
        };
        assert!(first <= last);
        for release in Release::ALL {
            let version = release.version();
            assert_eq!(call.in_release(version), Some(first <= version && version <= last), "{call:?} {version}");
        }
        assert_ne!(call.in_release(KernelVersion::new(0, 0)), Some(true));
        assert_ne!(call.in_release(KernelVersion::new(u16::MAX, 0)), Some(true));
    }
}

#[test]
fn implemented_and_missing_agree() {
    for call in tables().flatten() {
        assert_eq!(call.is_implemented(), call.missing().is_none());
        if !call.has_compat() {
            assert_eq!((call.compat_entry(), call.compat_missing()), (None, None), "{call:?}");
        }
        for entry in call.entry().iter().chain(&call.compat_entry()) {
            assert!(!entry.is_empty());
        }
    }
}

#[test]
fn the_same_call_elsewhere_has_a_common_name() {
    // An interpreter takes a few.
    for call in tables().flatten().step_by(if cfg!(miri) { 211 } else { 1 }) {
        assert_eq!(call.on(call.abi()), Some(call));
        for &abi in Abi::ALL {
            if let Some(other) = call.on(abi) {
                let names: Vec<_> = other.aliases().chain([other.name()]).collect();
                assert!(call.aliases().chain([call.name()]).any(|name| names.contains(&name)), "{call:?} {other:?}");
            }
        }
    }
}

#[test]
fn equality_order_and_hash_go_by_abi_and_number() {
    let hash = |call: Syscall| {
        let mut hasher = DefaultHasher::new();
        call.hash(&mut hasher);
        hasher.finish()
    };
    let all: Vec<_> = tables().flatten().collect();
    assert!(all.is_sorted());
    for pair in all.windows(2) {
        assert!(pair[0] < pair[1] && pair[0] != pair[1]);
        assert_eq!(hash(pair[0]), hash(pair[0]));
    }
}

#[test]
fn raw_calls_find_their_row() {
    for call in tables().flatten() {
        assert_eq!(RawCall::new(call.abi(), call.kernel_number(), [0; 6]).syscall(), Some(call));
    }
}

#[test]
fn sets_have_what_was_put_in() {
    for table in tables() {
        let (mut even, mut odd) = (SyscallSet::empty(table), SyscallSet::empty(table));
        for (place, call) in table.iter().enumerate() {
            let set = if place % 2 == 0 { &mut even } else { &mut odd };
            assert_eq!(set.insert(call), Ok(true));
            assert_eq!(set.insert_number(call.number()), Some(false));
        }
        assert_eq!(even.len() + odd.len(), table.len());
        assert_eq!(even.union(&odd), Some(SyscallSet::full(table)));
        assert_eq!((!even, !odd), (odd, even));
        assert!((even & odd).is_empty() && even.is_disjoint(&odd) && even.is_subset(&SyscallSet::full(table)));
        assert_eq!(SyscallSet::full(table) - even, odd);
        assert!(even.iter().eq(table.iter().step_by(2)) && even.iter().len() == even.len());
        assert!(even.iter().rev().eq(table.iter().step_by(2).collect::<Vec<_>>().into_iter().rev()));
        assert_eq!(SyscallSet::from_names(table, odd.iter().map(|call| call.name())), Ok(odd));
        for call in table {
            assert_ne!(even.contains(call), odd.contains(call));
            assert_eq!(even.contains(call), even.contains_number(call.number()));
            assert_eq!(even.contains(call), even.contains_kernel_number(call.kernel_number()));
        }
        for call in even {
            assert!(even.remove(call) && !even.remove_number(call.number()));
        }
        assert_eq!(even, SyscallSet::empty(table));
        assert_eq!(even.insert_number(u32::MAX), None);
        assert!(!even.contains_number(u32::MAX) && !even.remove_number(u32::MAX));
    }
}

#[test]
fn sets_of_two_abis_have_nothing_in_common() {
    let all: Vec<_> = tables().collect();
    for pair in all.windows(2) {
        let (mut a, b) = (SyscallSet::full(pair[0]), SyscallSet::full(pair[1]));
        assert_eq!(a.union(&b), None);
        assert!((a & b).is_empty() && (a & b).abi() == a.abi());
        assert_eq!(a - b, a);
        assert_ne!(a, b);
        for call in b {
            let error = a.insert(call).unwrap_err();
            assert_eq!((error.expected(), error.call()), (pair[0].abi(), call));
            assert!(!a.contains(call) && !a.remove(call));
        }
        assert_eq!(a, SyscallSet::full(pair[0]));
    }
}

#[cfg(all(feature = "native", target_arch = "x86_64"))]
#[test]
fn numbers_of_one_abi_are_no_others() {
    const X32_BIT: u32 = 0x4000_0000;
    const OPENAT: Syscall = syscall_meta::tables::X86_64.by_name("openat").unwrap();
    assert_eq!(OPENAT.number(), 257);
    assert_eq!(syscall_meta::tables::X86_64.get(257 | X32_BIT), None);
    assert_eq!(syscall_meta::tables::X32.get(257), None);
    assert_eq!(syscall_meta::tables::X32.get(257 | X32_BIT), syscall_meta::tables::X32.by_name("openat"));
    assert_eq!(syscall_meta::tables::I386.get(295).unwrap().name(), "openat");
}

#[cfg(any(feature = "all-abis", all(feature = "arm", feature = "arm_oabi")))]
#[test]
fn arm_oabi_has_a_base_that_the_kernel_does_not_show() {
    let (arm, oabi) = (syscall_meta::tables::ARM, syscall_meta::tables::ARM_OABI);
    let openat = oabi.by_name("openat").unwrap();
    assert_eq!((openat.number(), openat.kernel_number()), (0x90_0000 + 322, 322));
    assert_eq!(oabi.get(322), None);
    assert_eq!(oabi.by_kernel_number(322), Some(openat));
    assert_eq!(oabi.by_kernel_number(0x90_0000 + 322), None);
    assert_eq!(arm.get(322).unwrap().name(), "openat");
    assert_eq!(arm.get(0x90_0000 + 322), None);
    let private = ["breakpoint", "cacheflush", "usr26", "usr32", "set_tls", "get_tls"];
    for (number, name) in (0xf_0001..).zip(private) {
        assert_eq!(arm.get(number).unwrap().name(), name);
        assert_eq!(oabi.get(0x90_0000 + number).unwrap().name(), name);
        assert_eq!(oabi.by_kernel_number(number).unwrap().name(), name);
        assert_eq!(oabi.get(number), None);
    }
}

#[cfg(feature = "std")]
#[test]
fn the_running_kernel_has_a_release() {
    assert!(KernelVersion::running().unwrap() > KernelVersion::new(2, 6));
}
