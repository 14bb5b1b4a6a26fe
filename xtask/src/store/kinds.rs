//! `data/curated/kinds/`, with the files and lines that diagnostics about an entry point to.

use std::path::Path;

use serde::Deserialize;

use super::{names, read};
use crate::diagnostic::{Diagnostic, Label, Result};
use crate::model::{EntryKinds, KindRule, Kinds};

/// The folder below `data/`.
const FOLDER: &str = "curated/kinds";

/// The file of what C types and names say by themselves.
const RULES: &str = "rules.yaml";

/// The rules, which stand apart from what is said of entries.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    rules: Vec<KindRule>,
}

/// Reads every file of the folder; none where there is no folder.
pub(super) fn load(data: &Path) -> Result<Kinds> {
    let folder = data.join(FOLDER);
    let mut kinds = Kinds::default();
    if !folder.is_dir() {
        return Ok(kinds);
    }
    for file in names(&folder)?.into_iter().filter(|name| name.ends_with(".yaml")) {
        let path = folder.join(&file);
        if file == RULES {
            kinds.rules = read::yaml::<Rules>(&path)?.rules;
            continue;
        }
        let text = read::text(&path)?;
        let parsed = read::parsed(&path, &text);
        let mut entries: Vec<EntryKinds> =
            parsed.map_err(|error| Box::new(error.help("data/README.md defines every field and kind")))?;
        // The parser keeps no places: an entry begins where a line does.
        let starts = text.lines().enumerate().filter(|(_, line)| line.starts_with("- "));
        for (entry, (at, _)) in entries.iter_mut().zip(starts) {
            entry.line = at as u32 + 1;
            entry.file = format!("data/{FOLDER}/{file}");
            let is_kernel_file = |source: &String| source.contains('/') && !source.contains([' ', ':']);
            if entry.source.is_empty() || !entry.source.iter().all(is_kernel_file) {
                let message = format!("`{}` names no file of the kernel that shows its kinds", entry.of.join(", "));
                let place = Label { line: entry.line, ..Label::file(path.display().to_string()) };
                return Err(Box::new(
                    Diagnostic::error("no-source", message)
                        .at(place)
                        .help("name it in `source`, as a path below the tree"),
                ));
            }
        }
        kinds.entries.extend(entries);
    }
    Ok(kinds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load_text(text: &str) -> Result<Kinds> {
        let data = tempfile::tempdir().expect("a temporary folder");
        let folder = data.path().join(FOLDER);
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("files.yaml"), text).expect("a file");
        load(data.path())
    }

    const GOOD: &str = "# Files.\n- of: [open]\n  params: {filename: in path, mode: mode}\n  returns: fd\n  source: fs/open.c\n- of: [close]\n  params: {fd: fd}\n  returns: zero\n  source: [fs/open.c]\n";

    #[test]
    fn entries_know_their_places() {
        let kinds = load_text(GOOD).expect("it is well formed");
        assert_eq!(kinds.entries.iter().map(|entry| entry.line).collect::<Vec<_>>(), [2, 6]);
        assert!(kinds.entries.iter().all(|entry| entry.file == "data/curated/kinds/files.yaml"));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let error = load_text(&GOOD.replace("in path", "in pth")).expect_err("no kind");
        assert!(error.to_string().contains("files.yaml:") && error.to_string().contains("`pth` is no kind"), "{error}");
        let error = load_text(&GOOD.replace("[fs/open.c]", "[]")).expect_err("no source");
        assert!(error.to_string().contains("files.yaml:6: `close` names no file"), "{error}");
        assert!(load_text(&GOOD.replace("returns: zero", "return: zero")).is_err());
    }
}
