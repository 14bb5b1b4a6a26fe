//! What `data/` says that entries take, held against what the kernel's headers declare them to take.
//!
//! `include/linux/syscalls.h`, `include/linux/compat.h` and the like of architectures declare most entries beside their
//! definitions, written by hand. No parser of ours reads them but the small one here. `SYSCALL_META_KERNELS` names a
//! folder that holds kernels as `linux-X.Y/` or `linux-X.Y.tar.xz`; without it that comparison is skipped, and says so.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use syscall_meta_gen::diagnostic::Sink;
use syscall_meta_gen::model::{Facts, Scalar, Side};
use syscall_meta_gen::resolve::{Resolved, resolve};
use syscall_meta_gen::source::{Kernel, Mode, Progress, Selection, Want};
use syscall_meta_gen::store::Data;
use syscall_meta_tests::data;

/// A parameter as a header declares it: its type, and its name if it has one.
type Declared = (String, Option<String>);

/// Differences that are none of ours, by folder of `arch/` (`*`: several), entry and releases (none: all), each with the
/// reason.
const KNOWN: &[(&str, &str, &[&str], &str)] = &[
    ("*", "sys_sigaltstack", &[], "stack_t is a typedef of struct sigaltstack"),
    ("*", "compat_sys_io_submit", &[], "compat_uptr_t is a typedef of u32"),
    ("*", "compat_sys_move_pages", &["5.10"], "compat_uptr_t is a typedef of __u32"),
    ("arc", "sys_cacheflush", &[], "the header lacks a comma: `uint32_t, uint32_t uint32_t`"),
    ("arc", "sys_clone_wrapper", &[], "a stub hands registers on to sys_clone, whatever its declaration says"),
    ("arc", "sys_clone3_wrapper", &[], "a stub hands registers on to sys_clone3"),
    ("openrisc", "__sys_clone", &[], "a stub hands registers on to sys_clone"),
    ("c6x", "sys_truncate64_c6x", &["5.10"], "one value, declared as two words"),
    ("c6x", "sys_ftruncate64_c6x", &["5.10"], "one value, declared as two words"),
    ("c6x", "sys_fadvise64_64_c6x", &["5.10"], "two values, declared as four words"),
    ("c6x", "sys_fallocate_c6x", &["5.10"], "declared with the low half first; entry.S takes it second"),
    ("nds32", "sys_cacheflush", &["5.10"], "the definition has `int cache`, the declaration `unsigned int`"),
    ("nds32", "sys_fp_udfiex_crtl", &["5.10"], "the definition has `unsigned int`, the declaration `int`"),
    ("powerpc", "compat_sys_swapcontext", &["6.1", "6.12", "7.2", "7.3"], "signal_32.c: #define ucontext ucontext32"),
    ("mips", "sys32_readahead", &["6.12", "7.2", "7.3"], "u64 for words of which a program passes 32 bits each"),
    ("x86", "sys_fanotify_mark", &["5.10"], "declared without a look at CONFIG_ARCH_SPLIT_ARG64, which came for 5.10"),
];

/// Standard error past the capture of the test harness: what was compared is worth knowing when all is well, too.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

fn resolved(data: &Data, kernel: &str) -> (Facts, Resolved) {
    let facts = data.load(kernel).expect("a release is read");
    let resolved = resolve(&facts, &data.abis, &data.curated, &Sink::new());
    (facts, resolved)
}

#[test]
fn every_row_with_a_body_says_what_it_takes() {
    let data = data();
    for kernel in &data.kernels {
        let (_, resolved) = resolved(&data, kernel);
        let mut rows = [("native", 0, 0), ("compat", 0, 0)];
        let mut without = Vec::new();
        for abi in &resolved.abis {
            for call in &abi.syscalls {
                for ((_, all, with), side) in rows.iter_mut().zip([Some(&call.main), call.compat.as_ref()]) {
                    let Some(side) = side else { continue };
                    *all += 1;
                    *with += usize::from(side.params.is_some());
                    if side.is_implemented() && side.params.is_none() {
                        without.push(format!("{} {}", abi.name, call.name));
                    }
                }
            }
        }
        let figures = rows.map(|(way, all, with)| format!("{all} {way} rows, {with} of them with parameters"));
        say(&format!("declarations: linux-{kernel}: {} ABIs, {}", resolved.abis.len(), figures.join(", ")));
        assert!(without.is_empty(), "linux-{kernel}: {} rows without parameters: {without:?}", without.len());
        assert_eq!(resolved.gaps, [], "linux-{kernel}");
    }
    let gaps = std::fs::read_to_string(data.root.join("gaps.yaml")).expect("data/gaps.yaml");
    assert!(gaps.lines().any(|line| line == "calls: []"), "{gaps}");
}

