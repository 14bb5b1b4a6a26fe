//! Programs of x86_64, i386 and x32's numbers under filters, on the kernel that is here.
//!
//! It needs a C compiler; without one it says that it was skipped, or fails where `SYSCALL_META_LIVE` is set.

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use syscall_meta::Abi;

use crate::{filter, sys};

/// Makes some calls and writes what they return; needs no library.
///
/// `INT80` makes them through i386 from a 64-bit program, `X32` with x32's bit, `SOCKETCALL` reaches `socket` the other way.
const SOURCE: &str = r#"
typedef unsigned long word;
#if defined(__x86_64__) && !defined(INT80)
#ifdef X32
#define BIT 0x40000000
#else
#define BIT 0
#endif
enum { WRITE = 1, LSEEK = 8, GETPID = 39, SOCKET = 41, KILL = 62, EXIT = 231, OPENAT = 257 };
static long raw(long number, word a, word b, word c) {
    register long r10 __asm__("r10") = 0;
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
    return result;
}
#else
#define BIT 0
enum { WRITE = 4, LSEEK = 19, GETPID = 20, KILL = 37, SOCKETCALL_NR = 102, EXIT = 252, OPENAT = 295, SOCKET = 359 };
static long raw(long number, word a, word b, word c) {
    int result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c), "S"(0) : "memory");
    return result;
}
#endif

static long long results[16];
static int count;
static void make(long number, word a, word b, word c) { results[count++] = raw(number | BIT, a, b, c); }

__attribute__((force_align_arg_pointer)) void _start(void) {
#if defined(INT80) || defined(X32)
    make(GETPID, 0, 0, 0);
#else
    const word null = (word)"/dev/null";
    make(OPENAT, -100, null, 0);
    make(OPENAT, -100, null, 1);
    make(OPENAT, -100, null, 02000002);
    make(OPENAT, -100, null, 02000000);
    make(SOCKET, 1, 1, 0);
    make(SOCKET, 2, 1, 0);
    make(LSEEK, 3, 4096, 0);
    make(LSEEK, 3, 4097, 0);
    make(LSEEK, 3, -1, 0);
    make(KILL, 0, 0, 0);
    make(KILL, -1, 99, 0);
#ifdef __x86_64__
    /* An int is its low half, whatever is above. */
    make(OPENAT, -100, null, 0xffffffff00000001);
    make(OPENAT, -100, null, 0xffffffff00000000);
    make(LSEEK, 3, 1UL << 32, 0);
#else
    word words[3] = { 2, 1, 0 };
    make(SOCKETCALL_NR, 1, (word)words, 0);
#endif
#endif
#if defined(__x86_64__) && defined(INT80)
    for (int i = 0; i < count; i++) if (results[i] < 0) raw(EXIT, 9, 0, 0);
    raw(EXIT, 0, 0, 0);
#else
    raw(WRITE, 1, (word)results, count * sizeof *results);
    raw(EXIT, 0, 0, 0);
#endif
}
"#;

fn compiled(name: &str, options: &[&str]) -> Option<PathBuf> {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("filter_{name}"));
    let source = program.with_extension("c");
    std::fs::write(&source, SOURCE).expect("a source");
    let mut gcc = Command::new("gcc");
    gcc.args(options).args(["-O1", "-static", "-nostdlib", "-fno-pie", "-no-pie", "-fno-stack-protector", "-o"]);
    let made = gcc.arg(&program).arg(&source).output().is_ok_and(|made| made.status.success()).then_some(program);
    if made.is_none() {
        assert!(std::env::var_os("SYSCALL_META_LIVE").is_none(), "a C compiler is needed");
        eprintln!("skipped: no compiler for {name}");
    }
    made
}

fn under(program: &Path, abis: &[Abi], default: &str, rules: &[&str]) -> Output {
    let (filter, _) = filter(abis, default, rules);
    sys::under(&filter, program.as_os_str()).output().expect("it is started")
}

/// What the calls returned.
fn results(output: &Output) -> Vec<i64> {
    assert!(output.status.success(), "{output:?}");
    output.stdout.chunks_exact(8).map(|bytes| i64::from_ne_bytes(bytes.try_into().expect("eight"))).collect()
}

fn killed_by(output: &Output) -> Option<i32> {
    assert!(output.stdout.is_empty(), "{output:?}");
    output.status.signal()
}

const RULES: [&str; 6] = [
    "errno(EPERM) openat(flags & O_WRONLY|O_RDWR != 0)",
    "errno(EAFNOSUPPORT) socket(family != AF_UNIX)",
    "errno(EACCES) lseek(offset > 4096)",
    "errno(EBUSY) kill(pid < 0)",
    "allow %pure,openat,socket,lseek,kill,write,exit_group,execve",
    "allow socketcall@i386",
];

const EPERM: i64 = -1;
const EACCES: i64 = -13;
const EBUSY: i64 = -16;
const EAFNOSUPPORT: i64 = -97;

