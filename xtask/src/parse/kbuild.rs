//! `asm/Kbuild`, `Makefile.syscalls` and `scripts/Makefile.asm-headers`: which rows of a shared table are taken.
//!
//! Since 6.11 `scripts/Makefile.asm-headers` makes `asm/unistd_32.h` and `asm/unistd_64.h` out of
//! `scripts/syscall.tbl`; an architecture adds ABI columns or names another table in its `Makefile.syscalls`, and
//! says in `asm/Kbuild` which of the two headers it has. These files are a few assignments; anything else in a
//! `Makefile.syscalls` is an error, since it could change the rows.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use crate::diagnostic::{Diagnostic, Label, Sink};

/// What `Makefile.asm-headers` and one architecture's `Makefile.syscalls` settle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyscallRules {
    /// `$(syscalltbl)`, where it is set: a path in which `%` stands for 32 or 64.
    pub table: Option<String>,
    /// `$(syscall_abis_32)` and `$(syscall_abis_64)`: the values of the ABI column, by 32 or 64.
    pub columns: BTreeMap<u32, Vec<String>>,
}

/// Adds the assignments of a makefile to the rules so far. `strict` wants nothing but assignments.
pub fn parse_rules(path: &str, text: &str, strict: bool, rules: &mut SyscallRules, sink: &Sink) {
    for (number, line) in assignments(text) {
        let Some(assignment) = Assignment::parse(&line) else {
            if strict {
                sink.push(unknown(path, number, &line));
            }
            continue;
        };
        let bits = assignment.name.strip_prefix("syscall_abis_").map(str::parse::<u32>);
        match bits {
            Some(Ok(bits)) => {
                let columns = rules.columns.entry(bits).or_default();
                if !assignment.adds {
                    columns.clear();
                }
                columns.extend(assignment.value.split([' ', '\t', ',']).filter(|w| !w.is_empty()).map(str::to_string));
            }
            _ if assignment.name == "syscalltbl" => {
                rules.table = Some(assignment.value.replace("$(srctree)/", ""));
            }
            _ if strict => sink.push(unknown(path, number, &line)),
            _ => {}
        }
    }
}

/// The values of a list in a `Kbuild` file: `syscall-y += unistd_32.h`.
pub fn parse_kbuild(text: &str, list: &str) -> Vec<String> {
    assignments(text)
        .filter_map(|(_, line)| {
            let assignment = Assignment::parse(&line)?;
            (assignment.name == list).then(|| assignment.value.split_whitespace().map(str::to_string).collect())
        })
        .fold(Vec::new(), |mut all, words: Vec<String>| {
            all.extend(words);
            all
        })
}

fn unknown(path: &str, number: u32, line: &str) -> Diagnostic {
    Diagnostic::error("unknown-rule", "this line of the rules for system call headers is not understood")
        .at(Label::line(path, number, line))
        .help("expected `syscall_abis_32 += …`, `syscall_abis_64 += …` or `syscalltbl = …`")
}

/// Lines without comments and blank ones, continued lines joined, each with the number of its first.
fn assignments(text: &str) -> impl Iterator<Item = (u32, String)> + '_ {
    let mut lines = text.lines().zip(1..);
    std::iter::from_fn(move || {
        loop {
            let (line, number) = lines.next()?;
            let mut whole = line.to_string();
            while whole.ends_with('\\') {
                whole.pop();
                whole.push_str(lines.next().map_or("", |(line, _)| line));
            }
            let content = whole.split('#').next().unwrap_or_default().trim();
            if !content.is_empty() {
                return Some((number, content.to_string()));
            }
        }
    })
}

static ASSIGNMENT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^([\w-]+)\s*(\+|:|\?)?=\s*(.*)$").expect("the pattern is a constant"));

struct Assignment<'a> {
    name: &'a str,
    adds: bool,
    value: &'a str,
}

impl<'a> Assignment<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let found = ASSIGNMENT.captures(line)?;
        let group = |index| found.get(index).map_or("", |group| group.as_str());
        Some(Assignment { name: group(1), adds: group(2) == "+", value: group(3) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_architecture_adds_columns_and_may_name_its_own_table() {
        let sink = Sink::new();
        let mut rules = SyscallRules::default();
        let common =
            "PHONY := all\nall:\nsyscall_abis_64  += common,64\nsyscalltbl := $(srctree)/scripts/syscall.tbl\n";
        parse_rules("scripts/Makefile.asm-headers", common, false, &mut rules, &sink);
        assert_eq!(rules.table.as_deref(), Some("scripts/syscall.tbl"));
        let own = "# SPDX\nsyscall_abis_64 += renameat \\\n  rlimit\nsyscalltbl = arch/a/tools/syscall_%.tbl\n";
        parse_rules("arch/a/kernel/Makefile.syscalls", own, true, &mut rules, &sink);
        assert_eq!(rules.table.as_deref(), Some("arch/a/tools/syscall_%.tbl"));
        assert_eq!(rules.columns[&64], ["common", "64", "renameat", "rlimit"]);
        assert_eq!(sink.take(), []);

        parse_rules("arch/a/kernel/Makefile.syscalls", "ifdef X\n", true, &mut rules, &sink);
        assert_eq!(sink.errors(), 1);
    }

    #[test]
    fn kbuild_lists_the_headers() {
        let text = "# table\nsyscall-y += unistd_32.h\nsyscall-y\t+= unistd_64.h\ngeneric-y += ucontext.h\n";
        assert_eq!(parse_kbuild(text, "syscall-y"), ["unistd_32.h", "unistd_64.h"]);
    }
}
