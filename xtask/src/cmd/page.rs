//! The page that `show` prints: a call's prototypes, and below each the ABIs that have it so.
//!
//! A group is a prototype; a block within it is an entry. What all lines of a block share stands in its heading, what
//! differs has a column.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::model::{Abis, CallSpec, Guard, Missing, Parameter, Part, Release, Side};
use crate::resolve::{Older, Union, UnionRow};

const STRONG: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const ENTRY: Style = AnsiColor::Cyan.on_default();
const ABSENT: Style = AnsiColor::Yellow.on_default();

/// Columns that a prototype may take before it goes on in the next line.
const WIDTH: usize = 100;

/// Prints the page of a call: its rows with the ABIs that have them.
pub(super) fn page(
    name: &str,
    union: &Union,
    abis: &Abis,
    found: &[(&str, &UnionRow)],
    out: &mut dyn Write,
) -> io::Result<()> {
    let lines: Vec<Line> = found.iter().flat_map(|(abi, row)| lines(name, union, abis, abi, row)).collect();
    let built = lines.iter().filter(|line| line.side.is_implemented());
    let shared = common(&speaking(built), |line| &line.side.config).filter(|config| **config != Guard::TRUE).cloned();

    let newest = union.releases.last().map_or_else(String::new, Release::to_string);
    let on = if union.releases.len() > 1 { "up to" } else { "in" };
    writeln!(out, "{STRONG}{name}{STRONG:#}: on {} of {} ABIs, {on} Linux {newest}", found.len(), union.abis.len())?;
    if let Some(config) = &shared {
        writeln!(out, "built with {config}")?;
    }
    for (abi, row) in found.iter().filter(|(_, row)| row.syscall.name != name) {
        writeln!(out, "on {abi} another name of {}", row.syscall.name)?;
    }
    for group in groups(lines) {
        writeln!(out)?;
        group.print(union, shared.is_some(), out)?;
    }
    Ok(())
}

/// A way into the call.
struct Line<'a> {
    /// `arm`, or `arm.compat` on a kernel that serves the ABI as compat.
    way: String,
    number: u32,
    side: &'a Side,
    /// What the side takes, as C.
    head: Head,
    /// Where 64-bit values stand that take more than a word.
    words: String,
    since: String,
    first: usize,
    /// The newest release has it.
    is_held: bool,
    /// What it was, by the last release that had it so.
    older: Vec<(usize, String)>,
}

/// What stands above the lines of a group.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Head {
    Prototype { text: Vec<String>, notes: Vec<String> },
    Unknown,
    Absent,
}

fn lines<'a>(name: &str, union: &Union, abis: &Abis, abi: &str, row: &'a UnionRow) -> Vec<Line<'a>> {
    let call = abis.get(abi).map(|spec| &spec.call);
    let line = |side: &'a Side, is_compat: bool| Line {
        way: if is_compat { format!("{abi}.compat") } else { abi.to_string() },
        number: row.syscall.number,
        side,
        head: head(name, side),
        words: call.map_or_else(String::new, |call| words(side, call)),
        since: when(union, row),
        first: row.first,
        is_held: row.last + 1 == union.releases.len(),
        older: older(name, row, side, is_compat),
    };
    let compat = row.syscall.compat.as_ref().map(|side| line(side, true));
    std::iter::once(line(&row.syscall.main, false)).chain(compat).collect()
}

fn head(name: &str, side: &Side) -> Head {
    match &side.params {
        _ if !side.is_implemented() => Head::Absent,
        Some(params) => {
            let notes = notes(side).into_iter().chain(meaning(side)).collect();
            Head::Prototype { text: prototype(name, params), notes }
        }
        None => Head::Unknown,
    }
}

/// The prototype as C, in as many lines as it takes.
fn prototype(name: &str, params: &[Parameter]) -> Vec<String> {
    let mut text = vec![format!("long {name}(")];
    let indent = text[0].len().min(WIDTH / 3);
    for (index, param) in params.iter().enumerate() {
        let end = if index + 1 < params.len() { "," } else { ")" };
        let param = format!("{}{end}", param.declaration());
        let last = text.len() - 1;
        let line = &mut text[last];
        match index {
            0 => line.push_str(&param),
            _ if line.len() + 1 + param.len() <= WIDTH => *line = format!("{line} {param}"),
            _ => text.push(format!("{:indent$}{param}", "")),
        }
    }
    if params.is_empty() {
        text[0].push_str("void)");
    }
    text
}

