//! Control messages: what each carries, by level and type, which are other numbers on some ABIs.

use super::choices::Constants;
use super::{From, Pool, array, held, wrong};
use crate::diagnostic::Sink;
use crate::model::{ControlMessage, Value};

/// `CONTROLS`: whom, level, type, what is held, the name of the type.
pub(super) fn controls(from: &From, pool: &mut Pool, sink: &Sink) -> String {
    let constants = Constants::new(from);
    let mut lines = Vec::new();
    for of in &from.kinds.controls {
        lines.extend(control(of, &constants, from, pool, sink));
    }
    let mut out = String::new();
    array(&mut out, "Control messages: whom, level, type, what is held, name.", "CONTROLS", "M", &lines);
    out
}

fn control(of: &ControlMessage, constants: &Constants, from: &From, pool: &mut Pool, sink: &Sink) -> Vec<String> {
    let value = |sets: &[&str], value: &Value| {
        let found = constants.value(sets, value);
        if found.whom().is_empty() {
            wrong(sink, &of.file, of.line, format!("no header of a release held says what `{value:?}` is"));
        }
        found
    };
    let ty = of.value.map_or_else(|| Value::Name(of.name.clone()), |value| Value::Number(value.into()));
    let levels = value(&["socket_levels"], &Value::Name(of.level.clone()));
    // Other levels have types of the same names.
    let types = value(if of.level == "SOL_SOCKET" { &["control_messages"] } else { &[] }, &ty);
    let held = held::held(&of.data, from, pool, &mut |message| wrong(sink, &of.file, of.line, message));
    let name = pool.names.id(&of.name);
    let mut lines = Vec::new();
    for (abis, level) in levels.variants() {
        for (others, ty) in types.variants() {
            let both = abis.0 & others.0;
            if both != 0 {
                let (whom, level, ty) = (pool.whom.id(both), *level as u32, *ty as u32);
                lines.push(format!("M({whom}, {level}, {ty}, {held}, {name}) // {} {}", of.level, of.name));
            }
        }
    }
    lines
}
