//! Socket addresses, each family as it is written.

use core::fmt::{self, Write};

use super::{Out, Shown, text};
use crate::decode::integer;
use crate::generated::{meaning, sets};
use crate::value::SockAddr;

const ADDRESS_FAMILIES: crate::FlagSet = crate::meaning::set_of(sets::ADDRESS_FAMILIES);

// Families whose addresses have a form of their own, of include/linux/socket.h.
const AF_UNIX: u16 = 1;
const AF_INET: u16 = 2;
const AF_INET6: u16 = 10;
const AF_NETLINK: u16 = 16;

pub(super) fn sockaddr(shown: &Shown, of: &SockAddr<'_>, out: &mut Out<'_>) -> fmt::Result {
    let Some(family) = of.family() else {
        return text::quoted(out, of.bytes());
    };
    out.write_str("{sa_family=")?;
    match ADDRESS_FAMILIES.name_of(of.place().abi, family.into()) {
        Some(name) => out.write_str(name)?,
        None => text::hex(out, family.into())?,
    }
    let rest = of.rest();
    let order = of.place().order;
    match (family, rest) {
        (_, []) => {}
        (AF_UNIX, path) => {
            out.write_str(", sun_path=")?;
            match path {
                // Without a name in the file system, after a NUL.
                [0, name @ ..] if !name.is_empty() => {
                    out.write_str("@")?;
                    text::quoted(out, name)?;
                }
                path => text::quoted(out, path.split(|byte| *byte == 0).next().unwrap_or_default())?,
            }
        }
        (AF_INET, [p0, p1, a0, a1, a2, a3, ..]) => {
            port(out, ", sin_port=", [*p0, *p1])?;
            out.write_str(", sin_addr=inet_addr(\"")?;
            ipv4(out, [*a0, *a1, *a2, *a3])?;
            out.write_str("\")")?;
        }
        (AF_INET6, [p0, p1, f0, f1, f2, f3, address @ ..]) if address.len() >= 16 => {
            port(out, ", sin6_port=", [*p0, *p1])?;
            out.write_str(", sin6_flowinfo=htonl(")?;
            text::decimal(out, u32::from_be_bytes([*f0, *f1, *f2, *f3]).into())?;
            out.write_str("), inet_pton(AF_INET6, \"")?;
            let (bytes, scope) = address.split_at(16);
            ipv6(out, bytes.try_into().unwrap_or([0; 16]))?;
            out.write_str("\", &sin6_addr)")?;
            if let Some(scope) = scope.get(..4) {
                out.write_str(", sin6_scope_id=")?;
                text::decimal(out, integer(scope, order))?;
            }
        }
        (AF_NETLINK, rest) if rest.len() >= 10 => {
            out.write_str(", nl_pid=")?;
            text::decimal(out, integer(rest.get(2..6).unwrap_or_default(), order))?;
            out.write_str(", nl_groups=")?;
            text::padded_hex(out, integer(rest.get(6..10).unwrap_or_default(), order), 8)?;
        }
        (_, rest) => {
            let known = meaning::SOCKADDRS.iter().find(|(of, _)| *of == family);
            match known.and_then(|(_, record)| of.as_struct(*record)) {
                // The family is told already.
                Some(address) => {
                    for (name, value) in address.fields().filter(|(name, _)| !name.ends_with("family")) {
                        out.write_str(", ")?;
                        out.write_str(name)?;
                        out.write_str("=")?;
                        shown.value(&value, out)?;
                    }
                }
                None => {
                    out.write_str(", sa_data=")?;
                    text::quoted(out, rest)?;
                }
            }
        }
    }
    out.write_str("}")
}

fn port(out: &mut Out<'_>, name: &str, port: [u8; 2]) -> fmt::Result {
    out.write_str(name)?;
    out.write_str("htons(")?;
    text::decimal(out, u16::from_be_bytes(port).into())?;
    out.write_str(")")
}

pub(super) fn ipv4(out: &mut Out<'_>, bytes: [u8; 4]) -> fmt::Result {
    for (at, byte) in bytes.into_iter().enumerate() {
        if at > 0 {
            out.write_str(".")?;
        }
        text::decimal(out, byte.into())?;
    }
    Ok(())
}

pub(super) fn ipv6(out: &mut Out<'_>, bytes: [u8; 16]) -> fmt::Result {
    write!(out, "{}", core::net::Ipv6Addr::from(bytes))
}
