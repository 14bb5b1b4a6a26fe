//! What two kernels' headers define: constants and structures, each compared on all ABIs at once.

use std::collections::BTreeMap;
use std::iter::Peekable;

use super::found::Found;
use super::records;
use super::{About, Detail};
use crate::model::{AbiSet, ChangeKind, Constant, Headers, NamedConstant, PerAbi, Site, Subject};

/// The ABIs that are compared, sorted by name, and where each kernel's headers have them.
pub(super) struct Places<'a> {
    names: Vec<&'a str>,
    old: Vec<Option<usize>>,
    new: Vec<Option<usize>>,
}

impl<'a> Places<'a> {
    pub(super) fn new(names: Vec<&'a str>, old: &Headers, new: &Headers) -> Self {
        let of = |headers: &Headers| -> Vec<Option<usize>> {
            headers.abis.iter().map(|abi| names.binary_search(&abi.as_str()).ok()).collect()
        };
        let (of_old, of_new) = (of(old), of(new));
        // One that only one of the two evaluated its headers for cannot be compared.
        let both = |place: &Option<usize>| place.filter(|_| of_old.contains(place) && of_new.contains(place));
        Places { old: of_old.iter().map(both).collect(), new: of_new.iter().map(both).collect(), names }
    }

    /// Those ABIs that are compared, by their place among them.
    fn moved(set: AbiSet, places: &[Option<usize>]) -> AbiSet {
        let mut moved = AbiSet::default();
        set.places().filter_map(|place| *places.get(place)?).for_each(|place| moved.add(place));
        moved
    }

    /// What a thing is in both kernels, wherever it is not the same: with the ABIs on which that is so.
    fn differing<'v, T: PartialEq>(
        &self,
        old: Option<&'v PerAbi<T>>,
        new: Option<&'v PerAbi<T>>,
    ) -> Vec<(AbiSet, Option<&'v T>, Option<&'v T>)> {
        let variants = |of: Option<&'v PerAbi<T>>, places: &[Option<usize>]| -> Vec<(AbiSet, &'v T)> {
            let all = of.map(PerAbi::variants).unwrap_or_default().iter();
            all.map(|(set, value)| (Self::moved(*set, places), value)).collect()
        };
        let (olds, news) = (variants(old, &self.old), variants(new, &self.new));
        let whom = |of: &[(AbiSet, &T)]| of.iter().fold(0, |all, (set, _)| all | set.0);
        let (of_old, of_new) = (whom(&olds), whom(&news));
        let went = olds.iter().map(|(set, value)| (AbiSet(set.0 & !of_new), Some(*value), None));
        let came = news.iter().map(|(set, value)| (AbiSet(set.0 & !of_old), None, Some(*value)));
        let pairs = olds.iter().flat_map(|(a, old)| {
            let other = news.iter().filter(move |(_, new)| old != new);
            other.map(move |(b, new)| (AbiSet(a.0 & b.0), Some(*old), Some(*new)))
        });
        went.chain(came).chain(pairs).filter(|(set, _, _)| !set.is_empty()).collect()
    }

    /// The ABIs as sites.
    pub(super) fn sites(&self, set: AbiSet) -> impl Iterator<Item = Site> {
        set.places().filter_map(|place| self.names.get(place)).map(|name| Site::whole(name))
    }
}

/// Compares all that headers define.
pub(super) fn compare(about: &About, places: &Places, old: &Headers, new: &Headers, found: &mut Found) {
    constants(about, places, old, new, found);
    structures(about, places, old, new, found);
}

