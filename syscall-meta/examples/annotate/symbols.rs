//! Lines that name kernel functions and tracepoints of calls: of the function tracers, of probes, of stacks.
//!
//! ```text
//!             bash-123     [001] d..1.    12.345678: __x64_sys_openat <-do_syscall_64
//!   => __do_sys_newfstatat+0x43/0x80
//! ```
//!
//! Tools write them in too many ways for a form each. So a line is looked through for words that the tables know; what else
//! could be such a word, the name of a file or of a task, is told by what stands beside it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;
use std::ops::Range;

use syscall_meta::{Abi, KernelSymbol, Passed, PointKind, Release, Side, Symbol, Syscall, Table};

use crate::events::prefix;
use crate::record::Prefix;
use crate::scan::{Cursor, find};

/// The words that name calls, and what was found out about those that were met.
pub(crate) struct Symbols {
    /// The ABI of functions that several share, and of tracepoints.
    abi: Abi,
    /// Made when a line first has a word that could be one.
    words: Option<Words>,
    /// No more than there are prefixes and entries together.
    met: HashMap<String, Option<Meant>>,
}

/// What functions and tracepoints are called.
struct Words {
    /// What stands before an entry's own name: `__x64_`.
    prefixes: BTreeSet<&'static str>,
    entries: HashSet<&'static str>,
    /// The calls behind `sys_enter_` and `sys_exit_`.
    events: HashMap<&'static str, Syscall>,
}

/// A word in a line, and what it means.
pub(crate) struct Named<'l> {
    pub(crate) word: &'l str,
    place: Range<usize>,
    pub(crate) meant: Meant,
}

/// What is certain of a function or a tracepoint.
#[derive(Clone, Copy)]
pub(crate) struct Meant {
    /// What all the calls are called that it is of.
    pub(crate) name: &'static str,
    /// The ABI and the number, where it is of one.
    pub(crate) call: Option<(Abi, u32)>,
    /// As what it takes the arguments.
    pub(crate) passed: Option<Passed>,
}

impl Symbols {
    pub(crate) fn new(abi: Abi) -> Symbols {
        Symbols { abi, words: None, met: HashMap::new() }
    }

    /// The word of a line that names a call: the first of which the ABI is certain, or else the first.
    pub(crate) fn read<'l>(&mut self, line: &'l [u8]) -> Option<Named<'l>> {
        let line = line.trim_ascii_end();
        let comment = comment(line);
        let (mut from, mut first) = (0, None);
        while let Some(at) = find(line, b"sys", from) {
            let start =
                line[from..at].iter().rposition(|byte| !is_of_word(*byte)).map_or(from, |before| from + before + 1);
            let place = start..at + Cursor::new(line, at).while_is(is_of_word).len();
            from = place.end;
            let Some(named) = self.named(line, place) else { continue };
            // It has been through here.
            let rest = comment.and_then(|comment| comment.strip_prefix(named.meant.name.as_bytes()));
            if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b", ")) {
                return None;
            }
            if named.meant.call.is_some() {
                return Some(named);
            }
            first = first.or(Some(named));
        }
        first
    }

    fn named<'l>(&mut self, line: &'l [u8], place: Range<usize>) -> Option<Named<'l>> {
        let (before, after) = (&line[..place.start], &line[place.end..]);
        // Names of files, values of audit's fields, the caller of a function that is no call's, and a task before its number.
        if [&b"/"[..], b"\"", b"<-"].iter().any(|mark| before.ends_with(mark)) || after.starts_with(b"/") {
            return None;
        }
        if let [b'-', b'0'..=b'9', ..] = after {
            return None;
        }
        // The tracepoint of all calls, which is called as a function of one.
        if &line[place.clone()] == b"sys_exit" && (after.starts_with(b":") || before.ends_with(b"raw_syscalls:")) {
            return None;
        }
        let word = std::str::from_utf8(&line[place.clone()]).ok()?;
        let meant = self.event(word, before, after).or_else(|| self.function(word))?;
        Some(Named { word, place, meant })
    }

    /// `sys_enter_newstat`, and the lines that ftrace makes of these: `sys_newstat(filename: …)`, `sys_newstat -> 0x0`.
    fn event(&mut self, word: &str, before: &[u8], after: &[u8]) -> Option<Meant> {
        let name = word.strip_prefix("sys_enter_").or_else(|| word.strip_prefix("sys_exit_"));
        let name = name.or_else(|| word.strip_prefix("sys_").filter(|_| before.ends_with(b": ") && is_event(after)))?;
        let call = *self.words().events.get(name)?;
        Some(Meant { name: call.name(), call: Some((call.abi(), call.kernel_number())), passed: None })
    }

    fn function(&mut self, word: &str) -> Option<Meant> {
        let symbol = KernelSymbol::new(word);
        if !self.words().have(symbol.name()) {
            return None;
        }
        let key = &word[..word.len() - symbol.suffix().len()];
        let meant = match self.met.get(key) {
            Some(meant) => *meant,
            None => {
                let meant = meant(symbol, self.abi);
                self.met.insert(key.to_string(), meant);
                meant
            }
        }?;
        // A part of a function takes what its compiler liked.
        Some(Meant { passed: meant.passed.filter(|_| symbol.suffix().is_empty()), ..meant })
    }

    fn words(&mut self) -> &Words {
        let abi = self.abi;
        self.words.get_or_insert_with(|| Words::new(abi))
    }
}

