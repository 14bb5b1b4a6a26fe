//! The JSON that others read has the shape that `xtask/schema/` states: real output passes, mangled output does not.

use std::sync::LazyLock;

use serde_json::{Value, json};
use syscall_meta_gen::contract::{Export, Listing};
use syscall_meta_gen::diagnostic::Sink;
use syscall_meta_gen::model::Headers;
use syscall_meta_gen::resolve::resolve;
use syscall_meta_gen::store::Data;
use syscall_meta_tests::{FIXTURES, Schema, data, facts, fixture, remove, root, run};

static LIST: LazyLock<Schema> = LazyLock::new(|| Schema::open("list"));
static EXPORT: LazyLock<Schema> = LazyLock::new(|| Schema::open("export"));

/// The listing of all ABIs and the export of a release.
fn documents(data: &Data, facts: &syscall_meta_gen::model::Facts) -> (Value, Value) {
    let resolved = resolve(facts, &data.abis, &data.curated, &Sink::new());
    let abis: Vec<_> = resolved.abis.iter().collect();
    let listings: Vec<Listing> = abis.iter().map(|abi| Listing::new(abi)).collect();
    // What headers define is in `schema_headers`.
    let headers = Headers::default();
    let export = Export::new(&facts.release, &abis, &headers, &data.abis);
    (serde_json::to_value(listings).unwrap(), serde_json::to_value(export).unwrap())
}

#[test]
fn every_release_held_has_the_stated_shape() {
    let data = data();
    assert!(!data.kernels.is_empty());
    for kernel in &data.kernels {
        let (listings, export) = documents(&data, &data.load(kernel).unwrap());
        assert!(listings.as_array().unwrap().len() >= 30);
        LIST.passes(&listings, kernel);
        EXPORT.passes(&export, kernel);
    }
}

#[test]
fn fixtures_have_the_stated_shape() {
    let data = data();
    for name in FIXTURES {
        let (listings, export) = documents(&data, &facts(&data, &fixture(name).display().to_string()).0);
        LIST.passes(&listings, name);
        LIST.passes(&listings[0], name);
        EXPORT.passes(&export, name);
    }
}

#[test]
fn what_the_command_prints_has_the_stated_shape() {
    let spec = fixture("kernel").display().to_string();
    let parsed = |arguments: &[&str]| -> Value {
        let arguments = arguments.iter().copied().chain(["--kernel", &spec]);
        serde_json::from_str(&run(&root(), arguments).exits(0).out).unwrap()
    };
    LIST.passes(&parsed(&["list", "--format", "json"]), "list");
    LIST.passes(&parsed(&["list", "--format", "json", "--abi", "arm"]), "list --abi");
    EXPORT.passes(&parsed(&["export"]), "export");
    EXPORT.passes(&parsed(&["export", "--abi", "arm"]), "export --abi");
    // Since when is told where several releases are.
    for arguments in [&["--added-in", "7.3"][..], &["--added-in", "6.6", "--abi", "arm"]] {
        let arguments = ["list", "--format", "json"].into_iter().chain(arguments.iter().copied());
        let listed: Value = serde_json::from_str(&run(&root(), arguments).exits(0).out).unwrap();
        LIST.passes(&listed, "list --added-in");
        assert!(listed[0]["syscalls"][0]["since"]["before"].is_string());
    }
}

#[test]
fn the_contracts_example_has_the_stated_shape() {
    let param = |name: &str, ty: &str, word: u32| {
        json!({"name": name, "type": ty, "kind": null, "direction": null, "bits": 32, "signed": ty == "int",
               "words": [word], "part": "whole", "of": null})
    };
    let mut dirfd = param("dfd", "int", 0);
    dirfd["kind"] = json!("dirfd");
    let mut low = param("offset_low", "u32", 1);
    (low["part"], low["of"]) = (json!("low"), json!("offset"));
    let params = json!([dirfd, low, param("flags", "unsigned int", 2)]);
    let companions = json!([{"symbol": "__do_sys_openat", "linkage": "inline"}]);
    let document = json!({"kernel": "6.12", "release": "6.12.107", "from": null, "abi": "i386", "syscalls": [
        {"number": 295, "kernel_number": 295, "name": "openat", "aliases": [], "implemented": true, "missing": null,
         "entry": "sys_openat", "symbol": "sys_openat", "companions": companions, "event": "sys_enter_openat",
         "origin": "fs/open.c:1447", "config": {"all": ["CONFIG_A", {"not": "CONFIG_B"}]}, "params": params,
         "returns": "fd", "classes": ["file", "desc"], "block": null, "compat_entry": "compat_sys_openat", "since": null, "until": null,
         "compat": {"arch": "x86", "entry": "compat_sys_openat", "symbol": "__ia32_compat_sys_openat",
                    "companions": [], "event": null, "origin": "fs/open.c:1500", "config": null, "implemented": true,
                    "missing": null, "params": params, "returns": null, "classes": [], "block": params}}]});
    LIST.passes(&document, "the contract's example");
}

