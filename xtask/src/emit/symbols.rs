//! What stands before entries in symbols, and what those functions are: per ABI and range of releases, rules in place of
//! a text a call.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::tables::{list, release};
use crate::model::{Abi, Guard, Linkage, Release, Side};

/// `SYMBOLS`, `COMPANIONS`, `REGISTERS` and `OTHER_NAMES` of an ABI.
pub(super) fn rules(abis: &[(usize, &Abi)], releases: &[&Release], out: &mut String) {
    let mut said = Rules::default();
    for (index, abi) in abis {
        for call in &abi.syscalls {
            for (side, way) in [(Some(&call.main), "MAIN"), (call.compat.as_ref(), "COMPAT")] {
                if let Some(side) = side {
                    said.note(side, way, *index);
                }
            }
        }
    }
    let mut write = |name: &str, line: &str, rules: &Said| {
        let lines = ranges(rules, releases);
        list(out, name, "Prefix", lines.len());
        for (first, last, whose, (text, more)) in lines {
            let more = if more.is_empty() { String::new() } else { format!(", {more}") };
            let _ = writeln!(out, "    {line}({first}, {last}, {whose}, \"{text}\"{more}),");
        }
    };
    write("SYMBOLS", "symbol", &said.symbols);
    write("COMPANIONS", "companion", &said.companions);
    write("REGISTERS", "registers", &said.registers);
    write("OTHER_NAMES", "other_name", &said.other_names);
}

/// Whose symbols a rule is about: the way in, the kind of entry, and of companions who makes it and how.
type Whose = String;

/// What is said of some symbols in each release: a text, and more about it.
type Said = BTreeMap<Whose, BTreeMap<usize, BTreeSet<(String, String)>>>;

/// The rules of an ABI.
#[derive(Default)]
struct Rules {
    /// What stands before an entry.
    symbols: Said,
    /// What stands before it in a companion, and who sees that.
    companions: Said,
    /// In which configurations the function takes registers: in all where that is empty.
    registers: Said,
    /// What stands before the entry in the companion that the function is another name of, and in which configurations it
    /// is that.
    other_names: Said,
}

impl Rules {
    fn note(&mut self, side: &Side, way: &str, index: usize) {
        let (Some(entry), Some(symbol)) = (&side.entry, &side.symbol) else { return };
        let note = |said: &mut Said, whose: String, text: &str, more: String| {
            said.entry(whose).or_default().entry(index).or_default().insert((text.to_string(), more));
        };
        if let Some(prefix) = symbol.strip_suffix(entry.as_str()).filter(|prefix| !prefix.is_empty()) {
            let kind = if entry.starts_with("compat_sys_") { " | COMPAT_ENTRY" } else { "" };
            note(&mut self.symbols, format!("{way}{kind}"), prefix, String::new());
        }
        let made_by = match side.made_by.as_deref() {
            Some("COMPAT_SYSCALL_DEFINE") => "COMPAT_DEFINED",
            Some(_) => "DEFINED",
            None => return,
        };
        let zero = if side.params.as_ref().is_some_and(Vec::is_empty) { " | NO_PARAMS" } else { "" };
        let whose = || format!("{way} | {made_by}{zero}");
        for (symbol, linkage) in &side.companions {
            if let Some(prefix) = symbol.strip_suffix(entry.as_str()) {
                let linkage = if *linkage == Linkage::Alias { Linkage::Global } else { *linkage };
                note(&mut self.companions, whose(), prefix, linkage.as_str().to_uppercase());
            }
        }
        if side.registers != Guard::FALSE {
            note(&mut self.registers, whose(), &condition(&side.registers), String::new());
        }
        if let Some((companion, guard)) = &side.alias_of
            && let Some(prefix) = companion.strip_suffix(entry.as_str())
        {
            note(&mut self.other_names, whose(), prefix, format!("\"{}\"", condition(guard)));
        }
    }
}

/// A condition as text, empty where it always holds.
fn condition(guard: &Guard) -> String {
    if *guard == Guard::TRUE { String::new() } else { guard.to_string() }
}

type Line<'s> = (String, String, &'s str, &'s (String, String));

/// Each fact with the first and the last release of a range that has it.
fn ranges<'s>(said: &'s Said, releases: &[&Release]) -> Vec<Line<'s>> {
    let mut lines = Vec::new();
    for (whose, by_release) in said {
        let facts: BTreeSet<&(String, String)> = by_release.values().flatten().collect();
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
