//! The ABIs by name, by `AUDIT_ARCH`, and by what a kernel shows of a task.

use syscall_meta::{Abi, Audited, ByteOrder};

const AUDIT_64BIT: u32 = 0x8000_0000;
const AUDIT_LE: u32 = 0x4000_0000;

#[test]
fn names_and_aliases_parse_back() {
    for &abi in Abi::ALL {
        assert_eq!(abi.name().parse(), Ok(abi));
        assert_eq!(abi.to_string(), abi.name());
        for alias in abi.aliases() {
            assert_eq!(alias.parse(), Ok(abi));
            assert_eq!(alias.to_uppercase().replace('_', "-").parse(), Ok(abi));
        }
    }
    for text in ["", "x86-65", "arm ", "mips_", "ärm"] {
        let message = text.parse::<Abi>().unwrap_err().to_string();
        assert!(Abi::ALL.iter().all(|abi| message.contains(abi.name())), "{message}");
    }
}

#[test]
fn no_two_abis_share_a_name() {
    let mut names: Vec<_> = Abi::ALL.iter().flat_map(|abi| abi.aliases().iter().copied().chain([abi.name()])).collect();
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn facts_make_sense() {
    for &abi in Abi::ALL {
        assert!([32, 64].contains(&abi.long_bits()) && [32, 64].contains(&abi.pointer_bits()), "{abi}");
        assert!(abi.number_base() >= abi.kernel_number_base());
        assert!(abi.native_arch().is_some() || !abi.compat_archs().is_empty(), "{abi} is served by someone");
        assert!(!abi.byte_orders().is_empty());
        for arch in abi.audit_archs() {
            assert!(abi.byte_orders().contains(&arch.byte_order()));
        }
        for order in abi.byte_orders() {
            assert!(abi.audit_archs().iter().any(|arch| arch.byte_order() == *order));
        }
    }
}

#[test]
fn each_audit_value_leads_back_to_its_abi() {
    for &abi in Abi::ALL {
        for arch in abi.audit_archs() {
            match Abi::from_audit(arch.value(), abi.kernel_number_base()) {
                Audited::One(one) => assert_eq!(one, abi),
                Audited::Either(one, other) => assert!(one != other && [one, other].contains(&abi)),
                Audited::Unknown => panic!("{abi} {:#x}", arch.value()),
            }
        }
    }
}

#[test]
fn audit_values_that_are_shared() {
    use Audited::{Either, One, Unknown};
    let x86_64 = 62 | AUDIT_64BIT | AUDIT_LE;
    assert_eq!(Abi::from_audit(x86_64, 0), One(Abi::X86_64));
    assert_eq!(Abi::from_audit(x86_64, 0x4000_0000), One(Abi::X32));
    assert_eq!(Abi::from_audit(40 | AUDIT_LE, 322), Either(Abi::Arm, Abi::ArmOabi));
    let riscv = 243 | AUDIT_LE;
    assert_eq!(Abi::from_audit(riscv, 56), One(Abi::Riscv32));
    assert_eq!(Abi::from_audit(riscv | AUDIT_64BIT, 56), Either(Abi::Riscv64, Abi::Riscv32));
    assert_eq!(Abi::from_audit(20 | AUDIT_LE, 1), One(Abi::Powerpc));
    for order in [0, AUDIT_LE] {
        assert_eq!(Abi::from_audit(8 | order, 4005), One(Abi::MipsO32));
        assert_eq!(Abi::from_audit(8 | order | AUDIT_64BIT, 5002), One(Abi::MipsN64));
        assert_eq!(Abi::from_audit(8 | order | AUDIT_64BIT | 0x2000_0000, 6002), One(Abi::MipsN32));
        assert_eq!(Abi::from_audit(8 | order | AUDIT_64BIT, 4005), One(Abi::MipsO32));
        assert_eq!(Abi::from_audit(8 | order, 0), One(Abi::MipsO32));
    }
    // CRIS, and SH64: names in audit.h without an ABI here.
    for arch in [0, 76 | AUDIT_LE, 42 | AUDIT_64BIT, u32::MAX] {
        assert_eq!(Abi::from_audit(arch, 0), Unknown);
        assert_eq!((Unknown.one(), Unknown.first()), (None, None));
    }
}

#[test]
fn what_a_kernel_shows_of_a_task() {
    assert_eq!(Abi::on_x86_64(false, 257), Abi::X86_64);
    assert_eq!(Abi::on_x86_64(false, 0x4000_0101), Abi::X32);
    assert_eq!(Abi::on_x86_64(true, 295), Abi::I386);
    assert_eq!(Abi::on_x86_64(true, 0x4000_0101), Abi::I386);
    assert_eq!([false, true].map(Abi::on_arm64), [Abi::Aarch64, Abi::Arm]);
    assert_eq!([322, 0x90_0142, 0xf_0005].map(Abi::on_arm), [Abi::Arm, Abi::ArmOabi, Abi::Arm]);
    assert_eq!([false, true].map(Abi::on_s390x), [Abi::S390x, Abi::S390]);
    assert_eq!([false, true].map(Abi::on_powerpc64), [Abi::Powerpc64, Abi::Powerpc]);
    assert_eq!([false, true].map(Abi::on_riscv64), [Abi::Riscv64, Abi::Riscv32]);
    assert_eq!([false, true].map(Abi::on_sparc64), [Abi::Sparc64, Abi::Sparc]);
    assert_eq!([false, true].map(Abi::on_parisc64), [Abi::Parisc64, Abi::Parisc]);
    assert_eq!(Abi::on_mips64(true, true, 4005), Abi::MipsO32);
    assert_eq!(Abi::on_mips64(false, true, 6002), Abi::MipsN32);
    assert_eq!(Abi::on_mips64(false, false, 5002), Abi::MipsN64);
    assert_eq!(Abi::on_mips64(false, false, 4005), Abi::MipsO32);
    assert_eq!(Abi::on_mips64(false, true, 1), Abi::MipsN32);
}

#[test]
fn byte_orders() {
    assert_eq!(Abi::X86_64.byte_orders(), [ByteOrder::Little]);
    assert_eq!(Abi::S390x.byte_orders(), [ByteOrder::Big]);
    assert_eq!(Abi::Aarch64.byte_orders(), [ByteOrder::Little, ByteOrder::Big]);
}
