//! Kconfig: which symbols a file defines, and what each depends on.
//!
//! The file is given as it is written: blocks within blocks, and `source` where another file goes on. What `$(…)` would
//! say depends on the machine that builds (its compiler, its environment), so an expression has it as unknown.

use crate::diagnostic::{Diagnostic, Label, Sink};

/// What stands in a file, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KconfigItem<'t> {
    /// `config` or `menuconfig`.
    Symbol(KconfigSymbol<'t>),
    /// `choice` … `endchoice`: one of the symbols in it is set.
    Choice(KconfigChoice<'t>),
    /// `if` or `menu` with what is inside.
    Block(KconfigBlock<'t>),
    /// `source`: the file whose items stand here. A path has `$(SRCARCH)` in it where an architecture's own is meant.
    Source(String),
}

/// A definition of a symbol. There may be several of one symbol.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KconfigSymbol<'t> {
    /// Its name, without `CONFIG_`.
    pub name: &'t str,
    /// The type, where this definition says it.
    pub kind: Option<KconfigKind>,
    /// `depends on`: all of these.
    pub depends: Vec<KconfigExpr<'t>>,
    /// Conditions of its prompts: under one of them a person may choose.
    pub prompts: Vec<KconfigExpr<'t>>,
    /// Values with their conditions; the first whose condition holds counts.
    pub defaults: Vec<(KconfigExpr<'t>, KconfigExpr<'t>)>,
    /// Symbols that it switches on, with the condition.
    pub selects: Vec<(&'t str, KconfigExpr<'t>)>,
    /// Symbols that it proposes, with the condition.
    pub implies: Vec<(&'t str, KconfigExpr<'t>)>,
}

/// What values a symbol has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KconfigKind {
    /// `y` or `n`.
    Bool,
    /// `y`, `m` or `n`.
    Tristate,
    /// A number or a text.
    Value,
}

/// A choice between symbols.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KconfigChoice<'t> {
    /// `depends on`: all of these.
    pub depends: Vec<KconfigExpr<'t>>,
    /// Conditions of its prompts.
    pub prompts: Vec<KconfigExpr<'t>>,
    /// Nothing need be chosen.
    pub optional: bool,
    /// What stands in it.
    pub items: Vec<KconfigItem<'t>>,
}

/// What holds for all that stands inside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KconfigBlock<'t> {
    /// `if` or the `depends on` of a menu: all of these.
    pub depends: Vec<KconfigExpr<'t>>,
    /// `visible if`: prompts inside need all of these.
    pub visible: Vec<KconfigExpr<'t>>,
    /// What stands in it.
    pub items: Vec<KconfigItem<'t>>,
}

/// An expression over symbols.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KconfigExpr<'t> {
    /// The value of a symbol; one that is not defined is `n`, or its own name where it is compared.
    Symbol(&'t str),
    /// A text in quotes, and `y`, `m`, `n`.
    Text(&'t str),
    /// What `$(…)` stands for.
    Unknown,
    /// Not.
    Not(Box<KconfigExpr<'t>>),
    /// All of these; `y` where there are none.
    All(Vec<KconfigExpr<'t>>),
    /// One of these.
    Any(Vec<KconfigExpr<'t>>),
    /// A comparison: equal or not.
    Equal(Box<KconfigExpr<'t>>, Box<KconfigExpr<'t>>),
    /// A comparison of order, of two numbers or texts.
    Order,
}

impl KconfigExpr<'_> {
    /// What stands where there is no condition.
    pub const ALWAYS: Self = KconfigExpr::All(Vec::new());
}

/// Reads one file.
pub fn kconfig<'t>(path: &str, text: &'t str, sink: &Sink) -> Vec<KconfigItem<'t>> {
    let mut reader = Reader { path, sink, open: vec![Open::new(Opener::File, 0)], of_comment: false };
    let mut lines = Lines { rest: text, next: 1 };
    while let Some((line, number)) = lines.whole() {
        let content = without_comment(line).trim();
        if content == "help" || content == "---help---" {
            lines.skip_help();
        } else if !content.is_empty() {
            reader.statement(content, number);
        }
    }
    reader.end()
}

/// The lines of a file that are still to read, and the number of the next one.
struct Lines<'t> {
    rest: &'t str,
    next: u32,
}

