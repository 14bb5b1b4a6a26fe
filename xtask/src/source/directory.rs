//! A kernel in a directory: a parallel walk finds the wanted paths, then all threads read them.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use rayon::prelude::*;

use super::gather::{Row, Scan};
use super::links::{self, Entry};
use super::progress::Progress;
use super::{LARGEST, Origin, Selection, Tree, Want, check_kernel, is_kernel_makefile, too_large, unreadable};
use crate::diagnostic::{Diagnostic, Result, Sink};

#[derive(Debug)]
pub(super) struct Directory {
    root: PathBuf,
}

/// A path that the walk came by: a wanted file, or a link, wanted or not.
struct Found {
    path: Arc<str>,
    want: Want,
    target: Option<Arc<str>>,
}

impl Directory {
    pub(super) fn open(root: &Path) -> Result<Self> {
        let makefile = match fs::read(root.join("Makefile")) {
            Ok(makefile) => is_kernel_makefile(&makefile),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => false,
            Err(cause) => return Err(unreadable(&root.join("Makefile"), &cause)),
        };
        let headers = root.join("arch").is_dir() || root.join("include/uapi").is_dir();
        check_kernel(&root.display().to_string(), makefile, headers).map_err(|error| {
            let is_bare = ["HEAD", "objects", "refs"].iter().all(|name| root.join(name).exists());
            if !is_bare && !root.join(".git").exists() {
                return error;
            }
            let help = format!("for a revision of this git repository write `{}@REV`", root.display());
            Box::new(Diagnostic { help: Some(help), ..*error })
        })?;
        Ok(Directory { root: root.to_path_buf() })
    }

    pub(super) fn read<T: Send + Sync>(
        &self,
        selection: &Selection,
        scan: Scan<T>,
        progress: &Progress,
        sink: &Sink,
    ) -> Result<Tree<T>> {
        let found = self.walk("", selection)?;
        // What to read: a path, what it is wanted for, and where the bytes are if it is a link.
        let mut jobs = Vec::with_capacity(found.len());
        let mut all_links = Vec::new();
        for Found { path, want, target } in found {
            let Some(target) = target else {
                jobs.push((path, want, None));
                continue;
            };
            if want != Want::No {
                let real = links::follow(&path, |path| self.look(path), sink);
                jobs.extend(real.map(|real| (path.clone(), want, Some(real))));
            }
            all_links.push((path, target));
        }
        let bar = progress.files(&self.root.display().to_string(), jobs.len());
        let read = |buffer: &mut Vec<u8>, (path, want, real): (Arc<str>, Want, Option<String>)| {
            let size = self.read_file(real.as_deref().unwrap_or(&path), buffer)?;
            bar.add(1);
            Ok(Row::new(path, 0, want, &buffer[..size], scan))
        };
        let rows = jobs.into_par_iter().map_init(Vec::new, read).collect::<Result<Vec<_>>>()?;
        Ok(Tree::new(rows, all_links.into_iter().collect(), Origin::Directory))
    }

