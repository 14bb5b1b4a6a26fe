//! Which layouts are kept: of what parameters point to, of what requests of `ioctl` pass, of the headers that `data/abis.yaml`
//! names, and of all that is reached from one of these.

use std::collections::BTreeSet;

use super::internal;
use crate::model::{Abis, Argument, Facts, Headers, Param, PerAbi, Record};

/// Drops the layouts that nothing leads to, beside what parameters do, and what is open of them.
pub(super) fn keep(headers: &mut Headers, reached: BTreeSet<String>, abis: &Abis) {
    let mut reached = reached;
    reached.extend(abis.records.iter().cloned());
    for constants in headers.constants.values() {
        let arguments = constants.values().filter_map(|constant| constant.argument.as_deref());
        reached.extend(arguments.filter_map(type_name));
    }
    for (header, records) in &headers.records {
        if abis.layouts.iter().any(|pattern| fits(pattern, header)) {
            reached.extend(records.keys().cloned());
        }
    }
    let mut fresh: Vec<String> = reached.iter().cloned().collect();
    while let Some(name) = fresh.pop() {
        let records = headers.records.values().filter_map(|records| records.get(&name));
        let types = records.flat_map(fields).filter_map(type_name);
        for name in types.collect::<BTreeSet<_>>() {
            if reached.insert(name.clone()) {
                fresh.push(name);
            }
        }
    }
    headers.records.values_mut().for_each(|records| records.retain(|name, _| reached.contains(name)));
    headers.records.retain(|_, records| !records.is_empty());
    // The kernel's own headers are full of structures that no program ever sees.
    for (path, open) in &mut headers.open {
        if internal::is_internal(path) {
            open.retain(|name, _| reached.contains(name));
        }
    }
    headers.open.retain(|_, open| !open.is_empty());
}

/// The types of a layout's fields.
fn fields(record: &PerAbi<Record>) -> impl Iterator<Item = &str> {
    record.variants().iter().flat_map(|(_, record)| &record.fields).map(|field| field.ty.as_str())
}

/// What parameters point to.
pub(super) fn parameters(facts: &Facts) -> BTreeSet<String> {
    let arguments = facts.definitions.values().flatten().filter_map(|site| site.arguments.as_ref()).flatten();
    let params = arguments.filter_map(|argument| match argument {
        Argument::Param(param) => Some(param),
        Argument::Macro { .. } => None,
    });
    let functions = facts.functions.values().flatten().filter_map(|function| function.params.as_ref()).flatten();
    params.chain(functions).filter_map(|param: &Param| type_name(&param.ty)).collect()
}

/// `struct stat` out of `const struct stat __user *`, `siginfo_t` out of `siginfo_t *`.
fn type_name(ty: &str) -> Option<String> {
    let mut words = ty.split([' ', '*']).filter(|word| !matches!(*word, "" | "const" | "volatile"));
    match words.next()? {
        word @ ("struct" | "union") => Some(format!("{word} {}", words.next()?)),
        word => Some(word.to_string()),
    }
}

/// Whether a header is one of `linux/if_*`, a star standing for any end.
fn fits(pattern: &str, header: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == header, |start| header.starts_with(start))
}
