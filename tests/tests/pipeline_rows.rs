//! What each row of the fixture kernels must be, quirk by quirk, and the goldens of all of them.
//!
//! The goldens catch any change; the tests here say why a row is what it is, out of what kernels of its kind say.

use std::sync::LazyLock;

use syscall_meta_gen::model::{Abi, Missing, Side, Syscall};
use syscall_meta_gen::resolve::Resolved;
use syscall_meta_tests::{FIXTURES, fixture, golden, resolved, root, run};

static NEW: LazyLock<Resolved> = LazyLock::new(|| resolved("kernel"));
static OLD: LazyLock<Resolved> = LazyLock::new(|| resolved("kernel-old"));

#[track_caller]
fn abi<'a>(resolved: &'a Resolved, name: &str) -> &'a Abi {
    resolved.abis.iter().find(|abi| abi.name == name).unwrap_or_else(|| panic!("there is {name}"))
}

#[track_caller]
fn call<'a>(resolved: &'a Resolved, name: &str, syscall: &str) -> &'a Syscall {
    abi(resolved, name).by_name(syscall).unwrap_or_else(|| panic!("{name} has {syscall}"))
}

/// `number name+alias`, in number order.
fn numbers(resolved: &Resolved, name: &str) -> Vec<String> {
    let shown = |call: &Syscall| {
        let names: Vec<&str> = std::iter::once(&call.name).chain(&call.aliases).map(String::as_str).collect();
        format!("{} {}", call.number, names.join("+"))
    };
    abi(resolved, name).syscalls.iter().map(shown).collect()
}

fn names(resolved: &Resolved, name: &str) -> Vec<String> {
    abi(resolved, name).syscalls.iter().map(|call| call.name.clone()).collect()
}

/// `entry @ origin`, and why it leads nowhere.
fn shown(side: &Side) -> String {
    let (entry, origin) = (side.entry.as_deref().unwrap_or("-"), side.origin.as_deref().unwrap_or("-"));
    let missing = side.missing.map_or(String::new(), |missing| format!(" ({})", missing.as_str()));
    format!("{entry} @ {origin}{missing}")
}

#[track_caller]
fn main_of(resolved: &Resolved, name: &str, syscall: &str) -> String {
    shown(&call(resolved, name, syscall).main)
}

#[track_caller]
fn compat_of(resolved: &Resolved, name: &str, syscall: &str) -> String {
    let side = call(resolved, name, syscall).compat.as_ref();
    side.map_or("none".to_string(), |side| format!("{}: {}", side.arch, shown(side)))
}

fn has(resolved: &Resolved, name: &str, syscall: &str) -> bool {
    abi(resolved, name).by_name(syscall).is_some()
}

// ------------------------------------------------------------------------------------------------------ goldens

#[test]
fn every_row_is_what_it_was() {
    for name in FIXTURES {
        let spec = fixture(name).display().to_string();
        let ran = run(&root(), ["list", "--kernel", &spec, "--format", "csv"]).exits(0);
        assert_eq!(ran.err, "");
        golden(&format!("{name}.expected.csv"), &ran.out);
    }
}

// ------------------------------------------------------------------------------------------ which ABIs there are

#[test]
fn a_kernel_has_the_abis_whose_headers_lead_to_numbers() {
    let all = |resolved: &Resolved| resolved.abis.iter().map(|abi| abi.name.clone()).collect::<Vec<_>>().join(" ");
    assert_eq!(
        all(&NEW),
        "aarch64 alpha arm arm_oabi csky hexagon i386 mips_n32 mips_n64 mips_o32 parisc parisc64 powerpc powerpc64 \
         riscv32 riscv64 s390x sparc sparc64 x32 x86_64"
    );
    assert_eq!(all(&OLD), "aarch64 arc arm arm_oabi c6x hexagon i386 ia64 riscv32 riscv64 s390 s390x x32 x86_64");
}

#[test]
fn s390_is_gone_where_its_header_no_longer_leads_to_31_bit_numbers() {
    assert!(NEW.abis.iter().all(|abi| abi.name != "s390"));
    assert_eq!(numbers(&NEW, "s390x"), ["1 exit", "3 read", "54 ioctl", "90 mmap", "447 memfd_secret"]);
}

#[test]
fn the_release_is_the_makefiles_with_its_extra_version() {
    assert_eq!(abi(&NEW, "x86_64").release.version, "9.4.0-rc2");
    assert_eq!(abi(&NEW, "x86_64").release.kernel(), "9.4");
    assert_eq!(abi(&OLD, "x86_64").release.version, "5.8.1");
}

// ---------------------------------------------------------------------------------------------------------- x86

