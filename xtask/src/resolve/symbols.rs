//! From the entry that a table names to the symbols that kallsyms has for it.

use crate::model::Wrapper;

/// The function that a table's macro makes of an entry: `__x64_sys_read` of `sys_read`.
///
/// `prefixes` is what the macro of the way's table can put before it, `wrappers` what the kernel's define macros make.
/// The macro pastes without a look at who defines the entry, so that this asks for the kind of entry alone: also
/// `sys_ni_syscall` is `__x64_sys_ni_syscall`. Where the wrappers of a release know none of the prefixes
/// (`__riscv_` before 6.6), and where there is none, the entry is the function.
pub(super) fn symbol(entry: &str, prefixes: &[String], wrappers: &[Wrapper]) -> String {
    let Some((kind, _)) = parts(entry) else { return entry.to_string() };
    let is_made = |prefix: &&String| {
        let made = |wrapper: &Wrapper| {
            let pattern = wrapper.symbol.strip_prefix(prefix.as_str()).and_then(|rest| rest.strip_suffix('*'));
            pattern == Some(kind)
        };
        wrappers.iter().any(made)
    };
    prefixes.iter().find(is_made).map_or_else(|| entry.to_string(), |prefix| format!("{prefix}{entry}"))
}

/// Every function that the macro at an entry's define site makes, with what is known of it. Of one symbol there are
/// several where the configuration decides, each with its condition.
///
/// `macro_name` is a macro that the wrappers are for, with its digit: one that stands for another (`SYSCALL32_DEFINE6`)
/// makes what that one makes.
pub(super) fn made<'w>(entry: &str, macro_name: &str, wrappers: &'w [Wrapper]) -> Vec<(String, &'w Wrapper)> {
    let Some((_, name)) = parts(entry) else { return Vec::new() };
    // Macros without parameters differ from the rest, which are alike.
    let of = match macro_name.strip_suffix('0') {
        Some(_) => macro_name,
        None => macro_name.trim_end_matches(|c: char| c.is_ascii_digit()),
    };
    let of_it = wrappers.iter().filter(|wrapper| wrapper.of == of);
    of_it.map(|wrapper| (wrapper.symbol.replace('*', name), wrapper)).collect()
}

/// The functions behind the one that the table leads to: `__se_sys_read`, `__do_sys_read`.
pub(super) fn companions<'w>(entry: &str, macro_name: &str, wrappers: &'w [Wrapper]) -> Vec<(String, &'w Wrapper)> {
    let mut all = made(entry, macro_name, wrappers);
    all.retain(|(symbol, _)| ["se_", "do_"].iter().any(|kind| symbol.trim_start_matches('_').starts_with(kind)));
    all
}

/// `sys_` or `compat_sys_`, and the name behind it.
fn parts(entry: &str) -> Option<(&'static str, &str)> {
    ["compat_sys_", "sys_"].into_iter().find_map(|kind| Some((kind, entry.strip_prefix(kind)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Guard, Linkage};

    fn wrappers(lines: &[(&str, &str, Linkage)]) -> Vec<Wrapper> {
        let wrapper = |(of, symbol, linkage): &(&str, &str, Linkage)| Wrapper {
            of: of.to_string(),
            symbol: symbol.to_string(),
            linkage: *linkage,
            takes_registers: false,
            guard: Guard::TRUE,
        };
        lines.iter().map(wrapper).collect()
    }

    fn x86(x32: &str) -> Vec<Wrapper> {
        wrappers(&[
            ("SYSCALL_DEFINE", "__x64_sys_*", Linkage::Global),
            ("SYSCALL_DEFINE", "__ia32_sys_*", Linkage::Global),
            ("SYSCALL_DEFINE", "__se_sys_*", Linkage::Static),
            ("SYSCALL_DEFINE", "__do_sys_*", Linkage::Inline),
            ("SYSCALL_DEFINE0", "__x64_sys_*", Linkage::Alias),
            ("SYSCALL_DEFINE0", "__do_sys_*", Linkage::Static),
            ("COMPAT_SYSCALL_DEFINE", "__ia32_compat_sys_*", Linkage::Global),
            ("COMPAT_SYSCALL_DEFINE", x32, Linkage::Global),
            ("COMPAT_SYSCALL_DEFINE", "__do_compat_sys_*", Linkage::Inline),
        ])
    }

    fn check(entry: &str, prefixes: &[&str], wrappers: &[Wrapper], expected: &str) {
        let prefixes: Vec<String> = prefixes.iter().map(|prefix| prefix.to_string()).collect();
        assert_eq!(symbol(entry, &prefixes, wrappers), expected);
    }

    #[test]
    fn a_table_leads_to_the_first_prefix_that_the_release_has() {
        let new = x86("__x64_compat_sys_*");
        check("sys_read", &["__x64_"], &new, "__x64_sys_read");
        check("sys_ni_syscall", &["__x64_"], &new, "__x64_sys_ni_syscall");
        check("compat_sys_ioctl", &["__ia32_"], &new, "__ia32_compat_sys_ioctl");
        check("sys_read", &["__x32_", "__x64_"], &new, "__x64_sys_read");
        check("compat_sys_ioctl", &["__x32_", "__x64_"], &new, "__x64_compat_sys_ioctl");
        let old = x86("__x32_compat_sys_*");
        check("sys_read", &["__x32_", "__x64_"], &old, "__x64_sys_read");
        check("compat_sys_ioctl", &["__x32_", "__x64_"], &old, "__x32_compat_sys_ioctl");
    }

    #[test]
    fn without_wrappers_the_entry_is_the_function() {
        let plain = wrappers(&[("SYSCALL_DEFINE", "sys_*", Linkage::Alias)]);
        check("sys_read", &[], &plain, "sys_read");
        check("sys_read", &["__riscv_"], &plain, "sys_read");
        check("ret_from_fork", &["__arm64_"], &x86("__x64_compat_sys_*"), "ret_from_fork");
        check("__sys_clone", &[], &plain, "__sys_clone");
    }

    #[test]
    fn companions_are_those_of_the_macro() {
        let all = x86("__x64_compat_sys_*");
        let shown = |entry: &str, macro_name: &str| -> Vec<String> {
            let companions = companions(entry, macro_name, &all);
            companions.iter().map(|(symbol, wrapper)| format!("{symbol} {}", wrapper.linkage.as_str())).collect()
        };
        assert_eq!(shown("sys_read", "SYSCALL_DEFINE3"), ["__se_sys_read static", "__do_sys_read inline"]);
        assert_eq!(shown("sys_fork", "SYSCALL_DEFINE0"), ["__do_sys_fork static"]);
        assert_eq!(shown("compat_sys_ioctl", "COMPAT_SYSCALL_DEFINE3"), ["__do_compat_sys_ioctl inline"]);
        assert_eq!(shown("sys_read", "ASM_DEFINE3"), Vec::<String>::new());
        assert_eq!(made("sys_read", "SYSCALL_DEFINE3", &all).len(), 4);
    }
}
