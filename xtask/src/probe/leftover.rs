//! What a machine has under the names of calls that no call of its tables claims, each with what it is.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use super::form::parts;
use super::machine::Machine;
use crate::model::{Abi, Facts, Side};

/// A symbol or an event that no call claims.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leftover {
    /// As the machine has it: `__ia32_sys_newstat`, `syscalls:sys_enter_x`.
    pub name: String,
    /// What it is.
    pub why: Why,
}

/// What a symbol is that no call claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// A definition makes it for all ABIs, and no table of this kernel leads to it.
    OtherWrapper,
    /// A stub that returns `ENOSYS`: of a call that this architecture or configuration does not have.
    Stub,
    /// The compiler made it of a function that is claimed, or is explained itself.
    Part,
    /// It is a call's in another release that is held.
    OtherRelease,
    /// Its name begins like that of a call, and nothing of a call is behind it.
    NoCall,
    /// Nothing known explains it.
    Unexplained,
}

impl Why {
    /// A stable name for it.
    pub fn code(self) -> &'static str {
        match self {
            Why::OtherWrapper => "other_wrapper",
            Why::Stub => "stub",
            Why::Part => "part",
            Why::OtherRelease => "other_release",
            Why::NoCall => "no_call",
            Why::Unexplained => "unexplained",
        }
    }

    /// What it is, in words.
    pub fn text(self) -> &'static str {
        match self {
            Why::OtherWrapper => "made by a definition for another ABI; no table of this kernel leads there",
            Why::Stub => "stub that returns ENOSYS, of a call that this kernel does not have",
            Why::Part => "made by the compiler of another function here",
            Why::OtherRelease => "a call's in another release",
            Why::NoCall => "no call: no definition and no table has it",
            Why::Unexplained => "unexplained",
        }
    }
}

/// What is claimed: the ABIs that a kernel serves, as a release has them, and the same in the others that are held.
pub struct Claims<'a> {
    /// Every ABI that the kernel serves.
    pub abis: Vec<&'a Abi>,
    /// The folder of `arch/` that it is built from.
    pub arch: &'a str,
    /// The same ABIs in other releases.
    pub others: Vec<&'a Abi>,
    /// What the source of the release has.
    pub facts: &'a Facts,
    /// Which kernel: the ABI that is native to it.
    pub kernel: &'a str,
}

/// The symbols under an entry prefix, and the events of calls, that no call claims.
pub fn leftovers(claims: &Claims, machine: &Machine) -> Vec<Leftover> {
    let mut all = BTreeSet::new();
    if let Some(map) = &machine.kallsyms {
        let known = Known::new(claims);
        let is_weak = |name: &str| map.get(name).all(super::Symbol::is_weak);
        let has = |name: &str| map.has(name);
        for name in map.names() {
            if let Some(why) = known.why(name, &is_weak, &has) {
                all.insert(Leftover { name: name.to_string(), why });
            }
        }
    }
    if let Some(events) = &machine.events {
        let counts = event_counts(&claims.abis, claims.kernel);
        let others = event_counts(&claims.others, claims.kernel);
        for event in events {
            let Some(name) = event.strip_prefix("syscalls:sys_enter_") else { continue };
            let why = match counts.get(name) {
                Some(1) => continue,
                // Two calls, one event: nobody can tell whose it is.
                Some(_) => Why::Unexplained,
                None if others.contains_key(name) => Why::OtherRelease,
                None => Why::Unexplained,
            };
            all.insert(Leftover { name: event.clone(), why });
        }
    }
    all.into_iter().collect()
}

/// How many calls of the native ABI claim each event. Two numbers of one entry are one call.
fn event_counts<'a>(abis: &[&'a Abi], native: &str) -> FxHashMap<&'a str, usize> {
    let mut entries: FxHashMap<&str, BTreeSet<&str>> = FxHashMap::default();
    let abis = abis.iter().filter(|abi| abi.name == native);
    for side in abis.flat_map(|abi| &abi.syscalls).map(|call| &call.main) {
        if let (Some(event), Some(entry)) = (&side.event, &side.entry) {
            entries.entry(event).or_default().insert(entry);
        }
    }
    entries.into_iter().map(|(event, entries)| (event, entries.len())).collect()
}

/// What the tables and the source know of functions.
struct Known<'a> {
    claimed: FxHashSet<&'a str>,
    of_others: FxHashSet<&'a str>,
    /// Entries that a definition or a function of the source makes: `sys_read`.
    defined: FxHashSet<String>,
    /// Entries that some table names, or that can be configured out.
    named: FxHashSet<String>,
    /// What the macros put before the name of a call: `__x64_sys_`, `__do_sys_`.
    prefixes: BTreeSet<String>,
}

