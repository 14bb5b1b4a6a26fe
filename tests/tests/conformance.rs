//! What this project says of a kernel, held against what that kernel's own build and a C compiler say.
//!
//! `SYSCALL_META_KERNELS` names a folder that holds kernels as `linux-X.Y/` or `linux-X.Y.tar.xz`; without it there is
//! nothing to compare, and the test says so. `SYSCALL_META_TOOL` may name an optimised binary to ask, and `CC` another gcc.
//!
//! No table here comes from `data/` or from a parser of ours. For every architecture the kernel's `headers_install`
//! makes the headers that user programs get and its own scripts make the tables that it is built with. The compiler
//! reads both with the predefined macros of the ABI and compiles them into a small program of this machine, and that
//! program prints every name with its number, and every number with its entry. Compared is in both directions.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use syscall_meta_tests::conformance::{Abi, COUNTED, Kernel, Way, compiler, kernels, run, say, tool};

/// Names in headers that are no calls: bases, counts, masks.
const META: [&str; 16] = [
    "__ARM_NR_BASE",
    "__NR_32_Linux",
    "__NR_64_Linux",
    "__NR_64_Linux_syscalls",
    "__NR_Linux",
    "__NR_Linux_syscalls",
    "__NR_N32_Linux",
    "__NR_N32_Linux_syscalls",
    "__NR_O32_Linux",
    "__NR_O32_Linux_syscalls",
    "__NR_OABI_SYSCALL_BASE",
    "__NR_SYSCALL_BASE",
    "__NR_SYSCALL_MASK",
    "__NR_arch_specific_syscall",
    "__NR_compat_syscalls",
    "__NR_syscalls",
];

#[test]
fn kernels_agree_with_their_own_headers() {
    let Some((folder, kernels)) = kernels("conformance") else { return };
    let mut differences = Vec::new();
    for version in kernels {
        differences.extend(compare_kernel(&folder, &version));
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

/// Compares every ABI of one kernel, prints the figures, gives the differences.
fn compare_kernel(folder: &Path, version: &str) -> Vec<String> {
    let kernel = Kernel::open(folder, version);
    let listed = list(&kernel.source);
    let alive = &kernel.alive;
    let expected: BTreeSet<&str> = alive.iter().map(|abi| abi.name).collect();
    let found: BTreeSet<&str> = listed.keys().map(String::as_str).collect();
    let mut differences = Vec::new();
    // A part of them is a wish of the caller's.
    let is_whole = std::env::var_os("SYSCALL_META_ABIS").is_none();
    if is_whole && expected != found {
        differences.push(format!("linux-{version}: expected the ABIs {expected:?}, listed are {found:?}"));
    }
    if let Some((_, count)) = COUNTED.iter().find(|(counted, _)| is_whole && *counted == version) {
        assert_eq!(expected.len(), *count, "the table of this test has another number of ABIs for {version}");
    }

    kernel.build();
    let mut total = Figures::default();
    for abi in alive.iter().filter(|abi| found.contains(abi.name)) {
        let mut compared = Comparison { place: format!("linux-{version}: {}", abi.name), ..Comparison::default() };
        compared.abi(&Built(&kernel), abi, &listed[abi.name]);
        say(&format!("conformance: linux-{version}: {:<12} {}", abi.name, compared.figures));
        total.add(&compared.figures);
        differences.extend(compared.differences);
    }
    say(&format!("conformance: linux-{version}: {} ABIs, {total}, {} differences", alive.len(), differences.len()));
    differences
}

/// Rows of every ABI, as `syscall-meta list` gives them.
fn list(tree: &Path) -> BTreeMap<String, Vec<Value>> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data");
    let printed =
        run(Command::new(tool()).arg("--data").arg(data).args(["list", "--format", "json", "--kernel"]).arg(tree));
    let listed: Vec<Value> = serde_json::from_str(&printed).expect("JSON from `list`");
    let name = |abi: &Value| abi["abi"].as_str().expect("the name of an ABI").to_string();
    listed.iter().map(|abi| (name(abi), abi["syscalls"].as_array().expect("rows").clone())).collect()
}

/// What the compiler makes of an architecture's headers and tables.
struct Built<'a>(&'a Kernel);

