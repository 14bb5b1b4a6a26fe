//! The report as JSON, which `xtask/schema/diff.schema.json` states. Fields keep their names and meaning; later versions
//! of the tool may add some.

use serde::Serialize;

use crate::judge::{Finding as Judgement, Judged, Level, Rule as Of, rule};
use crate::model::{AtHand, Compared, Site as Place, Spot as At, Subject};

/// Version of the shape; a change that could break a reader raises it.
const FORMAT: u32 = 1;

/// A graded diff.
#[derive(Serialize)]
pub struct Report<'a> {
    format: u32,
    old: Kernel<'a>,
    new: Kernel<'a>,
    profile: &'static str,
    counts: Counts,
    /// The rules of all findings, in their order.
    rules: Vec<Rule>,
    findings: Vec<Finding<'a>>,
    waived: Vec<Waived<'a>>,
    unused_waivers: Vec<Unused<'a>>,
    not_compared: Vec<NotCompared<'a>>,
}

#[derive(Serialize)]
struct Kernel<'a> {
    kernel: String,
    release: &'a str,
    from: Option<&'static str>,
    abis: &'a [String],
    ways: &'a [String],
}

#[derive(Serialize)]
struct Counts {
    breaking: usize,
    review: usize,
    compatible: usize,
    note: usize,
}

#[derive(Serialize)]
struct Rule {
    id: &'static str,
    programs: Option<&'static str>,
    tracers: Option<&'static str>,
    mirror: &'static str,
    title: &'static str,
    why: &'static str,
    advice: &'static str,
}

#[derive(Serialize)]
struct Finding<'a> {
    fingerprint: &'a str,
    rule: &'static str,
    level: &'static str,
    programs: Option<&'static str>,
    tracers: Option<&'static str>,
    /// An ABI or a way into one, where that is what changed.
    abi: Option<&'a str>,
    /// The calls that changed; none where a whole ABI did, or what headers define.
    calls: Vec<&'a str>,
    /// A constant of headers, where that is what changed.
    constant: Option<&'a str>,
    /// A structure or union of headers, likewise.
    #[serde(rename = "struct")]
    structure: Option<&'a str>,
    /// Their header; none where it is in another one now.
    header: Option<&'a str>,
    /// The curated sets that claim the constant.
    sets: Vec<&'a str>,
    item: Option<&'a str>,
    old: Option<&'a str>,
    new: Option<&'a str>,
    sites: Vec<Site<'a>>,
}

#[derive(Serialize)]
struct Site<'a> {
    abi: &'a str,
    way: &'a str,
    call: Option<&'a str>,
    old: Option<Spot<'a>>,
    new: Option<Spot<'a>>,
    follows: Vec<Follows<'a>>,
}

#[derive(Serialize)]
struct Spot<'a> {
    number: Option<u32>,
    place: Option<&'a str>,
}

#[derive(Serialize)]
struct Follows<'a> {
    what: &'static str,
    old: Option<&'a str>,
    new: Option<&'a str>,
}

#[derive(Serialize)]
struct Waived<'a> {
    reason: &'a str,
    #[serde(flatten)]
    finding: Finding<'a>,
}

#[derive(Serialize)]
struct Unused<'a> {
    finding: &'a str,
    on: Option<&'a [String]>,
    reason: &'a str,
    file: &'a str,
    line: u32,
}

#[derive(Serialize)]
struct NotCompared<'a> {
    call: &'a str,
    way: &'a str,
}

