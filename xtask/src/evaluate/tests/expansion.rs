//! Macro expansion.

use super::{check, check_bad};

#[test]
fn objects() {
    check("#define ONE 1\n#define TWO ONE + ONE\nTWO ONES", "1 + 1 ONES");
    check("#define NONE\na NONE b", "a b");
    check("#define NOT_A_CALL (x)\nNOT_A_CALL", "( x )");
}

#[test]
fn names_do_not_expand_within_themselves() {
    check("#define self self + 1\nself", "self + 1");
    check("#define a b\n#define b a c\na b", "a c b c");
    check("#define twice(x) x x\n#define deep twice(deep)\ndeep twice(twice)(1)", "deep deep twice twice ( 1 )");
    // Painted names stay so after they have left the expansion.
    check("#define id(x) x\n#define loop id(loop)(2)\nloop", "loop ( 2 )");
}

#[test]
fn calls() {
    check("#define add(a, b) a + b\nadd(1, 2) add (3,4) add", "1 + 2 3 + 4 add");
    check("#define add(a, b) a + b\nadd(\n 1,\n (2, 3))", "1 + ( 2 , 3 )");
    check("#define none() x\nnone() none( ) none", "x x none");
    check("#define one(a) [a]\none() one( ) one((,))", "[ ] [ ] [ ( , ) ]");
}

#[test]
fn the_parenthesis_may_come_from_outside() {
    check("#define call inner\n#define inner(x) <x>\ncall(1) call (2)", "< 1 > < 2 >");
    check("#define open(x) x + close\n#define close(x) x - open\nopen(1)(2)(3)", "1 + 2 - 3 + close");
    check("#define name(x) x\nname\n(1)\nname\n#define other\n(2)", "1 name ( 2 )");
}

#[test]
fn arguments_are_expanded_first_unless_pasted_or_quoted() {
    let macros = "#define v 7\n#define str(x) #x\n#define xstr(x) str(x)\n#define cat(a, b) a ## b\n#define xcat(a, b) cat(a, b)\n";
    check(&format!("{macros}str(v) xstr(v)"), "\"v\" \"7\"");
    check(&format!("{macros}cat(v, 1) xcat(v, 1)"), "v1 71");
    check(&format!("{macros}cat(,) cat(x,) cat(,y) xcat(cat(a,b),cat(c,d))"), "x y abcd");
}

#[test]
fn quoting() {
    let macros = "#define str(x...) #x\n";
    check(&format!("{macros}str( a  +\n b ) str() str(a,b) str(a , b)"), r#""a + b" "" "a,b" "a , b""#);
    check(&format!("{macros}str(\"a\\n\" 'b' \\ @)"), r#""\"a\\n\" 'b' \ @""#);
    check(&format!("{macros}#define empty\n#define x(a...) str(a)\nx(1 empty 2 empty()3 empty)"), r#""1 2 ()3""#);
    check(&format!("{macros}str(\\)"), "\"\"");
}

#[test]
fn pasting() {
    check("#define p(a, b) a ## b\np(<, <=) p(1, .5e) p(L, 'x') p(., 2) p(-, >)", "<<= 1.5e L'x' .2 ->");
    check("#define three(a, b, c) a ## b ## c\nthree(x, , z) three(, , ) three(1, 2, 3) .", "xz 123 .");
    check("#define o a ## b c\n#define ab done\no", "done c");
    check("#define p(a, b) a ## b\n#define hash p(#, #)\nx hash y p(hash, z)", "x ## y hashz");
    check("#define p(a) a ## a\np(p) p(x y)", "pp x yx y");
    check_bad("#define p(a, b) a ## b\np(+, x)", "+ x", "bad-paste:2");
}

#[test]
fn variable_arguments() {
    check("#define v(...) [__VA_ARGS__]\nv() v(1) v(1, 2)", "[ ] [ 1 ] [ 1 , 2 ]");
    check("#define v(a, ...) [a | __VA_ARGS__]\nv(1) v(1,) v(1,2,(3,4))", "[ 1 | ] [ 1 | ] [ 1 | 2 , ( 3 , 4 ) ]");
    check("#define v(a, rest...) [a | rest]\nv(1) v(1, 2, 3)", "[ 1 | ] [ 1 | 2 , 3 ]");
}

#[test]
fn the_comma_before_variable_arguments_goes_with_them() {
    // Left out is not the same as empty, but for a macro that takes nothing else.
    check("#define v(a, ...) [a, ## __VA_ARGS__]\nv(1) v(1,) v(1,2,3)", "[ 1 ] [ 1 , ] [ 1 , 2 , 3 ]");
    check("#define v(...) [x, ## __VA_ARGS__]\nv() v(1)", "[ x ] [ x , 1 ]");
    check("#define v(a, rest...) [a, ## rest]\nv(1) v(1,2)", "[ 1 ] [ 1 , 2 ]");
    check("#define v(a, ...) [a, __VA_ARGS__]\nv(1)", "[ 1 , ]");
}

#[test]
fn optional_tokens() {
    check("#define v(a, ...) a __VA_OPT__(, __VA_ARGS__) ;\nv(1) v(1,) v(1, 2)", "1 ; 1 ; 1 , 2 ;");
    check("#define v(a, ...) a ## __VA_OPT__(b) ## c\nv(x) v(x, y)", "xc xbc");
    check("#define none\n#define v(...) <__VA_OPT__(x)>\nv(none) v(none 1)", "< > < x >");
    check("__VA_OPT__(x)", "__VA_OPT__ ( x )");
}

#[test]
fn wrong_calls_stay_as_their_names() {
    check_bad("#define two(a, b) a b\ntwo(1) two(1,2,3) two(1,2)", "two two 1 2", "bad-macro-call:2 bad-macro-call:2");
    check_bad("#define one(a) a\nx one(1", "x one", "bad-macro-call:2");
    check_bad("#define none() a\nnone(1)", "none", "bad-macro-call:2");
}

#[test]
fn directives_inside_arguments_are_carried_out() {
    check("#define one(a) <a>\none(1\n#define two 2\n two\n#if two == 1\n no\n#endif\n)", "< 1 2 >");
}

#[test]
fn builtins() {
    check("__LINE__\n\n__LINE__ __FILE__ __INCLUDE_LEVEL__", "1 3 \"main.h\" 0");
    check("__COUNTER__ __COUNTER__", "0 1");
    check("#define here __LINE__\n#define both(x) here x\nboth(\n__LINE__) here", "3 4 4");
    check("#line 100 \"other.h\"\n__LINE__ __FILE__\n# 7\n__LINE__", "100 \"other.h\" 7");
}

#[test]
fn pragmas_stay_in_the_text() {
    check("#pragma pack(push, 1)\nx;\n_Pragma(\"pack(pop)\") y", "pack(push, 1) x ; pack(pop) y");
    check("#define P(x) _Pragma(#x) z\nP(pack(2))", "pack(2) z");
    check_bad("_Pragma(1) x", "_Pragma ( 1 ) x", "bad-pragma:1");
}

#[test]
fn odd_characters_pass_with_a_warning() {
    check_bad("a @ don't\nb \0", "a @ don 't b \0", "stray-character:1 stray-character:1 stray-character:2");
    check("#if 0\ndon't @ `\n#endif\nx", "x");
}
