//! Small headers made by hand, one quirk each.

use super::*;
use crate::model::{Base, Constant, Exclusion, Integer, Member, Members, NamedConstant, PartSpec, PerAbi, ValuePart};

/// Headers of two ABIs; a value is for both, or each has its own, `None` being none.
struct Made(Headers);

type Both = (Option<i128>, Option<i128>);

fn both(value: i128) -> Both {
    (Some(value), Some(value))
}

impl Made {
    fn new() -> Made {
        Made(Headers { abis: vec!["x86_64".into(), "mips_o32".into()], ..Headers::default() })
    }

    fn with(mut self, header: &str, constants: &[(&str, Both)]) -> Made {
        let names = self.0.constants.entry(header.to_string()).or_default();
        for (name, (first, second)) in constants {
            let values = [first, second].into_iter().enumerate();
            let values = values.filter_map(|(abi, value)| Some((abi, Constant { value: (*value)?, ty: Integer::Int })));
            let values = PerAbi::new(values.collect::<Vec<_>>());
            names.insert((*name).to_string(), NamedConstant { values, argument: None });
        }
        self
    }
}

fn from(header: &str, names: &[&str], except: &[&str]) -> Members {
    let strings = |all: &[&str]| all.iter().map(|one| (*one).to_string()).collect();
    Members { header: header.into(), names: strings(names), except: strings(except) }
}

fn set_of(kind: SetKind, members: Vec<Members>, parts: Vec<PartSpec>) -> SetSpec {
    SetSpec {
        name: "s".into(),
        title: "a set".into(),
        kind,
        members,
        given: BTreeMap::new(),
        parts,
        prefer: Vec::new(),
        source: vec!["fs/open.c".into()],
        line: 7,
    }
}

fn part(mask: &str) -> PartSpec {
    PartSpec { mask: mask.into(), shifted: false, members: Vec::new(), set: None, number: None }
}

fn only(spec: SetSpec) -> Sets {
    Sets { sets: vec![spec], unclaimed: Vec::new() }
}

/// The sets, of which nothing may be wrong.
#[track_caller]
fn good(made: &Made, specs: &Sets) -> NamedSets {
    let sink = Sink::new();
    let all = sets(&made.0, specs, &sink);
    assert_eq!(told(&sink), "");
    all
}

/// What is told of them.
#[track_caller]
fn bad(made: &Made, specs: &Sets, expected: &str) -> NamedSets {
    let sink = Sink::new();
    let all = sets(&made.0, specs, &sink);
    assert_eq!(told(&sink), expected);
    all
}

fn told(sink: &Sink) -> String {
    let lines: Vec<String> = sink.take().iter().map(ToString::to_string).collect();
    lines.join("\n").replace(&format!(" {FILE}:7: set `s`"), "")
}

/// `NAME value`, `NAME value/value` where ABIs differ.
fn shown(members: &[Member]) -> Vec<String> {
    let value = |member: &Member, abi| member.values.get(abi).map_or("-".to_string(), |value| format!("{value:#x}"));
    let both = |member: &Member| match (value(member, 0), value(member, 1)) {
        (first, second) if first == second => first,
        (first, second) => format!("{first}/{second}"),
    };
    members.iter().map(|member| format!("{} {}", member.name, both(member))).collect()
}

fn held(part: &ValuePart) -> Vec<String> {
    match &part.holds {
        PartHolds::Members(members) => shown(members),
        other => vec![format!("{other:?}")],
    }
}

