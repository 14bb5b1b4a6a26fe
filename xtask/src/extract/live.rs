//! A running kernel → the facts that it tells itself: the calls that have an event, and what they take.
//!
//! tracefs has no numbers and no definitions of types. Both are taken from the releases that are held, the nearest first:
//! by the name of the event, and by the name of the type. `numbers.yaml` says of each row which release that was.
//!
//! A kernel with type information (BTF) tells the same of the calls whose bodies its compiler kept, with or without tracefs.
//! Where both tell, they have to agree.

use std::collections::{BTreeMap, BTreeSet};

use super::{digest, types};
use crate::diagnostic::{Diagnostic, Label, Result, Sink};
use crate::model::{
    Abi, AbiSpec, Abis, Argument, AtHand, Definition, Dispatch, Facts, Guard, HeaderRow, NamedNumber, Numbers, Param,
    Release, Scalar, Syscall,
};
use crate::parse;
use crate::source::Running;

/// What a running kernel tells, before anybody knows the numbers.
pub struct Told<'a> {
    /// Which kernel.
    pub release: Release,
    /// The ABI that is native to it: no event tells of calls that are compat.
    pub spec: &'a AbiSpec,
    prototypes: Vec<Prototype>,
    /// What it is called in messages.
    name: String,
}

/// What a call takes.
struct Prototype {
    /// The name of its event, without `sys_enter_`.
    event: String,
    params: Vec<Param>,
    /// The text that says so.
    place: String,
}

/// A release that is held.
pub struct Near<'a> {
    /// The release's facts.
    pub facts: &'a Facts,
    /// The ABI of the running kernel in that release.
    pub abi: &'a Abi,
}

/// Reads what a running kernel tells.
pub fn told<'a>(running: &Running, abis: &'a Abis, sink: &Sink) -> Result<Told<'a>> {
    let Running { name, release, machine, formats, btf } = running;
    let release = of_running(release).ok_or_else(|| {
        let message = format!("`{release}` is no release of a kernel");
        Box::new(
            Diagnostic::error("no-release", message)
                .at(Label::file(name.as_str()))
                .help("`osrelease` says which it is"),
        )
    })?;
    let spec = abis.by_machine(machine).ok_or_else(|| {
        let message = format!("no ABI of data/abis.yaml is that of the machine `{machine}`");
        Box::new(Diagnostic::error("unknown-abi", message).at(Label::file(name.as_str())))
    })?;
    let mut prototypes = Vec::new();
    for text in formats {
        let (event, params) = parse::event_format(&text.path, &text.text)?;
        prototypes.push(Prototype { event, params, place: text.path.to_string() });
    }
    let mut release = release;
    if let Some((place, bytes)) = btf {
        let bodies = parse::btf_prototypes(place, bytes)?;
        let unknown = bodies.iter().filter(|(_, params)| params.is_none()).map(|(event, _)| format!("`{event}`"));
        let unknown: Vec<String> = unknown.collect();
        if !unknown.is_empty() {
            let message = format!("these calls have types of a form that is not known: {}", unknown.join(", "));
            sink.push(
                Diagnostic::warning("unknown-types", message)
                    .at(Label::file(place.as_str()))
                    .help("what they take is left out; xtask/src/parse/btf.rs knows how C spells types"),
            );
        }
        if prototypes.is_empty() {
            release.at_hand = Some(AtHand::Types);
            let of_body = |(event, params): (String, Option<Vec<Param>>)| {
                Some(Prototype { event, params: params?, place: place.clone() })
            };
            prototypes.extend(bodies.into_iter().filter_map(of_body));
        } else {
            for format in &prototypes {
                let body = bodies.get(&format.event).and_then(Option::as_ref);
                let body = body.filter(|params| !are_same(params, &format.params));
                body.into_iter().for_each(|params| sink.push(differ(format, params, place)));
            }
        }
    }
    Ok(Told { release, spec, prototypes, name: name.clone() })
}

/// Types know nothing of how an `unsigned int` was written.
fn are_same(of_btf: &[Param], of_format: &[Param]) -> bool {
    let plain = |param: &Param| {
        let ty = if param.ty == "unsigned" { "unsigned int" } else { param.ty.as_str() };
        (ty.to_string(), param.name.clone())
    };
    of_btf.iter().map(plain).eq(of_format.iter().map(plain))
}

/// The format is what tracers see, and holds.
fn differ(format: &Prototype, of_btf: &[Param], btf: &str) -> Diagnostic {
    let shown = |params: &[Param]| params.iter().map(Param::to_string).collect::<Vec<_>>().join(", ");
    let message = format!(
        "`{}` takes ({}) by the format of its event, and ({}) by the kernel's types",
        format.event,
        shown(&format.params),
        shown(of_btf)
    );
    Diagnostic::warning("types-differ", message)
        .at(Label::file(format.place.as_str()))
        .at(Label::file(btf))
        .help("the format is taken; are both of one kernel?")
}

