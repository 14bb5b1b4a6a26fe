//! What errors are called in words, as C libraries have it (`strerror`), and what the kernel's own codes tell a tracer.

use crate::abi::Abi;
use crate::generated::sets;
use crate::word::Word;

/// The words for an error, by its name; they are those of POSIX and of the C library that Linux systems have.
pub(crate) fn message(name: &str) -> Option<&'static str> {
    MESSAGES.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
}

/// The name of an error number on an ABI, and the words for it.
#[inline]
pub(crate) fn of(abi: Abi, errno: u32) -> Option<(Word, Option<Word>)> {
    let (pool, set) = (sets::ERRNO.pool(), sets::ERRNO.set());
    // Most ABIs number them alike; where this one does, the place is known.
    if let Some(Usual { start, len: len @ 1.., whom, words: (from, to) }) = USUAL.get(errno as usize) {
        if pool.has(set, *whom, abi) {
            let words = Word::of(MESSAGES, (*from).into(), to.saturating_sub(*from).into());
            return Word::of(pool.names, (*start).into(), (*len).into()).map(|name| (name, words));
        }
    }
    elsewhere(abi, errno)
}

/// The same where most ABIs have no error of that number, or another.
#[inline(never)]
fn elsewhere(abi: Abi, errno: u32) -> Option<(Word, Option<Word>)> {
    let name = sets::ERRNO.word_of(abi, errno.into())?;
    Some((name, message(name.text()).map(Word::whole)))
}

/// Of an error number that most ABIs have: where its name starts in the pool and how long it is, for whom it is that, and where
/// its words start and end. A name of no length is none.
#[derive(Clone, Copy)]
struct Usual {
    start: u16,
    len: u8,
    whom: u8,
    words: (u16, u16),
}

/// One more than the last of `include/uapi/asm-generic/errno.h`.
const USUALS: usize = 134;

static USUAL: [Usual; USUALS] = usual();

const fn usual() -> [Usual; USUALS] {
    let none = u16::MAX;
    let (pool, set) = (sets::ERRNO.pool(), sets::ERRNO.set());
    let list = set.6;
    let mut all = [Usual { start: none, len: 0, whom: 0, words: (none, none) }; USUALS];
    let (mut at, mut start, mut end) = (0, 0, list.0 as usize);
    while at < list.2 as usize {
        let (len, whom, value) = pool.row(list, at);
        if len != 0 {
            (start, end) = (end, end + len as usize);
        }
        let is_usual = is_usual(pool.words[set.2 as usize + whom as usize]);
        // A further value of a name, further back, stays to be looked for.
        if len != 0 && (value as usize) < USUALS && all[value as usize].len == 0 && is_usual {
            let name = pool.names.as_bytes().split_at(start).1.split_at(end - start).0;
            all[value as usize] = Usual { start: start as u16, len, whom, words: words_of(name) };
        }
        at += 1;
    }
    all
}

const fn is_usual(abis: u64) -> bool {
    abis >> (Abi::X86_64 as u32) & 1 == 1
}

