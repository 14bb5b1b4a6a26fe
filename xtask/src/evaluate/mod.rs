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
//! 7. `output`: what the run leaves; `functions` and `typedefs` read declarations out of its tokens, and `declarations`
//!    types, which `layout` gives their sizes.
//!
//! It follows C11 and the GNU extensions that kernel headers use, and gcc where the standard leaves a choice. It goes
//! through any input: what is wrong becomes a diagnostic, what would not end is stopped by a budget.
//!
//! ```
//! use std::sync::Arc;
//! use syscall_meta_gen::diagnostic::Sink;
//! use syscall_meta_gen::evaluate::*;
//!
//! struct Virtual;
//! impl Headers for Virtual {
//!     fn find(&self, name: &str, _angled: bool, _from: &str, _next: bool) -> Include {
//!         match name {
//!             "asm/base.h" => Include::Text { path: name.into(), text: "#define BASE 0x40u\n".into() },
//!             _ => Include::Missing,
//!         }
//!     }
//! }
//!
//! let (session, sink) = (Session::new(), Sink::new());
//! let mut setup = Setup::new(DataModel::LP64);
//! setup.predefine("__SYSCALL(nr, entry)", "__row__ nr, entry ;");
//! let text: Arc<str> = "#include <asm/base.h>\n#define NR_x (BASE + 2)\n__SYSCALL(NR_x, sys_x)\n".into();
//! let output = preprocess(&session, &Virtual, &setup, "unistd.h", &text, &sink);
//! for definition in output.macros.live() {
//!     let place = output.place(definition.span); // path and line
//!     println!("{} at {place:?}", output.text(definition.name));
//! }
//! let constant = output.constant("NR_x").unwrap();
//! assert_eq!((constant.value, constant.ty.name()), (0x42, "unsigned int"));
//! let rows = output.rows("__row__");
//! assert_eq!(output.evaluate_tokens(rows[0].fields[0], &NoNames).unwrap().value, 0x42);
//! assert_eq!(output.place(rows[0].span).unwrap().line, 3);
//! assert_eq!(session.render(rows[0].fields[1]), "sys_x");
//! assert!(sink.take().is_empty());
//! ```

mod declarations;
mod define;
mod directive;
mod driver;
mod env;
mod expand;
mod expr;
mod file;
mod functions;
mod include;
mod layout;
mod lex;
mod literal;
mod macros;
mod output;
mod session;
mod substitute;
mod symbol;
mod token;
mod typedefs;
mod value;

#[cfg(test)]
mod tests;

pub use declarations::{Enumerator, Types};
pub use define::{Macro, Parameters, Shape};
pub use driver::{PREDEFINED, Setup, preprocess};
pub use env::Limits;
pub use functions::{Function, functions};
pub use include::{Headers, Include, NoHeaders};
pub use layout::{Bits, Member, Record, Type, Unknown};
pub use macros::{Definition, Fate, Macros};
pub use output::{Inclusion, Outcome, Output, Row};
pub use session::{Place, Session};
pub use symbol::{Symbol, SymbolMap, SymbolSet, known};
pub use token::{FileId, Kind, Span, Token};
pub use typedefs::{TypeClass, Typedefs};
pub use value::{Constant, DataModel, IntType, Names, NoNames, NotConstant, Query, Reason};
