//! The example `filter`: its programs as a kernel would run them, beside what its rules say, beside libseccomp's, and live.

#[path = "../../../syscall-meta/examples/filter/action.rs"]
#[allow(dead_code, reason = "the example takes more of it")]
mod action;
mod bpf;
#[path = "../../../syscall-meta/examples/filter/check.rs"]
mod check;
#[path = "../../../syscall-meta/examples/filter/disassemble.rs"]
mod disassemble;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod live;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod peer;
#[path = "../../../syscall-meta/examples/filter/plan.rs"]
mod plan;
#[path = "../../../syscall-meta/examples/filter/program.rs"]
#[allow(dead_code, reason = "the example takes more of it")]
mod program;
mod random;
#[path = "../../../syscall-meta/examples/filter/rule.rs"]
mod rule;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[path = "../../../syscall-meta/examples/filter/sys.rs"]
mod sys;

use action::Action;
use bpf::{Data, check_as_the_kernel_does, run};
use plan::Wish;
use program::Instruction;
use syscall_meta::{Abi, ByteOrder};

const ALLOW: u32 = 0x7fff_0000;
const KILL: u32 = 0x8000_0000;
const EPERM: u32 = 0x0005_0001;

/// Rules with their actions: `errno(EPERM) kill(sig != SIGKILL),read`.
fn wish(abis: &[Abi], order: ByteOrder, default: &str, rules: &[&str]) -> Result<Wish, String> {
    let mut all = Vec::new();
    for rule in rules {
        let (action, text) = rule.split_once(' ').expect("an action and a rule");
        all.extend(rule::parse(&action.parse::<Action>()?, text)?);
    }
    let (default, foreign) = (default.parse()?, "kill".parse()?);
    Ok(Wish { abis: abis.to_vec(), order, default, foreign, rules: all })
}

/// The program and the notes of a wish.
fn made(wish: &Wish) -> Result<(Vec<Instruction>, Vec<String>), String> {
    let (plans, notes) = plan::plan(wish)?;
    let program = program::program(&plans, wish)?;
    check_as_the_kernel_does(&program);
    Ok((program, notes))
}

fn usual(abi: Abi) -> ByteOrder {
    abi.audit_archs()[0].byte_order()
}

fn filter(abis: &[Abi], default: &str, rules: &[&str]) -> (Vec<Instruction>, Vec<String>) {
    wish(abis, usual(abis[0]), default, rules).and_then(|wish| made(&wish)).unwrap_or_else(|error| panic!("{error}"))
}

fn refused(abis: &[Abi], rules: &[&str]) -> String {
    wish(abis, usual(abis[0]), "allow", rules).and_then(|wish| made(&wish)).expect_err("something is wrong")
}

