//! C types with their sizes, and structures laid out as gcc lays them out.
//!
//! The rules are gcc's (stor-layout.c): a field stands at the next multiple of what its type is aligned to; `packed`
//! takes that down to a byte, but for what the field itself demands; `#pragma pack` caps it in any case. A bit-field
//! touches no more units of its type than the type has, and lends the structure the alignment of its type.

use super::session::Session;
use super::symbol::Symbol;
use super::token::Span;
use super::value::{DataModel, IntType};

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// `void`, or a structure that is nowhere defined, by its tag: it has no size.
    Incomplete(Option<Symbol>),
    /// An integer of up to 64 bits.
    Integer(IntType),
    /// An integer of 128 bits, signed or not.
    Wide(bool),
    /// A floating number of so many bytes.
    Float(u64),
    /// A `long double`, which has as many as the ABI says.
    LongDouble,
    /// A pointer to anything.
    Pointer,
    /// A function.
    Function,
    /// An enumeration, and the integer type that the compiler takes for it.
    Enumeration(IntType),
    /// A structure or union, by its place in [`Types::records`](super::Types::records).
    Record(usize),
    /// An array; none: `[]`.
    Array(Box<Type>, Option<u64>),
    /// A type that is said to be aligned otherwise than it would be.
    Aligned(Box<Type>, u64),
    /// Something that this does not know, and why.
    Unknown(Unknown),
    /// A name that no typedef gives a type.
    Undefined(Symbol),
}

/// A structure or union.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// A union; else a structure.
    pub is_union: bool,
    /// Its tag.
    pub tag: Option<Symbol>,
    /// The first typedef of it, where it has no tag.
    pub typedef: Option<Symbol>,
    /// Where it is defined.
    pub span: Span,
    /// Its members in their order, those without a name among them.
    pub members: Vec<Member>,
    /// Bytes, without what a flexible tail adds.
    pub size: u64,
    /// The address is a multiple of this.
    pub align: u64,
    /// Why its layout is not known.
    pub problem: Option<Unknown>,
}

/// A member of a structure or union.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// None: an anonymous structure or union, or padding in bits.
    pub name: Option<Symbol>,
    /// Its type.
    pub ty: Type,
    /// The words of an element's type as it is written; [`Types::spelled`](super::Types::spelled) puts them together.
    pub text: Vec<Symbol>,
    /// Bytes from the beginning, of a bit-field those of its unit.
    pub offset: u64,
    /// Where a bit-field is in its unit.
    pub bits: Option<Bits>,
    /// The width that is written after a colon.
    pub(super) width: Option<u64>,
    /// `packed` stands behind it.
    pub(super) packed: bool,
    /// What the member itself is said to be aligned to.
    pub(super) aligned: Option<u64>,
}

/// A bit-field within the unit that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bits {
    /// How far the unit, read as an integer, is shifted to the right.
    pub shift: u64,
    /// How many bits are left.
    pub width: u64,
    /// Bytes of the unit.
    pub unit: u64,
}

/// What is said of a structure as a whole.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Demands {
    pub packed: bool,
    pub aligned: Option<u64>,
    /// `#pragma pack`
    pub pack: Option<u64>,
}

/// Sizes by the rules of a compiler.
pub(super) struct Sizes<'a> {
    pub session: &'a Session,
    pub model: &'a DataModel,
    pub records: &'a [Record],
}

/// Why a size is not known.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    /// In a few words.
    pub why: String,
    /// The tag or typedef that would have to be defined.
    pub missing: Option<Symbol>,
}

impl From<&str> for Unknown {
    fn from(why: &str) -> Self {
        Unknown { why: why.to_string(), missing: None }
    }
}

type Known<T> = Result<T, Unknown>;

