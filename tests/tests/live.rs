//! Every system call of x86_64, made by the programs of `tests/live/`, as strace shows it and as we do: the lines that agree,
//! and those that differ, each with its reason in `tests/live/differences.yaml`.
//!
//! It needs strace, a C compiler, and leave to trace; without them it says that it was skipped, or fails where
//! `SYSCALL_META_LIVE` is set. `-- --nocapture` prints the share; with `SYSCALL_META_LIVE=DIR`, what differs is written there.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

#[path = "../../syscall-meta/examples/trace/choice.rs"]
#[allow(dead_code, reason = "the example takes more of it")]
mod choice;
#[path = "../../syscall-meta/examples/trace/frame.rs"]
mod frame;
#[path = "../../syscall-meta/examples/trace/seccomp.rs"]
mod seccomp;
#[path = "../../syscall-meta/examples/trace/sys.rs"]
#[allow(dead_code, reason = "the example takes more of it")]
mod sys;
#[path = "../../syscall-meta/examples/trace/together.rs"]
mod together;
#[path = "../../syscall-meta/examples/trace/tracer.rs"]
#[allow(dead_code, reason = "the example takes more of it")]
mod tracer;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use regex::Regex;
use serde::Deserialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use syscall_meta::{Abi, sets};
use syscall_meta_tests::{Alike, call, root, strace_version};
use tracer::Event;

/// `tests/live/differences.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ledger {
    /// The version of strace that it was written for.
    strace: String,
    /// The version of the kernel: others let other calls succeed.
    kernel: String,
    /// How many lines in a hundred agree, at least.
    agree: usize,
    /// What the reasons mean.
    reasons: BTreeMap<String, String>,
    /// By call: how many lines differ at most, and why.
    differences: BTreeMap<String, Difference>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    lines: usize,
    reasons: Vec<String>,
    #[serde(default)]
    note: String,
}

/// The lines of each process, in the order in which the processes began.
type Lines = Vec<Vec<String>>;

#[test]
fn calls_are_shown_as_strace_shows_them() {
    let required = std::env::var_os("SYSCALL_META_LIVE");
    let Some(version) = strace_version() else {
        assert!(required.is_none(), "strace is needed");
        eprintln!("skipped: there is no strace here");
        return;
    };
    let text = std::fs::read_to_string(root().join("tests/live/differences.yaml")).expect("the ledger");
    let ledger: Ledger = serde_yaml::from_str(&text).expect("the ledger");
    let folder = tempfile::tempdir().expect("a folder");
    let (mut all, mut agree) = (0, 0);
    let mut different: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let mut made: BTreeMap<String, usize> = BTreeMap::new();
    for source in programs() {
        let Some(program) = compile(&source, folder.path()) else {
            assert!(required.is_none(), "a C compiler is needed");
            eprintln!("skipped: there is no C compiler here");
            return;
        };
        // In the same folder, so that its name is the same.
        let theirs = with_strace(&program, &folder.path().join("live"));
        let ours = with_ours(&program, &folder.path().join("live"));
        assert!(!theirs.is_empty() && theirs.len() == ours.len(), "{}: as many processes", program.display());
        for (theirs, ours) in theirs.iter().zip(&ours) {
            ours.iter().for_each(|line| *made.entry(call(line).to_string()).or_default() += 1);
            compare(theirs, ours, &mut all, &mut agree, &mut different);
        }
    }
    let table = syscall_meta::tables::X86_64;
    let often = |name: &str| made.get(name).copied().unwrap_or(0);
    let seldom: Vec<&str> = table.iter().map(|call| call.name()).filter(|name| often(name) < 2).collect();
    assert!(seldom.is_empty(), "each call is made with good arguments and with bad ones: {seldom:?}");
    let share = 100.0 * agree as f64 / all as f64;
    eprintln!("{agree} of {all} lines agree with strace {version}: {share:.1} in 100");
    if let Some(folder) = required.filter(|folder| Path::new(folder).is_dir()) {
        std::fs::write(Path::new(&folder).join("differences.txt"), told(&different)).expect("a file");
    }
    for (call, difference) in &ledger.differences {
        let unknown: Vec<&String> =
            difference.reasons.iter().filter(|reason| !ledger.reasons.contains_key(*reason)).collect();
        assert!(unknown.is_empty() && !difference.reasons.is_empty(), "{call}: {unknown:?} {}", difference.note);
    }
    assert!(share >= ledger.agree as f64, "{share:.1} in 100 agree");
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    if ledger.strace != version || !kernel.starts_with(&format!("{}.", ledger.kernel)) {
        eprintln!(
            "the ledger is of strace {} on Linux {}, and this is {version} on {kernel}",
            ledger.strace, ledger.kernel
        );
        return;
    }
    let mut untold = String::new();
    for (call, lines) in &different {
        if ledger.differences.get(call).is_none_or(|told| told.lines < lines.len()) {
            for (theirs, ours) in lines {
                let _ = writeln!(untold, "strace  {theirs}\nours    {ours}");
            }
        }
    }
    assert!(untold.is_empty(), "tests/live/differences.yaml does not tell of these:\n{untold}");
}

fn told(different: &BTreeMap<String, Vec<(String, String)>>) -> String {
    let mut out = String::new();
    for (call, lines) in different {
        let _ = writeln!(out, "# {call} {}", lines.len());
        for (theirs, ours) in lines {
            let _ = writeln!(out, "S {theirs}\nM {ours}");
        }
    }
    out
}

fn programs() -> Vec<PathBuf> {
    let folder = root().join("tests/live");
    let files = std::fs::read_dir(folder).expect("tests/live").filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|ext| ext == "c")).collect();
    files.sort();
    files
}

