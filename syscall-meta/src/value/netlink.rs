//! Messages of netlink: header, structure, attributes, and what each of these holds.

use super::{Bytes, Place, Struct, Text, Value, held};
use crate::abi::{Abi, ByteOrder};
use crate::constants::FlagSet;
use crate::decode::integer;
use crate::generated::meaning as data;
use crate::generated::sets;
use crate::meaning::{self, A, H, N, NO, held as tag, how};

// Of include/uapi/linux/netlink.h.
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const NLM_F_REQUEST: u16 = 1;
const NLM_F_CAPPED: u16 = 0x100;
const NLM_F_ACK_TLVS: u16 = 0x200;
const NLA_TYPE_MASK: u16 = 0x3fff;
const NLA_F_NESTED: u16 = 0x8000;
const NLA_F_NET_BYTEORDER: u16 = 0x4000;
const NETLINK_ROUTE: u16 = 0;
const NETLINK_AUDIT: u16 = 9;
const NETLINK_GENERIC: u16 = 16;
const NETLINK_SOCK_DIAG: u16 = 4;
const NETLINK_XFRM: u16 = 6;
const NETLINK_CRYPTO: u16 = 21;

// Families of include/linux/socket.h whose addresses are those of IPv4 or IPv6, as their lengths say.
const AF_INET: u8 = 2;
const AF_BRIDGE: u8 = 7;
const AF_INET6: u8 = 10;

/// What the flags of a message can be.
const FLAG_SETS: [FlagSet; 5] =
    [sets::NLMSG_FLAGS, sets::NLMSG_ACK_FLAGS, sets::NLMSG_GET_FLAGS, sets::NLMSG_NEW_FLAGS, sets::NLMSG_DELETE_FLAGS];
/// Their places.
const ANY: usize = 0;
const ACK: usize = 1;
const GET: usize = 2;
const NEW: usize = 3;
const DELETE: usize = 4;

/// The bytes of a header, and those of one of an attribute.
const HEAD: usize = 16;
const ATTRIBUTE_HEAD: usize = 4;

/// Where the next header is behind so many bytes.
const fn aligned(len: usize) -> usize {
    len.next_multiple_of(4)
}

/// Messages of netlink in a buffer, one behind the other; an iterator over them.
///
/// Which protocol a socket has, no message says: the third argument of `socket` does. It prints as strace does.
///
/// ```
/// use syscall_meta::{Abi, ByteOrder, NetlinkMessages};
///
/// let bytes = [
///     32, 0, 0, 0, 18, 0, 1, 3, 1, 0, 0, 0, 0, 0, 0, 0, // nlmsghdr
///     0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // ifinfomsg
/// ];
/// let messages = NetlinkMessages::new(Abi::ALL[0], ByteOrder::Little, 0, &bytes);
/// assert!(messages.to_string().starts_with(
///     "[{nlmsg_len=32, nlmsg_type=RTM_GETLINK, nlmsg_flags=NLM_F_REQUEST|NLM_F_DUMP, nlmsg_seq=1, nlmsg_pid=0}, {ifi_family="
/// ));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct NetlinkMessages<'b> {
    rest: &'b [u8],
    protocol: u16,
    text: usize,
    cut: bool,
    place: Place,
}

impl<'b> NetlinkMessages<'b> {
    /// The messages in these bytes, for a socket of this protocol: `NETLINK_ROUTE`, 0.
    pub fn new(abi: Abi, order: ByteOrder, protocol: u32, bytes: &'b [u8]) -> NetlinkMessages<'b> {
        let protocol = u16::try_from(protocol).unwrap_or(NO);
        NetlinkMessages { rest: bytes, protocol, text: usize::MAX, cut: false, place: Place { abi, order } }
    }

    pub(crate) fn of_node(protocol: u16, total: u64, text: u32, bytes: &'b [u8], place: Place) -> NetlinkMessages<'b> {
        let cut = total > bytes.len() as u64;
        NetlinkMessages { rest: bytes, protocol, text: text as usize, cut, place }
    }

    /// The same, of which at most so many of the bytes are told that mean nothing further.
    pub const fn with_text(self, limit: usize) -> NetlinkMessages<'b> {
        NetlinkMessages { text: limit, ..self }
    }

    /// The protocol of the socket.
    pub const fn protocol(&self) -> u16 {
        self.protocol
    }

    /// The bytes behind the messages that were gone through. At the end, they are too few for a header.
    pub const fn rest(&self) -> &'b [u8] {
        self.rest
    }

