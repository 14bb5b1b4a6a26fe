//! What errors are called in words, as C libraries have it (`strerror`), and what the kernel's own codes tell a tracer.

use crate::abi::Abi;
use crate::generated::sets;

/// The words for an error, by its name; they are those of POSIX and of the C library that Linux systems have.
pub(crate) fn message(name: &str) -> Option<&'static str> {
    MESSAGES.binary_search_by(|(of, _)| (*of).cmp(name)).ok().and_then(|at| MESSAGES.get(at)).map(|(_, text)| *text)
}

/// The name of an error number on an ABI, and the words for it.
pub(crate) fn of(abi: Abi, errno: u32) -> Option<(&'static str, Option<&'static str>)> {
    let (pool, set) = (sets::ERRNO.pool(), sets::ERRNO.set());
    // Most ABIs number them alike; where this one does, the place is known.
    if let Some(Usual { at, start, words }) = USUAL.get(errno as usize) {
        let (rows, at) = (pool.rows(set.6), usize::from(*at));
        if rows.value(at) == Some(errno.into()) && pool.has(set, rows.whom(at), abi) {
            let (start, len) = (usize::from(*start), rows.lens.get(at).copied().unwrap_or(0));
            let words = MESSAGES.get(usize::from(*words)).map(|(_, words)| *words);
            return pool.names.get(start..start + usize::from(len)).map(|name| (name, words));
        }
    }
    let name = sets::ERRNO.name_of(abi, errno.into())?;
    Some((name, message(name)))
}

/// Where an error number that most ABIs have stands: among the members of the set, where its name starts in the pool, and its
/// words.
#[derive(Clone, Copy)]
struct Usual {
    at: u16,
    start: u16,
    words: u16,
}

/// One more than the last of `include/uapi/asm-generic/errno.h`.
const USUALS: usize = 134;

static USUAL: [Usual; USUALS] = usual();

const fn usual() -> [Usual; USUALS] {
    let none = u16::MAX;
    let (pool, set) = (sets::ERRNO.pool(), sets::ERRNO.set());
    let list = set.6;
    let mut all = [Usual { at: none, start: none, words: none }; USUALS];
    let (mut at, mut start, mut end) = (0, 0, list.0 as usize);
    while at < list.2 as usize {
        let (len, whom, value) = pool.row(list, at);
        if len != 0 {
            (start, end) = (end, end + len as usize);
        }
        let is_usual = is_usual(pool.words[set.2 as usize + whom as usize]);
        // A further value of a name, further back, stays to be looked for.
        if len != 0 && (value as usize) < USUALS && all[value as usize].at == none && is_usual {
            let name = pool.names.as_bytes().split_at(start).1.split_at(end - start).0;
            all[value as usize] = Usual { at: at as u16, start: start as u16, words: words_of(name) };
        }
        at += 1;
    }
    all
}

const fn is_usual(abis: u64) -> bool {
    abis >> (Abi::X86_64 as u32) & 1 == 1
}

/// The place in `MESSAGES`.
const fn words_of(name: &[u8]) -> u16 {
    let mut at = 0;
    while at < MESSAGES.len() {
        let of = MESSAGES[at].0.as_bytes();
        let mut same = if of.len() == name.len() { of.len() } else { 0 };
        while same > 0 && of[same - 1] == name[same - 1] {
            same -= 1;
        }
        if same == 0 && of.len() == name.len() {
            return at as u16;
        }
        at += 1;
    }
    u16::MAX
}

/// What a code means that no program sees: the kernel restarts the call, or turns it into `EINTR` (`include/linux/errno.h`).
pub(crate) fn restart(name: &str) -> Option<&'static str> {
    match name {
        "ERESTARTSYS" => Some("To be restarted if SA_RESTART is set"),
        "ERESTARTNOINTR" => Some("To be restarted"),
        "ERESTARTNOHAND" => Some("To be restarted if no handler"),
        "ERESTART_RESTARTBLOCK" => Some("Interrupted by signal"),
        _ => None,
    }
}

