//! `#[derive(DecodeSyscall)]`: one event out of each ABI's own registers and memory; hostile input; what borrows.

mod decoding;

use std::cell::Cell;
use std::ffi::CString;

use decoding::Pack;
use syscall_meta::args::{
    Address, ArgError, Argument, Behind, Bytes, BytesRef, CloneFlags, DecodeError, DirFd, Errno, Fd, Flags, FromArg,
    MmapFlags, MmapProt, Mode, OpenFlags, Pid, Reading, Signal, SockAddr, Takes, TextList,
};
use syscall_meta::{
    Abi, ByteOrder, DecodeSyscall, Decoder, Fault, Limits, Memory, Outcome, RawCall, Region, Scratch, args,
};

#[derive(Debug, PartialEq, DecodeSyscall)]
#[syscall(abis(x86_64, i386, powerpc, mips_o32, arm, s390x, aarch64, x32, powerpc64, sparc64, mips_n64, arm_oabi))]
enum Event {
    Openat {
        dfd: DirFd,
        filename: CString,
        flags: Flags<OpenFlags>,
        mode: Mode,
    },
    #[syscall(name = "newfstatat", or = "fstatat64")]
    Stat {
        filename: CString,
    },
    Connect {
        fd: Fd,
        #[syscall(arg = "uservaddr")]
        addr: SockAddr,
    },
    Accept {
        fd: Fd,
        #[syscall(arg = "upeer_sockaddr", exit)]
        peer: Option<SockAddr>,
        #[syscall(ret)]
        result: Result<Fd, Errno>,
    },
    Execve {
        filename: CString,
        argv: Vec<CString>,
    },
    Read {
        fd: Fd,
        count: usize,
        #[syscall(exit)]
        buf: Bytes,
        #[syscall(ret)]
        result: Result<usize, Errno>,
    },
    Pread64 {
        fd: Fd,
        #[syscall(exit, or = "ubuf")]
        buf: Bytes,
        pos: u64,
    },
    Preadv {
        pos: u64,
    },
    Mmap {
        addr: Address,
        len: u64,
        prot: Flags<MmapProt>,
        flags: Flags<MmapFlags>,
        fd: Fd,
        #[syscall(arg = "off", or = "offset")]
        at: u64,
    },
    Clone {
        #[syscall(arg = "clone_flags")]
        flags: Flags<CloneFlags>,
        newsp: Address,
        tls: Address,
        child_tidptr: Option<Address>,
    },
    Msgget {
        key: i32,
        msgflg: i32,
    },
    Msgrcv {
        msqid: i32,
        msgsz: u64,
        msgtyp: i64,
        msgflg: i32,
    },
    Kill {
        pid: Pid,
        sig: Signal,
    },
    #[syscall(other)]
    Other(RawCall),
}

const PATH: u64 = 0x1000;
const BUF: u64 = 0x2000;
const MORE: u64 = 0x3000;
const STACK: u64 = 0x7fff_0000;
const HIGH: u64 = 0x1122_3344;
const LOW: u64 = 0x5566_7788;
const WHOLE: u64 = HIGH << 32 | LOW;
const AT_FDCWD_32: u64 = 0xffff_ff9c;

/// How a machine calls.
struct Machine {
    abi: Abi,
    order: ByteOrder,
    /// The registers of the number and of the words, as debuggers call them.
    number: &'static str,
    words: &'static [&'static str],
    /// What it calls `openat`, `newfstatat`, `connect`, `execve`, `read`, `pread64`, `mmap`, `clone`.
    numbers: [u64; 8],
    socketcall: Option<u64>,
}

const WIDE_X86: &[&str] = &["rdi", "rsi", "rdx", "r10", "r8", "r9"];

