//! Parameters as C spells them, and what their types come to on a kernel.

use std::fmt;
use std::str::FromStr;

/// A parameter as C spells it: `const char __user * filename`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Param {
    /// The type, words and stars with one space between: `const char __user *`, `void (*)(int)`.
    pub ty: String,
    /// The name.
    pub name: String,
}

/// What the list of a definition holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// A parameter.
    Param(Param),
    /// A macro that stands for some: `SC_ARG64(mask)`.
    Macro {
        /// The macro.
        name: String,
        /// What it is called with.
        with: String,
    },
}

/// What a scalar type comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scalar {
    /// A signed integer of that many bits.
    Signed(u8),
    /// An unsigned integer of that many bits, or an enumeration.
    Unsigned(u8),
    /// A pointer.
    Pointer,
    /// A struct or union: never a parameter itself, only behind a pointer.
    Aggregate,
}

/// A function that a macro makes of an entry's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wrapper {
    /// The macro: `SYSCALL_DEFINE`, `SYSCALL_DEFINE0`, `COMPAT_SYSCALL_DEFINE`, `COMPAT_SYSCALL_DEFINE0`.
    pub of: String,
    /// The function, `*` being the entry's name without `sys_`: `__x64_sys_*`, `__do_compat_sys_*`.
    pub symbol: String,
    /// Who sees it.
    pub linkage: Linkage,
    /// Whether its one parameter is `struct pt_regs *`.
    pub takes_registers: bool,
    /// Condition under which a kernel has it.
    pub guard: super::Guard,
}

/// Who sees a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Linkage {
    /// Every file.
    Global,
    /// Its own file: a compiler may drop it by inlining.
    Static,
    /// Its own file, and `inline`, which makes it `notrace` in the kernel.
    Inline,
    /// Another name of a function beside it.
    Alias,
}

/// `const char __user * filename`
impl fmt::Display for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.ty, self.name)
    }
}

impl FromStr for Param {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (ty, name) = text.rsplit_once(' ').ok_or(())?;
        let is_name =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_*".contains(&byte));
        let is_type = !ty.is_empty() && !ty.contains(',');
        if is_name && is_type { Ok(Param { ty: ty.to_string(), name: name.to_string() }) } else { Err(()) }
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Argument::Param(param) => param.fmt(f),
            Argument::Macro { name, with } => write!(f, "{name}({with})"),
        }
    }
}

impl FromStr for Argument {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text.strip_suffix(')').and_then(|call| call.split_once('(')) {
            Some((name, with)) if !name.contains(' ') => {
                Ok(Argument::Macro { name: name.to_string(), with: with.to_string() })
            }
            _ => Ok(Argument::Param(text.parse()?)),
        }
    }
}

/// `s32`, `u64`, `pointer`, `aggregate`
impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Signed(bits) => write!(f, "s{bits}"),
            Scalar::Unsigned(bits) => write!(f, "u{bits}"),
            Scalar::Pointer => f.write_str("pointer"),
            Scalar::Aggregate => f.write_str("aggregate"),
        }
    }
}

impl FromStr for Scalar {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let bits = |bits: &str| match bits {
            "8" => Ok(8),
            "16" => Ok(16),
            "32" => Ok(32),
            "64" => Ok(64),
            "128" => Ok(128),
            _ => Err(()),
        };
        match text {
            "pointer" => Ok(Scalar::Pointer),
            "aggregate" => Ok(Scalar::Aggregate),
            _ => match text.split_at_checked(1).ok_or(())? {
                ("s", rest) => Ok(Scalar::Signed(bits(rest)?)),
                ("u", rest) => Ok(Scalar::Unsigned(bits(rest)?)),
                _ => Err(()),
            },
        }
    }
}

impl Linkage {
    /// As `data/` says it.
    pub fn as_str(self) -> &'static str {
        match self {
            Linkage::Global => "global",
            Linkage::Static => "static",
            Linkage::Inline => "inline",
            Linkage::Alias => "alias",
        }
    }
}

impl FromStr for Linkage {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Linkage::Global, Linkage::Static, Linkage::Inline, Linkage::Alias]
            .into_iter()
            .find(|linkage| linkage.as_str() == text)
            .ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_reads_back_as_it_was_written() {
        for text in ["int dfd", "const char __user * filename", "void (*)(int) handler", "SC_ARG64(mask)"] {
            assert_eq!(text.parse::<Argument>().expect(text).to_string(), text);
        }
        for text in ["int", "int a,b", "a ", ""] {
            assert!(text.parse::<Argument>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_scalar_reads_back_as_it_was_written() {
        for text in ["s32", "u64", "u8", "pointer", "aggregate"] {
            assert_eq!(text.parse::<Scalar>().expect(text).to_string(), text);
        }
        for text in ["", "s", "u33", "int"] {
            assert!(text.parse::<Scalar>().is_err(), "{text}");
        }
    }
}