#[test]
fn an_access_mode_is_a_part_and_its_names_are_no_flags() {
    let made = Made::new().with(
        "asm/fcntl.h",
        &[
            ("O_ACCMODE", both(3)),
            ("O_RDONLY", both(0)),
            ("O_WRONLY", both(1)),
            ("O_RDWR", both(2)),
            ("O_DSYNC", (Some(0o10000), Some(0x10))),
            ("__O_SYNC", (Some(0o4000000), Some(0x4000))),
            ("O_SYNC", (Some(0o4010000), Some(0x4010))),
            ("O_CREAT", (Some(0o100), Some(0x100))),
            ("O_LARGEFILE", (Some(0), Some(0x2000))),
        ],
    );
    let access = ["O_ACCMODE", "O_RDONLY", "O_WRONLY", "O_RDWR"];
    let members = vec![from("asm/fcntl.h", &["O_*", "__O_*"], &access)];
    let parts = vec![PartSpec { members: vec![from("asm/fcntl.h", &access, &[])], ..part("O_ACCMODE") }];
    let all = good(&made, &only(set_of(SetKind::Flags, members, parts)));
    // What has all bits of another comes before it; the rest by value. A flag that is 0 on an ABI is none there.
    assert_eq!(
        shown(&all.sets[0].members),
        [
            "O_CREAT 0x40/0x100",
            "O_LARGEFILE -/0x2000",
            "O_SYNC 0x101000/0x4010",
            "O_DSYNC 0x1000/0x10",
            "__O_SYNC 0x100000/0x4000",
        ]
    );
    assert_eq!(held(&all.sets[0].parts[0]), ["O_RDONLY 0x0", "O_WRONLY 0x1", "O_RDWR 0x2", "O_ACCMODE 0x3"]);
    assert!(all.unclaimed.is_empty() && all.claimed == 9);
}

#[test]
fn a_socket_type_comes_from_two_headers() {
    let made = Made::new()
        .with("include/linux/net.h", &[("SOCK_STREAM", (Some(1), None)), ("SOCK_DGRAM", (Some(2), None))])
        .with(
            "include/linux/net.h",
            &[("SOCK_CLOEXEC", both(0o2000000)), ("SOCK_NONBLOCK", (Some(0o4000), Some(0x80)))],
        )
        .with("arch/mips/include/asm/socket.h", &[("SOCK_STREAM", (None, Some(2))), ("SOCK_DGRAM", (None, Some(1)))]);
    let names = ["SOCK_STREAM", "SOCK_DGRAM"];
    let members = vec![from("include/linux/net.h", &["SOCK_*"], &names)];
    let types = vec![from("include/linux/net.h", &names, &[]), from("arch/mips/include/asm/socket.h", &names, &[])];
    let spec = set_of(SetKind::Flags, members, vec![PartSpec { members: types, ..part("0xf") }]);
    let all = good(&made, &only(spec));
    assert_eq!(shown(&all.sets[0].members), ["SOCK_NONBLOCK 0x800/0x80", "SOCK_CLOEXEC 0x80000"]);
    assert_eq!(held(&all.sets[0].parts[0]), ["SOCK_STREAM 0x1/0x2", "SOCK_DGRAM 0x2/0x1"]);
}

#[test]
fn a_mask_that_is_a_negative_int_has_32_bits() {
    let futex = [("FUTEX_WAIT", both(0)), ("FUTEX_WAKE", both(1)), ("FUTEX_PRIVATE_FLAG", both(128))];
    let made = Made::new().with("linux/futex.h", &futex).with("linux/futex.h", &[("FUTEX_CMD_MASK", both(!128))]);
    let members = vec![from("linux/futex.h", &["FUTEX_PRIVATE_FLAG"], &[])];
    let commands = vec![from("linux/futex.h", &["FUTEX_*"], &["FUTEX_PRIVATE_FLAG", "FUTEX_CMD_MASK"])];
    let spec = set_of(SetKind::Flags, members, vec![PartSpec { members: commands, ..part("FUTEX_CMD_MASK") }]);
    let all = good(&made, &only(spec));
    assert_eq!(all.sets[0].parts[0].mask.get(0), Some(&0xffff_ff7f));
    assert_eq!(held(&all.sets[0].parts[0]), ["FUTEX_WAIT 0x0", "FUTEX_WAKE 0x1"]);
}

