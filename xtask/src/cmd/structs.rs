//! `structs`: how the structures of a kernel's headers are laid out, as a table or JSON.

use std::io::{self, Write};

use anstyle::Style;
use clap::{Args, ValueEnum};

use super::input::Defined;
use super::whom::{unknown, whom};
use super::{Global, Outcome, input, output};
use crate::contract::structs;
use crate::diagnostic::{Diagnostic, Result, Sink};
use crate::model::{AbiSet, Count, Field, PerAbi, Record};
use crate::resolve::matches;

/// Shows how structures are laid out
#[derive(Args)]
#[command(after_help = "\
As JSON there is an object an ABI: each structure by its tag; where headers define one tag
differently, each by `header:tag`. xtask/schema/structs.schema.json states the shape.

Examples:
  cargo xtask structs                                 all of them with their sizes
  cargo xtask structs stat64                          one, on every ABI
  cargo xtask structs asm/stat.h:stat --abi mips      of one header, on one ABI
  cargo xtask structs 'sockaddr*' --abi x86_64        those whose tags match
  cargo xtask structs statx --format json | jq .x86_64.statx.fields")]
pub(super) struct Structs {
    /// Only this one: tag, `header:tag`, or a pattern in which `*` stands for any text
    #[arg(value_name = "NAME")]
    name: Option<String>,
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
}

const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();

impl Structs {
    pub(super) fn run(&self, global: &Global, sink: &Sink) -> Result<Outcome> {
        let data = input::data(global)?;
        let defined = input::defined(&data, self.kernel.as_deref(), sink)?;
        let place = defined.place(&data, self.abi.as_deref())?;
        if sink.errors() > 0 {
            return Ok(Outcome::Clean);
        }
        let found = self.found(&defined, place);
        if let Some(name) = &self.name
            && found.is_empty()
        {
            return Err(no_such(name, &defined, place));
        }
        let is_wanted = |header: &str, name: &str| self.is_wanted(header, name);
        match self.format {
            Format::Json => output::json(&defined.by_abi(place, |abi| structs(&defined.headers, abi, &is_wanted)))?,
            Format::Table if self.name.is_some() => output::print(|out| pages(&defined, &found, place, out))?,
            Format::Table => output::print(|out| list(&defined, &found, place, out))?,
        }
        Ok(Outcome::Clean)
    }

    fn is_wanted(&self, header: &str, name: &str) -> bool {
        let Some(wanted) = self.name.as_deref() else { return true };
        let is = |wanted: &str| matches(wanted, name) || matches(wanted, tag(name));
        match wanted.split_once(':') {
            Some((of, wanted)) => matches(of, header) && is(wanted),
            None => is(wanted),
        }
    }

    fn found<'a>(&self, defined: &'a Defined, place: Option<usize>) -> Vec<Found<'a>> {
        let all = defined.headers.records.iter();
        let all = all.flat_map(|(header, records)| records.iter().map(move |(name, of)| Found { header, name, of }));
        all.filter(|one| self.is_wanted(one.header, one.name))
            .filter(|one| place.is_none_or(|abi| one.of.get(abi).is_some()))
            .collect()
    }
}

/// A structure of a header.
struct Found<'a> {
    header: &'a str,
    name: &'a str,
    of: &'a PerAbi<Record>,
}

impl<'a> Found<'a> {
    /// Its layouts on the ABI, or on all.
    fn layouts(&self, place: Option<usize>) -> Vec<(AbiSet, &'a Record)> {
        let all = self.of.variants().iter().filter(|(abis, _)| place.is_none_or(|abi| abis.has(abi)));
        all.map(|(abis, record)| (*abis, record)).collect()
    }
}

/// `statx` of `struct statx`.
fn tag(name: &str) -> &str {
    name.rsplit(' ').next().unwrap_or(name)
}

fn no_such(name: &str, defined: &Defined, place: Option<usize>) -> Box<Diagnostic> {
    let whose = place.map_or_else(String::new, |abi| format!(" on `{}`", defined.headers.abis[abi]));
    let text = format!("no header of Linux {} defines a structure `{name}`{whose}", defined.kernel);
    let records = defined.headers.records.values().flatten();
    let held = records.filter(|(_, record)| place.is_none_or(|abi| record.get(abi).is_some()));
    let bare = name.rsplit([':', ' ']).next().unwrap_or(name);
    let help = "`cargo xtask structs` prints all; those are held that a call, an ioctl or one of these leads to";
    unknown(Diagnostic::error("unknown-struct", text), bare, held.map(|(name, _)| tag(name)), help)
}

