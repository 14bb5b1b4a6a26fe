//! The kernel's own view of its headers: where `#include` looks while the kernel itself is compiled, and what is defined.
//!
//! A kernel header drags in hundreds of others. A run here follows those that it was told matter, and passes over the
//! rest as if they were empty: what they would have brought is then missing, which is seen, never wrong.

use std::collections::{BTreeMap, BTreeSet};

use super::predefined;
use crate::evaluate::{Headers, Include, Setup};
use crate::model::AbiSpec;
use crate::source::{Text, Tree};

/// Headers that hold the typedefs of parameters, as `#include` names them, without `uapi/`. `linux/kconfig.h`, which the
/// build puts before every file, comes first: it has `IS_ENABLED` and says the byte order.
const TYPES: [&str; 16] = [
    "linux/kconfig.h",
    "linux/types.h",
    "linux/time32.h",
    "linux/time64.h",
    "linux/time_types.h",
    "linux/aio_abi.h",
    "linux/fs.h",
    "linux/key.h",
    "linux/capability.h",
    "linux/quota.h",
    "linux/landlock.h",
    "asm/signal.h",
    "asm/siginfo.h",
    "asm/compat.h",
    "asm/utrap.h",
    "linux/compat.h",
];

/// Headers that those lead to.
const BELOW_TYPES: [&str; 19] = [
    "asm/bitsperlong.h",
    "asm/posix_types.h",
    "asm/posix_types_32.h",
    "asm/posix_types_64.h",
    "asm/posix_types_x32.h",
    "asm/sgidefs.h",
    "asm/types.h",
    "asm-generic/bitsperlong.h",
    "asm-generic/compat.h",
    "asm-generic/int-l64.h",
    "asm-generic/int-ll64.h",
    "asm-generic/posix_types.h",
    "asm-generic/siginfo.h",
    "asm-generic/signal-defs.h",
    "asm-generic/signal.h",
    "asm-generic/types.h",
    "linux/posix_types.h",
    "linux/signal_types.h",
    "vdso/time32.h",
];

/// Headers that say what programs are told, beside those of user space.
const PROGRAMS: [&str; 16] = [
    "linux/kconfig.h",
    "linux/types.h",
    "linux/time32.h",
    "linux/time64.h",
    "linux/time_types.h",
    "linux/errno.h",
    "linux/fcntl.h",
    "linux/fs.h",
    "linux/socket.h",
    "linux/net.h",
    "linux/dirent.h",
    "linux/uio.h",
    "asm/signal.h",
    "asm/compat.h",
    "linux/compat.h",
    "net/compat.h",
];

/// Headers that those lead to, beside those that typedefs lead to.
const BELOW_PROGRAMS: [&str; 14] = [
    "asm/errno.h",
    "asm/fcntl.h",
    "asm/sigcontext.h",
    "asm/siginfo.h",
    "asm/socket.h",
    "asm/sockios.h",
    "asm-generic/errno-base.h",
    "asm-generic/errno.h",
    "asm-generic/fcntl.h",
    "asm-generic/socket.h",
    "asm-generic/sockios.h",
    "linux/ipc.h",
    "linux/resource.h",
    "linux/stddef.h",
];

/// Files of which some structures are what programs pass, and no header has them.
const SOURCES: [(&str, &[&str]); 16] = [
    (
        "arch/alpha/kernel/osf_sys.c",
        &["osf_stat", "osf_statfs", "osf_statfs64", "pl_args", "rusage32", "timeval32", "timex32"],
    ),
    ("arch/arm/kernel/sys_oabi-compat.c", &["oabi_epoll_event", "oabi_flock64", "oabi_sembuf", "oldabi_stat64"]),
    ("arch/powerpc/include/asm/rtas-types.h", &["rtas_args"]),
    ("arch/powerpc/include/asm/rtas.h", &["rtas_args"]),
    ("arch/s390/kernel/compat_linux.c", &["fadvise64_64_args", "mmap_arg_struct_emu31", "stat64_emu31"]),
    ("arch/x86/ia32/sys_ia32.c", &["mmap_arg_struct32"]),
    ("arch/x86/kernel/sys_ia32.c", &["mmap_arg_struct32"]),
    ("fs/aio.c", &["__aio_sigset", "__compat_aio_sigset"]),
    ("fs/readdir.c", &["compat_linux_dirent", "compat_old_linux_dirent", "linux_dirent", "old_linux_dirent"]),
    ("fs/select.c", &["compat_sel_arg_struct", "compat_sigset_argpack", "sel_arg_struct", "sigset_argpack"]),
    ("include/linux/kexec.h", &["compat_kexec_segment"]),
    ("include/linux/sched.h", &["sched_param"]),
    ("ipc/mqueue.c", &["compat_mq_attr"]),
    ("kernel/sys.c", &["compat_sysinfo"]),
    ("kernel/time/itimer.c", &["old_itimerval32"]),
    ("mm/mmap.c", &["mmap_arg_struct"]),
];

/// Headers that say which calls an architecture wants.
const WANTED_CALLS: [&str; 2] = ["asm/unistd.h", "asm/bitsperlong.h"];

/// Headers that those lead to.
const BELOW_WANTED_CALLS: [&str; 3] = ["asm-generic/unistd.h", "asm-generic/bitsperlong.h", "asm/sgidefs.h"];

/// The structures that a file has which no header tells; none of almost all.
pub(super) fn structs_of(path: &str) -> Option<&'static [&'static str]> {
    SOURCES.iter().find(|(file, _)| *file == path).map(|(_, names)| *names)
}

/// Which headers a run follows.
#[derive(Clone, Copy)]
pub(super) enum Follow {
    /// Those that hold typedefs.
    Types,
    /// Those that say which calls an architecture wants.
    WantedCalls,
    /// Those that say what programs are told.
    Programs,
}

