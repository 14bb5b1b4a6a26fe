//! `probe` on kernels of other machines: the digests of `tests/machines/`, each ABI that such a kernel serves.
//!
//! What the command says is held against the map and the configuration, which this test reads by itself: a function that
//! is there is a strong symbol, a stub is a weak one, whatever is missing has an option that really is unset, and every
//! event that is there has its object. `cargo test --test probe_machines -- --nocapture` prints the counts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use syscall_meta_tests::{Schema, root, run};

/// The ABIs that a kernel of Debian's architectures serves, or could.
const SERVED: [(&str, &[&str]); 5] = [
    ("arm64", &["aarch64", "arm"]),
    ("armhf", &["arm", "arm_oabi"]),
    ("ppc64el", &["powerpc64", "powerpc"]),
    ("riscv64", &["riscv64", "riscv32"]),
    ("s390x", &["s390x", "s390"]),
];

/// A machine, read without any of our code.
struct Machine {
    folder: PathBuf,
    /// The kinds of symbols by their names.
    kinds: BTreeMap<String, BTreeSet<char>>,
    /// The addresses of what returns `ENOSYS` alone.
    stubs: BTreeSet<String>,
    addresses: BTreeMap<String, BTreeSet<String>>,
    set: BTreeSet<String>,
}

fn machines() -> Vec<Machine> {
    let mut folders: Vec<PathBuf> = fs::read_dir(root().join("tests/machines"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    assert!(folders.len() >= 7, "five architectures, two of them in a second release");
    folders.into_iter().map(Machine::read).collect()
}

impl Machine {
    fn read(folder: PathBuf) -> Machine {
        let (mut kinds, mut addresses) = (BTreeMap::new(), BTreeMap::new());
        let mut stubs = BTreeSet::new();
        for line in fs::read_to_string(folder.join("System.map")).unwrap().lines() {
            let [address, kind, name] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
            kinds.entry(name.to_string()).or_insert_with(BTreeSet::new).insert(kind.chars().next().unwrap());
            addresses.entry(name.to_string()).or_insert_with(BTreeSet::new).insert(address.to_string());
            if name.ends_with("sys_ni_syscall") || name.ends_with("sys_ni_posix_timers") {
                stubs.insert(address.to_string());
            }
        }
        let config = fs::read_to_string(folder.join("config")).unwrap();
        let set = config.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('=').next().unwrap());
        let set = set.map(str::to_string).collect();
        Machine { folder, kinds, stubs, addresses, set }
    }

    fn name(&self) -> &str {
        self.folder.file_name().unwrap().to_str().unwrap()
    }

    fn abis(&self) -> &'static [&'static str] {
        let arch = self.name().rsplit('-').next().unwrap();
        SERVED.iter().find(|(name, _)| *name == arch).unwrap_or_else(|| panic!("{arch} is new here")).1
    }

    fn probe(&self, abi: &str) -> Option<Value> {
        let path = |file: &str| self.folder.join(file).display().to_string();
        let ran = run(
            &root(),
            ["probe", "--abi", abi, "--kallsyms", &path("System.map"), "--config", &path("config"), "--format", "json"],
        );
        // s390's 31-bit calls went with 7.0.
        if ran.code == Some(2) && abi == "s390" && ran.err.contains("has no ABI `s390`") {
            return None;
        }
        let ran = ran.exits(0);
        assert_eq!(ran.err, "", "{} {abi}", self.name());
        Some(serde_json::from_str(&ran.out).unwrap())
    }

    /// The function is there, and is no stub.
    fn is_strong(&self, name: &str) -> bool {
        let is_code = self.kinds.get(name).is_some_and(|kinds| kinds.iter().any(|kind| "Tt".contains(*kind)));
        is_code && self.addresses[name].is_disjoint(&self.stubs)
    }

    fn has_data(&self) -> bool {
        self.kinds.keys().any(|name| name.starts_with("event_enter__"))
    }
}

#[test]
fn what_is_missing_has_an_option_and_the_rest_is_there() {
    let schema = Schema::open("probe");
    for machine in machines() {
        for abi in machine.abis() {
            let Some(found) = machine.probe(abi) else { continue };
            let who = format!("{} {abi}", machine.name());
            schema.passes(&found, &who);
            check(&machine, &found, &who);
        }
    }
}

