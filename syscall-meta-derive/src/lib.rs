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
mod decode_syscall;
mod errors;
mod from_tracee;
mod name_map;
mod nearest;
mod own_table;
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
    if let Some(asks) = own_table::of_macro("sysno", &input.clone().into()) {
        return asks.into();
    }
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
    if let Some(asks) = own_table::of_macro("name_map", &input.clone().into()) {
        return asks.into();
    }
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
/// - `#[syscall(crate = path)]`: where the library is, if not at `::syscall_meta`;
/// - `#[syscall(table = path)]`: the calls of another kernel, by the macro that `cargo xtask gen --kernel SRC --out FILE` wrote.
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
/// ```
/// // `small_kernel.rs` is included before this: `gen --kernel SRC --out small_kernel.rs` wrote it, of a kernel with few calls.
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/small_kernel.rs"));
/// #[derive(Clone, Copy, syscall_meta::SyscallName)]
/// #[syscall(table = small_kernel, abis(aarch64))]
/// enum Call {
///     Openat,
/// }
///
/// # fn main() {
/// assert_eq!(Call::Openat.number(syscall_meta::Abi::Aarch64), Some(56));
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
    if let Some(asks) = own_table::of_type("SyscallName", &input) {
        return asks.into();
    }
    with_catalogue(|catalogue| syscall_name::expand(&input, catalogue))
}