/// What the parameters and the result mean, in as many lines as it takes.
fn meaning(side: &Side) -> Vec<String> {
    let params = side.block.as_ref().or(side.params.as_ref());
    let kinds =
        params.into_iter().flatten().filter_map(|param| Some(format!("{}: {}", param.name, param.kind.as_deref()?)));
    let returns = side.returns.iter().map(|returns| format!("returns {returns}"));
    let mut lines: Vec<String> = Vec::new();
    for word in kinds.chain(returns) {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() + 2 <= WIDTH - 10 => *line = format!("{line}; {word}"),
            _ => lines.push(word),
        }
    }
    lines
}

fn declarations(params: &[Parameter]) -> String {
    params.iter().map(Parameter::declaration).collect::<Vec<_>>().join(", ")
}

/// What the prototype does not tell: halves, words that nobody reads, the words that a pointer leads to.
fn notes(side: &Side) -> Vec<String> {
    let mut notes = Vec::new();
    let params = side.params.as_deref().unwrap_or_default();
    if let ([param], Some(block)) = (params, &side.block) {
        notes.push(format!("{} points to a block of words: {}", param.name, declarations(block)));
    }
    let mut values: BTreeMap<&str, Vec<&Parameter>> = BTreeMap::new();
    for param in params {
        match &param.part {
            Part::Low(of) | Part::High(of) | Part::First(of) | Part::Second(of) => {
                values.entry(of).or_default().push(param);
            }
            Part::Dummy => notes.push(format!("{} is not read", param.name)),
            Part::Whole => {}
        }
    }
    for (value, halves) in values {
        let names: Vec<String> = halves.iter().map(|half| half_name(half)).collect();
        notes.push(format!("{value} is a 64-bit value in two: {}", names.join(", ")));
    }
    notes
}

fn half_name(param: &Parameter) -> String {
    let which = match param.part {
        Part::Low(_) => "low",
        Part::High(_) => "high",
        Part::First(_) => "first in byte order",
        Part::Second(_) => "second",
        Part::Whole | Part::Dummy => return param.name.clone(),
    };
    format!("{} ({which})", param.name)
}

/// The registers of the parameters that do not stand where their place in the prototype says: `pos in r4, r5`.
fn words(side: &Side, call: &CallSpec) -> String {
    let mut next = 0;
    let mut told = Vec::new();
    for param in side.params.iter().flatten() {
        let Some(first) = param.word else { continue };
        if param.words > 1 || first != next {
            let places: Vec<String> = (first..first + param.words).map(|word| place(call, word.into())).collect();
            told.push(format!("{} in {}", param.name, places.join(", ")));
        }
        next = first + param.words;
    }
    told.join("; ")
}

/// The register or the place on the stack of an argument word.
fn place(call: &CallSpec, word: usize) -> String {
    if let Some(register) = call.words.get(word) {
        return register.clone();
    }
    match (&call.stack, u32::try_from(word - call.words.len())) {
        (Some(stack), Ok(above)) if above < stack.count => {
            format!("{}+{}", stack.register, stack.offset + above * (call.word_bits() / 8))
        }
        _ => format!("word {word}"),
    }
}

/// Since when, and until when if it is gone: as exactly as the releases that were read can say.
fn when(union: &Union, row: &UnionRow) -> String {
    let since = union.since(row);
    match &row.went {
        Some(went) => format!("{since}, gone by {}", went.after.kernel()),
        None => since,
    }
}

/// What a side was in older releases, where a reader of the prototype or of the entry would notice.
fn older(name: &str, row: &UnionRow, now: &Side, is_compat: bool) -> Vec<(usize, String)> {
    let side = |older: &Older| if is_compat { older.compat.clone() } else { Some(older.main.clone()) };
    let mut newer = told(name, now, now);
    let mut all = Vec::new();
    for (last, was) in row.older.iter().rev().filter_map(|older| Some((older.last, side(older)?))) {
        let text = told(name, &was, now);
        if text != newer {
            if !text.is_empty() {
                all.push((last, text.clone()));
            }
            newer = text;
        }
    }
    all
}

/// A side in a few words, seen from the side that it is now.
fn told(name: &str, side: &Side, now: &Side) -> String {
    if let Some(missing) = side.missing {
        return reason(missing).to_string();
    }
    let prototype = match &side.params {
        params if *params == now.params => None,
        None => Some(format!("{name}(…)")),
        Some(params) if params.is_empty() => Some(format!("{name}(void)")),
        Some(params) => Some(format!("{name}({})", declarations(params))),
    };
    let entry = side.entry.as_ref().filter(|_| side.entry != now.entry).map(|entry| format!("through {entry}"));
    [prototype, entry].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn reason(missing: Missing) -> &'static str {
    match missing {
        Missing::Ni => "the table says that there is no such call",
        Missing::NoDefinition => "defined nowhere in the kernel",
        Missing::NotOnThisArch => "defined for other architectures only",
        Missing::AlwaysEnosys => "does nothing but to return ENOSYS",
    }
}

