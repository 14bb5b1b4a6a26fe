//! The headers as `make headers_install` hands them to programs of one ABI, and which of them can be included.

use std::collections::{BTreeSet, HashMap, HashSet};

use rustc_hash::{FxHashMap, FxHashSet};

use super::Own;
use crate::evaluate::{Headers, Include, Outcome, Output};
use crate::model::AbiSpec;
use crate::parse::parse_kbuild;
use crate::source::{Text, Tree};

/// Headers of the C library that some headers include and need nothing of.
const LIBRARY: [&str; 13] = [
    "net/if.h",
    "netinet/if_ether.h",
    "netinet/in.h",
    "stdbool.h",
    "stdlib.h",
    "string.h",
    "sys/ioccom.h",
    "sys/socket.h",
    "sys/time.h",
    "sys/types.h",
    "time.h",
    "unistd.h",
    "linux/version.h",
];

const STDINT: &str = "typedef signed char int8_t; typedef short int16_t; typedef int int32_t; typedef long long int64_t;\n\
    typedef unsigned char uint8_t; typedef unsigned short uint16_t; typedef unsigned int uint32_t;\n\
    typedef unsigned long long uint64_t; typedef unsigned long uintptr_t; typedef long intptr_t;\n";

const STDDEF: &str = "typedef __SIZE_TYPE__ size_t;\n#define NULL ((void *)0)\n\
    #define offsetof(type, member) __builtin_offsetof(type, member)\n";

const LIMITS: &str = "#define INT_MAX 0x7fffffff\n#define INT_MIN (-INT_MAX - 1)\n#define UINT_MAX 0xffffffffU\n\
    #define LONG_MAX ((long)(~0UL >> 1))\n#define LONG_MIN (-LONG_MAX - 1)\n#define ULONG_MAX (~0UL)\n\
    #define CHAR_BIT 8\n#define SHRT_MAX 0x7fff\n#define USHRT_MAX 0xffff\n#define UCHAR_MAX 0xff\n";

const ENDIAN: &str = "#define __LITTLE_ENDIAN 1234\n#define __BIG_ENDIAN 4321\n#define __BYTE_ORDER __BYTE_ORDER__\n";

/// Types that headers use and leave to the C library, of which every library makes the same.
pub(super) const LIBRARY_TYPES: [&str; 18] = [
    "caddr_t",
    "ino_t",
    "int16_t",
    "int32_t",
    "int64_t",
    "int8_t",
    "loff_t",
    "pid_t",
    "sa_family_t",
    "size_t",
    "sockaddr",
    "sockaddr_storage",
    "u_long",
    "u_short",
    "uint16_t",
    "uint32_t",
    "uint64_t",
    "uint8_t",
];

/// The name under which a run includes them.
pub(super) const LIBRARY_HEADER: &str = "C library";

const LIBRARY_TEXT: &str = "#include <stdint.h>\n#include <stddef.h>\ntypedef long long loff_t;\ntypedef int pid_t;\n\
    typedef unsigned short sa_family_t;\ntypedef unsigned short u_short;\ntypedef unsigned long u_long;\n\
    typedef char *caddr_t;\ntypedef unsigned long ino_t;\n\
    struct sockaddr { unsigned short sa_family; char sa_data[14]; };\n\
    struct sockaddr_storage { unsigned short ss_family; char padding[126 - sizeof(long)]; unsigned long align; };\n";

/// Typedefs that some headers use without the header that makes them.
pub(super) const HOMES: [(&str, &str); 5] = [
    ("__s64", "linux/types.h"),
    ("__u32", "linux/types.h"),
    ("__u64", "linux/types.h"),
    ("sigset_t", "asm/signal.h"),
    ("stack_t", "asm/signal.h"),
];

/// Headers that say nothing without another one, and what would come out otherwise is wrong: `SIOCGSTAMP` is a `?:` one of
/// whose sides makes a request.
pub(super) const ALWAYS: [(&str, &str); 1] = [("linux/sockios.h", "asm/ioctl.h")];

/// What `scripts/headers_install.sh` takes out of every header.
const TAKEN_OUT: [&str; 2] = ["linux/compiler.h", "linux/compiler_types.h"];

/// What programs of one ABI can include.
pub(super) struct View<'a, T> {
    tree: &'a Tree<T>,
    /// By name, as `#include` has it.
    roots: FxHashMap<String, &'a Text>,
    /// Their paths.
    paths: FxHashSet<&'a str>,
}

