//! The example `annotate`, run as it is: lines of ftrace, perf, audit, seccomp and the kernel's stacks beside what they have to become, written by
//! hand in `tests/fixtures/annotate/`; input that means harm; input that comes piece by piece.
//!
//! In a fixture `< ` begins a line that goes in, `> ` what comes out for it, `= ` a line that stays as it is, `! ` options, and
//! `; ` what is said about the next ones.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value as Json, json};
use syscall_meta_tests::{Random, fixture};

fn annotate(options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_annotate-under-test"));
    command.args(options).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What comes out for an input that is there at once.
#[track_caller]
fn out_of(options: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = annotate(options).spawn().expect("it starts");
    let mut to = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || to.write_all(&input));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("no panic").expect("all is taken");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{:?} {said}", output.status);
    output.stdout
}

struct Fixture {
    options: Vec<String>,
    input: String,
    expected: String,
}

fn read(path: &Path) -> Fixture {
    let text = fs::read_to_string(path).unwrap_or_else(|cause| panic!("{}: {cause}", path.display()));
    let mut all = Fixture { options: Vec::new(), input: String::new(), expected: String::new() };
    for line in text.lines() {
        let (mark, rest) = line.split_once(' ').unwrap_or_else(|| panic!("{}: no mark: {line}", path.display()));
        let rest = format!("{rest}\n");
        match mark {
            ";" => {}
            "!" => all.options.extend(rest.split_whitespace().map(str::to_string)),
            "<" => all.input.push_str(&rest),
            ">" => all.expected.push_str(&rest),
            "=" => {
                all.input.push_str(&rest);
                all.expected.push_str(&rest);
            }
            _ => panic!("{}: no mark: {line}", path.display()),
        }
    }
    all
}

fn fixtures() -> Vec<(String, Fixture)> {
    let files = fs::read_dir(fixture("annotate")).expect("a folder").map(|entry| entry.expect("a file").path());
    let mut all: Vec<_> = files.map(|path| (path.display().to_string(), read(&path))).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(all.len(), 13);
    all
}

/// Events do not say their ABI, so that a fixture without `--abi` is of x86_64.
fn options(of: &Fixture) -> Vec<&str> {
    let mut options: Vec<&str> = of.options.iter().map(String::as_str).collect();
    if !options.contains(&"--abi") {
        options.extend(["--abi", "x86_64"]);
    }
    options
}

#[test]
fn each_line_becomes_what_it_has_to() {
    for (name, of) in fixtures() {
        let out = String::from_utf8(out_of(&options(&of), of.input.as_bytes())).expect("UTF-8");
        for (at, (line, expected)) in out.lines().zip(of.expected.lines()).enumerate() {
            assert_eq!(line, expected, "{name}, line {} that goes in", at + 1);
        }
        assert_eq!(out, of.expected, "{name}");
    }
}

#[test]
fn line_ends_are_kept() {
    let (line, told) =
        ("x-1 [000] ..... 1.0: sys_enter: NR 3 (5, 0, 0, 0, 0, 0)", "x-1 [000] ..... 1.0: sys_enter: close(5)");
    for end in ["", "\n", "\r\n", " and more\r\n", "\0\n"] {
        let out = out_of(&["--abi", "x86_64"], format!("{line}{end}").as_bytes());
        assert_eq!(String::from_utf8(out).unwrap(), format!("{told}{end}"));
    }
}

