//! `COND_SYSCALL` lines of `kernel/sys_ni.c`: the kernel's own list of calls that it may be built without.

use super::conditions::{self, Conditions};
use super::lines::{blank_comments, identifier};
use crate::diagnostic::Sink;
use crate::model::{Guard, OptionalEntry};

/// Each macro with the prefix of the entries that it makes optional.
const MACROS: [(&str, &str); 2] = [("COND_SYSCALL(", "sys_"), ("COND_SYSCALL_COMPAT(", "compat_sys_")];

/// The entries that are optional, in the order of the file.
pub fn optional(path: &str, text: &str, sink: &Sink) -> Vec<OptionalEntry> {
    let blank = blank_comments(text);
    let conditions = Conditions::new(&blank, false);
    let mut found = Vec::new();
    let mut offset = 0;
    for (line, number) in blank.split(|byte| *byte == b'\n').zip(1u32..) {
        for (opening, prefix) in MACROS {
            if let Some(name) = line.strip_prefix(opening.as_bytes()).and_then(|rest| identifier(rest, 0)) {
                let guard = conditions.at(number).simplified();
                conditions::check(&guard, path, text, number, offset, sink);
                found.push(OptionalEntry { entry: format!("{prefix}{name}"), guard, line: number });
            }
        }
        offset += line.len() + 1;
    }
    found.retain(|optional| optional.guard != Guard::FALSE);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn native_and_compat_entries() {
        let text = "#define COND_SYSCALL(name) x\nCOND_SYSCALL(bpf);\n#ifdef CONFIG_X\nCOND_SYSCALL_COMPAT(ipc);\n#endif\n";
        let sink = Sink::new();
        let shown: Vec<String> = optional("kernel/sys_ni.c", text, &sink)
            .iter()
            .map(|found| format!("{} {} {}", found.line, found.entry, found.guard))
            .collect();
        assert_eq!(shown, ["2 sys_bpf 1", "4 compat_sys_ipc CONFIG_X"]);
        assert_eq!(sink.take(), []);
    }
}
