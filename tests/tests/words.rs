//! The words in which arguments travel, against what C libraries really put there (`tests/recordings/`): every value
//! that a recorded program passed comes out of its words again, through every way into a kernel that has the ABI.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_yaml::Value;
use syscall_meta::{Abi, ByteOrder, Pairs, Param, Params, Part, Release, Side, Syscall};
use syscall_meta_tests::root;

/// All files, with the ABI and what else tells them apart.
const RECORDED: [(&str, &str, &str, &str); 26] = [
    ("aarch64", "aarch64", "little", "glibc"),
    ("alpha", "alpha", "little", "glibc"),
    ("arm", "arm", "little", "glibc"),
    ("arm-armel", "arm", "little", "glibc"),
    ("arm-musl", "arm", "little", "musl"),
    ("arm-musl-big", "arm", "big", "musl"),
    ("i386", "i386", "little", "glibc"),
    ("i386-musl", "i386", "little", "musl"),
    ("m68k", "m68k", "big", "glibc"),
    ("mips_n32", "mips_n32", "big", "glibc"),
    ("mips_n64", "mips_n64", "big", "glibc"),
    ("mips_o32", "mips_o32", "big", "glibc"),
    ("mips_o32-little", "mips_o32", "little", "glibc"),
    ("mips_o32-musl", "mips_o32", "big", "musl"),
    ("parisc", "parisc", "big", "glibc"),
    ("powerpc", "powerpc", "big", "glibc"),
    ("powerpc-musl", "powerpc", "big", "musl"),
    ("powerpc64", "powerpc64", "big", "glibc"),
    ("powerpc64-little", "powerpc64", "little", "glibc"),
    ("riscv32-musl", "riscv32", "little", "musl"),
    ("riscv64", "riscv64", "little", "glibc"),
    ("s390x", "s390x", "big", "glibc"),
    ("sh", "sh", "little", "glibc"),
    ("sparc", "sparc", "big", "glibc"),
    ("sparc64", "sparc64", "big", "glibc"),
    ("x86_64", "x86_64", "little", "glibc"),
];

/// The functions that `calls.c` calls, each in every file, with the names of the values that it passes.
const FUNCTIONS: [(&str, &[&str]); 15] = [
    ("pread", &["fd", "buf", "count", "pos"]),
    ("pwrite", &["fd", "buf", "count", "pos"]),
    ("truncate", &["path", "length"]),
    ("ftruncate", &["fd", "length"]),
    ("fallocate", &["fd", "mode", "offset", "len"]),
    ("sync_file_range", &["fd", "offset", "nbytes", "flags"]),
    ("posix_fadvise", &["fd", "offset", "len", "advice"]),
    ("readahead", &["fd", "offset", "count"]),
    ("preadv", &["fd", "vec", "vlen", "pos"]),
    ("pwritev", &["fd", "vec", "vlen", "pos"]),
    ("preadv2", &["fd", "vec", "vlen", "pos", "flags"]),
    ("pwritev2", &["fd", "vec", "vlen", "pos", "flags"]),
    ("fanotify_mark", &["fanotify_fd", "flags", "mask", "dfd", "pathname"]),
    ("mmap", &["addr", "len", "prot", "flags", "fd", "offset"]),
    ("clone", &["clone_flags", "newsp", "parent_tidptr", "child_tidptr", "tls"]),
];

/// Whose `pos` is two parameters in C, so that its halves keep to no rule for pairs.
const VECTORED: [&str; 4] = ["preadv", "pwritev", "preadv2", "pwritev2"];

/// Words that are recorded and that a call of the ABI has not: r6 is a word of the old ABI's.
const BEYOND: [(Abi, &[&str]); 1] = [(Abi::Arm, &["r6"])];

/// Other names that entries have for a value recorded under the first one. Values that can travel in two words are not
/// among them: they have one name on every ABI.
const OTHER_NAMES: [(&str, &[&str]); 4] = [
    ("path", &["filename", "pathname"]),
    ("buf", &["ubuf"]),
    ("tls", &["tls_val"]),
    // In mips's `sys32_fadvise64_64`.
    ("advice", &["flags"]),
];

/// The last word of `mmap` and `mmap2`.
const MMAP_OFFSETS: [&str; 4] = ["off", "offset", "pgoff", "off_4k"];

struct Recording {
    file: &'static str,
    abi: Abi,
    order: ByteOrder,
    is_musl: bool,
    calls: Vec<Recorded>,
}

