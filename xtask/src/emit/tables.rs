//! One file an ABI, one line a call; and the releases that rows speak of.

use std::fmt::Write;

use super::pool::Pools;
use super::{HEAD, symbols, variant};
use crate::model::{Abi, AbiSpec, Between, Guard, Missing, Release, Side, Syscall};
use crate::resolve::{Union, UnionRow};

pub(super) fn table(spec: &AbiSpec, rows: &[UnionRow], held: &[(usize, &Abi)], union: &Union, pools: &Pools) -> String {
    let mut out = format!(
        "{HEAD}//! The calls of the {} ABI.\n\nuse crate::row::*;\n\nstatic ROWS: [Row; {}] = [\n",
        spec.name,
        rows.len()
    );
    if !rows.is_empty() {
        out.push_str(
            "    // number, name, first release, last release, (entry, parameters, configuration, flags), as compat\n",
        );
    }
    for row in rows {
        let call = &row.syscall;
        let last = if row.last + 1 == union.releases.len() {
            "NEWEST".to_string()
        } else {
            release(&union.releases[row.last])
        };
        let _ = writeln!(
            out,
            "    row({}, {}, {}, {last}, {}, {}), // {}",
            number(spec, call.number),
            pools.names.id(Some(&call.name)),
            release(&union.releases[row.first]),
            side(Some(&call.main), pools),
            side(call.compat.as_ref(), pools),
            call.name,
        );
    }
    let older: Vec<_> = rows.iter().flat_map(|row| row.older.iter().map(|older| (&row.syscall, older))).collect();
    list(&mut out, "OLDER", "Older", older.len());
    for (call, older) in older {
        let _ = writeln!(
            out,
            "    older({}, {}, {}, {}), // {}",
            number(spec, call.number),
            release(&union.releases[older.last]),
            side(Some(&older.main), pools),
            side(older.compat.as_ref(), pools),
            call.name,
        );
    }
    let moments: Vec<_> = rows.iter().flat_map(|row| moments(row, &union.releases)).collect();
    list(&mut out, "MOMENTS", "Moment", moments.len());
    for (call, what, between) in moments {
        let version = |release: &Release| format!("({}, {})", release.major, release.minor);
        let (before, after) = (version(&between.before), version(&between.after));
        let _ = writeln!(out, "    {what}({}, {before}, {after}), // {}", number(spec, call.number), call.name);
    }
    let blocks: Vec<_> = rows
        .iter()
        .flat_map(|row| {
            [(&row.syscall, false, Some(&row.syscall.main)), (&row.syscall, true, row.syscall.compat.as_ref())]
        })
        .filter_map(|(call, compat, side)| Some((call, compat, side?.block.as_ref()?)))
        .collect();
    list(&mut out, "BLOCKS", "Block", blocks.len());
    for (call, compat, block) in blocks {
        let id = pools.prototypes.id(Some(block));
        let _ = writeln!(out, "    block({}, {compat}, {id}), // {}", number(spec, call.number), call.name);
    }
    let events: Vec<(&Syscall, String)> = rows
        .iter()
        .filter_map(|row| Some((&row.syscall, format!("sys_{}", row.syscall.main.event.as_ref()?))))
        .filter(|(call, event)| call.main.entry.as_ref() != Some(event))
        .collect();
    list(&mut out, "EVENTS", "Event", events.len());
    for (call, event) in events {
        let id = pools.entries.id(Some(&event));
        let _ = writeln!(out, "    event({}, {id}), // {}", number(spec, call.number), call.name);
    }
    let releases: Vec<&Release> = union.releases.iter().collect();
    symbols::rules(held, &releases, &mut out);
    let aliases: Vec<_> =
        rows.iter().flat_map(|row| row.syscall.aliases.iter().map(|alias| (&row.syscall, alias))).collect();
    list(&mut out, "ALIASES", "Alias", aliases.len());
    for (call, alias) in aliases {
        let id = pools.names.id(Some(alias));
        let _ = writeln!(out, "    alias({}, {id}), // {alias} = {}", number(spec, call.number), call.name);
    }
    let _ = writeln!(out, "];\n\ntable!({});", variant(&spec.name));
    out
}

/// When a row came and went, where that is told more exactly than by the first and the last release held.
fn moments<'a>(row: &'a UnionRow, releases: &[Release]) -> Vec<(&'a Syscall, &'static str, &'a Between)> {
    let held = |before: &Release, after: &Release| releases.contains(before) && releases.contains(after);
    let told = [("came", &row.came), ("went", &row.went)].into_iter();
    told.filter_map(|(what, between)| Some((&row.syscall, what, between.as_ref()?)))
        .filter(|(_, _, between)| !held(&between.before, &between.after))
        .collect()
}

pub(super) fn releases(union: &Union) -> String {
    let mut out = format!(
        "{HEAD}//! The kernel releases that `data/linux/` holds, oldest first, and the names by which tables say them.\n\n\
         use crate::kernel::Release;\n\npub(crate) static RELEASES: [Release; {}] = [\n",
        union.releases.len()
    );
    for held in &union.releases {
        let _ = writeln!(out, "    Release::new({}, {}, \"{}\"),", held.major, held.minor, held.version);
    }
    out.push_str("];\n\n");
    for (index, held) in union.releases.iter().enumerate() {
        let _ = writeln!(out, "pub(crate) const {}: u8 = {index};", release(held));
    }
    out
}

/// Numbers with a base that is no round decimal read better in hexadecimal.
fn number(spec: &AbiSpec, number: u32) -> String {
    if spec.base > 0xffff || number > 0xffff { format!("{number:#x}") } else { number.to_string() }
}

pub(super) fn release(release: &Release) -> String {
    format!("V{}_{}", release.major, release.minor)
}

/// Ends a list and begins the next one, in one line where it stays empty.
pub(super) fn list(out: &mut String, name: &str, ty: &str, len: usize) {
    let _ = writeln!(out, "];\n\nstatic {name}: [{ty}; {len}] = [");
    if len == 0 {
        out.truncate(out.len() - 1);
    }
}

/// `side(12, 40, NO_CONFIG, OK | DEFINED | EVENT)`
fn side(side: Option<&Side>, pools: &Pools) -> String {
    let Some(side) = side else { return "NO_SIDE".to_string() };
    let config = match &side.config {
        Guard::Constant(_) => "NO_CONFIG".to_string(),
        config => pools.prototypes.configs.id(Some(&config.to_string())),
    };
    let mut flags = missing(side).to_string();
    match side.made_by.as_deref() {
        Some("COMPAT_SYSCALL_DEFINE") => flags.push_str(" | COMPAT_DEFINED"),
        Some(_) => flags.push_str(" | DEFINED"),
        None => {}
    }
    if side.event.is_some() {
        flags.push_str(" | EVENT");
    }
    format!(
        "side({}, {}, {config}, {flags})",
        pools.entries.id(side.entry.as_deref()),
        pools.prototypes.id(side.params.as_ref())
    )
}

fn missing(side: &Side) -> &'static str {
    match side.missing {
        None => "OK",
        Some(Missing::Ni) => "NI",
        Some(Missing::NoDefinition) => "NO_DEFINITION",
        Some(Missing::NotOnThisArch) => "NOT_ON_THIS_ARCH",
        Some(Missing::AlwaysEnosys) => "ALWAYS_ENOSYS",
    }
}