impl<'t> Lines<'t> {
    /// The next line with those that continue it, as they stand in the file, and the number of the first.
    fn whole(&mut self) -> Option<(&'t str, u32)> {
        if self.rest.is_empty() {
            return None;
        }
        let (text, number) = (self.rest, self.next);
        let mut end = 0;
        loop {
            let line = self.line();
            end += line.len();
            let goes_on = line.trim_end_matches(['\r', '\n']).ends_with('\\');
            if !goes_on || self.rest.is_empty() {
                return Some((text.get(..end).unwrap_or_default(), number));
            }
        }
    }

    /// The text of a help goes on as long as lines are indented as its first one is, or more.
    fn skip_help(&mut self) {
        let mut least = None;
        while !self.rest.is_empty() {
            let line = self.rest.split('\n').next().unwrap_or_default();
            if !line.trim().is_empty() {
                let indent = indentation(line);
                if indent == 0 || least.is_some_and(|least| indent < least) {
                    return;
                }
                least.get_or_insert(indent);
            }
            self.line();
        }
    }

    /// The next line with its end.
    fn line(&mut self) -> &'t str {
        let end = memchr::memchr(b'\n', self.rest.as_bytes()).map_or(self.rest.len(), |at| at + 1);
        let (line, rest) = self.rest.split_at(end);
        (self.rest, self.next) = (rest, self.next + 1);
        line
    }
}

/// Columns before the first letter; a tab goes on to the next multiple of eight.
fn indentation(line: &str) -> usize {
    let blank = line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t'));
    blank.fold(0, |column, byte| if byte == b'\t' { (column & !7) + 8 } else { column + 1 })
}

/// The line up to a `#` that stands in no quotes and in no `$(…)`.
fn without_comment(line: &str) -> &str {
    if !line.contains('#') {
        return line;
    }
    let (mut quote, mut depth) = (None, 0u32);
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            _ if quote == Some(byte) => quote = None,
            _ if quote.is_some() => {}
            b'"' | b'\'' => quote = Some(byte),
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b'#' if depth == 0 => return line.get(..at).unwrap_or(line),
            _ => {}
        }
    }
    line
}

/// What a block was opened by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Opener {
    File,
    If,
    Menu,
    Choice,
}

struct Open<'t> {
    opener: Opener,
    line: u32,
    choice: KconfigChoice<'t>,
    visible: Vec<KconfigExpr<'t>>,
}

impl<'t> Open<'t> {
    fn new(opener: Opener, line: u32) -> Self {
        Open { opener, line, choice: KconfigChoice::default(), visible: Vec::new() }
    }

    fn close(self) -> KconfigItem<'t> {
        let Open { opener, choice, visible, .. } = self;
        match opener {
            Opener::Choice => KconfigItem::Choice(choice),
            _ => KconfigItem::Block(KconfigBlock { depends: choice.depends, visible, items: choice.items }),
        }
    }
}

struct Reader<'a, 't> {
    path: &'a str,
    sink: &'a Sink,
    /// The file, and each block that is open in it.
    open: Vec<Open<'t>>,
    /// The last entry was a `comment`, whose conditions matter to nobody.
    of_comment: bool,
}

