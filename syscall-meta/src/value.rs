//! What decoding gives: numbers with their meaning, text, bytes, structures field by field, lists, addresses.

mod control;
mod held;
mod netlink;
mod walk;

use core::fmt;

use crate::abi::{Abi, ByteOrder};
use crate::decode::integer;
use crate::decode::tape::{DIRENTS_64, DIRENTS_CUT, LIST_TEXTS, Reader, STRUCT_WHOLE, node};
use crate::kind::{Kind, Plain};
use crate::meaning::{self, F, FLEXIBLE, NO, PlainField, tag};

pub use control::{Control, ControlMessage, ControlMessages};
pub use held::Structs;
pub use netlink::{
    AttributeValue, NetlinkAttribute, NetlinkAttributes, NetlinkMessage, NetlinkMessages, NetlinkRecords,
};

pub(crate) use walk::{Active, Walk};

/// Where a value comes from: what its bytes mean depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) abi: Abi,
    pub(crate) order: ByteOrder,
}

/// A value of a call: an argument, what it leads to, or a part of that.
///
/// It borrows from the scratch's buffer that was lent to the decoder, and is made anew each time it is asked for.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Value<'b> {
    /// A number with a meaning.
    Number(Number),
    /// A pointer that is NULL.
    Null,
    /// A pointer that was not followed: the kernel writes there and has not yet or has failed, it cannot be read, a limit
    /// was met, or nobody knows what is there.
    Address(u64),
    /// Text that ends in NUL.
    Text(Text<'b>),
    /// Bytes.
    Bytes(Bytes<'b>),
    /// A structure or union.
    Struct(Struct<'b>),
    /// Structures of one kind behind each other.
    Structs(Structs<'b>),
    /// Values behind each other.
    List(List<'b>),
    /// Numbers of one kind behind each other.
    Numbers(Numbers<'b>),
    /// A set of signals.
    SigSet(Bits<'b>),
    /// A set of file descriptors.
    FdSet(Bits<'b>),
    /// Bits by their places.
    BitSet(Bits<'b>),
    /// A socket address.
    SockAddr(SockAddr<'b>),
    /// Entries of a folder.
    Dirents(Dirents<'b>),
    /// Control messages of a socket.
    Control(Control<'b>),
    /// Messages of netlink.
    Netlink(NetlinkMessages<'b>),
    /// The address of a link.
    HwAddr(&'b [u8]),
    /// An address of IPv6.
    Ipv6([u8; 16]),
}

/// The structures that code knows by name.
pub(crate) struct Wanted {
    pub(crate) iovec: u16,
    pub(crate) siginfo: u16,
    pub(crate) dirent64: u16,
    pub(crate) mmsghdr: u16,
    pub(crate) msgbuf: u16,
}

/// The structures that code knows by name.
pub(crate) fn wanted() -> Wanted {
    use crate::generated::meaning::{DIRENT64, IOVEC, MMSGHDR, MSGBUF, SIGINFO};
    Wanted { iovec: IOVEC, siginfo: SIGINFO, dirent64: DIRENT64, mmsghdr: MMSGHDR, msgbuf: MSGBUF }
}

impl<'b> Value<'b> {
    /// A number as an argument or an element has it.
    #[inline]
    pub(crate) fn number(kind: u16, bits: u8, signed: bool, value: u64, place: Place, pointer: bool) -> Value<'b> {
        let tag = meaning::kind(kind).map_or(tag::NOTHING, |kind| kind.0);
        Value::number_of(tag, Number::new(kind, bits, signed, value, place.abi), pointer)
    }

    /// The same where it is known what the kind is.
    #[inline]
    pub(crate) fn number_of(tag: u8, number: Number, pointer: bool) -> Value<'b> {
        if !is_pointer(tag, pointer) {
            return Value::Number(number);
        }
        let value = if number.abi.pointer_bits() == 32 { number.value & 0xffff_ffff } else { number.value };
        if value == 0 { Value::Null } else { Value::Address(value) }
    }

    /// A node of the tape.
    pub(crate) fn of_node(tag: u8, mut inner: Reader<'b>, place: Place) -> Value<'b> {
        match tag {
            node::NULL => Value::Null,
            node::TEXT => {
                let cut = inner.u8() != 0;
                Value::Text(Text { bytes: inner.0, cut })
            }
            node::BYTES => {
                let total = inner.u64();
                Value::Bytes(Bytes { bytes: inner.0, total })
            }
            node::STRUCT => Value::Struct(Struct::of_node(inner, place)),
            node::LIST => {
                let what = inner.u8();
                let cut = inner.u8() != 0;
                let total = inner.u32();
                Value::List(List { texts: what == LIST_TEXTS, cut, total, rest: inner, place })
            }
            node::NUMBERS => {
                let (kind, class) = (inner.u16(), inner.u8());
                let cut = inner.u8() != 0;
                let one = inner.u8() != 0;
                Value::Numbers(Numbers { kind, class, cut, one, bytes: inner.0, place })
            }
            node::SIGSET => Value::SigSet(Bits { bits: (inner.0.len() * 8) as u32, bytes: inner.0, place }),
            node::FDSET | node::BITSET => {
                // In a buffer that is not the one that was left, any number may stand: there are no more than the bytes have.
                let told = inner.u32();
                let bits = Bits { bits: told.min((inner.0.len() * 8) as u32), bytes: inner.0, place };
                if tag == node::FDSET { Value::FdSet(bits) } else { Value::BitSet(bits) }
            }
            node::SOCKADDR => Value::SockAddr(SockAddr { bytes: inner.0, place }),
            node::DIRENTS => {
                let address = inner.u64();
                let form = inner.u8();
                let (is_64, is_cut) = (form & DIRENTS_64 != 0, form & DIRENTS_CUT != 0);
                let total = inner.u32();
                Value::Dirents(Dirents { address, total, is_64, is_cut, rest: inner.0, place })
            }
            node::CONTROL => {
                let (address, total, text) = (inner.u64(), inner.u64(), inner.u32());
                Value::Control(Control::new(address, total, text, inner.0, place))
            }
            node::NETLINK => {
                let (protocol, total, text) = (inner.u16(), inner.u64(), inner.u32());
                Value::Netlink(NetlinkMessages::of_node(protocol, total, text, inner.0, place))
            }
            _ => Value::Address(inner.u64()),
        }
    }
}

/// Whether a value is a place in memory, by what its kind is and whether C has it as a pointer.
#[inline]
pub(crate) const fn is_pointer(tag: u8, pointer: bool) -> bool {
    const ADDRESS: u8 = Plain::Address as u8;
    const HEX: u8 = Plain::Hex as u8;
    const UNUSED: u8 = Plain::Unused as u8;
    match tag {
        // What C has as a pointer may be a number: of futexes, whose time is a count for some operations.
        ADDRESS | HEX | UNUSED => pointer,
        0..=tag::SET => false,
        tag::PATH.. => true,
        _ => pointer,
    }
}

/// A number with a meaning.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Number {
    kind: u16,
    bits: u8,
    signed: bool,
    value: u64,
    abi: Abi,
}

impl Number {
    #[inline]
    pub(crate) const fn new(kind: u16, bits: u8, signed: bool, value: u64, abi: Abi) -> Number {
        Number { kind, bits, signed, value, abi }
    }

    /// Another value of the same kind.
    pub(crate) const fn with(self, value: u64) -> Number {
        Number { value, ..self }
    }

    /// What it means.
    pub fn kind(&self) -> Option<Kind> {
        Kind::at(self.kind)
    }

    /// Bits that have a meaning elsewhere.
    pub(crate) const fn of_bits(value: u64, bits: u8, abi: Abi) -> Number {
        Number { kind: NO, bits, signed: false, value, abi }
    }

    pub(crate) const fn kind_id(&self) -> u16 {
        self.kind
    }

    /// The number: a signed one is extended to 64 bits, another has zeros above its own.
    pub const fn value(&self) -> u64 {
        self.value
    }

    /// The number as a signed one of its own width.
    pub fn signed(&self) -> i64 {
        let above = 64u32.saturating_sub(self.bits.into()).min(63);
        ((self.value << above) as i64) >> above
    }

    /// Whether C has it as a signed number.
    pub const fn is_signed(&self) -> bool {
        self.signed
    }

    /// How many bits it has.
    pub const fn bits(&self) -> u32 {
        self.bits as u32
    }

    /// The ABI that gives its values their names.
    pub const fn abi(&self) -> Abi {
        self.abi
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Number({:#x}, {:?})", self.value, self.kind())
    }
}

/// Text that ends in NUL, as far as it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'b> {
    bytes: &'b [u8],
    cut: bool,
}

impl<'b> Text<'b> {
    /// The bytes without the NUL.
    pub const fn bytes(&self) -> &'b [u8] {
        self.bytes
    }

    /// Whether more follows that was not read.
    pub const fn is_cut(&self) -> bool {
        self.cut
    }
}

/// Bytes, as far as they were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bytes<'b> {
    bytes: &'b [u8],
    total: u64,
}

impl<'b> Bytes<'b> {
    /// The bytes that were read.
    pub const fn bytes(&self) -> &'b [u8] {
        self.bytes
    }

    /// How many there are.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// Whether more follow that were not read.
    pub const fn is_cut(&self) -> bool {
        self.total > self.bytes.len() as u64
    }
}

/// In place of kinds of fields that hold here: none.
const NONE: (u16, u8) = (0, 0);

/// A structure, whose fields are values.
#[derive(Clone, Copy, Debug)]
pub struct Struct<'b> {
    layout: u16,
    record: u16,
    decision: u16,
    param: u16,
    /// There are as many bytes as the program's form of it has.
    is_whole: bool,
    /// Kinds of fields that hold here and not elsewhere: a place and how many.
    instead: (u16, u8),
    bytes: &'b [u8],
    children: Reader<'b>,
    place: Place,
}

impl<'b> Struct<'b> {
    /// A node of the tape.
    #[inline]
    fn of_node(mut inner: Reader<'b>, place: Place) -> Struct<'b> {
        // A node has all of these, unless somebody wrote to it since.
        let head = inner.take(12).first_chunk::<12>().copied().unwrap_or([0xff; 12]);
        let [a, b, c, d, e, f, g, h, size @ ..] = head;
        let size = u32::from_le_bytes(size);
        Struct {
            layout: u16::from_le_bytes([a, b]),
            record: u16::from_le_bytes([c, d]),
            decision: u16::from_le_bytes([e, f]),
            param: u16::from_le_bytes([g, h]),
            is_whole: size & STRUCT_WHOLE != 0,
            instead: NONE,
            bytes: inner.take((size & !STRUCT_WHOLE) as usize),
            children: inner,
            place,
        }
    }

    /// Its name without `struct`.
    pub fn name(&self) -> &'static str {
        meaning::record(self.record).map_or("", |record| meaning::name(record.0))
    }

    /// Its bytes, as they are in the program's memory.
    pub const fn bytes(&self) -> &'b [u8] {
        self.bytes
    }

    /// Whether bytes at its end were not there, and so its last fields are not. Of structures that grow, a program may pass a
    /// shorter form, of which nothing is cut.
    pub fn is_cut(&self) -> bool {
        !self.is_whole && meaning::layout(self.layout).is_some_and(|layout| self.bytes.len() < layout.1 as usize)
    }

    /// The fields that mean something, in their order: no padding, and of a union the member that its other fields choose.
    /// Bit-fields of a machine whose byte order is not the ABI's usual one are not among them: where they lie is not known.
    pub fn fields(&self) -> Fields<'b> {
        Fields { of: *self, walk: Walk::new(self, false) }
    }

    /// The fields of the short form, as tracers show it: all where there is none.
    pub fn brief_fields(&self) -> Fields<'b> {
        Fields { of: *self, walk: Walk::new(self, true) }
    }

    /// The value of the field with this name.
    pub fn field(&self, name: &str) -> Option<Value<'b>> {
        self.fields().find(|(of, _)| *of == name).map(|(_, value)| value)
    }
}

/// The fields of a structure; see [`Struct::fields`].
#[derive(Clone, Debug)]
pub struct Fields<'b> {
    of: Struct<'b>,
    walk: Walk,
}

impl Fields<'_> {
    /// Whether some were left out for the short form, of those that were gone through.
    pub const fn left_out(&self) -> bool {
        self.walk.left_out
    }
}

impl<'b> Iterator for Fields<'b> {
    type Item = (&'static str, Value<'b>);

    fn next(&mut self) -> Option<(&'static str, Value<'b>)> {
        loop {
            let (field, index, kind) = self.walk.step(&self.of)?;
            if let Some(value) = self.of.value(&field, index, kind) {
                return Some((meaning::field_word(&field).text(), value));
            }
        }
    }
}

impl<'b> Struct<'b> {
    /// The number in a field that is one by itself; none where its bytes are not there.
    #[inline(always)]
    pub(crate) fn plain(&self, field: &PlainField) -> Option<Number> {
        let PlainField { offset, kind, class, .. } = *field;
        let size = usize::from(class & meaning::BYTES_OF);
        let bytes = self.bytes.get(usize::from(offset)..)?;
        let value = match (bytes.first_chunk(), self.place.order) {
            // With what stands behind it, which is shifted out.
            (Some(eight), ByteOrder::Little) => {
                let above = 64u32.wrapping_sub(8 * size as u32) & 63;
                let top = u64::from_le_bytes(*eight) << above;
                if class & meaning::SIGNED != 0 { (top as i64 >> above) as u64 } else { top >> above }
            }
            _ => extended(integer(bytes.get(..size)?, self.place.order), class),
        };
        Some(Number::new(kind, size as u8 * 8, class & meaning::SIGNED != 0, value, self.place.abi))
    }

    /// The number in a field that is one and leads to nothing.
    #[inline]
    pub(crate) fn scalar(&self, field: &F, kind: u16) -> Option<Number> {
        let F(_, _, _, record, class, count, _, width) = *field;
        let tag = meaning::kind(kind)?.0;
        let is_pointer = is_pointer(tag, class & meaning::POINTER != 0);
        if record != NO || count != 1 || is_pointer || tag >= tag::TEXT_HERE || !self.children.0.is_empty() {
            return None;
        }
        let value = field_number(field, self.bytes, self.place)?;
        let bits = if width == 0 { (class & meaning::BYTES_OF) * 8 } else { width };
        Some(Number::new(kind, bits, class & meaning::SIGNED != 0, value, self.place.abi))
    }

    pub(crate) fn value(&self, field: &F, index: u16, kind: u16) -> Option<Value<'b>> {
        if let Some((tag, inner)) = self.child(index) {
            return Some(Value::of_node(tag, inner, self.place));
        }
        let F(_, offset, _, record, class, count, ..) = *field;
        let here = self.bytes.get(usize::from(offset)..).unwrap_or_default();
        let size = usize::from(class & meaning::BYTES_OF);
        let place = self.place;
        if record != NO {
            let layout = meaning::layout_on(record, place.abi)?;
            let each = meaning::layout(layout)?.1 as usize;
            if count == 1 {
                let bytes = here.get(..each)?;
                return Some(Value::Struct(Struct {
                    layout,
                    record,
                    decision: NO,
                    param: NO,
                    is_whole: false,
                    instead: self.instead,
                    bytes,
                    children: Reader::new(&[]),
                    place,
                }));
            }
            // Many of them, that lead to nothing: their bytes say all.
            let all = match count {
                FLEXIBLE if here.is_empty() => return None,
                FLEXIBLE => here,
                count => here.get(..each * usize::from(count))?,
            };
            return Some(Value::Bytes(Bytes { bytes: all, total: all.len() as u64 }));
        }
        let what = meaning::kind(kind)?;
        let len = match count {
            FLEXIBLE if here.is_empty() => return None,
            FLEXIBLE => here.len(),
            count => size.max(1) * usize::from(count),
        };
        let all = here.get(..len).unwrap_or(here);
        if (tag::TEXT_HERE..=tag::SIGSET_HERE).contains(&what.0) {
            return held::inline(what.0, kind, all, place);
        }
        if count != 1 {
            return Some(Value::Numbers(Numbers { kind, class, cut: false, one: false, bytes: all, place }));
        }
        let number = field_number(field, self.bytes, place)?;
        let bits = if field.7 == 0 { (size * 8) as u8 } else { field.7 };
        let signed = class & meaning::SIGNED != 0;
        Some(Value::number(kind, bits, signed, number, place, class & meaning::POINTER != 0))
    }

    /// What was read for a field.
    fn child(&self, index: u16) -> Option<(u8, Reader<'b>)> {
        let mut rest = self.children;
        while !rest.0.is_empty() {
            let of = rest.u16();
            let node = rest.node()?;
            if of == index {
                return Some(node);
            }
        }
        None
    }
}

/// The integer in a field, a signed one extended.
#[inline]
pub(crate) fn field_number(field: &F, bytes: &[u8], place: Place) -> Option<u64> {
    let F(_, offset, _, _, class, _, shift, width) = *field;
    let size = usize::from(class & meaning::BYTES_OF);
    let offset = usize::from(offset);
    let number = integer(
        bytes.get(offset..offset.checked_add(size)?).filter(|bytes| (1..=8).contains(&bytes.len()))?,
        place.order,
    );
    if width == 0 {
        return Some(extended(number, class));
    }
    // Layouts tell bit-fields as the usual order has them; in the other one they lie elsewhere.
    let above = 64u32.checked_sub(u32::from(width)).filter(|_| place.order == place.abi.usual_order())?;
    let number = number.checked_shr((shift & meaning::SHIFT).into())? << above;
    Some(if class & meaning::SIGNED != 0 { ((number as i64) >> above) as u64 } else { number >> above })
}

/// A number of so many bytes with its sign extended, if it has one.
#[inline]
pub(crate) fn extended(number: u64, class: u8) -> u64 {
    let bytes = u32::from(class & meaning::BYTES_OF).clamp(1, 8);
    if class & meaning::SIGNED == 0 {
        return number;
    }
    let above = 64 - bytes * 8;
    (((number << above) as i64) >> above) as u64
}

/// Values behind each other.
#[derive(Clone, Copy, Debug)]
pub struct List<'b> {
    texts: bool,
    cut: bool,
    total: u32,
    rest: Reader<'b>,
    place: Place,
}