fn machines() -> Vec<Machine> {
    use ByteOrder::{Big, Little};
    let of =
        |abi, order, number, words, numbers, socketcall| Machine { abi, order, number, words, numbers, socketcall };
    let r3: &[&str] = &["r3", "r4", "r5", "r6", "r7", "r8"];
    let arm: &[&str] = &["r0", "r1", "r2", "r3", "r4", "r5"];
    let arm_numbers = [322, 327, 283, 11, 3, 180, 0, 120];
    vec![
        of(Abi::X86_64, Little, "rax", WIDE_X86, [257, 262, 42, 59, 0, 17, 9, 56], None),
        of(
            Abi::I386,
            Little,
            "eax",
            &["ebx", "ecx", "edx", "esi", "edi", "ebp"],
            [295, 300, 362, 11, 3, 180, 90, 120],
            Some(102),
        ),
        of(Abi::Powerpc, Big, "r0", r3, [286, 291, 328, 11, 3, 179, 90, 120], Some(102)),
        of(
            Abi::MipsO32,
            Big,
            "v0",
            &["a0", "a1", "a2", "a3"],
            [4288, 4293, 4170, 4011, 4003, 4200, 4090, 4120],
            Some(4102),
        ),
        of(
            Abi::MipsO32,
            Little,
            "v0",
            &["a0", "a1", "a2", "a3"],
            [4288, 4293, 4170, 4011, 4003, 4200, 4090, 4120],
            Some(4102),
        ),
        of(Abi::Arm, Little, "r7", arm, arm_numbers, None),
        of(Abi::Arm, Big, "r7", arm, arm_numbers, None),
        of(
            Abi::S390x,
            Big,
            "r1",
            &["r2", "r3", "r4", "r5", "r6", "r7"],
            [288, 293, 362, 11, 3, 180, 90, 120],
            Some(102),
        ),
        of(
            Abi::Aarch64,
            Little,
            "x8",
            &["x0", "x1", "x2", "x3", "x4", "x5"],
            [56, 79, 203, 221, 63, 67, 222, 220],
            None,
        ),
        of(
            Abi::X32,
            Little,
            "rax",
            WIDE_X86,
            [257, 262, 42, 520, 0, 17, 9, 56].map(|number| 0x4000_0000 + number),
            None,
        ),
        of(Abi::Powerpc64, Big, "r0", r3, [286, 291, 328, 11, 3, 179, 90, 120], Some(102)),
        of(Abi::Powerpc64, Little, "r0", r3, [286, 291, 328, 11, 3, 179, 90, 120], Some(102)),
        of(
            Abi::Sparc64,
            Big,
            "g1",
            &["o0", "o1", "o2", "o3", "o4", "o5"],
            [284, 289, 98, 59, 3, 67, 71, 217],
            Some(206),
        ),
        of(
            Abi::MipsN64,
            Big,
            "v0",
            &["a0", "a1", "a2", "a3", "a4", "a5"],
            [5247, 5252, 5041, 5057, 5000, 5016, 5009, 5055],
            None,
        ),
        // Its number is in the instruction.
        of(
            Abi::ArmOabi,
            Little,
            "swi",
            &["r0", "r1", "r2", "r3", "r4", "r5", "r6"],
            [322, 327, 283, 11, 3, 180, 90, 120].map(|number| 0x90_0000 + number),
            Some(0x90_0066),
        ),
    ]
}

impl Machine {
    fn pack(&self) -> Pack {
        Pack::new(self.order)
    }

    fn word(&self) -> usize {
        self.abi.long_bits() as usize / 8
    }

    fn words_in_memory(&self, words: &[u64]) -> Pack {
        words.iter().fold(self.pack(), |pack, word| pack.number(*word, self.word()))
    }

    /// The words of a 64-bit value at a place: one, or two in the machine's order, the first of which has an even place
    /// where pairs are aligned.
    fn pair(&self, mut before: Vec<u64>, value: u64) -> Vec<u64> {
        if self.abi.word_bits() == 64 {
            before.push(value);
            return before;
        }
        // i386 has halves by name, others by the order of the machine; arm's former ABI does not align them.
        if ![Abi::I386, Abi::ArmOabi].contains(&self.abi) && before.len() % 2 == 1 {
            before.push(0xdead);
        }
        let halves = [value & 0xffff_ffff, value >> 32];
        before.extend(if self.order == ByteOrder::Big { [halves[1], halves[0]] } else { halves });
        before
    }