#[test]
fn x86_rows_of_64_belong_to_x86_64_alone_and_rows_of_common_to_x32_too() {
    assert!(has(&NEW, "x86_64", "map_shadow_stack") && !has(&NEW, "x32", "map_shadow_stack"));
    assert_eq!(call(&NEW, "x86_64", "openat").number, 257);
    assert_eq!(call(&NEW, "x32", "openat").number, 0x4000_0101);
}

#[test]
fn x32_rows_belong_to_x32_alone_and_its_ioctl_is_not_that_of_x86_64() {
    assert!(!has(&NEW, "x86_64", "readv"));
    assert_eq!(call(&NEW, "x32", "readv").number, 0x4000_0203);
    assert_eq!((call(&NEW, "x86_64", "ioctl").number, call(&NEW, "x32", "ioctl").number), (16, 0x4000_0202));
    assert_eq!(main_of(&NEW, "x32", "ioctl"), "compat_sys_ioctl @ fs/calls.c:29");
}

#[test]
fn x32_only_runs_beside_x86_64_so_its_way_in_stands_at_the_top() {
    assert!(abi(&NEW, "x32").syscalls.iter().all(|call| call.compat.is_none()));
}

#[test]
fn x86_rows_of_three_columns_have_no_entry() {
    for (name, syscall) in
        [("x86_64", "uselib"), ("x86_64", "create_module"), ("i386", "break"), ("i386", "afs_syscall")]
    {
        assert_eq!(main_of(&NEW, name, syscall), "- @ - (ni)", "{name} {syscall}");
    }
}

#[test]
fn x86_rows_of_six_columns_say_noreturn_and_a_minus_is_no_entry() {
    assert_eq!(main_of(&NEW, "x86_64", "exit"), "sys_exit @ kernel/calls.c:1");
    assert_eq!(compat_of(&NEW, "i386", "exit"), "x86: sys_exit @ kernel/calls.c:1");
}

#[test]
fn sys_ni_syscall_says_that_a_call_is_not_implemented() {
    assert_eq!(main_of(&NEW, "x86_64", "_sysctl"), "sys_ni_syscall @ - (ni)");
}

#[test]
fn an_entry_without_a_definition_left_leads_nowhere() {
    // `tools/` and `samples/` of the fixture define it; those are no kernel.
    assert_eq!(main_of(&NEW, "i386", "uselib"), "sys_uselib @ - (no_definition)");
    assert_eq!(compat_of(&NEW, "i386", "uselib"), "x86: sys_uselib @ - (no_definition)");
    assert_eq!(main_of(&OLD, "i386", "uselib"), "sys_uselib @ fs/calls.c:73");
}

#[test]
fn i386_has_its_compat_column_and_else_the_native_entry() {
    assert_eq!(compat_of(&NEW, "i386", "open"), "x86: compat_sys_open @ fs/open.c:15");
    assert_eq!(compat_of(&NEW, "i386", "read"), "x86: sys_read @ fs/read_write.c:2");
    assert_eq!(main_of(&NEW, "i386", "mmap"), "sys_old_mmap @ mm/calls.c:5");
    assert_eq!(compat_of(&NEW, "i386", "mmap"), "x86: compat_sys_ia32_mmap @ arch/x86/kernel/sys_ia32.c:3");
}

#[test]
fn names_of_user_space_are_not_entries() {
    assert_eq!(main_of(&NEW, "x86_64", "stat"), "sys_newstat @ fs/calls.c:5");
    assert_eq!(main_of(&NEW, "x86_64", "umount2"), "sys_umount @ fs/calls.c:46");
    assert_eq!(main_of(&NEW, "x86_64", "sendfile"), "sys_sendfile64 @ fs/read_write.c:23");
    assert!(!has(&NEW, "x86_64", "newstat") && !has(&NEW, "x86_64", "umount"));
}

#[test]
fn x86_64_has_uprobe_336() {
    assert_eq!((call(&NEW, "x86_64", "uretprobe").number, call(&NEW, "x86_64", "uprobe").number), (335, 336));
}

#[test]
fn user_mode_linux_below_arch_x86_redirects_nothing_of_x86() {
    assert_eq!(main_of(&NEW, "x86_64", "getpid"), "sys_getpid @ kernel/calls.c:4");
}

// --------------------------------------------------------------------------------------------------------- mips

#[test]
fn mips_has_three_tables_each_from_its_own_base() {
    let all = ["mips_o32", "mips_n32", "mips_n64"].map(|name| call(&NEW, name, "read").number);
    assert_eq!(all, [4003, 6000, 5000]);
}

#[test]
fn mips_n64_takes_the_one_row_that_says_common() {
    assert_eq!(call(&NEW, "mips_n64", "set_mempolicy_home_node").number, 5450);
    assert!(!has(&NEW, "mips_n32", "set_mempolicy_home_node"));
}

