//! What all runs share: the spellings, and every text lexed once.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use super::file::LexedFile;
use super::symbol::{Interner, Symbol};
use super::token::{FileId, Span, Token};
use crate::diagnostic::Label;

/// Spellings and lexed texts, shared by all runs and threads.
///
/// A text is lexed when the first run enters it. The same path may hold another text for another run (a header that is
/// generated for each ABI): both are kept. Make a session for the kernel at hand, and drop it with it.
#[derive(Debug)]
pub struct Session {
    pub(super) interner: Interner,
    files: RwLock<Files>,
}

#[derive(Debug, Default)]
struct Files {
    all: Vec<Arc<Slot>>,
    by_path: HashMap<Arc<str>, Vec<u32>>,
}

/// A text that has its number; whoever comes first lexes it.
#[derive(Debug)]
struct Slot {
    path: Arc<str>,
    text: Arc<str>,
    lexed: OnceLock<Arc<LexedFile>>,
}

/// The bytes of a line that a message shows at most.
const LONG_LINE: usize = 400;

/// A path and a line of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// As the caller named the text.
    pub path: Arc<str>,
    /// Counted from 1.
    pub line: u32,
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

impl Session {
    /// A session that has read nothing yet.
    pub fn new() -> Self {
        Session { interner: Interner::new(), files: RwLock::default() }
    }

    /// The symbol of a spelling, if any text or macro has brought it.
    pub fn symbol(&self, text: &str) -> Option<Symbol> {
        self.interner.get(text)
    }

    /// The spelling of a symbol.
    pub fn text(&self, symbol: Symbol) -> Arc<str> {
        self.interner.text(symbol)
    }

    /// Tokens as text, with a space where they had one.
    pub fn render(&self, tokens: &[Token]) -> String {
        render(&self.interner, tokens)
    }

    /// The path and line of a span; `None` for what no text holds (a built-in macro).
    pub fn place(&self, span: Span) -> Option<Place> {
        let file = self.file(span.file)?;
        Some(Place { path: Arc::clone(&file.path), line: file.line(span.offset).0 })
    }

    /// A label on `length` bytes from a span. Of a very long line it shows what stands around.
    pub fn label(&self, span: Span, length: usize) -> Label {
        let Some(file) = self.file(span.file) else { return Label::file("<built in>") };
        let (line, start) = file.line(span.offset);
        let whole = file.line_text(start);
        let at = (span.offset.saturating_sub(start) as usize).min(whole.len());
        let begin = if whole.len() > LONG_LINE { boundary(whole, at.saturating_sub(LONG_LINE / 4)) } else { 0 };
        let text = whole.get(begin..boundary(whole, begin + LONG_LINE)).unwrap_or_default();
        let from = boundary(text, at - begin);
        let to = boundary(text, (at - begin).saturating_add(length.max(1))).max(from);
        Label { path: Arc::clone(&file.path), line, text: text.to_string(), range: (from, to), note: String::new() }
    }

    /// A label on a token.
    pub fn token_label(&self, token: Token) -> Label {
        self.label(token.span, self.text(token.symbol).len())
    }

    /// Lexes a text ahead of the runs that will enter it; useful in parallel.
    pub fn prepare(&self, path: &str, text: &Arc<str>) {
        self.lex(path, text);
    }

    /// The text, lexed now or before.
    pub(super) fn lex(&self, path: &str, text: &Arc<str>) -> Arc<LexedFile> {
        let (id, slot) = self.known(path, text).unwrap_or_else(|| self.add(path, text));
        Arc::clone(slot.lexed.get_or_init(|| {
            let lexed = LexedFile::new(id, Arc::clone(&slot.path), Arc::clone(&slot.text), &self.interner);
            Arc::new(lexed)
        }))
    }

    fn known(&self, path: &str, text: &Arc<str>) -> Option<(FileId, Arc<Slot>)> {
        self.files.read().unwrap_or_else(PoisonError::into_inner).find(path, text)
    }

    fn add(&self, path: &str, text: &Arc<str>) -> (FileId, Arc<Slot>) {
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = files.find(path, text) {
            return found;
        }
        let id = u32::try_from(files.all.len()).unwrap_or(u32::MAX);
        let path: Arc<str> = path.into();
        let slot = Arc::new(Slot { path: Arc::clone(&path), text: Arc::clone(text), lexed: OnceLock::new() });
        files.all.push(Arc::clone(&slot));
        files.by_path.entry(path).or_default().push(id);
        (FileId(id), slot)
    }

    fn file(&self, id: FileId) -> Option<Arc<LexedFile>> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        files.all.get(id.0 as usize)?.lexed.get().cloned()
    }
}

impl Files {
    fn find(&self, path: &str, text: &Arc<str>) -> Option<(FileId, Arc<Slot>)> {
        self.by_path.get(path)?.iter().find_map(|&id| {
            let slot = self.all.get(id as usize)?;
            (Arc::ptr_eq(&slot.text, text) || slot.text == *text).then(|| (FileId(id), Arc::clone(slot)))
        })
    }
}

/// The last place at or before a byte where a character begins.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// Tokens as text, with a space where they had one.
pub(super) fn render(interner: &Interner, tokens: &[Token]) -> String {
    let mut out = String::new();
    for token in tokens {
        if token.space_before() && !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&interner.text(token.symbol));
    }
    out
}
