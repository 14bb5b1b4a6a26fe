//! Sites of `SYSCALL_DEFINEn` and its relatives in C files.
//!
//! A site is a macro call that opens a line. The macros' own definitions stand behind `#define` and are no sites;
//! look-alikes of other subsystems are named in [`LOOK_ALIKES`]. Anything else that looks like a relative and is
//! none of [`MACROS`] is an error, so that a new one cannot go by unseen.

use std::sync::LazyLock;

use memchr::memmem;
use regex::Regex;

use super::conditions::{self, Conditions};
use super::lines::{LineCounter, blank_comments, identifier, is_word, line_around};
use super::params;
use crate::diagnostic::{Diagnostic, Label, Sink};
use crate::model::{Argument, ArgumentMacro, Definition, Guard, Param};

/// The macros that define an entry; a digit, the number of parameters, follows each.
const MACROS: [&str; 4] = ["SYSCALL_DEFINE", "COMPAT_SYSCALL_DEFINE", "SYSCALL32_DEFINE", "PPC32_SYSCALL_DEFINE"];

/// Macros that look like one of [`MACROS`] and make no entry of a table.
const LOOK_ALIKES: [&str; 3] = ["KVM_SYSCALL_DEFINE", "KLP_SYSCALL_DEFINE", "__KLP_SYSCALL_DEFINE"];

/// A `#define` with one parameter and a list for its body.
static ARGUMENT_MACRO: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*#\s*define\s+(\w+)\((\w+)\)\s+(\w[\w\s]*,[\w\s,#]*##_\w+)\s*$").expect("the pattern is a constant")
});

/// Whether a text can hold a site at all: a quick test before [`definitions`].
pub fn may_define(text: &[u8]) -> bool {
    memmem::find(text, b"SYSCALL").is_some()
}

/// The sites of a C file, in its order.
pub fn definitions(path: &str, text: &str, sink: &Sink) -> Vec<Definition> {
    let mut sites = Vec::new();
    if memmem::find(text.as_bytes(), b"_DEFINE").is_none() {
        return sites;
    }
    let blank = blank_comments(text);
    let conditions = Conditions::new(&blank, false);
    let mut lines = LineCounter::new(&blank);
    for at in memmem::find_iter(&blank, b"_DEFINE") {
        let start = blank[..at].iter().rposition(|byte| !is_word(*byte)).map_or(0, |before| before + 1);
        let Some(called) = identifier(&blank, start).filter(|called| called.contains("SYSCALL")) else { continue };
        let opens = blank[..start].iter().rev().take_while(|byte| **byte != b'\n').all(u8::is_ascii_whitespace);
        let mut after = start + called.len();
        skip_blanks(&blank, &mut after);
        if !opens || blank.get(after) != Some(&b'(') {
            continue;
        }
        let line = lines.line(start);
        let stem = called.trim_end_matches(|c: char| c.is_ascii_digit() || c == 'x');
        if LOOK_ALIKES.contains(&stem) {
            continue;
        }
        let label = || Label::word(path, line, line_around(text, start), called);
        let (items, _) = params::inside(&blank, after).unwrap_or_default();
        let name = items.first().filter(|name| name.bytes().all(is_word));
        let count: Option<usize> = called.strip_prefix(stem).and_then(|digit| digit.parse().ok());
        let (Some(name), Some(count), true) = (name, count, MACROS.contains(&stem)) else {
            sink.push(
                Diagnostic::error("unknown-define", format!("`{called}` looks like a system call's definition, but is none that is known"))
                    .at(label())
                    .help("if it defines an entry, teach `parse/define.rs` its form; if it does not, name it there as a look-alike"),
            );
            continue;
        };
        let arguments = params::arguments(items.get(1..).unwrap_or_default()).filter(|found| fits(found, count));
        if arguments.is_none() {
            sink.push(
                Diagnostic::error("unknown-parameters", format!("the {count} parameters of `{name}` are not understood"))
                    .at(label())
                    .help("each is a type, a comma and a name, or a macro that stands for both"),
            );
        }
        let guard = conditions.at(line).simplified();
        conditions::check(&guard, path, text, line, start, sink);
        if guard != Guard::FALSE {
            let (macro_name, name) = (called.to_string(), name.to_string());
            sites.push(Definition { macro_name, name, arguments, guard, line });
        }
    }
    sites
}

/// Whether a list can have that many parameters: a macro stands for two at least.
fn fits(arguments: &[Argument], count: usize) -> bool {
    let macros = arguments.iter().filter(|argument| matches!(argument, Argument::Macro { .. })).count();
    if macros == 0 { arguments.len() == count } else { arguments.len() + macros <= count }
}

