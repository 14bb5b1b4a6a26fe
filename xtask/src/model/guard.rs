//! Conditions over symbols, as `#if`, Kconfig and Makefiles put them around code: all, any, not.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// A condition. Made by [`Guard::all`], [`Guard::any`] and [`Guard::not`], it is kept in a normal form: flat, sorted,
/// without repetition or constants inside, `not` on symbols only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Guard {
    /// Holds or does not, whatever the symbols are.
    Constant(bool),
    /// A symbol is set: `CONFIG_MMU`, `__ARCH_WANT_SYS_FORK`; or a comparison holds: `BITS_PER_LONG == 32`.
    Symbol(String),
    /// A symbol is not set.
    Not(String),
    /// All of these hold.
    All(Vec<Guard>),
    /// One of these holds.
    Any(Vec<Guard>),
}

/// Symbols over which a truth table is made; conditions around code have a handful.
const TABLE: usize = 12;

impl Guard {
    /// Always holds.
    pub const TRUE: Guard = Guard::Constant(true);
    /// Never holds.
    pub const FALSE: Guard = Guard::Constant(false);

    /// A symbol is set.
    pub fn symbol(name: impl Into<String>) -> Guard {
        Guard::Symbol(name.into())
    }

    /// All of these hold.
    pub fn all(parts: impl IntoIterator<Item = Guard>) -> Guard {
        join(parts, true)
    }

    /// One of these holds.
    pub fn any(parts: impl IntoIterator<Item = Guard>) -> Guard {
        join(parts, false)
    }

    /// This and another hold.
    #[must_use]
    pub fn and(self, other: Guard) -> Guard {
        Guard::all([self, other])
    }

    /// This or another holds.
    #[must_use]
    pub fn or(self, other: Guard) -> Guard {
        Guard::any([self, other])
    }

    /// This does not hold.
    #[must_use]
    #[allow(clippy::should_implement_trait, reason = "`!guard` would hide that a condition is rebuilt")]
    pub fn not(self) -> Guard {
        match self {
            Guard::Constant(holds) => Guard::Constant(!holds),
            Guard::Symbol(name) => Guard::Not(name),
            Guard::Not(name) => Guard::Symbol(name),
            Guard::All(parts) => Guard::any(parts.into_iter().map(Guard::not)),
            Guard::Any(parts) => Guard::all(parts.into_iter().map(Guard::not)),
        }
    }

    /// The condition that is left where some symbols are known.
    #[must_use]
    pub fn fold(&self, known: &dyn Fn(&str) -> Option<bool>) -> Guard {
        match self {
            Guard::Constant(holds) => Guard::Constant(*holds),
            Guard::Symbol(name) => known(name).map_or_else(|| self.clone(), Guard::Constant),
            Guard::Not(name) => known(name).map_or_else(|| self.clone(), |set| Guard::Constant(!set)),
            Guard::All(parts) => Guard::all(parts.iter().map(|part| part.fold(known))),
            Guard::Any(parts) => Guard::any(parts.iter().map(|part| part.fold(known))),
        }
    }

    /// The same condition without symbols that do not matter to it.
    #[must_use]
    pub fn simplified(&self) -> Guard {
        let mut guard = self.clone();
        let symbols: Vec<String> = self.symbols().into_iter().map(str::to_string).collect();
        if symbols.len() > TABLE {
            return guard;
        }
        for symbol in &symbols {
            let with = |set| guard.fold(&|name| (name == symbol).then_some(set));
            let (set, unset) = (with(true), with(false));
            if set.equals(&unset) {
                guard = unset;
            }
        }
        match guard.table() {
            Some(table) if table.iter().all(|holds| *holds == u64::MAX) => Guard::TRUE,
            Some(table) if table.iter().all(|holds| *holds == 0) => Guard::FALSE,
            _ => guard,
        }
    }

    /// Whether two conditions hold for the same settings of their symbols; false where there are too many to tell.
    pub fn equals(&self, other: &Guard) -> bool {
        if self == other {
            return true;
        }
        let symbols: BTreeSet<&str> = self.symbols().union(&other.symbols()).copied().collect();
        let settings = |guard: &Guard| truth(guard, &symbols);
        symbols.len() <= TABLE && settings(self) == settings(other)
    }

    /// Every symbol that the condition asks for.
    pub fn symbols(&self) -> BTreeSet<&str> {
        match self {
            Guard::Constant(_) => BTreeSet::new(),
            Guard::Symbol(name) | Guard::Not(name) => BTreeSet::from([name.as_str()]),
            Guard::All(parts) | Guard::Any(parts) => parts.iter().flat_map(Guard::symbols).collect(),
        }
    }