#[test]
fn the_low_byte_of_clone_is_a_signal() {
    let made = Made::new()
        .with("asm/signal.h", &[("SIGCHLD", (Some(17), Some(18)))])
        .with("linux/sched.h", &[("CSIGNAL", both(255)), ("CLONE_VM", both(256)), ("CLONE_NEWTIME", both(128))])
        .with("linux/sched.h", &[("CLONE_IO", both(-(1 << 31)))]);
    let signals = SetSpec {
        name: "signals".into(),
        ..set_of(SetKind::Values, vec![from("asm/signal.h", &["SIG*"], &[])], vec![])
    };
    let parts = vec![PartSpec { set: Some("signals".into()), ..part("CSIGNAL") }];
    let clone = set_of(SetKind::Flags, vec![from("linux/sched.h", &["CLONE_*"], &[])], parts);
    let specs = Sets { sets: vec![signals, clone.clone()], unclaimed: vec![] };
    let all = bad(
        &made,
        &specs,
        "error[flag-in-part]: the flag `CLONE_NEWTIME` has bits of the part `CSIGNAL`, on every ABI",
    );
    assert_eq!(shown(&all.sets[1].members), ["CLONE_VM 0x100", "CLONE_IO 0x80000000"]);
    assert_eq!(all.sets[1].parts[0].holds, PartHolds::Set("signals".into()));
    // A set that there is not.
    let except = vec![from("linux/sched.h", &["CLONE_*"], &["CLONE_NEWTIME"])];
    bad(
        &made,
        &only(SetSpec { members: except, ..clone }),
        "error[unknown-set]: a part is of the set `signals`, which there is not, or which has parts itself",
    );
}

#[test]
fn a_file_mode_has_a_type_bits_and_permissions() {
    let made = Made::new().with(
        "linux/stat.h",
        &[
            ("S_IFMT", both(0o170000)),
            ("S_IFREG", both(0o100000)),
            ("S_IFIFO", both(0o10000)),
            ("S_ISUID", both(0o4000)),
        ],
    );
    let parts = vec![
        PartSpec { members: vec![from("linux/stat.h", &["S_IF*"], &["S_IFMT"])], ..part("S_IFMT") },
        PartSpec { number: Some(Base::Octal), ..part("0x1ff") },
    ];
    let spec = set_of(SetKind::Flags, vec![from("linux/stat.h", &["S_ISUID"], &[])], parts);
    let set = good(&made, &only(spec)).sets.remove(0);
    assert_eq!(shown(&set.members), ["S_ISUID 0x800"]);
    assert_eq!(held(&set.parts[0]), ["S_IFIFO 0x1000", "S_IFREG 0x8000"]);
    assert_eq!((set.parts[1].mask.get(1), &set.parts[1].holds), (Some(&0o777), &PartHolds::Number(Base::Octal)));
}

#[test]
fn the_type_of_a_mapping_is_within_its_mask() {
    let made = Made::new()
        .with("asm/mman.h", &[("MAP_TYPE", (Some(0xf), Some(0x2b))), ("MAP_FIXED", (Some(0x10), Some(4)))])
        .with(
            "linux/mman.h",
            &[("MAP_SHARED", both(1)), ("MAP_SHARED_VALIDATE", both(3)), ("MAP_DROPPABLE", both(0x10))],
        );
    let types = vec![from("linux/mman.h", &["MAP_*"], &[])];
    let parts = vec![PartSpec { members: types, ..part("MAP_TYPE") }];
    let spec = set_of(SetKind::Flags, vec![from("asm/mman.h", &["MAP_FIXED"], &[])], parts);
    let all = bad(
        &made,
        &only(spec),
        "error[outside-part]: `MAP_DROPPABLE` does not fit into the part `MAP_TYPE`, on every ABI",
    );
    assert_eq!(held(&all.sets[0].parts[0]), ["MAP_SHARED 0x1", "MAP_SHARED_VALIDATE 0x3"]);
    assert_eq!(shown(&all.sets[0].members), ["MAP_FIXED 0x10/0x4"]);
}

