//! What a native and a compat call enter, where that is defined, or why it leads nowhere.

use super::entries::{Entries, Found};
use super::rows::Row;
use crate::model::{AbiSpec, Curated, Gap, Missing, NamedEntry, Side, Syscall};

/// The rows of one ABI on their way to calls.
pub(super) struct Sides<'a> {
    pub spec: &'a AbiSpec,
    pub curated: &'a Curated,
    pub entries: &'a Entries<'a>,
    pub kernel: String,
    pub gaps: Vec<Gap>,
}

/// Why an origin stays open.
const SEVERAL: &str = "several definitions, and which of them this kernel builds is not resolved yet";
const CONDITIONAL: &str = "a `#define` under a condition leads elsewhere, and whether it holds is not resolved yet";

/// A way into the kernel.
pub(super) struct Way<'a> {
    /// The folder of `arch/` of the kernel.
    pub arch: &'a str,
    /// The file that includes the table, where the architecture has several.
    pub dispatch: Option<&'a str>,
    /// What the ledger calls it: `arm`, `arm.compat`.
    pub name: String,
}

impl Sides<'_> {
    pub(super) fn syscall(&mut self, row: Row) -> Syscall {
        let spec = self.spec;
        let way = Way { arch: &spec.arch, dispatch: spec.dispatch.as_deref(), name: spec.name.clone() };
        let entry = row.main.unwrap_or_else(|| self.private_entry(way.arch, &row.name));
        let main = self.side(&way, entry, &row.name);
        let compat = spec.compat.as_ref().and_then(|compat| {
            let name = format!("{}.compat", spec.name);
            let way = Way { arch: &compat.arch, dispatch: compat.dispatch.as_deref(), name };
            let entry = match row.compat {
                Some(entry) => entry,
                None => Some(self.private_entry(way.arch, &row.name)?),
            };
            Some(self.side(&way, entry, &row.name))
        });
        Syscall {
            number: row.number,
            kernel_number: Syscall::kernel_number_of(spec, row.number),
            name: row.name,
            aliases: row.aliases,
            main,
            compat,
            row: row.place,
        }
    }

    fn side(&mut self, way: &Way, entry: Option<String>, syscall: &str) -> Side {
        let named = |list: &[NamedEntry], entry: &str| {
            list.iter().any(|named| named.entry == entry && named.arch.as_ref().is_none_or(|arch| arch == way.arch))
        };
        let mut side = Side { arch: way.arch.to_string(), entry: entry.clone(), origin: None, missing: None };
        let Some(entry) = entry.as_deref().filter(|entry| !named(&self.curated.not_implemented, entry)) else {
            side.missing = Some(Missing::Ni);
            return side;
        };
        let redirect = self.entries.redirect(entry, way);
        if redirect.is_some_and(|redirect| redirect.guard != crate::model::Guard::TRUE) {
            self.gap(CONDITIONAL, syscall, way);
            return side;
        }
        let entry = redirect.map_or(entry, |redirect| &redirect.to);
        side.entry = Some(entry.to_string());
        match self.entries.find(entry, way.arch) {
            Found::One(place) if place.line == 0 => side.origin = Some(place.file.to_string()),
            Found::One(place) => side.origin = Some(format!("{}:{}", place.file, place.line)),
            Found::Several => self.gap(SEVERAL, syscall, way),
            Found::Elsewhere => side.missing = Some(Missing::NotOnThisArch),
            Found::Nowhere => side.missing = Some(Missing::NoDefinition),
        }
        if named(&self.curated.always_enosys, entry) {
            side.missing = Some(Missing::AlwaysEnosys);
        }
        side
    }

    fn gap(&mut self, reason: &'static str, syscall: &str, way: &Way) {
        let (kernel, syscall, abi) = (self.kernel.clone(), syscall.to_string(), way.name.clone());
        self.gaps.push(Gap { field: "origin", reason, kernel, syscall, abi });
    }

    /// The function that handles a call outside the table.
    fn private_entry(&self, arch: &str, syscall: &str) -> Option<String> {
        let handles = self.curated.private.iter().find(|call| {
            call.abi == self.spec.name && call.arch == arch && call.names.iter().any(|name| name == syscall)
        })?;
        Some(handles.entry.clone())
    }
}
