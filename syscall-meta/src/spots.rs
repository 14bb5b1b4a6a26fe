//! Where chosen fields of a structure are on each ABI, worked out while a program that names them compiles.
//!
//! `#[derive(FromTracee)]` asks for this, so that nothing of a structure's text is linked and none of it is read at run time.

use crate::abi::Abi;
use crate::args::spot::{Class, Fits, Spot};
use crate::layout::StructText;
use crate::layout_text::bare;

/// Chosen fields of a structure, `N` of them, in each of its `L` layouts.
#[derive(Clone, Copy, Debug)]
pub struct Spots<const N: usize, const L: usize> {
    text: &'static [u8],
    layouts: [Layout<N>; L],
}

/// One of the layouts.
#[derive(Clone, Copy, Debug)]
struct Layout<const N: usize> {
    /// The ABIs that have it, a bit each in the order of [`Abi::ALL`].
    abis: u64,
    size: u32,
    /// A field that this layout does not have has no size.
    spots: [Spot; N],
}

impl<const N: usize, const L: usize> Spots<N, L> {
    /// Bytes of the structure on an ABI; 0 where that has none.
    pub const fn size(&self, abi: Abi) -> usize {
        let mut at = 0;
        while at < L {
            if self.layouts[at].abis >> (abi as u32) & 1 == 1 {
                return self.layouts[at].size as usize;
            }
            at += 1;
        }
        0
    }

    /// The fields on an ABI.
    pub fn on(&self, abi: Abi) -> Option<&[Spot; N]> {
        self.layouts.iter().find(|layout| layout.abis >> (abi as u32) & 1 == 1).map(|layout| &layout.spots)
    }

    /// Stops the build where an ABI has no such structure.
    #[track_caller]
    pub const fn is_on(&self, abi: Abi) {
        assert!(self.size(abi) > 0, "an ABI that is named has no such structure");
    }

    /// The same without the text, of which the checks alone take something.
    pub const fn without_text(mut self) -> Self {
        self.text = &[];
        self
    }

    /// Stops the build where an ABI does not have a field. `None` is for every ABI that has the structure.
    #[track_caller]
    pub const fn is_there(&self, field: usize, abis: Option<&[Abi]>) {
        let (asked, mut at, mut missing, mut found) = (bits_of(abis), 0, 0, 0);
        while at < L {
            if self.layouts[at].abis & asked != 0 {
                if self.layouts[at].spots[field].size > 0 {
                    found += 1;
                } else {
                    missing += 1;
                }
            }
            at += 1;
        }
        assert!(found > 0, "the kernel's structure has no field of this name");
        assert!(missing == 0, "not every ABI has this field: name those that do with `abis(…)`");
    }

    /// Stops the build where a type cannot hold what a field is on some ABI.
    #[track_caller]
    pub const fn fits(&self, field: usize, fits: Fits, abis: Option<&[Abi]>) {
        let (asked, mut at) = (bits_of(abis), 0);
        while at < L {
            let spot = self.layouts[at].spots[field];
            if self.layouts[at].abis & asked != 0 && spot.size > 0 {
                self.fits_spot(spot, fits);
            }
            at += 1;
        }
    }

    #[track_caller]
    const fn fits_spot(&self, spot: Spot, fits: Fits) {
        assert!(
            !spot.is_array || spot.count > 0,
            "this field is a flexible tail, whose length its layout does not tell"
        );
        let width = if spot.bits > 0 { spot.bits as u32 } else { spot.size * 8 };
        let is_number = matches!(spot.class, Class::Unsigned | Class::Signed | Class::Pointer);
        match fits {
            Fits::Integer(bits) => {
                assert!(is_number, "this field is no integer");
                assert!(!spot.is_array, "this field is an array");
                assert!(width <= bits, "this field is wider than its type on an ABI that has it");
            }
            Fits::Array(count, bits) => {
                assert!(is_number && spot.is_array, "this field is no array of integers");
                assert!(spot.count == count, "this field has another number of elements");
                assert!(width <= bits, "elements of this field are wider than their type on an ABI that has it");
            }
            Fits::Record(name) => {
                assert!(matches!(spot.class, Class::Record), "this field is no structure");
                assert!(!spot.is_array, "this field is an array");
                let (is, wanted) = (bare(part(self.text, spot.c_type)), bare(name.as_bytes()));
                assert!(same(is, wanted), "this field is another structure");
            }
            Fits::Anything => {}
        }
    }
}

