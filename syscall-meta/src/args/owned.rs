//! Text and bytes that are their own, for programs with an allocator.

use alloc::ffi::CString;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::{ArgError, Argument, FromArg, Takes};

fn text(arg: &mut Argument<'_, '_>, address: u64, limit: usize) -> Result<Vec<u8>, ArgError> {
    let mut bytes = Vec::new();
    arg.text_at(address, limit, |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    })?;
    Ok(bytes)
}

fn c_string(bytes: Vec<u8>) -> Result<CString, ArgError> {
    CString::new(bytes).map_err(|_| ArgError::NotText)
}

fn string(bytes: Vec<u8>) -> Result<String, ArgError> {
    String::from_utf8(bytes).map_err(|_| ArgError::NotText)
}

fn list<T>(arg: &mut Argument<'_, '_>, of: impl Fn(Vec<u8>) -> Result<T, ArgError>) -> Result<Vec<T>, ArgError> {
    let (limit, mut all) = (arg.limits().text, Vec::new());
    arg.pointers(|arg, pointer| {
        all.push(of(text(arg, pointer, limit)?)?);
        Ok(())
    })?;
    Ok(all)
}

/// So many bytes; the vector grows as they come, so that a length that lies takes no memory.
fn bytes(arg: &mut Argument<'_, '_>, len: usize) -> Result<Vec<u8>, ArgError> {
    let (mut all, mut piece) = (Vec::new(), [0; 1024]);
    while all.len() < len {
        let next = piece.len().min(len - all.len());
        let room = piece.get_mut(..next).unwrap_or_default();
        let at = arg.value().checked_add(all.len() as u64).ok_or(ArgError::TooLong)?;
        arg.read(at, room)?;
        all.extend_from_slice(room);
    }
    Ok(all)
}

/// Text up to its NUL, no longer than [`Limits::path`](crate::Limits::path).
impl FromArg<'_> for CString {
    const TAKES: Takes = Takes::POINTEE;

    fn from_arg(arg: &mut Argument<'_, '_>) -> Result<CString, ArgError> {
        let (address, limit) = (arg.value(), arg.limits().path);
        c_string(text(arg, address, limit)?)
    }
}

/// The same, which has to be UTF-8.
impl FromArg<'_> for String {
    const TAKES: Takes = Takes::POINTEE;

    fn from_arg(arg: &mut Argument<'_, '_>) -> Result<String, ArgError> {
        let (address, limit) = (arg.value(), arg.limits().path);
        string(text(arg, address, limit)?)
    }
}

/// A list of pointers to text, no more than [`Limits::elements`](crate::Limits::elements).
impl FromArg<'_> for Vec<CString> {
    const TAKES: Takes = Takes::POINTEE;

    fn from_arg(arg: &mut Argument<'_, '_>) -> Result<Vec<CString>, ArgError> {
        list(arg, c_string)
    }
}

/// The same, each of which has to be UTF-8.
impl FromArg<'_> for Vec<String> {
    const TAKES: Takes = Takes::POINTEE;

    fn from_arg(arg: &mut Argument<'_, '_>) -> Result<Vec<String>, ArgError> {
        list(arg, string)
    }
}

/// All bytes, no more than [`Limits::text`](crate::Limits::text).
impl FromArg<'_> for Vec<u8> {
    const TAKES: Takes = Takes::BUFFER;

    fn from_arg(arg: &mut Argument<'_, '_>) -> Result<Vec<u8>, ArgError> {
        let len = usize::try_from(arg.length()?).ok().filter(|len| *len <= arg.limits().text);
        bytes(arg, len.ok_or(ArgError::TooLong)?)
    }
}

/// Bytes, cut to [`Limits::text`](crate::Limits::text).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Bytes {
    bytes: Vec<u8>,
    len: u64,
}

impl Bytes {
    /// Those that were read.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The same, without a copy.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// How many there are.
    pub const fn whole_len(&self) -> u64 {
        self.len
    }

    /// Whether not all were read.
    pub fn is_cut(&self) -> bool {
        (self.bytes.len() as u64) < self.len
    }
}

impl FromArg<'_> for Bytes {
    const TAKES: Takes = Takes::BUFFER;

    fn from_arg(arg: &mut Argument<'_, '_>) -> Result<Bytes, ArgError> {
        let (len, most) = (arg.length()?, arg.most());
        let read = usize::try_from(len).map_or(most, |len| len.min(most));
        Ok(Bytes { bytes: bytes(arg, read)?, len })
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"{}", self.bytes.escape_ascii(), if self.is_cut() { "..." } else { "" })
    }
}