impl<'b> List<'b> {
    /// Whether more follow that were not read.
    pub const fn is_cut(&self) -> bool {
        self.cut
    }

    /// How many there are, where that was told or counted; of a list that goes on beyond what is counted, how many were.
    pub const fn total(&self) -> u32 {
        self.total
    }

    /// Whether they are texts, which a NULL ends.
    pub const fn is_texts(&self) -> bool {
        self.texts
    }

    /// The values that were read.
    pub fn iter(&self) -> impl Iterator<Item = Value<'b>> + use<'b> {
        let (mut rest, place) = (self.rest, self.place);
        core::iter::from_fn(move || rest.node().map(|(tag, inner)| Value::of_node(tag, inner, place)))
    }
}

/// Numbers of one kind behind each other.
#[derive(Clone, Copy, Debug)]
pub struct Numbers<'b> {
    kind: u16,
    class: u8,
    cut: bool,
    one: bool,
    bytes: &'b [u8],
    place: Place,
}

impl<'b> Numbers<'b> {
    /// Whether more follow that were not read.
    pub const fn is_cut(&self) -> bool {
        self.cut
    }

    /// Whether it is one number by itself, and no array.
    pub const fn is_one(&self) -> bool {
        self.one
    }

    /// The bytes that hold them.
    pub const fn bytes(&self) -> &'b [u8] {
        self.bytes
    }

    /// The numbers that were read.
    pub fn iter(&self) -> impl Iterator<Item = Value<'b>> + use<'b> {
        let Numbers { kind, class, bytes, place, .. } = *self;
        let size = usize::from(class & meaning::BYTES_OF).max(1);
        bytes.chunks_exact(size).map(move |bytes| {
            let value = extended(integer(bytes.get(..size.min(8)).unwrap_or_default(), place.order), class);
            let signed = class & meaning::SIGNED != 0;
            Value::number(kind, (size * 8).min(64) as u8, signed, value, place, class & meaning::POINTER != 0)
        })
    }
}

