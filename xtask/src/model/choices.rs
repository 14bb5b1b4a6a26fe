//! What a value decides about other parameters: `data/curated/choices/` as data.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::kinds::{Kind, Returns, one_or_many};

/// What a parameter, or two, decide about others of some entries.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The entries, as [`EntryKinds::of`](super::EntryKinds::of) names them.
    #[serde(deserialize_with = "one_or_many")]
    pub of: Vec<String>,
    /// The parameters that decide: one, or two that do so together.
    #[serde(deserialize_with = "one_or_many")]
    pub by: Vec<String>,
    /// The bits of the one that decides: a constant of its set, or a number; none: all.
    #[serde(default)]
    pub mask: Option<String>,
    /// Values are those of the bits moved down to bit 0.
    #[serde(default)]
    pub shifted: bool,
    /// What values there are; the first that fits holds, of those with `with` or `without` all that fit.
    pub cases: Vec<Case>,
    /// Where none fits.
    #[serde(default, rename = "else")]
    pub otherwise: Option<Decided>,
    /// The kernel sources that show it.
    #[serde(deserialize_with = "one_or_many")]
    pub source: Vec<String>,
    /// The file, below `data/`.
    #[serde(skip)]
    pub file: String,
    /// The line where it begins.
    #[serde(skip)]
    pub line: u32,
}

/// Some values, and what they decide.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// It fits where the value is one of these.
    #[serde(default)]
    pub when: Vec<When>,
    /// It fits where all bits of one of these are there.
    #[serde(default)]
    pub with: Vec<Value>,
    /// It fits where no bit of any of these is there.
    #[serde(default)]
    pub without: Vec<Value>,
    /// The ABIs on which it holds; none: all.
    #[serde(default)]
    pub on: Vec<String>,
    /// The kinds of parameters.
    #[serde(default)]
    pub params: BTreeMap<String, Kind>,
    /// What a success returns, where the value decides that, too.
    #[serde(default)]
    pub returns: Option<Returns>,
    /// The call that it is, by its entry as in [`Choice::of`].
    #[serde(default)]
    pub call: Option<String>,
    /// The parameters that are that call's, in its order.
    #[serde(default)]
    pub args: Vec<String>,
    /// The parameter that points to that call's parameters, as words in memory.
    #[serde(default)]
    pub words: Option<String>,
    /// The fields that matter of the structs that parameters point to.
    #[serde(default)]
    pub fields: BTreeMap<String, Vec<String>>,
}

/// What is decided where no case fits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// The kinds of parameters.
    #[serde(default)]
    pub params: BTreeMap<String, Kind>,
    /// What a success returns.
    #[serde(default)]
    pub returns: Option<Returns>,
}

/// A value, or one of each parameter that decides.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum When {
    /// Of the one parameter.
    One(Value),
    /// Of both.
    Both([Value; 2]),
}

impl When {
    /// How many values it names; never 0.
    #[allow(clippy::len_without_is_empty, reason = "it is never empty")]
    pub fn len(&self) -> usize {
        match self {
            When::One(_) => 1,
            When::Both(_) => 2,
        }
    }
}

/// A constant by its name, `*` for any value, or a number where the headers have no name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A number.
    Number(i64),
    /// A constant, or `*`.
    Name(String),
}

/// Any value of a parameter.
pub const ANY: &str = "*";
