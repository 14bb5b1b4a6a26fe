//! A walk over a clone's tags: what it tells of each step, that equal blobs are read once, and that what it records
//! makes since-when exact, in `show`, in `list --added-in` and in the generated tables.

use std::fs;

use syscall_meta_tests::{Repository, Tree, run};

const TABLE: &str = "scripts/syscall.tbl";

/// A clone with the releases 9.2, 9.3 and 9.4: 9.3 has a call more, and 9.4 changes a parameter of another.
fn clone() -> (Tree, String) {
    let tree = Tree::of("kernel");
    let release = |minor: &str| {
        let text = String::from_utf8(tree.bytes("Makefile")).unwrap();
        let kept = text.lines().filter(|line| !line.starts_with("PATCHLEVEL") && !line.starts_with("EXTRAVERSION"));
        let text: Vec<String> = kept.map(str::to_string).chain([format!("PATCHLEVEL = {minor}")]).collect();
        tree.write("Makefile", format!("{}\n", text.join("\n")));
    };
    release("2");
    let clone = tree.committed(false).display().to_string();
    tree.committed_again("v9.2");
    release("3");
    tree.append(TABLE, "460\tcommon\tlately\t\t\tsys_lately\n");
    tree.append("kernel/calls.c", "\nSYSCALL_DEFINE1(lately, int, when)\n{\n}\n");
    tree.committed_again("v9.3");
    release("4");
    tree.replace("kernel/calls.c", "SYSCALL_DEFINE1(lately, int, when)", "SYSCALL_DEFINE1(lately, unsigned int, when)");
    tree.committed_again("v9.4");
    (tree, clone)
}

#[test]
fn a_walk_tells_what_came_with_each_tag() {
    let (_tree, clone) = clone();
    let repository = Repository::empty();
    let range = format!("{clone}@v9.2..v9.4");
    let walked = repository.run(["diff", "--each-tag", &range]).exits(0);
    let expected = "\
Linux 9.2.0 → 9.3.0
  call-added          lately
Linux 9.3.0 → 9.4.0
  param-sign-changed  lately
";
    assert_eq!(walked.out, expected);
    assert!(!repository.at("data/history").exists(), "nothing is written unasked");

    // One ABI, and one without the call.
    let other = repository.run(["diff", "--each-tag", &range, "--abi", "alpha"]).exits(0);
    assert_eq!(other.out, "Linux 9.2.0 → 9.3.0\n  (none)\nLinux 9.3.0 → 9.4.0\n  (none)\n");
    // The same as two tags compared by themselves.
    let both =
        repository.run(["diff", &format!("{clone}@v9.2"), &format!("{clone}@v9.3"), "--format", "json"]).exits(1);
    let walked = repository.run(["diff", "--each-tag", &range, "--format", "json"]).exits(0);
    let walked: Vec<serde_json::Value> = serde_json::from_str(&walked.out).unwrap();
    assert_eq!(walked.len(), 2);
    assert_eq!(walked[0], serde_json::from_str::<serde_json::Value>(&both.out).unwrap());
}

#[test]
fn equal_blobs_are_read_once() {
    let (_tree, clone) = clone();
    let repository = Repository::empty();
    let counted = |range: &str| -> (usize, usize) {
        let walked = repository.run(["diff", "--each-tag", &format!("{clone}@{range}")]).exits(0);
        let line = walked.err.lines().find(|line| line.contains(" blobs read")).expect("the count is told");
        let numbers: Vec<usize> =
            line.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect();
        (numbers[1], numbers[2])
    };
    let (read, shared) = counted("v9.2..v9.3");
    let (all, changed) = (shared + 3, 3);
    // The Makefile, the table and the file with the definition.
    assert_eq!(read, all + changed);
    // In the third only the Makefile and that file.
    assert_eq!(counted("v9.2..v9.4"), (all + changed + 2, shared + all - 2));
}