/// ABIs as bits; all where none are named.
const fn bits_of(abis: Option<&[Abi]>) -> u64 {
    let Some(abis) = abis else { return u64::MAX };
    let (mut bits, mut at) = (0, 0);
    while at < abis.len() {
        bits |= 1 << (abis[at] as u32);
        at += 1;
    }
    bits
}

impl StructText {
    /// The structure of a name, without a header: all headers that have one have to have the same.
    #[doc(hidden)]
    #[track_caller]
    pub const fn named(name: &str) -> StructText {
        match StructText::only(name) {
            (Some(found), 1) => found,
            (None, _) => panic!("no header has a structure of that name"),
            _ => panic!("several headers have a structure of that name: name one with `header = \"linux/stat.h\"`"),
        }
    }

    /// How many layouts it has.
    #[doc(hidden)]
    pub const fn layouts(self) -> usize {
        let text = self.bytes();
        let (mut line, mut count) = (next_line(text, 0), 0);
        while line < text.len() && text[line] == b'=' {
            count += 1;
            line = next_line(text, line);
        }
        count
    }

    /// Where fields of these names are. `text` is its own, as a program has it linked.
    #[doc(hidden)]
    pub const fn spots<const N: usize, const L: usize>(text: &'static [u8], names: [&str; N]) -> Spots<N, L> {
        let mut spots = Spots { text, layouts: [Layout { abis: 0, size: 0, spots: [Spot::NONE; N] }; L] };
        let (mut line, mut at) = (next_line(text, 0), 0);
        while at < L && line < text.len() && text[line] == b'=' {
            let abis = word(text, line + 1);
            let size = word(text, abis.1 + 1);
            spots.layouts[at].abis = number(part(text, (abis.0 as u32, abis.1 as u32)), 16);
            spots.layouts[at].size = number(part(text, (size.0 as u32, size.1 as u32)), 10) as u32;
            line = next_line(text, line);
            at += 1;
        }
        while line < text.len() {
            let (mut start, mut of) = (line, u64::MAX);
            if text[line] == b'@' {
                let mask = word(text, line + 1);
                of = number(part(text, (mask.0 as u32, mask.1 as u32)), 16);
                start = mask.1 + 1;
            }
            let name = word(text, start);
            let mut field = 0;
            while field < N {
                if same(part(text, (name.0 as u32, name.1 as u32)), names[field].as_bytes()) {
                    let spot = spot(text, name.1 + 1);
                    at = 0;
                    while at < L {
                        // The first of a name is the one, as it is where a layout is asked for a field.
                        if of >> at & 1 == 1 && spots.layouts[at].spots[field].size == 0 {
                            spots.layouts[at].spots[field] = spot;
                        }
                        at += 1;
                    }
                }
                field += 1;
            }
            line = next_line(text, line);
        }
        spots
    }
}

/// Reads `0 u32:3+5*4 __u32`, from where its offset begins.
const fn spot(text: &'static [u8], at: usize) -> Spot {
    let offset = word(text, at);
    let form = word(text, offset.1 + 1);
    let mut spot = Spot::NONE;
    spot.offset = number(part(text, (offset.0 as u32, offset.1 as u32)), 10) as u32;
    spot.class = match text[form.0] {
        b's' => Class::Signed,
        b'p' => Class::Pointer,
        b'f' => Class::Float,
        b'r' => Class::Record,
        _ => Class::Unsigned,
    };
    let (mut at, mut sign, mut value) = (form.0 + 1, 0, 0u64);
    spot.count = 1;
    loop {
        let byte = if at < form.1 { text[at] } else { 0 };
        if byte.is_ascii_digit() {
            value = value * 10 + (byte - b'0') as u64;
        } else {
            match sign {
                0 => spot.size = (value / 8) as u32,
                b':' => spot.bits = value as u8,
                b'+' => spot.shift = value as u8,
                _ => (spot.is_array, spot.count) = (true, value as u32),
            }
            (sign, value) = (byte, 0);
        }
        if at >= form.1 {
            break;
        }
        at += 1;
    }
    let end = next_line(text, form.1) - 1;
    spot.c_type = (form.1 as u32 + 1, if end < text.len() { end as u32 } else { text.len() as u32 });
    spot
}