/// Bits by their places.
#[derive(Clone, Copy, Debug)]
pub struct Bits<'b> {
    bits: u32,
    bytes: &'b [u8],
    place: Place,
}

impl<'b> Bits<'b> {
    /// How many bits there are.
    pub const fn len(&self) -> u32 {
        self.bits
    }

    /// Whether there is no bit at all, set or not.
    pub const fn is_empty(&self) -> bool {
        self.bits == 0
    }

    /// Whether a bit is set.
    pub fn has(&self, bit: u32) -> bool {
        // Bits are counted in words of the ABI.
        let word = self.place.abi.word_bits();
        let size = (word / 8) as usize;
        let start = (bit / word) as usize * size;
        let Some(bytes) = self.bytes.get(start..).map(|rest| rest.get(..size).unwrap_or(rest)) else { return false };
        bit < self.bits && integer(bytes, self.place.order).checked_shr(bit % word).is_some_and(|word| word & 1 == 1)
    }

    /// The places of those that are set.
    pub fn iter(&self) -> impl Iterator<Item = u32> + use<'b> {
        let all = *self;
        (0..all.bits).filter(move |bit| all.has(*bit))
    }

    /// The ABI that gives them their names.
    pub const fn abi(&self) -> Abi {
        self.place.abi
    }
}

