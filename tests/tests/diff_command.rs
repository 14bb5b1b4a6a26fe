//! `diff` as others call it: inputs, choices, waivers, exit codes, and what goes to which output.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use serde_json::Value;
use syscall_meta_tests::{FIXTURES, Packing, Ran, Repository, Tree, fixture, plain, root, run, under_test};

const X86_64: &str = "arch/x86/entry/syscalls/syscall_64.tbl";
const NOTHING: &str = "0 breaking, 0 review, 0 compatible, 0 notes";
const ONE_BREAKS: &str = "1 breaking, 0 review, 0 compatible, 0 notes";

fn spec(name: &str) -> String {
    fixture(name).display().to_string()
}

/// The fixture and a copy of it, changed; and a place for a file of waivers.
struct Pair {
    old: Tree,
    new: Tree,
    waivers: tempfile::TempDir,
}

impl Pair {
    fn of(change: impl Fn(&Tree)) -> Pair {
        let (old, new) = (Tree::of("kernel"), Tree::of("kernel"));
        change(&new);
        Pair { old, new, waivers: tempfile::tempdir().unwrap() }
    }

    /// Without `openat` on x86_64 and x32.
    fn without_openat() -> Pair {
        Pair::of(|tree| {
            tree.replace(X86_64, "257\tcommon\topenat\t\t\tsys_openat\n", "");
        })
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let (old, new) = (self.old.spec(), self.new.spec());
        let ran = run(&root(), ["diff", &old, &new].iter().chain(arguments).copied());
        assert!(ran.code == Some(2) || ran.err.is_empty(), "{}", ran.err);
        ran
    }

    /// Runs with this file of waivers.
    fn waived(&self, waivers: &str, arguments: &[&str]) -> Ran {
        let file = self.file();
        fs::write(&file, waivers).unwrap();
        self.run(&[&["--waivers", &file], arguments].concat())
    }

    fn file(&self) -> String {
        self.waivers.path().join("waivers.yaml").display().to_string()
    }
}

/// Which is seen by tracers alone.
fn rename_a_parameter(tree: &Tree) {
    let statfs = "SYSCALL_DEFINE2(statfs, const char __user *, path";
    tree.replace("fs/calls.c", &format!("{statfs}name"), statfs);
}

/// The lines of a section of the text, without its head and the empty lines around it.
#[track_caller]
fn section<'a>(ran: &'a Ran, head: &str) -> Vec<&'a str> {
    let mut lines = ran.out.lines();
    assert!(lines.any(|line| line == head), "`{head}`: {}", ran.out);
    let of_it = lines.skip_while(|line| line.is_empty()).take_while(|line| line.starts_with(' ') || line.is_empty());
    of_it.filter(|line| !line.is_empty()).map(str::trim).collect()
}

fn json(ran: Ran, code: i32) -> Value {
    serde_json::from_str(&ran.exits(code).out).expect("standard output is JSON")
}

// --------------------------------------------------------------------------------------------- what it tells, and how

#[test]
fn the_same_kernel_twice_has_nothing_to_report() {
    let ran = Pair::of(|_| {}).run(&[]).exits(0);
    let expected = "\
Linux 9.4.0-rc2 → 9.4.0-rc2 for programs and tracers
21 ABIs; 0 breaking, 0 review, 0 compatible, 0 notes

breaking (0)
  (none)

review (0)
  (none)

compatible (0)
  (none)

note (0)
  (none)

0 breaking, 0 review, 0 compatible, 0 notes
next: nothing to do: no change concerns this audience
";
    assert_eq!(ran.out, expected);
    // Lines that move are no change.
    Pair::of(|tree| {
        tree.replace("mm/calls.c", "SYSCALL_DEFINE1(memfd_secret", "\n\n\nSYSCALL_DEFINE1(memfd_secret");
    })
    .run(&[])
    .exits(0);
}