impl std::ops::Deref for Built<'_> {
    type Target = Kernel;

    fn deref(&self) -> &Kernel {
        self.0
    }
}

impl Built<'_> {
    /// The compiler, about to read headers of an architecture and nothing else.
    fn compiler(&self, arch: &str, defines: &[&str]) -> Command {
        let mut cc = compiler();
        cc.args(["-w", "-nostdinc", "-undef", "-I"]).arg(self.out(arch).join("inst/include"));
        cc.args(defines.iter().map(|define| format!("-D{define}")));
        let bytes = if defines.contains(&"__LP64__") { 8 } else { 4 };
        cc.arg("-D__CHAR_BIT__=8").args(["POINTER", "LONG"].map(|what| format!("-D__SIZEOF_{what}__={bytes}")));
        cc
    }

    /// Every name that a header defines for a number, with its value.
    fn names(&self, arch: &str, predefined: &[&str], header: &str) -> BTreeMap<String, u64> {
        let source = self.out(arch).join("names.c");
        fs::write(&source, format!("#include {header}\n")).expect("a scratch file");
        let defined = run(self.compiler(arch, predefined).args(["-E", "-dM"]).arg(&source));
        let names = defined.lines().filter_map(|line| line.strip_prefix("#define ")?.split([' ', '(']).next());
        let names = names.filter(|name| name.starts_with("__NR_") || name.starts_with("__ARM_NR_"));
        let rows: String = names.map(|name| format!("{{ ({name}), \"{name}\" }},\n")).collect();
        let printed = self.evaluate(arch, predefined, &format!("#include {header}\n"), &rows);
        printed.into_iter().map(|(number, name)| (name, number)).collect()
    }

    /// Compiles rows of number and text for this machine, and runs that.
    fn evaluate(&self, arch: &str, defines: &[&str], before: &str, rows: &str) -> Vec<(u64, String)> {
        let (source, program) = (self.out(arch).join("rows.c"), self.out(arch).join("rows"));
        let text = format!(
            "{before}
             static const struct {{ unsigned long long number; const char *text; }} rows[] = {{
             {rows}
             {{ 0, 0 }} }};
             extern int printf(const char *, ...);
             int main(void) {{
                 for (int i = 0; rows[i].text; i++) printf(\"%llu %s\\n\", rows[i].number, rows[i].text);
                 return 0;
             }}\n"
        );
        fs::write(&source, text).expect("a scratch file");
        // In two steps, for gcc hands `-undef` to the linker, where it means something else.
        let plain = self.out(arch).join("rows.i");
        run(self.compiler(arch, defines).args(["-E", "-P", "-o"]).args([&plain, &source]));
        run(compiler().arg("-w").arg("-o").args([&program, &plain]));
        let printed = run(&mut Command::new(&program));
        let row = |line: &str| {
            let (number, text) = line.split_once(' ').expect("two words");
            (number.parse().expect("a number"), text.to_string())
        };
        printed.lines().map(row).collect()
    }

    /// Number and entry of every row of a table that leads somewhere, without the base.
    fn entries(&self, abi: &Abi, way: &Way) -> BTreeMap<u64, String> {
        let arch = if way.arch.is_empty() { abi.arch } else { way.arch };
        let made = way.tables.iter().find_map(|name| self.made(arch, name));
        let table = made.map_or("<asm/unistd.h>".to_string(), |path| format!("\"{}\"", path.display()));
        let chosen = if way.second { "b" } else { "a" };
        let x32 = way.defines.contains(&"X32");
        let only = |yes: bool| if yes { "ROW(nr, a)" } else { "" };
        // Every macro by which some release's table gives a row.
        let before = format!(
            "#define TEXT(entry) TEXT_(entry)
             #define TEXT_(entry) #entry
             #define ROW(nr, entry) {{ (nr), TEXT(entry) }},
             #define __SYSCALL(nr, a, ...) ROW(nr, a)
             #define __SYSCALL_NORETURN(nr, a) ROW(nr, a)
             #define __SYSCALL_WITH_COMPAT(nr, a, b) ROW(nr, {chosen})
             #define __SYSCALL_COMPAT_NORETURN(nr, a, b) ROW(nr, {chosen})
             #define __SYSCALL_I386(nr, a) ROW(nr, a)
             #define __SYSCALL_COMMON(nr, a) ROW(nr, a)
             #define __SYSCALL_64(nr, a) {}
             #define __SYSCALL_X32(nr, a) {}
             #define NATIVE(nr, a) ROW(nr, a)
             #define COMPAT(nr, a, b) ROW(nr, {chosen})
             #define SYSCALL(a, b) ROW(__COUNTER__, {chosen})
             {}",
            only(!x32),
            only(x32),
            self.renames(way)
        );
        let defines = if way.second && !way.defines.is_empty() { way.defines } else { abi.predefined };
        let defines: Vec<&str> = defines.iter().chain(way.defines).copied().collect();
        let rows = self.evaluate(arch, &defines, &before, &format!("#include {table}\n"));
        let bare = |number: u64| if number >= abi.base { number - abi.base } else { number };
        rows.into_iter().filter(|(_, entry)| leads_somewhere(entry)).map(|(nr, entry)| (bare(nr), entry)).collect()
    }

    /// `#define sys_mmap2 sys_mmap_pgoff` and its like, out of the source that includes the table.
    fn renames(&self, way: &Way) -> String {
        let mut renames = String::new();
        for path in way.renames {
            let text = fs::read_to_string(self.tree.join(path)).unwrap_or_default();
            for line in text.lines() {
                let words: Vec<&str> = line.split_whitespace().collect();
                if let ["#define", from, to] = words[..] {
                    let bare = |word: &str| word.strip_prefix("__arm64_").unwrap_or(word).to_string();
                    let (from, to) = (bare(from), bare(to));
                    if from.starts_with("sys_") || from.starts_with("compat_sys_") {
                        renames.push_str(&format!("#define {from} {to}\n"));
                    }
                }
            }
        }
        renames
    }
}

