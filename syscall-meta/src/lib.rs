//! Linux system calls of every ABI, read from the kernel's own source: numbers, names, parameters and the argument words
//! that these travel in, and the kernel functions behind them, over the releases that a tracer meets in the field.
//!
//! A tracer sees numbers. This crate says what they mean on each of the ABIs that Linux has or had, x86_64's beside
//! those of a 32-bit program on the same kernel, and of machines that are not at hand:
//!
//! ```
//! # #[cfg(all(feature = "native", target_arch = "x86_64"))] {
//! use syscall_meta::{Abi, tables};
//!
//! // A number, and the call that it stands for.
//! let openat = tables::X86_64.get(257).unwrap();
//! assert_eq!(openat.name(), "openat");
//! assert_eq!(openat.entry(), Some("sys_openat"));
//!
//! // The same call for a 32-bit program, and back from its name.
//! assert_eq!(openat.on(Abi::I386).unwrap().number(), 295);
//! assert_eq!(tables::I386.by_name("openat").unwrap().number(), 295);
//!
//! // What seccomp, audit or ptrace reported: an AUDIT_ARCH value and a number with x32's bit.
//! let abi = Abi::from_audit(0xc000_003e, 0x4000_0101).one().unwrap();
//! assert_eq!(abi, Abi::X32);
//! let call = abi.table().unwrap().by_kernel_number(0x4000_0101).unwrap();
//! assert_eq!(call.name(), "openat");
//! # }
//! ```
//!
//! # Calls as a type of one's own
//!
//! A tracer says which calls it cares about and as what types; the derive finds each argument wherever an ABI passes it,
//! and refuses what the kernel does not have:
//!
//! ```
//! # #[cfg(all(feature = "derive", feature = "alloc", feature = "constants", feature = "native", target_arch = "x86_64"))] {
//! use std::ffi::CString;
//! use syscall_meta::args::{Bytes, DirFd, Errno, Fd, Flags, OpenFlags, SockAddr};
//! use syscall_meta::{Abi, DecodeSyscall, Outcome, RawCall, Region, Scratch};
//!
//! #[derive(Debug, DecodeSyscall)]
//! #[syscall(abis(x86_64, i386))]
//! enum Event {
//!     Openat { dfd: DirFd, filename: CString, flags: Flags<OpenFlags> },
//!     #[syscall(name = "newfstatat", or = "fstatat64")]
//!     Stat { filename: CString },
//!     Connect { fd: Fd, #[syscall(arg = "uservaddr")] addr: SockAddr },
//!     Execve { filename: CString, argv: Vec<CString> },
//!     Read { fd: Fd, #[syscall(exit)] buf: Bytes, #[syscall(ret)] result: Result<usize, Errno> },
//!     #[syscall(other)]
//!     Other(RawCall),
//! }
//!
//! let memory = [Region::new(0x1000, b"/etc/hosts\0")];
//! let call = RawCall::new(Abi::I386, 295, [0xffff_ff9c, 0x1000, 0x8_0000, 0, 0, 0]);
//! let mut scratch = Scratch::new(&mut []);
//! let entered = Event::enter(Abi::I386, &call, &memory, &mut scratch)?;
//! let event = entered.exit(Outcome::from_word(Abi::I386, 3), &memory, &mut scratch)?;
//! assert_eq!(format!("{event:?}"), r#"Openat { dfd: DirFd(-100), filename: "/etc/hosts", flags: O_RDONLY|O_CLOEXEC }"#);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The parts
//!
//! - [`Abi`]: the ABIs, their names, sizes, byte orders and `AUDIT_ARCH` values. Every variant is always there.
//! - [`Table`]: the calls of one ABI, by number, by name, in order; from [`Abi::table`], or from [`tables`] where the
//!   ABI is certain to be built in.
//! - [`Syscall`]: one call, with its numbers, names and entries, and [`Since`] when and [`Until`] when kernels have it.
//! - [`Side`]: what a call enters on its own kernel, or on one that serves it as compat: [`Params`], each [`Param`] with its
//!   [`CType`], width and words; [`Symbol`]s and the tracepoint to probe; the [`Config`] that builds it.
//! - [`Point`]: where a tracer attaches to a call, and what it sees there; [`Table::by_symbol`], [`Table::by_event`]: the way
//!   back; [`EventRules`]: how kernels find the event of a call.
//! - [`Convention`]: the registers of an ABI's calls, and how failure is told.
//! - `FlagSet`, `Ioctl` (feature `constants`): what values are called on an ABI, and back: flags, errnos, signals, all
//!   that `sets` holds, and requests of `ioctl`.
//! - `StructLayout` (feature `layouts`): where each field of a structure is on an ABI, and its value out of bytes in either
//!   order.
//! - [`SyscallSet`]: a set of calls, for filters and allow lists, also as a constant.
//! - [`RawCall`], [`Memory`], [`Scratch`]: what a tracer has in hand when a call stops, and what decoding borrows from.
//! - `DecodeSyscall`, `args` (feature `derive`): calls as a type of one's own, whose fields are arguments by the kernel's names
//!   for them, at the start of a call and at its end.
//! - `Decoder`, `Value`, `Kind` (feature `decode`): what the words of a call mean, when it starts and when it has returned, as values
//!   and as text in strace's manner; `Printer` is the fast way to the text of many.
//! - [`SyscallInfo`], [`SeccompData`], [`Registers`], [`RawCall::from_registers`]: the call out of what kernels and debuggers
//!   fill in, on any machine; [`Outcome`]: how it ended.
//! - `ProcessMemory`, `RecordedMemory` (feature `std`): memory of a live process, and memory that was read before.
//!
//! Tables are the union over the kernel releases in [`Release::ALL`]; where these differ, a call is told as the newest
//! release that has it tells it.
//!
//! # Features
//!
//! | feature | what it builds in |
//! |---|---|
//! | `native` (default) | the ABI of the target, and those that a kernel of its architecture serves as compat |
//! | an ABI's name: `x86_64`, `mips_o32`, … | that ABI, on any target |
//! | `all-abis` | all of them |
//! | `constants` | names of values: `FlagSet`, the sets of `sets`, `Ioctl` |
//! | `decode` | what arguments, results and fields mean: `Decoder`, `Value`, `Kind`; with `constants` |
//! | `serde` | decoded calls as data: `Serialize` |
//! | `layouts` | layouts of structures: `Struct`, `StructLayout`, `structure!` |
//! | `derive` | the macros of `syscall-meta-derive`: `DecodeSyscall` with its `args`, `FromTracee` (with `layouts`), `sysno!`, `name_map!`, `syscall_set!`, `SyscallName` |
//! | `alloc` | arguments that are their own: `CString`, `String`, `Vec` and `Bytes` of `args` |
//! | `std` | [`KernelVersion`]`::running`, `ProcessMemory` (on Linux), `RecordedMemory`; with `alloc` |
//!
//! `constants` and `layouts` are of all ABIs, whichever tables are built in. They make the crate's own build, a second or two,
//! twice as long; of what they build in, a program has that linked which it names: a set by its constant, a structure by `structure!`.
//!
//! The crate needs neither `std` nor an allocator, has no dependency but its own macros and no `unsafe` code. No lookup allocates or
//! panics, whatever number, name or address it is given.

