//! Where text is put together: pieces gather in a small buffer and go on to the writer at once, since most are a few bytes.

use core::fmt::{self, Write};

/// How many bytes are gathered: more than most calls are shown in.
const ROOM: usize = 256;

/// A buffer before a writer.
pub(crate) struct Out<'w> {
    buf: [u8; ROOM],
    len: usize,
    to: &'w mut dyn Write,
}

/// Hands a buffer before the writer over, and what is left in it to the writer.
///
/// # Errors
/// Those of the writer.
pub(crate) fn gathered<W: Write + ?Sized>(to: &mut W, write: impl FnOnce(&mut Out<'_>) -> fmt::Result) -> fmt::Result {
    let mut out = Out { buf: [0; ROOM], len: 0, to: &mut Through(to) };
    write(&mut out)?;
    out.flush()
}

impl Out<'_> {
    /// Bytes of ASCII.
    #[inline]
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

    #[cold]
    fn more(&mut self, bytes: &[u8]) -> fmt::Result {
        for some in bytes.chunks(ROOM) {
            self.flush()?;
            if let Some(place) = self.buf.get_mut(..some.len()) {
                place.copy_from_slice(some);
                self.len = some.len();
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> fmt::Result {
        let text = self.buf.get(..self.len).and_then(|bytes| core::str::from_utf8(bytes).ok());
        self.len = 0;
        self.to.write_str(text.ok_or(fmt::Error)?)
    }
}

impl Write for Out<'_> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.len() > ROOM {
            // It may not be cut where it is not ASCII.
            self.flush()?;
            return self.to.write_str(text);
        }
        self.ascii(text.as_bytes())
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
                let (front, text) = ("a".repeat(before), "é".repeat(len));
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
