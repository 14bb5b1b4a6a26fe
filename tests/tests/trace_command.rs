//! The example `trace` as a command: what it passes on, how it ends, and that no line is lost, whatever happens to what it
//! traces.
//!
//! It needs a C compiler and leave to trace; without them it says that it was skipped, or fails where `SYSCALL_META_LIVE` is
//! set.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

use syscall_meta_tests::{Random, example, programs};

/// Longer than anything here takes; who waits so long waits for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// The tracer and the programs; none where nothing can be traced.
fn tools() -> Option<&'static (PathBuf, PathBuf)> {
    static TOOLS: OnceLock<Option<(PathBuf, PathBuf)>> = OnceLock::new();
    let tools = TOOLS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("traced");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        let (trace, programs) = (example("trace", "decode,serde,std", "release"), programs(&folder));
        let runs = Command::new(&trace).arg("true").output().is_ok_and(|ran| ran.status.success());
        (runs && programs.join("storm").exists()).then_some((trace, programs))
    });
    if tools.is_none() {
        assert!(std::env::var_os("SYSCALL_META_LIVE").is_none(), "a C compiler and leave to trace are needed");
        eprintln!("skipped: there is no C compiler here, or no leave to trace");
    }
    tools.as_ref()
}

fn command(trace: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(trace);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // Who runs tests in the background may have it ignored.
    // SAFETY: between fork and exec it makes one system call.
    unsafe {
        command.pre_exec(|| {
            libc::signal(libc::SIGINT, libc::SIG_DFL);
            Ok(())
        })
    };
    command
}

/// Runs it to its end, which comes.
fn ran(trace: &Path, arguments: &[&str]) -> Output {
    let mut child = command(trace, arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let (mut out, mut err) = (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
    let reads = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = err.read_to_end(&mut bytes);
        bytes
    });
    let mut stdout = Vec::new();
    let ends = std::thread::spawn(move || (out.read_to_end(&mut stdout), stdout));
    let status = waited(&mut child, arguments);
    Output { status, stdout: ends.join().expect("a thread").1, stderr: reads.join().expect("a thread") }
}

fn waited(child: &mut Child, what: &[&str]) -> std::process::ExitStatus {
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return status;
        }
        if begin.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("{what:?} does not end");
        }
        sleep(Duration::from_millis(2));
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a log says: `log(&["-f"], &["true"])`.
fn log(options: &[&str], program: &[&str]) -> (Output, String) {
    let (trace, _) = tools().expect("asked before");
    let file = tempfile::NamedTempFile::new().expect("a file");
    let path = file.path().display().to_string();
    let arguments: Vec<&str> = options.iter().copied().chain(["-o", &path]).chain(program.iter().copied()).collect();
    let ran = ran(trace, &arguments);
    (ran, text(&fs::read(file.path()).expect("the log")))
}

fn count(log: &str, part: &str) -> usize {
    log.lines().filter(|line| line.contains(part)).count()
}

#[test]
fn the_end_of_the_program_is_passed_on() {
    let Some((trace, _)) = tools() else { return };
    use std::os::unix::process::ExitStatusExt;
    assert_eq!(ran(trace, &["sh", "-c", "exit 3"]).status.code(), Some(3));
    assert_eq!(ran(trace, &["sh", "-c", "kill -TERM $$"]).status.signal(), Some(libc::SIGTERM));
    // What goes wrong is told by the status, too.
    for (arguments, code, said) in [
        (&["-e", "trace=opnat", "true"][..], 2, "opnat"),
        (&["-e", "trace=%fil", "true"], 2, "%file"),
        (&["no-such-program"], 1, "no-such-program"),
        (&["-o", "/none/log", "true"], 1, "/none/log"),
        (&["-p", "4194303"], 1, "4194303"),
        (&[], 2, "COMMAND"),
    ] {
        let ran = ran(trace, arguments);
        assert_eq!(ran.status.code(), Some(code), "{arguments:?}: {}", text(&ran.stderr));
        assert!(text(&ran.stderr).contains(said), "{arguments:?}: {}", text(&ran.stderr));
    }
}

