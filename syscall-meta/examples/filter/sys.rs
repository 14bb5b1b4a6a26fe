//! What the kernel is asked for, and nothing else: the `unsafe` of the example is here.

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::program::Instruction;

/// A command that will run under a filter, which it has from its beginning.
pub(crate) fn under(program: &[Instruction], name: &OsStr) -> Command {
    let filter: Vec<libc::sock_filter> =
        program.iter().map(|of| libc::sock_filter { code: of.code, jt: of.yes, jf: of.no, k: of.value }).collect();
    let mut command = Command::new(name);
    // SAFETY: it makes two system calls with what was made before, allocates nothing and takes no lock.
    unsafe {
        command.pre_exec(move || install(&filter));
    }
    command
}

/// Puts the calling thread under a filter, and whatever it starts.
fn install(filter: &[libc::sock_filter]) -> io::Result<()> {
    let program = libc::sock_fprog {
        len: filter.len().try_into().map_err(|_| io::ErrorKind::InvalidInput)?,
        filter: filter.as_ptr().cast_mut(),
    };
    // SAFETY: the first takes numbers alone; the second reads as many instructions as there are, and writes nothing.
    let done = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
            && libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, std::ptr::from_ref(&program)) == 0
    };
    if done { Ok(()) } else { Err(io::Error::last_os_error()) }
}
