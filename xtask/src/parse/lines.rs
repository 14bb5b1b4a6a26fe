//! C text without its comments: the same length and lines, so that offsets still hold.

/// Blanks comments, string and character literals; newlines stay.
pub(super) fn blank_comments(text: &str) -> Vec<u8> {
    let mut out = text.as_bytes().to_vec();
    let mut at = 0;
    while let Some(step) = memchr::memchr3(b'/', b'"', b'\'', out.get(at..).unwrap_or_default()) {
        at += step;
        let rest = &out[at..];
        let (from, end) = match rest {
            [b'/', b'*', ..] => (at, memchr::memmem::find(&rest[2..], b"*/").map_or(out.len(), |e| at + e + 4)),
            [b'/', b'/', ..] => (at, memchr::memchr(b'\n', rest).map_or(out.len(), |e| at + e)),
            [quote @ (b'"' | b'\''), ..] => (at, literal_end(&out, at, *quote)),
            _ => (at + 1, at + 1),
        };
        for byte in out.iter_mut().take(end).skip(from) {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = end.max(at + 1);
    }
    out
}

/// Where the literal that opens at `start` ends: after its quote, or at the end of the line.
fn literal_end(text: &[u8], start: usize, quote: u8) -> usize {
    let mut at = start + 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' => return at,
            byte if *byte == quote => return at + 1,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// The line that holds a byte, counted from 1, for offsets that come in rising order.
pub(super) struct LineCounter<'a> {
    text: &'a [u8],
    at: usize,
    line: u32,
}

impl<'a> LineCounter<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        LineCounter { text, at: 0, line: 1 }
    }

    pub(super) fn line(&mut self, offset: usize) -> u32 {
        let passed = self.text.get(self.at..offset).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', passed).count() as u32;
        self.at = offset.max(self.at);
        self.line
    }
}

/// The line of text around a byte, without its end.
pub(super) fn line_around(text: &str, offset: usize) -> &str {
    let bytes = text.as_bytes();
    let start = memchr::memrchr(b'\n', bytes.get(..offset).unwrap_or_default()).map_or(0, |at| at + 1);
    let end = memchr::memchr(b'\n', bytes.get(offset..).unwrap_or_default()).map_or(bytes.len(), |at| offset + at);
    text.get(start..end).unwrap_or_default()
}

/// The identifier that starts at `at`, if one does.
pub(super) fn identifier(text: &[u8], at: usize) -> Option<&str> {
    word(text, at).filter(|word| !word.starts_with(|c: char| c.is_ascii_digit()))
}

/// The letters and digits that start at `at`, if any do: an identifier, or the later part of one (`32_mmap`).
pub(super) fn word(text: &[u8], at: usize) -> Option<&str> {
    let rest = text.get(at..)?;
    let end = rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len());
    std::str::from_utf8(&rest[..end]).ok().filter(|word| !word.is_empty())
}

/// A byte of an identifier.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_lines_stay() {
        let text = "a /* b\nc */ d // e\n\"/* no */\" f '\"' g";
        let blank = blank_comments(text);
        assert_eq!(String::from_utf8(blank).unwrap(), "a     \n     d     \n           f     g");
        assert_eq!(blank_comments("/* never closed").len(), 15);
    }
}
