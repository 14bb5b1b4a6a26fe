//! `annotate FILE…`: names and arguments in logs of system calls, of ftrace, perf, audit and seccomp; names in stacks.

mod audit;
mod events;
mod lines;
mod options;
mod record;
mod scan;
mod symbols;
mod tasks;

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::exit;

use clap::Parser;
use syscall_meta::{Abi, ByteOrder, Style};

use lines::{Failed, Lines, Manner};
use options::Options;

fn main() {
    let options = Options::parse();
    let manner = manner(&options).unwrap_or_else(|error| {
        eprintln!("annotate: {error}");
        exit(2)
    });
    let mut lines = Lines::new(manner, io::stdout().lock());
    let files = if options.files.is_empty() { vec![PathBuf::from("-")] } else { options.files };
    let mut is_whole = true;
    for path in &files {
        match annotate(&mut lines, path) {
            Ok(()) => {}
            // Whoever read has read enough.
            Err(Failed::Writing(error)) if error.kind() == ErrorKind::BrokenPipe => break,
            Err(Failed::Writing(error)) => {
                eprintln!("annotate: cannot write to standard output: {error}");
                exit(1)
            }
            Err(Failed::Reading(error)) => {
                eprintln!("annotate: cannot read {}: {error}", path.display());
                is_whole = false;
            }
        }
    }
    if !is_whole {
        exit(1);
    }
}

fn annotate(lines: &mut Lines<io::StdoutLock<'_>>, path: &Path) -> Result<(), Failed> {
    if path == Path::new("-") {
        return lines.annotate(io::stdin().lock());
    }
    lines.annotate(File::open(path).map_err(Failed::Reading)?)
}

fn manner(options: &Options) -> Result<Manner, String> {
    let built_in = || {
        let names = Abi::ALL.iter().filter(|abi| abi.table().is_some()).map(|abi| abi.name());
        names.collect::<Vec<_>>().join(", ")
    };
    let abi = match options.abi.or(Abi::native()) {
        None => return Err(format!("this machine has no ABI that is known; give `--abi`, one of {}", built_in())),
        Some(abi) if abi.table().is_none() => {
            return Err(format!(
                "{abi} is not built in; there are {}; the feature `all-abis` builds in all",
                built_in()
            ));
        }
        Some(abi) => abi,
    };
    // This machine's own calls have its byte order.
    let own = if cfg!(target_endian = "big") { ByteOrder::Big } else { ByteOrder::Little };
    Ok(Manner {
        abi,
        order: options.byte_order.or(options.abi.is_none().then_some(own)),
        style: if options.names { Style::new().named() } else { Style::new() },
        is_json: options.json,
        keeps: options.keep,
    })
}
