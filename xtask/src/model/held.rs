//! What bytes hold by themselves, without a pointer that leads there: the data of a control message, an attribute of netlink.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};

use super::fields::Inline;
use super::kinds::{Kind, Target, number, word};

/// What bytes hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Held {
    /// Nothing.
    Nothing,
    /// A number of this kind and C type.
    Number(Kind, String),
    /// As many of them as fit.
    Numbers(Kind, String),
    /// A structure.
    Struct(String),
    /// As many of them as fit.
    Structs(String),
    /// Text, bytes, an address.
    Inline(Inline),
    /// An address of IPv4 or IPv6, as its length and the message's family say.
    Address,
    /// Attributes of this space.
    Nested(String),
    /// A structure, and behind it attributes of this space.
    Then(String, String),
    /// As many of these as fit; the first field of the structure says how long one is.
    ThenEach(String, String),
    /// What the text of another attribute beside it says: attributes that have that text in their `for`.
    By(String),
    /// Nothing better can be said, for this reason.
    Opaque(String),
}

impl FromStr for Held {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Held::Nothing);
        }
        if let Some(reason) = text.strip_prefix("opaque: ") {
            return Ok(Held::Opaque(reason.to_string()));
        }
        if let Some((first, space)) = text.split_once(" then ") {
            let space = word(space)?.to_string();
            return match first.parse()? {
                Held::Struct(name) => Ok(Held::Then(name, space)),
                Held::Structs(name) => Ok(Held::ThenEach(name, space)),
                _ => Err(format!("attributes cannot follow `{first}`")),
            };
        }
        let (one, many) = text.strip_suffix("[]").map_or((text, false), |one| (one, true));
        let named = |name: &str| word(name).map(str::to_string);
        match (one.split_once(' '), many) {
            (Some(("struct", name)), false) => return named(name).map(Held::Struct),
            (Some(("struct", name)), true) => return named(name).map(Held::Structs),
            (Some(("nested", name)), false) => return named(name).map(Held::Nested),
            (Some(("by", name)), false) => return named(name).map(Held::By),
            _ => {}
        }
        if one == "address" && !many {
            return Ok(Held::Address);
        }
        if let Some(inline) = Inline::of(one).filter(|_| !many) {
            return Ok(Held::Inline(inline));
        }
        match (number(one)?, many) {
            (Target::Value(kind, Some(ty)), false) => Ok(Held::Number(*kind, ty)),
            (Target::Value(kind, Some(ty)), true) => Ok(Held::Numbers(*kind, ty)),
            _ => Err(format!("`{text}` needs a C type: `{one}:int`")),
        }
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Held::Nothing => Ok(()),
            Held::Number(kind, ty) => write!(f, "{kind}:{}", ty.replace(' ', "_")),
            Held::Numbers(kind, ty) => write!(f, "{kind}:{}[]", ty.replace(' ', "_")),
            Held::Struct(name) => write!(f, "struct {name}"),
            Held::Structs(name) => write!(f, "struct {name}[]"),
            Held::Inline(inline) => f.write_str(inline.as_str()),
            Held::Address => f.write_str("address"),
            Held::Nested(space) => write!(f, "nested {space}"),
            Held::Then(name, space) => write!(f, "struct {name} then {space}"),
            Held::ThenEach(name, space) => write!(f, "struct {name}[] then {space}"),
            Held::By(name) => write!(f, "by {name}"),
            Held::Opaque(reason) => write!(f, "opaque: {reason}"),
        }
    }
}

impl<'de> Deserialize<'de> for Held {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_written_as_they_are_read() {
        let all = [
            "",
            "fd:int[]",
            "number:unsigned_long",
            "set ip_tos:u8",
            "struct ucred",
            "struct packet_diag_mclist[]",
            "string",
            "address",
            "nested link_info",
            "struct ifinfomsg then link",
            "struct rtnexthop[] then route",
            "by IFLA_INFO_KIND",
            "opaque: a header of options",
        ];
        for text in all {
            let held: Held = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(held.to_string(), text);
        }
        for text in ["fd", "string[]", "in path", "struct", "nested a b", "nested link[]", "string then link"] {
            assert!(text.parse::<Held>().is_err(), "{text}");
        }
    }
}
