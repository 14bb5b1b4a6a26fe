//! Where the fields of each variant are on each of its ways, and what their types have to hold.

use proc_macro2::Span;
use quote::ToTokens;

use super::input::{Field, Input, Variant};
use super::ways::{Arg, Way};
use crate::attributes::Spelled;
use crate::errors::Errors;
use crate::nearest::{hint, listed};

/// A way with the arguments of the variant's fields, in their order, without the result.
pub(super) struct Sited<'w> {
    pub(super) way: &'w Way,
    pub(super) args: Vec<&'w Arg>,
}

/// All of them. What is wrong of a field is told once, whatever number of ways have it so.
pub(super) fn place<'w>(input: &Input, ways: &'w [Way], errors: &mut Errors) -> Vec<Sited<'w>> {
    let mut told: Vec<(usize, usize)> = Vec::new();
    let mut all = Vec::new();
    for way in ways {
        let variant = &input.variants[way.variant];
        let mut args = Vec::new();
        for (at, field) in variant.fields.iter().enumerate().filter(|(_, field)| !field.ret) {
            match field.names.iter().find_map(|name| find(way, &name.text)) {
                Some(arg) => args.push(arg),
                None if told.contains(&(way.variant, at)) => {}
                None => {
                    told.push((way.variant, at));
                    let span = field.names.first().map_or_else(|| field.ident.span(), |name| name.span);
                    errors.push(span, missing(way, field, variant, ways));
                }
            }
        }
        all.push(Sited { way, args });
    }
    // A further name that is none anywhere is one that nobody would miss.
    for (place, variant) in input.variants.iter().enumerate() {
        let mine = || ways.iter().filter(|way| way.variant == place);
        for (_, field) in variant.fields.iter().enumerate().filter(|(at, _)| !told.contains(&(place, *at))) {
            let unused =
                |name: &&Spelled| mine().next().is_some() && !mine().any(|way| find(way, &name.text).is_some());
            for name in field.names.iter().skip(1).filter(unused).filter(|_| !field.ret) {
                errors.push(name.span, format!("none of these calls has an argument `{}`", name.text));
            }
        }
    }
    all
}

fn find<'w>(way: &'w Way, name: &str) -> Option<&'w Arg> {
    let own = way.args.iter().flatten().find(|arg| arg.name == name);
    own.or_else(|| way.also.iter().find(|arg| arg.name == name))
}

fn missing(way: &Way, field: &Field, variant: &Variant, ways: &[Way]) -> String {
    let Some(args) = &way.args else {
        return format!("nobody knows what `{}` of `{}` takes", way.name, way.abi_name);
    };
    let names: Vec<&str> = args.iter().map(|arg| arg.name).collect();
    let wrong: Vec<&str> = field.names.iter().map(|name| name.text.as_str()).collect();
    // Others of its ways may have the argument.
    let mut others = ways.iter().filter(|other| other.variant == way.variant);
    let elsewhere = others.any(|other| wrong.iter().any(|name| find(other, name).is_some()));
    let whose = if elsewhere { format!("`{}` of `{}`", way.name, way.abi_name) } else { format!("`{}`", way.name) };
    let taken = || variant.fields.iter().flat_map(|field| &field.names).map(|name| name.text.as_str());
    let free = names.iter().copied().filter(|name| !taken().any(|other| other == *name));
    let near = if elsewhere { String::new() } else { hint(wrong.first().copied().unwrap_or_default(), free) };
    let has = match names.as_slice() {
        [] => "it takes none".to_string(),
        names => format!("it has {}", listed(names, "and")),
    };
    let or = if elsewhere { ", of which `or = \"…\"` takes one as well" } else { "" };
    format!(
        "{whose} has no argument {}{near}{} {has}{or}",
        listed(&wrong, "or"),
        if near.is_empty() { ";" } else { "" }
    )
}

/// What the type of a field has to hold: the widest of its arguments, and what all of them are.
pub(super) struct Needed {
    pub(super) bits: u8,
    /// In the form of the library's `fits`.
    pub(super) is: u8,
    /// What is said where it does not, by the answers of that from 1 on; nothing where there is no such answer.
    pub(super) messages: Vec<(u8, String)>,
    pub(super) span: Span,
}

const POINTER: u8 = 1;
const ADDRESS: u8 = 2;
const LENGTH: u8 = 4;
const EARLY: u8 = 8;
const RESULT: u8 = 16;

/// What a field of a variant needs; none where the variant has no way.
pub(super) fn needed(variant: usize, field: &Field, at: usize, sited: &[Sited]) -> Option<Needed> {
    let mine = || sited.iter().filter(|sited| sited.way.variant == variant);
    let ty = field.ty.to_token_stream().to_string().replace(" :: ", "::").replace(" < ", "<").replace(" <", "<");
    let ty = ty.replace("< ", "<").replace(" >", ">").replace(" ,", ",").replace("& ", "&");
    let span = syn::spanned::Spanned::span(field.ty);
    if field.ret {
        let all: Vec<&Way> = mine().map(|sited| sited.way).collect();
        let widest = all.iter().rev().max_by_key(|way| way.word_bits)?;
        let bits = widest.word_bits;
        let wide = format!("a result has {bits} bits on `{}`, more than `{ty}` holds", widest.abi_name);
        let kind = format!("a result is a number, and `{ty}` holds something else");
        return Some(Needed { bits, is: RESULT, messages: vec![(1, wide), (2, kind)], span });
    }
    let all: Vec<(&Way, &Arg)> = mine().filter_map(|sited| Some((sited.way, *sited.args.get(at)?))).collect();
    // Of those that are as wide, the first that is named.
    let (way, arg) = *all.iter().rev().max_by_key(|(_, arg)| arg.bits)?;
    let of = format!("`{}` of `{}`", arg.name, way.name);
    let mut is = 0;
    let mut every = |bit: u8, has: &dyn Fn(&Arg) -> bool| {
        if all.iter().all(|(_, arg)| has(arg)) {
            is |= bit;
        }
    };
    every(POINTER, &|arg| arg.pointer);
    every(ADDRESS, &|arg| arg.address);
    every(LENGTH, &|arg| arg.extent.0 != 0);
    every(EARLY, &|arg| arg.written && !field.exit);
    let wide = format!("{of} has {} bits on `{}`, more than `{ty}` holds", arg.bits, way.abi_name);
    let kind = if is & POINTER != 0 { "pointer" } else { "number" };
    let kind = format!("{of} is a {kind}, and `{ty}` holds something else");
    let mut messages = vec![(1, wide), (2, kind)];
    if is & EARLY != 0 {
        messages.push((3, format!("the kernel writes {of}: put `#[syscall(exit)]` at the field")));
    }
    if is & ADDRESS != 0 && is & LENGTH == 0 {
        messages.push((4, format!("nothing says how many bytes {of} leads to, which `{ty}` needs")));
    }
    Some(Needed { bits: arg.bits, is, messages, span })
}
