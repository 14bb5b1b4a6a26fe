//! What is at hand of a kernel without its source: a running one as tracefs tells it, and installed headers.
//!
//! - A copy of tracefs and a folder of headers, written here from what the fixture `kernel/` says, are that kernel: `diff`
//!   finds nothing, and of each thing that is changed in them that one thing.
//! - What they say comes back out of the folder that `gen --out` writes.
//! - Damaged ones end in a message with its place, and exit code 2.
//! - Each change that the running kernel shows against a release before it or after it is one between these two.
//! - The headers that each kernel's own build installs are those of its source, on every architecture
//!   (`SYSCALL_META_KERNELS`, as for the other tests of conformance).

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;
use syscall_meta_gen::model::{AbiSpec, Served};
use syscall_meta_tests::conformance::{Kernel, kernels, say, side_by_side};
use syscall_meta_tests::{Ran, Repository, Schema, fixture, root, run};

const NOTHING: &str = "0 breaking, 0 review, 0 compatible, 0 notes";

/// What the calls of x86_64 that have an event take in the fixture, as tracefs shows it.
const EVENTS: [(&str, &[&str]); 14] = [
    (
        "bpf",
        &[
            "int cmd",
            "union bpf_attr * uattr",
            "unsigned int size",
            "union bpf_common_attr * uattr_common",
            "unsigned int size_common",
        ],
    ),
    (
        "clone",
        &[
            "unsigned long clone_flags",
            "unsigned long newsp",
            "int * parent_tidptr",
            "int * child_tidptr",
            "unsigned long tls",
        ],
    ),
    ("clone3", &["struct clone_args * uargs", "size_t size"]),
    ("exit", &["int error_code"]),
    (
        "futex",
        &["u32 * uaddr", "int op", "u32 val", "const struct __kernel_timespec * utime", "u32 * uaddr2", "u32 val3"],
    ),
    ("getpid", &[]),
    ("ioctl", &["unsigned int fd", "unsigned int cmd", "unsigned long arg"]),
    ("memfd_secret", &["unsigned int flags"]),
    ("newstat", &["const char * filename", "struct stat * statbuf"]),
    ("openat", &["int dfd", "const char * filename", "int flags", "umode_t mode"]),
    ("read", &["unsigned int fd", "char * buf", "size_t count"]),
    ("rt_sigaction", &["int sig", "const struct sigaction * act", "struct sigaction * oact", "size_t sigsetsize"]),
    ("sendfile64", &["int out_fd", "int in_fd", "loff_t * offset", "size_t count"]),
    ("umount", &["char * name", "int flags"]),
];

/// A folder of a test's own, gone with the value.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }

    fn spec(&self) -> String {
        self.0.path().display().to_string()
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn write(&self, file: &str, text: impl AsRef<[u8]>) -> &Folder {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Replaces a text that has to stand in a file once.
    fn replace(&self, file: &str, from: &str, to: &str) -> &Folder {
        let text = fs::read_to_string(self.path(file)).unwrap();
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {file}");
        self.write(file, text.replace(from, to))
    }

    fn remove(&self, path: &str) -> &Folder {
        let path = self.path(path);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap()
        } else {
            fs::remove_file(path).unwrap()
        }
        self
    }

    fn event(&self, name: &str, fields: &[&str]) -> &Folder {
        self.write(&place(name), format_of(name, fields))
    }
}

fn place(event: &str) -> String {
    format!("events/syscalls/sys_enter_{event}/format")
}

/// A format as a kernel writes it.
fn format_of(name: &str, fields: &[&str]) -> String {
    let mut text = format!("name: sys_enter_{name}\nID: 7\nformat:\n");
    let mut offset = 0;
    let mut field = |declaration: &str, size: u32| {
        let line = format!("\tfield:{declaration};\toffset:{offset};\tsize:{size};\tsigned:0;\n");
        offset += size;
        line
    };
    for (declaration, size) in
        [("unsigned short common_type", 2), ("unsigned char common_flags", 2), ("int common_pid", 4)]
    {
        text += &field(declaration, size);
    }
    text += "\n";
    text += &field("int __syscall_nr", 8);
    fields.iter().for_each(|declaration| text += &field(declaration, 8));
    text + "\nprint fmt: \"what: 0x%08lx\", ((unsigned long)(REC->what))\n"
}

/// The fixture, running.
fn running() -> Folder {
    let folder = Folder::new();
    folder.write("osrelease", "9.4.0-vendor+\n").write("arch", "x86_64\n");
    for (name, fields) in EVENTS {
        folder.event(name, fields);
    }
    folder.event("uretprobe", &[]).event("uprobe", &[]);
    // No arguments: text that one leads to, the end of a call, an event that is none of a call.
    folder.write(&place("openat"), format_of("openat", &[EVENTS[9].1, &["__data_loc char[] __filename_val"]].concat()));
    folder
        .write("events/syscalls/sys_exit_openat/format", "name: sys_exit_openat\n")
        .write("events/syscalls/enable", "0\n");
    folder
}

