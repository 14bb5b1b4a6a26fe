//! The report that a person reads on a terminal: counts, the findings of each level by rule, counts again, what to do.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::group::{Group, groups};
use super::{audience, by_rule, counts, next_step, of_whom, phrase, scope};
use crate::judge::{Finding, Judged, Level, Rule};

const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();

/// Columns that a line may take.
const WIDTH: usize = 110;

fn style(level: Level) -> Style {
    match level {
        Level::Breaking => AnsiColor::Red.on_default().bold(),
        Level::Review => AnsiColor::Yellow.on_default().bold(),
        Level::Compatible => AnsiColor::Green.on_default().bold(),
        Level::Note => Style::new().bold(),
    }
}

/// Prints the report; `tells_waivers`: somebody gave a file of them.
pub fn text(judged: &Judged, tells_waivers: bool, out: &mut dyn Write) -> io::Result<()> {
    let (old, new) = (&judged.old, &judged.new);
    writeln!(out, "{STRONG}Linux {} → {}{STRONG:#} for {}", old.release, new.release, audience(judged.profile))?;
    writeln!(out, "{}; {}", scope(judged), counts(judged))?;
    for level in Level::ALL {
        let style = style(level);
        writeln!(out, "\n{style}{} ({}){style:#}", level.as_str(), judged.count(level))?;
        let rules = by_rule(judged, level);
        if rules.is_empty() {
            writeln!(out, "  (none)")?;
        }
        for (rule, findings) in rules {
            head(rule, out)?;
            for group in groups(&findings) {
                match group.title("") {
                    Some(title) => several(judged, &group, &title, out)?,
                    None => group.findings.iter().try_for_each(|finding| print(judged, finding, None, out))?,
                }
            }
        }
    }
    if tells_waivers {
        waivers(judged, out)?;
    }
    if !judged.unknown.is_empty() {
        writeln!(out, "\n{STRONG}not compared ({}){STRONG:#}", judged.unknown.len())?;
        let calls: Vec<String> =
            judged.unknown.iter().map(|unknown| format!("{} on {}", unknown.call, unknown.way)).collect();
        wrapped("  ", "parameters that one of the two kernels does not tell: ", &calls.join(", "), out)?;
    }
    writeln!(out, "\n{}", counts(judged))?;
    writeln!(out, "{FAINT}next:{FAINT:#} {}", next_step(judged))
}

/// What a rule says, once for all its findings.
fn head(rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n  {STRONG}{}{STRONG:#}: {} {FAINT}({}){FAINT:#}", rule.id, rule.title, of_whom(rule))?;
    wrapped("    ", "why: ", rule.why, out)?;
    wrapped("    ", "do:  ", rule.advice, out)
}

/// Findings that are told together.
fn several(judged: &Judged, group: &Group, title: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "    {STRONG}{title}{STRONG:#}")?;
    wrapped("      ", "", &group.list(""), out)?;
    match group.on(judged) {
        Some(on) => wrapped("      ", "on ", &on, out),
        None => Ok(()),
    }
}

fn print(judged: &Judged, finding: &Finding, reason: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    let change = &finding.change;
    let subject = phrase::subject(finding);
    let said =
        [phrase::detail(change, ""), phrase::numbers(change).map_or(String::new(), |text| format!("number {text}"))];
    let said: Vec<String> = said.into_iter().filter(|text| !text.is_empty()).collect();
    let head = if said.is_empty() { subject } else { format!("{subject}  {}", said.join("  ")) };
    // The subject stands out; what is wrapped is the whole.
    let mut lines = textwrap::wrap(&head, options("    ", "        ")).into_iter();
    let first = lines.next().unwrap_or_default();
    let (name, rest) = first.trim_start().split_once("  ").unwrap_or((first.trim_start(), ""));
    let gap = if rest.is_empty() { "" } else { "  " };
    writeln!(out, "    {STRONG}{name}{STRONG:#}{gap}{rest}")?;
    lines.try_for_each(|line| writeln!(out, "{line}"))?;
    let about = |lead: &str, text: Option<String>, out: &mut dyn Write| match text {
        Some(text) => wrapped("      ", lead, &text, out),
        None => Ok(()),
    };
    about("", phrase::calls(finding), out)?;
    about("of ", phrase::home(change, ""), out)?;
    about("on ", phrase::on(judged, finding), out)?;
    let follows = phrase::follows(change, "");
    about("with it: ", (!follows.is_empty()).then(|| follows.join("; ")), out)?;
    about("at ", phrase::places(change, ""), out)?;
    about("accepted: ", reason.map(str::to_string), out)
}

fn waivers(judged: &Judged, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{STRONG}waived ({}){STRONG:#}", judged.waived.len())?;
    if judged.waived.is_empty() {
        writeln!(out, "  (none)")?;
    }
    for waived in &judged.waived {
        let Finding { rule, level, .. } = waived.finding;
        writeln!(out, "\n  {STRONG}{}{STRONG:#} {FAINT}({}){FAINT:#}", rule.id, level.as_str())?;
        print(judged, &waived.finding, Some(&waived.reason), out)?;
    }
    writeln!(out, "\n{STRONG}waivers that match nothing ({}){STRONG:#}", judged.unused.len())?;
    if judged.unused.is_empty() {
        writeln!(out, "  (none)")?;
    }
    for waiver in &judged.unused {
        wrapped("    ", "", &format!("{}:{}: {}", waiver.file, waiver.line, waiver.finding), out)?;
    }
    Ok(())
}

fn options<'a>(first: &'a str, further: &'a str) -> textwrap::Options<'a> {
    let by_words = textwrap::Options::new(WIDTH).word_splitter(textwrap::WordSplitter::NoHyphenation);
    by_words.break_words(false).initial_indent(first).subsequent_indent(further)
}

/// A paragraph behind a lead, further lines indented a little more.
fn wrapped(indent: &str, lead: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    let further = format!("{indent}{}", " ".repeat(lead.len().min(8)));
    for line in textwrap::wrap(&format!("{lead}{text}"), options(indent, &further)) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}
