//! What headers define ⇄ `constants.yaml` and `structs.yaml`: a block of lines for each header.
//!
//! Of values that differ, the one that most ABIs have comes first and names nobody: it is that of all who have the header
//! and are not named after it. A header that not every ABI has begins with a line that names those who do.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::read::{self, bad};
use super::whom::Groups;
use super::write::text;
use crate::diagnostic::{Diagnostic, Result};
use crate::model::{AbiSet, Abis, Constant, Field, Headers, Integer, NamedConstant, PerAbi, Record};

/// The file of constants.
pub(super) const CONSTANTS: &str = "constants.yaml";
/// The file of layouts.
pub(super) const STRUCTS: &str = "structs.yaml";

type Blocks = BTreeMap<String, String>;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ConstantsFile {
    /// The ABIs of the release.
    abis: String,
    /// By header: `O_CLOEXEC 524288; 2097152 alpha`, with ` = ` and the C type behind a request of `ioctl`.
    constants: Blocks,
    /// By header: `NAME reason; reason whom`.
    open: Blocks,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct StructsFile {
    /// By header: `struct statx = struct 256 8`, size and alignment, then ` on ` and whom it is not for all; a line a
    /// field.
    structs: Blocks,
}

/// The line that says who has a header.
const ON: &str = "on ";
/// Nobody's value.
const NONE: &str = "-";

pub(super) fn files(headers: &Headers, abis: &Abis) -> [(&'static str, String); 2] {
    let form = Form::new(&headers.abis, abis);
    let constants = headers.constants.iter().map(|(name, all)| {
        let whom = united(all.values().map(|constant| constant.values.whom()));
        let lines = all.iter().map(|(name, constant)| form.constant(name, constant, whom));
        (name.clone(), form.block(whom, lines))
    });
    let open = headers.open.iter().map(|(name, all)| {
        let whom = united(all.values().map(PerAbi::whom));
        let lines = all.iter().map(|(name, why)| {
            let why = form.spread(why, whom, |why| why.replace([';', '\n'], ","));
            format!("{} {why}", name.replace(' ', "~"))
        });
        (name.clone(), form.block(whom, lines))
    });
    let structs = headers.records.iter().map(|(name, all)| {
        let whom = united(all.values().map(PerAbi::whom));
        (name.clone(), form.block(whom, all.iter().map(|(name, record)| form.record(name, record, whom))))
    });
    let file = ConstantsFile { abis: headers.abis.join(" "), constants: constants.collect(), open: open.collect() };
    let structs = StructsFile { structs: structs.collect() };
    [
        (CONSTANTS, text("constants of headers, by ABI: value, type, header", &file)),
        (STRUCTS, text("layouts of structures, by ABI: size, alignment; a field's offset, class, type", &structs)),
    ]
}

/// Everybody who is in one of them.
fn united(all: impl Iterator<Item = AbiSet>) -> AbiSet {
    AbiSet(all.fold(0, |all, one| all | one.0))
}

struct Form<'a> {
    groups: Groups<'a>,
    /// Whose `size_t` is `unsigned long`.
    long_sizes: AbiSet,
}

impl<'a> Form<'a> {
    fn new(abis: &'a [String], specs: &Abis) -> Self {
        let mut long_sizes = AbiSet::default();
        for (at, name) in abis.iter().enumerate() {
            if specs.get(name).is_some_and(|spec| spec.long == 64 || spec.c.size_t_is_long) {
                long_sizes.add(at);
            }
        }
        Form { groups: Groups::new(abis, specs), long_sizes }
    }

    fn block(&self, whom: AbiSet, lines: impl Iterator<Item = String>) -> String {
        let mut out = String::new();
        if whom != self.groups.all() {
            out.push_str(&format!("{ON}{}\n", self.groups.text(whom)));
        }
        for line in lines {
            out.push_str(&line);
            out.push('\n');
        }
        out
    }

    /// `value; value whom; - whom`
    fn spread<T>(&self, values: &PerAbi<T>, all: AbiSet, show: impl Fn(&T) -> String) -> String {
        let mut out = String::new();
        for (at, (whom, value)) in values.variants().iter().enumerate() {
            match at {
                0 => out.push_str(&show(value)),
                _ => out.push_str(&format!("; {} {}", show(value), self.groups.text(*whom))),
            }
        }
        let absent = AbiSet(all.0 & !values.whom().0);
        if !absent.is_empty() {
            out.push_str(&format!("; {NONE} {}", self.groups.text(absent)));
        }
        out
    }

    fn constant(&self, name: &str, constant: &NamedConstant, all: AbiSet) -> String {
        let values = self.sized(&constant.values).unwrap_or_else(|| constant.values.map(ToString::to_string));
        let values = self.spread(&values, all, String::clone);
        let argument = constant.argument.as_ref().map_or(String::new(), |ty| format!(" = {ty}"));
        format!("{} {values}{argument}", name.replace(' ', ""))
    }

    /// The values with `z` for `size_t`, where that says in fewer words what is said.
    fn sized(&self, values: &PerAbi<Constant>) -> Option<PerAbi<String>> {
        let mut all = Vec::new();
        for (whom, constant) in values.variants() {
            for at in whom.places() {
                let text = match constant.ty == self.size_type(at) {
                    true => format!("{}z", constant.value),
                    false => constant.to_string(),
                };
                all.push((at, text));
            }
        }
        all.sort();
        let sized = PerAbi::new(all);
        (sized.variants().len() < values.variants().len()).then_some(sized)
    }

    fn size_type(&self, abi: usize) -> Integer {
        if self.long_sizes.has(abi) { Integer::ULong } else { Integer::UInt }
    }

    fn record(&self, name: &str, record: &PerAbi<Record>, all: AbiSet) -> String {
        let mut out = String::new();
        for (at, (whom, layout)) in record.variants().iter().enumerate() {
            let whom = if at == 0 { String::new() } else { format!(" on {}", self.groups.text(*whom)) };
            out.push_str(&format!("{name} = {}{whom}\n", layout.head()));
            layout.fields.iter().for_each(|field| out.push_str(&format!("  {field}\n")));
        }
        let absent = AbiSet(all.0 & !record.whom().0);
        if !absent.is_empty() {
            out.push_str(&format!("{name} = {NONE} on {}\n", self.groups.text(absent)));
        }
        out.truncate(out.trim_end().len());
        out
    }
}

/// What the two files of a release folder say.
pub(super) fn load(folder: &Path, abis: &Abis) -> Result<Headers> {
    let (constants, structs) = rayon::join(
        || read::yaml::<ConstantsFile>(&folder.join(CONSTANTS)),
        || read::yaml::<StructsFile>(&folder.join(STRUCTS)),
    );
    let (constants, structs) = (constants?, structs?);
    let names: Vec<String> = constants.abis.split(' ').map(str::to_string).collect();
    let form = Form::new(&names, abis);
    let mut headers = Headers { abis: names.clone(), ..Headers::default() };
    let reader = Reader { form: &form, folder };
    for (name, block) in constants.constants {
        let all = reader.lines(&name, &block, |line, all| reader.constant(line, all))?;
        headers.constants.insert(name, all);
    }
    for (name, block) in constants.open {
        let all = reader.lines(&name, &block, |line, all| {
            let (name, why) = line.split_once(' ')?;
            Some((name.replace('~', " "), reader.unspread(why, all, |why| Some(why.to_string()))?))
        })?;
        headers.open.insert(name, all);
    }
    for (name, block) in structs.structs {
        let all = reader.records(&name, &block)?;
        headers.records.insert(name, all);
    }
    Ok(headers)
}

struct Reader<'a> {
    form: &'a Form<'a>,
    folder: &'a Path,
}

