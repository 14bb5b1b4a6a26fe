//! Events as lines of text, in strace's manner, or of JSON.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Map, Value as Json, json};
use syscall_meta::{Abi, Decoded, Decoder, Outcome, RawCall, Region, Scratch, Style, sets};

use crate::options::Options;
use crate::sys;
use crate::tracer::Event;

/// Where lines go, and how they look.
pub(crate) struct Lines {
    out: Output,
    style: Style,
    column: usize,
    is_json: bool,
    /// Each line bears the id of its thread.
    always_pid: bool,
    /// More than one thread was seen.
    many: bool,
    /// What was told of calls that go on.
    begun: HashMap<i32, String>,
    text: String,
}

enum Output {
    /// A line at once.
    Terminal(io::Stderr),
    /// With a buffer, which is emptied every now and then.
    File(PathBuf, BufWriter<File>),
}

/// How long a line may stay in the buffer, so that what waits for a quiet program can be read.
const DELAY: Duration = Duration::from_millis(200);

impl Lines {
    /// Lines for a file, or for standard error.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub(crate) fn new(options: &Options) -> io::Result<Lines> {
        let out = match &options.output {
            None => Output::Terminal(io::stderr()),
            Some(path) => {
                let file = File::create(path).map_err(|error| of_file(path, &error))?;
                Output::File(path.clone(), BufWriter::with_capacity(1 << 16, file))
            }
        };
        let always_pid = options.output.is_some() && options.follow;
        let style = if options.verbose { Style::new().verbose() } else { Style::new() };
        let (column, is_json) = (options.column, options.json);
        let (begun, text) = (HashMap::new(), String::new());
        Ok(Lines { out, style, column, is_json, always_pid, many: false, begun, text })
    }

    /// Tells an event.
    ///
    /// # Errors
    /// Those of the file.
    pub(crate) fn tell(&mut self, pid: i32, event: Event<'_>) -> io::Result<()> {
        if let Event::Woken = event {
            return self.flush();
        }
        if self.is_json {
            return self.tell_json(pid, event);
        }
        self.text.clear();
        if self.always_pid {
            let _ = write!(self.text, "{pid:<5} ");
        } else if self.many {
            let _ = write!(self.text, "[pid {pid:>5}] ");
        }
        match event {
            Event::Returned { call, resumed, frame, .. } => self.whole(pid, call, resumed, frame),
            Event::Unfinished { call, resumed } => self.whole(pid, call, resumed, None),
            Event::Suspended(call) => {
                let begun = beginning(call, self.style);
                let _ = write!(self.text, "{begun} <unfinished ...>");
                self.begun.insert(pid, begun);
            }
            Event::Signal(signal, info) => {
                let _ = write!(self.text, "--- {} {} ---", signal_name(signal), signal_info(info));
            }
            Event::Stopped(signal) => {
                let _ = write!(self.text, "--- stopped by {} ---", signal_name(signal));
            }
            Event::Attached => {
                self.many = true;
                let _ = writeln!(io::stderr(), "trace: Process {pid} attached");
                return Ok(());
            }
            Event::Runs(abi) => {
                let bits = if abi == Abi::X32 { "x32".to_string() } else { format!("{} bit", abi.pointer_bits()) };
                let _ = writeln!(io::stderr(), "trace: [ Process PID={pid} runs in {bits} mode. ]");
                return Ok(());
            }
            Event::Woken => return Ok(()),
            Event::Superseded(by) => {
                // Its exec is told to its end by the other id.
                if let Some(begun) = self.begun.remove(&by) {
                    self.begun.insert(pid, begun);
                }
                let _ = write!(self.text, "+++ superseded by execve in pid {by} +++");
            }
            Event::Ended(status) if libc::WIFSIGNALED(status) => {
                let core = if libc::WCOREDUMP(status) { " (core dumped)" } else { "" };
                let _ = write!(self.text, "+++ killed by {}{core} +++", signal_name(libc::WTERMSIG(status)));
            }
            Event::Ended(status) => {
                let _ = write!(self.text, "+++ exited with {} +++", libc::WEXITSTATUS(status));
            }
        }
        self.text.push('\n');
        self.put()
    }

    /// The call with its result.
    fn whole(&mut self, pid: i32, call: &Decoded<'_>, resumed: bool, frame: Option<&str>) {
        self.call(pid, call, resumed, frame);
        // Behind a blank, in its column.
        self.text.push(' ');
        while self.text.len() < self.column {
            self.text.push(' ');
        }
        self.text.push_str("= ");
        let _ = call.show_result(&mut self.text);
    }

    /// The call up to its closing bracket, or what is left of it.
    fn call(&mut self, pid: i32, call: &Decoded<'_>, resumed: bool, frame: Option<&str>) {
        let show = |text: &mut String| match frame {
            Some(frame) => text.push_str(frame),
            None => drop(call.show_call(self.style, text)),
        };
        let Some(begun) = self.begun.remove(&pid).filter(|_| resumed) else { return show(&mut self.text) };
        let mut whole = String::new();
        show(&mut whole);
        let rest = whole.strip_prefix(&begun).unwrap_or_else(|| {
            // What was told of it has changed since.
            whole.split_once('(').map_or("", |(_, rest)| rest)
        });
        let _ = write!(self.text, "<... {} resumed>{rest}", call.name().unwrap_or("?"));
    }

    fn tell_json(&mut self, pid: i32, event: Event<'_>) -> io::Result<()> {
        let of = |call: &Decoded<'_>| match serde_json::to_value(call) {
            Ok(Json::Object(of)) => of,
            _ => Map::new(),
        };
        let mut line = match event {
            Event::Returned { call, .. } | Event::Unfinished { call, .. } => of(call),
            Event::Suspended(_) | Event::Woken => return Ok(()),
            Event::Signal(signal, info) => Map::from_iter([
                ("signal".into(), signal_name(signal).into()),
                ("info".into(), signal_info(info).into()),
            ]),
            Event::Stopped(signal) => Map::from_iter([("stopped".into(), signal_name(signal).into())]),
            Event::Attached => Map::from_iter([("attached".into(), true.into())]),
            Event::Runs(abi) => Map::from_iter([("runs".into(), abi.name().into())]),
            Event::Superseded(by) => Map::from_iter([("superseded_by".into(), by.into())]),
            Event::Ended(status) if libc::WIFSIGNALED(status) => {
                Map::from_iter([("killed".into(), signal_name(libc::WTERMSIG(status)).into())])
            }
            Event::Ended(status) => Map::from_iter([("exited".into(), libc::WEXITSTATUS(status).into())]),
        };
        line.insert("pid".into(), json!(pid));
        self.text.clear();
        let _ = writeln!(self.text, "{}", Json::Object(line));
        self.put()
    }

    fn put(&mut self) -> io::Result<()> {
        match &mut self.out {
            Output::Terminal(out) => out.write_all(self.text.as_bytes()),
            Output::File(path, file) => {
                if file.buffer().is_empty() {
                    sys::wake_in(DELAY);
                }
                file.write_all(self.text.as_bytes()).map_err(|error| of_file(path, &error))
            }
        }
    }

    /// Tells what was counted.
    ///
    /// # Errors
    /// Those of the file.
    pub(crate) fn table(&mut self, table: &str) -> io::Result<()> {
        self.text.clear();
        self.text.push_str(table);
        self.put()
    }

    /// Writes what is in the buffer.
    ///
    /// # Errors
    /// Those of the file.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        match &mut self.out {
            Output::Terminal(_) => Ok(()),
            Output::File(path, file) => file.flush().map_err(|error| of_file(path, &error)),
        }
    }
}