#[test]
fn a_status_that_ptrace_stopped_holds_a_signal_and_above_it_an_event() {
    let made = Made::new()
        .with("asm/signal.h", &[("SIGTRAP", both(5)), ("SIGSTOP", (Some(19), Some(23)))])
        .with("linux/ptrace.h", &[("PTRACE_EVENT_FORK", both(1)), ("PTRACE_EVENT_STOP", both(128))]);
    let named = |name: &str, header: &str, pattern: &str| SetSpec {
        name: name.into(),
        ..set_of(SetKind::Values, vec![from(header, &[pattern], &[])], vec![])
    };
    let parts = vec![
        PartSpec { number: Some(Base::Hexadecimal), ..part("0xff") },
        PartSpec { set: Some("signals".into()), shifted: true, ..part("0x7f00") },
        PartSpec { set: Some("events".into()), shifted: true, ..part("0xff0000") },
    ];
    let specs = Sets {
        sets: vec![
            named("signals", "asm/signal.h", "SIG*"),
            named("events", "linux/ptrace.h", "PTRACE_EVENT_*"),
            set_of(SetKind::Flags, vec![], parts.clone()),
        ],
        unclaimed: vec![],
    };
    let all = good(&made, &specs);
    assert!(all.sets[2].parts.iter().skip(1).all(|part| part.shifted));
    // Seven bits do not hold 128.
    let mut narrow = specs.clone();
    narrow.sets[2].parts[2].mask = "0x7f0000".into();
    bad(&made, &narrow, "error[outside-part]: `PTRACE_EVENT_STOP` of the set `events` does not fit into its part");
}

#[test]
fn what_cannot_be_read_back_is_an_error() {
    let made = Made::new().with(
        "linux/x.h",
        &[("X_NONE", both(0)), ("X_A", both(1)), ("X_B", both(2)), ("X_MASK", both(3)), ("X_KIND", both(0x10))],
    );
    let of = |names: &[&str]| vec![from("linux/x.h", names, &[])];
    let flags = |members, parts| only(set_of(SetKind::Flags, members, parts));
    bad(&made, &flags(of(&["X_NONE", "X_A"]), vec![]), "error[zero-flag]: `X_NONE` is 0 and can be no flag");
    let kind = || vec![PartSpec { members: of(&["X_KIND"]), ..part("0x10") }];
    bad(
        &made,
        &flags(of(&["X_*"]), kind()),
        concat!(
            "error[flag-in-part]: the flag `X_KIND` has bits of the part `0x10`, on every ABI\n",
            "error[member-twice]: `X_KIND` stands at two places of a value\n",
            "error[zero-flag]: `X_NONE` is 0 and can be no flag",
        ),
    );
    let two = vec![
        PartSpec { members: of(&["X_A"]), ..part("X_MASK") },
        PartSpec { number: Some(Base::Decimal), ..part("2") },
    ];
    bad(&made, &flags(vec![], two), "error[bad-mask]: the mask `2` is 0 or has bits of another part, on every ABI");
    bad(&made, &flags(vec![], vec![part("3")]), "error[bad-part]: the part `3` does not say what it is");
    let unknown = vec![PartSpec { members: of(&["X_A"]), ..part("X_BITS") }];
    bad(
        &made,
        &flags(vec![], unknown),
        "error[unknown-mask]: no header of the set defines the mask `X_BITS`, and it is no number",
    );
    bad(
        &made,
        &only(set_of(SetKind::Values, vec![], kind())),
        "error[parts-of-values]: its values are whole; only flags have parts",
    );
    let spec = set_of(SetKind::Values, of(&["X_A"]), vec![]);
    let twice = Sets { sets: vec![spec.clone(), spec], unclaimed: vec![] };
    assert_eq!(bad(&made, &twice, "error[set-twice]: another set has this name").sets.len(), 1);
}

