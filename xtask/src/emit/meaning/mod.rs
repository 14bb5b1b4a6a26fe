//! `meaning.rs`: what parameters, results and fields mean, as integers that refer to each other by place.
//!
//! The form is that of the crate's `meaning.rs`. One file of this folder makes one part; all of them hand out places of a
//! [`Pool`].

mod choices;
mod controls;
mod held;
mod kinds;
mod mirrors;
mod netlink;
mod records;
mod requests;
mod scalars;

use std::collections::BTreeMap;
use std::fmt::Write;

use super::HEAD;
use super::newest::{Bits, Whom, named};
use super::pool::Pools;
use crate::diagnostic::{Diagnostic, Label, Sink};
use crate::model::{Headers, Kinds, NamedSet, Release};
use crate::resolve::Resolved;

pub use choices::Behind;
pub(super) use choices::{Index, calls_behind};

/// What the file is made from: releases come newest first.
pub(super) struct From<'a> {
    pub releases: &'a [(&'a Bits, &'a Headers, &'a [NamedSet])],
    pub resolved: &'a [(&'a Release, &'a Resolved)],
    /// The same by name.
    pub index: &'a Index<'a>,
    pub pools: &'a Pools,
    pub kinds: &'a Kinds,
    /// The names of all ABIs, sorted.
    pub abis: &'a [&'a str],
    /// How many bits a `long` has on each of them.
    pub long_bits: &'a [u32],
}

/// Everything that has a place.
#[derive(Default)]
struct Pool {
    names: Ids<String>,
    kinds: Ids<String>,
    terms: Vec<String>,
    term_ids: BTreeMap<String, usize>,
    sets: Ids<String>,
    reasons: Ids<String>,
    scalars: Ids<String>,
    scalar_ids: BTreeMap<String, Option<usize>>,
    masks: Ids<String>,
    held: Ids<String>,
    whom: Whom,
    /// Structures that something leads to, by name, in the order of first appearance.
    wanted: Ids<String>,
}

/// Things in the order of first appearance.
struct Ids<T> {
    ids: BTreeMap<T, usize>,
    all: Vec<T>,
}

impl<T> Default for Ids<T> {
    fn default() -> Self {
        Ids { ids: BTreeMap::new(), all: Vec::new() }
    }
}

impl Pool {
    /// The place of a set.
    fn set(&mut self, name: &str) -> usize {
        self.sets.id(&name.to_string())
    }
}

impl<T: Ord + Clone> Ids<T> {
    fn id(&mut self, of: &T) -> usize {
        if let Some(id) = self.ids.get(of) {
            return *id;
        }
        self.ids.insert(of.clone(), self.all.len());
        self.all.push(of.clone());
        self.all.len() - 1
    }
}

/// The file. What a choice or a structure names that no release has is an error.
pub(super) fn meaning(from: &From, sink: &Sink) -> String {
    let mut pool = Pool::default();
    let mut out = format!(
        "{HEAD}//! What parameters, results and fields mean; the form is that of `crate::meaning`.\n\n\
         use crate::FlagSet;\nuse crate::generated::sets;\nuse crate::meaning::*;\n"
    );
    let (entries, starts) = kinds::entries(from, &mut pool);
    let choices = choices::choices(from, &starts, &mut pool, sink);
    let controls = controls::controls(from, &mut pool, sink);
    let netlink = netlink::netlink(from, &mut pool, sink);
    let types = scalars::types(from, &mut pool);
    let records = records::records(from, &mut pool, sink);
    let mirrors = mirrors::mirrors(from, sink);
    for part in [entries, choices.0, types, records, mirrors, controls, netlink] {
        out.push_str(&part);
    }
    // Entries know their choices only now.
    out.push_str(&choices.1);
    array(&mut out, "Kinds: what, direction and NULL, of what, element, length.", "KINDS", "K", &pool.kinds.all);
    array(&mut out, "Lengths, term by term.", "TERMS", "T", &pool.terms);
    array(&mut out, "Integer types that are no parameters.", "SCALARS", "&[(u16, u8)]", &pool.scalars.all);
    array(&mut out, "What bytes hold.", "HELD", "H", &pool.held.all);
    array(&mut out, "Bits that decide.", "MASKS", "&[(u16, u64)]", &pool.masks.all);
    let reasons: Vec<String> = pool.reasons.all.iter().map(|reason| format!("{reason:?}")).collect();
    array(&mut out, "Why nothing better can be said.", "REASONS", "&str", &reasons);
    let sets: Vec<String> = pool.sets.all.iter().map(|name| format!("sets::{}", name.to_ascii_uppercase())).collect();
    array(&mut out, "The sets that kinds name.", "SETS", "FlagSet", &sets);
    let whom: Vec<String> =
        pool.whom.all().iter().map(|whom| format!("{whom:#x}, // {}", named(*whom, from.abis))).collect();
    let _ = write!(out, "\n/// Whom something is said of.\npub(crate) static ABIS: [u64; {}] = [\n", whom.len());
    whom.iter().for_each(|line| out.push_str(&format!("    {line}\n")));
    out.push_str("];\n");
    names(&mut out, &pool.names.all);
    out
}

