//! Control messages: `[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[3]}]`.

use core::fmt::{self, Write};

use super::{Out, Shown, text};
use crate::value::{Control, ControlMessage, Value};

pub(super) fn control(shown: &Shown, of: &Control<'_>, depth: usize, out: &mut Out<'_>) -> fmt::Result {
    out.write_str("[")?;
    let mut messages = of.iter();
    let mut first = true;
    for message in messages.by_ref() {
        if !first {
            out.write_str(", ")?;
        }
        first = false;
        self::message(shown, &message, depth, out)?;
    }
    let rest = messages.rest().len();
    if rest > 0 || of.is_cut() {
        out.write_str(if first { "..." } else { ", ..." })?;
    }
    if rest > 0 {
        // What is there is no message.
        out.write_str(" /* ")?;
        text::hex(out, of.address().wrapping_add((of.bytes().len() - rest) as u64))?;
        out.write_str(" */")?;
    }
    out.write_str("]")
}

fn message(shown: &Shown, of: &ControlMessage<'_>, depth: usize, out: &mut Out<'_>) -> fmt::Result {
    out.write_str("{cmsg_len=")?;
    text::decimal(out, of.stated_len())?;
    out.write_str(", cmsg_level=")?;
    match of.level_name() {
        Some(name) => out.write_str(name)?,
        None => text::hex(out, of.level().into())?,
    }
    out.write_str(", cmsg_type=")?;
    match of.type_name() {
        Some(name) => out.write_str(name)?,
        None => text::hex(out, of.message_type().into())?,
    }
    if let Some(data) = of.data() {
        out.write_str(", cmsg_data=")?;
        // A number by itself stands as one that a pointer leads to.
        let is_number = matches!(data, Value::Number(_));
        out.write_str(if is_number { "[" } else { "" })?;
        shown.at_depth(&data, depth + 1, out)?;
        out.write_str(if is_number { "]" } else { "" })?;
    }
    out.write_str(if of.is_cut() { ", ...}" } else { "}" })
}

