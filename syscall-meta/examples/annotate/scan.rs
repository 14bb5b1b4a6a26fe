//! Lines as bytes: finding text in them, and reading numbers from the left.

/// A place in a line, which goes on as pieces are read. A piece that is not there leaves it where it was.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'l> {
    line: &'l [u8],
    at: usize,
}

impl<'l> Cursor<'l> {
    pub(crate) fn new(line: &'l [u8], at: usize) -> Cursor<'l> {
        Cursor { line, at }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'l [u8] {
        self.line.get(self.at..).unwrap_or_default()
    }

    /// Goes past this text.
    pub(crate) fn eat(&mut self, text: &[u8]) -> Option<()> {
        self.rest().starts_with(text).then(|| self.at += text.len())
    }

    /// Goes past bytes of a kind, and returns them.
    pub(crate) fn while_is(&mut self, is: impl Fn(u8) -> bool) -> &'l [u8] {
        let rest = self.rest();
        let some = &rest[..rest.iter().position(|byte| !is(*byte)).unwrap_or(rest.len())];
        self.at += some.len();
        some
    }

    /// A number with or without a sign, as `%ld` writes it; none where that has no room for it.
    pub(crate) fn decimal(&mut self) -> Option<i64> {
        let mut after = *self;
        let is_negative = after.eat(b"-").is_some();
        let number = decimal(after.while_is(|byte| byte.is_ascii_digit()), is_negative)?;
        *self = after;
        Some(number)
    }

    /// A number as `%lx` writes it: digits alone, 16 at most.
    pub(crate) fn hex(&mut self) -> Option<u64> {
        let mut after = *self;
        let digits = after.while_is(|byte| byte.is_ascii_hexdigit());
        if !(1..=16).contains(&digits.len()) {
            return None;
        }
        *self = after;
        Some(digits.iter().fold(0, |all, byte| all << 4 | u64::from(digit(*byte))))
    }

    /// The number of a call: an `int`, whose sign is kept in its 32 bits.
    pub(crate) fn number(&mut self) -> Option<u32> {
        let mut after = *self;
        let number = after.decimal()?;
        let number = u32::try_from(number).or_else(|_| i32::try_from(number).map(|negative| negative as u32)).ok()?;
        *self = after;
        Some(number)
    }
}

fn decimal(digits: &[u8], is_negative: bool) -> Option<i64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_i64, |all, byte| {
        let digit = i64::from(byte - b'0');
        let tenfold = all.checked_mul(10)?;
        if is_negative { tenfold.checked_sub(digit) } else { tenfold.checked_add(digit) }
    })
}

/// The value of a digit of base 16.
fn digit(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        _ => (byte | 0x20) - b'a' + 10,
    }
}

/// Where a text begins in a line, from a place on.
pub(crate) fn find(line: &[u8], text: &[u8], from: usize) -> Option<usize> {
    let (first, mut at) = (*text.first()?, from);
    loop {
        at += line.get(at..)?.iter().position(|byte| *byte == first)?;
        if line[at..].starts_with(text) {
            return Some(at);
        }
        at += 1;
    }
}

/// Digits at the end of a text as a number, and what stands before them.
pub(crate) fn number_at_end(text: &[u8]) -> Option<(&[u8], u32)> {
    let start = text.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |at| at + 1);
    let (before, digits) = text.split_at(start);
    Some((before, u32::try_from(decimal(digits, false)?).ok()?))
}

/// Bytes that two digits each stand for, as audit writes names with blanks in them; none where it is something else.
pub(crate) fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let pairs = text.chunks_exact(2);
    let is_hex = !text.is_empty() && pairs.remainder().is_empty() && text.iter().all(u8::is_ascii_hexdigit);
    is_hex.then(|| pairs.map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect())
}
