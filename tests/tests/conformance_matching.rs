//! How kernels find the event of a call: `EventRules` of the library, held against the kernel's own function, compiled.
//!
//! Every symbol of every table, dotted as well, meets its own event, some others, and near misses.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use syscall_meta::{Abi, EventRules, KernelVersion};
use syscall_meta_gen::diagnostic::Sink;
use syscall_meta_gen::source::{Kernel, Mode, Progress, Selection, Tree, Want};
use syscall_meta_tests::Random;
use syscall_meta_tests::conformance::{kernels, say};

const NAME: &str = "arch_syscall_match_sym_name";
const DEFAULT: &str = "kernel/trace/trace_syscalls.c";
/// Shorter symbols than what rules skip, the kernel reads beyond their end.
const SHORTEST: usize = 11;

#[test]
fn rules_are_those_of_the_kernels_function() {
    let Some((folder, versions)) = kernels("conformance_matching") else { return };
    for version in versions {
        let tree = read(&folder, &version);
        let text_of = |path: &str| tree.get(path).map(|text| text.text.to_string()).unwrap_or_default();
        let release: KernelVersion = version.parse().unwrap();
        let mut compared = 0;
        for abi in Abi::ALL.iter().filter(|abi| abi.table().is_some()) {
            let Some(arch) = abi.native_arch() else { continue };
            let Some(rules) = EventRules::of(arch, release) else { continue };
            let own = format!("arch/{arch}/include/asm/ftrace.h");
            let text = if text_of(&own).contains(NAME) { text_of(&own) } else { text_of(DEFAULT) };
            let functions = functions(&text);
            assert!([1, 2].contains(&functions.len()), "{version} {arch}: {}", functions.len());
            for (at, function) in functions.iter().enumerate() {
                // Of two, the first is that of kernels with function descriptors.
                let has_descriptors = functions.len() == 2 && at == 0;
                assert_eq!(functions.len() == 2, arch == "powerpc" && text.contains("PPC64_ELF_ABI_v1"));
                let pairs = pairs(*abi, release);
                let said = said(function, &pairs);
                for ((symbol, name), said) in pairs.iter().zip(said) {
                    let ours = rules.matches(symbol, &name.replacen("sys_", "sys_enter_", 1), has_descriptors);
                    assert_eq!(ours, said, "{version} {arch}: {symbol} {name}, descriptors {has_descriptors}");
                }
                compared += pairs.len();
            }
        }
        assert!(compared > 10_000, "{version}: {compared}");
        say(&format!("conformance_matching: linux-{version}: {compared} pairs of symbol and name agree"));
    }
}

/// The files that can have the function.
fn read(folder: &Path, version: &str) -> Tree<()> {
    let tree = folder.join(format!("linux-{version}"));
    let source = if tree.is_dir() { tree } else { folder.join(format!("linux-{version}.tar.xz")) };
    let kernel = Kernel::open(&source.display().to_string()).unwrap();
    let enter = |path: &str| {
        let is_arch = path == "arch" || (path.starts_with("arch/") && path.split('/').count() == 2);
        is_arch || path.ends_with("/include") || path.ends_with("/include/asm") || "kernel/trace".starts_with(path)
    };
    let want = |path: &str| {
        let is_wanted = path == DEFAULT || (path.starts_with("arch/") && path.ends_with("/include/asm/ftrace.h"));
        if is_wanted { Want::Keep } else { Want::No }
    };
    let selection = Selection { enter: &enter, want: &want };
    kernel.read(&selection, &|_| None::<()>, &Progress::new(Mode::Off), &Sink::new()).unwrap()
}

/// The definitions in a file, each to its closing brace.
fn functions(text: &str) -> Vec<&str> {
    let head = format!("static inline bool {NAME}");
    let starts = text.match_indices(&head).map(|(at, _)| at);
    starts.filter_map(|at| Some(&text[at..at + text[at..].find("\n}")? + 2])).collect()
}

fn pairs(abi: Abi, release: KernelVersion) -> Vec<(String, String)> {
    let mut random = Random::new(9);
    let sides: Vec<_> = abi.table().unwrap().iter().filter_map(|call| call.side_in(release)).collect();
    let names: Vec<String> =
        sides.iter().filter_map(|side| Some(side.event()?.to_string().replacen("sys_enter_", "sys_", 1))).collect();
    let mut pairs = Vec::new();
    for side in &sides {
        let symbols = side.symbol_in(release).into_iter().map(|symbol| symbol.to_string());
        let symbols: Vec<String> = symbols.chain(side.companions().map(|(symbol, _)| symbol.to_string())).collect();
        for symbol in symbols.iter().flat_map(|symbol| [symbol.clone(), format!(".{symbol}"), format!("{symbol}x")]) {
            if symbol.len() < SHORTEST {
                continue;
            }
            let own = side.event().map(|event| event.to_string().replacen("sys_enter_", "sys_", 1));
            let stem = symbol.split_once("sys_").map(|(_, stem)| format!("sys_{stem}"));
            pairs.extend(own.into_iter().chain(stem).map(|name| (symbol.clone(), name)));
            if !names.is_empty() {
                pairs.push((symbol, random.one_of(&names).clone()));
            }
        }
    }
    pairs
}

/// What the kernel's function says of each pair.
fn said(function: &str, pairs: &[(String, String)]) -> Vec<bool> {
    let folder = tempfile::tempdir().unwrap();
    let source = format!(
        "#include <stdbool.h>\n#include <stdio.h>\n#include <string.h>\n#include <strings.h>\n{function}\n\
         int main(void) {{\n\tchar symbol[256], name[256];\n\twhile (scanf(\"%255s %255s\", symbol, name) == 2)\n\
         \t\tputchar('0' + {NAME}(symbol, name));\n\treturn 0;\n}}\n"
    );
    let (file, program) = (folder.path().join("match.c"), folder.path().join("match"));
    fs::write(&file, source).unwrap();
    compile(&file, &program);
    let mut input = String::new();
    pairs.iter().for_each(|(symbol, name)| writeln!(input, "{symbol} {name}").unwrap());
    let mut child = Command::new(&program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success() && output.stdout.len() == pairs.len());
    output.stdout.iter().map(|byte| *byte == b'1').collect()
}

fn compile(file: &Path, program: &Path) {
    let cc = std::env::var_os("CC").unwrap_or_else(|| "gcc".into());
    let ran = Command::new(cc).args(["-O1", "-o"]).args([program, file]).output().expect("a C compiler");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}
