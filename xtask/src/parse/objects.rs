//! Makefiles of the kernel's build: which words their lists hold, each with the configuration under which it is there.
//!
//! `obj-$(CONFIG_X) += a.o` puts `a.o` into `obj-y` under `CONFIG_X`. Variables, the conditionals and the functions that
//! such lists are made with are followed; recipes are passed over. What a command would print (`$(shell …)`) is not
//! known: a word made of it is left out, and a condition on it is one on a symbol that no [`Guard`] can be read from.

use std::collections::BTreeMap;

use crate::model::Guard;

/// The values of variables: words in their order, each with the condition under which it is there.
pub type Lists = BTreeMap<String, Vec<(Guard, String)>>;

/// Adds what a Makefile sets to what is set so far. `read` gives the text of a file that it includes.
pub fn objects(text: &str, lists: &mut Lists, read: &dyn Fn(&str) -> Option<String>) {
    Make { lists, read, blocks: Vec::new(), in_rule: false }.file(text, 0);
}

/// Files that may include others in turn, and references within references.
const DEPTH: usize = 20;

/// Alternatives of one word: more than this, and it is no name of an object.
const ALTERNATIVES: usize = 64;

struct Make<'a> {
    lists: &'a mut Lists,
    read: &'a dyn Fn(&str) -> Option<String>,
    blocks: Vec<Block>,
    in_rule: bool,
}

/// An open `ifeq` and its like.
struct Block {
    /// The condition of the branch that is read.
    branch: Guard,
    /// None of the branches before this one was taken.
    otherwise: Guard,
}

