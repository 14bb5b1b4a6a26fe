//! What stands after `#define` → a [`Macro`], with the steps that its expansion takes worked out once.

use super::file::Problem;
use super::symbol::{Interner, Symbol, known};
use super::token::{FileId, Kind, Span, Token};

/// A macro as it was written; shared by all runs that read the same text.
#[derive(Debug)]
pub struct Macro {
    /// Its name.
    pub name: Symbol,
    /// Where its name stands in the definition.
    pub span: Span,
    /// Object-like, function-like or built in.
    pub shape: Shape,
    /// The replacement as written, `#` and `##` included.
    pub body: Box<[Token]>,
    /// How to expand it; `None` where the body is copied as it is.
    pub(super) plan: Option<Box<[Step]>>,
}

/// How a macro is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// `NAME`
    Object,
    /// `NAME(…)`
    Function(Parameters),
    /// The preprocessor makes its value: `__LINE__`.
    Builtin,
}

/// The parameters of a function-like macro.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameters {
    /// Their names; the variable arguments come last, as `__VA_ARGS__` or under their own name.
    pub names: Box<[Symbol]>,
    /// Whether the last one takes any number of arguments.
    pub variadic: bool,
}

/// One piece of an expansion.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) piece: Piece,
    /// The token of the body: gives its spelling or its spacing.
    pub(super) token: Token,
    /// `##` follows.
    pub(super) paste: bool,
}

#[derive(Debug)]
pub(super) enum Piece {
    Token,
    /// An argument, as written where it stands beside `##`, else expanded.
    Argument {
        index: usize,
        raw: bool,
    },
    /// `#` and an argument.
    Text {
        index: usize,
    },
    /// `__VA_OPT__(…)`
    Optional(Box<[Step]>),
}

impl Macro {
    /// A macro that the preprocessor makes the value of.
    /// The macros that the preprocessor itself makes.
    pub(super) fn builtins() -> Vec<Self> {
        let names = [
            known::FILE_MACRO,
            known::BASE_FILE_MACRO,
            known::LINE_MACRO,
            known::COUNTER_MACRO,
            known::INCLUDE_LEVEL_MACRO,
            known::DATE_MACRO,
            known::TIME_MACRO,
            known::TIMESTAMP_MACRO,
            known::HAS_INCLUDE,
            known::HAS_INCLUDE_NEXT,
            known::HAS_ATTRIBUTE,
            known::HAS_CPP_ATTRIBUTE,
            known::HAS_BUILTIN,
        ];
        let span = Span { file: FileId(u32::MAX), offset: 0 };
        let builtin = |name| Macro { name, span, shape: Shape::Builtin, body: Box::default(), plan: None };
        names.into_iter().map(builtin).collect()
    }

    /// The parameters, for a function-like macro.
    pub fn parameters(&self) -> Option<&Parameters> {
        match &self.shape {
            Shape::Function(parameters) => Some(parameters),
            Shape::Object | Shape::Builtin => None,
        }
    }

    /// Whether a second definition says the same: same use, same tokens, space in the same places.
    pub fn same(&self, other: &Macro) -> bool {
        let key = |t: &Token| (t.kind, t.symbol);
        let space = |t: &Token| t.space_before();
        self.shape == other.shape
            && self.body.iter().map(key).eq(other.body.iter().map(key))
            && self.body.iter().skip(1).map(space).eq(other.body.iter().skip(1).map(space))
    }
}

/// C asks for 127.
const MOST_PARAMETERS: usize = 1000;

/// Reads what follows `#define` on its line. `directive` is the place to blame where the line is too short.
pub(super) fn parse(line: &[Token], directive: Span, interner: &Interner) -> Result<Macro, Problem> {
    let (name, rest) = match line.split_first() {
        Some((name, rest)) if name.kind == Kind::Ident => (*name, rest),
        Some((other, _)) => return Err(Problem::bad_define(other.span, "a macro name is an identifier")),
        None => return Err(Problem::bad_define(directive, "`#define` without a macro name")),
    };
    if [known::DEFINED, known::VA_ARGS, known::VA_OPT].contains(&name.symbol) {
        let text = interner.text(name.symbol);
        return Err(Problem::bad_define(name.span, &format!("`{text}` cannot be a macro name")));
    }
    let (shape, body) = match rest.split_first() {
        Some((paren, rest)) if paren.is(known::L_PAREN) && !paren.space_before() => {
            let (parameters, body) = parameters(rest, name.span, interner)?;
            (Shape::Function(parameters), body)
        }
        _ => (Shape::Object, rest),
    };
    let plan = plan(&shape, body)?;
    Ok(Macro { name: name.symbol, span: name.span, shape, body: body.into(), plan })
}

