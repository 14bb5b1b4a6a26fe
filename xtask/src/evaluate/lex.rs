//! Text → tokens: continuations, comments, literals, numbers and punctuators, with a place for each.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::symbol::{Interner, Symbol, known};
use super::token::{FileId, Kind, LINE_START, SPACE, Span, Token};

/// What the lexer came upon.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lexed {
    Token(Token),
    /// The end of a line, outside comments and continuations.
    Newline,
    End,
}

/// Reads one text; it can go through any bytes, and always moves forward.
pub(super) struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    pos: usize,
    line_start: bool,
    file: FileId,
    interner: &'t Interner,
    /// The symbols this text has used: spares the shared table most questions.
    seen: FxHashMap<&'t str, Symbol>,
    /// Where a block comment begins that does not end.
    pub(super) open_comment: Option<usize>,
}

/// The spelling of a token while it is read: a piece of the text until a continuation interrupts it.
struct Spelling {
    start: usize,
    end: usize,
    joined: Option<String>,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str, file: FileId, interner: &'t Interner) -> Self {
        let pos = if text.starts_with('\u{feff}') { 3 } else { 0 };
        let bytes = text.as_bytes();
        Lexer { text, bytes, pos, line_start: true, file, interner, seen: FxHashMap::default(), open_comment: None }
    }

    /// The next token or line end.
    pub(super) fn next(&mut self) -> Lexed {
        let mut lead = if self.line_start { LINE_START } else { 0 };
        loop {
            let Some(byte) = self.peek() else { return Lexed::End };
            match byte {
                b'\n' => {
                    self.pos += 1;
                    self.line_start = true;
                    return Lexed::Newline;
                }
                b' ' | b'\t' | b'\r' | 0x0b | 0x0c => self.pos += 1,
                b'/' if self.comment() => {}
                _ => break,
            }
            lead |= SPACE;
        }
        self.line_start = false;
        let span = self.span(self.pos);
        let (kind, symbol) = self.token();
        Lexed::Token(Token::new(kind, symbol, span, lead))
    }

    /// The header name that follows `#include`: its text and whether it stood in angle brackets.
    pub(super) fn header_name(&mut self) -> Option<(String, bool)> {
        loop {
            match self.peek()? {
                b' ' | b'\t' | b'\r' | 0x0b | 0x0c => self.pos += 1,
                b'/' if self.comment() => {}
                _ => break,
            }
        }
        let close = match self.peek()? {
            b'<' => b'>',
            b'"' => b'"',
            _ => return None,
        };
        self.delimited(close).map(|name| (name, close == b'>'))
    }

    /// After `__has_include (`: a name in angle brackets as one token, its brackets included.
    pub(super) fn angled_name(&mut self) -> Option<Token> {
        while matches!(self.peek()?, b' ' | b'\t') {
            self.pos += 1;
        }
        if self.peek()? != b'<' {
            return None;
        }
        let span = self.span(self.pos);
        let name = self.delimited(b'>')?;
        Some(Token::new(Kind::Header, self.interner.intern(&format!("<{name}>")), span, 0))
    }

    /// The text up to a closing character on the same line; nothing is read when there is none.
    fn delimited(&mut self, close: u8) -> Option<String> {
        let before = self.pos;
        let mut spelling = self.begin();
        self.take(&mut spelling);
        loop {
            match self.peek() {
                None | Some(b'\n') => {
                    self.pos = before;
                    return None;
                }
                Some(byte) => {
                    self.take(&mut spelling);
                    if byte == close {
                        break;
                    }
                }
            }
        }
        let text = self.spelled(spelling);
        Some(text.get(1..text.len().saturating_sub(1)).unwrap_or_default().to_string())
    }

    /// The byte at hand, continuations skipped.
    fn peek(&mut self) -> Option<u8> {
        loop {
            match self.bytes.get(self.pos) {
                Some(b'\\') => match self.continuation(self.pos) {
                    Some(after) => self.pos = after,
                    None => return Some(b'\\'),
                },
                byte => return byte.copied(),
            }
        }
    }

    /// The byte after the one at hand, continuations skipped.
    fn peek_second(&mut self) -> Option<u8> {
        let before = self.pos;
        self.pos += 1;
        let byte = self.peek();
        self.pos = before;
        byte
    }

    /// Where the next line begins when the backslash at `at` continues this one; as gcc, blanks may follow it.
    fn continuation(&self, at: usize) -> Option<usize> {
        let mut after = at + 1;
        while matches!(self.bytes.get(after), Some(b' ' | b'\t' | b'\r' | 0x0b | 0x0c)) {
            after += 1;
        }
        (self.bytes.get(after) == Some(&b'\n')).then_some(after + 1)
    }

    /// Skips the comment at hand, if there is one.
    fn comment(&mut self) -> bool {
        match self.peek_second() {
            Some(b'*') => {
                let start = self.pos;
                self.pos += 1;
                self.peek();
                self.pos += 1;
                loop {
                    let rest = self.bytes.get(self.pos..).unwrap_or_default();
                    let Some(star) = memchr::memchr(b'*', rest) else {
                        self.pos = self.bytes.len();
                        self.open_comment = Some(start);
                        return true;
                    };
                    self.pos += star + 1;
                    if self.peek() == Some(b'/') {
                        self.pos += 1;
                        return true;
                    }
                }
            }
            Some(b'/') => {
                while !matches!(self.peek(), None | Some(b'\n')) {
                    self.pos += 1;
                }
                true
            }
            _ => false,
        }
    }

    /// The token at hand; the first byte is there and is no white space.
    fn token(&mut self) -> (Kind, Symbol) {
        let byte = self.peek().unwrap_or_default();
        match byte {
            b'L' | b'u' | b'U' => match self.literal_prefix() {
                Some((length, quote)) => self.literal(length, quote),
                None => self.identifier(),
            },
            b'_' | b'$' | b'a'..=b'z' | b'A'..=b'Z' => self.identifier(),
            b'0'..=b'9' => self.number(),
            b'.' if self.peek_second().is_some_and(|b| b.is_ascii_digit()) => self.number(),
            b'"' | b'\'' => self.literal(0, byte),
            0x80.. if self.wide_char().is_some_and(char::is_alphanumeric) => self.identifier(),
            _ => self.punctuator(),
        }
    }

    /// The length of `L`, `u`, `U` or `u8` and the quote that follows it.
    fn literal_prefix(&mut self) -> Option<(usize, u8)> {
        let before = self.pos;
        let first = self.peek();
        self.pos += 1;
        let mut next = self.peek();
        let mut length = 1;
        if first == Some(b'u') && next == Some(b'8') {
            self.pos += 1;
            next = self.peek().filter(|&b| b == b'"');
            length = 2;
        }
        self.pos = before;
        next.filter(|b| matches!(b, b'"' | b'\'')).map(|quote| (length, quote))
    }

    fn identifier(&mut self) -> (Kind, Symbol) {
        let mut spelling = self.begin();
        loop {
            match self.peek() {
                Some(b'_' | b'$' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9') => self.take(&mut spelling),
                Some(0x80..) if self.wide_char().is_some_and(char::is_alphanumeric) => self.take(&mut spelling),
                _ => break,
            }
        }
        (Kind::Ident, self.symbol(spelling))
    }

    fn number(&mut self) -> (Kind, Symbol) {
        let mut spelling = self.begin();
        let mut exponent = false;
        loop {
            match self.peek() {
                Some(b'+' | b'-') if exponent => {}
                Some(b'.' | b'_' | b'$' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9') => {}
                _ => break,
            }
            exponent = matches!(self.peek(), Some(b'e' | b'E' | b'p' | b'P'));
            self.take(&mut spelling);
        }
        (Kind::Number, self.symbol(spelling))
    }

    /// A character or string literal; without its second quote it is the rest of the line, as some other token.
    fn literal(&mut self, prefix: usize, quote: u8) -> (Kind, Symbol) {
        let mut spelling = self.begin();
        for _ in 0..=prefix {
            self.peek();
            self.take(&mut spelling);
        }
        let kind = loop {
            match self.peek() {
                None | Some(b'\n') => break Kind::Other,
                Some(b'\\') => {
                    self.take(&mut spelling);
                    if !matches!(self.peek(), None | Some(b'\n')) {
                        self.take(&mut spelling);
                    }
                }
                Some(byte) => {
                    self.take(&mut spelling);
                    if byte == quote {
                        break if quote == b'"' { Kind::String } else { Kind::Char };
                    }
                }
            }
        };
        (kind, self.symbol(spelling))
    }

    fn punctuator(&mut self) -> (Kind, Symbol) {
        let mut ahead = [0; 4];
        let mut ends = [0; 4];
        let before = self.pos;
        for (byte, end) in ahead.iter_mut().zip(&mut ends) {
            let Some(found) = self.peek() else { break };
            self.pos += 1;
            (*byte, *end) = (found, self.pos);
        }
        self.pos = before;
        if let Some((length, symbol)) = punctuator(ahead) {
            self.pos = ends.get(length - 1).copied().unwrap_or(before + 1);
            return (Kind::Punct, symbol);
        }
        self.peek();
        let mut spelling = self.begin();
        self.take(&mut spelling);
        (Kind::Other, self.symbol(spelling))
    }

    /// The character at hand where it takes more than a byte.
    fn wide_char(&self) -> Option<char> {
        self.text.get(self.pos..).and_then(|rest| rest.chars().next())
    }

    fn span(&self, offset: usize) -> Span {
        Span { file: self.file, offset: u32::try_from(offset).unwrap_or(u32::MAX) }
    }

    fn begin(&self) -> Spelling {
        Spelling { start: self.pos, end: self.pos, joined: None }
    }

    /// Adds the character at hand to a spelling.
    fn take(&mut self, spelling: &mut Spelling) {
        let length = match self.bytes.get(self.pos) {
            Some(0x80..) => self.wide_char().map_or(1, char::len_utf8),
            _ => 1,
        };
        if spelling.joined.is_none() && self.pos != spelling.end {
            spelling.joined = Some(self.text.get(spelling.start..spelling.end).unwrap_or_default().to_string());
        }
        if let Some(joined) = &mut spelling.joined {
            joined.push_str(self.text.get(self.pos..self.pos + length).unwrap_or_default());
        }
        self.pos += length;
        spelling.end = self.pos;
    }

    fn spelled(&self, spelling: Spelling) -> Cow<'t, str> {
        match spelling.joined {
            Some(joined) => joined.into(),
            None => self.text.get(spelling.start..spelling.end).unwrap_or_default().into(),
        }
    }

    fn symbol(&mut self, spelling: Spelling) -> Symbol {
        match self.spelled(spelling) {
            Cow::Borrowed(text) => match self.seen.get(text) {
                Some(&symbol) => symbol,
                None => {
                    let symbol = self.interner.intern(text);
                    self.seen.insert(text, symbol);
                    symbol
                }
            },
            Cow::Owned(text) => self.interner.intern(&text),
        }
    }
}

