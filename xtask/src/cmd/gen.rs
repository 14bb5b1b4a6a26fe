//! `gen`: a kernel into `data/`, and `data/` into the tables of the crate.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use rayon::prelude::*;

use super::compare::{Differs, Read, Verdict, same_text};
use super::{Global, Outcome, input};
use crate::diagnostic::{Diagnostic, Label, Result, Sink};
use crate::emit;
use crate::extract::{self, Extracted, extract};
use crate::model::{Facts, Headers, Kinds, NamedSet, ReadFrom, Release};
use crate::resolve::{self, NamedSets, Resolved, resolve, union};
use crate::source::{self, Kernel, Source};
use crate::store::{self, Data};
use crate::sync::{Owned, Plan, Stale};

/// Reads kernels into data/ and generates the tables of the crate
///
/// Without --kernel everything generated is made anew from data/; no kernel is needed.
#[derive(Args)]
#[command(group = ArgGroup::new("read").args(["kernel", "live"]).multiple(true), after_help = "\
Examples:
  cargo xtask gen                                     data/ → syscall-meta/src/generated/ and the catalogue of the macros
  cargo xtask gen --check                             is everything generated up to date?
  cargo xtask gen --kernel ../linux                   a kernel → data/linux/X.Y, then the above
  cargo xtask gen --kernel linux-6.12.tar.xz --check  does the kernel say what data/linux/6.12 says?
  cargo xtask gen --kernel linux.git@v6.12 --out my_kernel.rs
  cargo xtask gen --live --out vendor                 what the running kernel tells, for `diff 6.12 vendor` elsewhere
  cargo xtask gen --kernel /usr/include --out vendor  what its headers tell")]
pub(super) struct Gen {
    /// A kernel directory, a tarball, or REPO@REV of a git clone; may be given more than once. Or what is at hand without a
    /// source, with --out: a folder of installed headers, one with a copy of tracefs
    #[arg(long, value_name = "SRC")]
    kernel: Vec<String>,
    /// The running kernel, as it tells in tracefs; with --out
    #[arg(long)]
    live: bool,
    /// Write nothing: exit with 1 and name what is stale
    #[arg(long, conflicts_with = "out")]
    check: bool,
    /// Take warnings for errors, and data/ that is behind a newer point release for stale
    #[arg(long)]
    strict: bool,
    /// Write the calls of the kernels as one Rust file for another crate: names, numbers, and a macro for those of the
    /// library; of what is at hand without a source, the facts into a folder, which is a K then. data/ is not touched
    #[arg(long, value_name = "FILE", requires = "read")]
    out: Option<PathBuf>,
    /// Record which package the tarball came out of: linux-source-6.12=6.12.107-1
    #[arg(long, value_name = "NAME=VERSION", value_parser = package)]
    package: Option<(String, String)>,
}

fn package(text: &str) -> std::result::Result<(String, String), String> {
    let (name, version) = text.split_once('=').ok_or("expected NAME=VERSION")?;
    Ok((name.to_string(), version.to_string()))
}

/// Fields of the contract that no release has in full yet, each with the reason: the head of the ledger.
const OPEN_FIELDS: [(&str, &str); 0] = [];

impl Gen {
    pub(super) fn run(&self, global: &Global, sink: &Sink) -> Result<Outcome> {
        let data = input::data(global)?;
        if self.package.is_some() && self.kernel.len() != 1 {
            return Err(Box::new(
                Diagnostic::error("usage", "`--package` says where one kernel came from").help("give one `--kernel`"),
            ));
        }
        let specs = self.kernel.iter().map(String::as_str).chain(self.live.then_some(source::LIVE));
        let mut kernels = Vec::new();
        for spec in specs.clone() {
            match Source::open(spec)? {
                Source::Kernel(kernel) => kernels.push((spec, kernel)),
                at_hand if specs.clone().count() == 1 => return self.at_hand(&data, spec, at_hand, sink),
                _ => {
                    let message = format!("`{spec}` is no source of a kernel, and goes with no other SRC");
                    return Err(usage(message, "give it alone"));
                }
            }
        }
        // What is wrong with it is told before kernels are read.
        self.out.as_deref().map(macro_name).transpose()?;
        let mut read = Vec::new();
        for (spec, kernel) in &kernels {
            read.push(self.read(&data, spec, kernel, sink)?);
        }
        match &self.out {
            Some(file) => self.for_another_crate(&data, file, read, sink),
            None => self.for_the_repository(&data, read, sink),
        }
    }

