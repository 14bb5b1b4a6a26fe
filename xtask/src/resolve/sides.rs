//! What a native and a compat call enter: where that is defined, what it takes, or why it leads nowhere.

use std::collections::BTreeSet;

use super::entries::{Entries, Found, Place};
use super::prototypes::{NO_ROOM, Prototypes, Unknown};
use super::rows::Row;
use super::{symbols, words};
use crate::model::{
    AbiSpec, Abis, Curated, Facts, Gap, Guard, Linkage, MatchRule, Missing, NamedEntry, Parameter, Side, Syscall, Way,
    Wrapper,
};

/// The rows of one ABI on their way to calls.
pub(super) struct Sides<'a> {
    pub spec: &'a AbiSpec,
    pub main: Way<'a>,
    pub compat: Option<Way<'a>>,
    pub facts: &'a Facts,
    pub curated: &'a Curated,
    pub entries: &'a Entries<'a>,
    pub prototypes: Prototypes<'a>,
    pub kernel: &'a str,
    pub gaps: Vec<Gap>,
    /// Places whose parameters are not known, and why.
    pub unknown: BTreeSet<(String, Unknown)>,
}

/// The option of an architecture that makes events of definitions.
const HAS_EVENTS: &str = "CONFIG_HAVE_SYSCALL_TRACEPOINTS";

/// Why a configuration stays unknown.
const NO_CONFIG: &str = "a condition around the definition is no option, and nothing settles it";

impl<'a> Sides<'a> {
    /// None where `data/abis.yaml` names no kernel that serves the ABI.
    pub(super) fn new(
        spec: &'a AbiSpec,
        abis: &'a Abis,
        facts: &'a Facts,
        curated: &'a Curated,
        entries: &'a Entries<'a>,
        kernel: &'a str,
    ) -> Option<Self> {
        let prototypes = Prototypes { facts, curated, entries, kernel };
        let (main, compat) = (abis.main_way(spec)?, abis.compat_way(spec));
        Some(Sides {
            spec,
            main,
            compat,
            facts,
            curated,
            entries,
            prototypes,
            kernel,
            gaps: Vec::new(),
            unknown: BTreeSet::new(),
        })
    }

