//! The members that the file and a release's headers give a set, not yet in order.

use std::collections::BTreeMap;

use super::claims::Claims;
use super::{FILE, error, named};
use crate::diagnostic::Sink;
use crate::model::{Constant, Headers, Integer, Member, Members, PerAbi, SetKind, SetSpec};

/// A member with its values by place of the ABI.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) header: String,
    pub(super) values: Vec<Option<u64>>,
    /// Where the file names it: line of the members, pattern.
    pub(super) place: (usize, usize),
}

/// Members by name.
pub(super) type Candidates = BTreeMap<String, Candidate>;

/// What some lines of a set mean in a release.
pub(super) fn members(
    headers: &Headers,
    spec: &SetSpec,
    lines: &[Members],
    kind: SetKind,
    claims: &mut Claims<'_>,
    sink: &Sink,
) -> Candidates {
    let mut all = Candidates::new();
    for (line, members) in lines.iter().enumerate() {
        for (pattern, name, constant) in claims.take(members) {
            let values = (0..headers.abis.len()).map(|abi| constant.values.get(abi).map(|value| word(*value, kind)));
            let found = Candidate { header: members.header.clone(), values: values.collect(), place: (line, pattern) };
            match all.get_mut(name) {
                None => {
                    all.insert(name.to_string(), found);
                }
                // Each header has it for other ABIs, or both say the same.
                Some(known) => join(headers, spec, name, known, found, sink),
            }
        }
    }
    all
}

/// Adds the members that the file itself gives.
pub(super) fn given(abis: usize, spec: &SetSpec, members: &mut Candidates, sink: &Sink) {
    for (name, value) in &spec.given {
        let found = Candidate {
            header: FILE.to_string(),
            values: vec![Some(*value as u64); abis],
            place: (spec.members.len(), 0),
        };
        if members.insert(name.clone(), found).is_some() {
            sink.push(
                error(spec, "given-and-defined", format!("a header of the kernel defines `{name}`"))
                    .help("take it out of `given`"),
            );
        }
    }
}

/// Takes over the values of another header where the first has none.
fn join(headers: &Headers, spec: &SetSpec, name: &str, known: &mut Candidate, other: Candidate, sink: &Sink) {
    let mut differ = Vec::new();
    for (abi, (known, value)) in known.values.iter_mut().zip(other.values).enumerate() {
        match (&known, value) {
            (None, _) => *known = value,
            (Some(had), Some(value)) if *had != value => differ.push(abi),
            (Some(_), _) => {}
        }
    }
    if !differ.is_empty() {
        let (one, two, abis) = (&known.header, &other.header, named(headers, &differ));
        sink.push(
            error(spec, "two-values", format!("`{name}` has one value in {one} and another in {two}, on {abis}"))
                .help("take one of them out with `except`"),
        );
    }
}

/// A constant as the 64 bits of a member.
pub(super) fn word(constant: Constant, kind: SetKind) -> u64 {
    let bits = constant.value as u64;
    let is_wide = matches!(constant.ty, Integer::Long | Integer::ULong | Integer::LongLong | Integer::ULongLong);
    match kind {
        // `1 << 31` is a bit, not 33 of them.
        SetKind::Flags if !is_wide => bits & u64::from(u32::MAX),
        SetKind::Flags | SetKind::Values => bits,
    }
}

impl Candidate {
    /// The ABIs that have it.
    pub(super) fn abis(&self) -> impl Iterator<Item = (usize, u64)> {
        self.values.iter().enumerate().filter_map(|(abi, value)| Some((abi, (*value)?)))
    }

    /// Takes it from some ABIs.
    pub(super) fn drop_from(&mut self, abis: &[usize]) {
        for abi in abis {
            if let Some(value) = self.values.get_mut(*abi) {
                *value = None;
            }
        }
    }

    /// Whether no ABI has it.
    pub(super) fn is_nowhere(&self) -> bool {
        self.values.iter().all(Option::is_none)
    }

    /// As the model has it.
    pub(super) fn finish(self, name: String) -> Member {
        let values = PerAbi::new(self.abis());
        Member { name, header: self.header, values }
    }
}
