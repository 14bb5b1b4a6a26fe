//! Choices: what values decide, with the values that constants have on each ABI.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::kinds::{Names, Starts, by_entry, of_kind, of_returns};
use super::records::bare;
use super::{From, Pool, array, numbers, place, wrong};
use crate::diagnostic::Sink;
use crate::emit::newest::{Bits, newest};
use crate::model::{
    ANY, AbiSet, Case, Choice, Headers, Kind, Kinds, NamedConstant, NamedSet, PartHolds, PerAbi, Record, Value, When,
};
use crate::resolve::spellings;

/// The choices with their cases, and what is said of each entry, which has them.
pub(super) fn choices(from: &From, starts: &Starts, pool: &mut Pool, sink: &Sink) -> (String, String) {
    let constants = Constants::new(from);
    let mut made = Made::default();
    let mut lines = Vec::new();
    let by_type = super::requests::choice(from);
    for choice in from.kinds.choices.iter().chain([&by_type]) {
        lines.push(made.choice(choice, &constants, from, pool, sink));
    }
    let mut out = String::new();
    array(&mut out, "Choices: by which parameters, which bits, the cases, else.", "CHOICES", "C", &lines);
    array(&mut out, "Cases: whom, how it fits, the values, what is decided.", "CASES", "When", &made.cases);
    numbers(&mut out, "What is decided.", "DECIDED", "u16", &made.decided);
    let behind = behind(&made.behind, from);
    numbers(&mut out, BEHIND, "BEHIND", "(u16, u16, u16)", &behind);
    (out, entries(from, starts, pool))
}

const BEHIND: &str = "What entries take to which others lead: where a `long` has 32 bits, and where it has 64.";

/// The lists of parameters of entries that a call may be without a number of its own on the ABI: `accept` of i386.
fn behind(entries: &BTreeSet<String>, from: &From) -> Vec<String> {
    let of = |entry: &str, bits: u32| {
        let abis = from.resolved.iter().flat_map(|(_, resolved)| &resolved.abis);
        let wanted = |name: &str| {
            let at = from.abis.iter().position(|abi| *abi == name);
            at.and_then(|at| from.long_bits.get(at)) == Some(&bits)
        };
        let calls = abis.filter(|abi| wanted(&abi.name)).flat_map(|abi| &abi.syscalls);
        let side =
            calls.map(|call| &call.main).find(|side| side.entry.as_deref() == Some(entry) && side.params.is_some());
        from.pools.prototypes.id(side.and_then(|side| side.params.as_ref()))
    };
    let mut lines: Vec<(usize, String)> = Vec::new();
    for entry in entries {
        let id = from.pools.entries.id(Some(entry));
        let line = format!("({id}, {}, {})", of(entry, 32), of(entry, 64)).replace("NONE", "NO");
        lines.push((id.parse().unwrap_or(usize::MAX), line));
    }
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}

/// A call that stands behind another one's number: what a value of one of its parameters makes it.
pub struct Behind {
    /// The entries of that other one.
    pub of: Vec<String>,
    /// The parameter that tells.
    pub by: String,
    /// Its value.
    pub value: PerAbi<u64>,
    /// What it enters then.
    pub entry: String,
    /// The parameters that are that entry's, in its order.
    pub args: Vec<String>,
    /// The parameter that points to that entry's words, in place of these.
    pub words: Option<String>,
}

/// The calls behind those that are little else: `socketcall`, `ipc`. That one request of `ptrace` makes it another call is
/// nothing that a program would call so.
pub(in crate::emit) fn calls_behind(from: &From) -> Vec<Behind> {
    let constants = Constants::new(from);
    let mut all = Vec::new();
    for choice in &from.kinds.choices {
        let calls = choice.cases.iter().filter(|case| case.call.is_some()).count();
        let [by] = choice.by.as_slice() else { continue };
        if calls * 2 <= choice.cases.len() {
            continue;
        }
        let of: Vec<String> = choice.of.iter().flat_map(|of| spellings(of)).collect();
        let sets = sets_of(from.kinds, choice, by);
        for case in &choice.cases {
            let known = |entry: &String| from.pools.entries.id(Some(entry)) != "NONE";
            let Some(entry) = case.call.iter().flat_map(|call| spellings(call)).find(known) else { continue };
            for when in &case.when {
                let When::One(value) = when else { continue };
                all.push(Behind {
                    of: of.clone(),
                    by: by.clone(),
                    value: constants.value(&sets, value),
                    entry: entry.clone(),
                    args: case.args.clone(),
                    words: case.words.clone(),
                });
            }
        }
    }
    all
}

