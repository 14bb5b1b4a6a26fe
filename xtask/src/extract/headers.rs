//! Where an ABI's `#include` looks: its architecture's uapi headers, the generic ones, and those that the build makes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::evaluate::{Headers, Include};
use crate::source::Tree;

/// The headers that a program of one ABI sees.
pub(super) struct AbiHeaders<'a, T> {
    pub tree: &'a Tree<T>,
    /// The folder of `arch/`.
    pub arch: &'a str,
    /// The ABI: generated headers of two ABIs have one name and different texts.
    pub abi: &'a str,
    /// What the kernel's build would make of tables, by the name that `#include` asks for.
    pub generated: BTreeMap<String, Arc<str>>,
    /// What it would make for other ABIs of the architecture: known, and nothing to this one.
    pub others: BTreeSet<&'a str>,
}

impl<T: Send + Sync> Headers for AbiHeaders<'_, T> {
    /// `asm/x.h` is the architecture's own, else the generic one: `arch/*/include/uapi/asm/Kbuild` and
    /// `include/uapi/asm-generic/Kbuild` have the build write wrappers that say just this.
    fn find(&self, name: &str, _angled: bool, _from: &str, _next: bool) -> Include {
        if let Some(text) = self.generated.get(name) {
            return Include::Text { path: format!("<generated for {}>/{name}", self.abi).into(), text: text.clone() };
        }
        if self.others.contains(name) {
            return Include::Skip;
        }
        let own = format!("arch/{}/include/uapi/{name}", self.arch);
        let generic = match name.strip_prefix("asm/") {
            Some(rest) => format!("include/uapi/asm-generic/{rest}"),
            None => format!("include/uapi/{name}"),
        };
        match self.tree.get(&own).or_else(|| self.tree.get(&generic)) {
            Some(text) => Include::Text { path: text.path.clone(), text: text.text.clone() },
            None => Include::Missing,
        }
    }
}
