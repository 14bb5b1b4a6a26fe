//! Where the comparison puts what it finds: the same change in many places becomes one.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Change, ChangeKind, Site, Spot, Subject, UnknownParams};

impl Site {
    /// A whole ABI, or a way into it.
    pub(super) fn whole(way: &str) -> Site {
        Site::of(way, "", Spot::default(), Spot::default())
    }

    /// A call.
    pub(super) fn of(way: &str, call: &str, old: Spot, new: Spot) -> Site {
        Site { way: way.to_string(), call: call.to_string(), old, new, follows: Vec::new() }
    }
}

/// The part that changed, what it was and what it is.
pub(super) type Detail = [Option<String>; 3];

/// Everything found so far.
#[derive(Default)]
pub(super) struct Found {
    changes: BTreeMap<(ChangeKind, Subject, Detail), Vec<Site>>,
    unknown: BTreeSet<UnknownParams>,
}

impl Found {
    /// A change of that subject at one place.
    pub(super) fn add(&mut self, kind: ChangeKind, subject: Subject, detail: Detail, site: Site) {
        self.changes.entry((kind, subject, detail)).or_default().push(site);
    }

    /// A change of that subject at any number of places.
    pub(super) fn add_all(
        &mut self,
        kind: ChangeKind,
        subject: Subject,
        detail: Detail,
        sites: impl Iterator<Item = Site>,
    ) {
        let mut sites = sites.peekable();
        if sites.peek().is_some() {
            self.changes.entry((kind, subject, detail)).or_default().extend(sites);
        }
    }

    /// A change of the call at one place; one that many calls have by one cause is a change of them all.
    pub(super) fn add_to_call(&mut self, kind: ChangeKind, detail: Detail, site: &Site) {
        let subject = if kind.is_systematic() { Subject::Calls } else { Subject::Call(site.call.clone()) };
        self.add(kind, subject, detail, site.clone());
    }

    /// A call whose parameters cannot be compared.
    pub(super) fn unknown(&mut self, site: &Site) {
        self.unknown.insert(UnknownParams { call: site.call.clone(), way: site.way.clone() });
    }

    /// All of it, in order.
    pub(super) fn sorted(self) -> (Vec<Change>, Vec<UnknownParams>) {
        let changes = self.changes.into_iter().map(|((kind, subject, [item, old, new]), mut sites)| {
            sites.sort();
            sites.dedup();
            Change { kind, subject, item, old, new, sites }
        });
        (changes.collect(), self.unknown.into_iter().collect())
    }
}
