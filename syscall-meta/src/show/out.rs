//! Where text is put together: pieces gather in a buffer, which is the caller's own, or a small one that goes on to a writer.

use core::fmt::{self, Write};

use super::texts::Texts;
use crate::value::Number;
use crate::word::Word;

/// How many bytes are gathered before a writer: more than most calls are shown in.
const ROOM: usize = 384;

/// How long a word may be to be copied as one piece: most are shorter.
const WORD: usize = 32;

/// How many bytes are looked at together where a text is copied.
const PIECE: usize = 16;

/// A buffer, and what takes it over when it is full; in the caller's own there is no such thing.
pub(crate) struct Out<'w> {
    buf: &'w mut [u8],
    len: usize,
    to: Option<&'w mut dyn Write>,
    /// What was shown before, where somebody keeps that.
    texts: Option<&'w mut Texts>,
}

/// Hands a buffer before the writer over, and what is left in it to the writer.
///
/// # Errors
/// Those of the writer.
pub(crate) fn gathered<W: Write + ?Sized>(to: &mut W, write: impl FnOnce(&mut Out<'_>) -> fmt::Result) -> fmt::Result {
    let (mut buf, mut to) = ([0; ROOM], Through(to));
    let mut out = Out { buf: &mut buf, len: 0, to: Some(&mut to), texts: None };
    write(&mut out)?;
    out.flush()
}

/// Hands the caller's buffer over, and returns the front of it that was written: ASCII.
///
/// # Errors
/// Where there is not room for all.
pub(crate) fn placed<'t>(
    buf: &'t mut [u8],
    texts: Option<&mut Texts>,
    write: impl FnOnce(&mut Out<'_>) -> fmt::Result,
) -> Result<&'t [u8], fmt::Error> {
    let mut out = Out { buf, len: 0, to: None, texts };
    write(&mut out)?;
    let len = out.len;
    buf.get(..len).ok_or(fmt::Error)
}

