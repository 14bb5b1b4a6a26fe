//! What a parameter, a field or a result means: [`Kind`] and its parts.

use core::fmt;

use crate::constants::FlagSet;
use crate::meaning::{self, IN, K, NULLABLE, OUT, tag};

/// What a value means: a quantity, a descriptor, bits with names, a pointer to something.
///
/// Kinds come from `data/curated/kinds/`, each with the kernel source that shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A number that can be read by itself.
    Plain(Plain),
    /// A value of a named set: flags, or one of several.
    Set(FlagSet),
    /// What the value of another parameter makes it; [`Decoder`](crate::Decoder) knows which.
    Chosen,
    /// Nothing better can be said, for this reason.
    Bare(&'static str),
    /// Text in a structure, up to a NUL.
    TextHere,
    /// Bytes in a structure.
    BytesHere,
    /// A port: 16 bits in the order of networks.
    Port,
    /// An address of IPv4, in the order of networks.
    Ipv4,
    /// An address of IPv6.
    Ipv6,
    /// The address of a link.
    HwAddr,
    /// A socket address in a structure.
    SockAddrHere,
    /// A set of signals in a structure.
    SigSetHere,
    /// A pointer.
    Pointer {
        /// Who reads and who writes what is there.
        direction: Direction,
        /// What is there.
        target: Target,
        /// NULL is taken and means something of its own.
        nullable: bool,
    },
}

/// Who reads and who writes what a pointer leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The kernel reads it.
    In,
    /// The kernel writes it.
    Out,
    /// Both.
    InOut,
}