fn check(machine: &Machine, found: &Value, who: &str) {
    let (mut strong, mut weak, mut missing, mut events, mut inlined) = (0, 0, 0, 0, 0);
    for call in found["calls"].as_array().unwrap() {
        let at = format!("{who} {}", call["name"]);
        for point in call["points"].as_array().unwrap() {
            let (kind, state) = (point["kind"].as_str().unwrap(), point["state"].as_str().unwrap());
            let (name, code) = (point["name"].as_str().unwrap_or_default(), point["code"].as_str());
            assert_ne!((state, code), ("unknown", Some("unexplained")), "{at}: {point}");
            for (option, wanted) in point["options"].as_object().into_iter().flatten() {
                assert_ne!(machine.set.contains(option), wanted.as_bool().unwrap(), "{at}: {option}");
            }
            match (kind, state) {
                ("entry", "there") => {
                    assert!(machine.is_strong(name), "{at}: {name}");
                    strong += 1;
                }
                ("entry", "absent") if code == Some("configured_out") => {
                    assert!(!machine.is_strong(name), "{at}: {name}");
                    assert!(!point["options"].as_object().unwrap().is_empty(), "{at}: {point}");
                    let stub = point["reason"].as_str().unwrap().contains("stub");
                    assert_eq!(stub, machine.kinds.contains_key(name), "{at}: {name}");
                    if stub { weak += 1 } else { missing += 1 }
                }
                ("entry", _) => {
                    assert_eq!(state, "absent", "{at}");
                    assert!(
                        ["ni", "no_definition", "not_on_this_arch", "always_enosys"].contains(&code.unwrap()),
                        "{at}"
                    );
                }
                ("event", "there") => {
                    let object = format!("event_enter__{}", name.strip_prefix("sys_enter_").unwrap());
                    assert!(!machine.has_data() || machine.kinds.contains_key(&object), "{at}: {object}");
                    events += 1;
                }
                // What the compiler put into its caller has no code of its own.
                ("companion", "absent") if code == Some("inlined") => {
                    assert!(!machine.kinds.contains_key(name), "{at}: {name}");
                    inlined += 1;
                }
                ("companion", "there") => assert!(machine.kinds.contains_key(name), "{at}: {name}"),
                _ => {}
            }
        }
    }
    println!("{who}: {strong} strong, {weak} stubs, {missing} missing with an option, {events} events");
    assert!(strong > 200 && inlined > 100, "{who}: {inlined} companions are inlined");
    // Every name that begins like an entry is claimed or explained.
    for leftover in found["leftovers"].as_array().unwrap() {
        assert_ne!(leftover["code"], "unexplained", "{who}: {leftover}");
    }
}

/// What a changed map changes: nothing above passes by itself.
#[test]
fn a_map_that_was_doctored_is_found_out() {
    let machine = machines().into_iter().find(|machine| machine.name() == "debian-6.12-arm64").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let map = fs::read_to_string(machine.folder.join("System.map")).unwrap();
    let probe = |text: &str, more: &[&str]| -> (Option<i32>, Value) {
        let path = folder.path().join("map");
        fs::write(&path, text).unwrap();
        let path = path.display().to_string();
        let mut arguments = vec!["probe", "--abi", "aarch64", "--kallsyms", &path, "--format", "json"];
        arguments.extend(more);
        let ran = run(&root(), arguments);
        (ran.code, serde_json::from_str(&ran.out).unwrap())
    };
    let config = machine.folder.join("config").display().to_string();
    let config: [&str; 2] = ["--config", &config];
    let state = |found: &Value, call: &str, kind: &str| -> (String, Option<String>) {
        let calls = found["calls"].as_array().unwrap();
        let call = calls.iter().find(|found| found["name"] == call).unwrap();
        let point = call["points"].as_array().unwrap().iter().find(|point| point["kind"] == kind).unwrap();
        (point["state"].as_str().unwrap().to_string(), point["code"].as_str().map(str::to_string))
    };
    let pair = |state: &str, code: Option<&str>| (state.to_string(), code.map(str::to_string));

    assert!(map.contains(" T __arm64_sys_read\n") && map.contains(" event_enter__read\n"));
    let (code, found) = probe(&map.replace(" T __arm64_sys_read\n", " W __arm64_sys_read\n"), &config);
    assert_eq!((code, state(&found, "read", "entry")), (Some(1), pair("unknown", Some("unexplained"))));
    let (code, found) = probe(&map.replace(" __arm64_sys_read\n", " __arm64_sys_raed\n"), &config);
    assert_eq!((code, state(&found, "read", "entry")), (Some(1), pair("unknown", Some("unexplained"))));
    let leftovers = found["leftovers"].as_array().unwrap();
    assert!(leftovers.iter().any(|left| left["name"] == "__arm64_sys_raed" && left["code"] == "unexplained"));
    let (code, found) = probe(&map.replace(" event_enter__read\n", " event_enter__raed\n"), &config);
    assert_eq!((code, state(&found, "read", "event")), (Some(1), pair("unknown", Some("unexplained"))));
    // Without a configuration, the option is a guess, and said to be.
    let (code, found) = probe(&map, &["--release", "6.12.1"]);
    assert_eq!((code, state(&found, "kexec_file_load", "entry")), (Some(0), pair("absent", Some("configured_out"))));
    let (_, found) = probe(&map, &[]);
    assert_eq!(found["machine"]["fit"], "unknown");
}

