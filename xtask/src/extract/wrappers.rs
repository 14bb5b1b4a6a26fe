//! Which functions `SYSCALL_DEFINEn` and its compat twin make of an entry's name, on each kernel.
//!
//! The macros are many, differ by architecture, release and configuration, and build names by pasting. So they are not
//! read but run: the preprocessor goes through the tree's own `linux/syscalls.h` and `linux/compat.h` with the
//! architecture's `asm/syscall_wrapper.h`, expands a call of each macro, and the functions that come out are read.
//!
//! Where a configuration matters (which other ABIs a kernel serves, what [`Settled`] leaves open), each is tried, and
//! a function that not all of them make gets the condition under which it is made.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::predefined;
use crate::diagnostic::{Diagnostic, Label, Sink};
use crate::evaluate::{Function, Headers, Include, Session, Token, functions, preprocess};
use crate::model::{AbiSpec, Guard, Linkage, Way, Wrapper};
use crate::source::{Text, Tree};

/// Whether a `CONFIG_` symbol is settled on the kernel of that native ABI, and how.
pub(super) type Settled<'a> = dyn Fn(&str, &str) -> Option<bool> + Sync + 'a;

const SYSCALLS: &str = "include/linux/syscalls.h";
const COMPAT: &str = "include/linux/compat.h";
/// The option by which `linux/syscalls.h` includes the architecture's macros.
const HAS_WRAPPER: &str = "ARCH_HAS_SYSCALL_WRAPPER";

/// A call of each macro; `probe` becomes the `*` of the patterns.
const PROBES: [(&str, &str); 4] = [
    ("SYSCALL_DEFINE", "SYSCALL_DEFINE1(probe, int, a)"),
    ("SYSCALL_DEFINE0", "SYSCALL_DEFINE0(probe)"),
    ("COMPAT_SYSCALL_DEFINE", "COMPAT_SYSCALL_DEFINE1(probe, int, a)"),
    ("COMPAT_SYSCALL_DEFINE0", "COMPAT_SYSCALL_DEFINE0(probe)"),
];
const MARK: &str = "__probe__";

/// Options that are tried with and without at most; none has more than two today.
const MOST_OPEN: usize = 6;

/// The wrappers of each kernel that these ways lead into, by its native ABI.
pub(super) fn wrappers<T: Send + Sync>(
    tree: &Tree<T>,
    ways: &[Way],
    settled: &Settled,
    sink: &Sink,
) -> BTreeMap<String, Vec<Wrapper>> {
    if let Some(missing) = [SYSCALLS, COMPAT].into_iter().find(|path| tree.get(path).is_none()) {
        sink.push(
            Diagnostic::warning("no-define-macros", "the header that defines `SYSCALL_DEFINEn` is not there")
                .at(Label::file(missing))
                .help("without it nobody can say which symbols the entries have; is the tree whole?"),
        );
        return BTreeMap::new();
    }
    let session = Session::new();
    let kernels: BTreeMap<&str, &AbiSpec> = ways.iter().map(|way| (way.kernel.name.as_str(), way.kernel)).collect();
    let kernels: Vec<&AbiSpec> = kernels.into_values().collect();
    let read = |kernel: &&AbiSpec| {
        let served = ways.iter().filter(|way| way.is_compat && way.kernel.name == kernel.name).collect();
        let path = format!("arch/{}/include/asm/syscall_wrapper.h", kernel.arch);
        let reader = Reader { tree, session: &session, kernel, served, own: tree.get(&path), settled, sink };
        (kernel.name.clone(), reader.wrappers())
    };
    kernels.par_iter().map(read).collect()
}

/// Every option that the headers of the macros ask for.
pub(super) fn asked<T>(tree: &Tree<T>) -> BTreeSet<String> {
    let own = tree.texts().filter(|text| text.path.ends_with("/include/asm/syscall_wrapper.h"));
    let shared = [SYSCALLS, COMPAT].into_iter().filter_map(|path| tree.get(path));
    own.chain(shared).flat_map(|text| options(&text.text)).map(|option| format!("CONFIG_{option}")).collect()
}

struct Reader<'a, T> {
    tree: &'a Tree<T>,
    session: &'a Session,
    /// The ABI that is native to the kernel.
    kernel: &'a AbiSpec,
    /// The other ABIs that it can serve.
    served: Vec<&'a Way<'a>>,
    /// The architecture's own macros.
    own: Option<&'a Text>,
    settled: &'a Settled<'a>,
    sink: &'a Sink,
}

