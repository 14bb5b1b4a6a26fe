//! Files as they should be against files as they are: compares, or writes so that no reader ever sees half a file.
//!
//! One message names the command that freshens what is stale, and `--check` is the same comparison without writing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once};

use tempfile::NamedTempFile;

use crate::diagnostic::{Diagnostic, Label, Result};

/// Temporary files carry this prefix, so that what a killed run left behind is known as such.
const TEMPORARY: &str = ".syscall-meta-";

/// Files that this tool owns.
#[derive(Debug, Default)]
pub struct Plan {
    /// What should be in each file.
    pub files: BTreeMap<PathBuf, Vec<u8>>,
    /// Folders in which a file of the given ending that the plan does not name is an orphan.
    pub owned: Vec<Owned>,
}

/// A folder whose files are all made here, but for some.
#[derive(Debug)]
pub struct Owned {
    /// The folder.
    pub folder: PathBuf,
    /// The ending of the files that count: `rs`.
    pub ending: &'static str,
    /// Files that people own.
    pub except: &'static [&'static str],
}

/// A file that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stale {
    /// It should be there.
    Missing(PathBuf),
    /// It says something else; the first line that differs, counted from 1, or 0 where it is no text.
    Differs(PathBuf, usize),
    /// It should not be there.
    Orphan(PathBuf),
}

impl Stale {
    /// The file.
    pub fn path(&self) -> &Path {
        match self {
            Stale::Missing(path) | Stale::Differs(path, _) | Stale::Orphan(path) => path,
        }
    }

    /// In a few words.
    pub fn why(&self) -> String {
        match self {
            Stale::Missing(_) => "missing".to_string(),
            Stale::Differs(_, 0) => "differs".to_string(),
            Stale::Differs(_, line) => format!("differs from line {line}"),
            Stale::Orphan(_) => "no longer made".to_string(),
        }
    }
}

impl Plan {
    /// Every file that is not as it should be, by path.
    pub fn stale(&self) -> Result<Vec<Stale>> {
        let mut stale = Vec::new();
        for (path, wanted) in &self.files {
            match fs::read(path) {
                Ok(bytes) if &bytes == wanted => {}
                Ok(bytes) => stale.push(Stale::Differs(path.clone(), first_difference(&bytes, wanted))),
                Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => stale.push(Stale::Missing(path.clone())),
                Err(cause) => return Err(failed(path, "read", &cause)),
            }
        }
        for owned in &self.owned {
            for path in listed(&owned.folder)? {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let ours = path.extension().is_some_and(|ending| ending == owned.ending);
                if ours && !owned.except.contains(&&*name) && !self.files.contains_key(&path) {
                    stale.push(Stale::Orphan(path));
                }
            }
        }
        stale.sort_by(|a, b| a.path().cmp(b.path()));
        Ok(stale)
    }

    /// Makes every file what it should be, and says which were not. Each file changes at once and as a whole: new text
    /// is written beside the old and takes its name when all of it is on disk.
    pub fn write(&self) -> Result<Vec<Stale>> {
        let stale = self.stale()?;
        let _whole = hold_interrupts();
        self.sweep()?;
        let mut ready = Vec::new();
        for path in stale.iter().map(Stale::path) {
            if let Some(bytes) = self.files.get(path) {
                ready.push((path, written_beside(path, bytes)?));
            }
        }
        for (path, file) in ready {
            file.persist(path).map_err(|error| failed(path, "write", &error.error))?;
        }
        for path in stale.iter().filter(|stale| matches!(stale, Stale::Orphan(_))).map(Stale::path) {
            fs::remove_file(path).map_err(|cause| failed(path, "remove", &cause))?;
        }
        Ok(stale)
    }

    /// Removes what a killed run left behind.
    fn sweep(&self) -> Result<()> {
        let folders: BTreeSet<&Path> = self.files.keys().filter_map(|path| path.parent()).collect();
        for path in folders.into_iter().map(listed).collect::<Result<Vec<_>>>()?.into_iter().flatten() {
            if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(TEMPORARY)) {
                fs::remove_file(&path).map_err(|cause| failed(&path, "remove", &cause))?;
            }
        }
        Ok(())
    }
}

fn written_beside(path: &Path, bytes: &[u8]) -> Result<NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|cause| failed(folder, "make the folder", &cause))?;
    let write = || -> std::io::Result<NamedTempFile> {
        let mut file = tempfile::Builder::new().prefix(TEMPORARY).permissions(permissions()).tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_data()?;
        Ok(file)
    };
    write().map_err(|cause| failed(path, "write", &cause))
}

#[cfg(unix)]
fn permissions() -> fs::Permissions {
    // Those of any new file; the umask takes away what the user wants taken.
    std::os::unix::fs::PermissionsExt::from_mode(0o666)
}

#[cfg(not(unix))]
fn permissions() -> fs::Permissions {
    fs::metadata(".").map(|metadata| metadata.permissions()).expect("the current folder is there")
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let list = || -> std::io::Result<Vec<PathBuf>> {
        let mut paths: Vec<PathBuf> =
            fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
        paths.sort();
        Ok(paths)
    };
    list().map_err(|cause| failed(folder, "list", &cause))
}

fn first_difference(a: &[u8], b: &[u8]) -> usize {
    if b.contains(&0) {
        return 0;
    }
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    1 + memchr::memchr_iter(b'\n', &b[..same.min(b.len())]).count()
}

fn failed(path: &Path, what: &str, cause: &std::io::Error) -> Box<Diagnostic> {
    let path = path.display().to_string();
    Box::new(Diagnostic::error("cannot-write", format!("cannot {what} `{path}`: {cause}")).at(Label::file(path)))
}

static WRITING: Mutex<()> = Mutex::new(());
static HANDLER: Once = Once::new();

/// While this is held, an interrupt waits: files change together or not at all.
fn hold_interrupts() -> MutexGuard<'static, ()> {
    HANDLER.call_once(|| {
        // Without a handler an interrupt still leaves only whole files, but perhaps not all of them new.
        let _ = ctrlc::set_handler(|| {
            let _written = WRITING.lock();
            std::process::exit(130);
        });
    });
    WRITING.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_differs_and_removes_orphans() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for (name, text) in [("same.rs", "1"), ("old.rs", "a\nb"), ("gone.rs", "x"), ("mod.rs", "m"), ("n.txt", "n")] {
            fs::write(at(name), text).unwrap();
        }
        fs::write(at(".syscall-meta-left"), "half").unwrap();
        let owned = Owned { folder: folder.path().to_path_buf(), ending: "rs", except: &["mod.rs"] };
        fs::write(at("old.bin"), "\0\n1").unwrap();
        let files = [("same.rs", "1"), ("old.rs", "a\nc"), ("new.rs", "2"), ("old.bin", "\0\n2")];
        let files = files.iter().map(|(name, text)| (at(name), text.as_bytes().to_vec())).collect();
        let plan = Plan { files, owned: vec![owned] };
        let expected = vec![
            Stale::Orphan(at("gone.rs")),
            Stale::Missing(at("new.rs")),
            Stale::Differs(at("old.bin"), 0),
            Stale::Differs(at("old.rs"), 2),
        ];
        assert_eq!(plan.stale().unwrap(), expected);
        assert_eq!(plan.write().unwrap(), expected);
        assert_eq!(plan.stale().unwrap(), []);
        let mut left: Vec<String> =
            fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        left.sort();
        assert_eq!(left, ["mod.rs", "n.txt", "new.rs", "old.bin", "old.rs", "same.rs"]);
    }
}
