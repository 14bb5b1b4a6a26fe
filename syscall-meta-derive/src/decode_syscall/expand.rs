//! Tokens: which call it is and where its arguments are as constants, the reading of each field as one call.

use std::collections::BTreeMap;

use proc_macro2::{Group, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{DeriveInput, GenericParam, Generics, Ident, Lifetime};

use super::input::{Field, Input, Variant};
use super::place::{Sited, needed};
use super::ways::{Arg, Route};
use crate::abis::{NamedAbi, guards};
use crate::catalogue::Catalogue;

/// Names of what expansions bind.
struct Local {
    call: Ident,
    reader: Ident,
    held: Ident,
    raw: Ident,
}

impl Local {
    fn new() -> Self {
        let [call, reader, held, raw] =
            ["call", "reader", "held", "raw"].map(|name| format_ident!("{name}", span = Span::mixed_site()));
        Local { call, reader, held, raw }
    }
}

/// Everything that is derived.
pub(super) fn whole(
    input: &DeriveInput,
    read: &Input,
    sited: &[Sited],
    abis: &[NamedAbi],
    catalogue: Catalogue<'static>,
) -> TokenStream {
    let (library, local) = (&read.library, Local::new());
    let guards = guards(library, abis, catalogue);
    let checks = checks(read, sited);
    let of_held = read.has_late().then(|| held_type(input, read));
    let held = if read.has_late() { held_name(input) } else { quote!(Self) };
    let find = find(read, sited, abis, &local);
    let enter = read.variants.iter().enumerate().map(|(at, variant)| {
        let (at, value) = (Literal::u16_unsuffixed(at as u16), entered(read, variant, at, &local));
        quote!(#at => ::core::result::Result::Ok(#value),)
    });
    let (exit, finish) = ends(read, &local);
    let other = read.other.as_ref().map_or_else(
        || quote!(::core::option::Option::None),
        |other| {
            let (ident, raw) = (other.ident, &local.raw);
            let value = if other.holds { quote!(Self::#ident(#raw)) } else { quote!(Self::#ident) };
            let value = if read.has_late() { quote!(__Held(__Inner::Whole(#value))) } else { value };
            quote!(::core::option::Option::Some(#value))
        },
    );
    let bodies = Bodies {
        held,
        find,
        enter: {
            let error = error(read, "Other");
            quote!(#(#enter)* _ => ::core::result::Result::Err(#error),)
        },
        exit,
        finish,
        other,
        at_once: !read.has_late(),
    };
    let impls = impls(input, read, &bodies, &local);
    quote! {
        #[allow(deprecated)]
        const _: () = { #guards #(#checks)* #of_held #impls };
    }
}

/// What stands in for that where something was wrong.
pub(super) fn stub(input: &DeriveInput, read: &Input) -> TokenStream {
    let local = Local::new();
    let (error, held) = (error(read, "Other"), &local.held);
    let failed = quote!(::core::result::Result::Err(#error));
    let bodies = Bodies {
        held: quote!(Self),
        find: failed.clone(),
        enter: quote!(_ => #failed,),
        exit: quote!(::core::result::Result::Ok(#held)),
        finish: quote!(::core::result::Result::Ok(#held)),
        other: quote!(::core::option::Option::None),
        at_once: true,
    };
    let impls = impls(input, read, &bodies, &local);
    quote!(const _: () = { #impls };)
}

fn error(read: &Input, which: &str) -> TokenStream {
    let (library, which) = (&read.library, format_ident!("{which}", span = Span::mixed_site()));
    quote!(#library::args::DecodeError::#which)
}

/// What differs between the impls of an input that is right and of one that is not.
struct Bodies {
    held: TokenStream,
    find: TokenStream,
    /// The arms by the place of the variant.
    enter: TokenStream,
    exit: TokenStream,
    finish: TokenStream,
    other: TokenStream,
    at_once: bool,
}

fn impls(input: &DeriveInput, read: &Input, bodies: &Bodies, local: &Local) -> TokenStream {
    let (name, library) = (&input.ident, &read.library);
    let (own, of_generics, bounds) = input.generics.split_for_impl();
    let fresh = Lifetime::new("'b", Span::mixed_site());
    let lifetime = read.lifetime.unwrap_or(&fresh);
    let with_lifetime = match read.lifetime {
        Some(_) => quote!(#own),
        None => {
            // What is generic beside lifetimes is an error, and may not be another one here.
            let others = input.generics.params.iter().map(|param| match param {
                GenericParam::Type(of) => {
                    let (ident, bounds) = (&of.ident, &of.bounds);
                    quote!(#ident: #bounds)
                }
                GenericParam::Const(of) => {
                    let (ident, ty) = (&of.ident, &of.ty);
                    quote!(const #ident: #ty)
                }
                GenericParam::Lifetime(of) => of.to_token_stream(),
            });
            quote!(<#lifetime, #(#others),*>)
        }
    };
    let Local { call, reader, held, raw } = local;
    let Bodies { held: of_held, find, enter, exit, finish, other, at_once } = bodies;
    let at_once = at_once.then(|| {
        quote! {
            #[automatically_derived]
            impl #own #library::args::WholeAtEntry for #name #of_generics #bounds {}
        }
    });
    let which = format_ident!("which", span = Span::mixed_site());
    let result = quote!(::core::result::Result);
    let error = quote!(#library::args::DecodeError);
    quote! {
        #[automatically_derived]
        impl #own #library::__derive::Holds for #name #of_generics #bounds {
            type Held = #of_held;
        }

        #[allow(unused_variables, clippy::too_many_lines, reason = "it is as long as there are calls")]
        #[automatically_derived]
        impl #with_lifetime #library::DecodeSyscall<#lifetime> for #name #of_generics #bounds {
            fn __find(#call: &mut #library::__derive::Words<'_>) -> #library::__derive::Found {
                #find
            }

            fn __enter(
                #which: u16,
                #reader: &mut #library::__derive::Reader<'_, #lifetime>
            ) -> #result<<Self as #library::__derive::Holds>::Held, #error> {
                match #which { #enter }
            }

            fn __exit(
                #held: <Self as #library::__derive::Holds>::Held,
                #reader: &mut #library::__derive::Reader<'_, #lifetime>
            ) -> #result<Self, #error> {
                #exit
            }

            fn __finish(#held: <Self as #library::__derive::Holds>::Held) -> #result<Self, #error> {
                #finish
            }

            fn __other(
                #raw: #library::RawCall
            ) -> ::core::option::Option<<Self as #library::__derive::Holds>::Held> {
                #other
            }
        }

        #at_once
    }
}

/// One question a field: whether its type holds what the kernel passes.
fn checks(read: &Input, sited: &[Sited]) -> Vec<TokenStream> {
    let library = &read.library;
    let mut all = Vec::new();
    for (place, variant) in read.variants.iter().enumerate() {
        let mut at = 0;
        for field in &variant.fields {
            let needed = needed(place, field, at, sited);
            at += usize::from(!field.ret);
            let Some(needed) = needed else { continue };
            let ty = for_ever(field.ty.to_token_stream(), read.lifetime);
            let (bits, is) = (Literal::u8_unsuffixed(needed.bits), Literal::u8_unsuffixed(needed.is));
            let span = needed.span.resolved_at(Span::mixed_site());
            let arms = needed.messages.iter().map(|(answer, message)| {
                let answer = Literal::u8_unsuffixed(*answer);
                quote_spanned!(span => #answer => ::core::panic!(#message),)
            });
            all.push(quote_spanned! { span =>
                const _: () = match #library::__derive::fits(
                    <#ty as #library::args::FromArg<'static>>::TAKES, #bits, #is
                ) {
                    #(#arms)*
                    _ => {}
                };
            });
        }
    }
    all
}

/// The same type where what it borrows is there for ever: constants have no other lifetime.
fn for_ever(tokens: TokenStream, lifetime: Option<&Lifetime>) -> TokenStream {
    let Some(lifetime) = lifetime else { return tokens };
    let mut all: Vec<TokenTree> = Vec::new();
    for token in tokens {
        let is_tick = matches!(all.last(), Some(TokenTree::Punct(tick)) if tick.as_char() == '\'');
        all.push(match token {
            TokenTree::Ident(ident) if is_tick && ident == lifetime.ident => Ident::new("static", ident.span()).into(),
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), for_ever(group.stream(), Some(lifetime)));
                inner.set_span(group.span());
                inner.into()
            }
            other => other,
        });
    }
    all.into_iter().collect()
}

/// Which call it is: a match of the ABI, in it one of the number; ABIs that have the same share an arm.
fn find(read: &Input, sited: &[Sited], abis: &[NamedAbi], local: &Local) -> TokenStream {
    let (library, call) = (&read.library, &local.call);
    let error = error(read, "Other");
    let other = quote!(::core::result::Result::Err(#error));
    let mut arms: Vec<(String, TokenStream, Vec<TokenStream>)> = Vec::new();
    for (at, named) in abis.iter().enumerate() {
        let body = numbers(sited, at, *named, &other, local);
        let text = body.to_string();
        match arms.iter_mut().find(|(same, ..)| *same == text) {
            Some((.., abis)) => abis.push(named.variant(library)),
            None => arms.push((text, body, vec![named.variant(library)])),
        }
    }
    let arms = arms.into_iter().map(|(_, body, abis)| quote!(#(#abis)|* => match #call.number() { #body },));
    quote! {
        #[allow(unused_imports)]
        use #library::__derive::Place;
        match #call.abi() { #(#arms)* _ => #other, }
    }
}

/// The arms of an ABI, by number.
fn numbers(sited: &[Sited], abi: usize, named: NamedAbi, other: &TokenStream, local: &Local) -> TokenStream {
    let call = &local.call;
    // What a number is by itself, and what else by a word.
    let mut own: BTreeMap<u32, TokenStream> = BTreeMap::new();
    let mut behind: BTreeMap<u32, (u8, Vec<TokenStream>)> = BTreeMap::new();
    for site in sited.iter().filter(|site| site.way.abi == abi) {
        let (which, places) = (Literal::u16_unsuffixed(site.way.variant as u16), site.args.iter().map(|arg| of(arg)));
        let found = quote!((#which, &[#(#places),*]));
        match &site.way.route {
            Route::Number(number) => {
                own.insert(*number, quote!(::core::result::Result::Ok(#found)));
            }
            Route::Block(number, count) => {
                let count = Literal::u8_unsuffixed(*count);
                own.insert(*number, quote!(#call.in_memory(0, #count, #found)));
            }
            Route::Behind { through, by, value, in_memory, words } => {
                let value = Literal::u32_unsuffixed(*value);
                let words: Vec<Literal> = words.iter().map(|word| Literal::u8_unsuffixed(*word)).collect();
                let found = match (in_memory, words.first()) {
                    (Some(count), Some(word)) => {
                        let count = Literal::u8_unsuffixed(*count);
                        quote!(#call.in_memory(#word, #count, #found))
                    }
                    _ => quote!(#call.in_words(&[#(#words),*], #found)),
                };
                behind.entry(*through).or_insert_with(|| (*by, Vec::new())).1.push(quote!(#value => #found,));
            }
        }
    }
    for (number, (by, arms)) in behind {
        let by = Literal::u8_unsuffixed(by);
        let itself = own.remove(&number).unwrap_or_else(|| other.clone());
        own.insert(number, quote!(match #call.told_by(#by) { #(#arms)* _ => #itself, }));
    }
    if let Some(number) = named.abi.indirect() {
        let number = number.wrapping_sub(named.abi.number_base).wrapping_add(named.abi.kernel_number_base);
        let itself = own.remove(&number).unwrap_or_else(|| other.clone());
        own.insert(number, quote!(if #call.shift() { Self::__find(#call) } else { #itself }));
    }
    let arms = own.into_iter().map(|(number, found)| {
        let number = Literal::u32_unsuffixed(number);
        quote!(#number => #found,)
    });
    quote!(#(#arms)* _ => #other,)
}

/// Where an argument is, in the form of the library.
fn of(arg: &Arg) -> TokenStream {
    let how = u8::from(arg.signed) | u8::from(arg.ordered) << 1 | u8::from(arg.written) << 2;
    let [first, second, bits, how] = [arg.first, arg.second, arg.bits, how].map(Literal::u8_unsuffixed);
    let (told, word, number) = arg.extent;
    let (told, word, number) =
        (Literal::u8_unsuffixed(told), Literal::u8_unsuffixed(word), Literal::u16_unsuffixed(number));
    quote!(Place(#first, #second, #bits, #how, (#told, #word, #number)))
}

/// A field out of the reader; the error of a type that cannot be read stands at the type.
fn reading(field: &Field, at: usize, local: &Local) -> TokenStream {
    let (reader, name) = (&local.reader, field.ident.to_string());
    let span = syn::spanned::Spanned::span(field.ty).resolved_at(Span::mixed_site());
    if field.ret {
        return quote_spanned!(span => #reader.result(#name)?);
    }
    let at = Literal::usize_unsuffixed(at);
    quote_spanned!(span => #reader.get(#at, #name)?)
}

/// The fields with the place of each among the arguments.
fn placed<'v, 'i>(variant: &'v Variant<'i>) -> impl Iterator<Item = (usize, &'v Field<'i>)> {
    let mut at = 0;
    variant.fields.iter().map(move |field| {
        let place = at;
        at += usize::from(!field.ret);
        (place, field)
    })
}

fn constructor(variant: &Variant) -> TokenStream {
    variant.ident.map_or_else(|| quote!(Self), |ident| quote!(Self::#ident))
}

/// What is held of a variant when its call has started.
fn entered(read: &Input, variant: &Variant, at: usize, local: &Local) -> TokenStream {
    if variant.has_late() {
        let kept = format_ident!("Held{at}");
        let early = placed(variant).filter(|(_, field)| !field.is_late());
        let fields = early.map(|(at, field)| reading(field, at, local));
        return quote!(__Held(__Inner::#kept(#(#fields),*)));
    }
    let constructor = constructor(variant);
    let fields = placed(variant).map(|(at, field)| {
        let (ident, value) = (field.ident, reading(field, at, local));
        quote!(#ident: #value)
    });
    let value = quote!(#constructor { #(#fields),* });
    if read.has_late() { quote!(__Held(__Inner::Whole(#value))) } else { value }
}

/// The bodies of `__exit` and `__finish`.
fn ends(read: &Input, local: &Local) -> (TokenStream, TokenStream) {
    let held = &local.held;
    if !read.has_late() {
        let all = quote!(::core::result::Result::Ok(#held));
        return (all.clone(), all);
    }
    let arms = read.variants.iter().enumerate().filter(|(_, variant)| variant.has_late()).map(|(at, variant)| {
        let (kept, constructor) = (format_ident!("Held{at}"), constructor(variant));
        let bound = |at: usize| format_ident!("field{at}", span = Span::mixed_site());
        let early = variant.fields.iter().enumerate().filter(|(_, field)| !field.is_late()).map(|(at, _)| bound(at));
        let fields = placed(variant).enumerate().map(|(order, (at, field))| {
            let (ident, bound) = (field.ident, bound(order));
            let value = if field.is_late() { reading(field, at, local) } else { quote!(#bound) };
            quote!(#ident: #value)
        });
        quote!(__Inner::#kept(#(#early),*) => #constructor { #(#fields),* },)
    });
    let error = error(read, "NotReturned");
    let exit = quote! {
        ::core::result::Result::Ok(match #held.0 {
            __Inner::Whole(#held) => #held,
            #(#arms)*
        })
    };
    let finish = quote! {
        match #held.0 {
            __Inner::Whole(#held) => ::core::result::Result::Ok(#held),
            _ => ::core::result::Result::Err(#error),
        }
    };
    (exit, finish)
}

fn held_name(input: &DeriveInput) -> TokenStream {
    let (_, generics, _) = input.generics.split_for_impl();
    quote!(__Held #generics)
}

/// What is held until the call returns: a variant that is complete, or the early fields of one that is not.
///
/// Its names are such as nobody has: items have no hygiene, and the fields' types are resolved beside them.
fn held_type(input: &DeriveInput, read: &Input) -> TokenStream {
    let (name, vis, generics) = (&input.ident, &input.vis, bare(&input.generics));
    let (_, of_generics, _) = input.generics.split_for_impl();
    let kept = read.variants.iter().enumerate().filter(|(_, variant)| variant.has_late()).map(|(at, variant)| {
        let kept = format_ident!("Held{at}");
        let types = variant.fields.iter().filter(|field| !field.is_late()).map(|field| field.ty);
        quote!(#kept(#(#types),*),)
    });
    quote! {
        #[allow(unreachable_pub, missing_docs, reason = "nobody can name it")]
        #vis struct __Held #generics(__Inner #of_generics);

        #[allow(dead_code, clippy::large_enum_variant, reason = "a structure is never whole when its call starts")]
        enum __Inner #generics {
            Whole(#name #of_generics),
            #(#kept)*
        }
    }
}

/// Generics without defaults or bounds.
fn bare(generics: &Generics) -> TokenStream {
    let lifetimes = generics.lifetimes().map(|of| &of.lifetime);
    let any = generics.lifetimes().next().is_some();
    if any { quote!(<#(#lifetimes),*>) } else { TokenStream::new() }
}
