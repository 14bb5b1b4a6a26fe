//! The typedefs in a run's tokens: what each name stands for, as far as a parameter's type needs to know.
//!
//! Only `typedef … ;` outside braces matters; functions, structures and `asm` are passed over. Nothing is guessed: an attribute that changes the type, `typeof`, a floating type, a plain `char`
//! (signed or not as the compiler is told) and a name that two typedefs explain differently all come to nothing.
//!
//! An annotation that no header gave a meaning (`__bitwise`, `__user`) is told by its place: a word that stands where
//! another word, a star or the end of the declared name has to follow.

use super::output::Output;
use super::session::Session;
use super::symbol::{Symbol, SymbolMap, known};
use super::token::{Kind, Token};
use super::value::IntType;

/// What a type comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeClass {
    /// An integer.
    Integer(IntType),
    /// An enumeration, whose integer type the compiler chooses: `int` or `unsigned int`.
    Enumeration,
    /// A pointer, or a function, which is one wherever it is a parameter.
    Pointer,
    /// A structure, a union or an array.
    Aggregate,
}

/// The typedefs of a run.
#[derive(Clone, Debug, Default)]
pub struct Typedefs(SymbolMap<Meaning>);

/// What a typedef says of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Is(TypeClass),
    /// Another name for this one.
    Named(Symbol),
    Unknown,
}

/// Names for names for names; no kernel has more than five.
const CHAIN: usize = 64;

/// Declarators within parentheses within parentheses.
const NESTING: usize = 32;

impl Output<'_> {
    /// The typedefs at file scope.
    pub fn typedefs(&self) -> Typedefs {
        let mut found = Typedefs::default();
        let Some(keyword) = self.session.symbol("typedef") else { return found };
        let (mut rest, mut depth) = (self.tokens.as_slice(), 0_usize);
        while let Some((token, after)) = rest.split_first() {
            rest = after;
            if token.is(known::L_BRACE) {
                depth += 1;
            } else if token.is(known::R_BRACE) {
                depth = depth.saturating_sub(1);
            } else if depth == 0 && token.is_ident(keyword) {
                let (declaration, others) = declaration(after);
                Parser { session: self.session, rest: declaration }.typedef(&mut found);
                rest = others;
            }
        }
        found
    }
}

impl Typedefs {
    /// What a name comes to in the end; none where that is not known.
    pub fn class(&self, session: &Session, name: &str) -> Option<TypeClass> {
        let mut symbol = session.symbol(name)?;
        for _ in 0..CHAIN {
            match *self.0.get(&symbol)? {
                Meaning::Is(class) => return Some(class),
                Meaning::Named(next) => symbol = next,
                Meaning::Unknown => return None,
            }
        }
        None
    }

    fn add(&mut self, name: Symbol, meaning: Meaning) {
        let known = self.0.entry(name).or_insert(meaning);
        if *known != meaning {
            *known = Meaning::Unknown;
        }
    }
}

/// The tokens of a declaration up to its semicolon, and those that come after it.
fn declaration(tokens: &[Token]) -> (&[Token], &[Token]) {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == Kind::Punct) {
        match token.symbol {
            known::L_PAREN | known::L_BRACE | known::L_BRACKET => depth += 1,
            known::R_PAREN | known::R_BRACE | known::R_BRACKET => depth = depth.saturating_sub(1),
            known::SEMICOLON if depth == 0 => {
                return (tokens.get(..at).unwrap_or_default(), tokens.get(at + 1..).unwrap_or_default());
            }
            _ => {}
        }
    }
    // Its end is missing: what was begun says nothing.
    (&[], &[])
}

/// Reads one declaration from left to right.
struct Parser<'t> {
    session: &'t Session,
    rest: &'t [Token],
}

/// The words that make an arithmetic type, counted.
#[derive(Default)]
struct Words {
    any: bool,
    unknown: bool,
    char: bool,
    short: bool,
    bool: bool,
    signed: bool,
    unsigned: bool,
    long: usize,
    void: bool,
}

