//! What a run leaves: macros to evaluate, tokens to parse, the headers it went through.

use std::sync::Arc;

use super::define::{Macro, Shape};
use super::env::{Env, Limits};
use super::expand::{Expander, Line};
use super::expr;
use super::macros::Macros;
use super::session::{Place, Session};
use super::symbol::{Symbol, known};
use super::token::{Kind, Span, Token};
use super::value::{Constant, DataModel, Names, NoNames, NotConstant, Reason};

/// An `#include` that was reached.
#[derive(Clone, Debug)]
pub struct Inclusion {
    /// The name asked for.
    pub name: Arc<str>,
    /// Whether in angle brackets.
    pub angled: bool,
    /// Where it was asked for.
    pub at: Span,
    /// The text that was found.
    pub path: Option<Arc<str>>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of an `#include`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The text was read.
    Entered,
    /// Its guard or `#pragma once` left nothing to read.
    Void,
    /// The caller said it is empty.
    Skipped,
    /// Nobody had it, or it could not be entered here.
    Missing,
}

/// The result of a run.
#[derive(Debug)]
pub struct Output<'s> {
    /// The macros at the end, and all that were defined on the way.
    pub macros: Macros<'s>,
    /// The text outside directives, expanded. Empty where the setup wanted macros only.
    pub tokens: Vec<Token>,
    /// The `#include`s that were reached, in order.
    pub includes: Vec<Inclusion>,
    /// What gives tokens their texts and places.
    pub session: &'s Session,
    /// The integer types of the run.
    pub model: DataModel,
    pub(super) limits: Limits,
}

/// A row that a marker wrote into the text: `MARK field, field ;`.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'o> {
    /// Where the macro was called that wrote it.
    pub span: Span,
    /// What stands between the commas; a comma in parentheses divides nothing.
    pub fields: Vec<&'o [Token]>,
}

impl<'s> Output<'s> {
    /// The macro of this name at the end of the run.
    pub fn get(&self, name: &str) -> Option<&'s Macro> {
        self.macros.get(self.session.symbol(name)?)
    }

    /// The path and line of a definition's name, or of any token.
    pub fn place(&self, span: Span) -> Option<Place> {
        self.session.place(span)
    }

    /// The spelling of a symbol.
    pub fn text(&self, symbol: Symbol) -> &'s str {
        self.session.text(symbol)
    }

    /// The value of an object-like macro.
    pub fn constant(&self, name: &str) -> Result<Constant, NotConstant> {
        self.constant_with(name, &NoNames)
    }

    /// The value of an object-like macro whose expansion may hold names that the caller knows.
    pub fn constant_with(&self, name: &str, names: &dyn Names) -> Result<Constant, NotConstant> {
        let definition = self.get(name).ok_or_else(|| NotConstant::new(Reason::NotDefined))?;
        self.constant_of(definition, names)
    }

    /// The value of a definition, also of one that was replaced or taken away since. The macros in its body are those
    /// at the end of the run.
    pub fn constant_of(&self, definition: &'s Macro, names: &dyn Names) -> Result<Constant, NotConstant> {
        match definition.shape {
            Shape::Function(_) => return Err(NotConstant::new(Reason::FunctionLike)),
            Shape::Builtin => return Err(NotConstant::new(Reason::NotDefined)),
            Shape::Object => {}
        }
        if definition.body.iter().all(|token| token.kind != Kind::Ident) {
            // Nothing in it is a macro.
            return self.evaluate_tokens(&definition.body, names);
        }
        let mut env = self.env();
        let mut expander = Expander::of(definition, &mut Line { tokens: &[], macros: &self.macros, env: &mut env });
        self.finish(&mut expander, &mut env, &[], names)
    }

    /// The value of a call of a function-like macro; each argument is one word or number.
    pub fn call(&self, definition: &Macro, arguments: &[Symbol], names: &dyn Names) -> Result<Constant, NotConstant> {
        let token = |kind, symbol| Token::new(kind, symbol, definition.span, 0);
        let mut tokens = vec![token(Kind::Ident, definition.name), token(Kind::Punct, known::L_PAREN)];
        for (at, argument) in arguments.iter().enumerate() {
            if at > 0 {
                tokens.push(token(Kind::Punct, known::COMMA));
            }
            let is_number = self.text(*argument).starts_with(|c: char| c.is_ascii_digit());
            tokens.push(token(if is_number { Kind::Number } else { Kind::Ident }, *argument));
        }
        tokens.push(token(Kind::Punct, known::R_PAREN));
        self.evaluate_text(&tokens, names)
    }

    /// Tokens as a constant expression. They are expanded first: what [`tokens`](Self::tokens) holds stays as it is
    /// with [`evaluate_tokens`](Self::evaluate_tokens).
    pub fn evaluate_text(&self, tokens: &[Token], names: &dyn Names) -> Result<Constant, NotConstant> {
        self.finish(&mut Expander::default(), &mut self.env(), tokens, names)
    }

    /// Expanded tokens, such as a row's field, as a constant expression.
    pub fn evaluate_tokens(&self, tokens: &[Token], names: &dyn Names) -> Result<Constant, NotConstant> {
        expr::evaluate(self.session, &self.model, names, tokens)
    }

    /// The rows that a marker wrote: with `__SYSCALL(nr, entry)` predefined as `__row__ nr, entry ;`, each call of
    /// `__SYSCALL` is a row of `__row__`.
    pub fn rows(&self, marker: &str) -> Vec<Row<'_>> {
        let Some(marker) = self.session.symbol(marker) else { return Vec::new() };
        let mut rows = Vec::new();
        let mut rest = self.tokens.as_slice();
        while let Some(at) = rest.iter().position(|t| t.is_ident(marker)) {
            let (Some(mark), Some(after)) = (rest.get(at), rest.get(at + 1..)) else { break };
            let end = after.iter().position(|t| t.is(known::SEMICOLON)).unwrap_or(after.len());
            rows.push(Row { span: mark.span, fields: fields(after.get(..end).unwrap_or_default()) });
            rest = after.get(end..).unwrap_or_default();
        }
        rows
    }

    fn env(&self) -> Env<'s> {
        // A single macro may take a part of what a whole run may.
        let limits = Limits { tokens: self.limits.tokens / 16, ..self.limits };
        Env::new(self.session, false, limits, &self.session.evaluation)
    }

    fn finish(
        &self,
        expander: &mut Expander<'s>,
        env: &mut Env<'s>,
        tokens: &[Token],
        names: &dyn Names,
    ) -> Result<Constant, NotConstant> {
        let mut line = Line { tokens, macros: &self.macros, env };
        let mut expanded = Vec::new();
        while let Some(token) = expander.next(&mut line) {
            expanded.push(token);
        }
        if env.exhausted() {
            return Err(NotConstant::new(Reason::TooComplex));
        }
        self.evaluate_tokens(&expanded, names)
    }
}

/// What stands between commas outside parentheses.
fn fields(tokens: &[Token]) -> Vec<&[Token]> {
    let mut depth = 0_i64;
    tokens
        .split(|token| {
            depth += i64::from(token.is(known::L_PAREN)) - i64::from(token.is(known::R_PAREN));
            depth == 0 && token.is(known::COMMA)
        })
        .collect()
}
