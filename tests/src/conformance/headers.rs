//! Headers as `headers_install` leaves them, and what including one by itself brings: macros, enumerators, tags.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use super::asserted::fed;
use super::compilers::Compiler;

/// Headers of the C library that kernel headers include. They bring no more than kernel headers need of them.
const LIBRARY: [(&str, &str); 19] = [
    (
        "stdint.h",
        "typedef signed char int8_t; typedef short int16_t; typedef int int32_t;\n\
         typedef unsigned char uint8_t; typedef unsigned short uint16_t; typedef unsigned int uint32_t;\n\
         #ifdef __LP64__\n\
         typedef long int64_t; typedef unsigned long uint64_t;\n\
         #else\n\
         typedef long long int64_t; typedef unsigned long long uint64_t;\n\
         #endif\n\
         typedef unsigned long uintptr_t; typedef long intptr_t;\n",
    ),
    (
        "stddef.h",
        "typedef __SIZE_TYPE__ size_t;\n#define NULL ((void *)0)\n\
         #define offsetof(type, member) __builtin_offsetof(type, member)\n",
    ),
    ("arpa/inet.h", ""),
    (
        "endian.h",
        "#define __LITTLE_ENDIAN __ORDER_LITTLE_ENDIAN__\n#define __BIG_ENDIAN __ORDER_BIG_ENDIAN__\n\
         #if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__\n#define __BYTE_ORDER __LITTLE_ENDIAN\n\
         #else\n#define __BYTE_ORDER __BIG_ENDIAN\n#endif\n",
    ),
    (
        "limits.h",
        "#define INT_MAX 0x7fffffff\n#define INT_MIN (-INT_MAX - 1)\n#define UINT_MAX 0xffffffffU\n#define PATH_MAX 4096\n",
    ),
    ("net/if.h", ""),
    ("netinet/if_ether.h", ""),
    ("netinet/in.h", ""),
    ("stdbool.h", ""),
    ("stdio.h", ""),
    ("stdlib.h", ""),
    ("string.h", ""),
    ("sys/ioctl.h", ""),
    ("sys/socket.h", ""),
    (
        "sys/time.h",
        "#include <asm/posix_types.h>\n#ifndef TIMEVAL\n#define TIMEVAL\n\
         struct timeval { __kernel_old_time_t tv_sec; __kernel_suseconds_t tv_usec; };\n\
         struct timespec { __kernel_old_time_t tv_sec; __kernel_long_t tv_nsec; };\n#endif\n",
    ),
    ("sys/types.h", ""),
    ("time.h", "#include <sys/time.h>\n"),
    ("unistd.h", ""),
    (
        COMPANY,
        "#include <stdint.h>\n#include <stddef.h>\n#include <asm/ioctl.h>\n#include <asm/signal.h>\n#include <sys/time.h>\n\
         typedef long long loff_t;\ntypedef int pid_t;\n\
         typedef unsigned short sa_family_t;\ntypedef unsigned short u_short;\ntypedef unsigned long u_long;\n\
         typedef char *caddr_t;\ntypedef unsigned long ino_t;\n\
         struct sockaddr { sa_family_t sa_family; char sa_data[14]; };\n\
         struct sockaddr_storage { sa_family_t ss_family; char padding[126 - sizeof(long)]; unsigned long align; };\n",
    ),
];

/// What a program has included before it uses a header that does not stand by itself: types of the C library.
pub(super) const COMPANY: &str = "company.h";

/// What headers begin with that are not compared: those that lead elsewhere, those with numbers of calls, which have a test
/// of their own, and what the build writes of the release.
const LEFT_OUT: [&str; 3] = ["asm-generic/", "asm/unistd", "linux/version.h"];

/// The headers that programs of an architecture get.
pub struct Installed {
    include: PathBuf,
    library: PathBuf,
    /// `asm/x.h` that the build makes where the architecture has none of its own: they lead to `asm-generic/x.h`.
    led: BTreeSet<String>,
    /// Every header that a program can include, but for those with numbers of calls, which have a test of their own.
    pub names: Vec<String>,
}

impl Installed {
    /// The headers below a folder; what they need of a C library is written to another.
    pub fn new(include: &Path, library: &Path) -> Installed {
        for (name, text) in LIBRARY {
            let path = library.join(name);
            fs::create_dir_all(path.parent().expect("it is below the folder")).expect("a scratch folder");
            fs::write(path, text).expect("a scratch file");
        }
        let (mut names, mut led) = (Vec::new(), BTreeSet::new());
        for (path, bytes) in crate::repository::files(include) {
            let name = path.strip_prefix(include).expect("it is below the folder").display().to_string();
            if !name.ends_with(".h") || LEFT_OUT.iter().any(|left_out| name.starts_with(left_out)) {
                continue;
            }
            let text = String::from_utf8_lossy(&bytes);
            if let Some(file) = name.strip_prefix("asm/")
                && text.trim() == format!("#include <asm-generic/{file}>")
            {
                led.insert(file.to_string());
            }
            names.push(name);
        }
        Installed { include: include.to_path_buf(), library: library.to_path_buf(), led, names }
    }

