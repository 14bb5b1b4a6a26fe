//! A file of a machine as lines: what is no text, and where a line is not of the expected form, is said with its place.

use std::borrow::Cow;

use crate::diagnostic::{Diagnostic, Label, Result, Sink};

/// Characters of a line that a message shows.
const SHOWN: usize = 80;

/// A form of line-by-line files.
pub(super) struct Form {
    /// The code of the error where a line is of another form.
    pub code: &'static str,
    /// What a line is.
    pub line: &'static str,
    /// Where such a file comes from.
    pub from: &'static str,
}

/// Hands every line to `take`, which says whether it is of the form. The last line of a file that was cut off may not be.
pub(super) fn lines<'b>(
    form: &Form,
    path: &str,
    bytes: &'b [u8],
    sink: &Sink,
    mut take: impl FnMut(&'b str) -> bool,
) -> Result<()> {
    let (mut rest, mut number) = (bytes, 0_u32);
    while !rest.is_empty() {
        number += 1;
        let end = memchr::memchr(b'\n', rest);
        let (line, after) = match end {
            Some(end) => (&rest[..end], &rest[end + 1..]),
            None => (rest, &[][..]),
        };
        rest = after;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let taken = str::from_utf8(line).is_ok_and(|line| line.trim().is_empty() || take(line));
        if end.is_none() {
            // Also a whole line may have lost its end: half a name is a name.
            sink.push(cut_off(form, path, number, line));
        } else if !taken {
            return Err(Box::new(
                Diagnostic::error(form.code, format!("this is no {}", form.line))
                    .at(Label::line(path, number, &shown(line)))
                    .help(form.from),
            ));
        }
    }
    Ok(())
}

fn cut_off(form: &Form, path: &str, number: u32, line: &[u8]) -> Diagnostic {
    Diagnostic::warning("cut-off", "the file does not end with the end of a line: it may be cut off")
        .at(Label::line(path, number, &shown(line)))
        .help(format!("what is missing behind this line is told as absent; {}", form.from))
}

/// The file holds nothing of the form.
pub(super) fn empty(form: &Form, path: &str) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::error(form.code, format!("there is no {} in this file", form.line))
            .at(Label::file(path))
            .help(form.from),
    )
}

/// As much of a line as can be printed.
fn shown(line: &[u8]) -> Cow<'static, str> {
    let text = String::from_utf8_lossy(&line[..line.len().min(4 * SHOWN)]);
    let mut out: String = text.chars().map(|c| if c.is_control() { '·' } else { c }).take(SHOWN).collect();
    if text.chars().count() > SHOWN || line.len() > 4 * SHOWN {
        out.push('…');
    }
    out.into()
}
