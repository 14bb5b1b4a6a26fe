//! `ioctls.rs`: every request of `ioctl` as lines of a text, sorted by the 16 bits that no ABI moves.

use std::collections::BTreeMap;
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

/// The file; releases come newest first.
pub(super) fn ioctls(releases: &[(&Bits, &Headers, &[NamedSet])], all: &[&str]) -> String {
    let mut whom = Whom::default();
    let mut text = String::new();
    for ((key, name), (numbers, argument)) in lines(&requests(releases)) {
        let _ = write!(text, "{key:04x} {name}");
        for (abis, number) in numbers.variants() {
            let _ = write!(text, " {}={number:08x}", whom.id(abis.0));
        }
        let gap = if argument.is_empty() { "" } else { " " };
        let _ = writeln!(text, "{gap}{argument}");
    }
    let mut out = format!(
        "{HEAD}//! The requests of `ioctl`: the low 16 bits, the name, on which of `ABIS` it has which number, what is passed.\n\n\
         use crate::ioctl::Scheme;\n\npub(crate) static SCHEMES: [Scheme; "
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
    let _ = write!(out, "\n];\n\npub(crate) static TEXT: &str = \"\\\n{text}\";\n");
    out
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