    /// Writes what is known of a kernel without its source: facts like those of `data/`, in a folder of their own.
    fn at_hand(&self, data: &Data, spec: &str, source: Source, sink: &Sink) -> Result<Outcome> {
        if matches!(source, Source::Facts(_)) {
            return Err(usage(format!("`{spec}` holds facts already"), "`list`, `show` and `diff` take it as it is"));
        }
        let folder = match &self.out {
            Some(folder) if !folder.is_file() && folder.extension().is_none_or(|ending| ending != "rs") => folder,
            _ => {
                let message = format!("what `{spec}` tells is not all of a release, so that it makes no table");
                return Err(usage(
                    message,
                    "`--out DIR` names a folder for its facts, which `list` and `diff` take as a K",
                ));
            }
        };
        if self.package.is_some() {
            return Err(usage("`--package` says where a tarball came from".to_string(), "leave it out"));
        }
        let (facts, headers) = input::read(data, source, sink)?;
        if self.must_stop(sink)? {
            return Ok(Outcome::Clean);
        }
        let files = store::files(&facts, &headers, &data.abis);
        let files = files.into_iter().map(|(name, text)| (folder.join(name), text.into_bytes())).collect();
        Plan { files, owned: Vec::new() }.write()?;
        let _ = writeln!(anstream::stderr(), "{}: facts of Linux {}", folder.display(), facts.release);
        Ok(Outcome::Clean)
    }

    /// Reads one kernel, and compares it with what `data/` holds of its release.
    fn read(&self, data: &Data, spec: &str, kernel: &Kernel, sink: &Sink) -> Result<Read> {
        let Extracted { mut facts, headers, sha256, .. } = extract(kernel, &data.abis, &input::progress(), sink)?;
        let held = match data.kernels.contains(&facts.release.kernel()) {
            true if self.check => Some(data.load(&facts.release.kernel())?),
            // What a killed run left half-done is written anew here, so it must not stand in the way.
            true => data.load(&facts.release.kernel()).ok(),
            false => None,
        };
        let held_headers = match &held {
            Some(held) if self.check => Some(data.load_headers(&held.release.kernel())?),
            _ => None,
        };
        facts.read_from = match &self.package {
            Some((package, version)) => {
                Some(ReadFrom { package: package.clone(), package_version: version.clone(), sha256: sha256.clone() })
            }
            // The same text needs no other note of where it came from.
            None => held.as_ref().filter(|held| same_text(held, &facts)).and_then(|held| held.read_from.clone()),
        };
        Ok(Read { spec: spec.to_string(), facts, headers, sha256, held, held_headers })
    }

