//! How a kernel finds the event of a call: by the name of the function that its table leads to.

use crate::generated::event_rules::RULES;
use crate::kernel::{KernelVersion, Release};
use crate::row::NEWEST;

/// How the kernels of an architecture tell, while they start, to which function of their table the metadata of an event
/// belongs: `arch_syscall_match_sym_name` of its `asm/ftrace.h`, or of `kernel/trace/trace_syscalls.c`.
///
/// A call whose function none of its rules matches has an event that never fires, and that newer kernels do not list.
///
/// ```
/// use syscall_meta::{EventRules, KernelVersion};
///
/// let x86 = EventRules::of("x86", KernelVersion::new(6, 12)).unwrap();
/// assert!(x86.matches("__x64_sys_openat", "sys_enter_openat", false));
/// assert!(!x86.matches("__ia32_compat_sys_openat", "sys_enter_openat", false));
///
/// // A 64-bit big-endian PowerPC: the rules of 5.10 skip a dot that its table's function descriptors do not have.
/// let powerpc = EventRules::of("powerpc", KernelVersion::new(5, 10)).unwrap();
/// assert!(powerpc.matches(".sys_read", "sys_enter_read", true));
/// assert!(!powerpc.matches("sys_read", "sys_enter_read", true));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventRules {
    arch: &'static str,
    first: u8,
    last: u8,
    skips_compat: bool,
    forms: &'static [Form],
}

