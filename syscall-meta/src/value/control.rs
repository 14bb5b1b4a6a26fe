//! Control messages of sockets: what goes with a message beside its bytes, and what each carries.

use super::{Bytes, Place, Value, held};
use crate::abi::Abi;
use crate::decode::integer;
use crate::generated::sets;
use crate::meaning;

/// The control messages of a message, as `msg_control` of `sendmsg` and `recvmsg` leads to.
///
/// Their headers are those of the ABI: a length as wide as a pointer, two `int`s, and each message begins where a pointer
/// could (`struct cmsghdr` of `include/linux/socket.h`, `struct compat_cmsghdr` of `include/net/compat.h`).
#[derive(Clone, Copy, Debug)]
pub struct Control<'b> {
    address: u64,
    total: u64,
    text: u32,
    bytes: &'b [u8],
    place: Place,
}

impl<'b> Control<'b> {
    pub(crate) fn new(address: u64, total: u64, text: u32, bytes: &'b [u8], place: Place) -> Control<'b> {
        Control { address, total, text, bytes, place }
    }

    /// Where they are in the program's memory.
    pub const fn address(&self) -> u64 {
        self.address
    }

    /// How many bytes there are.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// Whether more follow that were not read.
    pub const fn is_cut(&self) -> bool {
        self.total > self.bytes.len() as u64
    }

    /// The bytes that were read.
    pub const fn bytes(&self) -> &'b [u8] {
        self.bytes
    }

    /// The messages in their order.
    pub const fn iter(&self) -> ControlMessages<'b> {
        ControlMessages { rest: self.bytes, place: self.place, text: self.text as usize, ended: false }
    }
}

/// Goes through control messages; see [`Control::iter`].
#[derive(Clone, Copy, Debug)]
pub struct ControlMessages<'b> {
    rest: &'b [u8],
    place: Place,
    text: usize,
    ended: bool,
}

impl<'b> ControlMessages<'b> {
    /// The bytes behind the messages that were gone through. At the end, they are what is no message: fewer than a header
    /// has, or what follows one whose length is less than its header.
    pub const fn rest(&self) -> &'b [u8] {
        self.rest
    }
}

impl<'b> Iterator for ControlMessages<'b> {
    type Item = ControlMessage<'b>;

    fn next(&mut self) -> Option<ControlMessage<'b>> {
        if self.ended {
            return None;
        }
        let word = self.place.abi.pointer_bits() as usize / 8;
        let order = self.place.order;
        let (len, level, ty) = (
            integer(self.rest.get(..word)?, order),
            integer(self.rest.get(word..word + 4)?, order) as u32,
            integer(self.rest.get(word + 4..word + 8)?, order) as u32,
        );
        let head = word + 8;
        let end = usize::try_from(len).unwrap_or(usize::MAX);
        let here = end.min(self.rest.len());
        let bytes = self.rest.get(head..here).unwrap_or_default();
        let message = ControlMessage { len, level, ty, bytes, cut: end > here, place: self.place, text: self.text };
        if end < head {
            // Where the next one would be, nobody knows.
            self.ended = true;
            self.rest = self.rest.get(head..).unwrap_or_default();
            return Some(message);
        }
        self.rest = self.rest.get(here.next_multiple_of(word)..).unwrap_or_default();
        Some(message)
    }
}

/// A control message.
#[derive(Clone, Copy, Debug)]
pub struct ControlMessage<'b> {
    len: u64,
    level: u32,
    ty: u32,
    bytes: &'b [u8],
    cut: bool,
    place: Place,
    text: usize,
}

impl<'b> ControlMessage<'b> {
    /// `cmsg_len`: the bytes of header and data, as the header says.
    pub const fn stated_len(&self) -> u64 {
        self.len
    }

    /// `cmsg_level`
    pub const fn level(&self) -> u32 {
        self.level
    }

    /// `cmsg_type`
    pub const fn message_type(&self) -> u32 {
        self.ty
    }

    /// The name of the level: `SOL_SOCKET`.
    pub fn level_name(&self) -> Option<&'static str> {
        const { meaning::set_of(sets::SOCKET_LEVELS) }.name_of(self.abi(), self.level.into())
    }

    /// The name of the type, which depends on the level: `SCM_RIGHTS`.
    pub fn type_name(&self) -> Option<&'static str> {
        let known = meaning::control(self.abi(), self.level, self.ty).map(|of| meaning::name(of.4));
        known.or_else(|| {
            let is_socket = self.level_name() == Some("SOL_SOCKET");
            if is_socket {
                const { meaning::set_of(sets::CONTROL_MESSAGES) }.name_of(self.abi(), self.ty.into())
            } else {
                None
            }
        })
    }

    /// What it carries: numbers, a structure, an address; bytes where nothing better is known. None where it has no data.
    pub fn data(&self) -> Option<Value<'b>> {
        if self.bytes.is_empty() {
            return None;
        }
        let known = meaning::control(self.abi(), self.level, self.ty).and_then(|of| meaning::held_at(of.3));
        let known = known.and_then(|of| held::value(of, self.bytes, self.place));
        Some(known.unwrap_or_else(|| Value::Bytes(Bytes::whole(self.bytes).up_to(self.text))))
    }

    /// The bytes of its data.
    pub const fn bytes(&self) -> &'b [u8] {
        self.bytes
    }

    /// Whether its length goes beyond what there is.
    pub const fn is_cut(&self) -> bool {
        self.cut
    }

    /// The ABI that gives numbers their names.
    pub const fn abi(&self) -> Abi {
        self.place.abi
    }
}
