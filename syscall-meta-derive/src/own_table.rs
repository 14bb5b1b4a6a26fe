//! Tables of one's own: `table = my_kernel` asks a `macro_rules!` that the generator wrote for its catalogue, and goes on with
//! that one.
//!
//! A macro cannot read what another one holds. So it hands its input to that one, which hands it on, with the catalogue in
//! front, to [`go_on`]; tokens keep their places on the way.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{DeriveInput, LitByteStr, Path, Token};

use crate::abis::{parse_library, usual_library};
use crate::catalogue::Catalogue;
use crate::{decode_syscall, name_map, syscall_name, sysno};

/// What `#[syscall(table = path)]` of a type leads to; none where there is no such attribute.
pub(crate) fn of_type(macro_name: &str, input: &DeriveInput) -> Option<TokenStream> {
    let (mut table, mut library) = (None, None);
    for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("syscall")) {
        // What is wrong with it is told behind the table.
        let _ = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("table") {
                table = Some(meta.value()?.call(Path::parse_mod_style)?);
            } else if meta.path.is_ident("crate") {
                library = Some(meta.value()?.call(Path::parse_mod_style)?);
            } else if meta.input.peek(Token![=]) {
                meta.input.parse::<Token![=]>()?;
                meta.input.parse::<TokenTree>()?;
            } else if meta.input.peek(syn::token::Paren) {
                meta.input.parse::<TokenTree>()?;
            }
            Ok(())
        });
    }
    Some(ask(&table?, &library.unwrap_or_else(usual_library), macro_name, quote!(#input)))
}

/// What `table = path;` in front of a macro's input leads to, behind `crate = path;`; none where there is none.
pub(crate) fn of_macro(macro_name: &str, input: &TokenStream) -> Option<TokenStream> {
    struct Head {
        library: Path,
        table: Path,
        rest: TokenStream,
    }
    impl Parse for Head {
        fn parse(input: ParseStream) -> syn::Result<Self> {
            let library = parse_library(input)?;
            let word: Ident = input.parse()?;
            if word != "table" {
                return Err(syn::Error::new(word.span(), "no table"));
            }
            input.parse::<Token![=]>()?;
            let table = Path::parse_mod_style(input)?;
            input.parse::<Token![;]>()?;
            Ok(Head { library, table, rest: input.parse()? })
        }
    }
    let Head { library, table, rest } = syn::parse2(input.clone()).ok()?;
    Some(ask(&table, &library, macro_name, quote!(crate = #library; #rest)))
}

fn ask(table: &Path, library: &Path, macro_name: &str, input: TokenStream) -> TokenStream {
    let name = Ident::new(macro_name, Span::mixed_site());
    let input = Group::new(Delimiter::Brace, input);
    quote!(#table! { (#library::__derive::with_table) #name #input })
}

/// What the table hands on: its catalogue, which macro, and what that was given.
struct Handed {
    blob: LitByteStr,
    macro_name: Ident,
    input: TokenStream,
}

impl Parse for Handed {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let (blob, macro_name) = (input.parse()?, input.parse()?);
        let group: Group = input.parse()?;
        Ok(Handed { blob, macro_name, input: group.stream() })
    }
}

/// Expands a macro with the catalogue that stands in front of its input.
pub(crate) fn go_on(input: TokenStream) -> syn::Result<TokenStream> {
    let Handed { blob, macro_name, input } = syn::parse2(input)?;
    // An expansion is short, and names out of the catalogue are there as long as it takes.
    let bytes: &'static [u8] = Vec::leak(blob.value());
    let catalogue = Catalogue::new(bytes).ok_or_else(|| {
        let message = "the table is one for another version of `syscall-meta`: generate it with this one's generator";
        syn::Error::new(Span::call_site(), message)
    })?;
    Ok(match macro_name.to_string().as_str() {
        "DecodeSyscall" => decode_syscall::expand(&syn::parse2(input)?, catalogue),
        "SyscallName" => syscall_name::expand(&syn::parse2(input)?, catalogue),
        "name_map" => syn::parse2::<name_map::NameMap>(input)?.expand(catalogue),
        _ => syn::parse2::<sysno::Sysno>(input)?.expand(catalogue),
    })
}

#[cfg(test)]
mod tests {
    use proc_macro2::Literal;
    use syn::parse_quote;

    use super::*;
    use crate::catalogue::BLOB;

    fn handed(blob: &[u8], name: &str, input: TokenStream) -> syn::Result<String> {
        let (blob, name) = (Literal::byte_string(blob), Ident::new(name, Span::call_site()));
        go_on(quote!(#blob #name { #input })).map(|tokens| tokens.to_string())
    }

    #[test]
    fn a_table_is_asked_with_all_that_was_written() {
        let input = quote!(crate = ::meta; table = my::kernel; x86_64, frob);
        let asks = of_macro("sysno", &input).map(|tokens| tokens.to_string());
        let expected = quote!(my::kernel! { (::meta::__derive::with_table) sysno { crate = ::meta; x86_64, frob } });
        assert_eq!(asks, Some(expected.to_string()));
        assert!(of_macro("sysno", &quote!(crate = ::meta; x86_64, frob)).is_none());

        let input: DeriveInput = parse_quote! {
            #[syscall(abis(x86_64), table = kernel, unknown = "word")]
            enum Call { Frob }
        };
        let asks = of_type("SyscallName", &input).expect("it names a table").to_string();
        assert!(
            asks.starts_with(&quote!(kernel! { (::syscall_meta::__derive::with_table) SyscallName }).to_string()[..40])
        );
        let input: DeriveInput = parse_quote!(
            #[syscall(abis(x86_64))]
            enum Call {
                Frob,
            }
        );
        assert!(of_type("SyscallName", &input).is_none());
    }

    #[test]
    fn what_is_handed_on_is_expanded_with_that_catalogue() {
        let number = handed(BLOB, "sysno", quote!(x86_64, openat)).unwrap();
        assert!(number.contains("257u32") && !number.contains("CATALOGUE"), "{number}");
        let wrong = handed(BLOB, "sysno", quote!(x86_64, opnat)).unwrap();
        assert!(wrong.contains("did you mean `openat`"), "{wrong}");
        let event = quote!(
            #[syscall(abis(i386), table = kernel)]
            struct Openat {
                filname: u32,
            }
        );
        let wrong = handed(BLOB, "DecodeSyscall", event).unwrap();
        assert!(wrong.contains("did you mean `filename`"), "{wrong}");
    }

    #[test]
    fn a_table_of_another_version_is_an_error() {
        let error = handed(b"syscall\x01", "sysno", quote!(x86_64, openat)).unwrap_err().to_string();
        assert!(error.contains("another version"), "{error}");
        assert!(go_on(quote!(5 sysno {})).is_err());
    }
}
