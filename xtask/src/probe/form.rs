//! In which form a kernel's list of symbols has a function: as code, under a dotted name, changed by the compiler, or as a
//! stub in its place.

use rustc_hash::{FxHashMap, FxHashSet};

use super::kallsyms::{Kallsyms, Symbol};

/// A list of symbols, with what it takes to find a function in it.
pub(super) struct Forms<'m> {
    map: &'m Kallsyms,
    /// Names with something of the compiler's behind them, by the function that they are of.
    changed: FxHashMap<&'m str, Vec<&'m str>>,
    /// Where the functions are that do nothing but return `ENOSYS`.
    stubs: FxHashSet<u64>,
    has_descriptors: bool,
}

/// A function in that list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found<'m> {
    /// Code under this name, which has a dot where functions have descriptors.
    Code(String),
    /// Code that the compiler made of it, under this name.
    Changed(&'m str),
    /// A stub in its place.
    Stub,
    /// Nothing.
    Nothing,
}

/// Behind the prefixes of an architecture, the functions that do nothing but return `ENOSYS`.
const STUBS: [&str; 3] = ["sys_ni_syscall", "sys_ni_posix_timers", "sys_nis_syscall"];

impl<'m> Forms<'m> {
    pub(super) fn new(map: &'m Kallsyms) -> Self {
        let mut changed: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
        let mut stubs = FxHashSet::default();
        for name in map.names() {
            let (base, suffix) = parts(name);
            // What was cut out of a function is no entry into it.
            let is_cut = suffix.starts_with(".cold") || suffix.contains(".part.");
            if !suffix.is_empty() && !is_cut {
                changed.entry(base).or_default().push(name);
            }
            if suffix.is_empty() && STUBS.iter().any(|stub| base.ends_with(stub)) {
                stubs.extend(map.get(name).map(|symbol| symbol.address).filter(|address| *address != 0));
            }
        }
        changed.values_mut().for_each(|names| names.sort_unstable());
        Forms { map, changed, stubs, has_descriptors: map.has_descriptors() }
    }

    pub(super) fn has_descriptors(&self) -> bool {
        self.has_descriptors
    }

    /// Whether the list has the name of a function's descriptor.
    pub(super) fn has_descriptor_of(&self, symbol: &str) -> bool {
        self.map.get(symbol).any(Symbol::is_data)
    }

    /// The function of a name, as the source has it.
    pub(super) fn find(&self, symbol: &str) -> Found<'m> {
        let name = if self.has_descriptors { format!(".{symbol}") } else { symbol.to_string() };
        let mut code = self.map.get(&name).filter(|found| !found.is_data()).peekable();
        if code.peek().is_some() {
            let is_stub = code.all(|found| found.is_weak() || self.stubs.contains(&found.address));
            return if is_stub { Found::Stub } else { Found::Code(name) };
        }
        self.changed.get(symbol).and_then(|names| names.first()).map_or(Found::Nothing, |name| Found::Changed(name))
    }
}

/// The function that a symbol is of, and what the compiler put behind its name: `.isra.0`. A dot before the name, as code
/// of functions with descriptors has it, is neither.
pub(super) fn parts(symbol: &str) -> (&str, &str) {
    let name = symbol.strip_prefix('.').unwrap_or(symbol);
    name.split_at(name.find(['.', '$']).unwrap_or(name.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Sink;
    use crate::probe::kallsyms;

    fn check(text: &str, symbol: &str, expected: &Found) {
        let map = kallsyms("map", text.as_bytes(), &|_| false, &Sink::new()).unwrap();
        assert_eq!(Forms::new(&map).find(symbol), *expected, "{text}");
    }

    #[test]
    fn forms_of_a_function() {
        check("1 T sys_read\n", "sys_read", &Found::Code("sys_read".to_string()));
        check("1 t __do_sys_read.isra.0\n", "__do_sys_read", &Found::Changed("__do_sys_read.isra.0"));
        check("1 t sys_read.cold\n2 t sys_read.part.0\n3 T sys_write\n", "sys_read", &Found::Nothing);
        check("1 W sys_bpf\n", "sys_bpf", &Found::Stub);
        check("1 T sys_ni_posix_timers\n1 T sys_timer_create\n", "sys_timer_create", &Found::Stub);
        // Addresses that nobody shows are no sign.
        let code = Found::Code("sys_timer_create".to_string());
        check("0 T sys_ni_posix_timers\n0 T sys_timer_create\n", "sys_timer_create", &code);
        check("1 D sys_read\n2 T .sys_read\n", "sys_read", &Found::Code(".sys_read".to_string()));
        check("1 D sys_read\n2 T sys_write\n", "sys_read", &Found::Nothing);
    }
}
