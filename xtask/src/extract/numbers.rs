//! What each ABI's `asm/unistd.h` says: the preprocessor runs over it once per ABI, as a program's compiler would.
//!
//! Where the build makes a part of that header out of a table, the same part is made here, so that every name and every
//! number comes out of the header as a program sees it, and the table has to agree with it. Before 6.11 many
//! architectures had no table: their header says the entries, too, in `__SYSCALL` lines.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::headers::AbiHeaders;
use super::predefined;
use crate::diagnostic::{Diagnostic, Label, Sink};
use crate::evaluate::{NoNames, Output, Session, Setup, preprocess};
use crate::model::{
    AbiSpec, Abis, CompatSpec, Dispatch, EntryColumn, HeaderRow, NamedNumber, Numbers, TableRow, TableSpec,
};
use crate::parse::{SyscallRules, parse_kbuild, parse_rules};
use crate::source::{Text, Tree};

type Tables = BTreeMap<String, Vec<TableRow>>;

/// The numbers of every ABI that the kernel has, by ABI.
pub(super) fn numbers<T: Send + Sync>(
    tree: &Tree<T>,
    abis: &Abis,
    tables: &Tables,
    sink: &Sink,
) -> BTreeMap<String, Numbers> {
    let session = Session::new();
    let reader = Reader { tree, abis, tables, session: &session, sink };
    let found: BTreeMap<String, Numbers> =
        abis.abis.par_iter().filter_map(|spec| Some((spec.name.clone(), reader.numbers(spec)?))).collect();
    reader.check_architectures(&found);
    found
}

struct Reader<'a, T> {
    tree: &'a Tree<T>,
    abis: &'a Abis,
    tables: &'a Tables,
    session: &'a Session,
    sink: &'a Sink,
}

