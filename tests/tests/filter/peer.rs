//! The same rules through libseccomp: both programs decide alike, but for what `REASONS` tells.
//!
//! It needs `libseccomp.so.2`; without it, it says that it was skipped, or fails where `SYSCALL_META_LIVE` is set.

use std::collections::BTreeMap;
use std::ffi::{CString, c_char, c_int, c_uint, c_void};
use std::io::{Read, Seek};
use std::os::fd::AsRawFd;

use libloading::{Library, Symbol};
use syscall_meta::{Abi, ByteOrder};

use crate::bpf::{Data, check_as_the_kernel_does, run};
use crate::program::Instruction;
use crate::{ALLOW, EPERM, KILL, filter, usual};

/// `struct scmp_arg_cmp`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Compared {
    arg: c_uint,
    op: c_int,
    datum_a: u64,
    datum_b: u64,
}

/// A rule for both: the call, our conditions, theirs as argument, comparison and numbers.
struct Both {
    call: &'static str,
    ours: &'static str,
    theirs: &'static [(c_uint, &'static str, u64, u64)],
}

const fn both(call: &'static str, ours: &'static str, theirs: &'static [(c_uint, &'static str, u64, u64)]) -> Both {
    Both { call, ours, theirs }
}

/// A mask is theirs for equality alone: a rule of ours for bits that are set is two of theirs, or none.
const RULES: [Both; 12] = [
    both("read", "", &[]),
    both("write", "(fd == 2)", &[(0, "==", 2, 0)]),
    both("openat", "(flags & 3 == 0)", &[(2, "&", 3, 0)]),
    both("socket", "(family != AF_UNIX)", &[(0, "!=", 1, 0)]),
    both("lseek", "(offset > 4096)", &[(1, ">", 4096, 0)]),
    both("mmap2", "(len >= 0x10000, prot & 7 == 5)", &[(1, ">=", 0x1_0000, 0), (2, "&", 7, 5)]),
    both("munmap", "(addr < 0x7fff00000000)", &[(0, "<", 0x7fff_0000_0000, 0)]),
    both("mremap", "(new_len <= 0x80000000)", &[(2, "<=", 0x8000_0000, 0)]),
    both("kill", "(sig == SIGKILL, pid != 1)", &[(1, "==", 9, 0), (0, "!=", 1, 0)]),
    both("ioctl", "(cmd == 0x5412)", &[(1, "==", 0x5412, 0)]),
    both("mprotect", "(len & 0xffffffff00000000 == 0x100000000)", &[(1, "&", 0xffff_ffff_0000_0000, 0x1_0000_0000)]),
    both("exit_group", "", &[]),
];

/// Why the two decide differently, by design, and of what.
const REASONS: [&str; 5] = [
    "libseccomp compares all 64 bits of an int on 64-bit ABIs; the kernel looks at 32",
    "libseccomp compares 32 bits of a 64-bit word on x32",
    "libseccomp compares signed arguments as unsigned",
    "libseccomp puts rules about `socket` on `socketcall`, too; ours says so in a note",
    "libseccomp takes -1, by which tracers skip a call, for one of x86_64; a kernel reports it with x32's bit",
];

struct Peer(Library);

impl Peer {
    fn get<T>(&self, name: &str) -> Symbol<'_, T> {
        // SAFETY: the types are those of the library's header, at each use.
        unsafe { self.0.get(name.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}")) }
    }

