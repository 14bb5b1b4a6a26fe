//! Every layout that this project lists, held against the headers that a kernel installs and a compiler of the ABI.
//!
//! As in `conformance_constants.rs`: each structure becomes assertions of size, alignment, and of offset, size and type of
//! its fields, behind the header that has it. Where the bits of a bit-field are, the bytes of a variable tell that has all
//! of them set; for that the ABI's own compiler is needed.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use syscall_meta_tests::conformance::{
    Checks, Compiler, Homes, Installed, Kernel, Laid, Run, StructFigures, by_header, compare_structs, kernels, run,
    say, side_by_side, tool,
};
use syscall_meta_tests::root;

/// What came out of headers that were compared before, by all that decides it.
type Known = Mutex<BTreeMap<u64, StructFigures>>;

#[test]
fn layouts_are_those_of_a_compiler() {
    let Some((folder, versions)) = kernels("conformance_structs") else { return };
    let (mut differences, known) = (Vec::new(), Mutex::new(BTreeMap::new()));
    for version in versions {
        differences.extend(compare_kernel(&folder, &version, &known));
    }
    let few: Vec<&str> = differences.iter().map(String::as_str).take(400).collect();
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), few.join("\n"));
}

fn compare_kernel(folder: &Path, version: &str, known: &Known) -> Vec<String> {
    let kernel = Kernel::open(folder, version);
    kernel.build();
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let listed = list(&kernel);
    let none = BTreeMap::new();
    let (mut differences, mut total, mut own) = (Vec::new(), StructFigures::default(), 0);
    for abi in &kernel.alive {
        let place = format!("conformance_structs: linux-{version}: {:<12}", abi.name);
        let compiler = Compiler::own(abi).or_else(|| Compiler::stand_in(abi).filter(|compiler| compiler.has_sizes));
        let Some(compiler) = compiler else {
            say(&format!("{place} left out: no compiler that lays structures out as it does"));
            continue;
        };
        own += usize::from(compiler.is_own);
        let installed = Installed::new(&kernel.installed(abi.arch), &scratch.path().join("library"));
        let figures = compare_abi(&compiler, &installed, listed.get(abi.name).unwrap_or(&none), known);
        say(&format!("{place} {figures} ({compiler})"));
        differences.extend(figures.differences.iter().map(|what| format!("{version}: {}: {what}", abi.name)));
        total.add(figures);
    }
    if total.agree == 0 {
        differences.push(format!("{version}: nothing was compared; does SYSCALL_META_ABIS name an ABI?"));
    }
    say(&format!("conformance_structs: linux-{version}: {total}; {own} ABIs by their own compiler"));
    differences
}

fn compare_abi(
    compiler: &Compiler,
    installed: &Installed,
    listed: &BTreeMap<String, Laid>,
    known: &Known,
) -> StructFigures {
    let runs = side_by_side(&installed.names, |header| installed.run(compiler, header));
    let homes = Homes::new(
        installed.names.iter().zip(&runs).filter_map(|(header, run)| Some((header.as_str(), run.as_ref().ok()?))),
    );
    let of_header = by_header(listed.iter().map(|(key, laid)| (key.as_str(), laid)));
    let all = installed
        .names
        .iter()
        .zip(&runs)
        .filter_map(|(header, run)| Some((header, run, of_header.get(header.as_str())?)));
    let all: Vec<(&String, &Result<Run, String>, _)> = all.collect();
    let figures = side_by_side(&all, |(header, run, listed)| match run {
        Ok(run) => {
            let mut hasher = DefaultHasher::new();
            (run.digest, listed).hash(&mut hasher);
            let key = hasher.finish();
            let before = known.lock().expect("no panic while it was held").get(&key).cloned();
            before.unwrap_or_else(|| {
                let checks = Checks { compiler, installed, header, company: Vec::new(), undefined: Vec::new() };
                let figures = compare_structs(&checks, run, listed, &homes);
                known.lock().expect("no panic while it was held").insert(key, figures.clone());
                figures
            })
        }
        Err(why) => {
            let what = format!("{header}: {} structures listed, but it cannot be included: {why}", listed.len());
            StructFigures { differences: vec![what], ..StructFigures::default() }
        }
    });
    let mut total = StructFigures::default();
    figures.into_iter().for_each(|figures| total.add(figures));
    total
}

/// Structures by ABI, as `syscall-meta structs` gives them.
fn list(kernel: &Kernel) -> BTreeMap<String, BTreeMap<String, Laid>> {
    let mut command = Command::new(tool());
    command.arg("--data").arg(root().join("data")).args(["structs", "--format", "json", "--kernel"]);
    serde_json::from_str(&run(command.arg(&kernel.source))).expect("JSON from `structs`")
}
