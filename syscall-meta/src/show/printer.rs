//! Calls as text, one after the other: the fast way, for whoever shows many.

use core::fmt;

use super::out::placed;
use super::texts::Texts;
use super::{Style, direct};
use crate::call::RawCall;
use crate::decode::{Decoded, Decoder};
use crate::memory::{Memory, Scratch};
use crate::outcome::Outcome;

/// Shows calls, and keeps the texts of flags that it has shown: programs pass the same ones again and again. It is about 7 KiB
/// large; a program has one for all calls that it shows with a decoder and in a style, of whatever ABIs.
///
/// ```
/// # #[cfg(all(feature = "native", target_arch = "x86_64"))] {
/// use syscall_meta::{Abi, Decoder, Outcome, Printer, RawCall, Region, Scratch, Style};
///
/// let memory = [Region::new(0x1000, b"/tmp\0")];
/// let (mut room, mut text) = ([0; 8192], [0; 256]);
/// let mut printer = Printer::new(Decoder::new(), Style::new());
/// let call = RawCall::new(Abi::X86_64, 2, [0x1000, 0x8_0000, 0, 0, 0, 0]);
/// let outcome = Outcome::from_word(Abi::X86_64, 3);
/// for _ in 0..2 {
///     let shown = printer.show(&call, outcome, (&memory, &memory), &mut Scratch::new(&mut room), &mut text);
///     assert_eq!(shown, Ok(&br#"open("/tmp", O_RDONLY|O_CLOEXEC) = 3"#[..]));
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Printer {
    decoder: Decoder,
    style: Style,
    texts: Texts,
}

impl Printer {
    /// One that has shown nothing yet.
    pub const fn new(decoder: Decoder, style: Style) -> Printer {
        Printer { decoder, style, texts: Texts::NONE }
    }

    /// Writes a call of which both ends are known, as a recording has it, into a buffer as [`Decoded::show_in`] does, with the
    /// memory as it was at each end. What is known of a call is large, and here it stays where it is made.
    ///
    /// It is fast where the scratch has 8 KiB and the memories lend their bytes ([`Memory::borrow`]); where not, the call is
    /// decoded first, to the same text.
    ///
    /// # Errors
    /// Where the buffer has not room for all of it.
    pub fn show<'t, M: Memory + ?Sized, N: Memory + ?Sized>(
        &mut self,
        call: &RawCall,
        outcome: Outcome,
        memories: (&M, &N),
        scratch: &mut Scratch<'_>,
        buf: &'t mut [u8],
    ) -> Result<&'t [u8], fmt::Error> {
        let Printer { decoder, style, texts } = self;
        placed(buf, Some(texts), |out| {
            if scratch.remaining() >= direct::SCRATCH && direct::show(decoder, (call, &outcome), memories, *style, out)?
            {
                return Ok(());
            }
            out.back(0);
            decoder.both_ends(call, outcome, memories, scratch, |decoded| decoded.whole(*style, out))
        })
    }

    /// Writes a call that was decoded into a buffer, as [`Decoded::show_in`] does.
    ///
    /// # Errors
    /// Where the buffer has not room for all of it.
    pub fn show_decoded<'t>(&mut self, call: &Decoded<'_>, buf: &'t mut [u8]) -> Result<&'t [u8], fmt::Error> {
        placed(buf, Some(&mut self.texts), |out| call.whole(self.style, out))
    }
}

impl fmt::Debug for Printer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Printer").field("decoder", &self.decoder).field("style", &self.style).finish_non_exhaustive()
    }
}
