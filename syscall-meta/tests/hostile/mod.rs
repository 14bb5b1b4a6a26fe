//! A hostile call out of a byte string, decoded and shown in every way: what must hold whatever the bytes are.
//!
//! The tests beside this folder and the target in `fuzz/` use it. The string says all: ABI, call, words, limits, scratch, result,
//! and a memory that fails, changes between reads, miscounts, and holds pointers to itself and huge lengths.

mod input;
mod memory;
mod walk;

use std::cell::RefCell;
use std::fmt::{self, Write};

use syscall_meta::{
    Abi, Decoded, Decoder, Entered, Fault, Limits, Memory, Outcome, Printer, RawCall, Region, Scratch, Style,
};

use input::Input;
use memory::Hostile;

/// Bytes that may be read beside [`Limits::bytes`] at an end of a call: argument words in memory, and lengths behind pointers.
const BESIDE: usize = 512;

/// What was seen, by which users tell that much was.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    /// Bytes that were read at the call's ends.
    pub bytes: usize,
    /// Values, and how deep they lay in each other.
    pub values: usize,
    pub depth: usize,
}

/// What was made of a byte string: a call, and how it is decoded.
struct Case {
    call: RawCall,
    decoder: Decoder,
    limits: Limits,
    room: usize,
    outcome: Outcome,
    keeping: Keeping,
    junk: u8,
}

/// What happens to the buffer while the call runs.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Keeping {
    Untouched,
    /// Only so many bytes of it come back.
    Shorter(usize),
    /// The bytes of the memory stand in it, from this place on.
    Overwritten(usize),
    /// Another buffer of this size, with the memory's bytes over and over.
    Other(usize),
}

/// Decodes and shows the call that the bytes stand for.
///
/// # Panics
/// Where something does not hold.
pub(crate) fn run(data: &[u8]) -> Seen {
    let mut input = Input::new(data);
    let (case, memory) = case(&mut input);
    let mut seen = Seen::default();

    let mut room = vec![case.junk; case.room];
    let direct = {
        let mut scratch = Scratch::new(&mut room);
        let entered = enter(&case, &memory, &mut scratch, &mut seen);
        look_entered(&entered, case.room, true, &mut seen);
        let done = exit(&case, entered, &memory, &mut scratch, &mut seen);
        let taken = case.room - scratch.remaining();
        look(&done, taken, true, &mut seen)
    };

    print(&case, &memory);

    // The same once more, of a call that was kept while it ran.
    memory.restart();
    let mut room = vec![case.junk; case.room];
    let kept = enter(&case, &memory, &mut Scratch::new(&mut room), &mut seen).keep();
    let _ = format!("{kept:?}");
    match case.keeping {
        Keeping::Untouched => {}
        Keeping::Shorter(len) => room.truncate(len),
        Keeping::Overwritten(from) => memory.copy_into(room.get_mut(from..).unwrap_or_default()),
        Keeping::Other(len) => {
            room = vec![0; len];
            memory.copy_into(&mut room);
        }
    }
    let size = room.len();
    let is_ours = case.keeping == Keeping::Untouched;
    let (entered, mut scratch) = kept.resume(&mut room);
    if is_ours {
        let done = exit(&case, entered, &memory, &mut scratch, &mut seen);
        assert_eq!(done.to_string(), direct, "keeping a call changes nothing");
        return seen;
    }
    look_entered(&entered, size, false, &mut seen);
    let done = exit(&case, entered, &memory, &mut scratch, &mut seen);
    let taken = size - scratch.remaining();
    look(&done, taken, false, &mut seen);
    seen
}

/// Shows the call in one step: what that says of memory which does what it must is what a decoded call says, whether bytes are
/// lent or read; of other memory it is any text.
fn print(case: &Case, memory: &Hostile) {
    let calm = memory.calm();
    for style in [Style::new(), Style::new().verbose()] {
        print_alike(case, &calm, style);
        print_alike(case, &Unlent(calm), style);
        let (mut room, mut buf) = (vec![case.junk; case.room], [0; 4096]);
        let mut scratch = Scratch::new(&mut room);
        let mut printer = Printer::new(case.decoder, style);
        if let Ok(text) = printer.show(&case.call, case.outcome, (memory, memory), &mut scratch, &mut buf) {
            assert!(text.is_ascii());
        }
    }
}

