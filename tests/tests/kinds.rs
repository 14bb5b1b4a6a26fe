//! What `data/curated/kinds/` says of parameters, held against every release in `data/`.

use std::collections::{BTreeMap, BTreeSet};

use syscall_meta_gen::diagnostic::Sink;
use syscall_meta_gen::model::{
    Abi, Choice, Class, Direction, EntryKinds, FieldKind, Headers, Kind, Kinds, Parameter, Plain, Pointer, Returns,
    Scalar, Side, StructFields, Target, Value, When,
};
use syscall_meta_gen::resolve::{check_fields, check_kinds, kinds, resolve, sets};
use syscall_meta_tests::data;

/// The ABIs of every release, without kinds.
fn abis() -> Vec<Abi> {
    let data = data();
    let of = |kernel: &String| {
        let facts = data.load(kernel).unwrap_or_else(|error| panic!("{kernel}: {error}"));
        resolve(&facts, &data.abis, &data.curated, &Sink::new()).abis
    };
    data.kernels.iter().flat_map(of).collect()
}

/// The names of every set, over all releases.
fn members() -> BTreeMap<String, BTreeSet<String>> {
    let data = data();
    let specs = data.sets().expect("sets");
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for kernel in &data.kernels {
        let headers = data.load_headers(kernel).unwrap_or_else(|error| panic!("{kernel}: {error}"));
        for set in sets(&headers, &specs, &Sink::new()).sets {
            all.entry(set.name.clone()).or_default().extend(set.names().map(str::to_string));
        }
    }
    all
}

fn sides(abi: &Abi) -> impl Iterator<Item = &Side> {
    abi.syscalls.iter().flat_map(|call| std::iter::once(&call.main).chain(&call.compat))
}

fn params(side: &Side) -> impl Iterator<Item = &Parameter> {
    side.params.iter().chain(&side.block).flatten()
}

/// How many of a hundred parameters may be bare integers or opaque pointers on an ABI.
const BARE_IN_100: usize = 3;

#[test]
fn every_parameter_has_a_kind_and_few_are_bare() {
    let (mut abis, known) = (abis(), data().kinds().expect("kinds"));
    let sink = Sink::new();
    check_kinds(abis.iter(), &known, &members(), &sink);
    let said = sink.take();
    assert!(said.is_empty(), "{said:#?}");
    // By what is written, without the rules for calls to come.
    kinds(&mut abis, &Kinds { rules: Vec::new(), ..known });
    for abi in &abis {
        let (mut all, mut bare, mut unknown) = (0, 0, Vec::new());
        for side in sides(abi).filter(|side| side.params.is_some()) {
            let entry = side.entry.as_deref().unwrap_or_default();
            if side.returns.is_none() {
                unknown.push(format!("{entry}: its result"));
            }
            for param in params(side) {
                all += 1;
                match param.kind.as_deref() {
                    None => unknown.push(format!("{entry}: {}", param.name)),
                    Some(kind) => bare += usize::from(kind.reason().is_some()),
                }
            }
        }
        assert!(unknown.is_empty(), "{} of {}: {unknown:#?}", abi.name, abi.release);
        assert!(bare * 100 <= all * BARE_IN_100, "{} of {}: {bare} of {all} are bare", abi.name, abi.release);
    }
}

/// Entries that take something else by such a name: a folder or AT_FDCWD or FD_FAILFS_ROOT, a descriptor of another process.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("compat_sys_execveat", "fd"),
    ("sys32_execveat", "fd"),
    ("sys64_execveat", "fd"),
    ("sys_execveat", "fd"),
    ("sys_fchdir", "fd"),
    ("sys_fchroot", "fd"),
    ("sys_pidfd_getfd", "fd"),
];

