//! The macros of [`syscall-meta`](https://docs.rs/syscall-meta), which re-exports them under its feature `derive`.
//!
//! [`sysno!`] is the first of them; the derives for argument decoders build on prototypes, which the tables do not hold
//! yet.

#![forbid(unsafe_code)]

use proc_macro::TokenStream;
use quote::{format_ident, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::{Ident, Token, parse_macro_input};

/// The number of a system call on an ABI, as a constant of type `u32`.
///
/// A call that the ABI does not have stops the build, as does an ABI whose table is not built in. A name is that of
/// user space, or an alias of it.
///
/// ```
/// # use syscall_meta_derive::sysno;
/// # #[cfg(target_arch = "x86_64")] {
/// const OPENAT: u32 = sysno!(x86_64, openat);
/// assert_eq!(OPENAT, 257);
/// assert_eq!(sysno!(i386, openat), 295);
/// # }
/// ```
///
/// ```compile_fail
/// # use syscall_meta_derive::sysno;
/// const OPENAT: u32 = sysno!(x86_64, opnat);
/// ```
#[proc_macro]
pub fn sysno(input: TokenStream) -> TokenStream {
    let Sysno { abi, call } = parse_macro_input!(input as Sysno);
    // The table's constant bears the ABI's name: `X86_64`.
    let table = format_ident!("{}", abi.to_string().to_uppercase(), span = abi.span());
    let name = call.to_string();
    let missing = format!("`{name}` is no system call of {abi}");
    let number = quote_spanned! { call.span() =>
        const {
            match ::syscall_meta::tables::#table.by_name(#name) {
                ::core::option::Option::Some(call) => call.number(),
                ::core::option::Option::None => ::core::panic!(#missing),
            }
        }
    };
    number.into()
}

/// `x86_64, openat`
struct Sysno {
    abi: Ident,
    call: Ident,
}

impl Parse for Sysno {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let abi = input.parse()?;
        input.parse::<Token![,]>()?;
        let call = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        Ok(Sysno { abi, call })
    }
}
