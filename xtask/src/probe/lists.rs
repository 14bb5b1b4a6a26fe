//! The lists that tracefs has: functions that can be traced, and events.

use rustc_hash::FxHashSet;

use super::text::{Form, empty, lines};
use crate::diagnostic::{Result, Sink};

const FUNCTIONS: Form = Form {
    code: "not-filter-functions",
    line: "function: a name, with its module in brackets where it is of one",
    from: "such a list is available_filter_functions of tracefs",
};

const EVENTS: Form = Form {
    code: "not-events",
    line: "event: a group, a colon, a name",
    from: "such a list is available_events of tracefs; its folder events/ is taken as well",
};

/// Functions of the kernel itself that the function tracer, and so fentry, can attach to.
pub fn filter_functions(path: &str, bytes: &[u8], sink: &Sink) -> Result<FxHashSet<String>> {
    let mut all = FxHashSet::default();
    let mut count = 0;
    lines(&FUNCTIONS, path, bytes, sink, |line| {
        let mut words = line.split_ascii_whitespace();
        let (Some(name), module) = (words.next(), words.next()) else { return false };
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.$".contains(&byte));
        let is_module = module.is_none_or(|module| module.starts_with('[') && module.ends_with(']'));
        count += 1;
        if module.is_none() {
            all.insert(name.to_string());
        }
        is_name && is_module && words.next().is_none()
    })?;
    if count == 0 { Err(empty(&FUNCTIONS, path)) } else { Ok(all) }
}

/// Events, each as its group, a colon and its name.
pub fn events(path: &str, bytes: &[u8], sink: &Sink) -> Result<FxHashSet<String>> {
    let mut all = FxHashSet::default();
    lines(&EVENTS, path, bytes, sink, |line| {
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
        };
        let is_event = line.trim_end().split_once(':').is_some_and(|(group, name)| is_word(group) && is_word(name));
        if is_event {
            all.insert(line.trim_end().to_string());
        }
        is_event
    })?;
    if all.is_empty() { Err(empty(&EVENTS, path)) } else { Ok(all) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_with_and_without_a_module() {
        let sink = Sink::new();
        let all = filter_functions("f", b"__x64_sys_read\nfoo.isra.0 [nf]\r\nsys_bpf\n", &sink).unwrap();
        assert!(all.contains("__x64_sys_read") && all.contains("sys_bpf") && all.len() == 2);
        for text in [&b"a b c\n"[..], b"a b\n", b"a:b\n", b"", b"\0\n"] {
            assert_eq!(filter_functions("f", text, &sink).unwrap_err().code, "not-filter-functions", "{text:?}");
        }
    }

    #[test]
    fn events_of_groups() {
        let sink = Sink::new();
        let all = events("e", b"syscalls:sys_enter_read\r\nraw_syscalls:sys_enter\n", &sink).unwrap();
        assert!(all.contains("syscalls:sys_enter_read") && all.len() == 2);
        for text in [&b"sys_enter_read\n"[..], b"a:\n", b":b\n", b"a:b c\n", b"\n"] {
            assert_eq!(events("e", text, &sink).unwrap_err().code, "not-events", "{text:?}");
        }
    }
}
