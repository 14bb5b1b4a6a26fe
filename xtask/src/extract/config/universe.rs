//! Every symbol of a kernel's Kconfig with its definitions, as `source` puts the files together for each architecture.

use std::collections::{BTreeMap, HashMap};

use super::super::wanted;
use crate::diagnostic::{Diagnostic, Label, Sink};
use crate::parse::{KconfigExpr, KconfigItem, KconfigKind, KconfigSymbol};

/// A symbol, by its place in [`Universe::symbols`].
pub(super) type Id = u32;

/// All symbols of all architectures. What only one architecture reads says so.
#[derive(Debug, Default)]
pub(super) struct Universe<'t> {
    ids: HashMap<&'t str, Id>,
    pub(super) names: Vec<&'t str>,
    pub(super) symbols: Vec<Symbol>,
    pub(super) scopes: Vec<Scope>,
    pub(super) choices: Vec<Choice>,
}

/// What is said of a symbol, in the order in which the files say it.
#[derive(Debug, Default)]
pub(super) struct Symbol {
    pub(super) definitions: Vec<Definition>,
    pub(super) selected: Vec<Push>,
    pub(super) implied: Vec<Push>,
}

/// A definition of a symbol.
#[derive(Debug)]
pub(super) struct Definition {
    /// The architecture whose files it stands in, or none for files that all read.
    pub(super) arch: Option<usize>,
    pub(super) kind: Option<KconfigKind>,
    /// The scope that its own `depends on` makes, within those around it.
    pub(super) scope: usize,
    pub(super) prompts: Vec<Expr>,
    pub(super) defaults: Vec<(Expr, Expr)>,
    /// The choice that it stands in.
    pub(super) choice: Option<usize>,
}

/// A `select` or `imply` of another symbol.
#[derive(Debug)]
pub(super) struct Push {
    pub(super) arch: Option<usize>,
    pub(super) by: Id,
    pub(super) scope: usize,
    pub(super) when: Expr,
}

/// Conditions that hold for all that stands in a block.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) within: Option<usize>,
    pub(super) depends: Vec<Expr>,
    pub(super) visible: Vec<Expr>,
}

/// A choice and its symbols.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) prompts: Vec<Expr>,
    pub(super) optional: bool,
    pub(super) members: Vec<Id>,
}

/// An expression over symbols by their ids.
#[derive(Debug)]
pub(super) enum Expr {
    Symbol(Id),
    Text(Box<str>),
    Unknown,
    Not(Box<Expr>),
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Equal(Box<Expr>, Box<Expr>),
}

impl Expr {
    /// Calls `see` with each symbol in it.
    pub(super) fn symbols(&self, see: &mut dyn FnMut(Id)) {
        match self {
            Expr::Symbol(id) => see(*id),
            Expr::Text(_) | Expr::Unknown => {}
            Expr::Not(inner) => inner.symbols(see),
            Expr::All(parts) | Expr::Any(parts) => parts.iter().for_each(|part| part.symbols(see)),
            Expr::Equal(left, right) => [left, right].iter().for_each(|side| side.symbols(see)),
        }
    }
}

/// Files that may be within files; a kernel has five.
const DEPTH: usize = 40;

/// Where a walk through the files is.
#[derive(Clone, Copy)]
struct Place {
    arch: Option<usize>,
    scope: Option<usize>,
    choice: Option<usize>,
    depth: usize,
}

struct Walk<'u, 't> {
    universe: &'u mut Universe<'t>,
    files: &'t BTreeMap<&'t str, Vec<KconfigItem>>,
    archs: &'t [&'t str],
    sink: &'u Sink,
}

