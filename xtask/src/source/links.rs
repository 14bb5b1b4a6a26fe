//! Follows symbolic links inside a tree, alike for every kind of source.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Label, Sink};

/// What stands at a path, before any link is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    File,
    Directory,
    Link(String),
    Missing,
}

/// Why a link has no file at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    Outside,
    Dangling,
    Loop,
}

/// As many links as Linux itself follows for one path.
const MOST: usize = 40;

/// The path without links, `.` and `..`: what stands there is a file or a directory.
pub(super) fn resolve(path: &str, look: impl Fn(&str) -> Entry) -> Result<String, Broken> {
    let mut pending: Vec<String> = path.rsplit('/').map(String::from).collect();
    let mut real = String::new();
    let mut is_file = false;
    let mut followed = 0;
    while let Some(name) = pending.pop() {
        let parent = real.len();
        match name.as_str() {
            "" | "." => continue,
            _ if is_file => return Err(Broken::Dangling),
            ".." if real.is_empty() => return Err(Broken::Outside),
            ".." => {
                real.truncate(real.rfind('/').unwrap_or(0));
                continue;
            }
            name if real.is_empty() => real.push_str(name),
            name => {
                real.push('/');
                real.push_str(name);
            }
        }
        match look(&real) {
            Entry::File => is_file = true,
            Entry::Directory => {}
            Entry::Missing => return Err(Broken::Dangling),
            Entry::Link(_) if followed == MOST => return Err(Broken::Loop),
            Entry::Link(target) if target.starts_with('/') => return Err(Broken::Outside),
            Entry::Link(target) => {
                followed += 1;
                real.truncate(parent);
                pending.extend(target.rsplit('/').map(String::from));
            }
        }
    }
    Ok(real)
}

/// The real path of the file that a wanted link leads to. None if it leads to a directory, which is not followed, or to
/// nothing at all, which the reader should know.
pub(super) fn follow(link: &str, look: impl Fn(&str) -> Entry, sink: &Sink) -> Option<String> {
    let (code, trouble) = match resolve(link, &look) {
        Ok(real) => return (look(&real) == Entry::File).then_some(real),
        Err(Broken::Outside) => ("link-outside", "leads out of the kernel"),
        Err(Broken::Dangling) => ("link-dangling", "leads to nothing"),
        Err(Broken::Loop) => ("link-loop", "leads back to itself"),
    };
    let message = format!("the link `{link}` {trouble}; it is left out");
    sink.push(Diagnostic::warning(code, message).at(Label::file(link)));
    None
}

/// Looks up a path among all files and links of a tree; `target` tells where an entry links to.
pub(super) fn look_up<K: Borrow<str> + Ord, V>(
    all: &BTreeMap<K, V>,
    path: &str,
    target: impl Fn(&V) -> Option<&Arc<str>>,
) -> Entry {
    if let Some(entry) = all.get(path) {
        return target(entry).map_or(Entry::File, |target| Entry::Link(target.to_string()));
    }
    let below = format!("{path}/");
    match all.range::<str, _>((Bound::Included(below.as_str()), Bound::Unbounded)).next() {
        Some((next, _)) if next.borrow().starts_with(&below) => Entry::Directory,
        _ => Entry::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a/f` is a file; names starting with `to-` are links to what follows.
    fn look(path: &str) -> Entry {
        match path.rsplit('/').next().unwrap_or_default().strip_prefix("to-") {
            Some(target) => Entry::Link(target.replace('+', "/")),
            None if path == "a/f" => Entry::File,
            None if ["a", "a/b", "c"].contains(&path) => Entry::Directory,
            None => Entry::Missing,
        }
    }

    #[test]
    fn paths_lead_where_a_file_system_would() {
        let real = |path: &str| resolve(path, look);
        assert_eq!(real("a/f"), Ok("a/f".into()));
        assert_eq!(real("./a//b/../f"), Ok("a/f".into()));
        assert_eq!(real("to-a+f"), Ok("a/f".into()));
        assert_eq!(real("c/to-..+a/f"), Ok("a/f".into()));
        assert_eq!(real("c/to-..+to-a+"), Ok("a".into()));
        assert_eq!(real("a/f/.."), Err(Broken::Dangling));
        assert_eq!(real("a/to-g"), Err(Broken::Dangling));
        assert_eq!(real("to-.."), Err(Broken::Outside));
        assert_eq!(real("a/../../a/f"), Err(Broken::Outside));
        assert_eq!(real("to-+a+f"), Err(Broken::Outside));
        assert_eq!(resolve("x", |_| Entry::Link("./x".into())), Err(Broken::Loop));
    }

    #[test]
    fn folders_are_known_by_what_they_hold() {
        let all: BTreeMap<Arc<str>, Option<Arc<str>>> =
            [("a-b", None), ("a/f", None), ("a/to", Some("f".into()))].map(|(path, to)| (path.into(), to)).into();
        let look = |path: &str| look_up(&all, path, Option::as_ref);
        assert_eq!(look("a"), Entry::Directory);
        assert_eq!(look("a/f"), Entry::File);
        assert_eq!(look("a/to"), Entry::Link("f".into()));
        assert_eq!(look("a/t"), Entry::Missing);
        assert_eq!(look("z"), Entry::Missing);
    }
}
