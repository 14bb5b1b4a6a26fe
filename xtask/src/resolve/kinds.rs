//! What was written down of entries, and rules about C types → the kind of every parameter and result.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Label, Sink};
use crate::model::{Abi, EntryKinds, Kind, KindRule, Kinds, Parameter, Part, Returns, Scalar, Side, Syscall};

/// Tells every parameter its kind.
pub fn kinds(abis: &mut [Abi], kinds: &Kinds) {
    let known = Known::new(kinds);
    for side in abis.iter_mut().flat_map(|abi| &mut abi.syscalls).flat_map(sides_mut) {
        let Some(entry) = &side.entry else { continue };
        let written = known.entry(entry);
        if let Some(written) = written {
            side.returns = Some(Arc::clone(&written.returns));
            side.classes = written.of.classes.clone();
        }
        let lists = side.params.iter_mut().chain(&mut side.block).flatten();
        lists.for_each(|param| param.kind = known.kind(written, param));
    }
}

/// The parameters of every entry, over all releases and ABIs.
pub(super) struct Prototypes<'a>(BTreeMap<&'a str, BTreeMap<&'a str, Beside<'a>>>);

/// Whether a parameter is a pointer, and what stands beside it.
type Beside<'a> = (bool, BTreeSet<&'a str>);

impl<'a> Prototypes<'a> {
    fn new(abis: impl Iterator<Item = &'a Abi>) -> Self {
        let mut prototypes: BTreeMap<&str, BTreeMap<&str, Beside>> = BTreeMap::new();
        for side in abis.flat_map(|abi| &abi.syscalls).flat_map(|call| std::iter::once(&call.main).chain(&call.compat))
        {
            let Some(entry) = &side.entry else { continue };
            let params = prototypes.entry(entry).or_default();
            for list in side.params.iter().chain(&side.block) {
                for param in list {
                    let (is_pointer, beside) = params.entry(&param.name).or_default();
                    *is_pointer |= param.scalar == Scalar::Pointer;
                    beside.extend(list.iter().flat_map(names));
                }
            }
        }
        Prototypes(prototypes)
    }

    /// Whether a table of some release names an entry.
    pub(super) fn has(&self, entry: &str) -> bool {
        self.0.contains_key(entry)
    }

    /// The names of an entry's parameters.
    pub(super) fn params(&self, entry: &str) -> impl Iterator<Item = &'a str> {
        self.0.get(entry).into_iter().flat_map(|params| params.keys().copied())
    }
}

/// Says what is wrong with the kinds themselves: entries that no release has, parameters that no entry has, names of sets
/// that there are not, numbers that are said to be pointers; and with the choices that tell more.
///
/// `abis` are those of every release that is held, as they are without kinds; `members` has the names of each set.
pub fn check_kinds<'a>(
    abis: impl Iterator<Item = &'a Abi>,
    kinds: &Kinds,
    members: &BTreeMap<String, BTreeSet<String>>,
    sink: &Sink,
) {
    let prototypes = Prototypes::new(abis);
    check_entries(&prototypes, kinds, members, sink);
    super::choices::check(&prototypes, kinds, members, sink);
}

