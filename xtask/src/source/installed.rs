//! Headers that are installed for programs, as the texts of the kernel tree that they came from.
//!
//! `make headers_install` writes `include/uapi/` and `arch/*/include/uapi/` into one folder, with a wrapper in `asm/` for
//! each generic header that an architecture takes. Packages put `asm/` below a folder for each machine
//! (`x86_64-linux-gnu/asm/`). Here all of it goes back to where it stands in a kernel, and the wrappers become the
//! `Kbuild` that has a build write them, so that whoever reads a kernel's headers reads these in the same way.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::gather::{Outcome, Row};
use super::{LARGEST, Origin, Tree, too_large, unreadable};
use crate::diagnostic::{Diagnostic, Label, Result};

/// The header that says which release it is.
const VERSION: &str = "linux/version.h";

/// The folders that a kernel installs beside `asm/`.
const FOLDERS: [&str; 12] =
    ["asm-generic", "cxl", "drm", "linux", "misc", "mtd", "rdma", "regulator", "scsi", "sound", "video", "xen"];

/// Headers that a C library puts into the same folders.
const LIBRARY: [&str; 3] = ["scsi/scsi.h", "scsi/scsi_ioctl.h", "scsi/sg.h"];

/// How deep a folder of headers can go: links may lead in circles.
const DEPTH: usize = 6;

/// A folder of installed headers.
#[derive(Clone, Debug)]
pub struct Installed {
    /// The folder.
    pub root: PathBuf,
}

/// What it holds.
#[derive(Debug)]
pub struct InstalledTree {
    /// The headers, where they stand in a kernel.
    pub tree: Tree<()>,
    /// `linux/version.h`, which no kernel tree has.
    pub version: Arc<str>,
    /// The folders of `arch/` whose headers are there.
    pub archs: BTreeSet<String>,
    /// Folders of machines of which nobody knows the architecture; they were left out.
    pub unknown: Vec<PathBuf>,
}

impl Installed {
    /// Whether a folder looks like one.
    pub(super) fn is_one(root: &Path) -> bool {
        let is_asm = |folder: &Path| folder.join("asm/unistd.h").is_file();
        root.join(VERSION).is_file()
            || is_asm(root)
            || (root.join("linux").is_dir() && multiarch(root).next().is_some())
    }

    /// Reads the headers. `arch_of` says which folder of `arch/` the headers for a machine are of, by the first word of a
    /// compiler's triplet; `of_headers` says so by the names of the files in `asm/`.
    pub fn read(
        &self,
        arch_of: &dyn Fn(&str) -> Option<String>,
        of_headers: &dyn Fn(&BTreeSet<String>) -> Option<String>,
    ) -> Result<InstalledTree> {
        let path = self.root.join(VERSION);
        let version = fs::read(&path).map_err(|cause| {
            let error = unreadable(&path, &cause);
            Box::new(error.help("headers of a kernel have a `linux/version.h`, which says which kernel that is"))
        })?;
        let mut rows = Vec::new();
        let mut archs = BTreeSet::new();
        for (asm, arch) in self.machines(arch_of, of_headers)? {
            if archs.insert(arch.clone()) {
                rows.extend(asm_rows(&asm, &arch)?);
            }
        }
        for folder in FOLDERS {
            let mut found = BTreeMap::new();
            collect(&self.root.join(folder), folder, DEPTH, &mut found)?;
            found.retain(|name, _| name != VERSION && !LIBRARY.contains(&name.as_str()));
            rows.extend(found.into_iter().map(|(name, text)| row(format!("include/uapi/{name}"), text)));
        }
        let tree = Tree::new(rows, BTreeMap::new(), Origin::Directory);
        let is_unknown =
            |(asm, triplet): (PathBuf, String)| machine(&triplet).and_then(arch_of).is_none().then_some(asm);
        let mut unknown: Vec<PathBuf> = multiarch(&self.root).filter_map(is_unknown).collect();
        unknown.sort();
        Ok(InstalledTree { tree, version: Arc::from(String::from_utf8_lossy(&version)), archs, unknown })
    }

