//! `sysno!`: the number of a call.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, Path, Token};

use crate::abis::{NamedAbi, guards, parse_library};
use crate::catalogue::Catalogue;
use crate::errors::Errors;
use crate::select::check_name;

/// `x86_64, openat`
pub(crate) struct Sysno {
    library: Path,
    abi: Ident,
    call: Ident,
}

impl Parse for Sysno {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let library = parse_library(input)?;
        let abi = input.parse()?;
        input.parse::<Token![,]>()?;
        let call = input.call(Ident::parse_any)?;
        input.parse::<Option<Token![,]>>()?;
        Ok(Sysno { library, abi, call })
    }
}

impl Sysno {
    pub(crate) fn expand(&self, catalogue: Catalogue<'static>) -> TokenStream {
        let mut errors = Errors::default();
        let abi = NamedAbi::of(&self.abi, catalogue, &mut errors);
        let abis: Vec<NamedAbi> = abi.into_iter().collect();
        let text = self.call.unraw().to_string();
        let name = catalogue.name(&text);
        check_name(&text, self.call.span(), name, &abis, catalogue, &mut errors);
        let call = abi.and_then(|named| named.abi.call(name?));
        let Some(number) = call.map(|call| call.number).filter(|_| errors.is_empty()) else {
            let errors = errors.tokens();
            return quote!({ #errors 0u32 });
        };
        let guards = guards(&self.library, &abis, catalogue);
        let number = quote_spanned!(self.call.span().resolved_at(Span::mixed_site()) => #number);
        quote!({ #guards #number })
    }
}