    /// Whether more follow that were not read.
    pub const fn is_cut(&self) -> bool {
        self.cut
    }

    pub(crate) const fn text(&self) -> usize {
        self.text
    }

    pub(crate) const fn place(&self) -> Place {
        self.place
    }
}

impl<'b> Iterator for NetlinkMessages<'b> {
    type Item = NetlinkMessage<'b>;

    fn next(&mut self) -> Option<NetlinkMessage<'b>> {
        let order = self.place.order;
        let number = |at: usize, size: usize| Some(integer(self.rest.get(at..at + size)?, order) as u32);
        let (len, seq, pid) = (number(0, 4)?, number(8, 4)?, number(12, 4)?);
        let (ty, flags) = (number(4, 2)? as u16, number(6, 2)? as u16);
        let end = (len as usize).max(HEAD);
        let here = end.min(self.rest.len());
        let payload = self.rest.get(HEAD..here).unwrap_or_default();
        // Behind a length that is less than its header, the kernel sees nothing.
        let next = if (len as usize) < HEAD { self.rest.len() } else { aligned(here) };
        self.rest = self.rest.get(next..).unwrap_or_default();
        let message = NetlinkMessage {
            len,
            ty,
            flags,
            seq,
            pid,
            payload,
            cut: end > here,
            protocol: self.protocol,
            form: None,
            text: self.text,
            place: self.place,
        };
        Some(NetlinkMessage { form: message.form(), ..message })
    }
}

/// A message of netlink.
#[derive(Clone, Copy, Debug)]
pub struct NetlinkMessage<'b> {
    len: u32,
    ty: u16,
    flags: u16,
    seq: u32,
    pid: u32,
    payload: &'b [u8],
    cut: bool,
    protocol: u16,
    form: Option<N>,
    text: usize,
    place: Place,
}

impl<'b> NetlinkMessage<'b> {
    /// `nlmsg_len`: the bytes of header and payload, as the header says.
    pub const fn stated_len(&self) -> u32 {
        self.len
    }

    /// `nlmsg_type`
    pub const fn message_type(&self) -> u16 {
        self.ty
    }

    /// `nlmsg_flags`
    pub const fn flags(&self) -> u16 {
        self.flags
    }

    /// `nlmsg_seq`
    pub const fn sequence(&self) -> u32 {
        self.seq
    }

    /// `nlmsg_pid`
    pub const fn port(&self) -> u32 {
        self.pid
    }