#[test]
fn calls_are_told_chosen_counted_and_as_data() {
    if tools().is_none() {
        return;
    }
    let (_, lines) = log(&[], &["cat", "/dev/null"]);
    assert!(lines.contains("openat(AT_FDCWD, \"/dev/null\", O_RDONLY) = 3\n"), "{lines}");
    assert!(lines.ends_with("+++ exited with 0 +++\n"), "{lines}");

    let (_, lines) = log(&["-e", "trace=openat"], &["cat", "/dev/null"]);
    let calls = lines.lines().filter(|line| !line.starts_with("+++"));
    assert!(calls.clone().count() > 1 && calls.clone().all(|line| line.starts_with("openat(")), "{lines}");
    // The same where all that starts is followed, and threads stop at the chosen calls alone.
    let (_, lines) = log(&["-f", "-e", "trace=%file,!openat"], &["sh", "-c", "cat /dev/null; cat /none"]);
    assert!(count(&lines, "execve(") >= 3 && count(&lines, "openat(") + count(&lines, "read(") == 0, "{lines}");

    let (_, table) = log(&["-c"], &["cat", "/dev/null"]);
    assert!(table.lines().any(|line| line.ends_with("openat")), "{table}");

    let (_, lines) = log(&["--json"], &["cat", "/dev/null"]);
    let all: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    assert!(all.iter().any(|line| line["syscall"] == "openat" && line["pid"].is_u64()));
    assert_eq!(all.last().and_then(|line| line["exited"].as_i64()), Some(0));
}

#[test]
fn programs_of_both_widths_and_calls_of_both_out_of_one() {
    let Some((_, programs)) = tools() else { return };
    let both = programs.join("both").display().to_string();
    let (ran, lines) = log(&[], &[&both]);
    assert_eq!(ran.status.code(), Some(0), "{lines}");
    assert_eq!(count(&lines, "close(-7)"), 6, "{lines}");
    let said = text(&ran.stderr);
    assert_eq!((count(&said, "32 bit mode"), count(&said, "64 bit mode")), (3, 3), "{said}");
    let narrow = programs.join("narrow");
    if !narrow.exists() || !Path::new("/lib/ld-linux.so.2").exists() {
        eprintln!("skipped: no libraries of i386");
        return;
    }
    let narrow = narrow.display().to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let inside = format!("cd {}; exec {narrow}", folder.path().display());
    let (ran, lines) = log(&["-f"], &["sh", "-c", &inside]);
    assert_eq!(ran.status.code(), Some(6), "{lines}");
    for part in ["readv(", "sendmsg(", "_llseek(3, 4294967297, [4294967297], SEEK_SET)", "mmap2(NULL, 4096, PROT_READ"]
    {
        assert!(lines.contains(part), "{part}: {lines}");
    }
}

#[test]
fn no_line_is_lost_where_many_threads_come_and_go() {
    let Some((_, programs)) = tools() else { return };
    let storm = programs.join("storm").display().to_string();
    for options in [&["-f"][..], &["-f", "-e", "trace=close,exit,exit_group"]] {
        let (ran, lines) = log(options, &[&storm]);
        assert_eq!(ran.status.code(), Some(0), "{}", text(&ran.stderr));
        // Threads and processes, each with as many calls.
        let (threads, processes) = (24 * 4, 4);
        let whole = lines.lines().filter(|line| line.contains("close(-7") && !line.contains("unfinished")).count();
        let resumed = count(&lines, "close resumed>");
        assert_eq!(whole + resumed, (threads + processes) * 50, "{options:?}");
        assert_eq!(count(&lines, "<unfinished ...>"), count(&lines, "resumed>"), "{options:?}");
        assert_eq!(count(&lines, "+++ exited with 0 +++"), threads + processes + 1, "{options:?}");
        let pids: BTreeSet<&str> = lines.lines().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(pids.len(), threads + processes + 1, "{options:?}");
    }
}

#[test]
fn signals_at_any_stop_lose_neither_a_call_nor_themselves() {
    let Some((_, programs)) = tools() else { return };
    let alarmed = programs.join("alarmed").display().to_string();
    let (ran, lines) = log(&[], &[&alarmed]);
    assert_eq!(ran.status.code(), Some(0), "it heard them");
    assert_eq!(count(&lines, "close(-7)"), 3000);
    let signals = count(&lines, "--- SIGALRM {si_signo=SIGALRM, si_code=SI_KERNEL} ---");
    assert!(signals > 0);
    assert_eq!(count(&lines, "rt_sigreturn({mask=["), signals);
}

