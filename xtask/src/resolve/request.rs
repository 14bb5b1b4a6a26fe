//! What a request of `ioctl` says of itself: direction, type, number and size, as the `asm/ioctl.h` of its ABI puts them
//! together.

use crate::model::Headers;

/// Where a request has what, on an ABI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    number: Bits,
    ty: Bits,
    size: Bits,
    direction: Bits,
    read: u32,
    write: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bits {
    shift: u32,
    mask: u32,
}

/// A request, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Which way data goes.
    pub direction: Direction,
    /// The type, mostly a letter.
    pub ty: u8,
    /// The number within the type.
    pub number: u8,
    /// Bytes behind the pointer.
    pub size: u32,
}

/// Which way a request moves data, seen from the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// None: the third argument is no pointer, or nobody reads it.
    None,
    /// The program gets some.
    Read,
    /// The program passes some.
    Write,
    /// Both.
    Both,
}

/// The header that says so.
const HEADER: &str = "asm/ioctl.h";

impl Geometry {
    /// That of an ABI; none where its headers do not tell.
    pub fn of(headers: &Headers, abi: usize) -> Option<Geometry> {
        let value = |name: &str| u32::try_from(headers.value(HEADER, name, abi)?.value).ok();
        let bits = |shift: &str, mask: &str| {
            let shift = value(shift).filter(|shift| *shift < u32::BITS)?;
            Some(Bits { shift, mask: value(mask)? })
        };
        Some(Geometry {
            number: bits("_IOC_NRSHIFT", "_IOC_NRMASK")?,
            ty: bits("_IOC_TYPESHIFT", "_IOC_TYPEMASK")?,
            // sparc's sizes have one bit more, which is that of `_IOC_NONE` where there is no size.
            size: bits("_IOC_SIZESHIFT", "_IOC_XSIZEMASK").or_else(|| bits("_IOC_SIZESHIFT", "_IOC_SIZEMASK"))?,
            direction: bits("_IOC_DIRSHIFT", "_IOC_DIRMASK")?,
            read: value("_IOC_READ")?,
            write: value("_IOC_WRITE")?,
        })
    }

    /// Takes a request apart.
    pub fn request(&self, value: u32) -> Request {
        let part = |bits: Bits| value >> bits.shift & bits.mask;
        let direction = part(self.direction);
        let direction = match (direction & self.read != 0, direction & self.write != 0) {
            (false, false) => Direction::None,
            (true, false) => Direction::Read,
            (false, true) => Direction::Write,
            (true, true) => Direction::Both,
        };
        Request {
            direction,
            // Masks of 8 bits, in every release.
            ty: part(self.ty) as u8,
            number: part(self.number) as u8,
            size: if direction == Direction::None { 0 } else { part(self.size) },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::{Constant, Integer, NamedConstant, PerAbi};

    /// `asm/ioctl.h` of most, of those with three bits of direction, and of sparc.
    fn headers() -> Headers {
        let mut names = BTreeMap::new();
        let mut add = |name: &str, values: [Option<i128>; 3]| {
            let values = values.into_iter().enumerate();
            let values = values.filter_map(|(abi, value)| Some((abi, Constant { value: value?, ty: Integer::Int })));
            names.insert(name.to_string(), NamedConstant { values: PerAbi::new(values), argument: None });
        };
        let same = |value| [Some(value); 3];
        add("_IOC_NRSHIFT", same(0));
        add("_IOC_NRMASK", same(255));
        add("_IOC_TYPESHIFT", same(8));
        add("_IOC_TYPEMASK", same(255));
        add("_IOC_SIZESHIFT", same(16));
        add("_IOC_SIZEMASK", [Some(0x3fff), Some(0x1fff), Some(0x1fff)]);
        add("_IOC_XSIZEMASK", [None, None, Some(0x3fff)]);
        add("_IOC_DIRSHIFT", [Some(30), Some(29), Some(29)]);
        add("_IOC_DIRMASK", [Some(3), Some(7), Some(7)]);
        add("_IOC_READ", same(2));
        add("_IOC_WRITE", [Some(1), Some(4), Some(4)]);
        let abis = ["x86_64", "mips_o32", "sparc"].map(str::to_string).to_vec();
        Headers { abis, constants: [(HEADER.to_string(), names)].into(), ..Headers::default() }
    }

    #[test]
    fn requests_come_apart_as_the_header_puts_them_together() {
        let headers = headers();
        let request = |abi: usize, value: u32| {
            let Request { direction, ty, number, size } =
                Geometry::of(&headers, abi).expect("the header tells").request(value);
            (direction, ty, number, size)
        };
        // FIONREAD-like requests: _IOR('f', 127, int) and its kin.
        assert_eq!(request(0, 0x8004_667f), (Direction::Read, b'f', 127, 4));
        assert_eq!(request(1, 0x4004_667f), (Direction::Read, b'f', 127, 4));
        assert_eq!(request(0, 0xc004_667f), (Direction::Both, b'f', 127, 4));
        assert_eq!(request(1, 0xc004_667f), (Direction::Both, b'f', 127, 4));
        assert_eq!(request(1, 0x2000_667f), (Direction::None, b'f', 127, 0));
        // Of sparc: _IO('f', 1), and _IOR of 8,200 bytes, which takes the bit of _IOC_NONE.
        assert_eq!(request(2, 0x2000_6601), (Direction::None, b'f', 1, 0));
        assert_eq!(request(2, 0x6008_6601), (Direction::Read, b'f', 1, 8200));
        assert_eq!(Geometry::of(&Headers::default(), 0), None);
    }
}
