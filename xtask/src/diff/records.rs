//! Two layouts of one structure: which field is which, and what became of each.

use std::collections::BTreeSet;

use super::Detail;
use super::params::both_names;
use super::types::Type;
use crate::model::{BitField, ChangeKind, Count, Field, FieldClass, Record};

/// A change with what follows from it.
pub(super) type Told = (ChangeKind, Detail, Vec<(&'static str, Option<String>, Option<String>)>);

/// Compares two layouts that differ. `is_extensible`: a call passes the size beside the pointer.
pub(super) fn compare(old: &Record, new: &Record, is_extensible: bool) -> Vec<Told> {
    let (of_old, of_new) = (Sorted::new(old), Sorted::new(new));
    let pairs = Pairs::new(&of_old, &of_new);
    let mut all: Vec<Told> = Vec::new();
    let size = differs("size", old.size, new.size);
    let align = differs("align", old.align, new.align);
    let of_whole = [size.clone(), align.clone()].concat();

    // An array without length only marks the end of a structure that may grow.
    let is_end = |(a, b): &&Moved| is_extensible && a.count == Count::Flexible && b.count == Count::Flexible;
    let moved = pairs.both.iter().filter(|pair| pair.0.bit() != pair.1.bit() && !is_end(pair));
    let moved: Vec<Moved> = moved.copied().collect();
    let resized: Vec<Moved> = pairs.both.iter().filter(|(a, b)| a.extent() != b.extent()).copied().collect();
    let counted = containers(&of_old, &of_new);
    let is_prefix = moved.is_empty() && resized.is_empty() && counted.is_empty();

    // What stands behind the end of the other is told with the size.
    let [grew, used, came] = apart(&pairs.came, |field| is_prefix && of_old.is_free(field), old.size);
    let [shrank, freed, went] = apart(&pairs.went, |field| is_prefix && of_new.is_free(field), new.size);

    // One that shares its bytes with others, as in a union, pushes nothing.
    let (inserted, came): (Vec<&Field>, Vec<&Field>) =
        came.into_iter().partition(|field| !moved.is_empty() && of_new.is_free(field));
    let (cut, went): (Vec<&Field>, Vec<&Field>) =
        went.into_iter().partition(|field| !moved.is_empty() && of_old.is_free(field));
    let is_shifted = !inserted.is_empty() || !cut.is_empty() || !resized.is_empty() || !counted.is_empty();
    // Fields that others have pushed on, or let move up.
    let are_pushed = !moved.is_empty() && is_shifted && in_order(&moved);
    let mut follows = of_whole.clone();
    if are_pushed {
        follows.push(("offsets", Some(offsets(&moved, |(a, _)| a)), Some(offsets(&moved, |(_, b)| b))));
    }
    if !moved.is_empty() && !are_pushed {
        let mut moved = moved.clone();
        moved.sort_by_key(|(a, b)| both_names(&a.name, &b.name));
        let names = moved.iter().map(|(a, b)| both_names(&a.name, &b.name)).collect::<Vec<_>>().join(", ");
        let places = |of: for<'f> fn(&Moved<'f>) -> &'f Field| {
            Some(format!("at {}", moved.iter().map(|pair| of(pair).place()).collect::<Vec<_>>().join(", ")))
        };
        all.push((ChangeKind::FieldsMoved, [Some(names), places(|(a, _)| a), places(|(_, b)| b)], of_whole.clone()));
    }
    let came =
        [(ChangeKind::FieldInserted, inserted), (ChangeKind::FieldAdded, came), (ChangeKind::FieldUsesPadding, used)];
    let went =
        [(ChangeKind::FieldCutOut, cut), (ChangeKind::FieldRemoved, went), (ChangeKind::FieldBecamePadding, freed)];
    for (kind, field) in came.into_iter().flat_map(|(kind, fields)| fields.into_iter().map(move |field| (kind, field)))
    {
        let follows = if kind == ChangeKind::FieldInserted { follows.clone() } else { Vec::new() };
        all.push((kind, [Some(field.name.clone()), None, Some(field.text())], follows));
    }
    for (kind, field) in went.into_iter().flat_map(|(kind, fields)| fields.into_iter().map(move |field| (kind, field)))
    {
        let follows = if kind == ChangeKind::FieldCutOut { follows.clone() } else { Vec::new() };
        all.push((kind, [Some(field.name.clone()), Some(field.text()), None], follows));
    }
    for (a, b) in &pairs.both {
        if a.extent() != b.extent() {
            let kind = match (a.count, b.count) {
                (Count::Array(_) | Count::One, Count::Flexible) => ChangeKind::FieldBecameFlexible,
                (Count::Flexible, Count::Array(_) | Count::One) => ChangeKind::FieldBecameFixed,
                _ => ChangeKind::FieldResized,
            };
            all.push((kind, [Some(both_names(&a.name, &b.name)), Some(a.shape()), Some(b.shape())], follows.clone()));
        } else if let Some(kind) = retyped(a, b) {
            all.push((kind, [Some(both_names(&a.name, &b.name)), Some(a.shape()), Some(b.shape())], Vec::new()));
        }
        if a.name != b.name {
            all.push((ChangeKind::FieldRenamed, [None, Some(a.name.clone()), Some(b.name.clone())], Vec::new()));
        }
    }
    for (a, b) in counted {
        all.push((
            ChangeKind::FieldResized,
            [Some(both_names(&a.name, &b.name)), Some(a.shape()), Some(b.shape())],
            follows.clone(),
        ));
    }
    // Of size and alignment nobody has told yet.
    let is_told = all.iter().any(|(_, _, follows)| !follows.is_empty());
    if !size.is_empty() && !is_told && (align.is_empty() || !grew.is_empty() || !shrank.is_empty()) {
        let kind = match (new.size > old.size, is_extensible) {
            (true, true) => ChangeKind::StructExtended,
            (true, false) => ChangeKind::StructGrew,
            (false, true) => ChangeKind::StructCutBack,
            (false, false) => ChangeKind::StructShrank,
        };
        let names: Vec<&str> = grew.iter().chain(&shrank).map(|field| field.name.as_str()).collect();
        let bytes = |record: &Record| Some(format!("{} bytes", record.size));
        let item = (!names.is_empty()).then(|| names.join(", "));
        all.push((kind, [item, bytes(old), bytes(new)], align));
    } else if !align.is_empty() && !is_told {
        let to = |record: &Record| Some(format!("to {}", record.align));
        all.push((ChangeKind::StructRealigned, [None, to(old), to(new)], size));
    }
    if all.is_empty() {
        // Two spellings of one type are no change.
        let one = |field: &Field| (field.name.clone(), field.bit(), field.extent(), field.class, Type::new(&field.ty));
        let only = |a: &Record, b: &Record| {
            let only = a.fields.iter().filter(|field| !b.fields.iter().any(|other| one(other) == one(field)));
            only.map(|field| format!("{} {}", field.name, field.text())).collect::<Vec<_>>().join(", ")
        };
        let told = |text: String| Some(if text.is_empty() { "nothing".to_string() } else { text });
        let (was, is) = (only(old, new), only(new, old));
        if was != is {
            all.push((ChangeKind::StructRedeclared, [None, told(was), told(is)], Vec::new()));
        }
    }
    all
}

