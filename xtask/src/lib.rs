//! Reads Linux kernel sources and turns what they say about system calls into tables, name maps and diffs.
//!
//! The stages, in the order in which a kernel passes through them; no arrow goes back:
//!
//! ```text
//! gen    kernel ─source▶ texts ─parse▶ Facts ─evaluate▶ Facts ─store▶ data/linux/X.Y/
//!        data/ ─store▶ Facts + curated ─resolve▶ Abi ─emit▶ text ─sync▶ generated/
//! diff   Abis(old), Abis(new) ─diff▶ Diff ─judge▶ Judged ─report▶ text | markdown | JSON | counts
//! ```

#![forbid(unsafe_code)]

pub mod build;
pub mod cmd;
pub mod contract;
pub mod diagnostic;
pub mod diff;
pub mod emit;
pub mod evaluate;
pub mod extract;
pub mod judge;
pub mod model;
pub mod parse;
pub mod probe;
pub mod report;
pub mod resolve;
pub mod source;
pub mod store;
pub mod sync;
