//! Named sets over the releases that `data/` holds: nothing wrong, nothing named in vain, and what is printed reads back.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use syscall_meta_gen::diagnostic::Sink;
use syscall_meta_gen::model::{Headers, Member, NamedSet, PartHolds, SetKind, Sets, ValuePart};
use syscall_meta_gen::resolve::{NamedSets, sets, unmatched};
use syscall_meta_tests::{data, root};

/// Every release held with its constants; none while `data/` has none.
static RELEASES: LazyLock<Vec<(String, Headers)>> = LazyLock::new(|| {
    let data = data();
    let has_constants = |kernel: &String| root().join("data/linux").join(kernel).join("constants.yaml").is_file();
    let held: Vec<String> = data.kernels.iter().filter(|kernel| has_constants(kernel)).cloned().collect();
    let load = |kernel: String| {
        let headers = data.load_headers(&kernel).expect("the headers of a release load");
        (kernel, headers)
    };
    held.into_iter().map(load).collect()
});

fn resolved(headers: &Headers, specs: &Sets) -> NamedSets {
    let sink = Sink::new();
    let resolved = sets(headers, specs, &sink);
    let told = sink.take();
    assert!(told.is_empty(), "{}", told.iter().map(|one| format!("{one}\n")).collect::<String>());
    resolved
}

#[test]
fn sets_of_every_release_are_as_the_file_says() {
    let specs = data().sets().expect("the sets load");
    for (kernel, headers) in RELEASES.iter() {
        let all = resolved(headers, &specs);
        let unclaimed: usize = all.unclaimed.values().map(Vec::len).sum();
        println!(
            "{kernel}: {} claimed, {} requests, {} excluded, {unclaimed} unclaimed",
            all.claimed, all.requests, all.excluded
        );
        for (header, names) in &all.unclaimed {
            println!("  {header}: {}", names.join(" "));
        }
    }
}

#[test]
fn every_name_of_the_file_is_in_some_release() {
    let specs = data().sets().expect("the sets load");
    let in_vain = RELEASES.iter().map(|(_, headers)| unmatched(headers, &specs));
    let in_vain: BTreeSet<String> = in_vain.reduce(|all, one| &all & &one).unwrap_or_default();
    assert!(in_vain.is_empty(), "no release has:\n{}", in_vain.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn what_a_value_is_called_reads_back_as_the_value() {
    let specs = data().sets().expect("the sets load");
    for (kernel, headers) in RELEASES.iter() {
        let all = resolved(headers, &specs).sets;
        for set in &all {
            for (abi, name) in headers.abis.iter().enumerate() {
                for value in samples(set, abi) {
                    let names = printed(value, set, &all, abi);
                    let back = names.iter().fold(0, |bits, piece| bits | read(piece, set, &all, abi));
                    assert_eq!(back, value, "{kernel} {name} {}: {names:?}", set.name);
                }
            }
        }
    }
}

/// A piece of what is printed: a name, or bits that have none.
#[derive(Debug)]
enum Piece {
    Name(String),
    Bits(u64),
}

/// Values that show whether something overlaps: each member, each with each other, all bits.
fn samples(set: &NamedSet, abi: usize) -> Vec<u64> {
    let values: Vec<u64> = set.members.iter().filter_map(|member| member.values.get(abi).copied()).collect();
    let mut all = vec![0, 1, 0o644, 0x057f, 0x1234_5678, u64::from(u32::MAX), u64::MAX];
    all.extend(&values);
    if set.kind == SetKind::Flags {
        all.extend(values.iter().enumerate().flat_map(|(at, one)| values[at..].iter().map(move |two| one | two)));
        for part in &set.parts {
            let Some(mask) = part.mask.get(abi) else { continue };
            if let PartHolds::Members(members) = &part.holds {
                let held = members.iter().filter_map(|member| Some(place(*member.values.get(abi)?, part, *mask)));
                let held: Vec<u64> = held.collect();
                all.extend(held.iter().flat_map(|one| values.iter().map(move |flag| one | flag)));
                all.extend(held);
            }
        }
    }
    all
}

fn place(value: u64, part: &ValuePart, mask: u64) -> u64 {
    if part.shifted { value << mask.trailing_zeros() } else { value }
}

/// As the model says: parts first, then members in their order.
fn printed(value: u64, set: &NamedSet, all: &[NamedSet], abi: usize) -> Vec<Piece> {
    let name_of = |members: &[Member], value: u64| {
        members
            .iter()
            .find(|member| member.values.get(abi) == Some(&value))
            .map(|member| Piece::Name(member.name.clone()))
    };
    if set.kind == SetKind::Values {
        return vec![name_of(&set.members, value).unwrap_or(Piece::Bits(value))];
    }
    let (mut left, mut pieces) = (value, Vec::new());
    for part in &set.parts {
        let Some(mask) = part.mask.get(abi) else { continue };
        let bits = value & mask;
        left &= !mask;
        let held = if part.shifted { bits >> mask.trailing_zeros() } else { bits };
        let name = match &part.holds {
            PartHolds::Members(members) => name_of(members, held),
            PartHolds::Set(name) => {
                name_of(&all.iter().find(|other| other.name == *name).expect("a set").members, held)
            }
            PartHolds::Number(_) => None,
        };
        pieces.push(name.unwrap_or(Piece::Bits(bits)));
    }
    for member in &set.members {
        if let Some(bits) = member.values.get(abi).filter(|bits| left & **bits == **bits) {
            left &= !bits;
            pieces.push(Piece::Name(member.name.clone()));
        }
    }
    pieces.push(Piece::Bits(left));
    pieces
}

/// The bits of a piece, found by its name alone.
fn read(piece: &Piece, set: &NamedSet, all: &[NamedSet], abi: usize) -> u64 {
    let name = match piece {
        Piece::Bits(bits) => return *bits,
        Piece::Name(name) => name,
    };
    let of = |members: &[Member]| members.iter().find(|member| member.name == *name)?.values.get(abi).copied();
    let of_part = |part: &ValuePart| {
        let held = match &part.holds {
            PartHolds::Members(members) => of(members)?,
            PartHolds::Set(name) => of(&all.iter().find(|other| other.name == *name)?.members)?,
            PartHolds::Number(_) => return None,
        };
        Some(place(held, part, *part.mask.get(abi)?))
    };
    of(&set.members).or_else(|| set.parts.iter().find_map(of_part)).unwrap_or_else(|| panic!("{name} of {}", set.name))
}
