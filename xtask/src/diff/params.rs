//! Two lists of parameters: which parameter is which, and what became of each.

use super::found::Found;
use super::types::{Consts, Type};
use super::values::{Form, Value, dummies, values};
use crate::model::{ByteOrder, ChangeKind, Parameter, Scalar, Site};

/// Where lists of parameters are compared.
pub(super) struct Context<'a> {
    /// The two definitions.
    pub site: &'a Site,
    /// The pointer that leads to these words, where they are no parameters themselves.
    pub behind: Option<&'a str>,
    /// The byte orders in which the ABI comes.
    pub orders: &'a [ByteOrder],
}

/// Compares what an entry takes.
pub(super) fn compare(at: &Context, old: &[Parameter], new: &[Parameter], found: &mut Found) {
    let (of_old, of_new) = (values(old), values(new));
    let aligned = align(&of_old, &of_new);
    at.padding(old, new, found);
    let (went, came) = (aligned.removed.len(), aligned.added.len());
    if went > 0 && came > 0 && (went, came) == (of_old.len(), of_new.len()) {
        let list = |params: &[Parameter]| Some(declarations(&params.iter().collect::<Vec<_>>()));
        return at.add(ChangeKind::ParamsReplaced, [None, list(old), list(new)], found);
    }
    aligned.pairs.iter().for_each(|(a, b)| at.pair(a, b, found));
    let number = |value: &Value| Some(at.item(&format!("parameter {}", value.number)));
    for value in &aligned.removed {
        at.add(ChangeKind::ParamRemoved, [number(value), Some(declarations(&value.params())), None], found);
    }
    for value in &aligned.added {
        at.add(ChangeKind::ParamAdded, [number(value), None, Some(declarations(&value.params()))], found);
    }
    if aligned.reordered {
        let order =
            |pairs: &[&Value]| Some(pairs.iter().map(|value| at.item(value.name)).collect::<Vec<_>>().join(", "));
        let mut by_new: Vec<&Value> = aligned.pairs.iter().map(|(_, b)| *b).collect();
        by_new.sort_by_key(|value| value.number);
        let by_old: Vec<&Value> = aligned.pairs.iter().map(|(a, _)| *a).collect();
        at.add(ChangeKind::ParamsReordered, [None, order(&by_old), order(&by_new)], found);
    }
    // Where a parameter came, went, moved or takes another width, those behind it move with it.
    let same_widths = aligned.pairs.iter().all(|(a, b)| a.bits() == b.bits());
    if went == 0 && came == 0 && !aligned.reordered && same_widths {
        aligned.pairs.iter().for_each(|(a, b)| at.words(a, b, found));
    }
}

