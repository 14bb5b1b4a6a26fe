//! A condition on one ABI: which words of `struct seccomp_data` it looks at, and the numbers that they are held against.

use syscall_meta::{Abi, ByteOrder, FlagSet, Ioctl, Kind, Param, Part, Plain, Side, Syscall, sets};

use crate::rule::{Condition, Test, near};

/// A comparison of an argument's bits, those that count for its type, with a number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Check {
    /// The offset of the low 32 bits in `struct seccomp_data`.
    pub(crate) low: u32,
    /// That of the high ones, where the argument has them.
    pub(crate) high: Option<u32>,
    /// The bits that are looked at.
    pub(crate) mask: u64,
    /// The sign, where it decides about less and more.
    pub(crate) sign: u64,
    pub(crate) test: Test,
    pub(crate) value: u64,
}

/// Words that `struct seccomp_data` has.
const WORDS: usize = 6;

/// An argument of a call, in whichever parameters its bits are.
struct Argument {
    low: usize,
    high: Option<usize>,
    bits: u32,
    is_signed: bool,
    kind: Option<Kind>,
}

/// What a condition asks of a call on the ABI that it is of.
pub(crate) fn check(condition: &Condition, call: Syscall, order: ByteOrder) -> Result<Check, String> {
    let wrong = |cause: String| format!("`{}` on {}: {cause}", condition.text, call.abi());
    of(condition, call, order).map_err(wrong)
}

fn of(condition: &Condition, call: Syscall, order: ByteOrder) -> Result<Check, String> {
    let abi = call.abi();
    let argument = argument(&condition.argument, call, order)?;
    if abi == Abi::M68k {
        return Err("its kernels do not show all arguments where filters look for them".to_string());
    }
    if argument.low.max(argument.high.unwrap_or(0)) >= WORDS {
        return Err(format!("a filter sees {WORDS} words, and it is behind them"));
    }
    let all = u64::MAX >> (64 - argument.bits);
    let number = |text: &str| value(text, abi, argument.kind);
    let mask = match &condition.mask {
        None => all,
        Some(mask) => cut(number(mask)?, argument.bits).ok_or_else(|| too_wide(mask, argument.bits))?,
    };
    let wide = number(&condition.value)?;
    let value = cut(wide, argument.bits).ok_or_else(|| too_wide(&condition.value, argument.bits))?;
    let is_order = !matches!(condition.test, Test::Equal | Test::NotEqual);
    if mask == 0 {
        return Err("a mask of 0 leaves nothing to compare".to_string());
    }
    if !is_order && value & !mask != 0 {
        return Err(format!("{value:#x} has bits that the mask {mask:#x} takes away, so it is never equal"));
    }
    // A value with a mask is a set of bits, which has no sign.
    let sign = if is_order && argument.is_signed && condition.mask.is_none() { 1 << (argument.bits - 1) } else { 0 };
    // In 64 bits, a number above the greatest one looks the same.
    let is_negative = if argument.bits < 64 { wide > all } else { value & sign != 0 };
    if is_order && is_negative && sign == 0 {
        return Err(format!("it has no sign, so it is never compared with {}", wide as i64));
    }
    if is_order && !is_negative && value & sign != 0 {
        return Err(too_wide(&condition.value, argument.bits - 1));
    }
    let offset = |word: usize, is_high: bool| {
        let is_second = is_high != (order == ByteOrder::Big);
        16 + 8 * word as u32 + if is_second { 4 } else { 0 }
    };
    let high = match argument.high {
        // Two words, of each its low half.
        Some(word) => Some(offset(word, false)),
        None if argument.bits > 32 => Some(offset(argument.low, true)),
        None => None,
    };
    Ok(Check { low: offset(argument.low, false), high, mask, sign, test: condition.test, value })
}

fn too_wide(text: &str, bits: u32) -> String {
    format!("`{text}` does not fit into the {bits} bits of the argument")
}

/// The low bits of a value, where no other says more than the sign.
fn cut(value: u64, bits: u32) -> Option<u64> {
    let low = value & u64::MAX >> (64 - bits);
    let extended = ((low << (64 - bits)) as i64 >> (64 - bits)) as u64;
    (value == low || value == extended).then_some(low)
}

/// The argument of a name: of the ABI's own entry, then of the one that serves it as compat, which can have other names.
fn argument(name: &str, call: Syscall, order: ByteOrder) -> Result<Argument, String> {
    let sides = || [Some(call.side()), call.compat_side()].into_iter().flatten();
    if let Some(block) = sides().find_map(Side::block).filter(|block| block.by_name(name).is_some()) {
        let count = block.word_count();
        return Err(format!(
            "`{name}` is one of {count} words in memory there, where no filter can look; `{call}@ABI(…)` is for one ABI"
        ));
    }
    let mut found = sides().filter_map(|side| on_side(name, side, order));
    let Some(first) = found.next() else {
        let mut known: Vec<&str> = Vec::new();
        for name in sides().filter_map(Side::params).flatten().filter_map(self::known) {
            known.extend((!known.contains(&name)).then_some(name));
        }
        let near = near(name, known.iter().copied());
        return Err(match known.is_empty() {
            true => format!("`{call}` has no arguments that are known"),
            false => format!("`{call}` has no argument `{name}`{near}; it has {}", known.join(", ")),
        });
    };
    match found.find(|other| (other.low, other.high) != (first.low, first.high)) {
        Some(_) => Err(format!("`{name}` is passed in other words where another kernel serves the ABI")),
        None => Ok(first),
    }
}

