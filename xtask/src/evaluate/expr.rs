//! Integer constant expressions: expanded tokens → a value, by the rules of `#if` or by those of C.

use super::literal;
use super::session::Session;
use super::symbol::{Symbol, known};
use super::token::{Kind, Token};
use super::value::{Constant, DataModel, IntType, Names, NotConstant, Query, Reason};

/// How deep an expression may nest.
const DEEPEST: u32 = 128;

/// An expression of C; names that are no types or constants have no value.
pub(super) fn evaluate(
    session: &Session,
    model: &DataModel,
    names: &dyn Names,
    tokens: &[Token],
) -> Result<Constant, NotConstant> {
    Parser::new(session, model, Some(names), tokens).whole()
}

/// The condition of an `#if`: everything is 64 bits wide, names are 0.
pub(super) fn condition(session: &Session, model: &DataModel, tokens: &[Token]) -> Result<bool, NotConstant> {
    Parser::new(session, model, None, tokens).whole().map(|constant| constant.value != 0)
}

/// A recursive-descent parser that computes as it goes.
struct Parser<'p> {
    session: &'p Session,
    model: &'p DataModel,
    /// `None` in an `#if`.
    names: Option<&'p dyn Names>,
    tokens: &'p [Token],
    at: usize,
    depth: u32,
    /// In how many operands that are not evaluated: there, a division by zero does no harm.
    dead: u32,
}

type Outcome = Result<Constant, Reason>;

impl<'p> Parser<'p> {
    fn new(session: &'p Session, model: &'p DataModel, names: Option<&'p dyn Names>, tokens: &'p [Token]) -> Self {
        Parser { session, model, names, tokens, at: 0, depth: 0, dead: 0 }
    }

    fn whole(&mut self) -> Result<Constant, NotConstant> {
        let outcome = match self.tokens {
            [] => Err(Reason::Empty),
            _ => self.comma().and_then(|value| match self.peek() {
                None => Ok(value),
                Some(token) => Err(self.unexpected(token)),
            }),
        };
        outcome.map_err(|reason| {
            let at = self.at.min(self.tokens.len().saturating_sub(1));
            NotConstant { reason, span: self.tokens.get(at).map(|t| t.span) }
        })
    }

    fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    fn eat(&mut self, punctuator: Symbol) -> bool {
        let found = self.peek().is_some_and(|t| t.is(punctuator));
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, punctuator: Symbol) -> Result<(), Reason> {
        if self.eat(punctuator) {
            return Ok(());
        }
        Err(self.peek().map_or(Reason::Incomplete, |token| self.unexpected(token)))
    }

    /// Why a token cannot stand where it stands.
    fn unexpected(&self, token: Token) -> Reason {
        match token.kind {
            Kind::String => Reason::String,
            _ => Reason::NotAnExpression(self.text(token).into()),
        }
    }