impl Context<'_> {
    fn add(&self, kind: ChangeKind, detail: [Option<String>; 3], found: &mut Found) {
        found.add_to_call(kind, detail, self.site);
    }

    fn item(&self, name: &str) -> String {
        self.behind.map_or_else(|| name.to_string(), |pointer| format!("{pointer}->{name}"))
    }

    /// A value that both take.
    fn pair(&self, old: &Value, new: &Value, found: &mut Found) {
        match (&old.form, &new.form) {
            (Form::Whole(a), Form::Whole(b)) => self.param(a, b, found),
            (Form::Halves { params: [a, b], first: before }, Form::Halves { params: [c, d], first: after }) => {
                // Where the two have changed places, a half is still the same half; `words` tells that it moved.
                let [c, d] = if before.is_opposite(*after) { [d, c] } else { [c, d] };
                self.param(a, c, found);
                self.param(b, d, found);
            }
            (before, _) => {
                let is_split = matches!(before, Form::Whole(_));
                let kind = if is_split { ChangeKind::ParamSplit } else { ChangeKind::ParamJoined };
                let item = self.item(&both_names(old.name, new.name));
                self.add(
                    kind,
                    [Some(item), Some(declarations(&old.params())), Some(declarations(&new.params()))],
                    found,
                );
            }
        }
    }

    /// A parameter that both have.
    fn param(&self, old: &Parameter, new: &Parameter, found: &mut Found) {
        if old.name != new.name {
            let detail = [None, Some(self.item(&old.name)), Some(self.item(&new.name))];
            self.add(ChangeKind::ParamRenamed, detail, found);
        }
        if let Some(kind) = retyped(old, new) {
            let [of_old, of_new] = types(old, new);
            self.add(kind, [Some(self.item(&both_names(&old.name, &new.name))), Some(of_old), Some(of_new)], found);
        }
    }

    /// Where a value stands that both take; a difference may be one on machines of one byte order only.
    fn words(&self, old: &Value, new: &Value, found: &mut Found) {
        let differing: Vec<ByteOrder> =
            self.orders.iter().copied().filter(|order| old.stand(*order) != new.stand(*order)).collect();
        let Some(order) = differing.first().copied() else { return };
        let which = match order {
            _ if differing.len() == self.orders.len() => "",
            ByteOrder::Little => " (little-endian)",
            ByteOrder::Big => " (big-endian)",
        };
        let text = |value: &Value| Some(format!("{}{which}", value.stand_text(order)));
        let item = self.item(&both_names(old.name, new.name));
        self.add(ChangeKind::WordsChanged, [Some(item), text(old), text(new)], found);
    }

    /// Parameters that only keep a place; one in the same word of both lists is the same.
    fn padding(&self, old: &[Parameter], new: &[Parameter], found: &mut Found) {
        let (of_old, of_new) = (dummies(old), dummies(new));
        for (word, param) in of_old.iter().filter(|(word, _)| !of_new.contains_key(*word)) {
            let item = Some(self.item(&format!("word {word}")));
            self.add(ChangeKind::PaddingRemoved, [item, Some(param.declaration()), None], found);
        }
        for (word, param) in of_new.iter().filter(|(word, _)| !of_old.contains_key(*word)) {
            let item = Some(self.item(&format!("word {word}")));
            self.add(ChangeKind::PaddingAdded, [item, None, Some(param.declaration())], found);
        }
    }
}

/// Which values of two lists are the same.
#[derive(Default)]
struct Aligned<'a> {
    /// In the order of the older list.
    pairs: Vec<(&'a Value<'a>, &'a Value<'a>)>,
    removed: Vec<&'a Value<'a>>,
    added: Vec<&'a Value<'a>>,
    /// Those that both have stand in another order.
    reordered: bool,
}

/// Pairs values by name; between those, by type from both ends, and by place where as many are left on both sides.
fn align<'a>(old: &'a [Value<'a>], new: &'a [Value<'a>]) -> Aligned<'a> {
    let partner = |(at, value): (usize, &Value)| {
        let other = only(new, value.name)?;
        (only(old, value.name) == Some(at)).then_some((at, other))
    };
    let by_name: Vec<(usize, usize)> = old.iter().enumerate().filter_map(partner).collect();
    let reordered = by_name.windows(2).any(|two| matches!(two, [(_, a), (_, b)] if a > b));
    let mut aligned = Aligned { reordered, ..Aligned::default() };
    if aligned.reordered {
        let is_paired = |at: usize, of_old: bool| by_name.iter().any(|(a, b)| at == if of_old { *a } else { *b });
        aligned.pairs = by_name.iter().map(|(a, b)| (&old[*a], &new[*b])).collect();
        aligned.removed = left_over(old, |at| !is_paired(at, true));
        aligned.added = left_over(new, |at| !is_paired(at, false));
        return aligned;
    }
    let (mut from_old, mut from_new) = (0, 0);
    for (a, b) in by_name.iter().copied().chain([(old.len(), new.len())]) {
        aligned.gap(&old[from_old..a], &new[from_new..b]);
        if let (Some(a), Some(b)) = (old.get(a), new.get(b)) {
            aligned.pairs.push((a, b));
        }
        (from_old, from_new) = (a + 1, b + 1);
    }
    aligned
}

impl<'a> Aligned<'a> {
    /// Values between two that are paired by name.
    fn gap(&mut self, mut old: &'a [Value<'a>], mut new: &'a [Value<'a>]) {
        while let ([a, of_old @ ..], [b, of_new @ ..]) = (old, new)
            && alike(a, b)
        {
            self.pairs.push((a, b));
            (old, new) = (of_old, of_new);
        }
        let mut last = Vec::new();
        while let ([of_old @ .., a], [of_new @ .., b]) = (old, new)
            && alike(a, b)
        {
            last.push((a, b));
            (old, new) = (of_old, of_new);
        }
        if old.len() == new.len() {
            self.pairs.extend(old.iter().zip(new));
        } else {
            self.removed.extend(old);
            self.added.extend(new);
        }
        self.pairs.extend(last.into_iter().rev());
    }
}

