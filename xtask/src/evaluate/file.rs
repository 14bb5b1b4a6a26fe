//! A text, lexed once for all runs: its directives recognised, its groups linked, its include guard known.

use std::ops::Range;
use std::sync::Arc;

use super::define::{self, Macro};
use super::lex::{Lexed, Lexer};
use super::symbol::{Interner, Symbol, known};
use super::token::{FileId, Kind, Span, Token};

/// A lexed text.
#[derive(Debug)]
pub(super) struct LexedFile {
    pub(super) path: Arc<str>,
    pub(super) text: Arc<str>,
    /// The text outside directives, and the operands of directives, in order; bodies of macros are in their macros.
    pub(super) tokens: Vec<Token>,
    pub(super) directives: Vec<Directive>,
    /// What is wrong whichever groups are taken.
    pub(super) problems: Vec<Problem>,
    /// While this macro is defined, the text holds nothing.
    pub(super) guard: Option<Symbol>,
    /// Where each line begins.
    lines: Vec<u32>,
}

/// Something wrong in a text, to be reported when a run comes upon it.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) span: Span,
}

/// A directive line.
#[derive(Debug)]
pub(super) struct Directive {
    pub(super) action: Action,
    /// What it does to groups.
    pub(super) role: Role,
    /// Where its name stands (or its `#`, where it has none).
    pub(super) span: Span,
    /// Its operands in the tokens of the file. The text before it ends where they start.
    pub(super) operands: Range<usize>,
    /// For a conditional: the directive that begins the next group, or ends the last.
    pub(super) next: usize,
    /// For a conditional: its `#endif`.
    pub(super) end: usize,
}

/// What a directive does to groups, whether or not the rest of its line makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// `#if` and its kin.
    Begin,
    /// `#elif` and its kin.
    Continue,
    Else,
    End,
    Other,
}

#[derive(Debug)]
pub(super) enum Action {
    If,
    Ifdef(Symbol),
    Ifndef(Symbol),
    Elif,
    Elifdef(Symbol),
    Elifndef(Symbol),
    Else,
    Endif,
    Define(Macro),
    Undef(Symbol),
    Include {
        name: Arc<str>,
        angled: bool,
        next: bool,
    },
    /// `#include` with something else than a header name: macros must say what is meant.
    IncludeExpanded {
        next: bool,
    },
    Error,
    Warning,
    Line,
    PragmaOnce,
    /// Any other pragma, as the one token that stands for it.
    Pragma(Token),
    Nothing,
    Bad(Problem),
}

impl Role {
    fn of(name: Token) -> Self {
        match name.symbol {
            known::IF | known::IFDEF | known::IFNDEF => Role::Begin,
            known::ELIF | known::ELIFDEF | known::ELIFNDEF => Role::Continue,
            known::ELSE => Role::Else,
            known::ENDIF => Role::End,
            _ => Role::Other,
        }
    }
}

impl Problem {
    pub(super) fn new(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Problem { code, message: message.into(), span }
    }

    pub(super) fn bad_define(span: Span, message: &str) -> Self {
        Problem::new("bad-define", span, message)
    }

    fn directive(span: Span, message: impl Into<String>) -> Self {
        Problem::new("bad-directive", span, message)
    }
}

impl LexedFile {
    pub(super) fn new(id: FileId, path: Arc<str>, text: Arc<str>, interner: &Interner) -> Self {
        let mut lines = vec![0];
        lines.extend(memchr::memchr_iter(b'\n', text.as_bytes()).filter_map(|at| u32::try_from(at + 1).ok()));
        let mut reader = Reader::new(id, if u32::try_from(text.len()).is_ok() { &text } else { "" }, interner);
        reader.lines();
        let guard = reader.guard();
        let Reader { mut tokens, mut directives, mut problems, .. } = reader;
        if u32::try_from(text.len()).is_err() {
            let start = Span { file: id, offset: 0 };
            problems.push(Problem::new("text-too-large", start, "a text of 4 GiB or more is not read"));
        }
        tokens.shrink_to_fit();
        directives.shrink_to_fit();
        LexedFile { path, text, tokens, directives, problems, guard, lines }
    }

