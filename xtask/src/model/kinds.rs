//! What the values of parameters mean: `data/curated/kinds/` as data. A kind is written as a few words, which this reads and
//! writes; `data/README.md` defines each.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};

use super::{Choice, ControlMessage, NetlinkAttributes, NetlinkMessages, StructFields};

/// The folder, whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kinds {
    /// What C types and names say by themselves; the first rule that fits holds.
    pub rules: Vec<KindRule>,
    /// What was written down of entries, file by file.
    pub entries: Vec<EntryKinds>,
    /// What values decide, file by file.
    pub choices: Vec<Choice>,
    /// What the fields of structures mean, file by file.
    pub fields: Vec<StructFields>,
    /// What control messages carry.
    pub controls: Vec<ControlMessage>,
    /// Messages of netlink.
    pub messages: Vec<NetlinkMessages>,
    /// The attributes of netlink, space by space.
    pub attributes: Vec<NetlinkAttributes>,
    /// The calls that io_uring's operations do.
    pub mirrors: Vec<Mirror>,
}

/// An operation of io_uring, and the call that it does.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mirror {
    /// Its constant: `IORING_OP_OPENAT`.
    pub op: String,
    /// The call, as [`EntryKinds::of`] names it; empty: none.
    pub call: String,
    /// The kernel source that shows it.
    pub source: String,
}

/// A kind that follows from the C type and the name of a parameter.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindRule {
    /// C types, without `const`, `volatile` and `__user`: `umode_t`, `char *`.
    pub types: Vec<String>,
    /// Whether the pointee is `const`; none: either way.
    #[serde(default, rename = "const")]
    pub is_const: Option<bool>,
    /// The kernel's names of the parameter; none: any.
    #[serde(default)]
    pub names: Vec<String>,
    /// The kind.
    pub kind: Kind,
    /// The kernel source that shows it.
    pub source: String,
}

/// What was written down of some entries.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryKinds {
    /// The entries: `openat` for `sys_openat` and `compat_sys_openat`, others in whole.
    #[serde(deserialize_with = "one_or_many")]
    pub of: Vec<String>,
    /// The kinds by the kernel's names of the parameters; of a value in halves the halves have its kind.
    #[serde(default)]
    pub params: BTreeMap<String, Kind>,
    /// What a success returns.
    pub returns: Returns,
    /// The groups in which tracers have it.
    #[serde(default)]
    pub classes: Vec<Class>,
    /// The kernel sources that show it.
    #[serde(deserialize_with = "one_or_many")]
    pub source: Vec<String>,
    /// The file, below `data/`.
    #[serde(skip)]
    pub file: String,
    /// The line where it begins.
    #[serde(skip)]
    pub line: u32,
}

/// What a value means.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A number of a meaning that needs nothing else to be read.
    Plain(Plain),
    /// A value of the named set.
    Set(String),
    /// What the value of that parameter makes it.
    By(String),
    /// Nothing better can be said, for this reason.
    Bare(String),
    /// A pointer.
    Pointer(Pointer),
}

/// What a pointer leads to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer {
    /// Who reads and who writes.
    pub direction: Direction,
    /// What is there.
    pub target: Target,
    /// How many of it, or how many bytes, where that is said.
    pub length: Option<Length>,
    /// NULL is accepted and means something of its own.
    pub nullable: bool,
}

/// Who reads and who writes what a pointer leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// The kernel reads it.
    In,
    /// The kernel writes it.
    Out,
    /// Both.
    InOut,
}

/// What is behind a pointer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A file name that ends in NUL.
    Path,
    /// Text that ends in NUL.
    Text,
    /// Pointers to such texts, NULL after the last.
    Texts,
    /// As many bytes as the length says.
    Bytes,
    /// A struct or union of this name; none: that of the C type. The length counts them.
    Struct(Option<String>),
    /// Numbers of this C type; none: of the one that the parameter has. The length counts them.
    Value(Box<Kind>, Option<String>),
    /// Bits; the length counts them, and the kernel takes whole words.
    BitSet,
    /// A set of signals; the length is in bytes.
    SigSet,
    /// Bits of file descriptors; the length counts descriptors.
    FdSet,
    /// A socket address; the length is in bytes.
    SockAddr,
    /// Buffers; the length counts them.
    IoVec,
    /// A message with its buffers.
    MsgHdr,
    /// What is told of a signal.
    SigInfo,
    /// Entries of a folder; the length is in bytes.
    Dirents,
    /// Control messages of a socket; the length is in bytes.
    Control,
    /// What the value of that parameter makes it.
    By(String),
    /// Nothing better can be said, for this reason.
    Opaque(String),
}