fn constants(about: &About, places: &Places, old: &Headers, new: &Headers, found: &mut Found) {
    let mut moves = Moves::default();
    for (header, old_names, new_names) in both(Some(&old.constants), Some(&new.constants)) {
        for (name, a, b) in both(old_names, new_names) {
            if a == b && old.abis == new.abis {
                continue;
            }
            let subject = || subject(about, &[header], name);
            request(places, a, b, &subject, found);
            let is_request = [a, b].into_iter().flatten().any(|named| named.argument.is_some());
            for (set, was, is) in places.differing(a.map(|named| &named.values), b.map(|named| &named.values)) {
                match (was, is) {
                    (Some(was), Some(is)) => changed(was, is, places, set, is_request, &subject, found),
                    (Some(was), None) => moves.went(name, header, told(set, new, &places.new, header, name), *was),
                    (None, Some(is)) => moves.came(name, header, told(set, old, &places.old, header, name), *is),
                    (None, None) => {}
                }
            }
        }
    }
    for (name, set, of_old, of_new) in moves.moved() {
        let kind = ChangeKind::ConstantMoved;
        let of = match subject(about, &[of_old, of_new], name) {
            Subject::Constant { sets, name, .. } => Subject::Constant { sets, header: String::new(), name },
            other => other,
        };
        add(found, kind, of, [None, Some(of_old.to_string()), Some(of_new.to_string())], places.sites(set));
    }
    let [known_in_old, known_in_new] = [(old, &places.old), (new, &places.new)]
        .map(|(headers, places)| Known { by_name: named(headers, |name| moves.by_name.contains_key(name)), places });
    for (name, went, came) in moves.left() {
        for (header, set, value) in went {
            let known = AbiSet(set.0 & known_in_new.with(name, &value).0);
            let detail = [None, Some(value.value.to_string()), None];
            gone(
                about,
                (header, name),
                [set, known],
                [ChangeKind::ConstantRemoved, ChangeKind::OtherConstantRemoved],
                detail,
                places,
                found,
            );
        }
        for (header, set, value) in came {
            let known = AbiSet(set.0 & known_in_old.with(name, &value).0);
            let detail = [None, None, Some(value.value.to_string())];
            gone(
                about,
                (header, name),
                [set, known],
                [ChangeKind::ConstantAdded, ChangeKind::OtherConstantAdded],
                detail,
                places,
                found,
            );
        }
    }
}

/// A constant that came or went on some ABIs; on those where another header of the other kernel has the same, too, little
/// has happened.
fn gone(
    about: &About,
    (header, name): (&str, &str),
    [set, known]: [AbiSet; 2],
    [kind, other]: [ChangeKind; 2],
    detail: Detail,
    places: &Places,
    found: &mut Found,
) {
    let subject = subject(about, &[header], name);
    let is_claimed = matches!(&subject, Subject::Constant { sets, .. } if !sets.is_empty());
    let new = AbiSet(if is_claimed { set.0 & !known.0 } else { 0 });
    add(found, kind, subject.clone(), detail.clone(), places.sites(new));
    add(found, other, subject, detail, places.sites(AbiSet(set.0 & !new.0)));
}

/// Constants of a kernel by name alone.
struct Known<'a> {
    by_name: BTreeMap<&'a str, Vec<&'a NamedConstant>>,
    places: &'a [Option<usize>],
}

impl Known<'_> {
    /// The ABIs on which some header gives the name this value.
    fn with(&self, name: &str, value: &Constant) -> AbiSet {
        let all = self.by_name.get(name).into_iter().flatten().flat_map(|named| named.values.variants());
        let same = all.filter(|(_, other)| other.value == value.value);
        AbiSet(same.fold(0, |all, (set, _)| all | Places::moved(*set, self.places).0))
    }
}

fn named(headers: &Headers, is_wanted: impl Fn(&str) -> bool) -> BTreeMap<&str, Vec<&NamedConstant>> {
    let mut by_name: BTreeMap<&str, Vec<&NamedConstant>> = BTreeMap::new();
    for (name, named) in headers.constants.values().flatten().filter(|(name, _)| is_wanted(name)) {
        by_name.entry(name).or_default().push(named);
    }
    by_name
}

/// A constant with another value or type.
fn changed(
    old: &Constant,
    new: &Constant,
    places: &Places,
    set: AbiSet,
    is_request: bool,
    subject: &dyn Fn() -> Subject,
    found: &mut Found,
) {
    let subject = subject();
    let is_claimed = matches!(&subject, Subject::Constant { sets, .. } if !sets.is_empty());
    let kind = match &subject {
        _ if old.value == new.value => {
            let detail = [None, Some(old.ty.name().to_string()), Some(new.ty.name().to_string())];
            return add(found, ChangeKind::ConstantRetyped, subject, detail, places.sites(set));
        }
        _ if is_request => ChangeKind::RequestRenumbered,
        Subject::Constant { name, .. } if is_bound(name) => ChangeKind::BoundChanged,
        _ if is_claimed => ChangeKind::ConstantChanged,
        _ => ChangeKind::OtherConstantChanged,
    };
    let detail = [None, Some(old.value.to_string()), Some(new.value.to_string())];
    add(found, kind, subject, detail, places.sites(set));
}