#[test]
fn what_is_not_known_passes_byte_for_byte() {
    let mut random = Random::new(1);
    let mut noise: Vec<u8> = (0..300_000).map(|_| random.bits() as u8).collect();
    noise.extend(b"\n\n\0\0\r\n\xff\xfe sys_enter: NR \xff\n");
    // As long as a buffer, and by one shorter and longer; longer than any; with what looks like an event where pieces meet.
    for len in [65_535, 65_536, 65_537, 1 << 20] {
        noise.extend(std::iter::repeat_n(b'x', len));
        noise.push(b'\n');
    }
    noise.extend(std::iter::repeat_n(b' ', 65_536));
    noise.extend(b"x-1 [000] ..... 1.0: sys_enter: NR 3 (5, 0, 0, 0, 0, 0)\n");
    noise.extend(std::iter::repeat_n(b'y', 1 << 20));
    assert!(out_of(&[], &noise) == noise, "something was changed");
    // What stands behind is known again.
    noise.extend(b"\nx-1 [000] ..... 1.0: sys_enter: NR 3 (5, 0, 0, 0, 0, 0)\n");
    let out = out_of(&["--abi", "x86_64"], &noise);
    assert!(out.ends_with(b"yyy\nx-1 [000] ..... 1.0: sys_enter: close(5)\n"));
    // Without --keep, JSON has nothing of it.
    assert_eq!(out_of(&["--json", "--abi", "x86_64"], &noise).iter().filter(|byte| **byte == b'\n').count(), 1);
}

#[test]
fn what_is_told_as_an_event_is_no_symbol() {
    let (line, told) = ("x-1 [0] 1.0: sys_enter: NR 3 (5, 0, 0, 0, 0, 0)", "x-1 [0] 1.0: sys_enter: close(5)");
    let out = out_of(&["--abi", "x86_64"], format!("{line} __x64_sys_read\n").as_bytes());
    assert_eq!(String::from_utf8(out).unwrap(), format!("{told} __x64_sys_read\n"));
}

#[test]
fn what_was_told_is_not_told_again() {
    for (name, of) in fixtures() {
        let again = String::from_utf8(out_of(&options(&of), of.expected.as_bytes())).expect("UTF-8");
        assert_eq!(again, of.expected, "{name}");
    }
}

/// Good lines with a few bytes changed, taken away, put in, or with the end of another line: none is lost, and what stood before
/// the first number stays, or else the whole, with one comment behind it.
#[test]
fn changed_lines_do_no_harm() {
    let good: Vec<String> =
        fixtures().iter().flat_map(|(_, of)| of.input.lines().map(str::to_string).collect::<Vec<_>>()).collect();
    let mut random = Random::new(2);
    let pieces: [&[u8]; 17] = [
        b"sys_enter: NR ",
        b"sys_exit: NR ",
        b" arch=",
        b" syscall=",
        b" a0=",
        b" code=0x",
        b"-9223372036854775808",
        b"18446744073709551616",
        b"ffffffffffffffff",
        b"\0",
        b"\xff",
        b"[-(",
        b"__x64_sys_",
        b"sys_read",
        b".sys",
        b"+0x0/0x10 (",
        b" /* openat */",
    ];
    let mut input = Vec::new();
    for _ in 0..20_000 {
        let mut line = random.one_of(&good).clone().into_bytes();
        for _ in 0..random.below(4) {
            let at = random.below(line.len() + 1);
            match random.below(5) {
                0 => line.truncate(at),
                1 if at < line.len() => line[at] = random.bits() as u8,
                2 if at < line.len() => drop(line.remove(at)),
                3 => {
                    let other = random.one_of(&good).as_bytes();
                    line.truncate(at);
                    line.extend(&other[random.below(other.len() + 1)..]);
                }
                _ => drop(line.splice(at..at, random.one_of(&pieces).iter().copied())),
            }
        }
        line.retain(|byte| *byte != b'\n');
        input.extend(line);
        input.push(b'\n');
    }
    let lines = |text: &[u8]| text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
    for abi in ["x86_64", "i386", "mips_o32", "powerpc64", "m68k", "arm_oabi"] {
        let out = lines(&out_of(&["--abi", abi], &input));
        let input = lines(&input);
        assert_eq!(out.len(), input.len(), "{abi}");
        let (mut changed, mut symbols) = (0, 0);
        for (line, told) in input.iter().zip(&out).filter(|(line, told)| line != told) {
            let same = line.iter().zip(told).take_while(|(a, b)| a == b).count();
            let before = &line[..same];
            let at = [&b"sys_enter:"[..], b"sys_exit:", b" arch="]
                .iter()
                .any(|of| before.windows(of.len()).any(|w| w == *of));
            let text = line.trim_ascii_end();
            let comment = told.strip_prefix(text).and_then(|rest| rest.strip_suffix(&line[text.len()..]));
            match comment.and_then(|comment| comment.strip_prefix(b" /* ")?.strip_suffix(b" */")) {
                Some(comment) => {
                    assert!(comment.is_ascii() && !comment.contains(&b'/'), "{}", String::from_utf8_lossy(told));
                    assert!(line.windows(3).any(|word| word == b"sys"), "{}", String::from_utf8_lossy(line));
                    symbols += 1;
                }
                None => {
                    assert!(at, "{abi}: {}", String::from_utf8_lossy(line));
                    changed += 1;
                }
            }
        }
        assert!(changed > 3_000 && symbols > 3_000, "{abi}: only {changed} and {symbols} were understood");
    }
    // As data, each line is there as well.
    let out = out_of(&["--json", "--keep"], &input);
    let objects = serde_json::Deserializer::from_slice(&out).into_iter::<Json>();
    assert_eq!(objects.map(|object| object.expect("JSON")).filter(Json::is_object).count(), 20_000);
}

