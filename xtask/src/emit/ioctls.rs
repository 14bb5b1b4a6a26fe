//! `ioctls.rs`: every request of `ioctl` as columns of numbers, sorted by the 16 bits that no ABI moves.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::HEAD;
use super::newest::{Bits, Whom, named, newest};
use crate::model::{Headers, NamedSet, PerAbi, SetKind};

/// The header whose macros put requests together.
const SCHEME: &str = "asm/ioctl.h";

/// How the title of a set begins whose members are requests, too: those that no macro makes, such as `TCGETS` on most
/// ABIs.
const TITLE: &str = "requests of ioctl";

/// A request: what it is on each ABI in each release, newest first, and what it passes.
#[derive(Default)]
struct Request<'a> {
    numbers: Vec<(&'a Bits, PerAbi<u64>)>,
    argument: &'a str,
}

/// How many beginnings of names are told apart, beside none.
const MOST_HEADS: usize = 255;

/// The file; releases come newest first.
pub(super) fn ioctls(releases: &[(&Bits, &Headers, &[NamedSet])], all: &[&str]) -> String {
    let requests = requests(releases);
    let lines = lines(&requests);
    let heads = heads(&lines.keys().map(|(_, name)| *name).collect::<BTreeSet<_>>());
    let (mut whom, mut shapes, mut arguments) = (Whom::default(), Places::default(), Places::default());
    // No request passes what is at 0: nothing.
    arguments.id(String::new());
    let (mut tails, mut columns) = (String::new(), [const { Vec::new() }; 5]);
    for ((key, name), (numbers, argument)) in &lines {
        let head =
            heads.iter().enumerate().filter(|(_, head)| name.starts_with(**head)).max_by_key(|(_, head)| head.len());
        let (head, tail) = head.map_or((0, *name), |(at, head)| (at + 1, name.split_at(head.len()).1));
        let shape =
            numbers.variants().iter().map(|(abis, number)| format!("({}, {:#x})", whom.id(abis.0), number >> 16));
        let shape = shapes.id(shape.collect::<Vec<_>>().join(", "));
        let row = [usize::from(*key), shape, head, tail.len(), arguments.id(argument.to_string())];
        columns.iter_mut().zip(row).for_each(|(column, of)| column.push(of.to_string()));
        let _ = write!(tails, "\\\n    {tail}");
    }
    let mut out = format!(
        "{HEAD}//! The requests of `ioctl`, by their low 16 bits, then by name: on which of `ABIS` each has which upper half, what \
         is passed.\n\nuse crate::ioctl::Scheme;\n\npub(crate) static SCHEMES: [Scheme; "
    );
    let schemes = schemes(releases);
    let _ = write!(out, "{}] = [", schemes.variants().len());
    for (whom, scheme) in schemes.variants() {
        let [none, read, write, size_bits] = scheme;
        let _ = write!(
            out,
            "\n    // {}\n    Scheme {{ abis: {:#x}, none: {none}, read: {read}, write: {write}, size_bits: {size_bits} }},",
            named(whom.0, all),
            whom.0
        );
    }
    let _ = write!(out, "\n];\n\npub(crate) static ABIS: [u64; {}] = [", whom.all().len());
    for of in whom.all() {
        let _ = write!(out, "\n    {of:#x}, // {}", named(*of, all));
    }
    out.push_str("\n];\n");
    let [keys, shape, head, len, argument] = columns;
    column(&mut out, "The low 16 bits of each.", "KEYS", "u16", &keys);
    column(&mut out, "Its place in `SHAPES`.", "SHAPE", "u16", &shape);
    column(&mut out, "The place of the beginning of its name in `HEADS`, from 1; 0 for none.", "HEAD", "u8", &head);
    column(&mut out, "How long the rest of its name is.", "TAIL_LEN", "u8", &len);
    column(&mut out, "Its place in `ARGUMENTS`.", "ARGUMENT", "u16", &argument);
    let _ =
        write!(out, "\n/// The rests of names, one behind the other.\npub(crate) static TAILS: &str = \"{tails}\";\n");
    let heads: Vec<String> = heads.iter().map(ToString::to_string).collect();
    texts(&mut out, "Beginnings of names.", "HEADS", &heads);
    texts(&mut out, "What is passed.", "ARGUMENTS", &arguments.all);
    let mut starts = vec!["0".to_string()];
    let mut end = 0;
    let _ =
        write!(out, "\n/// Which ABIs have which upper half, shape by shape.\npub(crate) static SHAPES: [(u16, u16); ");
    let count = shapes.all.iter().map(|shape| shape.matches('(').count());
    let _ = write!(out, "{}] = [", count.clone().sum::<usize>());
    count.for_each(|count| {
        end += count;
        starts.push(end.to_string());
    });
    shapes.all.iter().for_each(|shape| out.push_str(&format!("\n    {shape},")));
    out.push_str("\n];\n");
    column(&mut out, "Where each shape starts, and where the last one ends.", "SHAPE_STARTS", "u16", &starts);
    out
}

/// Texts in the order of first appearance.
#[derive(Default)]
struct Places {
    ids: BTreeMap<String, usize>,
    all: Vec<String>,
}

