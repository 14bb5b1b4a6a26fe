//! The JSON of `diff` has the shape that `xtask/schema/diff.schema.json` states, and mangled it has not.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::{Value, json};
use syscall_meta_gen::judge::{Profile, RULES, judge};
use syscall_meta_gen::model::{Diff, Waiver};
use syscall_meta_gen::report::Report;
use syscall_meta_gen::store::Data;
use syscall_meta_tests::{Compared, FIXTURES, Repository, Schema, Tree, data, fixture, remove};

static DIFF: LazyLock<Schema> = LazyLock::new(|| Schema::open("diff"));
static DATA: LazyLock<Data> = LazyLock::new(data);
static RELEASES: LazyLock<Vec<Compared>> =
    LazyLock::new(|| DATA.kernels.iter().map(|kernel| Compared::held(&DATA, kernel)).collect());

fn document(diff: Diff, profile: Profile, waivers: &[Waiver]) -> Value {
    serde_json::to_value(Report::new(&judge(diff, profile, waivers))).unwrap()
}

fn waiver(finding: &str, on: Option<&[&str]>) -> Waiver {
    let on = on.map(|ways| ways.iter().map(ToString::to_string).collect());
    Waiver {
        finding: finding.to_string(),
        on,
        reason: "we know".to_string(),
        file: "waivers.yaml".to_string(),
        line: 7,
    }
}

/// The fixtures, which have everything: a finding with what follows from it, one on many ABIs of which some are waived,
/// and a waiver that covers nothing.
fn full() -> Value {
    let [old, new] = ["kernel-old", "kernel"].map(|name| Compared::read(&DATA, &fixture(name).display().to_string()));
    let waivers = [
        waiver("call-added getpid", Some(&["aarch64", "riscv32.compat"])),
        waiver("abi-ended arc", None),
        waiver("call-added nothing", Some(&["x86_64"])),
    ];
    document(old.diff(&new, &DATA), Profile::All, &waivers)
}

#[test]
fn every_two_releases_have_the_stated_shape() {
    assert!(RELEASES.len() >= 5);
    let mut rules = BTreeSet::new();
    for old in &*RELEASES {
        for new in &*RELEASES {
            let document = document(old.diff(new, &DATA), Profile::All, &[]);
            DIFF.passes(&document, &format!("{} to {}", old.release, new.release));
            let found = document["findings"].as_array().unwrap();
            assert_eq!(found.is_empty(), old.release == new.release);
            // Which no schema says: a finding is about a whole ABI, about calls, a constant or a structure.
            let is_about = |one: &Value| {
                let named = ["abi", "constant", "struct"].iter().filter(|what| !one[**what].is_null()).count();
                named + usize::from(!one["calls"].as_array().unwrap().is_empty())
            };
            assert!(found.iter().all(|one| is_about(one) == 1));
            rules.extend(found.iter().map(|finding| finding["rule"].as_str().unwrap().to_string()));
        }
    }
    // What is held is no small sample of what can happen.
    assert!(rules.len() > RULES.len() / 2, "{rules:?}");
}

#[test]
fn waived_findings_and_waivers_without_one_have_the_stated_shape() {
    let (old, new) = (RELEASES.first().unwrap(), RELEASES.last().unwrap());
    let diff = old.diff(new, &DATA);
    let all: Vec<Waiver> = judge(diff.clone(), Profile::All, &[])
        .findings
        .iter()
        .enumerate()
        // Some on every way and some on one; of the rest, waivers of what did not happen.
        .map(|(at, finding)| match at % 3 {
            0 => waiver(&finding.fingerprint, None),
            1 => waiver(&finding.fingerprint, Some(&[finding.change.sites[0].way.as_str()])),
            _ => waiver(&format!("{}, too", finding.fingerprint), Some(&[])),
        })
        .collect();
    for profile in [Profile::User, Profile::Tracer, Profile::All] {
        let document = document(diff.clone(), profile, &all);
        DIFF.passes(&document, profile.as_str());
        let count = |field: &str| document[field].as_array().unwrap().len();
        assert!(count("findings") > 0 && count("waived") > 0, "{}", profile.as_str());
        assert_eq!(count("unused_waivers"), all.len() / 3, "{}", profile.as_str());
    }
}

