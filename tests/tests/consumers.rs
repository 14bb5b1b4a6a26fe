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

/// Builds a consumer where builds of this workspace lie, and gives the program.
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
