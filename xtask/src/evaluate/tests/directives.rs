//! Conditionals, definitions, headers.

use super::{check, check_bad, run_with};

#[track_caller]
fn check_headers(headers: &[(&str, &str)], text: &str, expected: &str, messages: &str) {
    assert_eq!(run_with(headers, text), (expected.to_string(), messages.to_string()), "{text}");
}

#[test]
fn groups() {
    check("#if 0\na\n#elif 1\nb\n#elif 1\nc\n#else\nd\n#endif\ne", "b e");
    check("#if 0\n#if 1\na\n#else\nb\n#endif\n#else\nc\n#endif", "c");
    check("#ifdef X\na\n#else\nb\n#endif\n#define X\n#ifdef X\nc\n#endif\n#ifndef X\nd\n#endif", "b c");
    check("#define X\n#if 0\n#elifdef X\na\n#endif\n#if 0\n#elifndef X\nb\n#else\nc\n#endif", "a c");
    check("# /* c */ if /* c\n c */ 1 // c\na\n # endif", "a");
    check("x #if 1\ny", "x # if 1 y");
    check("#\n# \n#/**/\nx", "x");
    // After a group was taken, the conditions of the others are not even looked at.
    check("#if 1\na\n#elif 1 / 0\nb\n#endif", "a");
}

#[test]
fn skipped_groups_hold_anything() {
    check("#if 0\n#error no\n#unknown\n#include <none>\n#if (\n#endif\n#define\n'\n#endif\nx", "x");
}

#[test]
fn unbalanced_groups() {
    check_bad("a\n#endif\nb", "a b", "bad-directive:2");
    check_bad("a\n#else\nb\n#elif 1\nc", "a b c", "bad-directive:2 bad-directive:4");
    check_bad("a\n#if 0\nb", "a", "bad-directive:2");
    check_bad("a\n#if 1\nb\n#if 0\n#endif", "a b", "bad-directive:2");
    check_bad("#if 0\n#else\na\n#else\nb\n#endif", "a b", "bad-directive:4");
    check_bad("#if 0\na\n#elif 0\nb\n#define c", "", "bad-directive:1");
    check_bad("#ifdef\na\n#else\nb\n#endif", "b", "bad-directive:1");
    check_bad("a /* b\n#if", "a", "open-comment:1");
}

#[test]
fn definitions() {
    check("#define X 1\n#define X 1\nX", "1");
    check("#define X(a) a +1\n#define X(a) /**/ a  +1\nX(2)", "2 + 1");
    check_bad("#define X 1\n#define X 2\nX", "2", "macro-redefined:2");
    check_bad("#define X a+b\n#define X a +b\nX", "a + b", "macro-redefined:2");
    check_bad("#define X(a) a\n#define X(b) b\nX(1)", "1", "macro-redefined:2");
    check("#define X 1\n#undef X\n#undef Y\n#define X 2\nX", "2");
    check_bad("#define __LINE__ 5\n__LINE__", "5", "macro-redefined:1");
}

#[test]
fn bad_definitions() {
    for line in [
        "#define",
        "#define 1",
        "#define defined",
        "#define __VA_ARGS__",
        "#define X(",
        "#define X(a",
        "#define X(a,",
        "#define X(a,)",
        "#define X(a b)",
        "#define X(..., a)",
        "#define X(a, a)",
        "#define X(1)",
        "#define X(a) #b",
        "#define X(a) #",
        "#define X ## a",
        "#define X a ##",
        "#define X(a) ##",
        "#define X(...) __VA_OPT__",
        "#define X(...) __VA_OPT__(",
        "#define X(...) __VA_OPT__(## a)",
    ] {
        check_bad(&format!("\n{line}\nX"), "X", "bad-define:2");
    }
    check_bad("#undef\n#undef 1\n#ifndef 2\na\n#endif", "", "bad-directive:1 bad-directive:2 bad-directive:3");
    check("#define X # x\nX", "# x");
}

#[test]
fn messages_of_the_text() {
    check_bad("#error stop here\nx", "x", "error-directive:1");
    check_bad("#warning it's old\n#frobnicate\n#12z", "", "warning-directive:1 unknown-directive:2 bad-directive:3");
    check("#ident \"x\"\n#sccs \"y\"\nz", "z");
}

#[test]
fn headers() {
    let headers = [("a.h", "A\n#include \"b.h\"\nC"), ("b.h", "B __INCLUDE_LEVEL__"), ("skip.h", "")];
    check_headers(&headers, "#include <a.h>\n#include <skip.h>\nD", "A B 2 C D", "");
    check_headers(&headers, "#define H <b.h>\n#include H\n#define S \"a.h\"\n#include S", "B 1 A B 2 C", "");
    check_headers(
        &headers,
        "#include <no.h>\n#include\n#include x\nD",
        "D",
        "missing-header:1 bad-include:2 bad-include:3",
    );
    check_headers(&[("it's//x.h", "X")], "#include <it's//x.h> // it's", "X", "");
    check_headers(&[("a.h", "1\n#include_next <a.h>"), ("next/a.h", "2")], "#include <a.h>", "1 2", "");
}

#[test]
fn repeated_headers() {
    let guarded = "/* c */\n#ifndef A\n#define A\nx\n#endif\n// c";
    check_headers(&[("a.h", guarded)], "#include <a.h>\n#include <a.h>\n#undef A\n#include <a.h>", "x x", "");
    check_headers(&[("a.h", "#if !defined(A)\n#define A\nx\n#endif")], "#include <a.h>\n#include <a.h>", "x", "");
    check_headers(&[("a.h", "#pragma once\nx")], "#include <a.h>\n#include <a.h>", "x", "");
    // These are no guards: there is something outside.
    for text in
        ["#ifndef A\n#define A\n#endif\nx", "x\n#ifndef A\n#define A\n#endif", "#ifndef A\n#define A\n#else\n#endif\nx"]
    {
        check_headers(&[("a.h", text)], "#include <a.h>\n#include <a.h>", "x x", "");
    }
    check_headers(&[("a.h", "#ifndef A\n#define A\n#else\nx\n#endif")], "#include <a.h>\n#include <a.h>", "x", "");
}

#[test]
fn calls_end_with_their_header() {
    let headers = [("a.h", "f"), ("b.h", "f(1")];
    check_headers(&headers, "#define f(x) <x>\n#include <a.h>\n(2)", "f ( 2 )", "");
    check_headers(&headers, "#define f(x) <x>\n#include <b.h>\n)", "f )", "bad-macro-call:1");
    check_headers(&headers, "#define f(x) <x>\nf(1\n#include <a.h>\n)", "< 1 >", "bad-include:3");
}

#[test]
fn questions() {
    let headers = [("a.h", "x"), ("skip.h", "")];
    let text = "#define H <a.h>\n#if __has_include(<a.h>) && __has_include(\"skip.h\") && __has_include(H)\na\n#endif\n\
                #if __has_include(<b.h>) || __has_include_next(<a.h>)\nb\n#endif\n\
                #ifdef __has_include\nc\n#endif\n\
                #if __has_attribute(packed) && !__has_attribute(other) && !__has_builtin(x)\nd\n#endif";
    check_headers(&headers, text, "a c d", "");
    check_headers(
        &headers,
        "#if __has_include\n#endif\n#if __has_include(x)\n#endif",
        "",
        "bad-condition:1 bad-condition:3",
    );
}
