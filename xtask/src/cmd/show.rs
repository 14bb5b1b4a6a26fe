//! `show`: a page about one call: what it is on each ABI, and since when.

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::{Global, Outcome, input, output, page};
use crate::contract::Listing;
use crate::diagnostic::{Diagnostic, Result, Sink};
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
        let union = union(&releases, &data.abis, &data.history()?, sink);
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
            Format::Text => output::print(|out| page::page(&self.syscall, &union, &data.abis, &found, out))?,
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

#[derive(Serialize)]
struct ShownJson<'a> {
    first_held: String,
    last_held: String,
    #[serde(flatten)]
    listing: Listing<'a>,
}

fn json(union: &Union, found: &Found) -> Result<()> {
    // A listing an ABI, as of the newest release that has the call.
    let shown: Vec<ShownJson> = found
        .iter()
        .filter_map(|(abi, row)| {
            let last = &union.releases[row.last];
            let mut listing = Listing::of_rows(abi, union, &[row])?;
            (listing.kernel, listing.release) = (last.kernel(), &last.version);
            let (first_held, last_held) = (union.releases[row.first].kernel(), last.kernel());
            Some(ShownJson { first_held, last_held, listing })
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