/// A socket address: the family and what that makes of the rest.
#[derive(Clone, Copy, Debug)]
pub struct SockAddr<'b> {
    bytes: &'b [u8],
    place: Place,
}

impl<'b> SockAddr<'b> {
    /// The bytes, as they are in the program's memory.
    pub const fn bytes(&self) -> &'b [u8] {
        self.bytes
    }

    /// The family: `AF_UNIX`. None where there are fewer than two bytes.
    pub fn family(&self) -> Option<u16> {
        Some(integer(self.bytes.get(..2)?, self.place.order) as u16)
    }

    /// What follows the family.
    pub fn rest(&self) -> &'b [u8] {
        self.bytes.get(2..).unwrap_or_default()
    }

    pub(crate) const fn place(&self) -> Place {
        self.place
    }

    /// The address as the structure of this name, as far as its bytes are there: the rest is zero and not told.
    pub(crate) fn as_struct(&self, record: u16) -> Option<Struct<'b>> {
        let layout = meaning::layout_on(record, self.place.abi)?;
        let size = meaning::layout(layout)?.1 as usize;
        let bytes = self.bytes.get(..size)?;
        Some(Struct {
            layout,
            record,
            decision: NO,
            param: NO,
            is_whole: false,
            instead: NONE,
            bytes,
            children: Reader::new(&[]),
            place: self.place,
        })
    }
}

