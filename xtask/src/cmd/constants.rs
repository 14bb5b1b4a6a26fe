//! `constants`: what the headers of a kernel define as numbers, as a table or JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use anstyle::Style;
use clap::{Args, ValueEnum};

use super::input::Defined;
use super::whom::{unknown, whom};
use super::{Global, Outcome, input, output};
use crate::contract::{constants, qualified};
use crate::diagnostic::{Diagnostic, Result, Sink};
use crate::model::{Constant, NamedConstant, PartHolds};
use crate::resolve::{matches, sets};
use crate::store::Data;

/// Lists the constants that headers define
#[derive(Args)]
#[command(after_help = "\
As JSON there is an object an ABI: each name with its value, where all headers that define it
agree. With --qualified it is a list instead, with C type and header, and everything is in it:
names with several values, requests of ioctl with parameters, what each request says of itself.
With --qualified and --abi, the list is all there is. xtask/schema/constants.schema.json states
the shapes.

Examples:
  cargo xtask constants O_CLOEXEC                     its value on every ABI
  cargo xtask constants --abi mips_o32 'SIG*'         those of one ABI whose names match
  cargo xtask constants --set open_flags --abi arm    what open takes
  cargo xtask constants --abi arm64 --qualified       with C types, and requests of ioctl taken apart
  cargo xtask constants --kernel 6.12 --format json | jq .alpha.O_CLOEXEC")]
pub(super) struct Constants {
    /// Only these: a name, or a pattern in which `*` stands for any text
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// A release in data/linux/, or any SRC [default: the newest release held]
    #[arg(long, value_name = "K")]
    kernel: Option<String>,
    /// One ABI, by name or alias [default: all]
    #[arg(long, value_name = "ABI")]
    abi: Option<String>,
    /// Only the members of a set of data/curated/sets.yaml, and of its parts
    #[arg(long, value_name = "SET", conflicts_with = "unclaimed")]
    set: Option<String>,
    /// Only what no set claims and nobody has left out on purpose
    #[arg(long)]
    unclaimed: bool,
    /// Tell type and header of each, and names that have several values, too
    #[arg(long)]
    qualified: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Table,
    Json,
}

const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();

impl Constants {
    pub(super) fn run(&self, global: &Global, sink: &Sink) -> Result<Outcome> {
        let data = input::data(global)?;
        let defined = input::defined(&data, self.kernel.as_deref(), sink)?;
        let place = defined.place(&data, self.abi.as_deref())?;
        if sink.errors() > 0 {
            return Ok(Outcome::Clean);
        }
        let of_sets = self.of_sets(&data, &defined, sink)?;
        let is_wanted = |header: &str, name: &str| {
            let is_named = self.names.is_empty() || self.names.iter().any(|pattern| is(pattern, name));
            let is_of_set =
                |all: &BTreeMap<String, BTreeSet<String>>| all.get(header).is_some_and(|of| of.contains(name));
            is_named && of_sets.as_ref().is_none_or(is_of_set)
        };
        self.check_names(&defined, place)?;
        match (self.format, place) {
            (Format::Json, Some(abi)) if self.qualified => output::json(&qualified(&defined.headers, abi, &is_wanted))?,
            (Format::Json, _) if self.qualified => {
                output::json(&defined.by_abi(place, |abi| qualified(&defined.headers, abi, &is_wanted)))?
            }
            (Format::Json, _) => {
                output::json(&defined.by_abi(place, |abi| constants(&defined.headers, abi, &is_wanted)))?
            }
            (Format::Table, _) => output::print(|out| self.table(&defined, place, &is_wanted, out))?,
        }
        Ok(Outcome::Clean)
    }

    /// The names by header that `--set` or `--unclaimed` asks for.
    fn of_sets(
        &self,
        data: &Data,
        defined: &Defined,
        sink: &Sink,
    ) -> Result<Option<BTreeMap<String, BTreeSet<String>>>> {
        if self.set.is_none() && !self.unclaimed {
            return Ok(None);
        }
        let all = sets(&defined.headers, &data.sets()?, sink);
        let Some(wanted) = &self.set else {
            let unclaimed = all.unclaimed.into_iter();
            return Ok(Some(unclaimed.map(|(header, names)| (header, names.into_iter().collect())).collect()));
        };
        let Some(set) = all.sets.iter().find(|set| set.name == *wanted) else {
            let error = Diagnostic::error("unknown-set", format!("there is no set `{wanted}`"));
            let names = all.sets.iter().map(|set| set.name.as_str());
            return Err(unknown(error, wanted, names, "`data/curated/sets.yaml` has them all"));
        };
        let of_parts = set.parts.iter().filter_map(|part| match &part.holds {
            PartHolds::Members(members) => Some(members),
            PartHolds::Set(_) | PartHolds::Number(_) => None,
        });
        let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for member in set.members.iter().chain(of_parts.flatten()) {
            names.entry(member.header.clone()).or_default().insert(member.name.clone());
        }
        Ok(Some(names))
    }