#[test]
fn fixtures_have_the_stated_shape() {
    for old in FIXTURES {
        for new in FIXTURES {
            let [one, other] = [old, new].map(|name| Compared::read(&DATA, &fixture(name).display().to_string()));
            DIFF.passes(&document(one.diff(&other, &DATA), Profile::All, &[]), &format!("{old} to {new}"));
        }
    }
}

#[test]
fn what_the_command_prints_has_the_stated_shape() {
    let repository = Repository::holding(&FIXTURES);
    let printed = |arguments: &[&str]| -> Value {
        let arguments = ["diff", "5.8", "9.4", "--format", "json"].iter().chain(arguments).copied();
        serde_json::from_str(&repository.run(arguments).exits(1).out).unwrap()
    };
    DIFF.passes(&printed(&[]), "diff");
    DIFF.passes(&printed(&["--abi", "arm", "--profile", "tracer"]), "diff --abi");
    std::fs::write(repository.at("waivers.yaml"), "- finding: x\n  on: [arm]\n  reason: y\n").unwrap();
    let waived = printed(&["--waivers", "waivers.yaml"]);
    DIFF.passes(&waived, "diff --waivers");
    let unused = json!([{"finding": "x", "on": ["arm"], "reason": "y", "file": "waivers.yaml", "line": 1}]);
    assert_eq!(waived["unused_waivers"], unused);
}

#[test]
fn parameters_that_are_not_told_have_the_stated_shape() {
    let tree = Tree::of("kernel");
    let old = Compared::read(&DATA, &tree.spec());
    tree.replace("fs/read_write.c", "unsigned long, vlen", "odd_t, vlen");
    let (new, said) = Compared::read_and_told(&DATA, &tree.spec());
    assert_eq!(said.iter().map(|said| said.code).collect::<Vec<_>>(), ["unknown-parameters"]);
    let document = document(old.diff(&new, &DATA), Profile::All, &[]);
    DIFF.passes(&document, "a type that nobody knows");
    assert_eq!(document["not_compared"], json!([{"call": "readv", "way": "x32"}]));
    assert_eq!(document["findings"], json!([]));
}

