//! A recorded `ls -laR`, decoded and shown by this library and by `reverie-syscalls`, in turns in one process.
//!
//! `cargo run --release --manifest-path tests/peers/decode/Cargo.toml [LOOPS [RUNS]]`; `--samples` shows some calls as
//! both have them, `--texts` all of ours, `--profile` runs ours alone for a
//! profiler, of all calls or those of a third argument's name.

mod by_hand;
mod counting;
mod recording;

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use recording::{Call, Part, Recording};
use reverie_syscalls::{Displayable, Syscall};
use syscall_meta::{Abi, Decoded, Decoder, Outcome, Printer, RawCall, Scratch, Style};

/// How many times faster ours has to be at the depth of the other.
const BAR: f64 = 5.0;

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut flag = |name: &str| {
        let before = arguments.len();
        arguments.retain(|argument| argument != name);
        arguments.len() != before
    };
    let (samples, texts, profile) = (flag("--samples"), flag("--texts"), flag("--profile"));
    let number = |at: usize, usual: usize| arguments.get(at).map_or(usual, |text| text.parse().expect("a number"));
    let (loops, runs) = (number(0, 1), number(1, 800));

    let recording = Recording::load();
    let all = &recording.calls[..];
    let bench = Bench { recording: &recording };
    if samples {
        return bench.samples();
    }
    if texts {
        let mut ours = Ours::new();
        for call in all {
            println!("{}", bench.decode(call, Part::All, &ours.decoder, &mut ours.room));
        }
        return;
    }
    if profile {
        let mut ours = Ours::new();
        let wanted = |call: &&Call| arguments.get(2).is_none_or(|name| call.sysno.name() == name);
        let some: Vec<Call> = all.iter().filter(wanted).cloned().collect();
        for _ in 0..loops {
            bench.ours(&some, Part::Followed, &mut ours);
        }
        return;
    }
    println!(
        "{} calls, {loops} loops, best of {runs}; a decoded call has {} bytes",
        all.len(),
        size_of::<Decoded<'_>>()
    );
    let [reverie, same, full, apart, decode, show] = bench.measure(all, loops, runs);
    let (text, ours, deep) = bench.weights(all);
    let line = |what: &str, time: f64, (allocations, bytes): (f64, f64)| {
        println!("{what:44} {time:7.1} ns/call {bytes:7.1} bytes {allocations:6.3} allocations");
    };
    line("reverie-syscalls, with outputs", reverie, text);
    line("ours, what that reads", same, ours);
    line("ours, all", full, deep);
    println!("{:44} {apart:7.1} ns/call", "ours, all, decoded and then shown");
    println!("{:44} {decode:7.1} ns/call", "  decoded only");
    println!("{:44} {show:7.1} ns/call", "  shown only");
    println!(
        "ours is {:.2} times as fast at the same depth (bar {BAR:.1}), {:.2} in full",
        reverie / same,
        reverie / full
    );
    bench.beside_by_hand(runs);
    let mut names: Vec<&str> = all.iter().map(|call| call.sysno.name()).collect();
    names.sort();
    names.dedup();
    let of = |name: &str| all.iter().filter(|call| call.sysno.name() == name).cloned().collect::<Vec<Call>>();
    let mut groups: Vec<_> = names.iter().map(|name| (*name, of(name))).collect();
    groups.sort_by_key(|(_, calls)| std::cmp::Reverse(calls.len()));
    for (name, calls) in groups.iter().take(12) {
        let [reverie, same, full, ..] = bench.measure(calls, (loops * 500 / calls.len()).max(1), runs / 4 + 1);
        println!(
            "  {name:12} {:5}: {reverie:7.1} and {same:7.1} ns, ratio {:5.2}; all {full:7.1} ns",
            calls.len(),
            reverie / same
        );
    }
}

/// What a tracer keeps from call to call.
struct Ours {
    decoder: Decoder,
    printer: Printer,
    room: Vec<u8>,
    text: Vec<u8>,
}

