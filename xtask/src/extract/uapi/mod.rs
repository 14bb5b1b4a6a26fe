//! What the headers of user space define for each ABI: every header that a program can include is run by itself, once for
//! each ABI, as that ABI's compiler would read it.

mod constants;
mod internal;
mod reached;
mod records;
mod view;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rayon::prelude::*;

use super::predefined;
use crate::diagnostic::{Level, Sink};
use crate::evaluate::{FileId, Output, Session, Setup, Span, preprocess};
use crate::model::{AbiSpec, Abis, Constant, Facts, Headers, NamedConstant, PerAbi, Record};
use crate::source::{Text, Tree};
use view::View;

/// What the run of one header says for one ABI.
#[derive(Default)]
struct Said {
    constants: Vec<(String, Constant, Option<String>)>,
    records: Vec<(String, Record)>,
    open: Vec<Open>,
}

/// What could not be evaluated.
struct Open {
    /// The macro, enumerator or structure; `*` for the header as a whole.
    name: String,
    why: String,
    /// The tag or typedef without which it has no size.
    missing: Option<String>,
}

/// What every header defines for each of these ABIs.
///
/// `settled` says of a kernel and a `CONFIG_` symbol whether it is on.
pub(super) fn headers<T: Send + Sync>(
    tree: &Tree<T>,
    abis: &Abis,
    facts: &Facts,
    settled: &(dyn Fn(&str, &str) -> Option<bool> + Sync),
) -> Headers {
    let specs: Vec<&AbiSpec> = abis.abis.iter().filter(|abi| facts.numbers.contains_key(&abi.name)).collect();
    let session = Session::new();
    let views: Vec<View<'_, T>> = specs.iter().map(|abi| View::new(tree, abi)).collect();
    let setups: Vec<Setup> = specs.iter().map(|abi| predefined::program(abi)).collect();
    let names: BTreeSet<&str> = views.iter().flat_map(View::names).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let alone = |name: &&str| {
        let runs = views.iter().zip(&setups);
        let said = runs.map(|(view, setup)| Some(said(&session, view, setup, name, view.root(name)?)));
        said.collect::<Vec<Option<Said>>>()
    };
    let mut all: Vec<Vec<Option<Said>>> = names.par_iter().map(alone).collect();
    let places = Places::new(&names, &all, specs.len());
    all.par_iter_mut().zip(&names).for_each(|(by_abi, name)| {
        for (abi, said) in by_abi.iter_mut().enumerate() {
            if let (Some(said), Some(view), Some(setup)) = (said, views.get(abi), setups.get(abi)) {
                in_company(&session, view, setup, name, said, |missing| places.get(abi, missing));
            }
        }
    });
    let merged = names.into_iter().zip(all).map(|(name, by_abi)| {
        let mut merged = Merged::default();
        for (abi, said) in by_abi.into_iter().enumerate() {
            said.into_iter().for_each(|said| merged.add(abi, said));
        }
        (name, merged)
    });
    let mut headers = Headers { abis: specs.iter().map(|abi| abi.name.clone()).collect(), ..Headers::default() };
    for (name, merged) in merged {
        merged.into(&mut headers, name.to_string());
    }
    for (path, merged) in internal::run(tree, &session, &specs, settled) {
        merged.into(&mut headers, path);
    }
    reached::keep(&mut headers, facts, &abis.layouts);
    headers
}

fn said<T: Send + Sync>(session: &Session, view: &View<'_, T>, setup: &Setup, name: &str, text: &Text) -> Said {
    let sink = Sink::new();
    let output = preprocess(session, view, setup, &text.path, &text.text, &sink);
    let mut said = Said::default();
    // A compiler stops there, and so does what is known.
    if let Some(error) = sink.take().into_iter().find(|error| error.level == Level::Error) {
        let place = error.labels.first().map_or_else(String::new, |label| format!(" ({})", label.path));
        let why = format!("{}{place}", error.message);
        said.open.push(Open { name: "*".to_string(), why, missing: None });
        return said;
    }
    find(&output, &view.own(name, text, &output), &mut said);
    said
}

/// What a run says that stands in these texts.
fn find(output: &Output<'_>, own: &Own, said: &mut Said) {
    let types = output.types();
    constants::find(output, &types, own, said);
    records::find(output, &types, own, said);
}

/// How often a header is run again with what turned out to be missing.
const ROUNDS: usize = 4;

