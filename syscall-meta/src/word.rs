//! A word in a text of many, with what stands behind it: so it is copied as a piece of a fixed size, which is the fast way.

use core::fmt;

/// A word of a text in which others follow.
#[derive(Clone, Copy)]
pub(crate) struct Word {
    /// The text from where the word begins.
    from: &'static str,
    len: usize,
}

impl Word {
    pub(crate) const NONE: Word = Word { from: "", len: 0 };

    /// The word that begins at a place of a text and has so many bytes; none where the text ends before.
    #[inline]
    pub(crate) fn of(text: &'static str, start: usize, len: usize) -> Option<Word> {
        text.get(start..).filter(|from| from.len() >= len).map(|from| Word { from, len })
    }

    /// A text by itself.
    #[cfg(feature = "decode")]
    #[inline]
    pub(crate) const fn whole(text: &'static str) -> Word {
        Word { from: text, len: text.len() }
    }

    /// The word.
    #[inline]
    pub(crate) fn text(self) -> &'static str {
        self.from.get(..self.len).unwrap_or("")
    }

    /// How many bytes it has.
    #[cfg(feature = "decode")]
    #[inline]
    pub(crate) const fn len(self) -> usize {
        self.len
    }

    /// It and what stands behind it, as far as so many bytes; none where there are fewer.
    #[cfg(feature = "decode")]
    #[inline]
    pub(crate) fn piece<const N: usize>(self) -> Option<&'static [u8; N]> {
        self.from.as_bytes().first_chunk()
    }
}

impl PartialEq for Word {
    fn eq(&self, other: &Word) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Word {}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}
