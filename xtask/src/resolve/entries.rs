//! Who defines what: from an entry's name to the places in the tree that define it.

use std::collections::BTreeMap;

use super::sides::Way;
use crate::model::{Curated, Definition, Facts, Redirect};

/// Every definition of every entry.
pub(super) struct Entries<'a> {
    places: BTreeMap<String, Vec<Place<'a>>>,
    /// By the entry that a table names, with the file.
    redirects: BTreeMap<&'a str, Vec<(&'a str, &'a Redirect)>>,
}

/// A place that defines an entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    /// The file.
    pub file: &'a str,
    /// Its line, or 0 where only the file is known.
    pub line: u32,
    /// The folder of `arch/`, none for generic code.
    pub arch: Option<&'a str>,
}

/// Where an architecture finds an entry.
pub(super) enum Found<'a> {
    /// In one place.
    One(Place<'a>),
    /// In several places, of which its configuration builds one.
    Several,
    /// Only in the code of other architectures.
    Elsewhere,
    /// Nowhere.
    Nowhere,
}

impl<'a> Entries<'a> {
    pub(super) fn new(facts: &'a Facts, curated: &'a Curated) -> Self {
        let mut places: BTreeMap<String, Vec<Place<'a>>> = BTreeMap::new();
        for (file, sites) in &facts.definitions {
            for site in sites {
                for entry in made_by(site) {
                    let place = Place { file, line: site.line, arch: arch_of(file) };
                    places.entry(entry).or_default().push(place);
                }
            }
        }
        for (file, functions) in &facts.functions {
            for function in functions {
                let place = Place { file, line: function.line, arch: arch_of(file) };
                places.entry(function.name.clone()).or_default().push(place);
            }
        }
        for call in &curated.private {
            let place = Place { file: &call.source, line: 0, arch: Some(&call.arch) };
            let of_entry = places.entry(call.entry.clone()).or_default();
            if !of_entry.iter().any(|known| known.arch == place.arch) {
                of_entry.push(place);
            }
        }
        for made in &curated.assembly {
            let place = Place { file: &made.source, line: 0, arch: Some(&made.arch) };
            places.entry(made.entry.clone()).or_default().push(place);
        }
        let mut redirects: BTreeMap<&str, Vec<(&str, &Redirect)>> = BTreeMap::new();
        for (file, all) in &facts.redirects {
            for redirect in all {
                redirects.entry(&redirect.from).or_default().push((file, redirect));
            }
        }
        Entries { places, redirects }
    }

    /// How a table of an architecture leads to another entry than this: by a `#define` in the file that includes it, or
    /// in a header of the architecture.
    pub(super) fn redirect(&self, entry: &str, way: &Way) -> Option<&'a Redirect> {
        let here = |file: &str| {
            let includes_it = way.dispatch.is_none_or(|dispatch| dispatch == file || file.ends_with(".h"));
            arch_of(file) == Some(way.arch) && includes_it
        };
        self.redirects.get(entry)?.iter().find(|(file, _)| here(file)).map(|(_, redirect)| *redirect)
    }

    /// Where a kernel of `arch` finds an entry: its own code goes before generic code.
    pub(super) fn find(&self, entry: &str, arch: &str) -> Found<'a> {
        let Some(places) = self.places.get(entry) else { return Found::Nowhere };
        let own: Vec<&Place<'a>> = places.iter().filter(|place| place.arch == Some(arch)).collect();
        let generic: Vec<&Place<'a>> = places.iter().filter(|place| place.arch.is_none()).collect();
        match (own.as_slice(), generic.as_slice()) {
            ([one], []) | ([], [one]) => Found::One(**one),
            ([], []) => Found::Elsewhere,
            _ => Found::Several,
        }
    }
}

/// The entries that a site makes, by the macro's definition in `include/linux/syscalls.h`, `include/linux/compat.h`
/// and `arch/powerpc/kernel/sys_ppc32.c`: `SYSCALL32_` and `PPC32_` make `sys_x` in a 32-bit kernel and
/// `compat_sys_x` in a 64-bit one.
fn made_by(site: &Definition) -> Vec<String> {
    let (native, compat) = (format!("sys_{}", site.name), format!("compat_sys_{}", site.name));
    match site.macro_name.trim_end_matches(|c: char| c.is_ascii_digit()) {
        "COMPAT_SYSCALL_DEFINE" => vec![compat],
        "SYSCALL32_DEFINE" | "PPC32_SYSCALL_DEFINE" => vec![native, compat],
        _ => vec![native],
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
        let site = |text: &str| Definition {
            macro_name: text.to_string(),
            name: "x".to_string(),
            arguments: None,
            guard: crate::model::Guard::TRUE,
            line: 1,
        };
        assert_eq!(made_by(&site("SYSCALL_DEFINE3")), ["sys_x"]);
        assert_eq!(made_by(&site("COMPAT_SYSCALL_DEFINE3")), ["compat_sys_x"]);
        assert_eq!(made_by(&site("PPC32_SYSCALL_DEFINE6")), ["sys_x", "compat_sys_x"]);
    }
}
