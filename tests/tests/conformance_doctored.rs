//! The comparisons with a compiler find what is wrong: a header of a few lines, what is true of it, and that with one fact
//! changed at a time.

use std::collections::BTreeSet;
use std::fs;

use syscall_meta_tests::conformance::{
    ABIS, Checks, Compiler, Figures, Homes, Installed, Laid, Listed, Run, StructFigures, compare_constants,
    compare_structs, say,
};
use tempfile::TempDir;

const HEADER: &str = r"
#include <linux/shared.h>
#define ONE 1
#define NEGATIVE (-1)
#define WIDE 0x8000000000000000ULL
#define EMPTY
#define TEXT is_no_number
#define MAKER(type) _IOR(type)
#define FAMILY(len) _IO(len + 3)
enum { FIRST = 5, SECOND, BROKEN = unknown_name, AFTER_BROKEN };
struct flags { unsigned int a:3; unsigned int b:5; char c; char tail[]; };
";
const SHARED: &str =
    "#define SHARED 7\n#define _IO(n) _IOC(n)\n#define _IOR(type) _IOC(sizeof(type))\n#define _IOC(n) ((n) + 64U)\n";

/// What a C library makes `struct timeval` of.
const TYPES: &str = "typedef long __kernel_old_time_t, __kernel_suseconds_t, __kernel_long_t;\n";

struct Fixture {
    installed: Installed,
    compiler: Compiler,
    run: Run,
    _home: TempDir,
}

/// None where the machine's compiler is none for x86_64.
fn fixture() -> Option<Fixture> {
    let home = tempfile::tempdir().expect("a scratch folder");
    let include = home.path().join("include");
    fs::create_dir_all(include.join("linux")).expect("a folder");
    fs::write(include.join("linux/doctored.h"), HEADER).expect("a file");
    fs::write(include.join("linux/shared.h"), SHARED).expect("a file");
    fs::create_dir_all(include.join("asm")).expect("a folder");
    fs::write(include.join("asm/posix_types.h"), TYPES).expect("a file");
    for other in ["asm/ioctl.h", "asm/signal.h"] {
        fs::write(include.join(other), "").expect("a file");
    }
    let installed = Installed::new(&include, &home.path().join("library"));
    let abi = ABIS.iter().find(|abi| abi.name == "x86_64").expect("an ABI");
    let Some(compiler) = Compiler::own(abi) else {
        say("conformance_doctored: skipped: no compiler for x86_64 on this machine");
        return None;
    };
    let run = installed.run(&compiler, "linux/doctored.h").expect("it can be included");
    Some(Fixture { installed, compiler, run, _home: home })
}

fn truth() -> Vec<Listed> {
    let all: [(&str, i128, &str); 6] = [
        ("ONE", 1, "int"),
        ("NEGATIVE", -1, "int"),
        ("WIDE", 0x8000_0000_0000_0000, "unsigned long long"),
        ("FAMILY(len)", 67, "unsigned int"),
        ("FIRST", 5, "int"),
        ("SECOND", 6, "int"),
    ];
    all.map(|(name, value, ty)| Listed { name: name.to_string(), value, ty: ty.to_string() }).into()
}

impl Fixture {
    fn checks(&self) -> Checks<'_> {
        let (compiler, installed) = (&self.compiler, &self.installed);
        Checks { compiler, installed, header: "linux/doctored.h", company: Vec::new(), undefined: Vec::new() }
    }

    fn compare(&self, listed: &[Listed], open: &[&str]) -> Figures {
        let open: BTreeSet<&str> = open.iter().copied().collect();
        compare_constants(&self.checks(), &self.run, listed, &open, &Homes::new(std::iter::empty()))
    }

    fn layout(&self, laid: &Laid) -> StructFigures {
        compare_structs(&self.checks(), &self.run, &[("flags", laid)], &Homes::new(std::iter::empty()))
    }
}

#[test]
fn what_is_true_is_no_difference() {
    let Some(fixture) = fixture() else { return };
    let figures = fixture.compare(&truth(), &[]);
    assert_eq!(figures.differences, Vec::<String>::new());
    assert_eq!((figures.agree, figures.families), (6, 1));
}

#[test]
fn a_changed_value_sign_or_type_is_found() {
    let Some(fixture) = fixture() else { return };
    let change: [(usize, i128, &str, &str); 5] = [
        (0, 2, "int", "ONE: listed 2 of type int, the compiler has 1 of type int"),
        (0, 1, "unsigned int", "ONE: listed 1 of type unsigned int, the compiler has 1 of type int"),
        (
            1,
            0xffff_ffff_ffff_ffff,
            "int",
            "NEGATIVE: listed 18446744073709551615 of type int, the compiler has -1 of type int",
        ),
        (
            2,
            -0x8000_0000_0000_0000,
            "unsigned long long",
            "the compiler has 9223372036854775808 of type unsigned long long",
        ),
        (3, 68, "unsigned int", "FAMILY(len): listed 68 of type unsigned int, the compiler has 67"),
    ];
    for (at, value, ty, expected) in change {
        let mut listed = truth();
        listed[at].value = value;
        listed[at].ty = ty.to_string();
        let differences = fixture.compare(&listed, &[]).differences;
        assert!(differences.len() == 1 && differences[0].contains(expected), "{expected}: {differences:?}");
    }
}

