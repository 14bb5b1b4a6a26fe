//! Calls of numbers, texts, bytes and structures that lead to nothing, as most are: from memory to text, with nothing kept in
//! between.
//!
//! What it says is what [`Decoded`](crate::Decoded) says, to the letter; where more would be needed than is foreseen here, it
//! says that it cannot. Tests show each call both ways.

use core::fmt;

use super::out::Out;
use super::value::Shown;
use super::{Style, number, result, text};
use crate::abi::Abi;
use crate::call::RawCall;
use crate::decode::{CHUNK, Decides, Decoder, MAX_ARGS, choose_all, kind_at};
use crate::habit::{self, Habit};
use crate::kind::Plain;
use crate::limits::Limits;
use crate::meaning::{self, IN, K, LEADS, NO, OUT, T, tag, term};
use crate::memory::Memory;
use crate::names;
use crate::outcome::Outcome;
use crate::prototype::{self, ParamData, Params};
use crate::value::{self, Number, Place, Struct};

/// How many bytes of scratch the decoder would need at most: with less it would tell less.
pub(super) const SCRATCH: usize = 8 * 1024;

/// How many bytes of a structure or a buffer are shown at most; with texts of [`CHUNK`] and what stands before each, those of
/// all arguments would fit into the scratch.
const LARGE: usize = 512;

const _: () = assert!(MAX_ARGS * (LARGE + 32) <= SCRATCH && CHUNK <= LARGE);

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
    // Nothing is unlike others.
    let habit = habit::of(of);
    if !matches!(habit, Habit::None | Habit::Through | Habit::Mmap) {
        return Ok(false);
    }
    let place = Place { abi, order: decoder.order(abi) };
    let mut args = Args {
        before,
        after,
        limits: decoder.limits(),
        ids: list.ids(),
        words: call.words(),
        outcome,
        returns: entry.4,
        place,
        style,
        read: (0, 0),
    };
    out.word(names::name_word(of.name_id()))?;
    out.put(b"(")?;
    let is_shown = if entry.3 == 0 && habit != Habit::Mmap {
        let kinds = meaning::params(entry);
        args.all(|at, name| kind_at(kinds, at, name), out)?
    } else {
        args.all_chosen(entry, habit, out)?
    };
    if is_shown {
        out.put(b") = ")?;
        result::outcome(out, abi, args.returns, outcome, Habit::None)?;
    }
    Ok(is_shown)
}

/// The arguments of a call of which some decide what others mean.
struct Chosen<'c> {
    ids: &'static [u16],
    words: &'c [u64],
    kinds: [u16; MAX_ARGS],
    returns: u16,
    /// Whether more is decided than kinds.
    is_more: bool,
}

impl<'c> Chosen<'c> {
    /// None where more is decided than what arguments mean.
    fn of(entry: meaning::E, ids: &'static [u16], words: &'c [u64], abi: Abi, habit: Habit) -> Option<Chosen<'c>> {
        let mut chosen = Chosen { ids, words, kinds: [NO; MAX_ARGS], returns: entry.4, is_more: false };
        let kinds = meaning::params(entry);
        for ((at, id), kind) in ids.iter().enumerate().zip(&mut chosen.kinds) {
            *kind = kind_at(kinds, at, prototype::in_one_word(*id)?.name());
        }
        choose_all(&mut chosen, entry, abi);
        // Where a mapping begins in its file.
        if let (Habit::Mmap, Some(kind)) = (habit, chosen.kinds.get_mut(5)) {
            *kind = meaning::HEX;
        }
        if chosen.is_more { None } else { Some(chosen) }
    }
}

impl Decides for Chosen<'_> {
    fn value(&self, name: u16) -> Option<u64> {
        param_named(self.ids, self.words, name).map(|(_, value)| value)
    }

    fn decide(&mut self, id: u16) {
        let Some(decided) = meaning::decided(id) else { return };
        for (name, kind) in decided.params() {
            let at =
                self.ids.iter().position(|id| prototype::in_one_word(*id).is_some_and(|param| param.name() == name));
            if let Some(place) = at.and_then(|at| self.kinds.get_mut(at)) {
                *place = kind;
            }
        }
        self.is_more |= decided.call != NO || decided.has_fields();
        if decided.returns != NO {
            self.returns = decided.returns;
        }
    }
}

