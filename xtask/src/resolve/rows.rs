//! Numbers with their names and entries: the table's rows under the names that the header leaves them.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Label, Sink};
use crate::model::{AbiSpec, Dispatch, EntryColumn, Facts, HeaderRow, Numbers, TableRow};

/// A number of an ABI, before anybody asked where its entries are.
pub(super) struct Row {
    pub number: u32,
    pub name: String,
    pub aliases: Vec<String>,
    /// Where the row stands: `arch/x86/entry/syscalls/syscall_64.tbl:267`.
    pub place: String,
    /// What the main table names; the outer `None`: it has no such row.
    pub main: Option<Option<String>>,
    /// What the compat table names; the outer `None`: it has no such row, or there is no such table.
    pub compat: Option<Option<String>>,
}

pub(super) fn rows(facts: &Facts, spec: &AbiSpec, numbers: &Numbers, sink: &Sink) -> Vec<Row> {
    let main = dispatched(facts, spec, &numbers.native, sink);
    let compat = numbers.compat.as_ref().map(|table| dispatched(facts, spec, table, sink)).unwrap_or_default();

    let mut names: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
    for (number, entry) in &main {
        let kept = entry.name.filter(|name| !numbers.removed.iter().any(|removed| removed == name));
        names.entry(*number).or_default().extend(kept);
    }
    // The table's own name comes first, the header's further ones after it in the order of the alphabet.
    let mut further: Vec<_> = numbers.names.iter().collect();
    further.sort_by(|a, b| a.name.cmp(&b.name));
    for name in further {
        if name.number < spec.base {
            let message = format!(
                "`{}` has number {} on {}, whose numbers start at {:#x}",
                name.name, name.number, spec.name, spec.base
            );
            sink.push(
                Diagnostic::error("number-out-of-range", message)
                    .at(Label::file(numbers.header.as_str()))
                    .help("is `base` in data/abis.yaml right? a name that is no call belongs to `meta_names`"),
            );
            continue;
        }
        names.entry(name.number).or_default().push(&name.name);
    }

    for (number, entry) in &compat {
        // Headers do not name their rows, and say more numbers than the ABI has; a table has to agree.
        if let Some(name) = entry.name.filter(|name| names.get(number).is_none_or(|names| !names.contains(name))) {
            let message = format!("the compat table of {} has `{name}` at {number}, its own header has not", spec.name);
            sink.push(
                Diagnostic::warning("compat-disagrees", message)
                    .at(label_of(&entry.place))
                    .help("a call that only compat programs can make is in no table; is the row wrong?"),
            );
        }
    }

    let mut numbered: BTreeMap<&str, u32> = BTreeMap::new();
    let mut rows = Vec::new();
    for (number, names) in &names {
        for name in names {
            if let Some(other) = numbered.insert(name, *number) {
                sink.push(
                    Diagnostic::error(
                        "duplicate-name",
                        format!("`{name}` has two numbers on {}: {other} and {number}", spec.name),
                    )
                    .at(place_of(&main, *number, numbers).note("one number"))
                    .at(place_of(&main, other, numbers).note("the other"))
                    .help("a name has one number on an ABI; which row or `#define` is wrong?"),
                );
            }
        }
        let Some((name, aliases)) = names.split_first() else {
            sink.push(
                Diagnostic::warning(
                    "nameless-number",
                    format!("number {number} of {} leads somewhere but has no name", spec.name),
                )
                .at(Label::file(numbers.header.as_str())),
            );
            continue;
        };
        let place = main.get(number).map_or_else(|| numbers.header.clone(), |entry| entry.place.clone());
        rows.push(Row {
            number: *number,
            name: name.to_string(),
            aliases: aliases.iter().map(ToString::to_string).collect(),
            place,
            main: main.get(number).map(|entry| entry.entry.map(str::to_string)),
            compat: compat.get(number).map(|entry| entry.entry.map(str::to_string)),
        });
    }
    rows
}

/// What a table leads to, with the place that says so.
struct Dispatched<'a> {
    name: Option<&'a str>,
    entry: Option<&'a str>,
    place: String,
}

fn dispatched<'a>(facts: &'a Facts, spec: &AbiSpec, table: &'a Dispatch, sink: &Sink) -> BTreeMap<u32, Dispatched<'a>> {
    let mut out: BTreeMap<u32, Dispatched<'a>> = BTreeMap::new();
    match table {
        Dispatch::Table { file, columns, entry: column } => {
            let mut lines: BTreeMap<u32, &TableRow> = BTreeMap::new();
            for row in facts.tables.get(file).into_iter().flatten().filter(|row| columns.contains(&row.column)) {
                if let Some(other) = lines.insert(row.number, row) {
                    sink.push(twice(
                        spec,
                        row.number,
                        (file, row.line, &row.to_string()),
                        (file, other.line, &other.to_string()),
                    ));
                    continue;
                }
                let Some(number) = spec.base.checked_add(row.number) else {
                    let message =
                        format!("number {} leaves no room for the base of {}, {:#x}", row.number, spec.name, spec.base);
                    sink.push(
                        Diagnostic::error("number-out-of-range", message)
                            .at(Label::line(file.as_str(), row.line, &row.to_string()))
                            .help("no kernel has numbers of that size; is the row damaged?"),
                    );
                    continue;
                };
                let entry = match column {
                    EntryColumn::Native => row.entry.as_deref(),
                    EntryColumn::Compat => row.compat.as_deref().or(row.entry.as_deref()),
                };
                let dispatched = Dispatched { name: Some(&row.name), entry, place: format!("{file}:{}", row.line) };
                out.insert(number, dispatched);
            }
        }
        Dispatch::Rows(rows) => {
            let mut lines: BTreeMap<u32, &HeaderRow> = BTreeMap::new();
            for row in rows {
                if let Some(other) = lines.insert(row.number, row) {
                    sink.push(twice(
                        spec,
                        row.number,
                        (&row.file, row.line, &row.entry),
                        (&other.file, other.line, &other.entry),
                    ));
                    continue;
                }
                let place = format!("{}:{}", row.file, row.line);
                out.insert(row.number, Dispatched { name: None, entry: Some(&row.entry), place });
            }
        }
    }
    out
}

/// Where a number of the main table stands, or the header that names it.
fn place_of(main: &BTreeMap<u32, Dispatched>, number: u32, numbers: &Numbers) -> Label {
    label_of(main.get(&number).map_or(numbers.header.as_str(), |entry| &entry.place))
}

/// `path:line` as a label.
pub(super) fn label_of(place: &str) -> Label {
    let (path, line) = place.rsplit_once(':').unwrap_or((place, "0"));
    Label { line: line.parse().unwrap_or(0), ..Label::file(path) }
}

fn twice(spec: &AbiSpec, number: u32, new: (&str, u32, &str), old: (&str, u32, &str)) -> Diagnostic {
    Diagnostic::error("duplicate-number", format!("number {number} stands twice in the table of {}", spec.name))
        .at(Label::line(new.0, new.1, new.2).note("here again"))
        .at(Label::line(old.0, old.1, old.2).note("here first"))
        .help("a table can have one row for a number and an ABI; is the ABI column of one of them wrong?")
}
