//! What the revision before held: a blob that the next revision has at the same path is not read again.

use std::collections::HashMap;
use std::iter::Peekable;
use std::path::PathBuf;
use std::slice;
use std::sync::Arc;

use super::Want;
use super::gather::Outcome;

/// Carries over from one revision to the next of the same clone.
///
/// It keeps what the revision that was read last had, and nothing older, so that a walk over many revisions needs no
/// more memory than two. Whoever reads with it asks every time for the same with the same scanner.
#[derive(Debug)]
pub struct Earlier<T>(Revision<T>);

/// What a revision of a clone had.
#[derive(Debug)]
pub(super) struct Revision<T> {
    /// Where the clone has its objects: one that lacks an object is to say so, whatever another clone has.
    pub(super) clone: PathBuf,
    /// By path.
    pub(super) files: Vec<Seen<T>>,
    /// Where links lead, by the id of their blob.
    pub(super) targets: HashMap<Arc<str>, Arc<str>>,
}

/// What became of a blob at a path: what a scanner finds may depend on both.
#[derive(Debug)]
pub(super) struct Seen<T> {
    pub(super) path: Arc<str>,
    pub(super) id: Arc<str>,
    pub(super) want: Want,
    pub(super) outcome: Outcome<T>,
}

impl<T> Default for Earlier<T> {
    fn default() -> Self {
        Earlier(Revision { clone: PathBuf::new(), files: Vec::new(), targets: HashMap::new() })
    }
}

impl<T> Earlier<T> {
    /// Nothing was read yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the revision before had, if it is one of this clone.
    pub(super) fn of(&self, clone: &PathBuf) -> Option<&Revision<T>> {
        Some(&self.0).filter(|before| before.clone == *clone)
    }

    /// Forgets the revision before for this one.
    pub(super) fn set(&mut self, revision: Revision<T>) {
        self.0 = revision;
    }
}

/// Finds files of a revision for somebody who asks in the order of paths.
pub(super) struct Finder<'a, T>(Peekable<slice::Iter<'a, Seen<T>>>);

impl<'a, T> Finder<'a, T> {
    pub(super) fn new(revision: Option<&'a Revision<T>>) -> Self {
        let files = revision.map(|revision| revision.files.as_slice()).unwrap_or_default();
        Finder(files.iter().peekable())
    }

    /// The file of this path if it is the same blob, wanted for the same.
    pub(super) fn find(&mut self, path: &str, id: &str, want: Want) -> Option<&'a Seen<T>> {
        while self.0.next_if(|seen| *seen.path < *path).is_some() {}
        self.0.peek().copied().filter(|seen| *seen.path == *path && *seen.id == *id && seen.want == want)
    }
}

impl<T> Clone for Seen<T> {
    fn clone(&self) -> Self {
        let Seen { path, id, want, outcome } = self;
        Seen { path: path.clone(), id: id.clone(), want: *want, outcome: outcome.clone() }
    }
}
