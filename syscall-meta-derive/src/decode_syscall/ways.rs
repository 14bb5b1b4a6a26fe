//! By which numbers the call of each variant comes on each ABI, and what it takes there.

use std::collections::BTreeMap;

use super::input::{Input, Variant};
use crate::abis::NamedAbi;
use crate::catalogue::{Abi, Behind, Call, Catalogue, Extent, Name, Param, Params, Part};
use crate::errors::Errors;
use crate::nearest::listed;
use crate::select::check_name;

/// One way in which the call of a variant comes.
pub(super) struct Way {
    /// The place of the variant, and of the ABI among those named.
    pub(super) variant: usize,
    pub(super) abi: usize,
    pub(super) abi_name: &'static str,
    /// What it is called there.
    pub(super) name: &'static str,
    pub(super) route: Route,
    /// None where nobody knows.
    pub(super) args: Option<Vec<Arg>>,
    /// Further names that arguments have on the kernel that serves the ABI as compat.
    pub(super) also: Vec<Arg>,
    pub(super) word_bits: u8,
}

/// How a call comes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Route {
    /// By this number, as kernels show it.
    Number(u32),
    /// The same, its words, so many, being in memory where the first one points.
    Block(u32, u8),
    /// By that of another call, of which a word tells.
    Behind {
        through: u32,
        by: u8,
        value: u32,
        /// Where the word points that is given first.
        in_memory: Option<u8>,
        words: Vec<u8>,
    },
}

/// An argument.
#[derive(Clone, Debug)]
pub(super) struct Arg {
    pub(super) name: &'static str,
    /// The word of the low half, or of all of it, and that of the other half, or the same.
    pub(super) first: u8,
    pub(super) second: u8,
    /// Which half is the high one follows from the byte order.
    pub(super) ordered: bool,
    pub(super) bits: u8,
    pub(super) signed: bool,
    pub(super) pointer: bool,
    /// The kernel takes it for a pointer where other arguments say so.
    pub(super) address: bool,
    /// The kernel writes what it leads to, and reads nothing there.
    pub(super) written: bool,
    /// How many bytes that is, in the form of the library's `Place`.
    pub(super) extent: (u8, u8, u16),
}

/// Every way of every variant.
pub(super) fn ways(input: &Input, abis: &[NamedAbi], catalogue: Catalogue<'static>, errors: &mut Errors) -> Vec<Way> {
    let mut all = Vec::new();
    for (place, variant) in input.variants.iter().enumerate() {
        let ids = names(variant, abis, catalogue, errors);
        for (at, named) in abis.iter().enumerate() {
            let mut routes: Vec<Route> = Vec::new();
            for way in ids.iter().flat_map(|name| of_name(*name, named.abi)) {
                if !routes.contains(&way.route) {
                    routes.push(way.route.clone());
                    all.push(Way { variant: place, abi: at, ..way });
                }
            }
        }
    }
    check_twice(input, &all, errors);
    all
}

/// The names of a variant, as far as they are ones; says so where they are none.
fn names(variant: &Variant, abis: &[NamedAbi], catalogue: Catalogue<'static>, errors: &mut Errors) -> Vec<Name> {
    let mut ids = Vec::new();
    for (at, name) in variant.names.iter().enumerate() {
        if variant.names.iter().take(at).any(|before| before.text == name.text) {
            errors.push(name.span, format!("`{}` is named twice", name.text));
            continue;
        }
        let id = catalogue.name(&name.text);
        let is_behind = id.is_some_and(|id| abis.iter().any(|named| named.abi.behind().any(|call| call.is(id))));
        if !is_behind {
            check_name(&name.text, name.span, id, abis, catalogue, errors);
        }
        ids.extend(id);
    }
    ids
}

/// The ways of a name: by its own number, and behind others.
fn of_name(name: Name, abi: Abi<'static>) -> Vec<Way> {
    let mut all = Vec::new();
    all.extend(abi.call(name).map(|call| by_number(call, abi)));
    let own = all.first().map(|way: &Way| way.name);
    let behind = abi.behind().filter(|call| call.is(name) || own == Some(call.name()));
    all.extend(behind.map(|call| by_another(call, abi)));
    all
}

fn shown(number: u32, abi: Abi) -> u32 {
    number.wrapping_sub(abi.number_base).wrapping_add(abi.kernel_number_base)
}

fn by_number(call: Call<'static>, abi: Abi<'static>) -> Way {
    let side = call.main().filter(|side| side.params().is_some()).or_else(|| call.compat());
    let number = shown(call.number, abi);
    let block = side.and_then(|side| side.block());
    let (route, params) = match block {
        Some(block) => (Route::Block(number, words_of(block)), Some(block)),
        None => (Route::Number(number), side.and_then(|side| side.params())),
    };
    let compat = call.compat().and_then(|side| if block.is_some() { side.block() } else { side.params() });
    Way {
        variant: 0,
        abi: 0,
        abi_name: abi.name,
        name: call.name(),
        route,
        args: params.map(|params| args(params, abi)),
        also: compat.map(|params| args(params, abi)).unwrap_or_default(),
        word_bits: abi.word_bits,
    }
}

