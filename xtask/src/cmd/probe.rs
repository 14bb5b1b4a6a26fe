//! `probe`: where a tracer can attach to each call on a machine, and why not where it cannot.

use std::collections::BTreeSet;

use clap::{Args, ValueEnum};
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::machine::Files;
use super::{Global, Outcome, input, output, probe_page};
use crate::contract::Probed;
use crate::diagnostic::{Diagnostic, Result, Sink};
use crate::model::{Abi, AbiSpec, EventRules, Facts, Served, Syscall};
use crate::probe::{self, Claims, Fit, Machine, Question};
use crate::resolve::{Resolved, union};
use crate::store::Data;

/// Tells where to probe each system call on a kernel, and what is missing there
#[derive(Args)]
#[command(after_help = "\
Examples:
  cargo xtask probe --live                            this machine, its own ABI
  cargo xtask probe --live --abi i386 --only missing  32-bit programs on it: what cannot be probed, and why
  cargo xtask probe --abi aarch64 --kallsyms System.map --config config-6.12.107-arm64
                                                      another machine, from copies of what it shows
  cargo xtask probe --live --format json              the shape of xtask/schema/probe.schema.json

Exit codes: 0 all that is missing has a reason; 1 something has none, or nobody knows; 2 could not finish.")]
pub(super) struct Probe {
    /// The ABI, by name or alias [default with --live: that of this machine]
    #[arg(long, value_name = "ABI")]
    abi: Option<String>,
    /// Whose tables are used: a release in data/linux/, or any SRC [default: the nearest release to the machine's kernel]
    #[arg(long, value_name = "K")]
    kernel: Option<String>,
    #[command(flatten)]
    files: Files,
    /// Print only calls that have this
    #[arg(long, value_enum)]
    only: Option<Only>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Only {
    /// No event, or no function of its own to attach to
    Missing,
}

/// A release that is held, with the ABIs that matter here.
struct Held {
    kernel: String,
    facts: Facts,
    resolved: Resolved,
}

impl Held {
    fn abi(&self, name: &str) -> Option<&Abi> {
        self.resolved.abis.iter().find(|abi| abi.name == name)
    }
}

/// A way into the machine's kernel.
struct Way<'a> {
    name: String,
    is_compat: bool,
    /// It is the way of the compat sides of calls.
    is_beside: bool,
    kernel: &'a AbiSpec,
    needs: Vec<(String, bool)>,
}

impl Probe {
    pub(super) fn run(&self, global: &Global, sink: &Sink) -> Result<Outcome> {
        let data = input::data(global)?;
        let name = input::abi_name(&data, self.abi()?)?;
        let spec = data.abis.get(&name).ok_or_else(|| no_abi(&name))?;
        let ways = ways(&data, spec);
        let mut held = held(&data, &ways, sink)?;
        let releases: Vec<_> = held.iter().map(|held| (&held.facts.release, &held.resolved)).collect();
        let union = union(&releases, &data.abis, &data.history()?, &Sink::new());
        let rows = union.abis.iter().find(|held| held.name == name).map_or(&[][..], |held| &held.rows);
        held.extend(self.source(&data, &ways, sink)?);
        let symbols = symbols(&held);
        let machine = self.files.read(&|symbol| symbols.contains(symbol), sink)?;
        let (place, fit) = self.release(&data, &held, &machine)?;
        let Some(tables) = held.get(place) else { return Err(no_abi(&name)) };
        let Some(abi) = tables.abi(&name) else {
            let error = Diagnostic::error("unknown-abi", format!("Linux {} has no ABI `{name}`", tables.kernel));
            return Err(Box::new(error.help("`--kernel K` names another kernel")));
        };
        let way = chosen(&ways, abi, &machine)?;
        let none = EventRules::default();
        let has_events =
            tables.abi(&way.kernel.name).is_some_and(|abi| abi.syscalls.iter().any(|call| call.main.event.is_some()));
        let question = Question {
            abi,
            is_compat: way.is_compat,
            is_beside: way.is_beside,
            has_events,
            needs: way.needs.clone(),
            rules: tables.resolved.event_rules.get(&way.kernel.arch).unwrap_or(&none),
            others: others(&held, place, &name),
            rows,
            machine: &machine,
            kernel: machine.release.as_deref().and_then(probe::series),
        };
        let calls = probe::probe(&question);
        let of_others = held.iter().filter(|other| other.kernel != tables.kernel);
        let claims = Claims {
            ways: into(&data, tables, &way.kernel.name),
            others: of_others.flat_map(|held| into(&data, held, &way.kernel.name)).collect(),
            facts: &tables.facts,
            kernel: &way.kernel.name,
        };
        let leftovers = probe::leftovers(&claims, &machine);
        let mut probed = Probed::new(abi, &way.name, fit, &machine, &calls, &leftovers);
        let is_clean = probed.unexplained() == 0;
        if self.only == Some(Only::Missing) {
            probed.keep_missing();
        }
        match self.format {
            Format::Json => output::json(&probed)?,
            Format::Text => output::print(|out| probe_page::page(&probed, self.only.is_some(), out))?,
        }
        Ok(if is_clean { Outcome::Clean } else { Outcome::Findings })
    }

