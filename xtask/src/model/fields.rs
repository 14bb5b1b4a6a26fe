//! What the fields of structures mean: `data/curated/fields/` as data.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};

use super::Value;
use super::kinds::{Kind, one_or_many};

/// What was written down of some structures.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StructFields {
    /// Tags or typedefs, without `struct`.
    #[serde(deserialize_with = "one_or_many")]
    pub of: Vec<String>,
    /// Typedefs that prototypes have in the place of the first name: `stack_t`.
    #[serde(default)]
    pub named: Vec<String>,
    /// The kind of each field that is no structure with a name of its own.
    #[serde(default)]
    pub fields: BTreeMap<String, FieldKind>,
    /// The fields that are shown before the others, where that is not their order in memory.
    #[serde(default)]
    pub order: Vec<String>,
    /// What fields are called where people do not call them by their place in unions: `si_pid`.
    #[serde(default)]
    pub called: BTreeMap<String, String>,
    /// The fields of the short form; none: all.
    #[serde(default)]
    pub brief: Vec<String>,
    /// What values of fields decide; of those that fit, later ones hold.
    #[serde(default)]
    pub by: Vec<FieldChoice>,
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

/// What a field's value decides about others.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldChoice {
    /// The field.
    pub field: String,
    /// The bits of it that decide: a constant of its set, or a number; none: all, and of flags those of the value.
    #[serde(default)]
    pub mask: Option<Value>,
    /// It fits where the value is one of these.
    pub when: Vec<Value>,
    /// The kinds that others have then.
    pub fields: BTreeMap<String, FieldKind>,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldKind {
    /// What a parameter may be, too.
    Kind(Kind),
    /// What lies in the structure itself.
    Inline(Inline),
}

/// Declares the words.
macro_rules! inline {
    ($($(#[$each:meta])* $variant:ident $word:literal,)*) => {
        /// What lies in a structure itself.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Inline {
            $($(#[$each])* $variant,)*
        }

        impl Inline {
            /// The word for it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Inline::$variant => $word,)*
                }
            }

            pub(super) fn of(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Inline::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

inline! {
    /// Text that ends at a NUL or with the field.
    Text "string",
    /// Bytes.
    Bytes "bytes",
    /// 16 bits in the order of networks.
    Port "port",
    /// An address of IPv4, in the order of networks.
    Ipv4 "ipv4",
    /// An address of IPv6.
    Ipv6 "ipv6",
    /// An address of a link.
    HwAddr "hwaddr",
    /// A socket address of any family.
    SockAddr "sockaddr",
    /// A set of signals.
    SigSet "sigset",
}

impl FromStr for FieldKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match Inline::of(text) {
            Some(inline) => Ok(FieldKind::Inline(inline)),
            None => text.parse().map(FieldKind::Kind),
        }
    }
}

impl fmt::Display for FieldKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldKind::Kind(kind) => kind.fmt(f),
            FieldKind::Inline(inline) => f.write_str(inline.as_str()),
        }
    }
}

impl<'de> Deserialize<'de> for FieldKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_fields_are_written_as_they_are_read() {
        for text in ["string", "port", "ipv6", "sigset", "fd", "set open_flags", "in bytes[len]", "in struct iovec[n]"]
        {
            let kind: FieldKind = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(kind.to_string(), text);
        }
        assert!("strings".parse::<FieldKind>().is_err());
    }
}
