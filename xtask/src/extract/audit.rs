//! Holds the `AUDIT_ARCH_*` values of `data/abis.yaml` against the kernel's own `linux/audit.h`.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Label, Sink};
use crate::evaluate::{DataModel, Headers, Include, NoNames, Session, Setup, preprocess};
use crate::model::{Abis, Numbers};
use crate::source::Tree;

const HEADER: &str = "include/uapi/linux/audit.h";
const MACHINES: &str = "linux/elf-em.h";

/// `__AUDIT_ARCH_LE`: powerpc sets it on a value of its own without a macro for the sum.
const LITTLE_ENDIAN: u32 = 0x4000_0000;

/// Says which ABIs of this kernel claim a value that its header does not define.
pub(super) fn check<T: Send + Sync>(tree: &Tree<T>, abis: &Abis, found: &BTreeMap<String, Numbers>, sink: &Sink) {
    let Some(header) = tree.get(HEADER) else { return };
    let session = Session::new();
    let setup = Setup::new(DataModel::LP64).macros_only();
    let output = preprocess(&session, &MachinesOnly(tree), &setup, HEADER, &header.text, sink);
    let defined: BTreeSet<u32> = output
        .macros
        .live()
        .filter(|defined| output.text(defined.name).starts_with("AUDIT_ARCH_"))
        .filter_map(|defined| u32::try_from(output.constant_of(defined, &NoNames).ok()?.value).ok())
        .collect();
    for spec in abis.abis.iter().filter(|spec| found.contains_key(&spec.name)) {
        for order in &spec.orders {
            if !defined.contains(&order.audit) && !defined.contains(&(order.audit & !LITTLE_ENDIAN)) {
                sink.push(
                    Diagnostic::error(
                        "no-audit-arch",
                        format!("no `AUDIT_ARCH_*` has the value {:#010x} that {} is said to have", order.audit, spec.name),
                    )
                    .at(Label::file(HEADER))
                    .help("`orders` in data/abis.yaml gives the values; `syscall_get_arch` in asm/syscall.h tells which a kernel shows"),
                );
            }
        }
    }
}

/// The header's values are sums with the machine numbers of ELF; what else it includes defines none of them.
struct MachinesOnly<'a, T>(&'a Tree<T>);

impl<T: Send + Sync> Headers for MachinesOnly<'_, T> {
    fn find(&self, name: &str, _angled: bool, _from: &str, _next: bool) -> Include {
        match self.0.get(&format!("include/uapi/{name}")).filter(|_| name == MACHINES) {
            Some(text) => Include::Text { path: text.path.clone(), text: text.text.clone() },
            None => Include::Skip,
        }
    }
}
