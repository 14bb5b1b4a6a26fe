//! What evaluated facts depend on beside the kernel, as one short number.

use sha2::{Digest, Sha256};

use crate::model::Abis;

/// Digest of what evaluated facts depend on in `abis.yaml`: names, aliases and audit values may change without it.
pub fn digest(abis: &Abis) -> String {
    let mut hash = Sha256::new();
    for abi in &abis.abis {
        let part = (
            &abi.name,
            abi.long,
            abi.order(),
            &abi.arch,
            abi.base,
            &abi.private,
            &abi.predefined,
            &abi.c,
            &abi.generated,
        );
        let compat = abi
            .compat
            .as_ref()
            .map(|compat| (&compat.arch, &compat.kernel, &compat.config, &compat.condition, &compat.tables));
        let json = serde_json::to_string(&(part, &abi.kernel, &abi.config, &abi.tables, compat)).unwrap_or_default();
        hash.update(json.as_bytes());
    }
    hash.update(serde_json::to_string(&(&abis.layouts, &abis.records)).unwrap_or_default().as_bytes());
    hash.update(serde_json::to_string(&abis.meta_names).unwrap_or_default().as_bytes());
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
