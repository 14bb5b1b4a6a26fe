//! The bytes of variables in an object file (ELF).

use std::collections::BTreeMap;

/// Whether numbers have their highest byte first, and the bytes of each variable by name; none for what is no ELF file.
pub(super) fn variables(file: &[u8]) -> Option<(bool, BTreeMap<String, Vec<u8>>)> {
    if file.get(..4)? != b"\x7fELF" {
        return None;
    }
    let elf = Elf { file, is_64: *file.get(4)? == 2, is_big: *file.get(5)? == 2 };
    let (table, width, count) = if elf.is_64 { (0x28, 8, 0x3c) } else { (0x20, 4, 0x30) };
    let start = elf.number(table, width)?;
    let (size, count) = (elf.number(count - 2, 2)?, elf.number(count, 2)?);
    let sections: Vec<Section> = (0..count).map(|at| elf.section(start + at * size)).collect::<Option<_>>()?;
    const SYMBOLS: u64 = 2;
    let symbols = sections.iter().find(|section| section.kind == SYMBOLS)?;
    let names = sections.get(symbols.link)?;
    let width = if elf.is_64 { 24 } else { 16 };
    let mut variables = BTreeMap::new();
    for at in (symbols.offset..symbols.offset + symbols.size).step_by(width) {
        let (value, size, section) = if elf.is_64 {
            (elf.number(at + 8, 8)?, elf.number(at + 16, 8)?, elf.number(at + 6, 2)?)
        } else {
            (elf.number(at + 4, 4)?, elf.number(at + 8, 4)?, elf.number(at + 14, 2)?)
        };
        let name = names.offset + elf.number(at, 4)?;
        let name = file.get(name..)?.split(|byte| *byte == 0).next()?;
        if let Some(section) = sections.get(section)
            && let Some(bytes) = file.get(section.offset + value..section.offset + value + size)
        {
            variables.insert(String::from_utf8_lossy(name).into_owned(), bytes.to_vec());
        }
    }
    Some((elf.is_big, variables))
}

struct Elf<'a> {
    file: &'a [u8],
    is_64: bool,
    is_big: bool,
}

struct Section {
    kind: u64,
    offset: usize,
    size: usize,
    link: usize,
}

impl Elf<'_> {
    fn number(&self, at: usize, width: usize) -> Option<usize> {
        let bytes = self.file.get(at..at + width)?.iter();
        let fold = |value: usize, byte: &u8| value << 8 | usize::from(*byte);
        Some(if self.is_big { bytes.fold(0, fold) } else { bytes.rev().fold(0, fold) })
    }

    fn section(&self, at: usize) -> Option<Section> {
        let (offset, size, link) = if self.is_64 { (24, 32, 40) } else { (16, 20, 24) };
        let width = if self.is_64 { 8 } else { 4 };
        Some(Section {
            kind: self.number(at + 4, 4)? as u64,
            offset: self.number(at + offset, width)?,
            size: self.number(at + size, width)?,
            link: self.number(at + link, 4)?,
        })
    }
}
