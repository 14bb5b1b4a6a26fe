//! What headers of two small releases come to as generated text.

use super::constants_of;
use crate::model::{
    Base, Constant, Headers, Integer, Member, NamedConstant, NamedSet, PartHolds, PerAbi, Record, Release, SetKind,
    ValuePart,
};

#[test]
fn variants_are_named_as_rust_names_types() {
    let names = ["x86_64", "mips_o32", "arm_oabi", "i386", "x32"].map(super::variant);
    assert_eq!(names, ["X86_64", "MipsO32", "ArmOabi", "I386", "X32"]);
}

const ALL: [&str; 3] = ["alpha", "i386", "x86_64"];

fn release(version: &str) -> Release {
    version.parse().expect("a version")
}

/// Headers of a release whose ABIs stand in this order.
fn headers(abis: &[&str]) -> Headers {
    Headers { abis: abis.iter().map(ToString::to_string).collect(), ..Headers::default() }
}

fn constant(headers: &mut Headers, header: &str, name: &str, argument: Option<&str>, values: &[i128]) {
    let values = values.iter().enumerate().filter(|(_, value)| **value != i128::MIN);
    let values = PerAbi::new(values.map(|(abi, value)| (abi, Constant { value: *value, ty: Integer::UInt })));
    let constant = NamedConstant { values, argument: argument.map(str::to_string) };
    headers.constants.entry(header.to_string()).or_default().insert(name.to_string(), constant);
}

fn member(name: &str, values: &[u64]) -> Member {
    let values = PerAbi::new(values.iter().copied().enumerate());
    Member { name: name.to_string(), header: "asm/fcntl.h".to_string(), values }
}

fn flags(name: &str, members: Vec<Member>, parts: Vec<ValuePart>) -> NamedSet {
    NamedSet { name: name.to_string(), title: "flags of open".to_string(), kind: SetKind::Flags, members, parts }
}

/// The text of one file, without its head.
fn emitted(file: &str, releases: &[(&Release, &Headers, &[NamedSet])]) -> String {
    let files = constants_of(releases, &ALL);
    assert_eq!(files.keys().collect::<Vec<_>>(), ["ioctls.rs", "layouts.rs", "sets.rs"]);
    let mut reversed = releases.to_vec();
    reversed.reverse();
    assert_eq!(constants_of(&reversed, &ALL), files, "the order of releases does not matter");
    let text = &files[file];
    assert!(text.starts_with("// @generated "), "{text}");
    text.split_once("\n\n").map_or("", |(_, rest)| rest).to_string()
}

#[test]
fn members_that_went_stay_and_the_newest_value_counts() {
    let (old, new) = (release("5.10.1"), release("6.12.1"));
    // The places of ABIs are those of each release.
    let (old_headers, new_headers) = (headers(&["x86_64", "alpha"]), headers(&["alpha", "x86_64"]));
    let accmode = |mask: [u64; 2]| ValuePart {
        mask: PerAbi::new(mask.into_iter().enumerate()),
        shifted: false,
        holds: PartHolds::Members(vec![member("O_RDONLY", &[0, 0])]),
    };
    let number = ValuePart { mask: PerAbi::new([(0, 0xff00)]), shifted: true, holds: PartHolds::Number(Base::Octal) };
    let old_sets = [
        flags("open", vec![member("O_GONE", &[0x30, 0x30]), member("O_CREAT", &[0x1, 0x2])], vec![accmode([3, 3])]),
        flags("went", Vec::new(), Vec::new()),
    ];
    let new_sets = [flags(
        "open",
        vec![member("O_SYNC", &[0x7000, 0x7000]), member("O_CREAT", &[0x200, 0x40])],
        vec![accmode([3, 3]), number],
    )];
    let text = emitted("sets.rs", &[(&old, &old_headers, &old_sets), (&new, &new_headers, &new_sets)]);
    let expected = "\
use crate::FlagSet;
use crate::flag_pool::*;

/// `open`: flags of open.
pub const OPEN: FlagSet = FlagSet::new(&OPEN_POOL);
static OPEN_POOL: Pool = Pool {
    name: \"open\",
    title: \"flags of open\",
    sets: &[
        S(0, true, 0, 3, 0, 2, L(0, 0, 4, 2 | EACH, 0)),
    ],
    parts: &[
        P(3, 1, false, holds::MEMBERS, 0, L(19, 16, 1, 1, 0)),
        P(5, 1, true, holds::OCTAL, 0, NO_MEMBERS),
    ],
    words: &[
        0x5, // all but i386
        0x1, // alpha
        0x4, // x86_64
        0x5, // all but i386:
        0x3,
        0x1, // alpha:
        0xff00,
    ],
    names: \"\\
        O_SYNC\\
        O_GONE\\
        O_CREAT\\
        O_RDONLY\",
    numbers: b\"\\
        \\x06\\x06\\x07\\x00\\x00\\x00\\x01\\x02\\x00\\x70\\x30\\x00\\x00\\x02\\x40\\x00\\
        \\x08\\x00\",
};

/// `went`: flags of open.
pub const WENT: FlagSet = FlagSet::new(&WENT_POOL);
static WENT_POOL: Pool = Pool {
    name: \"went\",
    title: \"flags of open\",
    sets: &[
        S(1, true, 0, 0, 0, 0, L(0, 0, 0, 1, 0)),
    ],
    parts: &[],
    words: &[],
    names: \"\",
    numbers: b\"\",
};

/// Every set, by name.
pub(crate) static ALL: [FlagSet; 2] = [
    OPEN,
    WENT,
];
";
    assert_eq!(text, expected);
}