#[test]
fn mips_o32_runs_as_compat_too_and_n32_only_as_compat() {
    assert_eq!(main_of(&NEW, "mips_o32", "ioctl"), "sys_ioctl @ fs/calls.c:26");
    assert_eq!(compat_of(&NEW, "mips_o32", "ioctl"), "mips: compat_sys_ioctl @ fs/calls.c:29");
    assert_eq!(main_of(&NEW, "mips_n32", "ioctl"), "compat_sys_ioctl @ fs/calls.c:29");
    assert_eq!(compat_of(&NEW, "mips_n32", "ioctl"), "none");
}

#[test]
fn assembly_labels_are_entries_plain_or_by_macro() {
    assert_eq!(main_of(&NEW, "mips_o32", "syscall"), "sys_syscall @ arch/mips/kernel/scall.S:3");
    assert_eq!(compat_of(&NEW, "mips_o32", "syscall"), "mips: sys32_syscall @ arch/mips/kernel/scall.S:5");
    assert_eq!(main_of(&NEW, "sparc64", "exit"), "sparc_exit @ arch/sparc/kernel/entry.S:2");
}

#[test]
fn plain_c_functions_are_entries_and_declarations_are_not() {
    assert_eq!(main_of(&NEW, "mips_n32", "rt_sigreturn"), "sysn32_rt_sigreturn @ arch/mips/kernel/signal_n32.c:1");
    assert_eq!(main_of(&NEW, "parisc", "truncate64"), "parisc_truncate64 @ arch/parisc/kernel/sys_parisc.c:10");
    assert_eq!(compat_of(&NEW, "parisc", "truncate64"), "parisc: sys32_truncate64 @ - (no_definition)");
}

#[test]
fn entries_that_only_a_macro_puts_together_are_curated() {
    assert_eq!(main_of(&NEW, "mips_o32", "fork"), "__sys_fork @ arch/mips/kernel/syscall.c");
    assert_eq!(main_of(&NEW, "parisc", "fork"), "sys_fork_wrapper @ arch/parisc/kernel/entry.S");
    assert_eq!(main_of(&NEW, "alpha", "clone3"), "alpha_clone3 @ arch/alpha/kernel/entry.S");
}

#[test]
fn a_redirect_that_only_some_configurations_have_leaves_the_entry_as_the_table_names_it() {
    assert_eq!(main_of(&NEW, "mips_o32", "sched_setaffinity"), "sys_sched_setaffinity @ kernel/calls.c:49");
    // One of the two is always built.
    assert_eq!(call(&NEW, "mips_o32", "sched_setaffinity").main.config.to_string(), "1");
    // The compat entry is another, which nothing redirects.
    assert!(
        compat_of(&NEW, "mips_o32", "sched_setaffinity").starts_with("mips: compat_sys_sched_setaffinity @ kernel/")
    );
}

// --------------------------------------------------------------------------------------------------------- s390

#[test]
fn s390_has_two_entry_columns_and_a_minus_for_none() {
    assert_eq!(main_of(&OLD, "s390x", "read"), "sys_read @ fs/calls.c:1");
    assert_eq!(main_of(&OLD, "s390", "read"), "compat_sys_s390_read @ arch/s390/kernel/compat_linux.c:4");
    assert_eq!(main_of(&OLD, "s390", "time"), "sys_time32 @ kernel/calls.c:22");
    assert_eq!(main_of(&OLD, "s390", "mmap"), "compat_sys_s390_old_mmap @ arch/s390/kernel/compat_linux.c:1");
    assert!(!has(&OLD, "s390x", "time") && !has(&OLD, "s390x", "chown"));
}

#[test]
fn s390_calls_one_number_by_two_names_by_size() {
    assert_eq!((call(&OLD, "s390", "lchown32").number, call(&OLD, "s390x", "lchown").number), (198, 198));
    assert!(!has(&OLD, "s390", "lchown") && !has(&OLD, "s390x", "lchown32"));
}

#[test]
fn s390_only_runs_as_compat_so_its_way_in_stands_at_the_top() {
    assert!(abi(&OLD, "s390").syscalls.iter().all(|call| call.compat.is_none()));
}

// ------------------------------------------------------------------------------------------------------ powerpc

#[test]
fn powerpc_rows_of_spu_are_nobodys_and_rows_of_nospu_everybodys() {
    for name in ["powerpc", "powerpc64"] {
        assert!(!has(&NEW, name, "spu_only"), "{name}");
        assert_eq!(call(&NEW, name, "ipc").number, 117);
        assert_eq!(call(&NEW, name, "exit").number, 1);
    }
}

#[test]
fn a_space_before_the_tab_parts_columns_too() {
    assert_eq!(call(&NEW, "powerpc64", "set_mempolicy_home_node").number, 450);
}

