//! What the tests of decoding share: calls as they were recorded, and what each comes to.

#![allow(dead_code, unreachable_pub, reason = "each test takes what it needs")]

use std::collections::BTreeSet;
use std::panic::Location;
use std::sync::Mutex;
use std::sync::atomic::AtomicPtr;

use syscall_meta::{Abi, ByteOrder, Decoded, Decoder, Direction, Entered, Kind, Limits, Outcome, RawCall, Region};
use syscall_meta::{Returns, Scratch, Side, Target, Value};

/// Bytes as a machine of one order has them.
#[derive(Clone)]
pub struct Pack {
    order: ByteOrder,
    bytes: Vec<u8>,
}

impl Pack {
    pub fn new(order: ByteOrder) -> Pack {
        Pack { order, bytes: Vec::new() }
    }

    pub fn le() -> Pack {
        Pack::new(ByteOrder::Little)
    }

    pub fn be() -> Pack {
        Pack::new(ByteOrder::Big)
    }

    /// A number of so many bytes.
    pub fn number(mut self, value: u64, size: usize) -> Pack {
        match self.order {
            ByteOrder::Little => self.bytes.extend(&value.to_le_bytes()[..size]),
            ByteOrder::Big => self.bytes.extend(&value.to_be_bytes()[8 - size..]),
        }
        self
    }

    pub fn u8(self, value: u8) -> Pack {
        self.raw(&[value])
    }

    pub fn u16(self, value: u16) -> Pack {
        self.number(value.into(), 2)
    }

    pub fn u32(self, value: u32) -> Pack {
        self.number(value.into(), 4)
    }

    pub fn i32(self, value: i32) -> Pack {
        self.number(value as u32 as u64, 4)
    }

    pub fn u64(self, value: u64) -> Pack {
        self.number(value, 8)
    }

    pub fn i64(self, value: i64) -> Pack {
        self.number(value as u64, 8)
    }

    pub fn raw(mut self, bytes: &[u8]) -> Pack {
        self.bytes.extend(bytes);
        self
    }

    /// Zeros up to that many bytes in all.
    pub fn to(mut self, len: usize) -> Pack {
        assert!(self.bytes.len() <= len, "{} bytes are there already", self.bytes.len());
        self.bytes.resize(len, 0);
        self
    }
}

impl AsRef<[u8]> for Pack {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Calls of one machine. What came out otherwise than expected is told of all of them, at the end.
pub struct Calls {
    abi: Abi,
    order: ByteOrder,
    decoder: Decoder,
    wrong: Vec<String>,
    /// The kinds of arguments, results, fields and values that came out.
    pub kinds: BTreeSet<String>,
    /// The entries of the calls, and those by which they came.
    pub entries: BTreeSet<String>,
}

impl Calls {
    pub fn new(abi: Abi) -> Calls {
        let mut calls = Calls {
            abi,
            order: ByteOrder::Little,
            decoder: Decoder::new(),
            wrong: Vec::new(),
            kinds: BTreeSet::new(),
            entries: BTreeSet::new(),
        };
        calls.on(abi);
        calls
    }

    pub fn abi(&self) -> Abi {
        self.abi
    }

    /// Goes on with another ABI, in its usual byte order.
    pub fn on(&mut self, abi: Abi) -> &mut Calls {
        self.abi = abi;
        self.order = abi.audit_archs().first().map_or(ByteOrder::Little, |arch| arch.byte_order());
        self.decoder = Decoder::new();
        self
    }

    /// Goes on with the other byte order.
    pub fn in_order(&mut self, order: ByteOrder) -> &mut Calls {
        self.order = order;
        self.decoder = self.decoder.with_byte_order(order);
        self
    }

    /// Goes on with the prototypes of a 64-bit kernel.
    pub fn compat(&mut self) -> &mut Calls {
        self.decoder = self.decoder.with_compat(true);
        self
    }

    pub fn limits(&mut self, limits: Limits) -> &mut Calls {
        self.decoder = self.decoder.with_limits(limits);
        self
    }

    /// Bytes in this machine's order.
    pub fn pack(&self) -> Pack {
        Pack::new(self.order)
    }

    /// A call by its name and first words; further ones hold what no call should look at.
    #[track_caller]
    pub fn call(&mut self, name: &str, words: &[u64]) -> Call<'_> {
        let table = self.abi.table().expect("a table");
        let Some(call) = table.by_name(name) else {
            self.wrong.push(format!("{name} is not on {}", self.abi));
            return self.number(u32::MAX, words);
        };
        self.number(call.kernel_number(), words)
    }