fn print_alike(case: &Case, memory: &impl Memory, style: Style) {
    let mut room = vec![case.junk; case.room];
    let mut text = String::new();
    {
        let mut scratch = Scratch::new(&mut room);
        let entered = case.decoder.enter(&case.call, memory, &mut scratch);
        entered.exit(case.outcome, memory, &mut scratch).show(style, &mut text).expect("a string takes all");
    }
    let mut buf = vec![0; text.len()];
    let mut printer = Printer::new(case.decoder, style);
    let shown = printer.show(&case.call, case.outcome, (memory, memory), &mut Scratch::new(&mut room), &mut buf);
    assert_eq!(shown, Ok(text.as_bytes()), "{text}");
}

/// Memory that lends nothing.
struct Unlent<'m>(Region<'m>);

impl Memory for Unlent<'_> {
    fn read(&self, address: u64, buf: &mut [u8]) -> Result<usize, Fault> {
        self.0.read(address, buf)
    }
}

fn case(input: &mut Input<'_>) -> (Case, Hostile) {
    let abi = *input.one_of(Abi::ALL);
    let mut decoder = Decoder::new();
    let how = input.u8();
    let order = abi.byte_orders()[usize::from(how & 1) % abi.byte_orders().len()];
    let order = if how & 2 != 0 { input.order() } else { order };
    if how & 4 != 0 {
        decoder = decoder.with_byte_order(order);
    }
    decoder = decoder.with_compat(how & 8 != 0);

    let table = abi.table().expect("all tables are built in");
    let number = match how >> 4 {
        // Any number, which is mostly none.
        0 => input.u32(),
        1 => u32::from(input.u16()),
        _ => {
            let at = usize::from(input.u16()) % table.len();
            table.iter().nth(at).map_or(0, |call| call.kernel_number())
        }
    };

    let mut limits = Limits::DEFAULT;
    let how = input.u8();
    if how & 1 != 0 {
        limits.text = input.limit(limits.text);
        limits.path = input.limit(limits.path);
        limits.elements = input.limit(limits.elements);
    }
    if how & 2 != 0 {
        limits.depth = input.limit(limits.depth);
    }
    if how & 4 != 0 {
        limits.bytes = input.limit(limits.bytes);
    }
    decoder = decoder.with_limits(limits);
    let room = match how >> 4 {
        0 => 64 * 1024,
        1 => usize::from(input.u16()),
        2..=5 => usize::from(input.u8()),
        6..=8 => usize::from(input.u16() % 2048),
        _ => 4096,
    };
    let how = input.u8();
    let of = if how & 0x80 != 0 { *input.one_of(Abi::ALL) } else { abi };
    let outcome = match how % 8 {
        0 => Outcome::from_word(of, 0),
        1 | 2 => Outcome::from_word(of, u64::from(input.u8())),
        3 => Outcome::from_word(of, input.u64()),
        4 => Outcome::from_word(of, u64::MAX - u64::from(input.u16())),
        5 => Outcome::new(of, input.u64(), true),
        6 => Outcome::new(of, u64::from(input.u16()), true).with_second(1),
        _ => Outcome::new(of, input.u64(), false).with_second(input.u64()),
    };
    let how = input.u8();
    let keeping = match how % 4 {
        0 => Keeping::Untouched,
        1 => Keeping::Shorter(usize::from(input.u16()) % (room + 1)),
        2 => Keeping::Overwritten(usize::from(input.u16()) % (room + 1)),
        _ => Keeping::Other(usize::from(input.u16())),
    };
    let junk = how >> 2;

    let count = input.u8();
    let recipes: Vec<_> = (0..if count < 224 { 6 } else { count % 10 }).map(|_| input.word()).collect();
    let memory = Hostile::new(input, abi, order, limits.bytes > 1 << 20);
    let words: Vec<u64> = recipes.into_iter().map(|recipe| memory.word(recipe)).collect();
    let call = RawCall::with_words(abi, number, &words);
    (Case { call, decoder, limits, room, outcome, keeping, junk }, memory)
}

fn enter<'b>(case: &Case, memory: &Hostile, scratch: &mut Scratch<'b>, seen: &mut Seen) -> Entered<'b> {
    memory.begin_end();
    let entered = case.decoder.enter(&case.call, memory, scratch);
    check_reads(case, memory, seen);
    entered
}

fn exit<'b>(
    case: &Case,
    entered: Entered<'b>,
    memory: &Hostile,
    scratch: &mut Scratch<'b>,
    seen: &mut Seen,
) -> Decoded<'b> {
    memory.begin_end();
    let done = entered.exit(case.outcome, memory, scratch);
    check_reads(case, memory, seen);
    done
}

