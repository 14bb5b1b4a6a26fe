//! One upstream syntax a file; nothing here knows an ABI.

mod btf;
mod conditions;
mod define;
mod format;
mod function;
mod kbuild;
mod kconfig;
mod lines;
mod makefile;
mod match_rule;
mod objects;
mod optional;
mod params;
mod pasted;
mod redirect;
mod structs;
mod tbl;
mod version;

pub use btf::{btf_functions, btf_prototypes};
pub use define::{argument_macros, definitions, may_define};
pub use format::event_format;
pub use function::{assembly_labels, c_functions};
pub use kbuild::{SyscallRules, parse_kbuild, parse_rules};
pub use kconfig::{KconfigBlock, KconfigChoice, KconfigExpr, KconfigItem, KconfigKind, KconfigSymbol, kconfig};
pub use makefile::release;
pub use match_rule::{match_rules, skips_compat};
pub use objects::{Lists, objects};
pub use optional::optional;
pub use pasted::pasted;
pub use redirect::redirects;
pub use structs::structs;
pub use tbl::table;
pub use version::version_header;
