//! What people wrote down and `diff` asks for: the sets that claim a constant, the structures that may grow.

use crate::diagnostic::Result;
use crate::diff::{About, Kernel, diff};
use crate::model::{Diff, ExtensibleRecord, Sets};
use crate::resolve::{claiming, matches};
use crate::store::Data;

/// It, loaded.
pub(super) struct Known {
    extensible: Vec<ExtensibleRecord>,
    sets: Sets,
}

impl Known {
    pub(super) fn new(data: &Data) -> Result<Known> {
        Ok(Known { extensible: data.extensible()?, sets: data.sets()? })
    }

    /// Compares two kernels in the light of it.
    pub(super) fn diff(&self, data: &Data, old: Kernel, new: Kernel) -> Diff {
        let sets =
            |header: &str, name: &str| claiming(&self.sets, header, name).into_iter().map(str::to_string).collect();
        let is_extensible = |name: &str| self.extensible.iter().any(|known| matches(&known.record, name));
        diff(&About { abis: &data.abis, sets: &sets, is_extensible: &is_extensible }, old, new)
    }
}