    /// The line of an offset, counted from 1, and where it begins.
    pub(super) fn line(&self, offset: u32) -> (u32, u32) {
        let line = self.lines.partition_point(|&start| start <= offset);
        (
            u32::try_from(line).unwrap_or(u32::MAX),
            line.checked_sub(1).and_then(|l| self.lines.get(l)).copied().unwrap_or(0),
        )
    }

    /// The text of the line that begins at an offset.
    pub(super) fn line_text(&self, start: u32) -> &str {
        let rest = self.text.get(start as usize..).unwrap_or_default();
        rest.split('\n').next().unwrap_or_default().trim_end_matches('\r')
    }
}

/// A conditional that is open while the lines are read.
struct Open {
    first: usize,
    last: usize,
    seen_else: bool,
}

struct Reader<'t> {
    lexer: Lexer<'t>,
    interner: &'t Interner,
    id: FileId,
    tokens: Vec<Token>,
    directives: Vec<Directive>,
    problems: Vec<Problem>,
    open: Vec<Open>,
}

impl<'t> Reader<'t> {
    fn new(id: FileId, text: &'t str, interner: &'t Interner) -> Self {
        Reader {
            lexer: Lexer::new(text, id, interner),
            interner,
            id,
            tokens: Vec::new(),
            directives: Vec::new(),
            problems: Vec::new(),
            open: Vec::new(),
        }
    }

    /// Reads the whole text.
    fn lines(&mut self) {
        loop {
            match self.lexer.next() {
                Lexed::End => break,
                Lexed::Newline => {}
                Lexed::Token(token) if token.is(known::HASH) && token.line_start() => self.directive(token.span),
                Lexed::Token(token) => self.tokens.push(token),
            }
        }
        let ends = self.directives.len();
        for open in std::mem::take(&mut self.open) {
            if let Some(last) = self.directives.get_mut(open.last) {
                last.next = ends;
            }
            self.link(&open, ends);
            if let Some(first) = self.directives.get(open.first) {
                let message = "a conditional is not ended: expected `#endif`";
                self.problems.push(Problem::directive(first.span, message));
            }
        }
        if let Some(at) = self.lexer.open_comment {
            let span = Span { file: self.id, offset: u32::try_from(at).unwrap_or(u32::MAX) };
            self.problems.push(Problem::new("open-comment", span, "a comment is not ended: expected `*/`"));
        }
    }

    /// Reads a directive whose `#` was just read.
    fn directive(&mut self, hash: Span) {
        let at = self.tokens.len();
        let (action, role, span) = match self.lexer.next() {
            Lexed::End | Lexed::Newline => (Action::Nothing, Role::Other, hash),
            Lexed::Token(name) => (self.action(name, at), Role::of(name), name.span),
        };
        let operands = at..self.tokens.len();
        let this = self.directives.len();
        self.directives.push(Directive { action, role, span, operands, next: this + 1, end: this + 1 });
        self.group(this, role, span);
    }

    /// Reads the rest of a directive's line.
    fn action(&mut self, name: Token, at: usize) -> Action {
        let next = match name.symbol {
            known::INCLUDE => Some(false),
            known::INCLUDE_NEXT => Some(true),
            _ => None,
        };
        if let Some(next) = next {
            if let Some((header, angled)) = self.lexer.header_name() {
                self.rest_of_line();
                self.tokens.truncate(at);
                return Action::Include { name: header.into(), angled, next };
            }
            self.rest_of_line();
            return Action::IncludeExpanded { next };
        }
        self.rest_of_line();
        let line = self.tokens.get(at..).unwrap_or_default();
        let macro_name = |make: fn(Symbol) -> Action| match line.first() {
            Some(token) if token.kind == Kind::Ident && token.symbol != known::DEFINED => make(token.symbol),
            _ => {
                let directive = self.interner.text(name.symbol);
                Action::Bad(Problem::directive(name.span, format!("`#{directive}` needs a macro name")))
            }
        };
        let (action, keep) = match name.symbol {
            known::IF => (Action::If, true),
            known::ELIF => (Action::Elif, true),
            known::IFDEF => (macro_name(Action::Ifdef), false),
            known::IFNDEF => (macro_name(Action::Ifndef), false),
            known::ELIFDEF => (macro_name(Action::Elifdef), false),
            known::ELIFNDEF => (macro_name(Action::Elifndef), false),
            known::ELSE => (Action::Else, false),
            known::ENDIF => (Action::Endif, false),
            known::DEFINE => {
                (define::parse(line, name.span, self.interner).map_or_else(Action::Bad, Action::Define), false)
            }
            known::UNDEF => (macro_name(Action::Undef), false),
            known::ERROR => (Action::Error, true),
            known::WARNING => (Action::Warning, true),
            known::LINE => (Action::Line, true),
            known::PRAGMA if line.first().is_some_and(|t| t.is_ident(known::ONCE)) => (Action::PragmaOnce, false),
            known::PRAGMA => {
                let text = super::session::render(self.interner, line);
                let span = line.first().map_or(name.span, |t| t.span);
                (Action::Pragma(super::directive::pragma(self.interner, text.trim(), span)), false)
            }
            known::IDENT | known::SCCS => (Action::Nothing, false),
            // `# 12 "file"`, as a preprocessor writes it.
            _ if name.kind == Kind::Number => {
                self.tokens.insert(at, name);
                (Action::Line, true)
            }
            symbol => {
                let text = self.interner.text(symbol);
                let message = format!("unknown directive `#{text}`");
                (Action::Bad(Problem::new("unknown-directive", name.span, message)), false)
            }
        };
        if !keep {
            self.tokens.truncate(at);
        }
        action
    }

