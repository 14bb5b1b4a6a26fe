//! `data/history/`: what changed between neighbouring releases of a clone, one file a step.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::read;
use crate::diagnostic::{Diagnostic, Label, Result};
use crate::model::{ChangeKind, Happened, History, Release, Step};

/// The folder of `data/` that holds the steps.
pub const HISTORY: &str = "history";

const HEAD: &str = "\
# what changed between two releases of a clone: call or ABI, number, ways in
# machine-owned: `cargo xtask diff --each-tag REPO@FROM..TO --record` rewrites it
";

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File {
    old: String,
    new: String,
    changes: BTreeMap<ChangeKind, Vec<String>>,
}

/// The file of a step, by its name in the folder.
pub fn step(step: &Step) -> (String, String) {
    let line = |happened: &Happened| {
        let number = happened.number.map_or_else(|| "-".to_string(), |number| number.to_string());
        format!("{} {number} {}", happened.subject, happened.ways.join(" "))
    };
    let changes = step.changes.iter().map(|(kind, all)| (*kind, all.iter().map(line).collect())).collect();
    let file = File { old: step.old.version.clone(), new: step.new.version.clone(), changes };
    let text = serde_yaml::to_string(&file).expect("maps of strings always have a YAML form");
    (format!("{}.yaml", step.new.version), format!("{HEAD}{text}"))
}

/// Every step that the folder holds; none where there is no folder.
pub(super) fn load(folder: &Path) -> Result<History> {
    let mut steps = Vec::new();
    if folder.is_dir() {
        for name in super::names(folder)?.into_iter().filter(|name| name.ends_with(".yaml")) {
            steps.push(read_step(&folder.join(name))?);
        }
    }
    steps.sort_by(|a, b| (&a.new, &a.old).cmp(&(&b.new, &b.old)));
    Ok(History { steps })
}

fn read_step(path: &Path) -> Result<Step> {
    let file: File = read::yaml(path)?;
    let bad = |what: &str| {
        let error = Diagnostic::error("bad-data", format!("`{what}` is not understood"));
        Box::new(error.at(Label::file(path.display().to_string())).help("`diff --each-tag … --record` writes it anew"))
    };
    let release = |text: &str| text.parse::<Release>().map_err(|()| bad(text));
    let mut changes = BTreeMap::new();
    for (kind, lines) in &file.changes {
        let happened = lines.iter().map(|line| happened(line).ok_or_else(|| bad(line)));
        changes.insert(*kind, happened.collect::<Result<Vec<Happened>>>()?);
    }
    Ok(Step { old: release(&file.old)?, new: release(&file.new)?, changes })
}

/// `mseal 462 aarch64 x86_64`
fn happened(line: &str) -> Option<Happened> {
    let mut words = line.split(' ');
    let subject = words.next()?.to_string();
    let number = match words.next()? {
        "-" => None,
        number => Some(number.parse().ok()?),
    };
    let ways: Vec<String> = words.map(str::to_string).collect();
    (!ways.is_empty()).then_some(Happened { subject, number, ways })
}