#[test]
fn real_time_signals_have_names() {
    let mut held = (release("6.12.1"), headers(&["alpha", "i386"]));
    constant(&mut held.1, "asm/signal.h", "SIGRTMAX", None, &[34, i128::MIN]);
    // Only one of the two says what the last is; the other has 64 as most do.
    let signals =
        NamedSet { kind: SetKind::Values, ..flags("signals", vec![member("SIGRTMIN", &[32, 62])], Vec::new()) };
    let sets = [signals];
    let text = emitted("sets.rs", &[(&held.0, &held.1, &sets)]);
    let pool = text.lines().skip_while(|line| !line.contains("names: ")).take_while(|line| !line.starts_with('}'));
    let lines: Vec<&str> = pool.map(str::trim).collect();
    // How long names are, for whom values are, the values: 32 and 62, 33 and 63, 34 and 64.
    let expected = [
        r#"names: "\"#,
        r"SIGRTMIN\",
        r"SIGRT_1\",
        r#"SIGRT_2","#,
        r#"numbers: b"\"#,
        r#"\x08\x00\x07\x00\x07\x00\x00\x01\x00\x01\x00\x01\x20\x3e\x21\x3f\x22\x40","#,
    ];
    assert_eq!(lines, expected);
}

#[test]
fn requests_stand_by_the_bits_that_no_abi_moves() {
    let (old, new) = (release("5.10.1"), release("6.12.1"));
    let (mut old_headers, mut new_headers) = (headers(&["alpha", "x86_64"]), headers(&["alpha", "x86_64"]));
    for (name, values) in
        [("_IOC_NONE", [1, 0]), ("_IOC_READ", [2, 2]), ("_IOC_WRITE", [4, 1]), ("_IOC_SIZEBITS", [13, 14])]
    {
        constant(&mut new_headers, "asm/ioctl.h", name, None, &values);
    }
    constant(&mut old_headers, "linux/gone.h", "GONE", Some(""), &[0x2000_0201, 0x0201]);
    let (evioc, name) = ("EVIOCGID", "EVIOCGNAME(len)");
    constant(&mut new_headers, "linux/input.h", evioc, Some("struct input_id"), &[0x4008_4502, 0x8008_4502]);
    constant(&mut new_headers, "linux/input.h", name, Some(""), &[0x4000_4506, 0x8000_4506]);
    // One that has other low bits on each ABI, and of which no macro says that it is a request.
    let listed = [NamedSet {
        kind: SetKind::Values,
        title: "requests of ioctl on terminals".to_string(),
        ..flags("terminal_requests", vec![member("TCGETS", &[0x402c_7413, 0x5401])], Vec::new())
    }];
    let text = emitted("ioctls.rs", &[(&old, &old_headers, &[]), (&new, &new_headers, &listed)]);
    let expected = "\
use crate::ioctl::Scheme;

pub(crate) static SCHEMES: [Scheme; 2] = [
    // alpha
    Scheme { abis: 0x1, none: 1, read: 2, write: 4, size_bits: 13 },
    // x86_64
    Scheme { abis: 0x4, none: 0, read: 2, write: 1, size_bits: 14 },
];

pub(crate) static ABIS: [u64; 2] = [
    0x1, // alpha
    0x4, // x86_64
];

/// The low 16 bits of each.
pub(crate) static KEYS: [u16; 5] = [
    513, 17666, 17670, 21505, 29715,
];

/// Its place in `SHAPES`.
pub(crate) static SHAPE: [u16; 5] = [
    0, 1, 2, 3, 4,
];

/// The place of the beginning of its name in `HEADS`, from 1; 0 for none.
pub(crate) static HEAD: [u8; 5] = [
    0, 0, 0, 0, 0,
];

/// How long the rest of its name is.
pub(crate) static TAIL_LEN: [u8; 5] = [
    4, 8, 15, 6, 6,
];

/// Its place in `ARGUMENTS`.
pub(crate) static ARGUMENT: [u16; 5] = [
    0, 1, 0, 0, 0,
];

/// The rests of names, one behind the other.
pub(crate) static TAILS: &str = \"\\
    GONE\\
    EVIOCGID\\
    EVIOCGNAME(len)\\
    TCGETS\\
    TCGETS\";

/// Beginnings of names.
pub(crate) static HEADS: &str = \"\";

/// Where each starts, and where the last one ends.
pub(crate) static HEAD_STARTS: [u16; 1] = [
    0,
];

/// What is passed.
pub(crate) static ARGUMENTS: &str = \"\\
    \\
    struct input_id\";

/// Where each starts, and where the last one ends.
pub(crate) static ARGUMENT_STARTS: [u16; 3] = [
    0, 0, 15,
];

/// Which ABIs have which upper half, shape by shape.
pub(crate) static SHAPES: [(u16, u16); 8] = [
    (0, 0x2000), (1, 0x0),
    (0, 0x4008), (1, 0x8008),
    (0, 0x4000), (1, 0x8000),
    (1, 0x0),
    (0, 0x402c),
];

/// Where each shape starts, and where the last one ends.
pub(crate) static SHAPE_STARTS: [u16; 6] = [
    0, 2, 4, 6, 7, 8,
];
";
    assert_eq!(text, expected);
}