    fn call(&self, number: u64, words: &[u64], memory: &[(u64, Pack)]) -> (RawCall, Vec<(u64, Vec<u8>)>) {
        let stack = words.get(self.words.len()..).unwrap_or_default();
        let stack = stack.iter().fold(self.pack(), |pack, word| pack.number(*word, 4));
        let mut bytes: Vec<(u64, Vec<u8>)> = memory.iter().map(|(at, pack)| (*at, pack.as_ref().to_vec())).collect();
        bytes.push((STACK + 16, stack.as_ref().to_vec()));
        let register = |name: &str| match name {
            name if name == self.number => Some(number),
            "sp" => Some(STACK),
            "svc" => Some(0),
            name => {
                let place = self.words.iter().position(|word| *word == name);
                Some(place.and_then(|place| words.get(place).copied()).unwrap_or(0xdead_beef_dead_beef))
            }
        };
        let regions: Vec<Region> = bytes.iter().map(|(at, bytes)| Region::new(*at, bytes)).collect();
        (RawCall::from_registers(self.abi, self.order, register, &regions[..]).expect("a number"), bytes)
    }

    /// The event of a call with these words, those beyond the registers on the stack; with what it finds in memory, what it
    /// leaves there, and its result.
    #[track_caller]
    fn event(&self, number: u64, words: &[u64], memory: &[(u64, Pack)], after: &[(u64, &[u8])], result: i64) -> Event {
        let (call, bytes) = self.call(number, words, memory);
        let regions: Vec<Region> = bytes.iter().map(|(at, bytes)| Region::new(*at, bytes)).collect();
        let reading = Reading::new(self.abi).with_byte_order(self.order);
        let mut room = [0; 512];
        let mut scratch = Scratch::new(&mut room);
        let entered = Event::enter(reading, &call, &regions[..], &mut scratch)
            .unwrap_or_else(|error| panic!("{} {call:?}: {error}", self.abi));
        // What the kernel wrote comes first.
        let mut now: Vec<Region> = after.iter().map(|(at, bytes)| Region::new(*at, bytes)).collect();
        now.extend(&regions);
        let outcome = Outcome::from_word(self.abi, result as u64);
        entered.exit(outcome, &now[..], &mut scratch).unwrap_or_else(|error| panic!("{} {call:?}: {error}", self.abi))
    }
}

