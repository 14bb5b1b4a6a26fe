//! What each kind of change means to whom: the rules, as data, in the order in which reports tell them.
//!
//! A rule says what happened to what (`id`), how much it asks of programs and of those who watch them, why it matters,
//! and what to do. Seen from the other end each change is another one: its mirror.

mod calls;
mod headers;

use super::Level;
use crate::model::ChangeKind;
use calls::CALLS;
use headers::HEADERS;

/// What a kind of change means.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The kind that it is for.
    pub kind: ChangeKind,
    /// Its name in reports, fingerprints and JSON: `call-removed`.
    pub id: &'static str,
    /// How much it asks of programs; none: nothing.
    pub programs: Option<Level>,
    /// How much it asks of tracers, sandboxes and emulators; none: nothing.
    pub tracers: Option<Level>,
    /// The kind that it is seen from the other end.
    pub mirror: ChangeKind,
    /// What happened, in a few words.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What to do.
    pub advice: &'static str,
}

/// The rule for a kind of change.
pub fn rule(kind: ChangeKind) -> &'static Rule {
    // Every kind has one, which a test holds.
    RULES.iter().find(|rule| rule.kind == kind).unwrap_or(&RULES[0])
}

const BREAKING: Option<Level> = Some(Level::Breaking);
const REVIEW: Option<Level> = Some(Level::Review);
const COMPATIBLE: Option<Level> = Some(Level::Compatible);
const NOTE: Option<Level> = Some(Level::Note);

/// Every rule.
pub static RULES: &[Rule] = &joined::<{ CALLS.len() + HEADERS.len() }>();

/// Both lists in one.
const fn joined<const COUNT: usize>() -> [Rule; COUNT] {
    let mut all = [CALLS[0]; COUNT];
    let mut at = 0;
    while at < COUNT {
        all[at] = if at < CALLS.len() { CALLS[at] } else { HEADERS[at - CALLS.len()] };
        at += 1;
    }
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_one_rule_and_every_rule_a_mirror() {
        let mut ids = BTreeSet::new();
        for one in RULES {
            assert!(ids.insert(one.id), "{} stands twice", one.id);
            assert!(std::ptr::eq(rule(one.kind), one), "{}: its kind has another rule", one.id);
            let mirror = rule(one.mirror);
            assert_eq!(mirror.mirror, one.kind, "{} and {} do not mirror each other", one.id, mirror.id);
            assert!(one.programs.is_some() || one.tracers.is_some(), "{} concerns nobody", one.id);
        }
        // The kinds are numbered without gaps, so that the last one tells how many there are.
        let kinds: BTreeSet<usize> = RULES.iter().map(|rule| rule.kind as usize).collect();
        let last = ChangeKind::StructRedeclared as usize;
        assert_eq!(kinds, (0..=last).collect());
    }

    #[test]
    fn an_id_names_the_thing_and_what_happened() {
        for rule in RULES {
            let kind: String = format!("{:?}", rule.kind)
                .chars()
                .flat_map(|c| c.is_uppercase().then_some('-').into_iter().chain(c.to_lowercase()))
                .collect();
            assert_eq!(kind.trim_start_matches('-'), rule.id);
        }
    }
}
