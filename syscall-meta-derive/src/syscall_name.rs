//! `#[derive(SyscallName)]`: an enumeration of calls, and their numbers.

use std::collections::BTreeMap;

use proc_macro2::{Literal, Span, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, Ident, Path, Variant};

use crate::abis::{NamedAbi, guards};
use crate::attributes::{OfEnum, OfVariant, Spelled};
use crate::catalogue::{Catalogue, Name};
use crate::errors::Errors;
use crate::select::check_name;

/// A variant, and what calls it is.
struct Member<'i> {
    ident: &'i Ident,
    /// In the order of preference; the first is what the call is shown as.
    names: Vec<Spelled>,
    /// On each ABI, in the order of its names.
    numbers: Vec<Vec<u32>>,
}

pub(crate) fn expand(input: &DeriveInput, catalogue: Catalogue<'static>) -> TokenStream {
    let mut errors = Errors::default();
    let of_enum = OfEnum::parse(&input.attrs, &mut errors);
    let abis = NamedAbi::all(&of_enum.abis, catalogue, &mut errors);
    if of_enum.abis.is_empty() && !of_enum.said_abis {
        errors.push(input.ident.span(), "which ABIs? Say so with `#[syscall(abis(x86_64, aarch64))]`");
    }
    let variants: Vec<&Variant> = match &input.data {
        Data::Enum(data) if data.variants.is_empty() => {
            errors.push(input.ident.span(), "an enumeration without variants names no call");
            Vec::new()
        }
        Data::Enum(data) => data.variants.iter().collect(),
        Data::Struct(_) | Data::Union(_) => {
            errors.push(input.ident.span(), "`SyscallName` is for enumerations: a variant a call");
            Vec::new()
        }
    };
    for generic in &input.generics.params {
        errors.push(generic.span(), "an enumeration of calls has no use for generics");
    }
    let members: Vec<Member> =
        variants.into_iter().map(|variant| member(variant, &abis, catalogue, &mut errors)).collect();
    check_twice(&members, &abis, &mut errors);
    let library = of_enum.library();
    if errors.is_empty() {
        let impls = impls(input, &library, &members, &abis);
        let guards = guards(&library, &abis, catalogue);
        return quote!(#[allow(deprecated)] const _: () = { #guards #impls };);
    }
    // The same without any call, so that what uses it is not wrong as well.
    let (errors, impls) = (errors.tokens(), impls(input, &library, &[], &[]));
    quote!(#errors const _: () = { #impls };)
}

fn member<'i>(
    variant: &'i Variant,
    abis: &[NamedAbi],
    catalogue: Catalogue<'static>,
    errors: &mut Errors,
) -> Member<'i> {
    if !matches!(variant.fields, Fields::Unit) {
        errors.push(variant.fields.span(), "the variants of `SyscallName` have no fields");
    }
    let names = OfVariant::parse(&variant.attrs, errors).names(&variant.ident);
    let ids: Vec<Option<Name>> = names.iter().map(|name| catalogue.name(&name.text)).collect();
    for (name, id) in names.iter().zip(&ids) {
        check_name(&name.text, name.span, *id, abis, catalogue, errors);
    }
    for (at, name) in names.iter().enumerate() {
        if names.iter().take(at).any(|before| before.text == name.text) {
            errors.push(name.span, format!("`{}` is named twice", name.text));
        }
    }
    let numbers = abis.iter().map(|named| {
        let mut numbers: Vec<u32> = Vec::new();
        for call in ids.iter().flatten().filter_map(|name| named.abi.call(*name)) {
            if !numbers.contains(&call.number) {
                numbers.push(call.number);
            }
        }
        numbers
    });
    Member { ident: &variant.ident, numbers: numbers.collect(), names }
}

/// A name or a number leads to one variant.
fn check_twice(members: &[Member], abis: &[NamedAbi], errors: &mut Errors) {
    let mut names: BTreeMap<&str, &Member> = BTreeMap::new();
    let mut numbers: BTreeMap<(usize, u32), &Member> = BTreeMap::new();
    for member in members {
        let mut told = false;
        for name in &member.names {
            match names.get(name.text.as_str()) {
                Some(other) if other.ident == member.ident => {}
                Some(other) => {
                    errors.push(name.span, format!("`{}` is the variant `{}` already", name.text, other.ident));
                    told = true;
                }
                None => {
                    names.insert(&name.text, member);
                }
            }
        }
        for (at, (all, named)) in member.numbers.iter().zip(abis).enumerate() {
            for number in all {
                match numbers.get(&(at, *number)) {
                    Some(other) if other.ident != member.ident && !told => {
                        let message = format!(
                            "the same call as the variant `{}`: both are number {number} on `{}`",
                            other.ident, named.abi.name
                        );
                        errors.push(member.ident.span(), message);
                        told = true;
                    }
                    Some(_) => {}
                    None => {
                        numbers.insert((at, *number), member);
                    }
                }
            }
        }
    }
}