#[test]
fn powerpc_rows_of_32_and_64_share_numbers() {
    assert_eq!(main_of(&NEW, "powerpc", "clock_gettime"), "sys_clock_gettime32 @ kernel/calls.c:43");
    assert_eq!(main_of(&NEW, "powerpc64", "clock_gettime"), "sys_clock_gettime @ kernel/calls.c:40");
    assert!(has(&NEW, "powerpc", "clock_gettime64") && !has(&NEW, "powerpc64", "clock_gettime64"));
}

#[test]
fn ppc32_syscall_define_makes_the_native_and_the_compat_entry() {
    assert_eq!(main_of(&NEW, "powerpc", "pread64"), "sys_ppc_pread64 @ arch/powerpc/kernel/sys_ppc32.c:1");
    assert_eq!(
        compat_of(&NEW, "powerpc", "pread64"),
        "powerpc: compat_sys_ppc_pread64 @ arch/powerpc/kernel/sys_ppc32.c:1"
    );
    assert_eq!(main_of(&NEW, "powerpc64", "pread64"), "sys_pread64 @ fs/read_write.c:7");
}

// -------------------------------------------------------------------------------------------------------- alpha

#[test]
fn alpha_names_one_number_twice_and_the_table_has_one_of_them() {
    for (number, name, alias) in [(20, "getxpid", "getpid"), (22, "umount2", "umount"), (209, "shmat", "osf_shmat")] {
        let found = call(&NEW, "alpha", alias);
        assert_eq!(
            (found.number, found.name.as_str(), found.aliases.as_slice()),
            (number, name, &[alias.to_string()][..])
        );
    }
}

#[test]
fn alpha_names_lead_nowhere_and_one_entry_has_two_numbers() {
    assert_eq!(main_of(&NEW, "alpha", "osf_execve"), "sys_ni_syscall @ - (ni)");
    assert_eq!(call(&NEW, "alpha", "setpgid").main.entry, call(&NEW, "alpha", "osf_old_setpgrp").main.entry);
    assert_eq!((call(&NEW, "alpha", "setpgid").number, call(&NEW, "alpha", "osf_old_setpgrp").number), (39, 109));
}

#[test]
fn alpha_numbers_new_calls_110_higher() {
    assert_eq!(call(&NEW, "alpha", "map_shadow_stack").number, 453 + 110);
}

#[test]
fn a_call_that_only_other_architectures_define_is_not_on_this_one() {
    for (name, missing) in [
        ("alpha", Some(Missing::NotOnThisArch)),
        ("csky", Some(Missing::NotOnThisArch)),
        ("arm", Some(Missing::NotOnThisArch)),
        ("aarch64", None),
        ("riscv64", None),
        ("x86_64", None),
    ] {
        assert_eq!(call(&NEW, name, "map_shadow_stack").main.missing, missing, "{name}");
    }
}

// ---------------------------------------------------------------------------------------------------------- arm

#[test]
fn arm_rows_of_oabi_and_eabi_belong_to_one_each() {
    assert!(has(&NEW, "arm_oabi", "time") && !has(&NEW, "arm", "time"));
    assert!(has(&NEW, "arm", "set_robust_list") && !has(&NEW, "arm_oabi", "set_robust_list"));
}

#[test]
fn arm_oabi_counts_from_its_base_and_the_kernel_shows_it_without() {
    let read = call(&NEW, "arm_oabi", "read");
    assert_eq!((read.number, read.kernel_number), (0x90_0003, 3));
    let read = call(&NEW, "arm", "read");
    assert_eq!((read.number, read.kernel_number), (3, 3));
}

#[test]
fn arm_private_calls_are_rows_too() {
    for (syscall, number) in [("breakpoint", 0xf_0001), ("cacheflush", 0xf_0002), ("set_tls", 0xf_0005)] {
        let private = call(&NEW, "arm", syscall);
        assert_eq!((private.number, private.kernel_number), (number, number));
        assert_eq!(shown(&private.main), "arm_syscall @ arch/arm/kernel/traps.c");
        let oabi = call(&NEW, "arm_oabi", syscall);
        assert_eq!((oabi.number, oabi.kernel_number), (0x90_0000 + number, number));
    }
    assert!(!has(&NEW, "arm", "BASE"));
    // A 64-bit kernel serves two of them.
    assert_eq!(compat_of(&NEW, "arm", "cacheflush"), "arm64: compat_arm_syscall @ arch/arm64/kernel/sys_compat.c");
    assert_eq!(compat_of(&NEW, "arm", "breakpoint"), "none");
}

#[test]
fn arm_has_sync_file_range2_as_a_further_name() {
    let found = call(&NEW, "arm", "sync_file_range2");
    assert_eq!((found.number, found.name.as_str()), (341, "arm_sync_file_range"));
}

