//! One way into a call: the function that it enters, what that takes, which configuration builds it, where to probe.

use core::fmt;

use crate::kernel::{KernelVersion, Release, Span};
use crate::names;
use crate::prototype::{self, Param, Params};
use crate::row::{self, COMPAT, COMPAT_ENTRY, MAIN, MISSING, NEWEST, NO_PARAMS, Prefix, SideData};
use crate::syscall::{Missing, Syscall};

/// What a call enters on one way into a kernel, as one release has it.
///
/// A call has a main way in, on the kernel whose own ABI it is of (or the only way, for ABIs that are compat alone),
/// and may have a compat way in, on a kernel that serves the ABI beside its own.
///
/// ```
/// # #[cfg(all(feature = "native", target_arch = "x86_64"))] {
/// use syscall_meta::tables;
///
/// let openat = tables::X86_64.by_name("openat").unwrap().side();
/// assert_eq!(openat.params().unwrap().to_string(),
///            "int dfd, const char __user * filename, int flags, umode_t mode");
/// assert_eq!(openat.symbol().unwrap().to_string(), "__x64_sys_openat");
/// assert_eq!(openat.event().unwrap().to_string(), "sys_enter_openat");
///
/// let compat = tables::I386.by_name("pread64").unwrap().compat_side().unwrap();
/// assert_eq!(compat.params().unwrap().value("pos", &[3, 0, 9, 0x200, 1, 0], compat.byte_order()), Some(0x1_0000_0200));
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Side {
    call: Syscall,
    data: SideData,
    is_compat: bool,
    /// The last release that has it so: a place in the list of releases.
    release: u8,
}

impl Side {
    pub(crate) const fn new(call: Syscall, data: SideData, is_compat: bool, release: usize) -> Side {
        Side { call, data, is_compat, release: release as u8 }
    }

    /// The call.
    pub const fn syscall(self) -> Syscall {
        self.call
    }

    /// Whether it is the way into a kernel whose own ABI is another, beside the main way.
    pub const fn is_compat(self) -> bool {
        self.is_compat
    }

    /// The usual byte order of the machines of this ABI.
    pub fn byte_order(self) -> crate::abi::ByteOrder {
        self.call.abi().usual_order()
    }

