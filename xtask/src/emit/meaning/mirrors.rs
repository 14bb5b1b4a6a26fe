//! What io_uring's operations do: the call that each mirrors.

use super::choices::Constants;
use super::{From, array, wrong};
use crate::diagnostic::Sink;
use crate::model::Value;
use crate::resolve::spellings;

/// The file that says it.
const FILE: &str = "data/curated/mirrors.yaml";

/// `MIRRORS`: by operation, the entry of the call.
pub(super) fn mirrors(from: &From, sink: &Sink) -> String {
    let constants = Constants::new(from);
    let mut lines = Vec::new();
    for mirror in from.kinds.mirrors.iter().filter(|mirror| !mirror.call.is_empty()) {
        let value = constants.value(&["io_uring_ops"], &Value::Name(mirror.op.clone()));
        let Some((_, op)) = value.variants().first() else {
            wrong(sink, FILE, 1, format!("no header of a release held has `{}`", mirror.op));
            continue;
        };
        let entries = spellings(&mirror.call).into_iter().map(|entry| from.pools.entries.id(Some(entry.as_str())));
        match entries.into_iter().find(|id| id != "NONE") {
            Some(entry) => lines.push((*op, format!("({op}, {entry}) // {} {}", mirror.op, mirror.call))),
            None => wrong(sink, FILE, 1, format!("no release that is held has an entry `{}`", mirror.call)),
        }
    }
    lines.sort();
    let lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
    let mut out = String::new();
    array(&mut out, "The calls that io_uring's operations do, by operation.", "MIRRORS", "(u8, u16)", &lines);
    out
}
