//! `gen`: what it writes, what it leaves alone, and what `--check` finds.

use std::fs;
use std::process::Command;

use syscall_meta_tests::{FIXTURES, Packing, Repository, Tree, fixture, golden, root};

const TABLE: &str = "arch/x86/entry/syscalls/syscall_64.tbl";
const OPENAT: &str = "257\tcommon\topenat\t\t\tsys_openat\n";

/// A repository that holds a fixture, and a copy of that fixture to change.
fn held() -> (Repository, Tree) {
    let tree = Tree::of("kernel");
    let repository = Repository::empty();
    repository.run(["gen", "--kernel", &tree.spec()]).exits(0);
    (repository, tree)
}

#[test]
fn the_repositorys_own_files_are_up_to_date() {
    syscall_meta_tests::run(&root(), ["gen", "--check"]).exits(0).silent();
}

#[test]
fn a_second_gen_changes_nothing_and_says_nothing() {
    let repository = Repository::holding(&FIXTURES);
    let before = repository.files();
    repository.run(["gen"]).exits(0).silent();
    for name in FIXTURES {
        repository.run(["gen", "--kernel", &fixture(name).display().to_string()]).exits(0).silent();
    }
    assert!(repository.files() == before);
}

#[test]
fn a_check_right_after_is_clean() {
    let repository = Repository::holding(&FIXTURES);
    repository.run(["gen", "--check"]).exits(0).silent();
    repository.run(["gen", "--check", "--strict"]).exits(0).silent();
    for name in FIXTURES {
        let spec = fixture(name).display().to_string();
        repository.run(["gen", "--kernel", &spec, "--check"]).exits(0).silent();
        repository.run(["gen", "--kernel", &spec, "--check", "--strict"]).exits(0).silent();
    }
}

#[test]
fn two_kernels_in_one_run_or_in_two_in_either_order_give_the_same() {
    let specs = FIXTURES.map(|name| fixture(name).display().to_string());
    let relative = |repository: &Repository| -> Vec<_> {
        let files = repository.files().into_iter();
        files.map(|(path, bytes)| (path.strip_prefix(repository.path()).unwrap().to_path_buf(), bytes)).collect()
    };
    let one_by_one = relative(&Repository::holding(&FIXTURES));
    let reversed = relative(&Repository::holding(&["kernel-old", "kernel"]));
    let at_once = Repository::empty();
    at_once.run(["gen", "--kernel", &specs[0], "--kernel", &specs[1]]).exits(0);
    assert!(one_by_one == reversed && one_by_one == relative(&at_once));
}

#[test]
fn generated_files_that_were_changed_lost_or_are_too_many_are_stale() {
    let repository = Repository::holding(&["kernel"]);
    let (table, releases) = (repository.at("syscall-meta/src/generated/x86_64.rs"), repository.at("data/gaps.yaml"));
    let text = fs::read_to_string(&table).unwrap();
    let before = repository.files();
    fs::write(&table, text.replacen("row(257", "row(258", 1)).unwrap();
    fs::remove_file(&releases).unwrap();
    fs::write(repository.at("syscall-meta/src/generated/vax.rs"), "").unwrap();
    let changed = repository.files();
    repository.run(["gen", "--check"]).exits(1).says(&[
        "x86_64.rs: differs from line ",
        "gaps.yaml: missing",
        "vax.rs: no longer made",
        "3 files are stale: run `cargo xtask gen`",
    ]);
    assert!(repository.files() == changed, "a check has written");
    repository.run(["gen"]).exits(0);
    assert!(repository.files() == before);
}

#[test]
fn mod_rs_and_what_people_own_stay() {
    let repository = Repository::holding(&["kernel"]);
    for file in ["data/abis.yaml", "data/curated/entries.yaml"] {
        assert!(fs::read(repository.at(file)).unwrap() == fs::read(root().join(file)).unwrap(), "{file}");
    }
    assert_eq!(
        fs::read_to_string(repository.at("syscall-meta/src/generated/mod.rs")).unwrap(),
        "//! Written by hand.\n"
    );
}

#[test]
fn a_row_that_moved_within_the_same_release_is_stale() {
    let (repository, tree) = held();
    tree.replace(TABLE, "257\tcommon\topenat", "258\tcommon\topenat");
    let before = repository.files();
    repository
        .run(["gen", "--kernel", &tree.spec(), "--check"])
        .exits(1)
        .says(&["tables.yaml: differs from line", "run `cargo xtask gen --kernel SRC`"]);
    assert!(repository.files() == before);
}