/// How much was compared.
#[derive(Default)]
struct Figures {
    names: usize,
    native: usize,
    compat: usize,
}

impl Figures {
    fn add(&mut self, other: &Figures) {
        self.names += other.names;
        self.native += other.native;
        self.compat += other.compat;
    }
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} names, {} entries, {} compat entries", self.names, self.native, self.compat)
    }
}

#[derive(Default)]
struct Comparison {
    place: String,
    figures: Figures,
    differences: Vec<String>,
}

impl Comparison {
    fn abi(&mut self, kernel: &Built, abi: &Abi, rows: &[Value]) {
        let named = kernel.names(abi.arch, abi.predefined, "<asm/unistd.h>");
        self.names(&named, &numbers(rows), "asm/unistd.h");
        let truth = kernel.entries(abi, &abi.native);
        self.figures.native = self.entries(&truth, &entries(rows, abi.base, false), "entry");
        let Some(way) = &abi.compat else {
            let serves = rows.iter().filter(|row| !row["compat"].is_null()).count();
            if serves > 0 {
                self.differ(format!("{serves} rows have a compat side, where the kernel serves none"));
            }
            return;
        };
        if way.arch == "riscv" && !kernel.tree.join("arch/riscv/include/asm/compat.h").is_file() {
            return;
        }
        let mut truth = kernel.entries(abi, way);
        if way.arch == "riscv" && kernel.made("riscv", "syscall_table_32.h").is_none() {
            self.drop_nameless(&mut truth, &named);
        }
        self.figures.compat = self.entries(&truth, &entries(rows, abi.base, true), "compat entry");
        if abi.name == "arm" {
            self.aarch32(kernel, way, rows);
        }
    }

    /// Leaves out the numbers that the ABI's own header has no name for: where there is no name, there is no row.
    ///
    /// Before 6.11 the compat table of riscv64 is `asm/unistd.h` as a 64-bit kernel reads it, and has the calls of 32-bit
    /// time (include/uapi/asm-generic/unistd.h: `__BITS_PER_LONG != 32`). riscv32 never had names for them.
    fn drop_nameless(&mut self, truth: &mut BTreeMap<u64, String>, named: &BTreeMap<String, u64>) {
        let before = truth.len();
        truth.retain(|number, _| named.values().any(|named| named == number));
        say(&format!("conformance: {}: {} entries of the compat table have no name", self.place, before - truth.len()));
    }

