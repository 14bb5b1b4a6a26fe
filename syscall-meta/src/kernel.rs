//! Kernel releases, and what is known of when a call came and went.

use core::fmt;
use core::str::FromStr;

use crate::generated::releases::RELEASES;

/// A kernel release as `major.minor`: 6.12. Point releases add no system calls, so they are no part of it.
///
/// ```
/// use syscall_meta::KernelVersion;
///
/// let running: KernelVersion = "6.12.107-1-amd64".parse()?;
/// assert_eq!(running, KernelVersion::new(6, 12));
/// assert!(running < KernelVersion::new(7, 0));
/// assert_eq!(running.to_string(), "6.12");
/// # Ok::<(), syscall_meta::ParseVersionError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KernelVersion {
    major: u16,
    minor: u16,
}

impl KernelVersion {
    /// The release `major.minor`.
    #[inline]
    pub const fn new(major: u16, minor: u16) -> KernelVersion {
        KernelVersion { major, minor }
    }

    /// 6 of 6.12.
    #[inline]
    pub const fn major(self) -> u16 {
        self.major
    }

    /// 12 of 6.12.
    #[inline]
    pub const fn minor(self) -> u16 {
        self.minor
    }

    /// The release of the running kernel, from `/proc/sys/kernel/osrelease`.
    ///
    /// # Errors
    /// What reading that file gave; `InvalidData` where no release could be read out of it.
    #[cfg(feature = "std")]
    #[cfg_attr(docsrs, doc(cfg(feature = "std")))]
    pub fn running() -> std::io::Result<KernelVersion> {
        let release = std::fs::read_to_string("/proc/sys/kernel/osrelease")?;
        release.parse().map_err(|error| std::io::Error::new(std::io::ErrorKind::InvalidData, error))
    }

    /// Whether `next` is the release that Linus made after this one, so that none lies between.
    const fn is_followed_by(self, next: KernelVersion) -> bool {
        match (self.major, self.minor) {
            // The last of each series since 3.0.
            (3, 19) | (4, 20) | (5, 19) | (6, 19) => next.major == self.major + 1 && next.minor == 0,
            (major, minor) => next.major == major && next.minor as u32 == minor as u32 + 1,
        }
    }
}

impl fmt::Display for KernelVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// Takes `6.12` and anything that goes on from there without a further digit of the minor number: `6.12.107`,
/// `6.12-rc3`, `6.12.107-1-amd64`, what `uname -r` prints.
impl FromStr for KernelVersion {
    type Err = ParseVersionError;

    fn from_str(text: &str) -> Result<KernelVersion, ParseVersionError> {
        let (major, rest) = number(text).ok_or(ParseVersionError(()))?;
        let (minor, rest) = rest.strip_prefix('.').and_then(number).ok_or(ParseVersionError(()))?;
        match rest.bytes().next() {
            Some(byte) if byte.is_ascii_alphabetic() => Err(ParseVersionError(())),
            _ => Ok(KernelVersion { major, minor }),
        }
    }
}

/// The decimal number that a text starts with, and the rest.
fn number(text: &str) -> Option<(u16, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(digits)?;
    Some((number.parse().ok()?, rest))
}

/// A text that does not start like a kernel release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseVersionError(());

impl fmt::Display for ParseVersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a kernel release, expected one such as `6.12` or `6.12.107`")
    }
}

impl core::error::Error for ParseVersionError {}

/// A kernel release that the tables were read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    version: KernelVersion,
    stable: &'static str,
}

impl Release {
    /// All of them, oldest first.
    pub const ALL: &'static [Release] = &RELEASES;

    #[inline]
    pub(crate) const fn new(major: u16, minor: u16, stable: &'static str) -> Release {
        Release { version: KernelVersion::new(major, minor), stable }
    }

    /// The release: 6.12.
    #[inline]
    pub const fn version(&self) -> KernelVersion {
        self.version
    }

    /// The very point release that was read: `6.12.107`.
    #[inline]
    pub const fn stable(&self) -> &'static str {
        self.stable
    }
}

/// Since when a kernel has something, as far as the releases that were read can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Since {
    /// In this, the oldest release that was read; it may be older. Shown as `≤ 5.10`.
    AtOrBefore(KernelVersion),
    /// Absent in one release, present in the next one that was read; it came somewhere between, at the latest with
    /// `present`. Shown as `5.10 < … ≤ 6.1`.
    Between {
        /// The newest release read that does not have it yet.
        absent: KernelVersion,
        /// The oldest release read that has it.
        present: KernelVersion,
    },
    /// Came with this release: the one before it was read, and did not have it. Shown as `7.3`.
    Exactly(KernelVersion),
}

impl Since {
    /// Absent in one release that was read, present in the next one.
    pub(crate) const fn between(absent: KernelVersion, present: KernelVersion) -> Since {
        if absent.is_followed_by(present) { Since::Exactly(present) } else { Since::Between { absent, present } }
    }
}

impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Since::AtOrBefore(version) => write!(f, "≤ {version}"),
            Since::Between { absent, present } => write!(f, "{absent} < … ≤ {present}"),
            Since::Exactly(version) => write!(f, "{version}"),
        }
    }
}

/// Until when a kernel has something: its last release, as far as the releases that were read can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Until {
    /// In this, the newest release that was read. Shown as `≥ 7.3`.
    AtOrAfter(KernelVersion),
    /// Present in one release, absent in the next one that was read; the last that has it is `present` or one between.
    /// Shown as `6.1 ≤ … < 6.12`.
    Between {
        /// The newest release read that has it.
        present: KernelVersion,
        /// The oldest release read that has it no more.
        absent: KernelVersion,
    },
    /// This release is the last: the one after it was read, and has it no more. Shown as `7.2`.
    Exactly(KernelVersion),
}

