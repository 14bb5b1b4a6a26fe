//! Expanded tokens → the functions that they declare and define at the top level of C.

use super::session::Session;
use super::symbol::known;
use super::token::{Kind, Token};

/// A function that some text declares, as its declarations say it together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// The name.
    pub name: String,
    /// `static` stands before it.
    pub is_static: bool,
    /// `inline` in one of its spellings stands before it.
    pub is_inline: bool,
    /// It is said to be another name of another function.
    pub is_alias: bool,
    /// It has a body.
    pub is_defined: bool,
    /// The tokens of its parameters: `const struct pt_regs * regs`.
    pub params: String,
}

/// Words that take a parenthesis and are no function.
const NO_NAMES: [&str; 12] = [
    "__attribute__",
    "__attribute",
    "typeof",
    "__typeof",
    "__typeof__",
    "_Alignas",
    "int",
    "long",
    "void",
    "char",
    "short",
    "unsigned",
];
/// What makes a function inline; `__always_inline` is the kernel's word for an attribute and `inline`.
const INLINE: [&str; 4] = ["inline", "__inline", "__inline__", "__always_inline"];
/// What says that a function is another one's second name; `__alias(x)` is the kernel's word for the attribute.
const ALIAS: [&str; 3] = ["alias", "__alias__", "__alias"];

/// The functions of a text in the order in which they are first named. A macro call without a type before it, such as
/// `ALLOW_ERROR_INJECTION(sys_x, ERRNO);`, declares nothing.
pub fn functions(session: &Session, tokens: &[Token]) -> Vec<Function> {
    let mut found: Vec<Function> = Vec::new();
    for statement in statements(tokens) {
        let Some(function) = function(session, statement) else { continue };
        match found.iter_mut().find(|known| known.name == function.name) {
            None => found.push(function),
            Some(known) => {
                known.is_static |= function.is_static;
                known.is_inline |= function.is_inline;
                known.is_alias |= function.is_alias;
                known.is_defined |= function.is_defined;
            }
        }
    }
    found
}

/// Declarations up to their semicolon, definitions up to the end of their body.
fn statements(tokens: &[Token]) -> Vec<&[Token]> {
    let mut all = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    for (at, token) in tokens.iter().enumerate() {
        if token.is(known::L_PAREN) || token.is(known::L_BRACE) || token.is(known::L_BRACKET) {
            depth += 1;
        } else if token.is(known::R_PAREN) || token.is(known::R_BRACE) || token.is(known::R_BRACKET) {
            depth = depth.saturating_sub(1);
        }
        if depth == 0 && (token.is(known::SEMICOLON) || token.is(known::R_BRACE)) {
            all.extend(tokens.get(start..=at));
            start = at + 1;
        }
    }
    all
}

fn function(session: &Session, statement: &[Token]) -> Option<Function> {
    let text = |token: &Token| if token.kind == Kind::Ident { session.text(token.symbol) } else { "" };
    let (mut is_static, mut is_inline, mut is_alias) = (false, false, false);
    let mut name: Option<(String, String)> = None;
    let mut at = 0;
    while let Some(token) = statement.get(at) {
        if token.is(known::L_BRACE) {
            break;
        }
        let word = text(token);
        let opens = statement.get(at + 1).is_some_and(|next| next.is(known::L_PAREN));
        if !opens {
            // The words of a function stand before its parameters; behind them are attributes.
            is_static |= name.is_none() && word == "static";
            is_inline |= INLINE.contains(&word);
            at += 1;
            continue;
        }
        let end = closing(statement, at + 1)?;
        let inside = statement.get(at + 2..end).unwrap_or_default();
        if ALIAS.contains(&word) || inside.iter().any(|token| ALIAS.contains(&text(token))) {
            is_alias = true;
        } else if name.is_none() && at > 0 && token.kind == Kind::Ident && !NO_NAMES.contains(&word) {
            name = Some((word.to_string(), session.render(inside).trim().to_string()));
        }
        at = end + 1;
    }
    let (name, params) = name?;
    let is_defined = statement.get(at).is_some_and(|token| token.is(known::L_BRACE));
    Some(Function { name, is_static, is_inline, is_alias, is_defined, params })
}

/// The parenthesis that closes the one at `open`.
fn closing(tokens: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        if token.is(known::L_PAREN) {
            depth += 1;
        } else if token.is(known::R_PAREN) {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::{DataModel, NoHeaders, Setup, preprocess};
    use super::*;
    use crate::diagnostic::Sink;

    fn shown(text: &str) -> Vec<String> {
        let (session, sink) = (Session::new(), Sink::new());
        let output = preprocess(&session, &NoHeaders, &Setup::new(DataModel::LP64), "a.c", &text.into(), &sink);
        let words = |function: &Function| {
            let Function { is_static, is_inline, is_alias, is_defined, .. } = *function;
            let flags = [(is_static, "static"), (is_inline, "inline"), (is_alias, "alias"), (is_defined, "body")];
            let flags: Vec<&str> = flags.iter().filter(|(set, _)| *set).map(|(_, word)| *word).collect();
            format!("{} {}({})", flags.join(" "), function.name, function.params)
        };
        functions(&session, &output.tokens).iter().map(words).collect()
    }

    #[test]
    fn declarations_of_one_function_add_up() {
        let text = "\
__diag(GCC, \"x\"); TRACE(a, 0);;
asmlinkage long sys_a(int a) __attribute__((alias(__stringify(__se_sys_a))));
ALLOW(sys_a, ERRNO);
static inline long __do_sys_a(int a);
__typeof__(1L) __se_sys_a(long a);
long __se_sys_a(long a) { long r = __do_sys_a((int) a); if (r) { f(); } return r; }
static long noinline __late(void) __used;
static __always_inline long quick(const struct pt_regs *regs);
long __attribute__((weak)) other(void) __alias(quick);
struct list { int (*f)(void); };
static int (*pointer)(void);
long __do_sys_a(int a) { }
";
        assert_eq!(
            shown(text),
            [
                "alias sys_a(int a)",
                "static inline body __do_sys_a(int a)",
                "body __se_sys_a(long a)",
                "static __late(void)",
                "static inline quick(const struct pt_regs *regs)",
                "alias other(void)",
            ]
        );
    }

    #[test]
    fn broken_text_ends_quietly() {
        assert_eq!(shown("long f(int"), Vec::<String>::new());
        assert_eq!(shown("long f) (int; } ; ( ;"), Vec::<String>::new());
        assert_eq!(shown("} static long ] f(void) {"), Vec::<String>::new());
    }
}
