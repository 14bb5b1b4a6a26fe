//! A macro's plan and its arguments → the tokens of one expansion: `#`, `##`, variable arguments.

use super::define::{Macro, Piece, Step};
use super::expand::{Arguments, Expander, Source};
use super::lex;
use super::symbol::known;
use super::token::{Kind, Token};

impl<'a> Expander<'a> {
    /// Follows the plan of a macro. Its own tokens stand where it was called, its arguments where they were written.
    pub(super) fn substitute<S: Source<'a>>(
        &mut self,
        source: &mut S,
        definition: &Macro,
        arguments: &mut Arguments,
        name: Token,
    ) -> Vec<Token> {
        let mut out = Vec::new();
        let variadic = definition.parameters().is_some_and(|p| p.variadic);
        let last = definition.parameters().map_or(0, |p| p.names.len()).checked_sub(1).filter(|_| variadic);
        let mut work = Work { arguments, name, variable: last };
        self.follow(source, definition.plan.as_deref().unwrap_or_default(), &mut work, &mut out);
        out.retain(|token| !token.is_placemarker());
        if let Some(first) = out.first_mut() {
            *first = first.with_lead(name.lead());
        }
        out
    }

    fn follow<S: Source<'a>>(&mut self, source: &mut S, steps: &[Step], work: &mut Work<'_>, out: &mut Vec<Token>) {
        let mut paste = false;
        for step in steps {
            let start = out.len();
            match &step.piece {
                Piece::Token => out.push(step.token.with_span(work.name.span)),
                Piece::Text { index } => {
                    let argument = work.arguments.written.get(*index).map(Vec::as_slice).unwrap_or_default();
                    let text = stringize(source, argument, work.name);
                    let symbol = source.env().intern(&text);
                    out.push(Token::new(Kind::String, symbol, work.name.span, step.token.lead()));
                }
                Piece::Argument { index, raw: true } => {
                    let argument = work.arguments.written.get(*index).map(Vec::as_slice).unwrap_or_default();
                    out.extend_from_slice(argument);
                    // GNU: `, ## args` takes the comma away when the arguments are left out, and else pastes nothing.
                    if paste && work.variable == Some(*index) && out.get(start - 1).is_some_and(|t| t.is(known::COMMA))
                    {
                        paste = false;
                        if work.arguments.omitted {
                            out.pop();
                        }
                    }
                }
                Piece::Argument { index, raw: false } => {
                    let expanded = self.expanded(source, *index, work);
                    out.extend_from_slice(expanded);
                }
                Piece::Optional(steps) => {
                    if work.variable.is_some_and(|index| !self.expanded(source, index, work).is_empty()) {
                        self.follow(source, steps, work, out);
                    }
                }
            }
            if let Some(first) = out.get_mut(start)
                && !matches!(step.piece, Piece::Token)
            {
                *first = first.with_lead(step.token.lead());
            }
            if out.len() <= start && (paste || step.paste) {
                out.push(Token::placemarker(work.name.span));
            }
            source.env().spend(out.len().saturating_sub(start) + 1);
            if paste && start > 0 {
                join(source, out, start);
            }
            paste = step.paste;
            if source.env().exhausted() {
                return;
            }
        }
    }

    /// An argument, expanded once however often it is used.
    fn expanded<'w, S: Source<'a>>(&mut self, source: &mut S, index: usize, work: &'w mut Work<'_>) -> &'w [Token] {
        let Arguments { written, expanded, .. } = &mut *work.arguments;
        match (written.get(index), expanded.get_mut(index)) {
            (Some(written), Some(slot)) => slot.get_or_insert_with(|| self.alone(source, written.clone())),
            _ => &[],
        }
    }
}

/// A call at work.
struct Work<'w> {
    arguments: &'w mut Arguments,
    name: Token,
    /// Which argument takes the rest.
    variable: Option<usize>,
}

/// Joins the tokens on both sides of `start` into one.
fn join<'a, S: Source<'a>>(source: &mut S, out: &mut Vec<Token>, start: usize) {
    let (Some(&left), Some(&right)) = (out.get(start - 1), out.get(start)) else { return };
    let joined = if right.is_placemarker() {
        left
    } else if left.is_placemarker() {
        right.with_lead(left.lead())
    } else {
        let env = source.env();
        let text = format!("{}{}", env.session.text(left.symbol), env.session.text(right.symbol));
        env.spend(text.len() / 4);
        if text.len() > env.limits.spelling {
            env.error("token-too-long", left, "`##` makes a token that is too long");
            return;
        }
        let Some((kind, symbol)) = lex::single(&text, &env.session.interner) else {
            env.error("bad-paste", left, format!("`##` makes `{text}`, which is not one token"));
            return;
        };
        Token::new(kind, symbol, left.span, left.lead())
    };
    if let Some(slot) = out.get_mut(start - 1) {
        *slot = joined;
        out.remove(start);
    }
}

/// The tokens of an argument as a string literal.
fn stringize<'a, S: Source<'a>>(source: &mut S, argument: &[Token], name: Token) -> String {
    let env = source.env();
    let mut out = String::from("\"");
    for (at, token) in argument.iter().enumerate() {
        if at > 0 && token.space_before() {
            out.push(' ');
        }
        let text = env.session.text(token.symbol);
        if matches!(token.kind, Kind::Char | Kind::String) {
            for c in text.chars() {
                if matches!(c, '"' | '\\') {
                    out.push('\\');
                }
                out.push(c);
            }
        } else {
            out.push_str(text);
        }
        if out.len() > env.limits.spelling {
            env.error("token-too-long", name, "`#` makes a string that is too long");
            return "\"\"".to_string();
        }
    }
    env.spend(argument.len() + out.len() / 4);
    // A last backslash that would escape the closing quote is left out, as gcc does.
    let backslashes = out.len() - out.trim_end_matches('\\').len();
    if backslashes % 2 == 1 {
        out.pop();
    }
    out.push('"');
    out
}
