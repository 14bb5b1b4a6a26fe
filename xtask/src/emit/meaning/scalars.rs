//! What integer types come to on each ABI: those that pointers lead to, which are no parameters by themselves.

use std::collections::BTreeMap;

use super::{From, Pool, numbers, place, records};
use crate::emit::newest::{Bits, newest};
use crate::model::{FieldClass, PerAbi, Scalar};

/// What an integer is: bytes, and `S`igned, `U`nsigned, a `P`ointer or a `C`har.
type Class = (u64, char);

/// The place of an integer type, if it is one.
pub(super) fn scalar(ty: &str, from: &From, pool: &mut Pool) -> Option<usize> {
    if let Some(known) = pool.scalar_ids.get(ty) {
        return *known;
    }
    let id = classes(ty, from).map(|classes| place_of(ty, &classes, pool));
    pool.scalar_ids.insert(ty.to_string(), id);
    id
}

fn place_of(ty: &str, classes: &PerAbi<Class>, pool: &mut Pool) -> usize {
    let cases: Vec<String> = classes
        .variants()
        .iter()
        .map(|(abis, (bytes, class))| format!("({}, {})", pool.whom.id(abis.0), element(*bytes, *class)))
        .collect();
    pool.scalars.id(&format!("&[{}] // {ty}", cases.join(", ")))
}

/// An element as the crate has it.
pub(super) fn element(bytes: u64, class: char) -> String {
    match class {
        'S' => format!("{bytes} | SIGNED"),
        'P' => format!("{bytes} | POINTER"),
        'C' => format!("{bytes} | CHAR"),
        _ => bytes.to_string(),
    }
}

fn classes(ty: &str, from: &From) -> Option<PerAbi<Class>> {
    let everywhere = |class: Class| PerAbi::new((0..from.abis.len()).map(|abi| (abi, class)));
    let by_long = |class: char| {
        let of = |(abi, bits): (usize, &u32)| (abi, (u64::from(bits / 8), class));
        PerAbi::new(from.long_bits.iter().enumerate().map(of))
    };
    match ty {
        "char" => return Some(everywhere((1, 'C'))),
        "signed char" | "s8" | "__s8" => return Some(everywhere((1, 'S'))),
        "unsigned char" | "u8" | "__u8" => return Some(everywhere((1, 'U'))),
        "short" | "s16" | "__s16" => return Some(everywhere((2, 'S'))),
        "unsigned short" | "u16" | "__u16" => return Some(everywhere((2, 'U'))),
        "int" | "s32" | "__s32" => return Some(everywhere((4, 'S'))),
        "unsigned" | "unsigned int" | "u32" | "__u32" => return Some(everywhere((4, 'U'))),
        "long long" | "s64" | "__s64" => return Some(everywhere((8, 'S'))),
        "unsigned long long" | "u64" | "__u64" => return Some(everywhere((8, 'U'))),
        "long" => return Some(by_long('S')),
        "unsigned long" => return Some(by_long('U')),
        // Some ABIs have no parameter of these types, but pointers to them.
        "loff_t" | "compat_loff_t" | "compat_s64" => return Some(everywhere((8, 'S'))),
        "compat_u64" => return Some(everywhere((8, 'U'))),
        "compat_int_t" | "compat_long_t" | "compat_ssize_t" | "compat_pid_t" | "compat_timer_t" | "compat_off_t"
        | "old_time32_t" => return Some(everywhere((4, 'S'))),
        "compat_uint_t" | "compat_ulong_t" | "compat_size_t" | "compat_uptr_t" | "compat_aio_context_t" => {
            return Some(everywhere((4, 'U')));
        }
        _ => {}
    }
    // What parameters of this type are, and what fields of it are.
    let mut held: Vec<(&Bits, PerAbi<Class>)> = Vec::new();
    for ((bits, headers, _), (_, resolved)) in from.releases.iter().zip(from.resolved.iter().rev()) {
        let mut of: BTreeMap<usize, Class> = BTreeMap::new();
        for abi in &resolved.abis {
            let Some(place) = headers.place(&abi.name) else { continue };
            let params = abi.syscalls.iter().flat_map(|call| call.main.params.iter().flatten());
            for param in params.filter(|param| param.ty == ty) {
                let class = match param.scalar {
                    Scalar::Signed(bits) => (u64::from(bits) / 8, 'S'),
                    Scalar::Unsigned(bits) => (u64::from(bits) / 8, 'U'),
                    Scalar::Pointer | Scalar::Aggregate => continue,
                };
                of.insert(place, class);
            }
        }
        for record in headers.records.values().flat_map(BTreeMap::values) {
            for (abis, record) in record.variants() {
                let fields = record.fields.iter().filter(|field| field.ty == ty && field.bits.is_none());
                for field in fields {
                    let class = match field.class {
                        FieldClass::Unsigned => 'U',
                        FieldClass::Signed => 'S',
                        FieldClass::Char => 'C',
                        FieldClass::Pointer => 'P',
                        FieldClass::Float | FieldClass::Record => continue,
                    };
                    for abi in abis.places() {
                        of.entry(abi).or_insert((field.size, class));
                    }
                }
            }
        }
        held.push((bits, PerAbi::new(of)));
    }
    let all = newest(held.iter().map(|(bits, of)| (*bits, of)));
    if all.whom().is_empty() { None } else { Some(all) }
}

/// `TYPES`: of the C type of each parameter, the structure and the integer that it leads to.
pub(super) fn types(from: &From, pool: &mut Pool) -> String {
    let mut lines = Vec::new();
    for ty in from.pools.prototypes.types.all() {
        let words =
            ty.split([' ', '*']).filter(|word| !["", "const", "__user", "volatile", "struct", "union"].contains(word));
        let base = words.collect::<Vec<_>>().join(" ");
        let stars = ty.matches('*').count();
        let record = records::is_record(&base, from).then(|| pool.wanted.id(&base));
        let integer = match stars {
            1 if record.is_none() => scalar(&base, from, pool),
            2 => scalar("void *", from, pool),
            _ => None,
        };
        lines.push(format!("({}, {})", place(record), place(integer)));
    }
    let mut out = String::new();
    numbers(
        &mut out,
        "What the C types of parameters lead to: a structure, an integer.",
        "TYPES",
        "(u16, u16)",
        &lines,
    );
    out
}
