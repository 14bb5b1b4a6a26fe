//! Numbers, each as its kind is read.

use core::fmt::{self, Write};

use super::{Out, text};
use crate::abi::Abi;
use crate::constants::FlagSet;
use crate::flag_names::{Piece, Tell};
use crate::generated::sets;
use crate::ioctl::Ioctl;
use crate::kind::Plain;
use crate::meaning::{self, K, tag};
use crate::value::Number;
use crate::word::Word;

/// Sets as decoding has them.
pub(super) const SIGNALS: FlagSet = meaning::set_of(sets::SIGNALS);
const CLOCKS: FlagSet = meaning::set_of(sets::CLOCKS);
const KEY_SERIALS: FlagSet = meaning::set_of(sets::KEY_SERIALS);
const PTRACE_EVENTS: FlagSet = meaning::set_of(sets::PTRACE_EVENTS);
const ACCESS_MODE: FlagSet = meaning::set_of(sets::ACCESS_MODE);
const CLONE_FLAGS: FlagSet = meaning::set_of(sets::CLONE_FLAGS);
const FUTEX_OPERATION: FlagSet = meaning::set_of(sets::FUTEX_OPERATION);
const MMAP_PROT: FlagSet = meaning::set_of(sets::MMAP_PROT);
const PERSONALITY: FlagSet = meaning::set_of(sets::PERSONALITY);
const RLIMIT64_VALUES: FlagSet = meaning::set_of(sets::RLIMIT64_VALUES);
const RLIMITS: FlagSet = meaning::set_of(sets::RLIMITS);
const RLIMIT_VALUES: FlagSet = meaning::set_of(sets::RLIMIT_VALUES);

/// What no bit is called, of sets of flags where that has a name.
const NONE_OF: [(FlagSet, &str); 2] = [(ACCESS_MODE, "F_OK"), (MMAP_PROT, "PROT_NONE")];

/// Of include/uapi/linux/futex.h.
const FUTEX_PRIVATE_FLAG: u64 = 128;

/// `AT_FDCWD` of `include/uapi/linux/fcntl.h`.
const AT_FDCWD: i64 = -100;

#[inline(never)]
pub(super) fn number(number: &Number, out: &mut Out<'_>) -> fmt::Result {
    at_once(number, out)
}

/// The same in the place where it is asked for, which is larger and faster.
#[inline(always)]
pub(super) fn at_once(number: &Number, out: &mut Out<'_>) -> fmt::Result {
    let Some(kind) = meaning::kind(number.kind_id()) else { return unknown(number, out) };
    // A program passes the same flags again and again.
    if kind.0 == tag::SET || kind.0 == Plain::Mode as u8 {
        return out.once(number, |out| of_kind(kind, number, out));
    }
    of_kind(kind, number, out)
}

