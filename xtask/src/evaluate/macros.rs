//! The macro table of a run: who is defined now, and everything that ever was.

use std::sync::Arc;

use super::define::{Macro, Shape};
use super::symbol::{Symbol, known};
use super::token::{FileId, Span};

/// A definition that a run made.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The macro.
    pub definition: Arc<Macro>,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a definition by the end of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It stands.
    Live,
    /// An `#undef` at this place took it away.
    Undefined(Span),
    /// Another definition at this place took its name without an `#undef`.
    Replaced(Span),
}

/// The macros of a run.
#[derive(Clone, Debug, Default)]
pub struct Macros {
    all: Vec<Definition>,
    /// Where a macro was defined once more as it was already.
    again: Vec<(Symbol, Span)>,
    /// By symbol: one more than the index in `all`, 0 where the name is not defined.
    index: Vec<u32>,
}

/// What [`Macros::define`] found under the name.
pub(super) enum Defined {
    New,
    /// The same definition again; the first one stays.
    Same,
    /// Another definition, now replaced.
    Replaced(Arc<Macro>),
}

impl Macros {
    /// A table with the macros that the preprocessor itself makes.
    pub(super) fn with_builtins() -> Self {
        let mut macros = Macros::default();
        let nowhere = Span { file: FileId(u32::MAX), offset: 0 };
        for name in [
            known::FILE_MACRO,
            known::BASE_FILE_MACRO,
            known::LINE_MACRO,
            known::COUNTER_MACRO,
            known::INCLUDE_LEVEL_MACRO,
            known::DATE_MACRO,
            known::TIME_MACRO,
            known::TIMESTAMP_MACRO,
            known::HAS_INCLUDE,
            known::HAS_INCLUDE_NEXT,
            known::HAS_ATTRIBUTE,
            known::HAS_CPP_ATTRIBUTE,
            known::HAS_BUILTIN,
        ] {
            macros.define(Arc::new(Macro::builtin(name, nowhere)));
        }
        macros
    }

    /// The macro of this name that is defined now.
    pub fn get(&self, name: Symbol) -> Option<&Arc<Macro>> {
        self.position(name).and_then(|at| self.all.get(at)).map(|d| &d.definition)
    }

    /// The macros defined now, in the order of their definitions; built-in ones left out.
    pub fn live(&self) -> impl Iterator<Item = &Arc<Macro>> {
        self.history().filter(|d| d.fate == Fate::Live).map(|d| &d.definition)
    }

    /// Where macros that are defined now were defined a further time, in the same way.
    pub fn again(&self) -> impl Iterator<Item = (&Arc<Macro>, Span)> {
        self.again.iter().filter_map(|(name, span)| Some((self.get(*name)?, *span)))
    }

    /// Every definition made, in order, with what became of it; built-in ones left out.
    pub fn history(&self) -> impl Iterator<Item = &Definition> {
        self.all.iter().filter(|d| d.definition.shape != Shape::Builtin)
    }

    fn position(&self, name: Symbol) -> Option<usize> {
        (self.index.get(name.index()).copied()? as usize).checked_sub(1)
    }

    pub(super) fn define(&mut self, definition: Arc<Macro>) -> Defined {
        let before = match self.position(definition.name).and_then(|at| self.all.get_mut(at)) {
            Some(old) if old.definition.same(&definition) => {
                self.again.push((definition.name, definition.span));
                return Defined::Same;
            }
            Some(old) => {
                old.fate = Fate::Replaced(definition.span);
                Defined::Replaced(Arc::clone(&old.definition))
            }
            None => Defined::New,
        };
        let slot = definition.name.index();
        if self.index.len() <= slot {
            self.index.resize(slot + 1, 0);
        }
        self.all.push(Definition { definition, fate: Fate::Live });
        if let (Some(entry), Ok(position)) = (self.index.get_mut(slot), u32::try_from(self.all.len())) {
            *entry = position;
        }
        before
    }

    /// Forgets the name; gives the macro it had.
    pub(super) fn undefine(&mut self, name: Symbol, place: Span) -> Option<Arc<Macro>> {
        let at = self.position(name)?;
        if let Some(entry) = self.index.get_mut(name.index()) {
            *entry = 0;
        }
        let old = self.all.get_mut(at)?;
        old.fate = Fate::Undefined(place);
        Some(Arc::clone(&old.definition))
    }
}
