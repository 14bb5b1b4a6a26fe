//! `list`: the calls of an ABI, as a table, CSV or JSON.

use std::io::{self, Write};

use clap::{Args, ValueEnum};

use super::{Global, Outcome, input, output};
use crate::contract::Listing;
use crate::diagnostic::{Result, Sink};
use crate::model::{Abi, Missing, Side};

/// Lists system calls
#[derive(Args)]
#[command(after_help = "\
Examples:
  cargo xtask list --abi x86_64                       the newest release held
  cargo xtask list --kernel 6.12 --format json        every ABI, the shape of xtask/schema/list.schema.json
  cargo xtask list --kernel ../linux --abi arm        a kernel that is not held")]
pub(super) struct List {
    /// A release in data/linux/, or any SRC [default: the newest release held]
    #[arg(long, value_name = "K")]
    kernel: Option<String>,
    /// One ABI, by name or alias [default: all]
    #[arg(long, value_name = "ABI")]
    abi: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Table,
    Json,
    Csv,
}

impl List {
    pub(super) fn run(&self, global: &Global, sink: &Sink) -> Result<Outcome> {
        let data = input::data(global)?;
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

fn csv(abis: &[&Abi], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "kernel,abi,number,kernel_number,name,aliases,implemented,missing,entry,compat_entry,origin")?;
    for abi in abis {
        for call in &abi.syscalls {
            let (main, compat) = (&call.main, call.compat.as_ref());
            writeln!(
                out,
                "{},{},{},{},{},{},{},{},{},{},{}",
                abi.release.kernel(),
                abi.name,
                call.number,
                call.kernel_number,
                call.name,
                call.aliases.join(" "),
                main.is_implemented(),
                main.missing.map_or("", Missing::as_str),
                main.entry.as_deref().unwrap_or_default(),
                compat.and_then(|side| side.entry.as_deref()).unwrap_or_default(),
                main.origin.as_deref().unwrap_or_default(),
            )?;
        }
    }
    Ok(())
}

fn table(abi: &Abi, out: &mut dyn Write) -> io::Result<()> {
    let names: Vec<String> = abi
        .syscalls
        .iter()
        .map(|call| std::iter::once(&call.name).chain(&call.aliases).cloned().collect::<Vec<_>>().join(", "))
        .collect();
    let width = names.iter().map(String::len).max().unwrap_or_default();
    writeln!(out, "{} on Linux {}: {} calls", abi.name, abi.release, abi.syscalls.len())?;
    for (call, name) in abi.syscalls.iter().zip(&names) {
        let entry = way(&call.main);
        match call.compat.as_ref().map(way).filter(|compat| *compat != entry) {
            Some(compat) => {
                writeln!(out, "{:>10}  {name:width$}  {entry}; on {} {compat}", call.number, side_arch(call))?
            }
            None => writeln!(out, "{:>10}  {name:width$}  {entry}", call.number)?,
        }
    }
    writeln!(out)
}

fn side_arch(call: &crate::model::Syscall) -> String {
    call.compat.as_ref().map_or_else(String::new, |side| format!("{} as compat", side.arch))
}

/// An entry, or why there is none.
fn way(side: &Side) -> String {
    let entry = side.entry.as_deref().unwrap_or("no entry");
    match side.missing {
        None => entry.to_string(),
        Some(missing) => format!("{entry} ({})", missing.as_str().replace('_', " ")),
    }
}