#[test]
fn the_same_event_from_the_registers_and_the_memory_of_each_abi() {
    for m in machines() {
        let [openat, stat, connect, execve, read, pread64, mmap, clone] = m.numbers;
        let is_wide = m.abi.word_bits() == 64;
        let text = |text: &str| m.pack().raw(text.as_bytes());
        let shown = |event: Event| format!("{event:?}");

        // Names and numbers; what stands above the bits of an `int` is nothing.
        let garbage = if is_wide { 0xabcd_0000_0000 << 4 } else { 0 };
        // The flags have other bits on some.
        let flags = match m.abi {
            Abi::MipsO32 | Abi::MipsN64 => 0x8_0101,
            Abi::Sparc64 => 0x40_0201,
            _ => 0o2_000_101,
        };
        let event = m.event(
            openat,
            &[AT_FDCWD_32 | garbage, PATH, flags | garbage, 0o644 | 0xffff_0000],
            &[(PATH, text("/etc/hosts\0"))],
            &[],
            3,
        );
        assert_eq!(
            shown(event),
            "Openat { dfd: DirFd(-100), filename: \"/etc/hosts\", flags: O_WRONLY|O_CREAT|O_CLOEXEC, mode: Mode(420) }",
            "{}",
            m.abi
        );
        let event = m.event(stat, &[AT_FDCWD_32, PATH, BUF, 0], &[(PATH, text("f\0"))], &[], 0);
        assert_eq!(event, Event::Stat { filename: c"f".into() }, "{}", m.abi);

        // By its own number, and behind another one's.
        let address = m.pack().u16(2).raw(&[0, 53, 8, 8, 8, 8]).to(16);
        let words = m.words_in_memory(&[3, MORE, 16]);
        let mut found = vec![m.event(connect, &[3, MORE, 16], &[(MORE, address.clone())], &[], 0)];
        found.extend(
            m.socketcall.map(|number| m.event(number, &[3, BUF], &[(BUF, words), (MORE, address.clone())], &[], 0)),
        );
        for event in found {
            assert_eq!(shown(event), "Connect { fd: Fd(3), addr: 8.8.8.8:53 }", "{}", m.abi);
        }

        // What the kernel writes, and as much as there was room for.
        if let Some(number) = m.socketcall {
            let words = m.words_in_memory(&[3, MORE, BUF + 64]);
            let memory = [(BUF, words), (BUF + 64, m.pack().u32(8)), (MORE, m.pack().to(16))];
            let len = m.pack().u32(16);
            let after = [(BUF + 64, len.as_ref()), (MORE, address.as_ref())];
            let event = m.event(number, &[5, BUF], &memory, &after, 4);
            let Event::Accept { fd: Fd(3), peer: Some(peer), result: Ok(Fd(4)) } = event else { panic!("{event:?}") };
            assert_eq!((peer.ip(), peer.data().len()), ("8.8.8.8:53".parse().ok(), 6), "{}", m.abi);
            let event = m.event(number, &[5, BUF], &memory, &[], -11);
            assert_eq!(event, Event::Accept { fd: Fd(3), peer: None, result: Err(Errno(11)) }, "{}", m.abi);
        }

        // Pointers have the size of the program's.
        let argv = m.words_in_memory(&[MORE, MORE + 3, 0]);
        let event = m.event(
            execve,
            &[PATH, BUF, 0],
            &[(PATH, text("/bin/ls\0")), (BUF, argv), (MORE, text("ls\0-l\0"))],
            &[],
            0,
        );
        let argv = vec![c"ls".into(), c"-l".into()];
        assert_eq!(event, Event::Execve { filename: c"/bin/ls".into(), argv }, "{}", m.abi);

        let event = m.event(read, &[3, BUF, 100], &[], &[(BUF, b"abcdef")], 4);
        assert_eq!(shown(event), "Read { fd: Fd(3), count: 100, buf: \"abcd\", result: Ok(4) }", "{}", m.abi);
        let event = m.event(read, &[3, BUF, 100], &[], &[], -9);
        assert_eq!(shown(event), "Read { fd: Fd(3), count: 100, buf: \"\", result: Err(Errno(9)) }", "{}", m.abi);

        // A place in a file of 64 bits: a word, two words, two that begin with an even one, two on the stack.
        let event = m.event(pread64, &m.pair(vec![33, BUF, 4], WHOLE), &[], &[(BUF, b"abcd")], 4);
        let Event::Pread64 { fd: Fd(33), buf, pos: WHOLE } = event else { panic!("{} {event:?}", m.abi) };
        assert_eq!(buf.bytes(), b"abcd", "{}", m.abi);

        // A mapping: its words in registers, on the stack, or in memory.
        let is_mips = [Abi::MipsO32, Abi::MipsN64].contains(&m.abi);
        let words = [0, 8192, 3, if is_mips { 0x802 } else { 0x22 }, 0xffff_ffff, 4096];
        let memory = [(BUF, m.words_in_memory(&words))];
        let event = match m.abi {
            // It has mmap2 alone.
            Abi::Arm => None,
            Abi::I386 | Abi::S390x | Abi::ArmOabi => Some(m.event(mmap, &[BUF], &memory, &[], 0)),
            _ => Some(m.event(mmap, &words, &[], &[], 0)),
        };
        if let Some(event) = event {
            assert_eq!(
                shown(event),
                "Mmap { addr: Address(0), len: 8192, prot: PROT_READ|PROT_WRITE, flags: MAP_PRIVATE|MAP_ANONYMOUS, \
                 fd: Fd(-1), at: 4096 }",
                "{}",
                m.abi
            );
        }

        // Each order that the words of a clone have.
        // SIGCHLD is another number on some.
        let flags = match m.abi {
            _ if is_mips => 0x8_0012,
            Abi::Sparc64 => 0x8_0014,
            _ => 0x8_0011,
        };
        let (stack, parent, child, tls) = (0x7000, 0x7010, 0x7020, 0x7030);
        let words = match m.abi {
            Abi::S390x => [stack, flags, parent, child, tls],
            Abi::X86_64 | Abi::X32 => [flags, stack, parent, child, tls],
            _ => [flags, stack, parent, tls, child],
        };
        assert_eq!(
            shown(m.event(clone, &words, &[], &[], 7)),
            "Clone { flags: SIGCHLD|CLONE_SETTLS, newsp: Address(28672), tls: Address(28720), \
             child_tidptr: Some(Address(28704)) }",
            "{}",
            m.abi
        );
    }
}

