//! Goldens: what a text was when somebody looked at it last.

use std::fs;

use similar::TextDiff;

use crate::fixture::fixture;

/// Compares a text with the golden of that name in `fixtures/`; `BLESS=1` writes it.
#[track_caller]
pub fn golden(name: &str, actual: &str) {
    let path = fixture(name);
    if std::env::var_os("BLESS").is_some_and(|bless| bless == "1") {
        fs::write(&path, actual).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()));
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == actual,
        "fixtures/{name} is not what it was; `BLESS=1 cargo test` takes the new text:\n{}",
        diff(&expected, actual)
    );
}

/// A text without its colours.
pub fn plain(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_string();
    parts.fold(first, |plain, part| plain + part.split_once('m').expect("a colour ends with `m`").1)
}

/// What differs between two texts, with a few lines around it.
pub fn diff(expected: &str, actual: &str) -> String {
    TextDiff::from_lines(expected, actual).unified_diff().context_radius(2).header("expected", "actual").to_string()
}