/// A product of terms.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Length(pub Vec<Term>);

/// A factor of a length.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Term {
    /// A number.
    Number(u64),
    /// The value of a parameter.
    Param(String),
    /// The number that a parameter points to.
    Behind(String),
    /// A field of the struct that a parameter points to.
    Field(String, String),
    /// The result.
    Result,
}

/// What a call returns when it succeeds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Returns {
    /// 0, which says nothing.
    Zero,
    /// It does not return.
    Never,
    /// A value.
    Value(Kind),
}

/// Declares an enumeration of words: each variant with the word that stands for it.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$each:meta])* $variant:ident $word:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$each])* $variant,)*
        }

        impl $name {
            /// All of them, in their order.
            pub const ALL: &[$name] = &[$($name::$variant),*];

            /// The word for it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)*
                }
            }

            fn of(word: &str) -> Option<Self> {
                $name::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }
    };
}

words! {
    /// A number that can be read by itself.
    Plain {
        /// A quantity, as a decimal number.
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
}

words! {
    /// A group in which tracers have calls.
    Class {
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
}

impl Kind {
    /// The kind without what it is a kind of: `fd`, `set`, `bytes`; what `coverage` counts by.
    pub fn family(&self) -> &'static str {
        match self {
            Kind::Plain(plain) => plain.as_str(),
            Kind::Set(_) => "set",
            Kind::By(_) => "by",
            Kind::Bare(_) => "bare",
            Kind::Pointer(pointer) => pointer.target.family(),
        }
    }

    /// Why nothing better can be said, where that is so.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Kind::Bare(reason) => Some(reason),
            Kind::Pointer(Pointer { target: Target::Opaque(reason), .. }) => Some(reason),
            _ => None,
        }
    }

    /// Who reads and who writes what it leads to; none for what is no pointer.
    pub fn direction(&self) -> Option<Direction> {
        match self {
            Kind::Pointer(pointer) => Some(pointer.direction),
            _ => None,
        }
    }

    /// The sets that it names.
    pub fn sets(&self) -> Option<&str> {
        match self {
            Kind::Set(name) => Some(name),
            Kind::Pointer(Pointer { target: Target::Value(kind, _), .. }) => kind.sets(),
            _ => None,
        }
    }

    /// The parameters that it names.
    pub fn params(&self) -> Vec<&str> {
        match self {
            Kind::By(name) => vec![name],
            Kind::Pointer(pointer) => {
                let mut all: Vec<&str> = pointer.length.iter().flat_map(Length::params).collect();
                if let Target::By(name) = &pointer.target {
                    all.push(name);
                }
                all
            }
            _ => Vec::new(),
        }
    }
}

impl Direction {
    /// `in`, `out`, `in-out`
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::In => "in",
            Direction::Out => "out",
            Direction::InOut => "in-out",
        }
    }
}

impl Target {
    /// The word for it, without what it is of.
    pub fn family(&self) -> &'static str {
        match self {
            Target::Path => "path",
            Target::Text => "string",
            Target::Texts => "strings",
            Target::Bytes => "bytes",
            Target::Struct(_) => "struct",
            Target::Value(kind, _) => kind.family(),
            Target::BitSet => "bitset",
            Target::SigSet => "sigset",
            Target::FdSet => "fdset",
            Target::SockAddr => "sockaddr",
            Target::IoVec => "iovec",
            Target::MsgHdr => "msghdr",
            Target::SigInfo => "siginfo",
            Target::Dirents => "dirents",
            Target::Control => "control",
            Target::By(_) => "by",
            Target::Opaque(_) => "opaque",
        }
    }

    /// Whether a length has to be said.
    fn needs_length(&self) -> bool {
        matches!(
            self,
            Target::Bytes | Target::BitSet | Target::FdSet | Target::IoVec | Target::Dirents | Target::Control
        )
    }

    /// Whether no length can be said.
    fn has_no_length(&self) -> bool {
        let is_text = matches!(self, Target::Path | Target::Text | Target::Texts);
        is_text || matches!(self, Target::MsgHdr | Target::SigInfo | Target::By(_) | Target::Opaque(_))
    }
}

impl Length {
    /// The parameters that it names.
    pub fn params(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|term| match term {
            Term::Param(name) | Term::Behind(name) | Term::Field(name, _) => Some(name.as_str()),
            Term::Number(_) | Term::Result => None,
        })
    }
}