/// Calls as a type of one's own: an enumeration with a variant a call, or a structure that is one.
///
/// Each variant is the call of its name in snake case; its fields are arguments, found by the kernel's names for them on
/// each of the ABIs, and as many of them as are of interest. They have types that implement
/// [`FromArg`](https://docs.rs/syscall-meta/latest/syscall_meta/args/trait.FromArg.html);
/// [`args`](https://docs.rs/syscall-meta/latest/syscall_meta/args/index.html) lists those that there are. What the kernel
/// does not have, and types that cannot hold what it passes, stop the build.
///
/// ```
/// # #[cfg(target_arch = "x86_64")] {
/// use syscall_meta::args::{DirFd, Fd, SockAddr};
/// use syscall_meta::{Abi, DecodeSyscall, RawCall, Region, Scratch};
///
/// #[derive(Debug, DecodeSyscall)]
/// #[syscall(abis(x86_64, i386, aarch64))]
/// enum Event<'b> {
///     Openat { dfd: DirFd, filename: &'b str },
///     #[syscall(name = "newfstatat", or = "fstatat64")]
///     Stat { filename: &'b str },
///     Connect { fd: Fd, #[syscall(arg = "uservaddr")] addr: SockAddr },
///     #[syscall(other)]
///     Other(RawCall),
/// }
///
/// let memory = [
///     Region::new(0x1000, b"/etc/hosts\0"),
///     // The words of `socketcall`, and the address that one of them points to.
///     Region::new(0x2000, &[3, 0, 0, 0, 0, 0x30, 0, 0, 16, 0, 0, 0]),
///     Region::new(0x3000, &[2, 0, 0, 53, 8, 8, 8, 8, 0, 0, 0, 0, 0, 0, 0, 0]),
/// ];
/// let mut room = [0; 256];
/// let mut scratch = Scratch::new(&mut room);
///
/// let call = RawCall::new(Abi::Aarch64, 56, [-100_i64 as u64, 0x1000, 0, 0, 0, 0]);
/// let event = Event::decode(Abi::Aarch64, &call, &memory, &mut scratch)?;
/// assert!(matches!(event, Event::Openat { dfd: DirFd::CWD, filename: "/etc/hosts" }));
///
/// // Behind `socketcall`, a call is itself.
/// let call = RawCall::new(Abi::I386, 102, [3, 0x2000, 0, 0, 0, 0]);
/// let event = Event::decode(Abi::I386, &call, &memory, &mut scratch)?;
/// let Event::Connect { fd: Fd(3), addr } = event else { panic!("{event:?}") };
/// assert_eq!(addr.ip(), "8.8.8.8:53".parse().ok());
/// # }
/// # Ok::<(), syscall_meta::args::DecodeError>(())
/// ```
///
/// # Start and end of a call
///
/// `enter` reads what is known when a call starts; `exit` of what that returns completes it when the call has returned, and
/// `finish` does without. `decode` is both in one step, where no field waits for the end.
///
/// # Attributes
///
/// On the enumeration or structure:
///
/// - `#[syscall(abis(x86_64, i386))]`: which ABIs, by the names of their features, which have to be enabled;
/// - `#[syscall(crate = path)]`: where the library is, if not at `::syscall_meta`;
/// - `#[syscall(table = path)]`: the calls of another kernel, by the macro that `cargo xtask gen --kernel SRC --out FILE` wrote.
///
/// ```
/// // `small_kernel.rs` is included before this: `gen --kernel SRC --out small_kernel.rs` wrote it, of a kernel with few calls.
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/small_kernel.rs"));
/// use syscall_meta::{Abi, DecodeSyscall, RawCall, Region, Scratch};
///
/// #[derive(DecodeSyscall)]
/// #[syscall(table = small_kernel, abis(x86_64))]
/// enum Event<'b> {
///     Openat { filename: &'b str },
/// }
///
/// # fn main() {
/// let memory = [Region::new(0x1000, b"/etc/hosts\0")];
/// let call = RawCall::new(Abi::X86_64, 257, [-100_i64 as u64, 0x1000, 0, 0, 0, 0]);
/// let mut room = [0; 64];
/// let event = Event::decode(Abi::X86_64, &call, &memory, &mut Scratch::new(&mut room));
/// assert!(matches!(event, Ok(Event::Openat { filename: "/etc/hosts" })));
/// # }
/// ```
///
/// On a structure or a variant:
///
/// - `#[syscall(name = "newfstatat")]`: what the call is called, where that is not its own name in snake case;
/// - `#[syscall(or = "fstatat64")]`: what it is called as well, as often as need be.
///
/// ```
/// # #[cfg(target_arch = "x86_64")] {
/// mod reexported {
///     pub use syscall_meta as meta;
/// }
/// use reexported::meta::{Abi, DecodeSyscall, RawCall, Scratch};
///
/// #[derive(DecodeSyscall)]
/// #[syscall(abis(x86_64, i386), name = "_llseek", or = "lseek", crate = reexported::meta)]
/// struct Seek { whence: u32 }
///
/// for (abi, number, words) in [(Abi::X86_64, 8, [3, 0, 2, 0, 0, 0]), (Abi::I386, 140, [3, 0, 0, 0, 2, 0])] {
///     let call = RawCall::new(abi, number, words);
///     assert_eq!(Seek::decode(abi, &call, &(), &mut Scratch::new(&mut []))?.whence, 2);
/// }
/// # }
/// # Ok::<(), syscall_meta::args::DecodeError>(())
/// ```
///
/// On a variant:
///
/// - `#[syscall(other)]`: it stands for all other calls, and holds the `RawCall` or nothing. Without such a variant they are
///   `DecodeError::Other`.
///
/// ```
/// # #[cfg(target_arch = "x86_64")] {
/// use syscall_meta::{Abi, DecodeSyscall, RawCall, Scratch};
///
/// #[derive(DecodeSyscall)]
/// #[syscall(abis(x86_64))]
/// enum Call { Getpid, #[syscall(other)] Other(RawCall) }
///
/// let decode = |number| {
///     let call = RawCall::new(Abi::X86_64, number, [0; 6]);
///     Call::decode(Abi::X86_64, &call, &(), &mut Scratch::new(&mut []))
/// };
/// assert!(matches!(decode(39), Ok(Call::Getpid)));
/// assert!(matches!(decode(40), Ok(Call::Other(call)) if call.kernel_number() == 40));
/// # }
/// ```
///
/// On a field:
///
/// - `#[syscall(arg = "uservaddr")]`: what the kernel calls the argument, where that is not the field's name;
/// - `#[syscall(or = "ubuf")]`: what kernels of some ABIs call it, as often as need be;
/// - `#[syscall(exit)]`: it is read when the call has returned: what the kernel writes has to be;
/// - `#[syscall(ret)]`: it is the result.
///
/// ```
/// # #[cfg(target_arch = "x86_64")] {
/// use syscall_meta::args::{Errno, Fd};
/// use syscall_meta::{Abi, DecodeSyscall, Outcome, RawCall, Region, Scratch};
///
/// #[derive(DecodeSyscall)]
/// #[syscall(abis(x86_64, i386))]
/// #[syscall(name = "pread64")]
/// struct Read<'b> {
///     #[syscall(arg = "fd")]
///     from: Fd,
///     pos: u64,
///     #[syscall(or = "ubuf", exit)]
///     buf: &'b [u8],
///     #[syscall(ret)]
///     result: Result<usize, Errno>,
/// }
///
/// let mut room = [0; 256];
/// let mut scratch = Scratch::new(&mut room);
/// let call = RawCall::new(Abi::I386, 180, [7, 0x1000, 100, 0, 1, 0]);
/// let entered = Read::enter(Abi::I386, &call, &(), &mut scratch)?;
/// // … the program runs on, and stops behind the call …
/// let memory = [Region::new(0x1000, b"text of a file")];
/// let read = entered.exit(Outcome::from_word(Abi::I386, 4), &memory, &mut scratch)?;
/// assert_eq!((read.from, read.pos), (Fd(7), 1 << 32));
/// assert_eq!((read.buf, read.result), (&b"text"[..], Ok(4)));
/// # }
/// # Ok::<(), syscall_meta::args::DecodeError>(())
/// ```
#[proc_macro_derive(DecodeSyscall, attributes(syscall))]
pub fn decode_syscall(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    if let Some(asks) = own_table::of_type("DecodeSyscall", &input) {
        return asks.into();
    }
    with_catalogue(|catalogue| decode_syscall::expand(&input, catalogue))
}