/// Reads a text that must be a single token, as what `##` makes must be.
pub(super) fn single(text: &str, interner: &Interner) -> Option<(Kind, Symbol)> {
    let mut lexer = Lexer::new(text, FileId(0), interner);
    let Lexed::Token(token) = lexer.next() else { return None };
    let whole = lexer.pos == text.len() && token.span.offset == 0;
    (whole && token.kind != Kind::Other).then_some((token.kind, token.symbol))
}

/// The longest punctuator these bytes begin with. Digraphs are given as what they stand for.
fn punctuator(ahead: [u8; 4]) -> Option<(usize, Symbol)> {
    use known::*;
    let [first, second, third, _] = ahead;
    Some(match (first, second, third) {
        (b'.', b'.', b'.') => (3, ELLIPSIS),
        (b'<', b'<', b'=') => (3, SHIFT_LEFT_ASSIGN),
        (b'>', b'>', b'=') => (3, SHIFT_RIGHT_ASSIGN),
        (b'%', b':', b'%') if ahead == *b"%:%:" => (4, HASH_HASH),
        (b'-', b'>', _) => (2, ARROW),
        (b'+', b'+', _) => (2, INCREMENT),
        (b'-', b'-', _) => (2, DECREMENT),
        (b'<', b'<', _) => (2, SHIFT_LEFT),
        (b'>', b'>', _) => (2, SHIFT_RIGHT),
        (b'<', b'=', _) => (2, LESS_EQUAL),
        (b'>', b'=', _) => (2, GREATER_EQUAL),
        (b'=', b'=', _) => (2, EQUAL),
        (b'!', b'=', _) => (2, NOT_EQUAL),
        (b'&', b'&', _) => (2, AND_AND),
        (b'|', b'|', _) => (2, OR_OR),
        (b'*', b'=', _) => (2, STAR_ASSIGN),
        (b'/', b'=', _) => (2, SLASH_ASSIGN),
        (b'%', b'=', _) => (2, PERCENT_ASSIGN),
        (b'+', b'=', _) => (2, PLUS_ASSIGN),
        (b'-', b'=', _) => (2, MINUS_ASSIGN),
        (b'&', b'=', _) => (2, AND_ASSIGN),
        (b'^', b'=', _) => (2, XOR_ASSIGN),
        (b'|', b'=', _) => (2, OR_ASSIGN),
        (b'#', b'#', _) => (2, HASH_HASH),
        (b'<', b':', _) => (2, L_BRACKET),
        (b':', b'>', _) => (2, R_BRACKET),
        (b'<', b'%', _) => (2, L_BRACE),
        (b'%', b'>', _) => (2, R_BRACE),
        (b'%', b':', _) => (2, HASH),
        (b'(', ..) => (1, L_PAREN),
        (b')', ..) => (1, R_PAREN),
        (b'{', ..) => (1, L_BRACE),
        (b'}', ..) => (1, R_BRACE),
        (b'[', ..) => (1, L_BRACKET),
        (b']', ..) => (1, R_BRACKET),
        (b',', ..) => (1, COMMA),
        (b';', ..) => (1, SEMICOLON),
        (b':', ..) => (1, COLON),
        (b'?', ..) => (1, QUESTION),
        (b'.', ..) => (1, DOT),
        (b'+', ..) => (1, PLUS),
        (b'-', ..) => (1, MINUS),
        (b'*', ..) => (1, STAR),
        (b'/', ..) => (1, SLASH),
        (b'%', ..) => (1, PERCENT),
        (b'&', ..) => (1, AND),
        (b'|', ..) => (1, OR),
        (b'^', ..) => (1, XOR),
        (b'!', ..) => (1, NOT),
        (b'~', ..) => (1, TILDE),
        (b'<', ..) => (1, LESS),
        (b'>', ..) => (1, GREATER),
        (b'=', ..) => (1, ASSIGN),
        (b'#', ..) => (1, HASH),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spellings with a letter for the kind; `/` is a line end.
    fn lex(text: &str) -> String {
        let interner = Interner::new();
        let mut lexer = Lexer::new(text, FileId(0), &interner);
        let mut out = Vec::new();
        loop {
            match lexer.next() {
                Lexed::End => return out.join(" "),
                Lexed::Newline => out.push("/".to_string()),
                Lexed::Token(token) => {
                    let kind = match token.kind {
                        Kind::Ident => "i",
                        Kind::Number => "n",
                        Kind::Char => "c",
                        Kind::String => "s",
                        Kind::Punct => "p",
                        _ => "o",
                    };
                    out.push(format!("{kind}{}", interner.text(token.symbol)));
                }
            }
        }
    }

    #[test]
    fn words_numbers_punctuators() {
        assert_eq!(lex("a1 _b$ 0x1fUL .5e+3 1.e-x"), "ia1 i_b$ n0x1fUL n.5e+3 n1.e-x");
        assert_eq!(lex("a+++b>>=c...d..e"), "ia p++ p+ ib p>>= ic p... id p. p. ie");
        assert_eq!(lex("%:%: <: :> <% %> %: %:%"), "p## p[ p] p{ p} p# p# p%");
        assert_eq!(lex("0x1e+2 0e+2"), "n0x1e+2 n0e+2");
    }

    #[test]
    fn literals() {
        assert_eq!(lex(r#"L'a' u8"x" U"\"" u'\'' u8'a'"#), r#"cL'a' su8"x" sU"\"" cu'\'' iu8 c'a'"#);
        assert_eq!(lex("don't stop\nnow"), "idon o't stop / inow");
        assert_eq!(lex("\"a\\"), "o\"a\\");
    }

    #[test]
    fn continuations_and_comments() {
        assert_eq!(lex("ab\\\ncd \\ \t\r\n ef"), "iabcd ief");
        assert_eq!(lex("a/\\\n* x\n * y *\\\n/b // c \\\n d\ne"), "ia ib / ie");
        assert_eq!(lex("'\\\\\n'a'"), "c'\\'a'", "a continuation after a backslash is one even in a literal");
        assert_eq!(lex("a\r\nb\rc"), "ia / ib ic");
        assert_eq!(lex("a /* never"), "ia");
        assert_eq!(lex("/**/a/***/b/*/*/c"), "ia ib ic");
        assert_eq!(lex("<\\\n<\\\n="), "p<<=");
        assert_eq!(lex("\\"), "o\\");
    }

    #[test]
    fn odd_bytes() {
        assert_eq!(lex("\u{feff}é1 \0 @ ` “"), "ié1 o\0 o@ o` o“");
    }

    #[test]
    fn single_tokens() {
        let interner = Interner::new();
        assert!(single("ab1", &interner).is_some());
        assert_eq!(single("<<=", &interner), Some((Kind::Punct, known::SHIFT_LEFT_ASSIGN)));
        for bad in ["", " a", "a ", "//", "/*", "a b", "+a", "\n", "@"] {
            assert!(single(bad, &interner).is_none(), "{bad}");
        }
    }
}