#[test]
fn as_data() {
    let of = |line: &str| -> Json {
        let out = out_of(&["--json", "--abi", "x86_64"], format!("{line}\nno call\n").as_bytes());
        serde_json::from_slice(&out).unwrap_or_else(|cause| panic!("{line}: {cause}"))
    };
    let texts = |call: &Json| -> Vec<Json> {
        call["args"].as_array().expect("a list").iter().map(|arg| arg["value"]["text"].clone()).collect()
    };
    let call = of("  my app-77 (  70) [002] d..2.   512.1: sys_enter: NR 257 (ffffff9c, 7fff, 241, 1b6, 0, 0)");
    assert_eq!(texts(&call), [json!("AT_FDCWD"), json!(null), json!("O_WRONLY|O_CREAT|O_TRUNC"), json!("0666")]);
    assert_eq!(
        (&call["event"], &call["syscall"], &call["result"]),
        (&json!("sys_enter"), &json!("openat"), &json!(null))
    );
    let prefix = ["task", "pid", "cpu", "time"].map(|name| call[name].clone());
    assert_eq!(prefix, [json!("my app"), json!(77), json!(2), json!("512.1")]);

    let call = of("true  4321  512.1: raw_syscalls:sys_exit: NR 3 = -9");
    assert_eq!((&call["event"], &call["result"]["error"]), (&json!("sys_exit"), &json!("EBADF")));
    assert_eq!((&call["task"], &call["pid"], &call["cpu"]), (&json!("true"), &json!(4321), &json!(null)));

    let call = of(
        r#"type=SYSCALL msg=audit(17.5:42): arch=40000003 syscall=37 success=no exit=-3 a0=4d2 a1=9 a2=0 a3=0 items=0 ppid=7 pid=8 comm=6D7920617070 exe="/a""#,
    );
    assert_eq!(
        (&call["abi"], &call["syscall"], texts(&call)),
        (&json!("i386"), &json!("kill"), vec![json!("1234"), json!("SIGKILL")])
    );
    assert_eq!((&call["event"], &call["result"]["error"]), (&json!("audit"), &json!("ESRCH")));
    let fields = ["task", "pid", "time", "serial", "arch"].map(|name| call[name].clone());
    assert_eq!(fields, [json!("my app"), json!(8), json!("17.5"), json!(42), json!("40000003")]);

    let call = of(
        r#"audit: type=1326 audit(17.5:43): auid=1 pid=9 comm="c" exe="/c" sig=31 arch=c000003e syscall=39 compat=0 ip=0x7f code=0x80000000"#,
    );
    let fields = ["event", "syscall", "action", "task", "pid"].map(|name| call[name].clone());
    assert_eq!(fields, [json!("seccomp"), json!("getpid"), json!("SECCOMP_RET_KILL_PROCESS"), json!("c"), json!(9)]);

    let call = of("  my app-77 (  70) [002] d..2.   512.1: __x64_sys_newstat <-do_syscall_64");
    let symbol = json!({
        "abi": "x86_64", "number": 4, "syscall": "stat", "event": "symbol", "symbol": "__x64_sys_newstat",
        "takes": "registers", "task": "my app", "pid": 77, "cpu": 2, "time": "512.1",
    });
    assert_eq!(call, symbol);
    let call = of(" => sys_newuname+0x1/0x2");
    let symbol = json!({
        "abi": null, "number": null, "syscall": "uname", "event": "symbol", "symbol": "sys_newuname",
        "takes": null, "task": null, "pid": null, "cpu": null, "time": null,
    });
    assert_eq!(call, symbol);

    let kept = out_of(&["--json", "--keep"], b"no \xff call \"\r\n");
    assert_eq!(serde_json::from_slice::<Json>(&kept).unwrap(), json!({"line": "no \u{fffd} call \""}));
}

