//! For every call of an ABI, where a tracer can attach to it on a machine, and why not where it cannot.

use rustc_hash::FxHashSet;

use super::form::{Forms, Found};
use super::kallsyms::EVENT;
use super::machine::Machine;
use super::reason::Reason;
use crate::model::{Abi, EventRules, Guard, Linkage, MatchRule, Side, Syscall};

/// What is asked: the tables of an ABI, and what is known of a machine.
pub struct Question<'a> {
    /// The ABI as the release has it that is nearest to the machine's kernel.
    pub abi: &'a Abi,
    /// Whether the machine serves the ABI as compat.
    pub is_compat: bool,
    /// Whether the calls of the ABI have a compat side beside their main one, and this is it.
    pub is_beside: bool,
    /// Options that the machine's kernel needs to serve the ABI so, and whether they have to be set.
    pub needs: Vec<(String, bool)>,
    /// Whether calls of the machine's own ABI have events.
    pub has_events: bool,
    /// How its kernels find events.
    pub rules: &'a EventRules,
    /// The same ABI in the other releases that are held, by their names, nearest first.
    pub others: Vec<(String, &'a Abi)>,
    /// What is known of when calls came and went.
    pub rows: &'a [crate::resolve::UnionRow],
    /// The machine.
    pub machine: &'a Machine,
    /// `X.Y` of its kernel.
    pub kernel: Option<(u32, u32)>,
}

/// A call, and its points.
#[derive(Clone, Debug)]
pub struct Call {
    /// The number that a program passes.
    pub number: u32,
    /// The one that the raw tracepoint shows.
    pub kernel_number: u32,
    /// What user space calls it.
    pub name: String,
    /// The function that the table names.
    pub entry: Option<String>,
    /// Where a tracer can attach: the event, the entry, the companions. None for a call without an entry.
    pub points: Vec<Point>,
}

/// A place to attach to.
#[derive(Clone, Debug)]
pub struct Point {
    /// What it is.
    pub kind: Kind,
    /// The name by which to attach to it: that of the machine's own list where it has one.
    pub name: Option<String>,
    /// Whether it is there.
    pub state: State,
    /// As what it shows the arguments.
    pub passed: Passed,
    /// How a function can be attached to.
    pub function: Option<Function>,
}

/// What a point is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The tracepoints of the call's start and end.
    Event,
    /// The function that the table leads to.
    Entry,
    /// One behind it.
    Companion,
}

/// Whether something is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is.
    There,
    /// It is not, for this reason.
    Absent(Reason),
    /// What is at hand does not tell.
    Unknown(Reason),
}

/// As what a point shows the arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passed {
    /// As argument words, as many as the entry has parameters.
    Words,
    /// As `struct pt_regs`.
    Registers,
    /// As registers in these configurations, else as arguments.
    RegistersIf(Guard),
    /// As arguments.
    Arguments,
    /// As arguments, each as a `long`.
    Longs,
}

/// How a function that is there can be attached to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// By a kprobe.
    pub kprobe: State,
    /// By the function tracer.
    pub ftrace: State,
    /// By fentry.
    pub fentry: State,
    /// The name that BTF has for it, where it is another.
    pub btf_name: Option<String>,
    /// What the compiler put behind its name: it may take other arguments than the source says.
    pub is_changed: bool,
}

/// The points of every call.
pub fn probe(question: &Question) -> Vec<Call> {
    let judge =
        Judge { question, forms: question.machine.kallsyms.as_ref().map(Forms::new), has_events: question.has_events };
    question.abi.syscalls.iter().map(|call| judge.call(call)).collect()
}

impl Question<'_> {
    /// The way into a call on the machine.
    pub fn side<'c>(&self, call: &'c Syscall) -> Option<&'c Side> {
        if self.is_beside { call.compat.as_ref() } else { Some(&call.main) }
    }
}

struct Judge<'a> {
    question: &'a Question<'a>,
    forms: Option<Forms<'a>>,
    /// The kernel has events of calls.
    has_events: bool,
}

/// The options without which there are no events of calls.
const FTRACE_SYSCALLS: &str = "CONFIG_FTRACE_SYSCALLS";
const KPROBES: &str = "CONFIG_KPROBES";
const FUNCTION_TRACER: &str = "CONFIG_DYNAMIC_FTRACE";
/// Since when 64-bit PowerPC's table is called from C, and so has the addresses of descriptors.
const DESCRIPTORS_IN_TABLE: (u32, u32) = (5, 7);

