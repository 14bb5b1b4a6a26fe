//! Input that is broken or meant to break: each gives a message with its place and a way out, exit code 2, and no file
//! is changed.

use std::fs;
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use syscall_meta_tests::{Packing, Ran, Repository, Tree, fixture};

const TABLE: &str = "arch/x86/entry/syscalls/syscall_64.tbl";

/// A repository that holds a fixture, so that there is something to spoil. All tests share it: none may change it.
fn repository() -> Arc<Repository> {
    static SHARED: Mutex<Weak<Repository>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    shared.upgrade().unwrap_or_else(|| {
        let repository = Arc::new(Repository::holding(&["kernel"]));
        *shared = Arc::downgrade(&repository);
        repository
    })
}

/// `gen` must refuse a tree after this change; every part has to be in what it says.
#[track_caller]
fn refused(change: impl FnOnce(&Tree) -> &Tree, parts: &[&str]) -> Ran {
    let tree = Tree::of("kernel");
    change(&tree);
    repository().refuses(["gen", "--kernel", &tree.spec()]).says(parts)
}

/// As [`refused`], of the older kind of tree.
#[track_caller]
fn refused_old(change: impl FnOnce(&Tree) -> &Tree, parts: &[&str]) -> Ran {
    let tree = Tree::of("kernel-old");
    change(&tree);
    repository().refuses(["gen", "--kernel", &tree.spec()]).says(parts)
}

// ------------------------------------------------------------------------------------------------------- tables

#[test]
fn a_value_of_the_abi_column_that_nobody_takes() {
    let ran = refused(
        |tree| tree.append(TABLE, "999\tx48\tnewcall\tsys_newcall\n"),
        &["unknown-abi-column", "`x48`", "known are 64, common, x32", &format!("{TABLE}:28"), "data/abis.yaml", "help"],
    );
    assert!(ran.err.contains("999 x48 newcall sys_newcall"), "the row itself is shown: {}", ran.err);
    refused(
        |tree| tree.append("scripts/syscall.tbl", "470\tlater\tnewcall\tsys_newcall\n"),
        &["unknown-abi-column", "`later`", "scripts/syscall.tbl:43"],
    );
}

#[test]
fn one_number_twice_in_a_table() {
    refused(
        |tree| tree.append(TABLE, "257\tcommon\tother\t\tsys_other\n"),
        &[
            "duplicate-number",
            "number 257 stands twice in the table of x86_64",
            &format!("{TABLE}:28"),
            &format!("{TABLE}:16"),
            "help",
        ],
    );
    // By two values of the column that one ABI takes.
    refused(
        |tree| tree.append("scripts/syscall.tbl", "4\tcommon\tother\tsys_other\n"),
        &[
            "duplicate-number",
            "number 4 stands twice in the table of aarch64",
            "scripts/syscall.tbl:43",
            "scripts/syscall.tbl:4",
        ],
    );
}

#[test]
fn one_number_twice_in_a_header() {
    refused_old(
        |tree| tree.append("arch/arm64/include/asm/unistd32.h", "__SYSCALL(322, sys_other)\n"),
        &["duplicate-number", "number 322 stands twice in the table of arm", "arch/arm64/include/asm/unistd32.h:19"],
    );
}

#[test]
fn one_name_with_two_numbers() {
    refused(|tree| tree.append(TABLE, "473\tcommon\topenat\t\tsys_openat\n"), &["`openat`", "x86_64", TABLE, "help"]);
}

#[test]
fn a_header_that_gives_a_name_another_number_than_the_table() {
    refused(
        |tree| tree.append("arch/alpha/include/uapi/asm/unistd.h", "#undef __NR_read\n#define __NR_read 4\n"),
        &[
            "header-disagrees",
            "`read` of alpha is 3 by its table and 4 by its header",
            "arch/alpha/kernel/syscalls/syscall.tbl:4",
            "help",
        ],
    );
}

#[test]
fn a_table_that_breaks_off_in_a_line() {
    let ran = refused(
        |tree| {
            let text = tree.bytes("arch/mips/kernel/syscalls/syscall_o32.tbl");
            tree.write("arch/mips/kernel/syscalls/syscall_o32.tbl", &text[..text.len() - 27])
        },
        &["bad-table-row", "arch/mips/kernel/syscalls/syscall_o32.tbl:9", "is the file whole?"],
    );
    assert!(ran.err.contains("| 435"), "{}", ran.err);
}