#[test]
fn a_finding_is_told_with_its_rule_and_counts_stand_first_and_last() {
    let ran = Pair::without_openat().run(&[]).exits(1);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines[1], format!("21 ABIs; {ONE_BREAKS}"));
    assert_eq!(lines[lines.len() - 2], ONE_BREAKS);
    assert!(lines[lines.len() - 1].starts_with("next: look at the one breaking finding; "), "{}", ran.out);
    let told = section(&ran, "breaking (1)");
    assert_eq!(told[0], "call-removed: a call went, its number and all (breaking for both)");
    assert!(told[1].starts_with("why: ") && told.iter().any(|line| line.starts_with("do:  ")), "{told:?}");
    let told = &told[told.len() - 3..];
    assert_eq!(told, ["openat  number 257 (x32 0x40000101)", "on x32, x86_64", "at fs/open.c:2"]);
    for level in ["review (0)", "compatible (0)", "note (0)"] {
        assert_eq!(section(&ran, level), ["(none)"]);
    }
}

#[test]
fn stat_counts_findings_by_rule_and_by_abi() {
    let ran = Pair::without_openat().run(&["--stat"]).exits(1);
    let expected = "\
Linux 9.4.0-rc2 → 9.4.0-rc2 for programs and tracers: 1 breaking, 0 review, 0 compatible, 0 notes

  call-removed      1  breaking

            breaking      review  compatible        note
  x32              1           -           -           -
  x86_64           1           -           -           -
";
    assert_eq!(ran.out, expected);
    let same = Pair::of(|_| {}).run(&["--stat"]).exits(0);
    assert_eq!(same.out, format!("Linux 9.4.0-rc2 → 9.4.0-rc2 for programs and tracers: {NOTHING}\n"));
}

#[test]
fn markdown_has_a_heading_a_level_and_names_as_code() {
    let ran = Pair::without_openat().run(&["--format", "markdown"]).exits(1);
    let lines: Vec<&str> = ran.out.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(lines[0], "# System call ABI: Linux 9.4.0-rc2 → 9.4.0-rc2");
    assert_eq!(lines[1], format!("**{ONE_BREAKS}** for programs and tracers; 21 ABIs."));
    assert_eq!(lines[2..4], ["## Breaking (1)", "### `call-removed`: a call went, its number and all"]);
    assert!(lines[4].starts_with("Breaking for both. Why: ") && lines[4].contains(" What to do: "), "{}", lines[4]);
    let rest = ["## Review (0)", "(none)", "## Compatible (0)", "(none)", "## Note (0)", "(none)"];
    assert_eq!(lines[5], "- **`openat`**: number 257 (x32 0x40000101); on x32, x86_64; at `fs/open.c:2`");
    assert_eq!(lines[6..12], rest);
    assert!(lines[12].starts_with(&format!("**{ONE_BREAKS}.** Next: look at the one ")), "{}", lines[12]);
    assert_eq!(lines.len(), 13);
}

#[test]
fn json_has_the_fingerprint_that_waivers_go_by() {
    let report = json(Pair::without_openat().run(&["--format", "json"]), 1);
    assert_eq!(
        (&report["format"], &report["profile"], &report["counts"]["breaking"]),
        (&1.into(), &"all".into(), &1.into())
    );
    let finding = &report["findings"][0];
    assert_eq!((&finding["fingerprint"], &finding["rule"]), (&"call-removed openat".into(), &"call-removed".into()));
    assert_eq!((&report["rules"][0]["id"], &report["rules"][0]["mirror"]), (&finding["rule"], &"call-added".into()));
    let site = &finding["sites"][1];
    assert_eq!((&site["way"], &site["old"]["number"], &site["new"]), (&"x86_64".into(), &257.into(), &Value::Null));
    assert_eq!((&report["waived"], &report["unused_waivers"]), (&Value::Array(vec![]), &Value::Array(vec![])));
}

#[test]
fn colour_is_for_terminals_or_for_who_asks() {
    let pair = Pair::without_openat();
    let piped = pair.run(&[]).exits(1).out;
    assert!(!piped.contains('\u{1b}'), "a pipe is no terminal");
    assert_eq!(pair.run(&["--color", "never"]).exits(1).out, piped);
    let coloured = pair.run(&["--color", "always"]).exits(1).out;
    // Red for what breaks, and nothing but colour is another.
    assert!(coloured.contains("\u{1b}[1m\u{1b}[31mbreaking (1)\u{1b}[0m"), "{coloured:?}");
    assert_eq!(plain(&coloured), piped);
    // What a program reads has none, whoever asks.
    let report = pair.run(&["--format", "json", "--color", "always"]);
    assert!(!report.out.contains('\u{1b}'));
}