/// Entries of a folder.
#[derive(Clone, Copy, Debug)]
pub struct Dirents<'b> {
    address: u64,
    total: u32,
    is_64: bool,
    is_cut: bool,
    rest: &'b [u8],
    place: Place,
}

/// An entry of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dirent<'b> {
    /// The number of the inode.
    pub inode: u64,
    /// Where the next one is.
    pub offset: u64,
    /// Bytes of the entry.
    pub size: u16,
    /// `DT_*`, where the call tells it.
    pub file_type: u8,
    /// The name.
    pub name: &'b [u8],
}

impl<'b> Dirents<'b> {
    pub(crate) fn new(bytes: &'b [u8], is_64: bool, place: Place) -> Dirents<'b> {
        Dirents { address: 0, total: 0, is_64, is_cut: false, rest: bytes, place }
    }

    /// Where they are in the program's memory.
    pub const fn address(&self) -> u64 {
        self.address
    }

    /// How many there are, of those that were read.
    pub const fn total(&self) -> u32 {
        self.total
    }

    /// Whether the limits or the scratch did not allow to read all of them.
    pub const fn is_cut(&self) -> bool {
        self.is_cut
    }

    pub(crate) const fn is_64(&self) -> bool {
        self.is_64
    }
}

impl<'b> Iterator for Dirents<'b> {
    type Item = Dirent<'b>;

