//! What the headers of user space define for each ABI: every header that a program can include is run by itself, once for
//! each ABI, as that ABI's compiler would read it.

mod constants;
mod internal;
mod reached;
mod records;
mod view;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::predefined;
use crate::diagnostic::{Diagnostic, Level, Sink};
use crate::evaluate::{FileId, Output, Session, Setup, Span, preprocess};
use crate::model::{AbiSet, AbiSpec, Abis, Constant, Facts, Headers, NamedConstant, PerAbi, Record};
use crate::source::{Text, Tree};
use view::View;

/// What the run of one header says for one ABI.
#[derive(Default)]
struct Said<'s> {
    constants: Vec<(Cow<'s, str>, Constant, Option<String>)>,
    records: Vec<(String, Record)>,
    open: Vec<Open>,
    /// What is said of those that no further header could help.
    unknown: Vec<Diagnostic>,
}

/// What could not be evaluated.
struct Open {
    /// The macro, enumerator or structure; `*` for the header as a whole.
    name: String,
    why: String,
    /// The tag, typedef or macro that would have to be defined.
    missing: Option<String>,
    /// It is nothing that is open where nobody defines what is missing.
    may_be_none: bool,
}

/// Structures of files that are no headers, by path.
pub(super) type Structs<'a> = BTreeMap<&'a str, &'a Arc<str>>;

/// What every header defines for each of these ABIs.
///
/// `settled` says of a kernel and a `CONFIG_` symbol whether it is on.
pub(super) fn headers<T: Send + Sync>(
    tree: &Tree<T>,
    structs: &Structs<'_>,
    abis: &Abis,
    facts: &Facts,
    settled: &(dyn Fn(&str, &str) -> Option<bool> + Sync),
    sink: &Sink,
) -> Headers {
    let session = Session::new();
    let (specs, mut headers) = programs(tree, &session, abis, facts, sink);
    for (path, merged) in internal::run(tree, structs, &session, &specs, settled, sink) {
        merged.into(&mut headers, path);
    }
    reached::keep(&mut headers, reached::parameters(facts), abis);
    headers
}

/// What every header of a folder of installed ones defines. Its layouts are those that `near` has, beside what their own
/// requests lead to.
pub(super) fn installed<T: Send + Sync>(
    tree: &Tree<T>,
    abis: &Abis,
    facts: &Facts,
    near: &Headers,
    sink: &Sink,
) -> Headers {
    let (_, mut headers) = programs(tree, &Session::new(), abis, facts, sink);
    reached::keep(&mut headers, near.records.values().flat_map(BTreeMap::keys).cloned().collect(), abis);
    headers
}

/// What every header that programs can include defines for each ABI of the release.
fn programs<'b, T: Send + Sync>(
    tree: &Tree<T>,
    session: &Session,
    abis: &'b Abis,
    facts: &Facts,
    sink: &Sink,
) -> (Vec<&'b AbiSpec>, Headers) {
    let specs: Vec<&AbiSpec> = abis.abis.iter().filter(|abi| facts.numbers.contains_key(&abi.name)).collect();
    let views: Vec<View<'_, T>> = specs.iter().map(|abi| View::new(tree, abi)).collect();
    let setups: Vec<Setup> = specs.iter().map(|abi| predefined::program(abi)).collect();
    let names: BTreeSet<&str> = views.iter().flat_map(View::names).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let alone = |name: &&str| {
        let mut merged = Merged::default();
        for (abi, (view, setup)) in views.iter().zip(&setups).enumerate() {
            if let Some(text) = view.root(name) {
                merged.add(abi, said(session, view, setup, name, text));
            }
        }
        merged
    };
    let mut all: Vec<Merged<'_>> = names.par_iter().map(alone).collect();
    let places = Places::new(&names, &all, &views);
    all.par_iter_mut().zip(&names).for_each(|(merged, name)| {
        let mut open: BTreeMap<usize, Vec<Open>> = BTreeMap::new();
        for (abi, what) in std::mem::take(&mut merged.open) {
            open.entry(abi).or_default().push(what);
        }
        for (abi, open) in open {
            if let (Some(view), Some(setup)) = (views.get(abi), setups.get(abi)) {
                let place = |missing: &str| places.get(abi, missing);
                merged.add(abi, in_company(session, view, setup, name, open, place));
            }
        }
    });
    let mut headers = Headers { abis: specs.iter().map(|abi| abi.name.clone()).collect(), ..Headers::default() };
    for (name, mut merged) in names.iter().zip(all) {
        merged.unknown.drain(..).for_each(|unknown| sink.push(unknown));
        merged.into(&mut headers, name.to_string());
    }
    (specs, headers)
}

