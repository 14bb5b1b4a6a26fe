//! Kernels read, put together and compared in process, as `diff` does.

use syscall_meta_gen::diagnostic::{Diagnostic, Sink};
use syscall_meta_gen::diff;
use syscall_meta_gen::model::{Abi, Diff, Release};
use syscall_meta_gen::resolve::{Resolved, resolve};
use syscall_meta_gen::store::Data;

use crate::facts;

/// A kernel that can be compared.
pub struct Compared {
    /// Which.
    pub release: Release,
    /// Its ABIs.
    pub resolved: Resolved,
}

impl Compared {
    /// Reads a kernel with which nothing may be wrong.
    #[track_caller]
    pub fn read(data: &Data, spec: &str) -> Compared {
        let (kernel, said) = Compared::read_and_told(data, spec);
        assert!(said.is_empty(), "{spec}: {said:?}");
        kernel
    }

    /// Reads a kernel of which something may stay unknown, with all that was noticed on the way.
    pub fn read_and_told(data: &Data, spec: &str) -> (Compared, Vec<Diagnostic>) {
        let (facts, mut said) = facts(data, spec);
        let sink = Sink::new();
        let resolved = resolve(&facts, &data.abis, &data.curated, &sink);
        said.extend(sink.take());
        (Compared { release: facts.release, resolved }, said)
    }

    /// A release that `data/` holds.
    pub fn held(data: &Data, kernel: &str) -> Compared {
        let facts = data.load(kernel).unwrap_or_else(|error| panic!("{kernel}: {error}"));
        let resolved = resolve(&facts, &data.abis, &data.curated, &Sink::new());
        Compared { release: facts.release, resolved }
    }

    /// What is another in a newer kernel.
    pub fn diff(&self, newer: &Compared, data: &Data) -> Diff {
        self.diff_of(newer, data, |_| true)
    }

    /// The same of some ABIs only.
    pub fn diff_of(&self, newer: &Compared, data: &Data, is_wanted: impl Fn(&str) -> bool) -> Diff {
        let only = |of: &'_ Compared| -> Vec<Abi> {
            of.resolved.abis.iter().filter(|abi| is_wanted(&abi.name)).cloned().collect()
        };
        let (old, new) = (only(self), only(newer));
        let (old, new): (Vec<&Abi>, Vec<&Abi>) = (old.iter().collect(), new.iter().collect());
        diff::diff(&data.abis, (&self.release, &old), (&newer.release, &new))
    }
}
