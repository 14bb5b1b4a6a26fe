//! The shapes of the files, as serde sees them: maps of flat scalars.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::model::EntryColumn;

pub(super) type Lists = BTreeMap<String, Vec<String>>;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReleaseFile {
    pub release: String,
    /// `live`, `types`, `headers`: what was at hand in place of the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    pub evaluated_with: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_from: Option<ReadFromPart>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadFromPart {
    pub package: String,
    pub version: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NumbersFile {
    pub abis: BTreeMap<String, AbiPart>,
    /// `number name abi…`, `*` for every ABI without a table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// By header: `number entry side…`, a side being `aarch64` or `arm.compat`; `*` as above.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rows: Lists,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AbiPart {
    pub header: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub native: Option<TablePart>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compat: Option<TablePart>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TablePart {
    pub table: String,
    pub columns: String,
    pub entry: EntryColumn,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TablesFile {
    pub tables: Lists,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DefinitionsFile {
    pub definitions: Lists,
    pub functions: Lists,
    pub redirects: Lists,
    pub arguments: Lists,
    pub optional: Lists,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfigFile {
    /// By file, the condition under which it is built.
    pub built: BTreeMap<String, String>,
    /// By symbol: `y`, `n` or `-` (depends on the configuration) for most ways, then those that differ: `n; y arc arm`.
    pub settled: BTreeMap<String, String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TypesFile {
    /// By typedef, what it is on most kernels, then those that differ: `u32; u16 arm i386`.
    pub typedefs: BTreeMap<String, String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SymbolsFile {
    /// By kernels that have the same: `SYSCALL_DEFINE __x64_sys_* global registers`, with ` if` and a condition;
    /// `*` for all kernels that are not named.
    pub wrappers: Lists,
    /// By folder of `arch/`, or `default`: `__x64_ 9 3`, what a symbol begins with, and how many bytes of it and of
    /// the name are skipped; `sys_mmap2 as sys_mmap_pgoff`.
    pub match_rules: Lists,
    /// The folders of `arch/` whose kernels leave the calls of compat programs out of their events.
    pub skips_compat: BTreeSet<String>,
}

/// Line numbers, in the order of the lists that they belong to: `3-40 42`.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LinesFile {
    pub tables: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rows: BTreeMap<String, String>,
    pub definitions: BTreeMap<String, String>,
    pub functions: BTreeMap<String, String>,
    pub redirects: BTreeMap<String, String>,
    pub arguments: BTreeMap<String, String>,
    pub optional: BTreeMap<String, String>,
}

/// Line numbers as runs: `3-40 42`.
pub(super) fn runs(lines: impl IntoIterator<Item = u32>) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for line in lines {
        match runs.last_mut() {
            Some((_, end)) if line == *end + 1 => *end = line,
            _ => runs.push((line, line)),
        }
    }
    let shown: Vec<String> = runs
        .iter()
        .map(|(start, end)| if start == end { start.to_string() } else { format!("{start}-{end}") })
        .collect();
    shown.join(" ")
}

/// The line numbers behind [`runs`], or none where the text is not of that form.
pub(super) fn unruns(text: &str) -> Option<Vec<u32>> {
    let mut lines = Vec::new();
    for run in text.split(' ').filter(|run| !run.is_empty()) {
        let (start, end) = run.split_once('-').unwrap_or((run, run));
        let (start, end): (u32, u32) = (start.parse().ok()?, end.parse().ok()?);
        if end < start || end - start > 1_000_000 {
            return None;
        }
        lines.extend(start..=end);
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_an_identity() {
        for lines in [vec![], vec![3], vec![3, 4, 5, 9, 2, 3, 3]] {
            assert_eq!(unruns(&runs(lines.clone())), Some(lines));
        }
        assert_eq!(runs([3, 4, 5, 9]), "3-5 9");
        assert_eq!(unruns("5-3"), None);
        assert_eq!(unruns("1-4000000000"), None);
    }
}
