//! Changes → findings: a rule grades each, waivers take out what somebody has accepted. Pure; holds no rule itself.

mod rules;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Change, Compared, Diff, Site, Subject, UnknownParams, Waiver};

pub use rules::{RULES, Rule, rule};

/// How much a change asks of its audience, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// What worked with the older kernel does not work, or does something else, with the newer one.
    Breaking,
    /// It may break something; a person has to look.
    Review,
    /// What worked goes on working; there is more than before.
    Compatible,
    /// Good to know.
    Note,
}

impl Level {
    /// All of them, the worst first.
    pub const ALL: [Level; 4] = [Level::Breaking, Level::Review, Level::Compatible, Level::Note];

    /// As reports and the command line say it.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Breaking => "breaking",
            Level::Review => "review",
            Level::Compatible => "compatible",
            Level::Note => "note",
        }
    }
}

/// For whom a diff is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// Programs that make system calls.
    User,
    /// Whoever watches, filters or emulates them: tracers, sandboxes, emulators.
    Tracer,
    /// Both; the worse of two levels counts.
    #[default]
    All,
}

impl Profile {
    /// As reports and the command line say it.
    pub fn as_str(self) -> &'static str {
        match self {
            Profile::User => "user",
            Profile::Tracer => "tracer",
            Profile::All => "all",
        }
    }

    /// The level of a rule for this audience; none where it does not concern them.
    pub fn level(self, rule: &Rule) -> Option<Level> {
        match self {
            Profile::User => rule.programs,
            Profile::Tracer => rule.tracers,
            Profile::All => rule.programs.into_iter().chain(rule.tracers).min(),
        }
    }
}

/// A change that a rule has graded.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// Its level for the profile.
    pub level: Level,
    /// The change, with the places that no waiver covers.
    pub change: Change,
    /// A name that stays the same while lines move and further ABIs get the same change.
    pub fingerprint: String,
}

/// A finding that somebody has accepted.
#[derive(Clone, Debug)]
pub struct Waived {
    /// The finding, with the places that the waiver covers.
    pub finding: Finding,
    /// Why it was accepted.
    pub reason: String,
}

/// A diff with everything graded: what `report` prints.
#[derive(Clone, Debug)]
pub struct Judged {
    /// One kernel.
    pub old: Compared,
    /// The other.
    pub new: Compared,
    /// For whom.
    pub profile: Profile,
    /// The worst first; within a level in the order of the rules.
    pub findings: Vec<Finding>,
    /// What was accepted, in the same order.
    pub waived: Vec<Waived>,
    /// Waivers that match no change.
    pub unused: Vec<Waiver>,
    /// Calls of which one side tells no parameters.
    pub unknown: Vec<UnknownParams>,
}

/// Grades a diff for an audience.
pub fn judge(diff: Diff, profile: Profile, waivers: &[Waiver]) -> Judged {
    let (mut findings, mut waived, mut used) = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut by_fingerprint: BTreeMap<&str, Vec<(usize, &Waiver)>> = BTreeMap::new();
    for (at, waiver) in waivers.iter().enumerate() {
        by_fingerprint.entry(&waiver.finding).or_default().push((at, waiver));
    }
    for mut change in diff.changes {
        let (rule, fingerprint) = (rule(change.kind), fingerprint(&change));
        let level = profile.level(rule);
        for (at, waiver) in by_fingerprint.get(fingerprint.as_str()).into_iter().flatten().copied() {
            let accepted = take(&mut change.sites, waiver);
            if accepted.is_empty() {
                continue;
            }
            used.insert(at);
            if let Some(level) = level {
                let change = Change { sites: accepted, ..change.clone() };
                let finding = Finding { rule, level, change, fingerprint: fingerprint.clone() };
                waived.push(Waived { finding, reason: waiver.reason.clone() });
            }
        }
        if let Some(level) = level.filter(|_| !change.sites.is_empty()) {
            findings.push(Finding { rule, level, change, fingerprint });
        }
    }
    findings.sort_by(in_order);
    waived.sort_by(|a: &Waived, b: &Waived| in_order(&a.finding, &b.finding));
    let unused = waivers.iter().enumerate().filter(|(at, _)| !used.contains(at)).map(|(_, waiver)| waiver.clone());
    Judged { old: diff.old, new: diff.new, profile, findings, waived, unused: unused.collect(), unknown: diff.unknown }
}

/// The worst first; within a level in the order of the rules, then of the changes.
fn in_order(one: &Finding, other: &Finding) -> Ordering {
    let at = |finding: &Finding| (finding.level, RULES.iter().position(|rule| rule.kind == finding.rule.kind));
    at(one).cmp(&at(other)).then_with(|| one.change.cmp(&other.change))
}

impl Judged {
    /// How many findings there are of a level.
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }
}

/// Takes out the sites that a waiver covers.
fn take(sites: &mut Vec<Site>, waiver: &Waiver) -> Vec<Site> {
    // The name of an ABI covers every way into it.
    let abi = |site: &'_ Site| site.way.trim_end_matches(".compat").to_string();
    let covers = |site: &Site| waiver.on.as_ref().is_none_or(|on| on.contains(&site.way) || on.contains(&abi(site)));
    let (covered, left) = std::mem::take(sites).into_iter().partition(covers);
    *sites = left;
    covered
}

/// `param-retyped getcpu unused: int -> long`: the rule, the subject, and what changed; no line and no ABI.
fn fingerprint(change: &Change) -> String {
    let Change { kind, subject, item, old, new, .. } = change;
    let mut text = rule(*kind).id.to_string();
    match subject {
        Subject::Abi(name) | Subject::Call(name) => text = format!("{text} {name}"),
        Subject::Calls => {}
        // Which sets claim it may be decided anew.
        Subject::Constant { header, name, .. } | Subject::Struct { header, name } => {
            [header, name].into_iter().filter(|part| !part.is_empty()).for_each(|part| text = format!("{text} {part}"));
        }
    }
    if let Some(item) = item {
        text = format!("{text} {item}");
    }
    match (old, new) {
        (None, None) => text,
        (Some(old), None) => format!("{text}: {old} ->"),
        (None, Some(new)) => format!("{text}: -> {new}"),
        (Some(old), Some(new)) => format!("{text}: {old} -> {new}"),
    }
}
