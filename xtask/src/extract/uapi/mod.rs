//! What the headers of user space define for each ABI: every header that a program can include is run by itself, once for
//! each ABI, as that ABI's compiler would read it.

mod constants;
mod records;
mod view;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use super::predefined;
use crate::diagnostic::{Level, Sink};
use crate::evaluate::{FileId, Output, Session, Setup, Span, preprocess};
use crate::model::{AbiSpec, Abis, Constant, Headers, NamedConstant, PerAbi, Record};
use crate::source::{Text, Tree};
use view::View;

/// What the run of one header says for one ABI.
#[derive(Default)]
struct Said {
    constants: Vec<(String, Constant, Option<String>)>,
    records: Vec<(String, Record)>,
    /// What could not be evaluated, and why; `*` for the header as a whole.
    open: Vec<(String, String)>,
}

/// What every header defines for each of these ABIs.
pub(super) fn headers<T: Send + Sync>(tree: &Tree<T>, abis: &Abis, held: &BTreeSet<&str>) -> Headers {
    let specs: Vec<&AbiSpec> = abis.abis.iter().filter(|abi| held.contains(abi.name.as_str())).collect();
    let session = Session::new();
    let views: Vec<View<'_, T>> = specs.iter().map(|abi| View::new(tree, abi)).collect();
    let setups: Vec<Setup> = specs.iter().map(|abi| predefined::program(abi)).collect();
    let names: BTreeSet<&str> = views.iter().flat_map(View::names).collect();
    let run = |name: &&str| {
        let mut merged = Merged::default();
        for (at, (view, setup)) in views.iter().zip(&setups).enumerate() {
            if let Some(text) = view.root(name) {
                merged.add(at, said(&session, view, setup, name, text));
            }
        }
        (name.to_string(), merged)
    };
    let merged: Vec<(String, Merged)> = names.into_iter().collect::<Vec<_>>().par_iter().map(run).collect();
    let mut headers = Headers { abis: specs.iter().map(|abi| abi.name.clone()).collect(), ..Headers::default() };
    for (name, merged) in merged {
        merged.into(&mut headers, name);
    }
    headers
}

fn said<T: Send + Sync>(session: &Session, view: &View<'_, T>, setup: &Setup, name: &str, text: &Text) -> Said {
    let sink = Sink::new();
    let output = preprocess(session, view, setup, &text.path, &text.text, &sink);
    let mut said = Said::default();
    // A compiler stops there, and so does what is known.
    if let Some(error) = sink.take().into_iter().find(|error| error.level == Level::Error) {
        let place = error.labels.first().map_or_else(String::new, |label| format!(" ({})", label.path));
        said.open.push(("*".to_string(), format!("{}{place}", error.message)));
        return said;
    }
    let own = view.own(name, text, &output);
    let types = output.types();
    constants::find(&output, &types, &own, &mut said);
    records::find(&output, &types, &own, &mut said);
    said
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
        for (name, why) in said.open {
            self.open.entry(name).or_default().push((abi, why));
        }
    }

    fn into(self, headers: &mut Headers, name: String) {
        let constants: BTreeMap<String, NamedConstant> = self
            .constants
            .into_iter()
            .map(|(name, (values, argument))| (name, NamedConstant { values: PerAbi::new(values), argument }))
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