/// The headers that the fixture would install for x86.
fn installed() -> Folder {
    let folder = Folder::new();
    let kernel = fixture("kernel");
    let copy = |from: &str, to: &str| {
        folder.write(to, fs::read(kernel.join(from)).unwrap());
    };
    for header in ["unistd.h", "fcntl.h", "stat_probe.h"] {
        copy(&format!("arch/x86/include/uapi/asm/{header}"), &format!("x86_64-linux-gnu/asm/{header}"));
    }
    for header in ["bitsperlong.h", "unistd.h"] {
        copy(&format!("include/uapi/asm-generic/{header}"), &format!("asm-generic/{header}"));
    }
    let numbers = |names: &[(&str, u32)], base: &str| -> String {
        names.iter().map(|(name, number)| format!("#define __NR_{name} ({base}{number})\n")).collect()
    };
    let common = [
        ("read", 0),
        ("stat", 4),
        ("getpid", 39),
        ("sendfile", 40),
        ("clone", 56),
        ("exit", 60),
        ("umount2", 166),
        ("futex", 202),
        ("openat", 257),
        ("bpf", 321),
        ("uretprobe", 335),
        ("uprobe", 336),
        ("clone3", 435),
        ("memfd_secret", 447),
    ];
    let of_64 = [
        ("rt_sigaction", 13),
        ("ioctl", 16),
        ("uselib", 134),
        ("_sysctl", 156),
        ("create_module", 174),
        ("lookup_dcookie", 212),
        ("map_shadow_stack", 453),
    ];
    let of_x32 = [("rt_sigaction", 512), ("ioctl", 514), ("readv", 515)];
    let of_32 = [
        ("restart_syscall", 0),
        ("exit", 1),
        ("read", 3),
        ("open", 5),
        ("break", 17),
        ("ioctl", 54),
        ("uselib", 86),
        ("mmap", 90),
        ("stat", 106),
        ("afs_syscall", 137),
        ("_llseek", 140),
        ("mmap2", 192),
        ("clock_gettime", 265),
        ("openat", 295),
        ("clock_gettime64", 403),
    ];
    folder.write("x86_64-linux-gnu/asm/unistd_64.h", numbers(&common, "") + &numbers(&of_64, ""));
    folder.write(
        "x86_64-linux-gnu/asm/unistd_x32.h",
        numbers(&common, "__X32_SYSCALL_BIT + ") + &numbers(&of_x32, "__X32_SYSCALL_BIT + "),
    );
    folder.write("x86_64-linux-gnu/asm/unistd_32.h", numbers(&of_32, ""));
    folder.write("linux/version.h", "#define LINUX_VERSION_CODE 590848\n");
    // The C library has its headers in the same place.
    folder
        .write("stdio.h", "#error \"not the kernel's\"\n")
        .write("x86_64-linux-gnu/sys/stat.h", "#error \"nor this\"\n");
    folder.write("scsi/scsi.h", "#define SCSI_OF_THE_LIBRARY 1\n");
    folder
}

fn holding() -> Repository {
    Repository::holding(&["kernel"])
}

/// The findings of `diff OLD NEW`, by fingerprint, with what it noticed.
#[track_caller]
fn findings(repository: &Repository, old: &str, new: &str) -> (BTreeSet<String>, String) {
    let ran = repository.run(["diff", old, new, "--format", "json"]);
    assert!(ran.code == Some(0) || ran.code == Some(1), "{}", ran.err);
    (fingerprints(&ran), ran.err)
}

fn fingerprints(ran: &Ran) -> BTreeSet<String> {
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|cause| panic!("{cause}: {}", ran.err));
    let findings = report["findings"].as_array().unwrap().iter();
    findings.map(|finding| finding["fingerprint"].as_str().unwrap().to_string()).collect()
}

fn listed(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|cause| panic!("{cause}: {}", ran.err))
}

#[test]
fn a_running_kernel_is_the_release_that_it_is() {
    let (repository, running) = (holding(), running());
    let ran = repository.run(["diff", "9.4", &running.spec()]).exits(0);
    assert!(ran.out.contains("Linux 9.4.0-rc2 → 9.4.0-vendor+ (live)") && ran.out.contains(NOTHING), "{}", ran.out);
    // Its configuration may be why a call is not there.
    assert!(ran.err.contains("not-compared") && ran.err.contains("map_shadow_stack"), "{}", ran.err);
    let mirror = repository.run(["diff", &running.spec(), "9.4"]).exits(0);
    assert!(mirror.out.contains(NOTHING), "{}", mirror.out);
    // Where one is, it is compared as all others are.
    running.event("map_shadow_stack", &["unsigned long addr", "unsigned long size", "unsigned int flags"]);
    repository.run(["diff", "9.4", &running.spec()]).exits(0).says(&[]);
    running.event("map_shadow_stack", &["unsigned long addr", "unsigned long size"]);
    let (found, _) = findings(&repository, "9.4", &running.spec());
    assert_eq!(
        found.into_iter().collect::<Vec<_>>(),
        ["param-removed map_shadow_stack parameter 3: unsigned int flags ->"]
    );
}

