//! Two kernels' ABIs → every change between them, without opinion. Pure; `judge` grades what is found here.
//!
//! `diff(a, a)` is empty, and `diff(b, a)` is `diff(a, b)` seen from the other end: nothing here prefers one of the two.

mod found;
mod params;
mod rows;
mod sides;
mod types;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use self::found::Found;
use crate::model::{Abi, Abis, ByteOrder, ChangeKind, Compared, Diff, Release, Site, Subject};

/// Compares the ABIs of two kernels. `abis` says of each in which byte orders it comes.
pub fn diff(abis: &Abis, old: (&Release, &[&Abi]), new: (&Release, &[&Abi])) -> Diff {
    let mut found = Found::default();
    let (of_old, of_new) = (by_name(old.1), by_name(new.1));
    let names: BTreeSet<&str> = of_old.keys().chain(of_new.keys()).copied().collect();
    for name in names {
        match (of_old.get(name), of_new.get(name)) {
            (Some(old), Some(new)) => abi(old, new, &orders(abis, name), &mut found),
            (Some(_), None) => of_abi(ChangeKind::AbiEnded, name, &mut found),
            (None, _) => of_abi(ChangeKind::AbiAdded, name, &mut found),
        }
    }
    let (changes, unknown) = found.sorted();
    Diff { old: compared(old.0, &of_old), new: compared(new.0, &of_new), changes, unknown }
}

fn by_name<'a>(abis: &[&'a Abi]) -> BTreeMap<&'a str, &'a Abi> {
    abis.iter().map(|abi| (abi.name.as_str(), *abi)).collect()
}

/// An ABI that both have: its ways in, then call by call.
fn abi(old: &Abi, new: &Abi, orders: &[ByteOrder], found: &mut Found) {
    let way = compat_way(&old.name);
    match (has_compat(old), has_compat(new)) {
        (true, false) => of_abi(ChangeKind::WayEnded, &way, found),
        (false, true) => of_abi(ChangeKind::WayAdded, &way, found),
        _ => {}
    }
    rows::compare(old, new, orders, found);
}

/// The byte orders in which an ABI comes.
fn orders(abis: &Abis, name: &str) -> Vec<ByteOrder> {
    abis.get(name).map_or_else(Vec::new, |abi| abi.orders.iter().map(|order| order.order).collect())
}

fn of_abi(kind: ChangeKind, name: &str, found: &mut Found) {
    found.add(kind, Subject::Abi(name.to_string()), [None, None, None], Site::whole(name));
}

/// Whether some kernel serves the ABI beside its native one.
fn has_compat(abi: &Abi) -> bool {
    abi.syscalls.iter().any(|syscall| syscall.compat.is_some())
}

/// What the compat way into an ABI is called.
fn compat_way(abi: &str) -> String {
    format!("{abi}.compat")
}

fn compared(release: &Release, abis: &BTreeMap<&str, &Abi>) -> Compared {
    let ways = abis.iter().flat_map(|(name, abi)| {
        let compat = has_compat(abi).then(|| compat_way(name));
        std::iter::once(name.to_string()).chain(compat)
    });
    let mut ways: Vec<String> = ways.collect();
    ways.sort();
    Compared { release: release.clone(), abis: abis.keys().map(ToString::to_string).collect(), ways }
}