/// `6.18.44-vendor`; `6.6+`, too, as a kernel calls itself that was built from changed sources.
fn of_running(text: &str) -> Option<Release> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let release: Release = text.get(..end)?.parse().ok()?;
    Some(Release { version: text.to_string(), at_hand: Some(AtHand::Live), ..release })
}

impl Told<'_> {
    /// Whether these releases know the number of every event, and every type.
    pub fn is_known(&self, near: &[Near]) -> bool {
        let known = |event: &str| near.iter().any(|near| calls(near.abi, event).next().is_some());
        let names = self.type_names();
        let typedef = |name: &String| near.iter().any(|near| typedef(near, name, &self.spec.name).is_some());
        let of = |name: &String| KEYWORDS.contains(&name.as_str()) || typedef(name);
        self.prototypes.iter().all(|prototype| known(&prototype.event)) && names.iter().all(of)
    }

    /// The facts, with what is taken from `near`, the nearest first.
    pub fn facts(&self, near: &[Near], abis: &Abis, sink: &Sink) -> Facts {
        let abi = &self.spec.name;
        let (mut rows, mut names) = (Vec::new(), Vec::new());
        let mut definitions = BTreeMap::new();
        let mut unknown = Vec::new();
        for Prototype { event, params, place } in &self.prototypes {
            let found = near.iter().find(|near| calls(near.abi, event).next().is_some());
            for (call, release) in
                found.into_iter().flat_map(|near| calls(near.abi, event).map(move |call| (call, near)))
            {
                let file = format!("data/linux/{}", release.facts.release.kernel());
                rows.push(HeaderRow { number: call.number, entry: format!("sys_{event}"), file, line: 0 });
                let all = std::iter::once(&call.name).chain(&call.aliases);
                names.extend(all.map(|name| NamedNumber { number: call.number, name: name.clone() }));
            }
            if found.is_none() {
                unknown.push(format!("`{event}`"));
                // A body can be that of a call which this kernel's own table does not lead to.
                if self.release.at_hand == Some(AtHand::Types) {
                    continue;
                }
            }
            let arguments = params.iter().cloned().map(Argument::Param).collect();
            let definition = Definition {
                macro_name: format!("SYSCALL_DEFINE{}", params.len()),
                name: event.clone(),
                arguments: Some(arguments),
                guard: Guard::TRUE,
                line: 1,
            };
            definitions.entry(place.clone()).or_insert_with(Vec::new).push(definition);
        }
        if !unknown.is_empty() && self.release.at_hand == Some(AtHand::Types) {
            let message =
                format!("bodies that are no call's of {abi}'s own table are left out: {}", unknown.join(", "));
            sink.push(Diagnostic::remark("other-body", message).at(Label::file(self.name.as_str())));
        } else if !unknown.is_empty() {
            let message = format!(
                "no release that is held has a call with these events, so their numbers are not known: {}",
                unknown.join(", ")
            );
            sink.push(Diagnostic::warning("unknown-event", message).at(Label::file(self.name.as_str())).help(
                "definitions.yaml has what they take; the headers that belong to the kernel would tell the numbers",
            ));
        }
        // Two events at one number: the call has been renamed between two releases.
        let mut seen = BTreeSet::new();
        rows.retain(|row| seen.insert(row.number));
        rows.sort_by_key(|row| row.number);
        names.sort_by(|a, b| (a.number, &a.name).cmp(&(b.number, &b.name)));
        names.dedup();
        let numbers = Numbers {
            header: "events/syscalls".to_string(),
            native: Dispatch::Rows(rows),
            compat: None,
            names,
            removed: Vec::new(),
        };
        let typedefs = self.type_names().into_iter().filter_map(|name| {
            let scalar = near.iter().find_map(|near| typedef(near, &name, abi))?;
            Some((name, BTreeMap::from([(abi.clone(), scalar)])))
        });
        Facts {
            numbers: BTreeMap::from([(abi.clone(), numbers)]),
            typedefs: typedefs.collect(),
            definitions,
            ..Facts::new(self.release.clone(), digest(abis))
        }
    }

    /// Every name in a type.
    fn type_names(&self) -> BTreeSet<String> {
        types::names_in(self.prototypes.iter().flat_map(|prototype| &prototype.params))
    }
}

/// Words of C in types.
const KEYWORDS: [&str; 8] = ["char", "const", "int", "long", "short", "signed", "unsigned", "void"];

/// The calls of a release that have an event.
fn calls<'a>(abi: &'a Abi, event: &str) -> impl Iterator<Item = &'a Syscall> {
    abi.syscalls.iter().filter(move |call| call.main.event.as_deref() == Some(event))
}

fn typedef(near: &Near, name: &str, abi: &str) -> Option<Scalar> {
    near.facts.typedefs.get(name)?.get(abi).copied()
}
