//! `diff --each-tag`: the release tags of a clone one after another, and what changed from each to the next.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::diff::Format;
use super::r#gen::generated_folder;
use super::known::Known;
use super::{input, output};
use crate::diagnostic::{Diagnostic, Result, Sink};
use crate::diff;
use crate::extract::extract_each;
use crate::judge::{Judged, Profile, judge};
use crate::model::{Change, ChangeKind, Diff, Happened, Step, Subject};
use crate::report;
use crate::source::{Blobs, Kernel, Range};
use crate::store::{self, Data};
use crate::sync::Plan;

/// What a walk is asked for.
pub(super) struct Walk<'a> {
    pub range: &'a str,
    /// Canonical names; none: all.
    pub abis: &'a [String],
    pub profile: Profile,
    pub format: Format,
    pub stat: bool,
    /// Write the steps to `data/history/`.
    pub record: bool,
}

/// What a walk finds.
#[derive(Default)]
struct Found {
    steps: Vec<Step>,
    judged: Vec<Judged>,
    blobs: Blobs,
}

impl Walk<'_> {
    pub(super) fn run(&self, data: &Data, sink: &Sink) -> Result<()> {
        if self.record {
            // Outside the repository nothing but `--out` is written.
            let help = "`--record` writes into the `data/` of the repository; without it a walk is printed";
            generated_folder(data).map_err(|error| Box::new(error.help(help)))?;
        }
        let found = self.walk(data, sink)?;
        if sink.errors() > 0 {
            return Ok(());
        }
        self.print(&found)?;
        let mut err = anstream::stderr().lock();
        let Blobs { read, shared } = found.blobs;
        let _ = writeln!(err, "{} releases: {read} blobs read, {shared} shared", found.steps.len() + 1);
        if self.record {
            let folder = data.root.join(store::HISTORY);
            let files = found.steps.iter().map(store::step).map(|(name, text)| (folder.join(name), text.into_bytes()));
            for stale in (Plan { files: files.collect(), owned: Vec::new() }).write()? {
                let _ = writeln!(err, "{}: written", stale.path().display());
            }
            let _ = writeln!(err, "next: `cargo xtask gen` takes it into the tables");
        }
        Ok(())
    }

    fn walk(&self, data: &Data, sink: &Sink) -> Result<Found> {
        let range = Range::parse(self.range)?;
        let tags = range.tags()?;
        if tags.len() < 2 {
            let message = format!("`{}` holds one release, so there is nothing to compare it with", self.range);
            return Err(Box::new(
                Diagnostic::error("no-range", message).help("name two releases: `REPO@v5.10..v6.12`"),
            ));
        }
        let open = |tag: &String| Kernel::open(&format!("{}@{tag}", range.repository));
        let kernels = tags.iter().map(open).collect::<Result<Vec<Kernel>>>()?;
        let known = Known::new(data)?;
        let (mut found, mut before) = (Found::default(), None);
        extract_each(&kernels, &data.abis, &input::progress(), sink, |extracted| {
            if let Some(Blobs { read, shared }) = extracted.blobs {
                found.blobs.read += read;
                found.blobs.shared += shared;
            }
            let new = (input::loaded(data, &extracted.facts, self.abis, sink), extracted.headers);
            if let Some((old, in_old)) = before.replace(new)
                && let Some((new, in_new)) = &before
            {
                let (of_old, of_new) = (old.all(), new.all());
                let changes = known.diff(
                    data,
                    diff::Kernel { release: &old.release, abis: &of_old, headers: &in_old },
                    diff::Kernel { release: &new.release, abis: &of_new, headers: in_new },
                );
                found.steps.push(step(&changes));
                found.judged.push(judge(changes, self.profile, &[]));
            }
            Ok(())
        })?;
        Ok(found)
    }

    fn print(&self, found: &Found) -> Result<()> {
        match self.format {
            _ if self.stat => {
                output::print(|out| found.judged.iter().try_for_each(|one| report::stat(one, false, out)))
            }
            Format::Text => output::print(|out| table(&found.steps, out)),
            Format::Markdown => {
                output::print(|out| found.judged.iter().try_for_each(|one| report::markdown(one, false, out)))
            }
            Format::Json => output::json(&found.judged.iter().map(report::Report::new).collect::<Vec<_>>()),
        }
    }
}

/// Whether a kind is about numbers, names and prototypes: what a history keeps.
fn is_kept(change: &Change) -> bool {
    use ChangeKind::*;
    let is_of_calls = !change.kind.is_systematic() && !matches!(change.kind, DefinitionChanged | EventRenamed);
    is_of_calls && !change.subject.is_of_headers()
}

fn step(diff: &Diff) -> Step {
    let mut changes: BTreeMap<ChangeKind, Vec<Happened>> = BTreeMap::new();
    for change in diff.changes.iter().filter(|change| is_kept(change)) {
        changes.entry(change.kind).or_default().extend(happened(change));
    }
    for all in changes.values_mut() {
        all.sort();
        // Several parameters of a call may have changed in one way.
        all.dedup();
    }
    Step { old: diff.old.release.clone(), new: diff.new.release.clone(), changes }
}

/// A change by number: ABIs number the same call differently.
fn happened(change: &Change) -> Vec<Happened> {
    let subject = match &change.subject {
        Subject::Abi(name) | Subject::Call(name) => name.clone(),
        Subject::Calls | Subject::Constant { .. } | Subject::Struct { .. } => return Vec::new(),
    };
    let mut by_number: BTreeMap<Option<u32>, Vec<String>> = BTreeMap::new();
    for site in &change.sites {
        by_number.entry(site.new.number.or(site.old.number)).or_default().push(site.way.clone());
    }
    by_number.into_iter().map(|(number, ways)| Happened { subject: subject.clone(), number, ways }).collect()
}

/// A release a block, a kind of change a line: what it happened to.
fn table(steps: &[Step], out: &mut dyn Write) -> io::Result<()> {
    let kinds = steps.iter().flat_map(|step| step.changes.keys());
    let width = kinds.map(|kind| crate::judge::rule(*kind).id.len()).max().unwrap_or_default();
    for step in steps {
        writeln!(out, "Linux {} → {}", step.old, step.new)?;
        if step.changes.is_empty() {
            writeln!(out, "  (none)")?;
        }
        // In the order in which reports tell the rules.
        for rule in crate::judge::RULES {
            let Some(happened) = step.changes.get(&rule.kind) else { continue };
            let mut subjects: Vec<&str> = happened.iter().map(|one| one.subject.as_str()).collect();
            subjects.dedup();
            let indent = " ".repeat(width + 4);
            let options = textwrap::Options::new(110).initial_indent(&indent).subsequent_indent(&indent);
            let lines = textwrap::fill(&subjects.join(", "), options);
            writeln!(out, "  {:width$}  {}", rule.id, lines.trim_start())?;
        }
    }
    Ok(())
}
