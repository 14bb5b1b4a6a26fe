//! Standard output: buffered, and content when a reader has seen enough.

use std::io::{self, BufWriter, ErrorKind, Write};

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Result};

/// Hands a writer to `write` and sends what it wrote to standard output. A closed pipe is no failure.
pub(super) fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(cause) if cause.kind() != ErrorKind::BrokenPipe => {
            Err(Box::new(Diagnostic::error("cannot-print", format!("cannot write to standard output: {cause}"))))
        }
        _ => Ok(()),
    }
}

/// Prints a value as JSON with a final newline.
pub(super) fn json(value: &impl Serialize) -> Result<()> {
    print(|out| {
        serde_json::to_writer_pretty(&mut *out, value).map_err(io::Error::from)?;
        writeln!(out)
    })
}