impl Make<'_> {
    fn file(&mut self, text: &str, depth: usize) {
        let mut lines = text.lines();
        let mut in_define = false;
        while let Some(line) = lines.next() {
            let mut whole = line.to_string();
            while whole.ends_with('\\') {
                whole.pop();
                whole.push(' ');
                whole.push_str(lines.next().unwrap_or_default());
            }
            // A line behind a tab belongs to the rule above it.
            if self.in_rule && whole.starts_with('\t') {
                continue;
            }
            let content = without_comment(&whole).trim();
            let word = content.split([' ', '\t', '(']).next().unwrap_or_default();
            match word {
                "define" => in_define = true,
                "endef" => in_define = false,
                _ if in_define || content.is_empty() => {}
                _ => self.statement(word, content, depth),
            }
        }
    }

    fn statement(&mut self, word: &str, content: &str, depth: usize) {
        let rest = content.get(word.len()..).unwrap_or_default().trim();
        match word {
            "ifeq" | "ifneq" | "ifdef" | "ifndef" => {
                let branch = self.condition(word, rest);
                self.blocks.push(Block { otherwise: branch.clone().not(), branch });
            }
            "else" => {
                let word = rest.split([' ', '\t', '(']).next().unwrap_or_default();
                let next = match rest.get(word.len()..) {
                    Some(rest) if !word.is_empty() => self.condition(word, rest.trim()),
                    _ => Guard::TRUE,
                };
                if let Some(block) = self.blocks.last_mut() {
                    block.branch = block.otherwise.clone().and(next.clone());
                    block.otherwise = block.otherwise.clone().and(next.not());
                }
            }
            "endif" => drop(self.blocks.pop()),
            "include" | "-include" | "sinclude" => {
                self.in_rule = false;
                for (_, path) in self.words(rest, 0) {
                    let text = (self.read)(&path);
                    if let Some(text) = text.filter(|_| depth < DEPTH) {
                        // The blocks of the other file are its own.
                        let open = self.blocks.len();
                        self.file(&text, depth + 1);
                        self.blocks.truncate(open);
                    }
                }
            }
            _ => match assignment(content) {
                Some((name, operator, value)) => {
                    self.in_rule = false;
                    self.assign(name, operator, value);
                }
                None => self.in_rule = split(content, |byte| byte == b':').nth(1).is_some(),
            },
        }
    }

    /// Whether what is read now counts.
    fn here(&self) -> Guard {
        Guard::all(self.blocks.iter().map(|block| block.branch.clone()))
    }

    fn assign(&mut self, name: &str, operator: &str, value: &str) {
        let here = self.here();
        // Options of compilers are most of what a Makefile sets, and name no object.
        if here == Guard::FALSE || name.contains("FLAGS_") || name.ends_with("FLAGS") {
            return;
        }
        let words = self.words(value, 0);
        for (guard, name) in self.alternatives(name, 0).unwrap_or_default() {
            let holds = here.clone().and(guard);
            if holds == Guard::FALSE {
                continue;
            }
            let list = self.lists.entry(name).or_default();
            let holds = match operator {
                // Only where it has no value yet.
                "?=" => holds.and(Guard::any(list.iter().map(|(guard, _)| guard.clone())).not()),
                _ => holds,
            };
            if matches!(operator, "=" | ":=" | "::=") {
                for (guard, _) in list.iter_mut() {
                    *guard = guard.clone().and(holds.clone().not());
                }
            }
            list.extend(words.iter().map(|(guard, word)| (guard.clone().and(holds.clone()), word.clone())));
            list.retain(|(guard, _)| *guard != Guard::FALSE);
        }
    }

    fn condition(&self, word: &str, rest: &str) -> Guard {
        let known = match word {
            "ifdef" | "ifndef" => self
                .alternatives(rest, 0)
                .map(|names| Guard::any(names.into_iter().map(|(guard, name)| guard.and(self.is_set(&name))))),
            "ifeq" | "ifneq" => sides(rest).and_then(|(left, right)| self.equal(left, right)),
            _ => None,
        };
        let holds = known.unwrap_or_else(|| Guard::symbol(format!("$({rest})")));
        if matches!(word, "ifneq" | "ifndef") { holds.not() } else { holds }
    }

    /// The variable has a value.
    fn is_set(&self, name: &str) -> Guard {
        Guard::any(self.value(name.trim()).into_iter().map(|(guard, _)| guard))
    }

    fn equal(&self, left: &str, right: &str) -> Option<Guard> {
        for (one, other) in [(left, right), (right, left)] {
            // `m` is what C has a name of its own for.
            if let ("m", Some(name)) = (other, whole_reference(one).filter(|name| name.starts_with("CONFIG_"))) {
                return Some(Guard::symbol(format!("{name}_MODULE")));
            }
        }
        let (left, right) = (self.alternatives(left, 0)?, self.alternatives(right, 0)?);
        let pairs = left.iter().flat_map(|one| right.iter().map(move |other| (one, other)));
        let same = pairs.filter(|((_, one), (_, other))| one.trim() == other.trim());
        Some(Guard::any(same.map(|((one, _), (other, _))| one.clone().and(other.clone()))))
    }

    /// The words of a list. A word that is not known is left out.
    fn words(&self, text: &str, depth: usize) -> Values {
        let mut all = Vec::new();
        for word in split(text, |byte| matches!(byte, b' ' | b'\t')) {
            let values = match whole_reference(word) {
                Some(inner) => self.reference(inner, depth + 1),
                None => self.alternatives(word, depth + 1),
            };
            all.extend(values.unwrap_or_default().into_iter().filter(|(_, word)| !word.is_empty()));
        }
        all
    }

    /// What a text can be, references in it replaced; none where that is not known.
    fn alternatives(&self, text: &str, depth: usize) -> Option<Values> {
        if depth > DEPTH {
            return None;
        }
        let mut all = vec![(Guard::TRUE, String::new())];
        let mut rest = text;
        while !rest.is_empty() {
            let Some(at) = rest.find('$') else {
                all.iter_mut().for_each(|(_, text)| text.push_str(rest));
                break;
            };
            let (before, reference) = rest.split_at(at);
            all.iter_mut().for_each(|(_, text)| text.push_str(before));
            let end = reference_end(reference)?;
            let mut values = self.reference(reference.get(2..end)?, depth + 1)?;
            let none = Guard::any(values.iter().map(|(guard, _)| guard.clone())).not().simplified();
            if none != Guard::FALSE {
                values.push((none, String::new()));
            }
            let product = all.iter().flat_map(|(here, text)| {
                let with =
                    |(guard, value): &(Guard, String)| (here.clone().and(guard.clone()), format!("{text}{value}"));
                values.iter().map(with).collect::<Vec<_>>()
            });
            all = product.filter(|(guard, _)| *guard != Guard::FALSE).collect();
            if all.len() > ALTERNATIVES {
                return None;
            }
            rest = reference.get(end + 1..).unwrap_or_default();
        }
        Some(all)
    }

    /// What `$(…)` stands for.
    fn reference(&self, inner: &str, depth: usize) -> Option<Values> {
        let name = inner.split([' ', '\t']).next().unwrap_or_default();
        if name.len() < inner.len() {
            let arguments: Vec<&str> = split(inner.get(name.len()..)?.trim_start(), |byte| byte == b',').collect();
            return self.function(name, &arguments, depth);
        }
        if inner.contains('$') {
            let mut all = Vec::new();
            for (guard, name) in self.alternatives(inner, depth)? {
                let values = self.value(&name);
                all.extend(values.into_iter().map(|(value, word)| (value.and(guard.clone()), word)));
            }
            return Some(all);
        }
        if inner.contains(':') { None } else { Some(self.value(inner)) }
    }

    fn value(&self, name: &str) -> Values {
        match self.lists.get(name) {
            // The top Makefile works it out from where it stands.
            _ if name == "srctree" => vec![(Guard::TRUE, ".".to_string())],
            Some(values) => values.clone(),
            None if name.starts_with("CONFIG_") => vec![(Guard::symbol(name), "y".to_string())],
            // What is not set is empty.
            None => Vec::new(),
        }
    }

    fn function(&self, name: &str, arguments: &[&str], depth: usize) -> Option<Values> {
        let words = |index: usize| Some(self.words(arguments.get(index)?, depth));
        let text = |index: usize| match self.alternatives(arguments.get(index)?.trim(), depth)?.as_slice() {
            [(Guard::Constant(true), text)] => Some(text.clone()),
            _ => None,
        };
        let each = |words: Values, change: &dyn Fn(&str) -> String| {
            words.into_iter().map(|(guard, word)| (guard, change(&word))).collect::<Values>()
        };
        match name {
            "addprefix" => {
                let prefix = text(0)?;
                Some(each(words(1)?, &|word| format!("{prefix}{word}")))
            }
            "addsuffix" => {
                let suffix = text(0)?;
                Some(each(words(1)?, &|word| format!("{word}{suffix}")))
            }
            "patsubst" => {
                let (from, to) = (text(0)?, text(1)?);
                Some(each(words(2)?, &|word| {
                    stem(&from, word).map_or_else(|| word.to_string(), |stem| to.replacen('%', stem, 1))
                }))
            }
            "subst" => {
                let (from, to) = (text(0)?, text(1)?);
                Some(each(words(2)?, &|word| word.replace(&from, &to)))
            }
            "filter" | "filter-out" => {
                let patterns = words(0)?;
                let matches = |word: &str| {
                    Guard::any(
                        patterns.iter().filter(|(_, one)| stem(one, word).is_some()).map(|(guard, _)| guard.clone()),
                    )
                };
                let kept = words(1)?.into_iter().map(|(guard, word)| {
                    let found = matches(&word);
                    (guard.and(if name == "filter" { found } else { found.not() }), word)
                });
                Some(kept.filter(|(guard, _)| *guard != Guard::FALSE).collect())
            }
            "strip" | "sort" => words(0),
            "if" => {
                let condition = self.alternatives(arguments.first()?.trim(), depth)?;
                let set =
                    Guard::any(condition.into_iter().filter(|(_, text)| !text.is_empty()).map(|(guard, _)| guard));
                let mut all = Vec::new();
                for (index, holds) in [(1, set.clone()), (2, set.not())] {
                    let words = arguments.get(index).map(|text| self.words(text, depth)).unwrap_or_default();
                    all.extend(words.into_iter().map(|(guard, word)| (guard.and(holds.clone()), word)));
                }
                Some(all)
            }
            _ => None,
        }
    }
}

