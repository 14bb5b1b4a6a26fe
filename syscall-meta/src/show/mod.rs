//! A decoded call as text, in strace's manner: `openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 3`.

mod address;
mod control;
mod netlink;
mod number;
mod result;
mod text;
mod value;

use core::fmt::{self, Write};

use crate::decode::{Decoded, Entered};
use crate::value::Value;

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
        self.show_call(style, out)?;
        out.write_str(" = ")?;
        self.show_result(out)
    }

    /// Writes what stands before ` = `.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn show_call<W: Write + ?Sized>(&self, style: Style, out: &mut W) -> fmt::Result {
        match self.syscall() {
            Some(call) => out.write_str(call.name())?,
            None => {
                out.write_str("syscall_")?;
                text::hex(out, self.raw().kernel_number().into())?;
            }
        }
        out.write_str("(")?;
        if self.syscall().is_none_or(|call| call.side().params().is_none()) {
            self.show_words(out)?;
            return out.write_str(")");
        }
        if self.syscall().is_some_and(|call| call.name() == "clone") && !style.names {
            return self.show_clone(out);
        }
        let is_mmap = self.syscall().is_some_and(|call| matches!(call.name(), "mmap" | "mmap2"));
        // The last arguments that the kernel does not look at are not told, of a futex none of these.
        let is_futex = self.syscall().is_some_and(|call| matches!(call.name(), "futex" | "futex_time64"));
        let mut first = true;
        for (at, arg) in self.args().take(self.told()).enumerate() {
            if is_futex && !style.names && arg.is_unused() {
                continue;
            }
            if !first {
                out.write_str(", ")?;
            }
            first = false;
            if style.names {
                out.write_str(arg.name())?;
                out.write_str("=")?;
            }
            if let Some(number) = arg.plain().filter(|_| !is_mmap) {
                number::number(&number, out)?;
                continue;
            }
            let Some(value) = arg.value() else {
                out.write_str("?")?;
                continue;
            };
            let behind = self.tells_behind(at);
            let shown = Shown { style, place: self.place(), without: behind.then_some("revents") };
            if is_place(&value, arg.name()) {
                text::hex(out, arg.number().unwrap_or(0))?;
                continue;
            }
            // Where a mapping begins in its file is thought of in pages, and told in bytes.
            if at == 5 && is_mmap {
                let unit = if self.syscall().is_some_and(|call| call.name() == "mmap2") { 4096 } else { 1 };
                text::hex(out, arg.number().unwrap_or(0).wrapping_mul(unit))?;
                continue;
            }
            if is_environment(&value, arg.name()) && !style.verbose {
                shown.environment(&value, arg.number(), out)?;
                continue;
            }
            match arg.before() {
                // What was asked for stands here, what was found behind the result.
                Some(Value::FdSet(before)) => shown.value(&Value::FdSet(before), out)?,
                Some(before) if behind => shown.value(&before, out)?,
                Some(before) => shown.changed(&before, &value, out)?,
                None => shown.value(&value, out)?,
            }
        }
        out.write_str(")")
    }

    /// `clone` has its arguments in another order on each of several ABIs, and many of them mean nothing: the names tell.
    fn show_clone<W: Write + ?Sized>(&self, out: &mut W) -> fmt::Result {
        let shown = Shown { style: Style::new(), place: self.place(), without: None };
        let mut any = false;
        for (name, title) in [
            ("newsp", "child_stack="),
            ("stack_size", "stack_size="),
            ("clone_flags", "flags="),
            ("parent_tidptr", "parent_tid="),
            ("tls", "tls="),
            ("tls_val", "tls="),
            ("child_tidptr", "child_tidptr="),
        ] {
            let Some(arg) = self.args().find(|arg| arg.name() == name && !arg.is_unused()) else { continue };
            let Some(value) = arg.value() else { continue };
            out.write_str(if any { ", " } else { "" })?;
            any = true;
            out.write_str(title)?;
            shown.value(&value, out)?;
        }
        out.write_str(")")
    }

    /// Whether what the kernel left of this argument stands behind the result.
    fn tells_behind(&self, at: usize) -> bool {
        let Some(call) = self.syscall() else { return false };
        match call.name() {
            "poll" => at == 0,
            "ppoll" | "ppoll_time64" => at == 0 || at == 2,
            "select" | "_newselect" | "pselect6" | "pselect6_time64" => at == 4,
            _ => false,
        }
    }

    /// The words of a call that nobody knows.
    fn show_words<W: Write + ?Sized>(&self, out: &mut W) -> fmt::Result {
        if self.syscall().is_some() {
            return Ok(());
        }
        for (at, word) in self.raw().words().iter().enumerate() {
            if at > 0 {
                out.write_str(", ")?;
            }
            text::hex(out, *word)?;
        }
        Ok(())
    }
}

/// Whether it matters where a number is, more than what it is: of a futex.
fn is_place(value: &Value<'_>, name: &str) -> bool {
    matches!(value, Value::Numbers(_)) && matches!(name, "uaddr" | "uaddr2")
}

/// Whether it is what a program is given as its environment, which tells much and says little.
fn is_environment(value: &Value<'_>, name: &str) -> bool {
    matches!(value, Value::List(list) if list.is_texts()) && name == "envp"
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
