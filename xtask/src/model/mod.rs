//! Plain data that stages hand to each other; nothing here opens a file or decides anything.

mod abis;
mod call;
mod change;
mod choices;
mod controls;
mod curated;
mod facts;
mod fields;
mod guard;
mod headers;
mod held;
mod history;
mod kernel;
mod kinds;
mod netlink;
mod prototype;
mod resolved;
mod sets;
mod waiver;

pub use abis::{AbiSpec, Abis, ByteOrder, CSpec, CompatSpec, EntryColumn, Ignored, Order, Served, TableSpec, Way};
pub use call::{CallSpec, Extension, FailedResult, Failure, NumberPlace, OtherInstruction, Pairs, StackWords};
pub use change::{Change, ChangeKind, Compared, Diff, Site, Spot, Subject, UnknownParams};
pub use choices::{ANY, Case, Choice, Decided, Value, When};
pub use controls::ControlMessage;
pub use curated::{AssemblyEntry, Block, Curated, ExtensibleRecord, Halves, Holds, NamedEntry, PrivateCall, Prototype};
pub use facts::{
    ArgumentMacro, Definition, Dispatch, EntryFunction, Facts, HeaderRow, NamedNumber, Numbers, OptionalEntry,
    ReadFrom, Redirect, TableRow,
};
pub use fields::{FieldChoice, FieldKind, Inline, StructFields};
pub use guard::Guard;
pub use headers::{
    AbiSet, BitField, Constant, Count, Field, FieldClass, Headers, Integer, NamedConstant, PerAbi, Record,
};
pub use held::Held;
pub use history::{Between, Happened, History, Step};
pub use kernel::{AtHand, Release, series_distance};
pub use kinds::{
    Class, Direction, EntryKinds, Kind, KindRule, Kinds, Length, Mirror, Plain, Pointer, Returns, Target, Term,
};
pub use netlink::{NetlinkAttributes, NetlinkMessages, Sent};
pub use prototype::{Argument, Linkage, MatchForm, MatchRule, Param, Scalar, Wrapper};
pub use resolved::{Abi, EventRules, Gap, Missing, Parameter, Part, Side, Syscall};
pub use sets::{Base, Exclusion, Member, Members, NamedSet, PartHolds, PartSpec, SetKind, SetSpec, Sets, ValuePart};
pub use waiver::Waiver;