type Values = Vec<(Guard, String)>;

/// The part of a word that `%` stands for.
fn stem<'a>(pattern: &str, word: &'a str) -> Option<&'a str> {
    match pattern.split_once('%') {
        Some((before, after)) => word.strip_prefix(before)?.strip_suffix(after),
        None => (pattern == word).then_some(""),
    }
}

/// What stands in `$(…)`, if the text is nothing else.
fn whole_reference(text: &str) -> Option<&str> {
    let end = reference_end(text)?;
    if end + 1 == text.len() { text.get(2..end) } else { None }
}

/// Where `$(…)` or `${…}`, with which the text starts, closes.
fn reference_end(text: &str) -> Option<usize> {
    let close = match text.as_bytes() {
        [b'$', b'(', ..] => b')',
        [b'$', b'{', ..] => b'}',
        _ => return None,
    };
    let open = *text.as_bytes().get(1)?;
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        if byte == open {
            depth += 1;
        } else if byte == close {
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// The parts of a text between bytes that are no part of a reference; blank parts between spaces are none.
fn split(text: &str, at: fn(u8) -> bool) -> impl Iterator<Item = &str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0usize);
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'{' => depth += 1,
            b')' | b'}' => depth = depth.saturating_sub(1),
            byte if depth == 0 && at(byte) => {
                parts.extend(text.get(start..index));
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts.into_iter().filter(move |part| !(at(b' ') && part.is_empty()))
}

/// The two sides of `ifeq (a,b)` or `ifeq "a" "b"`.
fn sides(text: &str) -> Option<(&str, &str)> {
    if let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        let parts: Vec<&str> = split(inner, |byte| byte == b',').collect();
        return match parts[..] {
            [left, right] => Some((left.trim(), right.trim())),
            _ => None,
        };
    }
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (left, rest) = text.get(1..)?.split_once(quote)?;
    let right = rest.trim_start().strip_prefix(quote)?.strip_suffix(quote)?;
    Some((left, right))
}

