//! The address of a socket.

use core::fmt;
use core::hash::{Hash, Hasher};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

use super::{ArgError, Argument, FromArg, Takes};
use crate::abi::ByteOrder;

/// The bytes of `struct sockaddr_storage` (`include/uapi/linux/socket.h`).
const ROOM: usize = 128;

const AF_UNIX: u16 = 1;
const AF_INET: u16 = 2;
const AF_INET6: u16 = 10;

/// The address of a socket: its family, and the bytes behind that.
#[derive(Clone, Copy)]
pub struct SockAddr {
    family: u16,
    order: ByteOrder,
    len: u8,
    /// Those of the family among them, which are 0.
    bytes: [u8; ROOM],
}

impl SockAddr {
    /// `sa_family`; 0 where there is none.
    pub const fn family(&self) -> u16 {
        self.family
    }

    /// What stands behind the family.
    pub fn data(&self) -> &[u8] {
        self.bytes.get(2..usize::from(self.len)).unwrap_or_default()
    }

    /// Address and port, where the family is one of IP and all of it is there.
    pub fn ip(&self) -> Option<SocketAddr> {
        let port = u16::from_be_bytes(*self.data().first_chunk()?);
        match self.family {
            AF_INET => {
                let address: [u8; 4] = *self.data().get(2..)?.first_chunk()?;
                Some(SocketAddr::new(IpAddr::V4(Ipv4Addr::from(address)), port))
            }
            AF_INET6 => {
                let number = |bytes: [u8; 4]| match self.order {
                    ByteOrder::Little => u32::from_le_bytes(bytes),
                    ByteOrder::Big => u32::from_be_bytes(bytes),
                };
                let flow = u32::from_be_bytes(*self.data().get(2..)?.first_chunk()?);
                let address: [u8; 16] = *self.data().get(6..)?.first_chunk()?;
                // The kernel takes an address without it.
                let scope = self.data().get(22..).and_then(<[u8]>::first_chunk).map_or(0, |scope| number(*scope));
                Some(SocketAddrV6::new(Ipv6Addr::from(address), port, flow, scope).into())
            }
            _ => None,
        }
    }

    /// The name of a socket of the family `AF_UNIX`: a path without its NUL, or an abstract name that begins with one.
    pub fn unix(&self) -> Option<&[u8]> {
        if self.family != AF_UNIX {
            return None;
        }
        let name = self.data();
        match name.first() {
            Some(0) | None => Some(name),
            Some(_) => name.split(|byte| *byte == 0).next(),
        }
    }
}

impl FromArg<'_> for SockAddr {
    const TAKES: Takes = Takes::BUFFER;

    fn from_arg(arg: &mut Argument<'_, '_>) -> Result<SockAddr, ArgError> {
        let len = usize::try_from(arg.length()?).unwrap_or(ROOM).min(ROOM);
        let order = arg.byte_order();
        let mut bytes = [0; ROOM];
        arg.read(arg.value(), bytes.get_mut(..len).unwrap_or_default())?;
        let [first, second, ..] = &mut bytes;
        let family = [core::mem::take(first), core::mem::take(second)];
        let family = match order {
            ByteOrder::Little => u16::from_le_bytes(family),
            ByteOrder::Big => u16::from_be_bytes(family),
        };
        Ok(SockAddr { family, order, len: len as u8, bytes })
    }
}

/// Equal where family and bytes are.
impl PartialEq for SockAddr {
    fn eq(&self, other: &SockAddr) -> bool {
        (self.family, self.data()) == (other.family, other.data())
    }
}

impl Eq for SockAddr {}

impl Hash for SockAddr {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.family, self.data()).hash(state);
    }
}

impl fmt::Debug for SockAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(ip) = self.ip() {
            return write!(f, "{ip}");
        }
        match self.unix() {
            Some(name) => write!(f, "unix:\"{}\"", name.escape_ascii()),
            None => write!(f, "family {}:\"{}\"", self.family, self.data().escape_ascii()),
        }
    }
}
