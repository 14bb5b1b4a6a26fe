//! The preprocessor and the C of kernel headers: texts in; macros, tokens and constants out.
//!
//! A text goes through these files in this order:
//!
//! 1. `lex`: characters → tokens, each a spelling's number (`symbol`) and a place (`token`);
//! 2. `file`: tokens → directives, linked groups, an include guard; done once for all runs (`session`);
//! 3. `define`: the line of a `#define` → a macro and the plan of its expansion;
//! 4. `driver`: a run over a text and the headers it includes (`include`), which carries out each directive
//!    (`directive`) against the macro table (`macros`) within limits (`env`);
//! 5. `expand`: the text outside directives, expanded call by call (`substitute`);
//! 6. `expr`: expanded tokens → an integer (`literal`, `value`), for `#if` and as C has it;
//! 7. `output`: what the run leaves.
//!
//! It follows C11 and the GNU extensions that kernel headers use, and gcc where the standard leaves a choice. It goes
//! through any input: what is wrong becomes a diagnostic, what would not end is stopped by a budget.

mod define;
mod directive;
mod driver;
mod env;
mod expand;
mod expr;
mod file;
mod include;
mod lex;
mod literal;
mod macros;
mod output;
mod session;
mod substitute;
mod symbol;
mod token;
mod value;

#[cfg(test)]
mod tests;

pub use define::{Macro, Parameters, Shape};
pub use driver::{PREDEFINED, Setup, preprocess};
pub use env::Limits;
pub use include::{Headers, Include, NoHeaders};
pub use macros::{Definition, Fate, Macros};
pub use output::{Inclusion, Outcome, Output, Row};
pub use session::{Place, Session};
pub use symbol::{Symbol, known};
pub use token::{FileId, Kind, Span, Token};
pub use value::{Constant, DataModel, IntType, Names, NoNames, NotConstant, Query, Reason};
