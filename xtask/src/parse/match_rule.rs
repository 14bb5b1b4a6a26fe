//! `arch_syscall_match_sym_name`: how a kernel tells which symbol belongs to the name in a call's metadata.

use std::sync::LazyLock;

use regex::Regex;

use super::lines::{LineCounter, blank_comments, line_around};
use crate::diagnostic::{Diagnostic, Label, Sink};
use crate::model::{Guard, MatchForm, MatchRule};

const NAME: &str = "arch_syscall_match_sym_name";

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant")
}

/// The head of its definition, up to the brace.
static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"{NAME}\s*\(\s*const\s+char\s*\*\s*sym\s*,\s*const\s+char\s*\*\s*name\s*\)\s*\{{"))
});
static SKIPS_COMPAT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?m)^[ \t]*#[ \t]*define[ \t]+ARCH_TRACE_IGNORE_COMPAT_SYSCALLS\b"));
static COMMENT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?s)/\*.*?\*/|//[^\n]*"));
/// `if (!strcmp(sym, "sys_a")) sym = "sys_b";`
static AS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"^(?:else )?if ?\( ?!strcmp\(sym, ?"(\w+)"\) ?\) ?sym = "(\w+)" ?; ?"#));
/// `!strcmp(sym + 3, name + 3)`, `(!strncmp(sym, "__x64_", 6) && !strcmp(sym + 9, name + 3))`
static TERM: LazyLock<Regex> = LazyLock::new(|| {
    let begins = r#"(?:!strncmp\(sym, ?"([.\w]+)", ?(\d+)\) ?&& ?)?"#;
    let equals = r"!str(case)?cmp\(sym(?: ?\+ ?(\d+))?, ?name(?: ?\+ ?(\d+))?\)";
    pattern(&format!(r"^\(? ?{begins}{equals} ?\)?$"))
});

/// The rules that a file defines, each with what tells its definition from the file's others.
pub fn match_rules(path: &str, text: &str, sink: &Sink) -> Vec<MatchRule> {
    let blank = blank_comments(text);
    let code = String::from_utf8_lossy(&blank);
    let mut lines = LineCounter::new(&blank);
    let mut found: Vec<(Vec<Guard>, Vec<MatchForm>)> = Vec::new();
    for head in HEAD.find_iter(&code) {
        let body = body(text, &blank, head.end());
        match body.as_deref().and_then(forms) {
            Some(forms) => found.push((conditions(code.get(..head.start()).unwrap_or_default()), forms)),
            None => {
                let line = Label::word(path, lines.line(head.start()), line_around(text, head.start()), NAME);
                sink.push(
                    Diagnostic::warning(
                        "unknown-match-rule",
                        format!("the body of `{NAME}` has a form that is not known"),
                    )
                    .at(line)
                    .help("xtask/src/parse/match_rule.rs knows comparisons of `sym` and `name` with offsets"),
                );
            }
        }
    }
    // A condition around all of them says whether there are events, not which rule holds.
    let common = (0..).take_while(|at| {
        let first = found.first().and_then(|(guards, _)| guards.get(*at));
        first.is_some() && found.iter().all(|(guards, _)| guards.get(*at) == first)
    });
    let common = common.count();
    let rules = found.into_iter().flat_map(|(guards, forms)| {
        let guard = Guard::all(guards.into_iter().skip(common));
        forms.into_iter().map(move |form| MatchRule { form, guard: guard.clone() })
    });
    rules.collect()
}

/// Whether an `asm/ftrace.h` has its kernel leave the calls of compat programs out of events.
pub fn skips_compat(text: &str) -> bool {
    SKIPS_COMPAT.is_match(text)
}

