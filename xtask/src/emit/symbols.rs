//! What stands before entries in symbols, per ABI and range of releases: rules in place of a text a call.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::tables::{list, release};
use crate::model::{Abi, Release, Side};

/// Whose symbols a rule is about: the way in, the kind of entry, and of companions who makes it and how.
type Whose = String;

/// `SYMBOLS` and `COMPANIONS` of an ABI.
pub(super) fn rules(abis: &[(usize, &Abi)], releases: &[&Release], out: &mut String) {
    let (mut symbols, mut companions) = (BTreeMap::new(), BTreeMap::new());
    for (index, abi) in abis {
        for call in &abi.syscalls {
            for (side, way) in [(Some(&call.main), "MAIN"), (call.compat.as_ref(), "COMPAT")] {
                let Some(side) = side else { continue };
                note(side, way, *index, &mut symbols, &mut companions);
            }
        }
    }
    let lines = ranges(&symbols, releases);
    list(out, "SYMBOLS", "Prefix", lines.len());
    for (first, last, whose, (text, _)) in lines {
        let _ = writeln!(out, "    symbol({first}, {last}, {whose}, \"{text}\"),");
    }
    let lines = ranges(&companions, releases);
    list(out, "COMPANIONS", "Prefix", lines.len());
    for (first, last, whose, (text, linkage)) in lines {
        let _ = writeln!(out, "    companion({first}, {last}, {whose}, \"{text}\", {linkage}),");
    }
}

/// What is said of some symbols in each release: prefixes, with who sees the function.
type Said = BTreeMap<Whose, BTreeMap<usize, BTreeSet<(String, &'static str)>>>;

fn note(side: &Side, way: &str, index: usize, symbols: &mut Said, companions: &mut Said) {
    let (Some(entry), Some(symbol)) = (&side.entry, &side.symbol) else { return };
    if let Some(prefix) = symbol.strip_suffix(entry.as_str()).filter(|prefix| !prefix.is_empty()) {
        let kind = if entry.starts_with("compat_sys_") { " | COMPAT_ENTRY" } else { "" };
        let of = symbols.entry(format!("{way}{kind}")).or_default();
        of.entry(index).or_default().insert((prefix.to_string(), ""));
    }
    let made_by = match side.made_by.as_deref() {
        Some("COMPAT_SYSCALL_DEFINE") => "COMPAT_DEFINED",
        Some(_) => "DEFINED",
        None => return,
    };
    let zero = if side.params.as_ref().is_some_and(Vec::is_empty) { " | NO_PARAMS" } else { "" };
    for (symbol, linkage) in &side.companions {
        if let Some(prefix) = symbol.strip_suffix(entry.as_str()) {
            let linkage = match linkage.as_str() {
                "static" => "STATIC",
                "inline" => "INLINE",
                _ => "GLOBAL",
            };
            let of = companions.entry(format!("{way} | {made_by}{zero}")).or_default();
            of.entry(index).or_default().insert((prefix.to_string(), linkage));
        }
    }
}

type Line<'s> = (String, String, &'s str, &'s (String, &'static str));

/// Each fact with the first and the last release of a range that has it.
fn ranges<'s>(said: &'s Said, releases: &[&Release]) -> Vec<Line<'s>> {
    let mut lines = Vec::new();
    for (whose, by_release) in said {
        let facts: BTreeSet<&(String, &'static str)> = by_release.values().flatten().collect();
        for fact in facts {
            let has: Vec<usize> = by_release.iter().filter(|(_, all)| all.contains(fact)).map(|(at, _)| *at).collect();
            for run in has.chunk_by(|a, b| a + 1 == *b) {
                let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
                let name = |at: usize| releases.get(at).map_or_else(String::new, |held| release(held));
                let last = if last + 1 == releases.len() { "NEWEST".to_string() } else { name(*last) };
                lines.push((name(*first), last, whose.as_str(), fact));
            }
        }
    }
    lines
}
