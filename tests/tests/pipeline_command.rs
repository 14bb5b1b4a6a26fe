//! The command line as others call it: exit codes, what goes to which output, help, colour.

use std::io::Read;
use std::process::Stdio;

use serde_json::Value;
use syscall_meta_tests::{FIXTURES, Ran, Repository, fixture, root, run, under_test};

fn new() -> String {
    fixture("kernel").display().to_string()
}

fn json(ran: Ran) -> Value {
    serde_json::from_str(&ran.exits(0).out).expect("standard output is JSON")
}

#[test]
fn list_json_is_one_object_for_one_abi_and_an_array_for_all() {
    let repository = Repository::holding(&["kernel"]);
    let one = json(repository.run(["list", "--abi", "x86_64", "--format", "json"]));
    assert_eq!((&one["kernel"], &one["release"], &one["abi"]), (&"9.4".into(), &"9.4.0-rc2".into(), &"x86_64".into()));
    let all = json(repository.run(["list", "--format", "json"]));
    let abis: Vec<&str> = all.as_array().unwrap().iter().map(|listing| listing["abi"].as_str().unwrap()).collect();
    assert_eq!(abis.len(), 21);
    assert!(abis.is_sorted() && all.as_array().unwrap().contains(&one));
    for listing in all.as_array().unwrap() {
        let numbers: Vec<u64> =
            listing["syscalls"].as_array().unwrap().iter().map(|row| row["number"].as_u64().unwrap()).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "{}", listing["abi"]);
    }
}

#[test]
fn list_json_tells_the_contracts_example() {
    let repository = Repository::holding(&["kernel"]);
    let listing = json(repository.run(["list", "--abi", "i386", "--format", "json"]));
    let row = listing["syscalls"].as_array().unwrap().iter().find(|row| row["name"] == "openat").unwrap();
    let expected = serde_json::json!({
        "number": 295, "kernel_number": 295, "name": "openat", "aliases": [], "implemented": true, "missing": null,
        "entry": "sys_openat", "origin": "fs/open.c:2", "compat_entry": "compat_sys_openat",
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&row[field], value, "{field}");
    }
    let compat = &row["compat"];
    assert_eq!((&compat["arch"], &compat["entry"]), (&"x86".into(), &"compat_sys_openat".into()));
    assert_eq!((&compat["origin"], &compat["implemented"]), (&"fs/open.c:8".into(), &true.into()));
}

#[test]
fn a_kernel_that_is_held_and_the_same_kernel_as_a_source_list_alike() {
    let repository = Repository::holding(&FIXTURES);
    for (held, name) in [("9.4", "kernel"), ("5.8", "kernel-old")] {
        let source = fixture(name).display().to_string();
        for format in ["table", "json", "csv"] {
            let by_name = repository.run(["list", "--kernel", held, "--format", format]).exits(0).out;
            let by_source = repository.run(["list", "--kernel", &source, "--format", format]).exits(0).out;
            assert!(by_name == by_source, "{held} {format}");
        }
    }
    // The newest, where none is named.
    let newest = repository.run(["list", "--format", "csv"]).exits(0).out;
    assert!(newest == repository.run(["list", "--kernel", "9.4", "--format", "csv"]).exits(0).out);
}

#[test]
fn an_alias_names_an_abi_too() {
    let repository = Repository::holding(&["kernel"]);
    for (alias, name) in [("arm64", "aarch64"), ("amd64", "x86_64"), ("x86", "i386"), ("ppc64le", "powerpc64")] {
        let listing = json(repository.run(["list", "--abi", alias, "--format", "json"]));
        assert_eq!(listing["abi"], name);
    }
}

#[test]
fn show_tells_a_call_on_every_abi_and_since_when() {
    let repository = Repository::holding(&FIXTURES);
    let page = repository.run(["show", "openat"]).exits(0);
    assert_eq!(page.err, "");
    assert!(page.out.starts_with("openat: on 12 of 25 ABIs, up to Linux 9.4.0-rc2\n"), "{}", page.out);
    let line = |name: &str| {
        let mut lines = page.out.lines().map(str::trim_start);
        lines.find(|line| line.starts_with(&format!("{name} "))).unwrap().to_string()
    };
    assert!(line("i386").contains(" 295 ") && line("i386").ends_with("≤ 5.8"));
    assert!(line("i386.compat").contains(" 295 "));
    assert!(line("compat_sys_openat").contains("fs/open.c"));
    assert!(line("x32").contains("0x40000101"));
    assert!(line("csky").ends_with("5.8 < … ≤ 9.4"), "{}", line("csky"));
    assert!(line("c6x").ends_with("≤ 5.8, gone by 9.4"), "{}", line("c6x"));
}

