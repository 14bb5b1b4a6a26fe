//! The JSON that others call: the shape of `list` and `export`, which `xtask/schema/` states.
//!
//! Fields are never renamed and keep their meaning; later releases of this tool may add some.

use serde::Serialize;

use crate::model::{Abi, AbiSpec, Abis, ByteOrder, Missing, Release, Served, Side, Syscall};

/// One ABI of one release, as `list --format json` prints it.
#[derive(Serialize)]
pub struct Listing<'a> {
    /// `6.12`
    pub kernel: String,
    /// `6.12.107`
    pub release: &'a str,
    /// Canonical name.
    pub abi: &'a str,
    /// In number order.
    pub syscalls: Vec<Row<'a>>,
}

/// A call.
#[derive(Serialize)]
pub struct Row<'a> {
    number: u32,
    kernel_number: u32,
    name: &'a str,
    aliases: &'a [String],
    implemented: bool,
    missing: Option<&'static str>,
    entry: Option<&'a str>,
    symbol: Option<&'a str>,
    event: Option<&'a str>,
    origin: Option<&'a str>,
    config: Option<&'a str>,
    params: Option<&'a [()]>,
    compat_entry: Option<&'a str>,
    compat: Option<CompatSide<'a>>,
}

/// The other way in.
#[derive(Serialize)]
struct CompatSide<'a> {
    arch: &'a str,
    entry: Option<&'a str>,
    symbol: Option<&'a str>,
    event: Option<&'a str>,
    origin: Option<&'a str>,
    config: Option<&'a str>,
    implemented: bool,
    missing: Option<&'static str>,
    params: Option<&'a [()]>,
}

/// Everything about one release, as `export` prints it.
#[derive(Serialize)]
pub struct Export<'a> {
    /// Version of this shape; a change that could break a reader raises it.
    pub format: u32,
    /// `6.12`
    pub kernel: String,
    /// `6.12.107`
    pub release: &'a str,
    /// Every ABI asked for.
    pub abis: Vec<ExportedAbi<'a>>,
}

/// An ABI with what it is.
#[derive(Serialize)]
pub struct ExportedAbi<'a> {
    abi: &'a str,
    aliases: &'a [String],
    arch: &'a str,
    long_bits: u32,
    compat_only: bool,
    compat_arch: Option<&'a str>,
    number_base: u32,
    kernel_number_base: u32,
    audit_archs: Vec<Audit>,
    syscalls: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Audit {
    value: u32,
    byte_order: ByteOrder,
}

/// Version of [`Export`].
const FORMAT: u32 = 1;

impl<'a> Listing<'a> {
    /// The listing of an ABI.
    pub fn new(abi: &'a Abi) -> Self {
        Listing {
            kernel: abi.release.kernel(),
            release: &abi.release.version,
            abi: &abi.name,
            syscalls: abi.syscalls.iter().map(Row::new).collect(),
        }
    }
}

impl<'a> Export<'a> {
    /// The export of some ABIs of a release.
    pub fn new(release: &'a Release, resolved: &[&'a Abi], abis: &'a Abis) -> Self {
        let abis = resolved.iter().filter_map(|abi| Some(ExportedAbi::new(abis.get(&abi.name)?, abi))).collect();
        Export { format: FORMAT, kernel: release.kernel(), release: &release.version, abis }
    }
}

impl<'a> ExportedAbi<'a> {
    fn new(spec: &'a AbiSpec, abi: &'a Abi) -> Self {
        ExportedAbi {
            abi: &abi.name,
            aliases: &spec.aliases,
            arch: &spec.arch,
            long_bits: spec.long,
            compat_only: spec.served == Served::Compat,
            compat_arch: spec.compat.as_ref().map(|compat| compat.arch.as_str()),
            number_base: spec.base,
            kernel_number_base: spec.kernel_base(),
            audit_archs: spec
                .orders
                .iter()
                .map(|order| Audit { value: order.audit, byte_order: order.order })
                .collect(),
            syscalls: abi.syscalls.iter().map(Row::new).collect(),
        }
    }
}

impl<'a> Row<'a> {
    fn new(syscall: &'a Syscall) -> Self {
        let main = &syscall.main;
        Row {
            number: syscall.number,
            kernel_number: syscall.kernel_number,
            name: &syscall.name,
            aliases: &syscall.aliases,
            implemented: main.is_implemented(),
            missing: main.missing.map(Missing::as_str),
            entry: main.entry.as_deref(),
            symbol: None,
            event: None,
            origin: main.origin.as_deref(),
            config: None,
            params: None,
            compat_entry: syscall.compat.as_ref().and_then(|side| side.entry.as_deref()),
            compat: syscall.compat.as_ref().map(CompatSide::new),
        }
    }
}

impl<'a> CompatSide<'a> {
    fn new(side: &'a Side) -> Self {
        CompatSide {
            arch: &side.arch,
            entry: side.entry.as_deref(),
            symbol: None,
            event: None,
            origin: side.origin.as_deref(),
            config: None,
            implemented: side.is_implemented(),
            missing: side.missing.map(Missing::as_str),
            params: None,
        }
    }
}
