//! What the text of one release says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use super::{AbiSpec, Abis, Argument, EntryColumn, Guard, MatchRule, Release, Scalar, Served, Way, Wrapper};

/// Everything that was read from one kernel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Which kernel.
    pub release: Release,
    /// Digest of the part of `data/abis.yaml` that the evaluated facts depend on.
    pub evaluated_with: String,
    /// Where it was read from, if that was recorded.
    pub read_from: Option<ReadFrom>,
    /// Rows of `.tbl` files, by path, in the order of the file.
    pub tables: BTreeMap<String, Vec<TableRow>>,
    /// What each ABI's `asm/unistd.h` says, by ABI.
    pub numbers: BTreeMap<String, Numbers>,
    /// Sites of `SYSCALL_DEFINEn` and its relatives, by file, in the order of the file.
    pub definitions: BTreeMap<String, Vec<Definition>>,
    /// Functions and labels that tables name as entries and that no macro makes, by file.
    pub functions: BTreeMap<String, Vec<EntryFunction>>,
    /// Entries that `#define` turns into others on the way from the table, by file of `arch/`.
    pub redirects: BTreeMap<String, Vec<Redirect>>,
    /// Macros that stand for parameters in the list of a definition (`SC_ARG64`), by file.
    pub arguments: BTreeMap<String, Vec<ArgumentMacro>>,
    /// `COND_SYSCALL` lines: entries that a kernel may be built without, by file.
    pub optional: BTreeMap<String, Vec<OptionalEntry>>,
    /// Under which configuration the Makefiles build a file that defines entries; files that are always built are
    /// left out.
    pub built: BTreeMap<String, Guard>,
    /// The symbols of all those conditions that are settled: by symbol and by [way](super::Way), whether it holds.
    /// A symbol that a way has nothing to say of depends on the configuration.
    pub settled: BTreeMap<String, BTreeMap<String, bool>>,
    /// What a typedef that parameters use is, by typedef and by kernel (the ABI that is native to it).
    pub typedefs: BTreeMap<String, BTreeMap<String, Scalar>>,
    /// The functions that `SYSCALL_DEFINEn` and `COMPAT_SYSCALL_DEFINEn` make, by kernel.
    pub wrappers: BTreeMap<String, Vec<Wrapper>>,
    /// How a kernel tells which symbol belongs to the name in a call's metadata (`sys_x`), by folder of `arch/`;
    /// `default` where an architecture has no rules of its own. One of them has to hold.
    pub match_rules: BTreeMap<String, Vec<MatchRule>>,
    /// The folders of `arch/` whose kernels leave the calls of compat programs out of their events.
    pub skips_compat: BTreeSet<String>,
}

impl Facts {
    /// Facts of a release of which nothing is known yet.
    pub fn new(release: Release, evaluated_with: String) -> Self {
        Facts {
            release,
            evaluated_with,
            read_from: None,
            tables: BTreeMap::new(),
            numbers: BTreeMap::new(),
            definitions: BTreeMap::new(),
            functions: BTreeMap::new(),
            redirects: BTreeMap::new(),
            arguments: BTreeMap::new(),
            optional: BTreeMap::new(),
            built: BTreeMap::new(),
            settled: BTreeMap::new(),
            typedefs: BTreeMap::new(),
            wrappers: BTreeMap::new(),
            match_rules: BTreeMap::new(),
            skips_compat: BTreeSet::new(),
        }
    }

    /// How the kernels of a folder of `arch/` tell which symbol belongs to the name in a call's metadata.
    pub fn match_rules_of(&self, arch: &str) -> Option<&[MatchRule]> {
        Some(self.match_rules.get(arch).or_else(|| self.match_rules.get("default"))?)
    }

    /// The ways into the kernels of this release.
    pub fn ways<'a>(&self, abis: &'a Abis) -> Vec<Way<'a>> {
        let mut ways = abis.ways();
        ways.retain(|way| {
            let compat = !std::ptr::eq(way.abi, way.kernel) && way.abi.served == Served::Native;
            let numbers = self.numbers.get(&way.abi.name);
            numbers.is_some_and(|numbers| !compat || numbers.compat.is_some())
        });
        ways
    }

    /// The kernels of this release, each named by the ABI that is native to it.
    pub fn kernels<'a>(&self, abis: &'a Abis) -> BTreeSet<&'a str> {
        let native = |abi: &&AbiSpec| abi.served == Served::Native && self.numbers.contains_key(&abi.name);
        abis.abis.iter().filter(native).map(|abi| abi.name.as_str()).collect()
    }

    /// Every entry that some table of the release names.
    pub fn named_entries(&self) -> BTreeSet<String> {
        let rows = self.tables.values().flatten().flat_map(|row| [&row.entry, &row.compat]).flatten();
        let sides =
            self.numbers.values().flat_map(|numbers| [Some(&numbers.native), numbers.compat.as_ref()]).flatten();
        let lines = sides.filter_map(|side| match side {
            Dispatch::Rows(rows) => Some(rows.iter().map(|row| &row.entry)),
            Dispatch::Table { .. } => None,
        });
        rows.chain(lines.flatten()).cloned().collect()
    }
}

/// Where a release was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadFrom {
    /// The package that holds the tarball: `linux-source-6.12`.
    pub package: String,
    /// The package's version.
    pub package_version: String,
    /// SHA-256 of the tarball in hexadecimal, if it was one.
    pub sha256: Option<String>,
}

