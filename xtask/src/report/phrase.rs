//! A finding in a few words: what changed, at which numbers, on which ABIs, where in the source.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::judge::{Finding, Judged};
use crate::model::{Change, ChangeKind, Compared, Subject};

/// Calls that are named before the rest is only counted.
const NAMED: usize = 8;
/// Places that are named before the rest is only counted.
const PLACES: usize = 3;
/// Ways that may be missing where all others are said as one.
const BUT: usize = 6;

/// What it is about: a call or an ABI; several calls where the same happened to all.
pub(super) fn subject(finding: &Finding) -> String {
    match &finding.change.subject {
        Subject::Abi(name) | Subject::Call(name) => name.clone(),
        Subject::Calls => {
            let calls = finding.change.calls();
            match calls.as_slice() {
                [call] => (*call).to_string(),
                calls => format!("{} calls", calls.len()),
            }
        }
        Subject::Constant { name, .. } | Subject::Struct { name, .. } => name.clone(),
    }
}

/// What changed, `mark` around what is C or a name: `unused: int → long`.
pub(super) fn detail(change: &Change, mark: &str) -> String {
    let marked = |text: &String| match is_reason(change.kind) {
        true => text.replace('_', " "),
        false => format!("{mark}{}{mark}", value(change, text)),
    };
    let values = match (&change.old, &change.new) {
        (Some(old), Some(new)) => format!("{} → {}", marked(old), marked(new)),
        (Some(one), None) | (None, Some(one)) => marked(one),
        (None, None) => String::new(),
    };
    match &change.item {
        Some(item) if item.contains(' ') => format!("{item}: {values}"),
        Some(item) => format!("{}: {values}", marked(item)),
        None => values,
    }
}

/// A value as it reads best: a constant also in hexadecimal, where that tells its bits.
fn value(change: &Change, text: &str) -> String {
    match (&change.subject, text.parse::<u64>()) {
        (Subject::Constant { .. }, Ok(number)) if number > 9 => format!("{text} ({number:#x})"),
        _ => text.to_string(),
    }
}

/// The header and the sets of what headers define.
pub(super) fn home(change: &Change, mark: &str) -> Option<String> {
    match &change.subject {
        Subject::Constant { sets, header, .. } => {
            let of = (!sets.is_empty()).then(|| sets.join(", "));
            let header = (!header.is_empty()).then(|| format!("{mark}{header}{mark}"));
            Some([of, header].into_iter().flatten().collect::<Vec<_>>().join(" in ")).filter(|text| !text.is_empty())
        }
        Subject::Struct { header, .. } => Some(format!("{mark}{header}{mark}")).filter(|_| !header.is_empty()),
        Subject::Abi(_) | Subject::Call(_) | Subject::Calls => None,
    }
}

/// Whether the value is a reason why a call is absent.
fn is_reason(kind: ChangeKind) -> bool {
    use ChangeKind::*;
    matches!(kind, CallUnimplemented | CallImplemented | NumberAdded | NumberRemoved | AbsenceChanged)
}

/// What follows from it, once for each way in which it does: `symbol ppc_fork → sys_fork`.
pub(super) fn follows(change: &Change, mark: &str) -> Vec<String> {
    let all = change.sites.iter().flat_map(|site| &site.follows);
    let text = |(what, old, new): &(&str, Option<String>, Option<String>)| {
        let value = |value: &Option<String>| match value {
            Some(value) => format!("{mark}{value}{mark}"),
            None => "none".to_string(),
        };
        format!("{what} {} → {}", value(old), value(new))
    };
    if change.subject == Subject::Calls { Vec::new() } else { distinct(all.map(text)) }
}

/// The numbers that matter to it: the most common first, then who has another.
pub(super) fn numbers(change: &Change) -> Option<String> {
    use ChangeKind::*;
    let is_told = matches!(
        change.kind,
        CallAdded | CallRemoved | CallRenumbered | CallRenamed | NumberReused | NumberAdded | NumberRemoved
    );
    if !is_told {
        return None;
    }
    let mut by_number: BTreeMap<(Option<u32>, Option<u32>), Vec<&str>> = BTreeMap::new();
    for site in &change.sites {
        by_number.entry((site.old.number, site.new.number)).or_default().push(&site.way);
    }
    // Of two that are as common the smaller one.
    let usual = *by_number.iter().min_by_key(|(_, ways)| Reverse(ways.len()))?.0;
    by_number.remove(&usual);
    let others: Vec<String> =
        by_number.iter().map(|(number, ways)| format!("{} {}", ways.join(" and "), numbered(*number))).collect();
    let usual = numbered(usual);
    Some(if others.is_empty() { usual } else { format!("{usual} ({})", others.join(", ")) })
}

