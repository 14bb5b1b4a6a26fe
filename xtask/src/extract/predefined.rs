//! What a compiler for an ABI predefines, as far as kernel headers ask.

use crate::evaluate::{DataModel, IntType, Setup};
use crate::model::{AbiSpec, ByteOrder};

/// A run with the types and the predefined macros of an ABI: those that follow from its data model, the same for every
/// compiler, and those of its own that `data/abis.yaml` lists.
pub(super) fn setup(abi: &AbiSpec) -> Setup {
    let mut setup = Setup::new(model(abi));
    let bytes = (abi.long / 8).to_string();
    let order = match abi.order() {
        ByteOrder::Little => "__ORDER_LITTLE_ENDIAN__",
        ByteOrder::Big => "__ORDER_BIG_ENDIAN__",
    };
    let model = [
        ("__linux__", "1"),
        ("__CHAR_BIT__", "8"),
        ("__SIZEOF_INT__", "4"),
        ("__SIZEOF_LONG_LONG__", "8"),
        ("__SIZEOF_LONG__", &bytes),
        ("__SIZEOF_POINTER__", &bytes),
        ("__ORDER_LITTLE_ENDIAN__", "1234"),
        ("__ORDER_BIG_ENDIAN__", "4321"),
        ("__BYTE_ORDER__", order),
    ];
    for (name, value) in model {
        setup.predefine(name, value);
    }
    if abi.long == 64 {
        setup.predefine("__LP64__", "1").predefine("_LP64", "1");
    }
    own(&mut setup, &abi.predefined);
    setup
}

/// The C of an ABI's compiler.
fn model(abi: &AbiSpec) -> DataModel {
    let usual = if abi.long == 64 { DataModel::LP64 } else { DataModel::ILP32 };
    DataModel {
        char_signed: abi.c.char_signed,
        size_type: if abi.c.size_t_is_long { IntType::ULong } else { usual.size_type },
        align_of_8: abi.c.align_of_8,
        most_align: abi.c.most_align,
        long_double: abi.c.long_double.unwrap_or(usual.long_double),
        record_align: abi.c.record_align,
        big_endian: abi.order() == ByteOrder::Big,
        bitfields_align: abi.c.bitfields_align,
        unnamed_bitfields_align: abi.c.unnamed_bitfields_align,
        ..usual
    }
}

/// A run of a program that includes headers as `make headers_install` hands them out.
pub(super) fn program(abi: &AbiSpec) -> Setup {
    let mut setup = setup(abi);
    let size_t = setup.model.size_type.name();
    setup.predefine("__STDC__", "1").predefine("__STDC_VERSION__", "201710L").predefine("__GNUC__", "12");
    setup.predefine("__SIZE_TYPE__", size_t).predefine("__EXPORTED_HEADERS__", "1");
    if !setup.model.char_signed {
        setup.predefine("__CHAR_UNSIGNED__", "1");
    }
    // What has registers of 64 bits has integers of 128: mips_n32 and x32, too.
    if abi.call.word_bits() == 64 {
        setup.predefine("__SIZEOF_INT128__", "16");
    }
    // `scripts/headers_install.sh` takes these words out, and spells that one out.
    for word in ["__user", "__force", "__iomem", "__attribute_const__"] {
        setup.predefine(word, "");
    }
    setup.predefine("__packed", "__attribute__((packed))");
    setup
}

/// Adds macros written as a compiler's `-D` takes them: `__x86_64__`, `_MIPS_SIM=1`.
pub(super) fn own(setup: &mut Setup, macros: &[String]) {
    for predefined in macros {
        let (name, value) = predefined.split_once('=').unwrap_or((predefined, "1"));
        setup.predefine(name, value);
    }
}
