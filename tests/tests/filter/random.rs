//! Random rules over random calls: a program answers what the rules say, read one after the other.

use std::fmt::Write;

use syscall_meta::{Abi, ByteOrder, Param, Part, SeccompData, Syscall};
use syscall_meta_tests::Random;

use crate::bpf::{Data, run};
use crate::{made, wish};

/// A condition with its numbers.
struct Asked {
    argument: &'static str,
    bits: u32,
    is_signed: bool,
    mask: Option<u64>,
    test: &'static str,
    /// With the sign of a signed one.
    value: u64,
}

struct Asking {
    name: &'static str,
    abi: Option<Abi>,
    answer: u32,
    conditions: Vec<Asked>,
}

/// The ABIs of one machine, and its byte order.
const MACHINES: [(&[Abi], ByteOrder); 12] = [
    (&[Abi::X86_64], ByteOrder::Little),
    (&[Abi::X86_64, Abi::I386], ByteOrder::Little),
    (&[Abi::X32, Abi::I386, Abi::X86_64], ByteOrder::Little),
    (&[Abi::X32], ByteOrder::Little),
    (&[Abi::Aarch64, Abi::Arm], ByteOrder::Little),
    (&[Abi::Aarch64, Abi::Arm], ByteOrder::Big),
    (&[Abi::MipsO32, Abi::MipsN32, Abi::MipsN64], ByteOrder::Little),
    (&[Abi::MipsN64, Abi::MipsO32], ByteOrder::Big),
    (&[Abi::Powerpc64, Abi::Powerpc], ByteOrder::Big),
    (&[Abi::Powerpc64], ByteOrder::Little),
    (&[Abi::S390x, Abi::S390], ByteOrder::Big),
    (&[Abi::Sparc64, Abi::Sparc], ByteOrder::Big),
];

#[test]
fn programs_answer_what_rules_say() {
    let mut random = Random::new(7);
    let (mut filters, mut decisions, mut by_rule, mut longest) = (0, 0, 0, 0);
    for round in 0..600 {
        let (abis, order) = *random.one_of(&MACHINES);
        let count = if round % 50 == 0 { 300 } else { 1 + random.below(12) };
        let rules: Vec<Asking> = (0..count).map(|_| asking(&mut random, abis)).collect();
        let texts: Vec<String> = rules.iter().map(text).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let (default, otherwise) =
            *random.one_of(&[("allow", crate::ALLOW), ("errno(77)", 0x0005_004d), ("kill", crate::KILL)]);
        let made = wish(abis, order, default, &texts).and_then(|wish| made(&wish));
        let (program, _) = match made {
            Ok(made) => made,
            // What one ABI of the machine cannot check is an error for all.
            Err(error) => {
                let is_known = [
                    "words in memory",
                    "a filter sees 6 words",
                    "does not fit",
                    "has no argument",
                    "never equal",
                    "it has no sign",
                ];
                assert!(is_known.iter().any(|known| error.contains(known)), "{texts:?}: {error}");
                continue;
            }
        };
        filters += 1;
        longest = longest.max(program.len());
        for _ in 0..200 {
            let data = data(&mut random, abis, order, &rules);
            let (expected, is_by_rule) = said(abis, order, &rules, otherwise, &data);
            assert_eq!(run(&program, &data.bytes(order), order), expected, "{abis:?} {order:?} {texts:?} {data:x?}");
            decisions += 1;
            by_rule += usize::from(is_by_rule);
        }
    }
    eprintln!("{decisions} decisions of {filters} filters of up to {longest} instructions, {by_rule} by a rule");
    assert!(filters > 300 && longest > 512 && by_rule * 10 > decisions, "{filters} {longest} {by_rule} {decisions}");
}

/// The parameters that rules can be about, and the wholes of halves.
fn arguments(call: Syscall) -> Vec<(&'static str, u32, bool)> {
    let told = |param: Param| match param.part() {
        _ if param.words().end > 6 => None,
        Part::Whole => Some((param.name(), param.bits(), param.is_signed())),
        Part::Low(of) | Part::First(of) if param.words().end < 6 => Some((of, 64, true)),
        _ => None,
    };
    call.params().into_iter().flatten().filter_map(told).collect()
}

