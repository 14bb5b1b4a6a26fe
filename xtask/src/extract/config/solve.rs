//! What values each symbol can have in the configurations of one kernel.
//!
//! A symbol starts with every value and loses those that its definitions rule out, until nothing changes any more. So
//! what is left is never too little: where symbols depend on each other in a circle, they stay open.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::universe::{Choice, Definition, Expr, Id, Push, Universe};
use crate::parse::KconfigKind;

/// A set of the values `n`, `m`, `y`.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Values(u8);

const N: Values = Values(1);
const M: Values = Values(2);
const Y: Values = Values(4);
const ALL: Values = Values(7);
/// What a comparison can say that nothing is known of.
const N_OR_Y: Values = Values(5);

impl Values {
    fn has(self, other: Values) -> bool {
        self.0 & other.0 != 0
    }

    fn with(self, other: Values) -> Values {
        Values(self.0 | other.0)
    }

    fn only(self, other: Values) -> Values {
        Values(self.0 & other.0)
    }

    /// `other` if `when` holds, and otherwise nothing.
    fn when(self, when: bool) -> Values {
        if when { self } else { Values(0) }
    }

    /// What `&&`, the lesser value, can be.
    fn and(self, other: Values) -> Values {
        let m = (self.has(M) && other.has(M.with(Y))) || (other.has(M) && self.has(M.with(Y)));
        N.when(self.has(N) || other.has(N)).with(M.when(m)).with(Y.when(self.has(Y) && other.has(Y)))
    }

    /// What `||`, the greater value, can be.
    fn or(self, other: Values) -> Values {
        self.not().and(other.not()).not()
    }

    fn not(self) -> Values {
        N.when(self.has(Y)).with(M.when(self.has(M))).with(Y.when(self.has(N)))
    }
}

/// The kernels of one architecture with some symbols given.
pub(super) struct Solver<'u> {
    universe: &'u Universe<'u>,
    arch: usize,
    pins: HashMap<Id, bool>,
    /// Those given as set whose dependencies hold as well, although not all of these are settled.
    held: HashSet<Id>,
    values: Vec<Values>,
}

impl<'u> Solver<'u> {
    pub(super) fn new(universe: &'u Universe<'u>, arch: usize, pins: &BTreeMap<&str, bool>) -> Self {
        let values = vec![ALL; universe.symbols.len()];
        let mut solver = Solver { universe, arch, pins: HashMap::new(), held: HashSet::new(), values };
        // A symbol that only other architectures define cannot be given a value here.
        let given = pins.iter().filter_map(|(name, set)| Some((universe.id(name)?, *set)));
        let mut given: Vec<(Id, bool)> = given.filter(|(id, _)| solver.is_defined(*id)).collect();
        while let Some((id, set)) = given.pop() {
            if solver.pins.insert(id, set).is_none() && set {
                solver.needed(id, &mut given);
            }
        }
        solver
    }

    /// What is given beside a symbol that is set: what it depends on, unless something could select it without that.
    fn needed(&mut self, id: Id, given: &mut Vec<(Id, bool)>) {
        let scopes: Vec<usize> = self.definitions(id).map(|definition| definition.scope).collect();
        let mut selected = self.universe.symbol(id).into_iter().flat_map(|symbol| &symbol.selected);
        let [scope] = scopes[..] else { return };
        if selected.any(|push| self.is_read(push.arch)) {
            return;
        }
        self.held.insert(id);
        let mut next = Some(scope);
        while let Some(scope) = next.and_then(|scope| self.universe.scopes.get(scope)) {
            scope.depends.iter().for_each(|expr| self.holds(expr, given));
            next = scope.within;
        }
    }

    fn holds(&self, expr: &Expr, given: &mut Vec<(Id, bool)>) {
        let mut give = |id: Id, set: bool| {
            // One that can be `m` is not said to be `y`.
            if self.kind(id) == Some(KconfigKind::Bool) && !self.pins.contains_key(&id) {
                given.push((id, set));
            }
        };
        match expr {
            Expr::Symbol(id) => give(*id, true),
            Expr::Not(inner) => {
                if let Expr::Symbol(id) = **inner {
                    give(id, false);
                }
            }
            Expr::All(parts) => parts.iter().for_each(|part| self.holds(part, given)),
            _ => {}
        }
    }

