//! The symbols of a kernel: `/proc/kallsyms`, or `System.map`.

use rustc_hash::FxHashMap;

use super::text::{Form, empty, lines};
use crate::diagnostic::{Diagnostic, Label, Result, Sink};

/// The symbols of a kernel that can have to do with calls.
#[derive(Clone, Debug, Default)]
pub struct Kallsyms {
    /// By name, as the file has it. A name can be there several times.
    symbols: FxHashMap<String, Vec<Symbol>>,
    /// How many symbols the file has.
    count: usize,
    /// All addresses are zero: it was read by somebody to whom the kernel does not show them.
    is_zeroed: bool,
    /// Some address takes more than 32 bits.
    is_wide: bool,
    /// Data has symbols, too: the kernel has `CONFIG_KALLSYMS_ALL`, or this is its whole map. The objects of events and the
    /// table of calls tell.
    has_data: bool,
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Where it is; 0 where the kernel does not show that.
    pub address: u64,
    /// The letter of its kind, as nm(1) has them: `T` code, `t` code of one file, `W` weak, `D` data.
    pub kind: u8,
    /// It is of a module.
    pub is_of_module: bool,
}

impl Symbol {
    /// Another definition would have taken its place: `COND_SYSCALL` makes such stubs.
    pub fn is_weak(self) -> bool {
        matches!(self.kind, b'w' | b'W' | b'v' | b'V')
    }

    /// It is no code: on a kernel with function descriptors, one of these.
    pub fn is_data(self) -> bool {
        matches!(self.kind.to_ascii_lowercase(), b'd' | b'r' | b'b' | b'g' | b's')
    }
}

const FORM: Form = Form {
    code: "not-kallsyms",
    line: "symbol: an address, the letter of a kind, a name",
    from: "such lists are /proc/kallsyms and the System.map of a build, also as a gzip",
};

/// Before the name of a call in the object of its event, which only lists with data have.
pub(super) const EVENT: &str = "event_enter__";

/// Reads a list of symbols. Kept are those with `sys` in their name, objects of events, and those that `is_wanted` names.
pub fn kallsyms(path: &str, bytes: &[u8], is_wanted: &dyn Fn(&str) -> bool, sink: &Sink) -> Result<Kallsyms> {
    let mut all = Kallsyms { is_zeroed: true, ..Kallsyms::default() };
    let sys = memchr::memmem::Finder::new("sys");
    lines(&FORM, path, bytes, sink, |line| {
        let Some((symbol, name)) = parse(line) else { return false };
        all.count += 1;
        all.is_zeroed &= symbol.address == 0;
        all.is_wide |= symbol.address > u64::from(u32::MAX);
        // Some data is there in any case, between code.
        all.has_data |= name.starts_with(EVENT) || (name == "sys_call_table" && symbol.is_data());
        if sys.find(name.as_bytes()).is_some() || name.starts_with(EVENT) || is_wanted(name) {
            all.symbols.entry(name.to_string()).or_default().push(symbol);
        }
        true
    })?;
    if all.count == 0 {
        return Err(empty(&FORM, path));
    }
    if all.symbols.is_empty() {
        sink.push(
            Diagnostic::warning("no-calls", "no symbol of this list is that of a call")
                .at(Label::file(path))
                .help("is it the map of the kernel, and not of a program or a module?"),
        );
    }
    Ok(all)
}

/// `ffffffff81000000 T sys_read`, with `[module]` behind a tab where it is of one.
fn parse(line: &str) -> Option<(Symbol, &str)> {
    let mut words = line.split_ascii_whitespace();
    let (address, kind, name) = (words.next()?, words.next()?, words.next()?);
    let module = words.next();
    let address = u64::from_str_radix(address, 16).ok()?;
    let &[kind] = kind.as_bytes() else { return None };
    let is_of_module = module.is_some_and(|module| module.starts_with('[') && module.ends_with(']'));
    let is_symbol = (kind.is_ascii_alphabetic() || kind == b'?') && (module.is_none() || is_of_module);
    (is_symbol && words.next().is_none()).then_some((Symbol { address, kind, is_of_module }, name))
}

