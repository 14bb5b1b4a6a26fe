//! What the text of one release says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use super::{EntryColumn, Release};

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
}

impl Facts {
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

/// A site of `SYSCALL_DEFINEn` or a relative: `SYSCALL_DEFINE4 openat`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The macro with its digit: `COMPAT_SYSCALL_DEFINE3`.
    pub macro_name: String,
    /// Its first argument.
    pub name: String,
    /// Line of the macro.
    pub line: u32,
}

/// A C function or an assembly label that a table names as an entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryFunction {
    /// The symbol.
    pub name: String,
    /// Line of the definition.
    pub line: u32,
}

/// A `#define` that has a table lead to another entry: `sys_mmap2 sys_mmap_pgoff`, `?` behind it under a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// The entry that the table names.
    pub from: String,
    /// The entry that it leads to.
    pub to: String,
    /// Whether it stands under an `#if`.
    pub conditional: bool,
    /// Line of the `#define`.
    pub line: u32,
}

impl fmt::Display for Redirect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.from, self.to, if self.conditional { " ?" } else { "" })
    }
}

impl FromStr for Redirect {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let words: Vec<&str> = text.split(' ').collect();
        let (from, to, conditional) = match words[..] {
            [from, to] => (from, to, false),
            [from, to, "?"] => (from, to, true),
            _ => return Err("a redirection is two entries, and `?` if it stands under a condition"),
        };
        Ok(Redirect { from: from.to_string(), to: to.to_string(), conditional, line: 0 })
    }
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
