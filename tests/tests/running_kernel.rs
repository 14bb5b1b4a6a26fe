//! What this project says of x86_64, held against the kernel that runs the test: it knows nothing of our extraction.
//!
//! - Every `sys_enter_*/format` under tracefs has the name, the parameters and their types of a row. Every row that has
//!   an event, and that this kernel's configuration builds, has its folder there; one that it does not build has none.
//! - Every symbol of x86_64, and of i386's compat side, that this kernel's configuration builds is in `/proc/kallsyms`;
//!   one that it does not build is there as a weak stub (`COND_SYSCALL`) at most.
//! - Every `__do_sys_*` and `__do_compat_sys_*` that the kernel's own type information (BTF) has, being those that the
//!   compiler kept, has the parameters and types of the entry: no event tells of compat calls.
//!
//! A kernel that is none of those in `data/` lies between two of them, and each thing must be as in one or the other.
//! Most are so in both. What is so in one alone changed between the two, and is printed by name with what the two say;
//! what is so in neither fails.
//!
//! What can't be read is skipped, and the test says so. `cargo test --test running_kernel -- --nocapture` prints the
//! names.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use syscall_meta::{Abi, KernelVersion, Linkage, Release, Side, Syscall, Table};

/// Where tracefs is mounted.
const TRACEFS: [&str; 2] = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];

#[test]
fn events_are_those_of_the_rows() {
    let Some(kernel) = Kernel::running("events") else { return };
    let found = match events() {
        Ok(found) => found,
        Err(why) => return skipped("events", why),
    };
    let mut seen = Seen::new(&kernel);
    let rows = by_event(&kernel);
    for (name, format) in &found {
        let Some(sides) = rows.get(name) else {
            seen.differ(name, "no row of x86_64 has this event");
            continue;
        };
        seen.prototype(name, sides.map(|side| side.map(params)), format);
    }
    for (name, sides) in &rows {
        seen.presence(name, sides, found.contains_key(name));
    }
    seen.report("events");
}

#[test]
fn symbols_are_in_kallsyms() {
    let Some(kernel) = Kernel::running("symbols") else { return };
    let symbols = match kallsyms() {
        Ok(symbols) => symbols,
        Err(why) => return skipped("symbols", why),
    };
    let mut seen = Seen::new(&kernel);
    seen.symbols(table(Abi::X86_64), false, &symbols);
    seen.report("symbols of x86_64");

    if !symbols.keys().any(|name| name.starts_with("__ia32_compat_sys_")) {
        return skipped("symbols of i386", "this kernel serves no 32-bit programs");
    }
    let mut seen = Seen::new(&kernel);
    seen.symbols(table(Abi::I386), true, &symbols);
    seen.report("symbols of i386, compat");
}

#[test]
fn functions_are_as_btf_has_them() {
    let Some(kernel) = Kernel::running("functions") else { return };
    let functions = match btf::functions() {
        Ok(functions) => functions,
        Err(why) => return skipped("functions", why),
    };
    let mut seen = Seen::new(&kernel);
    let rows =
        table(Abi::X86_64).iter().map(|call| (call, false)).chain(table(Abi::I386).iter().map(|call| (call, true)));
    let mut done = BTreeSet::new();
    for (call, compat) in rows {
        let sides = kernel.sides(call, compat);
        let made = |side: Side| Some(side.companions().find(|(symbol, _)| symbol.prefix() == "__do_")?.0.to_string());
        let names: BTreeSet<String> = sides.into_iter().flatten().filter_map(made).collect();
        for name in names.into_iter().filter(|name| functions.contains_key(name) && done.insert(name.clone())) {
            let sides = sides.map(|side| side.filter(|side| made(*side).as_ref() == Some(&name)));
            let sort = |params: &[String]| params.iter().map(|param| sorted(param)).collect::<Vec<_>>();
            seen.prototype(&name, sides.map(|side| side.map(|side| sort(&params(side)))), &sort(&functions[&name]));
        }
    }
    seen.report("functions");
}

