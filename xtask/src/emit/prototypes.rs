//! `prototypes.rs`, `types.rs`, `params.rs`, `configs.rs`: what calls take, shared between all ABIs.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::HEAD;
use super::pool::Pool;
use crate::model::{Guard, Parameter, Part, Scalar, Side};

/// Everything that sides say beside their entry, each once, in the order of first appearance.
#[derive(Default)]
pub(super) struct Prototypes {
    pub types: Pool,
    pub params: Pool,
    pub configs: Pool,
    entries: Vec<String>,
    entry_ids: BTreeMap<String, usize>,
    lists: Vec<String>,
    list_ids: BTreeMap<String, usize>,
}

impl Prototypes {
    /// Takes in what a side says.
    pub(super) fn add(&mut self, side: &Side) {
        for params in [&side.params, &side.block].into_iter().flatten() {
            self.list(params);
        }
        if side.config != Guard::TRUE {
            self.configs.add(&side.config.to_string());
        }
    }

    /// The place of a list of parameters, or `NONE`.
    pub(super) fn id(&self, params: Option<&Vec<Parameter>>) -> String {
        let of = |params: &Vec<Parameter>| self.list_ids.get(&shown(params));
        params.and_then(of).map_or_else(|| "NONE".to_string(), usize::to_string)
    }

    fn list(&mut self, params: &[Parameter]) {
        let shown = shown(params);
        if self.list_ids.contains_key(&shown) {
            return;
        }
        let ids: Vec<String> = params.iter().map(|param| self.param(param).to_string()).collect();
        let comment = if params.is_empty() { "void".to_string() } else { spelled(params) };
        self.list_ids.insert(shown, self.lists.len());
        self.lists.push(format!("    &[{}], // {comment}", ids.join(", ")));
    }

    fn param(&mut self, param: &Parameter) -> usize {
        let key = one(param);
        if let Some(id) = self.entry_ids.get(&key) {
            return *id;
        }
        self.types.add(&param.ty);
        self.params.add(&param.name);
        let (part, of) = match &param.part {
            Part::Whole => ("WHOLE", None),
            Part::Low(of) => ("LOW", Some(of)),
            Part::High(of) => ("HIGH", Some(of)),
            Part::First(of) => ("FIRST", Some(of)),
            Part::Second(of) => ("SECOND", Some(of)),
            Part::Dummy => ("DUMMY", None),
        };
        of.iter().for_each(|of| self.params.add(of));
        let line = format!(
            "    param({}, {}, {}, {part}, {}), // {} {}",
            self.types.id(Some(&param.ty)),
            self.params.id(Some(&param.name)),
            class(param),
            self.params.id(of.map(String::as_str)),
            param.ty,
            param.name
        );
        self.entry_ids.insert(key, self.entries.len());
        self.entries.push(line);
        self.entries.len() - 1
    }

    pub(super) fn file(&self) -> String {
        let mut out = format!(
            "{HEAD}//! What calls take: parameters, and lists of them, in the order of first appearance.\n\n\
             use crate::prototype::*;\n\n\
             pub(crate) const PARAMS_COUNT: usize = {0};\n\n\
             pub(crate) static PARAMS: [ParamData; PARAMS_COUNT] = [\n    // type, name, class, part, the value that it is a part of\n",
            self.entries.len()
        );
        for line in &self.entries {
            let _ = writeln!(out, "{line}");
        }
        let _ = writeln!(out, "];\n\npub(crate) const LISTS: [&[u16]; {}] = [", self.lists.len());
        for line in &self.lists {
            let _ = writeln!(out, "{line}");
        }
        out.push_str("];\n");
        out
    }
}

/// How many bits count, and what the highest of them is.
fn class(param: &Parameter) -> String {
    match param.scalar {
        Scalar::Signed(_) => format!("S{}", param.bits),
        Scalar::Unsigned(_) => format!("U{}", param.bits),
        Scalar::Pointer | Scalar::Aggregate => "PTR".to_string(),
    }
}

fn spelled(params: &[Parameter]) -> String {
    params.iter().map(|param| format!("{} {}", param.ty, param.name)).collect::<Vec<_>>().join(", ")
}

/// Everything of a parameter that a list has to tell apart; its words follow from the ABI.
fn one(param: &Parameter) -> String {
    format!("{} {} {} {:?}", param.ty, param.name, class(param), param.part)
}

fn shown(params: &[Parameter]) -> String {
    params.iter().map(one).collect::<Vec<_>>().join(", ")
}
