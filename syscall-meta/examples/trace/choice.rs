//! Which calls are wanted: `-e trace=openat,%network,!close`, on each ABI that a program here can have.

use std::collections::BTreeSet;

use syscall_meta::{Abi, Class, Entered, RawCall, Syscall, SyscallSet, Table};

/// The ABIs of programs on this machine.
pub(crate) const ABIS: [Abi; 3] = [Abi::X86_64, Abi::I386, Abi::X32];

/// The calls that are wanted.
#[derive(Debug)]
pub(crate) struct Choice {
    /// Calls at which a thread has to stop, by ABI: those that are wanted, and those behind which such are.
    pub(crate) stops: Vec<SyscallSet>,
    /// Names of those that are told.
    names: BTreeSet<&'static str>,
}

/// Calls that are others, as their first word says.
const THROUGH: [&str; 2] = ["socketcall", "ipc"];

impl Choice {
    /// What expressions say; none where all calls are wanted.
    pub(crate) fn new(expressions: &[String]) -> Result<Option<Choice>, String> {
        if expressions.is_empty() {
            return Ok(None);
        }
        let tables: Vec<Table> = ABIS.iter().filter_map(|abi| abi.table()).collect();
        let all: BTreeSet<&'static str> =
            tables.iter().flat_map(|table| table.iter()).map(|call| call.name()).collect();
        let mut names = BTreeSet::new();
        for expression in expressions {
            let list = match expression.split_once('=') {
                Some(("trace" | "t", list)) => list,
                Some((what, _)) => return Err(format!("`-e {what}=` is not known; there is `-e trace=`")),
                None => expression,
            };
            let (list, is_without) = list.strip_prefix('!').map_or((list, false), |rest| (rest, true));
            let mut chosen = BTreeSet::new();
            for word in list.split(',').filter(|word| !word.is_empty()) {
                match word.strip_prefix('!') {
                    Some(word) => {
                        let without = named(word, &tables)?;
                        if chosen.is_empty() && names.is_empty() {
                            chosen.clone_from(&all);
                        }
                        chosen.retain(|name| !without.contains(name));
                        names.retain(|name| !without.contains(name));
                    }
                    None => chosen.extend(named(word, &tables)?),
                }
            }
            names.extend(if is_without { all.difference(&chosen).copied().collect() } else { chosen });
        }
        let stops = tables.iter().map(|table| {
            set(*table, |call| {
                let is_alias = call.aliases().any(|alias| names.contains(alias));
                is_alias || names.contains(call.name()) || THROUGH.contains(&call.name())
            })
        });
        Ok(Some(Choice { stops: stops.collect(), names }))
    }

    /// Whether a call is to be told.
    pub(crate) fn has(&self, entered: &Entered<'_>) -> bool {
        entered.name().is_some_and(|name| self.names.contains(name))
    }
}

/// The calls of a table that are such.
pub(crate) fn set(table: Table, is_such: impl Fn(&Syscall) -> bool) -> SyscallSet {
    let mut set = SyscallSet::empty(table);
    for call in table.iter().filter(is_such) {
        let _ = set.insert(call);
    }
    set
}

/// Whether a call is in the set of its ABI.
pub(crate) fn is_in(sets: &[SyscallSet], raw: &RawCall) -> bool {
    let set = sets.iter().find(|set| set.abi() == raw.abi());
    set.is_some_and(|set| set.contains_kernel_number(raw.kernel_number()))
}

/// The calls of a word: a name, `%file`, `all`, `none`.
fn named(word: &str, tables: &[Table]) -> Result<BTreeSet<&'static str>, String> {
    if word == "none" {
        return Ok(BTreeSet::new());
    }
    let calls = || tables.iter().flat_map(|table| table.iter());
    if let Some(class) = word.strip_prefix('%') {
        let Some(class) = Class::ALL.iter().find(|of| of.as_str() == class) else {
            let all: Vec<String> = Class::ALL.iter().map(|class| format!("%{}", class.as_str())).collect();
            return Err(format!("there is no class `%{class}`; there are {}", all.join(", ")));
        };
        return Ok(calls().filter(|call| call.side().classes().has(*class)).map(|call| call.name()).collect());
    }
    let is = |call: &Syscall| word == "all" || call.name() == word || call.aliases().any(|alias| alias == word);
    let found: BTreeSet<&'static str> = calls().filter(is).map(|call| call.name()).collect();
    if found.is_empty() {
        return Err(format!("no call is named `{word}` on {}", ABIS.map(Abi::name).join(", ")));
    }
    Ok(found)
}
