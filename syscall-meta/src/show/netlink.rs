//! Messages of netlink: `[{nlmsg_len=32, …}, {ifi_family=AF_UNSPEC, …}, [[{nla_len=7, nla_type=IFLA_IFNAME}, "lo"], …]]`.

use core::fmt::{self, Write};

use super::{Out, Shown, Style, number, text};
use crate::value::{
    AttributeValue, NetlinkAttribute, NetlinkAttributes, NetlinkMessage, NetlinkMessages, NetlinkRecords, Number,
    Struct, Value,
};

/// How deep attributes are told that lie in each other.
const DEPTH: usize = 12;

impl NetlinkMessages<'_> {
    /// Writes them as strace does: each message as its header and what it holds, many in brackets.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn show<W: Write + ?Sized>(&self, style: Style, out: &mut W) -> fmt::Result {
        super::gathered(out, |out| messages(&Shown::new(style, self.place()), self, 0, out))
    }
}

/// As [`NetlinkMessages::show`] does without verbosity.
impl fmt::Display for NetlinkMessages<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.show(Style::new(), f)
    }
}

/// What stands behind each other, in brackets where there is more than one.
struct Row {
    is_list: bool,
    first: bool,
}

impl Row {
    fn begin(is_list: bool, out: &mut Out<'_>) -> Result<Row, fmt::Error> {
        out.write_str(if is_list { "[" } else { "" })?;
        Ok(Row { is_list, first: true })
    }

    fn next(&mut self, out: &mut Out<'_>) -> fmt::Result {
        out.write_str(if self.first { "" } else { ", " })?;
        self.first = false;
        Ok(())
    }

    fn end(self, out: &mut Out<'_>) -> fmt::Result {
        out.write_str(if self.is_list { "]" } else { "" })
    }
}

pub(super) fn messages(shown: &Shown, of: &NetlinkMessages<'_>, depth: usize, out: &mut Out<'_>) -> fmt::Result {
    let mut all = *of;
    let is_list = all.next().is_some() && (!all.rest().is_empty() || of.is_cut());
    let mut row = Row::begin(is_list, out)?;
    let mut all = *of;
    for each in all.by_ref() {
        row.next(out)?;
        message(shown, &each, depth, out)?;
    }
    if !all.rest().is_empty() || row.first {
        row.next(out)?;
        bytes(all.rest(), of.text(), out)?;
    }
    if of.is_cut() {
        row.next(out)?;
        out.write_str("...")?;
    }
    row.end(out)
}

fn message(shown: &Shown, of: &NetlinkMessage<'_>, depth: usize, out: &mut Out<'_>) -> fmt::Result {
    let is_pair = !of.payload().is_empty();
    out.write_str(if is_pair { "[{nlmsg_len=" } else { "{nlmsg_len=" })?;
    text::decimal(out, of.stated_len().into())?;
    out.write_str(", nlmsg_type=")?;
    name_or_hex(of.type_name(), of.message_type(), out)?;
    out.write_str(", nlmsg_flags=")?;
    let flags = Number::of_bits(of.flags().into(), 16, of.place().abi);
    number::named(of.flag_set_here(), &flags, out)?;
    out.write_str(", nlmsg_seq=")?;
    text::decimal(out, of.sequence().into())?;
    out.write_str(", nlmsg_pid=")?;
    text::decimal(out, of.port().into())?;
    out.write_str("}")?;
    if !is_pair {
        return Ok(());
    }
    out.write_str(", ")?;
    payload(shown, of, depth, out)?;
    out.write_str(if of.is_cut() { ", ...]" } else { "]" })
}

fn payload(shown: &Shown, of: &NetlinkMessage<'_>, depth: usize, out: &mut Out<'_>) -> fmt::Result {
    let is_error = sets_error(of);
    if let Some(error) = of.error() {
        out.write_str(if is_error { "{error=" } else { "" })?;
        code(error, of, out)?;
        if is_error {
            if let Some(message) = of.answered() {
                out.write_str(", msg=")?;
                self::message(shown, &message, depth + 1, out)?;
            }
            out.write_str("}")?;
        }
        return match of.details() {
            Some(details) => behind(shown, &details, depth, out),
            None => Ok(()),
        };
    }
    match of.body() {
        Some((first, rest)) => {
            structure(shown, first, depth, out)?;
            behind(shown, &rest, depth, out)
        }
        None => bytes(of.payload(), of.text(), out),
    }
}

/// Whether it answers to a message, and does not end a dump.
fn sets_error(of: &NetlinkMessage<'_>) -> bool {
    of.type_name() == Some("NLMSG_ERROR")
}

