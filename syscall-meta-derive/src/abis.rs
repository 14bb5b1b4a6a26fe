//! The ABIs that an input names, and what an expansion asks of the library for them.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Ident, Path, Token};

use crate::catalogue::{Abi, Catalogue};
use crate::errors::Errors;
use crate::nearest::{hint, listed};

/// An ABI with the place where it is named.
#[derive(Clone, Copy)]
pub(crate) struct NamedAbi {
    pub(crate) abi: Abi<'static>,
    pub(crate) span: Span,
}

impl NamedAbi {
    /// Takes the own name of an ABI, which is that of its feature.
    pub(crate) fn of(ident: &Ident, catalogue: Catalogue<'static>, errors: &mut Errors) -> Option<NamedAbi> {
        let (name, span) = (ident.to_string(), ident.span());
        if let Some(abi) = catalogue.abi(&name) {
            return Some(NamedAbi { abi, span });
        }
        let lower = name.to_ascii_lowercase();
        let also = catalogue.abis().find(|abi| abi.name == lower || abi.aliases().any(|alias| alias == lower));
        match also {
            Some(abi) => errors.push(span, format!("the ABI `{name}` is named `{}` here, as its feature is", abi.name)),
            None => {
                let near = hint(&name, catalogue.abis().map(|abi| abi.name));
                let all = if near.is_empty() {
                    let names: Vec<&str> = catalogue.abis().map(|abi| abi.name).collect();
                    format!("; expected one of {}", listed(&names, "and"))
                } else {
                    near
                };
                errors.push(span, format!("unknown ABI `{name}`{all}"));
            }
        }
        None
    }

    /// Takes several, each once.
    pub(crate) fn all<'i>(
        idents: impl IntoIterator<Item = &'i Ident>,
        catalogue: Catalogue<'static>,
        errors: &mut Errors,
    ) -> Vec<NamedAbi> {
        let mut all: Vec<NamedAbi> = Vec::new();
        for named in idents.into_iter().filter_map(|ident| NamedAbi::of(ident, catalogue, errors)).collect::<Vec<_>>() {
            if all.iter().any(|other| other.abi.name == named.abi.name) {
                errors.push(named.span, format!("the ABI `{}` is named twice", named.abi.name));
            } else {
                all.push(named);
            }
        }
        all
    }

    /// `Abi::X86_64`
    pub(crate) fn variant(self, library: &Path) -> TokenStream {
        let variant = format_ident!("{}", self.abi.variant, span = Span::mixed_site());
        quote!(#library::Abi::#variant)
    }
}

/// `x86_64, i386`, up to something else.
pub(crate) fn parse_list(input: ParseStream) -> syn::Result<Vec<Ident>> {
    let mut all = vec![input.parse()?];
    while input.peek(Token![,]) && input.peek2(syn::Ident) {
        input.parse::<Token![,]>()?;
        all.push(input.parse()?);
    }
    input.parse::<Option<Token![,]>>()?;
    Ok(all)
}

/// `crate = path;` before everything else, which the library's own macros put there; else its usual name.
pub(crate) fn parse_library(input: ParseStream) -> syn::Result<Path> {
    if !(input.peek(Token![crate]) && input.peek2(Token![=])) {
        return Ok(usual_library());
    }
    input.parse::<Token![crate]>()?;
    input.parse::<Token![=]>()?;
    let path = Path::parse_mod_style(input)?;
    input.parse::<Token![;]>()?;
    Ok(path)
}

/// The library by the name that it has where nobody renamed it.
pub(crate) fn usual_library() -> Path {
    let segments: Punctuated<_, _> =
        [syn::PathSegment::from(Ident::new("syscall_meta", Span::mixed_site()))].into_iter().collect();
    Path { leading_colon: Some(Token![::](Span::mixed_site())), segments }
}

/// Items that stop the build where library and macros do not belong together, and at the name of each ABI that is not built
/// in.
pub(crate) fn guards(library: &Path, abis: &[NamedAbi], catalogue: Catalogue) -> TokenStream {
    // What a table of one's own has is in the expansion, and nothing of it in the library.
    if !catalogue.is_built_in() {
        return TokenStream::new();
    }
    let version = catalogue.version();
    let built_in = abis.iter().map(|named| {
        let (abi, message) = (named.variant(library), not_built_in(named.abi));
        quote_spanned! { named.span.resolved_at(Span::mixed_site()) =>
            const _: () = ::core::assert!(#abi.table().is_some(), #message);
        }
    });
    quote! {
        const _: () = ::core::assert!(
            #library::__derive::CATALOGUE == #version,
            "`syscall-meta` and `syscall-meta-derive` are not of one version: their tables differ"
        );
        #(#built_in)*
    }
}

/// What to do where the library has no table of an ABI.
pub(crate) fn not_built_in(abi: Abi) -> String {
    format!("the ABI `{0}` is not built in: enable the feature `{0}` of `syscall-meta`", abi.name)
}