/// A line a structure and layout: names, sizes.
fn list(defined: &Defined, found: &[Found], place: Option<usize>, out: &mut dyn Write) -> io::Result<()> {
    head(defined, place, out)?;
    let width = found.iter().map(|one| one.name.len()).max().unwrap_or_default();
    let mut header = "";
    for one in found {
        if header != one.header {
            header = one.header;
            writeln!(out, "\n{STRONG}{header}{STRONG:#}")?;
            writeln!(out, "  {FAINT}{:width$}  {:>6}  {:>5}{FAINT:#}", "", "size", "align")?;
        }
        let mut name = one.name;
        // Layouts that differ within are one line here.
        let mut sizes: Vec<((u64, u64), AbiSet)> = Vec::new();
        for (abis, record) in one.layouts(place) {
            let size = (record.size, record.align);
            match sizes.iter_mut().find(|(known, _)| *known == size) {
                Some((_, whom)) => whom.0 |= abis.0,
                None => sizes.push((size, abis)),
            }
        }
        for ((size, align), abis) in sizes {
            let on = if place.is_some() { String::new() } else { format!("  {}", whom(&defined.headers, abis)) };
            writeln!(out, "  {name:width$}  {size:>6}  {align:>5}{FAINT}{on}{FAINT:#}")?;
            name = "";
        }
    }
    Ok(())
}

fn head(defined: &Defined, place: Option<usize>, out: &mut dyn Write) -> io::Result<()> {
    let headers = &defined.headers;
    let whose = place.map_or_else(|| format!("{} ABIs", headers.abis.len()), |abi| headers.abis[abi].clone());
    writeln!(out, "structures of Linux {} on {whose}", defined.kernel)
}

/// Each structure with its fields, once for each layout.
fn pages(defined: &Defined, found: &[Found], place: Option<usize>, out: &mut dyn Write) -> io::Result<()> {
    head(defined, place, out)?;
    for one in found {
        for (abis, record) in one.layouts(place) {
            let kind = if record.is_union { "union" } else { "struct" };
            let name = if one.name.contains(' ') { one.name.to_string() } else { format!("{kind} {}", one.name) };
            let head =
                format!("{STRONG}{name}{STRONG:#}, {}: {} bytes, aligned to {}", one.header, record.size, record.align);
            writeln!(out, "\n{head}")?;
            if place.is_none() {
                writeln!(out, "  {FAINT}on {}{FAINT:#}", whom(&defined.headers, abis))?;
            }
            fields(record, out)?;
        }
    }
    Ok(())
}

fn fields(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<[String; 4]> = record.fields.iter().map(cells).collect();
    const HEADS: [&str; 4] = ["offset", "size", "field", "type"];
    let width = |column: usize| {
        let widths = cells.iter().map(|cells| cells[column].chars().count());
        widths.chain([HEADS[column].len()]).max().unwrap_or_default()
    };
    let [offset, size, name] = [0, 1, 2].map(width);
    let [a, b, c, d] = HEADS;
    writeln!(out, "  {FAINT}{a:>offset$}  {b:>size$}  {c:name$}  {d}{FAINT:#}")?;
    for [a, b, c, d] in &cells {
        writeln!(out, "  {a:>offset$}  {b:>size$}  {c:name$}  {d}")?;
    }
    Ok(())
}

fn cells(field: &Field) -> [String; 4] {
    let (size, ty) = match (field.count, field.bits) {
        (Count::Array(count), _) => (field.size.saturating_mul(count), format!("{}[{count}]", field.ty)),
        (Count::Flexible, _) => (0, format!("{}[]", field.ty)),
        (Count::One, Some(bits)) if bits.width == 1 => (field.size, format!("{}, bit {}", field.ty, bits.shift)),
        (Count::One, Some(bits)) => (field.size, format!("{}, {} bits from bit {}", field.ty, bits.width, bits.shift)),
        (Count::One, None) => (field.size, field.ty.clone()),
    };
    [field.offset.to_string(), size.to_string(), field.name.clone(), ty]
}
