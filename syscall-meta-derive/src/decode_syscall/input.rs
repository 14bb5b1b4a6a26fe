//! What is written: variants, fields, and what `#[syscall(…)]` says of them.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, GenericParam, Ident, Lifetime, Path, Type};

use crate::attributes::{OfEnum, OfField, OfVariant, Spelled};
use crate::errors::Errors;

/// An enumeration, or a structure as its one variant.
pub(super) struct Input<'i> {
    pub(super) library: Path,
    pub(super) abis: Vec<Ident>,
    pub(super) variants: Vec<Variant<'i>>,
    pub(super) other: Option<Other<'i>>,
    /// What its values borrow for.
    pub(super) lifetime: Option<&'i Lifetime>,
}

/// A call.
pub(super) struct Variant<'i> {
    /// None: the structure itself.
    pub(super) ident: Option<&'i Ident>,
    pub(super) span: Span,
    /// In the order of preference.
    pub(super) names: Vec<Spelled>,
    pub(super) fields: Vec<Field<'i>>,
}

/// An argument, or the result.
pub(super) struct Field<'i> {
    pub(super) ident: &'i Ident,
    pub(super) ty: &'i Type,
    /// What kernels call it, and where that is written; in the order of preference.
    pub(super) names: Vec<Spelled>,
    pub(super) exit: bool,
    pub(super) ret: bool,
}

impl Field<'_> {
    /// Whether it is known only when the call has returned.
    pub(super) fn is_late(&self) -> bool {
        self.exit || self.ret
    }
}

/// The variant that stands for all other calls.
pub(super) struct Other<'i> {
    pub(super) ident: &'i Ident,
    /// It holds the call as it was caught.
    pub(super) holds: bool,
}

impl<'i> Input<'i> {
    pub(super) fn read(input: &'i DeriveInput, errors: &mut Errors) -> Self {
        let (mut variants, mut other) = (Vec::new(), None);
        let of = match &input.data {
            Data::Enum(data) => {
                let of = OfEnum::parse(&input.attrs, errors);
                for variant in &data.variants {
                    let call = OfVariant::parse_or_other(&variant.attrs, errors);
                    if let Some(span) = call.other {
                        if other.is_some() {
                            errors.push(span, "another variant stands for all other calls already");
                        }
                        let holds = match &variant.fields {
                            Fields::Unit => false,
                            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => true,
                            fields => {
                                errors.push(fields.span(), "this variant holds one `RawCall`, or nothing");
                                true
                            }
                        };
                        other = Some(Other { ident: &variant.ident, holds });
                        continue;
                    }
                    let names = call.names(&variant.ident);
                    let fields = fields(&variant.fields, errors);
                    variants.push(Variant { ident: Some(&variant.ident), span: variant.ident.span(), names, fields });
                }
                if variants.is_empty() {
                    errors.push(input.ident.span(), "no variant is a call");
                }
                of
            }
            Data::Struct(data) => {
                let (of, call) = OfEnum::parse_with_call(&input.attrs, errors);
                let (names, fields) = (call.names(&input.ident), fields(&data.fields, errors));
                variants.push(Variant { ident: None, span: input.ident.span(), names, fields });
                of
            }
            Data::Union(_) => {
                errors.push(input.ident.span(), "`DecodeSyscall` is for enumerations and structures");
                OfEnum::parse(&input.attrs, errors)
            }
        };
        if of.abis.is_empty() && !of.said_abis {
            errors.push(input.ident.span(), "which ABIs? Say so with `#[syscall(abis(x86_64, aarch64))]`");
        }
        let lifetime = lifetime(input, errors);
        let abis = of.abis.clone();
        Input { library: of.library(), abis, variants, other, lifetime }
    }

    /// Whether there are fields that are known only when a call has returned.
    pub(super) fn has_late(&self) -> bool {
        self.variants.iter().any(Variant::has_late)
    }
}

impl Variant<'_> {
    pub(super) fn has_late(&self) -> bool {
        self.fields.iter().any(Field::is_late)
    }
}

fn lifetime<'i>(input: &'i DeriveInput, errors: &mut Errors) -> Option<&'i Lifetime> {
    let mut found = None;
    for generic in &input.generics.params {
        match generic {
            GenericParam::Lifetime(of) if found.is_none() => {
                if !of.bounds.is_empty() {
                    errors.push(of.span(), "the lifetime for which a scratch is lent has no bounds");
                }
                found = Some(&of.lifetime);
            }
            GenericParam::Lifetime(of) => {
                errors.push(of.span(), "all values borrow from one scratch: there is one lifetime");
            }
            _ => errors.push(generic.span(), "no argument says what this is: a lifetime is all that can be generic"),
        }
    }
    if let Some(clause) = &input.generics.where_clause {
        errors.push(clause.span(), "a type that decodes calls has no use for bounds");
    }
    found
}

fn fields<'i>(fields: &'i Fields, errors: &mut Errors) -> Vec<Field<'i>> {
    if let Fields::Unnamed(fields) = fields {
        errors.push(fields.span(), "fields have names here: those of the kernel's arguments");
        return Vec::new();
    }
    let mut all: Vec<Field> = Vec::new();
    for field in fields {
        let Some(ident) = &field.ident else { continue };
        let mut of = OfField::parse(&field.attrs, errors);
        let names = of.names(ident);
        if let Some(other) = all.iter().find(|other| of.ret && other.ret) {
            errors.push(ident.span(), format!("the result is the field `{}` already", other.ident));
        }
        for (at, name) in names.iter().enumerate().filter(|_| !of.ret) {
            let has = |field: &&Field| !field.ret && field.names.iter().any(|other| other.text == name.text);
            if let Some(other) = all.iter().find(has) {
                errors.push(name.span, format!("the argument `{}` is the field `{}` already", name.text, other.ident));
            } else if names.iter().take(at).any(|before| before.text == name.text) {
                errors.push(name.span, format!("`{}` is named twice", name.text));
            }
        }
        all.push(Field { ident, ty: &field.ty, names, exit: of.exit, ret: of.ret });
    }
    all
}