impl<'a> Judge<'a> {
    fn call(&self, call: &Syscall) -> Call {
        let side = self.question.side(call);
        let mut points = Vec::new();
        if let Some(side) = side.filter(|side| side.entry.is_some()) {
            let entry = self.entry(call, side);
            points.push(self.event(side, &entry));
            let companions = self.companions(side, &entry);
            points.push(entry);
            points.extend(companions);
        }
        Call {
            number: call.number,
            kernel_number: call.kernel_number,
            name: call.name.clone(),
            entry: side.and_then(|side| side.entry.clone()),
            points,
        }
    }

    /// The function that the table leads to.
    fn entry(&self, call: &Syscall, side: &Side) -> Point {
        let passed = match &side.registers {
            Guard::Constant(false) => Passed::Arguments,
            Guard::Constant(true) => Passed::Registers,
            guard => self.folded(guard).map_or_else(
                || Passed::RegistersIf(guard.clone()),
                |takes| {
                    if takes { Passed::Registers } else { Passed::Arguments }
                },
            ),
        };
        let point = |name, state, function| Point { kind: Kind::Entry, name, state, passed, function };
        if let Some(missing) = side.missing {
            return point(None, State::Absent(Reason::NotImplemented(missing)), None);
        }
        let Some(symbol) = &side.symbol else {
            return point(None, State::Unknown(unexplained("no symbol is known for its entry")), None);
        };
        let Some(forms) = &self.forms else {
            let state = match self.left_out(side, false) {
                Some(reason) => State::Absent(reason),
                None => State::Unknown(Reason::NotAtHand { what: "symbols" }),
            };
            return point(Some(symbol.clone()), state, None);
        };
        let other = side.alias_of.as_ref().filter(|(_, guard)| self.folded(guard) != Some(false));
        let btf_name = other.map(|(companion, _)| companion.clone());
        match forms.find(symbol) {
            Found::Code(name) => {
                let function = self.function(&name, btf_name, false);
                point(Some(name), State::There, Some(function))
            }
            Found::Changed(name) => {
                let function = self.function(name, None, true);
                point(Some(name.to_string()), State::There, Some(function))
            }
            Found::Stub => {
                let seen = || unexplained("a stub stands in its place, and nothing known leaves it out");
                let reason = self.left_out(side, true).or_else(|| self.of_time(call));
                point(Some(symbol.clone()), reason.map_or_else(|| State::Unknown(seen()), State::Absent), None)
            }
            Found::Nothing => {
                // A kernel that knows the call would have a stub of it.
                let reason = self.renamed(call, forms).or_else(|| self.of_time(call));
                let reason = reason.or_else(|| self.left_out(side, false));
                let seen = || unexplained("kallsyms does not have it, and nothing known leaves it out");
                point(Some(symbol.clone()), reason.map_or_else(|| State::Unknown(seen()), State::Absent), None)
            }
        }
    }

    fn companions(&self, side: &Side, entry: &Point) -> Vec<Point> {
        let mut all = Vec::new();
        let mut seen = FxHashSet::default();
        let is_inlinable = |symbol: &String| {
            let mut linkages = side.companions.iter().filter(|(other, _)| other == symbol).map(|(_, linkage)| *linkage);
            linkages.any(|linkage| matches!(linkage, Linkage::Static | Linkage::Inline))
        };
        for (symbol, _) in &side.companions {
            if !seen.insert(symbol) {
                continue;
            }
            let is_longs = symbol.trim_start_matches('_').starts_with("se_");
            let passed = if is_longs { Passed::Longs } else { Passed::Arguments };
            let point = |name, state, function| {
                let passed = passed.clone();
                Point { kind: Kind::Companion, name: Some(name), state, passed, function }
            };
            all.push(match (&entry.state, &self.forms) {
                (State::Absent(reason), _) => point(symbol.clone(), State::Absent(reason.clone()), None),
                (_, None) => point(symbol.clone(), State::Unknown(Reason::NotAtHand { what: "symbols" }), None),
                (_, Some(forms)) => match forms.find(symbol) {
                    Found::Code(name) => {
                        let function = self.function(&name, None, false);
                        point(name, State::There, Some(function))
                    }
                    Found::Changed(name) => {
                        let function = self.function(name, None, true);
                        point(name.to_string(), State::There, Some(function))
                    }
                    // A function that other files see stays, unless some configuration makes it one of its file.
                    Found::Stub | Found::Nothing if is_inlinable(symbol) => {
                        point(symbol.clone(), State::Absent(Reason::Inlined), None)
                    }
                    Found::Stub | Found::Nothing => {
                        let seen = || unexplained("kallsyms does not have it, and other files can see it");
                        let reason = self.left_out(side, false);
                        point(symbol.clone(), reason.map_or_else(|| State::Unknown(seen()), State::Absent), None)
                    }
                },
            });
        }
        // From the outside in.
        all.sort_by_key(|point| point.passed != Passed::Longs);
        all
    }