#[test]
fn entries_take_what_the_kernel_declares() {
    let Some(folder) = std::env::var_os("SYSCALL_META_KERNELS") else {
        return say(
            "declarations: skipped: SYSCALL_META_KERNELS does not name a folder of kernels (scripts/real-kernels)",
        );
    };
    let (folder, data) = (PathBuf::from(folder), data());
    let (mut compared, mut wrong, mut used) = (Vec::new(), Vec::new(), BTreeSet::new());
    for version in &data.kernels {
        let spec = [format!("linux-{version}"), format!("linux-{version}.tar.xz")].map(|name| folder.join(name));
        let Some(spec) = spec.iter().find(|path| path.exists()) else { continue };
        let (declared, (facts, resolved)) = (Declarations::read(spec), resolved(&data, version));
        let mut here = Comparison::new(&facts, version);
        for abi in &resolved.abis {
            let spec = data.abis.abis.iter().find(|spec| spec.name == abi.name).expect("an ABI of data/abis.yaml");
            let ways = [data.abis.main_way(spec), data.abis.compat_way(spec)];
            for call in &abi.syscalls {
                for (way, side) in ways.iter().zip([Some(&call.main), call.compat.as_ref()]) {
                    if let (Some(way), Some(side)) = (way, side) {
                        here.side(&way.kernel.name, way.kernel.long, side, &declared);
                    }
                }
            }
        }
        say(&format!("declarations: linux-{version}: {here}"));
        wrong.append(&mut here.wrong);
        used.append(&mut here.used);
        compared.push(version);
    }
    assert!(!compared.is_empty(), "{}: no linux-X.Y/ or linux-X.Y.tar.xz of a release in data/", folder.display());
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{} entries differ from their declarations:\n{}", wrong.len(), wrong.join("\n"));
    if compared.len() == data.kernels.len() {
        let stale: Vec<_> = KNOWN.iter().filter(|known| !used.contains(&(known.0, known.1))).collect();
        assert!(stale.is_empty(), "no longer so: {stale:?}");
    }
}

/// What a name is declared to take: a list under one `#if`, another under another; by folder of `arch/`, or `None` for
/// all.
#[derive(Default)]
struct Declarations(BTreeMap<(Option<String>, String), Vec<Vec<Declared>>>);

impl Declarations {
    fn read(spec: &Path) -> Self {
        let enter = |folder: &str| {
            matches!(
                folder.split('/').collect::<Vec<_>>()[..],
                ["include"]
                    | ["include", "linux" | "asm-generic"]
                    | ["arch"]
                    | ["arch", _]
                    | ["arch", _, "include" | "kernel"]
                    | ["arch", _, "include", "asm"]
            )
        };
        let want = |path: &str| match path.split('/').collect::<Vec<_>>()[..] {
            ["Makefile"] => Want::Keep,
            ["include", "linux", "syscalls.h" | "compat.h"] | ["include", "asm-generic", "syscalls.h"] => Want::Keep,
            ["arch", _, "include", "asm", "syscalls.h" | "syscalls_32.h" | "sys_ia32.h" | "unistd.h"] => Want::Keep,
            ["arch", _, "kernel", "systbls.h" | "entry.h"] => Want::Keep,
            _ => Want::No,
        };
        let spec = spec.to_str().expect("UTF-8 in a path");
        let kernel = Kernel::open(spec).unwrap_or_else(|error| panic!("{spec} opens: {error}"));
        let selection = Selection { enter: &enter, want: &want };
        let tree = kernel.read::<()>(&selection, &|_| None, &Progress::new(Mode::Off), &Sink::new());
        let tree = tree.unwrap_or_else(|error| panic!("{spec} is read: {error}"));
        let mut all = Declarations::default();
        for text in tree.texts().filter(|text| text.path.ends_with(".h")) {
            let arch = text.path.strip_prefix("arch/").and_then(|rest| rest.split('/').next());
            for (name, params) in declarations(&text.text) {
                all.0.entry((arch.map(str::to_string), name)).or_default().push(params);
            }
        }
        all
    }

