//! Constants that are known to be another where one would not expect it, read off the kernel's headers by hand, and held
//! against `data/`.

use std::collections::BTreeMap;

use syscall_meta_gen::model::Headers;
use syscall_meta_tests::data;

/// The release that is asked; none of these values has changed since 5.10.
const KERNELS: [&str; 2] = ["6.12", "7.3"];

/// A constant of a header, its usual value, and those of other ABIs.
struct Known {
    header: &'static str,
    name: &'static str,
    usual: i128,
    other: &'static [(&'static str, i128)],
}

const fn known(header: &'static str, name: &'static str, usual: i128, other: &'static [(&'static str, i128)]) -> Known {
    Known { header, name, usual, other }
}

/// ABIs that share their headers, as one name.
const FAMILIES: [(&str, &[&str]); 7] = [
    ("ARM", &["arm", "arm_oabi"]),
    ("MIPS", &["mips_o32", "mips_n32", "mips_n64"]),
    ("PARISC", &["parisc", "parisc64"]),
    ("POWERPC", &["powerpc", "powerpc64"]),
    ("SPARC", &["sparc", "sparc64"]),
    ("S390", &["s390", "s390x"]),
    ("X86", &["x86_64", "i386", "x32"]),
];

const KNOWN: &[Known] = &[
    // arch/{arm,arm64,alpha,m68k,mips,parisc,powerpc,sparc}/include/uapi/asm/fcntl.h, asm-generic/fcntl.h
    known(
        "asm/fcntl.h",
        "O_DIRECTORY",
        0o200000,
        &[
            ("ARM", 0o40000),
            ("aarch64", 0o40000),
            ("m68k", 0o40000),
            ("POWERPC", 0o40000),
            ("alpha", 0o100000),
            ("PARISC", 0o10000),
        ],
    ),
    known(
        "asm/fcntl.h",
        "O_NOFOLLOW",
        0o400000,
        &[
            ("ARM", 0o100000),
            ("aarch64", 0o100000),
            ("m68k", 0o100000),
            ("POWERPC", 0o100000),
            ("alpha", 0o200000),
            ("PARISC", 0o200),
        ],
    ),
    known("asm/fcntl.h", "O_CLOEXEC", 0o2000000, &[("alpha", 0o10000000), ("PARISC", 0o10000000), ("SPARC", 0x400000)]),
    known(
        "asm/fcntl.h",
        "O_NONBLOCK",
        0o4000,
        &[("alpha", 0o4), ("MIPS", 0x80), ("PARISC", 0o200000), ("SPARC", 0x4000)],
    ),
    known("asm/fcntl.h", "O_CREAT", 0o100, &[("alpha", 0o1000), ("MIPS", 0x100), ("PARISC", 0o400), ("SPARC", 0x200)]),
    known("asm/fcntl.h", "O_APPEND", 0o2000, &[("alpha", 0o10), ("MIPS", 0x8), ("PARISC", 0o10), ("SPARC", 0x8)]),
    known("asm/fcntl.h", "F_GETLK", 5, &[("alpha", 7), ("MIPS", 14), ("SPARC", 7)]),
    // arch/{alpha,mips,parisc,sparc}/include/uapi/asm/signal.h; the numbers of the others agree.
    known("asm/signal.h", "SIGUSR1", 10, &[("alpha", 30), ("MIPS", 16), ("PARISC", 16), ("SPARC", 30)]),
    known("asm/signal.h", "SIGUSR2", 12, &[("alpha", 31), ("MIPS", 17), ("PARISC", 17), ("SPARC", 31)]),
    known("asm/signal.h", "SIGBUS", 7, &[("alpha", 10), ("MIPS", 10), ("PARISC", 10), ("SPARC", 10)]),
    known("asm/signal.h", "SIGCHLD", 17, &[("alpha", 20), ("MIPS", 18), ("PARISC", 18), ("SPARC", 20)]),
    known("asm/signal.h", "SIGSTOP", 19, &[("alpha", 17), ("MIPS", 23), ("PARISC", 24), ("SPARC", 17)]),
    // arch/{alpha,mips,parisc,sparc}/include/uapi/asm/errno.h
    known("asm/errno.h", "EAGAIN", 11, &[("alpha", 35)]),
    known("asm/errno.h", "EDEADLK", 35, &[("alpha", 11), ("MIPS", 45), ("PARISC", 45), ("SPARC", 78)]),
    known("asm/errno.h", "ENOSYS", 38, &[("alpha", 78), ("MIPS", 89), ("PARISC", 251), ("SPARC", 90)]),
    known("asm/errno.h", "ELOOP", 40, &[("alpha", 62), ("MIPS", 90), ("PARISC", 249), ("SPARC", 62)]),
    known("asm/errno.h", "ETIMEDOUT", 110, &[("alpha", 60), ("MIPS", 145), ("PARISC", 238), ("SPARC", 60)]),
    known("asm/errno.h", "ECONNREFUSED", 111, &[("alpha", 61), ("MIPS", 146), ("PARISC", 239), ("SPARC", 61)]),
    known("asm/errno.h", "EINPROGRESS", 115, &[("alpha", 36), ("MIPS", 150), ("PARISC", 245), ("SPARC", 36)]),
    known("asm/errno.h", "EDQUOT", 122, &[("alpha", 69), ("MIPS", 1133), ("PARISC", 69), ("SPARC", 69)]),
    // arch/{alpha,mips,parisc,sparc}/include/uapi/asm/socket.h; powerpc differs in a few.
    known(
        "asm/socket.h",
        "SOL_SOCKET",
        1,
        &[("alpha", 0xffff), ("MIPS", 0xffff), ("PARISC", 0xffff), ("SPARC", 0xffff)],
    ),
    known("asm/socket.h", "SO_REUSEADDR", 2, &[("alpha", 4), ("MIPS", 4), ("PARISC", 4), ("SPARC", 4)]),
    known("asm/socket.h", "SO_TYPE", 3, &[("alpha", 0x1008), ("MIPS", 0x1008), ("PARISC", 0x1008), ("SPARC", 0x1008)]),
    known(
        "asm/socket.h",
        "SO_RCVLOWAT",
        18,
        &[("alpha", 0x1010), ("MIPS", 0x1004), ("PARISC", 0x1004), ("POWERPC", 16), ("SPARC", 0x800)],
    ),
    known(
        "asm/socket.h",
        "SO_REUSEPORT",
        15,
        &[("alpha", 0x200), ("MIPS", 0x200), ("PARISC", 0x200), ("SPARC", 0x200)],
    ),
    known("asm/socket.h", "SO_MARK", 36, &[("PARISC", 0x401f), ("SPARC", 0x22)]),
    // arch/{alpha,mips,parisc,powerpc,xtensa}/include/uapi/asm/mman.h
    known(
        "asm/mman.h",
        "MAP_ANONYMOUS",
        0x20,
        &[("alpha", 0x10), ("MIPS", 0x800), ("PARISC", 0x10), ("xtensa", 0x800)],
    ),
    known("asm/mman.h", "MAP_FIXED", 0x10, &[("alpha", 0x100), ("PARISC", 0x04)]),
    known(
        "asm/mman.h",
        "MAP_NORESERVE",
        0x4000,
        &[("alpha", 0x10000), ("MIPS", 0x400), ("POWERPC", 0x40), ("SPARC", 0x40), ("xtensa", 0x400)],
    ),
    // asm-generic/ioctl.h and arch/{alpha,mips,parisc,powerpc,sparc}/include/uapi/asm/ioctl.h
    known("asm/ioctl.h", "_IOC_NONE", 0, &[("alpha", 1), ("MIPS", 1), ("POWERPC", 1), ("SPARC", 1)]),
    known("asm/ioctl.h", "_IOC_READ", 2, &[("PARISC", 1)]),
    known("asm/ioctl.h", "_IOC_WRITE", 1, &[("alpha", 4), ("MIPS", 4), ("POWERPC", 4), ("SPARC", 4), ("PARISC", 2)]),
    known("asm/ioctl.h", "_IOC_SIZEBITS", 14, &[("alpha", 13), ("MIPS", 13), ("POWERPC", 13), ("SPARC", 13)]),
    // The highest bit, as an unsigned number.
    known("linux/eventpoll.h", "EPOLLET", 0x8000_0000, &[]),
    known(
        "linux/fs.h",
        "FS_IOC_FSGETXATTR",
        0x801c_581f,
        &[
            ("alpha", 0x401c_581f),
            ("MIPS", 0x401c_581f),
            ("POWERPC", 0x401c_581f),
            ("SPARC", 0x401c_581f),
            ("PARISC", 0x401c_581f),
        ],
    ),
    // include/uapi/linux/soundcard.h, by the byte order that the C library's endian.h tells it
    known(
        "linux/soundcard.h",
        "AFMT_S16_NE",
        0x10,
        &[
            ("MIPS", 0x20),
            ("PARISC", 0x20),
            ("POWERPC", 0x20),
            ("SPARC", 0x20),
            ("S390", 0x20),
            ("m68k", 0x20),
            ("openrisc", 0x20),
        ],
    ),
];

