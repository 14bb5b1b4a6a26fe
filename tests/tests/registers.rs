//! Calls out of registers and stack, against what debuggers saw of real programs (`tests/recordings/`), and where the
//! library looks for fields that kernels fill in, against their headers.

use std::fs;

use serde_yaml::Value;
use syscall_meta::{
    Abi, ByteOrder, Decoder, Memory, NumberPlace, RawCall, Region, Registers, Scratch, SeccompData, StructLayout,
    SyscallInfo, SyscallStop,
};
use syscall_meta_tests::root;

struct Recording {
    file: String,
    abi: Abi,
    order: ByteOrder,
    calls: Vec<Recorded>,
}

struct Recorded {
    function: String,
    syscall: String,
    number: u32,
    passed: Vec<(String, u64)>,
    words: Vec<(String, u64)>,
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("`{field}` in {value:?}")).to_string()
}

fn integers(value: &Value, field: &str) -> Vec<(String, u64)> {
    let entry = |(name, value): (&Value, &Value)| Some((name.as_str()?.to_string(), value.as_u64()?));
    value[field].as_mapping().expect(field).iter().map(|pair| entry(pair).expect(field)).collect()
}

fn recordings() -> Vec<Recording> {
    let folder = root().join("tests/recordings/words");
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("recordings") {
        let path = entry.expect("an entry").path();
        let yaml: Value = serde_yaml::from_str(&fs::read_to_string(&path).expect("a recording")).expect("YAML");
        let calls = yaml["calls"].as_sequence().expect("calls").iter().map(|call| Recorded {
            function: text(call, "function"),
            syscall: text(call, "syscall"),
            number: call["number"].as_u64().expect("a number") as u32,
            passed: integers(call, "passed"),
            words: integers(call, "words"),
        });
        all.push(Recording {
            file: path.file_stem().expect("a name").to_string_lossy().into_owned(),
            abi: text(&yaml, "abi").parse().expect("an ABI"),
            order: if text(&yaml, "byte_order") == "big" { ByteOrder::Big } else { ByteOrder::Little },
            calls: calls.collect(),
        });
    }
    all
}

const STACK: u64 = 0x7fff_0000;

/// What a tracer has of a recorded call, with all bits set that are not the ABI's.
struct Tracee<'r> {
    abi: Abi,
    recorded: &'r Recorded,
    above: u64,
    stack: Vec<u8>,
}

impl<'r> Tracee<'r> {
    fn new(abi: Abi, order: ByteOrder, recorded: &'r Recorded) -> Tracee<'r> {
        let above = if abi.word_bits() == 32 { 0xffff_ffff_0000_0000 } else { 0 };
        let stack = recorded.words.iter().filter(|(place, _)| place.starts_with("sp_"));
        let stack = stack.flat_map(|(_, word)| bytes(order, *word, 4)).collect();
        Tracee { abi, recorded, above, stack }
    }

    fn register(&self, name: &str) -> Option<u64> {
        let number = u64::from(self.recorded.number);
        match (self.abi.convention().number(), name) {
            (_, "sp") => Some(STACK | self.above),
            (NumberPlace::Register(place), _) if place == name => Some(number | 0xabcd_0000_0000),
            // As C libraries of s390 do: eight bits in the instruction, and a register for the others.
            (NumberPlace::Instruction { name: place, .. }, _) if place == name => {
                Some(number).filter(|n| *n < 256).or(Some(0))
            }
            (NumberPlace::Instruction { register: Some(place), .. }, _) if place == name && number > 255 => {
                Some(number)
            }
            _ => self.recorded.words.iter().find(|(place, _)| place == name).map(|(_, word)| word | self.above),
        }
    }

    fn memory(&self) -> Region<'_> {
        Region::new(STACK + 16, &self.stack)
    }

    fn call(&self, order: ByteOrder, memory: &dyn Memory) -> RawCall {
        RawCall::from_registers(self.abi, order, |name| self.register(name), memory).expect("a number")
    }
}

