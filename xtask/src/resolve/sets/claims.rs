//! Which constants somebody claims, which are left out on purpose, and which nobody has thought of.

use std::collections::BTreeSet;

use super::NamedSets;
use crate::model::{Exclusion, Headers, Members, NamedConstant, NamedSet, SetSpec, Sets};

/// What sets have claimed so far.
pub(super) struct Claims<'a> {
    headers: &'a Headers,
    exclusions: &'a [Exclusion],
    /// Those of them that give names for many headers.
    of_many: Vec<&'a Exclusion>,
    claimed: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Claims<'a> {
    pub(super) fn new(headers: &'a Headers, exclusions: &'a [Exclusion]) -> Self {
        let of_many = exclusions.iter().filter(|one| one.header.contains('*') && !one.names.is_empty()).collect();
        Claims { headers, exclusions, of_many, claimed: BTreeSet::new() }
    }

    /// The constants that a line of a set means, each with the place of its pattern; they are claimed with that.
    pub(super) fn take(&mut self, members: &Members) -> Vec<(usize, &'a str, &'a NamedConstant)> {
        let Some((header, constants)) = self.headers.constants.get_key_value(&members.header) else {
            return Vec::new();
        };
        let mut taken = Vec::new();
        for (name, constant) in constants {
            if members.except.iter().any(|pattern| matches(pattern, name)) {
                continue;
            }
            let place = members.names.iter().position(|pattern| matches(pattern, name));
            let Some(place) = place.filter(|_| members.names.contains(name) || !self.is_named_out(header, name)) else {
                continue;
            };
            self.claimed.insert((header, name));
            taken.push((place, name.as_str(), constant));
        }
        taken
    }

    /// Claims a constant for what it means to a part.
    pub(super) fn take_mask(&mut self, header: &str, name: &str) -> Option<&'a NamedConstant> {
        let (header, constants) = self.headers.constants.get_key_value(header)?;
        let (name, constant) = constants.get_key_value(name)?;
        self.claimed.insert((header, name));
        Some(constant)
    }

    /// Whether an exclusion for many headers gives this name.
    fn is_named_out(&self, header: &str, name: &str) -> bool {
        self.of_many.iter().any(|exclusion| covers(exclusion, header, name))
    }

    /// Counts, and lists what is left.
    pub(super) fn finish(self, sets: Vec<NamedSet>) -> NamedSets {
        let mut all = NamedSets { sets, claimed: self.claimed.len(), ..NamedSets::default() };
        for (header, constants) in &self.headers.constants {
            // Most headers are nobody's as a whole.
            let here: Vec<&Exclusion> =
                self.exclusions.iter().filter(|exclusion| matches(&exclusion.header, header)).collect();
            for (name, constant) in constants {
                if self.claimed.contains(&(header.as_str(), name.as_str())) {
                    continue;
                }
                if constant.argument.is_some() {
                    all.requests += 1;
                } else if here.iter().any(|exclusion| covers(exclusion, header, name)) {
                    all.excluded += 1;
                } else {
                    all.unclaimed.entry(header.clone()).or_default().push(name.clone());
                }
            }
        }
        all
    }
}

/// The sets that claim a constant by its name, with those that it is a value of a part of, in the order of the file.
pub fn claiming<'s>(specs: &'s Sets, header: &str, name: &str) -> Vec<&'s str> {
    let is_named_out = |exclusion: &Exclusion| !exclusion.names.is_empty() && covers(exclusion, header, name);
    let is_out = specs.unclaimed.iter().any(is_named_out);
    let means = |members: &Members| {
        members.header == header
            && !members.except.iter().any(|pattern| matches(pattern, name))
            && members.names.iter().any(|pattern| pattern == name || !is_out && matches(pattern, name))
    };
    let claims = |set: &&SetSpec| set.members.iter().chain(set.parts.iter().flat_map(|part| &part.members)).any(means);
    specs.sets.iter().filter(claims).map(|set| set.name.as_str()).collect()
}

/// Whether an exclusion means a constant.
fn covers(exclusion: &Exclusion, header: &str, name: &str) -> bool {
    matches(&exclusion.header, header)
        && (exclusion.names.is_empty() || exclusion.names.iter().any(|pattern| matches(pattern, name)))
}

/// Whether a pattern means a name; `*` stands for anything, and for nothing.
pub fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(start) else { return false };
    let mut middle: Vec<&str> = rest.split('*').collect();
    let end = middle.pop().unwrap_or_default();
    for piece in middle {
        match name.find(piece) {
            Some(at) => name = &name[at + piece.len()..],
            None => return false,
        }
    }
    name.ends_with(end)
}
