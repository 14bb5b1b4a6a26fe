//! Conditions of `#if`, and constants as C has them.

use std::sync::Arc;

use super::super::*;
use super::{check_bad, run_with};
use crate::diagnostic::Sink;

#[track_caller]
fn holds(condition: &str, expected: bool) {
    let text =
        format!("#define ONE 1\n#define F(x) x\n#define HAS defined(ONE)\n#if {condition}\nyes\n#else\nno\n#endif");
    let expected = if expected { "yes" } else { "no" };
    assert_eq!(run_with(&[], &text), (expected.to_string(), String::new()), "{condition}");
}

#[test]
fn conditions() {
    for condition in [
        "1 + 2 * 3 == 7",
        "(1 + 2) * 3 == 9",
        "10 - 4 - 3 == 3",
        "-1 < 0",
        "-1 > 0u",
        "~0 == -1",
        "!0 && !!5",
        "1 ? 2 : 0",
        "0 ? 0 : 1 ? 1 : 0",
        "(2 || 1 / 0) && !(0 && 1 % 0)",
        "1 ? 1 : 1 / 0",
        "(1 ? -1 : 0u) > 0",
        "0x7fffffffffffffff + 1 < 0",
        "18446744073709551615 == -1",
        "1 << 63 < 0",
        "-8 >> 1 == -4",
        "8 >> -1 == 16",
        "-1 >> 100 == -1",
        "7 / -2 == -3 && 7 % -2 == 1",
        "5 & 3 | 8 ^ 1",
        "'a' == 97 && '\\0' == 0 && '\\377' < 0",
        "undefined == 0 && !true",
        "ONE && F(1) && !F(0)",
        "defined ONE && defined(ONE) && !defined TWO && HAS",
        "defined __LINE__ && __LINE__ == 4",
        "(0, 1)",
        "0b101 == 5 && 010 == 8 && 0x1FuLL == 31",
        "2 > 1 == 1",
    ] {
        holds(condition, true);
    }
}

#[test]
fn bad_conditions() {
    for condition in [
        "",
        "1 +",
        "(1",
        "1 2",
        "1 / 0",
        "1 % 0",
        "\"x\"",
        "1.0",
        "= 1",
        "F(1",
        "f(1)",
        "defined",
        "defined(",
        "1 ? 2",
        "08",
        "@",
        "1 ++ 2",
        "sizeof(int)",
    ] {
        let code = if condition == "F(1" { "bad-macro-call:2" } else { "bad-condition:2" };
        check_bad(&format!("#define F(x) x\n#if {condition}\na\n#else\nb\n#endif"), "b", code);
    }
}

struct Known;

impl Names for Known {
    fn typedef(&self, name: &str) -> Option<IntType> {
        match name {
            "u32" => Some(IntType::UInt),
            "u8" => Some(IntType::UChar),
            "enum signed_one" => Some(IntType::Int),
            _ => None,
        }
    }

    fn constant(&self, name: &str) -> Option<Constant> {
        (name == "ENUMERATOR").then_some(Constant { value: 5, ty: IntType::Int, overflow: false })
    }

    fn layout(&self, query: Query, operand: &[Token]) -> Option<u64> {
        (query == Query::Size && operand.len() == 2 && operand[0].is_ident(known::STRUCT)).then_some(24)
    }
}

/// The value of a body under a model: `value type`, or the reason.
fn value(body: &str, model: DataModel) -> String {
    let (session, sink) = (Session::new(), Sink::new());
    let text = format!("#define F(x) ((x) << 2)\n#define X {body}\n");
    let output = preprocess(&session, &NoHeaders, &Setup::new(model), "x.h", &Arc::from(text.as_str()), &sink);
    match output.constant_with("X", &Known) {
        Ok(c) => format!("{} {}{}", c.value, c.ty, if c.overflow { " overflow" } else { "" }),
        Err(problem) => problem.to_string(),
    }
}

#[track_caller]
fn lp64(body: &str, expected: &str) {
    assert_eq!(value(body, DataModel::LP64), expected, "{body}");
}

#[track_caller]
fn ilp32(body: &str, expected: &str) {
    assert_eq!(value(body, DataModel::ILP32), expected, "{body}");
}