    /// The kernel function that the table names: `sys_newfstat`. `None` where it names none.
    pub fn entry(self) -> Option<&'static str> {
        names::entry(self.data.entry)
    }

    /// An entry to which the call leads, on an ABI that has no number of its own for it.
    #[cfg(feature = "decode")]
    pub(crate) const fn behind(self, entry: u16, params: u16) -> Side {
        let data = SideData { entry, params, config: row::NO_CONFIG, flags: row::OK };
        Side { data, ..self }
    }

    /// The function and its parameters, as places.
    #[cfg(feature = "decode")]
    pub(crate) const fn ids(self) -> (u16, u16) {
        (self.data.entry, self.data.params)
    }

    /// What one of its parameters means. `None` where the entry has none of that name.
    #[cfg(feature = "decode")]
    #[cfg_attr(docsrs, doc(cfg(feature = "decode")))]
    pub fn kind(self, param: &str) -> Option<crate::kind::Kind> {
        let kinds = crate::meaning::params(crate::meaning::entry(self.data.entry)?);
        let found = kinds.iter().find(|(name, _)| prototype::param_name(*name) == param)?;
        crate::kind::Kind::at(found.1)
    }

    /// What a success returns. `None` where there is no entry.
    #[cfg(feature = "decode")]
    #[cfg_attr(docsrs, doc(cfg(feature = "decode")))]
    pub fn returns(self) -> Option<crate::kind::Returns> {
        crate::kind::Returns::at(crate::meaning::entry(self.data.entry)?.4)
    }

    /// The groups in which tracers have it.
    #[cfg(feature = "decode")]
    #[cfg_attr(docsrs, doc(cfg(feature = "decode")))]
    pub fn classes(self) -> crate::kind::Classes {
        crate::kind::Classes(crate::meaning::entry(self.data.entry).map_or(0, |entry| entry.5))
    }

    /// Why nothing is behind it, or `None` where there is.
    pub const fn missing(self) -> Option<Missing> {
        Missing::from_code(self.data.flags & MISSING)
    }

    /// Whether some configuration of the kernel builds something behind it that does not always return `ENOSYS`.
    pub const fn is_implemented(self) -> bool {
        self.missing().is_none()
    }

    /// What the entry takes, as the kernel's C says it. `None` where nothing is there to take it.
    pub fn params(self) -> Option<Params> {
        Params::new(self.data.params, self.call.abi())
    }

    /// The words in memory that the entry's one parameter points to: the six of `mmap` on i386. `None` where it takes
    /// its arguments as they are.
    ///
    /// [`Param::words`] of these are places in that block.
    pub fn block(self) -> Option<Params> {
        // Blocks are the newest release's: an older entry that takes arguments has none (`ppc_select` of 5.10).
        if self.params()?.len() != 1 {
            return None;
        }
        let blocks = self.call.table().data().blocks;
        let is_it = |block: &&row::Block| block.number == self.call.number() && block.compat == self.is_compat;
        Params::new(blocks.iter().find(is_it)?.params, self.call.abi())
    }

    /// Under which configuration of the kernel it is built; `None` where it always is. Options that this kernel cannot
    /// do without, or cannot have, are folded away.
    pub fn config(self) -> Option<Config> {
        Some(Config { text: prototype::config(self.data.config)? })
    }

    /// What kallsyms calls the entry, in the newest release that this side tells of: `__x64_sys_newfstat`.
    ///
    /// Below the wrapper that it names can stand further functions: [`companions`](Side::companions).
    pub fn symbol(self) -> Option<Symbol> {
        self.symbol_at(self.release())
    }

    /// What kallsyms of a kernel release calls the entry. `None` where the releases that were read do not tell.
    pub fn symbol_in(self, version: KernelVersion) -> Option<Symbol> {
        let mut found = None;
        for (place, release) in Release::ALL.iter().enumerate() {
            if release.version() == version {
                return self.symbol_at(place);
            }
            let before = place.checked_sub(1).and_then(|before| Release::ALL.get(before));
            if before.is_some_and(|before| before.version() < version) && version < release.version() {
                let (old, new) = (self.symbol_at(place - 1), self.symbol_at(place));
                found = new.filter(|new| old == Some(*new));
            }
        }
        found
    }

    /// The last release that has it so: a place in the list of releases.
    pub(crate) const fn release(self) -> usize {
        self.release as usize
    }

    /// Whether a define macro makes its entry.
    pub(crate) const fn is_defined(self) -> bool {
        self.data.flags & (row::DEFINED | row::COMPAT_DEFINED) != 0
    }

    pub(crate) fn symbol_at(self, release: usize) -> Option<Symbol> {
        let entry = self.entry()?;
        let kind = if entry.starts_with("compat_sys_") { COMPAT_ENTRY } else { 0 };
        let of = (if self.is_compat { COMPAT } else { MAIN }) | kind;
        let is_plain = kind == 0 && !entry.starts_with("sys_");
        let symbols = self.call.table().data().symbols;
        let prefix = symbols.iter().find(|prefix| prefix.of == of && holds(prefix, release) && !is_plain);
        Some(Symbol { prefix: prefix.map_or("", |prefix| prefix.text), name: entry })
    }

    /// The functions that the entry's definition makes beside it, with who sees them: `__do_sys_newfstat`. An inlined
    /// one is in no kallsyms.
    pub fn companions(self) -> impl Iterator<Item = (Symbol, Linkage)> {
        self.companions_at(self.release())
    }

    pub(crate) fn companions_at(self, release: usize) -> impl Iterator<Item = (Symbol, Linkage)> {
        let name = self.entry().unwrap_or("");
        self.made(self.call.table().data().companions, release).map(move |prefix| {
            let linkage = match prefix.linkage {
                row::STATIC => Linkage::Static,
                row::INLINE => Linkage::Inline,
                _ => Linkage::Global,
            };
            (Symbol { prefix: prefix.text, name }, linkage)
        })
    }

    /// Whether its function takes registers: in which configurations where not in all.
    pub(crate) fn registers_at(self, release: usize) -> Option<Option<Config>> {
        let rule = self.made(self.call.table().data().registers, release).next()?;
        Some(Config::unless_empty(rule.text))
    }

    /// The companion that its function is another name of, and in which configurations where not in all.
    pub(crate) fn other_name_at(self, release: usize) -> Option<(Symbol, Option<Config>)> {
        let rule = self.made(self.call.table().data().other_names, release).next()?;
        Some((Symbol { prefix: rule.text, name: self.entry()? }, Config::unless_empty(rule.when)))
    }

    /// The rules about what its definition makes, out of a list of them.
    fn made(self, rules: &'static [Prefix], release: usize) -> impl Iterator<Item = &'static Prefix> {
        let made = self.data.flags & (row::DEFINED | row::COMPAT_DEFINED);
        let zero = if self.params().is_some_and(|params| params.len() == 0) { NO_PARAMS } else { 0 };
        let of = (if self.is_compat { COMPAT } else { MAIN }) | made | zero;
        rules.iter().filter(move |prefix| made != 0 && prefix.of == of && holds(prefix, release))
    }

    /// The tracepoint of its start, `sys_enter_newfstat`; that of its end is `sys_exit_newfstat`. `None` where it has
    /// none: compat calls, architectures without such events, and functions that no `SYSCALL_DEFINE` makes.
    pub fn event(self) -> Option<Symbol> {
        if self.data.flags & row::EVENT == 0 {
            return None;
        }
        let events = self.call.table().data().events;
        let other = events.iter().find(|event| event.number == self.call.number());
        let entry = names::entry(other.map_or(self.data.entry, |event| event.entry))?;
        Some(Symbol { prefix: "sys_enter_", name: entry.strip_prefix("sys_")? })
    }

    /// In what its parameters differ from those of another side: of another ABI, the compat one, an older release.
    ///
    /// Parameters are the same where their names are.
    pub fn differs(self, other: Side) -> Differs {
        let (Some(ours), Some(theirs)) = (self.params(), other.params()) else {
            let either = self.params().is_some() || other.params().is_some();
            return Differs { names: either, ..Differs::default() };
        };
        let mut differs = Differs { names: ours.len() != theirs.len(), ..Differs::default() };
        let mut last = 0;
        for param in ours {
            let Some((place, same)) = theirs.enumerate().find(|(_, same)| same.name() == param.name()) else {
                differs.names = true;
                continue;
            };
            differs.order |= place < last;
            last = place;
            differs.types |= same.c_type() != param.c_type();
            differs.widths |= same.bits() != param.bits() || same.is_signed() != param.is_signed();
            differs.words |= Param::words(same) != param.words();
        }
        differs
    }
}