    fn next(&mut self) -> Option<Dirent<'b>> {
        let word = if self.is_64 { 8 } else { (self.place.abi.word_bits() / 8) as usize };
        let order = self.place.order;
        let size = integer(self.rest.get(2 * word..2 * word + 2)?, order) as u16;
        let head = 2 * word + 2 + usize::from(self.is_64);
        let entry = self.rest.get(..usize::from(size)).filter(|entry| entry.len() > head)?;
        let name = entry.get(head..)?;
        let name = name.get(..name.iter().position(|byte| *byte == 0).unwrap_or(name.len()))?;
        let file_type = if self.is_64 { *entry.get(head - 1)? } else { *entry.last()? };
        let dirent = Dirent {
            inode: integer(entry.get(..word)?, order),
            offset: integer(entry.get(word..2 * word)?, order),
            size,
            file_type,
            name,
        };
        self.rest = self.rest.get(usize::from(size)..).unwrap_or_default();
        Some(dirent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_structures_values_decide_fits_into_its_bits() {
        let all = (0..u16::MAX).map_while(meaning::record);
        let most = all.map(|record| meaning::bys(record).iter().count()).max().unwrap();
        assert!(most > 10 && most <= u64::BITS as usize, "{most}");
    }

    #[test]
    fn bit_fields_are_known_in_the_usual_order_alone() {
        let field = F(0, 0, 0, NO, 4, 1, 3, 2);
        let of = |abi, order, bytes: [u8; 4]| field_number(&field, &bytes, Place { abi, order });
        assert_eq!(of(Abi::Aarch64, ByteOrder::Little, [0b1_1000, 0, 0, 0]), Some(3));
        assert_eq!(of(Abi::Aarch64, ByteOrder::Big, [0b1_1000, 0, 0, 0]), None);
        assert_eq!(of(Abi::S390x, ByteOrder::Big, [0, 0, 0, 0b1_1000]), Some(3));
    }
}
