//! Rules as they are written: `openat`, `%network`, `socket@i386(family == AF_UNIX, type & 0xf == SOCK_STREAM)`.

use syscall_meta::{Abi, Class};

use crate::action::Action;

/// What is answered to which calls.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) action: Action,
    /// As it was written, for messages.
    pub(crate) text: String,
    pub(crate) calls: Calls,
    /// The ABI that it is for, where it is not for all.
    pub(crate) abi: Option<Abi>,
    /// All of these have to hold.
    pub(crate) conditions: Vec<Condition>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Calls {
    Named(String),
    Of(Class),
}

/// `argument & mask == value`, whose values are another number on another ABI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    /// As it was written.
    pub(crate) text: String,
    /// A name, or `arg0` to `arg5`.
    pub(crate) argument: String,
    pub(crate) mask: Option<String>,
    pub(crate) test: Test,
    pub(crate) value: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Test {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

/// Longer ones first, since others begin like them.
const TESTS: [(&str, Test); 6] = [
    ("==", Test::Equal),
    ("!=", Test::NotEqual),
    ("<=", Test::AtMost),
    (">=", Test::AtLeast),
    ("<", Test::Less),
    (">", Test::Greater),
];

/// The rules of a list: `read,write,kill(sig != SIGKILL)`.
pub(crate) fn parse(action: &Action, text: &str) -> Result<Vec<Rule>, String> {
    split(text).into_iter().map(|rule| one(action, rule.trim())).collect()
}

/// At commas that stand in no parentheses.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn one(action: &Action, text: &str) -> Result<Rule, String> {
    let wrong = |cause: &str| format!("rule `{text}`: {cause}");
    let (head, inner) = match text.split_once('(') {
        None => (text, None),
        Some((head, rest)) => {
            let inner = rest.strip_suffix(')').ok_or_else(|| wrong("a `)` is missing at its end"))?;
            (head.trim(), Some(inner))
        }
    };
    let (name, abi) = match head.split_once('@') {
        None => (head, None),
        Some((name, abi)) => (name, Some(abi.parse::<Abi>().map_err(|error| wrong(&error.to_string()))?)),
    };
    if name.is_empty() {
        return Err(wrong("a name is missing: a call like `openat` or a class like `%network`"));
    }
    let calls = match name.strip_prefix('%') {
        None => Calls::Named(name.to_string()),
        Some(word) => {
            let class = Class::ALL.iter().find(|class| class.as_str() == word).ok_or_else(|| {
                let all: Vec<String> = Class::ALL.iter().map(|class| format!("%{class}")).collect();
                wrong(&format!("there is no class `{name}`; there are {}", all.join(", ")))
            })?;
            if inner.is_some() {
                return Err(wrong("the calls of a class have no arguments in common: give the condition to a call"));
            }
            Calls::Of(*class)
        }
    };
    let mut conditions = Vec::new();
    for part in inner.into_iter().flat_map(|inner| inner.split(',')).flat_map(|part| part.split("&&")) {
        conditions.push(condition(part.trim()).map_err(|cause| wrong(&cause))?);
    }
    Ok(Rule { action: action.clone(), text: text.to_string(), calls, abi, conditions })
}

fn condition(text: &str) -> Result<Condition, String> {
    let (left, test, value) = match compared(text) {
        Some((left, test, right)) => (left, test, right.trim()),
        None => (text, Test::NotEqual, "0"),
    };
    let (argument, mask) = match left.split_once('&') {
        Some((argument, mask)) => (argument.trim(), Some(mask.trim().to_string())),
        None => (left.trim(), None),
    };
    if argument.is_empty() || value.is_empty() || mask.as_deref() == Some("") {
        return Err(format!("something is missing in `{text}`: a condition is ARGUMENT [& MASK] == VALUE"));
    }
    if let Some(odd) = argument.chars().find(|letter| !letter.is_ascii_alphanumeric() && *letter != '_') {
        return Err(format!("`{argument}` with its `{odd}` is no argument; comparisons are == != < <= > >="));
    }
    if mask.is_none() && compared(text).is_none() {
        return Err(format!("`{text}` compares nothing: write `{text} != 0`, or `{text} & MASK`"));
    }
    let (argument, value) = (argument.to_string(), value.to_string());
    Ok(Condition { text: text.to_string(), argument, mask, test, value })
}

/// The first comparison, with what stands before and behind it; `<<` is none.
fn compared(text: &str) -> Option<(&str, Test, &str)> {
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("<<") {
            at += 2;
            continue;
        }
        if let Some((word, test)) = TESTS.iter().find(|(word, _)| rest.starts_with(word)) {
            return Some((&text[..at], *test, &rest[word.len()..]));
        }
        at += rest.chars().next().map_or(1, char::len_utf8);
    }
    None
}

/// `; did you mean `openat`?`, or nothing where no name is near.
pub(crate) fn near<'n>(wrong: &str, names: impl Iterator<Item = &'n str>) -> String {
    let limit = (wrong.len() / 3).max(1);
    let nearest = names.map(|name| (distance(wrong.as_bytes(), name.as_bytes()), name)).min();
    match nearest.filter(|(distance, _)| *distance <= limit) {
        Some((_, name)) => format!(" (did you mean `{name}`?)"),
        None => String::new(),
    }
}

/// How many letters have to be put in, left out or replaced; two that are swapped are one less.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let is_swapped = i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y;
            let replaced = last[j] + usize::from(!x.eq_ignore_ascii_case(y) && !is_swapped);
            row.push(replaced.min(last[j + 1] + 1).min(row[j] + 1));
        }
        last = row;
    }
    last[b.len()]
}
