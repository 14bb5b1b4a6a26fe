//! A token: sixteen bytes that know their spelling and where they stand.

use super::symbol::{Symbol, known};

/// The number of a text in a [`Session`](super::Session).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileId(pub(super) u32);

/// A place in a text; [`Session::place`](super::Session::place) gives its path and line.
///
/// A token that a macro's body brought stands where the outermost macro was invoked, one that was an argument where
/// it was written: both lead to the line a reader wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The text.
    pub file: FileId,
    /// The byte in it.
    pub offset: u32,
}

/// What sort of token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An identifier or keyword.
    Ident,
    /// A preprocessing number: `12`, `0x1fUL`, `1.5e3`.
    Number,
    /// A character literal with its prefix and quotes.
    Char,
    /// A string literal with its prefix and quotes.
    String,
    /// `<asm/types.h>` where a header name is expected.
    Header,
    /// A punctuator; its symbol is one of [`known`](super::known).
    Punct,
    /// A `#pragma` other than `once`, as one token whose spelling is what follows the word `pragma`.
    Pragma,
    /// Any other character, or the rest of a line after a quote that has no partner.
    Other,
}

/// A preprocessing token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What sort of token it is.
    pub kind: Kind,
    flags: u8,
    /// Its spelling.
    pub symbol: Symbol,
    /// Where it stands.
    pub span: Span,
}

/// White space (or a comment) stands before the token.
pub(super) const SPACE: u8 = 1;
/// The token is the first on its line.
pub(super) const LINE_START: u8 = 2;
/// The identifier came up while its own macro was being expanded, and is never expanded again.
pub(super) const PAINTED: u8 = 4;

impl Token {
    /// A token with its flags.
    pub(super) fn new(kind: Kind, symbol: Symbol, span: Span, flags: u8) -> Self {
        Token { kind, flags, symbol, span }
    }

    /// Stands for an empty argument beside `##`; never leaves the expansion.
    pub(super) fn placemarker(span: Span) -> Self {
        Token::new(Kind::Other, known::EMPTY, span, 0)
    }

    /// Whether this is a [placemarker](Self::placemarker).
    pub(super) fn is_placemarker(self) -> bool {
        self.symbol == known::EMPTY && self.kind == Kind::Other
    }

    /// Whether white space or a comment stands before it.
    pub fn space_before(self) -> bool {
        self.flags & (SPACE | LINE_START) != 0
    }

    /// Whether it is the first token on its line.
    pub fn line_start(self) -> bool {
        self.flags & LINE_START != 0
    }

    /// Whether it is this punctuator.
    pub fn is(self, punctuator: Symbol) -> bool {
        self.kind == Kind::Punct && self.symbol == punctuator
    }

    /// Whether it is this identifier or keyword.
    pub fn is_ident(self, name: Symbol) -> bool {
        self.kind == Kind::Ident && self.symbol == name
    }

    pub(super) fn painted(self) -> bool {
        self.flags & PAINTED != 0
    }

    pub(super) fn paint(&mut self) {
        self.flags |= PAINTED;
    }

    /// The flags that say how it is set off from what stands before it.
    pub(super) fn lead(self) -> u8 {
        self.flags & (SPACE | LINE_START)
    }

    /// The same token, set off in another way.
    pub(super) fn with_lead(mut self, lead: u8) -> Self {
        self.flags = self.flags & PAINTED | lead;
        self
    }

    /// The same token with more space before it.
    pub(super) fn add_lead(mut self, lead: u8) -> Self {
        self.flags |= lead;
        self
    }

    /// The same token at another place.
    pub(super) fn with_span(mut self, span: Span) -> Self {
        self.span = span;
        self
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn tokens_are_small() {
        assert_eq!(size_of::<super::Token>(), 16);
    }
}
