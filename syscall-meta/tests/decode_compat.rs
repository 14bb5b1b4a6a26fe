//! What a 64-bit kernel's own functions take from a program of 32 bits has the layout that the program knows it by.

#![cfg(all(feature = "decode", feature = "layouts", feature = "all-abis"))]

use std::collections::BTreeSet;

use syscall_meta::{Abi, Struct, StructLayout};

/// Structures that both have by one name, and in two layouts; why a program's is the one that is decoded.
const DIFFERENT: &[(&str, &str)] = &[
    // import_iovec of lib/iov_iter.c asks whether the program is one of 32 bits.
    ("*", "iovec"),
    // link_create has 64-bit members (tracing.cookie) that a 64-bit kernel reads 4 bytes behind where programs of 32 bits
    // put them, which the header of the kernel does not mend; told is what the program put there.
    ("i386", "bpf_attr"),
    // The bit lm is there for 64-bit programs alone.
    ("i386", "user_desc"),
    // Padding behind the name alone: a record is as long as its d_reclen says.
    ("i386", "linux_dirent64"),
    // Decoded as the main side says, which is stat64: `Decoder::with_compat`.
    ("mips_o32", "stat"),
];

type Place = (String, usize, usize);

/// Size, and each field's name, place and size.
fn form(layout: Option<StructLayout>) -> Option<(usize, Vec<Place>)> {
    let field = |field: syscall_meta::Field| (field.name().to_string(), field.offset(), field.size());
    layout.map(|layout| (layout.size(), layout.fields().map(field).collect()))
}

#[test]
#[cfg_attr(miri, ignore = "too much for an interpreter")]
fn structures_of_the_kernels_own_functions_are_the_programs() {
    let (mut different, mut same) = (BTreeSet::new(), 0);
    for table in Abi::ALL.iter().filter_map(|abi| abi.table()) {
        let abi = table.abi();
        let natives = Abi::ALL.iter().filter(|of| {
            of.long_bits() == 64 && of.native_arch().is_some_and(|arch| abi.compat_archs().contains(&arch))
        });
        for native in natives {
            for side in table.iter().filter_map(|call| call.compat_side()) {
                // Functions for programs of 32 bits alone take what these have.
                if side.entry().is_none_or(|entry| entry.contains("compat") || entry.contains("32")) {
                    continue;
                }
                for param in side.params().into_iter().flatten() {
                    let ty = param.c_type().to_string();
                    let Some(ty) = ty.strip_suffix('*') else { continue };
                    let words = ty.split(' ').filter(|word| !["const", "__user", ""].contains(word));
                    for of in Struct::named(&words.collect::<Vec<_>>().join(" ")) {
                        let (theirs, kernels) = (form(of.on(abi)), form(of.on(*native)));
                        // Where the kernel has none by this name, its function is one for these programs.
                        if kernels.is_none() || theirs == kernels {
                            same += 1;
                        } else {
                            different.insert((abi.name(), of.name()));
                        }
                    }
                }
            }
        }
    }
    let is = |known: &(&str, &str), of: &(&str, &str)| (known.0 == "*" || known.0 == of.0) && known.1 == of.1;
    let unknown: Vec<_> = different.iter().filter(|of| !DIFFERENT.iter().any(|known| is(known, of))).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    let stale: Vec<_> = DIFFERENT.iter().filter(|known| !different.iter().any(|of| is(known, of))).collect();
    assert!(stale.is_empty(), "these are alike by now: {stale:?}");
    assert!(same > 300, "{same}");
}