    pub(super) fn folders(&self) -> [&Path; 2] {
        [&self.include, &self.library]
    }

    /// Includes a header by itself; an error is what the compiler says where it cannot be.
    pub fn run(&self, compiler: &Compiler, header: &str) -> Result<Run, String> {
        let mut command = compiler.reading(&self.folders());
        command.args(["-w", "-E", "-dD", "-x", "c", "-"]);
        let (output, stderr) = fed(&mut command, &format!("#include <{header}>\n"));
        if !output.status.success() {
            return Err(stderr.lines().find(|line| line.contains("error: ")).unwrap_or("no reason").to_string());
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let mut run = Run::read(&text, |file, from_is_own| self.is_own(header, file, from_is_own));
        run.digest = self.digest(compiler, header, &text);
        Ok(run)
    }

    /// A number for all that decides what the compiler makes of the header: what the preprocessor left of it, macros with
    /// it, the compiler's options, and what is predefined and named in there.
    fn digest(&self, compiler: &Compiler, header: &str, text: &str) -> u64 {
        let folder = self.include.display().to_string();
        let begin = text.find(folder.as_str()).unwrap_or_default();
        let text = &text[begin..];
        let mut hasher = DefaultHasher::new();
        header.hash(&mut hasher);
        for part in text.split(folder.as_str()) {
            part.hash(&mut hasher);
        }
        compiler.hash_for(text, &mut hasher);
        hasher.finish()
    }

    /// Whether what a file holds is a header's: its own text; and for one of `asm/` what that leads to in `asm-generic/`,
    /// but for what another header of `asm/` is there for.
    fn is_own(&self, header: &str, file: &str, from_is_own: bool) -> bool {
        let Ok(name) = Path::new(file).strip_prefix(&self.include) else { return false };
        let name = name.display().to_string();
        if name == header {
            return true;
        }
        let Some(generic) = name.strip_prefix("asm-generic/") else { return false };
        let asked = header.strip_prefix("asm/");
        asked.is_some() && from_is_own && (asked == Some(generic) || !self.led.contains(generic))
    }
}

/// What including a header brings; `own` is what stands in its own text.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Macros of its own without parameters that stand for something, and what that is.
    pub objects: BTreeMap<String, String>,
    /// Macros of its own with parameters, and these.
    pub functions: BTreeMap<String, (Vec<String>, String)>,
    /// Enumerators of its own that are no macros, each with the expression that its value counts from; empty: from 0.
    pub enumerators: BTreeMap<String, String>,
    /// Tags with a body anywhere, as `struct x`.
    pub tags: BTreeSet<String>,
    /// The same for every run in which the compiler sees the same.
    pub digest: u64,
}

