//! One file an ABI, one line a call; and the releases that rows speak of.

use std::fmt::Write;

use super::pool::Pools;
use super::{HEAD, variant};
use crate::model::{AbiSpec, Missing, Release, Side};
use crate::resolve::{Union, UnionRow};

pub(super) fn table(spec: &AbiSpec, rows: &[UnionRow], union: &Union, pools: &Pools) -> String {
    let mut out = format!(
        "{HEAD}//! The calls of the {} ABI.\n\nuse crate::row::*;\n\nstatic ROWS: [Row; {}] = [\n",
        spec.name,
        rows.len()
    );
    if !rows.is_empty() {
        out.push_str(
            "    // number, name, entry, compat entry, first release, last release, missing, missing as compat\n",
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
            "    row({}, {}, {}, {}, {}, {last}, {}, {}), // {}",
            number(spec, call.number),
            pools.names.id(Some(&call.name)),
            pools.entries.id(call.main.entry.as_deref()),
            pools.entries.id(call.compat.as_ref().and_then(|side| side.entry.as_deref())),
            release(&union.releases[row.first]),
            missing(&call.main),
            call.compat.as_ref().map_or("ABSENT", missing),
            call.name,
        );
    }
    let aliases: Vec<_> =
        rows.iter().flat_map(|row| row.syscall.aliases.iter().map(|alias| (&row.syscall, alias))).collect();
    let _ = writeln!(out, "];\n\nstatic ALIASES: [Alias; {}] = [", aliases.len());
    if aliases.is_empty() {
        out.truncate(out.len() - 1);
    }
    for (call, alias) in aliases {
        let id = pools.names.id(Some(alias));
        let _ = writeln!(out, "    alias({}, {id}), // {alias} = {}", number(spec, call.number), call.name);
    }
    let _ = writeln!(out, "];\n\ntable!({});", variant(&spec.name));
    out
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

fn release(release: &Release) -> String {
    format!("V{}_{}", release.major, release.minor)
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
