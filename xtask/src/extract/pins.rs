//! The `CONFIG_` symbols that an ABI alone settles: how wide its kernel is, and what `data/abis.yaml` pins.
//!
//! Stands in for the kernel's Kconfig files, which say more.

use crate::model::{ByteOrder, Way};

/// Whether a `CONFIG_` symbol is on wherever a kernel serves this way; none where that depends.
pub(super) fn settled(way: &Way, symbol: &str) -> Option<bool> {
    let name = symbol.strip_prefix("CONFIG_")?;
    let wide = way.kernel.long == 64;
    way.config.get(name).copied().or(match name {
        "64BIT" | "PPC64" | "SPARC64" | "X86_64" => Some(wide),
        "32BIT" | "PPC32" | "SPARC32" | "X86_32" => Some(!wide),
        "CPU_BIG_ENDIAN" => {
            let mut big = way.kernel.orders.iter().map(|order| order.order == ByteOrder::Big);
            let first = big.next()?;
            big.all(|other| other == first).then_some(first)
        }
        "COMPAT" if !wide => Some(false),
        _ => None,
    })
}