#[test]
fn errors_say_what_is_wrong_and_what_would_be_right() {
    for (abis, rule, told) in [
        (&[Abi::X86_64][..], "opnat", "no call is named `opnat` on x86_64 (did you mean `openat`?)"),
        (
            &[Abi::X86_64, Abi::Aarch64],
            "socketcall",
            "no call is named `socketcall` on x86_64, aarch64, but on others such as",
        ),
        (&[Abi::I386], "semop", "i386 has `semop` behind `ipc` alone: `ipc@i386(call & 0xffff == SEMOP)` is that"),
        (
            &[Abi::X86_64],
            "openat(flgs & 1)",
            "`openat` has no argument `flgs` (did you mean `flags`?); it has dfd, filename, flags, mode",
        ),
        (&[Abi::I386], "pread64(count2 == 1)", "(did you mean `count`?); it has fd, ubuf, count, pos"),
        (
            &[Abi::X86_64],
            "openat(flags & O_CREATE)",
            "`O_CREATE` is no name in `open_flags` on x86_64 (did you mean `O_CREAT`?)",
        ),
        (&[Abi::X86_64], "openat(flags)", "`flags` compares nothing: write `flags != 0`, or `flags & MASK`"),
        (&[Abi::X86_64], "openat(flags = 1)", "comparisons are == != < <= > >="),
        (&[Abi::X86_64], "openat(flags & 3", "a `)` is missing at its end"),
        (&[Abi::X86_64], "openat(flags & 0 == 0)", "a mask of 0 leaves nothing to compare"),
        (&[Abi::X86_64], "openat(flags & 3 == 4)", "0x4 has bits that the mask 0x3 takes away, so it is never equal"),
        (
            &[Abi::X86_64],
            "socket(family == 0x100000000)",
            "`0x100000000` does not fit into the 32 bits of the argument",
        ),
        (&[Abi::X86_64], "socket(family > 0x80000000)", "`0x80000000` does not fit into the 31 bits"),
        (&[Abi::X86_64], "read(fd < -1)", "it has no sign, so it is never compared with -1"),
        (&[Abi::X86_64], "read@i386", "i386 is not among the ABIs asked for: add it to `--abi`"),
        (&[Abi::X86_64], "read@i368", "unknown ABI, expected one of"),
        (&[Abi::X86_64], "%net", "there is no class `%net`; there are %file, "),
        (&[Abi::X86_64], "%network(fd == 1)", "the calls of a class have no arguments in common"),
        (&[Abi::X86_64], "ioctl(cmd == TCGETZ)", "`TCGETZ` is no request of ioctl"),
        (&[Abi::X86_64], "read,", "a name is missing"),
        (&[Abi::X86_64], "read()", "something is missing in ``"),
        (
            &[Abi::X86_64, Abi::I386],
            "mmap(prot & 4)",
            "`prot` is one of 6 words in memory there, where no filter can look",
        ),
        (&[Abi::M68k], "read(fd == 1)", "its kernels do not show all arguments"),
        (&[Abi::MipsO32], "sync_file_range(flags == 1)", "a filter sees 6 words, and it is behind them"),
        (&[Abi::X86_64, Abi::S390x], "read", "no machine of s390x is little-endian"),
        (&[Abi::Arm, Abi::ArmOabi], "read", "kernels report arm and arm_oabi alike, as 0x40000028"),
    ] {
        let error = refused(abis, &[&format!("allow {rule}")]);
        assert!(error.contains(told), "{rule}: {error}");
    }
    assert!(
        refused(&[Abi::X86_64], &["errno(EPERMM) read"])
            .contains("`EPERMM` is no errno of x86_64 (did you mean `EPERM`?)")
    );
    assert!(refused(&[Abi::X86_64], &["errno(4096) read"]).contains("a number up to 4095"));
    assert!(refused(&[Abi::X86_64], &["permit read"]).contains("there are allow, log, trace, trap, kill-thread, kill"));
}

#[test]
fn notes_tell_of_ways_around_and_of_rules_without_effect() {
    let (_, notes) = filter(
        &[Abi::X86_64, Abi::I386],
        "allow",
        &["errno(EPERM) connect(fd == 1),shmat", "kill mmap2,read,read(fd == 1)"],
    );
    assert_eq!(
        notes,
        [
            "rule `mmap2`: no such call on x86_64",
            "rule `read(fd == 1)`: an earlier rule takes every `read` of x86_64",
            "rule `read(fd == 1)`: an earlier rule takes every `read` of i386",
            "rule `connect(fd == 1)`: i386 reaches `connect` through `socketcall`, too: \
             `socketcall@i386(call == SYS_CONNECT)` is that, without the arguments",
            "rule `shmat`: i386 reaches `shmat` through `ipc`, too: `ipc@i386(call & 0xffff == SHMAT)` is that",
        ]
    );
    let (_, notes) = filter(&[Abi::I386], "allow", &["errno(EPERM) connect", "kill socketcall(call == SYS_CONNECT)"]);
    assert_eq!(notes, [""; 0]);
    let (_, notes) = filter(&[Abi::Riscv32], "allow", &["errno(EPERM) connect"]);
    assert_eq!(notes, ["where kernels report riscv32 as riscv64, its programs are foreign"]);
}

