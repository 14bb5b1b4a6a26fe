//! The text of the five files → facts.

use std::collections::BTreeMap;
use std::path::Path;

use serde::de::DeserializeOwned;

use super::flat::{
    AbiPart, DefinitionsFile, LinesFile, Lists, NumbersFile, ReleaseFile, TablePart, TablesFile, unruns,
};
use crate::diagnostic::{Diagnostic, Label, Result};
use crate::model::{
    Abis, Definition, Dispatch, EntryFunction, Facts, HeaderRow, NamedNumber, Numbers, ReadFrom, Redirect, Release,
    TableRow,
};

const REBUILD: &str = "`cargo xtask gen --kernel SRC` writes the folder anew; by hand only what data/README.md allows";

/// A YAML file as a value.
pub(super) fn yaml<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|cause| {
        Diagnostic::error("unreadable-data", format!("cannot read this file: {cause}"))
            .at(Label::file(name.as_str()))
            .help("`--data DIR` says where `data/` is")
    })?;
    serde_yaml::from_str(&text).map_err(|cause| {
        let line = cause.location().map_or(0, |location| location.line() as u32);
        let content = text.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
        Box::new(
            Diagnostic::error("bad-yaml", format!("this file does not have the form it should: {cause}"))
                .at(Label::line(name, line, content))
                .help("data/README.md defines every field"),
        )
    })
}

/// The facts of one release folder.
pub(super) fn facts(folder: &Path, abis: &Abis) -> Result<Facts> {
    let path = |name: &str| folder.join(name);
    // YAML is what costs the time here, so the files are parsed side by side.
    let ((release, numbers), (tables, (definitions, lines))) = rayon::join(
        || (yaml::<ReleaseFile>(&path("release.yaml")), yaml::<NumbersFile>(&path("numbers.yaml"))),
        || {
            rayon::join(
                || yaml::<TablesFile>(&path("tables.yaml")),
                || (yaml::<DefinitionsFile>(&path("definitions.yaml")), yaml::<LinesFile>(&path("lines.yaml"))),
            )
        },
    );
    let (release, numbers, tables, definitions, lines) = (release?, numbers?, tables?, definitions?, lines?);
    let place = folder.display().to_string();
    let version = release.release.parse::<Release>();
    let version = version.map_err(|()| bad(&place, format!("`{}` is no kernel release", release.release)))?;
    let site = |text: &str, line| {
        let (macro_name, name) = text.split_once(' ')?;
        Some(Definition { macro_name: macro_name.to_string(), name: name.to_string(), line })
    };
    let row = |text: &str, line| Some(TableRow { line, ..text.parse().ok()? });
    Ok(Facts {
        release: version,
        evaluated_with: release.evaluated_with,
        read_from: release.read_from.map(|from| ReadFrom {
            package: from.package,
            package_version: from.version,
            sha256: from.sha256,
        }),
        numbers: read_numbers(&place, numbers, &lines.rows, abis)?,
        tables: with_lines(&place, tables.tables, &lines.tables, row)?,
        definitions: with_lines(&place, definitions.definitions, &lines.definitions, site)?,
        functions: with_lines(&place, definitions.functions, &lines.functions, |text, line| {
            Some(EntryFunction { name: text.to_string(), line })
        })?,
        redirects: with_lines(&place, definitions.redirects, &lines.redirects, |text, line| {
            Some(Redirect { line, ..text.parse().ok()? })
        })?,
    })
}

fn bad(place: &str, message: String) -> Box<Diagnostic> {
    Box::new(Diagnostic::error("bad-data", message).at(Label::file(place)).help(REBUILD))
}

/// Joins the flat facts of each file with their line numbers.
fn with_lines<T>(
    place: &str,
    lists: Lists,
    lines: &BTreeMap<String, String>,
    read: impl Fn(&str, u32) -> Option<T>,
) -> Result<BTreeMap<String, Vec<T>>> {
    let mut out = BTreeMap::new();
    for (file, items) in lists {
        let numbers = lines_of(place, lines, &file, items.len())?;
        let mut read_items = Vec::with_capacity(items.len());
        for (item, line) in items.iter().zip(numbers) {
            read_items.push(
                read(item, line).ok_or_else(|| bad(place, format!("`{item}` of {file} is not a fact of this kind")))?,
            );
        }
        out.insert(file, read_items);
    }
    Ok(out)
}