/// Values of headers that are the kernel's own: `include/linux/net.h`, and what mips, alpha and parisc put before it.
const KERNELS_OWN: &[Known] = &[
    known("", "SOCK_STREAM", 1, &[("MIPS", 2)]),
    known("", "SOCK_DGRAM", 2, &[("MIPS", 1)]),
    known(
        "",
        "SOCK_NONBLOCK",
        0o4000,
        &[("alpha", 0x4000_0000), ("MIPS", 0x80), ("PARISC", 0x4000_0000), ("SPARC", 0x4000)],
    ),
    known("", "SOCK_CLOEXEC", 0o2000000, &[("alpha", 0o10000000), ("PARISC", 0o10000000), ("SPARC", 0x400000)]),
];

impl Known {
    fn expected(&self, abi: &str) -> i128 {
        let members = |name: &str| FAMILIES.iter().find(|(family, _)| *family == name).map(|(_, members)| *members);
        let is_meant = |name: &str| members(name).map_or(name == abi, |members| members.contains(&abi));
        self.other.iter().find(|(name, _)| is_meant(name)).map_or(self.usual, |(_, value)| *value)
    }
}

#[test]
fn known_trouble_is_right() {
    for kernel in KERNELS {
        let headers = data().load_headers(kernel).unwrap_or_else(|error| panic!("{kernel}: {error}"));
        let mut wrong = Vec::new();
        for known in KNOWN {
            for (at, abi) in headers.abis.iter().enumerate() {
                let found = headers.value(known.header, known.name, at).map(|constant| constant.value);
                if found != Some(known.expected(abi)) {
                    wrong.push(format!(
                        "{abi}: {} {}: {found:?}, expected {}",
                        known.header,
                        known.name,
                        known.expected(abi)
                    ));
                }
            }
        }
        for known in KERNELS_OWN {
            for (at, abi) in headers.abis.iter().enumerate() {
                let found = anywhere(&headers, known.name, at);
                if found.is_empty() || found.values().any(|value| *value != known.expected(abi)) {
                    wrong.push(format!("{abi}: {}: {found:?}, expected {}", known.name, known.expected(abi)));
                }
            }
        }
        assert!(wrong.is_empty(), "{kernel}:\n{}", wrong.join("\n"));
    }
}

/// A name's values by header.
fn anywhere<'a>(headers: &'a Headers, name: &str, abi: usize) -> BTreeMap<&'a str, i128> {
    let of = |header: &'a String| Some((header.as_str(), headers.value(header, name, abi)?.value));
    headers.constants.keys().filter_map(of).collect()
}
