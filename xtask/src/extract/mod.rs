//! A kernel → its facts: says which files matter, has each read once, and puts together what the parsers found.

mod audit;
mod built;
mod config;
mod digest;
mod headers;
mod inside;
mod installed;
mod live;
mod macros;
mod matching;
mod numbers;
#[cfg(test)]
mod pins;
mod predefined;
mod types;
mod uapi;
mod wanted;
mod wrappers;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread;

use crate::diagnostic::{Diagnostic, Label, Result, Sink};
use crate::model::{
    Abis, Argument, ArgumentMacro, Definition, EntryFunction, Facts, Guard, Headers, OptionalEntry, Redirect, TableRow,
};
use crate::parse;
use crate::source::{self, Blobs, File, Kernel, Origin, Progress, Tree};

pub use digest::digest;
pub use installed::installed;
pub use live::{Near, Told, told};

/// What one scanned file holds, and what there is to say about it: where the next revision has the same file, it is not
/// scanned again, and whoever reads only that is told, too.
#[derive(Debug)]
struct Scanned {
    found: Found,
    said: Vec<Diagnostic>,
}

#[derive(Debug, Default)]
struct Found {
    definitions: Vec<Definition>,
    functions: Vec<EntryFunction>,
    redirects: Vec<Redirect>,
    arguments: Vec<ArgumentMacro>,
    optional: Vec<OptionalEntry>,
    /// The definitions of structures that no header has.
    structs: Option<Arc<str>>,
    /// Source files that it includes as text.
    pasted: Vec<(String, Guard)>,
}

/// Headers with macros that stand for parameters, beside those that a file defines for itself.
const ARGUMENT_HEADERS: [&str; 2] = ["include/linux/syscalls.h", "include/asm-generic/compat.h"];

/// What was read, and from what.
pub struct Extracted {
    /// The facts, without a note of where they were read from.
    pub facts: Facts,
    /// What its headers define.
    pub headers: Headers,
    /// SHA-256 of the tarball, if it was one.
    pub sha256: Option<String>,
    /// How many blobs were read and how many shared, if it was a git revision.
    pub blobs: Option<Blobs>,
}

/// What carries over from one kernel to the next, so that two revisions of one git clone cost little more than one.
///
/// It keeps what the revision before had, nothing older. The facts are those that [`extract`] gives.
#[derive(Debug, Default)]
pub struct Earlier(source::Earlier<Scanned>);

impl Earlier {
    /// Nothing was read yet.
    pub fn new() -> Self {
        Self::default()
    }
}

/// Reads the facts of a kernel. What it noticed is in `sink`; facts beside errors are not to be used.
pub fn extract(kernel: &Kernel, abis: &Abis, progress: &Progress, sink: &Sink) -> Result<Extracted> {
    extract_after(kernel, &mut Earlier::new(), abis, progress, sink)
}

/// Reads the facts of a kernel after others, of which only a revision of the same git clone makes a difference: files
/// that are the same there are not read again. What there is to say about those is in `sink` all the same.
pub fn extract_after(
    kernel: &Kernel,
    earlier: &mut Earlier,
    abis: &Abis,
    progress: &Progress,
    sink: &Sink,
) -> Result<Extracted> {
    facts(&read(kernel, earlier, abis, progress, sink)?, abis, sink)
}

/// Reads the facts of kernels one after another and hands them on in their order. While what one of them says is put
/// together, the next is read.
pub fn extract_each(
    kernels: &[Kernel],
    abis: &Abis,
    progress: &Progress,
    sink: &Sink,
    mut each: impl FnMut(Extracted) -> Result<()>,
) -> Result<()> {
    thread::scope(|scope| {
        // Without room for one that waits: three trees at most are in memory.
        let (sender, trees) = sync_channel(0);
        scope.spawn(move || {
            let mut earlier = Earlier::new();
            for kernel in kernels {
                let tree = read(kernel, &mut earlier, abis, progress, sink);
                let failed = tree.is_err();
                if sender.send(tree).is_err() || failed {
                    return;
                }
            }
        });
        trees.into_iter().try_for_each(|tree| each(facts(&tree?, abis, sink)?))
    })
}

fn read(
    kernel: &Kernel,
    earlier: &mut Earlier,
    abis: &Abis,
    progress: &Progress,
    sink: &Sink,
) -> Result<Tree<Scanned>> {
    let wanted = wanted::Wanted::new(abis);
    kernel.read_after(&mut earlier.0, &wanted.selection(), &scan, progress, sink)
}