    fn for_the_repository(&self, data: &Data, read: Vec<Read>, sink: &Sink) -> Result<Outcome> {
        let generated = generated_folder(data)?;
        let mut plan = Plan::default();
        let mut behind = Vec::new();
        for read in &read {
            match read.verdict(self.check, &data.abis) {
                Verdict::Take => {
                    plan_release(&mut plan, data, &read.facts, &read.headers);
                    let moved = if self.check { read.moved_numbers() } else { Vec::new() };
                    if !moved.is_empty() {
                        behind.push((read, Differs::Numbers(moved)));
                    }
                }
                Verdict::Another(differs) => behind.push((read, differs)),
            }
        }
        let mut facts = Vec::new();
        for kernel in &data.kernels {
            let new = read.iter().any(|read| &read.facts.release.kernel() == kernel);
            if !new || self.check {
                facts.push(kernel.clone());
            }
        }
        let load = |kernel: &String| {
            let (facts, headers) = rayon::join(|| data.load(kernel), || data.load_headers(kernel));
            Ok((facts?, headers?))
        };
        let held = facts.par_iter().map(load).collect::<Result<Vec<(Facts, Headers)>>>()?;
        let mut releases: Vec<(&Facts, &Headers)> = held.iter().map(|(facts, headers)| (facts, headers)).collect();
        if !self.check {
            releases.extend(read.iter().map(|read| (&read.facts, &read.headers)));
        }
        releases.sort_by(|(a, _), (b, _)| a.release.cmp(&b.release));
        self.plan_generated(&mut plan, data, &generated, &releases, sink)?;
        for read in &read {
            // What was read must resolve even where it is only compared.
            resolve(&read.facts, &data.abis, &data.curated, sink);
        }
        if self.must_stop(sink)? {
            return Ok(Outcome::Clean);
        }
        let stale = if self.check { plan.stale()? } else { plan.write()? };
        self.tell(&stale, &behind)
    }

    /// Whether what was noticed forbids writing anything. Errors speak for themselves; the exit code follows from them.
    fn must_stop(&self, sink: &Sink) -> Result<bool> {
        if sink.errors() == 0 && self.strict && sink.warnings() > 0 {
            let message = "`--strict` takes a warning for an error; nothing was written";
            return Err(Box::new(Diagnostic::error("strict", message)));
        }
        Ok(sink.errors() > 0)
    }

    /// Says what was done or is to be done, and decides between clean and findings.
    fn tell(&self, stale: &[Stale], behind: &[(&Read, Differs)]) -> Result<Outcome> {
        let mut err = anstream::stderr().lock();
        let mut findings = self.check && !stale.is_empty();
        for stale in stale {
            let did = if self.check { stale.why() } else { "written".to_string() };
            let _ = writeln!(err, "{}: {did}", stale.path().display());
        }
        for (read, differs) in behind {
            let held = read.held.as_ref().map_or(String::new(), |held| held.release.version.clone());
            match differs {
                Differs::Lines => {
                    let _ = writeln!(
                        err,
                        "{}: {} says what data/ holds of {held}, on other lines",
                        read.spec, read.facts.release
                    );
                }
                Differs::Facts(files) => {
                    let _ = writeln!(
                        err,
                        "{}: data/ is behind: {} differs from {held} in {}",
                        read.spec,
                        read.facts.release,
                        files.join(", ")
                    );
                    findings |= self.strict;
                }
                Differs::Numbers(numbers) => {
                    for number in numbers {
                        let _ = writeln!(err, "{}: {number}", read.spec);
                    }
                    findings = true;
                }
            }
        }
        if self.check && !stale.is_empty() {
            let with = if self.kernel.is_empty() { "`cargo xtask gen`" } else { "`cargo xtask gen --kernel SRC`" };
            let files = if stale.len() == 1 { "1 file is".to_string() } else { format!("{} files are", stale.len()) };
            let _ = writeln!(err, "{files} stale: run {with}");
        }
        Ok(if findings { Outcome::Findings } else { Outcome::Clean })
    }

