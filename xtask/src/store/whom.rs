//! Which ABIs have something, as text: `@32` and `@64` for all of that width, `@mips` for all of an architecture; `!x32` for
//! one that is not meant.

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

    /// The names of some: groups first, `!` taking an ABI out of those before it, then what is left, each by its name.
    pub(super) fn text(&self, whom: AbiSet) -> String {
        let mut words: Vec<String> = Vec::new();
        let mut left = whom;
        for (name, members) in &self.groups {
            let told = AbiSet(members.0 & left.0);
            let others: String = self.names(AbiSet(members.0 & !whom.0)).map(|other| format!(" !{other}")).collect();
            // A group of which something is left to say, if that is shorter than to say it one by one.
            if told.len() > 1 && name.len() + others.len() < self.names(told).map(|name| name.len() + 1).sum() {
                words.push(format!("{name}{others}"));
                left = AbiSet(left.0 & !members.0);
            }
        }
        words.extend(self.names(left).map(str::to_string));
        words.join(" ")
    }

    fn names(&self, whom: AbiSet) -> impl Iterator<Item = &str> {
        whom.places().filter_map(|at| self.abis.get(at)).map(String::as_str)
    }

    /// Those behind [`text`](Self::text), or none where a word is neither an ABI nor a group.
    pub(super) fn parse(&self, text: &str) -> Option<AbiSet> {
        let mut whom = AbiSet::default();
        for word in text.split(' ') {
            if let Some(other) = word.strip_prefix('!') {
                let mut taken = AbiSet::default();
                taken.add(self.abis.iter().position(|abi| abi == other)?);
                whom = AbiSet(whom.0 & !taken.0);
                continue;
            }
            match self.groups.iter().find(|(name, _)| name == word) {
                Some((_, members)) => whom = AbiSet(whom.0 | members.0),
                None => whom.add(self.abis.iter().position(|abi| abi == word)?),
            }
        }
        Some(whom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_are_named_by_groups_and_read_back() {
        let names = ["a32", "b64", "c64", "d64", "e64", "f32"].map(str::to_string);
        let group = |name: &str, members: u64| (name.to_string(), AbiSet(members));
        let groups = Groups { abis: &names, groups: vec![group("@32", 0b10_0001), group("@64", 0b1_1110)] };
        for (whom, text) in
            [(0b10_0001, "@32"), (0b1_1110, "@64"), (0b1_1010, "@64 !c64"), (0b11, "a32 b64"), (0b11_1111, "@32 @64")]
        {
            assert_eq!(groups.text(AbiSet(whom)), text);
        }
        for whom in 1..64 {
            assert_eq!(groups.parse(&groups.text(AbiSet(whom))), Some(AbiSet(whom)));
        }
        assert_eq!((groups.parse("g"), groups.parse("@16"), groups.parse("")), (None, None, None));
    }
}
