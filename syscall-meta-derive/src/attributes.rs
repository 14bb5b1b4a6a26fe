//! What `#[syscall(…)]` says of an enumeration or structure, of variants and of fields.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Ident, LitStr, Path, Token, parenthesized};

use crate::abis::usual_library;
use crate::errors::Errors;
use crate::nearest::{hint, listed};
use crate::syscall_name::snake_case;

/// On the enumeration or structure: `abis(x86_64, i386)`, `crate = path`.
#[derive(Default)]
pub(crate) struct OfEnum {
    pub(crate) abis: Vec<Ident>,
    /// There is a list of ABIs, empty or not.
    pub(crate) said_abis: bool,
    said_table: bool,
    library: Option<Path>,
}

impl OfEnum {
    pub(crate) fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut of = OfEnum::default();
        each(attributes, &["abis", "crate", "table"], errors, |word, meta, errors| of.take(word, meta, errors));
        of
    }

    /// The same of a structure, which is a call as well.
    pub(crate) fn parse_with_call(attributes: &[Attribute], errors: &mut Errors) -> (Self, OfVariant) {
        let (mut of, mut call) = (OfEnum::default(), OfVariant::default());
        each(attributes, &["abis", "crate", "table", "name", "or"], errors, |word, meta, errors| match word {
            "name" | "or" => call.take(word, meta, errors),
            _ => of.take(word, meta, errors),
        });
        (of, call)
    }

    fn take(&mut self, word: &str, meta: &ParseNestedMeta, errors: &mut Errors) -> syn::Result<()> {
        if word == "crate" {
            once(self.library.is_some(), word, meta, errors);
            self.library = Some(meta.value()?.call(Path::parse_mod_style)?);
            return Ok(());
        }
        if word == "table" {
            // What it leads to was looked up before.
            once(self.said_table, word, meta, errors);
            self.said_table = true;
            return meta.value()?.call(Path::parse_mod_style).map(drop);
        }
        once(self.said_abis, word, meta, errors);
        self.said_abis = true;
        let list;
        parenthesized!(list in meta.input);
        let abis = Punctuated::<Ident, Token![,]>::parse_terminated(&list)?;
        if abis.is_empty() {
            errors.push(meta.path.span(), "no ABI is named: `abis(x86_64, aarch64)`");
        }
        self.abis.extend(abis);
        Ok(())
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

/// On a variant: `name = "…"`, `or = "…"`, the latter as often as need be; `other` where it is none of the calls.
#[derive(Default)]
pub(crate) struct OfVariant {
    name: Option<Spelled>,
    or: Vec<Spelled>,
    /// Where it says so.
    pub(crate) other: Option<Span>,
}

impl OfVariant {
    pub(crate) fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut of = OfVariant::default();
        each(attributes, &["name", "or"], errors, |word, meta, errors| of.take(word, meta, errors));
        of
    }

    /// The same of an enumeration that may have a variant for all other calls.
    pub(crate) fn parse_or_other(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut of = OfVariant::default();
        each(attributes, &["name", "or", "other"], errors, |word, meta, errors| {
            if word != "other" {
                return of.take(word, meta, errors);
            }
            once(of.other.is_some(), word, meta, errors);
            of.other = Some(meta.path.span());
            Ok(())
        });
        if let (Some(_), Some(name)) = (of.other, of.name.as_ref().or(of.or.first())) {
            errors.push(name.span, "what stands for all other calls has no name of one");
        }
        of
    }

    fn take(&mut self, word: &str, meta: &ParseNestedMeta, errors: &mut Errors) -> syn::Result<()> {
        let text: LitStr = meta.value()?.parse()?;
        let spelled = Spelled { text: text.value(), span: text.span() };
        if word == "or" {
            self.or.push(spelled);
        } else {
            once(self.name.is_some(), word, meta, errors);
            self.name = Some(spelled);
        }
        Ok(())
    }

    /// Every name of the call: what is written, or that of the variant; then what else ABIs call it.
    pub(crate) fn names(self, variant: &Ident) -> Vec<Spelled> {
        let own = || Spelled { text: snake_case(variant), span: variant.span() };
        let mut names = vec![self.name.unwrap_or_else(own)];
        names.extend(self.or);
        names
    }
}

/// On a field: `arg = "…"`, `or = "…"`, the latter as often as need be; `exit`, `ret`.
#[derive(Default)]
pub(crate) struct OfField {
    arg: Option<Spelled>,
    or: Vec<Spelled>,
    pub(crate) exit: bool,
    pub(crate) ret: bool,
}

impl OfField {
    pub(crate) fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let (mut of, mut last) = (OfField::default(), None);
        each(attributes, &["arg", "or", "exit", "ret"], errors, |word, meta, errors| {
            last = Some(meta.path.span());
            let said = match word {
                "exit" => &mut of.exit,
                "ret" => &mut of.ret,
                _ => {
                    let text: LitStr = meta.value()?.parse()?;
                    let spelled = Spelled { text: text.value(), span: text.span() };
                    if word == "or" {
                        of.or.push(spelled);
                    } else {
                        once(of.arg.is_some(), word, meta, errors);
                        of.arg = Some(spelled);
                    }
                    return Ok(());
                }
            };
            once(std::mem::replace(said, true), word, meta, errors);
            Ok(())
        });
        if let Some(last) = last.filter(|_| of.ret && (of.exit || of.arg.is_some() || !of.or.is_empty())) {
            errors.push(last, "a result is no argument, and is known at the exit alone: `ret` says all of it");
        }
        of
    }
}

impl OfField {
    /// Every name of the argument: what is written, or that of the field; then what else kernels call it.
    pub(crate) fn names(&mut self, field: &Ident) -> Vec<Spelled> {
        let own = || Spelled { text: field.unraw().to_string(), span: field.span() };
        let mut names = vec![self.arg.take().unwrap_or_else(own)];
        names.append(&mut self.or);
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
                    let abis = Punctuated::<Ident, Token![,]>::parse_terminated(&list)?;
                    if abis.is_empty() {
                        errors.push(meta.path.span(), "no ABI is named: `abis(x86_64, aarch64)`");
                    }
                    of.abis.extend(abis);
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
