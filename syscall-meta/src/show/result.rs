//! What stands behind ` = `: the value as its kind is read, or why the call failed.

use core::fmt::{self, Write};

use super::out::placed;
use super::{Out, Shown, Style, text};
use crate::abi::Abi;
use crate::constants::FlagSet;
use crate::decode::Decoded;
use crate::errno_text::{self, restart};
use crate::generated::sets;
use crate::habit::Habit;
use crate::kind::Plain;
use crate::meaning::{self, NEVER, NO, ZERO, tag};
use crate::outcome::Outcome;
use crate::value::{Number, Value};
use crate::word::Word;

const FD_FLAGS: FlagSet = meaning::set_of(sets::FD_FLAGS);
const FILE_SEALS: FlagSet = meaning::set_of(sets::FILE_SEALS);
const OPEN_FLAGS: FlagSet = meaning::set_of(sets::OPEN_FLAGS);
const SCHED_POLICY: FlagSet = meaning::set_of(sets::SCHED_POLICY);

/// What came out of a call whose result is of a kind.
#[inline]
pub(super) fn outcome(out: &mut Out<'_>, abi: Abi, returns: u16, outcome: &Outcome, habit: Habit) -> fmt::Result {
    if let Some(errno) = outcome.errno() {
        let known = errno_text::of(abi, errno);
        // The kernel's own codes are above those that programs see.
        if let (Some((name, Some(words))), ..512) = (known, errno) {
            out.put(b"-1 ")?;
            out.word(name)?;
            out.put(b" (")?;
            out.word(words)?;
            return out.put(b")");
        }
        return rare_error(out, errno, known);
    }
    match returns {
        // What never returns has no outcome, but of a program that was replaced, or of a handler that was left.
        NO | ZERO | NEVER => text::signed(out, outcome.value()),
        _ => success(out, abi, returns, outcome, habit),
    }
}

fn success(out: &mut Out<'_>, abi: Abi, returns: u16, outcome: &Outcome, habit: Habit) -> fmt::Result {
    let value = outcome.value() as u64;
    let Some(kind) = meaning::kind(returns) else { return text::signed(out, outcome.value()) };
    if kind.0 == tag::SET {
        return named(out, abi, meaning::set(kind.2), value);
    }
    match Plain::of_tag(kind.0) {
        Some(Plain::Address | Plain::Hex | Plain::AioContext) => text::hex(out, outcome.word()),
        Some(Plain::Mode) => text::octal(out, value, 0),
        Some(Plain::Signal) => {
            text::signed(out, outcome.value())?;
            match super::number::SIGNALS.name_of(abi, value) {
                Some(name) => parenthesised(out, name),
                None => Ok(()),
            }
        }
        Some(Plain::SigMask) => {
            text::hex(out, outcome.word())?;
            // Only one call returns the mask that holds; the others return the one before.
            out.write_str(if habit == Habit::Sgetmask { " (mask " } else { " (old mask " })?;
            super::value::signal_mask(out, outcome.word(), abi)?;
            out.write_str(")")
        }
        Some(Plain::Key | Plain::Device | Plain::Clock | Plain::KeySerial) | None => text::signed(out, outcome.value()),
        Some(_) => super::number::number(&Number::new(returns, 64, true, value, abi), out),
    }
}