#[test]
fn a_row_that_was_added_renamed_or_removed_within_the_same_release_is_stale() {
    for (from, to) in [
        (OPENAT, "257\tcommon\topenat\t\t\tsys_openat\n258\tcommon\tmkdirat\t\t\tsys_ni_syscall\n"),
        (OPENAT, "257\tcommon\topenat9\t\t\tsys_openat\n"),
        (OPENAT, ""),
        (OPENAT, "257\tcommon\topenat\t\t\tsys_close\n"),
        (OPENAT, "257\t64\topenat\t\t\tsys_openat\n"),
    ] {
        let (repository, tree) = held();
        tree.replace(TABLE, from, to);
        let ran = repository.run(["gen", "--kernel", &tree.spec(), "--check"]).exits(1);
        ran.says(&["tables.yaml: differs from line", "stale"]);
        // And written, it is what the tree says.
        repository.run(["gen", "--kernel", &tree.spec()]).exits(0).says(&["tables.yaml: written", "generated/x"]);
        repository.run(["gen", "--kernel", &tree.spec(), "--check"]).exits(0).silent();
    }
}

#[test]
fn another_point_release_may_differ_in_lines() {
    let (repository, tree) = held();
    let text = tree.bytes("fs/calls.c");
    tree.write("fs/calls.c", [b"\n\n\n".as_slice(), &text].concat()).replace("Makefile", "-rc2", "-rc3");
    let ran = repository.run(["gen", "--kernel", &tree.spec(), "--check", "--strict"]).exits(0);
    ran.says(&["9.4.0-rc3 says what data/ holds of 9.4.0-rc2, on other lines"]);
}

#[test]
fn another_point_release_with_another_row_leaves_data_behind_and_fails_if_strict() {
    let (repository, tree) = held();
    tree.append(TABLE, "472\tcommon\tfchroot\t\t\tsys_fchroot\n").replace("Makefile", "-rc2", "-rc3");
    let spec = tree.spec();
    let message = "data/ is behind: 9.4.0-rc3 differs from 9.4.0-rc2 in tables.yaml";
    repository.run(["gen", "--kernel", &spec, "--check"]).exits(0).says(&[message]);
    repository.run(["gen", "--kernel", &spec, "--check", "--strict"]).exits(1).says(&[message]);
}

#[test]
fn another_point_release_with_another_number_always_fails_and_is_told_by_name() {
    let (repository, tree) = held();
    tree.replace(TABLE, "257\tcommon\topenat", "258\tcommon\topenat").replace("Makefile", "-rc2", "-rc3");
    let place = format!("{TABLE}:{}", line_of(&tree, TABLE, "258\tcommon"));
    repository
        .run(["gen", "--kernel", &tree.spec(), "--check"])
        .exits(1)
        .says(&["`openat` has number 258 in 9.4.0-rc3, and 257 in data/linux/9.4", &place]);
    // A number that only a header says.
    let (repository, tree) = held();
    tree.replace("arch/arm/include/uapi/asm/unistd.h", "(__ARM_NR_BASE + 5)", "(__ARM_NR_BASE + 6)");
    tree.replace("Makefile", "-rc2", "-rc3");
    let ran = repository.run(["gen", "--kernel", &tree.spec(), "--check"]).exits(1);
    ran.says(&["`set_tls` of arm has number 983046 in 9.4.0-rc3, and 983045 in data/linux/9.4"]);
}

fn line_of(tree: &Tree, file: &str, start: &str) -> usize {
    let text = String::from_utf8(tree.bytes(file)).unwrap();
    1 + text.lines().position(|line| line.starts_with(start)).unwrap()
}

#[test]
fn the_package_that_a_tarball_came_from_is_recorded_and_kept() {
    let tree = Tree::of("kernel");
    let repository = Repository::empty();
    let tarball = tree.packed(Packing::Gz).display().to_string();
    repository.run(["gen", "--kernel", &tarball, "--package", "linux-source-9.4=9.4~rc2-1"]).exits(0);
    let release = repository.at("data/linux/9.4/release.yaml");
    let recorded = fs::read_to_string(&release).unwrap();
    for part in ["package: linux-source-9.4\n", "version: 9.4~rc2-1\n", "sha256: "] {
        assert!(recorded.contains(part), "{recorded}");
    }
    // The same text from elsewhere keeps the note, and other packing is another tarball of the same release.
    repository.run(["gen", "--kernel", &tree.spec()]).exits(0).silent();
    repository.run(["gen", "--kernel", &tarball, "--check"]).exits(0).silent();
    repository.run(["gen", "--kernel", &tree.packed(Packing::Xz).display().to_string(), "--check"]).exits(0);
    assert_eq!(fs::read_to_string(&release).unwrap(), recorded);
}