    /// The bytes behind the header.
    pub const fn payload(&self) -> &'b [u8] {
        self.payload
    }

    /// Whether its length goes beyond what there is.
    pub const fn is_cut(&self) -> bool {
        self.cut
    }

    /// The name of its type: `RTM_NEWLINK`.
    pub fn type_name(&self) -> Option<&'static str> {
        if let Some(of) = meaning::messages(self.protocol, self.ty).next() {
            return Some(meaning::name(of.6));
        }
        let value = u64::from(self.ty);
        let of_protocol = match self.protocol {
            NETLINK_ROUTE => Some(const { meaning::set_of(sets::RTNETLINK_TYPES) }),
            NETLINK_SOCK_DIAG => Some(const { meaning::set_of(sets::SOCK_DIAG_TYPES) }),
            NETLINK_AUDIT => Some(const { meaning::set_of(sets::AUDIT_MESSAGE_TYPES) }),
            NETLINK_XFRM => Some(const { meaning::set_of(sets::XFRM_MESSAGES) }),
            NETLINK_CRYPTO => Some(const { meaning::set_of(sets::CRYPTO_MESSAGES) }),
            NETLINK_GENERIC => Some(const { meaning::set_of(sets::GENL_IDS) }),
            _ => None,
        };
        // Those below 16 are the same for all.
        let of_protocol = if self.ty < 16 { Some(const { meaning::set_of(sets::NLMSG_TYPES) }) } else { of_protocol };
        of_protocol?.name_of(self.place.abi, value)
    }

    /// The set of which its flags are: the same bits have other names for what asks, makes and removes.
    pub fn flag_set(&self) -> FlagSet {
        FLAG_SETS[self.flags_of()]
    }

    /// The same as it is known to decoding, which need not link what other ABIs have.
    pub(crate) fn flag_set_here(&self) -> FlagSet {
        const HERE: [FlagSet; FLAG_SETS.len()] = {
            let (mut here, mut at) = (FLAG_SETS, 0);
            while at < here.len() {
                here[at] = meaning::set_of(here[at]);
                at += 1;
            }
            here
        };
        HERE[self.flags_of()]
    }

    /// The place in [`FLAG_SETS`].
    fn flags_of(&self) -> usize {
        if matches!(self.ty, NLMSG_ERROR | NLMSG_DONE) {
            return ACK;
        }
        let is_request = self.flags & NLM_F_REQUEST != 0;
        match self.form.map_or(0, |form| form.2 & how::FLAGS) {
            how::GET if is_request => GET,
            how::NEW => NEW,
            how::DELETE => DELETE,
            _ if is_request && self.protocol == NETLINK_GENERIC && self.ty >= 16 => GET,
            _ => ANY,
        }
    }

    fn form(&self) -> Option<N> {
        let family = self.payload.first().copied().map(u16::from);
        let is_request = self.flags & NLM_F_REQUEST != 0;
        meaning::messages(self.protocol, self.ty).find(|of| {
            let way = if is_request { how::REPLY } else { how::REQUEST };
            of.2 & way == 0 && (of.3 == NO || Some(of.3) == family)
        })
    }

    /// The code of an error or of the end of a dump: negative, or 0. None for other messages.
    pub fn error(&self) -> Option<i32> {
        if !matches!(self.ty, NLMSG_ERROR | NLMSG_DONE) {
            return None;
        }
        Some(integer(self.payload.get(..4)?, self.place.order) as u32 as i32)
    }

    /// The message to which an error answers, and the attributes that tell more. None for other messages.
    pub fn answered(&self) -> Option<NetlinkMessage<'b>> {
        if self.ty != NLMSG_ERROR {
            return None;
        }
        let all = self.payload.get(4..).unwrap_or_default();
        let message = self.messages(all).next()?;
        if self.flags & NLM_F_CAPPED == 0 {
            return Some(message);
        }
        // Only the header was sent back.
        self.messages(all.get(..HEAD)?).next().map(|message| NetlinkMessage { cut: false, ..message })
    }

    fn messages(&self, bytes: &'b [u8]) -> NetlinkMessages<'b> {
        NetlinkMessages { rest: bytes, protocol: self.protocol, text: self.text, cut: false, place: self.place }
    }

    /// The structure behind the header and the attributes behind that. None for an error, for the end of a dump, and where
    /// nobody says what is there.
    pub fn body(&self) -> Option<(Struct<'b>, NetlinkAttributes<'b>)> {
        if self.ty < 16 {
            return None;
        }
        let (record, space, fields) = match self.form {
            Some(form) => (form.4, form.5, (form.7, form.8)),
            None if self.protocol == NETLINK_GENERIC => (data::GENLMSGHDR, NO, (0, 0)),
            None => return None,
        };
        // Requests of rtnetlink may have no more than the family.
        let (payload, size) = Struct::with_size(record, self.payload, self.place)?;
        let is_short = self.protocol == NETLINK_ROUTE && self.payload.len() < size;
        let (payload, size) =
            if is_short { Struct::with_size(data::RTGENMSG, self.payload, self.place)? } else { (payload, size) };
        let rest = self.payload.get(aligned(size)..).unwrap_or_default();
        let family = self.payload.first().copied().unwrap_or(0);
        let around = Around { space, family, text: self.text, place: self.place };
        Some((payload.with_instead(fields), NetlinkAttributes::new(rest, around)))
    }

    /// The attributes that tell more of an error, or of the end of a dump.
    pub fn details(&self) -> Option<NetlinkAttributes<'b>> {
        if self.error().is_none() || self.flags & NLM_F_ACK_TLVS == 0 {
            return None;
        }
        let before = match (self.ty, self.answered()) {
            (NLMSG_ERROR, Some(of)) => aligned(4 + HEAD + of.payload.len()),
            (NLMSG_ERROR, None) => return None,
            _ => 4,
        };
        let around = Around { space: data::ERRORS, family: 0, text: self.text, place: self.place };
        Some(NetlinkAttributes::new(self.payload.get(before..)?, around))
    }

    pub(crate) const fn text(&self) -> usize {
        self.text
    }

    pub(crate) const fn place(&self) -> Place {
        self.place
    }
}

