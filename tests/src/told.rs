//! What two tracers tell of a program, made alike so that it can be compared.

use std::collections::BTreeMap;
use std::process::Command;

use regex::{Captures, Regex};

/// The version of strace here, if there is one.
pub fn strace_version() -> Option<String> {
    let out = Command::new("strace").arg("-V").output().ok().filter(|out| out.status.success())?;
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    Some(text.lines().next()?.rsplit(' ').next()?.to_string())
}

/// The call that a line is of.
pub fn call(line: &str) -> &str {
    line.split('(').next().unwrap_or(line)
}

/// What is nobody's and what strace alone says.
pub struct Alike {
    number: Regex,
    comment: Regex,
    flags: Regex,
}

impl Alike {
    /// The rules.
    ///
    /// # Panics
    /// Never: the expressions are right.
    #[allow(clippy::new_without_default, reason = "there is nothing about it that is usual")]
    pub fn new() -> Alike {
        let regex = |text: &str| Regex::new(text).expect(text);
        Alike {
            number: regex(r"\b\d+\b"),
            // `/* O_??? */`, and the date of a time.
            comment: regex(r" /\* [^*]*(?:\?\?\?|:\d\d[^*]*) \*/"),
            flags: regex(r"[\w<>]+(?:\|[\w<>]+)+"),
        }
    }

    /// A line without comments of strace's, with flags in an order that nobody has, and ids of threads by their place among
    /// these.
    pub fn line(&self, line: &str, pids: &BTreeMap<String, usize>) -> String {
        let pid = |found: &Captures<'_>| match pids.get(&found[0]) {
            Some(at) => format!("PID{at}"),
            None => found[0].to_string(),
        };
        let line = self.number.replace_all(line, pid);
        let line = self.comment.replace_all(&line, "");
        let sorted = |found: &Captures<'_>| {
            let mut flags: Vec<&str> = found[0].split('|').collect();
            flags.sort_unstable();
            flags.join("|")
        };
        self.flags.replace_all(&line, sorted).into_owned()
    }
}