/// Whether two values that have other names may be the same.
fn alike(old: &Value, new: &Value) -> bool {
    match (&old.form, &new.form) {
        (Form::Whole(a), Form::Whole(b)) => Type::new(&a.ty) == Type::new(&b.ty),
        (Form::Halves { .. }, Form::Halves { .. }) => true,
        _ => false,
    }
}

/// The place of the one value of that name.
fn only(list: &[Value], name: &str) -> Option<usize> {
    let mut found = list.iter().enumerate().filter(|(_, value)| value.name == name && !name.is_empty());
    let (at, _) = found.next()?;
    found.next().is_none().then_some(at)
}

fn left_over<'a>(list: &'a [Value<'a>], is_left: impl Fn(usize) -> bool) -> Vec<&'a Value<'a>> {
    list.iter().enumerate().filter(|(at, _)| is_left(*at)).map(|(_, value)| value).collect()
}

/// What became of a parameter's type.
fn retyped(old: &Parameter, new: &Parameter) -> Option<ChangeKind> {
    use Scalar::{Aggregate, Pointer, Signed, Unsigned};
    let (a, b) = (Type::new(&old.ty), Type::new(&new.ty));
    match (old.scalar, new.scalar) {
        (Pointer, Pointer) => match a.consts(&b) {
            None => Some(ChangeKind::PointeeChanged),
            Some(Consts::Same) => None,
            Some(Consts::Added) => Some(ChangeKind::ConstAdded),
            Some(Consts::Removed) => Some(ChangeKind::ConstRemoved),
            Some(Consts::Mixed) => Some(ChangeKind::ParamRetyped),
        },
        (_, Pointer) => Some(ChangeKind::ParamBecamePointer),
        (Pointer, _) => Some(ChangeKind::ParamBecameInteger),
        _ if old.bits > new.bits => Some(ChangeKind::ParamNarrowed),
        _ if old.bits < new.bits => Some(ChangeKind::ParamWidened),
        (Signed(_), Unsigned(_)) | (Unsigned(_), Signed(_)) => Some(ChangeKind::ParamSignChanged),
        (Aggregate, _) | (_, Aggregate) | (Signed(_), Signed(_)) | (Unsigned(_), Unsigned(_)) => {
            (a != b).then_some(ChangeKind::ParamRetyped)
        }
    }
}

/// Both types; with their widths where the words are the same.
fn types(old: &Parameter, new: &Parameter) -> [String; 2] {
    let sign = |scalar: Scalar| if matches!(scalar, Scalar::Signed(_)) { "signed" } else { "unsigned" };
    let with_width = |param: &Parameter| format!("{} ({} bits, {})", param.ty, param.bits, sign(param.scalar));
    if Type::new(&old.ty) == Type::new(&new.ty) {
        [with_width(old), with_width(new)]
    } else {
        [old.ty.clone(), new.ty.clone()]
    }
}

/// The name, or both in the order of the alphabet, so that it does not matter from which end one looks.
pub(super) fn both_names(old: &str, new: &str) -> String {
    match old.cmp(new) {
        std::cmp::Ordering::Equal => old.to_string(),
        std::cmp::Ordering::Less => format!("{old}/{new}"),
        std::cmp::Ordering::Greater => format!("{new}/{old}"),
    }
}

fn declarations(params: &[&Parameter]) -> String {
    params.iter().map(|param| param.declaration()).collect::<Vec<_>>().join(", ")
}
