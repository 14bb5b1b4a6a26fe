//! `#[derive(DecodeSyscall)]`: calls as a type of the user's own.
//!
//! ```text
//! input ─read▶ Input: variants, fields, what is said of them
//!       ─ways▶ Way: each number, on each ABI, by which a variant's call comes, with its arguments
//!       ─place▶ Sited: where the fields of a variant are on each of its ways
//!       ─expand▶ tokens
//! ```

mod expand;
mod input;
mod place;
mod ways;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::abis::NamedAbi;
use crate::catalogue::Catalogue;
use crate::errors::Errors;
use input::Input;

pub(crate) fn expand(input: &DeriveInput, catalogue: Catalogue<'static>) -> TokenStream {
    let mut errors = Errors::default();
    let read = Input::read(input, &mut errors);
    let abis = NamedAbi::all(&read.abis, catalogue, &mut errors);
    let ways = ways::ways(&read, &abis, catalogue, &mut errors);
    let sited = place::place(&read, &ways, &mut errors);
    if errors.is_empty() {
        return expand::whole(input, &read, &sited, &abis, catalogue);
    }
    // The same without any call, so that what uses it is not wrong as well.
    let (errors, stub) = (errors.tokens(), expand::stub(input, &read));
    quote!(#errors #stub)
}