impl Until {
    /// Present in one release that was read, absent in the next one.
    pub(crate) const fn between(present: KernelVersion, absent: KernelVersion) -> Until {
        if present.is_followed_by(absent) { Until::Exactly(present) } else { Until::Between { present, absent } }
    }
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Until::AtOrAfter(version) => write!(f, "≥ {version}"),
            Until::Between { present, absent } => write!(f, "{present} ≤ … < {absent}"),
            Until::Exactly(version) => write!(f, "{version}"),
        }
    }
}

/// The first and the last release read that has something, as places in a list of the releases read.
#[derive(Clone, Copy)]
pub(crate) struct Span {
    pub(crate) first: usize,
    pub(crate) last: usize,
}

impl Span {
    pub(crate) const fn since(self, releases: &[Release]) -> Since {
        let present = releases[self.first].version;
        if self.first == 0 {
            return Since::AtOrBefore(present);
        }
        Since::between(releases[self.first - 1].version, present)
    }

    pub(crate) const fn until(self, releases: &[Release]) -> Until {
        let present = releases[self.last].version;
        if self.last + 1 == releases.len() {
            return Until::AtOrAfter(present);
        }
        Until::between(present, releases[self.last + 1].version)
    }

    /// Whether a release has it: yes, no, or not known. What two releases have, those between them have.
    pub(crate) fn contains(self, version: KernelVersion, releases: &[Release]) -> Option<bool> {
        let (first, last) = (releases[self.first].version, releases[self.last].version);
        if first <= version && version <= last {
            Some(true)
        } else if version < first {
            let absent = releases[..self.first].last()?.version;
            if version <= absent { Some(false) } else { None }
        } else {
            let absent = releases.get(self.last + 1)?.version;
            if version >= absent { Some(false) } else { None }
        }
    }
}

/// Checks of the generated list.
const _: () = {
    assert!(!RELEASES.is_empty() && RELEASES.len() < crate::row::NEWEST as usize);
    let mut i = 1;
    while i < RELEASES.len() {
        let (before, after) = (RELEASES[i - 1].version, RELEASES[i].version);
        assert!(
            before.major < after.major || (before.major == after.major && before.minor < after.minor),
            "releases are sorted"
        );
        i += 1;
    }
};

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    const READ: [Release; 4] = [
        Release::new(5, 10, "5.10.223"),
        Release::new(6, 1, "6.1.176"),
        Release::new(6, 19, "6.19.3"),
        Release::new(7, 0, "7.0.1"),
    ];

    #[test]
    fn versions_parse() {
        for (text, expected) in [
            ("6.12", Some((6, 12))),
            ("6.12.107", Some((6, 12))),
            ("6.12.107-1-amd64", Some((6, 12))),
            ("6.12-rc3", Some((6, 12))),
            ("7.0+", Some((7, 0))),
            ("6.1.0-rpi7\n", Some((6, 1))),
            ("6", None),
            ("6.", None),
            (".6", None),
            ("", None),
            ("v6.12", None),
            ("6.1x", None),
            ("+6.1", None),
            ("99999.1", None),
            ("6.12…", Some((6, 12))),
        ] {
            let parsed = text.parse::<KernelVersion>().ok();
            assert_eq!(parsed, expected.map(|(major, minor)| KernelVersion::new(major, minor)), "{text}");
        }
    }

    #[test]
    fn neighbours_over_majors() {
        let v = KernelVersion::new;
        for (a, b) in [((3, 19), (4, 0)), ((4, 20), (5, 0)), ((5, 19), (6, 0)), ((6, 19), (7, 0)), ((5, 9), (5, 10))] {
            assert!(v(a.0, a.1).is_followed_by(v(b.0, b.1)), "{a:?} {b:?}");
        }
        for (a, b) in [((5, 18), (6, 0)), ((6, 19), (6, 20)), ((6, 1), (6, 12)), ((7, 0), (7, 0)), ((7, 1), (7, 0))] {
            assert!(!v(a.0, a.1).is_followed_by(v(b.0, b.1)), "{a:?} {b:?}");
        }
    }

    #[test]
    fn since_and_until_say_what_is_known() {
        let shown = |first, last| {
            let span = Span { first, last };
            (span.since(&READ).to_string(), span.until(&READ).to_string())
        };
        let pair = |a: &str, b: &str| (a.to_string(), b.to_string());
        assert_eq!(shown(0, 3), pair("≤ 5.10", "≥ 7.0"));
        assert_eq!(shown(1, 2), pair("5.10 < … ≤ 6.1", "6.19"));
        assert_eq!(shown(3, 3), pair("7.0", "≥ 7.0"));
        assert_eq!(shown(0, 0), pair("≤ 5.10", "5.10 ≤ … < 6.1"));
    }

    #[test]
    fn releases_between_two_that_differ_are_unknown() {
        let has = |first, last, text: &str| Span { first, last }.contains(text.parse().unwrap(), &READ);
        for (version, expected) in [
            ("5.4", Some(false)),
            ("5.10", Some(false)),
            ("5.15", None),
            ("6.1", Some(true)),
            ("6.6", Some(true)),
            ("6.19", Some(true)),
            ("7.0", Some(false)),
            ("7.1", Some(false)),
        ] {
            assert_eq!(has(1, 2, version), expected, "{version}");
        }
        assert_eq!(has(0, 3, "5.4"), None);
        assert_eq!(has(0, 3, "7.1"), None);
        assert_eq!(has(0, 0, "6.0"), None);
    }
}
