//! A running kernel as texts: the formats of its events, out of tracefs or a copy of it, its types, and which kernel it is.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use super::{Text, unreadable};
use crate::diagnostic::{Diagnostic, Label, Result};

/// Where tracefs is mounted.
const TRACEFS: [&str; 2] = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];
/// Where a kernel says which one it is.
const SYSCTL: &str = "/proc/sys/kernel";
/// Below tracefs: a folder for each event.
const EVENTS: &str = "events/syscalls";
/// What the events of a call's start begin with.
const ENTER: &str = "sys_enter_";
/// The types of the kernel that runs this program; in a copy, below its folder.
const TYPES: &str = "/sys/kernel/btf/vmlinux";
const COPIED_TYPES: &str = "btf/vmlinux";
/// No format comes near this size.
const LARGEST: u64 = 64 << 10;

const COPY: &str = "a copy is a folder with `events/syscalls/` of tracefs, `osrelease` and `arch` of /proc/sys/kernel, and `btf/vmlinux` of \
     /sys/kernel; one of `events/` and `btf/` does";

/// What a running kernel tells of itself.
#[derive(Clone, Debug)]
pub struct Running {
    /// What it is called in messages: `live`, or the folder of the copy.
    pub name: String,
    /// `/proc/sys/kernel/osrelease`: `6.18.44-vendor`.
    pub release: String,
    /// The machine, as `uname -m` has it: `x86_64`, `armv7l`.
    pub machine: String,
    /// `events/syscalls/sys_enter_*/format`, by path below tracefs.
    pub formats: Vec<Text>,
    /// Its types, as BTF, and what they are called in messages.
    pub btf: Option<(String, Vec<u8>)>,
}

impl Running {
    /// The kernel that runs this program.
    pub(super) fn live() -> Result<Running> {
        let sysctl = Path::new(SYSCTL);
        let release = first_line(&sysctl.join("osrelease"))?;
        // Linux has told its own architecture since 6.1; before, the program's has to do.
        let machine = first_line(&sysctl.join("arch")).unwrap_or_else(|_| std::env::consts::ARCH.to_string());
        let types = Path::new(TYPES);
        let btf = if types.is_file() { Some((TYPES.to_string(), super::bytes(types)?)) } else { None };
        let has_types = btf.is_some();
        let running = |formats| Running { name: "live".into(), release, machine, formats, btf };
        let mut found = None;
        for root in TRACEFS.map(Path::new) {
            match fs::read_dir(root.join(EVENTS)) {
                Ok(_) => return Ok(running(formats(root)?)),
                Err(cause) => found = found.or_else(|| (cause.kind() != io::ErrorKind::NotFound).then_some(cause)),
            }
        }
        if has_types {
            return Ok(running(Vec::new()));
        }
        let (why, help) = match found {
            Some(cause) => (cause.to_string(), "tracefs is for the superuser: run this as root"),
            None => (
                "it is not there".to_string(),
                "mount it (`mount -t tracefs tracefs /sys/kernel/tracing`); it has events of system calls where the kernel \
                 was built with CONFIG_FTRACE_SYSCALLS",
            ),
        };
        let message = format!("`{EVENTS}` of tracefs cannot be read: {why}");
        Err(Box::new(Diagnostic::error("no-tracefs", message).at(Label::file(TRACEFS[0])).help(help)))
    }

    /// A copy of what another one tells.
    pub(super) fn copy(root: &Path) -> Result<Running> {
        let told = |file: &str| first_line(&root.join(file)).map_err(|error| Box::new(error.help(COPY)));
        let (release, machine) = (told("osrelease")?, told("arch")?);
        let formats = if root.join(EVENTS).is_dir() { formats(root)? } else { Vec::new() };
        let types = root.join(COPIED_TYPES);
        let btf = if types.is_file() { Some((types.display().to_string(), super::bytes(&types)?)) } else { None };
        Ok(Running { name: root.display().to_string(), release, machine, formats, btf })
    }

    /// Whether a folder is such a copy.
    pub(super) fn is_copy(root: &Path) -> bool {
        root.join(EVENTS).is_dir() || (root.join(COPIED_TYPES).is_file() && root.join("osrelease").is_file())
    }
}

/// Every format of a call's start, in the order of their paths.
fn formats(root: &Path) -> Result<Vec<Text>> {
    let folder = root.join(EVENTS);
    let fail = |cause: io::Error| unreadable(&folder, &cause);
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).map_err(fail)? {
        let name = entry.map_err(fail)?.file_name();
        names.extend(name.into_string().ok().filter(|name| name.starts_with(ENTER)));
    }
    names.sort();
    let read = |name: &String| {
        let path = format!("{EVENTS}/{name}/format");
        let text = limited(&root.join(&path))?;
        Ok(Text { path: path.into(), text: Arc::from(text) })
    };
    let formats = names.iter().map(read).collect::<Result<Vec<Text>>>()?;
    if formats.is_empty() {
        let message = format!("`{EVENTS}` has no event of a call's start");
        return Err(Box::new(
            Diagnostic::error("no-events", message)
                .at(Label::file(folder.display().to_string()))
                .help("a kernel has them where it was built with CONFIG_FTRACE_SYSCALLS"),
        ));
    }
    Ok(formats)
}

/// The first line of a small file.
fn first_line(path: &Path) -> Result<String> {
    let text = limited(path)?;
    let line = text.lines().next().unwrap_or_default().trim();
    if line.is_empty() || !line.bytes().all(|byte| byte.is_ascii_graphic()) {
        let message = format!("`{}` does not hold one word", path.display());
        return Err(Box::new(Diagnostic::error("no-release", message).at(Label::file(path.display().to_string()))));
    }
    Ok(line.to_string())
}

/// A file that cannot be large: those of tracefs do not tell their size.
fn limited(path: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    read.map_err(|cause| unreadable(path, &cause))?;
    if bytes.len() as u64 > LARGEST {
        let message = format!("`{}` has more than {} KiB", path.display(), LARGEST >> 10);
        return Err(Box::new(Diagnostic::error("file-too-large", message)));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