impl Reader<'_> {
    fn bad(&self, file: &str, header: &str, line: &str) -> Box<Diagnostic> {
        let place = self.folder.join(file).display().to_string();
        bad(&place, format!("`{line}` of `{header}` is not of the form that data/README.md defines"))
    }

    /// Who has a header, and its other lines.
    fn whom<'b>(&self, block: &'b str) -> Option<(AbiSet, &'b str)> {
        match block.strip_prefix(ON) {
            None => Some((self.form.groups.all(), block)),
            Some(rest) => {
                let (whom, rest) = rest.split_once('\n')?;
                Some((self.form.groups.parse(whom)?, rest))
            }
        }
    }

    fn lines<T>(
        &self,
        header: &str,
        block: &str,
        parse: impl Fn(&str, AbiSet) -> Option<(String, T)>,
    ) -> Result<BTreeMap<String, T>> {
        let (whom, rest) = self.whom(block).ok_or_else(|| self.bad(CONSTANTS, header, first_line(block)))?;
        rest.lines().map(|line| parse(line, whom).ok_or_else(|| self.bad(CONSTANTS, header, line))).collect()
    }

    fn constant(&self, line: &str, all: AbiSet) -> Option<(String, NamedConstant)> {
        let (name, values) = line.split_once(' ')?;
        let (values, argument) = match values.split_once(" = ") {
            Some((values, ty)) => (values, Some(ty.to_string())),
            None => match values.strip_suffix(" =") {
                Some(values) => (values, Some(String::new())),
                None => (values, None),
            },
        };
        let texts = self.unspread(values, all, |text| Some(text.to_string()))?;
        let mut parsed = Vec::new();
        for (whom, text) in texts.variants() {
            match text.strip_suffix('z') {
                None => {
                    let constant: Constant = text.parse().ok()?;
                    parsed.extend(whom.places().map(|at| (at, constant)));
                }
                Some(number) => {
                    let value: i128 = number.parse().ok()?;
                    let typed = |at| (at, Constant { value, ty: self.form.size_type(at) });
                    parsed.extend(whom.places().map(typed));
                }
            }
        }
        parsed.sort_by_key(|(at, _)| *at);
        Some((name.to_string(), NamedConstant { values: PerAbi::new(parsed), argument }))
    }

    fn unspread<T: PartialEq + Clone>(
        &self,
        text: &str,
        all: AbiSet,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<PerAbi<T>> {
        let mut parts = text.split("; ");
        let most = parse(parts.next()?)?;
        let (mut left, mut values) = (all, Vec::new());
        for part in parts {
            // What a value is made of may hold spaces; the ABIs behind it do not tell where they begin.
            let (value, whom) = self.divided(part)?;
            left = AbiSet(left.0 & !whom.0);
            if value != NONE {
                let value = parse(value)?;
                values.extend(whom.places().map(|at| (at, value.clone())));
            }
        }
        values.extend(left.places().map(|at| (at, most.clone())));
        values.sort_by_key(|(at, _)| *at);
        Some(PerAbi::new(values))
    }

    /// A value and the ABIs behind it: the longest end that names ABIs.
    fn divided<'b>(&self, part: &'b str) -> Option<(&'b str, AbiSet)> {
        part.match_indices(' ').find_map(|(at, _)| {
            let (value, whom) = (part.get(..at)?, part.get(at + 1..)?);
            Some((value, self.form.groups.parse(whom)?))
        })
    }

    fn records(&self, header: &str, block: &str) -> Result<BTreeMap<String, PerAbi<Record>>> {
        let (all, rest) = self.whom(block).ok_or_else(|| self.bad(STRUCTS, header, first_line(block)))?;
        let mut found: BTreeMap<String, Vec<(Option<AbiSet>, Option<Record>)>> = BTreeMap::new();
        let mut last: Option<String> = None;
        for line in rest.lines() {
            let bad = || self.bad(STRUCTS, header, line);
            match line.strip_prefix("  ") {
                Some(field) => {
                    let field: Field = field.parse().map_err(|_| bad())?;
                    let variants = last.as_ref().and_then(|name| found.get_mut(name)).ok_or_else(bad)?;
                    let record = variants.last_mut().and_then(|(_, record)| record.as_mut()).ok_or_else(bad)?;
                    record.fields.push(field);
                }
                None => {
                    let (name, head) = line.split_once(" = ").ok_or_else(bad)?;
                    let (head, whom) = match head.split_once(" on ") {
                        Some((head, whom)) => (head, Some(self.form.groups.parse(whom).ok_or_else(bad)?)),
                        None => (head, None),
                    };
                    let record = match head {
                        NONE => None,
                        head => Some(Record::from_head(head).map_err(|_| bad())?),
                    };
                    found.entry(name.to_string()).or_default().push((whom, record));
                    last = Some(name.to_string());
                }
            }
        }
        Ok(found.into_iter().map(|(name, variants)| (name, joined(variants, all))).collect())
    }
}

/// Layouts by ABI; the one that names nobody is that of all others.
fn joined(variants: Vec<(Option<AbiSet>, Option<Record>)>, all: AbiSet) -> PerAbi<Record> {
    let named = variants.iter().filter_map(|(whom, _)| *whom).fold(0, |named, whom| named | whom.0);
    let mut values = Vec::new();
    for (whom, record) in variants {
        let whom = whom.unwrap_or(AbiSet(all.0 & !named));
        if let Some(record) = record {
            values.extend(whom.places().map(|at| (at, record.clone())));
        }
    }
    values.sort_by_key(|(at, _)| *at);
    PerAbi::new(values)
}

fn first_line(block: &str) -> &str {
    block.lines().next().unwrap_or_default()
}
