//! Diagnostics as a person reads them.

use std::io::Write;

use annotate_snippets::{AnnotationKind, Element, Group, Level as Title, Origin, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Label, Level};

/// Prints what stages noticed to standard error, worst last, so that it stands where the eye is.
pub(super) fn print(said: &[Diagnostic]) {
    let mut err = anstream::stderr().lock();
    for diagnostic in said.iter().rev() {
        let _ = writeln!(err, "{}\n", render(diagnostic));
    }
    let errors = said.iter().filter(|diagnostic| diagnostic.level == Level::Error).count();
    if errors > 1 {
        let _ = writeln!(err, "{errors} errors");
    }
}

/// One diagnostic with its places and its help.
pub(super) fn render(diagnostic: &Diagnostic) -> String {
    let level = match diagnostic.level {
        Level::Error => Title::ERROR,
        Level::Warning => Title::WARNING,
        Level::Note => Title::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(diagnostic.message.as_str()).id(diagnostic.code));
    for (index, label) in diagnostic.labels.iter().enumerate() {
        group = group.element(element(label, index == 0));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Title::HELP.message(help.as_str()));
    }
    Renderer::styled().render(&[group])
}

fn element(label: &Label, primary: bool) -> Element<'_> {
    let path: &str = &label.path;
    if label.line == 0 || label.text.is_empty() {
        let origin = Origin::path(path);
        return if label.line == 0 { origin.into() } else { origin.line(label.line as usize).into() };
    }
    let kind = if primary { AnnotationKind::Primary } else { AnnotationKind::Context };
    let (start, end) = label.range;
    let end = end.min(label.text.len());
    let mut annotation = kind.span(start.min(end)..end);
    if !label.note.is_empty() {
        annotation = annotation.label(label.note.as_str());
    }
    Snippet::source(label.text.as_str()).line_start(label.line as usize).path(path).annotation(annotation).into()
}