    fn text(&self, token: Token) -> &'p str {
        self.session.text(token.symbol)
    }

    fn in_condition(&self) -> bool {
        self.names.is_none()
    }

    /// The type of comparisons, and of small literals.
    fn int(&self) -> IntType {
        if self.in_condition() { IntType::LongLong } else { IntType::Int }
    }

    fn truth(&self, value: bool) -> Constant {
        Constant { value: value.into(), ty: self.int(), overflow: false }
    }

    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T, Reason>) -> Result<T, Reason> {
        if self.depth >= DEEPEST {
            return Err(Reason::TooComplex);
        }
        self.depth += 1;
        let outcome = parse(self);
        self.depth -= 1;
        outcome
    }

    /// Parses without evaluating, if so told.
    fn maybe_dead(&mut self, dead: bool, parse: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        self.dead += u32::from(dead);
        let outcome = parse(self);
        self.dead -= u32::from(dead);
        outcome
    }

    /// Commas are allowed in an `#if` only, as gcc has it.
    fn comma(&mut self) -> Outcome {
        let mut value = self.ternary()?;
        while self.in_condition() && self.eat(known::COMMA) {
            value = self.ternary()?;
        }
        Ok(value)
    }

    fn ternary(&mut self) -> Outcome {
        let condition = self.binary(0)?;
        if !self.eat(known::QUESTION) {
            return Ok(condition);
        }
        let yes = condition.value != 0;
        // GNU: `a ?: b` gives `a` when it is not 0.
        let first = if !self.in_condition() && self.eat(known::COLON) {
            Some(condition)
        } else {
            let first = self.branch(!yes, Self::comma)?;
            self.expect(known::COLON)?;
            first
        };
        let second = self.branch(yes, Self::ternary)?;
        let (taken, other) = if yes { (first, second) } else { (second, first) };
        let taken = taken.ok_or(Reason::Incomplete)?;
        let ty = other.map_or(taken.ty, |other| self.model.common(taken.ty, other.ty));
        let overflow = condition.overflow || taken.overflow;
        Ok(Constant { value: self.model.wrap(ty, taken.value), ty, overflow })
    }

    /// One side of `?:`. The side not taken may call a function, as the byte-order macros do; it is `None` then, and
    /// the type is left to the other side.
    fn branch(&mut self, dead: bool, parse: impl FnOnce(&mut Self) -> Outcome) -> Result<Option<Constant>, Reason> {
        let start = self.at;
        match self.maybe_dead(dead, |p| p.nested(parse)) {
            Err(Reason::Name(_)) if dead => {
                self.at = start;
                self.skip_operand();
                Ok(None)
            }
            outcome => outcome.map(Some),
        }
    }

    /// Skips to the `:`, `,` or `)` that ends an operand.
    fn skip_operand(&mut self) {
        let (mut parentheses, mut questions) = (0_u32, 0_u32);
        while let Some(token) = self.peek() {
            match token.symbol {
                _ if token.kind != Kind::Punct => {}
                known::L_PAREN => parentheses += 1,
                known::R_PAREN | known::COLON | known::COMMA if parentheses + questions == 0 => return,
                known::R_PAREN => parentheses = parentheses.saturating_sub(1),
                known::QUESTION if parentheses == 0 => questions += 1,
                known::COLON if parentheses == 0 => questions = questions.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Operators of at least this precedence.
    fn binary(&mut self, least: u8) -> Outcome {
        let mut left = self.unary()?;
        while let Some(token) = self.peek().filter(|t| t.kind == Kind::Punct)
            && let Some(precedence) = precedence(token.symbol).filter(|&p| p >= least)
        {
            let at = self.at;
            self.at += 1;
            let decided = match token.symbol {
                known::AND_AND => left.value == 0,
                known::OR_OR => left.value != 0,
                _ => false,
            };
            let right = self.maybe_dead(decided, |p| p.nested(|p| p.binary(precedence + 1)))?;
            left = self.apply(token.symbol, left, right).inspect_err(|_| self.at = at)?;
        }
        Ok(left)
    }

    fn apply(&self, operator: Symbol, left: Constant, right: Constant) -> Outcome {
        let overflow = left.overflow || right.overflow;
        let truth = |value| Ok(Constant { overflow, ..self.truth(value) });
        match operator {
            known::AND_AND => return truth(left.value != 0 && right.value != 0),
            known::OR_OR => return truth(left.value != 0 || right.value != 0),
            known::SHIFT_LEFT | known::SHIFT_RIGHT => return self.shift(operator, left, right),
            _ => {}
        }
        let ty = self.model.common(left.ty, right.ty);
        let (a, b) = (self.model.wrap(ty, left.value), self.model.wrap(ty, right.value));
        // Operands have at most 64 bits, so that only a product of two unsigned ones can pass 128, where wrapping is
        // what C wants.
        let exact = match operator {
            known::STAR => a.wrapping_mul(b),
            known::PLUS => a + b,
            known::MINUS => a - b,
            known::AND => a & b,
            known::OR => a | b,
            known::XOR => a ^ b,
            known::LESS => return truth(a < b),
            known::GREATER => return truth(a > b),
            known::LESS_EQUAL => return truth(a <= b),
            known::GREATER_EQUAL => return truth(a >= b),
            known::EQUAL => return truth(a == b),
            known::NOT_EQUAL => return truth(a != b),
            known::SLASH | known::PERCENT if b == 0 && self.dead > 0 => 0,
            known::SLASH | known::PERCENT if b == 0 => return Err(Reason::DivisionByZero),
            known::SLASH => a / b,
            _ => a % b,
        };
        Ok(self.result(ty, exact, overflow))
    }

    fn shift(&self, operator: Symbol, left: Constant, right: Constant) -> Outcome {
        let ty = DataModel::promote(left.ty);
        let value = self.model.wrap(ty, left.value);
        let bits = self.model.bits(ty);
        let in_range = (0..i128::from(bits)).contains(&right.value);
        if !in_range && !self.in_condition() {
            return if self.dead > 0 { Ok(Constant { ty, ..self.truth(false) }) } else { Err(Reason::Shift) };
        }
        // In an `#if` a negative shift goes the other way, and one too wide leaves nothing but the sign.
        let leftwards = (operator == known::SHIFT_LEFT) == (right.value >= 0);
        let by = u32::try_from(right.value.unsigned_abs()).unwrap_or(u32::MAX).min(bits);
        if !leftwards {
            let overflow = left.overflow || right.overflow;
            return Ok(Constant { value: value >> by, ty, overflow });
        }
        let exact = value << by;
        let wrapped = self.model.wrap(ty, exact);
        // A bit that only becomes the sign is no loss: headers write `1 << 31`.
        let unsigned = self.model.wrap(ty.to_unsigned(), exact);
        let lost = self.model.signed(ty) && wrapped != exact && unsigned != exact;
        Ok(Constant { value: wrapped, ty, overflow: left.overflow || right.overflow || lost })
    }

    fn result(&self, ty: IntType, exact: i128, overflow: bool) -> Constant {
        let value = self.model.wrap(ty, exact);
        Constant { value, ty, overflow: overflow || self.model.signed(ty) && value != exact }
    }

    fn unary(&mut self) -> Outcome {
        let Some(token) = self.peek() else { return Err(Reason::Incomplete) };
        if token.kind != Kind::Punct {
            return self.primary(token);
        }
        match token.symbol {
            known::PLUS | known::MINUS | known::TILDE | known::NOT => {
                self.at += 1;
                let operand = self.nested(Self::unary)?;
                if token.symbol == known::NOT {
                    return Ok(Constant { overflow: operand.overflow, ..self.truth(operand.value == 0) });
                }
                let ty = DataModel::promote(operand.ty);
                let exact = match token.symbol {
                    known::MINUS => -operand.value,
                    known::TILDE => !operand.value,
                    _ => operand.value,
                };
                Ok(self.result(ty, exact, operand.overflow))
            }
            known::L_PAREN => {
                self.at += 1;
                self.nested(Self::parenthesised)
            }
            known::AND | known::STAR if !self.in_condition() => Err(Reason::Pointer),
            _ => Err(self.unexpected(token)),
        }
    }

    /// After `(`: a cast, or an expression.
    fn parenthesised(&mut self) -> Outcome {
        if !self.at_type() {
            let value = self.comma()?;
            self.expect(known::R_PAREN)?;
            return Ok(value);
        }
        let start = self.at;
        let ty = if self.at_typeof() { self.type_of()? } else { self.type_name()? };
        self.expect(known::R_PAREN)?;
        match self.peek() {
            None => {
                self.at = start;
                Err(Reason::Type)
            }
            Some(token) if token.is(known::L_BRACE) => Err(self.unexpected(token)),
            Some(_) => {
                let operand = self.unary()?;
                Ok(Constant { value: self.model.wrap(ty, operand.value), ty, overflow: operand.overflow })
            }
        }
    }

    fn primary(&mut self, token: Token) -> Outcome {
        let text = self.text(token);
        let constant = match token.kind {
            Kind::Number => literal::number(text, self.model, self.in_condition())?,
            Kind::Char => {
                let constant = literal::character(text, self.model)?;
                let unsigned = !self.model.signed(constant.ty);
                match (self.in_condition(), unsigned) {
                    (true, false) => Constant { ty: IntType::LongLong, ..constant },
                    (true, true) => Constant { ty: IntType::ULongLong, ..constant },
                    (false, _) => constant,
                }
            }
            Kind::Ident => return self.name(token, text),
            _ => return Err(self.unexpected(token)),
        };
        self.at += 1;
        Ok(constant)
    }

    fn name(&mut self, token: Token, text: &str) -> Outcome {
        let Some(names) = self.names else {
            self.at += 1;
            return Ok(self.truth(false));
        };
        let query = match token.symbol {
            known::SIZEOF => Query::Size,
            known::ALIGNOF | known::ALIGNOF_GNU | known::ALIGNOF_GNU2 => Query::Align,
            known::OFFSETOF | known::OFFSETOF_GNU => Query::Offset,
            known::EXTENSION => {
                self.at += 1;
                return self.nested(Self::unary);
            }
            known::CONSTANT_P => {
                self.at += 1;
                self.expect(known::L_PAREN)?;
                let operand = self.branch(true, Self::ternary)?;
                self.expect(known::R_PAREN)?;
                return Ok(self.truth(operand.is_some()));
            }
            _ if self.at_type() => return Err(Reason::Type),
            _ => {
                let constant = names.constant(text).ok_or_else(|| Reason::Name(text.into()))?;
                self.at += 1;
                return Ok(constant);
            }
        };
        self.at += 1;
        self.layout(query, names)
    }

    /// The operand of `sizeof` and its kin: an integer type, or something the caller must know.
    fn layout(&mut self, query: Query, names: &dyn Names) -> Outcome {
        self.expect(known::L_PAREN)?;
        let start = self.at;
        let mut depth = 1_u32;
        while depth > 0 {
            let token = self.peek().ok_or(Reason::Incomplete)?;
            depth += u32::from(token.is(known::L_PAREN));
            depth -= u32::from(token.is(known::R_PAREN));
            self.at += 1;
        }
        let end = self.at;
        let operand = self.tokens.get(start..end - 1).unwrap_or_default();
        let bytes = match names.layout(query, operand) {
            None if query == Query::Size => self.nested(|p| Ok(p.size_of(operand)))?,
            answer => answer,
        };
        let bytes = bytes.ok_or_else(|| Reason::Layout(self.session.render(operand.get(..32).unwrap_or(operand))))?;
        Ok(self.result(self.model.size_type, bytes.into(), false))
    }

    /// The size of what needs no layout: integers, pointers, arrays of these, strings, expressions.
    fn size_of(&self, operand: &'p [Token]) -> Option<u64> {
        if let Some(bytes) = self.string_size(operand) {
            return Some(bytes);
        }
        let mut inner = Parser { tokens: operand, at: 0, depth: self.depth, dead: 1, ..*self };
        if !inner.at_type() {
            return inner.whole().ok().map(|constant| self.model.size(constant.ty).into());
        }
        let declarator =
            operand.iter().position(|t| t.is(known::STAR) || t.is(known::L_BRACKET)).unwrap_or(operand.len());
        let mut bytes = if operand.get(declarator).is_some_and(|t| t.is(known::STAR)) {
            inner.at = declarator;
            let pointer = |t: Token| t.is(known::STAR) || t.kind == Kind::Ident && is_qualifier(t.symbol);
            while inner.peek().is_some_and(pointer) {
                inner.at += 1;
            }
            u64::from(self.model.long_bits / 8)
        } else {
            u64::from(self.model.size(inner.type_name().ok()?))
        };
        while inner.eat(known::L_BRACKET) {
            let count = inner.nested(Self::ternary).ok()?;
            inner.expect(known::R_BRACKET).ok()?;
            bytes = bytes.checked_mul(u64::try_from(count.value).ok()?)?;
        }
        inner.peek().is_none().then_some(bytes)
    }

    /// The size of a string, its pieces joined: `("a" "b")`.
    fn string_size(&self, mut operand: &[Token]) -> Option<u64> {
        while let [open, inner @ .., close] = operand
            && open.is(known::L_PAREN)
            && close.is(known::R_PAREN)
        {
            operand = inner;
        }
        operand.first()?;
        operand.iter().try_fold(1, |bytes: u64, token| {
            let text = Some(self.text(*token)).filter(|_| token.kind == Kind::String)?;
            bytes.checked_add(u64::try_from(literal::string_length(text)?).ok()?)
        })
    }

    /// Whether a type name begins here.
    fn at_type(&self) -> bool {
        let (Some(names), Some(token)) = (self.names, self.peek()) else { return false };
        token.kind == Kind::Ident
            && (is_type_word(token.symbol)
                || self.at_typeof()
                || matches!(token.symbol, known::STRUCT | known::UNION | known::ENUM)
                || matches!(token.symbol, known::VOID | known::FLOAT | known::DOUBLE)
                || names.typedef(self.text(token)).is_some())
    }

    fn at_typeof(&self) -> bool {
        let words = [known::TYPEOF, known::TYPEOF_GNU, known::TYPEOF_GNU2];
        !self.in_condition() && self.peek().is_some_and(|token| words.iter().any(|word| token.is_ident(*word)))
    }

    /// `__typeof__(…)` of an integer type, or of an expression, which is not evaluated.
    fn type_of(&mut self) -> Result<IntType, Reason> {
        self.at += 1;
        self.expect(known::L_PAREN)?;
        let ty = if self.at_type() {
            self.type_name()?
        } else {
            self.dead += 1;
            let operand = self.nested(Self::comma);
            self.dead -= 1;
            operand?.ty
        };
        self.expect(known::R_PAREN)?;
        Ok(ty)
    }

    /// A type name that means an integer.
    fn type_name(&mut self) -> Result<IntType, Reason> {
        let mut words = Words::default();
        let mut named = None;
        while let Some(token) = self.peek().filter(|t| t.kind == Kind::Ident) {
            if words.take(token.symbol) {
                self.at += 1;
            } else if token.symbol == known::ENUM && named.is_none() && words.empty() {
                self.at += 1;
                let tag = self.peek().filter(|t| t.kind == Kind::Ident).ok_or(Reason::Type)?;
                self.at += 1;
                // An enumeration without negative values is `unsigned int`.
                let known = self.names.and_then(|names| names.typedef(&format!("enum {}", self.text(tag))));
                named = Some(known.unwrap_or(IntType::UInt));
            } else if named.is_none() && words.empty() {
                let ty = self.names.and_then(|names| names.typedef(self.text(token))).ok_or(Reason::Type)?;
                named = Some(ty);
                self.at += 1;
            } else {
                return Err(Reason::Type);
            }
        }
        if self.peek().is_some_and(|t| t.is(known::STAR)) {
            return Err(Reason::Pointer);
        }
        match named {
            Some(ty) if words.empty() => Ok(ty),
            Some(_) => Err(Reason::Type),
            None => words.ty().ok_or(Reason::Type),
        }
    }
}

/// The words of a type name, counted.
#[derive(Default)]
struct Words {
    signed: u32,
    unsigned: u32,
    char: u32,
    short: u32,
    int: u32,
    long: u32,
    bool: u32,
}

impl Words {
    /// Counts a word; `false` when it is none of these.
    fn take(&mut self, word: Symbol) -> bool {
        let count = match word {
            _ if is_qualifier(word) => return true,
            known::SIGNED | known::SIGNED_GNU | known::SIGNED_GNU2 => &mut self.signed,
            known::UNSIGNED => &mut self.unsigned,
            known::CHAR => &mut self.char,
            known::SHORT => &mut self.short,
            known::INT => &mut self.int,
            known::LONG => &mut self.long,
            known::BOOL => &mut self.bool,
            _ => return false,
        };
        *count += 1;
        true
    }

    fn empty(&self) -> bool {
        self.signed + self.unsigned + self.char + self.short + self.int + self.long + self.bool == 0
    }

    fn ty(&self) -> Option<IntType> {
        let unsigned = match (self.signed, self.unsigned) {
            (0 | 1, 0) => false,
            (0, 1) => true,
            _ => return None,
        };
        let signed = match (self.char, self.short, self.int, self.long, self.bool) {
            (0, 0, 0, 0, 1) if self.signed + self.unsigned == 0 => IntType::Bool,
            (1, 0, 0, 0, 0) if unsigned => IntType::UChar,
            (1, 0, 0, 0, 0) if self.signed == 1 => IntType::SChar,
            (1, 0, 0, 0, 0) => IntType::Char,
            (0, 1, 0 | 1, 0, 0) => IntType::Short,
            (0, 0, 1, 0, 0) => IntType::Int,
            (0, 0, 0, 0, 0) if !self.empty() => IntType::Int,
            (0, 0, 0 | 1, 1, 0) => IntType::Long,
            (0, 0, 0 | 1, 2, 0) => IntType::LongLong,
            _ => return None,
        };
        Some(if unsigned { signed.to_unsigned() } else { signed })
    }
}

fn is_qualifier(word: Symbol) -> bool {
    matches!(word, known::CONST | known::CONST_GNU | known::CONST_GNU2 | known::VOLATILE | known::VOLATILE_GNU)
}

fn is_type_word(symbol: Symbol) -> bool {
    Words::default().take(symbol)
}

/// The precedence of a binary operator, the loosest first.
fn precedence(operator: Symbol) -> Option<u8> {
    Some(match operator {
        known::OR_OR => 0,
        known::AND_AND => 1,
        known::OR => 2,
        known::XOR => 3,
        known::AND => 4,
        known::EQUAL | known::NOT_EQUAL => 5,
        known::LESS | known::GREATER | known::LESS_EQUAL | known::GREATER_EQUAL => 6,
        known::SHIFT_LEFT | known::SHIFT_RIGHT => 7,
        known::PLUS | known::MINUS => 8,
        known::STAR | known::SLASH | known::PERCENT => 9,
        _ => return None,
    })
}