/// What a pointer leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// A file name that ends in NUL.
    Path,
    /// Text that ends in NUL.
    Text,
    /// Pointers to such texts, NULL after the last.
    Texts,
    /// Bytes, as many as another parameter, a field or the result says.
    Bytes,
    /// A structure of this name, or as many of them as something says; none: that of the parameter's C type.
    Struct(Option<&'static str>),
    /// Numbers of a kind.
    Numbers,
    /// Bits.
    BitSet,
    /// A set of signals.
    SigSet,
    /// Bits of file descriptors.
    FdSet,
    /// A socket address.
    SockAddr,
    /// Buffers.
    IoVec,
    /// A message with its buffers.
    MsgHdr,
    /// What is told of a signal.
    SigInfo,
    /// Entries of a folder.
    Dirents,
    /// Control messages of a socket.
    Control,
    /// What the value of another parameter makes it.
    Chosen,
    /// Nothing better can be said, for this reason.
    Opaque(&'static str),
}

/// Declares the words of [`Plain`] in the order of the generated tags.
macro_rules! plain {
    ($($(#[$about:meta])* $variant:ident $word:literal,)*) => {
        /// A number that can be read by itself.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Plain {
            $($(#[$about])* $variant,)*
        }

        impl Plain {
            const ALL: &'static [Plain] = &[$(Plain::$variant),*];

            /// The word for it in `data/curated/kinds/`: `dirfd`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Plain::$variant => $word,)*
                }
            }
        }
    };
}

plain! {
    /// A quantity.
    Number "number",
    /// Bits that have no names.
    Hex "hex",
    /// 0 or not.
    Bool "bool",
    /// A file descriptor.
    Fd "fd",
    /// A file descriptor of a folder, or `AT_FDCWD`.
    DirFd "dirfd",
    /// A process, or a group of them.
    Pid "pid",
    /// A thread.
    Tid "tid",
    /// A user.
    Uid "uid",
    /// A group of users.
    Gid "gid",
    /// Type and permissions of a file.
    Mode "mode",
    /// A device.
    Device "device",
    /// Bytes.
    Size "size",
    /// How many of something.
    Count "count",
    /// A place in a file.
    Offset "offset",
    /// A place in memory that the call itself does not look at.
    Address "address",
    /// A signal.
    Signal "signal",
    /// A set of signals in a word.
    SigMask "sigmask",
    /// How a child ended or stopped, as `wait4` tells it.
    WaitStatus "waitstatus",
    /// A clock.
    Clock "clock",
    /// A timer of POSIX.
    Timer "timer",
    /// A key of System V's IPC.
    Key "key",
    /// An object of System V's IPC.
    IpcId "ipcid",
    /// A key of the kernel's keyrings.
    KeySerial "keyserial",
    /// A context of asynchronous I/O.
    AioContext "aiocontext",
    /// Seconds.
    Seconds "seconds",
    /// Thousandths of a second.
    Milliseconds "milliseconds",
    /// A processor.
    Cpu "cpu",
    /// A NUMA node.
    Node "node",
    /// A request of `ioctl`.
    Request "request",
    /// Nothing: the kernel does not look at it.
    Unused "unused",
}

impl Plain {
    #[inline]
    pub(crate) fn of_tag(tag: u8) -> Option<Plain> {
        Plain::ALL.get(usize::from(tag)).copied()
    }
}

impl Kind {
    /// The kind at a place of the generated ones.
    pub(crate) fn at(id: u16) -> Option<Kind> {
        meaning::kind(id).and_then(Kind::of)
    }

    fn of(data: K) -> Option<Kind> {
        let K(what, flags, of, ..) = data;
        if let Some(plain) = Plain::of_tag(what) {
            return Some(Kind::Plain(plain));
        }
        let target = match what {
            tag::SET => return meaning::whole_set(of).map(Kind::Set),
            tag::BY => return Some(Kind::Chosen),
            tag::BARE => return Some(Kind::Bare(meaning::reason(of))),
            tag::TEXT_HERE => return Some(Kind::TextHere),
            tag::BYTES_HERE => return Some(Kind::BytesHere),
            tag::PORT => return Some(Kind::Port),
            tag::IPV4 => return Some(Kind::Ipv4),
            tag::IPV6 => return Some(Kind::Ipv6),
            tag::HWADDR => return Some(Kind::HwAddr),
            tag::SOCKADDR_HERE => return Some(Kind::SockAddrHere),
            tag::SIGSET_HERE => return Some(Kind::SigSetHere),
            tag::PATH => Target::Path,
            tag::STRING => Target::Text,
            tag::STRINGS => Target::Texts,
            tag::BYTES => Target::Bytes,
            tag::STRUCT => Target::Struct(meaning::record(of).map(|record| meaning::name(record.0))),
            tag::VALUE => Target::Numbers,
            tag::BITSET => Target::BitSet,
            tag::SIGSET => Target::SigSet,
            tag::FDSET => Target::FdSet,
            tag::SOCKADDR => Target::SockAddr,
            tag::IOVEC => Target::IoVec,
            tag::MSGHDR => Target::MsgHdr,
            tag::SIGINFO => Target::SigInfo,
            tag::DIRENTS => Target::Dirents,
            tag::CONTROL => Target::Control,
            tag::POINTER_BY => Target::Chosen,
            tag::OPAQUE => Target::Opaque(meaning::reason(of)),
            _ => return None,
        };
        let direction = match flags & (IN | OUT) {
            IN => Direction::In,
            OUT => Direction::Out,
            _ => Direction::InOut,
        };
        Some(Kind::Pointer { direction, target, nullable: flags & NULLABLE != 0 })
    }

    /// Who reads and who writes what it leads to; none for what is no pointer.
    pub const fn direction(self) -> Option<Direction> {
        match self {
            Kind::Pointer { direction, .. } => Some(direction),
            _ => None,
        }
    }
}

/// What a call returns when it succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Returns {
    /// 0, which says nothing.
    Zero,
    /// It does not return.
    Never,
    /// A value.
    Value(Kind),
}

impl Returns {
    pub(crate) fn at(id: u16) -> Option<Returns> {
        match id {
            meaning::ZERO => Some(Returns::Zero),
            meaning::NEVER => Some(Returns::Never),
            id => Kind::at(id).map(Returns::Value),
        }
    }
}

/// Declares the groups in the order of the generated bits.
macro_rules! classes {
    ($($(#[$about:meta])* $variant:ident $word:literal,)*) => {
        /// A group in which tracers have calls; the words are those of strace's `-e trace=%…`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Class {
            $($(#[$about])* $variant,)*
        }

        impl Class {
            /// All of them.
            pub const ALL: &'static [Class] = &[$(Class::$variant),*];

            /// The word for it: `file`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Class::$variant => $word,)*
                }
            }
        }
    };
}

classes! {
    /// It takes a file's name.
    File "file",
    /// It takes or returns a file descriptor.
    Desc "desc",
    /// Life and death of processes.
    Process "process",
    /// Sockets.
    Network "network",
    /// Signals.
    Signal "signal",
    /// System V's IPC and POSIX's queues.
    Ipc "ipc",
    /// Mappings.
    Memory "memory",
    /// Users, groups, capabilities.
    Creds "creds",
    /// Clocks.
    Clock "clock",
    /// It reads nothing of the program and cannot fail.
    Pure "pure",
    /// `stat` and its kin that take a name.
    Stat "stat",
    /// Those of them that follow no link.
    Lstat "lstat",
    /// Those that take a descriptor.
    Fstat "fstat",
    /// `statfs` by name.
    Statfs "statfs",
    /// `statfs` by descriptor.
    Fstatfs "fstatfs",
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The groups of a call.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Classes(pub(crate) u16);

impl Classes {
    /// Whether a group is one of them.
    pub const fn has(self, class: Class) -> bool {
        self.0 >> (class as u16) & 1 == 1
    }

    /// The groups, in the order of [`Class::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Class> {
        Class::ALL.iter().copied().filter(move |class| self.has(*class))
    }
}

impl fmt::Debug for Classes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
