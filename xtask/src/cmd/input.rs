//! What commands read: `data/`, and a kernel that is held there or anywhere else.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fmt::Display;
use std::path::PathBuf;

use rayon::prelude::*;

use super::Global;
use crate::diagnostic::{Diagnostic, Label, Result, Sink};
use crate::extract::{self, Near, extract, extract_each};
use crate::model::{Abi, Facts, Headers, Release};
use crate::resolve::{Resolved, ToCompare, kinds, narrow, resolve_some, sets};
use crate::source::{Kernel, Mode, Progress, Running, Source};
use crate::store::{Data, RELEASES};

/// Opens the `data/` that was named, or that of the repository around the current folder.
pub(super) fn data(global: &Global) -> Result<Data> {
    Data::open(&data_folder(global)?)
}

/// Opens the `data/` of the repository that the tool was built in, wherever it runs.
pub(super) fn home() -> Result<Data> {
    Data::open(&PathBuf::from(HOME))
}

/// Where that is.
const HOME: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../data");

fn data_folder(global: &Global) -> Result<PathBuf> {
    if let Some(folder) = &global.data {
        return Ok(folder.clone());
    }
    let here = env::current_dir().unwrap_or_default();
    let found = here.ancestors().map(|folder| folder.join("data")).find(|data| data.join("abis.yaml").is_file());
    // Built in its own repository, the tool also finds that repository's data from elsewhere.
    let home = PathBuf::from(HOME);
    found.or_else(|| home.join("abis.yaml").is_file().then_some(home)).ok_or_else(|| {
        Box::new(
            Diagnostic::error("no-data", "there is no `data/` with an `abis.yaml` in this folder or one above it")
                .help("name it with `--data DIR`"),
        )
    })
}

/// A release that was resolved.
pub(super) struct Loaded {
    pub release: Release,
    pub resolved: Resolved,
}

/// What headers of a kernel define.
pub(super) struct Defined {
    /// The kernel: the release that is held, or the exact one that was read.
    pub kernel: String,
    pub headers: Headers,
}

/// `K`: a release that `data/` holds, or any source. None: the newest that is held.
pub(super) fn kernel(data: &Data, spec: Option<&str>, sink: &Sink) -> Result<Loaded> {
    let spec = or_newest(data, spec)?;
    if is_held(data, spec) {
        return with_kinds(data, held(data, spec, sink)?);
    }
    let (facts, _) = read(data, open(data, spec)?, sink)?;
    with_kinds(data, loaded(data, &facts, &[], sink))
}

/// The same with what its headers define.
pub(super) fn kernel_with_headers(data: &Data, spec: Option<&str>, sink: &Sink) -> Result<(Loaded, Headers)> {
    let spec = or_newest(data, spec)?;
    if is_held(data, spec) {
        let (loaded, headers) = rayon::join(|| held(data, spec, sink), || held_headers(data, spec, sink));
        return Ok((with_kinds(data, loaded?)?, headers?));
    }
    let (facts, headers) = read(data, open(data, spec)?, sink)?;
    Ok((with_kinds(data, loaded(data, &facts, &[], sink))?, headers))
}

/// What headers of a release that is held define; nothing, and a warning, where `data/` was made without it.
fn held_headers(data: &Data, kernel: &str, sink: &Sink) -> Result<Headers> {
    if data.holds_headers(kernel) {
        return data.load_headers(kernel);
    }
    let text = format!("`data/` holds no constants and structures of Linux {kernel}");
    sink.push(
        Diagnostic::warning("no-headers", text)
            .at(Label::file(data.root.join(RELEASES).join(kernel).display().to_string()))
            .help("`cargo xtask gen --kernel SRC` adds them"),
    );
    Ok(Headers::default())
}

/// What the headers of a kernel define, and nothing else of it.
pub(super) fn defined(data: &Data, spec: Option<&str>, sink: &Sink) -> Result<Defined> {
    let spec = or_newest(data, spec)?;
    if is_held(data, spec) {
        return Ok(Defined { kernel: spec.to_string(), headers: data.load_headers(spec)? });
    }
    let (facts, headers) = read(data, open(data, spec)?, sink)?;
    Ok(Defined { kernel: facts.release.to_string(), headers })
}

fn or_newest<'a>(data: &'a Data, spec: Option<&'a str>) -> Result<&'a str> {
    spec.or(data.kernels.last().map(String::as_str)).ok_or_else(|| {
        Box::new(
            Diagnostic::error("no-release", "`data/linux/` holds no release")
                .at(Label::file(data.root.display().to_string()))
                .help("`--kernel SRC` names a kernel to read; `cargo xtask gen --kernel SRC` adds it to `data/`"),
        )
    })
}

fn is_held(data: &Data, spec: &str) -> bool {
    data.kernels.iter().any(|held| held == spec)
}

