//! Lines in, lines out: each call in its place in the text and each symbol's behind it, or a line of JSON for it.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};

use serde::Serialize;
use syscall_meta::{Abi, ByteOrder, Decoded, Decoder, Passed, Scratch, Style, sets};

use crate::audit;
use crate::events;
use crate::record::{Piece, Prefix, Record, Source};
use crate::scan::unhex;
use crate::symbols::{Named, Symbols};
use crate::tasks::Tasks;

/// A longer line is none of those that are known, and passes in pieces. Audit's are up to 9 KiB.
const LONGEST: u64 = 64 * 1024;

/// How calls are read and shown.
#[derive(Clone, Copy)]
pub(crate) struct Manner {
    /// The ABI of events that do not say it.
    pub(crate) abi: Abi,
    /// The byte order of the machine, where a line does not say it.
    pub(crate) order: Option<ByteOrder>,
    pub(crate) style: Style,
    pub(crate) is_json: bool,
    /// With JSON, lines that are not known are told as well.
    pub(crate) keeps: bool,
}

/// Where lines go.
pub(crate) struct Lines<W: Write> {
    manner: Manner,
    out: BufWriter<W>,
    text: String,
    json: Vec<u8>,
    symbols: Symbols,
    /// ABIs that were met and are not built in.
    lacking: Vec<Abi>,
}

