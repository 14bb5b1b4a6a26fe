//! The names that somebody may have meant, and lists of names in a sentence.

/// How many are suggested.
const MOST: usize = 3;

/// `; did you mean `openat`?`, or nothing where no name is near.
pub(crate) fn hint<'n>(wrong: &str, names: impl Iterator<Item = &'n str>) -> String {
    let near = nearest(wrong, names);
    if near.is_empty() { String::new() } else { format!("; did you mean {}?", listed(&near, "or")) }
}

/// The names nearest to one that is none of them, best first.
pub(crate) fn nearest<'n>(wrong: &str, names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let lower = wrong.to_ascii_lowercase();
    let mut near: Vec<(usize, &str)> = names.filter_map(|name| Some((rank(&lower, name)?, name))).collect();
    near.sort_unstable();
    near.dedup();
    // Far ones say nothing beside near ones.
    let best = near.first().map_or(0, |(rank, _)| *rank);
    near.into_iter().filter(|(rank, _)| *rank <= best + 2).take(MOST).map(|(_, name)| name).collect()
}

/// How far a name is; none where it is too far to have been meant.
fn rank(wrong: &str, name: &str) -> Option<usize> {
    // A third of the letters may be wrong, two letters of any word that has more.
    let limit = (wrong.len() / 3).max(usize::from(wrong.len() > 2));
    let distance = if name.len().abs_diff(wrong.len()) > limit { limit + 1 } else { distance(wrong, name) };
    if distance <= limit {
        return Some(2 * distance);
    }
    // `open` where there is `openat` alone, `stat64` where there is `fstatat64`; not every name with an `io` in it.
    let (shorter, longer) = if wrong.len() < name.len() { (wrong, name) } else { (name, wrong) };
    let rest = 2 * limit + 1 + longer.len() - shorter.len();
    match shorter.len() > 3 {
        true if longer.starts_with(shorter) => Some(rest),
        true if longer.ends_with(shorter) => Some(rest + 3),
        _ => None,
    }
}

/// How many letters have to be put in, left out, replaced or swapped with the next one.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut least = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

/// `` `a`, `b` or `c` ``
pub(crate) fn listed(names: &[&str], and: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} {and} {last}", before.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_come_first_and_far_ones_not_at_all() {
        let names = ["open", "openat", "openat2", "open_tree", "read", "pread64", "fstatat64", "io_setup", "brk"];
        let near = |wrong| nearest(wrong, names.into_iter());
        assert_eq!(near("opnat"), ["openat"]);
        assert_eq!(near("raed"), ["read"]);
        assert_eq!(near("OPENAT3"), ["openat", "openat2"]);
        assert_eq!(near("statat64"), ["fstatat64"]);
        assert_eq!(near("tree"), ["open_tree"]);
        let names = ["fsopen", "openat", "openat2", "mq_open"];
        assert_eq!(nearest("open", names.into_iter()), ["openat", "openat2"]);
        assert_eq!(near("frobnicate"), [""; 0]);
        assert_eq!(near("io"), [""; 0]);
    }

    #[test]
    fn distances() {
        for (a, b, expected) in [("", "", 0), ("a", "", 1), ("ab", "ba", 1), ("read", "write", 4), ("abc", "abd", 1)] {
            assert_eq!((distance(a, b), distance(b, a)), (expected, expected), "{a} {b}");
        }
    }

    #[test]
    fn lists_read_as_sentences() {
        assert_eq!(listed(&["a"], "or"), "`a`");
        assert_eq!(listed(&["a", "b", "c"], "and"), "`a`, `b` and `c`");
    }
}
