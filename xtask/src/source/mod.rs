//! Kernel sources as named texts.
//!
//! [`Kernel::open`] takes a kernel directory, a tarball or a revision of a git clone; [`Kernel::read`] asks the caller
//! of each path what it is wanted for, reads each wanted file once, and gives a [`Tree`]. The three kinds of source give
//! the same tree, byte for byte: paths are relative to the root of the kernel, symbolic links are followed inside it,
//! and nothing depends on threads or on the order of files.
//!
//! No source is unpacked or checked out, and nothing is written.

mod bytes;
mod directory;
mod earlier;
mod gather;
mod git;
mod installed;
mod links;
mod progress;
mod releases;
mod running;
mod tarball;

pub use bytes::{bytes, is_folder, names};
pub use earlier::Earlier;
pub use installed::{Installed, InstalledTree};
pub use progress::{Mode, Progress};
pub use releases::Range;
pub use running::Running;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io, thread};

use self::gather::{Outcome, Row};
use self::links::Entry;
use crate::diagnostic::{Diagnostic, Label, Result, Sink};

/// What a file is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Nothing: it is not even opened.
    No,
    /// Its text is kept: headers, tables, Makefiles, a few thousand files.
    Keep,
    /// The scanner sees it once and its text is dropped: `.c` and `.S`, tens of thousands of files.
    Scan,
}

/// Which files of a kernel are wanted. Paths have no leading and no trailing slash.
///
/// A file counts if each directory above it is entered and the file itself is wanted. Both answers must depend on the
/// path alone. A link is asked for by its own path, wherever it leads.
#[derive(Clone, Copy)]
pub struct Selection<'a> {
    /// Whether anything below this directory may be wanted. The top folder is always entered, `.git` never.
    pub enter: &'a (dyn Fn(&str) -> bool + Sync),
    /// What the file of this path is wanted for.
    pub want: &'a (dyn Fn(&str) -> Want + Sync),
}

impl Selection<'_> {
    fn enters(&self, directory: &str) -> bool {
        directory != ".git" && (self.enter)(directory)
    }

    /// Whether a walk from the top would come by this path.
    fn reaches(&self, path: &str) -> bool {
        path.match_indices('/').all(|(at, _)| self.enters(&path[..at]))
    }

    /// What the file of this path is wanted for, all considered.
    fn of(&self, path: &str) -> Want {
        if self.reaches(path) { (self.want)(path) } else { Want::No }
    }
}

/// The folders of a selection for somebody who asks in the order of paths: most files lie where the one before does.
struct Folders<'a> {
    selection: &'a Selection<'a>,
    folder: String,
    is_entered: bool,
}

impl<'a> Folders<'a> {
    fn new(selection: &'a Selection<'a>) -> Self {
        Folders { selection, folder: String::new(), is_entered: true }
    }

    /// Whether a walk from the top would come by this path.
    fn reach(&mut self, path: &str) -> bool {
        let folder = path.rfind('/').map_or("", |end| &path[..end]);
        if folder != self.folder {
            self.folder.replace_range(.., folder);
            self.is_entered = self.selection.reaches(path);
        }
        self.is_entered
    }
}

/// A file as the scanner sees it.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// Path from the root of the kernel.
    pub path: &'a str,
    /// The whole file. It is not known to be UTF-8: most files are only searched, and checking costs more than that.
    pub bytes: &'a [u8],
}

impl<'a> File<'a> {
    /// The file as text. A byte that is no UTF-8 (names in old comments are Latin-1) becomes U+FFFD.
    pub fn text(&self) -> Cow<'a, str> {
        match std::str::from_utf8(self.bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(self.bytes),
        }
    }
}

/// A file whose text is kept. Clones share the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Path from the root of the kernel: that of the link where the file was reached by one.
    pub path: Arc<str>,
    /// The text, made as [`File::text`] does.
    pub text: Arc<str>,
}

/// What exactly was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A directory: whatever was in it at that time.
    Directory,
    /// A tarball.
    Tarball {
        /// Digest of the file as it is on disk, compressed, in hexadecimal.
        sha256: String,
    },
    /// A revision of a git clone.
    Git {
        /// The commit's full id.
        commit: String,
    },
}

/// How many blobs of a git revision were wanted, each counted once wherever it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Blobs {
    /// Those that git handed out.
    pub read: usize,
    /// Those of which all was known from the revision before.
    pub shared: usize,
}

/// The wanted files of a kernel.
#[derive(Debug)]
pub struct Tree<T> {
    /// What the scanner found, sorted by path. The revision that is read next may have a share in it.
    pub scanned: Vec<(Arc<str>, Arc<T>)>,
    /// What exactly was read.
    pub origin: Origin,
    /// What of that a git clone had to be asked for; none for other sources.
    pub blobs: Option<Blobs>,
    kept: BTreeMap<Arc<str>, Text>,
    links: BTreeMap<Arc<str>, Arc<str>>,
}

