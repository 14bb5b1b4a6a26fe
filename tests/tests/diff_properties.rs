//! What holds of every diff: of the same kernel none, the other way round its mirror, of some ABIs a part of the whole.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use syscall_meta_gen::diagnostic::Sink;
use syscall_meta_gen::judge::{Finding, Judged, Level, Profile, RULES, judge, rule};
use syscall_meta_gen::model::{Change, ChangeKind, Diff, Site, Subject, UnknownParams, Waiver};
use syscall_meta_gen::resolve::{resolve, resolve_some};
use syscall_meta_gen::store::Data;
use syscall_meta_tests::{Compared, FIXTURES, Random, changed, data, fixture};

static DATA: LazyLock<Data> = LazyLock::new(data);
/// The releases that are held, the fixtures, and one of these some releases later.
static KERNELS: LazyLock<Vec<Compared>> = LazyLock::new(|| {
    let releases = DATA.kernels.iter().map(|kernel| Compared::held(&DATA, kernel));
    let fixtures = FIXTURES.iter().map(|name| Compared::read(&DATA, &fixture(name).display().to_string()));
    let changed = Compared::read(&DATA, &changed().spec());
    releases.chain(fixtures).chain([changed]).collect()
});
/// Every ordered pair of them, compared: `DIFFS[old][new]`.
static DIFFS: LazyLock<Vec<Vec<Diff>>> =
    LazyLock::new(|| KERNELS.iter().map(|old| KERNELS.iter().map(|new| old.diff(new, &DATA)).collect()).collect());

fn all() -> impl Iterator<Item = &'static Diff> {
    DIFFS.iter().flatten()
}

fn name(diff: &Diff) -> String {
    format!("{} → {}", diff.old.release, diff.new.release)
}

fn abi(way: &str) -> &str {
    way.strip_suffix(".compat").unwrap_or(way)
}

