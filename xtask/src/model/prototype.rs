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

/// One way for a symbol to belong to the name of a call: a part of the kernel's `arch_syscall_match_sym_name`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MatchRule {
    /// What it compares.
    pub form: MatchForm,
    /// Condition under which a kernel has it.
    pub guard: super::Guard,
}

/// What a [`MatchRule`] compares.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchForm {
    /// The symbol begins with `prefix`, and without its first `skip` bytes is the name without its first `name_skip`.
    Equal {
        /// What it begins with; empty where that is not asked.
        prefix: String,
        /// Bytes of the symbol that are skipped.
        skip: usize,
        /// Bytes of the name that are skipped.
        name_skip: usize,
        /// Whether upper and lower case are the same.
        any_case: bool,
    },
    /// This symbol is taken for another one before it is compared.
    As {
        /// The symbol.
        symbol: String,
        /// What it is taken for.
        other: String,
    },
}

impl MatchRule {
    /// Whether a symbol belongs to a name (`sys_x`) by these rules, their conditions aside.
    pub fn matches(rules: &[MatchRule], symbol: &str, name: &str) -> bool {
        let symbol = MatchRule::taken_for(rules, symbol);
        rules.iter().any(|rule| match &rule.form {
            MatchForm::As { .. } => false,
            MatchForm::Equal { prefix, skip, name_skip, any_case } => {
                match (symbol.get(*skip..), name.get(*name_skip..)) {
                    (Some(symbol_rest), Some(name_rest)) if symbol.starts_with(prefix.as_str()) => {
                        symbol_rest == name_rest || (*any_case && symbol_rest.eq_ignore_ascii_case(name_rest))
                    }
                    _ => false,
                }
            }
        })
    }

    /// The names without `sys_` to which a symbol belongs by these rules, their conditions aside, in their order.
    pub fn names(rules: &[MatchRule], symbol: &str) -> Vec<String> {
        let symbol = MatchRule::taken_for(rules, symbol);
        let name = |rule: &MatchRule| {
            let MatchForm::Equal { prefix, skip, name_skip, .. } = &rule.form else { return None };
            let rest = symbol.get(*skip..).filter(|_| symbol.starts_with(prefix.as_str()))?;
            rest.strip_prefix("sys_".get(*name_skip..)?).map(str::to_string)
        };
        rules.iter().filter_map(name).collect()
    }

    /// What a symbol is taken for before it is compared.
    fn taken_for<'a>(rules: &'a [MatchRule], symbol: &'a str) -> &'a str {
        let other = rules.iter().find_map(|rule| match &rule.form {
            MatchForm::As { symbol: from, other } if from == symbol => Some(other.as_str()),
            _ => None,
        });
        other.unwrap_or(symbol)
    }
}

/// `__x64_ 9 3`, `- 0 0 any-case`, `sys_mmap2 as sys_mmap_pgoff`
impl fmt::Display for MatchForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MatchForm::Equal { prefix, skip, name_skip, any_case } => {
                let prefix = if prefix.is_empty() { "-" } else { prefix };
                write!(f, "{prefix} {skip} {name_skip}{}", if *any_case { " any-case" } else { "" })
            }
            MatchForm::As { symbol, other } => write!(f, "{symbol} as {other}"),
        }
    }
}

impl FromStr for MatchForm {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let words: Vec<&str> = text.split(' ').collect();
        let (prefix, skip, name_skip, any_case) = match words[..] {
            [symbol, "as", other] => {
                return Ok(MatchForm::As { symbol: symbol.to_string(), other: other.to_string() });
            }
            [prefix, skip, name_skip] => (prefix, skip, name_skip, false),
            [prefix, skip, name_skip, "any-case"] => (prefix, skip, name_skip, true),
            _ => return Err(()),
        };
        let prefix = if prefix == "-" { String::new() } else { prefix.to_string() };
        let number = |text: &str| text.parse().map_err(|_| ());
        Ok(MatchForm::Equal { prefix, skip: number(skip)?, name_skip: number(name_skip)?, any_case })
    }
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
    #[test]
    fn a_match_form_reads_back_as_it_was_written() {
        for text in ["__x64_ 9 3", "- 0 0 any-case", "sys_mmap2 as sys_mmap_pgoff"] {
            assert_eq!(text.parse::<MatchForm>().expect(text).to_string(), text);
        }
        for text in ["", "a 1", "a b c", "a 1 2 no-case"] {
            assert!(text.parse::<MatchForm>().is_err(), "{text}");
        }
    }

    #[test]
    fn symbols_match_names_by_any_rule() {
        let rules = |forms: &[&str]| -> Vec<MatchRule> {
            let rule = |form: &&str| MatchRule { form: form.parse().expect(form), guard: crate::model::Guard::TRUE };
            forms.iter().map(rule).collect()
        };
        let x86 = rules(&["- 3 3", "__x64_ 9 3", "__ia32_ 10 3"]);
        assert!(MatchRule::matches(&x86, "__x64_sys_read", "sys_read"));
        assert!(MatchRule::matches(&x86, "sys_read", "sys_read"));
        assert!(!MatchRule::matches(&x86, "__ia32_compat_sys_read", "sys_read"));
        assert!(!MatchRule::matches(&x86, "__x", "sys_read"));
        let arm = rules(&["sys_mmap2 as sys_mmap_pgoff", "- 0 0 any-case"]);
        assert!(MatchRule::matches(&arm, "sys_mmap2", "sys_mmap_pgoff") && MatchRule::matches(&arm, "SyS_a", "sys_a"));
        assert!(!MatchRule::matches(&arm, "sys_mmap2", "sys_mmap2"));
        assert_eq!(MatchRule::names(&arm, "sys_mmap2"), ["mmap_pgoff"]);
        assert_eq!(MatchRule::names(&x86, "__x64_sys_read"), ["read"]);
        // A stub of powerpc or mips; what a rule skips of the name it does not compare.
        let stubs = rules(&["- 0 0", "ppc_ 4 4", "__sys_ 6 4"]);
        assert_eq!(MatchRule::names(&stubs, "ppc_clone"), ["clone"]);
        assert_eq!(MatchRule::names(&stubs, "__sys_clone"), ["clone"]);
        assert_eq!(MatchRule::names(&stubs, "sysm_pipe"), [""; 0]);
    }
}