impl Words {
    fn new(abi: Abi) -> Words {
        let (mut prefixes, mut entries) = (BTreeSet::new(), HashSet::new());
        for call in tables().flat_map(Table::iter) {
            for version in Release::ALL.iter().map(|release| release.version()) {
                let sides = [call.side_in(version), call.compat_side_in(version)];
                entries.extend(sides.into_iter().flatten().filter_map(Side::entry));
            }
            for side in [Some(call.side()), call.compat_side()].into_iter().flatten() {
                prefixes.extend(functions(side).map(|(symbol, _)| symbol.prefix()));
            }
        }
        let calls = abi.table().into_iter().flat_map(Table::iter);
        let events = calls.filter_map(|call| Some((call.side().event()?.rest(), call))).collect();
        Words { prefixes, entries, events }
    }

    fn have(&self, name: &str) -> bool {
        self.prefixes.iter().filter_map(|prefix| name.strip_prefix(prefix)).any(|entry| self.entries.contains(entry))
    }
}

fn tables() -> impl Iterator<Item = Table> {
    Abi::ALL.iter().filter_map(|abi| abi.table())
}

/// The functions of a way into a call, newest first.
fn functions(side: Side) -> impl Iterator<Item = (Symbol, Passed)> {
    let releases = Release::ALL.iter().rev().filter_map(move |release| side.points_in(release.version()));
    let functions = releases.flatten().filter(|point| matches!(point.kind(), PointKind::Entry | PointKind::Companion));
    functions.map(|point| (point.symbol(), point.passed()))
}

