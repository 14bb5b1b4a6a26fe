//! Decoded calls as data for other programs: `Serialize` of serde, whose form is part of the interface.
//!
//! A call:
//!
//! ```json
//! {"abi": "x86_64", "number": 257, "syscall": "openat", "through": null,
//!  "args": [{"name": "dfd", "number": 4294967196, "before": null, "value": {"type": "number", "value": -100, "text": "AT_FDCWD"}}, …],
//!  "result": {"value": 3, "error": null, "text": "3"}}
//! ```
//!
//! `syscall` is null for a number that the ABI has not, `through` the call by which it came if that is another one, `result`
//! null while it runs; of an argument, `number` is null where its words are not known, `before` what the kernel found of what
//! it both reads and writes. `error` is the errno's name (`"ENOENT"`), or its number where it has none. Numbers are exact, up to
//! 64 bits. A value has its `type`, and beside it:
//!
//! | `type` | members |
//! |---|---|
//! | `number` | `value`, signed or not as C has it; `text`, as tracers show it |
//! | `null` | none |
//! | `address` | `value`: a pointer that was not followed |
//! | `text` | `value`, what is no UTF-8 in it replaced; `hex` where there is such; `cut`: more follows |
//! | `bytes` | `hex`; `total`: how many there are |
//! | `struct` | `name`; `fields`: values by name |
//! | `list` | `values`; `total`; `cut` |
//! | `numbers` | `values`: numbers; `one`: behind a pointer to one, no array; `cut` |
//! | `sigset` | `signals`: names, or numbers |
//! | `fdset`, `bitset` | `bits`: those that are set |
//! | `sockaddr` | `family`; `text`; `hex` |
//! | `dirents` | `entries`: `inode`, `offset`, `type`, `name`; `total`, of those that were read; `cut` |
//! | `hwaddr`, `ipv6` | `text` |
//! | `structs` | `values`: structures |
//! | `control` | `messages`: `level` and `message`, names or numbers; `data`, null where there is none; `cut`; and `total` |
//! | `netlink` | `text`, as tracers show the messages; `hex`; `cut` |

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::decode::{Arg, Decoded};
use crate::generated::sets;
use crate::value::{ControlMessage, Dirent, Number, Struct, Value};

impl Serialize for Decoded<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(6))?;
        map.serialize_entry("abi", self.raw().abi().name())?;
        map.serialize_entry("number", &self.raw().kernel_number())?;
        map.serialize_entry("syscall", &self.name())?;
        map.serialize_entry("through", &self.through().map(|call| call.name()))?;
        map.serialize_entry("args", &Args(self))?;
        map.serialize_entry("result", &self.outcome().map(|_| Outcome(self)))?;
        map.end()
    }
}

struct Args<'c, 'b>(&'c Decoded<'b>);

impl Serialize for Args<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(None)?;
        for arg in self.0.args() {
            seq.serialize_element(&arg)?;
        }
        seq.end()
    }
}

impl Serialize for Arg<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("name", self.name())?;
        map.serialize_entry("number", &self.number())?;
        map.serialize_entry("before", &self.before())?;
        map.serialize_entry("value", &self.value())?;
        map.end()
    }
}

struct Outcome<'c, 'b>(&'c Decoded<'b>);

impl Serialize for Outcome<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (call, mut map) = (self.0, serializer.serialize_map(Some(3))?);
        let errno = call.outcome().and_then(|outcome| outcome.errno());
        map.serialize_entry("value", &call.outcome().map(|outcome| outcome.value()))?;
        match errno {
            None => map.serialize_entry("error", &None::<u32>)?,
            Some(errno) => match sets::ERRNO.name_of(call.raw().abi(), errno.into()) {
                Some(name) => map.serialize_entry("error", name)?,
                None => map.serialize_entry("error", &errno)?,
            },
        }
        map.serialize_entry("text", &Shown(|f: &mut core::fmt::Formatter<'_>| call.show_result(f)))?;
        map.end()
    }
}

/// Text that is written when it is asked for.
struct Shown<F>(F);

impl<F: Fn(&mut core::fmt::Formatter<'_>) -> core::fmt::Result> core::fmt::Display for Shown<F> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        (self.0)(f)
    }
}

impl<F: Fn(&mut core::fmt::Formatter<'_>) -> core::fmt::Result> Serialize for Shown<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Bytes, two digits each.
struct Hex<'b>(&'b [u8]);

impl Serialize for Hex<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Shown(|f: &mut core::fmt::Formatter<'_>| {
            self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
        }))
    }
}

/// Text, with what is no UTF-8 replaced.
struct Lossy<'b>(&'b [u8]);

impl Serialize for Lossy<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Shown(|f: &mut core::fmt::Formatter<'_>| {
            self.0.utf8_chunks().try_for_each(|chunk| {
                f.write_str(chunk.valid())?;
                if chunk.invalid().is_empty() { Ok(()) } else { f.write_str("\u{fffd}") }
            })
        }))
    }
}

/// What an iterator gives, anew each time.
struct Each<F>(F);

impl<I: Iterator<Item: Serialize>, F: Fn() -> I> Serialize for Each<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(None)?;
        for value in (self.0)() {
            seq.serialize_element(&value)?;
        }
        seq.end()
    }
}

/// The fields of a structure by name.
struct FieldsOf<'c, 'b>(&'c Struct<'b>);

impl Serialize for FieldsOf<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.0.fields() {
            map.serialize_entry(name, &value)?;
        }
        map.end()
    }
}