impl Length {
    /// The fields that it names where it stands in a structure, whose fields are called `a.b` where they lie in another.
    pub fn fields(&self) -> impl Iterator<Item = String> {
        self.0.iter().filter_map(|term| match term {
            Term::Param(name) | Term::Behind(name) => Some(name.clone()),
            Term::Field(of, field) => Some(format!("{of}.{field}")),
            Term::Number(_) | Term::Result => None,
        })
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(reason) = text.strip_prefix("bare: ") {
            return Ok(Kind::Bare(reason.to_string()));
        }
        match text.split_once(' ') {
            Some(("set", name)) => word(name).map(|name| Kind::Set(name.to_string())),
            Some(("by", name)) => word(name).map(|name| Kind::By(name.to_string())),
            Some(("in", rest)) => pointer(Direction::In, rest),
            Some(("out", rest)) => pointer(Direction::Out, rest),
            Some(("in-out", rest)) => pointer(Direction::InOut, rest),
            _ => Plain::of(text).map(Kind::Plain).ok_or_else(|| format!("`{text}` is no kind")),
        }
    }
}

fn pointer(direction: Direction, text: &str) -> Result<Kind, String> {
    if let Some(reason) = text.strip_prefix("opaque: ") {
        let target = Target::Opaque(reason.to_string());
        return Ok(Kind::Pointer(Pointer { direction, target, length: None, nullable: false }));
    }
    let (text, nullable) = text.strip_suffix('?').map_or((text, false), |text| (text, true));
    let (target, length) = match text.split_once('[') {
        Some((target, length)) => {
            let length = length.strip_suffix(']').ok_or_else(|| format!("`[{length}` has no end"))?;
            (target, Some(length.parse()?))
        }
        None => (text, None),
    };
    let target = match target.split_once(' ').unwrap_or((target, "")) {
        ("path", "") => Target::Path,
        ("string", "") => Target::Text,
        ("strings", "") => Target::Texts,
        ("bytes", "") => Target::Bytes,
        ("struct", "") => Target::Struct(None),
        ("struct", name) => Target::Struct(Some(word(name)?.to_string())),
        ("bitset", "") => Target::BitSet,
        ("sigset", "") => Target::SigSet,
        ("fdset", "") => Target::FdSet,
        ("sockaddr", "") => Target::SockAddr,
        ("iovec", "") => Target::IoVec,
        ("msghdr", "") => Target::MsgHdr,
        ("siginfo", "") => Target::SigInfo,
        ("dirents", "") => Target::Dirents,
        ("control", "") => Target::Control,
        ("by", name) => Target::By(word(name)?.to_string()),
        _ => number(target)?,
    };
    if length.is_none() && target.needs_length() {
        return Err(format!("`{text}` needs a length: `{}[…]`", target.family()));
    }
    if length.is_some() && target.has_no_length() {
        return Err(format!("`{}` takes no length", target.family()));
    }
    Ok(Kind::Pointer(Pointer { direction, target, length, nullable }))
}

/// `fd`, `size:unsigned_int`
pub(super) fn number(text: &str) -> Result<Target, String> {
    let (kind, ty) = text.split_once(':').map_or((text, None), |(kind, ty)| (kind, Some(ty)));
    let ty = ty.map(|ty| word(ty).map(|ty| ty.replace('_', " "))).transpose()?;
    // A typedef has its underscores.
    let is_words = |ty: &String| ty.split(' ').all(|word| C_WORDS.contains(&word));
    let ty = ty.map(|ty| if is_words(&ty) { ty } else { ty.replace(' ', "_") });
    match kind.parse()? {
        kind @ (Kind::Plain(_) | Kind::Set(_)) => Ok(Target::Value(Box::new(kind), ty)),
        _ => Err(format!("a pointer cannot lead to `{text}`")),
    }
}

/// The words that C's own integer types are made of.
const C_WORDS: [&str; 6] = ["unsigned", "signed", "char", "short", "int", "long"];

/// A name alone.
pub(super) fn word(text: &str) -> Result<&str, String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !text.is_empty() && text.chars().all(is_name) { Ok(text) } else { Err(format!("`{text}` is no name")) }
}

impl FromStr for Length {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // `a*b`; a star at the beginning of a term is one that is followed: `*len`, `count**size`.
        let (mut terms, mut rest) = (Vec::new(), text);
        loop {
            let behind = rest.strip_prefix('*');
            let from = behind.unwrap_or(rest);
            let end = from.find('*').unwrap_or(from.len());
            let (term, after) = from.split_at(end);
            terms.push(match (behind, term.split_once('.')) {
                (Some(_), None) => Term::Behind(word(term)?.to_string()),
                (None, Some((param, field))) => {
                    // A field may lie in another: `batch.count`.
                    field.split('.').try_for_each(|part| word(part).map(drop))?;
                    Term::Field(word(param)?.to_string(), field.to_string())
                }
                (None, None) if term == "ret" => Term::Result,
                (None, None) => match term.parse() {
                    Ok(number) => Term::Number(number),
                    Err(_) => Term::Param(word(term)?.to_string()),
                },
                (Some(_), Some(_)) => return Err(format!("`*{term}` is no length")),
            });
            match after.strip_prefix('*') {
                Some(after) => rest = after,
                None => return Ok(Length(terms)),
            }
        }
    }
}