impl Places {
    fn id(&mut self, of: String) -> usize {
        if let Some(id) = self.ids.get(&of) {
            return *id;
        }
        self.ids.insert(of.clone(), self.all.len());
        self.all.push(of);
        self.all.len() - 1
    }
}

/// Beginnings of names up to a `_`, those first that save most.
fn heads<'a>(names: &BTreeSet<&'a str>) -> Vec<&'a str> {
    let mut names: Vec<(&'a str, usize)> = names.iter().map(|name| (*name, 0)).collect();
    let mut heads = Vec::new();
    while heads.len() < MOST_HEADS {
        let mut saved: BTreeMap<&str, usize> = BTreeMap::new();
        for (name, known) in &names {
            for (at, _) in name.match_indices('_').filter(|(at, _)| at >= known && !name.split_at(*at).0.contains('('))
            {
                *saved.entry(name.split_at(at + 1).0).or_default() += at + 1 - known;
            }
        }
        let best = saved.into_iter().max_by_key(|(head, saved)| saved.saturating_sub(head.len() + 2));
        let Some((head, _)) = best.filter(|(head, saved)| *saved > head.len() + 2) else { break };
        names
            .iter_mut()
            .filter(|(name, _)| name.starts_with(head))
            .for_each(|(_, known)| *known = head.len().max(*known));
        heads.push(head);
    }
    heads
}

/// Many a line.
fn column(out: &mut String, about: &str, name: &str, ty: &str, items: &[String]) {
    let _ = write!(out, "\n/// {about}\npub(crate) static {name}: [{ty}; {}] = [", items.len());
    for items in items.chunks(24) {
        let _ = write!(out, "\n    {},", items.join(", "));
    }
    out.push_str("\n];\n");
}

/// One behind the other, and where each starts.
fn texts(out: &mut String, about: &str, name: &str, items: &[String]) {
    let _ = write!(out, "\n/// {about}\npub(crate) static {name}: &str = \"");
    let (mut starts, mut end) = (vec!["0".to_string()], 0);
    for item in items {
        let _ = write!(out, "\\\n    {item}");
        end += item.len();
        starts.push(end.to_string());
    }
    out.push_str("\";\n");
    let starts_name = format!("{}_STARTS", name.trim_end_matches('S'));
    column(out, "Where each starts, and where the last one ends.", &starts_name, "u16", &starts);
}

/// Every request by name.
fn requests<'a>(releases: &[(&'a Bits, &'a Headers, &'a [NamedSet])]) -> BTreeMap<String, Request<'a>> {
    let mut all: BTreeMap<String, Request> = BTreeMap::new();
    for (bits, headers, sets) in releases {
        let made = headers.constants.values().flatten().filter_map(|(name, constant)| {
            let numbers = constant
                .values
                .variants()
                .iter()
                .flat_map(|(whom, constant)| whom.places().map(|place| (place, constant.value as u64)));
            Some((name, PerAbi::new(numbers.collect::<Vec<_>>()), constant.argument.as_deref()?))
        });
        let listed = sets.iter().filter(|set| set.title.starts_with(TITLE) && set.kind == SetKind::Values);
        let listed = listed.flat_map(|set| &set.members).map(|member| (&member.name, member.values.clone(), ""));
        for (name, numbers, argument) in made.chain(listed) {
            let request = all.entry(name.replace(' ', "")).or_default();
            request.numbers.push((bits, numbers));
            if request.argument.is_empty() {
                request.argument = argument;
            }
        }
    }
    all
}

/// The lines by key and name. A number is 32 bits, as the call takes it; what has more is none.
fn lines<'a>(requests: &'a BTreeMap<String, Request<'a>>) -> BTreeMap<(u16, &'a str), (PerAbi<u32>, &'a str)> {
    let mut lines = BTreeMap::new();
    for (name, request) in requests {
        let numbers = newest(request.numbers.iter().map(|(bits, numbers)| (*bits, numbers)));
        let mut by_key: BTreeMap<u16, Vec<(usize, u32)>> = BTreeMap::new();
        for (whom, number) in numbers.variants() {
            let number = u32::try_from(*number).or_else(|_| i32::try_from(*number as i64).map(|number| number as u32));
            let Ok(number) = number else { continue };
            by_key.entry(number as u16).or_default().extend(whom.places().map(|abi| (abi, number)));
        }
        for (key, mut numbers) in by_key {
            numbers.sort_unstable();
            lines.insert((key, name.as_str()), (PerAbi::new(numbers), request.argument));
        }
    }
    lines
}

/// No direction, both directions, and how many bits a size has.
fn schemes(releases: &[(&Bits, &Headers, &[NamedSet])]) -> PerAbi<[u32; 4]> {
    let of = ["_IOC_NONE", "_IOC_READ", "_IOC_WRITE", "_IOC_SIZEBITS"].map(|name| {
        let held = releases
            .iter()
            .filter_map(|(bits, headers, _)| Some((*bits, &headers.constants.get(SCHEME)?.get(name)?.values)));
        newest(held)
    });
    let [none, ..] = &of;
    let scheme = |abi: usize| {
        let mut scheme = [0; 4];
        for (number, values) in scheme.iter_mut().zip(&of) {
            *number = u32::try_from(values.get(abi)?.value).ok()?;
        }
        Some((abi, scheme))
    };
    PerAbi::new(none.whom().places().filter_map(scheme).collect::<Vec<_>>())
}
