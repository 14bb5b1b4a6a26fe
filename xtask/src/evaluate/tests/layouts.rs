//! Declarations out of tokens: how structures are laid out, what enumerators are, and what stays unknown.

use std::fmt::Write;
use std::sync::Arc;

use super::*;

const I386: DataModel = DataModel { align_of_8: 4, ..DataModel::ILP32 };
const M68K: DataModel =
    DataModel { align_of_8: 2, most_align: 2, big_endian: true, bitfields_align: false, ..DataModel::ILP32 };
const OABI: DataModel = DataModel { align_of_8: 4, most_align: 4, record_align: 4, ..DataModel::ILP32 };
const BIG: DataModel = DataModel { big_endian: true, ..DataModel::LP64 };

/// `size/align`, and `name@offset` for each member with `:shift+width` for a bit-field, of the last structure of a text.
#[track_caller]
fn check(model: DataModel, text: &str, expected: &str) {
    let (session, sink) = (Session::new(), Sink::new());
    let output = preprocess(&session, &NoHeaders, &Setup::new(model), "main.h", &Arc::from(text), &sink);
    let types = output.types();
    let record = types.records.last().expect("a structure");
    let mut said = match &record.problem {
        Some(unknown) => unknown.why.clone(),
        None => format!("{}/{}", record.size, record.align),
    };
    for member in record.members.iter().filter(|_| record.problem.is_none()) {
        let name = member.name.map_or("-", |name| session.text(name));
        write!(said, " {name}@{}", member.offset).unwrap();
        if let Some(bits) = member.bits {
            write!(said, ":{}+{}", bits.shift, bits.width).unwrap();
        }
    }
    assert_eq!(said, expected, "{text}");
    assert_eq!(sink.take(), []);
}

#[test]
fn members_stand_where_their_types_may() {
    let text = "struct s { char a; long long b; int c; short d[3]; void *e; };";
    check(DataModel::LP64, text, "40/8 a@0 b@8 c@16 d@20 e@32");
    check(I386, text, "28/4 a@0 b@4 c@12 d@16 e@24");
    check(M68K, text, "24/2 a@0 b@2 c@10 d@14 e@20");
}

#[test]
fn long_doubles_are_as_long_as_the_abi_says() {
    let text = "struct s { char a; long double b; };";
    check(DataModel::LP64, text, "32/16 a@0 b@16");
    check(DataModel { long_double: 12, ..I386 }, text, "16/4 a@0 b@4");
    check(DataModel { long_double: 12, ..M68K }, text, "14/2 a@0 b@2");
}

#[test]
fn attributes_and_pragmas_move_members() {
    let packed = "struct s { char a; int b; } __attribute__((packed));";
    check(DataModel::LP64, packed, "5/1 a@0 b@1");
    check(DataModel::LP64, "struct s { char a; int b __attribute__((packed)); char c; };", "6/1 a@0 b@1 c@5");
    check(DataModel::LP64, "struct s { char a; int b __attribute__((aligned(16))); };", "32/16 a@0 b@16");
    check(DataModel::LP64, "struct __attribute__((packed, aligned(4))) s { char a; long b; };", "12/4 a@0 b@1");
    let typedef = "typedef unsigned long long u __attribute__((aligned(4))); struct s { char a; u b; };";
    check(DataModel::LP64, typedef, "12/4 a@0 b@4");
    let raised = "typedef unsigned long long u __attribute__((aligned(8))); struct s { int a; u b; };";
    check(I386, raised, "16/8 a@0 b@8");
    let text = "#pragma pack(push, 1)\nstruct s { char a; int b; };\n#pragma pack(pop)\n";
    check(DataModel::LP64, text, "5/1 a@0 b@1");
    check(DataModel::LP64, &format!("{text}struct t {{ char a; int b; }};"), "8/4 a@0 b@4");
}

#[test]
fn every_structure_of_an_abi_may_have_to_be_aligned_but_packed_ones() {
    check(OABI, "struct s { char a; };", "4/4 a@0");
    check(OABI, "struct s { char a; } __attribute__((packed));", "1/1 a@0");
    check(OABI, "#pragma pack(1)\nstruct s { char a; };", "1/1 a@0");
    check(OABI, "union u { short a; char b[6]; };", "8/4 a@0 b@0");
}