impl Out<'_> {
    /// A piece whose size the compiler knows, for what is told often.
    #[inline(always)]
    pub(crate) fn put<const N: usize>(&mut self, text: &[u8; N]) -> fmt::Result {
        match self.room::<N>() {
            Some(place) => {
                *place = *text;
                self.len += N;
                Ok(())
            }
            None => self.more(text),
        }
    }

    /// Bytes of ASCII.
    #[inline(never)]
    pub(crate) fn ascii(&mut self, bytes: &[u8]) -> fmt::Result {
        match self.buf.get_mut(self.len..).and_then(|rest| rest.get_mut(..bytes.len())) {
            Some(place) => {
                place.copy_from_slice(bytes);
                self.len += bytes.len();
                Ok(())
            }
            None => self.more(bytes),
        }
    }

    /// The text of a value, by a copy where it was shown before.
    #[inline(always)]
    pub(crate) fn once(&mut self, number: &Number, write: impl FnOnce(&mut Self) -> fmt::Result) -> fmt::Result {
        let kept = self.texts.as_ref().and_then(|texts| texts.get(number));
        let place = self.buf.get_mut(self.len..).and_then(|rest| rest.first_chunk_mut());
        if let (Some((text, len)), Some(place)) = (kept, place) {
            *place = *text;
            self.len += len;
            return Ok(());
        }
        let start = self.len;
        write(self)?;
        self.keep(number, start);
        Ok(())
    }

    /// Keeps the text of a value that starts at a place.
    #[inline(never)]
    fn keep(&mut self, number: &Number, start: usize) {
        if let (Some(texts), Some(text)) = (&mut self.texts, self.buf.get(start..self.len)) {
            texts.keep(number, text);
        }
    }

    /// A word. What stands behind it is copied as well and then written over: all are pieces of one size.
    #[inline]
    pub(crate) fn word(&mut self, word: Word) -> fmt::Result {
        let place = self.buf.get_mut(self.len..).and_then(|rest| rest.first_chunk_mut::<WORD>());
        match (word.piece(), place) {
            (Some(piece), Some(place)) if word.len() <= WORD => {
                *place = *piece;
                self.len += word.len();
                Ok(())
            }
            _ => self.ascii(word.text().as_bytes()),
        }
    }

    /// A word behind a `|`, unless it is the first.
    #[inline(always)]
    pub(crate) fn flag(&mut self, is_first: bool, word: Word) -> fmt::Result {
        let bar = usize::from(!is_first);
        if let (Some(piece), Some(place)) = (word.piece::<WORD>(), self.room::<{ WORD + 1 }>()) {
            // The first is put over the bar.
            place[0] = b'|';
            if let Some(place) = place.get_mut(bar..).and_then(|place| place.first_chunk_mut::<WORD>()) {
                if word.len() <= WORD {
                    *place = *piece;
                    self.len += word.len() + bar;
                    return Ok(());
                }
            }
        }
        self.long_flag(is_first, word)
    }

    /// `name=`, behind a comma unless it is the first.
    #[inline(always)]
    pub(crate) fn field(&mut self, is_first: bool, name: Word) -> fmt::Result {
        let comma = if is_first { 0 } else { 2 };
        if let (Some(piece), Some(place)) = (name.piece::<WORD>(), self.room::<{ WORD + 3 }>()) {
            (place[0], place[1]) = (b',', b' ');
            if let Some(place) = place.get_mut(comma..).and_then(|place| place.first_chunk_mut::<{ WORD + 1 }>()) {
                if name.len() <= WORD {
                    place[..WORD].copy_from_slice(piece);
                    place[name.len()] = b'=';
                    self.len += name.len() + comma + 1;
                    return Ok(());
                }
            }
        }
        self.long_field(is_first, name)
    }

    #[cold]
    #[inline(never)]
    fn long_field(&mut self, is_first: bool, name: Word) -> fmt::Result {
        self.ascii(if is_first { b"" } else { b", " })?;
        self.ascii(name.text().as_bytes())?;
        self.ascii(b"=")
    }

    #[cold]
    #[inline(never)]
    fn long_flag(&mut self, is_first: bool, word: Word) -> fmt::Result {
        self.ascii(if is_first { b"" } else { b"|" })?;
        self.ascii(word.text().as_bytes())
    }

    /// Takes back what was put behind a place, which nobody has had yet.
    pub(crate) fn back(&mut self, to: usize) {
        self.len = self.len.min(to);
    }

    /// Text up to its NUL between quotes, where it ends in these bytes, all of it is printed as it is, and there is room;
    /// else what stands behind is of no meaning. Returns how long it is.
    #[inline(never)]
    pub(crate) fn plain_to_nul(&mut self, bytes: &[u8]) -> Option<usize> {
        let [open, place @ ..] = self.buf.get_mut(self.len..)? else { return None };
        let (mut at, mut is_plain) = (0, true);
        for (some, place) in bytes.chunks_exact(PIECE).zip(place.chunks_exact_mut(PIECE)) {
            let (Some(some), Some(place)) = (some.first_chunk::<PIECE>(), place.first_chunk_mut::<PIECE>()) else {
                break;
            };
            *place = *some;
            is_plain = some.iter().fold(true, |all, byte| all & super::text::is_plain(*byte));
            if !is_plain {
                break;
            }
            at += PIECE;
        }
        let mut end = at;
        if let (false, Some(some)) = (is_plain, bytes.get(at..)?.first_chunk::<PIECE>()) {
            end += first_other(some);
        } else {
            // There is less than a piece, of the bytes or of the room.
            for (byte, place) in bytes.get(at..)?.iter().zip(place.get_mut(at..)?) {
                if !super::text::is_plain(*byte) {
                    break;
                }
                *place = *byte;
                end += 1;
            }
        }
        if bytes.get(end) != Some(&0) {
            return None;
        }
        *place.get_mut(end)? = b'"';
        *open = b'"';
        self.len += end + 2;
        Some(end)
    }

    /// Room for so many bytes, of which [`took`](Out::took) keeps some; none where there is less.
    #[inline]
    pub(crate) fn room<const N: usize>(&mut self) -> Option<&mut [u8; N]> {
        self.buf.get_mut(self.len..)?.first_chunk_mut()
    }

    #[inline]
    pub(crate) fn took(&mut self, len: usize) {
        self.len = self.len.saturating_add(len).min(self.buf.len());
    }

    /// Text between quotes, where there is room for it and all of it is printed as it is; else nothing is done. It is looked
    /// at and copied at once, the last bytes twice where they do not come out even.
    #[inline(never)]
    pub(crate) fn plain(&mut self, text: &[u8]) -> bool {
        let place = self.buf.get_mut(self.len..).and_then(|rest| rest.get_mut(..text.len() + 2));
        let Some([open, place @ .., close]) = place else { return false };
        let mut others = [0; PIECE];
        if let (Some(last), Some(end)) = (text.last_chunk::<PIECE>(), place.last_chunk_mut::<PIECE>()) {
            *end = *last;
            mark_others(last, &mut others);
            for (some, place) in text.chunks_exact(PIECE).zip(place.chunks_exact_mut(PIECE)) {
                if let (Some(some), Some(place)) = (some.first_chunk(), place.first_chunk_mut()) {
                    *place = *some;
                    mark_others(some, &mut others);
                }
            }
        } else {
            for (byte, place) in text.iter().zip(place) {
                *place = *byte;
                others[0] |= u8::from(!super::text::is_plain(*byte));
            }
        }
        let is_plain = others == [0; PIECE];
        if is_plain {
            (*open, *close) = (b'"', b'"');
            self.len += text.len() + 2;
        }
        is_plain
    }

    #[cold]
    #[inline(never)]
    fn more(&mut self, bytes: &[u8]) -> fmt::Result {
        let mut rest = bytes;
        while !rest.is_empty() {
            self.flush()?;
            let (some, after) = rest.split_at(rest.len().min(self.buf.len()));
            let Some(place) = self.buf.get_mut(..some.len()).filter(|_| !some.is_empty()) else {
                return Err(fmt::Error);
            };
            place.copy_from_slice(some);
            self.len = some.len();
            rest = after;
        }
        Ok(())
    }

    fn flush(&mut self) -> fmt::Result {
        let Some(to) = self.to.as_mut() else { return Err(fmt::Error) };
        let text = self.buf.get(..self.len).and_then(|bytes| core::str::from_utf8(bytes).ok());
        self.len = 0;
        to.write_str(text.ok_or(fmt::Error)?)
    }
}

