//! `data/abis.yaml` as data: what each ABI is and which upstream files speak for it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::call::CallSpec;

/// The whole file.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Abis {
    /// Names that a header gives to numbers that are no calls.
    pub meta_names: Vec<String>,
    /// Rows of tables that no ABI takes.
    pub ignored: Vec<Ignored>,
    /// Headers of which all structures are kept, `*` standing for any end; of others those that something leads to.
    #[serde(default)]
    pub layouts: Vec<String>,
    /// Structures that are kept as well, by name: `struct flock`.
    #[serde(default)]
    pub records: Vec<String>,
    /// Every ABI, in the order of the file.
    pub abis: Vec<AbiSpec>,
}

impl Abis {
    /// The ABI of that canonical name.
    pub fn get(&self, name: &str) -> Option<&AbiSpec> {
        self.abis.iter().find(|abi| abi.name == name)
    }

    /// The ABI of that canonical name or alias.
    pub fn by_name_or_alias(&self, name: &str) -> Option<&AbiSpec> {
        self.get(name).or_else(|| self.abis.iter().find(|abi| abi.aliases.iter().any(|alias| alias == name)))
    }

    /// The ABI that is native to a machine, as `uname -m` and the first word of a compiler's triplet call it: `armv7l`,
    /// `mips64el`, `i586`.
    pub fn by_machine(&self, machine: &str) -> Option<&AbiSpec> {
        if let [b'i', b'3'..=b'6', b'8', b'6'] = machine.as_bytes() {
            return self.get("i386");
        }
        // What stands behind the name is a model and a byte order.
        let ends = (2..=machine.len()).rev().filter_map(|end| machine.get(..end));
        let known = |name: &&str| self.by_name_or_alias(name).is_some_and(|abi| abi.served == Served::Native);
        self.by_name_or_alias(ends.into_iter().find(known)?)
    }
}

/// Rows of a table that no ABI takes, and why.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Ignored {
    /// The table.
    pub file: String,
    /// The value of its ABI column.
    pub column: String,
    /// Why these rows are nobody's.
    pub reason: String,
}

/// One ABI.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AbiSpec {
    /// Canonical name: `x86_64`, `mips_o32`.
    pub name: String,
    /// The machine and the convention, in a few words: `32-bit Arm, the old ABI (OABI)`.
    pub title: String,
    /// Further names that the command line and `Abi::from_str` take.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Bits of C's `long` and of a pointer: 32 or 64.
    pub long: u32,
    /// Byte orders with the `AUDIT_ARCH_*` value that a kernel of that order shows, the usual one first.
    pub orders: Vec<Order>,
    /// The folder of `arch/` whose `include/uapi/asm/unistd.h` a program of this ABI sees.
    pub arch: String,
    /// How a kernel of `arch` serves it.
    #[serde(default, skip_serializing_if = "Served::is_native")]
    pub served: Served,
    /// The ABI whose kernel serves it, where it is [`Served::Compat`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel: Option<String>,
    /// Options of the kernel's configuration that are settled where a kernel serves this ABI: `64BIT: true`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, bool>,
    /// What the numbers of the table start from in user space.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub base: u32,
    /// What they start from in `seccomp_data`, audit records and tracepoints, where that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel_base: Option<u32>,
    /// Prefix of macros that name private calls beside `__NR_`: `__ARM_NR_`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private: Option<String>,
    /// What a compiler for this ABI predefines beyond what its data model says: `__x86_64__`, `_MIPS_SIM=1`.
    pub predefined: Vec<String>,
    /// What a C compiler for this ABI lays out otherwise than most do.
    #[serde(default, skip_serializing_if = "CSpec::is_usual")]
    pub c: CSpec,
    /// Headers that the kernel's build makes from the table, as `asm/unistd.h` includes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub generated: Vec<String>,
    /// Where the numbers and entries stand; the first that a release has is taken.
    pub tables: Vec<TableSpec>,
    /// The file that includes the table, where an architecture has several: its `#define`s hold for this table alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispatch: Option<String>,
    /// What the table's macro puts before an entry to name a function, the first that the kernel's wrappers have:
    /// `__x64_`; none: the entry is the function.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub symbols: Vec<String>,
    /// The other way in, where a 64-bit kernel also serves this ABI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compat: Option<CompatSpec>,
    /// How the words of a call travel.
    pub call: CallSpec,
    /// Kernel files that these facts were read from.
    pub source: Vec<String>,
}