/// Lines of one prototype.
struct Group<'a> {
    head: Head,
    blocks: Vec<Block<'a>>,
}

/// Lines of one entry that is defined in one file.
struct Block<'a> {
    lines: Vec<Line<'a>>,
}

/// The prototype that most ABIs have comes first, and its most common entry; what is absent comes last.
fn groups(lines: Vec<Line>) -> Vec<Group> {
    let mut heads: BTreeMap<Head, BTreeMap<_, Vec<Line>>> = BTreeMap::new();
    for line in lines {
        let key = (line.side.entry.as_deref(), line.side.missing, file(line.side));
        heads.entry(line.head.clone()).or_default().entry(key).or_default().push(line);
    }
    let mut groups: Vec<Group> = heads
        .into_iter()
        .map(|(head, blocks)| {
            let mut blocks: Vec<Block> = blocks.into_values().map(|lines| Block { lines }).collect();
            blocks.sort_by_key(|block| std::cmp::Reverse(block.lines.len()));
            Group { head, blocks }
        })
        .collect();
    let rank = |head: &Head| match head {
        Head::Prototype { .. } => 0,
        Head::Unknown => 1,
        Head::Absent => 2,
    };
    groups.sort_by_key(|group| (rank(&group.head), std::cmp::Reverse(group.lines().count())));
    groups
}

/// The columns of a group; one in which no line says anything is left out.
const COLUMNS: [&str; 7] = ["where", "number", "symbol", "event", "since", "words", "built with"];

impl<'a> Group<'a> {
    fn lines(&self) -> impl Iterator<Item = &Line<'a>> {
        self.blocks.iter().flat_map(|block| &block.lines)
    }

    /// `says_config`: the top of the page has told the configuration of every line.
    fn print(&self, union: &Union, says_config: bool, out: &mut dyn Write) -> io::Result<()> {
        self.print_head(union, out)?;
        let cells = |block: &Block<'a>, line: &Line<'a>| block.cells(line, union.releases.len() > 1, says_config);
        let table: Vec<Vec<[String; COLUMNS.len()]>> =
            self.blocks.iter().map(|block| block.lines.iter().map(|line| cells(block, line)).collect()).collect();
        let widths: [usize; COLUMNS.len()] = std::array::from_fn(|column| {
            let widest = table.iter().flatten().map(|line| line[column].chars().count()).max();
            widest.filter(|width| *width > 0).map_or(0, |width| width.max(COLUMNS[column].len()))
        });
        writeln!(out, "    {FAINT}{}{FAINT:#}", aligned(&widths, &COLUMNS))?;
        for (block, lines) in self.blocks.iter().zip(&table) {
            block.print_head(says_config, out)?;
            for line in lines {
                writeln!(out, "    {}", aligned(&widths, line))?;
            }
        }
        Ok(())
    }

    fn print_head(&self, union: &Union, out: &mut dyn Write) -> io::Result<()> {
        match &self.head {
            Head::Prototype { text, notes } => {
                for line in text {
                    writeln!(out, "{STRONG}{line}{STRONG:#}")?;
                }
                for note in notes {
                    wrapped(note, out)?;
                }
            }
            Head::Unknown => writeln!(out, "{STRONG}prototype not known{STRONG:#}")?,
            Head::Absent => writeln!(out, "{ABSENT}a number without a call{ABSENT:#}")?,
        }
        for ((last, text), ways) in self.older() {
            let release = union.releases[last].kernel();
            let could = self.lines().filter(|line| line.first <= last).count();
            let whose = match ways.as_slice() {
                _ if ways.len() == could => String::new(),
                [_, _, _, _, _, ..] => format!(", {} of these", ways.len()),
                _ => format!(" on {}", ways.join(", ")),
            };
            wrapped(&format!("until {release}{whose}: {text}"), out)?;
        }
        Ok(())
    }

    /// What lines were, newest first, and which.
    fn older(&self) -> Vec<((usize, &str), Vec<&str>)> {
        let mut all: BTreeMap<(usize, &str), Vec<&str>> = BTreeMap::new();
        for line in self.lines() {
            for (last, text) in &line.older {
                all.entry((*last, text)).or_default().push(&line.way);
            }
        }
        all.into_iter().rev().collect()
    }
}

