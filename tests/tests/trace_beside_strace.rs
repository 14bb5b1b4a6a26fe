//! The same programs under strace and under the example `trace`, with `-f`: the lines that agree, and those that differ, each
//! with its reason in `tests/live/programs.yaml`.
//!
//! It needs strace, and leave to trace; without them it says that it was skipped, or fails where `SYSCALL_META_LIVE` is set.
//! `-- --nocapture` prints the share of each program; with `SYSCALL_META_LIVE=DIR`, what differs is written there.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};

use regex::{Captures, Regex};
use serde::Deserialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use syscall_meta_tests::{Alike, call, example, programs, root, strace_version};

/// `tests/live/programs.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ledger {
    /// The version of strace that it was written for.
    strace: String,
    /// How many lines in a thousand agree, at least.
    agree: usize,
    /// How many in a thousand agree, or differ for one of the reasons.
    explained: usize,
    /// How many programs have to be there.
    programs: usize,
    /// Programs, by a name: what a shell makes of this, in a folder of its own.
    commands: Vec<(String, String)>,
    /// What differs: a pattern of a line, strace's or ours, and the reason.
    differences: Vec<(String, String)>,
}

/// The reason of what no two runs have alike, whoever tells it.
const RUN: &str = "two runs of strace differ there, too";
/// The reason of a line that the thread has elsewhere: a signal came at another moment, a loop had another round.
const MOMENT: &str = "both tell it, at another moment";

#[derive(Default)]
struct Tally {
    all: usize,
    agree: usize,
    /// With the place of the thread.
    different: Vec<(usize, String, String)>,
}

#[test]
fn programs_are_told_as_strace_tells_them() {
    let required = std::env::var_os("SYSCALL_META_LIVE");
    let version = strace_version();
    let is_traceable = version.is_some() && traced("strace", Path::new("true-of-strace"), "true", &[]).is_some();
    if !is_traceable {
        assert!(required.is_none(), "strace, and leave to trace, are needed");
        eprintln!("skipped: there is no strace here, or no leave to trace");
        return;
    }
    let version = version.unwrap_or_default();
    let text = std::fs::read_to_string(root().join("tests/live/programs.yaml")).expect("the ledger");
    let ledger: Ledger = serde_yaml::from_str(&text).expect("the ledger");
    let reasons: Vec<(Regex, &str)> =
        ledger.differences.iter().map(|(of, why)| (Regex::new(of).expect(of), why.as_str())).collect();
    let trace = example("trace", "decode,serde,std", "release");
    let folder = tempfile::tempdir().expect("a folder");
    let compiled = programs(folder.path());
    let port = serves();
    let variables = [("BIN", compiled.display().to_string()), ("PORT", port.to_string())];
    let (mut all, mut explained, mut ran, mut told) = (Tally::default(), 0, 0, String::new());
    let mut used: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, command) in &ledger.commands {
        let run = folder.path().join("run");
        let theirs = traced("strace", &run, command, &variables);
        let ours = traced(&trace.display().to_string(), &run, command, &variables);
        let again = traced("strace", &run, command, &variables);
        let (Some(theirs), Some(ours), Some(again)) = (theirs, ours, again) else {
            eprintln!("{name}: skipped, it does not run here");
            continue;
        };
        ran += 1;
        let (theirs_all, ours_all) = (&theirs[..], &ours[..]);
        let mut tally = Tally::default();
        compare(&theirs, &ours, &mut tally);
        eprintln!("{name}: {} of {} lines agree", tally.agree, tally.all);
        let of_run = |thread: usize, theirs: &str, ours: &str| {
            let has =
                |lines: &[Vec<String>], line: &str| lines.get(thread).is_some_and(|of| of.iter().any(|of| of == line));
            let names =
                |lines: &[Vec<String>]| lines.get(thread).map(|of| of.iter().map(|of| call(of).to_string()).collect());
            let is_told_by_both = has(ours_all, theirs) || has(theirs_all, ours);
            let is_as_often: Option<Vec<String>> = names(&again);
            match (theirs, ours) {
                ("-", _) | (_, "-") if is_told_by_both => MOMENT,
                ("-", _) | (_, "-") if is_as_often != names(theirs_all) => RUN,
                ("-", _) => "-",
                _ if !has(&again, theirs) => RUN,
                _ => "-",
            }
        };
        for (thread, theirs, ours) in &tally.different {
            let known = reasons.iter().find(|(pattern, _)| pattern.is_match(theirs) || pattern.is_match(ours));
            let reason = known.map_or_else(|| of_run(*thread, theirs, ours), |(_, why)| why);
            explained += usize::from(reason != "-");
            *used.entry(reason).or_default() += 1;
            let _ = writeln!(told, "# {name}: {reason}\nS {theirs}\nT {ours}");
        }
        all.all += tally.all;
        all.agree += tally.agree;
    }
    let in_thousand = |count: usize| count * 1000 / all.all.max(1);
    eprintln!(
        "{ran} programs: {} of {} lines agree with strace {version}, {:.2} in 100; {explained} differ for a reason that is \
         known, {} for none",
        all.agree,
        all.all,
        100.0 * all.agree as f64 / all.all as f64,
        all.all - all.agree - explained
    );
    for (reason, count) in used {
        eprintln!("{count:6} {reason}");
    }
    if let Some(folder) = required.as_ref().filter(|folder| Path::new(folder).is_dir()) {
        std::fs::write(Path::new(folder).join("programs.txt"), &told).expect("a file");
    }
    assert!(required.is_none() || ran >= ledger.programs, "{ran} programs");
    if version == ledger.strace {
        assert!(in_thousand(all.agree) >= ledger.agree, "{} in 1,000 agree\n{told}", in_thousand(all.agree));
        let explained = in_thousand(all.agree + explained);
        assert!(explained >= ledger.explained, "{explained} in 1,000 agree or differ for a known reason\n{told}");
    }
}