    /// A call by the number that the kernel shows.
    pub fn number(&mut self, number: u32, words: &[u64]) -> Call<'_> {
        let junk = if self.abi.word_bits() == 32 { 0xdead_beef } else { 0xdead_beef_dead_beef };
        let all: Vec<u64> = words.iter().copied().chain([junk; 6]).take(words.len().max(6)).collect();
        self.raw(RawCall::with_words(self.abi, number, &all))
    }

    /// A call by its registers.
    #[track_caller]
    pub fn registers(&mut self, registers: &[(&str, u64)], stack: &[(u64, Pack)]) -> Call<'_> {
        let regions: Vec<Region> = stack.iter().map(|(at, bytes)| Region::new(*at, bytes.as_ref())).collect();
        let register = |name: &str| {
            let found = registers.iter().find(|(of, _)| *of == name).map(|(_, value)| *value);
            Some(found.unwrap_or(if name == "svc" || name == "swi" { 0 } else { 0xdead_beef_dead_beef }))
        };
        let call = RawCall::from_registers(self.abi, self.order, register, &*regions).expect("a number");
        self.raw(call)
    }

    pub fn raw(&mut self, raw: RawCall) -> Call<'_> {
        Call { of: self, raw, before: Vec::new(), after: Vec::new(), entering: None, verbose: false }
    }

    fn wrong(&mut self, at: &Location, got: &str, want: &str) {
        if got != want {
            self.wrong.push(format!("{}:{} on {}\n   got {got}\nwanted {want}", at.file(), at.line(), self.abi));
        }
    }

    fn note(&mut self, entered: &Entered, done: &Decoded) {
        let Some(side) = entered.side() else { return };
        self.entries.extend(side.entry().map(str::to_string));
        if let Some(through) = entered.through() {
            let sides = [Some(through.side()), through.compat_side()];
            self.entries.extend(sides.into_iter().flatten().filter_map(Side::entry).map(str::to_string));
        }
        for arg in done.args() {
            let (Some(kind), Some(value)) = (arg.kind(), arg.value()) else { continue };
            if let Some(Kind::Chosen) = side.kind(arg.name()) {
                self.kinds.insert("chosen".into());
            }
            if let Some(Kind::Pointer { direction, target: Target::Chosen, .. }) = side.kind(arg.name()) {
                self.kinds.insert(format!("{direction:?} Chosen"));
            }
            let is_followed = !matches!(value, Value::Null | Value::Address(_));
            let is_number = !matches!(kind, Kind::Pointer { .. });
            if is_number || is_followed || matches!(kind, Kind::Pointer { target: Target::Opaque(_), .. }) {
                self.kinds.insert(key(kind));
            }
            self.note_value(&value, false);
        }
        if done.outcome().is_some_and(|outcome| outcome.errno().is_none()) || done.outcome().is_none() {
            self.kinds.extend(done.returns().map(returns_key));
            if matches!(side.returns(), Some(Returns::Value(Kind::Chosen))) {
                self.kinds.insert("returns chosen".into());
            }
        }
    }

    fn note_value(&mut self, value: &Value, in_field: bool) {
        let here = |what: &str| if in_field { format!("field {what}") } else { format!("value {what}") };
        let what = match value {
            Value::Number(number) => {
                self.kinds.extend(number.kind().filter(|_| in_field).map(|kind| format!("field {}", key(kind))));
                "Number"
            }
            Value::Null => "Null",
            Value::Address(_) => "Address",
            Value::Text(_) => "Text",
            Value::Bytes(_) => "Bytes",
            Value::Struct(of) => {
                for (_, value) in of.fields() {
                    self.note_value(&value, true);
                }
                "Struct"
            }
            Value::List(of) => {
                for value in of.iter() {
                    self.note_value(&value, in_field);
                }
                "List"
            }
            Value::Numbers(_) => "Numbers",
            Value::SigSet(_) => "SigSet",
            Value::FdSet(_) => "FdSet",
            Value::BitSet(_) => "BitSet",
            Value::SockAddr(_) => "SockAddr",
            Value::Dirents(_) => "Dirents",
            Value::HwAddr(_) => "HwAddr",
            Value::Ipv6(_) => "Ipv6",
            _ => "another",
        };
        self.kinds.insert(here(what));
    }
}

impl Calls {
    /// Fails if some call came out otherwise than expected.
    pub fn check(&mut self) {
        let wrong = std::mem::take(&mut self.wrong);
        assert!(wrong.is_empty(), "{} came out otherwise:\n{}", wrong.len(), wrong.join("\n"));
    }
}

impl Drop for Calls {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.check();
        }
    }
}

/// The word for a kind, without what it is of: `fd`, `In Path`.
pub fn key(kind: Kind) -> String {
    match kind {
        Kind::Plain(plain) => plain.as_str().into(),
        Kind::Set(_) => "set".into(),
        Kind::Chosen => "chosen".into(),
        Kind::Bare(_) => "bare".into(),
        Kind::Pointer { direction, target, .. } => {
            let target = format!("{target:?}");
            format!("{direction:?} {}", target.split('(').next().unwrap_or_default())
        }
        other => format!("{other:?}"),
    }
}