/// What a function is: of the ABI that is preferred if it has any part in it, or else of those that its kernels serve.
fn meant(symbol: KernelSymbol<'_>, preferred: Abi) -> Option<Meant> {
    let of = |table: Table| table.by_symbol(symbol.name()).filter(|(side, _)| !symbol.is_dotted() || has_dots(*side));
    let mut ways: Vec<(Side, PointKind)> = preferred.table().into_iter().flat_map(of).collect();
    if ways.is_empty() {
        ways = tables().flat_map(of).collect();
    }
    let archs: Vec<&str> =
        preferred.native_arch().into_iter().chain(preferred.compat_archs().iter().copied()).collect();
    let is_near = |side: Side| archs_of(side).any(|arch| archs.contains(&arch));
    if ways.iter().any(|(side, _)| is_near(*side)) {
        ways.retain(|(side, _)| is_near(*side));
    }
    let (side, kind) = *ways.first()?;
    let call = side.syscall();
    if ways.iter().any(|(other, _)| other.syscall().name() != call.name()) {
        return None;
    }
    // What is not built in could have a part in it as well, but not where kernels are alike or the name tells them.
    let is_whole = || Abi::ALL.iter().all(|abi| abi.table().is_some());
    let tells_kernel = || kind == PointKind::Entry && side.entry() != Some(symbol.name());
    let is_certain =
        ways.iter().all(|(other, _)| other.syscall() == call) && (is_near(side) || tells_kernel() || is_whole());
    let passed = |side: Side| functions(side).find(|(own, _)| *own == *symbol.name()).map(|(_, passed)| passed);
    let first = passed(side);
    Some(Meant {
        name: call.name(),
        call: is_certain.then(|| (call.abi(), call.kernel_number())),
        passed: first.filter(|_| ways.iter().all(|(other, _)| passed(*other) == first)),
    })
}

/// The architectures whose kernels have this way in.
fn archs_of(side: Side) -> impl Iterator<Item = &'static str> {
    let abi = side.syscall().abi();
    let native = abi.native_arch().filter(|_| !side.is_compat());
    let compat = if native.is_none() { abi.compat_archs() } else { &[] };
    native.into_iter().chain(compat.iter().copied())
}

/// Whether code has a dot before its name on the kernel: 64-bit PowerPC's, which serves the 32-bit ABI as well.
fn has_dots(side: Side) -> bool {
    side.syscall().abi() == Abi::Powerpc64 || side.syscall().abi() == Abi::Powerpc && side.is_compat()
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$' | 0x80..)
}

/// Whether what stands behind a name are an event's words, or its result.
fn is_event(after: &[u8]) -> bool {
    let mut cursor = Cursor::new(after, 0);
    if cursor.eat(b" -> 0x").is_some() {
        return true;
    }
    if cursor.eat(b"(").is_none() {
        return false;
    }
    cursor.while_is(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    cursor.eat(b": ").is_some() || after == b"()"
}

/// What a comment at the end of a line says.
fn comment(line: &[u8]) -> Option<&[u8]> {
    let line = line.strip_suffix(b" */")?;
    let mark = line.windows(3).rposition(|text| text == b"/* ")?;
    line.get(mark + 3..)
}

impl Named<'_> {
    /// Where in the line it is told: behind all that is text.
    pub(crate) fn at(line: &[u8]) -> usize {
        line.trim_ascii_end().len()
    }

    /// The task, where the line begins as ftrace's do and the function is the next word.
    pub(crate) fn prefix<'l>(&self, line: &'l [u8]) -> Prefix<'l> {
        prefix(&line[..self.place.start])
    }

    /// As what the line shows arguments, where it has any: of a probe, or of a tracer that tells them.
    pub(crate) fn shown(&self, line: &[u8]) -> Option<Passed> {
        let (before, after) = (&line[..self.place.start], &line[self.place.end..]);
        let is_call = after.starts_with(b"(") && !after.starts_with(b"()");
        let is_probe = after.starts_with(b"+") && before.ends_with(b"(") || after.starts_with(b": (");
        self.meant.passed.filter(|_| is_call || is_probe)
    }

    /// Writes what is told of it; a text takes all.
    pub(crate) fn show(&self, line: &[u8], text: &mut String) {
        let _ = write!(text, " /* {}", self.meant.name);
        if let Some((abi, number)) = self.meant.call {
            let _ = write!(text, ", {abi} {number}");
        }
        let _ = match self.shown(line) {
            Some(Passed::Registers) => write!(text, ", takes registers"),
            Some(Passed::RegistersIf(config)) => write!(text, ", takes registers if {config}"),
            Some(Passed::Longs) => write!(text, ", takes longs"),
            _ => Ok(()),
        };
        text.push_str(" */");
    }
}