/// A name, or the number that has none.
enum Named {
    Name(&'static str),
    Number(u64),
}

impl Serialize for Named {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Named::Name(name) => serializer.serialize_str(name),
            Named::Number(number) => serializer.serialize_u64(*number),
        }
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("type", "number")?;
        if self.is_signed() {
            map.serialize_entry("value", &self.signed())?;
        } else {
            map.serialize_entry("value", &self.value())?;
        }
        let text = Value::Number(*self);
        map.serialize_entry("text", &Shown(|f: &mut core::fmt::Formatter<'_>| core::fmt::Display::fmt(&text, f)))?;
        map.end()
    }
}

impl Serialize for Dirent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("inode", &self.inode)?;
        map.serialize_entry("offset", &self.offset)?;
        map.serialize_entry("type", &self.file_type)?;
        map.serialize_entry("name", &Lossy(self.name))?;
        map.end()
    }
}

impl Serialize for ControlMessage<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let named = |name: Option<&'static str>, number: u32| name.map_or(Named::Number(number.into()), Named::Name);
        let mut map = serializer.serialize_map(Some(4))?;
        map.serialize_entry("level", &named(self.level_name(), self.level()))?;
        map.serialize_entry("message", &named(self.type_name(), self.message_type()))?;
        map.serialize_entry("data", &self.data())?;
        map.serialize_entry("cut", &self.is_cut())?;
        map.end()
    }
}

/// As the table above says.
impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Value::Number(number) = self {
            return number.serialize(serializer);
        }
        let mut map = serializer.serialize_map(None)?;
        let text = Shown(|f: &mut core::fmt::Formatter<'_>| core::fmt::Display::fmt(self, f));
        match self {
            Value::Number(_) => {}
            Value::Null => map.serialize_entry("type", "null")?,
            Value::Address(address) => {
                map.serialize_entry("type", "address")?;
                map.serialize_entry("value", address)?;
            }
            Value::Text(of) => {
                map.serialize_entry("type", "text")?;
                map.serialize_entry("value", &Lossy(of.bytes()))?;
                if core::str::from_utf8(of.bytes()).is_err() {
                    map.serialize_entry("hex", &Hex(of.bytes()))?;
                }
                map.serialize_entry("cut", &of.is_cut())?;
            }
            Value::Bytes(of) => {
                map.serialize_entry("type", "bytes")?;
                map.serialize_entry("hex", &Hex(of.bytes()))?;
                map.serialize_entry("total", &of.total())?;
            }
            Value::Struct(of) => {
                map.serialize_entry("type", "struct")?;
                map.serialize_entry("name", of.name())?;
                map.serialize_entry("fields", &FieldsOf(of))?;
            }
            Value::List(of) => {
                map.serialize_entry("type", "list")?;
                map.serialize_entry("values", &Each(|| of.iter()))?;
                map.serialize_entry("total", &of.total())?;
                map.serialize_entry("cut", &of.is_cut())?;
            }
            Value::Numbers(of) => {
                map.serialize_entry("type", "numbers")?;
                map.serialize_entry("values", &Each(|| of.iter()))?;
                map.serialize_entry("one", &of.is_one())?;
                map.serialize_entry("cut", &of.is_cut())?;
            }
            Value::SigSet(of) => {
                let abi = of.abi();
                let signal = |bit: u32| match sets::SIGNALS.name_of(abi, u64::from(bit) + 1) {
                    Some(name) => Named::Name(name),
                    None => Named::Number(u64::from(bit) + 1),
                };
                map.serialize_entry("type", "sigset")?;
                map.serialize_entry("signals", &Each(|| of.iter().map(signal)))?;
            }
            Value::FdSet(of) | Value::BitSet(of) => {
                map.serialize_entry("type", if matches!(self, Value::FdSet(_)) { "fdset" } else { "bitset" })?;
                map.serialize_entry("bits", &Each(|| of.iter()))?;
            }
            Value::SockAddr(of) => {
                let family = of.family().map(u64::from);
                let name = family.map(|family| match sets::ADDRESS_FAMILIES.name_of(of.place().abi, family) {
                    Some(name) => Named::Name(name),
                    None => Named::Number(family),
                });
                map.serialize_entry("type", "sockaddr")?;
                map.serialize_entry("family", &name)?;
                map.serialize_entry("text", &text)?;
                map.serialize_entry("hex", &Hex(of.bytes()))?;
            }
            Value::Dirents(of) => {
                map.serialize_entry("type", "dirents")?;
                map.serialize_entry("entries", &Each(|| *of))?;
                map.serialize_entry("total", &of.total())?;
                map.serialize_entry("cut", &of.is_cut())?;
            }
            Value::Structs(of) => {
                map.serialize_entry("type", "structs")?;
                map.serialize_entry("values", &Each(|| of.iter().map(Value::Struct)))?;
            }
            Value::Control(of) => {
                map.serialize_entry("type", "control")?;
                map.serialize_entry("messages", &Each(|| of.iter()))?;
                map.serialize_entry("total", &of.total())?;
            }
            Value::Netlink(of) => {
                map.serialize_entry("type", "netlink")?;
                map.serialize_entry("text", &text)?;
                map.serialize_entry("hex", &Hex(of.rest()))?;
                map.serialize_entry("cut", &of.is_cut())?;
            }
            Value::HwAddr(_) | Value::Ipv6(_) => {
                map.serialize_entry("type", if matches!(self, Value::Ipv6(_)) { "ipv6" } else { "hwaddr" })?;
                map.serialize_entry("text", &text)?;
            }
        }
        map.end()
    }
}
