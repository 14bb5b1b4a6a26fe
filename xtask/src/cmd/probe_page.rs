//! The page that `probe` prints: what is at hand, a line a call, what no call claims, counts.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::contract::{CallJson, PointJson, Probed};

const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const THERE: Style = AnsiColor::Green.on_default();
const ABSENT: Style = AnsiColor::Yellow.on_default();
const UNEXPLAINED: Style = AnsiColor::Red.on_default().bold();

/// Prints the page. `is_short`: only what is missing was asked for.
pub(super) fn page(probed: &Probed, is_short: bool, out: &mut dyn Write) -> io::Result<()> {
    head(probed, out)?;
    let widths = Widths::of(&probed.calls);
    writeln!(out)?;
    for call in &probed.calls {
        line(call, &widths, out)?;
    }
    leftovers(probed, is_short, out)?;
    counts(probed, out)
}

fn head(probed: &Probed, out: &mut dyn Write) -> io::Result<()> {
    let machine = &probed.machine;
    let kernel = machine.release.as_deref().unwrap_or("an unknown release");
    let fit = match machine.fit {
        "same" => "the same release",
        "between" => "the nearest that is held; the kernel lies between two",
        "beyond" => "the nearest that is held; the kernel is beyond all",
        _ => "nobody says which release the kernel is: `--release` does",
    };
    writeln!(out, "{STRONG}{} on Linux {kernel}{STRONG:#}, by the tables of {} ({fit})", probed.way, probed.release)?;
    let mut at_hand = Vec::new();
    let mut not = Vec::new();
    let mut item = |what: &str, count: Option<usize>, more: &str| match count {
        Some(count) => at_hand.push(format!("{count} {what}{more}")),
        None => not.push(what.to_string()),
    };
    let more = if machine.has_data == Some(false) { " (functions alone)" } else { "" };
    item("symbols", machine.symbols, more);
    item("functions that can be traced", machine.filter_functions, "");
    item("events", machine.events, "");
    item("functions of BTF", machine.btf, "");
    if machine.config {
        at_hand.push("the configuration".to_string());
    } else {
        not.push("the configuration".to_string());
    }
    writeln!(out, "at hand: {}", at_hand.join(", "))?;
    if !not.is_empty() {
        writeln!(out, "{FAINT}not at hand: {}{FAINT:#}", not.join(", "))?;
    }
    let raw = &probed.raw_tracepoint;
    let raw = raw.reason.as_deref().unwrap_or(raw.state);
    writeln!(out, "raw tracepoint sys_enter, sys_exit: {raw}")
}

/// Columns of the list.
struct Widths {
    number: usize,
    name: usize,
    function: usize,
}

impl Widths {
    fn of(calls: &[CallJson]) -> Self {
        let mut widths = Widths { number: 3, name: 4, function: 8 };
        for call in calls {
            widths.number = widths.number.max(call.number.to_string().len());
            widths.name = widths.name.max(call.name.len());
            let entry = point(call, "entry").and_then(|point| point.name.as_ref());
            widths.function = widths.function.max(entry.map_or(0, String::len));
        }
        widths
    }
}

fn point<'c>(call: &'c CallJson, kind: &str) -> Option<&'c PointJson> {
    call.points.iter().find(|point| point.kind == kind)
}