/// One end of a call reads no more than it may.
fn check_reads(case: &Case, memory: &Hostile, seen: &mut Seen) {
    let (reads, bytes, asked) = memory.end();
    let limit = case.limits.bytes;
    assert!(bytes <= limit.saturating_add(BESIDE), "{bytes} bytes are read where {limit} are the limit");
    assert!(asked <= limit.max(64), "{asked} bytes are asked for at once where {limit} are the limit");
    // Each read gives a byte or ends something, and each pointer that can end it was read before.
    let most = limit.saturating_mul(2).saturating_add(2 * BESIDE);
    assert!(reads <= most, "{reads} reads where {limit} bytes are the limit");
    seen.bytes += bytes;
}

/// The values and the text of a call that is running.
fn look_entered(entered: &Entered<'_>, room: usize, is_ours: bool, seen: &mut Seen) {
    let _ = (entered.raw(), entered.syscall(), entered.side(), entered.through());
    for arg in entered.args() {
        walk::arg(&arg, room, is_ours, seen);
    }
    let text = entered.to_string();
    check_text(text.len(), room);
    let done = entered.unfinished();
    assert!(done.outcome().is_none());
    assert_eq!(done.to_string(), format!("{text} = ?"));
}

/// The values and the text of a call that has returned; the text is the short one.
fn look(done: &Decoded<'_>, taken: usize, is_ours: bool, seen: &mut Seen) -> String {
    let _ = (done.raw(), done.syscall(), done.through(), done.outcome(), done.returns());
    for arg in done.args() {
        walk::arg(&arg, taken, is_ours, seen);
    }
    let styles = [Style::new(), Style::new().verbose(), Style::new().verbose().named()];
    let [short, verbose, _] = styles.map(|style| {
        let mut text = String::new();
        done.show(style, &mut text).expect("a string takes all");
        check_text(text.len(), taken);
        text
    });
    show_again(done, styles[0], &short);
    show_again(done, styles[1], &verbose);
    // A writer that fails has been given the front of the same text, and its error comes back.
    for room in [verbose.len() / 3, verbose.len() - 1] {
        let mut front = Front { text: String::new(), room };
        assert!(done.show(styles[1], &mut front).is_err());
        assert!(verbose.starts_with(&front.text), "{}", front.text);
    }
    #[cfg(feature = "serde")]
    if taken < 4096 {
        let text = serde_json::to_string(done).expect("each call has a form");
        assert!(text.len() <= 16 * 1024 + taken * 2048, "{} bytes of JSON for {taken} bytes", text.len());
    }
    if short.len() < 1024 {
        assert_eq!(format!("{done:?}"), format!("Decoded({short})"));
    }
    short
}

thread_local! {
    /// One for all calls, as a tracer has it: what it keeps is never that of another value.
    static PRINTERS: RefCell<[Printer; 2]> =
        RefCell::new([Style::new(), Style::new().verbose()].map(|style| Printer::new(Decoder::new(), style)));
}

/// In a buffer it is the same text, where there is room for it, and so it is where texts are kept.
fn show_again(done: &Decoded<'_>, style: Style, text: &str) {
    let mut buf = vec![0; text.len() + 128];
    assert_eq!(done.show_in(style, &mut buf), Ok(text.as_bytes()));
    assert_eq!(done.show_in(style, &mut buf[..text.len()]), Ok(text.as_bytes()));
    assert!(done.show_in(style, &mut buf[..text.len() - 1]).is_err());
    PRINTERS.with_borrow_mut(|printers| {
        let printer = &mut printers[usize::from(style == Style::new().verbose())];
        for _ in 0..2 {
            assert_eq!(printer.show_decoded(done, &mut buf), Ok(text.as_bytes()));
        }
        assert_eq!(printer.show_decoded(done, &mut buf[..text.len()]), Ok(text.as_bytes()));
        assert!(printer.show_decoded(done, &mut buf[..text.len() - 1]).is_err());
    });
}

/// Text is no longer than what was read and what all of it can be called.
fn check_text(len: usize, taken: usize) {
    assert!(len <= 16 * 1024 + taken * 512, "{len} bytes of text for {taken} bytes");
}

/// A writer that takes so many bytes and then fails.
struct Front {
    text: String,
    room: usize,
}

impl Write for Front {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.text.len() + text.len() > self.room {
            return Err(fmt::Error);
        }
        self.text.push_str(text);
        Ok(())
    }
}

/// A writer that only counts.
#[derive(Default)]
struct Counted(usize);

impl Write for Counted {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}
