//! Kinds: of every parameter of every entry, and of results.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;

use super::{From, Pool, numbers, place, place_of, scalars};
use crate::model::{Direction, FieldKind, Inline, Kind, Length, Plain, Pointer, Returns, Side, Target, Term};

/// What the terms of a length name: parameters, whose names are the prototypes', or fields of the same structure.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    Params,
    Fields,
}

/// Where the kinds of each entry's parameters begin.
pub(super) type Starts<'a> = BTreeMap<&'a str, usize>;

/// `PARAMS`: the kinds of parameters, which entries share that take the same; what is said of an entry goes into `ENTRIES` with
/// its choices.
pub(super) fn entries<'a>(from: &From<'a>, pool: &mut Pool) -> (String, Starts<'a>) {
    let mut lists = Vec::new();
    for (entry, (params, _)) in by_entry(from) {
        let line = |(name, kind): (&str, &Kind)| {
            let id = of_kind(kind, Names::Params, from, pool);
            format!("({}, {id})", from.pools.prototypes.params.id(Some(name)))
        };
        lists.push((entry, params.into_iter().map(line).collect::<Vec<String>>()));
    }
    // What is part of a longer one is there already.
    lists.sort_by_key(|(entry, list)| (Reverse(list.len()), *entry));
    let (mut lines, mut starts): (Vec<String>, Starts) = (Vec::new(), BTreeMap::new());
    for (entry, list) in lists {
        starts.insert(entry, place_of(&mut lines, list));
    }
    let mut out = String::new();
    numbers(
        &mut out,
        "The names of parameters with their kinds, as entries have them.",
        "PARAMS",
        "(u16, u16)",
        &lines,
    );
    (out, starts)
}

/// In the order in which the parameters stand, so that a place is mostly that of the parameter.
type Params<'a> = Vec<(&'a str, &'a Kind)>;

/// The kinds of an entry's parameters over all releases and ABIs, and a side of it.
pub(super) fn by_entry<'a>(from: &From<'a>) -> BTreeMap<&'a str, (Params<'a>, &'a Side)> {
    let mut all: BTreeMap<&str, (Params, &Side)> = BTreeMap::new();
    for (_, resolved) in from.resolved {
        let calls = resolved.abis.iter().flat_map(|abi| &abi.syscalls);
        for side in calls.flat_map(|call| std::iter::once(&call.main).chain(&call.compat)) {
            let Some(entry) = side.entry.as_deref() else { continue };
            let (params, _) = all.entry(entry).or_insert_with(|| (Vec::new(), side));
            for param in side.params.iter().chain(&side.block).flatten() {
                let Some(kind) = &param.kind else { continue };
                match params.iter_mut().find(|(name, _)| *name == param.name) {
                    Some((_, of)) => *of = kind,
                    None => params.push((&param.name, kind)),
                }
            }
        }
    }
    all
}

/// The place of a result's kind.
pub(super) fn of_returns(returns: Option<&Returns>, from: &From, pool: &mut Pool) -> String {
    match returns {
        None => "NO".to_string(),
        Some(Returns::Zero) => "ZERO".to_string(),
        Some(Returns::Never) => "NEVER".to_string(),
        Some(Returns::Value(kind)) => of_kind(kind, Names::Params, from, pool).to_string(),
    }
}

/// The place of a kind of a field.
pub(super) fn of_field(kind: &FieldKind, from: &From, pool: &mut Pool) -> usize {
    match kind {
        FieldKind::Kind(kind) => of_kind(kind, Names::Fields, from, pool),
        FieldKind::Inline(inline) => {
            let tag = match inline {
                Inline::Text => "TEXT_HERE",
                Inline::Bytes => "BYTES_HERE",
                Inline::Port => "PORT",
                Inline::Ipv4 => "IPV4",
                Inline::Ipv6 => "IPV6",
                Inline::HwAddr => "HWADDR",
                Inline::SockAddr => "SOCKADDR_HERE",
                Inline::SigSet => "SIGSET_HERE",
            };
            pool.kinds.id(&format!("K(tag::{tag}, 0, NO, NO, NO) // {kind}"))
        }
    }
}