impl Run {
    /// Out of what `gcc -E -dD` prints. `is_own` is asked for a file that begins, and whether the one
    /// that includes it is own.
    fn read(text: &str, is_own: impl Fn(&str, bool) -> bool) -> Run {
        let mut run = Run::default();
        // Every definition that holds, and whether it is own; a later one of the same name takes its place.
        let mut macros: BTreeMap<&str, (bool, Option<Vec<String>>, &str)> = BTreeMap::new();
        let mut code: Vec<(bool, &str)> = Vec::new();
        let mut stack: Vec<bool> = Vec::new();
        for line in text.lines() {
            let own = stack.last().copied().unwrap_or_default();
            if let Some(marker) = line.strip_prefix("# ") {
                let Some((_, rest)) = marker.split_once('"') else { continue };
                let Some((file, flags)) = rest.split_once('"') else { continue };
                let flags: Vec<&str> = flags.split_whitespace().collect();
                match flags.first() {
                    Some(&"1") => stack.push(is_own(file, own)),
                    Some(&"2") => drop(stack.pop()),
                    _ if stack.is_empty() => stack.push(false),
                    _ => {}
                }
            } else if let Some(definition) = line.strip_prefix("#define ") {
                let end = definition.find([' ', '(']).unwrap_or(definition.len());
                let (name, rest) = definition.split_at(end);
                let (parameters, body) = match rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
                    Some((parameters, body)) => (
                        Some(
                            parameters
                                .split(',')
                                .map(|one| one.trim().to_string())
                                .filter(|one| !one.is_empty())
                                .collect(),
                        ),
                        body,
                    ),
                    None => (None, rest),
                };
                // To define the same again is nothing to C.
                let now = (own, parameters, body.trim());
                match macros.get(name) {
                    Some(before) if before.1 == now.1 && before.2 == now.2 => {}
                    _ => drop(macros.insert(name, now)),
                }
            } else if let Some(name) = line.strip_prefix("#undef ") {
                macros.remove(name.trim());
            } else {
                code.push((own, line));
            }
        }
        for (name, (own, parameters, body)) in &macros {
            match parameters {
                _ if !own || body.is_empty() => {}
                Some(parameters) => {
                    run.functions.insert((*name).to_string(), (parameters.clone(), (*body).to_string()));
                }
                None => {
                    run.objects.insert((*name).to_string(), (*body).to_string());
                }
            }
        }
        run.declared(&code);
        run.enumerators.retain(|name, _| !run.objects.contains_key(name));
        run
    }

    /// Enumerators and tags out of lines of C that the preprocessor is done with.
    fn declared(&mut self, code: &[(bool, &str)]) {
        let words: Vec<(bool, &str)> =
            code.iter().flat_map(|(own, line)| words(line).into_iter().map(move |word| (*own, word))).collect();
        let mut at = 0;
        while let Some((_, word)) = words.get(at) {
            at += 1;
            match *word {
                "enum" => {
                    let end = behind_attributes(&words, at);
                    let end = if words.get(end).is_some_and(|(_, word)| is_name(word)) { end + 1 } else { end };
                    if words.get(end).is_some_and(|(_, word)| *word == "{") {
                        at = self.enumeration(&words, end + 1);
                    }
                }
                "struct" | "union" => {
                    let end = behind_attributes(&words, at);
                    if let (Some((_, tag)), Some((_, "{"))) = (words.get(end), words.get(end + 1)) {
                        self.tags.insert(format!("{word} {tag}"));
                    }
                }
                _ => {}
            }
        }
    }

    /// From behind the opening brace to behind the closing one.
    fn enumeration(&mut self, words: &[(bool, &str)], mut at: usize) -> usize {
        let (mut depth, mut name, mut value) = (0_usize, None, String::new());
        while let Some((own, word)) = words.get(at) {
            at += 1;
            match *word {
                "}" | "," if depth == 0 => {
                    if let Some((true, name)) = name.take() {
                        self.enumerators.insert(name, value.clone());
                    }
                    if *word == "}" {
                        return at;
                    }
                    continue;
                }
                "(" | "[" => depth += 1,
                ")" | "]" => depth = depth.saturating_sub(1),
                _ => {}
            }
            match &name {
                None => name = Some((*own, word.to_string())),
                Some(_) if *word == "=" && depth == 0 && words.get(at).is_some_and(|(_, next)| *next != "=") => {
                    value.clear()
                }
                Some(_) => {
                    value.push_str(word);
                    value.push(' ');
                }
            }
        }
        at
    }
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The place behind `__attribute__((…))`, if that is what stands here.
fn behind_attributes(words: &[(bool, &str)], mut at: usize) -> usize {
    while words.get(at).is_some_and(|(_, word)| *word == "__attribute__") {
        at += 1;
        let mut depth = 0_usize;
        while let Some((_, word)) = words.get(at) {
            at += 1;
            match *word {
                "(" => depth += 1,
                ")" if depth == 1 => break,
                ")" => depth -= 1,
                _ => {}
            }
        }
    }
    at
}

/// The words of a line: names, numbers, literals, single marks.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let end = match first {
            '"' | '\'' => {
                let mut escaped = false;
                let closing = rest.char_indices().skip(1).find(|(_, c)| {
                    let closes = *c == first && !escaped;
                    escaped = *c == '\\' && !escaped;
                    closes
                });
                closing.map_or(rest.len(), |(at, _)| at + 1)
            }
            c if is_word(c) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (word, behind) = rest.split_at(end);
        words.push(word);
        rest = behind.trim_start();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_own_is_told_from_what_is_included() {
        let text = "# 0 \"<stdin>\"\n#define __x86_64__ 1\n# 1 \"a.h\" 1\n#define A 1\n# 1 \"b.h\" 1 3\n#define B 2\n\
            enum { B_E };\n# 2 \"a.h\" 2\n#define F(x, y) _IO(x)\n#define EMPTY\n#define A2 (A)\n#undef A\nenum __attribute__((packed)) e {\n\
            E1 = sizeof(int[2]), E2, E3 = ',',\n};\nstruct s { enum { E4 } m; };\nstruct t *f(void);\nunion __attribute__((x(1))) u {\n};\n";
        let run = Run::read(text, |file, _| file == "a.h");
        let text = |all: &[&str]| all.iter().map(|one| (*one).to_string()).collect::<BTreeSet<_>>();
        assert_eq!(run.objects.keys().cloned().collect::<BTreeSet<_>>(), text(&["A2"]));
        assert_eq!(run.functions["F"], (vec!["x".to_string(), "y".to_string()], "_IO(x)".to_string()));
        let counted = [("E1", "sizeof ( int [ 2 ] ) "), ("E2", "sizeof ( int [ 2 ] ) "), ("E3", "',' "), ("E4", "")];
        assert_eq!(run.enumerators, counted.map(|(name, from)| (name.to_string(), from.to_string())).into());
        assert_eq!(run.tags, text(&["struct s", "union u"]));
    }
}