fn by_another(call: Behind<'static>, abi: Abi<'static>) -> Way {
    let params = call.params();
    let route = Route::Behind {
        through: shown(call.through, abi),
        by: call.by,
        value: call.value,
        in_memory: call.in_memory.then(|| params.map_or(0, words_of)),
        words: call.words().to_vec(),
    };
    let args = params.map(|params| args(params, abi));
    Way {
        variant: 0,
        abi: 0,
        abi_name: abi.name,
        name: call.name(),
        route,
        args,
        also: Vec::new(),
        word_bits: abi.word_bits,
    }
}

fn words_of(params: Params) -> u8 {
    params.last().map_or(0, |param| param.word + param.words)
}

/// The arguments that parameters are: halves are one, under the name of the whole.
fn args(params: Params<'static>, abi: Abi<'static>) -> Vec<Arg> {
    let mut all: Vec<Arg> = Vec::new();
    for param in params {
        // A 64-bit kernel shifts the upper half out of `pos_l` and `pos_h` (pos_from_hilo in fs/read_write.c).
        let (mut name, wide) = (param.name, abi.word_bits == 64);
        if wide && name == "pos_h" {
            continue;
        }
        if wide && name == "pos_l" {
            name = "pos";
        }
        let (of, is_second, ordered) = match param.part {
            Part::Dummy => continue,
            Part::Whole => {
                let second = param.word + param.words - 1;
                all.push(Arg {
                    name,
                    second,
                    ordered: param.words == 2,
                    bits: param.bits,
                    signed: param.signed,
                    extent: extent(&param, params, abi),
                    ..arg(&param)
                });
                continue;
            }
            Part::Low(of) => (of, false, false),
            Part::High(of) => (of, true, false),
            Part::First(of) => (of, false, true),
            Part::Second(of) => (of, true, true),
        };
        match all.iter_mut().find(|arg| arg.name == of) {
            Some(arg) if is_second => arg.second = param.word,
            Some(arg) => arg.first = param.word,
            None => all.push(Arg { name: of, ordered, bits: 64, signed: true, ..arg(&param) }),
        }
    }
    all
}

fn arg(param: &Param<'static>) -> Arg {
    Arg {
        name: param.name,
        first: param.word,
        second: param.word,
        ordered: false,
        bits: param.bits,
        signed: param.signed,
        pointer: param.pointer,
        address: param.pointer || matches!(param.ty, "unsigned long" | "compat_ulong_t" | "compat_uptr_t"),
        written: param.written && !param.read,
        extent: (0, 0, 0),
    }
}

fn extent(param: &Param<'static>, mut params: Params<'static>, abi: Abi<'static>) -> (u8, u8, u16) {
    let mut of = |name: &str| params.find(|param| param.name == name && param.words == 1);
    match param.extent {
        Extent::Unknown => (0, 0, 0),
        Extent::Param(name) => of(name).map_or((0, 0, 0), |of| (1, of.word, of.bits.into())),
        Extent::Behind(name) => of(name).map_or((0, 0, 0), |of| (2, of.word, abi.long_bits.into())),
        Extent::Result => (3, 0, 0),
        Extent::Number(number) => (4, 0, number),
    }
}

/// A name leads to one variant, and so does whatever a call comes by.
fn check_twice(input: &Input, ways: &[Way], errors: &mut Errors) {
    let of = |variant: &Variant| variant.ident.map(ToString::to_string).unwrap_or_default();
    let mut names: BTreeMap<&str, &Variant> = BTreeMap::new();
    let mut told = vec![false; input.variants.len()];
    for (at, variant) in input.variants.iter().enumerate() {
        for name in &variant.names {
            match names.get(name.text.as_str()) {
                Some(other) if other.ident == variant.ident => {}
                Some(other) => {
                    errors.push(name.span, format!("`{}` is the variant `{}` already", name.text, of(other)));
                    told[at] = true;
                }
                None => {
                    names.insert(&name.text, variant);
                }
            }
        }
    }
    let mut routes: BTreeMap<(usize, u32, Option<u32>), &Way> = BTreeMap::new();
    for way in ways {
        let key = match &way.route {
            Route::Number(number) | Route::Block(number, _) => (way.abi, *number, None),
            Route::Behind { through, value, .. } => (way.abi, *through, Some(*value)),
        };
        match routes.get(&key) {
            Some(other) if other.variant != way.variant => {
                if !std::mem::replace(&mut told[way.variant], true) {
                    let (this, other) = (&input.variants[way.variant], &input.variants[other.variant]);
                    let message = format!(
                        "the same call as the variant `{}`: both are {} on {}",
                        of(other),
                        key.2.map_or_else(
                            || format!("number {}", key.1),
                            |value| format!("{value} of number {}", key.1)
                        ),
                        listed(&[way.abi_name], "and")
                    );
                    errors.push(this.span, message);
                }
            }
            Some(_) => {}
            None => {
                routes.insert(key, way);
            }
        }
    }
}