/// `  0  read  __x64_sys_read (registers)  sys_enter_read  __do_sys_read inlined`
fn line(call: &CallJson, widths: &Widths, out: &mut dyn Write) -> io::Result<()> {
    let (number, name) = (call.number, &call.name);
    write!(out, "{number:>0$}  {name:<1$}  ", widths.number, widths.name)?;
    let Some(entry) = point(call, "entry") else {
        return writeln!(out, "{:<1$}  {FAINT}not implemented: the table says so{FAINT:#}", "-", widths.function);
    };
    let event = point(call, "event");
    let mut rest = Vec::new();
    let is_there = entry.state.state == "there";
    if is_there {
        let symbol = entry.name.as_deref().unwrap_or_default();
        write!(out, "{THERE}{symbol:<0$}{THERE:#}  ", widths.function)?;
    } else {
        let style = if entry.state.code == Some("unexplained") { UNEXPLAINED } else { ABSENT };
        let symbol = entry.name.as_deref().unwrap_or("-");
        write!(out, "{symbol:<0$}  ", widths.function)?;
        rest.push(format!("{style}{}{style:#}", entry.state.reason.as_deref().unwrap_or_default()));
    }
    match event {
        Some(event) if event.state.state == "there" => {
            rest.push(format!("{THERE}{}{THERE:#}", event.name.as_deref().unwrap_or_default()));
        }
        // What is so for all of them stands with the counts.
        Some(event) if matches!(event.state.code, Some("compat_call" | "no_events_here")) => {}
        // One reason for both is told once.
        Some(event) if is_there || event.state.reason != entry.state.reason => {
            let style = if event.state.code == Some("unexplained") { UNEXPLAINED } else { ABSENT };
            let reason = event.state.reason.as_deref().unwrap_or_default();
            rest.push(format!("{style}no event: {reason}{style:#}"));
        }
        _ => {}
    }
    if is_there {
        let behind = || call.points.iter().filter(|point| point.kind == "companion");
        let kept = behind().filter(|companion| companion.state.state == "there");
        let kept: Vec<String> = kept.filter_map(|companion| companion.name.clone()).collect();
        match (kept.as_slice(), behind().next()) {
            ([], Some(inlined)) => {
                rest.push(format!("{FAINT}{}{FAINT:#}", inlined.state.reason.as_deref().unwrap_or_default()));
            }
            (kept, _) => rest.extend_from_slice(kept),
        }
        if let Some(note) = trouble(entry) {
            rest.push(format!("{ABSENT}{note}{ABSENT:#}"));
        }
    }
    writeln!(out, "{}", rest.join("  "))
}

/// What keeps a function that is there from being attached to, of what is not so for all of them.
fn trouble(entry: &PointJson) -> Option<String> {
    let function = entry.function.as_ref()?;
    function.trouble()
}

fn leftovers(probed: &Probed, is_short: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut by_code: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut reasons: BTreeMap<&str, &str> = BTreeMap::new();
    for leftover in &probed.leftovers {
        by_code.entry(leftover.code).or_default().push(&leftover.name);
        reasons.insert(leftover.code, leftover.reason);
    }
    if by_code.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{STRONG}under the names of calls, and no call's{STRONG:#}")?;
    for (code, names) in by_code {
        let style = if code == "unexplained" { UNEXPLAINED } else { Style::new() };
        writeln!(out, "  {style}{} {}{style:#}", names.len(), reasons.get(code).copied().unwrap_or(code))?;
        // What has no reason is told whole.
        let shown = if code == "unexplained" {
            names.len()
        } else if is_short {
            0
        } else {
            6
        };
        let more = if names.len() > shown && shown > 0 { ", …" } else { "" };
        if shown > 0 {
            let some: Vec<&str> = names.iter().take(shown).copied().collect();
            writeln!(out, "    {FAINT}{}{more}{FAINT:#}", some.join(", "))?;
        }
    }
    Ok(())
}

fn counts(probed: &Probed, out: &mut dyn Write) -> io::Result<()> {
    let counts = &probed.counts;
    let listed = |of: &BTreeMap<&str, usize>| -> String {
        let all: Vec<String> = of.iter().map(|(code, count)| format!("{count} {}", code.replace('_', " "))).collect();
        if all.is_empty() { "none".to_string() } else { all.join(", ") }
    };
    writeln!(out, "\n{STRONG}{} calls{STRONG:#}", counts.calls)?;
    writeln!(
        out,
        "  {} with a function to attach to; without: {}",
        counts.functions,
        listed(&counts.without_function)
    )?;
    writeln!(out, "  {} with an event; without: {}", counts.events, listed(&counts.without_event))
}