/// `a, b, ...)` and what follows it.
fn parameters<'t>(
    mut rest: &'t [Token],
    name: Span,
    interner: &Interner,
) -> Result<(Parameters, &'t [Token]), Problem> {
    let mut names = Vec::new();
    let mut variadic = false;
    let mut next = |blame: &mut Span| -> Result<Token, Problem> {
        let (token, after) = rest
            .split_first()
            .ok_or_else(|| Problem::bad_define(*blame, "the list of parameters does not end with `)`"))?;
        rest = after;
        *blame = token.span;
        Ok(*token)
    };
    let mut blame = name;
    loop {
        let mut token = next(&mut blame)?;
        if token.is(known::R_PAREN) && names.is_empty() {
            break;
        }
        if token.is(known::ELLIPSIS) {
            names.push(known::VA_ARGS);
            variadic = true;
        } else if token.kind == Kind::Ident && token.symbol != known::VA_ARGS {
            if names.len() >= MOST_PARAMETERS {
                return Err(Problem::bad_define(token.span, &format!("more than {MOST_PARAMETERS} parameters")));
            }
            if names.contains(&token.symbol) {
                let text = interner.text(token.symbol);
                return Err(Problem::bad_define(token.span, &format!("parameter `{text}` stands twice")));
            }
            names.push(token.symbol);
        } else {
            return Err(Problem::bad_define(token.span, "a parameter is an identifier or `...`"));
        }
        token = next(&mut blame)?;
        if token.is(known::ELLIPSIS) && !variadic {
            variadic = true;
            token = next(&mut blame)?;
        }
        if token.is(known::R_PAREN) {
            break;
        }
        if !token.is(known::COMMA) || variadic {
            let expected = if variadic { "`)`" } else { "`,` or `)`" };
            return Err(Problem::bad_define(token.span, &format!("expected {expected} after a parameter")));
        }
    }
    Ok((Parameters { names: names.into(), variadic }, rest))
}

/// The steps of an expansion, or `None` where the body needs none.
fn plan(shape: &Shape, body: &[Token]) -> Result<Option<Box<[Step]>>, Problem> {
    let none = Parameters { names: Box::default(), variadic: false };
    let (parameters, function) = match shape {
        Shape::Function(parameters) => (parameters, true),
        Shape::Object | Shape::Builtin => (&none, false),
    };
    let is_special = |t: &Token| {
        t.is(known::HASH_HASH)
            || function && t.is(known::HASH)
            || t.kind == Kind::Ident && argument(parameters, t) != Use::No
    };
    if !body.iter().any(is_special) {
        return Ok(None);
    }
    steps(parameters, function, body, true).map(|steps| Some(steps.into()))
}

#[derive(PartialEq)]
enum Use {
    No,
    Argument(usize),
    Optional,
}

/// What an identifier of a body stands for.
fn argument(parameters: &Parameters, token: &Token) -> Use {
    if token.kind != Kind::Ident {
        return Use::No;
    }
    match parameters.names.iter().position(|&name| name == token.symbol) {
        Some(index) => Use::Argument(index),
        None if parameters.variadic && token.symbol == known::VA_OPT => Use::Optional,
        None => Use::No,
    }
}

fn steps(parameters: &Parameters, function: bool, body: &[Token], outermost: bool) -> Result<Vec<Step>, Problem> {
    let mut steps: Vec<Step> = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((&token, after)) = rest.split_first() {
        rest = after;
        if token.is(known::HASH_HASH) {
            match steps.last_mut() {
                Some(last) if !rest.is_empty() => last.paste = true,
                _ => return Err(Problem::bad_define(token.span, "`##` needs something on both sides")),
            }
            continue;
        }
        let raw = steps.last().is_some_and(|last| last.paste) || rest.first().is_some_and(|t| t.is(known::HASH_HASH));
        let piece = if function && token.is(known::HASH) {
            let index = rest.first().map(|next| argument(parameters, next));
            let Some(Use::Argument(index)) = index else {
                return Err(Problem::bad_define(token.span, "`#` is not followed by a parameter"));
            };
            rest = rest.get(1..).unwrap_or_default();
            Piece::Text { index }
        } else {
            match argument(parameters, &token) {
                Use::No => Piece::Token,
                Use::Argument(index) => Piece::Argument { index, raw },
                Use::Optional if !outermost => {
                    return Err(Problem::bad_define(token.span, "`__VA_OPT__` inside `__VA_OPT__`"));
                }
                Use::Optional => {
                    let length = parenthesised(rest)
                        .ok_or_else(|| Problem::bad_define(token.span, "`__VA_OPT__` needs `(…)` after it"))?;
                    let inner = rest.get(1..length - 1).unwrap_or_default();
                    rest = rest.get(length..).unwrap_or_default();
                    Piece::Optional(self::steps(parameters, function, inner, false)?.into())
                }
            }
        };
        steps.push(Step { piece, token, paste: false });
    }
    Ok(steps)
}

/// How many tokens `( … )` takes, both parentheses counted.
fn parenthesised(tokens: &[Token]) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        if token.is(known::L_PAREN) {
            depth += 1;
        } else if token.is(known::R_PAREN) {
            depth = depth.checked_sub(1)?;
        }
        if depth == 0 {
            return (at > 0).then_some(at + 1);
        }
    }
    None
}
