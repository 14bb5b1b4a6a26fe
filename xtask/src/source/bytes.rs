//! One file of a machine, whole and within bounds: a list of symbols, a configuration, as the kernel or a copy has it.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::diagnostic::{Diagnostic, Label, Result};

/// What a file may come to, unpacked. The symbols of a kernel with every module are some 100 MB.
const LIMIT: u64 = 1 << 30;

/// The bytes of a file, unpacked where it is a gzip.
pub fn bytes(path: &Path) -> Result<Vec<u8>> {
    let name = path.display().to_string();
    let failed = |cause: std::io::Error| {
        let help = match cause.kind() {
            std::io::ErrorKind::PermissionDenied => "the kernel shows this to its administrator alone",
            _ => "see `--help` for what each option takes",
        };
        Box::new(
            Diagnostic::error("cannot-read", format!("cannot read {name}: {cause}"))
                .at(Label::file(name.clone()))
                .help(help),
        )
    };
    let too_large = || {
        let text = format!("{name} comes to more than {} MB", LIMIT >> 20);
        Box::new(
            Diagnostic::error("too-large", text)
                .at(Label::file(name.clone()))
                .help("is it a list of symbols, events or options?"),
        )
    };
    let read = |reader: &mut dyn Read| -> Result<Vec<u8>> {
        let mut all = Vec::new();
        reader.take(LIMIT + 1).read_to_end(&mut all).map_err(failed)?;
        if all.len() as u64 > LIMIT { Err(too_large()) } else { Ok(all) }
    };
    let raw = read(&mut File::open(path).map_err(failed)?)?;
    if raw.starts_with(&[0x1f, 0x8b]) { read(&mut MultiGzDecoder::new(raw.as_slice())) } else { Ok(raw) }
}

/// The names in a folder, sorted: the events of a group in tracefs are folders.
pub fn names(folder: &Path) -> Result<Vec<String>> {
    let failed = |cause: std::io::Error| {
        let name = folder.display().to_string();
        Box::new(Diagnostic::error("cannot-read", format!("cannot read {name}: {cause}")).at(Label::file(name)))
    };
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        all.push(entry.map_err(failed)?.file_name().to_string_lossy().into_owned());
    }
    all.sort_unstable();
    Ok(all)
}

/// Whether there is a folder.
pub fn is_folder(path: &Path) -> bool {
    path.is_dir()
}
