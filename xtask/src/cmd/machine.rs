//! What `probe` reads of a machine: the files that were named, and of this one what its kernel shows.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::diagnostic::{Diagnostic, Label, Result, Sink};
use crate::parse;
use crate::probe::{self, Machine};
use crate::source;

/// The files of a machine.
#[derive(Args)]
#[command(next_help_heading = "The machine")]
pub(super) struct Files {
    /// This machine: whatever its kernel shows. A file that is named as well takes the place of what it would be
    #[arg(long)]
    live: bool,
    /// Its symbols: a copy of /proc/kallsyms, or the System.map of its kernel
    #[arg(long, value_name = "FILE")]
    kallsyms: Option<PathBuf>,
    /// The functions that can be traced: a copy of available_filter_functions
    #[arg(long, value_name = "FILE")]
    filter_functions: Option<PathBuf>,
    /// Its events: a copy of available_events, or of the folder events/ of tracefs
    #[arg(long, value_name = "PATH")]
    events: Option<PathBuf>,
    /// The configuration of its kernel: a copy of /proc/config.gz, or a .config
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The types of its kernel: a copy of /sys/kernel/btf/vmlinux
    #[arg(long, value_name = "FILE")]
    btf: Option<PathBuf>,
    /// The release of its kernel, as `uname -r` says it [default: what the head of the configuration says]
    #[arg(long, value_name = "RELEASE")]
    release: Option<String>,
}

/// Where tracefs is mounted.
const TRACEFS: [&str; 2] = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];
const RELEASE: &str = "/proc/sys/kernel/osrelease";

impl Files {
    pub(super) fn is_live(&self) -> bool {
        self.live
    }

    /// Reads them; `is_wanted` names symbols that are kept whatever they are called.
    pub(super) fn read(&self, is_wanted: &dyn Fn(&str) -> bool, sink: &Sink) -> Result<Machine> {
        let named = [&self.kallsyms, &self.filter_functions, &self.events, &self.config, &self.btf];
        if !self.live && named.iter().all(|file| file.is_none()) {
            return Err(Box::new(
                Diagnostic::error("no-machine", "no machine is named")
                    .help("`--live` is this one; `--kallsyms FILE` and its kin are copies of what another one shows"),
            ));
        }
        let mut machine = Machine { release: self.release.clone(), ..Machine::default() };
        if self.live && machine.release.is_none() {
            let bytes = source::bytes(Path::new(RELEASE))?;
            machine.release = Some(String::from_utf8_lossy(&bytes).trim().to_string());
        }
        let running = machine.release.clone().unwrap_or_default();
        let tracefs = |file: &str| TRACEFS.iter().map(|folder| Path::new(folder).join(file)).collect();
        let one = |path: &str| vec![PathBuf::from(path)];

        machine.kallsyms = self.item("symbols", &self.kallsyms, one("/proc/kallsyms"), sink, |path, bytes| {
            let map = probe::kallsyms(path, bytes, is_wanted, sink)?;
            if map.is_zeroed() {
                let text = "all addresses are zero: a stub that is another name of `sys_ni_syscall` cannot be told by its place";
                sink.push(
                    Diagnostic::remark("no-addresses", text)
                        .at(Label::file(path))
                        .help("the kernel shows addresses to its administrator, as kptr_restrict says; stubs that are weak are told"),
                );
            }
            Ok(map)
        })?;
        let places = tracefs("available_filter_functions");
        machine.filter_functions =
            self.item("functions that can be traced", &self.filter_functions, places, sink, |path, bytes| {
                probe::filter_functions(path, bytes, sink)
            })?;
        machine.events = match &self.events {
            Some(folder) if source::is_folder(folder) => Some(events_of(folder)?),
            file => self.item("events", file, tracefs("available_events"), sink, |path, bytes| {
                probe::events(path, bytes, sink)
            })?,
        };
        let mut places = one("/proc/config.gz");
        places.push(PathBuf::from(format!("/boot/config-{running}")));
        places.push(PathBuf::from(format!("/lib/modules/{running}/config")));
        machine.config = self
            .item("configuration", &self.config, places, sink, |path, bytes| probe::kernel_config(path, bytes, sink))?;
        machine.btf = self.item("BTF", &self.btf, one("/sys/kernel/btf/vmlinux"), sink, |path, bytes| {
            parse::btf_functions(path, bytes)
        })?;
        if machine.release.is_none() {
            machine.release = machine.config.as_ref().and_then(|config| config.release()).map(str::to_string);
        }
        Ok(machine)
    }

    /// A file that was named, which has to be what it is said to be; of this machine the first that can be read.
    fn item<T>(
        &self,
        what: &str,
        named: &Option<PathBuf>,
        places: Vec<PathBuf>,
        sink: &Sink,
        read: impl Fn(&str, &[u8]) -> Result<T>,
    ) -> Result<Option<T>> {
        let at = |path: &Path| read(&path.display().to_string(), &source::bytes(path)?);
        if let Some(path) = named {
            return at(path).map(Some);
        }
        if !self.live {
            return Ok(None);
        }
        let mut why = None;
        for path in &places {
            match at(path) {
                Ok(read) => return Ok(Some(read)),
                Err(error) => why = why.or(Some((path, error))),
            }
        }
        if let Some((path, error)) = why {
            sink.push(
                Diagnostic::remark("not-at-hand", format!("this machine does not show its {what}: {}", error.message))
                    .at(Label::file(path.display().to_string()))
                    .help("what only this would tell is unknown"),
            );
        }
        Ok(None)
    }
}

/// The events in a copy of tracefs' folder of them.
fn events_of(folder: &Path) -> Result<rustc_hash::FxHashSet<String>> {
    let mut all = rustc_hash::FxHashSet::default();
    for group in ["syscalls", "raw_syscalls"] {
        let below = folder.join(group);
        if source::is_folder(&below) {
            all.extend(source::names(&below)?.into_iter().map(|name| format!("{group}:{name}")));
        }
    }
    if all.is_empty() {
        let text = "there are no events of calls in this folder";
        return Err(Box::new(
            Diagnostic::error("not-events", text)
                .at(Label::file(folder.display().to_string()))
                .help("events/ of tracefs has a folder `syscalls` and one `raw_syscalls`"),
        ));
    }
    Ok(all)
}
