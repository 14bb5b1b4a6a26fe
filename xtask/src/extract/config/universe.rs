//! Every symbol of a kernel's Kconfig with its definitions, as `source` puts the files together for each architecture.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::super::wanted;
use crate::diagnostic::{Diagnostic, Label, Sink};
use crate::parse::{KconfigChoice, KconfigExpr, KconfigItem, KconfigKind, KconfigSymbol};

/// A symbol, by its place in [`Universe::symbols`].
pub(super) type Id = u32;

/// The symbols of all architectures. What only one architecture reads says so.
#[derive(Debug, Default)]
pub(super) struct Universe<'u> {
    ids: HashMap<&'u str, Id>,
    pub(super) names: Vec<&'u str>,
    pub(super) symbols: Vec<Symbol<'u>>,
    pub(super) scopes: Vec<Scope<'u>>,
    pub(super) choices: Vec<Choice<'u>>,
}

/// What is said of a symbol, in the order in which the files say it.
#[derive(Debug, Default)]
pub(super) struct Symbol<'u> {
    pub(super) definitions: Vec<Definition<'u>>,
    pub(super) selected: Vec<Push<'u>>,
    pub(super) implied: Vec<Push<'u>>,
}

/// A definition of a symbol.
#[derive(Debug)]
pub(super) struct Definition<'u> {
    /// The architecture whose files it stands in, or none for files that all read.
    pub(super) arch: Option<usize>,
    pub(super) kind: Option<KconfigKind>,
    /// The scope that its own `depends on` makes, within those around it.
    pub(super) scope: usize,
    pub(super) prompts: Vec<Expr<'u>>,
    pub(super) defaults: Vec<(Expr<'u>, Expr<'u>)>,
    /// The choice that it stands in.
    pub(super) choice: Option<usize>,
}

/// A `select` or `imply` of another symbol.
#[derive(Debug)]
pub(super) struct Push<'u> {
    pub(super) arch: Option<usize>,
    pub(super) by: Id,
    pub(super) scope: usize,
    pub(super) when: Expr<'u>,
}

/// Conditions that hold for all that stands in a block.
#[derive(Debug)]
pub(super) struct Scope<'u> {
    pub(super) within: Option<usize>,
    pub(super) depends: Vec<Expr<'u>>,
    pub(super) visible: Vec<Expr<'u>>,
}

/// A choice and its symbols.
#[derive(Debug)]
pub(super) struct Choice<'u> {
    pub(super) prompts: Vec<Expr<'u>>,
    pub(super) optional: bool,
    pub(super) members: Vec<Id>,
}

/// An expression over symbols by their ids.
#[derive(Debug)]
pub(super) enum Expr<'u> {
    Symbol(Id),
    Text(&'u str),
    Unknown,
    Not(Box<Expr<'u>>),
    All(Vec<Expr<'u>>),
    Any(Vec<Expr<'u>>),
    Equal(Box<Expr<'u>>, Box<Expr<'u>>),
}

impl Expr<'_> {
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

/// How Kconfig writes the folder of `arch/`.
const ARCH: &str = "$(SRCARCH)";

/// Where a walk through the files is.
#[derive(Clone, Copy)]
struct Place {
    arch: Option<usize>,
    block: Option<usize>,
    choice: Option<usize>,
    depth: usize,
}

/// What the files hold, as the walk comes by it. Nearly all of it is nothing to those symbols that are asked for.
struct Walk<'a, 't> {
    files: &'a BTreeMap<&'a str, Vec<KconfigItem<'t>>>,
    archs: &'a [&'a str],
    sink: &'a Sink,
    entries: Vec<(&'a KconfigSymbol<'t>, Place)>,
    blocks: Vec<Block<'a, 't>>,
    choices: Vec<&'a KconfigChoice<'t>>,
}

/// A block, and the one that it stands in.
struct Block<'a, 't> {
    within: Option<usize>,
    depends: &'a [KconfigExpr<'t>],
    visible: &'a [KconfigExpr<'t>],
}