/// A source that is not held.
fn open(data: &Data, spec: &str) -> Result<Source> {
    Source::open(spec).map_err(|mut error| {
        let held = data.kernels.join(", ");
        error.help = error.help.map(|help| format!("{help}; `data/linux/` holds {held}"));
        error
    })
}

/// The facts of any source; none where it is a release that is held.
pub(super) fn facts(data: &Data, spec: &str, sink: &Sink) -> Result<Option<Facts>> {
    if is_held(data, spec) { Ok(None) } else { Ok(Some(read(data, open(data, spec)?, sink)?.0)) }
}

/// What a source that is not held says.
pub(super) fn read(data: &Data, source: Source, sink: &Sink) -> Result<(Facts, Headers)> {
    match source {
        Source::Kernel(kernel) => {
            let extracted = extract(&kernel, &data.abis, &progress(), sink)?;
            Ok((extracted.facts, extracted.headers))
        }
        Source::Facts(folder) => data.load_folder(&folder),
        Source::Running(running) => Ok((live(data, &running, sink)?, Headers::default())),
        Source::Installed(folder) => {
            let near = |release: &Release| {
                let nearest = by_distance(data, release).into_iter().next();
                nearest.map_or_else(|| Ok(Headers::default()), |kernel| held_headers(data, kernel, sink))
            };
            extract::installed(&folder, &data.abis, near, sink)
        }
    }
}

/// What a running kernel says, with numbers of the nearest release that knows them.
fn live(data: &Data, running: &Running, sink: &Sink) -> Result<Facts> {
    let told = extract::told(running, &data.abis, sink)?;
    let name = &told.spec.name;
    let mut loaded: Vec<(Facts, Abi)> = Vec::new();
    fn near(loaded: &[(Facts, Abi)]) -> Vec<Near<'_>> {
        loaded.iter().map(|(facts, abi)| Near { facts, abi }).collect()
    }
    for kernel in by_distance(data, &told.release) {
        let facts = data.load(kernel)?;
        // What is wrong with a release that is held is said where it is asked for.
        let resolved = resolve_some(&facts, &data.abis, &data.curated, &|abi| abi == name, &Sink::new());
        loaded.extend(resolved.abis.into_iter().next().map(|abi| (facts, abi)));
        if told.is_known(&near(&loaded)) {
            break;
        }
    }
    Ok(told.facts(&near(&loaded), &data.abis, sink))
}

/// The releases that are held, the nearest first; of two that are as near, the older.
fn by_distance<'a>(data: &'a Data, release: &Release) -> Vec<&'a str> {
    let mut all: Vec<&str> = data.kernels.iter().map(String::as_str).collect();
    all.sort_by_key(|kernel| kernel.parse().map_or(u32::MAX, |held: Release| held.distance(release)));
    all
}

/// The same, its parameters with their kinds.
fn with_kinds(data: &Data, mut loaded: Loaded) -> Result<Loaded> {
    kinds(&mut loaded.resolved.abis, &data.kinds()?);
    Ok(loaded)
}

fn held(data: &Data, kernel: &str, sink: &Sink) -> Result<Loaded> {
    Ok(loaded(data, &data.load(kernel)?, &[], sink))
}

/// What facts come to, for the ABIs of these canonical names, or for all where none is given.
pub(super) fn loaded(data: &Data, facts: &Facts, only: &[String], sink: &Sink) -> Loaded {
    let is_wanted = |abi: &str| only.is_empty() || only.iter().any(|name| name == abi);
    let resolved = resolve_some(facts, &data.abis, &data.curated, &is_wanted, sink);
    Loaded { release: facts.release.clone(), resolved }
}