#[test]
fn the_kernels_are_many_and_differ_in_every_way() {
    assert!(DATA.kernels.len() >= 5 && KERNELS.len() == DATA.kernels.len() + 3);
    let found: BTreeSet<ChangeKind> = all().flat_map(|diff| diff.changes.iter().map(|change| change.kind)).collect();
    let missing: Vec<&str> = RULES.iter().filter(|rule| !found.contains(&rule.kind)).map(|rule| rule.id).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn nothing_is_another_in_the_same_kernel() {
    for (at, of_one) in DIFFS.iter().enumerate() {
        let same = &of_one[at];
        assert_eq!((same.changes.as_slice(), same.unknown.as_slice()), (&[][..], &[][..]), "{}", name(same));
        assert_eq!(same.old, same.new);
    }
}

// ---------------------------------------------------------------------------------------------------- the mirror

#[test]
fn the_other_way_round_is_the_mirror() {
    for (at_old, of_old) in DIFFS.iter().enumerate() {
        for (at_new, diff) in of_old.iter().enumerate() {
            let (seen, back) = (mirror(diff), &DIFFS[at_new][at_old]);
            if seen == *back {
                continue;
            }
            let lost: Vec<&Change> = seen.changes.iter().filter(|change| !back.changes.contains(change)).collect();
            let gained: Vec<&Change> = back.changes.iter().filter(|change| !seen.changes.contains(change)).collect();
            assert!(lost.is_empty() && gained.is_empty(), "{}: {lost:#?}\n{gained:#?}", name(diff));
            assert_eq!(seen, *back, "{}", name(diff));
        }
    }
}

/// All that makes two sites sites of one change: the kind, the subject, the item and both values.
type What = (ChangeKind, Subject, [Option<String>; 3]);

/// A diff seen from the other end, put together anew out of single sites.
fn mirror(diff: &Diff) -> Diff {
    let names = newer_names(diff);
    let mut changes: BTreeMap<What, BTreeSet<Site>> = BTreeMap::new();
    for change in &diff.changes {
        for site in &change.sites {
            let call = newer_name(&names, &site.way, &site.call);
            let subject = match &change.subject {
                Subject::Call(_) => Subject::Call(call.clone()),
                other => other.clone(),
            };
            let follows = site.follows.iter().map(|(what, old, new)| (*what, new.clone(), old.clone())).collect();
            let seen = Site { way: site.way.clone(), call, old: site.new.clone(), new: site.old.clone(), follows };
            let detail = [change.item.clone(), change.new.clone(), change.old.clone()];
            assert!(changes.entry((rule(change.kind).mirror, subject, detail)).or_default().insert(seen));
        }
    }
    let changes = changes.into_iter().map(|((kind, subject, [item, old, new]), sites)| {
        let sites = sites.into_iter().collect();
        Change { kind, subject, item, old, new, sites }
    });
    let unknown = diff.unknown.iter().map(|UnknownParams { call, way }| {
        let call = newer_name(&names, way, call);
        UnknownParams { call, way: way.clone() }
    });
    let mut unknown: Vec<UnknownParams> = unknown.collect();
    unknown.sort();
    Diff { old: diff.new.clone(), new: diff.old.clone(), changes: changes.collect(), unknown }
}

/// What calls that have no name in common are called in the newer kernel, by ABI and older name.
fn newer_names(diff: &Diff) -> BTreeMap<(&str, &str), &str> {
    let other = |change: &&Change| matches!(change.kind, ChangeKind::CallRenamed | ChangeKind::NumberReused);
    let all = diff.changes.iter().filter(other).flat_map(|change| {
        let newer = change.new.as_deref().expect("it has another name");
        change.sites.iter().map(move |site| ((site.way.as_str(), site.call.as_str()), newer))
    });
    all.collect()
}

fn newer_name(names: &BTreeMap<(&str, &str), &str>, way: &str, call: &str) -> String {
    names.get(&(abi(way), call)).copied().unwrap_or(call).to_string()
}

// ------------------------------------------------------------------------------------------------ what is compared

#[test]
fn every_change_is_somewhere_that_both_kernels_have_or_it_is_that_one_has_it() {
    for diff in all() {
        let both = |way: &str| [&diff.old, &diff.new].map(|of| of.ways.iter().any(|other| other == way));
        for change in &diff.changes {
            assert!(!change.sites.is_empty(), "{}: {change:?}", name(diff));
            assert!(change.sites.is_sorted_by(|a, b| a < b), "{}: {change:?}", name(diff));
            for site in &change.sites {
                let [in_old, in_new] = both(&site.way);
                match &change.subject {
                    Subject::Abi(way) => {
                        assert!(in_old != in_new && site.way == *way && site.call.is_empty(), "{change:?}");
                    }
                    Subject::Call(call) => assert!(in_old && in_new && site.call == *call, "{change:?}"),
                    Subject::Calls => assert!(in_old && in_new && !site.call.is_empty(), "{change:?}"),
                    // Headers are those of an ABI, however a kernel serves it.
                    Subject::Constant { header, name, .. } | Subject::Struct { header, name } => {
                        let is_moved = matches!(change.kind, ChangeKind::ConstantMoved | ChangeKind::StructMoved);
                        assert!(in_old && in_new && site.call.is_empty() && !site.way.contains('.'), "{change:?}");
                        assert!(!name.is_empty() && header.is_empty() == is_moved, "{change:?}");
                    }
                }
            }
        }
        assert!(diff.changes.is_sorted_by(|a, b| a < b), "{}", name(diff));
        assert!(diff.unknown.iter().all(|unknown| both(&unknown.way) == [true, true]), "{:?}", diff.unknown);
    }
}

#[test]
fn every_number_and_place_is_what_the_kernel_says() {
    for (old, of_old) in KERNELS.iter().zip(&*DIFFS) {
        for (new, diff) in KERNELS.iter().zip(of_old) {
            for site in diff.changes.iter().flat_map(|change| &change.sites).filter(|site| !site.call.is_empty()) {
                for (kernel, spot) in [(old, &site.old), (new, &site.new)] {
                    let Some(number) = spot.number else {
                        assert_eq!(spot.place, None, "{}: {site:?}", name(diff));
                        continue;
                    };
                    let of = kernel.resolved.abis.iter().find(|of| of.name == abi(&site.way)).expect("it has the ABI");
                    let call = of.syscalls.iter().find(|call| call.number == number).expect("it has the number");
                    let side = if site.way == of.name { Some(&call.main) } else { call.compat.as_ref() };
                    let places = [Some(call.row.as_str()), side.and_then(|side| side.origin.as_deref())];
                    assert!(places.contains(&spot.place.as_deref()), "{}: {site:?}", name(diff));
                }
            }
        }
    }
}

#[test]
fn of_some_abis_it_is_a_part_of_the_whole() {
    let mut random = Random::new(12);
    for (old, of_old) in KERNELS.iter().zip(&*DIFFS) {
        for (new, whole) in KERNELS.iter().zip(of_old) {
            let names = whole.old.abis.iter().chain(&whole.new.abis);
            let wanted: BTreeSet<&str> = names.map(String::as_str).filter(|_| random.below(3) == 0).collect();
            let part = old.diff_of(new, &DATA, |abi| wanted.contains(abi));
            assert_eq!(part, restricted(whole, &wanted), "{}: {wanted:?}", name(whole));
        }
    }
}

/// What of a diff is about these ABIs.
fn restricted(diff: &Diff, wanted: &BTreeSet<&str>) -> Diff {
    let mut diff = diff.clone();
    for of in [&mut diff.old, &mut diff.new] {
        of.abis.retain(|abi| wanted.contains(abi.as_str()));
        of.ways.retain(|way| wanted.contains(abi(way)));
    }
    diff.changes.iter_mut().for_each(|change| change.sites.retain(|site| wanted.contains(abi(&site.way))));
    diff.changes.retain(|change| !change.sites.is_empty());
    diff.unknown.retain(|unknown| wanted.contains(abi(&unknown.way)));
    diff
}

/// The value that a change tells is the one that the headers of that kernel have.
#[test]
fn every_value_and_size_is_what_the_headers_say() {
    for (old, of_old) in KERNELS.iter().zip(&*DIFFS) {
        for (new, diff) in KERNELS.iter().zip(of_old) {
            for change in &diff.changes {
                for (kernel, told) in [(old, &change.old), (new, &change.new)] {
                    let Some(told) = told else { continue };
                    for site in &change.sites {
                        if let Some(said) = said(kernel, change, &site.way) {
                            assert_eq!(*told, said, "{}: {change:?}", name(diff));
                        }
                    }
                }
            }
        }
    }
}

/// What a kernel's headers say of the constant or the whole structure that changed, where it is of these kinds.
fn said(kernel: &Compared, change: &Change, abi: &str) -> Option<String> {
    use ChangeKind::*;
    if !change.subject.is_of_headers() {
        return None;
    }
    let headers = &kernel.headers;
    let place = headers.place(abi).expect("it has the ABI");
    match (&change.subject, change.kind) {
        (Subject::Constant { header, name, .. }, ConstantRetyped) => {
            Some(headers.value(header, name, place).expect("it is there").ty.name().to_string())
        }
        (Subject::Constant { .. }, ConstantMoved | RequestChanged) => None,
        (Subject::Constant { header, name, .. }, _) => {
            Some(headers.value(header, name, place).expect("it is there").value.to_string())
        }
        (
            Subject::Struct { header, name },
            StructAdded | StructRemoved | StructGrew | StructShrank | StructExtended | StructCutBack,
        ) => Some(format!("{} bytes", headers.records[header][name].get(place).expect("it is there").size)),
        _ => None,
    }
}

// ------------------------------------------------------------------------------------------------ how it is graded

#[test]
fn the_worst_stands_first_and_no_two_findings_have_one_fingerprint() {
    for diff in all() {
        for profile in [Profile::User, Profile::Tracer, Profile::All] {
            let judged = judge(diff.clone(), profile, &[]);
            let place = |finding: &Finding| {
                let of_rule = RULES.iter().position(|rule| rule.id == finding.rule.id);
                (Level::ALL.iter().position(|level| *level == finding.level), of_rule)
            };
            assert!(judged.findings.is_sorted_by_key(place), "{}", name(diff));
            let fingerprints: BTreeSet<&str> =
                judged.findings.iter().map(|finding| finding.fingerprint.as_str()).collect();
            assert_eq!(fingerprints.len(), judged.findings.len(), "{}", name(diff));
        }
    }
}

#[test]
fn a_profile_decides_levels_and_what_is_left_out_and_nothing_else() {
    let by_fingerprint = |judged: Judged| -> BTreeMap<String, (Level, Change)> {
        judged.findings.into_iter().map(|one| (one.fingerprint, (one.level, one.change))).collect()
    };
    for diff in all() {
        let everything = judge(diff.clone(), Profile::All, &[]).findings;
        assert_eq!(everything.len(), diff.changes.len(), "{}", name(diff));
        for profile in [Profile::User, Profile::Tracer] {
            let expected = everything.iter().filter_map(|one| {
                let level = if profile == Profile::User { one.rule.programs } else { one.rule.tracers };
                Some((one.fingerprint.clone(), (level?, one.change.clone())))
            });
            let judged = judge(diff.clone(), profile, &[]);
            assert_eq!((&judged.old, &judged.new, &judged.unknown), (&diff.old, &diff.new, &diff.unknown));
            assert_eq!(by_fingerprint(judged), expected.collect(), "{}", name(diff));
        }
        for one in &everything {
            let worst = [one.rule.programs, one.rule.tracers].into_iter().flatten().min();
            assert_eq!(Some(one.level), worst, "{}", one.fingerprint);
        }
    }
}

#[test]
fn waivers_move_places_and_lose_none() {
    let mut random = Random::new(7);
    for diff in all() {
        let before = judge(diff.clone(), Profile::All, &[]).findings;
        let waivers: Vec<Waiver> = before.iter().filter_map(|finding| some_waiver(finding, &mut random)).collect();
        let after = judge(diff.clone(), Profile::All, &waivers);
        assert!(after.unused.is_empty(), "{:?}", after.unused);
        let by_fingerprint = |all: Vec<&Finding>| -> BTreeMap<String, Vec<Site>> {
            all.into_iter().map(|one| (one.fingerprint.clone(), one.change.sites.clone())).collect()
        };
        let left = by_fingerprint(after.findings.iter().collect());
        let waived = by_fingerprint(after.waived.iter().map(|waived| &waived.finding).collect());
        let waivers: BTreeMap<&str, &Waiver> = waivers.iter().map(|waiver| (waiver.finding.as_str(), waiver)).collect();
        for finding in &before {
            let waiver = waivers.get(finding.fingerprint.as_str());
            // By its way, or by its ABI.
            let is_named = |on: &Vec<String>, way: &str| {
                on.iter().any(|name| name == way || way.strip_suffix(".compat") == Some(name.as_str()))
            };
            let is_covered =
                |site: &&Site| waiver.is_some_and(|waiver| waiver.on.as_ref().is_none_or(|on| is_named(on, &site.way)));
            let (covered, open): (Vec<&Site>, Vec<&Site>) = finding.change.sites.iter().partition(is_covered);
            let sites = |of: &BTreeMap<String, Vec<Site>>| of.get(&finding.fingerprint).cloned().unwrap_or_default();
            assert_eq!(sites(&left).iter().collect::<Vec<_>>(), open, "{}", finding.fingerprint);
            assert_eq!(sites(&waived).iter().collect::<Vec<_>>(), covered, "{}", finding.fingerprint);
        }
    }
}

/// None, for all ways, or for some of them.
fn some_waiver(finding: &Finding, random: &mut Random) -> Option<Waiver> {
    let on = match random.below(3) {
        0 => return None,
        1 => None,
        _ => {
            let ways = finding.change.ways();
            let mut some: BTreeSet<&str> = ways.iter().copied().filter(|_| random.below(2) == 0).collect();
            some.insert(ways[random.below(ways.len())]);
            Some(some.into_iter().map(str::to_string).collect())
        }
    };
    let finding = finding.fingerprint.clone();
    Some(Waiver { finding, on, reason: "we know".to_string(), file: "waivers.yaml".to_string(), line: 1 })
}

/// `--abi` resolves no other: what it resolves is the same as among all.
#[test]
fn an_abi_alone_is_what_it_is_among_all() {
    let data = data();
    let (facts, sink) = (data.load("6.12").unwrap(), Sink::new());
    let all = resolve(&facts, &data.abis, &data.curated, &sink);
    for abi in &all.abis {
        let alone = resolve_some(&facts, &data.abis, &data.curated, &|name| name == abi.name, &sink);
        assert!(alone.abis == [abi.clone()], "{}", abi.name);
    }
}
