//! Which files of a kernel are read, and what for.

use std::collections::BTreeSet;

use super::inside;
use crate::model::{Abis, TableSpec};
use crate::source::{Selection, Want};

/// Folders at the top of a kernel that hold no part of it: copies, examples and text.
const NOT_THE_KERNEL: [&str; 4] = ["Documentation", "LICENSES", "samples", "tools"];

/// The selection that facts need.
pub(super) struct Wanted {
    enter: fn(&str) -> bool,
    want: Box<dyn Fn(&str) -> Want + Sync>,
}

impl Wanted {
    pub(super) fn new(abis: &Abis) -> Self {
        let named = files_named(abis);
        Wanted { enter, want: Box::new(move |path| if named.contains(path) { Want::Keep } else { want(path) }) }
    }

    pub(super) fn selection(&self) -> Selection<'_> {
        Selection { enter: &self.enter, want: &*self.want }
    }
}

/// Files that `data/abis.yaml` asks for by name.
fn files_named(abis: &Abis) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    for abi in &abis.abis {
        let compat = abi.compat.iter().flat_map(|compat| {
            files.extend(compat.condition.clone());
            &compat.tables
        });
        let tables: Vec<&TableSpec> = abi.tables.iter().chain(compat).collect();
        for table in tables {
            match table {
                TableSpec::File { file, .. } => files.insert(file.clone()),
                TableSpec::Header { header, .. } => files.insert(header.clone()),
                TableSpec::Kbuild { .. } => false,
            };
        }
    }
    files
}

fn enter(folder: &str) -> bool {
    match folder.split_once('/') {
        None => !NOT_THE_KERNEL.contains(&folder),
        // Compiler plugins are configured like the rest of the kernel.
        Some(("scripts", below)) => below == "gcc-plugins",
        Some(("include", below)) => {
            below.starts_with("uapi") || matches!(below, "asm-generic" | "linux" | "net" | "vdso")
        }
        // What a build leaves behind is no part of the text.
        Some(_) => !folder.ends_with("/generated") && !folder.ends_with("/dts"),
    }
}

/// Files of the kernel's own that hold facts.
const FILES: [&str; 4] =
    ["include/asm-generic/compat.h", "include/linux/compat.h", "include/linux/syscalls.h", DEFAULT_MATCH];

fn want(path: &str) -> Want {
    if FILES.contains(&path) || is_wrapper_header(path) {
        return Want::Keep;
    }
    let in_scripts = path.starts_with("scripts/");
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("c") if !in_scripts => Want::Scan,
        Some("S") if path.starts_with("arch/") => Want::Scan,
        Some("tbl") if is_table(path) => Want::Keep,
        Some("h") if is_uapi(path) || inside::is_followed(path) => Want::Keep,
        Some("h") if path.ends_with("/include/asm/syscalls.h") || inside::structs_of(path).is_some() => Want::Scan,
        Some("syscalls" | "asm-headers") => Want::Keep,
        _ if is_kconfig(path) || is_makefile(path) => Want::Keep,
        _ => Want::No,
    }
}

/// A system call table by its name and place.
pub(super) fn is_table(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    name.contains("syscall") && name.ends_with(".tbl") && (folder == "scripts" || folder.starts_with("arch/"))
}

/// A file of the kernel's configuration.
pub(super) fn is_kconfig(path: &str) -> bool {
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    name.strip_prefix("Kconfig").is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
}

/// A file that says what a folder builds.
fn is_makefile(path: &str) -> bool {
    matches!(path.rsplit_once('/').map_or(path, |(_, name)| name), "Makefile" | "Kbuild")
}

/// No part of the kernel, and so not read at all.
pub(super) fn is_left_out(path: &str) -> bool {
    NOT_THE_KERNEL.contains(&path.split('/').next().unwrap_or_default())
}

/// Headers that programs of some architecture can include.
fn is_uapi(path: &str) -> bool {
    path.starts_with("include/uapi/") || (path.starts_with("arch/") && path.contains("/include/uapi/"))
}

/// What an architecture's own define macros are, and how it matches symbols to events.
fn is_wrapper_header(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    matches!(name, "syscall_wrapper.h" | "ftrace.h") && folder.starts_with("arch/") && folder.ends_with("/include/asm")
}

/// The rule for architectures that have none of their own for which symbol belongs to an event.
pub(super) const DEFAULT_MATCH: &str = "kernel/trace/trace_syscalls.c";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_name_and_place() {
        assert!(is_table("scripts/syscall.tbl"));
        assert!(is_table("arch/mips/kernel/syscalls/syscall_n64.tbl"));
        assert!(!is_table("scripts/atomic/atomics.tbl"));
        assert!(!is_table("tools/scripts/syscall.tbl"));
        assert!(
            is_wrapper_header("arch/arm/include/asm/ftrace.h") && !is_wrapper_header("include/asm-generic/ftrace.h")
        );
        assert!(!enter("tools") && !enter("scripts/atomic") && enter("scripts") && enter("drivers/pci"));
    }
}
