//! `list`: the calls of an ABI, as a table, CSV or JSON.

use std::io::{self, Write};

use clap::{Args, ValueEnum};

use super::{Global, Outcome, added, input, output};
use crate::contract::Listing;
use crate::diagnostic::{Result, Sink};
use crate::model::{Abi, Missing, Release, Side, Syscall};

/// Lists system calls
#[derive(Args)]
#[command(after_help = "\
Examples:
  cargo xtask list --abi x86_64                       the newest release held
  cargo xtask list --kernel 6.12 --format json        every ABI, the shape of xtask/schema/list.schema.json
  cargo xtask list --kernel ../linux --abi arm        a kernel that is not held
  cargo xtask list --kernel live                      the one that runs, as it tells in tracefs
  cargo xtask list --kernel /usr/include --abi i386   the one whose headers are installed
  cargo xtask list --added-in 6.12 --abi x86_64       what came with a release, as exactly as data/ knows")]
pub(super) struct List {
    /// A release in data/linux/, or any SRC [default: the newest release held]
    #[arg(long, value_name = "K")]
    kernel: Option<String>,
    /// One ABI, by name or alias [default: all]
    #[arg(long, value_name = "ABI")]
    abi: Option<String>,
    /// Only the calls that came with release X.Y, or may have: between two releases held nobody has looked
    #[arg(long, value_name = "X.Y", conflicts_with = "kernel")]
    added_in: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Format {
    Table,
    Json,
    Csv,
}

impl List {
    pub(super) fn run(&self, global: &Global, sink: &Sink) -> Result<Outcome> {
        let data = input::data(global)?;
        if let Some(release) = &self.added_in {
            return added::list(&data, release, self.abi.as_deref(), self.format, sink);
        }
        let loaded = input::kernel(&data, self.kernel.as_deref(), sink)?;
        let abis = loaded.abis(&data, self.abi.as_deref())?;
        if sink.errors() > 0 {
            return Ok(Outcome::Clean);
        }
        match (self.format, abis.as_slice()) {
            (Format::Json, [abi]) if self.abi.is_some() => output::json(&Listing::new(abi))?,
            (Format::Json, abis) => output::json(&abis.iter().map(|abi| Listing::new(abi)).collect::<Vec<_>>())?,
            (Format::Csv, abis) => output::print(|out| csv(abis, out))?,
            (Format::Table, abis) => output::print(|out| abis.iter().try_for_each(|abi| table(abi, out)))?,
        }
        Ok(Outcome::Clean)
    }
}

/// The columns of a line of CSV.
pub(super) const CSV: &str =
    "kernel,abi,number,kernel_number,name,aliases,implemented,missing,entry,compat_entry,origin";

fn csv(abis: &[&Abi], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{CSV}")?;
    for abi in abis {
        for call in &abi.syscalls {
            writeln!(out, "{}", csv_line(&abi.release, &abi.name, call))?;
        }
    }
    Ok(())
}

/// A call as a line of CSV.
pub(super) fn csv_line(release: &Release, abi: &str, call: &Syscall) -> String {
    let (main, compat) = (&call.main, call.compat.as_ref());
    format!(
        "{},{abi},{},{},{},{},{},{},{},{},{}",
        release.kernel(),
        call.number,
        call.kernel_number,
        call.name,
        call.aliases.join(" "),
        if main.is_told() { if main.is_implemented() { "true" } else { "false" } } else { "" },
        main.missing.map_or("", Missing::as_str),
        main.entry.as_deref().unwrap_or_default(),
        compat.and_then(|side| side.entry.as_deref()).unwrap_or_default(),
        main.origin.as_deref().unwrap_or_default(),
    )
}

fn table(abi: &Abi, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} on Linux {}: {} calls", abi.name, abi.release, abi.syscalls.len())?;
    lines(&abi.syscalls.iter().map(|call| (call, String::new())).collect::<Vec<_>>(), out)
}

/// Calls as lines of a table, each with a remark in a column of its own.
pub(super) fn lines(calls: &[(&Syscall, String)], out: &mut dyn Write) -> io::Result<()> {
    let names: Vec<String> = calls
        .iter()
        .map(|(call, _)| std::iter::once(&call.name).chain(&call.aliases).cloned().collect::<Vec<_>>().join(", "))
        .collect();
    let width = names.iter().map(String::len).max().unwrap_or_default();
    let wide = calls.iter().map(|(_, remark)| remark.chars().count()).max().unwrap_or_default();
    for ((call, remark), name) in calls.iter().zip(&names) {
        let remark = if wide > 0 { format!("{remark:wide$}  ") } else { String::new() };
        let entry = way(&call.main);
        match call.compat.as_ref().map(way).filter(|compat| *compat != entry) {
            Some(compat) => {
                writeln!(out, "{:>10}  {name:width$}  {remark}{entry}; on {} {compat}", call.number, side_arch(call))?
            }
            None => {
                let line = format!("{:>10}  {name:width$}  {remark}{entry}", call.number);
                writeln!(out, "{}", line.trim_end())?;
            }
        }
    }
    writeln!(out)
}

fn side_arch(call: &Syscall) -> String {
    call.compat.as_ref().map_or_else(String::new, |side| format!("{} as compat", side.arch))
}

/// An entry, or why there is none; nothing where nobody tells.
fn way(side: &Side) -> String {
    if !side.is_told() {
        return String::new();
    }
    let entry = side.entry.as_deref().unwrap_or("no entry");
    match side.missing {
        None => entry.to_string(),
        Some(missing) => format!("{entry} ({})", missing.as_str().replace('_', " ")),
    }
}