    /// Their program for some ABIs; rules whose numbers one of these cannot have are left out.
    fn program(&self, abis: &[Abi], default: u32, action: u32, rules: &[&Both]) -> Vec<Instruction> {
        let init = self.get::<unsafe extern "C" fn(u32) -> *mut c_void>("seccomp_init");
        let release = self.get::<unsafe extern "C" fn(*mut c_void)>("seccomp_release");
        let attr = self.get::<unsafe extern "C" fn(*mut c_void, c_int, u32) -> c_int>("seccomp_attr_set");
        let add = self.get::<unsafe extern "C" fn(*mut c_void, u32) -> c_int>("seccomp_arch_add");
        let remove = self.get::<unsafe extern "C" fn(*mut c_void, u32) -> c_int>("seccomp_arch_remove");
        let resolve = self.get::<unsafe extern "C" fn(*const c_char) -> c_int>("seccomp_syscall_resolve_name");
        type AddRule = unsafe extern "C" fn(*mut c_void, u32, c_int, c_uint, *const Compared) -> c_int;
        let rule_add = self.get::<AddRule>("seccomp_rule_add_array");
        let export = self.get::<unsafe extern "C" fn(*mut c_void, c_int) -> c_int>("seccomp_export_bpf");
        let mut file = tempfile::tempfile().expect("a file");
        // SAFETY: each function gets what the library's header says, and the context lives until it is released.
        unsafe {
            let context = init(default);
            assert!(!context.is_null());
            // SCMP_FLTATR_ACT_BADARCH
            assert_eq!(attr(context, 2, KILL), 0);
            assert_eq!(remove(context, 0), 0);
            for abi in abis {
                assert_eq!(add(context, token(*abi)), 0, "{abi}");
            }
            for rule in rules {
                let name = CString::new(rule.call).expect("a name");
                let number = resolve(name.as_ptr());
                assert_ne!(number, -1, "{}", rule.call);
                let op = |op: &str| ["!=", "<", "<=", "==", ">=", ">", "&"].iter().position(|of| *of == op);
                let compared: Vec<Compared> = rule
                    .theirs
                    .iter()
                    .map(|(arg, test, datum_a, datum_b)| Compared {
                        arg: *arg,
                        op: op(test).expect("a test") as c_int + 1,
                        datum_a: *datum_a,
                        datum_b: *datum_b,
                    })
                    .collect();
                let done = rule_add(context, action, number, compared.len() as c_uint, compared.as_ptr());
                assert_eq!(done, 0, "{} on {abis:?}", rule.call);
            }
            assert_eq!(export(context, file.as_raw_fd()), 0);
            release(context);
        }
        let mut bytes = Vec::new();
        file.rewind().and_then(|()| file.read_to_end(&mut bytes)).expect("the program");
        let order = usual(abis[0]);
        let program = bytes.chunks_exact(8).map(|bytes| instruction(bytes.try_into().expect("eight bytes"), order));
        program.collect()
    }
}

fn instruction([a, b, yes, no, c, d, e, f]: [u8; 8], order: ByteOrder) -> Instruction {
    let (code, value) = match order {
        ByteOrder::Little => (u16::from_le_bytes([a, b]), u32::from_le_bytes([c, d, e, f])),
        ByteOrder::Big => (u16::from_be_bytes([a, b]), u32::from_be_bytes([c, d, e, f])),
    };
    Instruction { code, yes, no, value }
}

/// `SCMP_ARCH_…`: the AUDIT_ARCH value, but for x32, which has none of its own.
fn token(abi: Abi) -> u32 {
    let value = abi.audit_archs()[0].value();
    if abi == Abi::X32 { value & 0x7fff_ffff } else { value }
}

#[test]
fn both_programs_decide_alike() {
    // SAFETY: the library's initialisers do nothing that the process would notice.
    let peer = match unsafe { Library::new("libseccomp.so.2") } {
        Ok(library) => Peer(library),
        Err(error) => {
            assert!(std::env::var_os("SYSCALL_META_LIVE").is_none(), "libseccomp is needed: {error}");
            eprintln!("skipped: there is no libseccomp here");
            return;
        }
    };
    let machines: [&[Abi]; 8] = [
        &[Abi::X86_64],
        &[Abi::I386],
        &[Abi::X86_64, Abi::I386],
        &[Abi::X86_64, Abi::I386, Abi::X32],
        &[Abi::Aarch64],
        &[Abi::Arm],
        &[Abi::S390x],
        &[Abi::Powerpc64],
    ];
    let (mut alike, mut different) = (0, BTreeMap::new());
    for abis in machines {
        let order = usual(abis[0]);
        for (default, otherwise, action, answer) in
            [("kill", KILL, "allow", ALLOW), ("allow", ALLOW, "errno(EPERM)", EPERM)]
        {
            // One rule by itself, then those that all ABIs have.
            let has = |rule: &&Both| {
                let told = format!("{action} {}{}", rule.call, rule.ours);
                let wish = crate::wish(abis, usual(abis[0]), default, &[&told]);
                let has_it = |abi: &Abi| abi.table().is_some_and(|table| table.by_name(rule.call).is_some());
                abis.iter().all(has_it) && wish.and_then(|wish| crate::made(&wish)).is_ok()
            };
            let rules: Vec<&Both> = RULES.iter().filter(has).collect();
            assert!(rules.len() > 5, "{abis:?}: {}", rules.len());
            let mut lists: Vec<Vec<&Both>> = rules.iter().map(|rule| vec![*rule]).collect();
            lists.push(rules);
            for rules in lists {
                let texts: Vec<String> =
                    rules.iter().map(|rule| format!("{action} {}{}", rule.call, rule.ours)).collect();
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                let (ours, _) = filter(abis, default, &texts);
                let theirs = peer.program(abis, otherwise, answer, &rules);
                check_as_the_kernel_does(&theirs);
                for data in table(abis, &rules) {
                    let bytes = data.bytes(order);
                    let (a, b) = (run(&ours, &bytes, order), run(&theirs, &bytes, order));
                    if a == b {
                        alike += 1;
                        continue;
                    }
                    let told = format!("{abis:?} {texts:?} {data:x?}: ours {a:#x}, theirs {b:#x}");
                    let reason = reason(abis, &rules, &data).unwrap_or_else(|| panic!("{told}"));
                    if reason < 2 {
                        // Without what is above 32 bits, they are alike.
                        let bytes = Data { args: data.args.map(|word| word & 0xffff_ffff), ..data }.bytes(order);
                        assert_eq!(run(&ours, &bytes, order), run(&theirs, &bytes, order), "{told}");
                    }
                    *different.entry(reason).or_insert(0) += 1;
                }
            }
        }
    }
    eprintln!("{alike} decisions are alike; others:");
    for (reason, count) in REASONS.iter().enumerate().map(|(at, reason)| (reason, different.get(&at).unwrap_or(&0))) {
        eprintln!("  {count:6}: {reason}");
        assert_ne!(*count, 0, "no longer so: {reason}");
    }
    assert!(alike > 10_000, "{alike}");
}