/// By the tables of a release before a change of names, functions are there under the names that the newer one has.
#[test]
fn another_name_is_told_with_its_release() {
    let machine = machines().into_iter().find(|machine| machine.name() == "debian-6.12-riscv64").unwrap();
    let path = |file: &str| machine.folder.join(file).display().to_string();
    let (map, config) = (path("System.map"), path("config"));
    let arguments = ["probe", "--abi", "riscv64", "--kallsyms", &map, "--config", &config, "--format", "json"];
    let ran = run(&root(), arguments.into_iter().chain(["--kernel", "6.1"])).exits(0);
    let found: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&found["kernel"], &found["machine"]["fit"]), (&"6.1".into(), &"between".into()));
    let mut renamed = 0;
    for call in found["calls"].as_array().unwrap() {
        for point in call["points"].as_array().unwrap().iter().filter(|point| point["code"] == "renamed") {
            if point["kind"] == "entry" {
                let (old, reason) = (point["name"].as_str().unwrap(), point["reason"].as_str().unwrap());
                let new = reason.split('`').nth(1).unwrap();
                assert_eq!((new, reason.ends_with(" in 6.12")), (format!("__riscv_{old}").as_str(), true), "{reason}");
                assert!(machine.is_strong(new) && !machine.kinds.contains_key(old), "{new}");
                renamed += 1;
            }
        }
    }
    assert!(renamed > 280, "{renamed}");
}

#[test]
fn files_that_are_something_else_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, bytes: &[u8]| -> String {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.display().to_string()
    };
    let good = path("map", b"ffff800080000000 T __arm64_sys_read\n");
    let gzip = |bytes: &[u8]| {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut out, bytes).unwrap();
        out.finish().unwrap()
    };
    let probe = |option: &str, file: &str| run(Path::new("/"), arguments(&good, option, file));
    fn arguments<'a>(good: &'a str, option: &'a str, file: &'a str) -> Vec<&'a str> {
        static DATA: std::sync::LazyLock<String> =
            std::sync::LazyLock::new(|| root().join("data").display().to_string());
        let mut all = vec!["probe", "--data", &DATA, "--abi", "aarch64", "--release", "6.12"];
        if option != "--kallsyms" {
            all.extend(["--kallsyms", good]);
        }
        all.extend([option, file]);
        all
    }
    let elf = path("elf", b"\x7fELF\x02\x01\x01\0\0\0\0\n\0\0\n");
    let prose = path("prose", b"Dear reader,\nthis is no list.\n");
    let nothing = path("nothing", b"");
    let mut cut = gzip(&b"ffff800080000000 T __arm64_sys_read\n".repeat(1000));
    cut.truncate(cut.len() / 2);
    let cut = path("cut.gz", &cut);
    for (option, code) in [
        ("--kallsyms", "not-kallsyms"),
        ("--filter-functions", "not-filter-functions"),
        ("--events", "not-events"),
        ("--config", "not-config"),
        ("--btf", "not-btf"),
    ] {
        for file in [&elf, &prose, &nothing] {
            let ran = probe(option, file).exits(2).says(&[code, file.as_str(), "help"]);
            assert_eq!(ran.out, "", "{option} {file}");
        }
        probe(option, &cut).exits(2).says(&["cannot-read", "cut.gz"]);
        probe(option, "/nowhere/at/all").exits(2).says(&["cannot-read"]);
    }
    probe("--kallsyms", "/").exits(2).says(&["cannot-read"]);
    // The same list with other ends of lines, as a gzip, and with modules in it.
    let lines = fs::read_to_string(root().join("tests/machines/debian-6.12-arm64/System.map")).unwrap();
    let config = root().join("tests/machines/debian-6.12-arm64/config").display().to_string();
    let printed = |map: &str| {
        let data = root().join("data").display().to_string();
        run(Path::new("/"), ["probe", "--data", &data, "--abi", "aarch64", "--kallsyms", map, "--config", &config])
            .exits(0)
            .out
    };
    let plain = printed(&path("plain", lines.as_bytes()));
    assert_eq!(plain, printed(&path("crlf", lines.replace('\n', "\r\n").as_bytes())));
    assert_eq!(plain, printed(&path("map.gz", &gzip(lines.as_bytes()))));
    let modules = "ffff800000000000 t __arm64_sys_read\t[sneaky]\n".repeat(3);
    let with_modules = printed(&path("modules", (lines.clone() + &modules).as_bytes()));
    let tail = |text: &str| text.split_once("raw tracepoint").unwrap().1.to_string();
    assert_eq!(tail(&plain), tail(&with_modules));
    // As the kernel shows it to those who may not know where things are: stubs of this architecture are weak.
    let hidden: String = lines.lines().map(|line| format!("0000000000000000{}\n", &line[16..])).collect();
    let data = root().join("data").display().to_string();
    let hidden = path("hidden", hidden.as_bytes());
    let arguments = ["probe", "--data", &data, "--abi", "aarch64", "--kallsyms", &hidden, "--config", &config];
    let ran = run(Path::new("/"), arguments).exits(0).says(&["no-addresses"]);
    assert_eq!(tail(&plain), tail(&ran.out));
    // One that is huge: a million symbols more.
    let mut huge = lines;
    for at in 0..1_000_000 {
        huge.push_str(&format!("ffff8000{at:08x} t some_function_of_a_driver_{at}\n"));
    }
    assert_eq!(tail(&plain), tail(&printed(&path("huge", huge.as_bytes()))));
}
