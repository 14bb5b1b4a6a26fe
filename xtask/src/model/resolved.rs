//! An ABI of one release with everything put together: what `list`, `diff` and `emit` work on.

use std::sync::Arc;

use super::{AbiSpec, Class, Guard, Kind, Linkage, MatchRule, Release, Returns, Scalar};

/// One ABI of one release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Abi {
    /// Which kernel.
    pub release: Release,
    /// Canonical name.
    pub name: String,
    /// Its calls, by number.
    pub syscalls: Vec<Syscall>,
}

/// A row of an ABI's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Syscall {
    /// The number as a program's header says it, base included.
    pub number: u32,
    /// The number in `seccomp_data`, audit records and tracepoints.
    pub kernel_number: u32,
    /// What user space calls it.
    pub name: String,
    /// Further names of the same number, sorted.
    pub aliases: Vec<String>,
    /// The way in on the kernel whose native ABI this is, or the only way in.
    pub main: Side,
    /// The way in on a kernel that serves the ABI as compat.
    pub compat: Option<Side>,
    /// The table or header line of the row.
    pub row: String,
}

/// One way into a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// The folder of `arch/` of the kernel.
    pub arch: String,
    /// The function that the table names; none where the row has no entry.
    pub entry: Option<String>,
    /// Where that function is defined: `fs/open.c:1447`; none where it is not resolved.
    pub origin: Option<String>,
    /// Why no kernel of that architecture has a body for it, or none if one has.
    pub missing: Option<Missing>,
    /// What it takes, or none where that is not known or where nothing is there to take it.
    pub params: Option<Vec<Parameter>>,
    /// The words that its one parameter points to, where it is a pointer to a block of them: `sys_old_mmap`.
    pub block: Option<Vec<Parameter>>,
    /// Which configuration builds it.
    pub config: Guard,
    /// What kallsyms calls it.
    pub symbol: Option<String>,
    /// In which configurations that function takes `struct pt_regs *` in place of the arguments.
    pub registers: Guard,
    /// The companion of which that function is another name, and in which configurations it is: DWARF and BTF know the
    /// companion alone.
    pub alias_of: Option<(String, Guard)>,
    /// The functions beside it that the same definition makes, with who sees them: `__do_sys_openat`.
    pub companions: Vec<(String, Linkage)>,
    /// The macro without its digit that defines it: `SYSCALL_DEFINE`, `COMPAT_SYSCALL_DEFINE`; none: a function or label
    /// of its own.
    pub made_by: Option<String>,
    /// What a success returns; none where nobody says, and before [`kinds`](crate::resolve::kinds) told.
    pub returns: Option<Arc<Returns>>,
    /// The groups in which tracers have it, told with the kinds.
    pub classes: Vec<Class>,
    /// Its tracepoint without `sys_enter_` and `sys_exit_`: `newstat`.
    pub event: Option<String>,
}

/// A parameter of an entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Parameter {
    /// The kernel's name for it.
    pub name: String,
    /// The C type as the kernel spells it.
    pub ty: String,
    /// What the type comes to on that kernel.
    pub scalar: Scalar,
    /// How many bits of its words count: 1 to 64.
    pub bits: u8,
    /// The first of the argument words that it occupies, counted from 0; none where no fact tells.
    pub word: Option<u8>,
    /// How many words that is: 1 or 2.
    pub words: u8,
    /// Which part of a value it is.
    pub part: Part,
    /// What its value means; none where nobody says, and before [`kinds`](crate::resolve::kinds) told.
    pub kind: Option<Arc<Kind>>,
}

/// Which part of a value a parameter is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// All of it.
    Whole,
    /// The low half of a 64-bit value of this name, the other half being a parameter of its own.
    Low(String),
    /// The high half.
    High(String),
    /// The half that comes first in the machine's byte order.
    First(String),
    /// The half that comes second.
    Second(String),
    /// None: it keeps the place of a word that nobody reads.
    Dummy,
}

impl Parameter {
    /// As C declares it: the star stands at the name.
    pub fn declaration(&self) -> String {
        let Parameter { ty, name, .. } = self;
        if name.is_empty() {
            ty.clone()
        } else if let Some((before, after)) = ty.split_once("(*)") {
            format!("{before}(*{name}){after}")
        } else if ty.ends_with('*') {
            format!("{ty}{name}")
        } else {
            format!("{ty} {name}")
        }
    }
}

impl Side {
    /// A side of which nothing but its entry is known.
    pub fn new(arch: &str, entry: Option<String>) -> Self {
        Side {
            arch: arch.to_string(),
            entry,
            origin: None,
            missing: None,
            params: None,
            block: None,
            config: Guard::TRUE,
            symbol: None,
            registers: Guard::FALSE,
            alias_of: None,
            companions: Vec::new(),
            made_by: None,
            returns: None,
            classes: Vec::new(),
            event: None,
        }
    }

    /// Whether anything tells what is behind the number; headers do not.
    pub fn is_told(&self) -> bool {
        self.entry.is_some() || self.missing.is_some()
    }

    /// Some configuration of the architecture builds a body, as far as anything tells.
    pub fn is_implemented(&self) -> bool {
        self.missing.is_none()
    }
}

/// Why a row leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// The row says so: `sys_ni_syscall`, or no entry at all.
    Ni,
    /// The entry has no definition left in the tree.
    NoDefinition,
    /// The entry is defined for other architectures only.
    NotOnThisArch,
    /// The entry's body always returns `ENOSYS`.
    AlwaysEnosys,
}

impl Missing {
    /// As the JSON says it.
    pub fn as_str(self) -> &'static str {
        match self {
            Missing::Ni => "ni",
            Missing::NoDefinition => "no_definition",
            Missing::NotOnThisArch => "not_on_this_arch",
            Missing::AlwaysEnosys => "always_enosys",
        }
    }
}

/// How the kernels of an architecture find the event of a call, and whose calls its events show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventRules {
    /// How they tell which symbol belongs to the name in a call's metadata.
    pub matches: Vec<MatchRule>,
    /// Whether they leave the calls of compat programs out. Where they do not, such a call shows up as that of the native
    /// ABI with its number.
    pub skips_compat: bool,
}

/// Something that the facts do not settle.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The field that stays unknown: `origin`.
    pub field: &'static str,
    /// Why.
    pub reason: &'static str,
    /// The release.
    pub kernel: String,
    /// The call.
    pub syscall: String,
    /// The way in: `arm`, or `arm.compat` on a kernel that serves the ABI as compat.
    pub abi: String,
}

impl Abi {
    /// The row of that number.
    pub fn by_number(&self, number: u32) -> Option<&Syscall> {
        let at = self.syscalls.binary_search_by_key(&number, |syscall| syscall.number).ok()?;
        self.syscalls.get(at)
    }

    /// The row of that name or alias.
    pub fn by_name(&self, name: &str) -> Option<&Syscall> {
        self.syscalls
            .iter()
            .find(|syscall| syscall.name == name)
            .or_else(|| self.syscalls.iter().find(|syscall| syscall.aliases.iter().any(|alias| alias == name)))
    }
}

impl Syscall {
    /// The number that the kernel shows for a number of user space.
    pub fn kernel_number_of(spec: &AbiSpec, number: u32) -> u32 {
        number - spec.base + spec.kernel_base()
    }
}
