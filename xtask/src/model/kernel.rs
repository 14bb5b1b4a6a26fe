//! Which kernel a text belongs to.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// A kernel release: the `X.Y` that names a folder of `data/linux/` and the exact version its `Makefile` gives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Release {
    /// `VERSION`
    pub major: u32,
    /// `PATCHLEVEL`
    pub minor: u32,
    /// The whole version: `6.12.107`, `7.4.0-rc2`.
    pub version: String,
    /// What was at hand of it in place of its source; none: the source.
    pub at_hand: Option<AtHand>,
}

/// What is read of a kernel whose source is not at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AtHand {
    /// The kernel itself, as it runs: tracefs tells the calls that have an event, and what they take.
    Live,
    /// Its types alone, where it shows no tracefs: what the calls take whose bodies the compiler kept. That one is missing
    /// says nothing.
    Types,
    /// The headers that are installed for programs: numbers, constants, structures.
    Headers,
}

impl AtHand {
    /// As `data/` and messages say it.
    pub fn as_str(self) -> &'static str {
        match self {
            AtHand::Live => "live",
            AtHand::Types => "types",
            AtHand::Headers => "headers",
        }
    }
}

impl FromStr for AtHand {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [AtHand::Live, AtHand::Types, AtHand::Headers].into_iter().find(|at_hand| at_hand.as_str() == text).ok_or(())
    }
}

impl Release {
    /// Whether it is what a running kernel tells of itself.
    pub fn is_running(&self) -> bool {
        matches!(self.at_hand, Some(AtHand::Live | AtHand::Types))
    }

    /// `X.Y`, as `data/linux/` and the command line name it.
    pub fn kernel(&self) -> String {
        format!("{}.{}", self.major, self.minor)
    }

    /// The numbers of `X.Y`.
    pub fn series(&self) -> (u32, u32) {
        (self.major, self.minor)
    }

    /// How many releases another `X.Y` is away.
    pub fn distance(&self, other: &Release) -> u32 {
        series_distance(self.series(), other.series())
    }

    /// Whether no other `X.Y` lies between this and `next`: the last of each series since 3.0 leads to the next one.
    pub fn is_followed_by(&self, next: &Release) -> bool {
        match (self.major, self.minor) {
            (3, 19) | (4, 20) | (5, 19) | (6, 19) => (next.major, next.minor) == (self.major + 1, 0),
            (major, minor) => (next.major, next.minor) == (major, minor + 1),
        }
    }
}

/// How many releases lie between two `X.Y`, and one more.
pub fn series_distance(a: (u32, u32), b: (u32, u32)) -> u32 {
    // Grows by one from release to release: 3.19, 4.20, 5.19 and 6.19 were the last of their series.
    let ordinal = |(major, minor): (u32, u32)| {
        let before: u32 = (3..major.min(1000)).map(|series| if series == 4 { 21 } else { 20 }).sum();
        before.saturating_add(minor)
    };
    ordinal(a).abs_diff(ordinal(b))
}

impl Ord for Release {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |of: &Self| (of.major, of.minor, of.version.clone(), of.at_hand);
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Release {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// `6.12.107`, `6.18.44 (live)`
impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.version)?;
        self.at_hand.map_or(Ok(()), |at_hand| write!(f, " ({})", at_hand.as_str()))
    }
}

impl FromStr for Release {
    type Err = ();

    fn from_str(version: &str) -> Result<Self, ()> {
        let mut parts = version.split(['.', '-']);
        let mut number = || parts.next().and_then(|part| part.parse().ok()).ok_or(());
        Ok(Release { major: number()?, minor: number()?, version: version.to_string(), at_hand: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_ordered_by_numbers_not_by_letters() {
        let parse = |text: &str| text.parse::<Release>().expect(text);
        assert!(parse("6.1.176") < parse("6.12.107"));
        assert!(parse("5.10.223") < parse("6.1.176"));
        assert_eq!(parse("7.4.0-rc2").kernel(), "7.4");
        assert!("seven".parse::<Release>().is_err());
        let nearer = parse("6.18").distance(&parse("7.2")) < parse("6.18").distance(&parse("6.12"));
        assert!(nearer && parse("7.2").distance(&parse("7.2.5")) == 0);
    }
}
