//! What stands behind ` = `: the value as its kind is read, or why the call failed.

use core::fmt::{self, Write};

use super::text;
use crate::decode::Decoded;
use crate::errno_text::{message, restart};
use crate::generated::sets;
use crate::kind::Plain;
use crate::meaning::{self, NEVER, NO, ZERO, tag};
use crate::value::Number;

impl Decoded<'_> {
    /// Writes what stands behind ` = `: `3`, `-1 ENOENT (No such file or directory)`, `?` where nothing is known.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn show_result<W: Write + ?Sized>(&self, out: &mut W) -> fmt::Result {
        let returns = self.returns_id();
        let Some(outcome) = self.outcome() else { return out.write_str("?") };
        let abi = self.raw().abi();
        if let Some(errno) = outcome.errno() {
            let name = sets::ERRNO.name_of(abi, errno.into());
            if let Some((name, why)) = name.and_then(|name| Some((name, restart(name)?))) {
                out.write_str("? ")?;
                out.write_str(name)?;
                return parenthesised(out, why);
            }
            out.write_str("-1 ")?;
            return match name {
                Some(name) => {
                    out.write_str(name)?;
                    parenthesised(out, message(name).unwrap_or("Unknown error"))
                }
                None => {
                    out.write_str("errno ")?;
                    text::decimal(out, errno.into())
                }
            };
        }
        let value = outcome.value() as u64;
        match returns {
            NEVER => return out.write_str("?"),
            NO | ZERO => return text::signed(out, outcome.value()),
            _ => {}
        }
        let Some(kind) = meaning::kind(returns) else { return text::signed(out, outcome.value()) };
        if kind.0 == tag::SET {
            return self.named(meaning::set(kind.2), value, out);
        }
        match Plain::of_tag(kind.0) {
            Some(Plain::Address | Plain::Hex | Plain::AioContext) => text::hex(out, outcome.word()),
            Some(Plain::Mode) => text::octal(out, value, 0),
            Some(Plain::Key | Plain::Device | Plain::SigMask | Plain::Clock | Plain::Signal | Plain::KeySerial) | None => {
                text::signed(out, outcome.value())
            }
            Some(_) => super::number::number(&Number::new(returns, value, abi), out),
        }
    }

    /// `0x8002 (flags O_RDWR|O_LARGEFILE)`: a result is a number first.
    fn named<W: Write + ?Sized>(&self, set: Option<crate::FlagSet>, value: u64, out: &mut W) -> fmt::Result {
        let Some(set) = set else { return text::hex(out, value) };
        let abi = self.raw().abi();
        if set.is_flags() {
            text::hex(out, value)?;
            out.write_str(" (flags ")?;
            for (at, piece) in set.names(abi, value).iter().enumerate() {
                out.write_str(if at > 0 { "|" } else { "" })?;
                match piece.name() {
                    Some(name) => out.write_str(name)?,
                    None => text::hex(out, piece.bits())?,
                }
            }
            return out.write_str(")");
        }
        text::signed(out, value as i64)?;
        match set.name_of(abi, value) {
            Some(name) => parenthesised(out, name),
            None => Ok(()),
        }
    }
}

fn parenthesised<W: Write + ?Sized>(out: &mut W, text: &str) -> fmt::Result {
    out.write_str(" (")?;
    out.write_str(text)?;
    out.write_str(")")
}
