//! What differs between two kernels, without opinion: what `diff` finds and `judge` grades.

use serde::{Deserialize, Serialize};

use super::Release;

/// Two kernels, compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff {
    /// One kernel, and what of it was compared.
    pub old: Compared,
    /// The other.
    pub new: Compared,
    /// Every change, in the order of its fields.
    pub changes: Vec<Change>,
    /// Calls whose parameters are not known in one of the two, so that nothing can be said of them.
    pub unknown: Vec<UnknownParams>,
}

/// A kernel that was compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Which.
    pub release: Release,
    /// The ABIs of it that were compared, sorted.
    pub abis: Vec<String>,
    /// The ways into them, sorted: `arm`, `arm.compat`.
    pub ways: Vec<String>,
}

/// A call of which one side tells no parameters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnknownParams {
    /// The call.
    pub call: String,
    /// The way into it.
    pub way: String,
}

/// One change, and all the places that have it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// To what.
    pub subject: Subject,
    /// The part of the subject that changed, where it has several: a parameter, an alias.
    pub item: Option<String>,
    /// What it was; none of what came.
    pub old: Option<String>,
    /// What it is; none of what went.
    pub new: Option<String>,
    /// Where, in order; never empty.
    pub sites: Vec<Site>,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// An ABI, or a way into it.
    Abi(String),
    /// A call, by the name that both kernels have for it; by the older one where they have none in common.
    Call(String),
    /// Any number of calls to which the same happened; the sites name them.
    Calls,
    /// A constant of a header.
    Constant {
        /// The curated sets that claim it, sorted; none: nobody asks for it by a set.
        sets: Vec<String>,
        /// The header; empty where it is in another one now.
        header: String,
        /// Its name.
        name: String,
    },
    /// A structure or union of a header.
    Struct {
        /// The header; empty where it is in another one now.
        header: String,
        /// As [`Headers::records`](super::Headers::records) names it: `struct statx`.
        name: String,
    },
}

/// A call of an ABI that has a change, in both kernels; or the ABI where its headers have one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Site {
    /// The way in: `arm`, or `arm.compat` on a kernel that serves the ABI as compat.
    pub way: String,
    /// The call; empty where a whole ABI is meant, or what its headers define.
    pub call: String,
    /// How it stands in the older kernel.
    pub old: Spot,
    /// How it stands in the newer one.
    pub new: Spot,
    /// What changed with it and follows from it, as `(what, old, new)`: the symbol of another entry, the size of a
    /// structure.
    pub follows: Vec<(&'static str, Option<String>, Option<String>)>,
}

/// A call in one kernel.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// Its number, base included.
    pub number: Option<u32>,
    /// File and line of what changed: `fs/open.c:1447`.
    pub place: Option<String>,
}

/// What can happen to an ABI, a call, or what headers define. `judge` has a rule for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the rules of `judge` say it of each")]
pub enum ChangeKind {
    AbiAdded,
    AbiEnded,
    WayAdded,
    WayEnded,
    CallAdded,
    CallRemoved,
    CallRenumbered,
    CallRenamed,
    NumberReused,
    NumberAdded,
    NumberRemoved,
    AliasAdded,
    AliasRemoved,
    CallImplemented,
    CallUnimplemented,
    AbsenceChanged,
    EntryChanged,
    DefinitionChanged,
    DefinitionMoved,
    ParamAdded,
    ParamRemoved,
    ParamsReplaced,
    ParamsReordered,
    ParamSplit,
    ParamJoined,
    ParamRenamed,
    ParamRetyped,
    ParamNarrowed,
    ParamWidened,
    ParamSignChanged,
    ParamBecamePointer,
    ParamBecameInteger,
    PointeeChanged,
    ConstAdded,
    ConstRemoved,
    WordsChanged,
    PaddingAdded,
    PaddingRemoved,
    ConfigNarrowed,
    ConfigWidened,
    ConfigChanged,
    SymbolRenamed,
    EntryTakesRegisters,
    EntryTakesArguments,
    CompanionAdded,
    CompanionRemoved,
    CompanionRenamed,
    CompanionHidden,
    CompanionExposed,
    EventAdded,
    EventRemoved,
    EventRenamed,
    ConstantAdded,
    ConstantRemoved,
    ConstantChanged,
    ConstantRetyped,
    ConstantMoved,
    OtherConstantAdded,
    OtherConstantRemoved,
    OtherConstantChanged,
    BoundChanged,
    RequestRenumbered,
    RequestChanged,
    StructAdded,
    StructRemoved,
    StructMoved,
    StructGrew,
    StructShrank,
    StructExtended,
    StructCutBack,
    StructRealigned,
    FieldAdded,
    FieldRemoved,
    FieldInserted,
    FieldCutOut,
    FieldsMoved,
    FieldResized,
    FieldBecameFlexible,
    FieldBecameFixed,
    FieldReinterpreted,
    FieldRetyped,
    FieldRenamed,
    FieldUsesPadding,
    FieldBecamePadding,
    StructRedeclared,
}

impl ChangeKind {
    /// Whether it happens to many calls at once by one cause, so that they are one change.
    pub fn is_systematic(self) -> bool {
        use ChangeKind::*;
        matches!(
            self,
            DefinitionMoved
                | ConfigNarrowed
                | ConfigWidened
                | ConfigChanged
                | SymbolRenamed
                | EntryTakesRegisters
                | EntryTakesArguments
                | CompanionAdded
                | CompanionRemoved
                | CompanionRenamed
                | CompanionHidden
                | CompanionExposed
                | EventAdded
                | EventRemoved
        )
    }
}

impl Subject {
    /// Whether it is defined by a header; the sites are ABIs then, not ways into one.
    pub fn is_of_headers(&self) -> bool {
        matches!(self, Subject::Constant { .. } | Subject::Struct { .. })
    }
}

impl Change {
    /// The calls that have it, sorted.
    pub fn calls(&self) -> Vec<&str> {
        let mut calls: Vec<&str> = self.sites.iter().map(|site| site.call.as_str()).collect();
        calls.sort_unstable();
        calls.dedup();
        calls
    }

    /// The ways that have it, sorted.
    pub fn ways(&self) -> Vec<&str> {
        let mut ways: Vec<&str> = self.sites.iter().map(|site| site.way.as_str()).collect();
        ways.sort_unstable();
        ways.dedup();
        ways
    }
}
