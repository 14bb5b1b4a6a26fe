//! The text of the five files → facts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::de::DeserializeOwned;

use super::flat::{
    AbiPart, ConfigFile, DefinitionsFile, LinesFile, Lists, NumbersFile, ReleaseFile, SymbolsFile, TablePart,
    TablesFile, TypesFile, unruns,
};
use super::spread::unspread;
use crate::diagnostic::{Diagnostic, Label, Result};
use crate::model::{
    Abis, ArgumentMacro, Definition, Dispatch, EntryFunction, Facts, Guard, HeaderRow, MatchRule, NamedNumber, Numbers,
    OptionalEntry, ReadFrom, Redirect, Release, TableRow, Wrapper,
};

const REBUILD: &str = "`cargo xtask gen --kernel SRC` writes the folder anew; by hand only what data/README.md allows";

/// A YAML file as a value.
pub(super) fn yaml<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = text(path).map_err(|error| Box::new(error.help("`--data DIR` says where `data/` is")))?;
    parsed(path, &text).map_err(|error| Box::new(error.help("data/README.md defines every field")))
}

/// A file's text.
pub(super) fn text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|cause| {
        Box::new(
            Diagnostic::error("unreadable-data", format!("cannot read this file: {cause}"))
                .at(Label::file(path.display().to_string())),
        )
    })
}

/// The text of a YAML file as a value.
pub(super) fn parsed<T: DeserializeOwned>(path: &Path, text: &str) -> Result<T> {
    serde_yaml::from_str(text).map_err(|cause| {
        let line = cause.location().map_or(0, |location| location.line() as u32);
        let content = text.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
        Box::new(
            Diagnostic::error("bad-yaml", format!("this file does not have the form it should: {cause}"))
                .at(Label::line(path.display().to_string(), line, content)),
        )
    })
}

/// A curated fact names files of the kernel that show it.
pub(super) fn has_source(path: &Path, line: u32, what: &str, source: &[String]) -> Result<()> {
    let is_kernel_file = |source: &String| source.contains('/') && !source.contains([' ', ':']);
    if !source.is_empty() && source.iter().all(is_kernel_file) {
        return Ok(());
    }
    let place = Label { line, ..Label::file(path.display().to_string()) };
    let message = format!("{what} names no file of the kernel that shows it");
    let error = Diagnostic::error("no-source", message).at(place);
    Err(Box::new(error.help("name it in `source`, as paths below the tree, without lines")))
}

/// The facts of one release folder.
pub(super) fn facts(folder: &Path, abis: &Abis) -> Result<Facts> {
    let path = |name: &str| folder.join(name);
    // YAML is what costs the time here, so the files are parsed side by side.
    let ((release, numbers, config, types, symbols), (tables, (definitions, lines))) = rayon::join(
        || {
            let release = yaml::<ReleaseFile>(&path("release.yaml"));
            let numbers = yaml::<NumbersFile>(&path("numbers.yaml"));
            let config = yaml::<ConfigFile>(&path("config.yaml"));
            let types = yaml::<TypesFile>(&path("types.yaml"));
            (release, numbers, config, types, yaml::<SymbolsFile>(&path("symbols.yaml")))
        },
        || {
            rayon::join(
                || yaml::<TablesFile>(&path("tables.yaml")),
                || (yaml::<DefinitionsFile>(&path("definitions.yaml")), yaml::<LinesFile>(&path("lines.yaml"))),
            )
        },
    );
    let (release, numbers, tables, definitions, lines) = (release?, numbers?, tables?, definitions?, lines?);
    let (config, types, symbols) = (config?, types?, symbols?);
    let place = folder.display().to_string();
    let version = release.release.parse::<Release>();
    let mut version = version.map_err(|()| bad(&place, format!("`{}` is no kernel release", release.release)))?;
    if let Some(from) = &release.from {
        let at_hand = from.parse().map_err(|()| bad(&place, format!("`{from}` is nothing that facts come from")))?;
        version.at_hand = Some(at_hand);
    }
    let row = |text: &str, line| Some(TableRow { line, ..text.parse().ok()? });
    let mut facts = Facts {
        read_from: release.read_from.map(|from| ReadFrom {
            package: from.package,
            package_version: from.version,
            sha256: from.sha256,
        }),
        numbers: read_numbers(&place, numbers, &lines.rows, abis)?,
        tables: with_lines(&place, tables.tables, &lines.tables, row)?,
        definitions: with_lines(&place, definitions.definitions, &lines.definitions, definition)?,
        functions: with_lines(&place, definitions.functions, &lines.functions, function)?,
        redirects: with_lines(&place, definitions.redirects, &lines.redirects, |text, line| {
            let (text, guard) = guarded(text)?;
            let (from, to) = text.split_once(' ')?;
            Some(Redirect { from: from.to_string(), to: to.to_string(), guard, line })
        })?,
        arguments: with_lines(&place, definitions.arguments, &lines.arguments, |text, line| {
            let (text, guard) = guarded(text)?;
            let (name, params) = call(text)?;
            Some(ArgumentMacro { name: name.to_string(), params: list(params)?, guard, line })
        })?,
        optional: with_lines(&place, definitions.optional, &lines.optional, |text, line| {
            let (entry, guard) = guarded(text)?;
            Some(OptionalEntry { entry: entry.to_string(), guard, line })
        })?,
        ..Facts::new(version, release.evaluated_with)
    };
    for (file, guard) in config.built {
        let parsed = guard.parse().map_err(|wrong| bad(&place, format!("`{guard}` of {file}: {wrong}")))?;
        facts.built.insert(file, parsed);
    }
    let ways = facts.ways(abis);
    let ways: BTreeSet<&str> = ways.iter().map(|way| way.name.as_str()).collect();
    let word = |text: &str| match text {
        "y" => Some(Some(true)),
        "n" => Some(Some(false)),
        "-" => Some(None),
        _ => None,
    };
    let settled = by_whom(&place, &config.settled, &ways, word)?;
    let kernels = facts.kernels(abis);
    let scalar = |text: &str| if text == "-" { Some(None) } else { text.parse().ok().map(Some) };
    let typedefs = by_whom(&place, &types.typedefs, &kernels, scalar)?;
    facts.wrappers = read_wrappers(&place, &symbols.wrappers, &kernels)?;
    facts.match_rules = read_match_rules(&place, &symbols.match_rules)?;
    facts.skips_compat = symbols.skips_compat;
    (facts.settled, facts.typedefs) = (settled, typedefs);
    Ok(facts)
}

