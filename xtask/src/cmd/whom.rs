//! Some of the ABIs of a release in a few words, and names that nobody has.

use crate::diagnostic::Diagnostic;
use crate::model::{AbiSet, Headers};

/// `every ABI but alpha, mips_o32`, `alpha`: as shortly as it can be said without leaving one out.
pub(super) fn whom(headers: &Headers, abis: AbiSet) -> String {
    let name = |place: usize| headers.abis[place].as_str();
    let all = 0..headers.abis.len();
    let (has, lacks): (Vec<usize>, Vec<usize>) = all.partition(|place| abis.has(*place));
    let names = |places: Vec<usize>| places.into_iter().map(name).collect::<Vec<_>>().join(", ");
    match lacks.len() {
        0 => "every ABI".to_string(),
        few if few * 2 < has.len() => format!("every ABI but {}", names(lacks)),
        _ => names(has),
    }
}

/// An error that offers names which are like the one that nobody has.
pub(super) fn unknown<'a>(
    error: Diagnostic,
    name: &str,
    names: impl Iterator<Item = &'a str>,
    else_help: &str,
) -> Box<Diagnostic> {
    let distance = |known: &'a str| (strsim::osa_distance(&name.to_lowercase(), &known.to_lowercase()), known);
    let mut near: Vec<(usize, &str)> = names.map(distance).filter(|(distance, _)| *distance <= 3).collect();
    near.sort_unstable();
    near.dedup();
    let near: Vec<String> = near.iter().take(5).map(|(_, known)| format!("`{known}`")).collect();
    Box::new(match near.as_slice() {
        [] => error.help(else_help),
        near => error.help(format!("did you mean {}?", near.join(", "))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abis_are_named_or_those_that_are_missing() {
        let abis = ["a", "b", "c", "d", "e", "f"].map(str::to_string).to_vec();
        let headers = Headers { abis, ..Headers::default() };
        for (set, text) in [(0b11_1111, "every ABI"), (0b11_1101, "every ABI but b"), (0b10_0010, "b, f")] {
            assert_eq!(whom(&headers, AbiSet(set)), text);
        }
    }
}
