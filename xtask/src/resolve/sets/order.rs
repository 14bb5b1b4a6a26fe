//! The order in which names are looked for.

use super::collect::{Candidate, Candidates};
use super::error;
use crate::diagnostic::Sink;
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
    left.sort_by_key(|one| {
        // As signed numbers, so that -1 does not come last; where ABIs differ, as most have it.
        let value = usual(&one.candidate);
        let value = if kind == SetKind::Flags { i128::from(value) } else { i128::from(value as i64) };
        (value, one.preferred.unwrap_or(usize::MAX), one.candidate.place, one.name.clone())
    });
    let mut sorted = Vec::with_capacity(left.len());
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
        let one = left.remove(at);
        sorted.push(one.candidate.finish(one.name));
    }
    sorted
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
