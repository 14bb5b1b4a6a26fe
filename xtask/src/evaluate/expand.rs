//! Macro expansion: tokens in, expanded tokens out, one at a time.
//!
//! A macro that is being expanded is a context on a stack, and its name is disabled until the context is used up. A
//! name read while it is disabled is painted and never expanded again, wherever it ends up. Where the standard leaves a
//! choice (a call whose parentheses come from outside the expansion that ends in its name) this does what gcc does: the
//! contexts that are used up while looking for the parenthesis are done with.

use super::define::{Macro, Parameters, Shape};
use super::env::Env;
use super::macros::Macros;
use super::symbol::{Symbol, SymbolSet, known};
use super::token::{Kind, Span, Token};
use crate::diagnostic::Diagnostic;

/// Where tokens come from.
pub(super) trait Source<'a> {
    /// The next token. Inside the arguments of a call the end of a file ends the tokens.
    fn next(&mut self, in_arguments: bool) -> Option<Token>;
    /// The next token, if no directive stands before it.
    fn peek(&self) -> Option<Token>;
    /// The macros defined at this point.
    fn macros(&self) -> &Macros<'a>;
    /// What the run has at hand.
    fn env(&mut self) -> &mut Env<'a>;
}

/// A list of tokens, such as the operands of an `#if`, as a source.
pub(super) struct Line<'l, 'a> {
    pub(super) tokens: &'l [Token],
    pub(super) macros: &'l Macros<'a>,
    pub(super) env: &'l mut Env<'a>,
}

impl<'a> Source<'a> for Line<'_, 'a> {
    fn next(&mut self, _in_arguments: bool) -> Option<Token> {
        let (token, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(*token)
    }

    fn peek(&self) -> Option<Token> {
        self.tokens.first().copied()
    }

    fn macros(&self) -> &Macros<'a> {
        self.macros
    }

    fn env(&mut self) -> &mut Env<'a> {
        self.env
    }
}

/// The state of an expansion.
#[derive(Default)]
pub(super) struct Expander<'a> {
    contexts: Vec<Context<'a>>,
    disabled: SymbolSet,
    /// Space that macros with nothing in them leave to the token after them.
    lead: u8,
    /// Calls within arguments.
    pub(super) depth: u32,
}

/// Tokens to be read before those of the source.
struct Context<'a> {
    tokens: Tokens<'a>,
    at: usize,
    /// The macro they came from.
    owner: Option<Symbol>,
    /// An argument that is expanded by itself: nothing is read past its end.
    barrier: bool,
}

enum Tokens<'a> {
    /// A body copied as it is, at the place of the call.
    Body {
        definition: &'a Macro,
        span: Span,
        lead: u8,
    },
    List(Vec<Token>),
}

/// The arguments of a call.
pub(super) struct Arguments {
    pub(super) written: Vec<Vec<Token>>,
    pub(super) expanded: Vec<Option<Vec<Token>>>,
    /// The variable arguments are left out, not merely empty.
    pub(super) omitted: bool,
}

impl Context<'_> {
    fn get(&self) -> Option<Token> {
        match &self.tokens {
            Tokens::List(list) => list.get(self.at).copied(),
            Tokens::Body { definition, span, lead } => {
                let token = definition.body.get(self.at)?.with_span(*span);
                Some(if self.at == 0 { token.with_lead(*lead) } else { token })
            }
        }
    }
}

