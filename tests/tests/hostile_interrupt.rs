//! `gen`, stopped at any moment: every file is afterwards the old or the new one as a whole.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use syscall_meta_tests::{Random, Repository, Tree, under_test};

/// So many runs have to be hit; how many rounds that takes depends on the machine.
const ENOUGH: usize = 12;
const MOST_ROUNDS: usize = 300;

/// Two states of a repository, and the kernels that lead from one to the other and back.
struct Swing {
    repository: Repository,
    kernels: [Tree; 2],
    states: [BTreeMap<PathBuf, Vec<u8>>; 2],
}

impl Swing {
    fn new() -> Swing {
        let kernels = [Tree::of("kernel"), Tree::of("kernel")];
        // The second numbers nothing anew, but nearly every file differs: a name in all tables, and every line.
        let other = &kernels[1];
        for file in ["fs/calls.c", "fs/open.c", "fs/read_write.c", "kernel/calls.c", "mm/calls.c"] {
            other.write(file, [b"\n\n\n".as_slice(), &other.bytes(file)].concat());
        }
        for (file, column) in [
            ("arch/x86/entry/syscalls/syscall_64.tbl", "common"),
            ("arch/x86/entry/syscalls/syscall_32.tbl", "i386"),
            ("scripts/syscall.tbl", "common"),
            ("arch/arm/tools/syscall.tbl", "common"),
            ("arch/powerpc/kernel/syscalls/syscall.tbl", "common"),
            ("arch/sparc/kernel/syscalls/syscall.tbl", "common"),
        ] {
            other.append(file, &format!("480\t{column}\tlate_call\tsys_late_call\n"));
        }
        other.write("fs/late.c", "SYSCALL_DEFINE0(late_call)\n{\n}\n");
        let repository = Repository::empty();
        let states = [0, 1].map(|at| {
            repository.run(["gen", "--kernel", &kernels[at].spec()]).exits(0);
            repository.files()
        });
        let differ = states[0].iter().filter(|(path, bytes)| states[1].get(*path) != Some(*bytes)).count();
        assert!(differ > 12, "{differ} files differ, too few to be stopped between");
        Swing { repository, kernels, states }
    }

    fn start(&self, to: usize) -> Child {
        let mut command = under_test();
        command.current_dir(self.repository.path()).args(["gen", "--kernel", &self.kernels[to].spec()]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Every file is the one of either state; how many temporary files are left.
    fn whole(&self) -> (usize, usize) {
        let (mut temporary, mut new) = (0, 0);
        let files = self.repository.files();
        for (path, bytes) in &files {
            if is_temporary(path) {
                temporary += 1;
                continue;
            }
            let known = self.states.iter().any(|state| state.get(path) == Some(bytes));
            assert!(known, "{} is neither old nor new", path.display());
            new += usize::from(self.states[0].get(path) != Some(bytes));
        }
        for path in self.states[0].keys().filter(|path| self.states[1].contains_key(*path)) {
            assert!(files.contains_key(path), "{} is gone", path.display());
        }
        (temporary, new)
    }
}

fn is_temporary(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".syscall-meta-"))
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// A second name of the old file still shows the old text: the new one was never written into it. So there is no moment
/// at which a reader, or a machine that stops, could see a part of it.
#[test]
fn no_file_is_written_in_place() {
    let swing = Swing::new();
    let names = tempfile::tempdir().unwrap();
    let old: Vec<(PathBuf, &Vec<u8>)> = (swing.states[1].iter().enumerate())
        .map(|(at, (path, bytes))| {
            let name = names.path().join(at.to_string());
            std::fs::hard_link(path, &name).unwrap();
            (name, bytes)
        })
        .collect();
    assert!(swing.start(0).wait().unwrap().success());
    assert!(swing.repository.files() == swing.states[0]);
    for (name, bytes) in old {
        assert!(std::fs::read(name).unwrap() == *bytes);
    }
}

/// How long an undisturbed run takes.
fn usual(swing: &Swing) -> Duration {
    let start = Instant::now();
    swing.start(0).wait().unwrap();
    start.elapsed()
}

#[test]
fn a_killed_run_leaves_whole_files_and_the_next_one_sweeps_up() {
    let swing = Swing::new();
    let usual = usual(&swing);
    let mut random = Random::new(11);
    let (mut killed, mut littered) = (0, 0);
    for round in 0..MOST_ROUNDS {
        let to = 1 - round % 2;
        let mut child = swing.start(to);
        sleep(usual.mul_f64(random.below(1000) as f64 / 900.0));
        let _ = child.kill();
        killed += usize::from(!child.wait().unwrap().success());
        littered += usize::from(swing.whole().0 > 0);
        if round % 4 == 3 {
            swing.repository.run(["gen", "--kernel", &swing.kernels[to].spec()]).exits(0);
            assert!(swing.repository.files() == swing.states[to], "the next run has not repaired everything");
            if killed >= ENOUGH && littered > 0 {
                return;
            }
        }
    }
    panic!("only {killed} runs were killed before their end, and {littered} left temporary files");
}

/// Whether this process, and so what it starts, ignores SIGINT, of which the kernel tells; elsewhere it is taken not to.
fn ignores_interrupts() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let ignores = ignored.is_some_and(|mask| mask & 0b10 != 0);
    if ignores {
        println!("SIGINT is ignored here, so it is not tried");
    }
    ignores
}

#[test]
fn an_interrupted_run_changes_all_files_or_none_and_leaves_nothing_behind() {
    // A shell starts its jobs in the background with SIGINT ignored, and what ignores it is not stopped by it.
    let names = if ignores_interrupts() { &["TERM"][..] } else { &["INT", "TERM"] };
    for name in names {
        let swing = Swing::new();
        let usual = usual(&swing);
        let (mut random, mut stopped) = (Random::new(12), 0);
        for round in 0..MOST_ROUNDS {
            let to = 1 - round % 2;
            let mut child = swing.start(to);
            sleep(usual.mul_f64(random.below(1000) as f64 / 900.0));
            if child.try_wait().unwrap().is_none() {
                signal(&child, name);
            }
            stopped += usize::from(!child.wait().unwrap().success());
            assert_eq!(swing.whole().0, 0, "SIG{name}: a temporary file is left");
            let files = swing.repository.files();
            assert!(swing.states.contains(&files), "SIG{name}: some files are old and some are new");
            if stopped >= ENOUGH {
                break;
            }
        }
        assert!(stopped >= ENOUGH, "only {stopped} runs were stopped by SIG{name} before their end");
    }
}
