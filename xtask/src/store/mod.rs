//! Facts ⇄ the YAML under `data/`; the only place that knows YAML.
//!
//! A release is a few files in `data/linux/X.Y/`. Facts are flat scalars, one a line, sorted, so that a kernel bump
//! reads well as a diff; line numbers stand apart in `lines.yaml`, so that a point release rewrites that file alone.

mod flat;
mod gaps;
mod headers;
mod history;
mod kinds;
mod read;
mod sets;
mod spread;
mod waivers;
mod whom;
mod write;

use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Label, Result};
use crate::model::{Abis, Curated, ExtensibleRecord, Facts, Headers, History, Kinds, Sets};

pub use gaps::gaps;
pub use history::{HISTORY, step};
pub use waivers::waivers;
pub use write::files;

/// The files of a release, in the order in which they are best read.
pub const FILES: [&str; 11] = [
    "release.yaml",
    "numbers.yaml",
    "tables.yaml",
    "definitions.yaml",
    "config.yaml",
    "types.yaml",
    "symbols.yaml",
    headers::CONSTANTS,
    headers::STRUCTS,
    headers::OPEN,
    "lines.yaml",
];

/// The folder of `data/` that holds the releases.
pub const RELEASES: &str = "linux";

/// `data/`, opened: what ABIs are, and which releases are held.
#[derive(Clone, Debug)]
pub struct Data {
    /// Where it is.
    pub root: PathBuf,
    /// `abis.yaml`.
    pub abis: Abis,
    /// `curated/entries.yaml`.
    pub curated: Curated,
    /// The releases held, `X.Y`, oldest first.
    pub kernels: Vec<String>,
}

impl Data {
    /// Opens a `data/` folder.
    pub fn open(root: &Path) -> Result<Data> {
        let abis: Abis = read::yaml(&root.join("abis.yaml"))?;
        let curated = read::yaml(&root.join("curated/entries.yaml"))?;
        let folder = root.join(RELEASES);
        let mut kernels = Vec::new();
        if folder.is_dir() {
            kernels = names(&folder)?;
            kernels.retain(|name| folder.join(name).join("release.yaml").is_file() && kernel_order(name).is_some());
        }
        kernels.sort_by_key(|name| kernel_order(name));
        Ok(Data { root: root.to_path_buf(), abis, curated, kernels })
    }

    /// What walks over a clone's tags have found.
    pub fn history(&self) -> Result<History> {
        history::load(&self.root.join(HISTORY))
    }

    /// Structures that may grow at their end.
    pub fn extensible(&self) -> Result<Vec<ExtensibleRecord>> {
        let path = self.root.join("curated/extensible.yaml");
        if path.is_file() { read::yaml(&path) } else { Ok(Vec::new()) }
    }

    /// `curated/kinds/`: what parameters and results mean.
    pub fn kinds(&self) -> Result<Kinds> {
        kinds::load(&self.root)
    }

    /// Whether that is held of a release, too; its calls are in any case.
    pub fn holds_headers(&self, kernel: &str) -> bool {
        self.root.join(RELEASES).join(kernel).join(headers::CONSTANTS).is_file()
    }

    /// `curated/sets.yaml`: which constants belong to which domain of values.
    pub fn sets(&self) -> Result<Sets> {
        sets::load(&self.root.join("curated/sets.yaml"))
    }

    /// What the headers of a release that is held define.
    pub fn load_headers(&self, kernel: &str) -> Result<Headers> {
        headers::load(&self.root.join(RELEASES).join(kernel), &self.abis)
    }

    /// The facts in a folder of their own, and what headers define by them.
    pub fn load_folder(&self, folder: &Path) -> Result<(Facts, Headers)> {
        let facts = read::facts(folder, &self.abis)?;
        let headers = if folder.join(headers::CONSTANTS).is_file() {
            headers::load(folder, &self.abis)?
        } else {
            Headers::default()
        };
        Ok((facts, headers))
    }

    /// The facts of a release that is held.
    pub fn load(&self, kernel: &str) -> Result<Facts> {
        let folder = self.root.join(RELEASES).join(kernel);
        let facts = read::facts(&folder, &self.abis)?;
        if facts.release.at_hand.is_some() {
            let message = format!("this folder holds facts of {}, which are not all of a release", facts.release);
            return Err(Box::new(
                Diagnostic::error("bad-data", message)
                    .at(Label::file(folder.display().to_string()))
                    .help("facts without a source are kept elsewhere, and named by their folder"),
            ));
        }
        if facts.release.kernel() != kernel {
            return Err(Box::new(
                Diagnostic::error("bad-data", format!("this folder is named {kernel} and holds {}", facts.release))
                    .at(Label::file(folder.display().to_string()))
                    .help("a folder of data/linux/ is named by the `X.Y` of its release"),
            ));
        }
        Ok(facts)
    }
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> Result<Vec<String>> {
    let unreadable = |cause: std::io::Error| {
        Box::new(
            Diagnostic::error("unreadable-data", format!("cannot list this folder: {cause}"))
                .at(Label::file(folder.display().to_string())),
        )
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        names.push(entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// `X.Y` as numbers.
fn kernel_order(name: &str) -> Option<(u32, u32)> {
    let (major, minor) = name.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
