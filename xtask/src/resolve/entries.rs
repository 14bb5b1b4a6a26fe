//! Who defines what: from an entry's name to the places in the tree that define it, and the one that a kernel builds.

use std::collections::BTreeMap;

use crate::model::{Argument, ByteOrder, Curated, Facts, Guard, Holds, Param, Redirect, Way};

/// Every definition of every entry.
pub(super) struct Entries<'a> {
    facts: &'a Facts,
    /// What options say of each other.
    holds: &'a [Holds],
    places: BTreeMap<String, Vec<Place<'a>>>,
    /// By the entry that a table names, with the file.
    redirects: BTreeMap<&'a str, Vec<(&'a str, &'a Redirect)>>,
}

/// A place that defines an entry.
#[derive(Clone, Debug)]
pub(super) struct Place<'a> {
    /// The file.
    pub file: &'a str,
    /// Its line, or 0 where only the file is known.
    pub line: u32,
    /// The folder of `arch/`, none for generic code.
    pub arch: Option<&'a str>,
    /// What it takes.
    pub takes: Takes<'a>,
    /// The macro without its digit that makes it, and the name that it is called with.
    pub made_by: Option<(&'a str, &'a str)>,
    /// Under which condition it is built.
    pub guard: Guard,
}

/// How a place says its parameters.
#[derive(Clone, Copy, Debug)]
pub(super) enum Takes<'a> {
    /// The arguments of a define macro.
    Arguments(&'a [Argument]),
    /// The parameters of a C function.
    Params(&'a [Param]),
    /// Not at all: a label, or a list that is not understood.
    Unknown,
}

/// Where a way into a kernel finds an entry.
#[derive(Clone, Debug)]
pub(super) enum Found<'a> {
    /// Here, in these configurations.
    Here(Place<'a>, Guard),
    /// Only in code that no kernel of this architecture builds.
    Elsewhere,
    /// Nowhere.
    Nowhere,
}

impl<'a> Entries<'a> {
    pub(super) fn new(facts: &'a Facts, curated: &'a Curated) -> Self {
        let mut places: BTreeMap<String, Vec<Place<'a>>> = BTreeMap::new();
        for (file, sites) in &facts.definitions {
            let built = facts.built.get(file).cloned().unwrap_or(Guard::TRUE);
            for site in sites {
                let of = site.macro_name.trim_end_matches(|c: char| c.is_ascii_digit());
                for (entry, condition) in made_by(of, &site.name) {
                    let place = Place {
                        file,
                        line: site.line,
                        arch: arch_of(file),
                        takes: site.arguments.as_deref().map_or(Takes::Unknown, Takes::Arguments),
                        made_by: Some((of, &site.name)),
                        guard: Guard::all([site.guard.clone(), built.clone(), condition]),
                    };
                    places.entry(entry).or_default().push(place);
                }
            }
        }
        for (file, functions) in &facts.functions {
            let built = facts.built.get(file).cloned().unwrap_or(Guard::TRUE);
            for function in functions {
                let place = Place {
                    line: function.line,
                    takes: function.params.as_deref().map_or(Takes::Unknown, Takes::Params),
                    guard: function.guard.clone().and(built.clone()),
                    ..Place::file(file)
                };
                places.entry(function.name.clone()).or_default().push(place);
            }
        }
        for call in &curated.private {
            let of_entry = places.entry(call.entry.clone()).or_default();
            if !of_entry.iter().any(|known| known.arch == Some(&call.arch)) {
                of_entry.push(Place::file(&call.source));
            }
        }
        for made in &curated.assembly {
            let built = facts.built.get(&made.source).cloned().unwrap_or(Guard::TRUE);
            places.entry(made.entry.clone()).or_default().push(Place { guard: built, ..Place::file(&made.source) });
        }
        let mut redirects: BTreeMap<&str, Vec<(&str, &Redirect)>> = BTreeMap::new();
        for (file, all) in &facts.redirects {
            for redirect in all {
                redirects.entry(&redirect.from).or_default().push((file, redirect));
            }
        }
        Entries { facts, holds: &curated.holds, places, redirects }
    }

    /// What is left of a condition on a way into a kernel.
    pub(super) fn fold(&self, guard: &Guard, way: &Way) -> Guard {
        let left = guard.fold(&|symbol| self.is_settled(symbol, way)).simplified();
        self.under_what_holds(left, way)
    }

    /// A condition that what holds on a kernel makes always true, or never, is so.
    fn under_what_holds(&self, guard: Guard, way: &Way) -> Guard {
        let of_kernel = |holds: &Holds| {
            holds.arch == way.arch() && holds.kernel.as_ref().is_none_or(|kernel| *kernel == way.kernel.name)
        };
        let mut known = self.holds.iter().filter(|holds| of_kernel(holds)).map(|holds| &holds.condition).peekable();
        if matches!(guard, Guard::Constant(_)) || known.peek().is_none() {
            return guard;
        }
        let known = Guard::all(known.cloned());
        if known.clone().and(guard.clone().not()).simplified() == Guard::FALSE {
            Guard::TRUE
        } else if known.and(guard.clone()).simplified() == Guard::FALSE {
            Guard::FALSE
        } else {
            guard
        }
    }

    /// Whether a symbol holds on a way, where that does not depend on the configuration.
    pub(super) fn is_settled(&self, symbol: &str, way: &Way) -> Option<bool> {
        self.facts.settled.get(symbol)?.get(&way.name).copied()
    }

    /// How a table of an architecture leads to another entry than this: by a `#define` in the file that includes it, or
    /// in a header of the architecture. With it the condition under which it does.
    pub(super) fn redirect(&self, entry: &str, way: &Way) -> Option<(&'a Redirect, Guard)> {
        let here = |file: &str| {
            let includes_it = way.dispatch.is_none_or(|dispatch| dispatch == file || file.ends_with(".h"));
            arch_of(file) == Some(way.arch()) && includes_it
        };
        let (_, redirect) = self.redirects.get(entry)?.iter().find(|(file, _)| here(file))?;
        let guard = self.fold(&redirect.guard, way);
        (guard != Guard::FALSE).then_some((redirect, guard))
    }

    /// Where a way into a kernel finds an entry. Of several definitions that configuration chooses among, it is the
    /// architecture's own, else the one that a kernel with every option has.
    pub(super) fn find(&self, entry: &str, way: &Way) -> Found<'a> {
        let Some(places) = self.places.get(entry) else { return Found::Nowhere };
        let mut here: Vec<(&Place<'a>, Guard)> = places
            .iter()
            .filter(|place| place.arch.is_none_or(|arch| arch == way.arch()))
            .map(|place| (place, self.fold(&place.guard, way)))
            .filter(|(_, guard)| *guard != Guard::FALSE)
            .collect();
        if here.iter().any(|(place, guard)| place.arch.is_some() && *guard == Guard::TRUE) {
            here.retain(|(place, _)| place.arch.is_some());
        }
        let config = Guard::any(here.iter().map(|(_, guard)| guard.clone())).simplified();
        let config = self.under_what_holds(config, way);
        let fullest = |guard: &Guard| guard.fold(&|_| Some(true)) == Guard::TRUE;
        let best =
            here.iter().min_by_key(|(place, guard)| (!fullest(guard), place.arch.is_none(), place.file, place.line));
        match best {
            Some((place, _)) => Found::Here((*place).clone(), config),
            None => Found::Elsewhere,
        }
    }

    /// Every place that defines an entry, for whichever kernel.
    pub(super) fn everywhere(&self, entry: &str) -> impl Iterator<Item = &Place<'a>> {
        self.places.get(entry).into_iter().flatten()
    }

    /// What a macro that stands for parameters stands for on a way: the file's own macro goes before a header's.
    pub(super) fn argument_macro(&self, name: &str, file: &str, way: &Way) -> Option<&'a [Param]> {
        let facts = self.facts;
        let own = facts.arguments.get(file).into_iter().flatten();
        let shared = facts.arguments.iter().filter(|(path, _)| path.ends_with(".h")).flat_map(|(_, all)| all);
        // Halves stand in the order of bytes; where a kernel can have either, it is told in the usual one.
        let little = way.kernel.order() == ByteOrder::Little;
        let order = |symbol: &str| match symbol {
            "__LITTLE_ENDIAN" => Some(little),
            "__BIG_ENDIAN" | "CONFIG_CPU_BIG_ENDIAN" => Some(!little),
            _ => None,
        };
        let mut holding = own
            .chain(shared)
            .filter(|stands| stands.name == name && self.fold(&stands.guard.fold(&order), way) == Guard::TRUE)
            .map(|stands| stands.params.as_slice());
        holding.next()
    }
}