    /// A name that no header defines is an error.
    fn check_names(&self, defined: &Defined, place: Option<usize>) -> Result<()> {
        let all = || {
            let all = defined.headers.constants.values().flatten();
            all.filter(|(_, named)| place.is_none_or(|abi| named.values.get(abi).is_some())).map(|(name, _)| &**name)
        };
        for pattern in &self.names {
            if !all().any(|name| is(pattern, name)) {
                let whose = place.map_or_else(String::new, |abi| format!(" on `{}`", defined.headers.abis[abi]));
                let text = format!("no header of Linux {} defines `{pattern}`{whose}", defined.kernel);
                let error = Diagnostic::error("unknown-constant", text);
                return Err(unknown(
                    error,
                    pattern,
                    all(),
                    "`cargo xtask constants` prints all; `*` stands for any text",
                ));
            }
        }
        Ok(())
    }

    fn table(
        &self,
        defined: &Defined,
        place: Option<usize>,
        is_wanted: &dyn Fn(&str, &str) -> bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let headers = &defined.headers;
        let whose = place.map_or_else(|| format!("{} ABIs", headers.abis.len()), |abi| headers.abis[abi].clone());
        writeln!(out, "constants of Linux {} on {whose}", defined.kernel)?;
        for (header, names) in &headers.constants {
            let lines = names.iter().filter(|(name, _)| is_wanted(header, name));
            let lines: Vec<(&str, Vec<[String; 4]>)> = lines
                .map(|(name, named)| (&**name, self.lines(defined, place, named)))
                .filter(|(_, lines)| !lines.is_empty())
                .collect();
            if lines.is_empty() {
                continue;
            }
            writeln!(out, "\n{STRONG}{header}{STRONG:#}")?;
            let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
            let wide = |column: usize| {
                let cells = lines.iter().flat_map(|(_, lines)| lines).map(|cells| cells[column].chars().count());
                cells.max().unwrap_or_default()
            };
            let [hex, decimal, about] = [0, 1, 2].map(wide);
            for (name, lines) in &lines {
                let mut name = *name;
                for [of_hex, of_decimal, of_about, on] in lines {
                    let line = format!("  {name:width$}  {of_hex:>hex$}  {of_decimal:>decimal$}  {of_about:about$}");
                    writeln!(
                        out,
                        "{}{FAINT}{}{FAINT:#}",
                        line.trim_end(),
                        if on.is_empty() { String::new() } else { format!("  {on}") }
                    )?;
                    name = "";
                }
            }
        }
        Ok(())
    }

    /// Hexadecimal, decimal, what else there is to say, and who has it.
    fn lines(&self, defined: &Defined, place: Option<usize>, named: &NamedConstant) -> Vec<[String; 4]> {
        let about = |constant: &Constant| match &named.argument {
            _ if !self.qualified => String::new(),
            None => constant.ty.name().to_string(),
            Some(argument) if argument.is_empty() => format!("{}, request", constant.ty.name()),
            Some(argument) => format!("{}, request of {argument}", constant.ty.name()),
        };
        let line = |constant: &Constant, on: String| {
            let hex = if constant.value < 0 { String::new() } else { format!("{:#x}", constant.value) };
            [hex, constant.value.to_string(), about(constant), on]
        };
        match place {
            Some(abi) => named.values.get(abi).map(|constant| line(constant, String::new())).into_iter().collect(),
            None => {
                let all = named.values.variants().iter();
                all.map(|(abis, constant)| line(constant, whom(&defined.headers, *abis))).collect()
            }
        }
    }
}

/// Whether a name is meant: one with parameters is, also without them.
fn is(pattern: &str, name: &str) -> bool {
    matches(pattern, name) || name.split_once('(').is_some_and(|(bare, _)| matches(pattern, bare))
}
