//! Text and bytes that stay in the scratch.

use core::ffi::CStr;
use core::fmt;
use core::str;

use super::{ArgError, Argument, FromArg, Takes};

/// Text up to its NUL, no longer than [`Limits::path`](crate::Limits::path).
impl<'b> FromArg<'b> for &'b CStr {
    const TAKES: Takes = Takes::POINTEE;

    fn from_arg(arg: &mut Argument<'_, 'b>) -> Result<&'b CStr, ArgError> {
        let (address, limit) = (arg.value(), arg.limits().path);
        let bytes = arg.collect(|arg, push| {
            arg.text_at(address, limit, &mut *push)?;
            push(&[0])
        })?;
        CStr::from_bytes_with_nul(bytes).map_err(|_| ArgError::NotText)
    }
}

/// The same, which has to be UTF-8.
impl<'b> FromArg<'b> for &'b str {
    const TAKES: Takes = Takes::POINTEE;

    fn from_arg(arg: &mut Argument<'_, 'b>) -> Result<&'b str, ArgError> {
        let (address, limit) = (arg.value(), arg.limits().path);
        let bytes = arg.collect(|arg, push| arg.text_at(address, limit, push))?;
        str::from_utf8(bytes).map_err(|_| ArgError::NotText)
    }
}

/// All bytes, no more than [`Limits::text`](crate::Limits::text).
impl<'b> FromArg<'b> for &'b [u8] {
    const TAKES: Takes = Takes::BUFFER;

    fn from_arg(arg: &mut Argument<'_, 'b>) -> Result<&'b [u8], ArgError> {
        let (address, len) = (arg.value(), arg.length()?);
        arg.bytes_at(address, len)
    }
}

/// So many bytes, whatever they are.
impl<const N: usize> FromArg<'_> for [u8; N] {
    const TAKES: Takes = Takes::POINTEE;

    fn from_arg(arg: &mut Argument<'_, '_>) -> Result<[u8; N], ArgError> {
        let mut bytes = [0; N];
        arg.read(arg.value(), &mut bytes)?;
        Ok(bytes)
    }
}

/// Bytes in the scratch, cut to [`Limits::text`](crate::Limits::text) and to what the scratch has room for.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct BytesRef<'b> {
    bytes: &'b [u8],
    len: u64,
}

impl<'b> BytesRef<'b> {
    /// Those that were read.
    pub const fn bytes(&self) -> &'b [u8] {
        self.bytes
    }

    /// How many there are.
    pub const fn whole_len(&self) -> u64 {
        self.len
    }

    /// Whether not all were read.
    pub const fn is_cut(&self) -> bool {
        (self.bytes.len() as u64) < self.len
    }
}

impl<'b> FromArg<'b> for BytesRef<'b> {
    const TAKES: Takes = Takes::BUFFER;

    fn from_arg(arg: &mut Argument<'_, 'b>) -> Result<BytesRef<'b>, ArgError> {
        let (address, len) = (arg.value(), arg.length()?);
        let bytes = arg.bytes_at(address, len.min(arg.room()))?;
        Ok(BytesRef { bytes, len })
    }
}

impl fmt::Debug for BytesRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"{}", self.bytes.escape_ascii(), if self.is_cut() { "..." } else { "" })
    }
}

/// A list of pointers to text, as `execve` takes it, in the scratch.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TextList<'b> {
    /// A NUL behind each.
    bytes: &'b [u8],
}

impl<'b> TextList<'b> {
    /// The texts.
    pub fn iter(&self) -> Texts<'b> {
        Texts { rest: self.bytes }
    }
}

impl<'b> FromArg<'b> for TextList<'b> {
    const TAKES: Takes = Takes::POINTEE;

    fn from_arg(arg: &mut Argument<'_, 'b>) -> Result<TextList<'b>, ArgError> {
        let limit = arg.limits().text;
        let bytes = arg.collect(|arg, push| {
            arg.pointers(|arg, text| {
                arg.text_at(text, limit, &mut *push)?;
                push(&[0])
            })
        })?;
        Ok(TextList { bytes })
    }
}

impl<'b> IntoIterator for TextList<'b> {
    type Item = &'b CStr;
    type IntoIter = Texts<'b>;

    fn into_iter(self) -> Texts<'b> {
        self.iter()
    }
}

impl fmt::Debug for TextList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// The texts of a [`TextList`].
#[derive(Clone, Debug)]
pub struct Texts<'b> {
    rest: &'b [u8],
}

impl<'b> Iterator for Texts<'b> {
    type Item = &'b CStr;

    fn next(&mut self) -> Option<&'b CStr> {
        let text = CStr::from_bytes_until_nul(self.rest).ok()?;
        self.rest = self.rest.get(text.to_bytes_with_nul().len()..).unwrap_or_default();
        Some(text)
    }
}
