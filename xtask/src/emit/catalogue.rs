//! The blob that the macros read: names, numbers and parameters of every ABI's calls, packed; and the number that says which
//! blob it is.
//!
//! Its form is told where it is read, in `syscall-meta-derive/src/catalogue.rs`. It says what the tables say: the same
//! rows over all releases, the same ids of names. Everything that ABIs share stands once, and what is one ABI's alone is
//! a list of two bytes a call, so that an expansion looks at the ABIs that it was asked for.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::pool::{Pool, Pools};
use super::{Behind, HEAD, variant};
use crate::model::{
    AbiSpec, Abis, ByteOrder, Class, Direction, Kind, Missing, Order, Pairs, Parameter, Part, Pointer, Release, Scalar,
    Side, Target, Term,
};
use crate::resolve::{Resolved, Union, UnionRow};

/// What a reader has to know to make sense of the rest; moves with every change of the form.
const MAGIC: [u8; 8] = *b"syscall\x02";

/// The bytes of a call behind another one.
const BEHIND_SIZE: usize = 24;

/// In place of an id.
const NONE: u16 = u16::MAX;

/// The blob, and the text of the library's file that names it.
pub struct Catalogue {
    /// `catalogue.bin` of the macros.
    pub blob: Vec<u8>,
    /// `catalogue.rs` of the library.
    pub text: String,
}

/// Packs the tables. `releases` come oldest first, with their kinds.
pub fn catalogue(releases: &[(&Release, &Resolved)], union: &Union, behind: &[Behind], abis: &Abis) -> Catalogue {
    let pools = Pools::new(releases, abis);
    let mut shared = Shared {
        pools: &pools,
        kinds: kinds(releases),
        params: Ids::default(),
        lists: Ids::default(),
        sides: Ids::default(),
        calls: Ids::default(),
    };
    let mut specs: Vec<&AbiSpec> = abis.abis.iter().collect();
    specs.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    let rows = |spec: &AbiSpec| union.abis.iter().find(|abi| abi.name == spec.name).map_or(&[][..], |abi| &abi.rows);
    let of_abis: Vec<Vec<u8>> = specs.iter().map(|spec| shared.abi(rows(spec))).collect();
    let narrow_and_wide = Sides::new(releases, abis);
    let mut led = Vec::new();
    for (at, spec) in specs.iter().enumerate() {
        led.extend(shared.behind(at, rows(spec), behind, &narrow_and_wide, spec.long));
    }

    let mut sections = vec![
        pool(&pools.names),
        pool(&pools.entries),
        pool(&pools.prototypes.types),
        pool(&pools.prototypes.params),
        texts(Class::ALL.iter().map(|class| class.as_str())),
        classes(releases, &pools),
        shared.params.all.concat(),
        shared.lists.section(),
        shared.sides.all.concat(),
        shared.calls.all.concat(),
        texts(specs.iter().map(|spec| words_of(spec))),
        specs.iter().flat_map(|spec| facts(spec)).collect(),
        led,
    ];
    sections.extend(of_abis);
    let blob = put_together(&sections);
    let hash = u64::from_le_bytes(blob[8..16].try_into().expect("a head has sixteen bytes"));
    let text = format!(
        "{HEAD}//! Which catalogue the macros of these tables read.\n\n\
         /// The hash of it.\n\
         pub const CATALOGUE: u64 = {hash:#018x};\n"
    );
    Catalogue { blob, text }
}

/// The head, where each section starts and the last one ends, and the sections.
fn put_together(sections: &[Vec<u8>]) -> Vec<u8> {
    let mut rest = Vec::new();
    let mut at = 16 + 2 + 4 * (sections.len() + 1);
    rest.extend(id(sections.len()).to_le_bytes());
    for section in sections {
        rest.extend(place(at).to_le_bytes());
        at += section.len();
    }
    rest.extend(place(at).to_le_bytes());
    sections.iter().for_each(|section| rest.extend(section));
    let mut blob = MAGIC.to_vec();
    blob.extend(fnv(&rest).to_le_bytes());
    blob.extend(rest);
    blob
}

/// 64-bit FNV-1a: it need not withstand anybody, only differ where bytes do.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

fn id(at: usize) -> u16 {
    u16::try_from(at).ok().filter(|id| *id != NONE).expect("ids and places of the catalogue fit into 16 bits")
}

fn place(at: usize) -> u32 {
    u32::try_from(at).expect("places of the catalogue fit into 32 bits")
}

