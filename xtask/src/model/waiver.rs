//! Findings that somebody has accepted.

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Waiver {
    /// The finding's fingerprint.
    pub finding: String,
    /// The ABIs, or single ways into them (`i386.compat`), on which it is accepted; none: on all.
    pub on: Option<Vec<String>>,
    /// Why.
    pub reason: String,
    /// The file that says so.
    pub file: String,
    /// Line in that file.
    pub line: u32,
}
