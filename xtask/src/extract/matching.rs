//! How each kernel tells which symbol belongs to which event: read from `asm/ftrace.h`, or the rule for all others.

use std::collections::BTreeMap;

use super::wanted::DEFAULT_MATCH;
use crate::diagnostic::Sink;
use crate::model::MatchRule;
use crate::parse;
use crate::source::Tree;

/// The rules by folder of `arch/`, and as `default` those of architectures that have none of their own.
pub(super) fn rules<T>(tree: &Tree<T>, sink: &Sink) -> BTreeMap<String, Vec<MatchRule>> {
    let own = tree.texts_at("arch/").filter_map(|text| {
        let arch = text.path.strip_prefix("arch/")?.strip_suffix("/include/asm/ftrace.h")?;
        Some((arch.to_string(), text))
    });
    let default = tree.get(DEFAULT_MATCH).map(|text| ("default".to_string(), text));
    let read =
        |(whose, text): (String, &crate::source::Text)| (whose, parse::match_rules(&text.path, &text.text, sink));
    own.chain(default).map(read).filter(|(_, rules)| !rules.is_empty()).collect()
}