#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod abi;
#[cfg(feature = "derive")]
#[cfg_attr(docsrs, doc(cfg(feature = "derive")))]
pub mod args;
mod audit;
mod call;
#[cfg(feature = "constants")]
mod constants;
mod convention;
#[cfg(feature = "decode")]
mod decode;
#[cfg(feature = "decode")]
mod errno_text;
mod event_rules;
#[cfg(feature = "layouts")]
mod field;
#[cfg(feature = "constants")]
mod flag_names;
#[cfg(feature = "constants")]
mod flag_pool;
#[cfg(feature = "constants")]
mod flag_text;
mod generated;
#[cfg(feature = "decode")]
mod habit;
#[cfg(feature = "constants")]
mod ioctl;
#[cfg(feature = "serde")]
mod json;
mod kernel;
#[cfg(feature = "decode")]
mod kind;
#[cfg(feature = "layouts")]
mod layout;
#[cfg(feature = "layouts")]
mod layout_text;
#[cfg(any(feature = "decode", feature = "derive"))]
mod limits;
#[cfg(feature = "derive")]
mod macros;
#[cfg(feature = "decode")]
mod meaning;
mod memory;
#[cfg(feature = "decode")]
mod mirror;
#[cfg(feature = "derive")]
mod name_map;
mod names;
mod outcome;
mod points;
#[cfg(all(feature = "std", any(target_os = "linux", target_os = "android")))]
mod process_memory;
mod prototype;
#[cfg(feature = "std")]
mod recorded;
mod registers;
mod row;
mod set;
#[cfg(feature = "decode")]
mod show;
mod side;
#[cfg(all(feature = "layouts", feature = "derive"))]
mod spots;
mod stops;
mod syscall;
mod table;
#[cfg(feature = "decode")]
pub mod value;
#[cfg(feature = "constants")]
mod word;

