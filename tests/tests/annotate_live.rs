//! The example `annotate` on what this machine tells: ftrace's `trace_pipe` while a program runs, of x86_64 and of i386, what
//! perf recorded of another, and the functions that ftrace and perf name, in stacks and as they are entered.
//!
//! It needs a tracefs that it may write to, where it makes an instance of its own and takes it away again, perf, and a C
//! compiler for i386; without them it says that it was skipped, or fails where `SYSCALL_META_LIVE` is set (but for i386).

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// Whether something that a test needs may not lack.
fn is_required() -> bool {
    std::env::var_os("SYSCALL_META_LIVE").is_some()
}

/// An instance of ftrace: a buffer with settings of its own.
struct Instance(PathBuf);

impl Instance {
    fn new(name: &str) -> Option<Instance> {
        let path = Path::new("/sys/kernel/tracing/instances").join(format!("{name}-{}", std::process::id()));
        fs::create_dir(&path).ok()?;
        let instance = Instance(path);
        instance.0.join("events/raw_syscalls/enable").is_file().then_some(instance)
    }

    fn set(&self, file: &str, value: &str) {
        fs::write(self.0.join(file), value).unwrap_or_else(|cause| panic!("{file}: {cause}"));
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let _ = fs::write(self.0.join("events/raw_syscalls/enable"), "0");
        let _ = fs::remove_dir(&self.0);
    }
}

/// A program that is ended when it is no longer needed.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What `trace_pipe` tells of a program, annotated while it runs: the events, without what stands before them.
fn traced(instance: &Instance, options: &[&str], program: &str) -> Vec<String> {
    // It waits until it is known.
    let shell = format!("read go; exec {program}");
    let mut child = Command::new("sh")
        .args(["-c", &shell])
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a shell");
    let pid = child.id();
    let annotate = Command::new(env!("CARGO_BIN_EXE_annotate-under-test"))
        .args(options)
        .arg(instance.0.join("trace_pipe"))
        .stdout(Stdio::piped())
        .spawn();
    let mut annotate = Running(annotate.expect("it starts"));
    let out = BufReader::new(annotate.0.stdout.take().expect("a pipe"));
    instance.set("set_event_pid", &pid.to_string());
    instance.set("events/raw_syscalls/enable", "1");
    let mut go = child.stdin.take().expect("a pipe");
    go.write_all(b"go\n").expect("it waits");
    drop(go);
    child.wait().expect("it ends");
    // The pipe does not end, and lines can be lost: whoever waits for one waits elsewhere.
    let (to, lines) = mpsc::channel();
    std::thread::spawn(move || out.lines().map_while(Result::ok).try_for_each(|line| to.send(line)));
    let mut events = Vec::new();
    let task = format!("-{pid} ");
    while !events.last().is_some_and(|event: &String| event.starts_with("sys_enter: exit_group(")) {
        let line = lines.recv_timeout(Duration::from_secs(30));
        let line = line.unwrap_or_else(|_| panic!("the end of the program is not told:\n{}", events.join("\n")));
        assert!(line.contains(&task), "{line}");
        let at = line.find(": sys_").unwrap_or_else(|| panic!("no event: {line}")) + 2;
        events.push(line[at..].to_string());
    }
    instance.set("events/raw_syscalls/enable", "0");
    events
}

/// Whether events come in this order, with others between them; of a text with `*`, what stands before and behind it counts.
#[track_caller]
fn come_in_order(events: &[String], expected: &[&str]) {
    let mut rest = events.iter();
    for wanted in expected {
        let (front, back) = wanted.split_once('*').unwrap_or((wanted, ""));
        let is = |event: &&String| match wanted.contains('*') {
            true => event.starts_with(front) && event.ends_with(back),
            false => event == wanted,
        };
        assert!(rest.any(|event| is(&event)), "no `{wanted}` in its place:\n{}", events.join("\n"));
    }
}

/// What `cat /dev/null /none` does, whatever its C library does before; `/dev/null` is open for it as descriptor 3.
const CAT: [&str; 7] = [
    "sys_exit: execve(*) = 0",
    "sys_enter: openat(AT_FDCWD, 0x*, O_RDONLY)",
    "sys_exit: openat(AT_FDCWD, 0x*, O_RDONLY) = 3",
    "sys_exit: read(3, 0x*) = 0",
    "sys_exit: close(3) = 0",
    "sys_exit: openat(AT_FDCWD, 0x*, O_RDONLY) = -1 ENOENT (No such file or directory)",
    "sys_enter: exit_group(1)",
];

