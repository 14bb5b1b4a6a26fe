//! `sets.rs`: the named sets of constants, each in a static of its own.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::HEAD;
use super::newest::{Bits, Whom, named, newest};
use crate::model::{Base, Headers, Member, NamedSet, PartHolds, PerAbi, SetKind, ValuePart};

/// A name with what it is on each ABI.
type Named = (String, PerAbi<u64>);

/// The sets of all releases, newest first, by name.
type ByName<'a> = BTreeMap<&'a str, Vec<(&'a Bits, &'a NamedSet)>>;

/// The file; releases come newest first.
pub(super) fn sets(releases: &[(&Bits, &Headers, &[NamedSet])], all: &[&str]) -> String {
    let last = last_signals(releases);
    let mut by_name = ByName::new();
    for (bits, _, sets) in releases {
        for set in *sets {
            by_name.entry(&set.name).or_default().push((bits, set));
        }
    }
    let mut out = format!(
        "{HEAD}//! Named sets of constants: what the values of a domain are called on each ABI.\n\n\
         use crate::FlagSet;\nuse crate::flag_pool::*;\n"
    );
    for held in by_name.values() {
        set(held, &by_name, &last, all, &mut out);
    }
    let _ = write!(out, "\n/// Every set, by name.\npub(crate) static ALL: [FlagSet; {}] = [", by_name.len());
    for name in by_name.keys() {
        let _ = write!(out, "\n    {},", constant(name));
    }
    out.push_str(if by_name.is_empty() { "];\n" } else { "\n];\n" });
    out
}

fn constant(name: &str) -> String {
    name.to_ascii_uppercase()
}

/// A pool: a set, and those that its parts refer to.
#[derive(Default)]
struct Pool {
    sets: Vec<String>,
    parts: Vec<String>,
    words: Vec<(u64, String)>,
    names: Vec<String>,
    /// A line for each list.
    numbers: Vec<Vec<u8>>,
}

impl Pool {
    /// `L(…)`: names, and how long each is, on which ABIs it has which value.
    fn list(&mut self, members: &[Named], whom: &mut Whom) -> String {
        let (names, numbers) = (self.names.iter().map(String::len).sum::<usize>(), self.numbers.concat().len());
        let mut rows: Vec<(u8, u8, u64)> = Vec::new();
        for (name, of) in members.iter().filter(|(_, of)| !of.whom().is_empty()) {
            self.names.push(name.clone());
            for (at, (abis, value)) in of.variants().iter().enumerate() {
                // A further value of the same name has no length.
                rows.push((if at == 0 { byte(name.len()) } else { 0 }, byte(whom.id(abis.0)), *value));
            }
        }
        let all = |fit: fn(u64) -> bool| rows.iter().all(|(.., value)| fit(*value));
        let (bytes, mut form) = match () {
            () if all(|value| value <= 0xff) => (1, "1".to_string()),
            () if all(|value| value <= 0xffff) => (2, "2".to_string()),
            () if all(|value| value <= 0xffff_ffff) => (4, "4".to_string()),
            () if all(|value| i32::try_from(value as i64).is_ok()) => (4, "4 | SIGNED".to_string()),
            () => (8, "8".to_string()),
        };
        let mut line: Vec<u8> = rows.iter().map(|(len, ..)| *len).collect();
        let one = rows.first().map_or(0, |(_, whom, _)| *whom);
        if rows.iter().any(|(_, whom, _)| *whom != one) {
            form.push_str(" | EACH");
            line.extend(rows.iter().map(|(_, whom, _)| *whom));
        }
        line.extend(rows.iter().flat_map(|(.., value)| value.to_le_bytes().into_iter().take(bytes)));
        self.numbers.push(line);
        format!("L({names}, {numbers}, {}, {form}, {one})", rows.len())
    }
}

/// What a list has one byte for.
fn byte(of: usize) -> u8 {
    u8::try_from(of).expect("a name of a set has at most 255 letters, and a set at most 256 sets of ABIs")
}