#[test]
fn a_lost_name_is_found_unless_it_is_known_to_be_open() {
    let Some(fixture) = fixture() else { return };
    for at in 0..truth().len() {
        let mut listed = truth();
        let lost = listed.remove(at);
        let differences = fixture.compare(&listed, &[]).differences;
        let expected =
            format!("linux/doctored.h: {}: not listed, the compiler has {} of type {}", lost.name, lost.value, lost.ty);
        assert_eq!(differences, [expected]);
        let figures = fixture.compare(&listed, &[&lost.name]);
        assert_eq!((figures.differences.len(), figures.open), (0, 1));
    }
}

#[test]
fn a_name_too_many_is_found() {
    let Some(fixture) = fixture() else { return };
    for name in ["NOT_THERE", "TEXT", "BROKEN_FAMILY(a, b)"] {
        let mut listed = truth();
        listed.push(Listed { name: name.to_string(), value: 1, ty: "int".to_string() });
        let differences = fixture.compare(&listed, &[]).differences;
        assert_eq!(
            differences,
            [format!("linux/doctored.h: {name}: listed 1 of type int, the compiler has no such constant")]
        );
    }
}

#[test]
fn a_changed_layout_is_found() {
    let Some(fixture) = fixture() else { return };
    const TRUTH: &str = r#"{"kind": "struct", "size": 4, "align": 4, "headers": ["linux/doctored.h"], "fields": [
        {"name": "a", "type": "unsigned int", "offset": 0, "size": 4, "bit_offset": 0, "bits": 3},
        {"name": "b", "type": "unsigned int", "offset": 0, "size": 4, "bit_offset": 3, "bits": 5},
        {"name": "c", "type": "char", "offset": 1, "size": 1},
        {"name": "tail", "type": "char", "offset": 2, "size": 0, "flexible": true, "element_size": 1}]}"#;
    let laid = |text: &str| serde_json::from_str::<Laid>(text).expect("a layout");
    let figures = fixture.layout(&laid(TRUTH));
    // The header has an error of its own, behind which no object file is made.
    assert_eq!((figures.differences, figures.agree, figures.fields, figures.left_out), (Vec::new(), 1, 2, 2));
    for (from, to) in [
        (r#""size": 4, "align""#, r#""size": 8, "align""#),
        (r#""align": 4"#, r#""align": 2"#),
        (r#""offset": 1"#, r#""offset": 2"#),
        (r#""type": "char", "offset": 1"#, r#""type": "signed char", "offset": 1"#),
        (r#""offset": 1, "size": 1"#, r#""offset": 1, "size": 2"#),
        (r#""name": "c""#, r#""name": "d""#),
    ] {
        assert_eq!(TRUTH.matches(from).count(), 1, "{from}");
        let differences = fixture.layout(&laid(&TRUTH.replace(from, to))).differences;
        assert!(!differences.is_empty(), "{to} was not found");
    }
}

#[test]
fn bits_at_another_place_are_found() {
    let home = tempfile::tempdir().expect("a scratch folder");
    let include = home.path().join("include");
    fs::create_dir_all(include.join("linux")).expect("a folder");
    fs::write(include.join("linux/bits.h"), "struct bits { unsigned int a:3, b:5; };\n").expect("a file");
    let installed = Installed::new(&include, &home.path().join("library"));
    for abi in &ABIS {
        let Some(compiler) = Compiler::own(abi) else { continue };
        let checks = Checks {
            compiler: &compiler,
            installed: &installed,
            header: "linux/bits.h",
            company: Vec::new(),
            undefined: Vec::new(),
        };
        let run = installed.run(&compiler, "linux/bits.h").expect("it can be included");
        let whole = |size: u64, align: u64, [a, b]: [u32; 2]| {
            format!(
                r#"{{"kind": "struct", "size": {size}, "align": {align}, "headers": [], "fields": [
                {{"name": "a", "type": "unsigned int", "offset": 0, "size": {size}, "bit_offset": {a}, "bits": 3}},
                {{"name": "b", "type": "unsigned int", "offset": 0, "size": {size}, "bit_offset": {b}, "bits": 5}}]}}"#
            )
        };
        // Bits are counted from the end at which the bytes of a number begin.
        let found = |size, align, bits| {
            let laid: Laid = serde_json::from_str(&whole(size, align, bits)).expect("a layout");
            compare_structs(&checks, &run, &[("bits", &laid)], &Homes::new(std::iter::empty())).differences
        };
        let (size, align) = if abi.name == "m68k" { (1, 1) } else { (4, 4) };
        let (little, big) = ([0, 3], [size as u32 * 8 - 3, size as u32 * 8 - 8]);
        let (little, big) = (found(size, align, little), found(size, align, big));
        assert!(little.is_empty() != big.is_empty(), "{}: {little:?}, {big:?}", abi.name);
    }
}
