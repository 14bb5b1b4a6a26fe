//! Typedefs out of tokens: what each name comes to, and which come to nothing.

use std::fmt::Write;
use std::sync::Arc;

use super::*;

/// Every name that is asked for, with what it comes to.
#[track_caller]
fn check_types(text: &str, names: &str, expected: &str) {
    let (session, sink) = (Session::new(), Sink::new());
    let output = preprocess(&session, &NoHeaders, &Setup::new(DataModel::LP64), "main.h", &Arc::from(text), &sink);
    let typedefs = output.typedefs();
    let mut said = String::new();
    for name in names.split(' ') {
        let class = match typedefs.class(&session, name) {
            Some(TypeClass::Integer(ty)) => ty.name().replace(' ', "_"),
            Some(class) => format!("{class:?}"),
            None => "-".to_string(),
        };
        write!(said, "{class} ").unwrap();
    }
    assert_eq!(said.trim_end(), expected, "{text}");
    assert_eq!(sink.take(), []);
}

#[test]
fn integers_are_named_in_any_order_of_words() {
    let text = "typedef unsigned a; typedef long unsigned int b; typedef long long c; typedef short int signed d;\n\
                typedef unsigned char e; typedef signed char f; typedef _Bool g; typedef int const h, i;\n\
                __extension__ typedef unsigned long long int j;";
    let classes =
        "unsigned_int unsigned_long long_long short unsigned_char signed_char _Bool int int unsigned_long_long";
    check_types(text, "a b c d e f g h i j", classes);
}

#[test]
fn names_lead_to_names() {
    let text = "typedef u64 dev; typedef unsigned long long u64; typedef dev x, *y;";
    check_types(text, "dev x y u64", "unsigned_long_long unsigned_long_long Pointer unsigned_long_long");
    check_types("typedef a b; typedef b a; typedef nowhere c;", "a b c d", "- - - -");
}

#[test]
fn declarators_say_pointer_function_or_array() {
    let text = "typedef void fn(int); typedef fn *ptr; typedef int (*call)(void *, int); typedef long set[4];\n\
                typedef int (*to_array)[3], (plain), *(*(deep))(int), *(*table[2])(void);\n\
                typedef struct { int x; } __user *user; typedef union u { long a; char b[8]; } both;\n\
                typedef enum { A, B = (1, 2) } choice; typedef struct s tag; typedef struct s { int y; } const *volatile w;";
    check_types(
        text,
        "fn ptr call set to_array plain deep table user both choice tag w",
        "Pointer Pointer Pointer Aggregate Pointer int Pointer Aggregate Pointer Aggregate Enumeration Aggregate Pointer",
    );
}

#[test]
fn annotations_and_attributes_are_passed_over() {
    let text = "typedef int __bitwise rwf; typedef s64 __attribute__((aligned(4))) compat_s64; typedef long long s64;\n\
                typedef fn __user *handler; typedef void fn(int) __attribute__((noreturn)); typedef u32 __nice(4) le;\n\
                typedef unsigned int u32; typedef __attribute__((x)) int y; typedef int z __attribute__((y));";
    check_types(text, "rwf compat_s64 handler fn le y z", "int long_long Pointer Pointer unsigned_int int int");
}

#[test]
fn what_is_not_known_is_not_guessed() {
    let text = "typedef char a; typedef double b; typedef typeof(1 + 1) c; typedef unsigned d __attribute__((mode(TI)));\n\
                typedef int __attribute__((vector_size(16))) e; typedef __int128 f; typedef void g;\n\
                typedef int h; typedef long h; typedef int i; typedef int i;";
    check_types(text, "a b c d e f g h i", "- - - - - - - - int");
}

#[test]
fn other_declarations_are_passed_over() {
    let text = "struct s { int typedef_x; }; static inline int f(int a) { typedef int inner; return a; }\n\
                DECLARE(x) typedef int after_call; asm(\".text; { x\"); extern int g(void), h[2] = { 1, 2 };\n\
                _Pragma(\"pack(1)\") typedef long last;";
    check_types(text, "inner after_call last typedef_x", "- int long -");
    for text in
        ["typedef", "typedef ;", "typedef int", "typedef int (", "typedef * x; } ) ]", "typedef int ((((x);", "}}}"]
    {
        check_types(text, "x int", "- -");
    }
    let deep = format!("typedef int {}x{};", "(".repeat(5000), ")".repeat(5000));
    check_types(&deep, "x", "-");
}
