//! Random damage to fixture kernels and to data/: whatever is in a file, nothing panics, nothing takes long, and what
//! fails changes no file. The damage is the same in every run.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use syscall_meta_gen::diagnostic::Sink;
use syscall_meta_gen::emit;
use syscall_meta_gen::extract::extract;
use syscall_meta_gen::model::{History, Release};
use syscall_meta_gen::resolve::{Resolved, resolve, union};
use syscall_meta_gen::source::{Kernel, Mode, Progress};
use syscall_meta_gen::store::Data;
use syscall_meta_tests::{FIXTURES, Packing, Random, Repository, Tree, data, files};

/// What breaks parsers: ends of things, large and odd numbers, bytes that are no text.
const NASTY: [&str; 26] = [
    "\n",
    " ",
    "\t",
    "-",
    "\0",
    "\u{fffd}",
    "#",
    "\\\n",
    "\r",
    "/*",
    "*/",
    "//",
    "\"",
    "'",
    "(",
    ")",
    "{",
    "4294967295",
    "18446744073709551616",
    "-1",
    "#if 1\n",
    "#endif\n",
    "#include <asm/unistd.h>\n",
    "__SYSCALL(",
    "SYSCALL_DEFINE3(",
    "common",
];

/// One bit of damage.
fn damage(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    let end = (at + 1 + random.below(40)).min(bytes.len());
    match random.below(8) {
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(at..end)),
        2 => {
            let part = bytes[at..end].to_vec();
            let to = random.below(bytes.len() + 1);
            drop(bytes.splice(to..to, part));
        }
        3 => bytes[at..end].iter_mut().for_each(|byte| *byte = byte.wrapping_add(1)),
        4 if at < bytes.len() => bytes[at] = random.bits() as u8,
        5 => bytes.reverse(),
        _ => drop(bytes.splice(at..at, random.one_of(&NASTY).bytes())),
    }
}

/// Damages a few places of one file, and says which.
fn damage_one(folder: &Path, random: &mut Random) -> (std::path::PathBuf, Vec<u8>) {
    let all: Vec<_> = files(folder).into_iter().filter(|(path, _)| !path.is_symlink()).collect();
    let (path, whole) = random.one_of(&all).clone();
    let mut bytes = whole.clone();
    (0..=random.below(3)).for_each(|_| damage(&mut bytes, random));
    fs::write(&path, bytes).unwrap();
    (path, whole)
}

/// The whole way from a kernel to generated text; whether it came to its end.
fn through(data: &Data, spec: &str) -> bool {
    let sink = Sink::new();
    let Ok(kernel) = Kernel::open(spec) else { return false };
    let Ok(extracted) = extract(&kernel, &data.abis, &Progress::new(Mode::Off), &sink) else { return false };
    let resolved = resolve(&extracted.facts, &data.abis, &data.curated, &sink);
    let releases: Vec<(&Release, &Resolved)> = vec![(&extracted.facts.release, &resolved)];
    let union = union(&releases, &data.abis, &History::default(), &sink);
    emit::emit(&releases, &union, &data.abis);
    emit::standalone(&union, "kernel", b"\"\\\0");
    let clean = sink.errors() == 0;
    // What is wrong has to be tellable.
    sink.take().iter().for_each(|said| drop(said.to_string()));
    clean
}

#[test]
fn a_damaged_kernel_never_panics() {
    const MUTANTS: u64 = 150;
    let data = data();
    let outcomes = Mutex::new((0, 0));
    std::thread::scope(|scope| {
        for name in FIXTURES {
            let (data, outcomes) = (&data, &outcomes);
            scope.spawn(move || {
                let tree = Tree::of(name);
                for seed in 0..MUTANTS {
                    let mut random = Random::new(seed);
                    let (path, whole) = damage_one(&tree.path(), &mut random);
                    let start = Instant::now();
                    let came_through = catch_unwind(AssertUnwindSafe(|| through(data, &tree.spec())));
                    let took = start.elapsed();
                    let file = path.strip_prefix(tree.path()).unwrap().display();
                    let came_through = came_through.unwrap_or_else(|_| panic!("{name}: seed {seed} of {file} panics"));
                    assert!(took < Duration::from_secs(20), "{name}: seed {seed} of {file} takes {took:?}");
                    let mut outcomes = outcomes.lock().unwrap();
                    if came_through {
                        outcomes.0 += 1
                    } else {
                        outcomes.1 += 1
                    }
                    fs::write(path, whole).unwrap();
                }
            });
        }
    });
    // Damage that never shows or always does would test little.
    let (good, bad) = outcomes.into_inner().unwrap();
    assert!(good > 30 && bad > 30, "{good} came through, {bad} did not");
}

#[test]
fn a_damaged_tarball_never_panics() {
    let data = data();
    let tree = Tree::of("kernel-old");
    for packing in Packing::ALL {
        let path = tree.packed(packing);
        let whole = fs::read(&path).unwrap();
        for seed in 0..40 {
            let mut random = Random::new(1000 + seed);
            let mut bytes = whole.clone();
            damage(&mut bytes, &mut random);
            fs::write(&path, bytes).unwrap();
            let spec = path.display().to_string();
            let outcome = catch_unwind(AssertUnwindSafe(|| through(&data, &spec)));
            assert!(outcome.is_ok(), "{packing:?}: seed {seed} panics");
        }
    }
}

#[test]
fn a_command_on_a_damaged_kernel_ends_with_0_or_2_and_changes_nothing_if_2() {
    let repository = Repository::holding(&["kernel-old"]);
    let tree = Tree::of("kernel");
    for seed in 2000..2030 {
        let mut random = Random::new(seed);
        let (path, whole) = damage_one(&tree.path(), &mut random);
        let before = repository.files();
        let ran = repository.run(["gen", "--kernel", &tree.spec()]);
        match ran.code {
            Some(0) => {
                repository.run(["gen", "--kernel", &tree.spec(), "--check"]).exits(0);
            }
            Some(2) => {
                assert!(repository.files() == before, "seed {seed}: {}", ran.err);
                assert!(ran.err.contains("error["), "seed {seed}: {}", ran.err);
            }
            code => panic!("seed {seed} of {}: {code:?}\n{}", path.display(), ran.err),
        }
        fs::write(path, whole).unwrap();
    }
}

#[test]
fn a_command_on_damaged_data_ends_with_0_1_or_2_and_changes_nothing() {
    let repository = Repository::holding(&["kernel-old"]);
    let mut failed = 0;
    for seed in 3000..3060 {
        let mut random = Random::new(seed);
        let (path, whole) = damage_one(&repository.at("data"), &mut random);
        let before = repository.files();
        for arguments in [&["gen", "--check"][..], &["list", "--format", "json"]] {
            let ran = repository.run(arguments.iter().copied());
            assert!(matches!(ran.code, Some(0..=2)), "seed {seed} of {}: {ran:?}", path.display());
            failed += usize::from(ran.code == Some(2));
        }
        assert!(repository.files() == before);
        fs::write(path, whole).unwrap();
    }
    assert!(failed > 10, "{failed}");
}
