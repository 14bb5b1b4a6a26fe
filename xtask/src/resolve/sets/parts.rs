//! Parts of a value, and whether every bit of it has one meaning.

use super::claims::Claims;
use super::collect::{Candidates, members, word};
use super::{error, named, order, own_names};
use crate::diagnostic::Sink;
use crate::model::{Base, Headers, Member, NamedSet, PartHolds, PartSpec, PerAbi, SetKind, SetSpec, ValuePart};

/// A part on its way.
pub(super) struct Part<'a> {
    spec: &'a PartSpec,
    /// The bits by place of the ABI.
    masks: Vec<Option<u64>>,
    pub(super) members: Candidates,
}

/// The parts of a set whose masks the release has.
pub(super) fn parts<'a>(headers: &Headers, spec: &'a SetSpec, claims: &mut Claims<'_>, sink: &Sink) -> Vec<Part<'a>> {
    if spec.kind == SetKind::Values && !spec.parts.is_empty() {
        sink.push(
            error(spec, "parts-of-values", "its values are whole; only flags have parts").help("say `kind: flags`"),
        );
        return Vec::new();
    }
    let mut all = Vec::new();
    for part in &spec.parts {
        let kinds = [!part.members.is_empty(), part.set.is_some(), part.number.is_some()];
        if kinds.into_iter().filter(|kind| *kind).count() != 1 {
            let message = format!("the part `{}` does not say what it is", part.mask);
            sink.push(error(spec, "bad-part", message).help("one of `members`, `set` and `number`"));
            continue;
        }
        let members = members(headers, spec, &part.members, SetKind::Flags, claims, sink);
        let Some(masks) = masks(headers, spec, part, claims) else {
            // A release without both knows no such part.
            if !members.is_empty() {
                let message = format!("no header of the set defines the mask `{}`, and it is no number", part.mask);
                sink.push(error(spec, "unknown-mask", message).help("a constant of one of its headers, or `0xff`"));
            }
            continue;
        };
        all.push(Part { spec: part, masks, members });
    }
    all
}

/// The bits of a part by place of the ABI; none: the release does not know them.
fn masks(headers: &Headers, spec: &SetSpec, part: &PartSpec, claims: &mut Claims<'_>) -> Option<Vec<Option<u64>>> {
    if let Some(number) = number(&part.mask) {
        return Some(vec![Some(number); headers.abis.len()]);
    }
    let lines = spec.members.iter().chain(spec.parts.iter().flat_map(|part| &part.members));
    let mut all: Option<Vec<Option<u64>>> = None;
    for line in lines {
        let Some(constant) = claims.take_mask(&line.header, &part.mask) else { continue };
        let all = all.get_or_insert_with(|| vec![None; headers.abis.len()]);
        for (abi, mask) in all.iter_mut().enumerate() {
            *mask = mask.or_else(|| constant.values.get(abi).map(|value| word(*value, SetKind::Flags)));
        }
    }
    all
}

