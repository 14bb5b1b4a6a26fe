//! The JSON that others call, one command's shape a file; `xtask/schema/` states each.
//!
//! Fields are never renamed and keep their meaning; later releases of this tool may add some.

mod calls;
mod constants;
mod export;
mod probe;
mod structs;

pub use calls::{Listing, Row};
pub use constants::{Qualified, Request, constants, qualified};
pub use export::{Export, ExportedAbi};
pub use probe::{CallJson, Counts, FunctionJson, LeftoverJson, MachineJson, PointJson, Probed, StateJson};
pub use structs::{Field, Struct, Structs, structs};