/// A call of an ABI with words as they come.
fn decode(call: RawCall, memory: &[Region]) -> Result<Event, DecodeError> {
    let mut room = [0; 512];
    let mut scratch = Scratch::new(&mut room);
    let outcome = Outcome::from_word(call.abi(), 0);
    Event::enter(call.abi(), &call, memory, &mut scratch)?.exit(outcome, memory, &mut scratch)
}

#[test]
fn what_is_left_of_ipc_and_halves() {
    // msgget has a number of its own on i386, and one behind ipc; msgrcv came the old way through ipc, too.
    for words in [[13, 0x1234, 0o1600, 0, 0, 0], [0x1234, 0o1600, 0, 0, 0, 0]] {
        let number = if words[0] == 13 { 117 } else { 399 };
        let event = decode(RawCall::new(Abi::I386, number, words), &[]);
        assert_eq!(event, Ok(Event::Msgget { key: 0x1234, msgflg: 0o1600 }));
    }
    let event = decode(RawCall::new(Abi::I386, 117, [0x1_000c, 5, 80, 1, BUF, 9]), &[]);
    assert_eq!(event, Ok(Event::Msgrcv { msqid: 5, msgsz: 80, msgtyp: 9, msgflg: 1 }));
    // A 64-bit kernel does not look at the upper half.
    for (abi, number, words) in [
        (Abi::X86_64, 295, [3, BUF, 0, WHOLE, 0xdead, 0]),
        (Abi::Aarch64, 69, [3, BUF, 0, WHOLE, 0, 0]),
        (Abi::I386, 333, [3, BUF, 0, LOW, HIGH, 0]),
        (Abi::Arm, 361, [3, BUF, 0, LOW, HIGH, 0]),
    ] {
        assert_eq!(decode(RawCall::new(abi, number, words), &[]), Ok(Event::Preadv { pos: WHOLE }), "{abi}");
    }
    // mips's `syscall` takes another number and the words of that call.
    let call = RawCall::with_words(Abi::MipsO32, 4000, &[4037, 7, 15]);
    assert_eq!(decode(call, &[]), Ok(Event::Kill { pid: Pid(7), sig: Signal(15) }));
    let call = RawCall::with_words(Abi::MipsO32, 4000, &[4000, 4000, 4000]);
    assert_eq!(decode(call, &[]), Ok(Event::Other(call)));
    assert_eq!(decode(RawCall::new(Abi::I386, 102, [99, 0, 0, 0, 0, 0]), &[]).map(|_| ()), Ok(()));
}

#[test]
fn what_is_none_of_the_calls() {
    let call = RawCall::new(Abi::X86_64, 0xffff_ffff, [1, 2, 3, 4, 5, 6]);
    assert_eq!(decode(call, &[]), Ok(Event::Other(call)));
    let other = RawCall::new(Abi::Riscv64, 56, [0; 6]);
    assert_eq!(decode(other, &[]), Ok(Event::Other(other)), "an ABI that is not named");
    let mut scratch = Scratch::new(&mut []);
    let error = Event::enter(Abi::I386, &call, &(), &mut scratch).map(|_| ()).unwrap_err();
    assert_eq!(error, DecodeError::OtherAbi(Abi::X86_64));

    #[derive(Debug, DecodeSyscall)]
    #[syscall(abis(x86_64))]
    struct Getpid;
    assert_eq!(Getpid::decode(Abi::X86_64, &call, &(), &mut scratch).map(|_| ()), Err(DecodeError::Other));
    let getpid = RawCall::new(Abi::X86_64, 39, [0; 6]);
    assert!(Getpid::decode(Abi::X86_64, &getpid, &(), &mut scratch).is_ok());
}

