//! Pools of names: each once, known by its place; filled from all releases.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::HEAD;
use super::prototypes::Prototypes;
use crate::model::{Abis, Release};
use crate::resolve::Resolved;

/// All pools.
pub(super) struct Pools {
    pub names: Pool,
    pub entries: Pool,
    pub prototypes: Prototypes,
}

/// Names in the order of first appearance.
#[derive(Default)]
pub(super) struct Pool {
    ids: BTreeMap<String, usize>,
    lines: Vec<String>,
}

impl Pools {
    pub(super) fn new(releases: &[(&Release, &Resolved)], abis: &Abis) -> Self {
        let (mut names, mut entries, mut prototypes) = (Pool::default(), Pool::default(), Prototypes::default());
        for (_, resolved) in releases {
            for spec in &abis.abis {
                let calls = resolved.abis.iter().filter(|abi| abi.name == spec.name).flat_map(|abi| &abi.syscalls);
                for call in calls {
                    names.add(&call.name);
                    call.aliases.iter().for_each(|alias| names.add(alias));
                    let sides = [Some(&call.main), call.compat.as_ref()].into_iter().flatten();
                    for side in sides {
                        side.entry.iter().for_each(|entry| entries.add(entry));
                        side.event.iter().for_each(|event| entries.add(&format!("sys_{event}")));
                        prototypes.add(side);
                    }
                }
            }
        }
        Pools { names, entries, prototypes }
    }
}

impl Pool {
    pub(super) fn add(&mut self, name: &str) {
        if !self.ids.contains_key(name) {
            self.ids.insert(name.to_string(), self.lines.len());
            self.lines.push(name.to_string());
        }
    }

    /// The place of a name, or `NONE`.
    pub(super) fn id(&self, name: Option<&str>) -> String {
        name.and_then(|name| self.place(name)).map_or_else(|| "NONE".to_string(), |place| place.to_string())
    }

    /// The place of a name, if it has one.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.ids.get(name).copied()
    }

    /// Every name, by place.
    pub(super) fn all(&self) -> &[String] {
        &self.lines
    }

    pub(super) fn file(&self, what: &str) -> String {
        let mut out = format!(
            "{HEAD}//! {what}, in the order of first appearance: an id is a place in this list, from 0.\n\n\
             crate::names::pool! {{\n"
        );
        for line in &self.lines {
            let _ = writeln!(out, "    \"{line}\",");
        }
        out.push_str("}\n");
        out
    }
}