/// Two kernels, each a release that `data/` holds or any source, with the ABIs of these canonical names, of which one of
/// the two has to have each; none: all. With what their headers define on all ABIs.
pub(super) fn pair(data: &Data, specs: [&str; 2], only: &[String], sink: &Sink) -> Result<[(Loaded, Headers); 2]> {
    let mut at_hand = Vec::new();
    let mut kernels = Vec::new();
    for (place, spec) in specs.into_iter().enumerate().filter(|(_, spec)| !is_held(data, spec)) {
        match open(data, spec)? {
            Source::Kernel(kernel) => kernels.push((place, kernel)),
            other => at_hand.push((place, other)),
        }
    }
    let mut found: [Option<(Facts, Headers)>; 2] = [None, None];
    let (places, kernels): (Vec<usize>, Vec<Kernel>) = kernels.into_iter().unzip();
    let mut places = places.into_iter();
    extract_each(&kernels, &data.abis, &progress(), sink, |extracted| {
        if let Some(found) = places.next().and_then(|place| found.get_mut(place)) {
            *found = Some((extracted.facts, extracted.headers));
        }
        Ok(())
    })?;
    for (place, source) in at_hand {
        if let Some(found) = found.get_mut(place) {
            *found = Some(read(data, source, sink)?);
        }
    }
    // A running kernel knows nothing of headers, so that nothing of them will be compared.
    let is_live = |facts: &Facts| facts.release.is_running();
    let has_live = found.iter().flatten().any(|(facts, _)| is_live(facts));
    let [old, new] = found;
    let resolved = |facts: &Facts| (loaded(data, facts, only, sink), facts.numbers.keys().cloned().collect());
    let one = |spec: &str, read: Option<(Facts, Headers)>| -> Result<((Loaded, Vec<String>), Headers)> {
        if let Some((facts, headers)) = read {
            return Ok((resolved(&facts), headers));
        }
        let headers = || if has_live { Ok(Headers::default()) } else { held_headers(data, spec, sink) };
        let (facts, headers) = rayon::join(|| data.load(spec), headers);
        Ok((resolved(&facts?), headers?))
    };
    let (old, new) = rayon::join(|| one(specs[0], old), || one(specs[1], new));
    let (((mut old, of_old), mut in_old), ((mut new, of_new), mut in_new)) = (old?, new?);
    narrow(
        &mut ToCompare { release: &old.release, abis: &mut old.resolved.abis, headers: &mut in_old },
        &mut ToCompare { release: &new.release, abis: &mut new.resolved.abis, headers: &mut in_new },
        sink,
    );
    match only.iter().find(|name| !of_old.contains(name) && !of_new.contains(name)) {
        Some(name) => Err(no_such_abi(&new.release, name, &of_new)),
        None => Ok([(old, in_old), (new, in_new)]),
    }
}

fn no_such_abi(release: &impl Display, name: &str, has: &[String]) -> Box<Diagnostic> {
    let error = Diagnostic::error("unknown-abi", format!("Linux {release} has no ABI `{name}`"));
    Box::new(error.help(format!("it has {}", has.join(", "))))
}

/// The canonical name of an ABI.
pub(super) fn abi_name(data: &Data, name: &str) -> Result<String> {
    data.abis.by_name_or_alias(name).map(|spec| spec.name.clone()).ok_or_else(|| {
        let names: Vec<&str> = data.abis.abis.iter().map(|spec| spec.name.as_str()).collect();
        let error = Diagnostic::error("unknown-abi", format!("there is no ABI `{name}`"));
        Box::new(error.help(format!("there are {}", names.join(", "))))
    })
}

/// Every release that `data/` holds, oldest first, with kinds.
pub(super) fn all_held(data: &Data, sink: &Sink) -> Result<Vec<Loaded>> {
    let known = data.kinds()?;
    let one = |kernel: &String| {
        let mut loaded = held(data, kernel, sink)?;
        kinds(&mut loaded.resolved.abis, &known);
        Ok(loaded)
    };
    data.kernels.par_iter().map(one).collect()
}

/// The names of every set, over all releases that `data/` holds.
pub(super) fn set_members(data: &Data) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let specs = data.sets()?;
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for kernel in &data.kernels {
        // What is wrong with sets is said by what generates them.
        for set in sets(&data.load_headers(kernel)?, &specs, &Sink::new()).sets {
            let names: Vec<String> = set.names().map(str::to_string).collect();
            all.entry(set.name).or_default().extend(names);
        }
    }
    Ok(all)
}

/// A progress bar on a terminal.
pub(super) fn progress() -> Progress {
    Progress::new(Mode::Terminal)
}

impl Defined {
    /// The place of the ABI asked for.
    pub(super) fn place(&self, data: &Data, wanted: Option<&str>) -> Result<Option<usize>> {
        let Some(wanted) = wanted else { return Ok(None) };
        let name = abi_name(data, wanted)?;
        let place = self.headers.place(&name);
        place.map(Some).ok_or_else(|| no_such_abi(&self.kernel, &name, &self.headers.abis))
    }

    /// Something of the ABI at that place, or of every one.
    pub(super) fn by_abi<T>(&self, place: Option<usize>, of: impl Fn(usize) -> T) -> BTreeMap<&str, T> {
        let all = self.headers.abis.iter().enumerate();
        let wanted = all.filter(|(abi, _)| place.is_none_or(|wanted| wanted == *abi));
        wanted.map(|(abi, name)| (name.as_str(), of(abi))).collect()
    }
}

impl Loaded {
    /// All ABIs that were resolved.
    pub(super) fn all(&self) -> Vec<&Abi> {
        self.resolved.abis.iter().collect()
    }

    /// The ABIs asked for, or all.
    pub(super) fn abis<'a>(&'a self, data: &Data, wanted: Option<&str>) -> Result<Vec<&'a Abi>> {
        let Some(wanted) = wanted else { return Ok(self.resolved.abis.iter().collect()) };
        let name = abi_name(data, wanted)?;
        let found = self.resolved.abis.iter().find(|abi| abi.name == name);
        found.map(|abi| vec![abi]).ok_or_else(|| {
            let has: Vec<String> = self.resolved.abis.iter().map(|abi| abi.name.clone()).collect();
            no_such_abi(&self.release, &name, &has)
        })
    }
}