impl Kallsyms {
    /// The symbols of a name, those of modules left out.
    pub fn get(&self, name: &str) -> impl Iterator<Item = Symbol> + '_ {
        self.symbols.get(name).into_iter().flatten().copied().filter(|symbol| !symbol.is_of_module)
    }

    /// Whether the kernel itself has one of that name.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).next().is_some()
    }

    /// The names that were kept and that the kernel itself has, in no order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let own = |symbols: &[Symbol]| symbols.iter().any(|symbol| !symbol.is_of_module);
        self.symbols.iter().filter(move |(_, symbols)| own(symbols)).map(|(name, _)| name.as_str())
    }

    /// How many symbols the file has.
    pub fn count(&self) -> usize {
        self.count
    }

    /// All addresses are zero.
    pub fn is_zeroed(&self) -> bool {
        self.is_zeroed
    }

    /// Whether addresses take more than 32 bits, as those of a 64-bit kernel do. None where they are not shown.
    pub fn is_wide(&self) -> Option<bool> {
        (!self.is_zeroed).then_some(self.is_wide)
    }

    /// Data has symbols, too.
    pub fn has_data(&self) -> bool {
        self.has_data
    }

    /// Whether functions have descriptors: code under dotted names, as 64-bit PowerPC's ELF ABI version 1 has it.
    pub fn has_descriptors(&self) -> bool {
        let is_code = |symbol: &Symbol| matches!(symbol.kind, b't' | b'T' | b'w' | b'W');
        self.symbols.iter().any(|(name, symbols)| name.starts_with(".sys_") && symbols.iter().any(is_code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> (Result<Kallsyms>, Vec<Diagnostic>) {
        let sink = Sink::new();
        let read = kallsyms("map", text, &|name| name == "alpha_clone", &sink);
        (read, sink.take())
    }

    #[test]
    fn symbols_of_the_kernel_and_of_modules() {
        let text = b"ffffffff81000000 T __x64_sys_read\r\n0000000000000010 W sys_bpf\n1 t alpha_clone\n1 t other\n\
                     c0000000 t sys_x\t[module]\n2 D sys_call_table\n";
        let (all, said) = read(text);
        let all = all.unwrap();
        assert_eq!((all.count(), said.len(), all.is_zeroed(), all.has_data()), (6, 0, false, true));
        assert_eq!(all.get("__x64_sys_read").next().map(|symbol| symbol.kind), Some(b'T'));
        assert_eq!(all.is_wide(), Some(true));
        assert!(all.get("sys_bpf").all(Symbol::is_weak) && all.get("sys_call_table").all(Symbol::is_data));
        assert!(all.has("alpha_clone") && !all.has("other") && !all.has("sys_x") && !all.has_descriptors());
    }

    #[test]
    fn what_is_no_list_of_symbols_is_told_with_its_place() {
        let cases: [&[u8]; 7] = [
            b"0 T sys_read\nhello\n",
            b"0 T\n",
            b"zz T sys_read\n",
            b"0 TT sys_read\n",
            b"0 T sys_read more\n",
            b"\x7fELF\x02\x01\x01\0\0\n",
            b"0 T sys_\xff\n",
        ];
        for text in cases {
            let (read, _) = read(text);
            let error = read.unwrap_err();
            assert_eq!(error.code, "not-kallsyms", "{text:?}");
            assert!(error.labels[0].line > 0 && error.help.is_some());
        }
        for text in [&b""[..], b"\n\r\n"] {
            assert_eq!(read(text).0.unwrap_err().code, "not-kallsyms");
        }
    }

    #[test]
    fn a_file_that_was_cut_off_is_told() {
        for text in [&b"0 T sys_read\n0 T sys_wri"[..], b"0 T sys_read\n0 "] {
            let (all, said) = read(text);
            assert!(all.unwrap().has("sys_read"));
            assert_eq!((said.len(), said[0].code, said[0].labels[0].line), (1, "cut-off", 2));
        }
        assert_eq!(read(b"0 T other\n").1[0].code, "no-calls");
        assert!(!read(b"1 D some_data\n2 T sys_read\n").0.unwrap().has_data());
    }
}
