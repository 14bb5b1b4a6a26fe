//! The `#if` conditions around each line of a C, assembly or header text.

use std::collections::BTreeMap;

use super::lines::line_around;
use crate::diagnostic::{Diagnostic, Label, Sink};
use crate::model::Guard;

/// Conditions of a text whose comments are blanked, by line.
pub(super) struct Conditions {
    /// From which line on (counted from 1) which condition holds, in rising order.
    changes: Vec<(u32, Guard)>,
}

/// One `#if` that is open: what was tried before, and what holds now.
struct Open {
    tried: Guard,
    now: Guard,
}

impl Conditions {
    /// Reads the directives of a text. One that is not understood counts as a symbol of its own, which nothing settles;
    /// [`Conditions::at`] is asked only where something stands that matters, so nothing is said of it here.
    pub(super) fn new(blank: &[u8], is_header: bool) -> Self {
        let mut open: Vec<Open> = Vec::new();
        let mut changes = vec![(1, Guard::TRUE)];
        let own = Own::new(blank);
        let mut defined: BTreeMap<String, Guard> = BTreeMap::new();
        let mut lines = blank.split(|byte| *byte == b'\n').zip(1u32..);
        while let Some((line, number)) = lines.next() {
            let Some(directive) = line.trim_ascii_start().strip_prefix(b"#") else { continue };
            let mut text = String::from_utf8_lossy(directive.trim_ascii()).into_owned();
            let mut last = number;
            while text.ends_with('\\') {
                text.pop();
                let Some((next, at)) = lines.next() else { break };
                text.push_str(&String::from_utf8_lossy(next.trim_ascii()));
                last = at;
            }
            let word = text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            let rest = text.get(word.len()..).unwrap_or_default().trim();
            match word {
                "if" | "ifdef" => open.push(Open::new(with(condition(rest), &defined))),
                "ifndef" if is_header && own.defines_after(rest, number) => open.push(Open::new(Guard::TRUE)),
                "ifndef" => open.push(Open::new(with(condition(rest), &defined).not())),
                "elif" => drop(open.last_mut().map(|open| open.next(with(condition(rest), &defined)))),
                "else" => drop(open.last_mut().map(|open| open.next(Guard::TRUE))),
                "endif" => drop(open.pop()),
                "define" if !open.is_empty() => {
                    let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
                    let now = Guard::all(open.iter().map(|open| open.now.clone()));
                    let before = defined.remove(name).unwrap_or(Guard::FALSE);
                    // Under its own `#ifndef` it is defined from here on, whoever did it.
                    let own = if now.symbols().contains(name) { Guard::symbol(name) } else { Guard::FALSE };
                    defined.insert(name.to_string(), Guard::any([before, own, now]).simplified());
                    continue;
                }
                _ => continue,
            }
            changes.push((last + 1, Guard::all(open.iter().map(|open| open.now.clone()))));
        }
        Conditions { changes }
    }

    /// What has to hold for a line to be compiled; not [simplified](Guard::simplified), since of most lines nobody asks.
    pub(super) fn at(&self, line: u32) -> Guard {
        let after = self.changes.partition_point(|(from, _)| *from <= line);
        after.checked_sub(1).and_then(|at| self.changes.get(at)).map_or(Guard::TRUE, |(_, guard)| guard.clone())
    }
}

impl Open {
    fn new(now: Guard) -> Self {
        Open { tried: now.clone(), now }
    }

    fn next(&mut self, condition: Guard) {
        self.now = self.tried.clone().not().and(condition.clone());
        self.tried = std::mem::replace(&mut self.tried, Guard::FALSE).or(condition);
    }
}

/// A condition, or a symbol that holds its text where it is not understood.
fn condition(text: &str) -> Guard {
    text.parse().unwrap_or_else(|_| Guard::symbol(text.split_whitespace().collect::<Vec<_>>().join(" ")))
}