/// What the texts of a kernel say.
fn facts(tree: &Tree<Scanned>, abis: &Abis, sink: &Sink) -> Result<Extracted> {
    let makefile = tree
        .get("Makefile")
        .ok_or_else(|| Box::new(Diagnostic::error("no-makefile", "the kernel has no `Makefile`")))?;
    let release = parse::release("Makefile", &makefile.text)?;
    let tables = tables(tree, sink);
    let numbers = numbers::numbers(tree, abis, &tables, sink);
    audit::check(tree, abis, &numbers, sink);
    let sha256 = match &tree.origin {
        Origin::Tarball { sha256 } => Some(sha256.clone()),
        _ => None,
    };
    let mut facts = Facts {
        tables,
        numbers,
        match_rules: matching::rules(tree, sink),
        skips_compat: matching::skips_compat(tree),
        ..Facts::new(release, digest(abis))
    };
    for header in ARGUMENT_HEADERS {
        let found = tree.get(header).map(|text| parse::argument_macros(header, &text.text)).unwrap_or_default();
        if !found.is_empty() {
            facts.arguments.insert(header.to_string(), found);
        }
    }
    // Headers whose text is kept are not among what was scanned.
    let headers = tree.texts().filter(|text| text.path.ends_with("/include/asm/unistd.h"));
    let headers: Vec<_> = headers.map(|text| (&text.path, parse::redirects(&text.path, &text.text, sink))).collect();
    let mut redirects: Vec<_> = headers.iter().map(|(path, found)| (*path, found.as_slice())).collect();
    let mut functions = Vec::new();
    let mut pasted = built::Pasted::new();
    for (path, scanned) in &tree.scanned {
        let Scanned { found, said } = &**scanned;
        said.iter().for_each(|said| sink.push(said.clone()));
        for (other, guard) in &found.pasted {
            pasted.entry(beside(path, other)).or_default().push((path.to_string(), guard.clone()));
        }
        if !found.arguments.is_empty() {
            facts.arguments.insert(path.to_string(), found.arguments.clone());
        }
        if !found.optional.is_empty() {
            facts.optional.insert(path.to_string(), found.optional.clone());
        }
        if !found.definitions.is_empty() {
            facts.definitions.insert(path.to_string(), found.definitions.clone());
        }
        functions.push((path, found.functions.as_slice()));
        redirects.push((path, found.redirects.as_slice()));
    }
    // Which functions and redirections matter shows only now that every table is known.
    let entries = facts.named_entries();
    let redirects = kept(redirects, |redirect| entries.contains(redirect.from.as_str()));
    let led_to: BTreeSet<&str> = redirects.values().flatten().map(|redirect| redirect.to.as_str()).collect();
    let named = |name: &str| entries.contains(name) || led_to.contains(name);
    let mut functions = kept(functions, |function| named(&function.name));
    functions.values_mut().flatten().for_each(|function| function.guard = function.guard.simplified());
    (facts.functions, facts.redirects) = (functions, redirects);
    check_functions(&facts, sink);
    let sources: BTreeSet<&str> = facts.definitions.keys().chain(facts.functions.keys()).map(String::as_str).collect();
    facts.built = built::built(tree, &sources.into_iter().collect::<Vec<_>>(), &pasted, sink);
    let headers = settle(&mut facts, tree, abis, sink);
    Ok(Extracted { facts, headers, sha256, blobs: tree.blobs })
}

/// What the text leaves to configuration and headers, for each kernel: conditions, then what depends on them.
fn settle(facts: &mut Facts, tree: &Tree<Scanned>, abis: &Abis, sink: &Sink) -> Headers {
    let (ways, symbols) = (facts.ways(abis), symbols(facts));
    let mut asked = symbols.clone();
    asked.extend(inside::asked(tree).into_iter().chain(wrappers::asked(tree)));
    let mut config = config::settled(tree, &ways, &asked, sink);
    let on = |way: &str, symbol: &str| config.get(symbol)?.get(way).copied();
    let macros = macros::settled(tree, abis, &ways, &symbols, &on, sink);
    facts.typedefs = types::of(tree, abis, facts, &on, sink);
    facts.wrappers = wrappers::wrappers(tree, &ways, &on, sink);
    let structs = tree.scanned.iter().filter_map(|(path, scanned)| Some((&**path, scanned.found.structs.as_ref()?)));
    let headers = uapi::headers(tree, &structs.collect(), abis, facts, &on, sink);
    config.retain(|symbol, _| symbols.contains(symbol));
    config.extend(macros);
    facts.settled = config;
    headers
}

/// Symbols that later steps ask for, whatever conditions say.
const ASKED: [&str; 6] = [
    "CONFIG_ARCH_HAS_SYSCALL_WRAPPER",
    "CONFIG_COMPAT",
    "CONFIG_HAVE_SYSCALL_TRACEPOINTS",
    "CONFIG_IA32_EMULATION",
    "CONFIG_PPC32",
    // `data/curated/entries.yaml` asks for it.
    "__ARCH_BROKEN_SYS_CLONE3",
];