    /// Whether each of these symbols is always or never set, or neither.
    pub(super) fn settled(mut self, asked: &[&str]) -> Vec<Option<bool>> {
        let id = |name: &str| self.universe.id(name);
        // C has `CONFIG_X_MODULE` where `X` is `m`.
        let module = |name: &str| id(name.strip_suffix("_MODULE")?);
        let found: Vec<_> = asked.iter().map(|name| (id(name), module(name))).collect();
        self.run(found.iter().flat_map(|(own, module)| [*own, *module]).flatten().collect());
        let answer = |found: &(Option<Id>, Option<Id>)| match *found {
            (Some(own), _) if self.is_defined(own) => self.answer(own),
            (_, Some(module)) if self.kind(module) == Some(KconfigKind::Tristate) => {
                self.answer(module).filter(|set| !set)
            }
            _ => Some(false),
        };
        found.iter().map(answer).collect()
    }

    fn answer(&self, id: Id) -> Option<bool> {
        let values = self.value(id);
        match self.kind(id) {
            // Whether a number or a text is there is not asked.
            Some(KconfigKind::Value) => None,
            _ if !values.has(N) => Some(true),
            _ if values == N => Some(false),
            _ => None,
        }
    }

    /// Narrows all that the given symbols depend on.
    fn run(&mut self, asked: Vec<Id>) {
        let count = self.universe.symbols.len();
        let (mut order, mut users) = (Vec::new(), vec![Vec::new(); count]);
        // Those that a symbol depends on come before it, so that most are settled at once.
        let (mut seen, mut stack) = (vec![false; count], Vec::new());
        stack.extend(asked.into_iter().rev().map(|id| (id, false)));
        while let Some((id, done)) = stack.pop() {
            if done {
                order.push(id);
                continue;
            }
            match seen.get_mut(id as usize) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            stack.push((id, true));
            self.inputs(id, &mut |input| {
                if let Some(users) = users.get_mut(input as usize) {
                    users.push(id);
                }
                stack.push((input, false));
            });
        }
        order.reverse();
        let (mut queued, mut queue) = (seen, order);
        while let Some(id) = queue.pop() {
            if let Some(queued) = queued.get_mut(id as usize) {
                *queued = false;
            }
            let computed = self.compute(id);
            let Some(value) = self.values.get_mut(id as usize) else { continue };
            let narrowed = value.only(computed);
            if narrowed == *value || narrowed == Values(0) {
                continue;
            }
            *value = narrowed;
            for user in users.get(id as usize).into_iter().flatten() {
                if let Some(queued) = queued.get_mut(*user as usize)
                    && !*queued
                {
                    *queued = true;
                    queue.push(*user);
                }
            }
        }
    }

    /// The symbols that a symbol's value depends on.
    fn inputs(&self, id: Id, see: &mut dyn FnMut(Id)) {
        let Some(symbol) = self.universe.symbol(id).filter(|_| !self.pins.contains_key(&id)) else { return };
        for definition in self.definitions(id) {
            self.scope_inputs(definition.scope, see);
            definition.prompts.iter().for_each(|prompt| prompt.symbols(see));
            for (value, when) in &definition.defaults {
                value.symbols(see);
                when.symbols(see);
            }
            if let Some(choice) = self.choice(definition) {
                choice.prompts.iter().for_each(|prompt| prompt.symbols(see));
                for other in choice.members.iter().flat_map(|member| self.definitions(*member)) {
                    self.scope_inputs(other.scope, see);
                    other.prompts.iter().for_each(|prompt| prompt.symbols(see));
                }
            }
        }
        for push in symbol.selected.iter().chain(&symbol.implied).filter(|push| self.is_read(push.arch)) {
            see(push.by);
            push.when.symbols(see);
            self.scope_inputs(push.scope, see);
        }
    }