/// Where an ABI's table stands in this kernel.
enum Choice<'a> {
    /// Rows of a `.tbl` file, which the header takes with this macro added to each number.
    Table { file: String, columns: Vec<String>, entry: EntryColumn, offset: Option<&'a str> },
    /// `__SYSCALL` lines of this header.
    Header { header: &'a str, evaluated_as: Option<&'a str>, predefined: &'a [String] },
}

impl<'a, T: Send + Sync> Reader<'a, T> {
    /// What one ABI's header says, or none where this kernel does not have the ABI.
    fn numbers(&self, spec: &'a AbiSpec) -> Option<Numbers> {
        let header = format!("arch/{}/include/uapi/asm/unistd.h", spec.arch);
        self.tree.get(&header)?;
        let choice = self.choose(&spec.arch, &spec.tables)?;
        self.check_rows(spec, &choice);
        let generated = self.generated(spec, &choice);
        let output = self.run(spec, &header, generated, predefined::setup(spec))?;
        let leads_there = match &choice {
            Choice::Table { .. } => {
                output.includes.iter().any(|include| spec.generated.iter().any(|made| **made == *include.name))
            }
            Choice::Header { header, .. } => {
                output.includes.iter().any(|include| include.path.as_deref() == Some(header))
            }
        };
        if !leads_there {
            // Its numbers stand in this kernel, but its header no longer leads to them: s390's 31-bit calls.
            return None;
        }
        let said = named(self.session, spec, self.abis, &output, self.sink);
        let native = match choice {
            Choice::Table { file, columns, entry, .. } => Dispatch::Table { file, columns, entry },
            Choice::Header { .. } => Dispatch::Rows(self.rows(&output)),
        };
        let compat = spec.compat.as_ref().and_then(|compat| self.compat(spec, compat, &native));
        let (names, removed) = self.beyond_table(spec, &native, said);
        Some(Numbers { header, native, compat, names, removed })
    }

    /// The first way of stating a table that this kernel has.
    fn choose(&self, arch: &str, specs: &'a [TableSpec]) -> Option<Choice<'a>> {
        let choice = specs.iter().find_map(|spec| match spec {
            TableSpec::Kbuild { kbuild } => self.by_kbuild(arch, *kbuild),
            TableSpec::File { file, columns, offset, entry } => {
                let real = self.tree.real_path(file);
                self.tables.get(&*real)?;
                let (file, columns) = (real.to_string(), columns.clone());
                Some(Choice::Table { file, columns, entry: *entry, offset: offset.as_deref() })
            }
            TableSpec::Header { header, evaluated_as, predefined } => {
                self.tree.get(header)?;
                Some(Choice::Header { header, evaluated_as: evaluated_as.as_deref(), predefined })
            }
        });
        if choice.is_none()
            && let [TableSpec::File { file, .. }] = specs
        {
            self.sink.push(
                Diagnostic::error(
                    "missing-table",
                    format!("this kernel has arch/{arch}, but not its system call table"),
                )
                .at(Label::file(file.as_str()))
                .help("if the table has moved, add its new place to `tables` in data/abis.yaml"),
            );
        }
        choice
    }

    /// What `scripts/Makefile.asm-headers` would make `asm/unistd_32.h` or `asm/unistd_64.h` of.
    fn by_kbuild(&self, arch: &str, bits: u32) -> Option<Choice<'a>> {
        let kbuild = self.tree.get(&format!("arch/{arch}/include/uapi/asm/Kbuild"))?;
        let header = format!("unistd_{bits}.h");
        if !parse_kbuild(&kbuild.text, "syscall-y").contains(&header) {
            return None;
        }
        let mut rules = SyscallRules::default();
        let makefiles = [
            ("scripts/Makefile.asm-headers".to_string(), false),
            (format!("arch/{arch}/kernel/Makefile.syscalls"), true),
        ];
        for (path, strict) in &makefiles {
            if let Some(text) = self.tree.get(path) {
                parse_rules(path, &text.text, *strict, &mut rules, self.sink);
            }
        }
        let file = rules.table.unwrap_or_default().replace('%', &bits.to_string());
        let real = self.tree.real_path(&file);
        if !self.tables.contains_key(&*real) {
            self.sink.push(
                Diagnostic::error(
                    "missing-table",
                    format!("the table that `{header}` of arch/{arch} is made of is not there"),
                )
                .at(Label::file(file.as_str())),
            );
            return None;
        }
        let columns = rules.columns.remove(&bits).unwrap_or_default();
        Some(Choice::Table { file: real.to_string(), columns, entry: EntryColumn::Native, offset: None })
    }

    /// The rows of a table that an ABI takes.
    fn taken<'t>(&'t self, file: &str, columns: &'t [String]) -> impl Iterator<Item = &'t TableRow> {
        self.tables.get(file).into_iter().flatten().filter(|row| columns.contains(&row.column))
    }

    /// A table that holds nothing for an ABI has been cut short, or its columns mean something new.
    fn check_rows(&self, spec: &AbiSpec, choice: &Choice) {
        let Choice::Table { file, columns, .. } = choice else { return };
        if self.taken(file, columns).next().is_none() {
            let columns = columns.join("`, `");
            self.sink.push(
                Diagnostic::error(
                    "empty-table",
                    format!("this table has no row for {}: none says `{columns}`", spec.name),
                )
                .at(Label::file(file.as_str()))
                .help("is the file whole? `columns` in data/abis.yaml says which rows are taken"),
            );
        }
    }

    /// The headers that the build makes of a table, as `scripts/syscallhdr.sh` writes them.
    fn generated(&self, spec: &AbiSpec, choice: &Choice) -> BTreeMap<String, Arc<str>> {
        let Choice::Table { file, columns, offset, .. } = choice else { return BTreeMap::new() };
        let mut text = String::new();
        for row in self.taken(file, columns) {
            let number = offset.map_or_else(|| row.number.to_string(), |offset| format!("({offset} + {})", row.number));
            text.push_str(&format!("#define __NR_{} {number}\n", row.name));
        }
        let text: Arc<str> = text.into();
        spec.generated.iter().map(|name| (name.clone(), text.clone())).collect()
    }

    fn run(
        &self,
        spec: &AbiSpec,
        header: &str,
        generated: BTreeMap<String, Arc<str>>,
        mut setup: Setup,
    ) -> Option<Output<'a>> {
        let text = self.tree.get(header)?;
        setup.predefine("__SYSCALL(number, entry)", &format!("{ROW} number, entry ;"));
        let arch = arch_of(header, spec);
        let others = self.abis.abis.iter().filter(|other| other.arch == arch).flat_map(|other| &other.generated);
        let others = others.map(String::as_str).collect();
        let headers = AbiHeaders { tree: self.tree, arch, abi: &spec.name, generated, others };
        Some(preprocess(self.session, &headers, &setup, header, &text.text, self.sink))
    }

    /// The `__SYSCALL` lines of a run, by number.
    fn rows(&self, output: &Output) -> Vec<HeaderRow> {
        let mut rows = Vec::new();
        for row in output.rows(ROW) {
            let (Some(place), [number, entry]) = (output.place(row.span), row.fields.as_slice()) else { continue };
            let entry = self.session.render(entry);
            match output.evaluate_tokens(number, &NoNames).ok().and_then(|number| u32::try_from(number.value).ok()) {
                Some(number) => {
                    let row = HeaderRow {
                        number,
                        entry: entry.trim().to_string(),
                        file: place.path.to_string(),
                        line: place.line,
                    };
                    rows.push(row);
                }
                None => self.sink.push(
                    Diagnostic::error(
                        "no-number",
                        format!("the number of the row that leads to `{}` has no value", entry.trim()),
                    )
                    .at(self.session.label(row.span, 1)),
                ),
            }
        }
        rows.sort_by_key(|row| row.number);
        rows
    }

    /// The table of the kernel that serves the ABI as compat.
    fn compat(&self, spec: &'a AbiSpec, compat: &'a CompatSpec, native: &Dispatch) -> Option<Dispatch> {
        if compat.condition.as_ref().is_some_and(|condition| self.tree.get(condition).is_none()) {
            return None;
        }
        if compat.tables.is_empty() {
            let Dispatch::Table { file, columns, .. } = native else { return None };
            let (file, columns) = (file.clone(), columns.clone());
            return Some(Dispatch::Table { file, columns, entry: EntryColumn::Compat });
        }
        let Some(choice) = self.choose(&compat.arch, &compat.tables) else {
            let header = format!("arch/{}/include/uapi/asm/unistd.h", compat.arch);
            if self.tree.get(&header).is_some() {
                let places: Vec<String> = compat.tables.iter().map(TableSpec::place).collect();
                let message =
                    format!("arch/{} is here, but not the table by which it serves {}", compat.arch, spec.name);
                self.sink.push(
                    Diagnostic::error("missing-table", format!("{message}: {}", places.join(", ")))
                        .at(Label::file(header))
                        .help("if the table has moved, add its new place to `compat` in data/abis.yaml"),
                );
            }
            return None;
        };
        match choice {
            Choice::Table { file, columns, .. } => Some(Dispatch::Table { file, columns, entry: EntryColumn::Compat }),
            Choice::Header { header, evaluated_as, predefined } => {
                let as_abi = evaluated_as.and_then(|name| self.abis.get(name)).unwrap_or(spec);
                let mut setup = predefined::setup(as_abi);
                predefined::own(&mut setup, predefined);
                let output = self.run(spec, header, BTreeMap::new(), setup)?;
                Some(Dispatch::Rows(self.rows(&output)))
            }
        }
    }

    /// What the header says beyond its table: further names, and names that it takes back. Numbers have to agree.
    fn beyond_table(
        &self,
        spec: &AbiSpec,
        native: &Dispatch,
        said: BTreeMap<String, u32>,
    ) -> (Vec<NamedNumber>, Vec<String>) {
        let mut in_table: BTreeMap<&str, (u32, &TableRow)> = BTreeMap::new();
        if let Dispatch::Table { file, columns, .. } = native {
            in_table.extend(
                self.taken(file, columns).map(|row| (row.name.as_str(), (spec.base.saturating_add(row.number), row))),
            );
            for (name, (number, row)) in &in_table {
                if let Some(other) = said.get(*name).filter(|said| *said != number) {
                    let message =
                        format!("`{name}` of {} is {number} by its table and {other} by its header", spec.name);
                    self.sink.push(
                        Diagnostic::error("header-disagrees", message)
                            .at(Label::word(file.as_str(), row.line, &row.to_string(), name))
                            .help("is `base` in data/abis.yaml right, or does the table give one name two numbers?"),
                    );
                }
            }
        }
        let removed = in_table.keys().filter(|name| !said.contains_key(**name)).map(ToString::to_string).collect();
        let beyond = said.into_iter().filter(|(name, _)| !in_table.contains_key(name.as_str()));
        (sorted(beyond), removed)
    }

    /// Every architecture that is there is somebody's if it has a header for system calls, and leads to numbers.
    fn check_architectures(&self, found: &BTreeMap<String, Numbers>) {
        let place = |text: &'a Text| text.path.strip_prefix("arch/")?.split_once('/');
        let has_abi = |arch: &str| self.abis.abis.iter().any(|spec| spec.arch == arch);
        let archs: BTreeSet<&str> = self
            .tree
            .texts_at("arch/")
            .filter_map(place)
            .filter(|(arch, file)| *file == "include/uapi/asm/unistd.h" || has_abi(arch))
            .map(|(arch, _)| arch)
            .collect();
        for arch in archs {
            let label = Label::file(format!("arch/{arch}/include/uapi/asm/unistd.h"));
            let mut specs = self.abis.abis.iter().filter(|spec| spec.arch == arch).peekable();
            if specs.peek().is_none() {
                self.sink.push(
                    Diagnostic::warning(
                        "unknown-architecture",
                        format!("arch/{arch} has system calls of which data/abis.yaml knows no ABI"),
                    )
                    .at(label)
                    .help("CONTRIBUTING.md tells how to add an ABI"),
                );
            } else if !specs.clone().any(|spec| found.contains_key(&spec.name)) {
                let places: BTreeSet<String> = specs.flat_map(|spec| &spec.tables).map(TableSpec::place).collect();
                let places = places.into_iter().collect::<Vec<_>>().join(", ");
                self.sink.push(
                    Diagnostic::error("no-numbers", format!("arch/{arch} is here, but none of its ABIs could be read"))
                        .at(label)
                        .help(format!(
                            "is this header there? it has to lead to one of {places}: `tables` in data/abis.yaml"
                        )),
                );
            }
        }
    }
}

