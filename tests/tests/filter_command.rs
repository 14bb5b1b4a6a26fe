//! The example `filter` as a command: what it prints, writes and runs, and how it ends where something is wrong.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output, Stdio};

use syscall_meta_tests::example;

fn ran(arguments: &[&str]) -> Output {
    Command::new(example("filter", "decode,std,all-abis", "release"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn what_is_printed_and_written_is_one_program() {
    let rules = ["--abi", "x86_64,i386", "--deny", "openat(flags & O_WRONLY|O_RDWR != 0)"];
    let told = ran(&[&rules[..], &["--disassemble"]].concat());
    assert!(told.status.success(), "{}", text(&told.stderr));
    let told = text(&told.stdout);
    // Each ABI's own number of the call, and the same bits of its flags on both.
    for part in ["== 295 ", "== 257 ", "; openat", "return errno(EPERM)", "return kill", "return allow"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("program").display().to_string();
    let wrote = ran(&[&rules[..], &["--bytes", &path]].concat());
    assert!(wrote.status.success(), "{}", text(&wrote.stderr));
    let bytes = fs::read(&path).expect("the program");
    assert_eq!(bytes.len(), told.lines().count() * 8, "eight bytes an instruction");
    // An order that is not this machine's.
    let big = ran(&["--abi", "s390x", "--deny", "openat", "--bytes", &path]);
    assert!(big.status.success(), "{}", text(&big.stderr));
    assert_eq!(&fs::read(&path).expect("the program")[..8], [0, 0x20, 0, 0, 0, 0, 0, 4], "ld [arch]");
}

#[test]
fn a_command_runs_under_it_and_its_status_is_passed_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file").display().to_string();
    let script = format!("cat /dev/null && echo x >{file}");
    let denied = ran(&["--deny", "openat(flags & O_WRONLY|O_RDWR != 0)", "--", "sh", "-c", &script]);
    assert!(!denied.status.success() && fs::metadata(&file).is_err(), "{}", text(&denied.stderr));
    assert!(text(&denied.stderr).contains("Operation not permitted"), "{}", text(&denied.stderr));
    assert_eq!(ran(&["--deny", "ptrace", "--", "sh", "-c", "exit 7"]).status.code(), Some(7));
    let killed = ran(&["--kill", "getppid", "--", "sh", "-c", "exit 0"]);
    // Shells ask for it when they start.
    assert_eq!(killed.status.signal(), Some(libc::SIGSYS), "{}", text(&killed.stderr));
}

#[test]
fn what_is_wrong_is_told_and_is_a_status() {
    for (arguments, code, said) in [
        (&["--deny", "opnat", "--print"][..], 2, "openat"),
        (&["--deny", "openat(flag == 0)", "--print"], 2, "flags"),
        (&["--deny", "openat(flags & O_WRONG)", "--print"], 2, "O_WRONG"),
        (&["--deny", "%netwerk", "--print"], 2, "netwerk"),
        (&["--errno", "EPREM", "openat", "--print"], 2, "EPREM"),
        (&["--abi", "vax", "--deny", "openat", "--print"], 2, "vax"),
        (&["--abi", "s390x", "--deny", "openat", "--", "true"], 2, "x86_64"),
        (&["--deny", "openat", "--bytes", "/none/file"], 1, "/none/file"),
        (&["--deny", "ptrace", "--", "no-such-program"], 1, "no-such-program"),
    ] {
        let ran = ran(arguments);
        let told = text(&ran.stderr);
        assert_eq!(ran.status.code(), Some(code), "{arguments:?}: {told}");
        assert!(told.contains(said), "{arguments:?}: {told}");
        assert!(ran.stdout.is_empty(), "{arguments:?}");
    }
    // No such program is written.
    assert!(fs::metadata("/none/file").is_err());
}