/// `ENTRIES` and `ENTRY_CHOICES`.
fn entries(from: &From, starts: &Starts, pool: &mut Pool) -> String {
    let known = by_entry(from);
    let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    // What a request's type says comes before what is written down of it.
    by_name.entry(super::requests::ENTRY.to_string()).or_default().push(from.kinds.choices.len());
    for (at, choice) in from.kinds.choices.iter().enumerate() {
        for entry in choice.of.iter().flat_map(|of| spellings(of)) {
            by_name.entry(entry).or_default().push(at);
        }
    }
    let (mut lines, mut lists) = (Vec::new(), Vec::new());
    for entry in from.pools.entries.all() {
        let none = Vec::new();
        let choices = by_name.get(entry).unwrap_or(&none);
        let line = match known.get(entry.as_str()) {
            None => "E(0, 0, 0, 0, NO, 0)".to_string(),
            Some((params, side)) => {
                let returns = of_returns(side.returns.as_deref(), from, pool);
                let classes: u32 = side.classes.iter().map(|class| 1u32 << (*class as u32)).sum();
                format!(
                    "E({}, {}, {}, {}, {returns}, {classes:#x})",
                    starts[entry.as_str()],
                    params.len(),
                    lists.len(),
                    choices.len()
                )
            }
        };
        lines.push(format!("{line} // {entry}"));
        lists.extend(choices.iter().map(usize::to_string));
    }
    let mut out = String::new();
    array(&mut out, "What is said of entries: parameters, choices, result, classes.", "ENTRIES", "E", &lines);
    numbers(&mut out, "The choices of entries.", "ENTRY_CHOICES", "u16", &lists);
    out
}

/// What comes out of the choices.
#[derive(Default)]
struct Made {
    cases: Vec<String>,
    decided: Vec<String>,
    known: BTreeMap<Vec<String>, usize>,
    /// The entries that a call may turn out to be.
    behind: BTreeSet<String>,
}

