//! Goes through values to the bottom.

use std::fmt::Write;

use syscall_meta::{Arg, Value};

use super::{Counted, Seen, check_text};

/// How deep values are followed here. A buffer that was written to while a call ran may hold any depth.
const DEPTH: usize = 64;

/// An argument, where so many bytes of the scratch were taken for all of them; whether nobody else wrote to these.
pub(super) fn arg(arg: &Arg<'_>, taken: usize, is_ours: bool, seen: &mut Seen) {
    let _ = (arg.name(), arg.kind(), arg.number());
    if taken <= 1024 {
        let mut text = Counted::default();
        write!(text, "{arg:?}").expect("counting does not fail");
    }
    let mut values = 0;
    for value in [arg.value(), arg.before()].into_iter().flatten() {
        walk(&value, 0, is_ours, &mut values, seen);
        let mut text = Counted::default();
        write!(text, "{value}").expect("counting does not fail");
        check_text(text.0, taken);
        // It tells each byte, which takes its time.
        if taken <= 1024 {
            write!(text, "{value:?}").expect("counting does not fail");
        }
    }
    assert!(values <= 4096 + taken * 64, "{values} values out of {taken} bytes");
    seen.values += values;
}

fn walk(value: &Value<'_>, depth: usize, is_ours: bool, count: &mut usize, seen: &mut Seen) {
    *count += 1;
    seen.depth = seen.depth.max(depth);
    if depth > DEPTH {
        assert!(!is_ours, "values lie in each other without end");
        return;
    }
    let depth = depth + 1;
    match value {
        Value::Number(of) => {
            let _ = (of.kind(), of.value(), of.signed(), of.bits(), of.is_signed(), of.abi());
        }
        Value::Text(of) => {
            let _ = (of.bytes(), of.is_cut());
        }
        Value::Bytes(of) => assert_eq!(of.is_cut(), of.total() > of.bytes().len() as u64),
        Value::Struct(of) => {
            let _ = (of.name(), of.bytes(), of.field("st_mode"), of.field(""));
            let mut all = 0;
            for (name, value) in of.fields() {
                assert!(!name.is_empty());
                walk(&value, depth, is_ours, count, seen);
                all += 1;
            }
            let mut brief = of.brief_fields();
            let shown = brief.by_ref().count();
            assert!(shown == all || shown < all && brief.left_out());
        }
        Value::List(of) => {
            let (told, last) = (of.iter().count(), of.iter().last());
            // A list that ends early says so, or ends with the address that cannot be read.
            let is_whole = told == of.total() as usize || matches!(last, Some(Value::Address(_)));
            assert!(!is_ours || of.is_cut() || is_whole, "{told} of {} values, texts: {}", of.total(), of.is_texts());
            of.iter().for_each(|value| walk(&value, depth, is_ours, count, seen));
        }
        Value::Numbers(of) => {
            let _ = (of.is_cut(), of.is_one(), of.bytes());
            of.iter().for_each(|value| walk(&value, depth, is_ours, count, seen));
        }
        Value::SigSet(of) | Value::FdSet(of) | Value::BitSet(of) => {
            let _ = (of.is_empty(), of.abi(), of.has(u32::MAX), of.has(of.len()));
            *count += of.iter().inspect(|bit| assert!(of.has(*bit) && *bit < of.len())).count();
        }
        Value::SockAddr(of) => {
            let _ = (of.family(), of.bytes(), of.rest());
        }
        Value::Dirents(of) => {
            let _ = (of.address(), of.total());
            for entry in *of {
                assert!(entry.name.len() < usize::from(entry.size));
                *count += 1;
            }
        }
        // Those without parts, and what comes with later versions.
        _ => {}
    }
}
