//! Every constant that this project lists, held against the headers that a kernel installs and a compiler of the ABI.
//!
//! As in `conformance.rs`, `SYSCALL_META_KERNELS` names the kernels and `SYSCALL_META_TOOL` may name an optimised binary;
//! `SYSCALL_META_BUILT` a folder where built headers stay for the next test. Every header that a program can include is
//! included by itself. What it defines there, the compiler tells; each name that is listed of it becomes an assertion of
//! value, sign and C type, and each that is not listed must be none that the compiler can evaluate.
//!
//! Where Debian's compiler of an ABI is on the machine it is asked; for the others this machine's, with what that of the
//! ABI predefines and its alignment of 64-bit integers.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use serde::Deserialize;
use syscall_meta_tests::conformance::{
    Checks, Compiler, Figures, Homes, Installed, Kernel, Listed, Run, compare_constants, kernels, run, say,
    side_by_side, tool,
};
use syscall_meta_tests::{data, root};

#[test]
fn constants_are_those_of_a_compiler() {
    let Some((folder, versions)) = kernels("conformance_constants") else { return };
    let (mut differences, known) = (Vec::new(), Mutex::new(BTreeMap::new()));
    for version in versions {
        differences.extend(compare_kernel(&folder, &version, &known));
    }
    let few: Vec<&str> = differences.iter().map(String::as_str).take(400).collect();
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), few.join("\n"));
}

/// What came out of headers that were compared before, by all that decides it: most are the same for many ABIs and releases.
type Known = Mutex<BTreeMap<u64, Figures>>;

fn compare_kernel(folder: &Path, version: &str, known: &Known) -> Vec<String> {
    let kernel = Kernel::open(folder, version);
    kernel.build();
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let listed = list(&kernel);
    let open = open(version);
    let mut installed: BTreeMap<&str, Installed> = BTreeMap::new();
    for abi in &kernel.alive {
        installed
            .entry(abi.arch)
            .or_insert_with(|| Installed::new(&kernel.installed(abi.arch), &scratch.path().join("library")));
    }
    let none = ByHeader::new();
    let (mut differences, mut total, mut own) = (Vec::new(), Figures::default(), 0);
    for abi in &kernel.alive {
        let place = format!("conformance_constants: linux-{version}: {:<12}", abi.name);
        let Some(compiler) = Compiler::own(abi).or_else(|| Compiler::stand_in(abi)) else {
            say(&format!("{place} left out: no compiler for it"));
            continue;
        };
        own += usize::from(compiler.is_own);
        let lacking = compiler.not_predefined(abi);
        if !lacking.is_empty() {
            differences.push(format!("{version}: {}: {compiler} does not predefine {lacking:?}", abi.name));
        }
        let figures = compare_abi(
            &compiler,
            &installed[abi.arch],
            listed.get(abi.name).unwrap_or(&none),
            open.get(abi.name),
            known,
        );
        say(&format!("{place} {figures} ({compiler})"));
        differences.extend(figures.differences.iter().map(|what| format!("{version}: {}: {what}", abi.name)));
        total.add(figures);
    }
    if total.agree == 0 {
        differences.push(format!("{version}: nothing was compared; does SYSCALL_META_ABIS name an ABI?"));
    }
    say(&format!("conformance_constants: linux-{version}: {total}; {own} ABIs by their own compiler"));
    differences
}

/// Listed constants and open names by header.
type ByHeader<T> = BTreeMap<String, Vec<T>>;

fn compare_abi(
    compiler: &Compiler,
    installed: &Installed,
    listed: &ByHeader<Listed>,
    open: Option<&ByHeader<String>>,
    known: &Known,
) -> Figures {
    let runs = side_by_side(&installed.names, |header| installed.run(compiler, header));
    let homes = Homes::new(
        installed.names.iter().zip(&runs).filter_map(|(header, run)| Some((header.as_str(), run.as_ref().ok()?))),
    );
    let all: Vec<(&String, &Result<Run, String>)> = installed.names.iter().zip(&runs).collect();
    let none = Vec::new();
    let one = |(header, run): &(&String, &Result<Run, String>)| {
        let listed = listed.get(*header).unwrap_or(&none);
        let open = open.and_then(|open| open.get(*header)).into_iter().flatten();
        let open: BTreeSet<&str> = open.map(String::as_str).collect();
        match run {
            Ok(run) => {
                let mut hasher = DefaultHasher::new();
                (run.digest, listed, &open).hash(&mut hasher);
                let key = hasher.finish();
                let before = known.lock().expect("no panic while it was held").get(&key).cloned();
                before.unwrap_or_else(|| {
                    let checks = Checks { compiler, installed, header, company: Vec::new(), undefined: Vec::new() };
                    let figures = compare_constants(&checks, run, listed, &open, &homes);
                    known.lock().expect("no panic while it was held").insert(key, figures.clone());
                    figures
                })
            }
            Err(why) => {
                let mut figures = Figures::default();
                if !listed.is_empty() {
                    let what = format!("{header}: {} listed, but it cannot be included: {why}", listed.len());
                    figures.differences.push(what);
                }
                figures
            }
        }
    };
    let mut total = Figures::default();
    for figures in side_by_side(&all, one) {
        total.add(figures);
    }
    let known: BTreeSet<&String> = installed.names.iter().collect();
    for (header, listed) in listed.iter().filter(|(header, _)| !known.contains(header)) {
        // Of the kernel's own headers, which no program can include.
        if header.starts_with("include/") || header.starts_with("arch/") {
            total.left_out += listed.len();
        } else {
            total.differences.push(format!("{header}: {} listed, but it is not installed", listed.len()));
        }
    }
    total
}

/// Constants by ABI and header, as `syscall-meta constants --qualified` gives them.
fn list(kernel: &Kernel) -> BTreeMap<String, ByHeader<Listed>> {
    let mut command = Command::new(tool());
    command.arg("--data").arg(root().join("data")).args(["constants", "--qualified", "--format", "json", "--kernel"]);
    let printed = run(command.arg(&kernel.source));
    let all: BTreeMap<String, Vec<Row>> = serde_json::from_str(&printed).expect("JSON from `constants`");
    let mut by_abi = BTreeMap::new();
    for (abi, constants) in all {
        let mut by_header: ByHeader<Listed> = BTreeMap::new();
        for Row { name, value, ty, header } in constants {
            by_header.entry(header).or_default().push(Listed { name, value, ty });
        }
        by_abi.insert(abi, by_header);
    }
    by_abi
}

/// What `constants --qualified` prints of one.
#[derive(Deserialize)]
struct Row {
    name: String,
    value: i128,
    #[serde(rename = "type")]
    ty: String,
    header: String,
}

/// The ledger of what could not be evaluated in a release that `data/` holds, by ABI and header.
fn open(version: &str) -> BTreeMap<String, ByHeader<String>> {
    let mut open: BTreeMap<String, ByHeader<String>> = BTreeMap::new();
    let Ok(headers) = data().load_headers(version) else { return open };
    for (header, names) in &headers.open {
        for (name, why) in names {
            for abi in why.whom().places().filter_map(|at| headers.abis.get(at)) {
                open.entry(abi.clone()).or_default().entry(header.clone()).or_default().push(name.clone());
            }
        }
    }
    open
}
