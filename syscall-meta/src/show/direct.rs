//! Calls of numbers, texts and structures of numbers, as most are: from memory to text, with nothing kept in between.
//!
//! What it says is what [`Decoded`](crate::Decoded) says; where that would need more than is foreseen here, nothing is said.

use core::fmt;

use super::out::Out;
use super::value::Shown;
use super::{Style, number, result, text};
use crate::call::RawCall;
use crate::decode::{CHUNK, Decoder, kind_at};
use crate::habit::{self, Habit};
use crate::kind::Plain;
use crate::meaning::{self, IN, K, LEADS, NO, OUT, tag};
use crate::memory::Memory;
use crate::names;
use crate::outcome::Outcome;
use crate::prototype::{self, ParamData, Params};
use crate::value::{self, Number, Place, Struct};

/// How many bytes of scratch the decoder would need at most: with less it would tell less.
pub(super) const SCRATCH: usize = 8 * 1024;

/// How large a structure is that is shown, in bytes.
const LARGE: usize = 512;

/// Shows a call; whether it was shown. If not, what was put out means nothing.
pub(super) fn show<M: Memory + ?Sized, N: Memory + ?Sized>(
    decoder: &Decoder,
    (call, outcome): (&RawCall, &Outcome),
    (before, after): (&M, &N),
    style: Style,
    out: &mut Out<'_>,
) -> Result<bool, fmt::Error> {
    let abi = call.abi();
    if style.names || decoder.takes_compat() || abi.word_bits() != 64 || abi.pointer_bits() != 64 {
        return Ok(false);
    }
    let Some(of) = call.syscall().filter(|of| !of.has_blocks()) else { return Ok(false) };
    let (entry, params) = of.ids();
    let (Some(list), Some(entry)) = (Params::new(params, abi), meaning::entry(entry)) else { return Ok(false) };
    // Nothing decides what arguments mean, and nothing is unlike others.
    if entry.3 > 0 || !matches!(habit::of(of), Habit::None | Habit::Through) {
        return Ok(false);
    }
    let place = Place { abi, order: decoder.order(abi) };
    let mut args = Args {
        before,
        after,
        has_failed: outcome.errno().is_some(),
        place,
        style,
        paths: decoder.limits().path,
        texts: decoder.limits().text,
        budgets: (decoder.limits().bytes, decoder.limits().bytes),
    };
    let (ids, kinds, words) = (list.ids(), meaning::params(entry), call.words());
    out.word(names::name_word(of.name_id()))?;
    out.put(b"(")?;
    // The last arguments that the kernel does not look at are not told.
    let told = ids.len()
        - ids.iter().rev().enumerate().take_while(|(back, id)| is_unused(kinds, ids.len() - 1 - back, **id)).count();
    let Some(words) = words.get(..told) else { return Ok(false) };
    for ((at, id), word) in ids.iter().enumerate().zip(words) {
        let Some(param) = prototype::in_one_word(*id) else { return Ok(false) };
        let kind_id = kind_at(kinds, at, param.name());
        let Some(kind) = meaning::kind(kind_id) else { return Ok(false) };
        if at > 0 {
            out.put(b", ")?;
        }
        if !args.one(param, (kind, kind_id), param.cut(*word, 64), ids.get(at + 1), out)? {
            return Ok(false);
        }
    }
    out.put(b") = ")?;
    result::outcome(out, entry.4, outcome, Habit::None)?;
    Ok(true)
}

/// Whether the kernel does not look at a parameter.
#[inline]
fn is_unused(kinds: &[(u16, u16)], at: usize, id: u16) -> bool {
    let name = prototype::param_data(id, false).name();
    meaning::kind(kind_at(kinds, at, name)).is_some_and(|kind| kind.0 == Plain::Unused as u8)
}

/// What arguments are shown with.
struct Args<'m, M: ?Sized, N: ?Sized> {
    before: &'m M,
    after: &'m N,
    has_failed: bool,
    place: Place,
    style: Style,
    /// How many bytes of a path and of another text are read, and of memory at each end of the call.
    paths: usize,
    texts: usize,
    budgets: (usize, usize),
}

impl<M: Memory + ?Sized, N: Memory + ?Sized> Args<'_, M, N> {
    /// Shows an argument; whether it was.
    #[inline(always)]
    fn one(
        &mut self,
        param: &ParamData,
        (kind, id): (K, u16),
        value: u64,
        next: Option<&u16>,
        out: &mut Out<'_>,
    ) -> Result<bool, fmt::Error> {
        let K(what, flags, ..) = kind;
        if !value::is_pointer(what, param.is_pointer()) {
            let number = Number::new(id, param.bits(self.place.abi) as u8, param.is_signed(), value, self.place.abi);
            number::number(&number, out)?;
            return Ok(true);
        }
        if value == 0 {
            out.put(b"NULL")?;
            return Ok(true);
        }
        let leads = if what < tag::PATH { 0 } else { flags & (IN | OUT) };
        match what {
            tag::PATH | tag::STRING if leads == IN => {
                let limit = if what == tag::PATH { self.paths } else { self.texts };
                Ok(self.text(value, limit, out))
            }
            tag::IOVEC => Ok(false),
            _ if leads & IN != 0 => Ok(false),
            _ if leads == 0 || self.has_failed => {
                text::hex(out, value)?;
                Ok(true)
            }
            tag::STRUCT if kind.4 == NO => self.structure(param, kind, value, next, out),
            _ => Ok(false),
        }
    }

    fn text(&mut self, address: u64, limit: usize, out: &mut Out<'_>) -> bool {
        let Some(bytes) = self.before.borrow(address) else { return false };
        let bytes = bytes.get(..limit.min(CHUNK) + 1).unwrap_or(bytes);
        let Some(len) = out.plain_to_nul(bytes).filter(|len| *len < self.budgets.0) else { return false };
        self.budgets.0 -= len + 1;
        true
    }

    /// A structure that leads to nothing further and that has one size.
    fn structure(
        &mut self,
        param: &ParamData,
        kind: K,
        address: u64,
        next: Option<&u16>,
        out: &mut Out<'_>,
    ) -> Result<bool, fmt::Error> {
        let id = if kind.2 == NO { meaning::record_of_type(param.ty()) } else { kind.2 };
        let is_simple = meaning::record(id).is_some_and(|record| record.6 & LEADS == 0)
            && id != value::wanted().msgbuf
            && meaning::size_in(id).is_none()
            && !next.is_some_and(|next| says_size(*next));
        let (true, Some(bytes)) = (is_simple, self.after.borrow(address)) else { return Ok(false) };
        let Some(of) = Struct::all_of(id, bytes, self.place) else { return Ok(false) };
        let size = of.bytes().len();
        if size > self.budgets.1.min(LARGE) {
            return Ok(false);
        }
        self.budgets.1 -= size;
        Shown::new(self.style, self.place).structure(&of, 0, out)?;
        Ok(true)
    }
}

/// Whether a parameter says how large the structure is that the one before leads to.
fn says_size(param: u16) -> bool {
    use prototype::{OPTLEN, RSEQ_LEN, SIZE, USIZE};
    matches!(prototype::param_data(param, false).name(), SIZE | USIZE | RSEQ_LEN | OPTLEN)
}
