//! The example `annotate` over a recorded trace of ftrace, as text and as JSON, beside `sed` that copies the same lines, and over
//! stacks: MB/s of what is read, and their ratio.
//!
//! `cargo bench -p syscall-meta-tests --bench annotate`

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// How much is read.
const SIZE: usize = 64 << 20;
/// The least that is fast enough.
const BOUND: f64 = 5.0;
const TURNS: usize = 5;

/// Starts of calls of x86_64, and what they return.
const CALLS: [(&str, &str); 8] = [
    ("257 (ffffff9c, 7f3e6a20d4b0, 80000, 0, 0, 0)", "257 = 3"),
    ("0 (3, 7ffebabca9ac, 340, 37f, 0, 0)", "0 = 832"),
    ("9 (7f8dbdc42000, 156000, 5, 812, 3, 26000)", "9 = 140246752903168"),
    ("262 (3, 7f8dbde3c0b1, 7ffebabca6d0, 1000, 0, 0)", "262 = -2"),
    ("202 (7f8dbde3c0b1, 80, 0, 7ffebabca6d0, 0, 0)", "202 = -110"),
    ("16 (1, 5401, 7ffebabca6d0, 0, 0, 0)", "16 = -25"),
    ("56 (1200011, 0, 0, 7f8dbdc19a10, 0, 0)", "56 = 4321"),
    ("3 (3, 0, 0, 0, 0, 0)", "3 = 0"),
];

/// A stack as ftrace writes it, and a line of the function tracer.
const STACK: &str = "          worker-1007    [001] .....  4028.241264: <stack trace>
 => do_sys_openat2+0x9a/0xe0
 => __x64_sys_openat+0x54/0xa0
 => do_syscall_64+0x5d/0x130
 => entry_SYSCALL_64_after_hwframe+0x76/0x7e
          worker-1007    [001] d..1.  4028.241270: __x64_sys_newfstat <-do_syscall_64
";

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("trace");
    let mut text = String::with_capacity(SIZE + 256);
    for (at, (enter, exit)) in CALLS.iter().cycle().enumerate() {
        if text.len() >= SIZE {
            break;
        }
        let (pid, cpu, time) = (1000 + at % 50, at % 4, at as f64 / 1e5);
        let prefix = format!("          worker-{pid:<7} [{cpu:03}] ..... {time:12.6}");
        let _ = writeln!(text, "{prefix}: sys_enter: NR {enter}\n{prefix}: sys_exit: NR {exit}");
    }
    fs::write(&path, &text).expect("a file");
    let stacks = folder.path().join("stacks");
    fs::write(&stacks, STACK.repeat(text.len() / STACK.len())).expect("a file");
    let megabytes = text.len() as f64 / 1e6;
    let rate = |path: &Path, command: &dyn Fn() -> Command| {
        let mut times: Vec<_> = (0..TURNS)
            .map(|_| {
                let start = Instant::now();
                let ended = command().arg(path).stdout(Stdio::null()).status().expect("the program is installed");
                assert!(ended.success());
                start.elapsed().as_secs_f64()
            })
            .collect();
        times.sort_by(f64::total_cmp);
        megabytes / times[TURNS / 2]
    };
    let command = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments);
        command
    };
    let annotate = env!("CARGO_BIN_EXE_annotate-under-test");
    let text = rate(&path, &|| command(annotate, &["--abi", "x86_64"]));
    let json = rate(&path, &|| command(annotate, &["--abi", "x86_64", "--json"]));
    let symbols = rate(&stacks, &|| command(annotate, &["--abi", "x86_64"]));
    let sed = rate(&path, &|| command("sed", &["-n", "p"]));
    println!("annotate over {megabytes:.0} MB of ftrace's lines");
    for (name, rate) in
        [("annotate", text), ("annotate --json", json), ("annotate, stacks", symbols), ("sed -n p", sed)]
    {
        println!("  {name:16} {rate:7.0} MB/s");
    }
    println!("  annotate's time / sed's = {:.1}; {text:.0} MB/s (bound {BOUND})", sed / text);
    assert!(text >= BOUND && json >= BOUND && symbols >= BOUND, "slower than {BOUND} MB/s");
}
