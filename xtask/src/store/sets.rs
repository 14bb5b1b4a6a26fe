//! `data/curated/sets.yaml`, with the lines that diagnostics about a set point to.

use std::path::Path;

use super::read;
use crate::diagnostic::Result;
use crate::model::Sets;

/// Reads the file.
pub(super) fn load(path: &Path) -> Result<Sets> {
    let text = read::text(path).map_err(|error| Box::new(error.help("`--data DIR` says where `data/` is")))?;
    let parsed = read::parsed(path, &text);
    let mut sets: Sets = parsed.map_err(|error| Box::new(error.help("data/README.md defines every field")))?;
    // The parser keeps no places: an entry begins where a line does, those of `unclaimed` after that word.
    let end = text.lines().position(|line| line == "unclaimed:").unwrap_or(usize::MAX);
    let entries = || text.lines().enumerate().filter(|(_, line)| line.starts_with("- "));
    let of_sets = entries().filter(|(at, _)| *at < end);
    sets.sets.iter_mut().zip(of_sets).for_each(|(set, (at, _))| set.line = at as u32 + 1);
    let of_unclaimed = entries().filter(|(at, _)| *at > end);
    sets.unclaimed.iter_mut().zip(of_unclaimed).for_each(|(exclusion, (at, _))| exclusion.line = at as u32 + 1);
    for set in &sets.sets {
        read::has_source(path, set.line, &format!("the set `{}`", set.name), &set.source)?;
    }
    Ok(sets)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load_text(text: &str) -> Result<Sets> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("sets.yaml");
        std::fs::write(&path, text).expect("a file");
        load(&path)
    }

    const GOOD: &str = "sets:\n\n- name: a\n  title: b\n  kind: flags\n  source: [mm/mmap.c]\n- name: c\n  title: d\n  kind: values\n  source: [fs/open.c]\nunclaimed:\n- header: drm/*\n  reason: devices\n";

    #[test]
    fn entries_know_their_lines() {
        let sets = load_text(GOOD).expect("it is well formed");
        assert_eq!(sets.sets.iter().map(|set| set.line).collect::<Vec<_>>(), [3, 7]);
        assert_eq!(sets.unclaimed.iter().map(|exclusion| exclusion.line).collect::<Vec<_>>(), [12]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let error = load_text(&GOOD.replace("  title: d", "  titel: d")).expect_err("a field is not known");
        assert!(error.to_string().contains("sets.yaml:8: ") && error.to_string().contains("titel"), "{error}");
        let error = load_text(&GOOD.replace("[fs/open.c]", "[]")).expect_err("no source");
        assert!(error.to_string().contains("sets.yaml:7: the set `c` names no file"), "{error}");
    }
}
