//! The preprocessor as a whole: small texts in; tokens, macros, values and messages out.

mod directives;
mod expansion;
mod expressions;
mod gcc;
mod hostile;
mod layouts;
mod output;
mod typedefs;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::diagnostic::Sink;

/// Headers by name; `next` finds the one of the same name with `next/` before it.
#[derive(Default)]
pub(super) struct Virtual(BTreeMap<String, Arc<str>>);

impl Virtual {
    pub(super) fn new(headers: &[(&str, &str)]) -> Self {
        Virtual(headers.iter().map(|(name, text)| ((*name).to_string(), Arc::from(*text))).collect())
    }
}

impl Headers for Virtual {
    fn find(&self, name: &str, _angled: bool, _from: &str, next: bool) -> Include {
        let name = if next { format!("next/{name}") } else { name.to_string() };
        match self.0.get(&name) {
            Some(text) if text.is_empty() => Include::Skip,
            Some(text) => Include::Text { path: name.into(), text: Arc::clone(text) },
            None => Include::Missing,
        }
    }

    fn has(&self, operator: &str, name: &str) -> u64 {
        u64::from(operator == "__has_attribute" && name == "packed")
    }
}

/// The tokens of a text, divided by single spaces, and the messages as `code:line`.
pub(super) fn run_with(headers: &[(&str, &str)], text: &str) -> (String, String) {
    let (session, sink) = (Session::new(), Sink::new());
    let headers = Virtual::new(headers);
    let output = preprocess(&session, &headers, &Setup::new(DataModel::LP64), "main.h", &Arc::from(text), &sink);
    let tokens: Vec<_> = output.tokens.iter().map(|t| session.text(t.symbol).to_string()).collect();
    let line = |d: &crate::diagnostic::Diagnostic| d.labels.first().map_or(0, |label| label.line);
    let mut messages: Vec<_> = sink.take().iter().map(|d| (line(d), d.code)).collect();
    messages.sort_unstable();
    let messages: Vec<_> = messages.iter().map(|(line, code)| format!("{code}:{line}")).collect();
    (tokens.join(" "), messages.join(" "))
}

/// A text without headers gives these tokens and no message.
#[track_caller]
pub(super) fn check(text: &str, expected: &str) {
    assert_eq!(run_with(&[], text), (expected.to_string(), String::new()), "{text}");
}

/// A text without headers gives these tokens and these messages.
#[track_caller]
pub(super) fn check_bad(text: &str, expected: &str, messages: &str) {
    assert_eq!(run_with(&[], text), (expected.to_string(), messages.to_string()), "{text}");
}
