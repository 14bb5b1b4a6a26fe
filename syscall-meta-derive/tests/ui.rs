//! What users see where they are wrong: every case of `ui/` with its messages; `TRYBUILD=overwrite` takes new ones.

#[test]
fn errors_stand_at_their_tokens_and_all_at_once() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
}
