//! The rooms that stay empty: which stage may know which, who may open files, and what stands nowhere in the repository.
//!
//! The tests read the source text. What they look for, they first look for in a text that has it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syscall_meta_tests::root;

/// Which modules of `xtask/src` a module may name.
const MAY_NAME: [(&str, &[&str]); 17] = [
    ("diagnostic", &[]),
    ("model", &[]),
    ("source", &["diagnostic"]),
    ("parse", &["diagnostic", "model"]),
    ("evaluate", &["diagnostic"]),
    ("extract", &["diagnostic", "evaluate", "model", "parse", "source"]),
    ("store", &["diagnostic", "model"]),
    ("resolve", &["diagnostic", "model"]),
    // Of what is written down, constants meet the headers of all releases only here: one that none has is told.
    ("emit", &["diagnostic", "model", "resolve"]),
    ("sync", &["diagnostic"]),
    ("diff", &["model"]),
    ("judge", &["model"]),
    ("report", &["judge", "model"]),
    ("probe", &["diagnostic", "model", "resolve"]),
    ("contract", &["model", "probe", "resolve"]),
    (
        "cmd",
        &[
            "contract",
            "diagnostic",
            "diff",
            "emit",
            "extract",
            "judge",
            "model",
            "parse",
            "probe",
            "report",
            "resolve",
            "source",
            "store",
            "sync",
        ],
    ),
    // The other way in, beside `main`.
    ("build", &["cmd", "diagnostic"]),
];

/// Who may name a thing, by module of `xtask/src`.
const WHO_MAY: [(&str, &[&str]); 9] = [
    ("serde_yaml", &["store"]),
    ("serde_json", &["cmd", "extract"]),
    ("fs::", &["source", "store", "sync"]),
    ("File::", &["source"]),
    ("Command::new", &["source"]),
    ("clap::", &["cmd"]),
    ("process::exit", &["sync"]),
    ("stdout()", &["cmd"]),
    ("std::net", &[]),
];

struct Source {
    path: String,
    /// The first folder or file below `src/`, without its ending.
    module: String,
    text: String,
}

/// Every Rust file below a folder of the repository.
fn sources(folder: &str) -> Vec<Source> {
    let base = root().join(folder);
    let mut all = Vec::new();
    for path in walked(&base).into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "rs")) {
        let below = path.strip_prefix(&base).unwrap();
        let module = below.components().next().unwrap().as_os_str().to_string_lossy();
        let module = module.trim_end_matches(".rs").to_string();
        let text = fs::read_to_string(&path).unwrap();
        all.push(Source { path: format!("{folder}/{}", below.display()), module, text });
    }
    assert!(!all.is_empty(), "{folder}");
    all
}