struct Recorded {
    function: String,
    syscall: String,
    number: u32,
    passed: Vec<(String, u64)>,
    words: Vec<(String, u64)>,
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("`{field}` in {value:?}")).to_string()
}

/// A mapping of integers in the order of the file.
fn integers(value: &Value, field: &str) -> Vec<(String, u64)> {
    let mapping = value[field].as_mapping().unwrap_or_else(|| panic!("`{field}` in {value:?}"));
    let entry = |(name, value): (&Value, &Value)| Some((name.as_str()?.to_string(), value.as_u64()?));
    mapping.iter().map(|pair| entry(pair).unwrap_or_else(|| panic!("{pair:?}"))).collect()
}

fn recordings() -> Vec<Recording> {
    let folder = root().join("tests/recordings/words");
    let found: BTreeSet<String> = fs::read_dir(&folder)
        .expect("recordings")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    let expected: BTreeSet<String> = RECORDED.iter().map(|(file, ..)| format!("{file}.yaml")).collect();
    assert_eq!(found, expected);

    RECORDED
        .into_iter()
        .map(|(file, abi, order, library)| {
            let path = folder.join(format!("{file}.yaml"));
            let yaml: Value = serde_yaml::from_str(&fs::read_to_string(path).expect(file)).expect(file);
            assert_eq!((text(&yaml, "abi"), text(&yaml, "byte_order")), (abi.into(), order.into()), "{file}");
            assert!(text(&yaml, "library").starts_with(library), "{file}");
            let calls: Vec<Recorded> = yaml["calls"]
                .as_sequence()
                .expect("calls")
                .iter()
                .map(|call| Recorded {
                    function: text(call, "function"),
                    syscall: text(call, "syscall"),
                    number: call["number"].as_u64().and_then(|number| number.try_into().ok()).expect("a number"),
                    passed: integers(call, "passed"),
                    words: integers(call, "words"),
                })
                .collect();
            let made: Vec<(&str, Vec<&str>)> = calls
                .iter()
                .map(|call| (call.function.as_str(), call.passed.iter().map(|(name, _)| name.as_str()).collect()))
                .collect();
            assert_eq!(made, FUNCTIONS.map(|(function, names)| (function, names.to_vec())), "{file}");
            let order = if order == "big" { ByteOrder::Big } else { ByteOrder::Little };
            let abi: Abi = abi.parse().expect(abi);
            assert!(abi.byte_orders().contains(&order), "{file}");
            Recording { file, abi, order, is_musl: library == "musl", calls }
        })
        .collect()
}

/// The ways into a kernel that a call has.
fn sides(call: Syscall) -> impl Iterator<Item = Side> {
    [Some(call.side()), call.compat_side()].into_iter().flatten()
}

/// The places of the argument words: registers, then the stack.
fn places(abi: Abi) -> Vec<String> {
    let convention = abi.convention();
    let stack = convention.stack().into_iter().flat_map(|stack| {
        let bytes = abi.word_bits() / 8;
        (0..stack.count).map(move |word| format!("{}_{}", stack.register, stack.offset + bytes * word))
    });
    convention.words().iter().map(ToString::to_string).chain(stack).collect()
}

