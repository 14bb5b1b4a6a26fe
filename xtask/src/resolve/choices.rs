//! Holds what values decide against the kinds of parameters and the members of sets.

use std::collections::{BTreeMap, BTreeSet};

use super::kinds::{Prototypes, spellings};
use crate::diagnostic::{Diagnostic, Label, Level, Sink};
use crate::model::{ANY, Case, Choice, Kind, Kinds, Pointer, Returns, Target, Value, When};

/// Says what is wrong with choices: parameters that nothing leaves to another, constants that a set has not, and what is
/// left to a value of which nobody says what it decides.
///
/// `members` has the names of each set over all releases held.
pub(super) fn check(prototypes: &Prototypes, kinds: &Kinds, members: &BTreeMap<String, BTreeSet<String>>, sink: &Sink) {
    let mut told: BTreeSet<(String, String)> = BTreeSet::new();
    for choice in &kinds.choices {
        let wrong = |message: String| {
            let place = Label { line: choice.line, ..Label::file(&*choice.file) };
            sink.push(Diagnostic::error("bad-choice", message).at(place));
        };
        for name in choice.of.iter().filter(|name| !spellings(name).iter().any(|entry| prototypes.has(entry))) {
            wrong(format!("no release that is held has an entry `{name}`"));
        }
        let entries: Vec<String> = choice.of.iter().flat_map(|name| spellings(name)).collect();
        let entries: Vec<&String> = entries.iter().filter(|entry| prototypes.has(entry)).collect();
        let is_param = |name: &str| entries.iter().any(|entry| prototypes.params(entry).any(|param| param == name));
        let known = |param: &str| entries.iter().find_map(|entry| kind_of(kinds, entry, param));
        let mut sets = Vec::new();
        for by in &choice.by {
            if !is_param(by) {
                wrong(format!("no prototype of `{}` has a parameter `{by}`", choice.of.join(", ")));
            }
            // One that is itself decided by another may have any of the sets that it is decided to be.
            let names: Vec<&str> = match known(by) {
                Some(Kind::Set(name)) => vec![name],
                _ => decided_sets(kinds, choice, by),
            };
            sets.push(names);
        }
        let has = |place: usize, name: &str| {
            let sets = sets.get(place).map(Vec::as_slice).unwrap_or_default();
            sets.iter().any(|set| members.get(*set).is_some_and(|members| members.contains(name)))
        };
        for value in choice.cases.iter().flat_map(values) {
            let (place, value) = value;
            if let Value::Name(name) = value
                && name != ANY
                // What is of no set may be any constant; the tables are made of those that headers have.
                && sets.get(place).is_some_and(|sets| !sets.is_empty())
                && !has(place, name)
            {
                let by = choice.by.get(place).map_or("", String::as_str);
                wrong(format!("`{name}` is no member of the set that `{by}` is of"));
            }
        }
        if choice.by.len() > 2
            || choice.cases.iter().flat_map(|case| &case.when).any(|when| when.len() != choice.by.len())
        {
            wrong("a case names one value for each parameter that decides, of which there are one or two".to_string());
        }
        if choice.cases.iter().any(|case| case.when.is_empty() && case.with.is_empty() && case.without.is_empty()) {
            wrong("a case says of no value that it holds for it: that is `else`".to_string());
        }
        let parts = choice.cases.iter().map(|case| (&case.params, &case.returns));
        let parts = parts.chain(choice.otherwise.iter().map(|decided| (&decided.params, &decided.returns)));
        for (params, returns) in parts {
            for (param, kind) in params {
                if !known(param).is_some_and(|kind| choice.by.iter().any(|by| is_left_to(kind, by))) {
                    wrong(format!("`{param}` is not left to `{}`", choice.by.join(", ")));
                }
                for other in kind.params().into_iter().filter(|other| !is_param(other)) {
                    wrong(format!("the kind of `{param}` names `{other}`, which does not stand beside it"));
                }
                for entry in &entries {
                    told.insert((entry.to_string(), param.clone()));
                }
            }
            let of_result = returns.iter().filter_map(|returns| match returns {
                Returns::Value(kind) => Some(kind),
                Returns::Zero | Returns::Never => None,
            });
            let all = params.values().chain(of_result);
            for set in all.filter_map(Kind::sets).filter(|set| !members.contains_key(*set)) {
                wrong(format!("there is no set `{set}`"));
            }
            if returns.is_some() {
                told.extend(entries.iter().map(|entry| (entry.to_string(), RESULT.to_string())));
            }
        }
        for case in choice.cases.iter().filter(|case| case.call.is_some()) {
            let call = case.call.as_deref().unwrap_or_default();
            if !spellings(call).iter().any(|entry| prototypes.has(entry)) {
                wrong(format!("there is no entry `{call}`"));
            }
            for name in case.args.iter().chain(&case.words).filter(|name| !is_param(name)) {
                wrong(format!("no prototype of `{}` has a parameter `{name}`", choice.of.join(", ")));
            }
            let taken = case.args.iter().chain(&case.words).cloned().chain([RESULT.to_string()]);
            let taken: Vec<String> = taken.collect();
            told.extend(entries.iter().flat_map(|entry| taken.iter().map(|param| (entry.to_string(), param.clone()))));
        }
    }
    undecided(prototypes, kinds, &told, sink);
}