fn check_entries(prototypes: &Prototypes, kinds: &Kinds, members: &BTreeMap<String, BTreeSet<String>>, sink: &Sink) {
    let mut seen: HashMap<&str, &EntryKinds> = HashMap::new();
    for written in &kinds.entries {
        let wrong = |message: String| {
            sink.push(
                Diagnostic::error("bad-kind", message).at(Label { line: written.line, ..Label::file(&*written.file) }),
            );
        };
        let mut named: BTreeMap<&str, (bool, BTreeSet<&str>)> = BTreeMap::new();
        for name in &written.of {
            if let Some(before) = seen.insert(name, written) {
                wrong(format!("`{name}` stands in {}:{} already", before.file, before.line));
            }
            let mut is_there = false;
            for entry in spellings(name) {
                let Some(params) = prototypes.0.get(entry.as_str()) else { continue };
                is_there = true;
                for (name, (is_pointer, beside)) in params {
                    let all = named.entry(name).or_default();
                    all.0 |= is_pointer;
                    all.1.extend(beside);
                }
            }
            if !is_there {
                wrong(format!("no release that is held has an entry `{name}`"));
            }
        }
        for (param, kind) in &written.params {
            let Some((is_pointer, beside)) = named.get(param.as_str()) else {
                wrong(format!("no prototype of `{}` has a parameter `{param}`", written.of.join(", ")));
                continue;
            };
            for other in kind.params().into_iter().filter(|other| !beside.contains(other)) {
                wrong(format!("the kind of `{param}` names `{other}`, which does not stand beside it"));
            }
            if kind.direction().is_none() && *is_pointer && !matches!(kind, Kind::By(_) | Kind::Plain(_)) {
                wrong(format!("`{param}` is a pointer, and its kind `{kind}` is none"));
            }
        }
        let result = match &written.returns {
            Returns::Value(kind) => Some(kind),
            Returns::Zero | Returns::Never => None,
        };
        let kinds = written.params.values().chain(result);
        for set in kinds.filter_map(Kind::sets).filter(|set| !members.contains_key(*set)) {
            wrong(format!("there is no set `{set}`"));
        }
        let missing = named.keys().filter(|name| !written.params.contains_key(**name) && !name.is_empty());
        let missing: Vec<&str> = missing.copied().collect();
        if !missing.is_empty() {
            wrong(format!("no kind is said of {} of `{}`", missing.join(", "), written.of.join(", ")));
        }
    }
}

/// What a kind may name: a parameter, or the value of which it is a half.
fn names(param: &Parameter) -> impl Iterator<Item = &str> {
    let whole = match &param.part {
        Part::Low(of) | Part::High(of) | Part::First(of) | Part::Second(of) => Some(of.as_str()),
        Part::Whole | Part::Dummy => None,
    };
    std::iter::once(param.name.as_str()).chain(whole)
}

fn sides_mut(call: &mut Syscall) -> impl Iterator<Item = &mut Side> {
    std::iter::once(&mut call.main).chain(&mut call.compat)
}

/// The entries that a name of the curated files stands for.
pub fn spellings(name: &str) -> [String; 3] {
    [name.to_string(), format!("sys_{name}"), format!("compat_sys_{name}")]
}

/// Kinds by the entries that they are of.
struct Known<'a> {
    entries: HashMap<String, Arc<Written<'a>>>,
    rules: Vec<(&'a KindRule, Arc<Kind>)>,
}

struct Written<'a> {
    of: &'a EntryKinds,
    params: BTreeMap<&'a str, Arc<Kind>>,
    returns: Arc<Returns>,
}

impl<'a> Known<'a> {
    fn new(kinds: &'a Kinds) -> Self {
        let mut entries = HashMap::new();
        for of in &kinds.entries {
            let params = of.params.iter().map(|(name, kind)| (name.as_str(), Arc::new(kind.clone()))).collect();
            let written = Arc::new(Written { of, params, returns: Arc::new(of.returns.clone()) });
            for entry in of.of.iter().flat_map(|name| spellings(name)) {
                entries.entry(entry).or_insert_with(|| Arc::clone(&written));
            }
        }
        Known { entries, rules: kinds.rules.iter().map(|rule| (rule, Arc::new(rule.kind.clone()))).collect() }
    }

    fn entry(&self, entry: &str) -> Option<&Written<'a>> {
        self.entries.get(entry).map(|written| &**written)
    }

    fn kind(&self, written: Option<&Written<'a>>, param: &Parameter) -> Option<Arc<Kind>> {
        if let Some(kind) = written.and_then(|written| written.params.get(param.name.as_str())) {
            return Some(Arc::clone(kind));
        }
        let rule = self.rules.iter().find(|(rule, _)| fits(rule, param))?;
        Some(Arc::clone(&rule.1))
    }
}

/// Whether a rule speaks of a parameter.
fn fits(rule: &KindRule, param: &Parameter) -> bool {
    let is_const = param.ty.split(' ').any(|word| word == "const");
    let words: Vec<&str> = param.ty.split(' ').filter(|word| !["const", "__user", "volatile"].contains(word)).collect();
    let ty = words.join(" ");
    rule.types.contains(&ty)
        && rule.is_const.is_none_or(|wanted| wanted == is_const)
        && (rule.names.is_empty() || rule.names.contains(&param.name))
}