/// Records, each once, by the order in which they came.
#[derive(Default)]
struct Ids {
    ids: BTreeMap<Vec<u8>, u16>,
    all: Vec<Vec<u8>>,
}

impl Ids {
    fn of(&mut self, record: Vec<u8>) -> u16 {
        if let Some(id) = self.ids.get(&record) {
            return *id;
        }
        let new = id(self.all.len());
        self.ids.insert(record.clone(), new);
        self.all.push(record);
        new
    }

    /// Records of different lengths: how many, where each starts and the last one ends, and all of them.
    fn section(&self) -> Vec<u8> {
        chunks(self.all.iter().map(Vec::as_slice))
    }
}

fn chunks<'a>(all: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let (mut starts, mut bytes) = (vec![0], Vec::new());
    for chunk in all {
        bytes.extend_from_slice(chunk);
        starts.push(bytes.len());
    }
    let mut out = id(starts.len() - 1).to_le_bytes().to_vec();
    starts.iter().for_each(|start| out.extend(id(*start).to_le_bytes()));
    out.extend(bytes);
    out
}

fn texts<T: AsRef<str>>(all: impl Iterator<Item = T>) -> Vec<u8> {
    let all: Vec<T> = all.collect();
    chunks(all.iter().map(|text| text.as_ref().as_bytes()))
}

fn pool(pool: &Pool) -> Vec<u8> {
    texts(pool.all().iter())
}

/// The groups of each entry, as bits.
fn classes(releases: &[(&Release, &Resolved)], pools: &Pools) -> Vec<u8> {
    let mut known: BTreeMap<&str, u16> = BTreeMap::new();
    let calls = releases.iter().flat_map(|(_, resolved)| &resolved.abis).flat_map(|abi| &abi.syscalls);
    for side in calls.flat_map(|call| [Some(&call.main), call.compat.as_ref()]).flatten() {
        if let Some(entry) = &side.entry {
            known.insert(entry, side.classes.iter().map(|class| 1 << (*class as u16)).sum());
        }
    }
    pools.entries.all().iter().flat_map(|entry| known.get(entry.as_str()).copied().unwrap_or(0).to_le_bytes()).collect()
}

/// What an ABI is called, first by itself, then in Rust, then otherwise.
fn words_of(spec: &AbiSpec) -> String {
    let mut out = format!("{} {}", spec.name, variant(&spec.name));
    for alias in &spec.aliases {
        let _ = write!(out, " {alias}");
    }
    out
}

fn facts(spec: &AbiSpec) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(spec.base.to_le_bytes());
    out.extend(spec.kernel_base().to_le_bytes());
    let pairs = match spec.call.pairs {
        Pairs::Whole => 0,
        Pairs::Unaligned => 1,
        Pairs::Aligned => 2,
    };
    let order = |order: &Order| match order.order {
        ByteOrder::Little => 1,
        ByteOrder::Big => 2,
    };
    let orders = spec.orders.iter().map(order).fold(0, |all, one| all | one);
    out.extend([bits(spec.long), bits(spec.call.word_bits()), pairs, orders]);
    out
}

fn bits(bits: u32) -> u8 {
    u8::try_from(bits).expect("no more than 64 bits")
}

/// The kinds of pointers, by entry and parameter; the newest release that has one says it.
fn kinds<'a>(releases: &[(&'a Release, &'a Resolved)]) -> BTreeMap<(&'a str, &'a str), &'a Pointer> {
    let mut all = BTreeMap::new();
    let calls = releases.iter().flat_map(|(_, resolved)| &resolved.abis).flat_map(|abi| &abi.syscalls);
    for side in calls.flat_map(|call| [Some(&call.main), call.compat.as_ref()]).flatten() {
        let Some(entry) = &side.entry else { continue };
        for param in side.params.iter().chain(&side.block).flatten() {
            if let Some(Kind::Pointer(pointer)) = param.kind.as_deref() {
                all.insert((entry.as_str(), param.name.as_str()), pointer);
            }
        }
    }
    all
}

/// What entries take on some ABI where a `long` has so many bits: those that have no number on another.
struct Sides<'a>(BTreeMap<(u32, &'a str), &'a Side>);

