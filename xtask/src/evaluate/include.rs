//! What the caller supplies: the headers, and what the compiler is said to have.

use std::sync::Arc;

/// What a header name leads to.
#[derive(Clone, Debug)]
pub enum Include {
    /// A text. Its path names it in diagnostics and is what `#pragma once` remembers.
    Text {
        /// Where it comes from.
        path: Arc<str>,
        /// What it says.
        text: Arc<str>,
    },
    /// Known, and deliberately empty.
    Skip,
    /// Nobody has it.
    Missing,
}

/// Finds headers for a run; asked from many threads at once.
pub trait Headers: Sync {
    /// The header that `#include <name>` (`angled`) or `#include "name"` in the text `from` means; with `next`, the one
    /// that `#include_next` means: the first in the search order after the place where `from` was found.
    fn find(&self, name: &str, angled: bool, from: &str, next: bool) -> Include;

    /// The value of `__has_attribute(name)`, `__has_builtin(name)` and their kin in an `#if`.
    fn has(&self, _operator: &str, _name: &str) -> u64 {
        0
    }
}

/// No headers at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHeaders;

impl Headers for NoHeaders {
    fn find(&self, _name: &str, _angled: bool, _from: &str, _next: bool) -> Include {
        Include::Missing
    }
}