fn of_file(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot write {}: {error}", path.display()))
}

/// A call as far as it can be told when it starts: up to the first argument that the kernel will write to.
fn beginning(call: &Decoded<'_>, style: Style) -> String {
    let mut text = String::new();
    let _ = call.show_call(style, &mut text);
    let writes = |arg: &syscall_meta::Arg<'_>| match arg.kind() {
        Some(syscall_meta::Kind::Pointer { direction, .. }) => {
            direction != syscall_meta::Direction::In && arg.number() != Some(0)
        }
        _ => false,
    };
    let known = call.args().position(|arg| writes(&arg));
    let end = match known {
        None => text.len().saturating_sub(1),
        Some(at) => commas(&text).nth(at.wrapping_sub(1)).unwrap_or_else(|| text.find('(').map_or(0, |at| at + 1)),
    };
    text.truncate(end);
    text
}

/// Where the arguments of a call begin, but for the first.
fn commas(text: &str) -> impl Iterator<Item = usize> + '_ {
    let (mut depth, mut is_quoted, mut is_escaped) = (0, false, false);
    text.bytes().enumerate().filter_map(move |(at, byte)| {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            b',' if depth == 1 => return Some(at + 2),
            _ => {}
        }
        None
    })
}

fn signal_name(signal: i32) -> String {
    let name = u64::try_from(signal).ok().and_then(|signal| sets::SIGNALS.name_of(Abi::X86_64, signal));
    name.map_or_else(|| format!("SIGRT_{}", signal - 32), str::to_string)
}

/// A `siginfo_t` of this machine, as the call that returns one has it.
fn signal_info(info: &[u8; 128]) -> String {
    const PLACE: u64 = 0x1000;
    let waits = Abi::X86_64.table().and_then(|table| table.by_name("rt_sigtimedwait"));
    let Some(waits) = waits else { return "{}".to_string() };
    let memory = [Region::new(PLACE, info)];
    let call = RawCall::new(Abi::X86_64, waits.kernel_number(), [0, PLACE, 0, 8, 0, 0]);
    let mut room = [0; 1024];
    let mut scratch = Scratch::new(&mut room);
    let entered = Decoder::new().enter(&call, &memory, &mut scratch);
    let done = entered.exit(Outcome::from_word(Abi::X86_64, 1), &memory, &mut scratch);
    let info = done.args().nth(1).and_then(|arg| arg.value());
    info.map_or_else(|| "{}".to_string(), |info| info.to_string())
}
