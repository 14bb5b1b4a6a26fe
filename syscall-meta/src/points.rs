//! Where a tracer attaches to a call on one way into a kernel, and what it sees there.

use crate::event_rules::EventRules;
use crate::kernel::{KernelVersion, Release};
use crate::side::{Config, Linkage, Side, Symbol};
use crate::syscall::Syscall;
use crate::table::Table;

/// Where a tracer attaches to a call, as the kernel's source has it: [`Side::points`].
///
/// Whether a kernel at hand has it is another question: its configuration, its compiler and its lists tell.
///
/// ```
/// # #[cfg(all(feature = "native", target_arch = "x86_64"))] {
/// use syscall_meta::{PointKind, Passed, tables};
///
/// let read = tables::X86_64.by_name("read").unwrap().side();
/// let point = |kind| read.points().find(|point| point.kind() == kind).unwrap();
/// assert_eq!(point(PointKind::Event).symbol().to_string(), "sys_enter_read");
/// assert_eq!(point(PointKind::RawTracepoint).id(), Some(0));
/// // The table leads to a function that takes the registers, not the arguments.
/// let entry = point(PointKind::Entry);
/// assert!(entry.symbol() == "__x64_sys_read" && entry.passed() == Passed::Registers);
/// // Behind it is one that takes them, if the compiler kept it.
/// let body = read.points().last().unwrap();
/// assert!(body.symbol() == "__do_sys_read" && body.passed() == Passed::Arguments && body.may_be_inlined());
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    kind: PointKind,
    symbol: Symbol,
    linkage: Option<Linkage>,
    passed: Passed,
    other_name: Option<(Symbol, Option<Config>)>,
    id: Option<u32>,
}

/// What a tracer attaches to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PointKind {
    /// The tracepoints `syscalls:sys_enter_x` and `sys_exit_x` (tracefs, perf, BPF). They show native calls, each with the
    /// argument words as the kernel casts them, and no call gets past them. A compat call is left out, or, where
    /// [`EventRules::skips_compat`] is not so, taken for the native call of its number. A kernel needs
    /// `CONFIG_FTRACE_SYSCALLS`.
    Event,
    /// The tracepoints `raw_syscalls:sys_enter` and `sys_exit`, which every call passes that is traced, compat calls and
    /// unknown numbers, too; they show a [number](Point::id), not of which ABI, and the six words. A BPF program on the
    /// raw tracepoint gets the registers.
    RawTracepoint,
    /// The function that the table leads to: a kprobe, fentry, or the function tracer. All tables that lead to it, and
    /// callers in the kernel, are seen. Its patch site can be passed while its callbacks change; a tracepoint cannot.
    Entry,
    /// A function behind that one, of the same definition: `__se_sys_*` and `__do_sys_*`. The compiler may have inlined it
    /// into the entry; what is `inline` in the source is `notrace` as well.
    Companion,
}

/// As what a point shows the arguments of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Passed {
    /// As the first words of the call, as many as the entry has parameters. A 64-bit value of a 32-bit ABI is there as
    /// words, holes included, and may be cut off.
    Words,
    /// Not as arguments: the point has the registers of the call, in a `struct pt_regs`.
    Registers,
    /// As registers where the configuration is so, else as arguments.
    RegistersIf(Config),
    /// As the arguments that the prototype says: [`Side::params`].
    Arguments,
    /// As the same arguments, each as a `long`.
    Longs,
}

impl Point {
    /// What a tracer attaches to.
    pub const fn kind(self) -> PointKind {
        self.kind
    }

    /// What it is called: a function in kallsyms, or the event of a call's start. On a kernel whose functions have
    /// descriptors, code is under that name with a dot before it.
    pub const fn symbol(self) -> Symbol {
        self.symbol
    }

    /// The event of a call's end. `None` for functions, whose returns are probed under their own name.
    pub fn exit_event(self) -> Option<Symbol> {
        match self.kind {
            PointKind::Event => Some(Symbol::new("sys_exit_", self.symbol.rest())),
            PointKind::RawTracepoint => Some(Symbol::new("", "sys_exit")),
            _ => None,
        }
    }

    /// The number under which the raw tracepoint shows the call: [`Syscall::kernel_number`].
    pub const fn id(self) -> Option<u32> {
        self.id
    }

    /// As what it shows the arguments.
    pub const fn passed(self) -> Passed {
        self.passed
    }

    /// Who sees the function. `None` for events, and where its definition does not tell.
    pub const fn linkage(self) -> Option<Linkage> {
        self.linkage
    }

    /// Whether a compiler may have left nothing to attach to.
    pub fn may_be_inlined(self) -> bool {
        matches!(self.linkage, Some(Linkage::Static | Linkage::Inline))
    }