/// A structure of the kernel's, read field by field where the traced program has it: at the places, in the sizes and in the
/// byte order of *its* ABI.
///
/// It implements `syscall_meta::FromTracee`. A field is the kernel's field of its name, and can have a wider type than
/// that: `long` is an `i64` for 32-bit programs, too. Whatever the kernel does not have stops the build: a structure or a field
/// of that name on one of the ABIs, a type that is too narrow on one of them, an array of another length. Fields have
/// integers, arrays of these, `args::Address`, and structures that are derived in this way.
///
/// ```
/// # #[cfg(target_arch = "x86_64")] {
/// use syscall_meta::args::Behind;
/// use syscall_meta::{Abi, DecodeSyscall, FromTracee, RawCall, Region, Scratch};
///
/// #[derive(Debug, PartialEq, FromTracee)]
/// #[tracee(struct = "__kernel_old_timespec")]
/// struct Timespec {
///     tv_sec: i64,
///     tv_nsec: i64,
/// }
///
/// // Two words of 32 bits, of a 32-bit program on a machine with the highest byte first.
/// let memory = [Region::new(0x1000, &[0, 0, 0, 5, 0xff, 0xff, 0xff, 0xff])];
/// let read = Timespec::read(Abi::Powerpc, 0x1000, &memory, &mut Scratch::new(&mut [0; 64]))?;
/// assert_eq!(read, Timespec { tv_sec: 5, tv_nsec: -1 });
///
/// // And behind an argument.
/// #[derive(Debug, DecodeSyscall)]
/// #[syscall(abis(x86_64))]
/// struct Nanosleep { rqtp: Behind<Timespec> }
/// # }
/// # Ok::<(), syscall_meta::args::ArgError>(())
/// ```
///
/// # Attributes
///
/// On the structure, of which the first has to be there:
///
/// - `#[tracee(struct = "statx")]`: what the kernel calls it, `struct statx` or the name of a typedef;
/// - `#[tracee(header = "linux/stat.h")]`: which header's, where several have one of that name;
/// - `#[tracee(abis(x86_64, i386))]`: the ABIs that are of interest, where not all have all of it;
/// - `#[tracee(crate = path)]`: where the library is, if not at `::syscall_meta`.
///
/// On a field:
///
/// - `#[tracee(field = "stx_mtime.tv_sec")]`: what the kernel calls it, where that is another name.
///
/// ```
/// # #[cfg(target_arch = "x86_64")] {
/// mod reexported {
///     pub use syscall_meta as meta;
/// }
/// use reexported::meta::{Abi, FromTracee};
///
/// #[derive(FromTracee)]
/// #[tracee(struct = "struct stat", header = "asm/stat.h", abis(x86_64, i386), crate = reexported::meta)]
/// struct Stat {
///     #[tracee(field = "st_size")]
///     size: u64,
///     st_mode: u32,
/// }
///
/// assert_eq!((Stat::size(Abi::X86_64), Stat::size(Abi::I386)), (144, 64));
/// # }
/// ```
#[proc_macro_derive(FromTracee, attributes(tracee))]
pub fn from_tracee(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    with_catalogue(|catalogue| from_tracee::expand(&input, catalogue))
}

/// What a table of one's own hands on; nobody else's.
#[doc(hidden)]
#[proc_macro]
pub fn with_table(input: TokenStream) -> TokenStream {
    own_table::go_on(input.into()).unwrap_or_else(|error| error.to_compile_error()).into()
}

fn with_catalogue(expand: impl FnOnce(Catalogue<'static>) -> proc_macro2::TokenStream) -> TokenStream {
    match Catalogue::new(BLOB) {
        Some(catalogue) => expand(catalogue).into(),
        None => syn::Error::new(proc_macro2::Span::call_site(), "the catalogue of `syscall-meta-derive` is broken")
            .to_compile_error()
            .into(),
    }
}
