//! Facts → the text of the five files.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::flat::{
    AbiPart, ConfigFile, DefinitionsFile, LinesFile, Lists, NumbersFile, ReadFromPart, ReleaseFile, SymbolsFile,
    TablePart, TablesFile, TypesFile, runs,
};
use super::headers;
use super::spread::spread;
use crate::model::{Abis, Definition, Dispatch, EntryFunction, Facts, Guard, HeaderRow, Headers, Param, Wrapper};

/// The files of a release by name, ready to be written.
pub fn files(facts: &Facts, headers: &Headers, abis: &Abis) -> BTreeMap<String, String> {
    let rows = header_rows(facts);
    let numbers = NumbersFile {
        abis: facts.numbers.iter().map(|(abi, numbers)| (abi.clone(), abi_part(numbers))).collect(),
        names: names(facts),
        rows: rows.iter().map(|(file, rows)| (file.clone(), rows.iter().map(|row| row.0.clone()).collect())).collect(),
    };
    let release = ReleaseFile {
        release: facts.release.version.clone(),
        from: facts.release.at_hand.map(|at_hand| at_hand.as_str().to_string()),
        evaluated_with: facts.evaluated_with.clone(),
        read_from: facts.read_from.as_ref().map(|from| ReadFromPart {
            package: from.package.clone(),
            version: from.package_version.clone(),
            sha256: from.sha256.clone(),
        }),
    };
    let tables = TablesFile { tables: listed(&facts.tables, ToString::to_string) };
    let definitions = DefinitionsFile {
        definitions: listed(&facts.definitions, definition),
        functions: listed(&facts.functions, function),
        redirects: listed(&facts.redirects, |redirect| {
            guarded(format!("{} {}", redirect.from, redirect.to), &redirect.guard)
        }),
        arguments: listed(&facts.arguments, |stands| {
            guarded(format!("{}({})", stands.name, comma(&stands.params)), &stands.guard)
        }),
        optional: listed(&facts.optional, |optional| guarded(optional.entry.clone(), &optional.guard)),
    };
    let ways = facts.ways(abis);
    let ways = ways.iter().map(|way| way.name.as_str()).collect();
    let config = ConfigFile {
        built: facts.built.iter().map(|(file, guard)| (file.clone(), guard.to_string())).collect(),
        settled: facts.settled.iter().map(|(symbol, by_way)| (symbol.clone(), settled(by_way, &ways))).collect(),
    };
    let kernels = facts.kernels(abis);
    let types = TypesFile {
        typedefs: facts
            .typedefs
            .iter()
            .map(|(name, by_kernel)| {
                let values = by_kernel.iter().map(|(kernel, scalar)| (kernel.as_str(), scalar.to_string())).collect();
                (name.clone(), spread(&values, &kernels, "-"))
            })
            .collect(),
    };
    let symbols = SymbolsFile {
        wrappers: wrappers(&facts.wrappers, &kernels),
        match_rules: listed(&facts.match_rules, |rule| guarded(rule.form.to_string(), &rule.guard)),
        skips_compat: facts.skips_compat.clone(),
    };
    let lines = LinesFile {
        tables: numbered(&facts.tables, |row| row.line),
        rows: rows.iter().map(|(file, rows)| (file.clone(), runs(rows.iter().map(|row| row.1)))).collect(),
        definitions: numbered(&facts.definitions, |site| site.line),
        functions: numbered(&facts.functions, |function| function.line),
        redirects: numbered(&facts.redirects, |redirect| redirect.line),
        arguments: numbered(&facts.arguments, |stands| stands.line),
        optional: numbered(&facts.optional, |optional| optional.line),
    };
    let mut files = BTreeMap::from([
        ("release.yaml".to_string(), text("which kernel this is", &release)),
        ("numbers.yaml".to_string(), text("what each ABI's `asm/unistd.h` says", &numbers)),
        ("tables.yaml".to_string(), text("rows of system call tables: number, ABI, name, entries", &tables)),
        ("definitions.yaml".to_string(), text("where entries are defined, and with which parameters", &definitions)),
        ("config.yaml".to_string(), text("which conditions are settled, and where", &config)),
        ("types.yaml".to_string(), text("what typedefs come to, by kernel", &types)),
        (
            "symbols.yaml".to_string(),
            text("which functions macros make of an entry, and which symbol an event belongs to", &symbols),
        ),
        ("lines.yaml".to_string(), text("line numbers of the facts beside it, in their order", &lines)),
    ]);
    files.extend(headers::files(headers, abis).map(|(name, text)| (name.to_string(), text)));
    files
}

pub(super) fn text(what: &str, value: &impl Serialize) -> String {
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

/// `SYSCALL_DEFINE2 chroot(const char __user * path, int flags) if CONFIG_X`
fn definition(site: &Definition) -> String {
    let arguments = site.arguments.as_ref().map_or("?".to_string(), |arguments| comma(arguments));
    guarded(format!("{} {}({arguments})", site.macro_name, site.name), &site.guard)
}

/// `sys_cacheflush(unsigned long addr)`; a label has no parentheses, and `?` in them says that they are not understood.
fn function(function: &EntryFunction) -> String {
    let params = function.params.as_ref().map_or(String::new(), |params: &Vec<Param>| format!("({})", comma(params)));
    guarded(format!("{}{params}", function.name), &function.guard)
}

fn comma<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn guarded(text: String, guard: &Guard) -> String {
    if *guard == Guard::TRUE { text } else { format!("{text} if {guard}") }
}

fn settled(by_way: &BTreeMap<String, bool>, ways: &BTreeSet<&str>) -> String {
    let word = |set: bool| if set { "y" } else { "n" }.to_string();
    spread(&by_way.iter().map(|(way, set)| (way.as_str(), word(*set))).collect(), ways, "-")
}

/// The wrappers of kernels that have the same, under their names; `*` stands for those that most have in common.
fn wrappers(by_kernel: &BTreeMap<String, Vec<Wrapper>>, kernels: &BTreeSet<&str>) -> Lists {
    let mut shared: BTreeMap<Vec<String>, Vec<&str>> = BTreeMap::new();
    for (kernel, wrappers) in by_kernel {
        let shown = wrappers.iter().map(|wrapper| {
            let registers = if wrapper.takes_registers { " registers" } else { "" };
            let text = format!("{} {} {}{registers}", wrapper.of, wrapper.symbol, wrapper.linkage.as_str());
            guarded(text, &wrapper.guard)
        });
        shared.entry(shown.collect()).or_default().push(kernel);
    }
    let mut most = shared.values().map(Vec::len).max().filter(|most| *most > 1 && by_kernel.len() == kernels.len());
    let mut name = |who: Vec<&str>| match most.take_if(|most| *most == who.len()) {
        Some(_) => "*".to_string(),
        None => who.join(" "),
    };
    shared.into_iter().map(|(wrappers, who)| (name(who), wrappers)).collect()
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