/// A page over a release of the repository's own data, which have every case.
#[test]
fn show_tells_where_halves_and_pairs_stand() {
    let page = run(&root(), ["show", "pread64", "--kernel", "6.12"]).exits(0).out;
    let line = |start: &str| {
        let found = page.lines().find(|line| line.trim_start().starts_with(start));
        found.unwrap_or_else(|| panic!("`{start}`: {page}")).to_string()
    };
    assert!(page.starts_with("pread64: on "), "{page}");
    let first = page.lines().find(|line| line.starts_with("long "));
    assert_eq!(first, Some("long pread64(unsigned int fd, char __user *buf, size_t count, loff_t pos)"));
    for (way, end) in [("arm ", "pos in r4, r5"), ("mips_o32 ", "pos in sp+16, sp+20"), ("x86_64 ", "-")] {
        assert!(line(way).ends_with(end), "{}", line(way));
    }
    assert!(page.contains("  pos is a 64-bit value in two: poslo (low), poshi (high)\n"), "{page}");
    assert!(!page.contains('\u{1b}') && !page.contains("since"), "{page}");
    let coloured = run(&root(), ["show", "pread64", "--kernel", "6.12", "--color", "always"]).exits(0).out;
    assert!(coloured.contains('\u{1b}'));
}

#[test]
fn show_json_has_a_listing_of_one_row_for_each_abi() {
    let repository = Repository::holding(&FIXTURES);
    let shown = json(repository.run(["show", "getpid", "--format", "json"]));
    let alpha = shown.as_array().unwrap().iter().find(|listing| listing["abi"] == "alpha").unwrap();
    assert_eq!((&alpha["first_held"], &alpha["last_held"]), (&"9.4".into(), &"9.4".into()));
    // `getpid` is a further name there.
    assert_eq!((&alpha["syscalls"][0]["name"], &alpha["syscalls"].as_array().unwrap().len()), (&"getxpid".into(), &1));
    let one = json(repository.run(["show", "getpid", "--format", "json", "--abi", "alpha", "--kernel", "9.4"]));
    assert_eq!(one.as_array().unwrap().len(), 1);
}

#[test]
fn export_says_what_each_abi_is() {
    let repository = Repository::holding(&["kernel"]);
    let export = json(repository.run(["export"]));
    assert_eq!((&export["format"], &export["kernel"]), (&1.into(), &"9.4".into()));
    let x32 = export["abis"].as_array().unwrap().iter().find(|abi| abi["abi"] == "x32").unwrap();
    assert_eq!(
        (&x32["number_base"], &x32["compat_only"], &x32["arch"]),
        (&0x4000_0000.into(), &true.into(), &"x86".into())
    );
    assert_eq!(x32["audit_archs"][0]["value"], 0xc000_003e_u32);
    assert_eq!(json(repository.run(["export", "--abi", "arm"]))["abis"].as_array().unwrap().len(), 1);
}

#[test]
fn an_unknown_abi_is_answered_with_those_there_are() {
    let repository = Repository::holding(&["kernel"]);
    for verb in ["list", "export"] {
        let ran = repository.refuses([verb, "--abi", "amd65"]).says(&["there is no ABI `amd65`", "x86_64", "sparc64"]);
        assert_eq!(ran.out, "");
    }
    repository.refuses(["show", "read", "--abi", "amd65"]).says(&["there is no ABI `amd65`", "x86_64"]);
    // Known, but not in this release.
    repository.refuses(["list", "--abi", "ia64"]).says(&["Linux 9.4.0-rc2 has no ABI `ia64`", "x86_64"]);
}

#[test]
fn an_unknown_call_is_answered_with_those_that_are_near() {
    let repository = Repository::holding(&["kernel"]);
    repository
        .refuses(["show", "opnat"])
        .says(&["there is no system call `opnat` on any ABI", "did you mean `openat`"]);
    repository.refuses(["show", "newstat"]).says(&["there is no system call `newstat`", "help"]);
    repository.refuses(["show", "qqqqqqqqqqqqqqqq"]).says(&["names are those of user space", "list"]);
}

#[test]
fn an_unknown_release_is_answered_with_those_held_and_what_a_source_is() {
    let repository = Repository::holding(&FIXTURES);
    repository.refuses(["list", "--kernel", "6.99"]).says(&["`6.99`", "5.8, 9.4", "tarball", "REPO@REV"]);
}

#[test]
fn without_any_release_a_listing_says_how_to_get_one() {
    Repository::empty().refuses(["list"]).says(&["holds no release", "gen --kernel SRC"]);
}

