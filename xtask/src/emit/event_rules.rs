//! How kernels find the events of calls, by architecture and range of releases.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::HEAD;
use super::tables::release;
use crate::model::{EventRules, Guard, MatchForm, MatchRule, Release};
use crate::resolve::Resolved;

/// The file, of releases that come oldest first.
pub(super) fn file(releases: &[(&Release, &Resolved)]) -> String {
    let archs: BTreeSet<&String> = releases.iter().flat_map(|(_, resolved)| resolved.event_rules.keys()).collect();
    let mut lines = Vec::new();
    for arch in archs {
        let by_release: Vec<Option<&EventRules>> =
            releases.iter().map(|(_, resolved)| resolved.event_rules.get(arch)).collect();
        let mut at = 0;
        for run in by_release.chunk_by(|a, b| a == b) {
            let (first, last) = (at, at + run.len() - 1);
            at += run.len();
            let Some(Some(rules)) = run.first() else { continue };
            let name = |at: usize| releases.get(at).map_or_else(String::new, |(held, _)| release(held));
            let last = if last + 1 == releases.len() { "NEWEST".to_string() } else { name(last) };
            let forms: Vec<String> = rules.matches.iter().map(form).collect();
            lines.push(format!(
                "    rules(\"{arch}\", {}, {last}, {}, &[{}]),\n",
                name(first),
                rules.skips_compat,
                forms.join(", ")
            ));
        }
    }
    let mut out = format!(
        "{HEAD}//! How kernels find the events of calls, by folder of `arch/` and range of releases.\n\nuse \
         crate::event_rules::{{EventRules, any_case, equal, rules, taken_for}};\nuse crate::generated::releases::*;\nuse \
         crate::row::NEWEST;\n\n// folder, first release, last release, whether compat calls are skipped, forms\n"
    );
    let _ = write!(out, "pub(crate) static RULES: [EventRules; {}] = [\n{}];\n", lines.len(), lines.concat());
    out
}

/// `equal("__x64_", 9, 3)`; with the condition behind it where there is one.
fn form(rule: &MatchRule) -> String {
    let form = match &rule.form {
        MatchForm::Equal { prefix, skip, name_skip, any_case } => {
            let name = if *any_case { "any_case" } else { "equal" };
            format!("{name}(\"{prefix}\", {skip}, {name_skip})")
        }
        MatchForm::As { symbol, other } => format!("taken_for(\"{symbol}\", \"{other}\")"),
    };
    if rule.guard == Guard::TRUE { form } else { format!("{form}.only(\"{}\")", rule.guard) }
}