#[test]
fn arm_rows_without_an_entry_are_not_implemented() {
    assert_eq!(main_of(&NEW, "arm", "unused223"), "- @ - (ni)");
    assert_eq!(main_of(&NEW, "arm_oabi", "oldstat"), "- @ - (ni)");
}

#[test]
fn arm_has_another_compat_side_on_arm64_with_a_table_of_its_own() {
    assert_eq!(main_of(&NEW, "arm", "pread64"), "sys_pread64 @ fs/read_write.c:7");
    assert_eq!(compat_of(&NEW, "arm", "pread64"), "arm64: compat_sys_aarch32_pread64 @ arch/arm64/kernel/sys32.c:1");
    // Its second column is what an OABI program enters on a kernel of the new convention.
    assert_eq!(compat_of(&NEW, "arm_oabi", "pread64"), "arm: sys_oabi_pread64 @ arch/arm/kernel/entry.S:6");
    assert_eq!(compat_of(&NEW, "arm", "unused223"), "arm64: sys_ni_syscall @ - (ni)");
    assert_eq!(compat_of(&NEW, "arm", "kexec_file_load"), "none");
}

#[test]
fn before_6_11_the_compat_side_of_arm_is_a_header_of_arm64() {
    assert_eq!(compat_of(&OLD, "arm", "pread64"), "arm64: compat_sys_aarch32_pread64 @ arch/arm64/kernel/sys32.c:1");
    assert_eq!(compat_of(&OLD, "arm", "openat"), "arm64: compat_sys_openat @ fs/calls.c:10");
    assert_eq!(
        compat_of(&OLD, "arm", "sync_file_range2"),
        "arm64: compat_sys_aarch32_sync_file_range2 @ arch/arm64/kernel/sys32.c:4"
    );
}

// -------------------------------------------------------------------------------------------- the shared table

#[test]
fn arm64_reads_the_shared_table_through_a_link_and_a_pattern() {
    assert_eq!(call(&NEW, "aarch64", "openat").row, "scripts/syscall.tbl:11");
    assert_eq!(
        numbers(&NEW, "aarch64").join(", "),
        "0 io_setup, 4 io_getevents, 25 fcntl, 38 renameat, 43 statfs, 56 openat, 57 close, 62 lseek, 63 read, \
         79 newfstatat, 84 sync_file_range, 92 personality, 93 exit, 98 futex, 113 clock_gettime, 139 rt_sigreturn, \
         163 getrlimit, 172 getpid, 220 clone, 222 mmap, 223 fadvise64, 435 clone3, 447 memfd_secret, \
         453 map_shadow_stack"
    );
}

#[test]
fn sixty_four_bit_abis_have_newfstatat_and_no_call_with_64_in_its_time() {
    for name in ["aarch64", "riscv64"] {
        assert!(has(&NEW, name, "newfstatat") && has(&OLD, name, "newfstatat"), "{name}");
        for syscall in ["fstatat64", "clock_gettime64", "futex_time64", "statfs64", "llseek", "mmap2"] {
            assert!(!has(&NEW, name, syscall) && !has(&OLD, name, syscall), "{name} {syscall}");
        }
    }
}

#[test]
fn two_rows_of_one_number_go_to_who_takes_their_column() {
    assert_eq!(main_of(&NEW, "csky", "io_getevents"), "sys_io_getevents_time32 @ fs/calls.c:67");
    assert_eq!(main_of(&NEW, "aarch64", "io_getevents"), "sys_io_getevents @ fs/calls.c:64");
    assert!(!has(&NEW, "riscv32", "io_getevents"));
}

#[test]
fn riscv32_has_no_time32_call_no_rlimit_and_no_old_stat() {
    for syscall in ["getrlimit", "clock_gettime", "futex", "fstatat64", "renameat"] {
        assert!(!has(&NEW, "riscv32", syscall), "{syscall}");
    }
    for syscall in ["getrlimit", "clock_gettime", "io_getevents", "fstatat64", "renameat"] {
        assert!(!has(&OLD, "riscv32", syscall), "{syscall}");
    }
    assert!(has(&NEW, "riscv32", "clock_gettime64") && has(&NEW, "riscv32", "futex_time64"));
}

#[test]
fn thirty_two_bit_abis_say_clock_gettime_not_clock_gettime32() {
    for name in ["csky", "hexagon", "i386", "arm", "powerpc"] {
        assert_eq!(main_of(&NEW, name, "clock_gettime"), "sys_clock_gettime32 @ kernel/calls.c:43", "{name}");
        assert!(!has(&NEW, name, "clock_gettime32"), "{name}");
    }
}

#[test]
fn makefile_syscalls_adds_columns_over_continued_lines() {
    assert!(has(&NEW, "csky", "fstatat64") && has(&NEW, "csky", "getrlimit") && !has(&NEW, "csky", "renameat"));
    assert!(has(&NEW, "hexagon", "renameat"));
}

