//! Kconfig: which symbols a file defines, and what each depends on.
//!
//! The file is given as it is written: blocks within blocks, and `source` where another file goes on. What `$(…)` would
//! say depends on the machine that builds (its compiler, its environment), so an expression has it as unknown.

use crate::diagnostic::{Diagnostic, Label, Sink};

/// What stands in a file, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KconfigItem {
    /// `config` or `menuconfig`.
    Symbol(KconfigSymbol),
    /// `choice` … `endchoice`: one of the symbols in it is set.
    Choice(KconfigChoice),
    /// `if` or `menu` with what is inside.
    Block(KconfigBlock),
    /// `source`: the file whose items stand here. A path has `$(SRCARCH)` in it where an architecture's own is meant.
    Source(String),
}

/// A definition of a symbol. There may be several of one symbol.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KconfigSymbol {
    /// Its name, without `CONFIG_`.
    pub name: String,
    /// The type, where this definition says it.
    pub kind: Option<KconfigKind>,
    /// `depends on`: all of these.
    pub depends: Vec<KconfigExpr>,
    /// Conditions of its prompts: under one of them a person may choose.
    pub prompts: Vec<KconfigExpr>,
    /// Values with their conditions; the first whose condition holds counts.
    pub defaults: Vec<(KconfigExpr, KconfigExpr)>,
    /// Symbols that it switches on, with the condition.
    pub selects: Vec<(String, KconfigExpr)>,
    /// Symbols that it proposes, with the condition.
    pub implies: Vec<(String, KconfigExpr)>,
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
pub struct KconfigChoice {
    /// `depends on`: all of these.
    pub depends: Vec<KconfigExpr>,
    /// Conditions of its prompts.
    pub prompts: Vec<KconfigExpr>,
    /// Nothing need be chosen.
    pub optional: bool,
    /// What stands in it.
    pub items: Vec<KconfigItem>,
}

/// What holds for all that stands inside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KconfigBlock {
    /// `if` or the `depends on` of a menu: all of these.
    pub depends: Vec<KconfigExpr>,
    /// `visible if`: prompts inside need all of these.
    pub visible: Vec<KconfigExpr>,
    /// What stands in it.
    pub items: Vec<KconfigItem>,
}

/// An expression over symbols.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KconfigExpr {
    /// The value of a symbol; one that is not defined is `n`, or its own name where it is compared.
    Symbol(String),
    /// A text in quotes, and `y`, `m`, `n`.
    Text(String),
    /// What `$(…)` stands for.
    Unknown,
    /// Not.
    Not(Box<KconfigExpr>),
    /// All of these; `y` where there are none.
    All(Vec<KconfigExpr>),
    /// One of these.
    Any(Vec<KconfigExpr>),
    /// A comparison: equal or not.
    Equal(Box<KconfigExpr>, Box<KconfigExpr>),
    /// A comparison of order, of two numbers or texts.
    Order,
}

impl KconfigExpr {
    /// What stands where there is no condition.
    pub const ALWAYS: KconfigExpr = KconfigExpr::All(Vec::new());
}

/// Reads one file.
pub fn kconfig(path: &str, text: &str, sink: &Sink) -> Vec<KconfigItem> {
    let mut reader = Reader { path, sink, open: vec![Open::new(Opener::File, 0)], menu: false };
    let mut lines = text.lines().zip(1..).peekable();
    while let Some((line, number)) = lines.next() {
        let mut joined = String::new();
        let mut line = line;
        while let Some(start) = line.strip_suffix('\\') {
            joined.push_str(start);
            joined.push(' ');
            line = lines.next().map_or("", |(next, _)| next);
        }
        let whole = if joined.is_empty() {
            line
        } else {
            joined.push_str(line);
            &joined
        };
        let content = without_comment(whole).trim();
        if content == "help" || content == "---help---" {
            // The text of a help goes on as long as lines are indented as its first one is, or more.
            let mut least = None;
            while let Some((next, _)) = lines.peek() {
                if !next.trim().is_empty() {
                    let indent = indentation(next);
                    if indent == 0 || least.is_some_and(|least| indent < least) {
                        break;
                    }
                    least.get_or_insert(indent);
                }
                lines.next();
            }
        } else if !content.is_empty() {
            reader.statement(content, number);
        }
    }
    reader.end()
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

struct Open {
    opener: Opener,
    line: u32,
    choice: KconfigChoice,
    visible: Vec<KconfigExpr>,
}

impl Open {
    fn new(opener: Opener, line: u32) -> Self {
        Open { opener, line, choice: KconfigChoice::default(), visible: Vec::new() }
    }

    fn close(self) -> KconfigItem {
        let Open { opener, choice, visible, .. } = self;
        match opener {
            Opener::Choice => KconfigItem::Choice(choice),
            _ => KconfigItem::Block(KconfigBlock { depends: choice.depends, visible, items: choice.items }),
        }
    }
}

struct Reader<'a> {
    path: &'a str,
    sink: &'a Sink,
    /// The file, and each block that is open in it.
    open: Vec<Open>,
    /// The last entry was a `comment`, whose conditions matter to nobody.
    menu: bool,
}