impl<'a, 't> Walk<'a, 't> {
    fn items(&mut self, items: &'a [KconfigItem<'t>], place: Place) {
        for item in items {
            match item {
                KconfigItem::Symbol(symbol) => self.entries.push((symbol, place)),
                KconfigItem::Block(block) => {
                    let inner = self.block(place, &block.depends, &block.visible);
                    self.items(&block.items, Place { block: inner, ..place });
                }
                KconfigItem::Choice(choice) => {
                    let inner = self.block(place, &choice.depends, &[]);
                    self.choices.push(choice);
                    let number = Some(self.choices.len() - 1);
                    self.items(&choice.items, Place { block: inner, choice: number, ..place });
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

    fn block(&mut self, place: Place, depends: &'a [KconfigExpr<'t>], visible: &'a [KconfigExpr<'t>]) -> Option<usize> {
        self.blocks.push(Block { within: place.block, depends, visible });
        Some(self.blocks.len() - 1)
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

    /// The entries, by number, of all symbols whose values those that are asked for depend on.
    fn needed(&self, asked: &[&'a str]) -> (HashSet<&'a str>, BTreeSet<usize>) {
        let mut defined: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut pushed: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut members = vec![Vec::new(); self.choices.len()];
        for (number, (symbol, place)) in self.entries.iter().enumerate() {
            defined.entry(symbol.name).or_default().push(number);
            for (target, _) in symbol.selects.iter().chain(&symbol.implies) {
                pushed.entry(target).or_default().push(number);
            }
            if let Some(members) = place.choice.and_then(|choice| members.get_mut(choice)) {
                members.push(symbol.name);
            }
        }
        let (mut names, mut entries) = (HashSet::new(), BTreeSet::new());
        let mut queue: Vec<&'a str> = asked.to_vec();
        while let Some(name) = queue.pop() {
            if !names.insert(name) {
                continue;
            }
            for (symbol, place) in defined.get(name).into_iter().flatten().filter_map(|at| self.entries.get(*at)) {
                let defaults = symbol.defaults.iter().flat_map(|(value, when)| [value, when]);
                symbol.prompts.iter().chain(defaults).for_each(|expr| names_in(expr, &mut queue));
                self.names_around(symbol, *place, &mut queue);
                if let Some(choice) = place.choice {
                    self.choices.get(choice).iter().for_each(|choice| {
                        choice.prompts.iter().for_each(|prompt| names_in(prompt, &mut queue));
                    });
                    queue.extend(members.get(choice).into_iter().flatten());
                }
            }
            for (symbol, place) in pushed.get(name).into_iter().flatten().filter_map(|at| self.entries.get(*at)) {
                queue.push(symbol.name);
                let whens = symbol.selects.iter().chain(&symbol.implies).filter(|(target, _)| *target == name);
                whens.for_each(|(_, when)| names_in(when, &mut queue));
                self.names_around(symbol, *place, &mut queue);
            }
            entries.extend(defined.get(name).into_iter().flatten());
        }
        (names, entries)
    }

    /// The symbols that an entry and the blocks around it depend on.
    fn names_around(&self, symbol: &'a KconfigSymbol<'t>, place: Place, queue: &mut Vec<&'a str>) {
        symbol.depends.iter().for_each(|expr| names_in(expr, queue));
        let mut next = place.block;
        while let Some(block) = next.and_then(|block| self.blocks.get(block)) {
            block.depends.iter().chain(block.visible).for_each(|expr| names_in(expr, queue));
            next = block.within;
        }
    }
}

fn names_in<'a>(expr: &'a KconfigExpr, queue: &mut Vec<&'a str>) {
    match expr {
        KconfigExpr::Symbol(name) => queue.push(name),
        KconfigExpr::Text(_) | KconfigExpr::Unknown | KconfigExpr::Order => {}
        KconfigExpr::Not(inner) => names_in(inner, queue),
        KconfigExpr::All(parts) | KconfigExpr::Any(parts) => parts.iter().for_each(|part| names_in(part, queue)),
        KconfigExpr::Equal(left, right) => [left, right].into_iter().for_each(|side| names_in(side, queue)),
    }
}

impl<'u> Universe<'u> {
    /// What the file `top` leads to for all of these architectures, as far as these symbols depend on it.
    pub(super) fn new(
        files: &'u BTreeMap<&'u str, Vec<KconfigItem>>,
        top: &str,
        archs: &'u [&'u str],
        asked: &[&'u str],
        sink: &'u Sink,
    ) -> Self {
        let (entries, blocks, choices) = (Vec::new(), Vec::new(), Vec::new());
        let mut walk = Walk { files, archs, sink, entries, blocks, choices };
        let items = files.get(top).map(Vec::as_slice).unwrap_or_default();
        walk.items(items, Place { arch: None, block: None, choice: None, depth: 0 });
        let (names, numbers) = walk.needed(asked);
        let mut universe = Universe::default();
        universe.scopes.extend(walk.blocks.iter().map(|_| Scope { within: None, depends: vec![], visible: vec![] }));
        let mut done = vec![false; walk.blocks.len()];
        for choice in &walk.choices {
            universe.choices.push(Choice { prompts: vec![], optional: choice.optional, members: Vec::new() });
        }
        for (symbol, place) in numbers.into_iter().filter_map(|number| walk.entries.get(number)) {
            universe.blocks(&walk.blocks, place.block, &mut done);
            universe.define(symbol, *place, &names);
            if let Some(choice) = place.choice {
                universe.choose(choice, walk.choices.get(choice).copied());
            }
        }
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

    pub(super) fn symbol(&self, id: Id) -> Option<&Symbol<'u>> {
        self.symbols.get(id as usize)
    }

    fn intern(&mut self, name: &'u str) -> Id {
        *self.ids.entry(name).or_insert_with(|| {
            self.symbols.push(Symbol::default());
            self.names.push(name);
            (self.symbols.len() - 1) as Id
        })
    }

    fn symbol_mut(&mut self, id: Id) -> Option<&mut Symbol<'u>> {
        self.symbols.get_mut(id as usize)
    }

    fn expr(&mut self, expr: &'u KconfigExpr) -> Expr<'u> {
        match expr {
            KconfigExpr::Symbol(name) => Expr::Symbol(self.intern(name)),
            KconfigExpr::Text(text) => Expr::Text(text),
            KconfigExpr::Unknown | KconfigExpr::Order => Expr::Unknown,
            KconfigExpr::Not(inner) => Expr::Not(Box::new(self.expr(inner))),
            KconfigExpr::All(parts) => Expr::All(self.exprs(parts)),
            KconfigExpr::Any(parts) => Expr::Any(self.exprs(parts)),
            KconfigExpr::Equal(left, right) => Expr::Equal(Box::new(self.expr(left)), Box::new(self.expr(right))),
        }
    }

    fn exprs(&mut self, exprs: &'u [KconfigExpr]) -> Vec<Expr<'u>> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    /// Fills in the scopes of a block and of those around it.
    fn blocks(&mut self, blocks: &[Block<'u, 'u>], mut next: Option<usize>, done: &mut [bool]) {
        while let Some(at) = next {
            let (Some(block), Some(done)) = (blocks.get(at), done.get_mut(at)) else { return };
            if std::mem::replace(done, true) {
                return;
            }
            let made =
                Scope { within: block.within, depends: self.exprs(block.depends), visible: self.exprs(block.visible) };
            if let Some(scope) = self.scopes.get_mut(at) {
                *scope = made;
            }
            next = block.within;
        }
    }

    /// Fills in the prompts of a choice.
    fn choose(&mut self, at: usize, choice: Option<&'u KconfigChoice>) {
        let prompts = choice.map(|choice| self.exprs(&choice.prompts)).unwrap_or_default();
        if let Some(choice) = self.choices.get_mut(at) {
            choice.prompts = prompts;
        }
    }

    fn define(&mut self, symbol: &'u KconfigSymbol, place: Place, needed: &HashSet<&str>) {
        let by = self.intern(symbol.name);
        let depends = self.exprs(&symbol.depends);
        self.scopes.push(Scope { within: place.block, depends, visible: Vec::new() });
        let scope = self.scopes.len() - 1;
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
            for (target, when) in pushed.iter().filter(|(target, _)| needed.contains(target)) {
                let push = Push { arch: place.arch, by, scope, when: self.expr(when) };
                let target = self.intern(target);
                if let Some(target) = self.symbol_mut(target) {
                    if selects { target.selected.push(push) } else { target.implied.push(push) }
                }
            }
        }
    }
}
