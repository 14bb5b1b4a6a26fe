//! Wanted files on their way from the thread that reads them to all threads that scan them.

use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use rayon::prelude::*;

use super::{File, Want};
use crate::diagnostic::{Diagnostic, Result};

/// What the caller looks for in each file that is only scanned.
pub(super) type Scan<'a, T> = &'a (dyn Fn(&File) -> Option<T> + Sync);

/// What became of one wanted file.
pub(super) struct Row<T> {
    pub(super) path: Arc<str>,
    /// Of two files with one path, the greater one counts.
    pub(super) order: usize,
    pub(super) outcome: Outcome<T>,
}

/// Clones share what it holds.
#[derive(Debug)]
pub(super) enum Outcome<T> {
    Kept(Arc<str>),
    Found(Arc<T>),
    Nothing,
}

impl<T> Clone for Outcome<T> {
    fn clone(&self) -> Self {
        match self {
            Outcome::Kept(text) => Outcome::Kept(Arc::clone(text)),
            Outcome::Found(found) => Outcome::Found(Arc::clone(found)),
            Outcome::Nothing => Outcome::Nothing,
        }
    }
}

impl<T> Row<T> {
    /// Keeps or scans one file.
    pub(super) fn new(path: Arc<str>, order: usize, want: Want, bytes: &[u8], scan: Scan<T>) -> Self {
        let file = File { path: &path, bytes };
        let outcome = match want {
            Want::Keep => Outcome::Kept(Arc::from(file.text())),
            Want::Scan => scan(&file).map_or(Outcome::Nothing, |found| Outcome::Found(Arc::new(found))),
            Want::No => Outcome::Nothing,
        };
        Row { path, order, outcome }
    }
}

/// Files that were read one after the other, in one piece of memory.
#[derive(Default)]
pub(super) struct Batch {
    /// The reader appends the bytes of a file here, then names it with [`Batch::add`].
    pub(super) bytes: Vec<u8>,
    files: Vec<(Arc<str>, usize, Want, Range<usize>)>,
}

impl Batch {
    /// Names what stands in `bytes` from `start` on.
    pub(super) fn add(&mut self, path: Arc<str>, order: usize, want: Want, start: usize) {
        self.files.push((path, order, want, start..self.bytes.len()));
    }
}

/// The reading end: sends batches of a good size and waits while the scanners are behind, so that memory is bounded.
#[derive(Clone)]
pub(super) struct Sender(SyncSender<Batch>);

/// Large enough that handing it over costs nothing, small enough that several fit in the cache of a processor.
const BATCH: usize = 1 << 20;

impl Sender {
    /// Sends the batch if it is full, leaving an empty one.
    pub(super) fn send_if_full(&self, batch: &mut Batch) -> Result<()> {
        if batch.bytes.len() < BATCH { Ok(()) } else { self.send(batch) }
    }

    /// Sends the batch, leaving an empty one.
    pub(super) fn send(&self, batch: &mut Batch) -> Result<()> {
        let empty = Batch { bytes: Vec::with_capacity(BATCH + BATCH / 4), files: Vec::new() };
        // Only if a scanner panicked; then that is what the user hears of.
        let stopped = |_| Box::new(Diagnostic::error("stopped", "nobody scans what is read"));
        self.0.send(std::mem::replace(batch, empty)).map_err(stopped)
    }
}

/// The two ends.
pub(super) fn channel() -> (Sender, Receiver<Batch>) {
    let (sender, receiver) = sync_channel(rayon::current_num_threads());
    (Sender(sender), receiver)
}

/// The scanning end: works until every sender is gone. The rows come in any order.
pub(super) fn gather<T: Send + Sync>(batches: Receiver<Batch>, scan: Scan<T>) -> Vec<Row<T>> {
    let rows = |batch: Batch| {
        let Batch { bytes, files } = batch;
        files.into_iter().map(move |(path, order, want, range)| Row::new(path, order, want, &bytes[range], scan))
    };
    batches.into_iter().par_bridge().flat_map_iter(rows).collect()
}
