//! Lines of ftrace, trace-cmd and perf: the tracepoints `raw_syscalls:sys_enter` and `raw_syscalls:sys_exit`.
//!
//! ```text
//!   cat-1234    [001] .....   512.004216: sys_enter: NR 257 (ffffff9c, 7f3e6a20d4b0, 80000, 0, 0, 0)
//!   cat  1234 [001]   512.004219: raw_syscalls:sys_exit: NR 257 = 3
//! ```
//!
//! The format is that of `include/trace/events/syscalls.h`; what stands before it is each tool's own. The name of a task can
//! hold anything, 15 bytes of it, which is too short to pass for an event.

use syscall_meta::{Abi, Outcome, RawCall, SeccompData};

use crate::record::{Piece, Prefix, Record, Source, abi_of};
use crate::scan::{Cursor, find, number_at_end};
use crate::tasks::Tasks;

/// The call that a line tells of, where it is such an event.
///
/// The events do not say their ABI. That of x32's and mips's calls is told by the number.
pub(crate) fn read<'l>(line: &'l [u8], abi: Abi, tasks: &mut Tasks) -> Option<Record<'l>> {
    let mut from = 0;
    loop {
        let name = find(line, b"sys_e", from)?;
        if let Some(record) = event(line, name, abi, tasks) {
            return Some(record);
        }
        from = name + 1;
    }
}

fn event<'l>(line: &'l [u8], name: usize, abi: Abi, tasks: &mut Tasks) -> Option<Record<'l>> {
    let mut cursor = Cursor::new(line, name);
    let is_enter = cursor.eat(b"sys_enter:").is_some();
    if !is_enter {
        cursor.eat(b"sys_exit:")?;
    }
    cursor.while_is(|byte| byte == b' ');
    let start = cursor.at();
    cursor.eat(b"NR ")?;
    let number = cursor.number()?;
    let arch = abi.audit_archs().first().map_or(0, |arch| arch.value());
    let abi = abi_of(arch, number, Some(abi)).unwrap_or(abi);
    if is_enter {
        let words = words(&mut cursor)?;
        let call = SeccompData::new(number, arch, 0, words).call_as(abi);
        let prefix = prefix(&line[..name]);
        if let Some(pid) = prefix.pid {
            tasks.enter(pid, call);
        }
        return Some(Record {
            call,
            order: None,
            outcome: None,
            edits: [Some((start..cursor.at(), Piece::Call)), None, None, None],
            source: Source::Enter(prefix),
        });
    }
    cursor.eat(b" = ")?;
    let result = cursor.decimal()?;
    let prefix = prefix(&line[..name]);
    let call = prefix.pid.and_then(|pid| tasks.exit(pid, number));
    let call = call.unwrap_or_else(|| RawCall::with_words(abi, number, &[]));
    Some(Record {
        call,
        order: None,
        outcome: Some(Outcome::from_word(call.abi(), result as u64)),
        edits: [Some((start..cursor.at(), Piece::Returned)), None, None, None],
        source: Source::Exit(prefix),
    })
}

/// ` (1, 2, 3, 4, 5, 6)`.
fn words(cursor: &mut Cursor<'_>) -> Option<[u64; 6]> {
    let mut words = [0; 6];
    for (at, word) in words.iter_mut().enumerate() {
        cursor.eat(if at == 0 { b" (" } else { b", " })?;
        *word = cursor.hex()?;
    }
    cursor.eat(b")")?;
    Some(words)
}

/// What stands before an event: from its end on, as the name of the task in front can hold anything.
pub(crate) fn prefix(text: &[u8]) -> Prefix<'_> {
    let text = text.strip_suffix(b"raw_syscalls:").unwrap_or(text).trim_ascii_end();
    let mut prefix = Prefix::default();
    let Some(text) = text.strip_suffix(b":") else { return prefix };
    let (text, time) = last_word(text);
    prefix.time = Some(time).filter(|time| time.first().is_some_and(u8::is_ascii_digit));
    let mut head = text.trim_ascii_end();
    // `[001]`, and flags behind it. perf leaves it out where it did not record it.
    let bracket = head.iter().rposition(|byte| *byte == b'[');
    if let Some(bracket) = bracket {
        let cpu = Cursor::new(head, bracket + 1).while_is(|byte| byte.is_ascii_digit());
        if head.get(bracket + 1 + cpu.len()) == Some(&b']') {
            prefix.cpu = number_at_end(cpu).map(|(_, cpu)| cpu);
            head = head[..bracket].trim_ascii_end();
        }
    }
    // `(   1234)`, the process, with ftrace's option `record-tgid`.
    if let Some(open) = head.iter().rposition(|byte| *byte == b'(').filter(|_| head.ends_with(b")")) {
        head = head[..open].trim_ascii_end();
    }
    if let Some((before, pid)) = number_at_end(head) {
        // `1234/1235`, process and thread.
        let before = match before.strip_suffix(b"/").and_then(number_at_end) {
            Some((before, _)) => before,
            None => before,
        };
        if let [task @ .., b'-' | b' '] = before {
            prefix.pid = Some(pid);
            prefix.task = Some(task.trim_ascii());
        }
    }
    prefix
}

/// The last word of a text, and what stands before it.
fn last_word(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().rposition(|byte| *byte == b' ').map_or(0, |at| at + 1))
}
