//! A progress bar while a kernel is read, on a terminal only.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Whether to show progress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// If stderr is a terminal.
    #[default]
    Terminal,
    /// Never.
    Off,
}

/// Shows how far each kernel is that is being read. Sources that are read at the same time have a line each.
#[derive(Debug)]
pub struct Progress(Option<MultiProgress>);

impl Progress {
    /// Nothing is drawn before something is read.
    pub fn new(mode: Mode) -> Self {
        Progress((mode == Mode::Terminal && std::io::stderr().is_terminal()).then(MultiProgress::new))
    }

    /// A line that counts files.
    pub(super) fn files(&self, name: &str, total: usize) -> Bar {
        self.line(name, total as u64, FILES)
    }

    /// A line that counts bytes.
    pub(super) fn bytes(&self, name: &str, total: u64) -> Bar {
        self.line(name, total, BYTES)
    }

    fn line(&self, name: &str, total: u64, count: &str) -> Bar {
        Bar(self.0.as_ref().map(|bars| {
            let bar = bars.add(ProgressBar::new(total).with_message(name.to_string()));
            if let Ok(style) = ProgressStyle::with_template(&template(count)) {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        }))
    }
}

const FILES: &str = "{pos}/{len} files";
const BYTES: &str = "{binary_bytes}/{binary_total_bytes}";

fn template(count: &str) -> String {
    format!("reading {{msg}} {{wide_bar}} {count} {{eta}}")
}

/// One line; it goes away with the value.
pub(super) struct Bar(Option<ProgressBar>);

impl Bar {
    pub(super) fn add(&self, more: usize) {
        if let Some(bar) = &self.0 {
            bar.inc(more as u64);
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_count_what_was_read() {
        let progress = Progress(Some(MultiProgress::with_draw_target(indicatif::ProgressDrawTarget::hidden())));
        let bar = progress.files("6.12", 3);
        bar.add(2);
        assert_eq!(bar.0.as_ref().map(|bar| (bar.position(), bar.length())), Some((2, Some(3))));
    }

    #[test]
    fn templates_are_valid() {
        for count in [FILES, BYTES] {
            assert!(ProgressStyle::with_template(&template(count)).is_ok());
        }
    }

    #[test]
    fn off_costs_nothing() {
        assert!(Progress::new(Mode::Off).files("6.12", 3).0.is_none());
    }
}