/// Fields that one layout has: those behind the end of the other one, those where that has padding, and the rest.
fn apart<'a>(fields: &[&'a Field], is_free: impl Fn(&Field) -> bool, size: u64) -> [Vec<&'a Field>; 3] {
    let (free, rest): (Vec<&Field>, Vec<&Field>) = fields.iter().partition(|field| is_free(field));
    let (within, behind) = free.into_iter().partition(|field| field.end() <= size);
    [behind, within, rest]
}

/// A field in both layouts.
type Moved<'a> = (&'a Field, &'a Field);

/// The fields of a layout by what they are for.
struct Sorted<'a> {
    /// Those that hold a value.
    real: Vec<&'a Field>,
    /// Structures and unions without a tag, whose fields follow them.
    containers: Vec<&'a Field>,
}

impl<'a> Sorted<'a> {
    fn new(record: &'a Record) -> Self {
        let (mut real, mut containers) = (Vec::new(), Vec::new());
        for (at, field) in record.fields.iter().enumerate() {
            let is_inside = |next: &Field| {
                let rest = next.name.strip_prefix(&field.name);
                rest.is_some_and(|rest| rest.starts_with('.') || rest.starts_with("[]."))
            };
            // A structure of no bytes is there so that an array without length may stand in a union.
            let is_empty = field.class == FieldClass::Record && field.size == 0;
            if record.fields.get(at + 1).is_some_and(is_inside) {
                containers.push(field);
            } else if !is_padding(&field.name) && !is_empty {
                real.push(field);
            }
        }
        Sorted { real, containers }
    }

    /// Whether no field holds a value where one stands in the other layout.
    fn is_free(&self, field: &Field) -> bool {
        let overlaps = |other: &&'a Field| match (field.bits, other.bits) {
            (Some(a), Some(b)) if field.offset == other.offset && field.size == other.size => {
                a.shift < b.shift + b.width && b.shift < a.shift + a.width
            }
            _ => other.offset < field.end() && field.offset < other.end(),
        };
        !self.real.iter().filter(|other| other.name != field.name).any(overlaps)
    }
}

/// Whether a name says that nobody reads the field.
fn is_padding(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let last = last.trim_matches('_').trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_');
    const WORDS: [&str; 9] = ["pad", "padx", "padding", "reserved", "resv", "rsvd", "rsv", "unused", "spare"];
    last.split('_').any(|word| WORDS.contains(&word.trim_end_matches(|c: char| c.is_ascii_digit())))
}

/// Which fields of two layouts are the same.
struct Pairs<'a> {
    both: Vec<Moved<'a>>,
    went: Vec<&'a Field>,
    came: Vec<&'a Field>,
}