    /// What holds for a side: its own architecture's word, else everybody's unless the architecture defines the entry.
    fn of(&self, side: &Side) -> Option<&Vec<Vec<Declared>>> {
        let entry = side.entry.clone()?;
        let own = self.0.get(&(Some(side.arch.clone()), entry.clone()));
        let generic = !side.origin.as_ref()?.starts_with("arch/");
        own.or_else(|| self.0.get(&(None, entry)).filter(|_| generic))
    }
}

/// `asmlinkage long sys_x(…);` and its like: every name that stands before a list that `;` follows.
fn declarations(text: &str) -> Vec<(String, Vec<Declared>)> {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("/*") {
        plain += before;
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    plain += rest;
    let plain = plain.replace("\\\n", " ");
    let lines = plain.lines().map(|line| line.split("//").next().unwrap_or_default());
    let code: String = lines.filter(|line| !line.trim_start().starts_with('#')).flat_map(|line| [line, "\n"]).collect();
    let mut found = Vec::new();
    for statement in code.split([';', '{', '}']) {
        let Some((head, list)) = statement.split_once('(') else { continue };
        let Some(list) = list.trim_end().strip_suffix(')') else { continue };
        let head: Vec<&str> = head.split_whitespace().collect();
        let [.., _, name] = head[..] else { continue };
        found.push((name.trim_start_matches('*').to_string(), params(list)));
    }
    found
}

/// The parameters of a list, each a type and a name if it has one.
fn params(list: &str) -> Vec<Declared> {
    let mut params = Vec::new();
    for param in list.split(',').map(str::trim).filter(|param| !param.is_empty() && *param != "void") {
        // `compat_arg_u64(pos)` and `SC_ARG64(pos)` are two words in the order of bytes.
        if ["compat_arg_u64", "SC_ARG64"].iter().any(|name| param.starts_with(name)) {
            params.extend([("u32".to_string(), None), ("u32".to_string(), None)]);
            continue;
        }
        let spaced = param.replace('*', " * ").replace("[]", " * ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let types = ["unsigned", "signed", "int", "long", "short", "char", "*", "const", "__user"];
        let of_type = |word: &&&str| !["const", "__user", "struct", "union", "enum"].contains(*word);
        let last = words.last().copied().unwrap_or_default();
        let named = words.iter().filter(of_type).count() > 1 && !types.contains(&last);
        let (ty, name) = if named { (&words[..words.len() - 1], Some(last.to_string())) } else { (&words[..], None) };
        params.push((spelled(ty), name));
    }
    params
}

/// A type with what does not matter to a caller left out: `__user`, and the `const` of the parameter itself.
fn spelled(words: &[&str]) -> String {
    let mut ty: Vec<&str> = words.iter().copied().filter(|word| !["__user", "__force"].contains(word)).collect();
    let behind_stars = ty.iter().rposition(|word| *word == "*").map_or(0, |last| last + 1);
    let mut at = 0;
    ty.retain(|word| {
        at += 1;
        at <= behind_stars || *word != "const"
    });
    if let Some(at) = ty.iter().position(|word| *word == "unsigned")
        && !ty.get(at + 1).is_some_and(|next| ["int", "long", "short", "char"].contains(next))
    {
        ty.insert(at + 1, "int");
    }
    ty.join(" ")
}

/// One release's comparison.
struct Comparison<'a> {
    release: &'a str,
    facts: &'a Facts,
    /// Ways into calls that a header declares, and how many of these are declared with other words for the same types.
    compared: usize,
    spelled_otherwise: usize,
    /// Parameters with a name in both, and how many of these have another one.
    names: usize,
    named_otherwise: usize,
    undeclared: BTreeSet<String>,
    /// Entries of [`KNOWN`] that were needed.
    used: BTreeSet<(&'static str, &'static str)>,
    wrong: Vec<String>,
}

impl std::fmt::Display for Comparison<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Comparison { compared, spelled_otherwise, names, named_otherwise, .. } = self;
        write!(f, "{compared} ways in compared, {spelled_otherwise} with types spelled otherwise, ")?;
        write!(f, "{named_otherwise} of {names} parameters named otherwise, ")?;
        write!(f, "{} differences known, {} not; ", self.used.len(), self.wrong.len())?;
        write!(f, "{} entries undeclared", self.undeclared.len())
    }
}