impl AbiSpec {
    /// The base of the numbers that the kernel shows.
    pub fn kernel_base(&self) -> u32 {
        self.kernel_base.unwrap_or(self.base)
    }

    /// The byte order that facts are evaluated in.
    pub fn order(&self) -> ByteOrder {
        self.orders.first().map_or(ByteOrder::Little, |order| order.order)
    }
}

/// How a compiler for an ABI lays out C, beside the width of `long`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct CSpec {
    /// Whether a plain `char` is signed.
    pub char_signed: bool,
    /// `size_t` is `unsigned long` although that has 32 bits; else it is `unsigned int` there.
    pub size_t_is_long: bool,
    /// What integers and floating numbers of 8 bytes are aligned to within a structure.
    pub align_of_8: u32,
    /// What nothing exceeds by itself, without an attribute that names a number: 2 on m68k.
    pub most_align: u32,
    /// The bytes of a `long double`; none: 16 where `long` has 64 bits, else 8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub long_double: Option<u32>,
    /// What every structure and union is aligned to at least: 4 on arm_oabi.
    pub record_align: u32,
    /// A bit-field aligns and stays within units of its type, as if it were a whole member of that; else bits follow
    /// each other, whatever their type.
    pub bitfields_align: bool,
    /// So does one without a name, one of no width too; else that only takes its place.
    pub unnamed_bitfields_align: bool,
}

impl Default for CSpec {
    fn default() -> Self {
        CSpec {
            char_signed: true,
            size_t_is_long: false,
            align_of_8: 8,
            most_align: 16,
            long_double: None,
            record_align: 1,
            bitfields_align: true,
            unnamed_bitfields_align: false,
        }
    }
}

impl CSpec {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

fn is_zero(value: &u32) -> bool {
    *value == 0
}

/// A byte order and what audit calls a kernel of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Which byte comes first.
    pub order: ByteOrder,
    /// The `AUDIT_ARCH_*` value.
    pub audit: u32,
}

/// Which byte comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ByteOrder {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

/// How the kernels of an ABI's own architecture serve it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Served {
    /// Some kernel of the architecture has it as its native ABI.
    #[default]
    Native,
    /// Only beside another ABI that is native.
    Compat,
}

impl Served {
    fn is_native(&self) -> bool {
        *self == Served::Native
    }
}

/// One way in which a release can state an ABI's table.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum TableSpec {
    /// `scripts/Makefile.asm-headers` and the architecture's `Makefile.syscalls` choose file and rows.
    Kbuild {
        /// 32 or 64: the `%` of `unistd_%.h`.
        kbuild: u32,
    },
    /// A `.tbl` file of the architecture's own.
    File {
        /// Its path.
        file: String,
        /// The values of its ABI column that this ABI takes.
        columns: Vec<String>,
        /// The macro that the generated header adds to every number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offset: Option<String>,
        /// Which of the two entry columns is this ABI's.
        #[serde(default, skip_serializing_if = "EntryColumn::is_native")]
        entry: EntryColumn,
    },
    /// `__SYSCALL` lines of a header.
    Header {
        /// Its path; for `include/uapi/asm-generic/unistd.h` the architecture's `asm/unistd.h` leads to it.
        header: String,
        /// Evaluated with the predefined macros of that ABI in place of this one's.
        #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
        evaluated_as: Option<String>,
        /// Further macros to predefine.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        predefined: Vec<String>,
    },
}

impl TableSpec {
    /// Where it looks, in a few words.
    pub fn place(&self) -> String {
        match self {
            TableSpec::Kbuild { kbuild } => format!("`unistd_{kbuild}.h` in `asm/Kbuild`"),
            TableSpec::File { file, .. } => file.clone(),
            TableSpec::Header { header, .. } => header.clone(),
        }
    }
}

/// Which entry column of a table is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryColumn {
    /// The first.
    #[default]
    Native,
    /// The second; the first where a row has only one.
    Compat,
}

impl EntryColumn {
    fn is_native(&self) -> bool {
        *self == EntryColumn::Native
    }
}