#[test]
fn layouts_say_once_what_they_have_in_common() {
    let held = (release("6.12.1"), {
        let mut headers = headers(&["x86_64", "i386", "alpha"]);
        let record = |size, align, fields: &[&str]| Record {
            is_union: false,
            size,
            align,
            fields: fields.iter().map(|field| field.parse().expect("a field")).collect(),
        };
        let wide = record(24, 8, &["id 0 u32 __u32", "time 8 r128 struct timespec"]);
        let narrow = record(16, 4, &["id 0 u32 __u32", "time 4 r64 struct timespec", "tail 12 u8* char"]);
        let of = headers.records.entry("linux/sample.h".to_string()).or_default();
        of.insert("struct sample".to_string(), PerAbi::new([(0, wide.clone()), (1, narrow), (2, wide)]));
        of.insert("alone_t".to_string(), PerAbi::new([(0, record(1, 1, &["a 0 u8:3+5 __u8"]))]));
        headers
    });
    let text = emitted("layouts.rs", &[(&held.0, &held.1, &[])]);
    let expected = "\
pub(crate) static TEXT: &str = \"\\
alone_t linux/sample.h -
=4 1 1
a 0 u8:3+5 __u8

sample linux/sample.h struct
=5 24 8
=2 16 4
id 0 u32 __u32
@1 time 8 r128 struct timespec
@2 time 4 r64 struct timespec
@2 tail 12 u8* char

\";
";
    assert_eq!(text, expected);
}
