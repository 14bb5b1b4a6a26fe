//! The words that declarations are made of.

use super::super::layout::Type;
use super::super::symbol::{Symbol, known};
use super::super::value::IntType;

/// What a word is to a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Typedef,
    /// It says how a thing is stored or called, and nothing of its type.
    Storage,
    Qualifier,
    Arithmetic(Arithmetic),
    Record,
    Enum,
    Typeof,
    Attribute,
    Alignas,
    Assertion,
    Asm,
}

/// A word of an arithmetic type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Char,
    Short,
    Int,
    Long,
    Signed,
    Unsigned,
    Bool,
    Void,
    Float,
    Double,
    Wide,
    Other,
}

/// What a word is; none: a name.
pub(super) fn word(symbol: Symbol) -> Option<Word> {
    use Arithmetic as A;
    Some(match symbol {
        known::TYPEDEF => Word::Typedef,
        known::EXTERN | known::STATIC | known::REGISTER | known::NORETURN | known::THREAD | known::EXTENSION => {
            Word::Storage
        }
        known::INLINE | known::INLINE_GNU | known::INLINE_GNU2 => Word::Storage,
        known::CONST | known::CONST_GNU | known::CONST_GNU2 | known::ATOMIC => Word::Qualifier,
        known::VOLATILE | known::VOLATILE_GNU | known::VOLATILE_GNU1 => Word::Qualifier,
        known::RESTRICT | known::RESTRICT_GNU | known::RESTRICT_GNU2 => Word::Qualifier,
        known::CHAR => Word::Arithmetic(A::Char),
        known::SHORT => Word::Arithmetic(A::Short),
        known::INT => Word::Arithmetic(A::Int),
        known::LONG => Word::Arithmetic(A::Long),
        known::SIGNED | known::SIGNED_GNU | known::SIGNED_GNU2 => Word::Arithmetic(A::Signed),
        known::UNSIGNED => Word::Arithmetic(A::Unsigned),
        known::BOOL => Word::Arithmetic(A::Bool),
        known::VOID => Word::Arithmetic(A::Void),
        known::FLOAT => Word::Arithmetic(A::Float),
        known::DOUBLE => Word::Arithmetic(A::Double),
        known::INT128 => Word::Arithmetic(A::Wide),
        known::COMPLEX | known::COMPLEX_GNU => Word::Arithmetic(A::Other),
        known::STRUCT | known::UNION => Word::Record,
        known::ENUM => Word::Enum,
        known::TYPEOF | known::TYPEOF_GNU | known::TYPEOF_GNU2 | known::TYPEOF_UNQUAL => Word::Typeof,
        known::ATTRIBUTE | known::ATTRIBUTE_GNU | known::DECLSPEC => Word::Attribute,
        known::ALIGNAS => Word::Alignas,
        known::STATIC_ASSERT => Word::Assertion,
        known::ASM | known::ASM_GNU | known::ASM_GNU2 => Word::Asm,
        _ => return None,
    })
}

/// Whether a word is an arithmetic one.
pub(super) fn is_arithmetic(symbol: Symbol) -> bool {
    matches!(word(symbol), Some(Word::Arithmetic(_)))
}

/// The words of an arithmetic type, counted.
#[derive(Default)]
pub(super) struct Counted {
    pub(super) any: bool,
    char: bool,
    short: bool,
    long: u32,
    signed: bool,
    unsigned: bool,
    bool: bool,
    void: bool,
    float: bool,
    double: bool,
    wide: bool,
    other: bool,
}

impl Counted {
    pub(super) fn take(&mut self, word: Arithmetic) {
        self.any = true;
        match word {
            Arithmetic::Char => self.char = true,
            Arithmetic::Short => self.short = true,
            Arithmetic::Int => {}
            Arithmetic::Long => self.long += 1,
            Arithmetic::Signed => self.signed = true,
            Arithmetic::Unsigned => self.unsigned = true,
            Arithmetic::Bool => self.bool = true,
            Arithmetic::Void => self.void = true,
            Arithmetic::Float => self.float = true,
            Arithmetic::Double => self.double = true,
            Arithmetic::Wide => self.wide = true,
            Arithmetic::Other => self.other = true,
        }
    }

    pub(super) fn ty(&self) -> Type {
        let signed = match self.long {
            _ if self.other => return Type::Unknown("a complex number".into()),
            _ if self.void => return Type::Incomplete(None),
            _ if self.float => return Type::Float(4),
            0 if self.double => return Type::Float(8),
            _ if self.double => return Type::LongDouble,
            _ if self.wide => return Type::Wide(!self.unsigned),
            _ if self.bool => return Type::Integer(IntType::Bool),
            _ if self.char && self.signed => return Type::Integer(IntType::SChar),
            _ if self.char => IntType::Char,
            _ if self.short => IntType::Short,
            0 => IntType::Int,
            1 => IntType::Long,
            _ => IntType::LongLong,
        };
        Type::Integer(if self.unsigned { signed.to_unsigned() } else { signed })
    }
}
