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

impl Sides<'_> {
    pub(super) fn syscall(&mut self, row: Row) -> Syscall {
        let main_arch = self.spec.arch.as_str();
        let main = match row.main {
            Some(entry) => entry,
            None => self.private_entry(main_arch, &row.name),
        };
        let main = self.side(main_arch, main, &row.name, &self.spec.name.clone());
        let compat = self.spec.compat.as_ref().and_then(|compat| {
            let entry = match row.compat {
                Some(entry) => entry,
                None => Some(self.private_entry(&compat.arch, &row.name)?),
            };
            Some(self.side(&compat.arch, entry, &row.name, &format!("{}.compat", self.spec.name)))
        });
        Syscall {
            number: row.number,
            kernel_number: Syscall::kernel_number_of(self.spec, row.number),
            name: row.name,
            aliases: row.aliases,
            main,
            compat,
            row: row.place,
        }
    }

    /// `way` is what the ledger calls this way in: `arm`, `arm.compat`.
    fn side(&mut self, arch: &str, entry: Option<String>, syscall: &str, way: &str) -> Side {
        let names = |list: &[NamedEntry], entry: &str| {
            list.iter().any(|named| named.entry == entry && named.arch.as_ref().is_none_or(|of| of == arch))
        };
        let mut side = Side { arch: arch.to_string(), entry: entry.clone(), origin: None, missing: None };
        let Some(entry) = entry.as_deref().filter(|entry| !names(&self.curated.not_implemented, entry)) else {
            side.missing = Some(Missing::Ni);
            return side;
        };
        let redirect = self.entries.redirect(entry, arch);
        if redirect.is_some_and(|redirect| redirect.conditional) {
            self.gap(CONDITIONAL, syscall, way);
            return side;
        }
        let entry = redirect.map_or(entry, |redirect| &redirect.to);
        side.entry = Some(entry.to_string());
        match self.entries.find(entry, arch) {
            Found::One(place) if place.line == 0 => side.origin = Some(place.file.to_string()),
            Found::One(place) => side.origin = Some(format!("{}:{}", place.file, place.line)),
            Found::Several => self.gap(SEVERAL, syscall, way),
            Found::Elsewhere => side.missing = Some(Missing::NotOnThisArch),
            Found::Nowhere => side.missing = Some(Missing::NoDefinition),
        }
        if names(&self.curated.always_enosys, entry) {
            side.missing = Some(Missing::AlwaysEnosys);
        }
        side
    }

    fn gap(&mut self, reason: &'static str, syscall: &str, way: &str) {
        let (kernel, syscall, abi) = (self.kernel.clone(), syscall.to_string(), way.to_string());
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
