//! The constants that are listed of a header, held against what a compiler has of it, in both directions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::asserted::Checks;
use super::headers::{COMPANY, Run};

/// A constant as `constants --qualified` prints it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Listed {
    /// With parameters where it has some: `EVIOCGNAME(len)`.
    pub name: String,
    /// Its value.
    pub value: i128,
    /// C's name of its type.
    pub ty: String,
}

/// What came out of a header, or of many.
#[derive(Clone, Default)]
pub struct Figures {
    /// Constants that agree.
    pub agree: usize,
    /// Requests with parameters among them.
    pub families: usize,
    /// What an ABI's own compiler would have to say, for it depends on layouts.
    pub left_out: usize,
    /// What the ledger of open ones has and the compiler can evaluate.
    pub open: usize,
    /// What differs, a line each.
    pub differences: Vec<String>,
}

impl Figures {
    /// Takes in what came out of another.
    pub fn add(&mut self, other: Figures) {
        self.agree += other.agree;
        self.families += other.families;
        self.left_out += other.left_out;
        self.open += other.open;
        self.differences.extend(other.differences);
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Figures { agree, families, left_out, open, differences } = self;
        write!(f, "{agree} constants agree, {families} of them requests with parameters, ")?;
        write!(f, "{left_out} left out, {open} open, {} differ", differences.len())
    }
}

/// Compares what is listed of a header with what the compiler has of it. `open` are the names that are known to be unknown.
pub fn compare_constants(
    checks: &Checks<'_>,
    run: &Run,
    listed: &[Listed],
    open: &BTreeSet<&str>,
    homes: &Homes<'_>,
) -> Figures {
    let mut figures = Figures::default();
    let mut lines: Vec<String> = listed.iter().map(|one| assertion(&call(&one.name, "0"), one)).collect();

    // What the compiler may have beside them.
    let bare: BTreeSet<&str> = listed.iter().map(|one| one.name.split('(').next().unwrap_or_default()).collect();
    let objects = run.objects.iter().filter(|(_, body)| is_expression(body)).map(|(name, _)| name.as_str());
    let more = objects.map(|name| More { name: name.to_string(), expression: name.to_string(), from: String::new() });
    // Behind an initializer that is an error a compiler goes on counting.
    let enumerators = run.enumerators.iter();
    let more = more.chain(enumerators.map(|(name, from)| More {
        name: name.clone(),
        expression: name.clone(),
        from: from.clone(),
    }));
    let mut more: Vec<More> = more.filter(|one| !bare.contains(one.name.as_str())).collect();
    let families = run.functions.iter().filter(|(name, (parameters, body))| {
        makes_request(run, body, 6)
            && !name.starts_with("_IO")
            && !bare.contains(name.as_str())
            && !parameters.iter().any(|one| one.contains("..."))
    });
    // A macro that takes a type makes requests, and is none.
    let mut takes_type: Vec<(usize, String)> = Vec::new();
    for (name, (parameters, _)) in families {
        for place in 0..parameters.len() {
            let arguments: Vec<&str> = (0..parameters.len()).map(|at| if at == place { "int" } else { "0" }).collect();
            takes_type.push((more.len(), is_integer(&format!("{name}({})", arguments.join(", ")))));
        }
        let name = format!("{name}({})", parameters.join(", "));
        more.push(More { expression: call(&name, "0"), name, from: String::new() });
    }
    let (first_more, first_type) = (lines.len(), lines.len() + more.len());
    lines.extend(more.iter().map(More::check));
    lines.extend(takes_type.iter().map(|(_, line)| line.clone()));

    let refused = checks.refused(&lines);
    let makers: BTreeSet<usize> = takes_type
        .iter()
        .enumerate()
        .filter(|(at, _)| !refused.contains_key(&(first_type + at)))
        .map(|(_, (which, _))| *which)
        .collect();
    let wrong: Vec<&Listed> =
        listed.iter().enumerate().filter(|(at, _)| refused.contains_key(at)).map(|(_, one)| one).collect();
    let (wrong, company) = in_company(checks, wrong, homes);
    let missed: Vec<&More> = more
        .iter()
        .enumerate()
        .filter(|(at, _)| !refused.contains_key(&(first_more + at)) && !makers.contains(at))
        .map(|(_, one)| one)
        .collect();
    for one in listed.iter().filter(|one| !wrong.contains(one)) {
        figures.agree += 1;
        figures.families += usize::from(one.name.contains('('));
    }
    let header = checks.header;
    let expressions: Vec<String> = wrong.iter().map(|one| call(&one.name, "0")).collect();
    let depends = sizes(checks, run, &expressions);
    let values = company.values(&expressions.iter().map(String::as_str).collect::<Vec<_>>());
    for ((one, value), depends) in wrong.iter().zip(values).zip(depends) {
        let Listed { name, value: ours, ty } = one;
        match value {
            _ if depends => figures.left_out += 1,
            Some(value) => figures
                .differences
                .push(format!("{header}: {name}: listed {ours} of type {ty}, the compiler has {value}")),
            None => figures
                .differences
                .push(format!("{header}: {name}: listed {ours} of type {ty}, the compiler has no such constant")),
        }
    }
    let expressions: Vec<String> = missed.iter().map(|one| one.expression.clone()).collect();
    let values = checks.values(&expressions.iter().map(String::as_str).collect::<Vec<_>>());
    for (one, value) in missed.iter().zip(values) {
        // The compiler folds it, and it is no constant for C.
        let Some(value) = value else { continue };
        let name = &one.name;
        if open.contains(name.as_str()) || open.contains("*") {
            figures.open += 1;
            continue;
        }
        figures.differences.push(format!("{header}: {name}: not listed, the compiler has {value}"));
    }
    figures
}

