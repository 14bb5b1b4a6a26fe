//! Values that differ from one ABI to the next in a way that tables get wrong, each read in the header named beside it,
//! and what the library prints of them.

#![cfg(all(feature = "constants", feature = "layouts"))]

use syscall_meta::{Abi, ByteOrder, FlagSet, Ioctl, StructLayout};

#[track_caller]
fn names(set: &str, abi: Abi, value: u64) -> String {
    FlagSet::by_name(set).unwrap_or_else(|| panic!("{set} is a set")).names(abi, value).to_string()
}

#[track_caller]
fn value(set: &str, abi: Abi, name: &str) -> Option<u64> {
    FlagSet::by_name(set).unwrap_or_else(|| panic!("{set} is a set")).value_of(abi, name)
}

#[test]
fn flags_of_open() {
    for (abi, value, text) in [
        (Abi::X86_64, 0, "O_RDONLY"),
        (Abi::X86_64, 0x4008_0002, "O_RDWR|O_CLOEXEC|0x40000000"),
        (Abi::X86_64, 0x10_1001, "O_WRONLY|O_SYNC"),
        // arch/{arm,alpha,powerpc,mips}/include/uapi/asm/fcntl.h
        (Abi::Arm, 0x4000, "O_RDONLY|O_DIRECTORY"),
        (Abi::Alpha, 0x8000, "O_RDONLY|O_DIRECTORY"),
        (Abi::Alpha, 0x20_0002, "O_RDWR|O_CLOEXEC"),
        (Abi::Powerpc64, 0x4000, "O_RDONLY|O_DIRECTORY"),
        (Abi::X86_64, 0x1_0000, "O_RDONLY|O_DIRECTORY"),
        (Abi::MipsO32, 0x100, "O_RDONLY|O_CREAT"),
        (Abi::Sparc64, 0x40_0001, "O_WRONLY|O_CLOEXEC"),
    ] {
        assert_eq!(names("open_flags", abi, value), text, "{abi} {value:#x}");
    }
}

#[test]
fn errors_and_signals() {
    // arch/{mips,alpha,parisc,sparc}/include/uapi/asm/errno.h
    for (abi, number) in [
        (Abi::X86_64, 38),
        (Abi::MipsO32, 89),
        (Abi::MipsN64, 89),
        (Abi::Alpha, 78),
        (Abi::Parisc, 251),
        (Abi::Sparc, 90),
        (Abi::Sparc64, 90),
    ] {
        assert_eq!(names("errno", abi, number), "ENOSYS", "{abi}");
    }
    // arch/{mips,alpha,sparc}/include/uapi/asm/signal.h
    for (abi, number) in [(Abi::X86_64, 10), (Abi::MipsO32, 16), (Abi::Alpha, 30), (Abi::Sparc64, 30)] {
        assert_eq!(names("signals", abi, number), "SIGUSR1", "{abi}");
        assert_eq!(names("signals", abi, 35), "SIGRT_3", "{abi}");
    }
    assert_eq!(value("signals", Abi::MipsO32, "SIGRT_95"), Some(127));
    assert_eq!(value("signals", Abi::X86_64, "SIGRT_95"), None);
}

#[test]
fn requests_of_ioctl() {
    for (abi, number, text) in [
        // asm-generic/ioctls.h, and arch/{mips,parisc}/include/uapi/asm/ioctls.h
        (Abi::X86_64, 0x5401, "TCGETS"),
        (Abi::MipsO32, 0x540d, "TCGETS"),
        (Abi::Parisc, 0x4004_541e, "TIOCGPGRP"),
        // arch/{mips,alpha}/include/uapi/asm/ioctl.h: other bits for directions
        (Abi::X86_64, 0x8008_ff02, "_IOC(_IOC_READ, 0xff, 0x2, 0x8)"),
        (Abi::MipsO32, 0x4008_ff02, "_IOC(_IOC_READ, 0xff, 0x2, 0x8)"),
        (Abi::Alpha, 0x8008_ff02, "_IOC(_IOC_WRITE, 0xff, 0x2, 0x8)"),
        (Abi::Alpha, 0x2000_fff2, "_IOC(_IOC_NONE, 0xff, 0xf2, 0x0)"),
        (Abi::X86_64, 0x0000_fff2, "_IOC(_IOC_NONE, 0xff, 0xf2, 0x0)"),
        (Abi::X86_64, 0xc008_ff02, "_IOC(_IOC_READ|_IOC_WRITE, 0xff, 0x2, 0x8)"),
    ] {
        let shown = Ioctl::new(abi, number).to_string();
        assert!(shown.split(" or ").any(|one| one == text), "{abi} {number:#x}: {shown}");
    }
}

#[test]
fn layouts_of_stat() {
    // arch/{x86,m68k,sparc}/include/uapi/asm/stat.h
    for (abi, size, at, width) in [
        (Abi::X86_64, 144, 48, 8),
        (Abi::X32, 144, 48, 8),
        (Abi::I386, 64, 20, 4),
        (Abi::M68k, 64, 20, 4),
        (Abi::Sparc64, 104, 40, 8),
    ] {
        let stat = StructLayout::of(abi, "struct stat").expect("every ABI has it");
        let field = stat.field("st_size").expect("a size");
        assert_eq!((stat.size(), field.offset(), field.size()), (size, at, width), "{abi}");
        let mut bytes = vec![0; size];
        bytes[at] = 1;
        assert_eq!(field.unsigned(&bytes, ByteOrder::Little), Ok(1));
        assert_eq!(field.unsigned(&bytes, ByteOrder::Big), Ok(1 << (8 * width - 8)));
        assert!(field.unsigned(&bytes[..at + width - 1], ByteOrder::Big).is_err());
    }
}