#[test]
fn an_exec_of_a_thread_is_told_to_its_end() {
    let Some((_, programs)) = tools() else { return };
    let threads = programs.join("threads").display().to_string();
    let (ran, lines) = log(&["-f"], &[&threads]);
    assert_eq!(ran.status.code(), Some(0), "{lines}");
    let first = lines.split(' ').next().expect("a pid");
    let superseded = lines.lines().find(|line| line.contains("superseded by execve in pid ")).expect(&lines);
    assert!(superseded.starts_with(first), "{superseded}");
    // The call that the first thread was in, whose end never came; then the other's, under the id that it has from now on.
    let of_first: Vec<&str> = lines.lines().filter(|line| line.starts_with(first)).collect();
    let at = of_first.iter().position(|line| *line == superseded).expect("it is there");
    assert!(of_first[at - 1].contains("futex") && of_first[at - 1].ends_with("= ?"), "{}", of_first[at - 1]);
    assert!(
        of_first[at + 1].contains("<... execve resumed>) ") && of_first[at + 1].ends_with("= 0"),
        "{}",
        of_first[at + 1]
    );
}

#[test]
fn a_program_that_is_killed_at_any_moment_has_an_end() {
    let Some((trace, programs)) = tools() else { return };
    let storm = programs.join("storm").display().to_string();
    let mut random = Random::new(7);
    for round in 0..12 {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let path = file.path().display().to_string();
        let mut child = command(trace, &["-f", "-o", &path, &storm]).spawn().expect("it starts");
        sleep(Duration::from_micros(random.below(120_000) as u64));
        // The program is the tracer's only child.
        let children = format!("/proc/{0}/task/{0}/children", child.id());
        let pid = fs::read_to_string(children).ok().and_then(|pids| pids.split(' ').next()?.parse::<i32>().ok());
        let Some(pid) = pid else {
            waited(&mut child, &["it had ended"]);
            continue;
        };
        // SAFETY: two numbers.
        unsafe { libc::kill(pid, libc::SIGKILL) };
        waited(&mut child, &["killed"]);
        let lines = text(&fs::read(file.path()).expect("the log"));
        let is_told = lines.lines().any(|line| line.starts_with(&format!("{pid} ")) && line.contains("+++ "));
        assert!(is_told || lines.is_empty(), "{round}: {lines}");
        assert!(lines.is_empty() || lines.ends_with('\n'), "{round}: a line was cut");
    }
}

#[test]
fn what_is_ignored_stays_so() {
    let Some((trace, _)) = tools() else { return };
    let file = tempfile::NamedTempFile::new().expect("a file");
    let script = format!("trap '' INT HUP; exec {} -o {} sh -c :", trace.display(), file.path().display());
    let ran = Command::new("sh").args(["-c", &script]).output().expect("a shell");
    let lines = text(&fs::read(file.path()).expect("the log"));
    // The shell asks for it when it starts.
    assert!(ran.status.success() && lines.contains("rt_sigaction(SIGINT, NULL, {sa_handler=SIG_IGN,"), "{lines}");
}

#[test]
fn ctrl_c_lets_the_program_go_on() {
    let Some((trace, _)) = tools() else { return };
    use std::os::unix::process::ExitStatusExt;
    let folder = tempfile::tempdir().expect("a folder");
    let done = folder.path().join("done");
    for options in [&[][..], &["-f"], &["-f", "-e", "trace=openat"]] {
        let _ = fs::remove_file(&done);
        let script = format!("cat /dev/null; sleep 0.9; echo done >{}", done.display());
        let log = folder.path().join("log").display().to_string();
        let _ = fs::remove_file(&log);
        let arguments: Vec<&str> = options.iter().copied().chain(["-o", &log, "sh", "-c", &script]).collect();
        let mut child = command(trace, &arguments).spawn().expect("it starts");
        until("a line", || fs::metadata(&log).is_ok_and(|log| log.len() > 0));
        // SAFETY: two numbers.
        unsafe { libc::kill(child.id().cast_signed(), libc::SIGINT) };
        let status = waited(&mut child, &arguments);
        until("the program goes on", || done.exists());
        // One with a filter is served to its end, since its calls would fail without a tracer.
        let is_filtered = options.len() > 1;
        assert!(is_filtered || status.signal() == Some(libc::SIGINT), "{options:?}: {status}");
    }
}

#[test]
fn a_running_program_is_traced_and_left() {
    let Some((trace, _)) = tools() else { return };
    let mut program = Command::new("sh").args(["-c", "while :; do sleep 0.02; done"]).spawn().expect("a shell");
    let file = tempfile::NamedTempFile::new().expect("a file");
    let (path, pid) = (file.path().display().to_string(), program.id().to_string());
    let mut child = command(trace, &["-f", "-o", &path, "-p", &pid]).spawn().expect("it starts");
    let text_of = || text(&fs::read(file.path()).expect("the log"));
    until("some lines", || count(&text_of(), "clock_nanosleep(") > 2 && count(&text_of(), "execve(\"/") > 2);
    // SAFETY: two numbers.
    unsafe { libc::kill(child.id().cast_signed(), libc::SIGINT) };
    waited(&mut child, &["-p"]);
    assert!(program.try_wait().expect("a child").is_none(), "it goes on");
    // As its tracer is gone, nothing holds it.
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    assert!(status.contains("TracerPid:\t0"), "{status}");
    let _ = program.kill();
    let _ = program.wait();
}

