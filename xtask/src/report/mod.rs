//! A graded diff as text, markdown, JSON or a table of counts. Sorts nothing and judges nothing.

mod group;
mod json;
mod markdown;
mod phrase;
mod stat;
mod text;

pub use json::Report;
pub use markdown::markdown;
pub use stat::stat;
pub use text::text;

use crate::judge::{Finding, Judged, Level, Profile, Rule};

/// The findings of a level, by rule: both as `judge` has put them.
fn by_rule(judged: &Judged, level: Level) -> Vec<(&'static Rule, Vec<&Finding>)> {
    let mut groups: Vec<(&Rule, Vec<&Finding>)> = Vec::new();
    for finding in judged.findings.iter().filter(|finding| finding.level == level) {
        match groups.last_mut() {
            Some((rule, group)) if rule.kind == finding.rule.kind => group.push(finding),
            _ => groups.push((finding.rule, vec![finding])),
        }
    }
    groups
}

/// `1 breaking, 3 review, 20 compatible, 1 note`
fn counts(judged: &Judged) -> String {
    let count = |level: Level| {
        let count = judged.count(level);
        let plural = if level == Level::Note && count != 1 { "s" } else { "" };
        format!("{count} {}{plural}", level.as_str())
    };
    Level::ALL.map(count).join(", ")
}

/// For whom the levels are.
fn audience(profile: Profile) -> &'static str {
    match profile {
        Profile::User => "programs",
        Profile::Tracer => "tracers",
        Profile::All => "programs and tracers",
    }
}

/// What was compared: the ABI, or how many there are.
fn scope(judged: &Judged) -> String {
    let (old, new) = (&judged.old.abis, &judged.new.abis);
    match old.as_slice() {
        [only] if old == new => only.clone(),
        _ if old == new => format!("{} ABIs", old.len()),
        _ => format!("{} ABIs → {}", old.len(), new.len()),
    }
}

/// What the rule asks of whom: `breaking for tracers`, `compatible for programs, review for tracers`.
fn of_whom(rule: &Rule) -> String {
    match (rule.programs, rule.tracers) {
        (Some(programs), Some(tracers)) if programs == tracers => format!("{} for both", programs.as_str()),
        (programs, tracers) => {
            let of = |level: Option<Level>, whom| Some(format!("{} for {whom}", level?.as_str()));
            [of(programs, "programs"), of(tracers, "tracers")].into_iter().flatten().collect::<Vec<_>>().join(", ")
        }
    }
}

/// What a reader does next.
fn next_step(judged: &Judged) -> String {
    let worst = Level::ALL.into_iter().find(|level| judged.count(*level) > 0);
    let one = |count: usize, what: &str, thing: &str| match count {
        1 => format!("{what} the one {thing}"),
        count => format!("{what} the {count} {thing}s"),
    };
    match worst {
        None if judged.unused.is_empty() => "nothing to do: no change concerns this audience".to_string(),
        None => "take out the waivers that match nothing any more".to_string(),
        Some(level @ (Level::Breaking | Level::Review)) => {
            let what = one(judged.count(level), "look at", &format!("{} finding", level.as_str()));
            format!("{what}; what you accept goes into a file for `--waivers`, by its fingerprint (`--format json`)")
        }
        Some(_) => "nothing breaks; regenerate what is made from the older kernel".to_string(),
    }
}
