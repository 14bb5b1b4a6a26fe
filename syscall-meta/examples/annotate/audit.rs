//! Audit records of calls, and of what filters of seccomp did, as auditd, journald and the kernel's log have them.
//!
//! ```text
//! type=SYSCALL msg=audit(1700000000.123:42): arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=… a2=… a3=… items=1 …
//! audit: type=1326 audit(1700000000.123:42): auid=… pid=… comm="…" exe="…" sig=31 arch=c000003e syscall=39 compat=0 ip=0x… code=0x80000000
//! ```
//!
//! The formats are those of `audit_log_exit` and `audit_seccomp` in `kernel/auditsc.c`. No name can pass for a field: one with
//! a blank in it is written in hexadecimal. What `ausearch -i` has made of a record has names already, and is not one here.

use syscall_meta::{Abi, ByteOrder, Outcome, RawCall, SyscallInfo, SyscallStop};

use crate::record::{Piece, Record, Source, abi_of};
use crate::scan::{Cursor, find};

/// The call that a line tells of, where it is such a record of an architecture that is known.
pub(crate) fn read(line: &[u8], preferred: Option<Abi>) -> Option<Record<'_>> {
    let arch_at = find(line, b" arch=", 0)? + 6;
    find(&line[..arch_at], b"audit", 0)?;
    let mut cursor = Cursor::new(line, arch_at);
    let arch = u32::try_from(cursor.hex()?).ok()?;
    let arch_edit = Some((arch_at..cursor.at(), Piece::Abi));
    cursor.eat(b" syscall=")?;
    let number_at = cursor.at();
    let number = cursor.number()?;
    let number_end = cursor.at();
    let abi = abi_of(arch, number, preferred)?;
    let order = order_of(arch);
    if cursor.eat(b" compat=").is_some() {
        let code_at = find(line, b" code=0x", cursor.at())? + 6;
        let mut cursor = Cursor::new(line, code_at + 2);
        let code = u32::try_from(cursor.hex()?).ok()?;
        let edits = [
            arch_edit,
            Some((number_at..number_end, Piece::Name)),
            Some((code_at..cursor.at(), Piece::Action(code))),
            None,
        ];
        let call = RawCall::with_words(abi, number, &[]);
        return Some(Record { call, order, outcome: None, edits, source: Source::Seccomp { code } });
    }
    if cursor.eat(b" per=").is_some() {
        cursor.hex()?;
    }
    // Both are left out of a call that did not return.
    let (mut outcome, mut result_edit) = (None, None);
    if cursor.eat(b" success=").is_some() {
        let is_error = cursor.eat(b"no").is_some();
        if !is_error {
            cursor.eat(b"yes")?;
        }
        cursor.eat(b" exit=")?;
        let exit_at = cursor.at();
        let rval = cursor.decimal()?;
        outcome = ended(arch, abi, rval, is_error);
        result_edit = Some((exit_at..cursor.at(), Piece::Result));
    }
    let words_at = cursor.at();
    let mut words = [0; 4];
    for (word, name) in words.iter_mut().zip([b" a0=", b" a1=", b" a2=", b" a3="]) {
        cursor.eat(name)?;
        *word = cursor.hex()?;
    }
    let words_end = cursor.at();
    // More always follows: else the number may have been cut.
    cursor.eat(b" ")?;
    Some(Record {
        call: RawCall::with_words(abi, number, &words),
        order,
        outcome,
        edits: [
            arch_edit,
            Some((number_at..number_end, Piece::Call)),
            result_edit,
            Some((words_at..words_end, Piece::Nothing)),
        ],
        source: Source::Audit,
    })
}

/// How a call ended that returned this. Audit has the sign of failure on most ABIs, and says in any case whether it was one.
fn ended(arch: u32, abi: Abi, rval: i64, is_error: bool) -> Option<Outcome> {
    SyscallInfo::new(arch, 0, 0, SyscallStop::Exit { rval, is_error }).outcome(abi)
}

/// The byte order of the machines that report this value, by which a 64-bit argument travels; none where there are both.
fn order_of(arch: u32) -> Option<ByteOrder> {
    let archs = || Abi::ALL.iter().flat_map(|abi| abi.audit_archs()).filter(|of| of.value() == arch);
    let order = archs().next()?.byte_order();
    archs().all(|of| of.byte_order() == order).then_some(order)
}

/// The value of a field, up to the next blank.
pub(crate) fn field<'l>(line: &'l [u8], name: &[u8]) -> Option<&'l [u8]> {
    let at = find(line, name, 0)? + name.len();
    Some(Cursor::new(line, at).while_is(|byte| !byte.is_ascii_whitespace()))
}

/// When, and the number of the event: what stands between the brackets of `audit(1700000000.123:42)`.
pub(crate) fn stamp(line: &[u8]) -> Option<(&[u8], i64)> {
    let mut cursor = Cursor::new(line, find(line, b"audit(", 0)? + 6);
    let time = cursor.while_is(|byte| byte.is_ascii_digit() || byte == b'.');
    cursor.eat(b":")?;
    Some((time, cursor.decimal()?))
}