#[test]
fn what_a_walk_records_makes_since_exact() {
    let (_tree, clone) = clone();
    let repository = Repository::empty();
    for tag in ["v9.2", "v9.4"] {
        repository.run(["gen", "--kernel", &format!("{clone}@{tag}")]).exits(0);
    }
    let table = |abi: &str| fs::read_to_string(repository.at(&format!("syscall-meta/src/generated/{abi}.rs"))).unwrap();
    let since = |repository: &Repository| {
        let page = repository.run(["show", "lately", "--abi", "riscv64"]).exits(0).out;
        page.lines().find(|line| line.trim_start().starts_with("riscv64 ")).expect("the row").to_string()
    };
    assert!(since(&repository).ends_with("9.2 < … ≤ 9.4"), "{}", since(&repository));
    assert!(table("riscv64").contains("static MOMENTS: [Moment; 0] = [];"));

    let recorded = repository.run(["diff", "--each-tag", &format!("{clone}@v9.2..v9.4"), "--record"]).exits(0);
    recorded.says(&["data/history/9.3.0.yaml: written", "data/history/9.4.0.yaml: written", "cargo xtask gen"]);
    // The tables wait for `gen`, and a check says so.
    repository.run(["gen", "--check"]).exits(1).says(&["stale"]);
    repository.run(["gen"]).exits(0);
    repository.run(["gen", "--check"]).exits(0);

    assert!(since(&repository).ends_with(" 9.3"), "{}", since(&repository));
    assert!(table("riscv64").contains("    came(460, (9, 2), (9, 3)), // lately\n"), "{}", table("riscv64"));
    let listed = repository.run(["list", "--added-in", "9.3", "--abi", "riscv64"]).exits(0);
    assert!(listed.out.contains("riscv64: 1 call that came with Linux 9.3 or may have"), "{}", listed.out);
    let listed = repository.run(["list", "--added-in", "9.4", "--abi", "riscv64"]).exits(0);
    assert_eq!(listed.out, "no call came with 9.4 (none)\n");
    // Recording the same again changes nothing.
    let before = repository.files();
    repository.run(["diff", "--each-tag", &format!("{clone}@v9.2..v9.4"), "--record"]).exits(0);
    assert!(repository.files() == before);
}

#[test]
fn nothing_is_recorded_outside_the_repository() {
    let (_tree, clone) = clone();
    let repository = Repository::empty();
    fs::remove_dir_all(repository.at("syscall-meta")).unwrap();
    let range = format!("{clone}@v9.2..v9.4");
    repository.refuses(["diff", "--each-tag", &range, "--record"]).says(&["not part of the repository", "`--record`"]);
    repository.run(["diff", "--each-tag", &range]).exits(0);
}

#[test]
fn a_history_that_is_damaged_is_an_error_with_its_place() {
    let (_tree, clone) = clone();
    let repository = Repository::empty();
    repository.run(["gen", "--kernel", &format!("{clone}@v9.4")]).exits(0);
    repository.run(["diff", "--each-tag", &format!("{clone}@v9.2..v9.4"), "--record"]).exits(0);
    repository.replace("data/history/9.3.0.yaml", "old: 9.2.0", "old: long ago");
    repository.refuses(["gen"]).says(&["9.3.0.yaml", "`long ago`"]);
    repository.replace("data/history/9.3.0.yaml", "old: long ago", "older: 9.2.0");
    repository.refuses(["show", "lately"]).says(&["9.3.0.yaml", "older"]);
}

#[test]
fn a_range_that_is_none_is_told_with_a_way_out() {
    let (_tree, clone) = clone();
    let repository = Repository::empty();
    for (range, says) in [
        (format!("{clone}@v9.2"), "REPO@FROM..TO"),
        (format!("{clone}@v9.4..v9.2"), "newer"),
        (format!("{clone}@v9.2..v9.9"), "no tag `v9.9`"),
        (format!("{clone}@v9.3..v9.3"), "nothing to compare"),
    ] {
        repository.refuses(["diff", "--each-tag", &range]).says(&[says, "help"]);
    }
    // It does not mix with two kernels, and recording asks for all ABIs.
    let folder = repository.path();
    run(folder, ["diff", "9.2", "9.4", "--each-tag", "x@v1..v2"]).exits(2);
    run(folder, ["diff", "--each-tag", "x@v1..v2", "--record", "--abi", "arm"]).exits(2);
    run(folder, ["diff", "9.2", "9.4", "--record"]).exits(2);
    run(folder, ["diff", "9.2"]).exits(2);
}
