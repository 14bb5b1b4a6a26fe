//! Names that C and assembly files define: functions that open at the left margin, and labels.
//!
//! Some sixty entries of all tables are made by no macro. These two find every name such an entry can have; which
//! of them a table names is decided when the tables are known.

use std::sync::LazyLock;

use regex::Regex;

use super::lines::{LineCounter, blank_comments, identifier, is_word};
use crate::model::{EntryFunction, Guard};

/// A label at the left margin, or one of the usual macros that open a function in assembly.
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x) ^ (?: (?<label>[A-Za-z_]\w*) :
             | \s* (?: ENTRY | ENTRY_CFI | C_ENTRY | GLOBAL_ENTRY | LEAF | _GLOBAL | NESTED | SYM_FUNC_START | SYM_CODE_START )
               \s* \( \s* (?<name>[A-Za-z_]\w*) )",
    )
    .expect("the pattern is a constant")
});

/// Functions with a body whose declaration opens at the left margin, the kernel's own style.
pub fn c_functions(text: &str) -> Vec<EntryFunction> {
    let mut found = Vec::new();
    let blank = blank_comments(text);
    let mut lines = LineCounter::new(&blank);
    let mut start = 0;
    while start < blank.len() {
        let end = memchr::memchr(b'\n', &blank[start..]).map_or(blank.len(), |at| start + at);
        let line = &blank[start..end];
        if line.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
            && let Some(open) = memchr::memchr(b'(', line)
            && let Some((name, at)) = word_before(line, open)
            && has_body(&blank, start + open)
        {
            found.push(EntryFunction {
                name: name.to_string(),
                params: None,
                guard: Guard::TRUE,
                line: lines.line(start + at),
            });
        }
        start = end + 1;
    }
    found
}

/// Labels of an assembly file, plain or made by one of the usual macros.
pub fn assembly_labels(text: &str) -> Vec<EntryFunction> {
    let label = |(line, number): (&str, u32)| {
        let found = LABEL.captures(line)?;
        let name = found.name("label").or(found.name("name"))?;
        Some(EntryFunction { name: name.as_str().to_string(), params: None, guard: Guard::TRUE, line: number })
    };
    text.lines().zip(1..).filter_map(label).collect()
}

/// The identifier that ends right before `open`, blanks between them allowed.
fn word_before(line: &[u8], open: usize) -> Option<(&str, usize)> {
    let end = line[..open].iter().rposition(|byte| !byte.is_ascii_whitespace())? + 1;
    let start = line[..end].iter().rposition(|byte| !is_word(*byte)).map_or(0, |at| at + 1);
    identifier(&line[..end], start).map(|word| (word, start))
}

/// Whether the parenthesis that opens at `open` closes before a body and not before a semicolon.
fn has_body(text: &[u8], open: usize) -> bool {
    let mut depth = 0usize;
    for byte in text.get(open..).unwrap_or_default().iter().take(4096) {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b'{' if depth == 0 => return true,
            b';' | b'=' if depth == 0 => return false,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(found: &[EntryFunction]) -> Vec<String> {
        found.iter().map(|function| format!("{} {}", function.line, function.name)).collect()
    }

    #[test]
    fn functions_with_a_body() {
        let text = "\
long declared(int a);
asmlinkage long parisc_truncate64(const char __user * path,
\t\t\t\t\tunsigned int high)
{
\treturn called(path);
}
asmlinkage int
sys_atomic(unsigned long v)
{
}
";
        assert_eq!(shown(&c_functions(text)), ["2 parisc_truncate64", "8 sys_atomic"]);
    }

    #[test]
    fn labels_plain_and_by_macro() {
        let text = "\tLEAF(__sys_fork)\n\tmov r0, r1\nsys_syscall:\nC_ENTRY(sys_rt):\nENDPROC(sys_syscall)\n1:\n";
        assert_eq!(shown(&assembly_labels(text)), ["1 __sys_fork", "3 sys_syscall", "4 sys_rt"]);
    }
}