/// Evaluates what a header leaves open together with the headers that define what is missing, as a program does that
/// needs it: `TCGETS` of some ABIs has the size of a structure of `asm/termbits.h`.
fn in_company<'h, T: Send + Sync>(
    session: &Session,
    view: &View<'_, T>,
    setup: &Setup,
    name: &str,
    said: &mut Said,
    place: impl Fn(&str) -> Option<&'h str>,
) {
    let (Some(text), mut company) = (view.root(name), Vec::new()) else { return };
    for _ in 0..ROUNDS {
        let missing = said.open.iter().filter_map(|open| place(open.missing.as_deref()?));
        let missing: BTreeSet<&str> = missing.filter(|header| *header != name && !company.contains(header)).collect();
        if missing.is_empty() {
            return;
        }
        company.extend(missing);
        // What was found missing last is what others rest on.
        let includes: String =
            company.iter().rev().chain(std::iter::once(&name)).map(|name| format!("#include <{name}>\n")).collect();
        let unit = format!("<{name} in company>");
        let sink = Sink::new();
        let output = preprocess(session, view, setup, &unit, &includes.into(), &sink);
        if sink.errors() > 0 {
            return;
        }
        let mut again = Said::default();
        find(&output, &view.own(name, text, &output), &mut again);
        let open: BTreeSet<String> = said.open.iter().map(|open| open.name.clone()).collect();
        said.constants.extend(again.constants.into_iter().filter(|(name, ..)| open.contains(name)));
        said.records.extend(again.records.into_iter().filter(|(name, _)| open.contains(name)));
        said.open = again.open;
    }
}

/// Which header defines a tag, typedef or constant that another lacks, by ABI.
struct Places<'h>(Vec<HashMap<String, &'h str>>);

impl<'h> Places<'h> {
    fn new(names: &[&'h str], all: &[Vec<Option<Said>>], abis: usize) -> Self {
        let wanted: HashSet<&str> = all
            .iter()
            .flatten()
            .flatten()
            .flat_map(|said| &said.open)
            .filter_map(|open| open.missing.as_deref())
            .collect();
        let mut places: Vec<HashMap<String, &str>> = vec![HashMap::new(); abis];
        for (name, by_abi) in names.iter().zip(all) {
            for (said, places) in by_abi.iter().zip(&mut places) {
                let records = said.iter().flat_map(|said| &said.records).map(|(name, _)| name);
                let constants = said.iter().flat_map(|said| &said.constants).map(|(name, ..)| name);
                let open = said.iter().flat_map(|said| &said.open).map(|open| &open.name);
                for defined in records.chain(constants).chain(open) {
                    let word = defined.rsplit(' ').next().unwrap_or(defined);
                    if wanted.contains(word) {
                        places.entry(word.to_string()).or_insert(name);
                    }
                }
            }
        }
        Places(places)
    }

    fn get(&self, abi: usize, missing: &str) -> Option<&'h str> {
        if view::LIBRARY_TYPES.contains(&missing) {
            return Some(view::LIBRARY_HEADER);
        }
        if let Some((_, home)) = view::HOMES.iter().find(|(name, _)| *name == missing) {
            return Some(home);
        }
        self.0.get(abi)?.get(missing).copied()
    }
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
type Known = HashMap<FileId, bool>;

/// What the runs of a header say together.
#[derive(Default)]
struct Merged {
    constants: BTreeMap<String, (Vec<(usize, Constant)>, Option<String>)>,
    records: BTreeMap<String, Vec<(usize, Record)>>,
    open: BTreeMap<String, Vec<(usize, String)>>,
}

impl Merged {
    fn add(&mut self, abi: usize, said: Said) {
        for (name, value, argument) in said.constants {
            let entry = self.constants.entry(name).or_default();
            entry.0.push((abi, value));
            if entry.1.is_none() {
                entry.1 = argument;
            }
        }
        for (name, record) in said.records {
            self.records.entry(name).or_default().push((abi, record));
        }
        for open in said.open {
            self.open.entry(open.name).or_default().push((abi, open.why));
        }
    }

    fn into(self, headers: &mut Headers, name: String) {
        // Whoever came first stands first, in whatever order they came.
        let sorted = |mut values: Vec<(usize, Constant)>| {
            values.sort_by_key(|(abi, _)| *abi);
            PerAbi::new(values)
        };
        let constants: BTreeMap<String, NamedConstant> = self
            .constants
            .into_iter()
            .map(|(name, (values, argument))| (name, NamedConstant { values: sorted(values), argument }))
            .collect();
        let records: BTreeMap<_, _> =
            self.records.into_iter().map(|(name, values)| (name, PerAbi::new(values))).collect();
        let open: BTreeMap<_, _> = self.open.into_iter().map(|(name, values)| (name, PerAbi::new(values))).collect();
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
