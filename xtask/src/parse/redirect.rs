//! `#define sys_mmap2 sys_mmap_pgoff`: how an architecture has its table lead to another entry than the one it names.

use std::sync::LazyLock;

use regex::Regex;

use super::conditions::{self, Conditions};
use super::lines::blank_comments;
use crate::diagnostic::Sink;
use crate::model::Redirect;

/// One name for another, without parameters.
static DEFINE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^define\s+(\w+)\s+(\w+)\s*$").expect("the pattern is a constant"));

/// The redirections of a file that includes a system call table, or of a header that such a file includes.
///
/// Names may carry the prefix of the architecture's wrappers: `__arm64_sys_personality`.
pub fn redirects(path: &str, text: &str, sink: &Sink) -> Vec<Redirect> {
    let mut found = Vec::new();
    if !text.contains("sys_") {
        return found;
    }
    let blank = blank_comments(text);
    let mut conditions = None;
    let mut offset = 0;
    for (line, number) in String::from_utf8_lossy(&blank).lines().zip(1u32..) {
        let at = offset;
        offset += line.len() + 1;
        let Some(directive) = line.trim_start().strip_prefix('#').map(str::trim_start) else { continue };
        let Some((_, [from, to])) = DEFINE.captures(directive).map(|define| define.extract()) else { continue };
        if let (Some(from), Some(to)) = (entry(from), entry(to))
            && from != to
        {
            let conditions = conditions.get_or_insert_with(|| Conditions::new(&blank, path.ends_with(".h")));
            let guard = conditions.at(number).simplified();
            conditions::check(&guard, path, text, number, at, sink);
            found.push(Redirect { from: from.to_string(), to: to.to_string(), guard, line: number });
        }
    }
    found
}

/// The entry in a name, without the prefix of a wrapper.
fn entry(name: &str) -> Option<&str> {
    let at = ["compat_sys_", "sys_"].iter().find_map(|start| name.find(start))?;
    let (prefix, entry) = name.split_at(at);
    if prefix.is_empty() || (prefix.starts_with("__") && prefix.ends_with('_') && prefix.len() > 3) {
        Some(entry)
    } else {
        // `__sys_clone` and `mipsmt_sys_sched_setaffinity` are entries of their own.
        Some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(path: &str, text: &str) -> Vec<String> {
        redirects(path, text, &Sink::new())
            .iter()
            .map(|found| format!("{} {} {} {}", found.line, found.from, found.to, found.guard))
            .collect()
    }

    #[test]
    fn plain_prefixed_and_conditional() {
        let text = "\
#define sys_mmap2\tsys_mmap_pgoff /* pages */
#define __arm64_sys_personality\t\t__arm64_sys_arm64_personality
#define __x32_sys_readv __x64_sys_readv
#ifdef CONFIG_MT
#define sys_sched_setaffinity mipsmt_sys_sched_setaffinity
#endif
# define sys_clone __sys_clone
#define NR_syscalls __NR_syscalls
#define sys_f(x) sys_g
";
        assert_eq!(
            shown("arch/a/kernel/sys.c", text),
            [
                "1 sys_mmap2 sys_mmap_pgoff 1",
                "2 sys_personality sys_arm64_personality 1",
                "5 sys_sched_setaffinity mipsmt_sys_sched_setaffinity CONFIG_MT",
                "7 sys_clone __sys_clone 1"
            ]
        );
        let header = "#ifndef G\n#define G\n#define sys_fork __sys_fork\n#endif\n";
        assert_eq!(shown("arch/a/include/asm/syscalls.h", header), ["3 sys_fork __sys_fork 1"]);
    }
}
