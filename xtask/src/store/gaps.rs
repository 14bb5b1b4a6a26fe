//! `data/gaps.yaml`: what is not resolved, per field, reason, release and ABI.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::Gap;

const HEAD: &str = "\
# what the tables do not say yet, and why
# machine-owned: `cargo xtask gen` rewrites it; a gap that opens or closes is a change of this file
";

#[derive(Serialize)]
struct Ledger<'a> {
    fields: BTreeMap<&'a str, &'a str>,
    calls: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    field: &'a str,
    reason: &'a str,
    kernels: BTreeMap<&'a str, BTreeMap<&'a str, String>>,
}

/// The text of the ledger: fields that no call has yet, each with its reason, and gaps of single calls.
pub fn gaps(fields: &[(&'static str, &'static str)], gaps: &[Gap]) -> String {
    // By field and reason: release → call → ways in.
    type Calls<'a> = BTreeMap<&'a str, Vec<&'a str>>;
    let mut by_reason: BTreeMap<(&str, &str), BTreeMap<&str, Calls>> = BTreeMap::new();
    for gap in gaps {
        let kernels = by_reason.entry((gap.field, gap.reason)).or_default();
        kernels.entry(&gap.kernel).or_default().entry(&gap.syscall).or_default().push(&gap.abi);
    }
    let calls = by_reason.into_iter().map(|((field, reason), kernels)| Entry {
        field,
        reason,
        kernels: kernels
            .into_iter()
            .map(|(kernel, calls)| (kernel, calls.into_iter().map(|(call, abis)| (call, abis.join(" "))).collect()))
            .collect(),
    });
    let ledger = Ledger { fields: fields.iter().copied().collect(), calls: calls.collect() };
    format!("{HEAD}{}", serde_yaml::to_string(&ledger).expect("maps of strings always have a YAML form"))
}