impl<'t> Reader<'_, 't> {
    fn statement(&mut self, content: &'t str, number: u32) {
        let understood =
            self.entry(content, number).or_else(|| self.attribute(content)).or_else(|| macro_line(content));
        if understood.is_none() {
            self.sink.push(
                Diagnostic::warning("unknown-kconfig", "this line of Kconfig is not understood")
                    .at(Label::line(self.path, number, content))
                    .help(
                        "what its symbol depends on may come out wrong; xtask/src/parse/kconfig.rs reads these lines",
                    ),
            );
        }
    }

    /// A line that opens or closes something.
    fn entry(&mut self, content: &'t str, number: u32) -> Option<()> {
        let (word, rest) = content.split_once([' ', '\t']).unwrap_or((content, ""));
        let rest = rest.trim();
        match word {
            "config" | "menuconfig" if is_symbol(rest) => {
                self.of_comment = false;
                self.push(KconfigItem::Symbol(KconfigSymbol { name: rest, ..KconfigSymbol::default() }));
            }
            "if" => {
                let condition = expression(rest)?;
                self.open.push(Open::new(Opener::If, number));
                self.top()?.choice.depends.push(condition);
            }
            "menu" => self.open.push(Open::new(Opener::Menu, number)),
            "choice" => self.open.push(Open::new(Opener::Choice, number)),
            "endif" => self.close(Opener::If)?,
            "endmenu" => self.close(Opener::Menu)?,
            "endchoice" => self.close(Opener::Choice)?,
            "comment" | "mainmenu" => self.of_comment = true,
            "source" | "osource" => self.push(KconfigItem::Source(unquoted(rest)?.to_string())),
            "rsource" | "orsource" => {
                let folder = self.path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
                self.push(KconfigItem::Source(format!("{folder}{}", unquoted(rest)?)));
            }
            _ => return None,
        }
        if !matches!(word, "comment" | "mainmenu") {
            self.of_comment = false;
        }
        Some(())
    }

    /// A line that says something of the entry above it.
    fn attribute(&mut self, content: &'t str) -> Option<()> {
        let (word, rest) = content.split_once([' ', '\t', '"']).unwrap_or((content, ""));
        // A quote may follow a type without a space.
        let rest = content.get(word.len()..).unwrap_or(rest).trim();
        if let ("depends", Some(condition)) = (word, rest.strip_prefix("on")) {
            let (condition, when) = conditional(condition)?;
            let depends = match when {
                None => condition,
                Some(when) => KconfigExpr::Any(vec![condition, KconfigExpr::Not(Box::new(when))]),
            };
            if !self.of_comment {
                match self.last() {
                    Some(symbol) => symbol.depends.push(depends),
                    None => self.top()?.choice.depends.push(depends),
                }
            }
            return Some(());
        }
        if let ("visible", Some(condition)) = (word, rest.strip_prefix("if")) {
            let condition = expression(condition)?;
            self.top()?.visible.push(condition);
            return Some(());
        }
        let kind = match word {
            "bool" | "boolean" | "def_bool" => Some(KconfigKind::Bool),
            "tristate" | "def_tristate" => Some(KconfigKind::Tristate),
            "int" | "hex" | "string" => Some(KconfigKind::Value),
            _ => None,
        };
        match word {
            "bool" | "boolean" | "tristate" | "int" | "hex" | "string" | "prompt" => {
                let prompt = if rest.is_empty() { None } else { Some(prompt(rest)?) };
                match self.last() {
                    Some(symbol) => {
                        symbol.kind = kind.or(symbol.kind);
                        symbol.prompts.extend(prompt);
                    }
                    None => self.top()?.choice.prompts.extend(prompt),
                }
            }
            "def_bool" | "def_tristate" | "default" => {
                let (value, when) = conditional(rest)?;
                // Which member a choice takes by itself does not matter: another may be chosen.
                if let Some(symbol) = self.last() {
                    symbol.kind = kind.or(symbol.kind);
                    symbol.defaults.push((value, when.unwrap_or(KconfigExpr::ALWAYS)));
                }
            }
            "select" | "imply" => {
                let (name, when) = conditional(rest)?;
                let KconfigExpr::Symbol(name) = name else { return None };
                let entry = (name, when.unwrap_or(KconfigExpr::ALWAYS));
                let symbol = self.last()?;
                if word == "select" { symbol.selects.push(entry) } else { symbol.implies.push(entry) }
            }
            "optional" if rest.is_empty() => self.top()?.choice.optional = true,
            "range" | "option" if !rest.is_empty() => {}
            "modules" | "transitional" if rest.is_empty() => {}
            _ => return None,
        }
        Some(())
    }

    fn top(&mut self) -> Option<&mut Open<'t>> {
        self.open.last_mut()
    }

    fn push(&mut self, item: KconfigItem<'t>) {
        if let Some(open) = self.open.last_mut() {
            open.choice.items.push(item);
        }
    }

    /// The symbol that lines now speak of; none directly below `choice` or `menu`.
    fn last(&mut self) -> Option<&mut KconfigSymbol<'t>> {
        match self.top()?.choice.items.last_mut() {
            Some(KconfigItem::Symbol(symbol)) => Some(symbol),
            _ => None,
        }
    }

    fn close(&mut self, opener: Opener) -> Option<()> {
        if self.top()?.opener != opener {
            return None;
        }
        let closed = self.open.pop()?.close();
        self.push(closed);
        Some(())
    }

    fn end(mut self) -> Vec<KconfigItem<'t>> {
        while self.open.len() > 1 {
            let Some(open) = self.open.pop() else { break };
            let message = "this block of Kconfig is not closed in its file";
            self.sink.push(
                Diagnostic::warning("open-kconfig", message)
                    .at(Label::line(self.path, open.line, ""))
                    .help("it is read as if it went on to the end of the file"),
            );
            self.push(open.close());
        }
        self.open.pop().map(|open| open.choice.items).unwrap_or_default()
    }
}