/// Sorted by name.
static MESSAGES: &[(&str, &str)] = &[
    ("E2BIG", "Argument list too long"),
    ("EACCES", "Permission denied"),
    ("EADDRINUSE", "Address already in use"),
    ("EADDRNOTAVAIL", "Cannot assign requested address"),
    ("EADV", "Advertise error"),
    ("EAFNOSUPPORT", "Address family not supported by protocol"),
    ("EAGAIN", "Resource temporarily unavailable"),
    ("EALREADY", "Operation already in progress"),
    ("EBADE", "Invalid exchange"),
    ("EBADF", "Bad file descriptor"),
    ("EBADFD", "File descriptor in bad state"),
    ("EBADMSG", "Bad message"),
    ("EBADR", "Invalid request descriptor"),
    ("EBADRQC", "Invalid request code"),
    ("EBADSLT", "Invalid slot"),
    ("EBFONT", "Bad font file format"),
    ("EBUSY", "Device or resource busy"),
    ("ECANCELED", "Operation canceled"),
    ("ECHILD", "No child processes"),
    ("ECHRNG", "Channel number out of range"),
    ("ECOMM", "Communication error on send"),
    ("ECONNABORTED", "Software caused connection abort"),
    ("ECONNREFUSED", "Connection refused"),
    ("ECONNRESET", "Connection reset by peer"),
    ("EDEADLK", "Resource deadlock avoided"),
    ("EDESTADDRREQ", "Destination address required"),
    ("EDOM", "Numerical argument out of domain"),
    ("EDOTDOT", "RFS specific error"),
    ("EDQUOT", "Disk quota exceeded"),
    ("EEXIST", "File exists"),
    ("EFAULT", "Bad address"),
    ("EFBIG", "File too large"),
    ("EHOSTDOWN", "Host is down"),
    ("EHOSTUNREACH", "No route to host"),
    ("EHWPOISON", "Memory page has hardware error"),
    ("EIDRM", "Identifier removed"),
    ("EILSEQ", "Invalid or incomplete multibyte or wide character"),
    ("EINPROGRESS", "Operation now in progress"),
    ("EINTR", "Interrupted system call"),
    ("EINVAL", "Invalid argument"),
    ("EIO", "Input/output error"),
    ("EISCONN", "Transport endpoint is already connected"),
    ("EISDIR", "Is a directory"),
    ("EISNAM", "Is a named type file"),
    ("EKEYEXPIRED", "Key has expired"),
    ("EKEYREJECTED", "Key was rejected by service"),
    ("EKEYREVOKED", "Key has been revoked"),
    ("EL2HLT", "Level 2 halted"),
    ("EL2NSYNC", "Level 2 not synchronized"),
    ("EL3HLT", "Level 3 halted"),
    ("EL3RST", "Level 3 reset"),
    ("ELIBACC", "Can not access a needed shared library"),
    ("ELIBBAD", "Accessing a corrupted shared library"),
    ("ELIBEXEC", "Cannot exec a shared library directly"),
    ("ELIBMAX", "Attempting to link in too many shared libraries"),
    ("ELIBSCN", ".lib section in a.out corrupted"),
    ("ELNRNG", "Link number out of range"),
    ("ELOOP", "Too many levels of symbolic links"),
    ("EMEDIUMTYPE", "Wrong medium type"),
    ("EMFILE", "Too many open files"),
    ("EMLINK", "Too many links"),
    ("EMSGSIZE", "Message too long"),
    ("EMULTIHOP", "Multihop attempted"),
    ("ENAMETOOLONG", "File name too long"),
    ("ENAVAIL", "No XENIX semaphores available"),
    ("ENETDOWN", "Network is down"),
    ("ENETRESET", "Network dropped connection on reset"),
    ("ENETUNREACH", "Network is unreachable"),
    ("ENFILE", "Too many open files in system"),
    ("ENOANO", "No anode"),
    ("ENOBUFS", "No buffer space available"),
    ("ENOCSI", "No CSI structure available"),
    ("ENODATA", "No data available"),
    ("ENODEV", "No such device"),
    ("ENOENT", "No such file or directory"),
    ("ENOEXEC", "Exec format error"),
    ("ENOKEY", "Required key not available"),
    ("ENOLCK", "No locks available"),
    ("ENOLINK", "Link has been severed"),
    ("ENOMEDIUM", "No medium found"),
    ("ENOMEM", "Cannot allocate memory"),
    ("ENOMSG", "No message of desired type"),
    ("ENONET", "Machine is not on the network"),
    ("ENOPKG", "Package not installed"),
    ("ENOPROTOOPT", "Protocol not available"),
    ("ENOSPC", "No space left on device"),
    ("ENOSR", "Out of streams resources"),
    ("ENOSTR", "Device not a stream"),
    ("ENOSYS", "Function not implemented"),
    ("ENOTBLK", "Block device required"),
    ("ENOTCONN", "Transport endpoint is not connected"),
    ("ENOTDIR", "Not a directory"),
    ("ENOTEMPTY", "Directory not empty"),
    ("ENOTNAM", "Not a XENIX named type file"),
    ("ENOTRECOVERABLE", "State not recoverable"),
    ("ENOTSOCK", "Socket operation on non-socket"),
    ("ENOTTY", "Inappropriate ioctl for device"),
    ("ENOTUNIQ", "Name not unique on network"),
    ("ENXIO", "No such device or address"),
    ("EOPNOTSUPP", "Operation not supported"),
    ("EOVERFLOW", "Value too large for defined data type"),
    ("EOWNERDEAD", "Owner died"),
    ("EPERM", "Operation not permitted"),
    ("EPFNOSUPPORT", "Protocol family not supported"),
    ("EPIPE", "Broken pipe"),
    ("EPROTO", "Protocol error"),
    ("EPROTONOSUPPORT", "Protocol not supported"),
    ("EPROTOTYPE", "Protocol wrong type for socket"),
    ("ERANGE", "Numerical result out of range"),
    ("EREMCHG", "Remote address changed"),
    ("EREMOTE", "Object is remote"),
    ("EREMOTEIO", "Remote I/O error"),
    ("ERESTART", "Interrupted system call should be restarted"),
    ("ERFKILL", "Operation not possible due to RF-kill"),
    ("EROFS", "Read-only file system"),
    ("ESHUTDOWN", "Cannot send after transport endpoint shutdown"),
    ("ESOCKTNOSUPPORT", "Socket type not supported"),
    ("ESPIPE", "Illegal seek"),
    ("ESRCH", "No such process"),
    ("ESRMNT", "Srmount error"),
    ("ESTALE", "Stale file handle"),
    ("ESTRPIPE", "Streams pipe error"),
    ("ETIME", "Timer expired"),
    ("ETIMEDOUT", "Connection timed out"),
    ("ETOOMANYREFS", "Too many references: cannot splice"),
    ("ETXTBSY", "Text file busy"),
    ("EUCLEAN", "Structure needs cleaning"),
    ("EUNATCH", "Protocol driver not attached"),
    ("EUSERS", "Too many users"),
    ("EXDEV", "Invalid cross-device link"),
    ("EXFULL", "Exchange full"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_leads_to_the_same() {
        for abi in Abi::ALL {
            for errno in (0..2000).step_by(if cfg!(miri) { 333 } else { 1 }) {
                let name = sets::ERRNO.name_of(*abi, errno.into());
                assert_eq!(of(*abi, errno), name.map(|name| (name, message(name))), "{abi} {errno}");
            }
        }
    }

    #[test]
    fn every_error_has_its_words() {
        assert!(MESSAGES.is_sorted());
        assert_eq!(message("ENOENT"), Some("No such file or directory"));
        assert_eq!((message("ERESTARTSYS"), restart("ENOENT")), (None, None));
        let errno = crate::generated::sets::ERRNO;
        for value in 1..134 {
            let Some(name) = errno.name_of(crate::Abi::X86_64, value) else { continue };
            assert!(message(name).is_some(), "{name} {value}");
        }
    }
}
