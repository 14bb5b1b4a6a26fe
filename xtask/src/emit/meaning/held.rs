//! What bytes hold by themselves: the data of control messages, attributes of netlink.

use super::kinds::{Names, of_field, of_kind};
use super::{From, Pool, netlink, place, records, scalars};
use crate::model::{FieldKind, Held};

/// The place of what is held; what it names that there is not is told to `wrong`.
pub(super) fn held(held: &Held, from: &From, pool: &mut Pool, wrong: &mut dyn FnMut(String)) -> usize {
    let record = |name: &str, pool: &mut Pool, wrong: &mut dyn FnMut(String)| {
        if !records::is_record(name, from) {
            wrong(format!("no header of a release held has a structure `{name}`"));
        }
        pool.wanted.id(&name.to_string())
    };
    let space = |name: &str, wrong: &mut dyn FnMut(String)| {
        netlink::space(from, name).unwrap_or_else(|| {
            wrong(format!("no attributes are called `{name}`"));
            0
        })
    };
    let text = match held {
        Held::Nothing => "H(held::NOTHING, NO, NO)".to_string(),
        Held::Number(kind, ty) | Held::Numbers(kind, ty) => {
            let tag = if matches!(held, Held::Number(..)) { "NUMBER" } else { "NUMBERS" };
            let id = of_kind(kind, Names::Fields, from, pool);
            // Those of networks' order are as wide as they say.
            let native = ty.strip_prefix("__be").map_or_else(|| ty.clone(), |bits| format!("u{bits}"));
            let element = scalars::scalar(&native, from, pool);
            if element.is_none() {
                wrong(format!("`{ty}` is no integer type"));
            }
            let big = if ty.starts_with("__be") { " | held::BIG" } else { "" };
            format!("H(held::{tag}{big}, {id}, {})", place(element))
        }
        Held::Struct(name) => format!("H(held::STRUCT, {}, NO)", record(name, pool, wrong)),
        Held::Structs(name) => format!("H(held::STRUCTS, {}, NO)", record(name, pool, wrong)),
        Held::Inline(inline) => {
            format!("H(held::INLINE, {}, NO)", of_field(&FieldKind::Inline(*inline), from, pool))
        }
        Held::Opaque(reason) => format!("H(held::OPAQUE, {}, NO)", pool.reasons.id(reason)),
        Held::Address => "H(held::ADDRESS, NO, NO)".to_string(),
        Held::Nested(name) => format!("H(held::NESTED, NO, {})", space(name, wrong)),
        Held::Then(name, after) => format!("H(held::THEN, {}, {})", record(name, pool, wrong), space(after, wrong)),
        Held::ThenEach(name, after) => {
            format!("H(held::THEN_EACH, {}, {})", record(name, pool, wrong), space(after, wrong))
        }
        Held::By(name) => format!("H(held::BY, {}, NO)", pool.names.id(name)),
    };
    pool.held.id(&format!("{text} // {held}"))
}
