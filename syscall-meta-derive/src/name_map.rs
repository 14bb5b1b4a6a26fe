//! `name_map!`: numbers and names of chosen calls.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, Path, Token, Visibility, custom_keyword};

use crate::abis::{NamedAbi, guards, parse_library, parse_list};
use crate::catalogue::Catalogue;
use crate::errors::Errors;
use crate::select::{Chosen, Selection};

custom_keyword!(bytes);

/// `pub static NAMES: x86_64, i386 as bytes; openat, %file`
pub(crate) struct NameMap {
    library: Path,
    attributes: Vec<Attribute>,
    visibility: Visibility,
    item: TokenStream,
    name: Ident,
    /// Where it is not read, the item is there all the same.
    rest: syn::Result<Rest>,
}

/// `x86_64, i386 as bytes; openat, %file`
struct Rest {
    abis: Vec<Ident>,
    as_bytes: bool,
    calls: Selection,
}

impl Parse for Rest {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        input.parse::<Token![:]>()?;
        let abis = parse_list(input)?;
        let as_bytes = input.parse::<Option<Token![as]>>()?.is_some();
        if as_bytes {
            input.parse::<bytes>()?;
        }
        input.parse::<Token![;]>()?;
        Ok(Rest { abis, as_bytes, calls: input.parse()? })
    }
}

impl Parse for NameMap {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let library = parse_library(input)?;
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let look = input.lookahead1();
        let item = if look.peek(Token![static]) {
            let word: Token![static] = input.parse()?;
            quote!(#word)
        } else if look.peek(Token![const]) {
            let word: Token![const] = input.parse()?;
            quote!(#word)
        } else {
            return Err(look.error());
        };
        let name = input.parse()?;
        let rest = input.parse();
        if rest.is_err() {
            input.parse::<TokenStream>()?;
        }
        Ok(NameMap { library, attributes, visibility, item, name, rest })
    }
}

impl NameMap {
    pub(crate) fn expand(&self, catalogue: Catalogue<'static>) -> TokenStream {
        let mut errors = Errors::default();
        let (mut as_bytes, mut calls, mut abis) = (false, Vec::new(), Vec::new());
        match &self.rest {
            Ok(rest) => {
                as_bytes = rest.as_bytes;
                abis = NamedAbi::all(&rest.abis, catalogue, &mut errors);
                calls = rest.calls.resolve(&abis, catalogue, &mut errors);
            }
            Err(error) => errors.add(error.clone()),
        }
        let (guards, calls) = if errors.is_empty() {
            (guards(&self.library, &abis, catalogue), abis.into_iter().zip(calls).collect())
        } else {
            (TokenStream::new(), Vec::new())
        };
        let (ty, value) = if as_bytes { self.rows(&calls) } else { self.maps(&calls) };
        let NameMap { attributes, visibility, item, name, .. } = self;
        let errors = errors.tokens();
        quote! {
            #errors
            #(#attributes)*
            #visibility #item #name: #ty = { #guards #value };
        }
    }

    fn maps(&self, calls: &[(NamedAbi, Vec<Chosen>)]) -> (TokenStream, TokenStream) {
        let library = &self.library;
        let of_abis = calls.iter().map(|(named, chosen)| {
            let abi = named.variant(library);
            let mut by_name: Vec<usize> = (0..chosen.len()).collect();
            by_name.sort_by_key(|at| &chosen[*at].1);
            let by_name = by_name.into_iter().map(Literal::usize_unsuffixed);
            let rows = chosen.iter().map(|(number, name)| {
                let number = Literal::u32_unsuffixed(*number);
                quote!((#number, #name))
            });
            quote!(#library::__derive::AbiNames::new(#abi, &[#(#rows),*], &[#(#by_name),*]))
        });
        (quote!(#library::NameMap), quote!(#library::NameMap::new(&[#(#of_abis),*])))
    }

    fn rows(&self, calls: &[(NamedAbi, Vec<Chosen>)]) -> (TokenStream, TokenStream) {
        let library = &self.library;
        let longest = calls.iter().flat_map(|(_, chosen)| chosen).map(|(_, name)| name.len()).max().unwrap_or(0);
        // Number, ABI and length take six bytes, and rows a multiple of four.
        let width = (longest + 6).next_multiple_of(4) - 6;
        let count = calls.iter().map(|(_, chosen)| chosen.len()).sum::<usize>();
        let rows = calls.iter().flat_map(|(named, chosen)| {
            let abi = named.variant(library);
            chosen.iter().map(move |(number, name)| {
                let number = Literal::u32_unsuffixed(*number);
                quote!(#library::NameRow::new(#abi, #number, #name))
            })
        });
        let (count, width) = (Literal::usize_unsuffixed(count), Literal::usize_unsuffixed(width));
        (quote!(#library::NameBytes<#count, #width>), quote!(#library::NameBytes::new([#(#rows),*])))
    }
}