// ---------------------------------------------------------------------------------------------- what is compared

#[test]
fn every_kind_of_input_gives_the_report_of_the_releases_that_are_held() {
    let repository = Repository::holding(&FIXTURES);
    let [old, new] = FIXTURES.map(Tree::of);
    // The fixtures are named newest first.
    let (old, new) = (new, old);
    let held = repository.run(["diff", "5.8", "9.4"]).exits(1);
    assert!(held.err.is_empty() && held.out.contains("\n    memfd_secret  number 447 "), "{}", held.out);
    let specs = [&old, &new].map(Tree::spec);
    let git = [&old, &new].map(|tree| format!("{}@v1", tree.committed(true).display()));
    let packed = [&old, &new].map(|tree| tree.packed(Packing::Gz).display().to_string());
    for (of_old, of_new) in
        [(&*specs[0], &*specs[1]), (&packed[0], &packed[1]), (&git[0], &git[1]), ("5.8", &git[1]), (&packed[0], "9.4")]
    {
        let ran = repository.run(["diff", of_old, of_new]).exits(1);
        assert!(ran.out == held.out && ran.err.is_empty(), "{of_old} {of_new}: {}", ran.err);
    }
}

#[test]
fn abis_are_named_by_name_or_alias_and_more_than_one_at_a_time() {
    let diff = |abis: &[&str]| {
        let (old, new) = (spec("kernel-old"), spec("kernel"));
        let chosen = abis.iter().flat_map(|abi| ["--abi", abi]);
        run(&root(), ["diff", &old, &new, "--format", "json"].into_iter().chain(chosen))
    };
    let report = json(diff(&["x86", "amd64"]), 1);
    assert_eq!(report["old"]["abis"], serde_json::json!(["i386", "x86_64"]));
    assert_eq!(report["new"]["ways"], serde_json::json!(["i386", "i386.compat", "x86_64"]));
    for finding in report["findings"].as_array().unwrap() {
        for site in finding["sites"].as_array().unwrap() {
            assert!(["i386", "x86_64"].contains(&site["abi"].as_str().unwrap()), "{finding}");
        }
    }
    assert_eq!(json(diff(&["x86_64", "i386"]), 1), report);
    assert_eq!(json(diff(&["x86_64", "i386", "amd64"]), 1), report);
    // Of one that only the older kernel has all that is told is its end.
    let ended = json(diff(&["ia64"]), 1);
    let fingerprints: Vec<&Value> =
        ended["findings"].as_array().unwrap().iter().map(|finding| &finding["fingerprint"]).collect();
    assert_eq!(fingerprints, ["abi-ended ia64"]);
}

#[test]
fn a_profile_tells_what_concerns_its_audience() {
    // That a call went concerns both.
    let pair = Pair::without_openat();
    rename_a_parameter(&pair.new);
    let rules = |profile: &str| -> Vec<String> {
        let report = json(pair.run(&["--format", "json", "--profile", profile]), 1);
        assert_eq!(report["profile"], profile);
        let findings = report["findings"].as_array().unwrap().iter();
        findings
            .map(|finding| format!("{} {}", finding["level"].as_str().unwrap(), finding["rule"].as_str().unwrap()))
            .collect()
    };
    assert_eq!(rules("user"), ["breaking call-removed"]);
    assert_eq!(rules("tracer"), ["breaking call-removed", "review param-renamed"]);
    assert_eq!(rules("all"), rules("tracer"));
    for (profile, audience) in
        [("user", "for programs"), ("tracer", "for tracers"), ("all", "for programs and tracers")]
    {
        let head = format!("Linux 9.4.0-rc2 → 9.4.0-rc2 {audience}\n");
        assert!(pair.run(&["--profile", profile]).out.starts_with(&head), "{profile}");
    }
    // What asks nothing of programs is no reason for them to fail.
    let renamed = Pair::of(rename_a_parameter);
    renamed.run(&["--profile", "user"]).exits(0);
    renamed.run(&["--profile", "tracer"]).exits(1);
}

