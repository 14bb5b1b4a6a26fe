//! Everything that is wrong with an input, each at its token, told together.

use proc_macro2::{Span, TokenStream};

/// What is wrong so far.
#[derive(Default)]
pub(crate) struct Errors {
    all: Option<syn::Error>,
}

impl Errors {
    /// Notes what is wrong at a place.
    pub(crate) fn push(&mut self, at: Span, message: impl std::fmt::Display) {
        self.add(syn::Error::new(at, message));
    }

    /// Notes what a parser said.
    pub(crate) fn add(&mut self, error: syn::Error) {
        match &mut self.all {
            Some(all) => all.combine(error),
            None => self.all = Some(error),
        }
    }

    /// Whether nothing was noted.
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_none()
    }

    /// What tells the user all of it; nothing where nothing is wrong.
    pub(crate) fn tokens(&self) -> TokenStream {
        self.all.as_ref().map(syn::Error::to_compile_error).unwrap_or_default()
    }
}
