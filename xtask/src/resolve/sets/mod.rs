//! What headers define and the curated sets → which names the values of each domain have, ABI by ABI.
//!
//! A value that is printed and read back must be the same. Printing takes the parts out of a value, then member by member
//! the bits that are all there. So the bits of a part are no member's, every name stands at one place of a set, and a
//! member comes before those whose bits it has. What breaks that is an error here and left out of the set.

mod claims;
mod collect;
mod order;
mod parts;
#[cfg(test)]
mod tests;
mod unmatched;

pub use claims::{claiming, matches};
pub use unmatched::unmatched;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Label, Sink};
use crate::model::{Headers, NamedSet, PartHolds, SetKind, SetSpec, Sets};

/// The file that the sets come from, as diagnostics name it.
const FILE: &str = "data/curated/sets.yaml";

/// The sets of a release, and what belongs to none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedSets {
    /// Every set, in the order of the file; one of which the release has nothing has no members.
    pub sets: Vec<NamedSet>,
    /// How many constants some set claims.
    pub claimed: usize,
    /// How many an exclusion covers, and no set claims.
    pub excluded: usize,
    /// How many are requests of `ioctl`, which have names of their own kind, and no set claims.
    pub requests: usize,
    /// The rest, by header.
    pub unclaimed: BTreeMap<String, Vec<String>>,
}

/// Puts the sets of a release together.
pub fn sets(headers: &Headers, specs: &Sets, sink: &Sink) -> NamedSets {
    // Which constants each pattern stands for.
    let mut claims = claims::Claims::new(headers, &specs.unclaimed);
    let mut resolved = Vec::new();
    let mut names = BTreeSet::new();
    for spec in &specs.sets {
        if names.insert(&spec.name) {
            resolved.push(set(headers, spec, &mut claims, sink));
        } else {
            sink.push(error(spec, "set-twice", "another set has this name").help("the library calls sets by name"));
        }
    }
    // Parts that are values of another set.
    for spec in &specs.sets {
        parts::check_references(headers.abis.len(), spec, &mut resolved, sink);
    }
    claims.finish(resolved)
}

/// One set.
fn set(headers: &Headers, spec: &SetSpec, claims: &mut claims::Claims<'_>, sink: &Sink) -> NamedSet {
    // Members and parts as the file says it.
    let mut members = collect::members(headers, spec, &spec.members, spec.kind, claims, sink);
    collect::given(headers.abis.len(), spec, &mut members, sink);
    let mut parts = parts::parts(headers, spec, claims, sink);
    // A name stands at one place.
    let mut known: BTreeSet<String> = members.keys().cloned().collect();
    for part in &mut parts {
        part.members.retain(|name, _| {
            let is_new = known.insert(name.clone());
            if !is_new {
                sink.push(
                    error(spec, "member-twice", format!("`{name}` stands at two places of a value"))
                        .help("take it out of one of them with `except`"),
                );
            }
            is_new
        });
    }
    // Bits are a member's or a part's.
    parts::check_masks(headers, spec, &mut parts, sink);
    if spec.kind == SetKind::Flags {
        parts::check_flags(headers, spec, &mut members, &parts, sink);
    }
    NamedSet {
        name: spec.name.clone(),
        title: spec.title.clone(),
        kind: spec.kind,
        members: order::ordered(members, spec, spec.kind, sink),
        parts: parts.into_iter().map(|part| part.finish(spec, sink)).collect(),
    }
}

/// Names that the parts of a set have, as far as they are its own.
fn own_names(set: &NamedSet) -> impl Iterator<Item = &str> {
    let of_parts = set.parts.iter().flat_map(|part| match &part.holds {
        PartHolds::Members(members) => members.as_slice(),
        PartHolds::Set(_) | PartHolds::Number(_) => &[],
    });
    set.members.iter().chain(of_parts).map(|member| member.name.as_str())
}

/// An error about a set.
fn error(spec: &SetSpec, code: &'static str, message: impl AsRef<str>) -> Diagnostic {
    let label = Label { line: spec.line, ..Label::file(FILE) };
    Diagnostic::error(code, format!("set `{}`: {}", spec.name, message.as_ref())).at(label)
}

/// Some ABIs, in a few words.
fn named(headers: &Headers, abis: &[usize]) -> String {
    let names: Vec<&str> = abis.iter().filter_map(|abi| headers.abis.get(*abi)).map(String::as_str).collect();
    if names.len() == headers.abis.len() {
        return "every ABI".to_string();
    }
    match names.as_slice() {
        [first, second, third, _, rest @ ..] => format!("{first}, {second}, {third} and {} more", rest.len() + 1),
        few => few.join(", "),
    }
}
