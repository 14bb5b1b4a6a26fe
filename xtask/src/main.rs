//! The `syscall-meta` command; everything it does is in the library.
fn main() {}