impl<'a> Expander<'a> {
    /// Expands one object-like macro, wherever its name stands now.
    pub(super) fn of<S: Source<'a>>(definition: &'a Macro, source: &mut S) -> Self {
        let mut expander = Expander::default();
        let name = Token::new(Kind::Ident, definition.name, definition.span, 0);
        expander.enter(source, definition, name, &mut Arguments::none());
        expander
    }

    /// The next token, expanded.
    pub(super) fn next<S: Source<'a>>(&mut self, source: &mut S) -> Option<Token> {
        loop {
            let token = self.unexpanded(source, false)?.add_lead(std::mem::take(&mut self.lead));
            if token.kind != Kind::Ident || token.painted() {
                return Some(token);
            }
            let Some(definition) = source.macros().get(token.symbol) else { return Some(token) };
            match &definition.shape {
                Shape::Builtin => return Some(source.env().builtin(token).unwrap_or(token)),
                Shape::Object => {
                    self.enter(source, definition, token, &mut Arguments::none());
                }
                Shape::Function(_) => {
                    if !self.at_paren(source) {
                        return Some(token);
                    }
                    let Some(mut arguments) = self.arguments(source, definition, token) else { return Some(token) };
                    self.enter(source, definition, token, &mut arguments);
                }
            }
        }
    }

    /// The next token as it stands, names that must stay painted.
    pub(super) fn unexpanded<S: Source<'a>>(&mut self, source: &mut S, in_arguments: bool) -> Option<Token> {
        if !source.env().spend(1) {
            return None;
        }
        while let Some(context) = self.contexts.last_mut() {
            if let Some(mut token) = context.get() {
                context.at += 1;
                if token.kind == Kind::Ident && self.disabled.contains(&token.symbol) {
                    token.paint();
                }
                return Some(token);
            }
            if context.barrier {
                return None;
            }
            self.leave();
        }
        source.next(in_arguments)
    }

    /// Whether the next token is `(`. Contexts found used up are left.
    fn at_paren<S: Source<'a>>(&mut self, source: &S) -> bool {
        while let Some(context) = self.contexts.last() {
            if let Some(token) = context.get() {
                return token.is(known::L_PAREN);
            }
            if context.barrier {
                return false;
            }
            self.leave();
        }
        source.peek().is_some_and(|token| token.is(known::L_PAREN))
    }

    /// Puts a macro's expansion in front of what is left to read.
    fn enter<S: Source<'a>>(&mut self, source: &mut S, definition: &'a Macro, name: Token, arguments: &mut Arguments) {
        let tokens = if definition.plan.is_some() {
            Tokens::List(self.substitute(source, definition, arguments, name))
        } else {
            Tokens::Body { definition, span: name.span, lead: name.lead() }
        };
        let context = Context { tokens, at: 0, owner: Some(name.symbol), barrier: false };
        if context.get().is_none() {
            self.lead |= name.lead();
            return;
        }
        self.disabled.insert(name.symbol);
        self.contexts.push(context);
    }

    fn leave(&mut self) {
        if let Some(Context { owner: Some(owner), .. }) = self.contexts.pop() {
            self.disabled.remove(&owner);
        }
    }

    /// Reads the arguments of a call whose `(` comes next; `None` when they do not fit the macro.
    fn arguments<S: Source<'a>>(&mut self, source: &mut S, definition: &Macro, name: Token) -> Option<Arguments> {
        let Parameters { names, variadic } = definition.parameters()?;
        self.unexpanded(source, false)?;
        let mut written = vec![Vec::new()];
        let mut depth = 0_usize;
        loop {
            let Some(token) = self.unexpanded(source, true) else {
                if !source.env().exhausted() {
                    let text = source.env().session.text(name.symbol);
                    let message = format!("the call of macro `{text}` is not ended: expected `)`");
                    self.misuse(source, definition, name, &message);
                }
                return None;
            };
            if token.is(known::L_PAREN) {
                depth += 1;
            } else if token.is(known::R_PAREN) {
                if depth == 0 {
                    break;
                }
                depth -= 1;
            } else if token.is(known::COMMA) && depth == 0 && !(*variadic && written.len() == names.len()) {
                written.push(Vec::new());
                continue;
            }
            if let Some(last) = written.last_mut() {
                last.push(token);
            }
        }
        if names.is_empty() && written.len() == 1 && written.first().is_some_and(Vec::is_empty) {
            written.clear();
        }
        // The variable arguments may be left out altogether; where nothing else can stand, empty means left out.
        let mut omitted = *variadic && written.len() == 1 && written.first().is_some_and(Vec::is_empty);
        if *variadic && written.len() + 1 == names.len() {
            written.push(Vec::new());
            omitted = true;
        }
        if written.len() != names.len() {
            let text = source.env().session.text(name.symbol);
            let (found, expected) = (written.len(), names.len());
            let message = format!("macro `{text}` takes {expected} arguments, found {found}");
            self.misuse(source, definition, name, &message);
            return None;
        }
        let expanded = vec![None; written.len()];
        Some(Arguments { written, expanded, omitted })
    }

    fn misuse<S: Source<'a>>(&self, source: &mut S, definition: &Macro, name: Token, message: &str) {
        source.env().report(|session| {
            let length = session.text(definition.name).len();
            Diagnostic::error("bad-macro-call", message)
                .at(session.token_label(name))
                .at(session.label(definition.span, length).note("defined here"))
        });
    }

    /// An argument, expanded as if it were all there is.
    pub(super) fn alone<S: Source<'a>>(&mut self, source: &mut S, tokens: Vec<Token>) -> Vec<Token> {
        let macros = source.macros();
        if !tokens.iter().any(|t| t.kind == Kind::Ident && macros.get(t.symbol).is_some()) {
            return tokens;
        }
        if self.depth >= source.env().limits.arguments {
            if let Some(&first) = tokens.first() {
                source.env().error("nested-too-deep", first, "macro calls are nested too deeply in arguments");
            }
            return tokens;
        }
        self.depth += 1;
        let lead = std::mem::take(&mut self.lead);
        let base = self.contexts.len();
        let mut out = Vec::with_capacity(tokens.len());
        self.contexts.push(Context { tokens: Tokens::List(tokens), at: 0, owner: None, barrier: true });
        while let Some(token) = self.next(source) {
            out.push(token);
        }
        while self.contexts.len() > base {
            self.leave();
        }
        self.lead = lead;
        self.depth -= 1;
        out
    }
}

impl Arguments {
    fn none() -> Self {
        Arguments { written: Vec::new(), expanded: Vec::new(), omitted: false }
    }
}