/// A row of a `.tbl` file: `257 common openat sys_openat`, `-` standing for an empty field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRow {
    /// The number in the table, without the ABI's base.
    pub number: u32,
    /// The ABI column.
    pub column: String,
    /// What user space calls it.
    pub name: String,
    /// The function that a native call enters.
    pub entry: Option<String>,
    /// The function that a compat call enters, where the row has one of its own.
    pub compat: Option<String>,
    /// The row says that the call does not return.
    pub noreturn: bool,
    /// Line in the file.
    pub line: u32,
}

impl fmt::Display for TableRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.number, self.column, self.name)?;
        let fields = [self.entry.as_deref(), self.compat.as_deref(), self.noreturn.then_some("noreturn")];
        let used = fields.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
        fields[..used].iter().try_for_each(|field| write!(f, " {}", field.unwrap_or("-")))
    }
}

impl FromStr for TableRow {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fields: Vec<&str> = text.split_ascii_whitespace().collect();
        let (number, column, name) = match fields[..] {
            [number, column, name, ..] => (number, column, name),
            _ => return Err("a row needs a number, an ABI and a name"),
        };
        if fields.len() > 6 {
            return Err("a row has six fields at most: number, ABI, name, entry, compat entry, `noreturn`");
        }
        let field = |index: usize| fields.get(index).filter(|field| **field != "-").map(|field| field.to_string());
        let noreturn = match field(5).as_deref() {
            None => false,
            Some("noreturn") => true,
            Some(_) => return Err("the sixth field can only be `noreturn`"),
        };
        let number = number.parse().map_err(|_| "the number is not a decimal number")?;
        Ok(TableRow {
            number,
            column: column.to_string(),
            name: name.to_string(),
            entry: field(3),
            compat: field(4),
            noreturn,
            line: 0,
        })
    }
}

/// What one ABI's `asm/unistd.h` says, and what its kernel's table dispatches to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// The header: `arch/x86/include/uapi/asm/unistd.h`.
    pub header: String,
    /// The table behind it.
    pub native: Dispatch,
    /// The table of the 64-bit kernel that serves the ABI as well.
    pub compat: Option<Dispatch>,
    /// Names that the header gives beyond the table's, in its order, without the macro's prefix.
    pub names: Vec<NamedNumber>,
    /// Names of the table that the header takes back with `#undef`.
    pub removed: Vec<String>,
}

/// A name that a header gives to a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedNumber {
    /// The number as the header says it, base included.
    pub number: u32,
    /// The name without `__NR_`.
    pub name: String,
}

/// From numbers to entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dispatch {
    /// Rows of a `.tbl` file.
    Table {
        /// Its path in [`Facts::tables`].
        file: String,
        /// The values of the ABI column that are taken.
        columns: Vec<String>,
        /// Which entry is this side's.
        entry: EntryColumn,
    },
    /// `__SYSCALL` lines of headers, in their order.
    Rows(Vec<HeaderRow>),
}

/// A `__SYSCALL(number, entry)` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderRow {
    /// The number.
    pub number: u32,
    /// The function that it leads to.
    pub entry: String,
    /// The header that holds the line.
    pub file: String,
    /// Line in that header.
    pub line: u32,
}

/// A site of `SYSCALL_DEFINEn` or a relative: `SYSCALL_DEFINE3 chown(const char __user * filename, uid_t user)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The macro with its digit: `COMPAT_SYSCALL_DEFINE3`.
    pub macro_name: String,
    /// Its first argument.
    pub name: String,
    /// Its other arguments; none where they are not understood.
    pub arguments: Option<Vec<Argument>>,
    /// The `#if` conditions around it.
    pub guard: Guard,
    /// Line of the macro.
    pub line: u32,
}

/// A macro that stands for parameters: `SC_ARG64(u32 *_lo, u32 *_hi)`, `*` being what it is called with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArgumentMacro {
    /// The macro.
    pub name: String,
    /// What it stands for.
    pub params: Vec<super::Param>,
    /// The `#if` conditions around it.
    pub guard: Guard,
    /// Line of the `#define`.
    pub line: u32,
}

/// A `COND_SYSCALL` or `COND_SYSCALL_COMPAT` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionalEntry {
    /// The entry: `sys_bpf`, `compat_sys_keyctl`.
    pub entry: String,
    /// The `#if` conditions around it.
    pub guard: Guard,
    /// Line of the macro.
    pub line: u32,
}

/// A C function or an assembly label that a table names as an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryFunction {
    /// The symbol.
    pub name: String,
    /// The parameters that C gives it; none for a label, and where they are not understood.
    pub params: Option<Vec<super::Param>>,
    /// The `#if` conditions around it.
    pub guard: Guard,
    /// Line of the definition.
    pub line: u32,
}

/// A `#define` that has a table lead to another entry: `sys_mmap2 sys_mmap_pgoff`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// The entry that the table names.
    pub from: String,
    /// The entry that it leads to.
    pub to: String,
    /// The `#if` conditions around it.
    pub guard: Guard,
    /// Line of the `#define`.
    pub line: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_reads_back_as_it_was_written() {
        for text in [
            "257 common openat sys_openat",
            "0 64 read",
            "13 32 time - sys_time32",
            "60 common exit sys_exit - noreturn",
            "5 i386 open sys_open compat_sys_open",
        ] {
            assert_eq!(text.parse::<TableRow>().expect(text).to_string(), text);
        }
        for text in ["1 common", "x common read sys_read", "1 c n e c noreturn more", "1 c n e c returns"] {
            assert!(text.parse::<TableRow>().is_err(), "{text}");
        }
    }
}