fn asking(random: &mut Random, abis: &[Abi]) -> Asking {
    let abi = *random.one_of(abis);
    let table = abi.table().expect("all are built in");
    // Few calls, so that several rules are about one.
    let names = ["read", "lseek", "pread64", "openat", "kill", "socket", "mmap2", "ftruncate64", "fallocate", "exit"];
    let named = |random: &mut Random| table.by_name(random.one_of::<&str>(&names));
    let call = (0..9).find_map(|_| named(random)).filter(|_| random.below(3) > 0);
    let call = call.unwrap_or_else(|| table.iter().nth(random.below(table.len())).expect("a call"));
    let arguments = arguments(call);
    let count = if arguments.is_empty() { 0 } else { random.below(4) };
    let conditions = (0..count).map(|_| {
        let (argument, bits, is_signed) = *random.one_of(&arguments);
        let test = *random.one_of(&["==", "!=", "<", "<=", ">", ">="]);
        let all = u64::MAX >> (64 - bits);
        let mask = (random.below(2) == 0).then(|| few(random) & all).filter(|mask| *mask != 0);
        let value = match mask {
            Some(mask) => few(random) & mask,
            None if is_signed => extended(few(random), bits),
            None => few(random) & all,
        };
        Asked { argument, bits, is_signed, mask, test, value }
    });
    let conditions = conditions.collect();
    // Widths and signs are of one ABI.
    Asking {
        name: call.name(),
        abi: (count > 0 || random.below(2) == 0).then_some(abi),
        answer: random.below(4000) as u32,
        conditions,
    }
}

/// Numbers in which halves are equal, and borders.
fn few(random: &mut Random) -> u64 {
    let half =
        |random: &mut Random| *random.one_of(&[0, 0, 1, 2, 3, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1234, 0xf0f0]);
    if random.below(8) == 0 { random.bits() } else { half(random) << 32 | half(random) }
}

fn extended(value: u64, bits: u32) -> u64 {
    ((value << (64 - bits)) as i64 >> (64 - bits)) as u64
}

fn text(rule: &Asking) -> String {
    let mut text = format!("errno({}) {}", rule.answer, rule.name);
    if let Some(abi) = rule.abi {
        let _ = write!(text, "@{abi}");
    }
    let mut conditions = rule.conditions.iter().map(|Asked { argument, is_signed, mask, test, value, .. }| {
        let mask = mask.map_or(String::new(), |mask| format!(" & {mask:#x}"));
        match *value as i64 {
            value if *is_signed && mask.is_empty() => format!("{argument}{mask} {test} {value}"),
            _ => format!("{argument}{mask}{test}{value:#x}"),
        }
    });
    if let Some(first) = conditions.next() {
        let rest = conditions.map(|condition| format!(", {condition}"));
        let _ = write!(text, "({first}{})", rest.collect::<String>());
    }
    text
}

/// A call that rules are likely to be about, with values near those of their conditions.
fn data(random: &mut Random, abis: &[Abi], order: ByteOrder, rules: &[Asking]) -> Data {
    let rule = random.one_of(rules);
    let abi = rule.abi.unwrap_or(*random.one_of(abis));
    let archs: Vec<u32> =
        abi.audit_archs().iter().filter(|arch| arch.byte_order() == order).map(|arch| arch.value()).collect();
    let call = abi.table().and_then(|table| table.by_name(rule.name));
    let mut data = Data { nr: 0, arch: *random.one_of(&archs), args: [0; 6] };
    data.args = std::array::from_fn(|_| few(random));
    data.nr = call.map_or(0, |call| call.kernel_number());
    match random.below(20) {
        0 => data.nr ^= 1,
        1 => data.nr ^= 0x4000_0000,
        2 => data.nr = random.bits() as u32,
        3 => data.arch = random.one_of(Abi::ALL).audit_archs()[0].value(),
        _ => {}
    }
    for asked in &rule.conditions {
        let params = call.and_then(Syscall::params).into_iter().flatten();
        let near = asked.value.wrapping_add(random.below(3) as u64).wrapping_sub(1);
        let is_it = |param: &Param| match param.part() {
            Part::Low(of) | Part::High(of) | Part::First(of) | Part::Second(of) => of == asked.argument,
            _ => param.name() == asked.argument,
        };
        for (place, param) in params.filter(is_it).enumerate() {
            for (half, word) in param.words().enumerate().filter(|(_, word)| *word < 6) {
                let of_two = if place + half > 0 { near >> 32 } else { near };
                let above = if random.below(2) == 0 { random.bits() << 32 } else { 0 };
                data.args[word] = if asked.bits == 64 { of_two } else { near & 0xffff_ffff | above };
            }
        }
    }
    data
}

