//! `data/curated/kinds/`, `choices/`, `fields/` and what messages hold, with the files and lines that diagnostics about a block point to.

use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{names, read};
use crate::diagnostic::Result;
use crate::model::{
    Choice, ControlMessage, EntryKinds, KindRule, Kinds, NetlinkAttributes, NetlinkMessages, StructFields,
};

/// The folders below `data/`.
const KINDS: &str = "curated/kinds";
const CHOICES: &str = "curated/choices";
const FIELDS: &str = "curated/fields";

/// Files by themselves.
const CONTROLS: &str = "curated/controls.yaml";
const MESSAGES: &str = "curated/netlink.yaml";
const ATTRIBUTES: &str = "curated/netlink_attributes.yaml";
/// The file of what io_uring does.
const MIRRORS: &str = "curated/mirrors.yaml";

/// The file of what C types and names say by themselves.
const RULES: &str = "rules.yaml";

/// The rules, which stand apart from what is said of entries.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    rules: Vec<KindRule>,
}

/// Reads every file of the folders; none where there is no folder.
pub(super) fn load(data: &Path) -> Result<Kinds> {
    let mut kinds = Kinds::default();
    for file in yaml_files(&data.join(KINDS))? {
        let path = data.join(KINDS).join(&file);
        if file == RULES {
            kinds.rules = read::yaml::<Rules>(&path)?.rules;
        } else {
            kinds.entries.extend(list(&path, &format!("data/{KINDS}/{file}"))?);
        }
    }
    for file in yaml_files(&data.join(CHOICES))? {
        kinds.choices.extend(list(&data.join(CHOICES).join(&file), &format!("data/{CHOICES}/{file}"))?);
    }
    for file in yaml_files(&data.join(FIELDS))? {
        kinds.fields.extend(list(&data.join(FIELDS).join(&file), &format!("data/{FIELDS}/{file}"))?);
    }
    kinds.controls = file(data, CONTROLS)?;
    kinds.messages = file(data, MESSAGES)?;
    kinds.attributes = file(data, ATTRIBUTES)?;
    let mirrors = data.join(MIRRORS);
    if mirrors.is_file() {
        kinds.mirrors = read::yaml(&mirrors)?;
    }
    Ok(kinds)
}

/// The blocks of a file, none where there is none.
fn file<T: Block>(data: &Path, name: &str) -> Result<Vec<T>> {
    let path = data.join(name);
    if path.is_file() { list(&path, &format!("data/{name}")) } else { Ok(Vec::new()) }
}

/// The names of a folder's files, sorted.
fn yaml_files(folder: &Path) -> Result<Vec<String>> {
    let mut files = if folder.is_dir() { names(folder)? } else { Vec::new() };
    files.retain(|name| name.ends_with(".yaml"));
    Ok(files)
}

/// What a file of blocks holds.
trait Block: DeserializeOwned {
    fn about(&mut self) -> About<'_>;
}

/// Of what a block is, where it stands, what shows it.
struct About<'b> {
    of: &'b [String],
    source: &'b [String],
    file: &'b mut String,
    line: &'b mut u32,
}

impl Block for EntryKinds {
    fn about(&mut self) -> About<'_> {
        About { of: &self.of, source: &self.source, file: &mut self.file, line: &mut self.line }
    }
}

impl Block for Choice {
    fn about(&mut self) -> About<'_> {
        About { of: &self.of, source: &self.source, file: &mut self.file, line: &mut self.line }
    }
}

impl Block for StructFields {
    fn about(&mut self) -> About<'_> {
        About { of: &self.of, source: &self.source, file: &mut self.file, line: &mut self.line }
    }
}

impl Block for ControlMessage {
    fn about(&mut self) -> About<'_> {
        let ControlMessage { name, source, file, line, .. } = self;
        About { of: std::slice::from_ref(name), source, file, line }
    }
}

impl Block for NetlinkMessages {
    fn about(&mut self) -> About<'_> {
        let NetlinkMessages { payload, source, file, line, .. } = self;
        About { of: std::slice::from_ref(payload), source, file, line }
    }
}

impl Block for NetlinkAttributes {
    fn about(&mut self) -> About<'_> {
        let NetlinkAttributes { of, source, file, line, .. } = self;
        About { of: std::slice::from_ref(of), source, file, line }
    }
}

fn list<T: Block>(path: &Path, shown: &str) -> Result<Vec<T>> {
    let text = read::text(path)?;
    let parsed = read::parsed(path, &text);
    let mut blocks: Vec<T> =
        parsed.map_err(|error| Box::new(error.help("data/README.md defines every field and kind")))?;
    // The parser keeps no places: a block begins where a line does.
    let starts = text.lines().enumerate().filter(|(_, line)| line.starts_with("- "));
    for (block, (at, _)) in blocks.iter_mut().zip(starts) {
        let about = block.about();
        (*about.line, *about.file) = (at as u32 + 1, shown.to_string());
        read::has_source(path, *about.line, &format!("`{}`", about.of.join(", ")), about.source)?;
    }
    Ok(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load_text(text: &str) -> Result<Kinds> {
        let data = tempfile::tempdir().expect("a temporary folder");
        let folder = data.path().join(KINDS);
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
