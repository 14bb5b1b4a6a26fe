//! What the macros make, held against the tables.

use syscall_meta::{Abi, Class, SyscallName, SyscallSet, name_map, syscall_set, sysno, tables};

/// Holds `sysno!` against the table for names that every one of these ABIs has.
macro_rules! numbers {
    ($($abi:ident $table:ident),*; $names:tt) => { $(numbers!(@ $abi $table $names);)* };
    (@ $abi:ident $table:ident [$($name:ident)*]) => {
        $(
            const _: () = assert!(matches!(tables::$table.by_name(stringify!($name)), Some(call)
                if call.number() == sysno!($abi, $name)));
        )*
    };
}

numbers! {
    aarch64 AARCH64, alpha ALPHA, arm ARM, arm_oabi ARM_OABI, i386 I386, mips_n32 MIPS_N32, mips_o32 MIPS_O32, parisc PARISC,
    powerpc POWERPC, riscv64 RISCV64, s390x S390X, sparc SPARC, x32 X32, x86_64 X86_64, xtensa XTENSA;
    [
        read write close openat execve exit exit_group clone ptrace ioctl fcntl dup dup3 pipe2 munmap mprotect brk kill
        tgkill rt_sigaction rt_sigprocmask socket connect sendto recvfrom sendmsg recvmsg bpf seccomp memfd_create statx
        openat2 io_uring_setup pidfd_open close_range futex nanosleep getrandom unlinkat renameat2 mkdirat linkat prctl
    ]
}

#[test]
fn numbers_are_constants() {
    const READ: u32 = sysno!(mips_o32, read);
    static ROOM: [u8; sysno!(x86_64, openat) as usize] = [0; 257];
    assert_eq!((READ, ROOM.len()), (4003, 257));
    // Names that Rust has for itself, aliases, numbers with a base, a trailing comma.
    assert_eq!((sysno!(i386, break), sysno!(alpha, getpid), sysno!(x32, openat,)), (17, 20, 0x4000_0101));
    assert_eq!(sysno!(arm, cacheflush), 0xf0002);
}

name_map! { static ALL: aarch64, alpha, arm, arm_oabi, i386, mips_o32, s390x, x32, x86_64; %all }

#[test]
fn a_map_of_all_calls_is_the_table() {
    assert_eq!(ALL.abis().count(), 9);
    for abi in ALL.abis() {
        let table = abi.table().unwrap();
        let calls: Vec<_> = table.iter().map(|call| (call.number(), call.name())).collect();
        assert_eq!(ALL.iter(abi).collect::<Vec<_>>(), calls, "{abi}");
        for (number, name) in calls {
            assert_eq!((ALL.name(abi, number), ALL.number(abi, name)), (Some(name), Some(number)), "{abi} {name}");
        }
        assert_eq!((ALL.name(abi, 0xf_ffff), ALL.number(abi, "no_such_call")), (None, None));
    }
    assert_eq!(ALL.name(Abi::Sparc, 3), None);
}

name_map! {
    /// With names that not both have, and one that one of them knows as an alias.
    const SOME: alpha, x86_64;
    openat, getpid, osf_wait4, %file, !stat, !%lstat,
}

#[test]
fn a_map_of_some_has_those_alone() {
    assert_eq!((SOME.name(Abi::Alpha, 20), SOME.name(Abi::X86_64, 39)), (Some("getpid"), Some("getpid")));
    assert_eq!((SOME.number(Abi::Alpha, "osf_wait4"), SOME.number(Abi::X86_64, "osf_wait4")), (Some(7), None));
    for abi in [Abi::Alpha, Abi::X86_64] {
        for call in abi.table().unwrap().iter() {
            let classes = call.side().classes();
            let is_written =
                ["openat", "osf_wait4"].contains(&call.name()) || call.aliases().any(|name| name == "getpid");
            let is_in = (classes.has(Class::File) || is_written || call.name() == "getpid")
                && call.name() != "stat"
                && !classes.has(Class::Lstat);
            assert_eq!(SOME.name(abi, call.number()).is_some(), is_in, "{abi} {call}");
        }
    }
}