/// The name by which a parameter can be asked for, halves by that of the whole once.
fn known(param: Param) -> Option<&'static str> {
    match param.part() {
        Part::Whole => Some(param.name()),
        Part::Low(of) | Part::First(of) => Some(of),
        _ => None,
    }
}

fn on_side(name: &str, side: Side, order: ByteOrder) -> Option<Argument> {
    let params = side.params()?;
    let place = name.strip_prefix("arg").and_then(|place| place.parse::<usize>().ok());
    let by_place = place.and_then(|place| params.enumerate().find(|(at, _)| *at == place)).map(|(_, param)| param);
    if let Some(param) = params.by_name(name).or(by_place) {
        let kind = side.kind(param.name());
        let (words, bits, is_signed) = (param.words(), param.bits(), param.is_signed());
        let (first, second) = (words.start, (words.len() > 1).then_some(words.start + 1));
        return Some(match second {
            Some(second) if order == ByteOrder::Big => {
                Argument { low: second, high: Some(first), bits, is_signed, kind }
            }
            second => Argument { low: first, high: second, bits, is_signed, kind },
        });
    }
    let (mut low, mut high, mut kind) = (None, None, None);
    for param in params {
        let is_high = match param.part() {
            Part::Low(of) if of == name => false,
            Part::High(of) if of == name => true,
            Part::First(of) if of == name => order == ByteOrder::Big,
            Part::Second(of) if of == name => order == ByteOrder::Little,
            _ => continue,
        };
        kind = kind.or(side.kind(param.name()));
        *(if is_high { &mut high } else { &mut low }) = Some(param.words().start);
    }
    // Places in files and lengths: `loff_t`, and so signed.
    Some(Argument { low: low?, high: Some(high?), bits: 64, is_signed: true, kind })
}

/// The number of a value: names of the set that the argument is of, numbers as in C, a minus before one.
fn value(text: &str, abi: Abi, kind: Option<Kind>) -> Result<u64, String> {
    if let Some(number) = text.strip_prefix('-').and_then(|rest| number(rest.trim())) {
        return Ok(number.wrapping_neg());
    }
    if let Some(number) = number(text) {
        return Ok(number);
    }
    let set = match kind {
        Some(Kind::Set(set)) => Some(set),
        Some(Kind::Plain(plain)) => set_of(plain),
        _ => None,
    };
    match (kind, text) {
        (Some(Kind::Plain(Plain::DirFd)), "AT_FDCWD") => return Ok(-100_i64 as u64),
        (Some(Kind::Plain(Plain::Address) | Kind::Pointer { .. }), "NULL") => return Ok(0),
        // What no bit is called is in no set of bits.
        (Some(Kind::Set(set)), "PROT_NONE") if set == sets::MMAP_PROT => return Ok(0),
        (Some(Kind::Set(set)), "F_OK") if set == sets::ACCESS_MODE => return Ok(0),
        (Some(Kind::Plain(Plain::Request)), _) => {
            let request = Ioctl::by_name(abi, text).map(|request| request.number().into());
            return request.ok_or_else(|| format!("`{text}` is no request of ioctl that is known"));
        }
        // What another argument decides: a name that says the same wherever it is known.
        (Some(Kind::Chosen), _) => {
            let mut values = FlagSet::all().filter_map(|set| set.parse(abi, text).ok());
            let first = values.next().ok_or_else(|| format!("no constant is named `{text}`"))?;
            let is_one = values.all(|value| value == first);
            return if is_one { Ok(first) } else { Err(format!("`{text}` is several numbers: write the one meant")) };
        }
        _ => {}
    }
    let Some(set) = set else {
        return Err(format!("`{text}` is no number as C writes them, and this argument's values have no names"));
    };
    set.parse(abi, text).map_err(|error| {
        let near = near(error.word(), set.members(abi).map(|(name, _)| name));
        format!("{error}{near}")
    })
}

fn set_of(plain: Plain) -> Option<FlagSet> {
    match plain {
        Plain::Signal => Some(sets::SIGNALS),
        Plain::Clock => Some(sets::CLOCKS),
        Plain::KeySerial => Some(sets::KEY_SERIALS),
        Plain::Key => Some(sets::IPC_KEYS),
        _ => None,
    }
}

/// `8`, `010`, `0x8`: as every set reads numbers.
fn number(text: &str) -> Option<u64> {
    let is_number = text.starts_with(|first: char| first.is_ascii_digit()) && !text.contains('|');
    is_number.then(|| sets::ERRNO.parse(Abi::ALL[0], text).ok()).flatten()
}
