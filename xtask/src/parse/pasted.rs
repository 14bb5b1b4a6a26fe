//! `#include "syscalls.c"`: source files that are compiled as a part of another.

use memchr::memmem;

use super::conditions::Conditions;
use super::lines::{LineCounter, blank_comments};
use crate::model::Guard;

/// The `.c` and `.S` files that a file includes as text, by the path in their `#include`, with the conditions around it.
pub fn pasted(bytes: &[u8]) -> Vec<(String, Guard)> {
    let mut found = Vec::new();
    for ending in [b".c\"", b".S\""] {
        for at in memmem::find_iter(bytes, ending) {
            let before = bytes.get(..at).unwrap_or_default();
            let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
            let line = bytes.get(start..at + 2).and_then(|line| std::str::from_utf8(line).ok()).unwrap_or_default();
            let directive = line.trim_start().strip_prefix('#').map(str::trim_start);
            let included = directive.and_then(|line| line.strip_prefix("include")).map(str::trim_start);
            if let Some(path) = included.and_then(|rest| rest.strip_prefix('"')) {
                found.push((start, path.to_string()));
            }
        }
    }
    if found.is_empty() {
        return Vec::new();
    }
    found.sort();
    let conditions = Conditions::new(&blank_comments(&String::from_utf8_lossy(bytes)), false);
    let mut lines = LineCounter::new(bytes);
    found.into_iter().map(|(at, path)| (path, conditions.at(lines.line(at)))).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_sources_count() {
        let text =
            b"#include <a.c>\n#include \"b.h\"\n#ifdef X\n# include \"c.c\"\n#endif\nx(\"d.c\");\n#include \"e.S\"\n";
        let found: Vec<String> = super::pasted(text).iter().map(|(path, guard)| format!("{path}: {guard}")).collect();
        assert_eq!(found, ["c.c: X", "e.S: 1"]);
        assert!(super::pasted(b".c\"").is_empty());
    }
}
