//! The macro table of a run: who is defined now, and everything that ever was.

use super::define::{Macro, Shape};
use super::symbol::Symbol;
use super::token::Span;

/// A definition that a run made.
#[derive(Clone, Debug)]
pub struct Definition<'s> {
    /// The macro.
    pub definition: &'s Macro,
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
pub struct Macros<'s> {
    all: Vec<Definition<'s>>,
    /// Where a macro was defined once more as it was already.
    again: Vec<(Symbol, Span)>,
    index: Index,
}

/// What [`Macros::define`] found under the name.
pub(super) enum Defined<'s> {
    New,
    /// The same definition again; the first one stays.
    Same,
    /// Another definition, now replaced.
    Replaced(&'s Macro),
}

impl<'s> Macros<'s> {
    /// A table with the macros that the preprocessor itself makes.
    pub(super) fn with(builtins: &'s [Macro]) -> Self {
        let mut macros = Macros::default();
        for builtin in builtins {
            macros.define(builtin);
        }
        macros
    }

    /// The macro of this name that is defined now.
    pub fn get(&self, name: Symbol) -> Option<&'s Macro> {
        self.position(name).and_then(|at| self.all.get(at)).map(|d| d.definition)
    }

    /// The macros defined now, in the order of their definitions; built-in ones left out.
    pub fn live(&self) -> impl Iterator<Item = &'s Macro> {
        self.history().filter(|d| d.fate == Fate::Live).map(|d| d.definition)
    }

    /// Where macros that are defined now were defined a further time, in the same way.
    pub fn again(&self) -> impl Iterator<Item = (&'s Macro, Span)> {
        self.again.iter().filter_map(|(name, span)| Some((self.get(*name)?, *span)))
    }

    /// Every definition made, in order, with what became of it; built-in ones left out.
    pub fn history(&self) -> impl Iterator<Item = &Definition<'s>> {
        self.all.iter().filter(|d| d.definition.shape != Shape::Builtin)
    }

    fn position(&self, name: Symbol) -> Option<usize> {
        (self.index.get(name) as usize).checked_sub(1)
    }

    pub(super) fn define(&mut self, definition: &'s Macro) -> Defined<'s> {
        let before = match self.position(definition.name).and_then(|at| self.all.get_mut(at)) {
            Some(old) if old.definition.same(definition) => {
                self.again.push((definition.name, definition.span));
                return Defined::Same;
            }
            Some(old) => {
                old.fate = Fate::Replaced(definition.span);
                Defined::Replaced(old.definition)
            }
            None => Defined::New,
        };
        let name = definition.name;
        self.all.push(Definition { definition, fate: Fate::Live });
        self.index.set(name, u32::try_from(self.all.len()).unwrap_or_default());
        before
    }

    /// Forgets the name; gives the macro it had.
    pub(super) fn undefine(&mut self, name: Symbol, place: Span) -> Option<&'s Macro> {
        let at = self.position(name)?;
        self.index.set(name, 0);
        let old = self.all.get_mut(at)?;
        old.fate = Fate::Undefined(place);
        Some(old.definition)
    }
}

/// By symbol: one more than the place in [`Macros::all`], 0 where the name is not defined.
///
/// In pages, for a run defines a few hundred of some hundred thousand names, and those of one text are neighbours.
#[derive(Clone, Debug, Default)]
struct Index(Vec<Option<Box<[u32; PAGE]>>>);

const PAGE: usize = 128;

impl Index {
    fn get(&self, name: Symbol) -> u32 {
        let page = self.0.get(name.index() / PAGE).and_then(Option::as_deref);
        page.and_then(|page| page.get(name.index() % PAGE)).copied().unwrap_or(0)
    }

    fn set(&mut self, name: Symbol, position: u32) {
        let at = name.index() / PAGE;
        if self.0.len() <= at {
            self.0.resize(at + 1, None);
        }
        let page = self.0.get_mut(at).map(|page| page.get_or_insert_with(|| Box::new([0; PAGE])));
        if let Some(entry) = page.and_then(|page| page.get_mut(name.index() % PAGE)) {
            *entry = position;
        }
    }
}
