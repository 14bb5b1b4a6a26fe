//! Which argument words each parameter occupies, and which parameters are halves or dummies.

use crate::model::{Curated, Pairs, Parameter, Part, Way};

/// Gives each parameter its words, one after another as the ABI passes them.
pub(super) fn place(params: &mut [Parameter], way: &Way) {
    let mut next = 0_u8;
    for param in params {
        param.words = if u32::from(param.bits) > way.word_bits() { 2 } else { 1 };
        if param.words == 2 && way.abi.call.pairs == Pairs::Aligned {
            next += next % 2;
        }
        param.word = Some(next);
        next += param.words;
    }
}

/// Says which parameters are halves of one value, or nothing.
pub(super) fn parts(params: &mut [Parameter], entry: &str, way: &Way, curated: &Curated) {
    let own = curated
        .halves
        .iter()
        .filter(|known| known.entry == entry && known.arch.as_ref().is_none_or(|arch| arch == way.arch()));
    for known in own {
        for param in params.iter_mut() {
            if known.dummies.contains(&param.name) {
                param.part = Part::Dummy;
            }
            for (value, [low, high]) in &known.values {
                if *low == param.name {
                    param.part = Part::Low(value.clone());
                } else if *high == param.name {
                    param.part = Part::High(value.clone());
                }
            }
        }
    }
    // The kernel's own macros name them so: `SC_ARG64`, `compat_arg_u64`, `arg_u32p`.
    let names: Vec<String> = params.iter().map(|param| param.name.clone()).collect();
    let has = |name: String| names.contains(&name);
    for param in params.iter_mut().filter(|param| param.part == Part::Whole && param.bits == 32) {
        if let Some(value) = param.name.strip_suffix("_lo").filter(|value| has(format!("{value}_hi"))) {
            param.part = Part::Low(value.to_string());
        } else if let Some(value) = param.name.strip_suffix("_hi").filter(|value| has(format!("{value}_lo"))) {
            param.part = Part::High(value.to_string());
        } else if param.name == "__pad" {
            param.part = Part::Dummy;
        }
    }
}