#[test]
fn another_abis_yaml_than_the_facts_were_evaluated_with_is_a_warning_and_fails_if_strict() {
    let repository = Repository::holding(&["kernel"]);
    repository.replace("data/abis.yaml", "predefined: [__alpha__]", "predefined: [__alpha__, __more__]");
    repository
        .run(["gen"])
        .exits(0)
        .says(&["data/linux/9.4 was evaluated with another data/abis.yaml", "gen --kernel SRC"]);
    repository.refuses(["gen", "--strict"]).says(&["was evaluated with another", "nothing was written"]);
    repository.refuses(["gen", "--check", "--strict"]);
    // Names are no part of what was evaluated.
    let repository = Repository::holding(&["kernel"]);
    repository.replace("data/abis.yaml", "aliases: [arm64]", "aliases: [arm64, armv8]");
    repository.run(["gen", "--strict"]).exits(0).says(&["abis.rs: written"]);
}

/// So a run that was killed between two files can leave them; the way out has to be open.
#[test]
fn a_release_whose_files_do_not_fit_together_is_written_anew() {
    for file in ["lines.yaml", "tables.yaml", "numbers.yaml", "definitions.yaml"] {
        let repository = Repository::holding(&["kernel"]);
        let before = repository.files();
        let path = repository.at("data/linux/9.4").join(file);
        let text = fs::read_to_string(&path).unwrap();
        for broken in [text.replacen("4", "", 40), String::new()] {
            fs::write(&path, broken).unwrap();
            let spec = fixture("kernel").display().to_string();
            repository.refuses(["gen"]).says(&["data/linux/9.4"]);
            repository.refuses(["gen", "--kernel", &spec, "--check"]).says(&["data/linux/9.4"]);
            repository.run(["gen", "--kernel", &spec]).exits(0).says(&[&format!("{file}: written")]);
            assert!(repository.files() == before, "{file}");
        }
    }
}

#[test]
fn an_architecture_that_no_abi_speaks_for_is_a_warning() {
    let (repository, tree) = held();
    tree.write("arch/vax/include/uapi/asm/unistd.h", "#define __NR_exit 1\n");
    let ran = repository.run(["gen", "--kernel", &tree.spec()]).exits(0);
    ran.says(&["arch/vax has system calls of which data/abis.yaml knows no ABI", "CONTRIBUTING.md"]);
    repository.refuses(["gen", "--kernel", &tree.spec(), "--strict"]).says(&["arch/vax"]);
}

/// The documentation of the macros reads calls of this file.
#[test]
fn out_writes_the_file_that_documentation_includes() {
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("small_kernel.rs");
    let kernel = fixture("kernel").display().to_string();
    Repository::holding(&["kernel"]).run(["gen", "--kernel", &kernel, "--out", &file.display().to_string()]).exits(0);
    golden("small_kernel.rs", &fs::read_to_string(file).unwrap());
}

