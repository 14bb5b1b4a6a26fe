//! A run of a header → its constants: macros and enumerators with an integer value, and which of them are requests of
//! `ioctl`.

use std::borrow::Cow;

use super::{Known, Open, Own, Said, not_understood};
use crate::evaluate::{
    Constant as Evaluated, IntType, Macro, NotConstant, Output, Reason, Shape, Symbol, SymbolMap, SymbolSet, Token,
    Types, known,
};
use crate::model::{Constant, Integer};

/// Macros that make requests out of what their parameters say, and not requests themselves.
const MAKERS: &str = "_IO";

/// The macro that every request goes through.
const REQUEST: &str = "_IOC";

/// How deep macros of requests stand in each other.
const DEEPEST: u32 = 6;

pub(super) fn find<'s>(output: &Output<'s>, types: &Types<'s>, own: &Own, said: &mut Said<'s>) {
    let mut known = Known::default();
    let mut requests = Requests { output, types, reaches: SymbolMap::default() };
    let mut names: SymbolSet = SymbolSet::default();
    let first = output.macros.live().map(|definition| (definition, definition.span));
    for (definition, span) in first.chain(output.macros.again()) {
        if !own.has(output, span, &mut known) || names.contains(&definition.name) {
            continue;
        }
        match &definition.shape {
            Shape::Object if definition.body.is_empty() => {}
            Shape::Object => {
                let name = installed(output.text(definition.name));
                match output.constant_of(definition, types) {
                    Ok(value) => {
                        names.insert(definition.name);
                        said.constants.push((name.into(), constant(value), requests.argument(definition)));
                    }
                    Err(why) if is_open(&why.reason) => {
                        if why.reason.missing().is_none() {
                            said.unknown.push(not_understood(output, span, name, &why.to_string()));
                        }
                        said.open.push(open(name, &why));
                    }
                    // `O_CLOEXEC` of a header that does not include `asm/fcntl.h`; or no constant at all.
                    Err(why) if matches!(why.reason, Reason::Name(_)) => {
                        said.open.push(Open { may_be_none: true, ..open(name, &why) });
                    }
                    Err(_) => {}
                }
            }
            Shape::Function(_) => said.constants.extend(requests.family(definition)),
            Shape::Builtin => {}
        }
    }
    for enumerator in &types.enumerators {
        if !own.has(output, enumerator.span, &mut known) || names.contains(&enumerator.name) {
            continue;
        }
        let name = output.text(enumerator.name);
        match &enumerator.value {
            Ok(value) => said.constants.push((name.into(), constant(*value), None)),
            Err(why) => said.open.push(open(name, why)),
        }
    }
}

/// The name of a macro in the header that `scripts/headers_install.sh` makes: include guards lose a prefix.
fn installed(name: &str) -> &str {
    name.strip_prefix("_UAPI").unwrap_or(name)
}

/// Whether a compiler may know better. What is no integer for C is none here, and nothing is open.
fn is_open(reason: &Reason) -> bool {
    matches!(reason, Reason::Layout(_) | Reason::Literal(_) | Reason::TooComplex)
}

fn open(name: &str, why: &NotConstant) -> Open {
    let missing = why.reason.missing().map(str::to_string);
    Open { name: name.to_string(), why: why.to_string(), missing, may_be_none: false }
}

fn constant(value: Evaluated) -> Constant {
    let ty = match value.ty {
        IntType::Bool => Integer::Bool,
        IntType::Char => Integer::Char,
        IntType::SChar => Integer::SChar,
        IntType::UChar => Integer::UChar,
        IntType::Short => Integer::Short,
        IntType::UShort => Integer::UShort,
        IntType::Int => Integer::Int,
        IntType::UInt => Integer::UInt,
        IntType::Long => Integer::Long,
        IntType::ULong => Integer::ULong,
        IntType::LongLong => Integer::LongLong,
        IntType::ULongLong => Integer::ULongLong,
    };
    Constant { value: value.value, ty }
}

/// Tells which macros make requests of `ioctl`.
struct Requests<'o, 's> {
    output: &'o Output<'s>,
    types: &'o Types<'s>,
    /// By macro, whether its expansion goes through [`REQUEST`].
    reaches: SymbolMap<bool>,
}

impl<'s> Requests<'_, 's> {
    /// The C type behind a request, empty where it has none; none for a macro that is no request.
    fn argument(&mut self, definition: &Macro) -> Option<String> {
        let call = definition.body.iter().find(|token| self.reaches(token.symbol, 0))?;
        if !matches!(self.output.macros.get(call.symbol)?.shape, Shape::Function(_)) {
            // Another name of a request.
            let named = self.output.macros.get(call.symbol)?;
            return if definition.body.len() == 1 && named.name != definition.name {
                self.argument(named)
            } else {
                None
            };
        }
        let at = definition.body.iter().position(|token| token == call)?;
        let last = last_argument(definition.body.get(at + 1..)?);
        let is_type = self.types.is_type(last);
        Some(if is_type { self.output.session.render(last).trim().to_string() } else { String::new() })
    }

    /// The request that a macro with parameters makes where all of them are 0, under its name with them.
    fn family(&mut self, definition: &Macro) -> Option<(Cow<'s, str>, Constant, Option<String>)> {
        let Shape::Function(parameters) = &definition.shape else { return None };
        let name = self.output.text(definition.name);
        if name.starts_with(MAKERS) || parameters.variadic || !self.reaches(definition.name, 0) {
            return None;
        }
        let mut arguments = vec![known::ZERO; parameters.names.len()];
        let value = self.output.call(definition, &arguments, self.types).ok()?;
        // A macro that takes a type, of which it takes the size, makes requests for others.
        for at in 0..arguments.len() {
            let argument = std::mem::replace(arguments.get_mut(at)?, known::INT);
            if self.output.call(definition, &arguments, self.types).is_ok() {
                return None;
            }
            *arguments.get_mut(at)? = argument;
        }
        let names: Vec<_> = parameters.names.iter().map(|name| self.output.text(*name).to_string()).collect();
        Some((format!("{name}({})", names.join(",")).into(), constant(value), Some(String::new())))
    }

    fn reaches(&mut self, name: Symbol, depth: u32) -> bool {
        if let Some(known) = self.reaches.get(&name) {
            return *known;
        }
        let output = self.output;
        let is_it = output.text(name) == REQUEST;
        let answer = is_it
            || depth < DEEPEST
                && output.macros.get(name).is_some_and(|found| {
                    found.body.iter().any(|token| token.symbol != name && self.reaches(token.symbol, depth + 1))
                });
        self.reaches.insert(name, answer);
        answer
    }
}

/// The last of the arguments in parentheses.
fn last_argument(tokens: &[Token]) -> &[Token] {
    let (mut depth, mut start) = (0_usize, 1);
    for (at, token) in tokens.iter().enumerate() {
        if token.is(known::L_PAREN) {
            depth += 1;
        } else if token.is(known::R_PAREN) {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return tokens.get(start..at).unwrap_or_default();
            }
        } else if token.is(known::COMMA) && depth == 1 {
            start = at + 1;
        }
    }
    &[]
}
