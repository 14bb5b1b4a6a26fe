//! `#[derive(FromTracee)]`: a structure of the kernel's, read field by field where the traced program has it.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Field, Fields, LitStr, Path};

use crate::abis::{NamedAbi, guards};
use crate::attributes::{OfRecord, OfRecordField, Spelled};
use crate::catalogue::Catalogue;
use crate::errors::Errors;

pub(crate) fn expand(input: &DeriveInput, catalogue: Catalogue<'static>) -> TokenStream {
    let mut errors = Errors::default();
    let mut of = OfRecord::parse(&input.attrs, &mut errors);
    let abis = NamedAbi::all(&of.abis, catalogue, &mut errors);
    if of.name.is_none() {
        errors.push(input.ident.span(), "which structure? Say so with `#[tracee(struct = \"statx\")]`");
    }
    for generic in &input.generics.params {
        errors.push(generic.span(), "a structure of the kernel's has no generics");
    }
    let fields: Vec<(&Field, Spelled)> = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => fields.named.iter().map(|field| (field, name_of(field, &mut errors))).collect(),
            Fields::Unnamed(_) | Fields::Unit => {
                errors.push(input.ident.span(), "its fields need the names that the kernel's have");
                Vec::new()
            }
        },
        Data::Enum(_) | Data::Union(_) => {
            errors.push(input.ident.span(), "`FromTracee` is for structures");
            Vec::new()
        }
    };
    let (name, header) = (of.name.take(), of.header.take());
    let library = of.library();
    match name.filter(|_| errors.is_empty()) {
        Some(name) => {
            let body = Body { input, library: &library, name: &name, header: header.as_ref(), abis: &abis };
            let (guards, items) = (guards(&library, &[], catalogue), body.items(&fields));
            quote!(#[allow(deprecated)] const _: () = { #guards #items };)
        }
        None => {
            // What uses it is not wrong as well.
            let (errors, ident) = (errors.tokens(), &input.ident);
            let (generics, of_generics, bounds) = input.generics.split_for_impl();
            quote! {
                #errors
                impl #generics #library::args::FromTracee for #ident #of_generics #bounds {
                    fn size(_: #library::Abi) -> usize { 0 }
                    fn from_tracee(_: #library::args::Tracee<'_>) -> ::core::option::Option<Self> {
                        ::core::option::Option::None
                    }
                }
            }
        }
    }
}

/// The kernel's name for a field.
fn name_of(field: &Field, errors: &mut Errors) -> Spelled {
    let own = || {
        let text = field.ident.as_ref().map(|ident| ident.unraw().to_string()).unwrap_or_default();
        Spelled { text, span: field.ident.span() }
    };
    OfRecordField::parse(&field.attrs, errors).name.unwrap_or_else(own)
}

/// What is derived for a structure with nothing wrong in its own text.
struct Body<'i> {
    input: &'i DeriveInput,
    library: &'i Path,
    name: &'i LitStr,
    header: Option<&'i LitStr>,
    abis: &'i [NamedAbi],
}

impl Body<'_> {
    fn items(&self, fields: &[(&Field, Spelled)]) -> TokenStream {
        let Body { input, library, name, header, abis } = self;
        let ident = &input.ident;
        let (count, names) = (fields.len(), fields.iter().map(|(_, name)| &name.text));
        let at_name = name.span().resolved_at(Span::mixed_site());
        let found = match header {
            Some(header) => quote_spanned!(at_name => #library::StructText::find(#header, #name)),
            None => quote_spanned!(at_name => #library::StructText::named(#name)),
        };
        let named = abis.iter().map(|abi| abi.variant(library));
        let asked = if abis.is_empty() {
            quote!(::core::option::Option::None)
        } else {
            quote!(::core::option::Option::Some(&[#(#named),*]))
        };
        let on_each = abis.iter().map(|named| {
            let abi = named.variant(library);
            quote_spanned!(named.span.resolved_at(Span::mixed_site()) => const _: () = __ALL.is_on(#abi);)
        });
        let checks = fields.iter().enumerate().map(|(at, (field, name))| {
            let ty = &field.ty;
            let is_there = name.span.resolved_at(Span::mixed_site());
            let fits = ty.span().resolved_at(Span::mixed_site());
            let there = quote_spanned!(is_there => const _: () = __ALL.is_there(#at, __ASKED););
            let fits = quote_spanned! { fits =>
                const _: () = __ALL.fits(#at, <#ty as #library::args::FromTracee>::FITS, __ASKED);
            };
            quote!(#there #fits)
        });
        let places = 0..count;
        let members = fields.iter().map(|(field, _)| &field.ident);
        // Items have no hygiene, and lengths of the fields' arrays are resolved beside these: nobody has such names.
        quote! {
            const __FOUND: #library::StructText = #found;
            const __TEXT: [u8; __FOUND.len()] = __FOUND.copy();
            const __ALL: #library::__derive::Spots<#count, { __FOUND.layouts() }> =
                #library::StructText::spots(&__TEXT, [#(#names),*]);
            static __SPOTS: #library::__derive::Spots<#count, { __FOUND.layouts() }> = __ALL.without_text();
            const __ASKED: ::core::option::Option<&[#library::Abi]> = #asked;
            #(#on_each)*
            #(#checks)*
            impl #library::args::FromTracee for #ident {
                const FITS: #library::__derive::Fits = #library::__derive::Fits::Record(#name);
                fn size(abi: #library::Abi) -> usize {
                    __SPOTS.size(abi)
                }
                fn from_tracee(from: #library::args::Tracee<'_>) -> ::core::option::Option<Self> {
                    let spots = __SPOTS.on(from.abi())?;
                    ::core::option::Option::Some(Self { #(#members: from.field(&spots[#places])?),* })
                }
            }
        }
    }
}
