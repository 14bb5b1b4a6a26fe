//! `path_supervisor PREFIX COMMAND…`: runs a command that asks its supervisor about each file it opens and each folder it
//! makes (seccomp's user notifications), and refuses names that begin so.
//!
//! What is let go on is read again by the kernel, which another thread may have changed by then: this watches a program, and
//! does not confine one that is hostile.

use std::ffi::{CStr, CString};
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::net::UnixStream;

use syscall_meta::args::{DirFd, Flags, OpenFlags};
use syscall_meta::{Abi, ByteOrder, DecodeSyscall, ProcessMemory, Scratch, SeccompData, sysno};

#[derive(Debug, DecodeSyscall)]
#[syscall(abis(x86_64))]
enum Asks<'b> {
    Openat { dfd: DirFd, filename: &'b CStr, flags: Flags<OpenFlags> },
    Open { filename: &'b CStr, flags: Flags<OpenFlags> },
    Mkdir { pathname: &'b CStr },
}

const ASKED: [u32; 3] = [sysno!(x86_64, openat), sysno!(x86_64, open), sysno!(x86_64, mkdir)];

// Requests and structures of include/uapi/linux/seccomp.h.
const NOTIF_RECV: u64 = 0xc050_2100;
const NOTIF_SEND: u64 = 0xc018_2101;
const NOTIF_ID_VALID: u64 = 0x4008_2102;
const GO_ON: u32 = 1;

fn main() -> io::Result<()> {
    let mut args = std::env::args().skip(1);
    let prefix = args.next().unwrap_or_default();
    let command: Vec<CString> = args.map(|arg| CString::new(arg).expect("an argument has no NUL")).collect();
    let (mut with_child, mut with_parent) = UnixStream::pair()?;
    // SAFETY: the child is alone and calls what may be called between fork and exec.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let listener = filter()?;
        with_parent.write_all(&listener.as_raw_fd().to_ne_bytes())?;
        // The exec closes it, so that it has to be taken before.
        with_parent.read_exact(&mut [0])?;
        let mut pointers: Vec<_> = command.iter().map(|arg| arg.as_ptr()).collect();
        pointers.push(std::ptr::null());
        // SAFETY: pointers to texts that end, and NULL behind them.
        unsafe { libc::execv(pointers[0], pointers.as_ptr()) };
        return Err(io::Error::last_os_error());
    }
    drop(with_parent);
    let mut number = [0; 4];
    with_child.read_exact(&mut number)?;
    // SAFETY: the descriptors that come back are nobody else's.
    let listener = unsafe {
        let process = libc::syscall(libc::SYS_pidfd_open, child, 0);
        let listener = libc::syscall(libc::SYS_pidfd_getfd, process, i32::from_ne_bytes(number), 0);
        if listener < 0 {
            return Err(io::Error::last_os_error());
        }
        OwnedFd::from_raw_fd(listener as i32)
    };
    with_child.write_all(&[0])?;
    while let Some((id, pid, data)) = next(&listener) {
        let error = if refuses(&prefix, &listener, id, pid, &data) { libc::EACCES } else { 0 };
        answer(&listener, id, error);
    }
    let mut status = 0;
    // SAFETY: the status is written to a variable of ours.
    unsafe { libc::waitpid(child, &raw mut status, 0) };
    std::process::exit(libc::WEXITSTATUS(status))
}

/// What a call asks for, and whether that is refused.
fn refuses(prefix: &str, listener: &OwnedFd, id: u64, pid: u32, data: &SeccompData) -> bool {
    let (Some(call), Ok(memory)) = (data.call(), ProcessMemory::new(pid)) else { return true };
    let mut room = [0; 8192];
    let asks = Asks::decode(Abi::X86_64, &call, &memory, &mut Scratch::new(&mut room));
    // What was read is of the process only if that still waits: its number may be another one's by now.
    let mut id = id;
    // SAFETY: the kernel reads one u64.
    if unsafe { libc::ioctl(listener.as_raw_fd(), NOTIF_ID_VALID as _, &raw mut id) } != 0 {
        return true;
    }
    let (name, what) = match asks {
        Ok(Asks::Openat { dfd, filename, flags }) => (filename, format!("open {filename:?} from {dfd:?} {flags}")),
        Ok(Asks::Open { filename, flags }) => (filename, format!("open {filename:?} {flags}")),
        Ok(Asks::Mkdir { pathname }) => (pathname, format!("mkdir {pathname:?}")),
        // The kernel cannot read it either, and says so itself.
        Err(_) => return false,
    };
    let refused = name.to_bytes().starts_with(prefix.as_bytes());
    println!("{} {what}", if refused { "refused" } else { "allowed" });
    refused
}

/// The next question: its id, who asks, and the call; none where nobody is left who could ask.
fn next(listener: &OwnedFd) -> Option<(u64, u32, SeccompData)> {
    let mut bytes = [0u8; 80];
    let mut ready = libc::pollfd { fd: listener.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    // SAFETY: one structure, and a buffer as large as the request says.
    unsafe {
        libc::poll(&raw mut ready, 1, -1);
        if ready.revents & libc::POLLIN == 0
            || libc::ioctl(listener.as_raw_fd(), NOTIF_RECV as _, bytes.as_mut_ptr()) != 0
        {
            return None;
        }
    }
    let id = u64::from_ne_bytes(bytes[..8].try_into().ok()?);
    let pid = u32::from_ne_bytes(bytes[8..12].try_into().ok()?);
    Some((id, pid, SeccompData::parse(&bytes[16..], ByteOrder::Little)?))
}

fn answer(listener: &OwnedFd, id: u64, error: i32) {
    let mut bytes = [0u8; 24];
    bytes[..8].copy_from_slice(&id.to_ne_bytes());
    bytes[16..20].copy_from_slice(&(-error).to_ne_bytes());
    bytes[20..].copy_from_slice(&(if error == 0 { GO_ON } else { 0 }).to_ne_bytes());
    // SAFETY: a buffer as large as the request says; who no longer waits needs no answer.
    unsafe { libc::ioctl(listener.as_raw_fd(), NOTIF_SEND as _, bytes.as_mut_ptr()) };
}

/// Has this process ask about these calls; its questions come out of the descriptor. Programs of other ABIs do not ask.
fn filter() -> io::Result<OwnedFd> {
    let one = |code: u32, jt: u8, jf: u8, k: u32| libc::sock_filter { code: code as u16, jt, jf, k };
    let (load, jump) = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K);
    let mut all = vec![one(load, 0, 0, 4), one(jump, 0, 4, Abi::X86_64.audit_archs()[0].value()), one(load, 0, 0, 0)];
    all.extend(ASKED.iter().zip([3, 2, 1]).map(|(number, ahead)| one(jump, ahead, 0, *number)));
    all.push(one(libc::BPF_RET, 0, 0, libc::SECCOMP_RET_ALLOW));
    all.push(one(libc::BPF_RET, 0, 0, libc::SECCOMP_RET_USER_NOTIF));
    let program = libc::sock_fprog { len: all.len() as u16, filter: all.as_mut_ptr() };
    // SAFETY: the program and what it points to are there for the call.
    unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        let flags = libc::SECCOMP_FILTER_FLAG_NEW_LISTENER;
        let fd = libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, flags, &raw const program);
        if fd < 0 { Err(io::Error::last_os_error()) } else { Ok(OwnedFd::from_raw_fd(fd as i32)) }
    }
}