fn table(abi: Abi) -> Table {
    abi.table().expect("every table is built in")
}

/// What the rows say of every event, by its name: in the older release, and in the newer one.
fn by_event(kernel: &Kernel) -> BTreeMap<String, [Option<Side>; 2]> {
    let mut rows: BTreeMap<String, [Option<Side>; 2]> = BTreeMap::new();
    for call in table(Abi::X86_64) {
        for (place, side) in kernel.sides(call, false).into_iter().enumerate() {
            if let Some((side, event)) = side.and_then(|side| Some((side, side.event()?))) {
                rows.entry(event.to_string()).or_default()[place] = Some(side);
            }
        }
    }
    rows
}

/// The running kernel: which it is, and how it was configured.
struct Kernel {
    running: KernelVersion,
    /// The newest of our releases that is not newer.
    old: KernelVersion,
    /// The oldest of them that is not older: the same where the running one is one of ours.
    new: KernelVersion,
    /// The options that it has built in; none where it does not tell.
    options: Option<BTreeSet<String>>,
}

impl Kernel {
    /// `None`, and said so, where it is none that could be compared.
    fn running(what: &str) -> Option<Kernel> {
        if std::env::consts::ARCH != "x86_64" {
            skipped(what, format!("this is {}, only x86_64 is compared", std::env::consts::ARCH));
            return None;
        }
        let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let Ok(running) = release.trim().parse() else {
            skipped(what, format!("which kernel runs can't be told: {release:?}"));
            return None;
        };
        let versions = || Release::ALL.iter().map(|release| release.version());
        let around =
            versions().rfind(|version| *version <= running).zip(versions().find(|version| *version >= running));
        let Some((old, new)) = around else {
            skipped(what, format!("{running} is not between the releases in data/"));
            return None;
        };
        Some(Kernel { running, old, new, options: options(release.trim()) })
    }

    /// A way into a call in the older and in the newer release.
    fn sides(&self, call: Syscall, compat: bool) -> [Option<Side>; 2] {
        let side = |version| if compat { call.compat_side_in(version) } else { call.side_in(version) };
        [self.old, self.new].map(side)
    }

    /// Whether its configuration builds a side; `None` where that can't be told.
    fn builds(&self, side: Side) -> Option<bool> {
        let Some(config) = side.config() else { return Some(true) };
        let options = self.options.as_ref()?;
        Some(config.holds(|option| options.contains(option)))
    }
}

