//! Every pointer of every call on every ABI leads to what its kind says: where all memory can be read, it is read.

#![cfg(all(feature = "decode", feature = "all-abis"))]

use std::collections::{BTreeMap, BTreeSet};

use syscall_meta::{Abi, Decoder, Fault, Kind, Memory, Outcome, RawCall, Scratch, Target, Value};

/// The same small number wherever it is read.
struct Filled(u64);

impl Memory for Filled {
    fn read(&self, _: u64, bytes: &mut [u8]) -> Result<usize, Fault> {
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = if at % 8 == 0 { self.0 as u8 } else { 0 };
        }
        Ok(bytes.len())
    }
}

/// C types whose layout is not known on some ABI, or not at all.
const NOT_LAID_OUT: &[&str] = &[
    "compat_old_sigaction",
    "compat_stack_t",
    "compat_stat",
    "compat_statfs",
    "compat_statfs64",
    "compat_uptr_t",
    "fadvise64_64_args",
    "old_sigaction",
    "osf_sigaction",
    "rt_sigframe",
    "rtas_args",
    "sigaction",
    "stat64_emu31",
    "utrap_handler_t",
];

#[test]
#[cfg_attr(miri, ignore = "too much for an interpreter")]
fn every_pointer_is_followed() {
    let mut unknown: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut followed = 0;
    for table in Abi::ALL.iter().filter_map(|abi| abi.table()) {
        let abi = table.abi();
        // Every word is an address and a size of a set of signals at once.
        let word = if matches!(abi, Abi::MipsO32 | Abi::MipsN32 | Abi::MipsN64) { 16 } else { 8 };
        let memory = Filled(word);
        for call in table.iter() {
            for compat in [false, true].into_iter().take(1 + usize::from(call.has_compat())) {
                let raw = RawCall::with_words(abi, call.kernel_number(), &[word; 8]);
                let mut room = vec![0; 64 * 1024];
                let mut scratch = Scratch::new(&mut room);
                let entered = Decoder::new().with_compat(compat).enter(&raw, &memory, &mut scratch);
                let Some(side) = entered.side() else { continue };
                // Sleeps write where they are interrupted alone.
                if side.entry().is_some_and(|entry| entry.contains("nanosleep")) {
                    continue;
                }
                let done = entered.exit(Outcome::from_word(abi, 1), &memory, &mut scratch);
                for arg in done.args() {
                    let Some(Kind::Pointer { target, .. }) = arg.kind() else { continue };
                    if matches!(target, Target::Opaque(_) | Target::Chosen) {
                        continue;
                    }
                    if !matches!(arg.value(), Some(Value::Address(_))) {
                        followed += 1;
                        continue;
                    }
                    let params = [side.params(), side.block()].into_iter().flatten().flatten();
                    let ty = params.into_iter().find(|param| param.name() == arg.name());
                    let ty = ty.map_or(String::new(), |param| param.c_type().to_string());
                    let words = ty.split([' ', '*']).filter(|word| !["", "const", "struct", "__user"].contains(word));
                    let place = format!("{abi}/{}.{}: {target:?}", call.name(), arg.name());
                    unknown.entry(words.collect::<Vec<_>>().join(" ")).or_default().insert(place);
                }
            }
        }
    }
    let known: BTreeSet<&str> = NOT_LAID_OUT.iter().copied().collect();
    let told: Vec<_> = unknown.iter().filter(|(ty, _)| !known.contains(ty.as_str())).collect();
    assert!(told.is_empty(), "not followed: {told:#?}");
    let stale: Vec<_> = known.iter().filter(|ty| !unknown.contains_key(**ty)).collect();
    assert!(stale.is_empty(), "these are laid out by now: {stale:?}");
    assert!(followed > 10_000, "{followed}");
}