/// What attributes are known by.
#[derive(Clone, Copy, Debug)]
struct Around {
    space: u16,
    /// The family of addresses that the message is of.
    family: u8,
    text: usize,
    place: Place,
}

/// Attributes of netlink, one behind the other; an iterator over them.
#[derive(Clone, Copy, Debug)]
pub struct NetlinkAttributes<'b> {
    rest: &'b [u8],
    /// Those beside each other, of which one may say what another holds.
    all: &'b [u8],
    around: Around,
}

impl<'b> NetlinkAttributes<'b> {
    fn new(bytes: &'b [u8], around: Around) -> NetlinkAttributes<'b> {
        NetlinkAttributes { rest: bytes, all: bytes, around }
    }

    /// The bytes behind the attributes that were gone through. At the end, they are what is no attribute.
    pub const fn rest(&self) -> &'b [u8] {
        self.rest
    }

    pub(crate) const fn text(&self) -> usize {
        self.around.text
    }
}

impl<'b> Iterator for NetlinkAttributes<'b> {
    type Item = NetlinkAttribute<'b>;

    fn next(&mut self) -> Option<NetlinkAttribute<'b>> {
        let order = self.around.place.order;
        let len = integer(self.rest.get(..2)?, order) as u16;
        let ty = integer(self.rest.get(2..4)?, order) as u16;
        let end = usize::from(len);
        if end < ATTRIBUTE_HEAD {
            return None;
        }
        let here = end.min(self.rest.len());
        let bytes = self.rest.get(ATTRIBUTE_HEAD..here).unwrap_or_default();
        self.rest = self.rest.get(aligned(here)..).unwrap_or_default();
        let known = meaning::attribute(self.around.space, ty & NLA_TYPE_MASK);
        Some(NetlinkAttribute { len, ty, bytes, cut: end > here, known, all: self.all, around: self.around })
    }
}

/// An attribute of netlink.
#[derive(Clone, Copy, Debug)]
pub struct NetlinkAttribute<'b> {
    len: u16,
    ty: u16,
    bytes: &'b [u8],
    cut: bool,
    known: Option<A>,
    all: &'b [u8],
    around: Around,
}