    /// The tracepoints.
    fn event(&self, side: &Side, entry: &Point) -> Point {
        let name = side.event.as_ref().map(|name| format!("sys_enter_{name}"));
        let point =
            |state| Point { kind: Kind::Event, name: name.clone(), state, passed: Passed::Words, function: None };
        let Some(event) = &name else {
            let reason = if let State::Absent(reason @ Reason::NotImplemented(_)) = &entry.state {
                reason.clone()
            } else if self.question.is_compat {
                Reason::CompatCall { shows_as_native: self.has_events && !self.question.rules.skips_compat }
            } else if !self.has_events {
                Reason::NoEventsHere
            } else if side.made_by.is_none() {
                Reason::PlainFunction
            } else {
                Reason::RuleSkips { symbol: side.symbol.clone().unwrap_or_default() }
            };
            return point(State::Absent(reason));
        };
        let machine = self.question.machine;
        if machine.events.as_ref().is_some_and(|events| events.contains(&format!("syscalls:{event}"))) {
            return point(State::There);
        }
        let configured_out = Reason::ConfiguredOut {
            options: vec![(FTRACE_SYSCALLS.to_string(), true)],
            is_proven: true,
            has_stub: false,
        };
        let is_off = machine.config.as_ref().is_some_and(|config| !config.is_set(FTRACE_SYSCALLS));
        let reason = if is_off { Some(configured_out) } else { self.not_found(event, side) };
        let of_entry = match &entry.state {
            State::Absent(reason) => Some(reason.clone()),
            _ => None,
        };
        if let Some(reason) = reason.or(of_entry) {
            return point(State::Absent(reason));
        }
        if machine.events.is_some() {
            return point(State::Unknown(unexplained(
                "the list of events does not have it, and the function is there",
            )));
        }
        // A whole map has an object for every event that was compiled.
        match &machine.kallsyms {
            Some(map) if map.has_data() => {
                let object = format!("{EVENT}{}", event.trim_start_matches("sys_enter_"));
                if map.has(&object) {
                    point(State::There)
                } else {
                    point(State::Unknown(unexplained("the map does not have the object of this event")))
                }
            }
            _ => point(State::Unknown(Reason::NotAtHand { what: "events" })),
        }
    }

    /// Why the kernel does not find an event for what its table leads to.
    fn not_found(&self, event: &str, side: &Side) -> Option<Reason> {
        let (forms, symbol) = (self.forms.as_ref()?, side.symbol.as_ref()?);
        let name = format!("sys_{}", event.strip_prefix("sys_enter_")?);
        let descriptors = forms.has_descriptors();
        let holds = |guard: &Guard| guard.fold(&|symbol| (symbol == V1).then_some(descriptors)) == Guard::TRUE;
        let rules: Vec<MatchRule> =
            self.question.rules.matches.iter().filter(|rule| holds(&rule.guard)).cloned().collect();
        let matches = |symbol: &str| MatchRule::matches(&rules, symbol, &name);
        if !descriptors {
            return (!matches(symbol)).then(|| Reason::RuleSkips { symbol: symbol.clone() });
        }
        if self.question.kernel.is_some_and(|kernel| kernel < DESCRIPTORS_IN_TABLE) {
            let dotted = format!(".{symbol}");
            return (!matches(&dotted)).then_some(Reason::RuleSkips { symbol: dotted });
        }
        if !forms.has_descriptor_of(symbol) {
            return Some(Reason::NoDescriptorNames);
        }
        (!matches(symbol)).then_some(Reason::DescriptorSkipped)
    }

