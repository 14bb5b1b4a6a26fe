//! Builds and runs the programs of `tests/consumers/`, each of which sees the library as a stranger does.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use syscall_meta_tests::root;

#[test]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn three_tables_without_a_standard_library() {
    let ran = run(&built("no_std_tables"), &[]);
    let expected = "\
x86_64 openat 257 sys_openat
x86_64 no_such_call -
i386 openat 295 sys_openat
i386 no_such_call -
mips_o32 openat 4288 sys_openat
mips_o32 no_such_call -
every number leads back
i386
";
    assert_eq!(String::from_utf8_lossy(&ran.stdout), expected, "{ran:?}");
    assert!(ran.status.success(), "{ran:?}");
}

#[test]
fn an_allow_list_from_names() {
    let program = built("seccomp_allow_list");
    let ran = run(&program, &["amd64", "write", "openat"]);
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(text.starts_with("5 calls of x86_64 are allowed:\n"), "{text}");
    // write 1, execve 59, rt_sigreturn 15, exit_group 231, openat 257: in the order of numbers.
    let numbers: Vec<&str> = text.lines().filter(|line| line.contains("0x15, 0, 1")).collect();
    let numbers: Vec<&str> = numbers.iter().filter_map(|line| line.split(", ").last()?.split(' ').next()).collect();
    assert_eq!(numbers, ["0x00000001", "0x0000000f", "0x0000003b", "0x000000e7", "0x00000101"]);

    let ran = run(&program, &["x86_64", "opnat"]);
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("opnat"), "{ran:?}");
}

#[test]
fn macros_where_the_library_is_renamed_and_nothing_is_imported() {
    let ran = run(&built("renamed_macros"), &[]);
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "read openat\n", "{ran:?}");
    assert!(ran.status.success(), "{ran:?}");
}

#[test]
fn names_without_pointers_where_there_is_no_allocator() {
    let library = built("no_std_names").with_file_name("libno_std_names.a");
    let bytes = std::fs::read(&library).unwrap_or_else(|cause| panic!("{}: {cause}", library.display()));
    // Each name stands in its row, once an ABI.
    let row = |abi_and_len: [u8; 2]| [&257u32.to_le_bytes()[..], &abi_and_len, b"openat\0"].concat();
    let place = syscall_meta::Abi::X86_64 as u8;
    assert!(bytes.windows(13).any(|window| window == row([place, 6])), "openat of x86_64");
}

#[test]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn a_monitor_of_what_is_executed_and_opened() {
    let ran = run(&built("exec_monitor"), &["sh", "-c", "cat /etc/hostname.none; exec cat /dev/null"]);
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    // Where a sandbox forbids it, nothing can be traced.
    if ran.status.code() == Some(2) && String::from_utf8_lossy(&ran.stderr).contains("os error 1)") {
        eprintln!("skipped: {ran:?}");
        return;
    }
    for part in ["[\"sh\", \"-c\", ", "[\"cat\", \"/etc/hostname.none\"]", "open \"/dev/null\" O_RDONLY 3"] {
        assert!(text.contains(part), "{part}: {ran:?}");
    }
    assert!(text.lines().any(|line| line.ends_with("open \"/etc/hostname.none\" O_RDONLY errno 2")), "{text}");

    // A program of i386, which needs neither a library nor more of a compiler than that it can.
    let narrow = Path::new(env!("CARGO_TARGET_TMPDIR")).join("opens_as_i386");
    let source = narrow.with_extension("c");
    std::fs::write(&source, OPENS_AS_I386).expect("a source");
    let options = ["-m32", "-static", "-nostdlib", "-fno-pie", "-no-pie", "-o"];
    let made = Command::new("gcc").args(options).arg(&narrow).arg(&source).output();
    if !made.is_ok_and(|made| made.status.success()) {
        eprintln!("skipped: no compiler for i386");
        return;
    }
    let ran = run(&built("exec_monitor"), &[&narrow.display().to_string()]);
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(text.contains("open \"/dev/null\" O_WRONLY|O_CLOEXEC 3"), "{ran:?}");
    assert!(text.contains("open 3/\"none\" O_RDONLY errno 20"), "{ran:?}");
}

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
const OPENS_AS_I386: &str = r#"
static int call(int number, long a, const void *b, long c) {
    int result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
    return result;
}

void _start(void) {
    int fd = call(295, -100, "/dev/null", 02000001);
    call(295, fd, "none", 0);
    call(252, 0, 0, 0);
}
"#;

/// Builds a consumer where builds of this workspace lie, and gives the program.
#[test]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn a_supervisor_that_is_asked_about_paths() {
    let program = built("path_supervisor");
    let script = "echo x > /dev/null; cd /; mkdir proc/none; cat /dev/null/none; exit 4";
    let mut command = Command::new(&program);
    let ran = command.args(["/dev/null/", "/bin/sh", "-c", script]).env("LC_ALL", "C").output().expect("it runs");
    let (text, told) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    // Where a sandbox forbids it, nobody is asked.
    if ran.status.code() == Some(1) && ["code: 1,", "code: 38,", "code: 16,"].iter().any(|code| told.contains(code)) {
        eprintln!("skipped: {ran:?}");
        return;
    }
    for line in [
        "allowed open \"/dev/null\" from DirFd(-100) O_WRONLY|O_CREAT|O_TRUNC",
        "allowed mkdir \"proc/none\"",
        "refused open \"/dev/null/none\" from DirFd(-100) O_RDONLY",
    ] {
        assert!(text.lines().any(|of| of == line), "{line}: {ran:?}");
    }
    assert!(told.contains("/dev/null/none: Permission denied"), "{ran:?}");
    assert_eq!(ran.status.code(), Some(4), "{ran:?}");
}

#[test]
fn a_vendors_table_made_in_a_build_script() {
    let ran = run(&built("vendor_table"), &[]);
    let expected = "\
frob(\"a name\", 0x1000, 1099511627776)
openat(\"a name\")
other 0
Some(\"frob\") Some(Frob)
read Some(600)
true
";
    assert_eq!(String::from_utf8_lossy(&ran.stdout), expected, "{ran:?}");
    assert!(ran.status.success(), "{ran:?}");
}

fn built(name: &str) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("consumers");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--offline", "--release"]).current_dir(root().join("tests/consumers").join(name));
    cargo.env("CARGO_TARGET_DIR", &target);
    let ran = cargo.output().expect("cargo runs");
    assert!(ran.status.success(), "{name}: {}", String::from_utf8_lossy(&ran.stderr));
    target.join("release").join(name)
}

fn run(program: &Path, arguments: &[&str]) -> Output {
    Command::new(program).args(arguments).output().expect("the consumer runs")
}