#[test]
fn without_the_exit() {
    let mut room = [0; 64];
    let mut scratch = Scratch::new(&mut room);
    let read = RawCall::new(Abi::X86_64, 0, [3, BUF, 4, 0, 0, 0]);
    let entered = Event::enter(Abi::X86_64, &read, &(), &mut scratch).unwrap();
    assert_eq!(*entered.raw(), read);
    assert_eq!(entered.finish(), Err(DecodeError::NotReturned));
    let kill = RawCall::new(Abi::X86_64, 62, [-7_i64 as u64, 9, 0, 0, 0, 0]);
    let entered = Event::enter(Abi::X86_64, &kill, &(), &mut scratch).unwrap();
    assert_eq!(entered.finish(), Ok(Event::Kill { pid: Pid(-7), sig: Signal(9) }));
}

/// Every byte is the same, at every address; counts what is read.
struct Everywhere(u8, Cell<usize>);

impl Memory for Everywhere {
    fn read(&self, _: u64, buf: &mut [u8]) -> Result<usize, Fault> {
        buf.fill(self.0);
        self.1.set(self.1.get() + buf.len());
        Ok(buf.len())
    }
}

#[test]
fn memory_that_has_no_end() {
    let limits = Limits::WHOLE;
    for (number, words) in [
        (257, [AT_FDCWD_32, PATH, 0, 0, 0, 0]),
        // A list of pointers without end to text without end.
        (59, [PATH, PATH, 0, 0, 0, 0]),
        (42, [3, PATH, u64::MAX, 0, 0, 0]),
    ] {
        let call = RawCall::new(Abi::X86_64, number, words);
        for byte in [1, 0xff] {
            let memory = Everywhere(byte, Cell::new(0));
            let mut room = [0; 512];
            let done = Event::enter(Abi::X86_64, &call, &memory, &mut Scratch::new(&mut room)).map(|_| ());
            let ended = matches!(done, Ok(()) | Err(DecodeError::Field { error: ArgError::TooLong, .. }));
            assert!(ended && memory.1.get() <= limits.bytes, "{number}: {done:?} {}", memory.1.get());
        }
    }
    // Pointers that lead to themselves, each a short text.
    let mut bytes = [0; 1024];
    bytes.chunks_exact_mut(8).for_each(|pointer| pointer.copy_from_slice(&[0x30, 0x10, 0, 0, 0, 0, 0, 0]));
    struct Cycle([u8; 1024]);
    impl Memory for Cycle {
        fn read(&self, address: u64, buf: &mut [u8]) -> Result<usize, Fault> {
            buf.iter_mut().enumerate().for_each(|(at, byte)| *byte = self.0[(address as usize + at) % 1024]);
            Ok(buf.len())
        }
    }
    let call = RawCall::new(Abi::X86_64, 59, [PATH, PATH, 0, 0, 0, 0]);
    let done = Event::enter(Abi::X86_64, &call, &Cycle(bytes), &mut Scratch::new(&mut [])).map(|_| ());
    let error = ArgError::TooLong;
    assert_eq!(done, Err(DecodeError::Field { name: "argv", error }));
}

