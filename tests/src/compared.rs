//! Kernels read, put together and compared in process, as `diff` does.

use syscall_meta_gen::diagnostic::{Diagnostic, Sink};
use syscall_meta_gen::diff::{self, About, Kernel};
use syscall_meta_gen::extract::Extracted;
use syscall_meta_gen::model::{Abi, Diff, Headers, Release};
use syscall_meta_gen::resolve::{Resolved, resolve};
use syscall_meta_gen::store::Data;

use crate::extracted;

/// A kernel that can be compared.
pub struct Compared {
    /// Which.
    pub release: Release,
    /// Its ABIs.
    pub resolved: Resolved,
    /// What its headers define.
    pub headers: Headers,
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
        let (Extracted { facts, headers, .. }, mut said) = extracted(data, spec);
        let sink = Sink::new();
        let resolved = resolve(&facts, &data.abis, &data.curated, &sink);
        said.extend(sink.take());
        (Compared { release: facts.release, resolved, headers }, said)
    }

    /// A release that `data/` holds; of its headers some, on some ABIs: tests compare every two.
    pub fn held(data: &Data, kernel: &str) -> Compared {
        let facts = data.load(kernel).unwrap_or_else(|error| panic!("{kernel}: {error}"));
        let resolved = resolve(&facts, &data.abis, &data.curated, &Sink::new());
        let headers = if data.holds_headers(kernel) { data.load_headers(kernel) } else { Ok(Headers::default()) };
        let headers = some(headers.unwrap_or_else(|error| panic!("{kernel}: {error}")));
        Compared { release: facts.release, resolved, headers }
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
        let extensible = data.extensible().expect("the curated file is read");
        let is_extensible = |name: &str| extensible.iter().any(|known| known.record == name);
        let about = About { abis: &data.abis, sets: &sets_of_tests, is_extensible: &is_extensible };
        let old = Kernel { release: &self.release, abis: &old, headers: &self.headers };
        let new = Kernel { release: &newer.release, abis: &new, headers: &newer.headers };
        diff::diff(&about, old, new)
    }
}

/// A part of what headers define that has something of everything.
fn some(mut headers: Headers) -> Headers {
    const ABIS: [&str; 4] = ["x86_64", "i386", "mips_n64", "s390x"];
    let is_kept = |header: &String| ["asm/", "linux/b", "linux/f"].iter().any(|start| header.starts_with(start));
    headers.constants.retain(|header, _| is_kept(header));
    headers.records.retain(|header, _| is_kept(header));
    // What no ABI is called by is compared nowhere.
    headers.abis.iter_mut().filter(|abi| !ABIS.contains(&abi.as_str())).for_each(String::clear);
    headers
}

/// The sets of tests: the flags of `open`, and what says where to seek.
fn sets_of_tests(header: &str, name: &str) -> Vec<String> {
    let is_of = |of: &str, prefix: &str| header == of && name.starts_with(prefix);
    let sets = [("open_flags", is_of("asm/fcntl.h", "O_")), ("whence", is_of("linux/fs.h", "SEEK_"))];
    sets.into_iter().filter(|(_, is_member)| *is_member).map(|(set, _)| set.to_string()).collect()
}