#[test]
fn files_one_behind_the_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file");
        path.display().to_string()
    };
    let first = file("first", "x-1 [000] ..... 1.0: sys_enter: NR 3 (5, 0, 0, 0, 0, 0)\n");
    let second = file("second", "x-1 [000] ..... 1.0: sys_exit: NR 3 = 0\n");
    let gone = folder.path().join("gone").display().to_string();
    let run = |arguments: &[&str]| {
        let output = annotate(arguments).stdin(Stdio::null()).output().expect("it runs");
        let [out, said] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("UTF-8"));
        (output.status.code(), out, said)
    };
    // A file that cannot be read is told, and the others are read; tasks of one file are not those of another.
    let (code, out, said) = run(&["--abi", "x86_64", &first, &gone, "-", &second]);
    assert_eq!(
        (code, out.as_str()),
        (Some(1), "x-1 [000] ..... 1.0: sys_enter: close(5)\nx-1 [000] ..... 1.0: sys_exit: close(?) = 0\n")
    );
    assert!(said.starts_with(&format!("annotate: cannot read {gone}: ")) && said.lines().count() == 1, "{said}");
    let (code, _, said) = run(&[&folder.path().display().to_string()]);
    assert!(code == Some(1) && said.contains("cannot read"), "{said}");
    for (wrong, way_out) in [
        (&["--abi", "pdp11"][..], "expected one of"),
        (&["--byte-order", "middle"], "`little` or `big`"),
        (&["--keep"], "--json"),
    ] {
        let (code, out, said) = run(wrong);
        assert!(code == Some(2) && out.is_empty() && said.contains(way_out), "{wrong:?}: {said}");
    }
}

/// What `--help` says becomes of its lines.
#[test]
fn the_help_is_true() {
    let output = annotate(&["--help"]).env("COLUMNS", "200").output().expect("it runs");
    let help = String::from_utf8(output.stdout).expect("UTF-8");
    let forms: Vec<&str> = help.lines().skip_while(|line| !line.starts_with("Calls are found")).collect();
    assert!(forms.iter().all(|line| line.chars().count() <= 100), "it is wrapped in a terminal:\n{help}");
    let (mut input, mut expected) = (String::new(), String::new());
    let mut began = "";
    for line in forms.iter().take_while(|line| !line.starts_with("An argument")) {
        match line.split_once("-> ") {
            None => began = line,
            Some((_, told)) => {
                let start =
                    ["__x64_sys_", "sys_", "sig=", "arch="].iter().find_map(|word| began.find(word)).expect("a form");
                // A call ends as it began, elsewhere than here.
                let enter =
                    if began.contains("sys_exit") { "x-1 [0] 1.0: sys_enter: NR 3 (63, 0, 0, 0, 0, 0)\n" } else { "" };
                input += &format!("{enter}x-1 [0] 1.0: audit {}\n", &began[start..]);
                let enter = if enter.is_empty() { "" } else { "x-1 [0] 1.0: sys_enter: close(99)\n" };
                expected += &format!("{enter}x-1 [0] 1.0: audit {told}\n");
            }
        }
    }
    assert_eq!(expected.lines().count(), 6, "{help}");
    let input = input.replace("audit sys", "sys");
    let expected = expected.replace("audit sys", "sys");
    assert_eq!(String::from_utf8(out_of(&["--abi", "x86_64"], input.as_bytes())).unwrap(), expected);
}