/// The place of a kind.
pub(super) fn of_kind(kind: &Kind, names: Names, from: &From, pool: &mut Pool) -> usize {
    let set = |name: &str, pool: &mut Pool| {
        let known = from.index.set(name);
        place(known.map(|set| pool.set(&set.name)))
    };
    let param = |name: &str| from.pools.prototypes.params.id(Some(name)).replace("NONE", "NO");
    let text = match kind {
        Kind::Plain(plain) => format!("K({}, 0, NO, NO, NO)", plain_tag(*plain)),
        Kind::Set(name) => format!("K(tag::SET, 0, {}, NO, NO)", set(name, pool)),
        Kind::By(name) => format!("K(tag::BY, 0, {}, NO, NO)", param(name)),
        Kind::Bare(reason) => format!("K(tag::BARE, 0, {}, NO, NO)", pool.reasons.id(reason)),
        Kind::Pointer(Pointer { direction, target, length, nullable }) => {
            let length = place(length.as_ref().map(|length| terms(length, names, from, pool)));
            let (tag, of, element) = match target {
                Target::Path => ("PATH", None, None),
                Target::Text => ("STRING", None, None),
                Target::Texts => ("STRINGS", None, None),
                Target::Bytes => ("BYTES", None, None),
                Target::Struct(name) => ("STRUCT", name.as_ref().map(|name| pool.wanted.id(name).to_string()), None),
                Target::Value(kind, ty) => {
                    let element = ty.as_ref().and_then(|ty| scalars::scalar(ty, from, pool));
                    ("VALUE", Some(of_kind(kind, names, from, pool).to_string()), element)
                }
                Target::BitSet => ("BITSET", None, None),
                Target::SigSet => ("SIGSET", None, None),
                Target::FdSet => ("FDSET", None, None),
                Target::SockAddr => ("SOCKADDR", None, None),
                Target::IoVec => ("IOVEC", None, None),
                Target::MsgHdr => ("MSGHDR", None, None),
                Target::SigInfo => ("SIGINFO", None, None),
                Target::Dirents => ("DIRENTS", None, None),
                Target::Control => ("CONTROL", None, None),
                Target::By(name) => ("POINTER_BY", Some(param(name)), None),
                Target::Opaque(reason) => ("OPAQUE", Some(pool.reasons.id(reason).to_string()), None),
            };
            let direction = match direction {
                Direction::In => "IN",
                Direction::Out => "OUT",
                Direction::InOut => "IN | OUT",
            };
            let flags = if *nullable { format!("{direction} | NULLABLE") } else { direction.to_string() };
            let of = of.unwrap_or_else(|| "NO".to_string());
            format!("K(tag::{tag}, {flags}, {of}, {}, {length})", place(element))
        }
    };
    let context = if names == Names::Fields && !kind.params().is_empty() { "of a field, " } else { "" };
    pool.kinds.id(&format!("{text} // {context}{kind}"))
}

fn plain_tag(plain: Plain) -> usize {
    Plain::ALL.iter().position(|one| *one == plain).unwrap_or_default()
}

fn terms(length: &Length, names: Names, from: &From, pool: &mut Pool) -> usize {
    let mut text = Vec::new();
    for term in &length.0 {
        let param = |name: &str| from.pools.prototypes.params.id(Some(name)).replace("NONE", "NO");
        text.push(match (term, names) {
            (Term::Number(number), _) => {
                let (high, low) = (number >> 16 & 0xffff, number & 0xffff);
                format!("T(term::NUMBER, {low}, {high})")
            }
            (Term::Param(name), Names::Params) => format!("T(term::PARAM, {}, NO)", param(name)),
            (Term::Param(name), Names::Fields) => format!("T(term::PARAM, {}, NO)", pool.names.id(name)),
            (Term::Behind(name), Names::Params) => format!("T(term::BEHIND, {}, NO)", param(name)),
            (Term::Behind(name), Names::Fields) => format!("T(term::BEHIND, {}, NO)", pool.names.id(name)),
            (Term::Field(of, field), Names::Params) => {
                format!("T(term::FIELD, {}, {})", param(of), pool.names.id(field))
            }
            // In a structure, `a.b` is the field of that name.
            (Term::Field(of, field), Names::Fields) => {
                format!("T(term::PARAM, {}, NO)", pool.names.id(&format!("{of}.{field}")))
            }
            (Term::Result, _) => "T(term::RESULT, NO, NO)".to_string(),
        });
    }
    text.push("T(term::END, NO, NO)".to_string());
    let key = text.join(" ");
    if let Some(id) = pool.term_ids.get(&key) {
        return *id;
    }
    let id = pool.terms.len();
    pool.terms.extend(text);
    if let Some(first) = pool.terms.get_mut(id) {
        let _ = write!(first, " // {length}");
    }
    pool.term_ids.insert(key, id);
    id
}
