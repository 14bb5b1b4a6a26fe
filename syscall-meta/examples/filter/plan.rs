//! What rules mean on each ABI: the calls that they name there, in the order in which they are tried, and what is worth a note.

use std::collections::{BTreeMap, BTreeSet};

use syscall_meta::{Abi, Audited, ByteOrder, Syscall, Table, sets};

use crate::action::Action;
use crate::check::{Check, check};
use crate::program::{archs_of, numbers};
use crate::rule::{Calls, Rule, near};

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub(crate) abis: Vec<Abi>,
    pub(crate) order: ByteOrder,
    /// Of calls that no rule takes.
    pub(crate) default: Action,
    /// Of calls through other ABIs.
    pub(crate) foreign: Action,
    pub(crate) rules: Vec<Rule>,
}

/// Something that is answered where all checks hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Step {
    pub(crate) checks: Vec<Check>,
    pub(crate) answer: u32,
}

/// One ABI's part.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) abi: Abi,
    pub(crate) default: u32,
    /// By the number that the kernel shows. The first step whose checks hold decides, else the default.
    pub(crate) calls: BTreeMap<u32, Vec<Step>>,
}

/// The part of each ABI, and notes for whoever wrote the rules.
pub(crate) fn plan(wish: &Wish) -> Result<(Vec<Plan>, Vec<String>), String> {
    let mut notes = Vec::new();
    let mut plans = Vec::new();
    for abi in &wish.abis {
        plans.push(Plan { abi: *abi, default: wish.default.value(*abi)?, calls: BTreeMap::new() });
    }
    for rule in &wish.rules {
        let wrong = |cause: String| format!("rule `{}`: {cause}", rule.text);
        if let Some(abi) = rule.abi.filter(|abi| !wish.abis.contains(abi)) {
            return Err(wrong(format!("{abi} is not among the ABIs asked for: add it to `--abi`")));
        }
        let (mut without, mut is_any) = (Vec::new(), false);
        for plan in plans.iter_mut().filter(|plan| rule.abi.is_none_or(|abi| abi == plan.abi)) {
            let table = table(plan.abi)?;
            let calls = calls(rule, table);
            if calls.is_empty() {
                without.push(plan.abi.name());
            }
            for call in calls {
                is_any = true;
                add(plan, rule, call, wish.order, &mut notes).map_err(wrong)?;
            }
        }
        if !is_any {
            return Err(wrong(unknown(rule, &without)));
        }
        if !without.is_empty() {
            notes.push(format!("rule `{}`: no such call on {}", rule.text, without.join(", ")));
        }
    }
    for plan in &plans {
        alike(plan.abi, wish, &mut notes);
        through(plan, wish, &mut notes)?;
    }
    Ok((plans, notes))
}

pub(crate) fn table(abi: Abi) -> Result<Table, String> {
    abi.table().ok_or_else(|| format!("the calls of {abi} are not built in: build with `--features {abi}`"))
}

fn calls(rule: &Rule, table: Table) -> Vec<Syscall> {
    match &rule.calls {
        Calls::Named(name) => table.by_name(name).into_iter().collect(),
        Calls::Of(class) => table.iter().filter(|call| call.side().classes().has(*class)).collect(),
    }
}

fn unknown(rule: &Rule, without: &[&str]) -> String {
    let abis = without.join(", ");
    let Calls::Named(name) = &rule.calls else { return format!("no call of {abis} is of that class") };
    let tables = || without.iter().filter_map(|abi| abi.parse::<Abi>().ok()?.table()).flatten();
    let near = near(name, tables().map(|call| call.name()));
    let tables = without.iter().filter_map(|abi| abi.parse::<Abi>().ok()?.table());
    if let Some(behind) = tables.flat_map(behind).find(|behind| behind.name == *name) {
        return format!("{abis} has `{name}` behind `{}` alone: `{}` is that", behind.outer, behind.rule);
    }
    let mut others = Abi::ALL.iter().filter(|abi| abi.table().is_some_and(|table| table.by_name(name).is_some()));
    match others.next() {
        Some(other) => format!("no call is named `{name}` on {abis}, but on others such as {other}"),
        None => format!("no call is named `{name}` on {abis}{near}"),
    }
}