/// `SYSCALL_DEFINE2 chroot(const char __user * path, int flags) if CONFIG_X`
fn definition(text: &str, line: u32) -> Option<Definition> {
    let (text, guard) = guarded(text)?;
    let (site, arguments) = call(text)?;
    let (macro_name, name) = site.split_once(' ')?;
    let arguments = if arguments == "?" { None } else { Some(list(arguments)?) };
    Some(Definition { macro_name: macro_name.to_string(), name: name.to_string(), arguments, guard, line })
}

/// `sys_cacheflush(unsigned long addr)`, or a label
fn function(text: &str, line: u32) -> Option<EntryFunction> {
    let (text, guard) = guarded(text)?;
    let (name, params) = match call(text) {
        Some((name, params)) => (name, Some(list(params)?)),
        None => (text, None),
    };
    Some(EntryFunction { name: name.to_string(), params, guard, line })
}

/// What stands before ` if`, and the condition behind it.
fn guarded(text: &str) -> Option<(&str, Guard)> {
    match text.split_once(" if ") {
        Some((text, guard)) => Some((text, guard.parse().ok()?)),
        None => Some((text, Guard::TRUE)),
    }
}

/// What stands before the first parenthesis and in it.
fn call(text: &str) -> Option<(&str, &str)> {
    text.strip_suffix(')')?.split_once('(')
}

/// Items with commas outside parentheses between them.
fn list<T: std::str::FromStr>(text: &str) -> Option<Vec<T>> {
    let mut depth = 0_i32;
    let mut start = 0;
    let mut items = Vec::new();
    for (at, byte) in text.bytes().enumerate() {
        depth += i32::from(byte == b'(') - i32::from(byte == b')');
        if depth == 0 && byte == b',' {
            items.push(text.get(start..at)?.trim());
            start = at + 1;
        }
    }
    items.push(text.get(start..)?.trim());
    items.into_iter().filter(|item| !item.is_empty()).map(|item| item.parse().ok()).collect()
}

/// Values by name and by those who have them.
fn by_whom<T: Copy>(
    place: &str,
    lists: &BTreeMap<String, String>,
    all: &BTreeSet<&str>,
    read: impl Fn(&str) -> Option<Option<T>>,
) -> Result<BTreeMap<String, BTreeMap<String, T>>> {
    let mut out = BTreeMap::new();
    for (name, text) in lists {
        let wrong = || bad(place, format!("`{text}` is no value of `{name}`"));
        let all = all.iter().copied().collect();
        let mut values = BTreeMap::new();
        for (who, value) in unspread(text, &all).ok_or_else(wrong)? {
            if let Some(value) = read(value).ok_or_else(wrong)? {
                values.insert(who.to_string(), value);
            }
        }
        out.insert(name.clone(), values);
    }
    Ok(out)
}

fn read_wrappers(place: &str, lists: &Lists, all: &BTreeSet<&str>) -> Result<BTreeMap<String, Vec<Wrapper>>> {
    let wrapper = |text: &str| {
        let (text, guard) = guarded(text)?;
        let words: Vec<&str> = text.split(' ').collect();
        let (of, symbol, linkage, takes_registers) = match words[..] {
            [of, symbol, linkage] => (of, symbol, linkage, false),
            [of, symbol, linkage, "registers"] => (of, symbol, linkage, true),
            _ => return None,
        };
        let linkage = linkage.parse().ok()?;
        Some(Wrapper { of: of.to_string(), symbol: symbol.to_string(), linkage, takes_registers, guard })
    };
    let named: BTreeSet<&str> = lists.keys().flat_map(|kernels| kernels.split(' ')).collect();
    let mut out = BTreeMap::new();
    for (kernels, lines) in lists {
        let read = |line: &String| wrapper(line).ok_or_else(|| bad(place, format!("`{line}` is no wrapper")));
        let wrappers = lines.iter().map(read).collect::<Result<Vec<Wrapper>>>()?;
        let kernels: Vec<&str> =
            if kernels == "*" { all.difference(&named).copied().collect() } else { kernels.split(' ').collect() };
        out.extend(kernels.into_iter().map(|kernel| (kernel.to_string(), wrappers.clone())));
    }
    Ok(out)
}

fn read_match_rules(place: &str, lists: &Lists) -> Result<BTreeMap<String, Vec<MatchRule>>> {
    let rule = |text: &str| {
        let (text, guard) = guarded(text)?;
        Some(MatchRule { form: text.parse().ok()?, guard })
    };
    let read = |line: &String| rule(line).ok_or_else(|| bad(place, format!("`{line}` is no rule to match symbols")));
    let rules = |lines: &Vec<String>| lines.iter().map(read).collect::<Result<Vec<MatchRule>>>();
    lists.iter().map(|(arch, lines)| Ok((arch.clone(), rules(lines)?))).collect()
}

pub(super) fn bad(place: &str, message: String) -> Box<Diagnostic> {
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
