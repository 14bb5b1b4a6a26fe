//! The smallest pieces: digits, and text between quotes.

use core::fmt::{self, Write};

use super::Out;

/// As many digits as a number of 64 bits has in tens.
const DIGITS: usize = 20;

/// A number in tens.
#[inline]
pub(super) fn decimal(out: &mut Out<'_>, value: u64) -> fmt::Result {
    // Most are of one digit.
    if value < 10 {
        return out.put(&[b'0' + value as u8]);
    }
    digits::<10>(out, value, value.ilog10() as usize + 1)
}

/// A number in tens, with its sign.
#[inline]
pub(super) fn signed(out: &mut Out<'_>, value: i64) -> fmt::Result {
    if value < 0 {
        out.put(b"-")?;
    }
    decimal(out, value.unsigned_abs())
}

/// A number in tens, with the sign that its C type has.
#[inline]
pub(super) fn signed_or_not(out: &mut Out<'_>, number: &crate::value::Number) -> fmt::Result {
    if number.is_signed() { signed(out, number.signed()) } else { decimal(out, number.value()) }
}

/// `0x1f`; 0 is `0`.
#[inline]
pub(super) fn hex(out: &mut Out<'_>, value: u64) -> fmt::Result {
    if value == 0 {
        return out.put(b"0");
    }
    out.put(b"0x")?;
    digits::<16>(out, value, (64 - value.leading_zeros()).div_ceil(4) as usize)
}

/// `0644`, with at least so many digits behind the 0.
#[inline]
pub(super) fn octal(out: &mut Out<'_>, value: u64, least: usize) -> fmt::Result {
    out.put(b"0")?;
    let count = (64 - value.leading_zeros()).div_ceil(3) as usize;
    // There may be 22 digits: those before the last 20 come first.
    for bits in [63, 60] {
        if count * 3 > bits {
            out.put(&[b'0' + (value >> bits & 7) as u8])?;
        }
    }
    digits::<8>(out, value & (u64::MAX >> 4), count.max(least).min(DIGITS))
}

/// So many hexadecimal digits.
pub(super) fn padded_hex(out: &mut Out<'_>, value: u64, count: usize) -> fmt::Result {
    for at in (0..count).rev() {
        let digit = (value >> (at * 4).min(60)) & 15;
        out.write_char(char::from_digit(digit as u32, 16).unwrap_or('0'))?;
    }
    Ok(())
}

/// The last digits of a number, as many as asked for. The base is one that the compiler knows, so that nothing is divided.
#[inline]
fn digits<const BASE: u64>(out: &mut Out<'_>, value: u64, count: usize) -> fmt::Result {
    let mut rest = value;
    let mut put = |place: &mut [u8]| {
        for place in place.iter_mut().rev() {
            let digit = (rest % BASE) as u8;
            *place = if BASE <= 10 || digit < 10 { b'0' + digit } else { b'a' + digit - 10 };
            rest /= BASE;
        }
    };
    if let Some(place) = out.room::<DIGITS>() {
        put(place.get_mut(..count).unwrap_or_default());
        out.took(count);
        return Ok(());
    }
    let mut digits = [0; DIGITS];
    let digits = digits.get_mut(..count).unwrap_or_default();
    put(digits);
    out.ascii(digits)
}

/// Bytes between quotes: what cannot be printed as C escapes it, numbers in octal and as short as they may be.
#[inline]
pub(super) fn quoted(out: &mut Out<'_>, bytes: &[u8]) -> fmt::Result {
    if out.plain(bytes) {
        return Ok(());
    }
    escaped(out, bytes)
}

#[inline(never)]
fn escaped(out: &mut Out<'_>, bytes: &[u8]) -> fmt::Result {
    out.write_str("\"")?;
    let mut rest = bytes;
    loop {
        let (front, after) = rest.split_at(plain_len(rest).min(rest.len()));
        out.ascii(front)?;
        let Some((byte, after)) = after.split_first() else { break };
        let escape = match *byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\t' => "\\t",
            b'\r' => "\\r",
            0x0b => "\\v",
            0x0c => "\\f",
            _ => "",
        };
        if escape.is_empty() {
            out.write_str("\\")?;
            let digits = [b'0' + (byte >> 6), b'0' + (byte >> 3 & 7), b'0' + (byte & 7)];
            // A digit that follows would be taken for one of the number's.
            let follows = after.first().is_some_and(|next| (b'0'..=b'7').contains(next));
            let zeros = if follows { 0 } else { digits.iter().take(2).take_while(|digit| **digit == b'0').count() };
            out.ascii(digits.get(zeros..).unwrap_or_default())?;
        } else {
            out.write_str(escape)?;
        }
        rest = after;
    }
    out.write_str("\"")
}

/// How many bytes in front are printed as they are. Sixteen are looked at together, which takes no longer than one.
fn plain_len(bytes: &[u8]) -> usize {
    let mut len = 0;
    for some in bytes.chunks_exact(16) {
        if !some.iter().fold(true, |all, byte| all & is_plain(*byte)) {
            break;
        }
        len += 16;
    }
    let rest = bytes.get(len..).unwrap_or_default();
    len + rest.iter().position(|byte| !is_plain(*byte)).unwrap_or(rest.len())
}

#[inline]
pub(super) fn is_plain(byte: u8) -> bool {
    (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\'
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    fn shown(write: impl Fn(&mut Out<'_>) -> fmt::Result) -> String {
        let mut out = String::new();
        super::super::gathered(&mut out, write).unwrap();
        out
    }

    #[test]
    fn digits_are_those_of_the_library() {
        let mut value = 1u64;
        for round in 0..if cfg!(miri) { 20u32 } else { 2000 } {
            value = value.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let few = value >> (round % 64);
            assert_eq!(shown(|out| decimal(out, few)), std::format!("{few}"));
            assert_eq!(shown(|out| signed(out, few as i64)), std::format!("{}", few as i64));
            assert_eq!(shown(|out| hex(out, few)), std::format!("{}{few:x}", if few == 0 { "" } else { "0x" }));
            assert_eq!(shown(|out| octal(out, few, 0)), if few == 0 { "0".into() } else { std::format!("0{few:o}") });
            assert_eq!(shown(|out| padded_hex(out, few & 0xffff_ffff, 8)), std::format!("{:08x}", few & 0xffff_ffff));
        }
        assert_eq!(shown(|out| octal(out, 0, 2)), "000");
        for edge in [0, u64::MAX, 1 << 63] {
            assert_eq!(shown(|out| decimal(out, edge)), std::format!("{edge}"));
            assert_eq!(shown(|out| signed(out, edge as i64)), std::format!("{}", edge as i64));
        }
    }

    #[test]
    fn text_is_escaped_as_c_does() {
        for (bytes, text) in [
            (&b"plain"[..], r#""plain""#),
            (b"a\"b\\", r#""a\"b\\""#),
            (b"\n\t\r\x0b\x0c", r#""\n\t\r\v\f""#),
            (b"\x00\x01\x7f\xff", r#""\0\1\177\377""#),
            (b"\x001\x019\x7fa\x008", r#""\0001\19\177a\08""#),
            (b"", r#""""#),
        ] {
            assert_eq!(shown(|out| quoted(out, bytes)), text);
        }
    }
}
