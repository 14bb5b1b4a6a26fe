//! A decoded call as text, in strace's manner: `openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 3`.

mod address;
mod control;
mod direct;
mod netlink;
mod number;
mod out;
mod printer;
mod result;
mod text;
mod texts;
mod value;

use core::fmt::{self, Write};

use crate::decode::tape::node;
use crate::decode::{Arg, Decoded, Entered, Slot};
use crate::habit::Habit;
use crate::prototype;
use crate::value::Value;

use out::{Out, gathered, placed};
pub use printer::Printer;
pub(crate) use value::Shown;

/// How a call is shown; see [`Decoded::show`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Style {
    /// All fields of structures, and entries of folders; else those that tracers show first, with `...` for the rest.
    pub verbose: bool,
    /// The names of arguments: `dfd=AT_FDCWD`.
    pub names: bool,
}

impl Style {
    /// Short, without names.
    pub const fn new() -> Style {
        Style { verbose: false, names: false }
    }

    /// With all there is.
    pub const fn verbose(self) -> Style {
        Style { verbose: true, ..self }
    }

    /// With the names of arguments.
    pub const fn named(self) -> Style {
        Style { names: true, ..self }
    }
}

impl<'b> Decoded<'b> {
    /// Writes the call: name, arguments, result.
    ///
    /// # Errors
    /// Those of the writer, which is asked for nothing but `write_str`.
    pub fn show<W: Write + ?Sized>(&self, style: Style, out: &mut W) -> fmt::Result {
        gathered(out, |out| self.whole(style, out))
    }

