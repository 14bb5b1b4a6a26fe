//! Sites of `SYSCALL_DEFINEn` and its relatives in C files.
//!
//! A site is a macro call that opens a line. The macros' own definitions stand behind `#define` and are no sites;
//! look-alikes of other subsystems are named in [`LOOK_ALIKES`]. Anything else that looks like a relative and is
//! none of [`MACROS`] is an error, so that a new one cannot go by unseen.

use memchr::memmem;

use super::lines::{LineCounter, blank_comments, identifier, is_word, line_around, word};
use crate::diagnostic::{Diagnostic, Label, Sink};
use crate::model::{Definition, Guard};

/// The macros that define an entry; a digit, the number of parameters, follows each.
const MACROS: [&str; 4] = ["SYSCALL_DEFINE", "COMPAT_SYSCALL_DEFINE", "SYSCALL32_DEFINE", "PPC32_SYSCALL_DEFINE"];

/// Macros that look like one of [`MACROS`] and make no entry of a table.
const LOOK_ALIKES: [&str; 3] = ["KVM_SYSCALL_DEFINE", "KLP_SYSCALL_DEFINE", "__KLP_SYSCALL_DEFINE"];

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
        after += 1;
        skip_blanks(&blank, &mut after);
        let name = word(&blank, after);
        match name {
            Some(name) if MACROS.contains(&stem) && called.len() == stem.len() + 1 && !called.ends_with('x') => {
                sites.push(Definition { macro_name: called.to_string(), name: name.to_string(), arguments: None, guard: Guard::TRUE, line });
            }
            _ => sink.push(
                Diagnostic::error("unknown-define", format!("`{called}` looks like a system call's definition, but is none that is known"))
                    .at(Label::word(path, line, line_around(text, start), called))
                    .help("if it defines an entry, teach `parse/define.rs` its form; if it does not, name it there as a look-alike"),
            ),
        }
    }
    sites
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
        let sites = sites.iter().map(|site| format!("{} {} {}", site.line, site.macro_name, site.name)).collect();
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
\tSYSCALL32_DEFINE6(fadvise, int, fd)
SYSCALL_DEFINE6(32_pread, int, fd)
";
        let (sites, said) = shown(text);
        assert_eq!(
            sites,
            [
                "3 SYSCALL_DEFINE2 chroot",
                "6 COMPAT_SYSCALL_DEFINE0 fork",
                "11 SYSCALL32_DEFINE6 fadvise",
                "12 SYSCALL_DEFINE6 32_pread"
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
}
