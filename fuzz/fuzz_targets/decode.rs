//! Decodes and shows the hostile call that the bytes stand for; CONTRIBUTING.md says how to run it.

#![no_main]

// What has to hold is the same as in the library's tests.
#[path = "../../syscall-meta/tests/hostile/mod.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    hostile::run(data);
});