// ------------------------------------------------------------------------------------------------------ exit codes

#[test]
fn fail_on_says_from_which_level_on_a_finding_counts() {
    let changes: [(&str, &str, &str); 4] = [
        ("breaking", "SYSCALL_DEFINE2(statfs, ", "SYSCALL_DEFINE2(statfsx, "),
        ("review", "struct statfs __user *, buf", "struct statx __user *, buf"),
        (
            "compatible",
            "SYSCALL_DEFINE3(statfs64, const char __user *, pathname, size_t, sz,",
            "SYSCALL_DEFINE3(statfs64, const char __user *, pathname, unsigned long, sz,",
        ),
        ("note", "SYSCALL_DEFINE2(umount, char __user *, name", "SYSCALL_DEFINE2(umount, const char __user *, name"),
    ];
    for (at, (level, from, to)) in changes.iter().enumerate() {
        let pair = Pair::of(|tree| {
            tree.replace("fs/calls.c", from, to);
        });
        let counted = json(pair.run(&["--format", "json"]), 1);
        let counts: Vec<u64> = changes.iter().map(|(level, ..)| counted["counts"][level].as_u64().unwrap()).collect();
        assert!(counts.iter().enumerate().all(|(other, count)| (*count > 0) == (other == at)), "{level}: {counts:?}");
        for (fail_at, (fail_on, ..)) in changes.iter().enumerate() {
            let code = i32::from(at <= fail_at);
            pair.run(&["--fail-on", fail_on, "--stat"]).exits(code);
        }
    }
}

#[test]
fn what_cannot_be_done_is_code_2_and_says_the_way_out() {
    let pair = Pair::without_openat();
    let refused = |ran: Ran, parts: &[&str]| assert_eq!(ran.exits(2).says(parts).out, "");
    refused(pair.run(&["--abi", "amd65"]), &["there is no ABI `amd65`", "x86_64", "sparc64"]);
    // Known, but in neither of the two.
    refused(pair.run(&["--abi", "ia64"]), &["Linux 9.4.0-rc2 has no ABI `ia64`", "x86_64"]);
    // One that is there does not make up for one that is not.
    refused(pair.run(&["--abi", "x86_64", "--abi", "amd65"]), &["there is no ABI `amd65`"]);
    let (here, nowhere) = (spec("kernel"), pair.waivers.path().join("nowhere").display().to_string());
    for [old, new] in [[&here, &nowhere], [&nowhere, &here]] {
        refused(run(&root(), ["diff", old, new]), &[&nowhere, "SRC is a kernel directory", "`data/linux/` holds 5.10"]);
    }
    for wrong in [
        &["diff"][..],
        &["diff", &here],
        &["diff", &here, &here, &here],
        &["diff", &here, &here, "--profile", "nobody"],
        &["diff", &here, &here, "--fail-on", "never"],
        &["diff", &here, &here, "--format", "xml"],
        &["diff", &here, &here, "--stat", "--format", "json"],
    ] {
        let ran = run(&root(), wrong).exits(2);
        assert!(ran.out.is_empty() && ran.err.len() > 40, "{wrong:?}: {}", ran.err);
    }
}

#[test]
fn a_kernel_with_an_error_is_code_2_and_tells_no_changes() {
    let pair = Pair::without_openat();
    pair.new.append(X86_64, "600\tsixtyfour\tfuture\tsys_future\n");
    let ran = pair.run(&[]).exits(2).says(&["unknown-abi-column", "sixtyfour"]);
    assert_eq!(ran.out, "");
}

#[test]
fn help_has_examples_and_exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    let help = run(folder.path(), ["diff", "--help"]).exits(0);
    for part in ["Examples:\n  cargo xtask diff 6.12 7.3 ", "Exit codes: 0 nothing to report; 1 a finding", "reason: "]
    {
        assert!(help.out.contains(part), "{part}: {}", help.out);
    }
}