/// What stands in the braces, without comments, with single spaces.
fn body(text: &str, blank: &[u8], start: usize) -> Option<String> {
    let end = start + memchr::memchr(b'}', blank.get(start..)?)?;
    let bare = COMMENT.replace_all(text.get(start..end)?, " ");
    Some(bare.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn forms(body: &str) -> Option<Vec<MatchForm>> {
    let mut forms = Vec::new();
    let mut rest = body;
    while let Some(found) = AS.captures(rest) {
        let (whole, [symbol, other]) = found.extract();
        forms.push(MatchForm::As { symbol: symbol.to_string(), other: other.to_string() });
        rest = rest.get(whole.len()..)?;
    }
    let terms = rest.strip_prefix("return ")?.strip_suffix(';')?;
    for term in terms.split("||") {
        forms.push(equal(term.trim())?);
    }
    Some(forms)
}

fn equal(term: &str) -> Option<MatchForm> {
    let found = TERM.captures(term)?;
    let number = |index| found.get(index).map_or(Some(0), |number| number.as_str().parse().ok());
    let prefix = found.get(1).map_or("", |prefix| prefix.as_str());
    let compared: usize = number(2)?;
    Some(MatchForm::Equal {
        prefix: prefix.get(..compared)?.to_string(),
        skip: number(4)?,
        name_skip: number(5)?,
        any_case: found.get(3).is_some(),
    })
}

/// The conditions that are open at the end of a text, outermost first.
fn conditions(text: &str) -> Vec<Guard> {
    let mut open: Vec<(Guard, Guard)> = Vec::new();
    let parsed = |text: &str| text.parse().unwrap_or_else(|_| Guard::symbol(text.trim()));
    for line in text.lines() {
        let Some(directive) = line.trim_start().strip_prefix('#').map(str::trim_start) else { continue };
        let (word, rest) = directive.split_once(|c: char| c.is_whitespace()).unwrap_or((directive, ""));
        match word {
            "if" => open.push((parsed(rest), Guard::TRUE)),
            "ifdef" => open.push((Guard::symbol(rest.trim()), Guard::TRUE)),
            "ifndef" => open.push((Guard::symbol(rest.trim()).not(), Guard::TRUE)),
            "elif" | "else" => {
                if let Some((guard, others)) = open.last_mut() {
                    *others = others.clone().and(guard.clone().not());
                    *guard = if word == "else" { Guard::TRUE } else { parsed(rest) };
                }
            }
            "endif" => drop(open.pop()),
            _ => {}
        }
    }
    open.into_iter().map(|(guard, others)| guard.and(others)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, sink: &Sink) -> Vec<String> {
        let rules = match_rules("arch/a/include/asm/ftrace.h", text, sink);
        rules.iter().map(|rule| format!("{} if {}", rule.form, rule.guard)).collect()
    }

    fn function(body: &str) -> String {
        format!("static inline bool {NAME}(const char *sym,\n\t\tconst char *name)\n{{\n{body}\n}}\n")
    }

    #[test]
    fn comparisons_with_offsets() {
        let body = r#"/* skip "x || y" } */ return !strcmp(sym + 3, name + 3) ||
            (!strncmp(sym, "__q_", 4) && !strcmp(sym+7, name + 3)) || !strcmp(sym, name);"#;
        let sink = Sink::new();
        assert_eq!(shown(&function(body), &sink), ["- 3 3 if 1", "__q_ 7 3 if 1", "- 0 0 if 1"]);
        let body = r#"if (!strcmp(sym, "sys_a")) sym = "sys_b"; else if (!strcmp(sym, "sys_c"))
            sym = "sys_d"; return !strcasecmp(sym, name);"#;
        assert_eq!(
            shown(&function(body), &sink),
            ["sys_a as sys_b if 1", "sys_c as sys_d if 1", "- 0 0 any-case if 1"]
        );
        assert!(sink.take().is_empty());
    }

    #[test]
    fn conditions_that_tell_definitions_apart() {
        let one = function("return !strcmp(sym + 1, name);");
        let other = function("return !strcmp(sym, name);");
        let text = format!("#ifndef G\n#ifdef CONFIG_T\n#ifdef V1\n{one}#else\n{other}#endif\n#endif\n#endif\n");
        let sink = Sink::new();
        assert_eq!(shown(&text, &sink), ["- 1 0 if V1", "- 0 0 if !V1"]);
        assert!(sink.take().is_empty());
    }

    #[test]
    fn events_of_native_calls_alone() {
        assert!(skips_compat("#if A\n# define ARCH_TRACE_IGNORE_COMPAT_SYSCALLS 1\n#endif\n"));
        assert!(!skips_compat("/* ARCH_TRACE_IGNORE_COMPAT_SYSCALLS */\n#ifdef ARCH_TRACE_IGNORE_COMPAT_SYSCALLS\n"));
    }

    #[test]
    fn an_unknown_form_is_told() {
        for body in ["return strstr(sym, name);", "return !strncmp(sym, \"ab\", 9) && !strcmp(sym, name);", ""] {
            let sink = Sink::new();
            assert_eq!(shown(&function(body), &sink), Vec::<String>::new());
            let said = sink.take();
            assert_eq!((said.len(), said[0].code, said[0].labels[0].line), (1, "unknown-match-rule", 1));
        }
        let sink = Sink::new();
        assert!(shown(&format!("bool {NAME}(const char *sym, const char *name) {{ return "), &sink).is_empty());
        assert_eq!(sink.take().len(), 1);
    }
}