#[test]
fn columns_that_only_one_architecture_takes() {
    assert_eq!(main_of(&NEW, "csky", "cacheflush"), "sys_cacheflush @ arch/csky/kernel/syscall.c:4");
    assert!(!has(&NEW, "hexagon", "cacheflush") && !has(&NEW, "aarch64", "riscv_hwprobe"));
    for (name, expected) in
        [("aarch64", true), ("riscv32", true), ("riscv64", true), ("csky", false), ("hexagon", false)]
    {
        assert_eq!(has(&NEW, name, "memfd_secret"), expected, "{name}");
    }
}

#[test]
fn riscv_has_two_sizes_and_its_private_calls_in_both() {
    for name in ["riscv32", "riscv64"] {
        assert_eq!(call(&NEW, name, "riscv_hwprobe").number, 258);
        assert_eq!(call(&NEW, name, "riscv_flush_icache").number, 259);
        assert_eq!(call(&OLD, name, "riscv_flush_icache").number, 259);
    }
    assert!(has(&NEW, "riscv32", "mmap2") && has(&NEW, "riscv64", "mmap"));
}

#[test]
fn riscv32_runs_as_compat_where_the_kernel_has_the_header_for_it() {
    assert_eq!(compat_of(&NEW, "riscv32", "fcntl64"), "riscv: compat_sys_fcntl64 @ fs/calls.c:40");
    assert_eq!(compat_of(&NEW, "riscv32", "read"), "riscv: sys_read @ fs/read_write.c:2");
    assert_eq!(
        compat_of(&NEW, "riscv32", "rt_sigreturn"),
        "riscv: compat_sys_rt_sigreturn @ arch/riscv/kernel/signal.c:5"
    );
    // By `__SYSCALL_COMPAT`, in the kernels before.
    assert_eq!(compat_of(&OLD, "riscv32", "fcntl64"), "riscv: compat_sys_fcntl64 @ fs/calls.c:43");
    assert_eq!(compat_of(&OLD, "riscv32", "mmap2"), "riscv: sys_mmap2 @ arch/riscv/kernel/sys_riscv.c:7");
}

#[test]
fn csky_and_hexagon_take_one_name_back_and_give_another() {
    for name in ["csky", "hexagon"] {
        let found = call(&NEW, name, "sync_file_range2");
        assert_eq!((found.number, found.aliases.len()), (84, 0), "{name}");
        assert_eq!(shown(&found.main), "sys_sync_file_range2 @ fs/calls.c:52", "{name}");
        assert!(!has(&NEW, name, "sync_file_range"), "{name}");
    }
    assert!(has(&NEW, "aarch64", "sync_file_range") && !has(&NEW, "aarch64", "sync_file_range2"));
}

#[test]
fn a_define_leads_to_another_entry_plain_or_with_the_wrappers_prefix() {
    assert_eq!(main_of(&NEW, "aarch64", "personality"), "sys_arm64_personality @ arch/arm64/kernel/sys.c:1");
    assert_eq!(main_of(&NEW, "riscv64", "personality"), "sys_personality @ kernel/calls.c:7");
    assert_eq!(main_of(&NEW, "hexagon", "mmap2"), "sys_mmap_pgoff @ mm/calls.c:1");
    assert_eq!(main_of(&NEW, "csky", "mmap2"), "sys_mmap2 @ arch/csky/kernel/syscall.c:7");
    assert_eq!(main_of(&NEW, "csky", "fadvise64_64"), "sys_csky_fadvise64_64 @ arch/csky/kernel/syscall.c:11");
}

#[test]
fn a_define_beside_one_table_of_an_architecture_leaves_its_other_table_alone() {
    assert_eq!(main_of(&NEW, "aarch64", "personality"), "sys_arm64_personality @ arch/arm64/kernel/sys.c:1");
    assert_eq!(compat_of(&NEW, "arm", "personality"), "arm64: sys_personality @ kernel/calls.c:7");
}

#[test]
fn clone3_always_says_enosys_where_the_architecture_is_known_to() {
    assert_eq!(main_of(&NEW, "hexagon", "clone3"), "sys_clone3 @ kernel/fork.c:15 (always_enosys)");
    assert_eq!(main_of(&NEW, "csky", "clone3"), "sys_clone3 @ kernel/fork.c:15");
}

#[test]
fn the_guard_around_a_header_is_no_condition() {
    assert_eq!(
        main_of(&NEW, "hexagon", "rt_sigreturn"),
        "sys_hexagon_rt_sigreturn @ arch/hexagon/kernel/syscalltab.c:1"
    );
}

