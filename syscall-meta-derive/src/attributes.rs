//! What `#[syscall(…)]` says of an enumeration and of its variants.

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Ident, LitStr, Path, Token, parenthesized};

use crate::abis::usual_library;
use crate::errors::Errors;
use crate::nearest::{hint, listed};
use crate::syscall_name::snake_case;

/// On the enumeration: `abis(x86_64, i386)`, `crate = path`.
#[derive(Default)]
pub(crate) struct OfEnum {
    pub(crate) abis: Vec<Ident>,
    /// There is a list of ABIs, empty or not.
    pub(crate) said_abis: bool,
    library: Option<Path>,
}

impl OfEnum {
    pub(crate) fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut of = OfEnum::default();
        each(attributes, &["abis", "crate"], errors, |word, meta, errors| {
            if word == "crate" {
                once(of.library.is_some(), word, meta, errors);
                of.library = Some(meta.value()?.call(Path::parse_mod_style)?);
                return Ok(());
            }
            once(of.said_abis, word, meta, errors);
            of.said_abis = true;
            let list;
            parenthesized!(list in meta.input);
            let abis = Punctuated::<Ident, Token![,]>::parse_terminated(&list)?;
            if abis.is_empty() {
                errors.push(meta.path.span(), "no ABI is named: `abis(x86_64, aarch64)`");
            }
            of.abis.extend(abis);
            Ok(())
        });
        of
    }

    /// Where the library is.
    pub(crate) fn library(self) -> Path {
        self.library.unwrap_or_else(usual_library)
    }
}

/// A name, and where it was written.
pub(crate) struct Spelled {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// On a variant: `name = "…"`, `or = "…"`, the latter as often as need be.
#[derive(Default)]
pub(crate) struct OfVariant {
    name: Option<Spelled>,
    or: Vec<Spelled>,
}

impl OfVariant {
    pub(crate) fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut of = OfVariant::default();
        each(attributes, &["name", "or"], errors, |word, meta, errors| {
            let text: LitStr = meta.value()?.parse()?;
            let spelled = Spelled { text: text.value(), span: text.span() };
            if word == "or" {
                of.or.push(spelled);
            } else {
                once(of.name.is_some(), word, meta, errors);
                of.name = Some(spelled);
            }
            Ok(())
        });
        of
    }

    /// Every name of the call: what is written, or that of the variant; then what else ABIs call it.
    pub(crate) fn names(self, variant: &Ident) -> Vec<Spelled> {
        let own = || Spelled { text: snake_case(variant), span: variant.span() };
        let mut names = vec![self.name.unwrap_or_else(own)];
        names.extend(self.or);
        names
    }
}

/// `#[tracee(…)]` on a structure: `struct = "statx"`, `header = "linux/stat.h"`, `abis(x86_64, i386)`, `crate = path`.
#[derive(Default)]
pub(crate) struct OfRecord {
    pub(crate) name: Option<LitStr>,
    pub(crate) header: Option<LitStr>,
    pub(crate) abis: Vec<Ident>,
    library: Option<Path>,
}

impl OfRecord {
    pub(crate) fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut of = OfRecord::default();
        let words = ["struct", "header", "abis", "crate"];
        each_of("tracee", attributes, &words, errors, |word, meta, errors| {
            match word {
                "crate" => {
                    once(of.library.is_some(), word, meta, errors);
                    of.library = Some(meta.value()?.call(Path::parse_mod_style)?);
                }
                "abis" => {
                    once(!of.abis.is_empty(), word, meta, errors);
                    let list;
                    parenthesized!(list in meta.input);
                    of.abis.extend(Punctuated::<Ident, Token![,]>::parse_terminated(&list)?);
                }
                _ => {
                    let said = if word == "struct" { &mut of.name } else { &mut of.header };
                    once(said.is_some(), word, meta, errors);
                    *said = Some(meta.value()?.parse()?);
                }
            }
            Ok(())
        });
        of
    }

    /// Where the library is.
    pub(crate) fn library(self) -> Path {
        self.library.unwrap_or_else(usual_library)
    }
}

/// On a field of that: `field = "stx_mtime.tv_sec"`.
#[derive(Default)]
pub(crate) struct OfRecordField {
    pub(crate) name: Option<Spelled>,
}

impl OfRecordField {
    pub(crate) fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut of = OfRecordField::default();
        each_of("tracee", attributes, &["field"], errors, |word, meta, errors| {
            once(of.name.is_some(), word, meta, errors);
            let text: LitStr = meta.value()?.parse()?;
            of.name = Some(Spelled { text: text.value(), span: text.span() });
            Ok(())
        });
        of
    }
}

/// Goes through `#[syscall(…)]`, and says which words it does not know.
fn each(
    attributes: &[Attribute],
    words: &[&str],
    errors: &mut Errors,
    take: impl FnMut(&str, &ParseNestedMeta, &mut Errors) -> syn::Result<()>,
) {
    each_of("syscall", attributes, words, errors, take);
}

/// The same for any attribute.
fn each_of(
    name: &str,
    attributes: &[Attribute],
    words: &[&str],
    errors: &mut Errors,
    mut take: impl FnMut(&str, &ParseNestedMeta, &mut Errors) -> syn::Result<()>,
) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(name)) {
        let parsed = attribute.parse_nested_meta(|meta| {
            let word = meta.path.get_ident().map(Ident::to_string).unwrap_or_default();
            if words.contains(&word.as_str()) {
                return take(&word, &meta, errors);
            }
            let near = hint(&word, words.iter().copied());
            let rest = if near.is_empty() { format!("; expected {}", listed(words, "or")) } else { near };
            errors.push(meta.path.span(), format!("unknown attribute `{word}`{rest}"));
            // What it holds is of no interest.
            if meta.input.peek(Token![=]) {
                meta.input.parse::<Token![=]>()?;
                meta.input.parse::<proc_macro2::TokenTree>()?;
            } else if meta.input.peek(syn::token::Paren) {
                meta.input.parse::<proc_macro2::TokenTree>()?;
            }
            Ok(())
        });
        if let Err(error) = parsed {
            errors.add(error);
        }
    }
}

fn once(said: bool, word: &str, meta: &ParseNestedMeta, errors: &mut Errors) {
    if said {
        errors.push(meta.path.span(), format!("`{word}` is said twice"));
    }
}