#[test]
fn a_mangled_report_does_not_pass() {
    let document = full();
    let at = |list: &str, fingerprint: &str| {
        let found = document[list].as_array().unwrap().iter().position(|finding| finding["fingerprint"] == fingerprint);
        found.unwrap_or_else(|| panic!("{fingerprint} is in {list}"))
    };
    let entry = at("findings", "entry-changed fadvise64_64: sys_fadvise64_64 -> sys_hexagon_fadvise64_64");
    let (ended, partly) = (at("waived", "abi-ended arc"), at("waived", "call-added getpid"));
    at("findings", "call-added getpid");
    DIFF.fails(
        &document,
        &[
            ("another format", &|doc| doc["format"] = json!(2)),
            ("a format as text", &|doc| doc["format"] = json!("1")),
            ("a field too many at the top", &|doc| doc["extra"] = json!(1)),
            ("no old kernel", &|doc| remove(doc, "old")),
            ("no waived", &|doc| remove(doc, "waived")),
            ("a list that is none", &|doc| doc["not_compared"] = json!(null)),
            ("a kernel with a point release", &|doc| doc["new"]["kernel"] = json!("9.4.1")),
            ("a release without a number", &|doc| doc["new"]["release"] = json!("next")),
            ("an ABI that is a way", &|doc| doc["old"]["abis"][0] = json!("arm.compat")),
            ("an ABI twice", &|doc| doc["old"]["abis"] = json!(["arm", "arm"])),
            ("ways as text", &|doc| doc["old"]["ways"] = json!("arm")),
            ("a profile that is none", &|doc| doc["profile"] = json!("nobody")),
            ("a count below 0", &|doc| doc["counts"]["note"] = json!(-1)),
            ("a level without a count", &|doc| remove(&mut doc["counts"], "review")),
            ("a count of another level", &|doc| doc["counts"]["fatal"] = json!(0)),
            ("a rule without a mirror", &|doc| remove(&mut doc["rules"][0], "mirror")),
            ("a rule that does not say why", &|doc| doc["rules"][0]["why"] = json!("")),
            ("a rule by another name", &|doc| doc["rules"][0]["id"] = json!("CallAdded")),
            ("a rule twice", &|doc| doc["rules"][0] = doc["rules"][1].clone()),
            ("a level that is none", &|doc| doc["findings"][entry]["level"] = json!("fatal")),
            ("a finding without a level", &|doc| doc["findings"][entry]["level"] = json!(null)),
            ("an audience left out", &|doc| remove(&mut doc["findings"][entry], "programs")),
            ("a fingerprint of nothing", &|doc| doc["findings"][entry]["fingerprint"] = json!("")),
            ("calls as text", &|doc| doc["findings"][entry]["calls"] = json!("fadvise64_64")),
            ("a call with its prefix and a space", &|doc| doc["findings"][entry]["calls"][0] = json!("__NR_ x")),
            ("a constant and a structure left out", &|doc| remove(&mut doc["findings"][entry], "constant")),
            ("a structure that is a number", &|doc| doc["findings"][entry]["struct"] = json!(1)),
            ("a header that is none", &|doc| doc["findings"][entry]["header"] = json!("linux/stat")),
            ("sets as text", &|doc| doc["findings"][entry]["sets"] = json!("open_flags")),
            ("an item that is a number", &|doc| doc["findings"][entry]["item"] = json!(3)),
            ("no old", &|doc| remove(&mut doc["findings"][entry], "old")),
            ("nowhere", &|doc| doc["findings"][entry]["sites"] = json!([])),
            ("a site twice", &|doc| {
                let site = doc["findings"][entry]["sites"][0].clone();
                doc["findings"][entry]["sites"] = json!([site, site]);
            }),
            ("a finding with a reason", &|doc| doc["findings"][entry]["reason"] = json!("none")),
            ("a way that is none", &|doc| doc["findings"][entry]["sites"][0]["way"] = json!("hexagon.native")),
            ("an ABI by its way", &|doc| doc["findings"][entry]["sites"][0]["abi"] = json!("hexagon.compat")),
            ("no call", &|doc| remove(&mut doc["findings"][entry]["sites"][0], "call")),
            ("a call without a name", &|doc| doc["findings"][entry]["sites"][0]["call"] = json!("")),
            ("a number of 33 bits", &|doc| {
                doc["findings"][entry]["sites"][0]["old"]["number"] = json!(1_u64 << 32);
            }),
            ("a number as text", &|doc| doc["findings"][entry]["sites"][0]["old"]["number"] = json!("223")),
            ("a place without a file", &|doc| doc["findings"][entry]["sites"][0]["new"]["place"] = json!(":12")),
            ("a place left out", &|doc| remove(&mut doc["findings"][entry]["sites"][0]["new"], "place")),
            ("a site as text", &|doc| doc["findings"][entry]["sites"][0]["new"] = json!("scripts/syscall.tbl:31")),
            ("something unknown that follows", &|doc| {
                doc["findings"][entry]["sites"][0]["follows"][0]["what"] = json!("colour");
            }),
            ("what follows without its new", &|doc| {
                remove(&mut doc["findings"][entry]["sites"][0]["follows"][0], "new");
            }),
            ("waived without a reason", &|doc| remove(&mut doc["waived"][partly], "reason")),
            ("waived for an empty reason", &|doc| doc["waived"][partly]["reason"] = json!("")),
            ("waived without its sites", &|doc| remove(&mut doc["waived"][partly], "sites")),
            ("an ABI that is a number", &|doc| doc["waived"][ended]["abi"] = json!(1)),
            ("an unused waiver without a line", &|doc| remove(&mut doc["unused_waivers"][0], "line")),
            ("a line below 0", &|doc| doc["unused_waivers"][0]["line"] = json!(-1)),
            ("an unused waiver on text", &|doc| doc["unused_waivers"][0]["on"] = json!("x86_64")),
            ("an unused waiver without a reason", &|doc| doc["unused_waivers"][0]["reason"] = json!("")),
            ("what was not compared without its way", &|doc| doc["not_compared"] = json!([{"call": "read"}])),
        ],
    );
}

#[test]
fn the_schema_is_strict_and_says_what_every_field_means() {
    DIFF.is_strict_and_says_what_every_field_means(10);
}

#[test]
fn a_waived_finding_is_a_finding_with_a_reason() {
    let defs = &DIFF.text["$defs"];
    let mut waived = defs["waived"]["properties"].clone();
    remove(&mut waived, "reason");
    assert_eq!(waived, defs["finding"]["properties"]);
}
