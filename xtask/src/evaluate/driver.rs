//! The run: texts entered and left, directives carried out, the rest expanded.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::directive;
use super::env::{Env, Limits};
use super::expand::{Expander, Source};
use super::file::LexedFile;
use super::include::{Headers, Include};
use super::macros::Macros;
use super::output::{Inclusion, Outcome, Output};
use super::session::Session;
use super::symbol::known;
use super::token::{Kind, Span, Token};
use super::value::DataModel;
use crate::diagnostic::{Diagnostic, Sink};

/// How a run begins.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The integer types of the ABI.
    pub model: DataModel,
    /// Whether [`Output::tokens`](super::Output::tokens) is wanted. Without it nothing outside directives is expanded.
    pub keep_tokens: bool,
    /// How much the run may do.
    pub limits: Limits,
    predefined: Arc<str>,
}

impl Setup {
    /// A run with these types and no predefined macros.
    pub fn new(model: DataModel) -> Self {
        Setup { model, keep_tokens: true, limits: Limits::default(), predefined: "".into() }
    }

    /// Defines a macro before the run, as `-D` does: `("__x86_64__", "1")`, `("__SYSCALL(nr, entry)", "…")`.
    pub fn predefine(&mut self, head: &str, body: &str) -> &mut Self {
        let line = format!("#define {head} {body}").replace(['\n', '\r'], " ");
        self.predefined = format!("{}{line}\n", self.predefined).into();
        self
    }

    /// Only the macros are wanted.
    #[must_use]
    pub fn macros_only(mut self) -> Self {
        self.keep_tokens = false;
        self
    }
}

/// The path under which predefined macros are found.
pub const PREDEFINED: &str = "<predefined>";

/// Runs the preprocessor over a text and everything it includes.
pub fn preprocess<'s>(
    session: &'s Session,
    headers: &dyn Headers,
    setup: &Setup,
    path: &str,
    text: &Arc<str>,
    sink: &Sink,
) -> Output<'s> {
    let path: Arc<str> = path.into();
    let mut driver = Driver {
        env: Env::new(session, true, setup.limits, &path),
        macros: Macros::with(&session.builtins),
        headers,
        model: setup.model,
        keep_tokens: setup.keep_tokens,
        frames: Vec::new(),
        once: FxHashSet::default(),
        includes: Vec::new(),
    };
    let mut tokens = Vec::new();
    driver.enter(session.lex(PREDEFINED, &setup.predefined));
    driver.run(&mut Vec::new());
    driver.enter(session.lex(&path, text));
    driver.run(&mut tokens);
    if driver.env.exhausted() {
        let message = "preprocessing was stopped: it would read or make too many tokens";
        driver.env.said.push(Diagnostic::error("too-many-tokens", message).at(crate::diagnostic::Label::file(path)));
    }
    let Driver { env, macros, includes, .. } = driver;
    env.said.into_iter().for_each(|said| sink.push(said));
    Output { macros, tokens, includes, session, model: setup.model, limits: setup.limits }
}

/// A run under way.
pub(super) struct Driver<'r, 's> {
    pub(super) env: Env<'s>,
    pub(super) macros: Macros<'s>,
    pub(super) headers: &'r dyn Headers,
    pub(super) model: DataModel,
    keep_tokens: bool,
    frames: Vec<Frame<'s>>,
    /// The paths of texts that said `#pragma once`.
    pub(super) once: FxHashSet<Arc<str>>,
    includes: Vec<Inclusion>,
}

/// A text that was entered and not yet left.
struct Frame<'s> {
    file: &'s LexedFile,
    /// The token to read next.
    at: usize,
    /// Where the text before the next directive ends.
    end: usize,
    /// The next directive.
    directive: usize,
    /// What to go back to in the text that included this one.
    outer: (Arc<str>, i64),
}

impl Frame<'_> {
    fn peek(&self) -> Option<Token> {
        if self.at < self.end { self.file.tokens.get(self.at).copied() } else { None }
    }

    /// Goes on behind the directives before this one.
    fn go_to(&mut self, directive: usize) {
        if let Some(before) = directive.checked_sub(1).and_then(|at| self.file.directives.get(at)) {
            self.at = before.operands.end;
        } else if directive > 0 {
            self.at = self.file.tokens.len();
        }
        self.directive = directive;
        let next = self.file.directives.get(directive);
        self.end = next.map_or(self.file.tokens.len(), |next| next.operands.start);
    }
}