    fn table(&self) -> Option<Vec<u64>> {
        let symbols = self.symbols();
        (symbols.len() <= TABLE).then(|| truth(self, &symbols))
    }
}

/// Whether a condition holds for each setting of some symbols, a bit a setting. Of fewer than six symbols each setting
/// stands there more than once.
fn truth(guard: &Guard, symbols: &BTreeSet<&str>) -> Vec<u64> {
    let words = 1_usize << symbols.len().saturating_sub(6);
    let joined = |parts: &[Guard], all: bool| {
        parts.iter().fold(vec![if all { u64::MAX } else { 0 }; words], |mut table, part| {
            let other = truth(part, symbols);
            table.iter_mut().zip(other).for_each(|(to, from)| if all { *to &= from } else { *to |= from });
            table
        })
    };
    let set = |name: &str| {
        let place = symbols.iter().position(|symbol| *symbol == name);
        let word = |at: usize| match place {
            // In which of 64 settings the n-th of six symbols is set.
            Some(place @ 0..6) => {
                [0xaaaa_aaaa_aaaa_aaaa, 0xcccc_cccc_cccc_cccc, 0xf0f0_f0f0_f0f0_f0f0, 0xff00_ff00_ff00_ff00,
                    0xffff_0000_ffff_0000, 0xffff_ffff_0000_0000][place]
            }
            Some(place) if at >> (place - 6) & 1 == 1 => u64::MAX,
            _ => 0,
        };
        (0..words).map(word).collect::<Vec<u64>>()
    };
    match guard {
        Guard::Constant(holds) => vec![if *holds { u64::MAX } else { 0 }; words],
        Guard::Symbol(name) => set(name),
        Guard::Not(name) => set(name).into_iter().map(|word| !word).collect(),
        Guard::All(parts) => joined(parts, true),
        Guard::Any(parts) => joined(parts, false),
    }
}

/// `all` or `any` of some conditions, in normal form.
fn join(parts: impl IntoIterator<Item = Guard>, all: bool) -> Guard {
    let mut flat = BTreeSet::new();
    for part in parts {
        match part {
            Guard::Constant(holds) if holds == all => {}
            Guard::Constant(holds) => return Guard::Constant(holds),
            Guard::All(inner) if all => flat.extend(inner),
            Guard::Any(inner) if !all => flat.extend(inner),
            other => drop(flat.insert(other)),
        }
    }
    let opposed = |part: &Guard| matches!(part, Guard::Not(name) if flat.contains(&Guard::Symbol(name.clone())));
    if flat.iter().any(opposed) {
        return Guard::Constant(!all);
    }
    // `a` leaves nothing of `a || b` within an `all`, and nothing of `a && b` within an `any`.
    let absorbed = |part: &Guard| match part {
        Guard::Any(inner) if all => inner.iter().any(|one| flat.contains(one)),
        Guard::All(inner) if !all => inner.iter().any(|one| flat.contains(one)),
        _ => false,
    };
    let mut kept: Vec<Guard> = flat.iter().filter(|part| !absorbed(part)).cloned().collect();
    match kept.len() {
        0 => Guard::Constant(all),
        1 => kept.remove(0),
        _ if all => Guard::All(kept),
        _ => Guard::Any(kept),
    }
}

/// As C writes it: `CONFIG_A && !CONFIG_B && (X || Y)`.
impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, parts: &[Guard], between: &str| {
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    f.write_str(between)?;
                }
                match part {
                    Guard::All(_) | Guard::Any(_) => write!(f, "({part})")?,
                    _ => write!(f, "{part}")?,
                }
            }
            Ok(())
        };
        match self {
            Guard::Constant(holds) => write!(f, "{}", u8::from(*holds)),
            Guard::Symbol(name) => f.write_str(name),
            Guard::Not(name) if name.contains(' ') => write!(f, "!({name})"),
            Guard::Not(name) => write!(f, "!{name}"),
            Guard::All(parts) => list(f, parts, " && "),
            Guard::Any(parts) => list(f, parts, " || "),
        }
    }
}

/// What an `#if` may say: `defined`, names, integers, comparisons, `!`, `&&`, `||`, parentheses, and
/// `IS_ENABLED(CONFIG_X)` with its kin.
impl FromStr for Guard {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut reader = Reader { tokens: tokens(text), at: 0, depth: 0 };
        let guard = reader.any()?;
        if reader.at < reader.tokens.len() { Err("something is left over behind the condition") } else { Ok(guard) }
    }
}

fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let length = if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else if ["&&", "||", "==", "!=", "<=", ">="].iter().any(|two| rest.starts_with(two)) {
            2
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token);
        rest = after.trim_start();
    }
    tokens
}

struct Reader<'a> {
    tokens: Vec<&'a str>,
    at: usize,
    depth: usize,
}

/// Parentheses and negations that a condition may nest.
const DEPTH: usize = 60;

impl<'a> Reader<'a> {
    fn any(&mut self) -> Result<Guard, &'static str> {
        let mut parts = vec![self.all()?];
        while self.take("||") {
            parts.push(self.all()?);
        }
        Ok(Guard::any(parts))
    }

    fn all(&mut self) -> Result<Guard, &'static str> {
        let mut parts = vec![self.one()?];
        while self.take("&&") {
            parts.push(self.one()?);
        }
        Ok(Guard::all(parts))
    }

    fn one(&mut self) -> Result<Guard, &'static str> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err("the condition is nested too deeply");
        }
        let guard = self.inner();
        self.depth -= 1;
        guard
    }

    fn inner(&mut self) -> Result<Guard, &'static str> {
        if self.take("!") {
            return Ok(self.one()?.not());
        }
        if self.take("(") {
            let guard = self.any()?;
            return if self.take(")") { Ok(guard) } else { Err("a parenthesis is not closed") };
        }
        let word = self.word()?;
        if word == "defined" || ["IS_ENABLED", "IS_BUILTIN", "IS_REACHABLE"].contains(&word) {
            let open = self.take("(");
            let name = self.word()?;
            if open && !self.take(")") {
                return Err("a parenthesis is not closed");
            }
            return Ok(Guard::symbol(name));
        }
        let comparison = self.tokens.get(self.at).copied();
        if let Some(operator @ ("==" | "!=" | "<" | ">" | "<=" | ">=")) = comparison {
            self.at += 1;
            let other = self.word()?;
            return Ok(match operator {
                "!=" => Guard::Not(format!("{word} == {other}")),
                _ => Guard::Symbol(format!("{word} {operator} {other}")),
            });
        }
        match word.parse::<u64>() {
            Ok(number) => Ok(Guard::Constant(number != 0)),
            Err(_) if word.starts_with(|c: char| c.is_ascii_digit()) => Err("a number is not decimal"),
            Err(_) => Ok(Guard::symbol(word)),
        }
    }

    fn word(&mut self) -> Result<&'a str, &'static str> {
        let word = self.tokens.get(self.at).copied().ok_or("the condition ends too early")?;
        self.at += 1;
        if word.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            Ok(word)
        } else {
            Err("a name or number is expected")
        }
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.tokens.get(self.at) == Some(&token);
        self.at += usize::from(found);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(text: &str) -> Guard {
        text.parse().unwrap_or_else(|wrong| panic!("{text}: {wrong}"))
    }

    #[test]
    fn conditions_have_a_normal_form_that_reads_back() {
        for (text, normal) in [
            ("defined(CONFIG_B) && defined CONFIG_A", "CONFIG_A && CONFIG_B"),
            ("!(defined(A) || !B)", "B && !A"),
            ("BITS_PER_LONG != 32", "!(BITS_PER_LONG == 32)"),
            ("IS_ENABLED(CONFIG_X) || 0", "CONFIG_X"),
            ("(A || B) && (A || C) && A", "A"),
            ("A || !A", "1"),
            ("A && (B || (C && D))", "A && (B || (C && D))"),
        ] {
            assert_eq!(guard(text).to_string(), normal, "{text}");
            assert_eq!(guard(normal), guard(text), "{text}");
        }
        for text in ["", "A &&", "(A", "defined()", "A B", "A + 1", "0x"] {
            assert!(text.parse::<Guard>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_does_not_matter_goes() {
        assert_eq!(guard("(MMU && X) || (!MMU && X)").simplified(), guard("X"));
        assert_eq!(guard("(A && B) || !A || !B").simplified(), Guard::TRUE);
        assert_eq!(guard("A && (B || C) && (!B || !A) && !C").simplified(), Guard::FALSE);
        assert!(guard("A && (B || C)").equals(&guard("(A && B) || (A && C)")));
    }

    #[test]
    fn known_symbols_fold_away() {
        let folded = guard("CONFIG_64BIT || (CONFIG_COMPAT && CONFIG_X)").fold(&|name| match name {
            "CONFIG_64BIT" => Some(false),
            "CONFIG_COMPAT" => Some(true),
            _ => None,
        });
        assert_eq!(folded, guard("CONFIG_X"));
    }
}