impl<'t> Universe<'t> {
    /// What the file `top` leads to, for all of these architectures.
    pub(super) fn new(
        files: &'t BTreeMap<&'t str, Vec<KconfigItem>>,
        top: &str,
        archs: &'t [&'t str],
        sink: &Sink,
    ) -> Self {
        let mut universe = Universe::default();
        let items = files.get(top).map(Vec::as_slice).unwrap_or_default();
        let place = Place { arch: None, scope: None, choice: None, depth: 0 };
        Walk { universe: &mut universe, files, archs, sink }.items(items, place);
        universe
    }

    pub(super) fn id(&self, name: &str) -> Option<Id> {
        self.ids.get(name).copied()
    }

    /// Whether the Kconfig of any architecture defines it.
    pub(super) fn is_defined(&self, name: &str) -> bool {
        let symbol = self.id(name).and_then(|id| self.symbol(id));
        symbol.is_some_and(|symbol| !symbol.definitions.is_empty())
    }

    pub(super) fn symbol(&self, id: Id) -> Option<&Symbol> {
        self.symbols.get(id as usize)
    }

    fn intern(&mut self, name: &'t str) -> Id {
        *self.ids.entry(name).or_insert_with(|| {
            self.symbols.push(Symbol::default());
            self.names.push(name);
            (self.symbols.len() - 1) as Id
        })
    }

    fn symbol_mut(&mut self, id: Id) -> Option<&mut Symbol> {
        self.symbols.get_mut(id as usize)
    }

    fn expr(&mut self, expr: &'t KconfigExpr) -> Expr {
        match expr {
            KconfigExpr::Symbol(name) => Expr::Symbol(self.intern(name)),
            KconfigExpr::Text(text) => Expr::Text(text.as_str().into()),
            KconfigExpr::Unknown | KconfigExpr::Order => Expr::Unknown,
            KconfigExpr::Not(inner) => Expr::Not(Box::new(self.expr(inner))),
            KconfigExpr::All(parts) => Expr::All(self.exprs(parts)),
            KconfigExpr::Any(parts) => Expr::Any(self.exprs(parts)),
            KconfigExpr::Equal(left, right) => Expr::Equal(Box::new(self.expr(left)), Box::new(self.expr(right))),
        }
    }

    fn exprs(&mut self, exprs: &'t [KconfigExpr]) -> Vec<Expr> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn scope(&mut self, within: Option<usize>, depends: &'t [KconfigExpr], visible: &'t [KconfigExpr]) -> usize {
        let scope = Scope { within, depends: self.exprs(depends), visible: self.exprs(visible) };
        self.scopes.push(scope);
        self.scopes.len() - 1
    }

    fn define(&mut self, symbol: &'t KconfigSymbol, place: Place) {
        let by = self.intern(&symbol.name);
        let scope = self.scope(place.scope, &symbol.depends, &[]);
        let definition = Definition {
            arch: place.arch,
            kind: symbol.kind,
            scope,
            prompts: self.exprs(&symbol.prompts),
            defaults: symbol.defaults.iter().map(|(value, when)| (self.expr(value), self.expr(when))).collect(),
            choice: place.choice,
        };
        if let Some(symbol) = self.symbol_mut(by) {
            symbol.definitions.push(definition);
        }
        if let Some(choice) = place.choice.and_then(|choice| self.choices.get_mut(choice)) {
            choice.members.push(by);
        }
        for (selects, pushed) in [(true, &symbol.selects), (false, &symbol.implies)] {
            for (target, when) in pushed {
                let push = Push { arch: place.arch, by, scope, when: self.expr(when) };
                let target = self.intern(target);
                if let Some(target) = self.symbol_mut(target) {
                    if selects { target.selected.push(push) } else { target.implied.push(push) }
                }
            }
        }
    }
}

impl<'t> Walk<'_, 't> {
    fn items(&mut self, items: &'t [KconfigItem], place: Place) {
        for item in items {
            match item {
                KconfigItem::Symbol(symbol) => self.universe.define(symbol, place),
                KconfigItem::Block(block) => {
                    let scope = Some(self.universe.scope(place.scope, &block.depends, &block.visible));
                    self.items(&block.items, Place { scope, ..place });
                }
                KconfigItem::Choice(choice) => {
                    let scope = Some(self.universe.scope(place.scope, &choice.depends, &[]));
                    let prompts = self.universe.exprs(&choice.prompts);
                    self.universe.choices.push(Choice { prompts, optional: choice.optional, members: Vec::new() });
                    let number = Some(self.universe.choices.len() - 1);
                    self.items(&choice.items, Place { scope, choice: number, ..place });
                }
                KconfigItem::Source(path) if place.arch.is_none() && path.contains(ARCH) => {
                    for (arch, name) in self.archs.iter().enumerate() {
                        self.source(&path.replace(ARCH, name), Place { arch: Some(arch), ..place });
                    }
                }
                KconfigItem::Source(path) => {
                    let arch = place.arch.and_then(|arch| self.archs.get(arch)).copied().unwrap_or_default();
                    self.source(&path.replace(ARCH, arch), place);
                }
            }
        }
    }

    fn source(&mut self, path: &str, place: Place) {
        let path = path.strip_prefix("$(srctree)/").unwrap_or(path);
        match self.files.get(path) {
            Some(items) if place.depth < DEPTH => self.items(items, Place { depth: place.depth + 1, ..place }),
            // What only samples and documents ask for is no part of a kernel.
            None if wanted::is_left_out(path) => {}
            _ => self.sink.push(
                Diagnostic::warning("missing-kconfig", format!("Kconfig goes on in `{path}`, which cannot be read"))
                    .at(Label::file(path))
                    .help("symbols that are defined there count as never set"),
            ),
        }
    }
}

/// How Kconfig writes the folder of `arch/`.
const ARCH: &str = "$(SRCARCH)";