/// Whether the name is that of a count, a highest value or a version, which changes with what it counts.
fn is_bound(name: &str) -> bool {
    const WORDS: [&str; 13] =
        ["MAX", "LAST", "COUNT", "CNT", "NUM", "NR", "END", "MIN", "NBITS", "SIZE", "VERSION", "MINOR", "SUPPORTED"];
    name.split('_').any(|word| WORDS.contains(&word))
}

/// A request of `ioctl` that takes another type.
fn request(
    places: &Places,
    old: Option<&NamedConstant>,
    new: Option<&NamedConstant>,
    subject: &dyn Fn() -> Subject,
    found: &mut Found,
) {
    let (Some(old), Some(new)) = (old, new) else { return };
    // Whether it is seen to be a request depends on how the macro is written.
    let (Some(was), Some(is)) = (&old.argument, &new.argument) else { return };
    if was == is {
        return;
    }
    let text = |argument: &str| if argument.is_empty() { "no argument".to_string() } else { argument.to_string() };
    let [of_old, of_new] =
        [(old, &places.old), (new, &places.new)].map(|(named, places)| Places::moved(named.values.whom(), places));
    let detail = [None, Some(text(was)), Some(text(is))];
    add(found, ChangeKind::RequestChanged, subject(), detail, places.sites(AbiSet(of_old.0 & of_new.0)));
}

fn subject(about: &About, headers: &[&str], name: &str) -> Subject {
    let mut sets: Vec<String> = headers.iter().flat_map(|header| (about.sets)(header, name)).collect();
    sets.sort();
    sets.dedup();
    Subject::Constant {
        sets,
        header: headers.first().map(ToString::to_string).unwrap_or_default(),
        name: name.to_string(),
    }
}

/// Without the ABIs on which the header names it and nobody could evaluate it, so that nothing can be said.
fn told(set: AbiSet, headers: &Headers, places: &[Option<usize>], header: &str, name: &str) -> AbiSet {
    let Some(open) = headers.open.get(header) else { return set };
    // `*` is the header as a whole.
    let open = [name, "*"].into_iter().filter_map(|name| open.get(name));
    AbiSet(open.fold(set.0, |left, open| left & !Places::moved(open.whom(), places).0))
}

fn structures(about: &About, places: &Places, old: &Headers, new: &Headers, found: &mut Found) {
    let mut moves = Moves::default();
    for (header, of_old, of_new) in both(Some(&old.records), Some(&new.records)) {
        for (name, a, b) in both(of_old, of_new) {
            if a == b && old.abis == new.abis {
                continue;
            }
            for (set, was, is) in places.differing(a, b) {
                match (was, is) {
                    // A structure that became a union is another thing.
                    (Some(was), Some(is)) if was.is_union != is.is_union => {
                        moves.went(name, header, set, was);
                        moves.came(name, header, set, is);
                    }
                    (Some(was), Some(is)) => {
                        let of = Subject::Struct { header: header.to_string(), name: name.to_string() };
                        for (kind, detail, follows) in records::compare(was, is, (about.is_extensible)(name)) {
                            let with = |site: Site| Site { follows: follows.clone(), ..site };
                            add(found, kind, of.clone(), detail, places.sites(set).map(with));
                        }
                    }
                    (Some(was), None) => moves.went(name, header, told(set, new, &places.new, header, name), was),
                    (None, Some(is)) => moves.came(name, header, told(set, old, &places.old, header, name), is),
                    (None, None) => {}
                }
            }
        }
    }
    let of = |header: &str, name: &str| Subject::Struct { header: header.to_string(), name: name.to_string() };
    for (name, set, of_old, of_new) in moves.moved() {
        let detail = [None, Some(of_old.to_string()), Some(of_new.to_string())];
        add(found, ChangeKind::StructMoved, of("", name), detail, places.sites(set));
    }
    for (name, went, came) in moves.left() {
        for (header, set, record) in went {
            let detail = [None, Some(format!("{} bytes", record.size)), None];
            add(found, ChangeKind::StructRemoved, of(header, name), detail, places.sites(set));
        }
        for (header, set, record) in came {
            let detail = [None, None, Some(format!("{} bytes", record.size))];
            add(found, ChangeKind::StructAdded, of(header, name), detail, places.sites(set));
        }
    }
}

