//! The command line in a process of its own.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a run left behind.
#[derive(Debug)]
pub struct Ran {
    /// The exit code; none where a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// The command, ready for arguments: without a colour wish of the caller's, and away from any repository.
pub fn under_test() -> Command {
    let mut command = Command::new(binary());
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "COLORTERM"] {
        command.env_remove(variable);
    }
    command.env("TERM", "dumb").env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    command
}

/// Runs the command in a folder.
pub fn run<S: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = S>) -> Ran {
    Ran::of(under_test().current_dir(folder).args(arguments))
}

/// Beside the running test's own binary: cargo puts both below the same folder.
pub(crate) fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let folders = test.ancestors().skip(1).take(2);
    let name = format!("syscall-meta-under-test{}", std::env::consts::EXE_SUFFIX);
    let found = folders.map(|folder| folder.join(&name)).find(|binary| binary.is_file());
    found.expect("cargo builds the binaries of a package before it runs that package's tests")
}

impl Ran {
    /// Runs a command to its end.
    pub fn of(command: &mut Command) -> Ran {
        let output = command.output().expect("the command starts");
        Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
            err: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
        }
    }

    /// It ended with this code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Ran {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// Standard error holds each of these.
    #[track_caller]
    pub fn says(self, parts: &[&str]) -> Ran {
        for part in parts {
            assert!(self.err.contains(part), "`{part}` is not in stderr:\n{}", self.err);
        }
        self
    }

    /// Neither output holds anything.
    #[track_caller]
    pub fn silent(self) -> Ran {
        assert_eq!((self.out.as_str(), self.err.as_str()), ("", ""));
        self
    }
}