impl<'a> Place<'a> {
    fn file(file: &'a str) -> Self {
        Place { file, line: 0, arch: arch_of(file), takes: Takes::Unknown, made_by: None, guard: Guard::TRUE }
    }

    /// `fs/open.c:1447`
    pub(super) fn origin(&self) -> String {
        if self.line == 0 { self.file.to_string() } else { format!("{}:{}", self.file, self.line) }
    }
}

/// The entries that a macro makes of a name, by its definition in `include/linux/syscalls.h`, `include/linux/compat.h`
/// and `arch/powerpc/kernel/sys_ppc32.c`, each with the condition: `SYSCALL32_` and `PPC32_` make `sys_x` in a 32-bit
/// kernel and `compat_sys_x` in a 64-bit one.
fn made_by(of: &str, name: &str) -> Vec<(String, Guard)> {
    let (native, compat) = (format!("sys_{name}"), format!("compat_sys_{name}"));
    let by = |option: &str, native_if_set: bool| {
        let set = Guard::symbol(option);
        let (of_native, of_compat) = if native_if_set { (set.clone(), set.not()) } else { (set.clone().not(), set) };
        vec![(native.clone(), of_native), (compat.clone(), of_compat)]
    };
    match of {
        "COMPAT_SYSCALL_DEFINE" => vec![(compat, Guard::TRUE)],
        "SYSCALL32_DEFINE" => by("CONFIG_COMPAT", false),
        "PPC32_SYSCALL_DEFINE" => by("CONFIG_PPC32", true),
        _ => vec![(native, Guard::TRUE)],
    }
}

