//! `/sys/kernel/btf/vmlinux`: which functions a kernel has, and what those take that hold the bodies of calls, as far as the
//! compiler kept them.

use std::collections::{BTreeMap, BTreeSet};

use btf_rs::{Btf, BtfType, Func, Type};

use crate::diagnostic::{Diagnostic, Label, Result};
use crate::model::Param;

/// Before the name of a call in the function that holds its body.
const BODY: &str = "__do_sys_";
/// The registers that a body without parameters is given on x86.
const UNUSED: &str = "__unused";
/// No type of a parameter leads through more types than this.
const DEEPEST: usize = 32;

/// The parameters of calls, by the name of their `SYSCALL_DEFINE`; none where a type is of a form that is not known.
pub fn btf_prototypes(path: &str, bytes: &[u8]) -> Result<BTreeMap<String, Option<Vec<Param>>>> {
    let btf = open(path, bytes)?;
    let mut all = BTreeMap::new();
    for function in functions(&btf) {
        let name = btf.resolve_name(&function).map_err(|cause| failed(path, &cause))?;
        let Some(call) = name.strip_prefix(BODY) else { continue };
        let params = match btf.resolve_chained_type(&function) {
            Ok(Type::FuncProto(proto)) => proto.parameters.iter().map(|param| parameter(&btf, param)).collect(),
            _ => None,
        };
        let params = params.map(|params: Vec<Param>| params.into_iter().filter(|param| param.name != UNUSED).collect());
        all.insert(call.to_string(), params);
    }
    Ok(all)
}

/// The names of all functions.
pub fn btf_functions(path: &str, bytes: &[u8]) -> Result<BTreeSet<String>> {
    let btf = open(path, bytes)?;
    let name = |function: Func| btf.resolve_name(&function).map_err(|cause| failed(path, &cause));
    functions(&btf).map(name).collect()
}

/// A section that has functions, as that of a kernel does.
fn open(path: &str, bytes: &[u8]) -> Result<Btf> {
    let btf = Btf::from_bytes(bytes).map_err(|cause| failed(path, &cause))?;
    if functions(&btf).next().is_none() {
        let error = Diagnostic::error("not-btf", "there is no function in this BTF").at(Label::file(path));
        return Err(Box::new(error.help("is it that of the kernel?")));
    }
    Ok(btf)
}

/// Every function. All types were read when the section was opened: ids have no gaps, and the first that leads nowhere is
/// behind the last.
fn functions(btf: &Btf) -> impl Iterator<Item = Func> + '_ {
    (1..).map_while(|id| btf.resolve_type_by_id(id).ok()).filter_map(|ty| match ty {
        Type::Func(function) => Some(function),
        _ => None,
    })
}

fn failed(path: &str, cause: &btf_rs::Error) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::error("not-btf", format!("this is no BTF: {cause}"))
            .at(Label::file(path))
            .help("/sys/kernel/btf/vmlinux is, and the section .BTF of a kernel, taken out by itself"),
    )
}

fn parameter(btf: &Btf, param: &btf_rs::Parameter) -> Option<Param> {
    let name = btf.resolve_name(param).ok().filter(|name| !name.is_empty())?;
    Some(Param { ty: spelled(btf, param, DEEPEST)?, name })
}

/// The type that something has, as C spells it, without what says nothing of its value: `const char *`.
fn spelled<T: BtfType + ?Sized>(btf: &Btf, of: &T, deep: usize) -> Option<String> {
    let deep = deep.checked_sub(1)?;
    if of.get_type_id() == Some(0) {
        return Some("void".to_string());
    }
    let ty = btf.resolve_chained_type(of).ok()?;
    let named = |tag: &str, ty: &dyn BtfType| {
        let name = btf.resolve_name(ty).ok().filter(|name| !name.is_empty())?;
        Some(format!("{tag}{name}"))
    };
    match &ty {
        Type::Int(int) => named("", int).map(|name| as_kernels_write(&name)),
        Type::Float(float) => named("", float),
        Type::Typedef(typedef) => named("", typedef),
        Type::Struct(of) => named("struct ", of),
        Type::Union(of) => named("union ", of),
        Type::Enum(of) => named("enum ", of),
        Type::Enum64(of) => named("enum ", of),
        Type::Fwd(of) => named(if of.is_union() { "union " } else { "struct " }, of),
        Type::Ptr(pointer) => Some(format!("{} *", spelled(btf, pointer, deep)?)),
        Type::Const(of) => {
            let inner = spelled(btf, of, deep)?;
            Some(if inner.ends_with('*') { format!("{inner} const") } else { format!("const {inner}") })
        }
        Type::Volatile(of) | Type::Restrict(of) => spelled(btf, of, deep),
        Type::TypeTag(of) => spelled(btf, of, deep),
        // No parameter of a call is anything else.
        _ => None,
    }
}

/// An integer type as the kernel's source spells it: compilers write `long unsigned int` for `unsigned long`.
fn as_kernels_write(name: &str) -> String {
    let words: Vec<&str> = name.split(' ').collect();
    let has = |word: &str| words.contains(&word);
    let is_implied = |word: &str| word == "int" && (has("long") || has("short"));
    let sign = words.iter().filter(|word| matches!(**word, "signed" | "unsigned"));
    let rest = words.iter().filter(|word| !matches!(**word, "signed" | "unsigned") && !is_implied(word));
    sign.chain(rest).copied().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_as_the_source_has_them() {
        for (name, expected) in [
            ("long unsigned int", "unsigned long"),
            ("long long unsigned int", "unsigned long long"),
            ("long int", "long"),
            ("short unsigned int", "unsigned short"),
            ("unsigned int", "unsigned int"),
            ("unsigned char", "unsigned char"),
            ("int", "int"),
            ("_Bool", "_Bool"),
        ] {
            assert_eq!(as_kernels_write(name), expected);
        }
    }

    #[test]
    fn what_is_no_btf_says_so() {
        for bytes in [&b""[..], b"\x9f\xeb", b"\x7fELF", &[0; 64], &[0xff; 64]] {
            assert_eq!(btf_prototypes("types", bytes).unwrap_err().code, "not-btf");
        }
    }
}
