//! Values that are more than a number: text, structures, lists, sets.

use core::fmt::{self, Write};

use super::{Out, Style, address, control, netlink, number, text};
use crate::abi::Abi;
use crate::constants::FlagSet;
use crate::generated::sets;
use crate::meaning::{self, FLEXIBLE};
use crate::value::{Bits, Dirents, Place, Struct, Value, Walk};

const DIRENT_TYPES: FlagSet = meaning::set_of(sets::DIRENT_TYPES);

/// How values are shown.
#[derive(Clone, Copy)]
pub(crate) struct Shown {
    pub(crate) style: Style,
    pub(crate) place: Place,
    /// A field that is told elsewhere.
    pub(crate) without: Option<&'static str>,
    /// Times are those that a file is to have, of which two are none.
    pub(crate) sets_times: bool,
}

/// In place of nanoseconds, of include/linux/stat.h: the time that it is, and the one that it has.
const NOT_TIMES: [(u64, &str); 2] = [(0x3fff_ffff, "UTIME_NOW"), (0x3fff_fffe, "UTIME_OMIT")];

/// How deep values may lie in each other; what is deeper is not shown. The decoder's limits are below.
const DEPTH: usize = 16;

/// A value by itself.
pub(super) fn alone<W: Write + ?Sized>(value: &Value<'_>, out: &mut W) -> fmt::Result {
    let place = Place { abi: Abi::ALL[0], order: crate::abi::ByteOrder::Little };
    super::gathered(out, |out| Shown::new(Style::new(), place).value(value, out))
}

impl Shown {
    pub(crate) fn new(style: Style, place: Place) -> Shown {
        Shown { style, place, without: None, sets_times: false }
    }

    pub(crate) fn value(&self, value: &Value<'_>, out: &mut Out<'_>) -> fmt::Result {
        self.at_depth(value, 0, out)
    }

    pub(super) fn at_depth(&self, value: &Value<'_>, depth: usize, out: &mut Out<'_>) -> fmt::Result {
        if depth > DEPTH {
            return out.write_str("...");
        }
        match value {
            Value::Number(of) => number::number(of, out),
            Value::Null => out.write_str("NULL"),
            Value::Address(address) => text::hex(out, *address),
            Value::Text(of) => {
                text::quoted(out, of.bytes())?;
                if of.is_cut() { out.write_str("...") } else { Ok(()) }
            }
            Value::Bytes(of) => {
                text::quoted(out, of.bytes())?;
                if of.is_cut() { out.write_str("...") } else { Ok(()) }
            }
            Value::Struct(of) => self.structure(of, depth, out),
            Value::Structs(of) => self.list(of.iter().map(Value::Struct), false, depth, out),
            Value::List(of) => self.list(of.iter(), of.is_cut(), depth, out),
            Value::Numbers(of) => self.list(of.iter(), of.is_cut(), depth, out),
            Value::SigSet(of) => signals(out, of),
            Value::FdSet(of) => places(out, of.iter()),
            Value::BitSet(of) => places(out, of.iter()),
            Value::SockAddr(of) => address::sockaddr(self, of, out),
            Value::Dirents(of) => self.dirents(of, out),
            Value::Control(of) => control::control(self, of, depth, out),
            Value::Netlink(of) => netlink::messages(self, of, depth, out),
            Value::HwAddr(bytes) => {
                for (at, byte) in bytes.iter().enumerate() {
                    out.write_str(if at > 0 { ":" } else { "" })?;
                    text::padded_hex(out, (*byte).into(), 2)?;
                }
                Ok(())
            }
            Value::Ipv6(bytes) => {
                out.write_str("inet_pton(AF_INET6, \"")?;
                address::ipv6(out, *bytes)?;
                out.write_str("\")")
            }
        }
    }

    /// `{st_mode=S_IFREG|0644, st_size=1024, ...}`
    pub(super) fn structure(&self, of: &Struct<'_>, depth: usize, out: &mut Out<'_>) -> fmt::Result {
        if let Some(name) = self.not_a_time(of) {
            return out.write_str(name);
        }
        out.put(b"{")?;
        let (mut walk, mut first) = (Walk::new(of, !self.style.verbose), true);
        loop {
            let is_end = self.without.is_none()
                && walk.each_plain(of, |field| {
                    if let Some(number) = of.plain(field) {
                        out.field(first, meaning::plain_word(field))?;
                        first = false;
                        number::at_once(&number, out)?;
                    }
                    Ok(())
                })?;
            if is_end || !self.other_field(of, &mut walk, &mut first, depth, out)? {
                break;
            }
        }
        if walk.left_out || of.is_cut() {
            if !first {
                out.put(b", ")?;
            }
            out.put(b"...")?;
        }
        out.put(b"}")
    }

    /// The next field of a structure, whatever it is; whether there is one.
    #[inline(never)]
    fn other_field(
        &self,
        of: &Struct<'_>,
        walk: &mut Walk,
        is_first: &mut bool,
        depth: usize,
        out: &mut Out<'_>,
    ) -> Result<bool, fmt::Error> {
        let Some((field, index, kind)) = walk.step(of) else { return Ok(false) };
        let name = meaning::field_word(&field);
        if self.without.is_some_and(|without| name.text() == without) {
            return Ok(true);
        }
        if let Some(number) = of.scalar(&field, kind) {
            out.field(*is_first, name)?;
            number::number(&number, out)?;
        } else if let Some(value) = of.value(&field, index, kind) {
            out.field(*is_first, name)?;
            self.at_depth(&value, depth + 1, out)?;
        } else {
            // What ends a structure, and nobody says how much of it there is.
            walk.left_out |= field.5 == FLEXIBLE;
            return Ok(true);
        }
        *is_first = false;
        Ok(true)
    }