    /// Every `asm/` with the folder of `arch/` that it is of.
    fn machines(
        &self,
        arch_of: &dyn Fn(&str) -> Option<String>,
        of_headers: &dyn Fn(&BTreeSet<String>) -> Option<String>,
    ) -> Result<Vec<(PathBuf, String)>> {
        let known = |(asm, triplet): (PathBuf, String)| Some((asm, arch_of(machine(&triplet)?)?));
        let mut all: Vec<(PathBuf, String)> = multiarch(&self.root).filter_map(known).collect();
        all.sort();
        let plain = self.root.join("asm");
        if all.is_empty() && plain.is_dir() {
            // `/usr/arm-linux-gnueabi/include`, or a link that leads there.
            let paths = [std::path::absolute(&self.root), self.root.canonicalize()];
            let by_path = paths.iter().flatten().find_map(|path| {
                let mut names = path.components().rev().filter_map(|part| part.as_os_str().to_str());
                names.find_map(|name| arch_of(machine(name)?))
            });
            let mut found = BTreeMap::new();
            collect(&plain, "asm", DEPTH, &mut found)?;
            all.extend(by_path.or_else(|| of_headers(&found.into_keys().collect())).map(|arch| (plain, arch)));
        }
        if all.is_empty() {
            let message = "which architecture these headers are of is not told";
            return Err(Box::new(
                Diagnostic::error("no-architecture", message)
                    .at(Label::file(self.root.display().to_string()))
                    .help("a folder in the path or above `asm/` is named by a triplet: `arm-linux-gnueabi`"),
            ));
        }
        Ok(all)
    }
}

/// The `asm/` of every machine that has a folder of its own, with the name of that.
fn multiarch(root: &Path) -> impl Iterator<Item = (PathBuf, String)> + use<> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let asm = entry.path().join("asm");
        (machine(&name).is_some() && asm.join("unistd.h").is_file()).then_some((asm, name))
    })
}

/// The machine of a triplet: `arm` of `arm-linux-gnueabi`, `x86_64` of `x86_64-pc-linux-gnu`.
fn machine(triplet: &str) -> Option<&str> {
    let (machine, rest) = triplet.split_once('-')?;
    (!machine.is_empty() && rest.split('-').any(|word| word == "linux")).then_some(machine)
}

/// The headers of an architecture, and the list of generic ones that it takes as they are.
fn asm_rows(asm: &Path, arch: &str) -> Result<Vec<Row<()>>> {
    let mut found = BTreeMap::new();
    collect(asm, "asm", DEPTH, &mut found)?;
    let mut rows = Vec::new();
    let mut kbuild = String::new();
    for (name, text) in found {
        let file = name.strip_prefix("asm/").unwrap_or(&name);
        if text.trim() == format!("#include <asm-generic/{file}>") {
            kbuild.push_str(&format!("generic-y += {file}\n"));
        } else {
            rows.push(row(format!("arch/{arch}/include/uapi/{name}"), text));
        }
    }
    rows.push(row(format!("arch/{arch}/include/uapi/asm/Kbuild"), kbuild.into()));
    Ok(rows)
}

fn row(path: String, text: Arc<str>) -> Row<()> {
    Row { path: path.into(), order: 0, outcome: Outcome::Kept(text) }
}

/// Every header below a folder, links followed wherever they lead: packages link `asm/` to another place. A folder that
/// is not there holds none.
fn collect(folder: &Path, name: &str, depth: usize, found: &mut BTreeMap<String, Arc<str>>) -> Result<()> {
    let Some(deeper) = depth.checked_sub(1).filter(|_| folder.is_dir()) else { return Ok(()) };
    for entry in fs::read_dir(folder).map_err(|cause| unreadable(folder, &cause))? {
        let path = entry.map_err(|cause| unreadable(folder, &cause))?.path();
        let Some(file) = path.file_name().and_then(|file| file.to_str()) else { continue };
        let name = format!("{name}/{file}");
        match fs::metadata(&path) {
            Ok(of) if of.is_dir() => collect(&path, &name, deeper, found)?,
            Ok(of) if of.is_file() && name.ends_with(".h") => {
                if of.len() > LARGEST {
                    return Err(too_large(&name, &folder.display().to_string()));
                }
                let bytes = fs::read(&path).map_err(|cause| unreadable(&path, &cause))?;
                // `scripts/headers_install.sh` writes it so.
                found.insert(name, String::from_utf8_lossy(&bytes).replace("__volatile__", "volatile").into());
            }
            // What is neither, and a link that leads nowhere, is no header.
            _ => {}
        }
    }
    Ok(())
}
