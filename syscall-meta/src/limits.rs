//! How far the memory of a program is read for one call.

/// How far the memory of a program is read for one call.
///
/// The defaults are about those of strace: text of 32 bytes, lists of 32 elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a text or buffer.
    pub text: usize,
    /// Bytes of a file name.
    pub path: usize,
    /// Elements of a list or array.
    pub elements: usize,
    /// How deep pointers are followed from what a pointer leads to.
    pub depth: usize,
    /// Bytes that are read for a call in all, at each of its two ends. Argument words that lie in memory and lengths behind
    /// pointers are read beside that; they are no more than 512 bytes.
    pub bytes: usize,
}

impl Limits {
    /// The defaults.
    pub const DEFAULT: Limits = Limits { text: 32, path: 4096, elements: 32, depth: 4, bytes: 64 * 1024 };

    /// Those of [`DecodeSyscall`](crate::DecodeSyscall), which wants values in whole: buffers of 64 KiB, lists of 4096
    /// elements, 1 MiB in all.
    #[cfg(feature = "derive")]
    #[cfg_attr(docsrs, doc(cfg(feature = "derive")))]
    pub const WHOLE: Limits = Limits { text: 64 * 1024, path: 4096, elements: 4096, depth: 4, bytes: 1024 * 1024 };
}

impl Default for Limits {
    fn default() -> Limits {
        Limits::DEFAULT
    }
}
