//! `sets.rs`: the named sets of constants, each with statics of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::HEAD;
use super::newest::{Bits, Whom, named, newest};
use crate::model::{Base, Headers, Member, NamedSet, PartHolds, PerAbi, SetKind, ValuePart};

/// A name with what it is on each ABI.
type Named = (String, PerAbi<u64>);

/// The file; releases come newest first.
pub(super) fn sets(releases: &[(&Bits, &Headers, &[NamedSet])], all: &[&str]) -> String {
    let last = last_signals(releases);
    let mut by_name: BTreeMap<&str, Vec<(&Bits, &NamedSet)>> = BTreeMap::new();
    for (bits, _, sets) in releases {
        for set in *sets {
            by_name.entry(&set.name).or_default().push((bits, set));
        }
    }
    let known: BTreeSet<&str> = by_name.keys().copied().collect();
    let mut out = format!(
        "{HEAD}//! Named sets of constants: what the values of a domain are called on each ABI.\n\n\
         use crate::FlagSet;\nuse crate::constants::*;\n"
    );
    for held in by_name.values() {
        set(held, &known, &last, all, &mut out);
    }
    let _ = write!(out, "\n/// Every set, by name.\npub(crate) static ALL: [&SetData; {}] = [", known.len());
    for name in &known {
        let _ = write!(out, "\n    &{},", data(name));
    }
    out.push_str(if known.is_empty() { "];\n" } else { "\n];\n" });
    out
}

fn constant(name: &str) -> String {
    name.to_ascii_uppercase()
}

fn data(name: &str) -> String {
    format!("{}_DATA", constant(name))
}

fn set(held: &[(&Bits, &NamedSet)], known: &BTreeSet<&str>, last: &PerAbi<u64>, all: &[&str], out: &mut String) {
    let Some((_, first)) = held.first() else { return };
    let flags = first.kind == SetKind::Flags;
    let mut whom = Whom::default();
    let own: Vec<(&Bits, &[Member])> = held.iter().map(|(bits, set)| (*bits, &set.members[..])).collect();
    let mut joined_own = joined(&own, flags);
    joined_own.extend(real_time(&joined_own, last));
    let members = list(&joined_own, flags, &mut whom, 4);
    let mut parts = String::new();
    for (at, part) in first.parts.iter().enumerate() {
        let of = held.iter().filter_map(|(bits, set)| Some((*bits, set.parts.get(at)?)));
        parts.push_str(&self::part(part, &of.collect::<Vec<_>>(), known, &mut whom));
    }
    let (constant, data, name, title) = (constant(&first.name), data(&first.name), &first.name, &first.title);
    let _ = write!(
        out,
        "\n/// `{name}`: {title}.\npub const {constant}: FlagSet = FlagSet::new(&{data});\n\
         static {data}: SetData = SetData {{\n    name: \"{name}\",\n    title: {title:?},\n    is_flags: {flags},\n    abis: &["
    );
    for whom in whom.all() {
        let _ = write!(out, "\n        {whom:#x}, // {}", named(*whom, all));
    }
    let _ = write!(out, "\n    ],\n    members: {members},\n    parts: &[");
    out.push_str(&parts);
    out.push_str(if parts.is_empty() { "],\n};\n" } else { "\n    ],\n};\n" });
}

fn part(part: &ValuePart, held: &[(&Bits, &ValuePart)], known: &BTreeSet<&str>, whom: &mut Whom) -> String {
    let mask = newest(held.iter().map(|(bits, part)| (*bits, &part.mask)));
    let masks: Vec<String> =
        mask.variants().iter().map(|(abis, mask)| format!("({}, {mask:#x})", whom.id(abis.0))).collect();
    let holds = match &part.holds {
        PartHolds::Members(_) => {
            let lists = held.iter().filter_map(|(bits, part)| match &part.holds {
                PartHolds::Members(members) => Some((*bits, &members[..])),
                PartHolds::Set(_) | PartHolds::Number(_) => None,
            });
            format!("Holds::Members({})", list(&joined(&lists.collect::<Vec<_>>(), false), !part.shifted, whom, 12))
        }
        PartHolds::Set(name) if known.contains(name.as_str()) => format!("Holds::Set(&{})", data(name)),
        PartHolds::Number(Base::Decimal) => "Holds::Decimal".to_string(),
        PartHolds::Number(Base::Octal) => "Holds::Octal".to_string(),
        PartHolds::Number(Base::Hexadecimal) | PartHolds::Set(_) => "Holds::Hexadecimal".to_string(),
    };
    format!(
        "\n        PartData {{\n            masks: &[{}],\n            shifted: {},\n            holds: {holds},\n        }},",
        masks.join(", "),
        part.shifted
    )
}

