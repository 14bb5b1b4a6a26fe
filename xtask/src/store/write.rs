//! Facts → the text of the five files.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::flat::{
    AbiPart, DefinitionsFile, LinesFile, Lists, NumbersFile, ReadFromPart, ReleaseFile, TablePart, TablesFile, runs,
};
use crate::model::{Dispatch, Facts, HeaderRow};

/// The files of a release by name, ready to be written.
pub fn files(facts: &Facts) -> BTreeMap<String, String> {
    let rows = header_rows(facts);
    let numbers = NumbersFile {
        abis: facts.numbers.iter().map(|(abi, numbers)| (abi.clone(), abi_part(numbers))).collect(),
        names: names(facts),
        rows: rows.iter().map(|(file, rows)| (file.clone(), rows.iter().map(|row| row.0.clone()).collect())).collect(),
    };
    let release = ReleaseFile {
        release: facts.release.version.clone(),
        evaluated_with: facts.evaluated_with.clone(),
        read_from: facts.read_from.as_ref().map(|from| ReadFromPart {
            package: from.package.clone(),
            version: from.package_version.clone(),
            sha256: from.sha256.clone(),
        }),
    };
    let tables = TablesFile { tables: listed(&facts.tables, ToString::to_string) };
    let definitions = DefinitionsFile {
        definitions: listed(&facts.definitions, |site| format!("{} {}", site.macro_name, site.name)),
        functions: listed(&facts.functions, |function| function.name.clone()),
        redirects: listed(&facts.redirects, ToString::to_string),
    };
    let lines = LinesFile {
        tables: numbered(&facts.tables, |row| row.line),
        rows: rows.iter().map(|(file, rows)| (file.clone(), runs(rows.iter().map(|row| row.1)))).collect(),
        definitions: numbered(&facts.definitions, |site| site.line),
        functions: numbered(&facts.functions, |function| function.line),
        redirects: numbered(&facts.redirects, |redirect| redirect.line),
    };
    BTreeMap::from([
        ("release.yaml".to_string(), text("which kernel this is", &release)),
        ("numbers.yaml".to_string(), text("what each ABI's `asm/unistd.h` says", &numbers)),
        ("tables.yaml".to_string(), text("rows of system call tables: number, ABI, name, entries", &tables)),
        ("definitions.yaml".to_string(), text("where entries are defined", &definitions)),
        ("lines.yaml".to_string(), text("line numbers of the facts beside it, in their order", &lines)),
    ])
}

fn text(what: &str, value: &impl Serialize) -> String {
    let body = serde_yaml::to_string(value).expect("maps of strings always have a YAML form");
    format!(
        "# {what}\n# machine-owned: `cargo xtask gen --kernel SRC` rewrites it; data/README.md defines the fields\n{body}"
    )
}

fn listed<T>(map: &BTreeMap<String, Vec<T>>, show: impl Fn(&T) -> String) -> Lists {
    map.iter().map(|(file, items)| (file.clone(), items.iter().map(&show).collect())).collect()
}

fn numbered<T>(map: &BTreeMap<String, Vec<T>>, line: impl Fn(&T) -> u32) -> BTreeMap<String, String> {
    map.iter().map(|(file, items)| (file.clone(), runs(items.iter().map(&line)))).collect()
}

fn abi_part(numbers: &crate::model::Numbers) -> AbiPart {
    let part = |dispatch: &Dispatch| match dispatch {
        Dispatch::Table { file, columns, entry } => {
            Some(TablePart { table: file.clone(), columns: columns.join(" "), entry: *entry })
        }
        Dispatch::Rows(_) => None,
    };
    AbiPart {
        header: numbers.header.clone(),
        native: part(&numbers.native),
        compat: numbers.compat.as_ref().and_then(part),
        removed: numbers.removed.clone(),
    }
}

/// `number name abi…`: each name once, with the ABIs that have it.
fn names(facts: &Facts) -> Vec<String> {
    let mut shared: BTreeMap<(u32, &str), BTreeSet<String>> = BTreeMap::new();
    for (abi, numbers) in &facts.numbers {
        for name in &numbers.names {
            shared.entry((name.number, &name.name)).or_default().insert(abi.clone());
        }
    }
    let tableless = tableless(facts);
    shared.iter().map(|((number, name), abis)| format!("{number} {name} {}", whom(abis, &tableless))).collect()
}

/// By header: `number entry side…` with its line, each row once, with the sides that have it.
fn header_rows(facts: &Facts) -> BTreeMap<String, Vec<(String, u32)>> {
    type Shared<'a> = BTreeMap<(u32, u32, &'a str), BTreeSet<String>>;
    let mut by_file: BTreeMap<&str, Shared<'_>> = BTreeMap::new();
    for (side, row) in sides_with_rows(facts) {
        let key = (row.number, row.line, row.entry.as_str());
        by_file.entry(&row.file).or_default().entry(key).or_default().insert(side);
    }
    let tableless = tableless(facts);
    let shown = |((number, line, entry), on): ((u32, u32, &str), BTreeSet<String>)| {
        (format!("{number} {entry} {}", whom(&on, &tableless)), line)
    };
    by_file.into_iter().map(|(file, rows)| (file.to_string(), rows.into_iter().map(shown).collect())).collect()
}

/// Every row that a header dispatches, with the side it serves: `aarch64`, `arm.compat`.
fn sides_with_rows(facts: &Facts) -> Vec<(String, &HeaderRow)> {
    let mut all = Vec::new();
    for (abi, numbers) in &facts.numbers {
        let sides = [(abi.clone(), Some(&numbers.native)), (format!("{abi}.compat"), numbers.compat.as_ref())];
        for (side, dispatch) in sides {
            if let Some(Dispatch::Rows(rows)) = dispatch {
                all.extend(rows.iter().map(|row| (side.clone(), row)));
            }
        }
    }
    all
}

/// The ABIs whose rows stand in headers: what `*` means.
fn tableless(facts: &Facts) -> BTreeSet<String> {
    let without = facts.numbers.iter().filter(|(_, numbers)| matches!(numbers.native, Dispatch::Rows(_)));
    without.map(|(abi, _)| abi.clone()).collect()
}

/// Those who have a fact, `*` standing for all of `tableless`.
fn whom(some: &BTreeSet<String>, tableless: &BTreeSet<String>) -> String {
    if tableless.len() < 2 || !tableless.is_subset(some) {
        return some.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
    }
    let others = some.difference(tableless).map(String::as_str);
    std::iter::once("*").chain(others).collect::<Vec<_>>().join(" ")
}
