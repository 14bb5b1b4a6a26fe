//! What a filter answers to a call: `allow`, `errno(EPERM)`, `kill`.

use std::str::FromStr;

use syscall_meta::{Abi, sets};

/// An answer, of which an errno by name is another number on other ABIs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Action {
    /// One that takes nothing: the word for it, and the kernel's name.
    Plain(&'static str, &'static str),
    /// The call is not made, and fails with this.
    Errno(String),
}

const PLAIN: [Action; 6] = [Action::ALLOW, Action::LOG, Action::TRACE, Action::TRAP, Action::KILL_THREAD, Action::KILL];

const ERRNO: &str = "SECCOMP_RET_ERRNO";
/// A kernel cuts greater ones to this: `MAX_ERRNO`.
const MOST: u32 = 4095;

impl Action {
    pub(crate) const ALLOW: Action = Action::Plain("allow", "SECCOMP_RET_ALLOW");
    pub(crate) const LOG: Action = Action::Plain("log", "SECCOMP_RET_LOG");
    pub(crate) const TRACE: Action = Action::Plain("trace", "SECCOMP_RET_TRACE");
    pub(crate) const TRAP: Action = Action::Plain("trap", "SECCOMP_RET_TRAP");
    pub(crate) const KILL_THREAD: Action = Action::Plain("kill-thread", "SECCOMP_RET_KILL_THREAD");
    pub(crate) const KILL: Action = Action::Plain("kill", "SECCOMP_RET_KILL_PROCESS");

    /// What the filter returns on an ABI.
    pub(crate) fn value(&self, abi: Abi) -> Result<u32, String> {
        let value = |name| sets::SECCOMP_ACTIONS.value_of(abi, name).and_then(|value| u32::try_from(value).ok());
        let unknown = || format!("`{self}` has no value on {abi}");
        let errno = match self {
            Action::Plain(_, name) => return value(name).ok_or_else(unknown),
            Action::Errno(errno) => errno,
        };
        let number = match errno.parse::<u32>() {
            Ok(number) => Some(number).filter(|number| *number <= MOST),
            Err(_) => sets::ERRNO.value_of(abi, errno).and_then(|value| u32::try_from(value).ok()),
        };
        let number = number.ok_or_else(|| {
            let names = sets::ERRNO.members(abi).map(|(name, _)| name);
            let near = crate::rule::near(errno, names);
            format!("`{errno}` is no errno of {abi}{near}; a name like `EPERM` or a number up to {MOST} is")
        })?;
        Ok(value(ERRNO).ok_or_else(unknown)? | number)
    }

    /// What a value means that a filter returns.
    pub(crate) fn told(value: u32, abi: Abi) -> String {
        let (action, data) = (value & 0xffff_0000, value & 0xffff);
        let name = sets::SECCOMP_ACTIONS.names(abi, action.into()).to_string();
        if name == ERRNO {
            return match sets::ERRNO.name_of(abi, data.into()) {
                Some(errno) => format!("errno({errno})"),
                None => format!("errno({data})"),
            };
        }
        match PLAIN.into_iter().find(|action| matches!(action, Action::Plain(_, of) if *of == name)) {
            Some(action) if data == 0 => action.to_string(),
            Some(action) => format!("{action}({data})"),
            None => format!("{value:#010x}"),
        }
    }
}

impl std::fmt::Display for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Action::Plain(word, _) => f.write_str(word),
            Action::Errno(errno) => write!(f, "errno({errno})"),
        }
    }
}

impl FromStr for Action {
    type Err = String;

    fn from_str(text: &str) -> Result<Action, String> {
        let errno = text.strip_prefix("errno(").and_then(|rest| rest.strip_suffix(')'));
        if let Some(errno) = errno.filter(|errno| !errno.is_empty()) {
            return Ok(Action::Errno(errno.to_string()));
        }
        PLAIN.into_iter().find(|action| action.to_string() == text).ok_or_else(|| {
            let words = PLAIN.map(|action| action.to_string());
            format!("there are {} and errno(NAME)", words.join(", "))
        })
    }
}
