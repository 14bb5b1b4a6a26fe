//! Expanded tokens → the types that they declare at file scope: typedefs, structures, unions, enumerations.
//!
//! What declares no type is passed over: functions with their bodies, variables, `asm`. An annotation that no header gave
//! a meaning (`__bitwise`, `__user`) is told by its place: a word that stands where another word, a star or the end of
//! the declared name has to follow. Nothing is guessed: what is not understood makes a type unknown, with the reason.

mod parser;
mod words;

use super::expr;
use super::layout::{Record, Sizes, Type, Unknown};
use super::output::Output;
use super::session::Session;
use super::symbol::{Symbol, SymbolMap, known};
use super::token::{Kind, Span, Token};
use super::value::{Constant, DataModel, IntType, Names, NotConstant, Query};
use parser::{Parser, group_length};
use words::{Counted, Word, word};

/// The types of a run.
#[derive(Debug)]
pub struct Types<'s> {
    session: &'s Session,
    model: DataModel,
    typedefs: SymbolMap<Type>,
    tags: SymbolMap<Type>,
    /// Structures and unions, in the order in which they end.
    pub records: Vec<Record>,
    /// Enumerators, in the order of the text.
    pub enumerators: Vec<Enumerator>,
    values: SymbolMap<Constant>,
}

/// A name that an enumeration gives to a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Enumerator {
    /// The name.
    pub name: Symbol,
    /// Its value, or why it has none.
    pub value: Result<Constant, NotConstant>,
    /// Where it stands.
    pub span: Span,
}

/// Structures within structures.
const NESTING: usize = 64;

impl<'s> Output<'s> {
    /// The types that the text declares.
    pub fn types(&self) -> Types<'s> {
        let mut types = Types {
            session: self.session,
            model: self.model,
            typedefs: SymbolMap::default(),
            tags: SymbolMap::default(),
            records: Vec::new(),
            enumerators: Vec::new(),
            values: SymbolMap::default(),
        };
        Parser { types: &mut types, rest: &self.tokens, pack: Vec::new(), nesting: 0 }.all();
        types
    }
}

impl<'s> Types<'s> {
    /// What a typedef stands for.
    pub fn typedef(&self, name: &str) -> Option<&Type> {
        self.typedefs.get(&self.session.symbol(name)?)
    }

    /// The bytes of a type, or why they are not known.
    pub fn size(&self, ty: &Type) -> Result<u64, Unknown> {
        self.sizes().size(ty)
    }

    /// The record behind a type, through what only says how it is aligned.
    pub fn record(&self, ty: &Type) -> Option<&Record> {
        match ty {
            Type::Record(at) => self.records.get(*at),
            Type::Aligned(inner, _) => self.record(inner),
            _ => None,
        }
    }

    /// The words of a type as a text: `const char *`, `void (*)(int)`.
    pub fn spelled(&self, words: &[Symbol]) -> String {
        let (mut out, mut before) = (String::new(), None);
        for word in words {
            let close = matches!(*word, known::R_PAREN | known::COMMA | known::R_BRACKET | known::L_BRACKET);
            let joins = matches!(before, None | Some(known::L_PAREN | known::L_BRACKET))
                || before == Some(known::STAR) && *word == known::STAR
                || before == Some(known::R_PAREN) && *word == known::L_PAREN;
            if !close && !joins {
                out.push(' ');
            }
            out.push_str(self.session.text(*word));
            before = Some(*word);
        }
        out
    }

    /// Whether tokens are the name of a type that is known.
    pub fn is_type(&self, tokens: &[Token]) -> bool {
        self.type_name(tokens).is_some()
    }