#[test]
fn ftrace_while_a_program_runs() {
    let Some(instance) = Instance::new("annotate") else {
        assert!(!is_required(), "a tracefs that can be written to is needed");
        eprintln!("skipped: no tracefs that can be written to");
        return;
    };
    let events = traced(&instance, &[], "cat /dev/null /none");
    println!("{}", events.join("\n"));
    come_in_order(&events, &CAT);
    // No number is left over, and each end is told with its beginning.
    assert!(events.iter().all(|event| !event.contains("NR ") && !event.contains("syscall_0x")), "{events:#?}");
    assert!(events.iter().skip(2).all(|event| !event.contains('?')), "{events:#?}");
}

/// Needs no library. What it does differs in number from x86_64.
const SOURCE: &str = r#"
static long call(long number, long a, long b, long c, long d) {
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d) : "memory");
    return result;
}

void _start(void) {
    call(6, 99, 0, 0, 0);          /* close */
    call(194, 99, 16, 1, 0);       /* ftruncate64 */
    call(295, -100, 0, 00200001, 0); /* openat */
    call(252, 7, 0, 0, 0);         /* exit_group */
}
"#;

#[test]
fn ftrace_of_a_32_bit_program() {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("annotate_i386");
    let source = program.with_extension("c");
    fs::write(&source, SOURCE).expect("a source");
    let mut gcc = Command::new("gcc");
    gcc.args(["-m32", "-O1", "-static", "-nostdlib", "-fno-pie", "-no-pie", "-fno-stack-protector", "-o"]);
    if !gcc.arg(&program).arg(&source).output().is_ok_and(|made| made.status.success()) {
        eprintln!("skipped: no compiler for i386");
        return;
    }
    let Some(instance) = Instance::new("annotate-i386") else {
        assert!(!is_required(), "a tracefs that can be written to is needed");
        eprintln!("skipped: no tracefs that can be written to");
        return;
    };
    let events = traced(&instance, &["--abi", "i386"], &program.display().to_string());
    // Before its exec it is a shell of x86_64, whose numbers are others.
    let own = events.len().saturating_sub(7);
    let expected = [
        "sys_enter: close(99)",
        "sys_exit: close(99) = -1 EBADF (Bad file descriptor)",
        "sys_enter: ftruncate64(99, 4294967312)",
        "sys_exit: ftruncate64(99, 4294967312) = -1 EBADF (Bad file descriptor)",
        "sys_enter: openat(AT_FDCWD, NULL, O_WRONLY|O_DIRECTORY)",
        "sys_exit: openat(AT_FDCWD, NULL, O_WRONLY|O_DIRECTORY) = -1 EFAULT (Bad address)",
        "sys_enter: exit_group(7)",
    ];
    assert_eq!(events[own..], expected, "{events:#?}");
}

#[test]
fn what_perf_recorded() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("perf.data");
    let record = Command::new("perf")
        .args(["record", "-q", "-e", "raw_syscalls:sys_enter,raw_syscalls:sys_exit", "-o"])
        .arg(&data)
        .args(["cat", "/dev/null", "/none"])
        .env("LC_ALL", "C")
        .stderr(Stdio::null())
        .status();
    if record.is_err() || !data.is_file() {
        assert!(!is_required(), "perf is needed, and leave to record with it");
        eprintln!("skipped: no perf, or no leave to record");
        return;
    }
    let script = Command::new("perf").args(["script", "-i"]).arg(&data).stderr(Stdio::null()).output().expect("perf");
    let lines = String::from_utf8(script.stdout).expect("UTF-8");
    assert!(lines.contains(": NR 257 ("), "{lines}");
    let path = folder.path().join("script");
    fs::write(&path, &lines).expect("a file");
    let annotate = Command::new(env!("CARGO_BIN_EXE_annotate-under-test")).arg(&path).output().expect("it runs");
    let out = String::from_utf8(annotate.stdout).expect("UTF-8");
    assert_eq!(out.lines().count(), lines.lines().count());
    assert!(!out.contains(" NR "), "{out}");
    let events: Vec<String> =
        out.lines().filter_map(|line| line.split_once("raw_syscalls:")).map(|(_, event)| event.to_string()).collect();
    println!("{}", events.join("\n"));
    come_in_order(&events, &CAT);
}

