//! Decoding and showing allocate nothing: this test's allocator counts.
#![cfg(feature = "decode")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fmt::{self, Write};

use syscall_meta::{Abi, Decoder, Outcome, Printer, RawCall, Region, Scratch, Style, Syscall};

struct Counting;

thread_local! {
    /// How many allocations this thread made: the test's machinery has threads of its own.
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

fn told() {
    // A thread that ends allocates when this is gone already.
    let _ = COUNT.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: all is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        told();
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        told();
        unsafe { System.realloc(at, layout, size) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Text in a buffer that does not grow.
struct Fixed {
    bytes: [u8; 4096],
    len: usize,
}

impl Write for Fixed {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let place = self.bytes.get_mut(self.len..self.len + text.len()).ok_or(fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.len += text.len();
        Ok(())
    }
}

#[test]
fn the_allocator_counts() {
    let before = COUNT.get();
    drop(std::hint::black_box(Box::new(1)));
    assert_eq!(COUNT.get(), before + 1);
}

/// Every call of every ABI that is built in, with words that lead to memory, and memory whose words lead on.
#[test]
fn no_call_allocates() {
    let mut bytes = [0; 4096];
    for (at, word) in bytes.chunks_exact_mut(8).enumerate() {
        // Texts, small numbers, and addresses of this memory.
        match at % 4 {
            0 => word.copy_from_slice(b"/etc/a\"\0"),
            1 => word.copy_from_slice(&0x1100_u64.to_le_bytes()),
            2 => word.copy_from_slice(&(at as u64 % 40).to_le_bytes()),
            _ => word.copy_from_slice(&[1, 0, 0, 0, 2, 0, 0, 0]),
        }
    }
    let memory = [Region::new(0x1000, &bytes)];
    let mut room = [0; 8192];
    let mut text = Fixed { bytes: [0; 4096], len: 0 };
    let mut again = [0; 4096];
    let styles = [Style::new(), Style::new().verbose().named()];
    let mut printers = styles.map(|style| Printer::new(Decoder::new(), style));
    let mut shown = 0;
    // An interpreter takes a few.
    for abi in Abi::ALL.iter().step_by(if cfg!(miri) { 9 } else { 1 }) {
        let numbers = abi.table().into_iter().flatten().map(Syscall::kernel_number);
        let step = if cfg!(miri) { 97 } else { 1 };
        for number in numbers.step_by(step).chain([u32::MAX]) {
            for first in [3, 0x1000] {
                let call = RawCall::new(*abi, number, [first, 0x1000, 0x1010, 8, 0x1018, 2]);
                for result in [8, -22, -512_i64] {
                    for (style, printer) in styles.into_iter().zip(&mut printers) {
                        let before = COUNT.get();
                        let mut scratch = Scratch::new(&mut room);
                        let entered = Decoder::new().enter(&call, &memory, &mut scratch);
                        let (entered, mut scratch) = entered.keep().resume(&mut room);
                        let done = entered.exit(Outcome::from_word(*abi, result as u64), &memory, &mut scratch);
                        text.len = 0;
                        // What does not fit is left off, which allocates no more than what does.
                        let fits = done.show(style, &mut text).is_ok();
                        // One shows them all, and what it keeps of one is not told of another.
                        let outcome = Outcome::from_word(*abi, result as u64);
                        let mut scratch = Scratch::new(&mut room);
                        let same = printer.show(&call, outcome, (&memory, &memory), &mut scratch, &mut again);
                        assert_eq!(COUNT.get(), before, "{abi} {number}");
                        if fits {
                            assert_eq!(same, Ok(&text.bytes[..text.len]), "{abi} {number}");
                        }
                        shown += text.len;
                    }
                }
            }
        }
    }
    assert!(shown > 0);
}

/// A type of one's own whose values borrow.
#[cfg(all(feature = "derive", feature = "native", target_arch = "x86_64"))]
#[test]
fn no_derived_event_that_borrows_allocates() {
    use syscall_meta::DecodeSyscall;
    use syscall_meta::args::{BytesRef, DirFd, Errno, Fd, SockAddr, TextList};

    #[allow(dead_code, reason = "they are shown")]
    #[derive(Debug, DecodeSyscall)]
    #[syscall(abis(x86_64, i386))]
    enum Event<'b> {
        Openat {
            dfd: DirFd,
            filename: &'b str,
        },
        Execve {
            argv: TextList<'b>,
        },
        Connect {
            #[syscall(arg = "uservaddr")]
            address: SockAddr,
        },
        Read {
            fd: Fd,
            #[syscall(exit)]
            buf: BytesRef<'b>,
            #[syscall(ret)]
            result: Result<usize, Errno>,
        },
    }

    let list = [0x30, 0x10, 0, 0, 0, 0, 0, 0, 0x33, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let memory = [Region::new(0x1000, &list), Region::new(0x1030, b"ls\0-l\0/etc")];
    let mut room = [0; 1024];
    let mut text = Fixed { bytes: [0; 4096], len: 0 };
    let before = COUNT.get();
    for (abi, number) in
        [(Abi::X86_64, 0), (Abi::X86_64, 42), (Abi::X86_64, 59), (Abi::X86_64, 257), (Abi::I386, 295), (Abi::I386, 102)]
    {
        let mut scratch = Scratch::new(&mut room);
        let call = RawCall::new(abi, number, [3, if number == 59 { 0x1000 } else { 0x1030 }, 8, 0, 0, 0]);
        let call = if number == 59 { RawCall::new(abi, number, [0x1030, 0x1000, 0, 0, 0, 0]) } else { call };
        let done = Event::enter(abi, &call, &memory, &mut scratch)
            .and_then(|entered| entered.exit(Outcome::from_word(abi, 4), &memory, &mut scratch));
        write!(text, "{done:?} ").unwrap();
    }
    assert_eq!(COUNT.get(), before);
    let text = std::str::from_utf8(&text.bytes[..text.len]).unwrap();
    assert!(text.contains("Read { fd: Fd(3), buf: \"ls\\x00-\", result: Ok(4) }"), "{text}");
    assert!(text.contains("Execve { argv: [\"ls\", \"-l\"] }"), "{text}");
    assert_eq!(text.matches("Openat { dfd: DirFd(3), filename: \"ls\" }").count(), 2, "{text}");
}