/// Every file below a folder, but for what builds and git leave there.
fn walked(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|cause| panic!("{}: {cause}", folder.display())) {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_symlink() || name == "target" || name == ".git" {
                continue;
            }
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

impl Source {
    /// The lines of the program itself: no comments, and nothing of its tests.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let is_test = self.path.ends_with("tests.rs") || self.path.contains("/tests/");
        let found = ["", "pub(crate) "].iter().find_map(|of| self.text.find(&format!("\n#[cfg(test)]\n{of}mod tests")));
        let end = if is_test { 0 } else { found.unwrap_or(self.text.len()) };
        let lines = self.text[..end].lines().zip(1..).map(|(line, number)| (number, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

/// Where a word stands that is no part of a longer one.
fn holds(line: &str, word: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back().is_some_and(is_word);
        let after = word.ends_with(is_word) && line[at + word.len()..].chars().next().is_some_and(is_word);
        !before && !after
    })
}

/// The modules that a line names: `crate::model::Abi`, `use crate::{model, store}`.
fn named(line: &str) -> Vec<&str> {
    let start = |text: &'static str| line.match_indices(text).map(move |(at, _)| &line[at + text.len()..]);
    let mut all = Vec::new();
    for rest in start("crate::") {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        match rest.strip_prefix('{') {
            None => all.push(&rest[..end]),
            Some(list) => {
                let words = list.split(['{', '}', ',', ';', ' ']).filter(|word| !word.is_empty());
                all.extend(words.map(|word| word.split("::").next().unwrap_or(word)));
            }
        }
    }
    all
}

#[test]
fn stages_name_only_those_they_may() {
    let may: BTreeMap<&str, &[&str]> = MAY_NAME.into_iter().collect();
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for source in sources("xtask/src") {
        if ["lib", "main"].contains(&&*source.module) {
            continue;
        }
        let may =
            may.get(&*source.module).unwrap_or_else(|| panic!("{} is a new stage: whom may it know?", source.path));
        for (number, line) in source.lines() {
            for name in named(line).into_iter().filter(|name| MAY_NAME.iter().any(|(module, _)| module == name)) {
                if name == source.module || may.contains(&name) {
                    seen.insert((source.module.clone(), name.to_string()));
                } else {
                    wrong.push(format!("{}:{number}: `{}` must not know `{name}`", source.path, source.module));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // A right that nobody uses is a door left open.
    for (module, may) in MAY_NAME {
        for name in may {
            assert!(
                seen.contains(&(module.to_string(), name.to_string())),
                "`{module}` need not know `{name}` any more"
            );
        }
    }
}

#[test]
fn the_test_above_sees_what_it_looks_for() {
    assert_eq!(named("use crate::model::{Abi, Abis};"), ["model"]);
    assert_eq!(named("use crate::{model, store};"), ["model", "store"]);
    assert_eq!(named("    let x: crate::store::Data = crate::sync::plan();"), ["store", "sync"]);
    assert!(holds("use std::fs::File;", "fs::") && !holds("let refs::x", "fs::") && holds("unsafe {", "unsafe"));
    let text = "//! fs::read\nfn a() {}\n\n#[cfg(test)]\nmod tests {\n    use crate::cmd;\n}\n".to_string();
    let source = Source { path: "xtask/src/parse/x.rs".into(), module: "parse".into(), text };
    assert_eq!(source.lines().collect::<Vec<_>>(), [(2, "fn a() {}")]);
}

#[test]
fn files_processes_and_yaml_stay_where_they_belong() {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for source in sources("xtask/src") {
        for (number, line) in source.lines() {
            for (word, who) in WHO_MAY.into_iter().filter(|(word, _)| holds(line, word)) {
                seen.insert((word, source.module.clone()));
                if !who.contains(&&*source.module) {
                    wrong.push(format!("{}:{number}: `{word}` belongs to {who:?}", source.path));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for (word, who) in WHO_MAY {
        for module in who {
            assert!(seen.contains(&(word, module.to_string())), "`{module}` has no `{word}` any more");
        }
    }
}

#[test]
fn there_is_no_unsafe_and_the_crates_forbid_it() {
    for folder in ["xtask/src", "syscall-meta/src", "syscall-meta-derive/src", "tests/src"] {
        for source in sources(folder) {
            for (number, line) in source.lines().filter(|(_, line)| !line.contains("forbid(unsafe_code)")) {
                assert!(!holds(line, "unsafe"), "{}:{number}: {line}", source.path);
            }
        }
    }
    for library in ["xtask/src/lib.rs", "syscall-meta/src/lib.rs"] {
        let text = fs::read_to_string(root().join(library)).unwrap();
        assert!(text.contains("#![forbid(unsafe_code)]"), "{library}");
    }
}

#[test]
fn the_library_does_no_input_or_output_outside_its_std_feature() {
    let text = fs::read_to_string(root().join("syscall-meta/src/lib.rs")).unwrap();
    assert!(text.contains("#![no_std]") && text.contains("#[cfg(any(feature = \"std\", test))]\nextern crate std;"));
    for source in sources("syscall-meta/src") {
        let lines: Vec<(usize, &str)> = source.lines().collect();
        for (at, (number, line)) in lines.iter().enumerate().filter(|(_, (_, line))| holds(line, "std::")) {
            let above = &lines[at.saturating_sub(6)..at];
            let guarded = above.iter().any(|(_, line)| line.contains("#[cfg(feature = \"std\")]"));
            assert!(guarded, "{}:{number}: {line}", source.path);
        }
        // Values that are their own stand in one file, which is behind the feature `alloc`.
        let may_allocate = source.path.ends_with("args/owned.rs");
        assert!(may_allocate || source.lines().all(|(_, line)| !holds(line, "alloc::")), "{}", source.path);
    }
    let args = fs::read_to_string(root().join("syscall-meta/src/args/mod.rs")).unwrap();
    assert!(args.contains("#[cfg(feature = \"alloc\")]\nmod owned;"), "owned values need no feature");
    assert!(text.contains("#[cfg(feature = \"alloc\")]\nextern crate alloc;"), "the allocator needs no feature");
    for source in sources("syscall-meta-derive/src") {
        assert!(
            source.lines().all(|(_, line)| !holds(line, "fs::") && !holds(line, "include_str!")),
            "{}",
            source.path
        );
    }
}

#[test]
fn no_file_of_the_generator_is_long() {
    for source in sources("xtask/src") {
        let lines = source.text.lines().count();
        assert!(lines <= 900, "{} has {lines} lines", source.path);
    }
}

#[test]
fn every_file_opens_with_its_job() {
    let handwritten =
        ["xtask/src", "syscall-meta/src", "syscall-meta-derive/src", "tests/src", "tests/tests", "tests/benches"];
    for folder in handwritten {
        for source in sources(folder) {
            let generated = "// @generated by cargo xtask gen from data/; do not edit\n";
            let text = source.text.strip_prefix(generated).unwrap_or(&source.text);
            let job = text.lines().next().unwrap_or_default();
            assert!(job.starts_with("//! ") && job.len() > 16, "{} opens with `{job}`", source.path);
        }
    }
}

#[test]
fn generated_files_say_so_and_no_other_does() {
    for source in sources("syscall-meta/src") {
        let generated = source.path.contains("/generated/") && !source.path.ends_with("/mod.rs");
        assert_eq!(source.text.starts_with("// @generated "), generated, "{}", source.path);
    }
    for path in walked(&root().join("data")) {
        let text = fs::read_to_string(&path).unwrap();
        let machine = text.lines().take(3).any(|line| line.starts_with("# machine-owned"));
        let is_in = |folder: &str| path.components().any(|part| part.as_os_str() == folder);
        let expected = is_in("linux") || is_in("history") || path.ends_with("gaps.yaml");
        assert_eq!(machine, expected, "{}", path.display());
    }
}

#[test]
fn curated_facts_have_a_source_in_the_kernel() {
    let data = syscall_meta_tests::data();
    let known = |source: &str| !source.is_empty() && !source.contains(' ') && source.contains('/');
    for spec in &data.abis.abis {
        assert!(!spec.source.is_empty() && spec.source.iter().all(|source| known(source)), "{}", spec.name);
    }
    let text = fs::read_to_string(data.root.join("curated/entries.yaml")).unwrap();
    let facts = text.lines().filter(|line| line.starts_with("- ")).count();
    let sources = text.lines().filter(|line| line.contains("source: ")).count();
    assert_eq!(facts, sources, "each fact of entries.yaml has its `source:`");
    let extensible = data.extensible().unwrap();
    assert!(!extensible.is_empty() && extensible.iter().all(|fact| known(&fact.source)));
    for set in data.sets().unwrap().sets {
        assert!(set.source.iter().all(|source| known(source)), "{}", set.name);
    }
}

#[test]
fn nothing_names_the_machine_it_was_made_on() {
    // Put together here, so that this file does not hold them itself.
    let words =
        [["/wo", "rk/"], ["artif", "actory"], ["index.crates", ".io"], ["/ro", "ot/"]].map(|parts| parts.concat());
    for path in walked(&root()) {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for (line, number) in text.lines().zip(1..) {
            let found = words.iter().find(|word| line.contains(*word));
            assert_eq!(found, None, "{}:{number}", path.display());
        }
    }
}

#[test]
fn the_fixtures_hold_what_they_are_there_for() {
    let fixtures = root().join("tests/fixtures");
    let link = fixtures.join("kernel/arch/arm64/tools/syscall_64.tbl");
    assert!(link.is_symlink(), "git has checked out {} as a file", link.display());
    for name in syscall_meta_tests::FIXTURES {
        assert!(walked(&fixtures.join(name)).len() > 12);
    }
}