/// A condition in which macros that the same file defines stand for the conditions around their definitions: for
/// `__WANT_OLD_TIME_TYPE_SYSCALL` in `kernel/time/time.c`, what that file asks before it defines it.
fn with(guard: Guard, defined: &BTreeMap<String, Guard>) -> Guard {
    let known: Vec<(&String, &Guard)> =
        guard.symbols().into_iter().filter_map(|name| defined.get_key_value(name)).collect();
    known.into_iter().fold(guard.clone(), |guard, (name, condition)| {
        let set = guard.fold(&|symbol| (symbol == name).then_some(true));
        let unset = guard.fold(&|symbol| (symbol == name).then_some(false));
        condition.clone().and(set).or(condition.clone().not().and(unset))
    })
}

/// What a file defines for itself, and what it asks.
struct Own {
    /// Macros, with the lines that define them.
    defined: BTreeMap<String, Vec<u32>>,
}

impl Own {
    fn new(blank: &[u8]) -> Self {
        let mut defined: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (line, number) in blank.split(|byte| *byte == b'\n').zip(1u32..) {
            let Some(directive) = line.trim_ascii_start().strip_prefix(b"#") else { continue };
            let text = String::from_utf8_lossy(directive);
            if let Some(rest) = text.trim_start().strip_prefix("define") {
                let name = rest.trim_start().split(|c: char| !c.is_alphanumeric() && c != '_').next();
                name.map(|name| defined.entry(name.to_string()).or_default().push(number));
            }
        }
        Own { defined }
    }

    /// Whether a macro is defined below a line: an `#ifndef` there only lets another definition go first, as that does
    /// with which a header protects itself.
    fn defines_after(&self, name: &str, line: u32) -> bool {
        self.defined.get(name).is_some_and(|lines| lines.iter().any(|at| *at > line))
    }
}

/// Says that the condition around something that matters is not understood.
pub(super) fn check(guard: &Guard, path: &str, text: &str, line: u32, offset: usize, sink: &Sink) {
    if let Some(symbol) = guard.symbols().into_iter().find(|symbol| symbol.parse::<Guard>().is_err()) {
        sink.push(
            Diagnostic::error("unknown-condition", format!("the condition around this is not understood: `{symbol}`"))
                .at(Label::line(path, line, line_around(text, offset)))
                .help("`model/guard.rs` says what a condition may hold"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::lines::blank_comments;

    fn at(text: &str, line: u32) -> String {
        Conditions::new(&blank_comments(text), false).at(line).to_string()
    }

    #[test]
    fn conditions_nest_and_take_turns() {
        let text = "\
a
#ifdef CONFIG_A /* first */
b
#elif defined(CONFIG_B) && \\
   defined(CONFIG_C)
c
#else
d
# if 0
e
# endif
#endif
f
";
        let shown: Vec<String> = [1, 3, 6, 8, 10, 13].map(|line| at(text, line)).into();
        let turns = [
            "1",
            "CONFIG_A",
            "CONFIG_B && CONFIG_C && !CONFIG_A",
            "!CONFIG_A && (!CONFIG_B || !CONFIG_C)",
            "0",
            "1",
        ];
        assert_eq!(shown, turns);
    }

    #[test]
    fn the_guard_of_a_header_is_no_condition() {
        let text = "/* x */\n#ifndef _X_H\n#define _X_H\na\n#ifndef Y\nb\n#endif\n#endif\n";
        let conditions = Conditions::new(&blank_comments(text), true);
        assert_eq!((conditions.at(4).to_string(), conditions.at(6).to_string()), ("1".into(), "!Y".into()));
    }

    #[test]
    fn what_a_file_defines_stands_for_the_condition_around_it() {
        let text = "#if defined(CONFIG_A) || B\n#define WANT 1\n#endif\n#ifdef WANT\na\n#endif\n#ifndef WANT\nb\n#endif\n";
        assert_eq!((at(text, 5), at(text, 8)), ("B || CONFIG_A".into(), "!B && !CONFIG_A".into()));
    }

    #[test]
    fn what_is_not_understood_is_a_symbol_of_its_own() {
        let sink = Sink::new();
        let text = "#if GCC_VERSION  >= 4 + 1\na\n#endif\n";
        let guard = Conditions::new(text.as_bytes(), false).at(2);
        check(&guard, "x.c", text, 2, 27, &sink);
        assert_eq!(guard.to_string(), "GCC_VERSION >= 4 + 1");
        assert!(sink.take()[0].to_string().starts_with("error[unknown-condition] x.c:2:"));
    }
}