#[cfg(test)]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use super::*;
    use crate::abi::{Abi, ByteOrder};
    use crate::show::Style;
    use crate::value::Place;

    /// Bytes of control messages as an ABI has them.
    struct Made {
        abi: Abi,
        order: ByteOrder,
        bytes: Vec<u8>,
    }

    impl Made {
        fn new(abi: Abi, order: ByteOrder) -> Made {
            Made { abi, order, bytes: Vec::new() }
        }

        fn word(&self) -> usize {
            self.abi.pointer_bits() as usize / 8
        }

        fn number(&mut self, value: u64, size: usize) {
            match self.order {
                ByteOrder::Little => self.bytes.extend(value.to_le_bytes().iter().take(size)),
                ByteOrder::Big => self.bytes.extend(value.to_be_bytes().iter().skip(8 - size)),
            }
        }

        fn message(mut self, level: u32, ty: u32, data: &[u32]) -> Made {
            let word = self.word();
            self.number((word + 8 + data.len() * 4) as u64, word);
            self.number(level.into(), 4);
            self.number(ty.into(), 4);
            data.iter().for_each(|value| self.number((*value).into(), 4));
            self.bytes.resize(self.bytes.len().next_multiple_of(word), 0);
            self
        }

        fn shown(&self) -> String {
            let place = Place { abi: self.abi, order: self.order };
            let of = Control::new(0x1000, self.bytes.len() as u64, 8, &self.bytes, place);
            let mut out = String::new();
            let shown = Shown::new(Style::new().verbose(), place);
            super::super::gathered(&mut out, |out| control(&shown, &of, 0, out)).expect("a string takes all");
            out
        }
    }

    const ORDERS: [ByteOrder; 2] = [ByteOrder::Little, ByteOrder::Big];

    #[test]
    fn each_abi_has_its_header_and_alignment() {
        for order in ORDERS {
            for (abi, first, second) in
                [(Abi::X86_64, 20, 28), (Abi::Powerpc64, 20, 28), (Abi::I386, 16, 24), (Abi::Powerpc, 16, 24)]
            {
                let made = Made::new(abi, order).message(1, 1, &[3]).message(1, 2, &[7, 8, 9]);
                let expected = std::format!(
                    "[{{cmsg_len={first}, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[3]}}, \
                     {{cmsg_len={second}, cmsg_level=SOL_SOCKET, cmsg_type=SCM_CREDENTIALS, \
                     cmsg_data={{pid=7, uid=8, gid=9}}}}]"
                );
                assert_eq!(made.shown(), expected, "{abi} {order:?}");
            }
        }
    }

    #[test]
    fn an_abi_of_short_pointers_on_a_wide_machine_has_short_headers() {
        for (abi, level) in [(Abi::X32, 1), (Abi::MipsN32, 0xffff)] {
            let made = Made::new(abi, ByteOrder::Little).message(level, 1, &[3]).message(level, 1, &[4]);
            let one =
                |fd| std::format!("{{cmsg_len=16, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[{fd}]}}");
            assert_eq!(made.shown(), std::format!("[{}, {}]", one(3), one(4)));
        }
    }

    #[test]
    fn levels_and_types_are_those_of_the_abi() {
        // SOL_SOCKET of include/uapi/asm/socket.h of mips, and SO_TIMESTAMP_OLD of parisc.
        let rights = Made::new(Abi::MipsO32, ByteOrder::Big).message(0xffff, 1, &[3, 4]);
        assert_eq!(rights.shown(), "[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[3, 4]}]");
        let time = Made::new(Abi::Parisc, ByteOrder::Big).message(0xffff, 0x4012, &[5, 6]);
        assert_eq!(
            time.shown(),
            "[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SO_TIMESTAMP_OLD, cmsg_data={tv_sec=5, tv_usec=6}}]"
        );
    }

    #[test]
    fn what_is_not_known_is_bytes() {
        let made = Made::new(Abi::X86_64, ByteOrder::Little)
            .message(0x7777, 5, &[0x4141_4141, 0, 0])
            .message(0, 2, &[64])
            .message(6, 36, &[9])
            .message(1, 0x6666, &[]);
        assert_eq!(
            made.shown(),
            "[{cmsg_len=28, cmsg_level=0x7777, cmsg_type=0x5, cmsg_data=\"AAAA\\0\\0\\0\\0\"...}, \
             {cmsg_len=20, cmsg_level=SOL_IP, cmsg_type=IP_TTL, cmsg_data=[64]}, \
             {cmsg_len=20, cmsg_level=SOL_TCP, cmsg_type=TCP_CM_INQ, cmsg_data=[9]}, \
             {cmsg_len=16, cmsg_level=SOL_SOCKET, cmsg_type=0x6666}]"
        );
    }

    #[test]
    fn a_tail_that_is_no_message_is_told() {
        let mut made = Made::new(Abi::X86_64, ByteOrder::Little).message(1, 1, &[3]);
        made.bytes.extend([1, 2, 3]);
        assert!(made.shown().ends_with("cmsg_data=[3]}, ... /* 0x1018 */]"), "{}", made.shown());
        // A length that is less than its header leads nowhere; what it has no room for is not there.
        for len in [0u8, 15] {
            let mut made = Made::new(Abi::X86_64, ByteOrder::Little).message(1, 1, &[3]);
            made.bytes[0] = len;
            assert!(made.shown().ends_with("cmsg_type=SCM_RIGHTS}, ... /* 0x1010 */]"), "{}", made.shown());
        }
        let mut made = Made::new(Abi::X86_64, ByteOrder::Little).message(1, 1, &[3]);
        made.bytes[..8].fill(0xff);
        let expected = "[{cmsg_len=18446744073709551615, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, \
                        cmsg_data=[3, 0], ...}]";
        assert_eq!(made.shown(), expected);
        // Credentials that are cut.
        let made = Made::new(Abi::I386, ByteOrder::Little).message(1, 2, &[7]);
        assert!(made.shown().ends_with("cmsg_data={pid=7, ...}}]"), "{}", made.shown());
    }

    #[test]
    fn no_bytes_make_it_panic() {
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        let mut byte = || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            // Small numbers are lengths, levels and types that there are.
            if seed & 0x300 == 0 { (seed >> 32) as u8 } else { (seed >> 32) as u8 & 0x1f & (seed >> 40) as u8 }
        };
        for round in 0..if cfg!(miri) { 20usize } else { 4000 } {
            let abi = [Abi::X86_64, Abi::I386, Abi::MipsN64, Abi::Parisc][round % 4];
            let mut made = Made::new(abi, ORDERS[round / 4 % 2]);
            made.bytes = (0..round % 97).map(|_| byte()).collect();
            let _ = made.shown();
        }
    }
}
