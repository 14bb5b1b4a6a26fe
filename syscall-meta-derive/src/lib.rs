//! The macros of [`syscall-meta`](https://docs.rs/syscall-meta), which re-exports them under its feature `derive`; there
//! they are documented with examples.
//!
//! What they know of calls is one blob, packed by `cargo xtask gen` out of the same tables that the library has. An
//! expansion reads no file; it asserts that library and blob belong together, and that each ABI it names is built in.
//! Whatever is wrong with an input is told at once, each at its token.

#![forbid(unsafe_code)]

mod abis;
mod attributes;
mod catalogue;
mod errors;
mod from_tracee;
mod name_map;
mod nearest;
mod select;
mod syscall_name;
mod syscall_set;
mod sysno;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

use catalogue::{BLOB, Catalogue};

/// The number of a system call on an ABI; see [`sysno!`](https://docs.rs/syscall-meta/latest/syscall_meta/macro.sysno.html).
///
/// ```
/// # #[cfg(target_arch = "x86_64")] {
/// const OPENAT: u32 = syscall_meta_derive::sysno!(x86_64, openat);
/// assert_eq!(OPENAT, 257);
/// # }
/// ```
#[proc_macro]
pub fn sysno(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as sysno::Sysno);
    with_catalogue(|catalogue| input.expand(catalogue))
}

/// Numbers and names of chosen calls; see
/// [`name_map!`](https://docs.rs/syscall-meta/latest/syscall_meta/macro.name_map.html).
///
/// ```
/// # #[cfg(target_arch = "x86_64")] {
/// syscall_meta_derive::name_map! { static NAMES: x86_64, i386; openat, %network }
///
/// assert_eq!(NAMES.name(syscall_meta::Abi::I386, 295), Some("openat"));
/// # }
/// ```
#[proc_macro]
pub fn name_map(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as name_map::NameMap);
    with_catalogue(|catalogue| input.expand(catalogue))
}

/// A constant set of calls; see
/// [`syscall_set!`](https://docs.rs/syscall-meta/latest/syscall_meta/macro.syscall_set.html).
///
/// ```
/// # #[cfg(target_arch = "x86_64")] {
/// const FILES: syscall_meta::SyscallSet = syscall_meta_derive::syscall_set!(x86_64: %file, !chdir);
///
/// assert!(FILES.contains_number(257));
/// # }
/// ```
#[proc_macro]
pub fn syscall_set(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as syscall_set::Set);
    with_catalogue(|catalogue| input.expand(catalogue))
}

/// An enumeration of calls: to and from numbers on the ABIs that it names, to and from text.
///
/// Each variant is the call of its name in snake case. What it gets, with the visibility of the enumeration:
///
/// - `const fn from_number(abi: Abi, number: u32) -> Option<Self>`: a `match`, which compiles to a jump and no search;
/// - `const fn number(self, abi: Abi) -> Option<u32>`: none where the ABI has no such call, or is not among those named;
/// - `const fn as_str(&self) -> &'static str`, `Display` and `FromStr`.
///
/// Numbers are those of the ABI's own header, as `Table::get` takes them.
///
/// ```
/// # #[cfg(target_arch = "x86_64")] {
/// use syscall_meta::{Abi, SyscallName};
///
/// #[derive(Clone, Copy, Debug, PartialEq, SyscallName)]
/// #[syscall(abis(x86_64, i386))]
/// enum Call {
///     Openat,
///     Socketcall,
///     #[syscall(name = "newfstatat", or = "fstatat64")]
///     Stat,
/// }
///
/// assert_eq!(Call::from_number(Abi::X86_64, 257), Some(Call::Openat));
/// assert_eq!(Call::Stat.number(Abi::I386), Some(300));
/// assert_eq!(Call::Socketcall.number(Abi::X86_64), None);
/// assert_eq!("fstatat64".parse(), Ok(Call::Stat));
/// assert_eq!(Call::Stat.to_string(), "newfstatat");
/// # }
/// ```
///
/// # Attributes
///
/// On the enumeration:
///
/// - `#[syscall(abis(x86_64, i386))]`: which ABIs, by the names of their features, which have to be enabled;
/// - `#[syscall(crate = path)]`: where the library is, if not at `::syscall_meta`.
///
/// ```
/// # #[cfg(target_arch = "x86_64")] {
/// mod reexported {
///     pub use syscall_meta as meta;
/// }
///
/// #[derive(reexported::meta::SyscallName)]
/// #[syscall(abis(x86_64), crate = reexported::meta)]
/// enum Call {
///     Read,
/// }
///
/// assert_eq!(Call::Read.as_str(), "read");
/// # }
/// ```
///
/// On a variant:
///
/// - `#[syscall(name = "newfstatat")]`: what the call is called, where that is not the variant's name in snake case;
/// - `#[syscall(or = "fstatat64")]`: what it is called as well, as often as need be. Each of these numbers is the
///   variant; [its own number](#attributes) on an ABI is that of the first name which the ABI has.
///
/// ```
/// # #[cfg(target_arch = "x86_64")] {
/// use syscall_meta::{Abi, SyscallName};
///
/// #[derive(Clone, Copy, Debug, PartialEq, SyscallName)]
/// #[syscall(abis(x86_64, i386))]
/// enum Call {
///     #[syscall(name = "_llseek", or = "lseek")]
///     Seek,
/// }
///
/// assert_eq!((Call::Seek.number(Abi::X86_64), Call::Seek.number(Abi::I386)), (Some(8), Some(140)));
/// assert_eq!(Call::from_number(Abi::I386, 19), Some(Call::Seek));
/// # }
/// ```
#[proc_macro_derive(SyscallName, attributes(syscall))]
pub fn syscall_name(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    with_catalogue(|catalogue| syscall_name::expand(&input, catalogue))
}

fn with_catalogue(expand: impl FnOnce(Catalogue<'static>) -> proc_macro2::TokenStream) -> TokenStream {
    match Catalogue::new(BLOB) {
        Some(catalogue) => expand(catalogue).into(),
        None => syn::Error::new(proc_macro2::Span::call_site(), "the catalogue of `syscall-meta-derive` is broken")
            .to_compile_error()
            .into(),
    }
}