/// What the macros name, which is nobody else's.
#[cfg(feature = "derive")]
#[doc(hidden)]
pub mod __derive {
    pub use crate::args::call::Holds;
    pub use crate::args::reader::{Found, Place, Reader, Words, fits};
    pub use crate::args::spot::{Fits, Spot};
    pub use crate::generated::catalogue::CATALOGUE;
    pub use crate::name_map::AbiNames;
    #[cfg(feature = "layouts")]
    pub use crate::spots::Spots;
    pub use syscall_meta_derive::{name_map, syscall_set, sysno, with_table};
}

#[cfg(feature = "derive")]
#[cfg_attr(docsrs, doc(cfg(feature = "derive")))]
pub use name_map::{NameBytes, NameMap, NameRow, ParseNameError};
#[cfg(feature = "derive")]
#[cfg_attr(docsrs, doc(cfg(feature = "derive")))]
pub use syscall_meta_derive::{DecodeSyscall, SyscallName};

#[cfg(feature = "derive")]
#[cfg_attr(docsrs, doc(cfg(feature = "derive")))]
pub use args::call::DecodeSyscall;
#[cfg(feature = "derive")]
#[cfg_attr(docsrs, doc(cfg(feature = "derive")))]
pub use args::tracee::FromTracee;
#[cfg(all(feature = "derive", feature = "layouts"))]
#[cfg_attr(docsrs, doc(cfg(all(feature = "derive", feature = "layouts"))))]
pub use syscall_meta_derive::FromTracee;

pub use abi::{Abi, AuditArch, ByteOrder, ParseAbiError};
pub use audit::Audited;
pub use call::{MAX_WORDS, RawCall};
#[cfg(feature = "constants")]
pub use constants::{FlagSet, Members};
pub use convention::{Convention, Extension, Failure, NumberPlace, OtherInstruction, Pairs, StackWords};
#[cfg(feature = "decode")]
pub use decode::{Arg, Decoded, Decoder, Descriptors, Entered, FdKind, Kept};
pub use event_rules::EventRules;
#[cfg(feature = "layouts")]
pub use field::{Count, Field, FieldClass};
#[cfg(feature = "constants")]
pub use flag_names::{Names, Piece, Pieces};
#[cfg(feature = "constants")]
pub use flag_text::ParseFlagsError;
#[cfg(feature = "constants")]
pub use generated::sets;
pub use generated::tables;
#[cfg(feature = "constants")]
pub use ioctl::{Ioctl, IoctlName, IoctlNames};
pub use kernel::{KernelVersion, ParseVersionError, Release, Since, Until};
#[cfg(feature = "decode")]
pub use kind::{Class, Classes, Direction, Kind, Plain, Returns, Target};
#[cfg(feature = "layouts")]
pub use layout::{Fields, LayoutError, Struct, StructLayout, StructText};
#[cfg(any(feature = "decode", feature = "derive"))]
pub use limits::Limits;
pub use memory::{Fault, Memory, Region, Scratch};
#[cfg(feature = "decode")]
pub use mirror::io_uring_call;
pub use outcome::Outcome;
pub use points::{KernelSymbol, Passed, Point, PointKind};
#[cfg(all(feature = "std", any(target_os = "linux", target_os = "android")))]
pub use process_memory::ProcessMemory;
pub use prototype::{CType, Param, Params, Part, Tag};
#[cfg(feature = "std")]
pub use recorded::RecordedMemory;
pub use registers::Registers;
pub use set::{OtherAbi, SetIter, SyscallSet, UnknownName};
#[cfg(feature = "decode")]
pub use show::{Printer, Style};
pub use side::{Config, Differs, Linkage, Side, Symbol};
pub use stops::{SeccompData, SyscallInfo, SyscallStop};
pub use syscall::{Aliases, Missing, Syscall};
pub use table::{Syscalls, Table};
#[cfg(feature = "decode")]
pub use value::{NetlinkMessages, Value};