#[test]
fn two_headers_may_not_disagree() {
    let made = Made::new().with("linux/x.h", &[("X_A", both(1))]).with("linux/y.h", &[("X_A", (Some(1), Some(2)))]);
    let members = vec![from("linux/x.h", &["X_*"], &[]), from("linux/y.h", &["X_*"], &[])];
    let all = bad(
        &made,
        &only(set_of(SetKind::Values, members, vec![])),
        "error[two-values]: `X_A` has one value in linux/x.h and another in linux/y.h, on mips_o32",
    );
    assert_eq!(shown(&all.sets[0].members), ["X_A 0x1"]);
}

#[test]
fn of_two_names_the_preferred_is_shown_or_somebody_is_asked() {
    let made = Made::new()
        .with("asm/errno.h", &[("EAGAIN", both(11)), ("EWOULDBLOCK", both(11)), ("EDEADLOCK", (Some(11), Some(56)))]);
    let spec = set_of(SetKind::Values, vec![from("asm/errno.h", &["E*"], &[])], vec![]);
    bad(
        &made,
        &only(spec.clone()),
        concat!(
            "warning[two-names]: `EAGAIN` and `EDEADLOCK` have one value, and nothing says which is shown\n",
            "warning[two-names]: `EAGAIN` and `EWOULDBLOCK` have one value, and nothing says which is shown",
        ),
    );
    let preferred = SetSpec { prefer: vec!["EWOULDBLOCK".into()], ..spec.clone() };
    let all = good(&made, &only(preferred));
    assert_eq!(all.sets[0].members[0].name, "EWOULDBLOCK");
    let in_order = SetSpec { members: vec![from("asm/errno.h", &["EDEADLOCK", "EWOULDBLOCK", "E*"], &[])], ..spec };
    assert_eq!(good(&made, &only(in_order)).sets[0].members[0].name, "EDEADLOCK");
}

#[test]
fn what_nobody_claims_is_listed_and_exclusions_bind_patterns() {
    let made = Made::new()
        .with("linux/x.h", &[("X_A", both(1)), ("X_MAX", both(1)), ("X_B_MAX", both(2)), ("OTHER", both(5))])
        .with("drm/d.h", &[("D", both(1))]);
    let exclusion = |header: &str, names: &[&str]| Exclusion {
        header: header.into(),
        names: names.iter().map(|name| (*name).to_string()).collect(),
        reason: "none".into(),
        line: 0,
    };
    let spec = set_of(SetKind::Values, vec![from("linux/x.h", &["X_*", "X_B_MAX"], &[])], vec![]);
    let specs = Sets { sets: vec![spec], unclaimed: vec![exclusion("*", &["*_MAX"]), exclusion("drm/*", &[])] };
    let all = good(&made, &specs);
    assert_eq!(shown(&all.sets[0].members), ["X_A 0x1", "X_B_MAX 0x2"]);
    assert_eq!((all.claimed, all.excluded), (2, 2));
    assert_eq!(all.unclaimed, BTreeMap::from([("linux/x.h".to_string(), vec!["OTHER".to_string()])]));
    let in_vain = unmatched(
        &made.0,
        &Sets { unclaimed: vec![exclusion("sound/*", &[]), exclusion("linux/*", &["Y*"])], ..specs },
    );
    assert_eq!(in_vain.into_iter().collect::<Vec<_>>(), ["line 0: `Y*` of `linux/*`", "line 0: the header `sound/*`"]);
}

#[test]
fn patterns_match_as_people_read_them() {
    for (pattern, name, expected) in [
        ("O_*", "O_CREAT", true),
        ("O_*", "__O_SYNC", false),
        ("*_MAX", "X_MAX", true),
        ("FS_*_FL", "FS_IMMUTABLE_FL", true),
        ("FS_*_FL", "FS_FL", false),
        ("a*a", "a", false),
        ("*", "", true),
        ("SIGIO", "SIGIOT", false),
    ] {
        assert_eq!(claims::matches(pattern, name), expected, "{pattern} {name}");
    }
}