/// Answers whoever asks on a port, as long as the test runs.
fn serves() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("a port").port();
    std::thread::spawn(move || {
        for asked in listener.incoming() {
            let Ok(mut asked) = asked else { continue };
            let mut bytes = [0; 4096];
            let _ = asked.read(&mut bytes);
            let _ = asked.write_all(b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        }
    });
    port
}

/// The lines of each thread of what a shell makes of a command, in the order in which the threads began. None where it could
/// not run.
fn traced(tool: &str, folder: &Path, command: &str, variables: &[(&str, String)]) -> Option<Vec<Vec<String>>> {
    let folder = std::env::temp_dir().join(folder);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("in")).ok()?;
    let log = folder.join("log");
    let mut traced = Command::new("setarch");
    traced.args(["-R", tool, "-f", "-o"]).arg(&log).args(["sh", "-c", command]);
    traced.env_clear().env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin").env("HOME", folder.join("in"));
    traced.env("LC_ALL", "C").envs(variables.iter().map(|(name, value)| (*name, value)));
    traced.current_dir(folder.join("in")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // 126 and 127 are a shell's for what cannot run.
    let code = traced.status().ok()?.code();
    let bytes = std::fs::read(&log).ok()?;
    let _ = std::fs::remove_dir_all(&folder);
    let lines = threads(&String::from_utf8_lossy(&bytes));
    (!lines.is_empty() && !matches!(code, Some(126 | 127))).then_some(lines)
}

