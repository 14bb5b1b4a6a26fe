//! What the typedefs of parameters come to on each kernel, read from the kernel's own headers.
//!
//! A condition that asks a `CONFIG_` symbol of which nothing is settled counts as off, but for the few that only add
//! typedefs ([`ASSUMED`]): a call that needs one of those is not there either where the symbol is off.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::inside::{Config, Follow, KernelHeaders, setup};
use crate::diagnostic::Sink;
use crate::evaluate::{DataModel, Session, TypeClass, preprocess};
use crate::model::{AbiSpec, Abis, Argument, Facts, Param, Scalar};
use crate::source::Tree;

/// Symbols that count as on where nothing is settled.
const ASSUMED: [&str; 2] = ["CONFIG_COMPAT", "CONFIG_HAVE_UID16"];

/// What the typedefs come to that parameters of these facts use.
pub(super) fn of<T: Send + Sync>(
    tree: &Tree<T>,
    abis: &Abis,
    facts: &Facts,
    settled: &(dyn Fn(&str, &str) -> Option<bool> + Sync),
    sink: &Sink,
) -> BTreeMap<String, BTreeMap<String, Scalar>> {
    typedefs(tree, abis, &facts.kernels(abis), &names(facts), settled, sink)
}

/// Every name in the type of a parameter: `size_t`, `enum landlock_rule_type`.
fn names(facts: &Facts) -> BTreeSet<String> {
    let arguments = facts.definitions.values().flatten().filter_map(|site| site.arguments.as_ref()).flatten();
    let params = arguments.filter_map(|argument| match argument {
        Argument::Param(param) => Some(param),
        Argument::Macro { .. } => None,
    });
    let functions = facts.functions.values().flatten().filter_map(|function| function.params.as_ref()).flatten();
    let macros = facts.arguments.values().flatten().flat_map(|one| &one.params);
    names_in(params.chain(functions).chain(macros))
}

/// Every name in the types of these parameters.
pub(super) fn names_in<'p>(params: impl Iterator<Item = &'p Param>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for param in params {
        let mut words =
            param.ty.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
        while let Some(word) = words.next() {
            match word {
                "struct" | "union" => drop(words.next()),
                "enum" => names.extend(words.next().map(|tag| format!("{word} {tag}"))),
                _ => drop(names.insert(word.to_string())),
            }
        }
    }
    names
}

/// What each name comes to, by kernel; a kernel whose headers do not tell is left out. Names may be `enum x`, too.
///
/// `settled` says of a kernel and a `CONFIG_` symbol whether it is on.
pub(super) fn typedefs<T: Send + Sync>(
    tree: &Tree<T>,
    abis: &Abis,
    kernels: &BTreeSet<&str>,
    names: &BTreeSet<String>,
    settled: &(dyn Fn(&str, &str) -> Option<bool> + Sync),
    sink: &Sink,
) -> BTreeMap<String, BTreeMap<String, Scalar>> {
    let (session, config) = (Session::new(), Config::new(tree, Follow::Types));
    let kernels: Vec<&AbiSpec> = kernels.iter().filter_map(|kernel| abis.get(kernel)).collect();
    let told = |kernel: &&AbiSpec| {
        let config = config.of(&kernel.arch).into_iter();
        let on = config.filter(|symbol| settled(&kernel.name, symbol).unwrap_or(ASSUMED.contains(symbol)));
        (kernel.name.clone(), of_kernel(tree, &session, kernel, on, names, sink))
    };
    let by_kernel: Vec<(String, Vec<Option<Scalar>>)> = kernels.par_iter().map(told).collect();
    let mut all: BTreeMap<String, BTreeMap<String, Scalar>> = BTreeMap::new();
    for (kernel, scalars) in by_kernel {
        for (name, scalar) in names.iter().zip(scalars) {
            if let Some(scalar) = scalar {
                all.entry(name.clone()).or_default().insert(kernel.clone(), scalar);
            }
        }
    }
    all
}

/// What each name comes to on one kernel, with these `CONFIG_` symbols on.
fn of_kernel<'c, T: Send + Sync>(
    tree: &Tree<T>,
    session: &Session,
    kernel: &AbiSpec,
    on: impl Iterator<Item = &'c str>,
    names: &BTreeSet<String>,
    sink: &Sink,
) -> Vec<Option<Scalar>> {
    let headers = KernelHeaders { tree, arch: &kernel.arch, follow: Follow::Types };
    let mut setup = setup(kernel);
    for symbol in on {
        setup.predefine(symbol, "1");
    }
    let unit: Arc<str> = headers.all().into();
    let path = format!("<the types of {}>", kernel.name);
    let output = preprocess(session, &headers, &setup, &path, &unit, sink);
    let typedefs = output.typedefs();
    let scalar = |name: &String| match name.split_once(' ') {
        // The compiler chooses `unsigned int`, or `int` where an enumerator is negative. It would choose less only for
        // one that is packed, which no interface to user space has, or with `-fshort-enums`, which no kernel is built
        // with.
        Some(("enum", _)) => Some(Scalar::Unsigned(32)),
        Some(_) => None,
        None => typedefs.class(session, name).map(|class| scalar(class, &output.model)),
    };
    names.iter().map(scalar).collect()
}

fn scalar(class: TypeClass, model: &DataModel) -> Scalar {
    match class {
        TypeClass::Integer(ty) => {
            let bits = u8::try_from(model.size(ty) * 8).unwrap_or(u8::MAX);
            if model.signed(ty) { Scalar::Signed(bits) } else { Scalar::Unsigned(bits) }
        }
        TypeClass::Enumeration => Scalar::Unsigned(32),
        TypeClass::Pointer => Scalar::Pointer,
        TypeClass::Aggregate => Scalar::Aggregate,
    }
}
