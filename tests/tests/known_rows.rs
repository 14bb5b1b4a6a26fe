//! Rows that published tables get wrong, or that only one architecture has, each read in the kernel named beside it.

use syscall_meta::{Abi, KernelVersion, Since};

#[track_caller]
fn number(abi: Abi, name: &str) -> Option<u32> {
    abi.table().expect("every table is built in").by_name(name).map(|call| call.number())
}

#[test]
fn sixty_four_bits_without_names_of_thirty_two() {
    // include/uapi/asm-generic/unistd.h and scripts/syscall.tbl: these names are for 32-bit ABIs.
    for abi in [Abi::Aarch64, Abi::Loongarch64] {
        assert_eq!(number(abi, "newfstatat"), Some(79), "{abi}");
        for name in [
            "fstatat",
            "fstatat64",
            "clock_gettime64",
            "futex_time64",
            "clock_settime64",
            "ppoll_time64",
            "recvmmsg_time64",
        ] {
            assert_eq!(number(abi, name), None, "{abi} {name}");
        }
    }
}

#[test]
fn riscv_has_its_own_calls_and_32_bits_no_rlimit() {
    // arch/riscv/kernel/Makefile.syscalls: `rlimit` for 64 bits alone.
    assert_eq!((number(Abi::Riscv32, "getrlimit"), number(Abi::Riscv32, "setrlimit")), (None, None));
    assert_eq!(number(Abi::Riscv64, "getrlimit"), Some(163));
    for abi in [Abi::Riscv32, Abi::Riscv64] {
        assert_eq!(number(abi, "riscv_hwprobe"), Some(258), "{abi}");
        assert_eq!(number(abi, "riscv_flush_icache"), Some(259), "{abi}");
    }
}

#[test]
fn mips_n64_has_its_common_row() {
    // arch/mips/kernel/syscalls/syscall_n64.tbl: one row says `common`.
    let call = Abi::MipsN64.table().unwrap().by_name("set_mempolicy_home_node").unwrap();
    assert_eq!(call.number(), 5450);
    let v = KernelVersion::new;
    assert_eq!(call.since(), Since::Between { absent: v(5, 10), present: v(6, 1) });
}

#[test]
fn sh_has_its_scheduler_calls_the_right_way_round() {
    // arch/sh/kernel/syscalls/syscall.tbl
    assert_eq!(number(Abi::Sh, "sched_getattr"), Some(369));
    assert_eq!(number(Abi::Sh, "sched_setattr"), Some(370));
    assert_eq!(number(Abi::Sh, "clone3"), None);
}

#[test]
fn x86_64_has_uprobe_in_7_2() {
    // arch/x86/entry/syscalls/syscall_64.tbl
    let call = Abi::X86_64.table().unwrap().by_name("uprobe").unwrap();
    assert_eq!(call.number(), 336);
    assert_eq!(call.in_release(KernelVersion::new(7, 2)), Some(true));
    assert_eq!(call.in_release(KernelVersion::new(6, 12)), Some(false));
}

#[test]
fn thirty_two_bits_say_clock_gettime() {
    for abi in Abi::ALL.iter().copied().filter(|abi| abi.long_bits() == 32 && *abi != Abi::X32) {
        assert_eq!(number(abi, "clock_gettime32"), None, "{abi}");
        assert_eq!(number(abi, "clock_gettime_time32"), None, "{abi}");
        // riscv32 and loongarch32 came when time had 64 bits.
        let has_old = !matches!(abi, Abi::Riscv32 | Abi::Loongarch32);
        assert_eq!(number(abi, "clock_gettime").is_some(), has_old, "{abi}");
    }
    let call = Abi::I386.table().unwrap().by_name("clock_gettime").unwrap();
    assert_eq!((call.number(), call.entry()), (265, Some("sys_clock_gettime32")));
}

#[test]
fn no_table_holds_names_that_are_no_calls() {
    for abi in Abi::ALL {
        for name in ["syscalls", "arch_specific_syscall", "Linux", "SYSCALL_BASE", "BASE", "SYSCALL_MASK"] {
            assert_eq!(number(*abi, name), None, "{abi} {name}");
        }
    }
}

#[test]
fn numbers_of_every_base() {
    // Read off the tables of 7.3 and the bases in each asm/unistd.h.
    for (abi, openat) in [
        (Abi::X86_64, 257),
        (Abi::X32, 0x4000_0000 + 257),
        (Abi::I386, 295),
        (Abi::Aarch64, 56),
        (Abi::Arm, 322),
        (Abi::ArmOabi, 0x90_0000 + 322),
        (Abi::MipsO32, 4288),
        (Abi::MipsN32, 6251),
        (Abi::MipsN64, 5247),
        (Abi::Alpha, 450),
        (Abi::Powerpc, 286),
        (Abi::Powerpc64, 286),
        (Abi::S390x, 288),
        (Abi::Sparc64, 284),
        (Abi::Parisc, 275),
        (Abi::Ia64, 1024 + 257),
    ] {
        assert_eq!(number(abi, "openat"), Some(openat), "{abi}");
    }
    // alpha numbers new calls 110 higher than all others.
    assert_eq!((number(Abi::Alpha, "fchroot"), number(Abi::X86_64, "fchroot")), (Some(582), Some(472)));
}

#[test]
fn one_number_with_several_names() {
    // arch/alpha/include/uapi/asm/unistd.h, and arm's, csky's and hexagon's.
    for (abi, name, alias) in [
        (Abi::Alpha, "getxpid", "getpid"),
        (Abi::Alpha, "umount2", "umount"),
        (Abi::Alpha, "shmat", "osf_shmat"),
        (Abi::Arm, "arm_sync_file_range", "sync_file_range2"),
        (Abi::Ia64, "umount2", "umount"),
    ] {
        let call = abi.table().unwrap().by_name(alias).unwrap();
        assert_eq!(call.name(), name, "{abi}");
        assert!(call.aliases().any(|other| other == alias), "{abi} {alias}");
    }
    for abi in [Abi::Csky, Abi::Hexagon] {
        assert_eq!((number(abi, "sync_file_range2"), number(abi, "sync_file_range")), (Some(84), None), "{abi}");
    }
}

#[test]
fn private_calls_of_arm_and_numbers_as_the_kernel_shows_them() {
    // arch/arm/include/uapi/asm/unistd.h; arch/arm/include/asm/syscall.h masks the old ABI's base.
    assert_eq!(number(Abi::Arm, "set_tls"), Some(0xf0005));
    assert_eq!(number(Abi::ArmOabi, "set_tls"), Some(0x9f0005));
    let oabi = Abi::ArmOabi.table().unwrap();
    let openat = oabi.by_name("openat").unwrap();
    assert_eq!(openat.kernel_number(), 322);
    assert_eq!((oabi.get(322), oabi.get(0x90_0142), oabi.by_kernel_number(322)), (None, Some(openat), Some(openat)));
    let (x86_64, x32) = (Abi::X86_64.table().unwrap(), Abi::X32.table().unwrap());
    assert_eq!((x86_64.get(0x4000_0101), x32.get(0x101)), (None, None));
    assert_eq!(x32.by_kernel_number(0x4000_0101).map(|call| call.name()), Some("openat"));
    let o32 = Abi::MipsO32.table().unwrap();
    assert_eq!((o32.get(288), o32.get(4288).map(|call| call.name())), (None, Some("openat")));
}