    /// Whether a call can get past it unseen, while what is attached changes.
    pub const fn can_miss(self) -> bool {
        matches!(self.kind, PointKind::Entry | PointKind::Companion)
    }

    /// The companion of which the function is but another name, under which alone DWARF and BTF know it, and the
    /// configuration in which that is so, `None` for all. What attaches by BTF (fentry) has to name that one.
    pub const fn other_name(self) -> Option<(Symbol, Option<Config>)> {
        self.other_name
    }

    /// The name of its BTF function: that of [`symbol`](Point::symbol), or of the companion where that is one of its names.
    /// `is_set` tells the kernel's configuration. `None` for events.
    pub fn btf_function(self, is_set: impl FnMut(&str) -> bool) -> Option<Symbol> {
        match (self.kind, self.other_name) {
            (PointKind::Event | PointKind::RawTracepoint, _) => None,
            (_, Some((other, config))) if config.is_none_or(|config| config.holds(is_set)) => Some(other),
            _ => Some(self.symbol),
        }
    }
}

impl Side {
    /// Where a tracer attaches to it, in the newest release that it tells of: first the events, then its function, then
    /// the companions from the outside in.
    ///
    /// ```
    /// # #[cfg(feature = "arm")] {
    /// use syscall_meta::{PointKind, tables};
    ///
    /// // A 32-bit program on an arm64 kernel: no event, a wrapper of its own.
    /// let openat = tables::ARM.by_name("openat").unwrap().compat_side().unwrap();
    /// assert!(openat.points().all(|point| point.kind() != PointKind::Event));
    /// assert!(openat.points().any(|point| point.symbol() == "__arm64_compat_sys_openat"));
    /// # }
    /// ```
    pub fn points(self) -> impl Iterator<Item = Point> {
        self.points_at(self.release())
    }

    /// The same in a kernel release: `None` where the releases that were read do not tell, which is so between two that
    /// differ, before the oldest and after the newest.
    pub fn points_in(self, version: KernelVersion) -> Option<impl Iterator<Item = Point>> {
        let all = Release::ALL;
        let at = all.partition_point(|release| release.version() < version);
        if all.get(at)?.version() != version && !self.points_at(at.checked_sub(1)?).eq(self.points_at(at)) {
            return None;
        }
        Some(self.points_at(at))
    }

    fn points_at(self, release: usize) -> impl Iterator<Item = Point> {
        let point = |kind, symbol, passed| Point { kind, symbol, linkage: None, passed, other_name: None, id: None };
        let event = self.event().map(|event| point(PointKind::Event, event, Passed::Words));
        let id = Some(self.syscall().kernel_number());
        let raw = Point { id, ..point(PointKind::RawTracepoint, Symbol::new("", "sys_enter"), Passed::Registers) };
        let raw = (self.is_implemented() || self.entry().is_some()).then_some(raw);
        let entry = self.symbol_at(release).filter(|_| self.is_implemented()).map(|symbol| {
            let passed = match self.registers_at(release) {
                Some(None) => Passed::Registers,
                Some(Some(config)) => Passed::RegistersIf(config),
                None => Passed::Arguments,
            };
            Point {
                linkage: self.is_defined().then_some(Linkage::Global),
                other_name: self.other_name_at(release),
                ..point(PointKind::Entry, symbol, passed)
            }
        });
        let inner = |passes_longs: bool| {
            self.companions_at(release).filter(move |(symbol, _)| is_longs(*symbol) == passes_longs).map(
                move |(symbol, linkage)| {
                    let passed = if passes_longs { Passed::Longs } else { Passed::Arguments };
                    Point { linkage: Some(linkage), ..point(PointKind::Companion, symbol, passed) }
                },
            )
        };
        event.into_iter().chain(raw).chain(entry).chain(inner(true)).chain(inner(false))
    }
}

/// `__se_sys_*`, which casts longs to arguments.
fn is_longs(symbol: Symbol) -> bool {
    symbol.prefix().trim_start_matches('_').starts_with("se_")
}

