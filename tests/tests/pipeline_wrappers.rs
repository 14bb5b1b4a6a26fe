//! Which functions the define macros of a kernel make, and how it matches symbols to events.

use syscall_meta_gen::model::Facts;
use syscall_meta_tests::{Tree, data, facts, fixture};

/// The wrappers of a kernel, a line each.
fn wrappers(facts: &Facts, kernel: &str) -> Vec<String> {
    let wrappers = facts.wrappers.get(kernel).unwrap_or_else(|| panic!("{kernel} has wrappers"));
    let shown = wrappers.iter().map(|wrapper| {
        let registers = if wrapper.takes_registers { " registers" } else { "" };
        format!("{} {} {}{registers} if {}", wrapper.of, wrapper.symbol, wrapper.linkage.as_str(), wrapper.guard)
    });
    shown.collect()
}

fn of(name: &str) -> Facts {
    let (facts, said) = read(&fixture(name).display().to_string());
    assert!(said.is_empty(), "{said:?}");
    facts
}

/// The facts of a kernel, and what was said of its macros: their codes with the messages.
fn read(spec: &str) -> (Facts, Vec<String>) {
    let (facts, said) = facts(&data(), spec);
    let ours =
        |code: &str| ["no-wrapper", "no-define-macros", "too-many-options", "unknown-match-rule"].contains(&code);
    let said = said.iter().filter(|said| ours(said.code) || said.code.starts_with("missing-header"));
    (facts, said.map(|said| format!("{}: {}", said.code, said.message)).collect())
}

#[test]
fn generic_macros_make_an_alias_and_its_helpers() {
    let facts = of("kernel-old");
    let native = ["SYSCALL_DEFINE __do_sys_* inline if 1", "SYSCALL_DEFINE __se_sys_* global if 1"];
    let native = [native[0], native[1], "SYSCALL_DEFINE sys_* alias if 1", "SYSCALL_DEFINE0 sys_* global if 1"];
    assert_eq!(wrappers(&facts, "arc"), native);
    assert_eq!(wrappers(&facts, "arm"), native, "OABI programs are served without CONFIG_COMPAT");
    let arm64 = wrappers(&facts, "aarch64");
    let compat = [
        "COMPAT_SYSCALL_DEFINE __do_compat_sys_* static if 1",
        "COMPAT_SYSCALL_DEFINE compat_sys_* global if 1",
        "COMPAT_SYSCALL_DEFINE0 compat_sys_* global if 1",
    ];
    assert_eq!(arm64, [&compat[..], &native].concat());
}

#[test]
fn what_a_kernel_serves_decides_which_stubs_there_are() {
    let facts = of("kernel");
    assert_eq!(
        wrappers(&facts, "x86_64"),
        [
            "COMPAT_SYSCALL_DEFINE __do_compat_sys_* inline if 1",
            "COMPAT_SYSCALL_DEFINE __ia32_compat_sys_* global registers if CONFIG_IA32_EMULATION",
            "COMPAT_SYSCALL_DEFINE __x64_compat_sys_* global registers if CONFIG_X86_X32_ABI",
            "COMPAT_SYSCALL_DEFINE0 __do_compat_sys_* static registers if 1",
            "COMPAT_SYSCALL_DEFINE0 __ia32_compat_sys_* alias registers if CONFIG_IA32_EMULATION",
            "COMPAT_SYSCALL_DEFINE0 __x64_compat_sys_* alias registers if CONFIG_X86_X32_ABI",
            "SYSCALL_DEFINE __ia32_sys_* global registers if CONFIG_IA32_EMULATION",
            "SYSCALL_DEFINE __se_sys_* static if 1",
            "SYSCALL_DEFINE __x64_sys_* global registers if 1",
            "SYSCALL_DEFINE0 __do_sys_* static registers if 1",
            "SYSCALL_DEFINE0 __ia32_sys_* alias registers if CONFIG_IA32_EMULATION",
            "SYSCALL_DEFINE0 __x64_sys_* alias registers if 1",
        ]
    );
    assert_eq!(
        wrappers(&facts, "i386"),
        [
            "SYSCALL_DEFINE __ia32_sys_* global registers if 1",
            "SYSCALL_DEFINE __se_sys_* static if 1",
            "SYSCALL_DEFINE0 __do_sys_* static registers if 1",
            "SYSCALL_DEFINE0 __ia32_sys_* alias registers if 1",
        ]
    );
}

#[test]
fn an_open_option_is_tried_both_ways() {
    let facts = of("kernel");
    let powerpc = wrappers(&facts, "powerpc64");
    let native: Vec<&str> = powerpc.iter().map(String::as_str).filter(|line| !line.starts_with("COMPAT")).collect();
    assert_eq!(
        native,
        [
            "SYSCALL_DEFINE __do_sys_* inline if !CONFIG_ARCH_HAS_SYSCALL_WRAPPER",
            "SYSCALL_DEFINE __se_sys_* global if !CONFIG_ARCH_HAS_SYSCALL_WRAPPER",
            "SYSCALL_DEFINE sys_* global registers if CONFIG_ARCH_HAS_SYSCALL_WRAPPER",
            "SYSCALL_DEFINE sys_* alias if !CONFIG_ARCH_HAS_SYSCALL_WRAPPER",
            "SYSCALL_DEFINE0 sys_* global if 1",
        ]
    );
}

#[test]
fn a_macro_that_makes_nothing_or_is_not_there_is_told() {
    let tree = Tree::of("kernel");
    tree.replace("include/linux/syscalls.h", "#define SYSCALL_DEFINE1(", "#define SYSCALL_DEFINE9(");
    let (_, said) = read(&tree.spec());
    assert!(!said.is_empty() && said.iter().all(|said| said.starts_with("no-wrapper: ")), "{said:?}");
    let x86_64 = "no-wrapper: `SYSCALL_DEFINE1` makes no function on x86_64".to_string();
    assert!(said.contains(&x86_64), "{said:?}");
    tree.remove("include/linux/syscalls.h");
    let (facts, said) = read(&tree.spec());
    assert_eq!(said, ["no-define-macros: the header that defines `SYSCALL_DEFINEn` is not there"]);
    assert!(facts.wrappers.is_empty());
}

#[test]
fn match_rules_are_the_architectures_own_or_the_default() {
    let shown = |facts: &Facts| -> Vec<String> {
        let rules = facts.match_rules.iter();
        rules.flat_map(|(arch, rules)| rules.iter().map(move |rule| format!("{arch}: {}", rule.form))).collect()
    };
    assert_eq!(shown(&of("kernel")), ["default: - 3 3", "x86: - 0 0", "x86: __x64_ 9 3"]);
    assert_eq!(shown(&of("kernel-old")), ["arm: sys_mmap2 as sys_mmap_pgoff", "arm: - 0 0 any-case"]);
}
