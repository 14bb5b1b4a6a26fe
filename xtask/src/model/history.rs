//! What a walk over a clone's tags found between neighbouring releases, and since when something is there.

use std::collections::BTreeMap;
use std::fmt;

use super::{ChangeKind, Release};

/// Every step that `data/history/` holds, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The steps.
    pub steps: Vec<Step>,
}

/// From one release to the next one that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The older release.
    pub old: Release,
    /// The newer one.
    pub new: Release,
    /// What changed, by kind.
    pub changes: BTreeMap<ChangeKind, Vec<Happened>>,
}

/// One change of a step: `mseal 462 aarch64 x86_64`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Happened {
    /// The call, or the ABI.
    pub subject: String,
    /// Its number on these ways, in the newer release if it is there, else in the older one.
    pub number: Option<u32>,
    /// The ways that have it.
    pub ways: Vec<String>,
}

/// Two neighbouring releases of those that were read, between which something came or went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Between {
    /// The last release before.
    pub before: Release,
    /// The first release after.
    pub after: Release,
}

/// `6.6` where nothing lies between, else `6.1 < … ≤ 6.12`.
impl fmt::Display for Between {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after) = (self.before.kernel(), self.after.kernel());
        if self.before.is_followed_by(&self.after) {
            f.write_str(&after)
        } else {
            write!(f, "{before} < … ≤ {after}")
        }
    }
}

impl History {
    /// The step within a range of releases at which something happened to a call of an ABI, or to the ABI; the last one
    /// where there are several.
    pub fn find(
        &self,
        within: &Between,
        of_abi: ChangeKind,
        of_call: &[ChangeKind],
        abi: &str,
        names: &[&str],
    ) -> Option<Between> {
        let (first, last) = (within.before.series(), within.after.series());
        let inside = |step: &&Step| {
            first <= step.old.series() && step.new.series() <= last && step.old.series() < step.new.series()
        };
        let happened = |step: &&Step| {
            let to_call =
                |one: &Happened| names.contains(&one.subject.as_str()) && one.ways.iter().any(|way| way == abi);
            let of = |kind: &ChangeKind| step.changes.get(kind).into_iter().flatten();
            of_call.iter().flat_map(of).any(to_call) || of(&of_abi).any(|one| one.subject == abi)
        };
        let step = self.steps.iter().filter(inside).rfind(happened)?;
        Some(Between { before: step.old.clone(), after: step.new.clone() })
    }
}
