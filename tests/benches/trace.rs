//! The example `trace` beside strace and beside loops that tell nothing, on programs that make many calls: wall time, and the
//! time of processors that the tracer and the program take together, since wall time is noisy. `trace` keeps a thread that alone
//! makes calls on its own processor; beside it stands what it takes without that, and what a loop takes with it.
//!
//! `cargo bench -p syscall-meta-tests --bench trace`; it needs strace, a C compiler, and leave to trace.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use syscall_meta_tests::{example, root};

const TURNS: usize = 9;

/// What is asked of the ratio of two ways, which is told without a bound where nothing is.
struct Bound {
    of: &'static str,
    to: &'static str,
    at_most: f64,
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let trace = example("trace", "decode,serde,std", "tools").display().to_string();
    let built = |name: &str, options: &[&str]| {
        let program = folder.path().join(name);
        let source = root().join("tests/live/yardstick/loop.c");
        let gcc = Command::new("gcc").args(["-O2", "-o"]).arg(&program).arg(source).args(options).status();
        assert!(gcc.is_ok_and(|status| status.success()), "a C compiler");
        program.display().to_string()
    };
    let (bare, asks, beside) =
        (built("loop", &[]), built("asks", &["-DASKS"]), built("beside", &["-DASKS", "-DTOGETHER"]));
    let repository = a_repository(folder.path());
    let all = [
        ("trace", format!("{trace} -f -o /dev/null")),
        ("trace --apart", format!("{trace} --apart -f -o /dev/null")),
        ("strace", "strace -f -o /dev/null".to_string()),
        ("a bare loop", bare),
        ("a loop that asks", asks),
        ("one that asks, on one processor", beside),
    ];
    let bounds = [
        Bound { of: "trace", to: "strace", at_most: 0.85 },
        Bound { of: "trace", to: "a bare loop", at_most: 1.15 },
        Bound { of: "trace --apart", to: "strace", at_most: f64::INFINITY },
        Bound { of: "trace --apart", to: "a bare loop", at_most: f64::INFINITY },
        Bound { of: "a loop that asks", to: "a bare loop", at_most: f64::INFINITY },
        Bound { of: "trace", to: "one that asks, on one processor", at_most: f64::INFINITY },
    ];
    let dd = |count: &str| format!("dd if=/dev/zero of=/dev/null bs=1 count={count}");
    compare("all calls of dd with bs=1", &dd("50000"), &all, &bounds);
    compare("all calls of find /usr/share", "find /usr/share", &all, &bounds);
    compare("all calls of git status", &format!("git -C {} status", repository.display()), &all, &bounds);

    let some = [
        ("trace", format!("{trace} -f -e trace=openat -o /dev/null")),
        ("strace", "strace -f --seccomp-bpf -e trace=openat -o /dev/null".to_string()),
        ("untraced", String::new()),
    ];
    let bounds = [Bound { of: "trace", to: "untraced", at_most: 1.1 }];
    compare("openat of dd with bs=1", &dd("1000000"), &some, &bounds);
    let bounds = [Bound { of: "trace", to: "strace", at_most: 0.85 }];
    compare("openat of find /usr", "find /usr", &some, &bounds);
}

/// A folder with enough in it that its status takes calls.
fn a_repository(folder: &Path) -> PathBuf {
    let repository = folder.join("repository");
    for at in 0..2000 {
        let file = repository.join(format!("{}/{at}", at % 50));
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(file, format!("{at}\n")).expect("a file");
    }
    for command in ["init -q", "add ."] {
        let mut git = Command::new("git");
        git.arg("-C").arg(&repository).args(command.split(' ')).stderr(Stdio::null());
        assert!(git.status().is_ok_and(|status| status.success()), "git");
    }
    repository
}

/// Runs the program in each way, in turns, and prints medians and ratios.
fn compare(what: &str, program: &str, ways: &[(&str, String)], bounds: &[Bound]) {
    let mut times: Vec<Vec<[f64; 2]>> = vec![Vec::new(); ways.len()];
    for _ in 0..TURNS {
        for ((_, way), times) in ways.iter().zip(&mut times) {
            times.push(run(&format!("{way} {program}")));
        }
    }
    let median = |times: &[[f64; 2]], which: usize| {
        let mut all: Vec<f64> = times.iter().map(|time| time[which]).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    println!("{what}");
    for ((name, _), times) in ways.iter().zip(&times) {
        println!("  {name:32} {:7.3} s, {:7.3} s of processors", median(times, 0), median(times, 1));
    }
    for bound in bounds {
        let of = |name: &str| ways.iter().position(|way| way.0 == name).map(|at| &times[at]).expect(name);
        let ratio = |which: usize| median(of(bound.of), which) / median(of(bound.to), which);
        let asked = if bound.at_most.is_finite() { format!(" (bound {:.2})", bound.at_most) } else { String::new() };
        println!("  {} / {} = {:.2}, {:.2}{asked}", bound.of, bound.to, ratio(0), ratio(1));
    }
}

/// Seconds on the clock, and of processors.
fn run(command: &str) -> [f64; 2] {
    let mut words = command.split_ascii_whitespace();
    let mut command = Command::new(words.next().expect("a program"));
    command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let (before, begin) = (processors(), Instant::now());
    assert!(command.status().expect("it runs").success(), "{command:?}");
    [begin.elapsed().as_secs_f64(), processors() - before]
}

/// Seconds of processors that children have had.
fn processors() -> f64 {
    // SAFETY: a structure of numbers alone, which the kernel fills in.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut usage);
        usage
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}
