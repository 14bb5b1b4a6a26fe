//! Findings that are told together: what happened to many constants or structures of one header at once.

use super::phrase;
use crate::judge::{Finding, Judged};
use crate::model::{Change, ChangeKind, Subject};

/// Names that are told of a group before the rest is only counted.
const NAMED: usize = 12;
/// The same of those that no set claims.
const OTHERS: usize = 4;

/// Findings of one rule that a report tells at once.
pub(super) struct Group<'a> {
    pub findings: Vec<&'a Finding>,
}

/// The groups of a rule's findings, each where its first finding stands.
pub(super) fn groups<'a>(findings: &[&'a Finding]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group> = Vec::new();
    // Those of one home follow each other, so that no more than its groups are looked at.
    let mut first = 0;
    for finding in findings {
        let one = &finding.change;
        let is_of_home =
            |group: &Group| group.findings.first().is_some_and(|first| same_home(&first.change.subject, &one.subject));
        if groups.get(first).is_some_and(|group| !is_of_home(group)) {
            first = groups.len();
        }
        let same = groups[first..].iter_mut().find(|group| {
            let other = group.findings.first();
            is_grouped(one) && other.is_some_and(|first| is_grouped(&first.change) && first.change.ways() == one.ways())
        });
        match same {
            Some(group) => group.findings.push(finding),
            None => groups.push(Group { findings: vec![finding] }),
        }
    }
    groups
}

/// Whether the change is read as a line of a list.
fn is_grouped(change: &Change) -> bool {
    use ChangeKind::*;
    let is_of_list = matches!(
        change.kind,
        ConstantAdded
            | ConstantRemoved
            | ConstantChanged
            | ConstantRetyped
            | ConstantMoved
            | OtherConstantAdded
            | OtherConstantRemoved
            | OtherConstantChanged
            | StructAdded
            | StructRemoved
            | StructMoved
            | BoundChanged
            | RequestRenumbered
            | RequestChanged
            | FieldAdded
            | FieldRemoved
            | FieldUsesPadding
            | FieldBecamePadding
            | FieldReinterpreted
            | FieldRetyped
            | FieldRenamed
    );
    is_of_list && change.sites.iter().all(|site| site.follows.is_empty())
}

/// Whether two subjects stand in one header, and the same sets claim them.
fn same_home(one: &Subject, other: &Subject) -> bool {
    match (one, other) {
        (Subject::Constant { sets: a, header: b, .. }, Subject::Constant { sets: c, header: d, .. }) => {
            (a, b) == (c, d)
        }
        (Subject::Struct { header: a, .. }, Subject::Struct { header: b, .. }) => a == b,
        _ => false,
    }
}

impl Group<'_> {
    /// What it is about, where it is told as one: `open_flags in asm/fcntl.h: 3 constants`.
    pub(super) fn title(&self, mark: &str) -> Option<String> {
        let change = &self.findings.first()?.change;
        if self.findings.len() < 2 {
            return None;
        }
        use ChangeKind::{RequestChanged, RequestRenumbered, StructAdded, StructMoved, StructRemoved};
        let what = match (&change.subject, change.kind) {
            (Subject::Struct { .. }, StructAdded | StructRemoved | StructMoved) => "structures",
            (Subject::Struct { .. }, _) => "fields",
            (_, RequestChanged | RequestRenumbered) => "requests",
            _ => "constants",
        };
        let home = phrase::home(change, mark).unwrap_or_else(|| "in other headers".to_string());
        Some(format!("{home}: {} {what}", self.findings.len()))
    }

    /// What happened to each, as far as a reader can take it in.
    pub(super) fn list(&self, mark: &str) -> String {
        use ChangeKind::{OtherConstantAdded, OtherConstantRemoved};
        let is_other = |finding: &&Finding| matches!(finding.change.kind, OtherConstantAdded | OtherConstantRemoved);
        let others = self.findings.first().is_some_and(is_other);
        let one = |finding: &&Finding| {
            let name = format!("{mark}{}{mark}", phrase::subject(finding));
            if others { name } else { format!("{name} {}", phrase::detail(&finding.change, mark)) }
        };
        let most = if others { OTHERS } else { NAMED };
        let named: Vec<String> = self.findings.iter().take(most).map(one).collect();
        match self.findings.len() - named.len() {
            0 => named.join(", "),
            more => format!("{} and {more} more", named.join(", ")),
        }
    }

    /// The ABIs that have it.
    pub(super) fn on(&self, judged: &Judged) -> Option<String> {
        phrase::on(judged, self.findings.first()?)
    }
}
