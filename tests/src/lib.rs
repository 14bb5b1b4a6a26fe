//! What the tests of the whole share: fixture kernels and copies of them to break, repositories of their own, the command
//! line in a process, and goldens.

pub mod bench;
mod changed;
mod command;
mod compared;
pub mod conformance;
mod example;
mod fixture;
mod golden;
mod headers;
mod random;
mod repository;
mod schema;
mod told;

pub use changed::changed;
pub use command::{Ran, run, under_test};
pub use compared::Compared;
pub use example::{example, programs};
pub use fixture::{FIXTURES, Packing, Tree, fixture, git, root};
pub use golden::{diff, golden, plain};
pub use headers::{constant, headers, record};
pub use random::Random;
pub use repository::{Files, Repository, files};
pub use schema::{Mangling, Schema, remove};
pub use told::{Alike, call, strace_version};

use syscall_meta_gen::diagnostic::{Diagnostic, Sink};
use syscall_meta_gen::extract::{Extracted, extract};
use syscall_meta_gen::model::Facts;
use syscall_meta_gen::resolve::Resolved;
use syscall_meta_gen::source::{Kernel, Mode, Progress};
use syscall_meta_gen::store::Data;

/// The examples of the front page run as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// The repository's own `data/`.
pub fn data() -> Data {
    Data::open(&root().join("data")).expect("the repository's data/ opens")
}

/// What a kernel says, with all that was noticed on the way.
pub fn facts(data: &Data, spec: &str) -> (Facts, Vec<Diagnostic>) {
    let (extracted, said) = extracted(data, spec);
    (extracted.facts, said)
}

/// The same with what its headers define.
pub fn extracted(data: &Data, spec: &str) -> (Extracted, Vec<Diagnostic>) {
    let sink = Sink::new();
    let kernel = Kernel::open(spec).unwrap_or_else(|error| panic!("{spec} opens: {error}"));
    let extracted = extract(&kernel, &data.abis, &Progress::new(Mode::Off), &sink);
    (extracted.unwrap_or_else(|error| panic!("{spec} is read: {error}")), sink.take())
}

/// A fixture's facts, put together; nothing may be wrong with it.
pub fn resolved(name: &str) -> Resolved {
    Compared::read(&data(), &fixture(name).display().to_string()).resolved
}