impl Write for Out<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.ascii(text.as_bytes())
    }
}

/// Where the first byte is that is not printed as it is; the length where all are.
#[inline(always)]
fn first_other(bytes: &[u8; PIECE]) -> usize {
    let mut at = 0;
    for word in bytes.chunks_exact(8) {
        let others = others_in(word.first_chunk().map_or(0, |word| u64::from_le_bytes(*word)));
        at += others.trailing_zeros() as usize / 8;
        if others != 0 {
            break;
        }
    }
    at
}

/// Marks by their highest bits the bytes that are not printed as they are, from the first of which on any may be marked: taking
/// a number from each byte borrows from the highest bit of none but a smaller one and those above it.
#[inline(always)]
fn others_in(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 0xff;
    const HIGHEST: u64 = ONES << 7;
    let below = |word: u64, number: u64| word.wrapping_sub(ONES * number) & !word;
    let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (word | below(word, 0x20) | is(b'"') | is(b'\\') | is(0x7f)) & HIGHEST
}

/// Marks the places at which bytes are that are not printed as they are.
#[inline(always)]
fn mark_others(bytes: &[u8; PIECE], others: &mut [u8; PIECE]) {
    for (byte, other) in bytes.iter().zip(others) {
        *other |= u8::from(!super::text::is_plain(*byte));
    }
}

/// A writer of unknown size as one of a known size.
struct Through<'w, W: ?Sized>(&'w mut W);

impl<W: Write + ?Sized> Write for Through<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write_str(text)
    }
}

#[cfg(test)]
mod tests {
    use std::string::String;

    use super::*;

    #[test]
    fn what_is_gathered_comes_out_whole() {
        for len in [0, 1, ROOM - 1, ROOM, ROOM + 1, 3 * ROOM + 7] {
            for before in [0, 1, ROOM - 1, ROOM] {
                let (front, text) = ("a".repeat(before), "b".repeat(len));
                let mut all = String::new();
                gathered(&mut all, |out| {
                    out.write_str(&front)?;
                    out.write_str(&text)?;
                    out.ascii(front.as_bytes())
                })
                .unwrap();
                assert_eq!(all, [&*front, &*text, &*front].concat());
            }
        }
    }