/// `name`, operator and value of an assignment for the whole file.
fn assignment(content: &str) -> Option<(&str, &str, &str)> {
    let mut content = content;
    for word in ["export ", "override "] {
        content = content.strip_prefix(word).map_or(content, str::trim_start);
    }
    let mut depth = 0usize;
    let at = content.bytes().position(|byte| {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        byte == b'=' && depth == 0
    })?;
    let (before, value) = (content.get(..at)?, content.get(at + 1..)?);
    let (name, operator) = ["::", ":", "+", "?"]
        .iter()
        .find_map(|sign| Some((before.strip_suffix(sign)?, content.get(before.len() - sign.len()..at + 1)?)))
        .unwrap_or((before, "="));
    let name = name.trim_end();
    let one = split(name, |byte| matches!(byte, b' ' | b'\t' | b':')).nth(1).is_none() && !name.ends_with('!');
    (one && !name.is_empty()).then_some((name, operator, value.trim()))
}

/// The line up to its comment.
fn without_comment(line: &str) -> &str {
    let comment = line.match_indices('#').find(|(at, _)| !line[..*at].ends_with('\\'));
    comment.map_or(line, |(at, _)| line.get(..at).unwrap_or(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(text: &str) -> Lists {
        let mut lists = Lists::new();
        let other = |path: &str| (path == "./arch/a/more").then(|| "obj-y += more.o\n".to_string());
        objects(text, &mut lists, &other);
        lists
    }

    #[track_caller]
    fn check(text: &str, list: &str, expected: &str) {
        let lists = lists(text);
        let words = lists.get(list).cloned().unwrap_or_default();
        let shown: Vec<String> = words.iter().map(|(guard, word)| format!("{word}: {}", guard.simplified())).collect();
        assert_eq!(shown.join(", "), expected, "{text}");
    }

    #[test]
    fn lists_hold_words_under_conditions() {
        check(
            "obj-y := a.o b/ \\\n\tc.o # d.o\nobj-$(CONFIG_X) += e.o\n",
            "obj-y",
            "a.o: 1, b/: 1, c.o: 1, e.o: CONFIG_X",
        );
        check("obj-$(subst m,y,$(CONFIG_X)) += a.o\n", "obj-y", "a.o: CONFIG_X");
        check(
            "mm-y := n.o\nmm-$(CONFIG_M) := a.o b.o\nobj-y += x.o $(mm-y)\n",
            "obj-y",
            "x.o: 1, n.o: !CONFIG_M, a.o: CONFIG_M, b.o: CONFIG_M",
        );
        check("B := 32\nobj-y = a_$(B).o ${B}.o\n", "obj-y", "a_32.o: 1, 32.o: 1");
        check("obj-y += $(addprefix k/,$(addsuffix .o,a $(patsubst x%,%y,xb)))\n", "obj-y", "k/a.o: 1, k/by.o: 1");
        check(
            "obj-y += $(if $(CONFIG_A),a.o,b.o) $(shell ls) $(filter %.o,c.o d)\n",
            "obj-y",
            "a.o: CONFIG_A, b.o: !CONFIG_A, c.o: 1",
        );
        check("include $(srctree)/arch/a/more\n-include none\n", "obj-y", "more.o: 1");
        check("x ?= a\nx ?= b\n", "x", "a: 1");
    }

    #[test]
    fn conditionals_choose() {
        check(
            "ifeq ($(CONFIG_A),y)\nB := 1\nelse ifdef CONFIG_C\nB := 2\nelse\nB := 3\nendif\nobj-y := $(B).o\n",
            "obj-y",
            "1.o: CONFIG_A, 2.o: CONFIG_C && !CONFIG_A, 3.o: !CONFIG_A && !CONFIG_C",
        );
        check("ifneq ($(CONFIG_A)$(CONFIG_B),)\nobj-y += a.o\nendif\n", "obj-y", "a.o: CONFIG_A || CONFIG_B");
        check("ifeq ($(CONFIG_A)$(CONFIG_B),yy)\nobj-y += a.o\nendif\n", "obj-y", "a.o: CONFIG_A && CONFIG_B");
        check("ifndef CONFIG_A\n obj-y += a.o\nendif\n", "obj-y", "a.o: !CONFIG_A");
        check("ifeq \"$(CONFIG_A)\" \"m\"\nobj-y += a.o\nendif\n", "obj-y", "a.o: CONFIG_A_MODULE");
        check("B = 32\nifeq ($(B),64)\nobj-y += a.o\nelse\nobj-y += b.o\nendif\n", "obj-y", "b.o: 1");
        let unknown = lists("ifeq ($(shell x),y)\nobj-y += a.o\nendif\n");
        assert!(unknown["obj-y"][0].0.symbols().into_iter().all(|symbol| symbol.parse::<Guard>().is_err()));
    }

    #[test]
    fn recipes_and_rules_are_no_lists() {
        check("all: x\n\tobj-y = a\nx: A := 1\nobj-y += b\n\tobj-y += c\n", "obj-y", "b: 1, c: 1");
        check("export A\n\tifdef A\n\tendif\nobj-y += a\n", "obj-y", "a: 1");
        check("define X\nobj-y := a\nendef\n", "obj-y", "");
        for text in
            ["ifeq", "else", "endif", "obj-y = $(", "$(a = b", "= x", "ifeq (a\n\\", "include", "$=${", "define"]
        {
            lists(text);
        }
    }
}