impl<'s> Driver<'_, 's> {
    /// Reads what was entered to its end.
    fn run(&mut self, out: &mut Vec<Token>) {
        if !self.keep_tokens {
            while let Some(frame) = self.frames.last_mut() {
                frame.at = frame.end;
                self.step(false);
            }
            return;
        }
        let mut expander = Expander::default();
        while let Some(token) = expander.next(self) {
            if token.is_ident(known::PRAGMA_OPERATOR) {
                self.pragma_operator(&mut expander, token, out);
                continue;
            }
            if token.kind == Kind::Other {
                self.odd(token);
            }
            out.push(token);
        }
        self.frames.clear();
    }

    /// `_Pragma ( "…" )`
    fn pragma_operator(&mut self, expander: &mut Expander<'s>, name: Token, out: &mut Vec<Token>) {
        let start = out.len();
        out.push(name);
        for _ in 0..3 {
            out.extend(expander.next(self));
        }
        let pragma = match out.get(start..).unwrap_or_default() {
            [_, open, string, close] if open.is(known::L_PAREN) && close.is(known::R_PAREN) => {
                directive::pragma_operator(&self.env.session.interner, *string)
            }
            _ => None,
        };
        match pragma {
            Some(pragma) => {
                out.truncate(start);
                out.push(pragma);
            }
            None => self.env.error("bad-pragma", name, "`_Pragma` needs a string in parentheses"),
        }
    }

    /// A character that C does not know, outside directives.
    fn odd(&mut self, token: Token) {
        self.env.report(|session| {
            let text = session.text(token.symbol);
            let message = match text.chars().next() {
                Some(quote @ ('"' | '\'')) => format!("a literal is not ended: expected `{quote}`"),
                _ => format!("stray character `{}`", text.escape_debug()),
            };
            Diagnostic::warning("stray-character", message).at(session.token_label(token))
        });
    }

    /// Carries out the directive at hand, or leaves a text that has no more.
    fn step(&mut self, in_arguments: bool) -> Option<Token> {
        let (file, at) = match self.frames.last() {
            Some(frame) if frame.directive < frame.file.directives.len() => (frame.file, frame.directive),
            _ => {
                self.leave();
                return None;
            }
        };
        if !self.env.spend(1) {
            self.frames.clear();
            return None;
        }
        let depth = self.frames.len();
        let (next, token) = self.carry_out(file, at, in_arguments);
        // An include has put another text on top.
        if let Some(frame) = self.frames.get_mut(depth - 1) {
            frame.go_to(next);
        }
        token
    }

    /// Starts reading a text.
    fn enter(&mut self, file: &'s LexedFile) {
        for problem in &file.problems {
            self.env.problem(problem);
        }
        let position = &mut self.env.position;
        let outer = (std::mem::replace(&mut position.path, Arc::clone(&file.path)), position.shift);
        position.shift = 0;
        position.level = self.frames.len();
        let mut frame = Frame { file, at: 0, end: 0, directive: 0, outer };
        frame.go_to(0);
        self.frames.push(frame);
    }

    fn leave(&mut self) {
        if let Some(frame) = self.frames.pop() {
            (self.env.position.path, self.env.position.shift) = frame.outer;
            self.env.position.level = self.frames.len().saturating_sub(1);
        }
    }

    /// Finds a header and enters it, unless it holds nothing for this run.
    pub(super) fn include(&mut self, at: Span, name: &str, angled: bool, next: bool, in_arguments: bool) {
        let label = |session: &Session| {
            let mut label = session.label(at, "include".len());
            if let Some(found) = label.text.find(name).filter(|_| !name.is_empty()) {
                label.range = (found, found + name.len());
            }
            label
        };
        // A header costs something even where there is nothing to read in it.
        self.env.spend(100);
        let Some(from) = self.frames.last().map(|frame| Arc::clone(&frame.file.path)) else { return };
        let found = self.headers.find(name, angled, &from, next);
        let (path, outcome) = match &found {
            Include::Missing => {
                self.env.report(|session| {
                    Diagnostic::error("missing-header", format!("header `{name}` is not found"))
                        .at(label(session))
                        .help("give the header to the run, or name it as one to skip")
                });
                (None, Outcome::Missing)
            }
            Include::Skip => (None, Outcome::Skipped),
            Include::Text { path, text } => {
                let file = self.env.session.lex(path, text);
                let void = self.once.contains(path) || file.guard.is_some_and(|name| self.macros.get(name).is_some());
                let outcome = if void {
                    Outcome::Void
                } else if self.frames.len() > self.env.limits.includes {
                    self.env.report(|session| {
                        let message = format!("headers are nested too deeply at `{name}`");
                        Diagnostic::error("nested-too-deep", message).at(label(session))
                    });
                    Outcome::Missing
                } else if in_arguments {
                    self.env.report(|session| {
                        let message = "`#include` inside the arguments of a macro call";
                        Diagnostic::error("bad-include", message).at(label(session))
                    });
                    Outcome::Missing
                } else {
                    self.enter(file);
                    Outcome::Entered
                };
                (Some(Arc::clone(path)), outcome)
            }
        };
        self.includes.push(Inclusion { name: name.into(), angled, at, path, outcome });
    }
}

impl<'s> Source<'s> for Driver<'_, 's> {
    fn next(&mut self, in_arguments: bool) -> Option<Token> {
        loop {
            let frame = self.frames.last_mut()?;
            if let Some(token) = frame.peek() {
                frame.at += 1;
                return Some(token);
            }
            if in_arguments && frame.directive >= frame.file.directives.len() {
                return None;
            }
            if let Some(token) = self.step(in_arguments) {
                return Some(token);
            }
        }
    }

    fn peek(&self) -> Option<Token> {
        self.frames.last().and_then(Frame::peek)
    }

    fn macros(&self) -> &Macros<'s> {
        &self.macros
    }

    fn env(&mut self) -> &mut Env<'s> {
        &mut self.env
    }
}