/// The architecture whose kernel a file belongs to. `arch/x86/um` is part of user-mode Linux.
fn arch_of(file: &str) -> Option<&str> {
    let (arch, rest) = file.strip_prefix("arch/")?.split_once('/')?;
    Some(if rest.starts_with("um/") { "um" } else { arch })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_tells_its_architecture() {
        assert_eq!(arch_of("fs/open.c"), None);
        assert_eq!(arch_of("arch/mips/kernel/syscall.c"), Some("mips"));
        assert_eq!(arch_of("arch/x86/um/syscalls_64.c"), Some("um"));
    }

    #[test]
    fn a_macro_tells_the_entry() {
        let made =
            |of| -> Vec<String> { made_by(of, "x").iter().map(|(entry, guard)| format!("{entry} {guard}")).collect() };
        assert_eq!(made("SYSCALL_DEFINE"), ["sys_x 1"]);
        assert_eq!(made("COMPAT_SYSCALL_DEFINE"), ["compat_sys_x 1"]);
        assert_eq!(made("PPC32_SYSCALL_DEFINE"), ["sys_x CONFIG_PPC32", "compat_sys_x !CONFIG_PPC32"]);
        assert_eq!(made("SYSCALL32_DEFINE"), ["sys_x !CONFIG_COMPAT", "compat_sys_x CONFIG_COMPAT"]);
    }
}