/// The listing and the export of the newest release held, cut down to one ABI and one call.
fn one_call(abi: &str, name: &str) -> (Value, Value) {
    let data = data();
    let (listings, mut export) = documents(&data, &data.load(data.kernels.last().unwrap()).unwrap());
    let mut listing = listings.as_array().unwrap().iter().find(|listing| listing["abi"] == abi).unwrap().clone();
    export["abis"].as_array_mut().unwrap().retain(|held| held["abi"] == abi);
    for calls in [&mut listing["syscalls"], &mut export["abis"][0]["syscalls"]] {
        calls.as_array_mut().unwrap().retain(|call| call["name"] == name);
        assert_eq!(calls.as_array().unwrap().len(), 1, "{name}");
    }
    (listing, export)
}

#[test]
fn a_mangled_listing_does_not_pass() {
    // A 64-bit value in two words on one side, in halves on the other.
    let (listing, _) = one_call("arm", "pread64");
    LIST.fails(
        &listing,
        &[
            ("a field too many", &|doc| doc["syscalls"][0]["extra"] = json!(1)),
            ("a field too many at the top", &|doc| doc["extra"] = json!(1)),
            ("no name", &|doc| remove(&mut doc["syscalls"][0], "name")),
            ("no compat", &|doc| remove(&mut doc["syscalls"][0], "compat")),
            ("no block", &|doc| remove(&mut doc["syscalls"][0], "block")),
            ("no syscalls", &|doc| remove(doc, "syscalls")),
            ("a number as text", &|doc| doc["syscalls"][0]["number"] = json!("0")),
            ("a number below 0", &|doc| doc["syscalls"][0]["number"] = json!(-1)),
            ("a number of 33 bits", &|doc| doc["syscalls"][0]["number"] = json!(1_u64 << 32)),
            ("an unknown reason", &|doc| doc["syscalls"][0]["missing"] = json!("gone")),
            ("no entry but false", &|doc| doc["syscalls"][0]["entry"] = json!(false)),
            ("a symbol with a space", &|doc| doc["syscalls"][0]["symbol"] = json!("sys_pread64 t")),
            ("an event without its prefix", &|doc| doc["syscalls"][0]["event"] = json!("pread64")),
            ("companions as names", &|doc| doc["syscalls"][0]["companions"] = json!(["__do_sys_pread64"])),
            ("a linkage that is none", &|doc| doc["syscalls"][0]["companions"][0]["linkage"] = json!("extern")),
            ("companions that are not told", &|doc| doc["syscalls"][0]["companions"] = json!(null)),
            ("an origin without a file", &|doc| doc["syscalls"][0]["origin"] = json!(":12")),
            ("aliases as text", &|doc| doc["syscalls"][0]["aliases"] = json!("x")),
            ("a config that is no symbol", &|doc| doc["syscalls"][0]["config"] = json!("X")),
            ("a config of nothing", &|doc| doc["syscalls"][0]["config"] = json!({"any": []})),
            ("a config of two kinds", &|doc| {
                doc["syscalls"][0]["config"] = json!({"any": ["CONFIG_A"], "not": "CONFIG_B"});
            }),
            ("params as an object", &|doc| doc["syscalls"][0]["params"] = json!({})),
            ("an empty block", &|doc| doc["syscalls"][0]["block"] = json!([])),
            ("no bits", &|doc| remove(&mut doc["syscalls"][0]["params"][0], "bits")),
            ("a parameter of 0 bits", &|doc| doc["syscalls"][0]["params"][0]["bits"] = json!(0)),
            ("a parameter of 65 bits", &|doc| doc["syscalls"][0]["params"][0]["bits"] = json!(65)),
            ("a sign as text", &|doc| doc["syscalls"][0]["params"][0]["signed"] = json!("yes")),
            ("a word as a number", &|doc| doc["syscalls"][0]["params"][0]["words"] = json!(0)),
            ("three words", &|doc| doc["syscalls"][0]["params"][3]["words"] = json!([3, 4, 5])),
            ("a word twice", &|doc| doc["syscalls"][0]["params"][3]["words"] = json!([4, 4])),
            ("a word that no call has", &|doc| doc["syscalls"][0]["params"][3]["words"] = json!([8])),
            ("an unknown part", &|doc| doc["syscalls"][0]["params"][3]["part"] = json!("middle")),
            ("no part", &|doc| doc["syscalls"][0]["compat"]["params"][4]["part"] = json!(null)),
            ("a half of a number", &|doc| doc["syscalls"][0]["compat"]["params"][4]["of"] = json!(3)),
            ("a compat side that is cut short", &|doc| doc["syscalls"][0]["compat"] = json!({"arch": "x86"})),
            ("a compat side without companions", &|doc| remove(&mut doc["syscalls"][0]["compat"], "companions")),
            ("a kernel with a point release", &|doc| doc["kernel"] = json!("9.4.1")),
        ],
    );
}