/// `name := …`, and `$(error-if,…)` and its like on a line of their own: nothing that an expression here would use.
fn macro_line(content: &str) -> Option<()> {
    let name = content.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(content.len());
    let rest = content.get(name..)?.trim_start();
    let assigns = name > 0 && [":=", "+=", "="].iter().any(|operator| rest.starts_with(operator));
    (assigns || (content.starts_with("$(") && content.ends_with(')'))).then_some(())
}

fn is_symbol(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn unquoted(text: &str) -> Option<&str> {
    let inner = ['"', '\''].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    Some(inner.unwrap_or(text)).filter(|path| !path.is_empty())
}

/// `"text" if condition`.
fn prompt(rest: &str) -> Option<KconfigExpr<'_>> {
    match conditional(rest)? {
        (KconfigExpr::Text(_) | KconfigExpr::Symbol(_) | KconfigExpr::Unknown, when) => {
            Some(when.unwrap_or(KconfigExpr::ALWAYS))
        }
        _ => None,
    }
}

/// An expression, and another behind `if`.
fn conditional(text: &str) -> Option<(KconfigExpr<'_>, Option<KconfigExpr<'_>>)> {
    let mut tokens = Tokens { rest: after_space(text), depth: 0 };
    let value = tokens.any()?;
    let when = match tokens.take("if") {
        true => Some(tokens.any()?),
        false => None,
    };
    tokens.rest.is_empty().then_some((value, when))
}

fn expression(text: &str) -> Option<KconfigExpr<'_>> {
    conditional(text).and_then(|(value, when)| when.is_none().then_some(value))
}

/// Parentheses and negations that an expression may nest.
const DEPTH: usize = 60;

struct Tokens<'t> {
    rest: &'t str,
    depth: usize,
}

