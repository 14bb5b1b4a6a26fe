//! One way into a call in both kernels: what it enters, how that is built, and what a tracer finds of it.

use std::collections::BTreeMap;

use super::found::Found;
use super::params::{self, Context};
use crate::model::{ByteOrder, ChangeKind, Guard, Linkage, Missing, Side, Site, Syscall};

/// Compares a side; `site` stands at the two definitions, `orders` are those in which the ABI comes.
pub(super) fn compare(
    site: &Site,
    orders: &[ByteOrder],
    old: (&Syscall, &Side),
    new: (&Syscall, &Side),
    found: &mut Found,
) {
    let ((old_row, old), (new_row, new)) = (old, new);
    let reason = |missing: Missing| Some(missing.as_str().to_string());
    match (old.missing, new.missing) {
        (Some(a), Some(b)) if a == b => return,
        (Some(a), Some(b)) => {
            return found.add_to_call(ChangeKind::AbsenceChanged, [None, reason(a), reason(b)], site);
        }
        (None, Some(b)) => return found.add_to_call(ChangeKind::CallUnimplemented, [None, None, reason(b)], site),
        (Some(a), None) => return found.add_to_call(ChangeKind::CallImplemented, [None, reason(a), None], site),
        (None, None) => {}
    }
    if old.entry != new.entry {
        let mut at_rows = site.clone();
        (at_rows.old.place, at_rows.new.place) = (Some(old_row.row.clone()), Some(new_row.row.clone()));
        at_rows.follows = following(old, new);
        found.add_to_call(ChangeKind::EntryChanged, [None, old.entry.clone(), new.entry.clone()], &at_rows);
    }
    definition(site, old, new, found);
    match (&old.params, &new.params) {
        (Some(a), Some(b)) => params::compare(&Context { site, behind: None, orders }, a, b, found),
        (None, None) => {}
        _ => found.unknown(site),
    }
    block(site, orders, old, new, found);
    config(site, &old.config, &new.config, found);
    symbol(site, old, new, found);
    registers(site, old, new, found);
    companions(site, old, new, found);
    event(site, old, new, found);
}

/// What another entry brings with it: symbol and event that are made of its name.
fn following(old: &Side, new: &Side) -> Vec<(&'static str, Option<String>, Option<String>)> {
    let mut follows = Vec::new();
    if symbol_follows(old, new) && old.symbol != new.symbol {
        follows.push(("symbol", old.symbol.clone(), new.symbol.clone()));
    }
    if event_follows(old, new) {
        follows.push(("event", old.event.clone(), new.event.clone()));
    }
    follows
}

/// What makes the entry, and in which file.
fn definition(site: &Site, old: &Side, new: &Side, found: &mut Found) {
    let made = |side: &Side| Some(side.made_by.clone().unwrap_or_else(|| "function".to_string()));
    if old.made_by != new.made_by && old.entry == new.entry {
        found.add_to_call(ChangeKind::DefinitionChanged, [None, made(old), made(new)], site);
    }
    let (a, b) = (file(old), file(new));
    if old.entry == new.entry && a != b {
        found.add_to_call(ChangeKind::DefinitionMoved, [None, a.map(str::to_string), b.map(str::to_string)], site);
    }
}

fn file(side: &Side) -> Option<&str> {
    let origin = side.origin.as_deref()?;
    Some(origin.rsplit_once(':').map_or(origin, |(file, _)| file))
}

/// The words that the one parameter points to.
fn block(site: &Site, orders: &[ByteOrder], old: &Side, new: &Side, found: &mut Found) {
    if let (Some([a]), Some([b])) = (old.params.as_deref(), new.params.as_deref())
        && let (Some(of_a), Some(of_b)) = (&old.block, &new.block)
        && a.name == b.name
    {
        params::compare(&Context { site, behind: Some(&a.name), orders }, of_a, of_b, found);
    }
}

fn config(site: &Site, old: &Guard, new: &Guard, found: &mut Found) {
    if old.equals(new) {
        return;
    }
    let kind = match (implies(new, old), implies(old, new)) {
        (true, false) => ChangeKind::ConfigNarrowed,
        (false, true) => ChangeKind::ConfigWidened,
        _ => ChangeKind::ConfigChanged,
    };
    let text = |guard: &Guard| Some(if *guard == Guard::TRUE { "always".to_string() } else { guard.to_string() });
    found.add_to_call(kind, [None, text(old), text(new)], site);
}

/// Whether one condition holds wherever another does; no, where that cannot be told.
fn implies(a: &Guard, b: &Guard) -> bool {
    a.clone().and(b.clone().not()).simplified() == Guard::FALSE
}

/// What the function takes, if it takes anything. Where it is made in another way that is told already.
fn registers(site: &Site, old: &Side, new: &Side, found: &mut Found) {
    let (a, b) = (&old.registers, &new.registers);
    let takes_none = |side: &Side| side.params.as_ref().is_some_and(Vec::is_empty);
    if old.made_by != new.made_by || a.equals(b) || (takes_none(old) && takes_none(new)) {
        return;
    }
    let text = |guard: &Guard| match guard {
        Guard::Constant(true) => Some("registers".to_string()),
        Guard::Constant(false) => Some("arguments".to_string()),
        guard => Some(format!("registers if {guard}")),
    };
    if !implies(b, a) {
        found.add_to_call(ChangeKind::EntryTakesRegisters, [None, text(a), text(b)], site);
    }
    if !implies(a, b) {
        found.add_to_call(ChangeKind::EntryTakesArguments, [None, text(a), text(b)], site);
    }
}