#[test]
fn out_writes_one_file_that_compiles_alone_and_leaves_data_as_it_is() {
    let repository = Repository::holding(&["kernel"]);
    let before = repository.files();
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("calls.rs");
    let specs = FIXTURES.map(|name| fixture(name).display().to_string());
    let file_name = file.display().to_string();
    repository.run(["gen", "--kernel", &specs[0], "--kernel", &specs[1], "--out", &file_name]).exits(0);
    assert!(repository.files() == before);
    assert_eq!(syscall_meta_tests::files(out.path()).len(), 1);
    let program = out.path().join("program.rs");
    let asked = "
        mod calls;
        fn main() {
            assert!(calls::x86_64::SYSCALLS.contains(&(257, \"openat\")));
            assert!(calls::alpha::SYSCALLS.contains(&(20, \"getpid\")) && calls::alpha::SYSCALLS.contains(&(20, \"getxpid\")));
            assert!(calls::ia64::SYSCALLS.contains(&(1025, \"exit\")));
            assert!(calls::x32::SYSCALLS.contains(&(0x4000_0101, \"openat\")));
            assert!(calls::x86_64::SYSCALLS.is_sorted_by_key(|call| call.0));
        }";
    fs::write(&program, asked).unwrap();
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_string());
    let compile = |arguments: &[&str]| {
        let output = Command::new(&rustc).current_dir(out.path()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    // As a module, and where a build script made it, in the middle of another file.
    for (name, text) in [("module.rs", "pub mod calls;"), ("included.rs", "pub mod of { include!(\"calls.rs\"); }")] {
        fs::write(out.path().join(name), format!("//! A library.\n/// Its calls.\n{text}\n")).unwrap();
        compile(&["--crate-type=lib", "--emit=metadata", "--edition=2021", "-Dwarnings", "-Dmissing_docs", name]);
    }
    compile(&["--edition=2021", "-Adead_code", "program.rs"]);
    assert!(Command::new(out.path().join("program")).status().unwrap().success());
}

#[test]
fn a_number_that_two_releases_use_for_two_calls_is_an_error_with_both_places() {
    let tree = Tree::of("kernel");
    tree.replace(TABLE, "0\tcommon\tread\t", "0\tcommon\tfetch\t");
    let repository = Repository::holding(&["kernel-old"]);
    repository.refuses(["gen", "--kernel", &tree.spec()]).says(&[
        "number 0 of x86_64 is `read` in 5.8.1 and `fetch` in 9.4.0-rc2",
        &format!("{TABLE}:2"),
        &format!("{TABLE}:1"),
    ]);
}

#[test]
fn a_call_that_has_another_number_in_another_release_is_an_error() {
    let tree = Tree::of("kernel");
    tree.replace(TABLE, "4\tcommon\tstat\t", "5\tcommon\tstat\t");
    let repository = Repository::holding(&["kernel-old"]);
    repository
        .refuses(["gen", "--kernel", &tree.spec()])
        .says(&["`stat` of x86_64 is 4 in one release and 5 in another"]);
}

#[test]
fn a_type_or_macro_that_nobody_knows_leaves_the_parameters_open_and_is_said_with_its_line() {
    let read = "SYSCALL_DEFINE3(read, unsigned int, fd, char __user *, buf, size_t, count)";
    for (with, said) in [
        ("SYSCALL_DEFINE3(read, unsigned int, fd, char __user *, buf, odd_t, count)", "`odd_t`"),
        ("SYSCALL_DEFINE3(read, unsigned int, fd, ODD_ARG(buf))", "`ODD_ARG`"),
    ] {
        let tree = Tree::of("kernel");
        tree.replace("fs/read_write.c", read, with);
        let repository = Repository::holding(&["kernel"]);
        let ran =
            repository.run(["gen", "--kernel", &tree.spec()]).exits(0).says(&["unknown-parameters", said, "help"]);
        assert!(ran.err.contains("fs/read_write.c:2"), "{}", ran.err);
        // The row says that it does not know, and so does the ledger.
        let listed = repository.run(["list", "--kernel", "9.4", "--abi", "x86_64", "--format", "json"]).exits(0).out;
        let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
        let rows = listed["syscalls"].as_array().unwrap();
        let found = rows.iter().find(|row| row["name"] == "read").expect("x86_64 has read");
        assert_eq!((&found["params"], &found["implemented"]), (&serde_json::Value::Null, &true.into()));
        let files = repository.files();
        let ledger = files.iter().find(|(path, _)| path.ends_with("gaps.yaml")).expect("there is a ledger");
        assert!(String::from_utf8_lossy(ledger.1).contains("read: "));
        repository.run(["gen", "--check", "--strict"]).exits(2).says(&["unknown-parameters"]);
    }
}

#[test]
fn a_case_of_a_choice_on_an_abi_that_has_it_not_is_an_error() {
    let whole = Repository::whole();
    for (from, to, message) in [
        ("{with: [CLONE_SETTLS], on: [i386]", "{with: [CLONE_SETTLS], on: [i286]", "there is no ABI `i286`"),
        ("{when: [ARCH_SET_FS, ", "{on: [arm], when: [ARCH_SET_FS, ", "none of [\"arm\"] has `ARCH_SET_FS`"),
    ] {
        let repository = whole.copied();
        repository.replace("data/curated/choices/processes.yaml", from, to);
        let ran = repository.refuses(["gen"]);
        assert!(ran.err.contains(message), "{}", ran.err);
    }
}
