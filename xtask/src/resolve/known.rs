//! What is known of a kernel by what it was read from, and what of two kernels can be compared: what both know.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Sink};
use crate::model::{Abi, AtHand, Guard, Headers, Release, Side, Syscall};

/// What is known of a kernel.
#[derive(Clone, Copy)]
struct Known {
    /// Numbers and names.
    numbers: bool,
    /// Which calls have an event, and what these take.
    events: bool,
    /// Entries and all that follows from them; and so who is served as compat, and what is not implemented.
    entries: bool,
    /// What headers define.
    headers: bool,
}

impl Known {
    fn of(release: &Release) -> Known {
        match release.at_hand {
            None => Known { numbers: true, events: true, entries: true, headers: true },
            // Its numbers are those of a release that is held.
            Some(AtHand::Live | AtHand::Types) => {
                Known { numbers: false, events: true, entries: false, headers: false }
            }
            Some(AtHand::Headers) => Known { numbers: true, events: false, entries: false, headers: true },
        }
    }

    fn and(self, other: Known) -> Known {
        Known {
            numbers: self.numbers && other.numbers,
            events: self.events && other.events,
            entries: self.entries && other.entries,
            headers: self.headers && other.headers,
        }
    }

    /// A side without what is not known of it.
    fn side(self, side: &Side) -> Side {
        let mut kept = Side::new(&side.arch, None);
        if self.events {
            (kept.event, kept.params) = (side.event.clone(), side.params.clone());
        }
        kept
    }
}

/// Takes out of resolved ABIs what nothing told that was at hand.
pub(super) fn keep(abis: &mut [Abi], release: &Release) {
    let known = Known::of(release);
    for call in abis.iter_mut().flat_map(|abi| &mut abi.syscalls) {
        if known.events {
            // An event is made by the definition of its entry, whatever stub the table has before that.
            call.main.event =
                call.main.entry.as_deref().and_then(|entry| entry.strip_prefix("sys_")).map(str::to_string);
            let place = call.main.origin.take().unwrap_or_default();
            call.row = place.rsplit_once(':').map_or(place.as_str(), |(file, _)| file).to_string();
        }
        let kept = known.side(&call.main);
        let entry = call.main.entry.take().filter(|_| known.events);
        (call.main, call.compat) = (Side { entry, ..kept }, None);
    }
}

/// A kernel on its way to being compared.
pub struct ToCompare<'a> {
    /// Which.
    pub release: &'a Release,
    /// Its ABIs.
    pub abis: &'a mut Vec<Abi>,
    /// What its headers define.
    pub headers: &'a mut Headers,
}

/// Cuts two kernels down to what both know, so that what is left out of one by what it was read from is no change.
/// Kernels that were read from their source stay as they are.
pub fn narrow(old: &mut ToCompare, new: &mut ToCompare, sink: &Sink) {
    let both = Known::of(old.release).and(Known::of(new.release));
    if both.entries {
        return;
    }
    common_abis(old, new);
    common_abis(new, old);
    if !both.numbers && !both.events {
        let message =
            format!("no call can be compared: {} and {} know nothing in common of any", old.release, new.release);
        let help = "a running kernel knows the calls that have an event, headers know numbers and names";
        sink.push(Diagnostic::warning("nothing-in-common", message).help(help));
        old.abis.iter_mut().chain(new.abis.iter_mut()).for_each(|abi| abi.syscalls.clear());
    } else if both.events {
        events(old, new, sink);
        events(new, old, sink);
        renumber(old, new);
        renumber(new, old);
    }
    for call in old.abis.iter_mut().chain(new.abis.iter_mut()).flat_map(|abi| &mut abi.syscalls) {
        (call.main, call.compat) = (both.side(&call.main), None);
        // C's preprocessor takes it away before a format is made.
        call.main.params.iter_mut().flatten().for_each(|param| param.ty = without_user(&param.ty));
    }
    if both.headers {
        for headers in [&mut *old.headers, &mut *new.headers] {
            keep_headers(headers, |name| !is_internal(name));
            forget_arguments(headers);
        }
        let (of_old, of_new) = (folders(old.headers), folders(new.headers));
        let in_both = |name: &str| of_old.contains(folder(name)) && of_new.contains(folder(name));
        keep_headers(old.headers, in_both);
        keep_headers(new.headers, in_both);
    } else {
        (*old.headers, *new.headers) = (Headers::default(), Headers::default());
    }
}

/// Leaves of `these` the ABIs that `others` have, where others are only some: one kernel, one architecture's headers.
fn common_abis(these: &mut ToCompare, others: &ToCompare) {
    if others.release.at_hand.is_some() {
        these.abis.retain(|abi| others.abis.iter().any(|other| other.name == abi.name));
    }
}

