//! What control messages of sockets carry: `data/curated/controls.yaml` as data.

use serde::Deserialize;

use super::held::Held;
use super::kinds::one_or_many;

/// A control message.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControlMessage {
    /// The constant of its level.
    pub level: String,
    /// The constant of its type.
    #[serde(rename = "type")]
    pub name: String,
    /// What the type is where no header that is read says so.
    #[serde(default)]
    pub value: Option<u32>,
    /// What it carries.
    pub data: Held,
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
