//! The layouts that are listed of a header's structures, held against a compiler's.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;

use super::asserted::Checks;
use super::constants::Homes;
use super::headers::{COMPANY, Run};
use super::object::variables;

/// A structure as `structs` prints it.
#[derive(Clone, Debug, Deserialize, Hash)]
pub struct Laid {
    /// `struct` or `union`.
    pub kind: String,
    /// What `sizeof` says.
    pub size: u64,
    /// What `_Alignof` says.
    pub align: u64,
    /// Every header that has it so.
    pub headers: Vec<String>,
    /// Its fields.
    pub fields: Vec<LaidField>,
}

/// A field of it.
#[derive(Clone, Debug, Deserialize, Hash)]
pub struct LaidField {
    /// `outer.inner`, `outer[].inner`.
    pub name: String,
    /// The C type of an element.
    #[serde(rename = "type")]
    pub ty: String,
    /// Bytes before it.
    pub offset: u64,
    /// What `sizeof` says; of a bit-field the bytes of its unit.
    pub size: u64,
    /// How far the unit is shifted to the right for a bit-field.
    pub bit_offset: Option<u32>,
    /// How many bits then are left.
    pub bits: Option<u32>,
    /// Elements of an array.
    pub count: Option<u64>,
    /// It has as many elements as there are.
    pub flexible: Option<bool>,
    /// Bytes of an element of an array.
    pub element_size: Option<u64>,
}

/// What came out of the structures of a header, or of many.
#[derive(Clone, Default)]
pub struct StructFigures {
    /// Structures that agree in all.
    pub agree: usize,
    /// Fields that agree.
    pub fields: usize,
    /// Bit-fields whose bits are where they are listed.
    pub bits: usize,
    /// Bit-fields that only the ABI's own compiler could tell, or in a header that does not compile.
    pub left_out: usize,
    /// What differs, a line each.
    pub differences: Vec<String>,
}

impl StructFigures {
    /// Takes in what came out of others.
    pub fn add(&mut self, other: StructFigures) {
        self.agree += other.agree;
        self.fields += other.fields;
        self.bits += other.bits;
        self.left_out += other.left_out;
        self.differences.extend(other.differences);
    }
}

impl fmt::Display for StructFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let StructFigures { agree, fields, bits, left_out, differences } = self;
        write!(f, "{agree} structures agree with {fields} fields and {bits} bit-fields, ")?;
        write!(f, "{left_out} bit-fields left out, {} differ", differences.len())
    }
}

/// A structure to ask for: its name, as C has it, and what is listed.
struct Asked<'a> {
    key: &'a str,
    ty: String,
    laid: &'a Laid,
}

/// Compares the structures that are listed of a header with those that the compiler lays out.
pub fn compare_structs(checks: &Checks<'_>, run: &Run, listed: &[(&str, &Laid)], homes: &Homes<'_>) -> StructFigures {
    let mut figures = StructFigures::default();
    let mut left: Vec<Asked> =
        listed.iter().map(|(key, laid)| Asked { key, ty: c_type(key, laid, run), laid }).collect();
    // Macros that stand for a way into a structure must not get into a path.
    let paths = listed.iter().flat_map(|(_, laid)| &laid.fields);
    let undefined: BTreeSet<&str> =
        paths.flat_map(|field| field.name.split(['.', '[', ']'])).filter(|word| !word.is_empty()).collect();
    let mut checks = Checks { company: Vec::new(), undefined: undefined.into_iter().collect(), ..*checks };
    // By itself, then in the company of what it leaves to the program that includes it.
    for round in 0..5 {
        let lines: Vec<String> = left.iter().flat_map(assertions).map(|one| one.line).collect();
        let (refused, missing) = checks.refused_and_missing(&lines);
        let mut at = 0;
        let (mut wrong, mut right) = (Vec::new(), Vec::new());
        for asked in left {
            let count = asked.laid.fields.len() + 1;
            let is_wrong = (at..at + count).any(|at| refused.contains_key(&at));
            at += count;
            if is_wrong { wrong.push(asked) } else { right.push(asked) }
        }
        for asked in &right {
            let bits = asked.laid.fields.iter().filter(|field| field.bits.is_some()).count();
            figures.agree += 1;
            figures.fields += asked.laid.fields.len() - bits;
        }
        figures.add(bit_fields(&checks, &right));
        left = wrong;
        let before = checks.company.len();
        if round == 0 {
            checks.company.push(COMPANY);
        }
        // A compiler does not name the type of a field that has none for it.
        let fields = left.iter().flat_map(|asked| &asked.laid.fields).map(|field| field.ty.as_str());
        let homes = missing.iter().map(String::as_str).chain(fields).filter_map(|name| homes.get(name));
        for home in homes.filter(|home| *home != checks.header) {
            if !checks.company.contains(&home) {
                checks.company.insert(1, home);
            }
        }
        if left.is_empty() || checks.company.len() == before {
            break;
        }
    }
    for asked in &left {
        differences(&checks, asked, &mut figures.differences);
    }
    figures
}

