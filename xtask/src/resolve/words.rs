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
    let is_half = |param: &Parameter| param.part == Part::Whole && param.bits == 32;
    for known in own {
        for param in params.iter_mut() {
            if known.dummies.contains(&param.name) {
                param.part = Part::Dummy;
            }
        }
        for (value, [low, high]) in &known.values {
            for param in params.iter_mut().filter(|param| is_half(param)) {
                if *low == param.name {
                    param.part = Part::Low(value.clone());
                } else if *high == param.name {
                    param.part = Part::High(value.clone());
                }
            }
        }
        for (value, [first, second]) in &known.pairs {
            for param in params.iter_mut().filter(|param| is_half(param)) {
                if *first == param.name {
                    param.part = Part::First(value.clone());
                } else if *second == param.name {
                    param.part = Part::Second(value.clone());
                }
            }
        }
    }
    // The kernel's own macros (`SC_ARG64`, `compat_arg_u64`, `arg_u32p`) name halves so, in the order of bytes.
    for at in 1..params.len() {
        let Some([one, two]) = params.get_mut(at - 1..=at) else { continue };
        let ends =
            |param: &Parameter| param.name.strip_suffix("_lo").or(param.name.strip_suffix("_hi")).map(str::to_string);
        if let (Some(first), Some(second)) = (ends(one), ends(two))
            && first == second
            && is_half(one)
            && is_half(two)
        {
            (one.part, two.part) = (Part::First(first), Part::Second(second));
        }
    }
    for param in params.iter_mut().filter(|param| param.name == "__pad") {
        param.part = Part::Dummy;
    }
}
