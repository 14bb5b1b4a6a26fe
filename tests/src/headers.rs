//! What headers define, made by hand out of the text forms that `data/` has.

use syscall_meta_gen::model::{Constant, Headers, NamedConstant, PerAbi, Record};

/// Headers of these ABIs that define nothing yet.
pub fn headers(abis: &[&str]) -> Headers {
    Headers { abis: abis.iter().map(ToString::to_string).collect(), ..Headers::default() }
}

/// Adds a constant with its value on each ABI, in their order: `O_DIRECT`, `[Some("16384"), None]`.
pub fn constant(headers: &mut Headers, header: &str, name: &str, values: &[Option<&str>], argument: Option<&str>) {
    let values = values.iter().enumerate().filter_map(|(abi, value)| Some((abi, (*value)?)));
    let values = values.map(|(abi, value)| (abi, value.parse::<Constant>().expect(value)));
    let named = NamedConstant { values: PerAbi::new(values), argument: argument.map(str::to_string) };
    headers.constants.entry(header.to_string()).or_default().insert(name.to_string(), named);
}

/// Adds a structure with its layout on each ABI: head, then fields.
pub fn record(headers: &mut Headers, header: &str, name: &str, layouts: &[Option<&[&str]>]) {
    let layouts = layouts.iter().enumerate().filter_map(|(abi, lines)| Some((abi, layout((*lines)?))));
    let layouts = PerAbi::new(layouts);
    headers.records.entry(header.to_string()).or_default().insert(name.to_string(), layouts);
}

fn layout(lines: &[&str]) -> Record {
    let (head, fields) = lines.split_first().expect("a layout has a head");
    let fields = fields.iter().map(|field| field.parse().expect(field)).collect();
    Record { fields, ..Record::from_head(head).expect(head) }
}
