//! Structures: those that kinds lead to, with the layouts of all ABIs and the kinds of their fields.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::choices::Constants;
use super::kinds::of_field;
use super::scalars::element;
use super::{From, Pool, array, numbers, place, place_of, wrong};
use crate::diagnostic::Sink;
use crate::emit::newest::{Bits, newest};
use crate::model::{
    Count, Field, FieldClass, FieldKind, Inline, Kind, PerAbi, Plain, Record, SetKind, StructFields, Value,
};

/// Structures that the crate's code names, each with the constant that is its place.
const ALWAYS: [(&str, &str); 5] = [
    ("IOVEC", "iovec"),
    ("SIGINFO", "siginfo"),
    ("DIRENT64", "linux_dirent64"),
    ("MMSGHDR", "mmsghdr"),
    ("MSGBUF", "msgbuf"),
];

/// The family of socket addresses to each structure that is one, but for those that the crate writes by hand.
const SOCKADDRS: [(&str, &str); 3] =
    [("AF_PACKET", "sockaddr_ll"), ("AF_CAN", "sockaddr_can"), ("AF_VSOCK", "sockaddr_vm")];

/// Whether a release has a structure of that name, or somebody says which it is.
pub(super) fn is_record(name: &str, from: &From) -> bool {
    !from.index.records(name).is_empty()
        || from.kinds.fields.iter().any(|fields| fields.named.iter().any(|of| of == name))
}

/// A name without `struct`.
pub(super) fn bare(name: &str) -> &str {
    name.split_once(' ').map_or(name, |(_, bare)| bare)
}

/// The structures, breadth first from those that parameters lead to.
pub(super) fn records(from: &From, pool: &mut Pool, sink: &Sink) -> String {
    let mut by_name: BTreeMap<&str, &StructFields> = BTreeMap::new();
    for fields in &from.kinds.fields {
        by_name.extend(fields.of.iter().chain(&fields.named).map(|name| (name.as_str(), fields)));
    }
    let mut places = String::new();
    for (constant, name) in ALWAYS {
        let id = pool.wanted.id(&name.to_string());
        let _ = writeln!(places, "\n/// The place of `{name}`.\npub(crate) const {constant}: u16 = {id};");
    }
    for name in from.kinds.fields.iter().filter(|fields| is_by_value(fields)).flat_map(|fields| &fields.of) {
        pool.wanted.id(name);
    }
    for (_, name) in SOCKADDRS {
        pool.wanted.id(&name.to_string());
    }
    let constants = Constants::new(from);
    let mut made = Made { from, by_name, constants, ..Made::new(from) };
    let mut at = 0;
    while let Some(name) = pool.wanted.all.get(at).cloned() {
        made.record(&name, pool, sink);
        at += 1;
    }
    let families: Vec<String> = SOCKADDRS
        .iter()
        .filter_map(|(family, name)| {
            let values = made.constants.value(&["address_families"], &Value::Name(family.to_string()));
            let (_, value) = *values.variants().first()?;
            Some(format!("({value}, {}) // {family}", pool.wanted.id(&name.to_string())))
        })
        .collect();
    let mut out = made.text();
    array(&mut out, "The structures of socket addresses, by family.", "SOCKADDRS", "(u16, u16)", &families);
    out.push_str(&places);
    out
}

/// Structures that code leads to and no kind: socket addresses, what control messages and netlink hold.
fn is_by_value(fields: &StructFields) -> bool {
    fields.file.ends_with("/sockets.yaml") || fields.file.ends_with("/netlink.yaml")
}

struct Made<'a> {
    from: &'a From<'a>,
    by_name: BTreeMap<&'a str, &'a StructFields>,
    constants: Constants<'a>,
    /// The line of each, up to what it holds; its name; and that.
    records: Vec<(String, String, Holds)>,
    layouts: Vec<String>,
    fields: Vec<String>,
    /// Where a list of fields stands.
    known: BTreeMap<Vec<String>, usize>,
    bys: Vec<String>,
    overrides: Vec<String>,
    /// What fields are called, by their names.
    called: BTreeMap<usize, usize>,
}

impl<'a> Made<'a> {
    fn new(from: &'a From<'a>) -> Self {
        Made {
            from,
            by_name: BTreeMap::new(),
            constants: Constants::new(from),
            records: Vec::new(),
            layouts: Vec::new(),
            fields: Vec::new(),
            known: BTreeMap::new(),
            bys: Vec::new(),
            overrides: Vec::new(),
            called: BTreeMap::new(),
        }
    }

