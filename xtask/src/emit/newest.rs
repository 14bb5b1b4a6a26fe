//! What headers say over all releases: on each ABI, what the newest release that has a thing says of it.

use crate::model::{Headers, PerAbi};

/// The bit that each ABI of a release has in generated files: its place among all ABIs in the order of their names.
#[derive(Clone)]
pub(super) struct Bits(Vec<Option<usize>>);

impl Bits {
    /// `all` are the names of all ABIs, sorted.
    pub(super) fn new(headers: &Headers, all: &[&str]) -> Self {
        Bits(headers.abis.iter().map(|name| all.binary_search(&name.as_str()).ok()).collect())
    }
}

/// The values of the newest release that has one, per ABI; newest first.
pub(super) fn newest<'a, T: Clone + PartialEq + 'a>(
    held: impl IntoIterator<Item = (&'a Bits, &'a PerAbi<T>)>,
) -> PerAbi<T> {
    let mut values: Vec<Option<&T>> = Vec::new();
    for (bits, of) in held {
        for (whom, value) in of.variants() {
            for bit in whom.places().filter_map(|place| bits.0.get(place).copied().flatten()) {
                if values.len() <= bit {
                    values.resize(bit + 1, None);
                }
                values[bit].get_or_insert(value);
            }
        }
    }
    PerAbi::new(values.into_iter().enumerate().filter_map(|(bit, value)| Some((bit, value?.clone()))))
}

/// The ABIs of sets of them, as generated files call them: `alpha, mips_o32`.
pub(super) fn named(whom: u64, all: &[&str]) -> String {
    let has = |place: usize| whom >> place & 1 == 1;
    let count = (0..all.len()).filter(|place| has(*place)).count();
    let list = |wanted: bool| {
        let names = all.iter().enumerate().filter(|(place, _)| has(*place) == wanted);
        names.map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
    };
    match all.len() - count {
        0 => "all".to_string(),
        rest if rest < count => format!("all but {}", list(false)),
        _ => list(true),
    }
}

/// Sets of ABIs in the order of first appearance.
#[derive(Default)]
pub(super) struct Whom(Vec<u64>);

impl Whom {
    pub(super) fn id(&mut self, whom: u64) -> usize {
        match self.0.iter().position(|known| *known == whom) {
            Some(at) => at,
            None => {
                self.0.push(whom);
                self.0.len() - 1
            }
        }
    }

    pub(super) fn all(&self) -> &[u64] {
        &self.0
    }
}
