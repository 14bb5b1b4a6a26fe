//! The macros of `syscall-meta-derive` under the name that this crate has where they are used.
//!
//! What a macro of that crate writes has to name this crate, which may be renamed or re-exported. `$crate` knows; a
//! derive has no such word, and takes `#[syscall(crate = path)]`.

/// The number of a system call on an ABI, as a constant of type `u32`.
///
/// A name is that of user space, or an alias of it; the ABI is named as its feature is, and has to be built in. A call
/// that the ABI does not have stops the build, at its name and with the nearest names.
///
/// ```
/// # #[cfg(all(feature = "native", target_arch = "x86_64"))] {
/// use syscall_meta::sysno;
///
/// const OPENAT: u32 = sysno!(x86_64, openat);
/// assert_eq!(OPENAT, 257);
/// assert_eq!(sysno!(i386, openat), 295);
///
/// // A pattern takes the constant.
/// fn is_openat(number: u32) -> bool {
///     matches!(number, OPENAT)
/// }
/// # assert!(is_openat(257));
/// # }
/// ```
///
/// `sysno!(table = my_kernel; x86_64, frob)` takes a call of another kernel, by the macro that
/// `cargo xtask gen --kernel SRC --out FILE` wrote; so does [`name_map!`](crate::name_map!).
///
/// ```compile_fail
/// // no ABI has a call `opnat`; did you mean `openat`?
/// const OPENAT: u32 = syscall_meta::sysno!(x86_64, opnat);
/// ```
#[macro_export]
#[cfg_attr(docsrs, doc(cfg(feature = "derive")))]
macro_rules! sysno {
    ($($tokens:tt)*) => { $crate::__derive::sysno! { crate = $crate; $($tokens)* } };
}

/// Numbers and names of chosen calls on chosen ABIs, as a static or a constant.
///
/// Before the first semicolon stands the item, its ABIs in place of a type; after it the calls, as names, as classes
/// ([`Class`](crate::Class), or `%all`), and what is not among them after a `!`, wherever that stands. A name that only
/// some of the ABIs have is taken on those.
///
/// ```
/// # #[cfg(all(feature = "native", target_arch = "x86_64"))] {
/// use syscall_meta::{Abi, NameMap, name_map};
///
/// name_map! {
///     /// What the monitor looks at.
///     pub static NAMES: x86_64, i386;
///     openat, socketcall, %file, !chdir, !%stat
/// }
///
/// let names: &'static NameMap = &NAMES;
/// assert_eq!(names.name(Abi::X86_64, 257), Some("openat"));
/// assert_eq!(names.number(Abi::I386, "socketcall"), Some(102));
/// assert_eq!(names.number(Abi::X86_64, "chdir"), None);
/// assert_eq!(names.number(Abi::X86_64, "stat"), None);
/// # }
/// ```
///
/// `as bytes` makes a [`NameBytes`](crate::NameBytes) in place of a [`NameMap`](crate::NameMap): rows of one size in one
/// piece of memory, which no pointer leads out of, as programs for eBPF need it.
///
/// ```
/// # #[cfg(all(feature = "native", target_arch = "x86_64"))] {
/// use syscall_meta::{Abi, name_map};
///
/// name_map! { static NAMES: x86_64 as bytes; openat, %network }
///
/// assert_eq!(NAMES.name(Abi::X86_64, 42), Some("connect"));
/// # }
/// ```
#[macro_export]
#[cfg_attr(docsrs, doc(cfg(feature = "derive")))]
macro_rules! name_map {
    ($($tokens:tt)*) => { $crate::__derive::name_map! { crate = $crate; $($tokens)* } };
}

/// A set of calls of one ABI, as a constant expression of type [`SyscallSet`](crate::SyscallSet).
///
/// Calls are named as in [`name_map!`](crate::name_map!).
///
/// ```
/// # #[cfg(all(feature = "native", target_arch = "x86_64"))] {
/// use syscall_meta::{SyscallSet, syscall_set};
///
/// const WATCHED: SyscallSet = syscall_set!(x86_64: openat, read, %network, !connect);
///
/// assert!(WATCHED.contains_number(257) && WATCHED.contains_number(41));
/// assert!(!WATCHED.contains_number(42));
/// # }
/// ```
#[macro_export]
#[cfg_attr(docsrs, doc(cfg(feature = "derive")))]
macro_rules! syscall_set {
    ($($tokens:tt)*) => { $crate::__derive::syscall_set! { crate = $crate; $($tokens)* } };
}