#[test]
fn rows_that_are_none() {
    for (row, why) in [
        ("258", "a row needs a number, an ABI and a name"),
        ("0x102 common mkdirat sys_mkdirat", "the number is not a decimal number"),
        ("-1 common mkdirat sys_mkdirat", "the number is not a decimal number"),
        ("99999999999 common mkdirat sys_mkdirat", "the number is not a decimal number"),
        ("258 common mkdirat sys_mkdirat - noreturn more", "six fields at most"),
        ("258 common mkdirat sys_mkdirat - maybe", "the sixth field can only be `noreturn`"),
        ("\u{fffd}\u{0}\u{7f}", "a row needs"),
    ] {
        refused(|tree| tree.append(TABLE, &format!("{row}\n")), &[why, &format!("{TABLE}:28"), "help"]);
    }
}

#[test]
fn numbers_that_leave_no_room_for_the_base() {
    refused(
        |tree| tree.append("arch/mips/include/uapi/asm/unistd.h", "#define __NR_low 7\n"),
        &["number-out-of-range", "`low` has number 7 on mips_o32", "0xfa0", "meta_names"],
    );
    for (table, row) in [
        (TABLE, "4294967295\tx32\tlast\tsys_read\n"),
        ("arch/mips/kernel/syscalls/syscall_o32.tbl", "4294967295\to32\tlast\tsys_read\n"),
        ("arch/arm/tools/syscall.tbl", "4294967295\toabi\tlast\tsys_read\n"),
    ] {
        let ran = refused(|tree| tree.append(table, row), &["number-out-of-range", table, "4294967295", "help"]);
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
    }
}

#[test]
fn a_table_that_is_empty() {
    refused(|tree| tree.write(TABLE, ""), &["empty-table", TABLE, "x86_64", "x32", "is the file whole?"]);
    refused(|tree| tree.write("arch/parisc/kernel/syscalls/syscall.tbl", "# all gone\n"), &["empty-table", "parisc64"]);
}

#[test]
fn a_table_that_is_missing() {
    refused(|tree| tree.remove(TABLE), &["missing-table", "arch/x86", TABLE, "`tables` in data/abis.yaml"]);
    refused(|tree| tree.remove("scripts/syscall.tbl"), &["missing-table", "scripts/syscall.tbl"]);
    refused(|tree| tree.remove("arch/arm64/tools/syscall_32.tbl"), &["arch/arm64/tools/syscall_32.tbl"]);
}

#[test]
fn a_table_that_no_abi_reads() {
    refused(
        |tree| tree.write("arch/mips/kernel/syscalls/syscall_p32.tbl", "0\tp32\tread\tsys_read\n"),
        &["unclaimed-table", "arch/mips/kernel/syscalls/syscall_p32.tbl", "data/abis.yaml"],
    );
}

// ------------------------------------------------------------------------------------------------------ headers

#[test]
fn a_unistd_header_that_is_missing() {
    refused(|tree| tree.remove("arch/x86/include/uapi/asm/unistd.h"), &["arch/x86/include/uapi/asm/unistd.h"]);
    refused_old(|tree| tree.remove("include/uapi/asm-generic/unistd.h"), &["include/uapi/asm-generic/unistd.h"]);
}

#[test]
fn a_header_that_includes_one_that_is_not_there() {
    refused(
        |tree| tree.append("arch/s390/include/uapi/asm/unistd.h", "#include <asm/none.h>\n"),
        &["missing-header", "asm/none.h", "arch/s390/include/uapi/asm/unistd.h:5", "#include <asm/none.h>"],
    );
}

#[test]
fn an_if_that_is_never_closed_or_never_opened() {
    let header = "arch/s390/include/uapi/asm/unistd.h";
    refused(|tree| tree.append(header, "#if 1\n"), &[&format!("{header}:5"), "#if"]);
    refused(|tree| tree.append(header, "#endif\n"), &[&format!("{header}:5"), "#endif"]);
    refused(|tree| tree.append(header, "#else\n"), &[&format!("{header}:5"), "#else"]);
    refused(|tree| tree.append(header, "#elif 1\n"), &[&format!("{header}:5"), "#elif"]);
}

#[test]
fn conditions_that_are_none() {
    let header = "arch/s390/include/uapi/asm/unistd.h";
    for condition in ["#if", "#if 1 +", "#if (1", "#if 1 / 0", "#if \"text\"", "#if 1 2", "#ifdef", "#if 0x"] {
        refused(|tree| tree.append(header, &format!("{condition}\n#endif\n")), &[&format!("{header}:5"), condition]);
    }
}