fn add(found: &mut Found, kind: ChangeKind, subject: Subject, detail: Detail, sites: impl Iterator<Item = Site>) {
    found.add_all(kind, subject, detail, sites);
}

/// What came and went, by name: what went from one header and came to another has only moved.
struct Moves<'a, T> {
    by_name: BTreeMap<&'a str, [Vec<Moving<'a, T>>; 2]>,
}

impl<T> Default for Moves<'_, T> {
    fn default() -> Self {
        Moves { by_name: BTreeMap::new() }
    }
}

/// Something in a header on some ABIs.
type Moving<'a, T> = (&'a str, AbiSet, T);

/// What went and what came of one name.
type Left<'a, T> = (&'a str, Vec<Moving<'a, T>>, Vec<Moving<'a, T>>);

impl<'a, T: PartialEq + Copy> Moves<'a, T> {
    fn went(&mut self, name: &'a str, header: &'a str, set: AbiSet, value: T) {
        self.by_name.entry(name).or_default()[0].push((header, set, value));
    }

    fn came(&mut self, name: &'a str, header: &'a str, set: AbiSet, value: T) {
        self.by_name.entry(name).or_default()[1].push((header, set, value));
    }

    /// Takes out what moved: name, ABIs, and both headers. On each ABI it has to be the only one that can be meant.
    fn moved(&mut self) -> Vec<(&'a str, AbiSet, &'a str, &'a str)> {
        let mut moved = Vec::new();
        for (name, [went, came]) in &mut self.by_name {
            let once = once(went) & once(came);
            for (of_old, from, was) in went.iter_mut() {
                for (of_new, to, _) in came.iter_mut().filter(|(_, _, is)| is == was) {
                    let set = AbiSet(from.0 & to.0 & once);
                    if !set.is_empty() && of_old != of_new {
                        moved.push((*name, set, *of_old, *of_new));
                        from.0 &= !set.0;
                        to.0 &= !set.0;
                    }
                }
            }
        }
        moved
    }

    /// All else.
    fn left(self) -> impl Iterator<Item = Left<'a, T>> {
        self.by_name.into_iter().map(|(name, [went, came])| (name, went, came))
    }
}

/// The ABIs that stand in one of the sets only.
fn once<T>(all: &[(&str, AbiSet, T)]) -> u64 {
    let (one, several) = all.iter().fold((0, 0), |(one, several), (_, set, _)| (one | set.0, several | one & set.0));
    one & !several
}

/// The entries of two maps, side by side.
fn both<'a, V>(
    old: Option<&'a BTreeMap<String, V>>,
    new: Option<&'a BTreeMap<String, V>>,
) -> impl Iterator<Item = (&'a str, Option<&'a V>, Option<&'a V>)> {
    let mut olds = entries(old).peekable();
    let mut news = entries(new).peekable();
    std::iter::from_fn(move || {
        let name = match (olds.peek(), news.peek()) {
            (Some((a, _)), Some((b, _))) => (*a).min(*b),
            (Some((one, _)), None) | (None, Some((one, _))) => one,
            (None, None) => return None,
        };
        Some((name, of(&mut olds, name), of(&mut news, name)))
    })
}

fn entries<V>(of: Option<&BTreeMap<String, V>>) -> impl Iterator<Item = (&str, &V)> {
    of.into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

fn of<'a, V>(all: &mut Peekable<impl Iterator<Item = (&'a str, &'a V)>>, name: &str) -> Option<&'a V> {
    all.next_if(|(next, _)| *next == name).map(|(_, value)| value)
}