/// One rule, and the condition under which a kernel has it, empty for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    compares: Compares,
    when: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compares {
    /// The symbol begins so, and behind its first `skip` bytes is what the name is behind its first `name_skip`.
    Equal { prefix: &'static str, skip: usize, name_skip: usize, any_case: bool },
    /// A symbol is taken for another.
    TakenFor { symbol: &'static str, other: &'static str },
}

/// The condition that a kernel has function descriptors, whose addresses its table holds: ELF ABI version 1 of 64-bit
/// PowerPC.
const DESCRIPTORS: &str = "PPC64_ELF_ABI_v1";

pub(crate) const fn rules(
    arch: &'static str,
    first: u8,
    last: u8,
    skips_compat: bool,
    forms: &'static [Form],
) -> EventRules {
    EventRules { arch, first, last, skips_compat, forms }
}

pub(crate) const fn equal(prefix: &'static str, skip: usize, name_skip: usize) -> Form {
    Form { compares: Compares::Equal { prefix, skip, name_skip, any_case: false }, when: "" }
}

pub(crate) const fn any_case(prefix: &'static str, skip: usize, name_skip: usize) -> Form {
    Form { compares: Compares::Equal { prefix, skip, name_skip, any_case: true }, when: "" }
}

pub(crate) const fn taken_for(symbol: &'static str, other: &'static str) -> Form {
    Form { compares: Compares::TakenFor { symbol, other }, when: "" }
}

impl Form {
    pub(crate) const fn only(self, when: &'static str) -> Form {
        Form { when, ..self }
    }

    /// Whether a kernel has it.
    fn holds(&self, has_descriptors: bool) -> bool {
        match self.when.strip_prefix('!') {
            _ if self.when.is_empty() => true,
            Some(DESCRIPTORS) => !has_descriptors,
            None if self.when == DESCRIPTORS => has_descriptors,
            _ => false,
        }
    }
}

impl EventRules {
    /// The rules of a folder of the kernel's `arch/` in a release: `x86`, `arm64`. `None` for a folder that is not there,
    /// and where the releases that were read do not tell: between two that differ, before the oldest, after the newest.
    pub fn of(arch: &str, version: KernelVersion) -> Option<EventRules> {
        let all = Release::ALL;
        let at = all.partition_point(|release| release.version() < version);
        let next = Self::at(arch, at)?;
        if all.get(at)?.version() == version {
            return Some(next);
        }
        Self::at(arch, at.checked_sub(1)?).filter(|before| *before == next)
    }

    /// Those of a place in the list of releases.
    pub(crate) fn at(arch: &str, release: usize) -> Option<EventRules> {
        let has = |rules: &&EventRules| {
            rules.arch == arch
                && usize::from(rules.first) <= release
                && (rules.last == NEWEST || release <= usize::from(rules.last))
        };
        RULES.iter().find(has).copied()
    }

    /// Whether a kernel takes the event (`sys_enter_openat`, `sys_exit_openat`) for that of a function, which it calls
    /// `symbol`.
    ///
    /// `has_descriptors` says whether its functions have descriptors and bear dotted names: true of 64-bit PowerPC with
    /// ELF ABI version 1 alone. What it finds under a table's address is then the name of a descriptor, without a dot, if
    /// `KALLSYMS_ALL` has put such names into kallsyms; before 5.7 it was that of the function, with the dot.
    pub fn matches(self, symbol: &str, event: &str, has_descriptors: bool) -> bool {
        let Some(name) = event.strip_prefix("sys_enter_").or_else(|| event.strip_prefix("sys_exit_")) else {
            return false;
        };
        let forms = || self.forms.iter().filter(|form| form.holds(has_descriptors));
        let other = forms().find_map(|form| match form.compares {
            Compares::TakenFor { symbol: from, other } if from == symbol => Some(other),
            _ => None,
        });
        let symbol = other.unwrap_or(symbol);
        forms().any(|form| match form.compares {
            Compares::TakenFor { .. } => false,
            Compares::Equal { prefix, skip, name_skip, any_case } => {
                // The name is `sys_` and what stands in the event.
                let sys = "sys_".get(name_skip..);
                let rest = symbol.get(skip..).filter(|_| symbol.starts_with(prefix));
                let (Some(sys), Some(rest)) = (sys, rest) else { return false };
                match (rest.get(..sys.len()), rest.get(sys.len()..)) {
                    (Some(a), Some(b)) if any_case => a.eq_ignore_ascii_case(sys) && b.eq_ignore_ascii_case(name),
                    (Some(a), Some(b)) => a == sys && b == name,
                    _ => false,
                }
            }
        })
    }

    /// Whether its events leave out the calls of compat programs. Where they do not, such a call shows up as the one that
    /// has its number on the native ABI.
    pub const fn skips_compat(self) -> bool {
        self.skips_compat
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn v(major: u16, minor: u16) -> KernelVersion {
        KernelVersion::new(major, minor)
    }

    #[test]
    fn every_condition_is_known() {
        for form in RULES.iter().flat_map(|rules| rules.forms) {
            assert!(["", DESCRIPTORS].contains(&form.when.trim_start_matches('!')), "{form:?}");
        }
    }

    #[test]
    fn releases_between_two_that_differ_are_unknown() {
        assert!(EventRules::of("mips", v(6, 6)).is_some());
        assert_eq!(EventRules::of("mips", v(5, 15)), None);
        assert_eq!(EventRules::of("mips", v(5, 9)), None);
        assert_eq!(EventRules::of("x86", v(99, 0)), None);
        assert_eq!(EventRules::of("vax", v(6, 12)), None);
        assert!(EventRules::of("riscv", v(6, 12)).unwrap().skips_compat());
        assert!(!EventRules::of("riscv", v(6, 1)).unwrap().skips_compat());
    }

    #[test]
    fn names_are_compared_as_kernels_do() {
        let arm = EventRules::of("arm", v(6, 12)).unwrap();
        assert!(arm.matches("sys_mmap2", "sys_enter_mmap_pgoff", false));
        assert!(!arm.matches("sys_mmap2", "sys_enter_mmap2", false));
        assert!(arm.matches("SyS_read", "sys_exit_read", false));
        for symbol in ["", "s", "sys_", "é", "__x64_é", "__x64_sys_rea"] {
            for arch in ["arm", "x86", "arm64", "powerpc", "s390", "mips"] {
                let rules = EventRules::of(arch, v(6, 12)).unwrap();
                assert!(!rules.matches(symbol, "sys_enter_read", false), "{arch} {symbol}");
                assert!(!rules.matches("__x64_sys_read", symbol, false), "{arch} {symbol}");
            }
        }
    }
}