impl<'t> Tokens<'t> {
    fn any(&mut self) -> Option<KconfigExpr<'t>> {
        let first = self.all()?;
        let mut parts = vec![first];
        while self.take("||") {
            parts.push(self.all()?);
        }
        if parts.len() == 1 { parts.pop() } else { Some(KconfigExpr::Any(parts)) }
    }

    fn all(&mut self) -> Option<KconfigExpr<'t>> {
        let first = self.one()?;
        let mut parts = vec![first];
        while self.take("&&") {
            parts.push(self.one()?);
        }
        if parts.len() == 1 { parts.pop() } else { Some(KconfigExpr::All(parts)) }
    }

    fn one(&mut self) -> Option<KconfigExpr<'t>> {
        self.depth += 1;
        if self.depth > DEPTH {
            return None;
        }
        let one = self.inner();
        self.depth -= 1;
        one
    }

    fn inner(&mut self) -> Option<KconfigExpr<'t>> {
        if !self.rest.starts_with("!=") && self.take("!") {
            return Some(KconfigExpr::Not(Box::new(self.one()?)));
        }
        if self.take("(") {
            let inner = self.any()?;
            return self.take(")").then_some(inner);
        }
        let left = self.operand()?;
        for (operator, order) in [("!=", false), ("<=", true), (">=", true), ("<", true), (">", true), ("=", false)] {
            if self.take(operator) {
                let right = self.operand()?;
                let equal = || KconfigExpr::Equal(Box::new(left), Box::new(right));
                return Some(match (order, operator) {
                    (true, _) => KconfigExpr::Order,
                    (_, "!=") => KconfigExpr::Not(Box::new(equal())),
                    _ => equal(),
                });
            }
        }
        Some(left)
    }

    fn operand(&mut self) -> Option<KconfigExpr<'t>> {
        let bytes = self.rest.as_bytes();
        let first = *bytes.first()?;
        if matches!(first, b'"' | b'\'') {
            let end = closing_quote(bytes, first)?;
            let text = self.rest.get(1..end)?;
            let operand = if text.contains("$(") { KconfigExpr::Unknown } else { KconfigExpr::Text(text) };
            self.skip(end + 1);
            return Some(operand);
        }
        // A word, of which `$(…)` may be a part.
        let (mut at, mut unknown) = (0, false);
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'$' if bytes.get(at + 1) == Some(&b'(') => {
                    unknown = true;
                    at = closing_parenthesis(bytes, at + 1)? + 1;
                }
                byte if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/') => at += 1,
                _ => break,
            }
        }
        let word = self.rest.get(..at).filter(|word| !word.is_empty())?;
        let operand = match word {
            _ if unknown => KconfigExpr::Unknown,
            "y" | "m" | "n" => KconfigExpr::Text(word),
            _ => KconfigExpr::Symbol(word),
        };
        self.skip(at);
        Some(operand)
    }

    fn take(&mut self, token: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(token) else { return false };
        if token == "if" && rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            return false;
        }
        self.rest = after_space(rest);
        true
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = after_space(self.rest.get(bytes..).unwrap_or_default());
    }
}

/// The text without the space before it, ends of lines that go on included.
fn after_space(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\r', '\n', '\\'])
}

/// Where the quote closes that opens at the start.
fn closing_quote(bytes: &[u8], quote: u8) -> Option<usize> {
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'\\' => at += 2,
            byte if *byte == quote => return Some(at),
            _ => at += 1,
        }
    }
}

