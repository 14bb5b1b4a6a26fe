//! C integers: the types of an ABI, values that wrap as theirs do, and the reasons why something is none.

use std::fmt;
use std::sync::Arc;

use super::token::{Span, Token};

/// The integer types, by rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum IntType {
    Bool,
    Char,
    SChar,
    UChar,
    Short,
    UShort,
    Int,
    UInt,
    Long,
    ULong,
    LongLong,
    ULongLong,
}

/// How wide the types of an ABI are, which the ABI calls `size_t`, and how it lays out structures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DataModel {
    /// Bits of a `long` and of a pointer: 32 or 64.
    pub long_bits: u32,
    /// Whether a plain `char` is signed.
    pub char_signed: bool,
    /// The type of `sizeof`.
    pub size_type: IntType,
    /// What 8 bytes are aligned to within a structure.
    pub align_of_8: u32,
    /// What no type exceeds by itself.
    pub most_align: u32,
    /// The bytes of a `long double`.
    pub long_double: u32,
    /// What every structure is aligned to at least.
    pub record_align: u32,
    /// The most significant byte, and the most significant bit of a bit-field's unit, comes first.
    pub big_endian: bool,
    /// A bit-field aligns as if it were a whole member of its type; else bits follow each other, whatever their type.
    pub bitfields_align: bool,
    /// So does one without a name.
    pub unnamed_bitfields_align: bool,
}

/// An integer constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Constant {
    /// Its value, within its type.
    pub value: i128,
    /// Its C type.
    pub ty: IntType,
    /// A signed operation went beyond its type on the way and was wrapped.
    pub overflow: bool,
}

/// Why something is no integer constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotConstant {
    /// The reason.
    pub reason: Reason,
    /// Where the trouble stands, if anywhere.
    pub span: Option<Span>,
}

/// The reasons why something is no integer constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No macro has this name.
    NotDefined,
    /// The macro takes arguments.
    FunctionLike,
    /// Nothing stands there.
    Empty,
    /// A string.
    String,
    /// A number with a fraction or an exponent.
    Float,
    /// A pointer or an address.
    Pointer,
    /// A type, or a type that is no integer.
    Type,
    /// A name that has no value here: a variable, a function, an enumerator that the caller does not know.
    Name(Arc<str>),
    /// A number or character that C does not know.
    Literal(Arc<str>),
    /// The size, alignment or offset of something the caller does not know.
    Layout(String),
    /// Some other piece of C, from this token on.
    NotAnExpression(Arc<str>),
    /// It ends too early.
    Incomplete,
    /// A division by zero that is evaluated.
    DivisionByZero,
    /// A shift by a negative number, or by the width of the type or more.
    Shift,
    /// Nested or expanded beyond the limits.
    TooComplex,
}

/// What `sizeof` and its kin ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Query {
    /// `sizeof`
    Size,
    /// `_Alignof`, `__alignof__`
    Align,
    /// `offsetof`, `__builtin_offsetof`: the operand holds type, comma, member.
    Offset,
}

/// What the caller knows of the names in an expression.
pub trait Names {
    /// The integer type that a name stands for: `__u32`, or `enum x`.
    fn typedef(&self, _name: &str) -> Option<IntType> {
        None
    }

    /// The value of a name that is no macro: an enumerator.
    fn constant(&self, _name: &str) -> Option<Constant> {
        None
    }

    /// The bytes of a layout; `operand` is what stands between the parentheses.
    fn layout(&self, _query: Query, _operand: &[Token]) -> Option<u64> {
        None
    }
}

/// Knows no names.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoNames;

impl Names for NoNames {}

impl DataModel {
    /// 64-bit `long` and pointers, `char` signed.
    pub const LP64: Self = DataModel {
        long_bits: 64,
        char_signed: true,
        size_type: IntType::ULong,
        align_of_8: 8,
        most_align: 16,
        long_double: 16,
        record_align: 1,
        big_endian: false,
        bitfields_align: true,
        unnamed_bitfields_align: false,
    };
    /// 32-bit `long` and pointers, `char` signed.
    pub const ILP32: Self = DataModel { long_bits: 32, size_type: IntType::UInt, long_double: 8, ..Self::LP64 };

    /// The bits of a type's values.
    pub fn bits(&self, ty: IntType) -> u32 {
        match ty {
            IntType::Bool => 1,
            IntType::Char | IntType::SChar | IntType::UChar => 8,
            IntType::Short | IntType::UShort => 16,
            IntType::Int | IntType::UInt => 32,
            IntType::Long | IntType::ULong => self.long_bits,
            IntType::LongLong | IntType::ULongLong => 64,
        }
    }

    /// The bytes of a type.
    pub fn size(&self, ty: IntType) -> u32 {
        self.bits(ty).div_ceil(8)
    }

    /// Whether a type has negative values.
    pub fn signed(&self, ty: IntType) -> bool {
        match ty {
            IntType::Char => self.char_signed,
            IntType::SChar | IntType::Short | IntType::Int | IntType::Long | IntType::LongLong => true,
            _ => false,
        }
    }