impl Words {
    /// Takes a word of an arithmetic type; false if it is none.
    fn take(&mut self, word: &str) -> bool {
        match word {
            "char" => self.char = true,
            "short" => self.short = true,
            "int" => {}
            "long" => self.long += 1,
            "signed" | "__signed" | "__signed__" => self.signed = true,
            "unsigned" => self.unsigned = true,
            "_Bool" => self.bool = true,
            "void" => self.void = true,
            "float" | "double" | "_Complex" | "__complex__" | "__int128" | "__int128_t" | "__uint128_t" => {
                self.unknown = true;
            }
            _ => return false,
        }
        self.any = true;
        true
    }

    fn meaning(&self) -> Meaning {
        let ty = match (self.unsigned, self.long) {
            _ if self.unknown || self.void => return Meaning::Unknown,
            _ if self.bool => IntType::Bool,
            (true, _) if self.char => IntType::UChar,
            (false, _) if self.char && self.signed => IntType::SChar,
            _ if self.char => return Meaning::Unknown,
            (true, _) if self.short => IntType::UShort,
            (false, _) if self.short => IntType::Short,
            (true, 0) => IntType::UInt,
            (false, 0) => IntType::Int,
            (true, 1) => IntType::ULong,
            (false, 1) => IntType::Long,
            (true, _) => IntType::ULongLong,
            (false, _) => IntType::LongLong,
        };
        Meaning::Is(TypeClass::Integer(ty))
    }
}

/// What a declarator makes of the type before it.
#[derive(Clone, Copy)]
enum Shape {
    Plain,
    Pointer,
    Function,
    Array,
}