    fn record(&mut self, name: &str, pool: &mut Pool, sink: &Sink) {
        let said = self.by_name.get(name).copied();
        // A typedef that is another name of a structure has that one's layouts.
        let real = said.filter(|said| said.named.iter().any(|of| of == name)).and_then(|said| said.of.first());
        let layouts = layouts(real.map_or(name, String::as_str), self.from);
        let (first, mut holds) = (self.layouts.len(), Holds::default());
        for (abis, record) in layouts.variants() {
            // ABIs that have one layout may have several of a union in it.
            let fields = PerAbi::new(abis.places().map(|abi| (abi, self.in_order(record, abi, said))));
            for (abis, fields) in fields.variants() {
                let mut lines = Vec::new();
                for field in fields {
                    lines.extend(self.field(field, said, &mut holds, pool));
                }
                let start = self.list_of(lines.clone());
                let whom = pool.whom.id(abis.0);
                self.layouts.push(format!("L({whom}, {}, {start}, {})", record.size, lines.len()));
            }
        }
        let briefs = said.map_or(0, |said| said.brief.len());
        let by = self.bys.len();
        for (name, shown) in said.iter().flat_map(|said| &said.called) {
            self.called.insert(pool.names.id(name), pool.names.id(shown));
        }
        for choice in said.iter().flat_map(|said| &said.by) {
            self.by(choice, said, pool, sink);
            holds.pointer |= choice.fields.values().any(is_pointer);
        }
        let id = pool.names.id(&name.to_string());
        let line = format!("R({id}, {first}, {}, {briefs}, {by}, {}", self.layouts.len() - first, self.bys.len() - by);
        self.records.push((line, name.to_string(), holds));
    }

    /// The fields as an ABI's are shown: those of a named union among them where something is said of these, and first those
    /// that are to come first.
    fn in_order(&self, record: &Record, abi: usize, said: Option<&StructFields>) -> Vec<Field> {
        let mut fields = Vec::new();
        for field in &record.fields {
            let inner = format!("{}.", field.name);
            let is_taken_apart = field.class == FieldClass::Record
                && field.count == Count::One
                && said.is_some_and(|said| said.fields.keys().any(|name| name.starts_with(&inner)))
                && !record.fields.iter().any(|other| other.name.starts_with(&inner));
            let layout = if is_taken_apart { layouts(bare(&field.ty), self.from) } else { PerAbi::default() };
            match layout.get(abi) {
                Some(layout) => fields.extend(layout.fields.iter().map(|of| Field {
                    name: format!("{inner}{}", of.name),
                    offset: field.offset + of.offset,
                    ..of.clone()
                })),
                None => fields.push(field.clone()),
            }
        }
        let order = said.map(|said| said.order.as_slice()).unwrap_or_default();
        fields.sort_by_key(|field| order.iter().position(|name| *name == field.name).unwrap_or(order.len()));
        fields
    }

    /// The place of these fields.
    fn list_of(&mut self, lines: Vec<String>) -> usize {
        if let Some(start) = self.known.get(&lines) {
            return *start;
        }
        let start = self.fields.len();
        self.fields.extend(lines.iter().cloned());
        self.known.insert(lines, start);
        start
    }

    /// A field, unless nothing is to be shown of it.
    fn field(&self, field: &Field, said: Option<&StructFields>, holds: &mut Holds, pool: &mut Pool) -> Option<String> {
        let kind = said.and_then(|said| said.fields.get(&field.name));
        let is_chosen = said.is_some_and(|said| said.by.iter().any(|by| by.fields.contains_key(&field.name)));
        let is_container = field.class == FieldClass::Record && ["struct", "union"].contains(&field.ty.as_str());
        let nested = field.class == FieldClass::Record && !is_container;
        if !is_chosen && (is_unused(kind) || is_container && !matches!(kind, Some(FieldKind::Inline(_)))) {
            return None;
        }
        // What is said of no field: integers as they are, and characters as text.
        let default = match field.class {
            FieldClass::Pointer => FieldKind::Kind(Kind::Plain(Plain::Address)),
            FieldClass::Char if field.count != Count::One => FieldKind::Inline(Inline::Text),
            _ => FieldKind::Kind(Kind::Plain(Plain::Number)),
        };
        let kind = kind.unwrap_or(&default);
        holds.pointer |= is_pointer(kind);
        let inline = matches!(kind, FieldKind::Inline(_));
        let record = (nested && !inline).then(|| pool.wanted.id(&bare(&field.ty).to_string()));
        if let Some(record) = record {
            holds.records.insert((record, field.count == Count::One));
        }
        let is_brief = said.is_some_and(|said| said.brief.contains(&field.name));
        Some(self.line(field, of_field(kind, self.from, pool), record, is_brief, pool))
    }