/// What is reached through others, as the decoder sees it, is in a note, or there is no other way to it.
#[test]
fn notes_know_what_is_behind_others() {
    use syscall_meta::{Decoder, RawCall, Region, Scratch};
    let (memory, mut count) = ([Region::new(0x1000, &[0; 64])], 0);
    for abi in Abi::ALL.iter().filter(|abi| **abi != Abi::Microblaze) {
        let table = abi.table().expect("all are built in");
        for outer in ["socketcall", "ipc"].iter().filter_map(|name| table.by_name(name)) {
            for word in 0..40 {
                let raw = RawCall::new(*abi, outer.kernel_number(), [word, 0x1000, 0x1000, 0x1000, 0x1000, 0x1000]);
                let name = Decoder::new().enter(&raw, &memory, &mut Scratch::new(&mut [])).name().unwrap_or("");
                if name != outer.name() && table.by_name(name).is_some() {
                    let (_, notes) = filter(&[*abi], "allow", &[&format!("kill {name}")]);
                    let told = format!("reaches `{name}` through `{outer}`");
                    assert!(notes.iter().any(|note| note.contains(&told)), "{abi} {word}: {told}: {notes:?}");
                    count += 1;
                    if *abi == Abi::M68k {
                        // Nothing can be asked of arguments there.
                        continue;
                    }
                    // The rule of the note is about this first word and no other.
                    let rule = notes.iter().find_map(|note| Some(note.split_once("too: `")?.1.split_once('`')?.0));
                    let (program, _) = filter(&[*abi], "allow", &[&format!("kill {}", rule.expect("a rule"))]);
                    for other in 0..40 {
                        let arch = program::archs_of(*abi, usual(*abi))[0];
                        let data = Data { nr: outer.kernel_number(), arch, args: [other, 0, 0, 0, 0, 0] };
                        let expected = if other == word { KILL } else { ALLOW };
                        assert_eq!(
                            run(&program, &data.bytes(usual(*abi)), usual(*abi)),
                            expected,
                            "{abi} {name} {other}"
                        );
                    }
                }
            }
        }
    }
    assert!(count > 200, "{count}");
}

#[test]
fn a_filter_in_words() {
    let rules =
        ["errno(EPERM) openat(flags & O_WRONLY|O_RDWR != 0)", "kill lseek(offset > 0x100001000)", "trap %pure,uname"];
    let (program, _) = filter(&[Abi::X86_64], "allow", &rules[..2]);
    let text = disassemble::disassemble(&program, &[Abi::X86_64], ByteOrder::Little);
    let expected = "   0: load arch
   1: if == 0xc000003e goto 2 else 14        ; x86_64
   2: load number
   3: if > 0x3fffffff goto 14 else 4
   4: if == 8 goto 8 else 5                  ; lseek
   5: if == 257 goto 6 else 15               ; openat
   6: load args[2].low                       ; flags of openat
   7: if & 0x3 goto 13 else 15
   8: load args[1].high                      ; offset of lseek
   9: xor 0x80000000                         ; the sign, so that more is greater
  10: if > 0x80000001 goto 14 else 11
  11: if == 0x80000001 goto 12 else 15
  12: load args[1].low                       ; offset of lseek
  13: if > 0x1000 goto 14 else 15
";
    // Where answers stand is of no interest.
    let kind = |text: &str| -> Vec<String> {
        let words = |line: &str| line.split_once(": ").map_or("", |(_, rest)| rest).to_string();
        text.lines().map(words).map(|line| line.split(" goto").next().unwrap_or("").to_string()).collect()
    };
    let ours: Vec<String> = kind(&text).into_iter().filter(|line| !line.starts_with("return")).collect();
    assert_eq!(ours, kind(expected), "{text}");
    for answer in ["return allow", "return kill", "return errno(EPERM)"] {
        assert_eq!(text.matches(answer).count(), 1, "{text}");
    }
    let (program, _) = filter(&[Abi::S390x], "allow", &rules);
    let text = disassemble::disassemble(&program, &[Abi::S390x], ByteOrder::Big);
    for line in ["load args[1].high", "; flags of openat", "return trap", "; s390x"] {
        assert!(text.contains(line), "{text}");
    }
    assert!(!text.contains("never reached"), "{text}");
}

/// Every ABI, in each byte order that it has, under each value that is its own: a call is told from its neighbours, and
/// other architectures are refused.
#[test]
fn every_abi_has_its_own_part() {
    for abi in Abi::ALL {
        let table = abi.table().expect("all are built in");
        for order in abi.byte_orders() {
            let call = table.by_name("exit").expect("there is one everywhere");
            let wish = wish(&[*abi], *order, "allow", &["errno(EPERM) exit"]).expect("a wish");
            let (program, _) = made(&wish).expect("a filter");
            let decide = |arch, nr| run(&program, &Data { nr, arch, args: [0; 6] }.bytes(*order), *order);
            let archs = program::archs_of(*abi, *order);
            assert!(!archs.is_empty());
            for arch in Abi::ALL.iter().flat_map(|abi| abi.audit_archs()).map(|arch| arch.value()) {
                let of_ours = if archs.contains(&arch) { EPERM } else { KILL };
                assert_eq!(decide(arch, call.kernel_number()), of_ours, "{abi} {arch:#x}");
                let other = if archs.contains(&arch) { ALLOW } else { KILL };
                assert_eq!(decide(arch, call.kernel_number() + 2), other, "{abi} {arch:#x}");
            }
            if matches!(abi, Abi::X86_64 | Abi::X32 | Abi::MipsO32 | Abi::MipsN32 | Abi::MipsN64) {
                for nr in [0, 3999, 4001, 5001, 6001, 7000, 0x3fff_ffff, 0x4000_0000, 0x8000_0000, u32::MAX] {
                    let is_ours =
                        Abi::from_audit(archs[0], nr).one() == Some(*abi) && (nr >> 31 == 0 || *abi == Abi::X32);
                    let is_range = !abi.name().starts_with("mips") || (4000..7000).contains(&nr);
                    let expected = if nr == call.kernel_number() {
                        EPERM
                    } else if is_ours && is_range {
                        ALLOW
                    } else {
                        KILL
                    };
                    // Above x32's own numbers nothing is served, whosever it would be.
                    let is_above = nr >= 0x8000_0000 && *abi == Abi::X32;
                    assert!(is_above || decide(archs[0], nr) == expected, "{abi} {nr:#x}");
                }
            }
        }
    }
}

