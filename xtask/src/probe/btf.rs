//! The functions that a kernel's own type information has: `/sys/kernel/btf/vmlinux`.

use btf_rs::{Btf, Type};
use rustc_hash::FxHashSet;

use crate::diagnostic::{Diagnostic, Label, Result};

/// The names of all functions of a BTF section.
pub fn functions(path: &str, bytes: &[u8]) -> Result<FxHashSet<String>> {
    let failed = |cause: btf_rs::Error| {
        Box::new(
            Diagnostic::error("not-btf", format!("this is no BTF: {cause}"))
                .at(Label::file(path))
                .help("/sys/kernel/btf/vmlinux is, and the section .BTF of a kernel, taken out by itself"),
        )
    };
    let btf = Btf::from_bytes(bytes).map_err(failed)?;
    let mut all = FxHashSet::default();
    // Ids have no gaps; the first that leads nowhere is behind the last.
    let types = (1..).map_while(|id| btf.resolve_type_by_id(id).ok());
    for ty in types {
        if let Type::Func(function) = ty {
            all.insert(btf.resolve_name(&function).map_err(failed)?);
        }
    }
    if all.is_empty() {
        let text = "there is no function in this BTF";
        return Err(Box::new(
            Diagnostic::error("not-btf", text).at(Label::file(path)).help("is it that of the kernel?"),
        ));
    }
    Ok(all)
}