    /// Texts with one byte of any kind in any place, and a NUL in any place or none.
    fn texts() -> impl Iterator<Item = std::vec::Vec<u8>> {
        let step = if cfg!(miri) { 7 } else { 1 };
        (0..70).step_by(step).flat_map(move |len: usize| {
            (0..len.max(1)).step_by(step).flat_map(move |at| {
                [0, 1, 0x1f, b' ', b'!', b'"', b'#', b'[', b'\\', b']', b'~', 0x7f, 0x80, 0xff].map(|byte| {
                    let mut text = std::vec![b'a' + (len % 20) as u8; len];
                    text.iter_mut().skip(at).take(1).for_each(|place| *place = byte);
                    text
                })
            })
        })
    }

    #[test]
    fn text_between_quotes_is_that_which_needs_no_escape() {
        for text in texts() {
            let wanted = text.iter().all(|byte| super::super::text::is_plain(*byte));
            for room in [text.len() + 1, text.len() + 2, text.len() + 40] {
                let mut buf = std::vec![7; room];
                let mut out = Out { buf: &mut buf, len: 0, to: None, texts: None };
                let has_room = room >= text.len() + 2;
                assert_eq!(
                    (out.plain(&text), out.len > 0),
                    (wanted && has_room, wanted && has_room),
                    "{text:?} {room}"
                );
                let len = out.len;
                assert!(len == 0 || buf[..len] == *[b"\"", &text[..], b"\""].concat());
            }
        }
    }

    #[test]
    fn text_up_to_its_nul_is_found_and_put_at_once() {
        for text in texts() {
            let end = text.iter().position(|byte| *byte == 0);
            let plain = end.filter(|end| text[..*end].iter().all(|byte| super::super::text::is_plain(*byte)));
            for room in [0, 1, 2, 15, 16, 17, text.len() + 1, text.len() + 2, 100] {
                let mut buf = std::vec![7; room];
                let mut out = Out { buf: &mut buf, len: 0, to: None, texts: None };
                let found = out.plain_to_nul(&text);
                assert_eq!(found, plain.filter(|end| end + 2 <= room), "{text:?} {room}");
                assert_eq!(out.len, found.map_or(0, |end| end + 2));
                let len = out.len;
                assert!(len == 0 || buf[..len] == *[b"\"", &text[..len - 2], b"\""].concat());
            }
        }
    }

    #[test]
    fn words_are_put_whole_wherever_the_buffer_ends() {
        const ALL: &str = "onetwo_a_word_of_more_than_thirty_two_bytesthree";
        for (start, len) in [(0, 3), (3, 3), (6, 37), (43, 5), (0, 0), (0, 32), (0, 33), (16, 32)] {
            let (word, text) = (Word::of(ALL, start, len).unwrap(), &ALL[start..start + len]);
            for room in (0..90).step_by(if cfg!(miri) { 5 } else { 1 }) {
                for is_first in [true, false] {
                    let (bar, comma) = if is_first { ("", "") } else { ("|", ", ") };
                    let mut buf = std::vec![0; room];
                    let wanted =
                        |text: String| if text.len() <= room { Ok(text.into_bytes()) } else { Err(fmt::Error) };
                    let shown = placed(&mut buf, None, |out| out.word(word)).map(<[u8]>::to_vec);
                    assert_eq!(shown, wanted(text.into()), "{text} {room}");
                    let shown = placed(&mut buf, None, |out| out.flag(is_first, word)).map(<[u8]>::to_vec);
                    assert_eq!(shown, wanted(std::format!("{bar}{text}")), "{text} {room}");
                    let shown = placed(&mut buf, None, |out| out.field(is_first, word)).map(<[u8]>::to_vec);
                    assert_eq!(shown, wanted(std::format!("{comma}{text}=")), "{text} {room}");
                }
            }
        }
        assert_eq!((Word::of(ALL, 44, 5), Word::of(ALL, ALL.len() + 1, 0)), (None, None));
    }

    #[test]
    fn an_error_of_the_writer_is_told() {
        struct Full;
        impl Write for Full {
            fn write_str(&mut self, _: &str) -> fmt::Result {
                Err(fmt::Error)
            }
        }
        assert_eq!(gathered(&mut Full, |out| out.write_str("x")), Err(fmt::Error));
    }
}