    /// Whether a type can hold a value.
    pub fn holds(&self, ty: IntType, value: i128) -> bool {
        self.wrap(ty, value) == value
    }

    /// A value brought into a type as a conversion does.
    pub fn wrap(&self, ty: IntType, value: i128) -> i128 {
        if ty == IntType::Bool {
            return i128::from(value != 0);
        }
        let unused = 128 - self.bits(ty);
        let top = value.wrapping_shl(unused);
        if self.signed(ty) { top >> unused } else { (top.cast_unsigned() >> unused).cast_signed() }
    }

    /// The type of an operand after the integer promotions.
    pub(super) fn promote(ty: IntType) -> IntType {
        ty.max(IntType::Int)
    }

    /// The type that two operands are brought to.
    pub(super) fn common(&self, a: IntType, b: IntType) -> IntType {
        let (low, high) = (Self::promote(a.min(b)), Self::promote(a.max(b)));
        if self.signed(low) == self.signed(high) || !self.signed(high) || self.bits(high) > self.bits(low) {
            high
        } else {
            high.to_unsigned()
        }
    }
}

impl IntType {
    /// The name of the type as C's grammar has it: `unsigned long`.
    pub fn name(self) -> &'static str {
        match self {
            IntType::Bool => "_Bool",
            IntType::Char => "char",
            IntType::SChar => "signed char",
            IntType::UChar => "unsigned char",
            IntType::Short => "short",
            IntType::UShort => "unsigned short",
            IntType::Int => "int",
            IntType::UInt => "unsigned int",
            IntType::Long => "long",
            IntType::ULong => "unsigned long",
            IntType::LongLong => "long long",
            IntType::ULongLong => "unsigned long long",
        }
    }

    /// The unsigned type of the same rank.
    pub fn to_unsigned(self) -> Self {
        match self {
            IntType::Char | IntType::SChar => IntType::UChar,
            IntType::Short => IntType::UShort,
            IntType::Int => IntType::UInt,
            IntType::Long => IntType::ULong,
            IntType::LongLong => IntType::ULongLong,
            other => other,
        }
    }
}

impl fmt::Display for IntType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl NotConstant {
    /// A reason without a place.
    pub(super) fn new(reason: Reason) -> Self {
        NotConstant { reason, span: None }
    }
}

impl fmt::Display for NotConstant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl Reason {
    /// The name that would have to be defined: a constant, a typedef, the tag in `struct x`.
    pub fn missing(&self) -> Option<&str> {
        match self {
            Reason::Name(name) => Some(name),
            Reason::Layout(operand) => operand.trim().rsplit(' ').next(),
            _ => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::NotDefined => f.write_str("no macro has this name"),
            Reason::FunctionLike => f.write_str("the macro takes arguments"),
            Reason::Empty => f.write_str("nothing stands here"),
            Reason::String => f.write_str("a string is no integer"),
            Reason::Float => f.write_str("a floating number is no integer"),
            Reason::Pointer => f.write_str("a pointer is no integer"),
            Reason::Type => f.write_str("a type is no integer"),
            Reason::Name(name) => write!(f, "`{name}` has no value here"),
            Reason::Literal(text) => write!(f, "`{text}` is no valid integer or character"),
            Reason::Layout(what) => write!(f, "the layout of `{what}` is not known"),
            Reason::NotAnExpression(text) => write!(f, "`{text}` does not belong in an integer expression"),
            Reason::Incomplete => f.write_str("the expression ends too early"),
            Reason::DivisionByZero => f.write_str("division by zero"),
            Reason::Shift => f.write_str("a shift by more than the type's width, or by a negative number"),
            Reason::TooComplex => f.write_str("nested or expanded beyond the limits"),
        }
    }
}

impl std::error::Error for NotConstant {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversions_wrap() {
        let lp64 = DataModel::LP64;
        assert_eq!(lp64.wrap(IntType::UInt, -1), 0xffff_ffff);
        assert_eq!(lp64.wrap(IntType::Int, 0x8000_0000), -0x8000_0000);
        assert_eq!(lp64.wrap(IntType::ULong, -1), i128::from(u64::MAX));
        assert_eq!(lp64.wrap(IntType::Bool, 256), 1);
        assert_eq!(lp64.wrap(IntType::Char, 255), -1);
        assert_eq!(DataModel { char_signed: false, ..lp64 }.wrap(IntType::Char, 255), 255);
    }

    #[test]
    fn common_types() {
        use IntType::*;
        let (lp64, ilp32) = (DataModel::LP64, DataModel::ILP32);
        assert_eq!(lp64.common(UChar, Short), Int);
        assert_eq!(lp64.common(UInt, Long), Long);
        assert_eq!(ilp32.common(UInt, Long), ULong);
        assert_eq!(lp64.common(ULong, LongLong), ULongLong);
        assert_eq!(ilp32.common(ULong, LongLong), LongLong);
        assert_eq!(lp64.common(UInt, Int), UInt);
    }
}
