//! Which symbols of the configuration are settled on each way into a kernel, whatever its configuration is.
//!
//! `MMU` is always set on x86, `KEXEC_FILE` never on arm, `NUMA` depends. The answer comes out of Kconfig alone: nothing
//! of what an architecture's configuration can be is written down here.

mod solve;
mod universe;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use self::solve::Solver;
use self::universe::Universe;
use super::wanted;
use crate::diagnostic::{Diagnostic, Label, Sink};
use crate::model::{ByteOrder, Way};
use crate::parse::{KconfigItem, kconfig};
use crate::source::Tree;

/// The file that every configuration starts from.
const TOP: &str = "Kconfig";

/// The symbols that say the byte order, where an architecture has them.
const BIG: &str = "CPU_BIG_ENDIAN";
const LITTLE: &str = "CPU_LITTLE_ENDIAN";

/// What a kernel's configuration starts from, and what of it is known: a folder of `arch/`, and symbols with values.
type Given<'a> = (&'a str, BTreeMap<&'a str, bool>);

/// By symbol and by way, whether it is set in every configuration, or in none. Symbols that do not begin with `CONFIG_`
/// are not asked for; one that depends on the configuration has no entry for that way.
pub(super) fn settled<T: Send + Sync>(
    tree: &Tree<T>,
    ways: &[Way],
    symbols: &BTreeSet<String>,
    sink: &Sink,
) -> BTreeMap<String, BTreeMap<String, bool>> {
    let asked: Vec<&str> = symbols.iter().filter_map(|symbol| asked(symbol)).collect();
    if asked.is_empty() {
        return BTreeMap::new();
    }
    let texts: Vec<_> = tree.texts().filter(|text| wanted::is_kconfig(&text.path)).collect();
    let files: BTreeMap<&str, Vec<KconfigItem>> =
        texts.par_iter().map(|text| (&*text.path, kconfig(&text.path, &text.text, sink))).collect();
    let mut archs: Vec<&str> = ways.iter().map(Way::arch).collect::<BTreeSet<_>>().into_iter().collect();
    archs.retain(|arch| {
        let own = format!("arch/{arch}/Kconfig");
        let found = files.contains_key(TOP) && files.contains_key(own.as_str());
        if !found {
            sink.push(
                Diagnostic::warning("no-kconfig", format!("no configuration was found for arch/{arch}"))
                    .at(Label::file(own))
                    .help("every condition is taken to depend on the configuration there"),
            );
        }
        found
    });
    // What is given counts as well: it says something of what it depends on.
    let given = ways.iter().flat_map(|way| way.config.keys().copied()).chain([BIG, LITTLE]);
    let modules = asked.iter().filter_map(|name| name.strip_suffix("_MODULE"));
    let names: Vec<&str> = asked.iter().copied().chain(modules).chain(given).collect();
    let universe = Universe::new(&files, TOP, &archs, &names, sink);
    let mut kernels: BTreeMap<Given, Vec<&str>> = BTreeMap::new();
    for way in ways.iter().filter(|way| archs.contains(&way.arch())) {
        let mut pins = way.config.clone();
        let big = way.kernel.order() == ByteOrder::Big;
        pins.extend([(BIG, big), (LITTLE, !big)]);
        kernels.entry((way.arch(), pins)).or_default().push(&way.name);
    }
    let kernels: Vec<(Given, Vec<&str>)> = kernels.into_iter().collect();
    let answers: Vec<Vec<Option<bool>>> = kernels
        .par_iter()
        .map(|((arch, pins), _)| {
            let arch = archs.iter().position(|known| known == arch).unwrap_or(usize::MAX);
            Solver::new(&universe, arch, pins).settled(&asked)
        })
        .collect();
    let mut settled: BTreeMap<String, BTreeMap<String, bool>> = BTreeMap::new();
    for (((arch, pins), ways), answers) in kernels.iter().zip(&answers) {
        for (name, answer) in asked.iter().zip(answers) {
            // A symbol that is given and that no Kconfig defines is set by the architecture's Makefile: `X86_X32_ABI` of
            // 5.10, where the tools can make x32 programs. Nothing is known of it on the other ways.
            let given = || kernels.iter().any(|((other, pins), _)| other == arch && pins.contains_key(name));
            let by_makefile = !universe.is_defined(name) && given();
            let answer = if by_makefile { pins.get(name).copied() } else { *answer };
            let Some(set) = answer else { continue };
            let by_way = settled.entry(format!("CONFIG_{name}")).or_default();
            by_way.extend(ways.iter().map(|way| (way.to_string(), set)));
        }
    }
    settled
}

/// The name in Kconfig of a symbol that C or a Makefile asks for; comparisons (`CONFIG_X > 2`) are no symbols.
fn asked(symbol: &str) -> Option<&str> {
    let name = symbol.strip_prefix("CONFIG_")?;
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_').then_some(name)
}

#[cfg(test)]
mod tests;