#[test]
fn types_follow_the_model() {
    lp64("1UL << 40", "1099511627776 unsigned long");
    ilp32("1UL << 31", "2147483648 unsigned long");
    ilp32("1ULL << 40", "1099511627776 unsigned long long");
    lp64("0x80000000", "2147483648 unsigned int");
    lp64("~0x80000000", "2147483647 unsigned int");
    lp64("-1L + 1u", "0 long");
    ilp32("-1L + 0u", "4294967295 unsigned long");
    lp64("1 ? -1 : 0u", "4294967295 unsigned int");
    lp64("'a'", "97 int");
    lp64("!5L", "0 int");
    lp64("1L < 2", "1 int");
    lp64("F(3) | 1", "13 int");
}

#[test]
fn overflow_wraps_and_is_told() {
    lp64("2147483647 + 1", "-2147483648 int overflow");
    lp64("1 << 31", "-2147483648 int");
    lp64("3 << 31", "-2147483648 int overflow");
    lp64("4294967295u + 1u", "0 unsigned int");
    lp64("-2147483647 - 1", "-2147483648 int");
    lp64("(-2147483647 - 1) / -1", "-2147483648 int overflow");
    lp64("0xffffffffffffffff * 0xffffffffffffffff", "1 unsigned long");
    lp64("-(-9223372036854775807 - 1)", "-9223372036854775808 long overflow");
    lp64("1 ? 1 : 2147483647 + 1", "1 int");
}

#[test]
fn casts() {
    lp64("(unsigned int)-1", "4294967295 unsigned int");
    lp64("(u32)-1 + 1", "0 unsigned int");
    lp64("(u8)300", "44 unsigned char");
    lp64("(u8)300 + 1", "45 int");
    lp64("(long)1", "1 long");
    lp64("(const long unsigned int)1", "1 unsigned long");
    lp64("(signed char)255", "-1 signed char");
    lp64("(char)255", "-1 char");
    lp64("(_Bool)5", "1 _Bool");
    lp64("(long long int)1 << 62", "4611686018427387904 long long");
    lp64("(short)70000", "4464 short");
    lp64("(enum any)1", "1 unsigned int");
    lp64("(enum signed_one)1", "1 int");
    lp64("-(u32)1", "4294967295 unsigned int");
    lp64("__extension__ (1)", "1 int");
}

#[test]
fn names_and_layouts() {
    lp64("ENUMERATOR + 1", "6 int");
    lp64("sizeof(struct x)", "24 unsigned long");
    ilp32("sizeof(long)", "4 unsigned int");
    lp64("sizeof(u32) + sizeof(char)", "5 unsigned long");
    lp64("sizeof(char[4][8])", "32 unsigned long");
    lp64("sizeof(const struct x * const)", "8 unsigned long");
    ilp32("sizeof(void *)", "4 unsigned int");
    lp64("sizeof(1 / 0)", "4 unsigned long");
    lp64("sizeof((\"ab\" \"\\n\\0\")) - 1", "4 unsigned long");
    lp64("__builtin_constant_p(5) ? (u8)5 : swap(5, x ? 1 : 2)", "5 unsigned char");
    lp64("(__builtin_constant_p(x) ? swap(5) : 6) + 1", "7 int");
    lp64("1 ? swap(5) : 6", "`swap` has no value here");
    lp64("1 ?: 2", "1 int");
}

#[test]
fn reasons() {
    lp64("", "nothing stands here");
    lp64("\"text\"", "a string is no integer");
    lp64("1 \"text\"", "a string is no integer");
    lp64("1.5", "a floating number is no integer");
    lp64("(void *)0", "a type is no integer");
    lp64("(int *)0", "a pointer is no integer");
    lp64("&x", "a pointer is no integer");
    lp64("unsigned int", "a type is no integer");
    lp64("(u32)", "a type is no integer");
    lp64("struct x", "a type is no integer");
    lp64("x + 1", "`x` has no value here");
    lp64("x(1)", "`x` has no value here");
    lp64("1 = 2", "`=` does not belong in an integer expression");
    lp64("1, 2", "`,` does not belong in an integer expression");
    lp64("({ 1; })", "`{` does not belong in an integer expression");
    lp64("1 +", "the expression ends too early");
    lp64("1 / 0", "division by zero");
    lp64("0 && 1 / 0", "0 int");
    lp64("1 << 32", "a shift by more than the type's width, or by a negative number");
    lp64("1 << -1", "a shift by more than the type's width, or by a negative number");
    lp64("1 || 1 << 32", "1 int");
    lp64("sizeof(union x { int a; })", "the layout of `union x { int a; }` is not known");
    lp64("089", "`089` is no valid integer or character");
    lp64("X", "`X` has no value here");
    lp64("F", "`F` has no value here");
}