#[test]
fn usage_errors_are_code_2() {
    let repository = Repository::empty();
    for wrong in [
        &["frobnicate"][..],
        &["list", "--format", "xml"],
        &["list", "--abi"],
        &["gen", "--out", "x.rs"],
        &["gen", "--check", "--out", "x.rs", "--kernel", "x"],
        &["gen", "--package", "x=1"],
        &["gen", "--kernel", "x", "--package", "nothing"],
        &["show"],
        &["--color", "sometimes", "list"],
        &[],
    ] {
        let ran = repository.refuses(wrong.iter().copied());
        assert!(ran.err.len() > 40 && ran.out.is_empty(), "{wrong:?}: {ran:?}");
    }
}

#[test]
fn help_has_examples_and_exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    let help = run(folder.path(), ["--help"]).exits(0);
    assert!(help.out.contains("Exit codes: 0 done") && help.out.contains("REPO@REV"), "{}", help.out);
    for verb in ["gen", "list", "show", "export"] {
        let help = run(folder.path(), [verb, "--help"]).exits(0);
        assert!(help.out.contains("Examples:\n  cargo xtask "), "{verb}: {}", help.out);
        assert_eq!(help.err, "");
    }
    assert!(run(folder.path(), ["--version"]).exits(0).out.contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_closed_pipe_ends_the_output_and_is_no_failure() {
    let repository = Repository::holding(&["kernel"]);
    for arguments in
        [&["list", "--format", "json"][..], &["list"], &["list", "--format", "csv"], &["export"], &["show", "read"]]
    {
        let mut command = under_test();
        command.current_dir(repository.path()).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        let status = child.wait().unwrap();
        assert_eq!((status.code(), said.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn colour_is_for_terminals_or_for_who_asks() {
    let repository = Repository::empty();
    let coloured = |arguments: &[&str], no_color: bool| {
        let mut command = under_test();
        command.current_dir(repository.path()).args(arguments);
        if no_color {
            command.env("NO_COLOR", "1");
        }
        Ran::of(&mut command).exits(2).err.contains('\u{1b}')
    };
    assert!(!coloured(&["list"], false), "a pipe is no terminal");
    assert!(!coloured(&["list", "--color", "never"], false));
    assert!(coloured(&["list", "--color", "always"], false));
    assert!(!coloured(&["list"], true));
}

#[test]
fn messages_go_to_standard_error_and_results_to_standard_output() {
    let repository = Repository::empty();
    let made = repository.run(["gen", "--kernel", &new()]).exits(0);
    assert_eq!(made.out, "");
    assert!(made.err.lines().all(|line| line.ends_with(": written")), "{}", made.err);
    let listed = repository.run(["list"]).exits(0);
    assert_eq!(listed.err, "");
}

#[test]
fn data_is_found_from_a_folder_below_the_repository() {
    let repository = Repository::holding(&["kernel"]);
    let below = repository.at("syscall-meta/src");
    let here = repository.run(["list", "--format", "csv"]).exits(0);
    assert_eq!(run(&below, ["list", "--format", "csv"]).exits(0).out, here.out);
    run(&below, ["gen", "--check"]).exits(0).silent();
}

#[test]
fn data_outside_a_repository_lists_and_writes_nothing_but_out() {
    let repository = Repository::holding(&FIXTURES);
    let outside = tempfile::tempdir().unwrap();
    let data = outside.path().join("elsewhere");
    std::fs::rename(repository.at("data"), &data).unwrap();
    let data = data.display().to_string();
    let before = syscall_meta_tests::files(outside.path());
    run(outside.path(), ["list", "--data", &data]).exits(0);
    run(outside.path(), ["show", "read", "--data", &data]).exits(0);
    for arguments in [&["gen"][..], &["gen", "--check"], &["gen", "--kernel", &new()]] {
        let ran = run(outside.path(), arguments.iter().copied().chain(["--data", &data])).exits(2);
        ran.says(&["not part of the repository", "--kernel SRC --out FILE"]);
    }
    assert!(syscall_meta_tests::files(outside.path()) == before);
    run(outside.path(), ["gen", "--data", &data, "--kernel", &new(), "--out", "mine.rs"]).exits(0);
    let mut after = syscall_meta_tests::files(outside.path());
    assert!(after.remove(&outside.path().join("mine.rs")).is_some());
    assert!(after == before);
}

#[test]
fn data_that_is_not_there_is_told_with_its_path() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), ["list", "--data", "nowhere"]).exits(2).says(&["nowhere/abis.yaml", "`--data DIR`"]);
}