impl Sizes<'_> {
    /// The bytes of a type.
    pub(super) fn size(&self, ty: &Type) -> Known<u64> {
        Ok(match ty {
            Type::Incomplete(None) => return Err("nothing, which has no size".into()),
            Type::Incomplete(Some(name)) | Type::Undefined(name) => {
                let why = format!("`{}` is not defined", self.session.text(*name));
                return Err(Unknown { why, missing: Some(*name) });
            }
            Type::Integer(ty) | Type::Enumeration(ty) => self.model.size(*ty).into(),
            Type::Wide(_) => 16,
            Type::Float(bytes) => *bytes,
            Type::LongDouble => self.model.long_double.into(),
            Type::Pointer => u64::from(self.model.long_bits / 8),
            Type::Function => return Err("a function has no size".into()),
            Type::Record(at) => self.record(*at)?.size,
            Type::Array(element, count) => {
                let count = count.unwrap_or(0);
                self.size(element)?.checked_mul(count).ok_or("an array beyond all bounds")?
            }
            Type::Aligned(inner, _) => self.size(inner)?,
            Type::Unknown(unknown) => return Err(unknown.clone()),
        })
    }

    /// What a field of a type is aligned to.
    pub(super) fn align(&self, ty: &Type) -> Known<u64> {
        Ok(match ty {
            Type::Record(at) => self.record(*at)?.align,
            Type::Array(element, _) => self.align(element)?,
            Type::Aligned(_, align) => *align,
            other => {
                let natural = match self.size(other)? {
                    8 => self.model.align_of_8.into(),
                    // A `long double` of 80 bits, and what fills it up.
                    12 => 4,
                    size => size,
                };
                natural.min(self.model.most_align.into()).max(1)
            }
        })
    }

    fn record(&self, at: usize) -> Known<&Record> {
        let record = self.records.get(at).ok_or("a structure that is not complete")?;
        record.problem.as_ref().map_or(Ok(record), |problem| Err(problem.clone()))
    }

    /// Places members; gives size and alignment.
    pub(super) fn lay_out(&self, members: &mut [Member], is_union: bool, demands: Demands) -> Known<(u64, u64)> {
        // What holds for every structure does not for one that is packed, in one way or the other.
        let least = if demands.packed { 1 } else { u64::from(self.model.record_align) };
        let mut align = demands.pack.map_or(least, |pack| least.min(pack));
        // In bits; of a union, the end of the longest member.
        let (mut position, mut end) = (0_u64, 0_u64);
        for member in members {
            if is_union {
                position = 0;
            }
            let placed = match member.width {
                Some(width) => self.place_bits(member, width, position, &mut align, demands)?,
                None => {
                    let natural = self.align(&member.ty)?;
                    let mut at = match member.packed || demands.packed {
                        true => member.aligned.unwrap_or(1),
                        false => natural.max(member.aligned.unwrap_or(1)),
                    };
                    at = demands.pack.map_or(at, |pack| at.min(pack));
                    align = align.max(at);
                    let start = round_up(position, at.checked_mul(8).ok_or("an alignment beyond all bounds")?);
                    member.offset = start / 8;
                    let bits = self.size(&member.ty)?.checked_mul(8).ok_or("a size beyond all bounds")?;
                    start.checked_add(bits).ok_or("a size beyond all bounds")?
                }
            };
            position = placed;
            end = end.max(placed);
        }
        align = align.max(demands.aligned.unwrap_or(1));
        Ok((round_up(end.div_ceil(8), align), align))
    }

    /// Places a bit-field; gives the bit behind it.
    fn place_bits(
        &self,
        member: &mut Member,
        width: u64,
        position: u64,
        align: &mut u64,
        demands: Demands,
    ) -> Known<u64> {
        let (unit, natural) = (self.size(&member.ty)?, self.align(&member.ty)?);
        if width > unit * 8 {
            return Err("a bit-field wider than its type".into());
        }
        if width == 0 {
            if self.model.unnamed_bitfields_align {
                *align = (*align).max(natural);
            }
            return Ok(round_up(position, natural * 8));
        }
        let packed = member.packed || demands.packed || !self.model.bitfields_align;
        if member.name.is_some() || self.model.unnamed_bitfields_align {
            let lent = demands.pack.map_or(if packed { 1 } else { natural }, |pack| natural.min(pack));
            *align = (*align).max(lent).max(member.aligned.unwrap_or(1));
        }
        if !self.model.bitfields_align && [8, 16, 32, 64].contains(&width) && !member.packed && !demands.packed {
            // One as wide as an integer, where such an integer may stand, counts as a whole member.
            let whole = (width / 8).min(self.model.most_align.into());
            if position.is_multiple_of(whole * 8) {
                *align = (*align).max(whole);
            }
        }
        let mut start = member.aligned.map_or(position, |aligned| round_up(position, aligned * 8));
        let spans = (start % (natural * 8) + width).div_ceil(natural * 8);
        if !packed && demands.pack.is_none() && spans > unit / natural {
            start = round_up(start, natural * 8);
        }
        // The unit that a program reads: one of its type, else the smallest that covers it from the byte it begins in.
        let whole = start / 8 / unit * unit;
        let fits = |at: u64, bytes: u64| start + width <= (at + bytes) * 8;
        let (offset, bytes) = if fits(whole, unit) {
            (whole, unit)
        } else {
            let at = start / 8;
            let bytes = [1, 2, 4, 8].into_iter().find(|bytes| fits(at, *bytes));
            (at, bytes.ok_or("a bit-field that no integer holds")?)
        };
        let before = start - offset * 8;
        let shift = if self.model.big_endian { bytes * 8 - before - width } else { before };
        member.offset = offset;
        member.bits = Some(Bits { shift, width, unit: bytes });
        Ok(start + width)
    }
}

/// The next multiple; `step` is not 0.
fn round_up(at: u64, step: u64) -> u64 {
    at.div_ceil(step.max(1)).saturating_mul(step.max(1))
}

impl Record {
    /// `struct statx`, `siginfo_t`; none where nothing names it.
    pub fn name(&self, session: &Session) -> Option<String> {
        let word = if self.is_union { "union" } else { "struct" };
        match self.tag {
            Some(tag) => Some(format!("{word} {}", session.text(tag))),
            None => self.typedef.map(|name| session.text(name).to_string()),
        }
    }
}