impl Table {
    /// The ways into calls that a kernel function belongs to, and as what, in any release: `__x64_sys_read`,
    /// `__do_sys_read`, `sys_read`. A dot before the name, what a compiler put behind it and an offset are none of it:
    /// [`KernelSymbol`] takes them off.
    ///
    /// Several calls can share a function; of each way into a call there is the newest side that it belongs to. No way in that leads nowhere
    /// has one, so that `sys_ni_syscall` is nobody's.
    ///
    /// ```
    /// # #[cfg(all(feature = "native", target_arch = "x86_64"))] {
    /// use syscall_meta::{PointKind, tables};
    ///
    /// let (side, kind) = tables::X86_64.by_symbol("__se_sys_newstat").next().unwrap();
    /// assert_eq!((side.syscall().name(), kind), ("stat", PointKind::Companion));
    /// // The same function serves 32-bit programs under another name.
    /// let (side, _) = tables::I386.by_symbol("__ia32_sys_newstat").next().unwrap();
    /// assert_eq!(side.syscall().name(), "stat");
    /// # }
    /// ```
    pub fn by_symbol(self, symbol: &str) -> impl Iterator<Item = (Side, PointKind)> {
        let calls = self.iter().filter(move |call| call.may_have(symbol));
        let ways = calls.flat_map(|call| [(call, false), (call, true)]);
        ways.filter_map(move |(call, is_compat)| {
            let mut sides = call.sides().filter(|side| side.is_compat() == is_compat);
            sides.find_map(|side| Some((side, side.takes(symbol)?)))
        })
    }

    /// The call that an event is of, by the name of either end (`sys_enter_newstat`), in any release.
    ///
    /// ```
    /// # #[cfg(all(feature = "native", target_arch = "x86_64"))] {
    /// use syscall_meta::tables;
    ///
    /// assert_eq!(tables::X86_64.by_event("sys_exit_newstat").unwrap().name(), "stat");
    /// assert_eq!(tables::X86_64.by_event("sys_exit_stat"), None);
    /// # }
    /// ```
    pub fn by_event(self, event: &str) -> Option<Syscall> {
        let name = event.strip_prefix("sys_enter_").or_else(|| event.strip_prefix("sys_exit_"))?;
        let is_it = |side: Side| side.event().is_some_and(|event| event.rest() == name);
        self.iter().find(|call| call.sides().any(is_it))
    }
}

impl Side {
    /// As what it has a function of that name.
    fn takes(self, symbol: &str) -> Option<PointKind> {
        let entry = self.entry()?;
        if !self.is_implemented() || !symbol.ends_with(entry) {
            return None;
        }
        let mut releases = 0..=self.release();
        if releases.clone().any(|release| self.symbol_at(release).is_some_and(|own| own == *symbol)) {
            return Some(PointKind::Entry);
        }
        releases
            .any(|release| self.companions_at(release).any(|(own, _)| own == *symbol))
            .then_some(PointKind::Companion)
    }
}

/// The name of a kernel function as kallsyms, stack traces and the function tracer write it, taken apart.
///
/// ```
/// use syscall_meta::KernelSymbol;
///
/// let symbol = KernelSymbol::new("__do_sys_read.isra.0+0x1c/0x90 [module]");
/// assert_eq!((symbol.name(), symbol.suffix(), symbol.is_dotted()), ("__do_sys_read", ".isra.0", false));
/// assert!(KernelSymbol::new(".sys_read").is_dotted());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KernelSymbol<'t> {
    name: &'t str,
    suffix: &'t str,
    is_dotted: bool,
}

impl<'t> KernelSymbol<'t> {
    /// Takes it apart; any text is one.
    pub fn new(text: &'t str) -> KernelSymbol<'t> {
        let text = text.trim();
        let text = text.split_once(char::is_whitespace).map_or(text, |(name, _)| name);
        let text = text.split_once('+').map_or(text, |(name, _)| name);
        let (is_dotted, text) = match text.strip_prefix('.') {
            Some(text) => (true, text),
            None => (false, text),
        };
        let end = text.find(['.', '$']).unwrap_or(text.len());
        let (name, suffix) = text.split_at(end);
        KernelSymbol { name, suffix, is_dotted }
    }

    /// The function, as the source has it.
    pub const fn name(self) -> &'t str {
        self.name
    }

    /// What a compiler put behind it, often nothing: `.isra.0`, `.constprop.0`, `.part.1`, `.cold`, `.llvm.4711`. The code
    /// under such a name may take other arguments than the source says, or be a part of the function.
    pub const fn suffix(self) -> &'t str {
        self.suffix
    }

    /// Whether a dot stands before it: code of a function that has a descriptor, as 64-bit PowerPC's ELF ABI version 1 has
    /// them.
    pub const fn is_dotted(self) -> bool {
        self.is_dotted
    }
}

impl Side {
    /// How the kernels of a release find its event. `None` where the releases that were read do not tell, and for ABIs that
    /// are compat alone.
    pub fn event_rules(self, version: KernelVersion) -> Option<EventRules> {
        EventRules::of(self.syscall().abi().native_arch()?, version).filter(|_| !self.is_compat())
    }
}
