//! `show`: a page about one call: what it is on each ABI, and since when.

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::{Global, Outcome, input, list, output};
use crate::contract::Listing;
use crate::diagnostic::{Diagnostic, Result, Sink};
use crate::model::{Abi, Release};
use crate::resolve::{Union, UnionRow, union};

/// Shows one system call on every ABI
#[derive(Args)]
#[command(after_help = "\
Examples:
  cargo xtask show openat
  cargo xtask show clone3 --abi hexagon
  cargo xtask show fstat --kernel 5.10 --format json")]
pub(super) struct Show {
    /// The call, by the name or an alias of user space
    syscall: String,
    /// A release in data/linux/, or any SRC [default: all that are held, newest first]
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

impl Show {
    pub(super) fn run(&self, global: &Global, sink: &Sink) -> Result<Outcome> {
        let data = input::data(global)?;
        let loaded = match &self.kernel {
            Some(kernel) => vec![input::kernel(&data, Some(kernel), sink)?],
            None => input::all_held(&data, sink)?,
        };
        let releases: Vec<_> = loaded.iter().map(|loaded| (&loaded.release, &loaded.resolved)).collect();
        let union = union(&releases, &data.abis, sink);
        if sink.errors() > 0 {
            return Ok(Outcome::Clean);
        }
        let wanted = match &self.abi {
            None => None,
            Some(name) => {
                Some(data.abis.by_name_or_alias(name).ok_or_else(|| unknown_abi(name, &union))?.name.as_str())
            }
        };
        let found = found(&union, wanted, &self.syscall);
        if found.is_empty() {
            return Err(unknown_call(&self.syscall, wanted, &union));
        }
        match self.format {
            Format::Text => output::print(|out| page(&self.syscall, &union, &found, out))?,
            Format::Json => json(&union, &found)?,
        }
        Ok(Outcome::Clean)
    }
}

type Found<'a> = Vec<(&'a str, &'a UnionRow)>;

fn found<'a>(union: &'a Union, abi: Option<&str>, name: &str) -> Found<'a> {
    let abis = union.abis.iter().filter(|held| abi.is_none_or(|abi| held.name == abi));
    abis.filter_map(|held| {
        let names = |row: &&UnionRow| row.syscall.name == name || row.syscall.aliases.iter().any(|alias| alias == name);
        Some((held.name.as_str(), held.rows.iter().find(names)?))
    })
    .collect()
}

fn page(name: &str, union: &Union, found: &Found, out: &mut dyn Write) -> io::Result<()> {
    let newest = union.releases.last().map_or_else(String::new, Release::to_string);
    writeln!(out, "{name}: on {} of {} ABIs, up to Linux {newest}\n", found.len(), union.abis.len())?;
    let lines: Vec<[String; 5]> = found.iter().map(|(abi, row)| line(union, abi, row)).collect();
    let heads = ["abi", "number", "entry", "defined in", "since"].map(str::to_string);
    let mut widths = heads.clone().map(|head| head.len());
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
    }
    for line in std::iter::once(&heads).chain(&lines) {
        let [abi, number, entry, origin, since] = line;
        let [a, n, e, o, _] = widths;
        let text = format!("{abi:a$}  {number:>n$}  {entry:e$}  {origin:o$}  {since}");
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}

fn line(union: &Union, abi: &str, row: &UnionRow) -> [String; 5] {
    let call = &row.syscall;
    let main = list::way(&call.main);
    let entry = match call.compat.as_ref().map(list::way) {
        Some(compat) if compat != main => format!("{main}, compat {compat}"),
        _ => main,
    };
    let origin = call.main.origin.clone().unwrap_or_else(|| "-".to_string());
    // A number with a high bit set reads better in hexadecimal.
    let number = if call.number > 0xffff { format!("{:#x}", call.number) } else { call.number.to_string() };
    [abi.to_string(), number, entry, origin, when(union, row)]
}

/// Since when, and until when if it is gone: as exactly as the releases held can say.
fn when(union: &Union, row: &UnionRow) -> String {
    let name = |index: usize| union.releases[index].kernel();
    let since = match row.first {
        0 => format!("≤ {}", name(0)),
        first if union.releases[first - 1].is_followed_by(&union.releases[first]) => name(first),
        first => format!("{} < … ≤ {}", name(first - 1), name(first)),
    };
    if row.last + 1 == union.releases.len() { since } else { format!("{since}, gone by {}", name(row.last + 1)) }
}

#[derive(Serialize)]
struct ShownJson<'a> {
    first_held: String,
    last_held: String,
    #[serde(flatten)]
    listing: Listing<'a>,
}

fn json(union: &Union, found: &Found) -> Result<()> {
    let abis: Vec<(Abi, &UnionRow)> = found
        .iter()
        .map(|(abi, row)| {
            let release = union.releases[row.last].clone();
            (Abi { release, name: abi.to_string(), syscalls: vec![row.syscall.clone()] }, *row)
        })
        .collect();
    let shown: Vec<ShownJson> = abis
        .iter()
        .map(|(abi, row)| ShownJson {
            first_held: union.releases[row.first].kernel(),
            last_held: union.releases[row.last].kernel(),
            listing: Listing::new(abi),
        })
        .collect();
    output::json(&shown)
}

fn unknown_abi(name: &str, union: &Union) -> Box<Diagnostic> {
    let names: Vec<&str> = union.abis.iter().map(|abi| abi.name.as_str()).collect();
    Box::new(
        Diagnostic::error("unknown-abi", format!("there is no ABI `{name}`"))
            .help(format!("there are {}", names.join(", "))),
    )
}

fn unknown_call(name: &str, abi: Option<&str>, union: &Union) -> Box<Diagnostic> {
    let abis = union.abis.iter().filter(|held| abi.is_none_or(|abi| held.name == abi));
    let names = abis.flat_map(|abi| abi.rows.iter().map(|row| row.syscall.name.as_str()));
    let mut near: Vec<(usize, &str)> = names.map(|known| (strsim::osa_distance(name, known), known)).collect();
    near.sort_unstable();
    near.dedup();
    let near: Vec<String> =
        near.iter().filter(|(distance, _)| *distance <= 3).take(5).map(|(_, known)| format!("`{known}`")).collect();
    let whose = abi.map_or_else(|| "any ABI".to_string(), |abi| format!("`{abi}`"));
    let error = Diagnostic::error("unknown-syscall", format!("there is no system call `{name}` on {whose}"));
    Box::new(match near.as_slice() {
        [] => error.help("names are those of user space: `stat`, not `newstat`; `cargo xtask list` prints them all"),
        near => error.help(format!("did you mean {}?", near.join(", "))),
    })
}