#[inline(never)]
fn of_kind(kind: K, number: &Number, out: &mut Out<'_>) -> fmt::Result {
    if kind.0 == tag::SET {
        return match meaning::set(kind.2) {
            Some(set) => named(set, number, out),
            None => unknown(number, out),
        };
    }
    let Some(plain) = Plain::of_tag(kind.0) else {
        return match kind.0 {
            tag::PORT => {
                out.write_str("htons(")?;
                text::decimal(out, number.value())?;
                out.write_str(")")
            }
            tag::IPV4 => {
                out.write_str("inet_addr(\"")?;
                super::address::ipv4(out, (number.value() as u32).to_be_bytes())?;
                out.write_str("\")")
            }
            _ => unknown(number, out),
        };
    };
    match plain {
        Plain::Address if number.value() == 0 => out.write_str("NULL"),
        Plain::Address | Plain::AioContext => text::hex(out, number.value()),
        // Of an int that is below 0, the bits that it has.
        Plain::Hex | Plain::Unused => unknown(number, out),
        // Whatever the type, the kernel takes 32 bits of these.
        Plain::Fd | Plain::Pid | Plain::Tid | Plain::IpcId => text::signed(out, number.signed() as i32 as i64),
        Plain::Offset => text::signed(out, number.signed()),
        Plain::Bool | Plain::Cpu | Plain::Node => text::signed_or_not(out, number),
        Plain::Milliseconds | Plain::Seconds => text::signed(out, signed_if_so(number)),
        Plain::DirFd if number.signed() == AT_FDCWD => out.write_str("AT_FDCWD"),
        Plain::DirFd => text::signed(out, number.signed()),
        Plain::Uid | Plain::Gid if number.signed() == -1 => out.write_str("-1"),
        Plain::Uid | Plain::Gid => text::decimal(out, number.value()),
        Plain::Mode => mode(out, number.value()),
        Plain::Device => device(out, number.value()),
        Plain::Signal => match SIGNALS.name_of(number.abi(), number.value()) {
            Some(name) => out.write_str(name),
            None => text::signed(out, number.signed()),
        },
        Plain::Clock => named(CLOCKS, number, out),
        Plain::KeySerial => match KEY_SERIALS.name_of(number.abi(), number.signed() as u64) {
            Some(name) => out.write_str(name),
            None => text::signed(out, number.signed()),
        },
        Plain::Timer => text::signed(out, number.signed() as i32 as i64),
        Plain::Request => request(out, number),
        Plain::Key => key(out, number.value()),
        Plain::SigMask => super::value::signal_mask(out, number.value(), number.abi()),
        Plain::WaitStatus => wait_status(out, number),
        Plain::Number | Plain::Size | Plain::Count => text::signed_or_not(out, number),
    }
}

/// A number of which nothing is known: in hex, and small ones look alike either way.
fn unknown(number: &Number, out: &mut Out<'_>) -> fmt::Result {
    text::hex(out, low(number.value(), number.bits()))
}

/// A signed number as it is; one of 64 bits without a sign is read with one all the same, since times may lie before 1970.
fn signed_if_so(number: &Number) -> i64 {
    if number.is_signed() { number.signed() } else { number.value() as i64 }
}

/// The names of a request: there may be several, of other devices.
fn request(out: &mut Out<'_>, number: &Number) -> fmt::Result {
    let request = Ioctl::new(number.abi(), number.value() as u32);
    let mut any = false;
    // Timers of sound cards share their requests with terminals, and are rare.
    for name in request.words().filter(|name| !name.starts_with("SNDCTL_TMR_")) {
        out.write_str(if any { " or " } else { "" })?;
        any = true;
        match name.parts() {
            Some(parts) => parts.into_iter().try_for_each(|part| out.write_str(part))?,
            None => write!(out, "{name}")?,
        }
    }
    if any { Ok(()) } else { write!(out, "{request}") }
}

/// Sets of flags of which some values are told otherwise.
const UNUSUAL: [FlagSet; 5] = [ACCESS_MODE, CLONE_FLAGS, FUTEX_OPERATION, MMAP_PROT, PERSONALITY];

/// `O_RDONLY|O_CLOEXEC`, and in hex what has no name.
pub(super) fn named(set: FlagSet, number: &Number, out: &mut Out<'_>) -> fmt::Result {
    if !set.is_flags() {
        return one_of(set, number, out);
    }
    if UNUSUAL.contains(&set) {
        return unusual(set, number, number.value(), out);
    }
    flags(set, number, number.value(), "", out)
}

/// The name of a value that is one of several.
fn one_of(set: FlagSet, number: &Number, out: &mut Out<'_>) -> fmt::Result {
    let mut value = number.value();
    let mut name = set.word_of(number.abi(), value);
    // What headers make negative has its sign extended, and what they have in hex has not; a C int may be either.
    for other in [number.signed() as u64, low(value, 32)] {
        if name.is_none() && number.bits() == 32 && other != value {
            name = set.word_of(number.abi(), other);
            value = if name.is_some() { other } else { value };
        }
    }
    match name {
        None if [RLIMITS, RLIMIT_VALUES, RLIMIT64_VALUES].contains(&set) => kibibytes(out, value),
        // One of several that it is not: as its type is.
        None => text::hex(out, low(value, number.bits())),
        Some(name) if !set.has_parts() && set != FUTEX_OPERATION => out.word(name),
        Some(_) => unusual(set, number, value, out),
    }
}

