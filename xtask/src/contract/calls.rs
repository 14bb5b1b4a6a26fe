//! Calls as JSON: what `list` prints of an ABI, and `export` with the rest.

use serde::Serialize;

use crate::model::{
    Abi, AtHand, Between, Direction, Guard, Kind, Missing, Parameter, Part, Release, Scalar, Side, Syscall,
};
use crate::resolve::{Union, UnionRow};

/// One ABI of one release, as `list --format json` prints it.
#[derive(Serialize)]
pub struct Listing<'a> {
    /// `6.12`
    pub kernel: String,
    /// `6.12.107`
    pub release: &'a str,
    /// What was at hand in place of the source.
    pub from: Option<&'static str>,
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
    #[serde(flatten)]
    main: Way<'a>,
    compat_entry: Option<&'a str>,
    compat: Option<CompatWay<'a>>,
    /// Since when, where the listing is of several releases.
    since: Option<When>,
    /// Until when, likewise.
    until: Option<When>,
}

/// Between which releases a call came or went. `exact`: none lies between the two.
#[derive(Serialize)]
struct When {
    /// The last release before; none where the oldest release held has the call already.
    before: Option<String>,
    /// The first release after; none where the newest release held still has the call.
    after: Option<String>,
    exact: bool,
}

/// The other way in.
#[derive(Serialize)]
struct CompatWay<'a> {
    arch: &'a str,
    #[serde(flatten)]
    way: Way<'a>,
}

/// A way in.
#[derive(Serialize)]
struct Way<'a> {
    /// None: nothing tells.
    implemented: Option<bool>,
    missing: Option<&'static str>,
    entry: Option<&'a str>,
    symbol: Option<&'a str>,
    companions: Vec<Companion<'a>>,
    event: Option<String>,
    origin: Option<&'a str>,
    config: Option<Config<'a>>,
    params: Option<Vec<Param<'a>>>,
    /// What a success returns.
    returns: Option<String>,
    /// The groups in which tracers have it.
    classes: Vec<&'static str>,
    /// What the one parameter points to, where that is a block of words.
    block: Option<Vec<Param<'a>>>,
}

/// A parameter.
#[derive(Serialize)]
struct Param<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    ty: &'a str,
    /// As `data/README.md` defines it, without the direction of a pointer.
    kind: Option<String>,
    direction: Option<&'static str>,
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
#[derive(Serialize)]
#[serde(untagged)]
enum Config<'a> {
    Symbol(&'a str),
    Not { not: &'a str },
    All { all: Vec<Config<'a>> },
    Any { any: Vec<Config<'a>> },
}

impl<'a> Listing<'a> {
    /// The listing of an ABI.
    pub fn new(abi: &'a Abi) -> Self {
        Listing {
            kernel: abi.release.kernel(),
            release: &abi.release.version,
            from: abi.release.at_hand.map(AtHand::as_str),
            abi: &abi.name,
            syscalls: abi.syscalls.iter().map(Row::new).collect(),
        }
    }
}

impl<'a> Listing<'a> {
    /// The listing of rows of an ABI over several releases: each call as the newest release that has it has it, with
    /// since when and until when.
    pub fn of_rows(abi: &'a str, union: &'a Union, rows: &[&'a UnionRow]) -> Option<Self> {
        let (oldest, newest) = (union.releases.first()?, union.releases.last()?);
        let syscalls = rows.iter().map(|row| Row {
            since: Some(When::new(row.came.as_ref(), None, Some(oldest))),
            until: Some(When::new(row.went.as_ref(), Some(newest), None)),
            ..Row::new(&row.syscall)
        });
        let from = newest.at_hand.map(AtHand::as_str);
        Some(Listing { kernel: newest.kernel(), release: &newest.version, from, abi, syscalls: syscalls.collect() })
    }
}

impl When {
    /// Between two releases, or at the end of what is held.
    fn new(between: Option<&Between>, newest: Option<&Release>, oldest: Option<&Release>) -> Self {
        let text = |release: &Release| release.kernel();
        match between {
            Some(Between { before, after }) => {
                When { before: Some(text(before)), after: Some(text(after)), exact: before.is_followed_by(after) }
            }
            None => When { before: newest.map(text), after: oldest.map(text), exact: false },
        }
    }
}

impl<'a> Row<'a> {
    pub(super) fn new(syscall: &'a Syscall) -> Self {
        Row {
            number: syscall.number,
            kernel_number: syscall.kernel_number,
            name: &syscall.name,
            aliases: &syscall.aliases,
            main: Way::new(&syscall.main),
            compat_entry: syscall.compat.as_ref().and_then(|side| side.entry.as_deref()),
            compat: syscall.compat.as_ref().map(|side| CompatWay { arch: &side.arch, way: Way::new(side) }),
            since: None,
            until: None,
        }
    }
}

impl<'a> Way<'a> {
    fn new(side: &'a Side) -> Self {
        let params = |list: &'a Option<Vec<Parameter>>| Some(list.as_ref()?.iter().map(Param::new).collect());
        let companions = side.companions.iter();
        Way {
            implemented: side.is_told().then(|| side.is_implemented()),
            missing: side.missing.map(Missing::as_str),
            entry: side.entry.as_deref(),
            symbol: side.symbol.as_deref(),
            companions: companions.map(|(symbol, made)| Companion { symbol, linkage: made.as_str() }).collect(),
            event: side.event.as_ref().map(|name| format!("sys_enter_{name}")),
            origin: side.origin.as_deref(),
            config: (side.config != Guard::TRUE).then(|| Config::new(&side.config)),
            params: params(&side.params),
            returns: side.returns.as_ref().map(ToString::to_string),
            classes: side.classes.iter().map(|class| class.as_str()).collect(),
            block: params(&side.block),
        }
    }
}

impl<'a> Config<'a> {
    fn new(guard: &'a Guard) -> Self {
        let each = |parts: &'a [Guard]| parts.iter().map(Config::new).collect();
        match guard {
            Guard::Symbol(name) => Config::Symbol(name),
            Guard::Not(name) => Config::Not { not: name },
            Guard::All(parts) => Config::All { all: each(parts) },
            Guard::Any(parts) => Config::Any { any: each(parts) },
            // What a constant says, lists without a part say, too; the normal form has none inside.
            Guard::Constant(true) => Config::All { all: Vec::new() },
            Guard::Constant(false) => Config::Any { any: Vec::new() },
        }
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
            kind: param.kind.as_deref().map(|kind| match kind {
                Kind::Pointer(pointer) => pointer.to_string(),
                other => other.to_string(),
            }),
            direction: param.kind.as_deref().and_then(Kind::direction).map(Direction::as_str),
            bits: param.bits,
            signed,
            words,
            part,
            of,
        }
    }
}
