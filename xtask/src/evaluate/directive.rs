//! What each directive does to a run.

use std::sync::Arc;

use super::driver::Driver;
use super::env::Env;
use super::expand::{Expander, Line, Source};
use super::expr;
use super::file::{Action, Directive, LexedFile, Role};
use super::include::{Headers, Include};
use super::macros::Defined;
use super::session::Session;
use super::symbol::{Interner, Symbol, known};
use super::token::{Kind, LINE_START, Span, Token};
use crate::diagnostic::Diagnostic;

impl<'s> Driver<'_, 's> {
    /// Carries out a directive of a text; gives the index of the directive that comes next, and a token that the
    /// directive puts into the text.
    pub(super) fn carry_out(&mut self, file: &'s LexedFile, at: usize, in_arguments: bool) -> (usize, Option<Token>) {
        let Some(directive) = file.directives.get(at) else { return (at + 1, None) };
        // Conditionals that are reached rather than jumped to end a group that was taken.
        match directive.role {
            Role::Begin => return (self.choose(file, at), None),
            Role::Continue | Role::Else => return (directive.end.saturating_add(1), None),
            Role::End | Role::Other => {}
        }
        let operands = file.tokens.get(directive.operands.clone()).unwrap_or_default();
        match &directive.action {
            Action::Define(definition) => {
                if let Defined::Replaced(before) = self.macros.define(definition) {
                    self.redefined(definition.span, before.span, definition.name);
                }
            }
            Action::Undef(name) => {
                self.macros.undefine(*name, directive.span);
            }
            Action::Include { name, angled, next } => {
                self.include(directive.span, name, *angled, *next, in_arguments);
            }
            Action::IncludeExpanded { next } => self.include_expanded(directive, operands, *next, in_arguments),
            Action::Error | Action::Warning => self.user_message(directive, operands),
            Action::Line => self.renumber(file, directive, operands),
            Action::PragmaOnce => {
                self.once.insert(Arc::clone(&file.path));
            }
            Action::Pragma(token) => return (at + 1, Some(*token)),
            Action::Bad(problem) => self.env.problem(problem),
            _ => {}
        }
        (at + 1, None)
    }

    /// Walks along the groups of a conditional to the first whose condition holds.
    fn choose(&mut self, file: &LexedFile, first: usize) -> usize {
        let mut at = first;
        while let Some(directive) = file.directives.get(at) {
            let defined = |name| self.macros.get(name).is_some();
            let holds = match &directive.action {
                Action::Ifdef(name) | Action::Elifdef(name) => defined(*name),
                Action::Ifndef(name) | Action::Elifndef(name) => !defined(*name),
                Action::Else | Action::Endif => true,
                Action::If | Action::Elif => self.condition(file, directive),
                Action::Bad(problem) => {
                    self.env.problem(problem);
                    false
                }
                _ => true,
            };
            if holds {
                return at + 1;
            }
            at = directive.next.max(at + 1);
        }
        // No `#endif`: nothing is left of this text.
        at + 1
    }

    fn condition(&mut self, file: &LexedFile, directive: &Directive) -> bool {
        let operands = file.tokens.get(directive.operands.clone()).unwrap_or_default();
        let tokens = self.answered(file, operands);
        if self.env.exhausted() {
            return false;
        }
        match expr::condition(self.env.session, &self.model, &tokens) {
            Ok(value) => value,
            Err(problem) => {
                self.env.report(|session| {
                    let token = tokens.iter().find(|t| Some(t.span) == problem.span);
                    let label =
                        token.map_or_else(|| session.label(directive.span, "if".len()), |t| session.token_label(*t));
                    let message = format!("the condition cannot be evaluated: {problem}");
                    Diagnostic::error("bad-condition", message).at(label)
                });
                false
            }
        }
    }

    /// The operands of an `#if`, expanded, with `defined` and `__has_…` replaced by their answers.
    fn answered(&mut self, file: &LexedFile, operands: &[Token]) -> Vec<Token> {
        let mut out = Vec::with_capacity(operands.len());
        let mut expander = Expander::default();
        let mut line = Line { tokens: operands, macros: &self.macros, env: &mut self.env };
        while let Some(token) = expander.next(&mut line) {
            let answer = if token.is_ident(known::DEFINED) {
                defined(&mut expander, &mut line)
            } else if token.kind == Kind::Ident && QUESTIONS.contains(&token.symbol) {
                let asked = operand(&mut expander, &mut line, token);
                asked.map(|asked| has(self.headers, line.env.session, &file.path, token, &asked))
            } else {
                out.push(token);
                continue;
            };
            out.push(number(line.env, token, answer));
        }
        out
    }

    fn include_expanded(&mut self, directive: &Directive, operands: &[Token], next: bool, in_arguments: bool) {
        let mut expander = Expander::default();
        let mut tokens = Vec::new();
        let mut line = Line { tokens: operands, macros: &self.macros, env: &mut self.env };
        while let Some(token) = expander.next(&mut line) {
            tokens.push(token);
        }
        let session = self.env.session;
        let name = match tokens.as_slice() {
            [token, ..] if token.kind == Kind::String => {
                let text = session.text(token.symbol);
                text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).map(|t| (t.to_string(), false))
            }
            [first, rest @ ..] if first.is(known::LESS) => {
                let end = rest.iter().position(|t| t.is(known::GREATER));
                end.and_then(|end| rest.get(..end)).map(|name| (session.render(name), true))
            }
            _ => None,
        };
        match name {
            Some((name, angled)) => self.include(directive.span, &name, angled, next, in_arguments),
            None => self.env.report(|session| {
                let message = "`#include` is not followed by a header name";
                Diagnostic::error("bad-include", message)
                    .at(session.label(directive.span, "include".len()))
                    .help("write `\"name\"` or `<name>`, or a macro that expands to it")
            }),
        }
    }

    fn user_message(&mut self, directive: &Directive, operands: &[Token]) {
        let error = matches!(directive.action, Action::Error);
        self.env.report(|session| {
            let text = session.render(operands);
            if error {
                let label = session.label(directive.span, "error".len());
                Diagnostic::error("error-directive", format!("`#error` was reached: {text}")).at(label)
            } else {
                let label = session.label(directive.span, "warning".len());
                Diagnostic::warning("warning-directive", format!("`#warning` was reached: {text}")).at(label)
            }
        });
    }

    fn redefined(&mut self, now: Span, before: Span, name: Symbol) {
        self.env.report(|session| {
            let text = session.text(name);
            Diagnostic::warning("macro-redefined", format!("macro `{text}` is defined again, differently"))
                .at(session.label(now, text.len()))
                .at(session.label(before, text.len()).note("defined before"))
        });
    }

    /// `#line 12 "file"`: from the next line on, `__LINE__` and `__FILE__` say something else.
    fn renumber(&mut self, file: &LexedFile, directive: &Directive, operands: &[Token]) {
        let mut expander = Expander::default();
        let mut tokens = Vec::new();
        let mut line = Line { tokens: operands, macros: &self.macros, env: &mut self.env };
        while let Some(token) = expander.next(&mut line) {
            tokens.push(token);
        }
        let session = self.env.session;
        let number = tokens.first().filter(|t| t.kind == Kind::Number).map(|t| session.text(t.symbol));
        let Some(number) = number.and_then(|n| n.parse::<u32>().ok()) else {
            self.env.report(|session| {
                let label = session.label(directive.span, 1);
                Diagnostic::error("bad-directive", "`#line` needs a line number").at(label)
            });
            return;
        };
        self.env.position.shift = i64::from(number) - i64::from(file.line(directive.span.offset).0) - 1;
        if let Some(name) = tokens.get(1).filter(|t| t.kind == Kind::String) {
            self.env.position.path = session.text(name.symbol).trim_matches('"').into();
        }
    }
}