fn bytes(order: ByteOrder, value: u64, size: usize) -> Vec<u8> {
    match order {
        ByteOrder::Little => value.to_le_bytes()[..size].to_vec(),
        ByteOrder::Big => value.to_be_bytes()[8 - size..].to_vec(),
    }
}

/// The recorded words that the ABI has: arm's recordings have one of the old ABI's, too.
fn words(abi: Abi, recorded: &Recorded) -> Vec<u64> {
    let convention = abi.convention();
    let count = convention.words().len() + convention.stack().map_or(0, |stack| stack.count as usize);
    recorded.words.iter().take(count).map(|(_, word)| *word).collect()
}

/// Whether the value is in its words under its own name and as it was passed; `words.rs` tells of all others why not.
fn is_plain(file: &str, recorded: &Recorded, abi: Abi, name: &str) -> bool {
    match (&*recorded.function, name) {
        ("mmap", "offset") => recorded.syscall == "mmap",
        ("mmap", _) => abi != Abi::S390x,
        ("clone", "newsp") => false,
        ("clone", "parent_tidptr" | "child_tidptr" | "tls") => !file.contains("musl"),
        ("preadv" | "pwritev" | "preadv2" | "pwritev2", "pos") => abi.long_bits() == 32,
        _ => true,
    }
}

#[test]
fn recorded_calls_come_out_of_their_registers() {
    let (mut calls, mut values, mut on_stack) = (0, 0, 0);
    for Recording { file, abi, order, calls: recorded } in recordings() {
        for recorded in &recorded {
            let what = format!("{file}: {}", recorded.syscall);
            let tracee = Tracee::new(abi, order, recorded);
            let call = tracee.call(order, &tracee.memory());
            let expected = words(abi, recorded);
            assert_eq!((call.abi(), call.kernel_number()), (abi, recorded.number), "{what}");
            assert_eq!(call.words(), expected, "{what}");
            calls += 1;
            on_stack += usize::from(!tracee.stack.is_empty());

            // Without memory, the words that are in registers.
            let registers = abi.convention().words().len();
            assert_eq!(tracee.call(order, &()).words(), &expected[..registers.min(expected.len())], "{what}");

            let syscall = call.syscall().unwrap_or_else(|| panic!("{what} is in the table"));
            let params = syscall.side().params().unwrap_or_else(|| panic!("{what} has parameters"));
            for (name, passed) in recorded.passed.iter().filter(|(name, _)| is_plain(&file, recorded, abi, name)) {
                // Some entries have another name for it.
                if let Some(value) = params.value(name, call.words(), order) {
                    assert_eq!(value, *passed, "{what}: {name} in ({params})");
                    values += 1;
                }
            }
        }
    }
    println!("{calls} calls, {on_stack} of them with a stack, {values} values");
    assert!(calls == 26 * 15 && on_stack == 3 * 15 && values > 1300, "{calls} {on_stack} {values}");
}

#[test]
fn recorded_calls_decode_to_what_was_passed() {
    let mut values = 0;
    for Recording { file, abi, order, calls } in recordings() {
        let decoder = Decoder::new().with_byte_order(order);
        for recorded in &calls {
            let what = format!("{file}: {}", recorded.syscall);
            let tracee = Tracee::new(abi, order, recorded);
            let call = tracee.call(order, &tracee.memory());
            let mut room = vec![0; 4096];
            let entered = decoder.enter(&call, &tracee.memory(), &mut Scratch::new(&mut room));
            assert_eq!(entered.syscall(), call.syscall(), "{what}");
            // What lies in two words is one argument by then: of preadv as well, whose halves are two parameters.
            let is_plain = |name: &str| is_plain(&file, recorded, abi, name) || name == "pos";
            for (name, passed) in recorded.passed.iter().filter(|(name, _)| is_plain(name)) {
                let mut args = entered.args();
                let Some(arg) = args.find(|arg| arg.name() == name || name == "pos" && arg.name() == "pos_l") else {
                    continue;
                };
                let number = arg.number().unwrap_or_else(|| panic!("{what}: {name} is known"));
                // An int with the highest bit has its sign by now.
                let low = number & 0xffff_ffff;
                assert!(
                    number == *passed || low == *passed && number >> 32 == 0xffff_ffff,
                    "{what}: {name}: {number:#x}"
                );
                values += 1;
            }
        }
    }
    println!("{values} values");
    assert!(values > 1300, "{values}");
}