impl Made {
    fn choice(&mut self, choice: &Choice, constants: &Constants, from: &From, pool: &mut Pool, sink: &Sink) -> String {
        let sets: Vec<Vec<&str>> = choice.by.iter().map(|by| sets_of(from.kinds, choice, by)).collect();
        let mask = choice.mask.as_ref().map(|mask| {
            let number = mask.strip_prefix("0x").and_then(|digits| i64::from_str_radix(digits, 16).ok());
            let number = number.or_else(|| mask.parse().ok());
            let of = number.map_or_else(|| Value::Name(mask.clone()), Value::Number);
            constants.value(sets.first().map_or(&[][..], |sets| sets), &of)
        });
        let shift = mask.as_ref().filter(|_| choice.shifted).and_then(|mask| mask.variants().first());
        let shift = shift.map_or(0, |(_, mask)| mask.trailing_zeros() % 64);
        let value = |at: usize, value: &Value| -> PerAbi<u64> {
            let found = constants.value(sets.get(at).map_or(&[][..], |sets| sets), value).map(|value| value << shift);
            if found.whom().is_empty() {
                wrong(sink, &choice.file, choice.line, format!("no header of a release held says what `{value:?}` is"));
            }
            found
        };
        let first = self.cases.len();
        for case in &choice.cases {
            let decided = self.decided(case, from, pool);
            let on = case.on.iter().map(|name| match from.abis.iter().position(|abi| abi == name) {
                Some(at) => 1 << at,
                None => {
                    wrong(sink, &choice.file, choice.line, format!("there is no ABI `{name}`"));
                    0
                }
            });
            let on = on.reduce(|all: u64, one| all | one).unwrap_or(u64::MAX);
            let value = |at: usize, of: &Value| {
                let values = value(at, of);
                let here = PerAbi::of(values.variants().iter().map(|(abis, value)| (AbiSet(abis.0 & on), *value)));
                if here.whom().is_empty() && !values.whom().is_empty() {
                    let message = format!("none of {:?} has `{}`", case.on, word(of));
                    wrong(sink, &choice.file, choice.line, message);
                }
                here
            };
            let mut lines = Vec::new();
            for when in &case.when {
                match when {
                    When::One(one) => lines.extend(one_value(&value(0, one), decided, pool)),
                    When::Both([one, other]) => {
                        let value =
                            |at: usize, of: &Value| (*of != Value::Name(ANY.to_string())).then(|| value(at, of));
                        let (one, other) = (value(0, one), value(1, other));
                        lines.extend(two_values(one.as_ref(), other.as_ref(), decided, constants, pool));
                    }
                }
            }
            if !case.with.is_empty() || !case.without.is_empty() {
                let without = case.without.iter().map(|of| value(0, of)).reduce(|all, of| joined(&all, &of));
                let with: Vec<PerAbi<u64>> = case.with.iter().map(|of| value(0, of)).collect();
                lines.extend(bits(&with, without.as_ref(), decided, pool));
            }
            let comment = case.when.iter().map(shown).chain(case.with.iter().map(|of| format!("with {}", word(of))));
            let comment: Vec<String> =
                comment.chain(case.without.iter().map(|of| format!("without {}", word(of)))).collect();
            if let Some(first) = lines.first_mut() {
                first.push_str(&format!(" // {}", comment.join(", ")));
            }
            self.cases.extend(lines);
        }
        let otherwise = choice.otherwise.as_ref().map(|decided| {
            let case = Case {
                when: Vec::new(),
                with: Vec::new(),
                without: Vec::new(),
                on: Vec::new(),
                params: decided.params.clone(),
                returns: decided.returns.clone(),
                call: None,
                args: Vec::new(),
                words: None,
                fields: BTreeMap::new(),
            };
            self.decided(&case, from, pool)
        });
        let mask = mask.map(|mask| {
            let cases: Vec<String> =
                mask.variants().iter().map(|(abis, mask)| format!("({}, {mask:#x})", pool.whom.id(abis.0))).collect();
            pool.masks.id(&format!("&[{}]", cases.join(", ")))
        });
        let param = |at: usize| choice.by.get(at).map(|by| from.pools.prototypes.params.id(Some(by)));
        let param = |at: usize| param(at).unwrap_or_default().replace("NONE", "NO");
        let second = if choice.by.len() > 1 { param(1) } else { "NO".to_string() };
        format!(
            "C({}, {second}, {}, {first}, {}, {}) // {} by {}",
            param(0),
            place(mask),
            self.cases.len() - first,
            place(otherwise),
            choice.of.join(", "),
            choice.by.join(", ")
        )
    }

    /// The place of what a case decides.
    fn decided(&mut self, case: &Case, from: &From, pool: &mut Pool) -> usize {
        let param = |name: &str| from.pools.prototypes.params.id(Some(name)).replace("NONE", "NO");
        let call = case.call.as_ref().and_then(|call| {
            // The table's own name comes before that of the compat function.
            let known = |entry: &String| from.pools.entries.id(Some(entry)) != "NONE";
            let entry = spellings(call).into_iter().find(known)?;
            let id = from.pools.entries.id(Some(&entry));
            self.behind.insert(entry);
            Some(id)
        });
        let mut list = vec![
            match &case.returns {
                None => "NO".to_string(),
                some => of_returns(some.as_ref(), from, pool),
            },
            call.unwrap_or_else(|| "NO".to_string()),
            case.words.as_ref().map_or_else(|| "NO".to_string(), |words| param(words)),
            case.params.len().to_string(),
        ];
        for (name, kind) in &case.params {
            list.push(param(name));
            list.push(of_kind(kind, Names::Params, from, pool).to_string());
        }
        list.push(case.args.len().to_string());
        list.extend(case.args.iter().map(|arg| param(arg)));
        list.push(case.fields.len().to_string());
        for (of, names) in &case.fields {
            list.push(param(of));
            list.push(names.len().to_string());
            list.extend(names.iter().map(|name| pool.names.id(name).to_string()));
        }
        if let Some(id) = self.known.get(&list) {
            return *id;
        }
        let id = self.decided.len();
        self.known.insert(list.clone(), id);
        self.decided.extend(list);
        id
    }
}

fn word(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::Name(name) => name.clone(),
    }
}

fn shown(when: &When) -> String {
    match when {
        When::One(one) => word(one),
        When::Both([one, other]) => format!("{} {}", word(one), word(other)),
    }
}