    fn scope_inputs(&self, scope: usize, see: &mut dyn FnMut(Id)) {
        let mut next = Some(scope);
        while let Some(scope) = next.and_then(|scope| self.universe.scopes.get(scope)) {
            scope.depends.iter().chain(&scope.visible).for_each(|expr| expr.symbols(see));
            next = scope.within;
        }
    }

    /// What a symbol can be by what the others can be now.
    fn compute(&self, id: Id) -> Values {
        if let Some(set) = self.pins.get(&id) {
            return if *set { Y } else { N };
        }
        let (Some(symbol), Some(kind)) = (self.universe.symbol(id), self.kind(id)) else { return N };
        if kind == KconfigKind::Value {
            return N;
        }
        let chosen = self.definitions(id).find_map(|definition| self.choice(definition));
        let own = match chosen {
            Some(choice) => self.member(id, choice),
            None => self.by_itself(id, &symbol.implied),
        };
        let all = own.or(self.pushed(&symbol.selected));
        match kind {
            // A `bool` knows no `m`: what would be `m` is `y`.
            KconfigKind::Bool if all.has(M) => Y.with(all).only(N_OR_Y),
            _ => all,
        }
    }

    /// What a person's answer, or else the defaults, make of it.
    fn by_itself(&self, id: Id, implied: &[Push]) -> Values {
        let visible = self.visible(id);
        let answers = match visible {
            visible if visible.has(Y) => ALL,
            visible if visible.has(M) => N.with(M),
            _ => Values(0),
        };
        let (mut defaults, mut open) = (Values(0), true);
        for definition in self.definitions(id).filter(|definition| !definition.defaults.is_empty()) {
            let depends = self.depends(definition.scope);
            for (value, when) in &definition.defaults {
                let when = self.eval(when).and(depends);
                let holds = when.only(M.with(Y));
                if open && holds != Values(0) {
                    defaults = defaults.with(self.eval(value).and(holds));
                    open = when.has(N);
                }
            }
        }
        if open {
            defaults = defaults.with(N);
        }
        let implied = self.pushed(implied);
        if implied != N {
            let depends = self.definitions(id).fold(N, |any, definition| any.or(self.depends(definition.scope)));
            defaults = defaults.or(implied).and(depends);
        }
        answers.with(defaults)
    }

    /// What it can be as one of a choice.
    fn member(&self, id: Id, choice: &Choice) -> Values {
        let visible = self.visible(id);
        let mut another = false;
        for other in choice.members.iter().filter(|other| **other != id && self.is_defined(**other)) {
            match self.pins.get(other) {
                Some(true) => return N,
                Some(false) => {}
                None => another |= self.visible(*other).has(M.with(Y)),
            }
        }
        // Where nobody is asked, the choice falls on its default, and which that is is not looked at.
        let asked = self.any(&choice.prompts);
        match visible {
            N => N,
            Y if !another && !choice.optional && asked == Y => Y,
            visible => visible.with(N),
        }
    }

    /// Whether a person can choose.
    fn visible(&self, id: Id) -> Values {
        self.definitions(id).filter(|definition| !definition.prompts.is_empty()).fold(N, |any, definition| {
            let asked = self.any(&definition.prompts).and(self.depends(definition.scope));
            any.or(asked.and(self.shown(definition.scope)))
        })
    }

    fn pushed(&self, pushes: &[Push]) -> Values {
        let mut all = N;
        for push in pushes.iter().filter(|push| self.is_read(push.arch)) {
            let by = self.value(push.by);
            if by != N {
                let depends = if self.held.contains(&push.by) { Y } else { self.depends(push.scope) };
                all = all.or(by.and(self.eval(&push.when)).and(depends));
            }
            if all == Y {
                break;
            }
        }
        all
    }

