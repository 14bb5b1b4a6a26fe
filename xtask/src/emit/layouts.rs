//! `layouts.rs`: every structure and union as a text of its own, which says once what its layouts have in common.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::HEAD;
use super::newest::{Bits, newest};
use crate::model::{Headers, PerAbi, Record};

/// A layout as a release has it.
type Held<'a> = (&'a Bits, &'a PerAbi<Record>);

/// The file; releases come newest first.
pub(super) fn layouts(releases: &[(&Bits, &Headers)]) -> String {
    // By name, then by header: a name is searched for.
    let mut all: BTreeMap<(&str, &str, &str), Vec<Held>> = BTreeMap::new();
    for (bits, headers) in releases {
        for (header, records) in &headers.records {
            for (name, record) in records {
                let (keyword, bare) = name.split_once(' ').unwrap_or(("-", name));
                all.entry((bare, header, keyword)).or_default().push((bits, record));
            }
        }
    }
    let mut out = format!(
        "{HEAD}//! The layouts of structures and unions: name, header and keyword; `=` the ABIs of a layout, its size and\n\
         //! alignment; the fields, `@` the layouts that have one if not all do.\n\n\
         pub(crate) static TEXT: &str = \"\\\n"
    );
    for ((name, header, keyword), held) in all {
        let text = text(&newest(held));
        let _ = writeln!(out, "{name} {header} {keyword}\n{text}");
    }
    out.push_str("\";\n");
    out
}

fn text(layouts: &PerAbi<Record>) -> String {
    let mut out = String::new();
    for (abis, record) in layouts.variants() {
        let _ = writeln!(out, "={:x} {} {}", abis.0, record.size, record.align);
    }
    let fields: Vec<Vec<String>> = layouts
        .variants()
        .iter()
        .map(|(_, record)| record.fields.iter().map(|field| field.to_string()).collect())
        .collect();
    let everyone = places(0..fields.len());
    let longest = fields.iter().map(Vec::len).max().unwrap_or(0);
    for at in 0..longest {
        let mut told = BTreeSet::new();
        for field in fields.iter().filter_map(|fields| fields.get(at)) {
            if !told.insert(field) {
                continue;
            }
            let has = |place: &usize| fields.get(*place).and_then(|fields| fields.get(at)) == Some(field);
            let whom = places((0..fields.len()).filter(has));
            if whom != everyone {
                let _ = write!(out, "@{whom:x} ");
            }
            let _ = writeln!(out, "{field}");
        }
    }
    out
}

fn places(places: impl Iterator<Item = usize>) -> u64 {
    places.filter(|place| *place < 64).fold(0, |all, place| all | 1 << place)
}