    pub(super) fn syscall(&mut self, row: Row) -> Syscall {
        let (main, compat) = (self.main.clone(), self.compat.clone());
        let entry = row.main.unwrap_or_else(|| self.private_entry(&main, &row.name));
        let main = self.side(&main, entry, &row.name);
        let compat = compat.and_then(|way| {
            let entry = match row.compat {
                Some(entry) => entry,
                None => Some(self.private_entry(&way, &row.name)?),
            };
            Some(self.side(&way, entry, &row.name))
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

    fn side(&mut self, way: &Way<'a>, named: Option<String>, syscall: &str) -> Side {
        let mut side = Side::new(way.arch(), named.clone());
        let Some(named) = named.as_deref().filter(|entry| !self.is_in(&self.curated.not_implemented, entry, way))
        else {
            side.missing = Some(Missing::Ni);
            return side;
        };
        let (entry, place, config) = match self.found(named, way) {
            (entry, Found::Here(place, config)) => (entry, place, config),
            (entry, Found::Elsewhere) => {
                (side.entry, side.missing) = (Some(entry), Some(Missing::NotOnThisArch));
                return side;
            }
            (entry, Found::Nowhere) => {
                (side.entry, side.missing) = (Some(entry), Some(Missing::NoDefinition));
                return side;
            }
        };
        side.origin = Some(place.origin());
        if self.is_in(&self.curated.always_enosys, &entry, way) {
            side.missing = Some(Missing::AlwaysEnosys);
        }
        match self.params(&entry, syscall, &place, way) {
            Ok((params, block)) => (side.params, side.block) = (Some(params), block),
            Err(unknown) => {
                self.gap("params", unknown.reason, syscall, way);
                self.unknown.insert((place.origin(), unknown));
            }
        }
        if config.symbols().iter().any(|symbol| !symbol.starts_with("CONFIG_")) {
            self.gap("config", NO_CONFIG, syscall, way);
        } else {
            side.config = config;
        }
        let wrappers = self.facts.wrappers.get(&way.kernel.name).map_or(&[][..], Vec::as_slice);
        let symbol = symbols::symbol(&entry, way.symbols, wrappers);
        side.event = self.event(&entry, &symbol, &place, way);
        side.symbol = Some(symbol);
        // `SYSCALL32_` and `PPC32_` stand for one of the other two.
        let is_compat = entry.starts_with("compat_sys_");
        let made_by = if is_compat { "COMPAT_SYSCALL_DEFINE" } else { "SYSCALL_DEFINE" };
        if place.made_by.is_some() {
            // The macro without parameters makes other functions than its kin.
            let zero = if side.params.as_ref().is_some_and(Vec::is_empty) { "0" } else { "" };
            let holds = |guard: &Guard| self.entries.fold(guard, way) != Guard::FALSE;
            side.companions = symbols::companions(&entry, &format!("{made_by}{zero}"), wrappers)
                .into_iter()
                .filter(|(_, wrapper)| holds(&wrapper.guard))
                .map(|(symbol, wrapper)| (symbol, wrapper.linkage))
                .collect();
            side.companions.dedup();
            side.alias_of = self.alias_of(&entry, &format!("{made_by}{zero}"), side.symbol.as_deref(), wrappers, way);
            side.registers = self.registers(&entry, &format!("{made_by}{zero}"), side.symbol.as_deref(), wrappers, way);
            side.made_by = Some(made_by.to_string());
        }
        side.entry = Some(entry);
        side
    }

    /// The entry that a table's entry leads to, and where it is. A redirection that only some configurations have is
    /// followed where the entry itself is nowhere else; its own definition and the other's are both built then.
    fn found(&self, named: &str, way: &Way) -> (String, Found<'a>) {
        let Some((redirect, condition)) = self.entries.redirect(named, way) else {
            return (named.to_string(), self.entries.find(named, way));
        };
        let other = (redirect.to.clone(), self.entries.find(&redirect.to, way));
        if condition == Guard::TRUE {
            return other;
        }
        match (self.entries.find(named, way), other) {
            (Found::Here(place, config), (_, Found::Here(_, of_other))) => {
                let either = config.and(condition.clone().not()).or(of_other.and(condition)).simplified();
                (named.to_string(), Found::Here(place, either))
            }
            (Found::Here(place, config), _) => {
                (named.to_string(), Found::Here(place, config.and(condition.not()).simplified()))
            }
            (_, other) => other,
        }
    }

    fn params(
        &self,
        entry: &str,
        syscall: &str,
        place: &Place<'a>,
        way: &Way,
    ) -> Result<(Vec<Parameter>, Option<Vec<Parameter>>), Unknown> {
        let mut params = self.prototypes.params(entry, syscall, place, way)?;
        words::parts(&mut params, entry, way, self.curated);
        words::place(&mut params, way);
        let count = |param: &Parameter| param.word.map_or(0, |word| u32::from(word) + u32::from(param.words));
        let spec = &way.abi.call;
        let room = spec.words.len() as u32 + spec.stack.as_ref().map_or(0, |stack| stack.count);
        if params.iter().map(count).max() > Some(room) {
            return Err(NO_ROOM.into());
        }
        let mut block = self.prototypes.block(entry, way)?;
        block.iter_mut().for_each(|words| words::place(words, way));
        Ok((params, block))
    }

    /// Where the function that the table leads to takes registers in place of arguments.
    fn registers(&self, entry: &str, macro_name: &str, symbol: Option<&str>, wrappers: &[Wrapper], way: &Way) -> Guard {
        let made = symbols::made(entry, macro_name, wrappers);
        let made: Vec<_> = made.iter().filter(|(made, _)| Some(made.as_str()) == symbol).collect();
        let any = |all: &[&&Wrapper]| {
            Guard::any(all.iter().map(|wrapper| self.entries.fold(&wrapper.guard, way))).simplified()
        };
        let all: Vec<&&Wrapper> = made.iter().map(|(_, wrapper)| wrapper).collect();
        let takes: Vec<&&Wrapper> = all.iter().filter(|wrapper| wrapper.takes_registers).copied().collect();
        let registers = any(&takes);
        // Where the function is there at all, it takes them.
        if !takes.is_empty() && registers.equals(&any(&all)) { Guard::TRUE } else { registers }
    }

    /// The companion that the function which the table leads to is another name of.
    fn alias_of(
        &self,
        entry: &str,
        macro_name: &str,
        symbol: Option<&str>,
        wrappers: &[Wrapper],
        way: &Way,
    ) -> Option<(String, Guard)> {
        let made = symbols::made(entry, macro_name, wrappers);
        let is_it =
            |(made, wrapper): &&(String, &Wrapper)| Some(made.as_str()) == symbol && wrapper.linkage == Linkage::Alias;
        let guards = made.iter().filter(is_it).map(|(_, wrapper)| self.entries.fold(&wrapper.guard, way));
        let guard = Guard::any(guards).simplified();
        let has_body = |(_, wrapper): &&(String, &Wrapper)| {
            !matches!(wrapper.linkage, Linkage::Alias | Linkage::Inline)
                && self.entries.fold(&wrapper.guard, way) != Guard::FALSE
        };
        let companions = symbols::companions(entry, macro_name, wrappers);
        let (companion, _) = companions.iter().find(has_body).filter(|_| guard != Guard::FALSE)?;
        Some((companion.clone(), guard))
    }

    /// The tracepoint: of the function that `SYSCALL_DEFINEn` makes and whose name the kernel finds in the symbol that
    /// its native table leads to. That may be another than the entry: a stub has the name of what it calls.
    fn event(&self, entry: &str, symbol: &str, place: &Place, way: &Way) -> Option<String> {
        if way.is_compat || self.entries.is_settled(HAS_EVENTS, way) == Some(false) {
            return None;
        }
        let rules = self.facts.match_rules_of(way.arch())?;
        let own = place.made_by.map(|(_, name)| name).filter(|name| entry.strip_prefix("sys_") == Some(name));
        if let Some(name) = own.filter(|name| MatchRule::matches(rules, symbol, &format!("sys_{name}"))) {
            return Some(name.to_string());
        }
        let has_event = |name: &String| {
            let found = self.entries.find(&format!("sys_{name}"), way);
            matches!(found, Found::Here(place, _) if place.made_by.is_some_and(|(_, made)| made == name.as_str()))
        };
        MatchRule::names(rules, symbol).into_iter().find(has_event)
    }

    fn is_in(&self, list: &[NamedEntry], entry: &str, way: &Way) -> bool {
        list.iter().any(|named| {
            let holds = |symbol: &String| self.entries.is_settled(symbol, way) == Some(true);
            named.entry == entry
                && named.arch.as_ref().is_none_or(|arch| arch == way.arch())
                && named.condition.as_ref().is_none_or(holds)
        })
    }

    fn gap(&mut self, field: &'static str, reason: &'static str, syscall: &str, way: &Way) {
        let (kernel, syscall, abi) = (self.kernel.to_string(), syscall.to_string(), way.name.clone());
        self.gaps.push(Gap { field, reason, kernel, syscall, abi });
    }

    /// The function that handles a call outside the table.
    fn private_entry(&self, way: &Way, syscall: &str) -> Option<String> {
        let handles = self.curated.private.iter().find(|call| {
            call.abi == self.spec.name && call.arch == way.arch() && call.names.iter().any(|name| name == syscall)
        })?;
        Some(handles.entry.clone())
    }
}