impl<'a> Comparison<'a> {
    fn new(facts: &'a Facts, release: &'a str) -> Self {
        let (undeclared, used, wrong) = Default::default();
        Comparison {
            release,
            facts,
            compared: 0,
            spelled_otherwise: 0,
            names: 0,
            named_otherwise: 0,
            undeclared,
            used,
            wrong,
        }
    }

    fn side(&mut self, kernel: &str, long: u32, side: &Side, declared: &Declarations) {
        let (Some(params), Some(entry)) = (&side.params, &side.entry) else { return };
        let Some(lists) = declared.of(side) else {
            self.undeclared.insert(entry.clone());
            return;
        };
        self.compared += 1;
        let ours: Vec<String> = params.iter().map(|param| spelled(&param.ty.split(' ').collect::<Vec<_>>())).collect();
        let same_text = |list: &&Vec<Declared>| list.iter().map(|(ty, _)| ty).eq(&ours);
        let same_types = |list: &&Vec<Declared>| {
            let mut pairs = list.iter().zip(&ours);
            list.len() == ours.len() && pairs.all(|((ty, _), ours)| self.same_type(ty, ours, kernel, long))
        };
        let found = lists.iter().find(same_text).or_else(|| lists.iter().find(same_types));
        let Some(list) = found else { return self.differs(side, entry, &ours, lists) };
        self.spelled_otherwise += usize::from(!same_text(&list));
        // Names differ at will, but the same ones in another order would be a swap.
        let named: Vec<(&str, &str)> = params
            .iter()
            .zip(list)
            .filter_map(|(param, (_, name))| Some((param.name.as_str(), name.as_deref()?)))
            .collect();
        self.names += named.len();
        self.named_otherwise += named.iter().filter(|(ours, theirs)| ours != theirs).count();
        let swapped = |(ours, theirs): &&(&str, &str)| ours != theirs && named.iter().any(|(_, other)| other == ours);
        if let Some((name, _)) = named.iter().find(swapped)
            && !self.is_known(side, entry)
        {
            self.wrong
                .push(format!("{} {} {entry}: `{name}` is declared elsewhere in the list", self.release, side.arch));
        }
    }

    fn differs(&mut self, side: &Side, entry: &str, ours: &[String], lists: &[Vec<Declared>]) {
        if self.is_known(side, entry) {
            return;
        }
        let types = |list: &Vec<Declared>| list.iter().map(|(ty, _)| ty.as_str()).collect::<Vec<_>>().join(", ");
        let theirs: Vec<String> = lists.iter().map(types).collect();
        let (release, arch, ours) = (self.release, &side.arch, ours.join(", "));
        self.wrong.push(format!("{release} {arch} {entry}\n  data/:    {ours}\n  declared: {}", theirs.join(" | ")));
    }

    fn is_known(&mut self, side: &Side, entry: &str) -> bool {
        let known = KNOWN.iter().find(|(arch, known, releases, _)| {
            (*arch == "*" || *arch == side.arch)
                && *known == entry
                && (releases.is_empty() || releases.contains(&self.release))
        });
        self.used.extend(known.map(|(arch, entry, ..)| (*arch, *entry)));
        known.is_some()
    }

    /// The same to the compiler: the same words, or two names of one integer.
    fn same_type(&self, one: &str, other: &str, kernel: &str, long: u32) -> bool {
        let scalar = |ty: &str| self.integer(ty, kernel, long);
        one == other || scalar(one).is_some_and(|one| Some(one) == scalar(other))
    }

    fn integer(&self, ty: &str, kernel: &str, long: u32) -> Option<Scalar> {
        let long = u8::try_from(long).ok()?;
        match ty {
            "int" => Some(Scalar::Signed(32)),
            "unsigned int" | "u32" | "__u32" | "uint32_t" => Some(Scalar::Unsigned(32)),
            "u64" | "__u64" => Some(Scalar::Unsigned(64)),
            "long" => Some(Scalar::Signed(long)),
            "unsigned long" => Some(Scalar::Unsigned(long)),
            _ => self.facts.typedefs.get(ty)?.get(kernel).copied(),
        }
    }
}
