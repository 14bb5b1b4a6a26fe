//! A kernel with a call of its own, decoded and named as the built-in ones are.

use std::ffi::CStr;

use syscall_meta::{Abi, DecodeSyscall, RawCall, Region, Scratch, SyscallName, name_map, sysno};

include!(concat!(env!("OUT_DIR"), "/vendor.rs"));

const FROB: u32 = sysno!(table = vendor; x86_64, frob);

name_map! { table = vendor; static NAMES: x86_64; frob, openat }

#[derive(Debug, DecodeSyscall)]
#[syscall(table = vendor, abis(x86_64))]
enum Event<'b> {
    Frob { name: &'b CStr, flags: u32, limit: u64 },
    Openat { filename: &'b CStr },
    #[syscall(other)]
    Other(RawCall),
}

#[derive(Clone, Copy, Debug, SyscallName)]
#[syscall(table = vendor, abis(x86_64))]
enum Call {
    Frob,
    Read,
}

fn main() {
    let memory = [Region::new(0x1000, b"a name\0")];
    let mut room = [0; 64];
    for number in [FROB, 257, 0] {
        let call = RawCall::new(Abi::X86_64, number, [0x1000, 0x1000, 1 << 40, 0, 0, 0]);
        let event = Event::decode(Abi::X86_64, &call, &memory, &mut Scratch::new(&mut room));
        match event {
            Ok(Event::Frob { name, flags, limit }) => println!("frob({name:?}, {flags:#x}, {limit})"),
            Ok(Event::Openat { filename }) => println!("openat({filename:?})"),
            Ok(Event::Other(raw)) => println!("other {}", raw.kernel_number()),
            Err(error) => println!("{error}"),
        }
    }
    println!("{:?} {:?}", NAMES.name(Abi::X86_64, 600), Call::from_number(Abi::X86_64, 600));
    println!("{} {:?}", Call::Read.as_str(), Call::Frob.number(Abi::X86_64));
    println!("{}", x86_64::SYSCALLS.iter().any(|call| *call == (600, "frob")));
}
