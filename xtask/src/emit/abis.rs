//! `abis.rs`: the `Abi` enum and what `data/abis.yaml` says of each.

use std::fmt::Write;

use super::{HEAD, variant};
use crate::model::{AbiSpec, Abis, ByteOrder, CallSpec, FailedResult, Failure, NumberPlace, Served};

const ENUM: &str = "\
/// What a user program sees of a kernel: numbers, calling convention, data model.
///
/// One kernel architecture can serve several ABIs, natively or as compat, and an ABI can be served by two architectures
/// ([`native_arch`](Abi::native_arch), [`compat_archs`](Abi::compat_archs)). Byte order is no part of an ABI but of the
/// traced machine, where there are both.
///
/// Every variant is always there; [`table`](Abi::table) tells whether its calls are built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Abi {
";

pub(super) fn abis(abis: &Abis) -> String {
    let mut all: Vec<&AbiSpec> = abis.abis.iter().collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    let count = all.len();
    let mut out = format!(
        "{HEAD}//! The ABIs and what `data/abis.yaml` says of each.\n\n\
         use crate::abi::{{AuditArch, ByteOrder, Facts}};\n\
         use crate::convention::{{\n\
         \x20   Convention, Extension, Failure, NumberPlace, OtherInstruction, Pairs, StackWords,\n\
         }};\n\n{ENUM}"
    );
    for spec in &all {
        let _ = writeln!(out, "    /// `{}`: {}.\n    {},", spec.name, spec.title, variant(&spec.name));
    }
    let _ = writeln!(out, "}}\n\npub(crate) static ALL: [Abi; {count}] = [");
    for spec in &all {
        let _ = writeln!(out, "    Abi::{},", variant(&spec.name));
    }
    let _ = writeln!(out, "];\n\npub(crate) const FACTS: [Facts; {count}] = [");
    for spec in &all {
        facts(spec, &mut out);
    }
    out.push_str("];\n");
    out
}

fn facts(spec: &AbiSpec, out: &mut String) {
    let quoted = |names: &[&str]| names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    let native = spec.served == Served::Native;
    let compat: Vec<&str> = match &spec.compat {
        Some(compat) => vec![&compat.arch],
        None if native => Vec::new(),
        None => vec![&spec.arch],
    };
    let aliases: Vec<&str> = spec.aliases.iter().map(String::as_str).collect();
    let native_arch = if native { format!("Some(\"{}\")", spec.arch) } else { "None".to_string() };
    let _ = writeln!(
        out,
        "    Facts {{\n        name: \"{}\",\n        aliases: &[{}],\n        long_bits: {},\n        pointer_bits: {},\n        \
         number_base: {},\n        kernel_number_base: {},\n        audit_archs: &[",
        spec.name,
        quoted(&aliases),
        spec.long,
        spec.long,
        base(spec.base),
        base(spec.kernel_base()),
    );
    for order in &spec.orders {
        let name = match order.order {
            ByteOrder::Little => "Little",
            ByteOrder::Big => "Big",
        };
        let _ = writeln!(out, "            AuditArch::new({:#x}, ByteOrder::{name}),", order.audit);
    }
    let _ = writeln!(
        out,
        "        ],\n        native_arch: {native_arch},\n        compat_archs: &[{}],\n        convention: Convention {{",
        quoted(&compat)
    );
    convention(&spec.call, out);
    out.push_str("        },\n    },\n");
}

fn convention(call: &CallSpec, out: &mut String) {
    let quoted = |name: &String| format!("\"{name}\"");
    let some = |text: Option<String>| text.map_or_else(|| "None".to_string(), |text| format!("Some({text})"));
    let number = match &call.number {
        NumberPlace::Register(name) => format!("NumberPlace::Register(\"{name}\")"),
        NumberPlace::Instruction { immediate, register } => {
            let register = some(register.as_ref().map(quoted));
            format!("NumberPlace::Instruction {{ name: \"{immediate}\", register: {register} }}")
        }
    };
    let failure = |failure: &Failure| match failure {
        Failure::Result(FailedResult::Negative) => "Failure::Negative".to_string(),
        Failure::Flag { flag } => format!("Failure::Flag(\"{flag}\")"),
    };
    let stack = call.stack.as_ref().map(|stack| {
        let (register, offset, count) = (&stack.register, stack.offset, stack.count);
        format!("StackWords {{ register: \"{register}\", offset: {offset}, count: {count} }}")
    });
    let other = call.other.as_ref().map(|other| {
        let (name, trap, failure) = (&other.instruction, other.trap, failure(&other.failure));
        format!("OtherInstruction {{ name: \"{name}\", trap: {trap:#x}, failure: {failure} }}")
    });
    let words: Vec<String> = call.words.iter().map(quoted).collect();
    let lines = [
        ("number", number),
        ("words", format!("&[{}]", words.join(", "))),
        ("stack", some(stack)),
        ("result", quoted(&call.result)),
        ("second", some(call.second.as_ref().map(quoted))),
        ("failure", failure(&call.failure)),
        ("other", some(other)),
        ("pairs", format!("Pairs::{:?}", call.pairs)),
        ("extension", some(call.extension.map(|extension| format!("Extension::{extension:?}")))),
    ];
    for (field, value) in lines {
        let _ = writeln!(out, "            {field}: {value},");
    }
}

/// A round number in decimal, a bit in hexadecimal.
fn base(base: u32) -> String {
    if base > 0xffff { format!("{base:#x}") } else { base.to_string() }
}