/// Where the parenthesis closes that opens at `open`.
fn closing_parenthesis(bytes: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in bytes.iter().enumerate().skip(open) {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 1 => return Some(at),
            b')' => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<KconfigItem<'_>> {
        let sink = Sink::new();
        let items = kconfig("lib/Kconfig", text, &sink);
        assert_eq!(sink.take(), [], "{text}");
        items
    }

    fn symbol(name: &str) -> KconfigExpr<'_> {
        KconfigExpr::Symbol(name)
    }

    #[test]
    fn an_entry_has_all_that_is_said_of_it() {
        let text = "menuconfig FOO\n\tbool \"foo # no comment\" if EXPERT # comment\n\tdepends on A && \\\n\t\t!B\n\
            \tdepends on C if D\n\tselect BAR if (A || B)\n\timply BAZ\n\tdefault y if C = m\n\trange 1 2\n\tdefault n\n\
            \thelp\n\t  config NOT_AN_ENTRY\n\n\t    deeper\n\t  select X\n\tdefault C\n";
        let [KconfigItem::Symbol(foo)] = &read(text)[..] else { panic!("one entry") };
        let not = |name| KconfigExpr::Not(Box::new(symbol(name)));
        assert_eq!((foo.name, foo.kind), ("FOO", Some(KconfigKind::Bool)));
        assert_eq!(foo.prompts, [symbol("EXPERT")]);
        let depends = [KconfigExpr::All(vec![symbol("A"), not("B")]), KconfigExpr::Any(vec![symbol("C"), not("D")])];
        assert_eq!(foo.depends, depends);
        assert_eq!(foo.selects, [("BAR", KconfigExpr::Any(vec![symbol("A"), symbol("B")]))]);
        assert_eq!(foo.implies, [("BAZ", KconfigExpr::ALWAYS)]);
        assert_eq!(foo.defaults.len(), 3);
        assert_eq!(foo.defaults[2], (symbol("C"), KconfigExpr::ALWAYS));
    }

    #[test]
    fn blocks_hold_what_stands_in_them() {
        let text = "mainmenu \"x\"\ncomment \"y\"\n\tdepends on Z\nname-x := $(shell,echo ')')\n$(error-if,$(x),y)\n\
            if A\nmenu \"m\"\n\tvisible if B\n\tdepends on C\nchoice\n\tprompt \"p\"\n\tdefault D\n\toptional\n\
            config D\n\tbool \"d\"\nendchoice\nendmenu\nendif\nsource \"arch/$(SRCARCH)/Kconfig\"\nrsource \"x/Kconfig\"\n";
        let items = read(text);
        let [KconfigItem::Block(outer), KconfigItem::Source(first), KconfigItem::Source(second)] = &items[..] else {
            panic!("{items:?}")
        };
        assert_eq!((first.as_str(), second.as_str()), ("arch/$(SRCARCH)/Kconfig", "lib/x/Kconfig"));
        let [KconfigItem::Block(menu)] = &outer.items[..] else { panic!("{outer:?}") };
        assert_eq!((&outer.depends[..], &menu.visible[..]), (&[symbol("A")][..], &[symbol("B")][..]));
        let [KconfigItem::Choice(choice)] = &menu.items[..] else { panic!("{menu:?}") };
        assert!(choice.optional && choice.prompts == [KconfigExpr::ALWAYS] && choice.items.len() == 1);
    }

    #[test]
    fn what_the_machine_says_is_unknown() {
        for (text, expected) in [
            ("$(cc-option,-mfoo -mbar=(1))", KconfigExpr::Unknown),
            ("\"$(ARCH)\" = \"x86\"", equal(KconfigExpr::Unknown, KconfigExpr::Text("x86"))),
            ("GCC_VERSION >= 90100", KconfigExpr::Order),
            ("X != n", KconfigExpr::Not(Box::new(equal(symbol("X"), KconfigExpr::Text("n"))))),
        ] {
            assert_eq!(expression(text), Some(expected), "{text}");
        }
        for text in ["", "A &&", "(A", "A B", "= B", "\"open", "$(open", &"!".repeat(99), "A if"] {
            assert_eq!(expression(text), None, "{text}");
        }
    }

    fn equal<'t>(left: KconfigExpr<'t>, right: KconfigExpr<'t>) -> KconfigExpr<'t> {
        KconfigExpr::Equal(Box::new(left), Box::new(right))
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for text in
            ["config X\n\tfrobnicate y\n", "endif\n", "if X\n", "config\n", "config X\n\tdepends on (\n", "select A\n"]
        {
            let sink = Sink::new();
            kconfig("Kconfig", text, &sink);
            assert!(sink.warnings() > 0, "{text}");
        }
    }
}