    fn line(&self, field: &Field, kind: usize, record: Option<usize>, is_brief: bool, pool: &mut Pool) -> String {
        let element = match field.class {
            FieldClass::Unsigned | FieldClass::Float => element(field.size.min(16), 'U'),
            FieldClass::Signed => element(field.size.min(16), 'S'),
            FieldClass::Char => element(1, 'C'),
            FieldClass::Pointer => element(field.size, 'P'),
            FieldClass::Record => "0".to_string(),
        };
        // Of a structure that is read as bytes, there are as many as it has.
        let count = match (field.count, field.class) {
            (Count::One, FieldClass::Record) if record.is_none() => field.size.to_string(),
            (Count::One, _) => "1".to_string(),
            (Count::Array(count), _) => count.min(0xfffe).to_string(),
            (Count::Flexible, _) => "FLEXIBLE".to_string(),
        };
        let (shift, width) = field.bits.map_or((0, 0), |bits| (bits.shift, bits.width));
        let shift = if is_brief { format!("BRIEF | {shift}") } else { shift.to_string() };
        let (name, offset) = (pool.names.id(&field.name), field.offset);
        format!(
            "F({name}, {offset}, {kind}, {}, {element}, {count}, {shift}, {width}) // {}",
            place(record),
            field.name
        )
    }

    fn by(&mut self, choice: &crate::model::FieldChoice, said: Option<&StructFields>, pool: &mut Pool, sink: &Sink) {
        let kinds = choice.fields.iter().map(|(name, kind)| {
            let kind = of_field(kind, self.from, pool);
            format!("({}, {kind})", pool.names.id(name))
        });
        let start = place_of(&mut self.overrides, kinds.collect());
        let sets: Vec<&str> = match said.and_then(|said| said.fields.get(&choice.field)) {
            Some(FieldKind::Kind(Kind::Set(set))) => vec![set],
            _ => Vec::new(),
        };
        let named = sets.first().and_then(|set| self.from.index.set(set));
        let bits = named.is_some_and(|set| set.kind == SetKind::Flags);
        for when in &choice.when {
            let values = self.constants.value(&sets, when);
            if let Some(said) = said.filter(|_| values.whom().is_empty()) {
                wrong(sink, &said.file, said.line, format!("no header of a release held says what `{when:?}` is"));
            }
            for (abis, value) in values.variants() {
                // Of bits, those of the value have to be there; where a mask is given, it says which decide.
                let given = choice.mask.as_ref().map(|mask| self.constants.value(&sets, mask));
                let given = given.and_then(|mask| mask.get(abis.0.trailing_zeros() as usize).copied());
                let mask = given.unwrap_or(if bits { *value } else { u64::MAX });
                self.bys.push(format!(
                    "B({}, {}, {value:#x}, {start}, {}, {mask:#x})",
                    pool.names.id(&choice.field),
                    pool.whom.id(abis.0),
                    choice.fields.len()
                ));
            }
        }
    }

    fn text(self) -> String {
        let mut out = String::new();
        let leads = leads(self.records.iter().map(|(_, _, holds)| holds).collect());
        let line = |((line, name, holds), leads): (&(String, String, Holds), bool)| {
            let flags = match (holds.is_any(), leads) {
                (_, true) => "HOLDS | LEADS",
                (true, false) => "HOLDS",
                (false, false) => "0",
            };
            format!("{line}, {flags}) // {name}")
        };
        let records: Vec<String> = self.records.iter().zip(leads).map(line).collect();
        array(
            &mut out,
            "Structures: name, layouts, short form, what values decide, pointers.",
            "RECORDS",
            "R",
            &records,
        );
        array(&mut out, "Layouts: whom, size, fields.", "LAYOUTS", "L", &self.layouts);
        array(&mut out, "Fields: name, offset, kind, structure, element, count, bits.", "FIELDS", "F", &self.fields);
        array(&mut out, "What the value of a field decides.", "BYS", "B", &self.bys);
        numbers(&mut out, "The kinds that fields have then.", "OVERRIDES", "(u16, u16)", &self.overrides);
        let called: Vec<String> = self.called.iter().map(|(name, shown)| format!("({name}, {shown})")).collect();
        numbers(&mut out, "What fields are called, by their names.", "CALLED", "(u16, u16)", &called);
        out
    }
}

