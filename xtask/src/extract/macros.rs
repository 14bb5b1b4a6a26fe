//! Symbols of `#if` around definitions that an architecture's headers or its compiler settle: `__ARCH_WANT_SYS_FORK`,
//! `BITS_PER_LONG == 32`, `__alpha__`.
//!
//! `asm/unistd.h` says which calls the architecture wants, and asks `CONFIG_` symbols on the way. Where some of those are
//! not settled, the header is read once for each of their settings: only what comes out the same each time is settled.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::inside::{Config, Follow, KernelHeaders, setup};
use crate::diagnostic::{Diagnostic, Label, Sink};
use crate::evaluate::{NoNames, Output, Session, preprocess};
use crate::model::{Abis, ByteOrder, Way};
use crate::source::Tree;

/// Symbols of which every setting is tried; `asm/unistd.h` of mips, which asks most, asks two that are open.
const TRIED: usize = 6;

/// Whether each symbol holds, by symbol and by way; what depends on the configuration is left out, and so is a name of
/// which nothing says that it would be known here if it were defined.
///
/// `config` says of a way and a `CONFIG_` symbol whether it is on.
pub(super) fn settled<T: Send + Sync>(
    tree: &Tree<T>,
    abis: &Abis,
    ways: &[Way],
    symbols: &BTreeSet<String>,
    config: &(dyn Fn(&str, &str) -> Option<bool> + Sync),
    sink: &Sink,
) -> BTreeMap<String, BTreeMap<String, bool>> {
    let symbols: Vec<&str> = symbols.iter().map(String::as_str).filter(|name| !name.starts_with("CONFIG_")).collect();
    let asked = Config::new(tree, Follow::WantedCalls);
    let reader = Reader { tree, compilers: compilers(abis), session: Session::new(), asked, config, sink };
    let by_way: Vec<Vec<Option<bool>>> = ways.par_iter().map(|way| reader.answers(way, &symbols)).collect();
    let mut all: BTreeMap<String, BTreeMap<String, bool>> = BTreeMap::new();
    for (way, answers) in ways.iter().zip(by_way) {
        for (symbol, answer) in symbols.iter().zip(answers) {
            if let Some(holds) = answer {
                all.entry(symbol.to_string()).or_default().insert(way.name.clone(), holds);
            }
        }
    }
    all
}

/// Every macro that some ABI's compiler predefines.
fn compilers(abis: &Abis) -> BTreeSet<&str> {
    let name = |predefined: &'_ str| predefined.split('=').next().map_or(0, str::len);
    abis.abis.iter().flat_map(|abi| &abi.predefined).filter_map(|word| word.get(..name(word))).collect()
}

struct Reader<'a, T> {
    tree: &'a Tree<T>,
    compilers: BTreeSet<&'a str>,
    session: Session,
    /// What headers ask for.
    asked: Config<'a>,
    config: &'a (dyn Fn(&str, &str) -> Option<bool> + Sync),
    sink: &'a Sink,
}

impl<T: Send + Sync> Reader<'_, T> {
    /// Whether each symbol holds on one way, where that is settled.
    fn answers(&self, way: &Way, symbols: &[&str]) -> Vec<Option<bool>> {
        let headers = KernelHeaders { tree: self.tree, arch: way.arch(), follow: Follow::WantedCalls };
        let known: Vec<(&str, Option<bool>)> =
            self.asked.of(way.arch()).into_iter().map(|symbol| (symbol, (self.config)(&way.name, symbol))).collect();
        let on: Vec<&str> = known.iter().filter(|(_, on)| *on == Some(true)).map(|(symbol, _)| *symbol).collect();
        let open: Vec<&str> = known.iter().filter(|(_, on)| on.is_none()).map(|(symbol, _)| *symbol).collect();
        if open.len() > TRIED {
            let header = headers.get("asm/unistd.h").map_or_else(|| "asm/unistd.h".into(), |text| text.path.clone());
            self.sink.push(
                Diagnostic::warning(
                    "too-many-settings",
                    format!("this header asks {} symbols that are not settled on {}", open.len(), way.name),
                )
                .at(Label::file(header))
                .help("settle some of them under `config` in data/abis.yaml"),
            );
            return vec![None; symbols.len()];
        }
        let mut settings = (0..1_u32 << open.len()).map(|setting| {
            let chosen = open.iter().enumerate().filter(move |(at, _)| setting >> at & 1 == 1);
            let on: Vec<&str> = on.iter().copied().chain(chosen.map(|(_, symbol)| *symbol)).collect();
            self.answers_with(way, &headers, &on, symbols)
        });
        let first = settings.next().unwrap_or_default();
        settings.fold(first, |all, other| all.into_iter().zip(other).map(|(a, b)| a.filter(|_| a == b)).collect())
    }

    /// Whether each symbol holds where these `CONFIG_` symbols are on and no others.
    fn answers_with(&self, way: &Way, headers: &KernelHeaders<T>, on: &[&str], symbols: &[&str]) -> Vec<Option<bool>> {
        let mut setup = setup(way.kernel).macros_only();
        for symbol in on {
            setup.predefine(symbol, "1");
        }
        for (number, comparison) in symbols.iter().enumerate().filter(|(_, symbol)| !is_name(symbol)) {
            setup.predefine(&format!("{ASKED}{number}"), comparison);
        }
        let unit: Arc<str> = headers.all().into();
        let path = format!("<the calls that {} wants>", way.kernel.name);
        let output = preprocess(&self.session, headers, &setup, &path, &unit, self.sink);
        let answer = |(number, symbol): (usize, &&str)| match is_name(symbol) {
            true => self.is_defined(way, &output, symbol),
            false => {
                let constant = output.constant_with(&format!("{ASKED}{number}"), &NoNames).ok()?;
                Some(constant.value != 0)
            }
        };
        symbols.iter().enumerate().map(answer).collect()
    }

    /// Whether a macro is defined; none where it could be, in a header that was not read.
    fn is_defined(&self, way: &Way, output: &Output, name: &str) -> Option<bool> {
        // `linux/byteorder/` defines one of the two, and every file of the kernel has it.
        let asked = match name {
            "__BIG_ENDIAN" => Some(ByteOrder::Big),
            "__LITTLE_ENDIAN" => Some(ByteOrder::Little),
            _ => None,
        };
        if let Some(asked) = asked {
            let mut orders = way.kernel.orders.iter().map(|order| order.order == asked);
            let first = orders.next()?;
            return orders.all(|other| other == first).then_some(first);
        }
        let is_defined = output.get(name).is_some();
        // What starts with `__ARCH_` is for `asm/unistd.h` to define, and what a compiler defines is known of each.
        let is_known = is_defined || name.starts_with("__ARCH_") || self.compilers.contains(name);
        is_known.then_some(is_defined)
    }
}

/// Whether a symbol is a macro's name, and no comparison.
fn is_name(symbol: &str) -> bool {
    symbol.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The start of the macros that hold comparisons.
const ASKED: &str = "__syscall_meta_asked_";
