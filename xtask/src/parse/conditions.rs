//! The `#if` conditions around each line of a C, assembly or header text.

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
        let guard_of_header = if is_header { include_guard(blank) } else { None };
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
                "if" => open.push(Open::new(condition(rest))),
                "ifdef" => open.push(Open::new(condition(rest))),
                "ifndef" if guard_of_header.as_deref() == Some(rest) => open.push(Open::new(Guard::TRUE)),
                "ifndef" => open.push(Open::new(condition(rest).not())),
                "elif" => drop(open.last_mut().map(|open| open.next(condition(rest)))),
                "else" => drop(open.last_mut().map(|open| open.next(Guard::TRUE))),
                "endif" => drop(open.pop()),
                _ => continue,
            }
            changes.push((last + 1, Guard::all(open.iter().map(|open| open.now.clone()))));
        }
        Conditions { changes }
    }

    /// What has to hold for a line to be compiled.
    pub(super) fn at(&self, line: u32) -> Guard {
        let after = self.changes.partition_point(|(from, _)| *from <= line);
        after.checked_sub(1).and_then(|at| self.changes.get(at)).map_or(Guard::TRUE, |(_, guard)| guard.simplified())
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

/// The macro of the `#ifndef` with which a header protects itself, if the next directive defines it.
fn include_guard(blank: &[u8]) -> Option<String> {
    let mut directives = blank
        .split(|byte| *byte == b'\n')
        .filter_map(|line| line.trim_ascii_start().strip_prefix(b"#"))
        .map(|directive| String::from_utf8_lossy(directive).split_whitespace().map(str::to_string).collect::<Vec<_>>());
    let (first, second) = (directives.next()?, directives.next()?);
    match (first.as_slice(), second.as_slice()) {
        ([ifndef, name], [define, defined, ..]) if ifndef == "ifndef" && define == "define" && name == defined => {
            Some(name.clone())
        }
        _ => None,
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
    fn what_is_not_understood_is_a_symbol_of_its_own() {
        let sink = Sink::new();
        let text = "#if GCC_VERSION  >= 4 + 1\na\n#endif\n";
        let guard = Conditions::new(text.as_bytes(), false).at(2);
        check(&guard, "x.c", text, 2, 27, &sink);
        assert_eq!(guard.to_string(), "GCC_VERSION >= 4 + 1");
        assert!(sink.take()[0].to_string().starts_with("error[unknown-condition] x.c:2:"));
    }
}