fn numbered(of: (Option<u32>, Option<u32>)) -> String {
    // A number with a high bit set reads better in hexadecimal.
    let text = |number: u32| if number > 0xffff { format!("{number:#x}") } else { number.to_string() };
    match of {
        (Some(old), Some(new)) if old != new => format!("{} → {}", text(old), text(new)),
        (Some(number), _) | (None, Some(number)) => text(number),
        (None, None) => String::new(),
    }
}

/// The ABIs that have it, as shortly as it can be said without leaving one out.
pub(super) fn on(judged: &Judged, finding: &Finding) -> Option<String> {
    let change = &finding.change;
    if matches!(change.subject, Subject::Abi(_)) {
        return None;
    }
    let ways = change.ways();
    let all = universe(judged, change);
    let missing: Vec<&str> = all.iter().filter(|way| !ways.contains(*way)).copied().collect();
    match missing.as_slice() {
        // Where there is one way, the head of the report has said it.
        [] if all.len() == 1 => return None,
        [] => return Some("every ABI".to_string()),
        _ => {}
    }
    if missing.len() <= BUT && ways.len() > 2 * missing.len().max(4) {
        return Some(format!("every ABI but {}", missing.join(", ")));
    }
    let count = |way: &str| change.sites.iter().filter(|site| site.way == way).count();
    let named = ways.iter().map(|way| match &change.subject {
        Subject::Calls if change.calls().len() > 1 => format!("{way} ({})", count(way)),
        _ => (*way).to_string(),
    });
    Some(named.collect::<Vec<_>>().join(", "))
}

/// All ways that could have the change.
fn universe<'a>(judged: &'a Judged, change: &Change) -> BTreeSet<&'a str> {
    use ChangeKind::*;
    let of_abi = change.subject.is_of_headers()
        || matches!(change.kind, CallRenumbered | CallRenamed | NumberReused | AliasAdded | AliasRemoved);
    let of = |of: &'a Compared| if of_abi { &of.abis } else { &of.ways };
    // What only one of the two has is told as a whole, not call by call.
    of(&judged.old).iter().filter(|one| of(&judged.new).contains(one)).map(String::as_str).collect()
}

/// The names of several calls.
pub(super) fn calls(finding: &Finding) -> Option<String> {
    let calls = finding.change.calls();
    if finding.change.subject != Subject::Calls || calls.len() < 2 {
        return None;
    }
    Some(first_of(&calls, NAMED))
}

/// Where it stands in both kernels.
pub(super) fn places(change: &Change, mark: &str) -> Option<String> {
    let marked = |place: &str| format!("{mark}{place}{mark}");
    if change.subject == Subject::Calls && change.calls().len() > 1 {
        return None;
    }
    let pairs: Vec<(Option<&str>, Option<&str>)> =
        distinct(change.sites.iter().map(|site| (site.old.place.as_deref(), site.new.place.as_deref())));
    let olds = distinct(pairs.iter().map(|(old, _)| *old));
    let news = distinct(pairs.iter().map(|(_, new)| *new));
    let all = |places: &[Option<&str>]| places.iter().map(|place| place.map(marked)).collect::<Option<Vec<String>>>();
    match (all(&olds), all(&news)) {
        // One end is the same everywhere: it is said once.
        (Some(olds), Some(news)) if olds.len() == 1 && news.len() > 1 => {
            Some(format!("{} → {}", olds[0], first_of(&news, 1)))
        }
        (Some(olds), Some(news)) if news.len() == 1 && olds.len() > 1 => {
            Some(format!("{} → {}", first_of(&olds, 1), news[0]))
        }
        _ => {
            let text = |(old, new): &(Option<&str>, Option<&str>)| match (old, new) {
                (Some(old), Some(new)) if old != new => Some(format!("{} → {}", marked(old), marked(new))),
                (Some(one), _) | (None, Some(one)) => Some(marked(one)),
                (None, None) => None,
            };
            let places: Vec<String> = pairs.iter().filter_map(text).collect();
            (!places.is_empty()).then(|| first_of(&places, PLACES))
        }
    }
}

fn first_of(all: &[impl AsRef<str>], most: usize) -> String {
    let named: Vec<&str> = all.iter().take(most).map(AsRef::as_ref).collect();
    match all.len() - named.len() {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// Each once, where it came first.
fn distinct<T: PartialEq>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut all = Vec::new();
    items.for_each(|item| {
        if !all.contains(&item) {
            all.push(item);
        }
    });
    all
}