/// `0xff`, `255`
pub(super) fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// Masks are bits of their own, and the values of a part are within them.
pub(super) fn check_masks(headers: &Headers, spec: &SetSpec, parts: &mut [Part<'_>], sink: &Sink) {
    let mut taken = vec![0; headers.abis.len()];
    for part in parts {
        let mut bad = Vec::new();
        for (abi, (mask, taken)) in part.masks.iter_mut().zip(&mut taken).enumerate() {
            match *mask {
                Some(bits) if bits == 0 || bits & *taken != 0 => {
                    bad.push(abi);
                    *mask = None;
                }
                Some(bits) => *taken |= bits,
                None => {}
            }
        }
        if !bad.is_empty() {
            let (mask, abis) = (&part.spec.mask, named(headers, &bad));
            let message = format!("the mask `{mask}` is 0 or has bits of another part, on {abis}");
            sink.push(error(spec, "bad-mask", message).help("a bit of a value belongs to one part"));
        }
        let (masks, is_shifted) = (&part.masks, part.spec.shifted);
        for (name, candidate) in &mut part.members {
            let is_outside = |(abi, value): &(usize, u64)| match masks.get(*abi).copied().flatten() {
                Some(mask) => !fits(*value, mask, is_shifted),
                None => true,
            };
            let outside: Vec<usize> = candidate.abis().filter(is_outside).map(|(abi, _)| abi).collect();
            if !outside.is_empty() {
                let (mask, abis) = (&part.spec.mask, named(headers, &outside));
                let message = format!("`{name}` does not fit into the part `{mask}`, on {abis}");
                sink.push(error(spec, "outside-part", message).help("take it out with `except`, or widen the mask"));
                candidate.drop_from(&outside);
            }
        }
    }
}

/// Whether a value can be what a part holds.
fn fits(value: u64, mask: u64, is_shifted: bool) -> bool {
    let shift = if is_shifted { mask.trailing_zeros() } else { 0 };
    value.checked_shl(shift).is_some_and(|placed| placed >> shift == value && placed & !mask == 0)
}

/// A flag has a bit, and none that a part has.
pub(super) fn check_flags(
    headers: &Headers,
    spec: &SetSpec,
    members: &mut Candidates,
    parts: &[Part<'_>],
    sink: &Sink,
) {
    for (name, candidate) in members.iter_mut() {
        let zero: Vec<usize> = candidate.abis().filter(|(_, value)| *value == 0).map(|(abi, _)| abi).collect();
        // Some ABIs say by 0 that they have no such flag: `O_LARGEFILE` on alpha.
        if zero.len() == candidate.abis().count() {
            let message = format!("`{name}` is 0 and can be no flag");
            sink.push(
                error(spec, "zero-flag", message).help("take it out with `except`, or make it a value of a part"),
            );
        }
        candidate.drop_from(&zero);
        for part in parts {
            let is_inside = |(abi, value): &(usize, u64)| part.masks[*abi].is_some_and(|mask| mask & value != 0);
            let inside: Vec<usize> = candidate.abis().filter(is_inside).map(|(abi, _)| abi).collect();
            if !inside.is_empty() {
                let (mask, abis) = (&part.spec.mask, named(headers, &inside));
                let message = format!("the flag `{name}` has bits of the part `{mask}`, on {abis}");
                sink.push(error(spec, "flag-in-part", message).help("take it out with `except`"));
                candidate.drop_from(&inside);
            }
        }
    }
}

impl Part<'_> {
    /// As the model has it.
    pub(super) fn finish(self, spec: &SetSpec, sink: &Sink) -> ValuePart {
        let holds = match (&self.spec.set, self.spec.number) {
            (Some(set), _) => PartHolds::Set(set.clone()),
            (None, Some(base)) => PartHolds::Number(base),
            (None, None) => PartHolds::Members(order::ordered(self.members, spec, SetKind::Values, sink)),
        };
        let masks = self.masks.iter().enumerate().filter_map(|(abi, mask)| Some((abi, (*mask)?)));
        ValuePart { mask: PerAbi::new(masks), shifted: self.spec.shifted, holds }
    }
}

/// Parts that hold values of another set: it is there, its values fit, and no name of it is also the set's own.
pub(super) fn check_references(abis: usize, spec: &SetSpec, sets: &mut [NamedSet], sink: &Sink) {
    let Some(at) = sets.iter().position(|set| set.name == spec.name) else { return };
    for place in 0..sets[at].parts.len() {
        let part = &sets[at].parts[place];
        let PartHolds::Set(name) = &part.holds else { continue };
        let other = sets.iter().find(|other| other.name == *name && other.name != spec.name && other.parts.is_empty());
        let Some(other) = other else {
            let message = format!("a part is of the set `{name}`, which there is not, or which has parts itself");
            sink.push(error(spec, "unknown-set", message).help("a set of this file without parts"));
            sets[at].parts[place].holds = PartHolds::Number(Base::Hexadecimal);
            continue;
        };
        let does_fit = |member: &Member| {
            (0..abis).all(|abi| match (member.values.get(abi), part.mask.get(abi)) {
                (Some(value), Some(mask)) => fits(*value, *mask, part.shifted),
                _ => true,
            })
        };
        if let Some(member) = other.members.iter().find(|member| !does_fit(member)) {
            let message = format!("`{}` of the set `{name}` does not fit into its part", member.name);
            sink.push(error(spec, "outside-part", message).help("widen the mask"));
        }
        if let Some(member) = other.members.iter().find(|member| own_names(&sets[at]).any(|own| own == member.name)) {
            let message = format!("`{}` is its own and also of the set `{name}`, which is a part", member.name);
            sink.push(error(spec, "member-twice", message).help("take it out with `except`"));
        }
    }
}