/// A program that is read from while it is written to.
struct Live {
    child: Child,
    out: ChildStdout,
}

impl Live {
    fn new() -> Live {
        let mut child = annotate(&["--abi", "x86_64"]).spawn().expect("it starts");
        let out = child.stdout.take().expect("a pipe");
        Live { child, out }
    }

    fn write(&mut self, text: &[u8]) {
        self.child.stdin.as_mut().expect("a pipe").write_all(text).expect("it is taken");
    }

    /// So many bytes as are expected: waits for them.
    #[track_caller]
    fn reads(&mut self, expected: &str) {
        let mut bytes = vec![0; expected.len()];
        self.out.read_exact(&mut bytes).expect("more comes");
        assert_eq!(String::from_utf8_lossy(&bytes), expected);
    }
}

/// Each line is there before the next one comes; half a line waits for the other half.
#[test]
fn lines_are_told_as_they_come() {
    let mut live = Live::new();
    live.write(b"x-1 [0] 1.0: sys_enter: NR 3 (5, 0, 0, 0, 0, 0)\nx-1 [0] 1.0: sys_ex");
    live.reads("x-1 [0] 1.0: sys_enter: close(5)\n");
    live.write(b"it: NR 3 = 0\nother\n");
    live.reads("x-1 [0] 1.0: sys_exit: close(5) = 0\nother\n");
    drop(live.child.stdin.take());
    assert!(live.child.wait().expect("it ends").success());
}

/// Whoever reads no more is no failure.
#[test]
fn a_closed_pipe_ends_it_quietly() {
    let mut child = annotate(&[]).spawn().expect("it starts");
    drop(child.stdout.take());
    let mut to = child.stdin.take().expect("a pipe");
    // Until it has noticed.
    while to.write_all(&[b'\n'; 4096]).is_ok() {}
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

/// More tasks than there is room for, none of which leaves its call; words that are almost symbols, each once; a line without an
/// end.
#[cfg(target_os = "linux")]
#[test]
fn memory_is_bounded() {
    let mut live = Live::new();
    let reader = {
        let mut out = std::mem::replace(&mut live.out, Live::new().out);
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()).expect("all is read"))
    };
    let mut block = String::new();
    for pid in 0..200_000 {
        block += &format!("x-{pid} [0] 1.0: sys_enter: NR 3 (5, 0, 0, 0, 0, 0)\n");
        block += &format!("__x{pid}_sys_read __x64_sys_read_{pid} sys_enter_{pid} __x64_sys_read.{pid}\n");
    }
    live.write(block.as_bytes());
    for _ in 0..32 {
        live.write(&[b'x'; 1 << 20]);
    }
    let status = fs::read_to_string(format!("/proc/{}/status", live.child.id())).expect("it lives");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    let kilobytes: usize = peak.trim().trim_end_matches(" kB").parse().expect("a number");
    assert!(kilobytes < 32 * 1024, "{kilobytes} KiB");
    drop(live.child.stdin.take());
    assert!(live.child.wait().expect("it ends").success());
    assert!(reader.join().expect("no panic") > 32 << 20);
}

/// Two tasks for one place: the later call is kept, the other's end is told without arguments.
#[test]
fn of_tasks_in_one_place_the_later_is_kept() {
    let (one, other) = (7, 7 + (1 << 15));
    let enter = |pid: u32, fd: u32| format!("x-{pid} [0] 1.0: sys_enter: NR 3 ({fd}, 0, 0, 0, 0, 0)\n");
    let exit = |pid: u32| format!("x-{pid} [0] 1.0: sys_exit: NR 3 = 0\n");
    let input = enter(one, 1) + &enter(other, 2) + &exit(one) + &exit(other);
    let out = String::from_utf8(out_of(&["--abi", "x86_64"], input.as_bytes())).expect("UTF-8");
    let ends: Vec<&str> =
        out.lines().skip(2).filter_map(|line| line.split_once("sys_exit: ")).map(|(_, end)| end).collect();
    assert_eq!(ends, ["close(?) = 0", "close(2) = 0"]);
}