impl<T> Tree<T> {
    /// The kept text of this path; `.`, `..` and links on the way are followed.
    pub fn get(&self, path: &str) -> Option<&Text> {
        let look = |path: &str| match self.links.get(path) {
            _ if self.kept.contains_key(path) => Entry::File,
            Some(target) => Entry::Link(target.to_string()),
            None => Entry::Directory,
        };
        self.kept.get(path).or_else(|| self.kept.get(links::resolve(path, look).ok()?.as_str()))
    }

    /// The path of the file itself where this is a link to it; else the same path.
    pub fn real_path<'a>(&self, path: &'a str) -> Cow<'a, str> {
        let look = |path: &str| match self.links.get(path) {
            Some(target) => Entry::Link(target.to_string()),
            None => Entry::Directory,
        };
        links::resolve(path, look).map_or(Cow::Borrowed(path), Cow::Owned)
    }

    /// All kept texts, sorted by path.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        self.kept.values()
    }

    /// The kept texts whose path starts with these characters, sorted by path: `arch/arm/include/`.
    pub fn texts_at<'t, 'p>(&'t self, prefix: &'p str) -> impl Iterator<Item = &'t Text> + use<'t, 'p, T> {
        self.kept.range(Arc::from(prefix)..).map(|(_, text)| text).take_while(move |text| text.path.starts_with(prefix))
    }

    /// Puts what the threads brought in any order into its place. `links` are those that a walk comes by.
    fn new(mut rows: Vec<Row<T>>, links: BTreeMap<Arc<str>, Arc<str>>, origin: Origin) -> Self {
        // A tarball can hold a path twice: as when it is unpacked, the last one counts.
        rows.sort_by(|a, b| (&a.path, b.order).cmp(&(&b.path, a.order)));
        rows.dedup_by(|next, first| next.path == first.path);
        let mut tree = Tree { scanned: Vec::new(), origin, blobs: None, kept: BTreeMap::new(), links };
        rows.into_iter().for_each(|row| tree.insert(row));
        tree
    }

    fn insert(&mut self, Row { path, outcome, .. }: Row<T>) {
        match outcome {
            Outcome::Kept(text) => drop(self.kept.insert(path.clone(), Text { path, text })),
            Outcome::Found(found) => {
                let at = self.scanned.partition_point(|(other, _)| *other < path);
                self.scanned.insert(at, (path, found));
            }
            Outcome::Nothing => {}
        }
    }
}

/// An opened source.
#[derive(Debug)]
pub struct Kernel {
    name: String,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Directory(directory::Directory),
    Tarball(tarball::Tarball),
    Git(git::Git),
}

impl Kernel {
    /// Opens `SRC`: a kernel directory, a tarball (`.tar`, `.tar.gz`, `.tar.xz`), or `REPO@REV` of a git clone.
    ///
    /// That it is a kernel is checked here, but for a tarball: it shows while that is read.
    pub fn open(spec: &str) -> Result<Kernel> {
        let path = Path::new(spec);
        let (name, kind) = match fs::metadata(path) {
            Ok(found) if found.is_dir() => (spec, Kind::Directory(directory::Directory::open(path)?)),
            Ok(found) if !found.is_file() => {
                let message = format!("`{spec}` is neither a directory nor a regular file");
                return Err(Box::new(Diagnostic::error("no-such-source", message).help(SRC)));
            }
            Ok(_) => {
                let name = path.file_name().and_then(|name| name.to_str()).unwrap_or(spec);
                (name, Kind::Tarball(tarball::Tarball::open(path)?))
            }
            Err(_) if spec.contains('@') => {
                let (repository, revision) = split_revision(spec);
                (spec, Kind::Git(git::Git::open(repository, revision)?))
            }
            Err(cause) => {
                let message = format!("cannot read `{spec}`: {cause}");
                return Err(Box::new(Diagnostic::error("no-such-source", message).help(SRC)));
            }
        };
        Ok(Kernel { name: name.to_string(), kind })
    }

    /// What to call it in messages: `linux-6.12.tar.xz`, `linux.git@v6.12`.
    pub fn describe(&self) -> String {
        self.name.clone()
    }

    /// Reads each wanted file once, in parallel. A link that is wanted but leads nowhere is a warning in `sink`.
    pub fn read<T: Send + Sync>(
        &self,
        selection: &Selection,
        scan: &(dyn Fn(&File) -> Option<T> + Sync),
        progress: &Progress,
        sink: &Sink,
    ) -> Result<Tree<T>> {
        self.read_after(&mut Earlier::new(), selection, scan, progress, sink)
    }

