//! Holds what people wrote of the fields of structures against the layouts and sets of the releases held.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::diagnostic::{Diagnostic, Label, Sink};
use crate::model::{FieldClass, FieldKind, Headers, Kind, Kinds, Pointer, StructFields, Target, Value};

/// The fields of a structure over all releases and ABIs; whether each needs a kind, being no structure with a name.
type Known<'a> = BTreeMap<&'a str, bool>;

/// Says what is wrong: structures and fields that no release has, fields without a kind, sets and constants that there are
/// not, lengths that name no field.
///
/// `members` has the names of each set over all releases held.
pub fn check_fields<'a>(
    headers: impl Iterator<Item = &'a Headers>,
    kinds: &Kinds,
    members: &BTreeMap<String, BTreeSet<String>>,
    sink: &Sink,
) {
    let mut layouts: HashMap<&str, Known> = HashMap::new();
    for (name, layout) in headers.flat_map(|headers| headers.records.values()).flatten() {
        let bare = name.split_once(' ').map_or(name.as_str(), |(_, bare)| bare);
        let known = layouts.entry(bare).or_default();
        for field in layout.variants().iter().flat_map(|(_, record)| &record.fields) {
            *known.entry(&field.name).or_default() |= field.class != FieldClass::Record;
        }
    }
    let mut seen: HashMap<&str, &StructFields> = HashMap::new();
    for written in &kinds.fields {
        let wrong = |message: String| {
            let place = Label { line: written.line, ..Label::file(&*written.file) };
            sink.push(Diagnostic::error("bad-field", message).at(place));
        };
        let mut fields: Known = BTreeMap::new();
        for name in &written.of {
            if let Some(before) = seen.insert(name, written) {
                wrong(format!("`{name}` stands in {}:{} already", before.file, before.line));
            }
            match layouts.get(name.as_str()) {
                None => wrong(format!("no release that is held has a structure `{name}`")),
                Some(known) => known.iter().for_each(|(field, needs)| *fields.entry(field).or_default() |= needs),
            }
        }
        check(written, &fields, &layouts, members, &wrong);
    }
}

fn check(
    written: &StructFields,
    fields: &Known,
    layouts: &HashMap<&str, Known>,
    members: &BTreeMap<String, BTreeSet<String>>,
    wrong: &dyn Fn(String),
) {
    let of = written.of.join(", ");
    // The members of a union that is taken apart have its name before theirs.
    let has = |name: &str| {
        fields.contains_key(name)
            || name.split_once('.').is_some_and(|(outer, inner)| {
                fields.contains_key(outer) && layouts.values().any(|known| known.contains_key(inner))
            })
    };
    let by = written.by.iter().flat_map(|by| by.fields.keys().chain([&by.field]));
    let named =
        written.fields.keys().chain(&written.brief).chain(&written.order).chain(written.called.keys()).chain(by);
    for name in named.filter(|name| !has(name)) {
        wrong(format!("`{of}` has no field `{name}`"));
    }
    let missing: Vec<&str> = fields
        .iter()
        .filter(|(name, needs)| **needs && !written.fields.contains_key(**name))
        .map(|(name, _)| *name)
        .collect();
    if !missing.is_empty() {
        wrong(format!("no kind is said of {} of `{of}`", missing.join(", ")));
    }
    let kinds = written.fields.values().chain(written.by.iter().flat_map(|by| by.fields.values()));
    for kind in kinds {
        let FieldKind::Kind(kind) = kind else { continue };
        if let Some(set) = kind.sets().filter(|set| !members.contains_key(*set)) {
            wrong(format!("there is no set `{set}`"));
        }
        if let Kind::Pointer(Pointer { target, length: Some(length), .. }) = kind {
            for name in length.fields().filter(|name| !has(name)) {
                wrong(format!(
                    "the length of what `{}` leads to names `{name}`, which `{of}` has not",
                    target.family()
                ));
            }
        }
        if let Kind::Pointer(Pointer { target: Target::Struct(None), .. }) = kind {
            wrong(format!("a field of `{of}` leads to a structure without saying which"));
        }
    }
    for by in &written.by {
        let set = match written.fields.get(&by.field) {
            Some(FieldKind::Kind(Kind::Set(set))) => members.get(set),
            _ => None,
        };
        let Some(set) = set else { continue };
        for name in by.when.iter().filter_map(name).filter(|name| !set.contains(*name)) {
            wrong(format!("`{name}` is no member of the set that `{}` is of", by.field));
        }
    }
}

fn name(value: &Value) -> Option<&str> {
    match value {
        Value::Number(_) => None,
        Value::Name(name) => Some(name),
    }
}
