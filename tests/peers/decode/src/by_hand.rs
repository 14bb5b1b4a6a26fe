//! What the commonest calls of the recording cost in plain code, written for each of them by hand, that looks nothing up.
//!
//! It knows these calls on x86_64 alone, no limits, no other style and no memory but whole one. What it does not have is what
//! makes the library faster than it is: it reads by a copy, looks for the end of a text byte by byte, puts each piece by a
//! call, and names the same flags again and again.

use syscall_meta::Memory;

use crate::recording::Call;

/// The calls that are written by hand.
pub const NAMES: [&str; 5] = ["getxattr", "statx", "lgetxattr", "openat", "close"];

/// Bytes of a path that are read at once.
const PIECE: usize = 256;

/// Writes a call as the library shows it; whether it is one of [`NAMES`], with nothing that is not foreseen.
pub fn show(call: &Call, before: &impl Memory, after: &impl Memory, text: &mut String) -> bool {
    let [a, b, c, d, e, _] = call.words;
    let done = match call.number {
        3 => {
            text.push_str("close(");
            signed(text, a as i32);
            Some(())
        }
        191 | 192 => {
            text.push_str(if call.number == 191 { "getxattr(" } else { "lgetxattr(" });
            path(text, a, before)
                .and_then(|()| {
                    text.push_str(", ");
                    path(text, b, before)
                })
                .map(|()| {
                    text.push_str(", ");
                    pointer(text, c);
                    text.push_str(", ");
                    decimal(text, d);
                })
        }
        257 => {
            text.push_str("openat(");
            folder(text, a as i32);
            text.push_str(", ");
            path(text, b, before).map(|()| {
                text.push_str(", ");
                text.push_str(["O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"][c as usize & 3]);
                flags(text, c & !3, &OPEN_FLAGS, true);
            })
        }
        332 => {
            text.push_str("statx(");
            folder(text, a as i32);
            text.push_str(", ");
            path(text, b, before).and_then(|()| {
                text.push_str(", ");
                text.push_str(
                    ["AT_STATX_SYNC_AS_STAT", "AT_STATX_FORCE_SYNC", "AT_STATX_DONT_SYNC"].get(c as usize >> 13 & 3)?,
                );
                flags(text, c & !0x6000, &AT_FLAGS, true);
                text.push_str(", ");
                flags(text, d, &STATX_MASK, false);
                text.push_str(", ");
                if call.result != 0 {
                    pointer(text, e);
                    return Some(());
                }
                statx(text, e, after)
            })
        }
        _ => None,
    };
    if done.is_none() {
        return false;
    }
    text.push_str(") = ");
    match call.result {
        -61 => text.push_str("-1 ENODATA (No data available)"),
        -2 => text.push_str("-1 ENOENT (No such file or directory)"),
        -95 => text.push_str("-1 EOPNOTSUPP (Operation not supported)"),
        result if result >= 0 => decimal(text, result as u64),
        _ => return false,
    }
    true
}

const OPEN_FLAGS: [(u64, &str); 4] =
    [(0o4000, "O_NONBLOCK"), (0o2_000_000, "O_CLOEXEC"), (0o200_000, "O_DIRECTORY"), (0o400_000, "O_NOFOLLOW")];

const AT_FLAGS: [(u64, &str); 4] = [
    (0x100, "AT_SYMLINK_NOFOLLOW"),
    (0x400, "AT_SYMLINK_FOLLOW"),
    (0x800, "AT_NO_AUTOMOUNT"),
    (0x1000, "AT_EMPTY_PATH"),
];

const STATX_MASK: [(u64, &str); 13] = [
    (0x7ff, "STATX_BASIC_STATS"),
    (0x1, "STATX_TYPE"),
    (0x2, "STATX_MODE"),
    (0x4, "STATX_NLINK"),
    (0x8, "STATX_UID"),
    (0x10, "STATX_GID"),
    (0x20, "STATX_ATIME"),
    (0x40, "STATX_MTIME"),
    (0x80, "STATX_CTIME"),
    (0x100, "STATX_INO"),
    (0x200, "STATX_SIZE"),
    (0x400, "STATX_BLOCKS"),
    (0x1000, "STATX_MNT_ID"),
];

fn flags(text: &mut String, mut value: u64, names: &[(u64, &str)], mut more: bool) {
    for (bits, name) in names {
        if value & bits == *bits {
            value &= !bits;
            if more {
                text.push('|');
            }
            more = true;
            text.push_str(name);
        }
        if value == 0 {
            break;
        }
    }
    if value != 0 || !more {
        if more {
            text.push('|');
        }
        hexadecimal(text, value);
    }
}

fn statx(text: &mut String, address: u64, memory: &impl Memory) -> Option<()> {
    let mut bytes = [0; 256];
    memory.read_exact(address, &mut bytes).ok()?;
    let at = |place: usize| u64::from_le_bytes(bytes[place..place + 8].try_into().expect("eight bytes"));
    text.push_str("{stx_mask=");
    flags(text, at(0) & 0xffff_ffff, &STATX_MASK, false);
    text.push_str(", stx_attributes=");
    match at(8) {
        0 => text.push('0'),
        _ => return None,
    }
    text.push_str(", stx_mode=");
    let mode = at(28) & 0xffff;
    text.push_str(match mode >> 12 {
        0o10 => "S_IFREG|",
        0o4 => "S_IFDIR|",
        0o12 => "S_IFLNK|",
        _ => return None,
    });
    text.push('0');
    for shift in [6, 3, 0] {
        text.push((b'0' + (mode >> shift & 7) as u8) as char);
    }
    text.push_str(", stx_size=");
    decimal(text, at(40));
    text.push_str(", ...}");
    Some(())
}

/// A text up to its NUL, in pieces, since no tracer knows how long it is.
fn path(text: &mut String, mut address: u64, memory: &impl Memory) -> Option<()> {
    let mut bytes = [0; PIECE];
    text.push('"');
    loop {
        let count = memory.read(address, &mut bytes).ok()?;
        let read = &bytes[..count];
        let end = read.iter().position(|byte| *byte == 0);
        let part = &read[..end.unwrap_or(count)];
        if !part.iter().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')) {
            return None;
        }
        text.push_str(std::str::from_utf8(part).ok()?);
        if end.is_some() {
            text.push('"');
            return Some(());
        }
        address += count as u64;
    }
}

fn folder(text: &mut String, fd: i32) {
    if fd == -100 { text.push_str("AT_FDCWD") } else { signed(text, fd) }
}

fn pointer(text: &mut String, value: u64) {
    if value == 0 { text.push_str("NULL") } else { hexadecimal(text, value) }
}

fn signed(text: &mut String, value: i32) {
    if value < 0 {
        text.push('-');
    }
    decimal(text, value.unsigned_abs().into());
}

fn decimal(text: &mut String, mut value: u64) {
    let (mut digits, mut start) = ([0; 20], 20);
    loop {
        start -= 1;
        digits[start] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    text.push_str(std::str::from_utf8(&digits[start..]).expect("digits"));
}

fn hexadecimal(text: &mut String, value: u64) {
    let (mut digits, mut start, mut rest) = ([0; 18], 18, value);
    loop {
        start -= 1;
        digits[start] = b"0123456789abcdef"[rest as usize & 15];
        rest >>= 4;
        if rest == 0 {
            break;
        }
    }
    if value != 0 {
        digits[start - 2..start].copy_from_slice(b"0x");
        start -= 2;
    }
    text.push_str(std::str::from_utf8(&digits[start..]).expect("digits"));
}
