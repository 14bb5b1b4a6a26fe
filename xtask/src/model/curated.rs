//! `data/curated/entries.yaml` as data: what no C says about entries, each with the kernel source of the fact.

use serde::Deserialize;

/// The whole file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curated {
    /// Entries that only assembly macros define.
    pub assembly: Vec<AssemblyEntry>,
    /// Calls that no table dispatches.
    pub private: Vec<PrivateCall>,
    /// Entries by which a table says that a call is not implemented.
    pub not_implemented: Vec<NamedEntry>,
    /// Entries whose body only returns `ENOSYS`.
    pub always_enosys: Vec<NamedEntry>,
}

/// An entry and the file that settles what it does.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedEntry {
    /// The entry as tables name it.
    pub entry: String,
    /// The folder of `arch/` to which this applies; none: everywhere.
    #[serde(default)]
    pub arch: Option<String>,
    /// The file that settles it.
    pub source: String,
}

/// An entry that an assembly macro makes, so that its name stands nowhere in whole.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssemblyEntry {
    /// The entry as the table names it.
    pub entry: String,
    /// The folder of `arch/` that defines it.
    pub arch: String,
    /// The file that does.
    pub source: String,
}

/// Calls that a kernel handles before it looks into its table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrivateCall {
    /// The ABI.
    pub abi: String,
    /// The folder of `arch/` of the kernel: tells the native way in from the compat one.
    pub arch: String,
    /// The function that handles them.
    pub entry: String,
    /// The calls, by name.
    pub names: Vec<String>,
    /// The file that says so.
    pub source: String,
}
