//! Facts and what people curated → the ABIs of a release, row by row. Reads no kernel; pure.

mod choices;
mod columns;
mod entries;
mod fields;
mod kinds;
mod known;
mod prototypes;
mod request;
mod rows;
mod sets;
mod sides;
mod symbols;
mod union;
mod words;

pub use fields::check_fields;
pub use kinds::{check_kinds, kinds, spellings};
pub use known::{ToCompare, narrow};
pub use request::{Direction, Geometry, Request};
pub use sets::{NamedSets, claiming, matches, sets, unmatched};
pub use union::{Older, Union, UnionAbi, UnionRow, union};

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Label, Sink};
use crate::model::{Abi, AbiSpec, Abis, Curated, EventRules, Facts, Gap};

/// The ABIs of one release, and what its facts leave open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// Every ABI that the release has, in the order of `data/abis.yaml`.
    pub abis: Vec<Abi>,
    /// Fields that stay unknown, sorted.
    pub gaps: Vec<Gap>,
    /// How its kernels find the events of calls, by folder of `arch/`.
    pub event_rules: BTreeMap<String, EventRules>,
}

/// Puts one release together.
pub fn resolve(facts: &Facts, abis: &Abis, curated: &Curated, sink: &Sink) -> Resolved {
    resolve_some(facts, abis, curated, &|_| true, sink)
}

/// The same for some ABIs only, by their canonical names.
pub fn resolve_some(
    facts: &Facts,
    abis: &Abis,
    curated: &Curated,
    is_wanted: &dyn Fn(&str) -> bool,
    sink: &Sink,
) -> Resolved {
    // Every row of every table is somebody's.
    columns::check(facts, abis, sink);
    // Who defines what, over the whole tree.
    let entries = entries::Entries::new(facts, curated);
    let kernel = facts.release.kernel();
    let (mut resolved, mut unknown) = (Resolved::default(), BTreeSet::new());
    for spec in abis.abis.iter().filter(|spec| is_wanted(&spec.name)) {
        let Some(numbers) = facts.numbers.get(&spec.name) else { continue };
        // Numbers with their names and entries, from the table and the header.
        let rows = rows::rows(facts, spec, numbers, sink);
        // What a native and a compat call enter, where that is, or why it leads nowhere.
        let Some(mut sides) = sides::Sides::new(spec, abis, facts, curated, &entries, &kernel) else {
            sink.push(no_kernel(spec));
            continue;
        };
        resolved.event_rules.entry(sides.main.arch().to_string()).or_insert_with_key(|arch| EventRules {
            matches: facts.match_rules_of(arch).unwrap_or_default().to_vec(),
            skips_compat: facts.skips_compat.contains(arch),
        });
        let syscalls = rows.into_iter().map(|row| sides.syscall(row)).collect();
        resolved.abis.push(Abi { release: facts.release.clone(), name: spec.name.clone(), syscalls });
        resolved.gaps.append(&mut sides.gaps);
        unknown.append(&mut sides.unknown);
    }
    unknown.iter().for_each(|(place, why)| sink.push(no_params(place, why)));
    // Of what was read without the source, all else is a guess; and so it is no gap either.
    if facts.release.at_hand.is_some() {
        known::keep(&mut resolved.abis, &facts.release);
        resolved.gaps.clear();
    }
    resolved.gaps.sort();
    resolved
}

/// Said once for a place, however many ABIs lead to it.
fn no_params(place: &str, why: &prototypes::Unknown) -> Diagnostic {
    let word = why.word.as_ref().map_or(String::new(), |word| format!(": `{word}`"));
    Diagnostic::warning("unknown-parameters", format!("{}{word}", why.reason))
        .at(rows::label_of(place))
        .help("the parameters stay unknown; extract/inside.rs lists the headers that hold typedefs, data/curated/entries.yaml what no C says")
}

fn no_kernel(spec: &AbiSpec) -> Diagnostic {
    Diagnostic::error("no-kernel", format!("no kernel is known that serves {}", spec.name))
        .at(Label::file("data/abis.yaml"))
        .help("an ABI that runs as compat only names in `kernel` the ABI that is native to its kernel")
}