impl Ours {
    fn new() -> Ours {
        let printer = Printer::new(Decoder::new(), Style::new());
        Ours { decoder: Decoder::new(), printer, room: vec![0; 64 * 1024], text: vec![0; 1 << 16] }
    }
}

struct Bench<'r> {
    recording: &'r Recording,
}

impl Bench<'_> {
    fn reverie(&self, calls: &[Call], text: &mut String) -> usize {
        let (memory, mut bytes) = (self.recording.direct(), 0);
        for call in calls {
            let call = black_box(call);
            text.clear();
            let shown = Syscall::from_raw(call.sysno, call.args());
            write!(text, "{}", shown.display_with_outputs(&memory)).expect("a string takes all");
            bytes += black_box(text.as_bytes()).len();
        }
        bytes
    }

    fn decode<'b>(&self, call: &Call, part: Part, decoder: &Decoder, room: &'b mut [u8]) -> Decoded<'b> {
        let mut scratch = Scratch::new(room);
        self.decode_into(call, part, decoder, &mut scratch)
    }

    #[inline(always)]
    fn decode_into<'b>(&self, call: &Call, part: Part, decoder: &Decoder, scratch: &mut Scratch<'b>) -> Decoded<'b> {
        let raw = RawCall::new(Abi::X86_64, call.number, call.words);
        let (before, after) = (self.recording.before(part), self.recording.after(part));
        let entered = decoder.enter(&raw, &before, scratch);
        entered.exit(Outcome::from_word(Abi::X86_64, call.result as u64), &after, scratch)
    }

    fn ours(&self, calls: &[Call], part: Part, ours: &mut Ours) -> usize {
        let mut bytes = 0;
        for call in calls {
            let call = black_box(call);
            let raw = RawCall::new(Abi::X86_64, call.number, call.words);
            let outcome = Outcome::from_word(Abi::X86_64, call.result as u64);
            let memories = (&self.recording.before(part), &self.recording.after(part));
            let mut scratch = Scratch::new(&mut ours.room);
            let text = ours.printer.show(&raw, outcome, memories, &mut scratch, &mut ours.text);
            bytes += black_box(text.expect("there is room for all")).len();
        }
        bytes
    }

    fn in_two_steps(&self, calls: &[Call], ours: &mut Ours) {
        for call in calls {
            let decoded = self.decode(black_box(call), Part::All, &ours.decoder, &mut ours.room);
            black_box(decoded.show_in(Style::new(), &mut ours.text).expect("there is room for all"));
        }
    }

    fn decode_only(&self, calls: &[Call], ours: &mut Ours) {
        for call in calls {
            black_box(&self.decode(black_box(call), Part::All, &ours.decoder, &mut ours.room));
        }
    }

    /// The time of showing: calls are decoded before, some at once, so that they stay in the cache.
    fn show_only(&self, calls: &[Call], ours: &mut Ours) -> Duration {
        let mut time = Duration::ZERO;
        for some in calls.chunks(16) {
            let mut scratch = Scratch::new(&mut ours.room);
            let decode = |call| self.decode_into(call, Part::All, &ours.decoder, &mut scratch);
            let decoded: Vec<Decoded<'_>> = some.iter().map(decode).collect();
            let start = Instant::now();
            for call in &decoded {
                let text = black_box(call).show_in(Style::new(), &mut ours.text).expect("there is room for all");
                black_box(text);
            }
            time += start.elapsed();
        }
        time
    }

    /// A run is about a millisecond, so that some are not interrupted on a machine that does other things as well.
    ///
    /// Nanoseconds a call: theirs; ours as deep, and in full; the latter decoded and then shown, the decoding of that, the
    /// showing of that. Each is the best of many runs, which take turns.
    fn measure(&self, calls: &[Call], loops: usize, runs: usize) -> [f64; 6] {
        let mut best = [f64::MAX; 6];
        let (mut text, mut ours) = (String::with_capacity(1 << 16), Ours::new());
        let timed = |work: &mut dyn FnMut()| {
            let start = Instant::now();
            (0..loops).for_each(|_| work());
            start.elapsed()
        };
        for _ in 0..runs {
            let times = [
                timed(&mut || {
                    black_box(self.reverie(calls, &mut text));
                }),
                timed(&mut || {
                    black_box(self.ours(calls, Part::Followed, &mut ours));
                }),
                timed(&mut || {
                    black_box(self.ours(calls, Part::All, &mut ours));
                }),
                timed(&mut || self.in_two_steps(calls, &mut ours)),
                timed(&mut || self.decode_only(calls, &mut ours)),
                (0..loops).map(|_| self.show_only(calls, &mut ours)).sum(),
            ];
            for (best, time) in best.iter_mut().zip(times) {
                *best = best.min(time.as_nanos() as f64 / (loops * calls.len()) as f64);
            }
        }
        best
    }

    /// Allocations and bytes of text a call: theirs, ours as deep, ours in full.
    fn weights(&self, calls: &[Call]) -> ((f64, f64), (f64, f64), (f64, f64)) {
        let (mut text, mut ours) = (String::with_capacity(1 << 16), Ours::new());
        let count = |work: &mut dyn FnMut() -> usize| {
            work();
            let (allocations, bytes) = counting::count(work);
            (allocations as f64 / calls.len() as f64, bytes as f64 / calls.len() as f64)
        };
        let reverie = count(&mut || self.reverie(calls, &mut text));
        let same = count(&mut || self.ours(calls, Part::Followed, &mut ours));
        (reverie, same, count(&mut || self.ours(calls, Part::All, &mut ours)))
    }

    /// The same calls by plain code for each of them.
    fn beside_by_hand(&self, runs: usize) {
        let calls = self.recording.calls.iter().filter(|call| by_hand::NAMES.contains(&call.sysno.name()));
        let (mut ours, mut text) = (Ours::new(), String::with_capacity(1 << 16));
        let (before, after) = (self.recording.before(Part::All), self.recording.after(Part::All));
        let is_same = |call: &&Call| {
            text.clear();
            by_hand::show(call, &before, &after, &mut text)
                && text == self.decode(call, Part::All, &ours.decoder, &mut ours.room).to_string()
        };
        let calls: Vec<Call> = calls.filter(is_same).cloned().collect();
        let mut best = [f64::MAX; 3];
        for _ in 0..runs {
            let mut started = Instant::now();
            let mut lap = || std::mem::replace(&mut started, Instant::now()).elapsed();
            black_box(self.reverie(&calls, &mut text));
            let theirs = lap();
            self.ours(&calls, Part::All, &mut ours);
            let table = lap();
            for call in &calls {
                text.clear();
                by_hand::show(black_box(call), &before, &after, &mut text);
                black_box(text.as_bytes());
            }
            for (best, time) in best.iter_mut().zip([theirs, table, lap()]) {
                *best = best.min(time.as_nanos() as f64 / calls.len() as f64);
            }
        }
        let [theirs, table, hand] = best;
        println!(
            "{} of these by hand, with the same texts: {hand:.1} ns/call; ours {table:.1}, reverie-syscalls {theirs:.1}: by hand is \
             {:.2} times as fast as that",
            calls.len(),
            theirs / hand
        );
    }

    /// The first call of each name that failed, and the first that did not.
    fn samples(&self) {
        let mut seen = std::collections::BTreeSet::new();
        let (memory, mut ours) = (self.recording.direct(), Ours::new());
        for call in &self.recording.calls {
            if seen.insert((call.number, call.result < 0)) {
                println!("{}", Syscall::from_raw(call.sysno, call.args()).display_with_outputs(&memory));
                for part in [Part::Followed, Part::All] {
                    println!("    {}", self.decode(call, part, &ours.decoder, &mut ours.room));
                }
            }
        }
    }
}