#[test]
fn an_architectures_own_definition_goes_to_that_architecture_alone() {
    assert_eq!(main_of(&NEW, "aarch64", "rt_sigreturn"), "sys_rt_sigreturn @ arch/arm64/kernel/signal.c:2");
    assert_eq!(main_of(&NEW, "csky", "rt_sigreturn"), "sys_rt_sigreturn @ arch/csky/kernel/signal.c:2");
    assert_eq!(main_of(&NEW, "aarch64", "mmap"), "sys_mmap @ arch/arm64/kernel/sys.c:4");
}

#[test]
fn of_several_definitions_in_one_file_configuration_takes_one() {
    let order = |abi: &str| {
        let call = call(&NEW, abi, "clone");
        let names: Vec<&str> = call.main.params.iter().flatten().map(|param| param.name.as_str()).collect();
        format!("{} {}", call.main.origin.as_deref().unwrap_or("-"), names.join(" "))
    };
    assert_eq!(order("aarch64"), "kernel/fork.c:3 clone_flags newsp parent_tidptr tls child_tidptr");
    assert_eq!(order("x86_64"), "kernel/fork.c:9 clone_flags newsp parent_tidptr child_tidptr tls");
}

#[test]
fn the_ledger_holds_every_implemented_side_without_parameters_and_every_open_condition() {
    let mut held = Vec::new();
    for resolved in [&*NEW, &*OLD] {
        let mut open = Vec::new();
        for abi in &resolved.abis {
            for call in &abi.syscalls {
                let sides =
                    [(abi.name.clone(), Some(&call.main)), (format!("{}.compat", abi.name), call.compat.as_ref())];
                for (way, side) in sides {
                    if side.is_some_and(|side| side.missing.is_none() && side.params.is_none()) {
                        open.push(format!("params {} {way}", call.name));
                    }
                }
            }
        }
        let all = resolved.gaps.iter().map(|gap| format!("{} {} {}", gap.field, gap.syscall, gap.abi));
        let (params, others): (Vec<_>, Vec<_>) = all.partition(|gap| gap.starts_with("params"));
        open.sort();
        assert_eq!(open, params);
        held.extend(others);
    }
    // What `BITS_PER_LONG` is, no header of this kernel says.
    assert_eq!(held, ["config fcntl64 csky", "config fcntl64 hexagon", "config fcntl64 riscv32"]);
}

// --------------------------------------------------------------------------------------------------- definitions

#[test]
fn a_definition_over_several_lines_with_comments_is_found_at_its_first() {
    assert_eq!(main_of(&NEW, "x86_64", "openat"), "sys_openat @ fs/open.c:2");
    assert_eq!(main_of(&NEW, "aarch64", "close"), "sys_close @ fs/open.c:18");
}

#[test]
fn a_byte_that_is_no_utf_8_in_a_comment_harms_nothing() {
    let text = std::fs::read(fixture("kernel").join("fs/open.c")).unwrap();
    assert!(std::str::from_utf8(&text).is_err(), "the fixture has lost its Latin-1");
    assert_eq!(compat_of(&NEW, "i386", "openat"), "x86: compat_sys_openat @ fs/open.c:8");
}

#[test]
fn lines_may_end_in_crlf() {
    let text = std::fs::read(fixture("kernel").join("arch/riscv/include/uapi/asm/unistd.h")).unwrap();
    assert!(text.windows(2).any(|pair| pair == b"\r\n"), "the fixture has lost its CRLF");
    // 12 rows of the table say `common`; 7 say 32 and 9 say 64; `riscv` 2, and one each of the columns it adds.
    assert_eq!(abi(&NEW, "riscv32").syscalls.len(), 12 + 7 + 2 + 1);
    assert_eq!(abi(&NEW, "riscv64").syscalls.len(), 12 + 9 + 2 + 3);
}

#[test]
fn comments_macros_look_alikes_and_tools_define_nothing() {
    let data = syscall_meta_tests::data();
    let (facts, said) = syscall_meta_tests::facts(&data, &fixture("kernel").display().to_string());
    assert_eq!(said, []);
    let names: Vec<&str> = facts.definitions.values().flatten().map(|site| site.name.as_str()).collect();
    for name in ["in_a_comment", "not_a_call", "not_a_call_either", "name", "uselib"] {
        assert!(!names.contains(&name), "{name}");
    }
    let files: Vec<&String> = facts.definitions.keys().chain(facts.tables.keys()).collect();
    assert!(files.iter().all(|file| !file.starts_with("tools/") && !file.starts_with("samples/")), "{files:?}");
    assert!(!facts.tables.contains_key("scripts/atomic/atomics.tbl"));
    assert!(!facts.tables.contains_key("arch/arm64/tools/syscall_64.tbl"), "a link is no table of its own");
}

// --------------------------------------------------------------------------------------------------------- sparc

