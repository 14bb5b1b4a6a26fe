//! Why something is not there to attach to, or not known to be.

use std::fmt;

use crate::model::{Between, Missing};

/// A reason. Its code and its text are what commands print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No kernel of this architecture has a body for the call.
    NotImplemented(Missing),
    /// The configuration leaves it out.
    ConfiguredOut {
        /// What it asks for that is not so, each as an option and whether it would have to be set. All that it asks for,
        /// where the configuration is not at hand.
        options: Vec<(String, bool)>,
        /// The configuration is at hand, and says so.
        is_proven: bool,
        /// A stub that returns `ENOSYS` stands in its place.
        has_stub: bool,
    },
    /// The compiler put it into its caller.
    Inlined,
    /// The function tracer has no patch site there: it is `notrace`, or was compiled without one.
    NoPatchSite,
    /// The kernel's BTF does not have the function: the compiler changed what it takes, or dropped it.
    NoBtf,
    /// Calls of compat programs have no events of their own.
    CompatCall {
        /// They show up as those of the native calls that have their numbers.
        shows_as_native: bool,
    },
    /// The architecture has no such events.
    NoEventsHere,
    /// No `SYSCALL_DEFINE` makes the function: only these have events.
    PlainFunction,
    /// Functions have descriptors, and no name of theirs is in kallsyms, where the kernel looks for what its table leads to.
    NoDescriptorNames,
    /// Functions have descriptors, and the rule of this release skips a dot that these have not.
    DescriptorSkipped,
    /// The rule of this release does not find the event for what the table leads to.
    RuleSkips {
        /// The symbol.
        symbol: String,
    },
    /// It is there under the name that another release has for it.
    Renamed {
        /// The name.
        to: String,
        /// The release.
        release: String,
    },
    /// The kernel is older than the call, or may be.
    NotYet {
        /// Between which releases it came.
        came: Between,
    },
    /// The call went before this kernel, or may have.
    Gone {
        /// Between which releases it went.
        went: Between,
    },
    /// The list that would tell is not at hand.
    NotAtHand {
        /// Which one.
        what: &'static str,
    },
    /// What is at hand does not explain it.
    Unexplained {
        /// What was seen.
        seen: String,
    },
}

impl Reason {
    /// A stable name for the kind of reason.
    pub fn code(&self) -> &'static str {
        match self {
            Reason::NotImplemented(missing) => missing.as_str(),
            Reason::ConfiguredOut { .. } => "configured_out",
            Reason::Inlined => "inlined",
            Reason::NoPatchSite => "no_patch_site",
            Reason::NoBtf => "no_btf",
            Reason::CompatCall { .. } => "compat_call",
            Reason::NoEventsHere => "no_events_here",
            Reason::PlainFunction => "plain_function",
            Reason::NoDescriptorNames => "no_descriptor_names",
            Reason::DescriptorSkipped => "descriptor_skipped",
            Reason::RuleSkips { .. } => "rule_skips",
            Reason::Renamed { .. } => "renamed",
            Reason::NotYet { .. } => "not_yet",
            Reason::Gone { .. } => "gone",
            Reason::NotAtHand { .. } => "not_at_hand",
            Reason::Unexplained { .. } => "unexplained",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::NotImplemented(Missing::Ni) => f.write_str("not implemented: the table says so"),
            Reason::NotImplemented(Missing::NoDefinition) => f.write_str("not implemented: no definition is left"),
            Reason::NotImplemented(Missing::NotOnThisArch) => f.write_str("not implemented on this architecture"),
            Reason::NotImplemented(Missing::AlwaysEnosys) => f.write_str("not implemented: it always returns ENOSYS"),
            Reason::ConfiguredOut { options, is_proven, has_stub } => {
                let stub = if *has_stub { "a stub that returns ENOSYS" } else { "configured out" };
                let options: Vec<String> = options
                    .iter()
                    .map(|(option, wanted)| match (is_proven, wanted) {
                        (true, true) => format!("{option} is not set"),
                        (true, false) => format!("{option} is set"),
                        (false, true) => option.clone(),
                        (false, false) => format!("!{option}"),
                    })
                    .collect();
                match (options.as_slice(), is_proven) {
                    ([], _) => f.write_str(stub),
                    (_, true) => write!(f, "{stub}: {}", options.join(", ")),
                    (_, false) => write!(f, "{stub}: built with {}", options.join(", ")),
                }
            }
            Reason::Inlined => f.write_str("inlined"),
            Reason::NoPatchSite => f.write_str("not in the list of functions that can be traced: notrace, or no patch site"),
            Reason::NoBtf => f.write_str("not in the kernel's BTF: the compiler changed its parameters, or dropped it"),
            Reason::CompatCall { shows_as_native: false } => f.write_str("calls of compat programs have no events"),
            Reason::CompatCall { shows_as_native: true } => f.write_str(
                "calls of compat programs have no events of their own: they show up as the native calls with their numbers",
            ),
            Reason::NoEventsHere => f.write_str("this architecture has no events of calls"),
            Reason::PlainFunction => f.write_str("no SYSCALL_DEFINE makes the function, and only these have events"),
            Reason::NoDescriptorNames => f.write_str(
                "functions have descriptors whose names are not in kallsyms (CONFIG_KALLSYMS_ALL is not set), so the kernel \
                 does not find what its table leads to",
            ),
            Reason::DescriptorSkipped => f.write_str(
                "functions have descriptors, and the rule of this release skips a dot that the names in its table do not have",
            ),
            Reason::RuleSkips { symbol } => {
                write!(f, "the rule of this release finds no event for `{symbol}`")
            }
            Reason::Renamed { to, release } => write!(f, "there as `{to}`, its name in {release}"),
            Reason::NotYet { came } => write!(f, "came {came}"),
            Reason::Gone { went } => write!(f, "went between {} and {}", went.before.kernel(), went.after.kernel()),
            Reason::NotAtHand { what } => write!(f, "{what} not at hand"),
            Reason::Unexplained { seen } => write!(f, "unexplained: {seen}"),
        }
    }
}