/// `0`, `-ENODEV`
fn code(error: i32, of: &NetlinkMessage<'_>, out: &mut Out<'_>) -> fmt::Result {
    let name = error.checked_neg().filter(|error| *error > 0);
    let name = name.and_then(|error| crate::generated::sets::ERRNO.name_of(of.place().abi, error as u64));
    match name {
        Some(name) => {
            out.write_str("-")?;
            out.write_str(name)
        }
        None => text::signed(out, error.into()),
    }
}

/// Attributes behind something.
fn behind(shown: &Shown, of: &NetlinkAttributes<'_>, depth: usize, out: &mut Out<'_>) -> fmt::Result {
    if of.rest().is_empty() {
        return Ok(());
    }
    out.write_str(", ")?;
    attributes(shown, of, depth + 1, out)
}

fn attributes(shown: &Shown, of: &NetlinkAttributes<'_>, depth: usize, out: &mut Out<'_>) -> fmt::Result {
    if depth > DEPTH {
        return out.write_str("...");
    }
    let mut all = *of;
    let is_list = all.next().is_some() && !all.rest().is_empty();
    let mut row = Row::begin(is_list, out)?;
    let mut all = *of;
    for each in all.by_ref() {
        row.next(out)?;
        attribute(shown, &each, depth, out)?;
    }
    if !all.rest().is_empty() || row.first {
        row.next(out)?;
        bytes(all.rest(), of.text(), out)?;
    }
    row.end(out)
}

fn attribute(shown: &Shown, of: &NetlinkAttribute<'_>, depth: usize, out: &mut Out<'_>) -> fmt::Result {
    let value = of.value();
    let is_pair = !matches!(value, AttributeValue::Nothing);
    out.write_str(if is_pair { "[{nla_len=" } else { "{nla_len=" })?;
    text::decimal(out, of.stated_len().into())?;
    out.write_str(", nla_type=")?;
    out.write_str(if of.is_nested() { "NLA_F_NESTED|" } else { "" })?;
    out.write_str(if of.is_net_order() { "NLA_F_NET_BYTEORDER|" } else { "" })?;
    name_or_hex(of.name(), of.attribute_type(), out)?;
    out.write_str("}")?;
    if !is_pair {
        return Ok(());
    }
    out.write_str(", ")?;
    match value {
        AttributeValue::Nothing => {}
        AttributeValue::Value(value) => shown.at_depth(&value, depth + 1, out)?,
        AttributeValue::Nested(inner) => attributes(shown, &inner, depth + 1, out)?,
        AttributeValue::Then(first, rest) => {
            structure(shown, first, depth, out)?;
            behind(shown, &rest, depth, out)?;
        }
        AttributeValue::Records(inner) => records(shown, &inner, depth + 1, out)?,
    }
    out.write_str(if of.is_cut() { ", ...]" } else { "]" })
}

fn records(shown: &Shown, of: &NetlinkRecords<'_>, depth: usize, out: &mut Out<'_>) -> fmt::Result {
    let mut row = Row::begin(true, out)?;
    let mut all = *of;
    for (first, rest) in all.by_ref() {
        row.next(out)?;
        structure(shown, first, depth, out)?;
        behind(shown, &rest, depth, out)?;
    }
    if !all.rest().is_empty() {
        row.next(out)?;
        bytes(all.rest(), of.text(), out)?;
    }
    row.end(out)
}

fn structure(shown: &Shown, of: Struct<'_>, depth: usize, out: &mut Out<'_>) -> fmt::Result {
    shown.at_depth(&Value::Struct(of), depth + 1, out)
}

fn name_or_hex(name: Option<&str>, value: u16, out: &mut Out<'_>) -> fmt::Result {
    match name {
        Some(name) => out.write_str(name),
        None => text::hex(out, value.into()),
    }
}