#[test]
fn no_rule_says_what_is_not_so() {
    let (mut written, mut by_rule, known) = (abis(), abis(), data().kinds().expect("kinds"));
    kinds(&mut written, &Kinds { entries: known.entries.clone(), ..Kinds::default() });
    kinds(&mut by_rule, &Kinds { rules: known.rules.clone(), ..Kinds::default() });
    let (mut wrong, mut agree) = (BTreeSet::new(), 0);
    for (written, by_rule) in written.iter().zip(&by_rule) {
        for (side, other) in sides(written).zip(sides(by_rule)) {
            for (param, ruled) in params(side).zip(params(other)) {
                let (Some(written), Some(ruled)) = (&param.kind, &ruled.kind) else { continue };
                let entry = side.entry.as_deref().unwrap_or_default();
                if EXCEPTIONS.contains(&(entry, &param.name)) {
                    continue;
                }
                if fits(written, ruled) {
                    agree += 1;
                } else {
                    wrong.insert(format!("{entry} {}: `{written}`, by rule `{ruled}`", param.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(agree > 10_000, "{agree}");
}

/// Whether a rule says no more than what is written, which may say more: that NULL means something, how many there are.
fn fits(written: &Kind, ruled: &Kind) -> bool {
    match (written, ruled) {
        (Kind::Pointer(written), Kind::Pointer(ruled)) => {
            written.direction == ruled.direction && written.target == ruled.target
        }
        // What a value decides may be that, or nothing: the mode of a file that is not made.
        (Kind::By(_), _) => true,
        _ => written == ruled,
    }
}

/// What C promises: the kernel writes nothing through a pointer to what is `const`.
#[test]
fn what_is_const_is_not_written() {
    let (mut abis, known) = (abis(), data().kinds().expect("kinds"));
    kinds(&mut abis, &known);
    let mut wrong = BTreeSet::new();
    for side in abis.iter().flat_map(sides) {
        for param in params(side).filter(|param| param.ty.starts_with("const ") && param.scalar == Scalar::Pointer) {
            // The buffers are not const, only what tells where they are.
            let is_outside = matches!(
                param.kind.as_deref(),
                Some(Kind::Pointer(Pointer { target: Target::IoVec | Target::MsgHdr, .. }))
            );
            let direction = param.kind.as_deref().and_then(Kind::direction);
            if !is_outside && direction.is_some_and(|direction| direction != Direction::In) {
                wrong.insert(format!("{} {}: {}", side.entry.as_deref().unwrap_or_default(), param.name, param.ty));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Kinds of integers are told of numbers, and what leads somewhere of pointers, or of words as wide that programs for
/// another data model pass.
#[test]
fn pointers_are_told_from_numbers() {
    let (mut abis, known) = (abis(), data().kinds().expect("kinds"));
    kinds(&mut abis, &known);
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    for side in abis.iter().flat_map(sides) {
        for param in params(side) {
            let Some(kind) = param.kind.as_deref() else { continue };
            let is_pointer = param.scalar == Scalar::Pointer;
            let is_fine = match kind {
                Kind::Plain(Plain::Address | Plain::Unused | Plain::Hex) | Kind::By(_) => true,
                Kind::Plain(_) | Kind::Set(_) | Kind::Bare(_) => !is_pointer,
                Kind::Pointer(_) => is_pointer || matches!(param.scalar, Scalar::Unsigned(32 | 64)),
            };
            if !is_fine {
                wrong.insert(
                    format!("{} {}", side.entry.as_deref().unwrap_or_default(), param.name),
                    format!("{}: {kind}", param.ty),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A few that everybody knows, by hand out of `strace -e trace=%CLASS`'s manual.
#[test]
fn classes_are_those_of_tracers() {
    let (mut abis, known) = (abis(), data().kinds().expect("kinds"));
    kinds(&mut abis, &known);
    let newest = abis.iter().rfind(|abi| abi.name == "x86_64").expect("x86_64");
    let has = |name: &str, class| newest.by_name(name).expect(name).main.classes.contains(&class);
    for (class, names) in [
        (Class::File, &["open", "stat", "chmod", "unlink", "execve", "mount", "statfs", "rename", "readlink"][..]),
        (Class::Desc, &["read", "write", "close", "dup", "fstat", "mmap", "epoll_wait", "select", "poll"]),
        (Class::Process, &["fork", "clone", "execve", "exit", "exit_group", "wait4", "kill"]),
        (Class::Network, &["socket", "connect", "accept", "sendmsg", "getsockopt", "shutdown"]),
        (Class::Signal, &["rt_sigaction", "rt_sigprocmask", "kill", "pause", "sigaltstack"]),
        (Class::Ipc, &["shmget", "semop", "msgrcv"]),
        (Class::Memory, &["mmap", "munmap", "mprotect", "brk", "madvise", "mlock"]),
        (Class::Creds, &["setuid", "getgid", "capset", "setresgid", "getgroups"]),
        (Class::Clock, &["clock_gettime", "gettimeofday", "settimeofday", "adjtimex"]),
        (Class::Pure, &["getpid", "getuid", "gettid", "getppid"]),
        (Class::Stat, &["stat"]),
        (Class::Fstat, &["fstat", "newfstatat", "statx"]),
    ] {
        let missing: Vec<&&str> = names.iter().filter(|name| !has(name, class)).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", class.as_str());
    }
}

/// Structures that have no layout anywhere, each with the reason.
const WITHOUT_LAYOUT: &[(&str, &str)] = &[
    ("compat_stack_t", "another name of struct compat_sigaltstack"),
    ("compat_uptr_t", "a word in the block of compat_sys_old_select"),
    ("osf_sigaction", "of a header of alpha's that is read for its typedefs alone"),
    ("rtas_args", "of a header of powerpc's with typedefs of its own, which open.yaml names"),
    ("rt_sigframe", "of alpha's arch/alpha/kernel/signal.c, which nobody reads from outside"),
    ("stack_t", "another name of struct sigaltstack"),
];

#[test]
fn structures_have_layouts() {
    let (mut abis, known) = (abis(), data().kinds().expect("kinds"));
    kinds(&mut abis, &known);
    let mut laid_out: BTreeSet<String> = BTreeSet::new();
    for kernel in &data().kernels {
        let headers = data().load_headers(kernel).unwrap_or_else(|error| panic!("{kernel}: {error}"));
        let names = headers.records.values().flat_map(BTreeMap::keys);
        laid_out.extend(names.map(|name| name.rsplit(' ').next().unwrap_or_default().to_string()));
    }
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    for param in abis.iter().flat_map(sides).flat_map(params) {
        wanted.extend(param.kind.as_deref().and_then(|kind| named(kind, Some(&param.ty))));
    }
    for choice in &known.choices {
        let cases = choice.cases.iter().map(|case| &case.params);
        let all = cases.chain(choice.otherwise.iter().map(|decided| &decided.params));
        wanted.extend(all.flat_map(BTreeMap::values).filter_map(|kind| named(kind, None)));
    }
    let exceptions: BTreeSet<String> = WITHOUT_LAYOUT.iter().map(|(name, _)| name.to_string()).collect();
    let missing: BTreeSet<String> = wanted.difference(&laid_out).cloned().collect();
    assert_eq!(missing, exceptions, "a layout is missing, or is there and need not be excepted");
}

/// Requests that each device or socket has its own of: their names would stand beside `SIOCDEVPRIVATE` and
/// `SIOCPROTOPRIVATE` wherever these are meant.
const OF_A_DEVICE: &str = "SIOCGETTUNNEL SIOCADDTUNNEL SIOCDELTUNNEL SIOCCHGTUNNEL SIOCGETPRL SIOCADDPRL SIOCDELPRL \
    SIOCCHGPRL SIOCGET6RD SIOCADD6RD SIOCDEL6RD SIOCCHG6RD SIOCGPPPSTATS SIOCGPPPVER SIOCGPPPCSTATS SIOCUNIXFILE";

#[test]
fn what_is_said_of_a_request_is_said_under_its_name() {
    let known = data().kinds().expect("kinds");
    let cases = known.choices.iter().filter(|choice| choice.of == ["ioctl"]).flat_map(|choice| &choice.cases);
    let values = cases.flat_map(|case| &case.when);
    // The name of one with an argument is that of a family.
    let name = |when: &When| match when {
        When::One(Value::Name(name)) => Some(name.clone()).filter(|name| !name.contains('(')),
        _ => None,
    };
    let names: BTreeSet<String> = values.filter_map(name).collect();
    assert!(names.len() > 1000, "{}", names.len());
    let is_shown =
        |name: &str| syscall_meta::Abi::ALL.iter().any(|abi| syscall_meta::Ioctl::by_name(*abi, name).is_some());
    let nameless: BTreeSet<&str> = names.iter().map(String::as_str).filter(|name| !is_shown(name)).collect();
    assert_eq!(nameless, OF_A_DEVICE.split_ascii_whitespace().collect());
}

/// The structure that a kind is of, without `struct`.
fn named(kind: &Kind, ty: Option<&str>) -> Option<String> {
    match kind {
        Kind::Pointer(Pointer { target: Target::Struct(Some(name)), .. }) => Some(name.clone()),
        Kind::Pointer(Pointer { target: Target::Struct(None), .. }) => {
            let mut words =
                ty?.split([' ', '*']).filter(|word| !["", "const", "__user", "struct", "union"].contains(word));
            words.next().map(str::to_string)
        }
        _ => None,
    }
}

/// The messages for a doctored copy of what people wrote.
fn complaints(abis: &[Abi], members: &BTreeMap<String, BTreeSet<String>>, doctor: impl FnOnce(&mut Kinds)) -> String {
    let mut known = data().kinds().expect("kinds");
    doctor(&mut known);
    let sink = Sink::new();
    check_kinds(abis.iter(), &known, members, &sink);
    sink.take().into_iter().map(|said| said.message + "\n").collect()
}

#[test]
fn what_is_wrong_is_told() {
    let (abis, members) = (abis(), members());
    let entry = |known: &Kinds, name: &str| known.entries.iter().position(|entry| entry.of.iter().any(|of| of == name));
    let choice = |known: &Kinds, name: &str| known.choices.iter().position(|one| one.of.iter().any(|of| of == name));
    let kind = |text: &str| text.parse::<Kind>().expect(text);
    let of_read = |doctor: &dyn Fn(&mut EntryKinds)| {
        complaints(&abis, &members, |known| {
            let at = entry(known, "read").expect("read");
            doctor(&mut known.entries[at]);
        })
    };
    let of_fcntl = |doctor: &dyn Fn(&mut Choice)| {
        complaints(&abis, &members, |known| {
            let at = choice(known, "fcntl").expect("fcntl");
            doctor(&mut known.choices[at]);
        })
    };
    assert_eq!(of_read(&|_| {}), "");
    for (said, expected) in [
        (of_read(&|read| read.of.push("no_such".into())), "no release that is held has an entry `no_such`"),
        (of_read(&|read| read.of.push("write".into())), "`write` stands in"),
        (of_read(&|read| drop(read.params.remove("buf"))), "no kind is said of buf"),
        (of_read(&|read| drop(read.params.insert("bf".into(), kind("fd")))), "has a parameter `bf`"),
        (of_read(&|read| drop(read.params.insert("buf".into(), kind("set open_flags")))), "`buf` is a pointer"),
        (of_read(&|read| drop(read.params.insert("buf".into(), kind("out bytes[cnt]")))), "names `cnt`"),
        (of_read(&|read| drop(read.params.insert("count".into(), kind("set no_such")))), "no set `no_such`"),
        (of_read(&|read| read.returns = Returns::Value(kind("set no_such"))), "no set `no_such`"),
        (of_read(&|read| drop(read.params.insert("count".into(), kind("by fd")))), "no choice says what count"),
        (of_fcntl(&|fcntl| fcntl.of.push("no_such".into())), "no release that is held has an entry `no_such`"),
        (of_fcntl(&|fcntl| fcntl.by = vec!["command".into()]), "has a parameter `command`"),
        (
            of_fcntl(&|fcntl| fcntl.cases[0].when = vec![When::One(Value::Name("F_NONE".into()))]),
            "`F_NONE` is no member",
        ),
        (of_fcntl(&|fcntl| fcntl.cases[0].when.clear()), "says of no value"),
        (of_fcntl(&|fcntl| drop(fcntl.cases[0].params.insert("fd".into(), kind("fd")))), "`fd` is not left to"),
        (of_fcntl(&|fcntl| drop(fcntl.cases[0].params.insert("arg".into(), kind("out bytes[len]")))), "names `len`"),
        (of_fcntl(&|fcntl| fcntl.cases[0].returns = Some(Returns::Value(kind("set no_such")))), "no set `no_such`"),
        (of_fcntl(&|fcntl| fcntl.cases[0].call = Some("no_such".into())), "there is no entry `no_such`"),
        (of_fcntl(&|fcntl| fcntl.cases.clear()), "no choice says what"),
    ] {
        assert!(said.contains(expected), "expected {expected:?} in {said:?}");
    }
}

/// What is wrong with the fields of structures in a doctored copy of what people wrote.
fn complaints_about_fields(
    headers: &[Headers],
    members: &BTreeMap<String, BTreeSet<String>>,
    doctor: impl FnOnce(&mut StructFields),
) -> String {
    let mut known = data().kinds().expect("kinds");
    let sigevent = known.fields.iter_mut().find(|fields| fields.of.iter().any(|of| of == "sigevent"));
    doctor(sigevent.expect("sigevent"));
    let sink = Sink::new();
    check_fields(headers.iter(), &known, members, &sink);
    sink.take().into_iter().map(|said| said.message + "\n").collect()
}

#[test]
fn fields_are_those_of_the_layouts() {
    let members = members();
    let load = |kernel: &String| data().load_headers(kernel).unwrap_or_else(|error| panic!("{kernel}: {error}"));
    let headers: Vec<Headers> = data().kernels.iter().map(load).collect();
    let kind = |text: &str| text.parse::<FieldKind>().expect(text);
    let said = |doctor: &dyn Fn(&mut StructFields)| complaints_about_fields(&headers, &members, doctor);
    assert_eq!(said(&|_| {}), "");
    for (said, expected) in [
        (said(&|of| of.of.push("no_such".into())), "no release that is held has a structure `no_such`"),
        (said(&|of| of.of.push("stat".into())), "stands in data/curated/fields/"),
        (said(&|of| drop(of.fields.remove("sigev_signo"))), "no kind is said of sigev_signo"),
        (said(&|of| drop(of.fields.insert("sigev".into(), kind("fd")))), "has no field `sigev`"),
        (said(&|of| of.brief.push("sigev".into())), "has no field `sigev`"),
        (said(&|of| drop(of.fields.insert("sigev_signo".into(), kind("set no_such")))), "no set `no_such`"),
        (said(&|of| drop(of.fields.insert("sigev_signo".into(), kind("in bytes[len]")))), "names `len`"),
        (said(&|of| drop(of.fields.insert("sigev_signo".into(), kind("in struct")))), "without saying which"),
        (said(&|of| of.by[0].when = vec![Value::Name("SIGEV_NO".into())]), "`SIGEV_NO` is no member"),
    ] {
        assert!(said.contains(expected), "expected {expected:?} in {said:?}");
    }
}

/// A kind as both the generator and the library can say it.
fn told(kind: &Kind) -> String {
    match kind {
        Kind::Plain(plain) => plain.as_str().to_string(),
        Kind::Set(name) => format!("set {name}"),
        Kind::By(_) => "by".to_string(),
        Kind::Bare(reason) => format!("bare: {reason}"),
        Kind::Pointer(pointer) => {
            let target = match &pointer.target {
                Target::Opaque(reason) => format!("opaque: {reason}"),
                Target::Value(..) => "numbers".to_string(),
                other => other.family().to_string(),
            };
            format!("{} {target}{}", pointer.direction.as_str(), if pointer.nullable { "?" } else { "" })
        }
    }
}

fn told_by_library(kind: syscall_meta::Kind) -> String {
    use syscall_meta::{Direction, Kind, Target};
    match kind {
        Kind::Plain(plain) => plain.as_str().to_string(),
        Kind::Set(set) => format!("set {}", set.name()),
        Kind::Chosen => "by".to_string(),
        Kind::Bare(reason) => format!("bare: {reason}"),
        Kind::Pointer { direction, target, nullable } => {
            let direction = match direction {
                Direction::In => "in",
                Direction::Out => "out",
                Direction::InOut => "in-out",
            };
            let target = match target {
                Target::Path => "path",
                Target::Text => "string",
                Target::Texts => "strings",
                Target::Bytes => "bytes",
                Target::Struct(_) => "struct",
                Target::Numbers => "numbers",
                Target::BitSet => "bitset",
                Target::SigSet => "sigset",
                Target::FdSet => "fdset",
                Target::SockAddr => "sockaddr",
                Target::IoVec => "iovec",
                Target::MsgHdr => "msghdr",
                Target::SigInfo => "siginfo",
                Target::Dirents => "dirents",
                Target::Chosen => "by",
                Target::Opaque(reason) => return format!("{direction} opaque: {reason}"),
                other => panic!("{other:?}"),
            };
            format!("{direction} {target}{}", if nullable { "?" } else { "" })
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_library_has_the_kinds_results_and_classes_of_every_call() {
    let (mut abis, known) = (abis(), data().kinds().expect("kinds"));
    kinds(&mut abis, &known);
    let mut compared = 0;
    for abi in &abis {
        let name: syscall_meta::Abi = abi.name.parse().expect("an ABI");
        let table = name.table().expect("all ABIs are built in");
        let version = abi.release.kernel().parse().expect("a version");
        for call in &abi.syscalls {
            let of = table.get(call.number).unwrap_or_else(|| panic!("{} {}", abi.name, call.name));
            let sides = [(Some(&call.main), of.side_in(version)), (call.compat.as_ref(), of.compat_side_in(version))];
            for (side, theirs) in sides {
                let (Some(side), Some(theirs)) = (side, theirs) else { continue };
                let place = format!("{} of {} {}", call.name, abi.name, abi.release);
                for param in params(side) {
                    let ours = param.kind.as_deref().map(told);
                    assert_eq!(theirs.kind(&param.name).map(told_by_library), ours, "{} of {place}", param.name);
                    compared += 1;
                }
                let returns = match theirs.returns() {
                    None => "-".to_string(),
                    Some(syscall_meta::Returns::Zero) => "zero".to_string(),
                    Some(syscall_meta::Returns::Never) => "never".to_string(),
                    Some(syscall_meta::Returns::Value(kind)) => told_by_library(kind),
                    Some(other) => panic!("{other:?}"),
                };
                let ours = match side.returns.as_deref() {
                    None => "-".to_string(),
                    Some(Returns::Value(kind)) => told(kind),
                    Some(other) => other.to_string(),
                };
                assert_eq!(returns, ours, "the result of {place}");
                let classes: Vec<&str> = theirs.classes().iter().map(|class| class.as_str()).collect();
                let mut ours: Vec<Class> = side.classes.clone();
                ours.sort();
                assert_eq!(classes, ours.iter().map(|class| class.as_str()).collect::<Vec<_>>(), "{place}");
            }
        }
    }
    assert!(compared > 100_000, "{compared}");
}