/// The lines by thread, each call in one, with what differs from run to run told alike.
fn threads(log: &str) -> Vec<Vec<String>> {
    let mut by_pid: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let mut begun: BTreeMap<u32, String> = BTreeMap::new();
    for line in log.lines() {
        let Some((pid, line)) =
            line.split_once(' ').and_then(|(pid, line)| Some((pid.parse().ok()?, line.trim_start())))
        else {
            continue;
        };
        // From now on it has the id of the first thread.
        if let Some(by) = line.strip_prefix("+++ superseded by execve in pid ") {
            let begin = by.split(' ').next().and_then(|by| begun.remove(&by.parse().ok()?));
            begun.extend(begin.map(|begin| (pid, begin)));
        }
        let lines = by_pid.entry(pid).or_default();
        if let Some(begin) = line.strip_suffix(" <unfinished ...>") {
            begun.insert(pid, begin.to_string());
        } else if let Some((_, rest)) = line.strip_prefix("<... ").and_then(|rest| rest.split_once(" resumed>")) {
            lines.push(format!("{}{rest}", begun.remove(&pid).unwrap_or_default()));
        } else {
            lines.push(line.to_string());
        }
    }
    let rules = Rules::new();
    let pids: BTreeMap<String, usize> = by_pid.keys().enumerate().map(|(at, pid)| (pid.to_string(), at)).collect();
    by_pid.into_values().map(|lines| lines.iter().map(|line| rules.normalised(line, &pids)).collect()).collect()
}

/// How lines are made alike, whoever wrote them.
struct Rules {
    alike: Alike,
    blanks: Regex,
    address: Regex,
    time: Regex,
    /// What is another one in each run, with what stands before it.
    run: Regex,
    random: Regex,
}

impl Rules {
    fn new() -> Rules {
        let regex = |text: &str| Regex::new(text).expect(text);
        Rules {
            alike: Alike::new(),
            blanks: regex(r"\)\s+= "),
            address: regex(r"\b0x(7f|5[56]|f7|ff|56)[0-9a-f]{6,10}\b"),
            time: regex(r"\b((?:tv|tms|si|ru)_[a-z]*(?:time|sec|nsec|usec)=)(-?\d+)(?: /\* [\d.]+ s \*/)?"),
            run: regex(
                r"(^getppid\(\) = |^times\(.*\) = |\b(?:sin6?_port=htons\(|procs=|freeram=|bufferram=|sharedram=|uptime=|f_b?free=|f_bavail=|f_ffree=))\d+",
            ),
            // Of `getrandom`, and in names of files that nobody else has.
            random: regex(
                r#"(^getrandom\(|/tmp_obj_|\.git/t|/cc|\./sed|/\.tmp)(?:"(?:[^"\\]|\\.)*"|[A-Za-z0-9]{6}\b)"#,
            ),
        }
    }

    fn normalised(&self, line: &str, pids: &BTreeMap<String, usize>) -> String {
        let line = self.alike.line(line, pids);
        let line = self.blanks.replace(&line, ") = ");
        let line = self.address.replace_all(&line, "ADDRESS");
        let line = self.random.replace_all(&line, "${1}RANDOM");
        let line = self.run.replace_all(&line, "${1}N");
        let time = |found: &Captures<'_>| {
            // What a program asks for is the same each time.
            let is_round = !found[1].starts_with("si_") && (found[2].ends_with("000") || found[2].len() < 2);
            format!("{}{}", &found[1], if is_round { &found[2] } else { "N" })
        };
        self.time.replace_all(&line, time).into_owned()
    }
}

fn compare(theirs: &[Vec<String>], ours: &[Vec<String>], tally: &mut Tally) {
    let none = Vec::new();
    for thread in 0..theirs.len().max(ours.len()) {
        let (theirs, ours) = (theirs.get(thread).unwrap_or(&none), ours.get(thread).unwrap_or(&none));
        for op in capture_diff_slices(Algorithm::Myers, theirs, ours) {
            let (old, new) = (op.old_range(), op.new_range());
            if let DiffOp::Equal { len, .. } = op {
                tally.all += len;
                tally.agree += len;
                continue;
            }
            for at in 0..old.len().max(new.len()) {
                tally.all += 1;
                let of = |lines: &[String], range: &std::ops::Range<usize>| {
                    range.clone().nth(at).and_then(|at| lines.get(at)).map_or("-", String::as_str).to_string()
                };
                tally.different.push((thread, of(theirs, &old), of(ours, &new)));
            }
        }
    }
}
