//! The three kinds of source give the same facts, byte for byte.

use std::collections::BTreeMap;

use syscall_meta_gen::store;
use syscall_meta_tests::{FIXTURES, Packing, Repository, Tree, data, facts, git};

/// The files of a release, and what was noticed.
fn read(spec: &str) -> (BTreeMap<String, String>, Vec<String>) {
    let (facts, said) = facts(&data(), spec);
    (store::files(&facts, &data().abis), said.iter().map(ToString::to_string).collect())
}

#[test]
fn a_tarball_says_what_the_directory_says() {
    for name in FIXTURES {
        let tree = Tree::of(name);
        let expected = read(&tree.spec());
        assert_eq!(expected.0.len(), store::FILES.len());
        for packing in Packing::ALL {
            assert_eq!(read(&tree.packed(packing).display().to_string()), expected, "{name} {packing:?}");
        }
    }
}

#[test]
fn a_git_revision_says_what_the_directory_says() {
    for name in FIXTURES {
        for bare in [false, true] {
            let tree = Tree::of(name);
            let (clone, expected) = (tree.committed(bare).display().to_string(), read(&tree.spec()));
            for revision in ["v1", "main^{commit}"] {
                assert_eq!(read(&format!("{clone}@{revision}")), expected, "{name} bare={bare} {revision}");
            }
        }
    }
}

#[test]
fn a_git_revision_is_read_from_its_commit_and_not_from_the_files_around_it() {
    let tree = Tree::of("kernel");
    let clone = tree.committed(false);
    let table = clone.join("scripts/syscall.tbl");
    std::fs::write(&table, "0 common changed sys_changed\n").unwrap();
    assert_eq!(read(&format!("{}@v1", clone.display())), read(&tree.spec()));
    git(&clone, &["commit", "--quiet", "--all", "--message=another"]);
    assert_eq!(read(&format!("{}@v1", clone.display())), read(&tree.spec()));
    assert_ne!(read(&format!("{}@HEAD", clone.display())).0, read(&tree.spec()).0);
    let abbreviated = format!("{}@HEAD~1", clone.display());
    assert_eq!(read(&abbreviated), read(&tree.spec()));
}

#[test]
fn gen_writes_the_same_repository_from_every_kind_of_source() {
    let tree = Tree::of("kernel");
    let mut sources = vec![tree.spec(), format!("{}@v1", tree.committed(false).display())];
    sources.extend(Packing::ALL.map(|packing| tree.packed(packing).display().to_string()));
    let made: Vec<BTreeMap<_, _>> = sources
        .iter()
        .map(|source| {
            let repository = Repository::empty();
            repository.run(["gen", "--kernel", source]).exits(0);
            let relative = |path: &std::path::Path| path.strip_prefix(repository.path()).unwrap().to_path_buf();
            repository.files().iter().map(|(path, bytes)| (relative(path), bytes.clone())).collect()
        })
        .collect();
    assert!(made[0].len() > 40);
    for (source, files) in sources.iter().zip(&made) {
        assert!(*files == made[0], "{source}");
    }
}

#[test]
fn the_number_of_threads_and_the_locale_change_nothing() {
    let tree = Tree::of("kernel");
    let list = |threads: &str, locale: &str| {
        let mut command = syscall_meta_tests::under_test();
        command.env("RAYON_NUM_THREADS", threads).env("LC_ALL", locale).current_dir(syscall_meta_tests::root());
        command.args(["list", "--format", "json", "--kernel", &tree.spec()]);
        syscall_meta_tests::Ran::of(&mut command).exits(0).out
    };
    let one = list("1", "C");
    assert!(one == list("8", "tr_TR.UTF-8") && one == list("3", "C.UTF-8"));
}