impl<'a, T> View<'a, T> {
    pub(super) fn new(tree: &'a Tree<T>, abi: &AbiSpec) -> Self {
        let mut roots: FxHashMap<String, &Text> = FxHashMap::default();
        let shared = "include/uapi/";
        let generic = "include/uapi/asm-generic/";
        let own = format!("arch/{}/include/uapi/", abi.arch);
        // `mandatory-y` names the generic headers that every architecture has, `generic-y` those that this one takes.
        let mut taken: BTreeSet<String> = BTreeSet::new();
        for (file, list) in [(format!("{generic}Kbuild"), "mandatory-y"), (format!("{own}asm/Kbuild"), "generic-y")] {
            taken.extend(tree.get(&file).map(|kbuild| parse_kbuild(&kbuild.text, list)).unwrap_or_default());
        }
        for text in tree.texts_at(shared).filter(|text| text.path.ends_with(".h")) {
            let Some(name) = text.path.strip_prefix(shared) else { continue };
            match name.strip_prefix("asm-generic/") {
                Some(file) if taken.contains(file) => drop(roots.insert(format!("asm/{file}"), text)),
                Some(_) => {}
                None => drop(roots.insert(name.to_string(), text)),
            }
        }
        for text in tree.texts_at(&own) {
            if let Some(name) = text.path.strip_prefix(own.as_str()).filter(|name| name.ends_with(".h")) {
                roots.insert(name.to_string(), text);
            }
        }
        // Numbers of calls stand in a table of their own.
        roots.retain(|name, _| !name.starts_with("asm/unistd"));
        let paths = roots.values().map(|text| &*text.path).collect();
        View { tree, roots, paths }
    }

    /// Every header that a program can include, in no order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.roots.keys().map(String::as_str)
    }

    /// The names, out of `wanted`, that macros of each header bear.
    pub(super) fn defined<'w>(&self, wanted: &HashSet<&'w str>) -> HashMap<&'w str, String> {
        let mut found = HashMap::new();
        // What a header of the architecture's own takes from the generic one of its name: `_IOR` of mips.
        let generic = self.tree.texts_at("include/uapi/asm-generic/").filter_map(|text| {
            let header = format!("asm/{}", text.path.rsplit('/').next()?);
            let (header, _) = self.roots.get_key_value(&header)?;
            Some((header, text))
        });
        let mut roots: Vec<_> = self.roots.iter().map(|(header, text)| (header, *text)).collect();
        roots.sort_unstable_by_key(|(header, _)| *header);
        for (header, text) in roots.into_iter().chain(generic) {
            for at in memchr::memmem::find_iter(text.text.as_bytes(), "define") {
                let rest = text.text.get(at + "define".len()..).unwrap_or_default().trim_start_matches([' ', '\t']);
                let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
                if let Some(name) = rest.get(..end).and_then(|name| wanted.get(name)) {
                    found.entry(*name).or_insert_with(|| header.clone());
                }
            }
        }
        found
    }

    /// The text of a header that a program can include.
    pub(super) fn root(&self, name: &str) -> Option<&'a Text> {
        self.roots.get(name).copied()
    }

    /// The header's own text, and those that it leads to and that no program can include by themselves.
    pub(super) fn own(&self, name: &str, text: &Text, output: &Output<'_>) -> Own {
        let mut own = BTreeSet::from([text.path.to_string()]);
        // Another header's run does not make what stands there this one's.
        if name.starts_with("asm/") {
            for include in output.includes.iter().filter(|include| include.outcome == Outcome::Entered) {
                let Some(path) = include.path.as_deref().filter(|path| !self.paths.contains(path)) else { continue };
                if output.place(include.at).is_some_and(|place| own.contains(&*place.path)) {
                    own.insert(path.to_string());
                }
            }
        }
        Own(own)
    }
}

impl<T: Send + Sync> Headers for View<'_, T> {
    fn find(&self, name: &str, angled: bool, from: &str, _next: bool) -> Include {
        let text = |text: &Text| Include::Text { path: text.path.clone(), text: text.text.clone() };
        if !angled
            && let Some((folder, _)) = from.rsplit_once('/')
            && let Some(beside) = self.tree.get(&format!("{folder}/{name}"))
        {
            return text(beside);
        }
        if let Some(root) = self.roots.get(name) {
            return text(root);
        }
        let virtual_text = |text: &str| Include::Text { path: format!("<{name}>").into(), text: text.into() };
        match name {
            "stdint.h" => virtual_text(STDINT),
            "stddef.h" => virtual_text(STDDEF),
            "limits.h" => virtual_text(LIMITS),
            "endian.h" => virtual_text(ENDIAN),
            "sys/ioctl.h" => virtual_text("#include <asm/ioctl.h>\n#include <asm/ioctls.h>\n"),
            LIBRARY_HEADER => virtual_text(LIBRARY_TEXT),
            _ if LIBRARY.contains(&name) || TAKEN_OUT.contains(&name) || name.starts_with("asm/unistd") => {
                Include::Skip
            }
            _ if name.starts_with("asm-generic/") => {
                self.tree.get(&format!("include/uapi/{name}")).map_or(Include::Missing, text)
            }
            _ => Include::Missing,
        }
    }
}