#[test]
fn an_error_directive_that_is_reached() {
    refused(
        |tree| tree.append("arch/sparc/include/uapi/asm/unistd.h", "#error this machine is unknown\n"),
        &["error-directive", "this machine is unknown", "arch/sparc/include/uapi/asm/unistd.h:9"],
    );
    // One that is not reached is no trouble.
    let tree = Tree::of("kernel");
    tree.append("arch/sparc/include/uapi/asm/unistd.h", "#ifdef NEVER\n#error never\n#endif\n");
    repository().copied().run(["gen", "--kernel", &tree.spec()]).exits(0);
}

#[test]
fn headers_that_include_each_other_without_end() {
    refused(
        |tree| {
            tree.append("arch/s390/include/uapi/asm/unistd.h", "#include <asm/a.h>\n");
            tree.write("arch/s390/include/uapi/asm/a.h", "#include <asm/b.h>\n");
            tree.write("arch/s390/include/uapi/asm/b.h", "#include <asm/a.h>\n")
        },
        &["nested-too-deep", "arch/s390/include/uapi/asm/"],
    );
}

#[test]
fn macros_that_grow_without_end_are_stopped() {
    let start = Instant::now();
    let doubling = |name: &str, count: usize| {
        let mut text = format!("#define {name}0(x) x x\n");
        for at in 1..count {
            text.push_str(&format!("#define {name}{at}(x) {name}{0}({name}{0}(x))\n", at - 1));
        }
        text
    };
    refused(
        |tree| {
            tree.append("arch/s390/include/uapi/asm/unistd.h", &doubling("D", 60));
            tree.append("arch/s390/include/uapi/asm/unistd.h", "D59(1)\n")
        },
        &["too-many-tokens", "arch/s390/include/uapi/asm/unistd.h"],
    );
    refused(
        |tree| {
            let mut text = "#define L0 1+1+1+1+1+1+1+1+1+1\n".to_string();
            (1..30).for_each(|at| text.push_str(&format!("#define L{at} L{0}+L{0}+L{0}+L{0}\n", at - 1)));
            tree.append("arch/s390/include/uapi/asm/unistd.h", &text);
            tree.append("arch/s390/include/uapi/asm/unistd.h", "#define __NR_big (L29)\n")
        },
        &["arch/s390/include/uapi/asm/unistd.h", "__NR_big"],
    );
    assert!(start.elapsed() < Duration::from_secs(120), "{:?}", start.elapsed());
}

#[test]
fn parentheses_and_arguments_without_end_are_stopped() {
    let header = "arch/s390/include/uapi/asm/unistd.h";
    let deep = |open: &str, close: &str| format!("#if {}1{}\n#endif\n", open.repeat(100_000), close.repeat(100_000));
    for text in [deep("(", ")"), deep("!", ""), deep("-", ""), deep("1?", ":1")] {
        let tree = Tree::of("kernel");
        tree.append(header, &text);
        let ran = repository().copied().run(["gen", "--kernel", &tree.spec()]);
        assert!(matches!(ran.code, Some(0 | 2)), "{:?} {}", ran.code, &ran.err[..ran.err.len().min(2000)]);
    }
    refused(
        |tree| tree.append(header, &format!("#define F(x) x\n{}1{}\n", "F(".repeat(50_000), ")".repeat(50_000))),
        &["nested-too-deep", header],
    );
}

#[test]
fn a_number_that_has_no_value() {
    refused(
        |tree| tree.append("arch/alpha/include/uapi/asm/unistd.h", "#define __NR_odd (sizeof(struct x))\n"),
        &["no-number", "__NR_odd", "arch/alpha/include/uapi/asm/unistd.h:9", "meta_names"],
    );
    refused_old(
        |tree| tree.append("arch/riscv/include/uapi/asm/unistd.h", "__SYSCALL(__NR_nowhere, sys_nowhere)\n"),
        &["no-number", "sys_nowhere", "arch/riscv/include/uapi/asm/unistd.h:11"],
    );
}

#[test]
fn an_architecture_whose_header_leads_to_no_table() {
    refused(
        |tree| tree.write("arch/powerpc/include/uapi/asm/unistd.h", "/* nothing */\n"),
        &["no-numbers", "arch/powerpc", "data/abis.yaml"],
    );
}