/// A remark below a prototype.
fn wrapped(text: &str, out: &mut dyn Write) -> io::Result<()> {
    let options = textwrap::Options::new(WIDTH).initial_indent("  ").subsequent_indent("    ").break_words(false);
    let options = options.word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// The cells of a line below each other's; a column without a width is not shown.
fn aligned(widths: &[usize; COLUMNS.len()], cells: &[impl AsRef<str>; COLUMNS.len()]) -> String {
    let mut text = String::new();
    for (column, (&width, cell)) in widths.iter().zip(cells).enumerate().filter(|(_, (width, _))| **width > 0) {
        let cell = if cell.as_ref().is_empty() { "-" } else { cell.as_ref() };
        match COLUMNS[column] {
            "number" => text.push_str(&format!("{cell:>width$}  ")),
            _ => text.push_str(&format!("{cell:width$}  ")),
        }
    }
    text.trim_end().to_string()
}

impl Block<'_> {
    /// What a line says in each of [`COLUMNS`], nothing where the heading of the block or of the page has said it.
    fn cells(&self, line: &Line, says_since: bool, says_config: bool) -> [String; COLUMNS.len()] {
        let Line { side, .. } = line;
        let is_own = |told: bool, text: String| if told { String::new() } else { text };
        [
            line.way.clone(),
            // A number with a high bit set reads better in hexadecimal.
            if line.number > 0xffff { format!("{:#x}", line.number) } else { line.number.to_string() },
            side.symbol.clone().unwrap_or_default(),
            side.event.as_ref().map_or_else(String::new, |event| format!("sys_enter_{event}")),
            is_own(!says_since, line.since.clone()),
            line.words.clone(),
            is_own(says_config || self.config().is_some() || side.config == Guard::TRUE, side.config.to_string()),
        ]
    }

    /// The place where the lines that are held have their definition, or the file of several places.
    fn origin(&self) -> Option<&str> {
        match common(&speaking(&self.lines), |line| &line.side.origin) {
            Some(origin) => origin.as_deref(),
            None => file(self.lines.first()?.side),
        }
    }

    /// The configuration that all lines that are held need.
    fn config(&self) -> Option<&Guard> {
        common(&speaking(&self.lines), |line| &line.side.config)
    }

    fn print_head(&self, says_config: bool, out: &mut dyn Write) -> io::Result<()> {
        let Some(Line { side, .. }) = self.lines.first() else { return Ok(()) };
        let entry = side.entry.as_deref().unwrap_or(if side.is_told() { "no entry" } else { "entry not known" });
        write!(out, "  {ENTRY}{entry}{ENTRY:#}")?;
        if let Some(missing) = side.missing {
            write!(out, ": {}", reason(missing))?;
        } else if let Some(origin) = self.origin() {
            write!(out, " in {origin}")?;
        }
        match self.config() {
            Some(config) if !says_config && *config != Guard::TRUE => writeln!(out, ", built with {config}"),
            _ => writeln!(out),
        }
    }
}

/// The file of a definition, without the line.
fn file(side: &Side) -> Option<&str> {
    side.origin.as_deref().map(|origin| origin.split_once(':').map_or(origin, |(file, _)| file))
}

/// What all lines say, if they agree.
fn common<'a, T: PartialEq>(lines: &[&'a Line<'a>], says: impl Fn(&'a Line<'a>) -> &'a T) -> Option<&'a T> {
    let first = says(lines.first()?);
    lines.iter().all(|line| says(line) == first).then_some(first)
}