impl FromStr for Returns {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "zero" => Ok(Returns::Zero),
            "never" => Ok(Returns::Never),
            _ => match text.parse()? {
                Kind::Pointer(_) => Err("a result is no pointer; `address` is one that nobody follows".to_string()),
                kind => Ok(Returns::Value(kind)),
            },
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Plain(plain) => f.write_str(plain.as_str()),
            Kind::Set(name) => write!(f, "set {name}"),
            Kind::By(name) => write!(f, "by {name}"),
            Kind::Bare(reason) => write!(f, "bare: {reason}"),
            Kind::Pointer(pointer) => write!(f, "{} {pointer}", pointer.direction.as_str()),
        }
    }
}

/// Without its direction.
impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.target {
            Target::Struct(Some(name)) => write!(f, "struct {name}")?,
            Target::Value(kind, ty) => {
                write!(f, "{kind}")?;
                if let Some(ty) = ty {
                    write!(f, ":{}", ty.replace(' ', "_"))?;
                }
            }
            Target::By(name) => write!(f, "by {name}")?,
            Target::Opaque(reason) => write!(f, "opaque: {reason}")?,
            other => f.write_str(other.family())?,
        }
        if let Some(length) = &self.length {
            write!(f, "[{length}]")?;
        }
        f.write_str(if self.nullable { "?" } else { "" })
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, term) in self.0.iter().enumerate() {
            f.write_str(if at > 0 { "*" } else { "" })?;
            match term {
                Term::Number(number) => write!(f, "{number}")?,
                Term::Param(name) => f.write_str(name)?,
                Term::Behind(name) => write!(f, "*{name}")?,
                Term::Field(name, field) => write!(f, "{name}.{field}")?,
                Term::Result => f.write_str("ret")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Returns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Returns::Zero => f.write_str("zero"),
            Returns::Never => f.write_str("never"),
            Returns::Value(kind) => write!(f, "{kind}"),
        }
    }
}

/// Reads a word or phrase through its `FromStr`.
macro_rules! from_text {
    ($($name:ident)*) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    )*};
}

from_text! { Kind Returns Class }

impl FromStr for Class {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Class::of(text).ok_or_else(|| format!("`{text}` is no class"))
    }
}

pub(super) fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(one) => vec![one],
        OneOrMany::Many(many) => many,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_written_as_they_are_read() {
        for text in [
            "fd",
            "set open_flags",
            "by cmd",
            "bare: what a driver makes of it",
            "in path?",
            "in strings",
            "out bytes[ret]",
            "out bytes[nmemb*size]",
            "in bytes[count**size]",
            "out sockaddr[*addrlen]?",
            "in struct iovec[vlen]",
            "in-out struct[8]",
            "out fd[2]",
            "in set epoll_events",
            "out bytes[args.len]",
            "out number:int",
            "in-out size:unsigned_int[2]",
            "in set open_flags:__u32?",
            "in opaque: a program for another processor",
        ] {
            let kind: Kind = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(kind.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_kind_is_told() {
        let error = |text: &str| text.parse::<Kind>().expect_err(text);
        assert_eq!(error("fdd"), "`fdd` is no kind");
        assert_eq!(error("out bytes"), "`bytes` needs a length: `bytes[…]`");
        assert_eq!(error("in path[4]"), "`path` takes no length");
        assert_eq!(error("in bytes[len"), "`[len` has no end");
        assert_eq!(error("in in path"), "a pointer cannot lead to `in path`");
        assert_eq!(error("set a b"), "`a b` is no name");
        assert_eq!(error("in bytes[]"), "`` is no name");
        assert!("in path".parse::<Returns>().is_err());
    }

    #[test]
    fn lengths_name_their_parameters() {
        let kind: Kind = "out bytes[*len*args.size*4*ret*n]".parse().expect("a kind");
        assert_eq!(kind.params(), ["len", "args", "n"]);
        assert_eq!("by cmd".parse::<Kind>().map(|kind| kind.params().join(",")), Ok("cmd".to_string()));
    }
}
