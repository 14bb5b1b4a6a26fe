//! `coverage`: what is known of the parameters of calls, by kind, and what is not.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::Style;
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::{Global, Outcome, input, output};
use crate::diagnostic::{Result, Sink};
use crate::model::{Abi, Kind, Parameter};
use crate::resolve::{check_fields, check_kinds};

/// Tells what is known of parameters, and what is not
#[derive(Args)]
#[command(after_help = "\
Parameters are counted once for each call that takes them. What is wrong in data/curated/kinds/
(an entry that no release has, a parameter without a kind) is an error, with its line.

Examples:
  cargo xtask coverage --abi x86_64                   kinds with their counts, and what is bare
  cargo xtask coverage --format json | jq '.[].bare'  the same of every ABI, for scripts")]
pub(super) struct Coverage {
    /// A release in data/linux/, or any SRC [default: the newest release held]
    #[arg(long, value_name = "K")]
    kernel: Option<String>,
    /// One ABI, by name or alias [default: all]
    #[arg(long, value_name = "ABI")]
    abi: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// What is known of an ABI.
#[derive(Serialize)]
struct Covered<'a> {
    kernel: String,
    abi: &'a str,
    /// Calls that have parameters.
    calls: usize,
    params: usize,
    /// How many parameters have a kind of each family; a pointer's is that of what it leads to.
    kinds: BTreeMap<&'a str, usize>,
    /// Integers and pointers of which nothing better can be said.
    bare: Vec<Bare<'a>>,
    /// Parameters of which nobody has said anything.
    unknown: Vec<Bare<'a>>,
    /// Calls whose result nobody has told.
    no_result: Vec<&'a str>,
}

/// A parameter without a meaning.
#[derive(Serialize)]
struct Bare<'a> {
    syscall: &'a str,
    param: &'a str,
    #[serde(rename = "type")]
    ty: &'a str,
    reason: Option<&'a str>,
}

const STRONG: Style = Style::new().bold();

impl Coverage {
    pub(super) fn run(&self, global: &Global, sink: &Sink) -> Result<Outcome> {
        let data = input::data(global)?;
        let held = input::all_held(&data, sink)?;
        let abis = held.iter().flat_map(|loaded| &loaded.resolved.abis);
        let (kinds, members) = (data.kinds()?, input::set_members(&data)?);
        check_kinds(abis, &kinds, &members, sink);
        let headers = data.kernels.iter().map(|kernel| data.load_headers(kernel)).collect::<Result<Vec<_>>>()?;
        check_fields(headers.iter(), &kinds, &members, sink);
        let loaded = input::kernel(&data, self.kernel.as_deref(), sink)?;
        let abis = loaded.abis(&data, self.abi.as_deref())?;
        if sink.errors() > 0 {
            return Ok(Outcome::Clean);
        }
        let covered: Vec<Covered> = abis.into_iter().map(Covered::new).collect();
        match self.format {
            Format::Json => output::json(&covered)?,
            Format::Text => output::print(|out| covered.iter().try_for_each(|covered| covered.print(out)))?,
        }
        Ok(Outcome::Clean)
    }
}

impl<'a> Covered<'a> {
    fn new(abi: &'a Abi) -> Self {
        let mut covered = Covered {
            kernel: abi.release.kernel(),
            abi: &abi.name,
            calls: 0,
            params: 0,
            kinds: BTreeMap::new(),
            bare: Vec::new(),
            unknown: Vec::new(),
            no_result: Vec::new(),
        };
        for call in &abi.syscalls {
            // What a program passes: the words behind a pointer to a block of them.
            let Some(params) = call.main.block.as_ref().or(call.main.params.as_ref()) else { continue };
            if call.main.returns.is_none() {
                covered.no_result.push(&call.name);
            }
            covered.calls += usize::from(!params.is_empty());
            params.iter().for_each(|param| covered.count(&call.name, param));
        }
        covered
    }

    fn count(&mut self, syscall: &'a str, param: &'a Parameter) {
        self.params += 1;
        let reason = param.kind.as_deref().and_then(Kind::reason);
        let bare = Bare { syscall, param: &param.name, ty: &param.ty, reason };
        match param.kind.as_deref() {
            None => self.unknown.push(bare),
            Some(kind) => {
                *self.kinds.entry(kind.family()).or_default() += 1;
                if reason.is_some() {
                    self.bare.push(bare);
                }
            }
        }
    }

    fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        let Covered { abi, kernel, calls, params, .. } = self;
        writeln!(out, "{STRONG}{abi}{STRONG:#} on Linux {kernel}: {params} parameters of {calls} calls")?;
        let mut kinds: Vec<_> = self.kinds.iter().collect();
        kinds.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), **name));
        for (name, count) in kinds {
            writeln!(out, "{count:>6}  {name}")?;
        }
        let share = |part: usize| 100.0 * part as f64 / (*params).max(1) as f64;
        for (what, all) in [("bare", &self.bare), ("without a kind", &self.unknown)] {
            if all.is_empty() {
                continue;
            }
            writeln!(out, "{STRONG}{what}{STRONG:#}: {}, {:.1} in 100", all.len(), share(all.len()))?;
            let width = all.iter().map(|bare| bare.syscall.len() + bare.param.len() + 1).max().unwrap_or_default();
            for Bare { syscall, param, ty, reason } in all {
                let place = format!("{syscall}.{param}");
                writeln!(out, "    {place:width$}  {}", reason.unwrap_or(ty))?;
            }
        }
        if !self.no_result.is_empty() {
            writeln!(out, "{STRONG}without a result{STRONG:#}: {}", self.no_result.join(", "))?;
        }
        writeln!(out)
    }
}