/// Calls with values around those of the rules, each argument by itself and with what may be above it.
fn table(abis: &[Abi], rules: &[&Both]) -> Vec<Data> {
    let mut all = Vec::new();
    let archs: Vec<u32> = abis.iter().map(|abi| abi.audit_archs()[0].value()).collect();
    let mut numbers = vec![0, 102, 999, 0x4000_0000, 0x4000_0001, 0x8000_0000, u32::MAX];
    for abi in abis {
        let named = |rule: &&Both| abi.table()?.by_name(rule.call).map(|call| call.kernel_number());
        numbers.extend(rules.iter().filter_map(named));
    }
    let mut values = vec![0, 1, 2, 3, 5, 7, u64::MAX];
    for (_, _, a, b) in rules.iter().flat_map(|rule| rule.theirs) {
        for near in [*a, *b].into_iter().flat_map(|value| [value.wrapping_sub(1), value, value.wrapping_add(1)]) {
            values.extend([near, near | 0x8000_0000_0000_0000, near ^ 0x1_0000_0000, near & 0xffff_ffff, near << 32]);
        }
    }
    values.sort_unstable();
    values.dedup();
    for arch in archs.iter().copied().chain([0, 0xc000_00b7, 0x4000_0003, 0xc000_003e]) {
        for nr in &numbers {
            for (at, value) in values.iter().enumerate() {
                for args in [[*value; 6], std::array::from_fn(|place| values[(at * 7 + place * 3) % values.len()])] {
                    all.push(Data { nr: *nr, arch, args });
                }
                let one = |of: usize| std::array::from_fn(|place| if place == of { *value } else { 1 });
                all.extend((0..3).map(|of| Data { nr: *nr, arch, args: one(of) }));
            }
        }
    }
    // 32-bit programs have nothing in the upper halves.
    let is_possible = |data: &Data| {
        let narrow = [Abi::I386, Abi::Arm].iter().any(|abi| abi.audit_archs()[0].value() == data.arch);
        !narrow || data.args.iter().all(|word| *word <= u32::MAX.into())
    };
    all.retain(is_possible);
    all
}

/// Which of the reasons is it.
fn reason(abis: &[Abi], rules: &[&Both], data: &Data) -> Option<usize> {
    let abi = abis.iter().copied().find(|abi| {
        let is_x32 = data.nr >= 0x4000_0000;
        abi.audit_archs()[0].value() == data.arch && (*abi == Abi::X32) == (is_x32 && data.arch == 0xc000_003e)
    });
    if data.nr == u32::MAX && data.arch == 0xc000_003e {
        return Some(4);
    }
    let call = abi?.table()?.by_kernel_number(data.nr)?;
    if call.name() == "socketcall" && rules.iter().any(|rule| rule.call == "socket") {
        return Some(3);
    }
    let rule = rules.iter().find(|rule| rule.call == call.name())?;
    for (arg, test, ..) in rule.theirs {
        let (word, param) = (data.args[*arg as usize], call.params()?.nth(*arg as usize)?);
        let is_above = word >> 32 != 0;
        if call.abi() == Abi::X32 && param.bits() == 64 && is_above {
            return Some(1);
        }
        if call.abi().word_bits() == 64 && call.abi() != Abi::X32 && param.bits() == 32 && is_above {
            return Some(0);
        }
        let is_negative = word >> (param.bits() - 1) & 1 == 1;
        if param.is_signed() && is_negative && !["==", "!=", "&"].contains(test) {
            return Some(2);
        }
    }
    None
}