impl<'a> Pairs<'a> {
    /// By name; what is left by the bytes that it takes, where that is one field on both sides.
    fn new(old: &Sorted<'a>, new: &Sorted<'a>) -> Self {
        let named = |of: &[&'a Field], name: &str| of.iter().copied().find(|field| field.name == name);
        let mut both: Vec<Moved> =
            old.real.iter().filter_map(|field| Some((*field, named(&new.real, &field.name)?))).collect();
        let paired: BTreeSet<&str> = both.iter().map(|(field, _)| field.name.as_str()).collect();
        let left = |of: &[&'a Field]| -> Vec<&'a Field> {
            of.iter().copied().filter(|field| !paired.contains(field.name.as_str())).collect()
        };
        let (mut went, mut came) = (left(&old.real), left(&new.real));
        let place = |field: &Field| (field.bit(), field.extent());
        let alone = |of: &[&Field], one: &Field| of.iter().filter(|other| place(other) == place(one)).count() == 1;
        let renamed: Vec<Moved> = went
            .iter()
            .filter_map(|a| Some((*a, *came.iter().find(|b| place(a) == place(b))?)))
            .filter(|(a, b)| alone(&went, a) && alone(&came, b))
            .collect();
        went.retain(|field| !renamed.iter().any(|(a, _)| a.name == field.name));
        came.retain(|field| !renamed.iter().any(|(_, b)| b.name == field.name));
        both.extend(renamed);
        both.sort_by_cached_key(|(a, b)| (a.bit(), both_names(&a.name, &b.name)));
        Pairs { both, went, came }
    }
}

/// Structures without a tag of which there are more or fewer in a row.
fn containers<'a>(old: &Sorted<'a>, new: &Sorted<'a>) -> Vec<Moved<'a>> {
    let other = |field: &Field| new.containers.iter().copied().find(|other| other.name == field.name);
    let both = old.containers.iter().filter_map(|field| Some((*field, other(field)?)));
    both.filter(|(a, b)| a.count != b.count).collect()
}

/// Whether fields that moved stand in the same order.
fn in_order(moved: &[Moved]) -> bool {
    moved
        .iter()
        .enumerate()
        .all(|(at, (a, b))| moved.iter().skip(at + 1).all(|(c, d)| a.bit().cmp(&c.bit()) == b.bit().cmp(&d.bit())))
}

/// Fields that are told one by one where others have moved.
const MOST: usize = 3;

/// `b 8, c 12 and 4 more`
fn offsets(moved: &[Moved], of: for<'f> fn(&Moved<'f>) -> &'f Field) -> String {
    let first: Vec<String> = moved
        .iter()
        .take(MOST)
        .map(|pair| format!("{} {}", both_names(&pair.0.name, &pair.1.name), of(pair).place()))
        .collect();
    match moved.len().saturating_sub(MOST) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

fn differs(what: &'static str, old: u64, new: u64) -> Vec<(&'static str, Option<String>, Option<String>)> {
    if old == new { Vec::new() } else { vec![(what, Some(old.to_string()), Some(new.to_string()))] }
}

/// What became of the type of a field that takes the same bytes.
fn retyped(old: &Field, new: &Field) -> Option<ChangeKind> {
    if old.class != new.class {
        return Some(ChangeKind::FieldReinterpreted);
    }
    (Type::new(&old.ty) != Type::new(&new.ty)).then_some(ChangeKind::FieldRetyped)
}

impl Field {
    /// Bytes of all its elements.
    fn bytes(&self) -> u64 {
        match self.count {
            Count::One => self.size,
            Count::Array(count) => self.size.saturating_mul(count),
            Count::Flexible => 0,
        }
    }

    /// Where the next one may begin.
    fn end(&self) -> u64 {
        self.offset.saturating_add(self.bytes())
    }

    /// Where it begins, as far as that is the same whatever a bit-field's unit is.
    fn bit(&self) -> (u64, Option<u32>) {
        (self.offset, self.bits.map(|bits| bits.shift))
    }

    /// How much room it takes.
    fn extent(&self) -> (u64, bool, Option<u32>) {
        (self.bytes(), self.count == Count::Flexible, self.bits.map(|bits| bits.width))
    }

    /// `8`, `8 bit 3`
    fn place(&self) -> String {
        match self.bits {
            None => self.offset.to_string(),
            Some(BitField { shift, .. }) => format!("{} bit {shift}", self.offset),
        }
    }

    /// `__u32`, `char[16]`, `__u8[]`, `__u32:3`
    fn shape(&self) -> String {
        let ty = &self.ty;
        let text = match (self.count, self.bits) {
            (_, Some(bits)) => format!("{ty}:{}", bits.width),
            (Count::One, _) => ty.clone(),
            (Count::Array(count), _) => format!("{ty}[{count}]"),
            (Count::Flexible, _) => format!("{ty}[]"),
        };
        if self.class == FieldClass::Record { format!("{text} of {} bytes", self.bytes()) } else { text }
    }

    /// `__u32 at 8`
    fn text(&self) -> String {
        format!("{} at {}", self.shape(), self.place())
    }
}