    fn plan_generated(
        &self,
        plan: &mut Plan,
        data: &Data,
        generated: &Path,
        held: &[(&Facts, &Headers)],
        sink: &Sink,
    ) -> Result<()> {
        let digest = extract::digest(&data.abis);
        for (facts, _) in held.iter().filter(|(facts, _)| facts.evaluated_with != digest) {
            sink.push(
                Diagnostic::warning(
                    "evaluated-with-another",
                    format!("data/linux/{} was evaluated with another data/abis.yaml", facts.release.kernel()),
                )
                .help("run `cargo xtask gen --kernel SRC` with that kernel"),
            );
        }
        let specs = data.sets()?;
        let resolved: Vec<(Resolved, NamedSets)> = held
            .par_iter()
            .map(|(facts, headers)| {
                let calls = || resolve(facts, &data.abis, &data.curated, sink);
                rayon::join(calls, || resolve::sets(headers, &specs, sink))
            })
            .collect();
        let (resolved, sets): (Vec<Resolved>, Vec<NamedSets>) = resolved.into_iter().unzip();
        let releases: Vec<(&Release, &Resolved)> =
            held.iter().map(|(facts, _)| &facts.release).zip(&resolved).collect();
        if sink.errors() > 0 {
            // A table over all releases would only say the same again, and less clearly.
            return Ok(());
        }
        let union = union(&releases, &data.abis, &data.history()?, sink);
        let constants: Vec<(&Release, &Headers, &[NamedSet])> = held
            .iter()
            .zip(&sets)
            .map(|((facts, headers), sets)| (&facts.release, *headers, sets.sets.as_slice()))
            .collect();
        let kinds = data.kinds()?;
        let mut with_kinds = resolved.clone();
        with_kinds.iter_mut().for_each(|resolved| resolve::kinds(&mut resolved.abis, &kinds));
        let calls: Vec<(&Release, &Resolved)> = held.iter().map(|(facts, _)| &facts.release).zip(&with_kinds).collect();
        let meaning = emit::meaning(&constants, &calls, &kinds, &data.abis, sink);
        let constants = emit::constants(&constants, &data.abis).into_iter().chain(meaning.files);
        for (name, text) in emit::emit(&releases, &union, &data.abis).into_iter().chain(constants) {
            plan.files.insert(generated.join(name), text.into_bytes());
        }
        let catalogue = emit::catalogue(&calls, &union, &meaning.behind, &data.abis);
        plan.files.insert(generated.join("catalogue.rs"), catalogue.text.into_bytes());
        plan.files.insert(catalogue_file(generated), catalogue.blob);
        let mut gaps: Vec<_> = resolved.iter().flat_map(|resolved| resolved.gaps.iter().cloned()).collect();
        gaps.sort();
        plan.files.insert(data.root.join("gaps.yaml"), store::gaps(&OPEN_FIELDS, &gaps).into_bytes());
        plan.owned.push(Owned { folder: generated.to_path_buf(), ending: "rs", except: &["mod.rs"] });
        Ok(())
    }

    fn for_another_crate(&self, data: &Data, file: &Path, mut read: Vec<Read>, sink: &Sink) -> Result<Outcome> {
        let name = macro_name(file)?;
        read.sort_by(|a, b| a.facts.release.cmp(&b.facts.release));
        let mut resolved: Vec<Resolved> =
            read.iter().map(|read| resolve(&read.facts, &data.abis, &data.curated, sink)).collect();
        let kinds = data.kinds()?;
        resolved.iter_mut().for_each(|resolved| resolve::kinds(&mut resolved.abis, &kinds));
        let releases: Vec<(&Release, &Resolved)> = read.iter().map(|read| &read.facts.release).zip(&resolved).collect();
        let union = union(&releases, &data.abis, &data.history()?, sink);
        if self.must_stop(sink)? {
            return Ok(Outcome::Clean);
        }
        let behind = calls_behind(data, &read, &releases, &kinds, sink)?;
        let catalogue = emit::catalogue(&releases, &union, &behind, &data.abis);
        let text = emit::standalone(&union, &name, &catalogue.blob);
        let plan = Plan { files: [(file.to_path_buf(), text.into_bytes())].into(), owned: Vec::new() };
        plan.write()?;
        Ok(Outcome::Clean)
    }
}

fn usage(message: String, help: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("usage", message).help(help))
}

/// `gen --kernel SRC --out FILE` with nothing else said.
pub(super) fn write_table(kernel: &str, file: &Path, sink: &Sink) -> Result<()> {
    let verb = Gen {
        kernel: vec![kernel.to_string()],
        live: false,
        check: false,
        strict: false,
        out: Some(file.to_path_buf()),
        package: None,
    };
    let data = input::home()?;
    let read = vec![verb.read(&data, kernel, &Kernel::open(kernel)?, sink)?];
    verb.for_another_crate(&data, file, read, sink).map(drop)
}

