//! A file of accepted findings: YAML that people write, for `diff --waivers`.

use std::path::Path;

use serde::Deserialize;

use super::read;
use crate::diagnostic::{Diagnostic, Label, Result};
use crate::model::Waiver;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    finding: String,
    #[serde(default)]
    on: Option<Vec<String>>,
    reason: String,
}

/// Reads a file of waivers. One without a reason is an error.
pub fn waivers(path: &Path) -> Result<Vec<Waiver>> {
    let text = read::text(path)?;
    let entries: Vec<Entry> = read::parsed(path, &text)?;
    let file = path.display().to_string();
    // The parser keeps no places: the n-th entry is at the n-th line that begins one.
    let mut lines = text.lines().zip(1..).filter(|(line, _)| line.starts_with("- ")).map(|(_, number)| number);
    let mut waivers = Vec::new();
    for Entry { finding, on, reason } in entries {
        let line = lines.next().unwrap_or(0);
        if reason.trim().is_empty() {
            let error = Diagnostic::error("waiver-without-reason", format!("`{finding}` is waived without a reason"));
            return Err(Box::new(
                error.at(Label { line, ..Label::file(file) }).help("say in `reason` why it is accepted"),
            ));
        }
        waivers.push(Waiver { finding, on, reason, file: file.clone(), line });
    }
    Ok(waivers)
}