/// What a structure holds that is more than numbers and text.
#[derive(Default)]
struct Holds {
    /// A pointer that is followed.
    pointer: bool,
    /// Structures by their places, each with whether it is one and no array.
    records: BTreeSet<(usize, bool)>,
}

impl Holds {
    fn is_any(&self) -> bool {
        self.pointer || !self.records.is_empty()
    }
}

/// Of each structure, whether something beside it is read for it: a pointer in it, at any depth, or an array of structures
/// that hold something.
fn leads(all: Vec<&Holds>) -> Vec<bool> {
    let mut leads: Vec<bool> = all.iter().map(|holds| holds.pointer).collect();
    loop {
        let leads_now = |of: &&Holds| {
            let inner = |(record, is_one): &(usize, bool)| match is_one {
                true => leads.get(*record).copied().unwrap_or(true),
                false => all.get(*record).is_none_or(|inner| inner.is_any()),
            };
            of.pointer || of.records.iter().any(inner)
        };
        let next: Vec<bool> = all.iter().map(leads_now).collect();
        if next == leads {
            return leads;
        }
        leads = next;
    }
}

fn is_pointer(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::Kind(Kind::Pointer(_)))
}

fn is_unused(kind: Option<&FieldKind>) -> bool {
    matches!(kind, Some(FieldKind::Kind(Kind::Plain(Plain::Unused))))
}

/// A layout as a release has it.
type Held<'a> = (&'a Bits, &'a PerAbi<Record>);

/// The layouts of a name: of the headers of programs before the kernel's own.
fn layouts(name: &str, from: &From) -> PerAbi<Record> {
    let mut by_header: BTreeMap<(bool, &str), Vec<Held>> = BTreeMap::new();
    for (header, bits, record) in from.index.records(name) {
        let is_own = ["include/", "arch/", "kernel/", "fs/", "net/", "ipc/", "io_uring/", "mm/", "drivers/"];
        let is_own = is_own.iter().any(|folder| header.starts_with(folder));
        by_header.entry((is_own, header)).or_default().push((bits, record));
    }
    let is_kernels = !by_header.is_empty() && by_header.keys().all(|(is_own, _)| *is_own);
    let mut found: BTreeMap<usize, Record> = BTreeMap::new();
    for held in by_header.into_values() {
        let layouts = newest(held);
        for (abis, record) in layouts.variants() {
            for abi in abis.places() {
                found.entry(abi).or_insert_with(|| record.clone());
            }
        }
    }
    let place = |abi: &str| from.abis.iter().position(|name| *name == abi);
    // ABIs without a kernel of their own: what the kernel alone has, it has there as for a sibling of the same alignment.
    if is_kernels && !BY_ARCHITECTURE.contains(&name) {
        for (abi, sibling) in SIBLINGS {
            let (Some(abi), Some(sibling)) = (place(abi), place(sibling)) else { continue };
            if let Some(record) = found.get(&sibling).filter(|_| !found.contains_key(&abi)).cloned() {
                found.insert(abi, record);
            }
        }
    }
    // Headers give C libraries of some ABIs another structure under this name than the kernel has
    // (include/linux/signal_types.h), which is the same as one that they have no such name for.
    if name == "sigaction" {
        for (abis, other, of) in KERNELS_SIGACTION {
            let others = if *other == name { PerAbi::new(found.clone()) } else { layouts(other, from) };
            for abi in *abis {
                let Some(abi) = place(abi) else { continue };
                let as_on = if of.is_empty() { Some(abi) } else { place(of) };
                if let Some(record) = as_on.and_then(|of| others.get(of)) {
                    found.insert(abi, record.clone());
                }
            }
        }
    }
    PerAbi::new(found)
}

/// ABIs that only kernels of another one serve, with one that has its 32-bit layouts.
const SIBLINGS: [(&str, &str); 3] = [("x32", "i386"), ("mips_n32", "mips_o32"), ("s390", "powerpc")];

/// Structures that each architecture has for itself.
const BY_ARCHITECTURE: [&str; 6] =
    ["compat_stat", "compat_statfs", "compat_statfs64", "stat64_emu31", "rt_sigframe", "sigcontext"];

/// Where the kernel's `struct sigaction` is that of another name, or of another ABI.
const KERNELS_SIGACTION: &[(&[&str], &str, &str)] = &[
    (&["arm", "arm_oabi", "i386", "m68k", "parisc", "xtensa"], "compat_sigaction", ""),
    (&["sparc", "sparc64"], "__new_sigaction", ""),
    (&["alpha", "parisc64"], "sigaction", "riscv64"),
];