fn holds(prefix: &Prefix, release: usize) -> bool {
    let last = if prefix.last == NEWEST { Release::ALL.len() - 1 } else { prefix.last as usize };
    Span { first: prefix.first as usize, last }.first <= release && release <= last
}

impl fmt::Debug for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = if self.is_compat { " compat" } else { "" };
        write!(f, "Side({}{way} {})", self.call, self.entry().unwrap_or("-"))
    }
}

/// In what two prototypes differ: [`Side::differs`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Differs {
    /// A parameter of the one is missing in the other, by its name.
    pub names: bool,
    /// The same parameters come in another order.
    pub order: bool,
    /// A parameter is spelled with another type.
    pub types: bool,
    /// A parameter has another width or sign.
    pub widths: bool,
    /// A parameter stands in other words.
    pub words: bool,
}

impl Differs {
    /// Whether they differ in nothing.
    pub const fn is_nothing(self) -> bool {
        !(self.names || self.order || self.types || self.widths || self.words)
    }
}

/// The name of a kernel function or a tracepoint. It compares with text and is shown as one; it is in no memory in
/// whole.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Symbol {
    prefix: &'static str,
    name: &'static str,
}

impl Symbol {
    pub(crate) const fn new(prefix: &'static str, name: &'static str) -> Symbol {
        Symbol { prefix, name }
    }

    /// What stands before the entry's own name: `__x64_`, `sys_enter_`; often nothing.
    pub const fn prefix(self) -> &'static str {
        self.prefix
    }

    /// The rest: `sys_openat`.
    pub const fn rest(self) -> &'static str {
        self.name
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.prefix, self.name)
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Symbol({self})")
    }
}

