//! Which ABIs have something, as text: `@32` and `@64` for all of that width, `@mips` for all of an architecture.

use crate::model::{AbiSet, Abis};

/// The groups of the ABIs of a release.
pub(super) struct Groups<'a> {
    abis: &'a [String],
    groups: Vec<(String, AbiSet)>,
}

impl<'a> Groups<'a> {
    /// Groups that have two members or more among these ABIs.
    pub(super) fn new(abis: &'a [String], specs: &Abis) -> Self {
        let mut groups: Vec<(String, AbiSet)> = Vec::new();
        let mut add = |name: String, at: usize| match groups.iter_mut().find(|(known, _)| *known == name) {
            Some((_, members)) => members.add(at),
            None => {
                let mut members = AbiSet::default();
                members.add(at);
                groups.push((name, members));
            }
        };
        let specs: Vec<_> = abis.iter().map(|name| specs.get(name)).collect();
        for (at, spec) in specs.iter().enumerate() {
            spec.iter().for_each(|spec| add(format!("@{}", spec.long), at));
        }
        for (at, spec) in specs.iter().enumerate() {
            spec.iter().for_each(|spec| add(format!("@{}", spec.arch), at));
        }
        groups.retain(|(_, members)| members.len() > 1);
        Groups { abis, groups }
    }

    /// All ABIs of the release.
    pub(super) fn all(&self) -> AbiSet {
        let mut all = AbiSet::default();
        (0..self.abis.len()).for_each(|at| all.add(at));
        all
    }

    /// The names of some.
    pub(super) fn text(&self, whom: AbiSet) -> String {
        let mut words = Vec::new();
        let mut left = whom;
        for (name, members) in &self.groups {
            // A group of which something is left to say, and which has nobody that is not meant.
            if members.0 & !whom.0 == 0 && (members.0 & left.0).count_ones() > 1 {
                words.push(name.as_str());
                left = AbiSet(left.0 & !members.0);
            }
        }
        words.extend(left.places().filter_map(|at| self.abis.get(at)).map(String::as_str));
        words.join(" ")
    }

    /// Those behind [`text`](Self::text), or none where a word is neither an ABI nor a group.
    pub(super) fn parse(&self, text: &str) -> Option<AbiSet> {
        let mut whom = AbiSet::default();
        for word in text.split(' ') {
            match self.groups.iter().find(|(name, _)| name == word) {
                Some((_, members)) => whom = AbiSet(whom.0 | members.0),
                None => whom.add(self.abis.iter().position(|abi| abi == word)?),
            }
        }
        Some(whom)
    }
}