    fn sizes(&self) -> Sizes<'_> {
        Sizes { session: self.session, model: &self.model, records: &self.records }
    }

    fn integer(&self, ty: &Type) -> Option<IntType> {
        match ty {
            Type::Integer(ty) | Type::Enumeration(ty) => Some(*ty),
            Type::Aligned(inner, _) => self.integer(inner),
            _ => None,
        }
    }

    fn evaluate(&self, tokens: &[Token]) -> Result<Constant, NotConstant> {
        expr::evaluate(self.session, &self.model, self, tokens)
    }

    /// How many elements an array has.
    fn count(&self, tokens: &[Token]) -> Result<u64, Unknown> {
        let count = self.evaluate(tokens).map_err(|why| Unknown {
            why: format!("an array whose length has no value: {why}"),
            missing: why.reason.missing().and_then(|name| self.session.symbol(name)),
        })?;
        u64::try_from(count.value).map_err(|_| "an array of a negative length".into())
    }

    /// The type that an operand of `sizeof` names, or that an expression of the form `((struct x *)0)->member` has.
    fn of_operand(&self, operand: &[Token]) -> Option<Type> {
        if let Some(arrow) = operand.iter().position(|token| token.is(known::ARROW)) {
            let (object, member) = (operand.get(..arrow)?, operand.get(arrow + 1..)?);
            let cast = object.iter().position(|token| token.kind == Kind::Ident)?;
            let star = object.iter().position(|token| token.is(known::STAR))?;
            let whole = self.of_operand(object.get(cast..star)?)?;
            return self.member(&whole, member).map(|(_, ty)| ty);
        }
        self.type_name(operand)
    }

    /// A type name: words, a tag or a typedef, with stars and lengths behind it.
    fn type_name(&self, tokens: &[Token]) -> Option<Type> {
        let (mut counted, mut ty, mut rest) = (Counted::default(), None, tokens);
        while let Some((token, after)) = rest.split_first()
            && token.kind == Kind::Ident
        {
            rest = after;
            if word(token.symbol) == Some(Word::Qualifier) {
                continue;
            }
            match word(token.symbol) {
                _ if ty.is_some() => return None,
                Some(Word::Arithmetic(arithmetic)) => counted.take(arithmetic),
                _ if counted.any => return None,
                Some(Word::Record | Word::Enum) => {
                    let (tag, after) = rest.split_first()?;
                    (ty, rest) = (Some(self.tags.get(&tag.symbol)?.clone()), after);
                }
                _ => ty = Some(self.typedefs.get(&token.symbol)?.clone()),
            }
        }
        let mut ty = ty.or(counted.any.then(|| counted.ty()))?;
        while let Some((token, after)) = rest.split_first()
            && (token.is(known::STAR) || word(token.symbol) == Some(Word::Qualifier))
        {
            (ty, rest) = (Type::Pointer, after);
        }
        if let [open, star, close, parameters @ ..] = rest
            && open.is(known::L_PAREN)
            && star.is(known::STAR)
            && close.is(known::R_PAREN)
        {
            return (group_length(parameters) == Some(parameters.len())).then_some(Type::Pointer);
        }
        let mut counts = Vec::new();
        while rest.first().is_some_and(|token| token.is(known::L_BRACKET)) {
            let length = group_length(rest)?;
            let count = self.evaluate(rest.get(1..length.checked_sub(1)?)?).ok()?;
            counts.push(u64::try_from(count.value).ok()?);
            rest = rest.get(length..)?;
        }
        for count in counts.into_iter().rev() {
            ty = Type::Array(Box::new(ty), Some(count));
        }
        rest.is_empty().then_some(ty)
    }

    /// The offset and type of `member`, `member.inner` or `member[2]` in a structure.
    fn member(&self, whole: &Type, path: &[Token]) -> Option<(u64, Type)> {
        let (first, mut rest) = path.split_first()?;
        let (mut offset, mut ty) = self.named(self.record(whole)?, first.symbol)?;
        loop {
            let Some((token, after)) = rest.split_first() else { return Some((offset, ty)) };
            if token.is(known::DOT) {
                let (inside, inner) = self.member(&ty, after)?;
                return Some((offset.checked_add(inside)?, inner));
            }
            let end = after.iter().position(|token| token.is(known::R_BRACKET))?;
            let index = u64::try_from(self.evaluate(after.get(..end)?).ok()?.value).ok()?;
            let Type::Array(element, _) = ty else { return None };
            offset = self.size(&element).ok()?.checked_mul(index)?.checked_add(offset)?;
            (ty, rest) = (*element, after.get(end + 1..)?);
        }
    }

    /// A member by its name, in anonymous members too.
    fn named(&self, record: &Record, name: Symbol) -> Option<(u64, Type)> {
        record.members.iter().find_map(|member| match member.name {
            Some(own) => (own == name && member.bits.is_none()).then(|| (member.offset, member.ty.clone())),
            None => {
                let (inside, ty) = self.named(self.record(&member.ty)?, name)?;
                Some((member.offset.checked_add(inside)?, ty))
            }
        })
    }
}

impl Names for Types<'_> {
    fn typedef(&self, name: &str) -> Option<IntType> {
        let ty = match name.strip_prefix("enum ") {
            Some(tag) => self.tags.get(&self.session.symbol(tag)?)?,
            None => self.typedefs.get(&self.session.symbol(name)?)?,
        };
        self.integer(ty)
    }

    fn constant(&self, name: &str) -> Option<Constant> {
        self.values.get(&self.session.symbol(name)?).copied()
    }

    fn layout(&self, query: Query, operand: &[Token]) -> Option<u64> {
        match query {
            Query::Size => self.size(&self.of_operand(operand)?).ok(),
            Query::Align => {
                let ty = self.of_operand(operand)?;
                // By itself, an integer of 8 bytes is aligned to 8 on i386: a question of what is asked, and of the target.
                let is_told = self.record(&ty).is_some() || self.size(&ty).ok()? < 8;
                let told = is_told || u64::from(self.model.align_of_8) == 8 || matches!(ty, Type::Pointer);
                self.sizes().align(&ty).ok().filter(|_| told)
            }
            Query::Offset => {
                let comma = operand.iter().position(|token| token.is(known::COMMA))?;
                let whole = self.of_operand(operand.get(..comma)?)?;
                self.member(&whole, operand.get(comma + 1..)?).map(|(offset, _)| offset)
            }
        }
    }
}