#[test]
fn no_words_and_no_memory_make_it_panic() {
    let mut seed = 1u64;
    let mut next = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed >> 20
    };
    let edges = [0, 1, 3, 5, 12, 0x1_000c, PATH, PATH + 4095, u64::MAX, u64::MAX - 4, 1 << 31, 0xffff_ffff];
    let bytes: Vec<u8> = (0..4096).map(|_| next() as u8).collect();
    let memory = [Region::new(PATH, &bytes), Region::new(u64::MAX - 8, b"12345678")];
    for m in machines() {
        let numbers = m.numbers.into_iter().chain(m.socketcall).chain([117, 4000, 4117, 0, 37]);
        for number in numbers {
            // An interpreter takes a few.
            for round in 0..if cfg!(miri) { 3 } else { 400 } {
                let words: Vec<u64> = (0..next() % 9).map(|_| edges[next() as usize % edges.len()]).collect();
                let call = RawCall::with_words(m.abi, number as u32, &words);
                let reading = Reading::new(m.abi).with_byte_order(m.order);
                let mut room = vec![0; round];
                let mut scratch = Scratch::new(&mut room);
                let Ok(entered) = Event::enter(reading, &call, &memory, &mut scratch) else { continue };
                let outcome = Outcome::new(m.abi, edges[next() as usize % edges.len()], next() % 2 == 0);
                let _ = entered.exit(outcome, &memory, &mut scratch).map(|event| format!("{event:?}"));
            }
        }
    }
}

#[test]
fn what_cannot_be_read_says_so() {
    let openat = |filename| RawCall::new(Abi::X86_64, 257, [3, filename, 0, 0, 0, 0]);
    let memory = [Region::new(PATH, b"no end")];
    let name = "filename";
    for (call, error) in [
        (openat(0), ArgError::Fault(Fault::at(0))),
        (openat(PATH), ArgError::Fault(Fault::at(PATH + 6))),
        (openat(u64::MAX), ArgError::Fault(Fault::at(u64::MAX))),
        (RawCall::with_words(Abi::X86_64, 257, &[3]), ArgError::NoWord),
    ] {
        assert_eq!(decode(call, &memory), Err(DecodeError::Field { name, error }));
    }
    // The six words of a mapping.
    let call = RawCall::new(Abi::I386, 90, [0x10, 0, 0, 0, 0, 0]);
    assert_eq!(decode(call, &memory), Err(DecodeError::Words(Fault::at(0x10))));

    // As a value of the field, where one would rather have that.
    #[derive(Debug, PartialEq, DecodeSyscall)]
    #[syscall(abis(x86_64, i386))]
    struct Openat {
        filename: Result<CString, ArgError>,
    }
    let openat = Openat::decode(Abi::X86_64, &openat(PATH), &memory, &mut Scratch::new(&mut []));
    assert_eq!(openat, Ok(Openat { filename: Err(ArgError::Fault(Fault::at(PATH + 6))) }));
}

/// A type of the test's own.
#[derive(Debug, PartialEq)]
struct Whence(u8);

impl FromArg<'_> for Whence {
    const TAKES: Takes = Takes::number(32);

    fn from_arg(arg: &mut Argument<'_, '_>) -> Result<Self, ArgError> {
        u8::try_from(arg.value()).map(Whence).map_err(|_| ArgError::Value(arg.value()))
    }
}

/// Values that stay in the scratch.
#[derive(Debug, PartialEq, DecodeSyscall)]
#[syscall(abis(x86_64, i386, aarch64))]
enum Borrowed<'a> {
    Openat {
        filename: &'a str,
    },
    Execve {
        argv: TextList<'a>,
        envp: Option<TextList<'a>>,
    },
    Write {
        buf: &'a [u8],
    },
    Read {
        #[syscall(exit)]
        buf: BytesRef<'a>,
    },
    Lseek {
        offset: i64,

        whence: Whence,
    },
    Pipe2 {
        #[syscall(arg = "fildes", exit)]
        ends: Option<[u8; 8]>,
        flags: i32,
    },
    Wait4 {
        upid: Pid,
        #[syscall(arg = "stat_addr", exit)]
        status: Option<Behind<i32>>,
        #[syscall(ret)]
        pid: i64,
    },
}