/// What is to come out for a passed value.
enum Expected {
    /// This value, under one of these names.
    Value(Vec<&'static str>, u64),
    /// Nothing, for this reason.
    Nothing(&'static str),
}

const IN_A_BLOCK: &str = "in the block that the one word points to";
const STACK_MOVED: &str = "the library leaves room on the new stack";
const NOT_ASKED_FOR: &str = "musl passes pointers of clone only if its flags ask for them";

fn expected(recording: &Recording, recorded: &Recorded, side: Side, name: &'static str, passed: u64) -> Expected {
    let function = recorded.function.as_str();
    let other_names = |name| OTHER_NAMES.iter().filter(move |(known, _)| *known == name).flat_map(|(_, names)| *names);
    let vectored = VECTORED.contains(&function);
    match (function, name) {
        ("mmap", _) if side.block().is_some() => Expected::Nothing(IN_A_BLOCK),
        ("mmap", "offset") if recorded.syscall == "mmap2" => Expected::Value(MMAP_OFFSETS.to_vec(), passed / 4096),
        ("mmap", "offset") => Expected::Value(MMAP_OFFSETS.to_vec(), passed),
        ("clone", "newsp") => Expected::Nothing(STACK_MOVED),
        ("clone", "parent_tidptr" | "child_tidptr" | "tls") if recording.is_musl => Expected::Nothing(NOT_ASKED_FOR),
        // Where `long` has 64 bits, the kernel (`pos_from_hilo`) shifts pos_h out and takes pos_l as it is.
        (_, "pos") if vectored && recording.abi.long_bits() == 64 => Expected::Value(vec!["pos_l"], passed),
        // riscv64 serves riscv32 by the function of 64-bit programs (scripts/syscall.tbl names no compat entry), which
        // reads the mask from one word and the rest from the words that follow. That is the kernel's mistake.
        ("fanotify_mark", "mask" | "dfd" | "pathname") if side.is_compat() && recording.abi == Abi::Riscv32 => {
            let value = |name: &str| recorded.passed.iter().find(|(known, _)| known == name).expect("a value").1;
            let misread = match name {
                "mask" => value("mask") & 0xffff_ffff,
                "dfd" => value("mask") >> 32,
                _ => value("dfd"),
            };
            Expected::Value(vec![name], misread)
        }
        _ => Expected::Value([name].into_iter().chain(other_names(name).copied()).collect(), passed),
    }
}

/// A parameter that no half and no dummy is.
fn is_whole(param: &Param) -> bool {
    param.part() == Part::Whole
}

/// The words that a call's parameters leave empty before its last one, and those that say of themselves to be empty.
fn holes(params: Params) -> Vec<usize> {
    let mut holes: Vec<usize> = (0..params.word_count()).collect();
    for param in params.filter(|param| param.part() != Part::Dummy) {
        holes.retain(|word| !param.words().contains(word));
    }
    holes
}

/// Where each 64-bit value begins that travels in two words, whether C has one parameter for it or one for each half.
fn pairs(params: Params) -> Vec<usize> {
    let all: Vec<Param> = params.collect();
    let wide = all.iter().filter(|param| param.words().len() == 2).map(|param| param.words().start);
    let halves = all.windows(2).filter(|two| match (two[0].part(), two[1].part()) {
        (Part::Low(one), Part::High(two)) | (Part::High(one), Part::Low(two)) => one == two,
        (Part::First(one), Part::Second(two)) => one == two,
        _ => false,
    });
    wide.chain(halves.map(|two| two[0].words().start)).collect()
}

/// What was seen of an ABI.
#[derive(Default)]
struct Seen {
    files: usize,
    calls: usize,
    main: usize,
    compat: usize,
    in_two_words: usize,
    even: usize,
    odd: usize,
    holes: usize,
    not_compared: usize,
}

#[test]
fn every_recorded_value_comes_out_of_its_words() {
    let mut wrong: Vec<String> = Vec::new();
    let mut seen: BTreeMap<&str, Seen> = BTreeMap::new();
    let mut reasons: BTreeSet<&str> = BTreeSet::new();
    let mut other_names: BTreeSet<(&str, &str)> = BTreeSet::new();

    for recording in recordings() {
        let (file, abi) = (recording.file, recording.abi);
        let table = abi.table().expect("every table is built in");
        let seen = seen.entry(abi.name()).or_default();
        seen.files += 1;
        for recorded in &recording.calls {
            seen.calls += 1;
            let what = format!("{file}: {} {}", recorded.syscall, recorded.number);
            let Some(call) = table.get(recorded.number) else {
                wrong.push(format!("{what} is not in the table"));
                continue;
            };
            if call.name() != recorded.syscall && !call.aliases().any(|alias| alias == recorded.syscall) {
                wrong.push(format!("{what} is {call}"));
                continue;
            }

            let mut expected_places = places(abi);
            let count = expected_places.len();
            let beyond = BEYOND.iter().filter(|(known, _)| *known == abi).flat_map(|(_, names)| *names);
            expected_places.extend(beyond.map(ToString::to_string));
            let recorded_places: Vec<&str> = recorded.words.iter().map(|(place, _)| place.as_str()).collect();
            if recorded_places != expected_places {
                wrong.push(format!("{what} has words in {recorded_places:?}, not in {expected_places:?}"));
                continue;
            }
            let words: Vec<u64> = recorded.words.iter().take(count).map(|(_, word)| *word).collect();

            for side in sides(call) {
                let way = if side.is_compat() { " as compat" } else { "" };
                let what = format!("{what}{way}, {}", side.entry().unwrap_or("-"));
                let Some(params) = side.params() else {
                    wrong.push(format!("{what} has no parameters"));
                    continue;
                };
                let mut used = BTreeSet::new();
                let names =
                    FUNCTIONS.iter().find(|(function, _)| *function == recorded.function).expect("a function").1;
                for (passed_as, (_, passed)) in names.iter().zip(&recorded.passed) {
                    let (names, expected) = match expected(&recording, recorded, side, passed_as, *passed) {
                        Expected::Value(names, expected) => (names, expected),
                        Expected::Nothing(reason) => {
                            reasons.insert(reason);
                            seen.not_compared += 1;
                            continue;
                        }
                    };
                    let of_name = |name: &&&str| {
                        params.value(name, &words, recording.order).filter(|_| !used.contains(**name)).is_some()
                    };
                    let Some(name) = names.iter().find(of_name) else {
                        wrong.push(format!("{what}: {passed_as} is none of ({params})"));
                        continue;
                    };
                    used.insert(*name);
                    if OTHER_NAMES.iter().any(|(known, _)| known == passed_as) && name != passed_as {
                        other_names.insert((passed_as, name));
                    }
                    let value = params.value(name, &words, recording.order);
                    if value != Some(expected) {
                        wrong.push(format!("{what}: {name} is {value:x?}, not {expected:#x}, in ({params})"));
                    }
                    let of = |param: &Param| match param.part() {
                        Part::Low(of) | Part::High(of) | Part::First(of) | Part::Second(of) => of == *name,
                        _ => param.name() == *name && param.words().len() == 2,
                    };
                    seen.in_two_words += usize::from(params.filter(of).count() > 0);
                    if side.is_compat() { seen.compat += 1 } else { seen.main += 1 }
                }

                // Nothing that the entry takes is left over.
                let block = side.block().is_some();
                for param in params.filter(is_whole) {
                    let name = param.name();
                    let ignored = name == "pos_h" && abi.long_bits() == 64 || name == "newsp";
                    let musl = recording.is_musl && recorded.function == "clone";
                    if !(used.contains(name) || ignored || musl || block) {
                        wrong.push(format!("{what}: nothing was compared with {name} of ({params})"));
                    }
                }

                if VECTORED.contains(&recorded.function.as_str()) {
                    if !holes(params).is_empty() {
                        wrong.push(format!("{what} has a hole"));
                    }
                    continue;
                }
                for hole in holes(params) {
                    seen.holes += 1;
                    if words[hole] != 0 {
                        wrong.push(format!("{what}: the hole at word {hole} holds {:#x}", words[hole]));
                    }
                }
                for start in pairs(params) {
                    if start % 2 == 0 { seen.even += 1 } else { seen.odd += 1 }
                }
            }
        }
    }

    println!(
        "{:12}{:>6}{:>6}{:>6}{:>7}{:>7}{:>6}{:>6}{:>6}{:>6}",
        "", "files", "calls", "main", "compat", "split", "even", "odd", "holes", "not"
    );
    for (name, seen) in &seen {
        println!(
            "{name:12}{:6}{:6}{:6}{:7}{:7}{:6}{:6}{:6}{:6}",
            seen.files,
            seen.calls,
            seen.main,
            seen.compat,
            seen.in_two_words,
            seen.even,
            seen.odd,
            seen.holes,
            seen.not_compared
        );
        let abi: Abi = name.parse().expect("an ABI");
        let is_proved = match abi.pairs() {
            Pairs::Aligned => seen.holes > 0 && seen.odd == 0 && seen.even > 0,
            Pairs::Unaligned => seen.odd > 0,
            Pairs::Whole => seen.even + seen.odd + seen.holes == 0,
            other => panic!("{other:?}"),
        };
        if !is_proved {
            wrong.push(format!(
                "{name}: {:?} is not what {} even pairs, {} odd ones and {} holes show",
                abi.pairs(),
                seen.even,
                seen.odd,
                seen.holes
            ));
        }
        let compat = !abi.compat_archs().is_empty() && abi.native_arch().is_some();
        if seen.main == 0 || (seen.compat > 0) != compat {
            wrong.push(format!("{name}: {} values were compared, and {} as compat", seen.main, seen.compat));
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(seen.len(), 18);
    let all_other_names = OTHER_NAMES.iter().flat_map(|(name, others)| others.iter().map(move |other| (*name, *other)));
    assert_eq!(other_names, all_other_names.collect(), "every other name is needed");
    assert_eq!(reasons, BTreeSet::from([IN_A_BLOCK, STACK_MOVED, NOT_ASKED_FOR]), "every exception is needed");
}

/// The ways into every call of every ABI, in every release.
fn every_side() -> impl Iterator<Item = Side> {
    let calls = Abi::ALL.iter().flat_map(|abi| abi.table().expect("every table is built in"));
    calls.flat_map(|call| {
        let of_releases = Release::ALL.iter().map(Release::version);
        sides(call)
            .chain(of_releases.flat_map(move |version| [call.side_in(version), call.compat_side_in(version)]).flatten())
    })
}

#[test]
fn parameters_share_no_word_and_fit_into_the_words_of_the_abi() {
    let mut wrong: BTreeSet<String> = BTreeSet::new();
    let (mut lists, mut wide, mut halves) = (0, 0, 0);
    for side in every_side() {
        let Some(params) = side.params() else { continue };
        lists += 1;
        let abi = side.syscall().abi();
        let way = if side.is_compat() { " as compat" } else { "" };
        let mut fails = |why: &str| {
            wrong.insert(format!(
                "{abi} {}{way}, {}: {why} in {:?}",
                side.syscall(),
                side.entry().unwrap_or("-"),
                params.map(|param| format!("{param:?}")).collect::<Vec<_>>()
            ));
        };
        if params.word_count() > places(abi).len() {
            fails("too many words");
        }
        let all: Vec<Param> = params.collect();
        let mut end = 0;
        for (index, param) in all.iter().enumerate() {
            let words = param.words();
            let room = usize::from(abi.pairs() == Pairs::Aligned && words.len() == 2);
            if words.start < end || words.start > end + room || words.is_empty() {
                fails("words out of order");
            }
            end = words.end;
            if words.len() != param.bits().div_ceil(abi.word_bits()) as usize || !(8..=64).contains(&param.bits()) {
                fails("another number of words than its bits ask for");
            }
            wide += usize::from(words.len() == 2);
            if words.len() == 2 && abi.pairs() == Pairs::Aligned && words.start % 2 != 0 {
                fails("a pair begins with an odd word");
            }
            let next = all.get(index + 1).map(|next| next.part());
            match param.part() {
                Part::First(of) => {
                    halves += 1;
                    if next != Some(Part::Second(of)) {
                        fails("a half without the other");
                    }
                    if abi.pairs() == Pairs::Aligned && words.start % 2 != 0 {
                        fails("a half pair begins with an odd word");
                    }
                }
                Part::Low(of) | Part::High(of) => {
                    let is_other = |other: &&Param| match param.part() {
                        Part::Low(_) => other.part() == Part::High(of),
                        _ => other.part() == Part::Low(of),
                    };
                    let others: Vec<&Param> = all.iter().filter(is_other).collect();
                    match others.as_slice() {
                        [other] if other.words().start.abs_diff(words.start) == 1 => halves += 1,
                        _ => fails("a half without the other"),
                    }
                }
                _ => {}
            }
            if param.part() != Part::Whole && (words.len() != 1 || param.bits() != 32) {
                fails("a half that is not of 32 bits");
            }
            let same_name = all.iter().filter(|other| other.name() == param.name()).count();
            if same_name != 1 {
                fails("a name twice");
            }
        }
        if let Some(block) = side.block() {
            let starts: Vec<usize> = block.map(|param| param.words().start).collect();
            if starts != (0..block.len()).collect::<Vec<_>>() || all.len() != 1 || !all[0].is_pointer() {
                fails("a block that is none");
            }
        }
    }
    println!("{lists} lists of parameters, {wide} pairs, {halves} halves");
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.into_iter().collect::<Vec<_>>().join("\n"));
    assert!(lists > 20_000 && wide > 100 && halves > 100, "{lists} {wide} {halves}");
}

#[test]
fn a_value_in_halves_has_the_name_that_it_has_in_whole() {
    let mut whole: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut halves: BTreeSet<(&str, &str)> = BTreeSet::new();
    for side in every_side() {
        let call = side.syscall().name();
        for param in side.params().into_iter().flatten() {
            match param.part() {
                Part::Whole if param.bits() == 64 => _ = whole.insert((call, param.name())),
                Part::Low(of) | Part::High(of) | Part::First(of) | Part::Second(of) => _ = halves.insert((call, of)),
                _ => {}
            }
        }
    }
    // C has halves of it everywhere. (`pos` of `preadv` is in whole on x32.)
    let never_whole = BTreeSet::from([("_llseek", "offset"), ("llseek", "offset")]);
    assert_eq!(halves.difference(&whole).copied().collect::<BTreeSet<_>>(), never_whole);
    assert!(halves.len() > 20, "{halves:?}");
}
