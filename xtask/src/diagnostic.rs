//! One kind of message for every stage: what is wrong, where, and the way out.
//!
//! Stages push into a [`Sink`]; the command line renders what was pushed and chooses the exit code.
//! Messages are in lower case without a full stop, names stand in backticks.

use std::fmt;
use std::sync::{Arc, Mutex};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The work cannot go on or its result would be wrong: exit code 2.
    Error,
    /// Something the reader should look at; `--strict` makes it an error.
    Warning,
    /// Worth saying, never a reason to fail.
    Note,
}

/// A place in a text, with the line itself so that rendering needs no file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    /// Path of the text as its source names it: `arch/x86/entry/syscalls/syscall_64.tbl`.
    pub path: Arc<str>,
    /// Line, counted from 1; 0 where the whole file is meant.
    pub line: u32,
    /// The text of that line, without its end.
    pub text: String,
    /// The bytes of `text` that are meant.
    pub range: (usize, usize),
    /// What is there, in a few words; may be empty.
    pub note: String,
}

impl Label {
    /// A label on a whole file.
    pub fn file(path: impl Into<Arc<str>>) -> Self {
        Label { path: path.into(), line: 0, text: String::new(), range: (0, 0), note: String::new() }
    }

    /// A label on a whole line.
    pub fn line(path: impl Into<Arc<str>>, line: u32, text: &str) -> Self {
        let text = text.trim_end().to_string();
        let start = text.len() - text.trim_start().len();
        let range = (start, text.len());
        Label { path: path.into(), line, text, range, note: String::new() }
    }

    /// A label on the first place where `word` stands in the line, or on the whole line.
    pub fn word(path: impl Into<Arc<str>>, line: u32, text: &str, word: &str) -> Self {
        let mut label = Self::line(path, line, text);
        if let Some(at) = label.text.find(word).filter(|_| !word.is_empty()) {
            label.range = (at, at + word.len());
        }
        label
    }

    /// The same label with a note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Diagnostic {
    /// How bad it is.
    pub level: Level,
    /// A stable name for this kind of trouble: `unknown-abi-column`.
    pub code: &'static str,
    /// One line: what was found and what was expected.
    pub message: String,
    /// Where: the first label is the place to look at, the others explain it.
    pub labels: Vec<Label>,
    /// The way out.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error without a place yet.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Level::Error, code, message)
    }

    /// A warning without a place yet.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Level::Warning, code, message)
    }

    /// A note without a place yet.
    pub fn remark(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Level::Note, code, message)
    }

    fn new(level: Level, code: &'static str, message: impl Into<String>) -> Self {
        Diagnostic { level, code, message: message.into(), labels: Vec::new(), help: None }
    }

    /// With one more place.
    #[must_use]
    pub fn at(mut self, label: Label) -> Self {
        self.labels.push(label);
        self
    }

    /// With the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// One line, for logs and tests: `error[code] path:line: message`.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        };
        write!(f, "{level}[{}]", self.code)?;
        match self.labels.first() {
            Some(label) if label.line > 0 => write!(f, " {}:{}", label.path, label.line)?,
            Some(label) => write!(f, " {}", label.path)?,
            None => {}
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for Diagnostic {}

/// What a function that can only fail as a whole returns.
pub type Result<T, E = Box<Diagnostic>> = std::result::Result<T, E>;

/// Where stages push what they noticed; shared between threads.
#[derive(Debug, Default)]
pub struct Sink(Mutex<Vec<Diagnostic>>);

impl Sink {
    /// An empty sink.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a message.
    pub fn push(&self, diagnostic: Diagnostic) {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(diagnostic);
    }

    /// Everything pushed so far, worst first, then by place: the order does not depend on threads.
    pub fn take(&self) -> Vec<Diagnostic> {
        let mut all = std::mem::take(&mut *self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()));
        all.sort_by(|a, b| (a.level, &a.labels, a.code, &a.message).cmp(&(b.level, &b.labels, b.code, &b.message)));
        all.dedup();
        all
    }

    /// How many errors were pushed.
    pub fn errors(&self) -> usize {
        self.count(Level::Error)
    }

    /// How many warnings were pushed.
    pub fn warnings(&self) -> usize {
        self.count(Level::Warning)
    }

    fn count(&self, level: Level) -> usize {
        let all = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        all.iter().filter(|diagnostic| diagnostic.level == level).count()
    }
}
