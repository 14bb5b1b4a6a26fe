//! Control messages and netlink in the calls that carry them, out of memory made by hand.
#![cfg(all(feature = "decode", feature = "x86_64", feature = "s390x", feature = "i386"))]

use syscall_meta::{Abi, ByteOrder, Decoder, FdKind, Limits, Outcome, Printer, RawCall, Region, Scratch, Style, Value};

/// Bytes as a machine has them.
struct Made(ByteOrder, Vec<u8>);

impl Made {
    fn numbers(mut self, size: usize, values: &[u64]) -> Made {
        for value in values {
            match self.0 {
                ByteOrder::Little => self.1.extend(&value.to_le_bytes()[..size]),
                ByteOrder::Big => self.1.extend(&value.to_be_bytes()[8 - size..]),
            }
        }
        self
    }

    fn pad(mut self, to: usize) -> Made {
        self.1.resize(self.1.len().next_multiple_of(to), 0);
        self
    }
}

/// A header of a message with its control messages, and one descriptor in these.
fn message(abi: Abi, order: ByteOrder, len: u64) -> (Vec<u8>, Vec<u8>) {
    let word = abi.pointer_bits() as usize / 8;
    let made = Made(order, Vec::new()).numbers(word, &[0]).numbers(4, &[0]).pad(word);
    let header = made.numbers(word, &[0, 0, 0x2000, len]).numbers(4, &[0]).pad(word);
    let made = Made(order, Vec::new()).numbers(word, &[word as u64 + 12]).numbers(4, &[1, 1, 7]).pad(word);
    (header.1, made.1)
}

fn shown(abi: Abi, number: u32, header: &[u8], control: &[u8], limits: Limits, room: usize) -> String {
    let memory = [Region::new(0x1000, header), Region::new(0x2000, control)];
    let mut buffer = vec![0; room];
    let mut scratch = Scratch::new(&mut buffer);
    let call = RawCall::new(abi, number, [3, 0x1000, 0, 0, 0, 0]);
    let (decoder, style, outcome) =
        (Decoder::new().with_limits(limits), Style::new().verbose(), Outcome::from_word(abi, 1));
    let done = decoder.enter(&call, &memory, &mut scratch).exit(outcome, &memory, &mut scratch);
    let mut text = String::new();
    done.show(style, &mut text).expect("a string takes all");
    let mut again = vec![0; text.len()];
    let (mut printer, mut scratch) = (Printer::new(decoder, style), Scratch::new(&mut buffer));
    let shown = printer.show(&call, outcome, (&memory, &memory), &mut scratch, &mut again);
    assert_eq!(shown, Ok(text.as_bytes()), "{text}");
    text
}

const CALLS: [(Abi, ByteOrder, [&str; 2]); 3] = [
    (Abi::X86_64, ByteOrder::Little, ["sendmsg", "recvmsg"]),
    (Abi::I386, ByteOrder::Little, ["sendmsg", "recvmsg"]),
    (Abi::S390x, ByteOrder::Big, ["sendmsg", "recvmsg"]),
];

fn number(abi: Abi, name: &str) -> u32 {
    abi.table().expect("its table is built in").by_name(name).expect("it has the call").number()
}

