//! The smallest pieces: digits, and text between quotes.

use core::fmt::{self, Write};

use super::Out;

/// A number in tens.
#[inline]
pub(super) fn decimal(out: &mut Out<'_>, value: u64) -> fmt::Result {
    // Most are of one digit.
    if let Some(digit) = usize::try_from(value).ok().and_then(|at| "0123456789".get(at..at.checked_add(1)?)) {
        return out.write_str(digit);
    }
    digits_of::<10>(out, value, "")
}

/// A number in tens, with its sign.
#[inline]
pub(super) fn signed(out: &mut Out<'_>, value: i64) -> fmt::Result {
    if value < 0 {
        out.write_str("-")?;
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
    digits_of::<16>(out, value, if value == 0 { "" } else { "0x" })
}

/// `0644`, with at least so many digits behind the 0.
pub(super) fn octal(out: &mut Out<'_>, value: u64, least: usize) -> fmt::Result {
    let mut digits = [0; 24];
    out.write_str("0")?;
    let mut len = 0;
    let mut rest = value;
    while len < least || rest > 0 {
        len += 1;
        if let Some(place) = digits.len().checked_sub(len).and_then(|at| digits.get_mut(at)) {
            *place = b'0' + (rest & 7) as u8;
        }
        rest >>= 3;
    }
    out.ascii(digits.get(digits.len().saturating_sub(len)..).unwrap_or_default())
}

/// So many hexadecimal digits.
pub(super) fn padded_hex(out: &mut Out<'_>, value: u64, count: usize) -> fmt::Result {
    for at in (0..count).rev() {
        let digit = (value >> (at * 4).min(60)) & 15;
        out.write_char(char::from_digit(digit as u32, 16).unwrap_or('0'))?;
    }
    Ok(())
}

/// The base is one that the compiler knows, so that nothing is divided.
fn digits_of<const BASE: u64>(out: &mut Out<'_>, value: u64, before: &str) -> fmt::Result {
    let mut digits = [0; 20];
    let (mut at, mut rest) = (digits.len(), value);
    loop {
        at -= 1;
        let digit = (rest % BASE) as u8;
        if let Some(place) = digits.get_mut(at) {
            *place = if digit < 10 { b'0' + digit } else { b'a' + digit - 10 };
        }
        rest /= BASE;
        if rest == 0 || at == 0 {
            break;
        }
    }
    if !before.is_empty() {
        out.write_str(before)?;
    }
    out.ascii(digits.get(at..).unwrap_or_default())
}

/// Bytes between quotes: what cannot be printed as C escapes it, numbers in octal and as short as they may be.
pub(super) fn quoted(out: &mut Out<'_>, bytes: &[u8]) -> fmt::Result {
    out.write_str("\"")?;
    if is_all_plain(bytes) {
        out.ascii(bytes)?;
        return out.write_str("\"");
    }
    escaped(out, bytes)?;
    out.write_str("\"")
}

#[inline(never)]
fn escaped(out: &mut Out<'_>, bytes: &[u8]) -> fmt::Result {
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
    Ok(())
}

/// Whether all bytes are printed as they are. Sixteen are looked at together, the last of them once more where they do not
/// come out even.
#[inline]
fn is_all_plain(bytes: &[u8]) -> bool {
    let are_plain = |some: &[u8; 16]| some.iter().fold(true, |all, byte| all & is_plain(*byte));
    let Some(last) = bytes.last_chunk::<16>() else { return bytes.iter().all(|byte| is_plain(*byte)) };
    let mut rest = bytes;
    while let Some((some, after)) = rest.split_first_chunk::<16>() {
        if !are_plain(some) {
            return false;
        }
        rest = after;
    }
    are_plain(last)
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
fn is_plain(byte: u8) -> bool {
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