#[test]
fn sparc_says_not_implemented_with_sys_nis_syscall() {
    assert_eq!(main_of(&NEW, "sparc", "setfd"), "sys_nis_syscall @ - (ni)");
    assert_eq!(main_of(&NEW, "sparc64", "unused31"), "sys_nis_syscall @ - (ni)");
}

#[test]
fn sparc64_has_one_entry_at_two_numbers() {
    let at = |name: &str| (call(&NEW, "sparc64", name).number, main_of(&NEW, "sparc64", name));
    assert_eq!(at("sendfile"), (39, "sys_sendfile64 @ fs/read_write.c:23".to_string()));
    assert_eq!(at("sendfile64"), (140, "sys_sendfile64 @ fs/read_write.c:23".to_string()));
}

// -------------------------------------------------------------------------------------------------------- parisc

#[test]
fn parisc_has_a_compat_entry_that_always_says_enosys() {
    assert_eq!(main_of(&NEW, "parisc", "vm86"), "sys_ni_syscall @ - (ni)");
    assert_eq!(
        compat_of(&NEW, "parisc", "vm86"),
        "parisc: sys32_unimplemented @ arch/parisc/kernel/sys_parisc32.c:1 (always_enosys)"
    );
}

// ------------------------------------------------------------------------------------- asm-generic before 6.11

#[test]
fn asm_generic_gives_other_names_and_entries_by_size() {
    assert_eq!(main_of(&OLD, "aarch64", "lseek"), "sys_lseek @ fs/calls.c:16");
    assert_eq!(main_of(&OLD, "arc", "llseek"), "sys_llseek @ fs/calls.c:19");
    assert_eq!((call(&OLD, "aarch64", "fcntl").number, call(&OLD, "arc", "fcntl64").number), (25, 25));
    assert!(!has(&OLD, "aarch64", "llseek") && !has(&OLD, "arc", "lseek"));
}

#[test]
fn arch_want_macros_choose_calls() {
    assert!(has(&OLD, "aarch64", "renameat") && !has(&OLD, "riscv64", "renameat"));
    assert!(has(&OLD, "arc", "getrlimit") && !has(&OLD, "c6x", "getrlimit") && !has(&OLD, "riscv32", "getrlimit"));
    assert!(has(&OLD, "riscv64", "clone3") && !has(&OLD, "hexagon", "clone3") && !has(&OLD, "c6x", "clone3"));
    assert!(has(&OLD, "hexagon", "sync_file_range2") && !has(&OLD, "hexagon", "sync_file_range"));
    assert!(has(&OLD, "arc", "io_getevents") && !has(&OLD, "riscv32", "io_getevents"));
}

#[test]
fn a_machine_without_mmu_has_fewer_calls() {
    assert!(!has(&OLD, "c6x", "swapon") && has(&OLD, "arc", "swapon"));
}

#[test]
fn sc_wrap_is_the_architectures_own() {
    assert_eq!(main_of(&OLD, "c6x", "wide_read"), "sys_pread_c6x @ arch/c6x/kernel/entry.S:1");
    assert_eq!(call(&OLD, "c6x", "wide_read").number, 244);
}

#[test]
fn private_calls_count_from_arch_specific_syscall() {
    assert_eq!(call(&OLD, "arc", "cacheflush").number, 244);
    assert_eq!(call(&OLD, "arc", "arc_settls").number, 245);
    assert_eq!(call(&OLD, "arc", "sysfs").number, 247);
}

#[test]
fn no_table_holds_a_meta_name() {
    for resolved in [&*NEW, &*OLD] {
        for abi in &resolved.abis {
            for name in names(resolved, &abi.name) {
                assert!(
                    !["syscalls", "arch_specific_syscall", "Linux", "SYSCALL_BASE", "SYSCALL_MASK"].contains(&&*name)
                );
                assert!(!name.starts_with("NR") && !name.contains("3264"), "{name}");
            }
        }
    }
}

#[test]
fn defines_in_the_unistd_header_redirect_entries() {
    assert_eq!(main_of(&OLD, "arc", "mmap2"), "sys_mmap_pgoff @ mm/calls.c:1");
    assert_eq!(main_of(&OLD, "hexagon", "mmap2"), "sys_mmap_pgoff @ mm/calls.c:1");
    assert_eq!(main_of(&OLD, "arc", "clone"), "sys_clone_wrapper @ arch/arc/kernel/entry.S:1");
}

#[test]
fn ia64_counts_from_1024_and_names_umount_twice() {
    assert_eq!(
        numbers(&OLD, "ia64"),
        ["1024 ni_syscall", "1025 exit", "1026 read", "1044 umount2+umount", "1280 clone2"]
    );
    assert_eq!(main_of(&OLD, "ia64", "clone2"), "sys_clone2 @ arch/ia64/kernel/entry.S:1");
}