#[test]
fn descriptors_are_seen_on_their_way() {
    for (abi, order, names) in CALLS {
        let word = u64::from(abi.pointer_bits()) / 8;
        for name in names {
            let (header, control) = message(abi, order, (word + 12).next_multiple_of(word));
            let text = shown(abi, number(abi, name), &header, &control, Limits::DEFAULT, 4096);
            let expected = format!(
                "msg_control=[{{cmsg_len={}, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[7]}}], ",
                word + 12
            );
            assert!(text.contains(&expected), "{abi} {text}");
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "too much for an interpreter")]
fn what_cannot_be_read_is_an_address() {
    for (abi, order, names) in CALLS {
        let (header, control) = message(abi, order, 0x1000_0000);
        for control in [&control[..], &[]] {
            let text = shown(abi, number(abi, names[0]), &header, control, Limits::DEFAULT, 8192);
            assert!(text.contains("msg_control=0x2000, "), "{abi} {text}");
        }
        // So many bytes are read of them and no more, and what does not fit is not told.
        let many: Vec<u8> = control.iter().copied().cycle().take(8192).collect();
        let text = shown(abi, number(abi, names[0]), &header, &many, Limits::DEFAULT, 8192);
        assert!(text.contains("cmsg_data=[7]}, ") && text.contains(", ...], msg_controllen="), "{abi} {text}");
        for room in 0..300 {
            let _ = shown(abi, number(abi, names[0]), &header, &many, Limits::DEFAULT, room);
        }
    }
}

#[test]
fn buffers_of_netlink_are_messages() {
    let bytes = Made(ByteOrder::Little, Vec::new()).numbers(4, &[20]).numbers(2, &[18, 0x301]).numbers(4, &[1, 0, 0]).1;
    let vector = Made(ByteOrder::Little, Vec::new()).numbers(8, &[0x1000, 20]).1;
    let memory = [Region::new(0x1000, &bytes), Region::new(0x3000, &vector)];
    let known = |fd: i32| if fd == 3 { Some(FdKind::Netlink(0)) } else { None };
    let text = |name: &str, args: [u64; 6]| {
        let mut buffer = [0; 4096];
        let mut scratch = Scratch::new(&mut buffer);
        let call = RawCall::new(Abi::X86_64, number(Abi::X86_64, name), args);
        let entered = Decoder::new().enter_knowing(&call, &memory, &known, &mut scratch);
        let kept = entered.keep();
        let (entered, mut scratch) = kept.resume(&mut buffer);
        entered.exit(Outcome::from_word(Abi::X86_64, 20), &memory, &mut scratch).to_string()
    };
    let message = "[{nlmsg_len=20, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP, nlmsg_seq=1, \
                   nlmsg_pid=0}, {rtgen_family=AF_UNSPEC}]";
    assert_eq!(text("write", [3, 0x1000, 20, 0, 0, 0]), format!("write(3, {message}, 20) = 20"));
    assert_eq!(text("read", [3, 0x1000, 99, 0, 0, 0]), format!("read(3, {message}, 99) = 20"));
    let writev = text("writev", [3, 0x3000, 1, 0, 0, 0]);
    assert_eq!(writev, format!("writev(3, [{{iov_base={message}, iov_len=20}}], 1) = 20"));
    assert!(text("write", [4, 0x1000, 20, 0, 0, 0]).starts_with("write(4, \"\\24\\0"));
}

#[test]
fn messages_are_values() {
    let (header, control) = message(Abi::X86_64, ByteOrder::Little, 24);
    let memory = [Region::new(0x1000, &header), Region::new(0x2000, &control)];
    let mut buffer = [0; 4096];
    let call = RawCall::new(Abi::X86_64, number(Abi::X86_64, "sendmsg"), [3, 0x1000, 0, 0, 0, 0]);
    let entered = Decoder::new().enter(&call, &memory, &mut Scratch::new(&mut buffer));
    let Some(Value::Struct(of)) = entered.args().nth(1).and_then(|arg| arg.value()) else { panic!("{entered:?}") };
    let Some(Value::Control(control)) = of.field("msg_control") else { panic!("{of:?}") };
    let messages: Vec<_> = control.iter().collect();
    let [one] = &messages[..] else { panic!("{messages:?}") };
    assert_eq!((one.level_name(), one.type_name()), (Some("SOL_SOCKET"), Some("SCM_RIGHTS")));
    assert_eq!((one.stated_len(), one.bytes(), one.is_cut()), (20, &[7, 0, 0, 0][..], false));
    let Some(Value::Numbers(numbers)) = one.data() else { panic!("{one:?}") };
    assert_eq!(numbers.iter().count(), 1);
}