/// What was compared.
struct Seen<'k> {
    kernel: &'k Kernel,
    count: usize,
    /// What agrees with one of the two releases alone: its name, which, and what the two say.
    changes: BTreeMap<String, (KernelVersion, [String; 2])>,
    /// What the configuration does not build, and is not there, with the conditions.
    left_out: BTreeMap<String, [&'static str; 2]>,
    /// What may be there or not, for the configuration can't be read.
    open: BTreeMap<String, [&'static str; 2]>,
    differences: Vec<String>,
}

impl<'k> Seen<'k> {
    fn new(kernel: &'k Kernel) -> Self {
        Seen {
            kernel,
            count: 0,
            changes: BTreeMap::new(),
            left_out: BTreeMap::new(),
            open: BTreeMap::new(),
            differences: Vec::new(),
        }
    }

    fn change(&mut self, name: &str, as_old: bool, told: [String; 2]) {
        let version = if as_old { self.kernel.old } else { self.kernel.new };
        self.changes.entry(name.to_string()).or_insert((version, told));
    }

    fn differ(&mut self, name: &str, what: impl Display) {
        self.differences.push(format!("{name}: {what}"));
    }

    /// Holds the parameters of something against what both releases say of it.
    fn prototype(&mut self, name: &str, told: [Option<Vec<String>>; 2], is: &[String]) {
        self.count += 1;
        match told.each_ref().map(|told| told.as_deref() == Some(is)) {
            [true, true] => {}
            [false, false] => self.differ(name, format!("the kernel has {is:?}, we have {told:?}")),
            [as_old, _] => {
                let said = |told: Option<Vec<String>>| {
                    told.map_or("not there".into(), |told| format!("({})", told.join(", ")))
                };
                self.change(name, as_old, told.map(said));
            }
        }
    }

    /// Holds whether something is there against what both releases say of it.
    fn presence(&mut self, name: &str, sides: &[Option<Side>; 2], is_there: bool) {
        let builds = sides.map(|side| side.map_or(Some(false), |side| self.kernel.builds(side)));
        let told = sides.map(|side| match side {
            Some(side) => side.config().map_or("always built", |config| config.as_str()),
            None => "not there",
        });
        match builds {
            [Some(old), Some(new)] if old == new && old == is_there => {
                if !is_there {
                    self.left_out.insert(name.to_string(), told);
                }
            }
            [Some(old), Some(new)] if old == new => {
                self.differ(name, format!("is {}there: {told:?}", if is_there { "" } else { "not " }));
            }
            [Some(old), Some(_)] => self.change(name, old == is_there, told.map(str::to_string)),
            _ => drop(self.open.insert(name.to_string(), told)),
        }
    }

    /// The symbols of an ABI, and of what its definitions make beside them.
    fn symbols(&mut self, table: Table, compat: bool, symbols: &BTreeMap<String, char>) {
        for call in table {
            let sides = self.kernel.sides(call, compat);
            let mut named: BTreeMap<String, [Option<Side>; 2]> = BTreeMap::new();
            for (place, version) in [self.kernel.old, self.kernel.new].into_iter().enumerate() {
                let Some(side) = sides[place].filter(|side| side.is_implemented()) else { continue };
                let companions = side.companions().filter(|(_, linkage)| *linkage == Linkage::Global);
                for symbol in side.symbol_in(version).into_iter().chain(companions.map(|(symbol, _)| symbol)) {
                    named.entry(symbol.to_string()).or_default()[place] = Some(side);
                }
            }
            for (name, sides) in named {
                self.count += 1;
                // A weak one is what answers `ENOSYS` where nothing is built.
                let is_there = symbols.get(&name).is_some_and(|kind| *kind != 'W');
                self.presence(&name, &sides, is_there);
            }
        }
    }

    #[track_caller]
    fn report(&self, what: &str) {
        let Kernel { running, old, new, options } = self.kernel;
        let config = if options.is_some() { "" } else { ", whose configuration can't be read" };
        say(&format!(
            "running kernel: {running} against {old} and {new}{config}: {} {what} compared, {} as in one of the two, \
             {} not configured, {} open, {} differences",
            self.count,
            self.changes.len(),
            self.left_out.len(),
            self.open.len(),
            self.differences.len()
        ));
        for (name, (version, [before, after])) in &self.changes {
            println!("{name}: as in {version} only: {old}: {before}; {new}: {after}");
        }
        let conditions = self.left_out.iter().map(|told| ("not configured", told));
        for (why, (name, [before, after])) in conditions.chain(self.open.iter().map(|told| ("open", told))) {
            println!("{name}: {why}: {old}: {before}; {new}: {after}");
        }
        assert!(self.count > 0, "no {what} were compared");
        assert!(self.differences.is_empty(), "{what}:\n{}", self.differences.join("\n"));
    }
}

/// Standard error past the capture of the test harness: what was compared is worth knowing when all is well, too.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

fn skipped(what: &str, why: impl Display) {
    say(&format!("running kernel: {what}: skipped: {why}"));
}

/// Parameters with their types as C's preprocessor leaves them, one a line of a format.
fn params(side: Side) -> Vec<String> {
    side.params().into_iter().flatten().map(|param| plain(&format!("{} {}", param.c_type(), param.name()))).collect()
}

/// A declaration with one space between its words and stars, and without address spaces.
fn plain(declaration: &str) -> String {
    let spaced = declaration.replace('*', " * ");
    let words = spaced.split_whitespace().filter(|word| *word != "__user" && !word.starts_with("__attribute__"));
    words.collect::<Vec<_>>().join(" ")
}

/// A declaration with the words of its type in one order: BTF has `long unsigned int`, as the compiler says it.
fn sorted(declaration: &str) -> String {
    let (ty, name) = declaration.rsplit_once(' ').unwrap_or(("", declaration));
    let sort = |words: &str| {
        let mut words: Vec<&str> = words.split(' ').filter(|word| !matches!(*word, "int" | "signed" | "")).collect();
        words.sort_unstable();
        words.join(" ")
    };
    format!("{} {name}", ty.split('*').map(sort).collect::<Vec<_>>().join("*"))
}

/// The fields of every event that a call's start has, by its name.
fn events() -> Result<BTreeMap<String, Vec<String>>, String> {
    let Some(folder) = TRACEFS.iter().map(|path| Path::new(path).join("events")).find(|path| path.is_dir()) else {
        return Err(format!("tracefs is at none of {TRACEFS:?}, or this user may not read it"));
    };
    let folder = folder.join("syscalls");
    let read = |path: &PathBuf| fs::read_to_string(path).map_err(|why| format!("{}: {why}", path.display()));
    let mut events = BTreeMap::new();
    for entry in fs::read_dir(&folder).map_err(|why| format!("{}: {why}", folder.display()))? {
        let name = entry.map_err(|why| why.to_string())?.file_name().to_string_lossy().into_owned();
        if name.starts_with("sys_enter_") {
            let format = fields(&read(&folder.join(&name).join("format"))?);
            events.insert(name, format);
        }
    }
    Ok(events)
}

/// The declarations of a format that are arguments. Newer kernels show text that an argument points to in a field, too.
fn fields(format: &str) -> Vec<String> {
    let fields = format.lines().filter_map(|line| line.trim_start().strip_prefix("field:")?.split(';').next());
    let fields = fields.filter(|field| !field.starts_with("__data_loc ") && !field.ends_with(" __syscall_nr"));
    fields.filter(|field| !field.contains(" common_")).map(plain).collect()
}

/// Every symbol with its kind. `T` is a function, `W` a weak one.
fn kallsyms() -> Result<BTreeMap<String, char>, String> {
    let text = fs::read_to_string("/proc/kallsyms").map_err(|why| format!("/proc/kallsyms: {why}"))?;
    let mut symbols = BTreeMap::new();
    for line in text.lines() {
        // Those of modules stand behind.
        let mut words = line.split_whitespace();
        let (kind, name) = (words.nth(1).and_then(|kind| kind.chars().next()), words.next());
        if let (Some(kind), Some(name), None) = (kind, name, words.next()) {
            symbols.entry(name.to_string()).or_insert(kind);
        }
    }
    if symbols.is_empty() { Err("/proc/kallsyms is empty".to_string()) } else { Ok(symbols) }
}

/// The options that the running kernel has built in, where it or its package tells.
fn options(release: &str) -> Option<BTreeSet<String>> {
    let own = fs::read("/proc/config.gz").ok().and_then(|packed| {
        let mut text = String::new();
        flate2::read::GzDecoder::new(&packed[..]).read_to_string(&mut text).ok()?;
        Some(text)
    });
    let text = own.or_else(|| fs::read_to_string(format!("/boot/config-{release}")).ok())?;
    Some(text.lines().filter_map(|line| line.strip_suffix("=y")).map(str::to_string).collect())
}

/// The kernel's type information: Documentation/bpf/btf.rst.
mod btf {
    use super::*;

    const FILE: &str = "/sys/kernel/btf/vmlinux";
    const PTR: u32 = 2;
    const CONST: u32 = 10;
    const FUNC: u32 = 12;

    /// One type: its name, kind, the type that it leads to, and the names and types of a prototype's parameters.
    type Type = (String, u32, u32, Vec<(String, u32)>);

    /// The parameters of all that a call's definition makes, by the function's name.
    pub(super) fn functions() -> Result<BTreeMap<String, Vec<String>>, String> {
        let bytes = fs::read(FILE).map_err(|why| format!("{FILE}: {why}"))?;
        let types = types(&bytes).ok_or_else(|| format!("{FILE} is of another form"))?;
        let mut functions = BTreeMap::new();
        for (name, kind, proto, _) in &types {
            if *kind == FUNC && name.starts_with("__do_") && name.contains("sys_") {
                // x86's SYSCALL_DEFINE0 gives the registers to its function, which are no argument.
                let arguments = types[*proto as usize].3.iter().filter(|(name, _)| name != "__unused");
                let arguments = arguments.map(|(name, ty)| plain(&format!("{} {name}", spelled(&types, *ty))));
                functions.insert(name.clone(), arguments.collect());
            }
        }
        Ok(functions)
    }

    fn types(bytes: &[u8]) -> Option<Vec<Type>> {
        let word = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        let place = |at: usize| Some((word(4)? + word(at)?) as usize);
        let (mut at, end, texts) = (place(8)?, place(8)? + word(12)? as usize, place(16)?);
        let text = |offset: u32| {
            let text = bytes.get(texts + offset as usize..)?.split(|byte| *byte == 0).next()?;
            Some(String::from_utf8_lossy(text).into_owned())
        };
        let mut types = vec![("void".to_string(), 0, 0, Vec::new())];
        while at < end {
            let (info, count) = (word(at + 4)?, word(at + 4)? as usize & 0xffff);
            let kind = info >> 24 & 0x1f;
            let name = match kind {
                4 => "struct ",
                5 => "union ",
                6 | 19 => "enum ",
                7 if info >> 31 == 1 => "union ",
                7 => "struct ",
                _ => "",
            };
            let name = name.to_string() + &text(word(at)?)?;
            let to = word(at + 8)?;
            at += 12;
            let mut params = Vec::new();
            if kind == 13 {
                for param in 0..count {
                    params.push((text(word(at + 8 * param)?)?, word(at + 8 * param + 4)?));
                }
            }
            at += match kind {
                1 | 14 | 17 => 4,
                3 => 12,
                4 | 5 | 15 | 19 => 12 * count,
                6 | 13 => 8 * count,
                2 | 7..=12 | 16 | 18 => 0,
                _ => return None,
            };
            types.push((name, kind, to, params));
        }
        Some(types)
    }

    fn spelled(types: &[Type], id: u32) -> String {
        let (name, kind, to, _) = &types[id as usize];
        match *kind {
            PTR => format!("{} *", spelled(types, *to)),
            CONST if types[*to as usize].1 == PTR => format!("{} const", spelled(types, *to)),
            CONST => format!("const {}", spelled(types, *to)),
            // volatile, restrict and tags such as `user`.
            9 | 11 | 18 => spelled(types, *to),
            _ => name.clone(),
        }
    }
}

#[test]
fn formats_are_read() {
    let format = "name: sys_enter_openat\nformat:\n\tfield:int common_pid;\toffset:4;\n\n\
                  \tfield:int __syscall_nr;\toffset:8;\tsize:4;\tsigned:1;\n\
                  \tfield:const char * filename;\toffset:24;\tsize:8;\tsigned:0;\n\
                  \tfield:umode_t mode;\toffset:40;\n\tfield:__data_loc char[] __filename_val;\toffset:48;\n";
    assert_eq!(fields(format), ["const char * filename", "umode_t mode"]);
    assert_eq!(plain("const char __user *const __user * argv"), "const char * const * argv");
    assert_eq!(sorted("const long unsigned int * const * mask"), sorted("unsigned long const * const * mask"));
    assert_ne!(sorted("long * mask"), sorted("unsigned long * mask"));
    assert_eq!(plain("char __attribute__((btf_type_tag(\"user\"))) *buf"), "char * buf");
}
