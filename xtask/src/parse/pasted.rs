//! `#include "syscalls.c"`: source files that are compiled as a part of another.

use memchr::memmem;

use super::conditions::Conditions;
use super::lines::{LineCounter, blank_comments};
use crate::model::Guard;

/// The files of its own kind, `.c` or `.S`, that a file includes as text: the path in the `#include`, and the conditions
/// around it.
pub fn pasted(path: &str, bytes: &[u8]) -> Vec<(String, Guard)> {
    let mut found = Vec::new();
    let ending = if path.ends_with(".S") { b".S\"" } else { b".c\"" };
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
    if found.is_empty() {
        return Vec::new();
    }
    let conditions = Conditions::new(&blank_comments(&String::from_utf8_lossy(bytes)), false);
    let mut lines = LineCounter::new(bytes);
    found.into_iter().map(|(at, path)| (path, conditions.at(lines.line(at)))).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_sources_count() {
        let text =
            b"#include <a.c>\n#include \"b.h\"\n#ifdef X\n# include \"c.c\"\n#endif\nx(\"d.c\");\n#include \"e.c\"\n";
        let found: Vec<String> =
            super::pasted("a.c", text).iter().map(|(path, guard)| format!("{path}: {guard}")).collect();
        assert_eq!(found, ["c.c: X", "e.c: 1"]);
        assert!(super::pasted("a.c", b".c\"").is_empty());
    }
}
