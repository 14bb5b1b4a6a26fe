//! What headers define ⇄ `constants.yaml`, `structs.yaml` and `open.yaml`: a block of lines for each header.
//!
//! Of values that differ, the one that most ABIs have comes first and names nobody: it is that of all who have the header
//! and are not named after it. A header that not every ABI has begins with a line that names those who do.

use std::collections::BTreeMap;
use std::path::Path;

use super::read::{self, bad};
use super::whom::Groups;
use super::write::text;
use crate::diagnostic::{Diagnostic, Result};
use crate::model::{AbiSet, Abis, Constant, Field, Headers, Integer, NamedConstant, PerAbi, Record};

/// The file of constants.
pub(super) const CONSTANTS: &str = "constants.yaml";
/// The file of layouts.
pub(super) const STRUCTS: &str = "structs.yaml";

/// The file of what could not be evaluated.
pub(super) const OPEN: &str = "open.yaml";

/// Lines by header.
type Blocks = BTreeMap<String, String>;

/// What stands in the place of a header, and lists the ABIs of the release.
const ABIS: &str = "abis";

/// The line that says who has a header.
const ON: &str = "on ";
/// Nobody's value.
const NONE: &str = "-";

pub(super) fn files(headers: &Headers, abis: &Abis) -> [(&'static str, String); 3] {
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
    let records = headers.records.iter().map(|(name, all)| {
        let whom = united(all.values().map(PerAbi::whom));
        (name.clone(), form.block(whom, all.iter().map(|(name, record)| form.record(name, record, whom))))
    });
    let mut constants: Blocks = constants.collect();
    constants.insert(ABIS.to_string(), headers.abis.join(" "));
    let (records, open): (Blocks, Blocks) = (records.collect(), open.collect());
    [
        (CONSTANTS, text("constants of headers, by ABI: value, type", &constants)),
        (STRUCTS, text("layouts of structures, by ABI: size, alignment; a field's offset, class, type", &records)),
        (OPEN, text("what headers define that could not be evaluated, and why", &open)),
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

    /// `value; value whom; - whom`, or `-; value whom` where most have none: what is shorter.
    fn spread<T>(&self, values: &PerAbi<T>, all: AbiSet, show: impl Fn(&T) -> String) -> String {
        let named = |(whom, value): &(AbiSet, T)| format!("; {} {}", show(value), self.groups.text(*whom));
        let absent = AbiSet(all.0 & !values.whom().0);
        let Some(((_, most), others)) = values.variants().split_first() else { return NONE.to_string() };
        let mut out = show(most);
        others.iter().for_each(|variant| out.push_str(&named(variant)));
        if absent.is_empty() {
            return out;
        }
        out.push_str(&format!("; {NONE} {}", self.groups.text(absent)));
        let few: String = std::iter::once(NONE.to_string()).chain(values.variants().iter().map(named)).collect();
        if few.len() < out.len() { few } else { out }
    }

    fn constant(&self, name: &str, constant: &NamedConstant, all: AbiSet) -> String {
        let values = self.sized(&constant.values).unwrap_or_else(|| constant.values.map(ToString::to_string));
        let values = self.spread(&values, all, String::clone);
        let argument = match constant.argument.as_deref() {
            None => String::new(),
            // Nothing ends a line with a space, or YAML would not show it as a line.
            Some("") => " =".to_string(),
            Some(ty) => format!(" = {ty}"),
        };
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

    /// Layouts whose fields have the same names and types are told together, their figures side by side: `8/4`.
    fn record(&self, name: &str, record: &PerAbi<Record>, all: AbiSet) -> String {
        let mut alike: Vec<Vec<&(AbiSet, Record)>> = Vec::new();
        for variant in record.variants() {
            match alike.iter_mut().find(|known| known.iter().all(|(_, other)| is_alike(other, &variant.1))) {
                Some(known) => known.push(variant),
                None => alike.push(vec![variant]),
            }
        }
        let absent = AbiSet(all.0 & !record.whom().0);
        // The most common one is that of all others, unless those who have none are the others.
        let most = record.variants().first().map(|(whom, _)| self.groups.text(*whom)).unwrap_or_default();
        let others_have_none = !absent.is_empty() && most.len() < self.groups.text(absent).len();
        let mut out = String::new();
        for (at, layouts) in alike.iter().enumerate() {
            let heads = layouts.iter().enumerate().map(|(column, (whom, layout))| {
                let head = layout.head();
                let head =
                    if column == 0 { head.as_str() } else { head.split_once(' ').map_or("", |(_, sizes)| sizes) };
                match (at, column) {
                    (0, 0) if !others_have_none => head.to_string(),
                    _ => format!("{head}{ON_WHOM}{}", self.groups.text(*whom)),
                }
            });
            out.push_str(&format!("{name} = {}\n", heads.collect::<Vec<_>>().join("; ")));
            let fields = layouts.first().map(|(_, layout)| layout.fields.len()).unwrap_or_default();
            for field in 0..fields {
                let columns: Vec<String> = layouts
                    .iter()
                    .filter_map(|(_, layout)| layout.fields.get(field))
                    .map(ToString::to_string)
                    .collect();
                out.push_str(&format!("  {}\n", side_by_side(&columns)));
            }
        }
        if !absent.is_empty() && !others_have_none {
            out.push_str(&format!("{name} = {NONE}{ON_WHOM}{}\n", self.groups.text(absent)));
        }
        out.truncate(out.trim_end().len());
        out
    }
}

/// Whether two layouts differ in figures at most.
fn is_alike(one: &Record, other: &Record) -> bool {
    let same = |(one, other): (&Field, &Field)| one.name == other.name && one.ty == other.ty;
    one.is_union == other.is_union
        && one.fields.len() == other.fields.len()
        && one.fields.iter().zip(&other.fields).all(same)
}

/// Lines of which some words differ, as one: `tv_usec 8/4 s64/s32 long`. The type, which comes last, is the same.
fn side_by_side(lines: &[String]) -> String {
    let words: Vec<Vec<&str>> = lines.iter().map(|line| line.splitn(4, ' ').collect()).collect();
    let column = |at: usize| {
        let all: Vec<&str> = words.iter().filter_map(|words| words.get(at).copied()).collect();
        let first = all.first().copied().unwrap_or_default();
        if all.iter().all(|word| *word == first) { first.to_string() } else { all.join("/") }
    };
    (0..4).map(column).collect::<Vec<_>>().join(" ")
}

/// The line of one column out of [`side_by_side`].
fn one_side(line: &str, column: usize) -> String {
    let words = line.splitn(4, ' ').enumerate().map(|(at, word)| match at {
        1 | 2 if word.contains('/') => word.split('/').nth(column).unwrap_or_default(),
        _ => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// What stands between a layout and those who have it.
const ON_WHOM: &str = " on ";

/// What the files of a release folder say.
pub(super) fn load(folder: &Path, abis: &Abis) -> Result<Headers> {
    let blocks = |name: &str| read::yaml::<Blocks>(&folder.join(name));
    let (constants, (records, open)) = rayon::join(|| blocks(CONSTANTS), || (blocks(STRUCTS), blocks(OPEN)));
    let (mut constants, records, open) = (constants?, records?, open?);
    let names = constants.remove(ABIS).unwrap_or_default();
    // Of a running kernel there are none.
    let names: Vec<String> = names.split(' ').filter(|name| !name.is_empty()).map(str::to_string).collect();
    let form = Form::new(&names, abis);
    let mut headers = Headers { abis: names.clone(), ..Headers::default() };
    let reader = Reader { form: &form, folder };
    for (name, block) in constants {
        let all = reader.lines(CONSTANTS, &name, &block, |line, all| reader.constant(line, all))?;
        headers.constants.insert(name, all);
    }
    for (name, block) in open {
        let all = reader.lines(OPEN, &name, &block, |line, all| {
            let (name, why) = line.split_once(' ')?;
            let whys = reader.unspread(why, all)?;
            let whys = whys.into_iter().map(|(whom, why)| (whom, why.to_string()));
            Some((name.replace('~', " "), PerAbi::of(whys)))
        })?;
        headers.open.insert(name, all);
    }
    for (name, block) in records {
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
        file: &str,
        header: &str,
        block: &str,
        parse: impl Fn(&str, AbiSet) -> Option<(String, T)>,
    ) -> Result<BTreeMap<String, T>> {
        let (whom, rest) = self.whom(block).ok_or_else(|| self.bad(file, header, first_line(block)))?;
        rest.lines().map(|line| parse(line, whom).ok_or_else(|| self.bad(file, header, line))).collect()
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
        let long = self.form.long_sizes;
        let mut parsed = Vec::new();
        for (whom, text) in self.unspread(values, all)? {
            match text.strip_suffix('z') {
                None => parsed.push((whom, text.parse().ok()?)),
                Some(number) => {
                    let value: i128 = number.parse().ok()?;
                    parsed.push((AbiSet(whom.0 & long.0), Constant { value, ty: Integer::ULong }));
                    parsed.push((AbiSet(whom.0 & !long.0), Constant { value, ty: Integer::UInt }));
                }
            }
        }
        Some((name.to_string(), NamedConstant { values: PerAbi::of(parsed), argument }))
    }

    /// The texts of values with those who have them.
    fn unspread<'b>(&self, text: &'b str, all: AbiSet) -> Option<Vec<(AbiSet, &'b str)>> {
        let mut parts = text.split("; ");
        let most = parts.next()?;
        let (mut left, mut values) = (all, Vec::new());
        for part in parts {
            // What a value is made of may hold spaces; the ABIs behind it do not tell where they begin.
            let (value, whom) = self.divided(part)?;
            left = AbiSet(left.0 & !whom.0);
            if value != NONE {
                values.push((whom, value));
            }
        }
        if most != NONE {
            values.push((left, most));
        }
        Some(values)
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
        let mut found: BTreeMap<String, Layouts> = BTreeMap::new();
        let mut last: Option<(String, usize)> = None;
        for line in rest.lines() {
            let bad = || self.bad(STRUCTS, header, line);
            match line.strip_prefix("  ") {
                Some(fields) => {
                    let (name, from) = last.as_ref().ok_or_else(bad)?;
                    let layouts = found.get_mut(name).and_then(|layouts| layouts.0.get_mut(*from..)).ok_or_else(bad)?;
                    for (column, (_, layout)) in layouts.iter_mut().enumerate() {
                        let field: Field = one_side(fields, column).parse().map_err(|_| bad())?;
                        layout.as_mut().ok_or_else(bad)?.fields.push(field);
                    }
                }
                None => {
                    let (name, heads) = line.split_once(" = ").ok_or_else(bad)?;
                    let layouts = found.entry(name.to_string()).or_default();
                    last = Some((name.to_string(), layouts.0.len()));
                    self.heads(heads, layouts).ok_or_else(bad)?;
                }
            }
        }
        Ok(found.into_iter().map(|(name, layouts)| (name, layouts.joined(all))).collect())
    }

    /// `struct 16 8; 8 4 on @32`
    fn heads(&self, text: &str, layouts: &mut Layouts) -> Option<()> {
        let mut kind = "";
        for (column, head) in text.split("; ").enumerate() {
            let (head, whom) = match head.split_once(ON_WHOM) {
                Some((head, whom)) => (head, Some(self.form.groups.parse(whom)?)),
                None => (head, None),
            };
            let record = match (column, head) {
                (_, NONE) => None,
                (0, head) => {
                    kind = head.split(' ').next()?;
                    Some(Record::from_head(head).ok()?)
                }
                (_, sizes) => Some(Record::from_head(&format!("{kind} {sizes}")).ok()?),
            };
            layouts.0.push((whom, record));
        }
        Some(())
    }
}

/// The layouts of a structure with those who have them; nobody named: all others.
#[derive(Default)]
struct Layouts(Vec<(Option<AbiSet>, Option<Record>)>);

impl Layouts {
    fn joined(self, all: AbiSet) -> PerAbi<Record> {
        let named = self.0.iter().filter_map(|(whom, _)| *whom).fold(0, |named, whom| named | whom.0);
        let layouts =
            self.0.into_iter().filter_map(|(whom, record)| Some((whom.unwrap_or(AbiSet(all.0 & !named)), record?)));
        PerAbi::of(layouts)
    }
}

fn first_line(block: &str) -> &str {
    block.lines().next().unwrap_or_default()
}
