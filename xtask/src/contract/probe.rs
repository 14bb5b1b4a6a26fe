//! What `probe` prints as JSON: `xtask/schema/probe.schema.json`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::Abi;
use crate::probe::{Call, Fit, Function, Kind, Leftover, Machine, Passed, Point, Reason, State, Why};

/// What was found on a machine.
#[derive(Serialize)]
pub struct Probed {
    /// The release whose tables were used: `7.2`.
    pub kernel: String,
    /// `7.2.13`
    pub release: String,
    /// Canonical name.
    pub abi: String,
    /// How a program of the ABI enters the machine's kernel: `x86_64`, `i386.compat`.
    pub way: String,
    /// The machine.
    pub machine: MachineJson,
    /// The tracepoints that every traced call passes: `raw_syscalls:sys_enter` and `sys_exit`.
    pub raw_tracepoint: StateJson,
    /// How many calls have what.
    pub counts: Counts,
    /// In number order.
    pub calls: Vec<CallJson>,
    /// What the machine has under the names of calls and no call claims.
    pub leftovers: Vec<LeftoverJson>,
}

/// What is at hand of a machine.
#[derive(Serialize)]
pub struct MachineJson {
    /// The release of its kernel, if that is known.
    pub release: Option<String>,
    /// How well the tables fit it: `same`, `between`, `beyond`, `unknown`.
    pub fit: &'static str,
    /// How many symbols its list has.
    pub symbols: Option<usize>,
    /// Whether that list has data, too.
    pub has_data: Option<bool>,
    /// How many functions can be traced.
    pub filter_functions: Option<usize>,
    /// How many events it has.
    pub events: Option<usize>,
    /// Whether its configuration is at hand.
    pub config: bool,
    /// How many functions its BTF has.
    pub btf: Option<usize>,
}

/// How many calls have what.
#[derive(Serialize)]
pub struct Counts {
    /// All of the table.
    pub calls: usize,
    /// Those with events.
    pub events: usize,
    /// Those whose function is there.
    pub functions: usize,
    /// Those whose function is not there, by the code of the reason.
    pub without_function: BTreeMap<&'static str, usize>,
    /// Those without an event, by the code of the reason.
    pub without_event: BTreeMap<&'static str, usize>,
    /// Leftovers, by what they are.
    pub leftovers: BTreeMap<&'static str, usize>,
}

/// A call.
#[derive(Serialize)]
pub struct CallJson {
    /// The number that a program passes.
    pub number: u32,
    /// The one that the raw tracepoint shows.
    pub kernel_number: u32,
    /// What user space calls it.
    pub name: String,
    /// The function that the table names.
    pub entry: Option<String>,
    /// Where to attach.
    pub points: Vec<PointJson>,
}

/// A place to attach to.
#[derive(Serialize)]
pub struct PointJson {
    /// `event`, `entry`, `companion`
    pub kind: &'static str,
    /// By what name.
    pub name: Option<String>,
    /// Whether it is there.
    #[serde(flatten)]
    pub state: StateJson,
    /// `words`, `registers`, `arguments`, `longs`, or `registers_if` with a condition.
    pub passed: &'static str,
    /// That condition.
    pub passed_if: Option<String>,
    /// Whether a call can get past it unseen while what is attached changes.
    pub can_miss: bool,
    /// How a function that is there can be attached to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<FunctionJson>,
}

/// How a function can be attached to.
#[derive(Serialize)]
pub struct FunctionJson {
    kprobe: StateJson,
    ftrace: StateJson,
    fentry: StateJson,
    /// The name that BTF has for it, where it is another.
    btf_name: Option<String>,
    /// The compiler changed it: it may take other arguments than the source says.
    is_changed: bool,
}

/// Whether something is there.
#[derive(Serialize)]
pub struct StateJson {
    /// `there`, `absent`, `unknown`
    pub state: &'static str,
    /// The kind of reason.
    pub code: Option<&'static str>,
    /// The reason in words.
    pub reason: Option<String>,
    /// The options that the reason is about, each with whether it would have to be set.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, bool>,
}

/// A symbol or an event that no call claims.
#[derive(Serialize)]
pub struct LeftoverJson {
    /// As the machine has it.
    pub name: String,
    /// The kind of reason.
    pub code: &'static str,
    /// The reason in words.
    pub reason: &'static str,
}