/// Names that ask something that only `#if` can answer.
const QUESTIONS: [Symbol; 5] =
    [known::HAS_INCLUDE, known::HAS_INCLUDE_NEXT, known::HAS_ATTRIBUTE, known::HAS_CPP_ATTRIBUTE, known::HAS_BUILTIN];

/// The number that answers a question; a question that asks nothing is an error.
fn number(env: &mut Env<'_>, question: Token, answer: Option<u64>) -> Token {
    let symbol = match answer {
        Some(0) => known::ZERO,
        Some(1) => known::ONE,
        Some(other) => env.intern(&other.to_string()),
        None => {
            let text = env.session.text(question.symbol);
            env.error("bad-condition", question, format!("`{text}` is not followed by what it asks for"));
            known::ZERO
        }
    };
    Token::new(Kind::Number, symbol, question.span, question.lead())
}

/// The answer to a `__has_…`.
fn has(headers: &dyn Headers, session: &Session, from: &str, question: Token, asked: &str) -> u64 {
    let next = question.symbol == known::HAS_INCLUDE_NEXT;
    if !(next || question.symbol == known::HAS_INCLUDE) {
        return headers.has(session.text(question.symbol), asked);
    }
    let angled = asked.starts_with('<');
    let name = asked.get(1..asked.len().saturating_sub(1)).unwrap_or_default();
    u64::from(!matches!(headers.find(name, angled, from, next), Include::Missing))
}

