//! What all runs share: the spellings, and every text lexed once.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use super::define::Macro;
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
    files: boxcar::Vec<Slot>,
    /// The numbers of the texts of a path. Whoever adds a text holds this.
    by_path: RwLock<FxHashMap<Arc<str>, Vec<u32>>>,
    /// What a text is called that single macros are evaluated in.
    pub(super) evaluation: Arc<str>,
    /// The macros that the preprocessor itself makes.
    pub(super) builtins: Vec<Macro>,
}

/// A text that has its number; whoever comes first lexes it.
#[derive(Debug)]
struct Slot {
    path: Arc<str>,
    text: Arc<str>,
    lexed: OnceLock<LexedFile>,
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
        Session {
            interner: Interner::new(),
            files: boxcar::Vec::new(),
            by_path: RwLock::default(),
            evaluation: "<evaluation>".into(),
            builtins: Macro::builtins(),
        }
    }

    /// The symbol of a spelling, if any text or macro has brought it.
    pub fn symbol(&self, text: &str) -> Option<Symbol> {
        self.interner.get(text)
    }

    /// The spelling of a symbol.
    pub fn text(&self, symbol: Symbol) -> &str {
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
    pub(super) fn lex(&self, path: &str, text: &Arc<str>) -> &LexedFile {
        let id = self.known(path, text).unwrap_or_else(|| self.add(path, text));
        let Some(slot) = self.files.get(id as usize) else { unreachable!("texts are never taken out") };
        slot.lexed.get_or_init(|| LexedFile::new(FileId(id), slot.path.clone(), slot.text.clone(), &self.interner))
    }

    fn known(&self, path: &str, text: &Arc<str>) -> Option<u32> {
        self.find(&self.by_path.read().unwrap_or_else(PoisonError::into_inner), path, text)
    }

    fn add(&self, path: &str, text: &Arc<str>) -> u32 {
        let mut by_path = self.by_path.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = self.find(&by_path, path, text) {
            return found;
        }
        let path: Arc<str> = path.into();
        let slot = Slot { path: Arc::clone(&path), text: Arc::clone(text), lexed: OnceLock::new() };
        let id = u32::try_from(self.files.push(slot)).unwrap_or(u32::MAX);
        by_path.entry(path).or_default().push(id);
        id
    }

    fn find(&self, by_path: &FxHashMap<Arc<str>, Vec<u32>>, path: &str, text: &Arc<str>) -> Option<u32> {
        let holds = |id: &u32| {
            let slot = self.files.get(*id as usize);
            slot.is_some_and(|slot| Arc::ptr_eq(&slot.text, text) || slot.text == *text)
        };
        by_path.get(path)?.iter().copied().find(holds)
    }

    fn file(&self, id: FileId) -> Option<&LexedFile> {
        self.files.get(id.0 as usize)?.lexed.get()
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
        out.push_str(interner.text(token.symbol));
    }
    out
}
