//! What the documentation shows of `diff` is what `diff` says.

use std::fs;

use syscall_meta_tests::{golden, root, run};

#[test]
fn the_markdown_of_two_releases_is_fresh() {
    let printed = run(&root(), ["diff", "6.12", "7.3", "--format", "markdown"]).exits(1);
    golden("../../xtask/doc/diff-6.12-7.3.md", &printed.out);
}

#[test]
fn the_front_page_shows_a_real_run() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let command = "$ cargo xtask diff 7.2 7.3 --abi x86_64 --stat\n";
    let shown = readme.split_once(command).expect("the example").1.split_once("```").unwrap().0;
    let printed = run(&root(), ["diff", "7.2", "7.3", "--abi", "x86_64", "--stat"]).exits(1);
    assert_eq!(shown, printed.out);
}
