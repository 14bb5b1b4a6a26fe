//! A run of a header → the layouts of its structures and unions, their fields in one list.

use super::{Known, Open, Own, Said, not_understood};
use crate::evaluate::{IntType, Member, Output, Record as Laid, Type, Types, Unknown};
use crate::model::{BitField, Count, Field, FieldClass, Record};

/// Structures without a tag within each other.
const DEEPEST: usize = 16;

pub(super) fn find(output: &Output<'_>, types: &Types<'_>, own: &Own, said: &mut Said) {
    let mut known = Known::default();
    for record in &types.records {
        let Some(name) = record.name(output.session) else { continue };
        if !own.has(output, record.span, &mut known) {
            continue;
        }
        let mut fields = Fields { output, types, all: Vec::new() };
        let done = match &record.problem {
            Some(problem) => Err(problem.clone()),
            None => fields.add(record, 0, "", DEEPEST),
        };
        match done {
            Ok(()) => {
                let (size, align) = (record.size, record.align);
                said.records.push((name, Record { is_union: record.is_union, size, align, fields: fields.all }));
            }
            Err(unknown) => {
                if unknown.missing.is_none() {
                    said.unknown.push(not_understood(output, record.span, &name, &unknown.why));
                }
                let missing = unknown.missing.map(|missing| output.text(missing).to_string());
                said.open.push(Open { name, why: unknown.why, missing, may_be_none: false });
            }
        }
    }
}

struct Fields<'o> {
    output: &'o Output<'o>,
    types: &'o Types<'o>,
    all: Vec<Field>,
}

impl Fields<'_> {
    fn add(&mut self, record: &Laid, base: u64, prefix: &str, depth: usize) -> Result<(), Unknown> {
        let depth = depth.checked_sub(1).ok_or("structures too deep within each other")?;
        for member in &record.members {
            let offset = base + member.offset;
            match member.name {
                None => {
                    if let Some(inner) = self.types.record(&member.ty) {
                        self.add(inner, offset, prefix, depth)?;
                    }
                }
                Some(name) => {
                    let name = format!("{prefix}{}", self.output.text(name));
                    self.field(member, name, offset, depth)?;
                }
            }
        }
        Ok(())
    }

    fn field(&mut self, member: &Member, name: String, offset: u64, depth: usize) -> Result<(), Unknown> {
        let (element, count) = counted(&member.ty);
        let model = &self.output.model;
        let class = match element {
            Type::Integer(IntType::Char) => FieldClass::Char,
            Type::Integer(ty) | Type::Enumeration(ty) if model.signed(*ty) => FieldClass::Signed,
            Type::Integer(_) | Type::Enumeration(_) => FieldClass::Unsigned,
            Type::Wide(true) => FieldClass::Signed,
            Type::Wide(false) => FieldClass::Unsigned,
            Type::Float(_) | Type::LongDouble => FieldClass::Float,
            Type::Pointer => FieldClass::Pointer,
            Type::Record(_) => FieldClass::Record,
            Type::Function | Type::Incomplete(_) | Type::Undefined(_) | Type::Unknown(_) => {
                return self.types.size(element).map(|_| ());
            }
            Type::Array(..) | Type::Aligned(..) => return Err("an array within what is no array".into()),
        };
        let bits = member.bits.map(|bits| {
            let small = |bits| u32::try_from(bits).unwrap_or(u32::MAX);
            BitField { shift: small(bits.shift), width: small(bits.width) }
        });
        let size = match member.bits {
            Some(bits) => bits.unit,
            None => self.types.size(element)?,
        };
        self.all.push(Field {
            name: name.clone(),
            offset,
            class,
            size,
            bits,
            count,
            ty: self.types.spelled(&member.text),
        });
        if let Some(inner) = self.types.record(element).filter(|inner| inner.tag.is_none() && inner.typedef.is_none()) {
            let prefix = if count == Count::One { format!("{name}.") } else { format!("{name}[].") };
            self.add(inner, offset, &prefix, depth)?;
        }
        Ok(())
    }
}

/// What an element is, and how many there are.
fn counted(ty: &Type) -> (&Type, Count) {
    let (mut ty, mut count) = (ty, Count::One);
    loop {
        match ty {
            Type::Aligned(inner, _) => ty = inner,
            Type::Array(element, length) => {
                count = match (count, length) {
                    (_, None | Some(0)) | (Count::Flexible, _) => Count::Flexible,
                    (Count::One, Some(length)) => Count::Array(*length),
                    (Count::Array(outer), Some(length)) => Count::Array(outer.saturating_mul(*length)),
                };
                ty = element;
            }
            _ => return (ty, count),
        }
    }
}