    /// The names of the one compat table that has its own. It knows fewer aliases, and no row for what it does not serve.
    fn aarch32(&mut self, kernel: &Built, way: &Way, rows: &[Value]) {
        let header = ["unistd_32.h", "unistd32.h"].iter().find_map(|name| kernel.made(way.arch, name));
        let header = format!("\"{}\"", header.expect("a header of aarch32").display());
        let truth = calls(&kernel.names(way.arch, &[], &header));
        self.figures.names += truth.len();
        for (name, number) in truth.difference(&numbers(rows)) {
            self.differ(format!("the table of aarch32 has `{name}` {number}, which is not listed"));
        }
        let served =
            rows.iter().filter(|row| !is_private(row) && row["compat"]["entry"].as_str().is_some_and(leads_somewhere));
        for row in served {
            if numbers(std::slice::from_ref(row)).is_disjoint(&truth) {
                self.differ(format!("{} is listed as served by arm64, whose table has no such name", row["name"]));
            }
        }
    }

    /// Names and numbers of a header against those listed.
    fn names(&mut self, truth: &BTreeMap<String, u64>, listed: &BTreeSet<(String, u64)>, header: &str) {
        let truth = calls(truth);
        self.figures.names += truth.len();
        for (name, number) in truth.difference(listed) {
            self.differ(format!("{header} has `{name}` {number}, which is not listed"));
        }
        for (name, number) in listed.difference(&truth) {
            self.differ(format!("listed is `{name}` {number}, which {header} has not"));
        }
    }

    /// Entries of a table against those listed.
    fn entries(&mut self, truth: &BTreeMap<u64, String>, listed: &BTreeMap<u64, String>, what: &str) -> usize {
        for (number, entry) in truth {
            match listed.get(number) {
                Some(listed) if listed == entry => {}
                listed => self.differ(format!("{what} of {number} is `{entry}`, listed is {listed:?}")),
            }
        }
        for (number, entry) in listed.iter().filter(|(number, _)| !truth.contains_key(number)) {
            self.differ(format!("{what} of {number} is listed as `{entry}`, the kernel's table has none"));
        }
        truth.len()
    }

    fn differ(&mut self, what: String) {
        self.differences.push(format!("{}: {what}", self.place));
    }
}

/// The calls among the names of a header.
fn calls(names: &BTreeMap<String, u64>) -> BTreeSet<(String, u64)> {
    let bare = |name: &str| name.trim_start_matches("__ARM_NR_").trim_start_matches("__NR_").to_string();
    let calls = names.iter().filter(|(name, _)| !META.contains(&name.as_str()));
    calls.map(|(name, number)| (bare(name), *number)).collect()
}

/// Names and aliases with their numbers.
fn numbers(rows: &[Value]) -> BTreeSet<(String, u64)> {
    let mut numbers = BTreeSet::new();
    for row in rows {
        let number = row["number"].as_u64().expect("a number");
        let aliases = row["aliases"].as_array().expect("aliases").iter();
        for name in std::iter::once(&row["name"]).chain(aliases) {
            let new = numbers.insert((name.as_str().expect("a name").to_string(), number));
            assert!(new, "{name} is listed twice");
        }
    }
    numbers
}

/// Entries of rows that lead somewhere, by number without the base. Private calls are in no table.
fn entries(rows: &[Value], base: u64, compat: bool) -> BTreeMap<u64, String> {
    let mut entries = BTreeMap::new();
    for row in rows.iter().filter(|row| !is_private(row)) {
        let side = if compat { &row["compat"] } else { row };
        let entry = side["entry"].as_str().filter(|entry| leads_somewhere(entry));
        if let Some(entry) = entry {
            let old = entries.insert(row["number"].as_u64().expect("a number") - base, entry.to_string());
            assert_eq!(old, None, "{row} has the number of another row");
        }
    }
    entries
}

/// Not so where the kernel fills a gap; sparc fills those of its own with another.
fn leads_somewhere(entry: &str) -> bool {
    !matches!(entry, "sys_ni_syscall" | "sys_nis_syscall")
}

/// arm's calls from `__ARM_NR_BASE` on, which the kernel handles before it looks into its table.
fn is_private(row: &Value) -> bool {
    matches!(row["entry"].as_str(), Some("arm_syscall"))
}