#[test]
fn what_a_running_kernel_lists_says_where_it_comes_from() {
    let (repository, running) = (holding(), running());
    let ran = repository.run(["list", "--kernel", &running.spec(), "--abi", "x86_64", "--format", "json"]).exits(0);
    let listing = listed(&ran);
    assert_eq!((&listing["kernel"], &listing["release"]), (&"9.4".into(), &"9.4.0-vendor+".into()));
    assert_eq!(listing["from"], "live");
    let calls = listing["syscalls"].as_array().unwrap();
    assert_eq!(calls.len(), 16);
    let stat = calls.iter().find(|call| call["name"] == "stat").unwrap();
    assert_eq!((&stat["number"], &stat["event"]), (&4.into(), &"sys_enter_newstat".into()));
    assert_eq!((&stat["implemented"], &stat["symbol"], &stat["compat"]), (&true.into(), &Value::Null, &Value::Null));
    let openat = calls.iter().find(|call| call["name"] == "openat").unwrap();
    let params = openat["params"].as_array().unwrap().iter();
    let params: Vec<String> =
        params.map(|param| format!("{} {} {}", param["type"], param["name"], param["bits"])).collect();
    assert_eq!(
        params,
        [r#""int" "dfd" 32"#, r#""const char *" "filename" 64"#, r#""int" "flags" 32"#, r#""umode_t" "mode" 16"#]
    );
    let table = repository.run(["list", "--kernel", &running.spec()]).exits(0);
    assert!(table.out.starts_with("x86_64 on Linux 9.4.0-vendor+ (live): 16 calls\n"), "{}", table.out);
    assert!(
        listed(&repository.run(["constants", "--format", "json", "--kernel", &running.spec()]).exits(0))
            .as_object()
            .unwrap()
            .is_empty()
    );
    let page = repository.run(["show", "openat", "--kernel", &running.spec()]).exits(0);
    assert!(
        page.out.contains("(live)") && page.out.contains("long openat(int dfd, const char *filename,"),
        "{}",
        page.out
    );
}

#[test]
fn changes_of_a_running_kernel_are_found_and_no_others() {
    let repository = holding();
    type Change = fn(&Folder) -> &Folder;
    let changes: [(Change, &str); 6] = [
        (|live| live.remove("events/syscalls/sys_enter_futex"), "call-removed futex"),
        (
            |live| live.event("openat", &["int dfd", "const char * filename", "int flags"]),
            "param-removed openat parameter 4: umode_t mode ->",
        ),
        (|live| live.event("exit", &["int code"]), "param-renamed exit: error_code -> code"),
        (|live| live.event("exit", &["long error_code"]), "param-widened exit error_code: int -> long"),
        (|live| live.event("getpid", &["int what"]), "param-added getpid parameter 1: -> int what"),
        (|live| live.event("newstat", &["char * filename", "struct stat * statbuf"]), "const-removed newstat filename"),
    ];
    for (change, expected) in changes {
        let live = running();
        change(&live);
        let (found, _) = findings(&repository, "9.4", &live.spec());
        let expected = expected.replace("newstat", "stat");
        assert!(found.len() == 1 && found.iter().all(|found| found.starts_with(&expected)), "{expected}: {found:?}");
    }
}

#[test]
fn an_event_that_no_release_has_is_named() {
    let (repository, live) = (holding(), running());
    live.event("vendor_call", &["int fd", "struct vendor * arg"]);
    let ran = repository.run(["list", "--kernel", &live.spec()]).exits(0).says(&["unknown-event", "`vendor_call`"]);
    assert!(ran.out.contains("16 calls"), "{}", ran.out);
    let ran = repository.run(["diff", "9.4", &live.spec()]).exits(0).says(&["unknown-event", "`vendor_call`"]);
    assert!(ran.out.contains(NOTHING), "{}", ran.out);
    // What it takes is in the facts.
    let out = Folder::new();
    repository.run(["gen", "--kernel", &live.spec(), "--out", &out.spec()]).exits(0).says(&["unknown-event"]);
    let definitions = fs::read_to_string(out.path("definitions.yaml")).unwrap();
    assert!(definitions.contains("SYSCALL_DEFINE2 vendor_call(int fd, struct vendor * arg)"), "{definitions}");
    let strict =
        repository.run(["gen", "--strict", "--kernel", &live.spec(), "--out", &out.path("x").display().to_string()]);
    strict.exits(2).says(&["--strict"]);
    assert!(!out.path("x").exists());
}

#[test]
fn headers_are_those_of_the_release_that_they_are_of() {
    let (repository, headers) = (holding(), installed());
    let ran = repository.run(["diff", "9.4", &headers.spec()]).exits(0);
    assert!(
        ran.out.contains("→ 9.4.0 (headers)") && ran.out.contains(NOTHING) && ran.err.is_empty(),
        "{}{}",
        ran.out,
        ran.err
    );
    repository.run(["diff", &headers.spec(), "9.4"]).exits(0);
    let listing = listed(&repository.run(["list", "--kernel", &headers.spec(), "--format", "json"]).exits(0));
    let abis: Vec<_> =
        listing.as_array().unwrap().iter().map(|abi| (abi["abi"].as_str().unwrap(), abi["from"].as_str())).collect();
    assert_eq!(abis, [("i386", Some("headers")), ("x32", Some("headers")), ("x86_64", Some("headers"))]);
    let readv = listing[1]["syscalls"].as_array().unwrap().iter().find(|call| call["name"] == "readv").unwrap().clone();
    assert_eq!((&readv["number"], &readv["kernel_number"]), (&0x4000_0203_u32.into(), &0x4000_0203_u32.into()));
    // Nothing tells of an entry, so nothing is told of it: neither that it is there nor that it is not.
    for field in ["implemented", "missing", "entry", "symbol", "event", "origin", "params"] {
        assert_eq!(readv[field], Value::Null, "{field}");
    }
    let constants = listed(
        &repository.run(["constants", "--kernel", &headers.spec(), "--abi", "i386", "--format", "json"]).exits(0),
    );
    assert_eq!((&constants["i386"]["O_PROBE"], constants["i386"].get("SCSI_OF_THE_LIBRARY")), (&16.into(), None));
    let structs = repository.run(["structs", "probe_moved", "--kernel", &headers.spec(), "--format", "json"]).exits(0);
    assert_eq!(listed(&structs)["x32"]["probe_moved"]["size"], 12);
    repository.run(["show", "readv", "--kernel", &headers.spec()]).exits(0);
}

#[test]
fn headers_of_an_unknown_machine_are_told() {
    let (repository, headers) = (holding(), installed());
    headers.write("vax-linux-gnu/asm/unistd.h", "#define __NR_read 1\n");
    repository.run(["diff", "9.4", &headers.spec()]).exits(0).says(&["unknown-machine", "vax-linux-gnu"]);
}

#[test]
fn changes_of_headers_are_found_and_no_others() {
    let repository = holding();
    type Change = fn(&Folder) -> &Folder;
    let changes: [(Change, &[&str]); 6] = [
        (
            |headers| headers.replace("x86_64-linux-gnu/asm/unistd_64.h", "__NR_bpf (321)", "__NR_bpf (322)"),
            &["call-renumbered bpf"],
        ),
        (
            |headers| headers.replace("x86_64-linux-gnu/asm/unistd_64.h", "#define __NR_bpf (321)\n", ""),
            &["call-removed bpf"],
        ),
        (
            |headers| headers.replace("x86_64-linux-gnu/asm/fcntl.h", "O_PROBE 16", "O_PROBE 17"),
            &["constant-changed asm/fcntl.h O_PROBE", "other-constant-changed asm/fcntl.h O_PROBE"],
        ),
        (
            |headers| {
                headers.replace(
                    "x86_64-linux-gnu/asm/stat_probe.h",
                    "unsigned int __pad;\n\tunsigned int second;",
                    "unsigned int second;",
                )
            },
            &["field", "other-constant-changed asm/stat_probe.h PROBE_PASS", "request"],
        ),
        // A folder that packages leave out says nothing of what was in it.
        (|headers| headers.write("drm/drm.h", "#define DRM_ONLY_HERE 1\n"), &[]),
        (
            |headers| headers.write("x86_64-linux-gnu/asm/more.h", "#define MORE 1\n"),
            &["other-constant-added asm/more.h MORE"],
        ),
    ];
    for (change, expected) in changes {
        let headers = installed();
        change(&headers);
        let (found, _) = findings(&repository, "9.4", &headers.spec());
        let known = |found: &String| expected.iter().any(|expected| found.starts_with(expected));
        assert!(found.is_empty() == expected.is_empty() && found.iter().all(known), "{expected:?}: {found:?}");
    }
}

#[test]
fn what_was_read_comes_back_out_of_its_folder() {
    let repository = holding();
    let before = repository.files();
    for (source, from) in [(running(), "live"), (installed(), "headers")] {
        let out = Folder::new();
        let (folder, spec) = (out.path("facts").display().to_string(), source.spec());
        repository.run(["gen", "--kernel", &spec, "--out", &folder]).exits(0).says(&[&folder]);
        let release = fs::read_to_string(out.path("facts/release.yaml")).unwrap();
        assert!(release.contains(&format!("from: {from}\n")), "{release}");
        let written = syscall_meta_tests::files(&out.path("facts"));
        repository.run(["gen", "--kernel", &spec, "--out", &folder]).exits(0);
        assert!(syscall_meta_tests::files(&out.path("facts")) == written, "twice is another thing");
        for arguments in [
            vec!["list", "--format", "json"],
            vec!["constants", "--qualified", "--format", "json"],
            vec!["structs", "--format", "json"],
        ] {
            let of = |kernel: &str| repository.run(arguments.iter().copied().chain(["--kernel", kernel])).exits(0).out;
            assert_eq!(of(&folder), of(&spec), "{arguments:?}");
        }
        assert!(repository.run(["diff", &folder, &spec]).exits(0).out.contains(NOTHING));
        // Its numbers are not its own, and the text says whose they are.
        let numbers = fs::read_to_string(out.path("facts/numbers.yaml")).unwrap();
        assert_eq!(numbers.contains("data/linux/9.4"), from == "live", "{numbers}");
        repository.refuses(["gen", "--kernel", &folder, "--out", &folder]).says(&["holds facts already"]);
        // In `data/` it would make tables.
        let held = repository.copied();
        let place = held.at("data/linux/9.5");
        fs::create_dir_all(&place).unwrap();
        for (name, text) in &written {
            fs::write(place.join(name.file_name().unwrap()), text).unwrap();
        }
        held.refuses(["gen"]).says(&["which are not all of a release"]);
    }
    assert!(repository.files() == before, "`data/` was touched");
}

/// Every ABI whose kernel has events, as a copy of tracefs that says what a release says.
fn running_as(release: &str) -> Vec<(String, Folder)> {
    let listed = listed(&run(&root(), ["list", "--kernel", release, "--format", "json"]).exits(0));
    let of_abi = |abi: &Value| {
        let name = abi["abi"].as_str().unwrap();
        let folder = Folder::new();
        folder.write("osrelease", format!("{release}.0\n")).write("arch", format!("{name}\n"));
        for call in abi["syscalls"].as_array().unwrap().iter().filter(|call| call["event"].is_string()) {
            let event = call["event"].as_str().unwrap().strip_prefix("sys_enter_").unwrap();
            let params = call["params"].as_array().unwrap().iter();
            let field =
                |param: &Value| format!("{} {}", param["type"].as_str().unwrap(), param["name"].as_str().unwrap());
            let fields: Vec<String> = params.map(|param| field(param).replace("__user ", "")).collect();
            folder.event(event, &fields.iter().map(String::as_str).collect::<Vec<_>>());
        }
        folder.path("events").is_dir().then(|| (name.to_string(), folder))
    };
    listed.as_array().unwrap().iter().filter_map(of_abi).collect()
}

#[test]
fn every_abi_comes_back_out_of_its_events() {
    let held = syscall_meta_tests::data().kernels;
    let (oldest, newest) = (held.first().unwrap(), held.last().unwrap());
    let all = running_as(newest);
    assert!(all.len() > 15, "{}", all.len());
    let calls = |ran: &Ran, rules: &[&str]| -> BTreeSet<String> {
        let report = listed(ran);
        let found = report["findings"].as_array().unwrap().iter();
        let found = found.filter(|finding| rules.contains(&finding["rule"].as_str().unwrap()));
        found
            .flat_map(|finding| finding["calls"].as_array().unwrap())
            .map(|call| call.as_str().unwrap().into())
            .collect()
    };
    let wrong = side_by_side(&all, |(abi, folder)| {
        let ran = run(&root(), ["diff", newest, &folder.spec(), "--stat"]);
        if ran.code != Some(0) || !ran.out.contains(NOTHING) || !ran.err.is_empty() {
            return Some(format!("{newest} {abi}: {}{}", ran.out, ran.err));
        }
        // Those whose entries changed most will do for the rest.
        if !["aarch64", "mips_o32", "powerpc", "x86_64"].contains(&abi.as_str()) {
            return None;
        }
        // Seen from an older release, no call comes or goes that did not: neither by another event, nor by none.
        let diff = |new: &str| run(&root(), ["diff", oldest, new, "--abi", abi, "--format", "json"]);
        let (live, source) = (diff(&folder.spec()), diff(newest));
        let came = calls(&source, &["abi-added", "call-added", "call-implemented"]);
        let went = calls(&source, &["call-removed", "call-unimplemented"]);
        let strange: Vec<String> = calls(&live, &["call-added"]).difference(&came).cloned().collect();
        let lost: Vec<String> = calls(&live, &["call-removed"]).difference(&went).cloned().collect();
        (!strange.is_empty() || !lost.is_empty()).then(|| format!("{oldest} {abi}: {strange:?} {lost:?}"))
    });
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn documents_of_what_is_at_hand_have_the_stated_shape() {
    let repository = holding();
    let (live, headers) = (running(), installed());
    live.event("exit", &["long error_code"]).remove("events/syscalls/sys_enter_futex");
    headers.replace("x86_64-linux-gnu/asm/unistd_64.h", "#define __NR_bpf (321)\n", "");
    for (spec, from) in [(live.spec(), "live"), (headers.spec(), "headers")] {
        let document = |arguments: &[&str]| listed(&repository.run(arguments.iter().copied()));
        Schema::open("list").passes(&document(&["list", "--format", "json", "--kernel", &spec]), from);
        let export = document(&["export", "--kernel", &spec]);
        Schema::open("export").passes(&export, from);
        assert_eq!(export["from"], from);
        let report = document(&["diff", "9.4", &spec, "--format", "json"]);
        Schema::open("diff").passes(&report, from);
        assert_eq!((&report["old"]["from"], &report["new"]["from"]), (&Value::Null, &from.into()));
        assert!(!report["findings"].as_array().unwrap().is_empty());
    }
}

#[test]
fn what_makes_no_sense_together_is_refused() {
    let (repository, live) = (holding(), running());
    let (spec, kernel) = (live.spec(), fixture("kernel").display().to_string());
    for (arguments, said) in [
        (vec!["gen", "--kernel", &spec], "`--out DIR` names a folder"),
        (vec!["gen", "--kernel", &spec, "--check"], "`--out DIR` names a folder"),
        (vec!["gen", "--kernel", &spec, "--out", "table.rs"], "`--out DIR` names a folder"),
        (vec!["gen", "--kernel", &spec, "--out", "data/abis.yaml"], "`--out DIR` names a folder"),
        (vec!["gen", "--kernel", &spec, "--kernel", &kernel, "--out", "x"], "goes with no other SRC"),
        (vec!["gen", "--kernel", &spec, "--out", "x", "--package", "a=1"], "--package"),
        (vec!["list", "--kernel", &spec, "--abi", "arm"], "has no ABI `arm`"),
        (vec!["gen", "--out", "x"], "--live"),
    ] {
        repository.refuses(arguments).says(&[said]);
    }
    // Neither knows anything of what the other does.
    let ran = repository.run(["diff", &spec, &installed().spec()]).exits(0).says(&["nothing-in-common"]);
    assert!(ran.out.contains(NOTHING));
}

#[test]
fn damaged_copies_of_tracefs_end_in_a_message() {
    let repository = holding();
    let whole = format_of("read", EVENTS[10].1);
    let half = &whole[..whole.len() / 2];
    type Damage<'a> = (&'a str, Option<Vec<u8>>, &'a str);
    let damages: [Damage; 10] = [
        ("osrelease", None, "osrelease"),
        ("osrelease", Some(b"".to_vec()), "does not hold one word"),
        ("osrelease", Some(b"vendor\n".to_vec()), "is no release of a kernel"),
        ("osrelease", Some(b"\x7fELF\x02\x01\0\0".to_vec()), "does not hold one word"),
        ("arch", None, "arch"),
        ("arch", Some(b"abacus\n".to_vec()), "is that of the machine `abacus`"),
        (&place("read"), Some(half.into()), "ends before its `print fmt:`"),
        (&place("read"), Some(vec![0xff; 4096]), "this is no format of an event"),
        (&place("read"), Some(vec![b'x'; 1 << 20]), "has more than 64 KiB"),
        (&place("read"), None, "sys_enter_read/format"),
    ];
    for (file, text, said) in damages {
        let live = running();
        match text {
            Some(text) => live.write(file, text),
            None => live.remove(file),
        };
        for verb in [vec!["list", "--kernel", &live.spec()], vec!["diff", "9.4", &live.spec()]] {
            repository.refuses(verb).says(&[said]);
        }
    }
    let live = running();
    live.remove("events/syscalls").write("events/syscalls/sys_exit_read/format", "name: sys_exit_read\n");
    repository.refuses(["list", "--kernel", &live.spec()]).says(&["has no event of a call's start"]);
    // Ends of lines are none of its business.
    let live = running();
    live.write(&place("read"), whole.replace('\n', "\r\n")).write("arch", "x86_64\r\n").write("osrelease", "9.4.0\r\n");
    assert!(repository.run(["diff", "9.4", &live.spec()]).exits(0).out.contains(NOTHING));
}

#[test]
fn damaged_headers_end_in_a_message() {
    let repository = holding();
    type Damage<'a> = (&'a str, Option<&'a [u8]>, &'a str);
    let damages: [Damage; 7] = [
        ("linux/version.h", Some(b""), "says no `LINUX_VERSION_CODE`"),
        ("linux/version.h", Some(b"\x7fELF\0\0"), "says no `LINUX_VERSION_CODE`"),
        ("x86_64-linux-gnu/asm", None, "which architecture these headers are of"),
        ("x86_64-linux-gnu/asm/unistd.h", Some(b""), "lead to the numbers of no ABI"),
        ("x86_64-linux-gnu/asm/unistd.h", Some(b"#include <asm/unistd_64.h"), ""),
        ("x86_64-linux-gnu/asm/unistd_64.h", Some(b"#define __NR_read \"zero\"\n"), "is no number on x86_64"),
        ("x86_64-linux-gnu/asm/unistd.h", Some(b"\xff\xfe\0#include"), "lead to the numbers of no ABI"),
    ];
    for (file, text, said) in damages {
        let headers = installed();
        match text {
            Some(text) => headers.write(file, text),
            None => headers.remove(file),
        };
        repository.refuses(["list", "--kernel", &headers.spec()]).says(&[said]);
    }
    let headers = installed();
    headers.remove("linux/version.h").write("linux/types.h", "");
    repository.refuses(["list", "--kernel", &headers.spec()]).says(&["linux/version.h"]);
    // What an architecture does not install of an ABI is told, and the others are read.
    let headers = installed();
    headers.remove("x86_64-linux-gnu/asm/unistd_x32.h");
    let ran =
        repository.run(["diff", "9.4", &headers.spec()]).exits(0).says(&["unistd_x32.h", "nothing is known of x32"]);
    assert!(ran.out.contains(NOTHING) && ran.out.contains("2 ABIs"), "{}", ran.out);
    let headers = installed();
    for file in ["unistd.h", "unistd_64.h", "fcntl.h", "stat_probe.h"] {
        let file = format!("x86_64-linux-gnu/asm/{file}");
        let text = fs::read_to_string(headers.path(&file)).unwrap();
        headers.write(&file, text.replace('\n', "\r\n"));
    }
    assert!(repository.run(["diff", "9.4", &headers.spec()]).exits(0).out.contains(NOTHING));
}

#[test]
fn headers_lie_in_several_places() {
    let repository = holding();
    // A cross toolchain names the folder above, and has `asm/` in it.
    let home = Folder::new();
    let (from, to) = (installed(), home.path("x86_64-linux-gnux32/include"));
    fs::create_dir_all(&to).unwrap();
    for folder in ["linux", "asm-generic"] {
        fs::rename(from.path(folder), to.join(folder)).unwrap();
    }
    fs::rename(from.path("x86_64-linux-gnu/asm"), to.join("asm")).unwrap();
    let told = |path: &Path| repository.run(["diff", "9.4", &path.display().to_string()]);
    assert!(told(&to).exits(0).out.contains(NOTHING));
    // What a build installs is named by nothing, and known by a header that only this architecture has.
    let plain = home.path("plain");
    fs::rename(&to, &plain).unwrap();
    told(&plain).exits(2).says(&["no-architecture"]);
    fs::write(plain.join("asm/processor-flags.h"), "").unwrap();
    assert!(told(&plain).exits(0).out.contains(NOTHING));
    // A package may link to where the headers are.
    #[cfg(unix)]
    {
        let linked = Folder::new();
        fs::create_dir_all(linked.path("i386-linux-gnu")).unwrap();
        for (name, place) in [("linux", "linux"), ("asm-generic", "asm-generic"), ("i386-linux-gnu/asm", "asm")] {
            std::os::unix::fs::symlink(plain.join(place), linked.path(name)).unwrap();
        }
        std::os::unix::fs::symlink(linked.path("linux"), plain.join("linux/circle")).unwrap();
        assert!(told(linked.0.path()).exits(0).out.contains(NOTHING));
    }
}

#[test]
fn the_running_kernel_changed_only_as_the_releases_around_it_did() {
    let ran = run(&root(), ["list", "--kernel", "live", "--format", "json"]);
    if ran.code != Some(0) {
        let known = ["no-tracefs", "no-events", "unknown-abi"].iter().any(|code| ran.err.contains(code));
        assert!(known, "{}", ran.err);
        return skipped(&ran.err);
    }
    // Its own types are a second account of what calls take.
    assert!(!ran.err.contains("types-differ"), "{}", ran.err);
    let listing = listed(&ran);
    let [listing] = listing.as_array().unwrap().as_slice() else { panic!("one ABI: {listing}") };
    let (abi, kernel) = (listing["abi"].as_str().unwrap(), listing["kernel"].as_str().unwrap());
    let order =
        |kernel: &str| kernel.split_once('.').map(|(x, y)| (x.parse::<u32>().unwrap(), y.parse::<u32>().unwrap()));
    let held = syscall_meta_tests::data().kernels;
    let old = held.iter().rfind(|held| order(held) <= order(kernel));
    let (Some(old), Some(new)) = (old, held.iter().find(|held| order(held) >= order(kernel))) else {
        return skipped(&format!("{kernel} is not between the releases in data/"));
    };
    // What has no `__user` in tracefs is compared without it.
    let plain = |found: String| found.replace("__user ", "");
    let diff = |old: &str, new: &str| -> BTreeSet<String> {
        fingerprints(&run(&root(), ["diff", old, new, "--abi", abi, "--format", "json"]))
            .into_iter()
            .map(plain)
            .collect()
    };
    let (between, before, after) = (diff(old, new), diff(old, "live"), diff("live", new));
    let strange: Vec<&String> = before.union(&after).filter(|found| !between.contains(*found)).collect();
    let calls = listing["syscalls"].as_array().unwrap().len();
    say(&format!(
        "at hand: {kernel} (live), {calls} calls of {abi}: {} changes since {old}, {} until {new}, {} in neither",
        before.len(),
        after.len(),
        strange.len()
    ));
    before.iter().chain(&after).for_each(|found| println!("{found}"));
    assert!(calls > 200 && strange.is_empty(), "{strange:#?}");
    assert!(before.is_disjoint(&after), "what has changed before does not change again");
}

/// The types of a kernel that kept the bodies of some calls, out of a compiler that writes BTF. None where there is none.
fn types(bodies: &str) -> Option<Vec<u8>> {
    let folder = Folder::new();
    let source = "typedef unsigned short umode_t;\ntypedef unsigned long size_t;\nstruct pt_regs;\n#define BODY static \
                  __attribute__((noinline, used)) long\n";
    folder.write("types.c", format!("{source}{bodies}"));
    let path = |file: &str| folder.path(file).display().to_string();
    let run = |program: &str, arguments: &[String]| {
        let ran = std::process::Command::new(program).args(arguments).output();
        ran.is_ok_and(|output| output.status.success())
    };
    let (object, out) = (path("types.o"), folder.path("types.btf"));
    let compiled =
        run("gcc", &["-gbtf".into(), "-O0".into(), "-c".into(), "-o".into(), object.clone(), path("types.c")]);
    let dumped =
        compiled && run("objcopy", &[format!("--dump-section=.BTF={}", out.display()), object, path("other.o")]);
    let bytes = dumped.then(|| fs::read(out).ok()).flatten();
    if bytes.is_none() {
        skipped("no compiler that writes BTF");
    }
    bytes
}

const BODIES: &str = "\
    BODY __do_sys_openat(int dfd, const char *filename, int flags, umode_t mode) { return dfd + flags + mode + !filename; }\n\
    BODY __do_sys_ioctl(unsigned int fd, unsigned int cmd, unsigned long arg) { return fd + cmd + arg; }\n\
    BODY __do_sys_getpid(const struct pt_regs *__unused) { return !__unused; }\n\
    BODY __do_sys_gethostname(char *name, int len) { return len + !name; }\n\
    long other(int a) { return a; }\n";

#[test]
fn types_alone_tell_of_the_calls_that_they_have() {
    let (repository, folder) = (holding(), Folder::new());
    let Some(btf) = types(BODIES) else { return };
    folder.write("osrelease", "9.4.0-vendor+\n").write("arch", "x86_64\n").write("btf/vmlinux", &btf);
    let ran = repository.run(["diff", "9.4", &folder.spec()]).exits(0).says(&["other-body", "gethostname"]);
    assert!(ran.out.contains("9.4.0-vendor+ (types)") && ran.out.contains(NOTHING), "{}", ran.out);
    let listing = listed(&repository.run(["list", "--kernel", &folder.spec(), "--format", "json"]).exits(0));
    let names: Vec<&str> =
        listing[0]["syscalls"].as_array().unwrap().iter().map(|call| call["name"].as_str().unwrap()).collect();
    assert_eq!((names, &listing[0]["from"]), (vec!["ioctl", "getpid", "openat"], &"types".into()));
    let changed = types(&BODIES.replace("umode_t mode", "int mode")).unwrap();
    folder.write("btf/vmlinux", changed);
    let (found, _) = findings(&repository, "9.4", &folder.spec());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found.iter().all(|found| found.contains("openat") && found.contains("mode")), "{found:?}");
}