/// What ends a program's start in a stack of this kernel.
const EXECVE: &str = "__x64_sys_execve";

/// The lines that name a function, which has to be told behind each.
#[track_caller]
fn named<'t>(told: &'t str, symbol: &str, call: &str) -> Vec<&'t str> {
    let lines: Vec<&str> = told.lines().filter(|line| line.contains(symbol)).collect();
    println!("{}", lines.join("\n"));
    assert!(lines.iter().all(|line| line.ends_with(&format!(" /* {call} */"))), "{}", lines.join("\n"));
    lines
}

fn annotated(path: &Path) -> String {
    let annotate = Command::new(env!("CARGO_BIN_EXE_annotate-under-test")).arg(path).output().expect("it runs");
    assert!(annotate.status.success());
    String::from_utf8(annotate.stdout).expect("UTF-8")
}

#[test]
fn stacks_that_ftrace_keeps() {
    let Some(instance) = Instance::new("annotate-stack") else {
        assert!(!is_required(), "a tracefs that can be written to is needed");
        eprintln!("skipped: no tracefs that can be written to");
        return;
    };
    let trigger = "events/sched/sched_process_exec/trigger";
    if fs::write(instance.0.join(trigger), "stacktrace").is_err() {
        assert!(!is_required(), "a kernel that keeps stacks is needed");
        eprintln!("skipped: no trigger that keeps a stack");
        return;
    }
    let ran = Command::new("true").status();
    instance.set(trigger, "!stacktrace");
    assert!(ran.expect("it starts").success());
    for option in ["sym-offset", "sym-addr"] {
        assert!(!named(&annotated(&instance.0.join("trace")), EXECVE, "execve, x86_64 59").is_empty());
        instance.set(&format!("options/{option}"), "1");
    }
    let told = annotated(&instance.0.join("trace"));
    let lines = named(&told, EXECVE, "execve, x86_64 59");
    assert!(lines.iter().any(|line| line.contains("+0x") && line.contains('<')), "no offset, no address");
    assert!(told.lines().filter(|line| line.contains("do_syscall_64")).all(|line| !line.contains("/*")), "{told}");
}

#[test]
fn functions_that_ftrace_sees() {
    let Some(instance) = Instance::new("annotate-function") else {
        assert!(!is_required(), "a tracefs that can be written to is needed");
        eprintln!("skipped: no tracefs that can be written to");
        return;
    };
    let function = "__x64_sys_newuname";
    let set = |file: &str, value: &str| fs::write(instance.0.join(file), value).is_ok();
    for tracer in ["function", "function_graph"] {
        if !set("set_ftrace_filter", function) || !set("current_tracer", tracer) {
            // A kernel need not have them, and may keep them from whoever asks.
            eprintln!("skipped: no tracer `{tracer}` that may be used");
            continue;
        }
        let ran = Command::new("uname").stdout(Stdio::null()).status();
        instance.set("tracing_on", "0");
        let told = annotated(&instance.0.join("trace"));
        instance.set("current_tracer", "nop");
        instance.set("tracing_on", "1");
        assert!(ran.expect("it starts").success());
        assert!(!named(&told, function, "uname, x86_64 63").is_empty(), "{told}");
    }
}

#[test]
fn stacks_that_perf_recorded() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("perf.data");
    let mut perf = Command::new("perf");
    perf.args(["record", "-q", "-g", "-e", "sched:sched_process_exec", "-o"]).arg(&data).arg("true");
    if perf.stderr(Stdio::null()).status().is_err() || !data.is_file() {
        assert!(!is_required(), "perf is needed, and leave to record with it");
        eprintln!("skipped: no perf, or no leave to record");
        return;
    }
    let script = Command::new("perf").args(["script", "-i"]).arg(&data).stderr(Stdio::null()).output().expect("perf");
    let lines = String::from_utf8(script.stdout).expect("UTF-8");
    if !lines.contains(EXECVE) {
        assert!(!is_required(), "leave to see the kernel's symbols is needed");
        eprintln!("skipped: no symbols of the kernel");
        return;
    }
    let path = folder.path().join("script");
    fs::write(&path, &lines).expect("a file");
    let told = annotated(&path);
    assert_eq!(told.lines().count(), lines.lines().count());
    assert!(!named(&told, EXECVE, "execve, x86_64 59").is_empty(), "{told}");
}