/// What arguments are shown with.
struct Args<'m, M: ?Sized, N: ?Sized> {
    before: &'m M,
    after: &'m N,
    limits: &'m Limits,
    /// The parameters, by their places among all, and their words.
    ids: &'static [u16],
    words: &'m [u64],
    outcome: &'m Outcome,
    /// The kind of the result.
    returns: u16,
    place: Place,
    style: Style,
    /// How many bytes were read at each end of the call.
    read: (usize, usize),
}

impl<M: Memory + ?Sized, N: Memory + ?Sized> Args<'_, M, N> {
    /// Shows all arguments, by the kind of the one at a place and of a name; whether they were.
    #[inline(always)]
    fn all(&mut self, kind_of: impl Fn(usize, u16) -> u16, out: &mut Out<'_>) -> Result<bool, fmt::Error> {
        // The last ones that the kernel does not look at are not told.
        let mut told = self.ids.len();
        while let Some(param) = told.checked_sub(1).and_then(|last| prototype::in_one_word(*self.ids.get(last)?)) {
            let kind = meaning::kind(kind_of(told - 1, param.name()));
            if kind.is_none_or(|kind| kind.0 != Plain::Unused as u8) {
                break;
            }
            told -= 1;
        }
        let Some(words) = self.words.get(..told) else { return Ok(false) };
        for ((at, id), word) in self.ids.iter().enumerate().zip(words) {
            let Some(param) = prototype::in_one_word(*id) else { return Ok(false) };
            let kind_id = kind_of(at, param.name());
            let Some(kind) = meaning::kind(kind_id) else { return Ok(false) };
            if at > 0 {
                out.put(b", ")?;
            }
            if !self.one(at, param, (kind, kind_id), param.cut(*word, 64), out)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The same where values decide what arguments mean.
    #[inline(never)]
    fn all_chosen(&mut self, entry: meaning::E, habit: Habit, out: &mut Out<'_>) -> Result<bool, fmt::Error> {
        let Some(chosen) = Chosen::of(entry, self.ids, self.words, self.place.abi, habit) else { return Ok(false) };
        self.returns = chosen.returns;
        self.all(|at, _| chosen.kinds.get(at).copied().unwrap_or(NO), out)
    }

    /// Shows an argument; whether it was.
    #[inline(always)]
    fn one(
        &mut self,
        at: usize,
        param: &ParamData,
        (kind, id): (K, u16),
        value: u64,
        out: &mut Out<'_>,
    ) -> Result<bool, fmt::Error> {
        let K(what, flags, ..) = kind;
        if !value::is_pointer(what, param.is_pointer()) {
            let number = Number::new(id, param.bits(self.place.abi) as u8, param.is_signed(), value, self.place.abi);
            number::at_once(&number, out)?;
            return Ok(true);
        }
        if value == 0 {
            out.put(b"NULL")?;
            return Ok(true);
        }
        let leads = if what < tag::PATH { 0 } else { flags & (IN | OUT) };
        match what {
            tag::PATH | tag::STRING if leads == IN => {
                let limit = if what == tag::PATH { self.limits.path } else { self.limits.text };
                Ok(self.text(value, limit, out))
            }
            tag::IOVEC => Ok(false),
            tag::BYTES if leads == IN => self.bytes(at, kind, value, out),
            _ if leads & IN != 0 => Ok(false),
            _ if leads == 0 || self.outcome.errno().is_some() => {
                text::hex(out, value)?;
                Ok(true)
            }
            tag::BYTES | tag::DIRENTS => self.bytes(at, kind, value, out),
            tag::STRUCT if kind.4 == NO => self.structure(at, param, kind, value, out),
            _ => Ok(false),
        }
    }

    fn text(&mut self, address: u64, limit: usize, out: &mut Out<'_>) -> bool {
        let Some(bytes) = self.before.borrow(address) else { return false };
        let bytes = bytes.get(..limit.min(CHUNK) + 1).unwrap_or(bytes);
        let Some(len) = out.plain_to_nul(bytes) else { return false };
        self.read.0 += len + 1;
        self.read.0 <= self.limits.bytes
    }

    /// Bytes, of which there are as many as other arguments and the result say; entries of a folder are shown where they cannot
    /// be read alone, by their address.
    #[inline(never)]
    fn bytes(&mut self, at: usize, kind: K, address: u64, out: &mut Out<'_>) -> Result<bool, fmt::Error> {
        let K(what, flags, _, _, length) = kind;
        let is_out = flags & OUT != 0;
        // A buffer of no size is asked how large it would have to be.
        let behind = param_at(self.ids, self.words, at + 1).map(|(_, value)| value).filter(|_| is_out);
        let (Some(len), None | Some(1..)) = (self.length(length, is_out), behind) else { return Ok(false) };
        let is_size = is_out && meaning::kind(self.returns).is_some_and(|kind| kind.0 == Plain::Size as u8);
        let len = if is_size && what == tag::BYTES { len.min(self.outcome.word()) } else { len };
        let shown = usize::try_from(len).unwrap_or(usize::MAX).min(self.limits.text);
        let lent = if is_out { self.after.borrow(address) } else { self.before.borrow(address) };
        if shown == 0 || shown > LARGE {
            return Ok(false);
        }
        let Some(lent) = lent else {
            let mut byte = [0];
            let read = if is_out { self.after.read(address, &mut byte) } else { self.before.read(address, &mut byte) };
            if read.is_err() {
                text::hex(out, address)?;
            }
            return Ok(read.is_err());
        };
        let used = if is_out { &mut self.read.1 } else { &mut self.read.0 };
        *used += shown;
        let (true, tag::BYTES, Some(bytes)) = (*used <= self.limits.bytes, what, lent.get(..shown)) else {
            return Ok(false);
        };
        text::quoted(out, bytes)?;
        if len > shown as u64 {
            out.put(b"...")?;
        }
        Ok(true)
    }

    /// A length that parameters say, or the result, of what the kernel writes.
    fn length(&self, terms: u16, is_out: bool) -> Option<u64> {
        let mut product: u64 = 1;
        if terms == NO {
            return Some(product);
        }
        for T(what, first, second) in meaning::terms(terms) {
            product = product.saturating_mul(match what {
                term::NUMBER => u64::from(first) | u64::from(second) << 16,
                term::RESULT if is_out => self.outcome.word(),
                term::PARAM => {
                    let (param, value) = param_named(self.ids, self.words, first)?;
                    if param.is_signed() && value >> 63 == 1 { 0 } else { value }
                }
                _ => return None,
            });
        }
        Some(product)
    }

    /// A structure that leads to nothing further and that has one size.
    fn structure(
        &mut self,
        at: usize,
        param: &ParamData,
        kind: K,
        address: u64,
        out: &mut Out<'_>,
    ) -> Result<bool, fmt::Error> {
        let id = if kind.2 == NO { meaning::record_of_type(param.ty()) } else { kind.2 };
        let is_simple = meaning::record(id).is_some_and(|record| record.6 & LEADS == 0)
            && id != value::wanted().msgbuf
            && meaning::size_in(id).is_none()
            && !self.ids.get(at + 1).is_some_and(|next| says_size(*next));
        let (true, Some(bytes)) = (is_simple, self.after.borrow(address)) else { return Ok(false) };
        let Some(of) = Struct::all_of(id, bytes, self.place) else { return Ok(false) };
        self.read.1 += of.bytes().len();
        if of.bytes().len() > LARGE || self.read.1 > self.limits.bytes {
            return Ok(false);
        }
        Shown::new(self.style, self.place).structure(&of, 0, out)?;
        Ok(true)
    }
}

/// The parameter at a place, and its value.
fn param_at(ids: &'static [u16], words: &[u64], at: usize) -> Option<(&'static ParamData, u64)> {
    let param = prototype::in_one_word(*ids.get(at)?)?;
    Some((param, param.cut(*words.get(at)?, 64)))
}

/// The parameter of a name, and its value.
fn param_named(ids: &'static [u16], words: &[u64], name: u16) -> Option<(&'static ParamData, u64)> {
    (0..ids.len()).filter_map(|at| param_at(ids, words, at)).find(|(param, _)| param.name() == name)
}

/// Whether a parameter says how large the structure is that the one before leads to.
fn says_size(param: u16) -> bool {
    use prototype::{OPTLEN, RSEQ_LEN, SIZE, USIZE};
    matches!(prototype::param_data(param, false).name(), SIZE | USIZE | RSEQ_LEN | OPTLEN)
}
