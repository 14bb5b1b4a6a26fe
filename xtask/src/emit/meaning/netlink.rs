//! Netlink: the form of messages by protocol and type, and what their attributes hold.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::choices::Constants;
use super::kinds::of_field;
use super::{From, Pool, array, held, numbers, records, wrong};
use crate::diagnostic::Sink;
use crate::model::{Held, NetlinkAttributes, NetlinkMessages, Sent, Value};

/// `MESSAGES`, `SPACES`, `ATTRIBUTES`, `TEXTS` and `INSTEAD`.
pub(super) fn netlink(from: &From, pool: &mut Pool, sink: &Sink) -> String {
    let constants = Constants::new(from);
    let mut made = Made { constants, from, sink, instead: Vec::new(), texts: Vec::new() };
    let (spaces, attributes) = made.spaces(pool);
    let mut messages = Vec::new();
    for of in &from.kinds.messages {
        messages.extend(made.messages(of, pool));
    }
    let mut out = String::new();
    array(
        &mut out,
        "Messages of netlink: protocol, type, how, family, payload, space, name, fields.",
        "MESSAGES",
        "N",
        &messages,
    );
    array(&mut out, "Spaces of attributes, each those in `ATTRIBUTES`.", "SPACES", "(u16, u16)", &spaces);
    array(&mut out, "Attributes: type, name, what is held.", "ATTRIBUTES", "A", &attributes);
    array(
        &mut out,
        "What texts stand for: of which attribute, the text, the space.",
        "TEXTS",
        "(u16, u16, u16)",
        &made.texts,
    );
    numbers(&mut out, "Kinds of fields in some messages.", "INSTEAD", "(u16, u16)", &made.instead);
    let errors = space(from, "nlmsgerr").unwrap_or_default();
    let _ = writeln!(out, "\n/// The attributes of errors.\npub(crate) const ERRORS: u16 = {errors};");
    for name in ["rtgenmsg", "genlmsghdr"] {
        let constant = name.to_ascii_uppercase();
        let id = pool.wanted.id(&name.to_string());
        let _ = writeln!(out, "\n/// The place of `{name}`.\npub(crate) const {constant}: u16 = {id};");
    }
    out
}

/// The place of a space.
pub(super) fn space(from: &From, name: &str) -> Option<usize> {
    from.kinds.attributes.iter().position(|of| of.of == name)
}

struct Made<'a> {
    constants: Constants<'a>,
    from: &'a From<'a>,
    sink: &'a Sink,
    instead: Vec<String>,
    texts: Vec<String>,
}

impl Made<'_> {
    /// The number of a constant, which is the same on every ABI.
    fn value(&self, sets: &[&str], name: &str, file: &str, line: u32) -> u64 {
        let values = self.constants.value(sets, &Value::Name(name.to_string()));
        match values.variants() {
            [(_, value)] => *value,
            [] => {
                wrong(self.sink, file, line, format!("no header of a release held says what `{name}` is"));
                0
            }
            _ => {
                wrong(self.sink, file, line, format!("`{name}` is not the same on every ABI"));
                0
            }
        }
    }

    fn spaces(&mut self, pool: &mut Pool) -> (Vec<String>, Vec<String>) {
        let (mut spaces, mut lines) = (Vec::new(), Vec::new());
        for (at, of) in self.from.kinds.attributes.iter().enumerate() {
            let all = self.attributes(of);
            let mut rows: Vec<(u64, String)> = Vec::new();
            for (name, (held, by)) in all {
                let any = name == "*";
                let ty = if any { 0xffff } else { self.value(&["address_families"], name, &by.file, by.line) };
                let id = if any { "NO".to_string() } else { pool.names.id(&name.to_string()).to_string() };
                let mut wrong = |message| wrong(self.sink, &by.file, by.line, message);
                let held = held::held(held, self.from, pool, &mut wrong);
                rows.push((ty, format!("A({ty}, {id}, {held}) // {name}")));
            }
            rows.sort();
            spaces.push(format!("({}, {}) // {}", lines.len(), rows.len(), of.of));
            lines.extend(rows.into_iter().map(|(_, row)| row));
            for (attribute, texts) in &of.texts {
                let attribute = pool.names.id(attribute);
                for text in texts {
                    self.texts.push(format!("({attribute}, {}, {at}) // {text}", pool.names.id(text)));
                }
            }
        }
        (spaces, lines)
    }

    /// The attributes of a space, with those that it has from another one.
    fn attributes<'b>(&self, of: &'b NetlinkAttributes) -> BTreeMap<&'b str, (&'b Held, &'b NetlinkAttributes)>
    where
        Self: 'b,
    {
        let mut all: BTreeMap<&str, (&Held, &NetlinkAttributes)> = BTreeMap::new();
        if let Some(like) = &of.like {
            match self.from.kinds.attributes.iter().find(|other| other.of == *like && other.like.is_none()) {
                Some(other) => all.extend(other.attributes.iter().map(|(name, held)| (name.as_str(), (held, other)))),
                None => wrong(self.sink, &of.file, of.line, format!("no attributes are called `{like}`")),
            }
        }
        all.extend(of.attributes.iter().map(|(name, held)| (name.as_str(), (held, of))));
        all
    }

    fn messages(&mut self, of: &NetlinkMessages, pool: &mut Pool) -> Vec<String> {
        let value = |sets: &[&str], name: &str| self.value(sets, name, &of.file, of.line);
        let protocol = value(&["netlink_families"], &of.protocol);
        let families: Vec<String> = match of.family.as_slice() {
            [] => vec!["NO".to_string()],
            some => some.iter().map(|name| value(&["address_families"], name).to_string()).collect(),
        };
        if !records::is_record(&of.payload, self.from) {
            wrong(
                self.sink,
                &of.file,
                of.line,
                format!("no header of a release held has a structure `{}`", of.payload),
            );
        }
        let payload = pool.wanted.id(&of.payload);
        let attributes = of.attributes.as_ref().map(|name| {
            space(self.from, name).unwrap_or_else(|| {
                wrong(self.sink, &of.file, of.line, format!("no attributes are called `{name}`"));
                0
            })
        });
        let attributes = super::place(attributes);
        let way = match of.of {
            None => "",
            Some(Sent::Request) => " | how::REQUEST",
            Some(Sent::Reply) => " | how::REPLY",
        };
        let mut types: Vec<(String, &str, u64)> = Vec::new();
        for (names, how) in
            [(&of.new, "how::NEW"), (&of.delete, "how::DELETE"), (&of.get, "how::GET"), (&of.types, "0")]
        {
            types.extend(names.iter().map(|name| (name.clone(), how, value(&[], name))));
        }
        let (start, count) = (self.instead.len(), of.fields.len());
        for (name, kind) in &of.fields {
            let kind = of_field(kind, self.from, pool);
            self.instead.push(format!("({}, {kind})", pool.names.id(name)));
        }
        let mut lines = Vec::new();
        for (name, how, ty) in &types {
            let id = pool.names.id(name);
            for family in &families {
                lines.push(format!(
                    "N({protocol}, {ty}, {how}{way}, {family}, {payload}, {attributes}, {id}, {start}, {count}) // {name}"
                ));
            }
        }
        lines
    }
}