    fn depends(&self, scope: usize) -> Values {
        let (mut all, mut next) = (Y, Some(scope));
        while let Some(scope) = next.and_then(|scope| self.universe.scopes.get(scope)) {
            all = scope.depends.iter().fold(all, |all, expr| all.and(self.eval(expr)));
            next = scope.within.filter(|_| all != N);
        }
        all
    }

    fn shown(&self, scope: usize) -> Values {
        let (mut all, mut next) = (Y, Some(scope));
        while let Some(scope) = next.and_then(|scope| self.universe.scopes.get(scope)) {
            all = scope.visible.iter().fold(all, |all, expr| all.and(self.eval(expr)));
            next = scope.within;
        }
        all
    }

    fn any(&self, exprs: &[Expr]) -> Values {
        exprs.iter().fold(N, |any, expr| any.or(self.eval(expr)))
    }

    fn eval(&self, expr: &Expr) -> Values {
        match expr {
            Expr::Symbol(id) => self.value(*id),
            Expr::Text(text) => constant(text).unwrap_or(N),
            Expr::Unknown => N_OR_Y,
            Expr::Not(inner) => self.eval(inner).not(),
            Expr::All(parts) => parts.iter().fold(Y, |all, part| all.and(self.eval(part))),
            Expr::Any(parts) => self.any(parts),
            Expr::Equal(left, right) => self.equal(left, right),
        }
    }

    /// Whether two sides can be equal, and can be unequal.
    fn equal(&self, left: &Expr, right: &Expr) -> Values {
        let (left, right) = (self.side(left), self.side(right));
        match (left, right) {
            (Side::Unknown, _) | (_, Side::Unknown) => N_OR_Y,
            (Side::Text(left), Side::Text(right)) => {
                if left == right {
                    Y
                } else {
                    N
                }
            }
            (Side::Values(values), Side::Text(text)) | (Side::Text(text), Side::Values(values)) => {
                let Some(constant) = constant(text) else { return N };
                Y.when(values.has(constant)).with(N.when(values != constant))
            }
            (Side::Values(left), Side::Values(right)) => {
                let one = [N, M, Y].contains(&left) && left == right;
                Y.when(left.has(right)).with(N.when(!one))
            }
        }
    }

    fn side<'e>(&self, expr: &'e Expr) -> Side<'e>
    where
        'u: 'e,
    {
        match expr {
            Expr::Text(text) => Side::Text(text),
            Expr::Symbol(id) => match self.kind(*id) {
                Some(KconfigKind::Value) => Side::Unknown,
                Some(_) => Side::Values(self.value(*id)),
                // Kconfig compares by its name what is not defined.
                None => self.universe.names.get(*id as usize).map_or(Side::Unknown, |name| Side::Text(name)),
            },
            _ => Side::Unknown,
        }
    }

    fn value(&self, id: Id) -> Values {
        self.values.get(id as usize).copied().unwrap_or(N)
    }

    fn kind(&self, id: Id) -> Option<KconfigKind> {
        self.definitions(id).find_map(|definition| definition.kind)
    }

    fn is_defined(&self, id: Id) -> bool {
        self.definitions(id).next().is_some()
    }

    fn definitions(&self, id: Id) -> impl Iterator<Item = &'u Definition<'u>> {
        let definitions = self.universe.symbol(id).map(|symbol| symbol.definitions.as_slice()).unwrap_or_default();
        let arch = self.arch;
        definitions.iter().filter(move |definition| definition.arch.is_none_or(|read| read == arch))
    }

    fn is_read(&self, arch: Option<usize>) -> bool {
        arch.is_none_or(|arch| arch == self.arch)
    }

    fn choice(&self, definition: &Definition) -> Option<&'u Choice<'u>> {
        self.universe.choices.get(definition.choice?)
    }
}

/// A side of a comparison.
enum Side<'e> {
    Values(Values),
    Text(&'e str),
    Unknown,
}

fn constant(text: &str) -> Option<Values> {
    match text {
        "n" => Some(N),
        "m" => Some(M),
        "y" => Some(Y),
        _ => None,
    }
}
