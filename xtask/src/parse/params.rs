//! Parameters: the list of a definition (`int, dfd, umode_t, mode`) and that of a C function (`int dfd, umode_t mode`).

use super::lines::is_word;
use crate::model::{Argument, Param};

/// What is left of a declaration's specifiers that say nothing of a type.
const NOISE: [&str; 8] =
    ["__unused", "__maybe_unused", "register", "volatile", "__attribute__", "__always_unused", "__force", "asmlinkage"];

/// The text inside the parenthesis that opens at `open`, split at commas outside inner ones, and where it ends.
pub(super) fn inside(text: &[u8], open: usize) -> Option<(Vec<String>, usize)> {
    let (mut depth, mut start) = (0_usize, open + 1);
    let mut items = Vec::new();
    for (step, byte) in text.get(open..)?.iter().enumerate() {
        let at = open + step;
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    items.push(spaced(text.get(start..at)?));
                    if items.len() == 1 && items.iter().all(String::is_empty) {
                        items.clear();
                    }
                    return Some((items, at + 1));
                }
            }
            b',' if depth == 1 => {
                items.push(spaced(text.get(start..at)?));
                start = at + 1;
            }
            b'{' | b';' | b'#' => return None,
            _ => {}
        }
    }
    None
}

/// The arguments of a definition behind its name: `type, name` in turns, or macros that stand for both.
pub(super) fn arguments(items: &[String]) -> Option<Vec<Argument>> {
    let mut arguments = Vec::new();
    let mut items = items.iter();
    while let Some(item) = items.next() {
        match item.strip_suffix(')').and_then(|call| call.split_once('(')) {
            Some((name, with)) if is_name(name) && is_name(with.trim()) => {
                arguments.push(Argument::Macro { name: name.to_string(), with: with.trim().to_string() });
            }
            _ => {
                let name = items.next().filter(|name| is_name(name))?;
                arguments.push(Argument::Param(Param { ty: quiet(item)?, name: name.clone() }));
            }
        }
    }
    Some(arguments)
}

/// The parameters of a C function.
pub(super) fn params(items: &[String]) -> Option<Vec<Param>> {
    if let [one] = items
        && one == "void"
    {
        return Some(Vec::new());
    }
    items.iter().map(|item| param(item)).collect()
}

/// `const char __user * path`, `int fds[2]`, `void (* handler) (int)`
fn param(item: &str) -> Option<Param> {
    if let Some((before, after)) = item.split_once("(*").or_else(|| item.split_once("(* ")) {
        let (name, rest) = after.split_once(')')?;
        let ty = format!("{} (*){}", before.trim(), rest.trim());
        return Some(Param { ty: quiet(&ty)?, name: is_name(name.trim()).then(|| name.trim().to_string())? });
    }
    // An array is a pointer where it is a parameter.
    let (item, star) = match item.split_once('[') {
        Some((before, _)) => (before.trim_end(), " *"),
        None => (item, ""),
    };
    let at = item.bytes().rposition(|byte| !is_word(byte)).map_or(0, |at| at + 1);
    let (ty, name) = item.split_at_checked(at)?;
    Some(Param { ty: quiet(&format!("{}{star}", ty.trim_end()))?, name: is_name(name).then(|| name.to_string())? })
}

/// A type without what says nothing of it; none where nothing is left.
fn quiet(ty: &str) -> Option<String> {
    let words: Vec<&str> = ty.split(' ').filter(|word| !word.is_empty() && !NOISE.contains(word)).collect();
    let known = words.iter().all(|word| word.bytes().all(|byte| is_word(byte) || b"*(),".contains(&byte)));
    (known && !words.is_empty()).then(|| words.join(" "))
}

/// Text with one space between words, and one around each star.
fn spaced(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text).replace('*', " * ").replace('\\', " ");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace("( * ", "(*").replace("(* ", "(*")
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_word) && !text.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown<T: ToString>(items: Option<Vec<T>>) -> Option<String> {
        Some(items?.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
    }

    fn of_definition(text: &str) -> Option<String> {
        shown(arguments(&inside(text.as_bytes(), 0)?.0))
    }

    fn of_function(text: &str) -> Option<String> {
        shown(params(&inside(text.as_bytes(), 0)?.0))
    }

    #[test]
    fn definitions_name_type_and_name_in_turns() {
        for (text, expected) in [
            ("(int,dfd,\n\tconst char __user*,path)", "int dfd, const char __user * path"),
            ("(int, fd, SC_ARG64( mask ), umode_t, mode)", "int fd, SC_ARG64(mask), umode_t mode"),
            ("(char __user * __user *, argv)", "char __user * __user * argv"),
            ("()", ""),
        ] {
            assert_eq!(of_definition(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["(int)", "(int, fd, int)", "(int fd, 3)", "(int, fd"] {
            assert_eq!(of_definition(text), None, "{text}");
        }
    }

    #[test]
    fn functions_name_them_together() {
        for (text, expected) in [
            ("(void)", ""),
            ("(unsigned long a, int b)", "unsigned long a, int b"),
            ("(const char __user *p, struct x __user *x[])", "const char __user * p, struct x __user * * x"),
            ("(void (*fn)(int), int __user * u)", "void (*)(int) fn, int __user * u"),
            ("(unsigned int __unused x)", "unsigned int x"),
        ] {
            assert_eq!(of_function(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(of_function("(int, long)"), None);
    }
}