/// A configuration to try.
struct Case<'a> {
    /// Options without `CONFIG_`.
    config: BTreeMap<&'a str, bool>,
    /// Whether it serves any other ABI: only then are `COMPAT_SYSCALL_DEFINEn` sites compiled.
    is_compat: bool,
    /// What tells it from the others.
    differs_by: BTreeSet<&'a str>,
}

impl Case<'_> {
    fn guard(&self) -> Guard {
        Guard::all(self.differs_by.iter().map(|option| {
            let guard = Guard::symbol(format!("CONFIG_{option}"));
            if self.config.get(option) == Some(&true) { guard } else { guard.not() }
        }))
    }

    fn holds(&self, guard: &Guard) -> bool {
        let known = |symbol: &str| Some(self.config.get(symbol.strip_prefix("CONFIG_")?) == Some(&true));
        guard.fold(&known) == Guard::TRUE
    }
}

impl<'a, T: Send + Sync> Reader<'a, T> {
    fn wrappers(&self) -> Vec<Wrapper> {
        let cases = self.cases();
        let runs: Vec<BTreeMap<&str, BTreeSet<Wrapper>>> = cases.iter().map(|case| self.run(case)).collect();
        let mut all = BTreeSet::new();
        for (of, _) in PROBES {
            // The cases in which this macro is called at all.
            let tried: Vec<(&Case, &BTreeSet<Wrapper>)> =
                cases.iter().zip(&runs).filter_map(|(case, run)| Some((case, run.get(of)?))).collect();
            let made: BTreeSet<&Wrapper> = tried.iter().flat_map(|(_, made)| made.iter()).collect();
            for wrapper in made {
                let with = |(_, made): &(&Case, &BTreeSet<Wrapper>)| made.contains(wrapper);
                let cases: Vec<(&Case, bool)> = tried.iter().map(|one| (one.0, with(one))).collect();
                all.insert(Wrapper { guard: condition(&cases), ..wrapper.clone() });
            }
        }
        all.into_iter().collect()
    }

    /// Every configuration that can make a difference.
    fn cases(&self) -> Vec<Case<'a>> {
        // Options that the macros ask for; the generic headers ask only whether the architecture has its own.
        let mut asked: BTreeSet<&str> = self.own.map_or(BTreeSet::new(), |text| options(&text.text));
        asked.insert(HAS_WRAPPER);
        let fixed: BTreeMap<&str, bool> = self.kernel.config.iter().map(|(name, set)| (name.as_str(), *set)).collect();
        let mut serving: BTreeSet<&str> = BTreeSet::new();
        for way in &self.served {
            serving.extend(way.config.iter().filter(|(name, set)| **set && !fixed.contains_key(*name)).map(|on| on.0));
        }
        let mut cases = vec![Case { config: fixed, is_compat: false, differs_by: BTreeSet::new() }];
        let subsets = 1_usize << self.served.len().min(MOST_OPEN);
        cases = (0..subsets)
            .map(|subset| {
                let chosen = self.served.iter().enumerate().filter(|(index, _)| subset >> index & 1 == 1);
                let mut config: BTreeMap<&str, bool> = serving.iter().map(|option| (*option, false)).collect();
                config.extend(cases.iter().flat_map(|case| &case.config));
                let mut is_compat = false;
                for (_, way) in chosen {
                    config.extend(way.config.iter().filter(|on| *on.1));
                    is_compat |= way.config.get("COMPAT") == Some(&true);
                }
                Case { config, is_compat, differs_by: serving.intersection(&asked).copied().collect() }
            })
            .collect();
        let mut open = 0;
        for option in asked {
            if cases.iter().all(|case| case.config.contains_key(option)) {
                continue;
            }
            match (self.settled)(&self.kernel.name, &format!("CONFIG_{option}")) {
                Some(set) => cases.iter_mut().for_each(|case| case.config.extend([(option, set)])),
                None if open == MOST_OPEN => self.too_many(),
                None => {
                    open += 1;
                    cases = cases.into_iter().flat_map(|case| with_and_without(case, option)).collect();
                }
            }
        }
        cases
    }

    fn too_many(&self) {
        let path = self.own.map_or(SYSCALLS, |text| &text.path);
        let message = format!("the macros of {} depend on too many options", self.kernel.name);
        self.sink.push(
            Diagnostic::warning("too-many-options", message)
                .at(Label::file(path))
                .help("an option that is settled on this kernel belongs into its `config` in data/abis.yaml"),
        );
    }

    /// What each macro makes in one configuration.
    fn run(&self, case: &Case) -> BTreeMap<&'static str, BTreeSet<Wrapper>> {
        let mut setup = predefined::setup(self.kernel);
        for (option, _) in case.config.iter().filter(|(_, set)| **set) {
            setup.predefine(&format!("CONFIG_{option}"), "1");
        }
        let probes = PROBES.iter().filter(|(of, _)| case.is_compat || !of.starts_with("COMPAT"));
        let mut text = "#include <linux/syscalls.h>\n#include <linux/compat.h>\n".to_string();
        for (_, call) in probes.clone() {
            text.push_str(&format!("{MARK} {call} {{ }}\n"));
        }
        let text: Arc<str> = text.into();
        let headers = KernelHeaders { tree: self.tree, own: self.own };
        let path = format!("<probe for {}>", self.kernel.name);
        let output = preprocess(self.session, &headers, &setup, &path, &text, self.sink);
        let mark = self.session.symbol(MARK);
        let mut parts = output.tokens.split(|token| mark.is_some_and(|mark| token.is_ident(mark)));
        // What stands before the first mark is the headers' own.
        parts.next();
        probes.zip(parts).map(|((of, call), tokens)| (*of, self.made(of, call, tokens))).collect()
    }

    /// The functions in the expansion of a macro.
    fn made(&self, of: &str, call: &str, tokens: &[Token]) -> BTreeSet<Wrapper> {
        let found = functions(self.session, tokens);
        let made = found.iter().filter(|function| function.is_defined || function.is_alias);
        let made: BTreeSet<Wrapper> = made.filter_map(|function| wrapper(of, function)).collect();
        if made.is_empty() {
            let path = self.own.map_or(SYSCALLS, |text| &text.path);
            let name = call.split('(').next().unwrap_or(call);
            self.sink.push(
                Diagnostic::warning("no-wrapper", format!("`{name}` makes no function on {}", self.kernel.name))
                    .at(Label::file(path))
                    .help("xtask/src/extract/wrappers.rs says which headers are read for it"),
            );
        }
        made
    }
}

