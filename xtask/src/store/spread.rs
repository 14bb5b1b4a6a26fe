//! A value that most of many have, then those that differ: `u32; u16 arm i386; u64 sparc64`.

use std::collections::{BTreeMap, BTreeSet};

/// The text of values by who has them. Everyone in `all` has one; the value that most have comes first.
pub(super) fn spread(values: &BTreeMap<&str, String>, all: &BTreeSet<&str>, absent: &str) -> String {
    let mut by_value: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for who in all {
        by_value.entry(values.get(who).map_or(absent, String::as_str)).or_default().push(who);
    }
    let mut order: Vec<(&str, Vec<&str>)> = by_value.into_iter().collect();
    // Stable: values of equal weight stay in the order of the alphabet.
    order.sort_by_key(|(_, who)| std::cmp::Reverse(who.len()));
    let mut order = order.into_iter();
    let mut text = order.next().map_or(absent, |(value, _)| value).to_string();
    for (value, who) in order {
        text.push_str(&format!("; {value} {}", who.join(" ")));
    }
    text
}

/// The values behind [`spread`], or none where the text is not of that form.
pub(super) fn unspread<'a>(text: &'a str, all: &BTreeSet<&'a str>) -> Option<BTreeMap<&'a str, &'a str>> {
    let mut parts = text.split("; ");
    let most = parts.next()?;
    let mut values: BTreeMap<&str, &str> = all.iter().map(|who| (*who, most)).collect();
    for part in parts {
        let mut words = part.split(' ');
        let value = words.next()?;
        for who in words {
            *values.get_mut(who)? = value;
        }
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreading_is_an_identity() {
        let all = BTreeSet::from(["a", "b", "c", "d"]);
        let values = BTreeMap::from([("a", "u32".to_string()), ("b", "u16".to_string()), ("c", "u32".to_string())]);
        let text = spread(&values, &all, "-");
        assert_eq!(text, "u32; - d; u16 b");
        let read = unspread(&text, &all).expect("it was written here");
        assert_eq!(read, BTreeMap::from([("a", "u32"), ("b", "u16"), ("c", "u32"), ("d", "-")]));
        assert_eq!(unspread("u32; u16 nobody", &all), None);
    }
}
