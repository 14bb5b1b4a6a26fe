//! A folder of installed headers → facts: numbers, constants and structures, read as those of a kernel's source are.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::headers::AbiHeaders;
use super::{digest, numbers, predefined, uapi};
use crate::diagnostic::{Diagnostic, Label, Result, Sink};
use crate::evaluate::{Outcome, Session, preprocess};
use crate::model::{AbiSpec, Abis, Dispatch, Facts, Headers, Numbers, Release, TableSpec};
use crate::parse;
use crate::source::{Installed, InstalledTree, Tree};

/// Headers in `asm/` that one architecture alone has, for a folder that nothing names: `arch/*/include/uapi/asm`.
const TELLING: [(&str, &str); 15] = [
    ("asm/asi.h", "sparc"),
    ("asm/bootinfo.h", "m68k"),
    ("asm/cpu-features.h", "sh"),
    ("asm/cputable.h", "powerpc"),
    ("asm/dasd.h", "s390"),
    ("asm/hwprobe.h", "riscv"),
    ("asm/ia64regs.h", "ia64"),
    ("asm/page.h", "arc"),
    ("asm/pal.h", "alpha"),
    ("asm/pdc.h", "parisc"),
    ("asm/processor-flags.h", "x86"),
    ("asm/registers.h", "hexagon"),
    ("asm/sve_context.h", "arm64"),
    ("asm/sysmips.h", "mips"),
    ("asm/unistd-eabi.h", "arm"),
];

/// Reads the headers. Which release they are of is asked first: `near` then says what the nearest one held keeps, since
/// which layouts matter follows from parameters, which no header tells.
pub fn installed(
    installed: &Installed,
    abis: &Abis,
    near: impl FnOnce(&Release) -> Result<Headers>,
    sink: &Sink,
) -> Result<(Facts, Headers)> {
    let arch_of = |machine: &str| Some(abis.by_machine(machine)?.arch.clone());
    let of_headers = |names: &BTreeSet<String>| {
        let telling = TELLING.iter().find(|(header, _)| names.contains(*header));
        telling.map(|(_, arch)| arch.to_string())
    };
    let InstalledTree { tree, version, archs, unknown } = installed.read(&arch_of, &of_headers)?;
    for asm in unknown {
        let message = "these headers are of a machine that no ABI of data/abis.yaml has, and are left out";
        sink.push(Diagnostic::warning("unknown-machine", message).at(Label::file(asm.display().to_string())));
    }
    let release = parse::version_header("linux/version.h", &version)?;
    let near = near(&release)?;
    let of_archs: Vec<&AbiSpec> = abis.abis.iter().filter(|spec| archs.contains(&spec.arch)).collect();
    let session = Session::new();
    let read = |spec: &&AbiSpec| Some((spec.name.clone(), read(&tree, &session, spec, abis, sink)?));
    let numbers: BTreeMap<String, Numbers> = of_archs.par_iter().filter_map(read).collect();
    if numbers.is_empty() && sink.errors() == 0 {
        let message = "these headers lead to the numbers of no ABI";
        return Err(Box::new(
            Diagnostic::error("no-numbers", message).at(Label::file(installed.root.display().to_string())).help(
                "`asm/unistd.h` includes headers with the numbers, `asm/unistd_64.h` and its kin: are they there?",
            ),
        ));
    }
    let facts = Facts { numbers, ..Facts::new(release, digest(abis)) };
    let headers = uapi::installed(&tree, abis, &facts, &near, sink);
    Ok((facts, headers))
}

/// What the header of an ABI says; none where it leads to no numbers of it.
fn read(tree: &Tree<()>, session: &Session, spec: &AbiSpec, abis: &Abis, sink: &Sink) -> Option<Numbers> {
    let header = format!("arch/{}/include/uapi/asm/unistd.h", spec.arch);
    let text = tree.get(&header)?;
    let headers =
        AbiHeaders { tree, arch: &spec.arch, abi: &spec.name, generated: BTreeMap::new(), others: BTreeSet::new() };
    let said = Sink::new();
    let output = preprocess(session, &headers, &predefined::setup(spec), &header, &text.text, &said);
    let leads_there = output.includes.iter().any(|include| {
        let by_header = spec.tables.iter().any(|table| match table {
            TableSpec::Header { header, .. } => include.path.as_deref() == Some(header),
            TableSpec::Kbuild { .. } | TableSpec::File { .. } => false,
        });
        let by_table = spec.generated.iter().any(|made| **made == *include.name);
        include.outcome == Outcome::Entered && (by_header || by_table)
    });
    let missing = spec.generated.iter().find(|made| output.includes.iter().any(|include| *include.name == **made));
    if !leads_there {
        // An architecture need not install what it has of every ABI; s390 has no 31-bit calls since 7.2.
        if let Some(missing) = missing {
            let message = format!("these headers lack `{missing}`, so nothing is known of {}", spec.name);
            sink.push(Diagnostic::warning("missing-header", message).at(Label::file("asm/unistd.h")));
        }
        return None;
    }
    said.take().into_iter().for_each(|said| sink.push(said));
    let names = numbers::named(session, spec, abis, &output, sink);
    let names = numbers::sorted(names);
    let header = "asm/unistd.h".to_string();
    Some(Numbers { header, native: Dispatch::Rows(Vec::new()), compat: None, names, removed: Vec::new() })
}