    /// The same, but what a git revision has in common with the one that was read before is taken from there.
    ///
    /// The same scanner has to have read that, and what it says goes into what it finds: it does not see those files
    /// again. Other sources neither use nor change what is carried over.
    pub fn read_after<T: Send + Sync>(
        &self,
        earlier: &mut Earlier<T>,
        selection: &Selection,
        scan: &(dyn Fn(&File) -> Option<T> + Sync),
        progress: &Progress,
        sink: &Sink,
    ) -> Result<Tree<T>> {
        match &self.kind {
            Kind::Directory(directory) => directory.read(selection, scan, progress, sink),
            Kind::Tarball(tarball) => tarball.read(selection, scan, progress, sink),
            Kind::Git(git) => git.read(selection, scan, earlier, progress, sink),
        }
    }
}

/// What a kernel can be read from.
#[derive(Debug)]
pub enum Source {
    /// Its source.
    Kernel(Kernel),
    /// Facts that were read before, in a folder of their own.
    Facts(PathBuf),
    /// Itself, as it runs, or a copy of what it told.
    Running(Running),
    /// The headers that are installed of it.
    Installed(Installed),
}

/// The word for the kernel that runs.
pub const LIVE: &str = "live";
/// The file that a folder of facts has.
const RELEASE: &str = "release.yaml";

impl Source {
    /// Opens `SRC`; a folder shows by what is in it what it is.
    pub fn open(spec: &str) -> Result<Source> {
        let path = Path::new(spec);
        if spec == LIVE {
            return Running::live().map(Source::Running);
        }
        if !path.is_dir() || path.join("Makefile").is_file() {
            return Kernel::open(spec).map(Source::Kernel);
        }
        if path.join(RELEASE).is_file() {
            return Ok(Source::Facts(path.to_path_buf()));
        }
        if Running::is_copy(path) {
            return Running::copy(path).map(Source::Running);
        }
        if Installed::is_one(path) {
            return Ok(Source::Installed(Installed { root: path.to_path_buf() }));
        }
        Kernel::open(spec).map(Source::Kernel)
    }
}

/// `REPO@REV` at the last `@` that has something on disk before it (`linux@HEAD@{1}`), or else at the last one.
fn split_revision(spec: &str) -> (&str, &str) {
    let exists = |&(at, _): &(usize, &str)| Path::new(&spec[..at]).exists();
    let at = spec.rmatch_indices('@').find(exists).map(|(at, _)| at).or(spec.rfind('@'));
    at.map_or((spec, ""), |at| (&spec[..at], &spec[at + 1..]))
}

const SRC: &str = "SRC is a kernel directory, a tarball (`.tar`, `.tar.gz`, `.tar.xz`), or `REPO@REV` of a git clone; or what is \
                   at hand: `live`, a folder of installed headers, a folder of facts";

/// No file of a kernel comes near this size; what claims more is damaged, and is not read.
const LARGEST: u64 = 256 << 20;

fn too_large(path: &str, source: &str) -> Box<Diagnostic> {
    let message = format!("`{path}` in `{source}` has more than {} MiB, which no kernel source has", LARGEST >> 20);
    Box::new(Diagnostic::error("file-too-large", message).at(Label::file(path)))
}

fn unreadable(path: &Path, cause: &io::Error) -> Box<Diagnostic> {
    let path = path.display().to_string();
    Box::new(Diagnostic::error("unreadable", format!("cannot read `{path}`: {cause}")).at(Label::file(path)))
}

/// Waits for a thread; if it panicked, so does this one.
fn join<T>(thread: thread::ScopedJoinHandle<T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

/// Whether this is the Makefile at the top of a kernel: the only one that sets these two.
fn is_kernel_makefile(makefile: &[u8]) -> bool {
    let sets = |name: &str| {
        let mut lines = makefile.split(|&byte| byte == b'\n').filter_map(|line| line.strip_prefix(name.as_bytes()));
        lines.any(|rest| rest.trim_ascii_start().starts_with(b"="))
    };
    sets("VERSION") && sets("PATCHLEVEL")
}

/// Fails unless the source has what every kernel has.
fn check_kernel(source: &str, makefile: bool, headers: bool) -> Result<()> {
    let missing = match (makefile, headers) {
        (true, true) => return Ok(()),
        (false, true) => "it has no `Makefile` that sets `VERSION` and `PATCHLEVEL`",
        (true, false) => "it has neither `arch/` nor `include/uapi/`",
        (false, false) => {
            "it has no `Makefile` that sets `VERSION` and `PATCHLEVEL`, and neither `arch/` nor `include/uapi/`"
        }
    };
    Err(Box::new(Diagnostic::error("not-a-kernel", format!("`{source}` is not a kernel: {missing}")).help(SRC)))
}

#[cfg(test)]
mod tests;