/// What stands behind `socketcall` and `ipc`, by the constants of the kernel's own headers. A kernel that does not have all that
/// other kinds name is no error: these calls have their numbers all the same.
fn calls_behind(
    data: &Data,
    read: &[Read],
    calls: &[(&Release, &Resolved)],
    kinds: &Kinds,
    sink: &Sink,
) -> Result<Vec<emit::Behind>> {
    let (specs, aside) = (data.sets()?, Sink::default());
    let sets: Vec<NamedSets> = read.iter().map(|read| resolve::sets(&read.headers, &specs, &aside)).collect();
    let headers: Vec<(&Release, &Headers, &[NamedSet])> =
        read.iter().zip(&sets).map(|(read, sets)| (&read.facts.release, &read.headers, sets.sets.as_slice())).collect();
    let meaning = emit::meaning(&headers, calls, kinds, &data.abis, &aside);
    let goes_through = |resolved: &Resolved| {
        let mut all = resolved.abis.iter().flat_map(|abi| &abi.syscalls);
        all.any(|call| matches!(call.name.as_str(), "socketcall" | "ipc"))
    };
    let has_none = |led: &&emit::Behind| (0..data.abis.abis.len()).all(|abi| led.value.get(abi).is_none());
    let unknown: Vec<&str> = meaning.behind.iter().filter(has_none).map(|led| led.entry.as_str()).collect();
    let which = if meaning.behind.is_empty() { "all".to_string() } else { unknown.join(", ") };
    if !which.is_empty() && calls.iter().any(|(_, resolved)| goes_through(resolved)) {
        let text =
            "calls behind `socketcall` and `ipc` are not in the table: the kernel's headers do not say their numbers";
        sink.push(Diagnostic::warning("no-calls-behind", format!("{text}: {which}")));
    }
    Ok(meaning.behind)
}

/// What the macro of a file is called: as the file is.
fn macro_name(file: &Path) -> Result<String> {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().replace('-', "_")).unwrap_or_default();
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if stem.is_empty() || stem.starts_with(|c: char| c.is_ascii_digit()) || !stem.chars().all(is_letter) {
        let message = format!("no macro can be named `{stem}`, as the file is");
        return Err(Box::new(
            Diagnostic::error("usage", message).help("call the file like a Rust module: `my_kernel.rs`"),
        ));
    }
    Ok(stem)
}

fn plan_release(plan: &mut Plan, data: &Data, facts: &Facts, headers: &Headers) {
    let folder = data.root.join(store::RELEASES).join(facts.release.kernel());
    for (name, text) in store::files(facts, headers, &data.abis) {
        plan.files.insert(folder.join(name), text.into_bytes());
    }
    plan.owned.push(Owned { folder, ending: "yaml", except: &[] });
}

/// What the macros read, beside the library whose generated folder this is.
fn catalogue_file(generated: &Path) -> PathBuf {
    let repository = generated.ancestors().nth(3).unwrap_or(generated);
    repository.join("syscall-meta-derive/src/catalogue.bin")
}

/// `syscall-meta/src/generated/` of the repository that `data/` is part of.
pub(super) fn generated_folder(data: &Data) -> Result<PathBuf> {
    let root = data.root.canonicalize().unwrap_or_else(|_| data.root.clone());
    let folder = root.parent().map(|repository| repository.join("syscall-meta/src/generated"));
    folder.filter(|folder| folder.join("mod.rs").is_file()).ok_or_else(|| {
        Box::new(
            Diagnostic::error(
                "no-repository",
                "this `data/` is not part of the repository, so there is nothing to generate into",
            )
            .at(Label::file(data.root.display().to_string()))
            .help("`--kernel SRC --out FILE` writes a table for another crate"),
        )
    })
}