#[test]
fn a_mangled_export_does_not_pass() {
    let (_, export) = one_call("powerpc64", "read");
    EXPORT.fails(
        &export,
        &[
            ("another format", &|doc| doc["format"] = json!(2)),
            ("bits that no machine has", &|doc| doc["abis"][0]["long_bits"] = json!(48)),
            ("a byte order that is none", &|doc| doc["abis"][0]["audit_archs"][0]["byte_order"] = json!("middle")),
            ("a field too many", &|doc| doc["abis"][0]["extra"] = json!(null)),
            ("a row too short", &|doc| remove(&mut doc["abis"][0]["syscalls"][0], "event")),
            ("no call", &|doc| remove(&mut doc["abis"][0], "call")),
            ("a call without a stack", &|doc| remove(&mut doc["abis"][0]["call"], "stack")),
            ("a number's place as text", &|doc| doc["abis"][0]["call"]["number"] = json!("r0")),
            ("a number nowhere told", &|doc| remove(&mut doc["abis"][0]["call"]["number"], "instruction")),
            ("no words", &|doc| doc["abis"][0]["call"]["words"] = json!([])),
            ("a word twice", &|doc| doc["abis"][0]["call"]["words"] = json!(["r3", "r3"])),
            ("words of 16 bits", &|doc| doc["abis"][0]["call"]["word_bits"] = json!(16)),
            ("a stack without words", &|doc| {
                doc["abis"][0]["call"]["stack"] = json!({"register": "r1", "offset": 16, "count": 0});
            }),
            ("a result nowhere", &|doc| doc["abis"][0]["call"]["result"] = json!(null)),
            ("a second register by number", &|doc| doc["abis"][0]["call"]["second"] = json!(4)),
            ("a failure that is none", &|doc| doc["abis"][0]["call"]["failure"] = json!("positive")),
            ("a flag that is not named", &|doc| doc["abis"][0]["call"]["failure"] = json!({"flag": null})),
            ("another instruction without a trap", &|doc| remove(&mut doc["abis"][0]["call"]["other"], "trap")),
            ("pairs that are none", &|doc| doc["abis"][0]["call"]["pairs"] = json!("split")),
            ("an extension that is none", &|doc| doc["abis"][0]["call"]["extension"] = json!("zero")),
            ("where it was read", &|doc| doc["abis"][0]["call"]["source"] = json!(["fs/open.c"])),
        ],
    );
}

#[test]
fn schemas_are_strict_and_say_what_every_field_means() {
    LIST.is_strict_and_says_what_every_field_means(7);
    EXPORT.is_strict_but_for(&["request", "bit_offset", "bits", "count", "flexible", "element_size"], 7);
}

#[test]
fn the_two_schemas_say_the_same_of_what_they_share() {
    let (list, export) = (&LIST.text["$defs"], &EXPORT.text["$defs"]);
    for (name, about) in list.as_object().unwrap().iter().filter(|(name, _)| *name != "listing") {
        assert_eq!(about, &export[name], "{name}");
    }
}
