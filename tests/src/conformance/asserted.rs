//! Checks in C, behind the header that they are about: which of them a compiler refuses, and what it says.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::Command;

use super::compilers::Compiler;
use super::headers::Installed;

/// The name under which the compiler speaks of the checks.
const PLACE: &str = "checks";

/// A compiler, a header, and checks of a line each.
pub struct Checks<'a> {
    /// Whose view it is.
    pub compiler: &'a Compiler,
    /// Where the header is.
    pub installed: &'a Installed,
    /// The header, as `#include` has it.
    pub header: &'a str,
    /// Headers that are included before it.
    pub company: Vec<&'a str>,
    /// Names that are no macros any more behind it.
    pub undefined: Vec<&'a str>,
}

impl Checks<'_> {
    /// The checks that are refused, by place, with the first thing that is said of each.
    pub fn refused(&self, checks: &[String]) -> BTreeMap<usize, String> {
        // Without warnings the name of a macro with parameters that nobody defines would not be told.
        self.said(checks, "-Werror=implicit-function-declaration", "error: ").0
    }

    /// The same, and what stands in quotes in all complaints, about the header too: names that the compiler misses.
    pub fn refused_and_missing(&self, checks: &[String]) -> (BTreeMap<usize, String>, BTreeSet<String>) {
        self.said(checks, "-w", "error: ")
    }

    /// The object file of header and lines; none where a compiler does not get through.
    pub fn compiled(&self, lines: &[String]) -> Option<Vec<u8>> {
        let object = tempfile::NamedTempFile::new().expect("a scratch file");
        let folders = self.installed.folders();
        let mut command = self.compiler.reading(&folders);
        command.args(["-w", "-c", "-o"]).arg(object.path()).args(["-x", "c", "-"]);
        let (output, _) = fed(&mut command, &self.text(lines));
        output.status.success().then(|| std::fs::read(object.path()).expect("the object file"))
    }

    /// What each of these integer constants is to the compiler, as a person would write it; none for what is no such.
    pub fn values(&self, expressions: &[&str]) -> Vec<Option<String>> {
        const PARTS: usize = 5;
        let mut checks = Vec::new();
        for expression in expressions {
            let types = TYPES.iter().enumerate().map(|(at, (name, _))| format!("{name}: {}", at + 1));
            let ty = format!("_Generic(({expression}), {}, default: 99)", types.collect::<Vec<_>>().join(", "));
            let part = |shift: u32| format!("1 + (((unsigned long long)({expression}) >> {shift}) & 0xffff)");
            // The type of an array is told where a pointer to it is given another.
            for length in [ty, part(0), part(16), part(32), part(48)] {
                checks.push(format!("int (*wanted_{}_)[{length}] = (char **)0;", checks.len()));
            }
        }
        let (said, _) = self.said(&checks, "-Wincompatible-pointer-types", "");
        let length = |at: usize| said.get(&at)?.split_once("(*)[")?.1.split(']').next()?.parse::<u64>().ok();
        let value = |at: usize| {
            let ty = TYPES.get(usize::try_from(length(at)? - 1).ok()?)?;
            let part = |which: usize| Some(length(at + 1 + which)? - 1);
            let bits = part(0)? | part(1)? << 16 | part(2)? << 32 | part(3)? << 48;
            let value = if ty.1 { i128::from(bits as i64) } else { i128::from(bits) };
            Some(format!("{value} of type {}", ty.0))
        };
        (0..expressions.len()).map(|at| value(at * PARTS)).collect()
    }

    fn text(&self, lines: &[String]) -> String {
        let all = self.company.iter().copied().chain([self.header]);
        let includes: String = all.map(|header| format!("#include <{header}>\n")).collect();
        let undefined: String = self.undefined.iter().map(|name| format!("#undef {name}\n")).collect();
        format!("{includes}{undefined}# 1 \"{PLACE}\"\n{}\n", lines.join("\n"))
    }

    /// That the compiler came to the end: a check that has to be refused.
    const END: &'static str = "_Static_assert(0, \"\");";

    fn said(&self, checks: &[String], option: &str, sort: &str) -> (BTreeMap<usize, String>, BTreeSet<String>) {
        if checks.is_empty() {
            return Default::default();
        }
        let folders = self.installed.folders();
        let mut command = self.compiler.reading(&folders);
        command.args([option, "-fsyntax-only", "-fmax-errors=0", "-x", "c", "-"]);
        let lines: Vec<String> = checks.iter().cloned().chain([Self::END.to_string()]).collect();
        let (_, stderr) = fed(&mut command, &self.text(&lines));
        let (mut said, mut missing) = (BTreeMap::new(), BTreeSet::new());
        for line in stderr.lines() {
            missing.extend(line.split('\'').skip(1).step_by(2).map(str::to_string));
            let Some(rest) = line.strip_prefix(PLACE).and_then(|rest| rest.strip_prefix(':')) else { continue };
            let Some((number, rest)) = rest.split_once(':') else { continue };
            let text = rest.split_once(": ").map_or(rest, |(_, text)| text);
            if let Ok(number) = number.parse::<usize>()
                && text.starts_with(sort)
                && !text.starts_with("note: ")
            {
                said.entry(number - 1).or_insert_with(|| text.to_string());
            }
        }
        if said.remove(&checks.len()).is_none() {
            let why = stderr.lines().find(|line| line.contains("error: ")).unwrap_or("no reason");
            let why = format!("error: the compiler does not get here: {why}");
            return ((0..checks.len()).map(|at| (at, why.clone())).collect(), missing);
        }
        (said, missing)
    }
}

/// C's integer types, and whether they have a sign. A plain `char` is told apart by the test, which knows its ABI.
const TYPES: [(&str, bool); 12] = [
    ("_Bool", false),
    ("char", true),
    ("signed char", true),
    ("unsigned char", false),
    ("short", true),
    ("unsigned short", false),
    ("int", true),
    ("unsigned int", false),
    ("long", true),
    ("unsigned long", false),
    ("long long", true),
    ("unsigned long long", false),
];

/// A program's standard output and error, after it read a text. A compiler that stops before the end fails alike.
pub(super) fn fed(command: &mut Command, text: &str) -> (std::process::Output, String) {
    let mut child = command.spawn().unwrap_or_else(|cause| panic!("{command:?}: {cause}"));
    let mut stdin = child.stdin.take().expect("it is piped");
    let output = std::thread::scope(|scope| {
        scope.spawn(move || drop(stdin.write_all(text.as_bytes())));
        child.wait_with_output()
    });
    let output = output.unwrap_or_else(|cause| panic!("{command:?}: {cause}"));
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    (output, stderr)
}
