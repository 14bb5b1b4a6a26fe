//! What the file of sets names and a release does not have: fine in one release, a mistake in all.

use std::collections::BTreeSet;

use super::claims::matches;
use super::parts::number;
use crate::model::{Headers, Members, SetSpec, Sets};

/// Every name, pattern and header of the file that means nothing in a release, with its set.
pub fn unmatched(headers: &Headers, specs: &Sets) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for spec in &specs.sets {
        let lines: Vec<&Members> =
            spec.members.iter().chain(spec.parts.iter().flat_map(|part| &part.members)).collect();
        for line in &lines {
            for pattern in line.names.iter().chain(&line.except).filter(|pattern| !has(headers, &line.header, pattern))
            {
                all.insert(said(spec, &format!("`{pattern}` of {}", line.header)));
            }
        }
        let is_known = |name: &String| lines.iter().any(|line| has(headers, &line.header, name));
        let masks = spec.parts.iter().map(|part| &part.mask).filter(|mask| number(mask).is_none());
        for name in masks.chain(&spec.prefer).filter(|name| !is_known(name) && !spec.given.contains_key(*name)) {
            all.insert(said(spec, &format!("`{name}` of its headers")));
        }
    }
    for exclusion in &specs.unclaimed {
        let mut here = headers.constants.keys().filter(|header| matches(&exclusion.header, header)).peekable();
        if here.peek().is_none() {
            all.insert(format!("line {}: the header `{}`", exclusion.line, exclusion.header));
        }
        let here: Vec<&String> = here.collect();
        for pattern in exclusion.names.iter().filter(|pattern| !here.iter().any(|header| has(headers, header, pattern)))
        {
            all.insert(format!("line {}: `{pattern}` of `{}`", exclusion.line, exclusion.header));
        }
    }
    all
}

/// Whether a header has a name that the pattern means.
fn has(headers: &Headers, header: &str, pattern: &str) -> bool {
    headers.constants.get(header).is_some_and(|names| names.keys().any(|name| matches(pattern, name)))
}

fn said(spec: &SetSpec, what: &str) -> String {
    format!("line {}: set `{}`: {what}", spec.line, spec.name)
}
