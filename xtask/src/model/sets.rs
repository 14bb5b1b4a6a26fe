//! Named sets: which constants the values of a domain are called by. `data/curated/sets.yaml` as data, and what it comes
//! to with the headers of a release.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::headers::PerAbi;

/// `data/curated/sets.yaml`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sets {
    /// Every set, in the order of the file.
    pub sets: Vec<SetSpec>,
    /// Constants that are nobody's, and why. What one for many headers (`*`) gives by name the patterns of sets do not take
    /// either; a set that writes such a name out has it.
    pub unclaimed: Vec<Exclusion>,
}

/// A set: a domain of values, such as what `open` takes as flags.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SetSpec {
    /// What the library and other sets call it: `open_flags`.
    pub name: String,
    /// What its values are, in a few words.
    pub title: String,
    /// What a value is.
    pub kind: SetKind,
    /// The constants that are bits of a value, or values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Members>,
    /// Members that no header of the kernel names although programs do: `R_OK`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub given: BTreeMap<String, i64>,
    /// Parts of a value of [`SetKind::Flags`] that hold a value of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartSpec>,
    /// Where several names have one value, the one that is shown; else it is the one whose pattern comes first, then the
    /// first by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefer: Vec<String>,
    /// The kernel sources that say so.
    pub source: Vec<String>,
    /// The line of the file where it begins; 0: it comes from no file.
    #[serde(skip)]
    pub line: u32,
}

/// What a value of a set is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SetKind {
    /// Bits, of which any may be there, and the parts beside them.
    Flags,
    /// One of the members.
    Values,
}

/// Constants of a header.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Members {
    /// The header, as [`Headers`](super::Headers) names it.
    pub header: String,
    /// Names, `*` standing for anything: `O_*`.
    pub names: Vec<String>,
    /// Names that are not meant although they match.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<String>,
}

/// A part of a value.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PartSpec {
    /// The bits: a constant of one of the set's headers, or a number.
    pub mask: String,
    /// Whether the constants are those of the part moved down to bit 0; else they are in place.
    #[serde(default, skip_serializing_if = "is_false")]
    pub shifted: bool,
    /// Its values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Members>,
    /// The set that holds its values, in place of members of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
    /// It is a number, which no constants name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<Base>,
}

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Base {
    /// In tens.
    Decimal,
    /// As permissions are.
    Octal,
    /// As addresses are.
    Hexadecimal,
}

/// Constants that belong to no set on purpose.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Exclusion {
    /// The header; `*` stands for anything: `drm/*`.
    pub header: String,
    /// Names as in [`Members`]; none: all of the header.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Why nobody asks for them.
    pub reason: String,
    /// The line of the file where it begins; 0: it comes from no file.
    #[serde(skip)]
    pub line: u32,
}

fn is_false(value: &bool) -> bool {
    !*value
}

/// A set with the members that the headers of a release give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedSet {
    /// As in [`SetSpec`].
    pub name: String,
    /// As in [`SetSpec`].
    pub title: String,
    /// As in [`SetSpec`].
    pub kind: SetKind,
    /// In the order in which names are looked for: of several with one value, the first is shown. A member of flags may
    /// have several bits, and then comes before those that have fewer of them.
    pub members: Vec<Member>,
    /// The parts of a value.
    pub parts: Vec<ValuePart>,
}

impl NamedSet {
    /// The names of its members, and of those of its parts that have members of their own.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let of_parts = self.parts.iter().filter_map(|part| match &part.holds {
            PartHolds::Members(members) => Some(members),
            PartHolds::Set(_) | PartHolds::Number(_) => None,
        });
        self.members.iter().chain(of_parts.flatten()).map(|member| member.name.as_str())
    }
}

/// A member of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// `O_CLOEXEC`
    pub name: String,
    /// The header that it comes from, the first in the file of sets where several define it, each on other ABIs; of one
    /// that is [given](SetSpec::given), the file of sets itself.
    pub header: String,
    /// Its value on the ABIs that have it, as 64 bits. A negative one has its sign extended, but for flags and masks: they
    /// are the bits of their type.
    pub values: PerAbi<u64>,
}

/// A part of a value, with what its values are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValuePart {
    /// The bits.
    pub mask: PerAbi<u64>,
    /// Whether the part's values are those after a shift down to bit 0.
    pub shifted: bool,
    /// What it is.
    pub holds: PartHolds,
}

/// What a part of a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartHolds {
    /// One of these.
    Members(Vec<Member>),
    /// A value of another set, by its name.
    Set(String),
    /// A number.
    Number(Base),
}