/// What the rules say of a call, as the library tells its arguments, and whether it was one of them.
fn said(abis: &[Abi], order: ByteOrder, rules: &[Asking], otherwise: u32, data: &Data) -> (u32, bool) {
    let is_reported =
        |abi: &Abi| abi.audit_archs().iter().any(|arch| (arch.value(), arch.byte_order()) == (data.arch, order));
    let of_number = |abi: &Abi| match *abi {
        Abi::MipsO32 => (4000..5000).contains(&data.nr),
        Abi::MipsN64 => (5000..6000).contains(&data.nr),
        Abi::MipsN32 => (6000..7000).contains(&data.nr),
        Abi::X86_64 => data.nr < 0x4000_0000,
        Abi::X32 => data.nr >= 0x4000_0000,
        _ => true,
    };
    let Some(abi) = abis.iter().copied().filter(is_reported).find(of_number) else { return (crate::KILL, false) };
    let raw = SeccompData::new(data.nr, data.arch, 0, data.args).call_as(abi);
    let Some(call) = raw.syscall() else { return (otherwise, false) };
    let is_about = |rule: &&Asking| {
        let is_named = call.name() == rule.name || call.aliases().any(|alias| alias == rule.name);
        is_named && rule.abi.is_none_or(|of| of == abi)
    };
    let holds = |asked: &Asked| {
        let params = call.params().expect("it has arguments");
        let value = params.value(asked.argument, raw.words(), order).expect("it is there");
        let all = u64::MAX >> (64 - asked.bits);
        let order = match asked.mask {
            Some(mask) => (value & mask & all).cmp(&asked.value),
            None if asked.is_signed => (value as i64).cmp(&(asked.value as i64)),
            None => value.cmp(&asked.value),
        };
        match asked.test {
            "==" => order.is_eq(),
            "!=" => order.is_ne(),
            "<" => order.is_lt(),
            "<=" => order.is_le(),
            ">" => order.is_gt(),
            _ => order.is_ge(),
        }
    };
    let mut about = rules.iter().filter(is_about);
    let found = about.find(|rule| rule.conditions.iter().all(holds));
    found.map_or((otherwise, false), |rule| (0x0005_0000 | rule.answer, true))
}

#[test]
fn no_text_makes_it_panic() {
    let words = [
        "openat",
        "(",
        ")",
        "flags",
        "&",
        "&&",
        "==",
        "=",
        "<",
        "<<",
        ">=",
        "!",
        "O_CREAT",
        "|",
        ",",
        "@",
        "i386",
        "x32",
        "%",
        "file",
        "0x",
        "-",
        "-1",
        "18446744073709551616",
        "0xffffffffffffffff",
        "é",
        "𝄞",
        " ",
        "arg0",
        "arg99999999999999999999",
        "socket",
        "read",
        "errno(",
        "64",
    ];
    let (mut random, mut made_ones) = (Random::new(11), 0);
    for _ in 0..2_000 {
        let text: String = (0..random.below(9)).map(|_| *random.one_of(&words)).collect();
        let text = if random.below(2) == 0 { format!("read(fd{text}") } else { text };
        let abis: &[Abi] = if random.below(2) == 0 { &[Abi::X86_64] } else { &[Abi::I386, Abi::X86_64, Abi::X32] };
        let made = wish(abis, ByteOrder::Little, "allow", &[&format!("log {text}")]).and_then(|wish| made(&wish));
        made_ones += usize::from(made.is_ok());
        assert!(made.is_ok() || made.is_err_and(|error| error.starts_with("rule `")), "{text}");
    }
    assert!(made_ones > 5, "{made_ones}");
}
