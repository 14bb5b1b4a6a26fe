//! All releases that are held, as one table an ABI: each row as the newest release has it, and since when.

use std::collections::{BTreeMap, BTreeSet};

use super::Resolved;
use super::rows::label_of;
use crate::diagnostic::{Diagnostic, Sink};
use crate::model::{Abis, Between, ChangeKind, History, Release, Side, Syscall};

/// The tables over all releases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Union {
    /// The releases, oldest first.
    pub releases: Vec<Release>,
    /// Every ABI that some release has, in the order of `data/abis.yaml`.
    pub abis: Vec<UnionAbi>,
}

/// An ABI over all releases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnionAbi {
    /// Canonical name.
    pub name: String,
    /// Its calls, by number.
    pub rows: Vec<UnionRow>,
}

/// A call over all releases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnionRow {
    /// The call in the newest release that has it, with the aliases of all.
    pub syscall: Syscall,
    /// The first release that has it: an index into [`Union::releases`].
    pub first: usize,
    /// The last one.
    pub last: usize,
    /// What older releases say otherwise, oldest first.
    pub older: Vec<Older>,
    /// Between which releases it came, where the oldest release does not have it.
    pub came: Option<Between>,
    /// Between which releases it went, where the newest one does not have it.
    pub went: Option<Between>,
}

/// A call as it was, up to a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Older {
    /// The last release that has it so: an index into [`Union::releases`].
    pub last: usize,
    /// What it entered.
    pub main: Side,
    /// The other way in.
    pub compat: Option<Side>,
}

/// Lays releases, oldest first, on top of each other. `history` may tell more exactly when a call came and went.
pub fn union(releases: &[(&Release, &Resolved)], abis: &Abis, history: &History, sink: &Sink) -> Union {
    let mut union =
        Union { releases: releases.iter().map(|(release, _)| (*release).clone()).collect(), abis: Vec::new() };
    for spec in &abis.abis {
        let mut rows: BTreeMap<u32, UnionRow> = BTreeMap::new();
        for (index, (_, resolved)) in releases.iter().enumerate() {
            let Some(abi) = resolved.abis.iter().find(|abi| abi.name == spec.name) else { continue };
            for syscall in &abi.syscalls {
                let old = rows.remove(&syscall.number);
                let new = UnionRow {
                    syscall: syscall.clone(),
                    first: index,
                    last: index,
                    older: Vec::new(),
                    came: None,
                    went: None,
                };
                let row = match old {
                    Some(old) => newer(old, new, &union.releases, &spec.name, sink),
                    None => new,
                };
                rows.insert(syscall.number, row);
            }
        }
        if !rows.is_empty() {
            check_names(&spec.name, &rows, sink);
            rows.values_mut().for_each(|row| when(row, &union.releases, &spec.name, history));
            union.abis.push(UnionAbi { name: spec.name.clone(), rows: rows.into_values().collect() });
        }
    }
    union
}

/// Between which releases a row came and went.
fn when(row: &mut UnionRow, releases: &[Release], abi: &str, history: &History) {
    let names: Vec<&str> = std::iter::once(&row.syscall.name).chain(&row.syscall.aliases).map(String::as_str).collect();
    let between = |before: usize, after: usize, of_abi, of_call: &[ChangeKind]| {
        let held = Between { before: releases.get(before)?.clone(), after: releases.get(after)?.clone() };
        Some(history.find(&held, of_abi, of_call, abi, &names).unwrap_or(held))
    };
    use ChangeKind::{AbiAdded, AbiEnded, CallAdded, CallRemoved, NumberAdded, NumberRemoved};
    let came =
        row.first.checked_sub(1).and_then(|before| between(before, row.first, AbiAdded, &[CallAdded, NumberAdded]));
    let went = between(row.last, row.last + 1, AbiEnded, &[CallRemoved, NumberRemoved]);
    (row.came, row.went) = (came, went);
}

impl Union {
    /// Since when an ABI has a call: `≤ 5.10`, `7.3`, `5.10 < … ≤ 6.1`.
    pub fn since(&self, row: &UnionRow) -> String {
        let oldest = || self.releases.first().map_or_else(String::new, Release::kernel);
        row.came.as_ref().map_or_else(|| format!("≤ {}", oldest()), Between::to_string)
    }
}

/// A row of an older release under the same number in a newer one.
fn newer(old: UnionRow, new: UnionRow, releases: &[Release], abi: &str, sink: &Sink) -> UnionRow {
    let names = |row: &UnionRow| -> BTreeSet<String> {
        std::iter::once(row.syscall.name.clone()).chain(row.syscall.aliases.iter().cloned()).collect()
    };
    let (before, after) = (names(&old), names(&new));
    if before.is_disjoint(&after) {
        let (from, to) = (&releases[old.last], &releases[new.last]);
        let message = format!(
            "number {} of {abi} is `{}` in {from} and `{}` in {to}",
            new.syscall.number, old.syscall.name, new.syscall.name
        );
        sink.push(
            Diagnostic::error("number-reused", message)
                .at(label_of(&new.syscall.row).note("the newer row"))
                .at(label_of(&old.syscall.row).note("the older row"))
                .help("a table over all releases needs one call a number; has the call only been renamed?"),
        );
    }
    if old.last + 1 != new.last {
        let message = format!(
            "`{}` of {abi} is gone after {} and back in {}",
            new.syscall.name, releases[old.last], releases[new.last]
        );
        sink.push(Diagnostic::warning("call-came-back", message).at(label_of(&new.syscall.row)));
    }
    let mut syscall = new.syscall;
    syscall.aliases = before.union(&after).filter(|name| **name != syscall.name).cloned().collect();
    let mut older = old.older;
    let same = |a: &Side, b: &Side| {
        let told = |side: &Side| (side.entry.clone(), side.missing, side.params.clone(), side.block.clone());
        // Symbols follow from the entry by rules of their own.
        let also = |side: &Side| (side.config.clone(), side.event.clone(), side.made_by.clone());
        told(a) == told(b) && also(a) == also(b)
    };
    let (before, after) = (&old.syscall, &syscall);
    let compat_same = match (&before.compat, &after.compat) {
        (None, None) => true,
        (Some(a), Some(b)) => same(a, b),
        _ => false,
    };
    if !same(&before.main, &after.main) || !compat_same {
        older.push(Older { last: old.last, main: before.main.clone(), compat: before.compat.clone() });
    }
    UnionRow { syscall, first: old.first, last: new.last, older, came: None, went: None }
}

/// A name leads to one number over all releases.
fn check_names(abi: &str, rows: &BTreeMap<u32, UnionRow>, sink: &Sink) {
    let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
    for (number, row) in rows {
        for name in std::iter::once(&row.syscall.name).chain(&row.syscall.aliases) {
            if let Some(other) = numbers.insert(name, *number) {
                let message = format!("`{name}` of {abi} is {other} in one release and {number} in another");
                sink.push(Diagnostic::error("call-renumbered", message).at(label_of(&row.syscall.row)));
            }
        }
    }
}