#[test]
fn recorded_calls_come_out_of_what_the_kernel_tells() {
    for Recording { file, abi, order, calls } in recordings() {
        let arch = abi.audit_archs().iter().find(|arch| arch.byte_order() == order).expect("a value").value();
        for recorded in &calls {
            let tracee = Tracee::new(abi, order, recorded);
            let expected = tracee.call(order, &tracee.memory());
            let mut args = [0; 6];
            args.copy_from_slice(&expected.words()[..6]);
            if abi == Abi::M68k {
                args.rotate_right(1);
                args[0] = u64::from(recorded.number);
            }
            let args = args.map(|word| word | tracee.above);
            let what = format!("{file}: {}", recorded.syscall);

            let head = [bytes(order, recorded.number.into(), 4), bytes(order, arch.into(), 4), bytes(order, 7, 8)];
            let data = [head.concat(), args.iter().flat_map(|word| bytes(order, *word, 8)).collect()].concat();
            let data = SeccompData::parse(&data, order).expect("64 bytes");
            let first = data.call().expect("an ABI that is known");
            assert_eq!((first.abi(), first), (abi, data.call_as(abi)), "{what}");
            // m68k kernels have the number in the place of the last one.
            let told = if abi == Abi::M68k { 5 } else { 6 };
            assert_eq!(first.words(), &expected.words()[..told], "{what}");

            let stop = SyscallStop::Entry { nr: recorded.number.into(), args };
            let info = SyscallInfo::new(arch, 7, STACK | tracee.above, stop);
            let whole = info.call().expect("a call").with_stack(order, info.stack_pointer(), &tracee.memory());
            assert_eq!(whole.words(), &expected.words()[..whole.words().len()], "{what}");
            assert!(abi != Abi::MipsO32 || whole == expected, "{what}");
        }
    }
}

/// A layout of the newest kernel, in a header of user space.
fn layout(abi: Abi, name: &str) -> StructLayout {
    StructLayout::of(abi, name).unwrap_or_else(|error| panic!("{name} on {abi}: {error}"))
}

#[test]
fn recorded_calls_come_out_of_register_sets() {
    let mut sets = 0;
    for Recording { file, abi, order, calls } in recordings() {
        let (structure, size) = match abi {
            Abi::X86_64 => ("struct pt_regs", 216),
            Abi::I386 => ("struct pt_regs", 68),
            Abi::Aarch64 => ("struct user_pt_regs", 272),
            Abi::Arm => ("struct pt_regs", 72),
            Abi::Riscv64 => ("struct user_regs_struct", 256),
            Abi::Riscv32 => ("struct user_regs_struct", 128),
            _ => continue,
        };
        let layout = layout(abi, structure);
        let field = |name: &str| match (abi, name.get(1..).and_then(|place| place.parse().ok())) {
            (Abi::Aarch64, Some(place)) => layout.field("regs").and_then(|regs| regs.element(place)),
            (Abi::Arm, Some(place)) => layout.field("uregs").and_then(|regs| regs.element(place)),
            (Abi::Arm, _) if name == "orig_r0" => layout.field("uregs").and_then(|regs| regs.element(17)),
            _ => layout.field(name),
        };
        for recorded in &calls {
            let tracee = Tracee::new(abi, order, recorded);
            let mut set = vec![0; size];
            let mut put = |name: &str, value: u64| {
                let field = field(name).unwrap_or_else(|error| panic!("{name} on {abi}: {error}"));
                set[field.offset()..][..field.size()].copy_from_slice(&bytes(order, value, field.size()));
            };
            let number = u64::from(recorded.number);
            for (name, word) in recorded.words.iter().filter(|(name, _)| abi != Abi::Arm || name != "r6") {
                put(if abi == Abi::Arm && name == "r0" { "orig_r0" } else { name }, *word);
            }
            match abi {
                Abi::X86_64 => {
                    put("orig_rax", number);
                    put("cs", 0x33);
                }
                Abi::I386 => put("orig_eax", number),
                Abi::Aarch64 => put("x8", number),
                Abi::Arm => put("r7", number),
                _ => put("a7", number),
            }
            let registers = match abi {
                Abi::X86_64 | Abi::I386 => Registers::x86(&set),
                Abi::Aarch64 | Abi::Arm => Registers::arm(order, &set),
                _ => Registers::riscv(&set),
            };
            let call = registers.expect("a set").call().expect("a call");
            assert_eq!(call, tracee.call(order, &()), "{file}: {}", recorded.syscall);
        }
        sets += 1;
    }
    assert_eq!(sets, 10);
}