fn add(plan: &mut Plan, rule: &Rule, call: Syscall, order: ByteOrder, notes: &mut Vec<String>) -> Result<(), String> {
    let checks = rule.conditions.iter().map(|condition| check(condition, call, order)).collect::<Result<_, _>>()?;
    let steps = plan.calls.entry(call.kernel_number()).or_default();
    if steps.last().is_some_and(|last| last.checks.is_empty()) {
        if matches!(rule.calls, Calls::Named(_)) {
            notes.push(format!("rule `{}`: an earlier rule takes every `{call}` of {}", rule.text, plan.abi));
        }
        return Ok(());
    }
    steps.push(Step { checks, answer: rule.action.value(plan.abi)? });
    Ok(())
}

/// Notes for ABIs that kernels report as another one.
fn alike(abi: Abi, wish: &Wish, notes: &mut Vec<String>) {
    let owns = archs_of(abi, wish.order);
    for arch in abi.audit_archs().iter().filter(|arch| arch.byte_order() == wish.order) {
        match Abi::from_audit(arch.value(), *numbers(abi).start()) {
            Audited::One(other) | Audited::Either(other, _) if !owns.contains(&arch.value()) => {
                notes.push(format!("where kernels report {abi} as {other}, its programs are foreign"));
            }
            Audited::Either(one, other) => {
                let other = if one == abi { other } else { one };
                notes.push(format!("kernels report {other} as {abi}, so its calls are answered as those are"));
            }
            _ => {}
        }
    }
}

/// Notes for rules whose calls an ABI has behind another call, too, that no rule is about.
fn through(plan: &Plan, wish: &Wish, notes: &mut Vec<String>) -> Result<(), String> {
    let table = table(plan.abi)?;
    let is_open = |outer: &Syscall| !plan.calls.contains_key(&outer.kernel_number());
    let behind: Vec<Behind> = behind(table).into_iter().filter(|behind| is_open(&behind.outer)).collect();
    let mut told = BTreeSet::new();
    for rule in wish.rules.iter().filter(|rule| rule.abi.is_none_or(|abi| abi == plan.abi)) {
        let calls = calls(rule, table);
        let is_meant =
            |name: &str| rule.calls == Calls::Named(name.to_string()) || calls.iter().any(|call| call.name() == name);
        for Behind { outer, name, rule: way } in behind.iter().filter(|behind| is_meant(&behind.name)) {
            if told.insert(name.clone()) {
                let cannot = if rule.conditions.is_empty() { "" } else { ", without the arguments" };
                let (text, abi) = (&rule.text, plan.abi);
                notes.push(format!(
                    "rule `{text}`: {abi} reaches `{name}` through `{outer}`, too: `{way}` is that{cannot}"
                ));
            }
        }
    }
    Ok(())
}

/// A call that is reached through another.
struct Behind {
    outer: Syscall,
    name: String,
    /// The rule that is about it.
    rule: String,
}

/// What an ABI's calls lead to as their first word says, whose values are called as the calls are: `SYS_SOCKET`, `SHMAT`.
fn behind(table: Table) -> Vec<Behind> {
    let abi = table.abi();
    let mut all = Vec::new();
    // The upper half of ipc's first word is a version that says nothing of the call.
    for (outer, set, mask) in [("socketcall", sets::SOCKET_CALLS, ""), ("ipc", sets::IPC_CALLS, " & 0xffff")] {
        let Some(outer) = table.by_name(outer) else { continue };
        all.extend(set.members(abi).map(|(word, _)| {
            let name = word.trim_start_matches("SYS_").to_ascii_lowercase();
            Behind { outer, name, rule: format!("{outer}@{abi}(call{mask} == {word})") }
        }));
    }
    all
}
