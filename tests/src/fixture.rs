//! Fixture kernels, copies of them to change, and the same kernel as a tarball or a git clone.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// The fixtures: since 6.11, and before.
pub const FIXTURES: [&str; 2] = ["kernel", "kernel-old"];

/// The top folder of this repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ is in the repository").to_path_buf()
}

/// The folder of a fixture.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// A kernel of a test's own, which it may change.
pub struct Tree {
    home: TempDir,
}

impl Tree {
    /// A copy of a fixture, symbolic links as links.
    pub fn of(name: &str) -> Tree {
        let home = tempfile::tempdir().expect("a temporary folder");
        copy(&fixture(name), &home.path().join("linux"));
        Tree { home }
    }

    /// Its top folder.
    pub fn path(&self) -> PathBuf {
        self.home.path().join("linux")
    }

    /// What `--kernel` takes.
    pub fn spec(&self) -> String {
        self.path().display().to_string()
    }

    /// A file's bytes.
    pub fn bytes(&self, file: &str) -> Vec<u8> {
        fs::read(self.path().join(file)).unwrap_or_else(|cause| panic!("{file}: {cause}"))
    }

    /// Writes a file, also a new one.
    pub fn write(&self, file: &str, text: impl AsRef<[u8]>) -> &Tree {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder");
        fs::write(path, text).unwrap_or_else(|cause| panic!("{file}: {cause}"));
        self
    }

    /// Adds lines to a file.
    pub fn append(&self, file: &str, text: &str) -> &Tree {
        let mut whole = self.bytes(file);
        whole.extend_from_slice(text.as_bytes());
        self.write(file, whole)
    }

    /// Replaces a text that has to stand there once.
    pub fn replace(&self, file: &str, from: &str, to: &str) -> &Tree {
        let text = String::from_utf8(self.bytes(file)).expect("UTF-8");
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {file}");
        self.write(file, text.replace(from, to))
    }

    /// Removes a file.
    pub fn remove(&self, file: &str) -> &Tree {
        fs::remove_file(self.path().join(file)).unwrap_or_else(|cause| panic!("{file}: {cause}"));
        self
    }

    /// Removes a folder with all that is in it.
    pub fn remove_folder(&self, folder: &str) -> &Tree {
        fs::remove_dir_all(self.path().join(folder)).unwrap_or_else(|cause| panic!("{folder}: {cause}"));
        self
    }

    /// Puts a symbolic link in the place of a file.
    #[cfg(unix)]
    pub fn link(&self, file: &str, target: &str) -> &Tree {
        let path = self.path().join(file);
        let _ = fs::remove_file(&path);
        std::os::unix::fs::symlink(target, path).unwrap_or_else(|cause| panic!("{file}: {cause}"));
        self
    }

    /// Packs the tree beside it, and gives the tarball's path.
    pub fn packed(&self, packing: Packing) -> PathBuf {
        let plain = tarball(&self.path());
        let path = self.home.path().join(format!("linux.{}", packing.ending()));
        fs::write(&path, packing.pack(&plain)).expect("a tarball");
        path
    }

    /// Makes a clone with the tree as its one commit, tagged `v1`, and gives its path.
    pub fn committed(&self, bare: bool) -> PathBuf {
        let work = self.home.path().join("clone");
        copy(&self.path(), &work);
        git(&work, &["init", "--quiet", "--initial-branch=main"]);
        git(&work, &["add", "--force", "--all"]);
        git(&work, &["commit", "--quiet", "--message=all of it"]);
        git(&work, &["tag", "v1"]);
        if !bare {
            return work;
        }
        let path = self.home.path().join("clone.git");
        let (from, to) = (work.display().to_string(), path.display().to_string());
        git(self.home.path(), &["clone", "--quiet", "--bare", &from, &to]);
        path
    }

    /// Commits the tree as it is now to the clone that [`Tree::committed`] made, under a tag, and gives `REPO@TAG`.
    pub fn committed_again(&self, tag: &str) -> String {
        let work = self.home.path().join("clone");
        clear(&work);
        copy(&self.path(), &work);
        git(&work, &["add", "--force", "--all"]);
        git(&work, &["commit", "--quiet", "--allow-empty", "--message=all of it again"]);
        git(&work, &["tag", tag]);
        format!("{}@{tag}", work.display())
    }
}

/// Takes away what a clone has checked out.
fn clear(work: &Path) {
    for entry in fs::read_dir(work).expect("a clone") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.is_symlink() && !path.ends_with(".git") {
            fs::remove_dir_all(&path).expect("a folder goes");
        } else if !path.ends_with(".git") {
            fs::remove_file(&path).expect("a file goes");
        }
    }
}

/// How a tarball is packed.
#[derive(Clone, Copy, Debug)]
pub enum Packing {
    /// `.tar`
    Plain,
    /// `.tar.gz`
    Gz,
    /// `.tar.xz`
    Xz,
}

impl Packing {
    /// Every way.
    pub const ALL: [Packing; 3] = [Packing::Plain, Packing::Gz, Packing::Xz];

    fn ending(self) -> &'static str {
        match self {
            Packing::Plain => "tar",
            Packing::Gz => "tar.gz",
            Packing::Xz => "tar.xz",
        }
    }

    fn pack(self, plain: &[u8]) -> Vec<u8> {
        match self {
            Packing::Plain => plain.to_vec(),
            Packing::Gz => {
                let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                packer.write_all(plain).and_then(|()| packer.finish()).expect("gzip")
            }
            Packing::Xz => {
                let mut packer = liblzma::write::XzEncoder::new(Vec::new(), 0);
                packer.write_all(plain).and_then(|()| packer.finish()).expect("xz")
            }
        }
    }
}

/// A tar of a tree under one top folder, as kernels are published.
fn tarball(tree: &Path) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    builder.follow_symlinks(false);
    builder.append_dir_all("linux-source", tree).expect("the tree is packed");
    builder.into_inner().expect("a tar in memory")
}

/// Runs git without the settings of whoever runs the tests.
pub fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=Test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false"])
        .args(["-c", "core.autocrlf=false", "-c", "core.symlinks=true"])
        .args(arguments)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .output()
        .expect("git starts");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Copies a folder, symbolic links as links.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).unwrap_or_else(|cause| panic!("{}: {cause}", from.display())) {
        let entry = entry.expect("an entry");
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().expect("its type");
        if kind.is_dir() {
            copy(&path, &target);
        } else if kind.is_symlink() {
            #[cfg(unix)]
            std::os::unix::fs::symlink(fs::read_link(&path).expect("a link"), &target).expect("a link");
        } else {
            fs::copy(&path, &target).expect("a copy");
        }
    }
}