/// The headers that have the body of a tag, `struct termios2`, or the macro of a name.
pub struct Homes<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Homes<'a> {
    /// Out of runs of headers; one of several homes is as good as another, and `linux/` is there before `asm/`.
    pub fn new(runs: impl Iterator<Item = (&'a str, &'a Run)>) -> Self {
        let mut homes = BTreeMap::new();
        for (header, run) in runs {
            for name in
                run.tags.iter().chain(run.objects.keys()).chain(run.functions.keys()).chain(run.enumerators.keys())
            {
                let home = homes.entry(name.as_str()).or_insert(header);
                if !home.starts_with("linux/") && header.starts_with("linux/") && !run.tags.contains(name) {
                    *home = header;
                }
            }
        }
        Homes(homes)
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.0.get(name).copied()
    }
}

/// Which of these a program has not either that includes what the header leaves to it: types of the C library, and the
/// headers that have the structures that the compiler misses; with these headers.
fn in_company<'a, 'l>(checks: &Checks<'a>, wrong: Vec<&'l Listed>, homes: &Homes<'a>) -> (Vec<&'l Listed>, Checks<'a>) {
    let mut company = Checks { company: vec![COMPANY], undefined: Vec::new(), ..*checks };
    let mut left = wrong;
    for _ in 0..4 {
        if left.is_empty() {
            break;
        }
        let lines: Vec<String> = left.iter().map(|one| assertion(&call(&one.name, "0"), one)).collect();
        let refused = company.refused(&lines);
        left = left.iter().enumerate().filter(|(at, _)| refused.contains_key(at)).map(|(_, one)| *one).collect();
        // What is missing stands in quotes.
        let missing: BTreeSet<&str> = refused.values().flat_map(|said| said.split('\'')).collect();
        let more = missing.iter().filter_map(|name| homes.get(name)).filter(|home| *home != checks.header);
        let more: BTreeSet<&str> = more.collect();
        let before = company.company.len();
        for home in more {
            if !company.company.contains(&home) {
                company.company.insert(1, home);
            }
        }
        if company.company.len() == before {
            break;
        }
    }
    (left, company)
}

/// Something that may be a constant.
struct More {
    name: String,
    expression: String,
    /// Of an enumerator, what its value counts from.
    from: String,
}

impl More {
    fn check(&self) -> String {
        let from = if self.from.is_empty() { String::new() } else { is_integer(&self.from) };
        format!("{}{from}", is_integer(&self.expression))
    }
}

/// Whether the text of a macro calls one that puts requests together.
fn makes_request(run: &Run, body: &str, deepest: usize) -> bool {
    let words = body.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.into_iter().any(|word| {
        matches!(word, "_IOC" | "_IO" | "_IOR" | "_IOW" | "_IOWR" | "_IOR_BAD" | "_IOW_BAD" | "_IOWR_BAD")
            || deepest > 0 && run.functions.get(word).is_some_and(|(_, inner)| makes_request(run, inner, deepest - 1))
    })
}

/// `EVIOCGNAME(0)` of `EVIOCGNAME(len)`; a name without parameters as it is.
fn call(name: &str, argument: &str) -> String {
    let Some((bare, parameters)) = name.split_once('(') else { return name.to_string() };
    let parameters = parameters.trim_end_matches(')');
    let count = if parameters.trim().is_empty() { 0 } else { parameters.split(',').count() };
    format!("{bare}({})", vec![argument; count].join(", "))
}

/// That a constant has value, sign and type.
fn assertion(expression: &str, listed: &Listed) -> String {
    let bits = listed.value as u64;
    let sign = if listed.value < 0 { "((E) < 0)" } else { "!((E) < 0)" };
    let text = format!(
        "_Static_assert((unsigned long long)(E) == {bits}ULL && {sign} && __builtin_types_compatible_p(__typeof__(E), {}), \"\");",
        listed.ty
    );
    text.replace("(E)", &format!("({expression})"))
}

/// That it is an integer constant at all.
fn is_integer(expression: &str) -> String {
    let types = "_Bool: 1, char: 1, signed char: 1, unsigned char: 1, short: 1, unsigned short: 1, int: 1, unsigned int: 1, \
        long: 1, unsigned long: 1, long long: 1, unsigned long long: 1, default: 0";
    format!("_Static_assert(_Generic(({expression}), {types}) && (({expression}) == 0 || 1), \"\");")
}

/// Whether the text of a macro can be an expression, so that it does no harm to the checks that follow.
fn is_expression(body: &str) -> bool {
    let mut depth = 0_i32;
    for c in body.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            '{' | '}' | ';' | '#' => return false,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

/// Which of these depend on `sizeof` where the compiler is not the one to ask for it.
fn sizes(checks: &Checks<'_>, run: &Run, expressions: &[String]) -> Vec<bool> {
    if checks.compiler.has_sizes || expressions.is_empty() {
        return vec![false; expressions.len()];
    }
    let bodies: BTreeMap<&str, &str> = run
        .objects
        .iter()
        .map(|(name, body)| (name.as_str(), body.as_str()))
        .chain(run.functions.iter().map(|(name, (_, body))| (name.as_str(), body.as_str())))
        .collect();
    let mut all = Vec::new();
    for expression in expressions {
        // Requests are made of sizes by macros of another header.
        let mut seen = BTreeSet::new();
        let mut open: Vec<&str> = vec![expression.split('(').next().unwrap_or_default()];
        let mut depends = false;
        while let Some(name) = open.pop() {
            if !seen.insert(name) {
                continue;
            }
            depends |= name == "sizeof" || (name.starts_with("_IO") && name != "_IO");
            if let Some(body) = bodies.get(name) {
                open.extend(body.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty()));
            }
        }
        all.push(depends);
    }
    all
}