impl<'a> Known<'a> {
    fn new(claims: &Claims<'a>) -> Self {
        let facts = claims.facts;
        let mut defined = FxHashSet::default();
        for definition in facts.definitions.values().flatten() {
            let is_compat =
                definition.macro_name.starts_with("COMPAT_SYSCALL") || definition.macro_name.starts_with("SYSCALL32");
            defined.insert(format!("sys_{}", definition.name));
            if is_compat {
                defined.insert(format!("compat_sys_{}", definition.name));
            }
        }
        defined.extend(facts.functions.values().flatten().map(|function| function.name.clone()));
        let mut named: FxHashSet<String> = facts.named_entries().into_iter().collect();
        named.extend(facts.optional.values().flatten().map(|optional| optional.entry.clone()));
        let wrappers = facts.wrappers.get(claims.kernel).map_or(&[][..], Vec::as_slice);
        let mut prefixes: BTreeSet<String> =
            wrappers.iter().filter_map(|wrapper| Some(wrapper.symbol.strip_suffix('*')?.to_string())).collect();
        // What tables name without a macro, and what stubs are called.
        let symbols = claims.abis.iter().flat_map(|abi| &abi.syscalls).flat_map(sides);
        let of_arch = symbols.filter(|side| side.arch == claims.arch).filter_map(|side| side.symbol.as_deref());
        for symbol in of_arch {
            let at = symbol
                .find("compat_sys_")
                .map(|at| at + "compat_sys_".len())
                .or_else(|| Some(symbol.find("sys_")? + 4));
            if let Some(prefix) = at.and_then(|at| symbol.get(..at)) {
                prefixes.insert(prefix.to_string());
            }
        }
        Known {
            claimed: names(&claims.abis, claims.arch),
            of_others: names(&claims.others, claims.arch),
            defined,
            named,
            prefixes,
        }
    }

    /// What a symbol is; none where it is claimed, or no name of a call.
    fn why(&self, symbol: &str, is_weak: &dyn Fn(&str) -> bool, has: &dyn Fn(&str) -> bool) -> Option<Why> {
        let (base, suffix) = parts(symbol);
        let prefix = self.prefixes.iter().rev().find(|prefix| base.starts_with(prefix.as_str()))?;
        if self.claimed.contains(base) {
            return (!suffix.is_empty()).then_some(Why::Part);
        }
        let kind = if prefix.ends_with("compat_sys_") { "compat_sys_" } else { "sys_" };
        let name = base.get(prefix.len()..)?;
        let entry = format!("{kind}{name}");
        let is_stub = name.starts_with("ni_") || name.starts_with("nis_");
        Some(if is_stub || (is_weak(symbol) && self.named.contains(&entry)) {
            Why::Stub
        } else if self.of_others.contains(base) {
            Why::OtherRelease
        } else if self.defined.contains(&entry) {
            if suffix.is_empty() { Why::OtherWrapper } else { Why::Part }
        } else if self.is_call(prefix, name, has) {
            Why::Unexplained
        } else {
            Why::NoCall
        })
    }

    /// Whether something of a call stands beside a function that no source known has: what only a macro makes.
    fn is_call(&self, prefix: &str, name: &str, has: &dyn Fn(&str) -> bool) -> bool {
        let is_plain = matches!(prefix, "sys_" | "compat_sys_");
        let beside = ["__se_sys_", "__se_compat_sys_", "__do_sys_", "__do_compat_sys_", "event_enter__"];
        !is_plain
            || self.named.contains(&format!("{prefix}{name}"))
            || beside.iter().any(|of| has(&format!("{of}{name}")))
    }
}

fn sides(call: &crate::model::Syscall) -> impl Iterator<Item = &Side> {
    std::iter::once(&call.main).chain(&call.compat)
}

/// Every function of every way into the kernels of an architecture.
fn names<'a>(abis: &[&'a Abi], arch: &str) -> FxHashSet<&'a str> {
    let mut all = FxHashSet::default();
    for side in abis.iter().flat_map(|abi| &abi.syscalls).flat_map(sides).filter(|side| side.arch == arch) {
        all.extend(side.symbol.as_deref());
        all.extend(side.companions.iter().map(|(symbol, _)| symbol.as_str()));
    }
    all
}
