//! Lookups beside those of other crates, as ratios of one run: name → row and number → row over all x86_64 names.
//!
//! `cargo bench -p syscall-meta-tests --bench lookup`

use std::collections::HashMap;
use std::ffi::{CString, c_char, c_int};
use std::hint::black_box;
use std::str::FromStr;

use syscall_meta::tables::X86_64;
use syscall_meta_tests::bench::{Peer, report};
use syscalls::Sysno;

fn main() {
    // Names that both crates know, in an order that no table can guess.
    let mut names: Vec<&str> =
        X86_64.iter().map(|call| call.name()).filter(|name| Sysno::from_str(name).is_ok()).collect();
    shuffle(&mut names);
    let numbers: Vec<u32> = names.iter().filter_map(|name| Some(X86_64.by_name(name)?.number())).collect();
    let map: HashMap<&str, u32> = X86_64.iter().map(|call| (call.name(), call.number())).collect();
    println!("{} names of x86_64, nanoseconds a lookup", names.len());

    let c_names: Vec<CString> = names.iter().map(|name| CString::new(*name).expect("no NUL in a name")).collect();
    let library = Seccomp::open();
    let mut by_name = vec![
        Peer::new("syscall-meta", || {
            names.iter().map(|name| black_box(X86_64.by_name(black_box(name)).is_some()) as usize).sum()
        }),
        Peer::new("syscalls::Sysno::from_str", || {
            names.iter().map(|name| black_box(Sysno::from_str(black_box(name)).is_ok()) as usize).sum()
        }),
        Peer::new("std HashMap", || {
            names.iter().map(|name| black_box(map.contains_key(black_box(name))) as usize).sum()
        }),
    ];
    if let Some(seccomp) = &library {
        by_name.push(Peer::new("libseccomp", || {
            c_names.iter().map(|name| black_box(seccomp.number(black_box(name))) as usize & 1).sum::<usize>()
        }));
    } else {
        println!("libseccomp.so.2 is not here, so its figure is left out");
    }
    report("name → row", "syscalls::Sysno::from_str", 0.8, names.len(), &by_name);

    let by_number = [
        Peer::new("syscall-meta, row", || {
            numbers.iter().map(|number| black_box(X86_64.get(black_box(*number)).is_some()) as usize).sum()
        }),
        Peer::new("syscall-meta, name", || {
            numbers
                .iter()
                .map(|number| X86_64.get(black_box(*number)).map_or(0, |call| black_box(call.name()).len()))
                .sum()
        }),
        Peer::new("syscalls, number → name", || {
            numbers
                .iter()
                .map(|number| Sysno::new(black_box(*number as usize)).map_or(0, |call| black_box(call.name()).len()))
                .sum()
        }),
    ];
    report("number → row", "syscalls, number → name", 1.0, numbers.len(), &by_number);
}

/// The same order in each run.
fn shuffle(names: &mut [&str]) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for i in (1..names.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        names.swap(i, (state % (i as u64 + 1)) as usize);
    }
}

/// libseccomp's resolver, if the library is installed.
struct Seccomp {
    library: libloading::Library,
}

impl Seccomp {
    fn open() -> Option<Self> {
        // SAFETY: the library is a system library without initialisers that could do harm.
        let library = unsafe { libloading::Library::new("libseccomp.so.2") }.ok()?;
        Some(Seccomp { library })
    }

    fn number(&self, name: &CString) -> c_int {
        // SAFETY: this is the function's signature in seccomp.h, and the name ends in NUL.
        unsafe {
            let resolve: libloading::Symbol<unsafe extern "C" fn(*const c_char) -> c_int> =
                self.library.get(b"seccomp_syscall_resolve_name\0").expect("the library has this function");
            resolve(name.as_ptr())
        }
    }
}
