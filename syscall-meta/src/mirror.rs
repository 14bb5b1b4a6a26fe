//! What io_uring does in the place of calls.

use crate::generated::meaning::MIRRORS;
use crate::names;

/// The kernel function of the call that an operation of io_uring does, `IORING_OP_*` being its number: `sys_openat` for 18.
/// `None` for operations that are like no call, and those that are not known.
///
/// The kernel does not enter that function: a filter or a tracepoint on it sees nothing of the operation.
///
/// ```
/// assert_eq!(syscall_meta::io_uring_call(18), Some("sys_openat"));
/// assert_eq!(syscall_meta::io_uring_call(0), None);
/// ```
pub fn io_uring_call(operation: u8) -> Option<&'static str> {
    let at = MIRRORS.binary_search_by_key(&operation, |(op, _)| *op).ok()?;
    names::entry(MIRRORS.get(at)?.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mirror_is_a_call() {
        assert!(MIRRORS.is_sorted() && MIRRORS.len() > 30);
        for (op, _) in &MIRRORS {
            let entry = io_uring_call(*op).unwrap();
            assert!(entry.starts_with("sys_"), "{op}: {entry}");
        }
    }
}