/// The same configuration with an option, and without it.
fn with_and_without<'a>(case: Case<'a>, option: &'a str) -> [Case<'a>; 2] {
    [true, false].map(|set| {
        let (mut config, mut differs_by) = (case.config.clone(), case.differs_by.clone());
        config.insert(option, set);
        differs_by.insert(option);
        Case { config, differs_by, is_compat: case.is_compat }
    })
}

/// What those cases have in common in which something is so: as few symbols as tell them from the others.
fn condition(cases: &[(&Case, bool)]) -> Guard {
    if cases.iter().all(|(_, so)| *so) {
        return Guard::TRUE;
    }
    let mut guard = Guard::any(cases.iter().filter(|(_, so)| *so).map(|(case, _)| case.guard()));
    let symbols: Vec<String> = guard.symbols().into_iter().map(str::to_string).collect();
    for symbol in symbols {
        let with = |set| guard.fold(&|name| (name == symbol).then_some(set));
        let without = with(true).or(with(false)).simplified();
        if cases.iter().all(|(case, so)| case.holds(&without) == *so) {
            guard = without;
        }
    }
    guard.simplified()
}

fn wrapper(of: &str, function: &Function) -> Option<Wrapper> {
    let linkage = match function {
        Function { is_alias: true, .. } => Linkage::Alias,
        Function { is_inline: true, .. } => Linkage::Inline,
        Function { is_static: true, .. } => Linkage::Static,
        _ => Linkage::Global,
    };
    let takes_registers = function.params.contains("struct pt_regs") && !function.params.contains(',');
    let symbol = format!("{}*", function.name.strip_suffix("probe")?);
    Some(Wrapper { of: of.to_string(), symbol, linkage, takes_registers, guard: Guard::TRUE })
}

/// The options that a text names, without `CONFIG_`.
fn options(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter_map(|word| word.strip_prefix("CONFIG_")).collect()
}

/// The headers that have a say in the macros; all others are empty.
struct KernelHeaders<'a, T> {
    tree: &'a Tree<T>,
    own: Option<&'a Text>,
}

impl<T: Send + Sync> Headers for KernelHeaders<'_, T> {
    fn find(&self, name: &str, _angled: bool, _from: &str, _next: bool) -> Include {
        let text = match name {
            "linux/syscalls.h" => self.tree.get(SYSCALLS),
            "linux/compat.h" => self.tree.get(COMPAT),
            "asm/syscall_wrapper.h" => self.own,
            _ => return Include::Skip,
        };
        match text {
            Some(text) => Include::Text { path: text.path.clone(), text: text.text.clone() },
            None => Include::Missing,
        }
    }
}