/// 32 bits of a value, and whether they are the upper half.
fn half(value: u64) -> (u32, bool) {
    if value != 0 && value as u32 == 0 { ((value >> 32) as u32, true) } else { (value as u32, false) }
}

fn one_value(values: &PerAbi<u64>, decided: usize, pool: &mut Pool) -> Vec<String> {
    let one = |(abis, value): &(AbiSet, u64)| {
        let (value, high) = half(*value);
        let high = if high { " | fits::HIGH" } else { "" };
        format!("When({}, fits::FIRST{high}, {value:#x}, 0, {decided})", pool.whom.id(abis.0))
    };
    values.variants().iter().map(one).collect()
}

fn two_values(
    one: Option<&PerAbi<u64>>,
    other: Option<&PerAbi<u64>>,
    decided: usize,
    constants: &Constants,
    pool: &mut Pool,
) -> Vec<String> {
    let any = [(AbiSet(constants.everybody), 0)];
    let ones = one.map_or(&any[..], PerAbi::variants);
    let others = other.map_or(&any[..], PerAbi::variants);
    let mut fits = Vec::new();
    fits.extend(one.map(|_| "fits::FIRST"));
    fits.extend(other.map(|_| "fits::SECOND"));
    let fits = if fits.is_empty() { "0".to_string() } else { fits.join(" | ") };
    let mut lines = Vec::new();
    for (abis, value) in ones {
        for (others, second) in others {
            let both = abis.0 & others.0;
            if both != 0 {
                let (value, second) = (*value as u32, *second as u32);
                lines.push(format!("When({}, {fits}, {value:#x}, {second:#x}, {decided})", pool.whom.id(both)));
            }
        }
    }
    lines
}

/// One line for each value of which all bits are there; none of those of `without` is there then.
fn bits(with: &[PerAbi<u64>], without: Option<&PerAbi<u64>>, decided: usize, pool: &mut Pool) -> Vec<String> {
    let mut lines = Vec::new();
    let not = |values: &PerAbi<u64>, pool: &mut Pool| -> Vec<String> {
        let one = |(abis, value): &(AbiSet, u64)| {
            let (value, high) = half(*value);
            let high = if high { " | fits::HIGH" } else { "" };
            format!("When({}, fits::WITHOUT{high}, {value:#x}, 0, {decided})", pool.whom.id(abis.0))
        };
        values.variants().iter().map(one).collect()
    };
    if with.is_empty() {
        return without.map(|without| not(without, pool)).unwrap_or_default();
    }
    for with in with {
        for (abis, value) in with.variants() {
            let (value, high) = half(*value);
            let high = if high { " | fits::HIGH" } else { "" };
            let and = if without.is_some() { " | fits::AND" } else { "" };
            lines.push(format!("When({}, fits::WITH{high}{and}, {value:#x}, 0, {decided})", pool.whom.id(abis.0)));
            if let Some(without) = without {
                let of_these = PerAbi::of(without.variants().iter().map(|(of, value)| (AbiSet(of.0 & abis.0), *value)));
                lines.extend(not(&of_these, pool));
            }
        }
    }
    lines
}

/// The bits of both.
fn joined(one: &PerAbi<u64>, other: &PerAbi<u64>) -> PerAbi<u64> {
    let of = |abi: usize| one.get(abi).copied().unwrap_or(0) | other.get(abi).copied().unwrap_or(0);
    PerAbi::new(AbiSet(one.whom().0 | other.whom().0).places().map(|abi| (abi, of(abi))))
}

/// The sets that a parameter may be of.
fn sets_of<'a>(kinds: &'a Kinds, choice: &'a Choice, by: &str) -> Vec<&'a str> {
    let of = choice.of.iter();
    let own = of.flat_map(|of| kinds.entries.iter().filter(move |entry| entry.of.contains(of)));
    let own = own.filter_map(|entry| match entry.params.get(by)? {
        Kind::Set(name) => Some(name.as_str()),
        _ => None,
    });
    let others = kinds.choices.iter().filter(|other| other.of.iter().any(|name| choice.of.contains(name)));
    let decided = others.flat_map(|other| &other.cases).filter_map(|case| case.params.get(by)?.sets());
    own.chain(decided).collect()
}

