//! The release tags of a clone from one to another, in the order of their versions.

use std::collections::BTreeMap;

use super::git::Git;
use super::split_revision;
use crate::diagnostic::{Diagnostic, Result};

/// Tags of a git clone from one release to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range<'a> {
    /// The clone.
    pub repository: &'a str,
    /// The tag of the older release.
    pub from: &'a str,
    /// The tag of the newer one.
    pub to: &'a str,
}

const RANGE: &str = "write REPO@FROM..TO, as in `linux@v5.10..v6.12`";

impl<'a> Range<'a> {
    /// `REPO@FROM..TO`.
    pub fn parse(spec: &'a str) -> Result<Self> {
        let (repository, revisions) = split_revision(spec);
        match revisions.split_once("..") {
            Some((from, to)) if !from.is_empty() && !to.is_empty() => Ok(Range { repository, from, to }),
            _ => {
                let message = format!("`{spec}` names no two releases of a git clone");
                Err(Box::new(Diagnostic::error("no-range", message).help(RANGE)))
            }
        }
    }

    /// The tags of the two releases and of every release between them, by version: `v5.10`, `v5.11`, up to `v6.12`.
    ///
    /// Release candidates are none, and neither is what stable trees release (`v6.1.9`), but as one of the two ends.
    pub fn tags(&self) -> Result<Vec<String>> {
        let (from, to) = (version(self.from)?, version(self.to)?);
        let git = Git::at(self.repository)?;
        let all = git.tags()?;
        for end in [self.from, self.to] {
            if !all.iter().any(|tag| tag == end) {
                let message = format!("`{}` has no tag `{end}`", self.repository);
                return Err(Box::new(Diagnostic::error("no-such-revision", message).help(git.other_revisions())));
            }
        }
        if from > to {
            let message = format!("`{}` is newer than `{}`", self.from, self.to);
            let help = format!("the older release comes first: `{}@{}..{}`", self.repository, self.to, self.from);
            return Err(Box::new(Diagnostic::error("range-backwards", message).help(help)));
        }
        let releases = all.iter().filter_map(|tag| Some((Version::of(tag)?, tag.as_str())));
        let between = releases.filter(|(version, _)| version.stable.is_none() && (&from..=&to).contains(&version));
        // Where a release has two tags, `6.1` and `v6.1`, it is the one that was asked for, or else the later one here.
        let mut tags: BTreeMap<Version, &str> = between.collect();
        tags.extend([(from, self.from), (to, self.to)]);
        Ok(tags.into_values().map(str::to_string).collect())
    }
}

/// The version that the tag of a release names.
fn version(tag: &str) -> Result<Version> {
    Version::of(tag).ok_or_else(|| {
        let message = format!("`{tag}` is no tag of a release");
        Box::new(Diagnostic::error("not-a-release", message).help("releases have tags such as `v6.12` or `v6.12.3`"))
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    major: u32,
    minor: u32,
    stable: Option<u32>,
}

impl Version {
    fn of(tag: &str) -> Option<Version> {
        let mut numbers = tag.strip_prefix('v').unwrap_or(tag).split('.').map(number);
        let (major, minor) = (numbers.next()??, numbers.next()??);
        let stable = match numbers.next() {
            Some(stable) => Some(stable?),
            None => None,
        };
        numbers.next().is_none().then_some(Version { major, minor, stable })
    }
}

/// A number in digits alone: `parse` would take `+6` as well.
fn number(digits: &str) -> Option<u32> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_releases_are_told_from_others() {
        let of = |tag: &str| Version::of(tag).map(|v| (v.major, v.minor, v.stable));
        assert_eq!(of("v6.12"), Some((6, 12, None)));
        assert_eq!(of("6.1"), Some((6, 1, None)));
        assert_eq!(of("v6.1.9"), Some((6, 1, Some(9))));
        for other in ["v6", "v6.1-rc1", "v6.1.9.1", "v6.", "v+6.1", "vv6.1", "next-20260101", "", "v99999999999.1"] {
            assert_eq!(of(other), None, "{other}");
        }
        assert!(Version::of("v5.10") > Version::of("v5.9") && Version::of("v6.1.1") > Version::of("v6.1"));
    }

    #[test]
    fn a_range_stands_after_the_last_at_sign_that_can_be_meant() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("a@b..c")).unwrap();
        let repository = folder.path().join("a@b..c").display().to_string();
        let spec = format!("{repository}@v5.10..v6.1");
        let range = Range::parse(&spec).unwrap();
        assert_eq!(range, Range { repository: &repository, from: "v5.10", to: "v6.1" });
        for spec in ["linux", "linux@v6.1", "linux@v6.1..", "linux@..v6.1", ""] {
            let error = Range::parse(spec).unwrap_err();
            assert!(error.code == "no-range" && error.help.is_some(), "{spec}");
        }
    }
}