/// Everything that is derived; without members it is what stands in for that where something was wrong.
fn impls(input: &DeriveInput, library: &Path, members: &[Member], abis: &[NamedAbi]) -> TokenStream {
    let (name, vis) = (&input.ident, &input.vis);
    let (generics, of_generics, bounds) = input.generics.split_for_impl();
    let [abi, number, text, f] =
        ["abi", "number", "text", "f"].map(|name| format_ident!("{name}", span = Span::mixed_site()));

    let from_number = by_abi(abis, library, |at| {
        let arms = members.iter().filter_map(|member| {
            let variant = member.ident;
            let numbers: Vec<Literal> = member.numbers.get(at)?.iter().map(|it| Literal::u32_unsuffixed(*it)).collect();
            (!numbers.is_empty()).then(|| quote!(#(#numbers)|* => ::core::option::Option::Some(Self::#variant),))
        });
        quote!(match #number { #(#arms)* _ => ::core::option::Option::None, })
    });
    let to_number = by_abi(abis, library, |at| {
        let first = |member: &Member| member.numbers.get(at).and_then(|numbers| numbers.first().copied());
        let arms = members.iter().filter_map(|member| {
            let (variant, number) = (member.ident, Literal::u32_unsuffixed(first(member)?));
            Some(quote!(Self::#variant => ::core::option::Option::Some(#number),))
        });
        let without: Vec<&Ident> =
            members.iter().filter(|member| first(member).is_none()).map(|member| member.ident).collect();
        let without = (!without.is_empty()).then(|| quote!(#(Self::#without)|* => ::core::option::Option::None,));
        quote!(match self { #(#arms)* #without })
    });
    let shown = members.iter().map(|member| {
        let (variant, name) = (member.ident, member.names.first().map_or("", |name| &name.text));
        quote!(Self::#variant => #name,)
    });
    let shown = if members.is_empty() { quote!("") } else { quote!(match self { #(#shown)* }) };
    let parsed = members.iter().map(|member| {
        let (variant, names) = (member.ident, member.names.iter().map(|name| &name.text));
        quote!(#(#names)|* => ::core::result::Result::Ok(Self::#variant),)
    });
    // What drops, as what is generic may, cannot be taken by value in a constant.
    let constant = input.generics.params.is_empty().then(|| quote!(const));
    let unused = members.is_empty().then(|| quote!(let _ = (#abi, #number);));
    let unused_abi = members.is_empty().then(|| quote!(let _ = #abi;));
    quote! {
        #[allow(dead_code, reason = "not all of it has to be used")]
        #[allow(clippy::too_many_lines, clippy::trivially_copy_pass_by_ref, reason = "it is as long as there are calls")]
        #[automatically_derived]
        impl #generics #name #of_generics #bounds {
            /// The call of a number on an ABI, in the form of the ABI's own header.
            #[must_use]
            #[inline]
            #vis #constant fn from_number(#abi: #library::Abi, #number: u32) -> ::core::option::Option<Self> {
                #unused
                #from_number
            }

            /// Its number on an ABI.
            #[must_use]
            #[inline]
            #vis #constant fn number(self, #abi: #library::Abi) -> ::core::option::Option<u32> {
                #unused_abi
                #to_number
            }

            /// Its name.
            #[must_use]
            #[inline]
            #vis #constant fn as_str(&self) -> &'static str {
                #shown
            }
        }

        #[automatically_derived]
        impl #generics ::core::str::FromStr for #name #of_generics #bounds {
            type Err = #library::ParseNameError;

            fn from_str(#text: &str) -> ::core::result::Result<Self, Self::Err> {
                match #text {
                    #(#parsed)*
                    _ => ::core::result::Result::Err(#library::ParseNameError::new()),
                }
            }
        }

        #[automatically_derived]
        impl #generics ::core::fmt::Display for #name #of_generics #bounds {
            fn fmt(&self, #f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #f.pad(Self::as_str(self))
            }
        }
    }
}

/// A match of the ABI; those with the same body share an arm.
fn by_abi(abis: &[NamedAbi], library: &Path, body: impl Fn(usize) -> TokenStream) -> TokenStream {
    let mut arms: Vec<(String, TokenStream, Vec<TokenStream>)> = Vec::new();
    for (at, named) in abis.iter().enumerate() {
        let body = body(at);
        let text = body.to_string();
        match arms.iter_mut().find(|(other, ..)| *other == text) {
            Some((.., abis)) => abis.push(named.variant(library)),
            None => arms.push((text, body, vec![named.variant(library)])),
        }
    }
    if arms.is_empty() {
        return quote!(::core::option::Option::None);
    }
    let arms = arms.into_iter().map(|(_, body, abis)| quote!(#(#abis)|* => #body,));
    let abi = format_ident!("abi", span = Span::mixed_site());
    quote!(match #abi { #(#arms)* _ => ::core::option::Option::None, })
}

/// `RtSigaction` → `rt_sigaction`
pub(crate) fn snake_case(ident: &Ident) -> String {
    let mut out = String::new();
    for letter in ident.unraw().to_string().chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_are_called_as_calls_are() {
        for (variant, name) in
            [("Openat", "openat"), ("RtSigaction", "rt_sigaction"), ("ClockGettime64", "clock_gettime64")]
        {
            assert_eq!(snake_case(&Ident::new(variant, Span::call_site())), name);
        }
    }
}