/// A value of which more is known than the names of its bits.
#[inline(never)]
fn unusual(set: FlagSet, number: &Number, value: u64, out: &mut Out<'_>) -> fmt::Result {
    if value == 0 {
        if let Some((_, name)) = NONE_OF.iter().find(|(of, _)| *of == set) {
            return out.write_str(name);
        }
    }
    // All bits set ask for the persona without changing it.
    if set == PERSONALITY && value as u32 == u32::MAX {
        return text::hex(out, low(value, number.bits()));
    }
    let is_private = set == FUTEX_OPERATION && value & FUTEX_PRIVATE_FLAG != 0;
    let value = if is_private { value & !FUTEX_PRIVATE_FLAG } else { value };
    // The signal of a clone is told last.
    if set == CLONE_FLAGS && value & 0xff != 0 && value > 0xff {
        named(set, &number.with(value & !0xff), out)?;
        out.write_str("|")?;
        return named(set, &number.with(value & 0xff), out);
    }
    // What may be done is written with the highest bit first: `R_OK|X_OK`.
    if set == ACCESS_MODE && value & value.wrapping_sub(1) & 7 != 0 {
        let highest = 1 << (value & 7).ilog2();
        named(set, &number.with(highest), out)?;
        out.write_str("|")?;
        return named(set, &number.with(value & !highest), out);
    }
    flags(set, number, value, if is_private { "_PRIVATE" } else { "" }, out)
}

/// The flags of a value. What is given is put behind the first name: the header has a name for each operation with the flag.
#[inline]
fn flags(set: FlagSet, number: &Number, value: u64, behind: &'static str, out: &mut Out<'_>) -> fmt::Result {
    let mut flags = Flags { out, bits: number.bits(), behind, is_result: false, any: false };
    flags.all(set, number.abi(), value)
}

/// The flags of a result, each by its name or its bits where they stand.
pub(super) fn flags_of_result(set: FlagSet, abi: Abi, value: u64, out: &mut Out<'_>) -> fmt::Result {
    Flags { out, bits: 64, behind: "", is_result: true, any: false }.all(set, abi, value)
}

/// The flags of a number of so many bits, as they are told.
struct Flags<'o, 'w> {
    out: &'o mut Out<'w>,
    bits: u32,
    behind: &'static str,
    is_result: bool,
    any: bool,
}

impl Flags<'_, '_> {
    #[inline(never)]
    fn all(&mut self, set: FlagSet, abi: Abi, value: u64) -> fmt::Result {
        let rest = set.names(abi, value).each(self)?;
        if rest == 0 && self.any { Ok(()) } else { self.other(Piece::unnamed(rest)) }
    }
}

impl Tell for Flags<'_, '_> {
    type Error = fmt::Error;

    #[inline(always)]
    fn name(&mut self, name: Word) -> fmt::Result {
        let is_first = !core::mem::replace(&mut self.any, true);
        self.out.flag(is_first, name)?;
        if is_first && !self.behind.is_empty() { self.out.write_str(self.behind) } else { Ok(()) }
    }

    #[inline(never)]
    fn other(&mut self, piece: Piece) -> fmt::Result {
        // The sign of a C int is in its highest bit, and not above it.
        if self.any && piece.is_unknown() && low(piece.bits(), self.bits) == 0 {
            return Ok(());
        }
        if core::mem::replace(&mut self.any, true) {
            self.out.write_str("|")?;
        }
        match piece.name() {
            Some(name) if self.is_result => self.out.write_str(name),
            None if self.is_result => text::hex(self.out, piece.bits()),
            None if piece.is_unknown() || piece.bits() == 0 => text::hex(self.out, low(piece.bits(), self.bits)),
            _ => write!(self.out, "{piece}"),
        }
    }
}

/// `8192*1024`, as limits are thought of.
fn kibibytes(out: &mut Out<'_>, value: u64) -> fmt::Result {
    if value > 1024 && value % 1024 == 0 {
        text::decimal(out, value / 1024)?;
        return out.write_str("*1024");
    }
    text::decimal(out, value)
}