fn set(held: &[(&Bits, &NamedSet)], by_name: &ByName, last: &PerAbi<u64>, all: &[&str], out: &mut String) {
    let Some((_, outer)) = held.first() else { return };
    let mut pool = Pool::default();
    let mut names = vec![outer.name.as_str()];
    let mut at = 0;
    while let Some(held) = names.get(at).and_then(|name| by_name.get(name)) {
        one(held, by_name, last, all, &mut names, &mut pool);
        at += 1;
    }
    let (constant, name, title) = (constant(&outer.name), &outer.name, &outer.title);
    let _ = write!(
        out,
        "\n/// `{name}`: {title}.\npub const {constant}: FlagSet = FlagSet::new(&{constant}_POOL);\n\
         static {constant}_POOL: Pool = Pool {{\n    name: \"{name}\",\n    title: {title:?},\n    sets: &["
    );
    pool.sets.iter().for_each(|set| out.push_str(&format!("\n        {set},")));
    out.push_str("\n    ],\n    parts: &[");
    pool.parts.iter().for_each(|part| out.push_str(&format!("\n        {part},")));
    out.push_str(if pool.parts.is_empty() { "],\n    words: &[" } else { "\n    ],\n    words: &[" });
    pool.words.iter().for_each(|(word, comment)| out.push_str(&format!("\n        {word:#x},{comment}")));
    out.push_str(if pool.words.is_empty() { "],\n    names: \"" } else { "\n    ],\n    names: \"" });
    pool.names.iter().for_each(|name| out.push_str(&format!("\\\n        {name}")));
    out.push_str("\",\n    numbers: b\"");
    for line in &pool.numbers {
        for bytes in line.chunks(28) {
            out.push_str("\\\n        ");
            bytes.iter().for_each(|byte| out.push_str(&format!("\\x{byte:02x}")));
        }
    }
    out.push_str("\",\n};\n");
}

/// Puts a set into a pool; sets that its parts refer to get a place in it.
fn one<'a>(
    held: &[(&Bits, &'a NamedSet)],
    by_name: &ByName<'a>,
    last: &PerAbi<u64>,
    all: &[&str],
    names: &mut Vec<&'a str>,
    pool: &mut Pool,
) {
    let Some((_, first)) = held.first() else { return };
    let flags = first.kind == SetKind::Flags;
    let mut whom = Whom::default();
    let own: Vec<(&Bits, &[Member])> = held.iter().map(|(bits, set)| (*bits, &set.members[..])).collect();
    let mut joined_own = joined(&own, flags);
    joined_own.extend(real_time(&joined_own, last));
    let members = pool.list(&joined_own, &mut whom);
    let mut parts = Vec::new();
    for (at, part) in first.parts.iter().enumerate() {
        let of: Vec<(&Bits, &ValuePart)> =
            held.iter().filter_map(|(bits, set)| Some((*bits, set.parts.get(at)?))).collect();
        let mut list = None;
        let (holds, set) = match &part.holds {
            PartHolds::Members(_) => {
                let lists = of.iter().filter_map(|(bits, part)| match &part.holds {
                    PartHolds::Members(members) => Some((*bits, &members[..])),
                    PartHolds::Set(_) | PartHolds::Number(_) => None,
                });
                list = Some(pool.list(&joined(&lists.collect::<Vec<_>>(), false), &mut whom));
                ("MEMBERS", 0)
            }
            PartHolds::Set(name) if by_name.contains_key(name.as_str()) => {
                let known = names.iter().position(|known| known == name);
                let at = known.unwrap_or(names.len());
                if known.is_none() {
                    names.push(name);
                }
                ("SET", at)
            }
            PartHolds::Number(Base::Decimal) => ("DECIMAL", 0),
            PartHolds::Number(Base::Octal) => ("OCTAL", 0),
            PartHolds::Number(Base::Hexadecimal) | PartHolds::Set(_) => ("HEXADECIMAL", 0),
        };
        let mask = newest(of.iter().map(|(bits, part)| (*bits, &part.mask)));
        let masks: Vec<(u64, u64)> = mask.variants().iter().map(|(abis, mask)| (abis.0, *mask)).collect();
        parts.push((holds, set, list, part.shifted, masks));
    }
    let start = pool.words.len();
    pool.words.extend(whom.all().iter().map(|whom| (*whom, format!(" // {}", named(*whom, all)))));
    let (first_part, count) = (pool.parts.len(), parts.len());
    for (holds, set, list, shifted, masks) in parts {
        let list = list.unwrap_or_else(|| "NO_MEMBERS".to_string());
        let at = pool.words.len();
        pool.parts.push(format!("P({at}, {}, {shifted}, holds::{holds}, {set}, {list})", masks.len()));
        for (abis, mask) in masks {
            pool.words.extend([(abis, format!(" // {}:", named(abis, all))), (mask, String::new())]);
        }
    }
    let id = by_name.keys().position(|name| *name == first.name).expect("a set is one of all");
    pool.sets.push(format!("S({id}, {flags}, {start}, {}, {first_part}, {count}, {members})", whom.all().len()));
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