impl<'a> Sides<'a> {
    fn new(releases: &[(&'a Release, &'a Resolved)], abis: &Abis) -> Self {
        let mut all = BTreeMap::new();
        for abi in releases.iter().flat_map(|(_, resolved)| &resolved.abis) {
            let Some(spec) = abis.abis.iter().find(|spec| spec.name == abi.name) else { continue };
            for side in abi.syscalls.iter().map(|call| &call.main).filter(|side| side.params.is_some()) {
                if let Some(entry) = &side.entry {
                    all.entry((spec.long, entry.as_str())).or_insert(side);
                }
            }
        }
        Sides(all)
    }
}

/// What ABIs share, as it comes up.
struct Shared<'a> {
    pools: &'a Pools,
    kinds: BTreeMap<(&'a str, &'a str), &'a Pointer>,
    params: Ids,
    lists: Ids,
    sides: Ids,
    calls: Ids,
}

impl Shared<'_> {
    /// Runs of numbers that follow each other, with the call of each; then the further names.
    fn abi(&mut self, rows: &[UnionRow]) -> Vec<u8> {
        let mut runs: Vec<(u32, Vec<u16>)> = Vec::new();
        for row in rows {
            let (number, call) = (row.syscall.number, self.call(row));
            match runs.last_mut() {
                Some((start, calls)) if *start + place(calls.len()) == number => calls.push(call),
                _ => runs.push((number, vec![call])),
            }
        }
        let mut out = id(runs.len()).to_le_bytes().to_vec();
        for (start, calls) in runs {
            out.extend(start.to_le_bytes());
            out.extend(id(calls.len()).to_le_bytes());
            calls.iter().for_each(|call| out.extend(call.to_le_bytes()));
        }
        for row in rows {
            for alias in &row.syscall.aliases {
                out.extend(row.syscall.number.to_le_bytes());
                out.extend(place_in(&self.pools.names, alias).to_le_bytes());
            }
        }
        out
    }

    fn call(&mut self, row: &UnionRow) -> u16 {
        let name = place_in(&self.pools.names, &row.syscall.name);
        let (main, compat) = (self.side(Some(&row.syscall.main)), self.side(row.syscall.compat.as_ref()));
        self.calls.of([name, main, compat].into_iter().flat_map(u16::to_le_bytes).collect())
    }

    fn side(&mut self, side: Option<&Side>) -> u16 {
        let Some(side) = side else { return NONE };
        let entry = side.entry.as_ref().map_or(NONE, |entry| place_in(&self.pools.entries, entry));
        let (params, block) = (self.list(side, side.params.as_ref()), self.list(side, side.block.as_ref()));
        let mut record: Vec<u8> = [entry, params, block].into_iter().flat_map(u16::to_le_bytes).collect();
        record.push(match side.missing {
            None => 0,
            Some(Missing::Ni) => 1,
            Some(Missing::NoDefinition) => 2,
            Some(Missing::NotOnThisArch) => 3,
            Some(Missing::AlwaysEnosys) => 4,
        });
        self.sides.of(record)
    }

    fn list(&mut self, side: &Side, params: Option<&Vec<Parameter>>) -> u16 {
        let Some(params) = params else { return NONE };
        let ids = params.iter().flat_map(|param| self.param(side, param).to_le_bytes()).collect();
        self.lists.of(ids)
    }

    /// The calls of an ABI behind others: a record each, whose words are either those of the other one in another order, or
    /// in memory where one of them points.
    fn behind(&mut self, abi: usize, rows: &[UnionRow], behind: &[Behind], sides: &Sides, long: u32) -> Vec<u8> {
        let mut out = Vec::new();
        for row in rows {
            let through = &row.syscall.main;
            let word = |name: &str| -> Option<u8> {
                through.params.as_ref()?.iter().find(|param| param.name == name).and_then(|param| param.word)
            };
            let is_through = |led: &&Behind| through.entry.as_ref().is_some_and(|entry| led.of.contains(entry));
            for led in behind.iter().filter(is_through) {
                let (Some(value), Some(by)) = (led.value.get(abi), word(&led.by)) else { continue };
                let names = led.words.as_ref().map_or(led.args.as_slice(), std::slice::from_ref);
                let Some(words) = names.iter().map(|name| word(name)).collect::<Option<Vec<u8>>>() else { continue };
                let Some((name, side)) = self.led_to(rows, &led.entry, sides, long) else { continue };
                let list = self.list(side, side.params.as_ref());
                let mut record = vec![byte(abi), by, u8::from(led.words.is_some()), byte(words.len())];
                record.extend(row.syscall.number.to_le_bytes());
                record.extend(u32::try_from(*value).expect("what tells has 32 bits").to_le_bytes());
                record.extend([name, list].into_iter().flat_map(u16::to_le_bytes));
                record.extend(words);
                record.resize(BEHIND_SIZE, 0);
                out.extend(record);
            }
        }
        out
    }

    /// The call of the ABI that enters this, else the entry by itself under the name that it has on other ABIs.
    fn led_to<'s>(&self, rows: &'s [UnionRow], entry: &str, sides: &Sides<'s>, long: u32) -> Option<(u16, &'s Side)> {
        let is_entry = |side: &Side| {
            side.entry.as_deref().is_some_and(|name| name == entry || name.strip_prefix("compat_") == Some(entry))
        };
        let is_it = |row: &&UnionRow| is_entry(&row.syscall.main) || row.syscall.compat.as_ref().is_some_and(is_entry);
        let usual = |row: &&UnionRow| entry.strip_prefix("sys_") == Some(row.syscall.name.as_str());
        let own = rows.iter().filter(is_it).find(usual).or_else(|| rows.iter().find(is_it));
        if let Some(row) = own.filter(|row| row.syscall.main.params.is_some()) {
            return Some((place_in(&self.pools.names, &row.syscall.name), &row.syscall.main));
        }
        let side = sides.0.get(&(long, entry))?;
        let name = ["compat_sys_", "sys_"].iter().find_map(|prefix| entry.strip_prefix(prefix)).unwrap_or(entry);
        let old = || ["old_", "oabi_"].iter().find_map(|prefix| name.strip_prefix(prefix));
        let id = [Some(name), old()].into_iter().flatten().find_map(|name| self.pools.names.place(name))?;
        Some((self::id(id), side))
    }

    /// Where its words are follows from the ABI and from those before it.
    fn param(&mut self, side: &Side, param: &Parameter) -> u16 {
        let names = &self.pools.prototypes.params;
        let class = match param.scalar {
            Scalar::Signed(_) => param.bits | 0x80,
            Scalar::Unsigned(_) => param.bits,
            Scalar::Pointer | Scalar::Aggregate => 0,
        };
        let (part, of) = match &param.part {
            Part::Whole => (0, None),
            Part::Low(of) => (1, Some(of)),
            Part::High(of) => (2, Some(of)),
            Part::First(of) => (3, Some(of)),
            Part::Second(of) => (4, Some(of)),
            Part::Dummy => (5, None),
        };
        let mut record = Vec::new();
        record.extend(place_in(&self.pools.prototypes.types, &param.ty).to_le_bytes());
        record.extend(place_in(names, &param.name).to_le_bytes());
        record.extend([class, part]);
        record.extend(of.map_or(NONE, |of| place_in(names, of)).to_le_bytes());
        let pointer = side.entry.as_ref().and_then(|entry| self.kinds.get(&(entry.as_str(), param.name.as_str())));
        let direction = match pointer.map(|pointer| pointer.direction) {
            None => 0,
            Some(Direction::In) => 1,
            Some(Direction::Out) => 2,
            Some(Direction::InOut) => 3,
        };
        let (how, of) = pointer.map_or((0, NONE), |pointer| extent(pointer, names));
        record.extend([direction, how]);
        record.extend(of.to_le_bytes());
        self.params.of(record)
    }
}

/// How many bytes a pointer leads to, where one thing says it: how it is said, and the parameter or number that says it.
fn extent(pointer: &Pointer, names: &Pool) -> (u8, u16) {
    let is_bytes = matches!(
        pointer.target,
        Target::Bytes
            | Target::SockAddr
            | Target::Dirents
            | Target::Control
            | Target::SigSet
            | Target::Text
            | Target::Path
    );
    match pointer.length.as_ref().map(|length| length.0.as_slice()) {
        Some([term]) if is_bytes => match term {
            Term::Param(name) => (1, place_in(names, name)),
            Term::Behind(name) => (2, place_in(names, name)),
            Term::Result => (3, NONE),
            Term::Number(number) => u16::try_from(*number).map_or((0, NONE), |number| (4, number)),
            Term::Field(..) => (0, NONE),
        },
        _ => (0, NONE),
    }
}

fn byte(number: usize) -> u8 {
    u8::try_from(number).expect("places of ABIs and words fit into a byte")
}

/// The id of a word that the pool has.
fn place_in(pool: &Pool, word: &str) -> u16 {
    pool.place(word).map_or(NONE, id)
}