    /// The ABI that is asked for.
    fn abi(&self) -> Result<&str> {
        match &self.abi {
            Some(abi) => Ok(abi),
            None if self.files.is_live() => Ok(native()),
            None => Err(Box::new(
                Diagnostic::error("no-abi", "no ABI is named")
                    .help("`--abi ABI` says whose calls: `cargo xtask list` has all"),
            )),
        }
    }

    /// A kernel that was named and is not held.
    fn source(&self, data: &Data, ways: &[Way], sink: &Sink) -> Result<Option<Held>> {
        let Some(spec) = &self.kernel else { return Ok(None) };
        let Some(facts) = input::facts(data, spec, sink)? else { return Ok(None) };
        if facts.release.at_hand.is_some() {
            let text = format!("`{spec}` knows no functions of calls");
            let help = "`--kernel` names a release in data/linux/, or a kernel's source";
            return Err(Box::new(Diagnostic::error("no-functions", text).help(help)));
        }
        let resolved = input::loaded(data, &facts, &served(data, ways), sink).resolved;
        Ok(Some(Held { kernel: spec.clone(), facts, resolved }))
    }

    /// The release whose tables are used, and how well they fit.
    fn release(&self, data: &Data, held: &[Held], machine: &Machine) -> Result<(usize, Fit)> {
        let series: Vec<(u32, u32)> = held.iter().map(|held| held.facts.release.series()).collect();
        let kernel = machine.release.as_deref().and_then(probe::series);
        let fits = kernel.and_then(|kernel| probe::nearest(&series, kernel));
        let Some(wanted) = &self.kernel else {
            let newest = held.len().checked_sub(1).map(|place| (place, Fit::Unknown));
            return fits.or(newest).ok_or_else(|| no_release(data, "none"));
        };
        let place = held.iter().position(|held| held.kernel == *wanted).ok_or_else(|| no_release(data, wanted))?;
        let fit = match fits {
            None => Fit::Unknown,
            Some((nearest, fit)) if nearest == place => fit,
            // Of a release that is not the nearest, at most that it lies on one side is known.
            Some((_, Fit::Beyond)) => Fit::Beyond,
            Some(_) => Fit::Between,
        };
        Ok((place, fit))
    }
}

/// The ABI of programs that are built like this one.
fn native() -> &'static str {
    std::env::consts::ARCH
}

fn no_abi(name: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("unknown-abi", format!("there is no ABI `{name}`")).help("`--abi ABI` names one"))
}

fn no_release(data: &Data, wanted: &str) -> Box<Diagnostic> {
    let error = Diagnostic::error("no-release", format!("`data/linux/` does not hold `{wanted}`"));
    Box::new(error.help(format!("it holds {}; `cargo xtask gen --kernel SRC` adds one", data.kernels.join(", "))))
}

/// Every way into a kernel that an ABI has.
fn ways<'a>(data: &'a Data, spec: &'a AbiSpec) -> Vec<Way<'a>> {
    let both = [data.abis.main_way(spec), data.abis.compat_way(spec)];
    let way = |way: crate::model::Way<'a>| Way {
        is_compat: way.is_compat,
        is_beside: way.is_compat && spec.served == Served::Native,
        // What the way needs is no more than that the kernel serves it; the rest tells kernels of an architecture apart.
        needs: way.config.iter().map(|(option, set)| (format!("CONFIG_{option}"), *set)).collect(),
        name: way.name,
        kernel: way.kernel,
    };
    both.into_iter().flatten().map(way).collect()
}