/// What was found in a line.
enum Found<'l> {
    Call(Record<'l>),
    Symbol(Named<'l>),
    Nothing,
}

/// Which of the two ends of a line's way failed.
pub(crate) enum Failed {
    Reading(io::Error),
    Writing(io::Error),
}

impl<W: Write> Lines<W> {
    pub(crate) fn new(manner: Manner, out: W) -> Lines<W> {
        let out = BufWriter::with_capacity(1 << 16, out);
        Lines {
            manner,
            out,
            text: String::new(),
            json: Vec::new(),
            symbols: Symbols::new(manner.abi),
            lacking: Vec::new(),
        }
    }

    /// All lines of an input. Whatever is known of them is written before it is waited for more.
    ///
    /// # Errors
    /// Those of the input and of the output.
    pub(crate) fn annotate(&mut self, input: impl Read) -> Result<(), Failed> {
        let mut input = BufReader::with_capacity(1 << 16, input);
        let mut tasks = Tasks::new();
        let mut line = Vec::new();
        let mut goes_on = false;
        loop {
            if !input.buffer().contains(&b'\n') {
                self.out.flush().map_err(Failed::Writing)?;
            }
            line.clear();
            if let Err(error) = input.by_ref().take(LONGEST).read_until(b'\n', &mut line) {
                self.out.write_all(&line).and_then(|()| self.out.flush()).map_err(Failed::Writing)?;
                return Err(Failed::Reading(error));
            }
            if line.is_empty() {
                return self.out.flush().map_err(Failed::Writing);
            }
            let is_piece = goes_on || line.len() as u64 == LONGEST && !line.ends_with(b"\n");
            goes_on = is_piece && !line.ends_with(b"\n");
            let found = if is_piece { Found::Nothing } else { self.read(&line, &mut tasks) };
            let put = match found {
                Found::Call(record) => self.put(&line, &record),
                Found::Symbol(named) => self.put_symbol(&line, &named),
                Found::Nothing => self.put_unknown(&line),
            };
            put.map_err(Failed::Writing)?;
        }
    }

    fn read<'l>(&mut self, line: &'l [u8], tasks: &mut Tasks) -> Found<'l> {
        let Manner { abi, .. } = self.manner;
        let Some(record) = events::read(line, abi, tasks).or_else(|| audit::read(line, Some(abi))) else {
            return self.symbols.read(line).map_or(Found::Nothing, Found::Symbol);
        };
        let abi = record.call.abi();
        if abi.table().is_some() {
            return Found::Call(record);
        }
        if !self.lacking.contains(&abi) {
            self.lacking.push(abi);
            eprintln!("annotate: calls of {abi} stay as they are: build with the feature `{abi}` or `all-abis`");
        }
        Found::Nothing
    }

    fn put_unknown(&mut self, line: &[u8]) -> io::Result<()> {
        match self.manner {
            Manner { is_json: false, .. } => self.out.write_all(line),
            Manner { keeps: true, .. } => {
                self.begin();
                self.tell("line", &lossy(line.trim_ascii_end()))?;
                self.end()
            }
            _ => Ok(()),
        }
    }

    fn put_symbol(&mut self, line: &[u8], named: &Named<'_>) -> io::Result<()> {
        if !self.manner.is_json {
            let (text, end) = line.split_at(Named::at(line));
            self.text.clear();
            named.show(line, &mut self.text);
            self.out.write_all(text)?;
            self.out.write_all(self.text.as_bytes())?;
            return self.out.write_all(end);
        }
        let (abi, number) = named.meant.call.unzip();
        self.begin();
        self.tell("abi", &abi.map(Abi::name))?;
        self.tell("number", &number)?;
        self.tell("syscall", named.meant.name)?;
        self.tell("event", "symbol")?;
        self.tell("symbol", named.word)?;
        let takes = named.meant.passed.map(|passed| match passed {
            Passed::Registers => "registers".to_string(),
            Passed::RegistersIf(config) => format!("registers if {config}"),
            Passed::Longs => "longs".to_string(),
            _ => "arguments".to_string(),
        });
        self.tell("takes", &takes)?;
        self.tell_prefix(&named.prefix(line))?;
        self.end()
    }

    fn put(&mut self, line: &[u8], record: &Record<'_>) -> io::Result<()> {
        let decoder = match record.order.or(self.manner.order) {
            Some(order) => Decoder::new().with_byte_order(order),
            None => Decoder::new(),
        };
        // There is no memory, so nothing to keep of it.
        let mut scratch = Scratch::new(&mut []);
        let entered = decoder.enter(&record.call, &(), &mut scratch);
        let call = match record.outcome {
            Some(outcome) => entered.exit(outcome, &(), &mut scratch),
            None => entered.unfinished(),
        };
        match self.manner.is_json {
            true => self.put_json(line, record, &call),
            false => self.put_text(line, record, &call),
        }
    }

    fn put_text(&mut self, line: &[u8], record: &Record<'_>, call: &Decoded<'_>) -> io::Result<()> {
        let mut from = 0;
        for (place, piece) in record.edits.iter().flatten() {
            self.out.write_all(&line[from..place.start])?;
            from = place.end;
            self.text.clear();
            piece.show(call, self.manner.style, &mut self.text);
            self.out.write_all(self.text.as_bytes())?;
        }
        self.out.write_all(&line[from..])
    }

    /// The call as the library tells it, and behind that what else the line says.
    fn put_json(&mut self, line: &[u8], record: &Record<'_>, call: &Decoded<'_>) -> io::Result<()> {
        self.json.clear();
        serde_json::to_writer(&mut self.json, call)?;
        // Its closing bracket.
        self.json.pop();
        match &record.source {
            Source::Enter(prefix) => {
                self.tell("event", "sys_enter")?;
                self.tell_prefix(prefix)?;
            }
            Source::Exit(prefix) => {
                self.tell("event", "sys_exit")?;
                self.tell_prefix(prefix)?;
            }
            Source::Audit => {
                self.tell("event", "audit")?;
                self.tell_audit(line)?;
            }
            Source::Seccomp { code } => {
                self.tell("event", "seccomp")?;
                self.tell("action", &action(call.raw().abi(), *code))?;
                self.tell_audit(line)?;
            }
        }
        self.end()
    }

    fn tell_prefix(&mut self, prefix: &Prefix<'_>) -> io::Result<()> {
        self.tell("task", &prefix.task.map(lossy))?;
        self.tell("pid", &prefix.pid)?;
        self.tell("cpu", &prefix.cpu)?;
        self.tell("time", &prefix.time.map(lossy))
    }

    fn tell_audit(&mut self, line: &[u8]) -> io::Result<()> {
        let comm = audit::field(line, b" comm=").map(|comm| match comm {
            [b'"', name @ .., b'"'] => lossy(name),
            _ => lossy(&unhex(comm).unwrap_or_else(|| comm.to_vec())),
        });
        let pid = audit::field(line, b" pid=").and_then(|pid| lossy(pid).parse::<u32>().ok());
        let (time, serial) = audit::stamp(line).unzip();
        self.tell("task", &comm)?;
        self.tell("pid", &pid)?;
        self.tell("time", &time.map(lossy))?;
        self.tell("serial", &serial)?;
        self.tell("arch", &audit::field(line, b" arch=").map(lossy))
    }

    fn begin(&mut self) {
        self.json.clear();
        self.json.push(b'{');
    }

    /// A member of the object that is being written.
    fn tell<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> io::Result<()> {
        let comma = if self.json.ends_with(b"{") { "" } else { "," };
        write!(self.json, "{comma}\"{name}\":")?;
        Ok(serde_json::to_writer(&mut self.json, value)?)
    }

    fn end(&mut self) -> io::Result<()> {
        self.json.extend(b"}\n");
        self.out.write_all(&self.json)
    }
}

impl Piece {
    /// Writes it; a text takes all.
    fn show(self, call: &Decoded<'_>, style: Style, text: &mut String) {
        let abi = call.raw().abi();
        let _ = match self {
            Piece::Abi => write!(text, "{abi}"),
            Piece::Name => match call.name() {
                Some(name) => write!(text, "{name}"),
                None => write!(text, "syscall_{:#x}", call.raw().kernel_number()),
            },
            Piece::Call => call.show_call(style, text),
            Piece::Returned => call.show(style, text),
            Piece::Result => call.show_result(text),
            Piece::Action(code) => write!(text, "{}", action(abi, code)),
            Piece::Nothing => Ok(()),
        };
    }
}

/// What a filter returned: the action, and its data where there are such.
fn action(abi: Abi, code: u32) -> String {
    sets::SECCOMP_ACTIONS.names(abi, code.into()).to_string()
}

/// Text, with what is no UTF-8 replaced.
fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}