impl Reader<'_> {
    fn statement(&mut self, content: &str, number: u32) {
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
    fn entry(&mut self, content: &str, number: u32) -> Option<()> {
        let (word, rest) = content.split_once([' ', '\t']).unwrap_or((content, ""));
        let rest = rest.trim();
        match word {
            "config" | "menuconfig" if is_symbol(rest) => {
                self.menu = false;
                self.push(KconfigItem::Symbol(KconfigSymbol { name: rest.to_string(), ..KconfigSymbol::default() }));
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
            "comment" | "mainmenu" => self.menu = true,
            "source" | "osource" => self.push(KconfigItem::Source(unquoted(rest)?.to_string())),
            "rsource" | "orsource" => {
                let folder = self.path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
                self.push(KconfigItem::Source(format!("{folder}{}", unquoted(rest)?)));
            }
            _ => return None,
        }
        if !matches!(word, "comment" | "mainmenu") {
            self.menu = false;
        }
        Some(())
    }

    /// A line that says something of the entry above it.
    fn attribute(&mut self, content: &str) -> Option<()> {
        let (word, rest) = content.split_once([' ', '\t', '"']).unwrap_or((content, ""));
        // A quote may follow a type without a space.
        let rest = content.get(word.len()..).unwrap_or(rest).trim();
        if let ("depends", Some(condition)) = (word, rest.strip_prefix("on")) {
            let (condition, when) = conditional(condition)?;
            let depends = match when {
                None => condition,
                Some(when) => KconfigExpr::Any(vec![condition, KconfigExpr::Not(Box::new(when))]),
            };
            if !self.menu {
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

    fn top(&mut self) -> Option<&mut Open> {
        self.open.last_mut()
    }

    fn push(&mut self, item: KconfigItem) {
        if let Some(open) = self.open.last_mut() {
            open.choice.items.push(item);
        }
    }

    /// The symbol that lines now speak of; none directly below `choice` or `menu`.
    fn last(&mut self) -> Option<&mut KconfigSymbol> {
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

    fn end(mut self) -> Vec<KconfigItem> {
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
fn prompt(rest: &str) -> Option<KconfigExpr> {
    match conditional(rest)? {
        (KconfigExpr::Text(_) | KconfigExpr::Symbol(_) | KconfigExpr::Unknown, when) => {
            Some(when.unwrap_or(KconfigExpr::ALWAYS))
        }
        _ => None,
    }
}

/// An expression, and another behind `if`.
fn conditional(text: &str) -> Option<(KconfigExpr, Option<KconfigExpr>)> {
    let mut tokens = Tokens { rest: text.trim_start(), depth: 0 };
    let value = tokens.any()?;
    let when = match tokens.take("if") {
        true => Some(tokens.any()?),
        false => None,
    };
    tokens.rest.is_empty().then_some((value, when))
}

fn expression(text: &str) -> Option<KconfigExpr> {
    conditional(text).and_then(|(value, when)| when.is_none().then_some(value))
}

/// Parentheses and negations that an expression may nest.
const DEPTH: usize = 60;

struct Tokens<'a> {
    rest: &'a str,
    depth: usize,
}

impl Tokens<'_> {
    fn any(&mut self) -> Option<KconfigExpr> {
        let first = self.all()?;
        let mut parts = vec![first];
        while self.take("||") {
            parts.push(self.all()?);
        }
        if parts.len() == 1 { parts.pop() } else { Some(KconfigExpr::Any(parts)) }
    }

    fn all(&mut self) -> Option<KconfigExpr> {
        let first = self.one()?;
        let mut parts = vec![first];
        while self.take("&&") {
            parts.push(self.one()?);
        }
        if parts.len() == 1 { parts.pop() } else { Some(KconfigExpr::All(parts)) }
    }

    fn one(&mut self) -> Option<KconfigExpr> {
        self.depth += 1;
        if self.depth > DEPTH {
            return None;
        }
        let one = self.inner();
        self.depth -= 1;
        one
    }

    fn inner(&mut self) -> Option<KconfigExpr> {
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

    fn operand(&mut self) -> Option<KconfigExpr> {
        let bytes = self.rest.as_bytes();
        let first = *bytes.first()?;
        if matches!(first, b'"' | b'\'') {
            let end = closing_quote(bytes, first)?;
            let text = self.rest.get(1..end)?;
            let operand = if text.contains("$(") { KconfigExpr::Unknown } else { KconfigExpr::Text(text.to_string()) };
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
            "y" | "m" | "n" => KconfigExpr::Text(word.to_string()),
            _ => KconfigExpr::Symbol(word.to_string()),
        };
        self.skip(at);
        Some(operand)
    }

    fn take(&mut self, token: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(token) else { return false };
        if token == "if" && rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            return false;
        }
        self.rest = rest.trim_start();
        true
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default().trim_start();
    }
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

    fn read(text: &str) -> Vec<KconfigItem> {
        let sink = Sink::new();
        let items = kconfig("lib/Kconfig", text, &sink);
        assert_eq!(sink.take(), [], "{text}");
        items
    }

    fn symbol(name: &str) -> KconfigExpr {
        KconfigExpr::Symbol(name.to_string())
    }

    #[test]
    fn an_entry_has_all_that_is_said_of_it() {
        let text = "menuconfig FOO\n\tbool \"foo # no comment\" if EXPERT # comment\n\tdepends on A && \\\n\t\t!B\n\
            \tdepends on C if D\n\tselect BAR if (A || B)\n\timply BAZ\n\tdefault y if C = m\n\trange 1 2\n\tdefault n\n\
            \thelp\n\t  config NOT_AN_ENTRY\n\n\t    deeper\n\t  select X\n\tdefault C\n";
        let [KconfigItem::Symbol(foo)] = &read(text)[..] else { panic!("one entry") };
        let not = |name| KconfigExpr::Not(Box::new(symbol(name)));
        assert_eq!((foo.name.as_str(), foo.kind), ("FOO", Some(KconfigKind::Bool)));
        assert_eq!(foo.prompts, [symbol("EXPERT")]);
        let depends = [KconfigExpr::All(vec![symbol("A"), not("B")]), KconfigExpr::Any(vec![symbol("C"), not("D")])];
        assert_eq!(foo.depends, depends);
        assert_eq!(foo.selects, [("BAR".to_string(), KconfigExpr::Any(vec![symbol("A"), symbol("B")]))]);
        assert_eq!(foo.implies, [("BAZ".to_string(), KconfigExpr::ALWAYS)]);
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
            ("\"$(ARCH)\" = \"x86\"", equal(KconfigExpr::Unknown, KconfigExpr::Text("x86".into()))),
            ("GCC_VERSION >= 90100", KconfigExpr::Order),
            ("X != n", KconfigExpr::Not(Box::new(equal(symbol("X"), KconfigExpr::Text("n".into()))))),
        ] {
            assert_eq!(expression(text), Some(expected), "{text}");
        }
        for text in ["", "A &&", "(A", "A B", "= B", "\"open", "$(open", &"!".repeat(99), "A if"] {
            assert_eq!(expression(text), None, "{text}");
        }
    }

    fn equal(left: KconfigExpr, right: KconfigExpr) -> KconfigExpr {
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
