//! One upstream syntax a file; nothing here knows an ABI.

mod conditions;
mod define;
mod function;
mod kbuild;
mod lines;
mod makefile;
mod match_rule;
mod optional;
mod params;
mod redirect;
mod tbl;

pub use define::{argument_macros, definitions, may_define};
pub use function::{assembly_labels, c_functions};
pub use kbuild::{SyscallRules, parse_kbuild, parse_rules};
pub use makefile::release;
pub use match_rule::match_rules;
pub use optional::optional;
pub use redirect::redirects;
pub use tbl::table;
