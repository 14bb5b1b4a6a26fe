//! Facts and what people curated → the ABIs of a release, row by row. Reads no kernel; pure.

mod columns;
mod entries;
mod rows;
mod sides;
#[cfg_attr(not(test), expect(dead_code, reason = "the rows do not ask for symbols yet"))]
mod symbols;
mod union;

pub use union::{Union, UnionAbi, UnionRow, union};

use crate::diagnostic::Sink;
use crate::model::{Abi, Abis, Curated, Facts, Gap};

/// The ABIs of one release, and what its facts leave open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// Every ABI that the release has, in the order of `data/abis.yaml`.
    pub abis: Vec<Abi>,
    /// Fields that stay unknown, sorted.
    pub gaps: Vec<Gap>,
}

/// Puts one release together.
pub fn resolve(facts: &Facts, abis: &Abis, curated: &Curated, sink: &Sink) -> Resolved {
    // Every row of every table is somebody's.
    columns::check(facts, abis, sink);
    // Who defines what, over the whole tree.
    let entries = entries::Entries::new(facts, curated);
    let mut resolved = Resolved::default();
    for spec in &abis.abis {
        let Some(numbers) = facts.numbers.get(&spec.name) else { continue };
        // Numbers with their names and entries, from the table and the header.
        let rows = rows::rows(facts, spec, numbers, sink);
        // What a native and a compat call enter, where that is, or why it leads nowhere.
        let mut sides =
            sides::Sides { spec, curated, entries: &entries, kernel: facts.release.kernel(), gaps: Vec::new() };
        let syscalls = rows.into_iter().map(|row| sides.syscall(row)).collect();
        resolved.abis.push(Abi { release: facts.release.clone(), name: spec.name.clone(), syscalls });
        resolved.gaps.append(&mut sides.gaps);
    }
    resolved.gaps.sort();
    resolved
}
