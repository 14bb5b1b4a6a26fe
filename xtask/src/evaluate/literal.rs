//! Numbers and characters: spelling → value and type, by the rules of C.

use super::value::{Constant, DataModel, IntType, Reason};

/// The value and type of a number. In an `#if` every type is 64 bits wide.
pub(super) fn number(text: &str, model: &DataModel, condition: bool) -> Result<Constant, Reason> {
    let bad = || Reason::Literal(text.into());
    let lower = text.to_ascii_lowercase();
    let (base, rest) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, lower.get(2..)),
        [b'0', b'b', ..] => (2, lower.get(2..)),
        [b'0', ..] => (8, lower.get(..)),
        _ => (10, lower.get(..)),
    };
    let rest = rest.unwrap_or_default();
    let digits =
        rest.find(|c: char| !(c.is_ascii_digit() || base == 16 && c.is_ascii_hexdigit())).unwrap_or(rest.len());
    let (digits, suffix) = rest.split_at(digits);
    if suffix.starts_with('.') || suffix.starts_with(if base == 16 { 'p' } else { 'e' }) {
        return Err(Reason::Float);
    }
    if digits.is_empty() {
        return Err(bad());
    }
    let (unsigned, longs) = suffix_of(text, suffix).ok_or_else(bad)?;
    let mut value: u64 = 0;
    let mut overflow = false;
    for digit in digits.chars() {
        let digit = digit.to_digit(base).ok_or_else(bad)?;
        let wide = u128::from(value) * u128::from(base) + u128::from(digit);
        overflow |= wide > u128::from(u64::MAX);
        value = (wide & u128::from(u64::MAX)) as u64;
    }
    let value = i128::from(value);
    let candidates: &[IntType] = match (condition, longs) {
        (true, _) => &[IntType::LongLong, IntType::ULongLong],
        (false, 0) => {
            &[IntType::Int, IntType::UInt, IntType::Long, IntType::ULong, IntType::LongLong, IntType::ULongLong]
        }
        (false, 1) => &[IntType::Long, IntType::ULong, IntType::LongLong, IntType::ULongLong],
        (false, _) => &[IntType::LongLong, IntType::ULongLong],
    };
    let fits = candidates.iter().copied().find(|&ty| {
        let allowed = if model.signed(ty) { !unsigned } else { unsigned || base != 10 || condition };
        allowed && model.holds(ty, value)
    });
    // A decimal number that only an unsigned type holds: gcc has a wider type on some targets and takes this on others.
    let ty = fits.unwrap_or(IntType::ULongLong);
    Ok(Constant { value, ty, overflow: overflow || fits.is_none() })
}

/// Whether `u` is among the letters after a number, and how many `l`.
fn suffix_of(text: &str, lower: &str) -> Option<(bool, u32)> {
    let parsed = match lower {
        "" => (false, 0),
        "u" => (true, 0),
        "l" => (false, 1),
        "ul" | "lu" => (true, 1),
        "ll" => (false, 2),
        "ull" | "llu" => (true, 2),
        _ => return None,
    };
    // `lL` is no suffix.
    (!(text.contains("lL") || text.contains("Ll"))).then_some(parsed)
}

/// The value and type of a character literal.
pub(super) fn character(text: &str, model: &DataModel) -> Result<Constant, Reason> {
    let bad = || Reason::Literal(text.into());
    let quote = text.find('\'').ok_or_else(bad)?;
    let (prefix, body) = text.split_at(quote);
    let body = body.get(1..body.len().saturating_sub(1)).ok_or_else(bad)?;
    if body.is_empty() {
        return Err(bad());
    }
    let narrow = prefix.is_empty();
    let units = units(body, narrow).ok_or_else(bad)?;
    let ty = match prefix {
        "u" => IntType::UShort,
        "U" => IntType::UInt,
        _ => IntType::Int,
    };
    let value = match *units.as_slice() {
        [unit] if narrow => model.wrap(IntType::Char, i128::from(unit)),
        _ if narrow => {
            // Several characters: the last four make an `int`, as gcc does.
            let joined = units.iter().fold(0_u32, |all, unit| all << 8 | unit & 0xff);
            i128::from(joined.cast_signed())
        }
        _ => model.wrap(ty, units.last().copied().unwrap_or_default().into()),
    };
    Ok(Constant { value, ty, overflow: units.len() > if narrow { 4 } else { 1 } })
}

/// How many characters a narrow string holds, its end not counted.
pub(super) fn string_length(text: &str) -> Option<usize> {
    let body = text.strip_prefix("u8").unwrap_or(text).strip_prefix('"')?.strip_suffix('"')?;
    units(body, true).map(|units| units.len())
}

