//! Plain data that stages hand to each other; nothing here opens a file or decides anything.

mod abis;
mod call;
mod curated;
mod facts;
mod kernel;
mod resolved;

pub use abis::{AbiSpec, Abis, ByteOrder, CompatSpec, EntryColumn, Ignored, Order, Served, TableSpec};
pub use call::{CallSpec, Extension, FailedResult, Failure, NumberPlace, OtherInstruction, Pairs, StackWords};
pub use curated::{AssemblyEntry, Curated, NamedEntry, PrivateCall};
pub use facts::{
    Definition, Dispatch, EntryFunction, Facts, HeaderRow, NamedNumber, Numbers, ReadFrom, Redirect, TableRow,
};
pub use kernel::Release;
pub use resolved::{Abi, Gap, Missing, Side, Syscall};