// ---------------------------------------------------------------------------------------------------- makefiles

#[test]
fn a_makefile_syscalls_that_says_something_unknown() {
    let file = "arch/csky/kernel/Makefile.syscalls";
    for line in ["ifdef CONFIG_X", "syscall_abis_old += csky", "include other.mk", "all:", "syscallhdr = other.sh"] {
        refused(
            |tree| tree.append(file, &format!("{line}\n")),
            &["unknown-rule", &format!("{file}:4"), line, "expected"],
        );
    }
}

#[test]
fn a_makefile_syscalls_that_names_a_table_that_is_not_there() {
    refused(
        |tree| tree.append("arch/csky/kernel/Makefile.syscalls", "syscalltbl = arch/csky/none.tbl\n"),
        &["missing-table", "arch/csky/none.tbl", "arch/csky"],
    );
}

#[test]
fn a_makefile_without_a_version() {
    refused(|tree| tree.write("Makefile", "all:\n"), &["not-a-kernel", "`VERSION` and `PATCHLEVEL`"]);
    refused(|tree| tree.write("Makefile", "VERSION = six\nPATCHLEVEL = 1\n"), &["no-version", "Makefile"]);
    refused(|tree| tree.remove("Makefile"), &["not-a-kernel", "Makefile"]);
}

// -------------------------------------------------------------------------------------------------- definitions

#[test]
fn a_relative_of_syscall_define_that_is_unknown() {
    for call in ["NEW_SYSCALL_DEFINE3(x, int, a)", "SYSCALL_DEFINE(x)(int a)", "SYSCALL_DEFINEx(3, x, int, a)"] {
        refused(
            |tree| tree.append("mm/calls.c", &format!("{call}\n{{\n}}\n")),
            &["unknown-define", "mm/calls.c:15", call, "help"],
        );
    }
}

// -------------------------------------------------------------------------------------------------------- links

#[cfg(unix)]
#[test]
fn a_table_that_is_a_link_to_nothing_to_itself_or_out_of_the_tree() {
    let link = "arch/arm64/tools/syscall_64.tbl";
    for (target, trouble) in [
        ("../../../scripts/gone.tbl", "leads to nothing"),
        ("syscall_64.tbl", "leads back to itself"),
        ("/etc/passwd", "leads out of the kernel"),
        ("../../../../outside.tbl", "leads out of the kernel"),
    ] {
        refused(|tree| tree.link(link, target), &[link, trouble, "missing-table"]);
        // And from a tarball, which has no disk behind it.
        let tree = Tree::of("kernel");
        tree.link(link, target);
        let tarball = tree.packed(Packing::Plain).display().to_string();
        repository().refuses(["gen", "--kernel", &tarball]).says(&[link, trouble]);
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_read() {
    use std::os::unix::fs::PermissionsExt;
    let tree = Tree::of("kernel");
    let path = tree.path().join(TABLE);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&path).is_ok() {
        // Root may read anything.
        return;
    }
    repository().refuses(["gen", "--kernel", &tree.spec()]).says(&["unreadable", TABLE]);
}

#[test]
fn a_file_in_the_place_of_a_folder_and_the_other_way_round() {
    let tree = Tree::of("kernel");
    tree.remove(TABLE);
    fs::create_dir(tree.path().join(TABLE)).unwrap();
    repository().refuses(["gen", "--kernel", &tree.spec()]).says(&["missing-table", TABLE]);
    let tree = Tree::of("kernel");
    fs::remove_dir_all(tree.path().join("scripts")).unwrap();
    tree.write("scripts", "no folder\n");
    repository().refuses(["gen", "--kernel", &tree.spec()]).says(&["missing-table"]);
}

// ------------------------------------------------------------------------------------------------------ sources

#[test]
fn what_is_no_kernel() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file.txt"), "no tarball\n").unwrap();
    fs::write(folder.path().join("file.tar.xz"), "no tarball\n").unwrap();
    fs::write(folder.path().join("file.tar.gz"), "no tarball\n").unwrap();
    fs::write(folder.path().join("empty.tar"), "").unwrap();
    fs::write(folder.path().join("file.zip"), b"PK\x03\x04").unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let repository = repository();
    for (spec, parts) in [
        (at("."), &["not-a-kernel", "Makefile", "SRC is"][..]),
        (at("nothing"), &["no-such-source", "nothing", "SRC is"]),
        (at("file.txt"), &["unsupported-archive", "file.txt", "`.tar.xz`"]),
        (at("file.tar.xz"), &["file.tar.xz"]),
        (at("file.tar.gz"), &["file.tar.gz"]),
        (at("empty.tar"), &["empty.tar"]),
        (at("file.zip"), &["unsupported-archive", "file.zip", "`.tar.xz`"]),
        ("/dev/null".to_string(), &["no-such-source", "/dev/null"]),
        (String::new(), &["no-such-source"]),
        (".".to_string(), &["not-a-kernel"]),
    ] {
        repository.refuses(["gen", "--kernel", &spec]).says(parts);
        repository.refuses(["list", "--kernel", &spec]).says(parts);
    }
}