    /// Everything of interest below `directory`, which is empty or ends in a slash.
    fn walk(&self, directory: &str, selection: &Selection) -> Result<Vec<Found>> {
        let on_disk = self.root.join(directory);
        let fail = |cause: io::Error| unreadable(&on_disk, &cause);
        let mut found = Vec::new();
        let mut below = Vec::new();
        for entry in fs::read_dir(&on_disk).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            // No file of a kernel has another name, so none is wanted.
            let Ok(name) = entry.file_name().into_string() else { continue };
            let path = format!("{directory}{name}");
            let kind = entry.file_type().map_err(fail)?;
            if kind.is_dir() {
                if selection.enters(&path) {
                    below.push(path + "/");
                }
            } else if kind.is_symlink() {
                let target = fs::read_link(entry.path()).map_err(|cause| unreadable(&entry.path(), &cause))?;
                let target = Some(Arc::from(target.to_string_lossy()));
                found.push(Found { want: (selection.want)(&path), path: path.into(), target });
            } else if kind.is_file() {
                let want = (selection.want)(&path);
                if want != Want::No {
                    found.push(Found { want, path: path.into(), target: None });
                }
            }
        }
        let deeper: Result<Vec<_>> = below.par_iter().map(|directory| self.walk(directory, selection)).collect();
        found.extend(deeper?.into_iter().flatten());
        Ok(found)
    }

    fn look(&self, path: &str) -> Entry {
        let path = self.root.join(path);
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_file() => Entry::File,
            Ok(found) if found.is_dir() => Entry::Directory,
            Ok(found) if found.is_symlink() => {
                fs::read_link(path).map_or(Entry::Missing, |target| Entry::Link(target.to_string_lossy().into_owned()))
            }
            _ => Entry::Missing,
        }
    }

    /// Reads a whole file into the front of `buffer`, which grows and is used again: one `open`, no `stat`, and mostly
    /// two `read`s a file.
    fn read_file(&self, path: &str, buffer: &mut Vec<u8>) -> Result<usize> {
        let on_disk = self.root.join(path);
        let fail = |cause: io::Error| unreadable(&on_disk, &cause);
        let mut file = fs::File::open(&on_disk).map_err(fail)?;
        let mut size = 0;
        loop {
            if size == buffer.len() {
                // Only a file that outgrows the buffer is asked for its size.
                if size > 0 && file.metadata().map_err(fail)?.len().max(size as u64) > LARGEST {
                    return Err(too_large(path, &self.root.display().to_string()));
                }
                buffer.resize((size * 2).max(128 << 10), 0);
            }
            match file.read(&mut buffer[size..]) {
                Ok(0) => return Ok(size),
                Ok(more) => size += more,
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(fail(cause)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::tests::{MAKEFILE, Planted, error_of, read};
    use super::*;

    #[test]
    fn what_is_not_a_kernel() {
        let error = error_of(&Planted::empty().file("arch/Kconfig", "").spec(""));
        assert_eq!(error.code, "not-a-kernel");
        assert!(error.message.ends_with("it has no `Makefile` that sets `VERSION` and `PATCHLEVEL`"), "{error}");
        let error = error_of(&Planted::empty().file("Makefile", MAKEFILE).spec(""));
        assert!(error.message.ends_with("it has neither `arch/` nor `include/uapi/`"), "{error}");
        let error = error_of(&Planted::empty().spec(""));
        assert!(error.message.contains("no `Makefile`") && error.message.contains("neither `arch/`"), "{error}");
        assert!(read(&Planted::empty().file("Makefile", MAKEFILE).file("include/uapi/a.h", "").spec("")).is_ok());
    }

    #[test]
    fn a_repository_needs_a_revision() {
        let bare = Planted::empty().file("HEAD", "").file("objects/x", "").file("refs/x", "");
        let help = error_of(&bare.spec("")).help.unwrap_or_default();
        assert!(help.ends_with("@REV`"), "{help}");
        let help = error_of(&Planted::empty().file(".git/HEAD", "").spec("")).help.unwrap_or_default();
        assert!(help.ends_with("@REV`"), "{help}");
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let planted = Planted::kernel().file("include/secret.h", "");
        let secret = planted.path("include/secret.h");
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o000)).unwrap();
        // The superuser reads it all the same.
        if fs::read(&secret).is_err() {
            let error = read(&planted.spec("")).map(drop).unwrap_err();
            assert_eq!(error.code, "unreadable");
            assert!(error.message.contains("include/secret.h"), "{error}");
        }
        let directory = Directory { root: planted.path("") };
        let error = directory.read_file("include", &mut Vec::new()).unwrap_err();
        assert!(error.message.contains("include`: "), "{error}");
        let error = directory.read_file("include/none.h", &mut Vec::new()).unwrap_err();
        assert!(error.message.contains("include/none.h`: "), "{error}");
    }

    #[test]
    fn a_buffer_is_used_again() {
        let planted = Planted::empty().file("large", vec![7; 300_000]).file("small", "small");
        let directory = Directory { root: planted.path("") };
        let mut buffer = Vec::new();
        assert_eq!(directory.read_file("large", &mut buffer).unwrap(), 300_000);
        assert!(buffer[..300_000].iter().all(|&byte| byte == 7));
        assert_eq!(directory.read_file("small", &mut buffer).unwrap(), 5);
        assert_eq!(&buffer[..5], b"small");
    }

    #[test]
    fn a_file_too_large_is_not_read() {
        let planted = Planted::empty();
        fs::File::create(planted.path("huge")).unwrap().set_len(LARGEST + 1).unwrap();
        let directory = Directory { root: planted.path("") };
        assert_eq!(directory.read_file("huge", &mut Vec::new()).unwrap_err().code, "file-too-large");
    }
}
