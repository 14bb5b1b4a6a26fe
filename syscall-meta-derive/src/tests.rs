//! What expansions look like, token by token: they stay small, and name nothing but `::core` and the library.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::Parse;

use crate::catalogue::{BLOB, Catalogue};
use crate::{name_map, syscall_name, syscall_set, sysno};

fn parsed<T: Parse>(input: TokenStream) -> T {
    syn::parse2(input).expect("an input that is right")
}

/// Compares without the hash of the catalogue, which a kernel bump changes.
fn check(expand: impl FnOnce(Catalogue<'static>) -> TokenStream, expected: TokenStream) {
    let catalogue = Catalogue::new(BLOB).expect("the blob");
    let hash = format!("{}u64", catalogue.version());
    assert_eq!(expand(catalogue).to_string().replace(&hash, "HASH"), expected.to_string());
}

/// What each expansion asks of the library first.
fn version() -> TokenStream {
    quote! {
        const _: () = ::core::assert!(
            ::syscall_meta::__derive::CATALOGUE == HASH,
            "`syscall-meta` and `syscall-meta-derive` are not of one version: their tables differ"
        );
    }
}

fn built_in(abi: TokenStream, name: &str) -> TokenStream {
    let message = format!("the ABI `{name}` is not built in: enable the feature `{name}` of `syscall-meta`");
    quote!(
        const _: () = ::core::assert!(#abi.table().is_some(), #message);
    )
}

#[test]
fn a_number() {
    let (version, x86_64) = (version(), built_in(quote!(::syscall_meta::Abi::X86_64), "x86_64"));
    let input: sysno::Sysno = parsed(quote!(x86_64, openat));
    check(|catalogue| input.expand(catalogue), quote!({ #version #x86_64 257u32 }));
}

#[test]
fn a_set() {
    let version = version();
    let input: syscall_set::Set = parsed(quote!(i386: read, %statfs));
    let expected = quote!({
        #version
        const {
            match ::syscall_meta::Abi::I386.table() {
                ::core::option::Option::Some(table) =>
                    ::syscall_meta::SyscallSet::of(table, &["read", "statfs", "statfs64"]),
                ::core::option::Option::None => ::core::panic!(
                    "the ABI `i386` is not built in: enable the feature `i386` of `syscall-meta`"
                ),
            }
        }
    });
    check(|catalogue| input.expand(catalogue), expected);
}

#[test]
fn maps() {
    let (version, x86_64) = (version(), built_in(quote!(library::Abi::X86_64), "x86_64"));
    let version: TokenStream = version.to_string().replace(":: syscall_meta", "library").parse().expect("tokens");
    let input: name_map::NameMap = parsed(quote!(crate = library; pub static NAMES: x86_64; read, openat, close));
    let expected = quote! {
        pub static NAMES: library::NameMap = {
            #version #x86_64
            library::NameMap::new(&[library::__derive::AbiNames::new(
                library::Abi::X86_64,
                &[(0, "read"), (3, "close"), (257, "openat")],
                &[1, 2, 0]
            )])
        };
    };
    check(|catalogue| input.expand(catalogue), expected);

    let input: name_map::NameMap = parsed(quote!(crate = library; const ROWS: x86_64 as bytes; read));
    let expected = quote! {
        const ROWS: library::NameBytes<1, 6> = {
            #version #x86_64
            library::NameBytes::new([library::NameRow::new(library::Abi::X86_64, 0, "read")])
        };
    };
    check(|catalogue| input.expand(catalogue), expected);
}

#[test]
fn an_enumeration() {
    let input = parsed(quote! {
        #[syscall(abis(aarch64, riscv64, i386))]
        pub(crate) enum Call {
            Read,
            #[syscall(name = "newfstatat", or = "fstatat64")]
            Stat,
            Socketcall,
        }
    });
    let catalogue = Catalogue::new(BLOB).expect("the blob");
    let text = syscall_name::expand(&input, catalogue).to_string();
    // ABIs with the same numbers share an arm; numbers are patterns, so that the compiler makes a jump of them.
    for part in [
        quote! {
            match abi {
                ::syscall_meta::Abi::Aarch64 | ::syscall_meta::Abi::Riscv64 => match number {
                    63 => ::core::option::Option::Some(Self::Read),
                    79 => ::core::option::Option::Some(Self::Stat),
                    _ => ::core::option::Option::None,
                },
                ::syscall_meta::Abi::I386 => match number {
                    3 => ::core::option::Option::Some(Self::Read),
                    300 => ::core::option::Option::Some(Self::Stat),
                    102 => ::core::option::Option::Some(Self::Socketcall),
                    _ => ::core::option::Option::None,
                },
                _ => ::core::option::Option::None,
            }
        },
        quote! {
            match self {
                Self::Read => ::core::option::Option::Some(63),
                Self::Stat => ::core::option::Option::Some(79),
                Self::Socketcall => ::core::option::Option::None,
            }
        },
        quote! {
            pub(crate) const fn number(self, abi: ::syscall_meta::Abi) -> ::core::option::Option<u32>
        },
        quote!("newfstatat" | "fstatat64" => ::core::result::Result::Ok(Self::Stat),),
    ] {
        assert!(text.contains(&part.to_string()), "{part}\n\n{text}");
    }
}
