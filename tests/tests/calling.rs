//! What has to hold of every `call` block of `data/abis.yaml`, and a few that are easily got wrong.

use std::collections::BTreeSet;

use syscall_meta_gen::model::{Abis, CallSpec, FailedResult, Failure, NumberPlace, Pairs};

fn abis() -> Abis {
    syscall_meta_tests::data().abis
}

fn call(abis: &Abis, name: &str) -> CallSpec {
    abis.get(name).expect(name).call.clone()
}

fn flag(failure: &Failure) -> Option<&str> {
    match failure {
        Failure::Flag { flag } => Some(flag),
        Failure::Result(FailedResult::Negative) => None,
    }
}

#[test]
fn registers_are_named_once() {
    for abi in &abis().abis {
        let (name, call) = (&abi.name, &abi.call);
        let words: BTreeSet<&str> = call.words.iter().map(String::as_str).collect();
        assert_eq!(words.len(), call.words.len(), "{name} names a word twice: {:?}", call.words);
        let number = match &call.number {
            NumberPlace::Register(register) => Some(register),
            NumberPlace::Instruction { register, .. } => register.as_ref(),
        };
        if let Some(number) = number {
            assert!(!words.contains(number.as_str()), "{name} has its number among the words");
        }
        assert_ne!(call.second.as_ref(), Some(&call.result), "{name}");
        assert_ne!(flag(&call.failure), Some(call.result.as_str()), "{name}");
        for register in words.iter().copied().chain(number.map(String::as_str)).chain([call.result.as_str()]) {
            let plain = register.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
            assert!(plain && !register.is_empty(), "{name} has a register `{register}`");
        }
    }
}

#[test]
fn every_call_of_six_words_has_room() {
    for abi in &abis().abis {
        let stack = abi.call.stack.as_ref().map_or(0, |stack| stack.count as usize);
        let expected = match abi.name.as_str() {
            "arm_oabi" | "sh" => 7,
            "mips_o32" => 8,
            _ => 6,
        };
        assert_eq!(abi.call.words.len() + stack, expected, "{}", abi.name);
    }
    let stack = call(&abis(), "mips_o32").stack.expect("words on the stack");
    assert_eq!((stack.register.as_str(), stack.offset, stack.count), ("sp", 16, 4));
}

#[test]
fn only_words_of_64_bits_hold_a_pair_and_extend() {
    for abi in &abis().abis {
        let wide = abi.long == 64 || ["x32", "mips_n32"].contains(&abi.name.as_str());
        assert_eq!(abi.call.pairs == Pairs::Whole, wide, "{}", abi.name);
        assert_eq!(abi.call.word_bits(), if wide { 64 } else { 32 }, "{}", abi.name);
        assert_eq!(abi.call.extension.is_some(), wide, "{}", abi.name);
    }
}

#[test]
fn few_tell_failure_by_a_flag() {
    let abis = abis();
    let flags: Vec<(&str, &str)> =
        abis.abis.iter().filter_map(|abi| Some((abi.name.as_str(), flag(&abi.call.failure)?))).collect();
    let expected = [
        ("alpha", "a3"),
        ("ia64", "r10"),
        ("mips_n32", "a3"),
        ("mips_n64", "a3"),
        ("mips_o32", "a3"),
        ("nios2", "r7"),
        ("powerpc", "cr0.SO"),
        ("powerpc64", "cr0.SO"),
        ("sparc", "icc.c"),
        ("sparc64", "xcc.c"),
    ];
    assert_eq!(flags, expected);
}

#[test]
fn powerpc64_has_an_instruction_that_leaves_the_flag_alone() {
    // arch/powerpc/include/asm/syscall.h, syscall_get_error; asm/ptrace.h, trap_is_scv
    let abis = abis();
    for abi in &abis.abis {
        assert_eq!(abi.call.other.is_some(), abi.name == "powerpc64", "{}", abi.name);
    }
    let other = call(&abis, "powerpc64").other.expect("scv");
    assert_eq!((other.instruction.as_str(), other.trap, flag(&other.failure)), ("scv", 0x3000, None));
}

#[test]
fn some_instructions_hold_the_number() {
    let abis = abis();
    let place = |name| match call(&abis, name).number {
        NumberPlace::Instruction { immediate, register } => (immediate, register),
        NumberPlace::Register(register) => panic!("{name} has its number in {register}"),
    };
    // arch/arm/kernel/entry-common.S; arch/s390/kernel/syscall.c, do_syscall
    assert_eq!(place("arm_oabi"), ("swi".to_string(), None));
    for name in ["s390", "s390x"] {
        assert_eq!(place(name), ("svc".to_string(), Some("r1".to_string())), "{name}");
    }
}

#[test]
fn pairs_begin_at_an_even_word_on_few() {
    let abis = abis();
    let aligned: Vec<&str> =
        abis.abis.iter().filter(|abi| abi.call.pairs == Pairs::Aligned).map(|abi| abi.name.as_str()).collect();
    assert_eq!(aligned, ["arm", "hexagon", "mips_o32", "nds32", "powerpc", "xtensa"]);
}

#[test]
fn sources_are_kernel_files() {
    for abi in &abis().abis {
        assert!(!abi.call.source.is_empty(), "{} has no source", abi.name);
        let compat = abi.compat.as_ref().map(|compat| compat.arch.as_str());
        let archs: Vec<String> =
            [Some(abi.arch.as_str()), compat].iter().flatten().map(|a| format!("arch/{a}/")).collect();
        for path in &abi.call.source {
            let own = archs.iter().any(|arch| path.starts_with(arch));
            let shared = !path.starts_with("arch/") && (path.ends_with(".c") || path.ends_with(".h"));
            assert!(own || shared, "{} reads {path}", abi.name);
        }
    }
}