/// Where the words for an error start and end in `MESSAGES`.
const fn words_of(name: &[u8]) -> (u16, u16) {
    let (text, mut start) = (MESSAGES.as_bytes(), 0);
    while start < text.len() {
        let (mut end, mut same) = (start, 0);
        while text[end] != b'\n' {
            same += (end - start == same && same < name.len() && text[end] == name[same]) as usize;
            end += 1;
        }
        if same == name.len() && text[start + same] == b' ' {
            return ((start + same + 1) as u16, end as u16);
        }
        start = end + 1;
    }
    (u16::MAX, u16::MAX)
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

/// A line for each error, sorted by name: that, and the words. One text, since pointers weigh as much as the words.
static MESSAGES: &str = "\
    E2BIG Argument list too long\n\
    EACCES Permission denied\n\
    EADDRINUSE Address already in use\n\
    EADDRNOTAVAIL Cannot assign requested address\n\
    EADV Advertise error\n\
    EAFNOSUPPORT Address family not supported by protocol\n\
    EAGAIN Resource temporarily unavailable\n\
    EALREADY Operation already in progress\n\
    EBADE Invalid exchange\n\
    EBADF Bad file descriptor\n\
    EBADFD File descriptor in bad state\n\
    EBADMSG Bad message\n\
    EBADR Invalid request descriptor\n\
    EBADRQC Invalid request code\n\
    EBADSLT Invalid slot\n\
    EBFONT Bad font file format\n\
    EBUSY Device or resource busy\n\
    ECANCELED Operation canceled\n\
    ECHILD No child processes\n\
    ECHRNG Channel number out of range\n\
    ECOMM Communication error on send\n\
    ECONNABORTED Software caused connection abort\n\
    ECONNREFUSED Connection refused\n\
    ECONNRESET Connection reset by peer\n\
    EDEADLK Resource deadlock avoided\n\
    EDESTADDRREQ Destination address required\n\
    EDOM Numerical argument out of domain\n\
    EDOTDOT RFS specific error\n\
    EDQUOT Disk quota exceeded\n\
    EEXIST File exists\n\
    EFAULT Bad address\n\
    EFBIG File too large\n\
    EHOSTDOWN Host is down\n\
    EHOSTUNREACH No route to host\n\
    EHWPOISON Memory page has hardware error\n\
    EIDRM Identifier removed\n\
    EILSEQ Invalid or incomplete multibyte or wide character\n\
    EINPROGRESS Operation now in progress\n\
    EINTR Interrupted system call\n\
    EINVAL Invalid argument\n\
    EIO Input/output error\n\
    EISCONN Transport endpoint is already connected\n\
    EISDIR Is a directory\n\
    EISNAM Is a named type file\n\
    EKEYEXPIRED Key has expired\n\
    EKEYREJECTED Key was rejected by service\n\
    EKEYREVOKED Key has been revoked\n\
    EL2HLT Level 2 halted\n\
    EL2NSYNC Level 2 not synchronized\n\
    EL3HLT Level 3 halted\n\
    EL3RST Level 3 reset\n\
    ELIBACC Can not access a needed shared library\n\
    ELIBBAD Accessing a corrupted shared library\n\
    ELIBEXEC Cannot exec a shared library directly\n\
    ELIBMAX Attempting to link in too many shared libraries\n\
    ELIBSCN .lib section in a.out corrupted\n\
    ELNRNG Link number out of range\n\
    ELOOP Too many levels of symbolic links\n\
    EMEDIUMTYPE Wrong medium type\n\
    EMFILE Too many open files\n\
    EMLINK Too many links\n\
    EMSGSIZE Message too long\n\
    EMULTIHOP Multihop attempted\n\
    ENAMETOOLONG File name too long\n\
    ENAVAIL No XENIX semaphores available\n\
    ENETDOWN Network is down\n\
    ENETRESET Network dropped connection on reset\n\
    ENETUNREACH Network is unreachable\n\
    ENFILE Too many open files in system\n\
    ENOANO No anode\n\
    ENOBUFS No buffer space available\n\
    ENOCSI No CSI structure available\n\
    ENODATA No data available\n\
    ENODEV No such device\n\
    ENOENT No such file or directory\n\
    ENOEXEC Exec format error\n\
    ENOKEY Required key not available\n\
    ENOLCK No locks available\n\
    ENOLINK Link has been severed\n\
    ENOMEDIUM No medium found\n\
    ENOMEM Cannot allocate memory\n\
    ENOMSG No message of desired type\n\
    ENONET Machine is not on the network\n\
    ENOPKG Package not installed\n\
    ENOPROTOOPT Protocol not available\n\
    ENOSPC No space left on device\n\
    ENOSR Out of streams resources\n\
    ENOSTR Device not a stream\n\
    ENOSYS Function not implemented\n\
    ENOTBLK Block device required\n\
    ENOTCONN Transport endpoint is not connected\n\
    ENOTDIR Not a directory\n\
    ENOTEMPTY Directory not empty\n\
    ENOTNAM Not a XENIX named type file\n\
    ENOTRECOVERABLE State not recoverable\n\
    ENOTSOCK Socket operation on non-socket\n\
    ENOTTY Inappropriate ioctl for device\n\
    ENOTUNIQ Name not unique on network\n\
    ENXIO No such device or address\n\
    EOPNOTSUPP Operation not supported\n\
    EOVERFLOW Value too large for defined data type\n\
    EOWNERDEAD Owner died\n\
    EPERM Operation not permitted\n\
    EPFNOSUPPORT Protocol family not supported\n\
    EPIPE Broken pipe\n\
    EPROTO Protocol error\n\
    EPROTONOSUPPORT Protocol not supported\n\
    EPROTOTYPE Protocol wrong type for socket\n\
    ERANGE Numerical result out of range\n\
    EREMCHG Remote address changed\n\
    EREMOTE Object is remote\n\
    EREMOTEIO Remote I/O error\n\
    ERESTART Interrupted system call should be restarted\n\
    ERFKILL Operation not possible due to RF-kill\n\
    EROFS Read-only file system\n\
    ESHUTDOWN Cannot send after transport endpoint shutdown\n\
    ESOCKTNOSUPPORT Socket type not supported\n\
    ESPIPE Illegal seek\n\
    ESRCH No such process\n\
    ESRMNT Srmount error\n\
    ESTALE Stale file handle\n\
    ESTRPIPE Streams pipe error\n\
    ETIME Timer expired\n\
    ETIMEDOUT Connection timed out\n\
    ETOOMANYREFS Too many references: cannot splice\n\
    ETXTBSY Text file busy\n\
    EUCLEAN Structure needs cleaning\n\
    EUNATCH Protocol driver not attached\n\
    EUSERS Too many users\n\
    EXDEV Invalid cross-device link\n\
    EXFULL Exchange full\n\
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_leads_to_the_same() {
        for abi in Abi::ALL {
            for errno in (0..2000).step_by(if cfg!(miri) { 333 } else { 1 }) {
                let name = sets::ERRNO.name_of(*abi, errno.into());
                let of = of(*abi, errno).map(|(name, words)| (name.text(), words.map(Word::text)));
                assert_eq!(of, name.map(|name| (name, message(name))), "{abi} {errno}");
            }
        }
    }

    #[test]
    fn every_error_has_its_words() {
        assert!(MESSAGES.lines().is_sorted() && MESSAGES.ends_with('\n'));
        assert_eq!(message("ENOENT"), Some("No such file or directory"));
        assert_eq!((message("ERESTARTSYS"), restart("ENOENT")), (None, None));
        let errno = crate::generated::sets::ERRNO;
        for value in 1..134 {
            let Some(name) = errno.name_of(crate::Abi::X86_64, value) else { continue };
            assert!(message(name).is_some(), "{name} {value}");
        }
    }
}
