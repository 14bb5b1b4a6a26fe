//! How each kernel tells which symbol belongs to which event, and whose calls its events show: read from `asm/ftrace.h`,
//! or the rule for all others.

use std::collections::{BTreeMap, BTreeSet};

use super::wanted::DEFAULT_MATCH;
use crate::diagnostic::Sink;
use crate::model::MatchRule;
use crate::parse;
use crate::source::Tree;

/// The rules by folder of `arch/`, and as `default` those of architectures that have none of their own.
pub(super) fn rules<T>(tree: &Tree<T>, sink: &Sink) -> BTreeMap<String, Vec<MatchRule>> {
    let own = headers(tree).map(|(arch, text)| (arch.to_string(), text));
    let default = tree.get(DEFAULT_MATCH).map(|text| ("default".to_string(), text));
    let read =
        |(whose, text): (String, &crate::source::Text)| (whose, parse::match_rules(&text.path, &text.text, sink));
    own.chain(default).map(read).filter(|(_, rules)| !rules.is_empty()).collect()
}

/// The folders of `arch/` whose kernels leave the calls of compat programs out of their events.
pub(super) fn skips_compat<T>(tree: &Tree<T>) -> BTreeSet<String> {
    headers(tree).filter(|(_, text)| parse::skips_compat(&text.text)).map(|(arch, _)| arch.to_string()).collect()
}

fn headers<T>(tree: &Tree<T>) -> impl Iterator<Item = (&str, &crate::source::Text)> {
    tree.texts_at("arch/")
        .filter_map(|text| Some((text.path.strip_prefix("arch/")?.strip_suffix("/include/asm/ftrace.h")?, text)))
}
