//! Structures of one's own, read with the layout that each program has.

#![cfg(all(feature = "derive", feature = "layouts", feature = "all-abis"))]

use syscall_meta::args::{Address, ArgError, Tracee};
use syscall_meta::{Abi, ByteOrder, FromTracee, Region, Scratch, StructLayout};

#[derive(Debug, PartialEq, FromTracee)]
#[tracee(struct = "struct statx_timestamp")]
struct Timestamp {
    tv_sec: i64,
    tv_nsec: u32,
}

#[derive(Debug, PartialEq, FromTracee)]
#[tracee(struct = "statx")]
struct Statx {
    stx_mode: u32,
    stx_size: u64,
    stx_mtime: Timestamp,
    #[tracee(field = "stx_dev_major")]
    major: u64,
}

#[derive(Debug, PartialEq, FromTracee)]
#[tracee(struct = "iovec")]
struct Iovec {
    iov_base: Address,
    iov_len: u64,
}

#[derive(Debug, PartialEq, FromTracee)]
#[tracee(struct = "new_utsname")]
struct Names {
    sysname: [u8; 65],
    machine: [u8; 65],
}

#[derive(Debug, PartialEq, FromTracee)]
#[tracee(struct = "struct stat", header = "asm/stat.h", abis(x86_64, i386, powerpc, s390x, mips_o32))]
struct Stat {
    st_mode: u32,
    st_size: i64,
}

#[derive(Debug, PartialEq, FromTracee)]
#[tracee(struct = "user_desc", abis(x86_64, i386))]
struct Descriptor {
    entry_number: u32,
    seg_32bit: u8,
    contents: u8,
    limit_in_pages: u8,
}

/// Puts numbers where the library's other way to layouts has the fields.
fn bytes(abi: Abi, order: ByteOrder, name: &str, fields: &[(&str, u64)]) -> Vec<u8> {
    let layout = StructLayout::of(abi, name).or_else(|_| {
        let of = syscall_meta::Struct::in_header("asm/stat.h", name).and_then(|of| of.on(abi));
        of.ok_or("no such structure")
    });
    let layout = layout.expect(name);
    let mut bytes = vec![0xa5; layout.size()];
    for (name, value) in fields {
        let field = layout.field(name).expect(name);
        let place = &mut bytes[field.offset()..][..field.size()];
        let le = value.to_le_bytes();
        place.copy_from_slice(&le[..place.len()]);
        if order == ByteOrder::Big {
            place.reverse();
        }
    }
    bytes
}

fn order_of(abi: Abi) -> ByteOrder {
    abi.audit_archs()[0].byte_order()
}

fn read<T: FromTracee>(abi: Abi, bytes: &[u8]) -> Result<T, ArgError> {
    let memory = [Region::new(0x1000, bytes)];
    T::read(abi, 0x1000, &memory, &mut Scratch::new(&mut [0; 1024]))
}

#[test]
fn the_same_structure_out_of_each_layout() {
    // An interpreter takes a few.
    for abi in Abi::ALL.iter().step_by(if cfg!(miri) { 9 } else { 1 }) {
        let order = order_of(*abi);
        let of = [("stx_mode", 0o644), ("stx_size", 1 << 40), ("stx_dev_major", 8)];
        let mut whole = bytes(*abi, order, "statx", &of);
        let layout = StructLayout::of(*abi, "statx").unwrap();
        let at = layout.field("stx_mtime").unwrap().offset();
        let time = bytes(*abi, order, "statx_timestamp", &[("tv_sec", -5i64 as u64), ("tv_nsec", 7)]);
        whole[at..][..time.len()].copy_from_slice(&time);
        let want =
            Statx { stx_mode: 0o644, stx_size: 1 << 40, stx_mtime: Timestamp { tv_sec: -5, tv_nsec: 7 }, major: 8 };
        assert_eq!(read(*abi, &whole), Ok(want), "{abi}");
        let whole = bytes(*abi, order, "iovec", &[("iov_base", 0x7fff_0000), ("iov_len", 300)]);
        assert_eq!(Iovec::size(*abi), abi.pointer_bits() as usize / 4);
        assert_eq!(read(*abi, &whole), Ok(Iovec { iov_base: Address(0x7fff_0000), iov_len: 300 }), "{abi}");
    }
}

#[test]
fn numbers_are_as_wide_as_the_program_has_them() {
    for abi in [Abi::X86_64, Abi::I386, Abi::Powerpc, Abi::S390x, Abi::MipsO32] {
        let whole = bytes(abi, order_of(abi), "struct stat", &[("st_mode", 0o644), ("st_size", 99)]);
        assert_eq!(read(abi, &whole), Ok(Stat { st_mode: 0o644, st_size: 99 }), "{abi}");
    }
    // i386 has a st_size without a sign, s390x one with it.
    let whole = bytes(Abi::S390x, ByteOrder::Big, "struct stat", &[("st_mode", 0), ("st_size", u64::MAX)]);
    assert_eq!(read(Abi::S390x, &whole), Ok(Stat { st_mode: 0, st_size: -1 }));
}

#[test]
fn texts_and_bits() {
    let mut whole = vec![0; StructLayout::of(Abi::X86_64, "new_utsname").unwrap().size()];
    whole[..5].copy_from_slice(b"Linux");
    let names: Names = read(Abi::X86_64, &whole).unwrap();
    assert_eq!((&names.sysname[..6], names.machine), (&b"Linux\0"[..], [0; 65]));
    // Bits from the lowest on: seg_32bit, contents of two, read_exec_only, limit_in_pages.
    let whole = [6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0b1_0101, 0, 0, 0];
    let want = Descriptor { entry_number: 6, seg_32bit: 1, contents: 2, limit_in_pages: 1 };
    assert_eq!(read(Abi::I386, &whole), Ok(want));
    // Where bits are in the other order is not known.
    let other = Tracee::new(&whole, Abi::I386, ByteOrder::Big);
    assert_eq!(Descriptor::from_tracee(other), None);
}

#[test]
fn what_cannot_be_read_is_an_error() {
    assert_eq!(Descriptor::size(Abi::Aarch64), 0);
    assert_eq!(read::<Descriptor>(Abi::Aarch64, &[0; 64]), Err(ArgError::Value(0x1000)));
    assert!(matches!(read::<Iovec>(Abi::X86_64, &[0; 15]), Err(ArgError::Fault(_))));
    let memory = [Region::new(0, &[0; 64])];
    assert_eq!(Iovec::read(Abi::X86_64, 0, &memory, &mut Scratch::new(&mut [0; 8])), Err(ArgError::NoRoom));
    for len in (0..64).step_by(if cfg!(miri) { 9 } else { 1 }) {
        let bytes = vec![0xff; len];
        for abi in Abi::ALL.iter().step_by(if cfg!(miri) { 9 } else { 1 }) {
            let _ = Statx::from_tracee(Tracee::new(&bytes, *abi, ByteOrder::Big));
            let _ = Names::from_tracee(Tracee::new(&bytes, *abi, ByteOrder::Little));
        }
    }
}