fn said<'s, T: Send + Sync>(
    session: &'s Session,
    view: &View<'_, T>,
    setup: &Setup,
    name: &str,
    text: &Text,
) -> Said<'s> {
    let sink = Sink::new();
    let output = match view::ALWAYS.iter().find(|(header, _)| *header == name) {
        None => preprocess(session, view, setup, &text.path, &text.text, &sink),
        Some((_, other)) => {
            let unit = format!("#include <{other}>\n#include <{name}>\n").into();
            preprocess(session, view, setup, &format!("<{name} in company>"), &unit, &sink)
        }
    };
    let mut said = Said::default();
    // A compiler stops there, and so does what is known.
    if let Some(error) = sink.take().into_iter().find(|error| error.level == Level::Error) {
        let place = error.labels.first().map_or_else(String::new, |label| format!(" ({})", label.path));
        let why = format!("{}{place}", error.message);
        said.open.push(Open { name: "*".to_string(), why, missing: None, may_be_none: false });
        return said;
    }
    find(&output, &view.own(name, text, &output), &mut said);
    said
}

/// What a run says that stands in these texts.
fn find<'s>(output: &Output<'s>, own: &Own, said: &mut Said<'s>) {
    let types = output.types();
    constants::find(output, &types, own, said);
    records::find(output, &types, own, said);
}

/// How often a header is run again with what turned out to be missing.
const ROUNDS: usize = 4;

/// Evaluates what a header leaves open together with the headers that define what is missing, as a program does that
/// needs it: `TCGETS` of some ABIs has the size of a structure of `asm/termbits.h`.
fn in_company<'s, 'h, T: Send + Sync>(
    session: &'s Session,
    view: &View<'_, T>,
    setup: &Setup,
    name: &str,
    open: Vec<Open>,
    place: impl Fn(&str) -> Option<&'h str>,
) -> Said<'s> {
    let mut said = Said { open, ..Said::default() };
    let (Some(text), mut company) = (view.root(name), Vec::new()) else { return said };
    for _ in 0..ROUNDS {
        let missing = said.open.iter().filter_map(|open| place(open.missing.as_deref()?));
        let missing: BTreeSet<&str> = missing.filter(|header| *header != name && !company.contains(header)).collect();
        if missing.is_empty() {
            break;
        }
        company.extend(missing);
        // What was found missing last is what others rest on.
        let includes: String =
            company.iter().rev().chain(std::iter::once(&name)).map(|name| format!("#include <{name}>\n")).collect();
        let unit = format!("<{name} in company>");
        let sink = Sink::new();
        let output = preprocess(session, view, setup, &unit, &includes.into(), &sink);
        if sink.errors() > 0 {
            // What those headers would have made of it is not known.
            for open in &mut said.open {
                open.may_be_none &= open.missing.as_deref().and_then(&place).is_none();
            }
            break;
        }
        let mut again = Said::default();
        find(&output, &view.own(name, text, &output), &mut again);
        let open: BTreeSet<String> = said.open.iter().map(|open| open.name.clone()).collect();
        said.constants.extend(again.constants.into_iter().filter(|(name, ..)| open.contains(&**name)));
        said.records.extend(again.records.into_iter().filter(|(name, _)| open.contains(name)));
        said.open = again.open;
    }
    said
}

/// Which header defines a tag, typedef or constant that another lacks, by ABI.
struct Places(Vec<HashMap<String, String>>);

