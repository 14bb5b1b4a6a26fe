//! What expansions look like, token by token: they stay small, and name nothing but `::core` and the library.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::Parse;

use crate::catalogue::{BLOB, Catalogue};
use crate::{decode_syscall, from_tracee, name_map, syscall_name, syscall_set, sysno};

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

#[test]
fn a_call_with_its_arguments() {
    let (version, i386) = (version(), built_in(quote!(::syscall_meta::Abi::I386), "i386"));
    let input = parsed(quote! {
        #[syscall(abis(i386), name = "pread64")]
        struct Pread { pos: u64 }
    });
    let wide = "`pos` of `pread64` has 64 bits on `i386`, more than `u64` holds";
    let kind = "`pos` of `pread64` is a number, and `u64` holds something else";
    let expected = quote! {
        #[allow(deprecated)]
        const _: () = {
            #version #i386
            const _: () = match ::syscall_meta::__derive::fits(
                <u64 as ::syscall_meta::args::FromArg<'static>>::TAKES, 64, 0
            ) {
                1 => ::core::panic!(#wide),
                2 => ::core::panic!(#kind),
                _ => {}
            };

            #[automatically_derived]
            impl ::syscall_meta::__derive::Holds for Pread {
                type Held = Self;
            }

            #[allow(unused_variables, clippy::too_many_lines, reason = "it is as long as there are calls")]
            #[automatically_derived]
            impl<'b, > ::syscall_meta::DecodeSyscall<'b> for Pread {
                fn __find(call: &mut ::syscall_meta::__derive::Words<'_>) -> ::syscall_meta::__derive::Found {
                    #[allow(unused_imports)]
                    use ::syscall_meta::__derive::Place;
                    match call.abi() {
                        ::syscall_meta::Abi::I386 => match call.number() {
                            180 => ::core::result::Result::Ok((0, &[Place(3, 4, 64, 1, (0, 0, 0))])),
                            _ => ::core::result::Result::Err(::syscall_meta::args::DecodeError::Other),
                        },
                        _ => ::core::result::Result::Err(::syscall_meta::args::DecodeError::Other),
                    }
                }

                fn __enter(
                    which: u16,
                    reader: &mut ::syscall_meta::__derive::Reader<'_, 'b>
                ) -> ::core::result::Result<<Self as ::syscall_meta::__derive::Holds>::Held, ::syscall_meta::args::DecodeError> {
                    match which {
                        0 => ::core::result::Result::Ok(Self { pos: reader.get(0, "pos")? }),
                        _ => ::core::result::Result::Err(::syscall_meta::args::DecodeError::Other),
                    }
                }

                fn __exit(
                    held: <Self as ::syscall_meta::__derive::Holds>::Held,
                    reader: &mut ::syscall_meta::__derive::Reader<'_, 'b>
                ) -> ::core::result::Result<Self, ::syscall_meta::args::DecodeError> {
                    ::core::result::Result::Ok(held)
                }

                fn __finish(
                    held: <Self as ::syscall_meta::__derive::Holds>::Held
                ) -> ::core::result::Result<Self, ::syscall_meta::args::DecodeError> {
                    ::core::result::Result::Ok(held)
                }

                fn __other(
                    raw: ::syscall_meta::RawCall
                ) -> ::core::option::Option<<Self as ::syscall_meta::__derive::Holds>::Held> {
                    ::core::option::Option::None
                }
            }

            #[automatically_derived]
            impl ::syscall_meta::args::WholeAtEntry for Pread {}
        };
    };
    check(|catalogue| decode_syscall::expand(&input, catalogue), expected);
}

#[test]
fn the_ways_of_calls() {
    let input = parsed(quote! {
        #[syscall(abis(x86_64, i386, mips_o32))]
        enum Event {
            Connect { fd: Fd, #[syscall(arg = "uservaddr")] addr: SockAddr },
            #[syscall(name = "mmap")]
            Map { len: u64 },
            Read { fd: Fd, #[syscall(exit)] buf: Bytes, #[syscall(ret)] result: i64 },
        }
    });
    let catalogue = Catalogue::new(BLOB).expect("the blob");
    let text = decode_syscall::expand(&input, catalogue).to_string();
    for part in [
        // By a number of its own, behind another call's, out of a block.
        quote!(42 => ::core::result::Result::Ok((0, &[
            Place(0, 0, 32, 1, (0, 0, 0)), Place(1, 1, 64, 0, (1, 2, 32))
        ])),),
        quote!(102 => match call.told_by(0) {
            3 => call.in_memory(1, 3, (0, &[Place(0, 0, 32, 1, (0, 0, 0)), Place(1, 1, 32, 0, (1, 2, 32))])),
            _ => ::core::result::Result::Err(::syscall_meta::args::DecodeError::Other),
        },),
        quote!(90 => call.in_memory(0, 6, (1, &[Place(1, 1, 32, 0, (0, 0, 0))])),),
        quote!(4000 => if call.shift() { Self::__find(call) } else {
            ::core::result::Result::Err(::syscall_meta::args::DecodeError::Other)
        },),
        // What waits for the exit: its place says that the result tells how long it is, and that the kernel writes it.
        quote!(0 => ::core::result::Result::Ok((2, &[
            Place(0, 0, 32, 0, (0, 0, 0)), Place(1, 1, 64, 4, (3, 0, 0))
        ])),),
        quote!(2 => ::core::result::Result::Ok(__Held(__Inner::Held2(reader.get(0, "fd")?))),),
        quote!(
            enum __Inner {
                Whole(Event),
                Held2(Fd),
            }
        ),
        quote!(__Inner::Held2(field0) => Self::Read {
            fd: field0, buf: reader.get(1, "buf")?, result: reader.result("result")?
        },),
    ] {
        assert!(text.contains(&part.to_string()), "{part}\n\n{text}");
    }
    assert!(!text.contains("WholeAtEntry"), "{text}");
}

#[test]
fn a_structure() {
    let input = parsed(quote! {
        #[tracee(struct = "iovec", abis(i386))]
        struct Text { iov_len: u64 }
    });
    let version = version();
    let expected = quote! {
        #[allow(deprecated)]
        const _: () = {
            #version
            const __FOUND: ::syscall_meta::StructText = ::syscall_meta::StructText::named("iovec");
            const __TEXT: [u8; __FOUND.len()] = __FOUND.copy();
            const __ALL: ::syscall_meta::__derive::Spots<1usize, { __FOUND.layouts() }> =
                ::syscall_meta::StructText::spots(&__TEXT, ["iov_len"]);
            static __SPOTS: ::syscall_meta::__derive::Spots<1usize, { __FOUND.layouts() }> = __ALL.without_text();
            const __ASKED: ::core::option::Option<&[::syscall_meta::Abi]> =
                ::core::option::Option::Some(&[::syscall_meta::Abi::I386]);
            const _: () = __ALL.is_on(::syscall_meta::Abi::I386);
            const _: () = __ALL.is_there(0usize, __ASKED);
            const _: () = __ALL.fits(0usize, <u64 as ::syscall_meta::args::FromTracee>::FITS, __ASKED);
            impl ::syscall_meta::args::FromTracee for Text {
                const FITS: ::syscall_meta::__derive::Fits = ::syscall_meta::__derive::Fits::Record("iovec");
                fn size(abi: ::syscall_meta::Abi) -> usize {
                    __SPOTS.size(abi)
                }
                fn from_tracee(from: ::syscall_meta::args::Tracee<'_>) -> ::core::option::Option<Self> {
                    let spots = __SPOTS.on(from.abi())?;
                    ::core::option::Option::Some(Self { iov_len: from.field(&spots[0usize])? })
                }
            }
        };
    };
    check(|catalogue| from_tracee::expand(&input, catalogue), expected);
}
