//! 64-bit PowerPC with ELF ABI version 1, where functions have descriptors: what a tracer can use there, and why events are
//! missing where they are. The maps are written here, as such kernels have them.
//!
//! Three things decide. Before 5.7 the table held the addresses of code, and names of code have a dot; since then it is
//! called from C and holds those of descriptors, whose names have none. kallsyms has names of data, as descriptors are, only
//! with `CONFIG_KALLSYMS_ALL`. And up to a release between 5.10 and 6.1 the rule that finds events skips a dot.

use serde_json::Value;
use syscall_meta_tests::{root, run};

/// Code and the descriptors of two calls, of one that is configured out, and the objects of events.
const CODE: &str = "\
c000000000010000 T .sys_ni_syscall
c000000000020000 T .sys_read
c000000000020000 T .__se_sys_read
c000000000030000 T .sys_getpid
c000000000040000 W .sys_kexec_load
";
const DATA: &str = "\
c000000001000000 D sys_ni_syscall
c000000001000018 D sys_read
c000000001000018 D __se_sys_read
c000000001000030 D sys_getpid
c000000001000048 V sys_kexec_load
c000000001100000 d event_enter__read
c000000001100100 d event_enter__getpid
c000000001200000 R sys_call_table
";
const CONFIG: &str = "CONFIG_PPC64=y\nCONFIG_FTRACE_SYSCALLS=y\n# CONFIG_KEXEC is not set\nCONFIG_KPROBES=y\n";

fn probe(release: &str, has_all: bool) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let map = path("kallsyms", &if has_all { format!("{CODE}{DATA}") } else { CODE.to_string() });
    let config = path("config", CONFIG);
    let ran = run(
        &root(),
        [
            "probe",
            "--abi",
            "powerpc64",
            "--release",
            release,
            "--kallsyms",
            &map,
            "--config",
            &config,
            "--format",
            "json",
        ],
    );
    serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err))
}

fn point<'v>(found: &'v Value, call: &str, kind: &str) -> &'v Value {
    let call = found["calls"].as_array().unwrap().iter().find(|found| found["name"] == call).unwrap();
    call["points"].as_array().unwrap().iter().find(|point| point["kind"] == kind).unwrap()
}

#[track_caller]
fn event(found: &Value, state: &str, code: Option<&str>) {
    for call in ["read", "getpid"] {
        let event = point(found, call, "event");
        assert_eq!((event["state"].as_str(), event["code"].as_str()), (Some(state), code), "{call}: {event}");
    }
}

#[test]
fn code_is_there_under_dotted_names_in_every_release() {
    for release in ["5.4.0", "5.10.0", "6.1.0", "6.12.0"] {
        for has_all in [true, false] {
            let found = probe(release, has_all);
            assert_eq!(found["way"], "powerpc64");
            let entry = point(&found, "read", "entry");
            assert_eq!((entry["name"].as_str(), entry["state"].as_str()), (Some(".sys_read"), Some("there")));
            assert_eq!(entry["function"]["kprobe"]["state"], "there");
            // A stub is none, and its option is told.
            let stub = point(&found, "kexec_load", "entry");
            assert_eq!((stub["state"].as_str(), stub["code"].as_str()), (Some("absent"), Some("configured_out")));
            assert!(
                stub["options"].as_object().unwrap().contains_key("CONFIG_KEXEC_CORE")
                    || stub["options"].as_object().unwrap().contains_key("CONFIG_KEXEC"),
                "{stub}"
            );
        }
    }
}

#[test]
fn before_5_7_the_rule_fits_the_names() {
    event(&probe("5.4.0", true), "there", None);
    // Nothing tells there whether the events were compiled; the rule is no reason against them.
    event(&probe("5.4.0", false), "unknown", Some("not_at_hand"));
}

#[test]
fn from_5_7_to_the_change_of_the_rule_no_event_is_found() {
    event(&probe("5.10.0", true), "absent", Some("descriptor_skipped"));
    event(&probe("5.10.0", false), "absent", Some("no_descriptor_names"));
}

#[test]
fn since_the_change_of_the_rule_it_depends_on_kallsyms_all() {
    for release in ["6.1.0", "6.12.0"] {
        event(&probe(release, true), "there", None);
        let found = probe(release, false);
        event(&found, "absent", Some("no_descriptor_names"));
        assert!(point(&found, "read", "event")["reason"].as_str().unwrap().contains("KALLSYMS_ALL"));
    }
}
