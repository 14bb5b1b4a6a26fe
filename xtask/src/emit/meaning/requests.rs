//! What requests of `ioctl` say by themselves: a pointer to the type in the number, in the direction in the number.

use std::collections::{BTreeMap, BTreeSet};

use super::From;
use crate::model::{Case, Choice, Direction, Kind, Plain, Pointer, Target, Value, When};

/// The entry that takes them.
pub(super) const ENTRY: &str = "sys_ioctl";

// As most ABIs put a direction into the number (`_IOC_READ` and `_IOC_WRITE` of asm-generic/ioctl.h, as a program sees it).
const WRITES: u64 = 1;
const READS: u64 = 2;

/// A choice of all requests whose type is a structure of which fields are known, or an integer.
pub(super) fn choice(from: &From) -> Choice {
    let known: BTreeSet<&str> = from.kinds.fields.iter().flat_map(|fields| &fields.of).map(String::as_str).collect();
    let mut by_kind: BTreeMap<Kind, Vec<When>> = BTreeMap::new();
    let mut told = BTreeSet::new();
    for (_, headers, _) in from.releases {
        for (name, constant) in headers.constants.values().flatten() {
            let Some(argument) = constant.argument.as_deref().filter(|_| !name.contains('(')) else { continue };
            // The usual layout of the number is that of those who have the most common value.
            let Some((_, value)) = constant.values.variants().first() else { continue };
            let direction = match value.value as u64 >> 30 & 3 {
                READS => Direction::Out,
                WRITES => Direction::In,
                3 => Direction::InOut,
                _ => continue,
            };
            let Some(target) = target(argument, &known) else { continue };
            if told.insert(name) {
                let kind = Kind::Pointer(Pointer { direction, target, length: None, nullable: false });
                by_kind.entry(kind).or_default().push(When::One(Value::Name(name.clone())));
            }
        }
    }
    let case = |(kind, when): (Kind, Vec<When>)| Case {
        when,
        with: Vec::new(),
        without: Vec::new(),
        on: Vec::new(),
        params: BTreeMap::from([("arg".to_string(), kind)]),
        returns: Some(crate::model::Returns::Value(Kind::Plain(Plain::Number))),
        call: None,
        args: Vec::new(),
        words: None,
        fields: BTreeMap::new(),
    };
    Choice {
        of: vec!["ioctl".to_string()],
        by: vec!["cmd".to_string()],
        mask: None,
        shifted: false,
        cases: by_kind.into_iter().map(case).collect(),
        otherwise: None,
        source: Vec::new(),
        file: String::new(),
        line: 0,
    }
}

fn target(argument: &str, known: &BTreeSet<&str>) -> Option<Target> {
    if let Some(name) = argument.strip_prefix("struct ").filter(|name| known.contains(name)) {
        return Some(Target::Struct(Some(name.to_string())));
    }
    let integers = [
        "int",
        "unsigned int",
        "long",
        "unsigned long",
        "__u8",
        "__u16",
        "__u32",
        "__u64",
        "__s32",
        "__s64",
        "u32",
        "u64",
    ];
    let is_integer = integers.contains(&argument);
    is_integer.then(|| Target::Value(Box::new(Kind::Plain(Plain::Number)), Some(argument.to_string())))
}