/// What an attribute holds.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum AttributeValue<'b> {
    /// Nothing: that it is there says all.
    Nothing,
    /// A value; bytes where nothing better is known.
    Value(Value<'b>),
    /// Attributes.
    Nested(NetlinkAttributes<'b>),
    /// A structure, and attributes behind it.
    Then(Struct<'b>, NetlinkAttributes<'b>),
    /// As many of these as there are.
    Records(NetlinkRecords<'b>),
}

impl<'b> NetlinkAttribute<'b> {
    /// `nla_len`: the bytes of header and data, as the header says.
    pub const fn stated_len(&self) -> u16 {
        self.len
    }

    /// `nla_type` without the two bits that say how its data is.
    pub const fn attribute_type(&self) -> u16 {
        self.ty & NLA_TYPE_MASK
    }

    /// Whether it says that it holds attributes. Many that do so do not say it.
    pub const fn is_nested(&self) -> bool {
        self.ty & NLA_F_NESTED != 0
    }

    /// Whether it says that its number is in the order of networks.
    pub const fn is_net_order(&self) -> bool {
        self.ty & NLA_F_NET_BYTEORDER != 0
    }

    /// Its name: `IFLA_MTU`. None for one of those that are counted, too.
    pub fn name(&self) -> Option<&'static str> {
        self.known.filter(|of| of.1 != NO).map(|of| meaning::name(of.1))
    }

    /// The bytes of its data.
    pub const fn bytes(&self) -> &'b [u8] {
        self.bytes
    }

    /// Whether its length goes beyond what there is.
    pub const fn is_cut(&self) -> bool {
        self.cut
    }

    /// What it holds.
    pub fn value(&self) -> AttributeValue<'b> {
        let place = self.around.place;
        let known = self.known.and_then(|of| meaning::held_at(of.2));
        let H(what, id, space) = known.unwrap_or(H(tag::OPAQUE, NO, NO));
        let nested = |space: u16, bytes: &'b [u8]| NetlinkAttributes::new(bytes, Around { space, ..self.around });
        if self.bytes.is_empty() {
            return AttributeValue::Nothing;
        }
        let value = match what {
            tag::NESTED => return AttributeValue::Nested(nested(space, self.bytes)),
            tag::BY => match self.space_beside(id) {
                Some(space) => return AttributeValue::Nested(nested(space, self.bytes)),
                None if self.is_nested() => return AttributeValue::Nested(nested(NO, self.bytes)),
                None => None,
            },
            tag::THEN => match Struct::with_size(id, self.bytes, place) {
                Some((first, size)) => {
                    let rest = self.bytes.get(aligned(size)..).unwrap_or_default();
                    return AttributeValue::Then(first, nested(space, rest));
                }
                None => None,
            },
            tag::THEN_EACH => {
                let around = Around { space, ..self.around };
                return AttributeValue::Records(NetlinkRecords { record: id, rest: self.bytes, around });
            }
            tag::ADDRESS => self.address(),
            tag::NUMBER if self.is_net_order() => held::value(H(what | tag::BIG, id, space), self.bytes, place),
            _ if known.is_none() && self.is_nested() => return AttributeValue::Nested(nested(NO, self.bytes)),
            _ => held::value(H(what, id, space), self.bytes, place),
        };
        AttributeValue::Value(match value {
            // Text may fill all of it.
            Some(Value::Text(text)) => Value::Text(Text { cut: self.cut, ..text }),
            Some(Value::Bytes(bytes)) => Value::Bytes(bytes.up_to(self.around.text)),
            Some(value) => value,
            None => Value::Bytes(Bytes::whole(self.bytes).up_to(self.around.text)),
        })
    }

    /// An address of the message's family, or one that its length tells.
    fn address(&self) -> Option<Value<'b>> {
        let of = match (self.around.family, self.bytes.len()) {
            (0 | AF_INET | AF_BRIDGE | AF_INET6, 4) => crate::meaning::tag::IPV4,
            (0 | AF_INET | AF_BRIDGE | AF_INET6, 16) => crate::meaning::tag::IPV6,
            _ => return None,
        };
        // The number has the kind that says how it is written.
        let kind = data::KINDS.iter().position(|kind| kind.0 == of)? as u16;
        held::inline(of, kind, self.bytes, self.around.place)
    }

    /// What the text of the attribute of this name says that stands beside this one.
    fn space_beside(&self, name: u16) -> Option<u16> {
        let ty = meaning::attribute_named(self.around.space, name)?;
        let mut beside = NetlinkAttributes { rest: self.all, all: self.all, around: self.around };
        let text = beside.find(|of| of.attribute_type() == ty)?.bytes;
        let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
        meaning::space_of(name, text.get(..end)?)
    }
}

/// Structures that say how long they are, with attributes behind each; an iterator over them.
#[derive(Clone, Copy, Debug)]
pub struct NetlinkRecords<'b> {
    record: u16,
    rest: &'b [u8],
    around: Around,
}

impl<'b> NetlinkRecords<'b> {
    /// The bytes behind those that were gone through. At the end, they are what is none.
    pub const fn rest(&self) -> &'b [u8] {
        self.rest
    }

    pub(crate) const fn text(&self) -> usize {
        self.around.text
    }
}

impl<'b> Iterator for NetlinkRecords<'b> {
    type Item = (Struct<'b>, NetlinkAttributes<'b>);

    fn next(&mut self) -> Option<Self::Item> {
        let len = integer(self.rest.get(..2)?, self.around.place.order) as usize;
        let here = self.rest.get(..len.min(self.rest.len()))?;
        let (of, size) = Struct::with_size(self.record, here, self.around.place)?;
        if here.len() < size {
            return None;
        }
        self.rest = self.rest.get(aligned(here.len())..).unwrap_or_default();
        let rest = here.get(aligned(size)..).unwrap_or_default();
        Some((of, NetlinkAttributes::new(rest, self.around)))
    }
}