fn lines_of(place: &str, lines: &BTreeMap<String, String>, file: &str, count: usize) -> Result<Vec<u32>> {
    let numbers = lines.get(file).and_then(|text| unruns(text)).unwrap_or_default();
    if numbers.len() != count {
        let message = format!("lines.yaml holds {} line numbers for {file}, the facts are {count}", numbers.len());
        return Err(bad(place, message));
    }
    Ok(numbers)
}

fn read_numbers(
    place: &str,
    file: NumbersFile,
    lines: &BTreeMap<String, String>,
    abis: &Abis,
) -> Result<BTreeMap<String, Numbers>> {
    let mut numbers = BTreeMap::new();
    for (abi, part) in file.abis {
        if abis.get(&abi).is_none() {
            return Err(bad(place, format!("numbers.yaml holds the ABI `{abi}`, which abis.yaml does not know")));
        }
        numbers.insert(abi, without_rows(part));
    }
    let tableless: Vec<String> = numbers
        .iter()
        .filter(|(_, numbers)| matches!(numbers.native, Dispatch::Rows(_)))
        .map(|(abi, _)| abi.clone())
        .collect();
    for line in &file.names {
        let (number, name, on) = shared_fact(line).ok_or_else(|| bad(place, format!("`{line}` is not a name")))?;
        for abi in sides(&on, &tableless) {
            let of =
                numbers.get_mut(abi).ok_or_else(|| bad(place, format!("`{line}` names an ABI that is not held")))?;
            of.names.push(NamedNumber { number, name: name.to_string() });
        }
    }
    for (header, rows) in &file.rows {
        for (row, line) in rows.iter().zip(lines_of(place, lines, header, rows.len())?) {
            let (number, entry, on) = shared_fact(row).ok_or_else(|| bad(place, format!("`{row}` is not a row")))?;
            for side in sides(&on, &tableless) {
                let dispatch = match side.strip_suffix(".compat") {
                    Some(abi) => numbers.get_mut(abi).map(|of| of.compat.get_or_insert(Dispatch::Rows(Vec::new()))),
                    None => numbers.get_mut(side).map(|of| &mut of.native),
                };
                let Some(Dispatch::Rows(of)) = dispatch else {
                    return Err(bad(
                        place,
                        format!("{header} has rows for `{side}`, which is no side without a table"),
                    ));
                };
                of.push(HeaderRow { number, entry: entry.to_string(), file: header.clone(), line });
            }
        }
    }
    for of in numbers.values_mut() {
        for dispatch in [Some(&mut of.native), of.compat.as_mut()].into_iter().flatten() {
            if let Dispatch::Rows(rows) = dispatch {
                rows.sort_by_key(|row| row.number);
            }
        }
    }
    Ok(numbers)
}

fn without_rows(part: AbiPart) -> Numbers {
    let table = |part: TablePart| Dispatch::Table {
        file: part.table,
        columns: part.columns.split(' ').map(str::to_string).collect(),
        entry: part.entry,
    };
    Numbers {
        header: part.header,
        native: part.native.map_or(Dispatch::Rows(Vec::new()), table),
        compat: part.compat.map(table),
        names: Vec::new(),
        removed: part.removed,
    }
}

/// `number word whom…`
fn shared_fact(line: &str) -> Option<(u32, &str, Vec<&str>)> {
    let mut words = line.split(' ');
    let number = words.next()?.parse().ok()?;
    let word = words.next()?;
    let whom: Vec<&str> = words.collect();
    (!whom.is_empty()).then_some((number, word, whom))
}

/// Those who have a fact; `*` stands for every ABI without a table.
fn sides<'a>(on: &[&'a str], tableless: &'a [String]) -> Vec<&'a str> {
    let star = if on.contains(&"*") { tableless } else { &[] };
    star.iter().map(String::as_str).chain(on.iter().copied().filter(|side| *side != "*")).collect()
}