impl Places {
    fn new<T: Send + Sync>(names: &[&str], all: &[Merged<'_>], views: &[View<'_, T>]) -> Self {
        let open = all.iter().flat_map(|merged| &merged.open);
        let wanted: HashSet<&str> = open.filter_map(|(_, open)| open.missing.as_deref()).collect();
        let macros = views.par_iter().map(|view| view.defined(&wanted)).collect::<Vec<_>>();
        let mut places: Vec<HashMap<String, String>> = macros
            .into_iter()
            .map(|found| found.into_iter().map(|(name, header)| (name.to_string(), header)).collect())
            .collect();
        for (header, merged) in names.iter().zip(all) {
            let records = merged.records.iter().map(|(name, record)| (name.as_str(), record.whom()));
            let constants = merged.constants.iter().map(|(name, constant)| (&**name, constant.values.whom()));
            let open = merged.open.iter().map(|(abi, open)| (open.name.as_str(), AbiSet(1 << abi)));
            for (defined, whom) in records.chain(constants).chain(open) {
                let word = defined.rsplit(' ').next().unwrap_or(defined);
                if wanted.contains(word) {
                    for abi in whom.places() {
                        if let Some(places) = places.get_mut(abi) {
                            places.entry(word.to_string()).or_insert_with(|| header.to_string());
                        }
                    }
                }
            }
        }
        Places(places)
    }

    fn get(&self, abi: usize, missing: &str) -> Option<&str> {
        if view::LIBRARY_TYPES.contains(&missing) {
            return Some(view::LIBRARY_HEADER);
        }
        if let Some((_, home)) = view::HOMES.iter().find(|(name, _)| *name == missing) {
            return Some(home);
        }
        self.0.get(abi)?.get(missing).map(String::as_str)
    }
}

/// What a header holds and the evaluator does not know: said, and left to the ledger.
fn not_understood(output: &Output<'_>, span: Span, name: &str, why: &str) -> Diagnostic {
    Diagnostic::warning("not-understood", format!("`{name}` is not evaluated: {why}"))
        .at(output.session.label(span, name.len()))
        .help("it is listed in `open.yaml`, and has no value; evaluate/ is what would have to learn it")
}

/// The texts whose definitions are a header's.
struct Own(BTreeSet<String>);

impl Own {
    /// Whether something stands in one of them; the answers for a text are kept in `known`.
    fn has(&self, output: &Output<'_>, span: Span, known: &mut Known) -> bool {
        let is_own = || output.place(span).is_some_and(|place| self.0.contains(&*place.path));
        *known.entry(span.file).or_insert_with(is_own)
    }
}

/// The answers of [`Own::has`] so far, by text.
type Known = FxHashMap<FileId, bool>;

/// What the runs of a header say together.
#[derive(Default)]
struct Merged<'s> {
    constants: FxHashMap<Cow<'s, str>, NamedConstant>,
    records: FxHashMap<String, PerAbi<Record>>,
    /// With the ABI.
    open: Vec<(usize, Open)>,
    unknown: Vec<Diagnostic>,
}

impl<'s> Merged<'s> {
    fn add(&mut self, abi: usize, said: Said<'s>) {
        for (name, value, argument) in said.constants {
            let entry = self.constants.entry(name);
            let constant = entry.or_insert_with(|| NamedConstant { values: PerAbi::default(), argument: None });
            constant.values.add(abi, value);
            if constant.argument.is_none() {
                constant.argument = argument;
            }
        }
        for (name, record) in said.records {
            self.records.entry(name).or_default().add(abi, record);
        }
        self.open.extend(said.open.into_iter().map(|open| (abi, open)));
        for unknown in said.unknown {
            // Once, however many ABIs read it.
            if !self.unknown.contains(&unknown) {
                self.unknown.push(unknown);
            }
        }
    }

    fn into(self, headers: &mut Headers, name: String) {
        let constants = self
            .constants
            .into_iter()
            .map(|(name, constant)| (name.to_string(), NamedConstant { values: constant.values.sorted(), ..constant }));
        let records = self.records.into_iter().map(|(name, values)| (name, values.sorted()));
        let mut open: BTreeMap<String, PerAbi<String>> = BTreeMap::new();
        for (abi, what) in self.open.into_iter().filter(|(_, open)| !open.may_be_none) {
            open.entry(what.name).or_default().add(abi, what.why);
        }
        let constants: BTreeMap<_, _> = constants.collect();
        let records: BTreeMap<_, _> = records.collect();
        let open: BTreeMap<_, _> = open.into_iter().map(|(name, values)| (name, values.sorted())).collect();
        if !constants.is_empty() {
            headers.constants.insert(name.clone(), constants);
        }
        if !records.is_empty() {
            headers.records.insert(name.clone(), records);
        }
        if !open.is_empty() {
            headers.open.insert(name, open);
        }
    }
}