pub fn returns_key(returns: Returns) -> String {
    match returns {
        Returns::Value(kind) => format!("returns {}", key(kind)),
        other => format!("returns {other:?}"),
    }
}

/// Whether the kernel writes there.
pub fn is_out(kind: Kind) -> bool {
    matches!(kind.direction(), Some(Direction::Out | Direction::InOut))
}

/// Bytes that last as long as what was decoded into them, which is to the end: a static knows where they are, so that they are
/// not lost.
fn kept(len: usize) -> &'static mut [u8] {
    static PLACES: Mutex<Vec<AtomicPtr<u8>>> = Mutex::new(Vec::new());
    let bytes = Box::leak(vec![0; len].into_boxed_slice());
    PLACES.lock().expect("no test panics here").push(AtomicPtr::new(bytes.as_mut_ptr()));
    bytes
}

/// A call with the memory around it.
pub struct Call<'c> {
    of: &'c mut Calls,
    raw: RawCall,
    before: Vec<(u64, Vec<u8>)>,
    after: Vec<(u64, Vec<u8>)>,
    entering: Option<(String, &'static Location<'static>)>,
    verbose: bool,
}

impl Call<'_> {
    /// What is in memory when the call starts, and stays there.
    pub fn has(mut self, address: u64, bytes: impl AsRef<[u8]>) -> Self {
        self.before.push((address, bytes.as_ref().to_vec()));
        self
    }

    /// What the kernel leaves in memory.
    pub fn leaves(mut self, address: u64, bytes: impl AsRef<[u8]>) -> Self {
        self.after.push((address, bytes.as_ref().to_vec()));
        self
    }

    /// What is known when it starts.
    #[track_caller]
    pub fn enters(mut self, text: &str) -> Self {
        self.entering = Some((text.into(), Location::caller()));
        self
    }

    pub fn verbose(mut self) -> Self {
        self.verbose = true;
        self
    }

    #[track_caller]
    pub fn returns(self, result: i64, text: &str) -> Decoded<'static> {
        let outcome = Outcome::from_word(self.raw.abi(), result as u64);
        assert_eq!(outcome.errno(), None, "{result}");
        self.ends(Some(outcome), text)
    }

    #[track_caller]
    pub fn fails(self, errno: i64, text: &str) -> Decoded<'static> {
        let outcome = Outcome::from_word(self.raw.abi(), -errno as u64);
        self.ends(Some(outcome), text)
    }

    #[track_caller]
    pub fn never_returns(self, text: &str) -> Decoded<'static> {
        self.ends(None, text)
    }

    #[track_caller]
    pub fn ends(self, outcome: Option<Outcome>, text: &str) -> Decoded<'static> {
        let mut scratch = Scratch::new(kept(16 * 1024));
        let regions = |of: &[&Vec<(u64, Vec<u8>)>]| -> Vec<(u64, Vec<u8>)> {
            of.iter().flat_map(|some| some.iter().cloned()).collect()
        };
        let (before, after) = (regions(&[&self.before]), regions(&[&self.after, &self.before]));
        fn as_regions(of: &[(u64, Vec<u8>)]) -> Vec<Region<'_>> {
            of.iter().map(|(at, bytes)| Region::new(*at, bytes)).collect()
        }
        let (before, after) = (as_regions(&before), as_regions(&after));
        let entered = self.of.decoder.enter(&self.raw, &*before, &mut scratch);
        if let Some((text, at)) = &self.entering {
            self.of.wrong(at, &entered.to_string(), text);
        }
        let done = match outcome {
            Some(outcome) => entered.exit(outcome, &*after, &mut scratch),
            None => entered.unfinished(),
        };
        let mut shown = String::new();
        let style = syscall_meta::Style::new();
        done.show(if self.verbose { style.verbose() } else { style }, &mut shown).expect("a string takes all");
        self.of.wrong(Location::caller(), &shown, text);
        if let Some(outcome) = outcome {
            let style = if self.verbose { style.verbose() } else { style };
            let mut printer = syscall_meta::Printer::new(self.of.decoder, style);
            let (mut room, mut buf) = (vec![0; 16 * 1024], vec![0; shown.len()]);
            for _ in 0..2 {
                let mut scratch = Scratch::new(&mut room);
                let again = printer.show(&self.raw, outcome, (&*before, &*after), &mut scratch, &mut buf);
                assert_eq!(again, Ok(shown.as_bytes()), "{shown}");
            }
        }
        self.of.note(&entered, &done);
        done
    }
}
