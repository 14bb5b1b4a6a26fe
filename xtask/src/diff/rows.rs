//! The calls of an ABI, paired by number and by name, and what comes, goes, moves and changes its name.

use std::collections::{BTreeMap, BTreeSet};

use super::found::Found;
use super::{compat_way, has_compat, sides};
use crate::model::{Abi, ByteOrder, ChangeKind, Missing, Side, Site, Spot, Subject, Syscall};

/// Compares the calls of an ABI that both kernels have.
pub(super) fn compare(old: &Abi, new: &Abi, orders: &[ByteOrder], found: &mut Found) {
    let both_compat = has_compat(old) && has_compat(new);
    let compat = compat_way(&old.name);
    for pair in pairs(old, new) {
        match pair {
            Pair::Same(old_row, new_row) => {
                let call = common_name(old_row, new_row);
                names(&old.name, call, old_row, new_row, found);
                both((&old.name, both_compat.then_some(&compat), orders), call, old_row, new_row, found);
            }
            Pair::Renamed(old_row, new_row) => {
                at_one_number(ChangeKind::CallRenamed, &old.name, old_row, new_row, found);
                both((&old.name, both_compat.then_some(&compat), orders), &old_row.name, old_row, new_row, found);
            }
            Pair::Reused(old_row, new_row) => {
                at_one_number(ChangeKind::NumberReused, &old.name, old_row, new_row, found);
            }
            Pair::Old(row) => {
                gone(&old.name, row, &row.main, found);
                row.compat.iter().filter(|_| both_compat).for_each(|side| gone(&compat, row, side, found));
            }
            Pair::New(row) => {
                came(&old.name, row, &row.main, found);
                row.compat.iter().filter(|_| both_compat).for_each(|side| came(&compat, row, side, found));
            }
        }
    }
}

/// Rows of two tables that belong together.
enum Pair<'a> {
    /// One call: they have a name in common.
    Same(&'a Syscall, &'a Syscall),
    /// One call under another name: the same entry at the same number.
    Renamed(&'a Syscall, &'a Syscall),
    /// Another call at the number of one that was there.
    Reused(&'a Syscall, &'a Syscall),
    Old(&'a Syscall),
    New(&'a Syscall),
}

fn pairs<'a>(old: &'a Abi, new: &'a Abi) -> Vec<Pair<'a>> {
    let mut left: BTreeMap<u32, &Syscall> = old.syscalls.iter().map(|row| (row.number, row)).collect();
    let mut right: BTreeMap<u32, &Syscall> = new.syscalls.iter().map(|row| (row.number, row)).collect();
    let mut pairs = Vec::new();
    let at_same: Vec<u32> = left.keys().filter(|number| right.contains_key(number)).copied().collect();
    for number in &at_same {
        if let (Some(a), Some(b)) = (left.get(number), right.get(number))
            && !all_names(a).is_disjoint(&all_names(b))
        {
            pairs.push(Pair::Same(a, b));
            left.remove(number);
            right.remove(number);
        }
    }
    // In the order of names, so that it does not matter from which end one looks.
    let in_left: BTreeMap<&str, u32> = by_name(&left);
    let in_right: BTreeMap<&str, u32> = by_name(&right);
    for (name, number) in &in_left {
        let Some(other) = in_right.get(name) else { continue };
        if let (Some(a), Some(b)) = (left.get(number), right.get(other)) {
            pairs.push(Pair::Same(a, b));
            left.remove(number);
            right.remove(other);
        }
    }
    for number in &at_same {
        let (Some(a), Some(b)) = (left.get(number), right.get(number)) else { continue };
        // A number that leads nowhere is free for another call.
        if !a.main.is_implemented() || !b.main.is_implemented() {
            continue;
        }
        let is_same = a.main.entry == b.main.entry;
        pairs.push(if is_same { Pair::Renamed(a, b) } else { Pair::Reused(a, b) });
        left.remove(number);
        right.remove(number);
    }
    pairs.extend(left.into_values().map(Pair::Old));
    pairs.extend(right.into_values().map(Pair::New));
    pairs
}

fn by_name<'a>(rows: &BTreeMap<u32, &'a Syscall>) -> BTreeMap<&'a str, u32> {
    rows.iter().flat_map(|(number, row)| all_names(row).into_iter().map(|name| (name, *number))).collect()
}

