//! `data/curated/entries.yaml` as data: what no C says about entries, each with the kernel source of the fact.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, de};

use super::Guard;

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
    /// Parameters that no C definition of the entry's own name tells.
    pub prototypes: Vec<Prototype>,
    /// Parameters that are halves of 64-bit values, or nothing.
    #[serde(default)]
    pub halves: Vec<Halves>,
    /// Entries whose one parameter points to a block of words.
    #[serde(default)]
    pub blocks: Vec<Block>,
    /// What options say of each other.
    #[serde(default)]
    pub holds: Vec<Holds>,
}

/// A condition that every kernel of an architecture meets, where no option by itself is settled.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holds {
    /// The folder of `arch/` of the kernel.
    pub arch: String,
    /// Only for kernels whose native ABI this is.
    #[serde(default)]
    pub kernel: Option<String>,
    /// The condition, as `#if` says it.
    #[serde(deserialize_with = "guard")]
    pub condition: Guard,
    /// The file that settles it.
    pub source: String,
}

/// What a program passes to an entry whose own C does not say it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prototype {
    /// The entry as the table leads to it.
    pub entry: String,
    /// The folder of `arch/`.
    pub arch: String,
    /// Only for the call of this name.
    #[serde(default)]
    pub call: Option<String>,
    /// The entry whose parameters these are.
    #[serde(default, rename = "as")]
    pub same_as: Option<String>,
    /// The parameters, where no entry has the same.
    #[serde(default)]
    pub params: Option<Vec<String>>,
    /// The releases to which this applies; none: all that have the entry.
    #[serde(default)]
    pub kernels: Vec<String>,
    /// The file that settles it.
    pub source: String,
}

/// Which parameters of an entry are halves of one value, or dummies.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Halves {
    /// The entry.
    pub entry: String,
    /// The folder of `arch/` of the kernel; none: everywhere.
    #[serde(default)]
    pub arch: Option<String>,
    /// The values, by name: `pos: [low, high]`.
    #[serde(default)]
    pub values: BTreeMap<String, [String; 2]>,
    /// Values whose first half is the low one on a little-endian machine and the high one on a big-endian one.
    #[serde(default)]
    pub pairs: BTreeMap<String, [String; 2]>,
    /// Parameters that keep a place and mean nothing.
    #[serde(default)]
    pub dummies: Vec<String>,
    /// The file that settles it.
    pub source: String,
}

/// The words behind the one pointer that an entry takes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// The entry.
    pub entry: String,
    /// The folder of `arch/` of the kernel; none: everywhere.
    #[serde(default)]
    pub arch: Option<String>,
    /// The words, each `type name`.
    pub words: Vec<String>,
    /// The file that settles it.
    pub source: String,
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
    /// The macro under which alone it applies: `__ARCH_BROKEN_SYS_CLONE3`.
    #[serde(default, rename = "if")]
    pub condition: Option<String>,
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

fn guard<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Guard, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
}

/// A structure that may grow at its end: programs pass its size.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtensibleRecord {
    /// As [`Headers::records`](super::Headers::records) names it, `*` standing for any text: `struct clone_args`.
    pub record: String,
    /// The kernel source that takes any size.
    pub source: String,
}