#[test]
fn a_tarball_of_something_else() {
    let tree = Tree::of("kernel");
    tree.remove("Makefile");
    let tarball = tree.packed(Packing::Gz).display().to_string();
    repository().refuses(["gen", "--kernel", &tarball]).says(&["not-a-kernel", "linux.tar.gz"]);
}

#[test]
fn a_tarball_that_ends_too_early() {
    let tree = Tree::of("kernel");
    let repository = repository();
    for packing in Packing::ALL {
        let path = tree.packed(packing);
        let whole = fs::read(&path).unwrap();
        let spec = path.display().to_string();
        for part in [1, 30, 50, 90, 99] {
            fs::write(&path, &whole[..whole.len() * part / 100]).unwrap();
            // The last blocks of a plain tar only fill it up.
            if matches!(packing, Packing::Plain) && part == 99 {
                continue;
            }
            repository.refuses(["gen", "--kernel", &spec]).says(&["linux.tar"]);
        }
    }
}

#[test]
fn a_tarball_that_is_damaged_in_the_middle() {
    let tree = Tree::of("kernel");
    let repository = repository();
    for packing in [Packing::Xz, Packing::Gz] {
        let path = tree.packed(packing);
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle..middle + 16].iter_mut().for_each(|byte| *byte ^= 0x55);
        fs::write(&path, bytes).unwrap();
        repository.refuses(["gen", "--kernel", &path.display().to_string()]).says(&["damaged-tarball", "linux.tar"]);
    }
}

#[test]
fn a_git_revision_that_does_not_exist() {
    let tree = Tree::of("kernel");
    let repository = repository();
    let clone = tree.committed(false).display().to_string();
    for revision in ["v99", "", "--all", "HEAD~7", "v1:Makefile"] {
        repository.refuses(["gen", "--kernel", &format!("{clone}@{revision}")]).says(&[&clone, "error"]);
    }
    repository.refuses(["gen", "--kernel", &format!("{clone}@v99")]).says(&["no-such-revision", "`v99`"]);
}

#[test]
fn a_revision_of_what_is_no_clone() {
    let folder = tempfile::tempdir().unwrap();
    let spec = format!("{}@v1", folder.path().display());
    repository().refuses(["gen", "--kernel", &spec]).says(&[&folder.path().display().to_string()]);
    repository().refuses(["gen", "--kernel", "/nowhere/at/all@v1"]).says(&["/nowhere/at/all"]);
}

#[test]
fn a_revision_that_is_no_kernel() {
    let tree = Tree::of("kernel");
    tree.remove("Makefile");
    let spec = format!("{}@v1", tree.committed(true).display());
    repository().refuses(["gen", "--kernel", &spec]).says(&["not-a-kernel", "Makefile"]);
}

#[test]
fn one_good_kernel_beside_a_bad_one_changes_nothing() {
    let tree = Tree::of("kernel");
    tree.append(TABLE, "1\n");
    let good = fixture("kernel-old").display().to_string();
    repository().refuses(["gen", "--kernel", &good, "--kernel", &tree.spec()]).says(&["bad-table-row"]);
    repository().refuses(["gen", "--kernel", &good, "--kernel", "/nowhere"]);
}

#[test]
fn list_show_and_export_refuse_a_bad_kernel_too() {
    let tree = Tree::of("kernel");
    tree.append(TABLE, "1\n");
    let repository = repository();
    for verb in [&["list"][..], &["list", "--format", "json"], &["show", "read"], &["export"]] {
        let ran = repository.refuses(verb.iter().copied().chain(["--kernel", &tree.spec()])).says(&["bad-table-row"]);
        assert_eq!(ran.out, "", "{verb:?}");
    }
}