fn all_names(row: &Syscall) -> BTreeSet<&str> {
    std::iter::once(&row.name).chain(&row.aliases).map(String::as_str).collect()
}

/// What to call a call that has several names: the usual one of both, or else the first that both have.
fn common_name<'a>(old: &'a Syscall, new: &Syscall) -> &'a str {
    let (of_old, of_new) = (all_names(old), all_names(new));
    let common = |name: &&str| of_old.contains(name) && of_new.contains(name);
    let usual: BTreeSet<&str> = [old.name.as_str(), new.name.as_str()].into_iter().filter(common).collect();
    let chosen = usual.into_iter().next().or_else(|| of_old.intersection(&of_new).next().copied());
    of_old.iter().find(|name| Some(**name) == chosen).copied().unwrap_or(&old.name)
}

/// A call that both have: its sides. `of` names the ways in, the compat one where both kernels have it, and the byte
/// orders.
fn both(of: (&str, Option<&String>, &[ByteOrder]), call: &str, old: &Syscall, new: &Syscall, found: &mut Found) {
    let (abi, compat, orders) = of;
    let side = |way: &str, a: &Side, b: &Side, found: &mut Found| {
        sides::compare(&site(way, call, (old, a), (new, b)), orders, (old, a), (new, b), found);
    };
    side(abi, &old.main, &new.main, found);
    let Some(way) = compat else { return };
    match (&old.compat, &new.compat) {
        (Some(a), Some(b)) => side(way, a, b, found),
        (Some(a), None) => gone(way, old, a, found),
        (None, Some(b)) => came(way, new, b, found),
        (None, None) => {}
    }
}

/// A call that both have: its number and further names.
fn names(abi: &str, call: &str, old: &Syscall, new: &Syscall, found: &mut Found) {
    let site = Site::of(abi, call, spot(old, &old.row), spot(new, &new.row));
    let subject = || Subject::Call(call.to_string());
    if old.number != new.number {
        found.add(ChangeKind::CallRenumbered, subject(), [None, None, None], site.clone());
    }
    let (of_old, of_new) = (all_names(old), all_names(new));
    for name in of_old.difference(&of_new) {
        let detail = [None, Some(name.to_string()), None];
        found.add(ChangeKind::AliasRemoved, subject(), detail, site.clone());
    }
    for name in of_new.difference(&of_old) {
        let detail = [None, None, Some(name.to_string())];
        found.add(ChangeKind::AliasAdded, subject(), detail, site.clone());
    }
}

/// A number that both have under names of which none is common.
fn at_one_number(kind: ChangeKind, abi: &str, old: &Syscall, new: &Syscall, found: &mut Found) {
    let site = Site::of(abi, &old.name, spot(old, &old.row), spot(new, &new.row));
    let detail = [None, Some(old.name.clone()), Some(new.name.clone())];
    found.add(kind, Subject::Call(old.name.clone()), detail, site);
}

fn came(way: &str, row: &Syscall, side: &Side, found: &mut Found) {
    let kind = if side.is_implemented() { ChangeKind::CallAdded } else { ChangeKind::NumberAdded };
    let site = Site::of(way, &row.name, Spot::default(), spot(row, place(row, side)));
    found.add_to_call(kind, [None, None, absence(side)], &site);
}

fn gone(way: &str, row: &Syscall, side: &Side, found: &mut Found) {
    let kind = if side.is_implemented() { ChangeKind::CallRemoved } else { ChangeKind::NumberRemoved };
    let site = Site::of(way, &row.name, spot(row, place(row, side)), Spot::default());
    found.add_to_call(kind, [None, absence(side), None], &site);
}

fn absence(side: &Side) -> Option<String> {
    side.missing.map(|missing| Missing::as_str(missing).to_string())
}

/// A call in both kernels, each at its definition.
fn site(way: &str, call: &str, old: (&Syscall, &Side), new: (&Syscall, &Side)) -> Site {
    Site::of(way, call, spot(old.0, place(old.0, old.1)), spot(new.0, place(new.0, new.1)))
}

fn spot(row: &Syscall, place: &str) -> Spot {
    Spot { number: Some(row.number), place: Some(place.to_string()) }
}

/// Where a side is defined, or the row that leads nowhere.
fn place<'a>(row: &'a Syscall, side: &'a Side) -> &'a str {
    side.origin.as_deref().unwrap_or(&row.row)
}