/// Where some lines begin among others, behind which they come if they are not there yet.
fn place_of(all: &mut Vec<String>, some: Vec<String>) -> usize {
    if some.is_empty() {
        return 0;
    }
    let there = all.windows(some.len()).position(|lines| lines == some);
    let start = there.unwrap_or(all.len());
    if there.is_none() {
        all.extend(some);
    }
    start
}

fn names(out: &mut String, names: &[String]) {
    let mut starts = vec![0usize];
    for name in names {
        starts.push(starts.last().copied().unwrap_or(0) + name.len());
    }
    out.push_str("\n/// Names of fields and structures, one behind the other.\npub(crate) static NAMES: &str = \"\\\n");
    names.iter().for_each(|name| out.push_str(&format!("    {name}\\\n")));
    out.push_str("\";\n");
    let starts: Vec<String> = starts.iter().map(usize::to_string).collect();
    numbers(out, "Where each name starts, and where the last one ends.", "STARTS", "u16", &starts);
}

/// One line an item.
fn array(out: &mut String, about: &str, name: &str, ty: &str, items: &[String]) {
    let _ = write!(out, "\n/// {about}\npub(crate) {} {name}: [{ty}; {}] = [\n", item(name), items.len());
    items.iter().for_each(|of| out.push_str(&format!("    {},{}\n", code(of), comment(of))));
    out.push_str("];\n");
}

/// A constant is what the crate makes statics of; it leaves out what is of ABIs that are not built in.
fn item(name: &str) -> &'static str {
    let made = ["CHOICES", "CASES", "DECIDED", "RECORDS", "LAYOUTS", "FIELDS", "BYS", "SCALARS", "SETS"];
    if made.contains(&name) { "const" } else { "static" }
}

/// An item may bear a comment behind ` // `.
fn code(item: &str) -> &str {
    item.split_once(" // ").map_or(item, |(code, _)| code)
}

fn comment(item: &str) -> String {
    item.split_once(" // ").map_or(String::new(), |(_, comment)| format!(" // {comment}"))
}

/// Many a line.
fn numbers(out: &mut String, about: &str, name: &str, ty: &str, items: &[String]) {
    let _ = write!(out, "\n/// {about}\npub(crate) {} {name}: [{ty}; {}] = [", item(name), items.len());
    for (at, item) in items.iter().enumerate() {
        out.push_str(if at % 16 == 0 { "\n    " } else { " " });
        let _ = write!(out, "{item},");
    }
    out.push_str("\n];\n");
}

/// A place, or `NO`.
fn place(id: Option<usize>) -> String {
    id.map_or_else(|| "NO".to_string(), |id| id.to_string())
}

fn wrong(sink: &Sink, file: &str, line: u32, message: String) {
    sink.push(Diagnostic::error("bad-meaning", message).at(Label { line, ..Label::file(file) }));
}