#[test]
fn a_filter_that_is_too_long_is_refused() {
    let table = Abi::X86_64.table().expect("it is built in");
    // No two calls are treated alike, which would make it shorter.
    let answer = |call: syscall_meta::Syscall, value: u64| (8 * u64::from(call.number()) + value) % 4096;
    let conditions = |count: u64| -> Vec<String> {
        let call = |call: syscall_meta::Syscall| {
            let each = (0..count).map(move |value| format!("errno({}) {call}(arg0 == {value})", answer(call, value)));
            call.params().filter(|params| params.len() > 0).map(|_| each)
        };
        table.iter().filter_map(call).flatten().collect()
    };
    let made_of = |rules: &[String]| {
        let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
        wish(&[Abi::X86_64], ByteOrder::Little, "allow", &rules).and_then(|wish| made(&wish))
    };
    let error = made_of(&conditions(3)).expect_err("it is too long");
    assert!(
        error.starts_with("the filter has ") && error.contains(" instructions, and a kernel takes 4096"),
        "{error}"
    );
    // The longest that is not has jumps of every length.
    let (program, _) = made_of(&conditions(2)).expect("it is short enough");
    assert!(program.len() > 2000, "{}", program.len());
    for call in table.iter().filter(|call| call.params().is_some_and(|params| params.len() > 0)) {
        for value in 0..5 {
            let data = Data { nr: call.kernel_number(), arch: 0xc000_003e, args: [value, 9, 9, 9, 9, 9] };
            let expected = if value < 2 { 0x0005_0000 | answer(call, value) as u32 } else { ALLOW };
            assert_eq!(run(&program, &data.bytes(ByteOrder::Little), ByteOrder::Little), expected, "{call} {value}");
        }
    }
}

/// A jump of each length, so also of those about the longest that an instruction can have, on either way and on both.
#[test]
fn jumps_reach_however_far_they_go() {
    let mut longest = 0;
    // An answer more moves all by one.
    for (length, pad) in (2..300).flat_map(|length| [(length, "errno(1) read(fd == 9)"), (length, "errno(3) close")]) {
        // Two instructions each, or three.
        let mut between: Vec<String> = (0..length / 2 - length % 2).map(|value| format!("fd != {value}")).collect();
        between.extend((length % 2 == 1).then(|| "fd & 0x700 == 0x100".to_string()));
        let between = format!("errno(2) write({})", between.join(", "));
        // The first and the last share what is far from both.
        let rules = ["errno(1) read(fd == 9)", &between, "errno(1) pread64(fd == 9)", pad];
        let (program, _) = filter(&[Abi::X86_64], "allow", &rules);
        longest = longest.max(program.len());
        for (nr, fd, expected) in [
            (0, 9, 0x0005_0001),
            (0, 8, ALLOW),
            (17, 9, 0x0005_0001),
            (17, 8, ALLOW),
            (18, 9, ALLOW),
            (1, 0x100 + 0x800, 0x0005_0002),
            (1, 0, ALLOW),
        ] {
            let data = Data { nr, arch: 0xc000_003e, args: [fd, 0, 0, 0, 0, 0] };
            assert_eq!(
                run(&program, &data.bytes(ByteOrder::Little), ByteOrder::Little),
                expected,
                "{length} {nr} {fd}"
            );
        }
    }
    assert!(longest > 300, "{longest}");
}