#[test]
fn registers_are_where_headers_say() {
    let places: Vec<u8> = (0..=255).collect();
    let le = ByteOrder::Little;
    // A register whose bytes count up from the offset at which it stands.
    let at = |registers: &Registers, name: &str| registers.get(name).map(|value| (value & 0xff) as usize);
    let x86_64 = Registers::x86(&places[..216]).unwrap();
    let i386 = Registers::x86(&places[..68]).unwrap();
    let riscv64 = Registers::riscv(&places).unwrap();
    let riscv32 = Registers::riscv(&places[..128]).unwrap();
    let arm = Registers::arm(le, &places[..72]).unwrap();
    for (registers, abi, structure, count) in [
        (x86_64, Abi::X86_64, "struct pt_regs", 21),
        (i386, Abi::I386, "struct pt_regs", 17),
        (riscv64, Abi::Riscv64, "struct user_regs_struct", 32),
        (riscv32, Abi::Riscv32, "struct user_regs_struct", 32),
    ] {
        let layout = layout(abi, structure);
        assert_eq!(layout.fields().count(), count);
        for field in layout.fields() {
            // Segments of i386 have an x before them there.
            let name = field.name();
            let found = at(&registers, name).or_else(|| at(&registers, name.strip_prefix('x')?));
            assert_eq!(found, Some(field.offset()), "{name} on {abi}");
        }
    }
    let places: Vec<u8> = (0..272).map(|place| (place / 8) as u8).collect();
    let aarch64 = Registers::arm(le, &places).unwrap();
    let layout = layout(Abi::Aarch64, "struct user_pt_regs");
    for name in ["sp", "pc", "pstate"] {
        assert_eq!(at(&aarch64, name), Some(layout.field(name).unwrap().offset() / 8), "{name}");
    }
    for place in 0..31 {
        assert_eq!(at(&aarch64, &format!("x{place}")), Some(place));
    }
    let names = ["sp", "lr", "pc", "cpsr", "orig_r0"];
    let arms = (0..13).map(|place| format!("r{place}")).chain(names.map(String::from));
    for (place, name) in arms.enumerate() {
        assert_eq!(at(&arm, &name), Some(place * 4), "{name}");
    }
}

#[test]
fn fields_of_stops_are_where_headers_say() {
    for &abi in Abi::ALL {
        let info = layout(abi, "struct ptrace_syscall_info");
        for (field, offset, size) in [
            ("op", 0, 1),
            ("arch", 4, 4),
            ("instruction_pointer", 8, 8),
            ("stack_pointer", 16, 8),
            ("entry.nr", 24, 8),
            ("entry.args", 32, 48),
            ("exit.rval", 24, 8),
            ("exit.is_error", 32, 1),
            ("seccomp.nr", 24, 8),
            ("seccomp.args", 32, 48),
            ("seccomp.ret_data", 80, 4),
        ] {
            let found = info.field(field).unwrap();
            let bytes = found.bytes(&[0; 88]).unwrap().len();
            assert_eq!((found.offset(), bytes), (offset, size), "{field} on {abi}");
        }
        let data = layout(abi, "struct seccomp_data");
        assert_eq!(data.size(), SeccompData::SIZE);
        for (field, offset) in [("nr", 0), ("arch", 4), ("instruction_pointer", 8), ("args", 16)] {
            assert_eq!(data.field(field).unwrap().offset(), offset, "{field} on {abi}");
        }
    }
}