impl Probed {
    /// What was found, of the tables of an ABI.
    pub fn new(abi: &Abi, way: &str, fit: Fit, machine: &Machine, calls: &[Call], leftovers: &[Leftover]) -> Self {
        let mut counts = Counts {
            calls: calls.len(),
            events: 0,
            functions: 0,
            without_function: BTreeMap::new(),
            without_event: BTreeMap::new(),
            leftovers: BTreeMap::new(),
        };
        for call in calls {
            let of = |kind| call.points.iter().find(|point| point.kind == kind).map(|point| &point.state);
            tally(of(Kind::Event), &mut counts.events, &mut counts.without_event);
            tally(of(Kind::Entry), &mut counts.functions, &mut counts.without_function);
        }
        for leftover in leftovers {
            *counts.leftovers.entry(leftover.why.code()).or_default() += 1;
        }
        Probed {
            kernel: abi.release.kernel(),
            release: abi.release.version.clone(),
            abi: abi.name.clone(),
            way: way.to_string(),
            machine: MachineJson {
                release: machine.release.clone(),
                fit: fit.as_str(),
                symbols: machine.kallsyms.as_ref().map(|map| map.count()),
                has_data: machine.kallsyms.as_ref().map(|map| map.has_data()),
                filter_functions: machine.filter_functions.as_ref().map(|list| list.len()),
                events: machine.events.as_ref().map(|list| list.len()),
                config: machine.config.is_some(),
                btf: machine.btf.as_ref().map(|list| list.len()),
            },
            raw_tracepoint: StateJson::new(&raw_tracepoint(machine)),
            counts,
            calls: calls.iter().map(CallJson::new).collect(),
            leftovers: leftovers.iter().map(LeftoverJson::new).collect(),
        }
    }

    /// How many calls and leftovers have no reason that is known.
    pub fn unexplained(&self) -> usize {
        let of = |counts: &BTreeMap<&str, usize>| counts.get("unexplained").copied().unwrap_or_default();
        of(&self.counts.without_function) + of(&self.counts.without_event) + of(&self.counts.leftovers)
    }

    /// Leaves only calls to which something is missing: the event or the function.
    pub fn keep_missing(&mut self) {
        self.calls.retain(|call| {
            let is_missing = |point: &PointJson| point.kind != "companion" && point.state.state != "there";
            call.points.is_empty() || call.points.iter().any(is_missing)
        });
    }
}

/// Counts a state; a call without an entry is not implemented.
fn tally(state: Option<&State>, there: &mut usize, without: &mut BTreeMap<&'static str, usize>) {
    match state {
        Some(State::There) => *there += 1,
        Some(State::Absent(reason) | State::Unknown(reason)) => *without.entry(reason.code()).or_default() += 1,
        None => *without.entry("ni").or_default() += 1,
    }
}

fn raw_tracepoint(machine: &Machine) -> State {
    match &machine.events {
        Some(events) if events.contains("raw_syscalls:sys_enter") => State::There,
        Some(_) => State::Absent(Reason::Unexplained { seen: "the list of events does not have it".to_string() }),
        None => State::Unknown(Reason::NotAtHand { what: "events" }),
    }
}

impl CallJson {
    fn new(call: &Call) -> Self {
        CallJson {
            number: call.number,
            kernel_number: call.kernel_number,
            name: call.name.clone(),
            entry: call.entry.clone(),
            points: call.points.iter().map(PointJson::new).collect(),
        }
    }
}

impl PointJson {
    fn new(point: &Point) -> Self {
        let (passed, passed_if) = match &point.passed {
            Passed::Words => ("words", None),
            Passed::Registers => ("registers", None),
            Passed::RegistersIf(guard) => ("registers_if", Some(guard.to_string())),
            Passed::Arguments => ("arguments", None),
            Passed::Longs => ("longs", None),
        };
        PointJson {
            kind: match point.kind {
                Kind::Event => "event",
                Kind::Entry => "entry",
                Kind::Companion => "companion",
            },
            name: point.name.clone(),
            state: StateJson::new(&point.state),
            passed,
            passed_if,
            can_miss: point.kind != Kind::Event,
            function: point.function.as_ref().map(FunctionJson::new),
        }
    }
}

impl FunctionJson {
    /// Why it cannot be attached to by a way that the machine has for other functions.
    pub fn trouble(&self) -> Option<String> {
        let is_own = |state: &&StateJson| matches!(state.code, Some("no_patch_site" | "no_btf"));
        [&self.ftrace, &self.fentry].into_iter().find(is_own)?.reason.clone()
    }

    fn new(function: &Function) -> Self {
        FunctionJson {
            kprobe: StateJson::new(&function.kprobe),
            ftrace: StateJson::new(&function.ftrace),
            fentry: StateJson::new(&function.fentry),
            btf_name: function.btf_name.clone(),
            is_changed: function.is_changed,
        }
    }
}

impl StateJson {
    fn new(state: &State) -> Self {
        let (word, reason) = match state {
            State::There => ("there", None),
            State::Absent(reason) => ("absent", Some(reason)),
            State::Unknown(reason) => ("unknown", Some(reason)),
        };
        let options = match reason {
            Some(Reason::ConfiguredOut { options, .. }) => options.iter().cloned().collect(),
            _ => BTreeMap::new(),
        };
        StateJson { state: word, code: reason.map(Reason::code), reason: reason.map(Reason::to_string), options }
    }
}

impl LeftoverJson {
    fn new(leftover: &Leftover) -> Self {
        let why: Why = leftover.why;
        LeftoverJson { name: leftover.name.clone(), code: why.code(), reason: why.text() }
    }
}
