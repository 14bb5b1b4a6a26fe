//! The JSON that others call: the shape of `list` and `export`, which `xtask/schema/` states.
//!
//! Fields are never renamed and keep their meaning; later releases of this tool may add some.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::model::{
    Abi, AbiSpec, Abis, ByteOrder, Guard, Missing, Parameter, Part, Release, Scalar, Served, Side, Syscall,
};

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
    companions: Vec<Companion<'a>>,
    event: Option<String>,
    origin: Option<&'a str>,
    config: Option<Config<'a>>,
    params: Option<Vec<Param<'a>>>,
    block: Option<Vec<Param<'a>>>,
    compat_entry: Option<&'a str>,
    compat: Option<CompatSide<'a>>,
}

/// The other way in.
#[derive(Serialize)]
struct CompatSide<'a> {
    arch: &'a str,
    entry: Option<&'a str>,
    symbol: Option<&'a str>,
    companions: Vec<Companion<'a>>,
    event: Option<String>,
    origin: Option<&'a str>,
    config: Option<Config<'a>>,
    implemented: bool,
    missing: Option<&'static str>,
    params: Option<Vec<Param<'a>>>,
    block: Option<Vec<Param<'a>>>,
}

/// A parameter.
#[derive(Serialize)]
struct Param<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    ty: &'a str,
    kind: Option<&'a str>,
    direction: Option<&'a str>,
    /// Bits of its words that count.
    bits: u8,
    /// Whether the highest of them is a sign; none of a pointer.
    signed: Option<bool>,
    /// The argument words that it occupies, counted from 0.
    words: Vec<u8>,
    /// `whole`, or what else it is.
    part: &'static str,
    /// The value of which it is a half.
    of: Option<&'a str>,
}

/// A function that the same definition makes.
#[derive(Serialize)]
struct Companion<'a> {
    symbol: &'a str,
    linkage: &'static str,
}

/// A condition: `"CONFIG_X"`, or `{"all" | "any": […]}`, `{"not": …}`.
struct Config<'a>(&'a Guard);

impl Serialize for Config<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (word, list) = match self.0 {
            Guard::Symbol(name) => return serializer.serialize_str(name),
            Guard::Not(name) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("not", name)?;
                return map.end();
            }
            Guard::All(list) => ("all", list.as_slice()),
            Guard::Any(list) => ("any", list.as_slice()),
            Guard::Constant(holds) => (if *holds { "all" } else { "any" }, [].as_slice()),
        };
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(word, &list.iter().map(Config).collect::<Vec<_>>())?;
        map.end()
    }
}

impl<'a> Param<'a> {
    fn new(param: &'a Parameter) -> Self {
        let signed = match param.scalar {
            Scalar::Signed(_) => Some(true),
            Scalar::Unsigned(_) => Some(false),
            Scalar::Pointer | Scalar::Aggregate => None,
        };
        let (part, of) = match &param.part {
            Part::Whole => ("whole", None),
            Part::Low(of) => ("low", Some(of.as_str())),
            Part::High(of) => ("high", Some(of.as_str())),
            Part::First(of) => ("first", Some(of.as_str())),
            Part::Second(of) => ("second", Some(of.as_str())),
            Part::Dummy => ("dummy", None),
        };
        let words = param.word.map_or_else(Vec::new, |first| (first..first + param.words).collect());
        Param {
            name: &param.name,
            ty: &param.ty,
            kind: None,
            direction: None,
            bits: param.bits,
            signed,
            words,
            part,
            of,
        }
    }
}

fn params(list: Option<&Vec<Parameter>>) -> Option<Vec<Param<'_>>> {
    Some(list?.iter().map(Param::new).collect())
}

fn companions(side: &Side) -> Vec<Companion<'_>> {
    side.companions.iter().map(|(symbol, linkage)| Companion { symbol, linkage: linkage.as_str() }).collect()
}

fn config(side: &Side) -> Option<Config<'_>> {
    (side.config != Guard::TRUE).then_some(Config(&side.config))
}

fn event(side: &Side) -> Option<String> {
    side.event.as_ref().map(|name| format!("sys_enter_{name}"))
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
            symbol: main.symbol.as_deref(),
            companions: companions(main),
            event: event(main),
            origin: main.origin.as_deref(),
            config: config(main),
            params: params(main.params.as_ref()),
            block: params(main.block.as_ref()),
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
            symbol: side.symbol.as_deref(),
            companions: companions(side),
            event: event(side),
            origin: side.origin.as_deref(),
            config: config(side),
            implemented: side.is_implemented(),
            missing: side.missing.map(Missing::as_str),
            params: params(side.params.as_ref()),
            block: params(side.block.as_ref()),
        }
    }
}