#[test]
fn a_closed_pipe_ends_the_output_and_is_no_failure() {
    let pair = Pair::without_openat();
    let (old, new) = (pair.old.spec(), pair.new.spec());
    for (arguments, code) in [
        (&["diff", &old, &new][..], 1),
        (&["diff", &old, &new, "--stat"], 1),
        (&["diff", &old, &new, "--format", "json"], 1),
        (&["diff", &old, &new, "--format", "markdown", "--fail-on", "breaking"], 1),
        (&["diff", &old, &old], 0),
    ] {
        let mut command = under_test();
        command.current_dir(root()).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        // It is about the kernels, whoever stopped listening.
        assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(code), ""), "{arguments:?}");
    }
}

// --------------------------------------------------------------------------------------------------------- waivers

const EVERYWHERE: &str = "- finding: call-removed openat\n  reason: nobody opens files\n";

#[test]
fn a_waiver_takes_a_finding_out_and_says_why() {
    let pair = Pair::without_openat();
    let ran = pair.waived(EVERYWHERE, &[]).exits(0);
    assert!(
        ran.out.starts_with(&format!("Linux 9.4.0-rc2 → 9.4.0-rc2 for programs and tracers\n21 ABIs; {NOTHING}\n"))
    );
    assert_eq!(section(&ran, "breaking (0)"), ["(none)"]);
    let waived = ["call-removed (breaking)", "openat  number 257 (x32 0x40000101)", "on x32, x86_64", "at fs/open.c:2"];
    assert_eq!(section(&ran, "waived (1)"), [&waived[..], &["accepted: nobody opens files"]].concat());
    assert_eq!(section(&ran, "waivers that match nothing (0)"), ["(none)"]);
    assert!(
        ran.out.ends_with(&format!("\n{NOTHING}\nnext: nothing to do: no change concerns this audience\n")),
        "{}",
        ran.out
    );
    // An empty file is a file of no waivers.
    for empty in ["", "# none yet\n", "[]\n"] {
        let ran = pair.waived(empty, &[]).exits(1);
        assert_eq!(section(&ran, "waived (0)"), ["(none)"]);
    }
}

#[test]
fn a_waiver_for_some_abis_leaves_the_finding_on_the_others() {
    let pair = Pair::without_openat();
    let waivers =
        "# accepted\n\n- finding: call-removed openat\n  on: [x86_64, aarch64]\n  reason: nobody opens files\n";
    let ran = pair.waived(waivers, &[]).exits(1);
    let left = section(&ran, "breaking (1)");
    assert_eq!(left[left.len() - 3..], ["openat  number 0x40000101", "on x32", "at fs/open.c:2"]);
    assert_eq!(section(&ran, "waived (1)")[1..3], ["openat  number 257", "on x86_64"]);
    assert_eq!(section(&ran, "waivers that match nothing (0)"), ["(none)"]);
    // Two of them cover what one does.
    let both = format!("{waivers}- finding: call-removed openat\n  on: [x32]\n  reason: nobody has x32\n");
    let ran = pair.waived(&both, &[]).exits(0);
    assert_eq!(section(&ran, "waived (2)").iter().filter(|line| line.starts_with("accepted: ")).count(), 2);
}

#[test]
fn a_waiver_for_an_abi_covers_every_way_into_it() {
    let pair = Pair::of(|tree| {
        tree.replace("arch/x86/entry/syscalls/syscall_32.tbl", "sys_uselib", "sys_ni_syscall");
    });
    let of = |on: &str| {
        let waiver = "- finding: 'absence-changed uselib: no_definition -> ni'\n  reason: nobody uses it\n";
        pair.waived(&format!("{waiver}  on: [{on}]\n"), &[])
    };
    // By its canonical name or another.
    for abi in ["i386", "x86"] {
        assert_eq!(section(&of(abi).exits(0), "note (0)"), ["(none)"]);
    }
    let ran = of("i386.compat").exits(1);
    let left = section(&ran, "note (1)");
    assert!(left.contains(&"on i386"), "{left:?}");
    of("i387").exits(2).says(&["there is no ABI `i387`", &format!("{}:1", pair.file()), "x86_64"]);
    of("arm.compact").exits(2).says(&["there is no ABI `arm.compact`"]);
}

