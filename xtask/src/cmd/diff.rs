//! `diff`: what changed between two kernels, and whom it breaks.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::each_tag::Walk;
use super::known::Known;
use super::{Global, Outcome, input, output};
use crate::diagnostic::{Diagnostic, Label, Result, Sink};
use crate::diff::Kernel;
use crate::judge::{Level, Profile, judge};
use crate::model::Waiver;
use crate::report;
use crate::store::{self, Data};

/// Tells what changed between two kernels, and whom it breaks
#[derive(Args)]
#[command(after_help = "\
Each change is graded by a rule: breaking, review, compatible or note, for programs and for
those who watch them. What you have looked at and accept goes into a file of waivers, by the
fingerprint that --format json prints; `on` names ABIs, or single ways into one:

  - finding: \"call-unimplemented uselib: -> no_definition\"
    on: [i386, arm.compat]                              # left out: on all
    reason: nothing has used it since a.out went

Exit codes: 0 nothing to report; 1 a finding at or above --fail-on that no waiver covers;
2 could not finish. A walk over tags reports nothing, so it ends with 0.

Examples:
  cargo xtask diff 6.12 7.3                             two releases that data/ holds
  cargo xtask diff 6.12 7.3 --abi arm64 --profile user  what programs of one ABI notice
  cargo xtask diff linux@v6.1 linux@v6.12 --stat        two revisions of a clone, as counts
  cargo xtask diff 7.3 ../my-kernel --fail-on breaking  a gate for a kernel of one's own
  cargo xtask diff 6.12 7.3 --format markdown           for release notes
  cargo xtask diff 6.12 live                            is the running kernel what it claims to be?
  cargo xtask diff 6.1 /usr/include                     and the headers that are installed?
  cargo xtask diff --each-tag linux@v5.10..v6.12        what came with each release of a clone")]
pub(super) struct Diff {
    /// The older kernel: a release in data/linux/, or any SRC
    #[arg(value_name = "OLD", required_unless_present = "each_tag")]
    old: Option<String>,
    /// The newer kernel
    #[arg(value_name = "NEW", required_unless_present = "each_tag")]
    new: Option<String>,
    /// Walk the release tags of a clone, and tell what changed from each to the next; as JSON, a list of reports
    #[arg(long, value_name = "REPO@FROM..TO", conflicts_with_all = ["old", "new", "waivers", "fail_on"])]
    each_tag: Option<String>,
    /// With --each-tag: write the steps to data/history/, so that what says since when becomes exact
    #[arg(long, requires = "each_tag", conflicts_with = "abi")]
    record: bool,
    /// Only this ABI, by name or alias; may be given more than once [default: all]
    #[arg(long, value_name = "ABI")]
    abi: Vec<String>,
    /// For whom changes are graded
    #[arg(long, value_enum, default_value_t = Audience::All)]
    profile: Audience,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Print counts by rule and by ABI only
    #[arg(long, conflicts_with = "format")]
    stat: bool,
    /// Findings that are accepted, as YAML
    #[arg(long, value_name = "FILE")]
    waivers: Option<PathBuf>,
    /// The level from which on a finding makes the exit code 1
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = FailOn::Note)]
    fail_on: FailOn,
}

#[derive(Clone, Copy, ValueEnum)]
enum Audience {
    /// Programs that make system calls
    User,
    /// Tracers, sandboxes, emulators
    Tracer,
    /// Both
    All,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Format {
    Text,
    Markdown,
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum FailOn {
    Breaking,
    Review,
    Compatible,
    Note,
}

/// Waivers with the canonical names of ABIs; one that names none is an error.
fn canonical(data: &Data, mut waivers: Vec<Waiver>) -> Result<Vec<Waiver>> {
    for Waiver { on, file, line, .. } in &mut waivers {
        for name in on.iter_mut().flatten() {
            let (abi, compat) = name.strip_suffix(".compat").map_or((name.as_str(), ""), |abi| (abi, ".compat"));
            let known = input::abi_name(data, abi);
            let place = || Label { line: *line, ..Label::file(file.as_str()) };
            *name = format!("{}{compat}", known.map_err(|error| Box::new(error.at(place())))?);
        }
    }
    Ok(waivers)
}

impl Diff {
    pub(super) fn run(&self, global: &Global, sink: &Sink) -> Result<Outcome> {
        let data = input::data(global)?;
        let abis = self.abi.iter().map(|name| input::abi_name(&data, name)).collect::<Result<Vec<String>>>()?;
        if let Some(range) = &self.each_tag {
            let (profile, format) = (self.profile(), self.format);
            Walk { range, abis: &abis, profile, format, stat: self.stat, record: self.record }.run(&data, sink)?;
            return Ok(Outcome::Clean);
        }
        let (Some(old), Some(new)) = (&self.old, &self.new) else {
            return Err(Box::new(
                Diagnostic::error("usage", "two kernels are to be compared").help("name OLD and NEW"),
            ));
        };
        let waivers = match &self.waivers {
            Some(file) => canonical(&data, store::waivers(file)?)?,
            None => Vec::new(),
        };
        let known = Known::new(&data)?;
        let [(old, in_old), (new, in_new)] = input::pair(&data, [old, new], &abis, sink)?;
        if sink.errors() > 0 {
            return Ok(Outcome::Clean);
        }
        let (of_old, of_new) = (old.all(), new.all());
        let changes = known.diff(
            &data,
            Kernel { release: &old.release, abis: &of_old, headers: &in_old },
            Kernel { release: &new.release, abis: &of_new, headers: &in_new },
        );
        let mut judged = judge(changes, self.profile(), &waivers);
        if !self.abi.is_empty() {
            // A waiver may be for an ABI that was not asked for.
            judged.unused.clear();
        }
        let tells_waivers = self.waivers.is_some();
        match self.format {
            _ if self.stat => output::print(|out| report::stat(&judged, tells_waivers, out))?,
            Format::Text => output::print(|out| report::text(&judged, tells_waivers, out))?,
            Format::Markdown => output::print(|out| report::markdown(&judged, tells_waivers, out))?,
            Format::Json => output::json(&report::Report::new(&judged))?,
        }
        let from = self.fails_on();
        let found = judged.findings.iter().any(|finding| finding.level <= from);
        let is_stale = from == Level::Note && !judged.unused.is_empty();
        Ok(if found || is_stale { Outcome::Findings } else { Outcome::Clean })
    }

    fn profile(&self) -> Profile {
        match self.profile {
            Audience::User => Profile::User,
            Audience::Tracer => Profile::Tracer,
            Audience::All => Profile::All,
        }
    }

    fn fails_on(&self) -> Level {
        match self.fail_on {
            FailOn::Breaking => Level::Breaking,
            FailOn::Review => Level::Review,
            FailOn::Compatible => Level::Compatible,
            FailOn::Note => Level::Note,
        }
    }
}