/// What a result is called beside parameters.
const RESULT: &str = "the result";

/// Entries whose value says by itself what it decides: requests of ioctl have direction, size and type in them, and the number
/// that mips's `syscall` takes is that of the call.
const TELLING: [&str; 2] = ["ioctl", "syscall"];

/// What is left to a value, and nobody says more.
fn undecided(prototypes: &Prototypes, kinds: &Kinds, told: &BTreeSet<(String, String)>, sink: &Sink) {
    for written in &kinds.entries {
        let mut open = BTreeSet::new();
        for entry in written.of.iter().flat_map(|name| spellings(name)).filter(|entry| prototypes.has(entry)) {
            let has = |param: &String| prototypes.params(&entry).any(|name| name == param);
            let params = written.params.iter().filter(|(name, _)| has(name));
            let left = params.filter(|(_, kind)| left_to(kind).is_some()).map(|(name, _)| name.clone());
            let result = matches!(&written.returns, Returns::Value(Kind::By(_))).then(|| RESULT.to_string());
            let left = left.chain(result);
            open.extend(left.filter(|param| !told.contains(&(entry.clone(), param.clone()))));
        }
        if !open.is_empty() && !written.of.iter().any(|name| TELLING.contains(&name.as_str())) {
            let open: Vec<String> = open.into_iter().collect();
            let message = format!("no choice says what {} of `{}` is", open.join(", "), written.of.join(", "));
            sink.push(
                Diagnostic { level: Level::Warning, ..Diagnostic::error("undecided-kind", message) }
                    .at(Label { line: written.line, ..Label::file(&*written.file) })
                    .help("data/curated/choices/ tells what values decide"),
            );
        }
    }
}

fn kind_of<'a>(kinds: &'a Kinds, entry: &str, param: &str) -> Option<&'a Kind> {
    let is_of = |name: &String| spellings(name).iter().any(|spelling| spelling == entry);
    kinds.entries.iter().find(|written| written.of.iter().any(is_of))?.params.get(param)
}

/// The sets that other choices make of a parameter of these entries.
fn decided_sets<'a>(kinds: &'a Kinds, choice: &Choice, param: &str) -> Vec<&'a str> {
    let others = kinds.choices.iter().filter(|other| other.of.iter().any(|name| choice.of.contains(name)));
    let cases = others.flat_map(|other| &other.cases);
    cases.filter_map(|case| case.params.get(param)?.sets()).collect()
}

/// The parameter to which a kind is left.
fn left_to(kind: &Kind) -> Option<&str> {
    match kind {
        Kind::By(by) | Kind::Pointer(Pointer { target: Target::By(by), .. }) => Some(by),
        _ => None,
    }
}

fn is_left_to(kind: &Kind, by: &str) -> bool {
    left_to(kind) == Some(by)
}

/// The values of a case, each with the place of the parameter that it is of.
fn values(case: &Case) -> impl Iterator<Item = (usize, &Value)> {
    let whens = case.when.iter().flat_map(|when| match when {
        When::One(value) => vec![(0, value)],
        When::Both([first, second]) => vec![(0, first), (1, second)],
    });
    whens.chain(case.with.iter().chain(&case.without).map(|value| (0, value)))
}
