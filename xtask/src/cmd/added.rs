//! `list --added-in X.Y`: the calls that came with a release, as exactly as the releases that were read can tell.

use super::list::{CSV, Format, csv_line, lines};
use super::{Outcome, input, output};
use crate::contract::Listing;
use crate::diagnostic::{Diagnostic, Result, Sink};
use crate::model::{Between, Release};
use crate::resolve::{Union, UnionRow, union};
use crate::store::Data;

/// An ABI with the calls that came.
type Came<'a> = (&'a str, Vec<&'a UnionRow>);

pub(super) fn list(data: &Data, release: &str, abi: Option<&str>, format: Format, sink: &Sink) -> Result<Outcome> {
    let asked = asked(release)?;
    let loaded = input::all_held(data, sink)?;
    let releases: Vec<_> = loaded.iter().map(|loaded| (&loaded.release, &loaded.resolved)).collect();
    let union = union(&releases, &data.abis, &data.history()?, sink);
    let (Some(oldest), Some(newest)) = (union.releases.first(), union.releases.last()) else {
        return Err(Box::new(Diagnostic::error("no-release", "`data/linux/` holds no release")));
    };
    if asked.series() <= oldest.series() || asked.series() > newest.series() {
        let message =
            format!("what came with {release} is not known: data/ holds {} to {}", oldest.kernel(), newest.kernel());
        return Err(Box::new(
            Diagnostic::error("release-not-held", message)
                .help("`cargo xtask gen --kernel SRC` adds a release; it takes the one before to tell what came"),
        ));
    }
    let wanted = abi.map(|name| input::abi_name(data, name)).transpose()?;
    let came: Vec<Came> = union
        .abis
        .iter()
        .filter(|abi| wanted.as_ref().is_none_or(|wanted| *wanted == abi.name))
        .map(|abi| (abi.name.as_str(), abi.rows.iter().filter(|row| may_be_in(row, &asked)).collect()))
        .filter(|(_, rows): &Came| !rows.is_empty())
        .collect();
    if sink.errors() == 0 {
        print(&came, &asked, &union, format)?;
    }
    Ok(Outcome::Clean)
}

/// `X.Y`, also with more behind it.
fn asked(text: &str) -> Result<Release> {
    text.parse().map_err(|()| {
        let message = format!("`{text}` is no kernel release");
        Box::new(Diagnostic::error("usage", message).help("a release is `X.Y`, such as 6.12"))
    })
}

/// Whether the release lies where the call came.
fn may_be_in(row: &UnionRow, asked: &Release) -> bool {
    let inside =
        |Between { before, after }: &Between| before.series() < asked.series() && asked.series() <= after.series();
    row.came.as_ref().is_some_and(inside)
}

fn print(came: &[Came], asked: &Release, union: &Union, format: Format) -> Result<()> {
    match format {
        Format::Json => {
            let listings = came.iter().filter_map(|(abi, rows)| Listing::of_rows(abi, union, rows));
            output::json(&listings.collect::<Vec<_>>())
        }
        Format::Csv => output::print(|out| {
            writeln!(out, "{CSV},since")?;
            for (abi, row) in came.iter().flat_map(|(abi, rows)| rows.iter().map(move |row| (abi, row))) {
                let line = csv_line(&union.releases[row.last], abi, &row.syscall);
                writeln!(out, "{line},{}", union.since(row))?;
            }
            Ok(())
        }),
        Format::Table => output::print(|out| {
            if came.is_empty() {
                writeln!(out, "no call came with {} (none)", asked.kernel())?;
            }
            for (abi, rows) in came {
                let calls = if rows.len() == 1 { "call" } else { "calls" };
                writeln!(out, "{abi}: {} {calls} that came with Linux {} or may have", rows.len(), asked.kernel())?;
                let calls: Vec<_> = rows.iter().map(|row| (&row.syscall, union.since(row))).collect();
                lines(&calls, out)?;
            }
            Ok(())
        }),
    }
}
