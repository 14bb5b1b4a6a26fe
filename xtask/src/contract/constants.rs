//! Constants as JSON: what `constants` prints, by name alone or with everything.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::Serialize;

use crate::model::{Constant, Headers, NamedConstant};
use crate::resolve::{Direction, Geometry};

/// A constant with everything, as `constants --qualified` prints it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Qualified<'a> {
    name: &'a str,
    value: i128,
    #[serde(rename = "type")]
    ty: &'static str,
    header: &'a str,
    /// What `_IO` and its kin have put together.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Request<'a>>,
}

/// What a request of `ioctl` says of itself.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Request<'a> {
    direction: &'static str,
    #[serde(rename = "type")]
    ty: u8,
    /// The type as a character, where it is one that can be printed.
    letter: Option<char>,
    number: u8,
    size: u32,
    /// The C type behind the third argument of `ioctl`; none of a request without one.
    argument: Option<&'a str>,
}

/// The constants of an ABI that have one value in all headers that define them, by name.
pub fn constants<'a>(
    headers: &'a Headers,
    abi: usize,
    is_wanted: &dyn Fn(&str, &str) -> bool,
) -> BTreeMap<&'a str, i128> {
    let mut values: BTreeMap<&str, Option<i128>> = BTreeMap::new();
    for (_, name, _, constant) in of(headers, abi, is_wanted) {
        // A request with parameters has a value only with arguments.
        if name.contains('(') {
            continue;
        }
        match values.entry(name) {
            Entry::Vacant(entry) => drop(entry.insert(Some(constant.value))),
            Entry::Occupied(mut entry) if *entry.get() != Some(constant.value) => drop(entry.insert(None)),
            Entry::Occupied(_) => {}
        }
    }
    values.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// Every constant of an ABI, by header and name.
pub fn qualified<'a>(headers: &'a Headers, abi: usize, is_wanted: &dyn Fn(&str, &str) -> bool) -> Vec<Qualified<'a>> {
    let geometry = Geometry::of(headers, abi);
    let all = of(headers, abi, is_wanted);
    all.map(|(header, name, named, constant)| Qualified {
        name,
        value: constant.value,
        ty: constant.ty.name(),
        header,
        request: request(named, constant, geometry.as_ref()),
    })
    .collect()
}

fn of<'a>(
    headers: &'a Headers,
    abi: usize,
    is_wanted: &dyn Fn(&str, &str) -> bool,
) -> impl Iterator<Item = (&'a str, &'a str, &'a NamedConstant, Constant)> {
    let all = headers.constants.iter().flat_map(|(header, names)| names.iter().map(move |named| (header, named)));
    let wanted = all.filter(move |(header, (name, _))| is_wanted(header, name));
    wanted.filter_map(move |(header, (name, named))| Some((&**header, &**name, named, *named.values.get(abi)?)))
}

fn request<'a>(named: &'a NamedConstant, constant: Constant, geometry: Option<&Geometry>) -> Option<Request<'a>> {
    let argument = named.argument.as_deref()?;
    let request = geometry?.request((constant.value & 0xffff_ffff) as u32);
    let letter = char::from(request.ty);
    Some(Request {
        direction: match request.direction {
            Direction::None => "none",
            Direction::Read => "read",
            Direction::Write => "write",
            Direction::Both => "both",
        },
        ty: request.ty,
        letter: (letter.is_ascii_graphic()).then_some(letter),
        number: request.number,
        size: request.size,
        argument: (!argument.is_empty()).then_some(argument),
    })
}
