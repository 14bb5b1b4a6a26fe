//! The report as markdown, for a pull request or release notes.

use std::io::{self, Write};

use super::group::{Group, groups};
use super::{audience, by_rule, counts, next_step, of_whom, phrase, scope};
use crate::judge::{Finding, Judged, Level};

/// Writes the report; `tells_waivers`: somebody gave a file of them.
pub fn markdown(judged: &Judged, tells_waivers: bool, out: &mut dyn Write) -> io::Result<()> {
    let (old, new) = (&judged.old, &judged.new);
    writeln!(out, "# System call ABI: Linux {} → {}\n", old.release, new.release)?;
    writeln!(out, "**{}** for {}; {}.", counts(judged), audience(judged.profile), scope(judged))?;
    for level in Level::ALL {
        writeln!(out, "\n## {} ({})\n", heading(level), judged.count(level))?;
        let rules = by_rule(judged, level);
        if rules.is_empty() {
            writeln!(out, "(none)")?;
        }
        for (index, (rule, findings)) in rules.into_iter().enumerate() {
            let gap = if index > 0 { "\n" } else { "" };
            writeln!(out, "{gap}### `{}`: {}\n", rule.id, plain(rule.title))?;
            writeln!(
                out,
                "{}. Why: {}. What to do: {}.\n",
                capital(&of_whom(rule)),
                plain(rule.why),
                plain(rule.advice)
            )?;
            for group in groups(&findings) {
                match group.title("`") {
                    Some(title) => writeln!(out, "- {}", several(judged, &group, &title))?,
                    None => {
                        group.findings.iter().try_for_each(|finding| writeln!(out, "- {}", item(judged, finding)))?
                    }
                }
            }
        }
    }
    if tells_waivers {
        writeln!(out, "\n## Waived ({})\n", judged.waived.len())?;
        if judged.waived.is_empty() {
            writeln!(out, "(none)")?;
        }
        for waived in &judged.waived {
            let finding = &waived.finding;
            writeln!(out, "- `{}`: {}; accepted: {}", finding.rule.id, item(judged, finding), plain(&waived.reason))?;
        }
        writeln!(out, "\n## Waivers that match nothing ({})\n", judged.unused.len())?;
        if judged.unused.is_empty() {
            writeln!(out, "(none)")?;
        }
        for waiver in &judged.unused {
            writeln!(out, "- `{}` in `{}:{}`", waiver.finding, waiver.file, waiver.line)?;
        }
    }
    if !judged.unknown.is_empty() {
        writeln!(out, "\n## Not compared ({})\n", judged.unknown.len())?;
        for unknown in &judged.unknown {
            writeln!(out, "- the parameters of `{}` on {}", unknown.call, unknown.way)?;
        }
    }
    writeln!(out, "\n**{}.** Next: {}.", counts(judged), next_step(judged))
}

/// Findings that are told together.
fn several(judged: &Judged, group: &Group, title: &str) -> String {
    let on = group.on(judged).map_or_else(String::new, |on| format!("; on {on}"));
    format!("**{}**: {}{}", plain(title), plain(&group.list("`")), plain(&on))
}

fn item(judged: &Judged, finding: &Finding) -> String {
    let change = &finding.change;
    let mut parts = vec![phrase::detail(change, "`")];
    parts.extend(phrase::numbers(change).map(|numbers| format!("number {numbers}")));
    parts.extend(phrase::calls(finding));
    parts.extend(phrase::home(change, "`").map(|home| format!("of {home}")));
    parts.extend(phrase::on(judged, finding).map(|on| format!("on {on}")));
    parts.extend(phrase::follows(change, "`"));
    parts.extend(phrase::places(change, "`").map(|places| format!("at {places}")));
    parts.retain(|part| !part.is_empty());
    let subject = match phrase::subject(finding) {
        several if several.contains(' ') => format!("**{several}**"),
        name => format!("**`{name}`**"),
    };
    if parts.is_empty() {
        subject
    } else {
        format!("{subject}: {}", parts.iter().map(|part| plain(part)).collect::<Vec<_>>().join("; "))
    }
}

/// Text in which nothing outside backticks is taken for markdown.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut is_code = false;
    let mut letters = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = letters.next() {
        is_code ^= c == '`';
        // Within a word `_` is itself.
        let is_inside = before.is_alphanumeric() && letters.peek().is_some_and(|next| next.is_alphanumeric());
        if !is_code && (matches!(c, '*' | '<' | '|') || (c == '_' && !is_inside)) {
            out.push('\\');
        }
        out.push(c);
        before = c;
    }
    out
}

fn heading(level: Level) -> String {
    capital(level.as_str())
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