impl PartialEq<str> for Symbol {
    fn eq(&self, other: &str) -> bool {
        other.strip_prefix(self.prefix) == Some(self.name)
    }
}

impl PartialEq<&str> for Symbol {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}

/// Who sees a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Linkage {
    /// Every file: it is in kallsyms.
    Global,
    /// Its own file: a compiler may drop it by inlining.
    Static,
    /// Its own file, and `inline`, which makes it `notrace` in the kernel.
    Inline,
}

/// Under which configuration a kernel builds something: options and `!`, `&&`, `||`, parentheses between them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Config {
    text: &'static str,
}

impl Config {
    /// None of an empty text: what always holds.
    fn unless_empty(text: &'static str) -> Option<Config> {
        (!text.is_empty()).then_some(Config { text })
    }

    /// As C writes it: `CONFIG_AIO && CONFIG_COMPAT_32BIT_TIME`.
    pub const fn as_str(self) -> &'static str {
        self.text
    }

    /// The options that it asks for, as often as it does.
    pub fn options(self) -> impl Iterator<Item = &'static str> {
        self.text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
    }

    /// Whether it holds where these options are set: `is_set("CONFIG_AIO")`.
    pub fn holds(self, mut is_set: impl FnMut(&str) -> bool) -> bool {
        let mut rest = self.text;
        any(&mut rest, &mut is_set)
    }
}

impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text)
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Config({})", self.text)
    }
}

// The text is generated: it has the form that `any`, `all` and `one` take. Both sides of an operator are read, so that
// `rest` moves on.

fn any(rest: &mut &'static str, is_set: &mut impl FnMut(&str) -> bool) -> bool {
    let mut holds = all(rest, is_set);
    while let Some(after) = rest.strip_prefix(" || ") {
        *rest = after;
        holds |= all(rest, is_set);
    }
    holds
}

fn all(rest: &mut &'static str, is_set: &mut impl FnMut(&str) -> bool) -> bool {
    let mut holds = one(rest, is_set);
    while let Some(after) = rest.strip_prefix(" && ") {
        *rest = after;
        holds &= one(rest, is_set);
    }
    holds
}

fn one(rest: &mut &'static str, is_set: &mut impl FnMut(&str) -> bool) -> bool {
    if let Some(after) = rest.strip_prefix('!') {
        *rest = after;
        return !one(rest, is_set);
    }
    if let Some(after) = rest.strip_prefix('(') {
        *rest = after;
        let holds = any(rest, is_set);
        *rest = rest.strip_prefix(')').unwrap_or(rest);
        return holds;
    }
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let (option, after) = rest.split_at(end);
    *rest = after;
    is_set(option)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_hold_or_not() {
        let holds = |text, set: &[&str]| Config { text }.holds(|option| set.contains(&option));
        assert!(holds("A && B", &["A", "B"]) && !holds("A && B", &["A"]));
        assert!(holds("A || B && C", &["A"]) && !holds("A || B && C", &["B"]));
        assert!(holds("!A && (B || C)", &["C"]) && !holds("!A && (B || C)", &["A", "C"]));
        assert!(holds("(A || B) && (C || D)", &["B", "C"]) && !holds("(A || B) && (C || D)", &["A", "B"]));
        assert_eq!(Config { text: "!A && (B || A)" }.options().count(), 3);
    }

    #[test]
    fn every_condition_is_of_that_form() {
        for text in crate::generated::configs::WORDS {
            let config = Config { text };
            let (mut asked, mut rest) = (0, *text);
            any(&mut rest, &mut |option| {
                assert!(option.starts_with("CONFIG_"), "{text}");
                asked += 1;
                false
            });
            assert_eq!((rest, asked), ("", config.options().count()), "{text}");
        }
    }

    #[test]
    fn symbols_compare_with_text() {
        let symbol = Symbol { prefix: "__x64_", name: "sys_read" };
        assert!(symbol == "__x64_sys_read" && symbol != "sys_read" && symbol != "__x64_sys_readv");
    }
}