/// The lines of the newest release, or all where it has none: where things are defined moves from release to release.
fn speaking<'a>(lines: impl IntoIterator<Item = &'a Line<'a>>) -> Vec<&'a Line<'a>> {
    let (held, gone): (Vec<&Line>, Vec<&Line>) = lines.into_iter().partition(|line| line.is_held);
    if held.is_empty() { gone } else { held }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Between, Scalar, Syscall};
    use crate::resolve::UnionAbi;

    fn side(entry: &str, params: &[(&str, &str, Part)]) -> Side {
        let params = params.iter().enumerate().map(|(index, (ty, name, part))| Parameter {
            name: name.to_string(),
            ty: ty.to_string(),
            scalar: Scalar::Unsigned(32),
            bits: 32,
            word: Some(index as u8),
            words: 1,
            kind: None,
            part: part.clone(),
        });
        let mut side = Side::new("x", Some(entry.to_string()));
        side.params = Some(params.collect());
        side.symbol = side.entry.clone();
        side
    }

    fn row(number: u32, main: Side, compat: Option<Side>) -> UnionRow {
        let name = "seek".to_string();
        let syscall =
            Syscall { number, kernel_number: number, name, aliases: Vec::new(), main, compat, row: String::new() };
        UnionRow { syscall, first: 0, last: 1, older: Vec::new(), came: None, went: None }
    }

    fn between(before: &str, after: &str) -> Between {
        Between { before: before.parse().unwrap(), after: after.parse().unwrap() }
    }

    #[test]
    fn a_page_has_a_group_for_each_prototype_and_a_block_for_each_entry() {
        let whole = [("int", "fd", Part::Whole), ("struct where __user *", "at", Part::Whole)];
        let mut main = side("sys_seek", &whole);
        main.origin = Some("fs/seek.c:12".to_string());
        main.event = Some("seek".to_string());
        let mut older = main.clone();
        older.params = side("sys_seek", &whole[..1]).params;
        let mut a = row(7, main.clone(), None);
        a.older.push(Older { last: 0, main: older, compat: None });
        let mut b = row(0x4000_0007, side("other_seek", &whole), None);
        b.syscall.main.config = Guard::symbol("CONFIG_SEEK");
        b.first = 1;
        b.came = Some(between("6.1.9", "6.12.3"));
        let halves = [
            ("int", "fd", Part::Whole),
            ("u32", "lo", Part::Low("at".to_string())),
            ("u32", "hi", Part::High("at".to_string())),
            ("u32", "pad", Part::Dummy),
        ];
        main.event = None;
        let c = row(8, main, Some(side("compat_seek", &halves)));
        let mut gone = row(9, Side::new("x", None), None);
        gone.syscall.main.missing = Some(Missing::Ni);
        gone.last = 0;
        gone.went = Some(between("6.1.9", "6.12.3"));
        let abis = [("a", a), ("b", b), ("c", c), ("d", gone)];
        let releases = ["6.1.9", "6.12.3"].map(|version| version.parse().unwrap()).to_vec();
        let held = abis.iter().map(|(name, row)| UnionAbi { name: name.to_string(), rows: vec![row.clone()] });
        let union = Union { releases, abis: held.collect() };
        let found: Vec<(&str, &UnionRow)> = abis.iter().map(|(name, row)| (*name, row)).collect();
        let none = Abis {
            meta_names: Vec::new(),
            ignored: Vec::new(),
            layouts: Vec::new(),
            records: Vec::new(),
            abis: Vec::new(),
        };
        let mut out = Vec::new();
        page("seek", &union, &none, &found, &mut out).unwrap();
        let printed = anstream::adapter::strip_str(std::str::from_utf8(&out).unwrap()).to_string();
        let expected = "\
seek: on 4 of 4 ABIs, up to Linux 6.12.3

long seek(int fd, struct where __user *at)
  until 6.1 on a: seek(int fd)
    where      number  symbol      event           since
  sys_seek in fs/seek.c:12
    a               7  sys_seek    sys_enter_seek  ≤ 6.1
    c               8  sys_seek    -               ≤ 6.1
  other_seek, built with CONFIG_SEEK
    b      0x40000007  other_seek  -               6.1 < … ≤ 6.12

long seek(int fd, u32 lo, u32 hi, u32 pad)
  pad is not read
  at is a 64-bit value in two: lo (low), hi (high)
    where     number  symbol       since
  compat_seek
    c.compat       8  compat_seek  ≤ 6.1

a number without a call
    where  number  since
  no entry: the table says that there is no such call
    d           9  ≤ 6.1, gone by 6.12
";
        assert!(printed == expected, "{printed}");
    }

    #[test]
    fn prototypes_are_c_and_go_on_in_the_next_line() {
        let params = |list: &[(&str, &str)]| {
            let list: Vec<_> = list.iter().map(|(ty, name)| (*ty, *name, Part::Whole)).collect();
            side("sys_x", &list).params.unwrap()
        };
        assert_eq!(prototype("x", &[]), ["long x(void)"]);
        assert_eq!(prototype("x", &params(&[("void (*)(int)", "f")])), ["long x(void (*f)(int))"]);
        let long = params(&[("struct something_with_a_name __user * __user *", "first"); 3]);
        let text = prototype("a_call", &long);
        assert_eq!(text.len(), 3);
        assert_eq!(text[1], "            struct something_with_a_name __user * __user *first,");
        assert!(text[2].ends_with("*first)"));
    }
}