/// What C calls a structure: by tag where the header has it, else by typedef.
fn c_type(key: &str, laid: &Laid, run: &Run) -> String {
    let name = key.rsplit(':').next().unwrap_or(key);
    let tagged = format!("{} {name}", laid.kind);
    if name.contains(' ') || !run.tags.contains(&tagged) { name.to_string() } else { tagged }
}

/// A check in C, and what it asks for.
struct Assertion {
    line: String,
    /// Expressions, what is listed for them, and what to call that.
    asks: Vec<(String, u64, String)>,
}

/// One for the whole and one for each field.
fn assertions(asked: &Asked) -> Vec<Assertion> {
    let Asked { ty, laid, .. } = asked;
    let asks = vec![
        (format!("sizeof({ty})"), laid.size, "size".to_string()),
        (format!("_Alignof({ty})"), laid.align, "alignment".to_string()),
    ];
    let whole = Assertion { line: line(&asks, None), asks };
    let fields = laid.fields.iter().map(|field| {
        let path = path(field);
        let value = format!("(({ty} *)0)->{path}");
        if field.bits.is_some() {
            // Where its bits are is asked otherwise.
            return Assertion { line: format!("_Static_assert(sizeof({value} + 0), \"\");"), asks: Vec::new() };
        }
        let mut asks = vec![(format!("__builtin_offsetof({ty}, {path})"), field.offset, format!("offset of {path}"))];
        if field.flexible.is_none() {
            asks.push((format!("sizeof({value})"), field.size, format!("size of {path}")));
        }
        let line = line(&asks, type_check(field, &value));
        Assertion { line, asks }
    });
    std::iter::once(whole).chain(fields).collect()
}

fn path(field: &LaidField) -> String {
    field.name.replace("[]", "[0]")
}

/// That an element has the type that is listed, where that can be written down.
fn type_check(field: &LaidField, value: &str) -> Option<String> {
    let ty = &field.ty;
    if ty.contains(['(', '{']) || matches!(ty.as_str(), "struct" | "union" | "enum") {
        return None;
    }
    let same = |value: &str| format!("__builtin_types_compatible_p(__typeof__({value}), {ty})");
    match field.element_size {
        None => Some(same(value)),
        // An element of several dimensions is an array, which decays to a pointer: class 5. A typedef can be the array.
        Some(size) => {
            let element = format!("{value}[0]");
            let rows =
                if ty.ends_with('*') { String::new() } else { format!(" || __builtin_classify_type({element}) == 5") };
            Some(format!("(sizeof({element}) != {size} || {} || {}{rows})", same(&element), same(value)))
        }
    }
}

fn line(asks: &[(String, u64, String)], more: Option<String>) -> String {
    let all = asks.iter().map(|(expression, listed, _)| format!("{expression} == {listed}")).chain(more);
    format!("_Static_assert({}, \"\");", all.collect::<Vec<_>>().join(" && "))
}

