//! What is known of a machine: the lists that its kernel shows, or copies of them, and which release that is.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use super::kallsyms::Kallsyms;
use super::kernel_config::KernelConfig;
use crate::model::series_distance;

/// What is at hand of a kernel; what is not is none.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// Its release as `uname -r` says it, or the head of its configuration.
    pub release: Option<String>,
    /// Its symbols.
    pub kallsyms: Option<Kallsyms>,
    /// The functions that the function tracer can attach to.
    pub filter_functions: Option<FxHashSet<String>>,
    /// Its events, each as its group, a colon and its name.
    pub events: Option<FxHashSet<String>>,
    /// What it was built with.
    pub config: Option<KernelConfig>,
    /// The functions that its BTF has.
    pub btf: Option<BTreeSet<String>>,
}

/// `X.Y` of a kernel, out of what `uname -r` says: `6.12.107+deb13-arm64`.
pub fn series(release: &str) -> Option<(u32, u32)> {
    let (major, rest) = release.trim().split_once('.')?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    Some((major.parse().ok()?, rest.get(..digits)?.parse().ok()?))
}

/// How well the tables of a release fit a kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// They are of its own `X.Y`.
    Same,
    /// It lies between two releases that are held; these are of the nearer one.
    Between,
    /// It is older than all that are held, or newer.
    Beyond,
    /// Nobody says which release it is.
    Unknown,
}

impl Fit {
    /// A word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Fit::Same => "same",
            Fit::Between => "between",
            Fit::Beyond => "beyond",
            Fit::Unknown => "unknown",
        }
    }
}

/// The place of the release, of those that are held, oldest first, that is nearest to a kernel. The newer one of two that
/// are equally near: it knows the calls that came.
pub fn nearest(held: &[(u32, u32)], kernel: (u32, u32)) -> Option<(usize, Fit)> {
    let (place, found) = held.iter().enumerate().rev().min_by_key(|(_, other)| series_distance(**other, kernel))?;
    let fit = if *found == kernel {
        Fit::Same
    } else if held.iter().any(|other| *other < kernel) && held.iter().any(|other| *other > kernel) {
        Fit::Between
    } else {
        Fit::Beyond
    };
    Some((place, fit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_release_and_how_near_it_is() {
        let held = [(5, 10), (6, 1), (6, 12), (7, 2), (7, 3)];
        for (kernel, expected) in [
            ((6, 12), Some((2, Fit::Same))),
            ((6, 18), Some((3, Fit::Between))),
            ((6, 16), Some((2, Fit::Between))),
            ((6, 17), Some((3, Fit::Between))),
            ((5, 15), Some((0, Fit::Between))),
            ((4, 19), Some((0, Fit::Beyond))),
            ((9, 9), Some((4, Fit::Beyond))),
            ((u32::MAX, u32::MAX), Some((4, Fit::Beyond))),
        ] {
            assert_eq!(nearest(&held, kernel), expected, "{kernel:?}");
        }
        assert_eq!(nearest(&[], (6, 1)), None);
        // The last of a series and the first of the next are neighbours.
        assert_eq!(nearest(&[(4, 18), (5, 1)], (4, 20)), Some((1, Fit::Between)));
        assert_eq!((series_distance((4, 20), (5, 0)), series_distance((6, 19), (7, 2))), (1, 3));
    }

    #[test]
    fn releases_as_kernels_say_them() {
        assert_eq!(series("6.12.107+deb13-arm64"), Some((6, 12)));
        assert_eq!(series("7.0-rc2\n"), Some((7, 0)));
        for text in ["", "6", "six.1", "6.", ".1", "6.x"] {
            assert_eq!(series(text), None, "{text:?}");
        }
    }
}