impl Decoded<'_> {
    pub(super) fn result(&self, out: &mut Out<'_>) -> fmt::Result {
        let Some(of) = self.outcome() else { return out.write_str("?") };
        let habit = self.habit();
        outcome(out, self.raw().abi(), self.returns_id(), &of, habit)?;
        let is_known = of.errno().is_none() && !matches!(self.returns_id(), NO | ZERO | NEVER);
        if is_known { self.ready(of.value() as u64, out) } else { Ok(()) }
    }

    /// What select, poll and their kin found, behind how many that is.
    #[inline(never)]
    fn ready(&self, count: u64, out: &mut Out<'_>) -> fmt::Result {
        let habit = self.habit();
        let is_poll = matches!(habit, Habit::Poll | Habit::Ppoll);
        if !is_poll && habit != Habit::Select {
            return Ok(());
        }
        if count == 0 {
            return out.write_str(" (Timeout)");
        }
        let shown = Shown::new(Style::new(), self.place());
        if is_poll {
            let found = self.arg(0).and_then(|arg| arg.value());
            let Some(Value::List(list)) = found else { return Ok(()) };
            out.write_str(" ([")?;
            let mut any = false;
            for value in list.iter() {
                let Value::Struct(entry) = value else { continue };
                let (Some(fd), Some(found)) = (entry.field("fd"), entry.field("revents")) else { continue };
                if matches!(found, Value::Number(number) if number.value() == 0) {
                    continue;
                }
                out.write_str(if any { ", {fd=" } else { "{fd=" })?;
                any = true;
                shown.value(&fd, out)?;
                out.write_str(", revents=")?;
                shown.value(&found, out)?;
                out.write_str("}")?;
            }
            out.write_str("]")?;
            if let Some(left) = self.arg(2).filter(|arg| habit == Habit::Ppoll && arg.before().is_some()) {
                out.write_str(", left ")?;
                left.value().map_or(Ok(()), |left| shown.value(&left, out))?;
            }
            return out.write_str(")");
        }
        let mut any = false;
        for (at, what) in [(1, "in "), (2, "out "), (3, "except "), (4, "left ")] {
            let Some(arg) = self.arg(at) else { continue };
            let Some(value) = arg.value().filter(|_| arg.before().is_some()) else { continue };
            if matches!(value, Value::FdSet(set) if set.iter().next().is_none()) {
                continue;
            }
            out.write_str(if any { ", " } else { " (" })?;
            any = true;
            out.write_str(what)?;
            shown.value(&value, out)?;
        }
        if any { out.write_str(")") } else { Ok(()) }
    }
}

/// `0x8002 (flags O_RDWR|O_LARGEFILE)`: a result is a number first.
fn named(out: &mut Out<'_>, abi: Abi, set: Option<FlagSet>, value: u64) -> fmt::Result {
    let Some(set) = set else { return text::hex(out, value) };
    if set.is_flags() && value == 0 {
        // Where no bit at all has a name, that is told.
        let mut name = [0; 64];
        let named = placed(&mut name, None, |out| super::number::flags_of_result(set, abi, 0, out));
        if named.is_ok_and(|name| name == b"0") {
            return out.write_str("0");
        }
    }
    // Beside `fcntl`, whose results are read as what they are, tracers name the flags alone; a policy is a number first.
    if set.is_flags() {
        match set {
            _ if set == SCHED_POLICY => text::signed(out, value as i64)?,
            _ => text::hex(out, value)?,
        }
        out.write_str(match set {
            _ if set == FD_FLAGS || set == OPEN_FLAGS => " (flags ",
            _ if set == FILE_SEALS => " (seals ",
            _ => " (",
        })?;
        super::number::flags_of_result(set, abi, value, out)?;
        return out.write_str(")");
    }
    text::signed(out, value as i64)?;
    match set.name_of(abi, value) {
        Some(name) => parenthesised(out, name),
        None => Ok(()),
    }
}

/// An error that few calls fail with: one that restarts the call, or has no words, or no name.
#[inline(never)]
fn rare_error(out: &mut Out<'_>, errno: u32, known: Option<(Word, Option<Word>)>) -> fmt::Result {
    let restarted = known.filter(|_| errno >= 512).and_then(|(name, _)| Some((name, restart(name.text())?)));
    if let Some((name, why)) = restarted {
        out.write_str("? ")?;
        out.word(name)?;
        return parenthesised(out, why);
    }
    out.write_str("-1 ")?;
    let Some((name, words)) = known else {
        out.write_str("(errno ")?;
        text::decimal(out, errno.into())?;
        return out.write_str(")");
    };
    out.word(name)?;
    if let Some(words) = words {
        return parenthesised(out, words.text());
    }
    // One of the kernel's own that reaches programs all the same: C libraries have no words for it.
    out.write_str(" (Unknown error ")?;
    text::decimal(out, errno.into())?;
    out.write_str(")")
}

fn parenthesised(out: &mut Out<'_>, text: &str) -> fmt::Result {
    out.write_str(" (")?;
    out.write_str(text)?;
    out.write_str(")")
}