#[test]
fn bit_fields_share_units_of_their_type() {
    let text = "struct s { unsigned a : 3; unsigned b : 7; unsigned char c : 4; unsigned d : 20; };";
    check(DataModel::LP64, text, "8/4 a@0:0+3 b@0:3+7 c@1:2+4 d@4:0+20");
    check(BIG, text, "8/4 a@0:29+3 b@0:22+7 c@1:2+4 d@4:12+20");
    check(M68K, "struct s { int a : 20; int b : 20; };", "5/1 a@0:12+20 b@2:8+20");
    check(DataModel::LP64, "struct s { char a; int : 0; char b; };", "5/1 a@0 -@0 b@4");
    let unnamed = DataModel { unnamed_bitfields_align: true, ..DataModel::LP64 };
    check(unnamed, "struct s { char a; int : 4; };", "4/4 a@0 -@0:8+4");
    check(DataModel::LP64, "struct s { char a; int : 4; };", "2/1 a@0 -@0:8+4");
    let packed = "struct s { unsigned a : 30; unsigned b : 10; } __attribute__((packed));";
    check(DataModel::LP64, packed, "5/1 a@0:0+30 b@3:6+10");
}

#[test]
fn unions_arrays_and_what_stands_within() {
    let text = "union u { char a[5]; struct { short x; long y; }; int b : 9; };";
    check(DataModel::LP64, text, "16/8 a@0 -@0 b@0:0+9");
    let tail = "struct s { int n; struct { int a, *b; } in[2]; char tail[]; };";
    check(DataModel::LP64, tail, "40/8 n@0 in@8 tail@40");
    let function = "struct t; struct s { int (*f)(struct t *, int); char (*g)[4]; const char *const *h; };";
    check(DataModel::ILP32, function, "12/4 f@0 g@4 h@8");
    check(DataModel::LP64, "typedef int a4[4]; struct s { a4 x[2]; enum { A, B = 9 } e; };", "36/4 x@0 e@32");
    check(DataModel::LP64, "struct s { char a[sizeof(long) * 2 - 1]; char b; };", "16/1 a@0 b@15");
}

#[test]
fn what_is_not_known_is_said() {
    check(DataModel::LP64, "struct s { struct nowhere a; };", "`nowhere` is not defined");
    check(DataModel::LP64, "struct s { pid_t a; };", "`pid_t` is not defined");
    check(DataModel::LP64, "struct s { _Complex double a; };", "a complex number");
    check(
        DataModel::LP64,
        "struct s { char a[MANY]; };",
        "an array whose length has no value: `MANY` has no value here",
    );
    check(DataModel::LP64, "struct s { int a : 40; };", "a bit-field wider than its type");
    check(DataModel::LP64, "struct s { int a + 1; };", "a member that is not understood, at `+`");
}

#[test]
fn functions_variables_and_assembly_declare_no_type() {
    let text = "extern int x; static inline int f(int a) { struct inner { char b; } c; return a; }\n\
                asm(\"nop\"); int g(void); _Static_assert(1, \"\"); struct s { char a; } v = { 1 };\n\
                struct t { short b; };";
    check(DataModel::LP64, text, "2/2 b@0");
}

/// Each enumerator as `NAME=value type`.
#[track_caller]
fn check_enumerators(model: DataModel, text: &str, expected: &str) {
    let (session, sink) = (Session::new(), Sink::new());
    let output = preprocess(&session, &NoHeaders, &Setup::new(model), "main.h", &Arc::from(text), &sink);
    let said: Vec<String> = output
        .types()
        .enumerators
        .iter()
        .map(|one| {
            let value = one.value.as_ref().map_or_else(ToString::to_string, |c| format!("{} {}", c.value, c.ty));
            format!("{}={value}", session.text(one.name))
        })
        .collect();
    assert_eq!(said.join(", "), expected, "{text}");
}

#[test]
fn enumerators_count_on_and_have_the_type_that_holds_them() {
    check_enumerators(
        DataModel::LP64,
        "enum { A, B = 5, C, D = -1, E };",
        "A=0 int, B=5 int, C=6 int, D=-1 int, E=0 int",
    );
    let text = "enum e { A = 1, B = 0x80000000, C = B | A };";
    check_enumerators(DataModel::LP64, text, "A=1 int, B=2147483648 unsigned int, C=2147483649 unsigned int");
    let wide = "enum e { A, B = 1ULL << 40 };";
    check_enumerators(DataModel::LP64, wide, "A=0 int, B=1099511627776 unsigned long");
    check_enumerators(DataModel::ILP32, wide, "A=0 int, B=1099511627776 unsigned long long");
    check_enumerators(
        DataModel::LP64,
        "enum { A = sizeof(struct none), B };",
        "A=the layout of `struct none` is not known, B=the layout of `struct none` is not known",
    );
}
