//! What every step of a run needs at hand: the session, the sink, the budget, and where the run is.

use std::sync::Arc;

use super::session::Session;
use super::symbol::{Symbol, known};
use super::token::{Kind, Span, Token};
use crate::diagnostic::{Diagnostic, Label};

/// How much a run may do before it is stopped: hostile or broken input ends in a diagnostic, not in a hang.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Tokens read, made and copied.
    pub tokens: u64,
    /// Headers within headers.
    pub includes: usize,
    /// Macro calls within arguments of macro calls.
    pub arguments: u32,
    /// Bytes of one token that `#` or `##` makes.
    pub spelling: usize,
    /// Messages before the rest is left out.
    pub messages: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { tokens: 20_000_000, includes: 200, arguments: 100, spelling: 1 << 14, messages: 500 }
    }
}

/// The state that the driver and the expansion share.
pub(super) struct Env<'a> {
    pub(super) session: &'a Session,
    /// What the run says. Nothing is said while single macros are evaluated after a run.
    pub(super) said: Vec<Diagnostic>,
    talks: bool,
    pub(super) limits: Limits,
    spent: u64,
    messages: u32,
    counter: u64,
    pub(super) position: Position,
}

/// What the built-in macros tell.
#[derive(Clone, Debug)]
pub(super) struct Position {
    /// The path of the main text.
    pub(super) base: Arc<str>,
    /// The path of the text at hand, or what `#line` calls it.
    pub(super) path: Arc<str>,
    /// What `#line` adds to line numbers.
    pub(super) shift: i64,
    /// Headers entered and not left.
    pub(super) level: usize,
}

impl<'a> Env<'a> {
    pub(super) fn new(session: &'a Session, talks: bool, limits: Limits, path: &Arc<str>) -> Self {
        let position = Position { base: Arc::clone(path), path: Arc::clone(path), shift: 0, level: 0 };
        Env { session, said: Vec::new(), talks, limits, spent: 0, messages: 0, counter: 0, position }
    }

    /// Pays for work; `false` when the budget is used up.
    pub(super) fn spend(&mut self, tokens: usize) -> bool {
        self.spent = self.spent.saturating_add(tokens as u64);
        !self.exhausted()
    }

    /// Whether the run has to stop.
    pub(super) fn exhausted(&self) -> bool {
        self.spent > self.limits.tokens
    }

    /// Makes and sends a message, unless there were too many.
    pub(super) fn report(&mut self, make: impl FnOnce(&Session) -> Diagnostic) {
        if !self.talks {
            return;
        }
        self.messages = self.messages.saturating_add(1);
        if self.messages < self.limits.messages {
            self.said.push(make(self.session));
        } else if self.messages == self.limits.messages {
            let base = Arc::clone(&self.position.base);
            self.said.push(
                Diagnostic::error("too-many-messages", "further messages of the preprocessor are left out")
                    .at(Label::file(base)),
            );
        }
    }

    /// An error at a token.
    pub(super) fn error(&mut self, code: &'static str, token: Token, message: impl Into<String>) {
        self.report(|session| Diagnostic::error(code, message).at(session.token_label(token)));
    }

    /// A problem that was found while the text was lexed.
    pub(super) fn problem(&mut self, problem: &super::file::Problem) {
        self.report(|session| {
            let mut label = session.label(problem.span, 1);
            label.range.1 = label.text.trim_end().len().max(label.range.1);
            Diagnostic::error(problem.code, &*problem.message).at(label)
        });
    }

    /// The line of a span, as `#line` has it.
    pub(super) fn line(&self, span: Span) -> i64 {
        let line = self.session.place(span).map_or(0, |place| place.line);
        i64::from(line) + self.position.shift
    }

    /// The token that a built-in macro gives; `None` where only `#if` knows what to do with it.
    pub(super) fn builtin(&mut self, name: Token) -> Option<Token> {
        let (kind, text) = match name.symbol {
            known::LINE_MACRO => (Kind::Number, self.line(name.span).max(0).to_string()),
            known::COUNTER_MACRO => {
                self.counter += 1;
                (Kind::Number, (self.counter - 1).to_string())
            }
            known::INCLUDE_LEVEL_MACRO => (Kind::Number, self.position.level.to_string()),
            known::FILE_MACRO => (Kind::String, quote(&self.position.path)),
            known::BASE_FILE_MACRO => (Kind::String, quote(&self.position.base)),
            // Nothing this produces may depend on the day it was made.
            known::DATE_MACRO => (Kind::String, quote("??? ?? ????")),
            known::TIME_MACRO => (Kind::String, quote("??:??:??")),
            known::TIMESTAMP_MACRO => (Kind::String, quote("??? ??? ?? ??:??:?? ????")),
            _ => return None,
        };
        Some(Token::new(kind, self.intern(&text), name.span, name.lead()))
    }

    pub(super) fn intern(&self, text: &str) -> Symbol {
        self.session.interner.intern(text)
    }
}

/// A text as a string literal.
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