    /// How a function that is there can be attached to.
    fn function(&self, name: &str, btf_name: Option<String>, is_changed: bool) -> Function {
        let machine = self.question.machine;
        let off = |option: &str| {
            let config = machine.config.as_ref()?;
            let options = vec![(option.to_string(), true)];
            let reason = Reason::ConfiguredOut { options, is_proven: true, has_stub: false };
            (!config.is_set(option)).then_some(State::Absent(reason))
        };
        let kprobe = off(KPROBES).unwrap_or(match &machine.config {
            Some(_) => State::There,
            None => State::Unknown(Reason::NotAtHand { what: "configuration" }),
        });
        let ftrace = off(FUNCTION_TRACER).unwrap_or_else(|| match &machine.filter_functions {
            Some(list) if list.contains(name) => State::There,
            // An alias is in the list under one of its names.
            Some(list) if btf_name.as_ref().is_some_and(|other| list.contains(other)) => State::There,
            Some(_) => State::Absent(Reason::NoPatchSite),
            None => State::Unknown(Reason::NotAtHand { what: "list of functions that can be traced" }),
        });
        let typed = btf_name.as_deref().unwrap_or(name);
        let fentry = match (&ftrace, &machine.btf) {
            (State::Absent(_), _) => ftrace.clone(),
            (_, Some(btf)) if !btf.contains(typed) => State::Absent(Reason::NoBtf),
            (_, None) => State::Unknown(Reason::NotAtHand { what: "BTF" }),
            _ => ftrace.clone(),
        };
        Function { kprobe, ftrace, fentry, btf_name, is_changed }
    }

    /// The configuration that leaves a call out.
    fn left_out(&self, side: &Side, has_stub: bool) -> Option<Reason> {
        let is_set = |option: &str| self.question.machine.config.as_ref().map(|config| config.is_set(option));
        let needs = self.question.needs.iter().map(|(option, wanted)| (option.as_str(), *wanted));
        let unmet: Vec<(String, bool)> = needs
            .filter(|(option, wanted)| is_set(option).is_some_and(|set| set != *wanted))
            .map(|(option, wanted)| (option.to_string(), wanted))
            .collect();
        if !unmet.is_empty() {
            return Some(Reason::ConfiguredOut { options: unmet, is_proven: true, has_stub });
        }
        let options = options(&side.config);
        match self.folded(&side.config) {
            Some(false) => {
                let is_unmet = |(option, wanted): &(String, bool)| is_set(option) != Some(*wanted);
                let options = options.into_iter().filter(is_unmet).collect();
                Some(Reason::ConfiguredOut { options, is_proven: true, has_stub })
            }
            None if side.config != Guard::TRUE => Some(Reason::ConfiguredOut { options, is_proven: false, has_stub }),
            _ => None,
        }
    }

    /// Whether a condition holds on the machine, if its configuration is at hand.
    fn folded(&self, guard: &Guard) -> Option<bool> {
        if let Guard::Constant(holds) = guard {
            return Some(*holds);
        }
        let config = self.question.machine.config.as_ref()?;
        match guard.fold(&|option| Some(config.is_set(option))) {
            Guard::Constant(holds) => Some(holds),
            _ => None,
        }
    }

    /// The name that another release has for the function, where the machine has that.
    fn renamed(&self, call: &Syscall, forms: &Forms) -> Option<Reason> {
        self.question.others.iter().find_map(|(release, abi)| {
            let other = self.question.side(abi.by_name(&call.name)?)?;
            let to = other.symbol.clone().filter(|_| other.missing.is_none())?;
            matches!(forms.find(&to), Found::Code(_)).then(|| Reason::Renamed { to, release: release.clone() })
        })
    }

    /// The machine's kernel is older or newer than the call.
    fn of_time(&self, call: &Syscall) -> Option<Reason> {
        let kernel = self.question.kernel?;
        let row = self.question.rows.iter().find(|row| row.syscall.number == call.number)?;
        let came = row.came.as_ref().filter(|came| kernel < came.after.series());
        let went = row.went.as_ref().filter(|went| kernel > went.before.series());
        came.map(|came| Reason::NotYet { came: came.clone() })
            .or_else(|| went.map(|went| Reason::Gone { went: went.clone() }))
    }
}

/// The word by which a kernel's source says that functions have descriptors.
const V1: &str = "PPC64_ELF_ABI_v1";

fn unexplained(seen: &str) -> Reason {
    Reason::Unexplained { seen: seen.to_string() }
}

/// What a condition asks for: each option, and whether it asks that it is set.
fn options(guard: &Guard) -> Vec<(String, bool)> {
    match guard {
        Guard::Constant(_) => Vec::new(),
        Guard::Symbol(name) => vec![(name.clone(), true)],
        Guard::Not(name) => vec![(name.clone(), false)],
        Guard::All(parts) | Guard::Any(parts) => {
            let mut all: Vec<(String, bool)> = parts.iter().flat_map(options).collect();
            all.sort_unstable();
            all.dedup();
            all
        }
    }
}