/// How a 64-bit kernel serves an ABI.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CompatSpec {
    /// The folder of `arch/` whose kernel does.
    pub arch: String,
    /// The ABI that is native to that kernel.
    pub kernel: String,
    /// Options of its configuration that are settled where it does, beside those of its native ABI.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub config: BTreeMap<String, bool>,
    /// A file without which the release has no such table.
    #[serde(default, rename = "if", skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The file that includes the table, where an architecture has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispatch: Option<String>,
    /// What the table's macro puts before an entry, as [`AbiSpec::symbols`] does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub symbols: Vec<String>,
    /// Where its table stands; none: the compat column of the ABI's own table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<TableSpec>,
}

impl Abis {
    /// Which ABIs each kernel architecture serves, as `(abi, compat)` pairs by folder of `arch/`.
    pub fn by_arch(&self) -> BTreeMap<&str, Vec<(&AbiSpec, bool)>> {
        let mut map: BTreeMap<&str, Vec<(&AbiSpec, bool)>> = BTreeMap::new();
        for abi in &self.abis {
            map.entry(&abi.arch).or_default().push((abi, abi.served == Served::Compat));
            if let Some(compat) = &abi.compat {
                map.entry(&compat.arch).or_default().push((abi, true));
            }
        }
        map
    }
}

/// A way into a kernel: an ABI on a kernel that serves it.
#[derive(Clone, Debug)]
pub struct Way<'a> {
    /// What data and messages call it: `arm`, or `arm.compat` for the compat side.
    pub name: String,
    /// The ABI of the program.
    pub abi: &'a AbiSpec,
    /// The ABI that is native to the kernel: the data model that the kernel's own C is compiled with.
    pub kernel: &'a AbiSpec,
    /// Whether the kernel serves the program as compat.
    pub is_compat: bool,
    /// Options of the kernel's configuration that are settled, without `CONFIG_`.
    pub config: BTreeMap<&'a str, bool>,
    /// The file that includes the table, where the architecture has several.
    pub dispatch: Option<&'a str>,
    /// What the table's macro puts before an entry, the first that the kernel's wrappers have.
    pub symbols: &'a [String],
}

impl Way<'_> {
    /// The folder of `arch/` of the kernel.
    pub fn arch(&self) -> &str {
        &self.kernel.arch
    }

    /// Bits of the words in which a program passes arguments: those of a register.
    pub fn word_bits(&self) -> u32 {
        self.abi.call.word_bits()
    }
}

impl Abis {
    /// Every way into every kernel; an ABI that names an unknown kernel has none.
    pub fn ways(&self) -> Vec<Way<'_>> {
        self.abis.iter().flat_map(|abi| [self.main_way(abi), self.compat_way(abi)]).flatten().collect()
    }

    /// The way into the kernel whose native ABI this is, or the only one.
    pub fn main_way<'a>(&'a self, abi: &'a AbiSpec) -> Option<Way<'a>> {
        let is_compat = abi.served == Served::Compat;
        let kernel = if is_compat { self.get(abi.kernel.as_deref()?)? } else { abi };
        Some(way(abi.name.clone(), abi, kernel, is_compat, &abi.config, abi.dispatch.as_deref(), &abi.symbols))
    }

    /// The way into a kernel that serves the ABI beside its native one.
    pub fn compat_way<'a>(&'a self, abi: &'a AbiSpec) -> Option<Way<'a>> {
        let compat = abi.compat.as_ref()?;
        let kernel = self.get(&compat.kernel)?;
        Some(way(
            format!("{}.compat", abi.name),
            abi,
            kernel,
            true,
            &compat.config,
            compat.dispatch.as_deref(),
            &compat.symbols,
        ))
    }
}

fn way<'a>(
    name: String,
    abi: &'a AbiSpec,
    kernel: &'a AbiSpec,
    is_compat: bool,
    own: &'a BTreeMap<String, bool>,
    dispatch: Option<&'a str>,
    symbols: &'a [String],
) -> Way<'a> {
    let config = kernel.config.iter().chain(own).map(|(name, set)| (name.as_str(), *set)).collect();
    Way { name, abi, kernel, is_compat, config, dispatch, symbols }
}
