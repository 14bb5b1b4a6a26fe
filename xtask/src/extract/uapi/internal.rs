//! What the kernel's own headers define for programs: constants that no header of user space has (`AF_INET`, `ERESTARTSYS`),
//! and the structures of 32-bit programs as a 64-bit kernel declares them (`struct compat_stat`).
//!
//! A kernel is named by the ABI that is native to it, and so is what its headers say. Structures that only a file of C
//! declares (`struct linux_dirent`) are read the same way, each file cut down to them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::super::inside::{Config, Follow, KernelHeaders};
use super::super::predefined;
use super::{Merged, Own, Said, Structs, constants, records};
use crate::diagnostic::Sink;
use crate::evaluate::{Headers, Include, Session, preprocess};
use crate::model::{AbiSpec, Served};
use crate::source::Tree;

/// Headers of which constants are taken.
const CONSTANTS: [&str; 4] = ["linux/errno.h", "linux/net.h", "linux/socket.h", "asm/socket.h"];

/// Headers of which structures are taken.
const RECORDS: [&str; 12] = [
    "asm/compat.h",
    "asm-generic/compat.h",
    "linux/compat.h",
    "linux/dirent.h",
    "linux/fs.h",
    "linux/ipc.h",
    "linux/socket.h",
    "linux/time32.h",
    "linux/time64.h",
    "linux/types.h",
    "net/compat.h",
    "vdso/time32.h",
];

/// Symbols that count as on where nothing is settled.
const ASSUMED: [&str; 2] = ["CONFIG_COMPAT", "CONFIG_HAVE_UID16"];

/// The code under which a run says that it took too much and was stopped.
const STOPPED: &str = "too-many-tokens";

/// Whether a header is known by its path in the tree, as the kernel's own are, and not by the name that programs include.
pub(super) fn is_internal(name: &str) -> bool {
    name.starts_with("include/") || name.starts_with("arch/") || name.ends_with(".c")
}

/// What each of those headers says, by its path.
pub(super) fn run<'s, T: Send + Sync>(
    tree: &Tree<T>,
    structs: &Structs<'_>,
    session: &'s Session,
    specs: &[&AbiSpec],
    settled: &(dyn Fn(&str, &str) -> Option<bool> + Sync),
    sink: &Sink,
) -> BTreeMap<String, Merged<'s>> {
    let config = Config::new(tree, Follow::Programs);
    let kernels = specs.par_iter().enumerate().filter(|(_, abi)| abi.served == Served::Native);
    let said: Vec<(usize, Vec<(String, Said<'s>)>)> =
        kernels.map(|(at, kernel)| (at, of_kernel(tree, structs, session, kernel, &config, settled, sink))).collect();
    let mut all: BTreeMap<String, Merged<'s>> = BTreeMap::new();
    for (at, by_path) in said {
        let kernel = specs.get(at).map(|abi| abi.name.as_str());
        for (path, said) in by_path {
            let merged = all.entry(path).or_default();
            // An ABI that has no kernel of its own is told what its kernel's headers say.
            let guests = specs.iter().enumerate().filter(|(_, abi)| abi.served == Served::Compat);
            for (guest, _) in guests.filter(|(_, abi)| abi.kernel.as_deref() == kernel) {
                merged.add(guest, Said { constants: said.constants.clone(), ..Said::default() });
            }
            merged.add(at, said);
        }
    }
    all
}

fn of_kernel<'s, T: Send + Sync>(
    tree: &Tree<T>,
    structs: &Structs<'_>,
    session: &'s Session,
    kernel: &AbiSpec,
    config: &Config<'_>,
    settled: &(dyn Fn(&str, &str) -> Option<bool> + Sync),
    sink: &Sink,
) -> Vec<(String, Said<'s>)> {
    let headers = KernelHeaders { tree, arch: &kernel.arch, follow: Follow::Programs };
    let mut setup = predefined::setup(kernel);
    setup.predefine("__KERNEL__", "1").predefine("__GNUC__", "12");
    setup.predefine("__packed", "__attribute__((packed))").predefine("__aligned(x)", "__attribute__((aligned(x)))");
    for annotation in ["__force", "__iomem", "__nocast", "__user", "__rcu", "__percpu"] {
        setup.predefine(annotation, "");
    }
    for symbol in config.of(&kernel.arch) {
        if settled(&kernel.name, symbol).unwrap_or(ASSUMED.contains(&symbol)) {
            setup.predefine(symbol, "1");
        }
    }
    let sources = Sources::new(structs, &kernel.arch);
    let unit: Arc<str> = format!("{}{}", headers.all(), sources.all()).into();
    // A header that is passed over leaves names without a meaning; what rests on them stays open, or has no value.
    let view = View { headers, sources: &sources };
    let ran = Sink::new();
    let output = preprocess(session, &view, &setup, &format!("<the kernel of {}>", kernel.name), &unit, &ran);
    // What comes after the place where a run was stopped is not known to be nothing.
    let stopped = ran.take().into_iter().filter(|said| said.code == STOPPED);
    stopped.for_each(|said| sink.push(said));
    let types = output.types();
    let names: BTreeSet<&str> = CONSTANTS.into_iter().chain(RECORDS).collect();
    let mut all = Vec::new();
    for name in names {
        let Some(text) = view.headers.get(name).filter(|text| !text.path.contains("/uapi/")) else { continue };
        let (own, mut said) = (Own([text.path.to_string()].into()), Said::default());
        if CONSTANTS.contains(&name) {
            constants::find(&output, &types, &own, &mut said);
        }
        if RECORDS.contains(&name) {
            records::find(&output, &types, &own, &mut said);
        }
        all.push((text.path.to_string(), said));
    }
    for path in sources.0.keys() {
        let (own, mut said) = (Own([path.to_string()].into()), Said::default());
        records::find(&output, &types, &own, &mut said);
        all.push((path.to_string(), said));
    }
    all
}

/// The files that are no headers and have structures for a kernel.
struct Sources<'a>(Structs<'a>);

impl<'a> Sources<'a> {
    fn new(structs: &Structs<'a>, arch: &str) -> Self {
        let is_of = |path: &str| path.strip_prefix("arch/").is_none_or(|rest| rest.split('/').next() == Some(arch));
        Sources(structs.iter().filter(|(path, _)| is_of(path)).map(|(path, text)| (*path, *text)).collect())
    }

    fn all(&self) -> String {
        self.0.keys().map(|path| format!("#include <{path}>\n")).collect()
    }
}

/// The kernel's headers, and those files.
struct View<'v, 'a, T> {
    headers: KernelHeaders<'a, T>,
    sources: &'v Sources<'a>,
}

impl<T: Send + Sync> Headers for View<'_, '_, T> {
    fn find(&self, name: &str, angled: bool, from: &str, next: bool) -> Include {
        match self.sources.0.get_key_value(name) {
            Some((path, text)) => Include::Text { path: (*path).into(), text: Arc::clone(*text) },
            None => self.headers.find(name, angled, from, next),
        }
    }
}
