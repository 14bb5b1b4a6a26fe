//! A kernel that was read, beside what `data/` holds of the same release.

use std::collections::BTreeSet;

use crate::model::{Abis, Facts, Headers};
use crate::store;

/// What `gen` read, and what it may replace.
pub(super) struct Read {
    /// The kernel as the command line named it.
    pub spec: String,
    /// What it says.
    pub facts: Facts,
    /// What its headers define.
    pub headers: Headers,
    /// SHA-256 of the tarball, if it was one.
    pub sha256: Option<String>,
    /// What `data/` holds of its `X.Y`.
    pub held: Option<Facts>,
    /// What it holds of its headers, where that is to be compared.
    pub held_headers: Option<Headers>,
}

/// What a check holds `data/` to.
pub(super) enum Verdict {
    /// It should say exactly this.
    Take,
    /// It speaks of another point release, which may differ.
    Another(Differs),
}

/// In what another point release differs.
pub(super) enum Differs {
    /// In line numbers at most.
    Lines,
    /// In these files.
    Facts(Vec<String>),
    /// In these numbers, a sentence each: never right.
    Numbers(Vec<String>),
}

impl Read {
    /// A check holds `data/` to the very text that it was made from: the same release, unless it came in another tarball.
    pub(super) fn verdict(&self, check: bool, abis: &Abis) -> Verdict {
        let Some(held) = self.held.as_ref().filter(|_| check) else { return Verdict::Take };
        let recorded = held.read_from.as_ref().and_then(|from| from.sha256.as_ref());
        let another_tarball = matches!((recorded, &self.sha256), (Some(recorded), Some(read)) if recorded != read);
        if held.release == self.facts.release && !another_tarball {
            return Verdict::Take;
        }
        let numbers = self.moved_numbers();
        if !numbers.is_empty() {
            return Verdict::Another(Differs::Numbers(numbers));
        }
        let none = Headers::default();
        let old = store::files(held, self.held_headers.as_ref().unwrap_or(&none), abis);
        let new = store::files(&self.facts, &self.headers, abis);
        let differs = new.iter().filter(|(name, text)| old.get(*name) != Some(*text)).map(|(name, _)| name.clone());
        let differs: Vec<String> = differs.filter(|name| name != "release.yaml" && name != "lines.yaml").collect();
        Verdict::Another(if differs.is_empty() { Differs::Lines } else { Differs::Facts(differs) })
    }

    /// Names that lead to another number than `data/` holds, a sentence each.
    pub(super) fn moved_numbers(&self) -> Vec<String> {
        let Some(held) = &self.held else { return Vec::new() };
        let (new, old) = (&self.facts.release, held.release.kernel());
        let mut moved = Vec::new();
        for (file, rows) in &self.facts.tables {
            for row in rows {
                // One name can have several rows with one number each, for as many ABI columns.
                let before = held.tables.get(file).into_iter().flatten().filter(|before| before.name == row.name);
                let before: BTreeSet<u32> = before.map(|before| before.number).collect();
                if !before.is_empty() && !before.contains(&row.number) {
                    let before: Vec<String> = before.iter().map(u32::to_string).collect();
                    moved.push(format!(
                        "`{}` has number {} in {new}, and {} in data/linux/{old} ({file}:{})",
                        row.name,
                        row.number,
                        before.join(" and "),
                        row.line
                    ));
                }
            }
        }
        for (abi, numbers) in &self.facts.numbers {
            let names = held.numbers.get(abi).map(|numbers| numbers.names.as_slice()).unwrap_or_default();
            for name in &numbers.names {
                let before = names.iter().find(|before| before.name == name.name && before.number != name.number);
                if let Some(before) = before {
                    moved.push(format!(
                        "`{}` of {abi} has number {} in {new}, and {} in data/linux/{old}",
                        name.name, name.number, before.number
                    ));
                }
            }
        }
        moved
    }
}

/// Whether two readings found the same, line numbers and all.
pub(super) fn same_text(a: &Facts, b: &Facts) -> bool {
    let bare = |facts: &Facts| Facts { read_from: None, evaluated_with: String::new(), ..facts.clone() };
    bare(a) == bare(b)
}
