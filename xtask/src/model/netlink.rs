//! The messages of netlink and their attributes: `data/curated/netlink.yaml` and `netlink_attributes.yaml` as data.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::fields::FieldKind;
use super::held::Held;
use super::kinds::one_or_many;

/// Messages of one form.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetlinkMessages {
    /// The constant of the protocol.
    pub protocol: String,
    /// The types that make something, whose requests have flags of their own.
    #[serde(default)]
    pub new: Vec<String>,
    /// Those that remove something.
    #[serde(default)]
    pub delete: Vec<String>,
    /// Those that ask.
    #[serde(default)]
    pub get: Vec<String>,
    /// Other types.
    #[serde(default)]
    pub types: Vec<String>,
    /// Only requests, or only replies; none: both.
    #[serde(default)]
    pub of: Option<Sent>,
    /// Only those whose first byte is one of these families of addresses.
    #[serde(default)]
    pub family: Vec<String>,
    /// The structure behind the header.
    pub payload: String,
    /// Kinds that fields of it have in these messages.
    #[serde(default)]
    pub fields: BTreeMap<String, FieldKind>,
    /// The attributes behind that; none: nobody says.
    #[serde(default)]
    pub attributes: Option<String>,
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

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sent {
    /// To the kernel.
    Request,
    /// From it.
    Reply,
}

/// Attributes that stand beside each other.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetlinkAttributes {
    /// What others call them.
    pub of: String,
    /// Those that have all of these, too, but for what is said here.
    #[serde(default)]
    pub like: Option<String>,
    /// By the attribute whose text says what another one holds: the texts that stand for these.
    #[serde(default, rename = "for")]
    pub texts: BTreeMap<String, Vec<String>>,
    /// What each holds, by its constant; `*` stands for any.
    pub attributes: BTreeMap<String, Held>,
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
