//! What a compiler for an ABI predefines, as far as kernel headers ask.

use crate::evaluate::{DataModel, Setup};
use crate::model::{AbiSpec, ByteOrder};

/// A run with the types and the predefined macros of an ABI: those that follow from its data model, the same for every
/// compiler, and those of its own that `data/abis.yaml` lists.
pub(super) fn setup(abi: &AbiSpec) -> Setup {
    let mut setup = Setup::new(if abi.long == 64 { DataModel::LP64 } else { DataModel::ILP32 });
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

/// Adds macros written as a compiler's `-D` takes them: `__x86_64__`, `_MIPS_SIM=1`.
pub(super) fn own(setup: &mut Setup, macros: &[String]) {
    for predefined in macros {
        let (name, value) = predefined.split_once('=').unwrap_or((predefined, "1"));
        setup.predefine(name, value);
    }
}