/// Whether the symbols are made of the two entries in the same way.
fn symbol_follows(old: &Side, new: &Side) -> bool {
    let prefix = |side: &'_ Side| {
        let symbol = side.symbol.as_deref()?;
        Some(symbol.strip_suffix(side.entry.as_deref()?)?.to_string())
    };
    let (a, b) = (prefix(old), prefix(new));
    a.is_some() && a == b
}

fn symbol(site: &Site, old: &Side, new: &Side, found: &mut Found) {
    if old.symbol == new.symbol || symbol_follows(old, new) {
        return;
    }
    let detail = match (&old.symbol, &new.symbol) {
        (Some(a), Some(b)) => [None, Some(pattern(a, old)), Some(pattern(b, new))],
        (a, b) => [None, a.clone(), b.clone()],
    };
    found.add_to_call(ChangeKind::SymbolRenamed, detail, site);
}

/// A function's name with `*` for what the call is called there, so that all calls of which the same is true agree.
fn pattern(symbol: &str, side: &Side) -> String {
    match stem(side).and_then(|stem| symbol.strip_suffix(stem)) {
        Some(before) => format!("{before}*"),
        None => symbol.to_string(),
    }
}

/// The entry without `sys_`.
fn stem(side: &Side) -> Option<&str> {
    let entry = side.entry.as_deref()?;
    Some(entry.strip_prefix("compat_sys_").or_else(|| entry.strip_prefix("sys_")).unwrap_or(entry))
}

/// The functions beside the entry; those of another kind of definition follow from that.
fn companions(site: &Site, old: &Side, new: &Side, found: &mut Found) {
    if old.made_by != new.made_by {
        return;
    }
    let by_pattern = |side: &Side| -> BTreeMap<String, Linkage> {
        side.companions.iter().map(|(symbol, linkage)| (pattern(symbol, side), *linkage)).collect()
    };
    let (of_old, of_new) = (by_pattern(old), by_pattern(new));
    let lost: Vec<&String> = of_old.keys().filter(|name| !of_new.contains_key(*name)).collect();
    let gained: Vec<&String> = of_new.keys().filter(|name| !of_old.contains_key(*name)).collect();
    let partner = |name: &String, others: &[&String]| {
        let mut same = others.iter().filter(|other| role(other) == role(name));
        same.next().filter(|_| same.next().is_none()).map(ToString::to_string)
    };
    for name in &lost {
        let other = partner(name, &gained).filter(|other| partner(other, &lost).is_some());
        let kind = if other.is_some() { ChangeKind::CompanionRenamed } else { ChangeKind::CompanionRemoved };
        found.add_to_call(kind, [None, Some(name.to_string()), other], site);
    }
    for name in gained.iter().filter(|name| partner(name, &lost).is_none_or(|other| partner(&other, &gained).is_none()))
    {
        found.add_to_call(ChangeKind::CompanionAdded, [None, None, Some(name.to_string())], site);
    }
    for (name, before) in &of_old {
        let Some(after) = of_new.get(name).filter(|after| *after != before) else { continue };
        let is_hidden = visibility(*after) < visibility(*before);
        let kind = if is_hidden { ChangeKind::CompanionHidden } else { ChangeKind::CompanionExposed };
        let text = |linkage: &Linkage| Some(linkage.as_str().to_string());
        found.add_to_call(kind, [Some(name.clone()), text(before), text(after)], site);
    }
}

/// What a companion is for: `do` of `__do_sys_*`.
fn role(pattern: &str) -> &str {
    pattern.trim_start_matches('_').split('_').next().unwrap_or_default()
}

/// How sure a tracer can be to find a function.
fn visibility(linkage: Linkage) -> u8 {
    match linkage {
        Linkage::Inline => 0,
        Linkage::Static => 1,
        Linkage::Alias => 2,
        Linkage::Global => 3,
    }
}

/// Whether the event has another name because the entry has.
fn event_follows(old: &Side, new: &Side) -> bool {
    let of_entry = |side: &Side| side.event.is_some() && side.event.as_deref() == stem(side);
    old.event != new.event && of_entry(old) && of_entry(new)
}

fn event(site: &Site, old: &Side, new: &Side, found: &mut Found) {
    if old.event == new.event || event_follows(old, new) {
        return;
    }
    let mut named = site.clone();
    match (&old.event, &new.event) {
        (Some(_), Some(_)) => {
            found.add_to_call(ChangeKind::EventRenamed, [None, old.event.clone(), new.event.clone()], site);
        }
        (came, _) => {
            let kind = if came.is_none() { ChangeKind::EventAdded } else { ChangeKind::EventRemoved };
            named.follows.push(("event", old.event.clone(), new.event.clone()));
            found.add_to_call(kind, [None, None, None], &named);
        }
    }
}