#[test]
fn a_thread_that_alone_makes_calls_shares_the_processor_and_does_not_see_it() {
    let Some((trace, programs)) = tools() else { return };
    let alone = programs.join("alone").display().to_string();
    let processors_of = |pid: &str| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let line =
            status.lines().find_map(|line| line.strip_prefix("Cpus_allowed:")).unwrap_or_default().trim().to_string();
        line.chars().filter_map(|digit| digit.to_digit(16)).map(u32::count_ones).sum::<u32>()
    };
    let there = processors_of("self");
    // SAFETY: the kernel fills in a set of bits that is as long as it is told.
    let count = unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        libc::sched_getaffinity(0, size_of_val(&set), &raw mut set);
        libc::CPU_COUNT(&set)
    };
    if count < 2 {
        eprintln!("skipped: there is one processor");
        return;
    }
    let (count_text, there_text) = (count.to_string(), there.to_string());
    for options in [&["-f"][..], &[], &["-f", "-e", "trace=getppid,openat"], &["-f", "--apart"]] {
        let (ran, _) = log(options, &[&alone, &count_text, &there_text]);
        assert_eq!(ran.status.code(), Some(0), "{options:?}: {}", text(&ran.stderr));
    }
    // Who looks from outside sees it; and when the tracer leaves, the program has what it had.
    for (options, fewest) in [(&["-f"][..], 1), (&["-f", "--apart"], there)] {
        let (going, log) =
            (tempfile::NamedTempFile::new().expect("a file"), tempfile::NamedTempFile::new().expect("a file"));
        let (path, going) = (log.path().display().to_string(), going.into_temp_path());
        let program = [options, &["-o", &path, &alone, "-", going.to_str().expect("text")]].concat();
        let mut child = command(trace, &program).spawn().expect("it starts");
        until("some calls", || fs::metadata(log.path()).is_ok_and(|of| of.len() > 100_000));
        let pid = fs::read_to_string(log.path()).expect("the log");
        let pid = pid.split(' ').next().expect("a pid").to_string();
        let least = (0..2000).map(|_| processors_of(&pid)).min();
        assert_eq!(least, Some(fewest), "{options:?}");
        // SAFETY: two numbers.
        unsafe { libc::kill(child.id().cast_signed(), libc::SIGINT) };
        waited(&mut child, &program);
        assert_eq!(processors_of(&pid), there, "{options:?}");
        going.close().expect("it is removed");
        until("its end", || !Path::new(&format!("/proc/{pid}")).exists());
    }
}

#[test]
fn a_full_disk_and_a_closed_pipe_are_a_clear_end() {
    let Some((trace, _)) = tools() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let done = folder.path().join("done");
    let script = format!("seq 3000 | while read n; do echo $n; done >/dev/null; echo done >{}", done.display());
    let full = ran(trace, &["-f", "-o", "/dev/full", "sh", "-c", &script]);
    let said = text(&full.stderr);
    assert!(full.status.code() == Some(1) && said.contains("/dev/full") && said.contains("No space left"), "{full:?}");
    until("the program goes on", || done.exists());

    // Who reads the lines goes away after the first.
    let _ = fs::remove_file(&done);
    let mut child = command(trace, &["-f", "sh", "-c", &script]).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut first = String::new();
    let mut lines = BufReader::new(child.stderr.take().expect("a pipe"));
    lines.read_line(&mut first).expect("a line");
    drop(lines);
    assert!(first.contains("execve("), "{first}");
    waited(&mut child, &["a closed pipe"]);
    until("the program goes on", || done.exists());
    // A file that was there is the log alone afterwards.
    let path = folder.path().join("log");
    fs::write(&path, "x".repeat(100_000)).expect("a file");
    ran(trace, &["-o", &path.display().to_string(), "true"]);
    let log = fs::read_to_string(&path).expect("the log");
    assert!(log.starts_with("execve(") && log.ends_with("+++ exited with 0 +++\n"), "{log}");
}

/// Waits for what comes.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < PATIENCE, "{what} does not come");
        sleep(Duration::from_millis(5));
    }
}