/// What follows `defined`: `X` or `(X)`.
fn defined<'a>(expander: &mut Expander<'a>, line: &mut Line<'_, 'a>) -> Option<u64> {
    let first = expander.unexpanded(line, false)?;
    let name = if first.is(known::L_PAREN) {
        let name = expander.unexpanded(line, false)?;
        expander.unexpanded(line, false).filter(|t| t.is(known::R_PAREN))?;
        name
    } else {
        first
    };
    (name.kind == Kind::Ident).then(|| u64::from(line.macros().get(name.symbol).is_some()))
}

/// What stands between the parentheses after `__has_…`; header names keep their quotes or brackets.
fn operand<'a>(expander: &mut Expander<'a>, line: &mut Line<'_, 'a>, question: Token) -> Option<String> {
    expander.unexpanded(line, false).filter(|t| t.is(known::L_PAREN))?;
    let header = [known::HAS_INCLUDE, known::HAS_INCLUDE_NEXT].contains(&question.symbol);
    let mut tokens = Vec::new();
    let mut depth = 0_usize;
    loop {
        let token = if header { expander.next(line)? } else { expander.unexpanded(line, false)? };
        if token.is(known::L_PAREN) {
            depth += 1;
        } else if token.is(known::R_PAREN) {
            match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => break,
            }
        }
        tokens.push(token);
    }
    let session = line.env().session;
    let text = session.render(&tokens);
    let name = text.trim();
    let delimited = |open, close| name.len() > 2 && name.starts_with(open) && name.ends_with(close);
    let good = if header { delimited('"', '"') || delimited('<', '>') } else { !name.is_empty() };
    good.then(|| name.to_string())
}

/// The token that stands for a pragma.
pub(super) fn pragma(interner: &Interner, text: &str, span: Span) -> Token {
    Token::new(Kind::Pragma, interner.intern(text), span, LINE_START)
}

/// The pragma of a `_Pragma("…")`.
pub(super) fn pragma_operator(interner: &Interner, string: Token) -> Option<Token> {
    let text = interner.text(string.symbol);
    let inner = text.strip_prefix('L').unwrap_or(text).strip_prefix('"')?.strip_suffix('"')?;
    let text = inner.replace("\\\"", "\"").replace("\\\\", "\\");
    Some(pragma(interner, text.trim(), string.span))
}