#[test]
fn types_and_events_have_to_agree() {
    let (repository, folder) = (holding(), running());
    let Some(btf) = types(BODIES) else { return };
    folder.write("btf/vmlinux", &btf);
    let ran = repository.run(["diff", "9.4", &folder.spec()]).exits(0);
    assert!(ran.out.contains(NOTHING) && !ran.err.contains("types-differ"), "{}", ran.err);
    folder.write("btf/vmlinux", types(&BODIES.replace("unsigned long arg", "void *arg")).unwrap());
    repository.run(["diff", "9.4", &folder.spec()]).exits(0).says(&["types-differ", "`ioctl` takes", "void * arg"]);
    folder.write("btf/vmlinux", &btf[..btf.len() / 2]);
    repository.run(["diff", "9.4", &folder.spec()]).exits(2).says(&["not-btf"]);
}

fn skipped(why: &str) {
    let _ = writeln!(io::stderr(), "at hand: skipped: {why}");
}

#[test]
fn headers_that_a_kernel_installs_are_those_of_its_source() {
    let Some((folder, versions)) = kernels("at hand") else { return };
    let data = syscall_meta_tests::data();
    for version in versions.iter().filter(|version| data.kernels.contains(version)) {
        let kernel = Kernel::open(&folder, version);
        kernel.build();
        let archs: Vec<&str> = kernel.alive.iter().map(|abi| abi.arch).collect::<BTreeSet<_>>().into_iter().collect();
        let wrong = side_by_side(&archs, |arch| {
            let home = Folder::new();
            // Named as a toolchain for it would be.
            let is_native = |spec: &&AbiSpec| spec.arch == **arch && spec.served == Served::Native;
            let place = home.path(&format!("{}-linux-gnu", data.abis.abis.iter().find(is_native).unwrap().name));
            #[cfg(unix)]
            std::os::unix::fs::symlink(kernel.installed(arch).parent().unwrap(), &place).unwrap();
            let spec = place.join("include").display().to_string();
            let ran = run(&root(), ["diff", version, &spec, "--stat"]);
            let is_same = ran.code == Some(0) && ran.out.contains(NOTHING) && ran.err.is_empty();
            (!is_same).then(|| format!("{version} {arch}: {}{}", ran.out, ran.err))
        });
        say(&format!("at hand: headers of {version} on {} architectures", archs.len()));
        let wrong: Vec<String> = wrong.into_iter().flatten().collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