impl<'a> Report<'a> {
    /// The report of a graded diff.
    pub fn new(judged: &'a Judged) -> Self {
        let mut rules: Vec<&Of> = Vec::new();
        for finding in judged.findings.iter().chain(judged.waived.iter().map(|waived| &waived.finding)) {
            if !rules.iter().any(|known| known.kind == finding.rule.kind) {
                rules.push(finding.rule);
            }
        }
        Report {
            format: FORMAT,
            old: Kernel::new(&judged.old),
            new: Kernel::new(&judged.new),
            profile: judged.profile.as_str(),
            counts: Counts {
                breaking: judged.count(Level::Breaking),
                review: judged.count(Level::Review),
                compatible: judged.count(Level::Compatible),
                note: judged.count(Level::Note),
            },
            rules: rules.into_iter().map(Rule::new).collect(),
            findings: judged.findings.iter().map(Finding::new).collect(),
            waived: judged
                .waived
                .iter()
                .map(|waived| Waived { reason: &waived.reason, finding: Finding::new(&waived.finding) })
                .collect(),
            unused_waivers: judged
                .unused
                .iter()
                .map(|waiver| Unused {
                    finding: &waiver.finding,
                    on: waiver.on.as_deref(),
                    reason: &waiver.reason,
                    file: &waiver.file,
                    line: waiver.line,
                })
                .collect(),
            not_compared: judged
                .unknown
                .iter()
                .map(|unknown| NotCompared { call: &unknown.call, way: &unknown.way })
                .collect(),
        }
    }
}

impl<'a> Kernel<'a> {
    fn new(compared: &'a Compared) -> Self {
        let Compared { release, abis, ways } = compared;
        let from = release.at_hand.map(AtHand::as_str);
        Kernel { kernel: release.kernel(), release: &release.version, from, abis, ways }
    }
}

impl Rule {
    fn new(of: &Of) -> Self {
        Rule {
            id: of.id,
            programs: of.programs.map(Level::as_str),
            tracers: of.tracers.map(Level::as_str),
            mirror: rule(of.mirror).id,
            title: of.title,
            why: of.why,
            advice: of.advice,
        }
    }
}

impl<'a> Finding<'a> {
    fn new(finding: &'a Judgement) -> Self {
        let change = &finding.change;
        let (abi, calls) = match &change.subject {
            Subject::Abi(name) => (Some(name.as_str()), Vec::new()),
            Subject::Call(_) | Subject::Calls => (None, change.calls()),
            Subject::Constant { .. } | Subject::Struct { .. } => (None, Vec::new()),
        };
        let (constant, structure, header, sets) = match &change.subject {
            Subject::Constant { sets, header, name } => {
                (Some(name.as_str()), None, header.as_str(), sets.iter().map(String::as_str).collect())
            }
            Subject::Struct { header, name } => (None, Some(name.as_str()), header.as_str(), Vec::new()),
            Subject::Abi(_) | Subject::Call(_) | Subject::Calls => (None, None, "", Vec::new()),
        };
        Finding {
            fingerprint: &finding.fingerprint,
            rule: finding.rule.id,
            level: finding.level.as_str(),
            programs: finding.rule.programs.map(Level::as_str),
            tracers: finding.rule.tracers.map(Level::as_str),
            abi,
            calls,
            constant,
            structure,
            header: (!header.is_empty()).then_some(header),
            sets,
            item: change.item.as_deref(),
            old: change.old.as_deref(),
            new: change.new.as_deref(),
            sites: change.sites.iter().map(Site::new).collect(),
        }
    }
}

impl<'a> Site<'a> {
    fn new(site: &'a Place) -> Self {
        let follows =
            site.follows.iter().map(|(what, old, new)| Follows { what, old: old.as_deref(), new: new.as_deref() });
        Site {
            abi: site.way.trim_end_matches(".compat"),
            way: &site.way,
            call: (!site.call.is_empty()).then_some(site.call.as_str()),
            old: Spot::new(&site.old),
            new: Spot::new(&site.new),
            follows: follows.collect(),
        }
    }
}

impl<'a> Spot<'a> {
    fn new(at: &'a At) -> Option<Self> {
        let At { number, place } = at;
        (number.is_some() || place.is_some()).then_some(Spot { number: *number, place: place.as_deref() })
    }
}