/// What names of constants are, over all releases.
pub(super) struct Constants<'a> {
    releases: &'a [(&'a Bits, &'a Headers, &'a [NamedSet])],
    index: &'a Index<'a>,
    everybody: u64,
}

/// Constants and sets of all releases by name: there are a quarter of a million of the former.
pub(in crate::emit) struct Index<'a> {
    constants: FxHashMap<&'a str, Vec<(&'a Bits, &'a NamedConstant)>>,
    /// Of each release.
    sets: Vec<Sets<'a>>,
    /// Structures without `struct`, with the header.
    records: FxHashMap<&'a str, Vec<Headed<'a>>>,
}

/// A structure of a header in a release.
type Headed<'a> = (&'a str, &'a Bits, &'a PerAbi<Record>);

type Sets<'a> = FxHashMap<&'a str, &'a NamedSet>;

impl<'a> Index<'a> {
    /// Releases come newest first.
    pub(in crate::emit) fn new(releases: &'a [(&'a Bits, &'a Headers, &'a [NamedSet])]) -> Self {
        let mut constants: FxHashMap<&str, Vec<(&Bits, &NamedConstant)>> = FxHashMap::default();
        for (bits, headers, _) in releases {
            for (name, constant) in headers.constants.values().flatten() {
                constants.entry(name).or_default().push((bits, constant));
            }
        }
        let mut records: FxHashMap<&str, Vec<Headed>> = FxHashMap::default();
        for (bits, headers, _) in releases {
            for (header, of) in &headers.records {
                for (name, record) in of {
                    records.entry(bare(name)).or_default().push((header, bits, record));
                }
            }
        }
        let sets = |named: &'a [NamedSet]| named.iter().map(|set| (set.name.as_str(), set)).collect();
        Index { constants, sets: releases.iter().map(|(.., named)| sets(named)).collect(), records }
    }

    /// The structures of a name without `struct`, newest release first.
    pub(super) fn records(&self, name: &str) -> &[Headed<'a>] {
        self.records.get(name).map_or(&[], Vec::as_slice)
    }

    /// A set of a release that has it.
    pub(super) fn set(&self, name: &str) -> Option<&'a NamedSet> {
        self.sets.iter().find_map(|sets| sets.get(name).copied())
    }
}

impl<'a> Constants<'a> {
    pub(super) fn new(from: &From<'a>) -> Self {
        Constants { releases: from.releases, index: from.index, everybody: (1 << from.abis.len()) - 1 }
    }

    /// The values: of a member of one of these sets, else of a constant of whichever header.
    pub(super) fn value(&self, sets: &[&str], value: &Value) -> PerAbi<u64> {
        let name = match value {
            Value::Number(number) => return PerAbi::of([(AbiSet(self.everybody), *number as u64)]),
            Value::Name(name) => name,
        };
        let of_sets = |(release, named): (&(&'a Bits, &'a Headers, &'a [NamedSet]), &Sets<'a>)| {
            sets.iter().find_map(|set| Some((release.0, member(named, set, name, 3)?)))
        };
        let held: Vec<(&Bits, PerAbi<u64>)> = self.releases.iter().zip(&self.index.sets).filter_map(of_sets).collect();
        if !held.is_empty() {
            return newest(held.iter().map(|(bits, of)| (*bits, of)));
        }
        let held = self.index.constants.get(name.as_str()).into_iter().flatten();
        let held = held.map(|(bits, constant)| (*bits, constant.values.map(|constant| constant.value as u64)));
        let held: Vec<(&Bits, PerAbi<u64>)> = held.collect();
        newest(held.iter().map(|(bits, of)| (*bits, of)))
    }
}

/// The values of a set's member, which may be one of a part's.
fn member(sets: &Sets, set: &str, name: &str, depth: usize) -> Option<PerAbi<u64>> {
    let set = sets.get(set)?;
    let mut members = set.members.iter();
    if let Some(member) = members.find(|member| member.name == name) {
        return Some(member.values.clone());
    }
    set.parts.iter().find_map(|part| match &part.holds {
        PartHolds::Members(members) => {
            members.iter().find(|member| member.name == name).map(|member| member.values.clone())
        }
        PartHolds::Set(set) => member(sets, set, name, depth.checked_sub(1)?),
        PartHolds::Number(_) => None,
    })
}