/// Members over all releases, newest first. One that went comes after all with as many bits, so that of flags those
/// with several bits still come before those with fewer.
fn joined(held: &[(&Bits, &[Member])], flags: bool) -> Vec<Named> {
    let mut by_name: BTreeMap<&str, Vec<(&Bits, &PerAbi<u64>)>> = BTreeMap::new();
    for (bits, members) in held {
        for member in *members {
            by_name.entry(&member.name).or_default().push((bits, &member.values));
        }
    }
    let bits_of = |values: &PerAbi<u64>| values.variants().first().map_or(0, |(_, value)| value.count_ones());
    let mut all: Vec<Named> = Vec::new();
    for (release, (_, members)) in held.iter().enumerate() {
        for member in *members {
            let Some(of) = by_name.remove(member.name.as_str()) else { continue };
            let values = newest(of);
            let fewer = |(_, other): &Named| bits_of(other) < bits_of(&values);
            let at = if flags && release > 0 { all.iter().position(fewer) } else { None };
            all.insert(at.unwrap_or(all.len()), (member.name.clone(), values));
        }
    }
    all
}

/// The last signal where a program's headers have no `SIGRTMAX`: `_NSIG` of the kernel's own `asm/signal.h`, which is 64
/// on all architectures but mips, whose header for programs has it.
const LAST_SIGNAL: u64 = 64;

/// What `SIGRTMAX` is where headers say it.
fn last_signals(releases: &[(&Bits, &Headers, &[NamedSet])]) -> PerAbi<u64> {
    let held = releases.iter().filter_map(|(bits, headers, _)| {
        Some((*bits, &headers.constants.get("asm/signal.h")?.get("SIGRTMAX")?.values))
    });
    let last = newest(held);
    let value = |abi: usize| Some((abi, u64::try_from(last.get(abi)?.value).ok()?));
    PerAbi::new(last.whom().places().filter_map(value).collect::<Vec<_>>())
}

/// Real-time signals have numbers and no names of their own: `SIGRT_3` is the third after `SIGRTMIN`.
fn real_time(members: &[Named], last: &PerAbi<u64>) -> Vec<Named> {
    let Some((_, first)) = members.iter().find(|(name, _)| name == "SIGRTMIN") else { return Vec::new() };
    let values = |ordinal: u64| {
        let here = first.whom().places().filter_map(|abi| Some((abi, first.get(abi)?.checked_add(ordinal)?)));
        let here = here.filter(|(abi, value)| *value <= *last.get(*abi).unwrap_or(&LAST_SIGNAL));
        PerAbi::new(here.collect::<Vec<_>>())
    };
    let numbered = (1..256).map(|ordinal| (format!("SIGRT_{ordinal}"), values(ordinal)));
    numbered.take_while(|(_, values)| !values.whom().is_empty()).collect()
}

/// `MemberData { … }`
fn list(members: &[Named], hexadecimal: bool, whom: &mut Whom, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let mut names = String::new();
    let mut values = String::new();
    for (name, of) in members.iter().filter(|(_, of)| !of.whom().is_empty()) {
        let _ = write!(names, "\\\n{pad}        {name}");
        for (at, (abis, value)) in of.variants().iter().enumerate() {
            let (len, comment) = if at == 0 { (name.len(), format!(" // {name}")) } else { (0, String::new()) };
            let value = match *value {
                value if value >> 63 == 1 && value.leading_ones() > 32 => format!("{}i64 as u64", value as i64),
                value if hexadecimal || value > 0xffff => format!("{value:#x}"),
                value => value.to_string(),
            };
            let _ = write!(values, "\n{pad}        M({len}, {}, {value}),{comment}", whom.id(abis.0));
        }
    }
    if values.is_empty() {
        return "MemberData { names: \"\", values: &[] }".to_string();
    }
    format!(
        "MemberData {{\n{pad}    names: \"{names}\",\n{pad}    values: &[\n{pad}        // length of a name that begins \
         here, ABIs, value{values}\n{pad}    ],\n{pad}}}"
    )
}
