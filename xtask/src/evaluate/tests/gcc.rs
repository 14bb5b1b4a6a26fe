//! Against the real thing, where there is one: `cargo test -- --ignored gcc`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;

use super::super::*;
use crate::diagnostic::Sink;

/// What gcc writes to standard output and standard error for a text; `None` where there is no gcc.
fn gcc(arguments: &[&str], text: &str) -> Option<(String, String)> {
    let mut child = Command::new("gcc")
        .args(arguments)
        .args(["-x", "c", "-w", "-std=gnu11", "-fsigned-char", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    let mut input = child.stdin.take()?;
    let text = text.to_string();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().ok()?;
    writer.join().ok()?.ok()?;
    let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some((lossy(&output.stdout), lossy(&output.stderr)))
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or_default() % limit
    }

    fn pick(&mut self, from: &[&str]) -> String {
        from[self.below(from.len())].to_string()
    }

    /// An expression; `casts` where types may stand.
    fn expression(&mut self, depth: usize, casts: bool) -> String {
        let operators =
            ["+", "-", "*", "/", "%", "<<", ">>", "<", ">", "<=", ">=", "==", "!=", "&", "|", "^", "&&", "||"];
        let types =
            ["int", "unsigned", "long", "unsigned long", "long long", "short", "unsigned char", "_Bool", "char"];
        let numbers = [
            "0",
            "1",
            "2",
            "7",
            "31",
            "0x10",
            "1u",
            "3L",
            "5ul",
            "7LL",
            "011",
            "0b11",
            "'a'",
            "'\\377'",
            "2147483647",
            "2147483648",
            "0x80000000",
            "0xffffffff",
            "4294967296",
            "0x7fffffffffffffff",
            "0x8000000000000000",
            "0xffffffffffffffff",
            "9223372036854775807",
            "18446744073709551615u",
        ];
        if depth == 0 {
            return self.pick(&numbers);
        }
        let depth = depth - 1;
        match self.below(10) {
            0 | 1 => self.pick(&numbers),
            2 => format!("{} {}", self.pick(&["-", "~", "!", "+"]), self.expression(depth, casts)),
            3 => {
                let [a, b, c] = [(); 3].map(|()| self.expression(depth, casts));
                format!("(({a}) ? {b} : {c})")
            }
            4 if casts => format!("({}) ({})", self.pick(&types), self.expression(depth, casts)),
            5 => format!("({})", self.expression(depth, casts)),
            _ => {
                let (a, b) = (self.expression(depth, casts), self.expression(depth, casts));
                format!("{a} {} {b}", self.pick(&operators))
            }
        }
    }
}

#[test]
#[ignore = "needs gcc for a 64-bit target; run with `-- --ignored gcc`"]
fn gcc_agrees_on_conditions() {
    let mut random = Random(7);
    let (mut ours, mut theirs) = (Vec::new(), String::new());
    let session = Session::new();
    while ours.len() < 2000 {
        let text = format!("#if {}\nyes\n#else\nno\n#endif\n", random.expression(4, false));
        let sink = Sink::new();
        let setup = Setup::new(DataModel::LP64);
        let output = preprocess(&session, &NoHeaders, &setup, "condition", &Arc::from(text.as_str()), &sink);
        // After a division by zero gcc goes on with some value or other.
        if sink.take().is_empty() {
            ours.push(session.render(&output.tokens));
            theirs.push_str(&text);
        }
    }
    let Some((found, _)) = gcc(&["-E", "-P"], &theirs) else { return };
    let found: Vec<_> = found.split_whitespace().collect();
    for (at, (ours, theirs)) in ours.iter().zip(&found).enumerate() {
        assert_eq!(ours, theirs, "condition {at}");
    }
    assert_eq!(ours.len(), found.len());
}

#[test]
#[ignore = "needs gcc for a 64-bit target; run with `-- --ignored gcc`"]
fn gcc_agrees_on_values_and_types() {
    let mut random = Random(11);
    let session = Session::new();
    let mut assertions = String::new();
    let mut compared = 0;
    while compared < 2000 {
        let body = random.expression(4, true);
        let text = format!("#define X {body}\n");
        let sink = Sink::new();
        let output =
            preprocess(&session, &NoHeaders, &Setup::new(DataModel::LP64), "value", &Arc::from(text.as_str()), &sink);
        if let Ok(constant) = output.constant("X") {
            // As bits: no spelling of the smallest number has its own type.
            let bits = constant.value & i128::from(u64::MAX);
            let same_type = format!("_Generic(({body}), {}: 1, default: 0)", constant.ty);
            let same_value = format!("(unsigned long long)({body}) == {bits}ull");
            writeln!(assertions, "_Static_assert({same_type} && {same_value}, \"{body}\");")
                .expect("a string takes all");
            compared += 1;
        }
    }
    let Some((_, errors)) = gcc(&["-fsyntax-only", "-fmax-errors=0"], &assertions) else { return };
    // Overflow makes gcc refuse the whole expression as no constant; a value that differs fails its assertion.
    let refused = errors.lines().filter(|line| line.contains("error:")).count();
    assert!(refused < compared / 2, "{refused} of {compared} are no constants to gcc");
    let failed: Vec<_> = errors.lines().filter(|line| line.contains("static assertion failed")).collect();
    assert_eq!(failed, Vec::<&str>::new());
}