    /// The name of what stands in place of a time that a file is to have.
    fn not_a_time(&self, of: &Struct<'_>) -> Option<&'static str> {
        let Some(Value::Number(nanoseconds)) = self.sets_times.then(|| of.field("tv_nsec")).flatten() else {
            return None;
        };
        NOT_TIMES.iter().find(|(value, _)| *value == nanoseconds.value()).map(|(_, name)| *name)
    }

    fn list<'b>(
        &self,
        values: impl Iterator<Item = Value<'b>>,
        cut: bool,
        depth: usize,
        out: &mut Out<'_>,
    ) -> fmt::Result {
        out.write_str("[")?;
        let mut first = true;
        for value in values {
            if !first {
                out.write_str(", ")?;
            }
            first = false;
            self.at_depth(&value, depth + 1, out)?;
        }
        if cut {
            out.write_str(if first { "..." } else { ", ..." })?;
        }
        out.write_str("]")
    }

    /// What the kernel found and what it left: `[128 => 16]` for a number, the latter of other things.
    pub(crate) fn changed(&self, before: &Value<'_>, after: &Value<'_>, out: &mut Out<'_>) -> fmt::Result {
        let (Value::Numbers(old), Value::Numbers(new)) = (before, after) else { return self.value(after, out) };
        if !old.is_one() || old.bytes() == new.bytes() {
            return self.value(after, out);
        }
        out.write_str("[")?;
        for value in old.iter() {
            self.value(&value, out)?;
        }
        out.write_str(" => ")?;
        for value in new.iter() {
            self.value(&value, out)?;
        }
        out.write_str("]")
    }

    /// `0x7ffc8a3f5d28 /* 24 vars */`
    pub(crate) fn environment(&self, value: &Value<'_>, address: Option<u64>, out: &mut Out<'_>) -> fmt::Result {
        let Value::List(list) = value else { return self.value(value, out) };
        text::hex(out, address.unwrap_or(0))?;
        out.write_str(" /* ")?;
        text::decimal(out, list.total().into())?;
        out.write_str(if list.total() == 1 { " var */" } else { " vars */" })
    }

    /// `0x55d0c4a0 /* 12 entries */`, or each of them.
    fn dirents(&self, of: &Dirents<'_>, out: &mut Out<'_>) -> fmt::Result {
        if !self.style.verbose {
            text::hex(out, of.address())?;
            out.write_str(" /* ")?;
            text::decimal(out, of.total().into())?;
            return out.write_str(if of.is_cut() { " or more entries */" } else { " entries */" });
        }
        out.write_str("[")?;
        for (at, entry) in of.enumerate() {
            out.write_str(if at > 0 { ", {d_ino=" } else { "{d_ino=" })?;
            text::decimal(out, entry.inode)?;
            out.write_str(", d_off=")?;
            text::signed(out, entry.offset as i64)?;
            out.write_str(", d_reclen=")?;
            text::decimal(out, entry.size.into())?;
            // The old form has the type behind the name.
            let is_64 = of.is_64();
            if is_64 {
                self.entry_type(entry.file_type, out)?;
            }
            out.write_str(", d_name=")?;
            text::quoted(out, entry.name)?;
            if !is_64 {
                self.entry_type(entry.file_type, out)?;
            }
            out.write_str("}")?;
        }
        if of.is_cut() {
            out.write_str(if of.total() > 0 { ", ..." } else { "..." })?;
        }
        out.write_str("]")
    }

    fn entry_type(&self, file_type: u8, out: &mut Out<'_>) -> fmt::Result {
        out.write_str(", d_type=")?;
        match DIRENT_TYPES.name_of(self.place.abi, file_type.into()) {
            Some(name) => out.write_str(name),
            None => text::hex(out, file_type.into()),
        }
    }
}

/// `[3 5 8]`
fn places(out: &mut Out<'_>, bits: impl Iterator<Item = u32>) -> fmt::Result {
    out.write_str("[")?;
    for (at, bit) in bits.enumerate() {
        if at > 0 {
            out.write_str(" ")?;
        }
        text::decimal(out, bit.into())?;
    }
    out.write_str("]")
}

/// `[INT CHLD]`, `~[KILL STOP]` where most are in it.
fn signals(out: &mut Out<'_>, of: &Bits<'_>) -> fmt::Result {
    signals_of(out, of.abi(), of.len(), |bit| of.has(bit))
}

pub(super) fn signal_mask(out: &mut Out<'_>, mask: u64, abi: Abi) -> fmt::Result {
    let bits = abi.word_bits();
    signals_of(out, abi, bits, |bit| mask >> bit.min(63) & 1 == 1)
}

fn signals_of(out: &mut Out<'_>, abi: Abi, len: u32, has: impl Fn(u32) -> bool) -> fmt::Result {
    let count = (0..len).filter(|bit| has(*bit)).count() as u32;
    let most = count > 0 && count >= len * 2 / 3;
    out.write_str(if most { "~[" } else { "[" })?;
    let mut first = true;
    for bit in (0..len).filter(|bit| has(*bit) != most) {
        if !first {
            out.write_str(" ")?;
        }
        first = false;
        match number::SIGNALS.name_of(abi, u64::from(bit) + 1) {
            Some(name) => out.write_str(name.strip_prefix("SIG").unwrap_or(name))?,
            None => text::decimal(out, u64::from(bit) + 1)?,
        }
    }
    out.write_str("]")
}