/// Leaves of `these` the calls that have an event, or would seem to have come with theirs. One that only some
/// configurations build can be missing in a running kernel because its own does not; it is told, and no change.
fn events(these: &mut ToCompare, others: &ToCompare, sink: &Sink) {
    let is_live = others.release.at_hand == Some(AtHand::Live);
    // What its types do not tell can be there all the same.
    let is_partial = others.release.at_hand == Some(AtHand::Types);
    let mut open = BTreeSet::new();
    for abi in these.abis.iter_mut() {
        let calls = others.abis.iter().filter(|other| other.name == abi.name).flat_map(|other| &other.syscalls);
        let there: BTreeSet<&str> = calls.clone().filter_map(|call| call.main.event.as_deref()).collect();
        let named: BTreeSet<&str> = calls.flat_map(names).collect();
        if is_partial {
            abi.syscalls.retain(|call| call.main.event.as_deref().is_some_and(|event| there.contains(event)));
            continue;
        }
        abi.syscalls.retain(|call| {
            let is_named = names(call).any(|name| named.contains(name));
            let Some(event) = call.main.event.as_deref() else {
                return is_live && is_named && call.main.is_implemented();
            };
            let is_open = is_live && call.main.config != Guard::TRUE && !there.contains(event) && !is_named;
            if is_open {
                open.insert(call.name.clone());
            }
            !is_open
        });
    }
    if !open.is_empty() {
        let names = open.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let message = format!(
            "{} calls of {} that not every configuration builds have no event in {}, and are not compared: {names}",
            open.len(),
            these.release,
            others.release
        );
        sink.push(Diagnostic::remark("not-compared", message));
    }
}

fn names(call: &Syscall) -> impl Iterator<Item = &str> {
    std::iter::once(&call.name).chain(&call.aliases).map(String::as_str)
}

/// Gives the calls of a running kernel the numbers and names of those that have the same event: its own were not read.
fn renumber(these: &mut ToCompare, others: &ToCompare) {
    if these.release.is_running() && others.release.at_hand.is_none() {
        for abi in these.abis.iter_mut() {
            let other = others.abis.iter().find(|other| other.name == abi.name);
            abi.syscalls = renumbered(&abi.syscalls, other.map_or(&[][..], |other| &other.syscalls));
        }
    }
}

fn renumbered(live: &[Syscall], others: &[Syscall]) -> Vec<Syscall> {
    fn event(call: &Syscall) -> &str {
        call.main.event.as_deref().unwrap_or_default()
    }
    let mut by_event: BTreeMap<&str, Vec<&Syscall>> = BTreeMap::new();
    others.iter().for_each(|call| by_event.entry(event(call)).or_default().push(call));
    let mut calls: BTreeMap<u32, Syscall> = BTreeMap::new();
    for call in live {
        for other in by_event.get(event(call)).into_iter().flatten() {
            let (name, aliases) = (other.name.clone(), other.aliases.clone());
            let (number, kernel_number) = (other.number, other.kernel_number);
            calls.insert(number, Syscall { number, kernel_number, name, aliases, ..call.clone() });
        }
    }
    // The others have no call with these events.
    for call in live.iter().filter(|call| !by_event.contains_key(event(call))) {
        calls.entry(call.number).or_insert_with(|| call.clone());
    }
    calls.into_values().collect()
}

fn without_user(ty: &str) -> String {
    ty.split(' ').filter(|word| *word != "__user").collect::<Vec<_>>().join(" ")
}

/// Whether a header is the kernel's own: no program can include it, and so it is not installed.
fn is_internal(name: &str) -> bool {
    name.starts_with("include/") || name.starts_with("arch/") || name.ends_with(".c")
}

/// The C type behind a request is told once for all ABIs. In `asm/` each architecture has a text of its own, so that of
/// some architectures it is not known.
fn forget_arguments(headers: &mut Headers) {
    let own = headers.constants.iter_mut().filter(|(name, _)| name.starts_with("asm/"));
    own.flat_map(|(_, constants)| constants.values_mut()).for_each(|constant| constant.argument = None);
}

/// The folders of the headers: packages leave some of a kernel's out (`drm/`).
fn folders(headers: &Headers) -> BTreeSet<String> {
    let names = headers.constants.keys().chain(headers.records.keys());
    names.map(|name| folder(name).to_string()).collect()
}

fn folder(name: &str) -> &str {
    name.split_once('/').map_or("", |(folder, _)| folder)
}

fn keep_headers(headers: &mut Headers, is_kept: impl Fn(&str) -> bool) {
    fn keep<T>(all: &mut BTreeMap<String, T>, is_kept: &dyn Fn(&str) -> bool) {
        all.retain(|name, _| is_kept(name));
    }
    keep(&mut headers.constants, &is_kept);
    keep(&mut headers.records, &is_kept);
    keep(&mut headers.open, &is_kept);
}