#[test]
fn values_that_borrow_and_values_of_ones_own() {
    let list = Pack::le().u64(MORE).u64(MORE + 3).u64(0);
    let memory = [Region::new(PATH, b"/etc/hosts\0"), Region::new(BUF, list.as_ref()), Region::new(MORE, b"ls\0-l\0")];
    let mut room = [0; 64];
    let mut scratch = Scratch::new(&mut room);
    let mut enter = |number, words: &[u64]| {
        let call = RawCall::with_words(Abi::X86_64, number, words);
        Borrowed::enter(Abi::X86_64, &call, &memory, &mut scratch)
    };
    assert_eq!(enter(257, &[3, PATH]).unwrap().finish(), Ok(Borrowed::Openat { filename: "/etc/hosts" }));
    let execve = enter(59, &[PATH, BUF, 0]).unwrap().finish();
    let Ok(Borrowed::Execve { argv, envp: None }) = execve else { panic!("{execve:?}") };
    assert!(argv.iter().eq([c"ls", c"-l"]), "{argv:?}");
    assert_eq!(enter(1, &[1, PATH, 4]).unwrap().finish(), Ok(Borrowed::Write { buf: b"/etc" }));
    let lseek = enter(8, &[3, -1_i64 as u64, 1]).unwrap().finish();
    assert_eq!(lseek, Ok(Borrowed::Lseek { offset: -1, whence: Whence(1) }));
    let error = ArgError::Value(0x1000);
    assert_eq!(enter(8, &[3, 0, 0x1000]).map(|_| ()), Err(DecodeError::Field { name: "whence", error }));
    // No room for a second one: what was taken stays taken.
    let error = ArgError::NoRoom;
    assert_eq!(enter(1, &[1, PATH, 60]).map(|_| ()), Err(DecodeError::Field { name: "buf", error }));
    let error = ArgError::TooLong;
    assert_eq!(enter(1, &[1, PATH, 1 << 40]).map(|_| ()), Err(DecodeError::Field { name: "buf", error }));

    let (read, wait, pipe) = (enter(0, &[0, PATH, 99]), enter(61, &[7, BUF, 0, 0]), enter(293, &[BUF, 0]));
    let outcome = |value: i64| Outcome::from_word(Abi::X86_64, value as u64);
    let mut room = [0; 4];
    let mut scratch = Scratch::new(&mut room);
    let done = read.unwrap().exit(outcome(9), &memory, &mut scratch).unwrap();
    let Borrowed::Read { buf } = done else { panic!("{done:?}") };
    assert_eq!((buf.bytes(), buf.whole_len(), buf.is_cut()), (&b"/etc"[..], 9, true));
    let status = [Region::new(BUF, &[0, 0x80, 0, 0])];
    let done = wait.unwrap().exit(outcome(7), &status, &mut scratch);
    assert_eq!(done, Ok(Borrowed::Wait4 { upid: Pid(7), status: Some(Behind(0x8000)), pid: 7 }));
    let done = pipe.unwrap().exit(outcome(-24), &status, &mut scratch);
    assert_eq!(done, Ok(Borrowed::Pipe2 { ends: None, flags: 0 }));
}

/// What the derive finds is what the table-driven decoder finds: the words of every call behind another one.
#[test]
fn behind_others_as_the_decoder_has_it() {
    let memory = [Region::new(BUF, &[7; 64])];
    for (abi, socketcall, word) in [(Abi::I386, 102, 0x0707_0707), (Abi::S390x, 102, 0x0707_0707_0707_0707)] {
        let call = RawCall::new(abi, socketcall, [3, BUF, 0, 0, 0, 0]);
        let mut room = [0; 512];
        let entered = Decoder::new().enter(&call, &memory, &mut Scratch::new(&mut room));
        assert_eq!(entered.name(), Some("connect"));
        assert_eq!(entered.args().nth(1).and_then(|arg| arg.number()), Some(word));
        #[derive(DecodeSyscall)]
        #[syscall(abis(i386, s390x), name = "connect")]
        struct Connect {
            #[syscall(arg = "uservaddr")]
            address: args::Address,
        }
        let connect = Connect::decode(abi, &call, &memory, &mut Scratch::new(&mut [])).unwrap();
        assert_eq!(connect.address, Address(word));
    }
}