fn compile(source: &Path, folder: &Path) -> Option<PathBuf> {
    let program = folder.join(source.file_stem()?);
    let mut gcc = Command::new("gcc");
    let done = gcc.args(["-O1", "-static", "-w"]).arg(source).arg("-o").arg(&program).status().ok()?;
    assert!(done.success(), "{} compiles", source.display());
    Some(program)
}

/// A fresh folder to run in, and one for the logs.
fn fresh(folder: &Path) -> (PathBuf, PathBuf) {
    let _ = std::fs::remove_dir_all(folder);
    let (run, logs) = (folder.join("run"), folder.join("logs"));
    std::fs::create_dir_all(&run).expect("a folder");
    std::fs::create_dir_all(&logs).expect("a folder");
    (run, logs)
}

fn with_strace(program: &Path, folder: &Path) -> Lines {
    let (run, logs) = fresh(folder);
    let mut command = Command::new("setarch");
    command.args(["-R", "strace", "-ff", "-a0", "-o"]).arg(logs.join("log")).arg(program);
    let command = command.current_dir(run).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().expect("strace");
    let mut by_pid = BTreeMap::new();
    for entry in std::fs::read_dir(&logs).expect("logs").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let pid: i32 = name.rsplit('.').next().and_then(|pid| pid.parse().ok()).expect(&name);
        let text = String::from_utf8_lossy(&std::fs::read(entry.path()).expect("a log")).into_owned();
        by_pid.insert(pid, text.lines().map(str::to_string).collect());
    }
    normalised(by_pid)
}

fn with_ours(program: &Path, folder: &Path) -> Lines {
    let (run, _) = fresh(folder);
    // No other test of this file runs beside it.
    let before = std::env::current_dir().expect("a folder");
    std::env::set_current_dir(run).expect("a folder");
    let command = ["setarch".into(), "-R".into(), program.into()];
    let mut by_pid: BTreeMap<i32, Vec<String>> = BTreeMap::new();
    let setup = tracer::Setup { follow: true, ..tracer::Setup::default() };
    let ran = tracer::run(&command, setup, |pid, event| {
        by_pid.entry(pid).or_default().extend(line(&event));
        Ok(())
    });
    std::env::set_current_dir(before).expect("a folder");
    ran.expect("leave to trace");
    normalised(by_pid)
}

/// What is compared: calls, and how threads ended.
fn line(event: &Event<'_>) -> Option<String> {
    match event {
        Event::Returned { call, .. } | Event::Unfinished { call, .. } => Some(call.to_string()),
        Event::Ended(status) if libc::WIFSIGNALED(*status) => {
            let name = sets::SIGNALS.name_of(Abi::X86_64, libc::WTERMSIG(*status).unsigned_abs().into());
            let core = if libc::WCOREDUMP(*status) { " (core dumped)" } else { "" };
            Some(format!("+++ killed by {}{core} +++", name.unwrap_or("?")))
        }
        Event::Ended(status) => Some(format!("+++ exited with {} +++", libc::WEXITSTATUS(*status))),
        _ => None,
    }
}

/// What matters of each process, with what differs from run to run told alike.
fn normalised(by_pid: BTreeMap<i32, Vec<String>>) -> Lines {
    let (alike, time) = (Alike::new(), Regex::new(r"tv_(sec|nsec|usec)=-?\d+").expect("it is right"));
    let pids: BTreeMap<String, usize> = by_pid.keys().enumerate().map(|(at, pid)| (pid.to_string(), at)).collect();
    let mut all = Vec::new();
    for (at, lines) in by_pid.into_values().enumerate() {
        let lines = lines.into_iter().filter(|line| !line.starts_with("---"));
        let mut lines: Vec<String> =
            lines.map(|line| time.replace_all(&alike.line(&line, &pids), "tv_$1=N").into_owned()).collect();
        if at == 0 {
            // What matters stands between two pairs of marks.
            let is_mark = |line: &String| line.starts_with("getpid() = ") && !line.contains('E');
            let marks: Vec<usize> =
                lines.iter().enumerate().filter(|(_, line)| is_mark(line)).map(|(at, _)| at).collect();
            if let [_, first, .., last, _] = marks[..] {
                lines = lines[first..=last].to_vec();
            }
        }
        all.push(lines);
    }
    all
}

fn compare(
    theirs: &[String],
    ours: &[String],
    all: &mut usize,
    agree: &mut usize,
    different: &mut BTreeMap<String, Vec<(String, String)>>,
) {
    let calls = |lines: &[String]| lines.iter().map(|line| call(line).to_string()).collect::<Vec<_>>();
    let mut tell = |theirs: Option<&String>, ours: Option<&String>| {
        *all += 1;
        if theirs == ours {
            *agree += 1;
            return;
        }
        let of = ours.or(theirs).map_or("", |line| call(line)).to_string();
        let shown = |line: Option<&String>| line.map_or("-", String::as_str).to_string();
        different.entry(of).or_default().push((shown(theirs), shown(ours)));
    };
    for op in capture_diff_slices(Algorithm::Myers, &calls(theirs), &calls(ours)) {
        let (old, new) = (op.old_range(), op.new_range());
        let len = match op {
            DiffOp::Equal { len, .. } => len,
            _ => old.len().max(new.len()),
        };
        for at in 0..len {
            let of = |lines: &'_ [String], range: &std::ops::Range<usize>| {
                range.clone().nth(at).and_then(|at| lines.get(at).cloned())
            };
            tell(of(theirs, &old).as_ref(), of(ours, &new).as_ref());
        }
    }
}