/// Every name that the macros of a run give to a number, without its prefix.
pub(super) fn named(
    session: &Session,
    spec: &AbiSpec,
    abis: &Abis,
    output: &Output,
    sink: &Sink,
) -> BTreeMap<String, u32> {
    let prefixes = [Some("__NR_"), spec.private.as_deref()];
    let mut names = BTreeMap::new();
    for defined in output.macros.live() {
        let whole = output.text(defined.name);
        let Some(name) = prefixes.iter().flatten().find_map(|prefix| whole.strip_prefix(prefix)) else { continue };
        if abis.meta_names.iter().any(|meta| **meta == *whole) {
            continue;
        }
        match output.constant_of(defined, &NoNames).ok().and_then(|constant| u32::try_from(constant.value).ok()) {
            Some(number) => drop(names.insert(name.to_string(), number)),
            None => sink.push(
                Diagnostic::error("no-number", format!("`{whole}` is no number on {}", spec.name))
                    .at(session.label(defined.span, whole.len()))
                    .help("if it names no call, add it to `meta_names` in data/abis.yaml"),
            ),
        }
    }
    names
}

/// Names by number.
pub(super) fn sorted(names: impl IntoIterator<Item = (String, u32)>) -> Vec<NamedNumber> {
    let mut names: Vec<NamedNumber> = names.into_iter().map(|(name, number)| NamedNumber { number, name }).collect();
    names.sort_by(|a, b| (a.number, &a.name).cmp(&(b.number, &b.name)));
    names
}

/// The folder of `arch/` whose headers a header sees.
fn arch_of<'h>(header: &'h str, spec: &'h AbiSpec) -> &'h str {
    header.strip_prefix("arch/").and_then(|rest| rest.split('/').next()).unwrap_or(&spec.arch)
}

/// What the predefined `__SYSCALL` leaves in the text for each row.
const ROW: &str = "__syscall_row__";
