//! Two kernels' ABIs → every change between them, without opinion. Pure; `judge` grades what is found here.
//!
//! `diff(a, a)` is empty, and `diff(b, a)` is `diff(a, b)` seen from the other end: nothing here prefers one of the two.

mod found;
mod headers;
mod params;
mod records;
mod rows;
mod sides;
mod types;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use self::found::{Detail, Found};
use crate::model::{Abi, Abis, ByteOrder, ChangeKind, Compared, Diff, Headers, Release, Site, Subject};

/// A kernel that is to be compared.
#[derive(Clone, Copy)]
pub struct Kernel<'a> {
    /// Which.
    pub release: &'a Release,
    /// The ABIs of it that are.
    pub abis: &'a [&'a Abi],
    /// What its headers define; of an ABI that either kernel's headers lack nothing is compared there.
    pub headers: &'a Headers,
}

/// What no kernel says, and people wrote down.
#[derive(Clone, Copy)]
pub struct About<'a> {
    /// In which byte orders each ABI comes.
    pub abis: &'a Abis,
    /// The sets that claim a constant, by header and name.
    pub sets: &'a dyn Fn(&str, &str) -> Vec<String>,
    /// Whether programs pass the size of a structure beside the pointer.
    pub is_extensible: &'a dyn Fn(&str) -> bool,
}

/// Compares the ABIs of two kernels.
pub fn diff(about: &About, old: Kernel, new: Kernel) -> Diff {
    let mut found = Found::default();
    let (of_old, of_new) = (by_name(old.abis), by_name(new.abis));
    let names: BTreeSet<&str> = of_old.keys().chain(of_new.keys()).copied().collect();
    let both: Vec<&str> =
        names.iter().copied().filter(|name| of_old.contains_key(name) && of_new.contains_key(name)).collect();
    for name in names {
        match (of_old.get(name), of_new.get(name)) {
            (Some(old), Some(new)) => abi(old, new, &orders(about.abis, name), &mut found),
            (Some(_), None) => of_abi(ChangeKind::AbiEnded, name, &mut found),
            (None, _) => of_abi(ChangeKind::AbiAdded, name, &mut found),
        }
    }
    let places = headers::Places::new(both, old.headers, new.headers);
    headers::compare(about, &places, old.headers, new.headers, &mut found);
    let (changes, unknown) = found.sorted();
    Diff { old: compared(old.release, &of_old), new: compared(new.release, &of_new), changes, unknown }
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
