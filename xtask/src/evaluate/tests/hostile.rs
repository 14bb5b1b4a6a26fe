//! Input that means harm, or nothing: every run ends, soon, without a panic.

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::*;
use super::Virtual;
use crate::diagnostic::Sink;

/// Runs with small limits; gives the codes of the messages.
fn codes(headers: &[(&str, &str)], text: &str) -> Vec<&'static str> {
    let (session, sink) = (Session::new(), Sink::new());
    let mut setup = Setup::new(DataModel::ILP32);
    setup.limits = Limits { tokens: 100_000, messages: 50, ..Limits::default() };
    let start = Instant::now();
    let output = preprocess(&session, &Virtual::new(headers), &setup, "main.h", &Arc::from(text), &sink);
    for definition in output.macros.history().take(20) {
        let _ = output.constant_of(definition.definition, &NoNames);
    }
    output.rows("x");
    assert!(start.elapsed() < Duration::from_secs(20), "{}", text.get(..500).unwrap_or(text));
    let mut codes: Vec<_> = sink.take().iter().map(|d| d.code).collect();
    codes.dedup();
    codes
}

#[test]
fn growth_is_bounded() {
    let mut doubling = "#define x0 a\n".to_string();
    for n in 1..64 {
        writeln!(doubling, "#define x{n} x{0} x{0}", n - 1).expect("a string takes all");
    }
    assert_eq!(codes(&[], &format!("{doubling}x63")), ["too-many-tokens"]);
    let nested = format!("#define f(x) x x\n{}1{}", "f(".repeat(60), ")".repeat(60));
    assert_eq!(codes(&[], &nested), ["too-many-tokens"]);
    let quoted = format!("#define s(x) #x\n#define t(x) s(x)\n{}\"{}", "t(".repeat(40), ")".repeat(40));
    assert_eq!(codes(&[], &quoted), ["bad-macro-call"]);
    let quoted = format!("#define s(x) #x\n#define t(x) s(x)\n{}\"\"{}", "t(".repeat(40), ")".repeat(40));
    assert_eq!(codes(&[], &quoted), ["token-too-long"]);
    let mut pasted = "#define p(x) x ## x\n#define q(x) p(x)\n".to_string();
    write!(pasted, "{}a{}", "q(".repeat(40), ")".repeat(40)).expect("a string takes all");
    assert!(codes(&[], &pasted).contains(&"token-too-long"));
}

#[test]
fn depth_is_bounded() {
    let headers = [("a.h", "#include <a.h>\n#include <a.h>\nx\n")];
    assert_eq!(codes(&headers, "#include <a.h>"), ["nested-too-deep", "too-many-messages", "too-many-tokens"]);
    let deep = 10_000;
    for (open, close) in [
        ("(", ")"),
        ("-", ""),
        ("1 ? 1 : ", "1"),
        ("1 ? ", "1"),
        ("(long)", "1"),
        ("sizeof(", ")"),
        ("1 + (", ")"),
        ("~(int)(", ")"),
    ] {
        let expression = format!("{}1{}", open.repeat(deep), close.repeat(deep));
        codes(&[], &format!("#if {expression}\n#endif\n#define X {expression}\n"));
    }
    let calls = format!("#define f(x) x\n{}1{}", "f(".repeat(3000), ")".repeat(3000));
    codes(&[], &calls);
    let names: String = (0..5_000).map(|n| format!("#define n{n} n{}\n", n + 1)).collect();
    assert!(codes(&[], &format!("{names}n0 n0 n0")).is_empty());
    let groups = format!("{}x{}", "#if 1\n".repeat(10_000), "\n#endif".repeat(10_000));
    assert!(codes(&[], &groups).is_empty());
    codes(&[], &"#if 0\n#elif 0\n".repeat(10_000));
    codes(&[], &format!("#define f(x) x\nf{}", "(".repeat(100_000)));
    codes(&[], &"\\".repeat(100_000));
    codes(&[], &"/*".repeat(100_000));
    codes(&[], &format!("#define f(a) a\n{}", "f(".repeat(50_000)));
}

/// A small generator of numbers: the same ones on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        let at = usize::try_from(self.next() % from.len() as u64).unwrap_or_default();
        from[at]
    }
}

#[test]
fn soup() {
    let words = [
        "#",
        "##",
        "define",
        "undef",
        "if",
        "ifdef",
        "ifndef",
        "elif",
        "else",
        "endif",
        "include",
        "line",
        "pragma",
        "once",
        "error",
        "defined",
        "__VA_ARGS__",
        "__VA_OPT__",
        "__LINE__",
        "__COUNTER__",
        "__has_include",
        "_Pragma",
        "a",
        "b",
        "c",
        "f",
        "g",
        "(",
        ")",
        ",",
        "...",
        "<",
        ">",
        "\"",
        "'",
        "\\",
        "/*",
        "*/",
        "//",
        "0",
        "1",
        "1u",
        "0x",
        "1e+",
        "+",
        "-",
        "*",
        "/",
        "%",
        "?",
        ":",
        "&&",
        "||",
        "<<",
        "==",
        "!",
        "~",
        "=",
        "sizeof",
        "int",
        "unsigned",
        "struct",
        "{",
        "}",
        ";",
        "[",
        "]",
        "@",
        "é",
        "“",
        "\0",
        "\u{feff}",
        "L",
        "<a.h>",
        "\"b.h\"",
        "a(",
        "f(a)",
    ];
    let lines =
        ["\n", "\n", " ", " ", " ", "", "\r\n", "\\\n", "\t", "\n#", "\n#define f(a, b...) ", "\n#define a ", "\n#if "];
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for round in 0..1500 {
        let mut texts = [String::new(), String::new(), String::new()];
        for text in &mut texts {
            for _ in 0..random.next() % 120 {
                text.push_str(random.pick(&lines));
                text.push_str(random.pick(&words));
            }
        }
        let [main, a, b] = &texts;
        let before = Instant::now();
        codes(&[("a.h", a), ("b.h", b)], main);
        assert!(before.elapsed() < Duration::from_secs(20), "round {round}");
    }
}

#[test]
fn bytes() {
    let mut random = Random(42);
    for _ in 0..500 {
        let bytes: Vec<u8> = (0..random.next() % 200).map(|_| (random.next() & 0xff) as u8).collect();
        codes(&[], &String::from_utf8_lossy(&bytes));
        let ascii: String = bytes.iter().map(|b| char::from(b & 0x7f)).collect();
        codes(&[], &ascii);
    }
}