/// Every way into a kernel, which is named by its own ABI.
fn into<'a>(data: &Data, held: &'a Held, kernel: &str) -> Vec<(&'a Abi, bool)> {
    let of = |abi: &'a Abi| {
        let ways = data.abis.get(&abi.name).map(|spec| ways(data, spec)).unwrap_or_default();
        let into: Vec<bool> = ways.iter().filter(|way| way.kernel.name == kernel).map(|way| way.is_beside).collect();
        into.into_iter().map(move |is_beside| (abi, is_beside))
    };
    held.resolved.abis.iter().flat_map(of).collect()
}

/// Every release that is held, with the ABIs that kernels of the same architectures serve.
fn held(data: &Data, ways: &[Way], sink: &Sink) -> Result<Vec<Held>> {
    let wanted = served(data, ways);
    let one = |kernel: &String| -> Result<Held> {
        let facts = data.load(kernel)?;
        let resolved = input::loaded(data, &facts, &wanted, sink).resolved;
        Ok(Held { kernel: kernel.clone(), facts, resolved })
    };
    data.kernels.par_iter().map(one).collect()
}

/// The ABIs that kernels of the same architectures serve.
fn served(data: &Data, ways: &[Way]) -> Vec<String> {
    let archs: BTreeSet<&str> = ways.iter().map(|way| way.kernel.arch.as_str()).collect();
    let is_there = |spec: &&AbiSpec| {
        let both = [data.abis.main_way(spec), data.abis.compat_way(spec)];
        both.iter().flatten().any(|way| archs.contains(way.arch()))
    };
    data.abis.abis.iter().filter(is_there).map(|spec| spec.name.clone()).collect()
}

/// The same ABI in the other releases, the nearest first: they are asked in turn for another name.
fn others<'a>(held: &'a [Held], place: usize, abi: &str) -> Vec<(String, &'a Abi)> {
    let all = held.iter().enumerate().filter(|(at, _)| *at != place);
    let mut others: Vec<(usize, &Held, &Abi)> =
        all.filter_map(|(at, held)| Some((at.abs_diff(place), held, held.abi(abi)?))).collect();
    others.sort_by_key(|(distance, ..)| *distance);
    others.into_iter().map(|(_, held, abi)| (held.kernel.clone(), abi)).collect()
}

/// Every function that some call has in some release.
fn symbols(held: &[Held]) -> FxHashSet<&str> {
    let calls = held.iter().flat_map(|held| &held.resolved.abis).flat_map(|abi| &abi.syscalls);
    let sides = calls.flat_map(|call| std::iter::once(&call.main).chain(&call.compat));
    sides.filter_map(|side| side.symbol.as_deref()).collect()
}

/// The way that the machine's kernel has: the one whose functions are there.
fn chosen<'w>(ways: &'w [Way<'w>], abi: &Abi, machine: &Machine) -> Result<&'w Way<'w>> {
    let hits = |way: &Way| {
        let Some(map) = &machine.kallsyms else { return 0 };
        let side = |call: &'_ Syscall| if way.is_beside { call.compat.clone() } else { Some(call.main.clone()) };
        let symbols = abi.syscalls.iter().filter_map(|call| side(call)?.symbol);
        symbols.filter(|symbol| map.has(symbol) || map.has(&format!(".{symbol}"))).count()
    };
    // Where names are the same, what sort of kernel it is tells ways apart: what it is built with, and how wide it is.
    let is_set = |option: &str| machine.config.as_ref().is_none_or(|config| config.is_set(option));
    let is_kernel = |way: &Way| {
        let options = &way.kernel.config;
        let is_met =
            machine.config.is_none() || options.iter().all(|(option, set)| is_set(&format!("CONFIG_{option}")) == *set);
        let is_wide = machine.kallsyms.as_ref().and_then(|map| map.is_wide());
        is_met && is_wide.is_none_or(|wide| wide == (way.kernel.long == 64))
    };
    ways.iter().max_by_key(|way| (is_kernel(way), hits(way), !way.is_beside)).ok_or_else(|| no_abi(&abi.name))
}
