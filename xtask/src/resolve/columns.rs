//! Every row of every table is somebody's: a value of the ABI column that nobody takes is an error.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Label, Sink};
use crate::model::{Abis, Dispatch, Facts};

pub(super) fn check(facts: &Facts, abis: &Abis, sink: &Sink) {
    let mut taken: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for numbers in facts.numbers.values() {
        for dispatch in [Some(&numbers.native), numbers.compat.as_ref()].into_iter().flatten() {
            if let Dispatch::Table { file, columns, .. } = dispatch {
                taken.entry(file).or_default().extend(columns.iter().map(String::as_str));
            }
        }
    }
    for ignored in &abis.ignored {
        taken.entry(&ignored.file).or_default().insert(&ignored.column);
    }
    for (file, rows) in &facts.tables {
        let Some(columns) = taken.get(file.as_str()) else {
            sink.push(
                Diagnostic::error("unclaimed-table", "no ABI reads this system call table")
                    .at(Label::file(file.as_str()))
                    .help("name it in the `tables` of an ABI in data/abis.yaml"),
            );
            continue;
        };
        for row in rows.iter().filter(|row| !columns.contains(row.column.as_str())) {
            let known: Vec<&str> = columns.iter().copied().collect();
            sink.push(
                Diagnostic::error(
                    "unknown-abi-column",
                    format!(
                        "no ABI takes rows of this table that say `{}`; known are {}",
                        row.column,
                        known.join(", ")
                    ),
                )
                .at(Label::word(file.as_str(), row.line, &row.to_string(), &row.column))
                .help("add the value to an ABI's `columns` in data/abis.yaml, or to `ignored` with the reason"),
            );
        }
    }
}
