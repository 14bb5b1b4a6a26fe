//! `syscall_set!`: a constant set of calls.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::{Ident, Path, Token};

use crate::abis::{NamedAbi, guards, not_built_in, parse_library};
use crate::catalogue::Catalogue;
use crate::errors::Errors;
use crate::select::Selection;

/// `aarch64: openat, read, %file`
pub(crate) struct Set {
    library: Path,
    abi: Ident,
    calls: Selection,
}

impl Parse for Set {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let library = parse_library(input)?;
        let abi = input.parse()?;
        input.parse::<Token![:]>()?;
        Ok(Set { library, abi, calls: input.parse()? })
    }
}

impl Set {
    pub(crate) fn expand(&self, catalogue: Catalogue<'static>) -> TokenStream {
        let (library, mut errors) = (&self.library, Errors::default());
        let abi = NamedAbi::of(&self.abi, catalogue, &mut errors);
        let abis: Vec<NamedAbi> = abi.into_iter().collect();
        let chosen = self.calls.resolve(&abis, catalogue, &mut errors).concat();
        let Some(named) = abi.filter(|_| errors.is_empty()) else {
            let errors = errors.tokens();
            return quote!({ #errors });
        };
        // The message for an ABI that is not built in stands where the table is taken.
        let (guards, abi) = (guards(library, &[], catalogue), named.variant(library));
        let message = not_built_in(named.abi);
        let table = format_ident!("table", span = Span::mixed_site());
        let names = chosen.iter().map(|(_, name)| name);
        let none = quote_spanned! { named.span.resolved_at(Span::mixed_site()) =>
            ::core::option::Option::None => ::core::panic!(#message),
        };
        quote!({
            #guards
            const {
                match #abi.table() {
                    ::core::option::Option::Some(#table) => #library::SyscallSet::of(#table, &[#(#names),*]),
                    #none
                }
            }
        })
    }
}