/// The characters between the quotes of a literal: bytes where it is narrow.
fn units(body: &str, narrow: bool) -> Option<Vec<u32>> {
    let mut units = Vec::new();
    let mut rest = body.chars();
    while let Some(c) = rest.next() {
        if c == '\\' {
            units.push(escape(&mut rest)?);
        } else if narrow {
            units.extend(c.encode_utf8(&mut [0; 4]).bytes().map(u32::from));
        } else {
            units.push(u32::from(c));
        }
    }
    Some(units)
}

/// What follows a backslash.
fn escape(rest: &mut std::str::Chars<'_>) -> Option<u32> {
    Some(match digits(rest, 8, 3) {
        Some(octal) => octal,
        None => match rest.next()? {
            'x' => digits(rest, 16, usize::MAX)?,
            'u' => digits(rest, 16, 4)?,
            'U' => digits(rest, 16, 8)?,
            'a' => 7,
            'b' => 8,
            't' => 9,
            'n' => 10,
            'v' => 11,
            'f' => 12,
            'r' => 13,
            'e' | 'E' => 27,
            c @ ('\\' | '\'' | '"' | '?') => u32::from(c),
            // gcc warns, and takes the character itself.
            c => u32::from(c) & 0xff,
        },
    })
}

/// Up to so many digits.
fn digits(rest: &mut std::str::Chars<'_>, radix: u32, most: usize) -> Option<u32> {
    let mut value = None;
    for _ in 0..most {
        let Some(digit) = rest.clone().next().and_then(|c| c.to_digit(radix)) else { break };
        rest.next();
        value = Some(value.unwrap_or(0_u32).wrapping_mul(radix).wrapping_add(digit));
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str, model: &DataModel) -> String {
        match number(text, model, false) {
            Ok(c) => format!("{} {}{}", c.value, c.ty, if c.overflow { " overflow" } else { "" }),
            Err(reason) => reason.to_string(),
        }
    }

    #[test]
    fn numbers_take_the_first_type_that_holds_them() {
        let (lp64, ilp32) = (&DataModel::LP64, &DataModel::ILP32);
        assert_eq!(typed("2147483647", lp64), "2147483647 int");
        assert_eq!(typed("2147483648", lp64), "2147483648 long");
        assert_eq!(typed("2147483648", ilp32), "2147483648 long long");
        assert_eq!(typed("0x80000000", lp64), "2147483648 unsigned int");
        assert_eq!(typed("0x100000000", lp64), "4294967296 long");
        assert_eq!(typed("0x100000000", ilp32), "4294967296 long long");
        assert_eq!(typed("0xffffffffffffffff", ilp32), "18446744073709551615 unsigned long long");
        assert_eq!(typed("037777777777", ilp32), "4294967295 unsigned int");
        assert_eq!(typed("0b101uL", ilp32), "5 unsigned long");
        assert_eq!(typed("1LLU", lp64), "1 unsigned long long");
        assert_eq!(typed("9223372036854775808", lp64), "9223372036854775808 unsigned long long overflow");
        assert_eq!(typed("0X1Ful", lp64), "31 unsigned long");
    }

    #[test]
    fn what_is_no_number() {
        for text in ["1.0", "1e5", "0x1p3", "1.f", ".5", "089.5"] {
            assert_eq!(number(text, &DataModel::LP64, false), Err(Reason::Float), "{text}");
        }
        for text in ["08", "0x", "0b2", "1lL", "1uu", "1z", "0xg", "0b", "1_000"] {
            assert!(matches!(number(text, &DataModel::LP64, false), Err(Reason::Literal(_))), "{text}");
        }
    }

    #[test]
    fn characters() {
        let value = |text: &str| character(text, &DataModel::LP64).map(|c| c.value).ok();
        assert_eq!(value("'a'"), Some(97));
        assert_eq!(value(r"'\n'"), Some(10));
        assert_eq!(value(r"'\377'"), Some(-1));
        assert_eq!(value(r"'\x41'"), Some(0x41));
        assert_eq!(value(r"'\0'"), Some(0));
        assert_eq!(value(r"'\''"), Some(39));
        assert_eq!(value("'ab'"), Some(0x6162));
        assert_eq!(value("'abcd'"), Some(0x6162_6364));
        assert_eq!(value(r"'\377\377\377\377'"), Some(-1));
        assert_eq!(value("L'a'"), Some(97));
        assert_eq!(value("''"), None);
        let unsigned = DataModel { char_signed: false, ..DataModel::LP64 };
        assert_eq!(character(r"'\377'", &unsigned).map(|c| c.value), Ok(255));
    }
}
