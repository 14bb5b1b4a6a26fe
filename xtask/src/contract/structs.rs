//! Structures as JSON: what `structs` prints.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{Count, Field as Held, Headers, Record};

/// The structures of an ABI, by tag.
pub type Structs<'a> = BTreeMap<String, Struct<'a>>;

/// A structure or union.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Struct<'a> {
    kind: &'static str,
    size: u64,
    align: u64,
    /// Every header that defines it so.
    headers: Vec<&'a str>,
    fields: Vec<Field<'a>>,
}

/// A field of it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Field<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    ty: &'a str,
    offset: u64,
    /// What `sizeof` says: all elements of an array, nothing of a flexible one; of a bit-field its unit.
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    bit_offset: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bits: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flexible: Option<bool>,
    /// Bytes of an element, of an array of either sort.
    #[serde(skip_serializing_if = "Option::is_none")]
    element_size: Option<u64>,
}

/// The structures of an ABI whose names are wanted.
///
/// The key is the tag, where all headers that have it agree; else there is one for each of them, `header:tag`. A tag that
/// one header gives to two (`struct x` beside a typedef `x`) stands with the word before it.
pub fn structs<'a>(headers: &'a Headers, abi: usize, is_wanted: &dyn Fn(&str, &str) -> bool) -> Structs<'a> {
    let mut by_tag: BTreeMap<&str, Vec<(&str, &str, &Record)>> = BTreeMap::new();
    for (header, records) in &headers.records {
        for (name, record) in records {
            if let Some(record) = record.get(abi) {
                by_tag.entry(tag(name)).or_default().push((header, name, record));
            }
        }
    }
    let mut all = Structs::new();
    for (tag, found) in by_tag {
        let agree = found.windows(2).all(|two| two[0].2 == two[1].2);
        let wanted: Vec<_> = found.iter().filter(|(header, name, _)| is_wanted(header, name)).collect();
        if agree && let Some((_, _, record)) = wanted.first() {
            let mut of: Vec<&str> = found.iter().map(|(header, _, _)| *header).collect();
            of.dedup();
            all.insert(tag.to_string(), Struct::new(record, of));
            continue;
        }
        for (header, name, record) in wanted {
            let alone = found.iter().filter(|(other, _, _)| other == header).count() == 1;
            let key = format!("{header}:{}", if alone { tag } else { name });
            all.insert(key, Struct::new(record, vec![header]));
        }
    }
    all
}

/// The name without the word before it: `statx` of `struct statx`.
fn tag(name: &str) -> &str {
    name.rsplit(' ').next().unwrap_or(name)
}

impl<'a> Struct<'a> {
    fn new(record: &'a Record, headers: Vec<&'a str>) -> Self {
        Struct {
            kind: if record.is_union { "union" } else { "struct" },
            size: record.size,
            align: record.align,
            headers,
            fields: record.fields.iter().map(Field::new).collect(),
        }
    }
}

impl<'a> Field<'a> {
    fn new(field: &'a Held) -> Self {
        let (count, flexible, elements) = match field.count {
            Count::One => (None, None, 1),
            Count::Array(count) => (Some(count), None, count),
            Count::Flexible => (None, Some(true), 0),
        };
        Field {
            name: &field.name,
            ty: &field.ty,
            offset: field.offset,
            size: field.size.saturating_mul(elements),
            bit_offset: field.bits.map(|bits| bits.shift),
            bits: field.bits.map(|bits| bits.width),
            count,
            flexible,
            element_size: (field.count != Count::One).then_some(field.size),
        }
    }
}