    /// Reads operands up to the end of the line.
    fn rest_of_line(&mut self) {
        loop {
            match self.lexer.next() {
                Lexed::End | Lexed::Newline => return,
                Lexed::Token(token) => {
                    let asks_header = token.is(known::L_PAREN)
                        && self
                            .tokens
                            .last()
                            .is_some_and(|t| t.is_ident(known::HAS_INCLUDE) || t.is_ident(known::HAS_INCLUDE_NEXT));
                    self.tokens.push(token);
                    if asks_header && let Some(name) = self.lexer.angled_name() {
                        self.tokens.push(name);
                    }
                }
            }
        }
    }

    /// Links a conditional directive to the groups around it.
    fn group(&mut self, this: usize, role: Role, span: Span) {
        if role == Role::Other {
            return;
        }
        if role == Role::Begin {
            self.open.push(Open { first: this, last: this, seen_else: false });
            return;
        }
        let problem = match self.open.last_mut() {
            None => "no conditional is open here: expected `#if` before",
            Some(open) if open.seen_else && role != Role::End => "a group after `#else`: expected `#endif`",
            Some(open) => {
                if let Some(last) = self.directives.get_mut(open.last) {
                    last.next = this;
                }
                open.last = this;
                open.seen_else = role == Role::Else;
                if role == Role::End
                    && let Some(open) = self.open.pop()
                {
                    self.link(&open, this);
                }
                return;
            }
        };
        self.problems.push(Problem::directive(span, problem));
        if let Some(directive) = self.directives.get_mut(this) {
            (directive.action, directive.role) = (Action::Nothing, Role::Other);
        }
    }

    /// Tells every directive of a conditional where it ends.
    fn link(&mut self, open: &Open, end: usize) {
        let mut at = open.first;
        while at < end {
            let Some(directive) = self.directives.get_mut(at) else { return };
            directive.end = end;
            // Always forward, so that this ends.
            at = directive.next.max(at + 1);
        }
    }

    /// The macro whose definition makes the whole text void.
    fn guard(&self) -> Option<Symbol> {
        let (first, last) = (self.directives.first()?, self.directives.last()?);
        let whole = first.operands.start == 0
            && first.next == self.directives.len() - 1
            && matches!(last.action, Action::Endif)
            && last.operands.end == self.tokens.len();
        let operands = self.tokens.get(first.operands.clone())?;
        match (&first.action, operands) {
            _ if !whole || !self.problems.is_empty() => None,
            (Action::Ifndef(name), _) => Some(*name),
            (Action::If, [not, defined, rest @ ..]) if not.is(known::NOT) && defined.is_ident(known::DEFINED) => {
                match rest {
                    [name] if name.kind == Kind::Ident => Some(name.symbol),
                    [open, name, close]
                        if open.is(known::L_PAREN) && close.is(known::R_PAREN) && name.kind == Kind::Ident =>
                    {
                        Some(name.symbol)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
