//! The order in which names are looked for.

use std::collections::BTreeSet;

use super::collect::{Candidate, Candidates};
use super::error;
use crate::diagnostic::{Diagnostic, Level, Sink};
use crate::model::{Member, SetKind, SetSpec};

struct Placed {
    name: String,
    candidate: Candidate,
    preferred: Option<usize>,
}

/// Members by value; those with more bits before those with some of them, the preferred of one value before the others.
pub(super) fn ordered(members: Candidates, spec: &SetSpec, kind: SetKind, sink: &Sink) -> Vec<Member> {
    let mut left: Vec<Placed> = members
        .into_iter()
        .filter(|(_, candidate)| !candidate.is_nowhere())
        .map(|(name, candidate)| {
            let preferred = spec.prefer.iter().position(|preferred| *preferred == name);
            Placed { name, candidate, preferred }
        })
        .collect();
    left.sort_by_cached_key(|one| {
        // As signed numbers, so that -1 does not come last; where ABIs differ, as most have it.
        let value = usual(&one.candidate);
        let value = if kind == SetKind::Flags { i128::from(value) } else { i128::from(value as i64) };
        (value, one.preferred.unwrap_or(usize::MAX), one.candidate.place, one.name.clone())
    });
    let mut sorted: Vec<Placed> = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let is_first = |at: &usize| {
            let one = &left[*at];
            left.iter().enumerate().all(|(other, before)| other == *at || !precedes(before, one, kind))
        };
        let at = (0..left.len()).find(is_first).unwrap_or_else(|| {
            let names: Vec<&str> = left.iter().map(|one| one.name.as_str()).collect();
            sink.push(
                error(spec, "no-order", format!("each of these would have to come first: {}", names.join(", ")))
                    .help("on one ABI a member has the bits of another, on a second it is the other way round"),
            );
            0
        });
        sorted.push(left.remove(at));
    }
    for (shown, other) in unsettled(&sorted) {
        let message = format!("`{shown}` and `{other}` have one value, and nothing says which is shown");
        sink.push(
            Diagnostic { level: Level::Warning, ..error(spec, "two-names", message) }
                .help("name it in `prefer`, or take out with `except` what is no value of the set"),
        );
    }
    sorted.into_iter().map(|one| one.candidate.finish(one.name)).collect()
}

/// Names of one value of which the first is so by its spelling alone: a new name could take its place.
fn unsettled(sorted: &[Placed]) -> BTreeSet<(&str, &str)> {
    let mut all = BTreeSet::new();
    for (at, one) in sorted.iter().enumerate().filter(|(_, one)| one.preferred.is_none()) {
        let is_shown =
            |abi: usize, value: u64| sorted[..at].iter().all(|other| other.candidate.values[abi] != Some(value));
        let shown: Vec<(usize, u64)> = one.candidate.abis().filter(|(abi, value)| is_shown(*abi, *value)).collect();
        let others = sorted[at + 1..].iter().filter(|other| other.candidate.place == one.candidate.place);
        all.extend(
            others
                .filter(|other| shown.iter().any(|(abi, value)| other.candidate.values[*abi] == Some(*value)))
                .map(|other| (one.name.as_str(), other.name.as_str())),
        );
    }
    all
}

/// Whether one would never be found behind the other, or is preferred to it.
fn precedes(one: &Placed, other: &Placed, kind: SetKind) -> bool {
    one.candidate.values.iter().zip(&other.candidate.values).any(|(one_bits, other_bits)| {
        let (Some(one_bits), Some(other_bits)) = (one_bits, other_bits) else { return false };
        if one_bits == other_bits {
            return one.preferred.is_some() && other.preferred.is_none();
        }
        kind == SetKind::Flags && one_bits & other_bits == *other_bits
    })
}

/// The value that most ABIs have.
fn usual(candidate: &Candidate) -> u64 {
    let count = |value: u64| candidate.abis().filter(|(_, other)| *other == value).count();
    let values = candidate.abis().map(|(_, value)| value);
    values.fold((0, 0), |(best, most), value| if count(value) > most { (value, count(value)) } else { (best, most) }).0
}
