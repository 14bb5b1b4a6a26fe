//! Values of bytes that hold something by themselves: text, numbers, structures, addresses.

use super::{Bits, Bytes, NONE, Number, Numbers, Place, SockAddr, Struct, Text, Value};
use crate::abi::ByteOrder;
use crate::decode::integer;
use crate::decode::tape::Reader;
use crate::meaning::{self, BYTES_OF, F, H, NO, SIGNED, held, tag};

/// What bytes are by themselves; none where there are too few of them.
pub(crate) fn inline(what: u8, kind: u16, all: &[u8], place: Place) -> Option<Value<'_>> {
    Some(match what {
        tag::TEXT_HERE => {
            let end = all.iter().position(|byte| *byte == 0).unwrap_or(all.len());
            Value::Text(Text { bytes: all.get(..end).unwrap_or_default(), cut: false })
        }
        tag::HWADDR => Value::HwAddr(all),
        tag::IPV6 => Value::Ipv6(all.get(..16)?.try_into().ok()?),
        tag::SOCKADDR_HERE => Value::SockAddr(SockAddr { bytes: all, place }),
        tag::SIGSET_HERE => Value::SigSet(Bits { bits: (all.len() * 8) as u32, bytes: all, place }),
        tag::PORT | tag::IPV4 => {
            let size = if what == tag::PORT { 2 } else { 4 };
            let value = integer(all.get(..size)?, ByteOrder::Big);
            Value::Number(Number { kind, bits: size as u8 * 8, signed: false, value, abi: place.abi })
        }
        _ => Value::Bytes(Bytes::whole(all)),
    })
}

impl<'b> Bytes<'b> {
    pub(crate) fn whole(bytes: &'b [u8]) -> Bytes<'b> {
        Bytes { bytes, total: bytes.len() as u64 }
    }

    /// As many of them as are shown.
    pub(crate) fn up_to(self, limit: usize) -> Bytes<'b> {
        Bytes { bytes: self.bytes.get(..limit).unwrap_or(self.bytes), ..self }
    }
}

impl<'b> Struct<'b> {
    /// A structure at the start of these bytes, which may be fewer than it has.
    pub(crate) fn of_bytes(record: u16, bytes: &'b [u8], place: Place) -> Option<Struct<'b>> {
        let layout = meaning::layout_on(record, place.abi)?;
        let size = meaning::layout(layout)?.1 as usize;
        let bytes = bytes.get(..size).unwrap_or(bytes);
        let (is_whole, instead, children) = (false, NONE, Reader::new(&[]));
        Some(Struct { layout, record, decision: NO, param: NO, is_whole, instead, bytes, children, place })
    }

    /// A structure all of whose bytes are there.
    pub(crate) fn all_of(record: u16, bytes: &'b [u8], place: Place) -> Option<Struct<'b>> {
        let of = Struct::of_bytes(record, bytes, place)?;
        let size = meaning::layout(of.layout)?.1 as usize;
        (of.bytes.len() == size).then_some(Struct { is_whole: true, ..of })
    }

    /// The same with the size that all of it has.
    pub(crate) fn with_size(record: u16, bytes: &'b [u8], place: Place) -> Option<(Struct<'b>, usize)> {
        let size = meaning::layout(meaning::layout_on(record, place.abi)?)?.1 as usize;
        Some((Struct::of_bytes(record, bytes, place)?, size))
    }

    /// The same with kinds of fields that hold here and not elsewhere.
    pub(super) fn with_instead(self, instead: (u16, u8)) -> Struct<'b> {
        Struct { instead, ..self }
    }

    pub(super) fn kind_instead(&self, field: &F) -> Option<u16> {
        if self.instead.1 == 0 { None } else { meaning::instead(self.instead.0, self.instead.1, field.0) }
    }
}

/// Structures of one kind behind each other.
#[derive(Clone, Copy, Debug)]
pub struct Structs<'b> {
    record: u16,
    bytes: &'b [u8],
    place: Place,
}

impl<'b> Structs<'b> {
    /// The structures, the last of which may have lost bytes at its end.
    pub fn iter(&self) -> impl Iterator<Item = Struct<'b>> + use<'b> {
        let Structs { record, bytes, place } = *self;
        let size =
            meaning::layout_on(record, place.abi).and_then(meaning::layout).map_or(0, |layout| layout.1 as usize);
        bytes.chunks(size.max(1)).map_while(move |bytes| Struct::of_bytes(record, bytes, place))
    }
}

/// What these bytes hold; none where there are too few of them, or where nothing is known.
pub(crate) fn value(of: H, bytes: &[u8], place: Place) -> Option<Value<'_>> {
    let H(what, id, element) = of;
    match what & !held::BIG {
        held::NUMBER | held::NUMBERS => {
            let class = meaning::scalar(element, place.abi)?;
            let place = if what & held::BIG == 0 { place } else { Place { order: ByteOrder::Big, ..place } };
            let size = usize::from(class & BYTES_OF);
            if what & !held::BIG == held::NUMBERS {
                return Some(Value::Numbers(Numbers { kind: id, class, cut: false, one: false, bytes, place }));
            }
            // Some are written in more than one width, and the bytes say which.
            let size = if matches!(bytes.len(), 1 | 2 | 4 | 8) { bytes.len() } else { size };
            let number = integer(bytes.get(..size).filter(|bytes| (1..=8).contains(&bytes.len()))?, place.order);
            let number = super::extended(number, class & SIGNED | size as u8);
            Some(Value::number(id, (size * 8) as u8, class & SIGNED != 0, number, place, false))
        }
        held::STRUCT if !bytes.is_empty() => Struct::of_bytes(id, bytes, place).map(Value::Struct),
        held::STRUCTS => Some(Value::Structs(Structs { record: id, bytes, place })),
        held::INLINE => inline(meaning::kind(id)?.0, id, bytes, place),
        _ => None,
    }
}