name_map! { static ROWS: x86_64, x32 as bytes; openat, sched_rr_get_interval, %network }

#[test]
fn a_map_of_bytes_has_no_pointer() {
    let name = ROWS.rows()[0].padded().len();
    assert_eq!((name, size_of_val(&ROWS)), (22, ROWS.rows().len() * 28));
    for row in ROWS.rows() {
        let call = row.abi().table().unwrap().get(row.number()).unwrap();
        assert_eq!((row.name(), ROWS.name(row.abi(), row.number())), (call.name(), Some(call.name())));
        assert_eq!(ROWS.number(row.abi(), row.name()), Some(row.number()));
    }
    assert!(ROWS.name(Abi::X32, 0x4000_0101).is_some() && ROWS.name(Abi::X32, 257).is_none());
}

#[test]
fn a_set_has_what_it_names() {
    const SET: SyscallSet = syscall_set!(aarch64: openat, %network, !connect, !%desc);
    const EVERY: SyscallSet = syscall_set!(i386: %all);
    // Some of it is taken away twice.
    const BUT: SyscallSet = syscall_set!(i386: %all, !read, !statfs, !%statfs);
    for call in tables::AARCH64 {
        let classes = call.side().classes();
        let is_in = (classes.has(Class::Network) || call.name() == "openat")
            && call.name() != "connect"
            && !classes.has(Class::Desc);
        assert_eq!(SET.contains(call), is_in, "{call}");
    }
    assert_eq!(EVERY, SyscallSet::full(tables::I386));
    assert_eq!(EVERY - BUT, SyscallSet::of(tables::I386, &["read", "statfs", "statfs64"]));
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, SyscallName)]
#[syscall(abis(x86_64, i386, aarch64, riscv64))]
enum Call {
    Read,
    Openat,
    #[syscall(name = "newfstatat", or = "fstatat64")]
    Stat,
    #[syscall(name = "_llseek", or = "lseek")]
    Seek,
    RtSigaction,
    Socketcall,
}

impl Call {
    const ALL: [Call; 6] = [Call::Read, Call::Openat, Call::Stat, Call::Seek, Call::RtSigaction, Call::Socketcall];
}

#[test]
fn an_enumeration_knows_its_numbers() {
    for abi in [Abi::X86_64, Abi::I386, Abi::Aarch64, Abi::Riscv64] {
        let table = abi.table().unwrap();
        for call in Call::ALL {
            let names: &[&str] = match call {
                Call::Stat => &["newfstatat", "fstatat64"],
                Call::Seek => &["_llseek", "lseek"],
                _ => &[call.as_str()],
            };
            let numbers: Vec<u32> = names.iter().filter_map(|name| Some(table.by_name(name)?.number())).collect();
            assert_eq!(call.number(abi), numbers.first().copied(), "{abi} {call}");
            assert!(numbers.iter().all(|number| Call::from_number(abi, *number) == Some(call)), "{abi} {call}");
            assert!(names.iter().all(|name| name.parse() == Ok(call)), "{call}");
        }
        let known = table.iter().filter(|call| Call::from_number(abi, call.number()).is_some()).count();
        assert_eq!(known, if abi == Abi::I386 { 7 } else { 5 }, "{abi}");
    }
    assert_eq!((Call::from_number(Abi::Arm, 3), Call::Read.number(Abi::Arm)), (None, None));
    assert_eq!(
        (Call::Stat.to_string(), format!("{:>8}|{:<6}|", Call::Openat, Call::Read)),
        ("newfstatat".to_string(), "  openat|read  |".to_string())
    );
    let error = "rt_sigactio".parse::<Call>().unwrap_err();
    assert_eq!(error.to_string(), "no call of this name is among those chosen");
    const NUMBER: Option<u32> = Call::Openat.number(Abi::I386);
    const BACK: Option<Call> = Call::from_number(Abi::I386, 295);
    assert_eq!((NUMBER, BACK), (Some(295), Some(Call::Openat)));
}