fn bytes(of: &[u8], limit: usize, out: &mut Out<'_>) -> fmt::Result {
    let shown = of.get(..limit).unwrap_or(of);
    text::quoted(out, shown)?;
    out.write_str(if shown.len() < of.len() { "..." } else { "" })
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::string::{String, ToString};
    use std::vec::Vec;

    use super::*;
    use crate::abi::{Abi, ByteOrder};

    const ORDERS: [ByteOrder; 2] = [ByteOrder::Little, ByteOrder::Big];
    const ROUTE: u32 = 0;
    const SOCK_DIAG: u32 = 4;
    const GENERIC: u32 = 16;

    /// Bytes as a machine has them.
    #[derive(Clone)]
    struct Made(ByteOrder, Vec<u8>);

    impl Made {
        fn new(order: ByteOrder) -> Made {
            Made(order, Vec::new())
        }

        fn number(mut self, value: u64, size: usize) -> Made {
            match self.0 {
                ByteOrder::Little => self.1.extend(value.to_le_bytes().iter().take(size)),
                ByteOrder::Big => self.1.extend(value.to_be_bytes().iter().skip(8 - size)),
            }
            self
        }

        fn bytes(mut self, bytes: &[u8]) -> Made {
            self.1.extend(bytes);
            self
        }

        fn attribute(self, ty: u64, data: &[u8]) -> Made {
            let mut made = self.number(4 + data.len() as u64, 2).number(ty, 2).bytes(data);
            made.1.resize(made.1.len().next_multiple_of(4), 0);
            made
        }

        /// A message with this behind its header.
        fn message(self, ty: u64, flags: u64, payload: &Made) -> Made {
            let made = self.number(16 + payload.1.len() as u64, 4).number(ty, 2).number(flags, 2);
            let mut made = made.number(1, 4).number(2, 4).bytes(&payload.1);
            made.1.resize(made.1.len().next_multiple_of(4), 0);
            made
        }

        fn shown(&self, protocol: u32) -> String {
            NetlinkMessages::new(Abi::X86_64, self.0, protocol, &self.1).to_string()
        }
    }

    /// `struct ifaddrmsg` of 127.0.0.1.
    fn address(order: ByteOrder) -> Made {
        Made::new(order).bytes(&[2, 8, 0x80, 254]).number(1, 4)
    }

    #[test]
    fn messages_are_told_with_their_attributes() {
        for order in ORDERS {
            let number = |value: u64| Made::new(order).number(value, 4).1;
            let payload = address(order)
                .attribute(1, &[127, 0, 0, 1])
                .attribute(3, b"lo\0")
                .attribute(8, &number(0x80))
                .attribute(99, &[1, 2]);
            let one = Made::new(order).message(20, 2, &payload);
            let text = "[{nlmsg_len=56, nlmsg_type=RTM_NEWADDR, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=1, nlmsg_pid=2}, \
                        {ifa_family=AF_INET, ifa_prefixlen=8, ifa_flags=IFA_F_PERMANENT, ifa_scope=RT_SCOPE_HOST, \
                        ifa_index=1}, [[{nla_len=8, nla_type=IFA_ADDRESS}, inet_addr(\"127.0.0.1\")], \
                        [{nla_len=7, nla_type=IFA_LABEL}, \"lo\"], [{nla_len=8, nla_type=IFA_FLAGS}, IFA_F_PERMANENT], \
                        [{nla_len=6, nla_type=0x63}, \"\\1\\2\"]]]";
            assert_eq!(one.shown(ROUTE), text);
            let two = one.message(3, 2, &Made::new(order).number(0, 4));
            let end = "[{nlmsg_len=20, nlmsg_type=NLMSG_DONE, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=1, nlmsg_pid=2}, 0]";
            assert_eq!(two.shown(ROUTE), format!("[{text}, {end}]"));
        }
    }

    #[test]
    fn what_a_link_is_says_what_it_has() {
        for order in ORDERS {
            let two = |value: u64| Made::new(order).number(value, 2).1;
            let of = |kind: &[u8]| {
                let data = Made::new(order).attribute(1, &two(7));
                let info = Made::new(order).attribute(0x8002, &data.1).attribute(1, kind);
                let payload = Made::new(order).bytes(&[0; 16]).attribute(18, &info.1);
                Made::new(order).message(16, 0, &payload).shown(ROUTE)
            };
            let vlan = of(b"vlan\0");
            let expected = "[[{nla_len=12, nla_type=NLA_F_NESTED|IFLA_INFO_DATA}, \
                            [{nla_len=6, nla_type=IFLA_VLAN_ID}, 7]], [{nla_len=9, nla_type=IFLA_INFO_KIND}, \"vlan\"]]";
            assert!(vlan.contains(expected), "{vlan}");
            // Of another kind it is known that these are attributes, and no more.
            let other = of(b"strange\0");
            assert!(other.contains("IFLA_INFO_DATA}, [{nla_len=6, nla_type=0x1}, \""), "{other}");
        }
    }

    #[test]
    fn requests_are_told_from_replies() {
        for order in ORDERS {
            let id = Made::new(order).bytes(&[0, 80, 1, 187, 10, 0, 0, 1]).bytes(&[0; 12]).bytes(&[10, 0, 0, 2]);
            let id = id.bytes(&[0; 12]).number(3, 4).bytes(&[0xff; 8]);
            let request = Made::new(order).bytes(&[2, 6, 1, 0]).number(0xa, 4).bytes(&id.1);
            let text = Made::new(order).message(20, 0x301, &request).shown(SOCK_DIAG);
            let expected = "[{nlmsg_len=72, nlmsg_type=SOCK_DIAG_BY_FAMILY, nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP, \
                            nlmsg_seq=1, nlmsg_pid=2}, {sdiag_family=AF_INET, sdiag_protocol=IPPROTO_TCP, ";
            assert!(text.starts_with(expected), "{text}");
            let ports = "idiag_sport=htons(80), idiag_dport=htons(443), idiag_src=inet_addr(\"10.0.0.1\"), \
                         idiag_dst=inet_addr(\"10.0.0.2\"), idiag_if=3";
            assert!(text.contains(ports), "{text}");
            let reply = Made::new(order).bytes(&[2, 10, 0, 0]).bytes(&id.1).bytes(&[0; 20]).attribute(8, &[1]);
            let text = Made::new(order).message(20, 2, &reply).shown(SOCK_DIAG);
            assert!(text.contains("{idiag_family=AF_INET, idiag_state=TCP_LISTEN, "), "{text}");
            assert!(text.contains(ports), "{text}");
            assert!(text.ends_with("[{nla_len=5, nla_type=INET_DIAG_SHUTDOWN}, 0x1]]"), "{text}");
        }
    }

    #[test]
    fn a_number_is_as_wide_as_its_bytes() {
        for order in ORDERS {
            let time = |size| Made::new(order).number(7, size).1;
            let payload = Made::new(order).bytes(&[2, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0]);
            let payload = payload.attribute(23, &time(4)).attribute(23, &time(8)).attribute(23, &[0; 3]);
            let text = Made::new(order).message(24, 0, &payload).shown(ROUTE);
            let expected = "[[{nla_len=8, nla_type=RTA_EXPIRES}, 7], [{nla_len=12, nla_type=RTA_EXPIRES}, 7], \
                            [{nla_len=7, nla_type=RTA_EXPIRES}, \"\\0\\0\\0\"]]]";
            assert!(text.ends_with(expected), "{text}");
        }
    }

    #[test]
    fn a_family_tells_of_itself() {
        let order = ByteOrder::Little;
        let op = Made::new(order).attribute(1, &[3, 0, 0, 0]).attribute(2, &[0xe, 0, 0, 0]);
        let ops = Made::new(order).attribute(1, &op.1);
        let payload = Made::new(order).bytes(&[1, 2, 0, 0]).attribute(2, b"nlctrl\0").attribute(6, &ops.1);
        assert_eq!(
            Made::new(order).message(16, 2, &payload).shown(GENERIC),
            "[{nlmsg_len=56, nlmsg_type=GENL_ID_CTRL, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=1, nlmsg_pid=2}, \
             {cmd=CTRL_CMD_NEWFAMILY, version=2}, [[{nla_len=11, nla_type=CTRL_ATTR_FAMILY_NAME}, \"nlctrl\"], \
             [{nla_len=24, nla_type=CTRL_ATTR_OPS}, [{nla_len=20, nla_type=0x1}, \
             [[{nla_len=8, nla_type=CTRL_ATTR_OP_ID}, 3], [{nla_len=8, nla_type=CTRL_ATTR_OP_FLAGS}, \
             GENL_CMD_CAP_DO|GENL_CMD_CAP_DUMP|GENL_CMD_CAP_HASPOL]]]]]]"
        );
    }

    #[test]
    fn errors_have_the_message_that_they_answer() {
        let order = ByteOrder::Little;
        let asked = Made::new(order).message(18, 5, &Made::new(order).bytes(&[0]));
        let payload = Made::new(order).number((-19i32) as u32 as u64, 4).bytes(&asked.1);
        assert_eq!(
            Made::new(order).message(2, 0, &payload).shown(ROUTE),
            "[{nlmsg_len=40, nlmsg_type=NLMSG_ERROR, nlmsg_flags=0, nlmsg_seq=1, nlmsg_pid=2}, {error=-ENODEV, \
             msg=[{nlmsg_len=17, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST|NLM_F_ACK, nlmsg_seq=1, \
             nlmsg_pid=2}, {rtgen_family=AF_UNSPEC}]}]"
        );
        // Only the header came back, and a text behind it.
        let capped = Made::new(order).number(0, 4).bytes(&asked.1[..16]).attribute(1, b"no such thing\0");
        let text = Made::new(order).message(2, 0x300, &capped).shown(ROUTE);
        let expected = "nlmsg_flags=NLM_F_CAPPED|NLM_F_ACK_TLVS, nlmsg_seq=1, nlmsg_pid=2}, {error=0, \
                        msg={nlmsg_len=17, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST|NLM_F_ACK, nlmsg_seq=1, \
                        nlmsg_pid=2}}, [{nla_len=18, nla_type=NLMSGERR_ATTR_MSG}, \"no such thing\"]]";
        assert!(text.ends_with(expected), "{text}");
    }

    #[test]
    fn ways_to_a_route_have_attributes_of_their_own() {
        for order in ORDERS {
            let way = |index: u64| {
                let made = Made::new(order).number(16, 2).bytes(&[0, 0]).number(index, 4);
                made.attribute(5, &[192, 0, 2, index as u8])
            };
            let both = way(2).bytes(&way(3).1).bytes(&[1]);
            let payload = Made::new(order).bytes(&[2, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0]).attribute(9, &both.1);
            let text = Made::new(order).message(24, 0x405, &payload).shown(ROUTE);
            let way = |index: u8| {
                format!(
                    "{{rtnh_len=16, rtnh_flags=0, rtnh_hops=0, rtnh_ifindex={index}}}, \
                     [{{nla_len=8, nla_type=RTA_GATEWAY}}, inet_addr(\"192.0.2.{index}\")]"
                )
            };
            let expected = format!("[{{nla_len=37, nla_type=RTA_MULTIPATH}}, [{}, {}, \"\\1\"]]", way(2), way(3));
            assert!(text.contains(&expected), "{text}");
            assert!(text.contains("nlmsg_flags=NLM_F_REQUEST|NLM_F_ACK|NLM_F_CREATE"), "{text}");
        }
    }

    #[test]
    fn what_is_cut_is_told() {
        let order = ByteOrder::Little;
        let whole = Made::new(order).message(20, 2, &address(order).attribute(1, &[127, 0, 0, 1]));
        for len in 0..whole.1.len() {
            let text = Made(order, whole.1[..len].to_vec()).shown(ROUTE);
            match len {
                0..16 => assert!(text.starts_with('"'), "{text}"),
                16 => assert!(text.ends_with("nlmsg_pid=2}"), "{text}"),
                _ => assert!(text.ends_with(", ...]"), "{text}"),
            }
        }
        // A length that is less than its header ends all.
        for len in [0, 15] {
            let mut made = whole.clone();
            made.1[0] = len;
            let text = made.shown(ROUTE);
            let expected = format!(
                "{{nlmsg_len={len}, nlmsg_type=RTM_NEWADDR, nlmsg_flags=NLM_F_MULTI, nlmsg_seq=1, nlmsg_pid=2}}"
            );
            assert_eq!(text, expected);
        }
        let mut made = whole.clone();
        made.1[24] = 3;
        assert!(made.shown(ROUTE).ends_with(", \"\\3\\0\\1\\0\\177\\0\\0\\1\"]"), "{}", made.shown(ROUTE));
    }

    #[test]
    fn no_bytes_make_it_panic_or_go_on_for_ever() {
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        let mut byte = || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            if seed & 0x300 == 0 { (seed >> 32) as u8 } else { (seed >> 32) as u8 & 0x1f & (seed >> 40) as u8 }
        };
        for round in 0..if cfg!(miri) { 20usize } else { 4000 } {
            let order = ORDERS[round % 2];
            let bytes: Vec<u8> = (0..round % 211).map(|_| byte()).collect();
            let payload = Made(order, bytes);
            let protocol = [ROUTE, SOCK_DIAG, GENERIC, 6][round / 2 % 4];
            let _ = payload.shown(protocol);
            let _ = Made::new(order).message(16 + (round / 8 % 24) as u64, 2, &payload).shown(protocol);
        }
        // Attributes in each other, as many as there can be.
        let mut inner = Made::new(ByteOrder::Little);
        while inner.1.len() < 60_000 {
            inner = Made::new(ByteOrder::Little).attribute(0x8012, &inner.1);
        }
        let payload = Made::new(ByteOrder::Little).bytes(&[0; 16]).bytes(&inner.1);
        let text = Made::new(ByteOrder::Little).message(16, 0, &payload).shown(ROUTE);
        assert!(text.contains("..."));
    }
}
