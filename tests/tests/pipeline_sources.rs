//! The three kinds of source give the same facts, byte for byte.

use std::collections::BTreeMap;

use syscall_meta_gen::diagnostic::{Diagnostic, Sink};
use syscall_meta_gen::extract::{Earlier, extract_after};
use syscall_meta_gen::model::{Facts, Headers};
use syscall_meta_gen::source::{Blobs, Kernel, Mode, Progress, Range};
use syscall_meta_gen::store;
use syscall_meta_tests::{FIXTURES, Packing, Repository, Tree, data, diff, extracted, git};

/// The files of a release, and what was noticed.
fn read(spec: &str) -> (BTreeMap<String, String>, Vec<String>) {
    let (found, said) = extracted(&data(), spec);
    (store::files(&found.facts, &found.headers, &data().abis), said.iter().map(ToString::to_string).collect())
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

/// What a kernel says, facts and headers, with what was noticed.
type Said = (Facts, Headers, Vec<Diagnostic>);

/// What a kernel says after another, and how much of it was read.
fn after(earlier: &mut Earlier, spec: &str) -> Result<(Said, Option<Blobs>), Box<Diagnostic>> {
    let (sink, kernel) = (Sink::new(), Kernel::open(spec)?);
    let extracted = extract_after(&kernel, earlier, &data().abis, &Progress::new(Mode::Off), &sink)?;
    Ok(((extracted.facts, extracted.headers, sink.take()), extracted.blobs))
}

/// A call under a condition that nobody understands: scanning this says so.
const ODD: &str = "#if GCC_VERSION >= 4 + 1\nSYSCALL_DEFINE0(odd)\n{\n}\n#endif\n";

#[test]
fn what_two_revisions_share_is_read_once_and_changes_no_fact() {
    for name in FIXTURES {
        let tree = Tree::of(name);
        tree.write("kernel/odd.c", ODD).write("kernel/gone.c", "SYSCALL_DEFINE0(gone)\n{\n}\n");
        let one = format!("{}@v1", tree.committed(false).display());
        tree.write("kernel/new.c", "SYSCALL_DEFINE1(new, int, a)\n{\n}\n").remove("kernel/gone.c");
        tree.append("Makefile", "# changed\n").append("kernel/odd.c", "/* changed */\n");
        let two = tree.committed_again("v2");
        let three = tree.append("kernel/new.c", "SYSCALL_DEFINE0(newer)\n{\n}\n").committed_again("v3");
        let mut earlier = Earlier::new();
        let mut counts = Vec::new();
        for spec in [&one, &two, &three, &three, &tree.spec(), &two, &one] {
            let (found, blobs) = after(&mut earlier, spec).unwrap();
            let (alone, said) = extracted(&data(), spec);
            let (facts, alone) = (found.0.clone(), (alone.facts, alone.headers, said));
            assert!(found == alone, "{spec}:\n{}", diff(&format!("{found:#?}"), &format!("{alone:#?}")));
            let said = alone.2;
            assert!(said.iter().any(|said| said.code == "unknown-condition"), "{spec}: {said:?}");
            assert_eq!(facts.definitions.contains_key("kernel/gone.c"), *spec == one, "{spec}");
            counts.extend(blobs.map(|blobs| (blobs.read, blobs.read + blobs.shared)));
        }
        let all = counts[0].1;
        assert_eq!(counts[0].0, all, "nothing is known before the first");
        // One went and one came, two changed; the directory in between is no revision.
        assert_eq!(counts[1..], [(3, all), (1, all), (0, all), (1, all), (3, all)], "{name}");
    }
}

#[test]
fn a_blob_that_is_gone_is_an_error_after_another_revision_too() {
    let tree = Tree::of("kernel");
    let clone = tree.committed(false);
    let one = format!("{}@v1", clone.display());
    let two = tree.write("kernel/new.c", "SYSCALL_DEFINE0(new)\n{\n}\n").committed_again("v2");
    let other = Tree::of("kernel");
    let other_clone = other.committed(false);
    std::fs::remove_file(object(&clone, "v2:kernel/new.c")).unwrap();
    std::fs::remove_file(object(&other_clone, "v1:scripts/syscall.tbl")).unwrap();
    let mut earlier = Earlier::new();
    let expected = after(&mut earlier, &one).unwrap();
    assert_eq!(after(&mut earlier, &two).unwrap_err().code, "git");
    assert_eq!(after(&mut earlier, &one).unwrap().0, expected.0);
    // The first clone has what the second lacks, and that does not help.
    let lacking = format!("{}@v1", other_clone.display());
    assert_eq!(after(&mut earlier, &lacking).unwrap_err().code, "git");
}

/// The file that holds an object of a clone.
fn object(clone: &std::path::Path, name: &str) -> std::path::PathBuf {
    let output = std::process::Command::new("git").current_dir(clone).args(["rev-parse", name]).output().unwrap();
    let id = String::from_utf8(output.stdout).unwrap();
    clone.join(format!(".git/objects/{}/{}", &id[..2], id[2..].trim()))
}

#[test]
fn the_releases_of_a_clone_come_in_order() {
    let tree = Tree::of("kernel");
    let clone = tree.committed(false);
    let tags = ["v5.9", "v5.10", "v5.10.3", "6.1", "v6.1-rc1", "v6.1", "v6.1.9", "v6.2", "v6.12", "v6.13", "next-1"];
    tags.iter().for_each(|tag| git(&clone, &["tag", tag]));
    let listed = |range: &str| Range::parse(&format!("{}@{range}", clone.display())).unwrap().tags();
    assert_eq!(listed("v5.10..v6.12").unwrap(), ["v5.10", "v6.1", "v6.2", "v6.12"]);
    assert_eq!(listed("v5.10.3..v6.1.9").unwrap(), ["v5.10.3", "v6.1", "v6.1.9"]);
    assert_eq!(listed("v5.9..6.1").unwrap(), ["v5.9", "v5.10", "6.1"]);
    assert_eq!(listed("v6.2..v6.2").unwrap(), ["v6.2"]);
    for (range, code, named) in [
        ("v6.12..v5.10", "range-backwards", "`v6.12` is newer than `v5.10`"),
        ("v5.10..v6.11", "no-such-revision", "no tag `v6.11`"),
        ("v5.10..v6.1-rc1", "not-a-release", "`v6.1-rc1`"),
        ("main..v6.1", "not-a-release", "`main`"),
    ] {
        let error = listed(range).unwrap_err();
        assert!(error.code == code && error.message.contains(named) && error.help.is_some(), "{range}: {error}");
    }
    let plain = format!("{}@v5.10..v6.1", tree.spec());
    assert_eq!(Range::parse(&plain).unwrap().tags().unwrap_err().code, "not-a-repository");
    assert_eq!(Range::parse("nowhere@v5.10..v6.1").unwrap().tags().unwrap_err().code, "no-such-source");
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
