//! The summary: how many findings each rule has, and how many concern each ABI.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::{audience, by_rule, counts};
use crate::judge::{Judged, Level};
use crate::model::Subject;

/// Prints the counts; `tells_waivers`: somebody gave a file of them.
pub fn stat(judged: &Judged, tells_waivers: bool, out: &mut dyn Write) -> io::Result<()> {
    let (old, new) = (&judged.old, &judged.new);
    writeln!(out, "Linux {} → {} for {}: {}", old.release, new.release, audience(judged.profile), counts(judged))?;
    let rules: Vec<_> = Level::ALL.into_iter().flat_map(|level| by_rule(judged, level)).collect();
    let width = rules.iter().map(|(rule, _)| rule.id.len()).max().unwrap_or_default();
    if !rules.is_empty() {
        writeln!(out)?;
    }
    for (rule, findings) in &rules {
        let level = findings.first().map_or("", |finding| finding.level.as_str());
        writeln!(out, "  {:width$}  {:>5}  {level}", rule.id, findings.len())?;
    }
    abis(judged, out)?;
    if tells_waivers {
        let unused = match judged.unused.len() {
            1 => "1 waiver matches nothing".to_string(),
            count => format!("{count} waivers match nothing"),
        };
        writeln!(out, "\n{} waived; {unused}", judged.waived.len())?;
    }
    Ok(())
}

fn abis(judged: &Judged, out: &mut dyn Write) -> io::Result<()> {
    let by_abi = by_abi(judged);
    let Some(width) = by_abi.keys().map(|abi| abi.len()).max() else { return Ok(()) };
    let heads = Level::ALL.map(Level::as_str);
    writeln!(out, "\n  {:width$}  {}", "", heads.map(|head| format!("{head:>10}")).join("  "))?;
    for (abi, counts) in by_abi {
        let cells = counts.map(|count| if count == 0 { format!("{:>10}", "-") } else { format!("{count:>10}") });
        writeln!(out, "  {abi:width$}  {}", cells.join("  "))?;
    }
    Ok(())
}

/// How many findings of each level concern an ABI, on any of its ways.
fn by_abi(judged: &Judged) -> BTreeMap<&str, [usize; 4]> {
    let mut counts: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for finding in &judged.findings {
        let named = match &finding.change.subject {
            Subject::Abi(name) => vec![name.as_str()],
            Subject::Call(_) | Subject::Calls | Subject::Constant { .. } | Subject::Struct { .. } => {
                finding.change.ways()
            }
        };
        let abis: BTreeSet<&str> = named.into_iter().map(|way| way.trim_end_matches(".compat")).collect();
        for abi in abis {
            counts.entry(abi).or_default()[finding.level as usize] += 1;
        }
    }
    counts
}