/// What of a structure differs, a line each.
fn differences(checks: &Checks<'_>, asked: &Asked, differences: &mut Vec<String>) {
    let Asked { key, laid, .. } = asked;
    let all = assertions(asked);
    let lines: Vec<String> = all.iter().map(|one| one.line.clone()).collect();
    let refused = checks.refused(&lines);
    let header = checks.header;
    for (at, assertion) in all.iter().enumerate().filter(|(at, _)| refused.contains_key(at)) {
        let expressions: Vec<&str> = assertion.asks.iter().map(|(expression, ..)| expression.as_str()).collect();
        let values = checks.values(&expressions);
        let mut said = false;
        for ((_, listed, what), value) in assertion.asks.iter().zip(values) {
            let Some(value) = value else { continue };
            let value = value.split(' ').next().unwrap_or_default().to_string();
            if value != listed.to_string() {
                said = true;
                differences.push(format!("{header}: {key}: {what}: listed {listed}, the compiler has {value}"));
            }
        }
        if !said {
            let field = at.checked_sub(1).and_then(|at| laid.fields.get(at));
            let what = field.map_or_else(|| "the whole".to_string(), |field| format!("{} {}", field.ty, field.name));
            differences.push(format!("{header}: {key}: {what}: {}", refused[&at]));
        }
    }
}

/// Holds bit-fields against the bytes of a variable in which one of them has all bits set.
fn bit_fields(checks: &Checks<'_>, asked: &[Asked]) -> StructFigures {
    let mut figures = StructFigures::default();
    let all = asked.iter().flat_map(|asked| asked.laid.fields.iter().map(move |field| (asked, field)));
    let all: Vec<(&Asked, &LaidField)> = all.filter(|(_, field)| field.bits.is_some()).collect();
    if all.is_empty() {
        return figures;
    }
    let variable = |(at, (asked, field)): (usize, &(&Asked, &LaidField))| {
        format!("{} bits_{at} __attribute__((section(\".bits\"))) = {{ .{} = -1 }};", asked.ty, path(field))
    };
    let lines: Vec<String> = all.iter().enumerate().map(variable).collect();
    let compiled = if checks.compiler.is_own { checks.compiled(&lines) } else { None };
    let Some((is_big, variables)) = compiled.as_deref().and_then(variables) else {
        figures.left_out = all.len();
        return figures;
    };
    for (at, (asked, field)) in all.iter().enumerate() {
        // Some ABIs put a mark before names of variables.
        let found = [format!("bits_{at}"), format!("_bits_{at}")].iter().find_map(|name| variables.get(name)).cloned();
        if found.as_deref() == expected(field, asked.laid.size, is_big).as_deref() {
            figures.bits += 1;
        } else {
            let (header, key, name) = (checks.header, asked.key, &field.name);
            let (bits, shift, size) =
                (field.bits.unwrap_or_default(), field.bit_offset.unwrap_or_default(), field.size);
            figures.differences.push(format!(
                "{header}: {key}: {name}: listed {bits} bits from bit {shift} of {size} bytes at {}, the compiler sets {found:x?}",
                field.offset
            ));
        }
    }
    figures
}

/// The bytes of a structure in which all bits of a bit-field are set.
fn expected(field: &LaidField, size: u64, is_big: bool) -> Option<Vec<u8>> {
    let ones = 1_u128.checked_shl(field.bits?)?.wrapping_sub(1);
    let unit = ones.checked_shl(field.bit_offset?)?;
    let mut bytes = vec![0; usize::try_from(size).ok()?];
    for at in 0..field.size {
        let shift = if is_big { field.size - 1 - at } else { at } * 8;
        let byte = (unit >> shift) as u8;
        match bytes.get_mut(usize::try_from(field.offset + at).ok()?) {
            Some(place) => *place = byte,
            None if byte == 0 => {}
            None => return None,
        }
    }
    Some(bytes)
}

/// Structures by header: a header's are those that name it.
pub fn by_header<'a>(
    all: impl Iterator<Item = (&'a str, &'a Laid)>,
) -> std::collections::BTreeMap<&'a str, Vec<(&'a str, &'a Laid)>> {
    let mut by_header = std::collections::BTreeMap::new();
    for (key, laid) in all {
        for header in laid.headers.iter().collect::<BTreeSet<_>>() {
            by_header.entry(header.as_str()).or_insert_with(Vec::new).push((key, laid));
        }
    }
    by_header
}