fn low(value: u64, bits: u32) -> u64 {
    value & (u64::MAX >> 64u32.saturating_sub(bits).min(63))
}

/// Type and permissions: `S_IFREG|0644`, `0644`, `000`.
fn mode(out: &mut Out<'_>, value: u64) -> fmt::Result {
    // The types of include/uapi/linux/stat.h, which are the same on every ABI.
    let name = match value >> 12 & 15 {
        0 => return text::octal(out, value, 2),
        0o14 => "S_IFSOCK",
        0o12 => "S_IFLNK",
        0o10 => "S_IFREG",
        0o6 => "S_IFBLK",
        0o4 => "S_IFDIR",
        0o2 => "S_IFCHR",
        0o1 => "S_IFIFO",
        _ => return text::octal(out, value, 2),
    };
    out.write_str(name)?;
    for (bit, name) in [(0o4000, "|S_ISUID"), (0o2000, "|S_ISGID"), (0o1000, "|S_ISVTX")] {
        if value & bit != 0 {
            out.write_str(name)?;
        }
    }
    out.write_str("|")?;
    text::octal(out, value & !0o177_000, 2)
}

/// `makedev(0x8, 0x1)`, as `new_encode_dev` of `include/linux/kdev_t.h` and the C library put them together.
fn device(out: &mut Out<'_>, value: u64) -> fmt::Result {
    let major = value >> 8 & 0xfff | value >> 32 & 0xffff_f000;
    let minor = value & 0xff | value >> 12 & 0xffff_ff00;
    out.write_str("makedev(")?;
    text::hex(out, major)?;
    out.write_str(", ")?;
    text::hex(out, minor)?;
    out.write_str(")")
}

fn key(out: &mut Out<'_>, value: u64) -> fmt::Result {
    if value == 0 { out.write_str("IPC_PRIVATE") } else { text::hex(out, value) }
}

/// `{WIFEXITED(s) && WEXITSTATUS(s) == 1}`, as `wait4` packs it (`kernel/exit.c`).
fn wait_status(out: &mut Out<'_>, number: &Number) -> fmt::Result {
    let status = number.value();
    let signal = |out: &mut Out<'_>, value: u64| match SIGNALS.name_of(number.abi(), value) {
        Some(name) => out.write_str(name),
        None => text::decimal(out, value),
    };
    let (low, next) = (status & 0x7f, status >> 8 & 0xff);
    if status == 0xffff {
        return out.write_str("{WIFCONTINUED(s)}");
    }
    match low {
        0 => {
            out.write_str("{WIFEXITED(s) && WEXITSTATUS(s) == ")?;
            text::decimal(out, next)?;
        }
        0x7f if status & 0xff == 0x7f => {
            out.write_str("{WIFSTOPPED(s) && WSTOPSIG(s) == ")?;
            // A tracer asks for a bit beside the signal where the stop is at a system call (PTRACE_O_TRACESYSGOOD).
            signal(out, next & 0x7f)?;
            out.write_str(if next & 0x80 == 0 { "}" } else { " | 0x80}" })?;
            return event(out, status as u32 >> 16, number.abi());
        }
        of => {
            out.write_str("{WIFSIGNALED(s) && WTERMSIG(s) == ")?;
            signal(out, of)?;
            if status & 0x80 != 0 {
                out.write_str(" && WCOREDUMP(s)")?;
            }
        }
    }
    out.write_str("}")
}

/// ` | PTRACE_EVENT_EXEC << 16`, what a tracee stops for that is more than a signal.
fn event(out: &mut Out<'_>, event: u32, abi: Abi) -> fmt::Result {
    if event == 0 {
        return Ok(());
    }
    out.write_str(" | ")?;
    match PTRACE_EVENTS.name_of(abi, event.into()) {
        Some(name) => out.write_str(name)?,
        None => text::hex(out, event.into())?,
    }
    out.write_str(" << 16")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_name_for_no_bit_is_asked_for_it() {
        assert!(NONE_OF.iter().all(|(set, _)| set.is_flags() && UNUSUAL.contains(set)));
    }
}
