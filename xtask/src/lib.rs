//! Reads Linux kernel sources and turns what they say about system calls into tables, name maps and diffs.
pub mod diagnostic;
pub mod evaluate;
pub mod source;