impl Parser<'_> {
    fn typedef(mut self, found: &mut Typedefs) {
        let Some(base) = self.specifiers() else { return };
        loop {
            let mut altered = false;
            let Some((name, shape)) = self.declarator(&mut altered, NESTING) else { return };
            let meaning = match shape {
                _ if altered => Meaning::Unknown,
                Shape::Plain => base,
                Shape::Pointer | Shape::Function => Meaning::Is(TypeClass::Pointer),
                Shape::Array => Meaning::Is(TypeClass::Aggregate),
            };
            found.add(name, meaning);
            if !self.accept(known::COMMA) {
                return;
            }
        }
    }

    /// The type that declarators start from.
    fn specifiers(&mut self) -> Option<Meaning> {
        let (mut words, mut base, mut altered) = (Words::default(), None, false);
        while let Some(token) = self.peek(0).filter(|token| token.kind == Kind::Ident) {
            let word = self.session.text(token.symbol);
            if self.attribute(&mut altered) {
                continue;
            }
            let is_complete = base.is_some() || words.any;
            match word {
                word if is_qualifier(word) => self.skip(),
                word if words.take(word) => self.skip(),
                "struct" | "union" | "enum" => {
                    self.skip();
                    while self.attribute(&mut altered) {}
                    if self.peek(0).is_some_and(|token| token.kind == Kind::Ident) {
                        self.skip();
                    }
                    self.group(known::L_BRACE);
                    let class = if word == "enum" { TypeClass::Enumeration } else { TypeClass::Aggregate };
                    base = Some(Meaning::Is(class));
                }
                "typeof" | "__typeof" | "__typeof__" | "typeof_unqual" => {
                    self.skip();
                    self.group(known::L_PAREN);
                    base = Some(Meaning::Unknown);
                }
                _ if !is_complete => {
                    self.skip();
                    base = Some(Meaning::Named(token.symbol));
                }
                _ if self.is_annotation() => self.annotation(),
                _ => break,
            }
        }
        let meaning = if words.any { words.meaning() } else { base? };
        Some(if altered { Meaning::Unknown } else { meaning })
    }

    /// The name that a declarator declares, and what stands next to the name.
    fn declarator(&mut self, altered: &mut bool, nesting: usize) -> Option<(Symbol, Shape)> {
        let mut shape = Shape::Plain;
        loop {
            if self.accept(known::STAR) {
                shape = Shape::Pointer;
            } else if self.attribute(altered) {
            } else if let Some(token) = self.peek(0).filter(|token| token.kind == Kind::Ident) {
                if is_qualifier(self.session.text(token.symbol)) {
                    self.skip();
                } else if self.is_annotation() {
                    self.annotation();
                } else {
                    break;
                }
            } else {
                break;
            }
        }
        let (name, inner) = if self.accept(known::L_PAREN) {
            let inner = self.declarator(altered, nesting.checked_sub(1)?)?;
            if !self.accept(known::R_PAREN) {
                return None;
            }
            inner
        } else {
            let name = self.peek(0).filter(|token| token.kind == Kind::Ident)?;
            self.skip();
            (name.symbol, Shape::Plain)
        };
        // What stands next to the name binds first, and what follows binds before the stars in front.
        let mut after = None;
        loop {
            if self.group(known::L_PAREN) {
                after = after.or(Some(Shape::Function));
            } else if self.group(known::L_BRACKET) {
                after = after.or(Some(Shape::Array));
            } else if !self.attribute(altered) {
                if !self.peek(0).is_some_and(|token| token.kind == Kind::Ident) {
                    break;
                }
                self.annotation();
            }
        }
        let shape = match inner {
            Shape::Plain => after.unwrap_or(shape),
            inner => inner,
        };
        Some((name, shape))
    }

    /// `__attribute__((…))` and `_Alignas(…)`; `altered` is set if it makes the type another.
    fn attribute(&mut self, altered: &mut bool) -> bool {
        let Some(token) = self.peek(0).filter(|token| token.kind == Kind::Ident) else { return false };
        if !["__attribute__", "__attribute", "_Alignas", "__declspec"].contains(&self.session.text(token.symbol)) {
            return false;
        }
        self.skip();
        let before = self.rest;
        self.group(known::L_PAREN);
        let inside = before.get(..before.len().saturating_sub(self.rest.len())).unwrap_or_default();
        let alters = ["mode", "__mode__", "vector_size", "__vector_size__"];
        *altered |= inside.iter().any(|token| alters.contains(&self.session.text(token.symbol)));
        true
    }

    /// Whether the word at hand cannot be the declared name: something that names something follows.
    fn is_annotation(&self) -> bool {
        let follows = |at| self.peek(at).is_some_and(|token| token.kind == Kind::Ident || token.is(known::STAR));
        if self.peek(1).is_some_and(|token| token.is(known::L_PAREN)) {
            // `__aligned(4) name` or `name(arguments)`
            let mut ahead = Parser { session: self.session, rest: self.rest.get(1..).unwrap_or_default() };
            ahead.group(known::L_PAREN);
            let next = ahead.peek(0).filter(|token| token.kind == Kind::Ident);
            return next.is_some_and(|next| !self.session.text(next.symbol).starts_with("__attribute"));
        }
        follows(1) && !self.peek(1).is_some_and(|next| self.session.text(next.symbol).starts_with("__attribute"))
    }

    /// Passes a word and the arguments that it may have.
    fn annotation(&mut self) {
        self.skip();
        self.group(known::L_PAREN);
    }

    fn peek(&self, ahead: usize) -> Option<Token> {
        self.rest.get(ahead).copied()
    }

    fn skip(&mut self) {
        self.rest = self.rest.get(1..).unwrap_or_default();
    }

    fn accept(&mut self, punctuator: Symbol) -> bool {
        let accepts = self.peek(0).is_some_and(|token| token.is(punctuator));
        if accepts {
            self.skip();
        }
        accepts
    }

    /// Passes all between a bracket and its partner.
    fn group(&mut self, open: Symbol) -> bool {
        if !self.peek(0).is_some_and(|token| token.is(open)) {
            return false;
        }
        let mut depth = 0_usize;
        while let Some(token) = self.peek(0) {
            self.skip();
            if [known::L_PAREN, known::L_BRACE, known::L_BRACKET].iter().any(|open| token.is(*open)) {
                depth += 1;
            } else if [known::R_PAREN, known::R_BRACE, known::R_BRACKET].iter().any(|close| token.is(*close)) {
                depth -= 1;
            }
            if depth == 0 {
                break;
            }
        }
        true
    }
}

fn is_qualifier(word: &str) -> bool {
    const ALL: [&str; 11] = [
        "const",
        "__const",
        "__const__",
        "volatile",
        "__volatile",
        "__volatile__",
        "restrict",
        "__restrict",
        "__restrict__",
        "__extension__",
        "inline",
    ];
    ALL.contains(&word)
}
