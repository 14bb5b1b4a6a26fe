//! Everything about a release as JSON: what `export` prints.

use serde::Serialize;

use super::calls::Row;
use super::{Qualified, Structs, qualified, structs};
use crate::model::{
    Abi, AbiSpec, Abis, AtHand, ByteOrder, CallSpec, Extension, FailedResult, Failure, Headers, NumberPlace, Pairs,
    Release, Served,
};

/// Everything about one release, as `export` prints it.
#[derive(Serialize)]
pub struct Export<'a> {
    /// Version of this shape; a change that could break a reader raises it.
    pub format: u32,
    /// `6.12`
    pub kernel: String,
    /// `6.12.107`
    pub release: &'a str,
    /// What was at hand in place of the source.
    pub from: Option<&'static str>,
    /// Every ABI asked for.
    pub abis: Vec<ExportedAbi<'a>>,
}

/// An ABI with what it is.
#[derive(Serialize)]
pub struct ExportedAbi<'a> {
    abi: &'a str,
    aliases: &'a [String],
    arch: &'a str,
    long_bits: u32,
    compat_only: bool,
    compat_arch: Option<&'a str>,
    number_base: u32,
    kernel_number_base: u32,
    audit_archs: Vec<Audit>,
    call: Call<'a>,
    syscalls: Vec<Row<'a>>,
    constants: Vec<Qualified<'a>>,
    structs: Structs<'a>,
}

#[derive(Serialize)]
struct Audit {
    value: u32,
    byte_order: ByteOrder,
}

/// How the words of a call travel.
#[derive(Serialize)]
struct Call<'a> {
    number: Number<'a>,
    words: &'a [String],
    word_bits: u32,
    stack: Option<Stack<'a>>,
    result: &'a str,
    second: Option<&'a str>,
    failure: Failed<'a>,
    other: Option<Other<'a>>,
    pairs: Pairs,
    extension: Option<Extension>,
}

/// Where the number stands; with both, in the register where the instruction says zero.
#[derive(Serialize)]
struct Number<'a> {
    register: Option<&'a str>,
    instruction: Option<&'a str>,
}

#[derive(Serialize)]
struct Stack<'a> {
    register: &'a str,
    offset: u32,
    count: u32,
}

/// How failure is told: `"negative"`, or `{"flag": "a3"}`.
#[derive(Serialize)]
#[serde(untagged)]
enum Failed<'a> {
    Result(FailedResult),
    Flag { flag: &'a str },
}

#[derive(Serialize)]
struct Other<'a> {
    instruction: &'a str,
    trap: u32,
    failure: Failed<'a>,
}

/// Version of [`Export`].
const FORMAT: u32 = 1;

impl<'a> Export<'a> {
    /// The export of some ABIs of a release, with what its headers define.
    pub fn new(release: &'a Release, resolved: &[&'a Abi], headers: &'a Headers, abis: &'a Abis) -> Self {
        let one = |abi: &&'a Abi| Some(ExportedAbi::new(abis.get(&abi.name)?, abi, headers));
        let abis = resolved.iter().filter_map(one).collect();
        let from = release.at_hand.map(AtHand::as_str);
        Export { format: FORMAT, kernel: release.kernel(), release: &release.version, from, abis }
    }
}

impl<'a> ExportedAbi<'a> {
    fn new(spec: &'a AbiSpec, abi: &'a Abi, headers: &'a Headers) -> Self {
        let place = headers.place(&abi.name);
        ExportedAbi {
            abi: &abi.name,
            aliases: &spec.aliases,
            arch: &spec.arch,
            long_bits: spec.long,
            compat_only: spec.served == Served::Compat,
            compat_arch: spec.compat.as_ref().map(|compat| compat.arch.as_str()),
            number_base: spec.base,
            kernel_number_base: spec.kernel_base(),
            audit_archs: spec
                .orders
                .iter()
                .map(|order| Audit { value: order.audit, byte_order: order.order })
                .collect(),
            call: Call::new(&spec.call),
            syscalls: abi.syscalls.iter().map(Row::new).collect(),
            constants: place.map_or_else(Vec::new, |abi| qualified(headers, abi, &|_, _| true)),
            structs: place.map_or_else(Structs::new, |abi| structs(headers, abi, &|_, _| true)),
        }
    }
}

impl<'a> Call<'a> {
    fn new(call: &'a CallSpec) -> Self {
        let (register, instruction) = match &call.number {
            NumberPlace::Register(register) => (Some(register.as_str()), None),
            NumberPlace::Instruction { immediate, register } => (register.as_deref(), Some(immediate.as_str())),
        };
        Call {
            number: Number { register, instruction },
            words: &call.words,
            word_bits: call.word_bits(),
            stack: call.stack.as_ref().map(|stack| Stack {
                register: &stack.register,
                offset: stack.offset,
                count: stack.count,
            }),
            result: &call.result,
            second: call.second.as_deref(),
            failure: Failed::new(&call.failure),
            other: call.other.as_ref().map(|other| Other {
                instruction: &other.instruction,
                trap: other.trap,
                failure: Failed::new(&other.failure),
            }),
            pairs: call.pairs,
            extension: call.extension,
        }
    }
}

impl<'a> Failed<'a> {
    fn new(failure: &'a Failure) -> Self {
        match failure {
            Failure::Result(result) => Failed::Result(*result),
            Failure::Flag { flag } => Failed::Flag { flag },
        }
    }
}