impl Follow {
    /// What a run that wants them all asks for.
    pub(super) fn roots(self) -> &'static [&'static str] {
        match self {
            Follow::Types => &TYPES,
            Follow::WantedCalls => &WANTED_CALLS,
            Follow::Programs => &PROGRAMS,
        }
    }

    fn follows(self, name: &str) -> bool {
        let below: &[&[&str]] = match self {
            Follow::Types => &[&BELOW_TYPES],
            Follow::WantedCalls => &[&BELOW_WANTED_CALLS],
            Follow::Programs => &[&BELOW_TYPES, &BELOW_PROGRAMS],
        };
        let name = name.strip_prefix("uapi/").unwrap_or(name);
        self.roots().contains(&name) || below.iter().any(|below| below.contains(&name))
    }
}

/// Whether some run follows the header of this path, so that its text has to be kept.
pub(super) fn is_followed(path: &str) -> bool {
    let all = [Follow::Types, Follow::WantedCalls, Follow::Programs];
    place(path).is_some_and(|(_, name)| all.iter().any(|follow| follow.follows(name)))
}

/// The folder of `arch/`, if it is in one, and the name that `#include` asks for.
fn place(path: &str) -> Option<(Option<&str>, &str)> {
    match path.strip_prefix("arch/") {
        Some(rest) => {
            let (arch, rest) = rest.split_once('/')?;
            Some((Some(arch), rest.strip_prefix("include/")?))
        }
        None => Some((None, path.strip_prefix("include/")?)),
    }
}

/// Headers as the kernel's own files find them.
pub(super) struct KernelHeaders<'a, T> {
    pub tree: &'a Tree<T>,
    /// The folder of `arch/`.
    pub arch: &'a str,
    pub follow: Follow,
}

impl<'a, T> KernelHeaders<'a, T> {
    /// The header of that name. An architecture's own comes before the generic one, which a wrapper that the build
    /// writes leads to; before either of user space's comes the kernel's.
    pub(super) fn get(&self, name: &str) -> Option<&'a Text> {
        let own = ["include", "include/uapi"].map(|folder| format!("arch/{}/{folder}/{name}", self.arch));
        // `asm/x.h`, and `uapi/asm/x.h` as well: both wrappers say `#include <asm-generic/x.h>`.
        let generic = name.strip_prefix("uapi/").unwrap_or(name).strip_prefix("asm/");
        let name = generic.map_or_else(|| name.to_string(), |rest| format!("asm-generic/{rest}"));
        let shared = ["include", "include/uapi"].map(|folder| format!("{folder}/{name}"));
        own.iter().chain(&shared).find_map(|path| self.tree.get(path))
    }

    /// The text that includes every root that is there.
    pub(super) fn all(&self) -> String {
        let names = self.follow.roots().iter().filter(|name| self.get(name).is_some());
        names.map(|name| format!("#include <{name}>\n")).collect()
    }
}

/// The `CONFIG_` symbols that followed headers ask for.
pub(super) struct Config<'a>(BTreeMap<Option<&'a str>, BTreeSet<&'a str>>);

impl<'a> Config<'a> {
    pub(super) fn new<T>(tree: &'a Tree<T>, follow: Follow) -> Self {
        let mut all: BTreeMap<Option<&str>, BTreeSet<&str>> = BTreeMap::new();
        for text in tree.texts() {
            if let Some((arch, _)) = place(&text.path).filter(|(_, name)| follow.follows(name)) {
                all.entry(arch).or_default().extend(symbols(&text.text));
            }
        }
        Config(all)
    }

    /// What a kernel of this folder of `arch/` may ask.
    pub(super) fn of(&self, arch: &str) -> BTreeSet<&'a str> {
        [None, Some(arch)].iter().filter_map(|arch| self.0.get(arch)).flatten().copied().collect()
    }
}

/// Every `CONFIG_` symbol that some run asks for.
pub(super) fn asked<T>(tree: &Tree<T>) -> BTreeSet<String> {
    let texts = tree.texts().filter(|text| is_followed(&text.path));
    texts.flat_map(|text| symbols(&text.text)).map(str::to_string).collect()
}

/// Every word that starts with `CONFIG_`.
fn symbols(text: &str) -> impl Iterator<Item = &str> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    memchr::memmem::find_iter(text.as_bytes(), "CONFIG_").filter_map(move |at| {
        let (before, from) = text.split_at_checked(at)?;
        let end = from.bytes().position(|byte| !is_word(&byte)).unwrap_or(from.len());
        if before.as_bytes().last().is_some_and(is_word) { None } else { from.get(..end) }
    })
}

impl<T: Send + Sync> Headers for KernelHeaders<'_, T> {
    fn find(&self, name: &str, _angled: bool, _from: &str, _next: bool) -> Include {
        match self.get(name).filter(|_| self.follow.follows(name)) {
            Some(text) => Include::Text { path: text.path.clone(), text: text.text.clone() },
            None => Include::Skip,
        }
    }
}

/// A run in which the kernel whose native ABI this is compiles itself.
pub(super) fn setup(kernel: &AbiSpec) -> Setup {
    let mut setup = predefined::setup(kernel);
    // Its version matters to no type; `linux/types.h` asks whether it is gcc at all.
    setup.predefine("__KERNEL__", "1").predefine("__GNUC__", "12");
    // `linux/compiler_types.h`, which every file of the kernel gets, makes nothing of these outside sparse.
    for annotation in ["__force", "__iomem", "__nocast", "__packed", "__user", "__aligned(x)"] {
        setup.predefine(annotation, "");
    }
    setup
}
