//! A kernel → its facts: says which files matter, has each read once, and puts together what the parsers found.

mod audit;
mod digest;
mod headers;
mod inside;
mod macros;
mod numbers;
mod pins;
mod predefined;
mod types;
mod wanted;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Result, Sink};
use crate::model::{Abis, Definition, EntryFunction, Facts, Redirect, TableRow};
use crate::parse;
use crate::source::{File, Kernel, Origin, Progress, Tree};

pub use digest::digest;

/// What one scanned file holds.
struct Found {
    definitions: Vec<Definition>,
    functions: Vec<EntryFunction>,
    redirects: Vec<Redirect>,
}

/// What was read, and from what.
pub struct Extracted {
    /// The facts, without a note of where they were read from.
    pub facts: Facts,
    /// SHA-256 of the tarball, if it was one.
    pub sha256: Option<String>,
}

/// Reads the facts of a kernel. What it noticed is in `sink`; facts beside errors are not to be used.
pub fn extract(kernel: &Kernel, abis: &Abis, progress: &Progress, sink: &Sink) -> Result<Extracted> {
    let wanted = wanted::Wanted::new(abis);
    let scan = |file: &File| scan(file, sink);
    let mut tree = kernel.read(&wanted.selection(), &scan, progress, sink)?;
    let makefile = tree
        .get("Makefile")
        .ok_or_else(|| Box::new(Diagnostic::error("no-makefile", "the kernel has no `Makefile`")))?;
    let release = parse::release("Makefile", &makefile.text)?;
    let tables = tables(&tree, sink);
    let numbers = numbers::numbers(&tree, abis, &tables, sink);
    audit::check(&tree, abis, &numbers, sink);
    let sha256 = match &tree.origin {
        Origin::Tarball { sha256 } => Some(sha256.clone()),
        _ => None,
    };
    let mut facts = Facts {
        release,
        evaluated_with: digest(abis),
        read_from: None,
        tables,
        numbers,
        definitions: BTreeMap::new(),
        functions: BTreeMap::new(),
        redirects: BTreeMap::new(),
        arguments: BTreeMap::new(),
        optional: BTreeMap::new(),
        built: BTreeMap::new(),
        settled: BTreeMap::new(),
        typedefs: BTreeMap::new(),
        wrappers: BTreeMap::new(),
    };
    // Headers whose text is kept are not among what was scanned.
    let headers = tree.texts().filter(|text| text.path.ends_with("/include/asm/unistd.h"));
    let mut redirects: Vec<_> =
        headers.map(|text| (text.path.clone(), parse::redirects(&text.path, &text.text))).collect();
    let mut functions = Vec::new();
    for (path, found) in std::mem::take(&mut tree.scanned) {
        if !found.definitions.is_empty() {
            facts.definitions.insert(path.to_string(), found.definitions);
        }
        functions.push((path.clone(), found.functions));
        redirects.push((path, found.redirects));
    }
    // Which functions and redirections matter shows only now that every table is known.
    let entries = facts.named_entries();
    let redirects = kept(redirects, |redirect| entries.contains(redirect.from.as_str()));
    let led_to: BTreeSet<&str> = redirects.values().flatten().map(|redirect| redirect.to.as_str()).collect();
    let named = |name: &str| entries.contains(name) || led_to.contains(name);
    let functions = kept(functions, |function| named(&function.name));
    (facts.functions, facts.redirects) = (functions, redirects);
    (facts.typedefs, facts.settled) = (types::of(&tree, abis, &facts, sink), macros::of(&tree, abis, &facts, sink));
    Ok(Extracted { facts, sha256 })
}

/// What passes, by file; files of which nothing does are left out.
fn kept<T>(found: Vec<(Arc<str>, Vec<T>)>, passes: impl Fn(&T) -> bool) -> BTreeMap<String, Vec<T>> {
    let kept = found.into_iter().map(|(path, mut all)| {
        all.retain(&passes);
        (path.to_string(), all)
    });
    kept.filter(|(_, all)| !all.is_empty()).collect()
}

fn scan(file: &File, sink: &Sink) -> Option<Found> {
    let in_arch = file.path.starts_with("arch/");
    let defines = parse::may_define(file.bytes);
    if !in_arch && !defines {
        return None;
    }
    let text = file.text();
    let (is_c, is_assembly) = (file.path.ends_with(".c"), file.path.ends_with(".S"));
    let found = Found {
        definitions: if is_c && defines { parse::definitions(file.path, &text, sink) } else { Vec::new() },
        functions: match in_arch {
            true if is_c => parse::c_functions(&text),
            true if is_assembly => parse::assembly_labels(&text),
            _ => Vec::new(),
        },
        redirects: if in_arch { parse::redirects(file.path, &text) } else { Vec::new() },
    };
    let empty = found.definitions.is_empty() && found.functions.is_empty() && found.redirects.is_empty();
    (!empty).then_some(found)
}

/// Every system call table, by the path of the file itself: a link to a shared table is not a table of its own.
fn tables<T>(tree: &Tree<T>, sink: &Sink) -> BTreeMap<String, Vec<TableRow>> {
    tree.texts()
        .filter(|text| wanted::is_table(&text.path) && tree.real_path(&text.path) == *text.path)
        .map(|text| (text.path.to_string(), parse::table(&text.path, &text.text, sink)))
        .collect()
}

#[cfg(test)]
mod tests;
