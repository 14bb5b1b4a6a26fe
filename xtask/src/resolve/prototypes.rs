//! What an entry takes: its own definition's list, or what people curated, each type with what it comes to.

use super::entries::{Entries, Found, Place, Takes};
use crate::model::{Argument, Curated, Facts, Param, Parameter, Part, Scalar, Way};

/// Why parameters stay unknown, and the type or macro that nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Unknown {
    pub reason: &'static str,
    pub word: Option<String>,
}

impl From<&'static str> for Unknown {
    fn from(reason: &'static str) -> Self {
        Unknown { reason, word: None }
    }
}

pub(super) const NO_PARAMS: &str = "neither C nor a curated fact tells what the entry takes";
/// They need more words than the ABI passes.
pub(super) const NO_ROOM: &str = "the parameters need more words than a call of this ABI has";
const NO_TYPE: &str = "a parameter's type comes to nothing that the kernel's typedefs tell";
const NO_MACRO: &str = "a macro in the list of the definition is not known";

/// Everything that parameters come from.
pub(super) struct Prototypes<'a> {
    pub facts: &'a Facts,
    pub curated: &'a Curated,
    pub entries: &'a Entries<'a>,
    pub kernel: &'a str,
}

/// How deep one curated prototype may refer to another.
const DEPTH: usize = 4;

impl<'a> Prototypes<'a> {
    /// The parameters of an entry that a way finds at a place, or why they are not known.
    pub(super) fn params(
        &self,
        entry: &str,
        syscall: &str,
        place: &Place<'a>,
        way: &Way,
    ) -> Result<Vec<Parameter>, Unknown> {
        let params = self.spelled(entry, Some(syscall), Some(place), way, DEPTH)?;
        params.iter().map(|param| self.parameter(param, way)).collect()
    }

    /// The words behind the pointer that an entry takes, where it takes one to a block.
    pub(super) fn block(&self, entry: &str, way: &Way) -> Result<Option<Vec<Parameter>>, Unknown> {
        let known = self
            .curated
            .blocks
            .iter()
            .find(|known| known.entry == entry && known.arch.as_ref().is_none_or(|arch| arch == way.arch()));
        let Some(block) = known else { return Ok(None) };
        let word = |text: &String| self.parameter(&text.parse().map_err(|()| Unknown::from(NO_PARAMS))?, way);
        Ok(Some(block.words.iter().map(word).collect::<Result<_, _>>()?))
    }

    fn spelled(
        &self,
        entry: &str,
        syscall: Option<&str>,
        place: Option<&Place<'a>>,
        way: &Way,
        depth: usize,
    ) -> Result<Vec<Param>, Unknown> {
        let curated = self.curated.prototypes.iter().find(|known| {
            known.entry == entry
                && known.arch == way.arch()
                && (known.call.is_none() || known.call.as_deref() == syscall)
                && (known.kernels.is_empty() || known.kernels.iter().any(|kernel| kernel == self.kernel))
        });
        if let Some(known) = curated {
            if let Some(params) = &known.params {
                return params.iter().map(|param| param.parse().map_err(|()| Unknown::from(NO_PARAMS))).collect();
            }
            if let Some(other) = known.same_as.as_deref().filter(|_| depth > 0) {
                return match self.entries.find(other, way) {
                    // A label may have the name of the function that it calls.
                    Found::Here(place, _) if other != entry => self.spelled(other, None, Some(&place), way, depth - 1),
                    _ => self.of_text(other, way),
                };
            }
        }
        match place.map(|place| (place, place.takes)) {
            Some((place, Takes::Arguments(arguments))) => self.expanded(arguments, place, way),
            Some((_, Takes::Params(params))) => Ok(params.to_vec()),
            _ => Err(NO_PARAMS.into()),
        }
    }

    /// The parameters that the tree's only definition of an entry gives, where no kernel of this architecture builds it
    /// and a stub of the architecture still has them.
    fn of_text(&self, entry: &str, way: &Way) -> Result<Vec<Param>, Unknown> {
        let lists: Result<Vec<Vec<Param>>, _> = self
            .entries
            .everywhere(entry)
            .filter(|place| place.arch.is_none())
            .map(|place| match place.takes {
                Takes::Arguments(arguments) => self.expanded(arguments, place, way),
                Takes::Params(params) => Ok(params.to_vec()),
                Takes::Unknown => Err(NO_PARAMS.into()),
            })
            .collect();
        let mut lists = lists?.into_iter();
        let first = lists.next().ok_or(NO_PARAMS)?;
        if lists.all(|other| other == first) { Ok(first) } else { Err(NO_PARAMS.into()) }
    }

    fn expanded(&self, arguments: &[Argument], place: &Place, way: &Way) -> Result<Vec<Param>, Unknown> {
        let mut params = Vec::new();
        for argument in arguments {
            match argument {
                Argument::Param(param) => params.push(param.clone()),
                Argument::Macro { name, with } => {
                    let stands_for = self
                        .entries
                        .argument_macro(name, place.file, way)
                        .ok_or_else(|| Unknown { reason: NO_MACRO, word: Some(name.clone()) })?;
                    params.extend(
                        stands_for
                            .iter()
                            .map(|param| Param { ty: param.ty.clone(), name: param.name.replace('*', with) }),
                    );
                }
            }
        }
        Ok(params)
    }

    fn parameter(&self, param: &Param, way: &Way) -> Result<Parameter, Unknown> {
        let scalar = self
            .scalar(&param.ty, way)
            .filter(|scalar| *scalar != Scalar::Aggregate)
            .ok_or_else(|| Unknown { reason: NO_TYPE, word: Some(param.ty.clone()) })?;
        let of_type = match scalar {
            Scalar::Signed(bits) | Scalar::Unsigned(bits) => u32::from(bits),
            Scalar::Pointer | Scalar::Aggregate => way.abi.long,
        };
        // A program passes words of its own width, whatever the kernel's function takes.
        let bits = if way.kernel.long == 64 && way.word_bits() == 32 { of_type.min(32) } else { of_type };
        Ok(Parameter {
            name: param.name.clone(),
            ty: param.ty.clone(),
            scalar,
            bits: bits.min(64) as u8,
            word: None,
            words: 1,
            part: Part::Whole,
            kind: None,
        })
    }

    /// What a C type comes to on the kernel of a way.
    fn scalar(&self, ty: &str, way: &Way) -> Option<Scalar> {
        if ty.contains('*') {
            return Some(Scalar::Pointer);
        }
        let long = u8::try_from(way.kernel.long).ok()?;
        let words: Vec<&str> = ty.split(' ').filter(|word| !["const", "__user", "volatile"].contains(word)).collect();
        let unsigned = words.contains(&"unsigned");
        let integer = |bits| if unsigned { Scalar::Unsigned(bits) } else { Scalar::Signed(bits) };
        let rest: Vec<&str> = words.iter().copied().filter(|word| !["signed", "unsigned"].contains(word)).collect();
        match rest.as_slice() {
            [] | ["int"] => Some(integer(32)),
            ["long"] | ["long", "int"] => Some(integer(long)),
            ["long", "long"] | ["long", "long", "int"] => Some(integer(64)),
            ["short"] | ["short", "int"] => Some(integer(16)),
            ["char"] => Some(integer(8)),
            ["bool"] | ["_Bool"] => Some(Scalar::Unsigned(8)),
            ["enum", _] => Some(Scalar::Unsigned(32)),
            ["struct" | "union", _] => Some(Scalar::Aggregate),
            [name] => self.facts.typedefs.get(*name)?.get(&way.kernel.name).copied(),
            _ => None,
        }
    }
}