/// Every symbol that a condition in these facts asks for.
fn symbols(facts: &Facts) -> BTreeSet<String> {
    let definitions = facts.definitions.values().flatten().map(|one| &one.guard);
    let functions = facts.functions.values().flatten().map(|one| &one.guard);
    let redirects = facts.redirects.values().flatten().map(|one| &one.guard);
    let arguments = facts.arguments.values().flatten().map(|one| &one.guard);
    let optional = facts.optional.values().flatten().map(|one| &one.guard);
    let guards = definitions.chain(functions).chain(redirects).chain(arguments).chain(optional);
    let symbols = guards.chain(facts.built.values()).flat_map(Guard::symbols);
    symbols.chain(ASKED).map(str::to_string).collect()
}

/// A path that is written in another file, from the folder of that file.
fn beside(file: &str, path: &str) -> String {
    file.rsplit_once('/').map_or_else(|| path.to_string(), |(folder, _)| format!("{folder}/{path}"))
}

/// What passes, by file; files of which nothing does are left out.
fn kept<T: Clone>(found: Vec<(&Arc<str>, &[T])>, passes: impl Fn(&T) -> bool) -> BTreeMap<String, Vec<T>> {
    let kept = |all: &[T]| all.iter().filter(|one| passes(one)).cloned().collect::<Vec<T>>();
    let kept = found.into_iter().map(|(path, all)| (path, kept(all)));
    kept.filter(|(_, all)| !all.is_empty()).map(|(path, all)| (path.to_string(), all)).collect()
}

fn scan(file: &File) -> Option<Scanned> {
    let sink = Sink::new();
    let found = found(file, &sink);
    let said = sink.take();
    (found.is_some() || !said.is_empty()).then(|| Scanned { found: found.unwrap_or_default(), said })
}

fn found(file: &File, sink: &Sink) -> Option<Found> {
    let in_arch = file.path.starts_with("arch/");
    let defines = parse::may_define(file.bytes);
    let pasted = parse::pasted(file.path, file.bytes);
    let structs = inside::structs_of(file.path);
    if !in_arch && !defines && pasted.is_empty() && structs.is_none() {
        return None;
    }
    let text = file.text();
    let (is_c, is_assembly) = (file.path.ends_with(".c"), file.path.ends_with(".S"));
    let definitions = if is_c && defines { parse::definitions(file.path, &text, sink) } else { Vec::new() };
    let calls_macro =
        |site: &Definition| site.arguments.iter().flatten().any(|argument| matches!(argument, Argument::Macro { .. }));
    let found = Found {
        arguments: match definitions.iter().any(calls_macro) {
            true => parse::argument_macros(file.path, &text),
            false => Vec::new(),
        },
        optional: match file.path == "kernel/sys_ni.c" {
            true => parse::optional(file.path, &text, sink),
            false => Vec::new(),
        },
        definitions,
        functions: match in_arch {
            true if is_c => parse::c_functions(&text),
            true if is_assembly => parse::assembly_labels(&text),
            _ => Vec::new(),
        },
        redirects: if in_arch { parse::redirects(file.path, &text, sink) } else { Vec::new() },
        structs: structs.map(|names| parse::structs(&text, names).into()),
        pasted,
    };
    let empty = found.definitions.is_empty()
        && found.functions.is_empty()
        && found.redirects.is_empty()
        && found.optional.is_empty()
        && found.pasted.is_empty()
        && found.structs.is_none();
    (!empty).then_some(found)
}

/// A C function that is an entry has parameters that are understood.
fn check_functions(facts: &Facts, sink: &Sink) {
    for (file, functions) in facts.functions.iter().filter(|(file, _)| file.ends_with(".c")) {
        for function in functions.iter().filter(|function| function.params.is_none()) {
            let message = format!("the parameters of `{}` are not understood", function.name);
            sink.push(
                Diagnostic::error("unknown-parameters", message)
                    .at(Label { line: function.line, ..Label::file(file.as_str()) })
                    .help("`parse/params.rs` reads what stands in a function's parentheses"),
            );
        }
    }
}

/// Every system call table, by the path of the file itself: a link to a shared table is not a table of its own.
fn tables<T>(tree: &Tree<T>, sink: &Sink) -> BTreeMap<String, Vec<TableRow>> {
    tree.texts()
        .filter(|text| wanted::is_table(&text.path) && tree.real_path(&text.path) == *text.path)
        .map(|text| (text.path.to_string(), parse::table(&text.path, &text.text, sink)))
        .collect()
}

#[cfg(test)]
mod tests;