#[test]
fn a_waiver_that_matches_nothing_is_told_with_its_line_and_fails_by_default() {
    let pair = Pair::without_openat();
    let waivers = format!("{EVERYWHERE}\n- finding: call-removed creat\n  reason: it went long ago\n");
    let ran = pair.waived(&waivers, &[]).exits(1);
    let told = section(&ran, "waivers that match nothing (1)").join(" ");
    assert_eq!(told, format!("{}:4: call-removed creat", pair.file()));
    assert!(ran.out.ends_with("next: take out the waivers that match nothing any more\n"), "{}", ran.out);
    let markdown = pair.waived(&waivers, &["--format", "markdown"]).exits(1);
    let item = format!("## Waivers that match nothing (1)\n\n- `call-removed creat` in `{}:4`\n", pair.file());
    assert!(markdown.out.contains(&item), "{}", markdown.out);
    assert!(markdown.out.contains("## Waived (1)\n\n- `call-removed`: **`openat`**: "), "{}", markdown.out);
    assert!(markdown.out.contains("; accepted: nobody opens files\n"), "{}", markdown.out);
    let report = json(pair.waived(&waivers, &["--format", "json"]), 1);
    assert_eq!(report["unused_waivers"][0]["line"], 4);
    assert_eq!(report["waived"][0]["reason"], "nobody opens files");
    // Counts alone have to tell why they fail, too.
    let stat = pair.waived(&waivers, &["--stat"]).exits(1);
    assert!(stat.out.ends_with("\n1 waived; 1 waiver matches nothing\n"), "{}", stat.out);
    // A gate for what breaks does not care for what is too much.
    for level in ["breaking", "review", "compatible"] {
        pair.waived(&waivers, &["--fail-on", level]).exits(0);
    }
    // One that names other ways matches nothing there.
    let elsewhere = "- finding: call-removed openat\n  on: [aarch64]\n  reason: nobody opens files\n";
    let ran = pair.waived(elsewhere, &[]).exits(1);
    assert_eq!(section(&ran, "waivers that match nothing (1)").len(), 1);
    assert_eq!(section(&ran, "waived (0)"), ["(none)"]);
}

#[test]
fn with_some_abis_only_a_waiver_may_be_for_another_one() {
    let pair = Pair::without_openat();
    let ran = pair.waived(EVERYWHERE, &["--abi", "aarch64"]).exits(0);
    assert_eq!(section(&ran, "waivers that match nothing (0)"), ["(none)"]);
    // So it is for an audience that a waived finding does not concern.
    let renamed = Pair::of(rename_a_parameter);
    let waiver = "- finding: 'param-renamed statfs: pathname -> path'\n  reason: shorter\n";
    let ran = renamed.waived(waiver, &["--profile", "user"]).exits(0);
    assert_eq!(section(&ran, "waivers that match nothing (0)"), ["(none)"]);
    assert_eq!(section(&ran, "waived (0)"), ["(none)"]);
}

#[test]
fn a_file_of_waivers_that_is_not_one_is_code_2_with_its_line() {
    let pair = Pair::without_openat();
    let second = format!("{EVERYWHERE}\n# and\n");
    for (waivers, line, parts) in [
        ("- finding: x\n", 1, &["missing field `reason`"][..]),
        ("- reason: x\n", 1, &["missing field `finding`"]),
        ("- finding: x\n  reason: ''\n", 1, &["`x` is waived without a reason", "say in `reason` why"]),
        (&format!("{second}- finding: x\n  reason: ' '\n"), 5, &["`x` is waived without a reason"]),
        (&format!("{second}- finding: x\n  reson: y\n  reason: z\n"), 6, &["unknown field `reson`"]),
        ("finding: x\nreason: y\n", 1, &["does not have the form it should"]),
        ("- finding: [x\n", 1, &["does not have the form it should"]),
        ("- finding: x\n  on: x86_64\n  reason: y\n", 2, &["does not have the form it should"]),
    ] {
        let place = format!("{}:{line}", pair.file());
        let ran = pair.waived(waivers, &[]).exits(2).says(&[parts, &[place.as_str()]].concat());
        assert_eq!(ran.out, "", "{waivers}");
    }
    let nowhere = pair.waivers.path().join("nowhere.yaml").display().to_string();
    pair.run(&["--waivers", &nowhere]).exits(2).says(&["cannot read this file", &nowhere]);
}