    /// Writes the call into a buffer, and returns the front of it that was written, which is ASCII: the fast way, of text
    /// that goes on as bytes.
    ///
    /// ```
    /// # #[cfg(all(feature = "native", target_arch = "x86_64"))] {
    /// use syscall_meta::{Abi, Decoder, Outcome, RawCall, Scratch, Style};
    ///
    /// let (mut room, mut text) = ([0; 256], [0; 256]);
    /// let call = RawCall::new(Abi::X86_64, 3, [5, 0, 0, 0, 0, 0]);
    /// let mut scratch = Scratch::new(&mut room);
    /// let done = Decoder::new().enter(&call, &(), &mut scratch).exit(Outcome::from_word(Abi::X86_64, 0), &(), &mut scratch);
    /// assert_eq!(done.show_in(Style::new(), &mut text), Ok(&b"close(5) = 0"[..]));
    /// assert!(done.show_in(Style::new(), &mut text[..8]).is_err());
    /// # }
    /// ```
    ///
    /// # Errors
    /// Where the buffer has not room for all of it; what it holds then is not told.
    pub fn show_in<'t>(&self, style: Style, buf: &'t mut [u8]) -> Result<&'t [u8], fmt::Error> {
        placed(buf, None, |out| self.whole(style, out))
    }

    /// Writes what stands before ` = `.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn show_call<W: Write + ?Sized>(&self, style: Style, out: &mut W) -> fmt::Result {
        gathered(out, |out| self.call(style, out))
    }

    /// Writes what stands behind ` = `: `3`, `-1 ENOENT (No such file or directory)`, `?` where nothing is known.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn show_result<W: Write + ?Sized>(&self, out: &mut W) -> fmt::Result {
        gathered(out, |out| self.result(out))
    }

    fn whole(&self, style: Style, out: &mut Out<'_>) -> fmt::Result {
        self.call(style, out)?;
        out.put(b" = ")?;
        self.result(out)
    }

    fn call(&self, style: Style, out: &mut Out<'_>) -> fmt::Result {
        let Some(name) = self.word() else { return self.unknown_call(out) };
        out.word(name)?;
        out.put(b"(")?;
        let (habit, abi) = (self.habit(), self.raw().abi());
        if habit == Habit::Clone && !style.names {
            return self.clone_call(out);
        }
        let is_usual = habit.shows_as_usual() && !style.names;
        let mut first = true;
        for (at, slot) in self.told().iter().enumerate() {
            // The last arguments that the kernel does not look at are not told, of a futex none of these.
            if !is_usual && habit == Habit::Futex && !style.names && slot.is_unused() {
                continue;
            }
            if !first {
                out.put(b", ")?;
            }
            first = false;
            if !is_usual {
                if style.names {
                    out.write_str(prototype::param_name(slot.name()))?;
                    out.write_str("=")?;
                }
                // Where a mapping begins in its file is thought of in pages, and told in bytes.
                if let (Habit::Mmap | Habit::Mmap2, 5) = (habit, at) {
                    let unit = if habit == Habit::Mmap2 { 4096 } else { 1 };
                    match slot.value() {
                        Some(number) => text::hex(out, number.wrapping_mul(unit))?,
                        None => out.write_str("?")?,
                    }
                    continue;
                }
            }
            match slot.number(abi) {
                Some(number) => number::number(&number, out)?,
                None => self.argument(at, slot, tells_behind(habit, at), style, out)?,
            }
        }
        out.put(b")")
    }

    #[cold]
    fn unknown_call(&self, out: &mut Out<'_>) -> fmt::Result {
        out.write_str("syscall_")?;
        text::hex(out, self.raw().kernel_number().into())?;
        out.write_str("(")?;
        for (at, word) in self.raw().words().iter().enumerate() {
            out.write_str(if at > 0 { ", " } else { "" })?;
            text::hex(out, *word)?;
        }
        out.write_str(")")
    }

    /// An argument that is more than a number.
    fn argument(&self, at: usize, slot: &Slot, is_told_behind: bool, style: Style, out: &mut Out<'_>) -> fmt::Result {
        match self.nodes(at) {
            // The usual ones: a text that the kernel reads, a pointer of which no more is known.
            ([node::TEXT, _, _, _, _, cut, bytes @ ..], []) => {
                text::quoted(out, bytes)?;
                if *cut != 0 { out.write_str("...") } else { Ok(()) }
            }
            ([], []) => match slot.value() {
                Some(0) => out.put(b"NULL"),
                Some(address) => {
                    let is_short = self.raw().abi().pointer_bits() == 32;
                    text::hex(out, if is_short { address & 0xffff_ffff } else { address })
                }
                None => out.write_str("?"),
            },
            _ => match self.arg(at) {
                Some(arg) => self.read_argument(&arg, is_told_behind, style, out),
                None => out.write_str("?"),
            },
        }
    }

    /// An argument that leads to something that was read.
    #[inline(never)]
    fn read_argument(&self, arg: &Arg<'b>, is_told_behind: bool, style: Style, out: &mut Out<'_>) -> fmt::Result {
        let Some(value) = arg.value() else { return out.write_str("?") };
        let without = is_told_behind.then_some("revents");
        let sets_times = arg.param() == prototype::UTIMES;
        let shown = Shown { without, sets_times, ..Shown::new(style, self.place()) };
        if let Value::Struct(of) = &value {
            if arg.before().is_none() {
                return shown.structure(of, 0, out);
            }
        }
        if is_place(&value, arg) {
            return text::hex(out, arg.number().unwrap_or(0));
        }
        if !style.verbose && is_environment(&value, arg) {
            return shown.environment(&value, arg.number(), out);
        }
        match arg.before() {
            // What was asked for stands here, what was found behind the result.
            Some(Value::FdSet(before)) => shown.value(&Value::FdSet(before), out),
            Some(before) if is_told_behind => shown.value(&before, out),
            Some(before) => shown.changed(&before, &value, out),
            None => shown.value(&value, out),
        }
    }

    /// `clone` has its arguments in another order on each of several ABIs, and many of them mean nothing: the names tell.
    #[inline(never)]
    fn clone_call(&self, out: &mut Out<'_>) -> fmt::Result {
        let shown = Shown::new(Style::new(), self.place());
        let mut any = false;
        for (name, title) in [
            ("newsp", "child_stack="),
            ("stack_start", "child_stack="),
            ("stack_size", "stack_size="),
            ("clone_flags", "flags="),
            ("parent_tidptr", "parent_tid="),
            ("tls", "tls="),
            ("tls_val", "tls="),
            ("child_tidptr", "child_tidptr="),
            // Where these are in memory, which cannot be read: h8300.
            ("args", "args="),
        ] {
            let Some(arg) = self.arg_named(name).filter(|arg| !arg.is_unused()) else { continue };
            let Some(value) = arg.value() else { continue };
            out.write_str(if any { ", " } else { "" })?;
            any = true;
            out.write_str(title)?;
            match arg.number() {
                // As large as addresses are.
                Some(size) if name == "stack_size" => text::hex(out, size)?,
                _ => shown.value(&value, out)?,
            }
        }
        out.write_str(")")
    }
}

/// Whether what the kernel left of this argument stands behind the result.
fn tells_behind(habit: Habit, at: usize) -> bool {
    match habit {
        Habit::Poll => at == 0,
        Habit::Ppoll => at == 0 || at == 2,
        Habit::Select => at == 4,
        _ => false,
    }
}

/// Whether it matters where a number is, more than what it is: of a futex.
fn is_place(value: &Value<'_>, arg: &Arg<'_>) -> bool {
    matches!(value, Value::Numbers(_)) && matches!(arg.name(), "uaddr" | "uaddr2")
}

/// Whether it is what a program is given as its environment, which tells much and says little.
fn is_environment(value: &Value<'_>, arg: &Arg<'_>) -> bool {
    matches!(value, Value::List(list) if list.is_texts()) && arg.name() == "envp"
}

/// As [`Decoded::show`] does without verbosity or names.
impl fmt::Display for Decoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.show(Style::new(), f)
    }
}

impl fmt::Debug for Decoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decoded({self})")
    }
}

/// The call with what is known of it: `read(3, 0x7ffd00001000, 512)`, as tracers show one that has not returned.
impl fmt::Display for Entered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.unfinished().show_call(Style::new(), f)
    }
}

/// A value by itself, short.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        value::alone(self, f)
    }
}