/// Where the next line begins, or one more than there is.
const fn next_line(text: &[u8], mut at: usize) -> usize {
    while at < text.len() && text[at] != b'\n' {
        at += 1;
    }
    at + 1
}

/// Where a word that begins there does so, and where it ends.
const fn word(text: &[u8], start: usize) -> (usize, usize) {
    let mut end = start;
    while end < text.len() && text[end] != b' ' && text[end] != b'\n' {
        end += 1;
    }
    (start, end)
}

const fn part(text: &[u8], (start, end): (u32, u32)) -> &[u8] {
    text.split_at(start as usize).1.split_at((end - start) as usize).0
}

const fn number(digits: &[u8], base: u64) -> u64 {
    let (mut value, mut at) = (0, 0);
    while at < digits.len() {
        let digit = match digits[at] {
            digit @ b'0'..=b'9' => digit - b'0',
            digit => digit.wrapping_sub(b'a') + 10,
        };
        value = value * base + digit as u64;
        at += 1;
    }
    value
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    a.len() == b.len() && at == a.len()
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::args::spot::integer_of;
    use crate::{Count, Field, FieldClass, Struct, StructLayout};

    /// Every field of every structure on every ABI is where the layout's own reading has it.
    #[test]
    fn spots_are_where_fields_are() {
        let (mut compared, some) = (0, if cfg!(miri) { 4 } else { usize::MAX });
        for of in Struct::all().take(some) {
            let layouts: Vec<_> = Abi::ALL.iter().filter_map(|abi| of.on(*abi)).collect();
            let mut names: Vec<&str> = layouts.iter().flat_map(|layout| layout.fields()).map(|of| of.name()).collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                // No structure has more layouts.
                let spots: Spots<1, 40> = StructText::spots(of.text().as_bytes(), [name]);
                for layout in &layouts {
                    assert_eq!(spots.size(layout.abi()), layout.size(), "{layout:?}");
                    let [spot] = spots.on(layout.abi()).expect("it is there");
                    match layout.field(name) {
                        Ok(field) => is_at(&field, spot, layout, of.text().as_bytes()),
                        Err(_) => assert_eq!(*spot, Spot::NONE, "{layout:?} {name}"),
                    }
                    compared += 1;
                }
            }
        }
        assert!(cfg!(miri) || compared > 100_000, "{compared}");
    }

    fn is_at(field: &Field, spot: &Spot, layout: &StructLayout, text: &'static [u8]) {
        let class = match field.class() {
            FieldClass::Unsigned | FieldClass::Char => Class::Unsigned,
            FieldClass::Signed => Class::Signed,
            FieldClass::Pointer => Class::Pointer,
            FieldClass::Float => Class::Float,
            FieldClass::Record => Class::Record,
        };
        let count = match field.count() {
            Count::One => 1,
            Count::Array(count) => count,
            Count::Flexible => 0,
        };
        let is = (spot.offset as usize, spot.size as usize, spot.is_array, spot.count, spot.class);
        let is_array = field.count() != Count::One;
        assert_eq!(is, (field.offset(), field.size(), is_array, count, class), "{layout:?} {field}");
        let bits = (u32::from(spot.bits), u32::from(spot.shift));
        assert_eq!(bits, field.bit_field().unwrap_or((0, 0)), "{layout:?} {field}");
        assert_eq!(part(text, spot.c_type), field.c_type().as_bytes());
        if !is_array && matches!(class, Class::Unsigned | Class::Signed | Class::Pointer) && field.size() <= 8 {
            let bytes = core::array::from_fn::<u8, 64, _>(|at| (at * 37 + 200) as u8);
            let order = layout.abi().usual_order();
            let at = Spot { offset: spot.offset % 8, ..*spot };
            let whole = bytes.get(spot.offset as usize % 8..).unwrap_or_default();
            let mut moved = std::vec![0; field.offset()];
            moved.extend(whole);
            let want = field.signed(&moved, order).map(|value| value as u64);
            let want = want.or_else(|_| field.unsigned(&moved, order)).ok();
            assert_eq!(integer_of(&bytes, &at, 0, layout.abi(), order), want, "{layout:?} {field}");
        }
    }
}