#[test]
fn calls_of_wide_and_of_narrow_programs_pass_or_fail_as_rules_say() {
    for (abi, options) in [(Abi::X86_64, &["-m64"][..]), (Abi::I386, &["-m32"])] {
        let Some(program) = compiled(abi.name(), options) else { continue };
        let mut expected = vec![3, EPERM, EPERM, 4, 5, EAFNOSUPPORT, 0, EACCES, 0, 0, EBUSY];
        match abi {
            Abi::X86_64 => expected.extend([EPERM, 6, EACCES]),
            // Behind `socketcall` the rule about `socket` is not asked; a note says so.
            _ => expected.push(6),
        }
        let output = under(&program, &[Abi::X86_64, Abi::I386], "kill", &RULES);
        assert_eq!(results(&output), expected, "{abi}");
        if abi == Abi::I386 {
            let mut rules = vec!["errno(EPERM) socketcall@i386(call == SYS_SOCKET)"];
            rules.extend(RULES);
            let output = under(&program, &[Abi::X86_64, Abi::I386], "kill", &rules);
            assert_eq!(results(&output).last(), Some(&EPERM));
        }
        // Nothing passes that no rule takes.
        let few = ["allow execve,openat,socket,lseek,exit_group,write,socketcall@i386"];
        assert_eq!(killed_by(&under(&program, &[Abi::X86_64, Abi::I386], "kill", &few)), Some(libc::SIGSYS), "{abi}");
        let passed = results(&under(&program, &[Abi::X86_64, Abi::I386], "errno(EXDEV)", &few));
        assert_eq!(passed[9..11], [-18, -18], "{abi}: kill");
        assert_eq!(passed[..3], [3, 4, 5], "{abi}: openat");
    }
}

#[test]
fn every_action_is_what_its_name_says() {
    let Some(program) = compiled("actions", &["-m64"]) else { return };
    for (action, signal) in [("kill", libc::SIGSYS), ("kill-thread", libc::SIGSYS), ("trap", libc::SIGSYS)] {
        let output = under(&program, &[Abi::X86_64], "allow", &[&format!("{action} lseek")]);
        assert_eq!(killed_by(&output), Some(signal), "{action}");
    }
    // Without a tracer, there is no such call.
    for (action, result) in [("allow", 0), ("log", 0), ("trace", -38), ("errno(ENOSPC)", -28), ("errno(200)", -200)] {
        let output = under(&program, &[Abi::X86_64], "allow", &[&format!("{action} lseek")]);
        assert_eq!(results(&output)[6], result, "{action}");
    }
}

#[test]
fn other_ways_into_the_kernel_are_refused_unless_asked_for() {
    let Some(through_i386) = compiled("int80", &["-m64", "-DINT80"]) else { return };
    let without = Command::new(&through_i386).status().expect("it is started");
    if without.success() {
        let under = |abis: &[Abi], rules: &[&str]| under(&through_i386, abis, "allow", rules);
        assert_eq!(killed_by(&under(&[Abi::X86_64], &[])), Some(libc::SIGSYS));
        assert!(under(&[Abi::X86_64, Abi::I386], &[]).status.success());
        // A rule about x86_64 is not asked there, one about i386 is.
        assert!(under(&[Abi::X86_64, Abi::I386], &["errno(EPERM) getpid@x86_64"]).status.success());
        assert_eq!(under(&[Abi::X86_64, Abi::I386], &["errno(EPERM) getpid"]).status.code(), Some(9));
    } else {
        eprintln!("skipped: this kernel has no calls of i386");
    }
    let Some(of_x32) = compiled("x32", &["-m64", "-DX32"]) else { return };
    let under = |abis: &[Abi], rules: &[&str]| under(&of_x32, abis, "allow", rules);
    assert_eq!(killed_by(&under(&[Abi::X86_64], &[])), Some(libc::SIGSYS));
    assert_eq!(killed_by(&under(&[Abi::X86_64, Abi::I386], &["allow getpid"])), Some(libc::SIGSYS));
    // A kernel without x32 answers ENOSYS, and a filter comes before that.
    let own = results(&under(&[Abi::X86_64, Abi::X32], &[]))[0];
    assert!(own == -38 || own > 0, "{own}");
    assert_eq!(results(&under(&[Abi::X86_64, Abi::X32], &["errno(EPERM) getpid@x32"])), [EPERM]);
    assert_eq!(results(&under(&[Abi::X86_64, Abi::X32], &["errno(EPERM) getpid@x86_64"])), [own]);
}

/// The longest programs that are made are taken by the kernel.
#[test]
fn the_kernel_takes_what_the_test_takes() {
    let table = Abi::X86_64.table().expect("it is built in");
    let rule = |call: syscall_meta::Syscall| {
        let has = call.params().is_some_and(|params| params.len() > 0);
        has.then(|| format!("errno({}) {call}(arg0 == 0x7ffffffe, arg0 > -5)", call.number() + 1))
    };
    let signed = |rule: &String| filter_of(rule).is_ok();
    let rules: Vec<String> = table.iter().filter_map(rule).filter(signed).collect();
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    let (program, _) = filter(&[Abi::X86_64], "allow", &rules);
    assert!(program.len() > 500, "{}", program.len());
    let status = sys::under(&program, "true".as_ref()).status().expect("the kernel takes it");
    assert!(status.success(), "{status}");
}

fn filter_of(rule: &str) -> Result<(), String> {
    crate::wish(&[Abi::X86_64], crate::usual(Abi::X86_64), "allow", &[rule])
        .and_then(|wish| crate::made(&wish))
        .map(|_| ())
}
