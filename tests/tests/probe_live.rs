//! `probe --live` on the kernel that runs the test, held against what tracefs and kallsyms show, read by this test itself.
//!
//! Skipped, with a word, where the kernel shows neither.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::Instant;

use serde_json::Value;
use syscall_meta_tests::{Schema, root, run};

const EVENTS: &str = "/sys/kernel/tracing/events/syscalls";

fn live(arguments: &[&str]) -> Option<Value> {
    if cfg!(not(target_arch = "x86_64")) {
        println!("skipped: what is expected here is that of x86_64");
        return None;
    }
    let kallsyms = fs::read_to_string("/proc/kallsyms").unwrap_or_default();
    if !kallsyms.contains(" __x64_sys_read") {
        println!("skipped: /proc/kallsyms does not show the symbols of calls");
        return None;
    }
    let all = ["probe", "--live", "--format", "json"].into_iter().chain(arguments.iter().copied());
    let start = Instant::now();
    let ran = run(&root(), all).exits(0);
    println!("probe --live {}: {:?} in this build", arguments.join(" "), start.elapsed());
    Some(serde_json::from_str(&ran.out).unwrap())
}

#[test]
fn every_event_is_claimed_once_and_every_call_without_one_has_a_reason() {
    let Ok(folder) = fs::read_dir(EVENTS) else {
        println!("skipped: no tracefs to hold the events against");
        return;
    };
    let Some(found) = live(&[]) else { return };
    Schema::open("probe").passes(&found, "live");
    let mut claimed: BTreeMap<String, usize> = BTreeMap::new();
    for call in found["calls"].as_array().unwrap() {
        for point in call["points"].as_array().unwrap().iter().filter(|point| point["kind"] == "event") {
            if point["state"] == "there" {
                *claimed.entry(point["name"].as_str().unwrap().to_string()).or_default() += 1;
            } else {
                assert!(!["unexplained", "not_at_hand"].contains(&point["code"].as_str().unwrap()), "{call}");
            }
        }
    }
    let events: BTreeSet<String> = folder
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("sys_enter_"))
        .collect();
    assert!(claimed.values().all(|count| *count == 1), "{claimed:?}");
    assert_eq!(claimed.into_keys().collect::<BTreeSet<_>>(), events);
}

#[test]
fn every_symbol_under_an_entry_prefix_is_claimed_or_explained() {
    let (Some(native), Some(compat)) = (live(&[]), live(&["--abi", "i386"])) else { return };
    let kallsyms = fs::read_to_string("/proc/kallsyms").unwrap();
    // A fourth word is the module that a symbol is of.
    let of_kernel =
        |words: Vec<&'_ str>| if words.len() == 3 { words.get(2).map(|name| name.to_string()) } else { None };
    let names: BTreeSet<String> =
        kallsyms.lines().filter_map(|line| of_kernel(line.split_whitespace().collect())).collect();
    let prefixes = ["__x64_sys_", "__ia32_sys_", "__ia32_compat_sys_", "__do_sys_", "__se_sys_", "__do_compat_sys_"];
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for found in [&native, &compat] {
        for leftover in found["leftovers"].as_array().unwrap() {
            assert_ne!(leftover["code"], "unexplained", "{leftover}");
            known.insert(leftover["name"].as_str().unwrap());
        }
        for call in found["calls"].as_array().unwrap() {
            known.extend(call["points"].as_array().unwrap().iter().filter_map(|point| point["name"].as_str()));
        }
    }
    let mut count = 0;
    for name in names.iter().filter(|name| prefixes.iter().any(|prefix| name.starts_with(prefix))) {
        assert!(known.contains(name.as_str()), "{name}");
        count += 1;
    }
    println!("{count} symbols under entry prefixes are claimed or explained");
    assert!(count > 700, "{count}");
}

/// Symbols alone leave open which events there are, and that is no finding.
#[test]
fn symbols_alone_tell_functions_and_leave_events_open() {
    let Some(all) = live(&[]) else { return };
    let release = all["machine"]["release"].as_str().unwrap();
    let arguments =
        ["probe", "--abi", "x86_64", "--kallsyms", "/proc/kallsyms", "--release", release, "--format", "json"];
    let found: Value = serde_json::from_str(&run(&root(), arguments).exits(0).out).unwrap();
    assert_eq!(found["counts"]["functions"], all["counts"]["functions"]);
    if found["machine"]["has_data"] == false {
        assert_eq!(found["counts"]["events"], 0);
        assert!(found["counts"]["without_event"]["not_at_hand"].as_u64() > Some(300), "{}", found["counts"]);
    }
}

/// What can be attached to by type is in the kernel's own types: as text between two zero bytes, whatever BTF is.
#[test]
fn functions_that_btf_has_are_in_its_text() {
    let Some(found) = live(&[]) else { return };
    let Ok(btf) = fs::read("/sys/kernel/btf/vmlinux") else {
        println!("skipped: this kernel shows no BTF");
        return;
    };
    let texts: BTreeSet<&[u8]> = btf.split(|byte| *byte == 0).collect();
    let (mut there, mut not) = (0, 0);
    for point in found["calls"].as_array().unwrap().iter().flat_map(|call| call["points"].as_array().unwrap()) {
        let Some(function) = point.get("function") else { continue };
        let name = function["btf_name"].as_str().or(point["name"].as_str()).unwrap();
        if function["fentry"]["code"] == "no_btf" {
            assert!(!texts.contains(name.as_bytes()), "{name}");
            not += 1;
        } else {
            assert!(texts.contains(name.as_bytes()), "{name}: {function}");
            there += 1;
        }
    }
    println!("{there} functions are in BTF, {not} are not");
    assert!(there > 300, "{there}");
}

#[test]
fn a_list_of_functions_that_can_be_traced_is_taken_from_a_file() {
    if live(&[]).is_none() {
        return;
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "__x64_sys_read\n__do_sys_newstat\nnfs_read [nfs]\n").unwrap();
    let Some(found) = live(&["--filter-functions", file.path().to_str().unwrap()]) else { return };
    let function = |name: &str| -> Value {
        let calls = found["calls"].as_array().unwrap();
        let call = calls.iter().find(|call| call["name"] == name).unwrap();
        let mut points = call["points"].as_array().unwrap().iter();
        points.find(|point| point["kind"] == "entry").unwrap()["function"].clone()
    };
    let tracer = fs::read("/proc/config.gz").is_ok();
    if tracer {
        assert_eq!(function("read")["ftrace"]["state"], "there");
        assert_eq!(function("write")["ftrace"]["code"], "no_patch_site");
    }
    assert_eq!(found["machine"]["filter_functions"], 2);
}