#[test]
fn a_class_is_its_calls_and_no_others() {
    for abi in [Abi::X86_64, Abi::I386, Abi::Arm, Abi::MipsO32, Abi::S390x, Abi::Powerpc64] {
        let (table, arch) = (abi.table().expect("it is built in"), abi.audit_archs()[0].value());
        for class in syscall_meta::Class::ALL {
            let (program, _) = filter(&[abi], "allow", &[&format!("errno(EPERM) %{class}")]);
            let base = abi.kernel_number_base();
            let private = table.iter().map(|call| call.kernel_number()).filter(|number| *number > base + 900);
            for nr in (base..base + 700).chain(private) {
                let data = Data { nr, arch, args: [0; 6] };
                let is_of = table.by_kernel_number(nr).is_some_and(|call| call.side().classes().has(*class));
                let expected = if is_of { EPERM } else { ALLOW };
                assert_eq!(run(&program, &data.bytes(usual(abi)), usual(abi)), expected, "{abi} %{class} {nr}");
            }
        }
    }
}

#[test]
fn values_have_names_where_the_library_knows_them() {
    for (abi, rule, args, is_taken) in [
        (Abi::X86_64, "kill(sig == SIGUSR1)", [0, 10, 0, 0, 0, 0], true),
        (Abi::MipsO32, "kill(sig == SIGUSR1)", [0, 16, 0, 0, 0, 0], true),
        (Abi::X86_64, "ioctl(cmd == TIOCSTI)", [0, 0x5412, 0, 0, 0, 0], true),
        (Abi::Powerpc64, "ioctl(cmd == TCGETS)", [0, 0x402c_7413, 0, 0, 0, 0], true),
        (Abi::X86_64, "ioctl(cmd == TIOCSTI)", [0, 0xffff_ffff_0000_5412, 0, 0, 0, 0], true),
        (Abi::X86_64, "openat(dfd == AT_FDCWD)", [0xffff_ff9c, 0, 0, 0, 0, 0], true),
        (Abi::X86_64, "openat(dfd == AT_FDCWD)", [-100_i64 as u64, 0, 0, 0, 0, 0], true),
        (Abi::X86_64, "openat(dfd < 0)", [0xffff_ff9c, 0, 0, 0, 0, 0], true),
        (Abi::X86_64, "openat(dfd < 0)", [0x7fff_ffff, 0, 0, 0, 0, 0], false),
        (Abi::X86_64, "mmap(addr == NULL, prot & PROT_WRITE, prot & PROT_EXEC)", [0, 0, 6, 0, 0, 0], true),
        (Abi::X86_64, "mmap(addr == NULL, prot & PROT_WRITE && prot & PROT_EXEC)", [0, 0, 4, 0, 0, 0], false),
        (Abi::X86_64, "mmap(addr == NULL, prot == PROT_NONE)", [1 << 40, 0, 0, 0, 0, 0], false),
        (Abi::X86_64, "clone(clone_flags & CLONE_NEWUSER)", [0x1000_0000, 0, 0, 0, 0, 0], true),
        (Abi::X86_64, "openat(mode & 07000)", [0, 0, 0, 0o4000, 0, 0], true),
        (Abi::X86_64, "openat(mode == 0644)", [0, 0, 0, 0xdead_0000 | 0o644, 0, 0], true),
        (Abi::X86_64, "prctl(option == PR_SET_SECCOMP)", [22, 0, 0, 0, 0, 0], true),
        (Abi::I386, "pread64(pos >= 0x100000000)", [0, 0, 0, 0xffff_ffff, 0, 0], false),
        (Abi::I386, "pread64(pos >= 0x100000000)", [0, 0, 0, 0, 1, 0], true),
        (Abi::Powerpc, "pread64(pos >= 0x100000000)", [0, 0, 0, 0, 1, 0], true),
        (Abi::Powerpc, "pread64(pos >= 0x100000000)", [0, 0, 0, 0, 0, 1], false),
        (Abi::MipsO32, "lseek(arg1 < 0x10)", [0, 15, 0, 0, 0, 0], true),
    ] {
        let (program, _) = filter(&[abi], "allow", &[&format!("kill {rule}")]);
        let call = abi.table().and_then(|table| table.by_name(rule.split('(').next()?)).expect("a call");
        let data = Data { nr: call.kernel_number(), arch: abi.audit_archs()[0].value(), args };
        let expected = if is_taken { KILL } else { ALLOW };
        assert_eq!(run(&program, &data.bytes(usual(abi)), usual(abi)), expected, "{abi} {rule} {args:x?}");
    }
}