#[test]
fn out_is_not_written_from_a_bad_kernel() {
    let tree = Tree::of("kernel");
    tree.append(TABLE, "1\n");
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("calls.rs").display().to_string();
    repository().refuses(["gen", "--kernel", &tree.spec(), "--out", &file]);
    assert!(syscall_meta_tests::files(out.path()).is_empty());
    let good = fixture("kernel").display().to_string();
    let under_a_file = format!("{}/Makefile/calls.rs", tree.spec());
    repository().refuses(["gen", "--kernel", &good, "--out", &under_a_file]).says(&["Makefile"]);
}

// --------------------------------------------------------------------------------------------------------- data

/// `gen` must refuse data after this change of one of its files.
#[track_caller]
fn refused_data(file: &str, from: &str, to: &str, parts: &[&str]) {
    let repository = repository().copied();
    repository.replace(file, from, to);
    repository.refuses(["gen"]).says(parts);
    repository.refuses(["gen", "--check"]).says(parts);
    repository.refuses(["list"]).says(parts);
}

#[test]
fn yaml_that_is_none_is_told_with_its_line() {
    refused_data("data/abis.yaml", "- name: alpha\n", "- name: [alpha\n", &["bad-yaml", "abis.yaml:"]);
    refused_data("data/linux/9.4/numbers.yaml", "abis:\n", "abis: {\n", &["bad-yaml", "numbers.yaml"]);
    refused_data(
        "data/linux/9.4/release.yaml",
        "release: 9.4.0-rc2",
        "release: [9.4.0-rc2]",
        &["bad-yaml", "release.yaml:3"],
    );
}

#[test]
fn a_key_that_is_unknown_is_told_with_its_line() {
    refused_data(
        "data/curated/entries.yaml",
        "- {entry: sys_ni_syscall, source: kernel/sys_ni.c}",
        "- {entry: sys_ni_syscall, source: kernel/sys_ni.c, sauce: none}",
        &["bad-yaml", "entries.yaml:", "sauce"],
    );
    refused_data(
        "data/abis.yaml",
        "  title: DEC Alpha\n",
        "  title: DEC Alpha\n  tittle: x\n",
        &["bad-yaml", "abis.yaml:", "tittle"],
    );
    refused_data("data/linux/9.4/release.yaml", "release: 9.4.0-rc2", "realease: 9.4.0-rc2", &["bad-yaml", "realease"]);
}

#[test]
fn lines_yaml_that_does_not_fit_the_facts() {
    let table = "arch/s390/kernel/syscalls/syscall.tbl: ";
    for (with, parts) in [
        ("2-7", &["bad-data", "6 line numbers", "s390", "the facts are 5", "gen --kernel SRC"][..]),
        ("2-5", &["bad-data", "4 line numbers", "the facts are 5"]),
        ("6-2", &["bad-data", "s390"]),
        ("many", &["bad-data", "s390"]),
        ("1-4000000000", &["bad-data", "s390"]),
    ] {
        refused_data("data/linux/9.4/lines.yaml", &format!("{table}2-6"), &format!("{table}{with}"), parts);
    }
}

#[test]
fn facts_that_are_none() {
    refused_data(
        "data/linux/9.4/tables.yaml",
        "- 257 common openat sys_openat",
        "- 257 common",
        &["bad-data", "`257 common`", TABLE],
    );
    refused_data("data/linux/9.4/release.yaml", "release: 9.4.0-rc2", "release: newest", &["bad-data", "`newest`"]);
    refused_data("data/linux/9.4/numbers.yaml", "  alpha:\n", "  vax:\n", &["bad-data", "`vax`"]);
}

#[test]
fn a_file_of_a_release_that_is_missing() {
    for file in ["numbers.yaml", "tables.yaml", "definitions.yaml", "lines.yaml"] {
        let repository = repository().copied();
        fs::remove_file(repository.at(&format!("data/linux/9.4/{file}"))).unwrap();
        repository.refuses(["gen"]).says(&["unreadable-data", &format!("data/linux/9.4/{file}")]);
    }
    let repository = repository().copied();
    fs::remove_file(repository.at("data/curated/entries.yaml")).unwrap();
    repository.refuses(["gen"]).says(&["unreadable-data", "curated/entries.yaml", "`--data DIR`"]);
}

#[test]
fn a_release_in_the_folder_of_another() {
    let repository = repository().copied();
    fs::rename(repository.at("data/linux/9.4"), repository.at("data/linux/9.5")).unwrap();
    repository.refuses(["gen"]).says(&["9.5", "9.4"]);
}
