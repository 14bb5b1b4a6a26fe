//! Tables and a machine → where a tracer can attach to each call there, and why not where it cannot.
//!
//! The tables say what the source has; the machine says what its kernel has. Where the two do not agree, a reason is looked
//! for: the configuration, the compiler, another release, a form of symbols. What has none is unknown, and told.

mod form;
mod kallsyms;
mod kernel_config;
mod leftover;
mod lists;
mod machine;
mod reason;
mod text;
mod verdict;

pub use kallsyms::{Kallsyms, Symbol, kallsyms};
pub use kernel_config::{KernelConfig, kernel_config};
pub use leftover::{Claims, Leftover, Way, Why, leftovers};
pub use lists::{events, filter_functions};
pub use machine::{Fit, Machine, nearest, series};
pub use reason::Reason;
pub use verdict::{Call, Function, Kind, Passed, Point, Question, State, probe};
