//! A repository of a test's own: `data/` with what people own, and an empty `generated/`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::command::{Ran, run};
use crate::fixture::{copy, fixture, root};

/// Every file below a folder with its bytes.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// The folder, gone with the value.
pub struct Repository {
    home: TempDir,
}

impl Repository {
    /// One that holds no release yet.
    pub fn empty() -> Repository {
        let home = tempfile::tempdir().expect("a temporary folder");
        let at = |path: &str| home.path().join(path);
        for folder in ["data/curated", "syscall-meta/src/generated"] {
            fs::create_dir_all(at(folder)).expect("a folder");
        }
        for file in ["abis.yaml", "curated/entries.yaml", "curated/extensible.yaml", "curated/sets.yaml"]
            .map(|file| format!("data/{file}"))
        {
            fs::copy(root().join(&file), at(&file)).expect("a copy");
        }
        fs::write(at("syscall-meta/src/generated/mod.rs"), "//! Written by hand.\n").expect("a file");
        Repository { home }
    }

    /// One with all of `data/` as it is here.
    pub fn whole() -> Repository {
        let repository = Repository::empty();
        copy(&root().join("data"), &repository.at("data"));
        repository
    }

    /// One that holds these fixtures.
    pub fn holding(fixtures: &[&str]) -> Repository {
        let repository = Repository::empty();
        for name in fixtures {
            repository.run(["gen", "--kernel", &fixture(name).display().to_string()]).exits(0);
        }
        repository
    }

    /// Another one with the same files.
    pub fn copied(&self) -> Repository {
        let home = tempfile::tempdir().expect("a temporary folder");
        copy(self.path(), home.path());
        Repository { home }
    }

    /// Its top folder.
    pub fn path(&self) -> &Path {
        self.home.path()
    }

    /// A file's path.
    pub fn at(&self, file: &str) -> PathBuf {
        self.home.path().join(file)
    }

    /// Runs the command in it.
    pub fn run<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Ran {
        run(self.home.path(), arguments)
    }

    /// Runs a command that must not succeed, and must not change a file either.
    #[track_caller]
    pub fn refuses<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Ran {
        let before = self.files();
        let ran = self.run(arguments).exits(2);
        assert!(self.files() == before, "a run that failed has changed files:\n{}", ran.err);
        ran
    }

    /// Every file.
    pub fn files(&self) -> Files {
        files(self.home.path())
    }

    /// Replaces a text that has to stand in a file once.
    pub fn replace(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.at(file)).unwrap_or_else(|cause| panic!("{file}: {cause}"));
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {file}");
        fs::write(self.at(file), text.replace(from, to)).expect("a file");
    }
}

/// Every file below a folder.
pub fn files(folder: &Path) -> Files {
    let mut all = Files::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|cause| panic!("{}: {cause}", folder.display())) {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(&path).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()));
                all.insert(path, bytes);
            }
        }
    }
    all
}