/// Macros that stand for parameters, by the name that sites in this file or others call them with: a `#define` with one
/// parameter whose body is a list of types and names, `u32, name##_lo, u32, name##_hi`.
pub fn argument_macros(path: &str, text: &str) -> Vec<ArgumentMacro> {
    let mut found = Vec::new();
    if !text.contains("##_") {
        return found;
    }
    let blank = blank_comments(text);
    let conditions = Conditions::new(&blank, path.ends_with(".h"));
    for (line, number) in String::from_utf8_lossy(&blank).lines().zip(1u32..) {
        let Some((_, [name, with, body])) = ARGUMENT_MACRO.captures(line).map(|define| define.extract()) else {
            continue;
        };
        let items: Vec<String> =
            body.split(',').map(|item| item.trim().replace(&format!("{with}##"), "*").replace("##", "")).collect();
        let pairs: Vec<Param> = items
            .chunks(2)
            .filter_map(|pair| match pair {
                [ty, name] => format!("{ty} {name}").parse().ok(),
                _ => None,
            })
            .filter(|param: &Param| param.name.contains('*') && !param.ty.contains('*'))
            .collect();
        if pairs.len() * 2 == items.len() {
            let guard = conditions.at(number).simplified();
            found.push(ArgumentMacro { name: name.to_string(), params: pairs, guard, line: number });
        }
    }
    found
}

fn skip_blanks(text: &[u8], at: &mut usize) {
    while text.get(*at).is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b'\\') {
        *at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> (Vec<String>, Vec<String>) {
        let sink = Sink::new();
        let sites = definitions("fs/x.c", text, &sink);
        let sites = sites.iter().map(|site| format!("{} {} {} {}", site.line, site.macro_name, site.name, site.guard)).collect();
        (sites, sink.take().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn sites_are_calls_that_open_a_line() {
        let text = "\
/* SYSCALL_DEFINE1(comment, int, a) */
#define SYSCALL_DEFINE2(name, ...) x
SYSCALL_DEFINE2(chroot /* where */, const char __user *, path,
                int, flags)
#ifdef CONFIG_COMPAT
  COMPAT_SYSCALL_DEFINE0(
        fork)
#endif
KVM_SYSCALL_DEFINE(other, int, a);
static int n = SYSCALL_DEFINE_MAXARGS;
\tSYSCALL32_DEFINE6(fadvise, int, fd, SC_ARG64(offset), SC_ARG64(len), int, advice)
SYSCALL_DEFINE1(32_pread, int, fd)
";
        let (sites, said) = shown(text);
        assert_eq!(
            sites,
            [
                "3 SYSCALL_DEFINE2 chroot 1",
                "6 COMPAT_SYSCALL_DEFINE0 fork CONFIG_COMPAT",
                "11 SYSCALL32_DEFINE6 fadvise 1",
                "12 SYSCALL_DEFINE1 32_pread 1"
            ]
        );
        assert_eq!(said, [] as [&str; 0]);
    }

    #[test]
    fn an_unknown_relative_is_an_error_with_its_line() {
        let (sites, said) = shown("int a;\nNEW_SYSCALL_DEFINE3(x, int, a)\n");
        assert_eq!(sites, [] as [&str; 0]);
        assert_eq!(said.len(), 1);
        assert!(said[0].starts_with("error[unknown-define] fs/x.c:2: `NEW_SYSCALL_DEFINE3`"), "{said:?}");
    }

    #[test]
    fn parameters_that_do_not_count_up_are_an_error() {
        let (sites, said) = shown("SYSCALL_DEFINE2(one, int, fd)\n");
        assert_eq!(sites, ["1 SYSCALL_DEFINE2 one 1"]);
        assert!(said[0].starts_with("error[unknown-parameters] fs/x.c:1:"), "{said:?}");
    }

    #[test]
    fn macros_stand_for_parameters() {
        let text = "\
#ifdef __BIG_ENDIAN
#define both(name) u32, name##_hi, u32, name##_lo
#else
#define both(name)\tu32, name##_lo, u32, name##_hi /* low first */
#define one(name) u32 name##_lo
#define value(name) (((u64)name##_hi << 32) | name##_lo)
#endif
";
        let shown: Vec<String> = argument_macros("a.c", text)
            .iter()
            .map(|found| {
                let params: Vec<String> = found.params.iter().map(ToString::to_string).collect();
                format!("{} {}({}) {}", found.line, found.name, params.join(", "), found.guard)
            })
            .collect();
        assert_eq!(shown, ["2 both(u32 *_hi, u32 *_lo) __BIG_ENDIAN", "4 both(u32 *_lo, u32 *_hi) !__BIG_ENDIAN"]);
    }
}
